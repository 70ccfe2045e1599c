/*
 * Counters of the server, and how Prometheus reads them. Private to serve.
 */
#ifndef ASSAY_SERVE_METRICS_H
#define ASSAY_SERVE_METRICS_H

#include "assay/buf.h"
#include "assay/str.h"

#include <stdint.h>

struct assay_metrics;
struct assay_page_cache_counts;
struct assay_v1_counts;

/* Why a connection was cut. */
enum assay_cut {
    ASSAY_CUT_SLOW, /* a head, a body or the taking of a reply took too long */
    ASSAY_CUT_IDLE,
    ASSAY_CUT_GONE, /* the client has ended its side, in mid-request too */
    ASSAY_CUT_CROWDED,
    ASSAY_CUT_STOP,
    ASSAY_CUT_REASONS, /* how many there are */
};

struct assay_metrics *assay_metrics_new(void);
/* Accepts NULL. */
void assay_metrics_free(struct assay_metrics *metrics);

/* A request has been answered. */
void assay_metrics_request(struct assay_metrics *metrics, struct assay_str path,
                           unsigned status, size_t bytes, int64_t took_us);
void assay_metrics_connection(struct assay_metrics *metrics);
void assay_metrics_cut(struct assay_metrics *metrics, enum assay_cut reason);
/* A page was made; or somebody waited for one that was being made. */
void assay_metrics_made(struct assay_metrics *metrics, int64_t took_us);
void assay_metrics_joined(struct assay_metrics *metrics);

/* What is known elsewhere. */
struct assay_metrics_now {
    const struct assay_page_cache_counts *cache; /* or NULL */
    const struct assay_v1_counts *answers;       /* or NULL: no model */
    size_t connections;
    uint64_t edition;
};

/* Text format 0.0.4. */
void assay_metrics_write(struct assay_metrics *metrics,
                         const struct assay_metrics_now *now,
                         struct assay_buf *out);

#endif
