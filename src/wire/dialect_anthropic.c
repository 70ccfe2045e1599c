/*
 * Anthropic's messages: the system text apart, content in blocks, a stream
 * of blocks that open, grow and close.
 *
 * Source: Anthropic's API reference (messages, streaming, errors), version
 * 2023-06-01, read 2026-11-22.
 */
#include "wire/dialect_parts.h"

enum { MOST_STOPS = 64 };

static const struct assay_word words[ASSAY_SETTINGS] = {
    [ASSAY_SET_TEMPERATURE] = {"temperature", 0, 1, false},
    [ASSAY_SET_TOP_P] = {"top_p", 0, 1, false},
    [ASSAY_SET_TOP_K] = {"top_k", 0, 1e9, true},
};

/* ------------------------------------------------------- messages */

static struct assay_json *new_block(const struct assay_writing *w,
                                    struct assay_json *list, const char *type)
{
    struct assay_json *block =
        assay_json_add(list, assay_json_object(w->arena));

    assay_json_set_c(w->arena, block, "type", type);
    return block;
}

static void write_text(const struct assay_writing *w, struct assay_json *list,
                       struct assay_str text)
{
    assay_json_set_text(w->arena, new_block(w, list, "text"), "text", text);
}

static bool write_part(const struct assay_writing *w, size_t message,
                       const struct assay_message_part *part,
                       struct assay_json *list)
{
    struct assay_str type = part->media_type, data = part->base64;
    struct assay_json *source;
    bool bytes = part->kind == ASSAY_PART_IMAGE;

    if (part->kind == ASSAY_PART_TEXT) {
        write_text(w, list, part->text);
        return true;
    }
    if (part->detail.len > 0 && !assay_str_is(part->detail, "auto"))
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages[%zu]: detail of an image: %s has no word "
                          "for it",
                          message, w->whose);
    if (part->kind == ASSAY_PART_IMAGE_URL)
        bytes = assay_data_url_cut(part->text, &type, &data);
    source = assay_json_set(new_block(w, list, "image"), "source",
                            assay_json_object(w->arena));
    assay_json_set_c(w->arena, source, "type", bytes ? "base64" : "url");
    if (bytes) {
        assay_json_set_text(w->arena, source, "media_type", type);
        assay_json_set_text(w->arena, source, "data", data);
    } else {
        assay_json_set_text(w->arena, source, "url", part->text);
    }
    return true;
}

static bool write_content(const struct assay_writing *w, size_t number,
                          struct assay_json *list)
{
    const struct assay_message *message = &w->chat->messages[number];

    for (size_t i = 0; i < message->part_count; i++)
        if (!write_part(w, number, &message->parts[i], list))
            return false;
    if (message->part_count == 0 && message->text.len > 0)
        write_text(w, list, message->text);
    for (size_t i = 0; i < message->call_count; i++) {
        const struct assay_tool_call *call = &message->calls[i];
        struct assay_json *input = assay_writing_arguments(w, number, call);
        struct assay_json *block;

        if (!input)
            return false;
        block = new_block(w, list, "tool_use");
        assay_json_set_text(w->arena, block, "id", call->id);
        assay_json_set_text(w->arena, block, "name", call->name);
        assay_json_set(block, "input", input);
    }
    return true;
}

/* What a tool gave back is said by the user. */
static bool write_result(const struct assay_writing *w, size_t number,
                         struct assay_json *list)
{
    const struct assay_message *message = &w->chat->messages[number];
    struct assay_json *block = new_block(w, list, "tool_result");
    struct assay_json *content;

    assay_json_set_text(w->arena, block, "tool_use_id", message->call_id);
    if (message->part_count == 0) {
        assay_json_set_text(w->arena, block, "content", message->text);
        return true;
    }
    content = assay_json_set(block, "content", assay_json_array(w->arena));
    return write_content(w, number, content);
}

static bool write_messages(const struct assay_writing *w, size_t first)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *list =
        assay_json_set(w->body, "messages", assay_json_array(w->arena));
    struct assay_json *content = NULL;

    for (size_t i = first; i < chat->message_count; i++) {
        const struct assay_message *message = &chat->messages[i];
        const bool result = message->role == ASSAY_ROLE_TOOL;

        if (message->role == ASSAY_ROLE_SYSTEM)
            return assay_fail(w->err, ASSAY_BAD_INPUT,
                              "messages[%zu]: a system message behind others: "
                              "%s takes them only at the beginning",
                              i, w->whose);
        /* results of calls made side by side belong into one message */
        if (!content || !result ||
            chat->messages[i - 1].role != ASSAY_ROLE_TOOL) {
            struct assay_json *turn =
                assay_json_add(list, assay_json_object(w->arena));
            assay_json_set_c(w->arena, turn, "role",
                             message->role == ASSAY_ROLE_MODEL ? "assistant"
                                                               : "user");
            content =
                assay_json_set(turn, "content", assay_json_array(w->arena));
        }
        if (!(result ? write_result(w, i, content)
                     : write_content(w, i, content)))
            return false;
    }
    return true;
}

/* The leading system messages; *count says how many. */
static bool write_system(const struct assay_writing *w, size_t *count)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *list = NULL;

    for (*count = 0; *count < chat->message_count &&
                     chat->messages[*count].role == ASSAY_ROLE_SYSTEM;
         ++*count) {
        const struct assay_message *message = &chat->messages[*count];

        if (!list)
            list =
                assay_json_set(w->body, "system", assay_json_array(w->arena));
        for (size_t i = 0; i < message->part_count; i++)
            if (message->parts[i].kind != ASSAY_PART_TEXT)
                return assay_fail(w->err, ASSAY_BAD_INPUT,
                                  "messages[%zu]: an image in a system "
                                  "message: %s takes text there",
                                  *count, w->whose);
        if (!write_content(w, *count, list))
            return false;
    }
    return true;
}

/* ------------------------------------------------------- tools */

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
        for (const struct assay_json *at = function->first; at; at = at->next)
            assay_json_set_key(to,
                               assay_str_is(at->key, "parameters")
                                   ? ASSAY_STR("input_schema")
                                   : at->key,
                               assay_json_copy(w->arena, at));
        if (!assay_json_get(function, "parameters"))
            assay_json_set_c(
                w->arena,
                assay_json_set(to, "input_schema", assay_json_object(w->arena)),
                "type", "object");
    }
    return true;
}

static bool write_tool_choice(const struct assay_writing *w)
{
    static const struct {
        const char *openai, *type;
    } rows[] = {{"auto", "auto"}, {"none", "none"}, {"required", "any"}};
    const struct assay_json *choice = w->chat->tool_choice;
    struct assay_str name =
        assay_json_text(assay_json_get(choice, "function"), "name");
    struct assay_json *to;

    if (!choice)
        return true;
    to = assay_json_set(w->body, "tool_choice", assay_json_object(w->arena));
    if (name.len > 0) {
        assay_json_set_c(w->arena, to, "type", "tool");
        assay_json_set_text(w->arena, to, "name", name);
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (assay_str_is(choice->text, rows[i].openai)) {
            assay_json_set_c(w->arena, to, "type", rows[i].type);
            return true;
        }
    return assay_fail(w->err, ASSAY_BAD_INPUT,
                      "tool_choice: %s takes auto, none, required or one "
                      "function",
                      w->whose);
}

/* ------------------------------------------------------- the request */

static bool write_body(struct assay_writing *w)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *format;
    size_t systems;

    w->body = assay_json_object(w->arena);
    if (chat->max_tokens == 0)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "max_tokens: not stated, %s needs it", w->whose);
    if (chat->logprobs >= 0)
        return assay_writing_refuse(w, "logprobs");
    if (chat->json_object && !chat->schema)
        return assay_writing_refuse(w, "json_object");
    assay_json_set_text(w->arena, w->body, "model", chat->model);
    assay_json_set_uint(w->arena, w->body, "max_tokens", chat->max_tokens);
    if (!write_system(w, &systems) || !write_messages(w, systems) ||
        !assay_writing_numbers(w, words, w->body) ||
        !assay_writing_stops(w, w->body, "stop_sequences", MOST_STOPS) ||
        !write_tools(w) || !write_tool_choice(w))
        return false;
    if (chat->schema) {
        format = assay_json_set(assay_json_set(w->body, "output_config",
                                               assay_json_object(w->arena)),
                                "format", assay_json_object(w->arena));
        assay_json_set_c(w->arena, format, "type", "json_schema");
        assay_json_set(format, "schema",
                       assay_json_copy(w->arena, chat->schema));
    }
    if (chat->stream)
        assay_json_set_bool(w->arena, w->body, "stream", true);
    return assay_writing_extra(w);
}

static bool anthropic_write(struct assay_arena *arena,
                            const struct assay_chat *chat,
                            const struct assay_dialect_options *options,
                            struct assay_wire_request *request,
                            struct assay_error *err)
{
    struct assay_str base = options->base_url;
    struct assay_writing w = {
        .arena = arena,
        .chat = chat,
        .options = options,
        .whose = "Anthropic",
        .err = err,
    };

    *request = (struct assay_wire_request){
        .key_header = "x-api-key",
        .key_prefix = "",
    };
    if (assay_str_ends(base, "/v1"))
        base.len -= 3;
    if (!assay_writing_check(&w) || !write_body(&w) ||
        !assay_writing_finish(
            &w,
            assay_arena_printf(arena, "%.*s/v1/messages", ASSAY_STR_ARG(base)),
            request))
        return false;
    assay_writing_header(request, "anthropic-version", ASSAY_STR("2023-06-01"));
    return true;
}

/* ------------------------------------------------------- answers */

static void take_stop(struct assay_answering *answer, struct assay_str stated)
{
    static const struct {
        const char *stated;
        enum assay_finish finish;
    } rows[] = {
        {"end_turn", ASSAY_FINISH_STOP},
        {"stop_sequence", ASSAY_FINISH_STOP},
        {"max_tokens", ASSAY_FINISH_LENGTH},
        {"model_context_window_exceeded", ASSAY_FINISH_LENGTH},
        {"tool_use", ASSAY_FINISH_TOOL_CALLS},
        {"refusal", ASSAY_FINISH_REFUSED},
    };

    if (stated.len == 0)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (assay_str_is(stated, rows[i].stated)) {
            assay_answering_finish(answer, rows[i].finish, stated);
            return;
        }
    assay_answering_finish(answer, ASSAY_FINISH_OTHER, stated);
}

static void take_head(struct assay_answering *answer,
                      const struct assay_json *message)
{
    const struct assay_json *usage = assay_json_get(message, "usage");

    assay_answering_keep(answer, &answer->model,
                         assay_json_text(message, "model"));
    assay_answering_keep(answer, &answer->id, assay_json_text(message, "id"));
    assay_answering_keep(answer, &answer->tier,
                         assay_json_text(usage, "service_tier"));
    assay_answering_add_usage(answer, usage);
}

/* A block as a whole message has it, or as it opens in a stream. */
static unsigned take_block(struct assay_answering *answer,
                           const struct assay_json *block, bool whole,
                           uint64_t index)
{
    const struct assay_json *input = assay_json_get(block, "input");
    struct assay_answering_call *call;
    unsigned bits =
        assay_answering_add_text(answer, assay_json_text(block, "text"));

    bits |= assay_answering_add_reasoning(answer,
                                          assay_json_text(block, "thinking"));
    if (!assay_str_is(assay_json_text(block, "type"), "tool_use"))
        return bits;
    call = assay_answering_new_call(answer);
    if (!call)
        return bits;
    call->index = index;
    assay_answering_keep(answer, &call->id, assay_json_text(block, "id"));
    assay_answering_keep(answer, &call->name, assay_json_text(block, "name"));
    /* a stream opens with an empty object and sends the input in pieces */
    if (whole || (input && input->count > 0))
        bits |= assay_answering_add_argument_json(answer, call, input);
    return bits;
}

static void take_body(struct assay_answering *answer,
                      const struct assay_json *body)
{
    const struct assay_json *content = assay_json_get(body, "content");

    take_head(answer, body);
    if (!assay_json_is(content, ASSAY_JSON_ARRAY)) {
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply has no list of content");
        return;
    }
    for (const struct assay_json *at = content->first; at; at = at->next)
        take_block(answer, at, true, at->index);
    take_stop(answer, assay_json_text(body, "stop_reason"));
}

static bool anthropic_read(struct assay_arena *arena, struct assay_str body,
                           struct assay_completion *reply,
                           struct assay_trouble *trouble)
{
    return assay_answering_read(arena, body, take_body, reply, trouble);
}

static unsigned take_delta(struct assay_answering *answer,
                           const struct assay_json *data)
{
    const struct assay_json *delta = assay_json_get(data, "delta");
    struct assay_str arguments = assay_json_text(delta, "partial_json");
    uint64_t index = 0;
    unsigned bits;

    bits = assay_answering_add_text(answer, assay_json_text(delta, "text")) |
           assay_answering_add_reasoning(answer,
                                         assay_json_text(delta, "thinking"));
    if (arguments.len == 0 ||
        !assay_loose_u64(assay_json_get(data, "index"), &index))
        return bits;
    for (size_t i = answer->call_count; i > 0; i--)
        if (answer->calls[i - 1].index == index)
            return bits | assay_answering_add_arguments(
                              answer, &answer->calls[i - 1], arguments);
    return bits; /* of a tool that the provider runs itself */
}

static unsigned anthropic_event(struct assay_answering *answer,
                                struct assay_str name,
                                const struct assay_json *data)
{
    struct assay_str type = assay_json_text(data, "type");
    uint64_t index = 0;

    if (type.len == 0)
        type = name;
    if (assay_str_is(type, "message_start")) {
        take_head(answer, assay_json_get(data, "message"));
    } else if (assay_str_is(type, "content_block_start")) {
        assay_loose_u64(assay_json_get(data, "index"), &index);
        return take_block(answer, assay_json_get(data, "content_block"), false,
                          index);
    } else if (assay_str_is(type, "content_block_delta")) {
        return take_delta(answer, data);
    } else if (assay_str_is(type, "message_delta")) {
        assay_answering_add_usage(answer, assay_json_get(data, "usage"));
        take_stop(answer, assay_json_text(assay_json_get(data, "delta"),
                                          "stop_reason"));
    } else if (assay_str_is(type, "message_stop")) {
        return ASSAY_EVENT_END;
    }
    return 0;
}

const struct assay_dialect assay_dialect_anthropic = {
    .name = "anthropic",
    .write = anthropic_write,
    .read = anthropic_read,
    .classify = assay_trouble_classify,
    .event = anthropic_event,
};
