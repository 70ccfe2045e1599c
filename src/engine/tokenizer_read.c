/*
 * Where a tokenizer comes from: the keys of a GGUF file (its names for
 * SentencePiece, engine notes 1.3), or tokenizer.model and else
 * tokenizer.json beside safetensors, whose config.json knows which tokens
 * end an answer.
 *
 * add_bos_token is not asked: Gemma is of no use without BOS, and the chat
 * form puts it there once.
 */
#include "assay/tokenizer.h"

#include "engine/tokenizer_parts.h"

#include <string.h>

enum { PATH_SHOWN = 160 };

static struct assay_vocabulary empty_vocabulary(const char *what)
{
    return (struct assay_vocabulary){
        .what = what,
        .bos = ASSAY_NO_TOKEN,
        .unknown = ASSAY_NO_TOKEN,
        .pad = ASSAY_NO_TOKEN,
    };
}

/* ------------------------------------------------------- GGUF */

/* A list that has to be there, of a kind. */
static bool read_list(const struct assay_weights *weights, const char *key,
                      enum assay_weights_kind kind,
                      struct assay_weights_list *list, struct assay_error *err)
{
    static const char *const kinds[] = {"whole numbers", "numbers", "bools",
                                        "strings"};

    if (!assay_weights_list(weights, key, list, err))
        return false;
    if (list->kind == kind || list->count == 0 ||
        (kind == ASSAY_WEIGHTS_FLOAT && list->kind == ASSAY_WEIGHTS_WHOLE))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT, "%s: %s, expected %s", key,
                      kinds[list->kind], kinds[kind]);
}

static bool check_count(const struct assay_vocabulary *v, const char *key,
                        size_t count, struct assay_error *err)
{
    return count == v->count ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "%s has %zu elements, expected %u: one for each token",
                      key, count, v->count);
}

static bool fail_changed(const char *key, struct assay_error *err)
{
    return assay_fail(err, ASSAY_SYSTEM, "%s: changed while it was read", key);
}

static bool read_names(const struct assay_weights *weights,
                       struct assay_vocabulary *v, struct assay_arena *arena,
                       struct assay_error *err)
{
    struct assay_weights_list list;

    if (!read_list(weights, v->what, ASSAY_WEIGHTS_STRING, &list, err))
        return false;
    if (list.count > ASSAY_MOST_TOKENS)
        return assay_fail(err, ASSAY_LIMIT, "%s: %zu tokens, at most %d",
                          v->what, list.count, ASSAY_MOST_TOKENS);
    v->count = (uint32_t)list.count;
    v->entries = assay_arena_try(arena, v->count, sizeof *v->entries);
    if (!v->entries)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for %u tokens",
                          v->count);
    for (uint32_t id = 0; id < v->count; id++)
        if (!assay_weights_next_text(&list, &v->entries[id].name))
            return fail_changed(v->what, err);
    return true;
}

static bool read_scores(const struct assay_weights *weights,
                        struct assay_vocabulary *v, struct assay_error *err)
{
    static const char key[] = "tokenizer.ggml.scores";
    struct assay_weights_list list;

    if (!read_list(weights, key, ASSAY_WEIGHTS_FLOAT, &list, err) ||
        !check_count(v, key, list.count, err))
        return false;
    for (uint32_t id = 0; id < v->count; id++)
        if (!assay_weights_next_f32(&list, &v->entries[id].score))
            return fail_changed(key, err);
    return true;
}

static bool read_kinds(const struct assay_weights *weights,
                       struct assay_vocabulary *v, struct assay_error *err)
{
    static const char key[] = "tokenizer.ggml.token_type";
    struct assay_weights_list list;
    int64_t kind;

    if (!read_list(weights, key, ASSAY_WEIGHTS_WHOLE, &list, err) ||
        !check_count(v, key, list.count, err))
        return false;
    for (uint32_t id = 0; id < v->count; id++) {
        if (!assay_weights_next_i64(&list, &kind))
            return fail_changed(key, err);
        if (kind < ASSAY_TOKEN_NORMAL || kind > ASSAY_TOKEN_BYTE)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s: %lld for token %u, expected 1 to 6", key,
                              (long long)kind, id);
        v->entries[id].kind = (enum assay_token_kind)kind;
    }
    return true;
}

/* An id that may be absent. */
static bool read_id(const struct assay_weights *weights,
                    const struct assay_vocabulary *v, const char *key,
                    uint32_t *id, struct assay_error *err)
{
    uint64_t value;

    if (!assay_weights_has(weights, key))
        return true;
    return assay_weights_u64(weights, key, &value, err) &&
           assay_vocabulary_set(v, value, key, id, err);
}

static bool read_end(const struct assay_weights *weights,
                     struct assay_vocabulary *v, const char *key,
                     struct assay_error *err)
{
    uint64_t value;

    if (!assay_weights_has(weights, key))
        return true;
    return assay_weights_u64(weights, key, &value, err) &&
           assay_vocabulary_add_end(v, value, key, err);
}

static bool check_model(const struct assay_weights *weights,
                        struct assay_error *err)
{
    static const char model_key[] = "tokenizer.ggml.model";
    static const char prefix_key[] = "tokenizer.ggml.add_space_prefix";
    struct assay_str model;
    bool prefix = false;

    if (!assay_weights_text(weights, model_key, &model, err) ||
        (assay_weights_has(weights, prefix_key) &&
         !assay_weights_bool(weights, prefix_key, &prefix, err)))
        return false;
    if (!assay_str_is(model, "llama"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s is '%.*s', expected 'llama' (SentencePiece)",
                          model_key, ASSAY_STR_ARG(assay_str_head(model, 40)));
    if (prefix)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s is true, expected false: Gemma's texts begin as "
                          "they are written",
                          prefix_key);
    return true;
}

static bool read_gguf(const struct assay_weights *weights,
                      struct assay_vocabulary *v, struct assay_arena *arena,
                      struct assay_error *err)
{
    *v = empty_vocabulary("tokenizer.ggml.tokens");
    return check_model(weights, err) && read_names(weights, v, arena, err) &&
           read_scores(weights, v, err) && read_kinds(weights, v, err) &&
           read_id(weights, v, "tokenizer.ggml.bos_token_id", &v->bos, err) &&
           read_id(weights, v, "tokenizer.ggml.padding_token_id", &v->pad,
                   err) &&
           read_id(weights, v, "tokenizer.ggml.unknown_token_id", &v->unknown,
                   err) &&
           read_end(weights, v, "tokenizer.ggml.eos_token_id", err) &&
           read_end(weights, v, "tokenizer.ggml.eot_token_id", err);
}

/* ------------------------------------------------------- safetensors */

/* "eos_token_id": 1, or [1, 107] */
static bool read_config_ends(const struct assay_weights *weights,
                             struct assay_vocabulary *v,
                             struct assay_error *err)
{
    static const char key[] = "eos_token_id";
    const struct assay_json *ends =
        assay_json_get(assay_weights_config(weights), key);
    struct assay_weights_list list;
    int64_t id;

    if (!assay_json_is(ends, ASSAY_JSON_ARRAY))
        return read_end(weights, v, key, err);
    if (!read_list(weights, key, ASSAY_WEIGHTS_WHOLE, &list, err))
        return false;
    while (assay_weights_next_i64(&list, &id))
        if (!assay_vocabulary_add_end(v, (uint64_t)id, key, err))
            return false;
    return true;
}

static bool read_folder(struct assay_weights *weights,
                        struct assay_vocabulary *v, struct assay_arena *arena,
                        struct assay_error *err)
{
    struct assay_str bytes;
    bool ok;

    *v = empty_vocabulary("tokenizer.model");
    ok = assay_weights_companion(weights, v->what, &bytes, err);
    if (ok) {
        ok = assay_vocabulary_read_model(v, arena, bytes, err);
    } else if (err->code == ASSAY_NOT_FOUND) {
        *err = (struct assay_error){0};
        v->what = "tokenizer.json";
        ok = assay_weights_companion(weights, v->what, &bytes, err);
        if (!ok && err->code == ASSAY_NOT_FOUND)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "neither tokenizer.model nor tokenizer.json "
                              "beside it");
        ok = ok && assay_vocabulary_read_json(v, arena, bytes, err);
    }
    return ok && read_id(weights, v, "bos_token_id", &v->bos, err) &&
           read_id(weights, v, "pad_token_id", &v->pad, err) &&
           read_config_ends(weights, v, err);
}

/* ------------------------------------------------------- either */

/* More tokens than rows of the embedding: the others could not be run. */
static bool check_rows(const struct assay_weights *weights,
                       const struct assay_vocabulary *v,
                       struct assay_error *err)
{
    struct assay_str name = assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF
                                ? ASSAY_STR("token_embd.weight")
                                : ASSAY_STR("model.embed_tokens.weight");
    struct assay_tensor tensor;

    if (!assay_weights_tensor(weights, name, &tensor) ||
        v->count <= tensor.rows)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s: %u tokens, but '%.*s' has %llu rows", v->what,
                      v->count, ASSAY_STR_ARG(name),
                      (unsigned long long)tensor.rows);
}

/* The end of a long path tells more than its start. */
static void name_file(const struct assay_weights *weights,
                      struct assay_error *err)
{
    const char *path = assay_weights_path(weights);
    size_t len = strlen(path);

    if (!strstr(err->text, path))
        assay_fail_in(err, "%s",
                      path + (len > PATH_SHOWN ? len - PATH_SHOWN : 0));
}

struct assay_tokenizer *assay_tokenizer_new(struct assay_weights *weights,
                                            struct assay_error *err)
{
    struct assay_tokenizer *tokenizer = NULL;
    struct assay_arena arena = {0};
    struct assay_vocabulary v;
    bool gguf = assay_weights_format(weights) == ASSAY_WEIGHTS_GGUF;

    if ((gguf ? read_gguf(weights, &v, &arena, err)
              : read_folder(weights, &v, &arena, err)) &&
        check_rows(weights, &v, err))
        tokenizer = assay_tokenizer_build(&v, err);
    assay_arena_free(&arena);
    if (tokenizer && !assay_weights_check(weights, err)) {
        assay_tokenizer_free(tokenizer);
        tokenizer = NULL;
    }
    if (!tokenizer) {
        if (err->code == ASSAY_NOT_FOUND) /* the file is there, a key is not */
            err->code = ASSAY_BAD_INPUT;
        name_file(weights, err);
    }
    return tokenizer;
}
