/*
 * Percent-encoding (RFC 3986), both ways.
 */
#ifndef ASSAY_URL_H
#define ASSAY_URL_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/error.h"
#include "assay/str.h"

/* %XX and, in a query, "+". BAD_INPUT: a bad escape, NUL, not UTF-8. */
bool assay_url_decode(struct assay_arena *arena, struct assay_str text,
                      bool in_query, struct assay_str *decoded,
                      struct assay_error *err);
/* One segment or value: all but letters, digits, "-._~" and ",:=@!" as %XX. */
void assay_url_encode(struct assay_buf *out, struct assay_str text);
struct assay_str assay_url_encoded(struct assay_arena *arena,
                                   struct assay_str text);
/* Several segments: slashes stay. */
struct assay_str assay_url_encoded_path(struct assay_arena *arena,
                                        struct assay_str text);

#endif
