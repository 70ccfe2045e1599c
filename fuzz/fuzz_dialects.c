/*
 * What a provider sends, and what a user asks for: the first byte says which
 * dialect, the second what the rest is (a whole body, the body of an error, a
 * header that says to wait, members of a request).
 */
#include "fuzz_target.h"

#include "assay/dialect.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *why)
{
    fprintf(stderr, "%s\n", why);
    abort();
}

static void read_body(struct assay_arena *arena,
                      const struct assay_dialect *dialect,
                      struct assay_str bytes)
{
    struct assay_completion reply;
    struct assay_trouble trouble;

    if (!dialect->read(arena, bytes, &reply, &trouble) &&
        trouble.of == ASSAY_CLASS_ANSWERED)
        stop("no answer, and no reason");
    if (!assay_utf8_valid(reply.text) ||
        (reply.usage_state == ASSAY_USAGE_RETURNED &&
         reply.usage.reasoning_tokens > reply.usage.output_tokens))
        stop("an answer that cannot be");
}

static void read_error(struct assay_arena *arena,
                       const struct assay_dialect *dialect,
                       struct assay_str bytes)
{
    static const unsigned statuses[] = {302, 400, 404, 429, 500, 503};
    struct assay_reply_head head = {0};
    struct assay_trouble trouble;

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        head.status = statuses[i];
        dialect->classify(arena, &head, bytes, 1795366800, &trouble);
        if (trouble.of == ASSAY_CLASS_ANSWERED ||
            trouble.retry_after_ms > 3600000 ||
            !assay_utf8_valid(trouble.message))
            stop("an error that cannot be");
    }
}

static void read_wait(struct assay_str bytes)
{
    const struct assay_header headers[] = {
        {ASSAY_STR("retry-after"), bytes},
        {ASSAY_STR("retry-after-ms"), bytes},
    };
    const struct assay_reply_head head = {429, headers, 2};
    const int64_t month = INT64_C(31) * 86400 * 1000;

    if (assay_retry_after(&head, 1795366800) > 3600000 ||
        assay_retry_after(&head, 1795366800) < -1 ||
        assay_reset_after(bytes, 1795366800) > month ||
        assay_reset_after(bytes, 1795366800) < -1)
        stop("a wait beyond its limits");
}

/* {"extra":…,"tools":…,"tool_choice":…,"schema":…} */
static void write_members(struct assay_arena *arena,
                          const struct assay_dialect *dialect,
                          struct assay_str bytes)
{
    const struct assay_message message = {.role = ASSAY_ROLE_USER,
                                          .text = ASSAY_STR("Hi")};
    const struct assay_dialect_options options = {
        .base_url = ASSAY_STR("https://example.com/v1")};
    struct assay_error err = {0};
    const struct assay_json *given = assay_json_parse(arena, bytes, NULL, &err);
    const struct assay_chat chat = {
        .model = ASSAY_STR("m"),
        .messages = &message,
        .message_count = 1,
        .max_tokens = 1,
        .logprobs = -1,
        .extra = assay_json_get(given, "extra"),
        .tools = assay_json_get(given, "tools"),
        .tool_choice = assay_json_get(given, "tool_choice"),
        .schema = assay_json_get(given, "schema"),
    };
    struct assay_wire_request request;

    if (!given)
        return;
    if (!dialect->write(arena, &chat, &options, &request, &err)) {
        if (!err.text[0])
            stop("refused without words");
    } else if (!assay_json_parse(arena, request.body, NULL, &err)) {
        stop(err.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const names[] = {"openai", "azure", "anthropic",
                                        "gemini"};
    struct assay_arena arena = {0};
    struct assay_str bytes = {(const char *)data, len};
    const struct assay_dialect *dialect;

    if (len < 2)
        return 0;
    dialect = assay_dialect_find(
        assay_str_c(data[0] == 'D' ? "responses" : names[data[0] % 4]));
    bytes = assay_str_skip(bytes, 2);
    switch (data[1]) {
    case 'b':
        read_body(&arena, dialect, bytes);
        break;
    case 'e':
        read_error(&arena, dialect, bytes);
        break;
    case 'r':
        read_wait(bytes);
        break;
    case 'w':
        write_members(&arena, dialect, bytes);
        break;
    default:
        break;
    }
    assay_arena_free(&arena);
    return 0;
}
