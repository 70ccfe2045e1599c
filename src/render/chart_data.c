/*
 * Lines, steps and points. A line of thousands of points is drawn by the
 * first, lowest, highest and last of each column, which looks the same;
 * thousands of points become dots on a grid.
 */
#include "render/chart_parts.h"

#include "assay/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_COLUMNS = 700, /* of all lines together, four corners in each */
    MOST_LABELS = 60,
    FEW_LABELS = 12, /* beside those of the frontier */
    LABEL_GAP = 5,
    DOT_RADIUS = 2,
};

/* From the better end of x; of equal ones the better y, the earlier. */
static int compare_by_worth(const void *a, const void *b)
{
    const struct assay_spot *const *one = a, *const *other = b;

    if ((*one)->x != (*other)->x)
        return (*one)->x < (*other)->x ? -1 : 1;
    if ((*one)->y != (*other)->y)
        return (*one)->y < (*other)->y ? -1 : 1;
    return (*one)->order < (*other)->order ? -1 : 1;
}

/*
 * The points than which none is as good on both axes and better on one.
 * What is retired is no choice. Values are turned so that less is better.
 */
void assay_chart_find_frontier(struct assay_picture *picture)
{
    const struct assay_chart *chart = picture->chart;
    double across = chart->better_x > 0 ? -1 : 1;
    double along = chart->better_y > 0 ? -1 : 1;

    if (chart->kind != ASSAY_CHART_POINTS || chart->better_x == 0 ||
        chart->better_y == 0 || picture->spot_count == 0)
        return;

    struct assay_spot *turned =
        ASSAY_NEW_ARRAY(picture->arena, struct assay_spot, picture->spot_count);
    struct assay_spot **sorted = ASSAY_NEW_ARRAY(
        picture->arena, struct assay_spot *, picture->spot_count);
    size_t count = 0;
    for (size_t i = 0; i < picture->spot_count; i++) {
        if (picture->spots[i].point->dim)
            continue;
        turned[count] = picture->spots[i];
        turned[count].x = picture->spots[i].point->x * across;
        turned[count].y = picture->spots[i].point->y * along;
        sorted[count] = &turned[count];
        count++;
    }
    qsort(sorted, count, sizeof(*sorted), compare_by_worth);

    picture->frontier = ASSAY_NEW_ARRAY(picture->arena, struct assay_spot *,
                                        picture->spot_count);
    for (size_t i = 0; i < count; i++) {
        struct assay_spot *spot = &picture->spots[sorted[i]->order];
        const struct assay_spot *best =
            picture->frontier_count
                ? picture->frontier[picture->frontier_count - 1]
                : NULL;
        bool better = !best || sorted[i]->y < best->point->y * along;
        bool same = best && spot->point->x == best->point->x &&
                    spot->point->y == best->point->y;
        if (better || same)
            spot->efficient = true;
        if (better)
            picture->frontier[picture->frontier_count++] = spot;
    }
    /* now from the better end; drawn from left to right */
    for (size_t i = 0; across < 0 && i < picture->frontier_count / 2; i++) {
        size_t k = picture->frontier_count - 1 - i;
        struct assay_spot *swap = picture->frontier[i];
        picture->frontier[i] = picture->frontier[k];
        picture->frontier[k] = swap;
    }
}

static void add_corner(struct assay_buf *out, const char *command, double x,
                       double y)
{
    assay_buf_add_c(out, command);
    assay_chart_number(out, x);
    assay_buf_add_char(out, ' ');
    assay_chart_number(out, y);
}

/*
 * Between two points the step goes where both together still reach: with
 * more being better on x, up to the next point's y first.
 */
static void draw_frontier(struct assay_picture *picture)
{
    struct assay_buf *out = picture->out;

    if (picture->frontier_count < 2)
        return;
    assay_buf_add_c(out, "<path class=\"frontier\" d=\"");
    for (size_t i = 0; i < picture->frontier_count; i++) {
        const struct assay_spot *to = picture->frontier[i];
        if (i == 0) {
            add_corner(out, "M", to->x, to->y);
            continue;
        }
        const struct assay_spot *from = picture->frontier[i - 1];
        bool first_y = picture->chart->better_x > 0;
        double x = first_y ? from->x : to->x, y = first_y ? to->y : from->y;

        assay_buf_add_c(out, first_y ? "V" : "H");
        assay_chart_number(out, first_y ? y : x);
        assay_buf_add_c(out, first_y ? "H" : "V");
        assay_chart_number(out, first_y ? to->x : to->y);
        assay_chart_take_line(picture,
                              (struct assay_segment){from->x, from->y, x, y});
        assay_chart_take_line(picture,
                              (struct assay_segment){x, y, to->x, to->y});
    }
    assay_buf_add_c(out, "\"/>\n");
}

/* The corners of a line. */
struct corners {
    const struct assay_spot **at;
    size_t count;
};

static void add_spot_once(struct corners *corners,
                          const struct assay_spot *spot)
{
    for (size_t i = corners->count; i > 0 && i + 4 > corners->count; i--)
        if (corners->at[i - 1] == spot)
            return;
    corners->at[corners->count++] = spot;
}

/* The extremes of a column of points, in the order in which they stand. */
static void add_column(struct corners *corners, const struct assay_spot *from,
                       size_t count)
{
    const struct assay_spot *low = from, *high = from;

    for (size_t i = 1; i < count; i++) {
        low = from[i].y > low->y ? &from[i] : low;
        high = from[i].y < high->y ? &from[i] : high;
    }
    add_spot_once(corners, from);
    add_spot_once(corners, low < high ? low : high);
    add_spot_once(corners, low < high ? high : low);
    add_spot_once(corners, &from[count - 1]);
}

static struct corners corners_of(struct assay_picture *picture,
                                 const struct assay_spot *spots, size_t count)
{
    size_t columns = LINE_COLUMNS / picture->series_count;
    double width = (picture->plot.right - picture->plot.left) / (double)columns;
    struct corners corners = {
        ASSAY_NEW_ARRAY(picture->arena, const struct assay_spot *, count), 0};

    if (count <= 4 * columns)
        width = 0;
    for (size_t i = 0, n; i < count; i += n) {
        double column = floor(spots[i].x / (width > 0 ? width : 1));
        for (n = 1; width > 0 && i + n < count &&
                    floor(spots[i + n].x / width) == column;)
            n++;
        add_column(&corners, &spots[i], n);
    }
    return corners;
}

static void draw_line(struct assay_picture *picture,
                      const struct corners *corners)
{
    const struct assay_spot *last = NULL;

    for (size_t i = 0; i < corners->count; i++) {
        const struct assay_spot *spot = corners->at[i];
        add_corner(picture->out, i ? "L" : "M", spot->x, spot->y);
        if (last)
            assay_chart_take_line(
                picture,
                (struct assay_segment){last->x, last->y, spot->x, spot->y});
        last = spot;
    }
}

/* A value holds until the next; the last one on, unless it is an end. */
static void draw_steps(struct assay_picture *picture,
                       const struct corners *corners)
{
    for (size_t i = 0; i < corners->count; i++) {
        const struct assay_spot *spot = corners->at[i];
        double until = i + 1 < corners->count ? corners->at[i + 1]->x
                       : spot->point->dim     ? spot->x
                                              : picture->plot.right;
        double then = i + 1 < corners->count ? corners->at[i + 1]->y : spot->y;

        if (i == 0)
            add_corner(picture->out, "M", spot->x, spot->y);
        assay_buf_add_char(picture->out, 'H');
        assay_chart_number(picture->out, until);
        if (i + 1 < corners->count) {
            assay_buf_add_char(picture->out, 'V');
            assay_chart_number(picture->out, then);
        }
        assay_chart_take_line(
            picture, (struct assay_segment){spot->x, spot->y, until, spot->y});
        assay_chart_take_line(
            picture, (struct assay_segment){until, spot->y, until, then});
    }
}

/* The series' name, at its end if there is room, else along it. */
static void want_line_label(struct assay_picture *picture, size_t series,
                            const struct assay_spot *spots, size_t count)
{
    struct assay_label label = {
        .text = picture->chart->series[series].name,
        .kind = "label",
        .side = ASSAY_ABOVE,
    };
    static const double parts[] = {1, 0.8, 0.6, 0.4, 0.2};
    bool steps = picture->chart->kind == ASSAY_CHART_STEPS;

    if (picture->series_count < 2 || label.text.len == 0)
        return;
    if (steps && !spots[count - 1].point->dim)
        label.places[label.place_count++] =
            (struct assay_label_place){picture->plot.right, spots[count - 1].y,
                                       LABEL_GAP + ASSAY_LINE_RADIUS};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct assay_spot *spot =
            &spots[(size_t)lround(parts[i] * (double)(count - 1))];
        label.places[label.place_count++] = (struct assay_label_place){
            spot->x, spot->y, LABEL_GAP + ASSAY_LINE_RADIUS};
    }
    assay_chart_want_label(picture, &label);
}

static void draw_one_line(struct assay_picture *picture, size_t series,
                          const struct assay_spot *spots, size_t count)
{
    struct corners corners = corners_of(picture, spots, count);

    assay_buf_printf(picture->out, "<g class=\"series-%zu\">", series + 1);
    if (count > 1 || picture->chart->kind == ASSAY_CHART_STEPS) {
        assay_buf_add_c(picture->out, "<path class=\"line\" d=\"");
        if (picture->chart->kind == ASSAY_CHART_STEPS)
            draw_steps(picture, &corners);
        else
            draw_line(picture, &corners);
        assay_buf_add_c(picture->out, "\"/>\n");
    }
    for (size_t i = 0; i < count; i++)
        if (spots[i].speaks)
            assay_chart_spot(picture, &spots[i], ASSAY_LINE_RADIUS);
    if (!spots[count - 1].speaks)
        assay_chart_spot(picture, &spots[count - 1], ASSAY_LINE_RADIUS);
    assay_buf_add_c(picture->out, "</g>\n");
}

static struct assay_box box_around(const struct assay_spot *spot, double radius)
{
    return (struct assay_box){spot->x - radius, spot->y - radius,
                              spot->x + radius, spot->y + radius};
}

/* Names beside points, the frontier's first. */
static void want_point_labels(struct assay_picture *picture)
{
    bool points = picture->chart->kind == ASSAY_CHART_POINTS;
    double radius = points ? ASSAY_MARK_RADIUS : ASSAY_LINE_RADIUS;
    size_t most = picture->frontier_count ? FEW_LABELS : MOST_LABELS;
    size_t wanted = 0;

    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < picture->spot_count; i++) {
            const struct assay_spot *spot = &picture->spots[i];
            struct assay_label label = {
                .text = spot->point->name,
                .kind = spot->efficient ? "label best" : "label",
                .side = ASSAY_BESIDE,
                .places = {{spot->x, spot->y, radius + LABEL_GAP}},
                .place_count = 1,
                .only_fine = picture->frontier_count > 0 && turn == 1,
            };
            if (!spot->speaks || spot->point->name.len == 0 ||
                spot->efficient != (turn == 0))
                continue;
            if (turn == 1 && wanted++ >= most)
                return;
            assay_chart_want_label(picture, &label);
        }
}

/* A cell of the grid holds a bit for each series with a point there. */
struct dots {
    unsigned char *cells;
    size_t across, along;
    int size; /* of a cell */
};

static size_t gather_dots(const struct assay_picture *picture,
                          struct dots *dots)
{
    size_t count = 0;

    memset(dots->cells, 0, dots->across * dots->along);
    for (size_t i = 0; i < picture->spot_count; i++) {
        const struct assay_spot *spot = &picture->spots[i];
        size_t x = (size_t)lround(spot->x - picture->plot.left) / dots->size;
        size_t y = (size_t)lround(spot->y - picture->plot.top) / dots->size;
        unsigned char *cell = &dots->cells[y * dots->across + x];
        unsigned bit = 1u << spot->series;

        if (spot->speaks || (*cell & bit))
            continue;
        *cell = (unsigned char)(*cell | bit);
        count++;
    }
    return count;
}

/* Points without words, as one path for each series. */
static void draw_dots(struct assay_picture *picture)
{
    size_t speaking = 0;

    for (size_t i = 0; i < picture->spot_count; i++)
        speaking += picture->spots[i].speaks;
    if (speaking == picture->spot_count)
        return;
    size_t across = (size_t)(picture->plot.right - picture->plot.left) + 2;
    size_t along = (size_t)(picture->plot.bottom - picture->plot.top) + 2;
    struct dots dots = {
        ASSAY_NEW_ARRAY(picture->arena, unsigned char, across *along), across,
        along, 1};

    while (gather_dots(picture, &dots) > ASSAY_MOST_DOTS)
        dots.size *= 2;
    for (size_t series = 0; series < picture->series_count; series++) {
        bool open = false;
        for (size_t i = 0; i < across * along; i++) {
            if (!(dots.cells[i] & 1u << series))
                continue;
            if (!open)
                assay_buf_printf(picture->out,
                                 "<path class=\"dots series-%zu\" d=\"",
                                 series + 1);
            open = true;
            assay_buf_printf(
                picture->out, "M%d %dh0",
                (int)picture->plot.left + (int)(i % across) * dots.size,
                (int)picture->plot.top + (int)(i / across) * dots.size);
        }
        assay_buf_add_c(picture->out, open ? "\"/>\n" : "");
    }
}

static void draw_points(struct assay_picture *picture)
{
    size_t series = SIZE_MAX;

    draw_dots(picture);
    draw_frontier(picture);
    for (int turn = 0; turn < 2; turn++) /* the frontier's on top */
        for (size_t i = 0; i < picture->spot_count; i++) {
            const struct assay_spot *spot = &picture->spots[i];
            if (!spot->speaks || spot->efficient != (turn == 1))
                continue;
            if (spot->series != series)
                assay_buf_printf(picture->out, "%s<g class=\"series-%zu\">",
                                 series == SIZE_MAX ? "" : "</g>\n",
                                 spot->series + 1);
            series = spot->series;
            assay_chart_spot(picture, spot, ASSAY_MARK_RADIUS);
        }
    assay_buf_add_c(picture->out, series == SIZE_MAX ? "" : "</g>\n");
}

void assay_chart_draw_data(struct assay_picture *picture)
{
    bool points = picture->chart->kind == ASSAY_CHART_POINTS;

    for (size_t i = 0; i < picture->spot_count; i++) {
        const struct assay_spot *spot = &picture->spots[i];
        double radius = !spot->speaks ? DOT_RADIUS
                        : points      ? ASSAY_MARK_RADIUS
                                      : ASSAY_LINE_RADIUS;
        if (points || spot->speaks)
            assay_chart_take(picture, box_around(spot, radius + 1));
    }
    if (points) {
        draw_points(picture);
        want_point_labels(picture);
        return;
    }
    for (size_t i = 0, n; i < picture->spot_count; i += n) {
        size_t series = picture->spots[i].series;
        for (n = 1; i + n < picture->spot_count &&
                    picture->spots[i + n].series == series;)
            n++;
        draw_one_line(picture, series, &picture->spots[i], n);
        want_line_label(picture, series, &picture->spots[i], n);
    }
    want_point_labels(picture);
}
