/*
 * Runs a model's weights in this process: tokens in, logits out.
 *
 * The same tokens give the same logits, bit by bit, alone or in a batch,
 * after a prefix that was kept or not, with any number of threads.
 */
#ifndef ASSAY_ENGINE_H
#define ASSAY_ENGINE_H

#include "assay/error.h"
#include "assay/str.h"
#include "assay/weights.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assay_engine;
struct assay_sequence;

enum assay_cache_type { ASSAY_CACHE_F16, ASSAY_CACHE_Q8_0, ASSAY_CACHE_F32 };
enum assay_precision {
    /* int8 inputs for block types; a model whose floats fit 32 MiB is
       expanded to floats, which is exact and as fast */
    ASSAY_PRECISION_AUTO,
    ASSAY_PRECISION_INT8,
    ASSAY_PRECISION_FLOAT, /* weights are dequantised, sums are floats */
};

struct assay_engine_options {
    size_t threads;  /* 0: the processors that this process may use */
    const char *cpu; /* "scalar", "avx2" …: at most this level; or NULL */
    enum assay_cache_type cache;
    enum assay_precision precision;
    /* Called while weights are packed, 0 … 1; or NULL. */
    void (*progress)(void *context, double share);
    void *context;
};

/*
 * Checks every tensor against the model's shape, then packs the weights for
 * the processor. `weights` may be closed afterwards. NULL: BAD_INPUT names
 * the key or tensor and what was expected; SYSTEM: memory, with the plan.
 */
struct assay_engine *assay_engine_open(
    const struct assay_weights *weights,
    const struct assay_engine_options *options, struct assay_error *err);
void assay_engine_close(struct assay_engine *engine);

struct assay_engine_facts {
    uint32_t vocabulary, context, layers, width;
    uint64_t parameters;
    size_t weight_bytes; /* packed */
    size_t token_bytes;  /* of the cache, for one token of one sequence */
    size_t threads;
    const char *cpu;       /* level that runs: "avx512" */
    const char *extension; /* and what it multiplies with: "avx512_vnni" */
    const char *precision; /* "int8", "float" */
};
struct assay_engine_facts assay_engine_facts(const struct assay_engine *engine);

/* The most that could be had of this machine by the engine's threads. */
struct assay_engine_limits {
    double read_bytes_per_s;      /* from memory, all threads together */
    double int8_operations_per_s; /* a product and its sum are two */
};
/* Measures for some tenths of a second. False: SYSTEM (memory). */
bool assay_engine_measure(struct assay_engine *engine,
                          struct assay_engine_limits *limits,
                          struct assay_error *err);

/* ------------------------------------------------------- sequences */

/* What was read so far, with its cache. Grows; NULL: SYSTEM (memory). */
struct assay_sequence *assay_sequence_new(struct assay_engine *engine,
                                          struct assay_error *err);
void assay_sequence_free(struct assay_sequence *sequence);
/* The tokens that it holds. Borrowed until the next change. */
const uint32_t *assay_sequence_tokens(const struct assay_sequence *sequence,
                                      size_t *count);
/* Forgets all behind the first `count` tokens. */
void assay_sequence_cut(struct assay_sequence *sequence, size_t count);
/* Makes `to` the first `count` tokens of `from`. False: SYSTEM. */
bool assay_sequence_copy(struct assay_sequence *to,
                         const struct assay_sequence *from, size_t count,
                         struct assay_error *err);

struct assay_step {
    struct assay_sequence *sequence; /* once per call */
    const uint32_t *tokens;          /* appended to it */
    size_t count;                    /* at least 1 */
    /*
     * Where logits go: `logits_count` positions, the last ones of `tokens`
     * (0: none wanted), vocabulary floats each.
     */
    float *logits;
    size_t logits_count;
};
/*
 * One pass over all steps together. BAD_INPUT: a token outside the
 * vocabulary; LIMIT: a sequence would exceed the context ("8,192 tokens are
 * the model's limit, 8,190 are read and 3 more were given"); SYSTEM: memory.
 * On an error no sequence has changed. One call at a time per engine.
 */
bool assay_engine_run(struct assay_engine *engine, struct assay_step *steps,
                      size_t count, struct assay_error *err);

/* ------------------------------------------------------- by name */

struct assay_tokenizer;

/* An engine with its tokenizer and a name to show. */
struct assay_local {
    struct assay_engine *engine;
    struct assay_tokenizer *tokenizer;
    char name[64]; /* "nano-s", of a file its name without the ending */
};
/*
 * A file or folder of weights, or one of the models that are compiled in:
 * "nano-s", "nano-xs", also as "assay/nano-s"; empty: nano-s. Close with
 * assay_local_close(). NOT_FOUND names what there is.
 */
bool assay_local_open(struct assay_local *local, struct assay_str name,
                      const struct assay_engine_options *options,
                      struct assay_error *err);
void assay_local_close(struct assay_local *local);
/* The weights of such a name alone. */
struct assay_weights *assay_local_weights(struct assay_str name,
                                          struct assay_error *err);

#endif
