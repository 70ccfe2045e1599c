/*
 * All that is not a matrix: norms, activations, rotations, attention, the
 * cache. Written once over vectors of 16 floats; each level's file includes
 * this and its compiler flags make registers of them. Private to kernels_*.c.
 */
#ifndef ASSAY_ENGINE_KERNELS_VECTOR_H
#define ASSAY_ENGINE_KERNELS_VECTOR_H

#include "engine/kernels.h"

#include <math.h>
#include <string.h>

/* GCC's and clang's vector extension; loads and stores need no alignment. */
typedef float assay_f16v __attribute__((vector_size(64)));
typedef int32_t assay_i16v __attribute__((vector_size(64)));

enum { LANES = 16 };

/* One multiplication of a matrix in blocks, as each group of rows needs it. */
struct job {
    const struct assay_matrix *m;
    const struct assay_vectors *x;
    struct assay_layout layout;
    size_t tiles;
};

static inline assay_f16v load16(const float *at)
{
    assay_f16v v;

    memcpy(&v, at, sizeof v);
    return v;
}

static inline void store16(float *at, assay_f16v v)
{
    memcpy(at, &v, sizeof v);
}

static inline assay_f16v all16(float x)
{
    return x - (assay_f16v){0};
}

static inline assay_f16v choose16(assay_i16v which, assay_f16v a, assay_f16v b)
{
    return (assay_f16v)(((assay_i16v)a & which) | ((assay_i16v)b & ~which));
}

static inline assay_f16v max16(assay_f16v a, assay_f16v b)
{
    return choose16(a > b, a, b);
}

/* Always in this order, whatever the registers are. */
static inline float sum_of(assay_f16v v)
{
    float part[LANES];

    store16(part, v);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            part[i] += part[i + width];
    return part[0];
}

static inline float max_of(assay_f16v v)
{
    float part[LANES];

    store16(part, v);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            part[i] = part[i] > part[i + width] ? part[i] : part[i + width];
    return part[0];
}

/*
 * e^x: x = n ln 2 + r, |r| <= ln 2 / 2; a polynomial of degree 6 in r
 * (minimax, relative error 2e-8 before rounding), times 2^n. Below -87 it is
 * 0, above 88 it stays at e^88.
 */
static inline assay_f16v exp16(assay_f16v x)
{
    const float magic = 12582912.0F; /* 1.5 * 2^23: adding it rounds */
    assay_i16v tiny = x < -87.0F;
    assay_f16v n, r, p;

    x = choose16(x > 88.0F, all16(88.0F), x);
    x = choose16(tiny, all16(0), x);
    n = (x * 1.44269504F + magic) - magic;
    r = x - n * 0.693359375F;
    r = r + n * 2.12194440e-4F;
    p = all16(1.9875691500e-4F);
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * (r * r) + r + 1.0F;
    assay_i16v power = __builtin_convertvector(n, assay_i16v);
    p = (assay_f16v)((assay_i16v)p + (power << 23));
    return choose16(tiny, all16(0), p);
}

/*
 * Relative error below 3e-7: soft caps multiply it by 30 or 50. Around 0 the
 * difference would lose digits; there it is x + x^3 p(x^2), p fitted to
 * (tanh(x) / x - 1) / x^2 at Chebyshev's points (relative error 2e-8).
 */
static inline assay_f16v tanh16(assay_f16v x)
{
    assay_f16v z = x * x, p = all16(-6.0537017e-3F);

    p = p * z + 2.0968202e-2F;
    p = p * z - 5.3844997e-2F;
    p = p * z + 1.3332733e-1F;
    p = p * z - 3.3333329e-1F;
    return choose16(z < 0.4F, x + x * z * p,
                    1.0F - 2.0F / (exp16(2.0F * x) + 1.0F));
}

/* ------------------------------------------------------- elementwise */

static void norm(float *out, const float *x, const float *w, size_t n,
                 float eps)
{
    assay_f16v squares = {0};
    float scale;

    for (size_t i = 0; i < n; i += LANES) {
        assay_f16v v = load16(x + i);

        squares += v * v;
    }
    scale = 1.0F / sqrtf(sum_of(squares) / (float)n + eps);
    for (size_t i = 0; i < n; i += LANES)
        store16(out + i, load16(x + i) * scale * load16(w + i));
}

static void add(float *x, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i += LANES)
        store16(x + i, load16(x + i) + load16(y + i));
}

static void gelu_times(float *gate, const float *up, size_t n)
{
    const float root = 0.7978845608F; /* sqrt(2 / pi) */

    for (size_t i = 0; i < n; i += LANES) {
        assay_f16v x = load16(gate + i);
        assay_f16v t = tanh16(root * (x + 0.044715F * x * x * x));

        store16(gate + i, 0.5F * x * (1.0F + t) * load16(up + i));
    }
}

static void softcap(float *x, float cap, size_t n)
{
    float per = 1.0F / cap;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store16(x + i, cap * tanh16(load16(x + i) * per));
    for (; i < n; i++)
        x[i] = cap * tanhf(x[i] * per);
}

static void rope(float *x, const float *cosines, const float *sines,
                 size_t half)
{
    for (size_t i = 0; i < half; i += LANES) {
        assay_f16v a = load16(x + i), b = load16(x + half + i);
        assay_f16v c = load16(cosines + i), s = load16(sines + i);

        store16(x + i, a * c - b * s);
        store16(x + half + i, b * c + a * s);
    }
}

/* ------------------------------------------------------- the cache */

enum { PER_SCALE = 32 }; /* dimensions of Q8_0 */

/* Bytes of 16 interleaved keys. */
static inline size_t key_block_bytes(const struct assay_kv *kv)
{
    size_t dims = kv->head_dim;

    switch (kv->type) {
    case ASSAY_KV_F32:
        return dims * ASSAY_KEYS * 4;
    case ASSAY_KV_F16:
        return dims * ASSAY_KEYS * 2;
    case ASSAY_KV_Q8_0:
        return dims * ASSAY_KEYS + dims / PER_SCALE * ASSAY_KEYS * 2;
    }
    return 0;
}

static inline size_t value_bytes(const struct assay_kv *kv)
{
    return key_block_bytes(kv) / ASSAY_KEYS;
}

static inline void put_half(unsigned char *at, float x)
{
    uint16_t half = assay_f16_from_f32(x);

    memcpy(at, &half, 2);
}

/* 32 values as int8 with their scale, which an f16 holds. */
static inline float quantise_part(const float *x, int8_t q[PER_SCALE])
{
    float most = 0, scale, per;

    for (int i = 0; i < PER_SCALE; i++)
        most = fmaxf(most, fabsf(x[i]));
    scale = assay_f16_to_f32(assay_f16_from_f32(most / 127.0F));
    per = scale > 0 ? 1.0F / scale : 0;
    for (int i = 0; i < PER_SCALE; i++) {
        float v = nearbyintf(x[i] * per);

        q[i] = (int8_t)fminf(fmaxf(v, -127), 127);
    }
    return scale;
}

static void keep_key(const struct assay_kv *kv, size_t position,
                     const float *key)
{
    unsigned char *block =
        kv->keys + position / ASSAY_KEYS * key_block_bytes(kv);
    size_t lane = position % ASSAY_KEYS, dims = kv->head_dim;
    int8_t q[PER_SCALE];

    for (size_t d = 0; d < dims; d++) {
        size_t at = d * ASSAY_KEYS + lane;

        if (kv->type == ASSAY_KV_F32)
            memcpy(block + 4 * at, &key[d], 4);
        else if (kv->type == ASSAY_KV_F16)
            put_half(block + 2 * at, key[d]);
        else if (d % PER_SCALE == 0)
            put_half(block + dims * ASSAY_KEYS +
                         2 * (d / PER_SCALE * ASSAY_KEYS + lane),
                     quantise_part(key + d, q));
        if (kv->type == ASSAY_KV_Q8_0)
            block[at] = (unsigned char)q[d % PER_SCALE];
    }
}

static void keep_value(const struct assay_kv *kv, size_t position,
                       const float *value)
{
    unsigned char *row = kv->values + position * value_bytes(kv);
    size_t dims = kv->head_dim;

    for (size_t d = 0; d < dims; d += PER_SCALE) {
        if (kv->type == ASSAY_KV_F32) {
            memcpy(row + 4 * d, value + d, 4 * PER_SCALE);
        } else if (kv->type == ASSAY_KV_F16) {
            for (size_t i = 0; i < PER_SCALE; i++)
                put_half(row + 2 * (d + i), value[d + i]);
        } else {
            int8_t q[PER_SCALE];

            put_half(row + dims + d / PER_SCALE * 2,
                     quantise_part(value + d, q));
            memcpy(row + d, q, PER_SCALE);
        }
    }
}

static void keep(const struct assay_kv *kv, size_t position, const float *key,
                 const float *value)
{
    keep_key(kv, position, key);
    keep_value(kv, position, value);
}

/* ------------------------------------------------------- attention */

/* Sixteen f16 as floats: each level's own. */
static inline assay_f16v halves16(const unsigned char *at);

static inline assay_f16v signed16(const unsigned char *at)
{
    typedef int8_t bytes16 __attribute__((vector_size(16)));
    bytes16 q;

    memcpy(&q, at, sizeof q);
    return __builtin_convertvector(q, assay_f16v);
}

/* 16 keys as floats, dimension by dimension: themselves, or in `room`. */
static inline const float *keys_of(const struct assay_kv *kv, size_t block,
                                   float *room)
{
    const unsigned char *at = kv->keys + block * key_block_bytes(kv);
    size_t dims = kv->head_dim;

    if (kv->type == ASSAY_KV_F32)
        return (const float *)(const void *)at;
    for (size_t d = 0; d < dims; d++) {
        size_t lane = d * ASSAY_KEYS;

        if (kv->type == ASSAY_KV_F16)
            store16(room + lane, halves16(at + 2 * lane));
        else
            store16(room + lane,
                    signed16(at + lane) *
                        halves16(at + dims * ASSAY_KEYS +
                                 2 * (d / PER_SCALE * ASSAY_KEYS)));
    }
    return room;
}

static inline const float *value_of(const struct assay_kv *kv, size_t position,
                                    float *room)
{
    const unsigned char *at = kv->values + position * value_bytes(kv);
    size_t dims = kv->head_dim;

    if (kv->type == ASSAY_KV_F32)
        return (const float *)(const void *)at;
    for (size_t d = 0; d < dims; d += LANES) {
        uint16_t half;

        if (kv->type == ASSAY_KV_F16) {
            store16(room + d, halves16(at + 2 * d));
            continue;
        }
        memcpy(&half, at + dims + d / PER_SCALE * 2, 2);
        store16(room + d, signed16(at + d) * assay_f16_to_f32(half));
    }
    return room;
}

/* Scores of one query against 16 keys. */
static inline assay_f16v scores16(const float *keys, const float *query,
                                  size_t dims, float cap)
{
    assay_f16v part[4] = {{0}, {0}, {0}, {0}};
    assay_f16v s;

    for (size_t d = 0; d < dims; d += 4)
        for (size_t i = 0; i < 4; i++)
            part[i] += query[d + i] * load16(keys + (d + i) * ASSAY_KEYS);
    s = (part[0] + part[1]) + (part[2] + part[3]);
    return cap > 0 ? cap * tanh16(s * (1.0F / cap)) : s;
}

/* What one query has gathered so far. */
struct gathered {
    float most, sum;
};

/* Makes room for scores up to `most`: what was gathered shrinks. */
static inline void rescale(struct gathered *g, float most, float *out,
                           size_t dims)
{
    assay_f16v by;

    if (most <= g->most)
        return;
    by = exp16(all16(g->most - most));
    g->most = most;
    g->sum *= by[0];
    for (size_t d = 0; d < dims; d += LANES)
        store16(out + d, load16(out + d) * by);
}

static void attend(const struct assay_kv *kv, size_t first, size_t last,
                   const float *query, size_t heads, float cap, float *out,
                   void *scratch)
{
    const assay_i16v lanes = {0, 1, 2,  3,  4,  5,  6,  7,
                              8, 9, 10, 11, 12, 13, 14, 15};
    size_t dims = kv->head_dim;
    float *room = scratch, *value_room = room + dims * ASSAY_KEYS;
    struct gathered gathered[ASSAY_MOST_SHARING];
    float shares[ASSAY_MOST_SHARING][LANES];

    for (size_t h = 0; h < heads; h++)
        gathered[h] = (struct gathered){-INFINITY, 0};
    memset(out, 0, heads * dims * sizeof *out);
    for (size_t b = first / ASSAY_KEYS; b <= last / ASSAY_KEYS; b++) {
        size_t from = b * ASSAY_KEYS, to = from + ASSAY_KEYS;
        const float *keys = keys_of(kv, b, room);

        if (from < first)
            from = first;
        if (to > last + 1)
            to = last + 1;
        assay_i16v seen = (lanes >= (int32_t)(from % ASSAY_KEYS)) &
                          (lanes <= (int32_t)((to - 1) % ASSAY_KEYS));
        for (size_t h = 0; h < heads; h++) {
            assay_f16v s = scores16(keys, query + h * dims, dims, cap);

            s = choose16(seen, s, all16(-INFINITY));
            rescale(&gathered[h], max_of(s), out + h * dims, dims);
            s = choose16(seen, exp16(s - gathered[h].most), all16(0));
            gathered[h].sum += sum_of(s);
            store16(shares[h], s);
        }
        for (size_t k = from; k < to; k++) {
            const float *value = value_of(kv, k, value_room);

            for (size_t h = 0; h < heads; h++) {
                float share = shares[h][k % ASSAY_KEYS];

                for (size_t d = 0; d < dims; d += LANES)
                    store16(out + h * dims + d, load16(out + h * dims + d) +
                                                    share * load16(value + d));
            }
        }
    }
    for (size_t h = 0; h < heads; h++)
        for (size_t d = 0; d < dims; d += LANES)
            store16(out + h * dims + d,
                    load16(out + h * dims + d) * (1.0F / gathered[h].sum));
}

/* ------------------------------------------------------- limits */

static uint64_t read_all(const unsigned char *at, size_t bytes)
{
    typedef uint64_t words __attribute__((vector_size(64)));
    words sums[4] = {{0}, {0}, {0}, {0}}, four[4], all;

    for (size_t i = 0; i < bytes; i += sizeof four) {
        memcpy(four, at + i, sizeof four);
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
            sums[k] += four[k];
    }
    all = sums[0] + sums[1] + sums[2] + sums[3];
    return all[0] + all[1] + all[2] + all[3] + all[4] + all[5] + all[6] +
           all[7];
}

/* ------------------------------------------------------- quantising */

/* Where block b of vector v stands. */
static inline size_t block_number(const struct assay_vectors *x, size_t v,
                                  size_t b)
{
    size_t chunk = v / ASSAY_CHUNK, tiles = x->cols / ASSAY_BLOCK;
    size_t left = x->count - chunk * ASSAY_CHUNK;
    size_t width = left < ASSAY_CHUNK ? left : ASSAY_CHUNK;

    return chunk * ASSAY_CHUNK * tiles + b * width + v % ASSAY_CHUNK;
}

static inline assay_f16v size16(assay_f16v x)
{
    return (assay_f16v)((assay_i16v)x & 0x7fffffff);
}

/*
 * x * per to the nearest integer. What is no number of up to 127 is 0: the
 * block's scale says then what was wrong. Choosing also keeps the product
 * apart from the sum, so that no level makes one rounding of the two.
 */
static inline assay_i16v rounded16(assay_f16v x, float per)
{
    const float magic = 12582912.0F;
    assay_f16v v = x * per;

    v = choose16((v > -128.0F) & (v < 128.0F), v, all16(0));
    return __builtin_convertvector((v + magic) - magic, assay_i16v);
}

/*
 * x without the number that stands for it. The product is chosen for the
 * reason above; next to an infinite scale the rest is x.
 */
static inline assay_f16v rest16(assay_f16v x, assay_i16v q, float scale)
{
    assay_f16v p = scale * __builtin_convertvector(q, assay_f16v);

    return x - choose16(size16(p) < 3e38F, p, all16(0));
}

static void quantise(struct assay_vectors *x, size_t from, size_t to)
{
    for (size_t v = from; v < to; v++)
        for (size_t b = 0; b < x->cols / ASSAY_BLOCK; b++) {
            const float *at = x->floats + v * x->cols + b * ASSAY_BLOCK;
            size_t n = block_number(x, v, b);
            assay_f16v low = load16(at), high = load16(at + LANES);
            float most = max_of(max16(size16(low), size16(high)));
            float scale = most / 127.0F;
            float per = most > 1e-36F ? 127.0F / most : 0; /* else infinite */
            int32_t q[2][LANES], sum[2] = {0, 0};
            assay_i16v first = rounded16(low, per);
            assay_i16v second = rounded16(high, per);

            memcpy(q[0], &first, sizeof first);
            memcpy(q[1], &second, sizeof second);
            for (int i = 0; i < LANES; i++) {
                x->bytes[n * ASSAY_BLOCK + (size_t)i] = (int8_t)q[0][i];
                x->bytes[n * ASSAY_BLOCK + LANES + (size_t)i] = (int8_t)q[1][i];
                sum[0] += q[0][i];
                sum[1] += q[1][i];
            }
            x->halves[2 * n] = sum[0];
            x->halves[2 * n + 1] = sum[1];
            x->scales[n] = scale;
            x->sums[n] = scale * (float)(sum[0] + sum[1]);
            if (x->rest) {
                float *rest = x->rest + v * x->cols + b * ASSAY_BLOCK;

                store16(rest, rest16(low, first, scale));
                store16(rest + LANES, rest16(high, second, scale));
            }
        }
}

/* The level of a file that has made what is not written here. */
#define KERNELS(which, name, operations)                                \
    {                                                                   \
        .level = which, .extension = name, .quantise = quantise,        \
        .multiply = multiply, .norm = norm, .add = add,                 \
        .gelu_times = gelu_times, .softcap = softcap, .rope = rope,     \
        .keep = keep, .attend = attend, .read = read_all, .dots = dots, \
        .dot_operations = operations                                    \
    }

#endif
