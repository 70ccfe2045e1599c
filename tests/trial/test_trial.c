/*
 * Whole runs against the mock provider: what is decided, what is spent, and
 * that nothing is lost or counted twice, whenever the process dies.
 */
#include "assay/trial.h"

#include "trial/trial_fixture.h"
#include "trial/trial_parts.h"

#include <time.h>
#include <unistd.h>

enum { MOST_SECONDS = 60 };

/* ------------------------------------------------------- verdicts */

static void two_models_that_differ_are_told_apart_early(void **state)
{
    struct fixture f = {0};

    begin(&f, 60, "mock-1.0", "mock-accuracy-0.6", NULL);
    run(&f);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_DECIDED);
    assert_int_equal(r.pairs[0].verdict.verdict, ASSAY_VERDICT_A);
    assert_true(r.run->counted < 60);
    assert_int_equal(r.prompts, r.run->counted);
    assert_int_equal(r.rows, 2 * r.run->counted);
    assert_true(r.attempts >= r.rows);
    assert_true(r.routes[0].latency.p50.known);
    end(&f);
}

static void two_equal_models_are_not(void **state)
{
    struct fixture f = {0};

    begin(&f, 60, "mock-1.0", "mock-plain", NULL);
    run(&f);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_FUTILE);
    assert_int_equal(r.pairs[0].verdict.verdict, ASSAY_VERDICT_UNDECIDED);
    assert_true(r.pairs[0].verdict.more.known);
    end(&f);
}

static bool note_prompt(void *of_text, struct assay_arena *arena,
                        const struct assay_attempt *attempt)
{
    struct assay_buf *text = of_text;

    assay_buf_printf(
        text, "%.*s|%.*s|%u|%s\n", ASSAY_STR_ARG(attempt->at->prompt),
        ASSAY_STR_ARG(attempt->reply.text), attempt->route,
        attempt->state == ASSAY_ATTEMPT_DONE ? assay_mark_name(attempt->mark)
                                             : "-");
    return true;
}

static void rows_of(struct fixture *f, struct assay_buf *text)
{
    struct assay_error err = {0};
    struct assay_ledger *ledger = open_ledger(f->store);

    assay_buf_init(text, (size_t)8 << 20);
    must(assay_ledger_attempts(ledger, f->run.id, note_prompt, text, &err),
         &err);
    assay_ledger_close(ledger);
}

static void the_same_seed_asks_in_the_same_order(void **state)
{
    struct fixture f = {0};
    struct assay_buf rows[3];
    static const char *const ids[] = {"0000000a", "0000000b", "0000000c"};

    begin(&f, 30, "mock-accuracy-0.8", NULL, NULL);
    f.run.rule.mode = ASSAY_TRIAL_FIXED;
    for (int i = 0; i < 3; i++) {
        f.run.id = assay_str_c(ids[i]);
        f.run.seed = i < 2 ? 5 : 6;
        run(&f);
        rows_of(&f, &rows[i]);
    }
    assert_string_equal(rows[0].at, rows[1].at);
    assert_string_not_equal(rows[0].at, rows[2].at);
    assert_int_equal(rows[0].len, rows[2].len);
    for (int i = 0; i < 3; i++)
        assay_buf_release(&rows[i]);
    end(&f);
}

/* ------------------------------------------------------- money, storms */

static void a_spending_limit_is_never_passed(void **state)
{
    struct fixture f = {0};

    begin(&f, 200, "mock-accuracy-0.8+500-p0.2", "mock-words-20", "1000");
    f.run.rule.mode = ASSAY_TRIAL_FIXED;
    f.run.has_max_cost = true;
    f.run.max_cost_usd = ASSAY_DECIMAL(8, 0);
    f.options.max_tokens = 50;
    run(&f);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_BUDGET);
    assert_true(assay_decimal_compare(r.spent.usd, f.run.max_cost_usd) <= 0);
    /* and is used: what is left would not have paid for one more prompt */
    assert_true(assay_decimal_compare(r.spent.usd, ASSAY_DECIMAL(7, 0)) > 0);
    end(&f);
}

static void a_limit_without_a_price_is_refused_by_name(void **state)
{
    struct fixture f = {0};
    struct assay_error err = {0};

    begin(&f, 3, "mock-1.0", NULL, NULL);
    f.run.has_max_cost = true;
    f.run.max_cost_usd = ASSAY_DECIMAL(1, 0);
    assert_null(assay_trial_new(&f.options, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "#mock-1.0"));
    end(&f);
}

static bool says_why(void *context, struct assay_arena *arena,
                     const struct assay_attempt *attempt)
{
    (void)arena;
    *(size_t *)context +=
        attempt->final &&
        assay_str_contains(attempt->message, " (not asked again: a run has");
    return true;
}

/* Rows of prompts for which no retry was left in the budget. */
static size_t not_asked_again(const struct fixture *f)
{
    struct assay_error err = {0};
    struct assay_ledger *ledger = open_ledger(f->store);
    size_t count = 0;

    must(assay_ledger_attempts(ledger, f->run.id, says_why, &count, &err),
         &err);
    assay_ledger_close(ledger);
    return count;
}

static void a_storm_is_not_answered_with_one(void **state)
{
    struct fixture f = {0};
    struct assay_arena arena = {0};

    begin(&f, 300, "mock-1.0+500-p0.9", NULL, NULL);
    f.options.concurrency = 64;
    run(&f);
    struct assay_run_figures r = figures_of(&f);
    size_t requests = assay_test_mock_count(
        assay_test_mock_log(&f.mock, &arena, false), "request");
    assert_int_equal(requests, r.attempts);
    assert_true(r.rows > 0);
    assert_true((double)requests <=
                1.2 * (double)(r.rows > 100 ? r.rows : 100));
    assert_true(not_asked_again(&f) > 0);
    assay_arena_free(&arena);
    end(&f);
}

/* ------------------------------------------------------- sudden ends */

/* What a report says, without clocks and without what the kills cost. */
static void final_words(struct fixture *f, struct assay_buf *text)
{
    struct assay_run_figures r = figures_of(f);
    const struct assay_json_style style = {0};

    for (size_t i = 0; i < 2; i++) {
        struct assay_route_figures *route = &r.routes[i];
        route->latency = route->first_token = (struct assay_timing){0};
        route->input_tokens = route->output_tokens = 0;
        route->attempts -= route->unknown;
    }
    r.pairs[0].latency = (struct assay_ratio){0};
    r.attempts -= r.unknown;
    r.unknown = 0;
    assay_buf_init(text, 1 << 20);
    assay_json_write(text, assay_run_json(&f->arena, &r), style);
}

static void killed_again_and_again_it_loses_nothing(void **state)
{
    struct fixture f = {0};
    struct assay_buf killed, whole;
    struct assay_random random = {20261122};
    struct assay_run fresh;
    bool ended = false;
    unsigned kills = 0;

    begin(&f, 250, "mock-accuracy-0.8", "mock-accuracy-0.7", NULL);
    f.run.rule.mode = ASSAY_TRIAL_FIXED;
    fresh = f.run;
    while (kills < 20 && !ended) {
        /* the child opens its connections anew */
        ended = run_and_kill(&f, 5 + (unsigned)assay_random_below(&random, 60));
        kills++;
        (void)take_up(&f);
    }
    if (!ended)
        run(&f);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.rows, 500);
    assert_int_equal(r.errors, 0);
    assert_int_equal(r.attempts, 500 + r.unknown);
    struct assay_arena arena = {0};
    size_t requests = assay_test_mock_count(
        assay_test_mock_log(&f.mock, &arena, false), "request");
    /* each request is a row; a row may have been killed before it left */
    assert_true(requests <= r.attempts);
    assert_true(requests >= 500);
    assay_arena_free(&arena);
    final_words(&f, &killed);

    /* the same run without a disturbance, in another store */
    snprintf(f.store, sizeof f.store, "%s/whole.db", f.folder);
    f.run = fresh;
    f.options.resume = false;
    run(&f);
    final_words(&f, &whole);
    assert_string_equal(killed.at, whole.at);
    assay_buf_release(&killed);
    assay_buf_release(&whole);
    end(&f);
}

/* ------------------------------------------------------- stopping */

static bool after_ten(void *context)
{
    unsigned *looks = context;

    return ++*looks > 3;
}

static void who_asks_it_to_stop_can_go_on_later(void **state)
{
    struct fixture f = {0};
    struct assay_error err = {0};
    unsigned looks = 0;
    const struct assay_trial_watcher impatient = {.stop = after_ten,
                                                  .context = &looks};

    begin(&f, 400, "mock-latency-20", NULL, NULL);
    struct assay_trial *trial = assay_trial_new(&f.options, &err);
    must(trial != NULL, &err);
    must(assay_trial_run(trial, &impatient, &err), &err);
    assay_trial_free(trial);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_INTERRUPTED);
    assert_true(r.rows < 400);
    assert_int_equal(r.unknown, 0);
    assert_true(take_up(&f));
    f.run.max_time_ms = 1; /* over at once */
    run(&f);
    assert_int_equal(figures_of(&f).run->stopped, ASSAY_STOP_TIME);
    end(&f);
}

static void a_route_that_refuses_the_key_is_asked_no_more(void **state)
{
    struct fixture f = {0};

    begin(&f, 50, "mock-1.0", "mock-1.0+401", NULL);
    run(&f);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_INTERRUPTED);
    assert_true(r.routes[1].attempts <= 16);
    assert_int_equal(r.routes[1].classes[ASSAY_CLASS_UNAUTHORISED],
                     r.routes[1].rows);
    end(&f);
}

/* A closed port, beside a route that answers. */
static void a_route_that_was_never_there_is_given_up_soon(void **state)
{
    const struct assay_trial_watcher nobody = {0};
    struct fixture f = {0};
    struct assay_error err = {0};
    struct assay_test_mock gone;

    assay_test_mock_start(&gone, NULL);
    begin(&f, 60, "mock-1.0", "mock-1.0", NULL);
    assay_test_mock_stop(&gone);
    assay_trial_route_close(&f.routes[1]);
    struct assay_test_mock there = f.mock;
    f.mock = gone; /* for its address */
    open_route(&f, 1, "mock-1.0", NULL);
    f.mock = there;
    struct assay_trial *trial = assay_trial_new(&f.options, &err);
    must(trial != NULL, &err);
    must(assay_trial_run(trial, &nobody, &err), &err);
    struct assay_str why = assay_trial_why_down(trial, 1);
    if (!assay_str_starts(why, "connect, never a connection: ") ||
        !assay_str_contains(why, "refused"))
        fail_msg("'%.*s'", ASSAY_STR_ARG(why));
    assert_int_equal(assay_trial_why_down(trial, 0).len, 0);
    assay_trial_free(trial);
    struct assay_run_figures r = figures_of(&f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_INTERRUPTED);
    assert_int_equal(r.routes[1].classes[ASSAY_CLASS_CONNECT],
                     r.routes[1].rows);
    /* four at once when the breaker opens, and the one that tries */
    assert_in_range(r.routes[1].rows, ASSAY_PACE_FAILURES + 1,
                    ASSAY_PACE_FAILURES + 5);
    assert_int_equal(r.routes[0].errors, 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_models_that_differ_are_told_apart_early),
        cmocka_unit_test(two_equal_models_are_not),
        cmocka_unit_test(the_same_seed_asks_in_the_same_order),
        cmocka_unit_test(a_spending_limit_is_never_passed),
        cmocka_unit_test(a_limit_without_a_price_is_refused_by_name),
        cmocka_unit_test(a_storm_is_not_answered_with_one),
        cmocka_unit_test(killed_again_and_again_it_loses_nothing),
        cmocka_unit_test(who_asks_it_to_stop_can_go_on_later),
        cmocka_unit_test(a_route_that_refuses_the_key_is_asked_no_more),
        cmocka_unit_test(a_route_that_was_never_there_is_given_up_soon),
    };

    (void)alarm(MOST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
