/*
 * Private to pricer.c, pricer_open.c and pricer_answer.c: what a pricer
 * holds, and the seams between opening it, finding a route for a name, and
 * writing the answer.
 */
#ifndef ASSAY_CATALOG_PRICER_PARTS_H
#define ASSAY_CATALOG_PRICER_PARTS_H

#include "assay/pricer.h"
#include "catalog/claims.h"

#include <pthread.h>

/* Tiers that are priced apart: batch, flex, priority. */
enum { ASSAY_PRICER_TIERS = 3 };
extern const char *const assay_pricer_tiers[ASSAY_PRICER_TIERS];

struct assay_pricer_route {
    const struct assay_route *route;
    struct assay_price_list list; /* of the day, and of the source asked for */
    struct assay_str *rates;      /* of each component, as JSON */
    struct assay_str *cited;      /* the claim of each component, as JSON */
    bool priced;                  /* some price is known */
    bool hourly;                  /* some price holds in some hours only */
    struct assay_match *match;    /* or NULL */
    uint64_t order;               /* where its source lists it, if it says */
    struct assay_pricer_route *siblings[ASSAY_PRICER_TIERS];
};

/* A model name and what it leads to. */
struct assay_pricer_name {
    struct assay_str text;            /* at NULL: an empty slot */
    struct assay_pricer_route *route; /* NULL: to none, or to two models */
    const char *rule;
    bool shared; /* the best of several routes of one model */
};

/* A hash table. */
struct assay_pricer_names {
    struct assay_pricer_name *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
};
/* NULL when it is not there. */
struct assay_pricer_name *assay_pricer_names_find(
    const struct assay_pricer_names *names, struct assay_str text);
/* The entry of that name, new (no route, no rule) or known. */
struct assay_pricer_name *assay_pricer_names_add(
    struct assay_arena *arena, struct assay_pricer_names *names,
    struct assay_str text);

struct assay_pricer {
    struct assay_arena arena; /* holds this struct too */
    struct assay_str provider, source_id;
    struct assay_date day;
    int minute_of_day;                 /* -1: not stated */
    struct assay_pricer_route *routes; /* of the provider, in source order */
    size_t route_count;
    struct assay_pricer_route *fallbacks; /* of those that stand in for it */
    size_t fallback_count;
    struct assay_pricer_names names;
    pthread_mutex_t lock; /* over names, kept, clauses and the arena */
    size_t kept;          /* names that clauses told */
};

/*
 * Fills in a pricer, whose arena holds the view, from that view, which has
 * at least the provider's routes. No routes are no error.
 */
bool assay_pricer_fill(struct assay_pricer *pricer,
                       const struct assay_view *view,
                       const struct assay_pricer_options *options,
                       struct assay_date as_of, struct assay_error *err);

enum { ASSAY_PRICER_MOST_PROVIDERS = 16 };

/* Different provider ids, canonical. */
struct assay_pricer_providers {
    struct assay_str ids[ASSAY_PRICER_MOST_PROVIDERS];
    size_t count;
};
/* Those that any of the routes names to stand in for it, in that order. */
void assay_pricer_fallbacks(const struct assay_pricer *pricer,
                            struct assay_pricer_providers *found);
/* Adds the view's routes of a provider as ones that stand in. */
bool assay_pricer_add_fallback(struct assay_pricer *pricer,
                               const struct assay_view *view,
                               struct assay_str provider,
                               struct assay_date as_of,
                               struct assay_error *err);
/*
 * Always false: NOT_FOUND names the nearest providers of a view of all, or
 * the source that says nothing of this one.
 */
bool assay_pricer_fail_without_routes(struct assay_pricer *pricer,
                                      const struct assay_view *view,
                                      struct assay_error *err);

/* What the answer is made from. */
struct assay_pricer_result {
    const struct assay_pricer_route *route;
    const char *rule;
    const struct assay_response_usage *usage;
    const struct assay_bill *bill;
    bool at_least; /* the hour is not known, and the price depends on it */
};
void assay_pricer_answer(struct assay_arena *arena,
                         const struct assay_pricer_result *result,
                         struct assay_buf *out);

/* A rate, and a claim, as members and elements of answers. */
struct assay_str assay_pricer_rate(struct assay_arena *arena,
                                   const struct assay_price_component *c);
struct assay_str assay_pricer_cite(struct assay_arena *arena,
                                   const struct assay_claim *claim);

#endif
