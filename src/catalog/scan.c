/*
 * Statements out of the store, many at once: all of them in one scan over
 * the subjects and one over the statements, without sorting in the store; or
 * those of one provider, subject by subject.
 */
#include "catalog/scan.h"

#include "assay/identity.h"

#include <stdlib.h>

/* A subject; statements come in no particular order. */
struct assay_scanned {
    struct assay_gathered *model;       /* of a model, or of a joined route */
    struct assay_gathered_route *route; /* of a route */
    struct assay_str id;                /* at NULL: not asked for */
};

/* What a view needs to say which routes live, and what they are. */
static const char *const always[] = {
    "status", "retired_on", "tier", "lifecycle", "open_weights",
};
enum { ALWAYS = sizeof(always) / sizeof(always[0]) };

static void list_facts(struct assay_scan *scan, const char *const *asked)
{
    size_t count = 0;

    if (!asked)
        return;
    while (asked[count])
        count++;
    const char **paths =
        ASSAY_NEW_ARRAY(scan->arena, const char *, ALWAYS + count + 1);
    for (size_t i = 0; i < ALWAYS; i++)
        paths[i] = always[i];
    for (size_t i = 0; i < count; i++)
        paths[ALWAYS + i] = asked[i];
    scan->picks = assay_json_picks_new(scan->arena, paths);
}

/* ------------------------------------------------------------ subjects */

static bool make_room(struct assay_scan *scan, struct assay_error *err)
{
    if (!assay_catalog_most(scan->catalog, "select max(num) from subject",
                            &scan->max_num, err))
        return false;
    size_t size = (size_t)scan->max_num + 1;
    scan->by_num = ASSAY_NEW_ARRAY(scan->arena, struct assay_scanned, size);
    scan->model_by_num =
        ASSAY_NEW_ARRAY(scan->arena, struct assay_gathered *, size);
    return true;
}

static struct assay_gathered *model_of(struct assay_scan *scan, int64_t num)
{
    if (!scan->model_by_num[num])
        scan->model_by_num[num] = ASSAY_NEW(scan->arena, struct assay_gathered);
    return scan->model_by_num[num];
}

/* A row "num, kind, id, model, rule, via". */
static bool take_subject(struct assay_scan *scan, const struct assay_query *q,
                         struct assay_error *err)
{
    int64_t num = assay_query_int(q, 0), model = assay_query_int(q, 3);
    if (!assay_catalog_row(num, scan->max_num, err) ||
        !assay_catalog_row(model, scan->max_num, err))
        return false;
    bool is_route = assay_str_is(assay_query_text(q, 1), "route");
    struct assay_scanned *s = &scan->by_num[num];
    struct assay_str id = assay_arena_copy(scan->arena, assay_query_text(q, 2));

    s->id = id;
    s->model = model ? model_of(scan, model) : NULL;
    if (model == num)
        s->model->id = id;
    if (!is_route)
        return true;
    s->route = ASSAY_NEW(scan->arena, struct assay_gathered_route);
    s->route->route.id = id;
    struct assay_str rule = assay_query_text(q, 4);
    if (scan->picks)
        s->route->route.join_rule = assay_arena_cstr(scan->arena, rule);
    else
        assay_gather_join(scan->arena, s->route, rule, assay_query_text(q, 5));
    return true;
}

static bool take_subjects(struct assay_scan *scan, struct assay_query *q,
                          struct assay_error *err)
{
    bool row, ok;

    while ((ok = assay_query_step(q, &row, err)) && row)
        if (!take_subject(scan, q, err))
            return false;
    return ok;
}

static bool read_subjects(struct assay_scan *scan, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        scan->catalog->store,
        "select num, kind, id, model, rule, via from subject", err);
    return q && take_subjects(scan, q, err);
}

/* ---------------------------------------------------------- statements */

/* A body without what was not asked for. */
static struct assay_str keep_body(struct assay_scan *scan,
                                  struct assay_str body)
{
    if (!scan->picks)
        return assay_arena_copy(scan->arena, body);
    if (body.len > scan->room_bytes) {
        scan->room_bytes = 2 * body.len;
        scan->room = ASSAY_NEW_ARRAY(scan->arena, char, scan->room_bytes);
    }
    size_t len = assay_json_pick(scan->picks, body, scan->room);
    return assay_arena_copy(scan->arena, (struct assay_str){scan->room, len});
}

static void add_route(struct assay_gathered *g, struct assay_gathered_route *r)
{
    if (g->last_route)
        g->last_route->next = r;
    else
        g->first_route = r;
    g->last_route = r;
    g->route_count++;
}

/* A row "subject, source, first, body". */
static bool take_statement(struct assay_scan *scan, const struct assay_query *q,
                           struct assay_error *err)
{
    int64_t num = assay_query_int(q, 0);
    if (!assay_catalog_row(num, scan->max_num, err))
        return false;
    struct assay_scanned *s = &scan->by_num[num];
    const struct assay_source *source =
        assay_loaded_source(&scan->sources, assay_query_int(q, 1));
    struct assay_gathered *g = s->model ? s->model : &scan->unjoined;

    if (!source || (!s->route && !s->model))
        return true;
    struct assay_stored stored = {
        .kind = s->route ? ASSAY_SUBJECT_ROUTE : ASSAY_SUBJECT_MODEL,
        .id = s->id,
        .source = source,
        .first = assay_date_from_days((int32_t)assay_query_int(q, 2)),
        .read = source->read,
        .body = keep_body(scan, assay_query_text(q, 3)),
    };
    if (!s->route) {
        assay_gather(scan->arena, &g->statements, &stored);
        return true;
    }
    if (s->route->statements.count == 0)
        add_route(g, s->route);
    assay_gather(scan->arena, &s->route->statements, &stored);
    return true;
}

static bool take_statements(struct assay_scan *scan, struct assay_query *q,
                            struct assay_error *err)
{
    bool row, ok;

    assay_query_bind_int(q, 1, scan->catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row)
        if (!take_statement(scan, q, err))
            return false;
    return ok;
}

static bool read_statements(struct assay_scan *scan, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        scan->catalog->store,
        "select subject, source, first, body from statement"
        " where first <= ?1 and (ended is null or ended > ?1)",
        err);
    return q && take_statements(scan, q, err);
}

/* -------------------------------------------------------- one provider */

/* Numbers of subjects, in the order in which they were found. */
struct numbers {
    int64_t *at;
    size_t count;
};

/*
 * A route's id begins with its provider (facts_check.c sees to it), in one
 * of the provider's spellings; in the order of ids these stand together.
 */
static bool find_routes(struct assay_scan *scan, struct assay_str provider,
                        struct numbers *found, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        scan->catalog->store,
        "select num, id from subject where kind = 'route' order by id", err);
    struct assay_arena scratch = {0};
    struct assay_str last = ASSAY_STR("");
    bool row, ok = false, wanted = false;

    while (q && (ok = assay_query_step(q, &row, err)) && row) {
        struct assay_str id = assay_query_text(q, 1), head = id, rest;
        (void)assay_str_cut(id, '/', &head, &rest);
        if (last.len == 0 || !assay_str_equal(head, last)) {
            wanted = assay_str_equal(assay_provider_canonical(head), provider);
            last = assay_arena_copy(&scratch, head);
        }
        ok = assay_catalog_row((int64_t)found->count, scan->max_num, err);
        if (!ok)
            break;
        if (wanted)
            found->at[found->count++] = assay_query_int(q, 0);
    }
    assay_arena_free(&scratch);
    return ok;
}

static bool read_route(struct assay_scan *scan, int64_t num,
                       struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        scan->catalog->store,
        "select num, kind, id, model, rule, via from subject where num = ?1",
        err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    return take_subjects(scan, q, err);
}

/* Every id of the model. */
static bool read_model(struct assay_scan *scan, int64_t num,
                       struct numbers *found, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(scan->catalog->store,
                          "select num, kind, id, model, rule, via from subject"
                          " where model = ?1 and kind = 'model'",
                          err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!assay_catalog_row((int64_t)found->count, scan->max_num, err) ||
            !take_subject(scan, q, err))
            return false;
        found->at[found->count++] = assay_query_int(q, 0);
    }
    return ok;
}

static bool read_statements_of(struct assay_scan *scan, int64_t num,
                               struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(scan->catalog->store,
                          "select subject, source, first, body from statement"
                          " where subject = ?2 and first <= ?1"
                          " and (ended is null or ended > ?1) order by num",
                          err);
    if (!q)
        return false;
    assay_query_bind_int(q, 2, num);
    return take_statements(scan, q, err);
}

static bool read_provider(struct assay_scan *scan, struct assay_str provider,
                          struct assay_error *err)
{
    struct numbers found = {
        .at = ASSAY_NEW_ARRAY(scan->arena, int64_t, (size_t)scan->max_num + 1),
    };

    if (!find_routes(scan, provider, &found, err))
        return false;
    for (size_t i = 0; i < found.count; i++)
        if (!read_route(scan, found.at[i], err))
            return false;
    for (int64_t num = 0; num <= scan->max_num; num++)
        if (scan->model_by_num[num] && !read_model(scan, num, &found, err))
            return false;
    for (size_t i = 0; i < found.count; i++)
        if (!read_statements_of(scan, found.at[i], err))
            return false;
    return true;
}

/* ---------------------------------------------------------- the whole */

static bool read_aliases(struct assay_scan *scan, struct assay_error *err)
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
        int64_t num = assay_query_int(q, 0);
        if (!assay_catalog_row(num, scan->max_num, err))
            return false;
        struct assay_gathered *g = scan->model_by_num[num];
        if (g)
            assay_gather_alias(
                scan->arena, g,
                assay_arena_copy(scan->arena, assay_query_text(q, 1)));
    }
    return ok;
}

static int by_id(const void *left, const void *right)
{
    return assay_str_compare((*(struct assay_gathered *const *)left)->id,
                             (*(struct assay_gathered *const *)right)->id);
}

/* Those that were spoken of. */
static void list_models(struct assay_scan *scan)
{
    size_t size = (size_t)scan->max_num + 1;

    scan->models = ASSAY_NEW_ARRAY(scan->arena, struct assay_gathered *, size);
    for (size_t i = 0; i < size; i++) {
        struct assay_gathered *g = scan->model_by_num[i];
        if (g && (g->statements.count || g->route_count))
            scan->models[scan->model_count++] = g;
    }
    qsort(scan->models, scan->model_count, sizeof(struct assay_gathered *),
          by_id);
}

bool assay_scan_read(struct assay_scan *scan,
                     const struct assay_view_options *options,
                     struct assay_error *err)
{
    list_facts(scan, options->facts);
    if (!make_room(scan, err) ||
        !assay_load_sources(scan->catalog, scan->arena, &scan->sources, err))
        return false;
    if (options->provider.len > 0) {
        if (!read_provider(scan, options->provider, err))
            return false;
    } else if (!read_subjects(scan, err) || !read_statements(scan, err)) {
        return false;
    }
    if (!read_aliases(scan, err))
        return false;
    list_models(scan);
    return true;
}
