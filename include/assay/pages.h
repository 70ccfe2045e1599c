/*
 * The pages besides the comparison: a model, a route, costs, conflicts,
 * sources, what changed. Each is a pure function from views of the catalog
 * to a document, so the command line and the server show the same.
 *
 * The document lives in the arena and borrows from what it was made of. Its
 * JSON names its contract ("assay-model/1" …); values in it look like those
 * of assay-decision/1: state, value, text, claims.
 */
#ifndef ASSAY_PAGES_H
#define ASSAY_PAGES_H

#include "assay/catalog.h"
#include "assay/document.h"
#include "assay/facts.h"
#include "assay/traffic.h"

struct assay_page_options {
    struct assay_traffic traffic; /* costs are stated for it */
    struct assay_date as_of;
    bool allow_free; /* as in assay_cost_options */
};

/*
 * All that is known of a model: lifecycle, facts, capabilities, routes with
 * prices and the cost a month, benchmarks, conflicts. "assay-model/1".
 * NULL: LIMIT (a sum with more than 38 digits).
 */
struct assay_document *assay_page_model(
    struct assay_arena *arena, const struct assay_model *model,
    const struct assay_page_options *options, struct assay_error *err);
/* The same of one route. "assay-route/1". NULL: LIMIT. */
struct assay_document *assay_page_route(
    struct assay_arena *arena, const struct assay_route *route,
    const struct assay_page_options *options, struct assay_error *err);
/*
 * Why each route belongs to the model: the rule, its sentence, and who says
 * the names that it rests on. "assay-explain/1".
 */
struct assay_document *assay_page_explain(
    struct assay_arena *arena, const struct assay_model *model,
    const struct assay_page_options *options);
/*
 * What sources disagree about, of these models and their routes: the value
 * taken, the others, and the reason. "assay-conflicts/1".
 */
struct assay_document *assay_page_conflicts(
    struct assay_arena *arena, struct assay_model *const *models, size_t count,
    const struct assay_page_options *options);
/*
 * What models cost a month, each with its routes, cheapest first; for two
 * also where they cost the same. "assay-cost/1". NULL: LIMIT.
 */
struct assay_document *assay_page_cost(struct assay_arena *arena,
                                       struct assay_model *const *models,
                                       size_t count,
                                       const struct assay_page_options *options,
                                       struct assay_error *err);

/* Every source with its age and counts. "assay-sources/1". */
struct assay_document *assay_page_sources(struct assay_arena *arena,
                                          const struct assay_source *sources,
                                          size_t count,
                                          struct assay_date as_of);

/* What a list of changes is of. */
struct assay_changes_title {
    struct assay_str title; /* "GPT-4o", "Changes" */
    struct assay_str aside; /* "2026-08-21 to 2026-11-22" */
};
/* Changes by reading, in the order given. "assay-changes/1". */
struct assay_document *assay_page_changes(
    struct assay_arena *arena, const struct assay_change *changes, size_t count,
    const struct assay_changes_title *title);
/*
 * What the statements of `after` say otherwise than those of `before`, as
 * changes by the date and source of `after`: fact by fact, prices by meter,
 * benchmarks by row. False with BAD_INPUT: a body does not parse.
 */
bool assay_batch_changes(struct assay_arena *arena,
                         const struct assay_batch *before,
                         const struct assay_batch *after,
                         struct assay_change **changes, size_t *count,
                         struct assay_error *err);

#endif
