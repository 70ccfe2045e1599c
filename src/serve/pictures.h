/*
 * Pictures beside the tables that say the same. Private to serve.
 *
 * Each is drawn from what the page's document and its models hold, where
 * there is something to be seen in it: two lines, three points. Its words
 * (title, description, caption) state what is drawn and what was left out.
 *
 * Markup: <figure class="chart"> <svg …> <figcaption>…</figcaption></figure>
 */
#ifndef ASSAY_SERVE_PICTURES_H
#define ASSAY_SERVE_PICTURES_H

#include "serve/directory.h"
#include "serve/model_search.h"
#include "serve/place.h"
#include "serve/scores.h"

#include "assay/chart.h"

/* ------------------------------------------------------- pictures.c */

/*
 * Puts the picture behind a section's heading. False: nothing in it could
 * be drawn, or the page is large without it, and nothing was put there.
 */
bool assay_figure_insert(struct assay_visit *visit, struct assay_sheet *sheet,
                         const char *section, const struct assay_chart *chart,
                         struct assay_str caption);
/* Sentences with a space between. */
struct assay_str assay_figure_join(struct assay_arena *arena,
                                   struct assay_str text,
                                   struct assay_str sentence);

/*
 * "12 models. On the efficient frontier: A ($31.00 a month, 8,192 tokens), B
 * ….": those than which none has a smaller x with a y as good, cheapest
 * first. `better_y` as charts have it.
 */
struct assay_str assay_figure_frontier(struct assay_arena *arena,
                                       const struct assay_series *series,
                                       int better_y);

/* ------------------------------------------------------- picture_NAME.c */

/*
 * Behind "cost" of a document that has what models cost: the cost against
 * the number of requests; and where models cost the same at some shape of
 * the traffic, the cost against that.
 */
bool assay_picture_volume(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_model *const *models, size_t count,
                          struct assay_error *err);
bool assay_picture_even(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_model *const *models, size_t count,
                        struct assay_error *err);
/* Behind "benchmarks": rows that may stand beside each other. */
void assay_picture_benchmarks(struct assay_visit *visit,
                              struct assay_sheet *sheet,
                              struct assay_model *const *models, size_t count);
/* The same section of one model: rows that state their error. */
void assay_picture_own_benchmarks(struct assay_visit *visit,
                                  struct assay_sheet *sheet);
/*
 * A section "price-history" behind "routes" with the prices that changed,
 * as a table and as a picture; nothing where none did.
 */
bool assay_picture_prices(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_document *doc,
                          const struct assay_model *model,
                          struct assay_error *err);
/*
 * Cost against context of the models that a table below lists, with the
 * efficient frontier. `own` NULL: none of them is the page's own.
 */
void assay_picture_field(struct assay_visit *visit, struct assay_sheet *sheet,
                         const char *section,
                         const struct assay_directory_model *const *models,
                         size_t count, const struct assay_directory_model *own);
/* A section "near": models near one in cost and context, with that picture. */
void assay_picture_near(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_document *doc, struct assay_str model_id);
/* A section "scores" with what these models reach on a benchmark. */
void assay_picture_scores(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_document *doc,
                          const struct assay_scoreboard *board,
                          const struct assay_model_hits *hits);

struct assay_run_figures;
/* Behind "routes" of a run: what each route passed, with its interval. */
void assay_picture_run(struct assay_visit *visit, struct assay_sheet *sheet,
                       const struct assay_run_figures *figures);

#endif
