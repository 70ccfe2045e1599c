/*
 * Two bodies compared: which facts changed, under which names.
 */
#include "support/support.h"

#include "assay/catalog.h"

static struct assay_json *body(struct assay_arena *arena, const char *text)
{
    struct assay_error err = {ASSAY_OK, ""};
    char *json = assay_arena_cstr(arena, assay_str_c(text));
    struct assay_json *parsed;

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    parsed = assay_json_parse(arena, assay_str_c(json), NULL, &err);
    if (!parsed)
        fail_msg("%s", err.text);
    return parsed;
}

static void facts_bear_the_names_that_claims_bear(void **state)
{
    static const struct {
        const char *before, *after, *changes;
    } cases[] = {
        {"{'license':'x'}", "{'license':'x'}", ""},
        {"{'license':'x','family':'f'}", "{'license':'y','note':'n'}",
         "license changed, note began, family ended"},
        {"{'capabilities':{'vision':true,'audio':false}}",
         "{'capabilities':{'vision':false,'audio':false}}",
         "capabilities.vision changed"},
        /* one fact, as in the catalog, and not one a member */
        {"{'image_tokens':{'rule':'r','base':85}}",
         "{'image_tokens':{'rule':'r','base':170}}", "image_tokens changed"},
        {"{'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
         "{'meter':'input_tokens','usd_per_million':'2',"
         "'when_input_tokens':'>9'},{'meter':'image','usd_each':'1'}]}",
         "{'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
         "{'meter':'image','usd_each':'1'}]}",
         "price.input_tokens changed"},
        {"{'benchmarks':[{'name':'A','value':'1'},{'name':'B','value':'2'}]}",
         "{'benchmarks':[{'name':'A','value':'3'},{'name':'B','value':'2',"
         "'setting':'5-shot'}]}",
         "benchmark changed, benchmark began, benchmark ended"},
        {"{'aliases':['a','b']}", "{'aliases':['a']}", "aliases changed"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_changes list = {.arena = &arena};
        struct assay_str text = {"", 0};

        assay_changes_compare(&list, &(struct assay_change){0},
                              body(&arena, cases[i].before),
                              body(&arena, cases[i].after));
        for (size_t k = 0; k < list.count; k++)
            text = assay_arena_printf(&arena, "%.*s%s%.*s %s",
                                      ASSAY_STR_ARG(text), k ? ", " : "",
                                      ASSAY_STR_ARG(list.at[k].fact),
                                      !list.at[k].before  ? "began"
                                      : !list.at[k].after ? "ended"
                                                          : "changed");
        assert_string_equal(assay_arena_cstr(&arena, text), cases[i].changes);
    }
    assay_arena_free(&arena);
}

static void a_subject_of_one_side_is_one_change(void **state)
{
    struct assay_arena arena = {0};
    struct assay_changes list = {.arena = &arena};
    const struct assay_change about = {.subject = ASSAY_STR("a/b"),
                                       .source = ASSAY_STR("s")};
    const struct assay_json *whole = body(&arena, "{'license':'x'}");

    assay_changes_compare(&list, &about, NULL, whole);
    assay_changes_compare(&list, &about, whole, NULL);
    assert_int_equal(list.count, 2);
    assert_true(assay_str_is(list.at[0].subject, "a/b"));
    assert_true(assay_str_is(list.at[1].source, "s"));
    assert_int_equal(list.at[0].fact.len, 0);
    assert_null(list.at[0].before);
    assert_ptr_equal(list.at[0].after, whole);
    assert_ptr_equal(list.at[1].before, whole);
    assert_null(list.at[1].after);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_bear_the_names_that_claims_bear),
        cmocka_unit_test(a_subject_of_one_side_is_one_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
