/*
 * What a run showed becomes claims, and claims become the evidence of a
 * comparison: from figures to the page's contract.
 */
#include "assay/render.h"
#include "assay/report.h"

#include "compare/fixture.h"

#include <math.h>

/* Two models of this binary's own, which are always in the catalog. */
#define SMALL "assay/nano-s"
#define SMALLER "assay/nano-xs"

struct made {
    struct assay_run run;
    struct assay_run_route routes[3];
    struct assay_route_figures route_figures[3];
    struct assay_pair_figures pairs[3];
    struct assay_run_figures figures;
};

static struct assay_percentile percentile(double ms)
{
    return (struct assay_percentile){.known = true, .ms = ms};
}

/* 25 of 27 against 15 of 27, as EXAMPLES has it. */
static void make(struct made *m)
{
    *m = (struct made){
        .routes = {{.id = ASSAY_STR("local:nano-s"), .model = ASSAY_STR(SMALL)},
                   {.id = ASSAY_STR("local:nano-xs"),
                    .model = ASSAY_STR(SMALLER)},
                   {.id = ASSAY_STR("openai:http://x/v1#m"),
                    .model = ASSAY_STR("")}},
        .route_figures = {{.passed = 25,
                           .failed = 2,
                           .passed_95 = {0.766, 0.979},
                           .latency.p50 = percentile(38.25),
                           .per_pass = {ASSAY_FREE, {0}}},
                          {.passed = 15,
                           .failed = 12,
                           .passed_95 = {0.373, 0.724}}},
        .pairs =
            {{.a = 0,
              .b = 1,
              .table = {.both = 14, .only_a = 11, .only_b = 1, .neither = 1},
              .verdict = {.verdict = ASSAY_VERDICT_A,
                          .answered = {.rule = ASSAY_EVIDENCE_E_PROCESS,
                                       .pairs = 27,
                                       .p_adjusted = 0.038,
                                       .e = 26.256410256,
                                       .difference = 0.37037037,
                                       .interval_95 = {0.1, 0.6}}}}},
    };
    m->run = (struct assay_run){
        .id = ASSAY_STR("7f3a0001"),
        .suite = ASSAY_STR("short-tasks.jsonl"),
        .scoring = ASSAY_STR("assertions"),
        .started = ASSAY_STR("2026-11-20T17:00:00Z"),
        .routes = m->routes,
        .route_count = 2,
        .stopped = ASSAY_STOP_DECIDED,
    };
    m->figures = (struct assay_run_figures){
        .run = &m->run,
        .routes = m->route_figures,
        .pairs = m->pairs,
        .pair_count = 1,
    };
}

static size_t claim(struct assay_catalog *known, const struct made *m)
{
    struct assay_error err = {0};
    size_t pairs;

    if (!assay_run_claim(known, &m->figures, &pairs, &err))
        fail_msg("%s", err.text);
    return pairs;
}

static const struct assay_json *evidence(struct assay_catalog *known,
                                         struct assay_arena *arena,
                                         const char *a, const char *b)
{
    return assay_json_get(fixture_compare(known, arena, a, b, NULL)->data,
                          "evidence");
}

static void expect(const struct assay_json *row, const char *key,
                   const char *text)
{
    const struct assay_json *value = assay_json_get(row, key);

    if (!value || !assay_str_is(value->text, text))
        fail_msg("%s is '%.*s', expected '%s'", key,
                 value ? (int)value->text.len : 0, value ? value->text.at : "",
                 text);
}

static void a_decided_run_is_the_verdict_of_a_comparison(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    make(&m);
    assert_int_equal(claim(known, &m), 1);
    const struct assay_document *doc =
        fixture_compare(known, &arena, SMALLER, SMALL, NULL);
    const struct assay_json *verdict = assay_json_get(doc->data, "verdict");
    expect(verdict, "rule", "measured");
    expect(verdict, "winner", SMALL);
    const struct assay_json *rows = assay_json_get(doc->data, "evidence");
    assert_int_equal(rows->count, 1);
    const struct assay_json *row = rows->first;
    expect(row, "a", SMALLER);
    expect(row, "run", "7f3a0001");
    expect(row, "suite", "short-tasks.jsonl");
    expect(row, "date", "2026-11-20");
    expect(row, "a_route", "local:nano-xs");
    expect(row, "a_passed", "15");
    expect(row, "a_n", "27");
    expect(row, "a_passed_low", "0.373");
    expect(row, "b_passed_high", "0.979");
    expect(row, "b_latency_ms_p50", "38.25");
    assert_int_equal(assay_json_get(row, "a_latency_ms_p50")->type,
                     ASSAY_JSON_NULL);
    expect(row, "b_cost_per_pass_usd", "0");
    expect(row, "both", "14");
    expect(row, "only_a", "1");
    expect(row, "only_b", "11");
    expect(row, "verdict", "b");
    expect(row, "rule", "e_process");
    expect(row, "p", "0.038");
    expect(row, "e", "26.26");
    expect(row, "difference", "-0.3704");
    expect(row, "difference_low", "-0.6");
    expect(row, "difference_high", "-0.1");
    expect(row, "scoring", "assertions");
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void the_same_run_again_changes_nothing(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_change *changes;
    struct assay_reading *readings;
    size_t before, after, count;
    struct made m;

    make(&m);
    assert_int_equal(claim(known, &m), 1);
    const struct assay_date from = {2026, 1, 1}, to = {2026, 11, 22};
    assert_true(assay_catalog_changes(known, &arena, ASSAY_STR(""), from, to,
                                      &changes, &before, &err));
    assert_int_equal(claim(known, &m), 1);
    assert_true(assay_catalog_changes(known, &arena, ASSAY_STR(""), from, to,
                                      &changes, &after, &err));
    assert_int_equal(before, after);
    assert_true(assay_catalog_readings(known, &arena, ASSAY_STR("run-7f3a0001"),
                                       &readings, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(evidence(known, &arena, SMALL, SMALLER)->count, 1);
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void another_run_stands_beside_the_first(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    make(&m);
    claim(known, &m);
    m.run.id = ASSAY_STR("9c0ffee1");
    m.run.started = ASSAY_STR("2026-11-21T09:00:00Z");
    m.pairs[0].verdict.verdict = ASSAY_VERDICT_UNDECIDED;
    m.pairs[0].verdict.more.known = true;
    m.pairs[0].verdict.more.prompts = 140;
    claim(known, &m);
    const struct assay_json *rows = evidence(known, &arena, SMALL, SMALLER);
    assert_int_equal(rows->count, 2);
    expect(rows->first, "verdict", "undecided");
    expect(rows->first, "more_prompts", "140");
    expect(rows->first->next, "run", "7f3a0001");
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void what_others_published_is_shown_and_decides_nothing(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct assay_json *options = assay_json_object(&arena);
    struct made m;

    make(&m);
    assay_json_set_c(&arena, options, "published", "Guild of Smiths");
    m.run.options = options;
    assert_int_equal(claim(known, &m), 1);
    const struct assay_document *doc =
        fixture_compare(known, &arena, SMALLER, SMALL, NULL);
    const struct assay_json *rows = assay_json_get(doc->data, "evidence");
    assert_int_equal(rows->count, 1);
    expect(rows->first, "published", "Guild of Smiths");
    expect(rows->first, "verdict", "b");
    const struct assay_json *by =
        assay_json_get_str(assay_json_get(doc->data, "claims"),
                           assay_json_get(rows->first, "claims")->first->text);
    expect(by, "kind", "secondary");
    assert_false(assay_str_is(
        assay_json_text(assay_json_get(doc->data, "verdict"), "rule"),
        "measured"));
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void a_run_that_was_cut_short_claims_nothing(void **state)
{
    static const enum assay_stop_reason reasons[] = {
        ASSAY_STOP_NONE, ASSAY_STOP_BUDGET, ASSAY_STOP_TIME,
        ASSAY_STOP_INTERRUPTED};
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    make(&m);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        m.run.stopped = reasons[i];
        assert_int_equal(claim(known, &m), 0);
    }
    assert_int_equal(evidence(known, &arena, SMALL, SMALLER)->count, 0);
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void only_pairs_of_two_known_models_are_claimed(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    /* a third route: first an unknown address, then a known model again */
    make(&m);
    m.run.route_count = 3;
    m.figures.pair_count = 3;
    m.pairs[1] = m.pairs[2] = m.pairs[0];
    m.pairs[1].b = 2;
    m.pairs[2].a = 1;
    m.pairs[2].b = 2;
    assert_int_equal(claim(known, &m), 1);
    m.routes[2].model = ASSAY_STR("nobody/knows-me");
    assert_int_equal(claim(known, &m), 1);
    m.routes[2].model = ASSAY_STR(SMALL);
    assert_int_equal(claim(known, &m), 1);
    assert_int_equal(evidence(known, &arena, SMALL, SMALLER)->count, 1);
    /* nothing was scored on both */
    m.pairs[0].verdict.answered.pairs = 0;
    assert_int_equal(claim(known, &m), 0);
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

static void numbers_without_end_are_left_out_or_bounded(void **state)
{
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    make(&m);
    m.pairs[0].verdict.answered.e = 1.9e38;
    m.pairs[0].verdict.answered.p_adjusted = 5.2e-39;
    m.pairs[0].verdict.answered.difference = (double)NAN;
    m.pairs[0].verdict.answered.interval_95.low = -(double)INFINITY;
    assert_int_equal(claim(known, &m), 1);
    const struct assay_json *rows = evidence(known, &arena, SMALL, SMALLER);
    assert_int_equal(rows->count, 1);
    expect(rows->first, "e", "1000000000");
    expect(rows->first, "p", "0.000000000001");
    assert_int_equal(assay_json_get(rows->first, "difference")->type,
                     ASSAY_JSON_NULL);
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

/* What a judge marked says so, until 50 labels or more stand behind it. */
static void marks_of_a_judge_are_called_opinion_until_calibrated(void **state)
{
    struct assay_run_route judge = {.id = ASSAY_STR("openai/gpt-4o")};
    struct assay_judge_figures opinions = {.opinions = 54};
    struct assay_catalog *known = fixture_open();
    struct assay_arena arena = {0};
    struct made m;

    make(&m);
    m.run.judges = &judge;
    m.run.judge_count = 1;
    m.figures.judges = &opinions;
    assert_int_equal(claim(known, &m), 1);
    expect(evidence(known, &arena, SMALL, SMALLER)->first, "scoring",
           "assertions; judge opinion, not calibrated");
    struct assay_error err = {0};
    struct assay_buf page;
    assay_buf_init(&page, 1 << 20);
    assert_true(assay_render_text(
        &page, fixture_compare(known, &arena, SMALL, SMALLER, NULL),
        &(struct assay_render_options){.width = 200}, &err));
    assert_non_null(strstr(page.at, "judge opinion, not calibrated"));
    assay_buf_release(&page);
    opinions.calibration = ASSAY_CALIBRATION_FEW;
    opinions.labelled_fail = opinions.labelled_pass = 20;
    assert_int_equal(claim(known, &m), 1);
    expect(evidence(known, &arena, SMALL, SMALLER)->first, "scoring",
           "assertions; judge opinion, not calibrated");
    opinions.calibration = ASSAY_CALIBRATION_DONE;
    opinions.labelled_fail = 40;
    assert_int_equal(claim(known, &m), 1);
    const struct assay_json *rows = evidence(known, &arena, SMALL, SMALLER);
    assert_int_equal(rows->count, 1);
    expect(rows->first, "scoring", "assertions; judge calibrated by 60 labels");
    assay_arena_free(&arena);
    assay_catalog_close(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decided_run_is_the_verdict_of_a_comparison),
        cmocka_unit_test(the_same_run_again_changes_nothing),
        cmocka_unit_test(another_run_stands_beside_the_first),
        cmocka_unit_test(what_others_published_is_shown_and_decides_nothing),
        cmocka_unit_test(a_run_that_was_cut_short_claims_nothing),
        cmocka_unit_test(only_pairs_of_two_known_models_are_claimed),
        cmocka_unit_test(numbers_without_end_are_left_out_or_bounded),
        cmocka_unit_test(marks_of_a_judge_are_called_opinion_until_calibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
