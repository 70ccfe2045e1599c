/* Answers in OpenAI's form. */
#include "support/support.h"

#include "wire/wire.h"

#include <math.h>
#include <string.h>

static struct assay_openai_head head_of(enum assay_openai_body body)
{
    return (struct assay_openai_head){
        .body = body,
        .id = ASSAY_STR("chatcmpl-1"),
        .model = ASSAY_STR("m"),
        .fingerprint = ASSAY_STR("f"),
        .created = 5,
    };
}

static void check_text(struct assay_buf *out, const char *expected)
{
    assert_string_equal(out->at, expected);
    assay_buf_clear(out);
}

/* The JSON of an event; the caller frees the arena. */
static const struct assay_json *event_of(struct assay_arena *arena,
                                         struct assay_buf *out)
{
    struct assay_str text = assay_buf_str(out);
    struct assay_error err = {0};
    const struct assay_json *json;

    assert_true(assay_str_starts(text, "data: "));
    assert_true(assay_str_ends(text, "\n\n"));
    text = assay_arena_copy(arena, assay_str_skip(text, 6));
    json = assay_json_parse(arena, text, NULL, &err);
    if (!json)
        fail_msg("%s", err.text);
    assay_buf_clear(out);
    return json;
}

static void a_whole_answer(void **state)
{
    const struct assay_openai_head head = head_of(ASSAY_OPENAI_CHAT);
    const struct assay_openai_part parts[] = {
        {.index = 0, .text = ASSAY_STR("a \"b\"\n"), .finish = "stop"},
        {.index = 1, .text = ASSAY_STR(""), .finish = "length"},
    };
    const struct assay_openai_usage usage = {10, 4, 3};
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assay_openai_write_answer(&out, &head, parts, 2, &usage);
    check_text(
        &out,
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":5,"
        "\"model\":\"m\",\"system_fingerprint\":\"f\",\"choices\":["
        "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
        "\"a \\\"b\\\"\\n\",\"refusal\":null,\"annotations\":[]},"
        "\"logprobs\":null,\"finish_reason\":\"stop\"},"
        "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"\","
        "\"refusal\":null,\"annotations\":[]},"
        "\"logprobs\":null,\"finish_reason\":\"length\"}],"
        "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,"
        "\"total_tokens\":13,\"prompt_tokens_details\":{\"cached_tokens\":4,"
        "\"audio_tokens\":0},\"completion_tokens_details\":{"
        "\"reasoning_tokens\":0,\"audio_tokens\":0,"
        "\"accepted_prediction_tokens\":0,"
        "\"rejected_prediction_tokens\":0}}}\n");
    assay_buf_release(&out);
}

static void a_completion(void **state)
{
    struct assay_openai_head head = head_of(ASSAY_OPENAI_COMPLETION);
    const struct assay_openai_part part = {
        .index = 2, .text = ASSAY_STR("x"), .finish = "stop"};
    const struct assay_openai_usage usage = {0};
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assay_openai_write_answer(&out, &head, &part, 1, &usage);
    assert_non_null(strstr(out.at, "\"object\":\"text_completion\""));
    assert_non_null(strstr(out.at, "\"choices\":[{\"index\":2,\"text\":\"x\","
                                   "\"logprobs\":null,"
                                   "\"finish_reason\":\"stop\"}]"));
    assay_buf_release(&out);
}

static void events_open_tell_and_finish(void **state)
{
    struct assay_openai_head head = head_of(ASSAY_OPENAI_CHAT);
    struct assay_arena arena = {0};
    struct assay_buf out;
    struct assay_openai_part part = {.opens = true, .text = ASSAY_STR("")};
    const struct assay_json *event, *choice;

    assay_buf_init(&out, 1 << 16);
    assay_openai_write_event(&out, &head, &part);
    event = event_of(&arena, &out);
    assert_null(assay_json_get(event, "usage"));
    choice = assay_json_get(event, "choices")->first;
    assert_true(assay_str_is(
        assay_json_text(assay_json_get(choice, "delta"), "role"), "assistant"));

    part = (struct assay_openai_part){.text = ASSAY_STR("\xc3\xa9")};
    head.include_usage = true;
    assay_openai_write_event(&out, &head, &part);
    event = event_of(&arena, &out);
    assert_int_equal(assay_json_get(event, "usage")->type, ASSAY_JSON_NULL);
    choice = assay_json_get(event, "choices")->first;
    assert_int_equal(assay_json_get(choice, "delta")->count, 1);
    assert_true(assay_str_is(
        assay_json_text(assay_json_get(choice, "delta"), "content"),
        "\xc3\xa9"));
    assert_int_equal(assay_json_get(choice, "finish_reason")->type,
                     ASSAY_JSON_NULL);

    part = (struct assay_openai_part){.text = ASSAY_STR(""), .finish = "stop"};
    assay_openai_write_event(&out, &head, &part);
    choice = assay_json_get(event_of(&arena, &out), "choices")->first;
    assert_int_equal(assay_json_get(choice, "delta")->count, 0);
    assert_true(assay_str_is(assay_json_text(choice, "finish_reason"), "stop"));

    assay_openai_write_usage_event(&out, &head,
                                   &(struct assay_openai_usage){1, 0, 2});
    event = event_of(&arena, &out);
    assert_int_equal(assay_json_get(event, "choices")->count, 0);
    assert_true(
        assay_str_is(assay_json_at(event, "usage.total_tokens")->text, "3"));
    assay_openai_write_end(&out);
    check_text(&out, "data: [DONE]\n\n");
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void logprobs_of_a_chat(void **state)
{
    const struct assay_openai_head head = head_of(ASSAY_OPENAI_CHAT);
    const struct assay_openai_token tokens[] = {
        {ASSAY_STR("a"), ASSAY_STR(""), -0.5},
        {ASSAY_STR("\xf0\x9f"), ASSAY_STR(""), -INFINITY},
        {ASSAY_STR(""), ASSAY_STR("<end>"), -3},
    };
    struct assay_openai_logprobs logprobs;
    struct assay_openai_part part = {.text = ASSAY_STR("a"),
                                     .logprobs = &logprobs};
    struct assay_arena arena = {0};
    struct assay_buf out;

    assay_openai_logprobs_init(&logprobs, ASSAY_OPENAI_CHAT, 1 << 16);
    assay_openai_logprobs_add(&logprobs, &tokens[0], tokens, 3, 0);
    assay_openai_logprobs_add(&logprobs, &tokens[1], NULL, 0, 1);
    assay_buf_init(&out, 1 << 16);
    assay_openai_write_event(&out, &head, &part);
    assert_non_null(strstr(
        out.at,
        "\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-0.5,"
        "\"bytes\":[97],\"top_logprobs\":[{\"token\":\"a\",\"logprob\":-0.5,"
        "\"bytes\":[97]},{\"token\":\"bytes:\\\\xf0\\\\x9f\",\"logprob\":-9999,"
        "\"bytes\":[240,159]},{\"token\":\"<end>\",\"logprob\":-3,"
        "\"bytes\":null}]},{\"token\":\"bytes:\\\\xf0\\\\x9f\","
        "\"logprob\":-9999,\"bytes\":[240,159],\"top_logprobs\":[]}],"
        "\"refusal\":null}"));
    (void)event_of(&arena, &out);
    assay_openai_logprobs_clear(&logprobs);
    assert_int_equal(logprobs.count, 0);
    assay_openai_logprobs_release(&logprobs);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void logprobs_of_a_completion_have_each_name_once(void **state)
{
    const struct assay_openai_head head = head_of(ASSAY_OPENAI_COMPLETION);
    const struct assay_openai_token best[] = {
        {ASSAY_STR("a"), ASSAY_STR(""), -0.5},
        {ASSAY_STR("a"), ASSAY_STR(""), -1},
        {ASSAY_STR("\""), ASSAY_STR(""), -2},
    };
    struct assay_openai_logprobs logprobs;
    struct assay_openai_part part = {.text = ASSAY_STR("aa"),
                                     .logprobs = &logprobs};
    struct assay_arena arena = {0};
    struct assay_buf out;

    assay_openai_logprobs_init(&logprobs, ASSAY_OPENAI_COMPLETION, 1 << 16);
    assay_openai_logprobs_add(&logprobs, &best[0], best, 3, 3);
    assay_openai_logprobs_add(&logprobs, &best[1], best, 1, 4);
    assay_buf_init(&out, 1 << 16);
    assay_openai_write_event(&out, &head, &part);
    assert_non_null(strstr(
        out.at, "\"logprobs\":{\"tokens\":[\"a\",\"a\"],"
                "\"token_logprobs\":[-0.5,-1],"
                "\"top_logprobs\":[{\"a\":-0.5,\"\\\"\":-2},{\"a\":-0.5}],"
                "\"text_offset\":[3,4]}"));
    (void)event_of(&arena, &out); /* which refuses a name that is there twice */
    assay_openai_logprobs_release(&logprobs);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void errors_have_four_members(void **state)
{
    struct assay_openai_fault fault;
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assert_false(assay_openai_fail(&fault, "model_not_found", "model", "no %s",
                                   "\"x\""));
    assert_int_equal(fault.status, 404);
    assay_openai_write_fault(&out, &fault);
    check_text(&out, "{\"error\":{\"message\":\"no \\\"x\\\"\","
                     "\"type\":\"invalid_request_error\",\"param\":\"model\","
                     "\"code\":\"model_not_found\"}}\n");
    assay_openai_fail(&fault, "rate_limit_exceeded", NULL, "busy");
    assert_int_equal(fault.status, 429);
    assay_openai_write_fault_event(&out, &fault);
    check_text(&out, "data: {\"error\":{\"message\":\"busy\","
                     "\"type\":\"requests\",\"param\":null,"
                     "\"code\":\"rate_limit_exceeded\"}}\n\n");
    assay_buf_release(&out);
}

static void models_are_a_list(void **state)
{
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assay_openai_write_models(&out, ASSAY_STR("m"), 7);
    check_text(&out, "{\"object\":\"list\",\"data\":[{\"id\":\"m\","
                     "\"object\":\"model\",\"created\":7,"
                     "\"owned_by\":\"assay\"}]}\n");
    assay_openai_write_model(&out, ASSAY_STR("m"), 7);
    check_text(&out, "{\"id\":\"m\",\"object\":\"model\",\"created\":7,"
                     "\"owned_by\":\"assay\"}\n");
    assay_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer),
        cmocka_unit_test(a_completion),
        cmocka_unit_test(events_open_tell_and_finish),
        cmocka_unit_test(logprobs_of_a_chat),
        cmocka_unit_test(logprobs_of_a_completion_have_each_name_once),
        cmocka_unit_test(errors_have_four_members),
        cmocka_unit_test(models_are_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
