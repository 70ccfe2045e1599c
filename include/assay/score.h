/*
 * Scores of answers: assertions with promptfoo's names and meaning, JSON
 * schema, text measures, judges. No assertion means "unscored", never a pass.
 */
#ifndef ASSAY_SCORE_H
#define ASSAY_SCORE_H

#include "assay/decimal.h"
#include "assay/statistics.h"
#include "assay/suite.h"

/*
 * Asks a judge: a question in, its text out. False: nothing came, *err says
 * why. The answers that are judged stand in it as data between marks.
 */
struct assay_judge_question {
    struct assay_str route; /* that judges */
    struct assay_str prompt;
    uint32_t check; /* which of the answer's checks it is for, from 0 */
    uint32_t vote;  /* the same question again; of a pair, the order */
};
struct assay_judge {
    bool (*ask)(void *context, const struct assay_judge_question *question,
                struct assay_arena *arena, struct assay_str *text,
                struct assay_error *err);
    void *context;
    /*
     * What most of so many votes say is the opinion, and once most agree no
     * more are asked for: of 3, the third where two differ. 0: 1.
     */
    uint32_t votes;
};

/* An answer as scoring sees it. */
struct assay_answer {
    struct assay_str text;
    const struct assay_tool_call *calls;
    size_t call_count;
    const struct assay_json *tools; /* offered, OpenAI's form, or NULL */
    struct assay_str finish;        /* assay_finish_name() */
    struct assay_stated latency_ms; /* of the answering attempt */
    struct assay_stated cost_usd;
    /* CHOICE: natural log-likelihoods, [choice_count]; else NULL */
    const double *likelihoods;
    const uint32_t *likelihood_tokens;
    const struct assay_judge *judge; /* instead of the scorer's, or NULL */
};

enum assay_mark {
    ASSAY_MARK_PASSED,
    ASSAY_MARK_FAILED,
    ASSAY_MARK_UNSCORED, /* no assertion */
    ASSAY_MARK_ERROR,    /* could not be scored: no cost known, judge silent */
};
const char *assay_mark_name(enum assay_mark mark);

struct assay_check {
    const struct assay_assertion *assertion;
    enum assay_mark mark;
    double score;            /* 0 … 1 */
    struct assay_str reason; /* one line: what was expected, what came */
    /* A judge was asked: what it said first, and how many votes it gave and
       agreed. None of them: it was silent, or not to be understood. */
    bool judged;
    struct assay_str judge_text;
    uint32_t votes, agreed;
};

/* The check of an assert-set is followed by those of its members. */
struct assay_scoring {
    enum assay_mark mark;
    double score; /* weighted mean, 0 … 1; NaN when unscored */
    bool graded;  /* some score lies between 0 and 1 */
    struct assay_check *checks;
    size_t count;
};

struct assay_scorer;
/* NULL: SYSTEM. `judge` may be NULL. */
struct assay_scorer *assay_scorer_new(const struct assay_judge *judge,
                                      struct assay_error *err);
/*
 * The assertions of a case, before anything is spent: types are known, values
 * have the right form, expressions and schemas compile. BAD_INPUT names case,
 * assertion and what was expected. What is made meanwhile is in the arena.
 */
bool assay_scorer_check(const struct assay_scorer *scorer,
                        struct assay_arena *arena, const struct assay_case *of,
                        struct assay_error *err);
void assay_scorer_free(struct assay_scorer *scorer);
/*
 * One answer of a case, in the arena; several threads may score at once. The
 * case's filters cut the text first; votes over repeats are the caller's.
 *
 * Besides promptfoo's kinds: acc, acc_norm, acc_bytes (no value; CHOICE) and
 * exact_match, whose value is {"target": text or list, "ignore_case",
 * "ignore_punctuation", "ignore_numbers": bool, "regexes_to_ignore": list}.
 */
void assay_score_answer(const struct assay_scorer *scorer,
                        struct assay_arena *arena, const struct assay_case *of,
                        const struct assay_answer *answer,
                        struct assay_scoring *score);

/* ------------------------------------------------------------ judges */

/* A kind that asks a judge, not one that only could name it. */
bool assay_assertion_is_judged(const struct assay_assertion *assertion);

/*
 * Which of two answers is better, by a judge that is asked in both orders
 * (select-best): two different opinions are a tie, and counted as such by
 * assay_judge_agreement.
 */
struct assay_judge_pair {
    const struct assay_case *of;
    struct assay_str route; /* that judges */
    struct assay_str criterion;
    struct assay_str a, b; /* the answers */
};
enum assay_judge_better { ASSAY_JUDGE_TIE, ASSAY_JUDGE_A, ASSAY_JUDGE_B };
struct assay_judge_choice {
    enum assay_judge_better better;
    bool consistent;
    struct assay_str said[2]; /* in the order given, and turned round */
};
/* False: the judge was silent, or said what cannot be read. */
bool assay_judge_pair(const struct assay_judge *judge,
                      struct assay_arena *arena,
                      const struct assay_judge_pair *pair,
                      struct assay_judge_choice *choice,
                      struct assay_error *err);

/*
 * The pass rate behind the judge's, from rows that a person labelled too.
 * Until this was done a judge's marks are "judge opinion". BAD_INPUT: as
 * assay_judge_correct, and no label of either kind.
 */
struct assay_judge_label {
    bool person, judge; /* passed */
};
struct assay_judge_passes {
    uint64_t passed, judged;
};
bool assay_judge_calibrate(const struct assay_judge_label *labels, size_t count,
                           const struct assay_judge_passes *judged,
                           struct assay_judge_rate *rate,
                           struct assay_error *err);
/*
 * The route that judges and the one that is judged seem to be of one family
 * (same maker, or names that begin alike): to be said where they are shown.
 */
bool assay_judge_same_family(struct assay_arena *arena, struct assay_str judge,
                             struct assay_str answers);

/* ------------------------------------------------------- JSON schema */

/*
 * A JSON schema against whole values: drafts 4, 6, 7, 2019-09 and 2020-12 as
 * docs/suites.md says. NULL: BAD_INPUT, the path of what is no schema or not
 * supported ($ref to elsewhere).
 */
struct assay_validator;
struct assay_validator *assay_validator_new(struct assay_arena *arena,
                                            const struct assay_json *schema,
                                            struct assay_error *err);
/* False: *reason says where the value breaks which keyword. */
bool assay_validate(const struct assay_validator *validator,
                    struct assay_arena *arena, const struct assay_json *value,
                    struct assay_str *reason);

#endif
