/*
 * Price components: read from a statement, and the one that is in force.
 * A list holds two to a dozen of them, so every search is a plain walk.
 * What usage costs by them stands in bill.c.
 */
#include "assay/price.h"
#include "catalog/claims.h"

#include <string.h>

static enum assay_tier_operator read_threshold(struct assay_str text,
                                               uint64_t *tokens)
{
    enum assay_tier_operator when = ASSAY_TIER_ALWAYS;
    uint64_t threshold;

    if (assay_str_starts(text, ">=")) {
        when = ASSAY_TIER_FROM;
        text = assay_str_skip(text, 2);
    } else if (assay_str_starts(text, ">")) {
        when = ASSAY_TIER_ABOVE;
        text = assay_str_skip(text, 1);
    }
    if (when == ASSAY_TIER_ALWAYS || !assay_str_to_u64(text, &threshold))
        return ASSAY_TIER_ALWAYS;
    *tokens = threshold;
    return when;
}

/* "10", or null for "not stated". */
static bool read_amount(const struct assay_json *amount,
                        struct assay_price_component *out)
{
    if (amount->type == ASSAY_JSON_NULL) {
        out->state = ASSAY_UNKNOWN;
        return true;
    }
    if (amount->type != ASSAY_JSON_STRING ||
        !assay_decimal_parse(amount->text, &out->usd) ||
        assay_decimal_sign(out->usd) < 0)
        return false;
    out->state = out->usd.digits == 0 ? ASSAY_FREE : ASSAY_KNOWN;
    return true;
}

/* A search reads 80,000 of them, so the length is looked at first. */
static bool is_key(struct assay_str key, const char *name, size_t len)
{
    return key.len == len && memcmp(key.at, name, len) == 0;
}
#define IS_KEY(key, name) is_key((key), (name), sizeof(name) - 1)

/* One member; false when it makes the component a bad one. */
static bool read_member(const struct assay_json *m,
                        struct assay_price_component *out, bool *has_amount)
{
    struct assay_str key = m->key;

    if (IS_KEY(key, "meter")) {
        out->meter = m->text;
    } else if (IS_KEY(key, "usd_per_million")) {
        out->unit = ASSAY_PER_MILLION;
        *has_amount = true;
        return read_amount(m, out);
    } else if (IS_KEY(key, "usd_each")) {
        out->unit = ASSAY_EACH;
        *has_amount = true;
        return read_amount(m, out);
    } else if (IS_KEY(key, "when_input_tokens")) {
        out->when = read_threshold(m->text, &out->threshold_tokens);
        return out->when != ASSAY_TIER_ALWAYS;
    } else if (IS_KEY(key, "scope")) {
        out->marginal = assay_str_is(m->text, "marginal");
    } else if (IS_KEY(key, "from")) {
        return assay_date_parse_day(m->text, &out->from);
    } else if (IS_KEY(key, "to")) {
        return assay_date_parse_day(m->text, &out->to);
    } else if (IS_KEY(key, "utc_from")) {
        out->utc_from = m->text;
    } else if (IS_KEY(key, "utc_to")) {
        out->utc_to = m->text;
    }
    return true;
}

static bool read_component(const struct assay_json *component,
                           const struct assay_claim *claim,
                           struct assay_price_component *out)
{
    bool has_amount = false;

    *out = (struct assay_price_component){
        .meter = ASSAY_STR(""),
        .utc_from = ASSAY_STR(""),
        .utc_to = ASSAY_STR(""),
        .claim = claim,
    };
    for (const struct assay_json *m = component->first; m; m = m->next)
        if (!read_member(m, out, &has_amount))
            return false;
    out->marginal = out->marginal && out->when != ASSAY_TIER_ALWAYS;
    return has_amount && out->meter.len > 0;
}

size_t assay_price_components_read(const struct assay_json *prices,
                                   const struct assay_claim *claim,
                                   struct assay_price_component *out)
{
    size_t count = 0;
    if (!assay_json_is(prices, ASSAY_JSON_ARRAY))
        return 0;
    for (const struct assay_json *at = prices->first; at; at = at->next)
        count += read_component(at, claim, &out[count]);
    return count;
}

void assay_price_list_read(struct assay_arena *arena,
                           const struct assay_json *prices,
                           const struct assay_claim *claim,
                           struct assay_price_list *list)
{
    *list = (struct assay_price_list){0};
    if (!assay_json_is(prices, ASSAY_JSON_ARRAY))
        return;
    list->components =
        ASSAY_NEW_ARRAY(arena, struct assay_price_component, prices->count);
    list->count = assay_price_components_read(prices, claim, list->components);
}

static bool is_reached(const struct assay_price_component *c,
                       struct assay_decimal input_tokens)
{
    if (c->when == ASSAY_TIER_ALWAYS)
        return true;
    int order = assay_decimal_compare(input_tokens,
                                      assay_decimal_uint(c->threshold_tokens));
    return c->when == ASSAY_TIER_FROM ? order >= 0 : order > 0;
}

bool assay_price_in_force(const struct assay_price_component *c,
                          struct assay_date day)
{
    if (!assay_date_set(day))
        return true;
    return (!assay_date_set(c->from) ||
            assay_date_compare(c->from, day) <= 0) &&
           (!assay_date_set(c->to) || assay_date_compare(day, c->to) <= 0);
}

uint64_t assay_price_start(const struct assay_price_component *c)
{
    if (c->when == ASSAY_TIER_ALWAYS)
        return 0;
    return c->threshold_tokens + (c->when == ASSAY_TIER_ABOVE);
}

/*
 * How closely a component without a first day fits: one that only ends is
 * dated, so it goes before undated ones on a day inside it, and behind them
 * when no day is asked for.
 */
static int rank_of_end(const struct assay_price_component *c,
                       struct assay_date day)
{
    if (!assay_date_set(c->to))
        return 0;
    return assay_date_set(day) ? 1 : -1;
}

/*
 * Positive when a goes before b. Between alike ones the dearer: the hour is
 * not known here, and a cost is not to be understated.
 */
static int compare_fit(const struct assay_price_component *a,
                       const struct assay_price_component *b,
                       struct assay_date day)
{
    if (assay_price_start(a) != assay_price_start(b))
        return assay_price_start(a) > assay_price_start(b) ? 1 : -1;
    int order = assay_date_compare(a->from, b->from);
    if (order == 0)
        order = rank_of_end(a, day) - rank_of_end(b, day);
    if (order == 0)
        order = (a->utc_from.len > 0) - (b->utc_from.len > 0);
    if (order == 0 && a->state != ASSAY_UNKNOWN && b->state != ASSAY_UNKNOWN)
        order = assay_decimal_compare(a->usd, b->usd);
    return order;
}

bool assay_price_base(const struct assay_json *prices,
                      struct assay_price_component *base)
{
    const struct assay_date any_day = {0};
    struct assay_price_component c;
    bool found = false;

    if (!assay_json_is(prices, ASSAY_JSON_ARRAY))
        return false;
    for (const struct assay_json *at = prices->first; at; at = at->next) {
        if (!read_component(at, NULL, &c) || c.when != ASSAY_TIER_ALWAYS ||
            (found && compare_fit(&c, base, any_day) <= 0))
            continue;
        *base = c;
        found = true;
    }
    return found;
}

const struct assay_price_component *assay_price_find(
    const struct assay_price_list *list, struct assay_str meter,
    struct assay_decimal input_tokens, struct assay_date day)
{
    const struct assay_price_component *best = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct assay_price_component *c = &list->components[i];
        if (!assay_str_equal(c->meter, meter) ||
            !assay_price_in_force(c, day) || !is_reached(c, input_tokens))
            continue;
        if (!best || compare_fit(c, best, day) > 0)
            best = c;
    }
    return best;
}
