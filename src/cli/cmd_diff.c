/*
 * assay diff: what changed between two days in the store, or between two
 * files of one format.
 */
#include "cli/reading.h"

#include "assay/pages.h"

static bool is_day(struct assay_str text, struct assay_date *day)
{
    return text.len == 10 && assay_date_parse_day(text, day);
}

/* ------------------------------------------------------- two days */

static int diff_days(struct assay_cli *cli, struct assay_date from,
                     struct assay_date to)
{
    struct assay_error err = {0};
    const struct assay_changes_title title = {
        .title = ASSAY_STR("Changes"),
        .aside = assay_arena_printf(&cli->arena, "%.*s to %.*s",
                                    ASSAY_STR_ARG(assay_cli_operand(cli, 0)),
                                    ASSAY_STR_ARG(assay_cli_operand(cli, 1))),
    };
    struct assay_catalog *catalog;
    struct assay_change *changes;
    size_t count;
    int code;

    if (assay_date_compare(from, to) > 0)
        return assay_cli_misuse(cli, "%s lies after %s",
                                cli->options.operands[0],
                                cli->options.operands[1]);
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    if (assay_catalog_changes(catalog, &cli->arena, ASSAY_STR(""), from, to,
                              &changes, &count, &err))
        code = assay_cli_show(
            cli, assay_page_changes(&cli->arena, changes, count, &title));
    else
        code = assay_cli_fail(cli, &err);
    assay_catalog_close(catalog);
    return code;
}

/* ------------------------------------------------------- two files */

static bool read_as(struct assay_cli *cli,
                    const struct assay_import_format *format, const char *from,
                    struct assay_batch *batch, struct assay_error *err)
{
    const struct assay_import_options options = {
        .format = format,
        .from = from,
        .today = cli->today,
    };

    assay_batch_init(batch, &cli->arena);
    return assay_import_read(batch, &options, err);
}

/* The first format that makes statements of the file. */
static const struct assay_import_format *guess_format(struct assay_cli *cli,
                                                      const char *from,
                                                      struct assay_error *err)
{
    for (size_t i = 0; assay_import_formats[i]; i++) {
        struct assay_batch batch;

        if (read_as(cli, assay_import_formats[i], from, &batch, err) &&
            batch.statement_count > 0)
            return assay_import_formats[i];
        if (err->code != ASSAY_BAD_INPUT && err->code != ASSAY_OK)
            return NULL;
        *err = (struct assay_error){0};
    }
    assay_fail(err, ASSAY_BAD_INPUT,
               "%s: of none of the formats; --from says which it is", from);
    return NULL;
}

static bool read_both(struct assay_cli *cli, struct assay_batch *before,
                      struct assay_batch *after, struct assay_error *err)
{
    const char *given = assay_cli_option(cli, "from");
    const struct assay_import_format *format =
        given ? assay_reading_format(given, err)
              : guess_format(cli, cli->options.operands[0], err);

    return format &&
           read_as(cli, format, cli->options.operands[0], before, err) &&
           read_as(cli, format, cli->options.operands[1], after, err);
}

static int diff_files(struct assay_cli *cli)
{
    const struct assay_changes_title title = {
        .title = assay_arena_printf(&cli->arena, "%s, then %s",
                                    cli->options.operands[0],
                                    cli->options.operands[1]),
        .aside = ASSAY_STR(""),
    };
    struct assay_error err = {0};
    struct assay_batch before, after;
    struct assay_change *changes;
    size_t count;

    if (!read_both(cli, &before, &after, &err) ||
        !assay_batch_changes(&cli->arena, &before, &after, &changes, &count,
                             &err))
        return assay_cli_fail(cli, &err);
    return assay_cli_show(
        cli, assay_page_changes(&cli->arena, changes, count, &title));
}

/* ------------------------------------------------------- the command */

static int diff_run(struct assay_cli *cli)
{
    const char *given = assay_cli_option(cli, "from");
    struct assay_error err = {0};
    struct assay_date from, to;

    if (cli->options.operand_count != 2)
        return assay_cli_misuse(cli, "name two days, or two files");
    if (given && !assay_reading_format(given, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    bool first = is_day(assay_cli_operand(cli, 0), &from);
    bool second = is_day(assay_cli_operand(cli, 1), &to);

    if (!given && first != second)
        return assay_cli_misuse(cli, "name two days, or two files, not one "
                                     "of each");
    return !given && first ? diff_days(cli, from, to) : diff_files(cli);
}

static const struct assay_option diff_options[] = {
    {"from", 0, "FORMAT", "of the files (else what they look like)",
     ASSAY_FORMAT_WORDS},
    {0},
};

static const struct assay_example diff_examples[] = {
    {"assay diff 2026-08-21 2026-11-22",
     "what sources came to say between two days"},
    {"assay diff before.json after.json", "two copies of one list"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_diff = {
    .name = "diff",
    .summary = "what changed between two days, or two files",
    .usage = "DAY DAY | FILE FILE",
    .details =
        "Of two days: what readings after the first and up to the second "
        "changed in the store. Of two files of one format: what the second "
        "says otherwise; the store is not touched.",
    .options = diff_options,
    .globals = "store as-of width no-color",
    .formats = "text markdown html json csv",
    .operands = "@file",
    .examples = diff_examples,
    .remote = true,
    .more_help = assay_reading_formats,
    .run = diff_run,
};
