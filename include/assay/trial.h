/*
 * A trial: a suite's prompts put to routes, each answer scored and kept as
 * rows of the ledger, until every prompt has been asked, the question which
 * route is better is decided, or money or time are at their end.
 *
 * Prompts go out in an order drawn from the run's seed, each to all routes
 * together; evidence is added in that order, never in the order of arrival.
 */
#ifndef ASSAY_TRIAL_H
#define ASSAY_TRIAL_H

#include "assay/catalog.h"
#include "assay/ledger.h"
#include "assay/report.h"
#include "assay/route.h"
#include "assay/suite.h"

/* ------------------------------------------------------- routes */

/*
 * A route by its name: an id of the catalog, "openai:BASE_URL#MODEL",
 * "local:FILE" or "local:nano-s"; or a suite's own provider. Writes down
 * where it leads, how it is asked and what it costs, all that is needed to
 * open it now or when the run goes on. Nothing is opened or sent.
 * NOT_FOUND names the nearest ids; BAD_INPUT: a route without an address.
 */
bool assay_trial_route_find(struct assay_catalog *catalog,
                            struct assay_arena *arena, struct assay_str name,
                            struct assay_run_route *route,
                            struct assay_error *err);
bool assay_trial_route_of_suite(struct assay_catalog *catalog,
                                struct assay_arena *arena,
                                const struct assay_suite *suite,
                                const struct assay_suite_provider *provider,
                                struct assay_run_route *route,
                                struct assay_error *err);
/* States what a million tokens cost, where no source does: "2.50", "10". */
void assay_trial_route_price(struct assay_arena *arena,
                             struct assay_run_route *route,
                             struct assay_str input_usd,
                             struct assay_str output_usd);
/* Labels as short as tells them apart: "gpt-4o", not its provider too. */
void assay_trial_label(struct assay_run_route *routes, size_t count);

/* A route that is open. */
struct assay_trial_route {
    struct assay_run_route facts;
    struct assay_route_link *link;
    struct assay_secret *key; /* or NULL */
    struct assay_chat chat;   /* how it is asked; no messages */
    bool in_process;          /* weights here: free, and no network */
};
struct assay_trial_route_options {
    const struct assay_suite *suite; /* of its providers, or NULL */
    size_t parallel; /* asked at once at most; 0: 16, 8 in process */
    size_t threads;  /* of weights in this process; 0: one per core */
    const char *cpu;
    struct assay_deadlines deadlines;
    const char *ca_file;
    void (*progress)(void *context, double share); /* of loading weights */
    void *context;
};
/*
 * Opens what was written down; the key comes from the environment variable
 * named there. False: as assay_route_open, NOT_FOUND for a key that is unset.
 */
bool assay_trial_route_open(const struct assay_run_route *facts,
                            const struct assay_trial_route_options *options,
                            struct assay_trial_route *route,
                            struct assay_error *err);
void assay_trial_route_close(struct assay_trial_route *route);

/*
 * The routes that assertions of a suite name as judges, open: as they were
 * `kept` by a run that goes on, else as the catalog has them. NULL: as above.
 */
struct assay_trial_judges;
struct assay_trial_judges *assay_trial_judges_open(
    struct assay_catalog *catalog, const struct assay_suite *suite,
    const struct assay_run *kept, struct assay_error *err);
size_t assay_trial_judges_count(const struct assay_trial_judges *judges);
/* As assay_trial_route_price, of those without one. */
void assay_trial_judges_price(struct assay_trial_judges *judges,
                              struct assay_str input_usd,
                              struct assay_str output_usd);
void assay_trial_judges_close(struct assay_trial_judges *judges);

/* ------------------------------------------------------- a run */

/* Milliseconds; 0: what stands in brackets. For tests. */
struct assay_trial_tempo {
    uint32_t back_off;      /* the first wait at most, then doubled (500) */
    uint32_t back_off_most; /* (30,000) */
    uint32_t breaker;       /* a failing route rests so long, then doubled
                               (2,000) */
};

struct assay_trial_options {
    const char *store;
    /*
     * A new run: id, started, rule, seed, repeats, limits, version, options
     * and suite_path are set; the rest is filled in from suite and routes.
     * Going on: as assay_ledger_run gave it, but for the limits on money and
     * time, which may be others now and are written down.
     */
    struct assay_run *run;
    bool resume;
    const struct assay_suite *suite;
    const struct assay_trial_route *routes; /* [count], in the run's order */
    size_t route_count;
    const struct assay_trial_judges *judges; /* or NULL */
    uint32_t judge_votes; /* see struct assay_judge; 0: 3, 1 in this process */
    uint32_t concurrency; /* of each route at most; 0: 16 */
    uint32_t max_tokens;  /* where nobody states it; 0: 1,024 */
    bool keep_raw;
    struct assay_trial_tempo tempo;
};

struct assay_trial;
/*
 * Reads what is to be done and checks all of it: assertions, a known price
 * for every prompt where money is limited, likelihoods where they are asked
 * for. Nothing is sent, and nothing written until it runs.
 * NULL: BAD_INPUT, NOT_FOUND, SYSTEM.
 */
struct assay_trial *assay_trial_new(const struct assay_trial_options *options,
                                    struct assay_error *err);
void assay_trial_free(struct assay_trial *trial);

/* What can be said before anything is spent. */
struct assay_trial_outlook {
    uint64_t prompts, units; /* units: pairs of evidence */
    uint64_t shared;         /* of these for both routes of a pair, at least */
    uint64_t left;           /* requests that have not ended */
    uint64_t questions;      /* to judges, at most */
    /* The smallest difference that shows four times in five. */
    bool detectable;
    double difference;
    /* The most it can cost; UNKNOWN: the price of some route is not known,
       BOUND: of no other than `unpriced`. */
    struct assay_spent worst;
    size_t unpriced;       /* that route; SIZE_MAX: none */
    size_t unpriced_judge; /* likewise */
    bool free;             /* all routes and judges are in this process */
};
struct assay_trial_outlook assay_trial_outlook(const struct assay_trial *trial);

/* One route while it runs. */
struct assay_trial_lane {
    struct assay_str label;
    uint64_t ended, passed, failed, errors; /* of prompts x repeats */
    uint64_t spared;                        /* of these, not for this route */
    uint32_t in_flight;
    bool down;     /* nothing more is sent to it */
    double p50_ms; /* of the newest 256; NaN: none yet */
    struct assay_spent spent;
};
struct assay_trial_line {
    size_t a, b;
    uint64_t wins_a, wins_b;
    double e; /* evidence; NaN in fixed mode */
};
struct assay_trial_progress {
    uint64_t prompts, done; /* done: ended on every route, in order */
    int64_t elapsed_ms;
    const struct assay_trial_lane *lanes;
    size_t lane_count;
    const struct assay_trial_line *lines;
    size_t line_count;
    struct assay_spent judges; /* by all of them */
};

struct assay_trial_watcher {
    /* About ten times a second, from the thread that runs the trial. */
    void (*show)(void *context, const struct assay_trial_progress *progress);
    /* True: what is under way is finished, nothing more is begun. */
    bool (*stop)(void *context);
    void *context;
};
/*
 * Runs it to its end, and writes why it ended into the run. False: the
 * ledger could not be written, or (resume) another process runs it.
 */
bool assay_trial_run(struct assay_trial *trial,
                     const struct assay_trial_watcher *watcher,
                     struct assay_error *err);
/* Why nothing more was sent to a route; empty while it lives. */
struct assay_str assay_trial_why_down(const struct assay_trial *trial,
                                      size_t route);
/* Why a judge was asked no more, which ends a run; or empty. */
struct assay_str assay_trial_why_unjudged(const struct assay_trial *trial);

#endif
