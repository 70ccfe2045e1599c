/*
 * Why the routes of a model are its routes: the rule of each, in a sentence,
 * and who says so.
 */
#include "compare/page_parts.h"

/* One claim of each source that speaks of the subject. */
static void add_sources(struct assay_page *page, struct assay_refs *refs,
                        const struct assay_subject *subject)
{
    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *claim = &subject->claims[i];
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen = subject->claims[k].source == claim->source;
        if (!seen)
            assay_compare_ref(&page->c, refs, claim);
    }
}

static void explain_row(struct assay_page *page, struct assay_block *table,
                        const struct assay_route *route,
                        struct assay_json *list)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_cell *row = assay_table_row(page->c.doc, table);
    struct assay_json *one = assay_json_add(list, assay_json_object(arena));

    row[0].text = route->id;
    if (!route->live)
        row[0].flags = ASSAY_CELL_DIM;
    row[1].text = assay_str_c(route->join_rule);
    row[2].text = route->join_why;
    add_sources(page, &row[0].refs, &route->subject);
    row[0].state = row[1].state = row[2].state = ASSAY_KNOWN;
    assay_json_set_text(arena, one, "route", route->id);
    assay_json_set_c(arena, one, "rule", route->join_rule);
    assay_json_set_text(arena, one, "why", route->join_why);
    assay_json_set_bool(arena, one, "live", route->live);
}

/* Each name of the model, with the sources that speak of it by that name. */
static void say_names(struct assay_page *page, const struct assay_model *model,
                      struct assay_json *list)
{
    struct assay_arena *arena = page->c.arena;
    const struct assay_subject *subject = &model->subject;
    struct assay_section *section =
        assay_document_section(page->c.doc, "names", "Its names");

    if (model->alias_count == 0)
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Every source calls it %.*s.", ASSAY_STR_ARG(model->id));
    for (size_t i = 0; i < model->alias_count; i++) {
        struct assay_json *one = assay_json_add(list, assay_json_object(arena));
        struct assay_refs refs = {0};
        const struct assay_source *last = NULL;

        for (size_t k = 0; k < subject->claim_count; k++) {
            const struct assay_claim *claim = &subject->claims[k];

            if (claim->source == last ||
                !assay_str_equal(claim->subject, model->aliases[i]))
                continue;
            assay_compare_ref(&page->c, &refs, claim);
            last = claim->source;
        }
        assay_page_say(page, section, ASSAY_BLOCK_ITEM, &refs, "%.*s%s",
                       ASSAY_STR_ARG(model->aliases[i]),
                       refs.count ? "" : " (a declared alias)");
        assay_json_set_text(arena, one, "name", model->aliases[i]);
        assay_json_set(one, "claims", assay_refs_json(&page->c, &refs));
    }
}

struct assay_document *assay_page_explain(
    struct assay_arena *arena, const struct assay_model *model,
    const struct assay_page_options *options)
{
    static const struct assay_column columns[] = {
        {.title = {"route", 5}},
        {.title = {"rule", 4}},
        {.title = {"why", 3}},
    };
    struct assay_page page;
    struct assay_json *names = assay_json_array(arena);
    struct assay_json *routes = assay_json_array(arena);
    struct assay_section *section;
    struct assay_block *table = NULL;

    assay_page_start(&page, arena, options, "assay-explain/1",
                     assay_arena_printf(arena, "Why these are %.*s",
                                        ASSAY_STR_ARG(model->name)));
    assay_json_set_text(arena, page.c.data, "model", model->id);
    say_names(&page, model, names);
    section = assay_document_section(page.c.doc, "routes", "Its routes");
    if (model->route_count)
        table = assay_section_table(page.c.doc, section, columns,
                                    sizeof columns / sizeof columns[0]);
    else
        assay_page_say(&page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "No route is known.");
    for (size_t i = 0; i < model->route_count; i++)
        explain_row(&page, table, model->routes[i], routes);
    assay_json_set(page.c.data, "names", names);
    assay_json_set(page.c.data, "routes", routes);
    return assay_page_finish(&page);
}
