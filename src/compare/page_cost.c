/*
 * What models cost a month: the section that a comparison has, then every
 * route of each with its cost.
 */
#include "compare/page_parts.h"

static bool set_sides(struct assay_page *page,
                      struct assay_model *const *models, size_t count,
                      struct assay_error *err)
{
    struct assay_comparison *c = &page->c;
    const struct assay_cost_options options = {
        .traffic = &page->options.traffic,
        .as_of = page->options.as_of,
        .allow_free = page->options.allow_free,
    };
    struct assay_model_cost costs[ASSAY_COMPARE_MAX];

    if (count < 1 || count > ASSAY_COMPARE_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT, "%zu models, expected 1 to %d",
                          count, ASSAY_COMPARE_MAX);
    assay_provider_names_read(c->arena, models, count, &c->provider_names);
    for (size_t i = 0; i < count; i++) {
        struct assay_side *side = &c->sides[i];

        side->model = models[i];
        if (!assay_cost_model(c->arena, models[i], &options, &side->cost, err))
            return false;
        for (size_t k = 0; k < side->cost.best.bill.line_count; k++)
            assay_compare_ref(c, &side->cost_refs,
                              side->cost.best.bill.lines[k].claim);
        costs[i] = side->cost;
    }
    c->count = count;
    c->lower = count > 1 ? assay_cost_lower(costs, count) : ASSAY_NOBODY;
    return true;
}

static bool add_model(struct assay_page *page, const struct assay_model *model,
                      struct assay_json *list, struct assay_error *err)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_section *section =
        assay_document_section(page->c.doc, assay_arena_cstr(arena, model->id),
                               assay_arena_cstr(arena, model->name));
    struct assay_json *one = assay_json_add(list, assay_json_object(arena));
    struct assay_json *routes = assay_json_array(arena);

    assay_json_set_text(arena, one, "model", model->id);
    assay_json_set(one, "routes", routes);
    if (!model->route_count)
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "No route is known.");
    return assay_page_routes(page, section, model, routes, err);
}

struct assay_document *assay_page_cost(struct assay_arena *arena,
                                       struct assay_model *const *models,
                                       size_t count,
                                       const struct assay_page_options *options,
                                       struct assay_error *err)
{
    struct assay_page page;
    struct assay_json *list = assay_json_array(arena);

    assay_page_start(&page, arena, options, "assay-cost/1",
                     assay_compare_title(arena, models, count));
    assay_json_set(page.c.data, "traffic",
                   assay_traffic_json(arena, &page.options.traffic));
    if (!set_sides(&page, models, count, err) ||
        !assay_compare_cost(&page.c, err))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!add_model(&page, models[i], list, err))
            return NULL;
    assay_json_set(page.c.data, "routes", list);
    return assay_page_finish(&page);
}
