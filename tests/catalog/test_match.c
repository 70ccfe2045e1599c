/*
 * Clauses of genai-prices: which names they mean, and which clauses are
 * refused.
 */
#include "assay/pricer.h"
#include "support/support.h"

#include <string.h>

static struct assay_match *compile(struct assay_arena *arena, const char *text,
                                   struct assay_error *err)
{
    struct assay_json *clause =
        assay_json_parse(arena, assay_str_c(text), NULL, err);
    if (!clause)
        fail_msg("%s: %s", text, err->text);
    return assay_match_new(arena, clause, err);
}

static void a_clause_means_the_names_it_should(void **state)
{
    static const struct {
        const char *clause, *name;
        bool meant;
    } cases[] = {
        {"{\"equals\": \"gpt-4o\"}", "gpt-4o", true},
        {"{\"equals\": \"gpt-4o\"}", "GPT-4O", true},
        {"{\"equals\": \"GPT-4o\"}", "gpt-4o", true},
        {"{\"equals\": \"gpt-4o\"}", "gpt-4o-mini", false},
        {"{\"equals\": \"gpt-4o\"}", "", false},
        {"{\"starts_with\": \"gpt-4o\"}", "gpt-4o-2024-05-13", true},
        {"{\"starts_with\": \"gpt-4o\"}", "gpt-4", false},
        {"{\"starts_with\": \"\"}", "", true},
        {"{\"ends_with\": \"-mini\"}", "gpt-4o-MINI", true},
        {"{\"ends_with\": \"-mini\"}", "mini", false},
        {"{\"contains\": \"claude\"}", "us.anthropic.claude-3", true},
        {"{\"contains\": \"claude\"}", "claud", false},
        {"{\"contains\": \"aab\"}", "aaab", true},
        {"{\"regex\": \"^gpt-4o(-\\\\d+)*$\"}", "gpt-4o-2024-05-13", true},
        {"{\"regex\": \"4o\"}", "GPT-4O", true},
        {"{\"regex\": \"^4o\"}", "gpt-4o", false},
        {"{\"or\": [{\"equals\": \"a\"}, {\"equals\": \"b\"}]}", "b", true},
        {"{\"or\": [{\"equals\": \"a\"}, {\"equals\": \"b\"}]}", "c", false},
        {"{\"and\": [{\"contains\": \"a\"}, {\"contains\": \"b\"}]}", "ab",
         true},
        {"{\"and\": [{\"contains\": \"a\"}, {\"contains\": \"b\"}]}", "a",
         false},
        {"{\"and\": [{\"starts_with\": \"a\"}, {\"or\": [{\"ends_with\": "
         "\"x\"}, {\"regex\": \"y$\"}]}]}",
         "a-y", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_match *match = compile(&arena, cases[i].clause, &err);
        if (!match)
            fail_msg("%s: %s", cases[i].clause, err.text);
        if (assay_match_test(match, assay_str_c(cases[i].name)) !=
            cases[i].meant)
            fail_msg("%s and '%s'", cases[i].clause, cases[i].name);
        assay_match_release(match);
        assay_arena_free(&arena);
    }
}

static void a_bad_clause_is_refused_with_its_reason(void **state)
{
    static const struct {
        const char *clause, *reason;
    } cases[] = {
        {"3", "a clause is a number, expected an object of one key"},
        {"{}", "expected an object of one key"},
        {"{\"equals\": \"a\", \"contains\": \"b\"}", "of one key"},
        {"{\"like\": \"a\"}", "unknown clause 'like', expected equals"},
        {"{\"equals\": 3}",
         "equals is a number, expected a text of at most 500"},
        {"{\"or\": {}}", "or is no array of clauses"},
        {"{\"or\": []}", "is empty"},
        {"{\"and\": [{\"or\": [{\"regex\": \"(\"}]}]}",
         "expected a regular expression"},
        {"{\"or\":[{\"or\":[{\"or\":[{\"or\":[{\"or\":[{\"or\":[{\"or\":["
         "{\"or\":[{\"or\":[{\"equals\":\"a\"}]}]}]}]}]}]}]}]}]}",
         "at most 8 levels deep"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        assert_null(compile(&arena, cases[i].clause, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!strstr(err.text, cases[i].reason))
            fail_msg("%s: '%s' is not in '%s'", cases[i].clause,
                     cases[i].reason, err.text);
        assay_arena_free(&arena);
    }
}

static void an_endless_expression_ends(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_match *match =
        compile(&arena, "{\"regex\": \"^(a|a|aa)*(a*)*$\"}", &err);
    char name[400];

    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '!';
    assert_non_null(match);
    assert_false(
        assay_match_test(match, (struct assay_str){name, sizeof(name)}));
    assay_match_release(match);
    assay_arena_free(&arena);
}

static void a_name_of_absurd_length_is_not_meant(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_match *match =
        compile(&arena, "{\"starts_with\": \"a\"}", &err);
    char name[1000];

    memset(name, 'a', sizeof(name));
    assert_true(assay_match_test(match, (struct assay_str){name, 500}));
    assert_false(assay_match_test(match, (struct assay_str){name, 501}));
    assay_match_release(match);
    assay_match_release(NULL);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clause_means_the_names_it_should),
        cmocka_unit_test(a_bad_clause_is_refused_with_its_reason),
        cmocka_unit_test(an_endless_expression_ends),
        cmocka_unit_test(a_name_of_absurd_length_is_not_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
