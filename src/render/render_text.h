/*
 * Terminal text in two layers below render_text.c: words that know their
 * width, style and where a line may break, and grids of such words. Private
 * to this folder.
 */
#ifndef ASSAY_RENDER_TEXT_H
#define ASSAY_RENDER_TEXT_H

#include "assay/render.h"

/* Bits; shown only in colour, and never the only sign of anything. */
enum assay_text_style {
    ASSAY_STYLE_PLAIN = 0,
    ASSAY_STYLE_BOLD = 1,
    ASSAY_STYLE_DIM = 2,
    ASSAY_STYLE_YELLOW = 4,
};

/* Whether a line may end before a word; later ones only when it must. */
enum assay_word_break {
    ASSAY_BREAK,       /* between words */
    ASSAY_BREAK_PATH,  /* behind a slash in a long path */
    ASSAY_BREAK_INNER, /* behind other punctuation in a long identifier */
    ASSAY_BREAK_GLUE,  /* "8,192 [4]": a reference stays with its value */
};

struct assay_word {
    struct assay_str text; /* escaped: only printable characters */
    uint32_t width;
    uint8_t spaces; /* before it, unless it starts a line */
    uint8_t style;
    uint8_t before; /* enum assay_word_break */
};

struct assay_words {
    struct assay_word *at; /* in the arena */
    size_t count, room;
};

/* Where and how text goes: one per rendering. */
struct assay_pen {
    struct assay_buf *out;
    struct assay_arena *arena; /* for words; dies with the rendering */
    size_t width;
    size_t measure; /* of running text: not wider than is read well */
    bool colour, ascii, full;
    size_t column;  /* columns written on this line, spaces included */
    size_t pending; /* spaces not written yet, never at the end of a line */
    unsigned style; /* in force on the terminal */
};

/* What a word looks like, and how it hangs on the one before. */
struct assay_word_form {
    unsigned style;
    enum assay_word_break before;
    uint8_t spaces;
};

/*
 * Splits text at white space and appends its words; `form` is of the first,
 * the others follow after one space with the same style.
 */
void assay_words_add(struct assay_pen *pen, struct assay_words *words,
                     struct assay_str text, struct assay_word_form form);
/* Appends "[1,2]" for a list of claims, if there are any. */
void assay_words_add_refs(struct assay_pen *pen, struct assay_words *words,
                          const struct assay_refs *refs);
/* Columns of words from … end-1 on one line. */
size_t assay_words_width(const struct assay_words *words, size_t from,
                         size_t end);
/*
 * One past the last word of a line that starts with word `from` and has
 * `width` columns; at least one word.
 */
size_t assay_words_line(const struct assay_words *words, size_t from,
                        size_t end, size_t width);
/* Cuts words wider than `width` into pieces; `mark` stays with its word. */
void assay_words_cut(struct assay_pen *pen, struct assay_words *words,
                     size_t width, size_t *mark);

/* Moves right to a column; nothing when already there or beyond. */
void assay_pen_move(struct assay_pen *pen, size_t column);
void assay_pen_words(struct assay_pen *pen, const struct assay_words *words,
                     size_t from, size_t end);
/* A piece of text as it is, escaped. */
void assay_pen_text(struct assay_pen *pen, struct assay_str text,
                    unsigned style);
void assay_pen_newline(struct assay_pen *pen);

struct assay_indent {
    size_t first, rest; /* columns before the first line and the others */
};
/* Words as running text; the last line is left open. */
void assay_pen_paragraph(struct assay_pen *pen, const struct assay_words *words,
                         struct assay_indent indent);

/*
 * A table ready to be laid out: words in cells, row 0 the header when there
 * is one, and how wide each column is at least and at best.
 */
struct assay_grid_cell {
    struct assay_words words;
    size_t value_end; /* words of the value itself; a mark or note follows */
    size_t note_at;   /* first word of the note; words.count: none */
};

struct assay_grid_column {
    enum assay_align align;
    int give_way;
    size_t least;   /* wrapped as far as is still read well */
    size_t natural; /* nothing wrapped */
    size_t tail;    /* widest of what follows a value */
    struct assay_str title;
};

struct assay_grid {
    const struct assay_block *table; /* NULL for the list of sources */
    struct assay_grid_cell *cells;   /* row by row */
    struct assay_grid_column *columns;
    size_t row_count, column_count;
    bool header;
    struct assay_grid *next; /* in the order of the document */
};

struct assay_grid *assay_grid_new(struct assay_pen *pen, size_t row_count,
                                  size_t column_count);
struct assay_grid *assay_grid_of_table(struct assay_pen *pen,
                                       const struct assay_block *table);
/* Fills in least, value and natural of every column. */
void assay_grid_measure(struct assay_grid *grid);
/* Gives grids with the same columns the same measures. */
void assay_grids_align(struct assay_grid *first);
/*
 * Prints the grid `indent` columns from the left: wrapped, then without the
 * columns that give way, then in several parts that repeat column 0.
 */
void assay_grid_print(struct assay_pen *pen, const struct assay_grid *grid,
                      size_t indent);

#endif
