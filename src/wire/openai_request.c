/*
 * Requests of OpenAI's chat completions and completions: every member of the
 * body is a number of the table, a field that is read here, one that changes
 * nothing, or refused by its name.
 */
#include "wire/openai_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    IN_CHAT = 1 << ASSAY_OPENAI_CHAT,
    IN_COMPLETION = 1 << ASSAY_OPENAI_COMPLETION,
    IN_BOTH = IN_CHAT | IN_COMPLETION,
    MOST_SCHEMA_NAME = 64,
    MOST_STOP_BYTES = 1000,
};

/* ------------------------------------------------------- single fields */

static bool read_model(struct assay_openai_reading *r,
                       const struct assay_json *value)
{
    r->ask->model = value->text;
    return assay_openai_expect(r, value, ASSAY_JSON_STRING, "a string");
}

static bool read_stream(struct assay_openai_reading *r,
                        const struct assay_json *value)
{
    return assay_openai_read_bool(r, value, &r->ask->stream);
}

static bool read_echo(struct assay_openai_reading *r,
                      const struct assay_json *value)
{
    return assay_openai_read_bool(r, value, &r->ask->echo);
}

static bool read_wants_logprobs(struct assay_openai_reading *r,
                                const struct assay_json *value)
{
    return assay_openai_read_bool(r, value, &r->wants_logprobs);
}

static bool read_stream_options(struct assay_openai_reading *r,
                                const struct assay_json *value)
{
    const struct assay_json *usage = assay_json_get(value, "include_usage");

    r->has_stream_options = true;
    if (!assay_openai_expect(r, value, ASSAY_JSON_OBJECT, "an object"))
        return false;
    for (const struct assay_json *at = value->first; at; at = at->next)
        if (!assay_str_is(at->key, "include_usage") &&
            /* padding against guesses by length: there is none here */
            !assay_str_is(at->key, "include_obfuscation"))
            return assay_openai_refuse(r, "unknown_parameter", at,
                                       "is not known");
    return !usage || usage->type == ASSAY_JSON_NULL ||
           assay_openai_read_bool(r, usage, &r->ask->include_usage);
}

static bool read_one_stop(struct assay_openai_reading *r,
                          const struct assay_json *value)
{
    if (!assay_openai_expect(r, value, ASSAY_JSON_STRING, "a string"))
        return false;
    if (value->text.len == 0 || value->text.len > MOST_STOP_BYTES)
        return assay_openai_refuse(r, "invalid_value", value,
                                   "expected 1 to %d bytes, not %zu",
                                   MOST_STOP_BYTES, value->text.len);
    r->ask->stops[r->ask->stop_count++] = value->text;
    return true;
}

static bool read_stop(struct assay_openai_reading *r,
                      const struct assay_json *value)
{
    if (value->type == ASSAY_JSON_STRING)
        return read_one_stop(r, value);
    if (!assay_openai_expect(r, value, ASSAY_JSON_ARRAY,
                             "a string or a list of strings"))
        return false;
    if (value->count > ASSAY_OPENAI_STOPS)
        return assay_openai_refuse(r, "invalid_value", value,
                                   "%d at most, not %u", ASSAY_OPENAI_STOPS,
                                   value->count);
    for (value = value->first; value; value = value->next)
        if (!read_one_stop(r, value))
            return false;
    return true;
}

static bool read_one_bias(struct assay_openai_reading *r,
                          const struct assay_json *value)
{
    struct assay_openai_bias *bias = &r->ask->bias[r->ask->bias_count++];
    char digits[32] = "";
    uint64_t token;

    if (!assay_str_to_u64(value->key, &token) || token >= UINT32_MAX)
        return assay_openai_refuse(r, "invalid_value", value,
                                   "expected the number of a token as name");
    if (!assay_openai_expect(r, value, ASSAY_JSON_NUMBER, "a number"))
        return false;
    bias->token = (uint32_t)token;
    if (value->text.len < sizeof digits)
        memcpy(digits, value->text.at, value->text.len);
    bias->add = strtof(digits, NULL);
    return (digits[0] && bias->add >= -100 && bias->add <= 100) ||
           assay_openai_refuse(r, "invalid_value", value,
                               "expected -100 to 100, not %.*s",
                               ASSAY_STR_ARG(assay_str_head(value->text, 32)));
}

static bool read_bias(struct assay_openai_reading *r,
                      const struct assay_json *value)
{
    if (!assay_openai_expect(r, value, ASSAY_JSON_OBJECT,
                             "an object of tokens and numbers"))
        return false;
    r->ask->bias =
        ASSAY_NEW_ARRAY(r->arena, struct assay_openai_bias, value->count + 1);
    for (value = value->first; value; value = value->next)
        if (!read_one_bias(r, value))
            return false;
    return true;
}

/* The model writes text; other things it cannot make. */
static bool read_modalities(struct assay_openai_reading *r,
                            const struct assay_json *value)
{
    if (!assay_openai_expect(r, value, ASSAY_JSON_ARRAY, "a list"))
        return false;
    for (value = value->first; value; value = value->next)
        if (!assay_str_is(value->text, "text"))
            return assay_openai_refuse(r, "unsupported_value", value,
                                       "the model writes text only");
    return true;
}

/* ------------------------------------------------------- formats */

static bool check_schema_name(struct assay_openai_reading *r,
                              const struct assay_json *about)
{
    const struct assay_json *name = assay_json_get(about, "name");

    if (!name)
        return assay_openai_refuse(r, "missing_required_parameter", about,
                                   "a json_schema has a name");
    if (!assay_openai_expect(r, name, ASSAY_JSON_STRING, "a string"))
        return false;
    for (size_t i = 0; i < name->text.len; i++) {
        char c = name->text.at[i], small = (char)(c | 0x20);

        if (!(small >= 'a' && small <= 'z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-')
            return assay_openai_refuse(r, "invalid_value", name,
                                       "expected letters, digits, _ and -");
    }
    return (name->text.len > 0 && name->text.len <= MOST_SCHEMA_NAME) ||
           assay_openai_refuse(r, "invalid_value", name,
                               "expected 1 to %d characters", MOST_SCHEMA_NAME);
}

static bool read_schema(struct assay_openai_reading *r,
                        const struct assay_json *format)
{
    const struct assay_json *about = assay_json_get(format, "json_schema");
    const struct assay_json *schema = assay_json_get(about, "schema");

    if (!about)
        return assay_openai_refuse(r, "missing_required_parameter", format,
                                   "the type json_schema has a json_schema");
    if (!assay_openai_expect(r, about, ASSAY_JSON_OBJECT, "an object") ||
        !check_schema_name(r, about))
        return false;
    if (!schema)
        return assay_openai_refuse(r, "missing_required_parameter", about,
                                   "a json_schema has a schema");
    r->ask->schema = schema;
    return assay_openai_expect(r, schema, ASSAY_JSON_OBJECT, "an object");
}

static bool read_format(struct assay_openai_reading *r,
                        const struct assay_json *value)
{
    struct assay_str type;

    if (!assay_openai_expect(r, value, ASSAY_JSON_OBJECT, "an object"))
        return false;
    type = assay_json_text(value, "type");
    if (assay_str_is(type, "text"))
        return true;
    if (assay_str_is(type, "json_schema"))
        return read_schema(r, value);
    r->ask->json_object = assay_str_is(type, "json_object");
    return r->ask->json_object ||
           assay_openai_refuse(r, "unsupported_value", value,
                               "expected the type text, json_object or "
                               "json_schema");
}

/* ------------------------------------------------------- the tables */

static const struct {
    const char *name;
    unsigned in;
    bool (*read)(struct assay_openai_reading *r,
                 const struct assay_json *value);
} fields[] = {
    {"model", IN_BOTH, read_model},
    {"messages", IN_CHAT, assay_openai_read_messages},
    {"prompt", IN_COMPLETION, assay_openai_read_prompt},
    {"stream", IN_BOTH, read_stream},
    {"stream_options", IN_BOTH, read_stream_options},
    {"stop", IN_BOTH, read_stop},
    {"logit_bias", IN_BOTH, read_bias},
    {"logprobs", IN_CHAT, read_wants_logprobs},
    {"response_format", IN_CHAT, read_format},
    {"modalities", IN_CHAT, read_modalities},
    {"echo", IN_COMPLETION, read_echo},
};

/* They say who asks, how it is billed or kept: the answer is the same. */
static const char *const overlooked[] = {
    "user",
    "metadata",
    "store",
    "service_tier",
    "prediction",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "parallel_tool_calls", /* of none */
};

/* OpenAI knows them, and the answer would not be what was asked for. */
static const char *const unsupported[] = {
    "tools",  "tool_choice",      "functions", "function_call",
    "audio",  "reasoning_effort", "verbosity", "web_search_options",
    "suffix",
};

static bool is_among(struct assay_str name, const char *const *names,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(name, names[i]))
            return true;
    return false;
}

#define IS_AMONG(name, names) \
    is_among(name, names, sizeof names / sizeof names[0])

static bool read_member(struct assay_openai_reading *r,
                        const struct assay_json *value)
{
    enum assay_openai_body body = r->ask->body;

    if (IS_AMONG(value->key, overlooked))
        return true;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].in & 1U << body &&
            assay_str_is(value->key, fields[i].name))
            return value->type == ASSAY_JSON_NULL || fields[i].read(r, value);
    for (size_t i = 0; i < ASSAY_OPENAI_NUMBERS; i++)
        if (assay_openai_numbers[i].in[body].taken &&
            assay_str_is(value->key, assay_openai_numbers[i].name))
            return value->type == ASSAY_JSON_NULL ||
                   assay_openai_read_number(r, (enum assay_openai_value_name)i,
                                            value);
    if (!IS_AMONG(value->key, unsupported))
        return assay_openai_refuse(r, "unknown_parameter", value,
                                   "is not known here");
    return value->type == ASSAY_JSON_NULL ||
           assay_openai_refuse(r, "unsupported_parameter", value,
                               "is not taken here");
}

/* ------------------------------------------------------- the whole */

static bool require(struct assay_openai_reading *r, bool given,
                    const char *name)
{
    return given || assay_openai_fail(r->fault, "missing_required_parameter",
                                      name, "%s is missing", name);
}

static bool conflict(struct assay_openai_reading *r, bool is_one,
                     const char *name, const char *why)
{
    return !is_one ||
           assay_openai_fail(r->fault, "invalid_value", name, "%s", why);
}

/* What fields say about each other. */
static bool check_together(struct assay_openai_reading *r)
{
    struct assay_openai_ask *ask = r->ask;
    const struct assay_openai_value *v = ask->values;

    return conflict(r, r->has_stream_options && !ask->stream, "stream_options",
                    "stream_options is for stream: true") &&
           conflict(r, v[ASSAY_OPENAI_TOP_LOGPROBS].given && !r->wants_logprobs,
                    "top_logprobs", "top_logprobs is for logprobs: true") &&
           conflict(r,
                    v[ASSAY_OPENAI_MAX_TOKENS].given &&
                        v[ASSAY_OPENAI_MAX_COMPLETION_TOKENS].given,
                    "max_tokens",
                    "one of max_tokens and max_completion_tokens") &&
           conflict(r,
                    v[ASSAY_OPENAI_BEST_OF].given &&
                        v[ASSAY_OPENAI_BEST_OF].whole !=
                            v[ASSAY_OPENAI_N].whole,
                    "best_of", "best_of is taken where it equals n") &&
           conflict(r, ask->echo && v[ASSAY_OPENAI_LOGPROBS].given, "echo",
                    "echo with logprobs is not taken here: those of the "
                    "prompt are not told") &&
           conflict(r,
                    ask->prompt_count * (size_t)v[ASSAY_OPENAI_N].whole >
                        ASSAY_OPENAI_CHOICES,
                    "n", "prompts times n are 64 at most");
}

static bool read_all(struct assay_openai_reading *r,
                     const struct assay_json *body)
{
    struct assay_openai_ask *ask = r->ask;
    struct assay_openai_value *v = ask->values;
    bool chat = ask->body == ASSAY_OPENAI_CHAT;

    if (body->type != ASSAY_JSON_OBJECT)
        return assay_openai_fail(r->fault, "invalid_type", NULL,
                                 "the body is an object, not %s",
                                 assay_json_type_name(body));
    for (const struct assay_json *at = body->first; at; at = at->next)
        if (!read_member(r, at))
            return false;
    assay_openai_default_numbers(ask);
    if (!require(r, ask->model.len > 0, "model") ||
        !require(r, !chat || ask->turn_count > 0, "messages") ||
        !require(r, chat || ask->prompt_count > 0, "prompt"))
        return false;
    if (chat)
        ask->prompt_count = 1;
    if (!check_together(r))
        return false;
    if (v[ASSAY_OPENAI_MAX_COMPLETION_TOKENS].given)
        v[ASSAY_OPENAI_MAX_TOKENS] = v[ASSAY_OPENAI_MAX_COMPLETION_TOKENS];
    if (chat)
        ask->logprobs =
            r->wants_logprobs ? (int)v[ASSAY_OPENAI_TOP_LOGPROBS].whole : -1;
    else
        ask->logprobs = v[ASSAY_OPENAI_LOGPROBS].given
                            ? (int)v[ASSAY_OPENAI_LOGPROBS].whole
                            : -1;
    return true;
}

bool assay_openai_read(struct assay_arena *arena, struct assay_str text,
                       enum assay_openai_body body,
                       struct assay_openai_ask *ask,
                       struct assay_openai_fault *fault)
{
    struct assay_openai_reading r = {
        .arena = arena,
        .ask = ask,
        .fault = fault,
    };
    struct assay_error err = {0};
    const struct assay_json *json;

    *ask = (struct assay_openai_ask){.body = body, .model = ASSAY_STR("")};
    *fault = (struct assay_openai_fault){0};
    json = assay_json_parse(arena, text, NULL, &err);
    if (!json)
        return assay_openai_fail(fault, "invalid_json", NULL,
                                 "the body cannot be read as JSON: %s",
                                 err.text);
    return read_all(&r, json);
}
