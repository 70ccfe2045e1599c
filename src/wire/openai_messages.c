/*
 * What is asked, in the requests of OpenAI: messages of chats, prompts of
 * completions. Only text is read; pictures, sound and calls of tools are
 * refused where they stand.
 */
#include "wire/openai_parts.h"

#include <string.h>

/* ------------------------------------------------------- messages */

static bool read_role(struct assay_openai_reading *r,
                      const struct assay_json *value,
                      struct assay_openai_turn *turn)
{
    static const struct {
        const char *name;
        enum assay_openai_role role;
    } roles[] = {
        {"system", ASSAY_OPENAI_SYSTEM},
        {"developer", ASSAY_OPENAI_SYSTEM},
        {"user", ASSAY_OPENAI_USER},
        {"assistant", ASSAY_OPENAI_ASSISTANT},
    };

    if (!assay_openai_expect(r, value, ASSAY_JSON_STRING, "a role"))
        return false;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (assay_str_is(value->text, roles[i].name)) {
            turn->role = roles[i].role;
            return true;
        }
    return assay_openai_refuse(
        r, "unsupported_value", value,
        "'%.*s' is not taken here: system, developer, user and assistant are",
        ASSAY_STR_ARG(assay_str_head(value->text, 40)));
}

/* {"type":"text","text":"…"}: its text behind what is there. */
static bool add_part(struct assay_openai_reading *r,
                     const struct assay_json *part, struct assay_buf *text)
{
    const struct assay_json *type, *said;

    if (!assay_openai_expect(r, part, ASSAY_JSON_OBJECT, "an object"))
        return false;
    type = assay_json_get(part, "type");
    said = assay_json_get(part, "text");
    if (!type)
        return assay_openai_refuse(r, "missing_required_parameter", part,
                                   "a part has a type");
    if (!assay_str_is(type->text, "text"))
        return assay_openai_refuse(
            r, "unsupported_value", type,
            "the model reads text only, not '%.*s'",
            ASSAY_STR_ARG(assay_str_head(type->text, 40)));
    if (!said)
        return assay_openai_refuse(r, "missing_required_parameter", part,
                                   "a part of type text has a text");
    if (!assay_openai_expect(r, said, ASSAY_JSON_STRING, "a string"))
        return false;
    assay_buf_add(text, said->text);
    return true;
}

static bool read_parts(struct assay_openai_reading *r,
                       const struct assay_json *value, struct assay_str *text)
{
    struct assay_buf all;
    bool ok = true;

    assay_buf_init(&all, SIZE_MAX / 2); /* no more than the body had */
    for (const struct assay_json *part = value->first; ok && part;
         part = part->next)
        ok = add_part(r, part, &all);
    *text = assay_arena_copy(r->arena, assay_buf_str(&all));
    assay_buf_release(&all);
    return ok;
}

static bool read_content(struct assay_openai_reading *r,
                         const struct assay_json *value, struct assay_str *text)
{
    *text = value->text;
    if (value->type == ASSAY_JSON_ARRAY)
        return read_parts(r, value, text);
    return assay_openai_expect(r, value, ASSAY_JSON_STRING,
                               "a string or a list of parts");
}

/* name, refusal and annotations are labels: the model does not read them. */
static bool overlooks(struct assay_str name)
{
    return assay_str_is(name, "name") || assay_str_is(name, "refusal") ||
           assay_str_is(name, "annotations");
}

static bool read_message(struct assay_openai_reading *r,
                         const struct assay_json *message,
                         struct assay_openai_turn *turn)
{
    const struct assay_json *role, *content;

    if (!assay_openai_expect(r, message, ASSAY_JSON_OBJECT, "an object"))
        return false;
    role = assay_json_get(message, "role");
    content = assay_json_get(message, "content");
    if (!role)
        return assay_openai_refuse(r, "missing_required_parameter", message,
                                   "a message has a role");
    if (!read_role(r, role, turn))
        return false;
    for (const struct assay_json *at = message->first; at; at = at->next)
        if (at != role && at != content && at->type != ASSAY_JSON_NULL &&
            !overlooks(at->key))
            return assay_openai_refuse(r, "unsupported_parameter", at,
                                       "is not taken here");
    if (!content)
        return assay_openai_refuse(r, "missing_required_parameter", message,
                                   "a message has a content");
    return read_content(r, content, &turn->text);
}

bool assay_openai_read_messages(struct assay_openai_reading *r,
                                const struct assay_json *value)
{
    struct assay_openai_ask *ask = r->ask;

    if (!assay_openai_expect(r, value, ASSAY_JSON_ARRAY, "a list of messages"))
        return false;
    if (value->count == 0)
        return assay_openai_refuse(r, "invalid_value", value, "is empty");
    ask->turns =
        ASSAY_NEW_ARRAY(r->arena, struct assay_openai_turn, value->count);
    for (const struct assay_json *at = value->first; at; at = at->next)
        if (!read_message(r, at, &ask->turns[ask->turn_count++]))
            return false;
    return true;
}

/* ------------------------------------------------------- prompts */

static bool read_tokens(struct assay_openai_reading *r,
                        const struct assay_json *value,
                        struct assay_openai_prompt *prompt)
{
    uint64_t id;

    prompt->text = ASSAY_STR("");
    prompt->tokens = ASSAY_NEW_ARRAY(r->arena, uint32_t, value->count);
    for (const struct assay_json *at = value->first; at; at = at->next) {
        if (!assay_json_to_u64(at, &id) || id >= UINT32_MAX)
            return assay_openai_refuse(r, "invalid_type", at,
                                       "expected the number of a token");
        prompt->tokens[prompt->token_count++] = (uint32_t)id;
    }
    return true;
}

static bool is_list_of(const struct assay_json *value,
                       enum assay_json_type type)
{
    return value->type == ASSAY_JSON_ARRAY && value->count > 0 &&
           value->first->type == type;
}

static bool read_one_prompt(struct assay_openai_reading *r,
                            const struct assay_json *value,
                            struct assay_openai_prompt *prompt)
{
    if (is_list_of(value, ASSAY_JSON_NUMBER))
        return read_tokens(r, value, prompt);
    prompt->text = value->text;
    return assay_openai_expect(r, value, ASSAY_JSON_STRING,
                               "a string or a list of tokens");
}

bool assay_openai_read_prompt(struct assay_openai_reading *r,
                              const struct assay_json *value)
{
    struct assay_openai_ask *ask = r->ask;
    bool many = is_list_of(value, ASSAY_JSON_STRING) ||
                is_list_of(value, ASSAY_JSON_ARRAY);

    if (many && value->count > ASSAY_OPENAI_CHOICES)
        return assay_openai_refuse(r, "invalid_value", value,
                                   "%d prompts at most, not %u",
                                   ASSAY_OPENAI_CHOICES, value->count);
    ask->prompt_count = many ? value->count : 1;
    ask->prompts = ASSAY_NEW_ARRAY(r->arena, struct assay_openai_prompt,
                                   ask->prompt_count);
    if (!many)
        return read_one_prompt(r, value, ask->prompts);
    value = value->first;
    for (size_t i = 0; value; value = value->next)
        if (!read_one_prompt(r, value, &ask->prompts[i++]))
            return false;
    return true;
}
