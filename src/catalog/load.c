/*
 * Out of the store: the statements about one model or one route in force at
 * as_of, handed to the view side. A handful of prepared queries each.
 */
#include "catalog/catalog_store.h"
#include "catalog/gather.h"

/* ------------------------------------------------------------- one model */

static bool gather_aliases(struct assay_catalog *catalog,
                           struct assay_arena *arena, int64_t num,
                           struct assay_gathered *g, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select spelling from name where model = ?1 and how = 'alias'"
        " order by spelling",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    while ((ok = assay_query_step(q, &row, err)) && row)
        assay_gather_alias(arena, g,
                           assay_arena_copy(arena, assay_query_text(q, 0)));
    return ok;
}

static bool gather_statements(struct assay_catalog *catalog,
                              struct assay_arena *arena,
                              const struct assay_loaded_sources *sources,
                              int64_t num, struct assay_gathered *g,
                              struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select s.kind, s.id, s.rule, s.via, t.source, t.first, t.body"
        " from subject s join statement t on t.subject = s.num"
        " where s.model = ?1 and t.first <= ?2"
        " and (t.ended is null or t.ended > ?2)"
        " order by s.kind, s.id, t.source",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        const struct assay_source *source =
            assay_loaded_source(sources, assay_query_int(q, 4));
        if (!source)
            continue;
        bool is_route = assay_str_is(assay_query_text(q, 0), "route");
        struct assay_stored stored = {
            .kind = is_route ? ASSAY_SUBJECT_ROUTE : ASSAY_SUBJECT_MODEL,
            .source = source,
            .first = assay_date_from_days((int32_t)assay_query_int(q, 5)),
            .read = source->read,
            .body = assay_arena_copy(arena, assay_query_text(q, 6)),
        };
        struct assay_str id = assay_query_text(q, 1);
        struct assay_gathered_route *route = g->last_route;
        if (is_route && (!route || !assay_str_equal(route->route.id, id))) {
            route = assay_gather_route(arena, g, assay_arena_copy(arena, id));
            assay_gather_join(arena, route, assay_query_text(q, 2),
                              assay_query_text(q, 3));
        }
        stored.id = is_route ? route->route.id : assay_arena_copy(arena, id);
        assay_gather(arena, is_route ? &route->statements : &g->statements,
                     &stored);
    }
    return ok;
}

static bool model_id(struct assay_catalog *catalog, struct assay_arena *arena,
                     int64_t num, struct assay_str *id, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store, "select id from subject where num = ?1", err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    if (!assay_query_step(q, &row, err))
        return false;
    if (row)
        *id = assay_arena_copy(arena, assay_query_text(q, 0));
    assay_query_reset(q);
    return row || assay_fail(err, ASSAY_NOT_FOUND, "no model of number %lld",
                             (long long)num);
}

struct assay_model *assay_load_model(struct assay_catalog *catalog,
                                     struct assay_arena *arena,
                                     const struct assay_loaded_sources *sources,
                                     int64_t num, struct assay_error *err)
{
    struct assay_gathered g = {0};

    if (!model_id(catalog, arena, num, &g.id, err) ||
        !gather_statements(catalog, arena, sources, num, &g, err) ||
        !gather_aliases(catalog, arena, num, &g, err))
        return NULL;
    if (g.statements.count == 0 && g.route_count == 0) {
        struct assay_str day = assay_date_text(arena, catalog->as_of);
        assay_fail(err, ASSAY_NOT_FOUND,
                   "nothing about '%.*s' was read by %.*s", ASSAY_STR_ARG(g.id),
                   ASSAY_STR_ARG(day));
        return NULL;
    }
    return assay_gathered_view(catalog, arena, &g, err);
}

bool assay_load_replacements(struct assay_catalog *catalog,
                             struct assay_arena *arena,
                             const struct assay_loaded_sources *sources,
                             struct assay_model *model, struct assay_error *err)
{
    bool more = model->replacement_count > 0;

    for (int links = 0; more && links < 8; links++) {
        const struct assay_replacement *last =
            &model->replacements[model->replacement_count - 1];
        struct assay_error missing = {0};
        struct assay_str id;
        int64_t num;

        if (!assay_names_find(catalog, arena, last->id, &num, &id, err))
            return false;
        if (num == 0)
            break;
        const struct assay_model *link =
            assay_load_model(catalog, arena, sources, num, &missing);
        if (!link && missing.code != ASSAY_NOT_FOUND) {
            *err = missing;
            return false;
        }
        more = link && assay_view_replacement(arena, model, link);
    }
    return true;
}

/* ------------------------------------------------------------- one route */

static bool gather_route(struct assay_catalog *catalog,
                         struct assay_arena *arena,
                         const struct assay_loaded_sources *sources,
                         int64_t num, struct assay_gathered_route *route,
                         struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select source, first, body from statement where subject = ?1"
        " and first <= ?2 and (ended is null or ended > ?2) order by source",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        const struct assay_source *source =
            assay_loaded_source(sources, assay_query_int(q, 0));
        if (!source)
            continue;
        struct assay_stored stored = {
            .kind = ASSAY_SUBJECT_ROUTE,
            .id = route->route.id,
            .source = source,
            .first = assay_date_from_days((int32_t)assay_query_int(q, 1)),
            .read = source->read,
            .body = assay_arena_copy(arena, assay_query_text(q, 2)),
        };
        assay_gather(arena, &route->statements, &stored);
    }
    return ok;
}

static struct assay_route *route_of(struct assay_model *model,
                                    struct assay_str id)
{
    for (size_t i = 0; model && i < model->route_count; i++)
        if (assay_str_equal(model->routes[i]->id, id))
            return model->routes[i];
    return NULL;
}

static struct assay_route *load_route(struct assay_catalog *catalog,
                                      struct assay_arena *arena,
                                      struct assay_str id,
                                      struct assay_error *err)
{
    struct assay_loaded_sources sources;
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select num, model from subject where kind = 'route' and id = ?1", err);
    bool row;

    if (!q)
        return NULL;
    assay_query_bind_text(q, 1, id);
    if (!assay_query_step(q, &row, err))
        return NULL;
    int64_t num = row ? assay_query_int(q, 0) : 0;
    int64_t model_num = row ? assay_query_int(q, 1) : 0;
    assay_query_reset(q);
    if (!row) {
        assay_fail(err, ASSAY_NOT_FOUND, "no route '%.*s'", ASSAY_STR_ARG(id));
        return NULL;
    }
    if (!assay_load_sources(catalog, arena, &sources, err))
        return NULL;
    struct assay_gathered single = {0};
    struct assay_gathered_route *route =
        assay_gather_route(arena, &single, assay_arena_copy(arena, id));
    if (!gather_route(catalog, arena, &sources, num, route, err))
        return NULL;
    if (route->statements.count == 0) {
        struct assay_str day = assay_date_text(arena, catalog->as_of);
        assay_fail(err, ASSAY_NOT_FOUND,
                   "no source read by %.*s lists the route '%.*s'",
                   ASSAY_STR_ARG(day), ASSAY_STR_ARG(id));
        return NULL;
    }
    if (model_num != 0) {
        struct assay_model *model =
            assay_load_model(catalog, arena, &sources, model_num, err);
        if (!model ||
            !assay_load_replacements(catalog, arena, &sources, model, err))
            return NULL;
        return route_of(model, id);
    }
    assay_gather_join(arena, route, ASSAY_STR(""), ASSAY_STR(""));
    return assay_view_route(arena, assay_gathered_stored(arena, route),
                            catalog->as_of, err);
}

struct assay_route *assay_catalog_route(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_str route_id,
                                        struct assay_error *err)
{
    if (!assay_store_begin_read(catalog->store, err))
        return NULL;
    struct assay_route *route = load_route(catalog, arena, route_id, err);
    assay_store_end_read(catalog->store);
    return route;
}

struct assay_model *assay_catalog_model(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_str id,
                                        struct assay_error *err)
{
    struct assay_loaded_sources sources;
    struct assay_model *model = NULL;
    struct assay_str found;
    int64_t num;

    if (!assay_store_begin_read(catalog->store, err))
        return NULL;
    if (!assay_names_find(catalog, arena, id, &num, &found, err) ||
        !assay_load_sources(catalog, arena, &sources, err))
        goto out;
    if (num == 0) {
        assay_fail(err, ASSAY_NOT_FOUND, "no model '%.*s'", ASSAY_STR_ARG(id));
        goto out;
    }
    model = assay_load_model(catalog, arena, &sources, num, err);
    if (model && !assay_load_replacements(catalog, arena, &sources, model, err))
        model = NULL;
out:
    assay_store_end_read(catalog->store);
    return model;
}
