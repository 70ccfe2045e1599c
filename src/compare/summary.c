/*
 * The deep dive: a few sentences over the whole, each from a rule.
 */
#include "compare/advantages.h"
#include "compare/capability.h"

static void all_cost_refs(struct assay_comparison *c, struct assay_refs *refs)
{
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->sides[i].cost_refs.count; k++)
            assay_refs_add(c->arena, refs, c->sides[i].cost_refs.claims[k]);
}

static void say_cost(struct assay_comparison *c, struct assay_points *points)
{
    struct assay_str list = {"", 0};
    struct assay_refs refs = {0};
    size_t unknown = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model_cost *cost = &c->sides[i].cost;
        struct assay_str text =
            assay_cost_text(c->arena, cost->best.state, cost->best.usd);

        unknown += cost->best.state == ASSAY_UNKNOWN;
        list = assay_arena_printf(
            c->arena, "%.*s%s%.*s %.*s%s", ASSAY_STR_ARG(list), i ? ", " : "",
            ASSAY_STR_ARG(c->sides[i].model->name), ASSAY_STR_ARG(text),
            cost->retired ? " on a retired route" : "");
    }
    if (unknown == c->count)
        return;
    all_cost_refs(c, &refs);
    assay_points_add(c, points, "cost_at_traffic", &refs,
                     "A month at this traffic: %.*s.", ASSAY_STR_ARG(list));
}

static void say_input_only(struct assay_comparison *c,
                           struct assay_points *points)
{
    const struct assay_route *route = NULL;
    size_t cheapest = ASSAY_NOBODY;
    struct assay_decimal best = {0, 0};
    struct assay_refs refs = {0};

    if (c->lower == ASSAY_NOBODY)
        return;
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_price_component *price =
            assay_side_cheapest(c, &c->sides[i], "input_tokens", &route);

        if (!price || (cheapest != ASSAY_NOBODY &&
                       assay_decimal_compare(price->usd, best) >= 0))
            continue;
        cheapest = i;
        best = price->usd;
    }
    if (cheapest == ASSAY_NOBODY || cheapest == c->lower)
        return;
    all_cost_refs(c, &refs);
    assay_points_add(c, points, "cheap_input_dear_month", &refs,
                     "%.*s has the lower input price, yet %.*s costs less a "
                     "month: the output decides here.",
                     ASSAY_STR_ARG(c->sides[cheapest].model->name),
                     ASSAY_STR_ARG(c->sides[c->lower].model->name));
}

static void say_unknown(struct assay_comparison *c, struct assay_points *points)
{
    struct assay_str list = {"", 0};

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        size_t known = 0;

        for (size_t k = 0; k < c->count; k++) {
            struct assay_capability capability;

            assay_capability_of_model(c->arena, c->sides[k].model,
                                      assay_capability_rows[i].name,
                                      &capability);
            known += capability.state == ASSAY_KNOWN;
        }
        if (known == 0)
            list = assay_arena_printf(c->arena, "%.*s%s%s", ASSAY_STR_ARG(list),
                                      list.len ? ", " : "",
                                      assay_capability_rows[i].title);
    }
    if (list.len)
        assay_points_add(c, points, "unknown_capabilities", NULL,
                         "Unknown on every side: %.*s.", ASSAY_STR_ARG(list));
}

static void say_benchmarks(struct assay_comparison *c,
                           struct assay_points *points)
{
    size_t shared = 0;

    for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next) {
        size_t filled = 0;

        for (size_t i = 0; i < c->count; i++)
            filled += r->cells[i] != NULL;
        shared += filled > 1;
    }
    if (c->comparable_count)
        assay_points_add(c, points, "benchmarks_comparable", NULL,
                         "%zu benchmark row%s can be compared.",
                         c->comparable_count,
                         c->comparable_count == 1 ? "" : "s");
    else if (shared)
        assay_points_add(c, points, "benchmarks_unlike", NULL,
                         "%zu benchmark%s on record for more than one of "
                         "them, but under different or unstated settings: no "
                         "leader is named.",
                         shared, shared == 1 ? " is" : "s are");
    else
        assay_points_add(c, points, "benchmarks_none", NULL,
                         "No benchmark is on record for both: nothing here "
                         "tells their quality apart.");
}

static void say_ends(struct assay_comparison *c, struct assay_points *points)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct assay_str day = assay_date_text(c->arena, model->retired_on);

        if (model->status == ASSAY_STATUS_RETIRED || !day.len)
            continue;
        assay_points_add(c, points, "announced_end", &c->sides[i].status_refs,
                         "%.*s ends on %.*s.", ASSAY_STR_ARG(model->name),
                         ASSAY_STR_ARG(day));
    }
}

void assay_compare_summary(struct assay_comparison *c)
{
    struct assay_points points = {0};

    say_ends(c, &points);
    say_cost(c, &points);
    say_input_only(c, &points);
    say_benchmarks(c, &points);
    say_unknown(c, &points);
    assay_points_blocks(c,
                        assay_document_section(c->doc, "summary", "In short"),
                        ASSAY_BLOCK_ITEM, &points);
    assay_json_set(c->data, "summary", assay_points_json(c, &points));
}
