/*
 * JSON trees: finding, building, copying, comparing, naming and writing.
 */
#include "assay/json.h"

#include "support/support.h"

#include <string.h>

static struct assay_json *parse(struct assay_arena *arena, const char *text)
{
    struct assay_error err = {0};
    struct assay_json *root =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);
    if (!root)
        fail_msg("%s: %s", text, err.text);
    return root;
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

static void a_member_is_found_by_name_and_by_path(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root =
        parse(&arena, "{\"a\":{\"b\":{\"c\":\"deep\"},\"n\":null},"
                      "\"\":\"empty\",\"list\":[{\"b\":1}]}");

    assert_text(assay_json_at(root, "a.b.c")->text, "deep");
    assert_text(assay_json_at(root, "")->text, "empty");
    assert_text(assay_json_text(root, ""), "empty");
    assert_ptr_equal(assay_json_at(root, "a"), assay_json_get(root, "a"));
    assert_ptr_equal(assay_json_get_str(root, ASSAY_STR("a")), root->first);
    assert_null(assay_json_at(root, "a.b.c.d"));
    assert_null(assay_json_at(root, "a.x.c"));
    assert_null(assay_json_at(root, "list.b"));
    assert_null(assay_json_at(NULL, "a"));
    assert_null(assay_json_get(root, "b"));
    assert_null(assay_json_get(assay_json_get(root, "list"), "b"));
    assert_null(assay_json_get(NULL, "b"));
    assay_arena_free(&arena);
}

static void the_text_of_what_is_no_string_is_empty(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root =
        parse(&arena, "{\"s\":\"x\",\"n\":1,\"z\":null,\"a\":[\"x\"]}");

    assert_text(assay_json_text(root, "s"), "x");
    assert_text(assay_json_text(root, "n"), "");
    assert_text(assay_json_text(root, "z"), "");
    assert_text(assay_json_text(root, "a"), "");
    assert_text(assay_json_text(root, "absent"), "");
    assert_text(assay_json_text(NULL, "absent"), "");
    assay_arena_free(&arena);
}

static void only_whole_numbers_up_to_2_to_the_63_are_u64(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"128000", true, 128000},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"18446744073709551616", false, 0},
        {"99999999999999999999999", false, 0},
        {"-0", false, 0},
        {"-1", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"[1]", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        uint64_t value = 0;
        bool ok = assay_json_to_u64(parse(&arena, cases[i].text), &value);
        if (ok != cases[i].ok)
            fail_msg("%s: %d", cases[i].text, ok);
        assert_int_equal(value, cases[i].value);
        assay_arena_free(&arena);
    }
    uint64_t value;
    assert_false(assay_json_to_u64(NULL, &value));
}

static void every_type_has_a_name(void **state)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"null", "null"}, {"false", "false"}, {"true", "true"},
        {"1", "number"},  {"\"\"", "string"}, {"[]", "array"},
        {"{}", "object"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        assert_string_equal(assay_json_type_name(parse(&arena, cases[i].text)),
                            cases[i].name);
        assay_arena_free(&arena);
    }
    assert_string_equal(assay_json_type_name(NULL), "nothing");
}

static void a_value_is_named_by_its_path(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root =
        parse(&arena, "{\"models\":[0,{\"limit\":{\"a.b\":[[1]],\"\":2,"
                      "\"x/y-z\":3,\"q\\\"\\n\":4}}]}");
    struct assay_json *limit =
        assay_json_get(assay_json_get(root, "models")->last, "limit");

    assert_text(assay_json_path(&arena, root), "");
    assert_text(assay_json_path(&arena, root->first), "models");
    assert_text(assay_json_path(&arena, root->first->first), "models[0]");
    assert_text(assay_json_path(&arena, limit), "models[1].limit");
    assert_text(
        assay_json_path(&arena, assay_json_get(limit, "a.b")->first->first),
        "models[1].limit[\"a.b\"][0][0]");
    assert_text(assay_json_path(&arena, assay_json_get(limit, "")),
                "models[1].limit[\"\"]");
    assert_text(assay_json_path(&arena, assay_json_get(limit, "x/y-z")),
                "models[1].limit.x/y-z");
    assert_text(assay_json_path(&arena, limit->last),
                "models[1].limit[\"q\\\"\\n\"]");
    assay_arena_free(&arena);
}

static struct assay_json *build(struct assay_arena *arena)
{
    struct assay_json *root = assay_json_object(arena);
    struct assay_json *list = assay_json_array(arena);

    assay_json_set_text(arena, root, "text", ASSAY_STR("a\0b"));
    assay_json_set_c(arena, root, "c", "tab\there");
    assay_json_set_uint(arena, root, "max", UINT64_MAX);
    assay_json_set_bool(arena, root, "yes", true);
    assay_json_set_bool(arena, root, "no", false);
    assay_json_set_null(arena, root, "none");
    assay_json_set(root, "list", list);
    assay_json_add(list, assay_json_number(arena, ASSAY_STR("1.50")));
    assay_json_add(list, assay_json_array(arena));
    assay_json_set_key(assay_json_add(list, assay_json_object(arena)),
                       ASSAY_STR("k"), assay_json_object(arena));
    return root;
}

static void a_built_tree_is_written_compact_or_indented(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root = build(&arena);

    assert_int_equal(root->count, 7);
    assert_written(root, (struct assay_json_style){0},
                   "{\"text\":\"a\\u0000b\",\"c\":\"tab\\there\","
                   "\"max\":18446744073709551615,\"yes\":true,\"no\":false,"
                   "\"none\":null,\"list\":[1.50,[],{\"k\":{}}]}");
    assert_written(assay_json_get(root, "list"),
                   (struct assay_json_style){.indent = true},
                   "[\n"
                   "  1.50,\n"
                   "  [],\n"
                   "  {\n"
                   "    \"k\": {}\n"
                   "  }\n"
                   "]\n");
    assert_written(assay_json_get(root, "yes"),
                   (struct assay_json_style){.indent = true}, "true\n");
    assert_text(assay_json_path(&arena, assay_json_get(root, "list")->last),
                "list[2]");
    assay_arena_free(&arena);
}

static void html_safe_text_cannot_leave_its_script_element(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root = assay_json_object(&arena);
    assay_json_set_c(
        &arena, root, "</script>",
        "<!-- & \xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa \xe2\x82\xac");

    assert_written(root, (struct assay_json_style){.html_safe = true},
                   "{\"\\u003c/script\\u003e\":\"\\u003c!-- \\u0026 "
                   "\\u2028\\u2029\\u202a \xe2\x82\xac\"}");
    assert_written(root, (struct assay_json_style){0},
                   "{\"</script>\":\"<!-- & "
                   "\\u2028\\u2029\\u202a \xe2\x82\xac\"}");
    assay_arena_free(&arena);
}

static void every_byte_is_written_so_that_it_reads_back(void **state)
{
    for (unsigned c = 0; c < 0x80; c++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_buf out;
        char text[] = {'a', (char)c, 'b'};
        struct assay_str three = {text, sizeof(text)};

        assay_buf_init(&out, 64);
        assay_json_write_string(&out, three);
        struct assay_json *back =
            assay_json_parse(&arena, assay_buf_str(&out), NULL, &err);
        if (!back)
            fail_msg("byte %02x: %s: %s", c, out.at, err.text);
        assert_true(assay_str_equal(back->text, three));
        assay_buf_release(&out);
        assay_arena_free(&arena);
    }
}

static void bytes_that_are_not_utf8_are_written_as_u_fffd(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"\xff", "\"\xef\xbf\xbd\""},
        {"a\xc3", "\"a\xef\xbf\xbd\""},
        {"\xc3\"\xc3\xa9", "\"\xef\xbf\xbd\\\"\xc3\xa9\""},
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_buf out;
        assay_buf_init(&out, 64);
        assay_json_write_string(&out, assay_str_c(cases[i].text));
        assert_string_equal(out.at, cases[i].written);
        assay_buf_release(&out);
    }
}

static void a_document_larger_than_its_buffer_fails_the_buffer(void **state)
{
    struct assay_arena arena = {0};
    struct assay_json *root = parse(&arena, "[1,2,3,4,5,6,7,8]");
    for (size_t max = 0; max < 20; max++) {
        struct assay_buf out;
        struct assay_error err = {0};
        assay_buf_init(&out, max);
        assay_json_write(&out, root, (struct assay_json_style){0});
        assert_int_equal(assay_buf_ok(&out, &err), max >= 17);
        assay_buf_release(&out);
    }
    assay_arena_free(&arena);
}

static void a_copy_outlives_what_it_was_copied_from(void **state)
{
    struct assay_arena from = {0}, to = {0};
    char text[] = "{\"a\":[1,{\"b\":\"x\"},[[]],\"y\"],\"c\":{\"d\":null}}";
    struct assay_json *root = parse(&from, text);
    struct assay_json *copy = assay_json_copy(&to, root);
    struct assay_json *part = assay_json_copy(&to, root->first);

    assert_true(assay_json_equal(root, copy));
    assert_true(assay_json_equal(root->first, part));
    assert_null(part->parent);
    assert_null(part->next);
    assert_int_equal(part->key.len, 0);
    memset(text, '?', sizeof(text));
    assay_arena_free(&from);
    assert_written(copy, (struct assay_json_style){0},
                   "{\"a\":[1,{\"b\":\"x\"},[[]],\"y\"],\"c\":{\"d\":null}}");
    assert_written(part, (struct assay_json_style){0},
                   "[1,{\"b\":\"x\"},[[]],\"y\"]");
    assay_arena_free(&to);
}

static void equal_values_have_equal_members_in_any_order(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"1", "1", true},
        {"1", "1.0", false},
        {"1", "\"1\"", false},
        {"null", "false", false},
        {"[]", "{}", false},
        {"[1,2]", "[1,2]", true},
        {"[1,2]", "[2,1]", false},
        {"[1,2]", "[1,2,3]", false},
        {"[[],[1]]", "[[1],[]]", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false},
        {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":{\"x\":[1,{}],\"y\":0},\"b\":2}",
         "{\"b\":2,\"a\":{\"y\":0,\"x\":[1,{}]}}", true},
        {"{\"a\":{\"x\":[1,{}],\"y\":0},\"b\":2}",
         "{\"b\":2,\"a\":{\"y\":0,\"x\":[1,[]]}}", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_json *a = parse(&arena, cases[i].a);
        struct assay_json *b = parse(&arena, cases[i].b);
        if (assay_json_equal(a, b) != cases[i].equal ||
            assay_json_equal(b, a) != cases[i].equal)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_is_found_by_name_and_by_path),
        cmocka_unit_test(the_text_of_what_is_no_string_is_empty),
        cmocka_unit_test(only_whole_numbers_up_to_2_to_the_63_are_u64),
        cmocka_unit_test(every_type_has_a_name),
        cmocka_unit_test(a_value_is_named_by_its_path),
        cmocka_unit_test(a_built_tree_is_written_compact_or_indented),
        cmocka_unit_test(html_safe_text_cannot_leave_its_script_element),
        cmocka_unit_test(every_byte_is_written_so_that_it_reads_back),
        cmocka_unit_test(bytes_that_are_not_utf8_are_written_as_u_fffd),
        cmocka_unit_test(a_document_larger_than_its_buffer_fails_the_buffer),
        cmocka_unit_test(a_copy_outlives_what_it_was_copied_from),
        cmocka_unit_test(equal_values_have_equal_members_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
