/*
 * How a chart is drawn: chart.c gathers points and places the picture's
 * parts, chart_axis.c has scales and ticks, chart_marks.c what points look
 * like, chart_data.c lines and points, chart_rows.c rows of intervals, and
 * chart_labels.c finds room for words. Private to this folder.
 *
 * Places are in units of the picture, which is 640 wide. Shown 640 px wide a
 * text is 16 px high; on a phone the style sheet makes it 25 units, so that
 * it can still be read. So room is measured twice: what stands in the large
 * size is always shown; what fits only in the small one has the class
 * "fine", and the style sheet hides it on a phone.
 */
#ifndef ASSAY_RENDER_CHART_PARTS_H
#define ASSAY_RENDER_CHART_PARTS_H

#include "assay/arena.h"
#include "assay/chart.h"

#include <stdint.h>

enum {
    ASSAY_PICTURE_WIDTH = 640,
    ASSAY_TEXT_SMALL = 16, /* as in chart.css */
    ASSAY_TEXT_LARGE = 25,
    ASSAY_MARK_RADIUS = 6,
    ASSAY_LINE_RADIUS = 5,      /* of a mark on a line */
    ASSAY_NAME_CHARACTERS = 40, /* of a label or in a legend */
    ASSAY_MOST_DOTS = 3500,     /* points without words */
};

/* Values to places. LOG: low and high are exponents of ten. */
struct assay_chart_scale {
    enum assay_scale kind;
    double low, high;
    double from, to; /* their places */
};

/* What values there are, in the scale's own measure. */
struct assay_extent {
    double low, high;
    bool any;
};

/* How a scale is made to fit values. */
struct assay_fit {
    double pad_low, pad_high; /* as a part of what the values span */
    bool whole;               /* begins and ends with a tick where linear */
};

struct assay_tick {
    double at;      /* in the scale's own measure */
    int64_t digits; /* digits x 10^exponent; days: of its first day */
    int exponent;
    int64_t rank; /* multiples of a stride stay when room is short */
    struct assay_str label;
    bool fine;
};

struct assay_ticks {
    struct assay_tick *at;
    size_t count;
};

bool assay_scale_holds(enum assay_scale kind, double value);
/* A value in the scale's own measure; it must hold it. */
double assay_scale_measure(enum assay_scale kind, double value);
void assay_extent_add(struct assay_extent *extent, enum assay_scale kind,
                      double value);
struct assay_chart_scale assay_scale_fit(const struct assay_axis *axis,
                                         struct assay_extent extent,
                                         struct assay_fit fit);
/* The place of a value, at the ends for what lies beyond them. */
double assay_scale_place(const struct assay_chart_scale *scale, double value);
/* Nice ticks within the scale, about `wanted` at most. */
struct assay_ticks assay_ticks_make(struct assay_arena *arena,
                                    const struct assay_axis *axis,
                                    const struct assay_chart_scale *scale,
                                    unsigned wanted);
/*
 * For a row of ticks: drops those whose labels would meet in the small size,
 * makes fine those that would in the large one.
 */
void assay_ticks_thin(struct assay_ticks *ticks,
                      const struct assay_chart_scale *scale);
double assay_tick_place(const struct assay_chart_scale *scale,
                        const struct assay_tick *tick);

struct assay_box {
    double left, top, right, bottom;
};

struct assay_mark {
    double x, y, radius;
};

/* A point that is drawn. */
struct assay_spot {
    const struct assay_point *point;
    size_t series, order; /* among all, to break ties */
    double x, y;
    double low, high; /* places of its interval */
    bool interval;
    bool efficient; /* on the frontier */
    bool speaks;    /* drawn with its words; else a dot */
};

enum { ASSAY_LABEL_PLACES = 6 };

enum assay_label_side {
    ASSAY_BESIDE, /* right, left, above, below, then the corners */
    ASSAY_ABOVE,  /* above or below */
    ASSAY_LEVEL,  /* right or left */
};

enum assay_label_state {
    ASSAY_LABEL_OUT,
    ASSAY_LABEL_FINE,  /* where texts are small */
    ASSAY_LABEL_SHOWN, /* always */
};

struct assay_label_place {
    double x, y;
    double gap; /* from there to the text */
};

/* Words that want to stand at one of some places, best first. */
struct assay_label {
    struct assay_str text;
    const char *kind; /* class */
    enum assay_label_side side;
    struct assay_label_place places[ASSAY_LABEL_PLACES];
    size_t place_count;
    bool only_fine;   /* a phone does without */
    bool only_coarse; /* instead of another one, on a phone */
    /* what was found */
    enum assay_label_state state;
    size_t place, way;
    struct assay_label *next;
};

/* A piece of a line, for labels to stay clear of. */
struct assay_segment {
    double x1, y1, x2, y2;
};

/* The points of one name, at most one of each series. */
struct assay_chart_row {
    struct assay_str name;
    struct assay_spot **spots;
    size_t count;
    double top, bottom;
};

enum assay_legend_key {
    ASSAY_KEY_SERIES,
    ASSAY_KEY_FRONTIER,
    ASSAY_KEY_DIM,
};

/* What a legend explains. */
struct assay_legend_entry {
    enum assay_legend_key key;
    size_t series;
    struct assay_str text;
    double x;
    size_t line;
};

/* One drawing. */
struct assay_picture {
    struct assay_buf *out;
    struct assay_arena *arena;
    const struct assay_chart *chart;
    size_t series_count;
    struct assay_str id;
    struct assay_chart_scale x, y;
    struct assay_ticks x_ticks, y_ticks;
    struct assay_box plot;
    double height;
    struct assay_spot *spots; /* of a series: together, in their order */
    size_t spot_count;
    struct assay_spot **frontier; /* from left to right */
    size_t frontier_count;
    struct assay_chart_row *rows;
    size_t row_count;
    bool rows_left_out;
    struct assay_legend_entry legend[ASSAY_CHART_SERIES_MAX + 2];
    size_t legend_count, legend_lines;
    double legend_end; /* of its last line */
    int head_room;     /* in steps of 20 units, as in chart.css */
    bool linked;       /* holds links, so it is no single image */
    struct assay_label *first_label, *last_label;
    struct assay_box *taken; /* by marks */
    size_t taken_count, taken_room;
    struct assay_segment *segments;
    size_t segment_count, segment_room;
};

/* chart_marks.c */

/* 12.3: one decimal at most, whatever the locale. */
void assay_chart_number(struct assay_buf *out, double value);
/* ` cx="12.3"` */
void assay_chart_attribute(struct assay_buf *out, const char *name,
                           double value);
/*
 * Opens the element that is a series' shape, with these classes; returns
 * its name, for "</%s>".
 */
const char *assay_chart_shape(struct assay_buf *out, size_t series,
                              const char *classes, struct assay_mark mark);
/* "GPT-4o: $15,500 at 1M requests" as <title>, with what there is of it. */
void assay_chart_hint(struct assay_picture *picture, struct assay_str name,
                      struct assay_str text);
/* A spot's mark with its interval, its words and its link. */
void assay_chart_spot(struct assay_picture *picture,
                      const struct assay_spot *spot, double radius);
/* Which spots have words, by what the picture may weigh. */
void assay_chart_choose_words(struct assay_picture *picture);

/* chart_data.c: lines, steps, points with their frontier. */

void assay_chart_find_frontier(struct assay_picture *picture);
/* Draws, and says which labels are wanted and what they have to avoid. */
void assay_chart_draw_data(struct assay_picture *picture);

/* chart_rows.c: one row for each name, one below the other. */

/* Groups spots into rows and says how much room they take. */
void assay_chart_rows_layout(struct assay_picture *picture);
void assay_chart_rows_draw(struct assay_picture *picture);

/* chart_head.c: the legend, and above an axis what it shows. */

/* Units of the picture that it takes above the plot. */
double assay_chart_head_height(struct assay_picture *picture);
void assay_chart_draw_head(struct assay_picture *picture);

/* chart_labels.c */

double assay_text_width(struct assay_str text, double size);
/* At most so many characters, the last "…" when there are more. */
struct assay_str assay_text_cut(struct assay_arena *arena,
                                struct assay_str text, size_t characters);
/* Cut to a width. */
struct assay_str assay_text_fit(struct assay_arena *arena,
                                struct assay_str text, double size,
                                double width);
void assay_chart_take(struct assay_picture *picture, struct assay_box box);
void assay_chart_take_line(struct assay_picture *picture,
                           struct assay_segment segment);
/* Copied; those that come first have the choice. */
void assay_chart_want_label(struct assay_picture *picture,
                            const struct assay_label *label);
/* Finds room for labels and writes those that have it. */
void assay_chart_draw_labels(struct assay_picture *picture);

#endif
