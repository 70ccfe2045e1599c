/*
 * OpenAI's responses: questions byte for byte, answers whole and in events,
 * cut at every byte, and what has no word there.
 */
#include "wire/dialect_cases.h"
#include "wire/dialect_questions.h"

/* ------------------------------------------------------- questions */

static void expect_body(const struct assay_chat *chat, const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    struct assay_error err = {0};

    if (!write_to(&arena, RESPONSES, chat, &request, &err))
        fail_msg("%s", err.text);
    if (!assay_str_is(request.url, "https://api.openai.com/v1/responses"))
        fail_msg("to %.*s", ASSAY_STR_ARG(request.url));
    if (!assay_str_is(request.body, expected))
        fail_msg("wrote\n%.*s\nexpected\n%s", ASSAY_STR_ARG(request.body),
                 expected);
    assay_arena_free(&arena);
}

static void a_question_is_a_list_of_items(void **state)
{
    const struct assay_message_part parts[] = {
        {.kind = ASSAY_PART_TEXT, .text = ASSAY_STR("What?")},
        {.kind = ASSAY_PART_IMAGE,
         .media_type = ASSAY_STR("image/png"),
         .base64 = ASSAY_STR("AAAA"),
         .detail = ASSAY_STR("low")},
        {.kind = ASSAY_PART_IMAGE_URL,
         .text = ASSAY_STR("https://example.com/a.png")},
    };
    const struct assay_message message = {
        .role = ASSAY_ROLE_USER, .parts = parts, .part_count = 3};
    struct assay_chat chat = plain_chat();

    chat.temperature = (struct assay_stated){true, 0.7};
    chat.logprobs = 2;
    chat.stream = true;
    expect_body(&chat,
                "{\"model\":\"m-1\",\"input\":[{\"role\":\"system\","
                "\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":"
                "\"Hi\"}],\"max_output_tokens\":64,\"temperature\":0.7,"
                "\"include\":[\"message.output_text.logprobs\"],"
                "\"top_logprobs\":2,\"stream\":true,\"store\":false}");
    chat = plain_chat();
    chat.messages = &message;
    chat.message_count = 1;
    expect_body(
        &chat, "{\"model\":\"m-1\",\"input\":[{\"role\":\"user\",\"content\":[{"
               "\"type\":\"input_text\",\"text\":\"What?\"},{\"type\":"
               "\"input_image\",\"image_url\":\"data:image/png;base64,AAAA\","
               "\"detail\":\"low\"},{\"type\":\"input_image\",\"image_url\":"
               "\"https://example.com/a.png\"}]}],\"max_output_tokens\":64,"
               "\"store\":false}");
}

static void tools_are_flat_and_calls_are_items(void **state)
{
    const struct assay_tool_call call = {.id = ASSAY_STR("c1"),
                                         .name = ASSAY_STR("get"),
                                         .arguments = ASSAY_STR("{\"a\":1}")};
    const struct assay_message messages[] = {
        {.role = ASSAY_ROLE_USER, .text = ASSAY_STR("Go")},
        {.role = ASSAY_ROLE_MODEL,
         .text = ASSAY_STR("I ask."),
         .calls = &call,
         .call_count = 1},
        {.role = ASSAY_ROLE_TOOL,
         .text = ASSAY_STR("done"),
         .call_id = ASSAY_STR("c1")},
    };
    struct assay_arena arena = {0};
    struct assay_chat chat = plain_chat();

    chat.messages = messages;
    chat.message_count = 3;
    chat.tools = parse(&arena, "[{\"type\":\"function\",\"function\":{\"name\":"
                               "\"get\",\"parameters\":{\"type\":\"object\"}}},"
                               "{\"type\":\"function\",\"function\":{\"name\":"
                               "\"put\",\"strict\":true}}]");
    chat.tool_choice = parse(&arena, "{\"type\":\"function\",\"function\":{"
                                     "\"name\":\"get\"}}");
    expect_body(
        &chat,
        "{\"model\":\"m-1\",\"input\":[{\"role\":\"user\",\"content\":\"Go\"},"
        "{\"role\":\"assistant\",\"content\":\"I ask.\"},{\"type\":"
        "\"function_call\",\"call_id\":\"c1\",\"name\":\"get\",\"arguments\":"
        "\"{\\\"a\\\":1}\"},{\"type\":\"function_call_output\",\"call_id\":"
        "\"c1\",\"output\":\"done\"}],\"max_output_tokens\":64,\"tools\":[{"
        "\"type\":\"function\",\"name\":\"get\",\"parameters\":{\"type\":"
        "\"object\"},\"strict\":false},{\"type\":\"function\",\"name\":\"put\","
        "\"strict\":true,\"parameters\":{\"type\":\"object\"}}],\"tool_"
        "choice\":{\"type\":\"function\",\"name\":"
        "\"get\"},\"store\":false}");
    assay_arena_free(&arena);
}

static void what_chats_say_otherwise_is_put_where_it_belongs(void **state)
{
    struct assay_arena arena = {0};
    struct assay_chat chat = plain_chat();

    chat.messages = &hello[1];
    chat.message_count = 1;
    chat.schema = parse(&arena, "{\"type\":\"object\"}");
    chat.extra = parse(&arena, "{\"reasoning_effort\":\"low\",\"verbosity\":"
                               "\"high\",\"store\":true,\"user\":\"u\"}");
    expect_body(&chat,
                "{\"model\":\"m-1\",\"input\":[{\"role\":\"user\",\"content\":"
                "\"Hi\"}],\"max_output_tokens\":64,\"text\":{\"format\":{"
                "\"type\":\"json_schema\",\"name\":\"answer\",\"strict\":true,"
                "\"schema\":{\"type\":\"object\"}},\"verbosity\":\"high\"},"
                "\"reasoning\":{\"effort\":\"low\"},\"store\":true,\"user\":"
                "\"u\"}");
    chat.schema = NULL;
    chat.json_object = true;
    chat.extra = NULL;
    expect_body(&chat,
                "{\"model\":\"m-1\",\"input\":[{\"role\":\"user\",\"content\":"
                "\"Hi\"}],\"max_output_tokens\":64,\"text\":{\"format\":{"
                "\"type\":\"json_object\"}},\"store\":false}");
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- answers */

static const struct {
    const char *name, *body, *expected;
} bodies[] = {
    {"thoughts and text",
     "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\","
     "\"error\":null,\"incomplete_details\":null,\"model\":\"gpt-x\","
     "\"service_tier\":\"default\",\"output\":[{\"type\":\"reasoning\","
     "\"summary\":[{\"type\":\"summary_text\",\"text\":\"hm\"}]},{\"type\":"
     "\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"
     "\"output_text\",\"text\":\"A\",\"annotations\":[],\"logprobs\":[{"
     "\"token\":\"A\",\"logprob\":-0.5}]},{\"type\":\"output_text\",\"text\":"
     "\"B\"}]}],\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{"
     "\"cached_tokens\":4},\"output_tokens\":7,\"output_tokens_details\":{"
     "\"reasoning_tokens\":5},\"total_tokens\":16}}",
     "ok text=\"AB\" finish=stop(completed) thought=hm model=gpt-x "
     "tier=default usage=9/7 cache=4/0 thinking=5 logprob=-0.5000"},
    {"two calls",
     "{\"status\":\"completed\",\"output\":[{\"type\":\"function_call\","
     "\"id\":\"fc_1\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\"},"
     "{\"type\":\"web_search_call\"},{\"type\":\"function_call\",\"call_id\":"
     "\"c2\",\"name\":\"g\",\"arguments\":\"{bad\"}]}",
     "ok text=\"\" finish=tool_calls(completed) call[c1,f,{}] "
     "call[c2,g,{bad] model="},
    {"cut short",
     "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
     "\"max_output_tokens\"},\"output\":[]}",
     "ok text=\"\" finish=length(max_output_tokens) model="},
    {"filtered",
     "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
     "\"content_filter\"},\"output\":[]}",
     "filtered text=\"\" finish=content_filter(content_filter) model= [] the "
     "provider's filter stopped it: content_filter"},
    {"a refusal",
     "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":"
     "[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}]}",
     "ok text=\"\" finish=refusal(completed) refusal=No. model="},
    {"failed",
     "{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\","
     "\"message\":\"Slow down\"},\"output\":[]}",
     "rate_limited text=\"\" finish=other() model= [rate_limit_exceeded] Slow "
     "down"},
    {"not done yet", "{\"status\":\"queued\",\"output\":[]}",
     "malformed text=\"\" finish=other() model= [] the response's status is "
     "'queued', expected completed or incomplete"},
    {"a chat completion", "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}",
     "malformed text=\"\" finish=other() model= [] the reply has no list of "
     "output"},
};

static void every_end_of_a_response_is_told(void **state)
{
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_completion reply;
        struct assay_trouble trouble;
        bool ok = assay_dialect_responses.read(
            &arena, assay_str_c(bodies[i].body), &reply, &trouble);
        struct assay_str got = cases_describe(&arena, ok, &reply, &trouble);

        if (!cases_match(got, bodies[i].expected))
            fail_msg("%s:\n%.*s\nexpected\n%s", bodies[i].name,
                     ASSAY_STR_ARG(got), bodies[i].expected);
        assay_arena_free(&arena);
    }
}

/* ------------------------------------------------------- events */

#define EVENT(type, more) \
    "event: " type "\ndata: {\"type\":\"" type "\"" more "}\n\n"
#define CREATED                                                              \
    EVENT("response.created", ",\"response\":{\"id\":\"resp_1\",\"status\":" \
                              "\"in_progress\",\"model\":\"gpt-x\","         \
                              "\"service_tier\":\"auto\",\"usage\":null}")

static const struct {
    const char *name, *bytes, *expected;
} streams[] = {
    {"thoughts, text and usage at the end",
     CREATED EVENT("response.output_item.added",
                   ",\"output_index\":0,\"item\":{\"type\":\"reasoning\"}")
         EVENT("response.reasoning_summary_text.delta", ",\"delta\":\"hm\"")
             EVENT("response.output_text.delta",
                   ",\"output_index\":1,\"delta\":\"Gr\xc3\xbc\",\"logprobs\":"
                   "[{\"token\":\"Gr\",\"logprob\":-1}]")
                 EVENT("response.output_text.delta",
                       ",\"delta\":\"\xc3\x9f\",\"logprobs\":[]")
                     EVENT("response.output_text.done",
                           ",\"text\":\"Gr\xc3\xbc\xc3\x9f\"")
                         EVENT("response.output_item.done",
                               ",\"output_index\":1,\"item\":{\"type\":"
                               "\"message\",\"content\":[{\"type\":"
                               "\"output_text\",\"text\":"
                               "\"Gr\xc3\xbc\xc3\x9f\"}]}")
                             EVENT("response.completed",
                                   ",\"response\":{\"status\":\"completed\","
                                   "\"service_tier\":\"default\",\"output\":[],"
                                   "\"usage\":{\"input_tokens\":9,"
                                   "\"input_tokens_details\":{"
                                   "\"cached_tokens\":0},\"output_tokens\":4,"
                                   "\"output_tokens_details\":{"
                                   "\"reasoning_tokens\":2},"
                                   "\"total_tokens\":13}}"),
     "ok text=\"Gr\xc3\xbc\xc3\x9f\" finish=stop(completed) thought=hm "
     "model=gpt-x tier=default usage=9/4 thinking=2 logprob=-1.0000"},
    {"two calls, the second first, one whole at once",
     CREATED EVENT("response.output_item.added",
                   ",\"output_index\":1,\"item\":{\"type\":\"function_call\","
                   "\"call_id\":\"b\",\"name\":\"g\",\"arguments\":\"\"}")
         EVENT("response.function_call_arguments.delta",
               ",\"output_index\":1,\"delta\":\"{\\\"x\\\":\"")
             EVENT("response.function_call_arguments.delta",
                   ",\"output_index\":1,\"delta\":\"1}\"")
                 EVENT("response.output_item.done",
                       ",\"output_index\":1,\"item\":{\"type\":"
                       "\"function_call\",\"call_id\":\"b\",\"name\":\"g\","
                       "\"arguments\":\"{\\\"x\\\":1}\"}")
                     EVENT("response.output_item.done",
                           ",\"output_index\":0,\"item\":{\"type\":"
                           "\"function_call\",\"call_id\":\"a\",\"name\":\"f\","
                           "\"arguments\":\"{}\"}")
                         EVENT("response.completed",
                               ",\"response\":{\"status\":\"completed\"}"),
     "ok text=\"\" finish=tool_calls(completed) call[a,f,{}] "
     "call[b,g,{\"x\":1}] model=gpt-x"},
    {"incomplete",
     CREATED EVENT("response.output_text.delta", ",\"delta\":\"A\"") EVENT(
         "response.incomplete",
         ",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{"
         "\"reason\":\"max_output_tokens\"}}"),
     "ok text=\"A\" finish=length(max_output_tokens) model=gpt-x"},
    {"a refusal",
     CREATED EVENT("response.refusal.delta", ",\"delta\":\"No\"") EVENT(
         "response.completed", ",\"response\":{\"status\":\"completed\"}"),
     "ok text=\"\" finish=refusal(completed) refusal=No model=gpt-x"},
    {"failed after some text",
     CREATED EVENT("response.output_text.delta", ",\"delta\":\"A\"")
         EVENT("response.failed",
               ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":"
               "\"server_error\",\"message\":\"Oops\"}}"),
     "server_error text=\"A\" finish=other() model=gpt-x [server_error] Oops"},
    {"an error event",
     CREATED EVENT("error", ",\"code\":\"rate_limit_exceeded\",\"message\":"
                            "\"Slow down\",\"param\":null"),
     "rate_limited text=\"\" finish=other() model=gpt-x [rate_limit_exceeded] "
     "Slow down"},
    {"no end", CREATED EVENT("response.output_text.delta", ",\"delta\":\"A\""),
     "truncated text=\"A\" finish=other() model=gpt-x [] the stream broke off "
     "before its end"},
};

static struct assay_str without_bits(struct assay_str text)
{
    while (text.len > 0 && !assay_str_ends(text, " bits="))
        text.len--;
    return assay_str_head(text, text.len - strlen(" bits="));
}

static void a_stream_cut_anywhere_gives_the_same_answer(void **state)
{
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        const struct assay_dialect *dialect = &assay_dialect_responses;
        struct assay_arena arena = {0};
        struct assay_str bytes = assay_str_c(streams[i].bytes);
        struct assay_str whole =
            cases_replay(&arena, dialect, bytes, bytes.len, bytes.len);

        if (!cases_match(without_bits(whole), streams[i].expected))
            fail_msg("%s:\n%.*s\nexpected\n%s", streams[i].name,
                     ASSAY_STR_ARG(whole), streams[i].expected);
        for (size_t cut = 1; cut < bytes.len; cut++) {
            struct assay_str again =
                cases_replay(&arena, dialect, bytes, cut, bytes.len);
            if (!assay_str_equal(whole, again))
                fail_msg("%s, cut at %zu:\n%.*s\n%.*s", streams[i].name, cut,
                         ASSAY_STR_ARG(whole), ASSAY_STR_ARG(again));
        }
        assert_true(
            assay_str_equal(whole, cases_replay(&arena, dialect, bytes, 1, 1)));
        assay_arena_free(&arena);
    }
}

/* Wherever the line goes dead before the last event, it is cut short. */
static void a_stream_that_breaks_off_is_truncated(void **state)
{
    struct assay_str bytes = assay_str_trim(assay_str_c(streams[0].bytes));

    for (size_t len = 0; len < bytes.len; len++) {
        struct assay_arena arena = {0};
        struct assay_str got =
            cases_replay(&arena, &assay_dialect_responses,
                         assay_str_head(bytes, len), len ? len : 1, 1);
        if (!assay_str_starts(got, "truncated "))
            fail_msg("%zu bytes: %.*s", len, ASSAY_STR_ARG(got));
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_a_list_of_items),
        cmocka_unit_test(tools_are_flat_and_calls_are_items),
        cmocka_unit_test(what_chats_say_otherwise_is_put_where_it_belongs),
        cmocka_unit_test(every_end_of_a_response_is_told),
        cmocka_unit_test(a_stream_cut_anywhere_gives_the_same_answer),
        cmocka_unit_test(a_stream_that_breaks_off_is_truncated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
