/*
 * /v1: OpenAI's API over a model whose weights are in this process, for any
 * client that speaks it. Private to serve.
 *
 * A request that asks the model is a talk. The loop hands its connection over
 * while it sleeps; threads of /v1 read the body and ask the route, one thread
 * a choice; the route's own thread puts each piece into the talk and wakes
 * the connection. Nobody waits for a client: what he has not taken yet stays
 * in the talk, which holds no more than the answer.
 */
#ifndef ASSAY_SERVE_V1_H
#define ASSAY_SERVE_V1_H

#include "assay/error.h"
#include "assay/str.h"
#include "serve/mhd_library.h"

#include <stdint.h>

struct assay_connection;
struct assay_exchange;
struct assay_route_link;
struct assay_served;
struct assay_talk;
struct assay_v1;

/* Answers under way at once, each with its cache of what was read. */
enum { ASSAY_V1_PARALLEL = 8, ASSAY_V1_MOST_PARALLEL = 64 };

/* "/v1", or below it. */
bool assay_v1_owns(struct assay_str path);

/* NULL: SYSTEM. */
struct assay_v1 *assay_v1_start(const struct assay_mhd *mhd,
                                struct assay_route_link *route, size_t parallel,
                                struct assay_error *err);
/*
 * Ends all answers and the threads; from now on nothing is taken, and no
 * connection sleeps. Accepts NULL.
 */
void assay_v1_stop(struct assay_v1 *v1);
/* When no loop runs any more. Accepts NULL. */
void assay_v1_free(struct assay_v1 *v1);
/* Ends the answers of clients who have left. Accepts NULL. */
void assay_v1_watch(struct assay_v1 *v1);

struct assay_v1_counts {
    uint64_t input, cached, output; /* tokens */
    size_t answering, waiting;      /* choices; requests */
};
struct assay_v1_counts assay_v1_count(struct assay_v1 *v1);

/*
 * What needs no model: lists, errors. NULL: assay_v1_give is next. v1 is NULL
 * where no model was named.
 */
struct assay_served *assay_v1_page(const struct assay_v1 *v1,
                                   const struct assay_mhd *mhd,
                                   const struct assay_exchange *now);
/*
 * Takes a suspended connection with its body; it is resumed with its page,
 * or to stream. Otherwise the page that says why not.
 */
struct assay_served *assay_v1_give(struct assay_v1 *v1,
                                   struct assay_connection *connection);
/* The stream of a resumed connection that has no page. NULL: no memory. */
struct MHD_Response *assay_talk_response(struct assay_talk *talk, bool closing);
/* The connection has nothing to do with it any more. Bytes that it took. */
size_t assay_talk_leave(struct assay_talk *talk);

#endif
