/*
 * Answers in OpenAI's form, whole or in events of a stream. Texts are of a
 * model and of clients: strings are always escaped.
 */
#include "wire/wire.h"

#include <math.h>

/* ------------------------------------------------------- small things */

static void add_string(struct assay_buf *out, const char *name,
                       struct assay_str text)
{
    assay_buf_printf(out, "\"%s\":", name);
    assay_json_write_string(out, text);
}

/* A text or null. */
static void add_c(struct assay_buf *out, const char *name, const char *text)
{
    if (text)
        add_string(out, name, assay_str_c(text));
    else
        assay_buf_printf(out, "\"%s\":null", name);
}

static void begin_event(struct assay_buf *out)
{
    assay_buf_add_c(out, "data: ");
}

static void end_event(struct assay_buf *out)
{
    assay_buf_add_c(out, "\n\n");
}

/* {"id":…,"system_fingerprint":…, with the comma. */
static void add_head(struct assay_buf *out,
                     const struct assay_openai_head *head, const char *object)
{
    assay_buf_add_char(out, '{');
    add_string(out, "id", head->id);
    assay_buf_printf(out, ",\"object\":\"%s\",\"created\":%lld,", object,
                     (long long)head->created);
    add_string(out, "model", head->model);
    assay_buf_add_char(out, ',');
    add_string(out, "system_fingerprint", head->fingerprint);
    assay_buf_add_char(out, ',');
}

static void add_usage(struct assay_buf *out,
                      const struct assay_openai_usage *usage)
{
    assay_buf_printf(
        out,
        "\"usage\":{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,"
        "\"total_tokens\":%llu,"
        "\"prompt_tokens_details\":{\"cached_tokens\":%llu,\"audio_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0,"
        "\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
        "\"rejected_prediction_tokens\":0}}",
        (unsigned long long)usage->input, (unsigned long long)usage->output,
        (unsigned long long)(usage->input + usage->output),
        (unsigned long long)usage->cached);
}

/* ------------------------------------------------------- logprobs */

void assay_openai_logprobs_init(struct assay_openai_logprobs *logprobs,
                                enum assay_openai_body body, size_t max_bytes)
{
    *logprobs = (struct assay_openai_logprobs){.body = body};
    assay_buf_init(&logprobs->content, max_bytes);
    assay_buf_init(&logprobs->numbers, max_bytes);
    assay_buf_init(&logprobs->tops, max_bytes);
    assay_buf_init(&logprobs->offsets, max_bytes);
}

void assay_openai_logprobs_release(struct assay_openai_logprobs *logprobs)
{
    assay_buf_release(&logprobs->content);
    assay_buf_release(&logprobs->numbers);
    assay_buf_release(&logprobs->tops);
    assay_buf_release(&logprobs->offsets);
}

void assay_openai_logprobs_clear(struct assay_openai_logprobs *logprobs)
{
    assay_buf_clear(&logprobs->content);
    assay_buf_clear(&logprobs->numbers);
    assay_buf_clear(&logprobs->tops);
    assay_buf_clear(&logprobs->offsets);
    logprobs->count = 0;
}

/* A token may be part of a character: then its bytes are spelled, as OpenAI
   does. */
static void add_token_text(struct assay_buf *out,
                           const struct assay_openai_token *token)
{
    struct assay_str bytes = token->bytes.len ? token->bytes : token->name;

    if (assay_utf8_valid(bytes)) {
        assay_json_write_string(out, bytes);
        return;
    }
    assay_buf_add_c(out, "\"bytes:");
    for (size_t i = 0; i < bytes.len; i++)
        assay_buf_printf(out, "\\\\x%02x", (unsigned char)bytes.at[i]);
    assay_buf_add_char(out, '"');
}

/* JSON has no infinity; OpenAI says -9999 for "never". */
static double finite(double logprob)
{
    return isfinite(logprob) && logprob > -9999.0 ? logprob : -9999.0;
}

static void add_chat_token(struct assay_buf *out,
                           const struct assay_openai_token *token)
{
    assay_buf_add_c(out, "{\"token\":");
    add_token_text(out, token);
    assay_buf_printf(out,
                     ",\"logprob\":%.9g,\"bytes\":", finite(token->logprob));
    if (token->bytes.len == 0) {
        assay_buf_add_c(out, "null");
        return;
    }
    assay_buf_add_char(out, '[');
    for (size_t i = 0; i < token->bytes.len; i++)
        assay_buf_printf(out, i ? ",%d" : "%d",
                         (unsigned char)token->bytes.at[i]);
    assay_buf_add_char(out, ']');
}

static void add_chat_logprob(struct assay_openai_logprobs *logprobs,
                             const struct assay_openai_token *token,
                             const struct assay_openai_token *best,
                             size_t best_count)
{
    struct assay_buf *out = &logprobs->content;

    add_chat_token(out, token);
    assay_buf_add_c(out, ",\"top_logprobs\":[");
    for (size_t i = 0; i < best_count; i++) {
        if (i > 0)
            assay_buf_add_char(out, ',');
        add_chat_token(out, &best[i]);
        assay_buf_add_char(out, '}');
    }
    assay_buf_add_c(out, "]}");
}

/* Two tokens may be spelled alike; the likelier one is told. */
static bool is_told(const struct assay_openai_token *best, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (assay_str_equal(best[k].bytes, best[i].bytes) &&
            assay_str_equal(best[k].name, best[i].name))
            return true;
    return false;
}

static void add_tops(struct assay_buf *out,
                     const struct assay_openai_token *best, size_t best_count)
{
    bool first = true;

    assay_buf_add_char(out, '{');
    for (size_t i = 0; i < best_count; i++) {
        if (is_told(best, i))
            continue;
        if (!first)
            assay_buf_add_char(out, ',');
        first = false;
        add_token_text(out, &best[i]);
        assay_buf_printf(out, ":%.9g", finite(best[i].logprob));
    }
    assay_buf_add_char(out, '}');
}

void assay_openai_logprobs_add(struct assay_openai_logprobs *logprobs,
                               const struct assay_openai_token *token,
                               const struct assay_openai_token *best,
                               size_t best_count, size_t offset)
{
    const char *comma = logprobs->count++ > 0 ? "," : "";

    assay_buf_add_c(&logprobs->content, comma);
    if (logprobs->body == ASSAY_OPENAI_CHAT) {
        add_chat_logprob(logprobs, token, best, best_count);
        return;
    }
    add_token_text(&logprobs->content, token);
    assay_buf_printf(&logprobs->numbers, "%s%.9g", comma,
                     finite(token->logprob));
    assay_buf_add_c(&logprobs->tops, comma);
    add_tops(&logprobs->tops, best, best_count);
    assay_buf_printf(&logprobs->offsets, "%s%zu", comma, offset);
}

static void add_logprobs(struct assay_buf *out,
                         const struct assay_openai_logprobs *logprobs)
{
    /* a buffer that overflowed made the answer an error before this */
    if (!logprobs) {
        assay_buf_add_c(out, "\"logprobs\":null");
        return;
    }
    if (logprobs->body == ASSAY_OPENAI_CHAT) {
        assay_buf_add_c(out, "\"logprobs\":{\"content\":[");
        assay_buf_add(out, assay_buf_str(&logprobs->content));
        assay_buf_add_c(out, "],\"refusal\":null}");
        return;
    }
    assay_buf_add_c(out, "\"logprobs\":{\"tokens\":[");
    assay_buf_add(out, assay_buf_str(&logprobs->content));
    assay_buf_add_c(out, "],\"token_logprobs\":[");
    assay_buf_add(out, assay_buf_str(&logprobs->numbers));
    assay_buf_add_c(out, "],\"top_logprobs\":[");
    assay_buf_add(out, assay_buf_str(&logprobs->tops));
    assay_buf_add_c(out, "],\"text_offset\":[");
    assay_buf_add(out, assay_buf_str(&logprobs->offsets));
    assay_buf_add_c(out, "]}");
}

/* ------------------------------------------------------- whole answers */

static void add_choice(struct assay_buf *out,
                       const struct assay_openai_head *head,
                       const struct assay_openai_part *part)
{
    assay_buf_printf(out, "{\"index\":%zu,", part->index);
    if (head->body == ASSAY_OPENAI_CHAT) {
        assay_buf_add_c(out, "\"message\":{\"role\":\"assistant\",");
        add_string(out, "content", part->text);
        assay_buf_add_c(out, ",\"refusal\":null,\"annotations\":[]},");
    } else {
        add_string(out, "text", part->text);
        assay_buf_add_char(out, ',');
    }
    add_logprobs(out, part->logprobs);
    assay_buf_add_char(out, ',');
    add_c(out, "finish_reason", part->finish);
    assay_buf_add_char(out, '}');
}

void assay_openai_write_answer(struct assay_buf *out,
                               const struct assay_openai_head *head,
                               const struct assay_openai_part *choices,
                               size_t count,
                               const struct assay_openai_usage *usage)
{
    add_head(out, head,
             head->body == ASSAY_OPENAI_CHAT ? "chat.completion"
                                             : "text_completion");
    assay_buf_add_c(out, "\"choices\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            assay_buf_add_char(out, ',');
        add_choice(out, head, &choices[i]);
    }
    assay_buf_add_c(out, "],");
    add_usage(out, usage);
    assay_buf_add_c(out, "}\n");
}

/* ------------------------------------------------------- streams */

static const char *event_object(const struct assay_openai_head *head)
{
    return head->body == ASSAY_OPENAI_CHAT ? "chat.completion.chunk"
                                           : "text_completion";
}

static void add_delta(struct assay_buf *out,
                      const struct assay_openai_part *part)
{
    assay_buf_add_c(out, "\"delta\":{");
    if (part->opens)
        assay_buf_add_c(out, "\"role\":\"assistant\",\"content\":\"\","
                             "\"refusal\":null");
    else if (part->text.len > 0 || !part->finish)
        add_string(out, "content", part->text);
    assay_buf_add_c(out, "},");
}

void assay_openai_write_event(struct assay_buf *out,
                              const struct assay_openai_head *head,
                              const struct assay_openai_part *part)
{
    begin_event(out);
    add_head(out, head, event_object(head));
    assay_buf_printf(out, "\"choices\":[{\"index\":%zu,", part->index);
    if (head->body == ASSAY_OPENAI_CHAT) {
        add_delta(out, part);
    } else {
        add_string(out, "text", part->text);
        assay_buf_add_char(out, ',');
    }
    add_logprobs(out, part->logprobs);
    assay_buf_add_char(out, ',');
    add_c(out, "finish_reason", part->finish);
    assay_buf_add_c(out, head->include_usage ? "}],\"usage\":null}" : "}]}");
    end_event(out);
}

void assay_openai_write_usage_event(struct assay_buf *out,
                                    const struct assay_openai_head *head,
                                    const struct assay_openai_usage *usage)
{
    begin_event(out);
    add_head(out, head, event_object(head));
    assay_buf_add_c(out, "\"choices\":[],");
    add_usage(out, usage);
    assay_buf_add_char(out, '}');
    end_event(out);
}

static void add_fault(struct assay_buf *out,
                      const struct assay_openai_fault *fault)
{
    assay_buf_add_c(out, "{\"error\":{");
    add_string(out, "message", assay_str_c(fault->why.text));
    assay_buf_add_char(out, ',');
    add_c(out, "type", fault->type);
    assay_buf_add_char(out, ',');
    add_c(out, "param", fault->param[0] ? fault->param : NULL);
    assay_buf_add_char(out, ',');
    add_c(out, "code", fault->code);
    assay_buf_add_c(out, "}}");
}

void assay_openai_write_fault(struct assay_buf *out,
                              const struct assay_openai_fault *fault)
{
    add_fault(out, fault);
    assay_buf_add_char(out, '\n');
}

void assay_openai_write_fault_event(struct assay_buf *out,
                                    const struct assay_openai_fault *fault)
{
    begin_event(out);
    add_fault(out, fault);
    end_event(out);
}

void assay_openai_write_end(struct assay_buf *out)
{
    begin_event(out);
    assay_buf_add_c(out, "[DONE]");
    end_event(out);
}

/* ------------------------------------------------------- models */

static void add_model(struct assay_buf *out, struct assay_str model,
                      int64_t created)
{
    assay_buf_add_char(out, '{');
    add_string(out, "id", model);
    assay_buf_printf(out,
                     ",\"object\":\"model\",\"created\":%lld,"
                     "\"owned_by\":\"assay\"}",
                     (long long)created);
}

void assay_openai_write_models(struct assay_buf *out, struct assay_str model,
                               int64_t created)
{
    assay_buf_add_c(out, "{\"object\":\"list\",\"data\":[");
    add_model(out, model, created);
    assay_buf_add_c(out, "]}\n");
}

void assay_openai_write_model(struct assay_buf *out, struct assay_str model,
                              int64_t created)
{
    add_model(out, model, created);
    assay_buf_add_char(out, '\n');
}
