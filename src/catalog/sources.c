/*
 * The sources: who was read, when, and how much of it is in force.
 */
#include "catalog/catalog_store.h"

#include <stdlib.h>

bool assay_load_sources(struct assay_catalog *catalog,
                        struct assay_arena *arena,
                        struct assay_loaded_sources *loaded,
                        struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select s.num, s.id, s.title, s.url, s.license, s.kind,"
        " r.retrieved, r.format, r.origin,"
        " (select count(*) from reading"
        "  where source = s.num and retrieved <= ?1)"
        " from source s join reading r on r.source = s.num"
        " and r.retrieved = (select max(retrieved) from reading"
        "  where source = s.num and retrieved <= ?1)"
        " order by s.num",
        err);
    bool row, ok;

    *loaded = (struct assay_loaded_sources){0};
    if (!q || !assay_catalog_most(catalog, "select max(num) from source",
                                  &loaded->max_num, err))
        return false;
    size_t size = (size_t)loaded->max_num + 1;
    loaded->sources = ASSAY_NEW_ARRAY(arena, struct assay_source, size);
    loaded->by_num = ASSAY_NEW_ARRAY(arena, struct assay_source *, size);
    assay_query_bind_int(q, 1, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        int64_t num = assay_query_int(q, 0);
        if (!assay_catalog_row(num, loaded->max_num, err) ||
            !assay_catalog_row((int64_t)loaded->count, loaded->max_num, err))
            return false;
        struct assay_source *s = &loaded->sources[loaded->count++];
        loaded->by_num[num] = s;
        s->id = assay_arena_copy(arena, assay_query_text(q, 1));
        s->title = assay_arena_copy(arena, assay_query_text(q, 2));
        s->url = assay_arena_copy(arena, assay_query_text(q, 3));
        s->license = assay_arena_copy(arena, assay_query_text(q, 4));
        s->kind = ASSAY_SOURCE_SECONDARY;
        (void)assay_source_kind_parse(assay_query_text(q, 5), &s->kind);
        s->read = assay_date_from_days((int32_t)assay_query_int(q, 6));
        s->format = assay_arena_copy(arena, assay_query_text(q, 7));
        s->origin = assay_arena_copy(arena, assay_query_text(q, 8));
        s->readings = (uint32_t)assay_query_int(q, 9);
    }
    return ok;
}

struct assay_source *assay_loaded_source(
    const struct assay_loaded_sources *loaded, int64_t num)
{
    return num >= 0 && num <= loaded->max_num && loaded->by_num
               ? loaded->by_num[num]
               : NULL;
}

static bool count_statements(struct assay_catalog *catalog,
                             const struct assay_loaded_sources *loaded,
                             struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select t.source, s.kind, count(*) from statement t"
        " join subject s on s.num = t.subject"
        " where t.first <= ?1 and (t.ended is null or t.ended > ?1)"
        " group by t.source, s.kind",
        err);
    bool row, ok;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, catalog->as_of_days);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct assay_source *source =
            assay_loaded_source(loaded, assay_query_int(q, 0));
        uint32_t count = (uint32_t)assay_query_int(q, 2);
        if (source && assay_str_is(assay_query_text(q, 1), "route"))
            source->routes = count;
        else if (source)
            source->models = count;
    }
    return ok;
}

static int by_id(const void *left, const void *right)
{
    return assay_str_compare(((const struct assay_source *)left)->id,
                             ((const struct assay_source *)right)->id);
}

bool assay_catalog_sources(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           struct assay_source **sources, size_t *count,
                           struct assay_error *err)
{
    struct assay_loaded_sources loaded;

    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = assay_load_sources(catalog, arena, &loaded, err) &&
              count_statements(catalog, &loaded, err);
    assay_store_end_read(catalog->store);
    if (ok && loaded.count > 1) /* by_num is of no use after this */
        qsort(loaded.sources, loaded.count, sizeof(*loaded.sources), by_id);
    *sources = loaded.sources;
    *count = loaded.count;
    return ok;
}
