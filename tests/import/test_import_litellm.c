/*
 * LiteLLM's list: which route an entry is, what its numbers mean, and the
 * traps that notes on the format name.
 */
#include "translated.h"

#include <stdio.h>

static const char fixture[] = "tests/import/fixtures/litellm.json";

/* One entry {"KEY": {…}} in place of a file. */
static void translate_entry(struct translated *t, const char *key,
                            const char *members)
{
    struct assay_arena arena = {0};
    struct assay_str text =
        assay_arena_printf(&arena, "{\"%s\": {%s}}", key, members);
    translate(t, &assay_import_litellm, text);
    assay_arena_free(&arena);
}

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

/* --------------------------------------------------------------- prices */

static void prices_are_taken_from_their_text(void **state)
{
    static const struct {
        const char *number, *usd;
    } cases[] = {
        {"5e-06", "5"},
        {"0.000005", "5"},
        {"5E-6", "5"},
        {"4.9999999e-08", "0.049999999"},
        {"4.6875e-09", "0.0046875"},
        {"0", "0"},
        {"1", "1000000"},
        {"10", "10000000"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[200], expected[100];
        snprintf(members, sizeof(members),
                 "\"litellm_provider\": \"acme\", \"input_cost_per_token\": %s",
                 cases[i].number);
        snprintf(expected, sizeof(expected),
                 "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"%s\"}]",
                 cases[i].usd);
        translate_entry(&t, "acme/m", members);
        assert_string_equal(prices_of(&t, "acme/m"), expected);
        forget(&t);
    }
}

static void each_key_has_its_meter_and_unit(void **state)
{
    static const struct {
        const char *key, *price;
    } cases[] = {
        {"cache_creation_input_token_cost",
         "\"cache_write_tokens\",\"usd_per_million\":\"2000\""},
        {"cache_creation_input_token_cost_above_1hr",
         "\"cache_write_1h_tokens\",\"usd_per_million\":\"2000\""},
        {"cache_creation_input_token_cost_above_1hr_above_200k_tokens",
         "\"cache_write_1h_tokens\",\"usd_per_million\":\"2000\","
         "\"when_input_tokens\":\">200000\",\"scope\":\"whole_request\""},
        {"cache_read_input_token_cost", "\"cache_read_tokens\""},
        {"output_cost_per_reasoning_token", "\"reasoning_tokens\""},
        {"citation_cost_per_token", "\"citation_tokens\""},
        {"input_cost_per_audio_token", "\"audio_input_tokens\""},
        {"output_cost_per_audio_token", "\"audio_output_tokens\""},
        {"input_cost_per_image", "\"image\",\"usd_each\":\"0.002\""},
        {"output_cost_per_image", "\"image_output\",\"usd_each\":\"0.002\""},
        {"input_cost_per_request", "\"request\",\"usd_each\""},
        {"input_cost_per_query", "\"query\",\"usd_each\""},
        {"input_cost_per_second", "\"input_second\",\"usd_each\""},
        {"output_cost_per_second", "\"output_second\",\"usd_each\""},
        {"input_cost_per_character", "\"input_character\",\"usd_each\""},
        {"output_cost_per_pixel", "\"output_pixel\",\"usd_each\""},
        {"file_search_cost_per_1k_calls",
         "\"file_search\",\"usd_each\":\"0.000002\""},
        {"input_cost_per_token_above_128k_tokens",
         "\"when_input_tokens\":\">128000\",\"scope\":\"whole_request\""},
        {"input_cost_per_token_above_272000_tokens",
         "\"when_input_tokens\":\">272000\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[200];
        snprintf(members, sizeof(members),
                 "\"litellm_provider\": \"acme\", \"%s\": 0.002", cases[i].key);
        translate_entry(&t, "acme/m", members);
        assert_int_equal(t.batch.refusal_count, 0);
        assert_holds(prices_of(&t, "acme/m"), cases[i].price);
        forget(&t);
    }
}

static void a_missing_price_is_no_claim(void **state)
{
    struct translated t;

    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\", \"mode\": \"chat\", "
                    "\"output_cost_per_token\": null");
    assert_string_equal(prices_of(&t, "acme/m"), "");
    assert_lacks(route_of(&t, "acme/m"), "free");
    forget(&t);
}

static void a_price_of_another_service_tier_is_a_route(void **state)
{
    static const struct {
        const char *ending, *id, *holds;
    } cases[] = {
        {"_batches", "acme/m:batch", "\"tier\":\"batch\""},
        {"_batch_requests", "acme/m:batch", "\"tier\":\"batch\""},
        {"_flex", "acme/m:flex", "\"tier\":\"flex\""},
        {"_priority", "acme/m:priority", "\"tier\":\"priority\""},
        {"_ultrafast", "acme/m:ultrafast",
         "\"tier\":\"priority\",\"context_tokens\":1000,"
         "\"note\":\"service tier \\\"ultrafast\\\"\""},
        {"_above_200k_tokens_priority", "acme/m:priority",
         "\"when_input_tokens\":\">200000\""},
        {"_priority_above_200k_tokens", "acme/m:priority",
         "\"when_input_tokens\":\">200000\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[300];
        snprintf(members, sizeof(members),
                 "\"litellm_provider\": \"acme\", \"max_input_tokens\": 1000, "
                 "\"input_cost_per_token\": 2e-06, "
                 "\"input_cost_per_token%s\": 1e-06",
                 cases[i].ending);
        translate_entry(&t, "acme/m", members);
        assert_string_equal(prices_of(&t, "acme/m"),
                            "[{\"meter\":\"input_tokens\","
                            "\"usd_per_million\":\"2\"}]");
        assert_holds(route_of(&t, cases[i].id), cases[i].holds);
        assert_holds(prices_of(&t, cases[i].id),
                     "{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\"");
        forget(&t);
    }
}

static void xai_begins_its_long_context_at_the_threshold(void **state)
{
    struct translated t;

    translate_entry(&t, "xai/grok-9",
                    "\"litellm_provider\": \"xai\", "
                    "\"input_cost_per_token_above_128k_tokens\": 1e-06");
    assert_holds(prices_of(&t, "xai/grok-9"),
                 "\"when_input_tokens\":\">=128000\"");
    forget(&t);
}

static void ranges_become_thresholds(void **state)
{
    struct translated t;

    translate_entry(
        &t, "dashscope/qwen-x",
        "\"litellm_provider\": \"dashscope\", \"tiered_pricing\": ["
        "{\"range\": [0, 32000.0], \"input_cost_per_token\": 1e-06, "
        "\"output_cost_per_reasoning_token\": 8e-06},"
        "{\"range\": [32000.0, 128000.0], \"input_cost_per_token\": 2e-06}]");
    assert_string_equal(
        prices_of(&t, "alibaba/qwen-x"),
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\","
        "\"when_input_tokens\":\">32000\",\"scope\":\"whole_request\"},"
        "{\"meter\":\"reasoning_tokens\",\"usd_per_million\":\"8\"}]");
    forget(&t);
}

static void off_peak_hours_divide_the_day(void **state)
{
    struct translated t;

    translate_entry(
        &t, "deepseek/m",
        "\"litellm_provider\": \"deepseek\", \"input_cost_per_token\": 2e-06, "
        "\"input_cost_per_token_above_200k_tokens\": 4e-06, "
        "\"output_cost_per_token\": 8e-06, \"off_peak_pricing\": "
        "{\"hours_utc\": \"16:30-00:30\", \"input_cost_per_token\": 1e-06}");
    assert_string_equal(
        prices_of(&t, "deepseek/m"),
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\","
        "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
        "\"utc_from\":\"1630\",\"utc_to\":\"0030\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"4\","
        "\"when_input_tokens\":\">200000\",\"scope\":\"whole_request\","
        "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
        "\"when_input_tokens\":\">200000\",\"scope\":\"whole_request\","
        "\"utc_from\":\"1630\",\"utc_to\":\"0030\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"8\"}]");
    forget(&t);
}

static void what_is_not_taken_over_is_noted(void **state)
{
    static const struct {
        const char *member, *note;
    } cases[] = {
        {"\"input_dbu_cost_per_token\": 7.1429e-05",
         "prices not taken over: input_dbu_cost_per_token"},
        {"\"input_cost_per_video_per_second_above_8s_interval\": 0.001",
         "input_cost_per_video_per_second_above_8s_interval"},
        {"\"regional_processing_uplift_multiplier_eu\": 1.1",
         "regional_processing_uplift_multiplier_eu"},
        {"\"off_peak_pricing\": {\"input_cost_per_token\": 1e-06, \"windows\": "
         "[{\"hours_utc\": \"01:00-02:00\", \"weekdays\": [6]}]}",
         "off_peak_pricing by weekday"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[300];
        snprintf(members, sizeof(members),
                 "\"litellm_provider\": \"acme\", "
                 "\"input_cost_per_token\": 2e-06, %s",
                 cases[i].member);
        translate_entry(&t, "acme/m", members);
        assert_holds(route_of(&t, "acme/m"), cases[i].note);
        assert_string_equal(prices_of(&t, "acme/m"),
                            "[{\"meter\":\"input_tokens\","
                            "\"usd_per_million\":\"2\"}]");
        forget(&t);
    }
}

static void a_search_costs_by_its_size(void **state)
{
    struct translated t;

    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\", "
                    "\"search_context_cost_per_query\": "
                    "{\"search_context_size_low\": 0.03, "
                    "\"search_context_size_medium\": 0.035, "
                    "\"search_context_size_high\": 0.05}");
    assert_string_equal(
        prices_of(&t, "acme/m"),
        "[{\"meter\":\"web_search_high\",\"usd_each\":\"0.05\"},"
        "{\"meter\":\"web_search_low\",\"usd_each\":\"0.03\"},"
        "{\"meter\":\"web_search_medium\",\"usd_each\":\"0.035\"}]");
    forget(&t);
    translate_entry(&t, "acme/m",
                    "\"litellm_provider\": \"acme\", "
                    "\"search_context_cost_per_query\": "
                    "{\"search_context_size_low\": 0.01, "
                    "\"search_context_size_medium\": 0.01, "
                    "\"search_context_size_high\": 0.010}");
    assert_holds(prices_of(&t, "acme/m"),
                 "{\"meter\":\"web_search\",\"usd_each\":\"0.01\"}");
    forget(&t);
}

/* ----------------------------------------------------------- zero prices */

static void zero_means_free_or_nothing_by_who_serves_it(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_litellm, fixture);
    const char *free_tier = route_of(&t, "mistral/codestral-latest");
    assert_holds(free_tier, "\"tier\":\"free\"");
    assert_holds(free_tier, "\"usd_per_million\":\"0\"");
    const char *local = route_of(&t, "ollama/codegemma");
    assert_lacks(local, "prices");
    assert_lacks(local, "free");
    assert_holds(local, "run on one's own machine; no price stated");
    /* pixels at 0, and nothing said of tokens */
    assert_lacks(route_of(&t, "openai/quiet-image"), "free");
    /* tokens at 0 beside a price for each query */
    const char *rerank = route_of(&t, "azure/cohere-rerank-v3");
    assert_lacks(rerank, "\"tier\"");
    assert_holds(rerank, "\"usd_each\":\"0.002\"");
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
        cmocka_unit_test(prices_are_taken_from_their_text),
        cmocka_unit_test(each_key_has_its_meter_and_unit),
        cmocka_unit_test(a_missing_price_is_no_claim),
        cmocka_unit_test(a_price_of_another_service_tier_is_a_route),
        cmocka_unit_test(xai_begins_its_long_context_at_the_threshold),
        cmocka_unit_test(ranges_become_thresholds),
        cmocka_unit_test(off_peak_hours_divide_the_day),
        cmocka_unit_test(what_is_not_taken_over_is_noted),
        cmocka_unit_test(a_search_costs_by_its_size),
        cmocka_unit_test(zero_means_free_or_nothing_by_who_serves_it),
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
