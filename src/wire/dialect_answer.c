/*
 * Answers being put together, from a whole body or event by event: both ways
 * end here, so that they cannot differ.
 */
#include "wire/dialect_parts.h"

#include "assay/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

enum { MOST_USAGE_MEMBERS = 64, MOST_USAGE_BYTES = 64 << 10 };

void assay_answering_init(struct assay_answering *answer,
                          struct assay_arena *arena,
                          struct assay_arena *scratch)
{
    const struct assay_str none = ASSAY_STR("");

    *answer = (struct assay_answering){
        .arena = arena,
        .scratch = scratch,
        .usage_name = "usage",
        .model = none,
        .id = none,
        .tier = none,
        .fingerprint = none,
        .finish_stated = none,
        .finish = ASSAY_FINISH_OTHER,
        .trouble = {.retry_after_ms = -1, .code = none, .message = none},
    };
    assay_buf_init(&answer->text, ASSAY_MOST_TEXT_BYTES);
    assay_buf_init(&answer->reasoning, ASSAY_MOST_TEXT_BYTES);
    assay_buf_init(&answer->refusal, ASSAY_MOST_TEXT_BYTES);
    assay_buf_init(&answer->usage, MOST_USAGE_BYTES);
}

void assay_answering_release(struct assay_answering *answer)
{
    for (size_t i = 0; i < answer->call_count; i++)
        assay_buf_release(&answer->calls[i].arguments);
    free(answer->calls);
    assay_buf_release(&answer->text);
    assay_buf_release(&answer->reasoning);
    assay_buf_release(&answer->refusal);
    assay_buf_release(&answer->usage);
    answer->calls = NULL;
    answer->call_count = 0;
}

bool assay_answering_fail(struct assay_answering *answer,
                          enum assay_outcome_class of, const char *format, ...)
{
    va_list args;

    if (answer->failed) /* the first reason stands */
        return false;
    va_start(args, format);
    struct assay_str text = assay_arena_vprintf(answer->arena, format, args);
    va_end(args);
    answer->failed = true;
    return assay_trouble_set(answer->arena, &answer->trouble, of, ASSAY_STR(""),
                             text);
}

bool assay_answering_fail_with(struct assay_answering *answer,
                               const struct assay_json *error)
{
    if (answer->failed)
        return false;
    answer->failed = true;
    return assay_trouble_read(answer->arena, error, 0, &answer->trouble);
}

static unsigned add(struct assay_answering *answer, struct assay_buf *to,
                    struct assay_str text, unsigned bits)
{
    if (text.len == 0)
        return 0;
    assay_buf_add(to, text);
    if (to->failed)
        assay_answering_fail(answer, ASSAY_CLASS_TOO_LARGE,
                             "the answer has more than %d bytes",
                             ASSAY_MOST_TEXT_BYTES);
    return bits;
}

unsigned assay_answering_add_text(struct assay_answering *answer,
                                  struct assay_str text)
{
    return add(answer, &answer->text, text,
               ASSAY_EVENT_TOKEN | ASSAY_EVENT_CONTENT);
}

unsigned assay_answering_add_reasoning(struct assay_answering *answer,
                                       struct assay_str text)
{
    return add(answer, &answer->reasoning, text, ASSAY_EVENT_TOKEN);
}

unsigned assay_answering_add_refusal(struct assay_answering *answer,
                                     struct assay_str text)
{
    return add(answer, &answer->refusal, text, ASSAY_EVENT_TOKEN);
}

unsigned assay_answering_add_arguments(struct assay_answering *answer,
                                       struct assay_answering_call *call,
                                       struct assay_str text)
{
    return add(answer, &call->arguments, text, ASSAY_EVENT_TOKEN);
}

unsigned assay_answering_add_argument_json(struct assay_answering *answer,
                                           struct assay_answering_call *call,
                                           const struct assay_json *arguments)
{
    struct assay_buf text;
    unsigned bits;

    if (!arguments || arguments->type == ASSAY_JSON_NULL)
        return 0;
    if (arguments->type == ASSAY_JSON_STRING)
        return assay_answering_add_arguments(answer, call, arguments->text);
    assay_buf_init(&text, ASSAY_MOST_TEXT_BYTES);
    assay_json_write(&text, arguments, (struct assay_json_style){0});
    bits = assay_answering_add_arguments(answer, call, assay_buf_str(&text));
    assay_buf_release(&text);
    return bits;
}

void assay_answering_add_logprob(struct assay_answering *answer,
                                 const struct assay_json *logprob)
{
    struct assay_decimal exact;

    if (!assay_json_is(logprob, ASSAY_JSON_NUMBER) ||
        !assay_decimal_parse(logprob->text, &exact))
        return;
    answer->logprob_sum += assay_decimal_double(exact);
    answer->logprob_count++;
}

void assay_answering_keep(struct assay_answering *answer,
                          struct assay_str *where, struct assay_str text)
{
    if (where->len == 0 && text.len > 0)
        *where = assay_arena_copy(answer->arena, text);
}

struct assay_answering_call *assay_answering_new_call(
    struct assay_answering *answer)
{
    struct assay_answering_call *call;

    if (!answer->calls)
        answer->calls = calloc(ASSAY_MOST_CALLS, sizeof *answer->calls);
    if (!answer->calls || answer->call_count == ASSAY_MOST_CALLS) {
        assay_answering_fail(answer, ASSAY_CLASS_TOO_LARGE,
                             "more than %d tool calls", ASSAY_MOST_CALLS);
        return NULL;
    }
    call = &answer->calls[answer->call_count++];
    *call = (struct assay_answering_call){
        .id = ASSAY_STR(""),
        .name = ASSAY_STR(""),
        .number = answer->call_count - 1,
        .index = answer->call_count - 1,
    };
    assay_buf_init(&call->arguments, ASSAY_MOST_TEXT_BYTES);
    return call;
}

void assay_answering_finish(struct assay_answering *answer,
                            enum assay_finish finish, struct assay_str stated)
{
    answer->finished = true;
    answer->finish = finish;
    answer->finish_stated = assay_arena_copy(answer->arena, stated);
}

/* ------------------------------------------------------- usage */

/* Some servers write counts as strings; assay_usage_read takes none. */
static void loosen(struct assay_arena *arena, struct assay_json *value)
{
    uint64_t count;

    if (value->type == ASSAY_JSON_STRING &&
        assay_str_to_u64(value->text, &count)) {
        value->type = ASSAY_JSON_NUMBER;
        value->text = assay_arena_printf(arena, "%" PRIu64, count);
    }
    for (struct assay_json *at = value->first; at; at = at->next)
        loosen(arena, at);
}

static void set_copy(struct assay_arena *arena, struct assay_json *to,
                     const struct assay_json *member)
{
    struct assay_json *copy = assay_json_copy(arena, member);

    loosen(arena, copy);
    assay_json_set_key(to, assay_arena_copy(arena, member->key), copy);
}

void assay_answering_add_usage(struct assay_answering *answer,
                               const struct assay_json *usage)
{
    struct assay_arena *arena = answer->scratch;
    struct assay_json *merged = assay_json_object(arena);
    const struct assay_json *before = NULL;
    struct assay_error ignored;

    if (!assay_json_is(usage, ASSAY_JSON_OBJECT) ||
        usage->count > MOST_USAGE_MEMBERS)
        return;
    if (answer->usage.len > 0)
        before = assay_json_parse(arena, assay_buf_str(&answer->usage), NULL,
                                  &ignored);
    for (const struct assay_json *at = usage->first; at; at = at->next)
        if (at->type != ASSAY_JSON_NULL)
            set_copy(arena, merged, at);
    for (const struct assay_json *at = before ? before->first : NULL; at;
         at = at->next)
        if (!assay_json_get_str(merged, at->key) &&
            merged->count < MOST_USAGE_MEMBERS)
            set_copy(arena, merged, at);
    assay_buf_clear(&answer->usage);
    assay_json_write(&answer->usage, merged, (struct assay_json_style){0});
}

/* The usage as a whole body would have it, read by the one who reads those. */
static void read_usage(struct assay_answering *answer, const char *name,
                       struct assay_completion *reply)
{
    struct assay_error ignored;
    struct assay_arena *arena = answer->arena;
    struct assay_str text =
        assay_arena_copy(arena, assay_buf_str(&answer->usage));
    struct assay_json *body, *usage;

    if (text.len == 0 || answer->usage.failed)
        return;
    usage = assay_json_parse(arena, text, NULL, &ignored);
    if (!usage)
        return;
    body = assay_json_object(arena);
    assay_json_set_text(arena, body, "model", reply->model);
    assay_json_set_text(arena, body, "modelVersion", reply->model);
    assay_json_set_text(arena, body, "service_tier", reply->tier);
    assay_json_set(body, name, usage);
    /* nothing in and nothing out is how some say that they do not count */
    if (assay_usage_read(arena, body, &reply->usage, &ignored) &&
        reply->usage.input_tokens + reply->usage.output_tokens > 0)
        reply->usage_state = ASSAY_USAGE_RETURNED;
    else
        reply->usage = (struct assay_response_usage){
            .dialect = "",
            .model = ASSAY_STR(""),
            .tier = ASSAY_STR(""),
            .stated_usd = ASSAY_STR(""),
        };
}

/* ------------------------------------------------------- the end */

static int by_index(const void *a, const void *b)
{
    const struct assay_answering_call *x = a, *y = b;

    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void end_calls(struct assay_answering *answer,
                      struct assay_completion *reply)
{
    size_t count = answer->call_count;

    if (count == 0)
        return;
    qsort(answer->calls, count, sizeof *answer->calls, by_index);
    reply->calls =
        ASSAY_NEW_ARRAY(answer->arena, struct assay_tool_call, count);
    reply->call_count = count;
    for (size_t i = 0; i < count; i++)
        reply->calls[i] = (struct assay_tool_call){
            .id = answer->calls[i].id,
            .name = answer->calls[i].name,
            .signature = answer->calls[i].signature,
            .arguments = assay_arena_copy(
                answer->arena, assay_buf_str(&answer->calls[i].arguments)),
        };
}

static double mean_logprob(const struct assay_answering *answer)
{
    return answer->logprob_count
               ? answer->logprob_sum / (double)answer->logprob_count
               : (double)NAN;
}

/* A stop after no text is an answer; nothing at all is none. */
static bool is_empty(const struct assay_completion *reply)
{
    return reply->finish_stated.len == 0 && reply->text.len == 0 &&
           reply->reasoning.len == 0 && reply->refusal.len == 0 &&
           reply->call_count == 0;
}

bool assay_answering_end(struct assay_answering *answer,
                         struct assay_completion *reply,
                         struct assay_trouble *trouble)
{
    struct assay_arena *arena = answer->arena;

    *reply = (struct assay_completion){
        .text = assay_arena_copy(arena, assay_buf_str(&answer->text)),
        .reasoning = assay_arena_copy(arena, assay_buf_str(&answer->reasoning)),
        .refusal = assay_arena_copy(arena, assay_buf_str(&answer->refusal)),
        .finish = answer->finish,
        .finish_stated = answer->finish_stated,
        .model = answer->model,
        .id = answer->id,
        .tier = answer->tier,
        .fingerprint = answer->fingerprint,
        .mean_logprob = mean_logprob(answer),
        .usage.dialect = "",
    };
    end_calls(answer, reply);
    read_usage(answer, answer->usage_name, reply);
    if (reply->refusal.len > 0 && reply->finish != ASSAY_FINISH_FILTERED)
        reply->finish = ASSAY_FINISH_REFUSED;
    /* Gemini and some servers call it a plain stop */
    if (reply->finish == ASSAY_FINISH_STOP && reply->call_count > 0)
        reply->finish = ASSAY_FINISH_TOOL_CALLS;
    if (!answer->failed && reply->finish == ASSAY_FINISH_FILTERED)
        assay_answering_fail(answer, ASSAY_CLASS_FILTERED,
                             "the provider's filter stopped it: %.*s",
                             ASSAY_STR_ARG(answer->finish_stated));
    if (!answer->failed && is_empty(reply))
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply has no text, no call and no reason "
                             "why it ended");
    *trouble = answer->trouble;
    return !answer->failed;
}

/* What a body that is no JSON is, for people. */
static const char *not_json(struct assay_str body)
{
    struct assay_str text = assay_str_trim(body);

    if (text.len == 0)
        return "the reply is empty";
    return text.at[0] == '<' ? "the reply is HTML or XML, no JSON"
                             : "the reply is no JSON";
}

bool assay_answering_read(struct assay_arena *arena, struct assay_str body,
                          void (*take)(struct assay_answering *answer,
                                       const struct assay_json *body),
                          struct assay_completion *reply,
                          struct assay_trouble *trouble)
{
    struct assay_answering answer;
    struct assay_error err = {0};
    const struct assay_json *json = NULL, *error;
    bool ok;

    assay_answering_init(&answer, arena, arena);
    if (body.len > ASSAY_MOST_EVENT_BYTES)
        assay_answering_fail(&answer, ASSAY_CLASS_TOO_LARGE,
                             "the reply has %zu bytes, %d are read", body.len,
                             ASSAY_MOST_EVENT_BYTES);
    else
        json = assay_json_parse(arena, body, NULL, &err);
    error = assay_trouble_find(json);
    if (error)
        assay_answering_fail_with(&answer, error);
    else if (json)
        take(&answer, json);
    else
        assay_answering_fail(&answer, ASSAY_CLASS_MALFORMED, "%s (%s)",
                             not_json(body), err.text);
    ok = assay_answering_end(&answer, reply, trouble);
    assay_answering_release(&answer);
    return ok;
}

bool assay_loose_u64(const struct assay_json *value, uint64_t *number)
{
    if (assay_json_is(value, ASSAY_JSON_STRING))
        return assay_str_to_u64(value->text, number);
    return assay_json_to_u64(value, number);
}
