/*
 * AVX-512 with VNNI: 16 rows are the 16 lanes of a register.
 *
 * A tile is eight quads of 64 bytes; vpdpbusd multiplies a quad (unsigned)
 * with four bytes of a vector (signed, broadcast) and adds to the rows'
 * 32-bit sums. The offset of the weights is taken off by beginning at
 * -offset * sum of the vector's integers, so that it costs nothing. Each
 * tile then adds scale * sum to the rows' floats: the same operations in the
 * same order for one vector and for many.
 */
#include "engine/kernels_vector.h"

#include <immintrin.h>

#define PARTS 1
#define WIDEST 12
#define FLOATS_TOGETHER 4

enum { QUAD = 64, DOTS = 12 };

/* d and the negative dmin of the eight tiles of a K block. */
struct super {
    __m512 d, least;
};

static inline __m512 halves_at(const unsigned char *at)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)at));
}

/* Sixteen unsigned or signed bytes as floats. */
static inline __m512 bytes_at(const unsigned char *at)
{
    return _mm512_cvtepi32_ps(
        _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)at)));
}

static inline __m512 signed_at(const unsigned char *at)
{
    return _mm512_cvtepi32_ps(
        _mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)at)));
}

/* Quad 0 … 7 of a tile as unsigned bytes; `quad` and `bits` are constants. */
static inline __attribute__((always_inline)) __m512i quad_at(
    const unsigned char *tile, unsigned bits, int quad)
{
    const __m512i low = _mm512_set1_epi8(15);
    __m512i q;

    if (bits == 8)
        return _mm512_loadu_si512(tile + quad * QUAD);
    q = _mm512_loadu_si512(tile + quad % 4 * QUAD);
    if (quad >= 4)
        q = _mm512_srli_epi16(q, 4);
    q = _mm512_and_si512(q, low);
    if (bits == 5) {
        uint64_t mask;

        memcpy(&mask, tile + 4 * QUAD + quad * 8, 8);
        q = _mm512_mask_add_epi8(q, mask, q, _mm512_set1_epi8(16));
    }
    if (bits == 6) {
        __m512i high = _mm512_loadu_si512(tile + (4 + quad / 4) * QUAD);

        /* the field to bits 4 and 5 */
        if (quad % 4 < 2)
            high = _mm512_slli_epi16(high, (unsigned)(4 - quad % 4 * 2));
        else
            high = _mm512_srli_epi16(high, (unsigned)(quad % 4 * 2 - 4));
        q = _mm512_ternarylogic_epi32(q, high, _mm512_set1_epi8(0x30),
                                      0xf8); /* q | (high & 0x30) */
    }
    return q;
}

/* What a tile's rows are multiplied with, from its place in the group. */
struct scales {
    __m512 low, high, minimum;
};

static inline __attribute__((always_inline)) struct scales scales_of(
    const unsigned char *own, const struct super *super,
    enum assay_scaling scaling)
{
    struct scales s;

    if (scaling == ASSAY_SCALE_OFFSET || scaling == ASSAY_SCALE_MINIMUM) {
        s.low = s.high = halves_at(own);
        s.minimum = scaling == ASSAY_SCALE_MINIMUM ? halves_at(own + 32)
                                                   : _mm512_setzero_ps();
    } else if (scaling == ASSAY_SCALE_K) {
        s.low = s.high = _mm512_mul_ps(super->d, bytes_at(own));
        s.minimum = _mm512_mul_ps(super->least, bytes_at(own + 16));
    } else {
        s.low = _mm512_mul_ps(super->d, signed_at(own));
        s.high = _mm512_mul_ps(super->d, signed_at(own + 16));
        s.minimum = _mm512_setzero_ps();
    }
    return s;
}

/*
 * One group of rows with `width` vectors that begin at block number `block`
 * of tile 0; in the next tile they stand `step` blocks on. All but pointers
 * and places are constants where this is used, so that what is summed up
 * stays in registers.
 */
static inline __attribute__((always_inline)) void block_times(
    const struct job *job, const unsigned char *tile, size_t block, size_t step,
    int width, unsigned bits, enum assay_scaling scaling, int offset, int part,
    float *y, size_t stride)
{
    const struct assay_layout *at = &job->layout;
    const bool k6 = scaling == ASSAY_SCALE_K6;
    struct super super = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    __m512 sums[ASSAY_CHUNK];

    (void)part; /* the whole of it */
    for (int v = 0; v < width; v++)
        sums[v] = job->x->more ? _mm512_loadu_ps(y + (size_t)v * stride)
                               : _mm512_setzero_ps();
    for (size_t t = 0; t < job->tiles; t++, block += step, tile += at->tile) {
        const int8_t *x = job->x->bytes + block * ASSAY_BLOCK;
        const int32_t *halves = job->x->halves + 2 * block;
        __m512i first[ASSAY_CHUNK], second[ASSAY_CHUNK];

        if (at->super && t % ASSAY_SUPER_TILES == 0) {
            super.d = halves_at(tile);
            if (scaling == ASSAY_SCALE_K)
                super.least =
                    _mm512_sub_ps(_mm512_setzero_ps(), halves_at(tile + 32));
            tile += at->super;
        }
        for (int v = 0; v < width; v++) {
            if (k6)
                second[v] = _mm512_set1_epi32(-offset * halves[2 * v + 1]);
            first[v] = _mm512_set1_epi32(
                -offset * (halves[2 * v] + (k6 ? 0 : halves[2 * v + 1])));
        }
#pragma GCC unroll 8
        for (int quad = 0; quad < 8; quad++) {
            __m512i q = quad_at(tile, bits, quad);

#pragma GCC unroll 12
            for (int v = 0; v < width; v++) {
                __m512i *sum = k6 && quad >= 4 ? &second[v] : &first[v];
                int32_t four;

                memcpy(&four, x + v * ASSAY_BLOCK + quad * 4, 4);
                *sum = _mm512_dpbusd_epi32(*sum, q, _mm512_set1_epi32(four));
            }
        }
        const struct scales s = scales_of(tile + at->weights, &super, scaling);
#pragma GCC unroll 12
        for (int v = 0; v < width; v++) {
            __m512 scale = _mm512_set1_ps(job->x->scales[block + (size_t)v]);
            __m512 sum = _mm512_set1_ps(job->x->sums[block + (size_t)v]);

            sums[v] = _mm512_fmadd_ps(_mm512_mul_ps(s.low, scale),
                                      _mm512_cvtepi32_ps(first[v]), sums[v]);
            if (k6)
                sums[v] =
                    _mm512_fmadd_ps(_mm512_mul_ps(s.high, scale),
                                    _mm512_cvtepi32_ps(second[v]), sums[v]);
            if (scaling == ASSAY_SCALE_K || scaling == ASSAY_SCALE_MINIMUM)
                sums[v] = _mm512_fmadd_ps(s.minimum, sum, sums[v]);
        }
    }
    for (int v = 0; v < width; v++)
        _mm512_storeu_ps(y + (size_t)v * stride, sums[v]);
}

/* ------------------------------------------------------- floats */

static inline __m512 column(const struct assay_matrix *m,
                            const unsigned char *group, size_t c)
{
    if (m->type == ASSAY_TENSOR_F32)
        return _mm512_loadu_ps(group + c * 64);
    if (m->type == ASSAY_TENSOR_F16)
        return halves_at(group + c * 32);
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(
                              (const void *)(group + c * 32))),
                          16));
}

/*
 * Up to four vectors; four sums each, of every fourth column, are added at
 * the end. cols is a multiple of 4.
 */
static inline __attribute__((always_inline)) void float_times(
    const struct assay_matrix *m, const unsigned char *group, const float *x,
    size_t cols, int width, int part, float *y, size_t stride)
{
    __m512 sums[4][4];

    (void)part;
    for (int v = 0; v < width; v++)
        for (int i = 0; i < 4; i++)
            sums[v][i] = _mm512_setzero_ps();
    for (size_t c = 0; c < cols; c += 4)
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            __m512 w = column(m, group, c + (size_t)i);

#pragma GCC unroll 4
            for (int v = 0; v < width; v++)
                sums[v][i] = _mm512_fmadd_ps(
                    w, _mm512_set1_ps(x[(size_t)v * cols + c + (size_t)i]),
                    sums[v][i]);
        }
    for (int v = 0; v < width; v++)
        _mm512_storeu_ps(y + (size_t)v * stride,
                         _mm512_add_ps(_mm512_add_ps(sums[v][0], sums[v][1]),
                                       _mm512_add_ps(sums[v][2], sums[v][3])));
}

#include "engine/kernels_groups.h"

/* ------------------------------------------------------- the level */

static inline assay_f16v halves16(const unsigned char *at)
{
    return (assay_f16v)halves_at(at);
}

/* Sums that differ, so that each is worked out, enough to hide one's time. */
static uint64_t dots(size_t rounds)
{
    __m512i q = _mm512_set1_epi8(3), sums[DOTS];
    uint64_t part[8], all = 0;

#pragma GCC unroll 12
    for (int k = 0; k < DOTS; k++)
        sums[k] = _mm512_set1_epi32(k);
    for (size_t i = 0; i < rounds; i++) {
        __asm__ volatile("" : "+v"(q));
#pragma GCC unroll 12
        for (int k = 0; k < DOTS; k++)
            sums[k] = _mm512_dpbusd_epi32(sums[k], q, q);
    }
#pragma GCC unroll 12
    for (int k = 1; k < DOTS; k++)
        sums[0] = _mm512_add_epi32(sums[0], sums[k]);
    memcpy(part, &sums[0], sizeof part); /* a sum of lanes would overflow */
    for (int i = 0; i < 8; i++)
        all += part[i];
    return all;
}

const struct assay_kernels assay_kernels_avx512 =
    KERNELS(ASSAY_CPU_AVX512, "avx512_vnni", 2 * DOTS * 64);
