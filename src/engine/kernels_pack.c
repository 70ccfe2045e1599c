/*
 * From the rows of a file to the order of the kernels, and one row back.
 */
#include "engine/kernels.h"

#include <string.h>

enum { TILES = 8, QUAD_BYTES = 64, QUADS = 8 };

struct assay_packing assay_packing_of(enum assay_tensor_type type)
{
    switch (type) {
    case ASSAY_TENSOR_F32:
        return (struct assay_packing){ASSAY_SCALE_NONE, 32, 0};
    case ASSAY_TENSOR_F16:
    case ASSAY_TENSOR_BF16:
        return (struct assay_packing){ASSAY_SCALE_NONE, 16, 0};
    case ASSAY_TENSOR_Q4_0:
        return (struct assay_packing){ASSAY_SCALE_OFFSET, 4, 8};
    case ASSAY_TENSOR_Q5_0:
        return (struct assay_packing){ASSAY_SCALE_OFFSET, 5, 16};
    case ASSAY_TENSOR_Q8_0:
        return (struct assay_packing){ASSAY_SCALE_OFFSET, 8, 128};
    case ASSAY_TENSOR_Q4_1:
        return (struct assay_packing){ASSAY_SCALE_MINIMUM, 4, 0};
    case ASSAY_TENSOR_Q5_1:
        return (struct assay_packing){ASSAY_SCALE_MINIMUM, 5, 0};
    case ASSAY_TENSOR_Q4_K:
        return (struct assay_packing){ASSAY_SCALE_K, 4, 0};
    case ASSAY_TENSOR_Q5_K:
        return (struct assay_packing){ASSAY_SCALE_K, 5, 0};
    case ASSAY_TENSOR_Q6_K:
        return (struct assay_packing){ASSAY_SCALE_K6, 6, 32};
    }
    return (struct assay_packing){ASSAY_SCALE_NONE, 32, 0};
}

static size_t aligned(size_t bytes)
{
    return (bytes + ASSAY_ALIGN - 1) / ASSAY_ALIGN * ASSAY_ALIGN;
}

static size_t tile_count(uint32_t cols)
{
    return cols / ASSAY_BLOCK;
}

struct assay_layout assay_matrix_layout(const struct assay_matrix *m)
{
    struct assay_packing packing = assay_packing_of(m->type);
    size_t tiles = tile_count(m->cols);
    struct assay_layout at = {
        .weights = (size_t)packing.bits * QUAD_BYTES,
        .scales = 2 * ASSAY_GROUP,
    };

    if (packing.scaling == ASSAY_SCALE_NONE)
        return (struct assay_layout){0};
    if (packing.scaling == ASSAY_SCALE_MINIMUM)
        at.scales = 4 * ASSAY_GROUP;
    at.scales_at = tiles * at.weights;
    at.super_at = at.scales_at + aligned(tiles * at.scales);
    if (packing.scaling == ASSAY_SCALE_K)
        at.super = 4 * ASSAY_GROUP;
    if (packing.scaling == ASSAY_SCALE_K6)
        at.super = 2 * ASSAY_GROUP;
    return at;
}

static size_t group_bytes(const struct assay_matrix *m)
{
    struct assay_packing packing = assay_packing_of(m->type);
    struct assay_layout at = assay_matrix_layout(m);

    if (packing.scaling == ASSAY_SCALE_NONE)
        return aligned((size_t)m->cols * ASSAY_GROUP * packing.bits / 8);
    return aligned(at.super_at + tile_count(m->cols) / TILES * at.super);
}

size_t assay_matrix_bytes(enum assay_tensor_type type, uint32_t rows,
                          uint32_t cols)
{
    const struct assay_matrix m = {.type = type, .rows = rows, .cols = cols};

    return ((size_t)rows + ASSAY_GROUP - 1) / ASSAY_GROUP * group_bytes(&m);
}

void assay_matrix_init(struct assay_matrix *m, enum assay_tensor_type type,
                       uint32_t rows, uint32_t cols, void *memory)
{
    *m = (struct assay_matrix){
        .type = type, .rows = rows, .cols = cols, .packed = memory};
    m->group_bytes = group_bytes(m);
}

/* ------------------------------------------------------- one tile */

/* The integers and scales of one row in one tile, whatever its type. */
struct part {
    uint8_t q[ASSAY_BLOCK];
    uint8_t scales[4]; /* as they stand in the group, this row's */
};

static void nibbles(uint8_t q[ASSAY_BLOCK], const uint8_t packed[16])
{
    for (size_t i = 0; i < 16; i++) {
        q[i] = packed[i] & 15;
        q[i + 16] = packed[i] >> 4;
    }
}

static void fifth_bits(uint8_t q[ASSAY_BLOCK], const uint8_t high[4])
{
    uint32_t bits = assay_load_u32(high);

    for (size_t i = 0; i < ASSAY_BLOCK; i++)
        q[i] |= (uint8_t)((bits >> i & 1) << 4);
}

/* Part j of eight of a Q4_K or Q5_K block. */
static void k_part(struct part *part, const uint8_t scales[12],
                   const uint8_t *run, const uint8_t *high, size_t j)
{
    uint8_t scale[8], min[8];

    assay_k_scales(scales, scale, min);
    part->scales[0] = scale[j];
    part->scales[1] = min[j];
    for (size_t l = 0; l < ASSAY_BLOCK; l++) {
        uint8_t byte = run[j / 2 * 32 + l];

        part->q[l] = j % 2 ? byte >> 4 : byte & 15;
        if (high)
            part->q[l] |= (uint8_t)((high[l] >> j & 1) << 4);
    }
}

/* Part j of eight of a Q6_K block. */
static void k6_part(struct part *part, const struct assay_block_q6_k *block,
                    size_t j)
{
    const uint8_t *low = block->low + j / 4 * 64;
    const uint8_t *high = block->high + j / 4 * 32;
    size_t k = j % 4;

    memcpy(part->scales, block->scales + 2 * j, 2);
    for (size_t l = 0; l < ASSAY_BLOCK; l++) {
        uint8_t byte = low[l + k % 2 * 32];

        part->q[l] = (uint8_t)((k < 2 ? byte & 15 : byte >> 4) |
                               (high[l] >> (2 * k) & 3) << 4);
    }
}

/* Tile `tile` of a row; small blocks are a tile each. */
static void read_part(struct part *part, enum assay_tensor_type type,
                      const uint8_t *row, size_t tile)
{
    const struct assay_block_q8_0 *q8 = (const void *)row;
    const struct assay_block_q4_0 *q4 = (const void *)row;
    const struct assay_block_q4_1 *q41 = (const void *)row;
    const struct assay_block_q5_0 *q5 = (const void *)row;
    const struct assay_block_q5_1 *q51 = (const void *)row;
    const struct assay_block_q4_k *k4 = (const void *)row;
    const struct assay_block_q5_k *k5 = (const void *)row;
    const struct assay_block_q6_k *k6 = (const void *)row;

    switch (type) {
    case ASSAY_TENSOR_Q8_0:
        memcpy(part->scales, q8[tile].d, 2);
        for (size_t i = 0; i < ASSAY_BLOCK; i++)
            part->q[i] = (uint8_t)(q8[tile].q[i] + 128);
        break;
    case ASSAY_TENSOR_Q4_0:
        memcpy(part->scales, q4[tile].d, 2);
        nibbles(part->q, q4[tile].nibbles);
        break;
    case ASSAY_TENSOR_Q4_1:
        memcpy(part->scales, q41[tile].d, 2);
        memcpy(part->scales + 2, q41[tile].m, 2);
        nibbles(part->q, q41[tile].nibbles);
        break;
    case ASSAY_TENSOR_Q5_0:
        memcpy(part->scales, q5[tile].d, 2);
        nibbles(part->q, q5[tile].nibbles);
        fifth_bits(part->q, q5[tile].high);
        break;
    case ASSAY_TENSOR_Q5_1:
        memcpy(part->scales, q51[tile].d, 2);
        memcpy(part->scales + 2, q51[tile].m, 2);
        nibbles(part->q, q51[tile].nibbles);
        fifth_bits(part->q, q51[tile].high);
        break;
    case ASSAY_TENSOR_Q4_K:
        k_part(part, k4[tile / TILES].scales, k4[tile / TILES].nibbles, NULL,
               tile % TILES);
        break;
    case ASSAY_TENSOR_Q5_K:
        k_part(part, k5[tile / TILES].scales, k5[tile / TILES].nibbles,
               k5[tile / TILES].high, tile % TILES);
        break;
    case ASSAY_TENSOR_Q6_K:
        k6_part(part, &k6[tile / TILES], tile % TILES);
        break;
    default:
        break;
    }
}

static void or_word(unsigned char *at, uint32_t bits)
{
    uint32_t word;

    memcpy(&word, at, 4);
    word |= bits;
    memcpy(at, &word, 4);
}

/* Into zeroed bytes: the four columns of a quad are one 32-bit lane. */
static void write_weights(unsigned char *tile, unsigned bits, size_t r,
                          const uint8_t q[ASSAY_BLOCK])
{
    unsigned char *high = tile + 4 * QUAD_BYTES;

    for (size_t quad = 0; quad < QUADS; quad++) {
        uint32_t lane, low, above;

        memcpy(&lane, q + 4 * quad, 4);
        if (bits == 8) {
            memcpy(tile + quad * QUAD_BYTES + 4 * r, &lane, 4);
            continue;
        }
        low = lane & 0x0f0f0f0fU;
        above = lane >> 4 & 0x03030303U;
        or_word(tile + quad % 4 * QUAD_BYTES + 4 * r,
                quad < 4 ? low : low << 4);
        if (bits == 6)
            or_word(high + quad / 4 * QUAD_BYTES + 4 * r,
                    above << (quad % 4 * 2));
        if (bits == 5)
            high[quad * 8 + r / 2] |=
                (unsigned char)((above & 1) << r % 2 * 4 |
                                (above >> 8 & 1) << (r % 2 * 4 + 1) |
                                (above >> 16 & 1) << (r % 2 * 4 + 2) |
                                (above >> 24 & 1) << (r % 2 * 4 + 3));
    }
}

/* f16 values of 16 rows stand together, bytes of 16 rows likewise. */
static void write_scales(unsigned char *scales, enum assay_scaling scaling,
                         size_t r, const uint8_t values[4])
{
    if (scaling == ASSAY_SCALE_K || scaling == ASSAY_SCALE_K6) {
        scales[r] = values[0];
        scales[ASSAY_GROUP + r] = values[1];
        return;
    }
    memcpy(scales + 2 * r, values, 2);
    if (scaling == ASSAY_SCALE_MINIMUM)
        memcpy(scales + 2 * ASSAY_GROUP + 2 * r, values + 2, 2);
}

static void write_super(unsigned char *super, enum assay_tensor_type type,
                        size_t r, const uint8_t *row, size_t block)
{
    const struct assay_block_q4_k *k4 = (const void *)row;
    const struct assay_block_q5_k *k5 = (const void *)row;
    const struct assay_block_q6_k *k6 = (const void *)row;

    if (type == ASSAY_TENSOR_Q6_K) {
        memcpy(super + 2 * r, k6[block].d, 2);
        return;
    }
    memcpy(super + 2 * r, type == ASSAY_TENSOR_Q4_K ? k4[block].d : k5[block].d,
           2);
    memcpy(super + 2 * ASSAY_GROUP + 2 * r,
           type == ASSAY_TENSOR_Q4_K ? k4[block].dmin : k5[block].dmin, 2);
}

/* ------------------------------------------------------- groups */

static size_t row_bytes(const struct assay_matrix *m)
{
    const struct assay_block_format *format = assay_block_format(m->type);

    return (size_t)m->cols / format->values * format->bytes;
}

static void pack_floats(const struct assay_matrix *m, unsigned char *group,
                        const uint8_t *row, size_t r)
{
    size_t bytes = assay_packing_of(m->type).bits / 8;

    for (size_t c = 0; c < m->cols; c++)
        memcpy(group + (c * ASSAY_GROUP + r) * bytes, row + c * bytes, bytes);
}

static void pack_row(const struct assay_matrix *m, unsigned char *group,
                     const uint8_t *row, size_t r)
{
    struct assay_packing packing = assay_packing_of(m->type);
    struct assay_layout at = assay_matrix_layout(m);
    size_t tiles = tile_count(m->cols);

    for (size_t t = 0; t < tiles; t++) {
        struct part part = {0};

        read_part(&part, m->type, row, t);
        write_weights(group + t * at.weights, packing.bits, r, part.q);
        write_scales(group + at.scales_at + t * at.scales, packing.scaling, r,
                     part.scales);
    }
    for (size_t b = 0; at.super && b < tiles / TILES; b++)
        write_super(group + at.super_at + b * at.super, m->type, r, row, b);
}

void assay_matrix_pack(struct assay_matrix *m, const void *raw, size_t from,
                       size_t to)
{
    bool floats = assay_packing_of(m->type).scaling == ASSAY_SCALE_NONE;
    size_t bytes = row_bytes(m);

    for (size_t g = from; g < to; g++) {
        unsigned char *group = m->packed + g * m->group_bytes;

        memset(group, 0, m->group_bytes);
        for (size_t r = 0; r < ASSAY_GROUP; r++) {
            size_t row = g * ASSAY_GROUP + r;

            if (row >= m->rows)
                break;
            if (floats)
                pack_floats(m, group, (const uint8_t *)raw + row * bytes, r);
            else
                pack_row(m, group, (const uint8_t *)raw + row * bytes, r);
        }
    }
}

/* ------------------------------------------------------- and back */

uint8_t assay_tile_value(const unsigned char *tile, unsigned bits, size_t r,
                         size_t c)
{
    size_t quad = c / 4, at = 4 * r + c % 4;
    const unsigned char *high = tile + 4 * QUAD_BYTES;
    unsigned q;

    if (bits == 8)
        return tile[quad * QUAD_BYTES + at];
    q = tile[quad % 4 * QUAD_BYTES + at];
    q = quad < 4 ? q & 15 : q >> 4;
    if (bits == 5)
        q |= (unsigned)(high[quad * 8 + at / 8] >> at % 8 & 1) << 4;
    if (bits == 6)
        q |= (unsigned)(high[quad / 4 * QUAD_BYTES + at] >> (quad % 4 * 2) & 3)
             << 4;
    return (uint8_t)q;
}

static float half_at(const unsigned char *at, size_t r)
{
    return assay_f16_to_f32(assay_load_u16(at + 2 * r));
}

struct assay_tile_scale assay_tile_scale(const struct assay_matrix *m,
                                         const unsigned char *group,
                                         size_t tile, size_t r)
{
    struct assay_layout at = assay_matrix_layout(m);
    const unsigned char *own = group + at.scales_at + tile * at.scales;
    const unsigned char *super = group + at.super_at + tile / TILES * at.super;
    struct assay_tile_scale s = {0};
    float d;

    switch (assay_packing_of(m->type).scaling) {
    case ASSAY_SCALE_NONE:
        break;
    case ASSAY_SCALE_OFFSET:
        s.low = s.high = half_at(own, r);
        break;
    case ASSAY_SCALE_MINIMUM:
        s.low = s.high = half_at(own, r);
        s.minimum = half_at(own + 2 * ASSAY_GROUP, r);
        break;
    case ASSAY_SCALE_K:
        s.low = s.high = half_at(super, r) * (float)own[r];
        s.minimum = -(half_at(super + 2 * ASSAY_GROUP, r) *
                      (float)own[ASSAY_GROUP + r]);
        break;
    case ASSAY_SCALE_K6:
        d = half_at(super, r);
        s.low = d * (float)(int8_t)own[r];
        s.high = d * (float)(int8_t)own[ASSAY_GROUP + r];
        break;
    }
    return s;
}

static void float_row(const struct assay_matrix *m, const unsigned char *group,
                      size_t r, float *out)
{
    for (size_t c = 0; c < m->cols; c++) {
        size_t at = c * ASSAY_GROUP + r;

        if (m->type == ASSAY_TENSOR_F32)
            memcpy(&out[c], group + 4 * at, 4);
        else if (m->type == ASSAY_TENSOR_F16)
            out[c] = half_at(group, at);
        else
            out[c] = assay_bf16_to_f32(assay_load_u16(group + 2 * at));
    }
}

void assay_matrix_row(const struct assay_matrix *m, uint32_t row, float *out)
{
    struct assay_packing packing = assay_packing_of(m->type);
    size_t weights = assay_matrix_layout(m).weights, r = row % ASSAY_GROUP;
    const unsigned char *group = m->packed + row / ASSAY_GROUP * m->group_bytes;
    bool has_minimum = packing.scaling == ASSAY_SCALE_MINIMUM ||
                       packing.scaling == ASSAY_SCALE_K;

    if (packing.scaling == ASSAY_SCALE_NONE) {
        float_row(m, group, r, out);
        return;
    }
    for (size_t t = 0; t < tile_count(m->cols); t++) {
        struct assay_tile_scale s = assay_tile_scale(m, group, t, r);

        for (size_t c = 0; c < ASSAY_BLOCK; c++) {
            int q = assay_tile_value(group + t * weights, packing.bits, r, c);
            float scale = c < ASSAY_BLOCK / 2 ? s.low : s.high;

            float *value = &out[t * ASSAY_BLOCK + c];

            *value = scale * (float)(q - packing.offset);
            if (has_minimum) /* adding 0 would turn -0 into 0 */
                *value += s.minimum;
        }
    }
}
