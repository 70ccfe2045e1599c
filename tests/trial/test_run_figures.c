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
        .cost_state = ASSAY_KNOWN,
        .cost_usd = ASSAY_DECIMAL(1, -2),
        .mark = end->mark,
        .score = end->mark == ASSAY_MARK_PASSED ? 1 : 0,
    };
    struct assay_error err = {0};
    uint64_t fence;
    bool ours;

    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_claim(f->ledger, &key, &lease, &fence, &err), &err);
    must(assay_ledger_send(f->ledger, &key, fence, ASSAY_DECIMAL(5, -2), &ours,
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
        {0, 0, DONE, PASS}, {0, 1, DONE, FAIL},
        {1, 0, DONE, PASS}, {1, 1, DONE, PASS},
        {2, 0, DONE, PASS}, {2, 1, ASSAY_ATTEMPT_FAILED, FAIL},
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

static void an_attempt_without_an_end_is_paid_and_counts_for_nothing(
    void **state)
{
    static const struct end ends[] = {
        {0, 0, DONE, PASS},
        {0, 1, ASSAY_ATTEMPT_SENT, FAIL},
        {1, 0, DONE, PASS},
        {1, 1, DONE, FAIL},
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
        {0, 0, DONE, PASS},
        {0, 1, DONE, FAIL},
        {1, 0, DONE, PASS},
        {1, 1, DONE, FAIL},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_costs_and_pairs_are_those_of_the_rows),
        cmocka_unit_test(
            an_attempt_without_an_end_is_paid_and_counts_for_nothing),
        cmocka_unit_test(what_came_after_the_decision_is_paid_and_no_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
