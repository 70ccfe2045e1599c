/*
 * What stands above the plot: the legend in as many lines as it needs, and
 * the words of the upright axis, which are easier to read there than turned.
 *
 * All of it is laid out for small text; the style sheet enlarges the group
 * about its lower left corner, so its room is that of the enlarged one.
 */
#include "render/chart_parts.h"

#include "assay/render.h"

static const double ENLARGED =
    (double)ASSAY_TEXT_LARGE / ASSAY_TEXT_SMALL; /* as in chart.css */

enum {
    LINE_HEIGHT = 23,
    TITLE_ABOVE_TICK = 24, /* the title's base line over the tick label's */
    KEY_LINE = 34,
    KEY_MARK = 14,
    KEY_GAP = 8,
    ENTRY_GAP = 22,
    ROOM_STEP = 20,
    KEY_RISE = 5, /* of a key over the base line */
};

static bool has_lines(const struct assay_picture *picture)
{
    return picture->chart->kind == ASSAY_CHART_LINES ||
           picture->chart->kind == ASSAY_CHART_STEPS;
}

static double key_width(const struct assay_picture *picture,
                        const struct assay_legend_entry *entry)
{
    bool line = entry->key == ASSAY_KEY_FRONTIER ||
                (entry->key == ASSAY_KEY_SERIES && has_lines(picture));
    return line ? KEY_LINE : KEY_MARK;
}

/* Puts an entry behind the last one, or on a new line. */
static void add_entry(struct assay_picture *picture,
                      struct assay_legend_entry entry)
{
    const double most = ASSAY_PICTURE_WIDTH / ENLARGED;

    entry.text =
        assay_text_cut(picture->arena, entry.text, ASSAY_NAME_CHARACTERS);
    double width = key_width(picture, &entry) + KEY_GAP +
                   assay_text_width(entry.text, ASSAY_TEXT_SMALL);
    if (picture->legend_count == 0)
        picture->legend_lines = 1;
    if (picture->legend_end > 0 && picture->legend_end + width > most) {
        picture->legend_lines++;
        picture->legend_end = 0;
    }
    entry.x = picture->legend_end;
    entry.line = picture->legend_lines - 1;
    picture->legend_end += width + ENTRY_GAP;
    picture->legend[picture->legend_count++] = entry;
}

static void make_legend(struct assay_picture *picture)
{
    bool dim = false, other = picture->frontier_count > 1;
    bool lines = has_lines(picture);

    for (size_t i = 0; i < picture->spot_count && !lines; i++)
        dim = dim || picture->spots[i].point->dim;
    if (picture->series_count < 2 && !other && !dim)
        return;
    for (size_t i = 0; i < picture->series_count; i++)
        if (picture->chart->series[i].name.len)
            add_entry(picture, (struct assay_legend_entry){
                                   ASSAY_KEY_SERIES, i,
                                   picture->chart->series[i].name, 0, 0});
    if (other)
        add_entry(picture, (struct assay_legend_entry){
                               ASSAY_KEY_FRONTIER, 0,
                               ASSAY_STR("efficient frontier"), 0, 0});
    if (dim)
        add_entry(picture, (struct assay_legend_entry){
                               ASSAY_KEY_DIM, 0, ASSAY_STR("retired"), 0, 0});
}

/* The base line of the axis' words over the group's, and of the legend. */
static double title_rise(const struct assay_picture *picture)
{
    return picture->chart->kind == ASSAY_CHART_INTERVALS ? LINE_HEIGHT / 3.0
                                                         : TITLE_ABOVE_TICK;
}

static double legend_rise(const struct assay_picture *picture)
{
    return title_rise(picture) +
           (picture->chart->y.title.len ? LINE_HEIGHT + 4 : 0);
}

double assay_chart_head_height(struct assay_picture *picture)
{
    double rise = 4;

    make_legend(picture);
    if (picture->chart->kind == ASSAY_CHART_INTERVALS &&
        picture->legend_count == 0 && picture->chart->y.title.len == 0)
        return 0;
    if (picture->legend_count)
        rise = legend_rise(picture) +
               (double)(picture->legend_lines - 1) * LINE_HEIGHT;
    else if (picture->chart->y.title.len)
        rise = title_rise(picture);
    /* small, it leaves room above that the style sheet takes back */
    picture->head_room = (int)((rise + ASSAY_TEXT_SMALL) / ROOM_STEP);
    return (rise + ASSAY_TEXT_SMALL) * ENLARGED;
}

static void add_text(struct assay_picture *picture, const char *classes,
                     struct assay_str text, double x, double y)
{
    assay_buf_printf(picture->out, "<text class=\"%s\"", classes);
    assay_chart_attribute(picture->out, "x", x);
    assay_chart_attribute(picture->out, "y", y);
    assay_buf_add_char(picture->out, '>');
    assay_html_text(picture->out, text);
    assay_buf_add_c(picture->out, "</text>");
}

static void draw_key(struct assay_picture *picture,
                     const struct assay_legend_entry *entry, double y)
{
    struct assay_buf *out = picture->out;
    double width = key_width(picture, entry);

    if (width == KEY_LINE) {
        assay_buf_printf(out, "<path class=\"%s\" d=\"M",
                         entry->key == ASSAY_KEY_FRONTIER ? "frontier"
                                                          : "line");
        assay_chart_number(out, entry->x);
        assay_buf_add_char(out, ' ');
        assay_chart_number(out, y);
        assay_buf_printf(out, "h%d\"/>", KEY_LINE);
    }
    if (entry->key == ASSAY_KEY_FRONTIER)
        return;
    const char *shape = assay_chart_shape(
        out, entry->series, entry->key == ASSAY_KEY_DIM ? "mark dim" : "mark",
        (struct assay_mark){entry->x + width / 2, y, 5});
    assay_buf_printf(out, "</%s>", shape);
}

void assay_chart_draw_head(struct assay_picture *picture)
{
    struct assay_buf *out = picture->out;
    double rise = legend_rise(picture);

    if (picture->legend_count == 0 && picture->chart->y.title.len == 0)
        return;
    assay_buf_add_c(out, "<g transform=\"translate(0 ");
    assay_chart_number(out, picture->plot.top - 6);
    assay_buf_printf(out, ")\"%s><g class=\"head\">\n",
                     picture->linked ? " aria-hidden=\"true\"" : "");
    for (size_t i = 0; i < picture->legend_count; i++) {
        const struct assay_legend_entry *entry = &picture->legend[i];
        double y = -rise - (double)(picture->legend_lines - 1 - entry->line) *
                               LINE_HEIGHT;

        assay_buf_printf(out, "<g class=\"series-%zu\">", entry->series + 1);
        draw_key(picture, entry, y - KEY_RISE);
        add_text(picture, "label", entry->text,
                 entry->x + key_width(picture, entry) + KEY_GAP, y);
        assay_buf_add_c(out, "</g>\n");
    }
    if (picture->chart->y.title.len)
        add_text(picture, "title",
                 assay_text_cut(picture->arena, picture->chart->y.title,
                                ASSAY_NAME_CHARACTERS),
                 0, -title_rise(picture));
    assay_buf_add_c(out, "</g></g>\n");
}
