/*
 * A matrix in groups of rows, for the levels whose registers hold a part of a
 * group. Such a level defines, before it includes this:
 *
 *   PARTS, WIDEST    parts of a group; most vectors at once, 4 or 12
 *   FLOATS_TOGETHER  most vectors at once of a matrix of floats
 *   block_times      a part of a group in blocks times vectors
 *   float_times      the same of floats
 *
 * Both are always_inline, and all but pointers and places are constants here,
 * so that what is summed up stays in registers. Private to kernels_*.c.
 */
#ifndef ASSAY_ENGINE_KERNELS_GROUPS_H
#define ASSAY_ENGINE_KERNELS_GROUPS_H

#include "engine/kernels_vector.h"

enum { GROUPS_TOGETHER = 4 };

/* ------------------------------------------------------- every type */

#define TIMES(name, n, bits, scaling, offset)                                  \
    static void name##_##n(const struct job *job, const unsigned char *g,      \
                           size_t block, size_t step, float *y, size_t stride) \
    {                                                                          \
        for (int part = 0; part < PARTS; part++)                               \
            block_times(job, g, block, step, n, bits, scaling, offset, part,   \
                        y + part * (ASSAY_GROUP / PARTS), stride);             \
    }
#if WIDEST == 12
#define WIDER(name, bits, scaling, offset) \
    TIMES(name, 8, bits, scaling, offset)  \
    TIMES(name, 12, bits, scaling, offset)
#define WIDER_NAMES(name) , name##_8, name##_12
#else
#define WIDER(name, bits, scaling, offset)
#define WIDER_NAMES(name)
#endif
#define TYPE(name, bits, scaling, offset) \
    TIMES(name, 1, bits, scaling, offset) \
    TIMES(name, 2, bits, scaling, offset) \
    TIMES(name, 4, bits, scaling, offset) \
    WIDER(name, bits, scaling, offset)

TYPE(q4_0, 4, ASSAY_SCALE_OFFSET, 8)
TYPE(q4_1, 4, ASSAY_SCALE_MINIMUM, 0)
TYPE(q5_0, 5, ASSAY_SCALE_OFFSET, 16)
TYPE(q5_1, 5, ASSAY_SCALE_MINIMUM, 0)
TYPE(q8_0, 8, ASSAY_SCALE_OFFSET, 128)
TYPE(q4_k, 4, ASSAY_SCALE_K, 0)
TYPE(q5_k, 5, ASSAY_SCALE_K, 0)
TYPE(q6_k, 6, ASSAY_SCALE_K6, 32)

enum { WIDTHS = WIDEST == 12 ? 5 : 3 };
static const size_t width_of[] = {1, 2, 4, 8, 12};

struct widths {
    enum assay_tensor_type type;
    void (*times[WIDTHS])(const struct job *job, const unsigned char *group,
                          size_t block, size_t step, float *y, size_t stride);
};

#define NAMES(type, name)                                  \
    {                                                      \
        type,                                              \
        {                                                  \
            name##_1, name##_2, name##_4 WIDER_NAMES(name) \
        }                                                  \
    }
static const struct widths types[] = {
    NAMES(ASSAY_TENSOR_Q4_0, q4_0), NAMES(ASSAY_TENSOR_Q4_1, q4_1),
    NAMES(ASSAY_TENSOR_Q5_0, q5_0), NAMES(ASSAY_TENSOR_Q5_1, q5_1),
    NAMES(ASSAY_TENSOR_Q8_0, q8_0), NAMES(ASSAY_TENSOR_Q4_K, q4_k),
    NAMES(ASSAY_TENSOR_Q5_K, q5_k), NAMES(ASSAY_TENSOR_Q6_K, q6_k),
};

static const struct widths *widths_of(enum assay_tensor_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].type == type)
            return &types[i];
    return NULL;
}

/* ------------------------------------------------------- all of a matrix */

/*
 * A chunk of vectors, as many at once as still fit: twelve at most, eight
 * where a tile has two sums a vector.
 */
static void chunk_times(const struct job *job, const struct widths *widths,
                        size_t g, size_t chunk, float *y, size_t stride)
{
    const unsigned char *group = job->m->packed + g * job->m->group_bytes;
    size_t left = job->x->count - chunk * ASSAY_CHUNK, v = 0;
    size_t step = left < ASSAY_CHUNK ? left : ASSAY_CHUNK;
    size_t block = chunk * ASSAY_CHUNK * job->tiles;

    while (v < step) {
        int k = WIDTHS - 1;

        while (width_of[k] > step - v ||
               (width_of[k] > 8 && job->m->type == ASSAY_TENSOR_Q6_K))
            k--;
        widths->times[k](
            job, group, block + v, step,
            y + (chunk * ASSAY_CHUNK + v) * stride + g * ASSAY_GROUP, stride);
        v += width_of[k];
    }
}

static void floats_times(const struct assay_matrix *m,
                         const struct assay_vectors *x, float *y, size_t stride,
                         size_t g)
{
    const unsigned char *group = m->packed + g * m->group_bytes;

    for (int part = 0; part < PARTS; part++) {
        float *to = y + g * ASSAY_GROUP + part * (ASSAY_GROUP / PARTS);
        size_t v = 0;

        for (; v + FLOATS_TOGETHER <= x->count; v += FLOATS_TOGETHER)
            float_times(m, group, x->floats + v * x->cols, x->cols,
                        FLOATS_TOGETHER, part, to + v * stride, stride);
        for (; v < x->count; v++)
            float_times(m, group, x->floats + v * x->cols, x->cols, 1, part,
                        to + v * stride, stride);
    }
}

static void multiply(const struct assay_matrix *m,
                     const struct assay_vectors *x, float *y, size_t stride,
                     size_t from, size_t to)
{
    const struct widths *widths = widths_of(m->type);
    const struct job job = {
        .m = m,
        .x = x,
        .layout = assay_matrix_layout(m),
        .tiles = m->cols / ASSAY_BLOCK,
    };
    size_t chunks = (x->count + ASSAY_CHUNK - 1) / ASSAY_CHUNK;

    for (size_t g = from; !widths && g < to; g++)
        floats_times(m, x, y, stride, g);
    /* a few groups together, so that a chunk is read from near for each */
    for (size_t g = from; widths && g < to; g += GROUPS_TOGETHER)
        for (size_t chunk = 0; chunk < chunks; chunk++)
            for (size_t k = g; k < to && k < g + GROUPS_TOGETHER; k++)
                chunk_times(&job, widths, k, chunk, y, stride);
}

#endif
