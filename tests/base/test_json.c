/*
 * JSON in: what is accepted, what is refused with which words, and that no
 * bytes, however hostile, do harm.
 */
#include "assay/json.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "{\n"
    "  \"models\": [\n"
    "    {\"id\": \"anthropic/claude\", \"price\": -1.50e-3, \"new\": true},\n"
    "    {\"id\": \"caf\\u00e9 \xf0\x9f\x98\x80 \\ud83d\\ude00\", \"old\": "
    "false,\n"
    "     \"limit\": {\"context\": 128000, \"none\": null}, \"empty\": [],\n"
    "     \"also\": {}}\n"
    "  ],\n"
    "  \"count\": 0\n"
    "}\n";

/* Parses a copy that ends exactly where the text ends, for ASan to watch. */
struct exact {
    struct assay_arena arena;
    char *copy;
    struct assay_json *root;
    struct assay_error err;
};

static void parse_exactly(struct exact *it, struct assay_str text,
                          struct assay_json_limits limits)
{
    *it = (struct exact){0};
    it->copy = malloc(text.len ? text.len : 1);
    assert_non_null(it->copy);
    if (text.len > 0)
        memcpy(it->copy, text.at, text.len);
    it->root = assay_json_parse(
        &it->arena, (struct assay_str){it->copy, text.len}, &limits, &it->err);
}

static void release(struct exact *it)
{
    assay_arena_free(&it->arena);
    free(it->copy);
}

static void assert_refused(struct assay_str text, const char *message)
{
    struct exact it;
    parse_exactly(&it, text, (struct assay_json_limits){0});
    if (it.root)
        fail_msg("accepted: %.*s", ASSAY_STR_ARG(text));
    assert_string_equal(it.err.text, message);
    assert_int_equal(it.err.code, ASSAY_BAD_INPUT);
    release(&it);
}

static void assert_written(const struct assay_json *value,
                           struct assay_json_style style, const char *expected)
{
    struct assay_buf out;
    struct assay_error err = {0};
    assay_buf_init(&out, 1 << 20);
    assay_json_write(&out, value, style);
    assert_true(assay_buf_ok(&out, &err));
    assert_string_equal(out.at, expected);
    assay_buf_release(&out);
}

static void assert_text(struct assay_str text, const char *expected)
{
    struct assay_arena arena = {0};
    assert_string_equal(assay_arena_cstr(&arena, text), expected);
    assert_int_equal(text.len, strlen(expected));
    assay_arena_free(&arena);
}

static void what_is_read_is_written_compactly(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"null", "null"},
        {" true ", "true"},
        {"\t\r\nfalse", "false"},
        {"0", "0"},
        {"-0", "-0"},
        {"-12.50e+07", "-12.50e+07"},
        {"1E400", "1E400"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"\"\"", "\"\""},
        {"\"a/b\"", "\"a/b\""},
        {"\"a\\/b\"", "\"a/b\""},
        {"\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\"\\u0000\\u001F\"", "\"\\u0000\\u001f\""},
        {"\"\\u0041\\u00e9\\u20AC\"", "\"A\xc3\xa9\xe2\x82\xac\""},
        {"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""},
        {"\"\\uDBFF\\uDFFF\"", "\"\xf4\x8f\xbf\xbf\""},
        {"\"\x7f\"", "\"\\u007f\""},
        {"\"\xc2\x9b\xc2\xa0\"", "\"\\u009b\xc2\xa0\""},
        {"\"\xd8\x9c\xd8\x9b\"", "\"\\u061c\xd8\x9b\""},
        {"\"\xe2\x80\x8b\xe2\x80\xa6\xe2\x80\xae\xe2\x81\xa6\"",
         "\"\\u200b\xe2\x80\xa6\\u202e\\u2066\""},
        {"[]", "[]"},
        {"[ ]", "[]"},
        {"{ }", "{}"},
        {"[1 , [2],{}, 3]", "[1,[2],{},3]"},
        {"{\"b\" : 1, \"a\":{\"b\":[{}]}}", "{\"b\":1,\"a\":{\"b\":[{}]}}"},
        {"{\"\":\"\"}", "{\"\":\"\"}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct exact it;
        parse_exactly(&it, assay_str_c(cases[i].text),
                      (struct assay_json_limits){0});
        if (!it.root)
            fail_msg("%s: %s", cases[i].text, it.err.text);
        assert_written(it.root, (struct assay_json_style){0}, cases[i].written);
        release(&it);
    }
}

static void what_is_not_json_is_refused_in_plain_words(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "line 1, column 1: expected a value, but the text ends"},
        {" \n ", "line 2, column 2: expected a value, but the text ends"},
        {"x", "line 1, column 1: expected a value, found 'x'"},
        {"NaN", "line 1, column 1: expected a value, found 'N'"},
        {"Infinity", "line 1, column 1: expected a value, found 'I'"},
        {"-Infinity", "line 1, column 2: expected a digit, found 'I'"},
        {"nul1", "line 1, column 1: expected a value, found 'n'"},
        {"tru", "line 1, column 4: the text ends inside a word"},
        {"True", "line 1, column 1: expected a value, found 'T'"},
        {"nullx", "line 1, column 5: expected the end of the text, found 'x'"},
        {"1 2", "line 1, column 3: expected the end of the text, found '2'"},
        {"01", "line 1, column 2: expected the end of the text, found '1'"},
        {"+1", "line 1, column 1: expected a value, found '+'"},
        {".5", "line 1, column 1: expected a value, found '.'"},
        {"5.", "line 1, column 3: the text ends inside a number"},
        {"[5.]", "line 1, column 4, at [0]: expected a digit, found ']'"},
        {"[1e]", "line 1, column 4, at [0]: expected a digit, found ']'"},
        {"[1e+]", "line 1, column 5, at [0]: expected a digit, found ']'"},
        {"[-]", "line 1, column 3, at [0]: expected a digit, found ']'"},
        {"-", "line 1, column 2: the text ends inside a number"},
        {"1e", "line 1, column 3: the text ends inside a number"},
        {"0x10", "line 1, column 2: expected the end of the text, found 'x'"},
        {"[1,]", "line 1, column 4, at [1]: expected a value, found ']'"},
        {"[,1]", "line 1, column 2, at [0]: expected a value, found ','"},
        {"[1 2]", "line 1, column 4, at [0]: expected ',' or ']', found '2'"},
        {"[1}", "line 1, column 3, at [0]: expected ',' or ']', found '}'"},
        {"]", "line 1, column 1: expected a value, found ']'"},
        {"{\"a\":1,}", "line 1, column 8: expected a key, found '}'"},
        {"{a:1}", "line 1, column 2: expected a key or '}', found 'a'"},
        {"{'a':1}", "line 1, column 2: expected a key or '}', found '''"},
        {"{1:1}", "line 1, column 2: expected a key or '}', found '1'"},
        {"{\"a\" 1}", "line 1, column 6, at a: expected ':', found '1'"},
        {"{\"a\":}", "line 1, column 6, at a: expected a value, found '}'"},
        {"{\"a\":1]", "line 1, column 7, at a: expected ',' or '}', found ']'"},
        {"{\"a\":[0,0,0,{\"b\":{\"c\":\n 1 x}}]}",
         "line 2, column 4, at a[3].b.c: expected ',' or '}', found 'x'"},
        {"{\"a.b\":{\"\":[x]}}",
         "line 1, column 13, at [\"a.b\"][\"\"][0]: expected a value, found "
         "'x'"},
        {"/* no */ 1", "line 1, column 1: expected a value, found '/'"},
        {"\xef\xbb\xbf{}", "line 1, column 1: expected a value, found U+FEFF"},
        {"[\xe2\x80\xae]",
         "line 1, column 2, at [0]: expected a value, found U+202E"},
        {"[\xff]", "line 1, column 2, at [0]: expected a value, found byte "
                   "0xff"},
        {"[\x1b[2J]", "line 1, column 2, at [0]: expected a value, found byte "
                      "0x1b"},
        {"[\v1]", "line 1, column 2, at [0]: expected a value, found byte "
                  "0x0b"},
        {"\"a\nb\"", "line 1, column 3: expected no control character in a "
                     "string, found byte 0x0a"},
        {"[\"\xc3\xa9\\x\"]",
         "line 1, column 4, at [0]: unknown escape in a string"},
        {"\"\\", "line 1, column 3: the text ends inside a string"},
        {"\"\\\"", "line 1, column 4: the text ends inside a string"},
        {"\"\\\n\"", "line 1, column 2: unknown escape in a string"},
        {"\"\\u12g4\"", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\u12\"", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\u\"", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\ud800\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\udc00\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\ud800x\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\ud800\\n\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\ud800\\u0041\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\ud800\\ud800\"", "line 1, column 2: half a surrogate pair"},
        {"\"\\ud800\\u", "line 1, column 10: the text ends inside a string"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_refused(assay_str_c(cases[i].text), cases[i].message);
}

static void a_nul_byte_is_not_white_space(void **state)
{
    assert_refused(ASSAY_STR("[\0]"), "line 1, column 2, at [0]: expected a "
                                      "value, found byte 0x00");
    assert_refused(ASSAY_STR("[]\0"), "line 1, column 3: expected the end of "
                                      "the text, found byte 0x00");
    assert_refused(ASSAY_STR("\"\0\""), "line 1, column 2: expected no control "
                                        "character in a string, found byte "
                                        "0x00");
}

static void no_control_character_stands_raw_in_a_string(void **state)
{
    for (int control = 0; control < 0x20; control++)
        for (size_t position = 1; position < 20; position++) {
            struct assay_arena arena = {0};
            struct assay_error err = {0};
            char text[] = "\"0123456789abcdefghi\"";
            struct assay_str s = {text, sizeof(text) - 1};
            text[position] = (char)control;
            if (assay_json_parse(&arena, s, NULL, &err))
                fail_msg("byte 0x%02x at %zu", (unsigned)control, position);
            assay_arena_free(&arena);
        }
}

static void every_class_of_bytes_that_are_not_utf8_is_refused(void **state)
{
    static const char *const cases[] = {
        "\x80",             /* a continuation alone */
        "\xbf",             /* the last of them */
        "\xc0\x80",         /* NUL, overlong */
        "\xc1\xbf",         /* DEL, overlong */
        "\xc3",             /* cut after 1 of 2 */
        "\xc3(",            /* not continued */
        "\xe0\x9f\xbf",     /* overlong in three */
        "\xe2\x82",         /* cut after 2 of 3 */
        "\xe2(\xac",        /* second byte wrong */
        "\xe2\x82(",        /* third byte wrong */
        "\xed\xa0\x80",     /* a surrogate, U+D800 */
        "\xed\xbf\xbf",     /* a surrogate, U+DFFF */
        "\xf0\x8f\xbf\xbf", /* overlong in four */
        "\xf0\x9f\x98",     /* cut after 3 of 4 */
        "\xf0\x9f\x98(",    /* fourth byte wrong */
        "\xf4\x90\x80\x80", /* past U+10FFFF */
        "\xf5\x80\x80\x80", /* no such first byte */
        "\xfe",
        "\xff",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_str value =
            assay_arena_printf(&arena, "{\"k\":\"%s\"}", cases[i]);
        struct assay_str key =
            assay_arena_printf(&arena, "{\"1234567%s12345678\":1}", cases[i]);
        assert_refused(value, "line 1, column 7, at k: a string that is not "
                              "UTF-8");
        assert_refused(key, "line 1, column 10: a string that is not UTF-8");
        assay_arena_free(&arena);
    }
}

static void text_cut_at_any_byte_is_refused(void **state)
{
    size_t whole = strlen(sample) - 1; /* its last newline may be missing */
    for (size_t len = 0; len < whole; len++) {
        struct exact it;
        parse_exactly(&it, (struct assay_str){sample, len},
                      (struct assay_json_limits){0});
        if (it.root)
            fail_msg("accepted the first %zu bytes", len);
        if (!strstr(it.err.text, "the text ends"))
            fail_msg("after %zu bytes: %s", len, it.err.text);
        release(&it);
    }
}

static void cut_text_is_named_by_where_it_ends(void **state)
{
    assert_refused(ASSAY_STR("{\"models\": [{\"id\": \"anthro"),
                   "line 1, column 27, at models[0].id: the text ends inside a "
                   "string");
    assert_refused(ASSAY_STR("{\"models\": [{\"id\": 1"),
                   "line 1, column 21, at models[0].id: the text ends inside "
                   "an object");
    assert_refused(ASSAY_STR("{\"models\": [1,\n2\n"),
                   "line 3, column 1, at models[1]: the text ends inside an "
                   "array");
}

/* One byte of the sample replaced, by a generator with a fixed seed. */
static void changed_bytes_do_no_harm(void **state)
{
    char text[sizeof(sample)];
    uint64_t random = 1;

    for (int round = 0; round < 20000; round++) {
        memcpy(text, sample, sizeof(sample));
        for (int change = 0; change < 1 + round % 3; change++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963;
            text[(random >> 33) % (sizeof(sample) - 1)] = (char)(random >> 25);
        }
        struct exact it;
        parse_exactly(&it, (struct assay_str){text, sizeof(sample) - 1},
                      (struct assay_json_limits){0});
        if (!it.root) {
            assert_int_not_equal(it.err.code, ASSAY_OK);
            for (const char *c = it.err.text; *c; c++)
                assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
            assert_true(assay_utf8_valid(assay_str_c(it.err.text)));
        }
        release(&it);
    }
}

static void a_duplicate_key_is_refused_with_its_path(void **state)
{
    assert_refused(ASSAY_STR("{\"m\":[{},{\"id\":1,\n \"x\":2, \"id\":3}]}"),
                   "line 2, column 9, at m[1].id: this key is there twice in "
                   "one object");
    assert_refused(ASSAY_STR("{\"\":1,\"\":2}"),
                   "line 1, column 7, at [\"\"]: this key is there twice in "
                   "one object");
}

static void keys_are_compared_after_their_escapes(void **state)
{
    assert_refused(ASSAY_STR("{\"ab\":1,\"\\u0061b\":2}"),
                   "line 1, column 9, at ab: this key is there twice in one "
                   "object");
}

/* n members k0, k1, …, then optionally one of them again. */
static struct assay_str object_of(struct assay_arena *arena, size_t n,
                                  size_t again)
{
    struct assay_buf out;
    assay_buf_init(&out, 1 << 26);
    assay_buf_add_c(&out, "{");
    for (size_t i = 0; i < n; i++)
        assay_buf_printf(&out, "%s\"k%zu\":{\"k0\":0}", i ? "," : "", i);
    if (again < n)
        assay_buf_printf(&out, ",\"k%zu\":0", again);
    assay_buf_add_c(&out, "}");
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

static void a_duplicate_is_found_in_objects_of_any_size(void **state)
{
    static const size_t sizes[] = {1,  2,  15, 16, 17,  18,  31,
                                   32, 33, 34, 64, 127, 129, 5000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t n = sizes[i], agains[] = {0, n / 2, n - 1, SIZE_MAX};
        for (size_t j = 0; j < 4; j++) {
            struct exact it;
            struct assay_arena arena = {0};
            parse_exactly(&it, object_of(&arena, n, agains[j]),
                          (struct assay_json_limits){0});
            if ((it.root != NULL) != (agains[j] == SIZE_MAX))
                fail_msg("%zu members, %zu again: %s", n, agains[j],
                         it.err.text);
            release(&it);
            assay_arena_free(&arena);
        }
    }
}

static void an_object_of_half_a_million_members_is_read(void **state)
{
    struct exact it;
    struct assay_arena arena = {0};
    parse_exactly(&it, object_of(&arena, 500000, SIZE_MAX),
                  (struct assay_json_limits){0});
    assert_non_null(it.root);
    assert_int_equal(it.root->count, 500000);
    assert_non_null(assay_json_get(it.root, "k499999"));
    release(&it);
    assay_arena_free(&arena);
}

static void the_same_key_may_be_in_two_objects(void **state)
{
    struct exact it;
    parse_exactly(&it,
                  ASSAY_STR("{\"a\":{\"a\":{\"a\":[{\"a\":1},"
                            "{\"a\":1}]}}}"),
                  (struct assay_json_limits){0});
    assert_non_null(it.root);
    release(&it);
}

static void a_hundred_megabytes_of_brackets_are_refused(void **state)
{
    const size_t len = (size_t)100 << 20;
    struct assay_json_limits limits = {.max_bytes = len};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    char *text = malloc(len);

    assert_non_null(text);
    memset(text, '[', len);
    assert_null(
        assay_json_parse(&arena, (struct assay_str){text, len}, &limits, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_non_null(strstr(err.text, "line 1, column 65, at "));
    assert_non_null(strstr(err.text, "[0][0]: deeper than 64 levels"));

    assert_null(
        assay_json_parse(&arena, (struct assay_str){text, len}, NULL, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_string_equal(err.text,
                        "104857600 bytes of JSON, more than 67108864");
    free(text);
    assay_arena_free(&arena);
}

static void the_stated_depth_is_accepted_and_one_more_is_not(void **state)
{
    struct exact it;
    struct assay_json_limits limits = {.max_depth = 3};
    parse_exactly(&it, ASSAY_STR("[{\"a\":[1]},[[]]]"), limits);
    assert_non_null(it.root);
    release(&it);
    parse_exactly(&it, ASSAY_STR("[{\"a\":[{}]}]"), limits);
    assert_null(it.root);
    assert_string_equal(it.err.text, "line 1, column 8, at [0].a[0]: deeper "
                                     "than 3 levels");
    release(&it);
}

/* Nothing recurses: the C stack does not grow with the document. */
static void a_million_levels_are_read_written_copied_and_named(void **state)
{
    const size_t depth = 1000000;
    struct exact it;
    struct assay_arena arena = {0};
    struct assay_buf out;
    char *text = malloc(2 * depth);

    assert_non_null(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    parse_exactly(&it, (struct assay_str){text, 2 * depth},
                  (struct assay_json_limits){.max_depth = depth});
    assert_non_null(it.root);
    struct assay_json *copy = assay_json_copy(&arena, it.root);
    assert_true(assay_json_equal(it.root, copy));
    assay_buf_init(&out, 4 * depth);
    assay_json_write(&out, copy, (struct assay_json_style){0});
    assert_int_equal(out.len, 2 * depth);
    assert_memory_equal(out.at, text, 2 * depth);
    while (copy->first)
        copy = copy->first;
    assert_int_equal(assay_json_path(&arena, copy).len, 3 * (depth - 1));
    assay_buf_release(&out);
    assay_arena_free(&arena);
    free(text);
    release(&it);
}

static void an_error_deep_in_long_keys_still_says_what_is_wrong(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    char key[2001];

    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    struct assay_str text =
        assay_arena_printf(&arena, "{\"%s\":{\"\xc3\xa9\":?}}", key);
    assert_null(assay_json_parse(&arena, text, NULL, &err));
    assert_non_null(strstr(err.text, "line 1, column 2010, at …kkkk"));
    assert_non_null(
        strstr(err.text, "k.\xc3\xa9: expected a value, found '?'"));
    assay_arena_free(&arena);
}

static void text_over_its_limit_is_refused(void **state)
{
    struct exact it;
    struct assay_json_limits limits = {.max_bytes = 4};
    parse_exactly(&it, ASSAY_STR("[12]"), limits);
    assert_non_null(it.root);
    release(&it);
    parse_exactly(&it, ASSAY_STR("[123]"), limits);
    assert_null(it.root);
    assert_int_equal(it.err.code, ASSAY_LIMIT);
    release(&it);
}

/* 64 MiB of "1," would make a tree of three gigabytes. */
static void a_document_of_too_many_values_is_refused(void **state)
{
    const size_t most = 4 << 20;
    char *text = malloc(2 * most + 2);

    assert_non_null(text);
    for (size_t more = 0; more < 2; more++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        size_t count = most - 1 + more, len = 0; /* and the array itself */

        for (size_t i = 0; i < count; i++) {
            text[len++] = i ? ',' : '[';
            text[len++] = '1';
        }
        text[len++] = ']';
        const struct assay_json *root =
            assay_json_parse(&arena, (struct assay_str){text, len}, NULL, &err);
        assert_int_equal(root != NULL, more == 0);
        assert_int_equal(err.code, more ? ASSAY_LIMIT : ASSAY_OK);
        if (more)
            assert_non_null(strstr(err.text, "more than 4194304 values"));
        assay_arena_free(&arena);
    }
    free(text);
}

static void values_know_their_line_and_are_borrowed(void **state)
{
    struct exact it;
    parse_exactly(&it, assay_str_c(sample), (struct assay_json_limits){0});
    assert_non_null(it.root);
    struct assay_json *models = assay_json_get(it.root, "models");
    struct assay_json *id = assay_json_get(models->first, "id");
    assert_int_equal(it.root->line, 1);
    assert_int_equal(models->line, 2);
    assert_int_equal(id->line, 3);
    assert_int_equal(assay_json_get(it.root, "count")->line, 8);
    assert_true(id->text.at > it.copy &&
                id->text.at < it.copy + sizeof(sample));
    assert_text(assay_json_text(models->last, "id"),
                "caf\xc3\xa9 \xf0\x9f\x98\x80 \xf0\x9f\x98\x80");
    assert_text(assay_json_get(models->first, "price")->text, "-1.50e-3");
    assert_int_equal(models->count, 2);
    assert_ptr_equal(models->last->parent, models);
    release(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_written_compactly),
        cmocka_unit_test(what_is_not_json_is_refused_in_plain_words),
        cmocka_unit_test(a_nul_byte_is_not_white_space),
        cmocka_unit_test(no_control_character_stands_raw_in_a_string),
        cmocka_unit_test(every_class_of_bytes_that_are_not_utf8_is_refused),
        cmocka_unit_test(text_cut_at_any_byte_is_refused),
        cmocka_unit_test(cut_text_is_named_by_where_it_ends),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(a_duplicate_key_is_refused_with_its_path),
        cmocka_unit_test(keys_are_compared_after_their_escapes),
        cmocka_unit_test(a_duplicate_is_found_in_objects_of_any_size),
        cmocka_unit_test(an_object_of_half_a_million_members_is_read),
        cmocka_unit_test(the_same_key_may_be_in_two_objects),
        cmocka_unit_test(a_hundred_megabytes_of_brackets_are_refused),
        cmocka_unit_test(the_stated_depth_is_accepted_and_one_more_is_not),
        cmocka_unit_test(a_million_levels_are_read_written_copied_and_named),
        cmocka_unit_test(an_error_deep_in_long_keys_still_says_what_is_wrong),
        cmocka_unit_test(text_over_its_limit_is_refused),
        cmocka_unit_test(a_document_of_too_many_values_is_refused),
        cmocka_unit_test(values_know_their_line_and_are_borrowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
