/*
 * A folder of safetensors: several files under one index
 * (model.safetensors.index.json: "weight_map", tensor to file), and
 * config.json beside them. File names come from outside, so they are plain
 * names of that folder or refused.
 */
#include "gguf/weights_parts.h"

#include "assay/file.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_FILE_NAME_BYTES = 255, MAX_CONFIG_DEPTH = 16 };

#define MAX_INDEX_BYTES ASSAY_MIB(64)
#define MAX_CONFIG_BYTES ASSAY_KIB(256)

/* ------------------------------------------------------------ the index */

static bool check_file_name(struct assay_str name, struct assay_error *err)
{
    if (!assay_name_ok(name, MAX_FILE_NAME_BYTES) ||
        assay_str_contains(name, "/") || assay_str_contains(name, "\\") ||
        assay_str_starts(name, ".") || !assay_str_ends(name, ".safetensors"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "file '%.*s', expected a plain name that ends in "
                          ".safetensors",
                          ASSAY_STR_ARG(assay_str_head(name, 80)));
    return true;
}

/* The value of a member is a file name in quotes. */
static bool read_file_name(struct assay_str value, struct assay_str *name,
                           struct assay_error *err)
{
    if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
        return assay_fail(err, ASSAY_BAD_INPUT, "expected a file name");
    *name = (struct assay_str){value.at + 1, value.len - 2};
    return check_file_name(*name, err); /* which knows no escapes */
}

/* The number of the shard of this name; shard_count when there is none. */
static size_t find_shard(const struct assay_weights *weights,
                         struct assay_str name)
{
    size_t i = 0;

    while (i < weights->shard_count &&
           !assay_str_equal(weights->shards[i].name, name))
        i++;
    return i;
}

/* Lists the files that the map names, without opening them. */
static bool list_shards(struct assay_weights *weights, struct assay_str map,
                        struct assay_error *err)
{
    struct assay_json_scan scan = assay_json_scan_over(map);
    struct assay_str tensor, value, name;

    weights->shards = ASSAY_NEW_ARRAY(&weights->arena, struct assay_shard,
                                      ASSAY_WEIGHTS_MAX_SHARDS);
    while (assay_json_scan_next(&scan, &tensor, &value, err)) {
        if (!read_file_name(value, &name, err))
            return false;
        if (find_shard(weights, name) < weights->shard_count)
            continue;
        if (weights->shard_count == ASSAY_WEIGHTS_MAX_SHARDS)
            return assay_fail(err, ASSAY_LIMIT, "more than %d files",
                              ASSAY_WEIGHTS_MAX_SHARDS);
        weights->shards[weights->shard_count++].name =
            assay_arena_copy(&weights->arena, name);
    }
    return !scan.failed;
}

static bool open_shards(struct assay_weights *weights, uint64_t *count,
                        struct assay_error *err)
{
    *count = 0;
    for (size_t i = 0; i < weights->shard_count; i++) {
        struct assay_shard *shard = &weights->shards[i];
        const char *path =
            assay_arena_printf(&weights->arena, "%s%.*s", weights->folder,
                               ASSAY_STR_ARG(shard->name))
                .at;
        uint64_t here;

        shard->mapped = assay_mapped_open(path, SIZE_MAX / 2, err);
        if (!shard->mapped)
            return false;
        shard->bytes = assay_mapped_bytes(shard->mapped);
        if (!assay_safetensors_count(shard, &here, err))
            return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(shard->name));
        *count += here; /* each bounded by the bytes of a file */
    }
    return true;
}

/* Every tensor is in the file that the map says, and nothing else is. */
static bool check_map(struct assay_weights *weights, struct assay_str map,
                      struct assay_error *err)
{
    struct assay_json_scan scan = assay_json_scan_over(map);
    struct assay_str raw, value, tensor, name;

    while (assay_json_scan_next(&scan, &raw, &value, err)) {
        if (!assay_safetensors_name(&weights->arena, raw, &tensor, err) ||
            !read_file_name(value, &name, err))
            return false;
        struct assay_tensor_entry *entry = assay_tensors_find(weights, tensor);
        if (!entry || entry->shard != find_shard(weights, name))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "tensor '%.*s' is not in '%.*s' as stated",
                              ASSAY_STR_ARG(tensor), ASSAY_STR_ARG(name));
        if (entry->listed)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "tensor '%.*s' stands twice",
                              ASSAY_STR_ARG(tensor));
        entry->listed = true;
    }
    for (size_t i = 0; !scan.failed && i < weights->tensor_count; i++)
        if (!weights->tensors[i].listed)
            return assay_fail(
                err, ASSAY_BAD_INPUT,
                "tensor '%.*s' of '%.*s' is not in the index",
                (int)weights->tensors[i].name_len, weights->tensors[i].name,
                ASSAY_STR_ARG(weights->shards[weights->tensors[i].shard].name));
    return !scan.failed;
}

/* The value of "weight_map" in the index. */
static bool find_map(struct assay_str text, struct assay_str *map,
                     struct assay_error *err)
{
    struct assay_json_scan scan = assay_json_scan_over(text);
    struct assay_str name, value;
    bool found = false;

    if (!assay_utf8_valid(text))
        return assay_fail(err, ASSAY_BAD_INPUT, "the index is not UTF-8");
    while (assay_json_scan_next(&scan, &name, &value, err)) {
        if (!assay_str_is(name, "weight_map"))
            continue;
        if (found)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "'weight_map' stands twice");
        *map = value;
        found = true;
    }
    if (!scan.failed && !found)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a 'weight_map' in the index");
    return !scan.failed;
}

static bool read_shards(struct assay_weights *weights, struct assay_error *err)
{
    for (size_t i = 0; i < weights->shard_count; i++)
        if (!assay_safetensors_read(weights, i, err))
            return assay_fail_in(err, "%.*s",
                                 ASSAY_STR_ARG(weights->shards[i].name));
    return true;
}

bool assay_safetensors_index(struct assay_weights *weights, const char *path,
                             struct assay_error *err)
{
    struct assay_mapped *index = assay_mapped_open(path, MAX_INDEX_BYTES, err);
    struct assay_str map;
    uint64_t count;

    if (!index)
        return false;
    bool ok =
        find_map(assay_mapped_bytes(index), &map, err) &&
        list_shards(weights, map, err) && open_shards(weights, &count, err) &&
        assay_tensors_reserve(weights, count, err) &&
        read_shards(weights, err) && assay_tensors_finish(weights, true, err) &&
        check_map(weights, map, err);
    if (!ok)
        assay_weights_fail_in(weights, err);
    ok = ok && assay_mapped_check(index, err);
    assay_mapped_close(index);
    return ok;
}

/* ------------------------------------------------------------ the config */

bool assay_safetensors_config(struct assay_weights *weights,
                              struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = MAX_CONFIG_BYTES,
                                             .max_depth = MAX_CONFIG_DEPTH};
    const char *path =
        assay_arena_printf(&weights->arena, "%sconfig.json", weights->folder)
            .at;
    struct assay_error absent = {0};
    struct assay_str text;

    if (!assay_file_read(&weights->arena, path, MAX_CONFIG_BYTES, &text,
                         &absent)) {
        if (absent.code == ASSAY_NOT_FOUND)
            return true;
        *err = absent;
        return false;
    }
    weights->config = assay_json_parse(&weights->arena, text, &limits, err);
    if (!weights->config)
        return assay_fail_in(err, "%s", path);
    if (!assay_json_is(weights->config, ASSAY_JSON_OBJECT)) {
        weights->config = NULL;
        return assay_fail(err, ASSAY_BAD_INPUT, "%s: expected an object", path);
    }
    return true;
}
