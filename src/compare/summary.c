/*
 * The deep dive: a few sentences over the whole, each from a rule.
 */
#include "compare/comparison.h"

static void all_cost_refs(struct assay_comparison *c, struct assay_refs *refs)
{
    for (size_t i = 0; i < c->count; i++)
        assay_compare_add_refs(c, refs, &c->sides[i].cost_refs);
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
    struct assay_str shape =
        assay_traffic_words(c->arena, &c->options->traffic);

    all_cost_refs(c, &refs);
    assay_points_add(c, points, "cost_at_traffic", &refs,
                     "A month costs (%.*s): %.*s.", ASSAY_STR_ARG(shape),
                     ASSAY_STR_ARG(list));
}

/* A lower input price than that of the side with the lowest month. */
static size_t lower_input(struct assay_comparison *c, struct assay_refs *refs)
{
    const struct assay_route *route = NULL;
    const struct assay_price_component *least, *price;
    size_t cheapest = ASSAY_NOBODY;

    least = assay_side_cheapest(c, &c->sides[c->lower], "input_tokens", &route);
    if (!least)
        return ASSAY_NOBODY;
    assay_compare_ref(c, refs, least->claim);
    for (size_t i = 0; i < c->count; i++) {
        price = assay_side_cheapest(c, &c->sides[i], "input_tokens", &route);
        if (!price || assay_decimal_compare(price->usd, least->usd) >= 0)
            continue;
        least = price;
        cheapest = i;
    }
    if (cheapest != ASSAY_NOBODY)
        assay_compare_ref(c, refs, least->claim);
    return cheapest;
}

static void say_input_only(struct assay_comparison *c,
                           struct assay_points *points)
{
    struct assay_refs refs = {0};
    size_t cheapest;

    if (c->lower == ASSAY_NOBODY)
        return;
    cheapest = lower_input(c, &refs);
    if (cheapest == ASSAY_NOBODY)
        return;
    all_cost_refs(c, &refs);
    assay_points_add(c, points, "cheap_input_dear_month", &refs,
                     "%.*s has the lowe%s input price, yet %.*s costs less a "
                     "month: the input price alone does not decide.",
                     ASSAY_STR_ARG(c->sides[cheapest].model->name),
                     c->count > 2 ? "st" : "r",
                     ASSAY_STR_ARG(c->sides[c->lower].model->name));
}

static void say_unknown(struct assay_comparison *c, struct assay_points *points)
{
    struct assay_str list = {"", 0};
    struct assay_refs refs = {0};

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        struct assay_refs claims = {0};
        size_t known = 0;

        for (size_t k = 0; k < c->count; k++) {
            const struct assay_capability *can = &c->sides[k].capabilities[i];

            known += can->state == ASSAY_KNOWN;
            assay_compare_ref(c, &claims, can->claim);
        }
        if (known == 0)
            assay_compare_add_refs(c, &refs, &claims);
        if (known == 0)
            list = assay_arena_printf(c->arena, "%.*s%s%s", ASSAY_STR_ARG(list),
                                      list.len ? ", " : "",
                                      assay_capability_rows[i].title);
    }
    if (list.len)
        assay_points_add(
            c, points, "unknown_capabilities", &refs, "Unknown of %s: %.*s.",
            c->count == 2 ? "both" : "all of them", ASSAY_STR_ARG(list));
}

static void say_benchmarks(struct assay_comparison *c,
                           struct assay_points *points)
{
    const char *both = c->count == 2 ? "both" : "any two of them";
    struct assay_refs refs = {0};
    size_t shared = 0;

    for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next) {
        size_t filled = 0;

        for (size_t i = 0; i < c->count; i++)
            filled += r->cells[i] != NULL;
        if (filled < 2 || (c->comparable_count && !r->comparable))
            continue;
        shared++;
        for (size_t i = 0; i < c->count; i++)
            assay_compare_ref(c, &refs, r->cells[i]);
    }
    if (c->comparable_count)
        assay_points_add(c, points, "benchmarks_comparable", &refs,
                         "%zu benchmark row%s can be compared.",
                         c->comparable_count,
                         c->comparable_count == 1 ? "" : "s");
    else if (shared)
        assay_points_add(c, points, "benchmarks_unlike", &refs,
                         "%zu benchmark%s on record for %s, but under "
                         "different or unstated settings: no leader is named.",
                         shared, shared == 1 ? " is" : "s are", both);
    else
        assay_points_add(c, points, "benchmarks_none", NULL,
                         "No benchmark is on record for %s: nothing here "
                         "tells their quality apart.",
                         both);
}

static void say_ends(struct assay_comparison *c, struct assay_points *points)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct assay_str day = assay_date_text(c->arena, model->retired_on);

        if (model->status == ASSAY_STATUS_RETIRED || !day.len ||
            c->sides[i].overdue)
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
