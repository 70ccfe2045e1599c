/* Questions in every dialect, byte for byte, and where they go. */
#include "wire/dialect_questions.h"

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
        {.id = ASSAY_STR("c1"),
         .name = ASSAY_STR("get"),
         .arguments = ASSAY_STR("{\"a\":1}"),
         .signature = ASSAY_STR("c2ln")},
        {.id = ASSAY_STR("c2"),
         .name = ASSAY_STR("get"),
         .arguments = ASSAY_STR("")},
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
        "\"name\":\"get\",\"args\":{\"a\":1}},\"thoughtSignature\":"
        "\"c2ln\"},{\"functionCall\":{\"id\":\"c2\",\"name\":\"get\",\"args\":{"
        "}}}]},{\"role\":\"user\",\"parts\":"
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
        {"authorization", "Bearer "},
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
        cmocka_unit_test(a_base_url_must_be_one),
        cmocka_unit_test(compatible_servers_take_top_k_and_min_p),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
