/*
 * What a point looks like: a shape for each series, its interval, its words
 * on hovering, its link. A picture weighs 60 KB at most, so of very many
 * points only some have words.
 */
#include "render/chart_parts.h"

#include "assay/render.h"
#include "render/render_html.h"

#include <math.h>

enum {
    HINT_CHARACTERS = 160,
    MANY = 400,        /* points: those without a name are dots from here on */
    MANY_OF_LINE = 60, /* points of a line: none has words from here on */
    PICTURE_BYTES = 52000, /* and some 8 KB for what stands around */
    MARK_BYTES = 120,
    DOT_BYTES = 9,
};

void assay_chart_number(struct assay_buf *out, double value)
{
    int tenths = (int)lround(fmax(fmin(value, 1e6), -1e6) * 10);

    if (tenths < 0)
        assay_buf_add_char(out, '-');
    tenths = tenths < 0 ? -tenths : tenths;
    assay_buf_printf(out, "%d", tenths / 10);
    if (tenths % 10)
        assay_buf_printf(out, ".%d", tenths % 10);
}

void assay_chart_attribute(struct assay_buf *out, const char *name,
                           double value)
{
    assay_buf_printf(out, " %s=\"", name);
    assay_chart_number(out, value);
    assay_buf_add_char(out, '"');
}

/* Outlines for a radius of 10, begun at `x`, `y` from the middle. */
static const struct outline {
    double x, y;
    signed char steps[24]; /* pairs of relative moves; ended by 0, 0 */
} outlines[ASSAY_CHART_SERIES_MAX] = {
    {0},                                   /* a circle */
    {-9, -9, {18, 0, 0, 18, -18, 0}},      /* square */
    {0, -12, {12, 20, -24, 0}},            /* triangle */
    {0, -13, {13, 13, -13, 13, -13, -13}}, /* diamond */
    {0, 12, {12, -20, -24, 0}},            /* standing on its tip */
    {-4, -12, {8, 0,  0, 8, 8,  0,  0, 8, -8, 0, 0,
               8, -8, 0, 0, -8, -8, 0, 0, -8, 8, 0}},   /* plus */
    {-11, -10, {22, 0, -22, 20, 22, 0}},                /* hourglass */
    {-6, -11, {12, 0, 6, 11, -6, 11, -12, 0, -6, -11}}, /* hexagon */
};

const char *assay_chart_shape(struct assay_buf *out, size_t series,
                              const char *classes, struct assay_mark mark)
{
    const struct outline *outline = &outlines[series % ASSAY_CHART_SERIES_MAX];
    double scale = mark.radius / 10;

    if (outline->steps[0] == 0) {
        assay_buf_printf(out, "<circle class=\"%s\"", classes);
        assay_chart_attribute(out, "cx", mark.x);
        assay_chart_attribute(out, "cy", mark.y);
        assay_chart_attribute(out, "r", mark.radius);
        assay_buf_add_char(out, '>');
        return "circle";
    }
    assay_buf_printf(out, "<path class=\"%s\" d=\"M", classes);
    assay_chart_number(out, mark.x + outline->x * scale);
    assay_buf_add_char(out, ' ');
    assay_chart_number(out, mark.y + outline->y * scale);
    assay_buf_add_char(out, 'l');
    for (size_t i = 0; i + 1 < sizeof(outline->steps) &&
                       (outline->steps[i] || outline->steps[i + 1]);
         i += 2) {
        assay_buf_add_c(out, i ? " " : "");
        assay_chart_number(out, outline->steps[i] * scale);
        assay_buf_add_char(out, ' ');
        assay_chart_number(out, outline->steps[i + 1] * scale);
    }
    assay_buf_add_c(out, "z\">");
    return "path";
}

void assay_chart_hint(struct assay_picture *picture, struct assay_str name,
                      struct assay_str text)
{
    if (name.len == 0 && text.len == 0)
        return;
    assay_buf_add_c(picture->out, "<title>");
    assay_html_text(picture->out, assay_text_cut(picture->arena, name,
                                                 2 * ASSAY_NAME_CHARACTERS));
    if (name.len && text.len)
        assay_buf_add_c(picture->out, ": ");
    assay_html_text(picture->out,
                    assay_text_cut(picture->arena, text, HINT_CHARACTERS));
    assay_buf_add_c(picture->out, "</title>");
}

/* Its stroke, with a bar at each end; it lies in rows, else it stands. */
static void add_interval(struct assay_picture *picture,
                         const struct assay_spot *spot)
{
    struct assay_buf *out = picture->out;
    bool lies = picture->chart->kind == ASSAY_CHART_INTERVALS;
    double at[4] = {spot->low, spot->high};

    assay_buf_add_c(out, "<path class=\"whisker\" d=\"");
    for (int i = 0; i < 2; i++) {
        assay_buf_add_char(out, 'M');
        assay_chart_number(out, lies ? at[i] : spot->x - 6);
        assay_buf_add_char(out, ' ');
        assay_chart_number(out, lies ? spot->y - 6 : at[i]);
        assay_buf_add_c(out, lies ? "v12" : "h12");
    }
    assay_buf_add_char(out, 'M');
    assay_chart_number(out, lies ? spot->low : spot->x);
    assay_buf_add_char(out, ' ');
    assay_chart_number(out, lies ? spot->y : spot->low);
    assay_buf_add_char(out, lies ? 'H' : 'V');
    assay_chart_number(out, spot->high);
    assay_buf_add_c(out, "\"/>");
}

void assay_chart_spot(struct assay_picture *picture,
                      const struct assay_spot *spot, double radius)
{
    struct assay_html html = {.out = picture->out, .links = true};
    struct assay_mark mark = {spot->x, spot->y, radius};
    const char *classes = spot->point->dim  ? "mark dim"
                          : spot->efficient ? "mark efficient"
                                            : "mark";
    bool link = spot->speaks && spot->point->link.len > 0 &&
                assay_html_link_open(&html, spot->point->link);

    if (spot->interval)
        add_interval(picture, spot);
    const char *shape =
        assay_chart_shape(picture->out, spot->series, classes, mark);
    if (spot->speaks)
        assay_chart_hint(picture,
                         spot->point->name.len
                             ? spot->point->name
                             : picture->chart->series[spot->series].name,
                         spot->point->text);
    assay_buf_printf(picture->out, "</%s>%s", shape, link ? "</a>\n" : "\n");
}

/* What its words weigh. */
static size_t spot_bytes(struct assay_picture *picture,
                         const struct assay_spot *spot,
                         struct assay_buf *scratch)
{
    assay_buf_clear(scratch);
    assay_html_text(scratch, assay_text_cut(picture->arena, spot->point->name,
                                            2 * ASSAY_NAME_CHARACTERS));
    assay_html_text(scratch, assay_text_cut(picture->arena, spot->point->text,
                                            HINT_CHARACTERS));
    assay_html_text(scratch, spot->point->link);
    return scratch->failed ? PICTURE_BYTES : scratch->len + MARK_BYTES;
}

static size_t spots_of(const struct assay_picture *picture, size_t series)
{
    size_t count = 0;

    for (size_t i = 0; i < picture->spot_count; i++)
        count += picture->spots[i].series == series;
    return count;
}

static bool wants_words(const struct assay_picture *picture,
                        const struct assay_spot *spot, size_t in_series)
{
    const struct assay_point *point = spot->point;

    if (picture->chart->kind == ASSAY_CHART_INTERVALS)
        return true;
    if (picture->chart->kind == ASSAY_CHART_POINTS)
        return picture->spot_count <= MANY || point->name.len > 0;
    return in_series <= MANY_OF_LINE &&
           (point->name.len || point->text.len || point->link.len ||
            spot->interval || in_series == 1);
}

void assay_chart_choose_words(struct assay_picture *picture)
{
    size_t in_series[ASSAY_CHART_SERIES_MAX], left = PICTURE_BYTES;
    size_t dots = picture->spot_count < ASSAY_MOST_DOTS ? picture->spot_count
                                                        : ASSAY_MOST_DOTS;
    struct assay_buf scratch;

    assay_buf_init(&scratch, 8192);
    for (size_t i = 0; i < picture->series_count; i++)
        in_series[i] = spots_of(picture, i);
    left -= dots * DOT_BYTES;
    /* the frontier's first */
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < picture->spot_count; i++) {
            struct assay_spot *spot = &picture->spots[i];
            if (spot->efficient != (turn == 0) ||
                !wants_words(picture, spot, in_series[spot->series]))
                continue;
            size_t bytes = spot_bytes(picture, spot, &scratch);
            if (bytes > left)
                continue;
            left -= bytes;
            spot->speaks = true;
            picture->linked = picture->linked || spot->point->link.len > 0;
        }
    assay_buf_release(&scratch);
}
