/*
 * What a file of weights is made of. Private to gguf.
 */
#ifndef ASSAY_GGUF_WEIGHTS_PARTS_H
#define ASSAY_GGUF_WEIGHTS_PARTS_H

#include "assay/mapped.h"
#include "assay/weights.h"

enum {
    ASSAY_WEIGHTS_MAX_TENSORS = 262144, /* the largest models have 5,000 */
    ASSAY_WEIGHTS_MAX_SHARDS = 250,     /* and 200 */
};

/* One file: all of a GGUF, one of several safetensors, or a companion. */
struct assay_shard {
    struct assay_mapped *mapped; /* NULL: the bytes are the caller's */
    struct assay_str bytes;
    struct assay_str name; /* of a companion or a shard: plain file name */
    size_t data_at;        /* where the weights begin */
};

/* Where a key's name stands; its value follows: type, then bytes. */
struct assay_gguf_key {
    const char *at;
    uint32_t len;
    uint32_t type;
};

/*
 * A tensor in the directory, as small as it can be: a hostile file holds as
 * many as fit into it. Everything in it has been checked.
 */
struct assay_tensor_entry {
    const char *name;
    uint16_t name_len;
    uint16_t shard;
    uint8_t type;
    uint8_t dim_count;
    bool listed;     /* in the index of shards */
    uint64_t offset; /* from the start of its file */
    uint64_t dims[ASSAY_TENSOR_DIMS];
};

struct assay_weights {
    struct assay_arena arena;
    const char *path;
    enum assay_weights_format format;
    struct assay_shard *shards;
    size_t shard_count;
    struct assay_str header;

    struct assay_gguf_key *keys; /* sorted */
    size_t key_count;
    const char *folder; /* of a safetensors file, with '/'; NULL: none */
    const struct assay_json *config;
    struct assay_companion *companions;

    struct assay_tensor_entry *tensors; /* sorted by name */
    size_t tensor_count, tensor_room;
};

/* Puts the file before the text of an error that is set. Returns false. */
bool assay_weights_fail_in(const struct assay_weights *weights,
                           struct assay_error *err);

/* ---------------------------------------------------------- tensors.c */

/*
 * Sorts in place: neither a hostile order nor a second copy costs anything.
 * Items are 64 bytes at most.
 */
void assay_heap_sort(void *items, size_t count, size_t item_bytes,
                     int (*compare)(const void *, const void *));

/* Room for all of them; false with SYSTEM, or LIMIT for too many. */
bool assay_tensors_reserve(struct assay_weights *weights, uint64_t count,
                           struct assay_error *err);
/*
 * Computes the sizes that type and dims (1 … 4 of them) demand. False with
 * BAD_INPUT for a dimension of 0, a row that is not whole blocks, and
 * products past 2^64; the tensor is not named in the text.
 */
bool assay_tensor_measure(struct assay_tensor *tensor, struct assay_error *err);
struct assay_tensor assay_tensor_of(const struct assay_weights *weights,
                                    const struct assay_tensor_entry *entry);
/*
 * After the last one: sorts by name; refuses two that bear one name, two
 * that share bytes, and where `whole` holes between or around them.
 */
bool assay_tensors_finish(struct assay_weights *weights, bool whole,
                          struct assay_error *err);
/* By name; NULL when there is none. */
struct assay_tensor_entry *assay_tensors_find(
    const struct assay_weights *weights, struct assay_str name);

/* True for a name of 1 to most bytes of UTF-8 without control characters. */
bool assay_name_ok(struct assay_str name, size_t most);

/* ---------------------------------------------------------- the formats */

/* True when the file begins as GGUF does. */
bool assay_gguf_is(struct assay_str bytes);
/* Fills keys and tensors from shard 0. */
bool assay_gguf_read(struct assay_weights *weights, struct assay_error *err);

/* The value of a key: NULL when absent. */
const struct assay_gguf_key *assay_gguf_find(
    const struct assay_weights *weights, const char *key);
/* As the public functions of these names, of GGUF. */
bool assay_gguf_u64(const struct assay_weights *weights,
                    const struct assay_gguf_key *key, uint64_t *value,
                    struct assay_error *err);
bool assay_gguf_f32(const struct assay_weights *weights,
                    const struct assay_gguf_key *key, float *value,
                    struct assay_error *err);
bool assay_gguf_bool(const struct assay_weights *weights,
                     const struct assay_gguf_key *key, bool *value,
                     struct assay_error *err);
bool assay_gguf_text(const struct assay_weights *weights,
                     const struct assay_gguf_key *key, struct assay_str *value,
                     struct assay_error *err);
bool assay_gguf_list(const struct assay_weights *weights,
                     const struct assay_gguf_key *key,
                     struct assay_weights_list *list, struct assay_error *err);

bool assay_gguf_next_i64(struct assay_weights_list *list, int64_t *value);
bool assay_gguf_next_f32(struct assay_weights_list *list, float *value);
bool assay_gguf_next_text(struct assay_weights_list *list,
                          struct assay_str *value);

/* How many tensors the header of a shard names; false: not a header. */
bool assay_safetensors_count(struct assay_shard *shard, uint64_t *count,
                             struct assay_error *err);
/* Adds those of shard i; names without escapes are lent from the header. */
bool assay_safetensors_read(struct assay_weights *weights, size_t i,
                            struct assay_error *err);
/* The shards that an index names are opened, read, and compared with it. */
bool assay_safetensors_index(struct assay_weights *weights, const char *path,
                             struct assay_error *err);
/* Reads FOLDER/config.json where there is one. */
bool assay_safetensors_config(struct assay_weights *weights,
                              struct assay_error *err);

/* The name in quotes as it stands there, escapes undone (then a copy). */
bool assay_safetensors_name(struct assay_arena *arena, struct assay_str raw,
                            struct assay_str *name, struct assay_error *err);

/* ---------------------------------------------------------- json_scan.c */

/* Members of a JSON object one by one, by their place in the text. */
struct assay_json_scan {
    const char *start, *at, *end;
    bool begun, failed;
};
struct assay_json_scan assay_json_scan_over(struct assay_str text);
/*
 * The next member: its name without the quotes (escapes stay), and its value
 * as written, both lent; values are only delimited. False at the end, and
 * with BAD_INPUT, which `failed` tells apart, for what is no object.
 */
bool assay_json_scan_next(struct assay_json_scan *scan, struct assay_str *name,
                          struct assay_str *value, struct assay_error *err);

#endif
