/*
 * What one source has said: on which days it was read, and of what it
 * speaks. Some ten readings, up to several thousand subjects, of which a
 * page shows a hundred.
 */
#include "catalog/catalog_store.h"

/* ------------------------------------------------------- readings */

static bool read_readings(struct assay_catalog *catalog,
                          struct assay_arena *arena, struct assay_str source_id,
                          struct assay_reading **readings, size_t *count,
                          struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(catalog->store,
                          "select s.id, r.retrieved, r.format, r.origin, r.rows"
                          " from reading r join source s on s.num = r.source"
                          " where (?1 = '' or s.id = ?1) and r.retrieved <= ?2"
                          " order by r.retrieved desc, s.id",
                          err);
    int64_t most = 0;
    bool row, ok;

    if (!q || !assay_catalog_most(catalog, "select count(*) from reading",
                                  &most, err))
        return false;
    *readings = ASSAY_NEW_ARRAY(arena, struct assay_reading, (size_t)most + 1);
    assay_query_bind_text(q, 1, source_id);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!assay_catalog_row((int64_t)*count, most, err))
            return false;
        (*readings)[(*count)++] = (struct assay_reading){
            .source = assay_arena_copy(arena, assay_query_text(q, 0)),
            .on = assay_date_from_days((int32_t)assay_query_int(q, 1)),
            .format = assay_arena_copy(arena, assay_query_text(q, 2)),
            .origin = assay_arena_copy(arena, assay_query_text(q, 3)),
            .rows = (uint32_t)assay_query_int(q, 4),
        };
    }
    return ok;
}

bool assay_catalog_readings(struct assay_catalog *catalog,
                            struct assay_arena *arena,
                            struct assay_str source_id,
                            struct assay_reading **readings, size_t *count,
                            struct assay_error *err)
{
    *count = 0;
    *readings = NULL;
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = read_readings(catalog, arena, source_id, readings, count, err);

    assay_store_end_read(catalog->store);
    return ok;
}

/* ------------------------------------------------------- statements */

static bool read_said(struct assay_arena *arena, struct assay_query *q,
                      struct assay_said *said, struct assay_error *err)
{
    *said = (struct assay_said){
        .kind = assay_str_is(assay_query_text(q, 0), "route")
                    ? ASSAY_SUBJECT_ROUTE
                    : ASSAY_SUBJECT_MODEL,
        .id = assay_arena_copy(arena, assay_query_text(q, 1)),
        .model = assay_arena_copy(arena, assay_query_text(q, 2)),
        .first = assay_date_from_days((int32_t)assay_query_int(q, 3)),
    };
    said->body = assay_json_parse(
        arena, assay_arena_copy(arena, assay_query_text(q, 4)), NULL, err);
    return said->body ||
           assay_fail_in(err, "store is damaged: statement about '%.*s'",
                         ASSAY_STR_ARG(said->id));
}

static bool read_statements(struct assay_catalog *catalog,
                            struct assay_arena *arena,
                            struct assay_str source_id, size_t first,
                            size_t most, struct assay_said *said, size_t *count,
                            struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select s.kind, s.id, coalesce(m.id, ''), t.first, t.body"
        " from statement t join subject s on s.num = t.subject"
        " left join subject m on m.num = s.model"
        " where t.source = (select num from source where id = ?1)"
        " and t.first <= ?2 and (t.ended is null or t.ended > ?2)"
        " order by s.kind, s.id limit ?3 offset ?4",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, source_id);
    assay_query_bind_int(q, 2, catalog->as_of_days);
    assay_query_bind_int(q, 3, (int64_t)most);
    assay_query_bind_int(q, 4, (int64_t)first);
    while ((ok = assay_query_step(q, &row, err)) && row && *count < most)
        if (!read_said(arena, q, &said[(*count)++], err)) {
            assay_query_reset(q);
            return false;
        }
    return ok;
}

bool assay_catalog_said(struct assay_catalog *catalog,
                        struct assay_arena *arena, struct assay_str source_id,
                        size_t first, size_t most, struct assay_said **said,
                        size_t *count, struct assay_error *err)
{
    *count = 0;
    *said = ASSAY_NEW_ARRAY(arena, struct assay_said, most + 1);
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = read_statements(catalog, arena, source_id, first, most, *said,
                              count, err);

    assay_store_end_read(catalog->store);
    return ok;
}
