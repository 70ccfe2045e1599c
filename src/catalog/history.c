/*
 * What changed between readings: the statements of one source about one
 * subject stand one after the other; where two touch, they are compared
 * fact by fact.
 */
#include "catalog/catalog_store.h"

#include <stdlib.h>

struct span {
    int64_t subject, source;
    enum assay_subject_kind kind;
    struct assay_str id, source_id, body;
    int32_t first, ended; /* INT32_MAX: in force */
};

struct change_node {
    struct assay_change change;
    struct change_node *next;
};

struct differ {
    struct assay_arena *arena;
    int32_t from, to;
    struct span *spans;
    size_t span_count, span_size;
    struct change_node *first;
    size_t count;
    const struct span *span; /* the one that is being looked at */
    int32_t day;
};

/* ------------------------------------------------------------- reading */

static void add_span(struct differ *d, const struct span *span)
{
    if (d->span_count == d->span_size) {
        size_t size = d->span_size ? d->span_size * 2 : 256;
        struct span *more = ASSAY_NEW_ARRAY(d->arena, struct span, size);
        for (size_t i = 0; i < d->span_count; i++)
            more[i] = d->spans[i];
        d->spans = more;
        d->span_size = size;
    }
    d->spans[d->span_count++] = *span;
}

/* Those that begin or end in the time asked for; see the two texts below. */
static bool read_spans(struct differ *d, struct assay_query *q,
                       struct assay_error *err)
{
    bool row, ok;

    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct span span = {
            .subject = assay_query_int(q, 0),
            .source = assay_query_int(q, 1),
            .kind = assay_str_is(assay_query_text(q, 2), "route")
                        ? ASSAY_SUBJECT_ROUTE
                        : ASSAY_SUBJECT_MODEL,
            .first = (int32_t)assay_query_int(q, 5),
            .ended = assay_query_is_null(q, 6) ? INT32_MAX
                                               : (int32_t)assay_query_int(q, 6),
        };
        span.id = assay_arena_copy(d->arena, assay_query_text(q, 3));
        span.source_id = assay_arena_copy(d->arena, assay_query_text(q, 4));
        span.body = assay_arena_copy(d->arena, assay_query_text(q, 7));
        add_span(d, &span);
    }
    return ok;
}

#define SPANS                                                           \
    "select t.subject, t.source, s.kind, s.id, o.id, t.first, t.ended," \
    " t.body from statement t join subject s on s.num = t.subject"      \
    " join source o on o.num = t.source"                                \
    " where (t.ended is null or t.ended > t.first)"                     \
    " and ((t.first > ?1 and t.first <= ?2)"                            \
    "   or (t.ended > ?1 and t.ended <= ?2))"

static struct assay_query *spans_of_all(struct assay_catalog *catalog,
                                        struct assay_error *err)
{
    return assay_store_query(
        catalog->store, SPANS " order by t.subject, t.source, t.first", err);
}

/* A subject of this id; of a model, the ids and routes joined to it too. */
static struct assay_query *spans_of_one(struct assay_catalog *catalog,
                                        struct assay_str id, int64_t model,
                                        struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        SPANS " and t.subject in (select num from subject where id = ?3"
              " union all select num from subject where model = ?4)"
              " order by t.subject, t.source, t.first",
        err);
    if (q) {
        assay_query_bind_text(q, 3, id);
        assay_query_bind_int(q, 4, model);
    }
    return q;
}

/* ------------------------------------------------------------- comparing */

static void add_change(struct differ *d, struct assay_str fact,
                       const struct assay_json *before,
                       const struct assay_json *after)
{
    struct change_node *node = ASSAY_NEW(d->arena, struct change_node);
    node->change = (struct assay_change){
        .kind = d->span->kind,
        .subject = d->span->id,
        .fact = fact,
        .source = d->span->source_id,
        .on = assay_date_from_days(d->day),
        .before = before,
        .after = after,
    };
    node->next = d->first;
    d->first = node;
    d->count++;
}

static struct assay_str path_of(struct differ *d, struct assay_str path,
                                struct assay_str key)
{
    if (!path.len)
        return key;
    return assay_arena_printf(d->arena, "%.*s.%.*s", ASSAY_STR_ARG(path),
                              ASSAY_STR_ARG(key));
}

/* The components of one meter, in their order, as an array of their own. */
static struct assay_json *meter_of(struct differ *d,
                                   const struct assay_json *prices,
                                   struct assay_str meter)
{
    struct assay_json *array = NULL;
    for (const struct assay_json *p = prices ? prices->first : NULL; p;
         p = p->next) {
        if (!assay_str_equal(assay_json_text(p, "meter"), meter))
            continue;
        if (!array)
            array = assay_json_array(d->arena);
        assay_json_add(array, assay_json_copy(d->arena, p));
    }
    return array;
}

static bool named_before(const struct assay_json *prices,
                         const struct assay_json *until, struct assay_str meter)
{
    const struct assay_json *p = prices ? prices->first : NULL;
    for (; p && p != until; p = p->next)
        if (assay_str_equal(assay_json_text(p, "meter"), meter))
            return true;
    return false;
}

static void compare_meters(struct differ *d, const struct assay_json *before,
                           const struct assay_json *after)
{
    const struct assay_json *lists[] = {before, after};

    for (int side = 0; side < 2; side++) {
        const struct assay_json *list = lists[side];
        for (const struct assay_json *p = list ? list->first : NULL; p;
             p = p->next) {
            struct assay_str meter = assay_json_text(p, "meter");
            if (named_before(list, p, meter) ||
                (side == 1 && named_before(before, NULL, meter)))
                continue;
            const struct assay_json *old = meter_of(d, before, meter);
            const struct assay_json *new = meter_of(d, after, meter);
            if (!old || !new || !assay_json_equal(old, new))
                add_change(d,
                           assay_arena_printf(d->arena, "price.%.*s",
                                              ASSAY_STR_ARG(meter)),
                           old, new);
        }
    }
}

/* Two rows are of one benchmark when these say the same. */
static bool same_benchmark(const struct assay_json *a,
                           const struct assay_json *b)
{
    static const char *const keys[] = {"name",    "setting", "variant",
                                       "harness", "unit",    "date"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!assay_str_equal(assay_json_text(a, keys[i]),
                             assay_json_text(b, keys[i])))
            return false;
    return true;
}

static const struct assay_json *row_like(const struct assay_json *rows,
                                         const struct assay_json *row)
{
    const struct assay_json *r = rows ? rows->first : NULL;
    while (r && !same_benchmark(r, row))
        r = r->next;
    return r;
}

static void compare_benchmarks(struct differ *d,
                               const struct assay_json *before,
                               const struct assay_json *after)
{
    const struct assay_str fact = ASSAY_STR("benchmark");

    for (const struct assay_json *r = before ? before->first : NULL; r;
         r = r->next) {
        const struct assay_json *now = row_like(after, r);
        if (!now || !assay_json_equal(r, now))
            add_change(d, fact, r, now);
    }
    for (const struct assay_json *r = after ? after->first : NULL; r;
         r = r->next)
        if (!row_like(before, r))
            add_change(d, fact, NULL, r);
}

static void compare_value(struct differ *d, struct assay_str path,
                          const struct assay_json *before,
                          const struct assay_json *after);

/* Depth is that of a statement: the reader bounds it. */
static void compare_objects(struct differ *d, struct assay_str path,
                            const struct assay_json *before,
                            const struct assay_json *after)
{
    for (const struct assay_json *v = before ? before->first : NULL; v;
         v = v->next)
        compare_value(d, path_of(d, path, v->key), v,
                      assay_json_get_str(after, v->key));
    for (const struct assay_json *v = after ? after->first : NULL; v;
         v = v->next)
        if (!before || !assay_json_get_str(before, v->key))
            compare_value(d, path_of(d, path, v->key), NULL, v);
}

static void compare_value(struct differ *d, struct assay_str path,
                          const struct assay_json *before,
                          const struct assay_json *after)
{
    const struct assay_json *either = before ? before : after;
    bool same_type = !before || !after || before->type == after->type;

    if (same_type && assay_json_is(either, ASSAY_JSON_OBJECT)) {
        compare_objects(d, path, before, after);
        return;
    }
    if (same_type && assay_json_is(either, ASSAY_JSON_ARRAY)) {
        if (assay_str_is(path, "prices")) {
            compare_meters(d, before, after);
            return;
        }
        if (assay_str_is(path, "benchmarks")) {
            compare_benchmarks(d, before, after);
            return;
        }
    }
    if (!before || !after || !assay_json_equal(before, after))
        add_change(d, path, before, after);
}

/* ------------------------------------------------------------- the spans */

static const struct assay_json *parsed(struct differ *d,
                                       const struct span *span,
                                       struct assay_error *err)
{
    const struct assay_json *body =
        assay_json_parse(d->arena, span->body, NULL, err);
    if (!body)
        assay_fail_in(err, "store is damaged: statement about '%.*s'",
                      ASSAY_STR_ARG(span->id));
    return body;
}

static bool touch(const struct span *a, const struct span *b)
{
    return a->subject == b->subject && a->source == b->source &&
           a->ended == b->first;
}

static bool inside(const struct differ *d, int32_t day)
{
    return day > d->from && day <= d->to;
}

/* The span's beginning and end, with the neighbours that touch it. */
static bool compare_span(struct differ *d, const struct span *before,
                         const struct span *span, const struct span *after,
                         struct assay_error *err)
{
    const struct assay_json *body = parsed(d, span, err);

    if (!body)
        return false;
    d->span = span;
    if (inside(d, span->first)) {
        d->day = span->first;
        if (before && touch(before, span)) {
            const struct assay_json *old = parsed(d, before, err);
            if (!old)
                return false;
            compare_objects(d, ASSAY_STR(""), old, body);
        } else {
            add_change(d, ASSAY_STR(""), NULL, body);
        }
    }
    if (inside(d, span->ended) && !(after && touch(span, after))) {
        d->day = span->ended;
        add_change(d, ASSAY_STR(""), body, NULL);
    }
    return true;
}

static int by_day(const void *left, const void *right)
{
    const struct assay_change *a = left, *b = right;
    int order = assay_date_compare(a->on, b->on);
    if (!order && a->kind != b->kind)
        order = a->kind < b->kind ? -1 : 1;
    if (!order)
        order = assay_str_compare(a->subject, b->subject);
    if (!order)
        order = assay_str_compare(a->source, b->source);
    if (!order)
        order = assay_str_compare(a->fact, b->fact);
    return order;
}

/* Benchmarks of one model have one fact: their order must not depend on
   the sort, so equal ones keep the order in which they were found. */
static struct assay_change *sorted(struct differ *d)
{
    size_t count = d->count;
    struct assay_change *all =
        ASSAY_NEW_ARRAY(d->arena, struct assay_change, count + 1);
    struct assay_change *spare =
        ASSAY_NEW_ARRAY(d->arena, struct assay_change, count + 1);

    for (struct change_node *n = d->first; n; n = n->next)
        all[--count] = n->change;
    for (size_t width = 1; width < d->count; width *= 2) {
        for (size_t start = 0; start < d->count; start += 2 * width) {
            size_t a = start, b = start + width, out = start;
            size_t a_end = b < d->count ? b : d->count;
            size_t b_end = b + width < d->count ? b + width : d->count;
            while (a < a_end || b < b_end)
                spare[out++] =
                    b >= b_end || (a < a_end && by_day(&all[a], &all[b]) <= 0)
                        ? all[a++]
                        : all[b++];
        }
        struct assay_change *swap = all;
        all = spare;
        spare = swap;
    }
    return all;
}

static bool find_spans(struct assay_catalog *catalog, struct differ *d,
                       struct assay_str id, struct assay_error *err)
{
    struct assay_query *q;
    struct assay_str model_id;
    int64_t model = 0;

    if (id.len == 0) {
        q = spans_of_all(catalog, err);
    } else {
        if (!assay_names_find(catalog, d->arena, id, &model, &model_id, err))
            return false;
        q = spans_of_one(catalog, id, model, err);
    }
    if (!q)
        return false;
    assay_query_bind_int(q, 1, d->from);
    assay_query_bind_int(q, 2, d->to);
    return read_spans(d, q, err);
}

bool assay_catalog_changes(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str id,
                           struct assay_date from, struct assay_date to,
                           struct assay_change **changes, size_t *count,
                           struct assay_error *err)
{
    struct differ d = {
        .arena = arena,
        .from = assay_date_set(from) ? assay_date_days(from) : INT32_MIN,
        .to = assay_date_days(to),
    };

    if (d.to > catalog->as_of_days)
        d.to = catalog->as_of_days; /* later readings are hidden */
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = find_spans(catalog, &d, id, err);
    assay_store_end_read(catalog->store);
    for (size_t i = 0; ok && i < d.span_count; i++)
        ok = compare_span(&d, i > 0 ? &d.spans[i - 1] : NULL, &d.spans[i],
                          i + 1 < d.span_count ? &d.spans[i + 1] : NULL, err);
    *changes = ok ? sorted(&d) : NULL;
    *count = ok ? d.count : 0;
    return ok;
}
