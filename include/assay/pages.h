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
#include "assay/cost.h"
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
/* A fact that sources disagree about, of a model or of a route. */
struct assay_disputed {
    const struct assay_model *model; /* that it belongs to, or NULL */
    const struct assay_subject *subject;
    const struct assay_choice *choice;
};
/* Some of a longer list. */
struct assay_part {
    size_t first, total; /* shown from `first` on (0 …) of `total` */
};
/*
 * The same of single facts, which stand sorted by their model; "part" tells
 * of how many they are some. "assay-conflicts/1".
 */
struct assay_document *assay_page_disputes(
    struct assay_arena *arena, const struct assay_disputed *disputed,
    size_t count, struct assay_part part,
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

/* A provider, and some of its routes in the order in which they are shown. */
struct assay_provider_view {
    struct assay_str id, name;
    const struct assay_route_cost *routes;
    size_t count;
    struct assay_part part;
    size_t live_count, model_count; /* of all its routes */
    /* Live ones whose end is stated or that are deprecated, soonest first. */
    const struct assay_route **ending;
    size_t ending_count, ending_shown;
};
/*
 * What it serves: the source of a line's prices stands in the line, the
 * claims on the pages of the models.
 */
struct assay_document *assay_page_provider(
    struct assay_arena *arena, const struct assay_provider_view *view,
    const struct assay_page_options *options);
/*
 * Routes with their prices and cost, in the order given; `next` asks for
 * those behind them, empty: there are none. "assay-routes/1".
 */
struct assay_document *assay_page_route_list(
    struct assay_arena *arena, const struct assay_route_cost *routes,
    size_t count, struct assay_part part, struct assay_str next,
    const struct assay_page_options *options);

/* Every source with its age and counts. "assay-sources/1". */
struct assay_document *assay_page_sources(struct assay_arena *arena,
                                          const struct assay_source *sources,
                                          size_t count,
                                          struct assay_date as_of);

/* What a source is and says. */
struct assay_source_view {
    const struct assay_source *source;
    const struct assay_reading *readings;
    size_t reading_count;
    const struct assay_said *said; /* of these */
    size_t said_count;
    struct assay_part part;
    bool conflicts_known;
    size_t conflict_count; /* facts in dispute of which it speaks */
};
/* "assay-source/1". */
struct assay_document *assay_page_source(struct assay_arena *arena,
                                         const struct assay_source_view *view,
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

/* What one reading of a source changed. */
struct assay_changed {
    struct assay_str source;
    struct assay_date on;
    const struct assay_change **changes;
    size_t count;
    size_t listed;          /* the first so many are told one by one */
    struct assay_str words; /* "84 prices lower; 36 routes no longer listed" */
};
/* The newest reading first. */
void assay_changes_by_reading(struct assay_arena *arena,
                              const struct assay_change *changes, size_t count,
                              struct assay_changed **readings,
                              size_t *reading_count);
/* "acme/m1: input price $0.80 → $0.64" */
struct assay_str assay_change_words(struct assay_arena *arena,
                                    const struct assay_change *change);
/*
 * `most` changes of these readings, counted from part->first on through all
 * that are told one by one; a reading with none of them counts as one.
 * part->total is set. "assay-changes/1" of what is shown.
 */
struct assay_document *assay_page_readings(
    struct assay_arena *arena, const struct assay_changed *readings,
    size_t count, size_t most, struct assay_part *part,
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
