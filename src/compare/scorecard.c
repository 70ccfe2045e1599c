/*
 * The scorecard: one line per signal, a leader only where every value is
 * known and one is better.
 */
#include "compare/comparison.h"

/* ------------------------------------------------------------- rows */

static struct assay_str status_words(struct assay_comparison *c,
                                     const struct assay_side *side)
{
    const struct assay_model *model = side->model;
    const char *name = assay_status_name(model->status);
    struct assay_str day = assay_date_text(c->arena, model->retired_on);
    size_t live = model->live_count;

    if (model->status == ASSAY_STATUS_RETIRED && day.len)
        return assay_arena_printf(c->arena, "retired %.*s", ASSAY_STR_ARG(day));
    if (side->overdue)
        return assay_arena_printf(
            c->arena, "%zu live route%s; retired %.*s, says %.*s", live,
            live == 1 ? "" : "s", ASSAY_STR_ARG(day),
            ASSAY_STR_ARG(
                assay_kind_words(model->retired_on_claim->source->kind)));
    if (day.len)
        return assay_arena_printf(c->arena, "%s, ends %.*s", name,
                                  ASSAY_STR_ARG(day));
    if (live) {
        bool plain =
            model->open_weights && model->status == ASSAY_STATUS_ACTIVE;

        return assay_arena_printf(c->arena, "%s%s%s, %zu route%s",
                                  plain ? "" : name,
                                  !plain && model->open_weights ? ", " : "",
                                  model->open_weights ? "open weights" : "",
                                  live, live == 1 ? "" : "s");
    }
    if (model->open_weights)
        return ASSAY_STR("open weights, no live route known");
    if (model->status == ASSAY_STATUS_UNKNOWN)
        return model->route_count ? ASSAY_STR("no live route known")
                                  : ASSAY_STR("unknown");
    return assay_str_c(name);
}

static size_t status_row(struct assay_comparison *c, struct assay_value *values)
{
    size_t leader = ASSAY_NOBODY, reachable = 0, gone = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_side *side = &c->sides[i];
        const char *name = assay_status_name(side->model->status);

        values[i] = (struct assay_value){
            .state = side->model->status == ASSAY_STATUS_UNKNOWN ? ASSAY_UNKNOWN
                                                                 : ASSAY_KNOWN,
            .text = status_words(c, side),
            .json = side->model->status == ASSAY_STATUS_UNKNOWN
                        ? NULL
                        : assay_json_string(c->arena, assay_str_c(name)),
            .refs = side->status_refs,
            .flags = side->unreachable || side->overdue ? ASSAY_CELL_WARN : 0,
        };
        gone += side->unreachable;
        if (side->reachable) {
            reachable++;
            leader = i;
        }
    }
    return reachable == 1 && gone == c->count - 1 ? leader : ASSAY_NOBODY;
}

static size_t fit_row(struct assay_comparison *c, struct assay_value *values)
{
    for (size_t i = 0; i < c->count; i++) {
        struct assay_points tags = {0};
        struct assay_str list = {"", 0};

        assay_compare_tags(c, i, &tags);
        values[i] = (struct assay_value){
            .json = tags.count ? assay_json_array(c->arena) : NULL};
        for (const struct assay_point *p = tags.first; p; p = p->next) {
            struct assay_json *tag =
                assay_json_add(values[i].json, assay_json_object(c->arena));

            assay_json_set_text(c->arena, tag, "tag", p->text);
            assay_json_set_c(c->arena, tag, "rule", p->rule);
            assay_json_set(tag, "because", assay_refs_json(c, &p->refs));
            list = assay_arena_printf(c->arena, "%.*s%s%.*s",
                                      ASSAY_STR_ARG(list), list.len ? ", " : "",
                                      ASSAY_STR_ARG(p->text));
            for (size_t k = 0; k < p->refs.count; k++)
                assay_refs_add(c->arena, &values[i].refs, p->refs.claims[k]);
        }
        values[i].state = tags.count ? ASSAY_KNOWN : ASSAY_UNKNOWN;
        values[i].text = tags.count ? list : ASSAY_STR("nothing known fits");
        if (c->sides[i].unreachable) {
            values[i].state = ASSAY_NOT_APPLICABLE;
            values[i].text = ASSAY_STR("not for new work");
        }
    }
    return ASSAY_NOBODY;
}

/* No other's number is the leader's rounded: 128,000 beside 131,072. */
static bool is_apart(const struct assay_comparison *c, size_t leader,
                     const char *fact)
{
    const struct assay_claim *own, *other;
    uint64_t n;

    if (!assay_side_count(&c->sides[leader], fact, &n, &own))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (i != leader && assay_side_count(&c->sides[i], fact, &n, &other) &&
            assay_claim_agrees(own, other))
            return false;
    return true;
}

static size_t context_row(struct assay_comparison *c,
                          struct assay_value *values)
{
    const struct assay_claim *claim;
    size_t leader = 0;
    uint64_t best = 0, n;
    bool tie = false, all = true;

    for (size_t i = 0; i < c->count; i++) {
        values[i] = assay_side_limit(c, i, "context_tokens");
        if (!assay_side_count(&c->sides[i], "context_tokens", &n, &claim)) {
            all = false;
            continue;
        }
        tie = n == best || (tie && n < best);
        if (n > best) {
            best = n;
            leader = i;
        }
    }
    if (!all || tie || !is_apart(c, leader, "context_tokens"))
        return ASSAY_NOBODY;
    if (c->count == 2 &&
        assay_side_count(&c->sides[1 - leader], "context_tokens", &n, &claim))
        values[leader].note = assay_arena_printf(
            c->arena, "%.*sx",
            ASSAY_STR_ARG(assay_ratio_text(c->arena, assay_decimal_uint(best),
                                           assay_decimal_uint(n))));
    return leader;
}

/* No price: nothing is served, nothing takes the request, or none is known. */
static struct assay_value no_price(const struct assay_side *side)
{
    if (side->unreachable)
        return (struct assay_value){.state = ASSAY_NOT_APPLICABLE,
                                    .text = ASSAY_STR("no live route")};
    if (side->cost.too_small)
        return (struct assay_value){.state = ASSAY_NOT_APPLICABLE,
                                    .text = ASSAY_STR("no route fits")};
    if (side->cost.free_tier)
        return (struct assay_value){.text = ASSAY_STR("unknown"),
                                    .note = ASSAY_STR("beyond a free tier")};
    return (struct assay_value){.text = ASSAY_STR("unknown")};
}

static size_t cheapest_row(struct assay_comparison *c, const char *meter,
                           struct assay_value *values)
{
    struct assay_decimal best = {0, 0};
    size_t leader = ASSAY_NOBODY;
    bool all = true;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_route *route = NULL;
        const struct assay_price_component *price =
            assay_side_cheapest(c, &c->sides[i], meter, &route);
        struct assay_str provider;

        values[i] = no_price(&c->sides[i]);
        if (!price) {
            all = false;
            continue;
        }
        values[i].state = price->state;
        values[i].text = assay_price_text(c->arena, price->usd);
        values[i].json = assay_json_string(
            c->arena, assay_decimal_text(c->arena, price->usd));
        provider = assay_compare_provider(c, route);
        values[i].note = provider;
        if (route->free)
            values[i].note = assay_arena_printf(c->arena, "free tier, %.*s",
                                                ASSAY_STR_ARG(provider));
        assay_compare_ref(c, &values[i].refs, price->claim);
        int order = leader == ASSAY_NOBODY && i == 0
                        ? -1
                        : assay_decimal_compare(price->usd, best);

        if (order < 0) {
            best = price->usd;
            leader = i;
        } else if (order == 0) {
            leader = ASSAY_NOBODY;
        }
    }
    return all ? leader : ASSAY_NOBODY;
}

static size_t input_row(struct assay_comparison *c, struct assay_value *values)
{
    return cheapest_row(c, "input_tokens", values);
}

static size_t output_row(struct assay_comparison *c, struct assay_value *values)
{
    return cheapest_row(c, "output_tokens", values);
}

static size_t cost_row(struct assay_comparison *c, struct assay_value *values)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model_cost *cost = &c->sides[i].cost;

        values[i] = (struct assay_value){
            .state = cost->best.state,
            .text = assay_cost_text(c->arena, cost->best.state, cost->best.usd),
            .refs = c->sides[i].cost_refs,
            .note = cost->best.route
                        ? assay_compare_provider(c, cost->best.route)
                        : cost->why_unknown,
        };
        if (cost->best.state != ASSAY_UNKNOWN)
            values[i].json = assay_json_string(
                c->arena, assay_decimal_text(c->arena, cost->best.usd));
        if (cost->retired) {
            values[i].note = ASSAY_STR("retired route");
            values[i].flags = ASSAY_CELL_DIM;
        } else if (cost->best.route && cost->best.route->free) {
            values[i].note = assay_arena_printf(c->arena, "free tier, %.*s",
                                                ASSAY_STR_ARG(values[i].note));
        }
    }
    return c->lower;
}

/* Distinct regions that live routes state. */
static size_t regions_of(const struct assay_model *model)
{
    struct assay_str seen[64];
    size_t count = 0;

    for (size_t i = 0; i < model->live_count; i++) {
        const struct assay_choice *regions =
            assay_subject_choice(&model->routes[i]->subject, "regions");
        const struct assay_json *list =
            regions ? regions->claims[0]->value : NULL;

        for (const struct assay_json *r = list ? list->first : NULL; r;
             r = r->next) {
            bool known = false;

            for (size_t k = 0; k < count && !known; k++)
                known = assay_str_equal(seen[k], r->text);
            if (!known && count < sizeof seen / sizeof seen[0])
                seen[count++] = r->text;
        }
    }
    return count;
}

static struct assay_str coverage_note(struct assay_comparison *c, size_t side)
{
    size_t providers = c->sides[side].providers;
    size_t regions = regions_of(c->sides[side].model);

    if (providers < 2 && regions < 2)
        return ASSAY_STR("");
    if (regions < 2)
        return assay_arena_printf(c->arena, "%zu providers", providers);
    return assay_arena_printf(c->arena, "%zu provider%s, %zu regions",
                              providers, providers == 1 ? "" : "s", regions);
}

static size_t routes_row(struct assay_comparison *c, struct assay_value *values)
{
    size_t leader = ASSAY_NOBODY, best = 0;
    bool all = true;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;

        if (model->route_count == 0) {
            values[i] = (struct assay_value){.text = ASSAY_STR("none known")};
            all = false;
            continue;
        }
        values[i] = assay_count_value(c, model->live_count);
        values[i].note = coverage_note(c, i);
        for (size_t k = 0; k < model->route_count && k < 8; k++)
            assay_compare_route_ref(c, &values[i].refs, model->routes[k]);
        if (model->live_count > best) {
            best = model->live_count;
            leader = i;
        } else if (model->live_count == best) {
            leader = ASSAY_NOBODY;
        }
    }
    return all ? leader : ASSAY_NOBODY;
}

static size_t benchmarks_row(struct assay_comparison *c,
                             struct assay_value *values)
{
    size_t leads[ASSAY_COMPARE_MAX] = {0}, led = 0, leader = ASSAY_NOBODY;

    for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next)
        if (r->leader != ASSAY_NOBODY) {
            leads[r->leader]++;
            led++;
        }
    for (size_t i = 0; i < c->count; i++) {
        size_t rows = 0;

        values[i] = (struct assay_value){
            .state = ASSAY_NOT_APPLICABLE,
            .text = ASSAY_STR("none comparable"),
        };
        for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next) {
            if (!r->comparable || !r->cells[i])
                continue;
            rows++;
            assay_compare_ref(c, &values[i].refs, r->cells[i]);
        }
        if (!rows)
            continue;
        values[i].state = ASSAY_KNOWN;
        values[i].json = assay_json_uint(c->arena, leads[i]);
        values[i].text =
            assay_arena_printf(c->arena, "leads %zu of %zu", leads[i], rows);
        if (led && leads[i] == led)
            leader = i;
    }
    return leader;
}

static size_t evidence_row(struct assay_comparison *c,
                           struct assay_value *values)
{
    struct assay_points unsaid = {0};

    for (size_t i = 0; i < c->count; i++)
        assay_compare_evidence_value(c, i, &values[i]);
    return assay_compare_measured(c, &unsaid);
}

static const struct {
    const char *signal, *title;
    size_t (*write)(struct assay_comparison *c, struct assay_value *values);
    bool quiet; /* in the contract only: the page says it at its end */
} rows[] = {
    {"status", "status", status_row, false},
    {"decision_fit", "fit for", fit_row, false},
    {"context_tokens", "context", context_row, false},
    {"cheapest_input", "input, per million", input_row, false},
    {"cheapest_output", "output, per million", output_row, false},
    {"monthly_cost", "cost a month", cost_row, false},
    {"live_routes", "live routes", routes_row, false},
    {"shared_benchmarks", "shared benchmarks", benchmarks_row, false},
    {"evidence", "evidence", evidence_row, true},
};

void assay_compare_scorecard(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "scorecard", "Scorecard");
    struct assay_block *table;
    struct assay_json *list = assay_json_array(c->arena);

    assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      assay_arena_printf(c->arena, "Costs are for %.*s.",
                                         ASSAY_STR_ARG(assay_traffic_words(
                                             c->arena, &c->options->traffic))));
    table = assay_models_table(c, section, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_value values[ASSAY_COMPARE_MAX] = {0};
        struct assay_json *row =
            assay_json_add(list, assay_json_object(c->arena));
        size_t leader = rows[i].write(c, values);

        assay_json_set_c(c->arena, row, "signal", rows[i].signal);
        assay_set_side(c, row, "leader", leader);
        assay_json_set(row, "cells",
                       assay_values_row(c, rows[i].quiet ? NULL : table,
                                        rows[i].title, leader, values));
    }
    assay_json_set(c->data, "scorecard", list);
}
