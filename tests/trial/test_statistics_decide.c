/*
 * The verdict rule: both modes, both kinds of outcome, margins, Holm, and
 * the line "as served" beside the answered one.
 */
#include "trial/statistics_vectors.h"

static void holm_adjusts_as_in_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v =
        assay_json_get(load_vectors(&arena, "stats_vectors.json"), "holm");
    struct assay_values p = vector_values(&arena, assay_json_get(v, "p"));
    double adjusted[4];
    assert_true(assay_holm(&arena, p, adjusted, &err));
    struct assay_json *expected = assay_json_get(v, "adjusted")->first;
    for (size_t i = 0; i < 4; i++, expected = expected->next)
        assert_prints("adjusted", expected, adjusted[i], 10);

    double bad[] = {0.5, (double)NAN};
    assert_true(
        assay_holm(&arena, (struct assay_values){bad, 1}, adjusted, &err));
    assert_true(adjusted[0] == 0.5);
    assert_true(
        assay_holm(&arena, (struct assay_values){bad, 0}, adjusted, &err));
    assert_false(
        assay_holm(&arena, (struct assay_values){bad, 2}, adjusted, &err));
    assert_string_equal(err.text, "p value 1 is no number");
    assay_arena_free(&arena);
}

/* One trial of so many wins, losses and ties, all of one size. */
struct shown {
    enum assay_trial_mode mode;
    enum assay_outcome outcome;
    size_t wins, losses, ties;
    double size, margin;
    uint64_t remaining;
    enum assay_verdict verdict;
    enum assay_evidence_rule rule;
};

static struct assay_paired_verdict verdict_of(struct assay_arena *arena,
                                              const struct shown *of, int side)
{
    struct assay_error err = {0};
    struct assay_paired_verdict verdict;
    struct assay_values d =
        VALUES(arena, {of->wins, side * of->size},
               {of->losses, -side * of->size}, {of->ties, 0});
    struct assay_paired_trial trial = {
        .rule = {of->mode, of->outcome, of->margin, 42},
        .answered = d,
        .served = d,
        .remaining = of->remaining,
    };
    if (!assay_verdicts(arena, &trial, 1, &verdict, &err))
        fail_msg("%s", err.text);
    return verdict;
}

#define FIXED ASSAY_TRIAL_FIXED
#define LOOKS ASSAY_TRIAL_SEQUENTIAL
#define BINARY ASSAY_OUTCOME_BINARY
#define GRADED ASSAY_OUTCOME_GRADED
#define MCNEMAR ASSAY_EVIDENCE_MCNEMAR
#define E_PROCESS ASSAY_EVIDENCE_E_PROCESS
#define INTERVAL ASSAY_EVIDENCE_PAIRED_INTERVAL
#define A ASSAY_VERDICT_A
#define OPEN ASSAY_VERDICT_UNDECIDED
#define SAME ASSAY_VERDICT_EQUIVALENT

static const struct shown rows[] = {
    /* nothing, one prompt, ties alone */
    {FIXED, BINARY, 0, 0, 0, 1, 0, 0, OPEN, MCNEMAR},
    {LOOKS, BINARY, 0, 0, 0, 1, 0, 0, OPEN, E_PROCESS},
    {FIXED, BINARY, 1, 0, 0, 1, 0, 0, OPEN, MCNEMAR},
    {LOOKS, GRADED, 1, 0, 0, 1, 0, 0, OPEN, E_PROCESS},
    {FIXED, GRADED, 0, 0, 1, 1, 0, 0, OPEN, 0},
    {FIXED, BINARY, 0, 0, 60, 1, 0, 0, OPEN, MCNEMAR},
    {LOOKS, GRADED, 0, 0, 60, 1, 0, 0, OPEN, E_PROCESS},
    /* p .039 with an E of 12: the rule was chosen before */
    {FIXED, BINARY, 10, 2, 8, 1, 0, 0, A, MCNEMAR},
    {LOOKS, BINARY, 10, 2, 8, 1, 0, 0, A, E_PROCESS}, /* 8-0 on the way */
    {FIXED, BINARY, 20, 5, 0, 1, 0, 0, A, MCNEMAR},
    {FIXED, BINARY, 30, 15, 455, 1, 0, 0, A, MCNEMAR},
    {LOOKS, BINARY, 7, 0, 53, 1, 0, 0, OPEN, E_PROCESS},
    {LOOKS, BINARY, 8, 0, 52, 1, 0, 0, A, E_PROCESS},
    {LOOKS, GRADED, 8, 0, 52, 1, 0, 0, A, E_PROCESS},
    /* the interval excludes 0 and the test does not: both are asked */
    {FIXED, BINARY, 60, 40, 900, 1, 0, 0, OPEN, MCNEMAR},
    {FIXED, BINARY, 5, 0, 45, 1, 0, 0, OPEN, MCNEMAR},
    /* a fixed run is tested when it is whole */
    {FIXED, BINARY, 20, 0, 0, 1, 0, 1, OPEN, MCNEMAR},
    {LOOKS, BINARY, 20, 0, 0, 1, 0, 1, A, E_PROCESS},
    /* graded, fixed: Student from 30 on, the bootstrap below */
    {FIXED, GRADED, 20, 5, 25, 0.5, 0, 0, A, INTERVAL},
    {FIXED, GRADED, 18, 4, 2, 0.5, 0, 0, A, INTERVAL},
    {FIXED, GRADED, 11, 10, 2, 0.5, 0, 0, OPEN, INTERVAL},
    {FIXED, GRADED, 19, 0, 2, 0.5, 0, 0, OPEN, 0},
    /* margins: beyond, within, across */
    {FIXED, BINARY, 30, 2, 28, 1, 0.2, 0, A, MCNEMAR},
    {FIXED, BINARY, 20, 5, 35, 1, 0.2, 0, OPEN, MCNEMAR},
    {FIXED, BINARY, 2, 2, 196, 1, 0.05, 0, SAME, MCNEMAR},
    {FIXED, BINARY, 12, 2, 486, 1, 0.05, 0, SAME, MCNEMAR},
    {FIXED, BINARY, 2, 2, 196, 1, 0.05, 1, OPEN, MCNEMAR},
    {FIXED, BINARY, 2, 2, 16, 1, 0.05, 0, OPEN, MCNEMAR},
    {LOOKS, BINARY, 2, 2, 196, 1, 0.05, 0, SAME, E_PROCESS},
    {LOOKS, BINARY, 2, 2, 196, 1, 0.05, 5, OPEN, E_PROCESS},
    {LOOKS, BINARY, 30, 0, 0, 1, 0.2, 5, A, E_PROCESS},
    {FIXED, GRADED, 0, 0, 200, 1, 0.05, 0, SAME, 0},
    {FIXED, GRADED, 0, 0, 10, 1, 0.05, 0, OPEN, 0},
    {LOOKS, GRADED, 40, 40, 20, 0.1, 0.05, 0, SAME, E_PROCESS},
};

static void each_trial_has_its_verdict_and_its_mirror(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_paired_verdict v = verdict_of(&arena, &rows[i], 1);
        struct assay_paired_verdict m = verdict_of(&arena, &rows[i], -1);
        enum assay_verdict mirrored =
            rows[i].verdict == A ? ASSAY_VERDICT_B : rows[i].verdict;
        if (v.verdict != rows[i].verdict || m.verdict != mirrored ||
            v.answered.rule != rows[i].rule)
            fail_msg("row %zu: %s by %s, p %g, E %g, %g to %g; mirrored %s", i,
                     assay_verdict_name(v.verdict),
                     v.answered.rule ? assay_evidence_rule_name(v.answered.rule)
                                     : "nothing",
                     v.answered.p, v.answered.e, v.answered.interval_95.low,
                     v.answered.interval_95.high,
                     assay_verdict_name(m.verdict));
        size_t pairs = rows[i].wins + rows[i].losses + rows[i].ties;
        assert_int_equal(v.answered.pairs, pairs);
        assert_int_equal(isnan(v.answered.difference), pairs == 0);
        assert_int_equal(v.more.known, v.verdict == OPEN && pairs > 0);
        assert_int_equal(isnan(v.answered.e), rows[i].mode == FIXED);
        assay_arena_free(&arena);
    }
}

static void an_early_verdict_shows_what_it_was_made_of(void **state)
{
    struct assay_arena arena = {0};
    struct shown of = {LOOKS, BINARY, 8, 5, 0, 1, 0, 47, A, E_PROCESS};
    struct assay_paired_verdict v = verdict_of(&arena, &of, 1);
    assert_int_equal(v.verdict, A);
    assert_int_equal(v.answered.look.pairs, 8);
    assert_int_equal(v.answered.pairs, 13);
    assert_true(fabs(v.answered.e - 28.44444444) < 1e-7);
    assert_true(fabs(v.answered.p - 1 / 28.44444444) < 1e-9);
    assert_true(fabs(v.answered.share_95.low - 0.52250558) < 1e-8);
    assert_true(v.answered.share_95.high == 1);
    assert_true(v.answered.interval_95.low > 0);
    assay_arena_free(&arena);
}

/* A wins 10 answered pairs, and gave no answer where B won `lost` more. */
static void a_route_that_fails_where_it_is_hard_gets_no_verdict(void **state)
{
    static const struct {
        size_t wins, lost;
        enum assay_trial_mode mode;
        enum assay_verdict answered, served, verdict;
    } cases[] = {
        {10, 0, LOOKS, A, A, A},
        {20, 3, FIXED, A, A, A},
        {10, 10, FIXED, A, OPEN, ASSAY_VERDICT_WITHHELD},
        {10, 40, FIXED, A, ASSAY_VERDICT_B, ASSAY_VERDICT_WITHHELD},
        {0, 20, LOOKS, OPEN, ASSAY_VERDICT_B, ASSAY_VERDICT_WITHHELD},
        {2, 2, LOOKS, OPEN, OPEN, OPEN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_paired_verdict v;
        struct assay_paired_trial trial = {
            .rule = {.mode = cases[i].mode},
            .answered = VALUES(&arena, {cases[i].wins, 1}, {20, 0}),
            .served = VALUES(&arena, {cases[i].lost, -1}, {cases[i].wins, 1},
                             {20, 0}),
        };
        assert_true(assay_verdicts(&arena, &trial, 1, &v, &err));
        assert_int_equal(v.answered.verdict, cases[i].answered);
        assert_int_equal(v.served.verdict, cases[i].served);
        assert_int_equal(v.verdict, cases[i].verdict);
        assay_arena_free(&arena);
    }
}

static void what_is_shown_together_is_adjusted_together(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    /* 12-2, p .0129: decides alone and beside a clear one, not as one of six */
    struct assay_values weak = VALUES(&arena, {12, 1}, {2, -1}, {46, 0});
    struct assay_values clear = VALUES(&arena, {30, 1}, {2, -1}, {28, 0});
    static const struct {
        size_t weak, clear;
        enum assay_verdict verdict;
    } cases[] = {{1, 0, A}, {1, 5, A}, {3, 0, A}, {4, 0, OPEN}, {6, 0, OPEN}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_paired_trial trials[6];
        struct assay_paired_verdict v[6];
        size_t count = cases[i].weak + cases[i].clear;
        for (size_t k = 0; k < count; k++) {
            struct assay_values d = k < cases[i].weak ? weak : clear;
            trials[k] = (struct assay_paired_trial){
                .rule = {.mode = FIXED}, .answered = d, .served = d};
        }
        assert_true(assay_verdicts(&arena, trials, count, v, &err));
        for (size_t k = 0; k < count; k++)
            assert_int_equal(v[k].verdict,
                             k < cases[i].weak ? cases[i].verdict : A);
        assert_true(fabs(v[0].answered.p_adjusted -
                         (double)cases[i].weak * v[0].answered.p) < 1e-12);
    }
    /* looked at while they run, 8-0 alone decides and as one of two does not */
    struct assay_values eight = VALUES(&arena, {8, 1});
    struct assay_values even = VALUES(&arena, {3, 1}, {3, -1});
    struct assay_paired_trial looks[] = {
        {.answered = eight, .served = eight, .remaining = 52},
        {.answered = even, .served = even, .remaining = 52},
    };
    struct assay_paired_verdict v[2];
    assert_true(assay_verdicts(&arena, looks, 1, v, &err));
    assert_int_equal(v[0].verdict, A);
    assert_true(assay_verdicts(&arena, looks, 2, v, &err));
    assert_int_equal(v[0].verdict, OPEN);
    assert_true(assay_verdicts(&arena, NULL, 0, NULL, &err));
    assay_arena_free(&arena);
}

static void a_bad_difference_is_named_with_its_line(void **state)
{
    struct assay_arena arena = {0};
    double good[] = {1, 0};
    double bad[] = {1, (double)NAN};
    static const struct {
        int answered_bad, served_bad;
        const char *text;
    } cases[] = {
        {1, 0, "trial 1: pair 1 differs by nan, not within -1 to 1"},
        {0, 1, "trial 1: as served: pair 1 differs by nan, not within -1 to 1"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct assay_error err = {0};
        struct assay_paired_verdict v[2];
        struct assay_paired_trial trials[] = {
            {.answered = {good, 2}, .served = {good, 2}},
            {.answered = {cases[i].answered_bad ? bad : good, 2},
             .served = {cases[i].served_bad ? bad : good, 2}},
        };
        assert_false(assay_verdicts(&arena, trials, 2, v, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_string_equal(err.text, cases[i].text);
    }
    assay_arena_free(&arena);
}

static void verdicts_and_rules_have_names(void **state)
{
    static const char *const names[] = {"undecided", "a", "b", "equivalent",
                                        "withheld"};
    for (int i = 0; i < 5; i++)
        assert_string_equal(assay_verdict_name((enum assay_verdict)i),
                            names[i]);
    assert_null(assay_evidence_rule_name(ASSAY_EVIDENCE_NONE));
    assert_string_equal(assay_evidence_rule_name(MCNEMAR), "mcnemar");
    assert_string_equal(assay_evidence_rule_name(E_PROCESS), "e_process");
    assert_string_equal(assay_evidence_rule_name(INTERVAL), "paired_interval");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holm_adjusts_as_in_the_reference),
        cmocka_unit_test(each_trial_has_its_verdict_and_its_mirror),
        cmocka_unit_test(an_early_verdict_shows_what_it_was_made_of),
        cmocka_unit_test(a_route_that_fails_where_it_is_hard_gets_no_verdict),
        cmocka_unit_test(what_is_shown_together_is_adjusted_together),
        cmocka_unit_test(a_bad_difference_is_named_with_its_line),
        cmocka_unit_test(verdicts_and_rules_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
