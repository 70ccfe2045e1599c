/*
 * Opening a file of weights of either format, and what is asked of it: the
 * public functions of assay/weights.h.
 */
#include "assay/weights.h"

#include "assay/file.h"
#include "gguf/cursor.h"
#include "gguf/gguf_value.h"
#include "gguf/weights_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SHOWN = 160 };

#define MAX_COMPANION_BYTES ASSAY_MIB(256)

/* A file beside safetensors that was asked for. */
struct assay_companion {
    struct assay_shard shard;
    struct assay_companion *next;
};

/* ------------------------------------------------------------ opening */

static struct assay_weights *new_weights(const char *path,
                                         struct assay_error *err)
{
    struct assay_weights *weights = calloc(1, sizeof(*weights));

    if (!weights) {
        assay_fail(err, ASSAY_SYSTEM, "%s: no memory", path);
        return NULL;
    }
    weights->path = assay_arena_cstr(&weights->arena, assay_str_c(path));
    return weights;
}

bool assay_weights_fail_in(const struct assay_weights *weights,
                           struct assay_error *err)
{
    struct assay_str path = assay_str_c(weights->path);

    if (path.len > PATH_SHOWN) /* the end tells more than the start */
        path = assay_str_skip(path, path.len - PATH_SHOWN);
    return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(path));
}

/* One file: `mapped` may be NULL, the bytes are then the caller's. */
static void set_file(struct assay_weights *weights, struct assay_mapped *mapped,
                     struct assay_str bytes)
{
    weights->shards = ASSAY_NEW(&weights->arena, struct assay_shard);
    weights->shards[0] = (struct assay_shard){
        .mapped = mapped,
        .bytes = bytes,
        .name = assay_str_c(weights->path),
    };
    weights->shard_count = 1;
}

/* Shard 0 is there: what is it? */
static bool read_file(struct assay_weights *weights, struct assay_error *err)
{
    uint64_t count;

    if (assay_gguf_is(weights->shards[0].bytes)) {
        weights->format = ASSAY_WEIGHTS_GGUF;
        return assay_gguf_read(weights, err);
    }
    weights->format = ASSAY_WEIGHTS_SAFETENSORS;
    return assay_safetensors_count(&weights->shards[0], &count, err) &&
           assay_tensors_reserve(weights, count, err) &&
           assay_safetensors_read(weights, 0, err) &&
           assay_tensors_finish(weights, true, err);
}

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_there(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

/* The first bytes of a regular file. */
static bool begins_as_gguf(const char *path)
{
    struct assay_error ignored;
    struct assay_mapped *mapped =
        assay_mapped_open(path, SIZE_MAX / 2, &ignored);
    bool is = mapped && assay_gguf_is(assay_mapped_bytes(mapped));

    assay_mapped_close(mapped);
    return is;
}

/* What a folder is opened by; NULL when it holds neither. */
static const char *file_in(struct assay_arena *arena, const char *folder)
{
    static const char *const names[] = {"model.safetensors.index.json",
                                        "model.safetensors"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path =
            assay_arena_printf(arena, "%s/%s", folder, names[i]).at;
        if (is_there(path))
            return path;
    }
    return NULL;
}

bool assay_weights_named(const char *operand)
{
    struct assay_str name = assay_str_c(operand);
    struct assay_arena arena = {0};
    bool named = assay_str_ends(name, ".gguf") ||
                 assay_str_ends(name, ".safetensors") ||
                 assay_str_ends(name, ".index.json") ||
                 file_in(&arena, operand) || begins_as_gguf(operand);

    assay_arena_free(&arena);
    return named;
}

static bool open_file(struct assay_weights *weights, const char *path,
                      struct assay_error *err)
{
    struct assay_mapped *mapped = assay_mapped_open(path, SIZE_MAX / 2, err);

    if (!mapped)
        return false;
    set_file(weights, mapped, assay_mapped_bytes(mapped));
    return read_file(weights, err) || assay_weights_fail_in(weights, err);
}

/* "a/b" of "a/b/c", with the slash; "" of "c". */
static const char *folder_of(struct assay_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 0;

    return assay_arena_cstr(arena, (struct assay_str){path, len});
}

static bool open_path(struct assay_weights *weights, struct assay_error *err)
{
    struct assay_arena *arena = &weights->arena;
    const char *path = weights->path;

    if (is_folder(path)) {
        path = file_in(arena, path);
        if (!path)
            return assay_fail(err, ASSAY_NOT_FOUND,
                              "folder '%s' holds no model.safetensors",
                              weights->path);
        weights->path = path;
    }
    if (assay_str_ends(assay_str_c(path), ".index.json")) {
        weights->format = ASSAY_WEIGHTS_SAFETENSORS;
        weights->folder = folder_of(arena, path);
        if (!assay_safetensors_index(weights, path, err))
            return false;
    } else if (!open_file(weights, path, err)) {
        return false;
    }
    if (weights->format == ASSAY_WEIGHTS_SAFETENSORS) {
        weights->folder = folder_of(arena, path);
        if (!assay_safetensors_config(weights, err))
            return false;
    }
    /* what was read is what is there */
    return assay_weights_check(weights, err);
}

struct assay_weights *assay_weights_open(const char *path,
                                         struct assay_error *err)
{
    struct assay_weights *weights = new_weights(path, err);

    if (!weights || open_path(weights, err))
        return weights;
    assay_weights_close(weights);
    return NULL;
}

struct assay_weights *assay_weights_open_bytes(const char *name,
                                               struct assay_str bytes,
                                               struct assay_error *err)
{
    struct assay_weights *weights = new_weights(name, err);

    if (!weights)
        return NULL;
    set_file(weights, NULL, bytes);
    if (read_file(weights, err))
        return weights;
    assay_weights_fail_in(weights, err);
    assay_weights_close(weights);
    return NULL;
}

void assay_weights_close(struct assay_weights *weights)
{
    if (!weights)
        return;
    for (size_t i = 0; i < weights->shard_count; i++)
        assay_mapped_close(weights->shards[i].mapped);
    for (struct assay_companion *at = weights->companions; at; at = at->next)
        assay_mapped_close(at->shard.mapped);
    assay_arena_free(&weights->arena);
    free(weights);
}

/* ------------------------------------------------------------ the file */

enum assay_weights_format assay_weights_format(
    const struct assay_weights *weights)
{
    return weights->format;
}

const char *assay_weights_format_name(enum assay_weights_format format)
{
    return format == ASSAY_WEIGHTS_GGUF ? "gguf" : "safetensors";
}

const char *assay_weights_path(const struct assay_weights *weights)
{
    return weights->path;
}

uint64_t assay_weights_file_bytes(const struct assay_weights *weights)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < weights->shard_count; i++)
        sum += weights->shards[i].bytes.len;
    return sum;
}

struct assay_str assay_weights_header(const struct assay_weights *weights)
{
    return weights->header;
}

static bool check_shard(const struct assay_shard *shard,
                        struct assay_error *err)
{
    return !shard->mapped || assay_mapped_check(shard->mapped, err);
}

bool assay_weights_check(const struct assay_weights *weights,
                         struct assay_error *err)
{
    for (size_t i = 0; i < weights->shard_count; i++)
        if (!check_shard(&weights->shards[i], err))
            return false;
    for (const struct assay_companion *at = weights->companions; at;
         at = at->next)
        if (!check_shard(&at->shard, err))
            return false;
    return true;
}

void assay_weights_done_with(const struct assay_weights *weights,
                             const uint8_t *data, size_t bytes)
{
    const struct assay_str part = {(const char *)data, bytes};

    for (size_t i = 0; i < weights->shard_count; i++)
        if (weights->shards[i].mapped)
            assay_mapped_give_back(weights->shards[i].mapped, part);
}

const struct assay_json *assay_weights_config(
    const struct assay_weights *weights)
{
    return weights->config;
}

bool assay_weights_companion(struct assay_weights *weights, const char *name,
                             struct assay_str *bytes, struct assay_error *err)
{
    struct assay_companion *found = weights->companions;
    struct assay_mapped *mapped;
    const char *path;

    while (found && !assay_str_is(found->shard.name, name))
        found = found->next;
    if (found) {
        *bytes = found->shard.bytes;
        return true;
    }
    if (!weights->folder)
        return assay_fail(err, ASSAY_NOT_FOUND, "%s has no %s beside it",
                          weights->path, name);
    path =
        assay_arena_printf(&weights->arena, "%s%s", weights->folder, name).at;
    mapped = assay_mapped_open(path, MAX_COMPANION_BYTES, err);
    if (!mapped)
        return false;
    found = ASSAY_NEW(&weights->arena, struct assay_companion);
    *found = (struct assay_companion){
        .shard = {.mapped = mapped,
                  .bytes = assay_mapped_bytes(mapped),
                  .name = assay_arena_copy(&weights->arena, assay_str_c(name))},
        .next = weights->companions,
    };
    weights->companions = found;
    *bytes = found->shard.bytes;
    return true;
}

/* ------------------------------------------------------------ tensors */

size_t assay_weights_tensor_count(const struct assay_weights *weights)
{
    return weights->tensor_count;
}

bool assay_weights_tensor(const struct assay_weights *weights,
                          struct assay_str name, struct assay_tensor *tensor)
{
    const struct assay_tensor_entry *entry = assay_tensors_find(weights, name);

    if (!entry)
        return false;
    *tensor = assay_tensor_of(weights, entry);
    return true;
}

void assay_weights_tensor_at(const struct assay_weights *weights, size_t i,
                             struct assay_tensor *tensor)
{
    *tensor = assay_tensor_of(weights, &weights->tensors[i]);
}
