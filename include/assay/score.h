/*
 * Scores of answers: assertions with promptfoo's names and meaning, JSON
 * schema, text measures, judges. No assertion means "unscored", never a pass.
 */
#ifndef ASSAY_SCORE_H
#define ASSAY_SCORE_H

#include "assay/decimal.h"
#include "assay/suite.h"

/* An answer as scoring sees it. */
struct assay_answer {
    struct assay_str text;
    const struct assay_tool_call *calls;
    size_t call_count;
    struct assay_str finish;        /* assay_finish_name() */
    struct assay_stated latency_ms; /* of the answering attempt */
    struct assay_stated cost_usd;
    /* CHOICE: natural log-likelihoods, [choice_count]; else NULL */
    const double *likelihoods;
    const uint32_t *likelihood_tokens;
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
    /* What a judge said, both orders; kept with the row. */
    struct assay_str judge_text;
};

struct assay_scoring {
    enum assay_mark mark;
    double score; /* weighted mean, 0 … 1; NaN when unscored */
    bool graded;  /* some score lies between 0 and 1 */
    struct assay_check *checks;
    size_t count;
};

/*
 * Asks a judge: a prompt in, its text out. False: nothing came, *err says
 * why. The answers that are judged stand in it as data between marks.
 */
struct assay_judge {
    bool (*ask)(void *context, struct assay_str route, struct assay_str prompt,
                struct assay_arena *arena, struct assay_str *text,
                struct assay_error *err);
    void *context;
};

/*
 * All assertions of a suite, once, before anything is spent: types are
 * known, values have the right form, expressions and schemas compile.
 * BAD_INPUT names case, assertion and what was expected.
 */
struct assay_scorer;
struct assay_scorer *assay_scorer_new(const struct assay_suite *suite,
                                      const struct assay_judge *judge,
                                      struct assay_error *err);
void assay_scorer_free(struct assay_scorer *scorer);
/* One answer of a case, in the arena; several threads may score at once. */
void assay_score_answer(const struct assay_scorer *scorer,
                        struct assay_arena *arena, const struct assay_case *of,
                        const struct assay_answer *answer,
                        struct assay_scoring *score);

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
