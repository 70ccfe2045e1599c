/*
 * YAML as suites have it: what is read, and what is refused with which words.
 */
#include "support/support.h"

#include "trial/yaml.h"

#include <stdio.h>
#include <string.h>

/* The tree as compact JSON. */
static void assert_reads(const char *yaml, const char *json)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_buf out;
    struct assay_json *tree =
        assay_yaml_parse(&arena, assay_str_c(yaml), NULL, &err);

    if (!tree)
        fail_msg("%s: %s", yaml, err.text);
    assay_buf_init(&out, 1 << 20);
    assay_json_write(&out, tree, (struct assay_json_style){0});
    assay_buf_add_char(&out, '\0');
    assert_string_equal(out.at, json);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void assert_refused(const char *yaml, enum assay_code code,
                           const char *text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    if (assay_yaml_parse(&arena, assay_str_c(yaml), NULL, &err))
        fail_msg("accepted: %s", yaml);
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, code);
    assay_arena_free(&arena);
}

/* What js-yaml 5 with promptfoo's schema makes of "k: …". */
static void plain_scalars_are_what_js_yaml_makes_of_them(void **state)
{
    static const char *const cases[][2] = {
        {"yes", "\"yes\""},
        {"no", "\"no\""},
        {"on", "\"on\""},
        {"~", "null"},
        {"", "null"},
        {"Null", "null"},
        {"True", "true"},
        {"FALSE", "false"},
        {"tRUE", "\"tRUE\""},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"017", "17"},
        {"0b11", "\"0b11\""},
        {"1_000", "\"1_000\""},
        {"+5", "5"},
        {"-5", "-5"},
        {"1.", "1"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"1e3", "1e3"},
        {"1.5e-7", "1.5e-7"},
        {"0x", "\"0x\""},
        {"0o8", "\"0o8\""},
        {"1:30", "\"1:30\""},
        {"1e400", "\"1e400\""},
        {"1.2.3", "\"1.2.3\""},
        {"2026-11-22", "\"2026-11-22\""},
        {"12345678901234567890", "12345678901234567890"},
        {"0.10", "0.10"},
        {"'5'", "\"5\""},
        {"\"true\"", "\"true\""},
        {"!!str 5", "\"5\""},
        {"!!int \"5\"", "5"},
        {"<<", "\"<<\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[100], json[100];
        snprintf(yaml, sizeof yaml, "k: %s\n", cases[i][0]);
        snprintf(json, sizeof json, "{\"k\":%s}", cases[i][1]);
        assert_reads(yaml, json);
    }
}

static void collections_and_block_texts_are_read(void **state)
{
    assert_reads("", "null");
    assert_reads("# nothing\n", "null");
    assert_reads("[a, {b: 1, c: [2, 3]}]", "[\"a\",{\"b\":1,\"c\":[2,3]}]");
    assert_reads("a:\n  - |\n    one\n    two\n  - >-\n    three\n    four\n",
                 "{\"a\":[\"one\\ntwo\\n\",\"three four\"]}");
    assert_reads("'a b': \"\\u00e9\\n\"\n1: x\ntrue: y\n",
                 "{\"a b\":\"é\\n\",\"1\":\"x\",\"true\":\"y\"}");
    assert_reads("\xef\xbb\xbf"
                 "a: 1\n",
                 "{\"a\":1}");
    assert_reads("---\na: 1\n...\n", "{\"a\":1}");
}

static void anchors_are_copied_and_merge_keys_give_way(void **state)
{
    assert_reads("a: &x [1, {b: 2}]\nc: *x\n",
                 "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}]}");
    assert_reads("a: &x {p: 1, q: 2}\nb: {q: 5, <<: *x, p: 7, r: 1}\n",
                 "{\"a\":{\"p\":1,\"q\":2},"
                 "\"b\":{\"q\":5,\"p\":7,\"r\":1}}");
    assert_reads("x: &x {p: 1}\ny: &y {p: 2, q: {r: 3}}\n"
                 "b: {<<: [*x, *y], s: 1}\n",
                 "{\"x\":{\"p\":1},\"y\":{\"p\":2,\"q\":{\"r\":3}},"
                 "\"b\":{\"p\":1,\"q\":{\"r\":3},\"s\":1}}");
    assert_reads("a: &k name\nb: {*k : 1}\n",
                 "{\"a\":\"name\",\"b\":{\"name\":1}}");
    assert_reads("a: {'<<': 1}\n", "{\"a\":{\"<<\":1}}");
    assert_reads("a: {<<: &m {p: 1}}\nb: *m\n",
                 "{\"a\":{\"p\":1},\"b\":{\"p\":1}}");
}

static void what_is_not_data_is_refused_by_name(void **state)
{
    assert_refused("a: 1\nb: 2\na: 3\n", ASSAY_BAD_INPUT,
                   "line 3, column 1: twice in one mapping: 'a'");
    assert_refused("f: !function utils.run\n", ASSAY_BAD_INPUT,
                   "line 1, column 4: the tag '!function' of utils.run: a "
                   "file is data here");
    assert_refused("f: !!python/object:os.system {}\n", ASSAY_BAD_INPUT,
                   "line 1, column 4: the tag "
                   "'tag:yaml.org,2002:python/object:os.system': a file is "
                   "data here");
    assert_refused("f: !!int x\n", ASSAY_BAD_INPUT,
                   "line 1, column 4: the tag 'tag:yaml.org,2002:int' of x: "
                   "a file is data here");
    assert_refused("a: 1\n---\nb: 2\n", ASSAY_BAD_INPUT,
                   "line 2, column 1: a second document");
    assert_refused("? [a]\n: 1\n", ASSAY_BAD_INPUT,
                   "line 1, column 3: a key that is no scalar");
    assert_refused("a: .inf\n", ASSAY_BAD_INPUT,
                   "line 1, column 4: no number that can be sent: '.inf'");
    assert_refused("a: *b\n", ASSAY_BAD_INPUT,
                   "line 1, column 4: no anchor 'b'");
    assert_refused("a: &a [1, *a]\n", ASSAY_BAD_INPUT,
                   "line 1, column 11: inside itself: the anchor 'a'");
    assert_refused("a: {<<: 1}\n", ASSAY_BAD_INPUT,
                   "line 1, column 10: '<<' takes a mapping or a list of "
                   "mappings");
    assert_refused("a: [1\n", ASSAY_BAD_INPUT,
                   "line 2, column 1: did not find expected ',' or ']'");
    assert_refused("a: \xff\n", ASSAY_BAD_INPUT,
                   "byte 4: invalid leading UTF-8 octet");
}

/* Nine levels of nine aliases each: 9^9 values, if they were made. */
static void an_alias_bomb_is_refused(void **state)
{
    struct assay_buf yaml;

    assay_buf_init(&yaml, 1 << 16);
    assay_buf_add_c(&yaml, "a0: &a0 [1,1,1,1,1,1,1,1,1]\n");
    for (int i = 1; i < 9; i++) {
        assay_buf_printf(&yaml, "a%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            assay_buf_printf(&yaml, "%s*a%d", k ? "," : "", i - 1);
        assay_buf_add_c(&yaml, "]\n");
    }
    assay_buf_add_char(&yaml, '\0');
    assert_refused(yaml.at, ASSAY_LIMIT,
                   "line 7, column 10: aliases make more than 1048576 values");
    assay_buf_release(&yaml);
}

static void depth_and_width_are_bounded(void **state)
{
    struct assay_buf yaml;

    assay_buf_init(&yaml, 1 << 20);
    assay_buf_fill(&yaml, '[', 65);
    assay_buf_add_char(&yaml, '\0');
    assert_refused(yaml.at, ASSAY_LIMIT,
                   "line 1, column 65: more than 64 levels");
    assay_buf_clear(&yaml);
    for (int i = 0; i <= 10000; i++)
        assay_buf_printf(&yaml, "k%d: 1\n", i);
    assay_buf_add_char(&yaml, '\0');
    assert_refused(yaml.at, ASSAY_LIMIT,
                   "line 10001, column 1: a mapping of more than 10000 "
                   "members");
    assay_buf_release(&yaml);
}

static void lines_and_the_first_date_are_told(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    uint32_t date = 7;
    struct assay_json *tree = assay_yaml_parse(
        &arena, ASSAY_STR("a: x\nb:\n  - y\n  - 2026-11-22\nc: 2026-11-23\n"),
        &date, &err);

    assert_non_null(tree);
    assert_int_equal(assay_json_get(tree, "a")->line, 1);
    assert_int_equal(assay_json_get(tree, "b")->first->line, 3);
    assert_int_equal(date, 4);
    assert_non_null(
        assay_yaml_parse(&arena, ASSAY_STR("'2026-11-22'"), &date, &err));
    assert_int_equal(date, 0);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_are_what_js_yaml_makes_of_them),
        cmocka_unit_test(collections_and_block_texts_are_read),
        cmocka_unit_test(anchors_are_copied_and_merge_keys_give_way),
        cmocka_unit_test(what_is_not_data_is_refused_by_name),
        cmocka_unit_test(an_alias_bomb_is_refused),
        cmocka_unit_test(depth_and_width_are_bounded),
        cmocka_unit_test(lines_and_the_first_date_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
