/*
 * assay tokenize: the tokens of a text, as a model reads it.
 */
#include "cli/cli.h"

#include "assay/engine.h"
#include "assay/file.h"
#include "assay/tokenizer.h"

enum { BYTES_A_TOKEN = 12 }; /* "4294967295, " */

static int write_ids(const struct assay_cli *cli,
                     const struct assay_tokens *tokens)
{
    struct assay_buf out;
    int code;

    assay_buf_init(&out, tokens->count * BYTES_A_TOKEN + sizeof "[]\n");
    assay_buf_add_char(&out, '[');
    for (size_t i = 0; i < tokens->count; i++)
        assay_buf_printf(&out, i ? ", %u" : "%u", tokens->at[i]);
    assay_buf_add_c(&out, "]\n");
    code = assay_cli_write_buf(cli, &out);
    assay_buf_release(&out);
    return code;
}

static struct assay_tokenizer *open_tokenizer(struct assay_str name,
                                              struct assay_error *err)
{
    struct assay_weights *weights = assay_local_weights(name, err);
    struct assay_tokenizer *tokenizer = NULL;

    if (weights)
        tokenizer = assay_tokenizer_new(weights, err);
    assay_weights_close(weights);
    return tokenizer;
}

static int tokenize_run(struct assay_cli *cli)
{
    struct assay_tokenizer *tokenizer;
    struct assay_error err = {0};
    struct assay_tokens tokens;
    struct assay_str text;
    const char *from = "-";
    int code;

    if (cli->options.operand_count < 1 || cli->options.operand_count > 2)
        return assay_cli_misuse(cli, "name a model, and a file at most");
    if (cli->options.operand_count == 2)
        from = cli->options.operands[1];
    tokenizer = open_tokenizer(assay_cli_operand(cli, 0), &err);
    if (!tokenizer)
        return assay_cli_fail(cli, &err);
    if (!assay_file_read(&cli->arena, from, ASSAY_MIB(16), &text, &err))
        code = assay_cli_fail(cli, &err);
    else if (!assay_tokenize(tokenizer, &cli->arena, text,
                             assay_cli_flag(cli, "controls"), &tokens, &err)) {
        assay_fail_in(&err, "%s", from);
        code = assay_cli_fail(cli, &err);
    } else {
        code = write_ids(cli, &tokens);
    }
    assay_tokenizer_free(tokenizer);
    return code;
}

static const struct assay_option tokenize_options[] = {
    {"controls", 0, NULL, "<bos> and its like in the text become the tokens",
     NULL},
    {0},
};

static const struct assay_example tokenize_examples[] = {
    {"printf 'What is 1 + 24?' | assay tokenize nano-s",
     "ids of a text on standard input"},
    {"printf '<bos>Hello' | assay tokenize nano-s - --controls",
     "control tokens by their names"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_tokenize = {
    .name = "tokenize",
    .summary = "the tokens of a text, as a model reads it",
    .usage = "MODEL [FILE|-] [--controls]",
    .details =
        "Prints the ids of the text as a JSON array on one line, as assay "
        "logits takes them. The text is taken as it stands, with its last "
        "newline and without BOS; what looks like a control token in it is "
        "text, unless --controls is given. MODEL is a file of weights, or "
        "nano-s or nano-xs.",
    .options = tokenize_options,
    .globals = "quiet",
    .operands = "@file",
    .examples = tokenize_examples,
    .no_store = true,
    .run = tokenize_run,
};
