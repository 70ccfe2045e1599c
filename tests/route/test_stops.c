/* Stop texts, whatever the pieces are in which a text comes. */
#include "support/support.h"

#include "route/route_parts.h"

#include <string.h>

/* Where the first of them begins; the length when none is there. */
static size_t plain_end(const char *text, const struct assay_str *stops,
                        size_t count)
{
    size_t end = strlen(text);

    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; stops[i].len && at + stops[i].len <= strlen(text);
             at++)
            if (memcmp(text + at, stops[i].at, stops[i].len) == 0 && at < end)
                end = at;
    return end;
}

/* Pieces end where a bit of `cuts` is set. */
static void check_pieces(const char *text, const struct assay_str *stops,
                         size_t count, unsigned cuts)
{
    size_t end = plain_end(text, stops, count), len = strlen(text);
    char told[64] = "";
    struct assay_stops s;

    assay_stops_init(&s, stops, count, 1000);
    for (size_t i = 0; i < len && !s.stopped; i++) {
        struct assay_str next;

        assay_buf_add_char(&s.text, text[i]);
        if (!(cuts >> i & 1) && i + 1 < len)
            continue;
        next = assay_stops_next(&s, i + 1 == len);
        memcpy(told + strlen(told), next.at, next.len);
        if (strncmp(told, text, strlen(told)) != 0 || strlen(told) > end)
            fail_msg("%s, cuts %x: '%s' was told", text, cuts, told);
    }
    if (strlen(told) != end || s.stopped != (end < len))
        fail_msg("%s, cuts %x: '%s' was told, expected %zu bytes", text, cuts,
                 told, end);
    assay_stops_release(&s);
}

static void a_text_ends_before_the_first_stop_however_it_comes(void **state)
{
    const struct {
        const char *text;
        struct assay_str stops[3];
        size_t count;
    } cases[] = {
        {"one two three", {ASSAY_STR("two")}, 1},
        {"one two three", {ASSAY_STR("three"), ASSAY_STR("tw")}, 2},
        {"one two three", {ASSAY_STR("four")}, 1},
        {"one two three", {ASSAY_STR("")}, 1},
        {"one two three", {ASSAY_STR("one")}, 1},
        {"one two three", {ASSAY_STR("e")}, 1},
        {"aaaaaaaab", {ASSAY_STR("aab")}, 1},
        {"abababac", {ASSAY_STR("ababac")}, 1},
        {"abcabd", {ASSAY_STR("abd"), ASSAY_STR("cab")}, 2},
        {"line\n\nline", {ASSAY_STR("\n\n")}, 1},
        {"line\nline", {ASSAY_STR("\n\n"), ASSAY_STR("ne\nx")}, 2},
        {"gr\xc3\xb6\xc3\x9f"
         "er",
         {ASSAY_STR("\xc3\x9f")},
         1},
        {"xabz", {ASSAY_STR("abq"), ASSAY_STR("bq"), ASSAY_STR("z")}, 3},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (unsigned cuts = 0; cuts < 1U << strlen(cases[i].text); cuts++)
            check_pieces(cases[i].text, cases[i].stops, cases[i].count, cuts);
}

/* What may be the beginning of one waits, and no more than that. */
static void only_what_may_be_a_stop_is_held_back(void **state)
{
    const struct assay_str stops[] = {ASSAY_STR("###"), ASSAY_STR("END")};
    static const struct {
        const char *add, *told;
    } steps[] = {{"abc", "abc"}, {"#", ""},   {"#", ""},   {"x", "##x"},
                 {"E", ""},      {"EN", "E"}, {"#", "EN"}, {"##!", ""}};
    struct assay_stops s;

    assay_stops_init(&s, stops, 2, 1000);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assay_buf_add_c(&s.text, steps[i].add);
        struct assay_str next = assay_stops_next(&s, false);
        if (!assay_str_is(next, steps[i].told))
            fail_msg("step %zu: '%.*s', expected '%s'", i, ASSAY_STR_ARG(next),
                     steps[i].told);
    }
    assert_true(s.stopped);
    assay_stops_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_ends_before_the_first_stop_however_it_comes),
        cmocka_unit_test(only_what_may_be_a_stop_is_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
