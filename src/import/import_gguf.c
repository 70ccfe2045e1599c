/*
 * A file of weights as a statement about its model: GGUF, or safetensors
 * with its config.json. The file is its own source ("gguf-NAME"), so that a
 * second one says nothing about the first; and of the lowest kind, for
 * whoever converted it wrote the keys. Parameters are counted from the
 * tensors, not believed.
 *
 * Keys: ggml docs/gguf.md, "general" and "[llm]"; config.json as
 * transformers writes it; 2026-11-22.
 */
#include "assay/import.h"

#include "assay/file.h"
#include "assay/weights.h"
#include "gguf/blocks.h"
#include "import/import_row.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_SLUG_BYTES = 90, TYPE_NUMBERS = ASSAY_TENSOR_BF16 + 1 };

struct translation {
    struct assay_batch *batch;
    const struct assay_weights *weights;
    struct assay_json *model;
};

/* ---------------------------------------------------------------- names */

static struct assay_str slug_of(struct assay_arena *arena,
                                struct assay_str text)
{
    return assay_row_slug(arena, text, MAX_SLUG_BYTES);
}

/* The key's text, or the empty one. */
static struct assay_str text_of(const struct translation *t, const char *key)
{
    struct assay_error absent;
    struct assay_str text = {"", 0};

    if (!assay_weights_text(t->weights, key, &text, &absent))
        text = ASSAY_STR("");
    return assay_str_trim(text);
}

static struct assay_str first_text(const struct translation *t,
                                   const char *const *keys)
{
    struct assay_str text = {"", 0};

    for (; *keys && text.len == 0; keys++)
        text = text_of(t, *keys);
    return text;
}

/* "nano-s.gguf" of "data/nano-s.gguf"; a folder's name for what is in it. */
static struct assay_str file_name(const struct translation *t)
{
    struct assay_str path = assay_str_c(assay_weights_path(t->weights));
    struct assay_str folder, name = path;

    if (!assay_str_cut_last(path, '/', &folder, &name))
        return path;
    if (assay_str_starts(name, "model.safetensors") && folder.len > 0 &&
        !assay_str_ends(folder, "."))
        return assay_str_cut_last(folder, '/', &path, &name) ? name : folder;
    return name;
}

static struct assay_str without_suffix(struct assay_str name)
{
    static const char *const suffixes[] = {".gguf", ".safetensors"};

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (assay_str_ends(name, suffixes[i]))
            name.len -= strlen(suffixes[i]);
    return name;
}

/* Who made it, and what it is called; "local" and the file's name if need be */
static void set_names(struct translation *t)
{
    static const char *const creators[] = {"general.organization",
                                           "general.author", NULL};
    struct assay_arena *arena = t->batch->arena;
    struct assay_str creator = first_text(t, creators);
    struct assay_str name = text_of(t, "general.name");
    struct assay_str owner = slug_of(arena, creator),
                     plain = slug_of(arena, name);

    if (plain.len == 0) {
        name = without_suffix(file_name(t));
        plain = slug_of(arena, name);
    }
    assay_json_set_text(
        arena, t->model, "id",
        assay_row_id(arena, owner.len ? owner : ASSAY_STR("local"), '/',
                     plain.len ? plain : ASSAY_STR("unnamed")));
    if (assay_utf8_valid(name) && name.len > 0)
        assay_json_set_text(arena, t->model, "name",
                            assay_arena_copy(arena, name));
    if (creator.len > 0)
        assay_json_set_text(arena, t->model, "creator",
                            assay_arena_copy(arena, creator));
}

/* ---------------------------------------------------------------- facts */

static void set_text(struct translation *t, const char *key,
                     struct assay_str value)
{
    if (value.len > 0)
        assay_json_set_text(t->batch->arena, t->model, key,
                            assay_arena_copy(t->batch->arena, value));
}

/* Tables of angles, not weights; and a head that is the embedding again. */
static bool is_counted(const struct translation *t,
                       const struct assay_tensor *tensor)
{
    struct assay_error absent;
    bool tied = false;

    if (assay_str_starts(tensor->name, "rope_freqs") ||
        assay_str_starts(tensor->name, "rope_factors"))
        return false;
    return !assay_str_is(tensor->name, "lm_head.weight") ||
           !assay_weights_bool(t->weights, "tie_word_embeddings", &tied,
                               &absent) ||
           !tied;
}

/* Values by type, which together are the parameters. */
static uint64_t count_parameters(const struct translation *t,
                                 uint64_t values[TYPE_NUMBERS])
{
    size_t count = assay_weights_tensor_count(t->weights);
    uint64_t sum = 0;

    memset(values, 0, TYPE_NUMBERS * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        struct assay_tensor tensor;

        assay_weights_tensor_at(t->weights, i, &tensor);
        if (!is_counted(t, &tensor))
            continue;
        /* the bytes of a file bound them: no overflow */
        values[tensor.type] += tensor.values;
        sum += tensor.values;
    }
    return sum;
}

/* In thousandths, to nearest. */
static uint64_t share_of(uint64_t part, uint64_t sum)
{
    if (part > UINT64_MAX / 2000) /* more than any file holds */
        return part / (sum / 1000);
    return (part * 2000 + sum) / (sum * 2);
}

/* "Q4_K 71.2 %, Q6_K 28.8 %, F32": the largest first; uses up `values`. */
static struct assay_str mix_of(struct assay_arena *arena,
                               uint64_t values[TYPE_NUMBERS], uint64_t sum)
{
    struct assay_str mix = {"", 0};

    for (;;) {
        unsigned most = 0;
        for (unsigned i = 0; i < TYPE_NUMBERS; i++)
            if (values[i] > values[most])
                most = i;
        if (values[most] == 0)
            return mix;
        const char *name = assay_block_format(most)->name;
        uint64_t share = share_of(values[most], sum);
        mix = assay_arena_printf(arena, "%.*s%s%s", ASSAY_STR_ARG(mix),
                                 mix.len ? ", " : "", name);
        if (share > 0 && share < 1000)
            mix =
                assay_arena_printf(arena, "%.*s %" PRIu64 ".%" PRIu64 " %%",
                                   ASSAY_STR_ARG(mix), share / 10, share % 10);
        values[most] = 0;
    }
}

static void set_size(struct translation *t)
{
    struct assay_arena *arena = t->batch->arena;
    uint64_t values[TYPE_NUMBERS];
    uint64_t sum = count_parameters(t, values);
    struct assay_json *list = assay_json_array(arena);
    struct assay_json *copy = assay_json_add(list, assay_json_object(arena));

    if (sum > 0)
        assay_json_set_uint(arena, t->model, "parameters_total", sum);
    assay_json_set_text(arena, copy, "file",
                        assay_arena_copy(arena, file_name(t)));
    assay_json_set_c(
        arena, copy, "format",
        assay_weights_format_name(assay_weights_format(t->weights)));
    if (sum > 0)
        assay_json_set_text(arena, copy, "quantization",
                            mix_of(arena, values, sum));
    assay_json_set_uint(arena, copy, "bytes",
                        assay_weights_file_bytes(t->weights));
    assay_json_set(t->model, "weights", list);
}

static void set_context(struct translation *t, struct assay_str architecture)
{
    const char *keys[] = {
        assay_arena_printf(t->batch->arena, "%.*s.context_length",
                           ASSAY_STR_ARG(architecture))
            .at,
        "max_position_embeddings",
        "text_config.max_position_embeddings",
    };
    struct assay_error absent;
    uint64_t tokens;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (assay_weights_u64(t->weights, keys[i], &tokens, &absent) &&
            tokens > 0) {
            assay_json_set_uint(t->batch->arena, t->model, "context_tokens",
                                tokens);
            return;
        }
}

/* Names of tokenizer.ggml.model, from ggml docs/gguf.md. */
static const struct {
    const char *word, *meaning;
} tokenizers[] = {
    {"llama", "SentencePiece BPE"},
    {"gpt2", "byte-level BPE"},
    {"bert", "WordPiece"},
    {"t5", "SentencePiece unigram"},
};

static void set_tokenizer(struct translation *t)
{
    struct assay_str word = text_of(t, "tokenizer.ggml.model");
    struct assay_weights_list tokens;
    struct assay_error absent;

    for (size_t i = 0; i < sizeof tokenizers / sizeof tokenizers[0]; i++)
        if (assay_str_is(word, tokenizers[i].word))
            word = assay_str_c(tokenizers[i].meaning);
    if (word.len > 0 && assay_weights_list(t->weights, "tokenizer.ggml.tokens",
                                           &tokens, &absent))
        word = assay_arena_printf(t->batch->arena, "%.*s, %zu tokens",
                                  ASSAY_STR_ARG(word), tokens.count);
    set_text(t, "tokenizer", word);
}

/* Licences as files spell them (SPDX ids, or Hugging Face's own words). */
static const struct {
    const char *start, *class;
} licenses[] = {
    {"apache-", "osi"},
    {"mit", "osi"},
    {"bsd-", "osi"},
    {"isc", "osi"},
    {"mpl-", "osi"},
    {"gpl-", "osi"},
    {"lgpl-", "osi"},
    {"agpl-", "osi"},
    {"gemma", "open-weights-with-terms"},
    {"llama", "open-weights-with-terms"},
    {"cc-by-nc", "open-weights-with-terms"},
};

static void set_license(struct translation *t)
{
    static const char *const keys[] = {"general.license.name",
                                       "general.license", NULL};
    struct assay_arena *arena = t->batch->arena;
    struct assay_str word = slug_of(arena, text_of(t, "general.license"));

    set_text(t, "license",
             assay_str_is(word, "other") ? first_text(t, keys)
                                         : text_of(t, "general.license"));
    for (size_t i = 0; i < sizeof licenses / sizeof licenses[0]; i++)
        if (assay_str_starts(word, licenses[i].start)) {
            assay_json_set_c(arena, t->model, "license_class",
                             licenses[i].class);
            assay_json_set_bool(arena, t->model, "open_weights", true);
            return;
        }
}

/* ---------------------------------------------------------------- file */

static bool translate(struct translation *t, struct assay_error *err)
{
    struct assay_str architecture =
        text_of(t, assay_weights_format(t->weights) == ASSAY_WEIGHTS_GGUF
                       ? "general.architecture"
                       : "model_type");

    set_names(t);
    set_text(t, "family", text_of(t, "general.basename"));
    set_text(t, "architecture", architecture);
    set_size(t);
    set_context(t, architecture);
    set_tokenizer(t);
    set_license(t);
    return assay_batch_add(t->batch, ASSAY_SUBJECT_MODEL, t->model, err);
}

static bool read_file(struct assay_batch *batch, const char *path,
                      struct assay_error *err)
{
    struct assay_weights *weights = assay_weights_open(path, err);
    struct assay_arena *arena = batch->arena;
    struct translation t = {
        .batch = batch,
        .weights = weights,
        .model = assay_json_object(arena),
    };

    if (!weights)
        return false;
    batch->rows++;
    batch->source_kind = ASSAY_SOURCE_SECONDARY;
    batch->title = assay_arena_copy(arena, file_name(&t));
    if (batch->source_id.len == 0)
        batch->source_id =
            assay_row_id(arena, ASSAY_STR("gguf"), '-',
                         slug_of(arena, without_suffix(batch->title)));
    batch->sha256 = assay_sha256_hex(arena, assay_weights_header(weights));
    /* what was read of it is what it says, or it changed meanwhile */
    bool ok = translate(&t, err) && assay_weights_check(weights, err);
    assay_weights_close(weights);
    return ok;
}

const struct assay_import_format assay_import_gguf = {
    .name = "gguf",
    .summary = "weights on this machine: GGUF, or safetensors",
    .read_file = read_file,
    .strict = true,
};
