/*
 * What one source says, as a batch again: the way out of the store. Read
 * back, it changes nothing.
 */
#include "catalog/catalog_store.h"

static bool find_source(struct assay_catalog *catalog, struct assay_str id,
                        struct assay_batch *batch, int64_t *num,
                        struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select s.num, s.id, s.title, s.url, s.license, s.kind, r.retrieved,"
        " r.format, r.origin, r.sha256, r.rows"
        " from source s join reading r on r.source = s.num"
        " where s.id = ?1 and r.retrieved <= ?2"
        " order by r.retrieved desc limit 1",
        err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, id);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    if (!assay_query_step(q, &row, err))
        return false;
    if (!row)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "there is no source '%.*s'; assay sources lists them",
                          ASSAY_STR_ARG(id));
    *num = assay_query_int(q, 0);
    batch->source_id = assay_arena_copy(batch->arena, assay_query_text(q, 1));
    batch->title = assay_arena_copy(batch->arena, assay_query_text(q, 2));
    batch->url = assay_arena_copy(batch->arena, assay_query_text(q, 3));
    batch->license = assay_arena_copy(batch->arena, assay_query_text(q, 4));
    batch->source_kind = ASSAY_SOURCE_SECONDARY;
    (void)assay_source_kind_parse(assay_query_text(q, 5), &batch->source_kind);
    batch->retrieved = assay_date_from_days((int32_t)assay_query_int(q, 6));
    batch->format = assay_arena_copy(batch->arena, assay_query_text(q, 7));
    batch->origin = assay_arena_copy(batch->arena, assay_query_text(q, 8));
    batch->sha256 = assay_arena_copy(batch->arena, assay_query_text(q, 9));
    batch->rows = (uint32_t)assay_query_int(q, 10);
    assay_query_reset(q);
    return true;
}

static bool read_statements(struct assay_catalog *catalog, int64_t source,
                            struct assay_batch *batch, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(catalog->store,
                          "select s.kind, s.id, t.body from statement t"
                          " join subject s on s.num = t.subject"
                          " where t.source = ?1 and t.first <= ?2"
                          " and (t.ended is null or t.ended > ?2)"
                          " order by s.kind, s.id",
                          err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, source);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct assay_statement *s =
            ASSAY_NEW(batch->arena, struct assay_statement);

        s->kind = assay_str_is(assay_query_text(q, 0), "route")
                      ? ASSAY_SUBJECT_ROUTE
                      : ASSAY_SUBJECT_MODEL;
        s->id = assay_arena_copy(batch->arena, assay_query_text(q, 1));
        s->body = assay_arena_copy(batch->arena, assay_query_text(q, 2));
        if (batch->last)
            batch->last->next = s;
        else
            batch->first = s;
        batch->last = s;
        batch->statement_count++;
    }
    return ok;
}

bool assay_catalog_export(struct assay_catalog *catalog,
                          struct assay_str source_id, struct assay_batch *batch,
                          struct assay_error *err)
{
    int64_t source = 0;

    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = find_source(catalog, source_id, batch, &source, err) &&
              read_statements(catalog, source, batch, err);

    assay_store_end_read(catalog->store);
    return ok;
}

bool assay_catalog_check(struct assay_catalog *catalog, struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(catalog->store, "pragma integrity_check(1)", err);
    bool row, ok;

    if (!q || !assay_query_step(q, &row, err))
        return false;
    ok = row && assay_str_is(assay_query_text(q, 0), "ok");
    if (!ok)
        assay_fail(err, ASSAY_BAD_INPUT, "store is damaged: %.*s",
                   ASSAY_STR_ARG(row ? assay_query_text(q, 0)
                                     : ASSAY_STR("no answer")));
    assay_query_reset(q);
    return ok;
}
