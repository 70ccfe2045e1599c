/*
 * What holds for every file of weights that opens: tensors lie inside it,
 * are found by their names and sorted; lists end where they say; all of it
 * can be read. What does not open says why.
 */
#ifndef ASSAY_FUZZ_WEIGHTS_H
#define ASSAY_FUZZ_WEIGHTS_H

#include "fuzz_target.h"

#include "assay/weights.h"
#include "gguf/blocks.h"

#include <stdio.h>
#include <stdlib.h>

static inline void fuzz_stop(const char *why, struct assay_str what)
{
    fprintf(stderr, "fuzz_weights: %s: %.*s\n", why, ASSAY_STR_ARG(what));
    abort();
}

static inline void fuzz_check_list(struct assay_weights_list list,
                                   struct assay_str key)
{
    struct assay_weights_list texts = list, floats = list;
    size_t whole = 0, real = 0, text = 0;
    struct assay_str word;
    int64_t number;
    float value;

    while (assay_weights_next_i64(&list, &number))
        whole++;
    while (assay_weights_next_f32(&floats, &value))
        real++;
    while (assay_weights_next_text(&texts, &word)) {
        if (!assay_utf8_valid(word))
            fuzz_stop("a text that is not UTF-8", key);
        text++;
    }
    if (text > texts.count || real > floats.count || whole > list.count ||
        (text < texts.count && texts.kind == ASSAY_WEIGHTS_STRING) ||
        (real < floats.count && floats.kind == ASSAY_WEIGHTS_FLOAT))
        fuzz_stop("a list of another length", key);
}

static inline void fuzz_check_key(const struct assay_weights *weights,
                                  struct assay_str key)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_weights_list list;
    struct assay_str text;
    uint64_t whole;
    float real;
    bool flag;
    const char *name = assay_arena_cstr(&arena, key);
    int ways = assay_weights_u64(weights, name, &whole, &err) +
               assay_weights_bool(weights, name, &flag, &err) +
               assay_weights_text(weights, name, &text, &err) +
               assay_weights_list(weights, name, &list, &err);

    if (ways > 1 || !assay_weights_has(weights, name))
        fuzz_stop("a key of two types, or of none", key);
    assay_weights_f32(weights, name, &real, &err);
    if (assay_weights_list(weights, name, &list, &err))
        fuzz_check_list(list, key);
    assay_arena_free(&arena);
}

static inline void fuzz_check_tensor(const struct assay_weights *weights,
                                     const struct assay_tensor *tensor,
                                     struct assay_str file)
{
    enum { VALUES = ASSAY_BLOCK_LARGE };
    const struct assay_block_format *format = assay_block_format(tensor->type);
    struct assay_tensor again;
    float values[VALUES];
    size_t place = (size_t)((const char *)tensor->data - file.at);

    if (place > file.len || tensor->bytes > file.len - place ||
        tensor->row_bytes * tensor->rows != tensor->bytes ||
        tensor->dims[0] * tensor->rows != tensor->values)
        fuzz_stop("a tensor of another size", tensor->name);
    if (!assay_weights_tensor(weights, tensor->name, &again) ||
        again.data != tensor->data)
        fuzz_stop("a tensor that is not found", tensor->name);
    for (uint64_t at = 0; at < tensor->values; at += VALUES) {
        uint64_t left = tensor->values - at;
        assay_dequantise(tensor->type,
                         tensor->data + at / format->values * format->bytes,
                         values, left < VALUES ? (size_t)left : VALUES);
    }
}

static inline void fuzz_check_weights(struct assay_str file)
{
    struct assay_error err = {0};
    struct assay_weights *weights =
        assay_weights_open_bytes("fuzz", file, &err);
    struct assay_tensor before = {0}, tensor;

    if (!weights) {
        if (err.code != ASSAY_BAD_INPUT && err.code != ASSAY_LIMIT)
            fuzz_stop("refused for no reason", assay_str_c(err.text));
        return;
    }
    for (size_t i = 0; i < assay_weights_key_count(weights); i++)
        fuzz_check_key(weights, assay_weights_key(weights, i));
    for (size_t i = 0; i < assay_weights_tensor_count(weights); i++) {
        assay_weights_tensor_at(weights, i, &tensor);
        if (i > 0 && assay_str_compare(before.name, tensor.name) >= 0)
            fuzz_stop("out of order", tensor.name);
        fuzz_check_tensor(weights, &tensor, file);
        before = tensor;
    }
    assay_weights_verify(weights, &err);
    assay_weights_close(weights);
}

#endif
