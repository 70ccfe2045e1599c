/*
 * Two to eight models and the decision between them, the same document as
 * `assay compare`.
 */
#include "serve/places.h"

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

bool assay_make_compare(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err)
{
    struct assay_model *models[ASSAY_COMPARE_MAX];
    struct assay_str query = assay_visit_query(visit);
    size_t count;
    bool exact;

    if (!assay_visit_models(visit, assay_visit_value(visit, "models"), models,
                            ASSAY_COMPARE_MAX, &count, &exact, err))
        return false;
    if (count < 2)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "name 2 to %d models to compare, not %zu",
                          ASSAY_COMPARE_MAX, count);
    if (!exact && visit->shape == ASSAY_AS_PAGE) {
        sheet->redirect = assay_arena_printf(
            visit->arena, "%.*s%s%.*s",
            ASSAY_STR_ARG(assay_compare_path(visit->arena, models, count)),
            query.len ? "?" : "", ASSAY_STR_ARG(query));
        return true;
    }
    sheet->doc = compare(visit, models, count, err);
    if (!sheet->doc)
        return false;
    sheet->canonical = canonical(visit, models, count);
    return true;
}
