/*
 * Writing to the ledger, and what its files share. Private to trial.
 *
 * An attempt goes from planned over sent to done or failed; unknown is sent
 * and no word of its end. A claim is a lease: it moves the row's fence on,
 * and every later step names the fence it holds, so that a holder who came
 * to late changes nothing. The statements are plain SQL, as PostgreSQL
 * has it too; leases are measured by the database's clock.
 */
#ifndef ASSAY_TRIAL_LEDGER_PARTS_H
#define ASSAY_TRIAL_LEDGER_PARTS_H

#include "assay/ledger.h"
#include "store/store.h"

struct assay_ledger {
    struct assay_store *store;
    int64_t version; /* of its tables, as last seen; 0: none yet */
};
/* In meta, so that a newer assay's tables are not written by an older one. */
enum {
    ASSAY_LEDGER_VERSION = 2,
    ASSAY_LEDGER_JUDGES = 2, /* since: run_judge, judge_call, label */
};
/* Of the file now, which another process may have brought up. BAD_INPUT: a
   newer one's. */
bool assay_ledger_tables(struct assay_ledger *ledger, int64_t *version,
                         struct assay_error *err);

/* ------------------------------------------------------- transactions */

/* Makes the tables on first use. */
bool assay_ledger_begin(struct assay_ledger *ledger, struct assay_error *err);
bool assay_ledger_commit(struct assay_ledger *ledger, struct assay_error *err);
void assay_ledger_rollback(struct assay_ledger *ledger);

/* ------------------------------------------------------- runs */

struct assay_run_plan {
    const struct assay_run *run;
    const struct assay_suite_file *files;
    size_t file_count;
    /* The case at a place; its texts need to live until the next call. */
    bool (*at)(void *context, uint64_t place, struct assay_run_case *of,
               struct assay_error *err);
    /* Whether a route is asked what stands at a place; NULL: each is. */
    bool (*asks)(const void *context, uint64_t place, uint32_t route);
    void *context;
};
/*
 * Writes the run, its cases, and a planned row for each first attempt. *num
 * is what the functions below know the run by. Inside a transaction.
 */
bool assay_ledger_add_run(struct assay_ledger *ledger,
                          const struct assay_run_plan *plan, int64_t *num,
                          struct assay_error *err);
/* One case more, at its place. Inside a transaction. */
bool assay_ledger_add_case(struct assay_ledger *ledger, int64_t num,
                           const struct assay_run_case *c,
                           struct assay_error *err);
bool assay_ledger_run_number(struct assay_ledger *ledger, struct assay_str id,
                             int64_t *num, struct assay_error *err);
bool assay_ledger_stop(struct assay_ledger *ledger, int64_t run,
                       enum assay_stop_reason reason, uint64_t counted,
                       struct assay_error *err);

/* What may be spent from now on: the limits of a run that is gone on with. */
bool assay_ledger_limit(struct assay_ledger *ledger, int64_t num,
                        const struct assay_run *run, struct assay_error *err);

/* ------------------------------------------------------- attempts */

struct assay_attempt_key {
    int64_t run;
    uint64_t place;
    uint32_t repeat, route, attempt;
};

struct assay_lease {
    struct assay_str holder; /* "host 1234", for people */
    int64_t seconds;
};

/* Adds the planned row of another attempt. */
bool assay_ledger_plan(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key,
                       struct assay_error *err);
/* *fence is 0 when the row is not planned, or another's lease holds it. */
bool assay_ledger_claim(struct assay_ledger *ledger,
                        const struct assay_attempt_key *key,
                        const struct assay_lease *lease, uint64_t *fence,
                        struct assay_error *err);
/* Planned to sent. *ours is false, and nothing changed, for a late holder. */
bool assay_ledger_send(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key, uint64_t fence,
                       struct assay_decimal reserved_usd, bool *ours,
                       struct assay_error *err);
/*
 * Sent (or, where it never came to that, planned) to attempt->state, which
 * is done or failed, with all else of the attempt. *ours likewise.
 */
bool assay_ledger_end(struct assay_ledger *ledger,
                      const struct assay_attempt_key *key, uint64_t fence,
                      const struct assay_attempt *attempt, bool *ours,
                      struct assay_error *err);
/*
 * The marks of an answer that waited for them (DONE, not final): after them
 * it is final. Who did not write its end claims it first.
 */
bool assay_ledger_mark(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key, uint64_t fence,
                       const struct assay_attempt *attempt, bool *ours,
                       struct assay_error *err);
/* Gives back a row that was claimed and not sent. */
bool assay_ledger_give_back(struct assay_ledger *ledger,
                            const struct assay_attempt_key *key, uint64_t fence,
                            struct assay_error *err);
/* Ends every lease of a run: who calls knows that no holder lives. */
bool assay_ledger_end_leases(struct assay_ledger *ledger, int64_t run,
                             struct assay_error *err);
/*
 * Sent rows whose lease has ended become unknown, at the cost reserved, and
 * another attempt of each is planned; *lost: how many.
 */
bool assay_ledger_expire(struct assay_ledger *ledger, int64_t run,
                         uint64_t *lost, struct assay_error *err);

/* As assay_ledger_attempts, those of one place, repeat and route. */
bool assay_ledger_attempts_at(struct assay_ledger *ledger,
                              const struct assay_attempt_key *key,
                              bool (*each)(void *context,
                                           struct assay_arena *arena,
                                           const struct assay_attempt *attempt),
                              void *context, struct assay_error *err);

/* ------------------------------------------------------- judges */

/* `of` has the number of the question's own attempt. */
struct assay_judge_key {
    struct assay_attempt_key of;
    uint32_t check, vote;
};
/*
 * Whether the question was answered already, in this process or before, and
 * what was said, in the arena; else *next is the number of the next attempt.
 */
struct assay_judge_found {
    bool answered;
    struct assay_str text;
    uint32_t next;
};
bool assay_ledger_judge_find(struct assay_ledger *ledger,
                             const struct assay_judge_key *key,
                             struct assay_str question,
                             struct assay_arena *arena,
                             struct assay_judge_found *found,
                             struct assay_error *err);
/* Adds a row that is sent; *fence is 0 where there is one. */
bool assay_ledger_judge_send(struct assay_ledger *ledger,
                             const struct assay_judge_key *key,
                             const struct assay_judge_call *call,
                             const struct assay_lease *lease, uint64_t *fence,
                             struct assay_error *err);
/* Sent to call->state, DONE or FAILED; fence 0: adds it, never sent. */
bool assay_ledger_judge_end(struct assay_ledger *ledger,
                            const struct assay_judge_key *key, uint64_t fence,
                            const struct assay_judge_call *call, bool *ours,
                            struct assay_error *err);

/* ------------------------------------------------------- values */

/* Empty is null: most columns of most rows. */
void assay_query_bind_some(struct assay_query *q, int at,
                           struct assay_str text);
/* What the tables hold, and what other text means: PLANNED, UNKNOWN. */
enum assay_attempt_state assay_attempt_state_read(struct assay_str name);
enum assay_state assay_cost_state_read(struct assay_str name);
/* Absent is 0. False: BAD_INPUT. */
bool assay_cost_read(struct assay_str text, struct assay_decimal *usd,
                     struct assay_error *err);

/* NULL columns and unknown names are what zeroed memory says. */
const char *assay_usage_state_name(enum assay_usage_state state);
/* {"input_tokens": 12 …}, without those that are 0. */
struct assay_str assay_usage_text(struct assay_arena *arena,
                                  const struct assay_response_usage *usage);
bool assay_usage_parse(struct assay_arena *arena, struct assay_str text,
                       struct assay_response_usage *usage,
                       struct assay_error *err);
struct assay_str assay_calls_text(struct assay_arena *arena,
                                  const struct assay_completion *reply);
bool assay_calls_parse(struct assay_arena *arena, struct assay_str text,
                       struct assay_completion *reply, struct assay_error *err);
struct assay_str assay_json_line(struct assay_arena *arena,
                                 const struct assay_json *value);
/* zlib's format; sizes to 1 GiB. */
bool assay_deflate(struct assay_arena *arena, struct assay_str bytes,
                   struct assay_str *packed, struct assay_error *err);
bool assay_inflate(struct assay_arena *arena, struct assay_str packed,
                   uint64_t size, struct assay_str *bytes,
                   struct assay_error *err);

#endif
