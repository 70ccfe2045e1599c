/*
 * Random numbers, special functions, and what is refused.
 */
#include "trial/statistics_vectors.h"

#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

static void the_stream_of_a_seed_is_splitmix64(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    struct assay_random random = {1};
    for (struct assay_json *t =
             assay_json_get(v, "splitmix64_seed1_first5")->first;
         t; t = t->next) {
        uint64_t expected;
        assert_true(assay_str_to_u64(t->text, &expected));
        assert_true(assay_random_next(&random) == expected);
    }
    random.state = 1;
    for (struct assay_json *t =
             assay_json_get(v, "splitmix64_seed1_below10_first20")->first;
         t; t = t->next) {
        uint64_t expected;
        assert_true(assay_json_to_u64(t, &expected));
        assert_int_equal(assay_random_below(&random, 10), expected);
    }
    assay_arena_free(&arena);
}

static void the_upper_half_of_a_product_is_exact(void **state)
{
    static const uint64_t bounds[] = {
        1, 2, 10, 0xffffffff, 0x100000001, 0x123456789abcdef1, UINT64_MAX};
    struct assay_random random = {3};
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
            struct assay_random copy = random;
            uint64_t next = assay_random_next(&copy);
            __extension__ typedef unsigned __int128 wide;
            uint64_t expected = (uint64_t)(((wide)next * bounds[i]) >> 64);
            assert_true(assay_random_below(&random, bounds[i]) == expected);
        }
    }
}

static void an_order_names_each_prompt_once(void **state)
{
    size_t order[100];
    size_t again[100];
    int seen[100] = {0};
    struct assay_random random = {7};
    assay_random_order(&random, order, 100);
    random.state = 7;
    assay_random_order(&random, again, 100);
    assert_memory_equal(order, again, sizeof(order));
    size_t moved = 0;
    for (size_t i = 0; i < 100; i++) {
        seen[order[i]]++;
        moved += order[i] != i;
    }
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    assert_true(moved > 80);
    assay_random_order(&random, order, 0);
    assay_random_order(&random, order, 1);
    assert_int_equal(order[0], 0);
}

static void normal_and_student_quantiles_have_their_digits(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    assert_vector(v, "z975", assay_normal_quantile(0.975));
    for (struct assay_json *t = assay_json_get(v, "t_975")->first; t;
         t = t->next) {
        double df = strtod(assay_arena_cstr(&arena, t->key), NULL);
        double quantile = assay_student_quantile(0.95, df);
        assert_prints("t", t, quantile, 10);
        assert_true(fabs(assay_student_two_sided(quantile, df) - 0.05) < 1e-13);
    }
    /* far out: DLMF 7.12.1 puts Phi(-10) at 7.619853024160527e-24 */
    assert_true(fabs(assay_normal_quantile(7.619853024160527e-24) + 10) <
                1e-12);
    assert_true(fabs(assay_normal_quantile(0.5)) < 1e-15);
    assay_arena_free(&arena);
}

static void a_beta_and_its_inverse_undo_each_other(void **state)
{
    static const double shapes[] = {0.5, 1, 2.5, 17, 300.5, 20000};
    static const double shares[] = {1e-9, 0.025, 0.3, 0.5, 0.975, 0.999999};
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < 6; j++) {
            for (size_t k = 0; k < 6; k++) {
                double x = assay_incomplete_beta_inverse(shares[k], shapes[i],
                                                         shapes[j]);
                double p = assay_incomplete_beta(x, shapes[i], shapes[j]);
                double q = assay_incomplete_beta(1 - x, shapes[j], shapes[i]);
                if (x < 1 - 1e-9 && fabs(p - shares[k]) > 1e-9 * shares[k])
                    fail_msg("I^-1(%g; %g, %g) = %.17g, and back %.17g",
                             shares[k], shapes[i], shapes[j], x, p);
                if (x > 1e-6 && x < 1 - 1e-6) /* where 1 - x keeps digits */
                    assert_true(fabs(p + q - 1) < 1e-10);
            }
        }
    }
    /* I_x(1, b) = 1 - (1-x)^b, I_x(a, 1) = x^a */
    assert_true(fabs(assay_incomplete_beta(0.1, 1, 7) - 0.5217031) < 1e-13);
    assert_true(fabs(assay_incomplete_beta(0.5, 10, 1) - 0x1p-10) < 1e-17);
}

static void binomials_sum_to_one_and_match_their_beta(void **state)
{
    static const double counts[] = {1, 2, 7, 30, 333};
    static const double shares[] = {0.01, 0.3, 0.5, 0.97};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 4; j++) {
            double sum = 0;
            for (double k = 0; k <= counts[i]; k++) {
                sum += exp(assay_binomial_log_pmf(k, counts[i], shares[j]));
                double cdf = assay_binomial_cdf(k, counts[i], shares[j]);
                assert_true(fabs(cdf - sum) < 1e-12);
            }
            assert_true(fabs(sum - 1) < 1e-12);
        }
    }
    assert_true(assay_binomial_cdf(-1, 5, 0.5) == 0);
    assert_true(assay_binomial_log_pmf(0, 0, 0.5) == 0);
    assert_true(fabs(assay_log_gamma(0.5) - 0.5723649429247001) < 1e-15);
    assert_true(fabs(assay_log_gamma(101) - 363.73937555556349) < 1e-12);
}

static void what_is_no_number_is_named_by_its_place(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {(double)NAN, "time 2 is no number"},
        {HUGE_VAL, "time 2 is no number"},
        {-1, "time 2 is -1, not within 0 to 10"},
        {11, "time 2 is 11, not within 0 to 10"},
    };
    struct assay_range range = {"time", 0, 10};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double values[] = {0, 10, cases[i].value, (double)NAN};
        struct assay_error err = {0};
        struct assay_values of = {values, 4};
        assert_false(assay_values_check(of, &range, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_string_equal(err.text, cases[i].text);
        of.count = 2;
        assert_true(assay_values_check(of, &range, &err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_of_a_seed_is_splitmix64),
        cmocka_unit_test(the_upper_half_of_a_product_is_exact),
        cmocka_unit_test(an_order_names_each_prompt_once),
        cmocka_unit_test(normal_and_student_quantiles_have_their_digits),
        cmocka_unit_test(a_beta_and_its_inverse_undo_each_other),
        cmocka_unit_test(binomials_sum_to_one_and_match_their_beta),
        cmocka_unit_test(what_is_no_number_is_named_by_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
