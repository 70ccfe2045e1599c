/*
 * The other end of plain sockets: requests as bytes, responses as they came.
 */
#include "mock/mock_client.h"

#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { REPLY_BYTES = 256 << 20 };

const char assay_mock_test_key[] = "sk-canary-2718281828";

int assay_mock_dial(const struct assay_test_mock *mock)
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

struct assay_str assay_mock_request_text(struct assay_arena *arena,
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
    case MOCK_RESPONSES:
        path = ASSAY_STR("/v1/responses");
        body = assay_arena_printf(arena,
                                  "{\"model\":\"%s\",\"stream\":%s,"
                                  "\"input\":\"%s\"}",
                                  model, yes, prompt);
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
                              ASSAY_STR_ARG(path), header, assay_mock_test_key,
                              body.len, ASSAY_STR_ARG(body));
}

void assay_mock_send(int fd, struct assay_str text)
{
    assert_int_equal(send(fd, text.at, text.len, MSG_NOSIGNAL), text.len);
}

/* Length of a head with its empty line; 0: it is not all there. */
static size_t head_length(struct assay_str text)
{
    for (size_t i = 0; i + 4 <= text.len; i++) {
        if (memcmp(text.at + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    }
    return 0;
}

/* Whether this is a whole response, by its own account. */
static bool complete(struct assay_str text)
{
    static const char length[] = "content-length: ";
    size_t head = head_length(text);

    while (head > 0 && assay_str_starts(text, "HTTP/1.1 1")) {
        text = assay_str_skip(text, head);
        head = head_length(text);
    }
    for (size_t i = 0; i < head; i++) {
        struct assay_str rest = assay_str_skip(assay_str_head(text, head), i);
        if (assay_str_starts(rest, "transfer-encoding: chunked"))
            return assay_str_ends(text, "\r\n0\r\n\r\n");
        if (assay_str_starts(rest, length))
            return text.len - head >=
                   strtoul(rest.at + strlen(length), NULL, 10);
    }
    return false;
}

void assay_mock_receive(int fd, int silence_ms, struct mock_reply *reply)
{
    char bytes[65536];

    assay_buf_init(&reply->bytes, REPLY_BYTES);
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        reply->end = MOCK_SILENT;
        if (poll(&wait, 1, silence_ms) <= 0 || reply->bytes.failed)
            return;
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        reply->end = n < 0 ? MOCK_WAS_RESET : MOCK_WAS_CLOSED;
        if (n <= 0)
            return;
        assay_buf_add(&reply->bytes, (struct assay_str){bytes, (size_t)n});
        reply->end = MOCK_COMPLETE;
        if (complete(assay_buf_str(&reply->bytes)))
            return;
    }
}

struct assay_str assay_mock_body_of(struct assay_arena *arena,
                                    const struct mock_reply *reply)
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
