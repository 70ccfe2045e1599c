/*
 * Prices real responses: from the name that answered to a route, from its
 * usage to a bill. A provider has up to 700 routes and 2,000 names; names
 * that only a clause can tell are told once.
 */
#include "assay/pricer.h"

#include "assay/identity.h"

#include "catalog/pricer_parts.h"

#include <assert.h>

enum {
    MOST_KEPT_NAMES = 1 << 16, /* more are told anew each time */
    MOST_ANSWER_BYTES = 16 << 20,
    MINUTES_A_DAY = 24 * 60,
    SECONDS_A_MINUTE = 60,
};

/* What one source says is told by any of its claims, so they all count. */
static bool view_provider(const struct assay_pricer_options *options,
                          struct assay_str provider,
                          struct assay_catalog *catalog, struct assay_pricer *p,
                          struct assay_view *view, struct assay_error *err)
{
    static const char *const facts[] = {
        "prices", "match", "fallback", "order", NULL,
    };
    const struct assay_view_options wanted = {
        .facts = options->source_id.len > 0 ? NULL : facts,
        .provider = provider,
    };
    return assay_catalog_view_of(catalog, &p->arena, &wanted, view, err);
}

static bool fail_without_routes(struct assay_catalog *catalog,
                                struct assay_pricer *p, struct assay_error *err)
{
    static const char *const none[] = {NULL};
    const struct assay_view_options names = {.facts = none};
    struct assay_view view;

    return assay_catalog_view_of(catalog, &p->arena, &names, &view, err) &&
           assay_pricer_fail_without_routes(p, &view, err);
}

static bool open_pricer(struct assay_catalog *catalog, struct assay_pricer *p,
                        const struct assay_pricer_options *options,
                        struct assay_error *err)
{
    struct assay_date as_of = assay_catalog_as_of(catalog);
    struct assay_str provider = assay_provider_canonical(options->provider);
    struct assay_pricer_providers fallbacks = {.count = 0};
    struct assay_view view;

    if (!view_provider(options, provider, catalog, p, &view, err) ||
        !assay_pricer_fill(p, &view, options, as_of, err))
        return false;
    if (p->route_count == 0)
        return fail_without_routes(catalog, p, err);
    assay_pricer_fallbacks(p, &fallbacks);
    for (size_t i = 0; i < fallbacks.count; i++)
        if (!view_provider(options, fallbacks.ids[i], catalog, p, &view, err) ||
            !assay_pricer_add_fallback(p, &view, fallbacks.ids[i], as_of, err))
            return false;
    return true;
}

struct assay_pricer *assay_pricer_open(
    struct assay_catalog *catalog, const struct assay_pricer_options *options,
    struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_pricer *p = ASSAY_NEW(&arena, struct assay_pricer);

    p->arena = arena;
    pthread_mutex_init(&p->lock, NULL);
    if (open_pricer(catalog, p, options, err))
        return p;
    assay_pricer_close(p);
    return NULL;
}

void assay_pricer_close(struct assay_pricer *pricer)
{
    if (!pricer)
        return;
    for (size_t i = 0; i < pricer->route_count; i++)
        assay_match_release(pricer->routes[i].match);
    for (size_t i = 0; i < pricer->fallback_count; i++)
        assay_match_release(pricer->fallbacks[i].match);
    pthread_mutex_destroy(&pricer->lock);
    /* the pricer stands in its own arena */
    struct assay_arena arena = pricer->arena;
    assay_arena_free(&arena);
}

/* ---------------------------------------------------- from name to route */

/* The first priced route whose clause means the name. */
static struct assay_pricer_route *match_among(struct assay_pricer_route *routes,
                                              size_t count,
                                              struct assay_str name)
{
    for (size_t i = 0; i < count; i++)
        if (routes[i].priced && routes[i].match &&
            assay_match_test(routes[i].match, name))
            return &routes[i];
    return NULL;
}

/* What the clauses say of a name that is not known, or not well enough. */
static struct assay_pricer_name tell(struct assay_pricer *p,
                                     struct assay_str name,
                                     const struct assay_pricer_name *known)
{
    struct assay_pricer_name told = {.text = name, .rule = "match"};

    told.route = match_among(p->routes, p->route_count, name);
    if (!told.route && known && known->route && known->route->priced) {
        told.route = known->route;
        told.rule = known->rule;
    }
    if (!told.route) {
        told.route = match_among(p->fallbacks, p->fallback_count, name);
        told.rule = "fallback";
    }
    if (!told.route) {
        told.route = known ? known->route : NULL;
        told.rule = NULL;
    }
    return told;
}

/*
 * Route and rule for a name. A route without a price gives way to one with
 * a price that a clause leads to, and is named when there is none. What was
 * told once is kept.
 */
static struct assay_pricer_name resolve_alone(struct assay_pricer *p,
                                              struct assay_str name)
{
    struct assay_pricer_name *known = assay_pricer_names_find(&p->names, name);

    if (known && (!known->rule ||
                  (known->route && known->route->priced && !known->shared)))
        return *known;
    struct assay_pricer_name told = tell(p, name, known);
    if (!known) {
        if (p->kept == MOST_KEPT_NAMES)
            return told;
        p->kept++;
        told.text = assay_arena_copy(&p->arena, name);
        known = assay_pricer_names_add(&p->arena, &p->names, told.text);
    }
    told.text = known->text;
    *known = told;
    return told;
}

static struct assay_pricer_name resolve(struct assay_pricer *p,
                                        struct assay_str name)
{
    pthread_mutex_lock(&p->lock);
    struct assay_pricer_name told = resolve_alone(p, name);
    pthread_mutex_unlock(&p->lock);
    told.text = name;
    return told;
}

/* The route of the tier that answered; NULL when it is priced nowhere. */
static const struct assay_pricer_route *of_tier(
    const struct assay_pricer_route *r, struct assay_str tier)
{
    if (tier.len == 0 || assay_str_is(tier, "standard") ||
        assay_str_equal(r->route->tier, tier))
        return r;
    for (size_t i = 0; i < ASSAY_PRICER_TIERS; i++)
        if (assay_str_is(tier, assay_pricer_tiers[i]))
            return r->siblings[i] && r->siblings[i]->priced ? r->siblings[i]
                                                            : NULL;
    return NULL;
}

/* ---------------------------------------------------------- hourly prices */

/* "HHMM"; -1 when it is not. */
static int minute_of(struct assay_str text)
{
    uint64_t number;
    if (text.len != 4 || !assay_str_to_u64(text, &number))
        return -1;
    return (int)(number / 100 * 60 + number % 100);
}

/* Half open, past midnight when it ends before it begins. */
static bool holds_at(const struct assay_price_component *c, int minute)
{
    int from = minute_of(c->utc_from), to = minute_of(c->utc_to);
    if (c->utc_from.len == 0 || from == to)
        return true;
    if (from < to)
        return from <= minute && minute < to;
    return minute >= from || minute < to;
}

/* OpenAI says when a response was made, in seconds since 1970. */
static int minute_stated(const struct assay_json *body)
{
    uint64_t seconds;
    if (!assay_json_to_u64(assay_json_get(body, "created"), &seconds) &&
        !assay_json_to_u64(assay_json_get(body, "created_at"), &seconds))
        return -1;
    return (int)(seconds / SECONDS_A_MINUTE % MINUTES_A_DAY);
}

/* Another hour of the same case is cheaper. */
static bool is_undercut(const struct assay_price_list *list,
                        const struct assay_price_component *c)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct assay_price_component *other = &list->components[i];
        if (other->state != ASSAY_UNKNOWN &&
            assay_price_start(other) == assay_price_start(c) &&
            assay_str_equal(other->meter, c->meter) &&
            assay_decimal_compare(other->usd, c->usd) < 0)
            return true;
    }
    return false;
}

/*
 * The prices of one minute; of the cheapest hour when it is not known, and
 * then *at_least says that hours differ.
 */
static struct assay_price_list list_at(struct assay_arena *arena,
                                       const struct assay_price_list *list,
                                       int minute, bool *at_least)
{
    struct assay_price_list out = {
        .components =
            ASSAY_NEW_ARRAY(arena, struct assay_price_component, list->count),
    };
    for (size_t i = 0; i < list->count; i++) {
        const struct assay_price_component *c = &list->components[i];
        bool keep = minute >= 0 ? holds_at(c, minute) : !is_undercut(list, c);
        *at_least = *at_least || (minute < 0 && !keep);
        if (keep)
            out.components[out.count++] = *c;
    }
    return out;
}

/* ------------------------------------------------------------------ price */

/* One response: what it is priced with, and where its answer goes. */
struct pricing {
    struct assay_pricer *pricer;
    struct assay_arena *arena;
    const struct assay_json *body;
    struct assay_buf *out;
};

static void unknown_name(const struct pricing *one,
                         const struct assay_pricer_name *name)
{
    struct assay_str reason = ASSAY_STR("the response does not name its model");

    if (name->route)
        reason = assay_arena_printf(one->arena,
                                    "nobody states a price of route %.*s",
                                    ASSAY_STR_ARG(name->route->route->id));
    else if (name->text.len > 0)
        reason = assay_arena_printf(
            one->arena, "no priced route of %.*s is called '%.*s'",
            ASSAY_STR_ARG(one->pricer->provider),
            ASSAY_STR_ARG(assay_str_head(name->text, 200)));
    assay_pricer_unknown(reason, one->out);
}

static struct assay_decimal count_of(uint64_t count)
{
    return ASSAY_DECIMAL((assay_int128)count, 0);
}

static struct assay_usage usage_of(const struct assay_response_usage *u)
{
    return (struct assay_usage){
        .input_tokens = count_of(u->input_tokens),
        .cache_read_tokens = count_of(u->cache_read_tokens),
        .cache_write_tokens = count_of(u->cache_write_tokens),
        .cache_write_1h_tokens = count_of(u->cache_write_1h_tokens),
        .audio_input_tokens = count_of(u->audio_input_tokens),
        .output_tokens = count_of(u->output_tokens),
        .reasoning_tokens = count_of(u->reasoning_tokens),
        .audio_output_tokens = count_of(u->audio_output_tokens),
        .searches = count_of(u->searches),
        .requests = ASSAY_DECIMAL(1, 0),
        .tier_input_tokens = count_of(u->input_tokens),
    };
}

static void price_on(const struct pricing *one,
                     struct assay_pricer_result *result)
{
    struct assay_price_list list = result->route->list;
    struct assay_usage usage = usage_of(result->usage);
    struct assay_error err = {0};
    struct assay_bill bill;

    if (result->route->hourly) {
        int minute = one->pricer->minute_of_day;
        if (minute < 0)
            minute = minute_stated(one->body);
        list = list_at(one->arena, &list, minute, &result->at_least);
    }
    if (!assay_price_usage(one->arena, &list, &usage, one->pricer->day, &bill,
                           &err)) {
        assay_pricer_unknown(assay_str_c(err.text), one->out);
    } else if (bill.state == ASSAY_UNKNOWN) {
        assay_pricer_unknown(
            assay_arena_printf(one->arena,
                               "route %.*s has no price for what was used",
                               ASSAY_STR_ARG(result->route->route->id)),
            one->out);
    } else {
        result->bill = &bill;
        assay_pricer_answer(one->arena, result, one->out);
    }
}

void assay_pricer_write(struct assay_pricer *p, struct assay_arena *arena,
                        const struct assay_json *body, struct assay_buf *out)
{
    const struct pricing one = {p, arena, body, out};
    struct assay_response_usage usage;
    struct assay_error err = {0};

    if (!assay_usage_read(arena, body, &usage, &err)) {
        assay_pricer_unknown(assay_str_c(err.text), out);
        return;
    }
    struct assay_pricer_name name = resolve(p, usage.model);
    if (!name.route || !name.route->priced) {
        unknown_name(&one, &name);
        return;
    }
    struct assay_pricer_result result = {
        .route = of_tier(name.route, usage.tier),
        .rule = name.rule,
        .usage = &usage,
    };
    if (result.route)
        price_on(&one, &result);
    else
        assay_pricer_unknown(
            assay_arena_printf(
                arena,
                "tier '%.*s' answered, and nobody states its price for "
                "route %.*s",
                ASSAY_STR_ARG(usage.tier),
                ASSAY_STR_ARG(name.route->route->id)),
            out);
}

struct assay_json *assay_pricer_price(struct assay_pricer *p,
                                      struct assay_arena *arena,
                                      const struct assay_json *body)
{
    struct assay_error err = {0};
    struct assay_buf text;

    assay_buf_init(&text, MOST_ANSWER_BYTES);
    assay_pricer_write(p, arena, body, &text);
    struct assay_str copy = assay_arena_copy(arena, assay_buf_str(&text));
    struct assay_json *answer = assay_json_parse(arena, copy, NULL, &err);
    assay_buf_release(&text);
    assert(answer); /* what we write, we read */
    return answer;
}
