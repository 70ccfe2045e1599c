/*
 * assay import: a public list, or a file of facts, into the store. All of it
 * or nothing; what was refused is said, with its place and the reason.
 */
#include "cli/reading.h"

#include "assay/catalog.h"

#include <inttypes.h>

enum { REFUSALS_SHOWN = 20 };

static void note_refusals(const struct assay_cli *cli,
                          const struct assay_batch *batch)
{
    const char *hint = assay_cli_flag(cli, "strict")
                           ? ""
                           : ": --strict would refuse the whole file";
    uint32_t shown = 0;

    for (const struct assay_refusal *r = batch->first_refusal;
         r && shown < REFUSALS_SHOWN; r = r->next, shown++)
        assay_cli_note(cli, "refused: %.*s: %.*s", ASSAY_STR_ARG(r->place),
                       ASSAY_STR_ARG(r->reason));
    if (batch->refusal_count > shown)
        assay_cli_note(cli, "… %" PRIu32 " more%s",
                       batch->refusal_count - shown, hint);
}

/* ------------------------------------------------------- the report */

static const struct assay_document *page_of(
    struct assay_cli *cli, const struct assay_batch *batch,
    const struct assay_apply_report *report)
{
    static const struct assay_column columns[2] = {
        {.title = {"import", 6}},
        {.title = {"count", 5}, .align = ASSAY_RIGHT},
    };
    struct assay_arena *arena = &cli->arena;
    struct assay_str day = assay_date_text(arena, batch->retrieved);
    const struct {
        const char *title, *key;
        uint32_t count;
    } counts[] = {
        {"rows read", "rows", report->rows},
        {"new", "new", report->added},
        {"changed", "changed", report->changed},
        {"ended", "ended", report->ended},
        {"unchanged", "unchanged", report->unchanged},
        {"refused", "refused", report->refused},
    };
    bool trial = assay_cli_flag(cli, "dry-run");
    struct assay_document *doc = assay_document_new(
        arena, batch->source_id,
        assay_arena_printf(arena, "read %.*s%s", ASSAY_STR_ARG(day),
                           trial ? ", nothing is written" : ""));
    struct assay_block *table = assay_section_table(
        doc, assay_document_section(doc, "import", ""), columns, 2);
    struct assay_json *data = doc->data = assay_json_object(arena);

    assay_json_set_c(arena, data, "format", "assay-import/1");
    assay_json_set_text(arena, data, "source", batch->source_id);
    assay_json_set_text(arena, data, "retrieved", day);
    assay_json_set_bool(arena, data, "dry_run", trial);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct assay_cell *row = assay_table_row(doc, table);

        row[0].text = assay_str_c(counts[i].title);
        row[1].text =
            assay_decimal_fixed(arena, assay_decimal_uint(counts[i].count), 0);
        row[0].state = row[1].state = ASSAY_KNOWN;
        assay_json_set_uint(arena, data, counts[i].key, counts[i].count);
    }
    return doc;
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
    {NULL, NULL},
};

const struct assay_command assay_cmd_import = {
    .name = "import",
    .summary = "read a public list or your own facts into the store",
    .usage = "FORMAT FILE|URL",
    .details =
        "All of the file or nothing. What the source no longer says ends on "
        "the day of the reading; nothing is deleted. The same file twice "
        "changes nothing. A row that cannot be taken is refused with its "
        "place and the reason, and what was known of it stays.",
    .options = import_options,
    .globals = "store width no-color",
    .formats = "text json csv",
    .operands = ASSAY_FORMAT_WORDS " @file",
    .examples = import_examples,
    .remote = true,
    .more_help = assay_reading_formats,
    .run = import_run,
};
