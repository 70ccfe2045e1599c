/*
 * From the rows of a file to the order of the kernels, and one row back.
 */
#include "engine/kernels.h"

#include <string.h>

enum { TILES = ASSAY_SUPER_TILES, QUAD_BYTES = 64, QUADS = 8 };

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
    struct assay_layout at = {.weights = (size_t)packing.bits * QUAD_BYTES};

    if (packing.scaling == ASSAY_SCALE_NONE)
        return (struct assay_layout){0};
    at.tile = at.weights + 2 * ASSAY_GROUP;
    if (packing.scaling == ASSAY_SCALE_MINIMUM)
        at.tile += 2 * ASSAY_GROUP;
    if (packing.scaling == ASSAY_SCALE_K)
        at.super = 4 * ASSAY_GROUP;
    if (packing.scaling == ASSAY_SCALE_K6)
        at.super = 2 * ASSAY_GROUP;
    return at;
}

size_t assay_super_at(const struct assay_layout *at, size_t tile)
{
    return tile / TILES * (at->super + TILES * at->tile);
}

size_t assay_tile_at(const struct assay_layout *at, size_t tile)
{
    return assay_super_at(at, tile) + at->super + tile % TILES * at->tile;
}

static size_t group_bytes(const struct assay_matrix *m)
{
    struct assay_packing packing = assay_packing_of(m->type);
    struct assay_layout at = assay_matrix_layout(m);

    if (packing.scaling == ASSAY_SCALE_NONE)
        return aligned((size_t)m->cols * ASSAY_GROUP * packing.bits / 8);
    return aligned(assay_tile_at(&at, tile_count(m->cols)) - at.super);
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

/* ------------------------------------------------------- blocks of rows */

/*
 * Where the tiles of one block go, for the 16 rows of a group. The four
 * columns of a quad are a word of 32 bits, in the file as in the tile: rows
 * are packed word by word.
 */
struct place {
    unsigned char *tiles, *scales, *super;
    size_t tile_bytes; /* from one tile to the next, also of scales */
    /* bits of the sixteen rows, four each, of the quads of each tile */
    uint64_t fifth[TILES][QUADS];
};

static inline uint32_t word_at(const uint8_t *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

static inline void put_word(unsigned char *at, uint32_t word)
{
    memcpy(at, &word, sizeof word);
}

/* The lowest bits of four bytes, side by side: a sum without carries. */
static inline uint32_t four_bits(uint32_t word)
{
    return (word & 0x01010101U) * 0x01020408U >> 24 & 15;
}

/* Nibbles stand in the file as in a tile: columns 0-15 low, 16-31 high. */
static inline void put_nibbles(unsigned char *tile, size_t r,
                               const uint8_t nibbles[16])
{
    for (size_t q = 0; q < 4; q++)
        put_word(tile + q * QUAD_BYTES + 4 * r, word_at(nibbles + 4 * q));
}

static inline void put_fifth(struct place *p, size_t r, const uint8_t high[4])
{
    uint32_t bits = assay_load_u32(high);

    for (size_t q = 0; q < QUADS; q++)
        p->fifth[0][q] |= (uint64_t)(bits >> 4 * q & 15) << 4 * r;
}

/* Of both tiles that share a run of 32 bytes: low nibbles, high nibbles. */
static inline void put_run(unsigned char *tile, size_t tile_bytes, size_t r,
                           const uint8_t run[32])
{
    for (size_t q = 0; q < 4; q++) {
        uint32_t first = word_at(run + 4 * q);
        uint32_t second = word_at(run + 16 + 4 * q);
        unsigned char *at = tile + q * QUAD_BYTES + 4 * r;

        put_word(at, (first & 0x0f0f0f0fU) | (second & 0x0f0f0f0fU) << 4);
        put_word(at + tile_bytes,
                 (first >> 4 & 0x0f0f0f0fU) | (second & 0xf0f0f0f0U));
    }
}

/* d, and m or dmin behind the sixteen of it. */
static inline void put_half(unsigned char *at, size_t r, const uint8_t half[2])
{
    memcpy(at + 2 * r, half, 2);
}

static inline void pack_q8_0(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q8_0 *from = (const void *)block;

    put_half(p->scales, r, from->d);
    for (size_t q = 0; q < QUADS; q++) /* + 128 */
        put_word(p->tiles + q * QUAD_BYTES + 4 * r,
                 word_at((const uint8_t *)from->q + 4 * q) ^ 0x80808080U);
}

static inline void pack_q4_0(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q4_0 *from = (const void *)block;

    put_half(p->scales, r, from->d);
    put_nibbles(p->tiles, r, from->nibbles);
}

static inline void pack_q4_1(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q4_1 *from = (const void *)block;

    put_half(p->scales, r, from->d);
    put_half(p->scales + 2 * ASSAY_GROUP, r, from->m);
    put_nibbles(p->tiles, r, from->nibbles);
}

static inline void pack_q5_0(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q5_0 *from = (const void *)block;

    put_half(p->scales, r, from->d);
    put_nibbles(p->tiles, r, from->nibbles);
    put_fifth(p, r, from->high);
}

static inline void pack_q5_1(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q5_1 *from = (const void *)block;

    put_half(p->scales, r, from->d);
    put_half(p->scales + 2 * ASSAY_GROUP, r, from->m);
    put_nibbles(p->tiles, r, from->nibbles);
    put_fifth(p, r, from->high);
}

static inline void put_k_scales(struct place *p, size_t r, const uint8_t d[2],
                                const uint8_t dmin[2], const uint8_t scales[12])
{
    uint8_t scale[TILES], min[TILES];

    put_half(p->super, r, d);
    put_half(p->super + 2 * ASSAY_GROUP, r, dmin);
    assay_k_scales(scales, scale, min);
    for (size_t j = 0; j < TILES; j++) {
        p->scales[j * p->tile_bytes + r] = scale[j];
        p->scales[j * p->tile_bytes + ASSAY_GROUP + r] = min[j];
    }
}

static inline void pack_q4_k(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q4_k *from = (const void *)block;

    put_k_scales(p, r, from->d, from->dmin, from->scales);
    for (size_t c = 0; c < TILES / 2; c++)
        put_run(p->tiles + 2 * c * p->tile_bytes, p->tile_bytes, r,
                from->nibbles + 32 * c);
}

static inline void pack_q5_k(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q5_k *from = (const void *)block;

    put_k_scales(p, r, from->d, from->dmin, from->scales);
    for (size_t c = 0; c < TILES / 2; c++)
        put_run(p->tiles + 2 * c * p->tile_bytes, p->tile_bytes, r,
                from->nibbles + 32 * c);
    for (size_t q = 0; q < QUADS; q++) {
        uint32_t high = assay_load_u32(from->high + 4 * q);

        for (size_t j = 0; j < TILES; j++)
            p->fifth[j][q] |= (uint64_t)four_bits(high >> j) << 4 * r;
    }
}

/* Two bits of four tiles in each byte; in a tile, of four quads. */
static inline void put_high(unsigned char *tile, size_t tile_bytes, size_t r,
                            const uint8_t high[32])
{
    for (size_t k = 0; k < 4; k++)
        for (size_t half = 0; half < 2; half++) {
            uint32_t bits = 0;

            for (size_t q = 0; q < 4; q++)
                bits |=
                    (word_at(high + 16 * half + 4 * q) >> 2 * k & 0x03030303U)
                    << 2 * q;
            put_word(tile + k * tile_bytes + (4 + half) * QUAD_BYTES + 4 * r,
                     bits);
        }
}

/* A half of 128: low nibbles of its first two tiles, high ones of the next. */
static inline void pack_q6_k(struct place *p, const uint8_t *block, size_t r)
{
    const struct assay_block_q6_k *from = (const void *)block;

    put_half(p->super, r, from->d);
    for (size_t j = 0; j < TILES; j++) {
        p->scales[j * p->tile_bytes + r] = (uint8_t)from->scales[2 * j];
        p->scales[j * p->tile_bytes + ASSAY_GROUP + r] =
            (uint8_t)from->scales[2 * j + 1];
    }
    for (size_t half = 0; half < 2; half++) {
        unsigned char *tile = p->tiles + 4 * half * p->tile_bytes;

        for (size_t k = 0; k < 2; k++)
            put_run(tile + k * p->tile_bytes, 2 * p->tile_bytes, r,
                    from->low + 64 * half + 32 * k);
        put_high(tile, p->tile_bytes, r, from->high + 32 * half);
    }
}

/* ------------------------------------------------------- groups */

static size_t row_bytes(const struct assay_matrix *m)
{
    const struct assay_block_format *format = assay_block_format(m->type);

    return (size_t)m->cols / format->values * format->bytes;
}

/* A group's place, and its rows in the file. */
struct group {
    const struct assay_matrix *m;
    unsigned char *out;
    const uint8_t *rows;
    size_t count, row_bytes;
};

/* Behind the quads of a tile, as bits of each byte from the lowest. */
static void put_all_fifth(const struct place *p, size_t tiles)
{
    for (size_t j = 0; j < tiles; j++)
        for (size_t q = 0; q < QUADS; q++)
            for (size_t i = 0; i < 8; i++)
                p->tiles[j * p->tile_bytes + 4 * QUAD_BYTES + 8 * q + i] =
                    (unsigned char)(p->fifth[j][q] >> 8 * i);
}

/*
 * Block by block for all rows, so that a tile is written while it is near.
 * `one` is a constant where this is used, and becomes part of the loop.
 */
static inline __attribute__((always_inline)) void each_block(
    const struct group *g, void (*one)(struct place *, const uint8_t *, size_t))
{
    const struct assay_block_format *format = assay_block_format(g->m->type);
    struct assay_layout at = assay_matrix_layout(g->m);
    size_t tiles = format->values / ASSAY_BLOCK;
    bool fifth = assay_packing_of(g->m->type).bits == 5;

    for (size_t b = 0; b < g->m->cols / format->values; b++) {
        unsigned char *first = g->out + assay_tile_at(&at, b * tiles);
        struct place p = {
            .tiles = first,
            .scales = first + at.weights,
            .super = first - at.super,
            .tile_bytes = at.tile,
        };

        for (size_t r = 0; r < g->count; r++)
            one(&p, g->rows + r * g->row_bytes + b * format->bytes, r);
        if (fifth)
            put_all_fifth(&p, tiles);
    }
}

/* Column by column; some of each row at once, as long as they are near. */
static inline __attribute__((always_inline)) void each_column(
    const struct group *g, size_t bytes)
{
    enum { NEAR = 32 };

    for (size_t first = 0; first < g->m->cols; first += NEAR)
        for (size_t r = 0; r < g->count; r++) {
            const uint8_t *row = g->rows + r * g->row_bytes + first * bytes;
            unsigned char *to = g->out + (first * ASSAY_GROUP + r) * bytes;
            size_t left = g->m->cols - first;

            for (size_t c = 0; c < NEAR && c < left; c++)
                memcpy(to + c * ASSAY_GROUP * bytes, row + c * bytes, bytes);
        }
}

static void pack_group(const struct group *g)
{
    switch (g->m->type) {
    case ASSAY_TENSOR_F32:
        each_column(g, 4);
        break;
    case ASSAY_TENSOR_F16:
    case ASSAY_TENSOR_BF16:
        each_column(g, 2);
        break;
    case ASSAY_TENSOR_Q8_0:
        each_block(g, pack_q8_0);
        break;
    case ASSAY_TENSOR_Q4_0:
        each_block(g, pack_q4_0);
        break;
    case ASSAY_TENSOR_Q4_1:
        each_block(g, pack_q4_1);
        break;
    case ASSAY_TENSOR_Q5_0:
        each_block(g, pack_q5_0);
        break;
    case ASSAY_TENSOR_Q5_1:
        each_block(g, pack_q5_1);
        break;
    case ASSAY_TENSOR_Q4_K:
        each_block(g, pack_q4_k);
        break;
    case ASSAY_TENSOR_Q5_K:
        each_block(g, pack_q5_k);
        break;
    case ASSAY_TENSOR_Q6_K:
        each_block(g, pack_q6_k);
        break;
    }
}

/* What no row writes: rows that are not there, and the end. */
static void clear_rest(const struct group *g)
{
    struct assay_packing packing = assay_packing_of(g->m->type);
    struct assay_layout at = assay_matrix_layout(g->m);
    size_t end = assay_tile_at(&at, tile_count(g->m->cols)) - at.super;

    if (packing.scaling == ASSAY_SCALE_NONE)
        end = (size_t)g->m->cols * ASSAY_GROUP * packing.bits / 8;
    if (g->count < ASSAY_GROUP)
        end = 0;
    memset(g->out + end, 0, g->m->group_bytes - end);
}

void assay_matrix_pack(struct assay_matrix *m, const void *raw, size_t from,
                       size_t to)
{
    size_t bytes = row_bytes(m);

    for (size_t i = from; i < to; i++) {
        size_t first = i * ASSAY_GROUP, left = m->rows - first;
        const struct group g = {
            .m = m,
            .out = m->packed + i * m->group_bytes,
            .rows = (const uint8_t *)raw + first * bytes,
            .count = left < ASSAY_GROUP ? left : ASSAY_GROUP,
            .row_bytes = bytes,
        };

        clear_rest(&g);
        pack_group(&g);
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
    const unsigned char *own = group + assay_tile_at(&at, tile) + at.weights;
    const unsigned char *super = group + assay_super_at(&at, tile);
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
    struct assay_layout at = assay_matrix_layout(m);
    size_t r = row % ASSAY_GROUP;
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
            int q = assay_tile_value(group + assay_tile_at(&at, t),
                                     packing.bits, r, c);
            float scale = c < ASSAY_BLOCK / 2 ? s.low : s.high;

            float *value = &out[t * ASSAY_BLOCK + c];

            *value = scale * (float)(q - packing.offset);
            if (has_minimum) /* adding 0 would turn -0 into 0 */
                *value += s.minimum;
        }
    }
}
