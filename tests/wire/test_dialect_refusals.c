/* What a dialect has no word for is refused, by its name or its path. */
#include "wire/dialect_questions.h"

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
    static const struct assay_tool_call call = {
        .id = {"c", 1}, .name = {"f", 1}, .arguments = {"[1]", 3}};
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
        {RESPONSES, set_seed, "seed: OpenAI's responses has no word for it"},
        {RESPONSES, set_min_p, "min_p: OpenAI's responses has no word for it"},
        {RESPONSES, set_five_stops,
         "stop: OpenAI's responses has no word for it"},
        {RESPONSES, set_21_logprobs,
         "logprobs: 21, OpenAI's responses takes 0 to 20"},
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
        {RESPONSES, NULL, NULL,
         "{\"reasoning\":{\"effort\":\"low\"},\"reasoning_effort\":\"high\"}",
         "extra.reasoning_effort: it is in 'reasoning' already"},
        {RESPONSES, NULL, NULL, "[]", "extra: array, expected an object"},
        {RESPONSES, NULL, NULL, "{\"input\":[]}",
         "extra.input: it is stated elsewhere"},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_word_is_refused_by_its_name),
        cmocka_unit_test(tools_and_extra_members_are_refused_by_their_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
