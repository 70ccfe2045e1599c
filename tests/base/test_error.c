/*
 * Errors are one clean line, whatever went into them.
 */
#include "assay/error.h"

#include "assay/str.h"
#include "support/support.h"

#include <string.h>

static void an_error_has_its_code_and_its_text(void **state)
{
    struct assay_error err = {0};
    assert_false(assay_fail(&err, ASSAY_LIMIT, "%d of %s", 3, "four"));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_string_equal(err.text, "3 of four");
}

static void where_stands_before_what(void **state)
{
    struct assay_error err = {0};
    assay_fail(&err, ASSAY_REMOTE, "no answer in %d s", 30);
    assert_false(assay_fail_in(&err, "GET %s", "https://x"));
    assert_false(assay_fail_in(&err, "import %s", "openrouter"));
    assert_int_equal(err.code, ASSAY_REMOTE);
    assert_string_equal(err.text,
                        "import openrouter: GET https://x: no answer in 30 s");
}

static void an_error_may_be_made_of_its_own_text(void **state)
{
    struct assay_error err = {0};
    assay_fail(&err, ASSAY_SYSTEM, "inner");
    assay_fail(&err, ASSAY_BAD_INPUT, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
    assay_fail_in(&err, "again %s", err.text);
    assert_string_equal(err.text, "again outer (inner): outer (inner)");
}

static void what_could_harm_a_terminal_becomes_a_question_mark(void **state)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"a\nb\r\tc", "a?b??c"},
        {"\x1b[31m", "?[31m"},
        {"\x7f", "?"},
        {"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "???\xc2\xa0"},
        {"caf\xc3\xa9 \xf0\x9f\x98\x80 \xe2\x82\xac",
         "caf\xc3\xa9 \xf0\x9f\x98\x80 \xe2\x82\xac"},
        {"a\xe2\x80\xae-\xe2\x80\x8b\xd8\x9c\xef\xbb\xbf\xe2\x81\xa6",
         "a?-????"},
        {"\xd8\x9b\xe2\x80\xa6\xc2\xab\xef\xbc\x81",
         "\xd8\x9b\xe2\x80\xa6\xc2\xab\xef\xbc\x81"},
        {"\x80\xff", "??"},
        {"\xc3(", "?("},
        {"\xe2\x82", "??"},
        {"\xf0\x9f\x98", "???"},
        {"\xed\xa0\x80", "???"},
        {"\xfb"
         "abc",
         "?abc"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_error err = {0};
        assay_fail(&err, ASSAY_BAD_INPUT, "%s", cases[i].text);
        assert_string_equal(err.text, cases[i].clean);
        assay_fail(&err, ASSAY_BAD_INPUT, "x");
        assay_fail_in(&err, "%s", cases[i].text);
        assert_int_equal(strlen(err.text), strlen(cases[i].clean) + 3);
    }
}

static void a_long_text_is_cut_between_characters(void **state)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac",
                                             "\xf0\x9f\x98\x80", "\xff"};
    for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
        for (size_t start = 0; start < 4; start++) {
            struct assay_error err = {0};
            size_t n = strlen(characters[i]), len = start;
            char text[1000];
            memset(text, 'x', start);
            for (; len + n < 900; len += n)
                memcpy(text + len, characters[i], n);
            text[len] = '\0';
            assay_fail(&err, ASSAY_BAD_INPUT, "%s", text);
            size_t kept = strlen(err.text);
            assert_in_range(kept, sizeof(err.text) - 4, sizeof(err.text) - 1);
            assert_int_equal((kept - start) % n, 0);
            assert_true(assay_utf8_valid(assay_str_c(err.text)));
        }
    }
}

static void a_long_where_leaves_room_for_what(void **state)
{
    struct assay_error err = {0};
    char where[1000];

    memset(where, 'w', sizeof(where) - 1);
    where[sizeof(where) - 1] = '\0';
    assay_fail(&err, ASSAY_BAD_INPUT, "what happened");
    assay_fail_in(&err, "%s", where);
    assert_non_null(strstr(err.text, "www: what happened"));
    for (int i = 0; i < 10; i++)
        assay_fail_in(&err, "%s", where);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_has_its_code_and_its_text),
        cmocka_unit_test(where_stands_before_what),
        cmocka_unit_test(an_error_may_be_made_of_its_own_text),
        cmocka_unit_test(what_could_harm_a_terminal_becomes_a_question_mark),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(a_long_where_leaves_room_for_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
