/*
 * A model: all that is known of it, the same document as `assay show`.
 */
#include "serve/places.h"

bool assay_make_model(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_model *model;
    size_t count;
    bool exact;

    if (!assay_visit_models(visit, ASSAY_STR(""), &model, 1, &count, &exact,
                            err))
        return false;
    if (!exact && visit->shape == ASSAY_AS_PAGE) {
        sheet->redirect = assay_model_path(visit->arena, model->id);
        return true;
    }
    sheet->doc = assay_page_model(visit->arena, model, &options, err);
    return sheet->doc != NULL;
}
