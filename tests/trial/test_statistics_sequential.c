/*
 * Evidence looked at after every pair: the reference values, and what is
 * promised about it, by simulation and by reckoning every path.
 */
#include "trial/statistics_vectors.h"

static bool stop_at(double log_e)
{
    return log_e >= log(20);
}

static void e_values_are_those_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    for (struct assay_json *row = assay_json_get(v, "evalue")->first; row;
         row = row->next) {
        double b = vector_at(row, "b");
        double c = vector_at(row, "c");
        assert_vector(row, "uniform", exp(assay_log_e_uniform(b, c)));
        assert_vector(row, "jeffreys", exp(assay_log_e_jeffreys(b, c)));
        assert_vector(row, "uniform", exp(assay_log_e_uniform(c, b)));
    }
    for (struct assay_json *row =
             assay_json_get(v, "evalue_stop_wins_at_20")->first;
         row; row = row->next) {
        uint64_t c;
        assert_true(assay_str_to_u64(row->key, &c));
        double uniform = 0;
        double jeffreys = 0;
        while (!stop_at(assay_log_e_uniform(uniform, (double)c)) ||
               uniform < (double)c)
            uniform++;
        while (!stop_at(assay_log_e_jeffreys(jeffreys, (double)c)) ||
               jeffreys < (double)c)
            jeffreys++;
        assert_vector(row, "uniform", uniform);
        assert_vector(row, "jeffreys", jeffreys);
        assert_int_equal(assay_mcnemar_wins_needed(c, 0.05),
                         vector_count(row, "fixed_n_mcnemar"));
    }
    assay_arena_free(&arena);
}

static void the_share_sequence_is_that_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors_cs.json");
    for (struct assay_json *row = v->first; row; row = row->next) {
        struct assay_interval share = assay_share_sequence(
            vector_count(row, "b"), vector_count(row, "c"), 0.05);
        struct assay_json *ends = assay_json_get(row, "theta_cs95");
        char wanted[2][32];
        char got[2][32];
        snprintf(wanted[0], 32, "%.8f", vector_number(ends->first));
        snprintf(wanted[1], 32, "%.8f", vector_number(ends->last));
        snprintf(got[0], 32, "%.8f", share.low);
        snprintf(got[1], 32, "%.8f", share.high);
        assert_string_equal(got[0], wanted[0]);
        assert_string_equal(got[1], wanted[1]);
    }
    assay_arena_free(&arena);
}

static void share_and_evidence_cannot_disagree(void **state)
{
    for (uint64_t b = 0; b <= 60; b++) {
        for (uint64_t c = 0; c <= 60; c += 3) {
            struct assay_interval share = assay_share_sequence(b, c, 0.05);
            bool excluded = share.low > 0.5 || share.high < 0.5;
            if (excluded != stop_at(assay_log_e_uniform((double)b, (double)c)))
                fail_msg("%d-%d: %.17g to %.17g", (int)b, (int)c, share.low,
                         share.high);
        }
    }
}

/* The d of each row of stats_vectors_graded.json, as it is named there. */
static const struct {
    const char *name;
    struct run_of runs[2];
} graded_rows[] = {
    {"8 wins", {{8, 1}}},
    {"9 wins", {{9, 1}}},
    {"10 wins 20 ties", {{10, 1}, {20, 0}}},
    {"20 wins 5 losses", {{20, 1}, {5, -1}}},
    {"30 wins 15 losses", {{30, 1}, {15, -1}}},
    {"40 x +0.25", {{40, 0.25}}},
    {"40 x +0.25, 20 x -0.25", {{40, 0.25}, {20, -0.25}}},
    {"60 x +0.5, 40 x -0.5", {{60, 0.5}, {40, -0.5}}},
    {"100 x +0.1", {{100, 0.1}}},
};

static void graded_evidence_is_that_of_the_reference(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors_graded.json");
    size_t at = 0;
    for (struct assay_json *row = assay_json_get(v, "rows")->first; row;
         row = row->next, at++) {
        assert_true(
            assay_str_is(assay_json_text(row, "d"), graded_rows[at].name));
        struct assay_values d = repeat_values(&arena, graded_rows[at].runs, 2);
        assert_int_equal(d.count, vector_count(row, "n"));
        struct assay_sequential line;
        struct assay_sequential mirror;
        assert_true(
            assay_sequential_init(&line, ASSAY_OUTCOME_GRADED, 0, &err));
        mirror = line;
        for (size_t i = 0; i < d.count; i++) {
            assert_true(assay_sequential_add(&line, d.at[i], &err));
            assert_true(assay_sequential_add(&mirror, -d.at[i], &err));
        }
        bool stop = assay_json_is(assay_json_get(row, "stop"), ASSAY_JSON_TRUE);
        assert_vector(row, "E", exp(line.now.log_e));
        assert_vector(row, "E", exp(mirror.now.log_e));
        assert_int_equal(stop_at(line.now.log_e), stop);
        assert_int_equal(line.now.leader, 1);
        assert_int_equal(mirror.now.leader, -1);

        /* the sequence of differences excludes 0 exactly where E stops */
        struct assay_interval range;
        assert_true(assay_difference_sequence(d, 0.05, &range, &err));
        assert_int_equal(range.low > 0, stop);
        assert_true(range.low <= line.sum / (double)d.count &&
                    range.high >= line.sum / (double)d.count);
    }
    for (struct assay_json *row = assay_json_get(v, "binary_stop_wins")->first;
         row; row = row->next) {
        uint64_t losses;
        uint64_t wins;
        struct assay_sequential line;
        assert_true(assay_str_to_u64(row->key, &losses));
        assert_true(assay_json_to_u64(row, &wins));
        assert_true(
            assay_sequential_init(&line, ASSAY_OUTCOME_GRADED, 0, &err));
        for (uint64_t i = 0; i < losses; i++)
            assert_true(assay_sequential_add(&line, -1, &err));
        while (!stop_at(line.now.log_e) || line.now.leader < 0)
            assert_true(assay_sequential_add(&line, 1, &err));
        assert_int_equal(line.now.wins_a, wins);
    }
    assay_arena_free(&arena);
}

static void what_is_no_difference_is_refused(void **state)
{
    static const struct {
        enum assay_outcome outcome;
        double d;
        bool good;
    } cases[] = {
        {ASSAY_OUTCOME_BINARY, 1, true},
        {ASSAY_OUTCOME_BINARY, 0, true},
        {ASSAY_OUTCOME_BINARY, -1, true},
        {ASSAY_OUTCOME_BINARY, 0.5, false},
        {ASSAY_OUTCOME_BINARY, (double)NAN, false},
        {ASSAY_OUTCOME_GRADED, 0.5, true},
        {ASSAY_OUTCOME_GRADED, 1.5, false},
        {ASSAY_OUTCOME_GRADED, (double)NAN, false},
        {ASSAY_OUTCOME_GRADED, -HUGE_VAL, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_error err = {0};
        struct assay_sequential line;
        assert_true(assay_sequential_init(&line, cases[i].outcome, 0, &err));
        assert_int_equal(assay_sequential_add(&line, cases[i].d, &err),
                         cases[i].good);
        assert_int_equal(line.now.pairs, cases[i].good);
        if (!cases[i].good)
            assert_int_equal(err.code, ASSAY_BAD_INPUT);
    }
    static const double margins[] = {-0.1, 1, (double)NAN};
    for (size_t i = 0; i < 3; i++) {
        struct assay_error err = {0};
        struct assay_sequential line;
        assert_false(assay_sequential_init(&line, ASSAY_OUTCOME_GRADED,
                                           margins[i], &err));
    }
    struct assay_error err = {0};
    double bad[] = {0, 2};
    struct assay_interval range;
    assert_false(assay_difference_sequence((struct assay_values){bad, 2}, 0.05,
                                           &range, &err));
    assert_true(assay_difference_sequence((struct assay_values){bad, 0}, 0.05,
                                          &range, &err));
    assert_true(range.low == -1 && range.high == 1);
}

static void ties_cost_nothing(void **state)
{
    static const enum assay_outcome outcomes[] = {ASSAY_OUTCOME_BINARY,
                                                  ASSAY_OUTCOME_GRADED};
    struct assay_error err = {0};
    for (size_t i = 0; i < 2; i++) {
        struct assay_sequential line;
        assert_true(assay_sequential_init(&line, outcomes[i], 0, &err));
        for (int k = 0; k < 7; k++)
            assert_true(assay_sequential_add(&line, 1, &err));
        double before = line.now.log_e;
        for (int k = 0; k < 1000; k++)
            assert_true(assay_sequential_add(&line, 0, &err));
        assert_true(line.now.log_e == before);
        assert_false(assay_sequential_decided(&line));
        assert_true(assay_sequential_add(&line, 1, &err));
        assert_true(assay_sequential_decided(&line));
        /* what comes later does not unsay what was decided */
        for (int k = 0; k < 5; k++)
            assert_true(assay_sequential_add(&line, -1, &err));
        assert_true(line.now.log_e < log(20));
        assert_true(assay_sequential_decided(&line));
        assert_int_equal(line.peak.pairs, 1008);
        assert_int_equal(line.peak.leader, 1);
    }
}

static void futility_is_when_winning_all_is_not_enough(void **state)
{
    static const struct {
        size_t wins, losses, ties;
        uint64_t remaining;
        double margin;
        bool futile;
    } cases[] = {
        {0, 0, 0, 8, 0, false},
        {0, 0, 0, 7, 0, true},
        {0, 0, 52, 8, 0, false},
        {0, 0, 53, 7, 0, true},
        {1, 3, 0, 16, 0, false}, /* 17-3 decides, and 1-19 */
        {4, 4, 0, 13, 0, true},
        {4, 4, 0, 14, 0, false},
        {8, 0, 0, 0, 0, false}, /* decided is not futile */
        {7, 0, 0, 0, 0, true},
        {0, 0, 0, 0, 0, true},
        {7, 0, 0, 1, 0, false},
        {0, 7, 0, 1, 0, false},
        /* with a margin the rest may still show them equivalent */
        {0, 0, 53, 7, 0.1, false},
        {10, 10, 33, 7, 0.1, true},
        {10, 10, 33, 7, 0.2, false},
        {20, 0, 0, 5, 0.3, false},
    };
    struct assay_error err = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_sequential line;
        assert_true(assay_sequential_init(&line, ASSAY_OUTCOME_BINARY,
                                          cases[i].margin, &err));
        for (size_t k = 0; k < cases[i].wins || k < cases[i].losses; k++) {
            if (k < cases[i].wins)
                assert_true(assay_sequential_add(&line, 1, &err));
            if (k < cases[i].losses)
                assert_true(assay_sequential_add(&line, -1, &err));
        }
        for (size_t k = 0; k < cases[i].ties; k++)
            assert_true(assay_sequential_add(&line, 0, &err));
        if (assay_sequential_futile(&line, cases[i].remaining) !=
            cases[i].futile)
            fail_msg("case %zu: %d-%d with %d left", i, (int)cases[i].wins,
                     (int)cases[i].losses, (int)cases[i].remaining);
    }
}

/* ----------------------------------------------------------- simulations */

/* How a run's pairs fall. */
struct drawn {
    enum assay_outcome outcome;
    double differ, share_a; /* of prompts that differ, and of those A wins */
    double margin;
    int prompts;
};

/* 0 … 1 */
static double draw(struct assay_random *random)
{
    return (double)(assay_random_next(random) >> 11) * 0x1p-53;
}

/* Pairs until it is decided, for the side in *leader; 0: it is not. */
static int run_until_decided(const struct drawn *of,
                             struct assay_random *random, int *leader)
{
    struct assay_error err = {0};
    struct assay_sequential line;
    assert_true(assay_sequential_init(&line, of->outcome, of->margin, &err));
    for (int i = 0; i < of->prompts; i++) {
        double d = 0;
        if (draw(random) < of->differ)
            d = draw(random) < of->share_a ? 1 : -1;
        if (of->outcome == ASSAY_OUTCOME_GRADED)
            d *= 1 - draw(random) / 2; /* half to all of a point */
        assert_true(assay_sequential_add(&line, d, &err));
        if (assay_sequential_decided(&line)) {
            *leader = line.peak.leader;
            return i + 1;
        }
    }
    return 0;
}

static void equal_routes_are_rarely_told_apart(void **state)
{
    enum { RUNS = 2000 };
    static const struct drawn cases[] = {
        {ASSAY_OUTCOME_BINARY, 0.3, 0.5, 0, 300},
        {ASSAY_OUTCOME_BINARY, 1, 0.5, 0, 300},
        {ASSAY_OUTCOME_GRADED, 0.5, 0.5, 0, 200},
        /* a true difference just at the margin is none either */
        {ASSAY_OUTCOME_BINARY, 0.5, 0.6, 0.1, 200},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_random random = {20260101 + i};
        int winners = 0;
        int leader;
        for (int run = 0; run < RUNS; run++)
            winners += run_until_decided(&cases[i], &random, &leader) > 0;
        if (winners > RUNS / 20)
            fail_msg("case %zu: %d of %d runs declare a winner", i, winners,
                     (int)RUNS);
    }
}

static void thirty_points_on_sixty_prompts_are_decided_early(void **state)
{
    enum { RUNS = 500 };
    /* A passes 90 %, B 60 %, each prompt by itself: .36 against .06 */
    static const struct drawn apart = {ASSAY_OUTCOME_BINARY, 0.42, 0.36 / 0.42,
                                       0, 60};
    /* both pass 80 %: .16 against .16 */
    static const struct drawn alike = {ASSAY_OUTCOME_BINARY, 0.32, 0.5, 0, 60};
    struct assay_random random = {5};
    int decided = 0;
    int early = 0;
    int wrong = 0;
    int alike_decided = 0;
    int leader;
    for (int run = 0; run < RUNS; run++) {
        int pairs = run_until_decided(&apart, &random, &leader);
        decided += pairs > 0;
        early += pairs > 0 && pairs <= 45;
        wrong += pairs > 0 && leader < 0;
        alike_decided += run_until_decided(&alike, &random, &leader) > 0;
    }
    if (decided < RUNS * 7 / 10 || early < RUNS / 2 || wrong > 0 ||
        alike_decided > RUNS / 20)
        fail_msg("of %d: %d decided, %d by 45 pairs, %d wrong; %d alike",
                 (int)RUNS, decided, early, wrong, alike_decided);
}

/*
 * Chance that a rule has stopped within `most` disagreements, of which A wins
 * `share`: every path at once, by how many A has won. stopped [most + 1].
 */
enum { MOST = 300 };
enum stop_rule { NAIVE_MCNEMAR, E_UNIFORM, E_JEFFREYS };

static bool stops(enum stop_rule rule, int wins, int count)
{
    double a = wins;
    double b = count - wins;
    if (rule == NAIVE_MCNEMAR)
        return assay_mcnemar_exact((uint64_t)wins, (uint64_t)(count - wins))
                   .p <= 0.05;
    return stop_at(rule == E_UNIFORM ? assay_log_e_uniform(a, b)
                                     : assay_log_e_jeffreys(a, b));
}

static void reckon_paths(enum stop_rule rule, double share, int most,
                         double *stopped)
{
    double going[MOST + 2] = {1};
    stopped[0] = 0;
    for (int count = 1; count <= most; count++) {
        stopped[count] = stopped[count - 1];
        for (int wins = count; wins >= 0; wins--) {
            double here = wins < count ? going[wins] * (1 - share) : 0;
            here += wins > 0 ? going[wins - 1] * share : 0;
            going[wins] = here;
            if (here > 0 && stops(rule, wins, count)) {
                stopped[count] += here;
                going[wins] = 0;
            }
        }
    }
}

static void looking_often_misleads_mcnemar_and_not_the_e_process(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *v = load_vectors(&arena, "stats_vectors.json");
    struct assay_json *rates = assay_json_get(v, "peeking_false_positive_rate");
    static const char *const names[] = {"naive_mcnemar_each_look", "e_uniform",
                                        "e_jeffreys"};
    int most = (int)vector_count(rates, "max_discordant");
    double runs = vector_at(rates, "runs");
    for (int i = 0; i < 3; i++) {
        double stopped[MOST + 1];
        reckon_paths((enum stop_rule)i, 0.5, most, stopped);
        double rate = stopped[most];
        /* the file's figure is a simulation: within three of its errors */
        assert_true(fabs(rate - vector_at(rates, names[i])) <
                    3 * sqrt(rate * (1 - rate) / runs));
        assert_true(i == NAIVE_MCNEMAR ? rate > 0.2 : rate < 0.05);
    }
    struct assay_json *time = assay_json_get(v, "evalue_stop_time_p75");
    double stopped[MOST + 1];
    int median = (int)vector_at(time, "median_discordant");
    int p90 = (int)vector_at(time, "p90_discordant");
    /* simulated too, and met by Jeffreys' mixture; the uniform one is sooner */
    reckon_paths(E_JEFFREYS, 0.75, MOST, stopped);
    assert_true(stopped[median - 1] < 0.5 && stopped[median] >= 0.5);
    assert_true(fabs(stopped[p90] - 0.9) < 0.02);
    reckon_paths(E_UNIFORM, 0.75, MOST, stopped);
    assert_true(stopped[27] < 0.5 && stopped[28] >= 0.5);
    assert_true(stopped[62] < 0.9 && stopped[63] >= 0.9);
    assert_true(stopped[MOST] > 0.9999);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(e_values_are_those_of_the_reference),
        cmocka_unit_test(the_share_sequence_is_that_of_the_reference),
        cmocka_unit_test(share_and_evidence_cannot_disagree),
        cmocka_unit_test(graded_evidence_is_that_of_the_reference),
        cmocka_unit_test(what_is_no_difference_is_refused),
        cmocka_unit_test(ties_cost_nothing),
        cmocka_unit_test(futility_is_when_winning_all_is_not_enough),
        cmocka_unit_test(equal_routes_are_rarely_told_apart),
        cmocka_unit_test(thirty_points_on_sixty_prompts_are_decided_early),
        cmocka_unit_test(looking_often_misleads_mcnemar_and_not_the_e_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
