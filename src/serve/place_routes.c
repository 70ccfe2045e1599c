/*
 * The API's list of routes. Ids are gathered first and sorted; only the
 * routes of one answer are then read with their prices.
 */
#include "serve/list_parts.h"
#include "serve/places.h"

#include "assay/cost.h"
#include "assay/identity.h"
#include "assay/pages.h"

#include <stdlib.h>

enum { ROWS = 100, MOST = 500 };

const struct assay_parameter assay_routes_parameters[] = {
    {"provider", "string", "Only routes of this provider.", "azure", false},
    {"model", "string", "Only routes to this model: id, name or alias.",
     "openai/gpt-4o", false},
    {"status", "string",
     "active, preview, deprecated, retired, unknown; or live: all but "
     "retired.",
     "live", false},
    {"limit", "integer", "How many, 1 to 500; else 100.", "20", false},
    {"after", "string", "`next` of the answer before.", "0~azure/gpt-4o",
     false},
    {0},
};

/* Ids of the routes that fit, and how many there are of them. */
struct gathering {
    struct assay_arena *arena;
    struct assay_str status;
    struct assay_str *ids;
    size_t count, room;
};

static void gather(struct gathering *g, const struct assay_route *route)
{
    if (g->status.len &&
        !(assay_str_is(g->status, "live")
              ? route->live
              : assay_str_is(g->status, assay_status_name(route->status))))
        return;
    if (g->count == g->room) {
        size_t room = g->room ? 2 * g->room : 256;
        struct assay_str *wider =
            ASSAY_NEW_ARRAY(g->arena, struct assay_str, room);

        for (size_t i = 0; i < g->count; i++)
            wider[i] = g->ids[i];
        g->ids = wider;
        g->room = room;
    }
    g->ids[g->count++] = assay_arena_copy(g->arena, route->id);
}

static bool see_model(void *context, struct assay_model *model, bool *keep,
                      struct assay_error *err)
{
    (void)keep;
    (void)err;
    for (size_t i = 0; i < model->route_count; i++)
        gather(context, model->routes[i]);
    return true;
}

static bool see_unjoined(void *context, struct assay_route *route, bool *keep,
                         struct assay_error *err)
{
    (void)keep;
    (void)err;
    gather(context, route);
    return true;
}

static bool gather_all(struct assay_visit *visit, struct gathering *g,
                       struct assay_str provider, struct assay_error *err)
{
    static const char *const status_alone[] = {NULL};
    const struct assay_view_options wanted = {
        .facts = status_alone,
        .provider = provider,
    };
    struct assay_arena views = {0};
    const struct assay_view_walk walk = {
        .arena = &views,
        .context = g,
        .model = see_model,
        .unjoined = see_unjoined,
    };
    bool ok = assay_catalog_walk(visit->catalog, &wanted, &walk, 1, err);

    assay_arena_free(&views);
    return ok;
}

static bool gather_model(struct assay_visit *visit, struct gathering *g,
                         struct assay_str name, struct assay_str provider,
                         struct assay_error *err)
{
    struct assay_model *model;
    struct assay_str id;

    if (!assay_catalog_resolve(visit->catalog, visit->arena, name, &id, err))
        return false;
    model = assay_catalog_model(visit->catalog, visit->arena, id, err);
    if (!model)
        return false;
    for (size_t i = 0; i < model->route_count; i++)
        if (!provider.len ||
            assay_str_equal(model->routes[i]->provider, provider))
            gather(g, model->routes[i]);
    return true;
}

static int by_id(const void *a, const void *b)
{
    return assay_str_compare(*(const struct assay_str *)a,
                             *(const struct assay_str *)b);
}

static bool read_routes(struct assay_visit *visit, const struct assay_str *ids,
                        size_t count, struct assay_route_cost *routes,
                        struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_route *route =
            assay_catalog_route(visit->catalog, visit->arena, ids[i], err);

        if (!route || !assay_cost_route(visit->arena, route, &visit->traffic,
                                        visit->as_of, &routes[i], err))
            return false;
    }
    return true;
}

static bool is_status(struct assay_str word, struct assay_error *err)
{
    for (enum assay_status s = ASSAY_STATUS_UNKNOWN; s <= ASSAY_STATUS_RETIRED;
         s++)
        if (assay_str_is(word, assay_status_name(s)))
            return true;
    return word.len == 0 || assay_str_is(word, "live") ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "status wants active, preview, deprecated, retired, "
                      "unknown or live, not '%.*s'",
                      ASSAY_STR_ARG(word));
}

bool assay_make_routes(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_str model = assay_visit_value(visit, "model");
    struct assay_str provider =
        assay_provider_canonical(assay_visit_value(visit, "provider"));
    struct gathering g = {
        .arena = visit->arena,
        .status = assay_visit_value(visit, "status"),
    };
    struct assay_list_place after;
    struct assay_str next = ASSAY_STR("");
    size_t first = 0;
    uint64_t limit;

    if (!is_status(g.status, err) || !assay_list_after(visit, &after, err) ||
        !assay_visit_number(visit, "limit", 1, MOST, ROWS, &limit, err) ||
        !(model.len ? gather_model(visit, &g, model, provider, err)
                    : gather_all(visit, &g, provider, err)))
        return false;
    if (g.count)
        qsort(g.ids, g.count, sizeof *g.ids, by_id);
    while (first < g.count && assay_str_compare(g.ids[first], after.id) <= 0)
        first++;
    size_t count = g.count - first < limit ? g.count - first : (size_t)limit;
    struct assay_route_cost *routes =
        ASSAY_NEW_ARRAY(visit->arena, struct assay_route_cost, count + 1);
    if (count && !read_routes(visit, &g.ids[first], count, routes, err))
        return false;
    if (count && first + count < g.count)
        next = assay_list_token(
            visit->arena,
            &(struct assay_list_place){.id = g.ids[first + count - 1]});
    sheet->doc = assay_page_route_list(visit->arena, routes, count,
                                       (struct assay_part){first, g.count},
                                       next, &options);
    return true;
}
