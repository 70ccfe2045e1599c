/*
 * A document as Markdown: CommonMark with GitHub's tables. It reads well
 * both rendered and as it is; "[3]" leads to the list of sources.
 */
#include "assay/render.h"

#include "render/render_parts.h"

enum { WIDEST_PADDING = 56 }; /* longer cells do not push the others away */

struct markdown {
    struct assay_buf *out;
    struct assay_arena *arena;
};

static void add_refs(struct markdown *md, struct assay_buf *out,
                     const struct assay_refs *refs)
{
    struct assay_ref_numbers numbers = assay_refs_numbers(md->arena, refs);

    for (size_t i = 0; i < numbers.count; i++)
        assay_buf_printf(out, " [[%u]](#sources)", (unsigned)numbers.at[i]);
}

static void add_statement(struct markdown *md, const struct assay_block *block)
{
    bool headline = block->kind == ASSAY_BLOCK_HEADLINE;
    bool bold = headline && assay_str_trim(block->text).len > 0;

    if (block->kind == ASSAY_BLOCK_ITEM)
        assay_buf_add_c(md->out, "- ");
    if (bold)
        assay_buf_add_c(md->out, "**");
    assay_markdown_text(md->out, block->text);
    if (bold)
        assay_buf_add_c(md->out, "**");
    add_refs(md, md->out, &block->refs);
    if (headline && block->rule.len) {
        assay_buf_add_c(md->out, " (rule: ");
        assay_markdown_text(md->out, block->rule);
        assay_buf_add_char(md->out, ')');
    }
    assay_buf_add_char(md->out, '\n');
}

/* A fence that no run of backticks in the text can close. */
static void add_command(struct markdown *md, const struct assay_block *block)
{
    size_t longest = 2, run = 0;

    for (size_t i = 0; i < block->text.len; i++) {
        run = block->text.at[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    assay_buf_fill(md->out, '`', longest + 1);
    assay_buf_add_char(md->out, '\n');
    assay_tty_text(md->out, block->text);
    assay_buf_add_char(md->out, '\n');
    assay_buf_fill(md->out, '`', longest + 1);
    assay_buf_add_char(md->out, '\n');
}

static void add_cell(struct markdown *md, struct assay_buf *out,
                     const struct assay_cell *cell, size_t column)
{
    struct assay_str words = assay_str_trim(assay_cell_words(cell));
    const char *mark = "";

    if (words.len && cell->flags & ASSAY_CELL_LEADER)
        mark = "**";
    else if (words.len && assay_cell_is_unknown(cell, column))
        mark = "*";
    assay_buf_add_c(out, mark);
    assay_markdown_text(out, words);
    assay_buf_add_c(out, mark);
    if (cell->note.len) {
        assay_buf_add_c(out, words.len ? " (" : "");
        assay_markdown_text(out, cell->note);
        assay_buf_add_c(out, words.len ? ")" : "");
    }
    add_refs(md, out, &cell->refs);
    if (cell->flags & ASSAY_CELL_CONFLICT)
        assay_buf_add_c(out, " **!**");
}

/* The cells of a table as Markdown, row by row, row 0 the header. */
static struct assay_str *make_cells(struct markdown *md,
                                    const struct assay_block *table)
{
    size_t columns = table->column_count, at = 0;
    struct assay_str *cells = ASSAY_NEW_ARRAY(md->arena, struct assay_str,
                                              (table->row_count + 1) * columns);
    struct assay_buf cell;

    assay_buf_init(&cell, md->out->max);
    for (size_t c = 0; c < columns; c++) {
        assay_buf_clear(&cell);
        assay_markdown_text(&cell, table->columns[c].title);
        cells[at++] = assay_arena_copy(md->arena, assay_buf_str(&cell));
    }
    for (const struct assay_row *r = table->first_row; r; r = r->next) {
        for (size_t c = 0; c < columns; c++) {
            assay_buf_clear(&cell);
            add_cell(md, &cell, &r->cells[c], c);
            cells[at++] = assay_arena_copy(md->arena, assay_buf_str(&cell));
        }
    }
    assay_buf_release(&cell);
    return cells;
}

static void add_padded(struct assay_buf *out, struct assay_str text,
                       size_t width, enum assay_align align)
{
    size_t used = assay_tty_width(text);
    size_t padding = used < width ? width - used : 0;

    assay_buf_add_c(out, "| ");
    if (align == ASSAY_RIGHT)
        assay_buf_fill(out, ' ', padding);
    assay_buf_add(out, text);
    if (align != ASSAY_RIGHT)
        assay_buf_fill(out, ' ', padding);
    assay_buf_add_char(out, ' ');
}

static void add_table(struct markdown *md, const struct assay_block *table)
{
    size_t columns = table->column_count;
    struct assay_str *cells = make_cells(md, table);
    size_t *widths = ASSAY_NEW_ARRAY(md->arena, size_t, columns);

    if (columns == 0)
        return;
    for (size_t c = 0; c < columns; c++) {
        widths[c] = 3; /* "---" */
        for (size_t r = 0; r <= table->row_count; r++) {
            size_t width = assay_tty_width(cells[r * columns + c]);
            if (width > WIDEST_PADDING)
                width = WIDEST_PADDING;
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    for (size_t r = 0; r <= table->row_count; r++) {
        for (size_t c = 0; c < columns; c++)
            add_padded(md->out, cells[r * columns + c], widths[c],
                       table->columns[c].align);
        assay_buf_add_c(md->out, "|\n");
        for (size_t c = 0; r == 0 && c < columns; c++) {
            bool right = table->columns[c].align == ASSAY_RIGHT;
            assay_buf_add_c(md->out, "| ");
            assay_buf_fill(md->out, '-', widths[c] - right);
            assay_buf_add_c(md->out, right ? ": " : " ");
        }
        if (r == 0)
            assay_buf_add_c(md->out, "|\n");
    }
}

static void add_section(struct markdown *md,
                        const struct assay_section *section)
{
    const struct assay_block *before = NULL;

    if (section->title.len) {
        assay_buf_add_c(md->out, "\n## ");
        assay_markdown_text(md->out, section->title);
        assay_buf_add_char(md->out, '\n');
    }
    for (const struct assay_block *b = section->first; b;
         before = b, b = b->next) {
        if (!before || before->kind != ASSAY_BLOCK_ITEM ||
            b->kind != ASSAY_BLOCK_ITEM)
            assay_buf_add_char(md->out, '\n');
        if (b->kind == ASSAY_BLOCK_TABLE)
            add_table(md, b);
        else if (b->kind == ASSAY_BLOCK_COMMAND)
            add_command(md, b);
        else
            add_statement(md, b);
    }
}

static void add_legend(struct markdown *md, const struct assay_document *doc)
{
    bool leader = assay_document_has_flag(doc, ASSAY_CELL_LEADER);
    bool conflict = assay_document_has_flag(doc, ASSAY_CELL_CONFLICT);

    if (leader)
        assay_buf_add_c(md->out, "\n**Bold** in a table: best of its row.");
    if (conflict)
        assay_buf_add_c(md->out, leader ? " **!**: sources disagree."
                                        : "\n**!**: sources disagree.");
    if (leader || conflict)
        assay_buf_add_char(md->out, '\n');
}

/* A URL inside <…>: only what could end it is left to encode. */
static void add_url(struct markdown *md, struct assay_str url)
{
    for (size_t i = 0; i < url.len; i++) {
        char c = url.at[i];
        if (c == '&')
            assay_buf_add_c(md->out, "&amp;");
        else if (c == '<' || c == '>' || c == '\\' || c == '|')
            assay_buf_printf(md->out, "%%%02X", (unsigned char)c);
        else
            assay_buf_add_char(md->out, c);
    }
}

static void add_source(struct markdown *md,
                       const struct assay_doc_source *source)
{
    struct assay_str read = assay_date_text(md->arena, source->read);
    bool web = assay_url_is_web(source->url);

    assay_buf_printf(md->out, "%u. ", (unsigned)source->number);
    if (web)
        assay_buf_add_char(md->out, '[');
    assay_markdown_text(md->out, source->title);
    if (web) {
        assay_buf_add_c(md->out, "](<");
        add_url(md, source->url);
        assay_buf_add_c(md->out, ">)");
    }
    if (source->kind.len)
        assay_buf_add_c(md->out, ", ");
    assay_markdown_text(md->out, source->kind);
    if (read.len)
        assay_buf_printf(md->out, ", read %.*s", ASSAY_STR_ARG(read));
    assay_buf_add_char(md->out, '\n');
}

static void add_title(struct markdown *md, const struct assay_document *doc)
{
    assay_buf_add_c(md->out, "# ");
    assay_markdown_text(md->out, doc->title);
    assay_buf_add_char(md->out, '\n');
    if (doc->aside.len == 0)
        return;
    assay_buf_add_c(md->out, "\n*");
    assay_markdown_text(md->out, doc->aside);
    assay_buf_add_c(md->out, "*\n");
}

bool assay_render_markdown(struct assay_buf *out,
                           const struct assay_document *doc,
                           const struct assay_render_options *options,
                           struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct markdown md = {.out = out, .arena = &arena};

    if (options->part == ASSAY_RENDER_WHOLE ||
        options->part == ASSAY_RENDER_FIRST)
        add_title(&md, doc);
    for (const struct assay_section *s = doc->first; s; s = s->next)
        add_section(&md, s);
    add_legend(&md, doc);
    if (doc->source_count)
        assay_buf_add_c(out, "\n## Sources\n\n");
    for (size_t i = 0; i < doc->source_count; i++)
        add_source(&md, doc->sources[i]);
    assay_arena_free(&arena);
    return assay_buf_ok(out, err);
}
