/*
 * What a file must hold to be run: every number of a model, every tensor,
 * each wrong in its way (engine notes 2.5, rules 9 to 11); and safetensors
 * as the twin of GGUF.
 */
#include "engine_fixture.h"

#include "assay/arena.h"
#include "assay/tokenizer.h"

#include <sys/stat.h>
#include <unistd.h>

static void check_bad(const struct fixture_model *model, const char *what,
                      const char *text)
{
    struct assay_engine_options options = {0};
    struct assay_error err = {0};
    struct assay_engine *engine = fixture_try(model, &options, &err);

    if (engine)
        fail_msg("%s: it opened", what);
    if (strcmp(err.text, text) != 0 || err.code != ASSAY_BAD_INPUT)
        fail_msg("%s: '%s', expected '%s'", what, err.text, text);
}

/* ------------------------------------------------------- numbers */

static void a_number_that_no_model_has_is_refused(void **state)
{
    static const struct {
        struct fixture_key change;
        const char *text;
    } cases[] = {
        {{"general.architecture", 't', 0, "llama"},
         "built: general.architecture is 'llama', expected gemma2: other "
         "models are not run yet"},
        {{"general.architecture", 0, 0, NULL},
         "built: key 'general.architecture' is not stated"},
        {{"gemma2.block_count", 'u', 0, NULL},
         "built: gemma2.block_count is 0, expected 1 to 256"},
        {{"gemma2.block_count", 'u', 257, NULL},
         "built: gemma2.block_count is 257, expected 1 to 256"},
        {{"gemma2.block_count", 't', 0, "3"},
         "built: key 'gemma2.block_count': string, expected a whole number"},
        {{"gemma2.block_count", 0, 0, NULL},
         "built: key 'gemma2.block_count' is not stated"},
        {{"gemma2.embedding_length", 'u', 0, NULL},
         "built: gemma2.embedding_length is 0, expected 32 to 65536, a "
         "multiple of 32"},
        {{"gemma2.embedding_length", 'u', 48, NULL},
         "built: gemma2.embedding_length is 48, expected 32 to 65536, a "
         "multiple of 32"},
        {{"gemma2.embedding_length", 'u', 65568, NULL},
         "built: gemma2.embedding_length is 65568, expected 32 to 65536, a "
         "multiple of 32"},
        {{"gemma2.feed_forward_length", 'u', 97, NULL},
         "built: gemma2.feed_forward_length is 97, expected 32 to 262144, a "
         "multiple of 32"},
        {{"gemma2.attention.head_count", 'u', 0, NULL},
         "built: gemma2.attention.head_count is 0, expected 1 to 1024"},
        {{"gemma2.attention.head_count", 'u', 5, NULL},
         "built: 5 query heads do not share 2 key heads evenly, at most 16 "
         "each"},
        {{"gemma2.attention.head_count", 'u', 34, NULL},
         "built: 34 query heads do not share 2 key heads evenly, at most 16 "
         "each"},
        {{"gemma2.attention.head_count_kv", 'u', 0, NULL},
         "built: gemma2.attention.head_count_kv is 0, expected 1 to 1024"},
        {{"gemma2.attention.head_count_kv", 'u', 4294967295U, NULL},
         "built: gemma2.attention.head_count_kv is 4294967295, expected 1 to "
         "1024"},
        {{"gemma2.attention.key_length", 'u', 31, NULL},
         "built: gemma2.attention.key_length is 31, expected 32 to 1024, a "
         "multiple of 32"},
        {{"gemma2.attention.key_length", 'u', 1056, NULL},
         "built: gemma2.attention.key_length is 1056, expected 32 to 1024, a "
         "multiple of 32"},
        {{"gemma2.attention.layer_norm_rms_epsilon", 'f', 0, NULL},
         "built: gemma2.attention.layer_norm_rms_epsilon is 0, expected a "
         "number above 0"},
        {{"gemma2.attention.layer_norm_rms_epsilon", 'f', (double)NAN, NULL},
         "built: key 'gemma2.attention.layer_norm_rms_epsilon': not a finite "
         "number"},
        {{"gemma2.attn_logit_softcapping", 'f', -50, NULL},
         "built: gemma2.attn_logit_softcapping is -50, expected a number "
         "above 0"},
        {{"gemma2.attn_logit_softcapping", 'f', (double)INFINITY, NULL},
         "built: key 'gemma2.attn_logit_softcapping': not a finite number"},
        {{"gemma2.final_logit_softcapping", 'f', 0, NULL},
         "built: gemma2.final_logit_softcapping is 0, expected a number above "
         "0"},
        {{"gemma2.rope.freq_base", 'f', 0, NULL},
         "built: gemma2.rope.freq_base is 0, expected a number above 0"},
        {{"gemma2.context_length", 'u', 0, NULL},
         "built: gemma2.context_length is 0, expected 1 to 1048576"},
        {{"gemma2.context_length", 'u', 1048577, NULL},
         "built: gemma2.context_length is 1048577, expected 1 to 1048576"},
        {{"gemma2.attention.sliding_window", 'u', 0, NULL},
         "built: gemma2.attention.sliding_window is 0, expected 1 to 1048576"},
        {{"gemma2.rope.scaling.type", 't', 0, "linear"},
         "built: gemma2.rope.scaling.type is 'linear', expected none"},
        {{"gemma2.rope.dimension_count", 'u', 16, NULL},
         "built: gemma2.rope.dimension_count is 16, expected 32"},
        {{"gemma2.attention.value_length", 'u', 64, NULL},
         "built: gemma2.attention.value_length is 64, expected 32"},
        {{"gemma2.attention.sliding_window_pattern", 'u', 6, NULL},
         "built: gemma2.attention.sliding_window_pattern is 6, expected 2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture_model model = fixture_plain;

        model.change = cases[i].change;
        check_bad(&model, cases[i].change.name, cases[i].text);
    }
}

/* As the files of June 2024, and what newer ones say besides. */
static void numbers_that_files_leave_out_have_their_values(void **state)
{
    static const struct fixture_key changes[] = {
        {"gemma2.attn_logit_softcapping", 0, 0, NULL},
        {"gemma2.final_logit_softcapping", 0, 0, NULL},
        {"gemma2.attention.layer_norm_rms_epsilon", 0, 0, NULL},
        {"gemma2.rope.freq_base", 'f', 10000, NULL},
        {"gemma2.rope.dimension_count", 'u', 32, NULL},
        {"gemma2.rope.scaling.type", 't', 0, "none"},
        {"gemma2.attention.value_length", 'u', 32, NULL},
        {"gemma2.attention.sliding_window_pattern", 'u', 2, NULL},
    };
    const struct assay_engine_options options = {.threads = 1};
    struct assay_engine *engine = fixture_engine(&fixture_plain, &options);
    uint32_t tokens[30];

    fixture_tokens(tokens, 30, fixture_plain.vocabulary, 1);
    float *want = fixture_logits(engine, tokens, 30);
    assay_engine_close(engine);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct fixture_model model = fixture_plain;

        model.change = changes[i];
        engine = fixture_engine(&model, &options);
        float *got = fixture_logits(engine, tokens, 30);
        assert_memory_equal(got, want,
                            30 * fixture_plain.vocabulary * sizeof *got);
        free(got);
        assay_engine_close(engine);
    }
    free(want);
}

/* ------------------------------------------------------- tensors */

static void a_tensor_that_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *tensor;
        enum fixture_wrong wrong;
        const char *text;
    } cases[] = {
        {"token_embd.weight", WRONG_GONE,
         "built: there is no tensor 'token_embd.weight'"},
        {"token_embd.weight", WRONG_FLAT,
         "built: tensor 'token_embd.weight' has 1 rows, expected 2 to "
         "1048576"},
        {"token_embd.weight", WRONG_WIDER,
         "built: tensor 'token_embd.weight' is 96 x 70, expected 64 x 70"},
        {"output_norm.weight", WRONG_GONE,
         "built: there is no tensor 'output_norm.weight'"},
        {"output_norm.weight", WRONG_Q8_0,
         "built: tensor 'output_norm.weight' is quantised, expected floats"},
        {"output_norm.weight", WRONG_NAN,
         "built: tensor 'output_norm.weight' is not finite at 32"},
        {"output_norm.weight", WRONG_TALLER,
         "built: tensor 'output_norm.weight' is 64 x 2, expected 64 x 1"},
        {"blk.0.attn_q.weight", WRONG_GONE,
         "built: there is no tensor 'blk.0.attn_q.weight'"},
        {"blk.0.attn_q.weight", WRONG_TURNED,
         "built: tensor 'blk.0.attn_q.weight' is 128 x 64, expected 64 x 128"},
        {"blk.1.attn_k.weight", WRONG_TALLER,
         "built: tensor 'blk.1.attn_k.weight' is 64 x 65, expected 64 x 64"},
        {"blk.1.attn_v.weight", WRONG_FLAT,
         "built: tensor 'blk.1.attn_v.weight' is 4096 x 1, expected 64 x 64"},
        {"blk.2.attn_output.weight", WRONG_TURNED,
         "built: tensor 'blk.2.attn_output.weight' is 64 x 128, expected "
         "128 x 64"},
        {"blk.2.ffn_gate.weight", WRONG_WIDER,
         "built: tensor 'blk.2.ffn_gate.weight' is 96 x 96, expected 64 x 96"},
        {"blk.2.ffn_up.weight", WRONG_GONE,
         "built: there is no tensor 'blk.2.ffn_up.weight'"},
        {"blk.2.ffn_down.weight", WRONG_TURNED,
         "built: tensor 'blk.2.ffn_down.weight' is 64 x 96, expected 96 x 64"},
        {"blk.2.attn_norm.weight", WRONG_WIDER,
         "built: tensor 'blk.2.attn_norm.weight' is 96 x 1, expected 64 x 1"},
        {"blk.1.ffn_norm.weight", WRONG_TURNED,
         "built: tensor 'blk.1.ffn_norm.weight' is 1 x 64, expected 64 x 1"},
        {"blk.1.post_ffw_norm.weight", WRONG_GONE,
         "built: there is no tensor 'blk.1.post_ffw_norm.weight'"},
        {"blk.0.post_attention_norm.weight", WRONG_NAN,
         "built: tensor 'blk.0.post_attention_norm.weight' is not finite at "
         "32"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture_model model = fixture_plain;

        model.wrong_tensor = cases[i].tensor;
        model.wrong = cases[i].wrong;
        check_bad(&model, cases[i].tensor, cases[i].text);
    }
}

/* Weights that are no numbers make logits that are none, and no fault. */
static void a_weight_that_is_no_number_is_no_fault(void **state)
{
    static const char *const tensors[] = {
        "token_embd.weight", "blk.0.attn_k.weight", "blk.1.attn_v.weight",
        "blk.2.ffn_down.weight"};
    uint32_t tokens[40];

    fixture_tokens(tokens, 40, fixture_plain.vocabulary, 1);
    for (size_t i = 0; i < 8; i++) {
        struct fixture_model model = fixture_plain;
        struct assay_engine_options options = {
            .threads = 1,
            .cache = i % 2 ? ASSAY_CACHE_F16 : ASSAY_CACHE_Q8_0,
            .precision = ASSAY_PRECISION_INT8,
        };

        model.type = i < 4 ? ASSAY_TENSOR_F32 : ASSAY_TENSOR_Q8_0;
        if (i < 4) {
            model.wrong_tensor = tensors[i];
            model.wrong = WRONG_NAN;
        }
        struct assay_engine *engine = fixture_engine(&model, &options);
        free(fixture_logits(engine, tokens, 40));
        assay_engine_close(engine);
    }
}

/* ------------------------------------------------------- safetensors */

struct twin {
    char path[64];
    struct assay_arena arena;
};

static const char *twin_file(struct twin *twin, const char *name)
{
    return assay_arena_printf(&twin->arena, "%s/%s", twin->path, name).at;
}

static void twin_put(struct twin *twin, const char *name, const void *bytes,
                     size_t len)
{
    FILE *file = fopen(twin_file(twin, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static const char *dtype(enum assay_tensor_type type)
{
    return type == ASSAY_TENSOR_F32   ? "F32"
           : type == ASSAY_TENSOR_F16 ? "F16"
                                      : "BF16";
}

/* The same tensors by their other names, norms without the 1. */
static void put_weights(struct twin *twin, const struct fixture_model *m)
{
    struct fixture_tensor *tensors =
        calloc(11 * m->layers + 2, sizeof *tensors);
    size_t count = fixture_tensors(m, tensors);
    struct build header = {0}, data = {0}, file = {0};
    char line[256];

    for (size_t i = 0; i < count; i++) {
        const struct fixture_tensor *t = &tensors[i];
        size_t at = data.len, values = (size_t)t->rows * t->cols;
        enum assay_tensor_type type = t->norm ? ASSAY_TENSOR_F32 : m->type;
        size_t bytes = values * assay_block_format(type)->bytes;
        float *weights = fixture_values(t);
        uint8_t *raw = malloc(bytes);

        for (size_t k = 0; t->norm && k < values; k++)
            weights[k] -= 1;
        assert_true(assay_quantise(type, weights, raw, values));
        put(&data, raw, bytes);
        free(raw);
        free(weights);
        char shape[40];
        snprintf(shape, sizeof shape, t->norm ? "%u" : "%u,%u",
                 t->norm ? t->cols : t->rows, t->cols);
        int len =
            snprintf(line, sizeof line,
                     "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],"
                     "\"data_offsets\":[%zu,%zu]}",
                     i ? "," : "{", t->other, dtype(type), shape, at, data.len);
        put(&header, line, (size_t)len);
    }
    put(&header, "}", 1);
    put_u64(&file, header.len);
    put(&file, header.at, header.len);
    put(&file, data.at, data.len);
    twin_put(twin, "model.safetensors", file.at, file.len);
    build_free(&header);
    build_free(&data);
    build_free(&file);
    free(tensors);
}

static void put_config(struct twin *twin, const struct fixture_model *m,
                       const char *more)
{
    struct assay_str text = assay_arena_printf(
        &twin->arena,
        "{\"model_type\":\"gemma2\",\"hidden_size\":%u,"
        "\"num_hidden_layers\":%u,\"max_position_embeddings\":%u,"
        "\"num_attention_heads\":%u,\"num_key_value_heads\":%u,"
        "\"head_dim\":%u,\"intermediate_size\":%u,\"sliding_window\":%u,"
        "\"rms_norm_eps\":1e-06,\"rope_theta\":10000.0,"
        "\"attn_logit_softcapping\":50.0,\"final_logit_softcapping\":30.0%s}",
        m->width, m->layers, m->context, m->heads, m->key_heads, m->head_dim,
        m->forward, m->window, more);

    twin_put(twin, "config.json", text.at, text.len);
}

static struct twin make_twin(const struct fixture_model *m, const char *more)
{
    struct twin twin = {.path = "/tmp/assay-twin-XXXXXX"};

    assert_non_null(mkdtemp(twin.path));
    put_weights(&twin, m);
    put_config(&twin, m, more);
    return twin;
}

static void twin_end(struct twin *twin)
{
    unlink(twin_file(twin, "model.safetensors"));
    unlink(twin_file(twin, "config.json"));
    assert_int_equal(rmdir(twin->path), 0);
    assay_arena_free(&twin->arena);
}

static struct assay_engine *twin_engine(struct twin *twin,
                                        struct assay_error *err)
{
    const struct assay_engine_options options = {.threads = 1};
    struct assay_engine *engine = NULL;
    struct assay_weights *weights = assay_weights_open(twin->path, err);

    if (weights)
        engine = assay_engine_open(weights, &options, err);
    assay_weights_close(weights);
    return engine;
}

static void safetensors_give_the_bits_of_the_same_gguf(void **state)
{
    static const enum assay_tensor_type types[] = {
        ASSAY_TENSOR_F32, ASSAY_TENSOR_F16, ASSAY_TENSOR_BF16};
    const struct assay_engine_options options = {.threads = 1};
    uint32_t tokens[50];

    fixture_tokens(tokens, 50, fixture_plain.vocabulary, 2);
    for (size_t i = 0; i < 3; i++) {
        struct fixture_model model = fixture_plain;
        struct assay_error err = {0};

        model.type = types[i];
        struct twin twin = make_twin(&model, ",\"query_pre_attn_scalar\":32");
        struct assay_engine *one = fixture_engine(&model, &options);
        struct assay_engine *other = twin_engine(&twin, &err);
        if (!other)
            fail_msg("%s", err.text);
        float *want = fixture_logits(one, tokens, 50);
        float *got = fixture_logits(other, tokens, 50);
        assert_memory_equal(got, want,
                            50 * fixture_plain.vocabulary * sizeof *got);
        assert_true(assay_engine_facts(one).parameters ==
                    assay_engine_facts(other).parameters);
        free(want);
        free(got);
        assay_engine_close(one);
        assay_engine_close(other);
        twin_end(&twin);
    }
}

/* A scale of its own is heard. */
static void the_scale_of_queries_is_that_of_the_config(void **state)
{
    struct twin one = make_twin(&fixture_plain, "");
    struct twin other =
        make_twin(&fixture_plain, ",\"query_pre_attn_scalar\":64");
    struct assay_error err = {0};
    struct assay_engine *a = twin_engine(&one, &err);
    struct assay_engine *b = twin_engine(&other, &err);
    uint32_t tokens[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    float *x = fixture_logits(a, tokens, 9), *y = fixture_logits(b, tokens, 9);
    assert_memory_equal(x, y, fixture_plain.vocabulary * sizeof *x);
    assert_memory_not_equal(x, y, 9 * fixture_plain.vocabulary * sizeof *x);
    free(x);
    free(y);
    assay_engine_close(a);
    assay_engine_close(b);
    twin_end(&one);
    twin_end(&other);
}

static void a_config_of_another_model_is_refused(void **state)
{
    static const struct {
        const char *more, *text;
    } cases[] = {
        {",\"query_pre_attn_scalar\":0",
         "query_pre_attn_scalar is 0, expected a number above 0"},
        {",\"attention_bias\":true", "attention_bias is true, expected false"},
        {",\"tie_word_embeddings\":false",
         "tie_word_embeddings is false, expected true"},
        {",\"hidden_activation\":\"silu\"",
         "hidden_activation is 'silu', expected gelu_pytorch_tanh"},
        {",\"rope_scaling\":{\"type\":\"linear\",\"factor\":8}",
         "rope_scaling is given, expected none"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct twin twin = make_twin(&fixture_plain, cases[i].more);
        struct assay_error err = {0};
        struct assay_engine *engine = twin_engine(&twin, &err);

        if (engine)
            fail_msg("%s: it opened", cases[i].more);
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!strstr(err.text, cases[i].text))
            fail_msg("'%s', expected '%s'", err.text, cases[i].text);
        twin_end(&twin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_that_no_model_has_is_refused),
        cmocka_unit_test(numbers_that_files_leave_out_have_their_values),
        cmocka_unit_test(a_tensor_that_does_not_fit_is_refused),
        cmocka_unit_test(a_weight_that_is_no_number_is_no_fault),
        cmocka_unit_test(safetensors_give_the_bits_of_the_same_gguf),
        cmocka_unit_test(the_scale_of_queries_is_that_of_the_config),
        cmocka_unit_test(a_config_of_another_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
