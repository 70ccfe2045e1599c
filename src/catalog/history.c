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

struct differ {
    struct assay_arena *arena;
    int32_t from, to;
    struct span *spans;
    size_t span_count, span_size;
    struct assay_changes changes;
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
    const struct assay_json *body = parsed(d, span, err), *old = NULL;
    struct assay_change change = {
        .kind = span->kind, .subject = span->id, .source = span->source_id};

    if (!body)
        return false;
    if (inside(d, span->first)) {
        if (before && touch(before, span)) {
            old = parsed(d, before, err);
            if (!old)
                return false;
        }
        change.on = assay_date_from_days(span->first);
        assay_changes_compare(&d->changes, &change, old, body);
    }
    if (inside(d, span->ended) && !(after && touch(span, after))) {
        change.on = assay_date_from_days(span->ended);
        assay_changes_compare(&d->changes, &change, body, NULL);
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
    if (!order && !a->before != !b->before)
        order = a->before ? -1 : 1; /* a row that ended before a new one */
    return order;
}

/* Benchmarks of one model have one fact: their order must not depend on
   the sort, so equal ones keep the order in which they were found. */
static struct assay_change *sorted(struct differ *d)
{
    size_t count = d->changes.count;
    struct assay_change *all = d->changes.at;
    struct assay_change *spare =
        ASSAY_NEW_ARRAY(d->arena, struct assay_change, count + 1);

    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t a = start, b = start + width, out = start;
            size_t a_end = b < count ? b : count;
            size_t b_end = b + width < count ? b + width : count;
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
        .changes = {.arena = arena},
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
    *count = ok ? d.changes.count : 0;
    return ok;
}
