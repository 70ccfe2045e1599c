/*
 * A provider: which models it serves, what it asks for them, and which of
 * them end soon.
 */
#include "compare/page_parts.h"

/* ------------------------------------------------------- cells */

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

/* The model's name, and what the provider calls it. */
static struct assay_cell model_cell(struct assay_arena *arena,
                                    const struct assay_route *route)
{
    struct assay_cell cell = known(route->wire);

    if (route->model) {
        cell.text = route->model->name;
        if (!assay_str_equal(route->wire, cell.text) &&
            !assay_str_equal(route->wire, route->model->id))
            cell.note = route->wire;
        cell.link = assay_link_to(arena, "/model/", route->model->id);
    }
    if (!assay_str_is(route->tier, "standard"))
        cell.note = assay_arena_printf(
            arena, "%.*s%s%.*s", ASSAY_STR_ARG(cell.note),
            cell.note.len ? ", " : "", ASSAY_STR_ARG(route->tier));
    if (!route->live)
        cell.flags = ASSAY_CELL_DIM;
    return cell;
}

static const struct assay_price_component *price_of(
    const struct assay_page *page, const struct assay_route *route,
    const char *meter)
{
    return assay_price_find(&route->prices, assay_str_c(meter),
                            page->options.traffic.input_tokens,
                            page->options.as_of);
}

static struct assay_cell price_cell(const struct assay_page *page,
                                    const struct assay_route *route,
                                    const char *meter)
{
    const struct assay_price_component *price = price_of(page, route, meter);
    struct assay_str fact =
        assay_arena_printf(page->c.arena, "price.%s", meter);
    const struct assay_choice *choice =
        assay_subject_choice(&route->subject, fact.at);
    struct assay_cell cell = {.text = ASSAY_STR("–")};

    if (!price)
        return cell;
    cell.state = price->state;
    cell.text = price->state == ASSAY_UNKNOWN
                    ? ASSAY_STR("not stated")
                    : assay_price_text(page->c.arena, price->usd);
    if (choice && choice->conflict)
        cell.flags = ASSAY_CELL_CONFLICT;
    return cell;
}

/* The route's own limit, else the model's. */
static struct assay_cell limit_cell(struct assay_arena *arena,
                                    const struct assay_route *route,
                                    const char *fact)
{
    uint64_t limit;

    if (!assay_cost_limit(route, fact, &limit))
        return (struct assay_cell){.text = ASSAY_STR("unknown")};
    return known(assay_decimal_fixed(arena, assay_decimal_uint(limit), 0));
}

/* Who states the prices, else who lists the route. */
static struct assay_cell source_cell(const struct assay_page *page,
                                     const struct assay_route *route)
{
    const struct assay_price_component *price =
        price_of(page, route, "input_tokens");
    const struct assay_claim *claim = price ? price->claim : NULL;

    if (!claim && route->prices.count)
        claim = route->prices.components[0].claim;
    if (!claim && route->subject.claim_count)
        claim = &route->subject.claims[0];
    if (!claim)
        return (struct assay_cell){.text = ASSAY_STR("unknown")};
    struct assay_cell cell = known(claim->source->id);
    cell.note = assay_date_text(page->c.arena, claim->read);
    cell.link = assay_link_to(page->c.arena, "/source/", claim->source->id);
    return cell;
}

static struct assay_cell status_cell(struct assay_arena *arena,
                                     const struct assay_route *route)
{
    struct assay_cell cell = known(assay_page_status(
        arena, route->status, route->retired_on, route->live));

    if (route->status == ASSAY_STATUS_UNKNOWN)
        cell.state = ASSAY_UNKNOWN;
    if (!route->live)
        cell.flags = ASSAY_CELL_WARN;
    return cell;
}

/* ------------------------------------------------------- what ends */

static struct assay_cell next_cell(struct assay_arena *arena,
                                   const struct assay_route *route)
{
    const struct assay_model *model = route->model;

    if (!model || !model->replacement_count)
        return (struct assay_cell){.text = ASSAY_STR("not stated")};
    struct assay_cell cell = known(model->replacements[0].name);
    cell.link = assay_link_to(arena, "/model/", model->replacements[0].id);
    return cell;
}

static bool has_successors(const struct assay_provider_view *view)
{
    for (size_t i = 0; i < view->ending_shown; i++)
        if (view->ending[i]->model && view->ending[i]->model->replacement_count)
            return true;
    return false;
}

static void add_ending(struct assay_page *page,
                       const struct assay_provider_view *view)
{
    static const struct assay_column columns[] = {
        {.title = {"model", 5}},
        {.title = {"status", 6}},
        {.title = {"named to follow it", 18}},
    };
    bool successors = has_successors(view);
    struct assay_section *section;
    struct assay_block *table;

    if (view->ending_count == 0)
        return;
    section = assay_document_section(page->c.doc, "ending", "What ends");
    table =
        assay_section_table(page->c.doc, section, columns, successors ? 3 : 2);
    for (size_t i = 0; i < view->ending_shown; i++) {
        struct assay_cell *row = assay_table_row(page->c.doc, table);

        row[0] = model_cell(page->c.arena, view->ending[i]);
        row[1] = status_cell(page->c.arena, view->ending[i]);
        row[1].flags = ASSAY_CELL_WARN;
        if (successors)
            row[2] = next_cell(page->c.arena, view->ending[i]);
    }
    if (view->ending_count > view->ending_shown)
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "… and %zu more",
                       view->ending_count - view->ending_shown);
}

/* ------------------------------------------------------- what it serves */

enum {
    MODEL,
    INPUT,
    OUTPUT,
    CACHED,
    MONTH,
    CONTEXT,
    LONGEST,
    STATUS,
    SOURCE,
    COLUMNS
};

static void add_route(struct assay_page *page, struct assay_block *table,
                      const struct assay_route_cost *cost)
{
    struct assay_arena *arena = page->c.arena;
    const struct assay_route *route = cost->route;
    struct assay_cell *row = assay_table_row(page->c.doc, table);

    row[MODEL] = model_cell(arena, route);
    row[INPUT] = price_cell(page, route, "input_tokens");
    row[OUTPUT] = price_cell(page, route, "output_tokens");
    row[CACHED] = price_cell(page, route, "cache_read_tokens");
    row[MONTH] = (struct assay_cell){
        .text = assay_cost_text(arena, cost->state, cost->usd),
        .state = cost->state,
    };
    row[CONTEXT] = limit_cell(arena, route, "context_tokens");
    row[LONGEST] = limit_cell(arena, route, "max_output_tokens");
    row[STATUS] = status_cell(arena, route);
    row[SOURCE] = source_cell(page, route);
}

static void add_routes(struct assay_page *page,
                       const struct assay_provider_view *view)
{
    static const struct assay_column columns[COLUMNS] = {
        [MODEL] = {.title = {"model", 5}},
        [INPUT] = {.title = {"input", 5}, .align = ASSAY_RIGHT},
        [OUTPUT] = {.title = {"output", 6}, .align = ASSAY_RIGHT},
        [CACHED] = {.title = {"cached", 6},
                    .align = ASSAY_RIGHT,
                    .give_way = 3},
        [MONTH] = {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        [CONTEXT] = {.title = {"context", 7},
                     .align = ASSAY_RIGHT,
                     .give_way = 1},
        [LONGEST] = {.title = {"max output", 10},
                     .align = ASSAY_RIGHT,
                     .give_way = 4},
        [STATUS] = {.title = {"status", 6}},
        [SOURCE] = {.title = {"source", 6}, .give_way = 2},
    };
    struct assay_section *section = assay_document_section(
        page->c.doc, "routes", "What it serves, and prices");
    struct assay_block *table;

    if (view->count == 0) {
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL, "Nothing.");
        return;
    }
    assay_page_say(
        page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
        "Dollars per million tokens; a month is %.*s. Where sources disagree "
        "(!), the model's page says who says what.",
        ASSAY_STR_ARG(
            assay_traffic_words(page->c.arena, &page->options.traffic)));
    table = assay_section_table(page->c.doc, section, columns, COLUMNS);
    for (size_t i = 0; i < view->count; i++)
        add_route(page, table, &view->routes[i]);
}

/* ------------------------------------------------------- the page */

static struct assay_str plural(struct assay_arena *arena, size_t n,
                               const char *thing)
{
    struct assay_str number =
        assay_decimal_fixed(arena, assay_decimal_uint(n), 0);

    return assay_arena_printf(arena, "%.*s %s%s", ASSAY_STR_ARG(number), thing,
                              n == 1 ? "" : "s");
}

struct assay_document *assay_page_provider(
    struct assay_arena *arena, const struct assay_provider_view *view,
    const struct assay_page_options *options)
{
    struct assay_section *section;
    struct assay_page page;

    assay_page_start(&page, arena, options, "assay-provider/1", view->name);
    section = assay_document_section(page.c.doc, "lifecycle", "");
    assay_page_say(
        &page, section, ASSAY_BLOCK_HEADLINE, NULL, "%.*s to %.*s; %s.",
        ASSAY_STR_ARG(plural(arena, view->live_count, "live route")),
        ASSAY_STR_ARG(plural(arena, view->model_count, "model")),
        view->ending_count
            ? assay_arena_printf(arena, "%zu deprecated or with a stated end",
                                 view->ending_count)
                  .at
            : "no end is announced");
    if (view->part.first == 0)
        add_ending(&page, view);
    add_routes(&page, view);
    return assay_page_finish(&page);
}
