/*
 * The hash of a sample against what Python's json.dumps(…, sort_keys=True,
 * separators=(",", ":")) and hashlib say.
 */
#include "assay/report.h"
#include "support/support.h"

static void assert_hash(const char *raw, const char *reference,
                        const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    const struct assay_json *list =
        assay_json_parse(&arena, assay_str_c(reference), NULL, &err);
    struct assay_str hash = assay_sample_hash(&arena, assay_str_c(raw), list);

    assert_non_null(list);
    assert_string_equal(assay_arena_cstr(&arena, hash), expected);
    assay_arena_free(&arena);
}

static void an_empty_sample_has_a_hash(void **state)
{
    (void)state;
    assert_hash(
        "", "[]",
        "deb9250326cdc8db0944b0a8aa51cf89af8d7186f15c4895c1eefc664c495c15");
}

static void question_and_reference_make_the_hash(void **state)
{
    (void)state;
    assert_hash(
        "2 + 2 = ?", "[\"4\"]",
        "d6873a33c958e662de920ada9810ad1e7313550ed0450b4c4ba2a827f81acf53");
}

static void what_is_not_ascii_is_hashed_as_python_writes_it(void **state)
{
    (void)state;
    assert_hash(
        "a\x7f\x08\x0c\n\"/\\\u00e9\U0001f600\x1f",
        "[\"N'Djamena\", \"\u00fc\"]",
        "3d00033e5e1df9d06c070f9d8c83365b4f2cf0da06b60b14f1598e681cc1435b");
}

static void no_reference_is_an_empty_one(void **state)
{
    struct assay_arena arena = {0};

    (void)state;
    assert_true(assay_str_equal(
        assay_sample_hash(&arena, ASSAY_STR("x"), NULL),
        assay_sample_hash(&arena, ASSAY_STR("x"), assay_json_array(&arena))));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_sample_has_a_hash),
        cmocka_unit_test(question_and_reference_make_the_hash),
        cmocka_unit_test(what_is_not_ascii_is_hashed_as_python_writes_it),
        cmocka_unit_test(no_reference_is_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
