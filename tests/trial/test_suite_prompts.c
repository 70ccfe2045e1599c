/*
 * The plain forms: a text with a prompt a line, and JSONL.
 */
#include "trial/suite_dump.h"

#include <unistd.h>

#define FIXTURES "tests/trial/fixtures/suites/"

static void a_text_has_a_prompt_on_each_line(void **state)
{
    assert_suite_reads(FIXTURES "plain.txt");
}

static void jsonl_has_a_prompt_in_each_object(void **state)
{
    assert_suite_reads(FIXTURES "plain.jsonl");
}

static void ids_are_stable_and_no_two_are_the_same(void **state)
{
    struct assay_error err = {0};
    struct assay_suite *a =
        assay_suite_read(FIXTURES "plain.jsonl", NULL, &err);
    struct assay_suite *b =
        assay_suite_read(FIXTURES "plain.jsonl", NULL, &err);

    assert_int_equal(a->case_count, 4);
    for (size_t i = 0; i < a->case_count; i++) {
        struct assay_str id = assay_suite_case_id(a, i);
        assert_int_equal(id.len, 16);
        assert_true(assay_str_equal(id, assay_suite_case_id(b, i)));
        for (size_t k = 0; k < i; k++)
            assert_false(assay_str_equal(id, assay_suite_case_id(a, k)));
    }
    assay_suite_free(a);
    assay_suite_free(b);
}

static void a_criterion_stands_with_its_judge_behind_what_is_expected(
    void **state)
{
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_case one;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.jsonl", folder);
    assert_true(assay_file_write(
        path,
        ASSAY_STR("{\"prompt\":\"Hi\",\"criterion\":\"is kind\","
                  "\"judge\":\"openai/gpt-4o\",\"expected\":\"you\"}\n"),
        &err));
    struct assay_suite *suite = assay_suite_read(path, NULL, &err);
    if (!suite)
        fail_msg("%s", err.text);
    assert_true(assay_suite_case(suite, 0, &arena, &one, &err));
    assert_int_equal(one.assertion_count, 2);
    assert_true(assay_str_is(one.assertions[0].type, "contains"));
    assert_true(assay_str_is(one.assertions[1].type, "llm-rubric"));
    assert_true(assay_str_is(one.assertions[1].value->text, "is kind"));
    assert_int_equal(suite->judge_count, 1);
    assert_true(assay_str_is(suite->judges[0], "openai/gpt-4o"));
    assay_arena_free(&arena);
    assay_suite_free(suite);
    unlink(path);
    rmdir(folder);
}

static void equals_is_the_whole_answer(void **state)
{
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_suite *suite;
    struct assay_case one;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.jsonl", folder);
    assert_true(assay_file_write(
        path, ASSAY_STR("{\"prompt\":\"2+3\",\"equals\":\"5\"}\n"), &err));
    suite = assay_suite_read(path, NULL, &err);
    if (!suite)
        fail_msg("%s", err.text);
    assert_true(assay_suite_case(suite, 0, &arena, &one, &err));
    assert_int_equal(one.assertion_count, 1);
    assert_true(assay_str_is(one.assertions[0].type, "equals"));
    assay_arena_free(&arena);
    assay_suite_free(suite);
    unlink(path);
    rmdir(folder);
}

static void a_broken_line_is_refused_with_its_number(void **state)
{
    static const char *const cases[][3] = {
        {"s.txt", "a =>\n", "s.txt:1: nothing is expected behind '=>'"},
        {"s.txt", "\n=> b\n", "s.txt:2: an answer without a prompt"},
        {"s.txt", "# only a remark\n", "no prompt in it"},
        {"s.txt", "\xff\n", "s.txt: not a text in UTF-8"},
        {"s.jsonl", "{\"prompt\":\"a\"}\n{\"promt\":\"b\"}\n",
         "s.jsonl:2: 'promt' is not known: expected prompt, expected, equals, "
         "criterion, judge, cluster, system, options"},
        {"s.jsonl", "{}\n", "s.jsonl:1: no 'prompt'"},
        {"s.jsonl", "{\"prompt\":\"a\",\"expected\":{}}\n",
         "s.jsonl:1: 'expected' is a text, a number or a list of texts"},
        {"s.jsonl", "{\"prompt\":\"a\",\"criterion\":\"is kind\"}\n",
         "s.jsonl:1: 'criterion' is a text, and beside it 'judge'"},
        {"s.jsonl", "{\"prompt\":\"a\",\"judge\":\"local:nano-s\"}\n",
         "s.jsonl:1: 'criterion' is a text, and beside it 'judge'"},
        {"s.jsonl", "{\"prompt\":\"a\",\"equals\":5}\n",
         "s.jsonl:1: 'equals' is a text"},
        {"s.jsonl", "{\"prompt\":\"a\",\"equals\":\"5\",\"expected\":\"5\"}\n",
         "both 'expected' and 'equals', expected one"},
        {"s.jsonl", "\n[1\n",
         "s.jsonl:2: line 1, column 3, at [0]: the text ends inside an array"},
        {"s.py", "print(1)\n", "s.py: a program; a suite is data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
        struct assay_error err = {0};
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/%s", folder, cases[i][0]);
        assert_true(assay_file_write(path, assay_str_c(cases[i][1]), &err));
        assert_null(assay_suite_read(path, NULL, &err));
        if (!strstr(err.text, cases[i][2]))
            fail_msg("expected \"%s\", found \"%s\"", cases[i][2], err.text);
        unlink(path);
        rmdir(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_has_a_prompt_on_each_line),
        cmocka_unit_test(jsonl_has_a_prompt_in_each_object),
        cmocka_unit_test(ids_are_stable_and_no_two_are_the_same),
        cmocka_unit_test(
            a_criterion_stands_with_its_judge_behind_what_is_expected),
        cmocka_unit_test(equals_is_the_whole_answer),
        cmocka_unit_test(a_broken_line_is_refused_with_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
