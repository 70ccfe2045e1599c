/*
 * How many prompts, before and after a run.
 */
#include "trial/statistics_vectors.h"

#include "trial/statistics_parts.h"

static void prompts_needed_are_those_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row =
             assay_json_get(v, "prompts_needed_mcnemar")->first;
         row; row = row->next) {
        double difference = vector_at(row, "true_diff");
        double disagreement = vector_at(row, "discordant_rate");
        uint64_t prompts;
        assert_true(assay_prompts_needed(difference, disagreement, 0.8,
                                         &prompts, &err));
        assert_int_equal(prompts, vector_count(row, "n_80pct"));
        assert_true(assay_prompts_needed(difference, disagreement, 0.9,
                                         &prompts, &err));
        assert_int_equal(prompts, vector_count(row, "n_90pct"));
    }
    assay_arena_free(&arena);
}

static void graded_prompts_needed_are_millers(void **state)
{
    static const struct {
        const char *key;
        uint64_t repeats;
    } cases[] = {
        {"omega2=1/9,sigma2=1/6,delta=.03,K=1", 1},
        {"omega2=1/9,sigma2=1/6,delta=.03,K=2", 2},
        {"omega2=1/9,sigma2=1/6,delta=.03,K=5", 5},
        {"omega2=1/9,sigma2=1/6,delta=.03,K=10", 10},
        {"K=inf", 0},
    };
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v =
        assay_json_get(load_vectors(&arena, "stats_vectors.json"), "miller_n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_score_spread spread = {1.0 / 9, 1.0 / 6, cases[i].repeats};
        uint64_t prompts;
        assert_true(
            assay_prompts_needed_graded(0.03, &spread, 0.8, &prompts, &err));
        assert_int_equal(prompts, vector_count(v, cases[i].key));
    }
    assay_arena_free(&arena);
}

static void the_exact_power_is_that_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row =
             assay_json_get(v, "exact_power_checks")->first;
         row; row = row->next)
        assert_vector(row, "power_exact_mcnemar",
                      assay_mcnemar_power(vector_count(row, "n"),
                                          vector_at(row, "pd"),
                                          vector_at(row, "diff")));
    assert_true(assay_mcnemar_power(0, 0.5, 0.1) == 0);
    assert_true(assay_mcnemar_power(5, 1, 1) == 0);
    assert_true(assay_mcnemar_power(6, 1, 1) == 1);
    assert_true(assay_mcnemar_power(100, 0.3, 0) < 0.05);
    assay_arena_free(&arena);
}

static void impossible_plans_are_refused(void **state)
{
    static const double cases[][3] = {
        {0, 0.2, 0.8},   {-0.1, 0.2, 0.8},        {0.3, 0.2, 0.8},
        {0.1, 1.1, 0.8}, {(double)NAN, 0.2, 0.8}, {0.1, (double)NAN, 0.8},
        {0.1, 0.2, 0},   {0.1, 0.2, 1},           {0.1, 0.2, (double)NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_error err = {0};
        uint64_t prompts;
        assert_false(assay_prompts_needed(cases[i][0], cases[i][1], cases[i][2],
                                          &prompts, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
    }
    struct assay_score_spread spread = {(double)NAN, 0, 1};
    struct assay_error err = {0};
    uint64_t prompts;
    assert_false(
        assay_prompts_needed_graded(0.03, &spread, 0.8, &prompts, &err));
}

/* 30 prompts see 30 points, 150 see 10, 600 see 5 and 4,000 see 2. */
static void the_rule_of_the_page_follows_from_the_formula(void **state)
{
    static const struct {
        uint64_t prompts;
        double points;
    } cases[] = {{30, 32}, {150, 10}, {600, 5}, {4000, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double fixed;
        double sequential;
        assert_true(assay_detectable_difference(ASSAY_TRIAL_FIXED,
                                                cases[i].prompts, 0, &fixed));
        assert_true(assay_detectable_difference(
            ASSAY_TRIAL_SEQUENTIAL, cases[i].prompts, 0, &sequential));
        if (fabs(100 * fixed - cases[i].points) > 0.5)
            fail_msg("%d prompts see %g", (int)cases[i].prompts, fixed);
        /* looking has its price, and not a large one */
        assert_true(sequential > fixed && sequential < 1.6 * fixed);
    }
    double difference;
    assert_false(
        assay_detectable_difference(ASSAY_TRIAL_FIXED, 30, 0.1, &difference));
    assert_false(
        assay_detectable_difference(ASSAY_TRIAL_FIXED, 0, 0, &difference));
    assert_false(
        assay_detectable_difference(ASSAY_TRIAL_SEQUENTIAL, 1, 0, &difference));
    assert_true(
        assay_detectable_difference(ASSAY_TRIAL_FIXED, 157, 0.2, &difference));
    assert_true(fabs(difference - 0.1) < 0.001);
}

static void what_is_missing_follows_the_rate_so_far(void **state)
{
    static const struct {
        enum assay_trial_mode mode;
        enum assay_outcome outcome;
        size_t wins, losses, ties;
        double size, margin;
        bool known, at_least;
        uint64_t least, most;
    } cases[] = {
        {0, ASSAY_OUTCOME_BINARY, 0, 0, 0, 1, 0, false, false, 0, 0},
        {ASSAY_TRIAL_FIXED, 0, 0, 0, 0, 1, 0, false, false, 0, 0},
        /* no disagreement in 60: as if there were one */
        {ASSAY_TRIAL_FIXED, 0, 0, 0, 60, 1, 0, true, true, 400, 420},
        {ASSAY_TRIAL_SEQUENTIAL, 0, 0, 0, 60, 1, 0, true, true, 300, 480},
        /* as many wins as losses: a lead of one */
        {ASSAY_TRIAL_FIXED, 0, 5, 5, 50, 1, 0, true, true, 4600, 4700},
        {ASSAY_TRIAL_SEQUENTIAL, 0, 5, 5, 50, 1, 0, true, true, 6000, 8000},
        /* 10 points at 20 % disagreement: 155 in all */
        {ASSAY_TRIAL_FIXED, 0, 9, 3, 48, 1, 0, true, false, 94, 96},
        {ASSAY_TRIAL_SEQUENTIAL, 0, 9, 3, 48, 1, 0, true, false, 100, 140},
        /* 7-0 of 60: the eighth win decides */
        {ASSAY_TRIAL_SEQUENTIAL, 0, 7, 0, 53, 1, 0, true, false, 3, 9},
        {ASSAY_TRIAL_SEQUENTIAL, 1, 7, 0, 53, 1, 0, true, false, 3, 9},
        {ASSAY_TRIAL_SEQUENTIAL, 1, 9, 3, 48, 0.5, 0, true, false, 60, 240},
        {ASSAY_TRIAL_FIXED, 1, 9, 3, 48, 0.5, 0, true, false, 94, 96},
        /* 13 to 2 of 20 is plain, but tested from 30 pairs, or 20 that differ */
        {ASSAY_TRIAL_FIXED, 1, 13, 2, 5, 0.7, 0, true, false, 7, 7},
        {ASSAY_TRIAL_FIXED, 1, 4, 0, 0, 1, 0, true, false, 16, 16},
        /* within the margin: until the interval is narrow enough */
        {ASSAY_TRIAL_FIXED, 0, 3, 3, 54, 1, 0.05, true, false, 45, 55},
        /* beyond it: until it is clear of the margin */
        {ASSAY_TRIAL_SEQUENTIAL, 0, 15, 0, 45, 1, 0.1, true, false, 1, 20},
    };
    struct assay_error err = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_trial_rule rule = {cases[i].mode, cases[i].outcome,
                                        cases[i].margin, 0};
        struct assay_sequential line;
        struct assay_more_prompts more;
        assert_true(
            assay_sequential_init(&line, rule.outcome, rule.margin, &err));
        size_t pairs = cases[i].wins + cases[i].losses + cases[i].ties;
        for (size_t k = 0; k < pairs; k++) {
            double d = k < cases[i].wins                     ? 1
                       : k < cases[i].wins + cases[i].losses ? -1
                                                             : 0;
            assert_true(assay_sequential_add(&line, d * cases[i].size, &err));
        }
        assay_more_prompts(&rule, &line, &more);
        if (more.known != cases[i].known ||
            more.at_least != cases[i].at_least ||
            more.prompts < cases[i].least || more.prompts > cases[i].most)
            fail_msg("case %zu: %d %d %llu", i, more.known, more.at_least,
                     (unsigned long long)more.prompts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompts_needed_are_those_of_the_reference),
        cmocka_unit_test(graded_prompts_needed_are_millers),
        cmocka_unit_test(the_exact_power_is_that_of_the_reference),
        cmocka_unit_test(impossible_plans_are_refused),
        cmocka_unit_test(the_rule_of_the_page_follows_from_the_formula),
        cmocka_unit_test(what_is_missing_follows_the_rate_so_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
