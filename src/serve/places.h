/*
 * The makers of sheets, one file each: place_NAME.c. Private to serve.
 */
#ifndef ASSAY_SERVE_PLACES_H
#define ASSAY_SERVE_PLACES_H

#include "serve/place.h"

bool assay_make_model(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_error *err);
bool assay_make_compare(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err);
/* A file of /assets/: style, script, icon. */
bool assay_answer_asset(struct assay_visit *visit, struct assay_reply *reply,
                        struct assay_error *err);

/* ------------------------------------------------------- visit_models.c */

/*
 * The models of a path ("/compare/A/B/C/D": pairs of parts) or of a list of
 * names ("A/B,C/D", also bare names and aliases). *exact is false when one
 * was not named by its id. NOT_FOUND names the nearest; BAD_INPUT: an odd
 * number of parts, one model twice.
 */
bool assay_visit_models(struct assay_visit *visit, struct assay_str names,
                        struct assay_model **models, size_t most, size_t *count,
                        bool *exact, struct assay_error *err);
/* "/model/google/gemma-2-2b", encoded. */
struct assay_str assay_model_path(struct assay_arena *arena,
                                  struct assay_str model_id);
/* "/compare/a/b/c/d", in this order. */
struct assay_str assay_compare_path(struct assay_arena *arena,
                                    struct assay_model *const *models,
                                    size_t count);

#endif
