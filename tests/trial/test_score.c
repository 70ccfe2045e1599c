/*
 * What results add up to: weights, thresholds, sets, "not-"; JSON, tools,
 * latency and cost, choices and filters.
 */
#include "trial/score_support.h"

static struct assay_scoring score_all(struct assay_arena *arena,
                                      const char *assertions, double threshold,
                                      const char *text)
{
    struct assay_answer answer = {.text = assay_str_c(text)};
    struct assay_case of = score_case(arena, assertions, threshold);

    return score_answer(arena, &of, NULL, &answer);
}

#define HAS(c) "{\"type\": \"contains\", \"value\": \"" c "\"}"
#define HAS_W(c, w) \
    "{\"type\": \"contains\", \"value\": \"" c "\", \"weight\": " w "}"

static void results_add_up_as_in_promptfoo(void **state)
{
    static const struct {
        const char *assertions;
        double threshold;
        enum assay_mark mark;
        double score;
    } rows[] = {
        {"[" HAS("a") "]", NAN, PASS, 1},
        {"[" HAS("a") "," HAS("z") "]", NAN, FAIL, 0.5},
        {"[" HAS("a") "," HAS("z") "]", 0.5, PASS, 0.5},
        {"[" HAS("a") "," HAS("z") "]", 0.51, FAIL, 0.5},
        {"[" HAS("z") "]", 0, PASS, 0},
        {"[" HAS_W("a", "3") "," HAS("z") "]", NAN, FAIL, 0.75},
        {"[" HAS("a") "," HAS_W("z", "0") "]", NAN, PASS, 1},
        {"[" HAS_W("z", "0") "]", NAN, PASS, 0},
        {"[{\"type\": \"assert-set\", \"assert\": [" HAS("a") "," HAS(
             "z") "]}]",
         NAN, FAIL, 0.5},
        {"[{\"type\": \"assert-set\", \"threshold\": 0.5, \"assert\": [" HAS(
             "a") "," HAS("z") "]}]",
         NAN, PASS, 0.5},
        {"[{\"type\": \"assert-set\", \"weight\": 3, \"assert\": [" HAS(
             "a") "]}," HAS("z") "]",
         0.75, PASS, 0.75},
        {"[{\"type\": \"latency\", \"threshold\": 5}," HAS("a") "]", NAN,
         ASSAY_MARK_ERROR, 0.5},
        {"[{\"type\": \"latency\", \"threshold\": 5, \"weight\": 0}," HAS(
             "a") "]",
         NAN, PASS, 1},
        {"[{\"type\": \"not-cost\", \"threshold\": 5}]", NAN, ASSAY_MARK_ERROR,
         0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_scoring s =
            score_all(&arena, rows[i].assertions, rows[i].threshold, "abc");

        if (s.mark != rows[i].mark || fabs(s.score - rows[i].score) > 1e-12)
            fail_msg("%s: %s, %g", rows[i].assertions, assay_mark_name(s.mark),
                     s.score);
        assay_arena_free(&arena);
    }
}

static void no_assertion_is_unscored_and_never_a_pass(void **state)
{
    struct assay_arena arena = {0};
    struct assay_scoring s = score_all(&arena, "[]", 0, "abc");

    assert_int_equal(s.mark, ASSAY_MARK_UNSCORED);
    assert_true(isnan(s.score));
    assert_int_equal(s.count, 0);
    assay_arena_free(&arena);
}

static void the_checks_of_a_set_follow_its_own(void **state)
{
    struct assay_arena arena = {0};
    struct assay_scoring s =
        score_all(&arena,
                  "[{\"type\": \"assert-set\", \"assert\": [" HAS("a") "," HAS(
                      "z") "]}," HAS("b") "]",
                  NAN, "abc");

    assert_int_equal(s.count, 4);
    assert_int_equal(s.checks[0].mark, FAIL);
    assert_int_equal(s.checks[1].mark, PASS);
    assert_int_equal(s.checks[2].mark, FAIL);
    assert_int_equal(s.checks[3].mark, PASS);
    assert_true(s.graded);
    assay_arena_free(&arena);
}

static void json_in_answers_is_found(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"is-json\"}", " {\"a\": 1}\r\n", PASS},
        {"{\"type\": \"is-json\"}", "42", PASS},
        {"{\"type\": \"is-json\"}", "", FAIL},
        {"{\"type\": \"is-json\"}", "```json\n{}\n```", FAIL},
        {"{\"type\": \"is-json\"}", "{\"a\": 1,}", FAIL},
        {"{\"type\": \"not-is-json\"}", "text", PASS},
        {"{\"type\": \"is-json\", \"value\": {\"required\": [\"a\"]}}",
         "{\"a\": 1}", PASS},
        {"{\"type\": \"is-json\", \"value\": {\"required\": [\"a\"]}}",
         "{\"b\": 1}", FAIL},
        {"{\"type\": \"not-is-json\", \"value\": {\"required\": [\"a\"]}}",
         "{\"b\": 1}", PASS},
        {"{\"type\": \"is-json\", \"value\": \"{\\\"type\\\": "
         "\\\"array\\\"}\"}",
         "[1]", PASS},
        {"{\"type\": \"is-json\", \"value\": {\"properties\": {\"a\": "
         "{\"const\": 2}}}}",
         "{\"a\": 1, \"a\": 2}", PASS},
        {"{\"type\": \"is-json\", \"value\": {\"unevaluatedProperties\": "
         "false, \"properties\": {\"b\": {}}}}",
         "{\"a\": 1, \"b\": 1, \"a\": 2}", FAIL},
        {"{\"type\": \"is-json\", \"value\": \"type: object\\nrequired: "
         "[a]\"}",
         "{\"a\": 1}", PASS},
        {"{\"type\": \"is-json\", \"value\": {\"pattern\": "
         "\"^(a+)+[bc]$\"}}",
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", ASSAY_MARK_ERROR},
        {"{\"type\": \"contains-json\"}", "so {\"a\": [1]} it is", PASS},
        {"{\"type\": \"contains-json\"}", "a set {1, 2} and {\"a\": 1}", PASS},
        {"{\"type\": \"contains-json\"}", "see [1]", FAIL},
        {"{\"type\": \"contains-json\"}", "{{{{{{", FAIL},
        {"{\"type\": \"contains-json\"}", "{\"a\": \"}\"}", PASS},
        {"{\"type\": \"not-contains-json\"}", "none", PASS},
        {"{\"type\": \"contains-json\", \"value\": {\"required\": [\"b\"]}}",
         "{\"a\": 1} or {\"b\": 1}", PASS},
        {"{\"type\": \"contains-json\", \"value\": {\"required\": [\"b\"], "
         "\"type\": \"object\"}}",
         "[{\"b\": 1}]", PASS},
        {"{\"type\": \"contains-json\", \"value\": {\"type\": \"array\"}}",
         "it is [1, 2].", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
    static const struct score_refusal refusals[] = {
        {"{\"type\": \"is-json\", \"value\": {\"typ\": 1}}",
         "is-json: schema: "},
        {"{\"type\": \"contains-json\", \"value\": true}", "JSON schema"},
    };
    for (size_t i = 0; i < LENGTH(refusals); i++)
        assert_score_refused(&refusals[i]);
}

static void what_an_answer_took_is_compared_with_limits(void **state)
{
    static const struct {
        const char *assertion;
        enum assay_mark mark;
    } rows[] = {
        {"{\"type\": \"latency\", \"threshold\": 100}", PASS},
        {"{\"type\": \"latency\", \"threshold\": 99.9}", FAIL},
        {"{\"type\": \"not-latency\", \"threshold\": 100}", FAIL},
        {"{\"type\": \"cost\", \"threshold\": 0.002}", PASS},
        {"{\"type\": \"cost\", \"threshold\": 0.0019}", FAIL},
        {"{\"type\": \"finish-reason\", \"value\": \"STOP\"}", PASS},
        {"{\"type\": \"finish-reason\", \"value\": \"length\"}", FAIL},
        {"{\"type\": \"tool-call-f1\", \"value\": \"add, get\", "
         "\"threshold\": 0.5}",
         PASS},
        {"{\"type\": \"tool-call-f1\", \"value\": [\"add\"]}", PASS},
        {"{\"type\": \"tool-call-f1\", \"value\": [\"get\"]}", FAIL},
        {"{\"type\": \"is-valid-openai-tools-call\"}", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_tool_call call = {.id = ASSAY_STR("1"),
                                       .name = ASSAY_STR("add"),
                                       .arguments = ASSAY_STR("{\"x\": 1}")};
        struct assay_answer answer = {
            .text = ASSAY_STR(""),
            .calls = &call,
            .call_count = 1,
            .finish = ASSAY_STR("stop"),
            .latency_ms = {true, 100},
            .cost_usd = {true, 0.002},
            .tools = score_json(
                &arena, "[{\"type\": \"function\", \"function\": {\"name\": "
                        "\"add\", \"parameters\": {\"required\": [\"x\"], "
                        "\"properties\": {\"x\": {\"type\": "
                        "\"integer\"}}}}}]"),
        };
        struct assay_str all =
            assay_arena_printf(&arena, "[%s]", rows[i].assertion);
        struct assay_case of =
            score_case(&arena, assay_arena_cstr(&arena, all), NAN);
        struct assay_scoring s = score_answer(&arena, &of, NULL, &answer);

        if (s.mark != rows[i].mark)
            fail_msg("%s: %s: %.*s", rows[i].assertion, assay_mark_name(s.mark),
                     ASSAY_STR_ARG(s.checks[0].reason));
        call.arguments = ASSAY_STR("{\"x\": \"1\"}");
        if (i == LENGTH(rows) - 1)
            assert_int_equal(score_answer(&arena, &of, NULL, &answer).mark,
                             FAIL);
        assay_arena_free(&arena);
    }
}

/* acc by the sum, acc_norm by characters, acc_bytes by bytes. */
static void the_likeliest_choice_is_compared_with_the_right_one(void **state)
{
    static const struct assay_str choices[] = {
        {"ab", 2}, {"\xc3\xa9\xc3\xa9\xc3\xa9", 6}, {"abcd", 4}};
    static const double logs[] = {-2, -3.1, -4.5};
    static const struct {
        const char *assertion;
        size_t chosen;
    } rows[] = {
        {"[{\"type\": \"acc\"}]", 0},       /* -2 */
        {"[{\"type\": \"acc_norm\"}]", 0},  /* -1, -1.03, -1.125 */
        {"[{\"type\": \"acc_bytes\"}]", 1}, /* -1, -0.52, -1.125 */
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t gold = 0; gold < 3; gold++) {
            struct assay_arena arena = {0};
            struct assay_answer answer = {.text = ASSAY_STR(""),
                                          .likelihoods = logs};
            struct assay_case of = score_case(&arena, rows[i].assertion, NAN);

            of.kind = ASSAY_CASE_CHOICE;
            of.choices = choices;
            of.choice_count = 3;
            of.gold = gold;
            assert_int_equal(score_answer(&arena, &of, NULL, &answer).mark,
                             gold == rows[i].chosen ? PASS : FAIL);
            answer.likelihoods = NULL;
            assert_int_equal(score_answer(&arena, &of, NULL, &answer).mark,
                             ASSAY_MARK_ERROR);
            assay_arena_free(&arena);
        }
}

static void filters_cut_what_is_matched_exactly(void **state)
{
    static const struct {
        const char *filter, *options, *text, *target;
    } rows[] = {
        {"regex", "{\"regex_pattern\": \"#### (\\\\-?[0-9\\\\.\\\\,]+)\"}",
         "so #### 12 ", "12"},
        {"regex", "{\"regex_pattern\": \"#### (\\\\-?[0-9\\\\.\\\\,]+)\"}",
         "so 12", "[invalid]"},
        {"regex",
         "{\"regex_pattern\": \"(-?[$0-9.,]{2,})|(-?[0-9]+)\", "
         "\"group_select\": -1}",
         "1, then $20.5 or 7", "7"},
        {"regex", "{\"regex_pattern\": \"b+\", \"group_select\": 1}",
         "b bb bbb", "bb"},
        {"regex", "{\"regex_pattern\": \"x\", \"fallback\": \"none\"}", "a",
         "none"},
        {"regex", "{\"regex_pattern\": \"(?i)\\u00c9.+\"}",
         "x \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"take_first", "{}", " a", " a"},
        {"remove_whitespace", "{}", " \n a ", "a "},
        {"lowercase", "{}", "\xc3\x89", "\xc3\xa9"},
        {"map", "{\"mapping_dict\": {\"a\": \"b\"}}", "a", "b"},
        {"map", "{\"mapping_dict\": {}, \"default_value\": \"z\"}", "a", "z"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_filter filter = {assay_str_c(rows[i].filter),
                                      score_json(&arena, rows[i].options)};
        struct assay_json *value = assay_json_object(&arena);
        assay_json_set_c(&arena, value, "target", rows[i].target);
        struct assay_assertion exact = {
            .type = ASSAY_STR("exact_match"), .value = value, .weight = 1};
        struct assay_case of = {.assertions = &exact,
                                .assertion_count = 1,
                                .filters = &filter,
                                .filter_count = 1};
        struct assay_answer answer = {.text = assay_str_c(rows[i].text)};
        struct assay_scoring s = score_answer(&arena, &of, NULL, &answer);

        if (s.mark != PASS)
            fail_msg("%s %s: %.*s", rows[i].filter, rows[i].options,
                     ASSAY_STR_ARG(s.checks[0].reason));
        assay_arena_free(&arena);
    }
}

static void a_filter_is_refused_before_anything_is_spent(void **state)
{
    static const struct {
        const char *filter, *options, *words;
    } rows[] = {
        {"regex", "{\"regex_pattern\": \"a(\"}", "task.yaml: filter regex: at"},
        {"map", "{}", "task.yaml: filter map: expected a mapping_dict"},
        {"made_up", "{}", "task.yaml: filter made_up: no such filter"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_filter filter = {assay_str_c(rows[i].filter),
                                      score_json(&arena, rows[i].options)};
        struct assay_case of = {.filters = &filter,
                                .filter_count = 1,
                                .where = ASSAY_STR("task.yaml")};
        struct assay_scorer *scorer = assay_scorer_new(NULL, &err);

        assert_non_null(scorer);
        assert_false(assay_scorer_check(scorer, &arena, &of, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!strstr(err.text, rows[i].words))
            fail_msg("%s: %s", rows[i].filter, err.text);
        assay_scorer_free(scorer);
        assay_arena_free(&arena);
    }
}

static void exact_match_ignores_what_it_is_told_to(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"a\"}}", "a",
         PASS},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"a\"}}", "A",
         FAIL},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": [\"b\", "
         "\"a\"]}}",
         "a", PASS},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"A b\", "
         "\"ignore_case\": true, \"ignore_punctuation\": true}}",
         "a-B!", FAIL},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"A b\", "
         "\"ignore_case\": true, \"ignore_punctuation\": true}}",
         "a B!", PASS},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"a1\", "
         "\"ignore_numbers\": true}}",
         "a23", PASS},
        {"{\"type\": \"exact_match\", \"value\": {\"target\": \"x #### "
         "1,234\", \"regexes_to_ignore\": [\",\", \"\\\\$\", \"(?s).*#### \", "
         "\"\\\\.$\"]}}",
         "$1234.", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_add_up_as_in_promptfoo),
        cmocka_unit_test(no_assertion_is_unscored_and_never_a_pass),
        cmocka_unit_test(the_checks_of_a_set_follow_its_own),
        cmocka_unit_test(json_in_answers_is_found),
        cmocka_unit_test(what_an_answer_took_is_compared_with_limits),
        cmocka_unit_test(the_likeliest_choice_is_compared_with_the_right_one),
        cmocka_unit_test(filters_cut_what_is_matched_exactly),
        cmocka_unit_test(a_filter_is_refused_before_anything_is_spent),
        cmocka_unit_test(exact_match_ignores_what_it_is_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
