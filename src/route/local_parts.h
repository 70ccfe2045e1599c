/*
 * Weights in this process as a route, in two files: route_local.c asks and
 * waits, local_turns.c is the thread that owns the engine. Private to route.
 */
#ifndef ASSAY_LOCAL_PARTS_H
#define ASSAY_LOCAL_PARTS_H

#include "route/route_parts.h"

#include "assay/engine.h"

#include <pthread.h>

enum {
    ASSAY_MOST_PARALLEL = 64,
    ASSAY_MOST_LOGPROBS = 20,
};

/* A question on its way; lives on the asker's stack. */
struct assay_job {
    const struct assay_ask *ask;
    const struct assay_listener *listener;
    struct assay_tokens prompt;
    struct assay_sampler *sampler;
    uint32_t most_tokens;
    struct assay_detokenizer detokenizer;
    struct assay_stops stops;
    struct assay_response *answer;
    struct assay_error *err;
    /* scoring instead: logits of all positions from `logits_from` on */
    float *logits;
    size_t logits_from, logits_count;
    uint32_t next; /* the token that was drawn, to be read next */
    bool has_next;
    bool done, failed;
    struct assay_job *after; /* in the queue */
};

/* A place for one answer: its cache stays for prompts that begin alike. */
struct assay_slot {
    struct assay_sequence *sequence;
    struct assay_job *job;
    uint64_t used; /* turn in which it was last used */
};

struct assay_local_route {
    struct assay_route_link link;
    struct assay_local local;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of queue, done flags and askers */
    pthread_cond_t work, done;
    struct assay_job *first, *last;
    size_t asking;      /* who waits for an answer */
    atomic_bool ending; /* what is under way is cancelled */
    struct assay_slot *slots;
    size_t slot_count;
    uint64_t turn;
    float *logits; /* slot_count x vocabulary */
    uint32_t vocabulary;
};

/* The thread: turns, until the route ends. */
void *assay_local_turns(void *route);

#endif
