/*
 * What a model is to the engine: one record a layer, filled in by the
 * reader of its files, so that another architecture is other records and no
 * other kernels. Private to engine.
 */
#ifndef ASSAY_ENGINE_MODEL_H
#define ASSAY_ENGINE_MODEL_H

#include "engine/kernels.h"

#include "assay/engine.h"
#include "assay/weights.h"

enum {
    ASSAY_MOST_LAYERS = 256,
    ASSAY_MOST_WIDTH = 65536,
    ASSAY_MOST_HEAD = 1024,
    ASSAY_MOST_VOCABULARY = 1 << 20,
    ASSAY_MOST_CONTEXT = 1 << 20,
};

enum assay_layer_matrix {
    ASSAY_QUERY,
    ASSAY_KEY,
    ASSAY_VALUE,
    ASSAY_OUTPUT,
    ASSAY_GATE,
    ASSAY_UP,
    ASSAY_DOWN,
    ASSAY_LAYER_MATRICES
};

enum assay_layer_norm {
    ASSAY_BEFORE_ATTENTION,
    ASSAY_AFTER_ATTENTION,
    ASSAY_BEFORE_FEED_FORWARD,
    ASSAY_AFTER_FEED_FORWARD,
    ASSAY_LAYER_NORMS
};

struct assay_layer {
    uint32_t window; /* positions it looks back, itself included; 0: all */
    uint32_t head_dim, query_heads, key_heads;
    uint32_t feed_forward;
    float query_scale;
    float softcap; /* of attention scores; 0: none */
    struct assay_matrix matrices[ASSAY_LAYER_MATRICES];
    const float *norms[ASSAY_LAYER_NORMS]; /* what x is multiplied with */
};

struct assay_shape {
    uint32_t width, vocabulary, context, layer_count;
    float eps, embedding_scale, softcap; /* softcap: of logits */
    float rope_base;
    struct assay_layer *layers;
    struct assay_matrix embedding; /* also the output matrix */
    const float *output_norm;
    uint64_t parameters;
};

/*
 * Fills in the numbers, without matrices and norms; layers are in the arena.
 * BAD_INPUT names the key, its value and what was expected.
 */
bool assay_shape_read(const struct assay_weights *weights,
                      struct assay_arena *arena, struct assay_shape *shape,
                      struct assay_error *err);

/* What the file calls a tensor; rows and columns that it must have. */
struct assay_wanted {
    struct assay_str name;
    uint32_t rows, cols; /* norms: one row */
};
/* Layer matrices and norms, in the arena. */
struct assay_wanted assay_wanted_matrix(struct assay_arena *arena,
                                        const struct assay_weights *weights,
                                        const struct assay_shape *shape,
                                        uint32_t layer,
                                        enum assay_layer_matrix which);
struct assay_wanted assay_wanted_norm(struct assay_arena *arena,
                                      const struct assay_weights *weights,
                                      const struct assay_shape *shape,
                                      uint32_t layer,
                                      enum assay_layer_norm which);
struct assay_wanted assay_wanted_embedding(const struct assay_weights *weights,
                                           const struct assay_shape *shape);
struct assay_wanted assay_wanted_output_norm(
    const struct assay_weights *weights, const struct assay_shape *shape);
/* Norms of this container hold w and mean 1 + w. */
bool assay_norms_lack_one(const struct assay_weights *weights);

#endif
