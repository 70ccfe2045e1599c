/*
 * A picture as a figure of the page.
 */
#include "serve/pictures.h"

#include "assay/render.h"

#include <stdlib.h>

enum {
    FIGURE_BYTES = 96 << 10,
    MOST_NAMED = 12, /* of a frontier, in words */
};

bool assay_figure_insert(struct assay_visit *visit, struct assay_sheet *sheet,
                         const char *section, const struct assay_chart *chart,
                         struct assay_str caption)
{
    struct assay_error ignored = {0};
    struct assay_buf out;
    bool drawn;

    assay_buf_init(&out, FIGURE_BYTES);
    assay_buf_add_c(&out, "<figure class=\"chart\">\n");
    drawn = assay_chart_svg(&out, chart);
    assay_buf_add_c(&out, "<figcaption>");
    assay_html_text(&out, caption);
    assay_buf_add_c(&out, "</figcaption></figure>\n");
    drawn = drawn && assay_buf_ok(&out, &ignored);
    if (drawn) {
        assay_sheet_insert(visit, sheet, section, assay_buf_str(&out));
        sheet->last->spare = true; /* the table beside it says the same */
    }
    assay_buf_release(&out);
    return drawn;
}

struct assay_str assay_figure_join(struct assay_arena *arena,
                                   struct assay_str text,
                                   struct assay_str sentence)
{
    if (text.len == 0)
        return sentence;
    if (sentence.len == 0)
        return text;
    return assay_arena_printf(arena, "%.*s %.*s", ASSAY_STR_ARG(text),
                              ASSAY_STR_ARG(sentence));
}

/* ------------------------------------------------------- the frontier */

static bool is_efficient(const struct assay_series *series, size_t which,
                         int better_y)
{
    const struct assay_point *one = &series->points[which];

    for (size_t i = 0; i < series->count; i++) {
        const struct assay_point *other = &series->points[i];
        double ahead = (other->y - one->y) * better_y;

        if (!other->dim && other->x <= one->x && ahead >= 0 &&
            (other->x < one->x || ahead > 0))
            return false;
    }
    return !one->dim;
}

static int by_x(const void *a, const void *b)
{
    const struct assay_point *const *x = a, *const *y = b;

    if ((*x)->x != (*y)->x)
        return (*x)->x < (*y)->x ? -1 : 1;
    return assay_str_compare((*x)->link, (*y)->link);
}

struct assay_str assay_figure_frontier(struct assay_arena *arena,
                                       const struct assay_series *series,
                                       int better_y)
{
    const struct assay_point **best =
        ASSAY_NEW_ARRAY(arena, const struct assay_point *, series->count + 1);
    struct assay_str text = assay_arena_printf(
        arena, "%zu models. On the efficient frontier: ", series->count);
    size_t count = 0;

    for (size_t i = 0; i < series->count; i++)
        if (is_efficient(series, i, better_y))
            best[count++] = &series->points[i];
    qsort(best, count, sizeof(*best), by_x);
    for (size_t i = 0; i < count && i < MOST_NAMED; i++)
        text = assay_arena_printf(
            arena, "%.*s%s%.*s (%.*s)", ASSAY_STR_ARG(text), i ? ", " : "",
            ASSAY_STR_ARG(best[i]->name), ASSAY_STR_ARG(best[i]->text));
    if (count > MOST_NAMED)
        text = assay_arena_printf(arena, "%.*s and %zu more",
                                  ASSAY_STR_ARG(text), count - MOST_NAMED);
    return assay_arena_printf(arena, "%.*s.", ASSAY_STR_ARG(text));
}
