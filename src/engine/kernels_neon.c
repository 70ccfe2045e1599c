/*
 * NEON with dot products (Armv8.2 and up): four rows are the four lanes of a
 * register, so a group is done in four quarters.
 *
 * sdot multiplies signed bytes and adds four products to each 32-bit lane,
 * without saturation. Weights of up to six bits are signed bytes as they are;
 * eight-bit ones are made signed.
 */
#include "engine/kernels_vector.h"

#include <arm_neon.h>

#define PARTS 4
#define WIDEST 4
#define FLOATS_TOGETHER 2

enum { QUAD = 64, LANE_ROWS = ASSAY_GROUP / PARTS, DOTS = 16 };

/* d and the negative dmin of the eight tiles of a K block, of four rows. */
struct super {
    float32x4_t d, least;
};

static inline float32x4_t halves_at(const unsigned char *at)
{
    return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(at)));
}

static inline uint8x8_t four_at(const unsigned char *at)
{
    uint32_t four;

    memcpy(&four, at, sizeof four);
    return vreinterpret_u8_u32(vdup_n_u32(four));
}

static inline float32x4_t bytes_at(const unsigned char *at)
{
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(four_at(at)))));
}

static inline float32x4_t signed_at(const unsigned char *at)
{
    int8x8_t four = vreinterpret_s8_u8(four_at(at));

    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(four))));
}

/* Bit i of 16 to byte i: 16 where it is set. */
static inline uint8x16_t sixteens(const unsigned char *two)
{
    static const uint8_t bit_of[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                       1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t all = vcombine_u8(vdup_n_u8(two[0]), vdup_n_u8(two[1]));

    return vandq_u8(vtstq_u8(all, vld1q_u8(bit_of)), vdupq_n_u8(16));
}

/* A quarter of a quad, four rows, as signed bytes. */
static inline __attribute__((always_inline)) int8x16_t quad_at(
    const unsigned char *tile, unsigned bits, int quad, int quarter)
{
    const unsigned char *own = tile + quarter * 16;
    uint8x16_t q;

    if (bits == 8)
        return vreinterpretq_s8_u8(
            veorq_u8(vld1q_u8(own + quad * QUAD), vdupq_n_u8(128)));
    q = vld1q_u8(own + quad % 4 * QUAD);
    q = quad >= 4 ? vshrq_n_u8(q, 4) : vandq_u8(q, vdupq_n_u8(15));
    if (bits == 5)
        q = vorrq_u8(q, sixteens(tile + 4 * QUAD + quad * 8 + quarter * 2));
    if (bits == 6) {
        uint8x16_t high = vld1q_u8(own + (4 + quad / 4) * QUAD);

        high = vshlq_u8(high, vdupq_n_s8((int8_t)(4 - quad % 4 * 2)));
        q = vorrq_u8(q, vandq_u8(high, vdupq_n_u8(0x30)));
    }
    return vreinterpretq_s8_u8(q);
}

struct scales {
    float32x4_t low, high, minimum;
};

static inline __attribute__((always_inline)) struct scales scales_of(
    const unsigned char *own, const struct super *super,
    enum assay_scaling scaling, int quarter)
{
    struct scales s = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};

    if (scaling == ASSAY_SCALE_OFFSET || scaling == ASSAY_SCALE_MINIMUM) {
        s.low = halves_at(own + quarter * 8);
        if (scaling == ASSAY_SCALE_MINIMUM)
            s.minimum = halves_at(own + 32 + quarter * 8);
    } else if (scaling == ASSAY_SCALE_K) {
        s.low = vmulq_f32(super->d, bytes_at(own + quarter * LANE_ROWS));
        s.minimum =
            vmulq_f32(super->least, bytes_at(own + 16 + quarter * LANE_ROWS));
    } else {
        s.low = vmulq_f32(super->d, signed_at(own + quarter * LANE_ROWS));
        s.high = vmulq_f32(super->d, signed_at(own + 16 + quarter * LANE_ROWS));
    }
    return s;
}

/*
 * Four rows with `width` vectors that begin at block number `block` of tile
 * 0; in the next tile they stand `step` blocks on.
 */
static inline __attribute__((always_inline)) void block_times(
    const struct job *job, const unsigned char *tile, size_t block, size_t step,
    int width, unsigned bits, enum assay_scaling scaling, int offset,
    int quarter, float *y, size_t stride)
{
    const struct assay_layout *at = &job->layout;
    const bool k6 = scaling == ASSAY_SCALE_K6;
    const int off = bits == 8 ? 0 : offset; /* signed ones have none */
    struct super super = {vdupq_n_f32(0), vdupq_n_f32(0)};
    float32x4_t sums[WIDEST];

    for (int v = 0; v < width; v++)
        sums[v] =
            job->x->more ? vld1q_f32(y + (size_t)v * stride) : vdupq_n_f32(0);
    for (size_t t = 0; t < job->tiles; t++, block += step, tile += at->tile) {
        const int8_t *x = job->x->bytes + block * ASSAY_BLOCK;
        const int32_t *halves = job->x->halves + 2 * block;
        int32x4_t first[WIDEST], second[WIDEST];

        if (at->super && t % ASSAY_SUPER_TILES == 0) {
            super.d = halves_at(tile + quarter * 8);
            if (scaling == ASSAY_SCALE_K)
                super.least = vnegq_f32(halves_at(tile + 32 + quarter * 8));
            tile += at->super;
        }
        for (int v = 0; v < width; v++) {
            if (k6)
                second[v] = vdupq_n_s32(-off * halves[2 * v + 1]);
            first[v] = vdupq_n_s32(
                -off * (halves[2 * v] + (k6 ? 0 : halves[2 * v + 1])));
        }
#pragma GCC unroll 8
        for (int quad = 0; quad < 8; quad++) {
            int8x16_t q = quad_at(tile, bits, quad, quarter);

#pragma GCC unroll 4
            for (int v = 0; v < width; v++) {
                int32x4_t *sum = k6 && quad >= 4 ? &second[v] : &first[v];
                int32_t four;

                memcpy(&four, x + v * ASSAY_BLOCK + quad * 4, sizeof four);
                *sum =
                    vdotq_s32(*sum, q, vreinterpretq_s8_s32(vdupq_n_s32(four)));
            }
        }
        const struct scales s =
            scales_of(tile + at->weights, &super, scaling, quarter);
#pragma GCC unroll 4
        for (int v = 0; v < width; v++) {
            float scale = job->x->scales[block + (size_t)v];

            sums[v] = vfmaq_f32(sums[v], vmulq_n_f32(s.low, scale),
                                vcvtq_f32_s32(first[v]));
            if (k6)
                sums[v] = vfmaq_f32(sums[v], vmulq_n_f32(s.high, scale),
                                    vcvtq_f32_s32(second[v]));
            if (scaling == ASSAY_SCALE_K || scaling == ASSAY_SCALE_MINIMUM)
                sums[v] = vfmaq_n_f32(sums[v], s.minimum,
                                      job->x->sums[block + (size_t)v]);
        }
    }
    for (int v = 0; v < width; v++)
        vst1q_f32(y + (size_t)v * stride, sums[v]);
}

/* ------------------------------------------------------- floats */

static inline float32x4_t column(const struct assay_matrix *m,
                                 const unsigned char *group, size_t c,
                                 int quarter)
{
    size_t at = c * ASSAY_GROUP + (size_t)quarter * LANE_ROWS;

    if (m->type == ASSAY_TENSOR_F32)
        return vld1q_f32((const float *)(const void *)(group + 4 * at));
    if (m->type == ASSAY_TENSOR_F16)
        return halves_at(group + 2 * at);
    return vreinterpretq_f32_u32(
        vshll_n_u16(vreinterpret_u16_u8(vld1_u8(group + 2 * at)), 16));
}

/*
 * One or two vectors; four sums each, of every fourth column, are added at
 * the end. cols is a multiple of 4.
 */
static inline __attribute__((always_inline)) void float_times(
    const struct assay_matrix *m, const unsigned char *group, const float *x,
    size_t cols, int width, int quarter, float *y, size_t stride)
{
    float32x4_t sums[2][4];

    for (int v = 0; v < width; v++)
        for (int i = 0; i < 4; i++)
            sums[v][i] = vdupq_n_f32(0);
    for (size_t c = 0; c < cols; c += 4)
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++) {
            float32x4_t w = column(m, group, c + i, quarter);

#pragma GCC unroll 2
            for (int v = 0; v < width; v++)
                sums[v][i] =
                    vfmaq_n_f32(sums[v][i], w, x[(size_t)v * cols + c + i]);
        }
    for (int v = 0; v < width; v++)
        vst1q_f32(y + (size_t)v * stride,
                  vaddq_f32(vaddq_f32(sums[v][0], sums[v][1]),
                            vaddq_f32(sums[v][2], sums[v][3])));
}

#include "engine/kernels_groups.h"

/* ------------------------------------------------------- the level */

static inline assay_f16v halves16(const unsigned char *at)
{
    float32x4_t parts[4] = {halves_at(at), halves_at(at + 8),
                            halves_at(at + 16), halves_at(at + 24)};
    assay_f16v v;

    memcpy(&v, parts, sizeof v);
    return v;
}

/* Sums that differ, so that each is worked out, enough to hide one's time. */
static uint64_t dots(size_t rounds)
{
    int8x16_t q = vdupq_n_s8(1);
    int32x4_t sums[DOTS];

#pragma GCC unroll 16
    for (int k = 0; k < DOTS; k++)
        sums[k] = vdupq_n_s32(k);
    for (size_t i = 0; i < rounds; i++) {
        __asm__ volatile("" : "+w"(q));
#pragma GCC unroll 16
        for (int k = 0; k < DOTS; k++)
            sums[k] = vdotq_s32(sums[k], q, q);
    }
#pragma GCC unroll 16
    for (int k = 1; k < DOTS; k++)
        sums[0] = vaddq_s32(sums[0], sums[k]);
    return (uint64_t)vaddvq_s32(sums[0]);
}

const struct assay_kernels assay_kernels_neon =
    KERNELS(ASSAY_CPU_NEON, "neon", 2 * DOTS * 16);
