/*
 * What comparison and pages show of a route alike: a price, a component of
 * the contract, a limit, the cost a month.
 */
#include "compare/page_parts.h"

struct assay_cell assay_price_cell(struct assay_comparison *c,
                                   const struct assay_route *route,
                                   const char *meter)
{
    const struct assay_price_component *price =
        assay_price_find(&route->prices, assay_str_c(meter),
                         c->options->traffic.input_tokens, c->options->as_of);
    struct assay_cell cell = {.text = ASSAY_STR("–")};

    if (!price)
        return cell;
    assay_compare_ref(c, &cell.refs, price->claim);
    cell.state = price->state;
    cell.text = price->state == ASSAY_UNKNOWN
                    ? ASSAY_STR("not stated")
                    : assay_price_text(c->arena, price->usd);
    return cell;
}

struct assay_cell assay_limit_cell(struct assay_comparison *c,
                                   const struct assay_route *route,
                                   const char *fact)
{
    struct assay_value value = assay_fact_value(c, &route->subject, fact);
    struct assay_cell cell = {0};

    assay_value_cell(&cell, &value);
    return cell;
}

static void set_days(struct assay_comparison *c, struct assay_json *one,
                     const struct assay_price_component *price)
{
    if (assay_date_set(price->from))
        assay_json_set_text(c->arena, one, "from",
                            assay_date_text(c->arena, price->from));
    if (assay_date_set(price->to))
        assay_json_set_text(c->arena, one, "to",
                            assay_date_text(c->arena, price->to));
    if (price->utc_from.len) {
        assay_json_set_text(c->arena, one, "utc_from", price->utc_from);
        assay_json_set_text(c->arena, one, "utc_to", price->utc_to);
    }
}

struct assay_json *assay_component_json(
    struct assay_comparison *c, const struct assay_price_component *price)
{
    struct assay_json *one = assay_json_object(c->arena);
    struct assay_refs refs = {0};

    assay_compare_ref(c, &refs, price->claim);
    assay_json_set_text(c->arena, one, "meter", price->meter);
    assay_json_set_c(c->arena, one, "state", assay_state_name(price->state));
    if (price->state != ASSAY_UNKNOWN)
        assay_json_set_text(c->arena, one,
                            price->unit == ASSAY_EACH ? "usd_each"
                                                      : "usd_per_million",
                            assay_decimal_text(c->arena, price->usd));
    if (price->when != ASSAY_TIER_ALWAYS) {
        assay_json_set_text(
            c->arena, one, "when_input_tokens",
            assay_arena_printf(c->arena, "%s%llu",
                               price->when == ASSAY_TIER_ABOVE ? ">" : ">=",
                               (unsigned long long)price->threshold_tokens));
        assay_json_set_c(c->arena, one, "scope",
                         price->marginal ? "marginal" : "whole_request");
    }
    set_days(c, one, price);
    assay_json_set(one, "claims", assay_refs_json(c, &refs));
    return one;
}

void assay_set_cost(struct assay_comparison *c, struct assay_json *object,
                    enum assay_state state, struct assay_decimal usd)
{
    assay_json_set_c(c->arena, object, "state", assay_state_name(state));
    if (state == ASSAY_UNKNOWN)
        assay_json_set_null(c->arena, object, "monthly_usd");
    else
        assay_json_set_text(c->arena, object, "monthly_usd",
                            assay_decimal_text(c->arena, usd));
}
