/*
 * Metadata by key, of either format: GGUF's keys (gguf_value.c) or what
 * stands in config.json.
 */
#include "gguf/cursor.h"
#include "gguf/gguf_value.h"
#include "gguf/weights_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Where a key is: one of the two, or neither. */
struct found {
    const struct assay_gguf_key *gguf;
    const struct assay_json *json;
};

static struct found find(const struct assay_weights *weights, const char *key)
{
    struct found found = {0};

    if (weights->format == ASSAY_WEIGHTS_GGUF)
        found.gguf = assay_gguf_find(weights, key);
    else
        found.json = assay_json_at(weights->config, key);
    if (assay_json_is(found.json, ASSAY_JSON_NULL))
        found.json = NULL;
    return found;
}

static bool fail_absent(const struct assay_weights *weights, const char *key,
                        struct assay_error *err)
{
    if (weights->format == ASSAY_WEIGHTS_SAFETENSORS && !weights->config)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "%s: key '%s' is not stated: no config.json beside "
                          "it",
                          weights->path, key);
    return assay_fail(err, ASSAY_NOT_FOUND, "%s: key '%s' is not stated",
                      weights->path, key);
}

static bool fail_type(const struct assay_json *value, const char *key,
                      const char *expected, struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "config.json, line %" PRIu32 ", '%s': %s, expected %s",
                      value->line, key, assay_json_type_name(value), expected);
}

bool assay_weights_has(const struct assay_weights *weights, const char *key)
{
    struct found found = find(weights, key);

    return found.gguf || found.json;
}

bool assay_weights_u64(const struct assay_weights *weights, const char *key,
                       uint64_t *value, struct assay_error *err)
{
    struct found found = find(weights, key);

    if (found.gguf)
        return assay_gguf_u64(weights, found.gguf, value, err);
    if (!found.json)
        return fail_absent(weights, key, err);
    return assay_json_to_u64(found.json, value) ||
           fail_type(found.json, key, "a whole number of 0 or more", err);
}

bool assay_weights_u32(const struct assay_weights *weights, const char *key,
                       uint32_t *value, struct assay_error *err)
{
    uint64_t wide;

    if (!assay_weights_u64(weights, key, &wide, err))
        return false;
    if (wide > UINT32_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "key '%s': %" PRIu64 ", expected less than 2^32", key,
                          wide);
    *value = (uint32_t)wide;
    return true;
}

/* The parser has seen to the form of the text, and a NUL or ',' ends it. */
static bool json_number(const struct assay_json *value, double *number)
{
    char text[64];

    if (!assay_json_is(value, ASSAY_JSON_NUMBER) ||
        value->text.len >= sizeof text)
        return false;
    for (size_t i = 0; i < value->text.len; i++)
        text[i] = value->text.at[i];
    text[value->text.len] = '\0';
    *number = strtod(text, NULL);
    return true;
}

bool assay_weights_f32(const struct assay_weights *weights, const char *key,
                       float *value, struct assay_error *err)
{
    struct found found = find(weights, key);
    double number;

    if (found.gguf)
        return assay_gguf_f32(weights, found.gguf, value, err);
    if (!found.json)
        return fail_absent(weights, key, err);
    if (!json_number(found.json, &number) || !isfinite((float)number))
        return fail_type(found.json, key, "a number that fits 32 bits", err);
    *value = (float)number;
    return true;
}

bool assay_weights_bool(const struct assay_weights *weights, const char *key,
                        bool *value, struct assay_error *err)
{
    struct found found = find(weights, key);

    if (found.gguf)
        return assay_gguf_bool(weights, found.gguf, value, err);
    if (!found.json)
        return fail_absent(weights, key, err);
    if (!assay_json_is(found.json, ASSAY_JSON_TRUE) &&
        !assay_json_is(found.json, ASSAY_JSON_FALSE))
        return fail_type(found.json, key, "true or false", err);
    *value = assay_json_is(found.json, ASSAY_JSON_TRUE);
    return true;
}

bool assay_weights_text(const struct assay_weights *weights, const char *key,
                        struct assay_str *value, struct assay_error *err)
{
    struct found found = find(weights, key);

    if (found.gguf)
        return assay_gguf_text(weights, found.gguf, value, err);
    if (!found.json)
        return fail_absent(weights, key, err);
    if (!assay_json_is(found.json, ASSAY_JSON_STRING))
        return fail_type(found.json, key, "a string", err);
    *value = found.json->text;
    return true;
}

/* ------------------------------------------------------------ arrays */

static bool is_whole(const struct assay_json *value)
{
    struct assay_str text = value->text;

    return assay_str_find(text, '.') == text.len &&
           assay_str_find(text, 'e') == text.len &&
           assay_str_find(text, 'E') == text.len;
}

/* False for what is no element of a list. */
static bool kind_of(const struct assay_json *value,
                    enum assay_weights_kind *kind)
{
    switch (value->type) {
    case ASSAY_JSON_TRUE:
    case ASSAY_JSON_FALSE:
        *kind = ASSAY_WEIGHTS_BOOL;
        return true;
    case ASSAY_JSON_NUMBER:
        *kind = is_whole(value) ? ASSAY_WEIGHTS_WHOLE : ASSAY_WEIGHTS_FLOAT;
        return true;
    case ASSAY_JSON_STRING:
        *kind = ASSAY_WEIGHTS_STRING;
        return true;
    default:
        return false;
    }
}

/* What two elements have in common; false: nothing. */
static bool join_kinds(enum assay_weights_kind *kind,
                       enum assay_weights_kind other)
{
    if (*kind == other)
        return true;
    if (*kind > ASSAY_WEIGHTS_FLOAT || other > ASSAY_WEIGHTS_FLOAT)
        return false;
    *kind = ASSAY_WEIGHTS_FLOAT;
    return true;
}

static bool json_list(const struct assay_json *array, const char *key,
                      struct assay_weights_list *list, struct assay_error *err)
{
    if (!assay_json_is(array, ASSAY_JSON_ARRAY))
        return fail_type(array, key, "an array", err);
    *list = (struct assay_weights_list){
        .count = array->count,
        .next = array->first,
    };
    for (const struct assay_json *at = array->first; at; at = at->next) {
        enum assay_weights_kind kind;

        if (!kind_of(at, &kind))
            return fail_type(at, key, "numbers, texts or bools", err);
        if (at == array->first)
            list->kind = kind;
        else if (!join_kinds(&list->kind, kind))
            return fail_type(at, key, "elements of one type", err);
    }
    return true;
}

bool assay_weights_list(const struct assay_weights *weights, const char *key,
                        struct assay_weights_list *list,
                        struct assay_error *err)
{
    struct found found = find(weights, key);

    if (found.gguf)
        return assay_gguf_list(weights, found.gguf, list, err);
    if (!found.json)
        return fail_absent(weights, key, err);
    return json_list(found.json, key, list, err);
}

/* The element that comes next; NULL at the end. Goes on to the one behind. */
static const struct assay_json *take_json(struct assay_weights_list *list)
{
    const struct assay_json *value = list->next;

    if (value)
        list->next = value->next;
    return value;
}

static bool json_i64(const struct assay_json *value, int64_t *number)
{
    struct assay_str text = value->text;
    bool negative = assay_str_starts(text, "-");
    uint64_t size;

    if (assay_json_is(value, ASSAY_JSON_TRUE) ||
        assay_json_is(value, ASSAY_JSON_FALSE)) {
        *number = assay_json_is(value, ASSAY_JSON_TRUE);
        return true;
    }
    if (!assay_json_is(value, ASSAY_JSON_NUMBER) ||
        !assay_str_to_u64(assay_str_skip(text, negative), &size) ||
        size > INT64_MAX)
        return false;
    *number = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

bool assay_weights_next_i64(struct assay_weights_list *list, int64_t *value)
{
    const struct assay_json *json = take_json(list);

    if (json)
        return json_i64(json, value);
    return assay_gguf_next_i64(list, value);
}

bool assay_weights_next_f32(struct assay_weights_list *list, float *value)
{
    const struct assay_json *json = take_json(list);
    double number;

    if (!json)
        return assay_gguf_next_f32(list, value);
    if (!json_number(json, &number))
        return false;
    *value = (float)number;
    return true;
}

bool assay_weights_next_text(struct assay_weights_list *list,
                             struct assay_str *value)
{
    const struct assay_json *json = take_json(list);

    if (!json)
        return assay_gguf_next_text(list, value);
    *value = json->text;
    return assay_json_is(json, ASSAY_JSON_STRING);
}

/* ------------------------------------------------------------ all keys */

size_t assay_weights_key_count(const struct assay_weights *weights)
{
    if (weights->format == ASSAY_WEIGHTS_GGUF)
        return weights->key_count;
    return weights->config ? weights->config->count : 0;
}

struct assay_str assay_weights_key(const struct assay_weights *weights,
                                   size_t i)
{
    const struct assay_json *member;

    if (weights->format == ASSAY_WEIGHTS_GGUF)
        return (struct assay_str){weights->keys[i].at, weights->keys[i].len};
    member = weights->config->first;
    for (; i > 0; i--)
        member = member->next;
    return member->key;
}
