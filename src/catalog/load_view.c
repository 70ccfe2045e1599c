/*
 * Everything out of the store at once, for searches and exports: one scan
 * over the subjects, one over the statements in force at as_of. No sorting in
 * the store; 10,000 statements take some milliseconds before their views are
 * built.
 */
#include "catalog/catalog_store.h"
#include "catalog/gather.h"

#include <stdlib.h>

/* A subject during the scan; statements come in no particular order. */
struct scanned {
    struct assay_gathered *model;       /* of a model, or of a joined route */
    struct assay_gathered_route *route; /* of a route */
    struct assay_str id;
};

struct scan {
    struct assay_catalog *catalog;
    struct assay_arena *arena;
    struct assay_loaded_sources sources;
    struct scanned *by_num;
    int64_t max_num;
    struct assay_gathered **models; /* by number of the canonical subject */
    struct assay_gathered unjoined; /* its routes only */
};

static struct assay_gathered *gathered_of(struct scan *scan, int64_t num)
{
    if (!scan->models[num])
        scan->models[num] = ASSAY_NEW(scan->arena, struct assay_gathered);
    return scan->models[num];
}

static void scan_subject(struct scan *scan, const struct assay_query *q)
{
    int64_t num = assay_query_int(q, 0), model = assay_query_int(q, 3);
    bool is_route = assay_str_is(assay_query_text(q, 1), "route");
    struct scanned *s = &scan->by_num[num];
    struct assay_str id = assay_arena_copy(scan->arena, assay_query_text(q, 2));

    s->id = id;
    s->model = model ? gathered_of(scan, model) : NULL;
    if (model == num)
        s->model->id = id;
    if (!is_route)
        return;
    s->route = ASSAY_NEW(scan->arena, struct assay_gathered_route);
    s->route->route.id = id;
    assay_gather_join(scan->arena, s->route, assay_query_text(q, 4),
                      assay_query_text(q, 5));
}

static bool scan_subjects(struct scan *scan, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(scan->catalog->store,
                          "select num, kind, id, model, rule, via,"
                          " (select max(num) from subject) from subject",
                          err);
    bool row, ok;

    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!scan->by_num) {
            scan->max_num = assay_query_int(q, 6);
            size_t size = (size_t)scan->max_num + 1;
            scan->by_num = ASSAY_NEW_ARRAY(scan->arena, struct scanned, size);
            scan->models =
                ASSAY_NEW_ARRAY(scan->arena, struct assay_gathered *, size);
        }
        scan_subject(scan, q);
    }
    return ok;
}

static void scan_statement(struct scan *scan, const struct assay_query *q)
{
    struct scanned *s = &scan->by_num[assay_query_int(q, 0)];
    const struct assay_source *source =
        assay_loaded_source(&scan->sources, assay_query_int(q, 1));
    struct assay_gathered *g = s->model ? s->model : &scan->unjoined;

    if (!source || (!s->route && !s->model))
        return;
    struct assay_stored stored = {
        .kind = s->route ? ASSAY_SUBJECT_ROUTE : ASSAY_SUBJECT_MODEL,
        .id = s->id,
        .source = source,
        .first = assay_date_from_days((int32_t)assay_query_int(q, 2)),
        .read = source->read,
        .body = assay_arena_copy(scan->arena, assay_query_text(q, 3)),
    };
    if (!s->route) {
        assay_gather(scan->arena, &g->statements, &stored);
        return;
    }
    if (s->route->statements.count == 0) {
        if (g->last_route)
            g->last_route->next = s->route;
        else
            g->first_route = s->route;
        g->last_route = s->route;
        g->route_count++;
    }
    assay_gather(scan->arena, &s->route->statements, &stored);
}

static bool scan_statements(struct scan *scan, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        scan->catalog->store,
        "select subject, source, first, body from statement"
        " where first <= ?1 and (ended is null or ended > ?1)",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, scan->catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row)
        scan_statement(scan, q);
    return ok;
}

static bool scan_aliases(struct scan *scan, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(scan->catalog->store,
                          "select model, spelling from name where how = 'alias'"
                          " order by model, spelling",
                          err);
    bool row, ok;

    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct assay_gathered *g = scan->models[assay_query_int(q, 0)];
        if (g)
            assay_gather_alias(
                scan->arena, g,
                assay_arena_copy(scan->arena, assay_query_text(q, 1)));
    }
    return ok;
}

static int by_model_id(const void *left, const void *right)
{
    return assay_str_compare((*(struct assay_gathered *const *)left)->id,
                             (*(struct assay_gathered *const *)right)->id);
}

static int by_route_id(const void *left, const void *right)
{
    return assay_str_compare((*(struct assay_route *const *)left)->id,
                             (*(struct assay_route *const *)right)->id);
}

static bool view_models(struct scan *scan, struct assay_view *view,
                        struct assay_error *err)
{
    size_t size = (size_t)scan->max_num + 1, count = 0;
    struct assay_gathered **models =
        ASSAY_NEW_ARRAY(scan->arena, struct assay_gathered *, size);

    for (size_t i = 0; scan->models && i < size; i++) {
        struct assay_gathered *g = scan->models[i];
        if (g && (g->statements.count || g->route_count))
            models[count++] = g;
    }
    qsort(models, count, sizeof(struct assay_gathered *), by_model_id);
    view->models =
        ASSAY_NEW_ARRAY(scan->arena, struct assay_model *, count + 1);
    for (size_t i = 0; i < count; i++) {
        view->models[i] =
            assay_gathered_view(scan->catalog, scan->arena, models[i], err);
        if (!view->models[i])
            return false;
    }
    view->model_count = count;
    return true;
}

static bool view_unjoined(struct scan *scan, struct assay_view *view,
                          struct assay_error *err)
{
    struct assay_gathered *g = &scan->unjoined;
    size_t count = 0;

    view->unjoined =
        ASSAY_NEW_ARRAY(scan->arena, struct assay_route *, g->route_count + 1);
    for (struct assay_gathered_route *r = g->first_route; r; r = r->next) {
        struct assay_route *route =
            assay_view_route(scan->arena, assay_gathered_stored(scan->arena, r),
                             scan->catalog->as_of, err);
        if (!route)
            return false;
        view->unjoined[count++] = route;
    }
    qsort(view->unjoined, count, sizeof(struct assay_route *), by_route_id);
    view->unjoined_count = count;
    return true;
}

bool assay_load_view(struct assay_catalog *catalog, struct assay_arena *arena,
                     struct assay_view *view, struct assay_error *err)
{
    struct scan scan = {.catalog = catalog, .arena = arena};

    *view = (struct assay_view){0};
    return assay_load_sources(catalog, arena, &scan.sources, err) &&
           scan_subjects(&scan, err) && scan_statements(&scan, err) &&
           scan_aliases(&scan, err) && view_models(&scan, view, err) &&
           view_unjoined(&scan, view, err);
}

/* A chain's next model, among those of the view. */
static struct assay_model *find_in_view(const struct assay_view *view,
                                        struct assay_str id)
{
    size_t low = 0, high = view->model_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = assay_str_compare(view->models[middle]->id, id);
        if (order == 0)
            return view->models[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool complete_chain(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           const struct assay_view *view,
                           struct assay_model *model, struct assay_error *err)
{
    bool more = model->replacement_count > 0;

    for (int links = 0; more && links < 8; links++) {
        const struct assay_replacement *last =
            &model->replacements[model->replacement_count - 1];
        struct assay_str id;
        int64_t num;

        if (!assay_names_find(catalog, arena, last->id, &num, &id, err))
            return false;
        const struct assay_model *link = num ? find_in_view(view, id) : NULL;
        more = link && assay_view_replacement(arena, model, link);
    }
    return true;
}

bool assay_catalog_view(struct assay_catalog *catalog,
                        struct assay_arena *arena, struct assay_view *view,
                        struct assay_error *err)
{
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = assay_load_view(catalog, arena, view, err);
    for (size_t i = 0; ok && i < view->model_count; i++)
        ok = complete_chain(catalog, arena, view, view->models[i], err);
    assay_store_end_read(catalog->store);
    return ok;
}
