/*
 * A batch into the store: what a source says from the day it was read on.
 *
 * A statement holds over [first, ended). Let r be the day of the batch and n
 * the next later day on which the same source was read, if any: then the
 * batch speaks for [r, n), whatever was known before and after. So a reading
 * can be written into the past, and one day can be read again.
 */
#include "catalog/catalog_store.h"

#include <assert.h>
#include <string.h>

enum { OPEN_END = INT32_MAX }; /* ended is NULL in the store */

/* A statement of this source in force on the day r. */
struct stored {
    int64_t num, subject;
    enum assay_subject_kind kind;
    struct assay_str id, body;
    int32_t first, ended;
    bool seen;
    struct stored *next_in_slot, *next;
};

struct apply {
    struct assay_catalog *catalog;
    struct assay_arena *arena;
    const struct assay_batch *batch;
    int64_t source;
    bool source_is_new;
    int32_t day, next_day; /* r, n; next_day is OPEN_END when none */
    bool has_reading, same_sha;
    struct stored *first;
    struct stored **slots; /* by kind and id */
    size_t slot_mask;
    struct assay_apply_report *report;
    struct assay_apply_effect *effect;
};

static struct assay_query *query(struct apply *a, const char *sql,
                                 struct assay_error *err)
{
    return assay_store_query(a->catalog->store, sql, err);
}

static void bind_end(struct assay_query *q, int at, int32_t ended)
{
    if (ended == OPEN_END)
        assay_query_bind_null(q, at);
    else
        assay_query_bind_int(q, at, ended);
}

static int32_t get_end(const struct assay_query *q, int column)
{
    return assay_query_is_null(q, column) ? OPEN_END
                                          : (int32_t)assay_query_int(q, column);
}

/* ------------------------------------------------------------- source */

static bool insert_source(struct apply *a, struct assay_error *err)
{
    const struct assay_batch *b = a->batch;
    struct assay_query *q =
        query(a,
              "insert into source (id, title, url, license, kind)"
              " values (?1, ?2, ?3, ?4, ?5)",
              err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, b->source_id);
    assay_query_bind_text(q, 2, b->title);
    assay_query_bind_text(q, 3, b->url);
    assay_query_bind_text(q, 4, b->license);
    assay_query_bind_text(q, 5,
                          assay_str_c(assay_source_kind_name(b->source_kind)));
    if (!assay_query_run(q, err))
        return false;
    a->source = assay_store_last_id(a->catalog->store);
    a->source_is_new = true;
    a->effect->wrote = true;
    return true;
}

/* Title, address, licence and kind are those of the newest reading. */
static bool update_source(struct apply *a, struct assay_error *err)
{
    const struct assay_batch *b = a->batch;
    struct assay_query *q =
        query(a,
              "update source set title = ?2, url = ?3, license = ?4,"
              " kind = ?5 where num = ?1",
              err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, a->source);
    assay_query_bind_text(q, 2, b->title);
    assay_query_bind_text(q, 3, b->url);
    assay_query_bind_text(q, 4, b->license);
    assay_query_bind_text(q, 5,
                          assay_str_c(assay_source_kind_name(b->source_kind)));
    a->effect->wrote = true;
    a->effect->joins = true; /* the kind ranks aliases */
    return assay_query_run(q, err);
}

static bool find_source(struct apply *a, bool *differs, struct assay_error *err)
{
    const struct assay_batch *b = a->batch;
    struct assay_query *q = query(
        a, "select num, title, url, license, kind from source where id = ?1",
        err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, b->source_id);
    if (!assay_query_step(q, &row, err))
        return false;
    if (!row)
        return insert_source(a, err);
    a->source = assay_query_int(q, 0);
    *differs = !assay_str_equal(assay_query_text(q, 1), b->title) ||
               !assay_str_equal(assay_query_text(q, 2), b->url) ||
               !assay_str_equal(assay_query_text(q, 3), b->license) ||
               !assay_str_is(assay_query_text(q, 4),
                             assay_source_kind_name(b->source_kind));
    assay_query_reset(q);
    return true;
}

static bool find_readings(struct apply *a, struct assay_error *err)
{
    struct assay_query *q = query(
        a, "select retrieved, sha256 from reading where source = ?1", err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, a->source);
    while (assay_query_step(q, &row, err)) {
        if (!row)
            return true;
        int32_t day = (int32_t)assay_query_int(q, 0);
        if (day == a->day) {
            a->has_reading = true;
            a->same_sha =
                assay_str_equal(assay_query_text(q, 1), a->batch->sha256);
        }
        if (day > a->day && day < a->next_day)
            a->next_day = day;
    }
    return false;
}

static bool write_reading(struct apply *a, struct assay_error *err)
{
    const struct assay_batch *b = a->batch;
    struct assay_query *q =
        query(a,
              "insert or replace into reading"
              " (source, retrieved, format, origin, sha256, rows)"
              " values (?1, ?2, ?3, ?4, ?5, ?6)",
              err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, a->source);
    assay_query_bind_int(q, 2, a->day);
    assay_query_bind_text(q, 3, b->format);
    assay_query_bind_text(q, 4, b->origin);
    assay_query_bind_text(q, 5, b->sha256);
    assay_query_bind_int(q, 6, b->rows);
    a->effect->wrote = true;
    return assay_query_run(q, err);
}

/* ------------------------------------------------- what is in force now */

static size_t slot_of(const struct apply *a, enum assay_subject_kind kind,
                      struct assay_str id)
{
    return (size_t)(assay_str_hash(id) * 2 + kind) & a->slot_mask;
}

static struct stored *find_stored(const struct apply *a,
                                  enum assay_subject_kind kind,
                                  struct assay_str id)
{
    struct stored *s = a->slots[slot_of(a, kind, id)];
    while (s && (s->kind != kind || !assay_str_equal(s->id, id)))
        s = s->next_in_slot;
    return s;
}

static void index_stored(struct apply *a, size_t count)
{
    size_t slots = 64;
    while (slots < count * 2)
        slots *= 2;
    a->slots = ASSAY_NEW_ARRAY(a->arena, struct stored *, slots);
    a->slot_mask = slots - 1;
    for (struct stored *s = a->first; s; s = s->next) {
        size_t slot = slot_of(a, s->kind, s->id);
        s->next_in_slot = a->slots[slot];
        a->slots[slot] = s;
    }
}

static bool load_in_force(struct apply *a, struct assay_error *err)
{
    struct assay_query *q =
        query(a,
              "select t.num, t.subject, s.kind, s.id, t.first, t.ended, t.body"
              " from statement t join subject s on s.num = t.subject"
              " where t.source = ?1 and t.ended is null and t.first <= ?2"
              " union all "
              "select t.num, t.subject, s.kind, s.id, t.first, t.ended, t.body"
              " from statement t join subject s on s.num = t.subject"
              " where t.source = ?1 and t.ended > ?2 and t.first <= ?2",
              err);
    size_t count = 0;
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, a->source);
    assay_query_bind_int(q, 2, a->day);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct stored *s = ASSAY_NEW(a->arena, struct stored);
        s->num = assay_query_int(q, 0);
        s->subject = assay_query_int(q, 1);
        s->kind = assay_str_is(assay_query_text(q, 2), "route")
                      ? ASSAY_SUBJECT_ROUTE
                      : ASSAY_SUBJECT_MODEL;
        s->id = assay_arena_copy(a->arena, assay_query_text(q, 3));
        s->first = (int32_t)assay_query_int(q, 4);
        s->ended = get_end(q, 5);
        s->body = assay_arena_copy(a->arena, assay_query_text(q, 6));
        s->next = a->first;
        a->first = s;
        count++;
    }
    index_stored(a, count);
    return ok;
}

/* ---------------------------------------------------------- statements */

/*
 * What joining needs of a body: a route's model, a model's aliases (one a
 * line, so an alias with a line break is none).
 */
static struct assay_str stated_in(struct assay_arena *arena,
                                  enum assay_subject_kind kind,
                                  const struct assay_json *body, size_t max)
{
    const struct assay_json *aliases = assay_json_get(body, "aliases");
    struct assay_buf lines;

    if (kind == ASSAY_SUBJECT_ROUTE)
        return assay_arena_copy(arena, assay_json_text(body, "model"));
    if (!assay_json_is(aliases, ASSAY_JSON_ARRAY))
        return ASSAY_STR("");
    assay_buf_init(&lines, max);
    for (const struct assay_json *v = aliases->first; v; v = v->next) {
        if (!assay_json_is(v, ASSAY_JSON_STRING) ||
            assay_str_find(v->text, '\n') != v->text.len)
            continue;
        if (lines.len)
            assay_buf_add_char(&lines, '\n');
        assay_buf_add(&lines, v->text);
    }
    struct assay_str stated = assay_arena_copy(arena, assay_buf_str(&lines));
    assay_buf_release(&lines);
    return stated;
}

static bool draw_stated(struct assay_arena *arena,
                        const struct assay_statement *s,
                        struct assay_str *stated, struct assay_error *err)
{
    struct assay_arena scratch = {0};
    const struct assay_json *body =
        assay_json_parse(&scratch, s->body, NULL, err);

    if (body)
        *stated = stated_in(arena, s->kind, body, s->body.len + 1);
    assay_arena_free(&scratch);
    return body ||
           assay_fail_in(err, "statement about '%.*s'", ASSAY_STR_ARG(s->id));
}

static bool subject_num(struct apply *a, const struct assay_statement *s,
                        int64_t *num, struct assay_error *err)
{
    struct assay_str kind = assay_str_c(assay_subject_kind_name(s->kind));
    struct assay_query *q =
        query(a, "select num from subject where kind = ?1 and id = ?2", err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, kind);
    assay_query_bind_text(q, 2, s->id);
    if (!assay_query_step(q, &row, err))
        return false;
    if (row) {
        *num = assay_query_int(q, 0);
        assay_query_reset(q);
        return true;
    }
    q = query(a, "insert into subject (kind, id) values (?1, ?2)", err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, kind);
    assay_query_bind_text(q, 2, s->id);
    if (!assay_query_run(q, err))
        return false;
    *num = assay_store_last_id(a->catalog->store);
    return true;
}

static bool set_span(struct apply *a, int64_t num, int32_t first, int32_t ended,
                     struct assay_error *err)
{
    struct assay_query *q = query(
        a, "update statement set first = ?2, ended = ?3 where num = ?1", err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    assay_query_bind_int(q, 2, first);
    bind_end(q, 3, ended);
    a->effect->wrote = a->effect->joins = true;
    return assay_query_run(q, err);
}

/* A copy of `s` over [first, ended). */
static bool insert_tail(struct apply *a, const struct stored *s, int32_t first,
                        int32_t ended, struct assay_error *err)
{
    struct assay_query *q =
        query(a,
              "insert into statement"
              " (subject, source, first, ended, stated, body)"
              " select subject, source, ?2, ?3, stated, body from statement"
              " where num = ?1",
              err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, s->num);
    assay_query_bind_int(q, 2, first);
    bind_end(q, 3, ended);
    return assay_query_run(q, err);
}

/* Ends on the day r; goes on from n when it reached beyond. */
static bool end_statement(struct apply *a, const struct stored *s,
                          struct assay_error *err)
{
    if (s->ended > a->next_day &&
        !insert_tail(a, s, a->next_day, s->ended, err))
        return false;
    return set_span(a, s->num, s->first, a->day, err);
}

/* Spans of the same words that touch [r, n) at either end. */
struct touching {
    int64_t left, right; /* 0: none */
    int32_t left_first, right_ended;
};

static bool find_touching(struct apply *a, int64_t subject,
                          struct assay_str body, struct touching *t,
                          struct assay_error *err)
{
    struct assay_query *q =
        query(a,
              "select num, first, ended from statement"
              " where subject = ?1 and source = ?2 and body = ?3"
              " and (ended = ?4 or (first = ?5 and"
              "      (ended is null or ended > first)))",
              err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, subject);
    assay_query_bind_int(q, 2, a->source);
    assay_query_bind_text(q, 3, body);
    assay_query_bind_int(q, 4, a->day);
    assay_query_bind_int(q, 5, a->next_day);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!assay_query_is_null(q, 2) && assay_query_int(q, 2) == a->day) {
            t->left = assay_query_int(q, 0);
            t->left_first = (int32_t)assay_query_int(q, 1);
        } else {
            t->right = assay_query_int(q, 0);
            t->right_ended = get_end(q, 2);
        }
    }
    return ok;
}

static bool insert_statement(struct apply *a, int64_t subject,
                             const struct assay_statement *s,
                             struct assay_error *err)
{
    struct assay_query *q =
        query(a,
              "insert into statement"
              " (subject, source, first, ended, stated, body)"
              " values (?1, ?2, ?3, ?4, ?5, ?6)",
              err);
    struct assay_str stated;

    if (!q || !draw_stated(a->arena, s, &stated, err))
        return false;
    assay_query_bind_int(q, 1, subject);
    assay_query_bind_int(q, 2, a->source);
    assay_query_bind_int(q, 3, a->day);
    bind_end(q, 4, a->next_day);
    assay_query_bind_text(q, 5, stated);
    assay_query_bind_text(q, 6, s->body);
    a->effect->wrote = a->effect->joins = true;
    return assay_query_run(q, err);
}

/* Holds over [r, n), joined to spans of the same words on either side. */
static bool begin_statement(struct apply *a, int64_t subject,
                            const struct assay_statement *s,
                            struct assay_error *err)
{
    struct touching t = {0};

    if (!a->source_is_new && !find_touching(a, subject, s->body, &t, err))
        return false;
    if (t.left && t.right) {
        struct assay_query *q =
            query(a, "delete from statement where num = ?1", err);
        if (!q)
            return false;
        assay_query_bind_int(q, 1, t.right);
        return assay_query_run(q, err) &&
               set_span(a, t.left, t.left_first, t.right_ended, err);
    }
    if (t.left)
        return set_span(a, t.left, t.left_first, a->next_day, err);
    if (t.right)
        return set_span(a, t.right, a->day, t.right_ended, err);
    return insert_statement(a, subject, s, err);
}

static bool apply_one(struct apply *a, const struct assay_statement *s,
                      struct assay_error *err)
{
    struct stored *old = find_stored(a, s->kind, s->id);
    int64_t subject = 0;

    if (old) {
        old->seen = true;
        if (assay_str_equal(old->body, s->body)) {
            a->report->unchanged++;
            return true;
        }
        a->report->changed++;
        return end_statement(a, old, err) &&
               begin_statement(a, old->subject, s, err);
    }
    a->report->added++;
    return subject_num(a, s, &subject, err) &&
           begin_statement(a, subject, s, err);
}

static bool end_unsaid(struct apply *a, struct assay_error *err)
{
    for (const struct assay_refusal *r = a->batch->first_refusal; r;
         r = r->next) {
        struct stored *s = r->id.len ? find_stored(a, r->kind, r->id) : NULL;
        if (s)
            s->seen = true; /* keeps what it had */
    }
    for (struct stored *s = a->first; s; s = s->next) {
        if (s->seen)
            continue;
        a->report->ended++;
        if (!end_statement(a, s, err))
            return false;
    }
    return true;
}

bool assay_apply_statements(struct assay_catalog *catalog,
                            const struct assay_batch *batch,
                            struct assay_apply_report *report,
                            struct assay_apply_effect *effect,
                            struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct apply a = {.catalog = catalog,
                      .arena = &arena,
                      .batch = batch,
                      .day = assay_date_days(batch->retrieved),
                      .next_day = OPEN_END,
                      .report = report,
                      .effect = effect};
    bool differs = false, ok = false;

    assert(batch->retrieved.day != 0);
    *report = (struct assay_apply_report){.rows = batch->rows,
                                          .refused = batch->refusal_count};
    if (!find_source(&a, &differs, err) || !find_readings(&a, err) ||
        !load_in_force(&a, err))
        goto out;
    report->older_than_newest = a.next_day != OPEN_END;
    if (differs && !report->older_than_newest && !update_source(&a, err))
        goto out;
    for (const struct assay_statement *s = batch->first; s; s = s->next)
        if (!apply_one(&a, s, err))
            goto out;
    ok = end_unsaid(&a, err) &&
         ((a.has_reading && a.same_sha) || write_reading(&a, err));
out:
    assay_arena_free(&arena);
    return ok ||
           assay_fail_in(err, "source '%.*s'", ASSAY_STR_ARG(batch->source_id));
}

bool assay_catalog_refresh(struct assay_catalog *catalog,
                           const struct assay_apply_effect *effect,
                           struct assay_error *err)
{
    if (effect->joins && !(assay_catalog_join(catalog, err) &&
                           assay_catalog_index(catalog, err)))
        return false;
    struct assay_query *q = assay_store_query(
        catalog->store,
        "insert into meta values ('writes', '1') on conflict (key)"
        " do update set value = cast(value as integer) + 1",
        err);
    return q && assay_query_run(q, err);
}
