/*
 * What an import says of itself: what was refused, and the counts.
 */
#include "cli/import_parts.h"

#include <inttypes.h>

uint32_t assay_import_note(const struct assay_cli *cli,
                           const struct assay_batch *batch, const char *file,
                           uint32_t most)
{
    uint32_t shown = 0;

    for (const struct assay_refusal *r = batch->first_refusal;
         r && shown < most; r = r->next, shown++)
        assay_cli_note(cli, "refused: %s%s%.*s: %.*s", file ? file : "",
                       file ? ": " : "", ASSAY_STR_ARG(r->place),
                       ASSAY_STR_ARG(r->reason));
    return shown;
}

void assay_import_note_more(const struct assay_cli *cli, uint64_t more)
{
    assay_cli_note(cli, "… %" PRIu64 " more%s", more,
                   assay_cli_flag(cli, "strict")
                       ? ""
                       : ": --strict would refuse the whole file");
}

struct assay_document *assay_import_page(
    struct assay_cli *cli, struct assay_str source, struct assay_str day,
    const struct assay_import_count *counts, size_t count)
{
    static const struct assay_column columns[2] = {
        {.title = {"import", 6}},
        {.title = {"count", 5}, .align = ASSAY_RIGHT},
    };
    struct assay_arena *arena = &cli->arena;
    bool trial = assay_cli_flag(cli, "dry-run");
    struct assay_document *doc = assay_document_new(
        arena, source,
        assay_arena_printf(arena, "read %.*s%s", ASSAY_STR_ARG(day),
                           trial ? ", nothing is written" : ""));
    struct assay_block *table = assay_section_table(
        doc, assay_document_section(doc, "import", ""), columns, 2);
    struct assay_json *data = doc->data = assay_json_object(arena);

    assay_json_set_c(arena, data, "format", "assay-import/1");
    assay_json_set_text(arena, data, "source", source);
    assay_json_set_text(arena, data, "retrieved", day);
    assay_json_set_bool(arena, data, "dry_run", trial);
    for (size_t i = 0; i < count; i++) {
        struct assay_cell *row = assay_table_row(doc, table);

        row[0].text = assay_str_c(counts[i].title);
        row[1].text =
            assay_decimal_fixed(arena, assay_decimal_uint(counts[i].count), 0);
        row[0].state = row[1].state = ASSAY_KNOWN;
        assay_json_set_uint(arena, data, counts[i].key, counts[i].count);
    }
    return doc;
}
