/*
 * A file of weights, read-only and mapped: GGUF (version 2 and 3, little
 * endian), a .safetensors file, or a folder with model.safetensors or with
 * model.safetensors.index.json and its shards. Metadata by key, tensors by
 * name; weights are touched when first used.
 *
 * All of the metadata is checked before open returns (how, and against what:
 * src/gguf/gguf_read.c, safetensors.c): what is handed out lies inside the
 * file and has the size its shape demands. What the values mean, and
 * whether a tensor has the shape that a model needs, is the reader's to
 * check. Others may change or shrink the file while it is open: bytes then
 * differ or read as zeros, and assay_weights_check() says so (mapped.h).
 *
 * In practice 50 keys, 300 to 1,000 tensors, 200 KB to 60 GB; the directory
 * takes less than twice the bytes of the metadata. After open, everything
 * but assay_weights_companion() may be called from several threads.
 *
 * Formats: ggml docs/gguf.md; safetensors README "Format" and tensor.rs;
 * 2026-11-22.
 */
#ifndef ASSAY_WEIGHTS_H
#define ASSAY_WEIGHTS_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/str.h"

struct assay_weights;

enum assay_weights_format {
    ASSAY_WEIGHTS_GGUF,
    ASSAY_WEIGHTS_SAFETENSORS,
};

/*
 * True when what somebody typed means a file rather than a model of the
 * catalog: it ends in .gguf, .safetensors or .index.json, or is a file that
 * begins as GGUF does, or a folder that holds model.safetensors.
 */
bool assay_weights_named(const char *operand);

/*
 * Close with assay_weights_close(). NULL: NOT_FOUND, SYSTEM (open, map,
 * memory), LIMIT (more keys, tensors or text than any model has), BAD_INPUT;
 * the text names file, key or tensor, byte, and what was expected.
 */
struct assay_weights *assay_weights_open(const char *path,
                                         struct assay_error *err);
/*
 * The same of bytes in memory, which must outlive it; `name` is for error
 * messages. One GGUF or one .safetensors file.
 */
struct assay_weights *assay_weights_open_bytes(const char *name,
                                               struct assay_str bytes,
                                               struct assay_error *err);
void assay_weights_close(struct assay_weights *weights);

enum assay_weights_format assay_weights_format(
    const struct assay_weights *weights);
/* "gguf", "safetensors" */
const char *assay_weights_format_name(enum assay_weights_format format);
/* As given to open. */
const char *assay_weights_path(const struct assay_weights *weights);
/* Of all its files together. */
uint64_t assay_weights_file_bytes(const struct assay_weights *weights);
/*
 * The part that describes the rest: GGUF's header, keys and directory, or
 * the first shard's header. Lent.
 */
struct assay_str assay_weights_header(const struct assay_weights *weights);

/*
 * False with SYSTEM when a file was shrunk or changed, or could not be read,
 * since open: results computed from it may be wrong. To be asked after each
 * step of work on the mapped bytes, before its result is used; costs a
 * microsecond.
 */
bool assay_weights_check(const struct assay_weights *weights,
                         struct assay_error *err);
/*
 * Bytes of a tensor were read and will not be soon: the pages of a mapped
 * file need not stay in memory. Bytes that the caller gave stay as they are.
 */
void assay_weights_done_with(const struct assay_weights *weights,
                             const uint8_t *data, size_t bytes);
/*
 * Reads every weight: false with BAD_INPUT naming tensor, row and column of
 * the first value that is not finite (such as a NaN in a block's scale).
 */
bool assay_weights_verify(const struct assay_weights *weights,
                          struct assay_error *err);

/* ------------------------------------------------------------- metadata */

/*
 * Keys are GGUF's own ("gemma2.context_length"); of safetensors those of
 * config.json, dotted ("text_config.hidden_size"), where null is absent.
 * False: NOT_FOUND when the key is absent, BAD_INPUT when the value is of
 * another type or does not fit. Texts are lent.
 */
bool assay_weights_has(const struct assay_weights *weights, const char *key);
bool assay_weights_u64(const struct assay_weights *weights, const char *key,
                       uint64_t *value, struct assay_error *err);
bool assay_weights_u32(const struct assay_weights *weights, const char *key,
                       uint32_t *value, struct assay_error *err);
/* A finite number; a whole one too. */
bool assay_weights_f32(const struct assay_weights *weights, const char *key,
                       float *value, struct assay_error *err);
bool assay_weights_bool(const struct assay_weights *weights, const char *key,
                        bool *value, struct assay_error *err);
/* Well-formed UTF-8, 16 MiB at most. */
bool assay_weights_text(const struct assay_weights *weights, const char *key,
                        struct assay_str *value, struct assay_error *err);

enum assay_weights_kind {
    ASSAY_WEIGHTS_WHOLE,  /* whole numbers */
    ASSAY_WEIGHTS_FLOAT,  /* numbers, not all of them whole */
    ASSAY_WEIGHTS_BOOL,   /* true or false */
    ASSAY_WEIGHTS_STRING, /* texts */
};

/* An array, read from first to last without copying it. */
struct assay_weights_list {
    size_t count;
    enum assay_weights_kind kind; /* of all; of an empty one: any */
    /* what is left of it; private */
    size_t left;
    const uint8_t *at, *end;
    uint32_t element;
    const struct assay_json *next;
};
bool assay_weights_list(const struct assay_weights *weights, const char *key,
                        struct assay_weights_list *list,
                        struct assay_error *err);
/*
 * The next element, while there is one and it fits the type asked for:
 * whole numbers (and bools, as 0 and 1) in ±2^63, numbers as f32 whatever
 * they are (NaN too), texts.
 */
bool assay_weights_next_i64(struct assay_weights_list *list, int64_t *value);
bool assay_weights_next_f32(struct assay_weights_list *list, float *value);
bool assay_weights_next_text(struct assay_weights_list *list,
                             struct assay_str *value);

/* Keys one by one: GGUF's sorted, of config.json the outermost as written. */
size_t assay_weights_key_count(const struct assay_weights *weights);
struct assay_str assay_weights_key(const struct assay_weights *weights,
                                   size_t i);

/* config.json as a tree; NULL for GGUF, and where there is none. */
const struct assay_json *assay_weights_config(
    const struct assay_weights *weights);
/*
 * A file beside safetensors, such as "tokenizer.json": mapped, lent, open
 * and checked like the weights. NOT_FOUND where there is none, as for GGUF;
 * LIMIT past 256 MiB.
 */
bool assay_weights_companion(struct assay_weights *weights, const char *name,
                             struct assay_str *bytes, struct assay_error *err);

/* ------------------------------------------------------------- tensors */

/* Numbers are GGUF's own (ggml.h, enum ggml_type). */
enum assay_tensor_type {
    ASSAY_TENSOR_F32 = 0,
    ASSAY_TENSOR_F16 = 1,
    ASSAY_TENSOR_Q4_0 = 2,
    ASSAY_TENSOR_Q4_1 = 3,
    ASSAY_TENSOR_Q5_0 = 6,
    ASSAY_TENSOR_Q5_1 = 7,
    ASSAY_TENSOR_Q8_0 = 8,
    ASSAY_TENSOR_Q4_K = 12,
    ASSAY_TENSOR_Q5_K = 13,
    ASSAY_TENSOR_Q6_K = 14,
    ASSAY_TENSOR_BF16 = 30,
};

enum { ASSAY_TENSOR_DIMS = 4 };

/*
 * A tensor: rows of dims[0] values, each row row_bytes long, one after the
 * other. dims[0] is the innermost dimension in both formats (the inputs of a
 * matrix; safetensors writes it last), the others count rows; those not used
 * are 1.
 */
struct assay_tensor {
    struct assay_str name; /* lent */
    enum assay_tensor_type type;
    unsigned dim_count; /* 1 … 4; a scalar has one, of 1 */
    uint64_t dims[ASSAY_TENSOR_DIMS];
    uint64_t values; /* product of dims */
    uint64_t rows;   /* product of all dims but the first */
    size_t row_bytes;
    const uint8_t *data; /* bytes of them, in the map; alignment unknown */
    size_t bytes;
};

size_t assay_weights_tensor_count(const struct assay_weights *weights);
/* By name; false when there is none. */
bool assay_weights_tensor(const struct assay_weights *weights,
                          struct assay_str name, struct assay_tensor *tensor);
/* One by one, in the byte order of their names. */
void assay_weights_tensor_at(const struct assay_weights *weights, size_t i,
                             struct assay_tensor *tensor);

#endif
