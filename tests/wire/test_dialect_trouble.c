/* What every status and every provider's words come to. */
#include "support/support.h"

#include "assay/dialect.h"

#include <string.h>

#define NOW INT64_C(1795366800)

struct trouble_case {
    unsigned status;
    const char *body;
    enum assay_outcome_class of;
    const char *code; /* NULL: not looked at */
    int64_t retry_ms; /* 0: not said */
};

static const struct trouble_case cases[] = {
    /* statuses alone */
    {301, "", ASSAY_CLASS_REDIRECTED, "", 0},
    {302, "<html>", ASSAY_CLASS_REDIRECTED, "", 0},
    {307, "", ASSAY_CLASS_REDIRECTED, "", 0},
    {308, "", ASSAY_CLASS_REDIRECTED, "", 0},
    {400, "", ASSAY_CLASS_BAD_REQUEST, "", 0},
    {401, "", ASSAY_CLASS_UNAUTHORISED, "", 0},
    {402, "", ASSAY_CLASS_PAYMENT, "", 0},
    {403, "", ASSAY_CLASS_UNAUTHORISED, "", 0},
    {404, "", ASSAY_CLASS_NOT_FOUND, "", 0},
    {405, "", ASSAY_CLASS_BAD_REQUEST, "", 0},
    {407, "", ASSAY_CLASS_UNAUTHORISED, "", 0},
    {408, "", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {409, "", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {410, "", ASSAY_CLASS_RETIRED, "", 0},
    {413, "", ASSAY_CLASS_BAD_REQUEST, "", 0},
    {422, "", ASSAY_CLASS_BAD_REQUEST, "", 0},
    {429, "", ASSAY_CLASS_RATE_LIMITED, "", 0},
    {498, "", ASSAY_CLASS_OVERLOADED, "", 0},
    {500, "", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {502, "<html><h1>502</h1>", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {503, "upstream connect error", ASSAY_CLASS_OVERLOADED, "", 0},
    {504, "", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {529, "", ASSAY_CLASS_OVERLOADED, "", 0},
    {599, "", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {101, "", ASSAY_CLASS_MALFORMED, "", 0},
    {204, "", ASSAY_CLASS_MALFORMED, "", 0},
    {600, "", ASSAY_CLASS_MALFORMED, "", 0},
    /* OpenAI */
    {429,
     "{\"error\":{\"message\":\"You exceeded your current quota, please check "
     "your plan\",\"type\":\"insufficient_quota\",\"param\":null,\"code\":"
     "\"insufficient_quota\"}}",
     ASSAY_CLASS_QUOTA, "insufficient_quota", 0},
    {429,
     "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"tokens\","
     "\"code\":\"rate_limit_exceeded\"}}",
     ASSAY_CLASS_RATE_LIMITED, "rate_limit_exceeded", 0},
    {400,
     "{\"error\":{\"message\":\"This model's maximum context length is 8192 "
     "tokens\",\"code\":\"context_length_exceeded\"}}",
     ASSAY_CLASS_BAD_REQUEST, "context_length_exceeded", 0},
    {404,
     "{\"error\":{\"message\":\"The model `gpt-9` does not exist\",\"code\":"
     "\"model_not_found\"}}",
     ASSAY_CLASS_NOT_FOUND, "model_not_found", 0},
    {404,
     "{\"error\":{\"message\":\"The model `gpt-4-32k` has been deprecated, "
     "learn more here\",\"code\":\"model_not_found\"}}",
     ASSAY_CLASS_RETIRED, "model_not_found", 0},
    {400,
     "{\"error\":{\"message\":\"Parameter 'functions' is no longer supported "
     "with this model\",\"type\":\"invalid_request_error\"}}",
     ASSAY_CLASS_BAD_REQUEST, "invalid_request_error", 0},
    /* Groq, Moonshot, OpenRouter */
    {400,
     "{\"error\":{\"message\":\"The model `x` has been decommissioned and is "
     "no longer supported.\",\"type\":\"invalid_request_error\",\"code\":"
     "\"model_decommissioned\"}}",
     ASSAY_CLASS_RETIRED, "model_decommissioned", 0},
    {429, "{\"error\":{\"type\":\"exceeded_current_quota_error\"}}",
     ASSAY_CLASS_QUOTA, NULL, 0},
    {403,
     "{\"error\":{\"code\":403,\"message\":\"moderation\",\"metadata\":{"
     "\"flagged_input\":\"…\",\"reasons\":[\"violence\"]}}}",
     ASSAY_CLASS_FILTERED, "403", 0},
    {402, "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}",
     ASSAY_CLASS_PAYMENT, "402", 0},
    {402,
     "{\"error\":{\"code\":402,\"message\":\"The prepaid credit is used "
     "up.\",\"status\":\"FAILED_PRECONDITION\"}}",
     ASSAY_CLASS_PAYMENT, "402", 0},
    {429,
     "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
     "\"message\":\"This would exceed your account's monthly spend limit\"}}",
     ASSAY_CLASS_QUOTA, "rate_limit_error", 0},
    /* Azure */
    {400,
     "{\"error\":{\"code\":\"content_filter\",\"status\":400,\"message\":"
     "\"filtered\",\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\","
     "\"content_filter_result\":{\"hate\":{\"filtered\":true}}}}}",
     ASSAY_CLASS_FILTERED, "ResponsibleAIPolicyViolation", 0},
    {400,
     "{\"error\":{\"code\":\"content_filter\",\"message\":\"filtered\","
     "\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
     ASSAY_CLASS_FILTERED, NULL, 0},
    {404,
     "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"The API "
     "deployment for this resource does not exist.\"}}",
     ASSAY_CLASS_NOT_FOUND, "DeploymentNotFound", 0},
    {404, "{\"error\":{\"code\":\"404\",\"message\":\"Resource not found\"}}",
     ASSAY_CLASS_NOT_FOUND, "404", 0},
    {400,
     "{\"error\":{\"code\":\"BadRequest\",\"message\":\"This deployment is "
     "using a retired model\"}}",
     ASSAY_CLASS_RETIRED, NULL, 0},
    {401, "{\"error\":{\"code\":\"401\",\"message\":\"Access denied\"}}",
     ASSAY_CLASS_UNAUTHORISED, "401", 0},
    /* Anthropic */
    {529,
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
     "\"message\":\"Overloaded\"},\"request_id\":\"r\"}",
     ASSAY_CLASS_OVERLOADED, "overloaded_error", 0},
    {429,
     "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
     "\"message\":\"enforced_spend_limit_reached\"}}",
     ASSAY_CLASS_QUOTA, "rate_limit_error", 0},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
     "\"message\":\"Your credit balance is too low to access the API\"}}",
     ASSAY_CLASS_PAYMENT, NULL, 0},
    /* Gemini */
    {429,
     "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":"
     "\"quota\",\"details\":[{\"@type\":\"x/google.rpc.RetryInfo\","
     "\"retryDelay\":\"55s\"}]}}",
     ASSAY_CLASS_RATE_LIMITED, "429", 55000},
    {429,
     "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"details\":"
     "[{\"violations\":[{\"quotaId\":\"GenerateRequestsPerMinute\"},{"
     "\"quotaId\":\"GenerateRequestsPerDayPerProject\"}]}]}}]",
     ASSAY_CLASS_QUOTA, "429", 0},
    {400,
     "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":"
     "\"API key not valid\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}",
     ASSAY_CLASS_UNAUTHORISED, NULL, 0},
    {400,
     "{\"error\":{\"code\":400,\"status\":\"FAILED_PRECONDITION\",\"message\":"
     "\"User location is not supported\"}}",
     ASSAY_CLASS_UNAUTHORISED, NULL, 0},
    {404,
     "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"This "
     "model models/gemini-1.0-pro is no longer available to new users.\"}}",
     ASSAY_CLASS_RETIRED, "404", 0},
    /* others */
    {422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}",
     ASSAY_CLASS_BAD_REQUEST, "", 0},
    {404, "{\"detail\":\"Not Found\"}", ASSAY_CLASS_NOT_FOUND, "", 0},
    {400,
     "{\"object\":\"error\",\"message\":\"too long\",\"type\":"
     "\"BadRequestError\",\"code\":400}",
     ASSAY_CLASS_BAD_REQUEST, "400", 0},
    {400, "{\"error\":\"model is required\"}", ASSAY_CLASS_BAD_REQUEST, "", 0},
    {500, "{\"message\":\"oops\"}", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {500, "null", ASSAY_CLASS_SERVER_ERROR, "", 0},
    {500, "{\"error\":[[[[[[\"deep\"]]]]]]}", ASSAY_CLASS_SERVER_ERROR, "", 0},
};

static void every_status_and_word_has_its_class(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct trouble_case *c = &cases[i];
        const struct assay_reply_head head = {.status = c->status};
        struct assay_arena arena = {0};
        struct assay_trouble t;

        assay_dialect_openai.classify(&arena, &head, assay_str_c(c->body), NOW,
                                      &t);
        if (t.of != c->of)
            fail_msg("%u %s is %s, expected %s", c->status, c->body,
                     assay_class_name(t.of), assay_class_name(c->of));
        if (c->code && !assay_str_is(t.code, c->code))
            fail_msg("%u %s: code '%.*s', expected '%s'", c->status, c->body,
                     ASSAY_STR_ARG(t.code), c->code);
        assert_int_equal(t.status, c->status);
        assert_int_equal(t.retry_after_ms, c->retry_ms ? c->retry_ms : -1);
        assert_int_equal(t.said_retry, 0);
        assay_arena_free(&arena);
    }
}

static void what_is_said_is_one_clean_line(void **state)
{
    static const struct {
        const char *body, *message;
    } rows[] = {
        {"{\"error\":{\"message\":\"two\\nlines\\u001b[31m\"}}",
         "two?lines?[31m"},
        {"{\"detail\":[{\"msg\":\"field required\"}]}", "field required"},
        {"{\"error\":{\"error\":{\"message\":\"inner\"}}}", "inner"},
        {"plain text", "plain text"},
        {"<!DOCTYPE html><html>", "a page of HTML"},
        {"\xff\xfe bytes", "?? bytes"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct assay_reply_head head = {.status = 500};
        struct assay_arena arena = {0};
        struct assay_trouble t;

        assay_dialect_gemini.classify(&arena, &head, assay_str_c(rows[i].body),
                                      NOW, &t);
        if (!assay_str_is(t.message, rows[i].message))
            fail_msg("%s gives '%.*s'", rows[i].body, ASSAY_STR_ARG(t.message));
        assay_arena_free(&arena);
    }
}

static int64_t limits_wait(const struct assay_header *headers, size_t count)
{
    const struct assay_reply_head head = {429, headers, count};
    struct assay_arena arena = {0};
    struct assay_trouble t;

    assay_dialect_azure.classify(&arena, &head, ASSAY_STR(""), NOW, &t);
    assay_arena_free(&arena);
    return t.retry_after_ms;
}

static void a_limit_that_is_used_up_says_when_it_is_renewed(void **state)
{
    struct assay_header openai[] = {
        {ASSAY_STR("x-ratelimit-remaining-requests"), ASSAY_STR("0")},
        {ASSAY_STR("x-ratelimit-reset-requests"), ASSAY_STR("1m30s")},
        {ASSAY_STR("x-ratelimit-remaining-tokens"), ASSAY_STR("17")},
        {ASSAY_STR("x-ratelimit-reset-tokens"), ASSAY_STR("50m")},
        {ASSAY_STR("retry-after"), ASSAY_STR("2")},
    };
    const struct assay_header anthropic[] = {
        {ASSAY_STR("anthropic-ratelimit-output-tokens-remaining"),
         ASSAY_STR("0")},
        {ASSAY_STR("anthropic-ratelimit-output-tokens-reset"),
         ASSAY_STR("2026-11-22T17:00:20Z")},
        {ASSAY_STR("anthropic-ratelimit-requests-remaining"), ASSAY_STR("0")},
        {ASSAY_STR("anthropic-ratelimit-requests-reset"),
         ASSAY_STR("2026-11-22T17:00:40Z")},
    };
    const struct assay_header azure[] = {
        {ASSAY_STR("x-ratelimit-remaining-tokens"), ASSAY_STR("-1")},
        {ASSAY_STR("x-ratelimit-reset-tokens"), ASSAY_STR("20")},
        {ASSAY_STR("x-ratelimit-remaining-requests"), ASSAY_STR("0")},
        {ASSAY_STR("x-ratelimit-reset-requests"), ASSAY_STR("-1")},
    };

    assert_int_equal(limits_wait(openai, 4), 90000);
    assert_int_equal(limits_wait(openai, 5), 2000); /* the plainer word */
    openai[0].value = ASSAY_STR("1");
    assert_int_equal(limits_wait(openai, 4), -1);
    assert_int_equal(limits_wait(anthropic, 4), 40000);
    assert_int_equal(limits_wait(azure, 4), -1);
}

static void a_server_may_say_not_to_try_again(void **state)
{
    static const struct {
        const char *value;
        int said;
    } rows[] = {{"true", 1}, {"false", -1}, {"maybe", 0}, {"", 0}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct assay_header header = {ASSAY_STR("X-Should-Retry"),
                                            assay_str_c(rows[i].value)};
        const struct assay_reply_head head = {500, &header, 1};
        struct assay_arena arena = {0};
        struct assay_trouble t;

        assay_dialect_openai.classify(&arena, &head, ASSAY_STR(""), NOW, &t);
        assert_int_equal(t.said_retry, rows[i].said);
        assay_arena_free(&arena);
    }
}

static void a_refusal_teaches_each_thing_once(void **state)
{
    struct assay_dialect_options o = {0};
    struct assay_trouble t = {.of = ASSAY_CLASS_BAD_REQUEST};

    t.message = ASSAY_STR("Unsupported parameter: 'max_tokens' is not "
                          "supported with this model. Use "
                          "'max_completion_tokens' instead.");
    assert_true(assay_dialect_learn(&o, &t));
    assert_true(o.max_tokens_new_name && !o.max_tokens_old_name);
    assert_false(assay_dialect_learn(&o, &t));
    t.message = ASSAY_STR("Unrecognized request argument supplied: "
                          "max_completion_tokens");
    assert_false(assay_dialect_learn(&o, &t)); /* it wants neither */
    t.message = ASSAY_STR("stream_options: Extra inputs are not permitted");
    assert_true(assay_dialect_learn(&o, &t));
    assert_true(o.no_stream_options);
    assert_false(assay_dialect_learn(&o, &t));

    o = (struct assay_dialect_options){0};
    t.message = ASSAY_STR("extra fields not permitted: max_completion_tokens");
    t.of = ASSAY_CLASS_SERVER_ERROR;
    assert_false(assay_dialect_learn(&o, &t));
    t.of = ASSAY_CLASS_BAD_REQUEST;
    assert_true(assay_dialect_learn(&o, &t));
    assert_true(o.max_tokens_old_name);
    t.message = ASSAY_STR("top_p is too high");
    assert_false(assay_dialect_learn(&o, &t));
    t.message = ASSAY_STR("Unsupported value: 'temperature' does not support "
                          "0 with this model. Only the default (1) value is "
                          "supported.");
    assert_true(assay_dialect_learn(&o, &t));
    assert_true(o.no_temperature && o.max_tokens_old_name);
    assert_false(assay_dialect_learn(&o, &t));
}

/* A limit that is too high is known by its name. */
static void only_a_name_that_is_not_known_is_changed(void **state)
{
    enum { NOTHING, OLD, NEW };
    static const struct {
        const char *code, *message;
        int learnt;
    } rows[] = {
        /* OpenAI, 2026: as its reference and its clients' issues have them */
        {"unsupported_parameter",
         "Unsupported parameter: 'max_tokens' is not supported with this "
         "model. Use 'max_completion_tokens' instead.",
         NEW},
        {"invalid_value",
         "max_completion_tokens is too large: 200000. This model supports at "
         "most 16384 completion tokens, whereas you provided 200000.",
         NOTHING},
        {"invalid_value",
         "max_tokens is too large: 200000. This model supports at most 16384 "
         "completion tokens, whereas you provided 200000.",
         NOTHING},
        {"integer_above_max_value",
         "Invalid 'max_tokens': integer above maximum value. Expected a value "
         "<= 4096, but got 5000 instead.",
         NOTHING},
        {"integer_below_min_value",
         "Invalid 'max_completion_tokens': integer below minimum value.",
         NOTHING},
        {"", "Unrecognized request argument supplied: max_completion_tokens",
         OLD},
        {"unknown_parameter", "No: 'max_completion_tokens'.", OLD},
        {"", "max_completion_tokens is not supported, use max_tokens", OLD},
        /* vLLM, Mistral, Groq, DeepSeek, servers in Go */
        {"", "body.max_completion_tokens: Extra inputs are not permitted", OLD},
        {"", "property 'max_completion_tokens' is unsupported", OLD},
        {"", "json: unknown field \"max_completion_tokens\"", OLD},
        {"",
         "Additional properties are not allowed ('max_completion_tokens' was "
         "unexpected)",
         OLD},
        {"", "Unknown field: max_tokens", NEW},
        {"",
         "Invalid max_tokens value, the valid range of max_tokens is [1, "
         "8192]",
         NOTHING},
        {"",
         "max_tokens: 100000 > 8192, which is the maximum allowed number "
         "of output tokens",
         NOTHING},
        {"", "Unknown field: max_price", NOTHING},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct assay_trouble t = {.of = ASSAY_CLASS_BAD_REQUEST,
                                        .code = assay_str_c(rows[i].code),
                                        .message =
                                            assay_str_c(rows[i].message)};
        struct assay_dialect_options o = {0};
        bool learnt = assay_dialect_learn(&o, &t);

        if (learnt != (rows[i].learnt != NOTHING) ||
            o.max_tokens_old_name != (rows[i].learnt == OLD) ||
            o.max_tokens_new_name != (rows[i].learnt == NEW) ||
            o.no_stream_options || o.no_temperature)
            fail_msg("'%s' teaches %d %d", rows[i].message,
                     o.max_tokens_old_name, o.max_tokens_new_name);
        assert_false(assay_dialect_learn(&o, &t));
    }
}

static void classes_read_back_and_never_both_retry_and_stop(void **state)
{
    enum assay_outcome_class back = ASSAY_CLASSES;

    for (size_t i = 0; i < ASSAY_CLASSES; i++) {
        enum assay_outcome_class of = (enum assay_outcome_class)i;
        assert_true(assay_class_read(assay_str_c(assay_class_name(of)), &back));
        assert_int_equal(back, of);
        assert_false(assay_class_retries(of) && assay_class_stops_route(of));
    }
    assert_false(assay_class_read(ASSAY_STR("fine"), &back));
    assert_true(assay_class_retries(ASSAY_CLASS_RATE_LIMITED));
    assert_true(assay_class_stops_route(ASSAY_CLASS_QUOTA));
    assert_true(assay_class_may_bill(ASSAY_CLASS_BROKEN));
    assert_false(assay_class_may_bill(ASSAY_CLASS_CONNECT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_and_word_has_its_class),
        cmocka_unit_test(what_is_said_is_one_clean_line),
        cmocka_unit_test(a_limit_that_is_used_up_says_when_it_is_renewed),
        cmocka_unit_test(a_server_may_say_not_to_try_again),
        cmocka_unit_test(a_refusal_teaches_each_thing_once),
        cmocka_unit_test(only_a_name_that_is_not_known_is_changed),
        cmocka_unit_test(classes_read_back_and_never_both_retry_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
