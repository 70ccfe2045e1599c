/*
 * Matrices of every type with random or chosen weights, as a file holds
 * them and packed, vectors to multiply with, and the levels of this machine.
 */
#ifndef ASSAY_TESTS_KERNELS_FIXTURE_H
#define ASSAY_TESTS_KERNELS_FIXTURE_H

#include "support/support.h"

#include "engine/kernels.h"
#include "gguf/build_gguf.h"

#include <math.h>

/* ------------------------------------------------------- levels */

/* The i-th level that is compiled and that this machine can run, or NULL. */
static inline const struct assay_kernels *level_at(size_t i)
{
    for (int level = 0; level <= (int)assay_cpu_best(); level++) {
        const struct assay_kernels *k =
            assay_kernels_of((enum assay_cpu_level)level);

        if (k && i-- == 0)
            return k;
    }
    return NULL;
}

static inline const char *name_of(const struct assay_kernels *k)
{
    return assay_cpu_level_name(k->level);
}

/* ------------------------------------------------------- numbers */

/* From -1 to 1. */
static inline double any_number(uint64_t *seed)
{
    return (double)(next_random(seed) >> 11) * 0x1p-52 - 1;
}

/* The sum of four: nearly normal, of deviation 1. */
static inline double normal_number(uint64_t *seed)
{
    double sum = 0;

    for (int i = 0; i < 4; i++)
        sum += any_number(seed);
    return sum * 0.8660254;
}

static inline void *taken(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);

    if (!memory)
        abort();
    return memory;
}

static inline float *normal_floats(size_t count, uint64_t seed)
{
    float *values = taken(count * sizeof *values);

    for (size_t i = 0; i < count; i++)
        values[i] = (float)normal_number(&seed);
    return values;
}

/* ------------------------------------------------------- matrices */

struct given {
    enum assay_tensor_type type;
    uint32_t rows, cols;
    size_t row_bytes;
    uint8_t *raw;   /* as in a file */
    float *weights; /* what that says */
    struct assay_matrix packed;
};

static inline const char *type_name(enum assay_tensor_type type)
{
    return assay_block_format(type)->name;
}

static inline bool is_k_type(enum assay_tensor_type type)
{
    return assay_block_format(type)->values == ASSAY_BLOCK_LARGE;
}

static inline bool is_float_type(enum assay_tensor_type type)
{
    return assay_block_format(type)->values == 1;
}

/* Where the f16 scales of a block are: up to two; SIZE_MAX: none. */
static inline void scale_places(enum assay_tensor_type type, size_t at[2])
{
    at[0] = at[1] = SIZE_MAX;
    if (is_float_type(type))
        return;
    at[0] = type == ASSAY_TENSOR_Q6_K ? 208 : 0;
    if (type == ASSAY_TENSOR_Q4_1 || type == ASSAY_TENSOR_Q5_1 ||
        type == ASSAY_TENSOR_Q4_K || type == ASSAY_TENSOR_Q5_K)
        at[1] = 2;
}

static inline void put_half_at(uint8_t *at, double value)
{
    uint16_t half = assay_f16_from_f32((float)value);

    at[0] = (uint8_t)half;
    at[1] = (uint8_t)(half >> 8);
}

static inline void set_scales(struct given *g, double (*scale)(uint64_t *seed),
                              uint64_t *seed)
{
    const struct assay_block_format *f = assay_block_format(g->type);
    size_t at[2];

    scale_places(g->type, at);
    for (size_t i = 0; i < g->rows * g->row_bytes; i += f->bytes)
        for (int k = 0; k < 2; k++)
            if (at[k] != SIZE_MAX)
                put_half_at(g->raw + i + at[k], scale(seed));
}

static inline double small_scale(uint64_t *seed)
{
    return any_number(seed) / 50;
}

static inline double scale_of_one(uint64_t *seed)
{
    return 1;
}

static inline void pack_all(struct given *g)
{
    size_t bytes = assay_matrix_bytes(g->type, g->rows, g->cols);
    void *memory = taken(bytes);

    memset(memory, 0xa5, bytes); /* whatever stood there */
    assay_matrix_init(&g->packed, g->type, g->rows, g->cols, memory);
    assay_matrix_pack(&g->packed, g->raw, 0, (g->rows + 15) / 16);
}

/* Packs what is raw, and says what it is worth. */
static inline void finish_given(struct given *g)
{
    g->weights = taken((size_t)g->rows * g->cols * sizeof *g->weights);
    for (uint32_t r = 0; r < g->rows; r++)
        assay_dequantise(g->type, g->raw + r * g->row_bytes,
                         g->weights + (size_t)r * g->cols, g->cols);
    pack_all(g);
}

/* All bits at random; scales by `scale`; floats from -1 to 1 or whole. */
static inline struct given given_matrix(enum assay_tensor_type type,
                                        uint32_t rows, uint32_t cols,
                                        double (*scale)(uint64_t *seed),
                                        uint64_t seed)
{
    const struct assay_block_format *f = assay_block_format(type);
    struct given g = {.type = type, .rows = rows, .cols = cols};
    float *row = taken(cols * sizeof *row);

    g.row_bytes = cols / f->values * f->bytes;
    g.raw = taken(rows * g.row_bytes);
    for (size_t i = 0; i < rows * g.row_bytes; i++)
        g.raw[i] = (uint8_t)(next_random(&seed) >> 32);
    for (uint32_t r = 0; is_float_type(type) && r < rows; r++) {
        for (uint32_t c = 0; c < cols; c++)
            row[c] = scale == scale_of_one
                         ? (float)rint(100 * any_number(&seed))
                         : (float)normal_number(&seed);
        assay_quantise(type, row, g.raw + r * g.row_bytes, cols);
    }
    free(row);
    set_scales(&g, scale, &seed);
    finish_given(&g);
    return g;
}

static inline void given_free(struct given *g)
{
    free(g->raw);
    free(g->weights);
    free(g->packed.packed);
}

/* ------------------------------------------------------- vectors */

static inline struct assay_vectors vectors_of(const float *floats, size_t count,
                                              size_t cols)
{
    size_t blocks = count * (cols / ASSAY_BLOCK);

    return (struct assay_vectors){
        .count = count,
        .cols = cols,
        .floats = floats,
        .bytes = taken(blocks * ASSAY_BLOCK),
        .scales = taken(blocks * sizeof(float)),
        .sums = taken(blocks * sizeof(float)),
        .halves = taken(2 * blocks * sizeof(int32_t)),
    };
}

static inline void vectors_free(struct assay_vectors *x)
{
    free(x->bytes);
    free(x->scales);
    free(x->sums);
    free(x->halves);
}

/* y of some rows of groups, for all vectors; what is not written stays. */
static inline void multiplied(const struct assay_kernels *k,
                              const struct given *g, const float *x,
                              size_t count, float *y, size_t stride)
{
    struct assay_vectors vectors = vectors_of(x, count, g->cols);

    if (!is_float_type(g->type))
        k->quantise(&vectors, 0, count);
    k->multiply(&g->packed, &vectors, y, stride, 0, (g->rows + 15) / 16);
    vectors_free(&vectors);
}

#endif
