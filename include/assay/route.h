/*
 * A route answers prompts: weights in this process now, hosted APIs with the
 * same functions later. A route may be asked from several threads at once.
 */
#ifndef ASSAY_ROUTE_H
#define ASSAY_ROUTE_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/sampler.h"
#include "assay/tokenizer.h"

#include <stdatomic.h>

struct assay_route_link; /* an open route */

enum assay_finish {
    ASSAY_FINISH_STOP,      /* the model ended, or a stop text came */
    ASSAY_FINISH_LENGTH,    /* max_tokens, or the context is full */
    ASSAY_FINISH_CANCELLED, /* whoever asked left */
};
const char *assay_finish_name(enum assay_finish finish);

struct assay_ask {
    const struct assay_message *messages;
    size_t message_count;
    struct assay_str prompt;    /* instead of messages: text as it stands */
    struct assay_tokens tokens; /* instead of both, as they are; local routes */
    struct assay_sampling sampling;
    uint32_t max_tokens;           /* 0: what the context leaves */
    const struct assay_str *stops; /* the answer ends before any of these */
    size_t stop_count;
    const struct assay_json *schema; /* the answer keeps to it, or NULL */
    bool json_object;                /* any JSON object */
    int logprobs;                    /* -1: none; 0 … 20 best ones besides */
};

/* One token of an answer, as it comes. */
struct assay_piece {
    struct assay_str text; /* whole characters only; may be empty */
    const struct assay_logprob *logprob; /* of the token; NULL: not wanted */
    const struct assay_logprob *best;
    size_t best_count;
};

/* Monotonic nanoseconds. */
struct assay_clocks {
    int64_t asked, begun; /* begun: its turn has come */
    int64_t first_token, last_token;
};

struct assay_response {
    struct assay_str text; /* in the arena */
    enum assay_finish finish;
    uint32_t input_tokens, cached_tokens, output_tokens;
    struct assay_str model; /* who answered */
    struct assay_clocks clocks;
};

struct assay_listener {
    /* Each piece, from a thread of the route's; false: stop. NULL: none. */
    bool (*piece)(void *context, const struct assay_piece *piece);
    void *context;
    const atomic_bool *cancel; /* set by anybody: the answer ends; or NULL */
};

struct assay_route_options {
    size_t threads;
    const char *cpu;
    size_t parallel; /* answers at once; 0: 8 */
    void (*progress)(void *context, double share);
    void *context;
};

/* "local:FILE", "local:nano-s". NULL: NOT_FOUND, BAD_INPUT, SYSTEM. */
struct assay_route_link *assay_route_open(
    struct assay_str address, const struct assay_route_options *options,
    struct assay_error *err);
/* Answers under way are cancelled first. */
void assay_route_close(struct assay_route_link *route);
/* "nano-s", as /v1/models lists it. */
struct assay_str assay_route_model(const struct assay_route_link *route);
/* Local routes only, else NULL. */
const struct assay_tokenizer *assay_route_tokenizer(
    const struct assay_route_link *route);

/*
 * Asks and waits. BAD_INPUT: the question is not possible (roles, schema
 * with its path, sampling range); LIMIT: the prompt is longer than the
 * context; SYSTEM; REMOTE. A cancelled answer is an answer: what came so far.
 */
bool assay_route_ask(struct assay_route_link *route,
                     const struct assay_ask *ask,
                     const struct assay_listener *listener,
                     struct assay_arena *arena, struct assay_response *answer,
                     struct assay_error *err);

/*
 * Natural log-likelihood of each continuation after the same context, and
 * its number of tokens and bytes, for multiple choice. Local routes.
 */
struct assay_likelihood {
    double log;
    uint32_t tokens;
    size_t bytes;
    bool greedy; /* each token was the most likely one */
};
bool assay_route_score(struct assay_route_link *route, struct assay_str context,
                       const struct assay_str *continuations, size_t count,
                       struct assay_likelihood *scores,
                       struct assay_error *err);

#endif
