/*
 * Two to eight models and the decision between them, the same document as
 * `assay compare`.
 */
#include "serve/forms.h"
#include "serve/json_ld.h"
#include "serve/pictures.h"

#include "assay/compare.h"

#include <stdlib.h>

static struct assay_document *compare(struct assay_visit *visit,
                                      struct assay_model **models, size_t count,
                                      struct assay_error *err)
{
    struct assay_compare_options options = {
        .traffic = visit->traffic,
        .need = visit->need.count ? &visit->need : NULL,
        .as_of = visit->as_of,
        .allow_free = visit->allow_free,
    };
    struct assay_model **neighbours;

    if (!assay_catalog_neighbours(visit->catalog, visit->arena, models, count,
                                  &neighbours, &options.neighbour_count, err))
        return NULL;
    options.neighbours = neighbours;
    return assay_compare(visit->arena, models, count, &options, err);
}

/* Comparisons that the page goes on with are about the same traffic. */
static void keep_question(struct assay_visit *visit, struct assay_document *doc)
{
    struct assay_str query =
        assay_visit_query_with(visit, "add", ASSAY_STR(""));

    if (query.len == 0)
        return;
    for (struct assay_section *s = doc->first; s; s = s->next)
        for (struct assay_block *b = s->first; b; b = b->next)
            if (assay_str_starts(b->link, "/compare/"))
                b->link = assay_arena_printf(visit->arena, "%.*s?%.*s",
                                             ASSAY_STR_ARG(b->link),
                                             ASSAY_STR_ARG(query));
}

static int by_id(const void *a, const void *b)
{
    const struct assay_model *const *x = a, *const *y = b;

    return assay_str_compare((*x)->id, (*y)->id);
}

/* However they are ordered on the page, one address is the page's own. */
static struct assay_str canonical(struct assay_visit *visit,
                                  struct assay_model **models, size_t count)
{
    struct assay_str query = assay_visit_query(visit);

    qsort(models, count, sizeof(struct assay_model *), by_id);
    return assay_arena_printf(
        visit->arena, "%.*s%s%.*s",
        ASSAY_STR_ARG(assay_compare_path(visit->arena, models, count)),
        query.len ? "?" : "", ASSAY_STR_ARG(query));
}

/*
 * What the form sends: one more model behind those of the path. A name that
 * none has: *redirect is the page that offers the nearest.
 */
static bool add_model(struct assay_visit *visit, struct assay_model **models,
                      size_t *count, struct assay_str *redirect,
                      struct assay_error *err)
{
    struct assay_str name = assay_visit_value(visit, "add"), id;

    if (name.len == 0)
        return true;
    if (!assay_catalog_resolve(visit->catalog, visit->arena, name, &id, err)) {
        if (err->code != ASSAY_NOT_FOUND || *count >= ASSAY_START_MAX)
            return false;
        *err = (struct assay_error){0};
        *redirect = assay_start_path(visit, models, *count, name);
        return true;
    }
    for (size_t i = 0; i < *count; i++)
        if (assay_str_equal(models[i]->id, id))
            return true; /* is there already */
    if (*count == ASSAY_COMPARE_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT, "at most %d models, not more",
                          ASSAY_COMPARE_MAX);
    models[*count] = assay_catalog_model(visit->catalog, visit->arena, id, err);
    return models[*count] && ++*count;
}

bool assay_make_compare(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err)
{
    struct assay_model *models[ASSAY_COMPARE_MAX];
    struct assay_document *doc;
    struct assay_str query;
    size_t count;
    bool exact, added = assay_visit_value(visit, "add").len > 0;

    if (!assay_visit_models(visit, assay_visit_value(visit, "models"), models,
                            ASSAY_COMPARE_MAX, &count, &exact, err) ||
        !add_model(visit, models, &count, &sheet->redirect, err))
        return false;
    if (sheet->redirect.len)
        return true;
    if (count < 2)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "name 2 to %d models to compare, not %zu",
                          ASSAY_COMPARE_MAX, count);
    if ((!exact || added) && visit->shape == ASSAY_AS_PAGE) {
        query = assay_visit_query_with(visit, "add", ASSAY_STR(""));
        sheet->redirect = assay_arena_printf(
            visit->arena, "%.*s%s%.*s",
            ASSAY_STR_ARG(assay_compare_path(visit->arena, models, count)),
            query.len ? "?" : "", ASSAY_STR_ARG(query));
        return true;
    }
    doc = compare(visit, models, count, err);
    sheet->doc = doc;
    if (!doc)
        return false;
    if (visit->shape == ASSAY_AS_PAGE) {
        keep_question(visit, doc);
        assay_sheet_insert(visit, sheet, "",
                           assay_form_models(visit, models, count));
        assay_sheet_insert(visit, sheet, "cost", assay_form_traffic(visit));
        if (!assay_picture_volume(visit, sheet, models, count, err) ||
            !assay_picture_even(visit, sheet, models, count, err))
            return false;
        assay_picture_benchmarks(visit, sheet, models, count);
    }
    sheet->canonical = canonical(visit, models, count);
    if (visit->shape == ASSAY_AS_PAGE) {
        sheet->description = assay_describe(visit, sheet->doc);
        sheet->json_ld =
            assay_json_ld_compare(visit, models, count, sheet->doc);
    }
    return true;
}
