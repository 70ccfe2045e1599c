/*
 * Pictures as SVG, drawn here so that they need no script and test as text.
 *
 * A chart shows what a table beside it says. Its shapes bear classes
 * ("chart", "series-1" … "series-8", "axis", "grid", "mark", "frontier"):
 * the style sheet gives the colours, so light, dark and print each have
 * theirs; nothing in it is a style attribute. Texts are hostile: escaped.
 *
 * Numbers here are doubles: they place marks. What is said is the text that
 * comes with them.
 */
#ifndef ASSAY_CHART_H
#define ASSAY_CHART_H

#include "assay/buf.h"
#include "assay/str.h"

#include <stdbool.h>
#include <stddef.h>

#define ASSAY_CHART_SERIES_MAX 8

enum assay_scale { ASSAY_SCALE_LINEAR, ASSAY_SCALE_LOG, ASSAY_SCALE_DAYS };

struct assay_axis {
    struct assay_str title; /* "Requests a month" */
    enum assay_scale scale; /* DAYS: days since 1970-01-01, ticks are dates */
    const char *before;     /* of a tick: "$", or "" */
    const char *behind;     /* "%", or "" */
    bool from_zero;         /* LINEAR: 0 is always on it */
};

struct assay_point {
    double x, y;
    double low, high;      /* interval in y (intervals: in x); both 0: none */
    struct assay_str name; /* "GPT-4o"; shown beside it where there is room */
    struct assay_str text; /* "$15,500 at 1M requests": on hovering */
    struct assay_str link; /* where it leads, or empty */
    bool dim;              /* retired */
};

struct assay_series {
    struct assay_str name;
    const struct assay_point *points;
    size_t count;
};

enum assay_chart_kind {
    ASSAY_CHART_LINES,     /* each series a line through its points */
    ASSAY_CHART_STEPS,     /* a value holds until the next point */
    ASSAY_CHART_POINTS,    /* marks; with the efficient frontier */
    ASSAY_CHART_INTERVALS, /* a row per point: mark and interval on x */
};

struct assay_chart {
    enum assay_chart_kind kind;
    struct assay_str id;          /* unique on the page: "cost-by-volume" */
    struct assay_str title;       /* what it shows: <title> */
    struct assay_str description; /* what is to be seen in it: <desc> */
    struct assay_axis x, y;
    const struct assay_series *series;
    size_t series_count;
    /* Marked with a line and words: the user's traffic, a break-even point */
    const struct assay_point *marks; /* y NaN: a vertical line at x */
    size_t mark_count;
    /* POINTS: which way is better; the frontier is drawn where both say */
    int better_x, better_y; /* 1 higher, -1 lower, 0 neither */
};

/*
 * The picture as one <svg> element, about 40 em wide, that scales down to
 * 280 px. Points that a scale cannot hold (0 on a log axis, NaN, infinity)
 * are left out. Nothing is written and false returned when no point is
 * left: a chart of nothing is no chart.
 */
bool assay_chart_svg(struct assay_buf *out, const struct assay_chart *chart);

#endif
