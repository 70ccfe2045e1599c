/* What responses say of their use, in the shapes that providers send. */
#include "support/support.h"

#include "assay/usage.h"

#include <stdlib.h>
#include <string.h>

struct expected {
    const char *name, *body;
    const char *dialect, *model, *tier, *stated_usd;
    uint64_t input, cache_read, cache_write, cache_write_1h, audio_input;
    uint64_t output, reasoning, audio_output, searches;
};

static const struct expected cases[] = {
    {
        .name = "OpenAI chat",
        .body = "{\"id\":\"c\",\"object\":\"chat.completion\","
                "\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\","
                "\"choices\":[],\"usage\":{\"prompt_tokens\":1200,"
                "\"completion_tokens\":300,\"total_tokens\":1500,"
                "\"prompt_tokens_details\":{\"cached_tokens\":1024,"
                "\"audio_tokens\":10},\"completion_tokens_details\":{"
                "\"reasoning_tokens\":200,\"audio_tokens\":20,"
                "\"accepted_prediction_tokens\":0,"
                "\"rejected_prediction_tokens\":0}}}",
        .dialect = "openai-chat",
        .model = "gpt-4o-2024-08-06",
        .tier = "standard",
        .input = 1200,
        .cache_read = 1024,
        .audio_input = 10,
        .output = 300,
        .reasoning = 200,
        .audio_output = 20,
    },
    {
        .name = "OpenAI responses",
        .body = "{\"object\":\"response\",\"model\":\"gpt-5\","
                "\"service_tier\":\"flex\",\"output\":["
                "{\"type\":\"web_search_call\",\"action\":{\"type\":"
                "\"search\"}},"
                "{\"type\":\"web_search_call\",\"action\":{\"type\":"
                "\"open_page\"}},{\"type\":\"message\"}],"
                "\"usage\":{\"input_tokens\":75,"
                "\"input_tokens_details\":{\"cached_tokens\":32},"
                "\"output_tokens\":1186,\"output_tokens_details\":"
                "{\"reasoning_tokens\":1024},\"total_tokens\":1261}}",
        .dialect = "openai-responses",
        .model = "gpt-5",
        .tier = "flex",
        .input = 75,
        .cache_read = 32,
        .output = 1186,
        .reasoning = 1024,
        .searches = 1,
    },
    {
        .name = "Azure, with content filters and null details",
        .body = "{\"model\":\"gpt-4\",\"prompt_filter_results\":[{"
                "\"prompt_index\":0,\"content_filter_results\":{\"hate\":{"
                "\"filtered\":false,\"severity\":\"safe\"}}}],"
                "\"choices\":[{\"finish_reason\":\"stop\","
                "\"content_filter_results\":{}}],\"usage\":{"
                "\"prompt_tokens\":14,\"completion_tokens\":6,"
                "\"total_tokens\":20,\"prompt_tokens_details\":null,"
                "\"completion_tokens_details\":null}}",
        .dialect = "openai-chat",
        .model = "gpt-4",
        .input = 14,
        .output = 6,
    },
    {
        .name = "Anthropic: input leaves the cache out",
        .body = "{\"type\":\"message\",\"model\":\"claude-sonnet-4-6\","
                "\"usage\":{\"input_tokens\":21,"
                "\"cache_creation_input_tokens\":188086,"
                "\"cache_read_input_tokens\":4000,\"cache_creation\":{"
                "\"ephemeral_5m_input_tokens\":88086,"
                "\"ephemeral_1h_input_tokens\":100000},"
                "\"output_tokens\":393,\"server_tool_use\":{"
                "\"web_search_requests\":2},\"service_tier\":\"priority\"}}",
        .dialect = "anthropic",
        .model = "claude-sonnet-4-6",
        .tier = "priority",
        .input = 192107,
        .cache_read = 4000,
        .cache_write = 188086,
        .cache_write_1h = 100000,
        .output = 393,
        .searches = 2,
    },
    {
        .name = "Anthropic, bare",
        .body = "{\"model\":\"claude\",\"usage\":{\"input_tokens\":5,"
                "\"output_tokens\":7}}",
        .dialect = "anthropic",
        .model = "claude",
        .input = 5,
        .output = 7,
    },
    {
        .name = "Gemini: candidates leave the thoughts out",
        .body = "{\"candidates\":[],\"usageMetadata\":{"
                "\"promptTokenCount\":1000,\"candidatesTokenCount\":50,"
                "\"thoughtsTokenCount\":450,\"cachedContentTokenCount\":600,"
                "\"toolUsePromptTokenCount\":40,\"totalTokenCount\":1540,"
                "\"promptTokensDetails\":[{\"modality\":\"TEXT\","
                "\"tokenCount\":900},{\"modality\":\"AUDIO\","
                "\"tokenCount\":100}],\"candidatesTokensDetails\":[{"
                "\"modality\":\"AUDIO\",\"tokenCount\":30}]},"
                "\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r\"}",
        .dialect = "gemini",
        .model = "gemini-2.5-flash",
        .input = 1040,
        .cache_read = 600,
        .audio_input = 100,
        .output = 500,
        .reasoning = 450,
        .audio_output = 30,
    },
    {
        .name = "Gemini, blocked: no candidates",
        .body = "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},"
                "\"usageMetadata\":{\"promptTokenCount\":9,"
                "\"totalTokenCount\":9},\"modelVersion\":\"gemini-x\"}",
        .dialect = "gemini",
        .model = "gemini-x",
        .input = 9,
    },
    {
        .name = "OpenRouter states its charge",
        .body = "{\"provider\":\"Acme\",\"model\":\"google/gemma-2-27b-it\","
                "\"object\":\"chat.completion\",\"usage\":{"
                "\"prompt_tokens\":10339,\"completion_tokens\":60,"
                "\"total_tokens\":10399,\"cost\":0.00014,\"is_byok\":false,"
                "\"prompt_tokens_details\":{\"cached_tokens\":10318,"
                "\"cache_write_tokens\":21},\"cost_details\":{"
                "\"upstream_inference_cost\":null}}}",
        .dialect = "openai-chat",
        .model = "google/gemma-2-27b-it",
        .stated_usd = "0.00014",
        .input = 10339,
        .cache_read = 10318,
        .cache_write = 21,
        .output = 60,
    },
    {
        .name = "Mistral counts audio in seconds beside",
        .body = "{\"object\":\"chat.completion\",\"model\":"
                "\"mistral-small-latest\",\"usage\":{\"prompt_tokens\":4,"
                "\"completion_tokens\":19,\"total_tokens\":23,"
                "\"prompt_audio_seconds\":12}}",
        .dialect = "openai-chat",
        .model = "mistral-small-latest",
        .input = 4,
        .output = 19,
    },
    {
        .name = "Groq, with its clocks",
        .body = "{\"model\":\"llama-3.3-70b-versatile\",\"usage\":{"
                "\"queue_time\":0.037,\"prompt_tokens\":18,"
                "\"prompt_time\":0.0006,\"completion_tokens\":556,"
                "\"completion_time\":0.46,\"total_tokens\":574,"
                "\"total_time\":0.46},\"service_tier\":\"on_demand\","
                "\"x_groq\":{\"id\":\"req\"}}",
        .dialect = "openai-chat",
        .model = "llama-3.3-70b-versatile",
        .tier = "standard",
        .input = 18,
        .output = 556,
    },
    {
        .name = "Groq, last chunk of a stream",
        .body = "{\"model\":\"m\",\"choices\":[],\"x_groq\":{\"usage\":{"
                "\"prompt_tokens\":1,\"completion_tokens\":2}}}",
        .dialect = "openai-chat",
        .model = "m",
        .input = 1,
        .output = 2,
    },
    {
        .name = "DeepSeek counts hits and misses",
        .body = "{\"model\":\"deepseek-chat\",\"usage\":{"
                "\"prompt_tokens\":100,\"completion_tokens\":10,"
                "\"total_tokens\":110,\"prompt_cache_hit_tokens\":64,"
                "\"prompt_cache_miss_tokens\":36}}",
        .dialect = "openai-chat",
        .model = "deepseek-chat",
        .input = 100,
        .cache_read = 64,
        .output = 10,
    },
    {
        .name = "DeepSeek says the same twice",
        .body = "{\"model\":\"deepseek-chat\",\"usage\":{"
                "\"prompt_tokens\":100,\"completion_tokens\":10,"
                "\"prompt_tokens_details\":{\"cached_tokens\":64},"
                "\"prompt_cache_hit_tokens\":64}}",
        .dialect = "openai-chat",
        .model = "deepseek-chat",
        .input = 100,
        .cache_read = 64,
        .output = 10,
    },
    {
        .name = "Moonshot",
        .body = "{\"model\":\"kimi\",\"usage\":{\"prompt_tokens\":100,"
                "\"completion_tokens\":10,\"cached_tokens\":60}}",
        .dialect = "openai-chat",
        .model = "kimi",
        .input = 100,
        .cache_read = 60,
        .output = 10,
    },
    {
        .name = "xAI counts reasoning beside the completion",
        .body = "{\"model\":\"grok-4\",\"usage\":{\"prompt_tokens\":32,"
                "\"completion_tokens\":9,\"total_tokens\":135,"
                "\"completion_tokens_details\":{\"reasoning_tokens\":94}}}",
        .dialect = "openai-chat",
        .model = "grok-4",
        .input = 32,
        .output = 103,
        .reasoning = 94,
    },
    {
        .name = "a charge in another shape is none",
        .body = "{\"model\":\"sonar\",\"usage\":{\"prompt_tokens\":1,"
                "\"completion_tokens\":1,\"cost\":{\"total_cost\":0.006}}}",
        .dialect = "openai-chat",
        .model = "sonar",
        .input = 1,
        .output = 1,
    },
};

static struct assay_json *parse(struct assay_arena *arena, const char *text)
{
    struct assay_error err = {0};
    struct assay_json *body =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);
    if (!body)
        fail_msg("%s", err.text);
    return body;
}

static void assert_count(const char *name, const char *what, uint64_t got,
                         uint64_t expected)
{
    if (got != expected)
        fail_msg("%s: %llu %s, expected %llu", name, (unsigned long long)got,
                 what, (unsigned long long)expected);
}

static void assert_text(const char *name, struct assay_str got,
                        const char *expected)
{
    if (!assay_str_is(got, expected ? expected : ""))
        fail_msg("%s: '%.*s', expected '%s'", name, ASSAY_STR_ARG(got),
                 expected ? expected : "");
}

static void every_dialect_is_read_with_parts_in_their_wholes(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct expected *e = &cases[i];
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_response_usage u;

        if (!assay_usage_read(&arena, parse(&arena, e->body), &u, &err))
            fail_msg("%s: %s", e->name, err.text);
        assert_string_equal(u.dialect, e->dialect);
        assert_text(e->name, u.model, e->model);
        assert_text(e->name, u.tier, e->tier);
        assert_text(e->name, u.stated_usd, e->stated_usd);
        assert_count(e->name, "input", u.input_tokens, e->input);
        assert_count(e->name, "cache read", u.cache_read_tokens, e->cache_read);
        assert_count(e->name, "cache write", u.cache_write_tokens,
                     e->cache_write);
        assert_count(e->name, "cache write 1h", u.cache_write_1h_tokens,
                     e->cache_write_1h);
        assert_count(e->name, "audio in", u.audio_input_tokens, e->audio_input);
        assert_count(e->name, "output", u.output_tokens, e->output);
        assert_count(e->name, "reasoning", u.reasoning_tokens, e->reasoning);
        assert_count(e->name, "audio out", u.audio_output_tokens,
                     e->audio_output);
        assert_count(e->name, "searches", u.searches, e->searches);
        assay_arena_free(&arena);
    }
}

static void what_cannot_be_counted_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *body, *text;
    } bad[] = {
        {"[]", "array, expected the response as a JSON object"},
        {"{}", "no usage object in the response"},
        {"{\"usage\":null}", "no usage object in the response"},
        {"{\"usage\":{}}",
         "the usage has no input count, expected prompt_tokens, input_tokens "
         "or promptTokenCount"},
        {"{\"usage\":{\"prompt_tokens\":-1}}",
         "usage.prompt_tokens: -1, expected a whole number of tokens"},
        {"{\"usage\":{\"prompt_tokens\":1.5}}",
         "usage.prompt_tokens: 1.5, expected a whole number of tokens"},
        {"{\"usage\":{\"prompt_tokens\":\"12\"}}",
         "usage.prompt_tokens: string, expected a whole number of tokens"},
        {"{\"usage\":{\"prompt_tokens\":9223372036854775807}}",
         "usage.prompt_tokens: 9223372036854775807, expected a whole number "
         "of tokens"},
        {"{\"usage\":{\"prompt_tokens\":10,\"prompt_tokens_details\":"
         "{\"cached_tokens\":11}}}",
         "11 cached tokens in 10 input tokens, expected no more than the "
         "whole"},
        {"{\"usage\":{\"prompt_tokens\":10,\"prompt_tokens_details\":"
         "{\"cached_tokens\":6,\"cache_write_tokens\":5}}}",
         "11 cached and cache-written tokens in 10 input tokens, expected no "
         "more than the whole"},
        {"{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":5,"
         "\"completion_tokens_details\":{\"reasoning_tokens\":6}}}",
         "6 reasoning tokens in 5 output tokens, expected no more than the "
         "whole"},
        {"{\"usageMetadata\":{\"promptTokenCount\":5,"
         "\"cachedContentTokenCount\":6}}",
         "6 cached tokens in 5 input tokens, expected no more than the whole"},
        {"{\"usage\":{\"input_tokens\":1,\"cache_creation_input_tokens\":5,"
         "\"cache_creation\":{\"ephemeral_1h_input_tokens\":6}}}",
         "6 one-hour cache-written tokens in 5 cache-written tokens, expected "
         "no more than the whole"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_response_usage u;

        assert_false(
            assay_usage_read(&arena, parse(&arena, bad[i].body), &u, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_string_equal(err.text, bad[i].text);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_is_read_with_parts_in_their_wholes),
        cmocka_unit_test(what_cannot_be_counted_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
