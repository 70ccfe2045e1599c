/*
 * GGUF, version 2 and 3, little endian: a header of counts, keys with
 * values, a directory of tensors, and at the next multiple of
 * general.alignment their data.
 *
 * The file is walked twice: first every length is checked against the bytes
 * that follow and nothing is allocated, then a directory of exactly the size
 * found is filled. So no count in the file decides how much memory is taken.
 *
 * The holes of other readers that these checks close: counts, lengths, types
 * and n_dims believed (CVE-2024-21802, -21825, -21836, -23496, -23605), half
 * an array freed (CVE-2024-32878), a text's length cut to 32 bits
 * (CVE-2025-49847), sums and products of sizes that wrap (CVE-2025-53630,
 * CVE-2026-27940, CVE-2026-33298), tensors larger than the file
 * (CVE-2026-7482), alignments of 0 and of gigabytes, arrays of 2^63 elements,
 * duplicates found in quadratic time.
 *
 * Format: ggml docs/gguf.md, 2026-11-22.
 */
#include "gguf/weights_parts.h"

#include "assay/file.h"
#include "gguf/blocks.h"
#include "gguf/cursor.h"
#include "gguf/gguf_value.h"

#include <inttypes.h>

enum {
    MAX_KEYS = 65536, /* files of today have 30 to 60 */
    MAX_KEY_BYTES = 256,
    MAX_TENSOR_NAME_BYTES = 63,
    DEFAULT_ALIGNMENT = 32,
    LEAST_ALIGNMENT = 8,
    /* the shortest record: a name of one byte, and a value of one */
    LEAST_KEY_BYTES = 8 + 1 + 4 + 1,
    /* a name of one byte, one dimension */
    LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8,
};
#define MOST_ALIGNMENT ASSAY_MIB(1)
#define MAX_STRING_BYTES ASSAY_MIB(16)
#define MAX_TEMPLATE_BYTES ASSAY_MIB(1)

struct reader {
    struct assay_weights *weights;
    struct assay_cursor in;
    struct assay_error *err;
    uint64_t key_count, tensor_count;
    uint64_t alignment;
    uint64_t data_at; /* 0: not known yet */
};

bool assay_gguf_is(struct assay_str bytes)
{
    return assay_str_starts(bytes, "GGUF");
}

/* ------------------------------------------------------------ header */

static bool check_version(const struct reader *r, uint32_t version)
{
    if (version == 2 || version == 3)
        return true;
    if (version != 0 && (version & 0xffff) == 0)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "byte 4: a big-endian file, expected little endian");
    return assay_fail(r->err, ASSAY_BAD_INPUT,
                      "byte 4: version %" PRIu32 ", expected 2 or 3", version);
}

static bool check_count(const struct reader *r, uint64_t count,
                        const char *things, size_t least_bytes, size_t most)
{
    size_t left = assay_cursor_left(&r->in);

    if (count > left / least_bytes)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "the header states %" PRIu64
                          " %s, but the %zu bytes after it hold %zu at most",
                          count, things, left, left / least_bytes);
    if (count > most)
        return assay_fail(r->err, ASSAY_LIMIT,
                          "the header states %" PRIu64
                          " %s, expected %zu at most",
                          count, things, most);
    return true;
}

static bool read_header(struct reader *r)
{
    struct assay_str magic = assay_cursor_take(&r->in, 4);
    uint32_t version = assay_cursor_u32(&r->in);

    r->tensor_count = assay_cursor_u64(&r->in);
    r->key_count = assay_cursor_u64(&r->in);
    if (r->in.failed)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "cut short: %zu bytes, expected a header of 24",
                          assay_cursor_left(&r->in) +
                              assay_cursor_place(&r->in));
    if (!assay_gguf_is(magic))
        return assay_fail(r->err, ASSAY_BAD_INPUT, "byte 0: expected 'GGUF'");
    return check_version(r, version) &&
           check_count(r, r->key_count, "keys", LEAST_KEY_BYTES, MAX_KEYS) &&
           check_count(r, r->tensor_count, "tensors", LEAST_TENSOR_BYTES,
                       ASSAY_WEIGHTS_MAX_TENSORS);
}

/* ------------------------------------------------------------ keys */

/* "key 'general.alignment' at byte 1234: …" */
static bool fail_key(const struct reader *r, struct assay_str key,
                     const char *what)
{
    return assay_fail(r->err, ASSAY_BAD_INPUT,
                      "key '%.*s', before byte %zu: %s", ASSAY_STR_ARG(key),
                      assay_cursor_place(&r->in), what);
}

static bool read_string(struct reader *r, struct assay_str key, size_t most)
{
    uint64_t len = assay_cursor_u64(&r->in);

    if (!r->in.failed && len > most && len <= assay_cursor_left(&r->in))
        return assay_fail(r->err, ASSAY_LIMIT,
                          "key '%.*s': a text of %" PRIu64
                          " bytes, expected %zu at most",
                          ASSAY_STR_ARG(key), len, most);
    struct assay_str text = assay_cursor_take(&r->in, len);
    if (r->in.failed)
        return fail_key(r, key, "a text reaches past the end of the file");
    if (!assay_utf8_valid(text))
        return fail_key(r, key, "a text is not UTF-8");
    return true;
}

static bool read_array(struct reader *r, struct assay_str key)
{
    uint32_t element = assay_cursor_u32(&r->in);
    uint64_t count = assay_cursor_u64(&r->in);

    if (r->in.failed)
        return fail_key(r, key, "its array is cut short");
    if (element == ASSAY_GGUF_ARRAY)
        return fail_key(r, key, "an array of arrays, expected plain elements");
    /* of a text at least its length */
    size_t least = element == ASSAY_GGUF_STRING ? sizeof(uint64_t)
                                                : assay_gguf_size(element);
    if (least == 0)
        return fail_key(r, key, "elements of an unknown type");
    if (count > assay_cursor_left(&r->in) / least)
        return fail_key(r, key, "its array reaches past the end of the file");
    if (element != ASSAY_GGUF_STRING) {
        struct assay_str values = assay_cursor_take(&r->in, count * least);
        for (size_t i = 0; element == ASSAY_GGUF_BOOL && i < values.len; i++)
            if ((uint8_t)values.at[i] > 1)
                return fail_key(r, key, "a bool that is neither 0 nor 1");
        return true;
    }
    for (uint64_t i = 0; i < count; i++)
        if (!read_string(r, key, MAX_STRING_BYTES))
            return false;
    return true;
}

static bool read_value(struct reader *r, struct assay_str key, uint32_t type)
{
    struct assay_str value;

    if (type == ASSAY_GGUF_STRING)
        return read_string(r, key,
                           assay_str_starts(key, "tokenizer.chat_template")
                               ? MAX_TEMPLATE_BYTES
                               : MAX_STRING_BYTES);
    if (type == ASSAY_GGUF_ARRAY)
        return read_array(r, key);
    if (assay_gguf_size(type) == 0)
        return fail_key(r, key, "a value of an unknown type");
    value = assay_cursor_take(&r->in, assay_gguf_size(type));
    if (r->in.failed)
        return fail_key(r, key, "its value is cut short");
    if (type == ASSAY_GGUF_BOOL && (uint8_t)value.at[0] > 1)
        return fail_key(r, key, "a bool that is neither 0 nor 1");
    return true;
}

/* What the layout of the rest depends on; `value` is where it stands. */
static bool note_key(struct reader *r, struct assay_str key, uint32_t type,
                     struct assay_cursor value)
{
    if (assay_str_is(key, "general.alignment")) {
        r->alignment = type == ASSAY_GGUF_U32 ? assay_cursor_u32(&value) : 0;
        if (r->alignment < LEAST_ALIGNMENT || r->alignment > MOST_ALIGNMENT ||
            (r->alignment & (r->alignment - 1)) != 0)
            return fail_key(r, key,
                            "expected a u32 that is a power of two from 8 "
                            "to 1 Mi");
    } else if (assay_str_is(key, "split.count")) {
        if (type != ASSAY_GGUF_U16 || assay_cursor_u16(&value) > 1)
            return fail_key(r, key,
                            "one of several parts of a file, expected one "
                            "file; join the parts first");
    }
    return true;
}

/* One record; `key` gets where it stands. */
static bool read_key(struct reader *r, struct assay_gguf_key *key)
{
    size_t place = assay_cursor_place(&r->in);
    uint64_t len = assay_cursor_u64(&r->in);
    struct assay_str name =
        assay_cursor_take(&r->in, len > MAX_KEY_BYTES ? 0 : len);
    uint32_t type = assay_cursor_u32(&r->in);
    struct assay_cursor value = r->in;

    if (r->in.failed)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "byte %zu: a key is cut short", place);
    if (len > MAX_KEY_BYTES || !assay_name_ok(name, MAX_KEY_BYTES))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "byte %zu: a key's name of %" PRIu64
                          " bytes, expected 1 to %d of plain UTF-8",
                          place, len, MAX_KEY_BYTES);
    *key = (struct assay_gguf_key){name.at, (uint32_t)name.len, type};
    return read_value(r, name, type) && note_key(r, name, type, value);
}

static int compare_keys(const void *a, const void *b)
{
    const struct assay_gguf_key *left = a, *right = b;

    return assay_str_compare((struct assay_str){left->at, left->len},
                             (struct assay_str){right->at, right->len});
}

static bool sort_keys(struct reader *r)
{
    struct assay_weights *w = r->weights;

    assay_heap_sort(w->keys, w->key_count, sizeof(*w->keys), compare_keys);
    for (size_t i = 1; i < w->key_count; i++)
        if (compare_keys(&w->keys[i - 1], &w->keys[i]) == 0)
            return assay_fail(r->err, ASSAY_BAD_INPUT,
                              "key '%.*s' stands twice", (int)w->keys[i].len,
                              w->keys[i].at);
    return true;
}

/* ------------------------------------------------------------ tensors */

/* Where data_at is known, the offset is checked too and made absolute. */
static bool check_place(const struct reader *r,
                        const struct assay_tensor *tensor, uint64_t *offset)
{
    uint64_t room = r->weights->shards[0].bytes.len - r->data_at;

    if (*offset % r->alignment != 0)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tensor '%.*s': offset %" PRIu64
                          ", expected a multiple of %" PRIu64,
                          ASSAY_STR_ARG(tensor->name), *offset, r->alignment);
    if (*offset > room || tensor->bytes > room - *offset)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tensor '%.*s': %zu bytes at offset %" PRIu64
                          " reach past the %" PRIu64 " bytes of data",
                          ASSAY_STR_ARG(tensor->name), tensor->bytes, *offset,
                          room);
    *offset += r->data_at;
    return true;
}

/* Reads one record; `entry` is NULL while only looking. */
static bool read_tensor(struct reader *r, struct assay_tensor_entry *entry)
{
    struct assay_tensor tensor = {0};
    size_t place = assay_cursor_place(&r->in);
    uint64_t len = assay_cursor_u64(&r->in);

    tensor.name =
        assay_cursor_take(&r->in, len > MAX_TENSOR_NAME_BYTES ? 0 : len);
    tensor.dim_count = assay_cursor_u32(&r->in);
    for (unsigned i = 0; i < tensor.dim_count && i < ASSAY_TENSOR_DIMS; i++)
        tensor.dims[i] = assay_cursor_u64(&r->in);
    uint32_t type = assay_cursor_u32(&r->in);
    uint64_t offset = assay_cursor_u64(&r->in);

    if (r->in.failed)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "byte %zu: a tensor of the directory is cut short",
                          place);
    if (len > MAX_TENSOR_NAME_BYTES ||
        !assay_name_ok(tensor.name, MAX_TENSOR_NAME_BYTES))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "byte %zu: a tensor's name of %" PRIu64
                          " bytes, expected 1 to %d of plain UTF-8",
                          place, len, MAX_TENSOR_NAME_BYTES);
    if (tensor.dim_count < 1 || tensor.dim_count > ASSAY_TENSOR_DIMS)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tensor '%.*s': %u dimensions, expected 1 to %d",
                          ASSAY_STR_ARG(tensor.name), tensor.dim_count,
                          ASSAY_TENSOR_DIMS);
    if (!assay_block_format(type))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tensor '%.*s': type %" PRIu32
                          ", expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, "
                          "Q5_0, Q5_1, Q4_K, Q5_K or Q6_K",
                          ASSAY_STR_ARG(tensor.name), type);
    tensor.type = (enum assay_tensor_type)type;
    if (!assay_tensor_measure(&tensor, r->err))
        return assay_fail_in(r->err, "tensor '%.*s'",
                             ASSAY_STR_ARG(tensor.name));
    if (!entry)
        return true;
    if (!check_place(r, &tensor, &offset))
        return false;
    *entry = (struct assay_tensor_entry){
        .name = tensor.name.at,
        .name_len = (uint16_t)tensor.name.len,
        .type = (uint8_t)type,
        .dim_count = (uint8_t)tensor.dim_count,
        .offset = offset,
    };
    for (unsigned i = 0; i < ASSAY_TENSOR_DIMS; i++)
        entry->dims[i] = tensor.dims[i];
    return true;
}

/* ------------------------------------------------------------ both walks */

static bool look(struct reader *r)
{
    struct assay_gguf_key key;

    if (!read_header(r))
        return false;
    for (uint64_t i = 0; i < r->key_count; i++)
        if (!read_key(r, &key))
            return false;
    for (uint64_t i = 0; i < r->tensor_count; i++)
        if (!read_tensor(r, NULL))
            return false;
    return true;
}

/* The directory ends where the cursor is; data begins at the next multiple. */
static bool find_data(struct reader *r)
{
    uint64_t end = assay_cursor_place(&r->in);
    uint64_t size = r->weights->shards[0].bytes.len;

    r->data_at = (end + r->alignment - 1) / r->alignment * r->alignment;
    if (r->tensor_count == 0 && r->data_at > size)
        r->data_at = size; /* nothing to align */
    if (r->data_at > size)
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "cut short: %" PRIu64
                          " bytes, expected data from %" PRIu64 " on",
                          size, r->data_at);
    r->weights->shards[0].data_at = (size_t)r->data_at;
    r->weights->header =
        assay_str_head(r->weights->shards[0].bytes, (size_t)end);
    return true;
}

static bool fill(struct reader *r)
{
    struct assay_weights *w = r->weights;

    r->in = assay_cursor_over(w->shards[0].bytes);
    if (!read_header(r) || !assay_tensors_reserve(w, r->tensor_count, r->err))
        return false;
    w->keys =
        assay_arena_try(&w->arena, (size_t)r->key_count, sizeof(*w->keys));
    if (!w->keys)
        return assay_fail(r->err, ASSAY_SYSTEM,
                          "no memory for %" PRIu64 " keys", r->key_count);
    for (; w->key_count < r->key_count; w->key_count++)
        if (!read_key(r, &w->keys[w->key_count]))
            return false;
    for (; w->tensor_count < r->tensor_count; w->tensor_count++)
        if (!read_tensor(r, &w->tensors[w->tensor_count]))
            return false;
    return sort_keys(r) && assay_tensors_finish(w, false, r->err);
}

bool assay_gguf_read(struct assay_weights *weights, struct assay_error *err)
{
    struct reader r = {
        .weights = weights,
        .in = assay_cursor_over(weights->shards[0].bytes),
        .err = err,
        .alignment = DEFAULT_ALIGNMENT,
    };

    return look(&r) && find_data(&r) && fill(&r);
}
