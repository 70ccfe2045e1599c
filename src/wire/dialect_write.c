/*
 * Questions into bodies: what the dialects have in common. What is refused
 * is refused by the name it has in struct assay_chat.
 */
#include "wire/dialect_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Enough for pictures in base64 by the dozen. */
#define MOST_BODY_BYTES ((size_t)256 << 20)

bool assay_writing_refuse(const struct assay_writing *w, const char *name)
{
    return assay_fail(w->err, ASSAY_BAD_INPUT, "%s: %s has no word for it",
                      name, w->whose);
}

/* ------------------------------------------------------- numbers */

/* The shortest text that reads back as the same double. */
static struct assay_str number_text(struct assay_arena *arena, double value)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value))
            break;
    }
    return assay_arena_copy(arena, assay_str_c(text));
}

static bool set_number(const struct assay_writing *w, const char *name,
                       struct assay_stated stated, const struct assay_word *as,
                       struct assay_json *object)
{
    double value = stated.value;

    if (!as->name)
        return assay_writing_refuse(w, name);
    if (!isfinite(value) || value < as->least || value > as->most)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "%s: %g, %s takes %.15g to %.15g", name, value,
                          w->whose, as->least, as->most);
    if (as->whole && floor(value) < value)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "%s: %g, %s takes whole numbers", name, value,
                          w->whose);
    assay_json_set(
        object, as->name,
        assay_json_number(
            w->arena,
            as->whole ? assay_arena_printf(w->arena, "%" PRId64, (int64_t)value)
                      : number_text(w->arena, value)));
    return true;
}

bool assay_writing_numbers(const struct assay_writing *w,
                           const struct assay_word words[ASSAY_SETTINGS],
                           struct assay_json *object)
{
    const struct assay_chat *chat = w->chat;
    const struct {
        const char *name;
        struct assay_stated value;
    } rows[ASSAY_SETTINGS] = {
        [ASSAY_SET_TEMPERATURE] = {"temperature", chat->temperature},
        [ASSAY_SET_TOP_P] = {"top_p", chat->top_p},
        [ASSAY_SET_TOP_K] = {"top_k", chat->top_k},
        [ASSAY_SET_MIN_P] = {"min_p", chat->min_p},
        [ASSAY_SET_SEED] = {"seed", chat->seed},
        [ASSAY_SET_PRESENCE_PENALTY] = {"presence_penalty",
                                        chat->presence_penalty},
        [ASSAY_SET_FREQUENCY_PENALTY] = {"frequency_penalty",
                                         chat->frequency_penalty},
    };

    for (size_t i = 0; i < ASSAY_SETTINGS; i++)
        if (rows[i].value.given &&
            !set_number(w, rows[i].name, rows[i].value, &words[i], object))
            return false;
    return true;
}

bool assay_writing_stops(const struct assay_writing *w,
                         struct assay_json *object, const char *name,
                         size_t most)
{
    struct assay_json *list;

    if (w->chat->stop_count == 0)
        return true;
    if (w->chat->stop_count > most)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "stop: %zu texts, %s takes %zu", w->chat->stop_count,
                          w->whose, most);
    list = assay_json_set(object, name, assay_json_array(w->arena));
    for (size_t i = 0; i < w->chat->stop_count; i++)
        assay_json_add(list, assay_json_string(w->arena, w->chat->stops[i]));
    return true;
}

/* ------------------------------------------------------- more members */

/* These say how the reply is read, or are the question itself. */
static bool is_ours(struct assay_str key)
{
    static const char *const names[] = {
        "model",  "messages", "contents",          "input",
        "stream", "system",   "systemInstruction",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (assay_str_is(key, names[i]))
            return true;
    return false;
}

static bool join(const struct assay_writing *w, struct assay_json *to,
                 const struct assay_json *from)
{
    for (const struct assay_json *at = from->first; at; at = at->next) {
        struct assay_json *there = assay_json_get_str(to, at->key);

        if (!there) {
            assay_json_set_key(to, at->key, assay_json_copy(w->arena, at));
        } else if (!assay_json_is(there, ASSAY_JSON_OBJECT) ||
                   !assay_json_is(at, ASSAY_JSON_OBJECT)) {
            return assay_fail(w->err, ASSAY_BAD_INPUT,
                              "extra.%.*s: it is in the request already",
                              ASSAY_STR_ARG(assay_json_path(w->arena, there)));
        } else if (!join(w, there, at)) {
            return false;
        }
    }
    return true;
}

bool assay_writing_extra(const struct assay_writing *w)
{
    const struct assay_json *extra = w->chat->extra;

    if (!extra)
        return true;
    if (!assay_json_is(extra, ASSAY_JSON_OBJECT))
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "extra: %s, expected an object",
                          assay_json_type_name(extra));
    for (const struct assay_json *at = extra->first; at; at = at->next)
        if (is_ours(at->key))
            return assay_fail(w->err, ASSAY_BAD_INPUT,
                              "extra.%.*s: it is stated elsewhere",
                              ASSAY_STR_ARG(at->key));
    return join(w, w->body, extra);
}

/* ------------------------------------------------------- addresses */

static bool has_control_or_space(struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= 0x20 || text.at[i] == 0x7f)
            return true;
    return false;
}

static bool check_images(const struct assay_writing *w)
{
    for (size_t i = 0; i < w->chat->message_count; i++) {
        const struct assay_message *message = &w->chat->messages[i];

        for (size_t k = 0; k < message->part_count; k++) {
            const struct assay_message_part *part = &message->parts[k];

            if (part->kind == ASSAY_PART_IMAGE &&
                (part->media_type.len == 0 || part->base64.len == 0))
                return assay_fail(w->err, ASSAY_BAD_INPUT,
                                  "messages[%zu].parts[%zu]: an image without "
                                  "its media type or its bytes",
                                  i, k);
        }
    }
    return true;
}

bool assay_writing_check(const struct assay_writing *w)
{
    struct assay_str url = w->options->base_url;
    struct assay_str model = w->chat->model;

    if (!assay_str_starts(url, "https://") && !assay_str_starts(url, "http://"))
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "base URL '%.*s': expected https://…",
                          ASSAY_STR_ARG(assay_str_head(url, 200)));
    if (has_control_or_space(url) || assay_str_find(url, '?') < url.len ||
        assay_str_find(url, '#') < url.len)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "base URL '%.*s': white space, control characters, "
                          "'?' and '#' have no place in it",
                          ASSAY_STR_ARG(assay_str_head(url, 200)));
    for (size_t i = 0; i < model.len; i++)
        if ((unsigned char)model.at[i] < 0x20 || model.at[i] == 0x7f)
            return assay_fail(w->err, ASSAY_BAD_INPUT,
                              "model '%.*s': holds a control character",
                              ASSAY_STR_ARG(assay_str_head(model, 200)));
    if (w->chat->message_count == 0)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages: none, expected at least one");
    if (w->chat->tools && !assay_json_is(w->chat->tools, ASSAY_JSON_ARRAY))
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "tools: %s, expected an array in OpenAI's form",
                          assay_json_type_name(w->chat->tools));
    return check_images(w);
}

struct assay_str assay_writing_encoded(struct assay_arena *arena,
                                       struct assay_str text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *to = assay_arena_alloc(arena, text.len + 1, 3);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
            c == '~') {
            to[len++] = (char)c;
            continue;
        }
        to[len++] = '%';
        to[len++] = hex[c >> 4];
        to[len++] = hex[c & 15];
    }
    return (struct assay_str){to, len};
}

struct assay_str assay_data_url(struct assay_arena *arena,
                                struct assay_str media_type,
                                struct assay_str base64)
{
    struct assay_buf out;
    struct assay_str url;

    assay_buf_init(&out, base64.len + media_type.len + 32);
    assay_buf_add_c(&out, "data:");
    assay_buf_add(&out, media_type);
    assay_buf_add_c(&out, ";base64,");
    assay_buf_add(&out, base64);
    url = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return url;
}

bool assay_data_url_cut(struct assay_str url, struct assay_str *media_type,
                        struct assay_str *base64)
{
    struct assay_str head;

    if (!assay_str_starts(url, "data:") ||
        !assay_str_cut(assay_str_skip(url, 5), ',', &head, base64) ||
        !assay_str_ends(head, ";base64"))
        return false;
    *media_type = assay_str_head(head, head.len - 7);
    return true;
}

/* ------------------------------------------------------- tools */

struct assay_json *assay_writing_arguments(const struct assay_writing *w,
                                           size_t message,
                                           const struct assay_tool_call *call)
{
    struct assay_error why = {0};
    struct assay_str text = assay_str_trim(call->arguments);
    struct assay_json *arguments =
        text.len ? assay_json_parse(w->arena, text, NULL, &why)
                 : assay_json_object(w->arena);

    if (assay_json_is(arguments, ASSAY_JSON_OBJECT))
        return arguments;
    assay_fail(w->err, ASSAY_BAD_INPUT,
               "messages[%zu]: arguments of the call of '%.*s': %s takes an "
               "object, this is %s",
               message, ASSAY_STR_ARG(call->name), w->whose,
               arguments ? assay_json_type_name(arguments) : why.text);
    return NULL;
}

static bool refuse_member(const struct assay_writing *w,
                          const struct assay_json *member)
{
    return assay_fail(
        w->err, ASSAY_BAD_INPUT, "tools%.*s: %s has no word for it",
        ASSAY_STR_ARG(assay_json_path(w->arena, member)), w->whose);
}

/* The members that have a name elsewhere; any other one is refused. */
static bool check_members(const struct assay_writing *w,
                          const struct assay_json *object,
                          const char *const *known, size_t count)
{
    for (const struct assay_json *at = object->first; at; at = at->next) {
        size_t i = 0;

        while (i < count && !assay_str_is(at->key, known[i]))
            i++;
        if (i == count)
            return refuse_member(w, at);
    }
    return true;
}

bool assay_writing_has_tools(const struct assay_writing *w)
{
    return assay_json_is(w->chat->tools, ASSAY_JSON_ARRAY) &&
           w->chat->tools->count > 0;
}

const struct assay_json *assay_writing_function(const struct assay_writing *w,
                                                const struct assay_json *tool)
{
    const struct assay_json *function = assay_json_get(tool, "function");
    struct assay_str kind = assay_json_text(tool, "type");
    static const char *const outer[] = {"type", "function"};
    static const char *const inner[] = {"name", "description", "parameters",
                                        "strict"};

    if (assay_str_is(kind, "function") &&
        assay_json_is(function, ASSAY_JSON_OBJECT) &&
        assay_json_text(function, "name").len > 0)
        return check_members(w, tool, outer, 2) &&
                       check_members(w, function, inner, 4)
                   ? function
                   : NULL;
    assay_fail(w->err, ASSAY_BAD_INPUT,
               "tools[%u]: expected {\"type\":\"function\",\"function\":"
               "{\"name\":…}}, which is all that %s can be told",
               tool->index, w->whose);
    return NULL;
}

/* ------------------------------------------------------- the request */

void assay_writing_header(struct assay_wire_request *request, const char *name,
                          struct assay_str value)
{
    request->headers[request->header_count++] =
        (struct assay_header){assay_str_c(name), value};
}

bool assay_writing_finish(const struct assay_writing *w, struct assay_str url,
                          struct assay_wire_request *request)
{
    struct assay_buf out;
    bool ok;

    assay_buf_init(&out, MOST_BODY_BYTES);
    assay_json_write(&out, w->body, (struct assay_json_style){0});
    ok = assay_buf_ok(&out, w->err);
    if (ok) {
        request->url = url;
        request->body = assay_arena_copy(w->arena, assay_buf_str(&out));
        assay_writing_header(request, "content-type",
                             ASSAY_STR("application/json"));
        assay_writing_header(request, "accept",
                             w->chat->stream ? ASSAY_STR("text/event-stream")
                                             : ASSAY_STR("application/json"));
    }
    assay_buf_release(&out);
    return ok || assay_fail_in(w->err, "request");
}
