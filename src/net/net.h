/*
 * HTTP out: the one place that knows libcurl.
 */
#ifndef ASSAY_NET_NET_H
#define ASSAY_NET_NET_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/str.h"

struct assay_http_get {
    const char *url;
    size_t max_bytes;          /* of the body as decoded; no default */
    uint32_t connect_limit_ms; /* 0: 10 s */
    uint32_t total_limit_ms;   /* 0: 120 s */
};

/* True for text that begins with http:// or https://, in any case. */
bool assay_http_is_url(const char *text);

/*
 * Fetches one document into the arena. https everywhere; http only from
 * this machine (127.0.0.0/8, ::1, localhost), past any proxy. Follows five
 * redirects, from https to https. Certificates are checked; no cookies, no
 * .netrc, no user names in URLs. gzip is decoded, and what comes out of it
 * counts.
 * False: BAD_INPUT (not a URL we fetch), REMOTE (no answer, an answer that
 * is not 2xx), LIMIT (max_bytes).
 */
bool assay_http_get(struct assay_arena *arena,
                    const struct assay_http_get *request,
                    struct assay_str *body, struct assay_error *err);

/* "7.88.1", of the libcurl that runs. */
const char *assay_http_library(void);

#endif
