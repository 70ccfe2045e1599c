/*
 * The ledger of runs: every attempt is a row, written before the first byte
 * of its request leaves. Every figure about a run is a query over rows.
 *
 * States of an attempt: planned, sent, then done, failed or unknown (sent,
 * and nothing is known of its end: it is counted and priced, never sent
 * again by itself). Claims are leases with a fencing number, so that several
 * machines may share a run later: only the newest holder's result is taken.
 *
 * The tables stand in the store's file (src/trial/ledger.sql). One handle
 * belongs to one thread.
 */
#ifndef ASSAY_LEDGER_H
#define ASSAY_LEDGER_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/decimal.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/route.h"
#include "assay/score.h"
#include "assay/state.h"
#include "assay/statistics.h"
#include "assay/suite.h"

struct assay_ledger;

/* Opens the store's file; its tables are made on first use. */
struct assay_ledger *assay_ledger_open(const char *path,
                                       struct assay_error *err);
void assay_ledger_close(struct assay_ledger *ledger);
/*
 * Another number after each write by anybody else; of this handle alone. 0:
 * it cannot be read.
 */
uint64_t assay_ledger_version(struct assay_ledger *ledger);

enum assay_stop_reason {
    ASSAY_STOP_NONE, /* it has not ended */
    ASSAY_STOP_COMPLETE,
    ASSAY_STOP_DECIDED,
    ASSAY_STOP_FUTILE,
    ASSAY_STOP_BUDGET,
    ASSAY_STOP_TIME,
    ASSAY_STOP_INTERRUPTED,
};
/* "complete", "decided" … FORMATS section 6 */
const char *assay_stop_name(enum assay_stop_reason reason);

/* A route as it was when the run began: what repeating it needs. */
struct assay_run_route {
    struct assay_str id; /* as named: catalog id, "openai:…", "local:…" */
    struct assay_str label; /* short, for tables */
    struct assay_str model; /* canonical id in the catalog, or empty */
    const struct assay_json *endpoint; /* dialect, base URL, model, options */
    const struct assay_json *prices; /* components with their claims, or NULL */
};

/* What a run is; fixed and stored before its first request. */
struct assay_run {
    struct assay_str id; /* 8 hex digits and up, unique */
    struct assay_str suite, suite_format, scoring;
    struct assay_str suite_path; /* where it was read, absolute */
    struct assay_str started;    /* RFC 3339, UTC; a label, never a clock */
    struct assay_trial_rule rule;
    uint64_t seed; /* order of prompts and of sending */
    uint32_t repeats;
    uint64_t case_count;
    struct assay_decimal max_cost_usd;
    bool has_max_cost;
    int64_t max_time_ms;      /* 0: none */
    struct assay_str version; /* of assay */
    struct assay_run_route *routes;
    size_t route_count;
    struct assay_run_route *judges; /* routes that its assertions ask */
    size_t judge_count;
    /* Of asking: max_tokens, temperature, concurrency … as they were given. */
    const struct assay_json *options;
    enum assay_stop_reason stopped;
    /*
     * So many prompts, in the run's order, count in its figures: all of them,
     * or those that a run which stopped early rests on. What was under way
     * behind them is kept and paid, and is no evidence.
     */
    uint64_t counted;
};

/* What is asked at one place of the run's order. */
struct assay_run_case {
    uint64_t place;  /* in the run's seeded order, from 0 */
    uint64_t number; /* in the suite, from 0 */
    uint64_t unit;   /* from 0: cases of one unit are one pair of evidence */
    struct assay_str id, prompt, description, where, cluster;
    const struct assay_json *vars; /* object, or NULL */
    struct assay_str input;        /* the messages as JSON */
};

enum assay_attempt_state {
    ASSAY_ATTEMPT_PLANNED,
    ASSAY_ATTEMPT_SENT,
    ASSAY_ATTEMPT_DONE,
    ASSAY_ATTEMPT_FAILED,
    ASSAY_ATTEMPT_UNKNOWN,
};
const char *assay_attempt_state_name(enum assay_attempt_state state);

/* One attempt as it stands in the ledger. In an arena. */
struct assay_attempt {
    const struct assay_run_case *at;
    uint32_t route, repeat, attempt; /* each from 0 */
    enum assay_attempt_state state;
    /*
     * The last one of its prompt, route and repeat: there will be no other.
     * DONE and not final: answered, and its judges have not been heard.
     */
    bool final;
    enum assay_outcome_class of;
    unsigned status;
    struct assay_clocks clocks;       /* relative to `asked` */
    int64_t queued_ns, backed_off_ns; /* before it */
    struct assay_completion reply;
    struct assay_str message; /* of a failure */
    struct assay_str server;  /* its own words: times, request id */
    /* UNKNOWN: cost_usd is what was reserved, the most it can have been. */
    enum assay_state cost_state;
    struct assay_decimal cost_usd, reserved_usd;
    enum assay_mark mark;
    double score;
    const struct assay_json *checks; /* array: type, mark, score, reason */
    struct assay_str raw;            /* the reply's body, if kept */
};

/* ------------------------------------------------------- reading */

/* Runs, newest first. */
bool assay_ledger_runs(struct assay_ledger *ledger, struct assay_arena *arena,
                       struct assay_run **runs, size_t *count,
                       struct assay_error *err);
/* By id, or the beginning of one that no other has. NULL: NOT_FOUND. */
struct assay_run *assay_ledger_run(struct assay_ledger *ledger,
                                   struct assay_arena *arena,
                                   struct assay_str id,
                                   struct assay_error *err);
/*
 * Every attempt in the order place, repeat, route, attempt, planned ones too;
 * the function may use `arena` until it returns. False from it stops the
 * walk.
 */
bool assay_ledger_attempts(struct assay_ledger *ledger, struct assay_str run,
                           bool (*each)(void *context,
                                        struct assay_arena *arena,
                                        const struct assay_attempt *attempt),
                           void *context, struct assay_error *err);
/*
 * One question to a judge: a row like an attempt, priced and counted like
 * one. Of the answer at place, repeat and route it is about check `check`;
 * `vote` counts the times that is asked, or the orders of two answers.
 */
struct assay_judge_call {
    uint64_t place;
    uint32_t repeat, route, check, vote, attempt;
    size_t judge; /* in run->judges */
    enum assay_attempt_state state;
    enum assay_outcome_class of;
    unsigned status;
    enum assay_state cost_state;
    struct assay_decimal cost_usd, reserved_usd;
    int64_t took_ns;
    struct assay_str question; /* SHA-256 of what was asked */
    struct assay_str model;    /* that answered */
    struct assay_response_usage usage;
    struct assay_str text, message;
};
/* In the order of their keys; else as assay_ledger_attempts. */
bool assay_ledger_judge_calls(struct assay_ledger *ledger, struct assay_str run,
                              bool (*each)(void *context,
                                           struct assay_arena *arena,
                                           const struct assay_judge_call *call),
                              void *context, struct assay_error *err);

/* What a person said of one answer: the last word counts. */
struct assay_label {
    uint64_t place;
    uint32_t repeat, route;
    bool passed;
    struct assay_str labelled, labeller; /* for people: when, who */
};
/* All of them or none. */
bool assay_ledger_label(struct assay_ledger *ledger, struct assay_str run,
                        const struct assay_label *labels, size_t count,
                        struct assay_error *err);
/* In the order of place, repeat and route; in the arena. */
bool assay_ledger_labels(struct assay_ledger *ledger, struct assay_arena *arena,
                         struct assay_str run, struct assay_label **labels,
                         size_t *count, struct assay_error *err);

/* The suite's files as they were read. */
bool assay_ledger_files(struct assay_ledger *ledger, struct assay_arena *arena,
                        struct assay_str run, struct assay_suite_file **files,
                        size_t *count, struct assay_error *err);

#endif
