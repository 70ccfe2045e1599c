/*
 * The mock provider keeps its word: seen from the other end of plain
 * sockets, without assay's own clients.
 */
#include "mock/mock.h"

#include "support/mock_process.h"
#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 5000, REPLY_BYTES = 4 << 20 };

static const char key[] = "sk-canary-2718281828";

/* What came until the other side closed, reset, or fell silent. */
struct reply {
    struct assay_buf bytes;
    enum { CLOSED, RESET, SILENT, COMPLETE } end;
};

static int dial(const struct assay_test_mock *mock)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)mock->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

/* Model and prompt in the words of a dialect, as a whole request. */
static struct assay_str request_text(struct assay_arena *arena,
                                     enum mock_dialect dialect,
                                     const char *model, const char *prompt,
                                     bool stream)
{
    const char *yes = stream ? "true" : "false";
    struct assay_str path, body;
    const char *header = "authorization: Bearer ";

    switch (dialect) {
    case MOCK_ANTHROPIC:
        path = ASSAY_STR("/v1/messages");
        header = "anthropic-version: 2023-06-01\r\nx-api-key: ";
        body = assay_arena_printf(arena,
                                  "{\"model\":\"%s\",\"max_tokens\":500,"
                                  "\"stream\":%s,\"messages\":[{\"role\":"
                                  "\"user\",\"content\":\"%s\"}]}",
                                  model, yes, prompt);
        break;
    case MOCK_GEMINI:
        path = assay_arena_printf(arena, "/v1beta/models/%s:%s", model,
                                  stream ? "streamGenerateContent?alt=sse"
                                         : "generateContent");
        header = "x-goog-api-key: ";
        body = assay_arena_printf(
            arena,
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":"
            "\"%s\"}]}]}",
            prompt);
        break;
    case MOCK_OPENAI:
    case MOCK_AZURE:
    default:
        path = ASSAY_STR("/v1/chat/completions");
        if (dialect == MOCK_AZURE) {
            header = "api-key: ";
            path = assay_arena_printf(arena,
                                      "/openai/deployments/%s/chat/completions"
                                      "?api-version=2024-10-21",
                                      model);
        }
        body = assay_arena_printf(
            arena,
            "{\"model\":\"%s\",\"stream\":%s,\"stream_options\":"
            "{\"include_usage\":true},\"messages\":[{\"role\":\"user\","
            "\"content\":\"%s\"}]}",
            model, yes, prompt);
        break;
    }
    return assay_arena_printf(arena,
                              "POST %.*s HTTP/1.1\r\nHost: mock\r\n%s%s\r\n"
                              "Content-Type: application/json\r\n"
                              "Content-Length: %zu\r\n\r\n%.*s",
                              ASSAY_STR_ARG(path), header, key, body.len,
                              ASSAY_STR_ARG(body));
}

static void send_all(int fd, struct assay_str text)
{
    assert_int_equal(send(fd, text.at, text.len, MSG_NOSIGNAL), text.len);
}

/* Whether this is a whole response, by its own account. */
static bool complete(struct assay_str text)
{
    static const char length[] = "content-length: ";
    size_t head = 0;

    while (head + 4 <= text.len && memcmp(text.at + head, "\r\n\r\n", 4) != 0)
        head++;
    if (head + 4 > text.len)
        return false;
    for (size_t i = 0; i < head; i++) {
        struct assay_str rest = assay_str_skip(assay_str_head(text, head), i);
        if (assay_str_starts(rest, "transfer-encoding: chunked"))
            return assay_str_ends(text, "\r\n0\r\n\r\n");
        if (assay_str_starts(rest, length))
            return text.len - head - 4 >=
                   strtoul(rest.at + strlen(length), NULL, 10);
    }
    return false;
}

/* Reads a response, for so long without a byte at most. */
static void receive(int fd, int silence_ms, struct reply *reply)
{
    char bytes[65536];

    assay_buf_init(&reply->bytes, REPLY_BYTES);
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        reply->end = SILENT;
        if (poll(&wait, 1, silence_ms) <= 0 || reply->bytes.failed)
            return;
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        reply->end = n < 0 ? RESET : CLOSED;
        if (n <= 0)
            return;
        assay_buf_add(&reply->bytes, (struct assay_str){bytes, (size_t)n});
        reply->end = COMPLETE;
        if (complete(assay_buf_str(&reply->bytes)))
            return;
    }
}

/* The body alone, chunks joined; in the arena. */
static struct assay_str body_of(struct assay_arena *arena,
                                const struct reply *reply)
{
    struct assay_str text = assay_buf_str(&reply->bytes), size;
    bool chunked = assay_str_contains(text, "transfer-encoding: chunked");
    struct assay_buf out;

    while (text.len > 0 && !assay_str_starts(text, "\r\n\r\n"))
        text = assay_str_skip(text, 1);
    text = assay_str_skip(text, 4);
    if (!chunked)
        return assay_arena_copy(arena, text);
    assay_buf_init(&out, REPLY_BYTES);
    while (assay_str_cut(text, '\n', &size, &text)) {
        size_t len = strtoul(assay_arena_cstr(arena, size), NULL, 16);
        assay_buf_add(&out, assay_str_head(text, len));
        text = assay_str_skip(text, len + 2);
    }
    struct assay_str body = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return body;
}

/* Asks on a connection of its own. */
static void ask(const struct assay_test_mock *mock, struct assay_str request,
                struct reply *reply)
{
    int fd = dial(mock);

    send_all(fd, request);
    receive(fd, WAIT_MS, reply);
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

static unsigned status_of(const struct reply *reply)
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
        struct reply reply;
        ask(&mock,
            request_text(&arena, (enum mock_dialect)d, "mock-1.0",
                         "What is 12 + 30?", false),
            &reply);
        assert_int_equal(status_of(&reply), 200);
        struct assay_json *body = parse(&arena, body_of(&arena, &reply));
        assert_true(
            assay_str_is(answer_text(body, (enum mock_dialect)d), "42"));
        assay_buf_release(&reply.bytes);
        assay_arena_free(&arena);
    }
    assay_test_mock_stop(&mock);
}

static void a_stream_brings_the_same_answer_in_pieces(void **state)
{
    static const char *const marks[] = {"data: [DONE]", "data: [DONE]",
                                        "event: message_stop",
                                        "\"finishReason\":\"STOP\""};
    struct assay_test_mock mock = {0};

    assay_test_mock_start(&mock, NULL);
    for (int d = 0; d < MOCK_DIALECTS; d++) {
        struct assay_arena arena = {0};
        struct reply reply;
        ask(&mock,
            request_text(&arena, (enum mock_dialect)d, "mock-echo", "abcdefg",
                         true),
            &reply);
        assert_int_equal(status_of(&reply), 200);
        struct assay_str body = body_of(&arena, &reply);
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
        struct reply reply;
        char prompt[64];
        snprintf(prompt, sizeof(prompt), "Question %d [[expect: yes %d]]", i,
                 i);
        ask(&mock,
            request_text(&arena, MOCK_OPENAI, "mock-accuracy-0.8", prompt,
                         false),
            &reply);
        struct assay_json *body = parse(&arena, body_of(&arena, &reply));
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
            struct reply reply;
            ask(&mock,
                request_text(&arena, MOCK_OPENAI, "mock-1.0+429-once",
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
    struct reply reply;

    assay_test_mock_start(&mock, NULL);
    int fd = dial(&mock);
    for (int i = 0; i < 3; i++) {
        send_all(fd,
                 request_text(&arena, MOCK_AZURE, "mock-1.0", "hello", false));
        receive(fd, WAIT_MS, &reply);
        assert_int_equal(reply.end, COMPLETE);
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
    assert_false(assay_str_contains(assay_buf_str(&text), key));
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
