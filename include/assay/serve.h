/*
 * The web over HTTP (libmicrohttpd: epoll, one thread per core), until a
 * signal ends it.
 */
#ifndef ASSAY_SERVE_H
#define ASSAY_SERVE_H

#include "assay/error.h"
#include "assay/route.h"
#include "assay/site.h"

struct assay_serve_options {
    struct assay_site_options site;
    const char *listen;       /* "127.0.0.1:8080", "[::1]:0", or NULL */
    const char *api_key_file; /* mode 0600, one key a line; or NULL: no key */
    /* Folder of systemd's credentials ($CREDENTIALS_DIRECTORY): a key file in
       it may show a right of its group; or NULL */
    const char *credentials;
    bool is_public; /* may listen beyond loopback without a key */
    bool no_cache;  /* every page is made anew: for measurements */
    int threads;    /* 0: one per core */
    /*
     * The model that /v1 asks, for clients of OpenAI's API; NULL: there is no
     * /v1. It stays the caller's, who opens it with room for `parallel`
     * answers at once (0: 8).
     */
    struct assay_route_link *route;
    size_t parallel;
    /*
     * Called once when it listens, with "http://127.0.0.1:8080"; and with a
     * line for the access log of each request, from any thread; or NULL.
     */
    void (*listening)(void *context, const char *url);
    void (*log)(void *context, struct assay_str line);
    void *context;
    /* Readable when the server is to stop: it finishes what it began. */
    int stop_fd;
};

/*
 * Whether this may be served at all: an address (or socket of systemd's) that
 * cannot be read, or that is not loopback without a key or is_public, or both
 * of these: BAD_INPUT. Opens nothing.
 */
bool assay_serve_check(const struct assay_serve_options *options,
                       struct assay_error *err);

/*
 * Serves until stop_fd is readable. BAD_INPUT: an address that cannot be
 * read, or that is not loopback without a key or is_public; SYSTEM: the
 * address is taken, the key file cannot be read or others can read it.
 */
bool assay_serve(const struct assay_serve_options *options,
                 struct assay_error *err);

#endif
