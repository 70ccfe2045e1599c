/*
 * assay version: which assay, and which libraries it runs with.
 */
#include "cli/libraries.h"

#include "assay/buf.h"

static int version_run(struct assay_cli *cli)
{
    struct assay_arena *arena = &cli->arena;
    struct assay_document *doc = assay_document_new(
        arena, ASSAY_STR("assay " ASSAY_VERSION), ASSAY_STR(""));
    struct assay_section *section =
        assay_document_section(doc, "libraries", "");
    struct assay_json *libraries;

    if (cli->options.operand_count > 0)
        return assay_cli_misuse(cli, "takes no operand");
    doc->data = assay_json_object(arena);
    assay_json_set_c(arena, doc->data, "format", "assay-version/1");
    assay_json_set_c(arena, doc->data, "version", ASSAY_VERSION);
    libraries = assay_libraries_table(doc, section);
    assay_json_set(doc->data, "libraries", libraries);
    return assay_cli_show(cli, doc);
}

static const struct assay_example version_examples[] = {
    {"assay version --format json", "for a report or an inventory"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_version = {
    .name = "version",
    .summary = "which assay this is, and which libraries it runs with",
    .usage = "[--format text|json]",
    .formats = "text json",
    .examples = version_examples,
    .no_store = true,
    .run = version_run,
};
