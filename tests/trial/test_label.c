/*
 * Labels: read from files that a person filled in, kept, and held against
 * what the judge said of the same answers.
 */
#include "trial/judge_fixture.h"

#include "assay/label.h"

#include <math.h>

enum { MOST_SECONDS = 60, ANSWERS = 30 };

struct labelled {
    struct judged j;
    struct assay_ledger *ledger;
    struct assay_run *run;
    struct assay_judged_places places;
};

/* A run of 30 answers, of which the judge passed 20. */
static void begin_labelled(struct labelled *l)
{
    struct assay_error err = {0};

    begin_judged(&l->j, ANSWERS, "mock-1.0", "mock-judge", NULL);
    l->j.f.options.judge_votes = 1;
    assay_trial_label(&l->j.f.routes[0].facts, 1);
    run(&l->j.f);
    l->ledger = open_ledger(l->j.f.store);
    l->run = assay_ledger_run(l->ledger, &l->j.f.arena, l->j.f.run.id, &err);
    must(l->run != NULL, &err);
    must(assay_judged_list(l->ledger, &l->j.f.arena, l->run, &l->places, &err),
         &err);
    assert_int_equal(l->places.count, ANSWERS);
}

static void end_labelled(struct labelled *l)
{
    assay_ledger_close(l->ledger);
    end_judged(&l->j);
}

static struct assay_run_figures label(struct labelled *l, const char *text)
{
    struct assay_arena *arena = &l->j.f.arena;
    struct assay_error err = {0};
    struct assay_run_figures figures;
    struct assay_label *labels;
    size_t count;

    must(assay_labels_read(arena, l->run, &l->places, assay_str_c(text),
                           &labels, &count, &err),
         &err);
    must(assay_ledger_label(l->ledger, l->run->id, labels, count, &err), &err);
    must(assay_run_figures(l->ledger, arena, l->run, &figures, &err), &err);
    return figures;
}

/* ------------------------------------------------------- calibration */

struct plan {
    struct assay_buf text;
    unsigned passes, fails; /* of the judge, so far */
};

/*
 * Of the judge's ten failures eight are ones indeed, one is a pass, one has
 * no label; of its passes two are failures and nine passes.
 */
static bool plan_label(void *of_plan, struct assay_arena *arena,
                       const struct assay_judged_answer *judged)
{
    struct plan *p = of_plan;
    bool passed = judged->answer->mark == ASSAY_MARK_PASSED;
    unsigned n = passed ? p->passes++ : p->fails++;
    const char *word = passed  ? n < 2    ? "fail"
                                 : n < 11 ? "pass"
                                          : NULL
                       : n < 8 ? "fail"
                       : n < 9 ? "pass"
                               : NULL;

    assert_true(assay_str_is(judged->criterion, "is well put"));
    assert_null(judged->label);
    if (word)
        assay_buf_printf(&p->text, "{\"place\": %llu, \"label\": \"%s\"}\n",
                         (unsigned long long)judged->answer->at->place, word);
    return true;
}

/* (20/30 + .8 - 1) / (.8 + .9 - 1), and its interval by Lee et al. */
static void labels_say_what_a_judge_is_worth(void **state)
{
    struct labelled l = {0};
    struct plan plan = {0};
    struct assay_error err = {0};

    begin_labelled(&l);
    assay_buf_init(&plan.text, 1 << 16);
    assay_buf_add_c(&plan.text, "\xef\xbb\xbf"); /* as Windows saves it */
    must(assay_judged_answers(l.ledger, l.run, plan_label, &plan, &err), &err);
    struct assay_run_figures f = label(&l, plan.text.at);
    const struct assay_judge_figures *j = &f.judges[0];
    assert_int_equal(j->labelled_fail, 10);
    assert_int_equal(j->labelled_pass, 10);
    assert_int_equal(j->right_fail, 8);
    assert_int_equal(j->right_pass, 9);
    assert_int_equal(j->calibration, ASSAY_CALIBRATION_FEW);
    assert_true(j->routes[0].corrected);
    assert_true(fabs(j->routes[0].rate.rate - 2.0 / 3) < 1e-9);
    assert_true(fabs(j->routes[0].rate.interval_95.low - 0.3451576) < 1e-6);
    assert_true(fabs(j->routes[0].rate.interval_95.high - 0.9881757) < 1e-6);
    assay_buf_release(&plan.text);
    end_labelled(&l);
}

static void what_labels_cannot_say_is_not_said(void **state)
{
    struct labelled l = {0};
    struct assay_buf text;

    begin_labelled(&l);
    struct assay_run_figures f = label(&l, "place,label\n0,pass\n1,pass\n");
    assert_int_equal(f.judges[0].calibration, ASSAY_CALIBRATION_ONE);
    assert_false(f.judges[0].routes[0].corrected);
    /* the other way round from what the judge said, whatever that was */
    assay_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < ANSWERS; i++)
        assay_buf_printf(&text, "{\"place\": %zu, \"label\": \"%s\"}\n", i,
                         l.places.at[i].place % 2 ? "pass" : "fail");
    f = label(&l, text.at);
    assert_int_equal(f.judges[0].labelled_pass, 15);
    assert_int_equal(f.judges[0].labelled_fail, 15);
    bool chance = f.judges[0].right_pass + f.judges[0].right_fail <= 15;
    assert_int_equal(f.judges[0].calibration == ASSAY_CALIBRATION_CHANCE,
                     chance);
    assert_int_equal(f.judges[0].routes[0].corrected, !chance);
    assay_buf_release(&text);
    end_labelled(&l);
}

static void the_last_word_counts(void **state)
{
    struct labelled l = {0};
    struct assay_error err = {0};
    struct assay_label *labels;
    size_t count;

    begin_labelled(&l);
    label(&l, "{\"place\": 4, \"label\": \"pass\"}");
    struct assay_run_figures f =
        label(&l, "{\"place\": 4, \"label\": \"fail\"}");
    assert_int_equal(f.judges[0].labelled_pass, 0);
    assert_int_equal(f.judges[0].labelled_fail, 1);
    must(assay_ledger_labels(l.ledger, &l.j.f.arena, l.run->id, &labels, &count,
                             &err),
         &err);
    assert_int_equal(count, 1);
    assert_int_equal(labels[0].place, 4);
    assert_false(labels[0].passed);
    end_labelled(&l);
}

/* ------------------------------------------------------- files */

static void a_label_finds_its_answer_by_place_or_by_case(void **state)
{
    struct labelled l = {0};

    begin_labelled(&l);
    const struct assay_judged_place *at = &l.places.at[7];
    struct assay_str by_case = assay_arena_printf(
        &l.j.f.arena,
        "case,route,repeat,label,remark\n%.*s,mock-1.0,0,fail,\"a, b\"\n",
        ASSAY_STR_ARG(at->id));
    struct assay_run_figures f = label(&l, by_case.at);
    assert_int_equal(f.judges[0].labelled_fail, 1);
    /* the same again, by its place and the route's whole id */
    struct assay_str by_place = assay_arena_printf(
        &l.j.f.arena,
        "{\"place\": %llu, \"route\": \"%.*s\", \"label\": "
        "\"pass\"}\n\n{\"place\": 1, \"label\": null}\n",
        (unsigned long long)at->place, ASSAY_STR_ARG(l.run->routes[0].id));
    f = label(&l, by_place.at);
    assert_int_equal(f.judges[0].labelled_fail, 0);
    assert_int_equal(f.judges[0].labelled_pass, 1);
    end_labelled(&l);
}

static void a_row_that_fits_no_answer_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"{\"place\": 0, \"label\": \"pass\"}\n{\"place\": 99, \"label\": "
         "\"pass\"}",
         "line 2: no judge marked an answer at place 99"},
        {"{\"place\": 0, \"label\": \"maybe\"}",
         "\"pass\" or \"fail\" was expected"},
        {"{\"place\": -1, \"label\": \"pass\"}", "a number from 0"},
        {"{\"label\": \"pass\"}", "'place' or 'case' was expected"},
        {"{\"case\": \"zz\", \"label\": \"pass\"}", "a case 'zz'"},
        {"{\"place\": 0, \"route\": \"gpt\", \"label\": \"pass\"}",
         "no route 'gpt'"},
        {"{\"place\": 0, \"repeat\": 1, \"label\": \"pass\"}", "repeat 1"},
        {"{\"run\": \"ffff\", \"place\": 0, \"label\": \"pass\"}",
         "it is of run 'ffff'"},
        {"{\"place\": 0, \"label\": \"pass\"}\n[1]", "line 2: an object"},
        {"{\"place\": 0", "line 1"},
        {"place,answer\n0,x\n", "columns 'label'"},
        {"place,label\n0,pass\n5\n", "line 3"},
        {"", "line 1"},
    };
    struct labelled l = {0};

    begin_labelled(&l);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_error err = {0};
        struct assay_label *labels;
        size_t count;
        assert_false(assay_labels_read(&l.j.f.arena, l.run, &l.places,
                                       assay_str_c(rows[i].text), &labels,
                                       &count, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%s: %s", rows[i].text, err.text);
    }
    end_labelled(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_say_what_a_judge_is_worth),
        cmocka_unit_test(what_labels_cannot_say_is_not_said),
        cmocka_unit_test(the_last_word_counts),
        cmocka_unit_test(a_label_finds_its_answer_by_place_or_by_case),
        cmocka_unit_test(a_row_that_fits_no_answer_is_refused_with_its_line),
    };

    (void)alarm(MOST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
