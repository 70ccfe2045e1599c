/*
 * What takes long to make and is the same for every visit of one state of
 * the catalog: conflicts, benchmarks, and the prices of a provider. Private to serve;
 * any number of threads.
 */
#ifndef ASSAY_SERVE_SHELF_H
#define ASSAY_SERVE_SHELF_H

#include "serve/disputes.h"
#include "serve/scores.h"

struct assay_visit;
struct assay_shelf;
struct assay_pricer;
struct assay_pricer_options;

/* NULL: SYSTEM. */
struct assay_shelf *assay_shelf_new(struct assay_error *err);
/* Nobody may be using it. Accepts NULL. */
void assay_shelf_free(struct assay_shelf *shelf);

/*
 * The conflicts of what the visit sees; today's are kept, others are made
 * for the visit alone. Give back with assay_disputes_release().
 */
struct assay_disputes *assay_shelf_disputes(struct assay_shelf *shelf,
                                            const struct assay_visit *visit,
                                            struct assay_error *err);

/* The same for benchmarks; give back with assay_scoreboards_release(). */
struct assay_scoreboards *assay_shelf_scores(struct assay_shelf *shelf,
                                             const struct assay_visit *visit,
                                             struct assay_error *err);

/* A pricer that several visits use. */
struct assay_shared_pricer;
/* As assay_pricer_open; the few that were asked for last are kept. */
struct assay_shared_pricer *assay_shelf_pricer(
    struct assay_shelf *shelf, const struct assay_visit *visit,
    const struct assay_pricer_options *options, struct assay_error *err);
struct assay_pricer *assay_shared_pricer_get(
    const struct assay_shared_pricer *shared);
void assay_shelf_give_back(struct assay_shelf *shelf,
                           struct assay_shared_pricer *shared);

#endif
