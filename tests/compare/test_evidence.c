/*
 * What runs on the user's own prompts do to a comparison: the rule
 * `measured`, its table and its place in the contract.
 */
#include "fixture.h"

#define MODEL(id) "{'id':'lab/" id "','name':'" id "','task':'chat'"
#define ROUTE(id)                                           \
    "{'id':'p/" id "','provider':'p','model':'lab/" id "'," \
    "'status':'active','prices':["                          \
    "{'meter':'input_tokens','usd_per_million':'1'},"       \
    "{'meter':'output_tokens','usd_per_million':'2'}]}"
#define SOURCE(id, kind, day)                                        \
    "{'format':'assay-facts/1','source':{'id':'" id "','title':'" id \
    "','url':'https://example.org/','kind':'" kind "','retrieved':'" day "'}"
#define COUNTS                                                         \
    "'passed':25,'n':27,'passed_low':'0.766','passed_high':'0.979',"   \
    "'against_passed':15,'against_n':27,'against_passed_low':'0.373'," \
    "'against_passed_high':'0.724','both':14,'only_this':11,"          \
    "'only_against':1,'neither':1,'rule':'e_process','p':'0.038',"     \
    "'e':'26.3','difference':'0.37','difference_low':'0.1',"           \
    "'difference_high':'0.6'"
#define TRIAL(run, suite, against, verdict)                             \
    "{'run':'" run "','suite':'" suite "','against':'lab/" against "'," \
    "'verdict':'" verdict "'," COUNTS "}"
#define STATES(id, trials) MODEL(id) ",'trials':[" trials "]}"

static struct assay_catalog *two_models(void)
{
    static const char facts
        [] = SOURCE("lab", "primary", "2026-01-01") ",'models':[" MODEL("Ann") "}," MODEL(
            "Bob") "}," MODEL("Cy") "}],'routes':[" ROUTE("Ann") "," ROUTE("Bo"
                                                                           "b") "," ROUTE("Cy") "]}";
    struct assay_catalog *made = fixture_open();

    fixture_facts(made, facts);
    return made;
}

static void add_run(struct assay_catalog *to, const char *text)
{
    fixture_facts(to, text);
}

static struct assay_str rule_of(const struct assay_document *doc)
{
    return assay_json_text(assay_json_get(doc->data, "verdict"), "rule");
}

static void expect(struct assay_catalog *of, const char *rule,
                   const char *winner)
{
    struct assay_arena arena = {0};

    for (int swapped = 0; swapped < 2; swapped++) {
        struct assay_document *doc =
            fixture_compare(of, &arena, swapped ? "lab/Bob" : "lab/Ann",
                            swapped ? "lab/Ann" : "lab/Bob", NULL);
        struct assay_json *verdict = assay_json_get(doc->data, "verdict");

        if (!assay_str_is(rule_of(doc), rule) ||
            !assay_str_is(assay_json_text(verdict, "winner"), winner))
            fail_msg("%s: rule '%.*s', winner '%.*s'",
                     swapped ? "swapped" : "as written",
                     ASSAY_STR_ARG(rule_of(doc)),
                     ASSAY_STR_ARG(assay_json_text(verdict, "winner")));
    }
    assay_arena_free(&arena);
}

static void a_decisive_run_gives_the_verdict(void **state)
{
    catalog = two_models();

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    expect(catalog, "measured", "lab/Ann");
    assay_catalog_close(catalog);
}

static void a_run_stated_of_the_loser_says_the_same(void **state)
{
    catalog = two_models();

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
                "Bob", TRIAL("1", "s.yaml", "Ann", "against")) "]}");
    expect(catalog, "measured", "lab/Ann");
    assay_catalog_close(catalog);
}

static void a_decisive_run_speaks_for_its_winner_alone(void **state)
{
    catalog = two_models();
    struct assay_arena arena = {0};

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    struct assay_document *doc =
        fixture_compare(catalog, &arena, "lab/Ann", "lab/Bob", NULL);
    const struct assay_json *list = assay_json_get(doc->data, "tradeoffs");
    size_t said = 0;
    for (const struct assay_json *side = list->first; side; side = side->next)
        for (const struct assay_json *one =
                 assay_json_get(side, "statements")->first;
             one; one = one->next)
            if (assay_str_is(assay_json_text(one, "rule"), "measured")) {
                assert_ptr_equal(side, list->first);
                said++;
            }
    assert_int_equal(said, 1);
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
}

static void what_is_not_decisive_is_shown_and_decides_nothing(void **state)
{
    static const char *const verdicts[] = {"equivalent", "undecided",
                                           "withheld"};

    for (size_t i = 0; i < 3; i++) {
        catalog = two_models();
        struct assay_arena arena = {0};
        struct assay_str text = assay_arena_printf(
            &arena,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" MODEL(
                "Ann") ",'trials':[{'run':'1','suite':'s','against':'lab/Bob',"
                       "'verdict':'%s'," COUNTS "}]}]}",
            verdicts[i]);

        add_run(catalog, assay_arena_cstr(&arena, text));
        expect(catalog, "trade", "");
        struct assay_document *doc =
            fixture_compare(catalog, &arena, "lab/Ann", "lab/Bob", NULL);
        struct assay_json *rows = assay_json_get(doc->data, "evidence");
        assert_int_equal(rows->count, 1);
        assert_true(
            assay_str_is(assay_json_text(rows->first, "verdict"), verdicts[i]));
        assay_arena_free(&arena);
        assay_catalog_close(catalog);
    }
}

static void only_our_own_runs_count(void **state)
{
    catalog = two_models();

    add_run(catalog,
            SOURCE("somebody", "secondary", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    expect(catalog, "trade", "");
    assay_catalog_close(catalog);
}

static void a_newer_run_of_the_suite_counts_alone(void **state)
{
    catalog = two_models();

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-19") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    add_run(catalog,
            SOURCE("run-2", "measured", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("2", "s.yaml", "Bob", "undecided")) "]}");
    expect(catalog, "trade", "");
    assay_catalog_close(catalog);
}

static void suites_that_disagree_name_no_winner(void **state)
{
    catalog = two_models();

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-19") ",'models':[" STATES(
                "Ann", TRIAL("1", "one.yaml", "Bob", "this")) "]}");
    add_run(catalog,
            SOURCE("run-2", "measured", "2026-11-20") ",'models':[" STATES(
                "Bob", TRIAL("2", "two.yaml", "Ann", "this")) "]}");
    expect(catalog, "trade", "");
    assay_catalog_close(catalog);
}

static void both_images_of_a_run_are_one_row(void **state)
{
    catalog = two_models();
    struct assay_arena arena = {0};

    add_run(
        catalog,
        SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
            "Ann", TRIAL("1", "s.yaml", "Bob",
                         "this")) "," STATES("Bob", TRIAL("1", "s.yaml", "Ann",
                                                          "against")) "]}");
    struct assay_document *doc =
        fixture_compare(catalog, &arena, "lab/Ann", "lab/Bob", NULL);
    assert_int_equal(assay_json_get(doc->data, "evidence")->count, 1);
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
}

static void swapping_the_models_mirrors_the_row(void **state)
{
    catalog = two_models();
    struct assay_arena arena = {0};

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    struct assay_json *one = assay_json_get(
        fixture_compare(catalog, &arena, "lab/Ann", "lab/Bob", NULL)->data,
        "evidence");
    struct assay_json *other = assay_json_get(
        fixture_compare(catalog, &arena, "lab/Bob", "lab/Ann", NULL)->data,
        "evidence");
    static const struct {
        const char *key, *one, *other;
    } rows[] = {
        {"verdict", "a", "b"},
        {"winner", "lab/Ann", "lab/Ann"},
        {"a_passed", "25", "15"},
        {"b_passed_high", "0.724", "0.979"},
        {"only_a", "11", "1"},
        {"only_b", "1", "11"},
        {"difference", "0.37", "-0.37"},
        {"difference_low", "0.1", "-0.6"},
        {"difference_high", "0.6", "-0.1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_json *a = assay_json_get(one->first, rows[i].key);
        struct assay_json *b = assay_json_get(other->first, rows[i].key);

        if (!assay_str_is(a->text, rows[i].one) ||
            !assay_str_is(b->text, rows[i].other))
            fail_msg("%s: '%.*s' and '%.*s'", rows[i].key,
                     ASSAY_STR_ARG(a->text), ASSAY_STR_ARG(b->text));
    }
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
}

static void of_three_the_winner_beat_both_others(void **state)
{
    catalog = two_models();
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_compare_options options = {.as_of = fixture_day,
                                            .traffic = assay_traffic_default()};
    struct assay_model *models[3];
    struct assay_document *doc;

    add_run(catalog,
            SOURCE("run-1", "measured", "2026-11-20") ",'models':[" STATES(
                "Ann", TRIAL("1", "s.yaml", "Bob", "this")) "]}");
    for (int both = 0; both < 2; both++) {
        if (both)
            add_run(
                catalog,
                SOURCE("run-2", "measured", "2026-11-20") ",'models':[" STATES(
                    "Ann", TRIAL("2", "s.yaml", "Cy", "this")) "]}");
        models[0] = fixture_model(catalog, &arena, "lab/Cy");
        models[1] = fixture_model(catalog, &arena, "lab/Ann");
        models[2] = fixture_model(catalog, &arena, "lab/Bob");
        doc = assay_compare(&arena, models, 3, &options, &err);
        assert_non_null(doc);
        assert_string_equal(assay_arena_cstr(&arena, rule_of(doc)),
                            both ? "measured" : "trade");
    }
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decisive_run_gives_the_verdict),
        cmocka_unit_test(a_decisive_run_speaks_for_its_winner_alone),
        cmocka_unit_test(a_run_stated_of_the_loser_says_the_same),
        cmocka_unit_test(what_is_not_decisive_is_shown_and_decides_nothing),
        cmocka_unit_test(only_our_own_runs_count),
        cmocka_unit_test(a_newer_run_of_the_suite_counts_alone),
        cmocka_unit_test(suites_that_disagree_name_no_winner),
        cmocka_unit_test(both_images_of_a_run_are_one_row),
        cmocka_unit_test(swapping_the_models_mirrors_the_row),
        cmocka_unit_test(of_three_the_winner_beat_both_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
