/*
 * assay show: one model or route, or one side of it.
 */
#include "cli/cli.h"

#include "assay/import.h"
#include "assay/pages.h"
#include "assay/weights.h"

/* ------------------------------------------------------- what is meant */

/*
 * A file of weights: its facts, read today, beside the built-in ones, in a
 * store that lasts as long as the page. `name` gets the model's id.
 */
static struct assay_catalog *open_file(struct assay_cli *cli,
                                       struct assay_str *name,
                                       struct assay_error *err)
{
    const struct assay_import_options options = {
        .format = &assay_import_gguf,
        .from = cli->options.operands[0],
        .retrieved = cli->as_of,
    };
    struct assay_apply_report report;
    struct assay_catalog *catalog = NULL;
    struct assay_batch batch;

    assay_batch_init(&batch, &cli->arena);
    if (!assay_import_read(&batch, &options, err))
        return NULL;
    *name = batch.first->id;
    catalog =
        assay_catalog_open(&(struct assay_catalog_options){.path = ":memory:",
                                                           .as_of = cli->as_of},
                           err);
    if (catalog && !assay_catalog_apply(catalog, &batch, &report, err)) {
        assay_catalog_close(catalog);
        catalog = NULL;
    }
    return catalog;
}

/* What was named: one of the two. */
struct shown {
    struct assay_model *model;
    struct assay_route *route;
};

/*
 * A model and a route may bear the same id: the model is meant, unless
 * --route says otherwise.
 */
static bool find(struct assay_cli *cli, struct assay_catalog *catalog,
                 struct assay_str name, struct shown *shown,
                 struct assay_error *err)
{
    struct assay_str id;
    struct assay_error second = {0};

    *shown = (struct shown){0};
    if (!assay_cli_flag(cli, "route") &&
        assay_catalog_resolve(catalog, &cli->arena, name, &id, err)) {
        shown->model = assay_catalog_model(catalog, &cli->arena, id, err);
        return shown->model;
    }
    if (err->code != ASSAY_OK && err->code != ASSAY_NOT_FOUND)
        return false;
    shown->route = assay_catalog_route(catalog, &cli->arena, name, &second);
    if (!shown->route && err->code == ASSAY_OK)
        *err = second;
    return shown->route;
}

/* ------------------------------------------------------- history */

static struct assay_document *page_of_history(struct assay_cli *cli,
                                              struct assay_catalog *catalog,
                                              const struct shown *shown,
                                              struct assay_error *err)
{
    const struct assay_model *model = shown->model;
    struct assay_changes_title title = {
        .title = model ? model->name : shown->route->id,
        .aside = assay_cli_aside(cli),
    };
    const struct assay_date start = {.year = 1950, .month = 1, .day = 1};
    struct assay_change *changes;
    size_t count;

    if (!assay_catalog_changes(catalog, &cli->arena,
                               model ? model->id : shown->route->id, start,
                               cli->as_of, &changes, &count, err))
        return NULL;
    return assay_page_changes(&cli->arena, changes, count, &title);
}

/* ------------------------------------------------------- the command */

static struct assay_document *page_of(struct assay_cli *cli,
                                      struct assay_catalog *catalog,
                                      struct assay_str name,
                                      struct assay_error *err)
{
    const struct assay_page_options options = {
        .traffic = cli->traffic,
        .as_of = cli->as_of,
        .allow_free = cli->allow_free,
    };
    struct shown shown;

    if (!find(cli, catalog, name, &shown, err))
        return NULL;
    if (assay_cli_flag(cli, "history"))
        return page_of_history(cli, catalog, &shown, err);
    if (shown.route && assay_cli_flag(cli, "explain") && shown.route->model)
        shown.model = shown.route->model;
    if (!shown.model)
        return assay_page_route(&cli->arena, shown.route, &options, err);
    if (assay_cli_flag(cli, "explain"))
        return assay_page_explain(&cli->arena, shown.model, &options);
    if (assay_cli_flag(cli, "conflicts"))
        return assay_page_conflicts(&cli->arena, &shown.model, 1, &options);
    return assay_page_model(&cli->arena, shown.model, &options, err);
}

static int show_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog;
    const struct assay_document *page;
    struct assay_str name;
    int code;

    if (cli->options.operand_count != 1)
        return assay_cli_misuse(cli, "name one model, route or file");
    if (assay_cli_flag(cli, "explain") + assay_cli_flag(cli, "conflicts") +
            assay_cli_flag(cli, "history") >
        1)
        return assay_cli_misuse(
            cli, "--explain, --conflicts and --history are one each");
    name = assay_cli_operand(cli, 0);
    catalog = assay_weights_named(name.at) ? open_file(cli, &name, &err)
                                           : assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    page = page_of(cli, catalog, name, &err);
    code = page ? assay_cli_show(cli, page) : assay_cli_fail(cli, &err);
    assay_catalog_close(catalog);
    return code;
}

static const struct assay_option show_options[] = {
    {"explain", 0, NULL, "why each route belongs to the model", NULL},
    {"conflicts", 0, NULL, "only what sources disagree about", NULL},
    {"history", 0, NULL, "what sources said, reading by reading", NULL},
    {"route", 0, NULL, "ID is a route's, where a model has the same", NULL},
    {0},
};

static const struct assay_example show_examples[] = {
    {"assay show gpt-4-vision-preview", "lifecycle, facts, routes, conflicts"},
    {"assay show gemma-2-2b --explain",
     "the rule that joins each route to the model"},
    {"assay show nano-s.gguf", "what a file of weights says"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_show = {
    .name = "show",
    .summary = "all that is known of a model or a route, and who says so",
    .usage = "ID|FILE [--explain | --conflicts | --history]",
    .details = "ID is a model as for assay compare, or a route: the provider, "
               "a slash, and what the provider calls the model. FILE is a "
               "file of weights (GGUF, or safetensors and its folder): its "
               "facts beside the built-in ones; the store is left alone.",
    .options = show_options,
    .globals = "store as-of traffic allow-free width no-color",
    .formats = "text markdown html json csv",
    .operands = "@model",
    .examples = show_examples,
    .run = show_run,
};
