/*
 * The routes of a model: what they ask, what they cost at the traffic, their
 * limits and whether they live.
 */
#include "compare/page_parts.h"

#include <stdlib.h>

/* ------------------------------------------------------- the contract */

static void set_count(struct assay_page *page, struct assay_json *object,
                      const struct assay_route *route, const char *fact)
{
    const struct assay_choice *choice =
        assay_subject_choice(&route->subject, fact);
    uint64_t n;

    if (assay_choice_uint(choice, &n) == ASSAY_KNOWN)
        assay_json_set_uint(page->c.arena, object, fact, n);
    else
        assay_json_set_null(page->c.arena, object, fact);
}

struct assay_json *assay_page_route_json(struct assay_page *page,
                                         const struct assay_route_cost *cost)
{
    struct assay_arena *arena = page->c.arena;
    const struct assay_route *route = cost->route;
    struct assay_json *one = assay_json_object(arena);
    struct assay_json *prices = assay_json_array(arena);
    struct assay_refs refs = {0};

    assay_json_set_text(arena, one, "id", route->id);
    assay_json_set_text(arena, one, "provider", route->provider);
    assay_json_set_text(arena, one, "provider_name", route->provider_name);
    assay_json_set_text(arena, one, "wire", route->wire);
    if (route->model)
        assay_json_set_text(arena, one, "model", route->model->id);
    else
        assay_json_set_null(arena, one, "model");
    assay_json_set_c(arena, one, "rule", route->join_rule);
    assay_json_set_text(arena, one, "tier", route->tier);
    assay_json_set_c(arena, one, "status", assay_status_name(route->status));
    assay_page_set_date(page, one, "retired_on", route->retired_on);
    assay_json_set_bool(arena, one, "live", route->live);
    assay_json_set_bool(arena, one, "free", route->free);
    set_count(page, one, route, "context_tokens");
    set_count(page, one, route, "max_output_tokens");
    for (size_t i = 0; i < route->prices.count; i++)
        assay_json_add(prices, assay_component_json(
                                   &page->c, &route->prices.components[i]));
    assay_json_set(one, "prices", prices);
    assay_set_cost(&page->c, one, cost->state, cost->usd);
    assay_compare_ref(&page->c, &refs, route->status_claim);
    assay_json_set(one, "claims", assay_refs_json(&page->c, &refs));
    return one;
}

/* ------------------------------------------------------- the table */

enum { ROUTE, INPUT, OUTPUT, CACHED, MONTH, CONTEXT, LONGEST, STATUS, COLUMNS };

static void route_row(struct assay_page *page, struct assay_block *table,
                      const struct assay_route_cost *cost)
{
    struct assay_arena *arena = page->c.arena;
    const struct assay_route *route = cost->route;
    struct assay_cell *row = assay_table_row(page->c.doc, table);

    row[ROUTE] = (struct assay_cell){
        .text = route->id,
        .state = ASSAY_KNOWN,
        .flags = route->live ? 0 : ASSAY_CELL_DIM,
        .link = assay_link_to(arena, "/provider/", route->provider),
    };
    if (!assay_str_is(route->tier, "standard"))
        row[ROUTE].note = route->tier;
    row[INPUT] = assay_price_cell(&page->c, route, "input_tokens");
    row[OUTPUT] = assay_price_cell(&page->c, route, "output_tokens");
    row[CACHED] = assay_price_cell(&page->c, route, "cache_read_tokens");
    row[MONTH] = (struct assay_cell){
        .text = assay_cost_text(arena, cost->state, cost->usd),
        .state = cost->state,
    };
    if (cost->state == ASSAY_FREE)
        row[MONTH].note = ASSAY_STR("free tier");
    row[CONTEXT] = assay_limit_cell(&page->c, route, "context_tokens");
    row[LONGEST] = assay_limit_cell(&page->c, route, "max_output_tokens");
    row[STATUS] = (struct assay_cell){
        .text = assay_page_status(arena, route->status, route->retired_on,
                                  route->live),
        .state = ASSAY_KNOWN,
        .flags = route->live ? 0 : ASSAY_CELL_WARN,
    };
    assay_compare_ref(&page->c, &row[STATUS].refs, route->status_claim);
}

/* Live before retired, priced before unknown, then by cost and id. */
static int by_use(const void *left, const void *right)
{
    const struct assay_route_cost *a = left, *b = right;
    int order;

    if (a->route->live != b->route->live)
        return a->route->live ? -1 : 1;
    if ((a->state == ASSAY_UNKNOWN) != (b->state == ASSAY_UNKNOWN))
        return a->state == ASSAY_UNKNOWN ? 1 : -1;
    order = assay_decimal_compare(a->usd, b->usd);
    return order ? order : assay_str_compare(a->route->id, b->route->id);
}

bool assay_page_routes(struct assay_page *page, struct assay_section *section,
                       const struct assay_model *model, struct assay_json *list,
                       struct assay_error *err)
{
    static const struct assay_column columns[COLUMNS] = {
        [ROUTE] = {.title = {"route", 5}},
        [INPUT] = {.title = {"input", 5}, .align = ASSAY_RIGHT},
        [OUTPUT] = {.title = {"output", 6}, .align = ASSAY_RIGHT},
        [CACHED] = {.title = {"cached", 6},
                    .align = ASSAY_RIGHT,
                    .give_way = 2},
        [MONTH] = {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        [CONTEXT] = {.title = {"context", 7},
                     .align = ASSAY_RIGHT,
                     .give_way = 1},
        [LONGEST] = {.title = {"max output", 10},
                     .align = ASSAY_RIGHT,
                     .give_way = 3},
        [STATUS] = {.title = {"status", 6}},
    };
    struct assay_route_cost *costs = ASSAY_NEW_ARRAY(
        page->c.arena, struct assay_route_cost, model->route_count + 1);
    struct assay_block *table;

    if (!model->route_count)
        return true;
    for (size_t i = 0; i < model->route_count; i++)
        if (!assay_cost_route(page->c.arena, model->routes[i],
                              &page->options.traffic, page->options.as_of,
                              &costs[i], err))
            return false;
    qsort(costs, model->route_count, sizeof costs[0], by_use);
    table = assay_section_table(page->c.doc, section, columns, COLUMNS);
    for (size_t i = 0; i < model->route_count; i++) {
        route_row(page, table, &costs[i]);
        assay_json_add(list, assay_page_route_json(page, &costs[i]));
    }
    return true;
}
