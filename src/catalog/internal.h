/*
 * The seam inside the catalog: what the store hands over (store side:
 * open.c, apply.c, load.c) and what becomes of it (view side: choice.c,
 * lifecycle.c, view.c). No I/O on the view side.
 */
#ifndef ASSAY_CATALOG_INTERNAL_H
#define ASSAY_CATALOG_INTERNAL_H

#include "assay/catalog.h"

/* One statement in force at as_of. */
struct assay_stored {
    enum assay_subject_kind kind;
    struct assay_str id;
    struct assay_str body; /* canonical JSON */
    const struct assay_source *source;
    struct assay_date first, read;
};

struct assay_stored_route {
    struct assay_str id;
    const char *join_rule; /* "" when joined to none */
    struct assay_str join_why;
    const struct assay_stored *statements; /* all of this route */
    size_t count;
};

/* One model and its routes (or routes only: model_id empty). */
struct assay_stored_model {
    struct assay_str id;                   /* canonical */
    const struct assay_stored *statements; /* of every id joined to it */
    size_t count;
    const struct assay_str *aliases;
    size_t alias_count;
    const struct assay_stored_route *routes;
    size_t route_count;
};

/*
 * Builds the view of a model: claims, choices, status, prices, routes
 * sorted. Everything lives in the arena and borrows the bodies and sources.
 * Replacements hold only the ids named by the claims (first link);
 * assay_view_replacement completes the chain.
 * NULL with BAD_INPUT when a stored body does not parse ("store is damaged").
 */
struct assay_model *assay_view_model(struct assay_arena *arena,
                                     const struct assay_stored_model *stored,
                                     struct assay_date as_of,
                                     struct assay_error *err);
/* A route of no model. */
struct assay_route *assay_view_route(struct assay_arena *arena,
                                     const struct assay_stored_route *stored,
                                     struct assay_date as_of,
                                     struct assay_error *err);
/*
 * Fills in the last link of the model's chain from the view of that model,
 * and appends the next link when that one names a replacement of its own.
 * Returns true when there is a next link to fill (at most 8; a cycle ends).
 */
bool assay_view_replacement(struct assay_arena *arena,
                            struct assay_model *model,
                            const struct assay_model *link);

/* Sorts the claims of one fact and says which holds and why; see choice.c. */
void assay_choose(struct assay_arena *arena, struct assay_subject *subject,
                  struct assay_date as_of);

#endif
