/*
 * models.dev: every trap of its format on a small catalog of our own, faults
 * of all kinds, and the real one where it is at hand.
 */
#include "importing.h"

#define FORMAT (&assay_import_modelsdev)
#define FIXTURE "tests/import/fixtures/modelsdev.json"

static int set_up(void **state)
{
    static struct translated in;
    import_file(&in, FORMAT, FIXTURE);
    *state = &in;
    return in.ok ? 0 : -1;
}

static int tear_down(void **state)
{
    forget(*state);
    return 0;
}

/* ---------------------------------------------------------------- routes */

static void a_route_keeps_price_and_limits_as_written(void **state)
{
    assert_string_equal(
        route_of(*state, "acme-cloud/org/m-2b-it"),
        "{\"provider\":\"acme-cloud\","
        "\"provider_name\":\"Acme <b>Cloud</b>\\u001b[31m\","
        "\"status\":\"active\",\"context_tokens\":8192,"
        "\"max_output_tokens\":4096,\"capabilities\":{\"audio\":false,"
        "\"function_calling\":false,\"reasoning\":false,\"tool_use\":false,"
        "\"vision\":false},\"api\":{\"kind\":\"openai\",\"base_url\":"
        "\"https://api.acme.test/v1\",\"key_env\":\"ACME_API_KEY\"},"
        "\"prices\":["
        "{\"meter\":\"audio_input_tokens\",\"usd_per_million\":\"1\"},"
        "{\"meter\":\"cache_read_tokens\",\"usd_per_million\":\"0.002\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.02\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.04\","
        "\"when_input_tokens\":\">4096\",\"scope\":\"whole_request\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0.06\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0.12\","
        "\"when_input_tokens\":\">4096\",\"scope\":\"whole_request\"}]}");
}

static void the_misnamed_200k_price_counts_only_without_tiers(void **state)
{
    assert_lacks(route_of(*state, "acme-cloud/org/m-2b-it"), "200000");
    assert_holds(route_of(*state, "acme-cloud/legacy"),
                 "{\"meter\":\"input_tokens\",\"usd_per_million\":\"6\","
                 "\"when_input_tokens\":\">200000\",");
}

static void a_limit_of_zero_makes_no_claim(void **state)
{
    assert_lacks(route_of(*state, "acme-cloud/legacy"), "context_tokens");
    assert_lacks(route_of(*state, "acme-cloud/legacy"), "max_output_tokens");
}

static void status_is_read_and_alpha_and_beta_are_noted(void **state)
{
    assert_holds(route_of(*state, "acme-cloud/legacy"),
                 "\"status\":\"deprecated\"");
    assert_holds(route_of(*state, "acme-cloud/gratis"),
                 "\"status\":\"active\"");
    assert_holds(route_of(*state, "acme-cloud/gratis"),
                 "\"note\":\"marked beta\"");
}

static void files_are_not_pictures(void **state)
{
    /* "attachment": true, with pdf alone */
    assert_holds(model_of(*state, "acme/rocket-2"), "\"vision\":false");
    assert_holds(route_of(*state, "acme-cloud/legacy"), "\"vision\":true");
    assert_holds(route_of(*state, "acme-cloud/legacy"), "\"audio\":true");
}

static void structured_output_is_claimed_only_where_it_is_said(void **state)
{
    assert_holds(route_of(*state, "acme-cloud/legacy"),
                 "\"structured_outputs\":false");
    assert_lacks(route_of(*state, "acme-cloud/gratis"), "structured_outputs");
}

static void a_misspelt_cache_price_is_read(void **state)
{
    assert_holds(route_of(*state, "acme-cloud/legacy"),
                 "{\"meter\":\"cache_read_tokens\",\"usd_per_million\":"
                 "\"0.3\"}");
}

static void zero_is_free_absent_is_unknown_and_a_subscription_neither(
    void **state)
{
    assert_holds(route_of(*state, "acme-cloud/gratis"), "\"tier\":\"free\"");
    assert_holds(route_of(*state, "acme-cloud/gratis"),
                 "{\"meter\":\"input_tokens\",\"usd_per_million\":\"0\"}");
    assert_lacks(route_of(*state, "acme-cloud/priceless"), "prices");
    assert_lacks(route_of(*state, "acme-cloud/priceless"), "tier");

    const char *plan = route_of(*state, "acme-coding-plan/rocket-2");
    assert_lacks(plan, "prices");
    assert_lacks(plan, "tier");
    assert_holds(plan, "part of a subscription");
    /* a program on the user's machine */
    const char *desk = route_of(*state, "desk/org/m-2b-it");
    assert_lacks(desk, "prices");
    assert_holds(desk, "on the user's own machine");
}

static void a_mode_with_a_price_of_its_own_is_a_route_of_its_own(void **state)
{
    const char *plain = route_of(*state, "acme-cloud/hurry");
    const char *fast = route_of(*state, "acme-cloud/hurry:fast");
    const char *deep = route_of(*state, "acme-cloud/hurry:deep");

    assert_lacks(plain, "\"tier\"");
    assert_holds(plain, "{\"meter\":\"input_tokens\",\"usd_per_million\":"
                        "\"0.5\"}");
    assert_holds(fast, "\"tier\":\"priority\"");
    assert_holds(fast, "{\"meter\":\"input_tokens\",\"usd_per_million\":"
                       "\"1\"}");
    assert_lacks(deep, "\"tier\"");
    assert_holds(deep, "\"usd_per_million\":\"7\"");
    assert_null(body_of(*state, ASSAY_SUBJECT_ROUTE, "acme-cloud/hurry:same"));
}

static void a_price_never_passes_through_a_double(void **state)
{
    assert_holds(route_of(*state, "acme-cloud/hurry"),
                 "\"usd_per_million\":\"0.0000000046875\"");
}

static void a_route_may_speak_another_wire_than_its_provider(void **state)
{
    assert_holds(route_of(*state, "acme-cloud/other-wire"),
                 "\"api\":{\"kind\":\"anthropic\",\"base_url\":"
                 "\"https://api.acme.test/anthropic\"");
}

static void a_provider_is_called_by_one_spelling(void **state)
{
    assert_holds(route_of(*state, "togetherai/m"),
                 "\"provider\":\"togetherai\",\"provider_name\":"
                 "\"Together\"");
}

/* ---------------------------------------------------------------- models */

static void a_model_keeps_partial_dates_licence_and_weights(void **state)
{
    const char *body = model_of(*state, "acme/rocket-2");
    assert_holds(body, "{\"name\":\"Rocket 2\",\"family\":\"rocket\","
                       "\"released\":\"2025-03\",\"license\":\"MIT\","
                       "\"open_weights\":true,\"knowledge_cutoff\":"
                       "\"2024-10\",\"context_tokens\":65536,"
                       "\"modalities_in\":[\"text\",\"pdf\"]");
    assert_holds(body, "\"weights\":[{\"label\":\"hub\",\"url\":"
                       "\"https://hub.test/acme/rocket-2\"}]");
    assert_lacks(body, "max_output_tokens");
}

static void a_benchmark_has_its_unit_by_rule_and_its_setting(void **state)
{
    const char *body = model_of(*state, "acme/rocket-2");
    assert_holds(body, "{\"name\":\"CodeBench\",\"value\":\"61.5\",\"unit\":"
                       "\"percent\",\"setting\":\"public, version 2.1\","
                       "\"variant\":\"high\",\"harness\":\"mini\",\"date\":"
                       "\"2025-04\",\"url\":\"https://bench.test/code\"");
    assert_holds(body, "\"name\":\"Arena\",\"value\":\"1203\",\"unit\":"
                       "\"elo\"");
    /* a fraction or half a percent: nothing says which */
    assert_holds(body, "\"value\":\"0.52\",\"unit\":\"score\"");
    assert_holds(body, "\"value\":\"44\",\"unit\":\"score\"");
}

static void a_creators_own_api_tells_models_that_the_list_lacks(void **state)
{
    const char *body = model_of(*state, "openai/gpt-test-1");
    assert_holds(body, "\"name\":\"GPT Test 1\"");
    assert_holds(body, "\"released\":\"2024-05-13\"");
    assert_holds(body, "\"context_tokens\":128000");
    /* others' models under its roof are not its own */
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "openai/deepseek-guest"));
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "openai/visitor"));
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "google/visitor"));
    /* who resells makes no models */
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "acme-cloud/legacy"));
}

static void everything_is_counted(void **state)
{
    struct translated *in = *state;
    assert_no_refusal(in);
    assert_int_equal(in->batch.rows, 13);            /* 1 model, 12 entries */
    assert_int_equal(in->batch.statement_count, 16); /* 2 modes, 1 own model */
    assert_true(assay_str_is(in->batch.source_id, "modelsdev"));
    assert_true(assay_str_is(in->batch.license, "MIT"));
}

/* ---------------------------------------------------------------- faults */

/* An api.json of one provider and one entry with these members. */
#define ENTRY(members)                                            \
    "{\"acme\":{\"id\":\"acme\",\"name\":\"Acme\",\"models\":{\n" \
    "\"org/m\":{" members "}}}}"

struct fault {
    const char *text;
    const char *words;
};

static const struct fault row_faults[] = {
    {"{\"acme\":{\"models\":{\n\"m\":7}}}",
     "line 2, acme.models.m: number, expected an object"},
    {ENTRY("\"cost\":{\"input\":-1,\"output\":1}"), "'-1' is negative"},
    {ENTRY("\"cost\":{\"input\":1e300,\"output\":1}"), "impossible"},
    {ENTRY("\"cost\":{\"input\":1e999,\"output\":1}"), "too many digits"},
    {ENTRY("\"cost\":{\"input\":\"5\",\"output\":1}"),
     "cost.input: a string, expected a price"},
    {ENTRY("\"cost\":[1]"), "cost: an array, expected an object"},
    {ENTRY("\"cost\":{\"input\":1,\"output\":1,\"tiers\":{}}"),
     "expected an array"},
    {ENTRY("\"cost\":{\"input\":1,\"output\":1,\"tiers\":[{\"input\":2}]}"),
     "without tier.size"},
    {ENTRY("\"cost\":{\"input\":1,\"output\":1,\"tiers\":[{\"input\":2,"
           "\"tier\":{\"type\":\"weekday\",\"size\":3}}]}"),
     "expected \"context\""},
    {ENTRY("\"cost\":{\"input\":1,\"output\":1,\"tiers\":[{\"input\":2,"
           "\"tier\":{\"size\":0}}]}"),
     "'0' is no threshold"},
    /* two tiers of one size contradict each other */
    {ENTRY("\"cost\":{\"input\":1,\"output\":1,\"tiers\":[{\"input\":2,"
           "\"tier\":{\"size\":9}},{\"input\":3,\"tier\":{\"size\":9}}]}"),
     "expected each once"},
    {ENTRY("\"limit\":{\"context\":-8192}"), "expected a whole number"},
    {ENTRY("\"limit\":{\"context\":\"8K\"}"), "expected a whole number"},
    {ENTRY("\"limit\":8192"), "limit: a number, expected an object"},
    {ENTRY("\"limit\":{\"context\":2e9}"), "is too large"},
    {ENTRY("\"tool_call\":\"yes\""), "expected true or false"},
    {ENTRY("\"modalities\":{\"input\":\"text\"}"), "an array of strings"},
    {ENTRY("\"modalities\":{\"input\":[1]}"), "expected a string"},
    {ENTRY("\"status\":\"haunted\""), "status 'haunted' is unknown"},
    {ENTRY("\"status\":7"), "expected a string"},
    {"{\"acme\":{\"models\":{\"a b\":{}}}}", "white space"},
    {"{\"acme\":{\"models\":{\"a\\u001b[2Jb\":{}}}}", "cannot be seen"},
};

static void a_row_that_cannot_be_taken_is_refused_alone(void **state)
{
    for (size_t i = 0; i < sizeof(row_faults) / sizeof(*row_faults); i++) {
        struct translated in;
        import_text(&in, FORMAT, assay_str_c(row_faults[i].text));
        assert_imported(&in);
        assert_holds(only_refusal(&in), row_faults[i].words);
        assert_holds(only_refusal(&in), "line ");
        assert_int_equal(in.batch.statement_count, 0);
        assert_int_equal(in.batch.rows, 1);
        forget(&in);
    }
}

static void a_refusal_names_the_subject_that_stays_as_it_was(void **state)
{
    struct translated in;
    import_text(&in, FORMAT,
                ASSAY_STR(ENTRY("\"cost\":{\"input\":-1,\"output\":1}")));
    assert_imported(&in);
    assert_int_equal(in.batch.first_refusal->kind, ASSAY_SUBJECT_ROUTE);
    assert_true(assay_str_is(in.batch.first_refusal->id, "acme/org/m"));
    assert_true(assay_str_is(in.batch.first_refusal->place,
                             "line 2, acme.models.org/m.cost.input"));
    forget(&in);
}

static void a_bad_benchmark_row_spoils_only_itself(void **state)
{
    struct translated in;
    import_text(&in, FORMAT,
                ASSAY_STR("{\"providers\":{\"p\":{\"models\":{}}},\"models\":{"
                          "\"a/b\":{\"benchmarks\":[{\"name\":\"X\",\"score\":"
                          "\"high\"},{\"name\":\"Y\",\"score\":5}]}}}"));
    assert_imported(&in);
    assert_holds(only_refusal(&in), "models.a/b.benchmarks[0].score: no score");
    assert_true(in.batch.first_refusal->id.len == 0);
    assert_holds(model_of(&in, "a/b"), "\"name\":\"Y\"");
    forget(&in);
}

static const struct fault document_faults[] = {
    {"[]", "expected models.dev's api.json or catalog.json"},
    {"{}", "expected models.dev's api.json or catalog.json"},
    {"\"x\"", "expected models.dev's api.json or catalog.json"},
    {"{\"a\":{\"b\":1}}", "line 1, a: object, expected a provider"},
    {"{\"a\":7}", "expected a provider"},
    {"{\"providers\":[],\"models\":{}}", "expected models.dev's"},
    {"{\"providers\":{\"a\":{\"models\":[]}},\"models\":{}}",
     "providers.a.models: array, expected a provider"},
    {"{\"providers\":{\"a\":{\"models\":{}}},\"models\":[]}",
     "models: array, expected an object of models by id"},
    /* the reader's own */
    {"{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":0.0", "ends inside"},
    {"{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":NaN}}}}}", "line 1"},
    {"{\"a\":{\"models\":{\"m\":{\"name\":\"\xff\"}}}}", "UTF-8"},
    {"{\"a\":{\"models\":{\"m\":{},\"m\":{}}}}", "line 1"},
};

static void a_document_of_another_shape_is_refused_whole(void **state)
{
    for (size_t i = 0; i < sizeof(document_faults) / sizeof(*document_faults);
         i++) {
        struct translated in;
        import_text(&in, FORMAT, assay_str_c(document_faults[i].text));
        if (in.ok)
            fail_msg("taken: %s", document_faults[i].text);
        assert_int_equal(in.err.code, ASSAY_BAD_INPUT);
        assert_holds(in.err.text, document_faults[i].words);
        forget(&in);
    }
}

static void nesting_without_end_is_a_limit(void **state)
{
    struct translated in;
    struct assay_buf text;

    assay_buf_init(&text, ASSAY_MIB(128));
    for (size_t i = 0; i < ASSAY_MIB(100) / 5; i++)
        assay_buf_add_c(&text, "{\"a\":");
    import_text(&in, FORMAT, assay_buf_str(&text));
    assert_false(in.ok);
    assert_int_equal(in.err.code, ASSAY_LIMIT);
    forget(&in);
    assay_buf_release(&text);
}

static void a_file_cut_short_anywhere_is_never_taken(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text;

    assert_true(assay_file_read(&arena, FIXTURE, ASSAY_MIB(1), &text, &err));
    text = assay_str_trim(text);
    for (size_t len = 0; len < text.len; len += 7) {
        struct translated in;
        import_text(&in, FORMAT, assay_str_head(text, len));
        if (in.ok)
            fail_msg("taken after %zu of %zu bytes", len, text.len);
        forget(&in);
    }
    assay_arena_free(&arena);
}

/* ------------------------------------------------------------- real size */

static void the_snapshot_is_taken_whole(void **state)
{
    struct translated in;
    uint32_t routes = 0, models = 0, modes = 0;

    import_file(&in, FORMAT, assay_test_data("data/modelsdev/catalog.json"));
    assert_imported(&in);
    assert_no_refusal(&in);
    assert_int_equal(in.batch.rows, 5276 + 231);
    for (const struct assay_statement *at = in.batch.first; at; at = at->next) {
        bool mode = assay_str_ends(at->id, ":fast");
        routes += at->kind == ASSAY_SUBJECT_ROUTE && !mode;
        modes += at->kind == ASSAY_SUBJECT_ROUTE && mode;
        models += at->kind == ASSAY_SUBJECT_MODEL;
    }
    assert_int_equal(routes, 5276);
    assert_int_equal(modes, 40);
    assert_true(models >= 231);
    /* a blanket default is a claim of that route, and of nothing else */
    assert_holds(route_of(&in, "nvidia/google/gemma-2-2b-it"),
                 "\"context_tokens\":128000");
    assert_null(body_of(&in, ASSAY_SUBJECT_MODEL, "google/gemma-2-2b-it"));
    forget(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_keeps_price_and_limits_as_written),
        cmocka_unit_test(the_misnamed_200k_price_counts_only_without_tiers),
        cmocka_unit_test(a_limit_of_zero_makes_no_claim),
        cmocka_unit_test(status_is_read_and_alpha_and_beta_are_noted),
        cmocka_unit_test(files_are_not_pictures),
        cmocka_unit_test(structured_output_is_claimed_only_where_it_is_said),
        cmocka_unit_test(a_misspelt_cache_price_is_read),
        cmocka_unit_test(
            zero_is_free_absent_is_unknown_and_a_subscription_neither),
        cmocka_unit_test(a_mode_with_a_price_of_its_own_is_a_route_of_its_own),
        cmocka_unit_test(a_price_never_passes_through_a_double),
        cmocka_unit_test(a_route_may_speak_another_wire_than_its_provider),
        cmocka_unit_test(a_provider_is_called_by_one_spelling),
        cmocka_unit_test(a_model_keeps_partial_dates_licence_and_weights),
        cmocka_unit_test(a_benchmark_has_its_unit_by_rule_and_its_setting),
        cmocka_unit_test(a_creators_own_api_tells_models_that_the_list_lacks),
        cmocka_unit_test(everything_is_counted),
        cmocka_unit_test(a_row_that_cannot_be_taken_is_refused_alone),
        cmocka_unit_test(a_refusal_names_the_subject_that_stays_as_it_was),
        cmocka_unit_test(a_bad_benchmark_row_spoils_only_itself),
        cmocka_unit_test(a_document_of_another_shape_is_refused_whole),
        cmocka_unit_test(nesting_without_end_is_a_limit),
        cmocka_unit_test(a_file_cut_short_anywhere_is_never_taken),
        cmocka_unit_test(the_snapshot_is_taken_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
