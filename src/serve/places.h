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
/* place_models.c, with the parameters of its row */
extern const struct assay_parameter assay_models_parameters[];
bool assay_make_models(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err);
bool assay_make_home(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err);
/* place_compare_start.c */
extern const struct assay_parameter assay_start_parameters[];
bool assay_make_start(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_error *err);
/* Its form with so many fields, from 2 to 4; `values` NULL: empty ones. */
void assay_start_form(struct assay_buf *out, const struct assay_visit *visit,
                      const struct assay_str *values, size_t count);
/* "/compare/google/gemma-2-2b/openai/gpt-4o" of two ids */
struct assay_str assay_compare_path_of(const struct assay_visit *visit,
                                       struct assay_str a, struct assay_str b);
/* place_provider.c */
extern const struct assay_parameter assay_page_parameters[];
bool assay_make_provider(struct assay_visit *visit, struct assay_sheet *sheet,
                         struct assay_error *err);
bool assay_make_providers(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_error *err);
/* Those with the most live routes. */
void assay_providers_table(const struct assay_visit *visit,
                           struct assay_document *doc,
                           struct assay_section *section, size_t most);
/* place_routes.c */
extern const struct assay_parameter assay_routes_parameters[];
bool assay_make_routes(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err);
/* place_sources.c */
bool assay_make_sources(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err);
extern const struct assay_parameter assay_source_parameters[];
bool assay_make_source(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err);
extern const struct assay_parameter assay_conflicts_parameters[];
bool assay_make_conflicts(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_error *err);
extern const struct assay_parameter assay_changes_parameters[];
bool assay_make_changes(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err);
extern const struct assay_parameter assay_cost_parameters[];
bool assay_make_cost(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err);
/* answer_price.c */
extern const struct assay_parameter assay_price_parameters[];
bool assay_answer_price(struct assay_visit *visit, struct assay_reply *reply,
                        struct assay_error *err);
/* place_runs.c */
extern const struct assay_parameter assay_runs_parameters[];
bool assay_make_runs(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err);
bool assay_make_run(struct assay_visit *visit, struct assay_sheet *sheet,
                    struct assay_error *err);
/* What machines read: feed.c, site_map.c, openapi.c. */
bool assay_answer_feed(struct assay_visit *visit, struct assay_reply *reply,
                       struct assay_error *err);
bool assay_answer_site_map(struct assay_visit *visit, struct assay_reply *reply,
                           struct assay_error *err);
bool assay_answer_robots(struct assay_visit *visit, struct assay_reply *reply,
                         struct assay_error *err);
bool assay_answer_openapi(struct assay_visit *visit, struct assay_reply *reply,
                          struct assay_error *err);
/* place_find.c */
extern const struct assay_parameter assay_find_parameters[];
bool assay_make_find(struct assay_visit *visit, struct assay_sheet *sheet,
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
