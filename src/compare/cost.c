/*
 * What a route and a model cost a month. Every figure comes out of
 * assay_price_usage for one request, scaled by the traffic: so the page,
 * the API and a priced response agree to the cent.
 */
#include "assay/cost.h"

#include <stdint.h>

static void note(struct assay_arena *arena, struct assay_route_cost *cost,
                 struct assay_str text)
{
    for (size_t i = 0; i < cost->note_count; i++)
        if (assay_str_equal(cost->notes[i], text))
            return;
    struct assay_str *notes =
        ASSAY_NEW_ARRAY(arena, struct assay_str, cost->note_count + 1);

    for (size_t i = 0; i < cost->note_count; i++)
        notes[i] = cost->notes[i];
    notes[cost->note_count++] = text;
    cost->notes = notes;
}

static bool priced(const struct assay_route *route, const char *meter)
{
    const struct assay_price_component *c =
        assay_price_find(&route->prices, assay_str_c(meter),
                         ASSAY_DECIMAL(0, 0), (struct assay_date){0});

    return c && c->state != ASSAY_UNKNOWN;
}

/*
 * Adds the images of one request: as tokens by the model's rule, or as
 * images at the route's own price; false and nothing when neither is known.
 */
static bool add_images(const struct assay_route *route,
                       const struct assay_traffic *traffic,
                       struct assay_usage *usage)
{
    const struct assay_choice *rule =
        route->model
            ? assay_subject_choice(&route->model->subject, "image_tokens")
            : NULL;
    struct assay_decimal each, all;

    if (rule && assay_image_tokens(rule->claims[0]->value, traffic, &each) &&
        assay_decimal_mul(each, assay_decimal_uint(traffic->images), &all))
        return assay_decimal_add(usage->input_tokens, all,
                                 &usage->input_tokens);
    if (!priced(route, "image"))
        return false;
    usage->images = assay_decimal_uint(traffic->images);
    return true;
}

bool assay_cost_limit(const struct assay_route *route, const char *fact,
                      uint64_t *limit)
{
    const struct assay_choice *choice =
        assay_subject_choice(&route->subject, fact);

    if (!choice && route->model)
        choice = assay_subject_choice(&route->model->subject, fact);
    return assay_choice_uint(choice, limit) == ASSAY_KNOWN;
}

static bool fits_context(const struct assay_route *route,
                         const struct assay_usage *usage)
{
    uint64_t context;
    struct assay_decimal total;

    if (!assay_cost_limit(route, "context_tokens", &context))
        return true;
    return assay_decimal_add(usage->input_tokens, usage->output_tokens,
                             &total) &&
           assay_decimal_compare(total, assay_decimal_uint(context)) <= 0;
}

static void note_long_answer(struct assay_arena *arena,
                             struct assay_route_cost *cost,
                             const struct assay_traffic *traffic)
{
    uint64_t most;

    if (!assay_cost_limit(cost->route, "max_output_tokens", &most) ||
        assay_decimal_compare(traffic->output_tokens,
                              assay_decimal_uint(most)) <= 0)
        return;
    struct assay_str tokens =
        assay_decimal_fixed(arena, assay_decimal_uint(most), 0);

    note(arena, cost,
         assay_arena_printf(arena,
                            "the answers asked for are longer than the "
                            "%.*s tokens it gives",
                            ASSAY_STR_ARG(tokens)));
}

/* One request of the shape as usage. */
static bool usage_of(const struct assay_route *route,
                     const struct assay_traffic *traffic,
                     struct assay_usage *usage, bool *images_known,
                     struct assay_error *err)
{
    *usage = (struct assay_usage){
        .input_tokens = traffic->input_tokens,
        .output_tokens = traffic->output_tokens,
        .requests = ASSAY_DECIMAL(1, 0),
    };
    if (!assay_decimal_mul(traffic->input_tokens, traffic->cached_share,
                           &usage->cache_read_tokens))
        return assay_fail(err, ASSAY_LIMIT,
                          "the cached share has too many "
                          "digits");
    *images_known = !traffic->images || add_images(route, traffic, usage);
    usage->tier_input_tokens = usage->input_tokens;
    return true;
}

/* The same model, provider and name served at the batch tier. */
static const struct assay_route *batch_twin(const struct assay_route *route)
{
    const struct assay_model *model = route->model;

    for (size_t i = 0; model && i < model->route_count; i++) {
        const struct assay_route *r = model->routes[i];

        if (r->live && r->priced && assay_str_is(r->tier, "batch") &&
            assay_str_equal(r->provider, route->provider) &&
            r->wire.len > route->wire.len &&
            assay_str_equal(assay_str_head(r->wire, route->wire.len),
                            route->wire))
            return r;
    }
    return NULL;
}

static void note_bill(struct assay_arena *arena, struct assay_route_cost *cost,
                      const struct assay_bill *bill)
{
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct assay_bill_line *line = &bill->lines[i];

        if (line->note.len)
            note(arena, cost, line->note);
        if (line->state == ASSAY_UNKNOWN)
            note(arena, cost,
                 assay_arena_printf(arena, "no price is stated for %.*s",
                                    ASSAY_STR_ARG(line->meter)));
    }
}

/* x * (1 - share) + y * share */
static bool blend(struct assay_decimal x, struct assay_decimal y,
                  struct assay_decimal share, struct assay_decimal *result)
{
    struct assay_decimal rest;

    return assay_decimal_sub(ASSAY_DECIMAL(1, 0), share, &rest) &&
           assay_decimal_mul(x, rest, &x) && assay_decimal_mul(y, share, &y) &&
           assay_decimal_add(x, y, result);
}

/* Per-request dollars of plain and batch service, mixed. */
static bool request_usd(struct assay_arena *arena,
                        const struct assay_traffic *traffic,
                        struct assay_date as_of,
                        const struct assay_usage *usage,
                        struct assay_route_cost *cost,
                        struct assay_decimal *usd, struct assay_error *err)
{
    const struct assay_route *twin = NULL;
    struct assay_bill batch;

    if (!assay_price_usage(arena, &cost->route->prices, usage, as_of,
                           &cost->bill, err))
        return false;
    note_bill(arena, cost, &cost->bill);
    cost->state = cost->bill.state;
    *usd = cost->bill.usd;
    if (!assay_decimal_sign(traffic->batch_share))
        return true;
    if (!assay_str_is(cost->route->tier, "batch"))
        twin = batch_twin(cost->route);
    if (!twin) {
        note(arena, cost,
             ASSAY_STR("the batch share is charged as plain requests: its "
                       "provider states no batch price"));
        return true;
    }
    if (!assay_price_usage(arena, &twin->prices, usage, as_of, &batch, err))
        return false;
    if (batch.state == ASSAY_BOUND || batch.state == ASSAY_UNKNOWN)
        cost->state = ASSAY_BOUND;
    if (!blend(*usd, batch.usd, traffic->batch_share, usd))
        return assay_fail(err, ASSAY_LIMIT,
                          "the batch share has too many "
                          "digits");
    return true;
}

static bool month_usd(struct assay_arena *arena,
                      const struct assay_traffic *traffic,
                      struct assay_date as_of, struct assay_route_cost *cost,
                      struct assay_error *err)
{
    struct assay_usage usage;
    struct assay_decimal usd, sends;
    bool images_known = true;

    if (!usage_of(cost->route, traffic, &usage, &images_known, err) ||
        !request_usd(arena, traffic, as_of, &usage, cost, &usd, err))
        return false;
    cost->fits = fits_context(cost->route, &usage);
    note_long_answer(arena, cost, traffic);
    if (!images_known && cost->state != ASSAY_UNKNOWN) {
        cost->state = ASSAY_BOUND;
        note(arena, cost, ASSAY_STR("what an image counts is not stated"));
    }
    if (!assay_decimal_add(ASSAY_DECIMAL(1, 0), traffic->retry_share, &sends) ||
        !assay_decimal_mul(usd, sends, &usd) ||
        !assay_decimal_mul(usd, traffic->requests, &cost->usd))
        return assay_fail(err, ASSAY_LIMIT,
                          "the cost needs more than 38 digits");
    return true;
}

bool assay_cost_route(struct assay_arena *arena,
                      const struct assay_route *route,
                      const struct assay_traffic *traffic,
                      struct assay_date as_of, struct assay_route_cost *cost,
                      struct assay_error *err)
{
    *cost = (struct assay_route_cost){.route = route};
    if (month_usd(arena, traffic, as_of, cost, err))
        return true;
    if (err->code != ASSAY_LIMIT)
        return assay_fail_in(err, "cost of %.*s", ASSAY_STR_ARG(route->id));
    /* One odd price must not take the page of all routes with it. */
    *cost = (struct assay_route_cost){.route = route, .state = ASSAY_UNKNOWN};
    note(arena, cost, assay_arena_copy(arena, assay_str_c(err->text)));
    *err = (struct assay_error){0};
    return true;
}

/* ------------------------------------------------------------- models */

/* How good an offer is as the model's cost; a larger class wins. */
enum offer {
    OFFER_NONE,
    OFFER_RETIRED,
    OFFER_FREE_TIER,
    OFFER_BOUND,
    OFFER_PRICED,
};

static bool other_tier(const struct assay_route *route)
{
    return assay_str_is(route->tier, "batch") ||
           assay_str_is(route->tier, "flex") ||
           assay_str_is(route->tier, "priority");
}

static enum offer classify(const struct assay_route_cost *cost,
                           const struct assay_cost_options *options)
{
    const struct assay_route *route = cost->route;

    if (cost->state == ASSAY_UNKNOWN || other_tier(route))
        return OFFER_NONE;
    if (!route->live)
        return OFFER_RETIRED;
    if (!cost->fits)
        return OFFER_NONE;
    if (route->free)
        return options->allow_free ? OFFER_PRICED : OFFER_FREE_TIER;
    return cost->state == ASSAY_BOUND ? OFFER_BOUND : OFFER_PRICED;
}

static bool vendor_own(const struct assay_route *route)
{
    struct assay_str creator;

    return route->model &&
           assay_str_cut(route->model->id, '/', &creator,
                         &(struct assay_str){0}) &&
           assay_str_equal(creator, route->provider);
}

/* How well the price is attested: the kind of source, then how many say it. */
static int attested_before(const struct assay_route *a,
                           const struct assay_route *b)
{
    const struct assay_choice *x =
        assay_subject_choice(&a->subject, "price.input_tokens");
    const struct assay_choice *y =
        assay_subject_choice(&b->subject, "price.input_tokens");

    if (!x || !y)
        return (x == NULL) - (y == NULL);
    if (x->claims[0]->source->kind != y->claims[0]->source->kind)
        return x->claims[0]->source->kind < y->claims[0]->source->kind ? -1 : 1;
    return (x->count < y->count) - (x->count > y->count);
}

static bool cheaper(const struct assay_route_cost *a,
                    const struct assay_route_cost *b)
{
    int order = assay_decimal_compare(a->usd, b->usd);

    if (order == 0)
        order = vendor_own(b->route) - vendor_own(a->route);
    if (order == 0)
        order = attested_before(a->route, b->route);
    if (order == 0)
        order = assay_str_compare(a->route->id, b->route->id);
    return order < 0;
}

static struct assay_str why_unknown(const struct assay_model *model,
                                    size_t too_small)
{
    if (too_small)
        return ASSAY_STR(
            "the request does not fit the context of any priced route");
    if (model->route_count == 0)
        return ASSAY_STR("no route is known");
    if (model->live_count == 0)
        return ASSAY_STR("no live route, and no price on record");
    return ASSAY_STR("no live route states a token price");
}

void assay_cost_choose(struct assay_arena *arena,
                       const struct assay_model *model,
                       const struct assay_cost_options *options,
                       const struct assay_route_cost *routes,
                       struct assay_model_cost *cost)
{
    enum offer best = OFFER_NONE;
    size_t too_small = 0;

    *cost = (struct assay_model_cost){.model = model};
    for (size_t i = 0; i < model->route_count; i++) {
        const struct assay_route_cost *one = &routes[i];
        const struct assay_route *route = one->route;
        enum offer offer = classify(one, options);

        if (route->live && route->free && one->fits && !cost->free_tier)
            cost->free_tier = route;
        too_small += route->live && !one->fits && one->state != ASSAY_UNKNOWN;
        if (offer == OFFER_NONE || offer < best ||
            (offer == best && !cheaper(one, &cost->best)))
            continue;
        best = offer;
        cost->best = *one;
    }
    cost->retired = best == OFFER_RETIRED;
    if (best == OFFER_NONE || (too_small && best == OFFER_RETIRED)) {
        cost->best = (struct assay_route_cost){.state = ASSAY_UNKNOWN};
        cost->retired = false;
        cost->too_small = too_small > 0;
        cost->why_unknown = why_unknown(model, too_small);
    } else if (cost->best.route->free && !cost->retired) {
        note(arena, &cost->best,
             ASSAY_STR("a free tier, whose limits are not stated"));
    }
}

bool assay_cost_model(struct assay_arena *arena,
                      const struct assay_model *model,
                      const struct assay_cost_options *options,
                      struct assay_model_cost *cost, struct assay_error *err)
{
    struct assay_route_cost *routes =
        ASSAY_NEW_ARRAY(arena, struct assay_route_cost, model->route_count);

    for (size_t i = 0; i < model->route_count; i++)
        if (!assay_cost_route(arena, model->routes[i], options->traffic,
                              options->as_of, &routes[i], err))
            return false;
    assay_cost_choose(arena, model, options, routes, cost);
    return true;
}

static bool settled(const struct assay_model_cost *cost)
{
    return cost->best.state == ASSAY_KNOWN || cost->best.state == ASSAY_FREE;
}

/* What a retired route cost is no offer: it decides nothing between others. */
static bool is_among_offers(const struct assay_model_cost *costs, size_t count)
{
    size_t offers = 0;

    for (size_t i = 0; i < count; i++)
        offers += !costs[i].retired && costs[i].best.state != ASSAY_UNKNOWN;
    return offers > 1;
}

size_t assay_cost_lower(const struct assay_model_cost *costs, size_t count)
{
    bool only_offers = is_among_offers(costs, count);

    for (size_t i = 0; i < count; i++) {
        bool lowest = settled(&costs[i]) && !costs[i].retired;

        for (size_t k = 0; lowest && k < count; k++)
            if (k != i && !(only_offers && costs[k].retired))
                lowest = costs[k].best.state != ASSAY_UNKNOWN &&
                         assay_decimal_compare(costs[i].best.usd,
                                               costs[k].best.usd) < 0;
        if (lowest)
            return i;
    }
    return SIZE_MAX;
}

struct assay_str assay_cost_text(struct assay_arena *arena,
                                 enum assay_state state,
                                 struct assay_decimal usd)
{
    struct assay_str text = assay_decimal_usd(arena, usd);

    if (state == ASSAY_UNKNOWN)
        return ASSAY_STR("unknown");
    if (state == ASSAY_BOUND)
        return assay_arena_printf(arena, "at least %.*s", ASSAY_STR_ARG(text));
    return text;
}
