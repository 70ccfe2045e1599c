/*
 * Small random models built in memory, as GGUF or as a folder of
 * safetensors, right ones and wrong ones; and running them.
 */
#ifndef ASSAY_TESTS_ENGINE_FIXTURE_H
#define ASSAY_TESTS_ENGINE_FIXTURE_H

#include "support/support.h"

#include "assay/engine.h"
#include "gguf/build_gguf.h"

#include <math.h>
#include <stdio.h>

/* A key of the file: of one of these kinds. */
struct fixture_key {
    const char *name;
    char kind; /* 't' text, 'u' u32, 'f' f32; 0: left out */
    double number;
    const char *text;
};

enum fixture_wrong {
    WRONG_NOTHING,
    WRONG_GONE,
    WRONG_FLAT,   /* one dimension */
    WRONG_TURNED, /* rows and columns changed about */
    WRONG_WIDER,  /* 32 columns more */
    WRONG_TALLER, /* a row more */
    WRONG_Q8_0,   /* of this type */
    WRONG_NAN,    /* one of its values */
};

struct fixture_model {
    uint32_t vocabulary, width, layers, heads, key_heads, head_dim, forward;
    uint32_t context, window;
    enum assay_tensor_type type;
    /* in the place of the key of that name, or besides */
    struct fixture_key change;
    const char *wrong_tensor;
    enum fixture_wrong wrong;
};

/* Six windows fit into its context, and three passes of 240 positions. */
static const struct fixture_model fixture_plain = {
    .vocabulary = 70,
    .width = 64,
    .layers = 3,
    .heads = 4,
    .key_heads = 2,
    .head_dim = 32,
    .forward = 96,
    .context = 600,
    .window = 20,
    .type = ASSAY_TENSOR_F32,
};

/* ------------------------------------------------------- keys */

static inline void fixture_put_key(struct build *b,
                                   const struct fixture_key *key)
{
    if (key->kind == 't')
        put_key_text(b, key->name, key->text);
    if (key->kind == 'u')
        put_key_u32(b, key->name, (uint32_t)key->number);
    if (key->kind == 'f') {
        put_key(b, key->name, ASSAY_GGUF_F32);
        put_f32(b, (float)key->number);
    }
}

static inline void fixture_put_keys(struct build *b,
                                    const struct fixture_model *m,
                                    uint64_t tensors)
{
    struct fixture_key keys[] = {
        {"general.architecture", 't', 0, "gemma2"},
        {"gemma2.context_length", 'u', m->context, NULL},
        {"gemma2.embedding_length", 'u', m->width, NULL},
        {"gemma2.block_count", 'u', m->layers, NULL},
        {"gemma2.feed_forward_length", 'u', m->forward, NULL},
        {"gemma2.attention.head_count", 'u', m->heads, NULL},
        {"gemma2.attention.head_count_kv", 'u', m->key_heads, NULL},
        {"gemma2.attention.key_length", 'u', m->head_dim, NULL},
        {"gemma2.attention.layer_norm_rms_epsilon", 'f', 1e-6, NULL},
        {"gemma2.attn_logit_softcapping", 'f', 50, NULL},
        {"gemma2.final_logit_softcapping", 'f', 30, NULL},
        {"gemma2.attention.sliding_window", 'u', m->window, NULL},
        {0},
    };
    size_t count = sizeof keys / sizeof keys[0] - 1, put = 0;
    bool known = false;

    for (size_t i = 0; i < count; i++)
        if (m->change.name && strcmp(keys[i].name, m->change.name) == 0) {
            keys[i] = m->change;
            known = true;
        }
    if (m->change.name && !known)
        keys[count++] = m->change;
    for (size_t i = 0; i < count; i++)
        put += keys[i].kind != 0;
    put_header(b, 3, tensors, put);
    for (size_t i = 0; i < count; i++)
        fixture_put_key(b, &keys[i]);
}

/* ------------------------------------------------------- tensors */

struct fixture_tensor {
    char gguf[64], other[80]; /* its two names */
    uint32_t rows, cols;
    bool norm;
    double gain;
};

/* All of them; at most 11 a layer and 2. */
static inline size_t fixture_tensors(const struct fixture_model *m,
                                     struct fixture_tensor *at)
{
    uint32_t queries = m->heads * m->head_dim;
    uint32_t keys = m->key_heads * m->head_dim;
    const struct {
        const char *gguf, *other;
        uint32_t rows, cols;
        double gain;
    } layer[] = {
        {"attn_norm", "input_layernorm", 1, m->width, 0},
        {"attn_q", "self_attn.q_proj", queries, m->width, 2.5},
        {"attn_k", "self_attn.k_proj", keys, m->width, 2.5},
        {"attn_v", "self_attn.v_proj", keys, m->width, 1},
        {"attn_output", "self_attn.o_proj", m->width, queries, 1},
        {"post_attention_norm", "post_attention_layernorm", 1, m->width, 0},
        {"ffn_norm", "pre_feedforward_layernorm", 1, m->width, 0},
        {"ffn_gate", "mlp.gate_proj", m->forward, m->width, 1},
        {"ffn_up", "mlp.up_proj", m->forward, m->width, 1},
        {"ffn_down", "mlp.down_proj", m->width, m->forward, 1},
        {"post_ffw_norm", "post_feedforward_layernorm", 1, m->width, 0},
    };
    size_t count = 0;

    at[count++] = (struct fixture_tensor){"token_embd.weight",
                                          "model.embed_tokens.weight",
                                          m->vocabulary,
                                          m->width,
                                          false,
                                          1.5};
    for (uint32_t i = 0; i < m->layers; i++)
        for (size_t k = 0; k < sizeof layer / sizeof layer[0]; k++) {
            struct fixture_tensor *t = &at[count++];

            *t = (struct fixture_tensor){.rows = layer[k].rows,
                                         .cols = layer[k].cols,
                                         .norm = layer[k].gain == 0,
                                         .gain = layer[k].gain};
            snprintf(t->gguf, sizeof t->gguf, "blk.%u.%s.weight", i,
                     layer[k].gguf);
            snprintf(t->other, sizeof t->other, "model.layers.%u.%s.weight", i,
                     layer[k].other);
        }
    at[count++] = (struct fixture_tensor){
        "output_norm.weight", "model.norm.weight", 1, m->width, true, 0};
    return count;
}

/* The same for the same name; norms are 1 and sixty-fourths. */
static inline float *fixture_values(const struct fixture_tensor *t)
{
    size_t count = (size_t)t->rows * t->cols;
    float *values = malloc(count * sizeof *values);
    uint64_t seed = 88172645463325252;

    if (!values)
        abort();
    for (const char *c = t->gguf; *c; c++)
        seed = (seed ^ (unsigned char)*c) * 0x100000001b3U;
    for (size_t i = 0; i < count; i++) {
        double sum = 0;

        for (int k = 0; k < 4; k++)
            sum += (double)(next_random(&seed) >> 11) * 0x1p-52 - 1;
        if (t->norm)
            values[i] = 1 + (float)(int)(8 * sum) / 64;
        else
            values[i] = (float)(sum * 0.866 * t->gain / sqrt(t->cols));
    }
    return values;
}

static inline enum assay_tensor_type fixture_spoil(
    const struct fixture_model *m, struct fixture_tensor *t, uint32_t *dims)
{
    enum assay_tensor_type type = t->norm ? ASSAY_TENSOR_F32 : m->type;
    uint32_t rows = t->rows;

    *dims = t->norm ? 1 : 2;
    if (!m->wrong_tensor || strcmp(m->wrong_tensor, t->gguf) != 0)
        return type;
    switch (m->wrong) {
    case WRONG_FLAT:
        t->cols *= t->rows;
        t->rows = 1;
        *dims = 1;
        break;
    case WRONG_TURNED:
        t->rows = t->cols;
        t->cols = rows;
        *dims = 2;
        break;
    case WRONG_WIDER:
        t->cols += 32;
        break;
    case WRONG_TALLER:
        t->rows++;
        *dims = 2;
        break;
    case WRONG_Q8_0:
        return ASSAY_TENSOR_Q8_0;
    default:
        break;
    }
    return type;
}

static inline void fixture_put_data(struct build *b,
                                    const struct fixture_tensor *t,
                                    enum assay_tensor_type type, bool nan)
{
    const struct assay_block_format *f = assay_block_format(type);
    size_t count = (size_t)t->rows * t->cols,
           bytes = count / f->values * f->bytes;
    float *values = fixture_values(t);
    uint8_t *raw = malloc(bytes);

    if (!raw)
        abort();
    if (nan)
        values[count / 2] = (float)NAN;
    assay_quantise(type, values, raw, count);
    put(b, raw, bytes);
    put_padding(b, 32);
    free(raw);
    free(values);
}

/* The whole file; free it with build_free(). */
static inline struct build fixture_gguf(const struct fixture_model *m)
{
    struct fixture_tensor *tensors =
        calloc(11 * m->layers + 2, sizeof *tensors);
    size_t count = fixture_tensors(m, tensors);
    struct build b = {0}, data = {0};
    bool gone = m->wrong_tensor && m->wrong == WRONG_GONE;

    fixture_put_keys(&b, m, count - gone);
    for (size_t i = 0; i < count; i++) {
        struct fixture_tensor t = tensors[i];
        bool wrong = m->wrong_tensor && strcmp(m->wrong_tensor, t.gguf) == 0;
        uint32_t dims;
        enum assay_tensor_type type = fixture_spoil(m, &t, &dims);

        if (wrong && gone)
            continue;
        put_string(&b, t.gguf);
        put_u32(&b, dims);
        put_u64(&b, t.cols);
        if (dims == 2)
            put_u64(&b, t.rows);
        put_u32(&b, type);
        put_u64(&b, data.len);
        fixture_put_data(&data, &t, type, wrong && m->wrong == WRONG_NAN);
    }
    put_padding(&b, 32);
    put(&b, data.at, data.len);
    build_free(&data);
    free(tensors);
    return b;
}

/* ------------------------------------------------------- running */

static inline struct assay_engine *fixture_try(
    const struct fixture_model *m, const struct assay_engine_options *options,
    struct assay_error *err)
{
    struct build b = fixture_gguf(m);
    struct assay_engine *engine = NULL;
    struct assay_weights *weights = assay_weights_open_bytes(
        "built", (struct assay_str){(const char *)b.at, b.len}, err);

    if (weights)
        engine = assay_engine_open(weights, options, err);
    assay_weights_close(weights);
    build_free(&b);
    return engine;
}

static inline struct assay_engine *fixture_engine(
    const struct fixture_model *m, const struct assay_engine_options *options)
{
    struct assay_error err = {0};
    struct assay_engine *engine = fixture_try(m, options, &err);

    if (!engine)
        fail_msg("%s", err.text);
    return engine;
}

static inline struct assay_sequence *fixture_sequence(
    struct assay_engine *engine)
{
    struct assay_error err = {0};
    struct assay_sequence *sequence = assay_sequence_new(engine, &err);

    if (!sequence)
        fail_msg("%s", err.text);
    return sequence;
}

static inline void fixture_run(struct assay_engine *engine,
                               struct assay_step *steps, size_t count)
{
    struct assay_error err = {0};

    if (!assay_engine_run(engine, steps, count, &err))
        fail_msg("%s", err.text);
}

static inline void fixture_tokens(uint32_t *tokens, size_t count,
                                  uint32_t vocabulary, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        tokens[i] = (uint32_t)(next_random(&seed) >> 20) % vocabulary;
}

/* Logits behind each of the tokens, read at once by a new sequence. */
static inline float *fixture_logits(struct assay_engine *engine,
                                    const uint32_t *tokens, size_t count)
{
    uint32_t vocabulary = assay_engine_facts(engine).vocabulary;
    float *logits = malloc(count * vocabulary * sizeof *logits);
    struct assay_sequence *sequence = fixture_sequence(engine);
    struct assay_step step = {sequence, tokens, count, logits, count};

    fixture_run(engine, &step, 1);
    assay_sequence_free(sequence);
    return logits;
}

#endif
