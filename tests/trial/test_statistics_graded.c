/*
 * Graded scores, signed ranks, clusters, repeats and judges.
 */
#include "trial/statistics_vectors.h"

static void a_seed_gives_the_reference_bootstrap(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v =
        assay_json_get(load_vectors(&arena, "stats_vectors.json"),
                       "paired_bootstrap_30_prompts");
    struct assay_values d = VALUES(&arena, {6, 1}, {1, -1}, {23, 0});
    struct assay_bootstrap options = {
        .seed = vector_count(v, "seed"),
        .replicates = (size_t)vector_count(v, "B"),
    };
    struct assay_bootstrap_mean found;
    assert_true(assay_bootstrap_mean(&arena, d, &options, &found, &err));
    assert_vector(v, "mean", found.mean);
    assert_vector_pair(v, "percentile95", found.percentile);
    assert_vector_pair(v, "bca95", found.bca);
    assert_vector(v, "z0", found.bias);
    assert_vector(v, "accel", found.acceleration);
    /* p turns about where the interval meets 0 */
    assert_true(found.p < 0.05 && found.p > 0.005);
    assay_arena_free(&arena);
}

static void too_few_differences_give_no_interval(void **state)
{
    static const struct {
        size_t wins, losses, ties;
        enum assay_paired_method method;
    } cases[] = {
        {0, 0, 0, ASSAY_PAIRED_NONE},   {1, 0, 0, ASSAY_PAIRED_NONE},
        {0, 0, 1, ASSAY_PAIRED_NONE},   {0, 0, 100, ASSAY_PAIRED_NONE},
        {5, 0, 95, ASSAY_PAIRED_NONE},  {6, 0, 94, ASSAY_PAIRED_T},
        {15, 4, 10, ASSAY_PAIRED_NONE}, {15, 5, 9, ASSAY_PAIRED_BCA},
        {15, 5, 10, ASSAY_PAIRED_T},
    };
    struct assay_error err = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_values d =
            VALUES(&arena, {cases[i].wins, 0.5}, {cases[i].losses, -0.25},
                   {cases[i].ties, 0});
        struct assay_paired_mean mean;
        assert_true(assay_paired_mean(&arena, d, NULL, &mean, &err));
        assert_int_equal(mean.method, cases[i].method);
        assert_int_equal(mean.nonzero, cases[i].wins + cases[i].losses);
        assert_int_equal(isnan(mean.p), cases[i].method == ASSAY_PAIRED_NONE);
        assay_arena_free(&arena);
    }
}

static void a_paired_mean_is_students(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    /* mean .1, sd sqrt(1.4 / 49) by hand; t_49 = 2.009575237 */
    struct assay_values d = VALUES(&arena, {20, 0.3}, {10, -0.1}, {20, 0});
    struct assay_paired_mean mean;
    assert_true(assay_paired_mean(&arena, d, NULL, &mean, &err));
    double se = sqrt(1.4 / 49 / 50);
    assert_true(fabs(mean.mean - 0.1) < 1e-15);
    assert_true(fabs(mean.interval_95.low - (0.1 - 2.009575237 * se)) < 1e-9);
    assert_true(fabs(mean.interval_95.high - (0.1 + 2.009575237 * se)) < 1e-9);
    assert_true(mean.interval_90.low > mean.interval_95.low);
    assert_true(mean.p < 0.001);

    /* all alike: no spread, and no division by it */
    struct assay_values same = VALUES(&arena, {30, 0.25});
    assert_true(assay_paired_mean(&arena, same, NULL, &mean, &err));
    assert_true(mean.p == 0 && mean.interval_95.low == 0.25);
    struct assay_values few = VALUES(&arena, {25, 0.25});
    assert_true(assay_paired_mean(&arena, few, NULL, &mean, &err));
    assert_true(mean.p < 0.001 && mean.interval_95.high == 0.25);
    assay_arena_free(&arena);
}

static void a_difference_that_is_no_number_is_refused(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    double with_nan[] = {1, 0, (double)NAN};
    struct assay_values d = {with_nan, 3};
    struct assay_paired_mean mean;
    struct assay_bootstrap_mean bootstrap;
    struct assay_wilcoxon test;
    struct assay_bootstrap many = {.replicates = 1000001};
    assert_false(assay_paired_mean(&arena, d, NULL, &mean, &err));
    assert_string_equal(err.text, "difference 2 is no number");
    assert_false(assay_bootstrap_mean(&arena, d, NULL, &bootstrap, &err));
    assert_false(assay_wilcoxon(&arena, d, &test, &err));
    d.count = 2;
    assert_false(assay_bootstrap_mean(&arena, d, &many, &bootstrap, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    d.count = 1;
    assert_false(assay_bootstrap_mean(&arena, d, NULL, &bootstrap, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assay_arena_free(&arena);
}

static void signed_ranks_agree_with_counting_every_sign(void **state)
{
    static const double sets[][6] = {
        {1, 2, 3, 4, 5, 6},    {1, -2, 3, -4, 5, 6}, {1, 1, 1, -1, 2, 2},
        {0, 0, 3, -3, 0.5, 0}, {0, 0, 0, 0, 0, 0},
    };
    struct assay_error err = {0};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_values d = {sets[i], 6};
        struct assay_wilcoxon found;
        assert_true(assay_wilcoxon(&arena, d, &found, &err));
        double rank[6] = {0};
        double all = 0;
        for (int k = 0; k < 6; k++) {
            for (int j = 0; j < 6 && sets[i][k] != 0; j++)
                if (sets[i][j] != 0)
                    rank[k] += fabs(sets[i][j]) < fabs(sets[i][k])    ? 1
                               : fabs(sets[i][j]) == fabs(sets[i][k]) ? 0.5
                                                                      : 0;
            rank[k] += sets[i][k] != 0 ? 0.5 : 0;
            all += rank[k];
        }
        double extreme = fabs(found.w_plus - all / 2);
        int as_far = 0;
        for (int signs = 0; signs < 64; signs++) {
            double w = 0;
            for (int k = 0; k < 6; k++)
                w += signs >> k & 1 ? rank[k] : 0;
            as_far += fabs(w - all / 2) >= extreme - 1e-9;
        }
        assert_true(fabs(found.p - as_far / 64.0) < 1e-12);
        assay_arena_free(&arena);
    }
}

static void many_signed_ranks_are_near_normal(void **state)
{
    struct assay_error err = {0};
    double d[201];
    for (int i = 0; i < 201; i++)
        d[i] = (i % 5 < 3 ? 1 : -1) * (i + 1.0);
    struct assay_arena arena = {0};
    struct assay_wilcoxon exact;
    struct assay_wilcoxon normal;
    assert_true(
        assay_wilcoxon(&arena, (struct assay_values){d, 200}, &exact, &err));
    assert_true(
        assay_wilcoxon(&arena, (struct assay_values){d, 201}, &normal, &err));
    assert_true(exact.p > 0.001 && exact.p < 0.1);
    assert_true(fabs(normal.p / exact.p - 1) < 0.25);
    assay_arena_free(&arena);
}

static void clusters_widen_the_error_of_a_mean(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v = assay_json_get(
        load_vectors(&arena, "stats_vectors.json"), "clustered_se");
    double scores[20];
    size_t group[20];
    size_t count = 0;
    for (struct assay_json *c = assay_json_get(v, "clusters")->first; c;
         c = c->next) {
        for (struct assay_json *s = c->first; s; s = s->next) {
            scores[count] = vector_number(s);
            group[count++] = c->index;
        }
    }
    struct assay_grouped of = {{scores, count}, group, 5};
    struct assay_clustered_mean mean;
    assert_true(assay_clustered_mean(&arena, &of, &mean, &err));
    assert_vector(v, "mean", mean.mean);
    assert_vector(v, "se_iid", mean.se_iid);
    assert_vector(v, "se_cluster_miller", mean.se_clustered);
    assert_vector(v, "se_cluster_finite", mean.se_few_clusters);

    double means[6];
    assert_true(assay_average_groups(&arena, &of, means, &err));
    assert_true(means[0] == 0.75 && means[1] == 0 && means[2] == 1);
    of.groups = 6; /* the last is empty, and counts for nothing */
    assert_true(assay_clustered_mean(&arena, &of, &mean, &err));
    assert_vector(v, "se_cluster_finite", mean.se_few_clusters);
    assert_false(assay_average_groups(&arena, &of, means, &err));
    assert_string_equal(err.text, "group 5 has no score");
    of.groups = 4;
    assert_false(assay_average_groups(&arena, &of, means, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    of.scores.count = 4; /* one cluster */
    assert_true(assay_clustered_mean(&arena, &of, &mean, &err));
    assert_true(isnan(mean.se_few_clusters));
    of.scores.count = 1;
    assert_false(assay_clustered_mean(&arena, &of, &mean, &err));
    scores[0] = (double)NAN;
    assert_false(assay_average_groups(&arena, &of, means, &err));
    assay_arena_free(&arena);
}

static void a_judge_is_corrected_by_its_labels(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    struct assay_judge_labels labels;
    struct assay_judge_rate rate;
    for (struct assay_json *row = assay_json_get(v, "judge_correction")->first;
         row; row = row->next) {
        labels = (struct assay_judge_labels){
            .pass_rate = vector_at(row, "p"),
            .judged = vector_count(row, "n"),
            .specificity = vector_at(row, "q0_spec"),
            .sensitivity = vector_at(row, "q1_sens"),
            .labelled_fail = vector_count(row, "m0"),
            .labelled_pass = vector_count(row, "m1"),
        };
        assert_true(assay_judge_correct(&labels, &rate, &err));
        assert_vector(row, "theta", rate.rate);
        assert_vector(row, "se", rate.se);
        assert_vector_pair(row, "ci95", rate.interval_95);
    }
    labels.specificity = 1 - labels.sensitivity;
    assert_false(assay_judge_correct(&labels, &rate, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    labels.specificity = (double)NAN;
    assert_false(assay_judge_correct(&labels, &rate, &err));
    labels.specificity = 1;
    labels.labelled_fail = 0;
    assert_false(assay_judge_correct(&labels, &rate, &err));
    assay_arena_free(&arena);
}

static void a_judge_that_follows_the_place_gives_ties(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "judge_swap")->first; row;
         row = row->next) {
        struct assay_judge_orders orders = {
            .a = vector_count(row, "A_both"),
            .b = vector_count(row, "B_both"),
            .inconsistent = vector_count(row, "inconsistent"),
        };
        struct assay_judge_agreement found = assay_judge_agreement(&orders);
        assert_vector(row, "position_consistency", found.consistency);
        assert_vector_pair(row, "consistency_wilson", found.consistency_95);
        assert_vector(row, "sign_test_p", found.sign_p);
        assert_vector(row, "winrate_ties_half", found.win_rate_a);
    }
    struct assay_judge_orders none = {0};
    assert_true(isnan(assay_judge_agreement(&none).consistency));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_reference_bootstrap),
        cmocka_unit_test(too_few_differences_give_no_interval),
        cmocka_unit_test(a_paired_mean_is_students),
        cmocka_unit_test(a_difference_that_is_no_number_is_refused),
        cmocka_unit_test(signed_ranks_agree_with_counting_every_sign),
        cmocka_unit_test(many_signed_ranks_are_near_normal),
        cmocka_unit_test(clusters_widen_the_error_of_a_mean),
        cmocka_unit_test(a_judge_is_corrected_by_its_labels),
        cmocka_unit_test(a_judge_that_follows_the_place_gives_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
