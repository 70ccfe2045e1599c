/*
 * The plain level: what the others are tested against, and what runs where
 * none of them does. Integers are summed exactly, floats in the order of
 * the tiles.
 */
#include "engine/kernels_vector.h"

#include "gguf/blocks.h"

static inline assay_f16v halves16(const unsigned char *at)
{
    assay_f16v v;

    for (int i = 0; i < LANES; i++)
        v[i] = assay_f16_to_f32(assay_load_u16(at + 2 * i));
    return v;
}

/* The integers of one row's tile, without their offset. */
static void read_tile(const struct assay_matrix *m, const unsigned char *tile,
                      struct assay_packing packing, size_t r,
                      int q[ASSAY_BLOCK])
{
    (void)m;
    for (size_t c = 0; c < ASSAY_BLOCK; c++)
        q[c] = assay_tile_value(tile, packing.bits, r, c) - packing.offset;
}

static int dot(const int *q, const int8_t *x, int count)
{
    int sum = 0;

    for (int i = 0; i < count; i++)
        sum += q[i] * x[i];
    return sum;
}

static float tile_times(float sum, const struct assay_vectors *x, size_t block,
                        const int q[ASSAY_BLOCK], struct assay_tile_scale s,
                        enum assay_scaling scaling)
{
    const int8_t *bytes = x->bytes + block * ASSAY_BLOCK;
    float scale = x->scales[block];

    if (scaling == ASSAY_SCALE_K6) {
        sum += s.low * scale * (float)dot(q, bytes, ASSAY_BLOCK / 2);
        return sum + s.high * scale *
                         (float)dot(q + ASSAY_BLOCK / 2,
                                    bytes + ASSAY_BLOCK / 2, ASSAY_BLOCK / 2);
    }
    sum += s.low * scale * (float)dot(q, bytes, ASSAY_BLOCK);
    if (scaling == ASSAY_SCALE_K || scaling == ASSAY_SCALE_MINIMUM)
        sum += s.minimum * x->sums[block];
    return sum;
}

static void blocks_times(const struct assay_matrix *m,
                         const struct assay_vectors *x, float *y, size_t stride,
                         size_t g)
{
    const unsigned char *group = m->packed + g * m->group_bytes;
    struct assay_packing packing = assay_packing_of(m->type);
    struct assay_layout at = assay_matrix_layout(m);

    for (size_t v = 0; v < x->count && !x->more; v++)
        memset(y + v * stride + g * ASSAY_GROUP, 0, ASSAY_GROUP * sizeof *y);
    for (size_t r = 0; r < ASSAY_GROUP; r++)
        for (size_t t = 0; t < m->cols / ASSAY_BLOCK; t++) {
            struct assay_tile_scale s = assay_tile_scale(m, group, t, r);
            int q[ASSAY_BLOCK];

            read_tile(m, group + assay_tile_at(&at, t), packing, r, q);
            for (size_t v = 0; v < x->count; v++) {
                float *sum = &y[v * stride + g * ASSAY_GROUP + r];

                *sum = tile_times(*sum, x, block_number(x, v, t), q, s,
                                  packing.scaling);
            }
        }
}

static float weight_at(const struct assay_matrix *m, const unsigned char *group,
                       size_t at)
{
    float w;

    if (m->type == ASSAY_TENSOR_F32) {
        memcpy(&w, group + 4 * at, sizeof w);
        return w;
    }
    uint16_t bits = assay_load_u16(group + 2 * at);
    return m->type == ASSAY_TENSOR_F16 ? assay_f16_to_f32(bits)
                                       : assay_bf16_to_f32(bits);
}

static void floats_times(const struct assay_matrix *m,
                         const struct assay_vectors *x, float *y, size_t stride,
                         size_t g)
{
    const unsigned char *group = m->packed + g * m->group_bytes;

    for (size_t v = 0; v < x->count; v++)
        for (size_t r = 0; r < ASSAY_GROUP; r++) {
            const float *vector = x->floats + v * x->cols;
            double sums[4] = {0}; /* as good as fused products */

            for (size_t c = 0; c < x->cols; c++)
                sums[c % 4] +=
                    (double)weight_at(m, group, c * ASSAY_GROUP + r) *
                    (double)vector[c];
            y[v * stride + g * ASSAY_GROUP + r] =
                (float)((sums[0] + sums[1]) + (sums[2] + sums[3]));
        }
}

static void multiply(const struct assay_matrix *m,
                     const struct assay_vectors *x, float *y, size_t stride,
                     size_t from, size_t to)
{
    bool floats = assay_packing_of(m->type).scaling == ASSAY_SCALE_NONE;

    for (size_t g = from; g < to; g++)
        if (floats)
            floats_times(m, x, y, stride, g);
        else
            blocks_times(m, x, y, stride, g);
}

static uint64_t dots(size_t rounds)
{
    int q[ASSAY_BLOCK];
    int8_t x[ASSAY_BLOCK];
    uint64_t sum = 0;

    for (int i = 0; i < ASSAY_BLOCK; i++)
        x[i] = (int8_t)(q[i] = i);
    for (size_t i = 0; i < rounds; i++) {
        __asm__ volatile("" : : "r"(q), "r"(x) : "memory"); /* anew */
        sum += (uint64_t)dot(q, x, ASSAY_BLOCK);
    }
    return sum;
}

const struct assay_kernels assay_kernels_scalar =
    KERNELS(ASSAY_CPU_SCALAR, "scalar", 2 * ASSAY_BLOCK);
