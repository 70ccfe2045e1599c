/*
 * What there is: every model and provider of one state of the catalog, with
 * the few facts that lists, search and forms show. Made once per version and
 * day, shared by all visits, never changed. Private to serve.
 */
#ifndef ASSAY_SERVE_DIRECTORY_H
#define ASSAY_SERVE_DIRECTORY_H

#include "assay/catalog.h"
#include "assay/cost.h"

struct assay_directory_model {
    struct assay_str id, name;
    struct assay_str creator;      /* as in the id: "google" */
    struct assay_str creator_name; /* "Google" */
    struct assay_str task;         /* "chat" …, or empty */
    struct assay_str search;       /* id, name and aliases in small letters */
    enum assay_status status;
    struct assay_date released, retired_on;
    size_t live_count, route_count, provider_count; /* providers: live ones */
    bool open_weights;
    enum assay_state context_state;
    uint64_t context_tokens;
    /* A month at the default traffic; retired: a record, not an offer. */
    enum assay_state cost_state;
    struct assay_decimal usd;
    bool cost_retired;
};

struct assay_directory_provider {
    struct assay_str id, name;
    size_t route_count, live_count, model_count;
};

struct assay_directory {
    struct assay_arena arena;
    struct assay_directory_model *models; /* by id */
    size_t model_count;
    struct assay_directory_provider *providers; /* by id */
    size_t provider_count;
    struct assay_source *sources; /* by id */
    size_t source_count;
    size_t route_count, live_count;
    struct assay_date newest; /* reading of any source */
    uint64_t version;
    _Atomic unsigned users;
};

/* The catalog is held at `today`. NULL: SYSTEM, BAD_INPUT (store damaged). */
struct assay_directory *assay_directory_new(struct assay_catalog *catalog,
                                            struct assay_date today,
                                            struct assay_error *err);
/* One more user; NULL is allowed in both. */
void assay_directory_share(struct assay_directory *directory);
void assay_directory_release(struct assay_directory *directory);

/* NULL: not there. */
const struct assay_directory_model *assay_directory_find(
    const struct assay_directory *directory, struct assay_str model_id);

#endif
