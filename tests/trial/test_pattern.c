/*
 * Regular expressions: JavaScript's on rows whose truth node 20 wrote down,
 * Python's on rows of CPython 3.11, and patterns that never end.
 */
#include "trial/score_support.h"

#include "assay/file.h"

#include "trial/pattern.h"

#include <ctype.h>
#include <time.h>

/* Of what is instrumented, and of a machine slower than the one measured. */
#ifdef __SANITIZE_ADDRESS__
#define ASSAY_SLOWNESS 8
#else
#define ASSAY_SLOWNESS 2
#endif

static const struct assay_json *load(struct assay_arena *arena,
                                     const char *path)
{
    struct assay_error err = {0};
    struct assay_str text;

    if (!assay_file_read(arena, path, 1 << 20, &text, &err))
        fail_msg("%s", err.text);
    const struct assay_json *rows = assay_json_parse(arena, text, NULL, &err);
    if (!rows)
        fail_msg("%s: %s", path, err.text);
    return rows;
}

/* JavaScript takes these; assay refuses them, and says why. */
static const struct refusal {
    const char *pattern, *words;
    bool with_u; /* too */
} refusals[] = {
    {"\\u{41}", "digits are missing", false},
    {"\\u{1f600}", "digits are missing", false},
    {"\\k<y>(?<y>a)", "before the reference", true},
    {"(?<a>x)\\k", "needs <name>", false},
};

static const struct refusal *refusal_of(struct assay_str pattern, bool u)
{
    for (size_t i = 0; i < LENGTH(refusals); i++)
        if (assay_str_is(pattern, refusals[i].pattern) &&
            (!u || refusals[i].with_u))
            return &refusals[i];
    return NULL;
}

/* "\\-": JavaScript refuses it with the u flag, assay takes the character. */
static bool is_plain_escape(struct assay_str pattern)
{
    return pattern.len == 2 && pattern.at[0] == '\\' &&
           (unsigned char)pattern.at[1] < 0x80 &&
           !isalnum((unsigned char)pattern.at[1]);
}

/* 1: differs from what was expected. */
static unsigned check_row(const struct assay_json *row, const char *expected,
                          enum assay_pattern_dialect dialect)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text = assay_json_text(row, "pattern");
    enum assay_json_type truth = assay_json_get(row, expected)->type;
    bool u = dialect == ASSAY_PATTERN_JAVASCRIPT_U;
    static const struct refusal property = {NULL, "u flag only", false};
    const struct refusal *refusal =
        dialect == ASSAY_PATTERN_PYTHON ? NULL : refusal_of(text, u);
    struct assay_pattern *pattern =
        assay_pattern_new(&arena, dialect, text, &err);
    struct assay_pattern_text units;
    enum assay_pattern_found found = ASSAY_PATTERN_GAVE_UP;
    bool right;

    if (dialect == ASSAY_PATTERN_JAVASCRIPT &&
        (assay_str_contains(text, "\\p") || assay_str_contains(text, "\\P")))
        refusal = &property;
    if (u && is_plain_escape(text))
        truth = assay_json_get(row, "plain")->type;
    assert_true(
        assay_pattern_text(&arena, assay_json_text(row, "text"), &units, &err));
    if (pattern)
        found = assay_pattern_search(pattern, units, 0, NULL, &err);
    if (refusal)
        right = !pattern && strstr(err.text, refusal->words);
    else if (truth == ASSAY_JSON_NULL)
        right = !pattern && err.code == ASSAY_BAD_INPUT;
    else
        right =
            pattern && found == (truth == ASSAY_JSON_TRUE ? ASSAY_PATTERN_FOUND
                                                          : ASSAY_PATTERN_NONE);
    if (!right)
        print_error("row %u, %s: /%.*s/ %s %s\n", (unsigned)row->index,
                    expected, ASSAY_STR_ARG(text),
                    !pattern                       ? "is refused:"
                    : found == ASSAY_PATTERN_FOUND ? "is found"
                                                   : "is not found",
                    err.text);
    assay_arena_free(&arena);
    return !right;
}

static void javascript_s_truth_holds(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *rows =
        load(&arena, "tests/trial/data/javascript_patterns.json");
    unsigned wrong = 0;

    assert_true(rows->count >= 400);
    for (const struct assay_json *row = rows->first; row; row = row->next) {
        wrong += check_row(row, "plain", ASSAY_PATTERN_JAVASCRIPT);
        wrong += check_row(row, "u", ASSAY_PATTERN_JAVASCRIPT_U);
    }
    assert_int_equal(wrong, 0);
    assay_arena_free(&arena);
}

/* CPython 3.11's re.search(pattern, text); null: re.error. */
static void python_s_truth_holds(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *rows =
        load(&arena, "tests/trial/data/python_patterns.json");
    unsigned wrong = 0;

    assert_true(rows->count >= 60);
    for (const struct assay_json *row = rows->first; row; row = row->next)
        wrong += check_row(row, "python", ASSAY_PATTERN_PYTHON);
    assert_int_equal(wrong, 0);
    assay_arena_free(&arena);
}

static void refusals_name_the_place_and_why(void **state)
{
    static const char *const rows[][2] = {
        {"a++", "offset 2: possessive"},
        {"x(?>a)", "offset 1: atomic"},
        {"(?#x)", "comments"},
        {"(?|a)", "not JavaScript"},
        {"(?R)", "recursion"},
        {"(?2)", "recursion"},
        {"(?i)a", "flags"},
        {"(?P<a>x)", "Python"},
        {"(*FAIL)", "nothing stands before"},
        {"[[:alpha:]]", "offset 1: [:name:] is POSIX"},
        {"\\Aa", "offset 0: JavaScript takes \\A as the letter A"},
        {"a\\Z", "offset 1: JavaScript takes \\Z"},
        {"\\h", "letter h"},
        {"\\K", "letter K"},
        {"\\R", "letter R"},
        {"\\Qa", "letter Q"},
        {"(?<=a+)b", "offset 0: a look behind of changing length"},
        {"(?=a)+", "cannot be repeated"},
        {"a{70000}", "65,535"},
        {"(?:(a)|b)*\\1", "may leave unset"},
        {"(?:(?:(a)|b)\\1)+", "may leave unset"},
        {"(?<=(a)\\1)", "inside a look behind"},
        {"a|*", "nothing to repeat"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        if (assay_pattern_new(&arena, ASSAY_PATTERN_JAVASCRIPT,
                              assay_str_c(rows[i][0]), &err))
            fail_msg("%s is taken", rows[i][0]);
        if (err.code != ASSAY_BAD_INPUT || !strstr(err.text, rows[i][1]))
            fail_msg("%s: %s", rows[i][0], err.text);
        assay_arena_free(&arena);
    }
}

/* What a pattern is searched in: `unit` many times, then `end`. */
struct endless {
    const char *pattern, *unit, *end;
    size_t times;
};

/* Processor time, so that a busy machine changes little. */
static double search_ms(const struct endless *row,
                        enum assay_pattern_found *found)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_pattern_text units;
    struct assay_buf text;
    struct assay_pattern *pattern = assay_pattern_new(
        &arena, ASSAY_PATTERN_JAVASCRIPT, assay_str_c(row->pattern), &err);

    if (!pattern)
        fail_msg("%s: %s", row->pattern, err.text);
    assay_buf_init(&text, 4 << 20);
    for (size_t i = 0; i < row->times; i++)
        assay_buf_add_c(&text, row->unit);
    assay_buf_add_c(&text, row->end);
    assert_true(assay_pattern_text(&arena, assay_buf_str(&text), &units, &err));
    clock_t start = clock();
    *found = assay_pattern_search(pattern, units, 0, NULL, &err);
    double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    assay_buf_release(&text);
    assay_arena_free(&arena);
    return ms;
}

static void patterns_without_end_give_up_soon(void **state)
{
    static const struct endless rows[] = {
        {"^(a+)+[bc]$", "a", "!", 40},
        {"^(a*)*[bc]$", "a", "!", 40},
        {"^(a|a)*[bc]$", "a", "!", 40},
        {"^(a|aa)+[bc]$", "a", "!", 60},
        {"^(a|a?)+[bc]$", "a", "!", 40},
        {"^(.*a){20}[bc]$", "a", "!", 60},
        {"^(([a-z])+.)+[A-Z]([a-z])+$", "a", "", 60},
        {"^(\\w+\\s?)*[?$]$", "word", " !", 30},
        {"^(\\d+)*[x]y?$", "1", "!x", 40},
        {"(x+x+)+[yz]", "x", "!", 60},
        {"^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z]+$", "a",
         "!@a", 40},
        {"^(?:a?){40}a{40}[bc]$", "a", "", 40},
        {"(.*)*[bc]$", "a", "!", 40},
        {"(.+)+[bc]$", "a", "!", 40},
        {"(?:.|.)*[bc]$", "a", "!", 40},
        {"(\\s|\\s)+[bc]$", " ", "!", 40},
        {"(a+){10}[bc]$", "a", "!", 200},
        {"(?=(a+)+[bc])", "a", "!", 40},
        {"(?!(a+)+[bc]$)b", "a", "!", 40},
        {"^(a+)+(?=[bc])", "a", "!", 40},
        {"^((a+)+)+[bc]", "a", "!", 40},
        {"^(?:(?:a+)?)+[bc]", "a", "!", 40},
        {"^(a{1,50}){1,50}[bc]$", "a", "!", 100},
        {"([^\"\\\\]|\\\\.|[^\"])*[\"']$", "a", "!", 60},
        {"(?:a*a*)*[bc]", "a", "!", 60},
        {"a*a*a*a*a*a*a*[bc]", "a", "!", 300},
        {".*.*.*.*=.*[bc]", "a=", "!", 150},
        {"[^]*[^]*[^]*[^]*[bc]", "a", "!", 400},
        {"\\w*\\w*\\w*\\w*[!?]x", "a", "!", 400},
        {"(a*)\\1[bc]", "a", "", 200000},
        {"(a+)\\1\\1[bc]", "a", "", 200000},
        {"a*[bc]", "a", "", 1000000},
        {"a+?[bc]", "a", "", 1000000},
        {"(?:a|b)*[cd]", "ab", "", 500000},
        {"(?:(?:a|b)+,?)*[;:]", "ab", "", 500000},
        {"\\s+[xy]$", " ", "z", 1000000},
        {"(?<=a)a*[bc]", "a", "", 1000000},
        {"^(?:[^<]+|<[^>]*>)*[\\x00\\x01]", "a<b>", "", 200000},
        {"^(?:\\s*\\S+\\s*)+[\\x00\\x01]$", "ab ", "", 30},
        {"^(?:(\\w+|\\d+)[-.]?)+@[xy]", "a1", "!@", 30},
        {"((a|b)?(c|d)?)*[ef]{2}$", "abcd", "!", 40},
    };
    size_t gave_up = 0;

    _Static_assert(sizeof rows / sizeof rows[0] >= 40, "S20 asks for 40");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        enum assay_pattern_found found;
        double ms = search_ms(&rows[i], &found);

        if (found == ASSAY_PATTERN_FOUND)
            fail_msg("%s is found", rows[i].pattern);
        gave_up += found == ASSAY_PATTERN_GAVE_UP;
        if (ms > ASSAY_SLOWNESS * 100)
            fail_msg("%s takes %.0f ms", rows[i].pattern, ms);
    }
    assert_true(gave_up >= 36);
}

static void plain_patterns_on_a_long_text_do_not_give_up(void **state)
{
    static const struct endless rows[] = {
        {"foo$", "hello world ", "foo", 80000},
        {"[a-z]+@[a-z]+[.]org", "hello world ", "a@b.org", 80000},
        {"^[\\s\\S]*end$", "hello\n", "end", 150000},
        {"\\bfox\\b", "the quick brown ", "fox", 60000},
        {"(?:^|\\n)Answer: [A-D]", "line\n", "Answer: B", 150000},
        {"\\d{3}", "12 a ", "123", 200000},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        enum assay_pattern_found found;

        search_ms(&rows[i], &found);
        if (found != ASSAY_PATTERN_FOUND)
            fail_msg("%s is not found", rows[i].pattern);
    }
}

static const struct assay_pattern *shelf_get(struct assay_pattern_shelf *shelf,
                                             struct assay_arena *arena,
                                             enum assay_pattern_dialect dialect,
                                             const char *text)
{
    struct assay_error err = {0};
    const struct assay_pattern *pattern =
        assay_pattern_shelf_get(shelf, arena, dialect, assay_str_c(text), &err);

    if (!pattern)
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
    return pattern;
}

static void an_expression_is_compiled_once_and_a_bad_one_never(void **state)
{
    const enum assay_pattern_dialect js = ASSAY_PATTERN_JAVASCRIPT;
    struct assay_error err = {0};
    struct assay_arena arena = {0};
    struct assay_pattern_shelf *shelf = assay_pattern_shelf_new(&err);
    char text[16];

    assert_non_null(shelf);
    assert_null(shelf_get(shelf, &arena, js, "a("));
    assert_null(shelf_get(shelf, &arena, js, "a("));
    const struct assay_pattern *first = shelf_get(shelf, &arena, js, "a+");
    assert_ptr_equal(shelf_get(shelf, &arena, js, "a+"), first);
    assert_ptr_not_equal(shelf_get(shelf, &arena, js, "a*"), first);
    assert_ptr_not_equal(shelf_get(shelf, &arena, ASSAY_PATTERN_PYTHON, "a+"),
                         first);
    /* a full shelf makes the others each time, in the caller's memory */
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "row %u", i);
        assert_non_null(shelf_get(shelf, &arena, js, text));
    }
    assert_ptr_equal(shelf_get(shelf, &arena, js, "a+"), first);
    assert_ptr_not_equal(shelf_get(shelf, &arena, js, text),
                         shelf_get(shelf, &arena, js, text));
    assert_null(shelf_get(shelf, &arena, js, "a("));
    assay_pattern_shelf_free(shelf);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(javascript_s_truth_holds),
        cmocka_unit_test(python_s_truth_holds),
        cmocka_unit_test(refusals_name_the_place_and_why),
        cmocka_unit_test(patterns_without_end_give_up_soon),
        cmocka_unit_test(plain_patterns_on_a_long_text_do_not_give_up),
        cmocka_unit_test(an_expression_is_compiled_once_and_a_bad_one_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
