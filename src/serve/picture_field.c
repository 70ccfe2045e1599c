/*
 * Cost against context: each model of a list as a point, and the frontier of
 * those than which none listed costs less with as much context.
 */
#include "serve/model_list.h"
#include "serve/pictures.h"
#include "serve/places.h"

#include <math.h>
#include <stdlib.h>

enum {
    LEAST_POINTS = 3,
    MOST_NEAR = 16,
};

/* Which of the list can stand on two logarithmic axes. */
struct field {
    struct assay_arena *arena;
    const struct assay_directory_model **models;
    struct assay_point *points;
    size_t count, retired;
    size_t free, unknown; /* not among them */
};

static void find_field(struct field *field,
                       const struct assay_directory_model *const *models,
                       size_t count)
{
    struct assay_arena *arena = field->arena;

    field->models =
        ASSAY_NEW_ARRAY(arena, const struct assay_directory_model *, count);
    field->points = ASSAY_NEW_ARRAY(arena, struct assay_point, count);
    for (size_t i = 0; i < count; i++) {
        const struct assay_directory_model *m = models[i];

        if (m->cost_state == ASSAY_FREE) {
            field->free++;
            continue;
        }
        if (m->cost_state != ASSAY_KNOWN || m->context_state != ASSAY_KNOWN ||
            m->context_tokens == 0) {
            field->unknown++;
            continue;
        }
        field->models[field->count] = m;
        field->points[field->count++] = (struct assay_point){
            .x = assay_decimal_double(m->usd),
            .y = (double)m->context_tokens,
            .name = m->name,
            .text = assay_arena_printf(
                arena, "%.*s a month, %.*s tokens",
                ASSAY_STR_ARG(assay_cost_text(arena, m->cost_state, m->usd)),
                ASSAY_STR_ARG(assay_decimal_fixed(
                    arena, assay_decimal_uint(m->context_tokens), 0))),
            .link = assay_model_path(arena, m->id),
            .dim = m->cost_retired,
        };
        field->retired += m->cost_retired;
    }
}

/* The page's own model, which others may cover. */
static size_t mark_own(const struct field *field,
                       const struct assay_directory_model *own,
                       struct assay_point *mark)
{
    for (size_t i = 0; own && i < field->count; i++)
        if (field->models[i] == own) {
            *mark = field->points[i];
            field->points[i].name = ASSAY_STR(""); /* its flag has it */
            return 1;
        }
    return 0;
}

static struct assay_str caption_of(const struct field *field)
{
    struct assay_arena *arena = field->arena;
    const struct assay_traffic traffic = assay_traffic_default();
    struct assay_str words = assay_traffic_words(arena, &traffic);
    struct assay_str text = assay_arena_printf(
        arena,
        "Cost against context of the models listed below, at %.*s; on the "
        "dashed line none of them costs less with as much context.",
        ASSAY_STR_ARG(words));

    if (field->unknown)
        text = assay_arena_printf(
            arena, "%.*s %zu whose cost or context is not known %s not drawn.",
            ASSAY_STR_ARG(text), field->unknown,
            field->unknown == 1 ? "is" : "are");
    if (field->free)
        text = assay_arena_printf(arena,
                                  "%.*s %zu with a free tier alone %s not "
                                  "drawn.",
                                  ASSAY_STR_ARG(text), field->free,
                                  field->free == 1 ? "is" : "are");
    return text;
}

void assay_picture_field(struct assay_visit *visit, struct assay_sheet *sheet,
                         const char *section,
                         const struct assay_directory_model *const *models,
                         size_t count, const struct assay_directory_model *own)
{
    struct field field = {.arena = visit->arena};
    struct assay_series series = {.name = ASSAY_STR("")};
    struct assay_point mark;

    find_field(&field, models, count);
    if (field.count < LEAST_POINTS || field.retired == field.count)
        return;
    series.points = field.points;
    series.count = field.count;
    struct assay_chart chart = {
        .kind = ASSAY_CHART_POINTS,
        .id = ASSAY_STR("cost-by-context"),
        .title = ASSAY_STR("Cost a month against context"),
        .description = assay_figure_frontier(visit->arena, &series, 1),
        .x = {.title = ASSAY_STR("Cost a month"),
              .scale = ASSAY_SCALE_LOG,
              .before = "$",
              .behind = ""},
        .y = {.title = ASSAY_STR("Context, tokens"),
              .scale = ASSAY_SCALE_LOG,
              .before = "",
              .behind = ""},
        .better_x = -1,
        .better_y = 1,
    };

    chart.series = &series;
    chart.series_count = 1;
    chart.marks = &mark;
    chart.mark_count = mark_own(&field, own, &mark);
    assay_figure_insert(visit, sheet, section, &chart, caption_of(&field));
}

/* ------------------------------------------------------- near a model */

struct neighbour {
    const struct assay_directory_model *model;
    double distance; /* in cost and context together, as factors */
};

static bool is_drawable(const struct assay_directory_model *m)
{
    return m->cost_state == ASSAY_KNOWN && m->context_state == ASSAY_KNOWN &&
           m->context_tokens > 0 && assay_decimal_sign(m->usd) > 0;
}

static double distance(const struct assay_directory_model *a,
                       const struct assay_directory_model *b)
{
    return fabs(log(assay_decimal_double(a->usd) /
                    assay_decimal_double(b->usd))) +
           fabs(log((double)a->context_tokens / (double)b->context_tokens));
}

static int by_distance(const void *a, const void *b)
{
    const struct neighbour *x = a, *y = b;

    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return assay_str_compare(x->model->id, y->model->id);
}

/* Live ones of the same task, nearest first, behind the model itself. */
static size_t find_near(struct assay_visit *visit,
                        const struct assay_directory_model *own,
                        const struct assay_directory_model **models)
{
    const struct assay_directory *d = visit->directory;
    struct neighbour *all =
        ASSAY_NEW_ARRAY(visit->arena, struct neighbour, d->model_count);
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < d->model_count; i++) {
        const struct assay_directory_model *m = &d->models[i];

        if (m != own && is_drawable(m) && m->live_count && !m->cost_retired &&
            assay_str_equal(m->task, own->task))
            all[count++] = (struct neighbour){m, distance(m, own)};
    }
    qsort(all, count, sizeof all[0], by_distance);
    models[kept++] = own;
    for (size_t i = 0; i < count && kept < MOST_NEAR; i++)
        models[kept++] = all[i].model;
    return kept;
}

void assay_picture_near(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_document *doc, struct assay_str model_id)
{
    const struct assay_directory_model *models[MOST_NEAR];
    const struct assay_directory_model *own =
        assay_directory_find(visit->directory, model_id);
    size_t count;

    if (!own || !is_drawable(own))
        return;
    count = find_near(visit, own, models);
    if (count < LEAST_POINTS)
        return;
    assay_model_list_table(
        doc, assay_document_section(doc, "near", "Near in cost and context"),
        models, count);
    assay_picture_field(visit, sheet, "near", models, count, own);
}
