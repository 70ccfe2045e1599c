/*
 * What the bytes of a tensor mean: blocks of values, each with its scale.
 *
 * A row is a whole number of blocks. Layouts are those of ggml
 * (ggml-common.h; gguf-py, constants.py; 2026-11-22); the structs have no
 * alignment, so they may be laid over mapped bytes. Numbers of several bytes
 * are little endian.
 */
#ifndef ASSAY_GGUF_BLOCKS_H
#define ASSAY_GGUF_BLOCKS_H

#include "assay/weights.h"

/* f16 and f32, exact; NaNs stay NaNs. */
float assay_f16_to_f32(uint16_t half);
float assay_bf16_to_f32(uint16_t upper);
/* To nearest, ties to even; too large becomes infinite. */
uint16_t assay_f16_from_f32(float value);
uint16_t assay_bf16_from_f32(float value);

/* An f16, or any 16 or 32 bits, as they stand in a file. */
uint16_t assay_load_u16(const uint8_t bytes[2]);
uint32_t assay_load_u32(const uint8_t bytes[4]);

enum {
    ASSAY_BLOCK_SMALL = 32,  /* values of a Q4_0 … Q8_0 block */
    ASSAY_BLOCK_LARGE = 256, /* of a K block */
};

/*
 * Nibbles: the low ones are values 0 … 15, the high ones 16 … 31. d and m
 * are f16. "high": bit i is the fifth bit of value i.
 */
struct assay_block_q8_0 { /* d * q */
    uint8_t d[2];
    int8_t q[32];
};
struct assay_block_q4_0 { /* d * (q - 8) */
    uint8_t d[2], nibbles[16];
};
struct assay_block_q4_1 { /* d * q + m */
    uint8_t d[2], m[2], nibbles[16];
};
struct assay_block_q5_0 { /* d * (q - 16) */
    uint8_t d[2], high[4], nibbles[16];
};
struct assay_block_q5_1 { /* d * q + m */
    uint8_t d[2], m[2], high[4], nibbles[16];
};
/*
 * Eight parts of 32 values: d * scale[j] * q - dmin * min[j]. Byte l of run
 * c (of four, 32 bytes each) holds value 64c + l in its low nibble, 64c + 32
 * + l in its high one. Q5_K: bit j of high[l] is the fifth bit of value l of
 * part j. scales: assay_k_scales().
 */
struct assay_block_q4_k {
    uint8_t d[2], dmin[2], scales[12], nibbles[128];
};
struct assay_block_q5_k {
    uint8_t d[2], dmin[2], scales[12], high[32], nibbles[128];
};
/*
 * d * scale[i / 16] * (q - 32). In each half of 128 values, with l = 0 … 31:
 * l and l + 32 are the low nibbles of low[l] and low[l + 32], l + 64 and l +
 * 96 the high ones; bits 0-1, 2-3, 4-5, 6-7 of high[l] stand above them.
 */
struct assay_block_q6_k {
    uint8_t low[128], high[64];
    int8_t scales[16];
    uint8_t d[2];
};

_Static_assert(sizeof(struct assay_block_q8_0) == 34, "Q8_0 on disk");
_Static_assert(sizeof(struct assay_block_q4_0) == 18, "Q4_0 on disk");
_Static_assert(sizeof(struct assay_block_q4_1) == 20, "Q4_1 on disk");
_Static_assert(sizeof(struct assay_block_q5_0) == 22, "Q5_0 on disk");
_Static_assert(sizeof(struct assay_block_q5_1) == 24, "Q5_1 on disk");
_Static_assert(sizeof(struct assay_block_q4_k) == 144, "Q4_K on disk");
_Static_assert(sizeof(struct assay_block_q5_k) == 176, "Q5_K on disk");
_Static_assert(sizeof(struct assay_block_q6_k) == 210, "Q6_K on disk");

/* The eight six-bit scales and minima of a Q4_K or Q5_K block. */
void assay_k_scales(const uint8_t packed[12], uint8_t scale[8], uint8_t min[8]);

struct assay_block_format {
    const char *name; /* "Q4_K", as GGUF writers spell it */
    unsigned values;  /* of a block */
    unsigned bytes;
    void (*dequantise)(const uint8_t *blocks, float *values, size_t count);
    /* NULL for types that nothing here makes */
    void (*quantise)(const float *values, uint8_t *blocks, size_t count);
};

/* NULL for a number that is none of enum assay_tensor_type. */
const struct assay_block_format *assay_block_format(uint32_t type);

/*
 * Values of a row, or of some of its blocks, as f32: each the exact value of
 * the formula above, rounded once. count is a multiple of the block; blocks
 * and values do not overlap.
 */
void assay_dequantise(enum assay_tensor_type type, const uint8_t *blocks,
                      float *values, size_t count);
/*
 * The other way, plainly: nearest value on the block's own scale. Of F32,
 * F16, BF16, Q8_0 and Q4_0; false for another type. For caches, generators
 * and tests; values are finite.
 */
bool assay_quantise(enum assay_tensor_type type, const float *values,
                    uint8_t *blocks, size_t count);

/* ------------------------------------------- blocks_quantise.c; private */
void assay_quantise_f32(const float *values, uint8_t *blocks, size_t count);
void assay_quantise_f16(const float *values, uint8_t *blocks, size_t count);
void assay_quantise_bf16(const float *values, uint8_t *blocks, size_t count);
void assay_quantise_q8_0(const float *values, uint8_t *blocks, size_t count);
void assay_quantise_q4_0(const float *values, uint8_t *blocks, size_t count);

#endif
