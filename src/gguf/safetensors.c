/*
 * safetensors: eight bytes of length, a header of JSON, then the data. The
 * header maps a name to {"dtype", "shape", "data_offsets"}, and may hold
 * "__metadata__", texts by name, which nothing here needs.
 *
 * Refused, besides what is no such file: a header past 100 MB, names that
 * stand twice, sizes that multiply past 2^64 or do not fit the offsets,
 * dimensions of 0, tensors that share bytes, holes, bytes at the end that
 * belong to none. A reader that lets these pass was attacked with them, or
 * two readers saw two files in one.
 *
 * Format: safetensors README "Format" and tensor.rs, 2026-11-22.
 */
#include "gguf/weights_parts.h"

#include "gguf/cursor.h"

#include <inttypes.h>

enum {
    MAX_HEADER_BYTES = 100 * 1000 * 1000, /* as the reference reader has it */
    MAX_NAME_BYTES = 255,
    MAX_ENTRY_BYTES = 1024, /* three members, six numbers: 150 in practice */
    MAX_METADATA_BYTES = 16 << 10,
    ENTRY_DEPTH = 2,
};

static const struct {
    const char *dtype;
    enum assay_tensor_type type;
} dtypes[] = {
    {"F32", ASSAY_TENSOR_F32},
    {"F16", ASSAY_TENSOR_F16},
    {"BF16", ASSAY_TENSOR_BF16},
};

/* ------------------------------------------------------------ one entry */

static bool read_dtype(const struct assay_json *value,
                       struct assay_tensor *tensor, struct assay_error *err)
{
    if (!assay_json_is(value, ASSAY_JSON_STRING))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "dtype is %s, expected a string",
                          value ? assay_json_type_name(value) : "absent");
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (assay_str_is(value->text, dtypes[i].dtype)) {
            tensor->type = dtypes[i].type;
            return true;
        }
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "dtype '%.*s', expected F32, F16 or BF16",
                      ASSAY_STR_ARG(assay_str_head(value->text, 40)));
}

/* Outermost first in the file, innermost first with us. */
static bool read_shape(const struct assay_json *value,
                       struct assay_tensor *tensor, struct assay_error *err)
{
    if (!assay_json_is(value, ASSAY_JSON_ARRAY))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "shape is %s, expected an array",
                          value ? assay_json_type_name(value) : "absent");
    if (value->count > ASSAY_TENSOR_DIMS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%" PRIu32 " dimensions, expected %d at most",
                          value->count, ASSAY_TENSOR_DIMS);
    for (const struct assay_json *at = value->first; at; at = at->next)
        if (!assay_json_to_u64(at, &tensor->dims[value->count - 1 - at->index]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "shape[%" PRIu32
                              "] is no whole number of 1 or more",
                              at->index);
    tensor->dim_count = value->count;
    if (value->count == 0) {
        tensor->dim_count = 1; /* a scalar */
        tensor->dims[0] = 1;
    }
    return true;
}

/* `room` is the size of the data. */
static bool read_offsets(const struct assay_json *value, uint64_t room,
                         const struct assay_tensor *tensor, uint64_t *begin,
                         struct assay_error *err)
{
    uint64_t end;

    if (!assay_json_is(value, ASSAY_JSON_ARRAY) || value->count != 2 ||
        !assay_json_to_u64(value->first, begin) ||
        !assay_json_to_u64(value->last, &end))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "data_offsets are no two whole numbers");
    if (*begin > end || end > room)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "data_offsets %" PRIu64 " to %" PRIu64
                          ", expected them in order, within %" PRIu64 " bytes",
                          *begin, end, room);
    if (end - *begin != tensor->bytes)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "data_offsets span %" PRIu64
                          " bytes, but dtype and shape make %zu",
                          end - *begin, tensor->bytes);
    return true;
}

static bool read_entry(struct assay_weights *weights, size_t shard,
                       struct assay_str value, struct assay_error *err)
{
    const struct assay_shard *file = &weights->shards[shard];
    struct assay_tensor_entry *entry = &weights->tensors[weights->tensor_count];
    const struct assay_json_limits limits = {.max_bytes = MAX_ENTRY_BYTES,
                                             .max_depth = ENTRY_DEPTH};
    struct assay_arena scratch = {0};
    struct assay_tensor tensor = {0};
    uint64_t begin;
    bool ok = false;

    const struct assay_json *object =
        assay_json_parse(&scratch, value, &limits, err);
    if (!object)
        goto out;
    if (!assay_json_is(object, ASSAY_JSON_OBJECT) || object->count != 3) {
        assay_fail(err, ASSAY_BAD_INPUT,
                   "expected an object of dtype, shape and data_offsets");
        goto out;
    }
    if (!read_dtype(assay_json_get(object, "dtype"), &tensor, err) ||
        !read_shape(assay_json_get(object, "shape"), &tensor, err) ||
        !assay_tensor_measure(&tensor, err) ||
        !read_offsets(assay_json_get(object, "data_offsets"),
                      file->bytes.len - file->data_at, &tensor, &begin, err))
        goto out;
    entry->type = (uint8_t)tensor.type;
    entry->dim_count = (uint8_t)tensor.dim_count;
    entry->shard = (uint16_t)shard;
    entry->offset = file->data_at + begin;
    for (size_t i = 0; i < ASSAY_TENSOR_DIMS; i++)
        entry->dims[i] = tensor.dims[i];
    ok = true;
out:
    assay_arena_free(&scratch);
    return ok;
}

/* ------------------------------------------------------------ the header */

/* The text between the length and the data; data_at is set. */
static bool find_header(struct assay_shard *shard, struct assay_str *text,
                        struct assay_error *err)
{
    struct assay_cursor in = assay_cursor_over(shard->bytes);
    uint64_t len = assay_cursor_u64(&in);

    if (in.failed)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%zu bytes: neither GGUF nor safetensors",
                          shard->bytes.len);
    if (in.at == in.end || *in.at != '{')
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "neither 'GGUF' at byte 0 nor '{' at byte 8: "
                          "expected GGUF or safetensors");
    if (len > MAX_HEADER_BYTES)
        return assay_fail(err, ASSAY_LIMIT,
                          "a header of %" PRIu64 " bytes, expected %d at most",
                          len, MAX_HEADER_BYTES);
    *text = assay_cursor_take(&in, len);
    if (in.failed)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a header of %" PRIu64 " bytes, but %zu bytes follow",
                          len, assay_cursor_left(&in));
    size_t bad = assay_utf8_bad_at(*text);
    if (bad < text->len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "byte %zu: the header is not UTF-8", bad + 8);
    shard->data_at = assay_cursor_place(&in);
    return true;
}

static bool is_metadata(struct assay_str name)
{
    return assay_str_is(name, "__metadata__");
}

/* Texts by name; nobody reads them, so that they are that is all. */
static bool check_metadata(struct assay_str value, struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = MAX_METADATA_BYTES,
                                             .max_depth = ENTRY_DEPTH};
    struct assay_arena scratch = {0};
    const struct assay_json *object =
        assay_json_parse(&scratch, value, &limits, err);
    bool ok = object;

    if (object && !assay_json_is(object, ASSAY_JSON_OBJECT))
        ok = assay_fail(err, ASSAY_BAD_INPUT, "expected an object");
    for (const struct assay_json *at = ok ? object->first : NULL; at && ok;
         at = at->next)
        if (!assay_json_is(at, ASSAY_JSON_STRING))
            ok = assay_fail(err, ASSAY_BAD_INPUT, "expected texts alone");
    assay_arena_free(&scratch);
    return ok || assay_fail_in(err, "__metadata__");
}

bool assay_safetensors_count(struct assay_shard *shard, uint64_t *count,
                             struct assay_error *err)
{
    struct assay_str text, name, value;
    bool metadata = false;

    *count = 0;
    if (!find_header(shard, &text, err))
        return false;
    struct assay_json_scan scan = assay_json_scan_over(text);
    while (assay_json_scan_next(&scan, &name, &value, err)) {
        if (!is_metadata(name)) {
            ++*count;
            continue;
        }
        if (metadata)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "'__metadata__' stands twice");
        metadata = true;
        if (!check_metadata(value, err))
            return false;
    }
    if (scan.failed)
        return false;
    if (*count == 0 && shard->data_at != shard->bytes.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no tensor, but %zu bytes of data",
                          shard->bytes.len - shard->data_at);
    return true;
}

bool assay_safetensors_name(struct assay_arena *arena, struct assay_str raw,
                            struct assay_str *name, struct assay_error *err)
{
    struct assay_arena scratch = {0};
    const struct assay_json *string = NULL;
    bool ok = true;

    *name = raw;
    if (assay_str_find(raw, '\\') < raw.len && raw.len <= MAX_ENTRY_BYTES) {
        /* with its quotes again */
        string = assay_json_parse(
            &scratch, (struct assay_str){raw.at - 1, raw.len + 2}, NULL, err);
        ok = string || assay_fail_in(err, "a tensor's name");
        if (string)
            *name = string->text;
    }
    if (ok && !assay_name_ok(*name, MAX_NAME_BYTES))
        ok = assay_fail(err, ASSAY_BAD_INPUT,
                        "a tensor's name of %zu bytes, expected 1 to %d "
                        "of plain UTF-8",
                        name->len, MAX_NAME_BYTES);
    if (ok && string)
        *name = assay_arena_copy(arena, *name);
    assay_arena_free(&scratch);
    return ok;
}

bool assay_safetensors_read(struct assay_weights *weights, size_t i,
                            struct assay_error *err)
{
    struct assay_shard *shard = &weights->shards[i];
    struct assay_str text, raw, name, value;

    if (!find_header(shard, &text, err))
        return false;
    if (i == 0)
        weights->header = assay_str_head(shard->bytes, shard->data_at);
    struct assay_json_scan scan = assay_json_scan_over(text);
    while (assay_json_scan_next(&scan, &raw, &value, err)) {
        struct assay_tensor_entry *entry;

        if (is_metadata(raw))
            continue;
        if (!assay_safetensors_name(&weights->arena, raw, &name, err))
            return false;
        if (is_metadata(name))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "'__metadata__' is written with escapes");
        /* they were counted, but another process may write */
        if (weights->tensor_count == weights->tensor_room)
            return assay_fail(err, ASSAY_SYSTEM, "changed while it was opened");
        if (!read_entry(weights, i, value, err))
            return assay_fail_in(err, "tensor '%.*s'", ASSAY_STR_ARG(name));
        entry = &weights->tensors[weights->tensor_count++];
        entry->name = name.at;
        entry->name_len = (uint16_t)name.len;
    }
    return !scan.failed;
}
