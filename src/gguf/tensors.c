/*
 * The directory of tensors, of either format: measured, sorted, checked
 * against each other, found by name.
 */
#include "gguf/weights_parts.h"

#include "gguf/blocks.h"
#include "gguf/cursor.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------ sorting */

enum { LARGEST_ITEM_BYTES = 64 };

static void swap(char *a, char *b, size_t bytes)
{
    char kept[LARGEST_ITEM_BYTES];

    memcpy(kept, a, bytes);
    memcpy(a, b, bytes);
    memcpy(b, kept, bytes);
}

void assay_heap_sort(void *items, size_t count, size_t item_bytes,
                     int (*compare)(const void *, const void *))
{
    char *at = items;
    size_t start = count / 2, end = count;

    assert(item_bytes <= LARGEST_ITEM_BYTES);
    while (end > 1) {
        if (start > 0)
            start--; /* building the heap, from its last parent */
        else
            swap(at, at + --end * item_bytes, item_bytes);
        for (size_t root = start, child; (child = root * 2 + 1) < end;
             root = child) {
            if (child + 1 < end && compare(at + child * item_bytes,
                                           at + (child + 1) * item_bytes) < 0)
                child++;
            if (compare(at + root * item_bytes, at + child * item_bytes) >= 0)
                break;
            swap(at + root * item_bytes, at + child * item_bytes, item_bytes);
        }
    }
}

/* ------------------------------------------------------------ one tensor */

bool assay_name_ok(struct assay_str name, size_t most)
{
    if (name.len == 0 || name.len > most || !assay_utf8_valid(name))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7f)
            return false;
    return true;
}

bool assay_tensor_measure(struct assay_tensor *tensor, struct assay_error *err)
{
    const struct assay_block_format *format = assay_block_format(tensor->type);
    uint64_t row_bytes, bytes;

    tensor->values = 1;
    for (unsigned i = 0; i < ASSAY_TENSOR_DIMS; i++) {
        if (i >= tensor->dim_count)
            tensor->dims[i] = 1;
        if (tensor->dims[i] == 0)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "dimension %u is 0, expected 1 or more", i);
        if (!assay_checked_multiply(tensor->values, tensor->dims[i],
                                    &tensor->values))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "its dimensions multiply to more than 2^64");
    }
    if (tensor->dims[0] % format->values != 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a row of %" PRIu64
                          " values, expected a multiple of %u for %s",
                          tensor->dims[0], format->values, format->name);
    tensor->rows = tensor->values / tensor->dims[0];
    if (!assay_checked_multiply(tensor->dims[0] / format->values, format->bytes,
                                &row_bytes) ||
        !assay_checked_multiply(row_bytes, tensor->rows, &bytes) ||
        bytes > SIZE_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "its size is more than 2^64 bytes");
    tensor->row_bytes = (size_t)row_bytes;
    tensor->bytes = (size_t)bytes;
    return true;
}

struct assay_tensor assay_tensor_of(const struct assay_weights *weights,
                                    const struct assay_tensor_entry *entry)
{
    struct assay_tensor tensor = {
        .name = {entry->name, entry->name_len},
        .type = (enum assay_tensor_type)entry->type,
        .dim_count = entry->dim_count,
    };
    const struct assay_str *bytes = &weights->shards[entry->shard].bytes;
    struct assay_error err;

    memcpy(tensor.dims, entry->dims, sizeof tensor.dims);
    bool measured = assay_tensor_measure(&tensor, &err);
    assert(measured); /* it was when it entered the directory */
    (void)measured;
    tensor.data = (const uint8_t *)bytes->at + entry->offset;
    return tensor;
}

/* ------------------------------------------------------------ all of them */

bool assay_tensors_reserve(struct assay_weights *weights, uint64_t count,
                           struct assay_error *err)
{
    if (count > ASSAY_WEIGHTS_MAX_TENSORS)
        return assay_fail(err, ASSAY_LIMIT,
                          "%" PRIu64 " tensors, expected %d at most", count,
                          ASSAY_WEIGHTS_MAX_TENSORS);
    weights->tensors = assay_arena_try(&weights->arena, (size_t)count,
                                       sizeof(*weights->tensors));
    if (!weights->tensors)
        return assay_fail(err, ASSAY_SYSTEM,
                          "no memory for a directory of %" PRIu64 " tensors",
                          count);
    weights->tensor_room = (size_t)count;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct assay_tensor_entry *left = a, *right = b;

    if (left->shard != right->shard)
        return left->shard < right->shard ? -1 : 1;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

static int by_name(const void *a, const void *b)
{
    const struct assay_tensor_entry *left = a, *right = b;

    return assay_str_compare((struct assay_str){left->name, left->name_len},
                             (struct assay_str){right->name, right->name_len});
}

static bool fail_between(const struct assay_tensor *tensor, uint64_t from,
                         uint64_t to, struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "the bytes %" PRIu64 " to %" PRIu64
                      " before tensor '%.*s' belong to none, expected no hole",
                      from, to, ASSAY_STR_ARG(tensor->name));
}

/* Sorted by place: each begins where, or after, the one before it ends. */
static bool check_places(const struct assay_weights *weights, bool whole,
                         struct assay_error *err)
{
    const struct assay_tensor_entry *before = NULL;
    struct assay_tensor other = {0};
    uint64_t end = 0;

    for (size_t i = 0; i < weights->tensor_count; i++) {
        const struct assay_tensor_entry *entry = &weights->tensors[i];
        struct assay_tensor tensor = assay_tensor_of(weights, entry);

        if (!before || before->shard != entry->shard)
            end = weights->shards[entry->shard].data_at;
        else if (entry->offset < end)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "tensors '%.*s' and '%.*s' share bytes from "
                              "%" PRIu64 " on",
                              ASSAY_STR_ARG(other.name),
                              ASSAY_STR_ARG(tensor.name), entry->offset);
        if (whole && entry->offset != end)
            return fail_between(&tensor, end, entry->offset, err);
        end = entry->offset + tensor.bytes; /* inside the file, so no wrap */
        before = entry;
        other = tensor;
        const struct assay_tensor_entry *next =
            i + 1 < weights->tensor_count ? entry + 1 : NULL;
        size_t len = weights->shards[entry->shard].bytes.len;
        if (whole && (!next || next->shard != entry->shard) && end != len)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%" PRIu64 " bytes after tensor '%.*s' belong "
                              "to none, expected the file to end there",
                              len - end, ASSAY_STR_ARG(tensor.name));
    }
    return true;
}

bool assay_tensors_finish(struct assay_weights *weights, bool whole,
                          struct assay_error *err)
{
    struct assay_tensor_entry *tensors = weights->tensors;

    assay_heap_sort(tensors, weights->tensor_count, sizeof(*tensors), by_place);
    if (!check_places(weights, whole, err))
        return false;
    assay_heap_sort(tensors, weights->tensor_count, sizeof(*tensors), by_name);
    for (size_t i = 1; i < weights->tensor_count; i++)
        if (by_name(&tensors[i - 1], &tensors[i]) == 0)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "two tensors are named '%.*s'",
                              (int)tensors[i].name_len, tensors[i].name);
    return true;
}

struct assay_tensor_entry *assay_tensors_find(
    const struct assay_weights *weights, struct assay_str name)
{
    size_t least = 0, most = weights->tensor_count;

    while (least < most) {
        size_t middle = least + (most - least) / 2;
        struct assay_tensor_entry *entry = &weights->tensors[middle];
        int order = assay_str_compare(
            (struct assay_str){entry->name, entry->name_len}, name);

        if (order == 0)
            return entry;
        if (order < 0)
            least = middle + 1;
        else
            most = middle;
    }
    return NULL;
}
