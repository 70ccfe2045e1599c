/*
 * The engine in three files: engine.c opens and packs, sequence.c keeps
 * caches, run.c computes. Private to engine.
 */
#ifndef ASSAY_ENGINE_PARTS_H
#define ASSAY_ENGINE_PARTS_H

#include "base/pool.h"
#include "engine/model.h"

#include "assay/arena.h"

enum { ASSAY_ROWS_AT_ONCE = 240 }; /* positions of one pass; of 12 */

struct assay_engine {
    struct assay_arena arena; /* shape, names, norms */
    struct assay_shape shape;
    const struct assay_kernels *kernels;
    struct assay_pool *pool;
    enum assay_kv_type cache;
    bool floats;  /* weights were dequantised */
    void *packed; /* mapped */
    size_t packed_bytes;
    float *cosines, *sines; /* context x head_dim/2, mapped */
    size_t reached;         /* positions of them that are computed */
    struct assay_pass *work;
};

/* One sequence's place in a cache. */
struct assay_sequence {
    struct assay_engine *engine;
    uint32_t *tokens;
    size_t count, room;
    unsigned char *memory; /* reserved for the whole context, used as it
                              fills */
    size_t bytes;
};

/* The cache of one head of one layer. */
struct assay_kv assay_sequence_kv(const struct assay_sequence *sequence,
                                  uint32_t layer, uint32_t head);

bool assay_sequence_append(struct assay_sequence *sequence,
                           const uint32_t *tokens, size_t count,
                           struct assay_error *err);

/* Sees to it that so many positions can be turned to. */
void assay_engine_reach(struct assay_engine *engine, size_t positions);

struct assay_pass *assay_pass_new(struct assay_engine *engine,
                                  struct assay_error *err);
void assay_pass_free(struct assay_pass *work);

/* Zeroed pages that only count when touched. NULL: SYSTEM. */
void *assay_map_memory(size_t bytes, bool huge, struct assay_error *err);
void assay_unmap_memory(void *memory, size_t bytes);

#endif
