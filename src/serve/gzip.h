/*
 * gzip for replies: whether a client takes it, and the bytes. Private to
 * serve.
 */
#ifndef ASSAY_SERVE_GZIP_H
#define ASSAY_SERVE_GZIP_H

#include "assay/buf.h"
#include "assay/str.h"

/*
 * Whether an Accept-Encoding asks for gzip at least as much as for the plain
 * bytes (RFC 9110, 12.5.3). No such header: no.
 */
bool assay_gzip_accepted(struct assay_str accept_encoding);
/* Text of a size that makes it worth the while. */
bool assay_gzip_worthwhile(const char *media, size_t bytes);
/*
 * Adds the compressed bytes; the same input gives the same output. False,
 * and nothing that may be used: it does not get smaller, or no memory.
 */
bool assay_gzip_add(struct assay_buf *out, struct assay_str bytes);

#endif
