/* Streams of every dialect, cut everywhere: the result never differs. */
#include "wire/dialect_cases.h"

struct stream_case {
    const char *name;
    const struct assay_dialect *dialect;
    const char *bytes;
    const char *expected; /* as cases_describe says it, without the bits */
};

static const struct stream_case streams[] = {
    {
        "OpenAI: usage in the last chunk, no choices there",
        &assay_dialect_openai,
        "data: {\"id\":\"c1\",\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{"
        "\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
        "\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"x\"}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
        "\"Gr\xc3\xbc\xc3\x9f\"},\"finish_reason\":null}],\"usage\":null}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
        "\" \\ud83d\\ude00\"},\"finish_reason\":null}]}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},"
        "\"finish_reason\":\"stop\"}],\"service_tier\":\"default\"}\n\n"
        "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,"
        "\"completion_tokens\":4,\"total_tokens\":13}}\n\n"
        "data: [DONE]\n\n",
        "ok text=\"Gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\" finish=stop(stop) "
        "model=gpt-4o-2024-08-06 tier=default usage=9/4",
    },
    {
        "Anthropic: text and a tool",
        &assay_dialect_anthropic,
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{"
        "\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude-x\",\"usage\""
        ":{\"input_tokens\":25,\"cache_read_input_tokens\":5,"
        "\"output_tokens\":1}}}\n\n"
        "event: content_block_start\ndata: {\"type\":\"content_block_start\","
        "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
        "event: ping\ndata: {\"type\":\"ping\"}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
        "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n"
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\","
        "\"index\":0}\n\n"
        "event: content_block_start\ndata: {\"type\":\"content_block_start\","
        "\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"tu_1\","
        "\"name\":\"get\",\"input\":{}}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
        "\"{\\\"a\\\":\"}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
        "\"1}\"}}\n\n"
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
        "\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":15}}\n\n"
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        "ok text=\"Hi\" finish=tool_calls(tool_use) call[tu_1,get,{\"a\":1}] "
        "model=claude-x usage=30/15 cache=5/0",
    },
    {
        "Gemini: thoughts, and a plain end",
        &assay_dialect_gemini,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\","
        "\"thought\":true}],\"role\":\"model\"}}],\"usageMetadata\":{"
        "\"promptTokenCount\":3,\"totalTokenCount\":3},\"modelVersion\":"
        "\"gemini-x\",\"responseId\":\"r\"}\r\n\r\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Yes\"}],"
        "\"role\":\"model\"},\"finishReason\":\"STOP\"}],\"usageMetadata\":{"
        "\"promptTokenCount\":3,\"candidatesTokenCount\":1,"
        "\"thoughtsTokenCount\":7,\"totalTokenCount\":11}}\r\n\r\n",
        "ok text=\"Yes\" finish=stop(STOP) thought=hm model=gemini-x "
        "usage=3/8 thinking=7",
    },
};

static void a_stream_cut_anywhere_gives_the_same_answer(void **state)
{
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        const struct stream_case *c = &streams[i];
        struct assay_arena arena = {0};
        struct assay_str bytes = assay_str_c(c->bytes);
        struct assay_str whole =
            cases_replay(&arena, c->dialect, bytes, bytes.len, bytes.len);

        assert_memory_equal(whole.at, c->expected, strlen(c->expected));
        for (size_t cut = 1; cut < bytes.len; cut++) {
            struct assay_str again =
                cases_replay(&arena, c->dialect, bytes, cut, bytes.len);
            if (!assay_str_equal(whole, again))
                fail_msg("%s, cut at %zu:\n%.*s\n%.*s", c->name, cut,
                         ASSAY_STR_ARG(whole), ASSAY_STR_ARG(again));
        }
        for (size_t step = 1; step < 8; step++)
            assert_true(assay_str_equal(
                whole, cases_replay(&arena, c->dialect, bytes, step, step)));
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_cut_anywhere_gives_the_same_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
