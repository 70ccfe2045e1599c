/*
 * Opening: whose file it is, creating it once, and reading where nothing can
 * be written.
 */
#include "assay/arena.h"
#include "assay/file.h"
#include "store/store.h"
#include "store/store_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *copy_text(const char *text, const char *suffix)
{
    size_t size = strlen(text) + strlen(suffix) + 1;
    char *copy = malloc(size);
    if (copy)
        (void)snprintf(copy, size, "%s%s", text, suffix);
    return copy;
}

/* SQLite's own hook would checkpoint here; ours only counts. */
static int note_log(void *of_store, sqlite3 *db, const char *name, int pages)
{
    struct assay_store *store = of_store;

    (void)db;
    (void)name;
    store->log_pages = pages;
    return SQLITE_OK;
}

/* Settings of a connection; none of them touches the file. */
static void configure(struct assay_store *store)
{
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, ASSAY_STORE_BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_wal_autocheckpoint(store->db, 0);
    sqlite3_wal_hook(store->db, note_log, store);
}

static bool open_connection(struct assay_store *store, const char *name,
                            int flags, struct assay_error *err)
{
    int code =
        sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return assay_store_fail(store, code, err);
    configure(store);
    return true;
}

static void close_connection(struct assay_store *store)
{
    sqlite3_close(store->db);
    store->db = NULL;
}

/* What the file says of itself; 0, 0, 0 for an empty one. */
struct label {
    uint32_t application_id;
    int version;
    int tables;
};

static bool read_label(struct assay_store *store, struct label *label,
                       struct assay_error *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        store->db,
        "select (select application_id from pragma_application_id),"
        " (select user_version from pragma_user_version),"
        " (select count(*) from sqlite_schema)",
        -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        label->application_id = (uint32_t)sqlite3_column_int64(statement, 0);
        label->version = sqlite3_column_int(statement, 1);
        label->tables = sqlite3_column_int(statement, 2);
        code = SQLITE_OK;
    }
    bool ok = code == SQLITE_OK || assay_store_fail(store, code, err);
    sqlite3_finalize(statement);
    return ok;
}

static bool is_new(const struct label *label)
{
    return label->application_id == 0 && label->version == 0 &&
           label->tables == 0;
}

static bool check_label(const struct assay_store *store,
                        const struct label *label,
                        const struct assay_store_options *options,
                        struct assay_error *err)
{
    if (label->application_id != options->application_id)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "'%s' is a SQLite file of another program, not a "
                          "store of assay",
                          store->path);
    if (label->version > options->version)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "store '%s' was made by a newer assay (schema %d; "
                          "this one knows %d)",
                          store->path, label->version, options->version);
    if (label->version < options->version)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "store '%s' has schema %d, this assay needs %d",
                          store->path, label->version, options->version);
    return true;
}

/* One transaction, under the lock; somebody else may have been faster. */
static bool create_schema(struct assay_store *store,
                          const struct assay_store_options *options,
                          struct label *label, struct assay_error *err)
{
    char stamp[96];

    if (!store->in_memory &&
        !assay_store_exec(store, "pragma journal_mode = wal", err))
        return false;
    if (!assay_store_exec(store, "begin immediate", err))
        return false;
    (void)snprintf(stamp, sizeof(stamp),
                   "pragma application_id = %u; pragma user_version = %d",
                   (unsigned)options->application_id, options->version);
    bool ok = assay_store_exec(store, options->schema, err) &&
              assay_store_exec(store, stamp, err) &&
              assay_store_exec(store, "commit", err);
    if (!ok && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
    if (ok) {
        label->application_id = options->application_id;
        label->version = options->version;
    }
    return ok;
}

static bool create(struct assay_store *store,
                   const struct assay_store_options *options,
                   struct label *label, struct assay_error *err)
{
    if (store->read_only)
        return assay_fail(err, ASSAY_SYSTEM,
                          "store '%s' is empty and cannot be written",
                          store->path);
    if (!assay_store_lock(store, err))
        return false;
    bool ok = read_label(store, label, err) &&
              (!is_new(label) || create_schema(store, options, label, err));
    assay_store_unlock(store);
    return ok;
}

/*
 * A write-ahead log needs its index file; where not even that can be made
 * (a read-only medium), the file is read as it lies there.
 */
static bool open_immutable(struct assay_store *store, struct label *label,
                           struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_str path = assay_str_c(store->path);
    char *uri = assay_arena_alloc(&arena, path.len * 3 + 32, 1);
    size_t len = 0;

    memcpy(uri, "file:", 5);
    len = 5;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.at[i];
        if (c == '?' || c == '#' || c == '%' || c < 0x20)
            len += (size_t)snprintf(uri + len, 4, "%%%02x", c);
        else
            uri[len++] = (char)c;
    }
    memcpy(uri + len, "?immutable=1", sizeof("?immutable=1"));
    close_connection(store);
    bool ok = open_connection(store, uri,
                              SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err) &&
              read_label(store, label, err);
    assay_arena_free(&arena);
    store->read_only = true;
    return ok;
}

/* A pipe would be waited for without end, a device forgets. */
static bool check_kind(const struct assay_store *store, struct assay_error *err)
{
    struct stat info;

    if (store->in_memory || stat(store->path, &info) != 0 ||
        S_ISREG(info.st_mode))
        return true;
    return assay_fail(err, ASSAY_SYSTEM, "store '%s' is %s, not a file",
                      store->path,
                      S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
}

/*
 * Why the file cannot be opened or made: SQLite tries to read what it cannot
 * write, and then tells the reason of that.
 */
static bool explain(const struct assay_store *store, struct assay_error *err)
{
    struct assay_error parent = {0};
    char why[128];

    if (!assay_file_make_parent(store->path, &parent))
        return assay_fail(err, ASSAY_SYSTEM, "store '%s': %s", store->path,
                          parent.text);
    int file = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file >= 0)
        (void)close(file); /* nothing was written */
    else if (strerror_r(errno, why, sizeof(why)) == 0)
        assay_fail(err, ASSAY_SYSTEM, "store '%s' cannot be opened: %s",
                   store->path, why);
    return false;
}

static bool open_any(struct assay_store *store, struct label *label,
                     struct assay_error *err)
{
    struct assay_error why = {0};

    if (!check_kind(store, err))
        return false;
    if (!store->in_memory)
        (void)assay_file_make_parent(store->path, &why); /* explain() tells */
    if (!open_connection(store, store->path,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err)) {
        close_connection(store);
        if (!open_connection(store, store->path, SQLITE_OPEN_READONLY, &why))
            return explain(store, err);
    }
    store->read_only = sqlite3_db_readonly(store->db, "main") == 1;
    if (read_label(store, label, err))
        return true;
    return store->read_only && err->code == ASSAY_SYSTEM &&
           open_immutable(store, label, err);
}

/* SQLite resolves links in the path: the lock lies beside the real file. */
static bool name_lock(struct assay_store *store, struct assay_error *err)
{
    const char *real = sqlite3_db_filename(store->db, "main");
    store->lock_path = copy_text(real && *real ? real : store->path, ".lock");
    return store->lock_path ||
           assay_fail(err, ASSAY_SYSTEM, "out of memory for a path");
}

struct assay_store *assay_store_open(const struct assay_store_options *options,
                                     struct assay_error *err)
{
    struct assay_store *store = calloc(1, sizeof(*store));
    struct label label = {0};
    bool ok = false;

    assert(options->version > 0 && options->application_id != 0);
    if (!store) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a store");
        return NULL;
    }
    store->lock_fd = -1;
    store->path = copy_text(options->path, "");
    if (!store->path) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a path");
        goto out;
    }
    store->wait_ms = options->wait_ms > 0 ? options->wait_ms : 10000;
    store->in_memory = strcmp(options->path, ":memory:") == 0;
    ok = open_any(store, &label, err) && name_lock(store, err) &&
         (!is_new(&label) || create(store, options, &label, err)) &&
         check_label(store, &label, options, err) &&
         (store->read_only ||
          assay_store_exec(store, "pragma synchronous = full", err));
out:
    if (!ok) {
        assay_store_close(store);
        store = NULL;
    }
    return store;
}
