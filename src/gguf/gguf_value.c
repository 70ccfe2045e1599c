/*
 * Values of GGUF's keys. They are read where they stand, through a cursor
 * each time: another process may rewrite the file between two readings, and
 * that may change what is read but never where.
 */
#include "gguf/gguf_value.h"

#include "gguf/cursor.h"
#include "gguf/weights_parts.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t bytes;
    uint8_t kind;
} types[] = {
    [ASSAY_GGUF_U8] = {"u8", 1, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_I8] = {"i8", 1, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_U16] = {"u16", 2, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_I16] = {"i16", 2, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_U32] = {"u32", 4, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_I32] = {"i32", 4, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_F32] = {"f32", 4, ASSAY_WEIGHTS_FLOAT},
    [ASSAY_GGUF_BOOL] = {"bool", 1, ASSAY_WEIGHTS_BOOL},
    [ASSAY_GGUF_STRING] = {"string", 0, ASSAY_WEIGHTS_STRING},
    [ASSAY_GGUF_ARRAY] = {"array", 0, 0},
    [ASSAY_GGUF_U64] = {"u64", 8, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_I64] = {"i64", 8, ASSAY_WEIGHTS_WHOLE},
    [ASSAY_GGUF_F64] = {"f64", 8, ASSAY_WEIGHTS_FLOAT},
};

size_t assay_gguf_size(uint32_t type)
{
    return type < sizeof(types) / sizeof(types[0]) ? types[type].bytes : 0;
}

const char *assay_gguf_type_name(uint32_t type)
{
    return type < sizeof(types) / sizeof(types[0]) ? types[type].name
                                                   : "unknown type";
}

const struct assay_gguf_key *assay_gguf_find(
    const struct assay_weights *weights, const char *key)
{
    struct assay_str wanted = assay_str_c(key);
    size_t least = 0, most = weights->key_count;

    while (least < most) {
        size_t middle = least + (most - least) / 2;
        const struct assay_gguf_key *found = &weights->keys[middle];
        int order = assay_str_compare((struct assay_str){found->at, found->len},
                                      wanted);

        if (order == 0)
            return found;
        if (order < 0)
            least = middle + 1;
        else
            most = middle;
    }
    return NULL;
}

/* Over the value, behind name and type, to the end of the file. */
static struct assay_cursor value_of(const struct assay_weights *weights,
                                    const struct assay_gguf_key *key)
{
    struct assay_str rest = weights->shards[0].bytes;
    size_t place = (size_t)(key->at - rest.at) + key->len + sizeof(uint32_t);

    return assay_cursor_over(assay_str_skip(rest, place));
}

static bool wrong_type(const struct assay_gguf_key *key, const char *expected,
                       struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT, "key '%.*s': %s, expected %s",
                      (int)key->len, key->at, assay_gguf_type_name(key->type),
                      expected);
}

/* ------------------------------------------------------------ numbers */

/* A whole number: its bits, and whether it is below 0. */
struct whole {
    uint64_t bits;
    bool negative;
};

/* False for another type, or at the end. */
static bool take_whole(struct assay_cursor *in, uint32_t type,
                       struct whole *value)
{
    bool is_signed = type == ASSAY_GGUF_I8 || type == ASSAY_GGUF_I16 ||
                     type == ASSAY_GGUF_I32 || type == ASSAY_GGUF_I64;
    size_t bytes = assay_gguf_size(type);
    uint64_t bits;

    if (type >= sizeof(types) / sizeof(types[0]) ||
        types[type].kind != ASSAY_WEIGHTS_WHOLE || bytes == 0)
        return false;
    bits = bytes == 1   ? assay_cursor_u8(in)
           : bytes == 2 ? assay_cursor_u16(in)
           : bytes == 4 ? assay_cursor_u32(in)
                        : assay_cursor_u64(in);
    uint64_t sign = UINT64_C(1) << (bytes * 8 - 1);
    value->negative = is_signed && (bits & sign);
    if (value->negative)
        bits |= ~(sign | (sign - 1)); /* to 64 bits */
    value->bits = bits;
    return !in->failed;
}

static bool take_float(struct assay_cursor *in, uint32_t type, float *value)
{
    struct whole whole;

    if (type == ASSAY_GGUF_F32) {
        uint32_t bits = assay_cursor_u32(in);
        memcpy(value, &bits, sizeof *value);
    } else if (type == ASSAY_GGUF_F64) {
        uint64_t bits = assay_cursor_u64(in);
        double wide;
        memcpy(&wide, &bits, sizeof wide);
        *value = (float)wide;
    } else if (take_whole(in, type, &whole)) {
        *value = whole.negative ? -(float)(0 - whole.bits) : (float)whole.bits;
    } else {
        return false;
    }
    return !in->failed;
}

bool assay_gguf_u64(const struct assay_weights *weights,
                    const struct assay_gguf_key *key, uint64_t *value,
                    struct assay_error *err)
{
    struct assay_cursor in = value_of(weights, key);
    struct whole whole;

    if (!take_whole(&in, key->type, &whole))
        return wrong_type(key, "a whole number", err);
    if (whole.negative)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "key '%.*s': %" PRId64 ", expected 0 or more",
                          (int)key->len, key->at, (int64_t)whole.bits);
    *value = whole.bits;
    return true;
}

bool assay_gguf_f32(const struct assay_weights *weights,
                    const struct assay_gguf_key *key, float *value,
                    struct assay_error *err)
{
    struct assay_cursor in = value_of(weights, key);
    float found;

    if (!take_float(&in, key->type, &found))
        return wrong_type(key, "a number", err);
    if (!isfinite(found))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "key '%.*s': not a finite number", (int)key->len,
                          key->at);
    *value = found;
    return true;
}

bool assay_gguf_bool(const struct assay_weights *weights,
                     const struct assay_gguf_key *key, bool *value,
                     struct assay_error *err)
{
    struct assay_cursor in = value_of(weights, key);

    if (key->type != ASSAY_GGUF_BOOL)
        return wrong_type(key, "a bool", err);
    *value = assay_cursor_u8(&in) != 0;
    return true;
}

/* ------------------------------------------------------------ texts */

bool assay_gguf_text(const struct assay_weights *weights,
                     const struct assay_gguf_key *key, struct assay_str *value,
                     struct assay_error *err)
{
    struct assay_cursor in = value_of(weights, key);
    struct assay_str found;

    if (key->type != ASSAY_GGUF_STRING)
        return wrong_type(key, "a string", err);
    found = assay_cursor_take(&in, assay_cursor_u64(&in));
    if (in.failed || !assay_utf8_valid(found))
        return assay_fail(err, ASSAY_SYSTEM,
                          "key '%.*s': changed since the file was opened",
                          (int)key->len, key->at);
    *value = found;
    return true;
}

/* ------------------------------------------------------------ arrays */

bool assay_gguf_list(const struct assay_weights *weights,
                     const struct assay_gguf_key *key,
                     struct assay_weights_list *list, struct assay_error *err)
{
    struct assay_cursor in = value_of(weights, key);

    if (key->type != ASSAY_GGUF_ARRAY)
        return wrong_type(key, "an array", err);
    uint32_t element = assay_cursor_u32(&in);
    uint64_t count = assay_cursor_u64(&in);
    size_t least =
        element == ASSAY_GGUF_STRING ? sizeof count : assay_gguf_size(element);
    if (least == 0 || count > assay_cursor_left(&in) / least)
        return assay_fail(err, ASSAY_SYSTEM,
                          "key '%.*s': changed since the file was opened",
                          (int)key->len, key->at);
    *list = (struct assay_weights_list){
        .count = (size_t)count,
        .left = (size_t)count,
        .kind = (enum assay_weights_kind)types[element].kind,
        .at = in.at,
        .end = in.end,
        .element = element,
    };
    return true;
}

/* Over what is left of the array; empty behind its end. */
static struct assay_cursor rest_of(const struct assay_weights_list *list)
{
    struct assay_cursor in = {
        .start = list->at, .at = list->at, .end = list->end};

    in.failed = list->left == 0 || !list->at;
    return in;
}

/* The element was there: the list goes on behind it. */
static bool go_on(struct assay_weights_list *list,
                  const struct assay_cursor *in)
{
    if (in->failed)
        return false;
    list->at = in->at;
    list->left--;
    return true;
}

bool assay_gguf_next_i64(struct assay_weights_list *list, int64_t *value)
{
    struct assay_cursor in = rest_of(list);
    struct whole whole = {0};

    if (list->element == ASSAY_GGUF_BOOL)
        whole.bits = assay_cursor_u8(&in);
    else if (!take_whole(&in, list->element, &whole) ||
             (!whole.negative && whole.bits > INT64_MAX))
        return false;
    *value = (int64_t)whole.bits;
    return go_on(list, &in);
}

bool assay_gguf_next_f32(struct assay_weights_list *list, float *value)
{
    struct assay_cursor in = rest_of(list);

    return take_float(&in, list->element, value) && go_on(list, &in);
}

bool assay_gguf_next_text(struct assay_weights_list *list,
                          struct assay_str *value)
{
    struct assay_cursor in = rest_of(list);

    if (list->element != ASSAY_GGUF_STRING)
        return false;
    *value = assay_cursor_take(&in, assay_cursor_u64(&in));
    return go_on(list, &in);
}
