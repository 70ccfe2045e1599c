/*
 * An answer as OpenAI's responses have it: whole, or as the events of a
 * stream, the last of which has the whole once more.
 *
 * Source: OpenAI's OpenAPI document (f85dbe2), /responses, read 2026-11-22.
 */
#include "mock/mock_writing.h"

static const char *status_of(const struct mock_answer *answer)
{
    return answer->finish == MOCK_LENGTH || answer->finish == MOCK_FILTERED
               ? "incomplete"
               : "completed";
}

static void put_usage(struct writing *w, uint64_t output)
{
    const struct mock_answer *answer = w->answer;

    put(w, ",\"usage\":{");
    put_count(w, "input_tokens", answer->input_tokens);
    put(w, ",\"input_tokens_details\":{");
    put_count(w, "cached_tokens", answer->cached_tokens);
    put(w, "},");
    put_count(w, "output_tokens", output);
    put(w, ",\"output_tokens_details\":{");
    put_count(w, "reasoning_tokens", answer->reasoning_tokens);
    put(w, "},");
    put_count(w, "total_tokens", answer->input_tokens + output);
    put(w, "}");
}

/* Up to its output. */
static void put_head(struct writing *w, const char *status)
{
    const struct mock_answer *answer = w->answer;
    const char *reason =
        answer->finish == MOCK_LENGTH ? "max_output_tokens" : "content_filter";
    bool incomplete = strcmp(status, "incomplete") == 0;

    assay_buf_printf(&w->out,
                     "{\"id\":\"resp_%.*s\",\"object\":\"response\","
                     "\"created_at\":%d,\"status\":\"%s\",\"error\":null,"
                     "\"incomplete_details\":%s%s%s,",
                     ASSAY_STR_ARG(answer->id), CREATED, status,
                     incomplete ? "{\"reason\":\"" : "",
                     incomplete ? reason : "null", incomplete ? "\"}" : "");
    put_text(w, "model", answer->model);
    put(w, ",\"service_tier\":\"default\",\"output\":[");
}

/* ------------------------------------------------------- items */

static void put_reasoning(struct writing *w)
{
    put(w, "{\"type\":\"reasoning\",\"id\":\"rs_mock\",\"summary\":[{\"type\":"
           "\"summary_text\",");
    put_text(w, "text", w->answer->reasoning);
    put(w, "}]}");
}

static void put_part(struct writing *w, struct assay_str text)
{
    if (w->answer->finish == MOCK_REFUSED) {
        put(w, "{\"type\":\"refusal\",");
        put_text(w, "refusal", text);
    } else {
        put(w, "{\"type\":\"output_text\",\"annotations\":[],");
        put_text(w, "text", text);
        if (w->answer->logprobs)
            put(w, ",\"logprobs\":[{\"token\":\"mock\",\"logprob\":-0.25,"
                   "\"bytes\":[109,111,99,107],\"top_logprobs\":[]}]");
    }
    put(w, "}");
}

static void put_message(struct writing *w, struct assay_str text)
{
    put(w, "{\"type\":\"message\",\"id\":\"msg_mock\",\"status\":"
           "\"completed\",\"role\":\"assistant\",\"content\":[");
    put_part(w, text);
    put(w, "]}");
}

static void put_call(struct writing *w, const struct mock_call *call,
                     struct assay_str arguments)
{
    put(w, "{\"type\":\"function_call\",\"id\":\"fc_mock\",");
    put_text(w, "call_id", call->id);
    put(w, ",");
    put_text(w, "name", call->name);
    put(w, ",");
    put_text(w, "arguments", arguments);
    put(w, ",\"status\":\"completed\"}");
}

static void put_output(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    const char *comma = "";

    if (answer->reasoning.len > 0) {
        put_reasoning(w);
        comma = ",";
    }
    if (answer->call_count == 0 && !answer->nothing) {
        put(w, comma);
        put_message(w, answer->text);
    }
    for (size_t i = 0; i < answer->call_count; i++) {
        put(w, i == 0 ? comma : ",");
        put_call(w, &answer->calls[i], answer->calls[i].arguments);
    }
}

/* ------------------------------------------------------- whole */

static void put_whole(struct writing *w)
{
    put_head(w, status_of(w->answer));
    put_output(w);
    put(w, "]");
    if (w->answer->usage != MOCK_USAGE_MISSING)
        put_usage(w, w->answer->output_tokens);
    put(w, "}");
}

void assay_mock_responses_body(struct writing *w)
{
    put_whole(w);
}

/* ------------------------------------------------------- events */

static void begin_event(struct writing *w, const char *type)
{
    assay_buf_printf(&w->out, "{\"type\":\"%s\",\"sequence_number\":%zu", type,
                     w->events->count);
}

static void end_event(struct writing *w, const char *type, bool token)
{
    put(w, "}");
    emit(w, type, token);
}

static void put_state(struct writing *w, const char *type, bool usage)
{
    begin_event(w, type);
    put(w, ",\"response\":");
    put_head(w, "in_progress");
    put(w, "]");
    if (usage)
        put_usage(w, 1);
    put(w, "}");
    end_event(w, type, false);
}

static void put_pieces(struct writing *w, const char *type, unsigned index,
                       struct assay_str text)
{
    while (text.len > 0) {
        struct assay_str token = assay_mock_token(&text);

        begin_event(w, type);
        assay_buf_printf(&w->out, ",\"item_id\":\"x\",\"output_index\":%u,",
                         index);
        put_text(w, "delta", token);
        end_event(w, type, true);
    }
}

static void put_call_pieces(struct writing *w, const struct mock_call *call,
                            unsigned index)
{
    static const char added[] = "response.output_item.added";
    static const char done[] = "response.output_item.done";

    begin_event(w, added);
    assay_buf_printf(&w->out, ",\"output_index\":%u,\"item\":", index);
    put_call(w, call, ASSAY_STR(""));
    end_event(w, added, false);
    put_pieces(w, "response.function_call_arguments.delta", index,
               call->arguments);
    begin_event(w, done);
    assay_buf_printf(&w->out, ",\"output_index\":%u,\"item\":", index);
    put_call(w, call, call->arguments);
    end_event(w, done, false);
}

void assay_mock_responses_stream(struct writing *w)
{
    const struct mock_answer *answer = w->answer;
    unsigned index = 0;
    const char *end = strcmp(status_of(answer), "completed") == 0
                          ? "response.completed"
                          : "response.incomplete";

    put_state(w, "response.created", false);
    put_state(w, "response.in_progress", answer->usage == MOCK_USAGE_TWICE);
    if (answer->reasoning.len > 0)
        put_pieces(w, "response.reasoning_summary_text.delta", index++,
                   answer->reasoning);
    if (answer->call_count == 0 && !answer->nothing)
        put_pieces(w,
                   answer->finish == MOCK_REFUSED
                       ? "response.refusal.delta"
                       : "response.output_text.delta",
                   index, answer->text);
    for (size_t i = 0; i < answer->call_count; i++) {
        size_t at = answer->reversed ? answer->call_count - 1 - i : i;

        put_call_pieces(w, &answer->calls[at], index + (unsigned)at);
    }
    begin_event(w, end);
    put(w, ",\"response\":");
    put_whole(w);
    end_event(w, end, false);
}
