/*
 * What an HTML page is made of: links, references, tables, and the style
 * sheet with its hash.
 */
#include "render/render_html.h"

#include "assay/file.h"
#include "base/embed.h"
#include "render/render_parts.h"

enum {
    WHOLE_WORD = 16, /* "2024-12-06", "GPT-4o": not broken at the hyphen */
    LONG_CELL = 32,  /* from here on a cell needs a wider column */
    FEW_REFS = 3,
};

void assay_html_raw(struct assay_html *html, const char *markup)
{
    assay_buf_add_c(html->out, markup);
}

static void add_text(struct assay_html *html, struct assay_str text)
{
    assay_html_text(html->out, text);
}

/* A path may break behind each slash. */
static void add_path(struct assay_html *html, struct assay_str word)
{
    struct assay_str before;

    while (assay_str_cut(word, '/', &before, &word)) {
        add_text(html, before);
        assay_html_raw(html, word.len ? "/<wbr>" : "/");
    }
    add_text(html, word);
}

struct assay_str assay_html_cut(struct assay_html *html, struct assay_str text)
{
    size_t len = html->limits.text;

    if (len == 0 || text.len <= len)
        return text;
    while (len > 0 && ((unsigned char)text.at[len] & 0xC0) == 0x80)
        len--; /* not inside a character */
    return assay_arena_printf(html->arena, "%.*s…", (int)len, text.at);
}

void assay_html_prose(struct assay_html *html, struct assay_str text)
{
    text = assay_html_cut(html, text);
    while (text.len > 0) {
        size_t end = assay_str_find(text, ' ');
        struct assay_str word = assay_str_head(text, end);

        if (word.len > WHOLE_WORD) {
            add_path(html, word);
        } else if (assay_str_contains(word, "-")) {
            assay_html_raw(html, "<span class=\"nw\">");
            add_text(html, word);
            assay_html_raw(html, "</span>");
        } else {
            add_text(html, word);
        }
        if (end < text.len)
            assay_html_raw(html, " ");
        text = assay_str_skip(text, end + 1);
    }
}

/* "/model/google/gemma-2-2b": never "//host", which is another site. */
static bool is_site_path(struct assay_str link)
{
    if (!assay_str_starts(link, "/") || assay_str_starts(link, "//"))
        return false;
    for (size_t i = 0; i < link.len; i++)
        if (link.at[i] <= ' ' || link.at[i] > '~' || link.at[i] == '\\')
            return false;
    return true;
}

/* "#cost" */
static bool is_anchor(struct assay_str link)
{
    if (link.len < 2 || link.at[0] != '#')
        return false;
    for (size_t i = 1; i < link.len; i++) {
        char c = link.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

bool assay_html_link_open(struct assay_html *html, struct assay_str link)
{
    bool web = assay_url_is_web(link);

    if (!web && !is_anchor(link) && !(html->links && is_site_path(link)))
        return false;
    assay_html_raw(html, "<a href=\"");
    add_text(html, link);
    assay_html_raw(html, "\">");
    return true;
}

void assay_html_linked(struct assay_html *html, struct assay_str text,
                       struct assay_str link)
{
    bool open = assay_html_link_open(html, link);

    assay_html_prose(html, text);
    if (open)
        assay_html_raw(html, "</a>");
}

static bool has_source(const struct assay_refs *refs,
                       const struct assay_doc_source *source)
{
    for (size_t i = 0; i < refs->count; i++)
        if (refs->claims[i]->source == source)
            return true;
    return false;
}

static bool has_claim(const struct assay_refs *refs,
                      const struct assay_doc_claim *claim)
{
    for (size_t i = 0; i < refs->count; i++)
        if (refs->claims[i] == claim)
            return true;
    return false;
}

struct assay_refs assay_html_shown(struct assay_html *html,
                                   const struct assay_refs *refs)
{
    size_t most = html->limits.refs;
    struct assay_refs shown = {0};

    if (most == 0 || refs->count <= most)
        return *refs;
    shown.claims =
        ASSAY_NEW_ARRAY(html->arena, const struct assay_doc_claim *, most);
    for (size_t i = 0; i < refs->count && shown.count < most; i++)
        if (!has_source(&shown, refs->claims[i]->source))
            shown.claims[shown.count++] = refs->claims[i];
    for (size_t i = 0; i < refs->count && shown.count < most; i++)
        if (!has_claim(&shown, refs->claims[i]))
            shown.claims[shown.count++] = refs->claims[i];
    return shown;
}

/* The claims of a list by the number of their source, in a stable order. */
static const struct assay_doc_claim **by_number(struct assay_html *html,
                                                const struct assay_refs *refs)
{
    const struct assay_doc_claim **sorted = ASSAY_NEW_ARRAY(
        html->arena, const struct assay_doc_claim *, refs->count);

    for (size_t i = 0; i < refs->count; i++) {
        size_t place = i;
        for (; place > 0 && sorted[place - 1]->source->number >
                                refs->claims[i]->source->number;
             place--)
            sorted[place] = sorted[place - 1];
        sorted[place] = refs->claims[i];
    }
    return sorted;
}

/* "a" … "z", then numbers: which of several claims of one source. */
static struct assay_str member_name(struct assay_arena *arena, size_t index)
{
    if (index < 26)
        return assay_arena_printf(arena, "%c", (char)('a' + index));
    return assay_arena_printf(arena, "-%zu", index + 1);
}

/* Pages have hundreds of these: "[3]", "[3a]", and nothing else. */
static void add_ref(struct assay_html *html,
                    const struct assay_doc_claim *claim,
                    struct assay_str member)
{
    assay_buf_printf(html->out, "<a href=#%.*s>[%u%.*s]</a>",
                     ASSAY_STR_ARG(claim->id), (unsigned)claim->source->number,
                     ASSAY_STR_ARG(member));
}

void assay_html_refs(struct assay_html *html, const struct assay_refs *refs)
{
    const struct assay_refs shown = assay_html_shown(html, refs);
    const struct assay_doc_claim **sorted = by_number(html, &shown);
    size_t index = 0;

    if (refs->count == 0)
        return;
    assay_html_raw(html, "<sup>");
    for (size_t i = 0; i < shown.count; i++) {
        bool before = i > 0 && sorted[i - 1]->source == sorted[i]->source;
        bool after =
            i + 1 < shown.count && sorted[i + 1]->source == sorted[i]->source;

        index = before ? index + 1 : 0;
        add_ref(html, sorted[i],
                before || after ? member_name(html->arena, index)
                                : ASSAY_STR(""));
    }
    if (shown.count < refs->count)
        assay_buf_printf(html->out, "<a href=\"#all-claims\">+%zu</a>",
                         refs->count - shown.count);
    assay_html_raw(html, "</sup>");
}

static void add_conflict_mark(struct assay_html *html)
{
    if (html->conflicts)
        assay_buf_printf(html->out,
                         "<a class=\"conflict\" href=\"#%s\" "
                         "aria-label=\"sources disagree\">!</a>",
                         html->conflicts);
    else
        assay_html_raw(html, "<span class=\"conflict\" role=\"img\" "
                             "aria-label=\"sources disagree\">!</span>");
}

static void open_cell(struct assay_html *html, const struct assay_cell *cell,
                      const struct assay_column *column, size_t index)
{
    const struct {
        bool holds;
        const char *name;
    } classes[] = {
        {column->align == ASSAY_RIGHT, "num"},
        {assay_cell_is_unknown(cell, index), "unknown"},
        {index > 0 && cell->state == ASSAY_NOT_APPLICABLE, "na"},
        {cell->flags & ASSAY_CELL_LEADER, "leader"},
        {cell->flags & ASSAY_CELL_DIM, "dim"},
        {cell->flags & ASSAY_CELL_WARN, "warn"},
        {index > 0 && cell->text.len + cell->note.len >= LONG_CELL, "long"},
    };
    const char *before = " class=\"";

    assay_html_raw(html, index == 0 ? "<th scope=\"row\"" : "<td");
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (!classes[i].holds)
            continue;
        assay_buf_printf(html->out, "%s%s", before, classes[i].name);
        before = " ";
    }
    assay_html_raw(html, before[1] ? ">" : "\">");
}

static void add_cell(struct assay_html *html, const struct assay_cell *cell,
                     const struct assay_column *column, size_t index)
{
    bool leader = cell->flags & ASSAY_CELL_LEADER;
    bool conflict = cell->flags & ASSAY_CELL_CONFLICT;

    open_cell(html, cell, column, index);
    if (leader)
        assay_html_raw(html, "<strong>");
    assay_html_linked(html, assay_cell_words(cell), cell->link);
    if (leader)
        assay_html_raw(html, "</strong><span class=\"vh\"> (best)</span>");
    if (cell->note.len) {
        assay_html_raw(html, " <small>");
        assay_html_prose(html, cell->note);
        assay_html_raw(html, "</small>");
    }
    /* the mark stays beside the last of a few references */
    bool whole = conflict && cell->refs.count <= FEW_REFS;
    if (whole)
        assay_html_raw(html, "<span class=\"nw\">");
    assay_html_refs(html, &cell->refs);
    if (conflict)
        add_conflict_mark(html);
    if (whole)
        assay_html_raw(html, "</span>");
}

static void add_header(struct assay_html *html, const struct assay_block *table)
{
    assay_html_raw(html, "<thead><tr>");
    for (size_t i = 0; i < table->column_count; i++) {
        const struct assay_column *column = &table->columns[i];
        bool number = column->align == ASSAY_RIGHT;

        if (column->title.len == 0) {
            assay_html_raw(html, "<td>");
            continue;
        }
        assay_html_raw(html, number ? "<th scope=\"col\" class=\"num\">"
                                    : "<th scope=\"col\">");
        assay_html_linked(html, column->title, column->link);
    }
    assay_html_raw(html, "</thead>\n");
}

void assay_html_more(struct assay_html *html, const char *tag, size_t count)
{
    if (count == 0)
        return;
    assay_buf_printf(html->out, "<%s class=\"hint\">… and %zu more", tag,
                     count);
    if (html->limits.whole.len) {
        assay_html_raw(html, ": ");
        if (assay_html_link_open(html, html->limits.whole))
            assay_html_raw(html, "all of it as Markdown</a>");
    }
    assay_buf_printf(html->out, "</%s>\n", tag);
}

size_t assay_html_rows_shown(const struct assay_html *html,
                             const struct assay_block *table)
{
    size_t most = html->limits.rows;

    /* a line that says "and 1 more" saves nothing */
    return most && table->row_count > most + 1 ? most : table->row_count;
}

static void add_row(struct assay_html *html, const struct assay_block *table,
                    const struct assay_row *row)
{
    assay_html_raw(html, "<tr>");
    for (size_t i = 0; i < table->column_count; i++)
        add_cell(html, &row->cells[i], &table->columns[i], i);
    assay_html_raw(html, "\n");
}

/* Pages have a thousand cells: the end tags that HTML lets off are. */
void assay_html_table(struct assay_html *html, const struct assay_block *table,
                      struct assay_str name, size_t number)
{
    size_t most = assay_html_rows_shown(html, table), shown = 0;

    assay_html_raw(html, "<div class=\"scroll\" role=\"region\" tabindex=\"0\""
                         " aria-label=\"");
    add_text(html, name);
    if (number > 1)
        assay_buf_printf(html->out, ", table %zu", number);
    else
        assay_html_raw(html, ", table");
    assay_html_raw(html, "\"><table><caption class=\"vh\">");
    add_text(html, name);
    assay_html_raw(html, "</caption>\n");
    add_header(html, table);
    assay_html_raw(html, "<tbody>\n");
    for (const struct assay_row *row = table->first_row; row && shown < most;
         row = row->next, shown++)
        add_row(html, table, row);
    assay_html_raw(html, "</tbody></table></div>\n");
    assay_html_more(html, "p", table->row_count - most);
}

void assay_html_date(struct assay_html *html, const char *before,
                     struct assay_date date)
{
    struct assay_str text = assay_date_text(html->arena, date);

    if (text.len)
        assay_buf_printf(html->out, "%s<time>%.*s</time>", before,
                         ASSAY_STR_ARG(text));
}

struct assay_str assay_html_style(void)
{
    for (size_t i = 0; i < assay_embedded_styles_count; i++) {
        const struct assay_embedded *style = &assay_embedded_styles[i];
        if (assay_str_is(assay_str_c(style->name), "style.css"))
            return (struct assay_str){(const char *)style->bytes, style->len};
    }
    return ASSAY_STR("");
}

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct assay_str assay_html_style_hash(struct assay_arena *arena,
                                       struct assay_str style)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    struct assay_str hex = assay_sha256_hex(arena, style);
    char text[48];
    size_t len = 0;

    /* 3 hex digits are 12 bits are 2 base64 digits; 64 leave one over */
    for (size_t i = 0; i + 3 <= hex.len; i += 3) {
        unsigned bits = hex_value(hex.at[i]) << 8 |
                        hex_value(hex.at[i + 1]) << 4 |
                        hex_value(hex.at[i + 2]);
        text[len++] = digits[bits >> 6];
        text[len++] = digits[bits & 63];
    }
    text[len++] = digits[hex_value(hex.at[hex.len - 1]) << 2];
    text[len++] = '=';
    return assay_arena_printf(arena, "sha256-%.*s", (int)len, text);
}
