/*
 * What two readings say otherwise: statements by subject, then fact by fact.
 * A few thousand statements, each with some 20 facts.
 */
#include "assay/pages.h"

#include <stdlib.h>

/* One fact of a statement: a key path and its value. */
struct fact {
    struct assay_str path;
    const struct assay_json *value;
};

struct facts {
    struct fact *at;
    size_t count, room;
};

struct diff {
    struct assay_arena *arena;
    const struct assay_batch *after;
    struct assay_change *changes;
    size_t count, room;
};

/* ------------------------------------------------------- facts of a body */

static void add_fact(struct assay_arena *arena, struct facts *facts,
                     struct assay_str path, const struct assay_json *value)
{
    if (facts->count == facts->room) {
        size_t room = facts->room ? facts->room * 2 : 32;
        struct fact *wider = ASSAY_NEW_ARRAY(arena, struct fact, room);

        for (size_t i = 0; i < facts->count; i++)
            wider[i] = facts->at[i];
        facts->at = wider;
        facts->room = room;
    }
    facts->at[facts->count++] = (struct fact){path, value};
}

/* The components of one meter are one fact, as in the catalog. */
static void add_prices(struct assay_arena *arena, struct facts *facts,
                       const struct assay_json *prices)
{
    for (const struct assay_json *p = prices->first; p; p = p->next) {
        struct assay_str meter = assay_json_text(p, "meter");
        struct assay_str path =
            assay_arena_printf(arena, "price.%.*s", ASSAY_STR_ARG(meter));
        struct assay_json *same;
        bool seen = false;

        for (size_t i = 0; i < facts->count && !seen; i++)
            seen = assay_str_equal(facts->at[i].path, path);
        if (seen)
            continue;
        same = assay_json_array(arena);
        for (const struct assay_json *q = p; q; q = q->next)
            if (assay_str_equal(assay_json_text(q, "meter"), meter))
                assay_json_add(same, assay_json_copy(arena, q));
        add_fact(arena, facts, path, same);
    }
}

static bool read_facts(struct assay_arena *arena,
                       const struct assay_statement *statement,
                       struct facts *facts, struct assay_error *err)
{
    const struct assay_json *body =
        assay_json_parse(arena, statement->body, NULL, err);

    if (!body)
        return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(statement->id));
    for (const struct assay_json *m = body->first; m; m = m->next) {
        if (assay_str_is(m->key, "prices")) {
            add_prices(arena, facts, m);
        } else if (assay_str_is(m->key, "benchmarks")) {
            for (const struct assay_json *row = m->first; row; row = row->next)
                add_fact(arena, facts, ASSAY_STR("benchmark"), row);
        } else if (assay_json_is(m, ASSAY_JSON_OBJECT) &&
                   !assay_str_is(m->key, "image_tokens")) {
            for (const struct assay_json *v = m->first; v; v = v->next)
                add_fact(arena, facts,
                         assay_arena_printf(arena, "%.*s.%.*s",
                                            ASSAY_STR_ARG(m->key),
                                            ASSAY_STR_ARG(v->key)),
                         v);
        } else {
            add_fact(arena, facts, m->key, m);
        }
    }
    return true;
}

/* ------------------------------------------------------- changes */

static struct assay_change *add_change(struct diff *d,
                                       const struct assay_statement *statement)
{
    struct assay_change *change;

    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 64;
        struct assay_change *wider =
            ASSAY_NEW_ARRAY(d->arena, struct assay_change, room);

        for (size_t i = 0; i < d->count; i++)
            wider[i] = d->changes[i];
        d->changes = wider;
        d->room = room;
    }
    change = &d->changes[d->count++];
    *change = (struct assay_change){
        .kind = statement->kind,
        .subject = statement->id,
        .fact = ASSAY_STR(""),
        .source = d->after->source_id,
        .on = d->after->retrieved,
    };
    return change;
}

/* Two rows are of one benchmark when these say the same. */
static bool same_benchmark(const struct assay_json *a,
                           const struct assay_json *b)
{
    static const char *const keys[] = {"name",    "setting", "variant",
                                       "harness", "unit",    "date"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!assay_str_equal(assay_json_text(a, keys[i]),
                             assay_json_text(b, keys[i])))
            return false;
    return true;
}

static const struct fact *find_fact(const struct facts *facts,
                                    const struct fact *wanted)
{
    bool row = assay_str_is(wanted->path, "benchmark");

    for (size_t i = 0; i < facts->count; i++)
        if (assay_str_equal(facts->at[i].path, wanted->path) &&
            (!row || same_benchmark(facts->at[i].value, wanted->value)))
            return &facts->at[i];
    return NULL;
}

static bool compare_bodies(struct diff *d, const struct assay_statement *before,
                           const struct assay_statement *after,
                           struct assay_error *err)
{
    struct facts was = {0}, is = {0};
    struct assay_change *change;

    if (assay_str_equal(before->body, after->body))
        return true;
    if (!read_facts(d->arena, before, &was, err) ||
        !read_facts(d->arena, after, &is, err))
        return false;
    for (size_t i = 0; i < is.count; i++) {
        const struct fact *old = find_fact(&was, &is.at[i]);

        if (old && assay_json_equal(old->value, is.at[i].value))
            continue;
        change = add_change(d, after);
        change->fact = is.at[i].path;
        change->before = old ? old->value : NULL;
        change->after = is.at[i].value;
    }
    for (size_t i = 0; i < was.count; i++) {
        if (find_fact(&is, &was.at[i]))
            continue;
        change = add_change(d, after);
        change->fact = was.at[i].path;
        change->before = was.at[i].value;
    }
    return true;
}

enum side { BEGAN, ENDED };

/* A subject that only one of the two speaks of. */
static bool one_sided(struct diff *d, const struct assay_statement *statement,
                      enum side side, struct assay_error *err)
{
    const struct assay_json *body =
        assay_json_parse(d->arena, statement->body, NULL, err);
    struct assay_change *change;

    if (!body)
        return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(statement->id));
    change = add_change(d, statement);
    change->before = side == BEGAN ? NULL : body;
    change->after = side == BEGAN ? body : NULL;
    return true;
}

/* ------------------------------------------------------- two batches */

static int by_subject(const struct assay_statement *a,
                      const struct assay_statement *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

static int compare_places(const void *left, const void *right)
{
    const struct assay_statement *const *a = left, *const *b = right;

    return by_subject(*a, *b);
}

static const struct assay_statement **sorted(struct assay_arena *arena,
                                             const struct assay_batch *batch)
{
    const struct assay_statement **list = ASSAY_NEW_ARRAY(
        arena, const struct assay_statement *, batch->statement_count + 1);
    size_t count = 0;

    for (const struct assay_statement *s = batch->first; s; s = s->next)
        list[count++] = s;
    qsort(list, count, sizeof(*list), compare_places);
    return list;
}

bool assay_batch_changes(struct assay_arena *arena,
                         const struct assay_batch *before,
                         const struct assay_batch *after,
                         struct assay_change **changes, size_t *count,
                         struct assay_error *err)
{
    struct diff d = {.arena = arena, .after = after};
    const struct assay_statement **was = sorted(arena, before);
    const struct assay_statement **is = sorted(arena, after);
    size_t i = 0, k = 0;
    bool ok = true;

    while (ok && (i < before->statement_count || k < after->statement_count)) {
        int order = i == before->statement_count  ? 1
                    : k == after->statement_count ? -1
                                                  : by_subject(was[i], is[k]);
        if (order < 0)
            ok = one_sided(&d, was[i++], ENDED, err);
        else if (order > 0)
            ok = one_sided(&d, is[k++], BEGAN, err);
        else
            ok = compare_bodies(&d, was[i++], is[k++], err);
    }
    *changes = d.changes;
    *count = d.count;
    return ok;
}
