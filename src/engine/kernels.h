/*
 * The arithmetic of the engine, one table of functions per CPU level.
 * Private to engine.
 *
 * What every level keeps to: the numbers that come out for one input vector
 * do not depend on which other vectors stand beside it, on the part of the
 * rows that a call asks for, or on the thread. So a prompt gives the same
 * tokens alone, in a batch, after a cached prefix and with any number of
 * threads. Levels may differ from each other in the order of float sums
 * (1e-5 relative); their integer parts are equal.
 */
#ifndef ASSAY_ENGINE_KERNELS_H
#define ASSAY_ENGINE_KERNELS_H

#include "base/cpu.h"
#include "gguf/blocks.h"

#include "assay/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ASSAY_GROUP = 16, /* rows that are interleaved: one 512-bit lane each */
    ASSAY_BLOCK = 32, /* columns that share an activation scale */
    ASSAY_KEYS = 16,  /* keys of the cache that are interleaved */
    ASSAY_ALIGN = 64,
    ASSAY_CHUNK = 12,        /* vectors that a kernel takes together */
    ASSAY_MOST_SHARING = 16, /* query heads of one key head */
};

/* ------------------------------------------------------- matrices */

/*
 * A weight matrix in the order in which the kernels read it: groups of 16
 * rows; in a group tile by tile, each with its scales behind it, and before
 * eight tiles of a K type what scales all of them. So there is one stream of
 * bytes: with scales in a place of their own a processor guesses half as well
 * what to read next. The same for all levels.
 *
 * A tile of a block type is 32 columns of the 16 rows, as eight quads: four
 * neighbouring columns of each row make one 32-bit lane, so that a quad is
 * 64 bytes (row r, column j of the quad: byte 4 r + j). 4-bit weights are
 * packed two quads in one: quad q in the low nibbles, quad q + 4 in the high
 * ones. The fifth bits stand behind them (bit 4 r + j of the quad's 64), the
 * sixth and fifth bits of Q6_K as 2-bit fields (quad q of four: bits 2q and
 * up; 64 bytes for quads 0-3, 64 for 4-7). Q8_0 stands as q + 128. So the
 * packed bytes are those of the file, K types with 1 to 3 % more.
 *
 * Float types (F32, F16, BF16): column by column, 16 rows each.
 */
struct assay_matrix {
    enum assay_tensor_type type;
    uint32_t rows, cols;   /* cols: a multiple of the type's block */
    size_t group_bytes;    /* of 16 rows; rows behind the last are zeros */
    unsigned char *packed; /* ASSAY_ALIGN-aligned */
};

/* Bytes of the parts of a group. */
struct assay_layout {
    size_t weights; /* of a tile: quads, then high bits */
    size_t tile;    /* with its scales; see the kinds */
    size_t super;   /* before eight tiles: d[16], dmin[16] as f16; or 0 */
};
struct assay_layout assay_matrix_layout(const struct assay_matrix *m);

enum { ASSAY_SUPER_TILES = 8 };

/* Where a tile is in its group, and what is before the eight it is of. */
size_t assay_super_at(const struct assay_layout *at, size_t tile);
size_t assay_tile_at(const struct assay_layout *at, size_t tile);

/*
 * What scales a tile. OFFSET: d (q - offset), d f16[16]. MINIMUM: d q + m,
 * d and m f16[16] each. K: sc and min u8[16] each, with d and dmin of eight
 * tiles. K6: two scales, i8[16] for columns 0-15 and for 16-31, with d.
 */
enum assay_scaling {
    ASSAY_SCALE_NONE, /* float types */
    ASSAY_SCALE_OFFSET,
    ASSAY_SCALE_MINIMUM,
    ASSAY_SCALE_K,
    ASSAY_SCALE_K6,
};
struct assay_packing {
    enum assay_scaling scaling;
    unsigned bits; /* 4, 5, 6, 8; of float types 16 or 32 */
    int offset;    /* taken off each q: 8, 16, 32, 128; K and MINIMUM: 0 */
};
struct assay_packing assay_packing_of(enum assay_tensor_type type);

/* Bytes of the packed form. */
size_t assay_matrix_bytes(enum assay_tensor_type type, uint32_t rows,
                          uint32_t cols);
/* The header of a packed matrix at `memory`. */
void assay_matrix_init(struct assay_matrix *m, enum assay_tensor_type type,
                       uint32_t rows, uint32_t cols, void *memory);
/*
 * Packs groups from … to of row-major blocks as a file holds them (`raw`:
 * the first row of all) into m->packed + from * m->group_bytes. Any part by
 * any thread.
 */
void assay_matrix_pack(struct assay_matrix *m, const void *raw, size_t from,
                       size_t to);
/* One row back as floats, exactly what the file's blocks say. */
void assay_matrix_row(const struct assay_matrix *m, uint32_t row, float *out);

/* What the scalar level and tests look at: one integer of a tile … */
uint8_t assay_tile_value(const unsigned char *tile, unsigned bits, size_t r,
                         size_t c);
/* … and the scales of columns 0-15 and 16-31, and what is added to each. */
struct assay_tile_scale {
    float low, high, minimum;
};
struct assay_tile_scale assay_tile_scale(const struct assay_matrix *m,
                                         const unsigned char *group,
                                         size_t tile, size_t r);

/* ------------------------------------------------------- vectors */

/*
 * Input vectors of one multiplication, as floats and, for block types, as
 * int8 with a scale per 32 columns (max |x| / 127), and the sums of their
 * integers over 16 columns, for the offsets and minima of the weights.
 *
 * What is quantised stands in chunks of twelve vectors (the last one has
 * what is left, `width`): block b of vector v of a chunk is number
 * (b * width + v) of the chunk's blocks.
 *
 * Where int8 is too coarse, what it leaves is multiplied as well: the vectors
 * of `rest`, with `more` set, so that both products are added up.
 */
struct assay_vectors {
    size_t count, cols;
    const float *floats; /* count x cols, a vector after the other */
    int8_t *bytes;       /* 32 per block */
    float *scales;       /* 1 per block */
    float *sums;         /* 1 per block: scale * sum of its integers */
    int32_t *halves;     /* 2 per block: sums of 16 integers */
    float *rest; /* NULL, or count x cols: floats without their integers */
    bool more;   /* products are added to what is there */
};

/* ------------------------------------------------------- the cache */

enum assay_kv_type { ASSAY_KV_F16, ASSAY_KV_Q8_0, ASSAY_KV_F32 };

/*
 * One head of one layer: keys of 16 positions are interleaved (dimension by
 * dimension, 16 positions each), values stand row by row. Q8_0: int8 with
 * an f16 scale per 32 dimensions of each position.
 */
struct assay_kv {
    enum assay_kv_type type;
    uint32_t head_dim; /* a multiple of 32 */
    unsigned char *keys, *values;
};
/* Bytes of keys (and as many of values) for so many positions. */
size_t assay_kv_bytes(enum assay_kv_type type, uint32_t head_dim,
                      size_t positions);

/* ------------------------------------------------------- levels */

struct assay_kernels {
    enum assay_cpu_level level;
    const char *extension; /* what int8 is multiplied with */

    /* Fills what is quantised, and the rest, of vectors from … to. */
    void (*quantise)(struct assay_vectors *x, size_t from, size_t to);
    /*
     * y[v][row] = sum over columns of weight[row][column] * x[v][column] for
     * the rows of groups from … to and every vector; y has `stride` floats
     * a vector, at least the rows rounded up to 16. Block types: plus what y
     * holds, for vectors that say `more`.
     */
    void (*multiply)(const struct assay_matrix *m,
                     const struct assay_vectors *x, float *y, size_t stride,
                     size_t from, size_t to);

    /* out = x / sqrt(mean(x^2) + eps) * w; out may be x */
    void (*norm)(float *out, const float *x, const float *w, size_t n,
                 float eps);
    /* x += y */
    void (*add)(float *x, const float *y, size_t n);
    /* gate = gelu_tanh(gate) * up */
    void (*gelu_times)(float *gate, const float *up, size_t n);
    /* x = cap * tanh(x / cap); any n, all others multiples of 16 */
    void (*softcap)(float *x, float cap, size_t n);
    /* Rotates the halves of one head against each other, `half` pairs. */
    void (*rope)(float *x, const float *cos, const float *sin, size_t half);
    /* Writes key and value of one head at a position into its cache. */
    void (*keep)(const struct assay_kv *kv, size_t position, const float *key,
                 const float *value);
    /*
     * `heads` query heads (head_dim floats each, already scaled) that share
     * this cache's head look at positions first … last: scores, soft cap
     * (0: none), softmax and the weighted sum of values, in one pass over
     * blocks of positions that begin at multiples of ASSAY_KEYS (so that
     * the sums do not depend on where a prompt was cut).
     */
    void (*attend)(const struct assay_kv *kv, size_t first, size_t last,
                   const float *query, size_t heads, float cap, float *out,
                   void *scratch);

    /* For limits.c: goes over bytes, a multiple of 256, and sums them up. */
    uint64_t (*read)(const unsigned char *at, size_t bytes);
    /* int8 products and sums from registers, dot_operations a round. */
    uint64_t (*dots)(size_t rounds);
    size_t dot_operations;
};

/* What attend needs for itself. */
size_t assay_scratch_bytes(uint32_t head_dim);

extern const struct assay_kernels assay_kernels_scalar;
extern const struct assay_kernels assay_kernels_avx2;
extern const struct assay_kernels assay_kernels_avx512;
extern const struct assay_kernels assay_kernels_neon;
/* NULL: not compiled for this machine's kind. */
const struct assay_kernels *assay_kernels_of(enum assay_cpu_level level);

#endif
