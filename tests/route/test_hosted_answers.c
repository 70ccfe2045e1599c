/*
 * What answers hold that came in strange ways, how long a refusal says to
 * wait, and that a request on a kept connection that dies is sent once: in
 * each dialect and form, against the mock provider's table and its own log.
 */
#include "assay/route.h"

#include "mock/mock.h"

#include "support/mock_process.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

enum { PAIRS = 1000 };

/* Text, reason to end and usage of a good answer, where they are others. */
struct expectation {
    const char *name, *text; /* NULL: "42" */
    enum assay_finish finish;
    bool no_usage;
    size_t calls;
};
static const struct expectation expectations[] = {
    {"usage-missing", NULL, ASSAY_FINISH_STOP, true, 0},
    {"usage-negative", NULL, ASSAY_FINISH_STOP, true, 0},
    {"usage-float", NULL, ASSAY_FINISH_STOP, true, 0},
    {"finish-missing", NULL, ASSAY_FINISH_OTHER, false, 0},
    {"finish-null", NULL, ASSAY_FINISH_OTHER, false, 0},
    {"length", NULL, ASSAY_FINISH_LENGTH, false, 0},
    {"null-content", "", ASSAY_FINISH_STOP, false, 0},
    {"tools-same-index", "", ASSAY_FINISH_TOOL_CALLS, false, 2},
    {"tools-reversed", "", ASSAY_FINISH_TOOL_CALLS, false, 2},
    {"tools-bad-arguments", "", ASSAY_FINISH_TOOL_CALLS, false, 1},
};
static const struct expectation usual = {"", NULL, ASSAY_FINISH_STOP, false, 0};

static const struct expectation *expectation_of(const char *name)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++)
        if (strcmp(expectations[i].name, name) == 0)
            return &expectations[i];
    return &usual;
}

static struct assay_route_link *open_route(const struct assay_test_mock *mock,
                                           enum mock_dialect dialect)
{
    const struct assay_route_options options = {
        .deadlines = {.connect = 5000, .first_byte = 5000, .idle = 5000}};
    struct assay_endpoint endpoint = {
        .dialect = assay_str_c(assay_mock_dialect_name(dialect)),
        .model = ASSAY_STR("mock-1.0"),
    };
    struct assay_error err = {0};
    char url[96];

    snprintf(url, sizeof url, "%s%s", mock->url,
             dialect == MOCK_OPENAI || dialect == MOCK_RESPONSES ? "/v1"
             : dialect == MOCK_GEMINI                            ? "/v1beta"
                                                                 : "");
    endpoint.base_url = assay_str_c(url);
    if (dialect == MOCK_AZURE)
        endpoint.api_version = ASSAY_STR("2024-10-21");
    struct assay_route_link *route =
        assay_route_open_hosted(&endpoint, &options, &err);
    if (!route)
        fail_msg("%s", err.text);
    return route;
}

static void ask(struct assay_route_link *route, const char *script, bool stream,
                struct assay_arena *arena, struct assay_response *answer)
{
    const struct assay_message message = {
        .role = ASSAY_ROLE_USER, .text = ASSAY_STR("What is 12 + 30?")};
    struct assay_ask question = {.chat = {.messages = &message,
                                          .message_count = 1,
                                          .max_tokens = 200,
                                          .logprobs = -1,
                                          .stream = stream}};
    struct assay_error err = {0};

    question.chat.model = assay_arena_printf(arena, "fault:%s", script);
    if (!assay_route_ask(route, &question, NULL, arena, answer, &err))
        fail_msg("%s: %s", script, err.text);
}

static void check_answer(const struct mock_script *script, const char *where,
                         const struct assay_response *answer)
{
    const struct expectation *right = expectation_of(script->name);
    const struct assay_completion *reply = &answer->reply;
    const char *text = right->text ? right->text : "42";

    if (answer->of != ASSAY_CLASS_ANSWERED)
        fail_msg("%s: %s", where, assay_class_name(answer->of));
    switch (script->fault.twist) {
    case MOCK_REFUSAL:
        assert_int_equal(reply->finish, ASSAY_FINISH_REFUSED);
        return;
    case MOCK_NUL_ESCAPE:
        if (reply->text.len != 14 ||
            memcmp(reply->text.at, "\0 and the rest", 14) != 0)
            fail_msg("%s: '%.*s'", where, ASSAY_STR_ARG(reply->text));
        return;
    case MOCK_OTHER_MODEL:
        if (!assay_str_is(reply->model, "mock-other-2026-01-01"))
            fail_msg("%s: by '%.*s'", where, ASSAY_STR_ARG(reply->model));
        break;
    default:
        break;
    }
    if (!assay_str_is(reply->text, text))
        fail_msg("%s: '%.*s'", where, ASSAY_STR_ARG(reply->text));
    if (reply->finish != right->finish)
        fail_msg("%s: ended by %s", where, assay_finish_name(reply->finish));
    if ((reply->usage_state != ASSAY_USAGE_RETURNED) != right->no_usage)
        fail_msg("%s: usage %d", where, reply->usage_state);
    /* 4 tokens of prompt and 3 of its turn; an answer of one. */
    if (!right->no_usage && reply->usage.input_tokens != 7)
        fail_msg("%s: %llu tokens in", where,
                 (unsigned long long)reply->usage.input_tokens);
    if (!right->no_usage && right == &usual && reply->usage.output_tokens != 1)
        fail_msg("%s: %llu tokens out", where,
                 (unsigned long long)reply->usage.output_tokens);
    if (reply->call_count != right->calls)
        fail_msg("%s: %zu calls", where, reply->call_count);
    if (right->calls == 2 &&
        (!assay_str_is(reply->calls[0].arguments, "{\"number\":1}") ||
         !assay_str_is(reply->calls[1].arguments, "{\"number\":2}")))
        fail_msg("%s: calls in another order, or mixed", where);
}

static void check_wait(const struct mock_script *script, const char *where,
                       const struct assay_response *answer)
{
    int64_t said = answer->trouble.retry_after_ms;
    int64_t most = script->after_ms == MOCK_NOW ? 0
                   : script->after_ms == 0      ? -1
                                                : script->after_ms;
    bool date = strstr(script->name, "-date") != NULL;

    if (said > most || said < most - (date ? 2000 : 0))
        fail_msg("%s: wait %lld ms, expected %lld", where, (long long)said,
                 (long long)most);
}

/* Every script that is over soon, in each dialect and form of it. */
static void go_through(void (*check)(const struct mock_script *script,
                                     const char *where,
                                     const struct assay_response *answer),
                       bool (*concerns)(const struct mock_script *script))
{
    struct assay_test_mock mock = {0};
    size_t count = 0;

    assay_test_mock_start(&mock, NULL);
    for (int d = 0; d < MOCK_DIALECTS; d++) {
        struct assay_route_link *route =
            open_route(&mock, (enum mock_dialect)d);
        for (size_t i = 0; i < assay_mock_script_count * 2; i++) {
            const struct mock_script *script = &assay_mock_scripts[i / 2];
            struct assay_arena arena = {0};
            struct assay_response answer = {0};
            char where[96];

            if (!(script->dialects & 1u << d) || !concerns(script) ||
                !(script->forms & (i % 2 ? MOCK_STREAMED : MOCK_WHOLE)) ||
                assay_mock_expects(script, (enum mock_dialect)d) != script->of)
                continue;
            snprintf(where, sizeof where, "%s, %s, %s", script->name,
                     assay_mock_dialect_name((enum mock_dialect)d),
                     i % 2 ? "stream" : "whole");
            /* a connection that the script before closed is not its fault */
            for (int attempt = 0; attempt < 3; attempt++) {
                ask(route, script->name, i % 2, &arena, &answer);
                if (answer.of != ASSAY_CLASS_BROKEN || !answer.reused)
                    break;
            }
            check(script, where, &answer);
            assay_arena_free(&arena);
            count++;
        }
        assay_route_close(route);
    }
    assert_true(count > 50);
    assay_test_mock_stop(&mock);
}

static bool is_answered(const struct mock_script *script)
{
    return script->of == ASSAY_CLASS_ANSWERED;
}

static bool is_refused(const struct mock_script *script)
{
    return script->fault.twist == MOCK_ERROR_BODY ||
           script->fault.twist == MOCK_STORM;
}

static void strange_answers_hold_the_same_as_plain_ones(void **state)
{
    go_through(check_answer, is_answered);
}

static void refusals_say_how_long_to_wait(void **state)
{
    go_through(check_wait, is_refused);
}

/*
 * libcurl would send it again by itself. Each second request of a connection
 * is read and not answered.
 */
static void a_request_lost_on_a_kept_connection_is_sent_once(void **state)
{
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    size_t broken = 0;

    assay_test_mock_start(&mock, NULL);
    struct assay_route_link *route = open_route(&mock, MOCK_OPENAI);
    for (int i = 0; i < PAIRS * 2; i++) {
        struct assay_arena own = {0};
        struct assay_response answer = {0};
        ask(route, "close-reused", false, &own, &answer);
        assert_true(answer.sent);
        assert_int_equal(answer.of, answer.reused ? ASSAY_CLASS_BROKEN
                                                  : ASSAY_CLASS_ANSWERED);
        broken += answer.of == ASSAY_CLASS_BROKEN;
        assay_arena_free(&own);
    }
    assay_route_close(route);
    struct assay_json *log = assay_test_mock_log(&mock, &arena, true);
    assert_int_equal(broken, PAIRS);
    assert_int_equal(assay_test_mock_count(log, "request"), PAIRS * 2);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strange_answers_hold_the_same_as_plain_ones),
        cmocka_unit_test(refusals_say_how_long_to_wait),
        cmocka_unit_test(a_request_lost_on_a_kept_connection_is_sent_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
