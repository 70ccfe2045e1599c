/*
 * Words for a terminal: made from hostile text, measured in columns, broken
 * into lines, written with colour when asked for.
 */
#include "render/render_parts.h"
#include "render/render_text.h"

#include <utf8proc.h>

#define SEPARATORS "/-_.,:?&="

enum {
    SOFT_FROM = 20,     /* shorter words are not broken at SEPARATORS */
    SHORTEST_PIECE = 3, /* bytes before such a break */
};

/* What --ascii prints for the punctuation that sources and assay use. */
static const struct {
    const char *from, *to;
} ascii_forms[] = {
    {"\u00a0", " "},  {"\u00b7", "-"},  {"\u00d7", "x"},   {"\u2009", " "},
    {"\u2010", "-"},  {"\u2011", "-"},  {"\u2012", "-"},   {"\u2013", "-"},
    {"\u2014", "-"},  {"\u2018", "'"},  {"\u2019", "'"},   {"\u201c", "\""},
    {"\u201d", "\""}, {"\u2022", "-"},  {"\u2026", "..."}, {"\u202f", " "},
    {"\u2190", "<-"}, {"\u2192", "->"}, {"\u2248", "~"},   {"\u2264", "<="},
    {"\u2265", ">="}, {"\u2500", "-"},  {"\u2502", "|"},   {"\u2588", "#"},
    {"\u2591", "."},  {"\u25cf", "*"},  {"\u2713", "yes"},
};

static struct assay_str to_ascii(struct assay_pen *pen, struct assay_str text)
{
    struct assay_buf buf;

    assay_buf_init(&buf, text.len * 4 + 1);
    while (text.len > 0) {
        size_t taken = 1, i = 0;
        const size_t count = sizeof(ascii_forms) / sizeof(ascii_forms[0]);

        if ((unsigned char)text.at[0] >= 0x80)
            while (i < count && !assay_str_starts(text, ascii_forms[i].from))
                i++;
        else
            i = count;
        if (i < count) {
            assay_buf_add_c(&buf, ascii_forms[i].to);
            taken = assay_str_c(ascii_forms[i].from).len;
        } else {
            assay_buf_add_char(&buf, text.at[0]);
        }
        text = assay_str_skip(text, taken);
    }
    struct assay_str folded = assay_arena_copy(pen->arena, assay_buf_str(&buf));
    assay_buf_release(&buf);
    return folded;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct assay_word *push(struct assay_pen *pen, struct assay_words *words)
{
    if (words->count == words->room) {
        size_t room = words->room ? words->room * 2 : 4;
        struct assay_word *wider =
            ASSAY_NEW_ARRAY(pen->arena, struct assay_word, room);
        for (size_t i = 0; i < words->count; i++)
            wider[i] = words->at[i];
        words->at = wider;
        words->room = room;
    }
    return &words->at[words->count++];
}

static struct assay_str escaped(struct assay_pen *pen, struct assay_str text)
{
    struct assay_buf buf;
    bool plain = true;

    for (size_t i = 0; i < text.len && plain; i++)
        plain = text.at[i] >= ' ' && text.at[i] <= '~';
    if (plain)
        return text;
    /* the longest escape of one byte is "\u{1B}" */
    assay_buf_init(&buf, text.len * 6 + 1);
    assay_tty_text(&buf, text);
    text = assay_arena_copy(pen->arena, assay_buf_str(&buf));
    assay_buf_release(&buf);
    return text;
}

/*
 * One past the end of the piece of a long word that may stand alone on a
 * line; not too short a piece, and never between two slashes.
 */
static size_t piece_end(struct assay_str word, size_t from)
{
    for (size_t i = from; i + 1 < word.len; i++)
        if (assay_str_find(ASSAY_STR(SEPARATORS), word.at[i]) <
                sizeof(SEPARATORS) - 1 &&
            i + 1 - from >= SHORTEST_PIECE && word.at[i + 1] != '/')
            return i + 1;
    return word.len;
}

static void push_word(struct assay_pen *pen, struct assay_words *words,
                      struct assay_str text, struct assay_word_form form)
{
    struct assay_str all = escaped(pen, text);
    size_t from = 0;

    while (from < all.len) {
        size_t end = all.len > SOFT_FROM ? piece_end(all, from) : all.len;
        struct assay_str piece = {all.at + from, end - from};

        *push(pen, words) = (struct assay_word){
            .text = piece,
            .width = (uint32_t)assay_tty_width(piece),
            .spaces = from ? 0 : form.spaces,
            .style = (uint8_t)form.style,
            .before = (uint8_t)(from == 0                 ? form.before
                                : all.at[from - 1] == '/' ? ASSAY_BREAK_PATH
                                                          : ASSAY_BREAK_INNER),
        };
        from = end;
    }
}

void assay_words_add(struct assay_pen *pen, struct assay_words *words,
                     struct assay_str text, struct assay_word_form form)
{
    if (pen->ascii)
        text = to_ascii(pen, text);
    while (text.len > 0) {
        size_t end = 0;

        while (end < text.len && !is_space(text.at[end]))
            end++;
        if (end > 0) {
            push_word(pen, words, assay_str_head(text, end), form);
            form.before = ASSAY_BREAK;
            form.spaces = 1;
        }
        text = assay_str_skip(text, end + 1);
    }
}

void assay_words_add_refs(struct assay_pen *pen, struct assay_words *words,
                          const struct assay_refs *refs)
{
    struct assay_ref_numbers numbers = assay_refs_numbers(pen->arena, refs);
    struct assay_word_form form = {
        .style = ASSAY_STYLE_DIM,
        .before = ASSAY_BREAK_GLUE,
        .spaces = 1,
    };

    for (size_t i = 0; i < numbers.count; i++) {
        bool last = i + 1 == numbers.count;
        struct assay_str text =
            assay_arena_printf(pen->arena, "%s%u%s", i ? "" : "[",
                               (unsigned)numbers.at[i], last ? "]" : ",");
        push_word(pen, words, text, form);
        form.before = ASSAY_BREAK_GLUE;
        form.spaces = 0;
    }
}

size_t assay_words_width(const struct assay_words *words, size_t from,
                         size_t end)
{
    size_t width = 0;

    for (size_t i = from; i < end; i++)
        width += words->at[i].width + (i > from ? words->at[i].spaces : 0u);
    return width;
}

size_t assay_words_line(const struct assay_words *words, size_t from,
                        size_t end, size_t width)
{
    for (unsigned allowed = ASSAY_BREAK; allowed <= ASSAY_BREAK_GLUE;
         allowed++) {
        size_t used = 0, best = from;

        for (size_t i = from; i < end; i++) {
            const struct assay_word *w = &words->at[i];
            used += w->width + (i > from ? w->spaces : 0u);
            if (used > width)
                break;
            if (i + 1 == end || words->at[i + 1].before <= allowed)
                best = i + 1;
        }
        if (best > from)
            return best;
    }
    return from < end ? from + 1 : end;
}

/* Bytes of the longest head of s (not empty) that has `width` columns. */
static size_t head_of_width(struct assay_str s, size_t width)
{
    size_t taken = 0, used = 0;

    while (taken < s.len) {
        utf8proc_int32_t character;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.at + taken,
                             (utf8proc_ssize_t)(s.len - taken), &character);
        size_t bytes = n > 0 ? (size_t)n : 1;
        size_t columns =
            assay_tty_width((struct assay_str){s.at + taken, bytes});

        if (taken > 0 && used + columns > width)
            break;
        used += columns;
        taken += bytes;
    }
    return taken;
}

void assay_words_cut(struct assay_pen *pen, struct assay_words *words,
                     size_t width, size_t *mark)
{
    struct assay_words cut = {0};
    size_t moved_mark = SIZE_MAX;
    bool needed = false;

    for (size_t i = 0; i < words->count; i++)
        needed = needed || words->at[i].width > width;
    if (!needed)
        return;
    for (size_t i = 0; i < words->count; i++) {
        struct assay_word word = words->at[i];

        if (i == *mark)
            moved_mark = cut.count;
        while (word.width > width) {
            size_t taken = head_of_width(word.text, width);
            struct assay_word piece = word;

            if (taken == word.text.len)
                break;
            piece.text = assay_str_head(word.text, taken);
            piece.width = (uint32_t)assay_tty_width(piece.text);
            *push(pen, &cut) = piece;
            word.text = assay_str_skip(word.text, taken);
            word.width = (uint32_t)assay_tty_width(word.text);
            word.spaces = 0;
            word.before = ASSAY_BREAK_INNER;
        }
        *push(pen, &cut) = word;
    }
    *mark = moved_mark < cut.count ? moved_mark : cut.count;
    *words = cut;
}

void assay_pen_move(struct assay_pen *pen, size_t column)
{
    if (column > pen->column) {
        pen->pending += column - pen->column;
        pen->column = column;
    }
}

static void set_style(struct assay_pen *pen, unsigned style)
{
    const char *separator = "\033[";

    if (style == pen->style)
        return;
    if (pen->style)
        assay_buf_add_c(pen->out, "\033[0m");
    pen->style = style;
    if (!style)
        return;
    if (style & ASSAY_STYLE_BOLD) {
        assay_buf_printf(pen->out, "%s1", separator);
        separator = ";";
    }
    if (style & ASSAY_STYLE_DIM) {
        assay_buf_printf(pen->out, "%s2", separator);
        separator = ";";
    }
    if (style & ASSAY_STYLE_YELLOW)
        assay_buf_printf(pen->out, "%s33", separator);
    assay_buf_add_char(pen->out, 'm');
}

/* Text that is harmless already. */
static void write_out(struct assay_pen *pen, struct assay_str text,
                      size_t width, unsigned style)
{
    if (!pen->colour)
        style = ASSAY_STYLE_PLAIN;
    if (style != pen->style && pen->style)
        set_style(pen, ASSAY_STYLE_PLAIN);
    assay_buf_fill(pen->out, ' ', pen->pending);
    pen->pending = 0;
    set_style(pen, style);
    assay_buf_add(pen->out, text);
    pen->column += width;
}

void assay_pen_text(struct assay_pen *pen, struct assay_str text,
                    unsigned style)
{
    if (pen->ascii)
        text = to_ascii(pen, text);
    text = escaped(pen, text);
    if (text.len)
        write_out(pen, text, assay_tty_width(text), style);
}

void assay_pen_words(struct assay_pen *pen, const struct assay_words *words,
                     size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        const struct assay_word *w = &words->at[i];

        if (i > from)
            assay_pen_move(pen, pen->column + w->spaces);
        write_out(pen, w->text, w->width, w->style);
    }
}

void assay_pen_newline(struct assay_pen *pen)
{
    set_style(pen, ASSAY_STYLE_PLAIN);
    assay_buf_add_char(pen->out, '\n');
    pen->pending = 0;
    pen->column = 0;
}

void assay_pen_paragraph(struct assay_pen *pen, const struct assay_words *words,
                         struct assay_indent indent)
{
    size_t left = indent.first;

    for (size_t from = 0; from < words->count;) {
        size_t end =
            assay_words_line(words, from, words->count, pen->measure - left);
        if (from > 0)
            assay_pen_newline(pen);
        assay_pen_move(pen, left);
        assay_pen_words(pen, words, from, end);
        left = indent.rest;
        from = end;
    }
}
