/*
 * SQLite: transactions, and queries that are prepared once. Opening stands
 * in store_open.c.
 */
#include "store/store.h"

#include "store/store_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* SQLite's words are few ("disk I/O error"): with the system's reason. */
static bool fail_system(const struct assay_store *store, int code,
                        struct assay_error *err)
{
    int number = store->db ? sqlite3_system_errno(store->db) : 0;
    char why[128] = "";

    if (number == 0 || strerror_r(number, why, sizeof(why)) != 0)
        why[0] = '\0';
    return assay_fail(err, ASSAY_SYSTEM, "store '%s': %s%s%s%s", store->path,
                      store->db ? sqlite3_errmsg(store->db)
                                : sqlite3_errstr(code),
                      why[0] ? " (" : "", why, why[0] ? ")" : "");
}

bool assay_store_fail(const struct assay_store *store, int code,
                      struct assay_error *err)
{
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "store '%s' is not a store of assay: no SQLite file",
                          store->path);
    case SQLITE_CORRUPT:
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "store '%s' is damaged (%s); move it away and "
                          "import anew",
                          store->path, sqlite3_errmsg(store->db));
    case SQLITE_READONLY:
        return assay_fail(err, ASSAY_SYSTEM, "store '%s' is read-only",
                          store->path);
    default:
        return fail_system(store, code, err);
    }
}

bool assay_store_exec(struct assay_store *store, const char *sql,
                      struct assay_error *err)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || assay_store_fail(store, code, err);
}

bool assay_store_hold(struct assay_store *store, unsigned kib,
                      struct assay_error *err)
{
    char sql[48];

    (void)snprintf(sql, sizeof sql, "pragma cache_size = -%u", kib);
    return assay_store_exec(store, sql, err);
}

static void sleep_ms(int ms)
{
    struct timespec rest = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        continue;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Polls, because a blocking flock() has no time limit. */
bool assay_store_lock(struct assay_store *store, struct assay_error *err)
{
    if (store->in_memory)
        return true;
    int fd = open(store->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return assay_fail(err, ASSAY_SYSTEM, "lock '%s': %s", store->lock_path,
                          strerror(errno));
    int64_t deadline = now_ms() + store->wait_ms;
    int pause = 1;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int code = errno;
        if (code != EWOULDBLOCK && code != EINTR) {
            close(fd);
            return assay_fail(err, ASSAY_SYSTEM, "lock '%s': %s",
                              store->lock_path, strerror(code));
        }
        if (now_ms() >= deadline) {
            close(fd);
            return assay_fail(err, ASSAY_SYSTEM,
                              "another assay process has been writing to "
                              "'%s' for %d s",
                              store->path, store->wait_ms / 1000);
        }
        sleep_ms(pause);
        pause = pause < 16 ? pause * 2 : 20;
    }
    store->lock_fd = fd;
    return true;
}

void assay_store_unlock(struct assay_store *store)
{
    if (store->lock_fd >= 0)
        close(store->lock_fd); /* lets the lock go */
    store->lock_fd = -1;
}

/* A statement left open would keep the transaction alive. */
static void reset_all(struct assay_store *store)
{
    for (size_t i = 0; i < store->query_count; i++)
        assay_query_reset(store->queries[i]);
}

void assay_store_close(struct assay_store *store)
{
    if (!store)
        return;
    assay_store_rollback(store);
    for (size_t i = 0; i < store->query_count; i++) {
        sqlite3_finalize(store->queries[i]->statement);
        free(store->queries[i]);
    }
    free(store->queries);
    sqlite3_close(store->db);
    assay_store_unlock(store);
    free(store->path);
    free(store->lock_path);
    free(store);
}

bool assay_store_read_only(const struct assay_store *store)
{
    return store->read_only;
}

bool assay_store_begin_read(struct assay_store *store, struct assay_error *err)
{
    assert(!store->writing);
    struct assay_query *begin;

    if (store->readers == 0) {
        begin = assay_store_query(store, "begin", err);
        if (!begin || !assay_query_run(begin, err))
            return false;
    }
    store->readers++;
    return true;
}

void assay_store_end_read(struct assay_store *store)
{
    if (store->readers == 0 || --store->readers > 0)
        return;
    reset_all(store);
    sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
}

bool assay_store_begin_write(struct assay_store *store, struct assay_error *err)
{
    assert(!store->writing && store->readers == 0);
    if (store->read_only)
        return assay_store_fail(store, SQLITE_READONLY, err);
    if (!assay_store_lock(store, err))
        return false;
    if (!assay_store_exec(store, "begin immediate", err)) {
        assay_store_unlock(store);
        return false;
    }
    store->writing = true;
    return true;
}

/*
 * Moves the log into the file and empties it. Where a reader of an older
 * snapshot stands in the way, the rest is left to the next writer: what is
 * committed is safe in the log, so the result is not an error.
 */
static void checkpoint(struct assay_store *store)
{
    if (store->in_memory)
        return;
    sqlite3_busy_timeout(store->db, 0);
    (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                    NULL, NULL);
    sqlite3_busy_timeout(store->db, ASSAY_STORE_BUSY_MS);
}

static bool commit(struct assay_store *store, int log_pages,
                   struct assay_error *err)
{
    assert(store->writing);
    reset_all(store);
    if (!assay_store_exec(store, "commit", err)) {
        assay_store_rollback(store);
        return false;
    }
    store->writing = false;
    if (store->log_pages >= log_pages)
        checkpoint(store);
    assay_store_unlock(store);
    return true;
}

bool assay_store_commit(struct assay_store *store, struct assay_error *err)
{
    return commit(store, 0, err);
}

bool assay_store_commit_logged(struct assay_store *store,
                               struct assay_error *err)
{
    return commit(store, ASSAY_STORE_LOG_PAGES, err);
}

bool assay_store_run_script(struct assay_store *store, const char *sql,
                            struct assay_error *err)
{
    assert(store->writing);
    return assay_store_exec(store, sql, err);
}

void assay_store_rollback(struct assay_store *store)
{
    if (!store->writing)
        return;
    reset_all(store);
    /* After some errors (disk full) SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
    store->writing = false;
    assay_store_unlock(store);
}

struct assay_query *assay_store_query(struct assay_store *store,
                                      const char *sql, struct assay_error *err)
{
    for (size_t i = 0; i < store->query_count; i++) {
        if (store->queries[i]->sql == sql) {
            assay_query_reset(store->queries[i]);
            return store->queries[i];
        }
    }
    if (store->query_count == store->query_size) {
        size_t size = store->query_size ? store->query_size * 2 : 32;
        struct assay_query **more =
            realloc(store->queries, size * sizeof(*more));
        if (!more) {
            assay_fail(err, ASSAY_SYSTEM, "out of memory for queries");
            return NULL;
        }
        store->queries = more;
        store->query_size = size;
    }
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement, NULL);
    if (code != SQLITE_OK) {
        assay_store_fail(store, code, err);
        return NULL;
    }
    struct assay_query *query = calloc(1, sizeof(*query));
    if (!query) {
        sqlite3_finalize(statement);
        assay_fail(err, ASSAY_SYSTEM, "out of memory for queries");
        return NULL;
    }
    query->store = store;
    query->sql = sql;
    query->statement = statement;
    store->queries[store->query_count++] = query;
    return query;
}

/* The first refused parameter is told at the next step. */
static void note(struct assay_query *query, int code)
{
    if (code != SQLITE_OK && query->bind_code == SQLITE_OK)
        query->bind_code = code;
}

void assay_query_bind_int(struct assay_query *query, int at, int64_t value)
{
    note(query, sqlite3_bind_int64(query->statement, at, value));
}

void assay_query_bind_text(struct assay_query *query, int at,
                           struct assay_str text)
{
    note(query,
         sqlite3_bind_text64(query->statement, at, text.at ? text.at : "",
                             text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void assay_query_bind_real(struct assay_query *query, int at, double value)
{
    note(query, sqlite3_bind_double(query->statement, at, value));
}

void assay_query_bind_bytes(struct assay_query *query, int at,
                            struct assay_str bytes)
{
    note(query,
         sqlite3_bind_blob64(query->statement, at, bytes.at ? bytes.at : "",
                             bytes.len, SQLITE_STATIC));
}

void assay_query_bind_null(struct assay_query *query, int at)
{
    note(query, sqlite3_bind_null(query->statement, at));
}

bool assay_query_step(struct assay_query *query, bool *row,
                      struct assay_error *err)
{
    int code = query->bind_code;
    *row = false;
    if (code == SQLITE_OK)
        code = sqlite3_step(query->statement);
    if (code == SQLITE_ROW) {
        *row = true;
        return true;
    }
    bool ok = code == SQLITE_DONE || assay_store_fail(query->store, code, err);
    assay_query_reset(query);
    return ok;
}

bool assay_query_run(struct assay_query *query, struct assay_error *err)
{
    bool row;
    bool ok = assay_query_step(query, &row, err);
    assay_query_reset(query);
    return ok;
}

void assay_query_reset(struct assay_query *query)
{
    if (!query)
        return;
    sqlite3_reset(query->statement); /* repeats the error of the last step */
    sqlite3_clear_bindings(query->statement);
    query->bind_code = SQLITE_OK;
}

int64_t assay_query_int(const struct assay_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

struct assay_str assay_query_text(const struct assay_query *query, int column)
{
    const void *text = sqlite3_column_text(query->statement, column);
    int len = sqlite3_column_bytes(query->statement, column);
    return (struct assay_str){text ? text : "", text ? (size_t)len : 0};
}

double assay_query_real(const struct assay_query *query, int column)
{
    return assay_query_is_null(query, column)
               ? (double)NAN
               : sqlite3_column_double(query->statement, column);
}

struct assay_str assay_query_bytes(const struct assay_query *query, int column)
{
    const void *bytes = sqlite3_column_blob(query->statement, column);
    int len = sqlite3_column_bytes(query->statement, column);
    return (struct assay_str){bytes ? bytes : "", bytes ? (size_t)len : 0};
}

bool assay_query_is_null(const struct assay_query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

int64_t assay_store_last_id(const struct assay_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

int64_t assay_store_changed(const struct assay_store *store)
{
    return sqlite3_changes64(store->db);
}

uint64_t assay_store_version(struct assay_store *store)
{
    struct assay_error ignored = {0};
    struct assay_query *q =
        assay_store_query(store, "pragma data_version", &ignored);
    bool row;

    if (!q || !assay_query_step(q, &row, &ignored) || !row)
        return 0;
    uint64_t version = (uint64_t)assay_query_int(q, 0);
    assay_query_reset(q);
    return version;
}
