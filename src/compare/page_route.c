/*
 * The page of a route: whether it lives, whose model it serves and why,
 * prices, limits, conflicts.
 */
#include "compare/page_parts.h"

static void add_head(struct assay_page *page, const struct assay_route *route)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_section *section =
        assay_document_section(page->c.doc, "status", "");
    struct assay_str status =
        assay_page_status(arena, route->status, route->retired_on, route->live);
    struct assay_refs refs = {0};

    assay_compare_ref(&page->c, &refs, route->status_claim);
    assay_compare_ref(&page->c, &refs, route->retired_on_claim);
    assay_page_say(page, section, ASSAY_BLOCK_HEADLINE, &refs,
                   "A route of %.*s, %.*s, tier %.*s.",
                   ASSAY_STR_ARG(route->provider_name), ASSAY_STR_ARG(status),
                   ASSAY_STR_ARG(route->tier));
    if (route->model)
        assay_page_say(
            page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
            "It serves %.*s (%.*s): %.*s", ASSAY_STR_ARG(route->model->name),
            ASSAY_STR_ARG(route->model->id), ASSAY_STR_ARG(route->join_why));
    else
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "It belongs to no model that is known.");
}

static struct assay_str unit_words(const struct assay_price_component *price)
{
    return price->unit == ASSAY_EACH ? ASSAY_STR("each")
                                     : ASSAY_STR("per million");
}

static void add_prices(struct assay_page *page,
                       const struct assay_route_cost *cost)
{
    static const struct assay_column columns[] = {
        {.title = {"meter", 5}},
        {.title = {"price", 5}, .align = ASSAY_RIGHT},
        {.title = {"unit", 4}},
        {.title = {"when", 4}},
    };
    struct assay_arena *arena = page->c.arena;
    const struct assay_price_list *prices = &cost->route->prices;
    struct assay_section *section =
        assay_document_section(page->c.doc, "prices", "Prices");
    struct assay_str usd = assay_cost_text(arena, cost->state, cost->usd);
    struct assay_str shape = assay_traffic_words(arena, &page->options.traffic);
    struct assay_block *table;

    assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                   "Cost a month: %.*s (%.*s).", ASSAY_STR_ARG(usd),
                   ASSAY_STR_ARG(shape));
    for (size_t i = 0; i < cost->note_count; i++)
        assay_page_say(page, section, ASSAY_BLOCK_ITEM, NULL, "%.*s",
                       ASSAY_STR_ARG(cost->notes[i]));
    if (!prices->count)
        return;
    table = assay_section_table(page->c.doc, section, columns,
                                sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < prices->count; i++) {
        const struct assay_price_component *price = &prices->components[i];
        struct assay_cell *row = assay_table_row(page->c.doc, table);

        row[0].text = price->meter;
        row[1].text = price->state == ASSAY_UNKNOWN
                          ? ASSAY_STR("not stated")
                          : assay_price_text(arena, price->usd);
        assay_compare_ref(&page->c, &row[1].refs, price->claim);
        row[2].text = unit_words(price);
        row[3].text = assay_page_when(arena, price);
        row[0].state = row[2].state = row[3].state = ASSAY_KNOWN;
        row[1].state = price->state;
    }
}

static void add_capabilities(struct assay_page *page,
                             const struct assay_subject *subject)
{
    static const struct assay_column columns[2] = {
        {.title = {"capability", 10}}, {.title = {"value", 5}}};
    struct assay_block *table = NULL;
    struct assay_json *list = assay_json_array(page->c.arena);

    for (size_t i = 0; i < subject->choice_count; i++) {
        const struct assay_choice *choice = &subject->choices[i];
        struct assay_value value;
        struct assay_json *one;
        struct assay_cell *row;

        if (!assay_str_starts(choice->fact, "capabilities."))
            continue;
        if (!table)
            table = assay_section_table(
                page->c.doc,
                assay_document_section(page->c.doc, "capabilities",
                                       "What it can do"),
                columns, 2);
        value = assay_fact_value(&page->c, subject,
                                 assay_arena_cstr(page->c.arena, choice->fact));
        row = assay_table_row(page->c.doc, table);
        row[0].text = assay_fact_title(page->c.arena, choice->fact);
        row[0].state = ASSAY_KNOWN;
        assay_value_cell(&row[1], &value);
        one = assay_json_add(list, assay_json_object(page->c.arena));
        assay_json_set_text(page->c.arena, one, "fact", choice->fact);
        assay_json_set(one, "cell", assay_page_value(page, &value));
    }
    assay_json_set(page->c.data, "capabilities", list);
}

struct assay_document *assay_page_route(
    struct assay_arena *arena, const struct assay_route *route,
    const struct assay_page_options *options, struct assay_error *err)
{
    struct assay_page page;
    struct assay_route_cost cost;
    struct assay_json *list = assay_json_array(arena);
    struct assay_block *table = NULL;
    struct assay_section *section;

    if (!assay_cost_route(arena, route, &options->traffic, options->as_of,
                          &cost, err))
        return NULL;
    assay_page_start(&page, arena, options, "assay-route/1", route->id);
    add_head(&page, route);
    assay_json_set(page.c.data, "traffic",
                   assay_traffic_json(arena, &page.options.traffic));
    assay_json_set(page.c.data, "route", assay_page_route_json(&page, &cost));
    add_prices(&page, &cost);
    section = assay_document_section(page.c.doc, "facts", "What is said of it");
    assay_json_set(page.c.data, "facts",
                   assay_page_facts(&page, section, &route->subject));
    add_capabilities(&page, &route->subject);
    section = assay_document_section(page.c.doc, "conflicts",
                                     "Where sources disagree");
    assay_page_conflict_rows(&page, section, &table, &route->subject, list);
    if (!table)
        assay_page_say(&page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Nowhere, as far as is known.");
    assay_json_set(page.c.data, "conflicts", list);
    return assay_page_finish(&page);
}
