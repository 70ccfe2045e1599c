/*
 * Each fault does on the wire what its name says, in every dialect and form
 * of its row. What a client makes of it is another test's.
 */
#include "mock/mock_client.h"

#include "support/support.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE_MS = 80, PATIENCE_MS = 5000 };

/* Instead of a text: the end mark of the dialect, and its error member. */
static const char end_mark[] = "\1";

/* How a response ends, and what is in its bytes. */
struct sight {
    const char *name;
    unsigned end; /* of mock_reply */
    const char *has, *lacks;
};
static const struct sight sights[] = {
    {"400", MOCK_COMPLETE, "\"error\"", NULL},
    {"401", MOCK_COMPLETE, "\"error\"", NULL},
    {"402", MOCK_COMPLETE, "\"error\"", NULL},
    {"403", MOCK_COMPLETE, "\"error\"", NULL},
    {"404", MOCK_COMPLETE, "\"error\"", NULL},
    {"408", MOCK_COMPLETE, "\"error\"", NULL},
    {"409", MOCK_COMPLETE, "\"error\"", NULL},
    {"413", MOCK_COMPLETE, "\"error\"", NULL},
    {"422", MOCK_COMPLETE, "\"error\"", NULL},
    {"429", MOCK_COMPLETE, "\"error\"", "retry-after"},
    {"500", MOCK_COMPLETE, "\"error\"", NULL},
    {"503", MOCK_COMPLETE, "\"error\"", NULL},
    {"504", MOCK_COMPLETE, "\"error\"", NULL},
    {"529", MOCK_COMPLETE, "\"error\"", NULL},
    {"502-html", MOCK_COMPLETE, "<html>", NULL},
    {"500-text", MOCK_COMPLETE, "\r\n\r\ninternal error", NULL},
    {"422-detail", MOCK_COMPLETE, "{\"detail\":[", NULL},
    {"500-empty", MOCK_COMPLETE, "content-length: 0\r\n", NULL},
    {"429-after-seconds", MOCK_COMPLETE, "\r\nretry-after: 2\r\n", NULL},
    {"429-after-ms", MOCK_COMPLETE, "\r\nretry-after-ms: 1500\r\n", NULL},
    {"429-after-date", MOCK_COMPLETE, " GMT\r\n", "@"},
    {"429-after-past", MOCK_COMPLETE, "2020 00:00:00 GMT\r\n", NULL},
    {"429-after-zero", MOCK_COMPLETE, "\r\nretry-after: 0\r\n", NULL},
    {"429-after-negative", MOCK_COMPLETE, "\r\nretry-after: -1\r\n", NULL},
    {"429-after-huge", MOCK_COMPLETE, "\r\nretry-after: 1000000000\r\n", NULL},
    {"429-after-garbage", MOCK_COMPLETE, "\r\nretry-after: soon\r\n", NULL},
    {"503-after-seconds", MOCK_COMPLETE, "\r\nretry-after: 1\r\n", NULL},
    {"quota", MOCK_COMPLETE, "spend limit", NULL},
    {"quota-day", MOCK_COMPLETE, "PerDay", "retryDelay"},
    {"quota-minute", MOCK_COMPLETE, "\"retryDelay\":\"55s\"", "PerDay"},
    {"context-length", MOCK_COMPLETE, "8192", NULL},
    {"retired", MOCK_COMPLETE, "retired", NULL},
    {"prompt-filtered", MOCK_COMPLETE, "\"code\":\"content_filter\"", NULL},
    {"key-400", MOCK_COMPLETE, "API_KEY_INVALID", NULL},
    {"key-echo", MOCK_COMPLETE, "sk-canary", NULL},
    {"200-error", MOCK_COMPLETE, "\"error\"", NULL},
    {"200-html", MOCK_COMPLETE, "<html>", NULL},
    {"200-empty", MOCK_COMPLETE, "content-length: 0\r\n", NULL},
    {"200-other", MOCK_COMPLETE, "{\"ok\":true}", NULL},
    {"200-null", MOCK_COMPLETE, "\r\n\r\nnull", NULL},
    {"204", MOCK_COMPLETE, NULL, "content-length: 1"},
    {"302", MOCK_COMPLETE, "\r\nlocation: http://localhost:", NULL},
    {"307", MOCK_COMPLETE, "\r\nlocation: http://localhost:", NULL},
    {"other-form", MOCK_COMPLETE, "HTTP/1.1 200", NULL},
    {"usage-missing", MOCK_COMPLETE, "hello", "_tokens\":"},
    {"usage-negative", MOCK_COMPLETE, "\":-5", NULL},
    {"usage-float", MOCK_COMPLETE, "\":5.5", NULL},
    {"usage-text", MOCK_COMPLETE, "\":\"5\"", NULL},
    {"usage-twice", MOCK_COMPLETE, "hello", NULL},
    {"other-model", MOCK_COMPLETE, "mock-other-2026-01-01", NULL},
    {"finish-missing", MOCK_COMPLETE, "hello", "\"STOP\""},
    {"finish-null", MOCK_COMPLETE, "hello", "\"stop\""},
    {"length", MOCK_COMPLETE, "hello", "\"stop\""},
    {"answer-filtered", MOCK_COMPLETE, "hello", "\"stop\""},
    {"prompt-blocked", MOCK_COMPLETE, "blockReason", "\"candidates\""},
    {"refusal", MOCK_COMPLETE, "refusal", "hello"},
    {"no-choice", MOCK_COMPLETE, "HTTP/1.1 200", "hello"},
    {"no-choice-stream", MOCK_COMPLETE, "HTTP/1.1 200", "hell"},
    {"null-content", MOCK_COMPLETE, "\"content\":null", NULL},
    {"tools-same-index", MOCK_COMPLETE, "call_b", "\"index\":1"},
    {"tools-reversed", MOCK_COMPLETE, "call_b", NULL},
    {"tools-bad-arguments", MOCK_COMPLETE, "call_a", "call_b"},
    {"nul-escape", MOCK_COMPLETE, "\\u0000", "@@"},
    {"headers-strange", MOCK_COMPLETE, "requests: -1\r\n", NULL},
    {"utf8", MOCK_COMPLETE, "\xC3\x28\xFF\xFE", "@@"},
    {"surrogate", MOCK_COMPLETE, "\\ud83d", "@@"},
    {"nul", MOCK_COMPLETE, NULL, "@@"},
    {"gzip", MOCK_COMPLETE, "\r\n\r\n\x1F\x8B", "hello"},
    {"gzip-bomb", MOCK_COMPLETE, "\r\n\r\n\x1F\x8B", NULL},
    {"endless-body", MOCK_WAS_CLOSED, "chunked", end_mark},
    {"endless-line", MOCK_WAS_CLOSED, "data: ", end_mark},
    {"endless-header", MOCK_WAS_CLOSED, "x-long: ", "\r\n\r\n"},
    {"single-bytes", MOCK_COMPLETE, "hello", NULL},
    {"short-body", MOCK_WAS_CLOSED, "hello", NULL},
    {"long-body", MOCK_COMPLETE, "hello", NULL},
    {"bad-chunk", MOCK_WAS_CLOSED, "what?", NULL},
    {"bad-chunk-stream", MOCK_WAS_CLOSED, "what?", NULL},
    {"until-close", MOCK_WAS_CLOSED, "HTTP/1.0 200", "content-length"},
    {"no-http", MOCK_WAS_CLOSED, "ESMTP", "HTTP"},
    {"interim", MOCK_COMPLETE, "HTTP/1.1 103", NULL},
    {"no-end", MOCK_COMPLETE, "hello", end_mark},
    {"no-events", MOCK_COMPLETE, "text/event-stream", "data:"},
    {"fin-in-character", MOCK_WAS_CLOSED, "\xC3\xA9", end_mark},
    {"reset-in-stream", MOCK_WAS_RESET, "word", end_mark},
    {"error-event", MOCK_COMPLETE, "data: {\"", end_mark},
    {"comments", MOCK_COMPLETE, ": OPENROUTER PROCESSING\n", NULL},
    {"pings", MOCK_COMPLETE, "event: ping\n", NULL},
    {"cr", MOCK_COMPLETE, "}\r\r", "}\n"},
    {"crlf", MOCK_COMPLETE, "}\r\n\r\n", "}\n\n"},
    {"bom", MOCK_COMPLETE, "\xEF\xBB\xBF", NULL},
    {"many-lines", MOCK_COMPLETE, ",\ndata: \"", NULL},
    {"two-in-one", MOCK_COMPLETE, "}{", NULL},
    {"one-in-two", MOCK_COMPLETE, "hello", NULL},
    {"more-fields", MOCK_COMPLETE, "id: 7\nretry: 3000\n", NULL},
    {"no-space", MOCK_COMPLETE, "data:{", "data: "},
    {"unknown-event", MOCK_COMPLETE, "hello", NULL},
    {"one-packet", MOCK_COMPLETE, "hello", NULL},
    {"hang-request", MOCK_SILENT, NULL, "HTTP"},
    {"hang-head", MOCK_SILENT, NULL, "HTTP"},
    {"hang-body", MOCK_SILENT, "\r\n\r\n", "hello"},
    {"hang-middle", MOCK_SILENT, "200", end_mark},
    {"hang-end", MOCK_SILENT, end_mark, "\r\n0\r\n"},
    {"close-request", MOCK_WAS_CLOSED, NULL, "HTTP"},
    {"reset-request", MOCK_WAS_RESET, NULL, "HTTP"},
    {"close-reused", MOCK_COMPLETE, "hello", NULL},
    {"reset-reused", MOCK_COMPLETE, "hello", NULL},
    {"close-silently", MOCK_COMPLETE, "hello", "connection: close"},
    {"close-said", MOCK_COMPLETE, "connection: close\r\n", NULL},
    {"storm-429", MOCK_COMPLETE, "retry-after-ms: 100\r\n", NULL},
    {"storm-500", MOCK_COMPLETE, "HTTP/1.1 500", NULL},
};

/* These have tests of their own below. */
static const char *const apart[] = {"drip", "hang-connect", "hang-accept",
                                    "close-accept"};

static bool is_apart(const char *name)
{
    for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
        if (strcmp(apart[i], name) == 0)
            return true;
    }
    return false;
}

/* May hold NUL bytes on both sides of it. */
static bool holds(struct assay_str text, struct assay_str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (memcmp(text.at + i, part.at, part.len) == 0)
            return true;
    }
    return false;
}

static struct assay_str mark(const char *text, enum mock_dialect dialect)
{
    if (text != end_mark)
        return assay_str_c(text);
    return dialect == MOCK_ANTHROPIC   ? ASSAY_STR("event: message_stop")
           : dialect == MOCK_GEMINI    ? ASSAY_STR("\"finishReason\"")
           : dialect == MOCK_RESPONSES ? ASSAY_STR("event: response.completed")
                                       : ASSAY_STR("[DONE]");
}

static void look(const struct assay_test_mock *mock,
                 const struct mock_script *script, const struct sight *sight,
                 enum mock_dialect dialect, bool stream)
{
    struct assay_arena arena = {0};
    struct mock_reply reply;
    char model[64], where[96];

    snprintf(model, sizeof(model), "mock-echo+%s", script->name);
    snprintf(where, sizeof(where), "%s, %s, %s", script->name,
             assay_mock_dialect_name(dialect), stream ? "stream" : "whole");
    int fd = assay_mock_dial(mock);
    assay_mock_send(
        fd, assay_mock_request_text(&arena, dialect, model, "hello", stream));
    assay_mock_receive(fd, sight->end == MOCK_SILENT ? SILENCE_MS : PATIENCE_MS,
                       &reply);
    close(fd);
    struct assay_str bytes = assay_buf_str(&reply.bytes);
    /* A stream brings "hello" in two pieces. */
    const char *has = sight->has;
    if (has && stream && strcmp(has, "hello") == 0)
        has = "\"hell\"";
    if (has && strcmp(script->name, "one-in-two") == 0)
        has = "\n\ndata: ";
    if (reply.end != sight->end)
        fail_msg("%s: ended as %d, not %u, with %zu bytes", where, reply.end,
                 sight->end, bytes.len);
    if (has && !holds(bytes, mark(has, dialect)))
        fail_msg("%s: lacks %s: %.*s", where, has, ASSAY_STR_ARG(bytes));
    if (sight->lacks && holds(bytes, mark(sight->lacks, dialect)))
        fail_msg("%s: has %s: %.*s", where, sight->lacks, ASSAY_STR_ARG(bytes));
    if (script->fault.status > 0) {
        char status[32];
        snprintf(status, sizeof(status), "HTTP/1.1 %u ", script->fault.status);
        if (!assay_str_starts(bytes, status))
            fail_msg("%s: no %s", where, status);
    }
    assay_buf_release(&reply.bytes);
    assay_arena_free(&arena);
}

static void each_fault_is_on_the_wire_what_it_is_called(void **state)
{
    static const char *const options[] = {"--endless-bytes", "300000",
                                          "--storm-ms", "60000", NULL};
    struct assay_test_mock mock = {0};

    assay_test_mock_start(&mock, options);
    for (size_t i = 0; i < assay_mock_script_count; i++) {
        const struct mock_script *script = &assay_mock_scripts[i];
        const struct sight *sight = NULL;
        for (size_t k = 0; k < sizeof(sights) / sizeof(sights[0]); k++) {
            if (strcmp(sights[k].name, script->name) == 0)
                sight = &sights[k];
        }
        if (is_apart(script->name))
            continue;
        if (!sight)
            fail_msg("%s: no row says how it looks", script->name);
        for (int d = 0; d < MOCK_DIALECTS; d++) {
            if (!(script->dialects & 1u << d))
                continue;
            if (script->forms & MOCK_WHOLE)
                look(&mock, script, sight, (enum mock_dialect)d, false);
            if (script->forms & MOCK_STREAMED)
                look(&mock, script, sight, (enum mock_dialect)d, true);
        }
    }
    assay_test_mock_stop(&mock);
}

static void names_are_unique_and_there_are_enough(void **state)
{
    assert_in_range(assay_mock_script_count, 60, 1000);
    for (size_t i = 0; i < assay_mock_script_count; i++)
        assert_ptr_equal(
            assay_mock_script(assay_str_c(assay_mock_scripts[i].name)),
            &assay_mock_scripts[i]);
}

static void a_drip_takes_its_time(void **state)
{
    static const char *const options[] = {"--drip-ms", "5", NULL};
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    size_t len = 0;
    char byte;

    assay_test_mock_start(&mock, options);
    int fd = assay_mock_dial(&mock);
    assay_mock_send(fd, assay_mock_request_text(&arena, MOCK_OPENAI,
                                                "fault:drip", "hello", false));
    int64_t begun = 0, last = 0;
    for (; len < 40 && read(fd, &byte, 1) == 1; len++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        last = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
        begun = begun ? begun : last;
    }
    assert_int_equal(len, 40);
    assert_true(last - begun >= 100); /* 195 ms, less what piled up */
    close(fd);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

static void a_reused_connection_is_closed_after_its_second_request(void **state)
{
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    struct mock_reply reply;

    assay_test_mock_start(&mock, NULL);
    struct assay_str request = assay_mock_request_text(
        &arena, MOCK_OPENAI, "fault:close-reused", "hello", false);
    int fd = assay_mock_dial(&mock);
    assay_mock_send(fd, request);
    assay_mock_receive(fd, PATIENCE_MS, &reply);
    assert_int_equal(reply.end, MOCK_COMPLETE);
    assay_buf_release(&reply.bytes);
    assay_mock_send(fd, request);
    assay_mock_receive(fd, PATIENCE_MS, &reply);
    assert_int_equal(reply.end, MOCK_WAS_CLOSED);
    assert_int_equal(reply.bytes.len, 0);
    assay_buf_release(&reply.bytes);
    close(fd);
    struct assay_json *log = assay_test_mock_log(&mock, &arena, true);
    assert_int_equal(assay_test_mock_count(log, "request"), 2);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

/* What a client sees whose connections are treated so from the start. */
static void by_server(const char *script, unsigned end)
{
    const char *options[] = {"--script", script, NULL};
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    struct mock_reply reply;

    assay_test_mock_start(&mock, options);
    int fd = assay_mock_dial(&mock);
    assay_mock_send(fd, assay_mock_request_text(&arena, MOCK_OPENAI, "mock-1.0",
                                                "hello", false));
    assay_mock_receive(fd, end == MOCK_SILENT ? SILENCE_MS : PATIENCE_MS,
                       &reply);
    if (end == MOCK_SILENT)
        assert_int_equal(reply.end, MOCK_SILENT);
    else /* unread bytes make a reset of it */
        assert_true(reply.end == MOCK_WAS_CLOSED ||
                    reply.end == MOCK_WAS_RESET);
    assert_int_equal(reply.bytes.len, 0);
    assay_buf_release(&reply.bytes);
    close(fd);
    struct assay_json *log = assay_test_mock_log(&mock, &arena, true);
    assert_int_equal(assay_test_mock_count(log, "connection"), 1);
    assert_int_equal(assay_test_mock_count(log, "request"), 0);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

static void connections_may_go_unread_or_be_closed_at_once(void **state)
{
    by_server("hang-accept", MOCK_SILENT);
    by_server("close-accept", MOCK_WAS_CLOSED);
}

static void a_storm_passes(void **state)
{
    static const char *const options[] = {"--script", "storm-429", "--storm-ms",
                                          "100", NULL};
    const struct timespec pause = {0, 150000000};
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    struct assay_str request = assay_mock_request_text(
        &arena, MOCK_OPENAI, "mock-1.0", "hello", false);

    assay_test_mock_start(&mock, options);
    int fd = assay_mock_dial(&mock);
    for (int i = 0; i < 2; i++) {
        struct mock_reply reply;
        assay_mock_send(fd, request);
        assay_mock_receive(fd, PATIENCE_MS, &reply);
        assert_true(assay_str_starts(assay_buf_str(&reply.bytes),
                                     i ? "HTTP/1.1 200" : "HTTP/1.1 429"));
        assay_buf_release(&reply.bytes);
        nanosleep(&pause, NULL);
    }
    close(fd);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_there_are_enough),
        cmocka_unit_test(each_fault_is_on_the_wire_what_it_is_called),
        cmocka_unit_test(a_drip_takes_its_time),
        cmocka_unit_test(
            a_reused_connection_is_closed_after_its_second_request),
        cmocka_unit_test(connections_may_go_unread_or_be_closed_at_once),
        cmocka_unit_test(a_storm_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
