/*
 * An answer in the words of each dialect: whole, or as the events of a
 * stream.
 *
 * Sources: OpenAI's OpenAPI document (f85dbe2), Azure OpenAI's reference of
 * api-version 2024-10-21, Anthropic's Messages API of 2023-06-01, Gemini's
 * generateContent v1beta; all as read on 2026-11-22.
 */
#include "mock/mock_writing.h"

/* ------------------------------------------------------- OpenAI, Azure */

static const char filter_results[] =
    "\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":"
    "\"safe\"},\"violence\":{\"filtered\":false,\"severity\":\"safe\"}}";

static const char *openai_finish(const struct mock_answer *answer)
{
    static const char *const names[] = {"\"stop\"",       "\"length\"",
                                        "\"tool_calls\"", "\"content_filter\"",
                                        "\"stop\"",       "null"};

    return names[answer->finish];
}

static void openai_usage(struct writing *w, uint64_t output)
{
    const struct mock_answer *answer = w->answer;

    put(w, "\"usage\":{");
    put_count(w, "prompt_tokens", answer->input_tokens);
    put(w, ",");
    put_count(w, "completion_tokens", output);
    put(w, ",");
    put_count(w, "total_tokens", answer->input_tokens + output);
    put(w, ",\"prompt_tokens_details\":{");
    put_count(w, "cached_tokens", answer->cached_tokens);
    put(w, "},\"completion_tokens_details\":{");
    put_count(w, "reasoning_tokens", answer->reasoning_tokens);
    put(w, "}}");
}

static void openai_head(struct writing *w, const char *object)
{
    assay_buf_printf(&w->out,
                     "{\"id\":\"chatcmpl-%.*s\",\"object\":\"%s\","
                     "\"created\":%d,",
                     ASSAY_STR_ARG(w->answer->id), object, CREATED);
    put_text(w, "model", w->answer->model);
    put(w, ",\"system_fingerprint\":\"fp_mock\","
           "\"service_tier\":\"default\",");
}

static void openai_call(struct writing *w, const struct mock_call *call)
{
    put(w, "{");
    put_text(w, "id", call->id);
    put(w, ",\"type\":\"function\",\"function\":{");
    put_text(w, "name", call->name);
    put(w, ",");
    put_text(w, "arguments", call->arguments);
    put(w, "}}");
}

static void openai_message(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    bool refused = answer->finish == MOCK_REFUSED;

    put(w, "{\"role\":\"assistant\",");
    if (answer->null || refused || answer->call_count > 0)
        put(w, "\"content\":null");
    else
        put_text(w, "content", answer->text);
    put(w, ",");
    if (refused)
        put_text(w, "refusal", answer->text);
    else
        put(w, "\"refusal\":null");
    if (answer->reasoning.len > 0) {
        put(w, ",");
        put_text(w, "reasoning_content", answer->reasoning);
    }
    for (size_t i = 0; i < answer->call_count; i++) {
        put(w, i == 0 ? ",\"tool_calls\":[" : ",");
        openai_call(w, &answer->calls[i]);
    }
    put(w, answer->call_count > 0 ? "]}" : "}");
}

/* Of the first token; the others are left out. */
static const char logprobs_of_one[] =
    ",\"logprobs\":{\"content\":[{\"token\":\"mock\",\"logprob\":-0.25,"
    "\"bytes\":[109,111,99,107],\"top_logprobs\":[]}],\"refusal\":null}";

static void openai_body(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    bool azure = w->request->dialect == MOCK_AZURE;

    openai_head(w, "chat.completion");
    if (azure)
        assay_buf_printf(&w->out,
                         "\"prompt_filter_results\":[{\"prompt_index\":0,%s}],",
                         filter_results);
    put(w, "\"choices\":[");
    if (!answer->nothing) {
        put(w, "{\"index\":0,\"message\":");
        openai_message(w);
        put(w, answer->logprobs ? logprobs_of_one : ",\"logprobs\":null");
        assay_buf_printf(&w->out, ",\"finish_reason\":%s%s%s}",
                         openai_finish(answer), azure ? "," : "",
                         azure ? filter_results : "");
    }
    put(w, "]");
    if (answer->usage != MOCK_USAGE_MISSING) {
        put(w, ",");
        openai_usage(w, answer->output_tokens);
    }
    put(w, "}");
}

static void openai_delta(struct writing *w)
{
    openai_head(w, "chat.completion.chunk");
    put(w, "\"choices\":[{\"index\":0,\"delta\":{");
}

static void openai_delta_end(struct writing *w, const char *finish, bool token)
{
    assay_buf_printf(&w->out, "},\"logprobs\":null,\"finish_reason\":%s}]",
                     finish);
    if (token && w->answer->usage == MOCK_USAGE_TWICE) {
        put(w, ",");
        openai_usage(w, 1);
    } else if (w->request->include_usage) {
        put(w, ",\"usage\":null");
    }
    put(w, "}");
    emit(w, NULL, token);
}

static void openai_pieces(struct writing *w, const char *name,
                          struct assay_str text)
{
    while (text.len > 0) {
        struct assay_str token = assay_mock_token(&text);
        openai_delta(w);
        put_text(w, name, token);
        openai_delta_end(w, "null", true);
    }
}

/* First who is called, then the arguments in pieces, by index. */
static void openai_call_pieces(struct writing *w, const struct mock_call *call)
{
    struct assay_str rest = call->arguments;

    openai_delta(w);
    assay_buf_printf(&w->out, "\"tool_calls\":[{\"index\":%u,", call->index);
    put_text(w, "id", call->id);
    put(w, ",\"type\":\"function\",\"function\":{");
    put_text(w, "name", call->name);
    put(w, ",\"arguments\":\"\"}}]");
    openai_delta_end(w, "null", false);
    while (rest.len > 0) {
        struct assay_str token = assay_mock_token(&rest);
        openai_delta(w);
        assay_buf_printf(&w->out,
                         "\"tool_calls\":[{\"index\":%u,\"function\":{",
                         call->index);
        put_text(w, "arguments", token);
        put(w, "}}]");
        openai_delta_end(w, "null", true);
    }
}

static void openai_stream(struct writing *w)
{
    const struct mock_answer *answer = w->answer;

    if (w->request->dialect == MOCK_AZURE) {
        assay_buf_printf(&w->out,
                         "{\"id\":\"\",\"object\":\"\",\"created\":0,"
                         "\"model\":\"\",\"choices\":[],"
                         "\"prompt_filter_results\":[{\"prompt_index\":0,%s}]}",
                         filter_results);
        emit(w, NULL, false);
    }
    if (!answer->nothing) {
        openai_delta(w);
        put(w, "\"role\":\"assistant\",\"content\":\"\"");
        openai_delta_end(w, "null", false);
        openai_pieces(w, "reasoning_content", answer->reasoning);
        openai_pieces(w, answer->finish == MOCK_REFUSED ? "refusal" : "content",
                      answer->text);
        for (size_t i = 0; i < answer->call_count; i++)
            openai_call_pieces(
                w, &answer->calls[answer->reversed ? answer->call_count - 1 - i
                                                   : i]);
        if (answer->finish != MOCK_UNFINISHED) {
            openai_delta(w);
            openai_delta_end(w, openai_finish(answer), false);
        }
    }
    /* Who streams without being asked does so with usage. */
    if ((w->request->include_usage || !w->request->stream) &&
        answer->usage != MOCK_USAGE_MISSING) {
        openai_head(w, "chat.completion.chunk");
        put(w, "\"choices\":[],");
        openai_usage(w, answer->output_tokens);
        put(w, "}");
        emit(w, NULL, false);
    }
    put(w, "[DONE]");
    emit(w, NULL, false);
}

/* ------------------------------------------------------- Anthropic */

static const char *anthropic_finish(const struct mock_answer *answer)
{
    static const char *const names[] = {"\"end_turn\"", "\"max_tokens\"",
                                        "\"tool_use\"", "\"refusal\"",
                                        "\"refusal\"",  "null"};

    return names[answer->finish];
}

static void anthropic_usage(struct writing *w, uint64_t output)
{
    put(w, "\"usage\":{");
    put_count(w, "input_tokens", w->answer->input_tokens);
    put(w, ",\"cache_creation_input_tokens\":0,"
           "\"cache_read_input_tokens\":0,");
    put_count(w, "output_tokens", output);
    put(w, "}");
}

static void anthropic_head(struct writing *w)
{
    assay_buf_printf(&w->out,
                     "{\"id\":\"msg_%.*s\",\"type\":\"message\","
                     "\"role\":\"assistant\",",
                     ASSAY_STR_ARG(w->answer->id));
    put_text(w, "model", w->answer->model);
    put(w, ",");
}

static void anthropic_body(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    const char *comma = "";

    anthropic_head(w);
    put(w, "\"content\":[");
    if (answer->reasoning.len > 0) {
        put(w, "{\"type\":\"thinking\",");
        put_text(w, "thinking", answer->reasoning);
        put(w, ",\"signature\":\"bW9jaw==\"}");
        comma = ",";
    }
    if (answer->call_count == 0 && !answer->nothing) {
        assay_buf_printf(&w->out, "%s{\"type\":\"text\",", comma);
        put_text(w, "text", answer->text);
        put(w, "}");
    }
    for (size_t i = 0; i < answer->call_count; i++) {
        put(w, i == 0 ? comma : ",");
        put(w, "{\"type\":\"tool_use\",");
        put_text(w, "id", answer->calls[i].id);
        put(w, ",");
        put_text(w, "name", answer->calls[i].name);
        put(w, ",\"input\":");
        assay_buf_add(&w->out, answer->calls[i].arguments);
        put(w, "}");
    }
    assay_buf_printf(&w->out, "],\"stop_reason\":%s,\"stop_sequence\":null",
                     anthropic_finish(answer));
    if (answer->usage != MOCK_USAGE_MISSING) {
        put(w, ",");
        anthropic_usage(w, answer->output_tokens);
    }
    put(w, "}");
}

static void anthropic_start(struct writing *w, unsigned index,
                            const char *block)
{
    assay_buf_printf(&w->out,
                     "{\"type\":\"content_block_start\",\"index\":%u,"
                     "\"content_block\":%s}",
                     index, block);
    emit(w, "content_block_start", false);
}

static void anthropic_pieces(struct writing *w, unsigned index,
                             const char *type, const char *name,
                             struct assay_str text)
{
    while (text.len > 0) {
        struct assay_str token = assay_mock_token(&text);
        assay_buf_printf(&w->out,
                         "{\"type\":\"content_block_delta\",\"index\":%u,"
                         "\"delta\":{\"type\":\"%s\",",
                         index, type);
        put_text(w, name, token);
        put(w, "}}");
        emit(w, "content_block_delta", true);
    }
    assay_buf_printf(&w->out, "{\"type\":\"content_block_stop\",\"index\":%u}",
                     index);
    emit(w, "content_block_stop", false);
}

static void anthropic_call_pieces(struct writing *w,
                                  const struct mock_call *call)
{
    assay_buf_printf(&w->out,
                     "{\"type\":\"content_block_start\",\"index\":%u,"
                     "\"content_block\":{\"type\":\"tool_use\",",
                     call->index);
    put_text(w, "id", call->id);
    put(w, ",");
    put_text(w, "name", call->name);
    put(w, ",\"input\":{}}}");
    emit(w, "content_block_start", false);
    anthropic_pieces(w, call->index, "input_json_delta", "partial_json",
                     call->arguments);
}

static void anthropic_delta(struct writing *w, const char *finish,
                            uint64_t output)
{
    assay_buf_printf(&w->out,
                     "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
                     "%s,\"stop_sequence\":null}",
                     finish);
    if (w->answer->usage != MOCK_USAGE_MISSING) {
        put(w, ",\"usage\":{");
        put_count(w, "output_tokens", output);
        put(w, "}");
    }
    put(w, "}");
    emit(w, "message_delta", false);
}

static void anthropic_stream(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    unsigned index = 0;

    put(w, "{\"type\":\"message_start\",\"message\":");
    anthropic_head(w);
    put(w, "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
    if (answer->usage != MOCK_USAGE_MISSING) {
        put(w, ",");
        anthropic_usage(w, 1);
    }
    put(w, "}}");
    emit(w, "message_start", false);
    put(w, "{\"type\":\"ping\"}");
    emit(w, "ping", false);
    if (answer->reasoning.len > 0) {
        anthropic_start(w, index, "{\"type\":\"thinking\",\"thinking\":\"\"}");
        anthropic_pieces(w, index++, "thinking_delta", "thinking",
                         answer->reasoning);
    }
    if (answer->call_count == 0 && !answer->nothing) {
        anthropic_start(w, index, "{\"type\":\"text\",\"text\":\"\"}");
        anthropic_pieces(w, index, "text_delta", "text", answer->text);
    }
    for (size_t i = 0; i < answer->call_count; i++)
        anthropic_call_pieces(
            w,
            &answer->calls[answer->reversed ? answer->call_count - 1 - i : i]);
    if (answer->usage == MOCK_USAGE_TWICE)
        anthropic_delta(w, "null", 1);
    if (answer->finish != MOCK_UNFINISHED)
        anthropic_delta(w, anthropic_finish(answer), answer->output_tokens);
    put(w, "{\"type\":\"message_stop\"}");
    emit(w, "message_stop", false);
}

/* ------------------------------------------------------- Gemini */

static const char *gemini_finish(const struct mock_answer *answer)
{
    static const char *const names[] = {"STOP",   "MAX_TOKENS", "STOP",
                                        "SAFETY", "STOP",       NULL};

    return names[answer->finish];
}

static void gemini_usage(struct writing *w, uint64_t output)
{
    const struct mock_answer *answer = w->answer;

    put(w, "\"usageMetadata\":{");
    put_count(w, "promptTokenCount", answer->input_tokens);
    put(w, ",");
    put_count(w, "candidatesTokenCount", output - answer->reasoning_tokens);
    put(w, ",");
    put_count(w, "thoughtsTokenCount", answer->reasoning_tokens);
    put(w, ",");
    put_count(w, "totalTokenCount", answer->input_tokens + output);
    put(w, "},");
}

static void gemini_tail(struct writing *w)
{
    put_text(w, "modelVersion", w->answer->model);
    put(w, ",");
    put_text(w, "responseId", w->answer->id);
    put(w, "}");
}

static void gemini_candidate_end(struct writing *w, bool last)
{
    const char *finish = gemini_finish(w->answer);

    put(w, "],\"role\":\"model\"}");
    if (last && finish)
        assay_buf_printf(&w->out, ",\"finishReason\":\"%s\"", finish);
    put(w, ",\"index\":0}],");
}

/* The first of a turn bears the signature of the thoughts before it. */
static void gemini_call(struct writing *w, size_t number)
{
    const struct mock_call *call = &w->answer->calls[number];

    put(w, "{\"functionCall\":{");
    put_text(w, "name", call->name);
    put(w, ",\"args\":");
    assay_buf_add(&w->out, call->arguments);
    put(w, "}");
    if (number == 0)
        put(w, ",\"thoughtSignature\":\"bW9jaw==\"");
    put(w, "}");
}

static void gemini_body(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    const char *comma = "";

    put(w, "{");
    if (answer->blocked) {
        put(w, "\"promptFeedback\":{\"blockReason\":\"SAFETY\"},");
    } else if (answer->nothing) {
        put(w, "\"candidates\":[],");
    } else {
        put(w, "\"candidates\":[{\"content\":{\"parts\":[");
        if (answer->reasoning.len > 0) {
            put(w, "{\"thought\":true,");
            put_text(w, "text", answer->reasoning);
            put(w, "}");
            comma = ",";
        }
        if (answer->call_count == 0) {
            assay_buf_printf(&w->out, "%s{", comma);
            put_text(w, "text", answer->text);
            put(w, "}");
        }
        for (size_t i = 0; i < answer->call_count; i++) {
            put(w, i == 0 ? comma : ",");
            gemini_call(w, i);
        }
        gemini_candidate_end(w, true);
    }
    if (answer->usage != MOCK_USAGE_MISSING)
        gemini_usage(w, answer->output_tokens);
    gemini_tail(w);
}

/* A part of the answer, and the usage so far. */
static void gemini_event(struct writing *w, bool last, uint64_t output)
{
    gemini_candidate_end(w, last);
    if (w->answer->usage != MOCK_USAGE_MISSING)
        gemini_usage(w, output);
    gemini_tail(w);
    emit(w, NULL, true);
}

static void gemini_stream(struct writing *w)
{
    static const char open[] = "{\"candidates\":[{\"content\":{\"parts\":[";
    const struct mock_answer *answer = w->answer;
    struct assay_str rest = answer->text;
    uint64_t output = answer->reasoning_tokens;
    size_t left = answer->call_count;

    if (answer->blocked || answer->nothing) {
        gemini_body(w);
        emit(w, NULL, false);
        return;
    }
    if (answer->reasoning.len > 0) {
        put(w, open);
        put(w, "{\"thought\":true,");
        put_text(w, "text", answer->reasoning);
        put(w, "}");
        gemini_event(w, false, output);
    }
    for (size_t i = 0; i < answer->call_count; i++) {
        put(w, open);
        gemini_call(w, i);
        left--;
        gemini_event(w, left == 0, answer->output_tokens);
    }
    while (answer->call_count == 0) {
        struct assay_str token = assay_mock_token(&rest);
        put(w, open);
        put(w, "{");
        put_text(w, "text", token);
        put(w, "}");
        output += token.len > 0;
        gemini_event(w, rest.len == 0, output);
        if (rest.len == 0)
            break;
    }
}

/* ------------------------------------------------------- all of them */

struct assay_str assay_mock_body(struct assay_arena *arena,
                                 const struct mock_request *request,
                                 const struct mock_answer *answer)
{
    struct writing w = {arena, request, answer, NULL, {0}};

    assay_buf_init(&w.out, MOST_BYTES);
    if (request->dialect == MOCK_ANTHROPIC)
        anthropic_body(&w);
    else if (request->dialect == MOCK_GEMINI)
        gemini_body(&w);
    else if (request->dialect == MOCK_RESPONSES)
        assay_mock_responses_body(&w);
    else
        openai_body(&w);
    struct assay_str body = take(&w);
    assay_buf_release(&w.out);
    return body;
}

void assay_mock_stream(struct assay_arena *arena,
                       const struct mock_request *request,
                       const struct mock_answer *answer,
                       struct mock_events *events)
{
    struct writing w = {arena, request, answer, events, {0}};

    assay_buf_init(&w.out, MOST_BYTES);
    if (request->dialect == MOCK_ANTHROPIC)
        anthropic_stream(&w);
    else if (request->dialect == MOCK_GEMINI)
        gemini_stream(&w);
    else if (request->dialect == MOCK_RESPONSES)
        assay_mock_responses_stream(&w);
    else
        openai_stream(&w);
    assay_buf_release(&w.out);
}

struct assay_str assay_mock_limits(struct assay_arena *arena,
                                   const struct mock_request *request,
                                   struct assay_str id)
{
    switch (request->dialect) {
    case MOCK_OPENAI:
    case MOCK_RESPONSES:
        return assay_arena_printf(arena,
                                  "x-request-id: req_%.*s\r\n"
                                  "openai-processing-ms: 1\r\n"
                                  "openai-version: 2020-10-01\r\n"
                                  "x-ratelimit-limit-requests: 10000\r\n"
                                  "x-ratelimit-remaining-requests: 9999\r\n"
                                  "x-ratelimit-reset-requests: 6ms\r\n"
                                  "x-ratelimit-limit-tokens: 2000000\r\n"
                                  "x-ratelimit-remaining-tokens: 1999000\r\n"
                                  "x-ratelimit-reset-tokens: 6m0s\r\n",
                                  ASSAY_STR_ARG(id));
    case MOCK_AZURE:
        return assay_arena_printf(arena,
                                  "apim-request-id: %.*s\r\n"
                                  "x-ms-region: Mock Loopback\r\n"
                                  "x-ratelimit-remaining-requests: 99\r\n"
                                  "x-ratelimit-remaining-tokens: 99000\r\n",
                                  ASSAY_STR_ARG(id));
    case MOCK_ANTHROPIC:
        return assay_arena_printf(
            arena,
            "request-id: req_%.*s\r\n"
            "anthropic-ratelimit-requests-limit: 1000\r\n"
            "anthropic-ratelimit-requests-remaining: 999\r\n"
            "anthropic-ratelimit-requests-reset: 2026-01-01T00:00:01Z\r\n"
            "anthropic-ratelimit-output-tokens-limit: 80000\r\n"
            "anthropic-ratelimit-output-tokens-remaining: 79000\r\n"
            "anthropic-ratelimit-output-tokens-reset: "
            "2026-01-01T00:00:01Z\r\n",
            ASSAY_STR_ARG(id));
    case MOCK_GEMINI:
    case MOCK_DIALECTS:
        break;
    }
    return ASSAY_STR("");
}
