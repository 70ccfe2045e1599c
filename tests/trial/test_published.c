/*
 * Samples that others published become a run: which of them are one sample,
 * what two sets then show, and what a second reading changes.
 */
#include "assay/published.h"
#include "assay/report.h"

#include "ledger_fixture.h"

#include <math.h>

static struct ledger_fixture fixture;

static int open_store(void **state)
{
    (void)state;
    fixture_open(&fixture);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

/* ------------------------------------------------------- sets */

static struct assay_sample_set set_of(const char *name)
{
    return (struct assay_sample_set){
        .format = ASSAY_STR("every-eval-ever"),
        .benchmark = ASSAY_STR("Exam"),
        .metric = ASSAY_STR("accuracy"),
        .harness = ASSAY_STR("lm_eval"),
        .publisher = ASSAY_STR("Guild"),
        .source = assay_arena_printf(&fixture.arena, "eee-%s", name),
        .model = assay_arena_printf(&fixture.arena, "acme/%s", name),
        .day = ASSAY_STR("2026-06-15"),
        .sha256 = assay_str_c(name),
    };
}

struct line {
    const char *id, *raw, *reference; /* one text, or NULL: none */
    bool passed;
    const char *error;
};

static void add_line(struct assay_published *p, const struct line *line)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_json *reference = assay_json_array(&arena);

    if (line->reference)
        assay_json_add(reference,
                       assay_json_string(&arena, assay_str_c(line->reference)));
    const struct assay_sample sample = {
        .id = assay_str_c(line->id),
        .raw = assay_str_c(line->raw),
        .reference = reference,
        .answer = ASSAY_STR("an answer"),
        .error = assay_str_c(line->error),
        .passed = line->passed,
        .score = line->passed ? 1 : 0,
    };
    must(assay_published_add(p, &sample, &err), &err);
    assay_arena_free(&arena);
}

/* The run's id. */
static struct assay_str publish(const struct assay_sample_set *set,
                                const struct line *lines, size_t count)
{
    struct assay_error err = {0};
    struct assay_str run;
    struct assay_published *p =
        assay_published_begin(fixture.ledger, set, &err);

    must(p != NULL, &err);
    for (size_t i = 0; i < count; i++)
        add_line(p, &lines[i]);
    must(assay_published_end(p, &fixture.arena, &run, &err), &err);
    return run;
}

static struct assay_run_figures figures_of(struct assay_str id)
{
    struct assay_error err = {0};
    struct assay_run_figures figures;
    struct assay_run *run =
        assay_ledger_run(fixture.ledger, &fixture.arena, id, &err);

    must(run != NULL, &err);
    must(assay_run_figures(fixture.ledger, &fixture.arena, run, &figures, &err),
         &err);
    return figures;
}

static void assert_table(const struct assay_run_figures *f, uint64_t both,
                         uint64_t only_a, uint64_t only_b, uint64_t neither)
{
    assert_int_equal(f->pair_count, 1);
    assert_int_equal(f->pairs[0].table.both, both);
    assert_int_equal(f->pairs[0].table.only_a, only_a);
    assert_int_equal(f->pairs[0].table.only_b, only_b);
    assert_int_equal(f->pairs[0].table.neither, neither);
    assert_int_equal(f->pairs[0].remaining, 0);
}

/* "anvil" passes all `count` questions, "hammer" the first `passed`. */
static struct assay_str publish_two(size_t count, size_t passed)
{
    struct line *lines = ASSAY_NEW_ARRAY(&fixture.arena, struct line, count);
    struct assay_sample_set anvil = set_of("anvil"), hammer = set_of("hammer");

    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){
            .id = assay_arena_printf(&fixture.arena, "q%zu", i).at,
            .raw = assay_arena_printf(&fixture.arena, "%zu?", i).at,
            .passed = true,
            .error = "",
        };
    publish(&anvil, lines, count);
    for (size_t i = passed; i < count; i++)
        lines[i].passed = false;
    return publish(&hammer, lines, count);
}

/* ------------------------------------------------------- what is shown */

static void two_sets_of_the_same_samples_are_tested_in_pairs(void **state)
{
    struct assay_str id = publish_two(20, 12);
    struct assay_run_figures f = figures_of(id);
    const struct assay_evidence *line = &f.pairs[0].verdict.answered;

    (void)state;
    assert_table(&f, 12, 8, 0, 0);
    assert_int_equal(f.run->rule.mode, ASSAY_TRIAL_FIXED);
    assert_int_equal(line->rule, ASSAY_EVIDENCE_MCNEMAR);
    /* 8 to 0: 2 / 2^8 */
    assert_float_equal(line->p, 0.0078125, 1e-12);
    assert_int_equal(f.pairs[0].verdict.verdict, ASSAY_VERDICT_A);
    assert_int_equal(f.routes[1].passed, 12);
    assert_int_equal(f.routes[1].failed, 8);
}

static void the_run_says_that_others_published_it(void **state)
{
    struct assay_sample_set second = set_of("hammer");
    const struct line one = {"q", "?", NULL, true, ""};
    struct assay_sample_set first = set_of("anvil");

    (void)state;
    second.publisher = ASSAY_STR("Acme");
    second.day = ASSAY_STR("2026-07-01");
    publish(&first, &one, 1);
    struct assay_run_figures f = figures_of(publish(&second, &one, 1));
    assert_true(assay_str_is(assay_run_publisher(f.run), "Guild; Acme"));
    assert_true(assay_str_is(f.run->suite, "Exam, accuracy"));
    assert_true(assay_str_is(f.run->scoring, "published, lm_eval"));
    assert_true(assay_str_is(f.run->started, "2026-07-01T00:00:00Z"));
    assert_int_equal(f.run->stopped, ASSAY_STOP_COMPLETE);
    assert_true(assay_str_is(f.run->routes[1].label, "hammer"));
    assert_int_equal(f.routes[0].latency.p50.known, false);
    assert_int_equal(f.spent.state, ASSAY_UNKNOWN);
}

static void another_metric_or_harness_is_another_run(void **state)
{
    const struct line one = {"q", "?", NULL, true, ""};
    struct assay_sample_set a = set_of("anvil"), b = set_of("hammer");
    struct assay_str id = publish(&a, &one, 1);

    (void)state;
    b.metric = ASSAY_STR("f1");
    assert_false(assay_str_equal(publish(&b, &one, 1), id));
    b = set_of("hammer");
    b.harness = ASSAY_STR("helm");
    assert_false(assay_str_equal(publish(&b, &one, 1), id));
    b = set_of("hammer");
    b.evaluation = ASSAY_STR("eval-1");
    assert_false(assay_str_equal(publish(&b, &one, 1), id));
    b = set_of("hammer");
    b.graded = true;
    assert_false(assay_str_equal(publish(&b, &one, 1), id));
}

static void graded_sets_are_compared_by_their_scores(void **state)
{
    struct assay_sample_set sets[] = {set_of("anvil"), set_of("hammer")};
    static const double scores[2][3] = {{0.5, 0.9, 1}, {0.2, 0.9, 0.4}};
    static const char *const raw[] = {"a", "b", "c"};
    struct assay_error err = {0};
    struct assay_str id = {"", 0};

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        sets[s].graded = true;
        struct assay_published *p =
            assay_published_begin(fixture.ledger, &sets[s], &err);
        must(p != NULL, &err);
        for (size_t i = 0; i < 3; i++) {
            const struct assay_sample sample = {.id = assay_str_c(raw[i]),
                                                .raw = assay_str_c(raw[i]),
                                                .passed = true,
                                                .score = scores[s][i]};
            must(assay_published_add(p, &sample, &err), &err);
        }
        must(assay_published_end(p, &fixture.arena, &id, &err), &err);
    }
    struct assay_run_figures f = figures_of(id);
    assert_int_equal(f.run->rule.outcome, ASSAY_OUTCOME_GRADED);
    assert_int_equal(f.pairs[0].verdict.answered.pairs, 3);
    assert_float_equal(f.pairs[0].verdict.answered.difference, 0.3, 1e-12);
    assert_float_equal(f.routes[1].mean_score, 0.5, 1e-12);
}

/* ------------------------------------------------------- the same sample */

static void question_and_reference_make_a_sample_whatever_its_id(void **state)
{
    const struct line a[] = {{"1", "2 + 2?", "4", true, ""},
                             {"2", "3 + 3?", "6", true, ""}};
    const struct line b[] = {{"x", "3 + 3?", "6", false, ""},
                             {"y", "2 + 2?", "4", true, ""}};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, a, 2);
    struct assay_run_figures f = figures_of(publish(&second, b, 2));
    assert_table(&f, 1, 1, 0, 0);
    assert_int_equal(f.run->case_count, 2);
}

static void else_id_and_reference_do(void **state)
{
    const struct line a = {"q1", "Q: 2 + 2?\nA:", "4", true, ""};
    const struct line b = {"q1", "What is 2 + 2?", "4", false, ""};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, &a, 1);
    struct assay_run_figures f = figures_of(publish(&second, &b, 1));
    assert_table(&f, 0, 1, 0, 0);
}

static void an_id_alone_does_not(void **state)
{
    const struct line a = {"q1", "Name a tool.", NULL, true, ""};
    const struct line b = {"q1", "Name a metal.", NULL, false, ""};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, &a, 1);
    struct assay_run_figures f = figures_of(publish(&second, &b, 1));
    assert_table(&f, 0, 0, 0, 0);
    assert_int_equal(f.run->case_count, 2);
    assert_int_equal(f.routes[0].unscored, 1);
    assert_int_equal(f.routes[0].passed + f.routes[0].failed, 1);
}

/* Two subjects that each count from 1, with letters as references. */
static void an_id_of_two_samples_finds_neither(void **state)
{
    const struct line a[] = {{"1", "physics 1", "A", true, ""},
                             {"1", "history 1", "A", true, ""}};
    const struct line b[] = {{"1", "history one", "A", false, ""},
                             {"1", "physics one", "A", false, ""}};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, a, 2);
    struct assay_run_figures f = figures_of(publish(&second, b, 2));
    assert_table(&f, 0, 0, 0, 0);
    assert_int_equal(f.run->case_count, 4);
}

static void a_sample_that_stands_twice_is_a_repeat(void **state)
{
    const struct line a[] = {{"1", "?", "4", true, ""},
                             {"1", "?", "4", false, ""},
                             {"2", "!", "5", true, ""}};
    const struct line b[] = {{"1", "?", "4", false, ""},
                             {"2", "!", "5", true, ""}};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, a, 3);
    struct assay_run_figures f = figures_of(publish(&second, b, 2));
    assert_int_equal(f.run->repeats, 2);
    assert_int_equal(f.run->case_count, 2);
    assert_int_equal(f.routes[0].passed, 2);
    assert_int_equal(f.routes[0].failed, 1);
    assert_table(&f, 1, 1, 0, 0);
    assert_int_equal(f.pairs[0].units, 2);
    assert_int_equal(f.run->rule.outcome, ASSAY_OUTCOME_GRADED);
}

/* ------------------------------------------------------- gaps and errors */

static void a_repeat_that_differs_is_won_in_part(void **state)
{
    const struct line a[] = {{"1", "?", "4", true, ""},
                             {"1", "?", "4", false, ""}};
    const struct line b[] = {{"1", "?", "4", false, ""},
                             {"1", "?", "4", false, ""}};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, a, 2);
    struct assay_run_figures f = figures_of(publish(&second, b, 2));
    assert_float_equal(f.pairs[0].verdict.answered.difference, 0.5, 1e-12);
}

static void what_a_set_lacks_is_in_no_pair(void **state)
{
    const struct line a[] = {{"1", "one", NULL, true, ""},
                             {"2", "two", NULL, true, ""}};
    const struct line b[] = {{"2", "two", NULL, false, ""},
                             {"3", "three", NULL, true, ""}};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, a, 2);
    struct assay_run_figures f = figures_of(publish(&second, b, 2));
    assert_table(&f, 0, 1, 0, 0);
    assert_int_equal(f.pairs[0].verdict.answered.pairs, 1);
    assert_int_equal(f.pairs[0].verdict.served.pairs, 1);
    assert_int_equal(f.routes[0].unscored, 1);
    assert_int_equal(f.routes[1].unscored, 1);
}

static void an_error_is_no_answer(void **state)
{
    const struct line a = {"1", "one", NULL, true, ""};
    const struct line b = {"1", "one", NULL, false, "overloaded: later"};
    struct assay_sample_set first = set_of("anvil"), second = set_of("hammer");

    (void)state;
    publish(&first, &a, 1);
    struct assay_run_figures f = figures_of(publish(&second, &b, 1));
    assert_table(&f, 0, 0, 0, 0);
    assert_int_equal(f.routes[1].errors, 1);
    assert_int_equal(f.routes[1].classes[ASSAY_CLASS_OVERLOADED], 1);
    assert_int_equal(f.routes[1].passed + f.routes[1].failed, 0);
    assert_int_equal(f.pairs[0].verdict.served.pairs, 1);
}

static void what_was_put_to_no_test_is_unscored(void **state)
{
    struct assay_sample_set set = set_of("anvil");
    struct assay_error err = {0};
    struct assay_str id;
    const struct assay_sample sample = {
        .id = ASSAY_STR("1"),
        .raw = ASSAY_STR("Hello?"),
        .answer = ASSAY_STR("Hello!"),
        .passed = true,
        .unscored = true,
        .score = 1,
        .latency_ms = 2000,
    };

    (void)state;
    struct assay_published *p =
        assay_published_begin(fixture.ledger, &set, &err);
    must(p && assay_published_add(p, &sample, &err) &&
             assay_published_end(p, &fixture.arena, &id, &err),
         &err);
    struct assay_run_figures f = figures_of(id);
    assert_int_equal(f.routes[0].unscored, 1);
    assert_int_equal(f.routes[0].passed, 0);
    assert_true(isnan(f.routes[0].mean_score));
    /* as reported, it is in no figure */
    assert_int_equal(f.routes[0].latency.p50.known, false);
}

static void a_cluster_counts_once(void **state)
{
    static const struct assay_sample samples[] = {
        {.id = {"1", 1}, .raw = {"a", 1}, .cluster = {"x", 1}},
        {.id = {"2", 1}, .raw = {"b", 1}, .cluster = {"x", 1}},
        {.id = {"3", 1}, .raw = {"c", 1}, .cluster = {"y", 1}},
        {.id = {"4", 1}, .raw = {"d", 1}, .cluster = {"", 0}},
        {.id = {"5", 1}, .raw = {"e", 1}, .cluster = {"", 0}},
    };
    struct assay_sample_set sets[] = {set_of("anvil"), set_of("hammer")};
    struct assay_error err = {0};
    struct assay_str id = {"", 0};

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        struct assay_published *p =
            assay_published_begin(fixture.ledger, &sets[s], &err);
        must(p != NULL, &err);
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            struct assay_sample sample = samples[i];
            sample.passed = s == 0 || i != 1;
            must(assay_published_add(p, &sample, &err), &err);
        }
        must(assay_published_end(p, &fixture.arena, &id, &err), &err);
    }
    struct assay_run_figures f = figures_of(id);
    assert_int_equal(f.run->case_count, 5);
    assert_int_equal(f.units, 4);
    assert_int_equal(f.pairs[0].verdict.answered.pairs, 4);
    assert_table(&f, 4, 1, 0, 0);
    /* half of one of four */
    assert_float_equal(f.pairs[0].verdict.answered.difference, 0.125, 1e-12);
}

/* ------------------------------------------------------- again */

static void the_same_bytes_again_change_nothing(void **state)
{
    const struct line a = {"1", "one", NULL, true, ""};
    const struct line other = {"1", "one", NULL, false, ""};
    struct assay_sample_set set = set_of("anvil");

    (void)state;
    publish(&set, &a, 1);
    /* the name of the bytes is the same: the lines are not even looked at */
    struct assay_run_figures f = figures_of(publish(&set, &other, 1));
    assert_int_equal(f.routes[0].passed, 1);
    assert_int_equal(f.run->route_count, 1);
}

static void other_bytes_replace_the_set(void **state)
{
    const struct line a[] = {{"1", "one", NULL, true, ""},
                             {"2", "two", NULL, true, ""}};
    const struct line b[] = {{"1", "one", NULL, false, ""}};
    struct assay_sample_set set = set_of("anvil"), other = set_of("hammer");

    (void)state;
    publish(&set, a, 2);
    publish(&other, a, 2);
    set.sha256 = ASSAY_STR("other");
    struct assay_run_figures f = figures_of(publish(&set, b, 1));
    assert_int_equal(f.run->route_count, 2);
    assert_int_equal(f.routes[0].passed, 0);
    assert_int_equal(f.routes[0].failed, 1);
    assert_int_equal(f.routes[0].unscored, 1);
    assert_table(&f, 0, 0, 1, 0);
}

static void what_is_dropped_was_never_there(void **state)
{
    struct assay_error err = {0};
    struct assay_sample_set set = set_of("anvil");
    const struct line one = {"1", "one", NULL, true, ""};
    struct assay_run *runs;
    size_t count;

    (void)state;
    struct assay_published *p =
        assay_published_begin(fixture.ledger, &set, &err);
    must(p != NULL, &err);
    add_line(p, &one);
    assay_published_drop(p);
    must(assay_ledger_runs(fixture.ledger, &fixture.arena, &runs, &count, &err),
         &err);
    assert_int_equal(count, 0);
}

static void a_set_is_told_by_names_that_can_be_shown(void **state)
{
    struct assay_error err = {0};
    struct assay_sample_set set = set_of("anvil");

    (void)state;
    set.publisher = ASSAY_STR("");
    assert_false(assay_published_check(&set, &err));
    assert_string_equal(err.text, "a set of samples has no publisher");
    set = set_of("anvil");
    set.label = (struct assay_str){"a\0b", 3};
    assert_null(assay_published_begin(fixture.ledger, &set, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "the label of a set of samples: "));
    set = set_of("anvil");
    set.metric = ASSAY_STR("");
    assert_true(assay_published_check(&set, &err));
}

static void a_run_holds_so_many_sets(void **state)
{
    const struct line one = {"1", "one", NULL, true, ""};
    struct assay_error err = {0};
    char name[] = "model-a";

    (void)state;
    for (int i = 0; i < ASSAY_PUBLISHED_SETS_MAX; i++) {
        name[sizeof name - 2] = (char)('a' + i);
        struct assay_sample_set set = set_of(name);
        set.sha256 = assay_arena_copy(&fixture.arena, set.sha256);
        publish(&set, &one, 1);
    }
    struct assay_sample_set last = set_of("one-more");
    assert_null(assay_published_begin(fixture.ledger, &last, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_sets_of_the_same_samples_are_tested_in_pairs),
        TEST(the_run_says_that_others_published_it),
        TEST(another_metric_or_harness_is_another_run),
        TEST(graded_sets_are_compared_by_their_scores),
        TEST(question_and_reference_make_a_sample_whatever_its_id),
        TEST(else_id_and_reference_do),
        TEST(an_id_alone_does_not),
        TEST(an_id_of_two_samples_finds_neither),
        TEST(a_sample_that_stands_twice_is_a_repeat),
        TEST(a_repeat_that_differs_is_won_in_part),
        TEST(what_a_set_lacks_is_in_no_pair),
        TEST(an_error_is_no_answer),
        TEST(what_was_put_to_no_test_is_unscored),
        TEST(a_cluster_counts_once),
        TEST(the_same_bytes_again_change_nothing),
        TEST(other_bytes_replace_the_set),
        TEST(what_is_dropped_was_never_there),
        TEST(a_set_is_told_by_names_that_can_be_shown),
        TEST(a_run_holds_so_many_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
