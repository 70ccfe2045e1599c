/*
 * LiteLLM's price keys: meters, units, tiers, hours, and what a 0 means.
 */
#include "translated.h"

#include <stdio.h>

static const char fixture[] = "tests/import/fixtures/litellm.json";

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
    forget(&t);
}

static void a_price_by_the_query_leaves_that_of_tokens_unknown(void **state)
{
    static const struct {
        const char *costs, *prices, *holds;
    } cases[] = {
        {"\"input_cost_per_token\": 0.0, \"output_cost_per_token\": 0.0, "
         "\"input_cost_per_query\": 0.002",
         "[{\"meter\":\"query\",\"usd_each\":\"0.002\"}]",
         "billed by the query; no price per token stated"},
        /* nothing is paid for at all */
        {"\"input_cost_per_token\": 0.0, \"output_cost_per_token\": 0.0, "
         "\"input_cost_per_query\": 0",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"0\"},"
         "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0\"},"
         "{\"meter\":\"query\",\"usd_each\":\"0\"}]",
         "\"tier\":\"free\""},
        /* input is paid for, and a reranker writes nothing */
        {"\"input_cost_per_token\": 5e-08, \"output_cost_per_token\": 0.0, "
         "\"input_cost_per_query\": 5e-08",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.05\"},"
         "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0\"},"
         "{\"meter\":\"query\",\"usd_each\":\"0.00000005\"}]",
         "{"},
    };
    struct translated t;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char members[300];
        snprintf(members, sizeof(members), "\"litellm_provider\": \"acme\", %s",
                 cases[i].costs);
        translate_entry(&t, "acme/m", members);
        assert_string_equal(prices_of(&t, "acme/m"), cases[i].prices);
        assert_holds(route_of(&t, "acme/m"), cases[i].holds);
        forget(&t);
    }
    translate_file(&t, &assay_import_litellm, fixture);
    assert_string_equal(prices_of(&t, "azure/cohere-rerank-v3"),
                        "[{\"meter\":\"query\",\"usd_each\":\"0.002\"}]");
    assert_lacks(route_of(&t, "azure/cohere-rerank-v3"), "\"tier\"");
    forget(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test(a_price_by_the_query_leaves_that_of_tokens_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
