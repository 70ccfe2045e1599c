/*
 * What the files of /v1 share. Private to them.
 *
 * Locks: first that of the lists (assay_v1), then a talk's, then the
 * library's own.
 */
#ifndef ASSAY_SERVE_V1_PARTS_H
#define ASSAY_SERVE_V1_PARTS_H

#include "assay/route.h"
#include "serve/server.h"
#include "serve/v1.h"
#include "wire/wire.h"

#include <pthread.h>
#include <stdatomic.h>

struct assay_v1 {
    const struct assay_mhd *mhd;
    struct assay_route_link *route;
    int64_t created; /* seconds since 1970, of the model as it is listed */
    pthread_t threads[ASSAY_V1_MOST_PARALLEL];
    size_t thread_count;
    pthread_mutex_t lock; /* over the lists and stop */
    pthread_cond_t given;
    struct assay_talk *all;
    struct assay_talk *first_new, *last_new;   /* nobody has read them */
    struct assay_talk *first_open, *last_open; /* have choices to be taken */
    size_t waiting;                            /* new ones */
    bool stop;
    atomic_ullong input, cached, output;
    atomic_size_t answering;
};

/* A token whose text is not told yet: a stop may take it back. */
struct assay_held_token {
    size_t at, at_char; /* where its text begins in the answer */
    struct assay_logprob token, best[20];
    size_t best_count;
};

struct assay_talk_choice {
    struct assay_talk *talk;
    size_t index;
    /* All of the answer; of a stream what is not written to it yet. */
    struct assay_buf text;
    struct assay_openai_logprobs logprobs;
    struct assay_held_token *held;
    size_t held_count, held_room;
    size_t seen, seen_chars; /* of tokens */
    size_t told;             /* bytes of text */
    const char *finish;
    bool opened, ended; /* in the stream */
};

struct assay_talk {
    struct assay_v1 *v1;
    struct assay_talk *next, *before; /* in v1->all */
    struct assay_talk *next_in_queue; /* of new or open ones */
    size_t next_choice;               /* to be taken */
    atomic_uint holders;
    struct assay_arena arena;
    struct assay_buf body;
    struct assay_openai_ask ask;
    struct assay_openai_head head;
    struct assay_sampling sampling;
    struct assay_tokens *prompts; /* ask.prompt_count */
    atomic_bool cancel;
    pthread_mutex_t lock;                /* over all below */
    struct assay_connection *connection; /* NULL: he has left */
    int file;
    bool sleeping; /* the connection is suspended */
    bool begun;    /* it streams: what goes wrong now is an event */
    bool failed;   /* by the fault */
    bool ended;    /* nothing more will come */
    struct assay_openai_fault fault;
    struct assay_talk_choice *choices;
    size_t choice_count, left; /* left: not finished */
    struct assay_openai_usage usage;
    struct assay_buf out; /* events */
    size_t taken;         /* of it, in the meantime */
    size_t bytes;         /* taken in all */
};

/* ------------------------------------------------------- v1_talk.c */

/* Held once, for the caller. Takes the body. NULL: no memory. */
struct assay_talk *assay_talk_new(struct assay_v1 *v1,
                                  struct assay_connection *connection);
struct assay_talk *assay_talk_hold(struct assay_talk *talk);
void assay_talk_let_go(struct assay_talk *talk);
/* When the request has been read. */
void assay_talk_open(struct assay_talk *talk, size_t choice_count);
/* Of assay_listener; its context is the choice. */
bool assay_talk_piece(void *choice, const struct assay_piece *piece);
/* A choice is complete. True: it was the last one. */
bool assay_talk_finish(struct assay_talk_choice *choice,
                       const struct assay_response *answer);
/* As assay_talk_finish, for a choice that failed. */
bool assay_talk_fail(struct assay_talk_choice *choice,
                     const struct assay_openai_fault *fault);
/* There will be no choice: the request was refused. */
void assay_talk_refuse(struct assay_talk *talk,
                       const struct assay_openai_fault *fault);
/* Ends what is under way, for this reason. */
void assay_talk_cancel(struct assay_talk *talk, const char *code,
                       const char *why);
/* Writes events while there is room; the lock is held. */
void assay_talk_fill(struct assay_talk *talk);

/* ------------------------------------------------------- v1_ask.c */

/* Reads the request, up to what the route is asked. False with a fault. */
bool assay_talk_read(struct assay_talk *talk, struct assay_openai_fault *fault);
/* Asks the route and finishes the choice. True: it was the last one. */
bool assay_talk_ask(struct assay_talk_choice *choice);

/* ------------------------------------------------------- v1_pages.c */

/* The whole answer, or its fault. NULL: no memory. */
struct assay_served *assay_talk_page(struct assay_talk *talk);

/* ------------------------------------------------------- v1_stream.c */

/* The connection goes on, where it sleeps; the lock is held. */
void assay_talk_wake(struct assay_talk *talk);

#endif
