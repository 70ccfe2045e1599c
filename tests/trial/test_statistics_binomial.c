/*
 * Shares, paired tables and repeats of pass or fail: the reference values,
 * and the ends where formulas break.
 */
#include "trial/statistics_vectors.h"

static struct assay_interval share_of(enum assay_proportion_method method,
                                      const struct assay_json *row)
{
    return assay_proportion_interval(method, vector_count(row, "k"),
                                     vector_count(row, "n"), 0.95);
}

static void shares_have_their_reference_intervals(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "proportion")->first; row;
         row = row->next) {
        struct assay_interval wilson = share_of(ASSAY_WILSON, row);
        if (vector_count(row, "k") == 0) /* there 2.8e-17, here clamped */
            assert_true(wilson.low == 0);
        else
            assert_vector_pair(row, "wilson", wilson);
        assert_prints("wilson", assay_json_get(row, "wilson")->last,
                      wilson.high, 10);
        assert_vector_pair(row, "clopper_pearson",
                           share_of(ASSAY_CLOPPER_PEARSON, row));
        assert_vector_pair(row, "jeffreys", share_of(ASSAY_JEFFREYS, row));
    }
    assert_vector(v, "rule_of_three_0_of_30_upper95_one_sided",
                  assay_never_seen_upper(30, 0.95));
    assay_arena_free(&arena);
}

static void no_request_says_nothing_about_a_share(void **state)
{
    static const enum assay_proportion_method methods[] = {
        ASSAY_WILSON, ASSAY_CLOPPER_PEARSON, ASSAY_JEFFREYS};
    for (size_t i = 0; i < 3; i++) {
        struct assay_interval none =
            assay_proportion_interval(methods[i], 0, 0, 0.95);
        assert_true(none.low == 0 && none.high == 1);
        struct assay_interval failed =
            assay_proportion_interval(methods[i], 0, 1, 0.95);
        struct assay_interval passed =
            assay_proportion_interval(methods[i], 1, 1, 0.95);
        assert_true(failed.low == 0 && failed.high < 1);
        assert_true(passed.low > 0 && passed.high == 1);
        assert_true(fabs(failed.high + passed.low - 1) < 1e-12);
    }
    assert_true(assay_never_seen_upper(0, 0.95) == 1);
}

static void mcnemar_has_its_reference_values(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "mcnemar_exact")->first;
         row; row = row->next) {
        uint64_t b = vector_count(row, "b");
        uint64_t c = vector_count(row, "c");
        struct assay_mcnemar test = assay_mcnemar_exact(b, c);
        struct assay_mcnemar mirrored = assay_mcnemar_exact(c, b);
        assert_vector(row, "p", test.p);
        assert_vector(row, "midp", test.mid_p);
        assert_true(test.p == mirrored.p && test.mid_p == mirrored.mid_p);
    }
    for (struct assay_json *row =
             assay_json_get(v, "mcnemar_min_wins_for_p<=0.05")->first;
         row; row = row->next) {
        uint64_t losses;
        uint64_t wins;
        assert_true(assay_str_to_u64(row->key, &losses));
        assert_true(assay_json_to_u64(row, &wins));
        assert_int_equal(assay_mcnemar_wins_needed(losses, 0.05), wins);
    }
    assay_arena_free(&arena);
}

static void a_million_disagreements_are_tested_as_well(void **state)
{
    /* near enough normal: z = 2000 / 1000 */
    struct assay_mcnemar test = assay_mcnemar_exact(501000, 499000);
    assert_true(fabs(test.mid_p - 0.0455003) < 1e-5);
    assert_true(assay_mcnemar_exact(1000000, 0).p == 0);
    assert_true(assay_mcnemar_exact(1000000, 1000000).p == 1);
}

/* What must not be used, to see what the others avoid. */
static struct assay_interval wald(const struct assay_paired_table *t)
{
    double b = (double)t->only_a;
    double c = (double)t->only_b;
    double n = (double)(t->both + t->only_a + t->only_b + t->neither);
    double half = 1.959963984540054 * sqrt(b + c - (b - c) * (b - c) / n) / n;
    return (struct assay_interval){(b - c) / n - half, (b - c) / n + half};
}

static void paired_tables_have_their_reference_intervals(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "paired_tables")->first;
         row; row = row->next) {
        struct assay_paired_table t = {
            .both = vector_count(row, "a_both"),
            .only_a = vector_count(row, "b_onlyA"),
            .only_b = vector_count(row, "c_onlyB"),
            .neither = vector_count(row, "d_none"),
        };
        struct assay_mcnemar test = assay_mcnemar_exact(t.only_a, t.only_b);
        assert_vector_pair(
            row, "bonett_price",
            assay_difference_interval(ASSAY_BONETT_PRICE, &t, 0.95));
        assert_vector_pair(row, "newcombe10",
                           assay_difference_interval(ASSAY_NEWCOMBE, &t, 0.95));
        assert_vector_pair(row, "wald", wald(&t));
        assert_vector(row, "mcnemar_p", test.p);
        assert_vector(row, "mcnemar_midp", test.mid_p);
    }
    assay_arena_free(&arena);
}

static void overlapping_intervals_say_nothing_about_pairs(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    struct assay_json *trap = assay_json_get(v, "overlap_trap");
    struct assay_interval a =
        assay_proportion_interval(ASSAY_WILSON, 460, 500, 0.95);
    struct assay_interval b =
        assay_proportion_interval(ASSAY_WILSON, 445, 500, 0.95);
    assert_vector_pair(trap, "A", a);
    assert_vector_pair(trap, "B", b);
    assert_true(a.low < b.high);
    assert_vector(trap, "paired_p", assay_mcnemar_exact(30, 15).p);
    assay_arena_free(&arena);
}

static void no_pair_says_nothing_about_a_difference(void **state)
{
    struct assay_paired_table none = {0};
    static const enum assay_difference_method methods[] = {ASSAY_BONETT_PRICE,
                                                           ASSAY_NEWCOMBE};
    for (size_t i = 0; i < 2; i++) {
        struct assay_interval all =
            assay_difference_interval(methods[i], &none, 0.95);
        assert_true(all.low == -1 && all.high == 1);
        struct assay_paired_table one = {.only_a = 1};
        struct assay_interval of_one =
            assay_difference_interval(methods[i], &one, 0.95);
        assert_true(of_one.low < 0 && of_one.high <= 1 && of_one.high > 0);
    }
}

static void repeats_have_their_reference_values(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "repeats")->first; row;
         row = row->next) {
        uint64_t n = vector_count(row, "n");
        uint64_t c = vector_count(row, "c");
        uint64_t k = vector_count(row, "k");
        assert_vector(row, "pass@k", assay_pass_any(n, c, k));
        assert_vector(row, "pass^k", assay_pass_all(n, c, k));
    }
    assert_true(assay_pass_any(3, 0, 3) == 0 && assay_pass_all(3, 0, 1) == 0);
    assert_true(assay_pass_any(3, 1, 0) == 0 && assay_pass_all(3, 1, 0) == 1);
    assay_arena_free(&arena);
}

/* Ends by hand, in Python: Wilson's of n / times answers. */
static void answers_that_come_in_groups_count_for_fewer(void **state)
{
    static const struct {
        const char *groups; /* of each how many passed, of how many */
        double low, high;
    } cases[] = {
        /* evidence.md 4.3: mean .55, few clusters .18371 */
        {"34 04 44 34 14", 0.2406197122, 0.8250041780},
        /* thrice the same answer: 10 prompts, not 30 answers */
        {"33 33 33 33 33 33 33 33 33 33", 0.7224672001, 1},
        {"33 33 33 33 33 33 03 03 03 03", 0.3004752409, 0.8396957495},
        /* never more answers than there are */
        {"12 12 12 12 12 12 12 12 12 12", 0.2992980082, 0.7007019918},
        /* each by itself; one was not scored */
        {"11 00 01 11", 0.2076596008, 0.9385080553},
        {"00", 0, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_grouped_passes sum = {0};
        for (const char *c = cases[i].groups;; c += 3) {
            assay_grouped_add(&sum, (uint64_t)(c[0] - '0'),
                              (uint64_t)(c[1] - '0'));
            if (!c[2])
                break;
        }
        struct assay_interval found = assay_grouped_interval(&sum, 0.95);
        if (fabs(found.low - cases[i].low) > 1e-9 ||
            fabs(found.high - cases[i].high) > 1e-9)
            fail_msg("case %zu: %.10f to %.10f", i, found.low, found.high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_have_their_reference_intervals),
        cmocka_unit_test(no_request_says_nothing_about_a_share),
        cmocka_unit_test(mcnemar_has_its_reference_values),
        cmocka_unit_test(a_million_disagreements_are_tested_as_well),
        cmocka_unit_test(paired_tables_have_their_reference_intervals),
        cmocka_unit_test(overlapping_intervals_say_nothing_about_pairs),
        cmocka_unit_test(no_pair_says_nothing_about_a_difference),
        cmocka_unit_test(repeats_have_their_reference_values),
        cmocka_unit_test(answers_that_come_in_groups_count_for_fewer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
