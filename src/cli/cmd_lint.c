/*
 * assay lint: what is likely wrong in a public list, before it is imported.
 */
#include "cli/reading.h"

#include "assay/file.h"
#include "assay/lint.h"
#include "net/net.h"

#include <inttypes.h>

#define MAX_FILE_BYTES ASSAY_MIB(64)

static bool read_text(struct assay_cli *cli, const char *from,
                      struct assay_str *text, struct assay_error *err)
{
    const struct assay_http_get get = {.url = from,
                                       .max_bytes = MAX_FILE_BYTES};

    if (assay_http_is_url(from))
        return assay_http_get(&cli->arena, &get, text, err);
    return assay_file_read(&cli->arena, from, MAX_FILE_BYTES, text, err);
}

static struct assay_json *finding_json(struct assay_arena *arena,
                                       const struct assay_finding *finding)
{
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_c(arena, one, "rule", finding->rule);
    assay_json_set_c(arena, one, "severity",
                     assay_severity_name(finding->severity));
    assay_json_set_uint(arena, one, "line", finding->line);
    assay_json_set_text(arena, one, "place", finding->place);
    assay_json_set_text(arena, one, "text", finding->text);
    return one;
}

enum { PLACE, RULE, TEXT, COLUMNS };

static struct assay_json *add_findings(struct assay_document *doc,
                                       struct assay_section *section,
                                       const struct assay_lint_result *result)
{
    static const struct assay_column columns[COLUMNS] = {
        [PLACE] = {.title = {"place", 5}},
        [RULE] = {.title = {"rule", 4}},
        [TEXT] = {.title = {"what stands there", 17}},
    };
    struct assay_json *list = assay_json_array(doc->arena);
    struct assay_block *table = NULL;

    for (const struct assay_finding *f = result->first; f; f = f->next) {
        struct assay_cell *row;

        if (!table)
            table = assay_section_table(doc, section, columns, COLUMNS);
        row = assay_table_row(doc, table);
        row[PLACE].text = f->place;
        row[RULE].text = assay_str_c(f->rule);
        row[RULE].note = assay_str_c(assay_severity_name(f->severity));
        row[TEXT].text = f->text;
        if (f->severity == ASSAY_LINT_ERROR)
            row[RULE].flags = ASSAY_CELL_WARN;
        for (size_t i = 0; i < COLUMNS; i++)
            row[i].state = ASSAY_KNOWN;
        assay_json_add(list, finding_json(doc->arena, f));
    }
    return list;
}

static const char *counted(struct assay_arena *arena, uint32_t n,
                           const char *thing)
{
    return assay_arena_printf(arena, "%" PRIu32 " %s%s", n, thing,
                              n == 1 ? "" : "s")
        .at;
}

static const struct assay_document *page_of(
    struct assay_cli *cli, const char *from,
    const struct assay_lint_result *result)
{
    struct assay_arena *arena = &cli->arena;
    struct assay_document *doc =
        assay_document_new(arena, assay_str_c(from), assay_cli_aside(cli));
    struct assay_section *section = assay_document_section(doc, "findings", "");
    struct assay_json *data = doc->data = assay_json_object(arena);

    assay_json_set_c(arena, data, "format", "assay-lint/1");
    assay_json_set_c(arena, data, "file", from);
    assay_json_set_uint(arena, data, "rows", result->rows);
    assay_json_set_uint(arena, data, "statements", result->statements);
    assay_json_set_uint(arena, data, "errors", result->errors);
    assay_json_set_uint(arena, data, "warnings", result->warnings);
    assay_json_set_uint(arena, data, "notes", result->notes);
    assay_section_say(
        doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(arena, "%s, %s, %s in %s.",
                           counted(arena, result->errors, "error"),
                           counted(arena, result->warnings, "warning"),
                           counted(arena, result->notes, "note"),
                           counted(arena, result->rows, "row")));
    assay_json_set(data, "findings", add_findings(doc, section, result));
    return doc;
}

static int lint_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_lint_input input = {.as_of = cli->as_of};
    struct assay_lint_result result;
    const char *from;
    int code;

    if (cli->options.operand_count != 2)
        return assay_cli_misuse(cli, "name a format and a file or URL");
    from = cli->options.operands[1];
    input.format = assay_reading_format(cli->options.operands[0], &err);
    if (!input.format)
        return assay_cli_misuse(cli, "%s", err.text);
    if (!read_text(cli, from, &input.text, &err))
        return assay_cli_fail(cli, &err);
    if (!assay_lint(&cli->arena, &input, &result, &err)) {
        assay_fail_in(&err, "%s", from);
        return assay_cli_fail(cli, &err);
    }
    code = assay_cli_show(cli, page_of(cli, from, &result));
    if (code == ASSAY_EXIT_DONE && result.errors + result.warnings > 0)
        code = assay_cli_gate(cli);
    return code;
}

static void lint_help(struct assay_buf *out)
{
    assay_buf_add_c(out, "Rules\n");
    for (size_t i = 0; i < assay_lint_rule_count; i++)
        assay_buf_printf(out, "  %-23s%-9s%s\n", assay_lint_rules[i].name,
                         assay_severity_name(assay_lint_rules[i].severity),
                         assay_lint_rules[i].text);
    assay_buf_add_char(out, '\n');
    assay_reading_lists(out);
}

static const struct assay_example lint_examples[] = {
    {"assay lint litellm model_prices.json",
     "unit slips, zeros for unknown, impossible dates"},
    {"assay lint facts contract.json --format json", "for a program"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_lint = {
    .name = "lint",
    .summary = "what is likely wrong in a public list",
    .usage = "FORMAT FILE|URL",
    .details = "Reads the file as assay import would, changes nothing, and "
               "ends with 1 when there are errors or warnings; notes alone "
               "are worth a look only.",
    .globals = "as-of fail-code width no-color",
    .formats = "text markdown html json csv",
    .operands = ASSAY_LIST_WORDS " @file",
    .examples = lint_examples,
    .gate = "there are findings",
    .remote = true,
    .no_store = true,
    .more_help = lint_help,
    .run = lint_run,
};
