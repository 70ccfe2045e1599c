/*
 * What models say. The name is the rule: "mock-accuracy-0.8" is right in 80
 * of 100 prompts, always the same ones; README.md lists all. No state, no
 * clock: seed, name and request decide.
 */
#include "mock/mock.h"

#include <stdlib.h>
#include <string.h>

struct assay_str assay_mock_token(struct assay_str *text)
{
    size_t len = text->len < 4 ? text->len : 4;

    /* Back to where a character begins. */
    while (len > 1 && len < text->len && (text->at[len] & 0xC0) == 0x80)
        len--;
    struct assay_str token = assay_str_head(*text, len);
    *text = assay_str_skip(*text, len);
    return token;
}

uint64_t assay_mock_tokens(struct assay_str text)
{
    uint64_t count = 0;

    while (text.len > 0) {
        assay_mock_token(&text);
        count++;
    }
    return count;
}

/* FNV-1a, then the finish of splitmix64: FNV's high bits are not random. */
uint64_t assay_mock_hash(uint64_t seed, struct assay_str text)
{
    uint64_t hash = 0xCBF29CE484222325u ^ seed * 0x9E3779B97F4A7C15u;

    for (size_t i = 0; i < text.len; i++) {
        hash ^= (unsigned char)text.at[i];
        hash *= 0x100000001B3u;
    }
    hash ^= hash >> 30;
    hash *= 0xBF58476D1CE4E5B9u;
    hash ^= hash >> 27;
    hash *= 0x94D049BB133111EBu;
    return hash ^ hash >> 31;
}

bool assay_mock_chance(uint64_t hash, double p)
{
    return (double)(hash >> 11) * 0x1p-53 < p;
}

/* ------------------------------------------------------- what is right */

/* Whole number at the start of a text, after blanks; the text behind it. */
static bool take_number(struct assay_str *text, int64_t *value)
{
    struct assay_str rest = *text;
    bool minus = false;
    size_t digits = 0;

    while (rest.len > 0 && rest.at[0] == ' ')
        rest = assay_str_skip(rest, 1);
    if (rest.len > 0 && rest.at[0] == '-') {
        minus = true;
        rest = assay_str_skip(rest, 1);
    }
    *value = 0;
    for (; digits < rest.len && digits < 9; digits++) {
        char c = rest.at[digits];
        if (c < '0' || c > '9')
            break;
        *value = *value * 10 + (c - '0');
    }
    *text = assay_str_skip(rest, digits);
    if (minus)
        *value = -*value;
    return digits > 0;
}

/* The skill: "12 + 30", also with "-" and "*", anywhere in the prompt. */
static bool arithmetic(struct assay_str prompt, int64_t *result)
{
    for (size_t i = 0; i < prompt.len; i++) {
        struct assay_str rest = assay_str_skip(prompt, i);
        int64_t a, b;

        if (i > 0 && prompt.at[i - 1] >= '0' && prompt.at[i - 1] <= '9')
            continue;
        if (!take_number(&rest, &a))
            continue;
        while (rest.len > 0 && rest.at[0] == ' ')
            rest = assay_str_skip(rest, 1);
        char sign = rest.len > 0 ? rest.at[0] : ' ';
        if (sign != '+' && sign != '-' && sign != '*')
            continue;
        rest = assay_str_skip(rest, 1);
        if (!take_number(&rest, &b))
            continue;
        *result = sign == '+' ? a + b : sign == '-' ? a - b : a * b;
        return true;
    }
    return false;
}

/* What the last "[[expect: …]]" says, else a sum; else false. */
static bool expected(struct assay_arena *arena, struct assay_str prompt,
                     struct assay_str *answer)
{
    static const char mark[] = "[[expect:";
    bool found = false;
    int64_t result;

    for (size_t i = 0; i + strlen(mark) <= prompt.len; i++) {
        struct assay_str rest = assay_str_skip(prompt, i);
        size_t end = strlen(mark);
        if (!assay_str_starts(rest, mark))
            continue;
        while (end + 1 < rest.len && memcmp(rest.at + end, "]]", 2) != 0)
            end++;
        rest = assay_str_skip(assay_str_head(rest, end), strlen(mark));
        *answer = assay_str_trim(rest);
        found = true;
    }
    if (!found && arithmetic(prompt, &result)) {
        *answer = assay_arena_printf(arena, "%lld", (long long)result);
        found = true;
    }
    return found;
}

/* ------------------------------------------------------- JSON that fits */

enum { DEEPEST = 24 };

struct fitting {
    struct assay_arena *arena;
    const struct assay_json *root;
    struct assay_str text; /* for strings that may be anything */
    uint64_t hash;
};

static void fit(struct fitting *f, const struct assay_json *schema,
                struct assay_buf *out, int depth);

static void fit_object(struct fitting *f, const struct assay_json *schema,
                       struct assay_buf *out, int depth)
{
    const struct assay_json *members = assay_json_get(schema, "properties");
    const struct assay_json *member = members ? members->first : NULL;

    assay_buf_add_char(out, '{');
    for (bool first = true; member; member = member->next, first = false) {
        if (!first)
            assay_buf_add_char(out, ',');
        assay_json_write_string(out, member->key);
        assay_buf_add_char(out, ':');
        fit(f, member, out, depth + 1);
    }
    assay_buf_add_char(out, '}');
}

static void fit_array(struct fitting *f, const struct assay_json *schema,
                      struct assay_buf *out, int depth)
{
    uint64_t least = 1;
    const struct assay_json *items = assay_json_get(schema, "items");

    assay_json_to_u64(assay_json_get(schema, "minItems"), &least);
    assay_buf_add_char(out, '[');
    for (uint64_t i = 0; i < least && i < 64; i++) {
        if (i > 0)
            assay_buf_add_char(out, ',');
        fit(f, items, out, depth + 1);
    }
    assay_buf_add_char(out, ']');
}

static void fit_string(struct fitting *f, const struct assay_json *schema,
                       struct assay_buf *out)
{
    uint64_t least = 0, most = UINT64_MAX;
    struct assay_str text = f->text.len > 0 ? f->text : ASSAY_STR("mock");

    assay_json_to_u64(assay_json_get(schema, "minLength"), &least);
    assay_json_to_u64(assay_json_get(schema, "maxLength"), &most);
    if (text.len < least && least < 4096)
        text = assay_arena_printf(f->arena, "%.*s%0*d", ASSAY_STR_ARG(text),
                                  (int)(least - text.len), 0);
    if (text.len > most)
        text = assay_str_head(text, (size_t)most);
    assay_json_write_string(out, text);
}

static void fit_type(struct fitting *f, const struct assay_json *schema,
                     struct assay_str type, struct assay_buf *out, int depth)
{
    const struct assay_json *least = assay_json_get(schema, "minimum");

    /* Gemini's older form has the types in capitals. */
    if (assay_str_is(type, "object") || assay_str_is(type, "OBJECT") ||
        (type.len == 0 && assay_json_get(schema, "properties")))
        fit_object(f, schema, out, depth);
    else if (assay_str_is(type, "array") || assay_str_is(type, "ARRAY"))
        fit_array(f, schema, out, depth);
    else if (assay_str_is(type, "boolean") || assay_str_is(type, "BOOLEAN"))
        assay_buf_add_c(out, f->hash & 1 ? "true" : "false");
    else if (assay_str_is(type, "null"))
        assay_buf_add_c(out, "null");
    else if (assay_str_is(type, "integer") || assay_str_is(type, "INTEGER") ||
             assay_str_is(type, "number") || assay_str_is(type, "NUMBER"))
        assay_buf_add(out, least ? least->text : ASSAY_STR("7"));
    else
        fit_string(f, schema, out);
}

/* The prompt speaks of this value. */
static bool named(const struct fitting *f, const struct assay_json *value)
{
    return value->text.len > 0 &&
           assay_str_contains(f->text, assay_arena_cstr(f->arena, value->text));
}

static void fit(struct fitting *f, const struct assay_json *schema,
                struct assay_buf *out, int depth)
{
    const struct assay_json *choice = assay_json_get(schema, "anyOf");
    struct assay_str reference = assay_json_text(schema, "$ref");
    const struct assay_json *type = assay_json_get(schema, "type");

    if (depth > DEEPEST) {
        assay_buf_add_c(out, "null");
    } else if (assay_json_get(schema, "const")) {
        assay_json_write(out, assay_json_get(schema, "const"),
                         (struct assay_json_style){0});
    } else if (assay_json_is(assay_json_get(schema, "enum"),
                             ASSAY_JSON_ARRAY)) {
        const struct assay_json *list = assay_json_get(schema, "enum");
        const struct assay_json *pick = list->first;
        for (uint64_t i = list->count ? f->hash % list->count : 0; i > 0; i--)
            pick = pick->next;
        for (const struct assay_json *v = list->first; v; v = v->next)
            if (named(f, v))
                pick = v;
        if (pick)
            assay_json_write(out, pick, (struct assay_json_style){0});
    } else if (assay_str_starts(reference, "#/$defs/")) {
        fit(f,
            assay_json_get_str(assay_json_get(f->root, "$defs"),
                               assay_str_skip(reference, strlen("#/$defs/"))),
            out, depth + 1);
    } else if (choice || assay_json_get(schema, "oneOf")) {
        choice = choice ? choice : assay_json_get(schema, "oneOf");
        fit(f, choice->first, out, depth + 1);
    } else if (assay_json_is(type, ASSAY_JSON_ARRAY) && type->first) {
        fit_type(f, schema, type->first->text, out, depth);
    } else {
        fit_type(f, schema, type ? type->text : ASSAY_STR(""), out, depth);
    }
}

static struct assay_str fitting_json(struct assay_arena *arena,
                                     const struct assay_json *schema,
                                     struct assay_str text, uint64_t hash)
{
    struct fitting f = {arena, schema, text, hash};
    struct assay_buf out;

    assay_buf_init(&out, 1 << 20);
    if (schema) {
        fit(&f, schema, &out, 0);
    } else {
        assay_buf_add_c(&out, "{\"answer\":");
        assay_json_write_string(&out, text);
        assay_buf_add_char(&out, '}');
    }
    struct assay_str json = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return json;
}

/* ------------------------------------------------------- behaviours */

struct speaking {
    struct assay_arena *arena;
    const struct mock_request *request;
    struct mock_answer *answer;
    struct assay_str argument; /* of the name: "0.8" */
    struct assay_str right;    /* what is expected, else the prompt */
    uint64_t hash;
};

static double argument(const struct speaking *s)
{
    return strtod(assay_arena_cstr(s->arena, s->argument), NULL);
}

static void call_tool(struct speaking *s)
{
    struct mock_call *call = &s->answer->calls[0];

    call->id = assay_arena_printf(s->arena, "call_%08llx",
                                  (unsigned long long)(s->hash >> 32));
    call->name = s->request->tool;
    call->arguments =
        s->request->tool_schema
            ? fitting_json(s->arena, s->request->tool_schema, s->right, s->hash)
            : ASSAY_STR("{}");
    s->answer->call_count = 1;
    s->answer->finish = MOCK_TOOLS;
}

static void say_tools(struct speaking *s)
{
    if (s->request->has_tool_result)
        s->answer->text =
            assay_arena_printf(s->arena, "The tool says: %.*s",
                               ASSAY_STR_ARG(s->request->tool_result));
    else if (s->request->tool.len > 0)
        call_tool(s);
    else
        s->answer->text = s->right;
}

static void say_json(struct speaking *s)
{
    s->answer->text =
        fitting_json(s->arena, s->request->schema, s->right, s->hash);
}

/* Everything that is asked for. */
static void say_all(struct speaking *s)
{
    if (s->request->tool.len > 0)
        say_tools(s);
    else if (s->request->schema || s->request->json)
        say_json(s);
    else
        s->answer->text = s->right;
}

/* Text alone, whatever else is asked for: accepted, but ignored. */
static void say_plain(struct speaking *s)
{
    s->answer->text = s->right;
}

static void say_accurately(struct speaking *s)
{
    if (assay_mock_chance(s->hash, argument(s)))
        say_all(s);
    else
        s->answer->text = ASSAY_STR("I do not know.");
}

static void say_prompt(struct speaking *s)
{
    s->answer->text = s->request->prompt;
}

static void say_late(struct speaking *s)
{
    s->answer->wait_ms = (unsigned)argument(s);
    say_all(s);
}

static void say_behind_head(struct speaking *s)
{
    s->answer->body_wait_ms = (unsigned)argument(s);
    say_all(s);
}

static void say_slowly(struct speaking *s)
{
    s->answer->pace_ms = s->argument.len > 0 ? (unsigned)argument(s) : 20;
    say_all(s);
}

static void say_words(struct speaking *s)
{
    static const char *const words[] = {"one", "two", "three", "four"};
    struct assay_buf text;

    assay_buf_init(&text, 1 << 24);
    for (unsigned i = 0; i < (unsigned)argument(s); i++)
        assay_buf_printf(&text, "%s%s", i > 0 ? " " : "", words[i % 4]);
    s->answer->text = assay_arena_copy(s->arena, assay_buf_str(&text));
    assay_buf_release(&text);
}

static void say_thoughts(struct speaking *s)
{
    s->answer->reasoning = ASSAY_STR("Let me think about it first.");
    s->answer->reasoning_tokens = assay_mock_tokens(s->answer->reasoning);
    s->answer->text = s->right;
}

static void say_no(struct speaking *s)
{
    s->answer->text = ASSAY_STR("I cannot help with that.");
    s->answer->finish = MOCK_REFUSED;
}

static unsigned base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (unsigned)(at - digits) : 0;
}

size_t assay_mock_decode(struct assay_str text, unsigned char *to, size_t room)
{
    size_t len = 0;

    for (size_t i = 0; i + 3 < text.len && len + 3 <= room; i += 4) {
        unsigned bits = base64_digit(text.at[i]) << 18 |
                        base64_digit(text.at[i + 1]) << 12 |
                        base64_digit(text.at[i + 2]) << 6 |
                        base64_digit(text.at[i + 3]);
        to[len++] = (unsigned char)(bits >> 16);
        to[len++] = (unsigned char)(bits >> 8);
        to[len++] = (unsigned char)bits;
    }
    return len;
}

/* "2 pictures; the first is image/png, 64x64." */
static void say_pictures(struct speaking *s)
{
    const struct mock_request *request = s->request;
    unsigned char head[24] = {0};
    struct assay_str size = ASSAY_STR("of unknown size");

    if (request->image_count == 0) {
        s->answer->text = ASSAY_STR("I see no picture.");
        return;
    }
    if (assay_mock_decode(request->image, head, sizeof(head)) == sizeof(head) &&
        memcmp(head + 1, "PNG", 3) == 0)
        size = assay_arena_printf(s->arena, "%ux%u", head[18] << 8 | head[19],
                                  head[22] << 8 | head[23]);
    s->answer->text = assay_arena_printf(
        s->arena, "%zu picture%s; the first is %.*s, %.*s.",
        request->image_count, request->image_count == 1 ? "" : "s",
        ASSAY_STR_ARG(request->image_type.len > 0 ? request->image_type
                                                  : ASSAY_STR("at an address")),
        ASSAY_STR_ARG(size));
}

/* "mock-no-tools": a 400 that names the parameter. */
static void say_all_but(struct speaking *s)
{
    const struct mock_request *request = s->request;

    if (assay_str_is(s->argument, "tools") && request->tool.len > 0)
        s->answer->refuses = "tools";
    else if (assay_str_is(s->argument, "required") && request->tool_required)
        s->answer->refuses = "tool_choice";
    else if (assay_str_is(s->argument, "vision") && request->image_count > 0)
        s->answer->refuses = "image_url";
    else if (assay_str_is(s->argument, "json") &&
             (request->schema || request->json))
        s->answer->refuses = "response_format";
    else if (assay_str_is(s->argument, "stream") && request->stream)
        s->answer->refuses = "stream";
    else if (assay_str_is(s->argument, "stream-options") &&
             request->include_usage)
        s->answer->refuses = "stream_options";
    else
        say_all(s);
}

/* What probes ask for, with what it can see of the prompt. */
static void say_able(struct speaking *s, struct assay_str prompt, uint64_t hash)
{
    s->answer->logprobs = s->request->logprobs;
    if (s->request->number > 1)
        s->answer->cached_tokens = s->answer->input_tokens / 2;
    if (!assay_mock_able(s->arena, s->request, prompt, hash, &s->answer->text))
        say_all(s);
}

static void say_ably(struct speaking *s)
{
    s->answer->pace_ms = s->argument.len > 0 ? (unsigned)argument(s) : 0;
    say_able(s, s->request->prompt, s->hash);
}

/* Never the same twice on one connection. */
static void say_restlessly(struct speaking *s)
{
    say_able(s, s->request->prompt, s->hash + s->request->number);
}

/* "mock-limit-4096": a 400 for longer prompts. */
static void say_limited(struct speaking *s)
{
    s->answer->too_long = s->request->input_tokens > argument(s);
    say_able(s, s->request->prompt, s->hash);
}

/* "mock-window-4096": reads the end of longer prompts; the usage says so. */
static void say_from_window(struct speaking *s)
{
    uint64_t most = (uint64_t)argument(s);
    struct assay_str prompt = s->request->prompt;

    if (s->request->input_tokens > most) {
        s->answer->input_tokens = most;
        prompt = assay_str_skip(prompt, prompt.len - 4 * most);
    }
    say_able(s, prompt, s->hash);
}

/* "mock-forgets-4096": the same, and the usage does not. */
static void say_forgetfully(struct speaking *s)
{
    say_from_window(s);
    s->answer->input_tokens = s->request->input_tokens;
}

static const struct behaviour {
    const char *prefix;
    void (*say)(struct speaking *speaking);
} behaviours[] = {
    {"mock-accuracy-", say_accurately},
    {"mock-able-", say_ably},
    {"mock-echo", say_prompt},
    {"mock-forgets-", say_forgetfully},
    {"mock-latency-", say_late},
    {"mock-limit-", say_limited},
    {"mock-body-", say_behind_head},
    {"mock-stream-slow", say_slowly},
    {"mock-pace-", say_slowly},
    {"mock-words-", say_words},
    {"mock-tools", say_tools},
    {"mock-json", say_json},
    {"mock-vision", say_pictures},
    {"mock-think", say_thoughts},
    {"mock-refuse", say_no},
    {"mock-plain", say_plain},
    {"mock-restless", say_restlessly},
    {"mock-window-", say_from_window},
    {"mock-no-", say_all_but},
    {"", say_all},
};

static void keep_to_stop(const struct mock_request *request,
                         struct mock_answer *answer)
{
    struct assay_str stop = request->stop;

    for (size_t i = 0; stop.len && i + stop.len <= answer->text.len; i++)
        if (memcmp(answer->text.at + i, stop.at, stop.len) == 0)
            answer->text = assay_str_head(answer->text, i);
}

/* max_tokens holds for thoughts and text together. */
static void keep_to_length(const struct mock_request *request,
                           struct mock_answer *answer)
{
    struct assay_str rest = answer->text;
    uint64_t left = request->max_tokens;

    answer->output_tokens =
        answer->reasoning_tokens + assay_mock_tokens(answer->text);
    for (size_t i = 0; i < answer->call_count; i++)
        answer->output_tokens += assay_mock_tokens(answer->calls[i].arguments);
    if (left == 0 || answer->output_tokens <= left || answer->call_count > 0)
        return;
    left -= answer->reasoning_tokens < left ? answer->reasoning_tokens : left;
    while (left-- > 0)
        assay_mock_token(&rest);
    answer->text = assay_str_head(answer->text, answer->text.len - rest.len);
    answer->finish = MOCK_LENGTH;
    answer->output_tokens =
        answer->reasoning_tokens + assay_mock_tokens(answer->text);
}

void assay_mock_answer(struct assay_arena *arena, uint64_t seed,
                       struct assay_str name,
                       const struct mock_request *request,
                       struct mock_answer *answer)
{
    struct speaking s = {.arena = arena, .request = request, .answer = answer};
    const struct behaviour *behaviour = behaviours;

    s.hash = assay_mock_hash(seed + request->seed, name);
    s.hash = assay_mock_hash(s.hash, request->prompt);
    if (!expected(arena, request->prompt, &s.right))
        s.right = request->prompt;
    while (!assay_str_starts(name, behaviour->prefix))
        behaviour++;
    s.argument = assay_str_skip(name, strlen(behaviour->prefix));
    answer->id = assay_arena_printf(arena, "mock-%012llx",
                                    (unsigned long long)(s.hash >> 16));
    answer->model = request->model;
    answer->input_tokens = request->input_tokens;
    behaviour->say(&s);
    if (behaviour->say != say_plain)
        keep_to_stop(request, answer);
    keep_to_length(request, answer);
}
