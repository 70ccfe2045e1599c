/*
 * What store.c and store_open.c share. The only headers that see SQLite.
 */
#ifndef ASSAY_STORE_PRIVATE_H
#define ASSAY_STORE_PRIVATE_H

#include "store/store.h"

#include <sqlite3.h>
#include <stddef.h>

/* For what the lock file does not guard: recovery after a crash, and other
   programs that look into the file. */
#define ASSAY_STORE_BUSY_MS 5000

/* Pages of the log from which commit_logged empties it, some 8 MB. */
enum { ASSAY_STORE_LOG_PAGES = 2000 };

struct assay_query {
    struct assay_store *store;
    const char *sql;
    sqlite3_stmt *statement;
    int bind_code; /* of the first refused parameter */
};

struct assay_store {
    sqlite3 *db;
    char *path;
    char *lock_path;
    int lock_fd; /* -1: not held */
    int wait_ms;
    bool in_memory, read_only, writing;
    int log_pages; /* of the write-ahead log, after our newest commit */
    int readers;   /* begin_read not ended: the outermost holds the snapshot */
    struct assay_query **queries;
    size_t query_count, query_size;
};

/* Our error for a code of SQLite's. Always false. */
bool assay_store_fail(const struct assay_store *store, int code,
                      struct assay_error *err);
bool assay_store_exec(struct assay_store *store, const char *sql,
                      struct assay_error *err);
bool assay_store_lock(struct assay_store *store, struct assay_error *err);
void assay_store_unlock(struct assay_store *store);

#endif
