/*
 * Part of an object as text: what is asked for comes through as it was
 * written, nothing else does, and what is no object is left to the reader.
 */
#include "assay/json.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PATHS = 4 };

/* Picks from a copy that ends where the text ends, for ASan to watch. */
static struct assay_str pick(struct assay_arena *arena, struct assay_str text,
                             const char *const *paths)
{
    struct assay_json_picks *picks = assay_json_picks_new(arena, paths);
    char *copy = malloc(text.len + 1), *room = malloc(text.len + 1);
    struct assay_str picked;

    assert_non_null(copy);
    assert_non_null(room);
    memcpy(copy + 1, text.at, text.len);
    size_t len = assay_json_pick(picks, (struct assay_str){copy + 1, text.len},
                                 room + 1);
    assert_true(len <= text.len);
    picked = assay_arena_copy(arena, (struct assay_str){room + 1, len});
    free(copy);
    free(room);
    return picked;
}

static void only_what_is_asked_for_comes_through(void **state)
{
    static const struct {
        const char *text, *paths[MOST_PATHS], *picked;
    } cases[] = {
        {"{}", {"a"}, "{}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {NULL}, "{}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {"b"}, "{\"b\":2}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {"c", "a"}, "{\"a\":1,\"c\":3}"},
        {"{\"a\":1,\"ab\":2,\"b\":3}", {"a.x"}, "{\"a\":1}"},
        {"{\"a\":{\"x\":1,\"y\":2},\"b\":3}", {"a.y"}, "{\"a\":{\"y\":2}}"},
        {"{\"a\":{\"x\":1,\"y\":2},\"b\":3}", {"a.z"}, "{\"a\":{}}"},
        {"{\"a\":{\"x\":1,\"y\":2}}",
         {"a.y", "a"},
         "{\"a\":{\"x\":1,\"y\":2}}"},
        {"{\"a\":{\"x\":1,\"y\":2}}",
         {"a", "a.y"},
         "{\"a\":{\"x\":1,\"y\":2}}"},
        {"{\"a\":{\"x\":1,\"y\":2}}",
         {"a.y", "a.x"},
         "{\"a\":{\"x\":1,\"y\":2}}"},
        {"{\"a\":{\"x\":{\"p\":1,\"q\":2}}}",
         {"a.x.q"},
         "{\"a\":{\"x\":{\"q\":2}}}"},
        {"{\"a\":{\"x\":1},\"x\":2}", {"x"}, "{\"x\":2}"},
        {"{\"a\":\"}{][,\\\"\\\\\",\"b\":[{\"b\":\"]\"}],\"c\":-1.5e-3}",
         {"c"},
         "{\"c\":-1.5e-3}"},
        {"{\"a\":[[],{}],\"b\":[{\"b\":\"]\"},\"\\\\\"]}",
         {"b"},
         "{\"b\":[{\"b\":\"]\"},\"\\\\\"]}"},
        {"{\"long key of words\":null,\"b\":true}", {"b"}, "{\"b\":true}"},
        {" { \"a\" : 1 , \"b\" : [ 2 ] } \n", {"b"}, "{\"b\" : [ 2 ]}"},
        {"{\"\":1,\"b\":2}", {""}, "{\"\":1}"},
        /* not objects, and broken ones: whole */
        {"", {"a"}, ""},
        {"[1]", {"a"}, "[1]"},
        {"\"a\"", {"a"}, "\"a\""},
        {"{\"a\":1,}", {"a"}, "{\"a\":1,}"},
        {"{\"a\":1} x", {"a"}, "{\"a\":1} x"},
        {"{\"a\" 1}", {"a"}, "{\"a\" 1}"},
        {"{\"a\":{\"b\" 1}}", {"a.b"}, "{\"a\":{\"b\" 1}}"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_str picked =
            pick(&arena, assay_str_c(cases[i].text), cases[i].paths);
        assert_string_equal(picked.at, cases[i].picked);
        assay_arena_free(&arena);
    }
}

static const char body[] =
    "{\"provider\":\"openai\",\"status\":\"active\",\"context_tokens\":128000,"
    "\"capabilities\":{\"audio\":true,\"tool_use\":null,\"vision\":false},"
    "\"prices\":[{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.6\"},"
    "{\"meter\":\"output_tokens\",\"usd_per_million\":\"2.4\"}],"
    "\"note\":\"caf\\u00e9 \\\"x\\\" \xf0\x9f\x98\x80\",\"order\":7}";

/* Every set of members: the reader finds them, with the same values. */
static void the_reader_finds_the_same_values_in_the_part(void **state)
{
    static const char *const names[] = {
        "status", "context_tokens",      "capabilities.vision",
        "prices", "capabilities.absent", "note",
    };
    enum { NAMES = sizeof(names) / sizeof(names[0]) };
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    const struct assay_json *whole =
        assay_json_parse(&arena, assay_str_c(body), NULL, &err);

    assert_non_null(whole);
    for (unsigned set = 0; set < 1u << NAMES; set++) {
        const char *paths[NAMES + 1] = {NULL};
        size_t count = 0;
        for (size_t i = 0; i < NAMES; i++)
            if (set & 1u << i)
                paths[count++] = names[i];
        const struct assay_json *part = assay_json_parse(
            &arena, pick(&arena, assay_str_c(body), paths), NULL, &err);
        assert_non_null(part);
        for (size_t i = 0; i < NAMES; i++) {
            const struct assay_json *a = assay_json_at(whole, names[i]);
            const struct assay_json *b = assay_json_at(part, names[i]);
            assert_int_equal(b != NULL, a && (set & 1u << i));
            assert_true(!b || assay_json_equal(a, b));
        }
        assert_null(assay_json_get(part, "provider"));
        assert_null(assay_json_at(part, "capabilities.audio"));
    }
    assay_arena_free(&arena);
}

/* Cut anywhere, it comes through whole, and the reader refuses it. */
static void a_text_that_is_cut_short_comes_through_whole(void **state)
{
    static const char *const paths[] = {"status", "capabilities.vision",
                                        "order", NULL};
    for (size_t len = 0; len < sizeof(body) - 1; len++) {
        struct assay_arena arena = {0};
        struct assay_str text = {body, len};
        assert_true(assay_str_equal(pick(&arena, text, paths), text));
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_asked_for_comes_through),
        cmocka_unit_test(the_reader_finds_the_same_values_in_the_part),
        cmocka_unit_test(a_text_that_is_cut_short_comes_through_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
