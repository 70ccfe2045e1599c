/*
 * Values that the ledger keeps as text or packed: usage, tool calls, bodies.
 * Answers stand plainly, so that SQL can search them; what a run keeps of
 * files and raw bodies is deflated.
 */
#include "trial/ledger_parts.h"

#include <limits.h>
#include <stddef.h>
#include <zlib.h>

enum { MOST_JSON = 64 << 20, MOST_PACKED = 1 << 30 };

const char *assay_stop_name(enum assay_stop_reason reason)
{
    static const char *const names[] = {
        [ASSAY_STOP_NONE] = "",
        [ASSAY_STOP_COMPLETE] = "complete",
        [ASSAY_STOP_DECIDED] = "decided",
        [ASSAY_STOP_FUTILE] = "futile",
        [ASSAY_STOP_BUDGET] = "budget",
        [ASSAY_STOP_TIME] = "time",
        [ASSAY_STOP_INTERRUPTED] = "interrupted",
    };
    return names[reason];
}

const char *assay_attempt_state_name(enum assay_attempt_state state)
{
    static const char *const names[] = {
        [ASSAY_ATTEMPT_PLANNED] = "planned", [ASSAY_ATTEMPT_SENT] = "sent",
        [ASSAY_ATTEMPT_DONE] = "done",       [ASSAY_ATTEMPT_FAILED] = "failed",
        [ASSAY_ATTEMPT_UNKNOWN] = "unknown",
    };
    return names[state];
}

enum assay_attempt_state assay_attempt_state_read(struct assay_str name)
{
    for (int s = ASSAY_ATTEMPT_PLANNED; s <= ASSAY_ATTEMPT_UNKNOWN; s++)
        if (assay_str_is(name,
                         assay_attempt_state_name((enum assay_attempt_state)s)))
            return (enum assay_attempt_state)s;
    return ASSAY_ATTEMPT_PLANNED;
}

enum assay_state assay_cost_state_read(struct assay_str name)
{
    for (int s = ASSAY_UNKNOWN; s <= ASSAY_BOUND; s++)
        if (assay_str_is(name, assay_state_name((enum assay_state)s)))
            return (enum assay_state)s;
    return ASSAY_UNKNOWN;
}

bool assay_cost_read(struct assay_str text, struct assay_decimal *usd,
                     struct assay_error *err)
{
    return !text.len || assay_decimal_parse(text, usd) ||
           assay_fail(err, ASSAY_BAD_INPUT, "the cost '%.*s' is no number",
                      ASSAY_STR_ARG(text));
}

const char *assay_usage_state_name(enum assay_usage_state state)
{
    static const char *const names[] = {
        [ASSAY_USAGE_MISSING] = "missing",
        [ASSAY_USAGE_RETURNED] = "returned",
        [ASSAY_USAGE_ESTIMATED] = "estimated",
    };
    return names[state];
}

struct assay_str assay_json_line(struct assay_arena *arena,
                                 const struct assay_json *value)
{
    struct assay_buf text;

    assay_buf_init(&text, MOST_JSON);
    assay_json_write(&text, value, (struct assay_json_style){0});
    struct assay_str copy = assay_arena_copy(arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return copy;
}

/* ------------------------------------------------------- usage */

static const struct {
    const char *name;
    size_t at;
} counts[] = {
#define COUNT(name)                                        \
    {                                                      \
#name, offsetof(struct assay_response_usage, name) \
    }
    COUNT(input_tokens),       COUNT(cache_read_tokens),
    COUNT(cache_write_tokens), COUNT(cache_write_1h_tokens),
    COUNT(audio_input_tokens), COUNT(output_tokens),
    COUNT(reasoning_tokens),   COUNT(audio_output_tokens),
    COUNT(searches),
#undef COUNT
};
enum { COUNTS = sizeof counts / sizeof counts[0] };

struct assay_str assay_usage_text(struct assay_arena *arena,
                                  const struct assay_response_usage *usage)
{
    struct assay_json *object = assay_json_object(arena);

    for (size_t i = 0; i < COUNTS; i++) {
        uint64_t n = *(const uint64_t *)(const void *)((const char *)usage +
                                                       counts[i].at);
        if (n)
            assay_json_set_uint(arena, object, counts[i].name, n);
    }
    if (usage->stated_usd.len)
        assay_json_set_text(arena, object, "stated_usd", usage->stated_usd);
    return object->count ? assay_json_line(arena, object) : ASSAY_STR("");
}

bool assay_usage_parse(struct assay_arena *arena, struct assay_str text,
                       struct assay_response_usage *usage,
                       struct assay_error *err)
{
    const struct assay_json *object =
        text.len ? assay_json_parse(arena, text, NULL, err) : NULL;

    *usage = (struct assay_response_usage){.dialect = "",
                                           .model = {"", 0},
                                           .tier = {"", 0},
                                           .stated_usd = {"", 0}};
    if (text.len && !object)
        return false;
    for (size_t i = 0; i < COUNTS; i++)
        (void)assay_json_to_u64(
            assay_json_get(object, counts[i].name),
            (uint64_t *)(void *)((char *)usage + counts[i].at));
    usage->stated_usd = assay_json_text(object, "stated_usd");
    return true;
}

/* ------------------------------------------------------- tool calls */

struct assay_str assay_calls_text(struct assay_arena *arena,
                                  const struct assay_completion *reply)
{
    struct assay_json *array = assay_json_array(arena);

    for (size_t i = 0; i < reply->call_count; i++) {
        struct assay_json *call =
            assay_json_add(array, assay_json_object(arena));
        assay_json_set_text(arena, call, "id", reply->calls[i].id);
        assay_json_set_text(arena, call, "name", reply->calls[i].name);
        assay_json_set_text(arena, call, "arguments",
                            reply->calls[i].arguments);
    }
    return array->count ? assay_json_line(arena, array) : ASSAY_STR("");
}

bool assay_calls_parse(struct assay_arena *arena, struct assay_str text,
                       struct assay_completion *reply, struct assay_error *err)
{
    const struct assay_json *array;
    size_t n = 0;

    if (!text.len)
        return true;
    array = assay_json_parse(arena, text, NULL, err);
    if (!array)
        return false;
    reply->calls = ASSAY_NEW_ARRAY(arena, struct assay_tool_call, array->count);
    for (const struct assay_json *c = array->first; c; c = c->next)
        reply->calls[n++] = (struct assay_tool_call){
            .id = assay_json_text(c, "id"),
            .name = assay_json_text(c, "name"),
            .arguments = assay_json_text(c, "arguments"),
        };
    reply->call_count = n;
    return true;
}

/* ------------------------------------------------------- packing */

bool assay_deflate(struct assay_arena *arena, struct assay_str bytes,
                   struct assay_str *packed, struct assay_error *err)
{
    if (bytes.len > MOST_PACKED)
        return assay_fail(err, ASSAY_LIMIT, "%zu bytes to keep, at most %d",
                          bytes.len, MOST_PACKED);
    uLongf len = compressBound((uLong)bytes.len);
    char *to = assay_arena_try(arena, len, 1);
    if (!to || compress2((Bytef *)to, &len, (const Bytef *)bytes.at,
                         (uLong)bytes.len, Z_BEST_SPEED) != Z_OK)
        return assay_fail(err, ASSAY_SYSTEM, "no memory to pack %zu bytes",
                          bytes.len);
    *packed = (struct assay_str){to, len};
    return true;
}

bool assay_inflate(struct assay_arena *arena, struct assay_str packed,
                   uint64_t size, struct assay_str *bytes,
                   struct assay_error *err)
{
    if (size > MOST_PACKED || packed.len > MOST_PACKED)
        return assay_fail(err, ASSAY_LIMIT, "a packed text of %llu bytes",
                          (unsigned long long)size);
    uLongf len = (uLongf)size;
    char *to = assay_arena_try(arena, size + 1, 1);
    if (!to)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for %llu bytes",
                          (unsigned long long)size);
    if (uncompress((Bytef *)to, &len, (const Bytef *)packed.at,
                   (uLong)packed.len) != Z_OK ||
        len != size)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a packed text in the store is damaged");
    *bytes = (struct assay_str){to, len};
    return true;
}
