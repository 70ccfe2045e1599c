/*
 * Builds small GGUF and safetensors files in memory, right ones and wrong
 * ones: bytes are appended as the test says, nothing is checked. And what
 * every test does with a file that opens: all of it is used.
 */
#ifndef ASSAY_TESTS_BUILD_GGUF_H
#define ASSAY_TESTS_BUILD_GGUF_H

#include "assay/weights.h"
#include "gguf/blocks.h"
#include "gguf/gguf_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct build {
    uint8_t *at;
    size_t len, room;
    size_t data_at; /* set by build_data() */
};

static inline void build_free(struct build *b)
{
    free(b->at);
    *b = (struct build){0};
}

static inline void put(struct build *b, const void *bytes, size_t len)
{
    if (b->len + len > b->room) {
        b->room = (b->len + len) * 2;
        b->at = realloc(b->at, b->room);
        if (!b->at)
            abort();
    }
    if (len > 0)
        memcpy(b->at + b->len, bytes, len);
    b->len += len;
}

static inline void put_fill(struct build *b, uint8_t byte, size_t count)
{
    while (count-- > 0)
        put(b, &byte, 1);
}

/* The lowest `bytes` bytes of a number. */
static inline void put_uint(struct build *b, uint64_t value, size_t bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        put(b, &(uint8_t){(uint8_t)value}, 1);
}

static inline void put_u32(struct build *b, uint32_t value)
{
    put_uint(b, value, 4);
}

static inline void put_u64(struct build *b, uint64_t value)
{
    put_uint(b, value, 8);
}

static inline void put_f32(struct build *b, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    put_u32(b, bits);
}

static inline void put_string(struct build *b, const char *text)
{
    put_u64(b, strlen(text));
    put(b, text, strlen(text));
}

static inline void put_header(struct build *b, uint32_t version,
                              uint64_t tensors, uint64_t keys)
{
    put(b, "GGUF", 4);
    put_u32(b, version);
    put_u64(b, tensors);
    put_u64(b, keys);
}

/* A key and the type of its value; the value is for the caller to put. */
static inline void put_key(struct build *b, const char *name, uint32_t type)
{
    put_string(b, name);
    put_u32(b, type);
}

static inline void put_array(struct build *b, const char *name,
                             uint32_t element, uint64_t count)
{
    put_key(b, name, ASSAY_GGUF_ARRAY);
    put_u32(b, element);
    put_u64(b, count);
}

static inline void put_key_text(struct build *b, const char *name,
                                const char *text)
{
    put_key(b, name, ASSAY_GGUF_STRING);
    put_string(b, text);
}

static inline void put_key_u32(struct build *b, const char *name,
                               uint32_t value)
{
    put_key(b, name, ASSAY_GGUF_U32);
    put_u32(b, value);
}

/* A tensor of the directory with two dimensions; `columns` is the row. */
static inline void put_tensor(struct build *b, const char *name, uint32_t type,
                              const uint64_t dims[2], uint64_t offset)
{
    put_string(b, name);
    put_u32(b, 2);
    put_u64(b, dims[0]);
    put_u64(b, dims[1]);
    put_u32(b, type);
    put_u64(b, offset);
}

static inline void put_padding(struct build *b, size_t alignment)
{
    while (b->len % alignment != 0)
        put_uint(b, 0, 1);
}

/* Behind the directory: `len` bytes of data from the next multiple of 32 on. */
static inline void build_data(struct build *b, size_t len)
{
    put_padding(b, 32);
    b->data_at = b->len;
    put_fill(b, 0x31, len);
}

/* A number that the seed decides: xorshift, for positions and bits. */
static inline uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static const uint32_t every_type[] = {
    ASSAY_TENSOR_F32,  ASSAY_TENSOR_F16,  ASSAY_TENSOR_BF16, ASSAY_TENSOR_Q8_0,
    ASSAY_TENSOR_Q4_0, ASSAY_TENSOR_Q4_1, ASSAY_TENSOR_Q5_0, ASSAY_TENSOR_Q5_1,
    ASSAY_TENSOR_Q4_K, ASSAY_TENSOR_Q5_K, ASSAY_TENSOR_Q6_K,
};
enum { TYPES = sizeof every_type / sizeof every_type[0] };

/*
 * A right file of 4 KB: keys of every type, arrays of numbers and of texts,
 * and two rows of 256 values of every tensor type.
 */
static inline struct build build_plain(void)
{
    const uint64_t dims[2] = {256, 2};
    struct build b = {0};
    uint64_t offset = 0, seed = 88172645463325252;

    put_header(&b, 3, TYPES, 19);
    put_key_text(&b, "general.architecture", "gemma2");
    put_key_text(&b, "general.name", "Pläin 2b");
    put_key_u32(&b, "general.alignment", 32);
    put_key_u32(&b, "gemma2.context_length", 8192);
    put_key(&b, "t.u8", ASSAY_GGUF_U8);
    put_uint(&b, 200, 1);
    put_key(&b, "t.i8", ASSAY_GGUF_I8);
    put_uint(&b, (uint64_t)-3, 1);
    put_key(&b, "t.u16", ASSAY_GGUF_U16);
    put_uint(&b, 60000, 2);
    put_key(&b, "t.i16", ASSAY_GGUF_I16);
    put_uint(&b, 12, 2);
    put_key(&b, "t.i32", ASSAY_GGUF_I32);
    put_uint(&b, (uint64_t)-70000, 4);
    put_key(&b, "t.u64", ASSAY_GGUF_U64);
    put_u64(&b, UINT64_MAX);
    put_key(&b, "t.i64", ASSAY_GGUF_I64);
    put_u64(&b, (uint64_t)-5);
    put_key(&b, "t.f32", ASSAY_GGUF_F32);
    put_f32(&b, 0.5f);
    put_key(&b, "t.f64", ASSAY_GGUF_F64);
    put_u64(&b, UINT64_C(0x4008000000000000)); /* 3 */
    put_key(&b, "t.nan", ASSAY_GGUF_F32);
    put_u32(&b, 0x7fc00000);
    put_key(&b, "t.yes", ASSAY_GGUF_BOOL);
    put_uint(&b, 1, 1);
    put_array(&b, "t.words", ASSAY_GGUF_STRING, 3);
    put_string(&b, "<pad>");
    put_string(&b, "");
    put_string(&b, "▁the");
    put_array(&b, "t.scores", ASSAY_GGUF_F32, 2);
    put_f32(&b, -1);
    put_f32(&b, -2.5f);
    put_array(&b, "t.types", ASSAY_GGUF_I32, 2);
    put_uint(&b, (uint64_t)-1, 4);
    put_uint(&b, 6, 4);
    put_array(&b, "t.flags", ASSAY_GGUF_BOOL, 2);
    put_uint(&b, 1, 1);
    put_uint(&b, 0, 1);
    for (size_t i = 0; i < TYPES; i++) {
        const struct assay_block_format *f = assay_block_format(every_type[i]);
        char name[32];
        snprintf(name, sizeof name, "blk.0.%s", f->name);
        put_tensor(&b, name, every_type[i], dims, offset);
        offset += (512 / f->values * f->bytes + 31) / 32 * 32;
    }
    put_padding(&b, 32);
    b.data_at = b.len;
    for (uint64_t i = 0; i < offset; i++)
        put_uint(&b, next_random(&seed) & 0x3b, 1); /* no infinite f16 */
    return b;
}

/* ------------------------------------------------------------- using one */

/* Asks for every key in every way; what is there is read to its end. */
static inline void use_key(const struct assay_weights *w, const char *key)
{
    struct assay_error err;
    struct assay_weights_list list, other;
    struct assay_str text;
    uint64_t whole;
    int64_t number;
    float real;
    bool flag;
    volatile char last = 0;

    assay_weights_u64(w, key, &whole, &err);
    assay_weights_f32(w, key, &real, &err);
    assay_weights_bool(w, key, &flag, &err);
    if (assay_weights_text(w, key, &text, &err))
        for (size_t i = 0; i < text.len; i++)
            last = text.at[i];
    if (!assay_weights_list(w, key, &list, &err))
        return;
    other = list;
    while (assay_weights_next_text(&other, &text))
        for (size_t i = 0; i < text.len; i++)
            last = text.at[i];
    other = list;
    while (assay_weights_next_i64(&other, &number))
        last = (char)number;
    while (assay_weights_next_f32(&list, &real))
        last = real > 0;
    (void)last;
}

/* Every key and every row of every tensor; the rows' sum, against laziness. */
static inline double use_all(const struct assay_weights *w)
{
    struct assay_error err;
    double sum = 0;

    for (size_t i = 0; i < assay_weights_key_count(w); i++) {
        struct assay_arena arena = {0};
        use_key(w, assay_arena_cstr(&arena, assay_weights_key(w, i)));
        assay_arena_free(&arena);
    }
    for (size_t i = 0; i < assay_weights_tensor_count(w); i++) {
        struct assay_tensor t, again;
        assay_weights_tensor_at(w, i, &t);
        /* a name that was lost with its file is not found again */
        if ((!assay_weights_tensor(w, t.name, &again) ||
             again.data != t.data) &&
            assay_weights_check(w, &err))
            abort();
        float *row = malloc((size_t)t.dims[0] * sizeof *row);
        if (!row)
            abort();
        for (uint64_t r = 0; r < t.rows; r++) {
            assay_dequantise(t.type, t.data + r * t.row_bytes, row,
                             (size_t)t.dims[0]);
            sum += (double)row[0];
        }
        free(row);
    }
    return sum;
}

/*
 * Opens a copy of exactly this length, so that a byte too far is seen, and
 * uses it. False with the error.
 */
static inline bool open_and_use(const void *bytes, size_t len,
                                struct assay_error *err)
{
    char *copy = malloc(len ? len : 1);

    if (!copy)
        abort();
    if (len > 0)
        memcpy(copy, bytes, len);
    *err = (struct assay_error){0};
    struct assay_weights *w =
        assay_weights_open_bytes("built", (struct assay_str){copy, len}, err);
    if (w)
        use_all(w);
    assay_weights_close(w);
    free(copy);
    return w;
}

#endif
