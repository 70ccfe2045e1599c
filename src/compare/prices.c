/*
 * Every route of every model with its prices: live ones first, free tiers
 * named, retired ones shown as such.
 */
#include "compare/page_parts.h"

static void route_row(struct assay_comparison *c, struct assay_block *table,
                      const struct assay_route_cost *cost)
{
    const struct assay_route *route = cost->route;
    struct assay_cell *row = assay_table_row(c->doc, table);

    row[0] = (struct assay_cell){
        .text = route->id,
        .state = ASSAY_KNOWN,
        .flags = route->live ? 0 : ASSAY_CELL_DIM,
        .note = assay_str_is(route->tier, "standard")
                    ? (struct assay_str){"", 0}
                    : route->tier,
        .link = assay_link_to(c->arena, "/provider/", route->provider),
    };
    row[1] = assay_price_cell(c, route, "input_tokens");
    row[2] = assay_price_cell(c, route, "output_tokens");
    row[3] = (struct assay_cell){
        .text = assay_cost_text(c->arena, cost->state, cost->usd),
        .note = cost->fits ? ASSAY_STR("") : ASSAY_STR("too small"),
        .state = cost->state,
        .flags = cost->fits ? 0 : ASSAY_CELL_DIM,
    };
    row[4] = assay_limit_cell(c, route, "context_tokens");
    row[5] = (struct assay_cell){
        .text = assay_page_status(c->arena, route->status, route->retired_on,
                                  route->live),
        .state = ASSAY_KNOWN,
        .flags = route->live ? 0 : ASSAY_CELL_WARN,
    };
    assay_compare_route_ref(c, &row[5].refs, route);
}

static struct assay_json *route_json(struct assay_comparison *c,
                                     const struct assay_route_cost *cost)
{
    const struct assay_route *route = cost->route;
    struct assay_json *one = assay_json_object(c->arena);
    struct assay_json *list = assay_json_array(c->arena);

    assay_json_set_text(c->arena, one, "route", route->id);
    assay_json_set_text(c->arena, one, "provider", route->provider);
    assay_json_set_c(c->arena, one, "status", assay_status_name(route->status));
    assay_json_set_bool(c->arena, one, "live", route->live);
    assay_json_set_bool(c->arena, one, "free", route->free);
    assay_json_set_text(c->arena, one, "tier", route->tier);
    assay_set_cost(c, one, cost->state, cost->usd);
    assay_json_set_bool(c->arena, one, "fits", cost->fits);
    for (size_t i = 0; i < route->prices.count; i++)
        assay_json_add(list,
                       assay_component_json(c, &route->prices.components[i]));
    assay_json_set(one, "prices", list);
    return one;
}

/* A page shows the best of many; the contract holds them all. */
enum { ROUTES_SHOWN = 12, ROUTES_OF_ALL = 36 };

static size_t routes_shown(const struct assay_comparison *c)
{
    size_t each = ROUTES_OF_ALL / c->count;

    return each < ROUTES_SHOWN ? each : ROUTES_SHOWN;
}

/*
 * Free tiers first, then by cost, unknown costs, routes that the request
 * does not fit, retired routes.
 */
static int shown_before(const struct assay_route_cost *a,
                        const struct assay_route_cost *b)
{
    if (a->route->live != b->route->live)
        return a->route->live ? -1 : 1;
    if (a->fits != b->fits)
        return a->fits ? -1 : 1;
    if (a->route->free != b->route->free)
        return a->route->free ? -1 : 1;
    if ((a->state == ASSAY_UNKNOWN) != (b->state == ASSAY_UNKNOWN))
        return a->state == ASSAY_UNKNOWN ? 1 : -1;
    return assay_decimal_compare(a->usd, b->usd);
}

static const struct assay_route_cost **sorted_costs(struct assay_comparison *c,
                                                    size_t side)
{
    size_t count = c->sides[side].model->route_count;
    const struct assay_route_cost **sorted =
        ASSAY_NEW_ARRAY(c->arena, const struct assay_route_cost *, count);

    for (size_t i = 0; i < count; i++) {
        const struct assay_route_cost *one = &c->sides[side].route_costs[i];
        size_t at = i;

        for (; at > 0 && shown_before(one, sorted[at - 1]) < 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = one;
    }
    return sorted;
}

static void model_prices(struct assay_comparison *c,
                         struct assay_section *section, size_t side,
                         struct assay_json *list)
{
    static const struct assay_column columns[] = {
        {.title = {"route", 5}},
        {.title = {"input", 5}, .align = ASSAY_RIGHT},
        {.title = {"output", 6}, .align = ASSAY_RIGHT},
        {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        {.title = {"context", 7}, .align = ASSAY_RIGHT, .give_way = 1},
        {.title = {"status", 6}},
    };
    const struct assay_model *model = c->sides[side].model;
    const struct assay_route_cost **costs = sorted_costs(c, side);
    struct assay_json *one = assay_json_add(list, assay_json_object(c->arena));
    struct assay_json *routes = assay_json_array(c->arena);
    size_t shown = routes_shown(c);
    struct assay_block *table;

    assay_json_set_text(c->arena, one, "model", model->id);
    assay_json_set(one, "routes", routes);
    if (!model->route_count) {
        assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                          assay_arena_printf(c->arena,
                                             "%.*s: no hosted route is known.",
                                             ASSAY_STR_ARG(model->name)));
        return;
    }
    assay_section_say(
        c->doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(c->arena, "%.*s:", ASSAY_STR_ARG(model->name)));
    table = assay_section_table(c->doc, section, columns,
                                sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < model->route_count; i++) {
        if (i < shown)
            route_row(c, table, costs[i]);
        assay_json_add(routes, route_json(c, costs[i]));
    }
    if (model->route_count > shown)
        assay_say_hidden(c, section, model,
                         assay_arena_printf(c->arena, "… and %zu more",
                                            model->route_count - shown),
                         "");
}

void assay_compare_prices(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "prices", "Where they run, and prices");
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_str shape =
        assay_traffic_words(c->arena, &c->options->traffic);

    assay_section_say(
        c->doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(c->arena,
                           "Prices are dollars per million tokens; a month is "
                           "%.*s.",
                           ASSAY_STR_ARG(shape)));
    for (size_t i = 0; i < c->count; i++)
        model_prices(c, section, i, list);
    assay_json_set(c->data, "prices", list);
}
