/*
 * assay compare: two to eight models, one decision.
 */
#include "cli/models.h"

#include "assay/compare.h"

static struct assay_document *compare(struct assay_cli *cli,
                                      struct assay_catalog *catalog,
                                      const struct assay_models *models,
                                      struct assay_error *err)
{
    struct assay_model **neighbours;
    size_t neighbour_count;

    if (!assay_catalog_neighbours(catalog, &cli->arena, models->at,
                                  models->count, &neighbours, &neighbour_count,
                                  err))
        return NULL;
    const struct assay_compare_options options = {
        .traffic = cli->traffic,
        .need = cli->need.count ? &cli->need : NULL,
        .as_of = cli->as_of,
        .allow_free = cli->allow_free,
        .neighbours = neighbours,
        .neighbour_count = neighbour_count,
    };

    return assay_compare(&cli->arena, models->at, models->count, &options, err);
}

static int compare_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog;
    struct assay_models models;
    const struct assay_document *page;
    int code;

    if (cli->options.operand_count < 2 ||
        cli->options.operand_count > ASSAY_COMPARE_MAX)
        return assay_cli_misuse(cli, "name 2 to %d models, not %zu",
                                ASSAY_COMPARE_MAX, cli->options.operand_count);
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    cli->render.full = assay_cli_flag(cli, "full");
    if (assay_models_load(cli, catalog, &models, &err)) {
        page = compare(cli, catalog, &models, &err);
        code = page ? assay_cli_show(cli, page) : assay_cli_fail(cli, &err);
    } else {
        code = assay_models_refuse(cli, &models, &err);
    }
    assay_catalog_close(catalog);
    return code;
}

static const struct assay_option compare_options[] = {
    {"full", 0, NULL, "text: routes, switch, summary and questions too", NULL},
    {0},
};

static const struct assay_example compare_examples[] = {
    {"assay compare gemma-2-2b gpt-4-vision-preview",
     "the verdict, what each one buys, and who says so"},
    {"assay compare gemma-2-2b gpt-4o --traffic "
     "requests=20k,input=4k,output=1k",
     "costs for your own traffic"},
    {"assay compare gemma-2-2b gpt-4o --need 'context>=100k' --format html",
     "one file to send to others"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_compare = {
    .name = "compare",
    .summary = "compare models on cited facts",
    .usage = "MODEL MODEL... [--full]",
    .options = compare_options,
    .details =
        "Two to eight models. A MODEL is an id (google/gemma-2-2b), a name "
        "that exactly one model has (gemma-2-2b), or a declared alias.\n\n"
        "The first rule that decides makes the verdict: different jobs, who "
        "can be called at all, what you --need, no worse anywhere and better "
        "somewhere; otherwise it says what each one buys at your traffic. "
        "Behind every value stands its source; ! marks those on which "
        "sources disagree.",
    .globals = "store as-of traffic need allow-free width no-color",
    .formats = "text markdown html json csv",
    .operands = "@model",
    .examples = compare_examples,
    .run = compare_run,
};
