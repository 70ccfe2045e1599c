/*
 * What the tests of requests share: the dialects, where each is, and a plain
 * question.
 */
#ifndef ASSAY_TESTS_DIALECT_QUESTIONS_H
#define ASSAY_TESTS_DIALECT_QUESTIONS_H

#include "support/support.h"

#include "assay/dialect.h"

#include <string.h>

enum { DIALECTS = 5 };
static const struct assay_dialect *const dialects[DIALECTS] = {
    &assay_dialect_openai, &assay_dialect_azure,     &assay_dialect_anthropic,
    &assay_dialect_gemini, &assay_dialect_responses,
};
enum { OPENAI, AZURE, ANTHROPIC, GEMINI, RESPONSES };

static const char *const base_urls[DIALECTS] = {
    "https://api.openai.com/v1",
    "https://me.openai.azure.com",
    "https://api.anthropic.com",
    "https://generativelanguage.googleapis.com/v1beta",
    "https://api.openai.com/v1",
};

static const struct assay_message hello[] = {
    {.role = ASSAY_ROLE_SYSTEM, .text = {"Be brief.", 9}},
    {.role = ASSAY_ROLE_USER, .text = {"Hi", 2}},
};

static inline struct assay_chat plain_chat(void)
{
    return (struct assay_chat){
        .model = ASSAY_STR("m-1"),
        .messages = hello,
        .message_count = 2,
        .max_tokens = 64,
        .logprobs = -1,
    };
}

static inline struct assay_json *parse(struct assay_arena *arena,
                                       const char *text)
{
    struct assay_error err;
    struct assay_json *json =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);

    if (!json)
        fail_msg("%s: %s", text, err.text);
    return json;
}

static inline bool write_to(struct assay_arena *arena, int dialect,
                            const struct assay_chat *chat,
                            struct assay_wire_request *request,
                            struct assay_error *err)
{
    const struct assay_dialect_options options = {
        .base_url = assay_str_c(base_urls[dialect]),
        .api_version = ASSAY_STR(""),
        .deployment = ASSAY_STR(""),
    };

    return dialects[dialect]->write(arena, chat, &options, request, err);
}

#endif
