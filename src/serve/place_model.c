/*
 * A model: all that is known of it, the same document as `assay show`.
 */
#include "serve/forms.h"
#include "serve/json_ld.h"
#include "serve/pictures.h"

bool assay_make_model(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_document *doc;
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
    sheet->doc = doc = assay_page_model(visit->arena, model, &options, err);
    if (!doc)
        return false;
    if (visit->shape != ASSAY_AS_JSON) {
        if (!assay_picture_prices(visit, sheet, doc, model, err))
            return false;
        /* what the directory knows is of today */
        if (assay_date_compare(visit->as_of, visit->today) == 0)
            assay_picture_near(visit, sheet, doc, model->id);
    }
    if (visit->shape == ASSAY_AS_PAGE) {
        assay_picture_own_benchmarks(visit, sheet);
        sheet->description = assay_describe_model(visit, model, sheet->doc);
        sheet->json_ld = assay_json_ld_model(visit, model, sheet->description);
        assay_sheet_insert(visit, sheet, "",
                           assay_form_compare_with(visit, model));
        assay_sheet_insert(visit, sheet, "routes", assay_form_traffic(visit));
    }
    return true;
}
