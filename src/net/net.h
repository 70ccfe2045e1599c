/*
 * HTTP out: the one place that knows libcurl.
 */
#ifndef ASSAY_NET_NET_H
#define ASSAY_NET_NET_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/secret.h"
#include "assay/str.h"

/* ------------------------------------------------------- GET */

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

/* ------------------------------------------------------- POST */

/*
 * Connections that are kept for the next request. Any number of threads may
 * post over one client; each has a connection of its own while it does.
 */
struct assay_http_client;

/* ca_file: a private authority instead of the system's, or NULL. SYSTEM. */
struct assay_http_client *assay_http_client_new(const char *ca_file,
                                                struct assay_error *err);
/* Nobody posts over it any more. */
void assay_http_client_free(struct assay_http_client *client);

struct assay_http_field {
    struct assay_str name, value;
};

/* Milliseconds; 0: the default in brackets. */
struct assay_http_limits {
    uint32_t connect;    /* 10 s: name, connection, TLS */
    uint32_t first_byte; /* 120 s from the first byte sent */
    uint32_t idle;       /* 60 s without a byte of the reply */
    uint32_t total;      /* 600 s */
    size_t max_bytes;    /* 64 MiB: of the body as decoded */
};

/* What the reader of a body says to the bytes it got. */
enum assay_http_wish {
    ASSAY_HTTP_MORE,
    /* The answer is whole: the reply's end is awaited for 1 s, not longer. */
    ASSAY_HTTP_ENOUGH,
    ASSAY_HTTP_STOP, /* nothing more is wanted: CANCELLED */
};

/*
 * One request. All but `key` is the caller's own text: a URL or header with
 * control characters is refused, as are headers that belong to the
 * connection. "Content-Type: application/json" unless another is given.
 */
struct assay_http_post {
    struct assay_str url, body;
    const struct assay_http_field *headers; /* at most 24 */
    size_t header_count;
    const struct assay_secret *key;      /* or NULL */
    const char *key_header, *key_prefix; /* "authorization", "Bearer " */
    struct assay_http_limits limits;
    /* Directly before the first byte leaves; false: it does not. Or NULL. */
    bool (*sending)(void *context);
    /* Asked at least every 100 ms; true: it ends, CANCELLED. Or NULL. */
    bool (*cancelled)(void *context);
    /* The body as it comes, decoded; status and headers stand by then. */
    enum assay_http_wish (*bytes)(void *context, struct assay_str bytes);
    void *context;
};

/* How it ended. */
enum assay_http_end {
    ASSAY_HTTP_DONE,    /* a whole reply, whatever its status */
    ASSAY_HTTP_CONNECT, /* no connection: name, refusal, TLS, deadline */
    ASSAY_HTTP_TIMEOUT, /* first byte, idle or total */
    ASSAY_HTTP_BROKEN,  /* lost after the request had begun to leave */
    ASSAY_HTTP_REFUSED, /* libcurl would have sent the request once more */
    ASSAY_HTTP_TOO_LARGE,
    ASSAY_HTTP_MALFORMED, /* no HTTP, or not decodable */
    ASSAY_HTTP_CANCELLED,
};

/* Monotonic nanoseconds, in this order; 0: it did not come to that. */
struct assay_http_clocks {
    int64_t begun;
    int64_t resolved, connected, secured; /* of a new connection */
    int64_t sending;                      /* the first byte leaves now */
    int64_t sent;                         /* the kernel has the last one */
    int64_t headers, first_byte;          /* head is whole; of the body */
    int64_t last_byte;                    /* of the reply, so far */
    int64_t done;                         /* the same, or when it failed */
};

enum { ASSAY_HTTP_MOST_HEADERS = 100 }; /* of a reply; more are left out */

struct assay_http_reply {
    enum assay_http_end end;
    char why[256];                    /* where it is not DONE, for people */
    unsigned status;                  /* 0: no reply */
    unsigned proxy_status;            /* of a CONNECT that it refused */
    struct assay_http_field *headers; /* in the arena */
    size_t header_count;
    size_t body_bytes; /* as decoded */
    struct assay_http_clocks clocks;
    bool sent;   /* a byte of the request may have left */
    bool reused; /* the connection was used before */
};

/*
 * Sends one request once and reads its reply. HTTP/1.1; https everywhere,
 * http only to this machine (the connected address is checked), which no
 * proxy is asked for; else through CONNECT of the proxy that the environment
 * names (https_proxy, all_proxy, no_proxy, in either case). TLS 1.2 or later
 * with certificates checked; no redirect is followed, no .netrc, no cookies,
 * no second sending (libcurl's own when a kept connection died is refused).
 * Replies are asked for unpacked; gzip that comes all the same is decoded.
 * True: see the reply. False, and nothing was sent: BAD_INPUT, SYSTEM.
 */
bool assay_http_post(struct assay_http_client *client,
                     struct assay_arena *arena,
                     const struct assay_http_post *post,
                     struct assay_http_reply *reply, struct assay_error *err);

/* Whether the above would send it: URL, headers. Nothing is sent. */
bool assay_http_post_check(struct assay_http_client *client,
                           const struct assay_http_post *post,
                           struct assay_error *err);

/* Monotonic nanoseconds: the clock of the above. */
int64_t assay_http_now(void);

/* "7.88.1", of the libcurl that runs. */
const char *assay_http_library(void);

#endif
