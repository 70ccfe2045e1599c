/*
 * What a response says of its use. Each dialect counts in its own way; here
 * every whole comes to hold its parts.
 *
 * Sources: OpenAI's OpenAPI file (f85dbe2), Anthropic's messages reference
 * and Gemini's generateContent reference, read 2026-11-22; what others add
 * (OpenRouter cost, Groq x_groq, DeepSeek and Moonshot cache counts) as their
 * API pages show it.
 */
#include "assay/usage.h"

#include "assay/decimal.h"

#include <inttypes.h>

/* Far above any request; sums of a few cannot overflow. */
#define MOST_TOKENS UINT64_C(1000000000000000)

struct reading {
    struct assay_arena *arena;
    const struct assay_json *body;
    const struct assay_json *usage;
    struct assay_response_usage *out;
    struct assay_error *err;
};

/* Adds a count to *sum; null adds nothing. */
static bool add_count(const struct reading *r, const struct assay_json *value,
                      uint64_t *sum)
{
    uint64_t count;

    if (!value || value->type == ASSAY_JSON_NULL)
        return true;
    if (!assay_json_to_u64(value, &count) || count > MOST_TOKENS) {
        struct assay_str path = assay_json_path(r->arena, value);
        struct assay_str came = assay_str_c(assay_json_type_name(value));
        if (value->type == ASSAY_JSON_NUMBER)
            came = assay_str_head(value->text, 40);
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "%.*s: %.*s, expected a whole number of tokens",
                          ASSAY_STR_ARG(path), ASSAY_STR_ARG(came));
    }
    *sum += count;
    return true;
}

/* Which member of an object is added to which count. */
struct count_key {
    struct assay_str key;
    uint64_t *sum;
};
#define KEY(text)                    \
    {                                \
        "" text, sizeof("" text) - 1 \
    }

/*
 * Adds up the members that the keys name; one walk over the object, for a
 * million responses have a dozen counts each.
 */
static bool add_counts(const struct reading *r, const struct assay_json *object,
                       const struct count_key *keys, size_t key_count)
{
    const struct assay_json *at =
        assay_json_is(object, ASSAY_JSON_OBJECT) ? object->first : NULL;

    for (; at; at = at->next)
        for (size_t i = 0; i < key_count; i++)
            if (assay_str_equal(at->key, keys[i].key) &&
                !add_count(r, at, keys[i].sum))
                return false;
    return true;
}
#define ADD_COUNTS(r, object, keys) \
    add_counts((r), (object), (keys), sizeof(keys) / sizeof((keys)[0]))

static const struct assay_json *object_at(const struct assay_json *object,
                                          const char *key)
{
    const struct assay_json *value = assay_json_get(object, key);
    return assay_json_is(value, ASSAY_JSON_OBJECT) ? value : NULL;
}

static bool has(const struct assay_json *object, const char *key)
{
    return assay_json_get(object, key) != NULL;
}

/* --------------------------------------------------------------- tiers */

/* How providers name the tiers of FORMATS section 1. */
static struct assay_str tier_of(struct assay_str stated)
{
    static const struct {
        const char *stated, *tier;
    } rows[] = {
        {"default", "standard"},   {"standard", "standard"},
        {"on_demand", "standard"}, /* Groq */
        {"batch", "batch"},        {"flex", "flex"},
        {"priority", "priority"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (assay_str_is(stated, rows[i].stated))
            return assay_str_c(rows[i].tier);
    return ASSAY_STR("");
}

/* ------------------------------------------------------------- dialects */

static bool read_openai_chat(const struct reading *r)
{
    struct assay_response_usage *u = r->out;
    uint64_t total = 0, beside = 0;
    const struct count_key counts[] = {
        {KEY("prompt_tokens"), &u->input_tokens},
        {KEY("completion_tokens"), &u->output_tokens},
        {KEY("total_tokens"), &total},
        {KEY("prompt_cache_hit_tokens"), &beside}, /* DeepSeek */
        {KEY("cached_tokens"), &beside},           /* Moonshot */
    };
    const struct count_key in[] = {
        {KEY("cached_tokens"), &u->cache_read_tokens},
        {KEY("cache_write_tokens"), &u->cache_write_tokens},
        {KEY("audio_tokens"), &u->audio_input_tokens},
    };
    const struct count_key out[] = {
        {KEY("reasoning_tokens"), &u->reasoning_tokens},
        {KEY("audio_tokens"), &u->audio_output_tokens},
    };

    u->dialect = "openai-chat";
    if (!ADD_COUNTS(r, r->usage, counts) ||
        !ADD_COUNTS(r, object_at(r->usage, "prompt_tokens_details"), in) ||
        !ADD_COUNTS(r, object_at(r->usage, "completion_tokens_details"), out))
        return false;
    /* the same cache twice is one cache */
    if (u->cache_read_tokens == 0)
        u->cache_read_tokens = beside;
    /* xAI counts reasoning beside the completion; the total tells */
    if (u->reasoning_tokens > 0 &&
        total == u->input_tokens + u->output_tokens + u->reasoning_tokens)
        u->output_tokens += u->reasoning_tokens;
    return true;
}

/* Searches that the response made and that are billed one by one. */
static uint64_t count_searches(const struct assay_json *output)
{
    uint64_t count = 0;
    if (!assay_json_is(output, ASSAY_JSON_ARRAY))
        return 0;
    for (const struct assay_json *at = output->first; at; at = at->next) {
        struct assay_str action =
            assay_json_text(object_at(at, "action"), "type");
        count += assay_str_is(assay_json_text(at, "type"), "web_search_call") &&
                 (action.len == 0 || assay_str_is(action, "search"));
    }
    return count;
}

static bool read_openai_responses(const struct reading *r)
{
    struct assay_response_usage *u = r->out;
    const struct count_key counts[] = {
        {KEY("input_tokens"), &u->input_tokens},
        {KEY("output_tokens"), &u->output_tokens},
    };
    const struct count_key in[] = {
        {KEY("cached_tokens"), &u->cache_read_tokens},
        {KEY("cache_write_tokens"), &u->cache_write_tokens},
        {KEY("audio_tokens"), &u->audio_input_tokens},
    };
    const struct count_key out[] = {
        {KEY("reasoning_tokens"), &u->reasoning_tokens},
        {KEY("audio_tokens"), &u->audio_output_tokens},
    };

    u->dialect = "openai-responses";
    u->searches = count_searches(assay_json_get(r->body, "output"));
    return ADD_COUNTS(r, r->usage, counts) &&
           ADD_COUNTS(r, object_at(r->usage, "input_tokens_details"), in) &&
           ADD_COUNTS(r, object_at(r->usage, "output_tokens_details"), out);
}

/* input_tokens leaves out what was read from the cache or written to it. */
static bool read_anthropic(const struct reading *r)
{
    struct assay_response_usage *u = r->out;
    uint64_t plain = 0, by_class = 0;
    const struct count_key counts[] = {
        {KEY("input_tokens"), &plain},
        {KEY("output_tokens"), &u->output_tokens},
        {KEY("cache_read_input_tokens"), &u->cache_read_tokens},
        {KEY("cache_creation_input_tokens"), &u->cache_write_tokens},
    };
    const struct count_key creation[] = {
        {KEY("ephemeral_5m_input_tokens"), &by_class},
        {KEY("ephemeral_1h_input_tokens"), &u->cache_write_1h_tokens},
    };
    const struct count_key server[] = {
        {KEY("web_search_requests"), &u->searches},
    };

    u->dialect = "anthropic";
    u->tier = tier_of(assay_json_text(r->usage, "service_tier"));
    if (!ADD_COUNTS(r, r->usage, counts) ||
        !ADD_COUNTS(r, object_at(r->usage, "cache_creation"), creation) ||
        !ADD_COUNTS(r, object_at(r->usage, "server_tool_use"), server))
        return false;
    by_class += u->cache_write_1h_tokens;
    if (u->cache_write_tokens == 0)
        u->cache_write_tokens = by_class;
    u->input_tokens = plain + u->cache_read_tokens + u->cache_write_tokens;
    return true;
}

/* Tokens of one modality in "promptTokensDetails" and its like. */
static bool add_modality(const struct reading *r, const char *key,
                         const char *modality, uint64_t *sum)
{
    const struct assay_json *rows = assay_json_get(r->usage, key);
    if (!assay_json_is(rows, ASSAY_JSON_ARRAY))
        return true;
    for (const struct assay_json *row = rows->first; row; row = row->next)
        if (assay_str_is(assay_json_text(row, "modality"), modality) &&
            !add_count(r, assay_json_get(row, "tokenCount"), sum))
            return false;
    return true;
}

/* candidatesTokenCount leaves out the thoughts; both are billed as output. */
static bool read_gemini(const struct reading *r)
{
    struct assay_response_usage *u = r->out;
    const struct count_key counts[] = {
        {KEY("promptTokenCount"), &u->input_tokens},
        {KEY("toolUsePromptTokenCount"), &u->input_tokens},
        {KEY("cachedContentTokenCount"), &u->cache_read_tokens},
        {KEY("candidatesTokenCount"), &u->output_tokens},
        {KEY("thoughtsTokenCount"), &u->reasoning_tokens},
    };

    u->dialect = "gemini";
    u->model = assay_json_text(r->body, "modelVersion");
    if (!ADD_COUNTS(r, r->usage, counts))
        return false;
    u->output_tokens += u->reasoning_tokens;
    return add_modality(r, "promptTokensDetails", "AUDIO",
                        &u->audio_input_tokens) &&
           add_modality(r, "toolUsePromptTokensDetails", "AUDIO",
                        &u->audio_input_tokens) &&
           add_modality(r, "candidatesTokensDetails", "AUDIO",
                        &u->audio_output_tokens);
}

/*
 * Both OpenAI responses and Anthropic messages say "input_tokens"; only the
 * first adds them up in a total.
 */
static bool is_anthropic(const struct assay_json *body,
                         const struct assay_json *usage)
{
    if (assay_str_is(assay_json_text(body, "type"), "message") ||
        has(usage, "cache_creation_input_tokens") ||
        has(usage, "cache_read_input_tokens"))
        return true;
    return !has(usage, "input_tokens_details") && !has(usage, "total_tokens") &&
           !assay_str_is(assay_json_text(body, "object"), "response");
}

/* The object that holds the counts, wherever the dialect keeps it. */
static const struct assay_json *find_usage(const struct assay_json *body)
{
    const struct assay_json *usage = object_at(body, "usage");
    if (!usage)
        usage = object_at(body, "usageMetadata");
    if (!usage) /* last chunk of a Groq stream */
        usage = object_at(object_at(body, "x_groq"), "usage");
    return usage;
}

static bool read_dialect(const struct reading *r)
{
    if (has(r->usage, "promptTokenCount"))
        return read_gemini(r);
    if (has(r->usage, "prompt_tokens"))
        return read_openai_chat(r);
    if (!has(r->usage, "input_tokens"))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "the usage has no input count, expected "
                          "prompt_tokens, input_tokens or promptTokenCount");
    return is_anthropic(r->body, r->usage) ? read_anthropic(r)
                                           : read_openai_responses(r);
}

/* -------------------------------------------------------------- checks */

static bool check_parts(const struct assay_response_usage *u,
                        struct assay_error *err)
{
    const struct {
        const char *part_name;
        uint64_t part;
        const char *whole_name;
        uint64_t whole;
    } rows[] = {
        {"cached", u->cache_read_tokens, "input", u->input_tokens},
        {"cached and cache-written",
         u->cache_read_tokens + u->cache_write_tokens, "input",
         u->input_tokens},
        {"one-hour cache-written", u->cache_write_1h_tokens, "cache-written",
         u->cache_write_tokens},
        {"audio input", u->audio_input_tokens, "input", u->input_tokens},
        {"reasoning", u->reasoning_tokens, "output", u->output_tokens},
        {"audio output", u->audio_output_tokens, "output", u->output_tokens},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].part > rows[i].whole)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%" PRIu64 " %s tokens in %" PRIu64
                              " %s tokens, expected no more than the whole",
                              rows[i].part, rows[i].part_name, rows[i].whole,
                              rows[i].whole_name);
    return true;
}

/* OpenRouter states the charge in dollars; others put an object there. */
static struct assay_str stated_cost(const struct assay_json *usage)
{
    const struct assay_json *cost = assay_json_get(usage, "cost");
    struct assay_decimal usd;
    if (!assay_json_is(cost, ASSAY_JSON_NUMBER) ||
        !assay_decimal_parse(cost->text, &usd) || assay_decimal_sign(usd) < 0)
        return ASSAY_STR("");
    return cost->text;
}

bool assay_usage_read(struct assay_arena *arena, const struct assay_json *body,
                      struct assay_response_usage *usage,
                      struct assay_error *err)
{
    struct reading r = {arena, body, find_usage(body), usage, err};

    *usage = (struct assay_response_usage){
        .dialect = "",
        .model = assay_json_text(body, "model"),
        .tier = tier_of(assay_json_text(body, "service_tier")),
        .stated_usd = ASSAY_STR(""),
    };
    if (!assay_json_is(body, ASSAY_JSON_OBJECT))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s, expected the response as a JSON object",
                          assay_json_type_name(body));
    if (!r.usage)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no usage object in the response");
    usage->stated_usd = stated_cost(r.usage);
    return read_dialect(&r) && check_parts(usage, err);
}
