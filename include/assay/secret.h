/*
 * A key. It can be sent and struck out of texts, never printed: it is no
 * assay_str, stands in a page of its own that no core file holds, and is
 * wiped when it is given back. Any thread may do any of this.
 */
#ifndef ASSAY_SECRET_H
#define ASSAY_SECRET_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/error.h"
#include "assay/str.h"

struct assay_secret;

/*
 * The key in an environment variable. NULL: NOT_FOUND when it is unset or
 * empty (says its name); BAD_INPUT when it holds control characters, blanks,
 * anything but ASCII or more than 4,096 bytes (says where, never what). While
 * one exists this process writes no core file and cannot be traced by others.
 */
struct assay_secret *assay_secret_from_environment(const char *name,
                                                   struct assay_error *err);
/* The first line of a file that only its owner may read (mode 600). */
struct assay_secret *assay_secret_from_file(const char *path,
                                            struct assay_error *err);
void assay_secret_free(struct assay_secret *secret);
/* Where it came from: "OPENAI_API_KEY". */
struct assay_str assay_secret_name(const struct assay_secret *secret);

/*
 * Strikes every key that exists out of a text, as it is and in base64 (among
 * whatever bytes), hex, percent and JSON escapes: "[key]" stands there. What
 * any provider said passes through here before it is kept or shown. In the
 * arena; the text itself where there is nothing to strike. A text never gets
 * longer. Keys of fewer than 8 bytes stay: they keep nobody out, and servers
 * on this machine are given words like "EMPTY" for one.
 */
struct assay_str assay_secret_strike(struct assay_arena *arena,
                                     struct assay_str text);

/* For the one place that sends it: how many bytes, and appends them. */
size_t assay_secret_bytes(const struct assay_secret *secret);
void assay_secret_reveal(const struct assay_secret *secret,
                         struct assay_buf *header);

#endif
