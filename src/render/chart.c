/*
 * A chart as one <svg>: gathers the points that its scales can hold, fits
 * scales to them, then draws axes, data, marks and labels in this order.
 */
#include "assay/chart.h"

#include "assay/render.h"
#include "render/chart_parts.h"

#include <math.h>
#include <stdlib.h>

enum {
    PLOT_HEIGHT = 320,
    TICKS_GAP = 7,   /* from the plot to what stands around it */
    GUTTER_GAP = 14, /* from the numbers of the upright axis to the plot */
    TITLE_CHARACTERS = 160,
    DESCRIPTION_CHARACTERS = 800,
    RING_RADIUS = 7,
    FLAG_STEP = 27, /* from one place for a flag's words to the next */
};

static const char *const kind_classes[] = {
    [ASSAY_CHART_LINES] = "lines",
    [ASSAY_CHART_STEPS] = "steps",
    [ASSAY_CHART_POINTS] = "points",
    [ASSAY_CHART_INTERVALS] = "intervals",
};

static bool is_rows(const struct assay_chart *chart)
{
    return chart->kind == ASSAY_CHART_INTERVALS;
}

/* Letters, digits, "-" and "_": it is named in a list of ids. */
static struct assay_str clean_id(struct assay_arena *arena, struct assay_str id)
{
    char *text = assay_arena_cstr(arena, id);
    size_t len = id.len;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '-' && c != '_')
            text[i] = '-';
    }
    return len ? (struct assay_str){text, len} : ASSAY_STR("chart");
}

static bool has_interval(const struct assay_point *point)
{
    return (point->low != 0 || point->high != 0) && point->low <= point->high;
}

static int compare_by_x(const void *a, const void *b)
{
    const struct assay_spot *one = a, *other = b;

    if (one->series != other->series)
        return one->series < other->series ? -1 : 1;
    if (one->point->x != other->point->x)
        return one->point->x < other->point->x ? -1 : 1;
    return one->order < other->order ? -1 : 1;
}

/* The points that can be drawn; lines go from left to right. */
static void gather(struct assay_picture *picture)
{
    const struct assay_chart *chart = picture->chart;
    size_t total = 0;

    for (size_t i = 0; i < picture->series_count; i++)
        total += chart->series[i].count;
    picture->spots = ASSAY_NEW_ARRAY(picture->arena, struct assay_spot, total);
    for (size_t i = 0; i < picture->series_count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++) {
            const struct assay_point *point = &chart->series[i].points[k];
            if (!assay_scale_holds(chart->x.scale, point->x) ||
                (!is_rows(chart) &&
                 !assay_scale_holds(chart->y.scale, point->y)))
                continue;
            picture->spots[picture->spot_count] = (struct assay_spot){
                .point = point,
                .series = i,
                .order = picture->spot_count,
                .interval = has_interval(point),
            };
            picture->spot_count++;
        }
    if (chart->kind != ASSAY_CHART_LINES && chart->kind != ASSAY_CHART_STEPS)
        return;
    qsort(picture->spots, picture->spot_count, sizeof(*picture->spots),
          compare_by_x);
    for (size_t i = 0; i < picture->spot_count; i++)
        picture->spots[i].order = i;
}

static bool shows_flag(const struct assay_chart *chart,
                       const struct assay_point *flag)
{
    return assay_scale_holds(chart->x.scale, flag->x) &&
           (isnan(flag->y) || is_rows(chart) ||
            assay_scale_holds(chart->y.scale, flag->y));
}

static void fit_scales(struct assay_picture *picture)
{
    const struct assay_chart *chart = picture->chart;
    bool points = chart->kind == ASSAY_CHART_POINTS;
    bool steps = chart->kind == ASSAY_CHART_STEPS;
    struct assay_extent x = {0}, y = {0};

    for (size_t i = 0; i < picture->spot_count; i++) {
        const struct assay_spot *spot = &picture->spots[i];
        struct assay_extent *extent = is_rows(chart) ? &x : &y;
        enum assay_scale scale =
            is_rows(chart) ? chart->x.scale : chart->y.scale;

        assay_extent_add(&x, chart->x.scale, spot->point->x);
        if (!is_rows(chart))
            assay_extent_add(&y, chart->y.scale, spot->point->y);
        if (spot->interval) {
            assay_extent_add(extent, scale, spot->point->low);
            assay_extent_add(extent, scale, spot->point->high);
        }
    }
    for (size_t i = 0; i < chart->mark_count; i++) {
        if (!shows_flag(chart, &chart->marks[i]))
            continue;
        assay_extent_add(&x, chart->x.scale, chart->marks[i].x);
        if (!is_rows(chart))
            assay_extent_add(&y, chart->y.scale, chart->marks[i].y);
    }
    bool logarithm = chart->y.scale == ASSAY_SCALE_LOG;
    picture->x = assay_scale_fit(
        &chart->x, x,
        (struct assay_fit){
            .pad_low = points || is_rows(chart) ? 0.04 : 0,
            .pad_high = points || is_rows(chart) || steps ? 0.04 : 0,
        });
    if (!is_rows(chart))
        picture->y =
            assay_scale_fit(&chart->y, y,
                            (struct assay_fit){
                                .pad_low = points || logarithm ? 0.06 : 0,
                                .pad_high = points || logarithm ? 0.06 : 0.02,
                                .whole = !points,
                            });
}

/* The plot between its axes, which depends on the width of their numbers. */
static void lay_out(struct assay_picture *picture)
{
    const struct assay_chart *chart = picture->chart;
    double gutter = 0;

    picture->plot.right = ASSAY_PICTURE_WIDTH - 8;
    picture->plot.top = assay_chart_head_height(picture) + TICKS_GAP;
    if (is_rows(chart)) {
        assay_chart_rows_layout(picture);
        picture->plot.bottom += picture->plot.top;
        for (size_t i = 0; i < picture->row_count; i++) {
            picture->rows[i].top += picture->plot.top;
            picture->rows[i].bottom += picture->plot.top;
        }
    } else {
        picture->y_ticks =
            assay_ticks_make(picture->arena, &chart->y, &picture->y, 6);
        for (size_t i = 0; i < picture->y_ticks.count; i++)
            gutter = fmax(gutter, assay_text_width(picture->y_ticks.at[i].label,
                                                   ASSAY_TEXT_LARGE));
        picture->plot.left = gutter + GUTTER_GAP;
        picture->plot.bottom = picture->plot.top + PLOT_HEIGHT;
        picture->y.from = picture->plot.bottom;
        picture->y.to = picture->plot.top;
    }
    picture->x.from = picture->plot.left;
    picture->x.to = picture->plot.right;
    picture->x_ticks = assay_ticks_make(picture->arena, &chart->x, &picture->x,
                                        is_rows(chart) ? 5 : 7);
    assay_ticks_thin(&picture->x_ticks, &picture->x);
    picture->height =
        picture->plot.bottom + TICKS_GAP +
        (chart->x.title.len || picture->rows_left_out ? 2.65 : 1.3) *
            ASSAY_TEXT_LARGE;
}

/* The place of an end of an interval; what cannot be held is beyond. */
static double place_of_end(const struct assay_chart_scale *scale, double value,
                           double beyond)
{
    return assay_scale_holds(scale->kind, value)
               ? assay_scale_place(scale, value)
               : beyond;
}

static void place_spots(struct assay_picture *picture)
{
    const struct assay_chart_scale *of_interval =
        is_rows(picture->chart) ? &picture->x : &picture->y;

    for (size_t i = 0; i < picture->spot_count; i++) {
        struct assay_spot *spot = &picture->spots[i];

        spot->x = assay_scale_place(&picture->x, spot->point->x);
        if (!is_rows(picture->chart))
            spot->y = assay_scale_place(&picture->y, spot->point->y);
        if (!spot->interval)
            continue;
        spot->low =
            place_of_end(of_interval, spot->point->low, of_interval->from);
        spot->high =
            place_of_end(of_interval, spot->point->high, of_interval->to);
    }
}

static void open_picture(struct assay_picture *picture)
{
    struct assay_buf *out = picture->out;
    const struct assay_chart *chart = picture->chart;

    assay_buf_printf(out, "<svg class=\"chart %s room-%d\" viewBox=\"0 0 %d ",
                     kind_classes[chart->kind], picture->head_room,
                     ASSAY_PICTURE_WIDTH);
    assay_chart_number(out, ceil(picture->height));
    /* an image is one thing to those who do not see it; links are several */
    assay_buf_printf(out, "\" role=\"%s\" aria-labelledby=\"%.*s-title",
                     picture->linked ? "group" : "img",
                     ASSAY_STR_ARG(picture->id));
    if (chart->description.len)
        assay_buf_printf(out, " %.*s-desc", ASSAY_STR_ARG(picture->id));
    assay_buf_printf(out, "\">\n<title id=\"%.*s-title\">",
                     ASSAY_STR_ARG(picture->id));
    assay_html_text(
        out, assay_text_cut(picture->arena, chart->title, TITLE_CHARACTERS));
    assay_buf_add_c(out, "</title>\n");
    if (chart->description.len == 0)
        return;
    assay_buf_printf(out, "<desc id=\"%.*s-desc\">",
                     ASSAY_STR_ARG(picture->id));
    assay_html_text(out, assay_text_cut(picture->arena, chart->description,
                                        DESCRIPTION_CHARACTERS));
    assay_buf_add_c(out, "</desc>\n");
}

/* A line at each tick, of those that are fine or of the others. */
static void draw_x_grid(struct assay_picture *picture, bool fine)
{
    bool whole =
        is_rows(picture->chart) || picture->chart->kind == ASSAY_CHART_POINTS;
    double top = whole ? picture->plot.top : picture->plot.bottom;
    bool open = false;

    for (size_t i = 0; i < picture->x_ticks.count; i++) {
        const struct assay_tick *tick = &picture->x_ticks.at[i];
        if (tick->fine != fine)
            continue;
        if (!open)
            assay_buf_printf(picture->out, "<path class=\"%s%s\" d=\"",
                             whole ? "grid" : "axis", fine ? " fine" : "");
        assay_buf_add_char(picture->out, 'M');
        open = true;
        assay_chart_number(picture->out, assay_tick_place(&picture->x, tick));
        assay_buf_add_char(picture->out, ' ');
        assay_chart_number(picture->out, top);
        assay_buf_add_char(picture->out, 'V');
        assay_chart_number(picture->out,
                           picture->plot.bottom + (whole ? 0 : 6));
    }
    assay_buf_add_c(picture->out, open ? "\"/>\n" : "");
}

static void draw_grid(struct assay_picture *picture)
{
    struct assay_buf *out = picture->out;

    if (picture->y_ticks.count) {
        assay_buf_add_c(out, "<path class=\"grid\" d=\"");
        for (size_t i = 0; i < picture->y_ticks.count; i++) {
            assay_buf_add_c(out, "M0 ");
            assay_chart_number(
                out, assay_tick_place(&picture->y, &picture->y_ticks.at[i]));
            assay_buf_printf(out, "H%d", ASSAY_PICTURE_WIDTH);
        }
        assay_buf_add_c(out, "\"/>\n");
    }
    draw_x_grid(picture, false);
    draw_x_grid(picture, true);
    assay_buf_add_c(out, "<path class=\"axis\" d=\"M0 ");
    assay_chart_number(out, picture->plot.bottom);
    assay_buf_printf(out, "H%d\"/>\n", ASSAY_PICTURE_WIDTH);
}

static void add_tick_text(struct assay_picture *picture,
                          const struct assay_tick *tick, bool upright)
{
    struct assay_buf *out = picture->out;
    const struct assay_chart_scale *scale = upright ? &picture->y : &picture->x;
    double place = assay_tick_place(scale, tick);
    double end = place + assay_text_width(tick->label, ASSAY_TEXT_LARGE) / 2;
    double fine_end =
        place + assay_text_width(tick->label, ASSAY_TEXT_SMALL) / 2;

    assay_buf_printf(out, "<text class=\"tick%s\"", tick->fine ? " fine" : "");
    if (upright) {
        assay_buf_add_c(out, " x=\"0\"");
        assay_chart_attribute(out, "y", place - TICKS_GAP + 1);
    } else if (end > ASSAY_PICTURE_WIDTH) {
        assay_chart_attribute(out, "x", fmin(fine_end, ASSAY_PICTURE_WIDTH));
        assay_buf_add_c(out, " text-anchor=\"end\"");
    } else {
        assay_chart_attribute(out, "x", place);
        assay_buf_add_c(out, " text-anchor=\"middle\"");
    }
    if (!upright) {
        assay_chart_attribute(out, "y", picture->plot.bottom + TICKS_GAP);
        assay_buf_add_c(out, " dy=\".95em\"");
    }
    assay_buf_add_char(out, '>');
    assay_html_text(out, tick->label);
    assay_buf_add_c(out, "</text>\n");
}

/* The words of the level axis, and what is not shown. */
static void draw_foot(struct assay_picture *picture)
{
    struct assay_buf *out = picture->out;
    struct assay_str title = assay_text_cut(
        picture->arena, picture->chart->x.title, ASSAY_NAME_CHARACTERS);

    if (title.len) {
        assay_buf_add_c(out, "<text class=\"title\"");
        assay_chart_attribute(out, "x", ASSAY_PICTURE_WIDTH);
        assay_chart_attribute(out, "y", picture->plot.bottom + TICKS_GAP);
        assay_buf_add_c(out, " dy=\"2.35em\" text-anchor=\"end\">");
        assay_html_text(out, title);
        assay_buf_add_c(out, "</text>\n");
    }
    if (picture->rows_left_out) {
        assay_buf_add_c(out, "<text class=\"tick\" x=\"0\"");
        assay_chart_attribute(out, "y", picture->plot.bottom + TICKS_GAP);
        assay_buf_add_c(out, " dy=\"2.35em\">more in the table</text>\n");
    }
}

static void draw_axes(struct assay_picture *picture)
{
    assay_buf_printf(picture->out, "<g%s>\n",
                     picture->linked ? " aria-hidden=\"true\"" : "");
    draw_grid(picture);
    for (size_t i = 0; i < picture->y_ticks.count; i++)
        add_tick_text(picture, &picture->y_ticks.at[i], true);
    for (size_t i = 0; i < picture->x_ticks.count; i++)
        add_tick_text(picture, &picture->x_ticks.at[i], false);
    draw_foot(picture);
    assay_buf_add_c(picture->out, "</g>\n");
}

/* The words of a flag, twice where they are long: a phone has a part. */
static void want_flag_label(struct assay_picture *picture,
                            const struct assay_point *flag,
                            struct assay_label label)
{
    double x = label.places[0].x;
    double room = fmax(x - picture->plot.left, ASSAY_PICTURE_WIDTH - x) -
                  2 * label.places[0].gap;
    struct assay_str large =
        assay_text_fit(picture->arena, flag->name, ASSAY_TEXT_LARGE, room);

    label.text =
        assay_text_fit(picture->arena, flag->name, ASSAY_TEXT_SMALL, room);
    label.only_fine = !assay_str_equal(large, label.text);
    assay_chart_want_label(picture, &label);
    if (!label.only_fine)
        return;
    label.text = large;
    label.only_fine = false;
    label.only_coarse = true;
    assay_chart_want_label(picture, &label);
}

/* A line down to the axis, or a ring with one, and words. */
static void draw_flag(struct assay_picture *picture,
                      const struct assay_point *flag)
{
    struct assay_buf *out = picture->out;
    bool ring = !isnan(flag->y) && !is_rows(picture->chart);
    double x = assay_scale_place(&picture->x, flag->x);
    double y =
        ring ? assay_scale_place(&picture->y, flag->y) : picture->plot.top;
    struct assay_label label = {
        .kind = "label flag-name",
        .side = ring ? ASSAY_BESIDE : ASSAY_LEVEL,
        .place_count = ring ? 1 : ASSAY_LABEL_PLACES,
    };

    for (size_t i = 0; i < label.place_count; i++)
        label.places[i] = (struct assay_label_place){
            x, ring ? y : y + FLAG_STEP * ((double)i + 0.5), ring ? 11 : 7};
    assay_buf_add_c(out, "<g class=\"flag\"><path d=\"M");
    assay_chart_number(out, x);
    assay_buf_add_char(out, ' ');
    assay_chart_number(out, y + (ring ? RING_RADIUS : 0));
    assay_buf_add_char(out, 'V');
    assay_chart_number(out, picture->plot.bottom);
    assay_buf_add_c(out, "\"/>");
    if (ring) {
        assay_buf_add_c(out, "<circle");
        assay_chart_attribute(out, "cx", x);
        assay_chart_attribute(out, "cy", y);
        assay_chart_attribute(out, "r", RING_RADIUS);
        assay_buf_add_c(out, "/>");
        assay_chart_take(picture,
                         (struct assay_box){x - RING_RADIUS, y - RING_RADIUS,
                                            x + RING_RADIUS, y + RING_RADIUS});
    }
    assay_chart_hint(picture, flag->name, flag->text);
    assay_buf_add_c(out, "</g>\n");
    assay_chart_take_line(
        picture, (struct assay_segment){x, y, x, picture->plot.bottom});
    if (flag->name.len)
        want_flag_label(picture, flag, label);
}

static void draw(struct assay_picture *picture)
{
    const struct assay_chart *chart = picture->chart;

    open_picture(picture);
    draw_axes(picture);
    for (size_t i = 0; i < chart->mark_count; i++)
        if (shows_flag(chart, &chart->marks[i]))
            draw_flag(picture, &chart->marks[i]);
    if (is_rows(chart))
        assay_chart_rows_draw(picture);
    else
        assay_chart_draw_data(picture);
    assay_chart_draw_labels(picture);
    assay_chart_draw_head(picture);
    assay_buf_add_c(picture->out, "</svg>\n");
}

bool assay_chart_svg(struct assay_buf *out, const struct assay_chart *chart)
{
    struct assay_arena arena = {0};
    struct assay_picture picture = {
        .out = out,
        .arena = &arena,
        .chart = chart,
        .series_count = chart->series_count < ASSAY_CHART_SERIES_MAX
                            ? chart->series_count
                            : ASSAY_CHART_SERIES_MAX,
    };

    gather(&picture);
    bool any = picture.spot_count > 0;
    if (any) {
        picture.id = clean_id(&arena, chart->id);
        fit_scales(&picture);
        assay_chart_find_frontier(&picture);
        lay_out(&picture);
        place_spots(&picture);
        assay_chart_choose_words(&picture);
        draw(&picture);
    }
    assay_arena_free(&arena);
    return any;
}
