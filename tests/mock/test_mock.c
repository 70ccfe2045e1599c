/*
 * The mock provider keeps its word: seen from the other end of plain
 * sockets, without assay's own clients.
 */
#include "mock/mock_client.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 5000 };

/* Asks on a connection of its own. */
static void ask(const struct assay_test_mock *mock, struct assay_str request,
                struct mock_reply *reply)
{
    int fd = assay_mock_dial(mock);

    assay_mock_send(fd, request);
    assay_mock_receive(fd, WAIT_MS, reply);
    close(fd);
}

static struct assay_json *parse(struct assay_arena *arena,
                                struct assay_str text)
{
    struct assay_error err = {0};
    struct assay_json *json = assay_json_parse(arena, text, NULL, &err);

    if (!json)
        fail_msg("%s in %.*s", err.text, ASSAY_STR_ARG(text));
    return json;
}

static unsigned status_of(const struct mock_reply *reply)
{
    struct assay_str text = assay_buf_str(&reply->bytes);

    assert_true(assay_str_starts(text, "HTTP/1."));
    return (unsigned)strtoul(text.at + 9, NULL, 10);
}

static struct assay_json *first_of(struct assay_json *array)
{
    assert_true(assay_json_is(array, ASSAY_JSON_ARRAY));
    assert_non_null(array->first);
    return array->first;
}

static struct assay_str answer_text(struct assay_json *body,
                                    enum mock_dialect dialect)
{
    if (dialect == MOCK_ANTHROPIC)
        return assay_json_text(first_of(assay_json_get(body, "content")),
                               "text");
    if (dialect == MOCK_GEMINI)
        return assay_json_text(
            first_of(assay_json_at(first_of(assay_json_get(body, "candidates")),
                                   "content.parts")),
            "text");
    if (dialect == MOCK_RESPONSES)
        return assay_json_text(
            first_of(assay_json_get(first_of(assay_json_get(body, "output")),
                                    "content")),
            "text");
    return assay_json_text(
        assay_json_get(first_of(assay_json_get(body, "choices")), "message"),
        "content");
}

static void each_dialect_answers_in_its_own_words(void **state)
{
    struct assay_test_mock mock = {0};

    assay_test_mock_start(&mock, NULL);
    for (int d = 0; d < MOCK_DIALECTS; d++) {
        struct assay_arena arena = {0};
        struct mock_reply reply;
        ask(&mock,
            assay_mock_request_text(&arena, (enum mock_dialect)d, "mock-1.0",
                                    "What is 12 + 30?", false),
            &reply);
        assert_int_equal(status_of(&reply), 200);
        struct assay_json *body =
            parse(&arena, assay_mock_body_of(&arena, &reply));
        assert_true(
            assay_str_is(answer_text(body, (enum mock_dialect)d), "42"));
        assay_buf_release(&reply.bytes);
        assay_arena_free(&arena);
    }
    assay_test_mock_stop(&mock);
}

static void a_stream_brings_the_same_answer_in_pieces(void **state)
{
    static const char *const marks[] = {
        "data: [DONE]", "data: [DONE]", "event: message_stop",
        "\"finishReason\":\"STOP\"", "event: response.completed"};
    struct assay_test_mock mock = {0};

    assay_test_mock_start(&mock, NULL);
    for (int d = 0; d < MOCK_DIALECTS; d++) {
        struct assay_arena arena = {0};
        struct mock_reply reply;
        ask(&mock,
            assay_mock_request_text(&arena, (enum mock_dialect)d, "mock-echo",
                                    "abcdefg", true),
            &reply);
        assert_int_equal(status_of(&reply), 200);
        struct assay_str body = assay_mock_body_of(&arena, &reply);
        assert_true(assay_str_contains(body, "\"abcd\""));
        assert_true(assay_str_contains(body, "\"efg\""));
        assert_true(assay_str_contains(body, marks[d]));
        assay_buf_release(&reply.bytes);
        assay_arena_free(&arena);
    }
    assay_test_mock_stop(&mock);
}

static void accuracy_is_what_the_name_says(void **state)
{
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    int right = 0;

    assay_test_mock_start(&mock, NULL);
    for (int i = 0; i < 400; i++) {
        struct mock_reply reply;
        char prompt[64];
        snprintf(prompt, sizeof(prompt), "Question %d [[expect: yes %d]]", i,
                 i);
        ask(&mock,
            assay_mock_request_text(&arena, MOCK_OPENAI, "mock-accuracy-0.8",
                                    prompt, false),
            &reply);
        struct assay_json *body =
            parse(&arena, assay_mock_body_of(&arena, &reply));
        right += assay_str_starts(answer_text(body, MOCK_OPENAI), "yes ");
        assay_buf_release(&reply.bytes);
    }
    /* 320 expected; the same ones in each run, so no luck is involved. */
    assert_in_range(right, 300, 340);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

static void once_means_the_first_time_of_each_request(void **state)
{
    static const unsigned expected[] = {429, 200, 200};
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};

    assay_test_mock_start(&mock, NULL);
    for (int prompt = 0; prompt < 2; prompt++) {
        for (int i = 0; i < 3; i++) {
            struct mock_reply reply;
            ask(&mock,
                assay_mock_request_text(&arena, MOCK_OPENAI,
                                        "mock-1.0+429-once",
                                        prompt ? "one" : "another", false),
                &reply);
            assert_int_equal(status_of(&reply), expected[i]);
            assay_buf_release(&reply.bytes);
        }
    }
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

static void the_log_counts_requests_and_never_holds_the_key(void **state)
{
    struct assay_test_mock mock = {0};
    struct assay_arena arena = {0};
    struct assay_buf text;
    struct mock_reply reply;

    assay_test_mock_start(&mock, NULL);
    int fd = assay_mock_dial(&mock);
    for (int i = 0; i < 3; i++) {
        assay_mock_send(fd,
                        assay_mock_request_text(&arena, MOCK_AZURE, "mock-1.0",
                                                "hello", false));
        assay_mock_receive(fd, WAIT_MS, &reply);
        assert_int_equal(reply.end, MOCK_COMPLETE);
        assay_buf_release(&reply.bytes);
    }
    close(fd);
    struct assay_json *log = assay_test_mock_log(&mock, &arena, true);
    assert_int_equal(assay_test_mock_count(log, "connection"), 1);
    assert_int_equal(assay_test_mock_count(log, "request"), 3);
    assert_int_equal(assay_test_mock_count(log, "answer"), 3);
    assay_buf_init(&text, 1 << 20);
    assay_json_write(&text, log, (struct assay_json_style){0});
    assert_true(
        assay_str_contains(assay_buf_str(&text), "\"key_header\":\"api-key\""));
    assert_false(assay_str_contains(assay_buf_str(&text), assay_mock_test_key));
    assay_buf_release(&text);
    assay_arena_free(&arena);
    assay_test_mock_stop(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_answers_in_its_own_words),
        cmocka_unit_test(a_stream_brings_the_same_answer_in_pieces),
        cmocka_unit_test(accuracy_is_what_the_name_says),
        cmocka_unit_test(once_means_the_first_time_of_each_request),
        cmocka_unit_test(the_log_counts_requests_and_never_holds_the_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
