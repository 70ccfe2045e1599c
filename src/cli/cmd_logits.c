/*
 * assay logits: what a model computes, for those who check its numbers.
 */
#include "cli/local_model.h"

#include "assay/file.h"

#include <stdlib.h>
#include <string.h>

static bool read_tokens(struct assay_cli *cli, const char *path,
                        uint32_t **tokens, size_t *count,
                        struct assay_error *err)
{
    const struct assay_json *list;
    struct assay_str text;
    size_t at = 0;

    if (!assay_file_read(&cli->arena, path, (size_t)16 << 20, &text, err))
        return false;
    list = assay_json_parse(&cli->arena, text, NULL, err);
    if (!list)
        return assay_fail_in(err, "%s", path);
    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || list->count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: expected an array of token ids", path);
    *tokens = ASSAY_NEW_ARRAY(&cli->arena, uint32_t, list->count);
    for (const struct assay_json *one = list->first; one; one = one->next) {
        uint64_t id;

        if (!assay_json_to_u64(one, &id) || id > UINT32_MAX)
            return assay_fail(err, ASSAY_BAD_INPUT, "%s: [%zu] is no token id",
                              path, at);
        (*tokens)[at++] = (uint32_t)id;
    }
    *count = at;
    return true;
}

static uint32_t argmax(const float *logits, uint32_t count)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < count; i++)
        if (logits[i] > logits[best])
            best = i;
    return best;
}

static int print(struct assay_cli *cli, const float *logits, size_t rows,
                 uint32_t columns)
{
    int code = ASSAY_EXIT_DONE;
    struct assay_buf out;

    assay_buf_init(&out, SIZE_MAX / 4);
    assay_buf_add_c(&out, "{\"argmax\": [");
    for (size_t i = 0; i < rows; i++)
        assay_buf_printf(&out, "%s%u", i ? ", " : "",
                         argmax(logits + i * columns, columns));
    assay_buf_add_c(&out, "], \"logits\": [");
    for (size_t i = 0; i < rows && code == ASSAY_EXIT_DONE; i++) {
        for (uint32_t k = 0; k < columns; k++)
            assay_buf_printf(&out, "%s%.9g",
                             k   ? ", "
                             : i ? "], ["
                                 : "[",
                             (double)logits[i * columns + k]);
        code = assay_cli_write_buf(cli, &out);
        assay_buf_clear(&out);
    }
    assay_buf_add_c(&out, "]]}\n");
    if (code == ASSAY_EXIT_DONE)
        code = assay_cli_write_buf(cli, &out);
    assay_buf_release(&out);
    return code;
}

static int run(struct assay_cli *cli, struct assay_engine *engine,
               const uint32_t *tokens, size_t count)
{
    uint32_t columns = assay_engine_facts(engine).vocabulary;
    struct assay_error err = {0};
    struct assay_sequence *sequence = assay_sequence_new(engine, &err);
    float *logits = calloc(count, columns * sizeof *logits);
    struct assay_step step = {sequence, tokens, count, logits, count};
    int code;

    if (sequence && !logits)
        assay_fail(&err, ASSAY_SYSTEM, "out of memory for %zu x %u logits",
                   count, columns);
    if (sequence && logits && assay_engine_run(engine, &step, 1, &err))
        code = print(cli, logits, count, columns);
    else
        code = assay_cli_fail(cli, &err);
    free(logits);
    assay_sequence_free(sequence);
    return code;
}

static bool read_precision(struct assay_cli *cli,
                           struct assay_engine_options *options,
                           struct assay_error *err)
{
    const char *name = assay_cli_option(cli, "precision");

    if (!name || strcmp(name, "auto") == 0)
        options->precision = ASSAY_PRECISION_AUTO;
    else if (strcmp(name, "int8") == 0)
        options->precision = ASSAY_PRECISION_INT8;
    else if (strcmp(name, "float") == 0)
        options->precision = ASSAY_PRECISION_FLOAT;
    else
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--precision is auto, int8 or float, not '%s'", name);
    return true;
}

static int logits_run(struct assay_cli *cli)
{
    struct assay_engine_options options = {.cache = ASSAY_CACHE_F32};
    struct assay_error err = {0};
    struct assay_local local;
    uint32_t *tokens = NULL;
    size_t count = 0;
    int code;

    if (cli->options.operand_count != 2)
        return assay_cli_misuse(cli, "name a model and a file of tokens");
    if (!assay_cli_engine_options(cli, &options, &err) ||
        !read_precision(cli, &options, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (!read_tokens(cli, cli->options.operands[1], &tokens, &count, &err) ||
        !assay_local_open(&local, assay_cli_operand(cli, 0), &options, &err))
        return assay_cli_fail(cli, &err);
    code = run(cli, local.engine, tokens, count);
    assay_local_close(&local);
    return code;
}

static const struct assay_option logits_options[] = {
    {"precision", 0, "HOW",
     "int8: as answers are computed; float: block types are dequantised; "
     "auto: float for models below 32 MB",
     "auto int8 float"},
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example logits_examples[] = {
    {"assay logits nano-s tokens.json", "of a file such as [2, 106, 500]"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_logits = {
    .name = "logits",
    .summary = "logits of a model after each token of a list",
    .usage = "MODEL TOKENS.json",
    .details =
        "TOKENS.json is an array of token ids, taken as they are: no BOS is "
        "added. Printed is {\"argmax\": [...], \"logits\": [[...]]}, a row a "
        "position, with an f32 cache; weights of float types are multiplied "
        "as floats. MODEL is a file of weights, or nano-s or nano-xs.",
    .options = logits_options,
    .globals = "quiet",
    .operands = "@file",
    .examples = logits_examples,
    .no_store = true,
    .run = logits_run,
};
