/*
 * Pages ready to be sent, kept for as long as the catalog is the one they
 * were made from. Private to serve.
 */
#ifndef ASSAY_SERVE_PAGE_CACHE_H
#define ASSAY_SERVE_PAGE_CACHE_H

#include "assay/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Response;
struct assay_mhd;
struct assay_openai_fault;
struct assay_reply;

/* A reply in the form in which it leaves; shared by any number of threads. */
struct assay_served {
    const struct assay_mhd *mhd;
    atomic_uint holders;
    unsigned status;
    uint64_t edition;               /* of the catalog; 0: not to be kept */
    struct assay_str body;          /* lives as long as `full` */
    struct MHD_Response *full;      /* with all headers */
    struct MHD_Response *unchanged; /* of 304; or NULL */
    char etag[40];                  /* with its quotes; or empty */
};

enum assay_coding { ASSAY_PLAIN, ASSAY_GZIP };

/*
 * Takes the reply's body over, gzipped where that is asked and of use, and
 * releases the reply. The caller holds the page. NULL: no memory.
 */
struct assay_served *assay_served_new(const struct assay_mhd *mhd,
                                      struct assay_reply *reply,
                                      enum assay_coding coding);
/*
 * A page that says one thing: plain text, or the error object below /api, or
 * OpenAI's below /v1.
 */
struct assay_served *assay_served_say(const struct assay_mhd *mhd,
                                      unsigned status, struct assay_str path,
                                      const char *text);
/* An error of /v1. */
struct assay_served *assay_served_fault(const struct assay_mhd *mhd,
                                        const struct assay_openai_fault *fault);
struct assay_served *assay_served_hold(struct assay_served *page);
/* Accepts NULL. */
void assay_served_let_go(struct assay_served *page);

struct assay_page_cache;

struct assay_page_cache_counts {
    uint64_t hits, misses, evicted;
    size_t bytes, entries;
};

struct assay_page_cache *assay_page_cache_new(size_t max_bytes);
/* Accepts NULL. Pages that others hold live on. */
void assay_page_cache_free(struct assay_page_cache *cache);
/*
 * The page of this key, when it was made from this edition; held for the
 * caller. NULL: it has to be made.
 */
struct assay_served *assay_page_cache_get(struct assay_page_cache *cache,
                                          struct assay_str key,
                                          uint64_t edition);
/* Keeps the page in place of what the key had, least used ones make room. */
void assay_page_cache_put(struct assay_page_cache *cache, struct assay_str key,
                          struct assay_served *page);
struct assay_page_cache_counts assay_page_cache_count(
    struct assay_page_cache *cache);

#endif
