/*
 * Gemini's generateContent. An event of its stream is a whole body with less
 * in it, and the plain end of the stream is its end.
 *
 * Source: Gemini API reference (generateContent, Content, errors), v1beta,
 * read 2026-11-22. The key goes into a header: as ?key= it lands in logs.
 */
#include "wire/dialect_parts.h"

enum { MOST_STOPS = 5, MOST_LOGPROBS = 20 };

static const struct assay_word words[ASSAY_SETTINGS] = {
    [ASSAY_SET_TEMPERATURE] = {"temperature", 0, 2, false},
    [ASSAY_SET_TOP_P] = {"topP", 0, 1, false},
    [ASSAY_SET_TOP_K] = {"topK", 1, 1e9, true},
    [ASSAY_SET_SEED] = {"seed", INT32_MIN, INT32_MAX, true},
    [ASSAY_SET_PRESENCE_PENALTY] = {"presencePenalty", -2, 2, false},
    [ASSAY_SET_FREQUENCY_PENALTY] = {"frequencyPenalty", -2, 2, false},
};

/* ------------------------------------------------------- contents */

static struct assay_json *new_part(const struct assay_writing *w,
                                   struct assay_json *list)
{
    return assay_json_add(list, assay_json_object(w->arena));
}

static bool write_part(const struct assay_writing *w, size_t message,
                       const struct assay_message_part *part,
                       struct assay_json *list)
{
    struct assay_str type = part->media_type, data = part->base64;
    struct assay_json *to;
    bool bytes = part->kind == ASSAY_PART_IMAGE;

    if (part->kind == ASSAY_PART_TEXT) {
        assay_json_set_text(w->arena, new_part(w, list), "text", part->text);
        return true;
    }
    if (part->detail.len > 0 && !assay_str_is(part->detail, "auto"))
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages[%zu]: detail of an image: %s has no word "
                          "for it",
                          message, w->whose);
    if (part->kind == ASSAY_PART_IMAGE_URL)
        bytes = assay_data_url_cut(part->text, &type, &data);
    to = assay_json_set(new_part(w, list), bytes ? "inlineData" : "fileData",
                        assay_json_object(w->arena));
    if (type.len > 0)
        assay_json_set_text(w->arena, to, "mimeType", type);
    assay_json_set_text(w->arena, to, bytes ? "data" : "fileUri",
                        bytes ? data : part->text);
    return true;
}

static bool write_parts(const struct assay_writing *w, size_t number,
                        struct assay_json *list)
{
    const struct assay_message *message = &w->chat->messages[number];

    for (size_t i = 0; i < message->part_count; i++)
        if (!write_part(w, number, &message->parts[i], list))
            return false;
    if (message->part_count == 0 &&
        (message->text.len > 0 || message->call_count == 0))
        assay_json_set_text(w->arena, new_part(w, list), "text", message->text);
    for (size_t i = 0; i < message->call_count; i++) {
        const struct assay_tool_call *call = &message->calls[i];
        struct assay_json *args = assay_writing_arguments(w, number, call);
        struct assay_json *part, *to;

        if (!args)
            return false;
        part = new_part(w, list);
        to = assay_json_set(part, "functionCall", assay_json_object(w->arena));
        if (call->signature.len > 0)
            assay_json_set_text(w->arena, part, "thoughtSignature",
                                call->signature);
        if (call->id.len > 0)
            assay_json_set_text(w->arena, to, "id", call->id);
        assay_json_set_text(w->arena, to, "name", call->name);
        assay_json_set(to, "args", args);
    }
    return true;
}

/* Gemini answers a call by its name; here it is known by its id. */
static const struct assay_tool_call *call_of(const struct assay_chat *chat,
                                             size_t before, struct assay_str id)
{
    for (size_t i = before; i > 0; i--) {
        const struct assay_message *message = &chat->messages[i - 1];
        for (size_t k = 0; k < message->call_count; k++)
            if (assay_str_equal(message->calls[k].id, id))
                return &message->calls[k];
    }
    return NULL;
}

static bool write_response(const struct assay_writing *w, size_t number,
                           struct assay_json *list)
{
    const struct assay_message *message = &w->chat->messages[number];
    const struct assay_tool_call *call =
        call_of(w->chat, number, message->call_id);
    struct assay_error ignored = {0};
    struct assay_json *to, *value;

    if (!call)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages[%zu]: answers the call '%.*s', which no "
                          "message before it makes",
                          number, ASSAY_STR_ARG(message->call_id));
    if (message->part_count > 0)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "messages[%zu]: parts in what a tool gave back: %s "
                          "takes text there",
                          number, w->whose);
    to = assay_json_set(new_part(w, list), "functionResponse",
                        assay_json_object(w->arena));
    if (call->id.len > 0)
        assay_json_set_text(w->arena, to, "id", call->id);
    assay_json_set_text(w->arena, to, "name", call->name);
    value = assay_json_parse(w->arena, message->text, NULL, &ignored);
    if (!assay_json_is(value, ASSAY_JSON_OBJECT)) {
        value = assay_json_object(w->arena);
        assay_json_set_text(w->arena, value, "output", message->text);
    }
    assay_json_set(to, "response", value);
    return true;
}

static bool write_contents(const struct assay_writing *w)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *list = assay_json_array(w->arena), *system = NULL;
    struct assay_json *parts = NULL;

    for (size_t i = 0; i < chat->message_count; i++) {
        const enum assay_role role = chat->messages[i].role;

        if (role == ASSAY_ROLE_SYSTEM) {
            if (parts)
                return assay_fail(w->err, ASSAY_BAD_INPUT,
                                  "messages[%zu]: a system message behind "
                                  "others: %s takes them only at the beginning",
                                  i, w->whose);
            if (!system)
                system =
                    assay_json_set(assay_json_set(w->body, "systemInstruction",
                                                  assay_json_object(w->arena)),
                                   "parts", assay_json_array(w->arena));
            if (!write_parts(w, i, system))
                return false;
            continue;
        }
        /* results of calls made side by side belong into one turn */
        if (!parts || role != ASSAY_ROLE_TOOL ||
            chat->messages[i - 1].role != ASSAY_ROLE_TOOL) {
            struct assay_json *turn =
                assay_json_add(list, assay_json_object(w->arena));
            assay_json_set_c(w->arena, turn, "role",
                             role == ASSAY_ROLE_MODEL ? "model" : "user");
            parts = assay_json_set(turn, "parts", assay_json_array(w->arena));
        }
        if (!(role == ASSAY_ROLE_TOOL ? write_response(w, i, parts)
                                      : write_parts(w, i, parts)))
            return false;
    }
    assay_json_set(w->body, "contents", list);
    return true;
}

/* ------------------------------------------------------- tools */

static bool write_declaration(const struct assay_writing *w,
                              const struct assay_json *tool,
                              struct assay_json *list)
{
    const struct assay_json *function = assay_writing_function(w, tool);
    struct assay_json *to;

    if (!function)
        return false;
    to = assay_json_add(list, assay_json_object(w->arena));
    for (const struct assay_json *at = function->first; at; at = at->next) {
        if (assay_str_is(at->key, "strict")) {
            if (at->type == ASSAY_JSON_TRUE)
                return assay_fail(w->err, ASSAY_BAD_INPUT,
                                  "tools[%u].function.strict: %s has no word "
                                  "for it",
                                  tool->index, w->whose);
            continue;
        }
        assay_json_set_key(to,
                           assay_str_is(at->key, "parameters")
                               ? ASSAY_STR("parametersJsonSchema")
                               : at->key,
                           assay_json_copy(w->arena, at));
    }
    return true;
}

static bool write_tools(const struct assay_writing *w)
{
    struct assay_json *list;

    if (!assay_writing_has_tools(w))
        return true;
    list = assay_json_set(w->body, "tools", assay_json_array(w->arena));
    list = assay_json_set(assay_json_add(list, assay_json_object(w->arena)),
                          "functionDeclarations", assay_json_array(w->arena));
    for (const struct assay_json *tool = w->chat->tools->first; tool;
         tool = tool->next)
        if (!write_declaration(w, tool, list))
            return false;
    return true;
}

static bool write_tool_choice(const struct assay_writing *w)
{
    static const struct {
        const char *openai, *mode;
    } rows[] = {{"auto", "AUTO"}, {"none", "NONE"}, {"required", "ANY"}};
    const struct assay_json *choice = w->chat->tool_choice;
    struct assay_str name =
        assay_json_text(assay_json_get(choice, "function"), "name");
    const char *mode = name.len > 0 ? "ANY" : NULL;
    struct assay_json *to;

    if (!choice)
        return true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (assay_str_is(choice->text, rows[i].openai))
            mode = rows[i].mode;
    if (!mode)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "tool_choice: %s takes auto, none, required or one "
                          "function",
                          w->whose);
    to = assay_json_set(
        assay_json_set(w->body, "toolConfig", assay_json_object(w->arena)),
        "functionCallingConfig", assay_json_object(w->arena));
    assay_json_set_c(w->arena, to, "mode", mode);
    if (name.len > 0)
        assay_json_add(assay_json_set(to, "allowedFunctionNames",
                                      assay_json_array(w->arena)),
                       assay_json_string(w->arena, name));
    return true;
}

/* ------------------------------------------------------- the request */

static bool write_config(const struct assay_writing *w)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *config = assay_json_object(w->arena);

    if (chat->max_tokens > 0)
        assay_json_set_uint(w->arena, config, "maxOutputTokens",
                            chat->max_tokens);
    if (!assay_writing_numbers(w, words, config) ||
        !assay_writing_stops(w, config, "stopSequences", MOST_STOPS))
        return false;
    if (chat->logprobs > MOST_LOGPROBS)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "logprobs: %d, %s takes 0 to %d", chat->logprobs,
                          w->whose, MOST_LOGPROBS);
    if (chat->logprobs >= 0)
        assay_json_set_bool(w->arena, config, "responseLogprobs", true);
    if (chat->logprobs > 0)
        assay_json_set_uint(w->arena, config, "logprobs",
                            (uint64_t)chat->logprobs);
    if (chat->schema || chat->json_object)
        assay_json_set_c(w->arena, config, "responseMimeType",
                         "application/json");
    if (chat->schema)
        assay_json_set(config, "responseJsonSchema",
                       assay_json_copy(w->arena, chat->schema));
    if (config->count > 0)
        assay_json_set(w->body, "generationConfig", config);
    return true;
}

static struct assay_str gemini_url(const struct assay_writing *w)
{
    struct assay_str model = w->chat->model;
    struct assay_str folder = ASSAY_STR("models"), rest;

    if (assay_str_cut(model, '/', &folder, &rest))
        model = rest; /* "models/…", "tunedModels/…" */
    return assay_arena_printf(
        w->arena, "%.*s/%.*s/%.*s:%s", ASSAY_STR_ARG(w->options->base_url),
        ASSAY_STR_ARG(assay_writing_encoded(w->arena, folder)),
        ASSAY_STR_ARG(assay_writing_encoded(w->arena, model)),
        w->chat->stream ? "streamGenerateContent?alt=sse" : "generateContent");
}

static bool gemini_write(struct assay_arena *arena,
                         const struct assay_chat *chat,
                         const struct assay_dialect_options *options,
                         struct assay_wire_request *request,
                         struct assay_error *err)
{
    struct assay_writing w = {
        .arena = arena,
        .chat = chat,
        .options = options,
        .whose = "Gemini",
        .body = assay_json_object(arena),
        .err = err,
    };

    *request = (struct assay_wire_request){
        .key_header = "x-goog-api-key",
        .key_prefix = "",
    };
    return assay_writing_check(&w) && write_contents(&w) && write_config(&w) &&
           write_tools(&w) && write_tool_choice(&w) &&
           assay_writing_extra(&w) &&
           assay_writing_finish(&w, gemini_url(&w), request);
}

/* ------------------------------------------------------- answers */

static void take_finish(struct assay_answering *answer, struct assay_str stated)
{
    static const struct {
        const char *stated;
        enum assay_finish finish;
    } rows[] = {
        {"STOP", ASSAY_FINISH_STOP},
        {"MAX_TOKENS", ASSAY_FINISH_LENGTH},
        {"SAFETY", ASSAY_FINISH_FILTERED},
        {"RECITATION", ASSAY_FINISH_FILTERED},
        {"BLOCKLIST", ASSAY_FINISH_FILTERED},
        {"PROHIBITED_CONTENT", ASSAY_FINISH_FILTERED},
        {"SPII", ASSAY_FINISH_FILTERED},
        {"IMAGE_SAFETY", ASSAY_FINISH_FILTERED},
        {"IMAGE_PROHIBITED_CONTENT", ASSAY_FINISH_FILTERED},
        {"IMAGE_RECITATION", ASSAY_FINISH_FILTERED},
    };

    if (stated.len == 0 || assay_str_is(stated, "FINISH_REASON_UNSPECIFIED"))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (assay_str_is(stated, rows[i].stated)) {
            assay_answering_finish(answer, rows[i].finish, stated);
            return;
        }
    assay_answering_finish(answer, ASSAY_FINISH_OTHER, stated);
}

static unsigned take_part(struct assay_answering *answer,
                          const struct assay_json *part)
{
    const struct assay_json *function = assay_json_get(part, "functionCall");
    struct assay_str text = assay_json_text(part, "text");
    struct assay_answering_call *call;

    if (assay_json_is(assay_json_get(part, "thought"), ASSAY_JSON_TRUE))
        return assay_answering_add_reasoning(answer, text);
    if (!assay_json_is(function, ASSAY_JSON_OBJECT))
        return assay_answering_add_text(answer, text);
    call = assay_answering_new_call(answer);
    if (!call)
        return 0;
    assay_answering_keep(answer, &call->id, assay_json_text(function, "id"));
    assay_answering_keep(answer, &call->name,
                         assay_json_text(function, "name"));
    assay_answering_keep(answer, &call->signature,
                         assay_json_text(part, "thoughtSignature"));
    return assay_answering_add_argument_json(answer, call,
                                             assay_json_get(function, "args"));
}

static void take_logprobs(struct assay_answering *answer,
                          const struct assay_json *candidate)
{
    const struct assay_json *rows =
        assay_json_at(candidate, "logprobsResult.chosenCandidates");

    rows = assay_json_is(rows, ASSAY_JSON_ARRAY) ? rows->first : NULL;
    for (; rows; rows = rows->next)
        assay_answering_add_logprob(answer,
                                    assay_json_get(rows, "logProbability"));
}

static unsigned take_candidate(struct assay_answering *answer,
                               const struct assay_json *candidate)
{
    const struct assay_json *parts = assay_json_at(candidate, "content.parts");
    unsigned bits = 0;

    parts = assay_json_is(parts, ASSAY_JSON_ARRAY) ? parts->first : NULL;
    for (; parts; parts = parts->next)
        bits |= take_part(answer, parts);
    take_logprobs(answer, candidate);
    take_finish(answer, assay_json_text(candidate, "finishReason"));
    return bits;
}

static unsigned gemini_event(struct assay_answering *answer,
                             struct assay_str name,
                             const struct assay_json *data)
{
    const struct assay_json *candidates = assay_json_get(data, "candidates");
    struct assay_str blocked =
        assay_json_text(assay_json_get(data, "promptFeedback"), "blockReason");

    (void)name;
    answer->usage_name = "usageMetadata";
    assay_answering_keep(answer, &answer->model,
                         assay_json_text(data, "modelVersion"));
    assay_answering_keep(answer, &answer->id,
                         assay_json_text(data, "responseId"));
    assay_answering_add_usage(answer, assay_json_get(data, "usageMetadata"));
    if (blocked.len > 0)
        assay_answering_finish(answer, ASSAY_FINISH_FILTERED, blocked);
    if (!assay_json_is(candidates, ASSAY_JSON_ARRAY) || !candidates->first)
        return 0;
    return take_candidate(answer, candidates->first);
}

static void take_body(struct assay_answering *answer,
                      const struct assay_json *body)
{
    const struct assay_json *candidates = assay_json_get(body, "candidates");

    gemini_event(answer, ASSAY_STR(""), body);
    if (!answer->finished &&
        !(assay_json_is(candidates, ASSAY_JSON_ARRAY) && candidates->first))
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply has no candidates and no blockReason");
}

static bool gemini_read(struct assay_arena *arena, struct assay_str body,
                        struct assay_completion *reply,
                        struct assay_trouble *trouble)
{
    return assay_answering_read(arena, body, take_body, reply, trouble);
}

const struct assay_dialect assay_dialect_gemini = {
    .name = "gemini",
    .write = gemini_write,
    .read = gemini_read,
    .classify = assay_trouble_classify,
    .event = gemini_event,
    .ends_without_mark = true,
};
