/*
 * Scores of one answer by one assertion, written as JSON:
 * {"type": "not-contains", "value": "x", "threshold": 1, "weight": 2,
 * "assert": [...]}.
 */
#ifndef ASSAY_TESTS_TRIAL_SCORE_SUPPORT_H
#define ASSAY_TESTS_TRIAL_SCORE_SUPPORT_H

#include "support/support.h"

#include "assay/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct assay_json *score_json(struct assay_arena *arena,
                                            const char *text)
{
    struct assay_error err = {0};
    struct assay_json *value =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);
    if (!value)
        fail_msg("%s: %s", text, err.text);
    return value;
}

static inline struct assay_stated score_stated(const struct assay_json *value)
{
    struct assay_stated stated = {0};
    if (value) {
        stated.given = true;
        stated.value = strtod(value->text.at, NULL);
    }
    return stated;
}

static inline struct assay_assertion score_assertion(
    struct assay_arena *arena, const struct assay_json *from)
{
    struct assay_assertion assertion = {
        .type = assay_json_text(from, "type"),
        .value = assay_json_get(from, "value"),
        .threshold = score_stated(assay_json_get(from, "threshold")),
        .weight = 1,
        .metric = assay_json_text(from, "metric"),
        .judge = assay_json_text(from, "judge"),
    };
    const struct assay_json *set = assay_json_get(from, "assert");
    const struct assay_json *weight = assay_json_get(from, "weight");

    if (assay_str_starts(assertion.type, "not-")) {
        assertion.negated = true;
        assertion.type = assay_str_skip(assertion.type, 4);
    }
    if (weight)
        assertion.weight = score_stated(weight).value;
    if (set) {
        struct assay_assertion *of =
            ASSAY_NEW_ARRAY(arena, struct assay_assertion, set->count);
        for (const struct assay_json *m = set->first; m; m = m->next)
            of[m->index] = score_assertion(arena, m);
        assertion.of = of;
        assertion.count = set->count;
    }
    return assertion;
}

/* A case with these assertions (a JSON array) and a threshold, or NAN. */
static inline struct assay_case score_case(struct assay_arena *arena,
                                           const char *assertions,
                                           double threshold)
{
    const struct assay_json *all = score_json(arena, assertions);
    struct assay_assertion *at =
        ASSAY_NEW_ARRAY(arena, struct assay_assertion, all->count + 1);

    for (const struct assay_json *m = all->first; m; m = m->next)
        at[m->index] = score_assertion(arena, m);
    return (struct assay_case){
        .where = ASSAY_STR("tests.yaml:7"),
        .prompt = ASSAY_STR("What is it?"),
        .assertions = at,
        .assertion_count = all->count,
        .threshold = {!isnan(threshold), threshold},
    };
}

static inline struct assay_scorer *score_scorer(struct assay_case *of,
                                                const struct assay_judge *judge,
                                                struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_scorer *scorer = assay_scorer_new(judge, err);

    if (!assay_scorer_check(scorer, &arena, of, err)) {
        assay_scorer_free(scorer);
        scorer = NULL;
    }
    assay_arena_free(&arena);
    return scorer;
}

static inline struct assay_scoring score_answer(
    struct assay_arena *arena, struct assay_case *of,
    const struct assay_judge *judge, const struct assay_answer *answer)
{
    struct assay_error err = {0};
    struct assay_scoring scoring;
    struct assay_scorer *scorer = score_scorer(of, judge, &err);

    if (!scorer)
        fail_msg("%s", err.text);
    assay_score_answer(scorer, arena, of, answer, &scoring);
    assay_scorer_free(scorer);
    return scoring;
}

/* One assertion, as JSON, on one text. */
static inline struct assay_scoring score_text(struct assay_arena *arena,
                                              const char *assertion,
                                              struct assay_str text)
{
    struct assay_answer answer = {.text = text};
    struct assay_str all = assay_arena_printf(arena, "[%s]", assertion);
    struct assay_case of = score_case(arena, assay_arena_cstr(arena, all), NAN);

    return score_answer(arena, &of, NULL, &answer);
}

/* Rows of: assertion, answer, mark. */
struct score_row {
    const char *assertion, *answer;
    enum assay_mark mark;
};

static inline void assert_score_row(const struct score_row *row)
{
    struct assay_arena arena = {0};
    struct assay_scoring scoring =
        score_text(&arena, row->assertion, assay_str_c(row->answer));

    if (scoring.mark != row->mark)
        fail_msg("%s on \"%.60s\": %s, not %s (%.*s)", row->assertion,
                 row->answer, assay_mark_name(scoring.mark),
                 assay_mark_name(row->mark),
                 ASSAY_STR_ARG(scoring.checks[0].reason));
    if (scoring.checks[0].reason.len == 0)
        fail_msg("%s on \"%.60s\": no reason", row->assertion, row->answer);
    assay_arena_free(&arena);
}

/* Rows of: assertion, words of the refusal. */
struct score_refusal {
    const char *assertion, *words;
};

static inline void assert_score_refused(const struct score_refusal *row)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str all = assay_arena_printf(&arena, "[%s]", row->assertion);
    struct assay_case of =
        score_case(&arena, assay_arena_cstr(&arena, all), NAN);
    struct assay_scorer *scorer = score_scorer(&of, NULL, &err);

    if (scorer)
        fail_msg("%s is not refused", row->assertion);
    if (err.code != ASSAY_BAD_INPUT || !strstr(err.text, row->words) ||
        !strstr(err.text, "tests.yaml:7: assertion 1"))
        fail_msg("%s: code %d, \"%s\", expected \"%s\"", row->assertion,
                 err.code, err.text, row->words);
    assay_arena_free(&arena);
}

#define PASS ASSAY_MARK_PASSED
#define FAIL ASSAY_MARK_FAILED
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#endif
