/* Questions in every dialect, byte for byte, and what each has no word for. */
#include "support/support.h"

#include "assay/dialect.h"

#include <string.h>

enum { DIALECTS = 4 };
static const struct assay_dialect *const dialects[DIALECTS] = {
    &assay_dialect_openai,
    &assay_dialect_azure,
    &assay_dialect_anthropic,
    &assay_dialect_gemini,
};
enum { OPENAI, AZURE, ANTHROPIC, GEMINI };

static const char *const base_urls[DIALECTS] = {
    "https://api.openai.com/v1",
    "https://me.openai.azure.com",
    "https://api.anthropic.com",
    "https://generativelanguage.googleapis.com/v1beta",
};

static const struct assay_message hello[] = {
    {.role = ASSAY_ROLE_SYSTEM, .text = {"Be brief.", 9}},
    {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
};

static struct assay_chat plain_chat(void)
{
    return (struct assay_chat){
        .model = ASSAY_STR("m-1"),
        .messages = hello,
        .message_count = 2,
        .max_tokens = 64,
        .logprobs = -1,
    };
}

static struct assay_json *parse(struct assay_arena *arena, const char *text)
{
    struct assay_error err;
    struct assay_json *json =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);

    if (!json)
        fail_msg("%s: %s", text, err.text);
    return json;
}

static bool write_to(struct assay_arena *arena, int dialect,
                     const struct assay_chat *chat,
                     struct assay_wire_request *request,
                     struct assay_error *err)
{
    const struct assay_dialect_options options = {
        .base_url = assay_str_c(base_urls[dialect]),
        .api_version = ASSAY_STR(""),
        .deployment = ASSAY_STR(""),
    };

    return dialects[dialect]->write(arena, chat, &options, request, err);
}

static void expect_body(int dialect, const struct assay_chat *chat,
                        const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    struct assay_error err = {0};

    if (!write_to(&arena, dialect, chat, &request, &err))
        fail_msg("%s: %s", dialects[dialect]->name, err.text);
    if (!assay_str_is(request.body, expected))
        fail_msg("%s wrote\n%.*s\nexpected\n%s", dialects[dialect]->name,
                 ASSAY_STR_ARG(request.body), expected);
    assay_arena_free(&arena);
}

static void expect_refusal(int dialect, const struct assay_chat *chat,
                           const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    struct assay_error err = {0};

    if (write_to(&arena, dialect, chat, &request, &err))
        fail_msg("%s wrote %.*s, expected '%s'", dialects[dialect]->name,
                 ASSAY_STR_ARG(request.body), expected);
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_string_equal(err.text, expected);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- what is sent */

static void a_plain_question_in_every_dialect(void **state)
{
    struct assay_chat chat = plain_chat();

    expect_body(OPENAI, &chat,
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"system\","
                "\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":"
                "\"Hi\"}],\"max_completion_tokens\":64}");
    expect_body(ANTHROPIC, &chat,
                "{\"model\":\"m-1\",\"max_tokens\":64,\"system\":[{\"type\":"
                "\"text\",\"text\":\"Be brief.\"}],\"messages\":[{\"role\":"
                "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}"
                "]}");
    expect_body(GEMINI, &chat,
                "{\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]"
                "},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":"
                "\"Hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":64}}");
    chat.stream = true;
    expect_body(AZURE, &chat,
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"system\","
                "\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":"
                "\"Hi\"}],\"max_completion_tokens\":64,\"stream\":true,"
                "\"stream_options\":{\"include_usage\":true}}");
}

static void numbers_go_out_under_each_ones_name(void **state)
{
    const struct assay_str stops[] = {ASSAY_STR("\n"), ASSAY_STR("END")};
    struct assay_chat chat = plain_chat();

    chat.messages = &hello[1];
    chat.message_count = 1;
    chat.temperature = (struct assay_stated){true, 0.7};
    chat.top_p = (struct assay_stated){true, 0.1 + 0.2};
    chat.stops = stops;
    chat.stop_count = 2;
    chat.seed = (struct assay_stated){true, -7};
    chat.presence_penalty = (struct assay_stated){true, -2};
    chat.frequency_penalty = (struct assay_stated){true, 1e-7};
    chat.logprobs = 5;
    expect_body(OPENAI, &chat,
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\","
                "\"content\":\"Hi\"}],\"max_completion_tokens\":64,"
                "\"temperature\":0.7,\"top_p\":0.30000000000000004,\"seed\":-7,"
                "\"presence_penalty\":-2,\"frequency_penalty\":1e-07,\"stop\":["
                "\"\\n\",\"END\"],\"logprobs\":true,\"top_logprobs\":5}");
    chat.logprobs = 0;
    chat.top_k = (struct assay_stated){true, 40};
    expect_body(GEMINI, &chat,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\""
                "}]}],\"generationConfig\":{\"maxOutputTokens\":64,"
                "\"temperature\":0.7,\"topP\":0.30000000000000004,\"topK\":40,"
                "\"seed\":-7,\"presencePenalty\":-2,\"frequencyPenalty\":1e-07,"
                "\"stopSequences\":[\"\\n\",\"END\"],\"responseLogprobs\":true"
                "}}");
    chat = plain_chat();
    chat.messages = &hello[1];
    chat.message_count = 1;
    chat.temperature = (struct assay_stated){true, 1};
    chat.top_k = (struct assay_stated){true, 40};
    chat.stops = stops;
    chat.stop_count = 1;
    chat.stream = true;
    expect_body(ANTHROPIC, &chat,
                "{\"model\":\"m-1\",\"max_tokens\":64,\"messages\":[{\"role\":"
                "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}],"
                "\"temperature\":1,\"top_k\":40,\"stop_sequences\":[\"\\n\"],"
                "\"stream\":true}");
}

static void pictures_go_out_as_bytes_or_address(void **state)
{
    const struct assay_message_part parts[] = {
        {.kind = ASSAY_PART_TEXT, .text = ASSAY_STR("What?")},
        {.kind = ASSAY_PART_IMAGE,
         .media_type = ASSAY_STR("image/png"),
         .base64 = ASSAY_STR("AAAA")},
        {.kind = ASSAY_PART_IMAGE_URL,
         .text = ASSAY_STR("https://example.com/a.png")},
        {.kind = ASSAY_PART_IMAGE_URL,
         .text = ASSAY_STR("data:image/gif;base64,BBBB")},
    };
    const struct assay_message message = {
        .role = ASSAY_ROLE_USER, .parts = parts, .part_count = 4};
    struct assay_chat chat = plain_chat();

    chat.messages = &message;
    chat.message_count = 1;
    expect_body(
        OPENAI, &chat,
        "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"What?\"},{\"type\":\"image_url\","
        "\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}},{\"type\":"
        "\"image_url\",\"image_url\":{\"url\":\"https://example.com/a.png\"}},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":"
        "\"data:image/gif;base64,BBBB\"}}]}],\"max_completion_tokens\":64}");
    expect_body(
        ANTHROPIC, &chat,
        "{\"model\":\"m-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\","
        "\"content\":[{\"type\":\"text\",\"text\":\"What?\"},{\"type\":"
        "\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"
        "\"image/png\",\"data\":\"AAAA\"}},{\"type\":\"image\",\"source\":{"
        "\"type\":\"url\",\"url\":\"https://example.com/a.png\"}},{\"type\":"
        "\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"
        "\"image/gif\",\"data\":\"BBBB\"}}]}]}");
    expect_body(
        GEMINI, &chat,
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"What?\"},{"
        "\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}},{"
        "\"fileData\":{\"fileUri\":\"https://example.com/a.png\"}},{"
        "\"inlineData\":{\"mimeType\":\"image/gif\",\"data\":\"BBBB\"}}]}],"
        "\"generationConfig\":{\"maxOutputTokens\":64}}");
}

static void tools_their_calls_and_results(void **state)
{
    const struct assay_tool_call calls[] = {
        {ASSAY_STR("c1"), ASSAY_STR("get"), ASSAY_STR("{\"a\":1}")},
        {ASSAY_STR("c2"), ASSAY_STR("get"), ASSAY_STR("")},
    };
    const struct assay_message messages[] = {
        {.role = ASSAY_ROLE_USER, .text = ASSAY_STR("Go")},
        {.role = ASSAY_ROLE_MODEL,
         .text = ASSAY_STR(""),
         .calls = calls,
         .call_count = 2},
        {.role = ASSAY_ROLE_TOOL,
         .text = ASSAY_STR("{\"r\":2}"),
         .call_id = ASSAY_STR("c1")},
        {.role = ASSAY_ROLE_TOOL,
         .text = ASSAY_STR("done"),
         .call_id = ASSAY_STR("c2")},
    };
    struct assay_arena arena = {0};
    struct assay_chat chat = plain_chat();

    chat.messages = messages;
    chat.message_count = 4;
    chat.tools = parse(&arena, "[{\"type\":\"function\",\"function\":{\"name\":"
                               "\"get\",\"parameters\":{\"type\":\"object\"}}}"
                               "]");
    chat.tool_choice = parse(&arena, "\"required\"");
    expect_body(
        OPENAI, &chat,
        "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":"
        "\"Go\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{"
        "\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"get\","
        "\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"c2\",\"type\":"
        "\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"\"}}]},{"
        "\"role\":\"tool\",\"content\":\"{\\\"r\\\":2}\",\"tool_call_id\":"
        "\"c1\"},{\"role\":\"tool\",\"content\":\"done\",\"tool_call_id\":"
        "\"c2\"}],\"max_completion_tokens\":64,\"tools\":[{\"type\":"
        "\"function\",\"function\":{\"name\":\"get\",\"parameters\":{\"type\":"
        "\"object\"}}}],\"tool_choice\":\"required\"}");
    expect_body(
        ANTHROPIC, &chat,
        "{\"model\":\"m-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\","
        "\"content\":[{\"type\":\"text\",\"text\":\"Go\"}]},{\"role\":"
        "\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"c1\","
        "\"name\":\"get\",\"input\":{\"a\":1}},{\"type\":\"tool_use\",\"id\":"
        "\"c2\",\"name\":\"get\",\"input\":{}}]},{\"role\":\"user\","
        "\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"c1\","
        "\"content\":\"{\\\"r\\\":2}\"},{\"type\":\"tool_result\","
        "\"tool_use_id\":\"c2\",\"content\":\"done\"}]}],\"tools\":[{\"name\":"
        "\"get\",\"input_schema\":{\"type\":\"object\"}}],\"tool_choice\":{"
        "\"type\":\"any\"}}");
    chat.tool_choice = parse(&arena, "{\"type\":\"function\",\"function\":{"
                                     "\"name\":\"get\"}}");
    expect_body(
        GEMINI, &chat,
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]},{"
        "\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c1\","
        "\"name\":\"get\",\"args\":{\"a\":1}}},{\"functionCall\":{\"id\":"
        "\"c2\",\"name\":\"get\",\"args\":{}}}]},{\"role\":\"user\",\"parts\":"
        "[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"get\",\"response\":{"
        "\"r\":2}}},{\"functionResponse\":{\"id\":\"c2\",\"name\":\"get\","
        "\"response\":{\"output\":\"done\"}}}]}],\"generationConfig\":{"
        "\"maxOutputTokens\":64},\"tools\":[{\"functionDeclarations\":[{"
        "\"name\":\"get\",\"parametersJsonSchema\":{\"type\":\"object\"}}]}],"
        "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\","
        "\"allowedFunctionNames\":[\"get\"]}}}");
    assay_arena_free(&arena);
}

static void an_answer_that_keeps_to_a_schema(void **state)
{
    struct assay_arena arena = {0};
    struct assay_chat chat = plain_chat();

    chat.messages = &hello[1];
    chat.message_count = 1;
    chat.max_tokens = 9;
    chat.schema = parse(&arena, "{\"type\":\"object\"}");
    expect_body(OPENAI, &chat,
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\","
                "\"content\":\"Hi\"}],\"max_completion_tokens\":9,"
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                "{\"name\":\"answer\",\"strict\":true,\"schema\":{\"type\":"
                "\"object\"}}}}");
    expect_body(ANTHROPIC, &chat,
                "{\"model\":\"m-1\",\"max_tokens\":9,\"messages\":[{\"role\":"
                "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}],"
                "\"output_config\":{\"format\":{\"type\":\"json_schema\","
                "\"schema\":{\"type\":\"object\"}}}}");
    expect_body(GEMINI, &chat,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\""
                "}]}],\"generationConfig\":{\"maxOutputTokens\":9,"
                "\"responseMimeType\":\"application/json\","
                "\"responseJsonSchema\":{\"type\":\"object\"}}}");
    chat.schema = NULL;
    chat.json_object = true;
    chat.extra = parse(&arena, "{\"user\":\"u\",\"response_format\":{\"x\":1}"
                               "}");
    expect_body(OPENAI, &chat,
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\","
                "\"content\":\"Hi\"}],\"max_completion_tokens\":9,"
                "\"response_format\":{\"type\":\"json_object\",\"x\":1},"
                "\"user\":\"u\"}");
    chat.extra = parse(&arena, "{\"generationConfig\":{\"thinkingConfig\":{"
                               "\"thinkingBudget\":0}}}");
    expect_body(GEMINI, &chat,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\""
                "}]}],\"generationConfig\":{\"maxOutputTokens\":9,"
                "\"responseMimeType\":\"application/json\",\"thinkingConfig\":"
                "{\"thinkingBudget\":0}}}");
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- where it goes */

static void urls_headers_and_the_names_of_max_tokens(void **state)
{
    static const struct {
        int dialect;
        const char *base, *version, *deployment, *model;
        bool stream;
        const char *url, *has, *lacks; /* parts of the body */
    } rows[] = {
        {OPENAI, "https://eu.api.openai.com/v1", "", "", "m", true,
         "https://eu.api.openai.com/v1/chat/completions",
         "max_completion_tokens", "\"max_tokens\""},
        {OPENAI, "http://127.0.0.1:8080/v1", "", "", "m", true,
         "http://127.0.0.1:8080/v1/chat/completions", "\"max_tokens\"",
         "max_completion_tokens"},
        {OPENAI, "https://api.openai.com.evil.example/v1", "", "", "m", false,
         "https://api.openai.com.evil.example/v1/chat/completions",
         "\"max_tokens\"", "stream"},
        {AZURE, "https://me.openai.azure.com", "2024-10-21", "my dep", "m",
         true,
         "https://me.openai.azure.com/openai/deployments/my%20dep/chat/"
         "completions?api-version=2024-10-21",
         "include_usage", "\"model\""},
        {AZURE, "https://me.openai.azure.com/openai", "2023-12-01-preview",
         "vision", "m", true,
         "https://me.openai.azure.com/openai/deployments/vision/chat/"
         "completions?api-version=2023-12-01-preview",
         "\"max_tokens\"", "stream_options"},
        {AZURE, "https://me.openai.azure.com/openai/v1", "", "dep", "m", false,
         "https://me.openai.azure.com/openai/v1/chat/completions",
         "\"model\":\"dep\"", "\"m\""},
        {ANTHROPIC, "https://api.anthropic.com/v1", "", "", "m", false,
         "https://api.anthropic.com/v1/messages", "\"max_tokens\"", "stream"},
        {GEMINI, "https://g.example/v1beta", "", "", "m x", false,
         "https://g.example/v1beta/models/m%20x:generateContent", "contents",
         "model"},
        {GEMINI, "https://g.example/v1beta", "", "", "tunedModels/a?b", true,
         "https://g.example/v1beta/tunedModels/a%3Fb:streamGenerateContent?"
         "alt=sse",
         "contents", "stream"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct assay_dialect_options options = {
            .base_url = assay_str_c(rows[i].base),
            .api_version = assay_str_c(rows[i].version),
            .deployment = assay_str_c(rows[i].deployment),
        };
        struct assay_arena arena = {0};
        struct assay_wire_request request;
        struct assay_error err = {0};
        struct assay_chat chat = plain_chat();

        chat.model = assay_str_c(rows[i].model);
        chat.stream = rows[i].stream;
        if (!dialects[rows[i].dialect]->write(&arena, &chat, &options, &request,
                                              &err))
            fail_msg("%s: %s", rows[i].url, err.text);
        if (!assay_str_is(request.url, rows[i].url))
            fail_msg("%.*s, expected %s", ASSAY_STR_ARG(request.url),
                     rows[i].url);
        if (!assay_str_contains(request.body, rows[i].has) ||
            assay_str_contains(request.body, rows[i].lacks))
            fail_msg("%s: %.*s", rows[i].url, ASSAY_STR_ARG(request.body));
        assay_arena_free(&arena);
    }
}

static void the_key_stands_in_a_header_of_its_own(void **state)
{
    static const char *const keys[DIALECTS][2] = {
        {"authorization", "Bearer "},
        {"api-key", ""},
        {"x-api-key", ""},
        {"x-goog-api-key", ""},
    };
    const struct assay_chat chat = plain_chat();

    for (int d = 0; d < DIALECTS; d++) {
        struct assay_arena arena = {0};
        struct assay_wire_request request;
        struct assay_error err = {0};
        struct assay_reply_head head;

        assert_true(write_to(&arena, d, &chat, &request, &err));
        assert_string_equal(request.key_header, keys[d][0]);
        assert_string_equal(request.key_prefix, keys[d][1]);
        assert_false(assay_str_contains(request.url, "key="));
        head =
            (struct assay_reply_head){0, request.headers, request.header_count};
        assert_true(assay_str_is(assay_header_find(&head, "content-type"),
                                 "application/json"));
        assert_int_equal(assay_header_find(&head, "anthropic-version").len > 0,
                         d == ANTHROPIC);
        assay_arena_free(&arena);
    }
}

static void what_a_route_was_found_to_want_is_kept_to(void **state)
{
    struct assay_dialect_options options = {
        .base_url = ASSAY_STR("https://api.openai.com/v1"),
        .max_tokens_old_name = true,
        .no_stream_options = true,
    };
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    struct assay_error err = {0};
    struct assay_chat chat = plain_chat();

    chat.stream = true;
    assert_true(
        assay_dialect_openai.write(&arena, &chat, &options, &request, &err));
    assert_true(assay_str_contains(request.body, "\"max_tokens\":64"));
    assert_false(assay_str_contains(request.body, "stream_options"));
    options = (struct assay_dialect_options){
        .base_url = ASSAY_STR("https://gateway.example/v1"),
        .max_tokens_new_name = true,
    };
    assert_true(
        assay_dialect_openai.write(&arena, &chat, &options, &request, &err));
    assert_true(assay_str_contains(request.body, "\"max_completion_tokens\""));
    assert_true(assay_str_contains(request.body, "stream_options"));
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- refusals */

static void set_min_p(struct assay_chat *c)
{
    c->min_p.given = true;
}
static void set_top_k(struct assay_chat *c)
{
    c->top_k.given = true;
}
static void set_seed(struct assay_chat *c)
{
    c->seed.given = true;
}
static void set_presence(struct assay_chat *c)
{
    c->presence_penalty.given = true;
}
static void set_logprobs(struct assay_chat *c)
{
    c->logprobs = 0;
}
static void set_21_logprobs(struct assay_chat *c)
{
    c->logprobs = 21;
}
static void set_json(struct assay_chat *c)
{
    c->json_object = true;
}
static void set_hot(struct assay_chat *c)
{
    c->temperature = (struct assay_stated){true, 1.5};
}
static void set_too_hot(struct assay_chat *c)
{
    c->temperature = (struct assay_stated){true, 2.5};
}
static void set_half_seed(struct assay_chat *c)
{
    c->seed = (struct assay_stated){true, 0.5};
}
static void set_no_limit(struct assay_chat *c)
{
    c->max_tokens = 0;
}
static void set_no_messages(struct assay_chat *c)
{
    c->message_count = 0;
}
static void set_bad_model(struct assay_chat *c)
{
    c->model = ASSAY_STR("a\nb");
}
static void set_five_stops(struct assay_chat *c)
{
    static const struct assay_str stops[6] = {{"a", 1}, {"b", 1}, {"c", 1},
                                              {"d", 1}, {"e", 1}, {"f", 1}};
    c->stops = stops;
    c->stop_count = c->stop_count ? 6 : 5;
}
static void set_late_system(struct assay_chat *c)
{
    static const struct assay_message late[] = {
        {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
        {.role = ASSAY_ROLE_SYSTEM, .text = {"No", 2}},
    };
    c->messages = late;
}
static void set_bad_arguments(struct assay_chat *c)
{
    static const struct assay_tool_call call = {{"c", 1}, {"f", 1}, {"[1]", 3}};
    static const struct assay_message bad[] = {
        {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
        {.role = ASSAY_ROLE_MODEL, .calls = &call, .call_count = 1},
    };
    c->messages = bad;
}
static void set_orphan(struct assay_chat *c)
{
    static const struct assay_message orphan[] = {
        {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
        {.role = ASSAY_ROLE_TOOL, .text = {"4", 1}, .call_id = {"c9", 2}},
    };
    c->messages = orphan;
}
static void set_detail(struct assay_chat *c)
{
    static const struct assay_message_part part = {
        .kind = ASSAY_PART_IMAGE_URL,
        .text = {"https://e.example/a", 19},
        .detail = {"low", 3}};
    static const struct assay_message message[] = {
        {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
        {.role = ASSAY_ROLE_USER, .parts = &part, .part_count = 1},
    };
    c->messages = message;
}
static void set_no_bytes(struct assay_chat *c)
{
    static const struct assay_message_part part = {.kind = ASSAY_PART_IMAGE};
    static const struct assay_message message[] = {
        {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
        {.role = ASSAY_ROLE_USER, .parts = &part, .part_count = 1},
    };
    c->messages = message;
}

static void what_has_no_word_is_refused_by_its_name(void **state)
{
    static const struct {
        int dialect;
        void (*set)(struct assay_chat *chat);
        const char *expected;
    } rows[] = {
        {OPENAI, set_min_p, "min_p: OpenAI has no word for it"},
        {OPENAI, set_top_k, "top_k: OpenAI has no word for it"},
        {AZURE, set_min_p, "min_p: Azure OpenAI has no word for it"},
        {AZURE, set_top_k, "top_k: Azure OpenAI has no word for it"},
        {ANTHROPIC, set_min_p, "min_p: Anthropic has no word for it"},
        {ANTHROPIC, set_seed, "seed: Anthropic has no word for it"},
        {ANTHROPIC, set_presence,
         "presence_penalty: Anthropic has no word for it"},
        {ANTHROPIC, set_logprobs, "logprobs: Anthropic has no word for it"},
        {ANTHROPIC, set_json, "json_object: Anthropic has no word for it"},
        {GEMINI, set_min_p, "min_p: Gemini has no word for it"},
        {GEMINI, set_top_k, "top_k: 0, Gemini takes 1 to 1000000000"},
        {ANTHROPIC, set_hot, "temperature: 1.5, Anthropic takes 0 to 1"},
        {OPENAI, set_too_hot, "temperature: 2.5, OpenAI takes 0 to 2"},
        {GEMINI, set_too_hot, "temperature: 2.5, Gemini takes 0 to 2"},
        {OPENAI, set_half_seed, "seed: 0.5, OpenAI takes whole numbers"},
        {OPENAI, set_21_logprobs, "logprobs: 21, OpenAI takes 0 to 20"},
        {GEMINI, set_21_logprobs, "logprobs: 21, Gemini takes 0 to 20"},
        {ANTHROPIC, set_no_limit, "max_tokens: not stated, Anthropic needs it"},
        {OPENAI, set_no_messages, "messages: none, expected at least one"},
        {GEMINI, set_bad_model, "model 'a?b': holds a control character"},
        {OPENAI, set_five_stops, "stop: 5 texts, OpenAI takes 4"},
        {ANTHROPIC, set_late_system,
         "messages[1]: a system message behind others: Anthropic takes them "
         "only at the beginning"},
        {GEMINI, set_late_system,
         "messages[1]: a system message behind others: Gemini takes them only "
         "at the beginning"},
        {ANTHROPIC, set_bad_arguments,
         "messages[1]: arguments of the call of 'f': Anthropic takes an "
         "object, this is array"},
        {GEMINI, set_orphan,
         "messages[1]: answers the call 'c9', which no message before it "
         "makes"},
        {ANTHROPIC, set_detail,
         "messages[1]: detail of an image: Anthropic has no word for it"},
        {GEMINI, set_detail,
         "messages[1]: detail of an image: Gemini has no word for it"},
        {OPENAI, set_no_bytes,
         "messages[1].parts[0]: an image without its media type or its bytes"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_chat chat = plain_chat();

        rows[i].set(&chat);
        expect_refusal(rows[i].dialect, &chat, rows[i].expected);
    }
}

static void tools_and_extra_members_are_refused_by_their_path(void **state)
{
    static const struct {
        int dialect;
        const char *tools, *choice, *extra, *expected;
    } rows[] = {
        {OPENAI, NULL, NULL, "{\"stream\":true}",
         "extra.stream: it is stated elsewhere"},
        {GEMINI, NULL, NULL, "{\"contents\":[]}",
         "extra.contents: it is stated elsewhere"},
        {OPENAI, NULL, NULL, "{\"max_completion_tokens\":1}",
         "extra.max_completion_tokens: it is in the request already"},
        {GEMINI, NULL, NULL, "{\"generationConfig\":{\"maxOutputTokens\":1}}",
         "extra.generationConfig.maxOutputTokens: it is in the request "
         "already"},
        {OPENAI, NULL, NULL, "[]", "extra: array, expected an object"},
        {OPENAI, "{}", NULL, NULL,
         "tools: object, expected an array in OpenAI's form"},
        {ANTHROPIC, "[{\"type\":\"custom\"}]", NULL, NULL,
         "tools[0]: expected {\"type\":\"function\",\"function\":{\"name\":…"
         "}}, which is all that Anthropic can be told"},
        {GEMINI,
         "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true"
         "}}]",
         NULL, NULL, "tools[0].function.strict: Gemini has no word for it"},
        {ANTHROPIC,
         "[{\"type\":\"function\",\"function\":{\"name\":\"f\","
         "\"input_schema\":{}}}]",
         NULL, NULL,
         "tools[0].function.input_schema: Anthropic has no word for it"},
        {ANTHROPIC, NULL, "\"sometimes\"", NULL,
         "tool_choice: Anthropic takes auto, none, required or one function"},
        {GEMINI, NULL, "{\"type\":\"allowed_tools\"}", NULL,
         "tool_choice: Gemini takes auto, none, required or one function"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_chat chat = plain_chat();

        if (rows[i].tools)
            chat.tools = parse(&arena, rows[i].tools);
        if (rows[i].choice)
            chat.tool_choice = parse(&arena, rows[i].choice);
        if (rows[i].extra)
            chat.extra = parse(&arena, rows[i].extra);
        expect_refusal(rows[i].dialect, &chat, rows[i].expected);
        assay_arena_free(&arena);
    }
}

static void a_base_url_must_be_one(void **state)
{
    static const char *const bad[] = {
        "",
        "api.openai.com/v1",
        "ftp://x",
        "https://x/v1?key=1",
        "https://x/v1#a",
        "https://x/v1\r\nHost: y",
        "https://x /v1",
    };
    const struct assay_chat chat = plain_chat();

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (int d = 0; d < DIALECTS; d++) {
            const struct assay_dialect_options options = {
                .base_url = assay_str_c(bad[i])};
            struct assay_arena arena = {0};
            struct assay_wire_request request;
            struct assay_error err = {0};

            assert_false(
                dialects[d]->write(&arena, &chat, &options, &request, &err));
            assert_int_equal(err.code, ASSAY_BAD_INPUT);
            assert_true(assay_str_starts(assay_str_c(err.text), "base URL '"));
            assay_arena_free(&arena);
        }
}

static void compatible_servers_take_top_k_and_min_p(void **state)
{
    const struct assay_dialect_options options = {
        .base_url = ASSAY_STR("http://localhost:8080/v1")};
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    struct assay_error err = {0};
    struct assay_chat chat = plain_chat();

    chat.top_k = (struct assay_stated){true, 40};
    chat.min_p = (struct assay_stated){true, 0.05};
    chat.temperature = (struct assay_stated){true, 3};
    assert_true(
        assay_dialect_openai.write(&arena, &chat, &options, &request, &err));
    assert_true(assay_str_contains(
        request.body, "\"temperature\":3,\"top_k\":40,\"min_p\":0.05"));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_question_in_every_dialect),
        cmocka_unit_test(numbers_go_out_under_each_ones_name),
        cmocka_unit_test(pictures_go_out_as_bytes_or_address),
        cmocka_unit_test(tools_their_calls_and_results),
        cmocka_unit_test(an_answer_that_keeps_to_a_schema),
        cmocka_unit_test(urls_headers_and_the_names_of_max_tokens),
        cmocka_unit_test(the_key_stands_in_a_header_of_its_own),
        cmocka_unit_test(what_a_route_was_found_to_want_is_kept_to),
        cmocka_unit_test(what_has_no_word_is_refused_by_its_name),
        cmocka_unit_test(tools_and_extra_members_are_refused_by_their_path),
        cmocka_unit_test(a_base_url_must_be_one),
        cmocka_unit_test(compatible_servers_take_top_k_and_min_p),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
