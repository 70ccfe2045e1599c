/*
 * HTTP/1.1 requests, and what the bodies of four dialects ask for. Read with
 * a light hand: what matters to an answer is looked at, the rest is let be.
 */
#include "mock/mock.h"

#include <string.h>

static bool hex(char c, unsigned *value)
{
    if (c >= '0' && c <= '9')
        *value = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *value = (unsigned)(c - 'A') + 10;
    else
        return false;
    return true;
}

static struct assay_str percent_decode(struct assay_arena *arena,
                                       struct assay_str text)
{
    char *to = assay_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned high, low;
        if (text.at[i] == '%' && i + 2 < text.len &&
            hex(text.at[i + 1], &high) && hex(text.at[i + 2], &low)) {
            to[len++] = (char)(high << 4 | low);
            i += 2;
        } else {
            to[len++] = text.at[i];
        }
    }
    return (struct assay_str){to, len};
}

static struct assay_str lower(struct assay_arena *arena, struct assay_str text)
{
    char *to = assay_arena_alloc(arena, text.len + 1, 1);

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        to[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (struct assay_str){to, text.len};
}

struct assay_str assay_mock_header(const struct mock_request *request,
                                   const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (assay_str_is(request->headers[i].name, name))
            return request->headers[i].value;
    }
    return ASSAY_STR("");
}

const char *assay_mock_key(const struct mock_request *request,
                           struct assay_str *key)
{
    static const char *const names[] = {"authorization", "api-key", "x-api-key",
                                        "x-goog-api-key"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *key = assay_mock_header(request, names[i]);
        if (assay_str_starts(*key, "Bearer "))
            *key = assay_str_skip(*key, strlen("Bearer "));
        if (key->len > 0)
            return names[i];
    }
    return NULL;
}

/* "…/models/M:generateContent" */
static bool gemini_path(struct mock_request *request)
{
    static const char marker[] = "/models/";
    struct assay_str rest = request->path, model, verb;

    while (rest.len > 0 && !assay_str_starts(rest, marker))
        rest = assay_str_skip(rest, 1);
    rest = assay_str_skip(rest, strlen(marker));
    if (!assay_str_cut_last(rest, ':', &model, &verb))
        return false;
    request->stream = assay_str_is(verb, "streamGenerateContent");
    request->model = model;
    return request->stream || assay_str_is(verb, "generateContent");
}

/* What the path alone says: the dialect, and in two of them the model. */
static void read_path(struct mock_request *request, struct assay_str query)
{
    static const char deployments[] = "/openai/deployments/";
    struct assay_str path = request->path;

    request->dialect = MOCK_DIALECTS;
    if (gemini_path(request)) {
        request->dialect = MOCK_GEMINI;
        request->event_stream = assay_str_contains(query, "alt=sse");
    } else if (assay_str_ends(path, "/responses")) {
        request->dialect = MOCK_RESPONSES;
    } else if (assay_str_ends(path, "/messages")) {
        request->dialect = MOCK_ANTHROPIC;
    } else if (assay_str_ends(path, "/chat/completions")) {
        request->dialect = MOCK_OPENAI;
        if (assay_str_contains(path, "/openai/"))
            request->dialect = MOCK_AZURE;
        while (path.len > 0 && !assay_str_starts(path, deployments))
            path = assay_str_skip(path, 1);
        path = assay_str_skip(path, strlen(deployments));
        request->model =
            assay_str_head(path, path.len > 0 ? assay_str_find(path, '/') : 0);
    }
    if (request->dialect != MOCK_GEMINI)
        request->event_stream = true;
}

bool assay_mock_read_head(struct assay_arena *arena, struct assay_str head,
                          struct mock_request *request)
{
    struct assay_str line, rest = head, target, version;
    struct assay_str query = ASSAY_STR("");

    if (!assay_str_cut(head, '\n', &line, &rest)) {
        line = head;
        rest = ASSAY_STR("");
    }
    line = assay_str_trim(line);
    if (!assay_str_cut(line, ' ', &request->method, &target) ||
        !assay_str_cut(target, ' ', &target, &version) ||
        !assay_str_starts(version, "HTTP/1."))
        return false;
    if (!assay_str_cut(target, '?', &target, &query))
        query = ASSAY_STR("");
    request->path = percent_decode(arena, target);
    while (rest.len > 0 && request->header_count < 64) {
        struct assay_header *header = &request->headers[request->header_count];
        if (!assay_str_cut(rest, '\n', &line, &rest)) {
            line = rest;
            rest = ASSAY_STR("");
        }
        if (!assay_str_cut(line, ':', &header->name, &header->value))
            return false;
        header->name = lower(arena, header->name);
        header->value = assay_str_trim(header->value);
        request->header_count++;
    }
    read_path(request, query);
    return true;
}

/* ------------------------------------------------------- bodies */

static uint64_t number(const struct assay_json *object, const char *name)
{
    uint64_t value = 0;

    return assay_json_to_u64(assay_json_get(object, name), &value) ? value : 0;
}

static bool is_true(const struct assay_json *object, const char *name)
{
    return assay_json_is(assay_json_get(object, name), ASSAY_JSON_TRUE);
}

static void refuse(struct mock_request *request, const char *param,
                   const char *why)
{
    if (!request->bad) {
        request->param = param;
        request->bad = why;
    }
}

static void add_image(struct mock_request *request, struct assay_str type,
                      struct assay_str image)
{
    if (request->image_count++ > 0)
        return;
    request->image = image;
    request->image_type = type;
}

/* "data:image/png;base64,…", or an address. */
static void read_image_url(struct mock_request *request, struct assay_str url)
{
    struct assay_str head, data, type, rest;

    if (assay_str_starts(url, "data:") &&
        assay_str_cut(url, ',', &head, &data) &&
        assay_str_cut(assay_str_skip(head, 5), ';', &type, &rest))
        add_image(request, type, data);
    else
        add_image(request, ASSAY_STR(""), url);
}

/* A part of any of the dialects; its text goes to `text`. */
static void read_part(struct mock_request *request,
                      const struct assay_json *part, struct assay_buf *text)
{
    const struct assay_json *data = assay_json_get(part, "inlineData");
    struct assay_str kind = assay_json_text(part, "type");

    if (assay_json_is(part, ASSAY_JSON_STRING))
        assay_buf_add(text, part->text);
    assay_buf_add(text, assay_json_text(part, "text"));
    if (assay_str_is(kind, "image_url"))
        read_image_url(
            request, assay_json_text(assay_json_get(part, "image_url"), "url"));
    if (assay_str_is(kind, "input_image"))
        read_image_url(request, assay_json_text(part, "image_url"));
    if (assay_str_is(kind, "image")) {
        const struct assay_json *source = assay_json_get(part, "source");
        struct assay_str url = assay_json_text(source, "url");
        add_image(request, assay_json_text(source, "media_type"),
                  url.len > 0 ? url : assay_json_text(source, "data"));
    }
    if (data || assay_json_get(part, "inline_data")) {
        data = data ? data : assay_json_get(part, "inline_data");
        struct assay_str type = assay_json_text(data, "mimeType");
        if (type.len == 0)
            type = assay_json_text(data, "mime_type");
        add_image(request, type, assay_json_text(data, "data"));
    }
    if (assay_json_get(part, "fileData"))
        add_image(request, ASSAY_STR(""),
                  assay_json_text(assay_json_get(part, "fileData"), "fileUri"));
}

/* What a tool gave back, where this part or message is that. */
static bool read_tool_result(struct assay_arena *arena,
                             struct mock_request *request,
                             const struct assay_json *item)
{
    const struct assay_json *result = assay_json_get(item, "functionResponse");
    struct assay_buf text;

    if (result)
        result = assay_json_get(result, "response");
    else if (assay_str_is(assay_json_text(item, "type"),
                          "function_call_output"))
        result = assay_json_get(item, "output");
    else if (assay_str_is(assay_json_text(item, "type"), "tool_result") ||
             assay_str_is(assay_json_text(item, "role"), "tool"))
        result = assay_json_get(item, "content");
    else
        return false;
    request->has_tool_result = true;
    if (!result)
        return true;
    assay_buf_init(&text, 1 << 20);
    if (assay_json_is(result, ASSAY_JSON_STRING))
        assay_buf_add(&text, result->text);
    else
        assay_json_write(&text, result, (struct assay_json_style){0});
    request->tool_result = assay_arena_copy(arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return true;
}

/* Gemini's models that think want theirs back: of a turn's first call. */
static void check_signature(struct mock_request *request,
                            const struct assay_json *part, bool first)
{
    if (first && assay_json_get(part, "functionCall") &&
        !assay_str_is(assay_json_text(part, "thoughtSignature"), "bW9jaw=="))
        refuse(request, "contents",
               "Function call is missing a thought_signature in functionCall "
               "parts");
}

/* Every turn; the text of the last one of the user is the prompt. */
static void read_turns(struct assay_arena *arena, struct mock_request *request,
                       const struct assay_json *turns, const char *content)
{
    if (!assay_json_is(turns, ASSAY_JSON_ARRAY) || !turns->first) {
        refuse(request, content[0] == 'p' ? "contents" : "messages",
               "must be an array with at least one element");
        return;
    }
    for (const struct assay_json *turn = turns->first; turn;
         turn = turn->next) {
        const struct assay_json *parts = assay_json_get(turn, content);
        struct assay_str role = assay_json_text(turn, "role");
        struct assay_buf text;

        assay_buf_init(&text, 1 << 26);
        if (read_tool_result(arena, request, turn))
            parts = NULL;
        if (assay_json_is(parts, ASSAY_JSON_STRING))
            assay_buf_add(&text, parts->text);
        else if (assay_json_is(parts, ASSAY_JSON_ARRAY))
            for (const struct assay_json *part = parts->first; part;
                 part = part->next) {
                check_signature(request, part, part == parts->first);
                if (!read_tool_result(arena, request, part))
                    read_part(request, part, &text);
            }
        request->input_tokens += assay_mock_tokens(assay_buf_str(&text)) + 3;
        if (assay_str_is(role, "system") || assay_str_is(role, "developer"))
            request->system = assay_arena_copy(arena, assay_buf_str(&text));
        if (role.len == 0 || assay_str_is(role, "user")) {
            if (text.len > 0)
                request->prompt = assay_arena_copy(arena, assay_buf_str(&text));
        }
        assay_buf_release(&text);
    }
}

/* A text, or the first of a list. */
static void read_stop(struct mock_request *request,
                      const struct assay_json *stop)
{
    if (assay_json_is(stop, ASSAY_JSON_ARRAY))
        stop = stop->first;
    if (assay_json_is(stop, ASSAY_JSON_STRING))
        request->stop = stop->text;
}

static void read_openai(struct assay_arena *arena, struct mock_request *request,
                        const struct assay_json *body)
{
    const struct assay_json *form = assay_json_get(body, "response_format");
    const struct assay_json *tools = assay_json_get(body, "tools");
    const struct assay_json *schema = assay_json_get(form, "json_schema");
    struct assay_str kind = assay_json_text(form, "type");

    if (request->model.len == 0)
        request->model = assay_json_text(body, "model");
    request->stream = is_true(body, "stream");
    request->include_usage =
        is_true(assay_json_get(body, "stream_options"), "include_usage");
    request->max_tokens = number(body, "max_completion_tokens");
    if (request->max_tokens == 0)
        request->max_tokens = number(body, "max_tokens");
    request->seed = number(body, "seed");
    request->logprobs = is_true(body, "logprobs");
    request->tool_required =
        assay_str_is(assay_json_text(body, "tool_choice"), "required");
    read_stop(request, assay_json_get(body, "stop"));
    request->json = assay_str_is(kind, "json_object");
    request->schema = assay_json_get(schema, "schema");
    if (request->schema && assay_json_text(schema, "name").len == 0)
        refuse(request, "response_format.json_schema.name", "is required");
    if (assay_json_is(tools, ASSAY_JSON_ARRAY) && tools->first) {
        const struct assay_json *call =
            assay_json_get(tools->first, "function");
        request->tool = assay_json_text(call, "name");
        request->tool_schema = assay_json_get(call, "parameters");
    }
    read_turns(arena, request, assay_json_get(body, "messages"), "content");
}

static void read_responses(struct assay_arena *arena,
                           struct mock_request *request,
                           const struct assay_json *body)
{
    const struct assay_json *form = assay_json_at(body, "text.format");
    const struct assay_json *tools = assay_json_get(body, "tools");
    const struct assay_json *input = assay_json_get(body, "input");

    request->model = assay_json_text(body, "model");
    request->stream = is_true(body, "stream");
    request->max_tokens = number(body, "max_output_tokens");
    request->logprobs = assay_json_get(body, "top_logprobs") != NULL;
    request->tool_required =
        assay_str_is(assay_json_text(body, "tool_choice"), "required");
    request->system = assay_json_text(body, "instructions");
    request->json = assay_str_is(assay_json_text(form, "type"), "json_object");
    request->schema = assay_json_get(form, "schema");
    if (request->schema && assay_json_text(form, "name").len == 0)
        refuse(request, "text.format.name", "is required");
    if (assay_json_get(body, "messages") || assay_json_get(body, "max_tokens"))
        refuse(request, "messages", "is no parameter of responses");
    if (assay_json_is(tools, ASSAY_JSON_ARRAY) && tools->first) {
        request->tool = assay_json_text(tools->first, "name");
        request->tool_schema = assay_json_get(tools->first, "parameters");
        if (request->tool.len == 0)
            refuse(request, "tools[0].name", "is required");
    }
    if (assay_json_is(input, ASSAY_JSON_STRING)) {
        request->prompt = input->text;
        request->input_tokens += assay_mock_tokens(input->text) + 3;
        return;
    }
    read_turns(arena, request, input, "content");
}

static void read_anthropic(struct assay_arena *arena,
                           struct mock_request *request,
                           const struct assay_json *body)
{
    const struct assay_json *tools = assay_json_get(body, "tools");
    const struct assay_json *system = assay_json_get(body, "system");
    const struct assay_json *form = assay_json_at(body, "output_config.format");

    request->model = assay_json_text(body, "model");
    request->stream = is_true(body, "stream");
    request->max_tokens = number(body, "max_tokens");
    if (request->max_tokens == 0)
        refuse(request, "max_tokens", "is required");
    if (assay_mock_header(request, "anthropic-version").len == 0)
        refuse(request, "anthropic-version", "header is required");
    if (assay_json_is(system, ASSAY_JSON_ARRAY))
        system = assay_json_get(system->first, "text");
    if (assay_json_is(system, ASSAY_JSON_STRING)) {
        request->input_tokens += assay_mock_tokens(system->text);
        request->system = system->text;
    }
    read_stop(request, assay_json_get(body, "stop_sequences"));
    request->schema = assay_json_get(form, "schema");
    if (assay_json_is(tools, ASSAY_JSON_ARRAY) && tools->first) {
        request->tool = assay_json_text(tools->first, "name");
        request->tool_schema = assay_json_get(tools->first, "input_schema");
    }
    read_turns(arena, request, assay_json_get(body, "messages"), "content");
}

static void read_gemini(struct assay_arena *arena, struct mock_request *request,
                        const struct assay_json *body)
{
    const struct assay_json *config = assay_json_get(body, "generationConfig");
    const struct assay_json *tools = assay_json_get(body, "tools");
    const struct assay_json *system =
        assay_json_at(body, "systemInstruction.parts");

    request->max_tokens = number(config, "maxOutputTokens");
    request->seed = number(config, "seed");
    request->schema = assay_json_get(config, "responseJsonSchema");
    if (!request->schema)
        request->schema = assay_json_get(config, "responseSchema");
    request->json = assay_str_is(assay_json_text(config, "responseMimeType"),
                                 "application/json");
    if (assay_json_is(system, ASSAY_JSON_ARRAY) && system->first) {
        request->system = assay_json_text(system->first, "text");
        request->input_tokens += assay_mock_tokens(request->system);
    }
    read_stop(request, assay_json_get(config, "stopSequences"));
    if (assay_json_is(tools, ASSAY_JSON_ARRAY) && tools->first) {
        const struct assay_json *declared =
            assay_json_get(tools->first, "functionDeclarations");
        if (assay_json_is(declared, ASSAY_JSON_ARRAY) && declared->first) {
            request->tool = assay_json_text(declared->first, "name");
            request->tool_schema =
                assay_json_get(declared->first, "parametersJsonSchema");
            if (!request->tool_schema)
                request->tool_schema =
                    assay_json_get(declared->first, "parameters");
        }
    }
    read_turns(arena, request, assay_json_get(body, "contents"), "parts");
}

void assay_mock_read_body(struct assay_arena *arena,
                          struct mock_request *request)
{
    struct assay_error err = {0};
    const struct assay_json *body =
        assay_json_parse(arena, request->body, NULL, &err);

    if (!assay_json_is(body, ASSAY_JSON_OBJECT)) {
        refuse(request, "body", "must be a JSON object");
        return;
    }
    switch (request->dialect) {
    case MOCK_OPENAI:
    case MOCK_AZURE:
        read_openai(arena, request, body);
        break;
    case MOCK_ANTHROPIC:
        read_anthropic(arena, request, body);
        break;
    case MOCK_GEMINI:
        read_gemini(arena, request, body);
        break;
    case MOCK_RESPONSES:
        read_responses(arena, request, body);
        break;
    case MOCK_DIALECTS:
        return;
    }
    if (request->model.len == 0)
        refuse(request, "model", "is required");
}
