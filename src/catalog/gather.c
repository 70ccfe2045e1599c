/*
 * Statements laid out for the view side: by model, routes apart.
 */
#include "catalog/gather.h"

#include "assay/identity.h"

#include <string.h>

void assay_gather(struct assay_arena *arena, struct assay_gathered_list *list,
                  const struct assay_stored *stored)
{
    struct assay_gathered_node *node =
        ASSAY_NEW(arena, struct assay_gathered_node);
    node->stored = *stored;
    if (list->last)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
    list->count++;
}

struct assay_gathered_route *assay_gather_route(struct assay_arena *arena,
                                                struct assay_gathered *g,
                                                struct assay_str id)
{
    struct assay_gathered_route *node =
        ASSAY_NEW(arena, struct assay_gathered_route);
    node->route.id = id;
    if (g->last_route)
        g->last_route->next = node;
    else
        g->first_route = node;
    g->last_route = node;
    g->route_count++;
    return node;
}

void assay_gather_alias(struct assay_arena *arena, struct assay_gathered *g,
                        struct assay_str alias)
{
    struct assay_gathered_text *node =
        ASSAY_NEW(arena, struct assay_gathered_text);
    node->text = alias;
    if (g->last_alias)
        g->last_alias->next = node;
    else
        g->first_alias = node;
    g->last_alias = node;
    g->alias_count++;
}

static const struct assay_stored *flat(struct assay_arena *arena,
                                       const struct assay_gathered_list *list)
{
    struct assay_stored *all =
        ASSAY_NEW_ARRAY(arena, struct assay_stored, list->count + 1);
    size_t at = 0;
    for (const struct assay_gathered_node *n = list->first; n; n = n->next)
        all[at++] = n->stored;
    return all;
}

/* One sentence; by hand, as a search over all routes makes thousands. */
static struct assay_str join_why(struct assay_arena *arena,
                                 struct assay_str route, const char *rule,
                                 struct assay_str via)
{
    struct assay_str provider, wire = route;
    bool stated = strcmp(rule, "stated") == 0;

    (void)assay_str_cut(route, '/', &provider, &wire);
    bool literal = assay_str_equal(wire, via);
    const struct assay_str parts[] = {
        stated ? ASSAY_STR("a source states that it serves '") : ASSAY_STR("'"),
        stated ? via : wire,
        stated || literal ? ASSAY_STR("") : ASSAY_STR("' is read as '"),
        stated || literal ? ASSAY_STR("") : via,
        stated ? ASSAY_STR("'") : ASSAY_STR("': "),
        stated ? ASSAY_STR("") : assay_str_c(assay_identity_rule_text(rule)),
    };
    size_t count = sizeof(parts) / sizeof(parts[0]), len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = assay_arena_alloc(arena, len + 1, 1), *end = text;
    for (size_t i = 0; i < count; i++) {
        memcpy(end, parts[i].at, parts[i].len);
        end += parts[i].len;
    }
    return (struct assay_str){text, len};
}

void assay_gather_join(struct assay_arena *arena,
                       struct assay_gathered_route *route,
                       struct assay_str rule, struct assay_str via)
{
    if (!rule.len) {
        route->route.join_rule = "";
        route->route.join_why =
            ASSAY_STR("no source states its model, and no rule leads from its "
                      "name to a known one");
        return;
    }
    route->route.join_rule = assay_arena_cstr(arena, rule);
    route->route.join_why =
        join_why(arena, route->route.id, route->route.join_rule, via);
}

const struct assay_stored_route *assay_gathered_stored(
    struct assay_arena *arena, struct assay_gathered_route *route)
{
    route->route.statements = flat(arena, &route->statements);
    route->route.count = route->statements.count;
    return &route->route;
}

/* The gathered statements as the view side wants them, and their view. */
struct assay_model *assay_gathered_view(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_gathered *g,
                                        struct assay_error *err)
{
    struct assay_stored_route *routes =
        ASSAY_NEW_ARRAY(arena, struct assay_stored_route, g->route_count + 1);
    struct assay_str *aliases =
        ASSAY_NEW_ARRAY(arena, struct assay_str, g->alias_count + 1);
    size_t at = 0;

    for (struct assay_gathered_route *r = g->first_route; r; r = r->next) {
        routes[at++] = *assay_gathered_stored(arena, r);
    }
    at = 0;
    for (struct assay_gathered_text *t = g->first_alias; t; t = t->next)
        aliases[at++] = t->text;
    struct assay_stored_model stored = {
        .id = g->id,
        .statements = flat(arena, &g->statements),
        .count = g->statements.count,
        .aliases = aliases,
        .alias_count = g->alias_count,
        .routes = routes,
        .route_count = g->route_count,
    };
    struct assay_stored_model *kept =
        ASSAY_NEW(arena, struct assay_stored_model);
    *kept = stored;
    struct assay_model *model =
        assay_view_model(arena, kept, catalog->as_of, err);
    if (!model)
        return NULL;
    for (size_t i = 0; i < model->route_count; i++)
        model->routes[i]->model = model;
    return model;
}
