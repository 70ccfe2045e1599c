/*
 * Borrowed text: equal, cut, trimmed, numbers, UTF-8.
 */
#include "assay/str.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static void assert_text(struct assay_str text, const char *expected)
{
    if (!assay_str_is(text, expected))
        fail_msg("'%.*s' is not '%s'", ASSAY_STR_ARG(text), expected);
    assert_non_null(text.at);
}

static void equal_texts_have_equal_bytes(void **state)
{
    assert_true(assay_str_equal(ASSAY_STR(""), assay_str_c(NULL)));
    assert_true(assay_str_equal(ASSAY_STR("a\0b"), ASSAY_STR("a\0b")));
    assert_false(assay_str_equal(ASSAY_STR("a\0b"), ASSAY_STR("a\0c")));
    assert_false(assay_str_equal(ASSAY_STR("a"), ASSAY_STR("ab")));
    assert_false(assay_str_is(ASSAY_STR("a\0b"), "a"));
    assert_true(assay_str_is(ASSAY_STR("ab"), "ab"));
}

static void texts_are_ordered_by_byte_then_length(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"", "", 0},    {"", "a", -1},  {"a", "a", 0},         {"a", "ab", -1},
        {"b", "ab", 1}, {"Z", "a", -1}, {"z", "\xc3\xa9", -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int order =
            assay_str_compare(assay_str_c(cases[i].a), assay_str_c(cases[i].b));
        int back =
            assay_str_compare(assay_str_c(cases[i].b), assay_str_c(cases[i].a));
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
        assert_int_equal((back > 0) - (back < 0), -cases[i].order);
    }
}

static void beginnings_ends_and_parts_are_found(void **state)
{
    struct assay_str s = ASSAY_STR("ababac");
    assert_true(assay_str_starts(s, "aba"));
    assert_true(assay_str_starts(s, ""));
    assert_false(assay_str_starts(s, "b"));
    assert_false(assay_str_starts(ASSAY_STR("a"), "ab"));
    assert_true(assay_str_ends(s, "bac"));
    assert_true(assay_str_ends(s, "ababac"));
    assert_false(assay_str_ends(s, "xababac"));
    assert_false(assay_str_ends(s, "ba"));
    assert_true(assay_str_contains(s, "abac"));
    assert_true(assay_str_contains(s, ""));
    assert_true(assay_str_contains(ASSAY_STR(""), ""));
    assert_false(assay_str_contains(s, "acc"));
    assert_false(assay_str_contains(assay_str_head(s, 5), "abac"));
    assert_false(assay_str_contains(ASSAY_STR(""), "a"));
    assert_int_equal(assay_str_find(s, 'b'), 1);
    assert_int_equal(assay_str_find(s, 'x'), 6);
    assert_int_equal(assay_str_find(ASSAY_STR(""), 'x'), 0);
    assert_int_equal(assay_str_find(ASSAY_STR("a"), '\0'), 1);
}

static void skipping_past_the_end_leaves_nothing(void **state)
{
    struct assay_str s = ASSAY_STR("abc");
    assert_text(assay_str_skip(s, 0), "abc");
    assert_text(assay_str_skip(s, 2), "c");
    assert_text(assay_str_skip(s, 3), "");
    assert_text(assay_str_skip(s, SIZE_MAX), "");
    assert_text(assay_str_head(s, 0), "");
    assert_text(assay_str_head(s, 2), "ab");
    assert_text(assay_str_head(s, SIZE_MAX), "abc");
}

static void only_ascii_white_space_is_trimmed(void **state)
{
    assert_text(assay_str_trim(ASSAY_STR(" \t\r\n\v\fa b\n ")), "a b");
    assert_text(assay_str_trim(ASSAY_STR(" \n")), "");
    assert_text(assay_str_trim(ASSAY_STR("")), "");
    assert_text(assay_str_trim(ASSAY_STR("\xc2\xa0")), "\xc2\xa0");
}

static void a_text_is_cut_at_the_first_or_last_separator(void **state)
{
    static const struct {
        const char *text, *before, *after, *before_last, *after_last;
    } cases[] = {
        {"a/b/c", "a", "b/c", "a/b", "c"},
        {"/", "", "", "", ""},
        {"a/", "a", "", "a", ""},
        {"/a", "", "a", "", "a"},
    };
    struct assay_str before = ASSAY_STR("-"), after = ASSAY_STR("-");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str s = assay_str_c(cases[i].text);
        assert_true(assay_str_cut(s, '/', &before, &after));
        assert_text(before, cases[i].before);
        assert_text(after, cases[i].after);
        assert_true(assay_str_cut_last(s, '/', &before, &after));
        assert_text(before, cases[i].before_last);
        assert_text(after, cases[i].after_last);
    }
    before = after = ASSAY_STR("-");
    assert_false(assay_str_cut(ASSAY_STR("gemma3"), '/', &before, &after));
    assert_false(assay_str_cut_last(ASSAY_STR(""), '/', &before, &after));
    assert_text(before, "-");
    assert_text(after, "-");
}

static void cutting_into_itself_works(void **state)
{
    struct assay_str rest = ASSAY_STR("a,b"), part;
    assert_true(assay_str_cut(rest, ',', &part, &rest));
    assert_text(part, "a");
    assert_text(rest, "b");
}

static void only_digits_are_a_whole_number(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"99999999999999999999", false, 0},
        {"184467440737095516150", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
        {"12a", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t value = 0;
        bool ok = assay_str_to_u64(assay_str_c(cases[i].text), &value);
        if (ok != cases[i].ok || value != cases[i].value)
            fail_msg("'%s' gave %d and %llu", cases[i].text, ok,
                     (unsigned long long)value);
    }
}

/* Published FNV-1a values: isthe.com/chongo/src/fnv/test_fnv.c. */
static void the_hash_is_fnv_1a(void **state)
{
    assert_true(assay_str_hash(ASSAY_STR("")) == 0xcbf29ce484222325u);
    assert_true(assay_str_hash(ASSAY_STR("a")) == 0xaf63dc4c8601ec8cu);
    assert_true(assay_str_hash(ASSAY_STR("foobar")) == 0x85944171f73967e8u);
}

/* The position of the first bad byte, on a copy that ASan can watch. */
static size_t bad_at(struct assay_str s)
{
    char *copy = malloc(s.len ? s.len : 1);
    assert_non_null(copy);
    memcpy(copy, s.at, s.len);
    size_t found = assay_utf8_bad_at((struct assay_str){copy, s.len});
    free(copy);
    return found;
}

static void the_first_byte_that_is_not_utf8_is_found(void **state)
{
    static const struct {
        const char *text;
        size_t bad;
    } cases[] = {
        {"", 0},
        {"plain ascii, longer than eight", 30},
        {"\xc2\x80\xdf\xbf", 4},
        {"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", 12},
        {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8},
        {"12345678\x80", 8},
        {"1234567\x80", 7},
        {"\x80", 0},
        {"a\xbf", 1},
        {"a\xc0\x80", 1},
        {"a\xc1\xbf", 1},
        {"a\xc3", 1},
        {"a\xc3"
         "a",
         1},
        {"\xe0\x9f\xbf", 0},
        {"\xe2\x82", 0},
        {"\xe2\x82"
         "a",
         0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x9f\x98", 0},
        {"\xf0\x9f\x98"
         "a",
         0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xc3\xa9\xff", 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str s = assay_str_c(cases[i].text);
        assert_int_equal(bad_at(s), cases[i].bad);
        assert_int_equal(assay_utf8_valid(s), cases[i].bad == s.len);
    }
    assert_int_equal(bad_at(ASSAY_STR("a\0b\xff")), 3);
}

/* Every code point, written out, is accepted unless it is a surrogate. */
static void every_code_point_but_surrogates_is_valid(void **state)
{
    for (uint32_t code = 0x800; code < 0x110000; code++) {
        char text[4];
        size_t n = code < 0x10000 ? 3 : 4;
        for (size_t i = n - 1; i > 0; i--)
            text[i] = (char)(0x80 | (code >> (6 * (n - 1 - i)) & 0x3f));
        text[0] = (char)(n == 3 ? 0xe0 | code >> 12 : 0xf0 | code >> 18);
        bool valid = assay_utf8_valid((struct assay_str){text, n});
        if (valid != (code < 0xd800 || code > 0xdfff))
            fail_msg("U+%04X: %d", (unsigned)code, valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_equal_bytes),
        cmocka_unit_test(texts_are_ordered_by_byte_then_length),
        cmocka_unit_test(beginnings_ends_and_parts_are_found),
        cmocka_unit_test(skipping_past_the_end_leaves_nothing),
        cmocka_unit_test(only_ascii_white_space_is_trimmed),
        cmocka_unit_test(a_text_is_cut_at_the_first_or_last_separator),
        cmocka_unit_test(cutting_into_itself_works),
        cmocka_unit_test(only_digits_are_a_whole_number),
        cmocka_unit_test(the_hash_is_fnv_1a),
        cmocka_unit_test(the_first_byte_that_is_not_utf8_is_found),
        cmocka_unit_test(every_code_point_but_surrogates_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
