/*
 * Judges in whole runs against the mock provider: every question is a row
 * and is paid for, nothing is asked twice, and a judge's failure is never a
 * route's.
 */
#include "trial/judge_fixture.h"

#include <math.h>

enum { MOST_SECONDS = 90 };

/* ------------------------------------------------------- rows */

static void a_question_is_a_row_and_is_spent(void **state)
{
    struct judged j = {0};

    begin_judged(&j, 9, "mock-1.0", "mock-judge", "1000");
    run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    const struct assay_judge_figures *of = &r.judges[0];
    assert_int_equal(r.run->judge_count, 1);
    assert_int_equal(r.passed, 6);
    assert_int_equal(r.failed, 3);
    /* two votes that agree are most of three */
    assert_int_equal(of->calls, 18);
    assert_int_equal(requests_for(&j, "mock-judge"), 18);
    assert_int_equal(of->opinions, 9);
    assert_int_equal(of->repeated, 9);
    assert_int_equal(of->unanimous, 9);
    assert_true(fabs(of->unanimous_95.low - 0.7008) < 1e-4); /* Wilson */
    assert_int_equal(of->routes[0].judged, 9);
    assert_int_equal(of->routes[0].passed, 6);
    assert_int_equal(of->calibration, ASSAY_CALIBRATION_NONE);
    /* 1000 dollars a million tokens, by the usage that came back */
    struct assay_decimal paid;
    assert_true(assay_decimal_add(
        r.routes[0].spent.usd,
        ASSAY_DECIMAL((int64_t)(of->input_tokens + of->output_tokens), -3),
        &paid));
    assert_int_equal(of->spent.state, ASSAY_KNOWN);
    assert_true(of->input_tokens > 0 && of->output_tokens > 0);
    assert_int_equal(assay_decimal_compare(r.spent.usd, paid), 0);
    end_judged(&j);
}

static bool is_whole(void *of_count, struct assay_arena *arena,
                     const struct assay_judge_call *call)
{
    size_t *count = of_count;

    (void)arena;
    assert_int_equal(call->state, ASSAY_ATTEMPT_DONE);
    assert_int_equal(call->of, ASSAY_CLASS_ANSWERED);
    assert_int_equal(call->check, 1);
    assert_true(call->vote < 2);
    assert_int_equal(call->attempt, 0);
    assert_int_equal(call->question.len, 64);
    assert_true(assay_decimal_compare(call->cost_usd, call->reserved_usd) <= 0);
    assert_true(assay_str_is(call->model, "mock-judge"));
    assert_true(assay_str_starts(call->text, "{\"reason\": "));
    ++*count;
    return true;
}

static void its_row_has_all_of_it(void **state)
{
    struct judged j = {0};
    struct assay_error err = {0};
    size_t count = 0;

    begin_judged(&j, 4, "mock-1.0", "mock-judge", "1000");
    run(&j.f);
    struct assay_ledger *ledger = open_ledger(j.f.store);
    must(assay_ledger_judge_calls(ledger, j.f.run.id, is_whole, &count, &err),
         &err);
    assert_int_equal(count, 8);
    assay_ledger_close(ledger);
    end_judged(&j);
}

static void one_vote_is_one_question(void **state)
{
    struct judged j = {0};

    begin_judged(&j, 4, "mock-1.0", "mock-judge", NULL);
    j.f.options.judge_votes = 1;
    run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    assert_int_equal(r.judges[0].calls, 4);
    assert_int_equal(r.judges[0].repeated, 0);
    end_judged(&j);
}

/* ------------------------------------------------------- failures */

static void a_judge_that_is_not_understood_marks_nothing(void **state)
{
    struct judged j = {0};

    begin_judged(&j, 5, "mock-1.0", "mock-words-5", NULL);
    run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_COMPLETE);
    assert_int_equal(r.failed, 0);
    assert_int_equal(r.errors, 5);
    assert_int_equal(r.routes[0].unjudged, 5);
    assert_int_equal(r.routes[0].classes[ASSAY_CLASS_ANSWERED], 5);
    assert_int_equal(r.judges[0].silent, 5);
    assert_int_equal(r.judges[0].opinions, 0);
    end_judged(&j);
}

static void a_judge_that_fails_is_asked_again(void **state)
{
    struct judged j = {0};

    begin_judged(&j, 4, "mock-1.0", "mock-judge+500-once", NULL);
    j.f.options.judge_votes = 1;
    run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    assert_int_equal(r.errors, 0);
    assert_int_equal(r.judges[0].opinions, 4);
    assert_int_equal(r.judges[0].calls, 8);
    end_judged(&j);
}

static void answers_wait_for_a_judge_that_refuses_the_key(void **state)
{
    struct judged j = {0};

    begin_judged(&j, 20, "mock-1.0", "mock-judge+401-once", NULL);
    j.f.options.judge_votes = 1;
    j.f.options.concurrency = 4;
    run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    assert_int_equal(r.run->stopped, ASSAY_STOP_INTERRUPTED);
    assert_int_equal(r.rows, 0); /* nothing was marked */
    assert_true(r.attempts > 0 && r.attempts <= 5);
    uint64_t answered = r.attempts;
    for (unsigned rounds = 0; rounds < 40; rounds++) {
        assert_true(take_up(&j.f));
        run(&j.f);
        r = figures_of(&j.f);
        assert_true(r.attempts >= answered);
        if (r.run->stopped == ASSAY_STOP_COMPLETE)
            break;
    }
    assert_int_equal(r.run->stopped, ASSAY_STOP_COMPLETE);
    /* no answer was asked for twice, whatever became of its judging */
    assert_int_equal(requests_for(&j, "mock-1.0"), 20);
    assert_int_equal(r.attempts, 20);
    assert_int_equal(r.rows, 20);
    assert_int_equal(r.errors, 0);
    assert_int_equal(r.judges[0].opinions, 20);
    end_judged(&j);
}

/* ------------------------------------------------------- money */

static void judges_are_under_the_spending_limit(void **state)
{
    static const int64_t cents[] = {1, 900, 1600, 2500};

    for (size_t i = 0; i < sizeof cents / sizeof cents[0]; i++) {
        struct judged j = {0};
        begin_judged(&j, 60, "mock-1.0+500-p0.2", "mock-judge+500-p0.2",
                     "1000");
        j.f.run.has_max_cost = true;
        j.f.run.max_cost_usd = ASSAY_DECIMAL(cents[i], -2);
        j.f.options.max_tokens = 50;
        run(&j.f);
        struct assay_run_figures r = figures_of(&j.f);
        assert_int_equal(r.run->stopped, ASSAY_STOP_BUDGET);
        assert_true(assay_decimal_compare(r.spent.usd, j.f.run.max_cost_usd) <=
                    0);
        assert_int_equal(requests_for(&j, "mock-judge+500-p0.2"),
                         r.judges[0].calls);
        /* with more money it goes on: what was answered is only judged */
        assert_true(take_up(&j.f));
        j.f.run.max_cost_usd = ASSAY_DECIMAL(1000, 0);
        run(&j.f);
        r = figures_of(&j.f);
        assert_int_equal(r.run->stopped, ASSAY_STOP_COMPLETE);
        assert_int_equal(r.rows, 60);
        assert_int_equal(requests_for(&j, "mock-1.0+500-p0.2"), r.attempts);
        assert_int_equal(requests_for(&j, "mock-judge+500-p0.2"),
                         r.judges[0].calls);
        uint64_t answers = r.passed + r.failed + r.routes[0].unjudged;
        assert_int_equal(r.routes[0].classes[ASSAY_CLASS_ANSWERED], answers);
        end_judged(&j);
    }
}

static void a_judge_without_a_price_is_refused_beside_a_limit(void **state)
{
    struct judged j = {0};
    struct assay_error err = {0};

    begin_judged(&j, 3, "mock-1.0", "mock-judge", NULL);
    assay_trial_route_price(&j.f.arena, &j.f.routes[0].facts, ASSAY_STR("1"),
                            ASSAY_STR("1"));
    j.f.run.has_max_cost = true;
    j.f.run.max_cost_usd = ASSAY_DECIMAL(1, 0);
    assert_null(assay_trial_new(&j.f.options, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "judge"));
    assert_non_null(strstr(err.text, "#mock-judge"));
    end_judged(&j);
}

static void the_worst_case_has_the_judges_part(void **state)
{
    struct judged j = {0};
    struct assay_error err = {0};

    begin_judged(&j, 4, "mock-1.0", "mock-judge", "1000");
    struct assay_trial *trial = assay_trial_new(&j.f.options, &err);
    must(trial != NULL, &err);
    struct assay_trial_outlook o = assay_trial_outlook(trial);
    assert_int_equal(o.left, 4);
    assert_int_equal(o.questions, 12);
    /* of twelve questions alone: 1,024 tokens out at a tenth of a cent */
    assert_true(assay_decimal_compare(o.worst.usd, ASSAY_DECIMAL(12, 0)) > 0);
    assay_trial_free(trial);
    end_judged(&j);
}

/* ------------------------------------------------------- sudden ends */

struct tally {
    size_t done, unknown;
    bool twice;
    struct assay_judge_call last;
};

/* Rows of one question stand together: at most one of them is answered. */
static bool count_call(void *of_tally, struct assay_arena *arena,
                       const struct assay_judge_call *c)
{
    struct tally *t = of_tally;
    bool same = t->done && c->place == t->last.place &&
                c->repeat == t->last.repeat && c->route == t->last.route &&
                c->check == t->last.check && c->vote == t->last.vote;

    (void)arena;
    t->unknown += c->state == ASSAY_ATTEMPT_UNKNOWN;
    if (c->state != ASSAY_ATTEMPT_DONE)
        return true;
    t->twice |= same;
    t->done++;
    t->last = *c;
    return true;
}

static void report_of(struct judged *j, struct assay_buf *text)
{
    struct assay_error err = {0};
    struct assay_run_figures figures;
    struct assay_ledger *ledger = open_ledger(j->f.store);
    struct assay_run *kept =
        assay_ledger_run(ledger, &j->f.arena, j->f.run.id, &err);

    must(kept != NULL, &err);
    must(assay_run_figures_stable(ledger, &j->f.arena, kept, &figures, &err),
         &err);
    assay_ledger_close(ledger);
    assay_buf_init(text, 1 << 20);
    assay_json_write(text, assay_run_json(&j->f.arena, &figures),
                     (struct assay_json_style){0});
}

static void killed_again_and_again_nothing_is_asked_twice(void **state)
{
    struct judged j = {0};
    struct assay_random random = {7};
    struct assay_buf killed, whole;
    struct assay_error err = {0};
    struct assay_run fresh;
    struct tally tally = {0};
    bool ended = false;

    begin_judged(&j, 150, "mock-1.0", "mock-latency-2", "10");
    fresh = j.f.run;
    for (unsigned kills = 0; kills < 20 && !ended; kills++) {
        ended =
            run_and_kill(&j.f, 5 + (unsigned)assay_random_below(&random, 60));
        (void)take_up(&j.f);
    }
    if (!ended)
        run(&j.f);
    struct assay_run_figures r = figures_of(&j.f);
    assert_int_equal(r.rows, 150);
    assert_int_equal(r.attempts, 150 + r.unknown);
    struct assay_ledger *ledger = open_ledger(j.f.store);
    must(assay_ledger_judge_calls(ledger, j.f.run.id, count_call, &tally, &err),
         &err);
    assay_ledger_close(ledger);
    assert_false(tally.twice);
    assert_int_equal(tally.done, 300);
    assert_int_equal(r.judges[0].calls, 300 + tally.unknown);
    assert_int_equal(r.judges[0].unknown, tally.unknown);
    /* each request is a row; a row may have been killed before it left */
    size_t requests = requests_for(&j, "mock-latency-2");
    assert_true(requests >= 300 && requests <= r.judges[0].calls);
    report_of(&j, &killed);

    /* the same run without a disturbance, in another store */
    snprintf(j.f.store, sizeof j.f.store, "%s/whole.db", j.f.folder);
    j.f.run = fresh;
    j.f.options.resume = false;
    run(&j.f);
    report_of(&j, &whole);
    assert_string_equal(killed.at, whole.at);
    assay_buf_release(&killed);
    assay_buf_release(&whole);
    end_judged(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_a_row_and_is_spent),
        cmocka_unit_test(its_row_has_all_of_it),
        cmocka_unit_test(one_vote_is_one_question),
        cmocka_unit_test(a_judge_that_is_not_understood_marks_nothing),
        cmocka_unit_test(a_judge_that_fails_is_asked_again),
        cmocka_unit_test(answers_wait_for_a_judge_that_refuses_the_key),
        cmocka_unit_test(judges_are_under_the_spending_limit),
        cmocka_unit_test(a_judge_without_a_price_is_refused_beside_a_limit),
        cmocka_unit_test(the_worst_case_has_the_judges_part),
        cmocka_unit_test(killed_again_and_again_nothing_is_asked_twice),
    };

    (void)alarm(MOST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
