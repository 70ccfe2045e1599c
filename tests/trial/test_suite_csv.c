/*
 * CSV: RFC 4180, and where a file breaks it.
 */
#include "support/support.h"

#include "trial/csv.h"

#include <string.h>

static void fields_are_read_with_quotes_line_ends_and_a_byte_order_mark(
    void **state)
{
    static const char text[] = "\xef\xbb\xbf"
                               "question,\"the, answer\"\r\n"
                               "\"a \"\"b\"\"\r\nc\",d\r\n"
                               "\r\n"
                               "say \"hi\",\n"
                               "\"\", e \n";
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_csv csv;

    struct assay_csv_row row[4];

    assert_true(assay_csv_open(&arena, assay_str_c(text), &csv, &err));
    assert_int_equal(csv.columns, 2);
    assert_true(assay_str_is(csv.header[0], "question"));
    assert_true(assay_str_is(csv.header[1], "the, answer"));
    for (size_t i = 0; i < 4; i++)
        assert_true(assay_csv_next(&csv, &arena, &row[i], &err));
    assert_int_equal(row[0].line, 2);
    assert_true(assay_str_is(row[0].fields[0], "a \"b\"\r\nc"));
    assert_true(assay_str_is(row[0].fields[1], "d"));
    assert_int_equal(row[1].line, 5);
    assert_true(assay_str_is(row[1].fields[0], "say \"hi\""));
    assert_true(assay_str_is(row[1].fields[1], ""));
    assert_int_equal(row[2].line, 6);
    assert_true(assay_str_is(row[2].fields[0], ""));
    assert_true(assay_str_is(row[2].fields[1], " e "));
    assert_null(row[3].fields);
    /* any of them, once more */
    struct assay_csv_row again = {.line = row[1].line, .offset = row[1].offset};
    assert_true(assay_csv_again(&csv, &arena, &again, &err));
    assert_true(assay_str_is(again.fields[0], "say \"hi\""));
    assay_arena_free(&arena);
}

static void a_broken_file_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *why;
        enum assay_code code;
    } cases[] = {
        {"", "line 1: expected a header, the file is empty", ASSAY_BAD_INPUT},
        {"a,b\n1,2\n3\n", "line 3: 1 field, the header has 2", ASSAY_BAD_INPUT},
        {"a,b\n1,2,3\n", "line 2: 3 fields, the header has 2", ASSAY_BAD_INPUT},
        {"a,,b\n", "line 1: column 2 has no name", ASSAY_BAD_INPUT},
        {"a,b,a\n", "line 1: two columns are named 'a'", ASSAY_BAD_INPUT},
        {"a\n\"x\"y\n",
         "line 2: text behind a closing quote: expected ',' or the end of the "
         "line",
         ASSAY_BAD_INPUT},
        {"a\n\"x\ny\n", "line 2: a quoted field without its closing quote",
         ASSAY_BAD_INPUT},
        {"a\n\xe9\n", "byte 3 is not UTF-8", ASSAY_BAD_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_csv csv;
        struct assay_csv_row row = {0};
        bool ok =
            assay_csv_open(&arena, assay_str_c(cases[i].text), &csv, &err);
        for (int k = 0; ok && k < 4; k++)
            ok = assay_csv_next(&csv, &arena, &row, &err);
        assert_false(ok);
        assert_string_equal(err.text, cases[i].why);
        assert_int_equal(err.code, cases[i].code);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            fields_are_read_with_quotes_line_ends_and_a_byte_order_mark),
        cmocka_unit_test(a_broken_file_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
