/*
 * Opening the catalog: the store is created from the built-in facts on first
 * use, and brought up to date when this binary holds others. Opening an
 * existing one writes nothing.
 */
#include "assay/file.h"
#include "base/embed.h"
#include "catalog/catalog_file.h"
#include "catalog/catalog_store.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SCHEMA_VERSION = 1,
    APPLICATION_ID = 0x41535359, /* "ASSY" in the file's header */
};

/* The origin of a reading that came with the binary. */
static const char built_in[] = "built-in";

static bool is_current(struct assay_catalog *catalog, bool *current,
                       struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store, "select value from meta where key = 'builtin'", err);
    bool row;

    if (!q || !assay_query_step(q, &row, err))
        return false;
    *current = row && assay_str_is(assay_query_text(q, 0),
                                   assay_embedded_catalog_print);
    assay_query_reset(q);
    return true;
}

/* What the user read themselves is fuller and newer than our copy. */
static bool is_users(struct assay_catalog *catalog, struct assay_str source,
                     bool *users, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select 1 from source s join reading r on r.source = s.num"
        " where s.id = ?1 and r.origin <> 'built-in' limit 1",
        err);

    if (!q)
        return false;
    assay_query_bind_text(q, 1, source);
    if (!assay_query_step(q, users, err))
        return false;
    assay_query_reset(q);
    return true;
}

static bool apply_file(struct assay_catalog *catalog,
                       const struct assay_embedded *file,
                       struct assay_apply_effect *effect,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_str text = {(const char *)file->bytes, file->len};
    struct assay_apply_report report;
    struct assay_batch batch;
    bool users = false;

    assay_batch_init(&batch, &arena);
    const struct assay_json *document =
        assay_json_parse(&arena, text, NULL, err);
    bool ok = document && assay_batch_read_facts(&batch, document, err) &&
              is_users(catalog, batch.source_id, &users, err);
    if (ok && !users) {
        batch.format = ASSAY_STR("facts");
        batch.origin = assay_str_c(built_in);
        batch.sha256 = assay_sha256_hex(&arena, text);
        ok = assay_apply_statements(catalog, &batch, &report, effect, err);
    }
    assay_arena_free(&arena);
    assay_embedded_give_back(file);
    return ok || assay_fail_in(err, "built-in facts %s", file->name);
}

static bool write_fingerprint(struct assay_catalog *catalog,
                              struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store, "insert or replace into meta values ('builtin', ?1)",
        err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, assay_str_c(assay_embedded_catalog_print));
    return assay_query_run(q, err);
}

static bool write_built_in(struct assay_catalog *catalog,
                           struct assay_error *err)
{
    struct assay_apply_effect effect = {0};

    for (size_t i = 0; i < assay_embedded_catalog_count; i++)
        if (!apply_file(catalog, &assay_embedded_catalog[i], &effect, err))
            return false;
    return assay_catalog_refresh(catalog, &effect, err) &&
           write_fingerprint(catalog, err);
}

static bool update_built_in(struct assay_catalog *catalog,
                            struct assay_error *err)
{
    bool current;

    if (!is_current(catalog, &current, err))
        return false;
    if (current || assay_store_read_only(catalog->store))
        return true;
    if (!assay_store_begin_write(catalog->store, err))
        return false;
    /* Another process may have been faster. */
    if (!is_current(catalog, &current, err) ||
        (!current && !write_built_in(catalog, err))) {
        assay_store_rollback(catalog->store);
        return false;
    }
    if (!current)
        return assay_store_commit(catalog->store, err);
    assay_store_rollback(catalog->store);
    return true;
}

struct assay_store *assay_catalog_file_open(const char *path,
                                            struct assay_error *err)
{
    const struct assay_store_options options = {
        .path = path,
        .application_id = APPLICATION_ID,
        .version = SCHEMA_VERSION,
        .schema = (const char *)assay_embedded_schema.bytes,
    };

    return assay_store_open(&options, err);
}

struct assay_catalog *assay_catalog_open(
    const struct assay_catalog_options *options, struct assay_error *err)
{
    struct assay_catalog *catalog = calloc(1, sizeof(*catalog));

    assert(options->as_of.day != 0);
    if (!catalog) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a catalog");
        return NULL;
    }
    catalog->as_of = options->as_of;
    catalog->as_of_days = assay_date_days(options->as_of);
    catalog->store = assay_catalog_file_open(options->path, err);
    if (!catalog->store || !update_built_in(catalog, err)) {
        assay_catalog_close(catalog);
        return NULL;
    }
    return catalog;
}

void assay_catalog_close(struct assay_catalog *catalog)
{
    if (!catalog)
        return;
    assay_store_close(catalog->store);
    free(catalog);
}

struct assay_date assay_catalog_as_of(const struct assay_catalog *catalog)
{
    return catalog->as_of;
}

bool assay_catalog_hold(struct assay_catalog *catalog, struct assay_date as_of,
                        struct assay_error *err)
{
    assert(as_of.day != 0);
    catalog->as_of = as_of;
    catalog->as_of_days = assay_date_days(as_of);
    return assay_store_begin_read(catalog->store, err);
}

void assay_catalog_let_go(struct assay_catalog *catalog)
{
    assay_store_end_read(catalog->store);
}

uint64_t assay_catalog_version(struct assay_catalog *catalog)
{
    struct assay_error ignored = {0};
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select cast(value as integer) from meta where key = 'writes'",
        &ignored);
    bool row;

    if (!q || !assay_query_step(q, &row, &ignored) || !row)
        return 0;
    uint64_t version = (uint64_t)assay_query_int(q, 0);
    assay_query_reset(q);
    return version;
}
