/*
 * The numbers of a model, from GGUF's keys or config.json, each checked
 * against what the kernels and its other numbers demand; and the names of
 * its tensors. Facts of Gemma 2: engine notes 1.1 to 1.4, from Google's
 * gemma_pytorch and Hugging Face's configuration, 2024.
 */
#include "engine/model.h"

#include <math.h>

/* A number under GGUF's name and under config.json's. */
struct key {
    const char *gguf, *config;
    uint32_t least, most, multiple;
};

static const char *name_in(const struct assay_weights *weights,
                           const struct key *key)
{
    return assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF ? key->gguf
                                                               : key->config;
}

static bool read_count(const struct assay_weights *weights,
                       const struct key *key, uint32_t *value,
                       struct assay_error *err)
{
    const char *name = name_in(weights, key);

    if (!assay_weights_u32(weights, name, value, err))
        return false;
    if (*value >= key->least && *value <= key->most &&
        *value % key->multiple == 0)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT, "%s: %s is %u, expected %u to %u%s",
                      assay_weights_path(weights), name, *value, key->least,
                      key->most,
                      key->multiple == 32   ? ", a multiple of 32"
                      : key->multiple == 16 ? ", a multiple of 16"
                                            : "");
}

/* Absent: `otherwise`. Finite and above 0. */
static bool read_float(const struct assay_weights *weights, const char *gguf,
                       const char *config, float otherwise, float *value,
                       struct assay_error *err)
{
    const struct key key = {gguf, config, 0, 0, 1};
    const char *name = name_in(weights, &key);

    *value = otherwise;
    if (!assay_weights_has(weights, name))
        return true;
    if (!assay_weights_f32(weights, name, value, err))
        return false;
    if (*value > 0 && isfinite(*value))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s: %s is %g, expected a number above 0",
                      assay_weights_path(weights), name, (double)*value);
}

static bool check_architecture(const struct assay_weights *weights,
                               struct assay_error *err)
{
    bool gguf = assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF;
    const char *key = gguf ? "general.architecture" : "model_type";
    struct assay_str name;

    if (!assay_weights_text(weights, key, &name, err))
        return false;
    if (assay_str_is(name, "gemma2"))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s: %s is '%.*s', expected gemma2: other models are "
                      "not run yet",
                      assay_weights_path(weights), key,
                      ASSAY_STR_ARG(assay_str_head(name, 40)));
}

static float bf16_rounded(float value)
{
    return assay_bf16_to_f32(assay_bf16_from_f32(value));
}

/*
 * The vocabulary is what the embedding has rows for; a file's list of tokens
 * must have as many.
 */
static bool read_vocabulary(const struct assay_weights *weights,
                            struct assay_shape *shape, struct assay_error *err)
{
    struct assay_wanted wanted = assay_wanted_embedding(weights, shape);
    struct assay_tensor tensor;

    if (!assay_weights_tensor(weights, wanted.name, &tensor))
        return assay_fail(err, ASSAY_BAD_INPUT, "%s: there is no tensor '%.*s'",
                          assay_weights_path(weights),
                          ASSAY_STR_ARG(wanted.name));
    if (tensor.dim_count != 2 || tensor.dims[1] < 2 ||
        tensor.dims[1] > ASSAY_MOST_VOCABULARY)
        return assay_fail(
            err, ASSAY_BAD_INPUT,
            "%s: tensor '%.*s' has %llu rows, expected 2 to %d",
            assay_weights_path(weights), ASSAY_STR_ARG(wanted.name),
            (unsigned long long)tensor.rows, ASSAY_MOST_VOCABULARY);
    shape->vocabulary = (uint32_t)tensor.dims[1];
    return true;
}

static bool read_heads(const struct assay_weights *weights,
                       struct assay_layer *layer, struct assay_error *err)
{
    static const struct key heads = {"gemma2.attention.head_count",
                                     "num_attention_heads", 1, 1024, 1};
    static const struct key key_heads = {"gemma2.attention.head_count_kv",
                                         "num_key_value_heads", 1, 1024, 1};
    static const struct key head_dim = {"gemma2.attention.key_length",
                                        "head_dim", 32, ASSAY_MOST_HEAD, 32};

    if (!read_count(weights, &heads, &layer->query_heads, err) ||
        !read_count(weights, &key_heads, &layer->key_heads, err) ||
        !read_count(weights, &head_dim, &layer->head_dim, err))
        return false;
    if (layer->query_heads % layer->key_heads == 0 &&
        layer->query_heads / layer->key_heads <= ASSAY_MOST_SHARING)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s: %u query heads do not share %u key heads evenly, "
                      "at most %d each",
                      assay_weights_path(weights), layer->query_heads,
                      layer->key_heads, ASSAY_MOST_SHARING);
}

/*
 * 27B (46 layers) scales queries by its width per head; config.json says it.
 * The first files of June 2024 lack soft caps and window: defaults.
 */
static bool read_attention(const struct assay_weights *weights,
                           const struct assay_shape *shape,
                           struct assay_layer *layer, struct assay_error *err)
{
    float divisor = (float)layer->head_dim;

    if (shape->layer_count == 46)
        divisor = (float)shape->width / (float)layer->query_heads;
    if (!read_float(weights, "", "query_pre_attn_scalar", divisor, &divisor,
                    err) ||
        !read_float(weights, "gemma2.attn_logit_softcapping",
                    "attn_logit_softcapping", 50.0F, &layer->softcap, err))
        return false;
    layer->query_scale = 1.0F / sqrtf(divisor);
    return true;
}

static bool read_window(const struct assay_weights *weights, uint32_t *window,
                        struct assay_error *err)
{
    static const struct key key = {"gemma2.attention.sliding_window",
                                   "sliding_window", 1, ASSAY_MOST_CONTEXT, 1};

    *window = 4096;
    return !assay_weights_has(weights, name_in(weights, &key)) ||
           read_count(weights, &key, window, err);
}

static bool read_layers(const struct assay_weights *weights,
                        struct assay_arena *arena, struct assay_shape *shape,
                        struct assay_error *err)
{
    static const struct key feed_forward = {"gemma2.feed_forward_length",
                                            "intermediate_size", 32,
                                            4 * ASSAY_MOST_WIDTH, 32};
    struct assay_layer layer = {0};
    uint32_t window;

    if (!read_heads(weights, &layer, err) ||
        !read_count(weights, &feed_forward, &layer.feed_forward, err) ||
        !read_attention(weights, shape, &layer, err) ||
        !read_window(weights, &window, err))
        return false;
    shape->layers =
        ASSAY_NEW_ARRAY(arena, struct assay_layer, shape->layer_count);
    for (uint32_t i = 0; i < shape->layer_count; i++) {
        layer.window = i % 2 == 0 ? window : 0; /* even layers are local */
        shape->layers[i] = layer;
    }
    return true;
}

static bool is_count(const struct assay_weights *weights, const char *key,
                     uint32_t wanted, struct assay_error *err)
{
    uint32_t value;

    if (!assay_weights_has(weights, key))
        return true;
    return assay_weights_u32(weights, key, &value, err) &&
           (value == wanted ||
            assay_fail(err, ASSAY_BAD_INPUT, "%s: %s is %u, expected %u",
                       assay_weights_path(weights), key, value, wanted));
}

static bool is_text(const struct assay_weights *weights, const char *key,
                    const char *wanted, struct assay_error *err)
{
    struct assay_str value;

    if (!assay_weights_has(weights, key))
        return true;
    return assay_weights_text(weights, key, &value, err) &&
           (assay_str_is(value, wanted) ||
            assay_fail(err, ASSAY_BAD_INPUT, "%s: %s is '%.*s', expected %s",
                       assay_weights_path(weights), key,
                       ASSAY_STR_ARG(assay_str_head(value, 40)), wanted));
}

static bool is_flag(const struct assay_weights *weights, const char *key,
                    bool wanted, struct assay_error *err)
{
    bool value;

    if (!assay_weights_has(weights, key))
        return true;
    return assay_weights_bool(weights, key, &value, err) &&
           (value == wanted ||
            assay_fail(err, ASSAY_BAD_INPUT, "%s: %s is %s, expected %s",
                       assay_weights_path(weights), key,
                       value ? "true" : "false", wanted ? "true" : "false"));
}

/*
 * What the pass takes for granted, where a file states it: another value
 * would give wrong answers without a word.
 */
static bool check_granted(const struct assay_weights *weights,
                          const struct assay_layer *layer,
                          struct assay_error *err)
{
    if (assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF)
        return is_count(weights, "gemma2.attention.value_length",
                        layer->head_dim, err) &&
               is_count(weights, "gemma2.rope.dimension_count", layer->head_dim,
                        err) &&
               is_count(weights, "gemma2.attention.sliding_window_pattern", 2,
                        err) &&
               is_text(weights, "gemma2.rope.scaling.type", "none", err);
    if (assay_weights_has(weights, "rope_scaling"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: rope_scaling is given, expected none",
                          assay_weights_path(weights));
    return is_text(weights, "hidden_activation", "gelu_pytorch_tanh", err) &&
           is_flag(weights, "attention_bias", false, err) &&
           is_flag(weights, "tie_word_embeddings", true, err);
}

static bool read_shape(const struct assay_weights *weights,
                       struct assay_arena *arena, struct assay_shape *shape,
                       struct assay_error *err)
{
    static const struct key width = {"gemma2.embedding_length", "hidden_size",
                                     32, ASSAY_MOST_WIDTH, 32};
    static const struct key layers = {"gemma2.block_count", "num_hidden_layers",
                                      1, ASSAY_MOST_LAYERS, 1};
    static const struct key context = {"gemma2.context_length",
                                       "max_position_embeddings", 1,
                                       ASSAY_MOST_CONTEXT, 1};

    *shape = (struct assay_shape){0};
    if (!check_architecture(weights, err) ||
        !read_count(weights, &width, &shape->width, err) ||
        !read_count(weights, &layers, &shape->layer_count, err) ||
        !read_count(weights, &context, &shape->context, err) ||
        !read_float(weights, "gemma2.attention.layer_norm_rms_epsilon",
                    "rms_norm_eps", 1e-6F, &shape->eps, err) ||
        !read_float(weights, "gemma2.final_logit_softcapping",
                    "final_logit_softcapping", 30.0F, &shape->softcap, err) ||
        !read_float(weights, "gemma2.rope.freq_base", "rope_theta", 10000.0F,
                    &shape->rope_base, err) ||
        !read_vocabulary(weights, shape, err) ||
        !read_layers(weights, arena, shape, err) ||
        !check_granted(weights, &shape->layers[0], err))
        return false;
    shape->embedding_scale = sqrtf((float)shape->width);
    /* 9B and 27B were trained with the scale rounded to bf16 (59.75, 68) */
    if (shape->width == 3584 || shape->width == 4608)
        shape->embedding_scale = bf16_rounded(shape->embedding_scale);
    return true;
}

bool assay_shape_read(const struct assay_weights *weights,
                      struct assay_arena *arena, struct assay_shape *shape,
                      struct assay_error *err)
{
    const char *path = assay_weights_path(weights);

    if (read_shape(weights, arena, shape, err))
        return true;
    if (err->code == ASSAY_NOT_FOUND) /* a key: the file itself is there */
        err->code = ASSAY_BAD_INPUT;
    if (!assay_str_starts(assay_str_c(err->text), path))
        assay_fail_in(err, "%s", path);
    return false;
}

/* ------------------------------------------------------- tensors */

static struct assay_str tensor_name(struct assay_arena *arena,
                                    const struct assay_weights *weights,
                                    uint32_t layer, const char *gguf,
                                    const char *other)
{
    if (assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF)
        return assay_arena_printf(arena, "blk.%u.%s.weight", layer, gguf);
    return assay_arena_printf(arena, "model.layers.%u.%s.weight", layer, other);
}

struct assay_wanted assay_wanted_matrix(struct assay_arena *arena,
                                        const struct assay_weights *weights,
                                        const struct assay_shape *shape,
                                        uint32_t layer,
                                        enum assay_layer_matrix which)
{
    static const char *const gguf[] = {"attn_q",      "attn_k",   "attn_v",
                                       "attn_output", "ffn_gate", "ffn_up",
                                       "ffn_down"};
    static const char *const other[] = {"self_attn.q_proj", "self_attn.k_proj",
                                        "self_attn.v_proj", "self_attn.o_proj",
                                        "mlp.gate_proj",    "mlp.up_proj",
                                        "mlp.down_proj"};
    const struct assay_layer *l = &shape->layers[layer];
    uint32_t queries = l->query_heads * l->head_dim;
    uint32_t keys = l->key_heads * l->head_dim;
    uint32_t rows[] = {
        queries,         keys,        keys, shape->width, l->feed_forward,
        l->feed_forward, shape->width};
    uint32_t cols[] = {shape->width, shape->width, shape->width,   queries,
                       shape->width, shape->width, l->feed_forward};

    return (struct assay_wanted){
        tensor_name(arena, weights, layer, gguf[which], other[which]),
        rows[which], cols[which]};
}

struct assay_wanted assay_wanted_norm(struct assay_arena *arena,
                                      const struct assay_weights *weights,
                                      const struct assay_shape *shape,
                                      uint32_t layer,
                                      enum assay_layer_norm which)
{
    static const char *const gguf[] = {"attn_norm", "post_attention_norm",
                                       "ffn_norm", "post_ffw_norm"};
    static const char *const other[] = {
        "input_layernorm", "post_attention_layernorm",
        "pre_feedforward_layernorm", "post_feedforward_layernorm"};

    return (struct assay_wanted){
        tensor_name(arena, weights, layer, gguf[which], other[which]), 1,
        shape->width};
}

struct assay_wanted assay_wanted_embedding(const struct assay_weights *weights,
                                           const struct assay_shape *shape)
{
    bool gguf = assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF;

    return (struct assay_wanted){
        assay_str_c(gguf ? "token_embd.weight" : "model.embed_tokens.weight"),
        shape->vocabulary, shape->width};
}

struct assay_wanted assay_wanted_output_norm(
    const struct assay_weights *weights, const struct assay_shape *shape)
{
    bool gguf = assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF;

    return (struct assay_wanted){
        assay_str_c(gguf ? "output_norm.weight" : "model.norm.weight"), 1,
        shape->width};
}

bool assay_norms_lack_one(const struct assay_weights *weights)
{
    return assay_weights_format(weights) == ASSAY_WEIGHTS_SAFETENSORS;
}
