/*
 * Models by name: files, and the two that are compiled in.
 */
#include "assay/engine.h"
#include "assay/tokenizer.h"

#include "base/embed.h"

#include <string.h>

static const struct assay_embedded *built_in(struct assay_str name)
{
    struct assay_str creator, rest;

    if (assay_str_cut(name, '/', &creator, &rest) &&
        assay_str_is(creator, "assay"))
        name = rest;
    if (name.len == 0)
        name = ASSAY_STR("nano-s");
    for (size_t i = 0; i < assay_embedded_nano_count; i++) {
        struct assay_str file = assay_str_c(assay_embedded_nano[i].name);

        if (assay_str_ends(file, ".gguf") &&
            assay_str_equal(assay_str_head(file, file.len - 5), name))
            return &assay_embedded_nano[i];
    }
    return NULL;
}

struct assay_weights *assay_local_weights(struct assay_str name,
                                          struct assay_error *err)
{
    const struct assay_embedded *file = built_in(name);
    struct assay_arena arena = {0};
    struct assay_weights *weights;

    if (file)
        return assay_weights_open_bytes(
            file->name,
            (struct assay_str){(const char *)file->bytes, file->len}, err);
    weights = assay_weights_open(assay_arena_cstr(&arena, name), err);
    if (!weights && err->code == ASSAY_NOT_FOUND)
        assay_fail(err, ASSAY_NOT_FOUND,
                   "there is no file '%.*s'; a model is a file of weights, or "
                   "one that is built in: nano-s, nano-xs",
                   ASSAY_STR_ARG(assay_str_head(name, 200)));
    assay_arena_free(&arena);
    return weights;
}

static void set_name(struct assay_local *local, struct assay_str name)
{
    struct assay_str before, rest;

    while (assay_str_ends(name, "/")) /* a folder */
        name = assay_str_head(name, name.len - 1);
    rest = name;
    if (assay_str_cut_last(name, '/', &before, &rest))
        name = rest;
    if (name.len == 0)
        name = ASSAY_STR("nano-s");
    if (assay_str_ends(name, ".gguf"))
        name = assay_str_head(name, name.len - 5);
    name = assay_str_head(name, sizeof local->name - 1);
    memcpy(local->name, name.at, name.len);
    local->name[name.len] = '\0';
}

bool assay_local_open(struct assay_local *local, struct assay_str name,
                      const struct assay_engine_options *options,
                      struct assay_error *err)
{
    struct assay_weights *weights = assay_local_weights(name, err);

    *local = (struct assay_local){0};
    if (!weights)
        return false;
    set_name(local, name);
    local->tokenizer = assay_tokenizer_new(weights, err);
    if (local->tokenizer)
        local->engine = assay_engine_open(weights, options, err);
    assay_weights_close(weights);
    if (local->engine)
        return true;
    assay_local_close(local);
    return false;
}

void assay_local_close(struct assay_local *local)
{
    assay_engine_close(local->engine);
    if (local->tokenizer)
        assay_tokenizer_free(local->tokenizer);
    *local = (struct assay_local){0};
}
