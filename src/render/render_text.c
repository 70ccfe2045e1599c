/*
 * A document for a terminal: plain columns, wrapped to its width, readable
 * without colour. Marks: [1,2] sources, "*" best of its row, "!" sources
 * disagree.
 */
#include "render/render_text.h"

#include "render/render_parts.h"

enum {
    DEFAULT_WIDTH = 80,
    NARROWEST = 40,
    WIDEST = 400,
    MEASURE = 100, /* longer lines of running text are hard to follow */
    URLS_FROM = 120,
    STEP = 2, /* of indentation */
};

static size_t width_of(const struct assay_render_options *options)
{
    if (options->width == 0)
        return DEFAULT_WIDTH;
    if (options->width < NARROWEST)
        return NARROWEST;
    return options->width > WIDEST ? WIDEST : options->width;
}

/*
 * Puts a short text at the right end of the open line, or of the next one
 * when it does not fit.
 */
static void print_right(struct assay_pen *pen, struct assay_str text,
                        unsigned style)
{
    size_t width = assay_tty_width(text);

    if (text.len == 0)
        return;
    if (pen->column + STEP + width > pen->measure && pen->column > 0)
        assay_pen_newline(pen);
    if (width < pen->measure)
        assay_pen_move(pen, pen->measure - width);
    assay_pen_text(pen, text, style);
}

static void print_title(struct assay_pen *pen, const struct assay_document *doc)
{
    struct assay_words words = {0};
    struct assay_word_form form = {.style = ASSAY_STYLE_BOLD};

    assay_words_add(pen, &words, doc->title, form);
    assay_pen_paragraph(pen, &words, (struct assay_indent){0, 0});
    print_right(pen, doc->aside, ASSAY_STYLE_DIM);
    if (words.count || doc->aside.len)
        assay_pen_newline(pen);
}

static void print_headline(struct assay_pen *pen,
                           const struct assay_block *block, size_t indent)
{
    struct assay_words words = {0};
    struct assay_word_form form = {.style = ASSAY_STYLE_BOLD};

    assay_words_add(pen, &words, block->text, form);
    assay_words_add_refs(pen, &words, &block->refs);
    assay_pen_paragraph(pen, &words, (struct assay_indent){indent, indent});
    if (block->rule.len)
        print_right(pen,
                    assay_arena_printf(pen->arena, "[%.*s]",
                                       ASSAY_STR_ARG(block->rule)),
                    ASSAY_STYLE_DIM);
    assay_pen_newline(pen);
}

static void print_statement(struct assay_pen *pen,
                            const struct assay_block *block,
                            struct assay_indent indent)
{
    struct assay_words words = {0};
    struct assay_word_form first = {0}, rest = {.spaces = 1};

    if (block->kind == ASSAY_BLOCK_ITEM)
        assay_words_add(pen, &words, ASSAY_STR("\u00b7"), first);
    assay_words_add(pen, &words, block->text, words.count ? rest : first);
    assay_words_add_refs(pen, &words, &block->refs);
    assay_pen_paragraph(pen, &words, indent);
    assay_pen_newline(pen);
}

/*
 * Bytes of the first line of a command that is too wide for `room`: up to a
 * space outside quotes with " \\" behind it, before an option if there is
 * one; 0 when it has no such place.
 */
static size_t command_break(struct assay_str command, size_t room)
{
    size_t any = 0, option = 0;
    char quote = 0;

    for (size_t i = 0; i + 1 < command.len; i++) {
        char c = command.at[i];

        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        if (c != ' ' || quote)
            continue;
        if (any > 0 &&
            assay_tty_width(assay_str_head(command, i)) + STEP > room)
            break;
        any = i;
        if (command.at[i + 1] == '-')
            option = i;
    }
    return option ? option : any;
}

/*
 * A command stays on one line if it can; otherwise it is continued the
 * shell's way, so that it can still be pasted.
 */
static void print_command(struct assay_pen *pen,
                          const struct assay_block *block, size_t indent)
{
    struct assay_str rest = block->text;
    size_t left = indent;

    while (rest.len > 0) {
        size_t room = pen->width - left, end = 0;

        if (assay_tty_width(rest) > room)
            end = command_break(rest, room);
        assay_pen_move(pen, left);
        assay_pen_text(pen, end ? assay_str_head(rest, end) : rest,
                       ASSAY_STYLE_PLAIN);
        if (end)
            assay_pen_text(pen, ASSAY_STR(" \\"), ASSAY_STYLE_PLAIN);
        assay_pen_newline(pen);
        rest = end ? assay_str_skip(rest, end + 1) : ASSAY_STR("");
        left = indent + STEP;
    }
}

/* True when an empty line helps between two blocks of a section. */
static bool apart(const struct assay_block *before,
                  const struct assay_block *block)
{
    if (!before)
        return false;
    if (before->kind == ASSAY_BLOCK_TABLE || block->kind == ASSAY_BLOCK_TABLE ||
        block->kind == ASSAY_BLOCK_HEADLINE)
        return true;
    /* a paragraph before items is their heading */
    return block->kind == ASSAY_BLOCK_PARAGRAPH &&
           (before->kind == ASSAY_BLOCK_PARAGRAPH ||
            (block->next && block->next->kind == ASSAY_BLOCK_ITEM));
}

static void print_section(struct assay_pen *pen,
                          const struct assay_section *section,
                          const struct assay_grid **grid)
{
    size_t indent = section->title.len ? STEP : 0;
    const struct assay_block *before = NULL;
    bool under_headline = false;

    if (section->title.len) {
        struct assay_words words = {0};
        struct assay_word_form form = {.style = ASSAY_STYLE_BOLD};

        assay_words_add(pen, &words, section->title, form);
        assay_pen_paragraph(pen, &words, (struct assay_indent){0, STEP});
        assay_pen_newline(pen);
    }
    for (const struct assay_block *b = section->first; b;
         before = b, b = b->next) {
        size_t left = indent + (under_headline ? STEP : 0);

        if (apart(before, b))
            assay_pen_newline(pen);
        switch (b->kind) {
        case ASSAY_BLOCK_HEADLINE:
            print_headline(pen, b, indent);
            under_headline = true;
            break;
        case ASSAY_BLOCK_PARAGRAPH:
        case ASSAY_BLOCK_PICTURE:
            print_statement(pen, b, (struct assay_indent){left, left});
            break;
        case ASSAY_BLOCK_ITEM:
            left = STEP;
            print_statement(pen, b, (struct assay_indent){left, left + STEP});
            break;
        case ASSAY_BLOCK_COMMAND:
            print_command(pen, b, indent + STEP);
            break;
        case ASSAY_BLOCK_TABLE:
            assay_grid_print(pen, *grid, indent);
            *grid = (*grid)->next;
            break;
        }
    }
}

static bool is_shown(const struct assay_pen *pen,
                     const struct assay_section *section)
{
    return pen->full || !section->detail;
}

/* Names the sections of detail, and how to see them. */
static void print_left_out(struct assay_pen *pen,
                           const struct assay_document *doc)
{
    struct assay_words words = {0};
    struct assay_str list = {"", 0};

    for (const struct assay_section *s = doc->first; s; s = s->next)
        if (!is_shown(pen, s) && s->title.len)
            list = assay_arena_printf(pen->arena, "%.*s%s%.*s",
                                      ASSAY_STR_ARG(list), list.len ? ", " : "",
                                      ASSAY_STR_ARG(s->title));
    if (!list.len)
        return;
    assay_words_add(pen, &words,
                    assay_arena_printf(pen->arena, "More with --full: %.*s",
                                       ASSAY_STR_ARG(list)),
                    (struct assay_word_form){.style = ASSAY_STYLE_DIM});
    assay_pen_newline(pen);
    assay_pen_paragraph(pen, &words, (struct assay_indent){0, STEP});
    assay_pen_newline(pen);
}

/* The tables of the document, those with the same columns in line. */
static struct assay_grid *make_grids(struct assay_pen *pen,
                                     const struct assay_document *doc)
{
    struct assay_grid *first = NULL, **end = &first;

    for (const struct assay_section *s = doc->first; s; s = s->next) {
        for (const struct assay_block *b = is_shown(pen, s) ? s->first : NULL;
             b; b = b->next) {
            if (b->kind != ASSAY_BLOCK_TABLE)
                continue;
            *end = assay_grid_of_table(pen, b);
            end = &(*end)->next;
        }
    }
    assay_grids_align(first);
    return first;
}

static void print_legend(struct assay_pen *pen,
                         const struct assay_document *doc)
{
    bool leader = assay_document_has_flag(doc, ASSAY_CELL_LEADER);
    bool conflict = assay_document_has_flag(doc, ASSAY_CELL_CONFLICT);

    if (!leader && !conflict)
        return;
    assay_pen_newline(pen);
    if (leader)
        assay_pen_text(pen, ASSAY_STR("* best of its row"), ASSAY_STYLE_DIM);
    if (conflict) {
        assay_pen_move(pen, leader ? pen->column + STEP + 1 : 0);
        assay_pen_text(pen, ASSAY_STR("! sources disagree"), ASSAY_STYLE_DIM);
    }
    assay_pen_newline(pen);
}

/* "OpenAI docs, read 2026-08-21"; the date stays with its verb. */
static void add_source(struct assay_pen *pen, struct assay_words *words,
                       const struct assay_doc_source *source)
{
    struct assay_str read = assay_date_text(pen->arena, source->read);
    struct assay_word_form form = {.spaces = 1};

    if (!read.len) {
        assay_words_add(pen, words, source->title, form);
        return;
    }
    assay_words_add(pen, words,
                    assay_arena_printf(pen->arena, "%.*s, read",
                                       ASSAY_STR_ARG(source->title)),
                    form);
    form.before = ASSAY_BREAK_GLUE;
    assay_words_add(pen, words, read, form);
}

static void print_sources(struct assay_pen *pen,
                          const struct assay_document *doc)
{
    bool urls = pen->width >= URLS_FROM;
    struct assay_word_form dim = {.style = ASSAY_STYLE_DIM};

    if (doc->source_count == 0)
        return;
    struct assay_grid *grid =
        assay_grid_new(pen, doc->source_count, urls ? 4 : 3);
    for (size_t i = 0; i < doc->source_count; i++) {
        const struct assay_doc_source *source = doc->sources[i];
        struct assay_grid_cell *cells = &grid->cells[i * grid->column_count];

        assay_words_add(
            pen, &cells[0].words,
            assay_arena_printf(pen->arena, "[%u]", (unsigned)source->number),
            dim);
        add_source(pen, &cells[1].words, source);
        assay_words_add(pen, &cells[2].words, source->kind, dim);
        if (urls && assay_url_is_web(source->url))
            assay_words_add(pen, &cells[3].words, source->url, dim);
        for (size_t c = 0; c < grid->column_count; c++)
            cells[c].value_end = cells[c].note_at = cells[c].words.count;
    }
    assay_grid_measure(grid);
    assay_pen_newline(pen);
    assay_pen_text(pen, ASSAY_STR("Sources"), ASSAY_STYLE_BOLD);
    assay_pen_newline(pen);
    assay_grid_print(pen, grid, 0);
}

bool assay_render_text(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_pen pen = {
        .out = out,
        .arena = &arena,
        .width = width_of(options),
        .colour = options->colour,
        .ascii = options->ascii,
        .full = options->full,
    };
    const struct assay_grid *grid = make_grids(&pen, doc);

    pen.measure = pen.width < MEASURE ? pen.width : MEASURE;
    if (options->part == ASSAY_RENDER_WHOLE ||
        options->part == ASSAY_RENDER_FIRST)
        print_title(&pen, doc);
    for (const struct assay_section *s = doc->first; s; s = s->next) {
        if (!is_shown(&pen, s))
            continue;
        assay_pen_newline(&pen);
        print_section(&pen, s, &grid);
    }
    print_left_out(&pen, doc);
    print_legend(&pen, doc);
    print_sources(&pen, doc);
    assay_arena_free(&arena);
    return assay_buf_ok(out, err);
}
