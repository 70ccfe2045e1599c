/*
 * assay sources: who the catalog has listened to, and when.
 */
#include "cli/cli.h"

#include "assay/pages.h"

static int sources_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog;
    struct assay_source *sources;
    size_t count;
    int code;

    if (cli->options.operand_count > 0)
        return assay_cli_misuse(cli, "takes no operand");
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    if (assay_catalog_sources(catalog, &cli->arena, &sources, &count, &err))
        code = assay_cli_show(
            cli, assay_page_sources(&cli->arena, sources, count, cli->as_of));
    else
        code = assay_cli_fail(cli, &err);
    assay_catalog_close(catalog);
    return code;
}

static const struct assay_example sources_examples[] = {
    {"assay sources", "built-in sources and what you have imported"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_sources = {
    .name = "sources",
    .summary = "who the facts are from, and how old they are",
    .usage = "",
    .details = "Counts are statements in force: models and routes of which "
               "the source speaks.",
    .globals = "store as-of width no-color",
    .formats = "text markdown html json csv",
    .examples = sources_examples,
    .run = sources_run,
};
