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
    {
        "comments, CR alone, a BOM, two data lines, no last empty line",
        &assay_dialect_openai,
        "\xef\xbb\xbf: OPENROUTER PROCESSING\r\r:\rid: 7\rretry: 10\rdata\r"
        "data: {\"model\":\"m\",\rdata:\"choices\":[{\"delta\":{\"content\":"
        "\"a\"}}]}\r\rdata: {\"choices\":[{\"delta\":{\"content\":\"b\"},"
        "\"finish_reason\":\"length\"}]}\r\rdata: [DONE]",
        "ok text=\"ab\" finish=length(length) model=m",
    },
    {
        "two objects in one line, the mark behind the last",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"a}\"}}]} {\"choices\":[{"
        "\"delta\":{\"content\":\"{\\\"b\"},\"finish_reason\":\"stop\"}]}\n\n"
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,"
        "\"completion_tokens\":1}}[DONE]\n\n",
        "ok text=\"a}{\\\"b\" finish=stop(stop) model= usage=1/1",
    },
    {
        "one object over two events, cut in a text",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"a \n\n"
        ": ping\n\n"
        "data: b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        "ok text=\"a b\" finish=stop(stop) model=",
    },
    {
        "Azure: filter of the prompt first, offsets without a delta",
        &assay_dialect_azure,
        "data: {\"choices\":[],\"id\":\"\",\"model\":\"\","
        "\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}],"
        "\"id\":\"c\",\"model\":\"gpt-4\"}\n\n"
        "data: {\"choices\":[{\"index\":0,\"content_filter_offsets\":{"
        "\"check_offset\":0},\"content_filter_results\":{}}],\"id\":\"\","
        "\"model\":\"\"}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
        "\"content_filter\"}]}\n\ndata: [DONE]\n\n",
        "filtered text=\"x\" finish=content_filter(content_filter) model=gpt-4 "
        "[] the provider's filter stopped it: content_filter",
    },
    {
        "tools: out of order, an index twice, an id in every fragment",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":"
        "\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}},{\"index\":0,"
        "\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}"
        "\n\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":"
        "\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"index\":"
        "1,\"function\":{\"arguments\":\"}\"}},{\"index\":0,\"id\":\"c\","
        "\"function\":{\"name\":\"h\",\"arguments\":\"{\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
        "\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":"
        "\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
        "ok text=\"\" finish=tool_calls(tool_calls) call[a,f,{}] call[c,h,{}] "
        "call[b,g,{}] model=",
    },
    {
        "tools without an index, by id",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"a\","
        "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"id\":\"b\","
        "\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{"
        "\"arguments\":\"}\"}}]},\"finish_reason\":\"stop\"}]}\n\n"
        "data: [DONE]\n\n",
        "ok text=\"\" finish=tool_calls(stop) call[a,f,{}] call[b,g,{}] "
        "model=",
    },
    {
        "usage in every chunk, the last one counts; another on x_groq",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}],\"usage\":{"
        "\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":"
        "\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}"
        "\n\n"
        "data: {\"choices\":[],\"x_groq\":{\"usage\":{\"prompt_tokens\":3,"
        "\"completion_tokens\":4}},\"usage\":null}\n\ndata: [DONE]\n\n",
        "ok text=\"x\" finish=stop(stop) thought=hm model= usage=3/4",
    },
    {
        "usage of nonsense is none",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":"
        "\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":-2}}"
        "\n\ndata: [DONE]\n\n",
        "ok text=\"x\" finish=stop(stop) model=",
    },
    {
        "no finish_reason, but the mark",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n"
        "data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"y\"}}]}"
        "\n\n",
        "ok text=\"x\" finish=other() model=",
    },
    {
        "no mark",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":"
        "\"stop\"}]}\n\n",
        "truncated text=\"x\" finish=stop(stop) model= [] the stream broke off "
        "before its end",
    },
    {
        "an error after some tokens",
        &assay_dialect_openai,
        "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]}"
        "\n\n"
        "data: {\"error\":{\"code\":502,\"message\":\"upstream\"},\"choices\":"
        "[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n"
        "data: [DONE]\n\n",
        "server_error text=\"x\" finish=other() model=m [502] upstream",
    },
    {
        "Anthropic: overloaded in the middle",
        &assay_dialect_anthropic,
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{"
        "\"model\":\"claude-x\",\"usage\":{\"input_tokens\":5,"
        "\"output_tokens\":1}}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
        "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":"
        "\"hm\"}}\n\n"
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
        "\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        "overloaded text=\"\" finish=other() thought=hm model=claude-x "
        "usage=5/1 [overloaded_error] Overloaded",
    },
    {
        "Anthropic: refusal, unknown events, a tool of the provider's",
        &assay_dialect_anthropic,
        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{"
        "\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
        "data: {\"type\":\"content_block_start\",\"index\":0,"
        "\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"s\","
        "\"name\":\"web_search\",\"input\":{}}}\n\n"
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
        "\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n"
        "data: {\"type\":\"something_new\",\"text\":\"no\"}\n\n"
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
        "\"refusal\"},\"usage\":{\"output_tokens\":3,\"input_tokens\":null}}"
        "\n\n"
        "data: {\"type\":\"message_stop\"}\n\n",
        "ok text=\"\" finish=refusal(refusal) model= usage=5/3",
    },
    {
        "Gemini: blocked",
        &assay_dialect_gemini,
        "data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},"
        "\"usageMetadata\":{\"promptTokenCount\":3}}\r\n\r\n",
        "filtered text=\"\" finish=content_filter(PROHIBITED_CONTENT) model= "
        "usage=3/0 [] the provider's filter stopped it: PROHIBITED_CONTENT",
    },
    {
        "Gemini: an end before the reason for it",
        &assay_dialect_gemini,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}"
        "\n\n",
        "truncated text=\"x\" finish=other() model= [] the stream broke off "
        "before its end",
    },
    {
        "a whole answer in spite of stream",
        &assay_dialect_openai,
        "\n {\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"x\"},"
        "\"finish_reason\":\"stop\"}]}\n",
        "ok text=\"x\" finish=stop(stop) model=m",
    },
    {
        "an error under 200 that is no stream",
        &assay_dialect_gemini,
        "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\","
        "\"message\":\"slow\"}}\n]",
        "rate_limited text=\"\" finish=other() model= [429] slow",
    },
    {
        "HTML",
        &assay_dialect_openai,
        "\r\n  <!DOCTYPE html>\ndata: {}\n\n",
        "malformed text=\"\" finish=other() model= [] the reply is HTML or "
        "XML, no stream",
    },
    {
        "plain text",
        &assay_dialect_openai,
        "upstream connect error\n",
        "malformed text=\"\" finish=other() model= [] the reply is no stream "
        "of events",
    },
    {
        "pings and nothing else",
        &assay_dialect_anthropic,
        ": ping\n\n: ping\n\n",
        "truncated text=\"\" finish=other() model= [] the stream broke off "
        "before its end",
    },
    {
        "data that is no object",
        &assay_dialect_openai,
        "data: hello\n\ndata: [DONE]\n\n",
        "malformed text=\"\" finish=other() model= [] an event is no JSON "
        "object",
    },
    {
        "invalid UTF-8",
        &assay_dialect_openai,
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\xff\"}}]}\n\n"
        "data: [DONE]\n\n",
        "malformed text=\"\" finish=other() model= [] an event is no JSON: *",
    },
    {
        "a lone surrogate",
        &assay_dialect_gemini,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\\ud83d\""
        "}]}}]}\n\n",
        "malformed text=\"\" finish=other() model= [] an event is no JSON: *",
    },
};

enum { STREAMS = sizeof streams / sizeof streams[0] };

static struct assay_str without_bits(struct assay_str text)
{
    while (text.len > 0 && !assay_str_ends(text, " bits="))
        text.len--;
    return assay_str_head(text, text.len - strlen(" bits="));
}

static void a_stream_cut_anywhere_gives_the_same_answer(void **state)
{
    for (size_t i = 0; i < STREAMS; i++) {
        const struct stream_case *c = &streams[i];
        struct assay_arena arena = {0};
        struct assay_str bytes = assay_str_c(c->bytes);
        struct assay_str whole =
            cases_replay(&arena, c->dialect, bytes, bytes.len, bytes.len);

        if (!cases_match(without_bits(whole), c->expected))
            fail_msg("%s:\n%.*s\nexpected\n%s", c->name, ASSAY_STR_ARG(whole),
                     c->expected);
        for (size_t cut = 1; cut < bytes.len; cut++) {
            struct assay_str again =
                cases_replay(&arena, c->dialect, bytes, cut, bytes.len);
            if (!assay_str_equal(whole, again))
                fail_msg("%s, cut at %zu:\n%.*s\n%.*s", c->name, cut,
                         ASSAY_STR_ARG(whole), ASSAY_STR_ARG(again));
        }
        for (size_t step = 1; step < 8; step++) {
            struct assay_str again =
                cases_replay(&arena, c->dialect, bytes, step, step);
            if (!assay_str_equal(whole, again))
                fail_msg("%s, by %zu:\n%.*s\n%.*s", c->name, step,
                         ASSAY_STR_ARG(whole), ASSAY_STR_ARG(again));
        }
        assay_arena_free(&arena);
    }
}

/* Wherever the line goes dead, the answer is cut short, never whole. */
static void a_stream_that_breaks_off_is_truncated(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        const struct stream_case *c = &streams[i];
        struct assay_str bytes = assay_str_c(c->bytes);
        /* up to the last byte of the mark, or of the last object */
        size_t end = assay_str_trim(bytes).len;

        for (size_t len = 0; len < end; len++) {
            struct assay_arena arena = {0};
            struct assay_str got =
                cases_replay(&arena, c->dialect, assay_str_head(bytes, len),
                             len ? len : 1, 1);
            if (!assay_str_starts(got, "truncated "))
                fail_msg("%s, %zu bytes: %.*s", c->name, len,
                         ASSAY_STR_ARG(got));
            assay_arena_free(&arena);
        }
    }
}

static void fifty_tokens_before_an_error_are_kept(void **state)
{
    const struct assay_str token = ASSAY_STR(
        "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n");
    struct assay_arena arena = {0};
    struct assay_stream *stream =
        assay_stream_new(&assay_dialect_openai, &arena);
    struct assay_completion reply;
    struct assay_trouble trouble;
    unsigned bits;

    for (int i = 0; i < 50; i++) {
        assert_true(assay_stream_feed(stream, token, &bits));
        assert_int_equal(bits, ASSAY_EVENT_TOKEN | ASSAY_EVENT_CONTENT);
        assert_true(assay_str_is(assay_stream_news(stream), "word "));
    }
    assert_false(assay_stream_feed(
        stream,
        ASSAY_STR("data: {\"error\":{\"message\":\"out\",\"type\":"
                  "\"rate_limit_exceeded\"}}\n\n"),
        &bits));
    assert_false(assay_stream_feed(stream, token, &bits));
    assert_int_equal(bits, 0);
    assert_false(assay_stream_end(stream, &reply, &trouble));
    assert_int_equal(trouble.of, ASSAY_CLASS_RATE_LIMITED);
    assert_int_equal(reply.text.len, 250);
    assay_stream_free(stream);
    assay_arena_free(&arena);
}

static void each_event_says_what_it_brought(void **state)
{
    static const struct {
        const struct assay_dialect *dialect;
        const char *data;
        unsigned bits;
    } rows[] = {
        {&assay_dialect_openai,
         "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]"
         "}",
         0},
        {&assay_dialect_openai,
         "{\"choices\":[{\"delta\":{\"content\":null}}]}", 0},
        {&assay_dialect_openai,
         "{\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"}}]}",
         ASSAY_EVENT_TOKEN},
        {&assay_dialect_openai,
         "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\","
         "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}",
         0},
        {&assay_dialect_openai,
         "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
         "{\"arguments\":\"{\"}}]}}]}",
         ASSAY_EVENT_TOKEN},
        {&assay_dialect_openai, "[DONE]", ASSAY_EVENT_END},
        {&assay_dialect_anthropic, "[DONE]", 0},
        {&assay_dialect_anthropic, "{\"type\":\"ping\"}", 0},
        {&assay_dialect_anthropic, "{\"type\":\"message_stop\"}",
         ASSAY_EVENT_END},
        {&assay_dialect_gemini,
         "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\",\"thought\""
         ":true}]}}]}",
         ASSAY_EVENT_TOKEN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_stream *stream = assay_stream_new(rows[i].dialect, &arena);
        struct assay_str bytes =
            assay_arena_printf(&arena, "data: %s\n\n", rows[i].data);
        unsigned bits;

        assert_true(assay_stream_feed(stream, bytes, &bits));
        if (bits != rows[i].bits)
            fail_msg("%s: %u, expected %u", rows[i].data, bits, rows[i].bits);
        assay_stream_free(stream);
        assay_arena_free(&arena);
    }
}

/* Feeds `piece` up to a hundred times; returns how often it was taken. */
static int feeds_taken(struct assay_arena *arena, const char *begin,
                       struct assay_str piece, struct assay_trouble *trouble)
{
    struct assay_stream *stream =
        assay_stream_new(&assay_dialect_openai, arena);
    struct assay_completion reply;
    unsigned bits;
    int taken = 0;

    assert_true(assay_stream_feed(stream, assay_str_c(begin), &bits));
    while (taken < 100 && assay_stream_feed(stream, piece, &bits))
        taken++;
    assert_false(assay_stream_end(stream, &reply, trouble));
    assay_stream_free(stream);
    return taken;
}

static void a_hundred_megabytes_are_refused_early(void **state)
{
    static const char *const begins[] = {
        "data: ",          /* a line without end */
        "data: {\"a\":\"", /* an object without end */
        "{\"choices\":\"", /* a body without end */
        "ignored",         /* of an unknown field */
    };
    const size_t megabyte = 1 << 20;
    struct assay_arena arena = {0};
    char *bytes = assay_arena_alloc(&arena, megabyte, 1);
    struct assay_str piece = {bytes, megabyte};
    struct assay_trouble trouble;

    memset(bytes, 'x', megabyte);
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        assert_in_range(feeds_taken(&arena, begins[i], piece, &trouble), 14,
                        17);
        assert_int_equal(trouble.of, ASSAY_CLASS_TOO_LARGE);
    }
    /* the same in many data lines of one event */
    memcpy(bytes, "data: ", 6);
    bytes[megabyte - 1] = '\n';
    assert_in_range(feeds_taken(&arena, "data: {\n", piece, &trouble), 14, 17);
    assert_int_equal(trouble.of, ASSAY_CLASS_TOO_LARGE);
    assay_arena_free(&arena);
}

/* A long answer of small events costs the arena its text, not its events. */
static void memory_does_not_grow_with_events(void **state)
{
    const struct assay_str event = ASSAY_STR(
        "data: {\"choices\":[{\"delta\":{\"content\":\"\"}}],\"usage\":{"
        "\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n");
    struct assay_arena arena = {0};
    struct assay_stream *stream =
        assay_stream_new(&assay_dialect_openai, &arena);
    const char *at = arena.at;
    unsigned bits;

    for (int i = 0; i < 20000; i++)
        assert_true(assay_stream_feed(stream, event, &bits));
    assert_ptr_equal(arena.at, at);
    assay_stream_free(stream);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_cut_anywhere_gives_the_same_answer),
        cmocka_unit_test(a_stream_that_breaks_off_is_truncated),
        cmocka_unit_test(fifty_tokens_before_an_error_are_kept),
        cmocka_unit_test(each_event_says_what_it_brought),
        cmocka_unit_test(a_hundred_megabytes_are_refused_early),
        cmocka_unit_test(memory_does_not_grow_with_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
