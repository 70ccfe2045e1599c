/*
 * The tables of a document as CSV (RFC 4180, CRLF). One table: that table.
 * More: each row starts with the id of its section, and where the columns
 * change an empty line and a new header follow. Statements and sources are
 * not in it; they are in the JSON.
 */
#include "assay/render.h"

#include "render/render_parts.h"

static size_t count_tables(const struct assay_document *doc)
{
    size_t count = 0;

    for (const struct assay_section *s = doc->first; s; s = s->next)
        for (const struct assay_block *b = s->first; b; b = b->next)
            count += b->kind == ASSAY_BLOCK_TABLE;
    return count;
}

static void add_header(struct assay_buf *out, const struct assay_block *table,
                       const struct assay_section *section)
{
    if (section)
        assay_buf_add_c(out, table->column_count ? "section," : "section");
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            assay_buf_add_char(out, ',');
        assay_csv_field(out, table->columns[i].title);
    }
    assay_buf_add_c(out, "\r\n");
}

/* "$15,500 (retired route)": the value alone would mislead. */
static void add_cell(struct assay_buf *out, const struct assay_cell *cell,
                     struct assay_arena *arena)
{
    struct assay_str words = assay_cell_words(cell);

    if (cell->note.len)
        words =
            assay_arena_printf(arena, words.len ? "%.*s (%.*s)" : "%.*s%.*s",
                               ASSAY_STR_ARG(words), ASSAY_STR_ARG(cell->note));
    assay_csv_field(out, words);
}

static void add_rows(struct assay_buf *out, const struct assay_block *table,
                     const struct assay_section *section,
                     struct assay_arena *arena)
{
    for (const struct assay_row *row = table->first_row; row; row = row->next) {
        if (section) {
            assay_csv_field(out,
                            section->id.len ? section->id : section->title);
            if (table->column_count)
                assay_buf_add_char(out, ',');
        }
        for (size_t i = 0; i < table->column_count; i++) {
            if (i > 0)
                assay_buf_add_char(out, ',');
            add_cell(out, &row->cells[i], arena);
        }
        assay_buf_add_c(out, "\r\n");
    }
}

bool assay_render_csv(struct assay_buf *out, const struct assay_document *doc,
                      const struct assay_render_options *options,
                      struct assay_error *err)
{
    struct assay_arena arena = {0};
    const struct assay_block *before = NULL;
    bool several = count_tables(doc) > 1;

    (void)options;
    for (const struct assay_section *s = doc->first; s; s = s->next) {
        for (const struct assay_block *b = s->first; b; b = b->next) {
            if (b->kind != ASSAY_BLOCK_TABLE)
                continue;
            if (before && !assay_tables_alike(before, b))
                assay_buf_add_c(out, "\r\n");
            if (!before || !assay_tables_alike(before, b))
                add_header(out, b, several ? s : NULL);
            add_rows(out, b, several ? s : NULL, &arena);
            before = b;
        }
    }
    assay_arena_free(&arena);
    return assay_buf_ok(out, err);
}
