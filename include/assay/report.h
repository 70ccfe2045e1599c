/*
 * What a run showed: every figure drawn from its rows in the ledger, in one
 * walk, so that no summary can disagree with them. One shape for `try`,
 * `report`, pages and claims.
 */
#ifndef ASSAY_REPORT_H
#define ASSAY_REPORT_H

#include "assay/catalog.h"
#include "assay/document.h"
#include "assay/ledger.h"

/*
 * What was spent: UNKNOWN has no part that is known, BOUND some that is not.
 * Those are in `usd` at the most they can be (`over`), or, where nothing
 * bounds them, not at all (`under`).
 */
struct assay_spent {
    enum assay_state state;
    struct assay_decimal usd;
    bool over, under;
};
/*
 * As rows and price lists have it, with neither said: what is UNKNOWN and yet
 * counted is counted at its most; else something is left out.
 */
struct assay_spent assay_spent_sided(struct assay_spent of);
/* "$0.02", "at most $0.02", "at least", or "about" where it is both. */
struct assay_str assay_spent_text(struct assay_arena *arena,
                                  struct assay_spent spent);

/* Known where all parts are, unknown where none is, free where all are. A sum
   begins as NOT_APPLICABLE: of nothing. */
void assay_spent_add(struct assay_spent *sum, struct assay_spent part);

/* Times of the answering attempts, from first byte sent to last received. */
struct assay_timing {
    struct assay_percentile p50, p90, p95, p99;
};

/* One route, over the prompts that count (struct assay_run). */
struct assay_route_figures {
    uint64_t rows; /* ended: passed + failed + unscored + errors */
    uint64_t passed, failed, unscored;
    uint64_t errors;   /* no answer, or one that could not be scored */
    uint64_t unjudged; /* of these, answered, and the judge was silent or not
                          to be understood: nothing is known of the answer */
    uint64_t attempts; /* sent, of all prompts */
    uint64_t unknown;  /* of these, sent and never heard of */
    struct assay_interval wilson_95; /* of passed and failed as they are */
    /* The same, repeats and groups counted as what they tell: this is shown. */
    struct assay_interval passed_95;
    double mean_score; /* NaN: nothing was scored */
    struct assay_timing latency, first_token;
    uint64_t input_tokens, output_tokens; /* as returned, of all attempts */
    struct assay_spent spent;             /* of all attempts */
    struct assay_spent per_pass;          /* UNKNOWN: nothing passed */
    uint64_t classes[ASSAY_CLASSES];      /* ends of rows, by class */
};

/* Two routes, a before b in the run's order. */
struct assay_pair_figures {
    size_t a, b;
    /* Prompts and repeats that both answered, by who passed. */
    struct assay_paired_table table;
    struct assay_paired_verdict verdict;
    /* Pairs of evidence: in the whole run, of these ended, and not. */
    uint64_t expected, units, remaining;
    struct assay_ratio latency;
};

/* What a judge said of one route's answers, where all that is judged of an
   answer is one judge's. */
struct assay_judged_figures {
    bool under_trial; /* it judges its own answers */
    bool same_family; /* or those of its own family */
    uint64_t passed, judged;
    bool corrected; /* by labels: */
    struct assay_judge_rate rate;
};

enum assay_calibration {
    ASSAY_CALIBRATION_NONE,   /* no label: "judge opinion" */
    ASSAY_CALIBRATION_ONE,    /* labels of passes alone, or of failures */
    ASSAY_CALIBRATION_CHANCE, /* it tells them apart no better than chance */
    ASSAY_CALIBRATION_FEW,    /* below ASSAY_CALIBRATION_LABELS */
    ASSAY_CALIBRATION_DONE,
};
enum { ASSAY_CALIBRATION_LABELS = 50 };
/* "none", "one-sided", "chance", "few", "done" */
const char *assay_calibration_name(enum assay_calibration calibration);

/* One judge; what counts is of the prompts that count, its calls are all. */
struct assay_judge_figures {
    uint64_t calls, unknown; /* sent; of these, never heard of */
    uint64_t input_tokens, output_tokens;
    struct assay_spent spent;
    uint64_t opinions, silent; /* on checks of answers; none to be had */
    uint64_t repeated;         /* opinions of two votes and more */
    uint64_t unanimous;        /* of these, with votes all alike */
    struct assay_interval unanimous_95;
    /* Against labels: what a person failed and passed, and the judge too. */
    uint64_t labelled_fail, labelled_pass, right_fail, right_pass;
    struct assay_interval specificity_95, sensitivity_95;
    enum assay_calibration calibration;
    struct assay_judged_figures *routes; /* [run->route_count] */
};

struct assay_run_figures {
    const struct assay_run *run;
    bool stable; /* see assay_run_figures_stable */
    uint64_t rows, attempts, unknown, passed, failed, unscored, errors;
    uint64_t prompts; /* of the run's order, from the first, that ended */
    uint64_t units;   /* of the whole run */
    struct assay_spent spent; /* on routes and judges */
    struct assay_spent spent_on_judges;
    struct assay_route_figures *routes; /* [run->route_count] */
    struct assay_judge_figures *judges; /* [run->judge_count] */
    struct assay_pair_figures *pairs;
    size_t pair_count;
};

/* False: see assay_ledger_attempts. */
bool assay_run_figures(struct assay_ledger *ledger, struct assay_arena *arena,
                       const struct assay_run *run,
                       struct assay_run_figures *figures,
                       struct assay_error *err);

/*
 * The same without what differs between runs of one suite whose answers are
 * the same: the run's id and date (empty), clocks (no times), and attempts
 * that ended nothing or lie behind the end, with their money and tokens.
 * What is left are bytes that can be compared: the same seed and the same
 * answers make the same figures, however often the run was killed and however
 * many were asked at once.
 */
bool assay_run_figures_stable(struct assay_ledger *ledger,
                              struct assay_arena *arena,
                              const struct assay_run *run,
                              struct assay_run_figures *figures,
                              struct assay_error *err);

/* The document assay-run/1 (FORMATS 6). */
struct assay_json *assay_run_json(struct assay_arena *arena,
                                  const struct assay_run_figures *figures);
/* "2026-11-22 20:39 UTC" of "2026-11-22T20:39:08Z" */
struct assay_str assay_run_started(struct assay_arena *arena,
                                   const struct assay_run *run);
/* Two routes were marked differently on some prompt that counts. */
bool assay_run_differs(const struct assay_run_figures *figures);
/* "Run 7f3a: suite.yaml"; a stable one's without the id. */
struct assay_str assay_run_title(struct assay_arena *arena,
                                 const struct assay_run *run);
/* The same for people; its data is that document. The last section says what
   is next, and takes more of it. */
struct assay_document *assay_run_page(struct assay_arena *arena,
                                      const struct assay_run_figures *figures);

/*
 * Makes what a finished run (complete, decided, futile) showed of models that
 * the catalog knows claims of kind `measured`, under the source "run-ID" of
 * the run's day: for each pair of them a row in the `trials` of both. To be
 * called when a run has ended, with its figures:
 *
 *     if (!assay_run_claim(catalog, &figures, &pairs, err)) …
 *     if (pairs) "assay compare A B now shows it"
 *
 * Again, it changes nothing. A run that was cut short (budget, time,
 * interrupted) and models on further routes say nothing. Of a run of
 * published samples (published.h) the claims are of kind `secondary`, and
 * name their publisher. SYSTEM.
 */
bool assay_run_claim(struct assay_catalog *catalog,
                     const struct assay_run_figures *figures, size_t *pairs,
                     struct assay_error *err);

/* ------------------------------------------------------- its rows */

/* One prompt of a run, and how it ended. */
struct assay_run_prompt {
    const struct assay_run *run;
    const struct assay_run_case *at;
    /*
     * The attempt that ended it, [repeat * run->route_count + route], without
     * its raw body; NULL: it has not ended there.
     */
    const struct assay_attempt **ends;
    /* What a person said of each; NULL: nothing. */
    const struct assay_label **labels;
    bool asked;   /* an attempt was sent */
    bool counted; /* it is evidence: see struct assay_run */
    /*
     * It counts, and in some repeat two routes that answered were marked
     * passed and failed; or, unscored, answered in other words.
     */
    bool differs;
};
/*
 * Prompts in the run's order, one in memory at a time: what is handed over
 * lives until the function returns. False from it stops the walk.
 */
bool assay_run_prompts(struct assay_ledger *ledger, const struct assay_run *run,
                       bool (*each)(void *context, struct assay_arena *arena,
                                    const struct assay_run_prompt *prompt),
                       void *context, struct assay_error *err);

/*
 * What people call a prompt: its description, or its words; of a template
 * those that were made of it. Borrows from the case, or lives in the arena.
 */
struct assay_str assay_run_case_name(struct assay_arena *arena,
                                     const struct assay_run_case *at);
/*
 * Adds a section "prompt-N" to a page: the question, and below it the answers
 * of all routes side by side with how they were marked, and why.
 */
void assay_run_prompt_section(struct assay_document *doc,
                              const struct assay_run_prompt *prompt);

/* A copy without its raw body and its case. */
struct assay_attempt *assay_attempt_keep(struct assay_arena *arena,
                                         const struct assay_attempt *attempt);

/* All that is known of an attempt, as a line of `assay report` has it. */
struct assay_json *assay_attempt_json(struct assay_arena *arena,
                                      const struct assay_run *run,
                                      const struct assay_attempt *attempt);
/* It ended a prompt that counts: what a stable report is made of. */
bool assay_attempt_is_answer(const struct assay_run *run,
                             const struct assay_attempt *attempt);
/*
 * The same answer without its clocks, its number, what the connection and the
 * server said of themselves, and measured times in the reasons of its marks.
 */
#define ASSAY_ATTEMPT_UNTOLD UINT32_MAX /* its number */
struct assay_attempt assay_attempt_stable(struct assay_arena *arena,
                                          const struct assay_attempt *attempt);
/* From its first byte sent to its last one received, or its first token;
   NaN: it gave no answer. */
double assay_attempt_latency_ms(const struct assay_attempt *attempt);
double assay_attempt_first_token_ms(const struct assay_attempt *attempt);

/*
 * SHA-256 of {"raw":…,"reference":[…]} without white space, what is not
 * ASCII as \u: by it others find the same sample again. `reference` NULL: an
 * empty array.
 */
struct assay_str assay_sample_hash(struct assay_arena *arena,
                                   struct assay_str raw,
                                   const struct assay_json *reference);

/* So many of all runs of a store; its data is "assay-runs/1". */
struct assay_document *assay_runs_page(struct assay_arena *arena,
                                       const struct assay_run *runs,
                                       size_t count, size_t total);

/* A number as JSON, ten digits; null for NaN and the infinite. */
struct assay_json *assay_json_real(struct assay_arena *arena, double value);

#endif
