/*
 * A rendered prompt as messages. Forms of content: a text; parts as OpenAI
 * writes them ("text", "image_url", "input_text", "input_image") and as
 * Anthropic does ("image" with a source). What is none of them is refused by
 * its name.
 * Sources: platform.openai.com/docs/api-reference/chat,
 * docs.anthropic.com/en/api/messages, read 2026-11-22.
 */
#include "trial/suite_parts.h"

#include "trial/yaml.h"

#include <string.h>

struct context {
    struct assay_suite_reader *in;
    const struct assay_json *from; /* the prompt, for messages */
};

static bool fail(struct context *c, const char *what, struct assay_str name)
{
    return assay_suite_fail(c->in, c->from, "%s%.*s", what,
                            ASSAY_STR_ARG(assay_str_head(name, 100)));
}

/* Whether an object has only these members; if not, which is another. */
static bool only_members(const struct assay_json *of, const char *const *known,
                         struct assay_str *other)
{
    for (const struct assay_json *m = of->first; m; m = m->next) {
        size_t i = 0;
        while (known[i] && !assay_str_is(m->key, known[i]))
            i++;
        if (!known[i]) {
            *other = m->key;
            return false;
        }
    }
    return true;
}

/* ---- Images ---- */

/* "data:image/png;base64,…" */
static bool cut_data_uri(struct assay_str uri, struct assay_message_part *part)
{
    static const char scheme[] = "data:", mark[] = ";base64";
    struct assay_str head, media;

    if (!assay_str_starts(uri, scheme) ||
        !assay_str_cut(uri, ',', &head, &part->base64) ||
        !assay_str_ends(head, mark))
        return false;
    media = assay_str_skip(head, sizeof scheme - 1);
    media.len -= sizeof mark - 1;
    part->kind = ASSAY_PART_IMAGE;
    part->media_type = media;
    return media.len > 0;
}

static bool take_image(struct context *c, struct assay_str url,
                       struct assay_message_part *part)
{
    if (assay_str_starts(url, "data:"))
        return cut_data_uri(url, part) ||
               fail(c, "an image that is no data:TYPE;base64,… : ", url);
    if (!assay_str_starts(url, "http://") && !assay_str_starts(url, "https://"))
        return fail(c, "an image takes a data: or http(s) address, not ", url);
    part->kind = ASSAY_PART_IMAGE_URL;
    part->text = url;
    return true;
}

/* {"url": …, "detail": …}, or the address alone. */
static bool take_image_url(struct context *c, const struct assay_json *value,
                           struct assay_message_part *part)
{
    static const char *const known[] = {"url", "detail", NULL};
    struct assay_str other;

    if (assay_json_is(value, ASSAY_JSON_STRING))
        return take_image(c, value->text, part);
    if (!assay_json_is(value, ASSAY_JSON_OBJECT))
        return fail(c, "image_url takes an address", ASSAY_STR(""));
    if (!only_members(value, known, &other))
        return fail(c, "not supported in image_url: ", other);
    part->detail = assay_json_text(value, "detail");
    return take_image(c, assay_json_text(value, "url"), part);
}

/* Anthropic's {"type": "base64" | "url", …}. */
static bool take_source(struct context *c, const struct assay_json *source,
                        struct assay_message_part *part)
{
    struct assay_str type = assay_json_text(source, "type");

    if (assay_str_is(type, "url"))
        return take_image(c, assay_json_text(source, "url"), part);
    if (!assay_str_is(type, "base64"))
        return fail(c, "a source of type base64 or url was expected, not ",
                    type);
    part->kind = ASSAY_PART_IMAGE;
    part->media_type = assay_json_text(source, "media_type");
    part->base64 = assay_json_text(source, "data");
    /* promptfoo puts image files into vars as data: addresses */
    if (assay_str_starts(part->base64, "data:"))
        return take_image(c, part->base64, part);
    return true;
}

static bool take_part(struct context *c, const struct assay_json *value,
                      struct assay_message_part *part)
{
    static const char *const known[] = {
        "type", "text", "image_url", "source", "cache_control", "detail", NULL};
    struct assay_str type = assay_json_text(value, "type"), other;

    *part = (struct assay_message_part){.text = ASSAY_STR(""),
                                        .media_type = ASSAY_STR(""),
                                        .base64 = ASSAY_STR(""),
                                        .detail = ASSAY_STR("")};
    if (assay_json_is(value, ASSAY_JSON_STRING)) {
        part->text = value->text;
        return true;
    }
    if (!assay_json_is(value, ASSAY_JSON_OBJECT))
        return fail(c, "a part of a message is a mapping", ASSAY_STR(""));
    if (!only_members(value, known, &other))
        return fail(c, "not supported in a part of a message: ", other);
    if (assay_json_get(value, "cache_control"))
        return fail(c, "not supported in a part of a message: ",
                    ASSAY_STR("cache_control"));
    if (assay_str_is(type, "text") || assay_str_is(type, "input_text")) {
        part->text = assay_json_text(value, "text");
        return true;
    }
    if (assay_str_is(type, "image_url") || assay_str_is(type, "input_image")) {
        part->detail = assay_json_text(value, "detail");
        return take_image_url(c, assay_json_get(value, "image_url"), part);
    }
    if (assay_str_is(type, "image"))
        return take_source(c, assay_json_get(value, "source"), part);
    return fail(c, "a part of this type is not supported: ", type);
}

static bool take_content(struct context *c, const struct assay_json *content,
                         struct assay_message *message)
{
    if (!content || content->type == ASSAY_JSON_NULL)
        return true;
    if (content->type == ASSAY_JSON_STRING) {
        message->text = content->text;
        return true;
    }
    if (content->type != ASSAY_JSON_ARRAY)
        return fail(c, "content is a text or a list of parts", ASSAY_STR(""));
    struct assay_message_part *parts = ASSAY_NEW_ARRAY(
        c->in->arena, struct assay_message_part, content->count + 1);
    for (const struct assay_json *p = content->first; p; p = p->next)
        if (!take_part(c, p, &parts[message->part_count++]))
            return false;
    message->parts = parts;
    /* one part of text is the text */
    if (message->part_count == 1 && parts[0].kind == ASSAY_PART_TEXT) {
        message->text = parts[0].text;
        message->parts = NULL;
        message->part_count = 0;
    }
    return true;
}

/* ---- Messages ---- */

static bool take_role(struct context *c, struct assay_str name,
                      enum assay_role *role)
{
    static const struct {
        const char *name;
        enum assay_role role;
    } roles[] = {
        {"system", ASSAY_ROLE_SYSTEM}, {"developer", ASSAY_ROLE_SYSTEM},
        {"user", ASSAY_ROLE_USER},     {"assistant", ASSAY_ROLE_MODEL},
        {"model", ASSAY_ROLE_MODEL},   {"tool", ASSAY_ROLE_TOOL},
    };
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (assay_str_is(name, roles[i].name)) {
            *role = roles[i].role;
            return true;
        }
    return fail(c, "a role is system, developer, user, assistant or tool, not ",
                name);
}

static bool take_calls(struct context *c, const struct assay_json *list,
                       struct assay_message *message)
{
    if (!list)
        return true;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY))
        return fail(c, "tool_calls is a list", ASSAY_STR(""));
    struct assay_tool_call *calls =
        ASSAY_NEW_ARRAY(c->in->arena, struct assay_tool_call, list->count + 1);
    for (const struct assay_json *t = list->first; t; t = t->next) {
        const struct assay_json *function = assay_json_get(t, "function");
        struct assay_tool_call *call = &calls[message->call_count++];
        call->id = assay_json_text(t, "id");
        call->name = assay_json_text(function, "name");
        call->arguments = assay_json_text(function, "arguments");
        if (!call->name.len)
            return fail(c, "a tool call without function.name", ASSAY_STR(""));
    }
    message->calls = calls;
    return true;
}

static bool take_message(struct context *c, const struct assay_json *value,
                         struct assay_message *message)
{
    static const char *const known[] = {"role", "content", "tool_calls",
                                        "tool_call_id", NULL};
    struct assay_str other;

    *message =
        (struct assay_message){.text = ASSAY_STR(""), .call_id = ASSAY_STR("")};
    if (!assay_json_is(value, ASSAY_JSON_OBJECT))
        return fail(c, "a message is a mapping with role and content",
                    ASSAY_STR(""));
    if (!only_members(value, known, &other))
        return fail(c, "not supported in a message: ", other);
    message->call_id = assay_json_text(value, "tool_call_id");
    return take_role(c, assay_json_text(value, "role"), &message->role) &&
           take_content(c, assay_json_get(value, "content"), message) &&
           take_calls(c, assay_json_get(value, "tool_calls"), message);
}

bool assay_suite_messages_from(struct assay_suite_reader *in,
                               const struct assay_json *list,
                               const struct assay_json *from,
                               struct assay_case *to)
{
    struct context c = {in, from};
    struct assay_message *messages =
        ASSAY_NEW_ARRAY(in->arena, struct assay_message, list->count + 1);

    to->message_count = 0;
    for (const struct assay_json *m = list->first; m; m = m->next)
        if (!take_message(&c, m, &messages[to->message_count++]))
            return false;
    to->messages = messages;
    return to->message_count > 0 ||
           fail(&c, "a prompt without a message", ASSAY_STR(""));
}

void assay_suite_user_message(struct assay_suite_reader *in,
                              struct assay_str text, struct assay_case *to)
{
    struct assay_message *message = ASSAY_NEW(in->arena, struct assay_message);

    *message = (struct assay_message){
        .role = ASSAY_ROLE_USER, .text = text, .call_id = ASSAY_STR("")};
    to->messages = message;
    to->message_count = 1;
}

/* A list whose elements are mappings with a role. */
static bool is_chat(const struct assay_json *value)
{
    return assay_json_is(value, ASSAY_JSON_ARRAY) &&
           assay_json_is(value->first, ASSAY_JSON_OBJECT) &&
           assay_json_get(value->first, "role");
}

/* Looks like JSON messages to a reader: "[", "{" and "role". */
static bool means_chat(struct assay_str text)
{
    if (!assay_str_starts(text, "["))
        return false;
    text = assay_str_trim(assay_str_skip(text, 1));
    return assay_str_starts(text, "{") && assay_str_contains(text, "\"role\"");
}

bool assay_suite_messages(struct assay_suite_reader *in, struct assay_str text,
                          const struct assay_json *from, struct assay_case *to)
{
    struct assay_str trimmed = assay_str_trim(text);
    struct assay_error why = {0};
    const struct assay_json *list = NULL;

    if (assay_str_starts(trimmed, "- role:")) {
        list = assay_yaml_parse(in->arena, text, NULL, &why);
    } else if (assay_str_starts(trimmed, "[")) {
        list = assay_json_parse(in->arena, text, NULL, &why);
        if (!list && !means_chat(trimmed))
            why.code = ASSAY_OK;
    }
    if (!list && why.code != ASSAY_OK)
        return assay_suite_fail(in, from,
                                "this prompt is to be messages, but is not "
                                "well-formed when filled in: %s",
                                why.text);
    if (is_chat(list))
        return assay_suite_messages_from(in, list, from, to);
    assay_suite_user_message(in, text, to);
    return true;
}
