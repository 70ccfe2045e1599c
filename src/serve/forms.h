/*
 * Forms that several pages have, as markup for assay_sheet_insert(). Private
 * to serve.
 */
#ifndef ASSAY_SERVE_FORMS_H
#define ASSAY_SERVE_FORMS_H

#include "serve/places.h"

/*
 * The traffic as fields (and, where the place takes them, what is needed and
 * whether free tiers count), sent to the same path with the other given
 * parameters. With scripts the page is made anew while one types. Once on a
 * page: its id is "traffic".
 */
struct assay_str assay_form_traffic(struct assay_visit *visit);
/* The compared models, each with a link that removes it, and a field to add
   one: "add". */
struct assay_str assay_form_models(struct assay_visit *visit,
                                   struct assay_model *const *models,
                                   size_t count);
/* A field that takes the model to a comparison. */
struct assay_str assay_form_compare_with(struct assay_visit *visit,
                                         struct assay_model *model);
enum { ASSAY_START_MAX = 4 };
/*
 * Where a comparison begins, with these models (at most ASSAY_START_MAX with
 * the typed one) and a name behind them that may be empty or nobody's: that
 * page offers the nearest.
 */
struct assay_str assay_start_path(struct assay_visit *visit,
                                  struct assay_model *const *models,
                                  size_t count, struct assay_str typed);
/* The given parameters as hidden fields, but those of a list ended by NULL. */
void assay_form_keep(struct assay_buf *out, const struct assay_visit *visit,
                     const char *const *except);

#endif
