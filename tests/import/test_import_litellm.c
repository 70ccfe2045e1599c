/*
 * LiteLLM's list: which route an entry is, what its numbers mean, and the
 * traps that notes on the format name.
 */
#include "translated.h"

#include <stdio.h>

static const char fixture[] = "tests/import/fixtures/litellm.json";

/* --------------------------------------------------------------- routes */

static void every_entry_has_its_route_id(void **state)
{
    static const char *const ids[] = {
        "openai/gpt-4o",
        "openai/gpt-4-vision-preview",
        "azure/gpt-4o-2024-08-06",
        "azure/eu/gpt-4o-2024-08-06",
        "openrouter/openai/gpt-4-vision-preview",
        "amazon-bedrock/us-east-1/anthropic.claude-v2",
        "amazon-bedrock/anthropic.claude-v2",
        "amazon-bedrock/amazon.nova-lite-v1:0",
        "google-vertex/gemini-1.5-pro",
        "google/gemini-1.5-pro",
        "google-vertex/claude-3-5-sonnet@20240620",
        "openai/gpt-3.5-turbo-instruct",
        "ollama/codegemma",
        "azure/cohere-rerank-v3",
        "openai/hd/1024-x-1024/dall-e-3",
        "nebius/google/gemma-2-2b-it",
    };
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_true(t.ok);
    assert_int_equal(t.batch.refusal_count, 0);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        route_of(&t, ids[i]);
    forget(&t);
}

static void the_documentation_entry_is_no_model(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_int_equal(t.batch.rows, 23);
    for (const struct assay_statement *s = t.batch.first; s; s = s->next)
        assert_false(assay_str_contains(s->id, "sample_spec"));
    forget(&t);
}

static void two_keys_that_say_the_same_are_one_statement(void **state)
{
    struct translated t;
    size_t count = 0;

    translate_file(&t, &assay_import_litellm, fixture);
    for (const struct assay_statement *s = t.batch.first; s; s = s->next)
        count += s->kind == ASSAY_SUBJECT_ROUTE &&
                 assay_str_starts(s->id, "openai/gpt-4o");
    assert_int_equal(count, 2); /* standard and batch */
    forget(&t);
}

static void of_two_keys_that_differ_the_prefixed_one_has_the_id(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_holds(prices_of(&t, "deepseek/deepseek-chat"), "\"0.27\"");
    assert_holds(prices_of(&t, "deepseek/deepseek-chat:bare"), "\"0.14\"");
    assert_holds(prices_of(&t, "deepseek/deepseek-chat:bare"),
                 "{\"meter\":\"cache_read_tokens\","
                 "\"usd_per_million\":\"0.014\"}");
    route_of(&t, "mistral/codestral-latest");
    route_of(&t, "mistral/codestral-latest:text-completion-codestral");
    /* the second of two that disagree says nothing of the model */
    assert_null(
        body_of(&t, ASSAY_SUBJECT_MODEL, "deepseek/deepseek-chat:bare"));
    forget(&t);
}

static void a_region_in_the_key_is_a_region(void **state)
{
    static const struct {
        const char *id, *region;
    } cases[] = {
        {"azure/eu/gpt-4o-2024-08-06", "\"regions\":[\"eu\"]"},
        {"amazon-bedrock/us-east-1/anthropic.claude-v2",
         "\"regions\":[\"us-east-1\"]"},
    };
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_holds(route_of(&t, cases[i].id), cases[i].region);
    assert_lacks(route_of(&t, "azure/gpt-4o-2024-08-06"), "regions");
    assert_lacks(route_of(&t, "openai/hd/1024-x-1024/dall-e-3"), "regions");
    forget(&t);
}

static void a_shutdown_date_is_stated_with_the_route(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_holds(route_of(&t, "openai/gpt-4-vision-preview"),
                 "\"retired_on\":\"2024-12-06\"");
    assert_lacks(route_of(&t, "openai/gpt-4o"), "status");
    forget(&t);
}

/* ---------------------------------------------------------------- limits */

static void max_tokens_is_output_only_beside_another_input_limit(void **state)
{
    static const struct {
        const char *members, *holds, *lacks;
    } cases[] = {
        {"\"max_tokens\": 8192", "{", "_tokens\":8192"},
        {"\"max_tokens\": 4096, \"max_input_tokens\": 8192",
         "\"context_tokens\":8192,\"max_output_tokens\":4096", "none"},
        {"\"max_tokens\": 8192, \"max_input_tokens\": 8192",
         "\"context_tokens\":8192", "max_output_tokens"},
        {"\"max_tokens\": 4096, \"max_output_tokens\": 4096",
         "\"max_output_tokens\":4096", "context_tokens"},
        {"\"max_tokens\": 32768, \"max_input_tokens\": 32768, "
         "\"max_output_tokens\": 0",
         "\"context_tokens\":32768", "max_output_tokens"},
        {"\"max_input_tokens\": 1e6", "\"context_tokens\":1000000", "none"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[200];
        snprintf(members, sizeof(members), "\"litellm_provider\": \"acme\", %s",
                 cases[i].members);
        translate_entry(&t, "acme/m", members);
        assert_holds(route_of(&t, "acme/m"), cases[i].holds);
        assert_lacks(route_of(&t, "acme/m"), cases[i].lacks);
        forget(&t);
    }
}

static void capabilities_are_said_or_not_said(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_holds(route_of(&t, "openai/gpt-4o"),
                 "\"capabilities\":{\"audio\":false,\"batch\":true,"
                 "\"function_calling\":true,\"structured_outputs\":true,"
                 "\"tool_use\":true,\"vision\":true}");
    assert_lacks(route_of(&t, "openai/gpt-4-vision-preview"), "capabilities");
    forget(&t);
    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\", "
                    "\"supports_audio_output\": false");
    assert_lacks(route_of(&t, "acme/m"), "audio");
    forget(&t);
    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\", "
                    "\"supports_audio_output\": false, "
                    "\"supports_audio_input\": true");
    assert_holds(route_of(&t, "acme/m"), "\"audio\":true");
    forget(&t);
}

/* ---------------------------------------------------------------- models */

static void only_the_vendors_own_route_speaks_of_the_model(void **state)
{
    struct translated t;
    size_t count = 0;

    translate_file(&t, &assay_import_litellm, fixture);
    assert_string_equal(model_of(&t, "openai/gpt-4o"),
                        "{\"creator\":\"OpenAI\",\"task\":\"chat\","
                        "\"context_tokens\":128000,"
                        "\"max_output_tokens\":16384,"
                        "\"modalities_in\":[\"text\",\"image\"],"
                        "\"modalities_out\":[\"text\"]}");
    assert_holds(model_of(&t, "openai/gpt-3.5-turbo-instruct"), "\"chat\"");
    assert_holds(model_of(&t, "openai/whisper-1"), "\"transcription\"");
    /* Gemini's API and Vertex speak of it once */
    assert_holds(model_of(&t, "google/gemini-1.5-pro"), "2097152");
    for (const struct assay_statement *s = t.batch.first; s; s = s->next)
        count += s->kind == ASSAY_SUBJECT_MODEL;
    /* the four above, gpt-4-vision-preview, deepseek-chat, quiet-image */
    assert_int_equal(count, 7);
    forget(&t);
}

/* --------------------------------------------------------------- refusals */

static void an_impossible_number_refuses_its_row(void **state)
{
    static const struct {
        const char *member, *reason;
    } cases[] = {
        {"\"input_cost_per_token\": -1e-06", "'-1e-06' is negative"},
        {"\"input_cost_per_token\": 10.1",
         "'10.1' is impossible, expected at most 10,000,000 dollars per"},
        {"\"input_cost_per_token\": 1e300", "is impossible"},
        {"\"input_cost_per_token\": 1e999", "too many digits"},
        {"\"input_cost_per_token\": \"0.01\"", "a string, expected a price"},
        {"\"input_cost_per_token\": true", "expected a price"},
        {"\"max_input_tokens\": 1.5", "expected a whole number"},
        {"\"max_input_tokens\": -1", "expected a whole number"},
        {"\"max_output_tokens\": \"8192\"", "expected a whole number"},
        {"\"supports_vision\": \"yes\"", "expected true or false"},
        {"\"deprecation_date\": \"2025-02-31\"", "not a date"},
        {"\"supported_regions\": \"eu\"", "array"},
        {"\"tiered_pricing\": [{\"input_cost_per_token\": 1}]", "\"range\""},
        {"\"off_peak_pricing\": {\"hours_utc\": \"25:00-01:00\", "
         "\"input_cost_per_token\": 0}",
         "'25:00-01:00', expected hours"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[300];
        snprintf(members, sizeof(members),
                 "\"litellm_provider\": \"acme\",\n%s", cases[i].member);
        translate_entry(&t, "acme/m", members);
        assert_true(t.ok);
        assert_refused(&t, "acme/m", "line ", cases[i].reason);
        assert_int_equal(t.batch.statement_count, 0);
        forget(&t);
    }
}

static void a_refusal_names_line_and_key(void **state)
{
    struct translated t;

    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\",\n"
                    "\"output_cost_per_token\": -3");
    assert_refused(&t, "acme/m", "line 2, acme/m.output_cost_per_token",
                   "'-3' is negative, expected a price in dollars");
    forget(&t);
}

static void a_row_without_a_provider_is_refused(void **state)
{
    struct translated t;

    translate(&t, &assay_import_litellm,
              ASSAY_STR("{\"a\": {\"mode\": \"chat\"}, \"b\": 3, "
                        "\"c/m\": {\"litellm_provider\": \"c\"}}"));
    assert_true(t.ok);
    assert_int_equal(t.batch.rows, 3);
    assert_int_equal(t.batch.refusal_count, 2);
    assert_int_equal(t.batch.statement_count, 1);
    forget(&t);
}

static void another_document_is_not_of_this_format(void **state)
{
    static const char *const texts[] = {
        "[]", "3", "{}", "{\"data\": [1]}", "{\"sample_spec\": {}}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct translated t;
        translate(&t, &assay_import_litellm, assay_str_c(texts[i]));
        assert_false(t.ok);
        assert_int_equal(t.err.code, ASSAY_BAD_INPUT);
        assert_holds(t.err.text, "expected LiteLLM's object of models");
        forget(&t);
    }
}

/* ------------------------------------------------------------- real list */

static void the_list_of_september_2025_is_read_whole(void **state)
{
    struct translated t;

    translate_file(
        &t, &assay_import_litellm,
        assay_test_data("data/litellm/model_prices_and_context_window.json"));
    assert_true(t.ok);
    assert_int_equal(t.batch.rows, 1701);
    assert_int_equal(t.batch.refusal_count, 0);
    assert_int_equal(t.batch.statement_count, 1972);
    assert_holds(route_of(&t, "openai/gpt-4-vision-preview"),
                 "\"retired_on\":\"2024-12-06\"");
    assert_holds(route_of(&t, "google-vertex/gemini-1.5-flash-exp-0827"),
                 "\"0.0046875\"");
    forget(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_has_its_route_id),
        cmocka_unit_test(the_documentation_entry_is_no_model),
        cmocka_unit_test(two_keys_that_say_the_same_are_one_statement),
        cmocka_unit_test(of_two_keys_that_differ_the_prefixed_one_has_the_id),
        cmocka_unit_test(a_region_in_the_key_is_a_region),
        cmocka_unit_test(a_shutdown_date_is_stated_with_the_route),
        cmocka_unit_test(max_tokens_is_output_only_beside_another_input_limit),
        cmocka_unit_test(capabilities_are_said_or_not_said),
        cmocka_unit_test(only_the_vendors_own_route_speaks_of_the_model),
        cmocka_unit_test(an_impossible_number_refuses_its_row),
        cmocka_unit_test(a_refusal_names_line_and_key),
        cmocka_unit_test(a_row_without_a_provider_is_refused),
        cmocka_unit_test(another_document_is_not_of_this_format),
        cmocka_unit_test(the_list_of_september_2025_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
