/*
 * Quantisation, plainly: each block's scale from its largest value, then the
 * nearest step. Good enough for caches (Q8_0, f16), generators and tests;
 * files that people download are made with more care.
 */
#include "gguf/blocks.h"

#include <math.h>
#include <string.h>

static void store_u16(uint8_t bytes[2], uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

void assay_quantise_f32(const float *values, uint8_t *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        store_u16(blocks + 4 * i, (uint16_t)bits);
        store_u16(blocks + 4 * i + 2, (uint16_t)(bits >> 16));
    }
}

void assay_quantise_f16(const float *values, uint8_t *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_u16(blocks + 2 * i, assay_f16_from_f32(values[i]));
}

void assay_quantise_bf16(const float *values, uint8_t *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_u16(blocks + 2 * i, assay_bf16_from_f32(values[i]));
}

/* The first value of largest size, with its sign. */
static float largest(const float *values)
{
    float most = 0;

    for (size_t i = 0; i < ASSAY_BLOCK_SMALL; i++)
        if (fabsf(values[i]) > fabsf(most))
            most = values[i];
    return most;
}

/* The scale as the file holds it, and what to multiply values with. */
static float set_scale(uint8_t bytes[2], float scale)
{
    uint16_t half = assay_f16_from_f32(scale);
    float rounded = assay_f16_to_f32(half);

    store_u16(bytes, half);
    return rounded != 0 ? 1 / rounded : 0;
}

static float within(float value, float least, float most)
{
    return value < least ? least : value > most ? most : value;
}

/* Scale = largest / 127, values -127 … 127. */
void assay_quantise_q8_0(const float *values, uint8_t *blocks, size_t count)
{
    struct assay_block_q8_0 *block = (void *)blocks;

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float inverse = set_scale(block->d, fabsf(largest(values)) / 127);
        for (size_t i = 0; i < ASSAY_BLOCK_SMALL; i++)
            block->q[i] = (int8_t)within(rintf(values[i] * inverse), -127, 127);
        values += ASSAY_BLOCK_SMALL;
    }
}

static uint8_t nibble(float value, float inverse)
{
    return (uint8_t)within(floorf(value * inverse + 8.5f), 0, 15);
}

/* The largest becomes exactly -8 steps: the one end that has a step more. */
void assay_quantise_q4_0(const float *values, uint8_t *blocks, size_t count)
{
    struct assay_block_q4_0 *block = (void *)blocks;
    enum { HALF = ASSAY_BLOCK_SMALL / 2 };

    for (; count > 0; count -= ASSAY_BLOCK_SMALL, block++) {
        float inverse = set_scale(block->d, largest(values) / -8);
        for (size_t i = 0; i < HALF; i++)
            block->nibbles[i] =
                (uint8_t)(nibble(values[i], inverse) |
                          nibble(values[i + HALF], inverse) << 4);
        values += ASSAY_BLOCK_SMALL;
    }
}
