/*
 * The one embedded database: a thin layer over SQLite that speaks our error
 * type and keeps the rule that makes Debian's version safe.
 *
 * SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log when two connections
 * commit and checkpoint at once. So every write transaction, and the
 * checkpoint after it, is made under one lock file (<path>.lock) shared by
 * all assay processes; automatic checkpoints are off. Readers never wait and
 * see one snapshot.
 *
 * One store belongs to one thread. No SQLite code or type leaves this folder.
 */
#ifndef ASSAY_STORE_STORE_H
#define ASSAY_STORE_STORE_H

#include "assay/error.h"
#include "assay/str.h"

#include <stdbool.h>
#include <stdint.h>

struct assay_store;
struct assay_query;

struct assay_store_options {
    const char *path;        /* a file, or ":memory:" */
    uint32_t application_id; /* marks the file as ours */
    int version;             /* of the schema this program knows; from 1 */
    const char *schema;      /* SQL that creates it */
    int wait_ms;             /* for other writers; 0: ten seconds */
};

/*
 * Opens the file, creating it (its folders too) with the schema when there
 * is none. A file that cannot be written is opened for reading.
 * NULL: SYSTEM (open, lock, disk); BAD_INPUT (not SQLite, of another
 * program, of a newer assay, damaged). A file that is refused is not changed.
 */
struct assay_store *assay_store_open(const struct assay_store_options *options,
                                     struct assay_error *err);
/* How much of the file it may hold in memory; 2,000 KiB where nobody says. */
bool assay_store_hold(struct assay_store *store, unsigned kib,
                      struct assay_error *err);
/* Accepts NULL; an open transaction is rolled back. */
void assay_store_close(struct assay_store *store);
/* True when the file can only be read. */
bool assay_store_read_only(const struct assay_store *store);

/* ------------------------------------------------------- transactions */

/*
 * One snapshot for all queries until assay_store_end_read. Pairs may stand
 * inside another: the outermost one's snapshot holds.
 */
bool assay_store_begin_read(struct assay_store *store, struct assay_error *err);
void assay_store_end_read(struct assay_store *store);

/*
 * Takes the lock (waits at most wait_ms, then SYSTEM) and begins. Ends with
 * _commit (which checkpoints and lets the lock go) or _rollback. A failed
 * commit has rolled back.
 */
bool assay_store_begin_write(struct assay_store *store,
                             struct assay_error *err);
bool assay_store_commit(struct assay_store *store, struct assay_error *err);
/*
 * As durable, but the log is emptied only when it has grown to some megabytes:
 * for many small transactions, one sync each instead of three. Whoever
 * commits next in the plain way empties it.
 */
bool assay_store_commit_logged(struct assay_store *store,
                               struct assay_error *err);
/* Does nothing outside a write transaction. */
void assay_store_rollback(struct assay_store *store);

/* Statements without parameters, inside a write transaction. */
bool assay_store_run_script(struct assay_store *store, const char *sql,
                            struct assay_error *err);

/* ------------------------------------------------------------ queries */

/*
 * The prepared statement for a literal SQL text, made at its first use and
 * kept until the store is closed; reset and unbound. The text must be a
 * literal: it is known by its address. A query serves one user at a time.
 */
struct assay_query *assay_store_query(struct assay_store *store,
                                      const char *sql, struct assay_error *err);
/* Parameters count from 1. Text is borrowed until the query is reset. */
void assay_query_bind_int(struct assay_query *query, int at, int64_t value);
void assay_query_bind_text(struct assay_query *query, int at,
                           struct assay_str text);
/* NaN is bound as null. */
void assay_query_bind_real(struct assay_query *query, int at, double value);
/* Any bytes; borrowed likewise. */
void assay_query_bind_bytes(struct assay_query *query, int at,
                            struct assay_str bytes);
void assay_query_bind_null(struct assay_query *query, int at);

/* Next row: *row tells whether there was one; at the end it resets itself. */
bool assay_query_step(struct assay_query *query, bool *row,
                      struct assay_error *err);
/* For a query without rows: steps to the end and resets. */
bool assay_query_run(struct assay_query *query, struct assay_error *err);
/* To leave a query before its last row. Accepts NULL. */
void assay_query_reset(struct assay_query *query);

/* Columns count from 0; text is borrowed until the next step or reset. */
int64_t assay_query_int(const struct assay_query *query, int column);
struct assay_str assay_query_text(const struct assay_query *query, int column);
/* Null is NaN. */
double assay_query_real(const struct assay_query *query, int column);
struct assay_str assay_query_bytes(const struct assay_query *query, int column);
bool assay_query_is_null(const struct assay_query *query, int column);

/* Row number of the newest insert. */
int64_t assay_store_last_id(const struct assay_store *store);
/*
 * Another number after each commit of another connection, in whatever
 * process; says nothing beside another store's number. 0: it cannot be read.
 */
uint64_t assay_store_version(struct assay_store *store);
/* Rows that the newest insert, update or delete met. */
int64_t assay_store_changed(const struct assay_store *store);

/* ------------------------------------------------------- the library */

/* "3.40.1", of the copy that runs. */
const char *assay_store_library(void);
/*
 * True for the versions that can corrupt a write-ahead log (see above):
 * 3.7.0 to 3.51.2 without 3.50.7 and 3.44.6 and what follows them there.
 */
bool assay_store_library_has_reset_bug(void);

#endif
