/*
 * What a provider's response says of its use: one shape for all dialects.
 *
 * Dialects are told by their own keys, not by the caller: OpenAI chat and
 * responses (Azure, OpenRouter, Mistral, Groq, DeepSeek … the same with
 * additions), Anthropic messages, Gemini generateContent.
 */
#ifndef ASSAY_USAGE_H
#define ASSAY_USAGE_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/str.h"

struct assay_response_usage {
    const char *dialect;    /* "openai-chat", "openai-responses",
                               "anthropic", "gemini" */
    struct assay_str model; /* the name that answered; empty: not stated */
    struct assay_str tier;  /* "standard", "batch", "flex", "priority", or "" */
    /* All of the input and output; parts lie inside their whole. */
    uint64_t input_tokens, cache_read_tokens, cache_write_tokens;
    uint64_t cache_write_1h_tokens, audio_input_tokens;
    uint64_t output_tokens, reasoning_tokens, audio_output_tokens;
    uint64_t searches;
    struct assay_str stated_usd; /* OpenRouter's usage.cost, or empty */
};

/*
 * Reads one response body. BAD_INPUT when there is no usage object of a
 * known dialect, or a count is negative, fractional or larger than its
 * whole allows.
 */
bool assay_usage_read(struct assay_arena *arena, const struct assay_json *body,
                      struct assay_response_usage *usage,
                      struct assay_error *err);

#endif
