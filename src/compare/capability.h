/*
 * What a model or a route can do: stated, or following from what is stated
 * (it reads images, so it has vision). Unknown is never "No".
 */
#ifndef ASSAY_CAPABILITY_H
#define ASSAY_CAPABILITY_H

#include "assay/catalog.h"

struct assay_capability {
    enum assay_state state; /* KNOWN or UNKNOWN */
    bool has;
    bool not_stated;                 /* a source says that it is not stated */
    const struct assay_claim *claim; /* it rests on; may be set when unknown */
    bool conflict;
    struct assay_str where; /* "on 2 of 5 routes" when routes say so */
    const char *rule;       /* "stated", "modalities", "price", "routes" */
    bool on_routes; /* only routes say so: shown, but nothing rests on it */
};

/* Rows that are always shown, in this order. */
struct assay_capability_row {
    const char *name;  /* "function_calling" */
    const char *title; /* "function calling" */
    const char *does;  /* "calls functions" */
};
extern const struct assay_capability_row assay_capability_rows[];
extern const size_t assay_capability_row_count;

void assay_capability_of_route(const struct assay_route *route,
                               const char *name,
                               struct assay_capability *capability);
/*
 * The model's own claim; without one, what its modalities imply; without
 * those, what its live routes state (true when one does; never false).
 */
void assay_capability_of_model(struct assay_arena *arena,
                               const struct assay_model *model,
                               const char *name,
                               struct assay_capability *capability);

#endif
