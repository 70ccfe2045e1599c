/*
 * Assertions about an answer's text. Expected marks are those of promptfoo
 * 0.123.1 unless a row says otherwise.
 */
#include "trial/score_support.h"

#include "assay/file.h"

static void texts_are_compared_as_promptfoo_compares_them(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"equals\", \"value\": \"a\"}", "a", PASS},
        {"{\"type\": \"equals\", \"value\": \"a\"}", "A", FAIL},
        {"{\"type\": \"equals\", \"value\": \"a\"}", "a\n", FAIL},
        {"{\"type\": \"equals\", \"value\": \"\"}", "", PASS},
        {"{\"type\": \"equals\", \"value\": \"a\\nb\"}", "a\r\nb", FAIL},
        {"{\"type\": \"not-equals\", \"value\": \"a\"}", "b", PASS},
        {"{\"type\": \"not-equals\", \"value\": \"a\"}", "a", FAIL},
        /* e with an accent: one character or two are different texts */
        {"{\"type\": \"equals\", \"value\": \"\\u00e9\"}", "e\xcc\x81", FAIL},
        {"{\"type\": \"equals\", \"value\": 5}", "5", PASS},
        {"{\"type\": \"equals\", \"value\": 5.0}", "5", PASS},
        {"{\"type\": \"equals\", \"value\": 5.0}", "5.0", FAIL},
        {"{\"type\": \"equals\", \"value\": 0.1}", "0.1", PASS},
        {"{\"type\": \"equals\", \"value\": 1e21}", "1e+21", PASS},
        {"{\"type\": \"equals\", \"value\": 123456789012345680000}",
         "123456789012345680000", PASS},
        {"{\"type\": \"equals\", \"value\": 1e-7}", "1e-7", PASS},
        {"{\"type\": \"equals\", \"value\": 0.000001}", "0.000001", PASS},
        {"{\"type\": \"equals\", \"value\": -1.5}", "-1.5", PASS},
        {"{\"type\": \"equals\", \"value\": true}", "true", PASS},
        {"{\"type\": \"equals\", \"value\": null}", "null", PASS},
        {"{\"type\": \"equals\", \"value\": {\"a\": [1, 2]}}",
         " {\"a\" : [1.0,2]}\n", PASS},
        {"{\"type\": \"equals\", \"value\": {\"a\": 1, \"b\": 2}}",
         "{\"b\":2,\"a\":1}", PASS},
        {"{\"type\": \"equals\", \"value\": {\"a\": 1}}", "{\"a\":1,\"b\":2}",
         FAIL},
        {"{\"type\": \"equals\", \"value\": {\"a\": 1}}", "{\"a\":2,\"a\":1}",
         PASS},
        {"{\"type\": \"equals\", \"value\": [1, 2]}", "[2,1]", FAIL},
        {"{\"type\": \"equals\", \"value\": {\"a\": 1}}", "a: 1", FAIL},
        {"{\"type\": \"not-equals\", \"value\": {\"a\": 1}}", "a: 1", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void parts_are_found(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"contains\", \"value\": \"b\"}", "abc", PASS},
        {"{\"type\": \"contains\", \"value\": \"B\"}", "abc", FAIL},
        {"{\"type\": \"contains\", \"value\": \"b\"}", "", FAIL},
        {"{\"type\": \"contains\", \"value\": \"aab\"}", "aaab", PASS},
        {"{\"type\": \"contains\", \"value\": \"abcabd\"}", "abcabcabd", PASS},
        {"{\"type\": \"contains\", \"value\": \"abcabd\"}", "abcabcab", FAIL},
        {"{\"type\": \"contains\", \"value\": 42}", "it is 42.", PASS},
        {"{\"type\": \"not-contains\", \"value\": \"z\"}", "abc", PASS},
        {"{\"type\": \"icontains\", \"value\": \"B\"}", "abc", PASS},
        {"{\"type\": \"icontains\", \"value\": \"\\u00c9\"}", "caf\xc3\xa9",
         PASS},
        {"{\"type\": \"icontains\", \"value\": \"stra\\u00dfe\"}", "STRASSE",
         FAIL},
        /* a final sigma is another small letter than one inside */
        {"{\"type\": \"icontains\", \"value\": \"\\u03c3\\u03c2\"}",
         "\xce\xa3\xce\xa3", PASS},
        {"{\"type\": \"icontains\", \"value\": \"\\u03c3\\u03c3\"}",
         "\xce\xa3\xce\xa3", FAIL},
        {"{\"type\": \"icontains\", \"value\": \"\\u0130\"}", "i\xcc\x87",
         PASS},
        {"{\"type\": \"icontains\", \"value\": \"\\u2c65\"}", "\xc8\xba", PASS},
        {"{\"type\": \"starts-with\", \"value\": \"ab\"}", "abc", PASS},
        {"{\"type\": \"starts-with\", \"value\": \"ab\"}", " abc", FAIL},
        {"{\"type\": \"starts-with\", \"value\": \"abcd\"}", "abc", FAIL},
        {"{\"type\": \"not-starts-with\", \"value\": \"b\"}", "abc", PASS},
        {"{\"type\": \"contains\", \"value\": \"\\ud83d\\ude00\"}",
         "a \xf0\x9f\x98\x80!", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void lists_of_parts_are_found(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"contains-any\", \"value\": [\"x\", \"b\"]}", "abc",
         PASS},
        {"{\"type\": \"contains-any\", \"value\": [\"x\", 3]}", "a3", PASS},
        {"{\"type\": \"contains-any\", \"value\": []}", "a3", FAIL},
        {"{\"type\": \"contains-all\", \"value\": []}", "a3", PASS},
        {"{\"type\": \"contains-any\", \"value\": \"x, b\"}", "abc", PASS},
        {"{\"type\": \"contains-any\", \"value\": \"x,,y\"}", "abc", FAIL},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"b,c\\\", z\"}", "ab,cd",
         PASS},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"b,c\\\", z\"}", "abcd",
         FAIL},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"a\\\"\\\"b\\\"\"}",
         "a\"b", PASS},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"a\\\\\\\\b\\\"\"}",
         "a\\b", PASS},
        {"{\"type\": \"contains-all\", \"value\": \"a, c\"}", "abc", PASS},
        {"{\"type\": \"contains-all\", \"value\": \"a, d\"}", "abc", FAIL},
        {"{\"type\": \"not-contains-all\", \"value\": \"a, d\"}", "abc", PASS},
        {"{\"type\": \"not-contains-any\", \"value\": \"a, d\"}", "abc", FAIL},
        {"{\"type\": \"icontains-any\", \"value\": \"X, B\"}", "abc", PASS},
        {"{\"type\": \"icontains-all\", \"value\": \"A, B\"}", "abc", PASS},
        {"{\"type\": \"icontains-all\", \"value\": [\"A\", \"Z\"]}", "abc",
         FAIL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void edits_are_counted_in_characters(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"levenshtein\", \"value\": \"kitten\", "
         "\"threshold\": 3}",
         "sitting", PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"kitten\", "
         "\"threshold\": 2}",
         "sitting", FAIL},
        {"{\"type\": \"levenshtein\", \"value\": \"abcdef\"}", "f", PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"abcdef\"}", "x", FAIL},
        {"{\"type\": \"levenshtein\", \"value\": \"\", \"threshold\": 0}", "",
         PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"\", \"threshold\": 0}", "a",
         FAIL},
        {"{\"type\": \"levenshtein\", \"value\": \"a\", \"threshold\": 1.5}",
         "bb", FAIL},
        {"{\"type\": \"levenshtein\", \"value\": \"a\", \"threshold\": -1}",
         "a", FAIL},
        /* one character, one edit: promptfoo counts a pair as two units */
        {"{\"type\": \"levenshtein\", \"value\": \"\", \"threshold\": 1}",
         "\xf0\x9f\x98\x80", PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"\\u00e9\", "
         "\"threshold\": 1}",
         "e\xcc\x81", FAIL},
        {"{\"type\": \"not-levenshtein\", \"value\": \"abc\", "
         "\"threshold\": 1}",
         "xyz", PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"abcdefgh\", "
         "\"threshold\": 1000}",
         "hgfedcba", PASS},
        {"{\"type\": \"levenshtein\", \"value\": \"intention\", "
         "\"threshold\": 4}",
         "execution", FAIL},
        {"{\"type\": \"levenshtein\", \"value\": \"intention\", "
         "\"threshold\": 5}",
         "execution", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void words_are_what_white_space_cuts(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"word-count\", \"value\": 3}", " one two\r\nthree ",
         PASS},
        {"{\"type\": \"word-count\", \"value\": \"3\"}", "one two three", PASS},
        {"{\"type\": \"word-count\", \"value\": 3}", "one two", FAIL},
        {"{\"type\": \"word-count\", \"value\": 0}", " \xc2\xa0\xe3\x80\x80",
         PASS},
        {"{\"type\": \"word-count\", \"value\": 0}", "", PASS},
        {"{\"type\": \"word-count\", \"value\": {\"min\": 2}}", "a b c", PASS},
        {"{\"type\": \"word-count\", \"value\": {\"max\": 2}}", "a b c", FAIL},
        {"{\"type\": \"word-count\", \"value\": {\"min\": 1, \"max\": 3}}",
         "a b c", PASS},
        {"{\"type\": \"not-word-count\", \"value\": {\"min\": 1, "
         "\"max\": 3}}",
         "a b c", FAIL},
        {"{\"type\": \"word-count\", \"value\": 1.5}", "a b", FAIL},
        {"{\"type\": \"word-count\", \"value\": 2}",
         "a\xef\xbb\xbf"
         "b",
         PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void expressions_search_as_in_javascript(void **state)
{
    static const struct score_row rows[] = {
        {"{\"type\": \"regex\", \"value\": \"\\\\d{2}\"}", "a42", PASS},
        {"{\"type\": \"regex\", \"value\": \"^\\\\d+$\"}", "42\n", FAIL},
        {"{\"type\": \"regex\", \"value\": \"b\"}", "aBc", FAIL},
        {"{\"type\": \"not-regex\", \"value\": \"b\"}", "aBc", PASS},
        {"{\"type\": \"not-regex\", \"value\": \"(a+)+[$]\"}",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PASS},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_row(&rows[i]);
}

static void what_has_the_wrong_form_is_refused_before_it_runs(void **state)
{
    static const struct score_refusal rows[] = {
        {"{\"type\": \"equals\"}", "equals: expected a value"},
        {"{\"type\": \"contains\", \"value\": \"\"}", "not empty"},
        {"{\"type\": \"contains\", \"value\": true}", "not empty"},
        {"{\"type\": \"contains-any\", \"value\": \"\"}", "expected a list"},
        {"{\"type\": \"contains-any\", \"value\": {}}", "expected a list"},
        {"{\"type\": \"contains-any\", \"value\": [\"a\", {}]}", "part 2"},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"a\"}", "does not end"},
        {"{\"type\": \"contains-any\", \"value\": \"\\\"a\\\" b\"}",
         "expected a comma"},
        {"{\"type\": \"levenshtein\", \"value\": 3}", "expected a text"},
        {"{\"type\": \"word-count\", \"value\": \"many\"}",
         "expected a number"},
        {"{\"type\": \"word-count\", \"value\": {}}", "min, max or both"},
        {"{\"type\": \"word-count\", \"value\": {\"min\": 3, \"max\": 2}}",
         "min is above max"},
        {"{\"type\": \"regex\", \"value\": \"\"}", "regular expression"},
        {"{\"type\": \"regex\", \"value\": \"a(\"}", "regex: at offset 1"},
        {"{\"type\": \"not-regex\", \"value\": \"a(\"}",
         "not-regex: at offset 1"},
        {"{\"type\": \"latency\"}", "expected a threshold"},
        {"{\"type\": \"cost\"}", "expected a threshold"},
        {"{\"type\": \"finish-reason\", \"value\": 1}", "finish reason"},
        {"{\"type\": \"bleu\", \"value\": [1]}", "list of texts"},
        {"{\"type\": \"gleu\", \"value\": []}", "list of texts"},
        {"{\"type\": \"javascript\", \"value\": \"true\"}", "it needs Node"},
        {"{\"type\": \"similar\", \"value\": \"x\"}", "embedding"},
        {"{\"type\": \"meteor\", \"value\": \"x\"}", "WordNet"},
        {"{\"type\": \"is-sql\"}", "SQL"},
        {"{\"type\": \"contians\", \"value\": \"x\"}",
         "contians: no such assertion"},
        {"{\"type\": \"contains\", \"value\": \"x\", \"weight\": -1}",
         "weight"},
        {"{\"type\": \"assert-set\", \"assert\": []}", "set is empty"},
        {"{\"type\": \"not-assert-set\", \"assert\": [{\"type\": \"cost\"}]}",
         "negated"},
        {"{\"type\": \"assert-set\", \"assert\": [{\"type\": \"cost\"}]}",
         "assert-set: assertion 1 of the set: cost: expected a threshold"},
        {"{\"type\": \"assert-set\", \"assert\": [{\"type\": \"assert-set\", "
         "\"assert\": []}]}",
         "a set in a set"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_score_refused(&rows[i]);
}

static void assert_overlap(struct assay_arena *arena,
                           const struct assay_json *row, const char *type)
{
    struct assay_assertion assertion = {
        .type = assay_str_c(type),
        .value = assay_json_get(row, "references"),
        .weight = 1,
    };
    struct assay_case of = {.assertions = &assertion, .assertion_count = 1};
    struct assay_answer answer = {.text = assay_json_text(row, "answer")};
    double expected = score_stated(assay_json_get(row, type)).value;
    double score = score_answer(arena, &of, NULL, &answer).score;

    if (fabs(score - expected) > 1e-12)
        fail_msg("%s of row %u: %.17g, not %.17g", type, (unsigned)row->index,
                 score, expected);
}

/*
 * Rows were made with promptfoo 0.123.1's own functions (bleu.ts, gleu.ts;
 * MIT) on texts written for this.
 */
static void bleu_and_gleu_have_promptfoos_scores(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str text;
    struct assay_error err = {0};

    assert_true(assay_file_read(&arena, "tests/trial/data/overlap_scores.json",
                                1 << 20, &text, &err));
    const struct assay_json *rows = assay_json_parse(&arena, text, NULL, &err);
    assert_non_null(rows);
    assert_true(rows->count >= 15);
    for (const struct assay_json *row = rows->first; row; row = row->next) {
        assert_overlap(&arena, row, "bleu");
        assert_overlap(&arena, row, "gleu");
    }
    assay_arena_free(&arena);
}

static void a_large_answer_is_scored_and_a_huge_one_refused(void **state)
{
    struct assay_arena arena = {0};
    size_t size = 100u << 20;
    char *text = malloc(size);

    assert_non_null(text);
    memset(text, 'a', size);
    text[(1 << 20) - 1] = 'b';
    struct assay_str large = {text, 1 << 20};
    static const char *const assertions[] = {
        "{\"type\": \"contains\", \"value\": \"aaab\"}",
        "{\"type\": \"icontains\", \"value\": \"AB\"}",
        "{\"type\": \"regex\", \"value\": \"ab$\"}",
        "{\"type\": \"word-count\", \"value\": 1}",
        "{\"type\": \"not-is-json\"}",
        "{\"type\": \"not-levenshtein\", \"value\": \"a\"}",
    };
    for (size_t i = 0; i < LENGTH(assertions); i++)
        if (score_text(&arena, assertions[i], large).mark != PASS)
            fail_msg("%s", assertions[i]);
    struct assay_scoring huge =
        score_text(&arena, assertions[0], (struct assay_str){text, size});
    assert_int_equal(huge.mark, ASSAY_MARK_ERROR);
    assert_non_null(
        strstr(assay_arena_cstr(&arena, huge.checks[0].reason), "bytes"));
    free(text);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_compared_as_promptfoo_compares_them),
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(lists_of_parts_are_found),
        cmocka_unit_test(edits_are_counted_in_characters),
        cmocka_unit_test(words_are_what_white_space_cuts),
        cmocka_unit_test(expressions_search_as_in_javascript),
        cmocka_unit_test(what_has_the_wrong_form_is_refused_before_it_runs),
        cmocka_unit_test(bleu_and_gleu_have_promptfoos_scores),
        cmocka_unit_test(a_large_answer_is_scored_and_a_huge_one_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
