/*
 * Tables on a terminal: cells become words, columns get widths, and what does
 * not fit wraps, gives way, or goes into a further part. In practice 2 to 10
 * columns and up to some thousand rows.
 */
#include "render/render_parts.h"
#include "render/render_text.h"

enum {
    READABLE = 12, /* columns narrower than this are hard to read */
    LONGEST = 24,  /* longer pieces of text are cut rather than kept */
    WIDE = 120,    /* terminals from here on have room between columns */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct assay_grid_cell *cell_at(const struct assay_grid *grid,
                                       size_t row, size_t column)
{
    return &grid->cells[row * grid->column_count + column];
}

struct assay_grid *assay_grid_new(struct assay_pen *pen, size_t row_count,
                                  size_t column_count)
{
    struct assay_grid *grid = ASSAY_NEW(pen->arena, struct assay_grid);

    grid->row_count = row_count;
    grid->column_count = column_count;
    grid->columns =
        ASSAY_NEW_ARRAY(pen->arena, struct assay_grid_column, column_count);
    grid->cells = ASSAY_NEW_ARRAY(pen->arena, struct assay_grid_cell,
                                  row_count * column_count);
    return grid;
}

static unsigned value_style(const struct assay_cell *cell, size_t column)
{
    unsigned style = ASSAY_STYLE_PLAIN;

    if (cell->flags & ASSAY_CELL_LEADER)
        style |= ASSAY_STYLE_BOLD;
    if (cell->flags & ASSAY_CELL_DIM || assay_cell_is_unknown(cell, column))
        style |= ASSAY_STYLE_DIM;
    if (cell->flags & ASSAY_CELL_WARN)
        style |= ASSAY_STYLE_YELLOW;
    return style;
}

/* "$15,500 *  retired route [1,2] !" */
static void fill_cell(struct assay_pen *pen, struct assay_grid_cell *to,
                      const struct assay_cell *cell, size_t column)
{
    struct assay_words *words = &to->words;
    struct assay_word_form value = {.style = value_style(cell, column)};
    struct assay_word_form note = {.style = ASSAY_STYLE_DIM, .spaces = 2};
    struct assay_word_form mark = {.before = ASSAY_BREAK_GLUE, .spaces = 1};

    assay_words_add(pen, words, assay_cell_words(cell), value);
    to->value_end = words->count;
    if (cell->flags & ASSAY_CELL_LEADER) {
        mark.style = ASSAY_STYLE_BOLD;
        assay_words_add(pen, words, ASSAY_STR("*"), mark);
    }
    to->note_at = words->count;
    assay_words_add(pen, words, cell->note, note);
    if (to->note_at == words->count || to->note_at == 0)
        to->note_at = SIZE_MAX;
    assay_words_add_refs(pen, words, &cell->refs);
    if (cell->flags & ASSAY_CELL_CONFLICT) {
        mark.style = ASSAY_STYLE_BOLD | ASSAY_STYLE_YELLOW;
        assay_words_add(pen, words, ASSAY_STR("!"), mark);
    }
    to->note_at = smaller(to->note_at, words->count);
}

struct assay_grid *assay_grid_of_table(struct assay_pen *pen,
                                       const struct assay_block *table)
{
    struct assay_grid *grid =
        assay_grid_new(pen, table->row_count + 1, table->column_count);
    size_t row = 1;

    grid->table = table;
    grid->header = true;
    for (size_t c = 0; c < table->column_count; c++) {
        struct assay_grid_cell *head = cell_at(grid, 0, c);
        struct assay_word_form form = {.style = ASSAY_STYLE_BOLD};

        grid->columns[c].align = table->columns[c].align;
        grid->columns[c].give_way = table->columns[c].give_way;
        grid->columns[c].title = table->columns[c].title;
        assay_words_add(pen, &head->words, table->columns[c].title, form);
        head->value_end = head->note_at = head->words.count;
    }
    for (const struct assay_row *r = table->first_row; r; r = r->next, row++)
        for (size_t c = 0; c < table->column_count; c++)
            fill_cell(pen, cell_at(grid, row, c), &r->cells[c], c);
    assay_grid_measure(grid);
    return grid;
}

/* The widest piece of a cell that is not broken without need. */
static size_t widest_piece(const struct assay_words *words)
{
    size_t widest = 0;

    for (size_t from = 0; from < words->count;) {
        size_t end = from + 1;

        while (end < words->count && words->at[end].before > ASSAY_BREAK_PATH)
            end++;
        widest = larger(widest, assay_words_width(words, from, end));
        from = end;
    }
    return widest;
}

void assay_grid_measure(struct assay_grid *grid)
{
    for (size_t c = 0; c < grid->column_count; c++) {
        struct assay_grid_column *column = &grid->columns[c];
        size_t least = 0, value = 0, tail = 0, whole = 0;

        for (size_t r = 0; r < grid->row_count; r++) {
            const struct assay_grid_cell *cell = cell_at(grid, r, c);
            size_t all = assay_words_width(&cell->words, 0, cell->words.count);
            size_t own = assay_words_width(&cell->words, 0, cell->value_end);

            least = larger(least, widest_piece(&cell->words));
            whole = larger(whole, all);
            if (r > 0 || !grid->header) {
                value = larger(value, own);
                tail = larger(tail, all - own);
            }
        }
        if (column->align == ASSAY_RIGHT)
            whole = larger(whole, value + tail);
        column->natural = whole;
        column->tail = tail;
        column->least =
            smaller(whole, smaller(LONGEST, larger(least, READABLE)));
    }
}

void assay_grids_align(struct assay_grid *first)
{
    for (struct assay_grid *a = first; a; a = a->next) {
        for (struct assay_grid *b = a->next; b; b = b->next) {
            if (!assay_tables_alike(a->table, b->table))
                continue;
            for (size_t c = 0; c < a->column_count; c++) {
                struct assay_grid_column *x = &a->columns[c];
                struct assay_grid_column *y = &b->columns[c];

                x->least = y->least = larger(x->least, y->least);
                x->tail = y->tail = larger(x->tail, y->tail);
                x->natural = y->natural = larger(x->natural, y->natural);
            }
        }
    }
}

/* Which columns are printed together, and how wide. */
struct part {
    size_t *columns; /* indexes into the grid's */
    size_t *widths;
    size_t count;
    size_t gap;
};

/* Columns left for text when `count` columns stand side by side. */
static size_t room_for(size_t available, size_t count, size_t gap)
{
    size_t gaps = count ? (count - 1) * gap : 0;
    return available > gaps ? available - gaps : 0;
}

static bool part_fits(const struct assay_grid *grid, const struct part *part,
                      size_t available)
{
    size_t least = 0;

    for (size_t i = 0; i < part->count; i++)
        least += grid->columns[part->columns[i]].least;
    return least <= room_for(available, part->count, part->gap);
}

/*
 * From the least width on, the narrowest column that still wraps grows
 * first. When not even the least fits (one column beside the label on a very
 * narrow terminal), the widest shrinks first.
 */
static void share_width(const struct assay_grid *grid, struct part *part,
                        size_t available)
{
    size_t room = room_for(available, part->count, part->gap), used = 0;

    for (size_t i = 0; i < part->count; i++) {
        part->widths[i] = grid->columns[part->columns[i]].least;
        used += part->widths[i];
    }
    while (used > room) {
        size_t widest = 0;
        for (size_t i = 1; i < part->count; i++)
            if (part->widths[i] > part->widths[widest])
                widest = i;
        if (part->widths[widest] <= 1)
            return;
        part->widths[widest]--;
        used--;
    }
    while (used < room) {
        size_t narrowest = SIZE_MAX;
        for (size_t i = 0; i < part->count; i++)
            if (part->widths[i] < grid->columns[part->columns[i]].natural &&
                (narrowest == SIZE_MAX ||
                 part->widths[i] < part->widths[narrowest]))
                narrowest = i;
        if (narrowest == SIZE_MAX)
            return;
        part->widths[narrowest]++;
        used++;
    }
}

/* A cell while its row is printed, line by line. */
struct open_cell {
    const struct assay_grid_cell *cell;
    struct assay_words words; /* cut to the width */
    size_t note_at;
    size_t at; /* next word */
    bool fits; /* on one line */
};

static struct open_cell open_cell(struct assay_pen *pen,
                                  const struct assay_grid_cell *cell,
                                  size_t width)
{
    struct open_cell open = {
        .cell = cell,
        .words = cell->words,
        .note_at = cell->note_at,
    };

    open.fits = assay_words_width(&cell->words, 0, cell->words.count) <= width;
    if (!open.fits)
        assay_words_cut(pen, &open.words, width, &open.note_at);
    return open;
}

/*
 * Prints the next line of a cell in its column; false when there was none.
 * Numbers of a right-aligned column stand below each other, whatever marks
 * follow them.
 */
static bool print_line(struct assay_pen *pen, struct open_cell *open,
                       const struct assay_grid_column *column, size_t left,
                       size_t width)
{
    size_t end = open->words.count, from = open->at;

    if (from >= end)
        return false;
    if (!open->fits && from < open->note_at)
        end = open->note_at;
    end = assay_words_line(&open->words, from, end, width);
    if (column->align == ASSAY_RIGHT) {
        size_t all = assay_words_width(&open->words, from, end);
        size_t own = assay_words_width(&open->words, from,
                                       smaller(end, open->cell->value_end));

        if (open->fits && own + column->tail <= width)
            left += width - column->tail - own;
        else if (all < width)
            left += width - all;
    }
    assay_pen_move(pen, left);
    assay_pen_words(pen, &open->words, from, end);
    open->at = end;
    return true;
}

static void print_row(struct assay_pen *pen, const struct assay_grid *grid,
                      const struct part *part, size_t row, size_t indent)
{
    struct open_cell *open =
        ASSAY_NEW_ARRAY(pen->arena, struct open_cell, part->count);
    bool more = true;

    for (size_t i = 0; i < part->count; i++)
        open[i] = open_cell(pen, cell_at(grid, row, part->columns[i]),
                            part->widths[i]);
    while (more) {
        size_t left = indent;

        more = false;
        for (size_t i = 0; i < part->count; i++) {
            print_line(pen, &open[i], &grid->columns[part->columns[i]], left,
                       part->widths[i]);
            more = more || open[i].at < open[i].words.count;
            left += part->widths[i] + part->gap;
        }
        assay_pen_newline(pen);
    }
}

static void print_part(struct assay_pen *pen, const struct assay_grid *grid,
                       struct part *part, size_t indent)
{
    share_width(grid, part, pen->width - indent);
    for (size_t row = 0; row < grid->row_count; row++)
        print_row(pen, grid, part, row, indent);
}

/* Takes out the column that gives way first; false when none does. */
static bool drop_column(const struct assay_grid *grid, struct part *part)
{
    size_t drop = 0;
    int most = 1;

    for (size_t i = 1; i < part->count; i++) {
        if (grid->columns[part->columns[i]].give_way >= most) {
            most = grid->columns[part->columns[i]].give_way;
            drop = i;
        }
    }
    if (drop == 0)
        return false;
    for (size_t i = drop; i + 1 < part->count; i++)
        part->columns[i] = part->columns[i + 1];
    part->count--;
    return true;
}

/* One past the last of the columns from `from` on that fit beside column 0. */
static size_t part_end(const struct assay_grid *grid, const struct part *all,
                       size_t from, size_t most, size_t available)
{
    size_t used = grid->columns[all->columns[0]].least;
    size_t end = from;

    while (end < all->count && end - from < most) {
        used += all->gap + grid->columns[all->columns[end]].least;
        if (used > available && end > from)
            break;
        end++;
    }
    return end;
}

static size_t count_parts(const struct assay_grid *grid, const struct part *all,
                          size_t most, size_t available)
{
    size_t parts = 0;

    for (size_t from = 1; from < all->count; parts++)
        from = part_end(grid, all, from, most, available);
    return parts;
}

static void print_in_parts(struct assay_pen *pen, const struct assay_grid *grid,
                           const struct part *all, size_t indent)
{
    size_t available = pen->width - indent;
    size_t parts = count_parts(grid, all, all->count, available);
    size_t most = (all->count - 1 + parts - 1) / parts;
    struct part part = *all;

    /* 4 and 1 become 3 and 2, if that fits as well */
    if (count_parts(grid, all, most, available) != parts)
        most = all->count;
    part.columns = ASSAY_NEW_ARRAY(pen->arena, size_t, all->count);
    for (size_t from = 1; from < all->count;) {
        size_t end = part_end(grid, all, from, most, available);

        if (from > 1)
            assay_pen_newline(pen);
        part.count = 0;
        part.columns[part.count++] = all->columns[0];
        while (from < end)
            part.columns[part.count++] = all->columns[from++];
        print_part(pen, grid, &part, indent);
    }
}

static bool part_has(const struct part *part, size_t column)
{
    for (size_t i = 0; i < part->count; i++)
        if (part->columns[i] == column)
            return true;
    return false;
}

/* Says which columns gave way, so that nobody takes them for absent. */
static void print_dropped(struct assay_pen *pen, const struct assay_grid *grid,
                          const struct part *part, size_t indent)
{
    struct assay_words words = {0};
    struct assay_str text = ASSAY_STR("not shown at this width:");
    const char *separator = "";

    if (!grid->header || part->count == grid->column_count)
        return;
    for (size_t c = 0; c < grid->column_count; c++) {
        if (part_has(part, c))
            continue;
        text = assay_arena_printf(pen->arena, "%.*s%s %.*s",
                                  ASSAY_STR_ARG(text), separator,
                                  ASSAY_STR_ARG(grid->columns[c].title));
        separator = ",";
    }
    assay_words_add(pen, &words, text,
                    (struct assay_word_form){.style = ASSAY_STYLE_DIM});
    assay_pen_paragraph(pen, &words, (struct assay_indent){indent, indent});
    assay_pen_newline(pen);
}

void assay_grid_print(struct assay_pen *pen, const struct assay_grid *grid,
                      size_t indent)
{
    struct part part = {
        .columns = ASSAY_NEW_ARRAY(pen->arena, size_t, grid->column_count),
        .widths = ASSAY_NEW_ARRAY(pen->arena, size_t, grid->column_count),
        .count = grid->column_count,
        .gap = pen->width >= WIDE ? 3 : 2,
    };
    size_t available = pen->width - indent;

    if (grid->column_count == 0)
        return;
    for (size_t c = 0; c < grid->column_count; c++)
        part.columns[c] = c;
    while (!part_fits(grid, &part, available) && drop_column(grid, &part))
        continue;
    if (part_fits(grid, &part, available) || part.count <= 2)
        print_part(pen, grid, &part, indent);
    else
        print_in_parts(pen, grid, &part, indent);
    print_dropped(pen, grid, &part, indent);
}
