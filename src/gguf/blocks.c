/*
 * Dequantisation, one plain function per block format.
 *
 * All products here are exact in f32: an f16 has 11 bits, a scale at most 8,
 * a quant at most 6, together 24 or less; so only the sum or difference of
 * two products rounds, once, and every correct reader has the same bits.
 */
#include "gguf/blocks.h"

#include <assert.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* ------------------------------------------------------------ 16 bits */

uint16_t assay_load_u16(const uint8_t bytes[2])
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t assay_load_u32(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
           (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

float assay_f16_to_f32(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = half >> 10 & 0x1f;
    uint32_t fraction = half & 0x3ff;

    if (exponent == 0x1f) /* infinite or NaN */
        return float_of(sign | 0x7f800000 | fraction << 13);
    if (exponent != 0)
        return float_of(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    /* zero or subnormal: fraction * 2^-24, exact */
    float size = (float)fraction * 0x1p-24f;
    return float_of(sign | bits_of(size));
}

float assay_bf16_to_f32(uint16_t upper)
{
    return float_of((uint32_t)upper << 16);
}

uint16_t assay_f16_from_f32(float value)
{
    uint32_t bits = bits_of(value);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t size = bits & 0x7fffffff;

    if (size > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | (size >> 13 & 0x3ff));
    if (size >= 0x477ff000) /* 65,520 and more */
        return (uint16_t)(sign | 0x7c00);
    if (size < 0x38800000) { /* below 2^-14: steps of 2^-24 */
        /* 0.5f has steps of 2^-24: adding it rounds to them */
        float sum = float_of(size) + 0.5f;
        return (uint16_t)(sign | (bits_of(sum) - bits_of(0.5f)));
    }
    uint32_t odd = size >> 13 & 1;
    size += 0xfff + odd;
    return (uint16_t)(sign | ((size >> 13) - ((127 - 15) << 10)));
}

uint16_t assay_bf16_from_f32(float value)
{
    uint32_t bits = bits_of(value);

    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40); /* stays a NaN */
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void dequantise_f32(const uint8_t *blocks, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = float_of(assay_load_u32(blocks + 4 * i));
}

static void dequantise_f16(const uint8_t *blocks, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = assay_f16_to_f32(assay_load_u16(blocks + 2 * i));
}

static void dequantise_bf16(const uint8_t *blocks, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = assay_bf16_to_f32(assay_load_u16(blocks + 2 * i));
}

/* ------------------------------------------------------------ 32 values */

enum { HALF = ASSAY_BLOCK_SMALL / 2 };

static float scale_of(const uint8_t bytes[2])
{
    return assay_f16_to_f32(assay_load_u16(bytes));
}

static void dequantise_q8_0(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q8_0 *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float d = scale_of(block->d);
        for (size_t i = 0; i < ASSAY_BLOCK_SMALL; i++)
            *values++ = d * (float)block->q[i];
    }
}

static void dequantise_q4_0(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q4_0 *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float d = scale_of(block->d);
        for (size_t i = 0; i < HALF; i++) {
            values[i] = d * (float)((block->nibbles[i] & 15) - 8);
            values[i + HALF] = d * (float)((block->nibbles[i] >> 4) - 8);
        }
        values += ASSAY_BLOCK_SMALL;
    }
}

static void dequantise_q4_1(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q4_1 *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float d = scale_of(block->d), m = scale_of(block->m);
        for (size_t i = 0; i < HALF; i++) {
            values[i] = d * (float)(block->nibbles[i] & 15) + m;
            values[i + HALF] = d * (float)(block->nibbles[i] >> 4) + m;
        }
        values += ASSAY_BLOCK_SMALL;
    }
}

/* Values i and i + 16 of a five-bit block. */
static unsigned five_low(const uint8_t *nibbles, uint32_t high, size_t i)
{
    return (nibbles[i] & 15U) | (high >> i & 1) << 4;
}

static unsigned five_high(const uint8_t *nibbles, uint32_t high, size_t i)
{
    return (unsigned)(nibbles[i] >> 4) | (high >> (i + HALF) & 1) << 4;
}

static void dequantise_q5_0(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q5_0 *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float d = scale_of(block->d);
        uint32_t high = assay_load_u32(block->high);
        for (size_t i = 0; i < HALF; i++) {
            int low = (int)five_low(block->nibbles, high, i);
            int up = (int)five_high(block->nibbles, high, i);
            values[i] = d * (float)(low - 16);
            values[i + HALF] = d * (float)(up - 16);
        }
        values += ASSAY_BLOCK_SMALL;
    }
}

static void dequantise_q5_1(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q5_1 *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float d = scale_of(block->d), m = scale_of(block->m);
        uint32_t high = assay_load_u32(block->high);
        for (size_t i = 0; i < HALF; i++) {
            values[i] = d * (float)five_low(block->nibbles, high, i) + m;
            values[i + HALF] =
                d * (float)five_high(block->nibbles, high, i) + m;
        }
        values += ASSAY_BLOCK_SMALL;
    }
}

/* ------------------------------------------------------------ 256 values */

enum { PART = 32, PARTS = ASSAY_BLOCK_LARGE / PART };

void assay_k_scales(const uint8_t packed[12], uint8_t scale[8], uint8_t min[8])
{
    for (size_t j = 0; j < 4; j++) {
        scale[j] = packed[j] & 63;
        min[j] = packed[j + 4] & 63;
        scale[j + 4] = (uint8_t)((packed[j + 8] & 15) | packed[j] >> 6 << 4);
        min[j + 4] = (uint8_t)(packed[j + 8] >> 4 | packed[j + 4] >> 6 << 4);
    }
}

static void dequantise_q4_k(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q4_k *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_LARGE, block++) {
        float d = scale_of(block->d), dmin = scale_of(block->dmin);
        uint8_t scale[PARTS], min[PARTS];
        assay_k_scales(block->scales, scale, min);
        for (size_t j = 0; j < PARTS; j++) {
            const uint8_t *run = block->nibbles + j / 2 * PART;
            float step = d * (float)scale[j], below = dmin * (float)min[j];
            for (size_t l = 0; l < PART; l++) {
                unsigned q = j % 2 ? run[l] >> 4 : run[l] & 15U;
                *values++ = step * (float)q - below;
            }
        }
    }
}

static void dequantise_q5_k(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q5_k *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_LARGE, block++) {
        float d = scale_of(block->d), dmin = scale_of(block->dmin);
        uint8_t scale[PARTS], min[PARTS];
        assay_k_scales(block->scales, scale, min);
        for (size_t j = 0; j < PARTS; j++) {
            const uint8_t *run = block->nibbles + j / 2 * PART;
            float step = d * (float)scale[j], below = dmin * (float)min[j];
            for (size_t l = 0; l < PART; l++) {
                unsigned q = j % 2 ? run[l] >> 4 : run[l] & 15U;
                q |= (block->high[l] >> j & 1U) << 4;
                *values++ = step * (float)q - below;
            }
        }
    }
}

static void dequantise_q6_k(const uint8_t *blocks, float *values, size_t count)
{
    const struct assay_block_q6_k *block = (const void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_LARGE, block++) {
        float d = scale_of(block->d);
        for (size_t j = 0; j < PARTS; j++) {
            /* four parts in a half: low[0…31], low[32…63], and above them */
            const uint8_t *low = block->low + j / 4 * 64 + j % 2 * PART;
            const uint8_t *high = block->high + j / 4 * PART;
            for (size_t l = 0; l < PART; l++) {
                int q = (j % 4 < 2 ? low[l] & 15 : low[l] >> 4) |
                        (high[l] >> j % 4 * 2 & 3) << 4;
                float step = d * (float)block->scales[j * 2 + l / 16];
                *values++ = step * (float)(q - 32);
            }
        }
    }
}

/* ------------------------------------------------------------ the table */

static const struct assay_block_format formats[] = {
    [ASSAY_TENSOR_F32] = {"F32", 1, sizeof(uint32_t), dequantise_f32,
                          assay_quantise_f32},
    [ASSAY_TENSOR_F16] = {"F16", 1, sizeof(uint16_t), dequantise_f16,
                          assay_quantise_f16},
    [ASSAY_TENSOR_BF16] = {"BF16", 1, sizeof(uint16_t), dequantise_bf16,
                           assay_quantise_bf16},
    [ASSAY_TENSOR_Q8_0] = {"Q8_0", ASSAY_BLOCK_SMALL,
                           sizeof(struct assay_block_q8_0), dequantise_q8_0,
                           assay_quantise_q8_0},
    [ASSAY_TENSOR_Q4_0] = {"Q4_0", ASSAY_BLOCK_SMALL,
                           sizeof(struct assay_block_q4_0), dequantise_q4_0,
                           assay_quantise_q4_0},
    [ASSAY_TENSOR_Q4_1] = {"Q4_1", ASSAY_BLOCK_SMALL,
                           sizeof(struct assay_block_q4_1), dequantise_q4_1,
                           NULL},
    [ASSAY_TENSOR_Q5_0] = {"Q5_0", ASSAY_BLOCK_SMALL,
                           sizeof(struct assay_block_q5_0), dequantise_q5_0,
                           NULL},
    [ASSAY_TENSOR_Q5_1] = {"Q5_1", ASSAY_BLOCK_SMALL,
                           sizeof(struct assay_block_q5_1), dequantise_q5_1,
                           NULL},
    [ASSAY_TENSOR_Q4_K] = {"Q4_K", ASSAY_BLOCK_LARGE,
                           sizeof(struct assay_block_q4_k), dequantise_q4_k,
                           NULL},
    [ASSAY_TENSOR_Q5_K] = {"Q5_K", ASSAY_BLOCK_LARGE,
                           sizeof(struct assay_block_q5_k), dequantise_q5_k,
                           NULL},
    [ASSAY_TENSOR_Q6_K] = {"Q6_K", ASSAY_BLOCK_LARGE,
                           sizeof(struct assay_block_q6_k), dequantise_q6_k,
                           NULL},
};

const struct assay_block_format *assay_block_format(uint32_t type)
{
    if (type >= sizeof(formats) / sizeof(formats[0]) || !formats[type].name)
        return NULL;
    return &formats[type];
}

void assay_dequantise(enum assay_tensor_type type, const uint8_t *blocks,
                      float *values, size_t count)
{
    const struct assay_block_format *format = assay_block_format(type);

    assert(format && count % format->values == 0);
    format->dequantise(blocks, values, count);
}

bool assay_quantise(enum assay_tensor_type type, const float *values,
                    uint8_t *blocks, size_t count)
{
    const struct assay_block_format *format = assay_block_format(type);

    if (!format || !format->quantise)
        return false;
    assert(count % format->values == 0);
    format->quantise(values, blocks, count);
    return true;
}
