/*
 * A route answers prompts: weights in this process, or a provider's API. It
 * may be asked from several threads at once.
 */
#ifndef ASSAY_ROUTE_H
#define ASSAY_ROUTE_H

#include "assay/arena.h"
#include "assay/chat.h"
#include "assay/dialect.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/sampler.h"
#include "assay/secret.h"
#include "assay/tokenizer.h"

#include <stdatomic.h>

struct assay_route_link; /* an open route */

/*
 * A question. What weights and hosted models share stands in `chat`
 * (chat.max_tokens 0: what the context leaves; chat.model and chat.extra are
 * of hosted routes alone). A local route refuses what it cannot do (images,
 * tools) by name; it samples greedily where chat states no temperature.
 */
struct assay_ask {
    struct assay_chat chat;
    struct assay_str prompt;    /* instead of messages: text as it stands */
    struct assay_tokens tokens; /* instead of both; local routes */
    /* Local routes: all of it, instead of what chat states; or NULL. */
    const struct assay_sampling *sampling;
    bool keep_raw; /* hosted routes: the answer's body is wanted too */
};

/* One token of an answer, as it comes. */
struct assay_piece {
    struct assay_str text; /* whole characters only; may be empty */
    const struct assay_logprob *logprob; /* of the token; NULL: not wanted */
    const struct assay_logprob *best;
    size_t best_count;
};

/*
 * Monotonic nanoseconds of one attempt, in this order; 0: it did not come to
 * that. Queueing before it and waiting after it are the caller's. The latency
 * that is reported is done - sending. first_token: of any channel (text,
 * thought, tool argument); first_content: of the answer.
 */
struct assay_clocks {
    int64_t asked, begun; /* begun: its turn has come, nothing is sent yet */
    int64_t resolved, connected, secured; /* a new connection; else 0 */
    int64_t sending;             /* directly before the request's first byte */
    int64_t sent;                /* the kernel has its last byte */
    int64_t headers, first_byte; /* of the reply: head is whole; of the body */
    int64_t first_token, first_content, last_token;
    int64_t done; /* last byte of the reply */
};

/* One attempt at an answer. In the arena of the ask. */
struct assay_response {
    enum assay_outcome_class of;   /* ANSWERED: reply is whole */
    struct assay_trouble trouble;  /* where it is not */
    struct assay_completion reply; /* what came, cut short or whole */
    struct assay_clocks clocks;
    bool sent;   /* a byte of the request may have left */
    bool reused; /* the connection was used before */
    /*
     * BAD_REQUEST for a field that this server does not know: the route will
     * leave it out from now on, so that another attempt is another question.
     */
    bool again;
    struct assay_str request; /* SHA-256 of the body sent; local: empty */
    struct assay_str raw;     /* if kept: the body, decoded, at most 1 MiB */
    struct assay_str server;  /* JSON object of its telling headers: request
                                ids, own times, limits; or empty */
};

struct assay_listener {
    /* Each piece, from a thread of the route's; false: stop. NULL: none. */
    bool (*piece)(void *context, const struct assay_piece *piece);
    void *context;
    const atomic_bool *cancel; /* set by anybody: the answer ends; or NULL */
    /*
     * Hosted routes, directly before the first byte of the request leaves:
     * where the attempt is written down. False: it does not leave. NULL: none.
     */
    bool (*sending)(void *context);
};

/* Limits of an attempt in milliseconds; 0: the default in brackets. */
struct assay_deadlines {
    uint32_t connect;    /* 10 s */
    uint32_t first_byte; /* 120 s */
    uint32_t idle;       /* 60 s without a byte */
    uint32_t total;      /* 600 s */
};

struct assay_route_options {
    size_t threads;
    const char *cpu;
    size_t parallel; /* answers at once; 0: 8 */
    void (*progress)(void *context, double share);
    void *context;
    /* hosted routes */
    struct assay_deadlines deadlines;
    const struct assay_secret *key; /* NULL: none is sent; lives as long */
    const char *ca_file;            /* a private authority, or NULL */
};

/* Where a hosted route is and how it is spoken to; texts are copied. */
struct assay_endpoint {
    struct assay_str dialect;  /* api.kind: "openai", "azure" … */
    struct assay_str base_url; /* https, or http on this machine */
    struct assay_str model;
    struct assay_str api_version, deployment; /* Azure */
    struct assay_header headers[8]; /* more of the user's; never a key */
    size_t header_count;
};
/*
 * NULL: BAD_INPUT (unknown dialect, URL, header, one that would bear a key),
 * SYSTEM. Sends nothing.
 */
struct assay_route_link *assay_route_open_hosted(
    const struct assay_endpoint *endpoint,
    const struct assay_route_options *options, struct assay_error *err);

/*
 * What is known of a route before the environment was asked: from the
 * catalog, or from whoever typed an address. Empty: not stated.
 */
struct assay_endpoint_wish {
    struct assay_str provider; /* "openai", "azure": ids of models.dev */
    struct assay_str dialect;  /* api.kind; else the provider's own */
    struct assay_str base_url; /* api.base_url */
    struct assay_str key_env;  /* api.key_env */
    struct assay_str model;    /* Azure: the deployment */
    bool typed;                /* base_url is the user's, not a catalog's */
    bool key_stated;           /* so is key_env: no other key will do */
};
struct assay_endpoint_found {
    struct assay_endpoint endpoint; /* in the arena */
    struct assay_str key_variable;  /* empty: none, on this machine */
    struct assay_str used[4];       /* names of all variables that counted */
    size_t used_count;
};
/*
 * Address and key's variable of a provider. An address set in the environment
 * (OPENAI_BASE_URL …) comes before the catalog's, which comes before the
 * documented one; the key variable that the catalog names before the
 * provider's own. Azure's three spellings are read whole, one or another. A
 * key goes to its provider's host and to where the user pointed it: to any
 * typed address else goes ASSAY_API_KEY. False: NOT_FOUND names the variable
 * that is missing; BAD_INPUT, the catalog would send a key elsewhere.
 */
bool assay_endpoint_from_environment(struct assay_arena *arena,
                                     const struct assay_endpoint_wish *wish,
                                     struct assay_endpoint_found *found,
                                     struct assay_error *err);
/* Names of the variables that may count, ended by NULL. */
extern const char *const assay_endpoint_variables[];

/*
 * "local:FILE", "local:nano-s", "openai:BASE_URL#MODEL" for any compatible
 * server, "echo" (the user's last text back). NULL: NOT_FOUND, BAD_INPUT, SYSTEM.
 */
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
 * Asks once and waits: one attempt, at most one request, never a second
 * sending. True: see response->of, whatever it is. False: it was not tried:
 * BAD_INPUT: the question is not possible (roles, schema with its path,
 * sampling range, what the dialect has no word for); LIMIT: the prompt is
 * longer than a local context; SYSTEM. A cancelled local answer is one of
 * class CANCELLED with what came so far.
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
