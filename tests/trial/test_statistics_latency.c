/*
 * Percentiles and their ranks, censored times, paired times, cost per right
 * answer.
 */
#include "trial/statistics_vectors.h"

static void ranks_are_those_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row =
             assay_json_get(v, "quantile_order_stat_ranks_95")->first;
         row; row = row->next) {
        struct assay_ranks ranks = assay_quantile_ranks(
            vector_count(row, "n"), vector_at(row, "q"), 0.95);
        bool none =
            assay_json_is(assay_json_get(row, "upper_rank"), ASSAY_JSON_NULL);
        assert_int_equal(ranks.lower, vector_count(row, "lower_rank"));
        assert_int_equal(ranks.upper,
                         none ? 0 : vector_count(row, "upper_rank"));
    }
    for (struct assay_json *row =
             assay_json_get(v, "min_n_for_two_sided_95_quantile_ci")->first;
         row; row = row->next) {
        double q = strtod(assay_arena_cstr(&arena, row->key), NULL);
        uint64_t fewest = assay_quantile_min_count(q, 0.95);
        uint64_t expected;
        assert_true(assay_json_to_u64(row, &expected));
        assert_int_equal(fewest, expected);
        struct assay_ranks enough = assay_quantile_ranks(fewest, q, 0.95);
        struct assay_ranks few = assay_quantile_ranks(fewest - 1, q, 0.95);
        assert_true(enough.lower > 0 && enough.upper > 0);
        assert_true(few.lower == 0 || few.upper == 0);
    }
    assert_int_equal(assay_quantile_ranks(0, 0.5, 0.95).lower, 0);
    assay_arena_free(&arena);
}

static void a_percentile_waits_for_enough_requests(void **state)
{
    static const struct {
        size_t count;
        double q;
        bool known;
    } cases[] = {
        {0, 0.5, false},   {1, 0.5, false},  {5, 0.5, false},
        {6, 0.5, true},    {35, 0.9, false}, {36, 0.9, true},
        {71, 0.95, false}, {72, 0.95, true}, {367, 0.99, false},
        {368, 0.99, true},
    };
    double ms[400];
    for (int i = 0; i < 400; i++)
        ms[i] = (i * 7 % 400) + 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_times times = {.ms = {ms, cases[i].count}};
        struct assay_percentile p;
        assert_true(assay_percentile(&arena, &times, cases[i].q, &p, &err));
        assert_int_equal(p.known, cases[i].known);
        if (p.known) {
            assert_true(p.interval_95.low <= p.ms &&
                        p.ms <= p.interval_95.high);
            assert_false(p.at_least || p.high_at_least);
        }
        assay_arena_free(&arena);
    }
}

static void a_failure_is_longer_than_any_answer(void **state)
{
    static const struct {
        size_t censored;
        double limit_ms;
        double ms, high;
        bool at_least, high_at_least;
    } cases[] = {
        {0, 0, 5.5, 9, false, false},
        {1, 1000, 6, 10, false, false},
        {2, 1000, 6.5, 10, false, false},
        {4, 1000, 7.5, 1000, false, true},
        {9, 1000, 10, 1000, false, true},
        {10, 1000, 505, 1000, true, true},
        {11, 1000, 1000, 1000, true, true},
        {11, 3, 10, 10, true, true}, /* a limit that was overrun */
    };
    static const double ms[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_times times = {
            {ms, 10}, cases[i].censored, cases[i].limit_ms};
        struct assay_percentile p;
        assert_true(assay_percentile(&arena, &times, 0.5, &p, &err));
        if (!p.known || p.ms != cases[i].ms ||
            p.interval_95.high != cases[i].high ||
            p.at_least != cases[i].at_least ||
            p.high_at_least != cases[i].high_at_least)
            fail_msg("%zu failures: %g up to %g, %d %d", cases[i].censored,
                     p.ms, p.interval_95.high, p.at_least, p.high_at_least);
        assay_arena_free(&arena);
    }
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_times all_failed = {{NULL, 0}, 8, 500};
    struct assay_percentile p;
    assert_true(assay_percentile(&arena, &all_failed, 0.5, &p, &err));
    assert_true(p.known && p.ms == 500 && p.at_least);
    all_failed.limit_ms = (double)NAN;
    assert_false(assay_percentile(&arena, &all_failed, 0.5, &p, &err));
    double bad[] = {1, -2};
    struct assay_times negative = {.ms = {bad, 2}};
    assert_false(assay_percentile(&arena, &negative, 0.5, &p, &err));
    assert_string_equal(err.text, "time 1 is -2, not within 0 to inf");
    assay_arena_free(&arena);
}

static void paired_times_have_their_reference_values(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v = assay_json_get(
        load_vectors(&arena, "stats_vectors.json"), "latency_paired");
    struct assay_values a = vector_values(&arena, assay_json_get(v, "A_ms"));
    struct assay_values b = vector_values(&arena, assay_json_get(v, "B_ms"));
    struct assay_paired_times times = {a.at, b.at, a.count};
    struct assay_ratio ratio;
    assert_true(assay_latency_ratio(&times, &ratio, &err));
    assert_vector(v, "mean_log_ratio", ratio.mean_log);
    assert_vector(v, "geo_ratio_A_over_B", ratio.ratio);
    assert_vector_pair(v, "ci95_t", ratio.interval_95);

    double logs[20];
    for (size_t i = 0; i < a.count; i++)
        logs[i] = log(a.at[i] / b.at[i]);
    struct assay_wilcoxon test;
    struct assay_values d = {logs, a.count};
    assert_true(assay_wilcoxon(&arena, d, &test, &err));
    assert_vector(v, "wilcoxon_W+", test.w_plus);
    assert_vector(v, "wilcoxon_p_exact", test.p);

    struct assay_bootstrap options = {.seed = 7, .replicates = 4000};
    struct assay_shift shift;
    assert_true(
        assay_latency_shift(&arena, &times, 0.5, &options, &shift, &err));
    assert_true(shift.ms == 832.5 - 721.5);
    assert_vector_pair(v, "boot_diff_p50_95", shift.interval);

    struct assay_times of_a = {.ms = a};
    struct assay_percentile p50;
    assert_true(assay_percentile(&arena, &of_a, 0.5, &p50, &err));
    assert_prints("p50", assay_json_get(v, "p50")->first, p50.ms, 10);
    assay_arena_free(&arena);
}

static int compare_times(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

static void plain_quantiles_are_of_type_seven(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = assay_json_get(
        load_vectors(&arena, "stats_vectors.json"), "latency_paired");
    static const char *const names[] = {"A_ms", "B_ms"};
    struct assay_json *p95 = assay_json_get(v, "p95_type7")->first;
    struct assay_json *p50 = assay_json_get(v, "p50")->first;
    for (int i = 0; i < 2; i++) {
        struct assay_values of =
            vector_values(&arena, assay_json_get(v, names[i]));
        double sorted[20];
        memcpy(sorted, of.at, sizeof(sorted));
        qsort(sorted, 20, sizeof(double), compare_times);
        assert_prints("p95", p95, assay_quantile(sorted, 20, 0.95), 10);
        assert_prints("p50", p50, assay_quantile(sorted, 20, 0.5), 10);
        p95 = p95->next;
        p50 = p50->next;
    }
    double one = 4;
    assert_true(assay_quantile(&one, 1, 0.99) == 4);
    double open[] = {1, HUGE_VAL, HUGE_VAL};
    assert_true(isinf(assay_quantile(open, 3, 0.75)));
    assay_arena_free(&arena);
}

/* 100 requests every 10 ms, 1 ms of work each, one stall of 1 s. */
static void the_schedule_sees_a_stall_that_service_hides(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = assay_json_get(
        load_vectors(&arena, "stats_vectors.json"), "coordinated_omission");
    double service[100];
    double from_schedule[100];
    double free_at = 0;
    double service_sum = 0;
    double schedule_sum = 0;
    for (int i = 0; i < 100; i++) {
        double due = i * 10;
        double start = fmax(due, free_at);
        service[i] = i == 50 ? 1000 : 1;
        free_at = start + service[i];
        from_schedule[i] = free_at - due;
        service_sum += service[i];
        schedule_sum += from_schedule[i];
    }
    qsort(service, 100, sizeof(double), compare_times);
    qsort(from_schedule, 100, sizeof(double), compare_times);
    static const double shares[] = {0.5, 0.95, 0.99};
    struct assay_json *s = assay_json_get(v, "service_p50_p95_p99")->first;
    struct assay_json *t =
        assay_json_get(v, "from_schedule_p50_p95_p99")->first;
    for (int i = 0; i < 3; i++, s = s->next, t = t->next) {
        assert_prints("service", s, assay_quantile(service, 100, shares[i]),
                      10);
        assert_prints("from schedule", t,
                      assay_quantile(from_schedule, 100, shares[i]), 10);
    }
    struct assay_interval means = {service_sum / 100, schedule_sum / 100};
    assert_vector_pair(v, "mean", means);
    assay_arena_free(&arena);
}

static void one_pair_of_times_gives_no_ratio(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    double a[] = {10, 20};
    double b[] = {20, 40};
    struct assay_paired_times times = {a, b, 0};
    struct assay_ratio ratio;
    struct assay_shift shift;
    for (times.count = 0; times.count < 2; times.count++) {
        assert_true(assay_latency_ratio(&times, &ratio, &err));
        assert_false(ratio.known);
    }
    assert_true(assay_latency_ratio(&times, &ratio, &err));
    assert_true(ratio.known && fabs(ratio.ratio - 0.5) < 1e-12);
    b[1] = 0; /* no time at all has no logarithm */
    assert_false(assay_latency_ratio(&times, &ratio, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    a[0] = (double)NAN;
    assert_false(assay_latency_shift(&arena, &times, 0.5, NULL, &shift, &err));
    assert_string_equal(err.text, "time of A 0 is no number");
    times.count = 0;
    assert_false(assay_latency_shift(&arena, &times, 0.5, NULL, &shift, &err));
    assay_arena_free(&arena);
}

static void a_right_answer_costs_what_all_cost(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    double cost[40];
    double passes[40];
    for (int i = 0; i < 40; i++) {
        cost[i] = 0.01 * (1 + i % 3);
        passes[i] = i % 4 != 0;
    }
    struct assay_costs of = {cost, passes, 40};
    struct assay_bootstrap options = {.seed = 1, .replicates = 2000};
    struct assay_cost_per_pass found;
    assert_true(assay_cost_per_pass(&arena, &of, &options, &found, &err));
    assert_true(found.known);
    assert_true(fabs(found.cost - 0.79 / 30) < 1e-12);
    assert_true(found.interval.low < found.cost &&
                found.cost < found.interval.high);
    assert_true(found.interval.low > 0.01 && found.interval.high < 0.06);

    of.count = 1; /* the first failed: nothing passed, so no cost of a pass */
    assert_true(assay_cost_per_pass(&arena, &of, &options, &found, &err));
    assert_false(found.known);
    of.count = 0;
    assert_true(assay_cost_per_pass(&arena, &of, &options, &found, &err));
    assert_false(found.known);
    of.count = 2; /* one of two: a quarter of the draws holds no pass */
    assert_true(assay_cost_per_pass(&arena, &of, &options, &found, &err));
    assert_true(found.known && isinf(found.interval.high));
    cost[0] = (double)NAN;
    assert_false(assay_cost_per_pass(&arena, &of, &options, &found, &err));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_the_reference),
        cmocka_unit_test(a_percentile_waits_for_enough_requests),
        cmocka_unit_test(a_failure_is_longer_than_any_answer),
        cmocka_unit_test(paired_times_have_their_reference_values),
        cmocka_unit_test(plain_quantiles_are_of_type_seven),
        cmocka_unit_test(the_schedule_sees_a_stall_that_service_hides),
        cmocka_unit_test(one_pair_of_times_gives_no_ratio),
        cmocka_unit_test(a_right_answer_costs_what_all_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
