/*
 * OpenAI's chat completions, for OpenAI itself and every server that speaks
 * alike (OpenRouter, vLLM, llama-server, Ollama …); Azure's two forms are in
 * dialect_azure.c. Whole bodies and events differ in one word: message,
 * delta.
 *
 * Sources: OpenAI's OpenAPI file (f85dbe2), read 2026-11-22; what servers do
 * otherwise: their documentation and trackers, collected in docs/dialects.md.
 */
#include "wire/dialect_parts.h"

enum { MOST_STOPS = 4, MOST_LOGPROBS = 20, MOST_COMPATIBLE_STOPS = 64 };

const struct assay_word assay_openai_words[ASSAY_SETTINGS] = {
    [ASSAY_SET_TEMPERATURE] = {"temperature", 0, 2, false},
    [ASSAY_SET_TOP_P] = {"top_p", 0, 1, false},
    [ASSAY_SET_SEED] = {"seed", -9e15, 9e15, true},
    [ASSAY_SET_PRESENCE_PENALTY] = {"presence_penalty", -2, 2, false},
    [ASSAY_SET_FREQUENCY_PENALTY] = {"frequency_penalty", -2, 2, false},
};

/* What llama-server, vLLM and OpenRouter take besides; they know the limits. */
static const struct assay_word compatible_words[ASSAY_SETTINGS] = {
    [ASSAY_SET_TEMPERATURE] = {"temperature", 0, 100, false},
    [ASSAY_SET_TOP_P] = {"top_p", 0, 1, false},
    [ASSAY_SET_TOP_K] = {"top_k", -1, 1e9, true},
    [ASSAY_SET_MIN_P] = {"min_p", 0, 1, false},
    [ASSAY_SET_SEED] = {"seed", -9e15, 9e15, true},
    [ASSAY_SET_PRESENCE_PENALTY] = {"presence_penalty", -2, 2, false},
    [ASSAY_SET_FREQUENCY_PENALTY] = {"frequency_penalty", -2, 2, false},
};

/* ------------------------------------------------------- requests */

static struct assay_json *write_part(const struct assay_writing *w,
                                     const struct assay_message_part *part)
{
    struct assay_json *json = assay_json_object(w->arena), *image;
    struct assay_str url = part->text;

    if (part->kind == ASSAY_PART_TEXT) {
        assay_json_set_c(w->arena, json, "type", "text");
        assay_json_set_text(w->arena, json, "text", part->text);
        return json;
    }
    if (part->kind == ASSAY_PART_IMAGE)
        url = assay_data_url(w->arena, part->media_type, part->base64);
    assay_json_set_c(w->arena, json, "type", "image_url");
    image = assay_json_set(json, "image_url", assay_json_object(w->arena));
    assay_json_set_text(w->arena, image, "url", url);
    if (part->detail.len > 0)
        assay_json_set_text(w->arena, image, "detail", part->detail);
    return json;
}

static void write_calls(const struct assay_writing *w,
                        const struct assay_message *message,
                        struct assay_json *json)
{
    struct assay_json *calls =
        assay_json_set(json, "tool_calls", assay_json_array(w->arena));

    for (size_t i = 0; i < message->call_count; i++) {
        struct assay_json *call =
            assay_json_add(calls, assay_json_object(w->arena));
        struct assay_json *function;

        assay_json_set_text(w->arena, call, "id", message->calls[i].id);
        assay_json_set_c(w->arena, call, "type", "function");
        function =
            assay_json_set(call, "function", assay_json_object(w->arena));
        assay_json_set_text(w->arena, function, "name", message->calls[i].name);
        assay_json_set_text(w->arena, function, "arguments",
                            message->calls[i].arguments);
    }
}

static void write_message(const struct assay_writing *w,
                          const struct assay_message *message,
                          struct assay_json *list)
{
    static const char *const roles[] = {
        [ASSAY_ROLE_SYSTEM] = "system",
        [ASSAY_ROLE_USER] = "user",
        [ASSAY_ROLE_MODEL] = "assistant",
        [ASSAY_ROLE_TOOL] = "tool",
    };
    struct assay_json *json = assay_json_add(list, assay_json_object(w->arena));
    struct assay_json *parts;

    assay_json_set_c(w->arena, json, "role", roles[message->role]);
    if (message->part_count > 0) {
        parts = assay_json_set(json, "content", assay_json_array(w->arena));
        for (size_t i = 0; i < message->part_count; i++)
            assay_json_add(parts, write_part(w, &message->parts[i]));
    } else if (message->call_count > 0 && message->text.len == 0) {
        assay_json_set_null(w->arena, json, "content");
    } else {
        assay_json_set_text(w->arena, json, "content", message->text);
    }
    if (message->call_count > 0)
        write_calls(w, message, json);
    if (message->role == ASSAY_ROLE_TOOL)
        assay_json_set_text(w->arena, json, "tool_call_id", message->call_id);
}

static void write_response_format(const struct assay_writing *w)
{
    struct assay_json *format, *schema;

    if (!w->chat->schema && !w->chat->json_object)
        return;
    format =
        assay_json_set(w->body, "response_format", assay_json_object(w->arena));
    if (!w->chat->schema) {
        assay_json_set_c(w->arena, format, "type", "json_object");
        return;
    }
    assay_json_set_c(w->arena, format, "type", "json_schema");
    schema = assay_json_set(format, "json_schema", assay_json_object(w->arena));
    assay_json_set_c(w->arena, schema, "name", "answer");
    assay_json_set_bool(w->arena, schema, "strict", true);
    assay_json_set(schema, "schema",
                   assay_json_copy(w->arena, w->chat->schema));
}

static bool write_logprobs(const struct assay_writing *w)
{
    int logprobs = w->chat->logprobs;

    if (logprobs < 0)
        return true;
    if (logprobs > MOST_LOGPROBS)
        return assay_fail(w->err, ASSAY_BAD_INPUT,
                          "logprobs: %d, %s takes 0 to %d", logprobs, w->whose,
                          MOST_LOGPROBS);
    assay_json_set_bool(w->arena, w->body, "logprobs", true);
    if (logprobs > 0)
        assay_json_set_uint(w->arena, w->body, "top_logprobs",
                            (uint64_t)logprobs);
    return true;
}

bool assay_openai_write_body(struct assay_writing *w,
                             const struct assay_openai_form *form)
{
    const struct assay_chat *chat = w->chat;
    struct assay_json *list;

    w->body = assay_json_object(w->arena);
    if (form->model.len > 0)
        assay_json_set_text(w->arena, w->body, "model", form->model);
    list = assay_json_set(w->body, "messages", assay_json_array(w->arena));
    for (size_t i = 0; i < chat->message_count; i++)
        write_message(w, &chat->messages[i], list);
    if (chat->max_tokens > 0)
        assay_json_set_uint(w->arena, w->body, form->max_tokens_name,
                            chat->max_tokens);
    if (!assay_writing_numbers(w, form->words, w->body) ||
        !assay_writing_stops(w, w->body, "stop", form->most_stops) ||
        !write_logprobs(w))
        return false;
    write_response_format(w);
    if (chat->tools)
        assay_json_set(w->body, "tools",
                       assay_json_copy(w->arena, chat->tools));
    if (chat->tool_choice)
        assay_json_set(w->body, "tool_choice",
                       assay_json_copy(w->arena, chat->tool_choice));
    if (chat->stream) {
        assay_json_set_bool(w->arena, w->body, "stream", true);
        if (form->usage_in_stream)
            assay_json_set_bool(w->arena,
                                assay_json_set(w->body, "stream_options",
                                               assay_json_object(w->arena)),
                                "include_usage", true);
    }
    return assay_writing_extra(w);
}

/* OpenAI itself, in any region ("eu.api.openai.com"). */
static bool is_openai(struct assay_str url)
{
    struct assay_str scheme, rest;
    size_t host;

    if (!assay_str_cut(url, ':', &scheme, &rest))
        return false;
    rest = assay_str_skip(rest, 2);
    host = assay_str_find(rest, '/');
    rest = assay_str_head(rest, host);
    return assay_str_is(rest, "api.openai.com") ||
           assay_str_ends(rest, ".api.openai.com");
}

static bool openai_write(struct assay_arena *arena,
                         const struct assay_chat *chat,
                         const struct assay_dialect_options *options,
                         struct assay_wire_request *request,
                         struct assay_error *err)
{
    const bool itself = is_openai(options->base_url);
    struct assay_writing w = {
        .arena = arena,
        .chat = chat,
        .options = options,
        .whose = itself ? "OpenAI" : "an OpenAI-compatible server",
        .err = err,
    };
    const bool new_name = (itself && !options->max_tokens_old_name) ||
                          options->max_tokens_new_name;
    const struct assay_openai_form form = {
        .words = itself ? assay_openai_words : compatible_words,
        .most_stops = itself ? MOST_STOPS : MOST_COMPATIBLE_STOPS,
        .max_tokens_name = new_name ? "max_completion_tokens" : "max_tokens",
        .usage_in_stream = !options->no_stream_options,
        .model = chat->model,
    };

    *request = (struct assay_wire_request){
        .key_header = "authorization",
        .key_prefix = "Bearer ",
    };
    if (!assay_writing_check(&w) || !assay_openai_write_body(&w, &form))
        return false;
    return assay_writing_finish(
        &w,
        assay_arena_printf(arena, "%.*s/chat/completions",
                           ASSAY_STR_ARG(options->base_url)),
        request);
}

/* ------------------------------------------------------- answers */

static enum assay_finish finish_of(struct assay_str stated)
{
    static const struct {
        const char *stated;
        enum assay_finish finish;
    } rows[] = {
        {"stop", ASSAY_FINISH_STOP},
        {"eos", ASSAY_FINISH_STOP},
        {"length", ASSAY_FINISH_LENGTH},
        {"max_tokens", ASSAY_FINISH_LENGTH},   /* finish_details */
        {"model_length", ASSAY_FINISH_LENGTH}, /* Mistral */
        {"tool_calls", ASSAY_FINISH_TOOL_CALLS},
        {"function_call", ASSAY_FINISH_TOOL_CALLS},
        {"content_filter", ASSAY_FINISH_FILTERED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (assay_str_is(stated, rows[i].stated))
            return rows[i].finish;
    return ASSAY_FINISH_OTHER;
}

static void take_finish(struct assay_answering *answer,
                        const struct assay_json *choice)
{
    struct assay_str stated = assay_json_text(choice, "finish_reason");

    if (stated.len == 0) /* gpt-4-vision-preview */
        stated =
            assay_json_text(assay_json_get(choice, "finish_details"), "type");
    if (stated.len == 0)
        return;
    assay_answering_finish(answer, finish_of(stated), stated);
    if (assay_str_is(stated, "error"))
        assay_answering_fail(answer, ASSAY_CLASS_SERVER_ERROR,
                             "finish_reason is error");
    else if (assay_str_is(stated, "insufficient_system_resource"))
        assay_answering_fail(answer, ASSAY_CLASS_OVERLOADED,
                             "the provider ran out of resources");
}

/* A text, or Mistral's list of texts and thoughts. */
static unsigned take_content(struct assay_answering *answer,
                             const struct assay_json *content)
{
    unsigned bits = 0;

    if (assay_json_is(content, ASSAY_JSON_STRING))
        return assay_answering_add_text(answer, content->text);
    if (!assay_json_is(content, ASSAY_JSON_ARRAY))
        return 0;
    for (const struct assay_json *at = content->first; at; at = at->next) {
        const struct assay_json *thought = assay_json_get(at, "thinking");

        bits |= assay_answering_add_text(answer, assay_json_text(at, "text"));
        thought =
            assay_json_is(thought, ASSAY_JSON_ARRAY) ? thought->first : NULL;
        for (; thought; thought = thought->next)
            bits |= assay_answering_add_reasoning(
                answer, assay_json_text(thought, "text"));
    }
    return bits;
}

/*
 * The call that a fragment belongs to. Servers number them, or give each
 * fragment the call's id, or send each call whole; some number all of them 0.
 */
static struct assay_answering_call *find_call(struct assay_answering *answer,
                                              const struct assay_json *fragment)
{
    struct assay_str id = assay_json_text(fragment, "id");
    uint64_t index = 0;
    bool indexed = assay_loose_u64(assay_json_get(fragment, "index"), &index);
    struct assay_answering_call *call = NULL;

    for (size_t i = answer->call_count; i > 0 && !call; i--) {
        struct assay_answering_call *at = &answer->calls[i - 1];
        bool same_id = id.len > 0 && assay_str_equal(at->id, id);

        if (indexed ? at->index == index &&
                          (same_id || id.len == 0 || at->id.len == 0)
                    : same_id || id.len == 0)
            call = at;
    }
    if (call)
        return call;
    call = assay_answering_new_call(answer);
    if (call && indexed)
        call->index = index;
    return call;
}

static unsigned take_call(struct assay_answering *answer,
                          const struct assay_json *fragment)
{
    const struct assay_json *function = assay_json_get(fragment, "function");
    const struct assay_json *arguments = assay_json_get(function, "arguments");
    struct assay_answering_call *call = find_call(answer, fragment);

    if (!call)
        return 0;
    assay_answering_keep(answer, &call->id, assay_json_text(fragment, "id"));
    assay_answering_keep(answer, &call->name,
                         assay_json_text(function, "name"));
    return assay_answering_add_argument_json(answer, call, arguments);
}

static unsigned take_calls(struct assay_answering *answer,
                           const struct assay_json *message)
{
    const struct assay_json *calls = assay_json_get(message, "tool_calls");
    const struct assay_json *old = assay_json_get(message, "function_call");
    unsigned bits = 0;

    if (assay_json_is(calls, ASSAY_JSON_ARRAY))
        for (const struct assay_json *at = calls->first; at; at = at->next)
            bits |= take_call(answer, at);
    if (assay_json_is(old, ASSAY_JSON_OBJECT)) {
        struct assay_answering_call *call =
            answer->call_count ? &answer->calls[0]
                               : assay_answering_new_call(answer);
        if (!call)
            return bits;
        assay_answering_keep(answer, &call->name, assay_json_text(old, "name"));
        bits |= assay_answering_add_argument_json(
            answer, call, assay_json_get(old, "arguments"));
    }
    return bits;
}

static void take_logprobs(struct assay_answering *answer,
                          const struct assay_json *choice)
{
    const struct assay_json *rows = assay_json_at(choice, "logprobs.content");

    rows = assay_json_is(rows, ASSAY_JSON_ARRAY) ? rows->first : NULL;
    for (; rows; rows = rows->next)
        assay_answering_add_logprob(answer, assay_json_get(rows, "logprob"));
}

static unsigned take_message(struct assay_answering *answer,
                             const struct assay_json *message)
{
    struct assay_str thought = assay_json_text(message, "reasoning_content");
    unsigned bits;

    if (thought.len == 0) /* some send both, with the same text */
        thought = assay_json_text(message, "reasoning");
    bits = assay_answering_add_reasoning(answer, thought);
    bits |= take_content(answer, assay_json_get(message, "content"));
    bits |= assay_answering_add_refusal(answer,
                                        assay_json_text(message, "refusal"));
    return bits | take_calls(answer, message);
}

/* The first choice; another one (n above 1) is not ours to read. */
static const struct assay_json *first_choice(const struct assay_json *body)
{
    const struct assay_json *choices = assay_json_get(body, "choices");
    uint64_t index;

    choices = assay_json_is(choices, ASSAY_JSON_ARRAY) ? choices->first : NULL;
    for (; choices; choices = choices->next)
        if (!assay_loose_u64(assay_json_get(choices, "index"), &index) ||
            index == 0)
            return choices;
    return NULL;
}

static void take_head(struct assay_answering *answer,
                      const struct assay_json *body)
{
    const struct assay_json *groq = assay_json_get(body, "x_groq");

    assay_answering_keep(answer, &answer->model,
                         assay_json_text(body, "model"));
    assay_answering_keep(answer, &answer->id, assay_json_text(body, "id"));
    assay_answering_keep(answer, &answer->tier,
                         assay_json_text(body, "service_tier"));
    assay_answering_keep(answer, &answer->fingerprint,
                         assay_json_text(body, "system_fingerprint"));
    assay_answering_add_usage(answer, assay_json_get(groq, "usage"));
    assay_answering_add_usage(answer, assay_json_get(body, "usage"));
}

static void take_body(struct assay_answering *answer,
                      const struct assay_json *body)
{
    const struct assay_json *choice = first_choice(body);
    const struct assay_json *message = assay_json_get(choice, "message");

    take_head(answer, body);
    if (!choice) {
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply has no choices");
        return;
    }
    take_finish(answer, choice);
    take_logprobs(answer, choice);
    if (assay_json_is(message, ASSAY_JSON_OBJECT))
        take_message(answer, message);
    else if (answer->finish != ASSAY_FINISH_FILTERED)
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "choices[0] has no message");
}

bool assay_openai_read_answer(struct assay_arena *arena, struct assay_str body,
                              struct assay_completion *reply,
                              struct assay_trouble *trouble)
{
    return assay_answering_read(arena, body, take_body, reply, trouble);
}

unsigned assay_openai_take_event(struct assay_answering *answer,
                                 struct assay_str name,
                                 const struct assay_json *data)
{
    const struct assay_json *choice = first_choice(data);
    unsigned bits;

    (void)name;
    take_head(answer, data);
    if (!choice) /* usage, or Azure's filter of the prompt */
        return 0;
    bits = take_message(answer, assay_json_get(choice, "delta"));
    take_logprobs(answer, choice);
    take_finish(answer, choice);
    return bits;
}

const struct assay_dialect assay_dialect_openai = {
    .name = "openai",
    .write = openai_write,
    .read = assay_openai_read_answer,
    .classify = assay_trouble_classify,
    .event = assay_openai_take_event,
    .marks_end_with_done = true,
};
