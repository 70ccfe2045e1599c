/*
 * What a provider's config says of the chat: numbers, stops, tools, the form
 * of the answer. The same names stand in a case's options.
 */
#include "trial/promptfoo_parts.h"

#include <stddef.h>
#include <string.h>

/* ---- Numbers ---- */

static bool take_number(struct assay_suite_reader *in,
                        const struct assay_json *member,
                        struct assay_chat *chat, bool *known)
{
    static const struct {
        const char *name;
        size_t at;
    } numbers[] = {
        {"temperature", offsetof(struct assay_chat, temperature)},
        {"top_p", offsetof(struct assay_chat, top_p)},
        {"top_k", offsetof(struct assay_chat, top_k)},
        {"topP", offsetof(struct assay_chat, top_p)},
        {"topK", offsetof(struct assay_chat, top_k)},
        {"min_p", offsetof(struct assay_chat, min_p)},
        {"seed", offsetof(struct assay_chat, seed)},
        {"presence_penalty", offsetof(struct assay_chat, presence_penalty)},
        {"frequency_penalty", offsetof(struct assay_chat, frequency_penalty)},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct assay_stated stated = {0};
        if (!assay_str_is(member->key, numbers[i].name))
            continue;
        *known = true;
        if (!assay_suite_number(in, member, &stated))
            return false;
        memcpy((char *)chat + numbers[i].at, &stated, sizeof stated);
    }
    return true;
}

static bool is_max_tokens(struct assay_str key)
{
    return assay_str_is(key, "max_tokens") ||
           assay_str_is(key, "max_completion_tokens") ||
           assay_str_is(key, "max_output_tokens") ||
           assay_str_is(key, "maxOutputTokens") ||
           assay_str_is(key, "num_predict");
}

static bool take_max_tokens(struct assay_suite_reader *in,
                            const struct assay_json *member,
                            struct assay_chat *chat)
{
    uint64_t number;

    if (!assay_json_to_u64(member, &number) || number < 1 ||
        number > UINT32_MAX)
        return assay_suite_fail(in, member, "'%.*s' is a whole number from 1",
                                ASSAY_STR_ARG(member->key));
    chat->max_tokens = (uint32_t)number;
    return true;
}

/* ---- Lists and trees ---- */

static bool take_stops(struct assay_suite_reader *in,
                       const struct assay_json *member, struct assay_chat *chat)
{
    bool one = member->type == ASSAY_JSON_STRING;

    if (!one && member->type != ASSAY_JSON_ARRAY)
        return assay_suite_fail(in, member, "'%.*s' is a list of texts",
                                ASSAY_STR_ARG(member->key));
    struct assay_str *stops =
        ASSAY_NEW_ARRAY(in->arena, struct assay_str, member->count + 1);
    chat->stop_count = 0;
    for (const struct assay_json *s = one ? member : member->first; s;
         s = one ? NULL : s->next) {
        if (s->type != ASSAY_JSON_STRING)
            return assay_suite_fail(in, s, "a stop is a text");
        stops[chat->stop_count++] = s->text;
    }
    chat->stops = stops;
    return true;
}

/* file://tools.yaml: what it holds; NULL: told. */
static const struct assay_json *load(struct assay_suite_reader *in,
                                     const struct assay_json *value)
{
    struct assay_str name;

    if (!assay_json_is(value, ASSAY_JSON_STRING) ||
        !assay_suite_file_name(value->text, &name))
        return value;
    if (!in->suite) {
        assay_suite_fail(in, value, "a file cannot be named here");
        return NULL;
    }
    if (assay_suite_is_program(name)) {
        assay_suite_fail(in, value, "'%.*s' is a program; a suite is data",
                         ASSAY_STR_ARG(name));
        return NULL;
    }
    struct assay_suite_file *file = assay_suite_open(in, name, value);
    return file ? assay_suite_document(in, file) : NULL;
}

/* {"type": "json_schema", "json_schema": {"schema": …}} and its variants. */
static bool take_format(struct assay_suite_reader *in,
                        const struct assay_json *member,
                        struct assay_chat *chat)
{
    const struct assay_json *format = load(in, member), *schema;
    struct assay_str type;

    if (!format)
        return false;
    type = assay_json_text(format, "type");
    if (assay_str_is(type, "text"))
        return true;
    if (assay_str_is(type, "json_object")) {
        chat->json_object = true;
        return true;
    }
    if (!assay_str_is(type, "json_schema"))
        return assay_suite_fail(in, member,
                                "a response_format of type text, json_object "
                                "or json_schema was expected");
    schema = assay_json_at(format, "json_schema.schema");
    if (!schema)
        schema = assay_json_get(format, "schema");
    if (schema)
        schema = load(in, schema);
    if (!assay_json_is(schema, ASSAY_JSON_OBJECT))
        return assay_suite_fail(in, member,
                                "response_format has no json_schema.schema");
    chat->schema = schema;
    return true;
}

static bool take_tools(struct assay_suite_reader *in,
                       const struct assay_json *member, struct assay_chat *chat)
{
    const struct assay_json *tools = load(in, member);

    if (!tools)
        return false;
    if (tools->type != ASSAY_JSON_ARRAY)
        return assay_suite_fail(in, member, "'tools' is a list");
    chat->tools = tools;
    return true;
}

/* Members that join the body as they are. */
static bool take_extra(struct assay_suite_reader *in,
                       const struct assay_json *member, struct assay_chat *chat)
{
    static const char *const plain[] = {"reasoning_effort",
                                        "reasoning",
                                        "service_tier",
                                        "user",
                                        "verbosity",
                                        "store",
                                        NULL};
    bool pass = assay_str_is(member->key, "passthrough");
    struct assay_json *extra;
    size_t i = 0;

    while (plain[i] && !assay_str_is(member->key, plain[i]))
        i++;
    if (!pass && !plain[i])
        return false;
    extra = chat->extra ? assay_json_copy(in->arena, chat->extra)
                        : assay_json_object(in->arena);
    for (const struct assay_json *m = pass ? member->first : member; m;
         m = pass ? m->next : NULL)
        if (!assay_json_get_str(extra, m->key))
            assay_json_set_key(extra, m->key, assay_json_copy(in->arena, m));
    chat->extra = extra;
    return true;
}

bool assay_promptfoo_chat_member(struct assay_suite_reader *in,
                                 const struct assay_json *member,
                                 struct assay_chat *chat, bool *known)
{
    struct assay_str key = member->key;

    *known = false;
    if (member->type == ASSAY_JSON_NULL) {
        *known = true;
        return true;
    }
    if (!take_number(in, member, chat, known))
        return false;
    if (*known)
        return true;
    *known = true;
    if (is_max_tokens(key))
        return take_max_tokens(in, member, chat);
    if (assay_str_is(key, "stop") || assay_str_is(key, "stop_sequences") ||
        assay_str_is(key, "stopSequences"))
        return take_stops(in, member, chat);
    if (assay_str_is(key, "response_format"))
        return take_format(in, member, chat);
    if (assay_str_is(key, "tools"))
        return take_tools(in, member, chat);
    if (assay_str_is(key, "tool_choice")) {
        chat->tool_choice = member;
        return true;
    }
    *known = take_extra(in, member, chat);
    return true;
}

bool assay_suite_apply(const struct assay_json *options,
                       struct assay_arena *arena, struct assay_chat *chat,
                       struct assay_error *err)
{
    struct assay_suite_reader in = {.arena = arena, .err = err};
    bool known;

    for (const struct assay_json *m = options ? options->first : NULL; m;
         m = m->next) {
        if (!assay_promptfoo_chat_member(&in, m, chat, &known))
            return false;
        if (!known)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "option '%.*s' is not supported",
                              ASSAY_STR_ARG(m->key));
    }
    return true;
}
