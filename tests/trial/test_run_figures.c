/*
 * Figures of a run from its rows: what counts, what is paid, and the line
 * "as served" beside the answered one.
 */
#include "assay/report.h"

#include "trial/ledger_fixture.h"

#include <math.h>

struct end {
    uint64_t place;
    uint32_t route;
    enum assay_attempt_state state;
    enum assay_mark mark;
    bool is_free;
};

static void write_end(struct ledger_fixture *f, const struct end *end)
{
    const struct assay_lease lease = {ASSAY_STR("test"), 3600};
    struct assay_attempt_key key = {
        .run = f->num, .place = end->place, .route = end->route};
    struct assay_attempt attempt = {
        .state = end->state,
        .final = true,
        .of = end->state == ASSAY_ATTEMPT_DONE ? ASSAY_CLASS_ANSWERED
                                               : ASSAY_CLASS_SERVER_ERROR,
        .clocks = {.begun = 1000000, .done = 3000000},
        .cost_state = end->is_free ? ASSAY_FREE : ASSAY_KNOWN,
        .cost_usd = ASSAY_DECIMAL(end->is_free ? 0 : 1, -2),
        .mark = end->mark,
        .score = end->mark == ASSAY_MARK_PASSED ? 1 : 0,
    };
    struct assay_error err = {0};
    uint64_t fence;
    bool ours;

    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_claim(f->ledger, &key, &lease, &fence, &err), &err);
    must(assay_ledger_send(f->ledger, &key, fence,
                           ASSAY_DECIMAL(end->is_free ? 0 : 5, -2), &ours,
                           &err),
         &err);
    if (end->state != ASSAY_ATTEMPT_SENT)
        must(assay_ledger_end(f->ledger, &key, fence, &attempt, &ours, &err),
             &err);
    must(assay_ledger_commit(f->ledger, &err), &err);
}

static struct assay_run_figures figures_of(struct ledger_fixture *f,
                                           const struct end *ends, size_t count)
{
    struct assay_run_figures figures;
    struct assay_error err = {0};

    for (size_t i = 0; i < count; i++)
        write_end(f, &ends[i]);
    struct assay_run *run =
        assay_ledger_run(f->ledger, &f->arena, f->run.id, &err);
    must(run != NULL, &err);
    must(assay_run_figures(f->ledger, &f->arena, run, &figures, &err), &err);
    return figures;
}

#define DONE ASSAY_ATTEMPT_DONE
#define PASS ASSAY_MARK_PASSED
#define FAIL ASSAY_MARK_FAILED

static void counts_costs_and_pairs_are_those_of_the_rows(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false}, {0, 1, DONE, FAIL, false},
        {1, 0, DONE, PASS, false}, {1, 1, DONE, PASS, false},
        {2, 0, DONE, PASS, false}, {2, 1, ASSAY_ATTEMPT_FAILED, FAIL, false},
    };
    struct ledger_fixture f;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    struct assay_run_figures r = figures_of(&f, ends, 6);
    assert_int_equal(r.rows, 6);
    assert_int_equal(r.attempts, 6);
    assert_int_equal(r.prompts, 3);
    assert_int_equal(r.passed, 4);
    assert_int_equal(r.failed, 1);
    assert_int_equal(r.errors, 1);
    assert_int_equal(r.spent.state, ASSAY_KNOWN);
    assert_int_equal(assay_decimal_compare(r.spent.usd, ASSAY_DECIMAL(6, -2)),
                     0);
    assert_int_equal(r.routes[1].classes[ASSAY_CLASS_SERVER_ERROR], 1);
    assert_int_equal(r.pair_count, 1);
    assert_int_equal(r.pairs[0].table.both, 1);
    assert_int_equal(r.pairs[0].table.only_a, 1);
    assert_int_equal(r.pairs[0].verdict.answered.pairs, 2);
    assert_int_equal(r.pairs[0].verdict.answered.wins_a, 1);
    assert_int_equal(r.pairs[0].verdict.served.pairs, 3);
    assert_int_equal(r.pairs[0].verdict.served.wins_a, 2);
    assert_int_equal(r.pairs[0].remaining, 0);

    struct assay_json *json = assay_run_json(&f.arena, &r);
    assert_true(assay_str_is(assay_json_text(json, "format"), "assay-run/1"));
    assert_true(assay_str_is(assay_json_text(json, "spent_usd"), "0.06"));
    assert_int_equal(assay_json_get(json, "stopped")->type, ASSAY_JSON_NULL);
    assert_non_null(assay_run_page(&f.arena, &r)->first);
    fixture_close(&f);
}

static void a_group_widens_what_is_shown_and_leaves_wilson_alone(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false}, {0, 1, DONE, FAIL, false},
        {1, 0, DONE, PASS, false}, {1, 1, DONE, PASS, false},
        {2, 0, DONE, PASS, false}, {2, 1, DONE, PASS, false},
    };

    for (int grouped = 0; grouped < 2; grouped++) {
        struct ledger_fixture f;

        fixture_open(&f);
        f.grouped = grouped;
        add_fixture_run(&f, "aa");
        struct assay_run_figures r = figures_of(&f, ends, 6);
        struct assay_interval plain = r.routes[1].wilson_95;
        struct assay_interval shown = r.routes[1].passed_95;
        assert_int_equal(r.units, grouped ? 1 : 3);
        /* 2 of 3, worked out by hand from Wilson's formula */
        assert_float_equal(plain.low, 0.20766, 1e-5);
        assert_float_equal(plain.high, 0.93851, 1e-5);
        assert_true(grouped
                        ? shown.low < plain.low && shown.high > plain.high
                        : shown.low == plain.low && shown.high == plain.high);
        fixture_close(&f);
    }
}

static void what_was_lost_here_costs_nothing(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, true},
        {0, 1, ASSAY_ATTEMPT_SENT, FAIL, true},
    };
    struct ledger_fixture f;
    struct assay_error err = {0};
    uint64_t lost;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    (void)figures_of(&f, ends, 2);
    must(assay_ledger_begin(f.ledger, &err), &err);
    must(assay_ledger_end_leases(f.ledger, f.num, &err), &err);
    must(assay_ledger_expire(f.ledger, f.num, &lost, &err), &err);
    must(assay_ledger_commit(f.ledger, &err), &err);
    struct assay_run_figures r = figures_of(&f, NULL, 0);
    assert_int_equal(r.unknown, 1);
    assert_int_equal(r.spent.state, ASSAY_FREE);
    fixture_close(&f);
}

static void an_attempt_without_an_end_is_paid_and_counts_for_nothing(
    void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false},
        {0, 1, ASSAY_ATTEMPT_SENT, FAIL, false},
        {1, 0, DONE, PASS, false},
        {1, 1, DONE, FAIL, false},
    };
    struct ledger_fixture f;
    struct assay_error err = {0};
    uint64_t lost;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    (void)figures_of(&f, ends, 4);
    must(assay_ledger_begin(f.ledger, &err), &err);
    must(assay_ledger_end_leases(f.ledger, f.num, &err), &err);
    must(assay_ledger_expire(f.ledger, f.num, &lost, &err), &err);
    must(assay_ledger_commit(f.ledger, &err), &err);
    struct assay_run_figures r = figures_of(&f, NULL, 0);
    assert_int_equal(r.rows, 3);
    assert_int_equal(r.attempts, 4);
    assert_int_equal(r.unknown, 1);
    assert_int_equal(r.prompts, 0);
    assert_true(
        assay_str_is(assay_spent_text(&f.arena, r.spent), "at most $0.08"));
    /* 3 at 0.01, and 0.05 that were reserved */
    assert_int_equal(assay_decimal_compare(r.spent.usd, ASSAY_DECIMAL(8, -2)),
                     0);
    assert_int_equal(r.spent.state, ASSAY_BOUND);
    /* evidence speaks in the order of the run: nothing behind the gap */
    assert_int_equal(r.pairs[0].verdict.answered.pairs, 0);
    assert_int_equal(r.pairs[0].remaining, 3);
    fixture_close(&f);
}

static void what_came_after_the_decision_is_paid_and_no_evidence(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false},
        {0, 1, DONE, FAIL, false},
        {1, 0, DONE, PASS, false},
        {1, 1, DONE, FAIL, false},
    };
    struct ledger_fixture f;
    struct assay_error err = {0};

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    must(assay_ledger_begin(f.ledger, &err), &err);
    must(assay_ledger_stop(f.ledger, f.num, ASSAY_STOP_DECIDED, 1, &err), &err);
    must(assay_ledger_commit(f.ledger, &err), &err);
    struct assay_run_figures r = figures_of(&f, ends, 4);
    assert_int_equal(r.run->stopped, ASSAY_STOP_DECIDED);
    assert_int_equal(r.rows, 2);
    assert_int_equal(r.prompts, 1);
    assert_int_equal(r.attempts, 4);
    assert_int_equal(assay_decimal_compare(r.spent.usd, ASSAY_DECIMAL(4, -2)),
                     0);
    assert_int_equal(r.pairs[0].verdict.answered.pairs, 1);
    assert_int_equal(r.units, 3);
    fixture_close(&f);
}

static void two_routes_are_compared_on_what_both_were_asked(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false}, {0, 1, DONE, FAIL, false},
        {1, 0, DONE, FAIL, false}, {2, 0, DONE, PASS, false},
        {2, 1, DONE, PASS, false},
    };
    struct ledger_fixture f;

    /* after the first prompt, after the second one, which is for one route
       alone, and after all of them */
    for (size_t ended = 2; ended <= 5; ended += ended == 2 ? 1 : 2) {
        fixture_open(&f);
        f.spares = true;
        add_fixture_run(&f, "aa");
        struct assay_run_figures r = figures_of(&f, ends, ended);
        const struct assay_pair_figures *pair = &r.pairs[0];
        assert_int_equal(r.rows, ended);
        assert_int_equal(r.prompts, ended < 5 ? ended - 1 : 3);
        assert_int_equal(pair->expected, 2);
        assert_int_equal(pair->units, ended < 5 ? 1 : 2);
        assert_int_equal(pair->remaining, ended < 5 ? 1 : 0);
        assert_int_equal(pair->table.only_a, 1);
        assert_int_equal(pair->table.only_b, 0);
        assert_int_equal(pair->table.both, ended < 5 ? 0 : 1);
        assert_int_equal(pair->verdict.served.pairs, pair->units);
        fixture_close(&f);
    }
}

/* The same answers, once with a request that was lost and asked again, and
   with one behind the end. */
static void stable_figures_are_of_answers_that_count_alone(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false},
        {0, 1, DONE, FAIL, false},
        {1, 0, ASSAY_ATTEMPT_SENT, FAIL, false},
        {2, 0, DONE, PASS, false},
    };
    struct ledger_fixture f;
    struct assay_error err = {0};
    struct assay_run_figures all, stable;
    uint64_t lost;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    (void)figures_of(&f, ends, 4);
    must(assay_ledger_begin(f.ledger, &err), &err);
    must(assay_ledger_end_leases(f.ledger, f.num, &err), &err);
    must(assay_ledger_expire(f.ledger, f.num, &lost, &err), &err);
    must(assay_ledger_stop(f.ledger, f.num, ASSAY_STOP_DECIDED, 1, &err), &err);
    must(assay_ledger_commit(f.ledger, &err), &err);
    struct assay_run *run =
        assay_ledger_run(f.ledger, &f.arena, f.run.id, &err);
    must(run != NULL, &err);
    must(assay_run_figures(f.ledger, &f.arena, run, &all, &err), &err);
    must(assay_run_figures_stable(f.ledger, &f.arena, run, &stable, &err),
         &err);
    assert_int_equal(all.attempts, 4);
    assert_int_equal(all.unknown, 1);
    assert_int_equal(all.spent.state, ASSAY_BOUND);
    assert_int_equal(stable.spent.state, ASSAY_KNOWN);
    assert_int_equal(
        assay_decimal_compare(stable.spent.usd, ASSAY_DECIMAL(2, -2)), 0);
    assert_int_equal(stable.rows, 2);
    assert_int_equal(stable.passed, all.passed);
    assert_int_equal(stable.run->id.len + stable.run->started.len, 0);
    assert_int_equal(run->id.len, 2); /* that one is as it was */

    const struct assay_json *json = assay_run_json(&f.arena, &stable);
    static const char *const nulls[] = {"run", "started", "attempts",
                                        "unknown_attempts"};
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
        assert_true(
            assay_json_is(assay_json_get(json, nulls[i]), ASSAY_JSON_NULL));
    assert_true(assay_str_is(assay_json_text(json, "spent_usd"), "0.02"));
    fixture_close(&f);
}

static void a_stable_answer_has_neither_clocks_nor_ids(void **state)
{
    struct assay_arena arena = {0};
    struct assay_tool_call call = {.id = ASSAY_STR("call_1"),
                                   .name = ASSAY_STR("f"),
                                   .arguments = ASSAY_STR("{}")};
    struct assay_error err = {0};
    struct assay_attempt a = {
        .state = DONE,
        .attempt = 2,
        .clocks = {.begun = 5, .done = 9000000},
        .message = ASSAY_STR("m"),
        .server = ASSAY_STR("{}"),
        .reply = {.text = ASSAY_STR("yes"),
                  .id = ASSAY_STR("x"),
                  .calls = &call,
                  .call_count = 1,
                  .usage = {.input_tokens = 7, .cache_read_tokens = 3}},
        .checks = assay_json_parse(
            &arena,
            ASSAY_STR("[{\"type\":\"latency\",\"reason\":\"latency 9 ms\"},"
                      "{\"type\":\"assert-set\",\"reason\":\"latency 9\"},"
                      "{\"type\":\"equals\",\"reason\":\"9 ms\"}]"),
            NULL, &err),
    };

    must(a.checks != NULL, &err);
    struct assay_attempt stable = assay_attempt_stable(&arena, &a);
    assert_true(isnan(assay_attempt_latency_ms(&stable)));
    assert_int_equal(stable.attempt, ASSAY_ATTEMPT_UNTOLD);
    assert_int_equal(stable.message.len + stable.server.len +
                         stable.reply.id.len + stable.reply.calls[0].id.len,
                     0);
    assert_true(assay_str_is(stable.reply.calls[0].name, "f"));
    assert_true(assay_str_is(stable.reply.text, "yes"));
    assert_int_equal(stable.reply.usage.input_tokens, 7);
    assert_int_equal(stable.reply.usage.cache_read_tokens, 0);
    const struct assay_json *check = stable.checks->first;
    assert_true(assay_str_find(assay_json_text(check, "reason"), '9') ==
                assay_json_text(check, "reason").len);
    check = check->next;
    assert_true(assay_str_find(assay_json_text(check, "reason"), '9') ==
                assay_json_text(check, "reason").len);
    assert_true(assay_str_is(assay_json_text(check->next, "reason"), "9 ms"));
    /* what the ledger gave is not touched */
    assert_true(assay_str_is(call.id, "call_1"));
    assert_true(assay_str_is(assay_json_text(a.checks->first, "reason"),
                             "latency 9 ms"));
    assay_arena_free(&arena);
}

static void a_sum_says_on_which_side_of_it_the_truth_lies(void **state)
{
    enum { KNOWN = 1, WORST = 2, HOLE = 4, PART = 8 };
    static const struct {
        unsigned parts;
        const char *text;
    } cases[] = {
        {KNOWN, "$1.00"},
        {KNOWN | WORST, "at most $2.00"},
        {KNOWN | HOLE, "at least $1.00"},
        {KNOWN | PART, "at least $2.00"},
        {KNOWN | WORST | HOLE, "about $2.00"},
    };
    const struct assay_decimal one = ASSAY_DECIMAL(1, 0);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_spent sum = {.state = ASSAY_NOT_APPLICABLE};
        if (cases[i].parts & WORST)
            assay_spent_add(
                &sum, (struct assay_spent){.state = ASSAY_UNKNOWN, .usd = one});
        if (cases[i].parts & PART) /* no price for its reasoning tokens */
            assay_spent_add(
                &sum, (struct assay_spent){.state = ASSAY_BOUND, .usd = one});
        if (cases[i].parts & HOLE)
            assay_spent_add(&sum, (struct assay_spent){.state = ASSAY_UNKNOWN});
        assay_spent_add(&sum,
                        (struct assay_spent){.state = ASSAY_KNOWN, .usd = one});
        struct assay_str text = assay_spent_text(&arena, sum);
        if (!assay_str_is(text, cases[i].text))
            fail_msg("case %zu: %.*s", i, ASSAY_STR_ARG(text));
        assay_arena_free(&arena);
    }
}

/* Eight wins decide a pair by itself, and none of three. */
static void a_pair_beside_others_shows_what_is_left_of_its_evidence(
    void **state)
{
    static const struct {
        size_t pairs;
        double p_adjusted;
        const char *words;
    } cases[] = {
        {1, 9 / 256.0,
         "8 to 0 where they differ, of 12 prompts; evidence E = 28.4, decided "
         "at 20"},
        {3, 18 / 256.0,
         "8 to 0 where they differ, of 12 prompts; evidence E = 28.4 (14.2 "
         "beside the other pairs), decided at 20"},
    };
    struct ledger_fixture f;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    f.run.case_count = 12;
    for (size_t i = 0; i < 2; i++) {
        struct assay_pair_figures pairs[3] = {{.b = 1}, {.b = 1}, {.b = 1}};
        struct assay_route_figures routes[2] = {{.rows = 12}, {.rows = 12}};
        const struct assay_run_figures r = {
            .run = &f.run,
            .routes = routes,
            .pairs = pairs,
            .pair_count = cases[i].pairs,
            .units = 12,
        };
        pairs[0].verdict.answered = (struct assay_evidence){
            .rule = ASSAY_EVIDENCE_E_PROCESS,
            .pairs = 12,
            .p_adjusted = cases[i].p_adjusted,
            .e = 256 / 9.0,
            .look = {.pairs = 12, .wins_a = 8},
        };
        const struct assay_block *block =
            assay_run_page(&f.arena, &r)->first->first;
        while (block && !assay_str_is(block->text, cases[i].words))
            block = block->next;
        assert_non_null(block);
    }
    fixture_close(&f);
}

static void a_page_says_when_scores_are_too_few_to_be_tested(void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS, false}, {0, 1, DONE, FAIL, false},
        {1, 0, DONE, PASS, false}, {1, 1, DONE, FAIL, false},
        {2, 0, DONE, PASS, false}, {2, 1, DONE, PASS, false},
    };
    static const struct {
        enum assay_outcome outcome;
        enum assay_json_type p;
        const char *words;
    } cases[] = {
        {ASSAY_OUTCOME_BINARY, ASSAY_JSON_NUMBER,
         "2 to 0 where they differ, of 3 prompts; p = 0.5"},
        {ASSAY_OUTCOME_GRADED, ASSAY_JSON_NULL,
         "2 to 0 where they differ, of 3 prompts; no test before 6 of them "
         "differ"},
    };
    struct ledger_fixture f;
    struct assay_error err = {0};

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    (void)figures_of(&f, ends, 6);
    struct assay_run *run =
        assay_ledger_run(f.ledger, &f.arena, f.run.id, &err);
    must(run != NULL, &err);
    run->rule.mode = ASSAY_TRIAL_FIXED;
    for (size_t i = 0; i < 2; i++) {
        struct assay_run_figures r;
        run->rule.outcome = cases[i].outcome;
        must(assay_run_figures(f.ledger, &f.arena, run, &r, &err), &err);
        const struct assay_json *pair =
            assay_json_at(assay_run_json(&f.arena, &r), "comparisons")->first;
        assert_int_equal(assay_json_get(pair, "p")->type, cases[i].p);
        const struct assay_block *block =
            assay_run_page(&f.arena, &r)->first->first;
        while (block && !assay_str_is(block->text, cases[i].words))
            block = block->next;
        assert_non_null(block);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_routes_are_compared_on_what_both_were_asked),
        cmocka_unit_test(stable_figures_are_of_answers_that_count_alone),
        cmocka_unit_test(a_stable_answer_has_neither_clocks_nor_ids),
        cmocka_unit_test(counts_costs_and_pairs_are_those_of_the_rows),
        cmocka_unit_test(a_group_widens_what_is_shown_and_leaves_wilson_alone),
        cmocka_unit_test(what_was_lost_here_costs_nothing),
        cmocka_unit_test(
            an_attempt_without_an_end_is_paid_and_counts_for_nothing),
        cmocka_unit_test(what_came_after_the_decision_is_paid_and_no_evidence),
        cmocka_unit_test(a_sum_says_on_which_side_of_it_the_truth_lies),
        cmocka_unit_test(
            a_pair_beside_others_shows_what_is_left_of_its_evidence),
        cmocka_unit_test(a_page_says_when_scores_are_too_few_to_be_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
