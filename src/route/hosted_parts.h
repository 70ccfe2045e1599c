/*
 * A hosted route: opened in hosted_open.c, asked in route_hosted.c. Private
 * to route.
 */
#ifndef ASSAY_ROUTE_HOSTED_PARTS_H
#define ASSAY_ROUTE_HOSTED_PARTS_H

#include "net/net.h"
#include "route/route_parts.h"

#include <pthread.h>

enum {
    ASSAY_HOSTED_MOST_HEADERS = 16,
    ASSAY_HOSTED_BODY_BYTES = 64 << 20,
    ASSAY_HOSTED_RAW_BYTES = 1 << 20,
    /* and room for a key, however spelt, that begins before the end of it */
    ASSAY_HOSTED_KEPT_BYTES = ASSAY_HOSTED_RAW_BYTES + (64 << 10),
};

struct assay_hosted_route {
    struct assay_route_link link;
    const struct assay_dialect *dialect;
    struct assay_http_client *client;
    const struct assay_secret *key; /* or NULL */
    struct assay_deadlines deadlines;
    struct assay_arena arena; /* the texts below */
    struct assay_str model;
    struct assay_http_field headers[8]; /* the user's */
    size_t header_count;
    pthread_mutex_t lock;
    pthread_cond_t left;
    struct assay_dialect_options options; /* with what was learnt; locked */
    size_t asking;                        /* locked */
    atomic_bool ending;
};

/*
 * A written question as a request: its headers and the user's, limits and
 * key header. `headers` has room for ASSAY_HOSTED_MOST_HEADERS.
 */
void assay_hosted_post(const struct assay_hosted_route *route,
                       const struct assay_wire_request *request,
                       struct assay_http_field *headers,
                       struct assay_http_post *post);
/* Whoever closes waits until all have left. */
void assay_hosted_enter(struct assay_hosted_route *route);
void assay_hosted_leave(struct assay_hosted_route *route);

bool assay_hosted_ask(struct assay_route_link *link,
                      const struct assay_ask *ask,
                      const struct assay_listener *listener,
                      struct assay_arena *arena, struct assay_response *answer,
                      struct assay_error *err);

#endif
