/*
 * assay price: what API responses cost, one answer for each.
 */
#include "cli/price_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct assay_pricer *open_pricer(struct assay_cli *cli,
                                        const struct assay_pricer_options *o,
                                        struct assay_error *err)
{
    struct assay_catalog *catalog = assay_cli_open(cli, err);
    struct assay_pricer *pricer = NULL;

    if (catalog)
        pricer = assay_pricer_open(catalog, o, err);
    assay_catalog_close(catalog);
    return pricer;
}

static int open_input(const char *path, struct assay_error *err)
{
    int file = STDIN_FILENO;

    if (strcmp(path, "-") != 0)
        file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        assay_fail(err, errno == ENOENT ? ASSAY_NOT_FOUND : ASSAY_SYSTEM,
                   "%s: %s", path, strerror(errno));
    return file;
}

static int price_run(struct assay_cli *cli)
{
    const char *provider = assay_cli_option(cli, "provider");
    const char *at = assay_cli_option(cli, "at");
    struct assay_pricer_options options = {
        .provider = assay_str_c(provider),
        .source_id = assay_str_c(assay_cli_option(cli, "source")),
        .minute_of_day = -1,
    };
    struct assay_error err = {0};
    struct assay_pricer *pricer;
    int file, code;

    if (cli->options.operand_count != 1)
        return assay_cli_misuse(cli, "name a file, or - for standard input");
    if (!provider)
        return assay_cli_misuse(cli, "--provider says who answered, such as "
                                     "openai");
    if (at && !assay_date_parse_minute(assay_str_c(at), &options.at,
                                       &options.minute_of_day))
        return assay_cli_misuse(cli,
                                "--at wants a day or a time such as "
                                "2026-11-22T14:30Z, not '%s'",
                                at);
    file = open_input(cli->options.operands[0], &err);
    if (file < 0)
        return assay_cli_fail(cli, &err);
    pricer = open_pricer(cli, &options, &err);
    code = pricer ? assay_price_stream(cli, pricer, file)
                  : assay_cli_fail(cli, &err);
    assay_pricer_close(pricer);
    if (file != STDIN_FILENO)
        close(file);
    return code;
}

static const struct assay_option price_options[] = {
    {"provider", 0, "ID", "who answered: openai, azure, anthropic …", NULL},
    {"source", 0, "ID", "only prices that this source states", NULL},
    {"at", 0, "TIME", "prices of that day or minute (UTC)", NULL},
    {0},
};

static const struct assay_example price_examples[] = {
    {"assay price response.json --provider openai",
     "one response body, as it came"},
    {"assay price - --provider openai <responses.jsonl",
     "a response on each line, an answer on each line"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_price = {
    .name = "price",
    .summary = "what API responses cost, by their own usage counts",
    .usage = "FILE|- --provider ID",
    .details =
        "Reads response bodies as providers send them: OpenAI chat and "
        "responses, Azure, Anthropic, Gemini, OpenRouter, Mistral, Groq and "
        "the like. One body, or one on each line; the answers are JSON, one "
        "on each line, in order. Cached and reasoning tokens are counted "
        "once. What cannot be priced answers {\"state\": \"unknown\"} with "
        "the reason, and the run goes on.",
    .options = price_options,
    .globals = "store as-of",
    .formats = "json",
    .operands = "@file",
    .examples = price_examples,
    .run = price_run,
};
