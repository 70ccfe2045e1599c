/*
 * Whole files in and out, with a limit in and never half-written out; and
 * the few things assay asks of the system besides.
 */
#ifndef ASSAY_FILE_H
#define ASSAY_FILE_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/error.h"
#include "assay/str.h"

#define ASSAY_KIB(n) ((size_t)(n) << 10)
#define ASSAY_MIB(n) ((size_t)(n) << 20)

/*
 * Reads a whole file ("-": standard input) into the arena, NUL behind it.
 * NOT_FOUND, SYSTEM, or LIMIT past max_bytes.
 */
bool assay_file_read(struct assay_arena *arena, const char *path,
                     size_t max_bytes, struct assay_str *text,
                     struct assay_error *err);
/*
 * Writes to a temporary name beside `path`, syncs, renames. The file is
 * whole or unchanged.
 */
bool assay_file_write(const char *path, struct assay_str text,
                      struct assay_error *err);
/*
 * Makes a file hold these bytes, and its folders; one that does already is
 * not touched (*written false). Whole or not at all, but not synced: for
 * what can be made again.
 */
bool assay_file_keep(const char *path, struct assay_str text, bool *written,
                     struct assay_error *err);
/* UTC date of the file's last modification. */
bool assay_file_date(const char *path, struct assay_date *date,
                     struct assay_error *err);
/*
 * Locks a file, made where it is none, until it is closed or the process
 * ends, however that is. -1: SYSTEM; *held tells that another has it.
 */
int assay_file_lock(const char *path, bool *held, struct assay_error *err);
/* Removes the file and lets go. Does nothing for -1. */
void assay_file_unlock(const char *path, int lock);
/* mkdir -p of the folder that `path` lies in. */
bool assay_file_make_parent(const char *path, struct assay_error *err);
/* Today in UTC. Called in cli and serve only; passed down from there. */
struct assay_date assay_date_today(void);
/* SHA-256 as 64 hexadecimal digits, in the arena. */
struct assay_str assay_sha256_hex(struct assay_arena *arena,
                                  struct assay_str bytes);

#endif
