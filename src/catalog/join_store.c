/*
 * Joining in the store: reads subjects and what statements say of names,
 * has join.c work it out, and writes the rows that came out differently.
 */
#include "assay/identity.h"
#include "catalog/catalog_store.h"

#include <stdlib.h>
#include <string.h>

/* A source's trust and id, by its number. */
struct rank {
    struct assay_str id;
    int order; /* of kind, then id */
    enum assay_source_kind kind;
};

struct reader {
    struct assay_catalog *catalog;
    struct assay_arena *arena;
    struct assay_joins joins;
    struct assay_join **by_num;
    int64_t max_num;
    struct rank *ranks; /* by num */
    int64_t max_source;
    /* Which of a subject's statements was taken for `stated`. */
    struct best {
        int order;
        int32_t first;
        bool ended;
    } * best;
    struct declaration *declarations;
    size_t declaration_count;
};

struct declaration {
    struct assay_declared declared;
    int order;
    bool ended;
    struct declaration *next;
};

static int by_trust(const void *left, const void *right)
{
    const struct rank *a = *(struct rank *const *)left;
    const struct rank *b = *(struct rank *const *)right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

static bool read_ranks(struct reader *r, struct assay_error *err)
{
    if (!assay_catalog_most(r->catalog, "select max(num) from source",
                            &r->max_source, err))
        return false;
    size_t size = (size_t)r->max_source + 1, count = 0;
    r->ranks = ASSAY_NEW_ARRAY(r->arena, struct rank, size);
    struct rank **sorted = ASSAY_NEW_ARRAY(r->arena, struct rank *, size);
    struct assay_query *q = assay_store_query(
        r->catalog->store, "select num, id, kind from source", err);
    bool row, ok;

    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        int64_t num = assay_query_int(q, 0);
        if (!assay_catalog_row(num, r->max_source, err) ||
            !assay_catalog_row((int64_t)count, r->max_source, err))
            return false;
        struct rank *rank = &r->ranks[num];
        rank->id = assay_arena_copy(r->arena, assay_query_text(q, 1));
        rank->kind = ASSAY_SOURCE_SECONDARY;
        (void)assay_source_kind_parse(assay_query_text(q, 2), &rank->kind);
        sorted[count++] = rank;
    }
    qsort(sorted, count, sizeof(struct rank *), by_trust);
    for (size_t i = 0; i < count; i++)
        sorted[i]->order = (int)i;
    return ok;
}

static bool read_subjects(struct reader *r, struct assay_error *err)
{
    if (!assay_catalog_most(r->catalog, "select max(num) from subject",
                            &r->max_num, err))
        return false;
    size_t size = (size_t)r->max_num + 1;
    r->by_num = ASSAY_NEW_ARRAY(r->arena, struct assay_join *, size);
    r->joins.subjects = ASSAY_NEW_ARRAY(r->arena, struct assay_join *, size);
    r->best = ASSAY_NEW_ARRAY(r->arena, struct best, size);
    struct assay_query *q = assay_store_query(
        r->catalog->store,
        "select num, kind, id, model, rule, via from subject order by num",
        err);
    bool row, ok;

    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct assay_join *s = ASSAY_NEW(r->arena, struct assay_join);
        s->num = assay_query_int(q, 0);
        if (!assay_catalog_row(s->num, r->max_num, err) ||
            !assay_catalog_row((int64_t)r->joins.count, r->max_num, err))
            return false;
        s->kind = assay_str_is(assay_query_text(q, 1), "route")
                      ? ASSAY_SUBJECT_ROUTE
                      : ASSAY_SUBJECT_MODEL;
        s->id = assay_arena_copy(r->arena, assay_query_text(q, 2));
        s->old_model = assay_query_int(q, 3);
        s->old_rule = assay_arena_copy(r->arena, assay_query_text(q, 4));
        s->old_via = assay_arena_copy(r->arena, assay_query_text(q, 5));
        r->by_num[s->num] = s;
        r->joins.subjects[r->joins.count++] = s;
    }
    return ok;
}

static void declare(struct reader *r, struct assay_join *model,
                    struct assay_str lines, const struct rank *rank, bool ended)
{
    while (lines.len) {
        struct assay_str alias = lines, rest = ASSAY_STR("");
        (void)assay_str_cut(lines, '\n', &alias, &rest);
        struct declaration *d = ASSAY_NEW(r->arena, struct declaration);
        d->declared.model = model;
        d->declared.alias = assay_arena_copy(r->arena, alias);
        d->declared.source = rank->id;
        d->order = rank->order;
        d->ended = ended;
        d->next = r->declarations;
        r->declarations = d;
        r->declaration_count++;
        lines = rest;
    }
}

/* In force before past, the more trusted source, then the newer. */
static bool counts_more(const struct best *old, const struct best *with)
{
    if (old->ended != with->ended)
        return old->ended;
    if (old->order != with->order)
        return with->order < old->order;
    return with->first > old->first;
}

static bool read_statements(struct reader *r, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        r->catalog->store,
        "select subject, source, first, ended, stated from statement"
        " where ended is null or ended > first",
        err);
    bool row, ok;

    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        int64_t num = assay_query_int(q, 0), source = assay_query_int(q, 1);
        if (!assay_catalog_row(num, r->max_num, err) ||
            !assay_catalog_row(source, r->max_source, err))
            return false;
        const struct rank *rank = &r->ranks[source];
        struct assay_join *s = r->by_num[num];
        struct best with = {.order = rank->order,
                            .first = (int32_t)assay_query_int(q, 2),
                            .ended = !assay_query_is_null(q, 3)};
        struct assay_str stated = assay_query_text(q, 4);

        if (!s)
            return assay_fail(
                err, ASSAY_BAD_INPUT,
                "the store is damaged: a statement about nothing");
        s->spoken_of = true;
        if (!stated.len)
            continue;
        if (s->kind == ASSAY_SUBJECT_MODEL) {
            declare(r, s, stated, rank, with.ended);
        } else if (!s->stated.len || counts_more(&r->best[num], &with)) {
            s->stated = assay_arena_copy(r->arena, stated);
            r->best[num] = with;
        }
    }
    return ok;
}

static int by_weight(const void *left, const void *right)
{
    const struct declaration *a = *(struct declaration *const *)left;
    const struct declaration *b = *(struct declaration *const *)right;
    if (a->ended != b->ended)
        return a->ended ? 1 : -1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    int order = assay_str_compare(a->declared.model->id, b->declared.model->id);
    return order ? order
                 : assay_str_compare(a->declared.alias, b->declared.alias);
}

static void sort_declarations(struct reader *r)
{
    size_t count = r->declaration_count;
    struct declaration **sorted =
        ASSAY_NEW_ARRAY(r->arena, struct declaration *, count + 1);
    size_t at = 0;

    for (struct declaration *d = r->declarations; d; d = d->next)
        sorted[at++] = d;
    qsort(sorted, count, sizeof(struct declaration *), by_weight);
    r->joins.declared =
        ASSAY_NEW_ARRAY(r->arena, struct assay_declared, count + 1);
    for (size_t i = 0; i < count; i++)
        r->joins.declared[i] = sorted[i]->declared;
    r->joins.declared_count = count;
}

/* ------------------------------------------------------------- writing */

static bool write_created(struct reader *r, struct assay_error *err)
{
    for (struct assay_join *m = r->joins.created; m; m = m->next) {
        struct assay_query *q = assay_store_query(
            r->catalog->store,
            "insert into subject (kind, id) values ('model', ?1)", err);
        if (!q)
            return false;
        assay_query_bind_text(q, 1, m->id);
        if (!assay_query_run(q, err))
            return false;
        m->num = assay_store_last_id(r->catalog->store);
    }
    return true;
}

static struct assay_join *root_of(struct assay_join *s)
{
    struct assay_join *model = s->model;
    while (model && model->model != model)
        model = model->model;
    return model;
}

static bool write_subject(struct reader *r, struct assay_join *s,
                          struct assay_error *err)
{
    const struct assay_join *model = root_of(s);
    int64_t num = model ? model->num : 0;

    if (num == s->old_model && assay_str_is(s->old_rule, s->rule) &&
        assay_str_equal(s->old_via, s->via))
        return true;
    struct assay_query *q = assay_store_query(
        r->catalog->store,
        "update subject set model = ?2, rule = ?3, via = ?4 where num = ?1",
        err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, s->num);
    if (num)
        assay_query_bind_int(q, 2, num);
    else
        assay_query_bind_null(q, 2);
    assay_query_bind_text(q, 3, assay_str_c(s->rule));
    assay_query_bind_text(q, 4, s->via);
    return assay_query_run(q, err);
}

static bool write_subjects(struct reader *r, struct assay_error *err)
{
    for (size_t i = 0; i < r->joins.count; i++)
        if (!write_subject(r, r->joins.subjects[i], err))
            return false;
    for (struct assay_join *m = r->joins.created; m; m = m->next)
        if (!write_subject(r, m, err))
            return false;
    return true;
}

/* A name as the store has it and as it shall be. */
struct wanted {
    struct assay_str key, how, spelling;
    int64_t model;
};

static int by_key(const void *left, const void *right)
{
    return assay_str_compare(((const struct wanted *)left)->key,
                             ((const struct wanted *)right)->key);
}

static struct wanted *wanted_names(struct reader *r, size_t *count)
{
    struct wanted *names =
        ASSAY_NEW_ARRAY(r->arena, struct wanted, r->joins.name_count + 1);

    *count = 0;
    for (size_t i = 0; i < r->joins.slot_count; i++) {
        const struct assay_join_name *name = r->joins.slots[i];
        struct assay_join *model =
            name && name->model ? root_of(name->model) : NULL;
        if (!model)
            continue;
        /* An id that was joined to another model is its alias. */
        bool other = strcmp(name->how, "id") == 0 && name->model != model;
        names[(*count)++] = (struct wanted){
            .key = name->key,
            .how = other ? ASSAY_STR("alias") : assay_str_c(name->how),
            .spelling = name->spelling,
            .model = model->num,
        };
    }
    qsort(names, *count, sizeof(*names), by_key);
    return names;
}

static bool read_names(struct reader *r, struct wanted **names, size_t *count,
                       struct assay_error *err)
{
    int64_t size = 0;
    if (!assay_catalog_most(r->catalog, "select count(*) from name", &size,
                            err))
        return false;
    *names = ASSAY_NEW_ARRAY(r->arena, struct wanted, (size_t)size + 1);
    *count = 0;
    struct assay_query *q = assay_store_query(
        r->catalog->store,
        "select key, model, how, spelling from name order by key", err);
    bool row, ok;
    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!assay_catalog_row((int64_t)*count, size, err))
            return false;
        (*names)[(*count)++] = (struct wanted){
            .key = assay_arena_copy(r->arena, assay_query_text(q, 0)),
            .model = assay_query_int(q, 1),
            .how = assay_arena_copy(r->arena, assay_query_text(q, 2)),
            .spelling = assay_arena_copy(r->arena, assay_query_text(q, 3)),
        };
    }
    return ok;
}

static bool put_name(struct reader *r, const struct wanted *name,
                     struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        r->catalog->store,
        "insert or replace into name (key, model, how, spelling)"
        " values (?1, ?2, ?3, ?4)",
        err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, name->key);
    assay_query_bind_int(q, 2, name->model);
    assay_query_bind_text(q, 3, name->how);
    assay_query_bind_text(q, 4, name->spelling);
    return assay_query_run(q, err);
}

static bool drop_name(struct reader *r, const struct wanted *name,
                      struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        r->catalog->store, "delete from name where key = ?1", err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, name->key);
    return assay_query_run(q, err);
}

/* Walks both sorted lists; most rows are as they were. */
static bool write_names(struct reader *r, struct assay_error *err)
{
    struct wanted *old;
    size_t old_count, count, o = 0, n = 0;

    if (!read_names(r, &old, &old_count, err))
        return false;
    struct wanted *names = wanted_names(r, &count);
    while (o < old_count || n < count) {
        int order = o == old_count ? 1
                    : n == count   ? -1
                                   : by_key(&old[o], &names[n]);
        if (order < 0) {
            if (!drop_name(r, &old[o++], err))
                return false;
            continue;
        }
        if (order > 0 || old[o].model != names[n].model ||
            !assay_str_equal(old[o].how, names[n].how) ||
            !assay_str_equal(old[o].spelling, names[n].spelling))
            if (!put_name(r, &names[n], err))
                return false;
        o += order == 0;
        n++;
    }
    return true;
}

bool assay_catalog_join(struct assay_catalog *catalog, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct reader r = {
        .catalog = catalog, .arena = &arena, .joins = {.arena = &arena}};
    bool ok = read_ranks(&r, err) && read_subjects(&r, err) &&
              read_statements(&r, err);

    if (ok) {
        sort_declarations(&r);
        assay_joins_work_out(&r.joins);
        ok = write_created(&r, err) && write_subjects(&r, err) &&
             write_names(&r, err);
    }
    assay_arena_free(&arena);
    return ok || assay_fail_in(err, "joining routes to models");
}
