/*
 * OpenAI's responses: what is said is a list of items (messages, calls,
 * results), and so is the answer. A stream's last event has the whole
 * response once more, which tells why it ended and what was used.
 *
 * Source: OpenAI's OpenAPI file (f85dbe2), /responses, read 2026-11-22.
 */
#include "wire/dialect_parts.h"

enum { MOST_LOGPROBS = 20 };

static const struct assay_word words[ASSAY_SETTINGS] = {
    [ASSAY_SET_TEMPERATURE] = {"temperature", 0, 2, false},
    [ASSAY_SET_TOP_P] = {"top_p", 0, 1, false},
};

/* ------------------------------------------------------- input */

static void write_part(const struct assay_writing *w,
                       const struct assay_message_part *part, bool by_model,
                       struct assay_json *list)
{
    struct assay_json *to = assay_json_add(list, assay_json_object(w->arena));
    struct assay_str url = part->text;

    if (part->kind == ASSAY_PART_TEXT) {
        assay_json_set_c(w->arena, to, "type",
                         by_model ? "output_text" : "input_text");
        assay_json_set_text(w->arena, to, "text", part->text);
        return;
    }
    if (part->kind == ASSAY_PART_IMAGE)
        url = assay_data_url(w->arena, part->media_type, part->base64);
    assay_json_set_c(w->arena, to, "type", "input_image");
    assay_json_set_text(w->arena, to, "image_url", url);
    if (part->detail.len > 0)
        assay_json_set_text(w->arena, to, "detail", part->detail);
}

static void write_call(const struct assay_writing *w,
                       const struct assay_tool_call *call,
                       struct assay_json *input)
{
    struct assay_json *to = assay_json_add(input, assay_json_object(w->arena));

    assay_json_set_c(w->arena, to, "type", "function_call");
    assay_json_set_text(w->arena, to, "call_id", call->id);
    assay_json_set_text(w->arena, to, "name", call->name);
    assay_json_set_text(w->arena, to, "arguments", call->arguments);
}

static bool write_result(const struct assay_writing *w, size_t number,
                         struct assay_json *input)
{
    const struct assay_message *message = &w->chat->messages[number];
    struct assay_json *to;

    if (message->part_count > 0)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages[%zu]: parts in what a tool gave back: %s "
                          "takes text there",
                          number, w->whose);
    to = assay_json_add(input, assay_json_object(w->arena));
    assay_json_set_c(w->arena, to, "type", "function_call_output");
    assay_json_set_text(w->arena, to, "call_id", message->call_id);
    assay_json_set_text(w->arena, to, "output", message->text);
    return true;
}

/* A message is an item, and so is each of its calls. */
static bool write_message(const struct assay_writing *w, size_t number,
                          struct assay_json *input)
{
    static const char *const roles[] = {
        [ASSAY_ROLE_SYSTEM] = "system",
        [ASSAY_ROLE_USER] = "user",
        [ASSAY_ROLE_MODEL] = "assistant",
    };
    const struct assay_message *message = &w->chat->messages[number];
    struct assay_json *to, *list;

    if (message->role == ASSAY_ROLE_TOOL)
        return write_result(w, number, input);
    if (message->part_count > 0 || message->text.len > 0 ||
        message->call_count == 0) {
        to = assay_json_add(input, assay_json_object(w->arena));
        assay_json_set_c(w->arena, to, "role", roles[message->role]);
        if (message->part_count == 0) {
            assay_json_set_text(w->arena, to, "content", message->text);
        } else {
            list = assay_json_set(to, "content", assay_json_array(w->arena));
            for (size_t i = 0; i < message->part_count; i++)
                write_part(w, &message->parts[i],
                           message->role == ASSAY_ROLE_MODEL, list);
        }
    }
    for (size_t i = 0; i < message->call_count; i++)
        write_call(w, &message->calls[i], input);
    return true;
}

/* ------------------------------------------------------- tools */

/* Flat, and strict unless said otherwise; elsewhere it is the reverse. */
static bool write_tools(const struct assay_writing *w)
{
    struct assay_json *list;

    if (!assay_writing_has_tools(w))
        return true;
    list = assay_json_set(w->body, "tools", assay_json_array(w->arena));
    for (const struct assay_json *tool = w->chat->tools->first; tool;
         tool = tool->next) {
        const struct assay_json *function = assay_writing_function(w, tool);
        struct assay_json *to;

        if (!function)
            return false;
        to = assay_json_add(list, assay_json_object(w->arena));
        assay_json_set_c(w->arena, to, "type", "function");
        for (const struct assay_json *at = function->first; at; at = at->next)
            assay_json_set_key(to, at->key, assay_json_copy(w->arena, at));
        if (!assay_json_get(function, "parameters"))
            assay_json_set_c(
                w->arena,
                assay_json_set(to, "parameters", assay_json_object(w->arena)),
                "type", "object");
        if (!assay_json_get(function, "strict"))
            assay_json_set_bool(w->arena, to, "strict", false);
    }
    return true;
}

static void write_tool_choice(const struct assay_writing *w)
{
    const struct assay_json *choice = w->chat->tool_choice;
    struct assay_str name =
        assay_json_text(assay_json_get(choice, "function"), "name");
    struct assay_json *to;

    if (!choice)
        return;
    if (name.len == 0) {
        assay_json_set(w->body, "tool_choice",
                       assay_json_copy(w->arena, choice));
        return;
    }
    to = assay_json_set(w->body, "tool_choice", assay_json_object(w->arena));
    assay_json_set_c(w->arena, to, "type", "function");
    assay_json_set_text(w->arena, to, "name", name);
}

/* ------------------------------------------------------- the request */

static void write_format(const struct assay_writing *w)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *format;

    if (!chat->schema && !chat->json_object)
        return;
    format = assay_json_set(
        assay_json_set(w->body, "text", assay_json_object(w->arena)), "format",
        assay_json_object(w->arena));
    assay_json_set_c(w->arena, format, "type",
                     chat->schema ? "json_schema" : "json_object");
    if (!chat->schema)
        return;
    assay_json_set_c(w->arena, format, "name", "answer");
    assay_json_set_bool(w->arena, format, "strict", true);
    assay_json_set(format, "schema", assay_json_copy(w->arena, chat->schema));
}

static bool write_logprobs(const struct assay_writing *w)
{
    int logprobs = w->chat->logprobs;

    if (logprobs > MOST_LOGPROBS)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "logprobs: %d, %s takes 0 to %d", logprobs, w->whose,
                          MOST_LOGPROBS);
    if (logprobs < 0)
        return true;
    assay_json_add(
        assay_json_set(w->body, "include", assay_json_array(w->arena)),
        assay_json_string(w->arena, ASSAY_STR("message.output_text.logprobs")));
    assay_json_set_uint(w->arena, w->body, "top_logprobs", (uint64_t)logprobs);
    return true;
}

/* Members that chat completions have by other names, put where they belong. */
static const struct {
    const char *chat, *object, *member;
} moved[] = {{"reasoning_effort", "reasoning", "effort"},
             {"verbosity", "text", "verbosity"}};

/* Where a member goes; *key becomes its name there. */
static struct assay_json *place_of(const struct assay_writing *w,
                                   struct assay_json *extra,
                                   struct assay_str *key)
{
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++)
        if (assay_str_is(*key, moved[i].chat)) {
            *key = assay_str_c(moved[i].member);
            return assay_json_set(extra, moved[i].object,
                                  assay_json_object(w->arena));
        }
    return extra;
}

static bool write_extra(struct assay_writing *w)
{
    const struct assay_chat *asked = w->chat;
    const struct assay_json *given = asked->extra;
    struct assay_chat chat = *asked;
    struct assay_json *extra = assay_json_object(w->arena);
    bool ok;

    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++)
        if (assay_json_get(given, moved[i].chat) &&
            assay_json_get(given, moved[i].object))
            return assay_fail(w->err, ASSAY_BAD_INPUT,
                              "extra.%s: it is in '%s' already", moved[i].chat,
                              moved[i].object);
    if (!assay_json_get(given, "store")) /* else it is kept over there */
        assay_json_set_bool(w->arena, w->body, "store", false);
    if (!assay_json_is(given, ASSAY_JSON_OBJECT))
        return assay_writing_extra(w);
    for (const struct assay_json *at = given->first; at; at = at->next) {
        struct assay_str key = at->key;
        struct assay_json *to = place_of(w, extra, &key);

        assay_json_set_key(to, key, assay_json_copy(w->arena, at));
    }
    chat.extra = extra;
    w->chat = &chat;
    ok = assay_writing_extra(w);
    w->chat = asked;
    return ok;
}

static bool write_body(struct assay_writing *w)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *input;

    if (chat->stop_count > 0)
        return assay_writing_refuse(w, "stop");
    assay_json_set_text(w->arena, w->body, "model", chat->model);
    input = assay_json_set(w->body, "input", assay_json_array(w->arena));
    for (size_t i = 0; i < chat->message_count; i++)
        if (!write_message(w, i, input))
            return false;
    if (chat->max_tokens > 0)
        assay_json_set_uint(w->arena, w->body, "max_output_tokens",
                            chat->max_tokens);
    if (!assay_writing_numbers(w, words, w->body) || !write_logprobs(w) ||
        !write_tools(w))
        return false;
    write_tool_choice(w);
    write_format(w);
    if (chat->stream)
        assay_json_set_bool(w->arena, w->body, "stream", true);
    return write_extra(w);
}

static bool responses_write(struct assay_arena *arena,
                            const struct assay_chat *chat,
                            const struct assay_dialect_options *options,
                            struct assay_wire_request *request,
                            struct assay_error *err)
{
    struct assay_writing w = {
        .arena = arena,
        .chat = chat,
        .options = options,
        .whose = "OpenAI's responses",
        .body = assay_json_object(arena),
        .err = err,
    };

    *request = (struct assay_wire_request){
        .key_header = "authorization",
        .key_prefix = "Bearer ",
    };
    return assay_writing_check(&w) && write_body(&w) &&
           assay_writing_finish(
               &w,
               assay_arena_printf(arena, "%.*s/responses",
                                  ASSAY_STR_ARG(options->base_url)),
               request);
}

/* ------------------------------------------------------- answers */

static void take_logprobs(struct assay_answering *answer,
                          const struct assay_json *rows)
{
    rows = assay_json_is(rows, ASSAY_JSON_ARRAY) ? rows->first : NULL;
    for (; rows; rows = rows->next)
        assay_answering_add_logprob(answer, assay_json_get(rows, "logprob"));
}

/* Who, and what was used; every event with a response has as much. */
static void take_head(struct assay_answering *answer,
                      const struct assay_json *response)
{
    answer->usage_name = "usage";
    assay_answering_keep(answer, &answer->model,
                         assay_json_text(response, "model"));
    assay_answering_keep(answer, &answer->id, assay_json_text(response, "id"));
    assay_answering_add_usage(answer, assay_json_get(response, "usage"));
}

/* "completed", or why it was not. */
static void take_end(struct assay_answering *answer,
                     const struct assay_json *response)
{
    struct assay_str status = assay_json_text(response, "status");
    struct assay_str reason = assay_json_text(
        assay_json_get(response, "incomplete_details"), "reason");
    const struct assay_json *error = assay_json_get(response, "error");

    take_head(answer, response);
    /* the tier that was asked for stands in the events before */
    assay_answering_keep(answer, &answer->tier,
                         assay_json_text(response, "service_tier"));
    if (assay_json_is(error, ASSAY_JSON_OBJECT))
        assay_answering_fail_with(answer, error);
    else if (assay_str_is(status, "completed"))
        assay_answering_finish(answer, ASSAY_FINISH_STOP, status);
    else if (assay_str_is(reason, "max_output_tokens"))
        assay_answering_finish(answer, ASSAY_FINISH_LENGTH, reason);
    else if (assay_str_is(reason, "content_filter"))
        assay_answering_finish(answer, ASSAY_FINISH_FILTERED, reason);
    else if (assay_str_is(status, "incomplete"))
        assay_answering_finish(answer, ASSAY_FINISH_OTHER,
                               reason.len ? reason : status);
    else
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the response's status is '%.*s', expected "
                             "completed or incomplete",
                             ASSAY_STR_ARG(assay_str_head(status, 40)));
}

static struct assay_answering_call *find_call(struct assay_answering *answer,
                                              uint64_t index)
{
    struct assay_answering_call *call;

    for (size_t i = answer->call_count; i > 0; i--)
        if (answer->calls[i - 1].index == index)
            return &answer->calls[i - 1];
    call = assay_answering_new_call(answer);
    if (call)
        call->index = index;
    return call;
}

/* An item as it opens or closes in a stream, or as a whole body has it. */
static unsigned take_call(struct assay_answering *answer,
                          const struct assay_json *item, uint64_t index)
{
    struct assay_answering_call *call = find_call(answer, index);
    struct assay_str arguments = assay_json_text(item, "arguments");

    if (!call)
        return 0;
    assay_answering_keep(answer, &call->id, assay_json_text(item, "call_id"));
    assay_answering_keep(answer, &call->name, assay_json_text(item, "name"));
    if (call->arguments.len > 0) /* it came in pieces before */
        return 0;
    return assay_answering_add_arguments(answer, call, arguments);
}

static unsigned take_content(struct assay_answering *answer,
                             const struct assay_json *parts)
{
    unsigned bits = 0;

    parts = assay_json_is(parts, ASSAY_JSON_ARRAY) ? parts->first : NULL;
    for (; parts; parts = parts->next) {
        struct assay_str type = assay_json_text(parts, "type");
        struct assay_str text = assay_json_text(parts, "text");

        if (assay_str_is(type, "output_text"))
            bits |= assay_answering_add_text(answer, text);
        else if (assay_str_is(type, "refusal"))
            bits |= assay_answering_add_refusal(
                answer, assay_json_text(parts, "refusal"));
        else if (assay_str_is(type, "summary_text") ||
                 assay_str_is(type, "reasoning_text"))
            bits |= assay_answering_add_reasoning(answer, text);
        take_logprobs(answer, assay_json_get(parts, "logprobs"));
    }
    return bits;
}

static void take_body(struct assay_answering *answer,
                      const struct assay_json *body)
{
    const struct assay_json *output = assay_json_get(body, "output");

    if (!assay_json_is(output, ASSAY_JSON_ARRAY)) {
        take_head(answer, body);
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply has no list of output");
        return;
    }
    for (const struct assay_json *item = output->first; item;
         item = item->next) {
        if (assay_str_is(assay_json_text(item, "type"), "function_call"))
            take_call(answer, item, item->index);
        take_content(answer, assay_json_get(item, "summary"));
        take_content(answer, assay_json_get(item, "content"));
    }
    take_end(answer, body);
}

static bool responses_read(struct assay_arena *arena, struct assay_str body,
                           struct assay_completion *reply,
                           struct assay_trouble *trouble)
{
    return assay_answering_read(arena, body, take_body, reply, trouble);
}

/* ------------------------------------------------------- events */

static unsigned take_arguments(struct assay_answering *answer,
                               const struct assay_json *data,
                               struct assay_str delta)
{
    struct assay_answering_call *call;
    uint64_t index = 0;

    assay_loose_u64(assay_json_get(data, "output_index"), &index);
    call = find_call(answer, index);
    return call ? assay_answering_add_arguments(answer, call, delta) : 0;
}

static unsigned take_item(struct assay_answering *answer,
                          const struct assay_json *data)
{
    const struct assay_json *item = assay_json_get(data, "item");
    uint64_t index = 0;

    assay_loose_u64(assay_json_get(data, "output_index"), &index);
    return assay_str_is(assay_json_text(item, "type"), "function_call")
               ? take_call(answer, item, index)
               : 0;
}

static unsigned responses_event(struct assay_answering *answer,
                                struct assay_str name,
                                const struct assay_json *data)
{
    struct assay_str type = assay_json_text(data, "type");
    struct assay_str delta = assay_json_text(data, "delta");

    if (type.len == 0)
        type = name;
    if (assay_str_is(type, "response.output_text.delta")) {
        take_logprobs(answer, assay_json_get(data, "logprobs"));
        return assay_answering_add_text(answer, delta);
    }
    if (assay_str_is(type, "response.refusal.delta"))
        return assay_answering_add_refusal(answer, delta);
    if (assay_str_is(type, "response.reasoning_summary_text.delta") ||
        assay_str_is(type, "response.reasoning_text.delta"))
        return assay_answering_add_reasoning(answer, delta);
    if (assay_str_is(type, "response.function_call_arguments.delta"))
        return take_arguments(answer, data, delta);
    if (assay_str_is(type, "response.output_item.added") ||
        assay_str_is(type, "response.output_item.done"))
        return take_item(answer, data);
    if (assay_str_is(type, "response.completed") ||
        assay_str_is(type, "response.incomplete") ||
        assay_str_is(type, "response.failed")) {
        take_end(answer, assay_json_get(data, "response"));
        return ASSAY_EVENT_END;
    }
    if (assay_str_is(type, "error"))
        assay_answering_fail_with(answer, data);
    else
        take_head(answer, assay_json_get(data, "response"));
    return 0;
}

const struct assay_dialect assay_dialect_responses = {
    .name = "responses",
    .write = responses_write,
    .read = responses_read,
    .classify = assay_trouble_classify,
    .event = responses_event,
};
