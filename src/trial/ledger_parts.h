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
    bool has_tables;
};

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

/* ------------------------------------------------------- values */

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
