/*
 * assay import: a public list, or a file of facts, into the store. All of it
 * or nothing; what was refused is said, with its place and the reason.
 */
#include "cli/import_parts.h"

#include "assay/catalog.h"

enum { REFUSALS_SHOWN = 20 };

static void note_refusals(const struct assay_cli *cli,
                          const struct assay_batch *batch)
{
    uint32_t shown = assay_import_note(cli, batch, NULL, REFUSALS_SHOWN);

    if (batch->refusal_count > shown)
        assay_import_note_more(cli, batch->refusal_count - shown);
}

/* ------------------------------------------------------- the report */

static const struct assay_document *page_of(
    struct assay_cli *cli, const struct assay_batch *batch,
    const struct assay_apply_report *report)
{
    const struct assay_import_count counts[] = {
        {"rows read", "rows", report->rows},
        {"new", "new", report->added},
        {"changed", "changed", report->changed},
        {"ended", "ended", report->ended},
        {"unchanged", "unchanged", report->unchanged},
        {"refused", "refused", report->refused},
    };
    struct assay_str day = assay_date_text(&cli->arena, batch->retrieved);

    return assay_import_page(cli, batch->source_id, day, counts,
                             sizeof counts / sizeof counts[0]);
}

/* ------------------------------------------------------- the command */

/*
 * A trial run applies to a store in memory that holds what this source said
 * so far: the same counts, and nothing is written.
 */
static bool apply(struct assay_cli *cli, const struct assay_batch *batch,
                  struct assay_apply_report *report, struct assay_error *err)
{
    struct assay_catalog *catalog = assay_cli_open(cli, err);
    struct assay_catalog *trial = NULL;
    struct assay_batch before;
    bool ok = false;

    if (!catalog)
        return false;
    if (!assay_cli_flag(cli, "dry-run")) {
        ok = assay_catalog_apply(catalog, batch, report, err);
        goto out;
    }
    assay_batch_init(&before, &cli->arena);
    if (!assay_catalog_export(catalog, batch->source_id, &before, err) &&
        err->code != ASSAY_NOT_FOUND)
        goto out;
    trial =
        assay_catalog_open(&(struct assay_catalog_options){.path = ":memory:",
                                                           .as_of = cli->as_of},
                           err);
    ok = trial &&
         (!before.source_id.len ||
          assay_catalog_apply(trial, &before, report, err)) &&
         assay_catalog_apply(trial, batch, report, err);
out:
    assay_catalog_close(trial);
    assay_catalog_close(catalog);
    return ok;
}

static int import_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_apply_report report = {0};
    struct assay_import_options options;
    struct assay_batch batch;

    if (cli->options.operand_count != 2)
        return assay_cli_misuse(cli, "name a format and a file or URL");
    if (!assay_reading_options(cli, &options, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    options.from = cli->options.operands[1];
    if (options.format->read_samples)
        return assay_import_records(cli, &options);
    assay_batch_init(&batch, &cli->arena);
    assay_reading_progress(cli, "reading", options.from);
    bool read = assay_import_read(&batch, &options, &err);

    assay_reading_progress(cli, "", "");
    note_refusals(cli, &batch);
    if (read && batch.refusal_count > 0 && batch.statement_count == 0)
        read = assay_fail(&err, ASSAY_BAD_INPUT,
                          "%s: every row was refused; nothing is written",
                          options.from);
    if (!read || !apply(cli, &batch, &report, &err))
        return assay_cli_fail(cli, &err);
    if (report.older_than_newest)
        assay_cli_note(cli,
                       "%.*s: this reading is older than the newest one, "
                       "and is written into the past",
                       ASSAY_STR_ARG(batch.source_id));
    return assay_cli_show(cli, page_of(cli, &batch, &report));
}

static const struct assay_option import_options[] = {
    {"source", 0, "ID", "of the source (else the format's, or the file's own)",
     NULL},
    {"retrieved", 0, "DATE",
     "when it was read (else the file's date; a URL: today)", NULL},
    {"strict", 0, NULL, "one refused row refuses the file", NULL},
    {"dry-run", 0, NULL, "count, and write nothing", NULL},
    {0},
};

static const struct assay_example import_examples[] = {
    {"assay import modelsdev api.json --retrieved 2026-08-21",
     "what providers serve, and for what price; or "
     "https://models.dev/api.json"},
    {"assay import facts contract.json --dry-run",
     "what your own statements would change"},
    {"assay import every-eval-ever data/gsm8k",
     "scores that others published, and their samples in pairs"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_import = {
    .name = "import",
    .summary = "read a public list or your own facts into the store",
    .usage = "FORMAT FILE|URL|FOLDER",
    .details =
        "All of the file or nothing. What the source no longer says ends on "
        "the day of the reading; nothing is deleted. The same file twice "
        "changes nothing. A row that cannot be taken is refused with its "
        "place and the reason, and what was known of it stays.\n\n"
        "every-eval-ever takes a folder, too, with all records below it. The "
        "samples beside a record become a run (assay report --list): where "
        "two models have the same ones, assay compare shows them paired, as "
        "published by others and never as measured here.",
    .options = import_options,
    .globals = "store width no-color",
    .formats = "text json csv",
    .operands = ASSAY_FORMAT_WORDS " @file",
    .examples = import_examples,
    .remote = true,
    .more_help = assay_reading_formats,
    .run = import_run,
};
