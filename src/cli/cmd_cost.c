/*
 * assay cost: what models cost a month, route by route.
 */
#include "cli/models.h"

#include "assay/compare.h"
#include "assay/pages.h"

static int cost_run(struct assay_cli *cli)
{
    const struct assay_page_options options = {
        .traffic = cli->traffic,
        .as_of = cli->as_of,
        .allow_free = cli->allow_free,
    };
    struct assay_error err = {0};
    struct assay_catalog *catalog;
    struct assay_models models;
    const struct assay_document *page;
    int code;

    if (cli->options.operand_count < 1 ||
        cli->options.operand_count > ASSAY_COMPARE_MAX)
        return assay_cli_misuse(cli, "name 1 to %d models, not %zu",
                                ASSAY_COMPARE_MAX, cli->options.operand_count);
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    if (assay_models_load(cli, catalog, &models, &err)) {
        page = assay_page_cost(&cli->arena, models.at, models.count, &options,
                               &err);
        code = page ? assay_cli_show(cli, page) : assay_cli_fail(cli, &err);
    } else {
        code = assay_models_refuse(cli, &models, &err);
    }
    assay_catalog_close(catalog);
    return code;
}

static const struct assay_example cost_examples[] = {
    {"assay cost gemma-2-2b gpt-4o --traffic requests=20k,input=4k,cached=40%",
     "the cheapest route of each, then all of them"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_cost = {
    .name = "cost",
    .summary = "what models cost a month at your traffic, route by route",
    .usage = "MODEL...",
    .details =
        "One to eight models. The cost of a model is that of its cheapest "
        "live route for the shape of your traffic, all meters of one route "
        "together; what is not stated makes it a bound (\"at least\"). With "
        "two or more models it says where they cost the same.\n\n"
        "SHAPE is requests=1M,input=800,output=250 (requests a month, tokens "
        "a request), with cached=40% (of the input), images=1x1024x1024:high "
        "(per request), batch=50% and retries=2% (of the requests).",
    .globals = "store as-of traffic allow-free width no-color",
    .formats = "text markdown html json csv",
    .operands = "@model",
    .examples = cost_examples,
    .run = cost_run,
};
