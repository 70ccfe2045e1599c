/*
 * What a route and a model cost a month at a traffic (FORMATS section 2).
 */
#ifndef ASSAY_COST_H
#define ASSAY_COST_H

#include "assay/catalog.h"
#include "assay/traffic.h"

struct assay_route_cost {
    const struct assay_route *route;
    /* KNOWN, FREE, BOUND (at least usd) or UNKNOWN */
    enum assay_state state;
    struct assay_decimal usd; /* a month, exact */
    /* Sentences without a full stop: "cached input is charged as plain
       input: no cache price is stated" */
    struct assay_str *notes;
    size_t note_count;
    /* Lines of one plain request, for those who want to check. */
    struct assay_bill bill;
    bool fits; /* the request fits the route's context, as far as known */
};

/* A sum of more than 38 digits is UNKNOWN, and a note says so. */
bool assay_cost_route(struct assay_arena *arena,
                      const struct assay_route *route,
                      const struct assay_traffic *traffic,
                      struct assay_date as_of, struct assay_route_cost *cost,
                      struct assay_error *err);

/*
 * The route's own "context_tokens" or "max_output_tokens", or its model's;
 * false when neither is known.
 */
bool assay_cost_limit(const struct assay_route *route, const char *fact,
                      uint64_t *limit);

struct assay_cost_options {
    const struct assay_traffic *traffic;
    struct assay_date as_of;
    bool allow_free; /* a free tier may be the monthly cost */
};

struct assay_model_cost {
    const struct assay_model *model;
    struct assay_route_cost best;        /* route NULL: no priced route */
    const struct assay_route *free_tier; /* a live free route, or NULL */
    bool retired;   /* best is a retired route: a record, not an offer */
    bool too_small; /* no live priced route takes a request of this size */
    struct assay_str why_unknown; /* when best.state is UNKNOWN */
};

/*
 * The cheapest live priced route for the shape: standard tier; hosted free
 * tiers only when allowed or alone; else the retired route's cost. Equal
 * costs: the vendor's own route, then the better attested price, then the id.
 */
bool assay_cost_model(struct assay_arena *arena,
                      const struct assay_model *model,
                      const struct assay_cost_options *options,
                      struct assay_model_cost *cost, struct assay_error *err);

/* The same from the costs of its routes, in their order. */
void assay_cost_choose(struct assay_arena *arena,
                       const struct assay_model *model,
                       const struct assay_cost_options *options,
                       const struct assay_route_cost *routes,
                       struct assay_model_cost *cost);

/*
 * Index of the model with the strictly lowest cost, or SIZE_MAX: only
 * between known or free costs, or where a bound decides; never a retired
 * one, which counts only against a single offer.
 */
size_t assay_cost_lower(const struct assay_model_cost *costs, size_t count);

/* "$31.00", "at least $31.00", "$0.00", "unknown" */
struct assay_str assay_cost_text(struct assay_arena *arena,
                                 enum assay_state state,
                                 struct assay_decimal usd);

/*
 * Tokens of one image by a model's rule ("openai-tiles" …); false when the
 * rule or a size it needs is unknown. Source of the tile rule: OpenAI vision
 * guide, read 2026-08-21.
 */
bool assay_image_tokens(const struct assay_json *rule,
                        const struct assay_traffic *traffic,
                        struct assay_decimal *tokens);

/* ------------------------------------------------------ break-even */

enum assay_break_even_kind {
    ASSAY_EVEN_INPUT_SHARE,  /* of all tokens, at the same total */
    ASSAY_EVEN_CACHED_SHARE, /* of the input */
    ASSAY_EVEN_INPUT_TOKENS, /* per request, output as stated */
};

struct assay_break_even {
    enum assay_break_even_kind kind;
    struct assay_decimal at; /* a share 0 … 1 to 3 places, or tokens */
    /* A tier begins there: the first size past it, and no equal cost. */
    bool jump;
    /* Who is cheaper below and above: 0 is a, 1 is b. */
    int below, above;
};

/*
 * Points inside the possible range at which two routes cost the same, over
 * assay_cost_route itself, so that tiers and caches count; at most one per
 * kind, the first when walking up.
 */
bool assay_cost_break_even(struct assay_arena *arena,
                           const struct assay_route *a,
                           const struct assay_route *b,
                           const struct assay_cost_options *options,
                           struct assay_break_even points[3], size_t *count,
                           struct assay_error *err);

#endif
