/*
 * AVX2 with FMA: eight rows are the eight lanes of a register, so a group is
 * done in two halves.
 *
 * vpmaddubsw multiplies unsigned with signed bytes and adds pairs in 16 bits,
 * which saturates above 32767: weights of up to six bits stay below 16002.
 * Eight-bit ones are made signed, and their sign is given to the vector's
 * bytes, so that a pair is at most 2 * 128 * 127 = 32512.
 */
#include "engine/kernels_vector.h"

#include <immintrin.h>

#define PARTS 2
#define WIDEST 4
#define FLOATS_TOGETHER 2

enum { QUAD = 64, HALF = ASSAY_GROUP / PARTS, DOTS = 6 };

/* d and the negative dmin of the eight tiles of a K block, of eight rows. */
struct super {
    __m256 d, least;
};

static inline __m256 halves_at(const unsigned char *at)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const void *)at));
}

static inline __m256 bytes_at(const unsigned char *at)
{
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)at)));
}

static inline __m256 signed_at(const unsigned char *at)
{
    return _mm256_cvtepi32_ps(
        _mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)at)));
}

/* Bit i of 32 to byte i: 16 where it is set. */
static inline __m256i sixteens(uint32_t bits)
{
    const __m256i byte_of =
        _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
                         2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i bit_of = _mm256_set1_epi64x((long long)0x8040201008040201U);
    __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), byte_of);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(all, bit_of), bit_of);

    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

/* Half a quad, eight rows, as unsigned bytes (as signed ones of 8 bits). */
static inline __attribute__((always_inline)) __m256i quad_at(
    const unsigned char *tile, unsigned bits, int quad, int half)
{
    const unsigned char *own = tile + half * 32;
    __m256i q;

    if (bits == 8)
        return _mm256_xor_si256(
            _mm256_loadu_si256((const void *)(own + quad * QUAD)),
            _mm256_set1_epi8(-128));
    q = _mm256_loadu_si256((const void *)(own + quad % 4 * QUAD));
    if (quad >= 4)
        q = _mm256_srli_epi16(q, 4);
    q = _mm256_and_si256(q, _mm256_set1_epi8(15));
    if (bits == 5) {
        uint32_t fifth;

        memcpy(&fifth, tile + 4 * QUAD + quad * 8 + half * 4, 4);
        q = _mm256_or_si256(q, sixteens(fifth));
    }
    if (bits == 6) {
        __m256i high =
            _mm256_loadu_si256((const void *)(own + (4 + quad / 4) * QUAD));

        high = quad % 4 < 2 ? _mm256_slli_epi16(high, 4 - quad % 4 * 2)
                            : _mm256_srli_epi16(high, quad % 4 * 2 - 4);
        q = _mm256_or_si256(q, _mm256_and_si256(high, _mm256_set1_epi8(0x30)));
    }
    return q;
}

static inline __attribute__((always_inline)) __m256i add_products(__m256i sum,
                                                                  __m256i q,
                                                                  unsigned bits,
                                                                  int32_t four)
{
    __m256i x = _mm256_set1_epi32(four), pairs;

    if (bits == 8)
        pairs =
            _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(x, q));
    else
        pairs = _mm256_maddubs_epi16(q, x);
    return _mm256_add_epi32(sum,
                            _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

struct scales {
    __m256 low, high, minimum;
};

static inline __attribute__((always_inline)) struct scales scales_of(
    const unsigned char *own, const struct super *super,
    enum assay_scaling scaling, int half)
{
    struct scales s = {_mm256_setzero_ps(), _mm256_setzero_ps(),
                       _mm256_setzero_ps()};

    if (scaling == ASSAY_SCALE_OFFSET || scaling == ASSAY_SCALE_MINIMUM) {
        s.low = halves_at(own + half * 16);
        if (scaling == ASSAY_SCALE_MINIMUM)
            s.minimum = halves_at(own + 32 + half * 16);
    } else if (scaling == ASSAY_SCALE_K) {
        s.low = _mm256_mul_ps(super->d, bytes_at(own + half * HALF));
        s.minimum =
            _mm256_mul_ps(super->least, bytes_at(own + 16 + half * HALF));
    } else {
        s.low = _mm256_mul_ps(super->d, signed_at(own + half * HALF));
        s.high = _mm256_mul_ps(super->d, signed_at(own + 16 + half * HALF));
    }
    return s;
}

/*
 * Eight rows with `width` vectors that begin at block number `block` of tile
 * 0; in the next tile they stand `step` blocks on.
 */
static inline __attribute__((always_inline)) void block_times(
    const struct job *job, const unsigned char *tile, size_t block, size_t step,
    int width, unsigned bits, enum assay_scaling scaling, int offset, int half,
    float *y, size_t stride)
{
    const struct assay_layout *at = &job->layout;
    const bool k6 = scaling == ASSAY_SCALE_K6;
    const int off = bits == 8 ? 0 : offset; /* signed ones have none */
    struct super super = {_mm256_setzero_ps(), _mm256_setzero_ps()};
    __m256 sums[WIDEST];

    for (int v = 0; v < width; v++)
        sums[v] = job->x->more ? _mm256_loadu_ps(y + (size_t)v * stride)
                               : _mm256_setzero_ps();
    for (size_t t = 0; t < job->tiles; t++, block += step, tile += at->tile) {
        const int8_t *x = job->x->bytes + block * ASSAY_BLOCK;
        const int32_t *halves = job->x->halves + 2 * block;
        __m256i first[WIDEST], second[WIDEST];

        if (at->super && t % ASSAY_SUPER_TILES == 0) {
            super.d = halves_at(tile + half * 16);
            if (scaling == ASSAY_SCALE_K)
                super.least = _mm256_sub_ps(_mm256_setzero_ps(),
                                            halves_at(tile + 32 + half * 16));
            tile += at->super;
        }
        for (int v = 0; v < width; v++) {
            if (k6)
                second[v] = _mm256_set1_epi32(-off * halves[2 * v + 1]);
            first[v] = _mm256_set1_epi32(
                -off * (halves[2 * v] + (k6 ? 0 : halves[2 * v + 1])));
        }
#pragma GCC unroll 8
        for (int quad = 0; quad < 8; quad++) {
            __m256i q = quad_at(tile, bits, quad, half);

#pragma GCC unroll 4
            for (int v = 0; v < width; v++) {
                __m256i *sum = k6 && quad >= 4 ? &second[v] : &first[v];
                int32_t four;

                memcpy(&four, x + v * ASSAY_BLOCK + quad * 4, 4);
                *sum = add_products(*sum, q, bits, four);
            }
        }
        const struct scales s =
            scales_of(tile + at->weights, &super, scaling, half);
#pragma GCC unroll 4
        for (int v = 0; v < width; v++) {
            __m256 scale = _mm256_set1_ps(job->x->scales[block + (size_t)v]);
            __m256 sum = _mm256_set1_ps(job->x->sums[block + (size_t)v]);

            sums[v] = _mm256_fmadd_ps(_mm256_mul_ps(s.low, scale),
                                      _mm256_cvtepi32_ps(first[v]), sums[v]);
            if (k6)
                sums[v] =
                    _mm256_fmadd_ps(_mm256_mul_ps(s.high, scale),
                                    _mm256_cvtepi32_ps(second[v]), sums[v]);
            if (scaling == ASSAY_SCALE_K || scaling == ASSAY_SCALE_MINIMUM)
                sums[v] = _mm256_fmadd_ps(s.minimum, sum, sums[v]);
        }
    }
    for (int v = 0; v < width; v++)
        _mm256_storeu_ps(y + (size_t)v * stride, sums[v]);
}

/* ------------------------------------------------------- floats */

static inline __m256 column(const struct assay_matrix *m,
                            const unsigned char *group, size_t c, int half)
{
    size_t at = c * ASSAY_GROUP + (size_t)half * HALF;

    if (m->type == ASSAY_TENSOR_F32)
        return _mm256_loadu_ps((const float *)(const void *)(group + 4 * at));
    if (m->type == ASSAY_TENSOR_F16)
        return halves_at(group + 2 * at);
    return _mm256_castsi256_ps(_mm256_slli_epi32(
        _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)(group + 2 * at))),
        16));
}

/*
 * One or two vectors; four sums each, of every fourth column, are added at
 * the end. cols is a multiple of 4.
 */
static inline __attribute__((always_inline)) void float_times(
    const struct assay_matrix *m, const unsigned char *group, const float *x,
    size_t cols, int width, int half, float *y, size_t stride)
{
    __m256 sums[2][4];

    for (int v = 0; v < width; v++)
        for (int i = 0; i < 4; i++)
            sums[v][i] = _mm256_setzero_ps();
    for (size_t c = 0; c < cols; c += 4)
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++) {
            __m256 w = column(m, group, c + i, half);

#pragma GCC unroll 2
            for (int v = 0; v < width; v++)
                sums[v][i] = _mm256_fmadd_ps(
                    w, _mm256_set1_ps(x[(size_t)v * cols + c + i]), sums[v][i]);
        }
    for (int v = 0; v < width; v++)
        _mm256_storeu_ps(y + (size_t)v * stride,
                         _mm256_add_ps(_mm256_add_ps(sums[v][0], sums[v][1]),
                                       _mm256_add_ps(sums[v][2], sums[v][3])));
}

#include "engine/kernels_groups.h"

/* ------------------------------------------------------- the level */

static inline assay_f16v halves16(const unsigned char *at)
{
    __m256 parts[2] = {halves_at(at), halves_at(at + 16)};
    assay_f16v v;

    memcpy(&v, parts, sizeof v);
    return v;
}

/* Sums that differ, so that each is worked out, enough to hide one's time. */
static uint64_t dots(size_t rounds)
{
    __m256i q = _mm256_set1_epi8(1), sums[DOTS], all;
    uint64_t part[4];

#pragma GCC unroll 8
    for (int k = 0; k < DOTS; k++)
        sums[k] = _mm256_set1_epi32(k);
    for (size_t i = 0; i < rounds; i++) {
        __asm__ volatile("" : "+x"(q));
#pragma GCC unroll 8
        for (int k = 0; k < DOTS; k++)
            sums[k] = add_products(sums[k], q, 4, 1 << k);
    }
    all = sums[0];
#pragma GCC unroll 8
    for (int k = 1; k < DOTS; k++)
        all = _mm256_add_epi32(all, sums[k]);
    memcpy(part, &all, sizeof part);
    return part[0] + part[1] + part[2] + part[3];
}

const struct assay_kernels assay_kernels_avx2 =
    KERNELS(ASSAY_CPU_AVX2, "avx2", 2 * DOTS * 32);
