/*
 * A document as one HTML file: no script, no request, its style inside and
 * named by hash in its Content-Security-Policy. Every value leads to its
 * claims, every claim to its source.
 */
#include "render/render_html.h"

enum {
    NAV_FROM = 4,             /* fewer sections need no list of them */
    LONG_HEADLINE = 320,      /* from here on it is read, not seen at once */
    PICTURE_BYTES = 16 << 10, /* of a page that may not grow past a size */
};

static bool is_id_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* "c12" and "s3" are claims and sources. */
static bool is_taken(struct assay_str id)
{
    uint64_t number;

    return id.len > 1 && (id.at[0] == 'c' || id.at[0] == 's') &&
           assay_str_to_u64(assay_str_skip(id, 1), &number);
}

/*
 * The id of a section in the page: what it says, with other characters than
 * letters, digits, "-" and "_" replaced, and a number when it is not the
 * first of its name.
 */
static struct assay_str section_id(struct assay_html *html,
                                   const struct assay_section *section)
{
    char *id = assay_arena_cstr(html->arena, section->id);
    size_t same = 1;

    for (size_t i = 0; i < section->id.len; i++)
        if (!is_id_character(id[i]))
            id[i] = '-';
    for (const struct assay_section *s = html->doc->first; s != section;
         s = s->next)
        same += assay_str_equal(s->id, section->id);

    struct assay_str clean = {id, section->id.len};
    if (clean.len == 0 || is_taken(clean))
        clean = assay_arena_printf(html->arena, "section-%.*s",
                                   ASSAY_STR_ARG(clean));
    if (same > 1)
        clean = assay_arena_printf(html->arena, "%.*s-%zu",
                                   ASSAY_STR_ARG(clean), same);
    return clean;
}

/* Its text, or the part of it that leads to a page. */
static void add_words(struct assay_html *html, const struct assay_block *block)
{
    size_t len = block->link_len ? block->link_len : block->text.len;

    if (!html->links || !assay_html_link_open(html, block->link)) {
        assay_html_prose(html, block->text);
        return;
    }
    assay_html_prose(html, assay_str_head(block->text, len));
    assay_html_raw(html, "</a>");
}

/* The text of a statement with its references. */
static void add_statement(struct assay_html *html,
                          const struct assay_block *block, const char *tag)
{
    assay_buf_printf(html->out, "<%s", tag);
    if (block->rule.len) {
        assay_html_raw(html, " data-rule=\"");
        assay_html_text(html->out, block->rule);
        assay_html_raw(html, "\"");
    }
    assay_html_raw(html, ">");
    add_words(html, block);
    assay_html_refs(html, &block->refs);
    assay_buf_printf(html->out, "</%s>\n", tag);
}

static void add_headline(struct assay_html *html,
                         const struct assay_block *block)
{
    assay_html_raw(html, block->text.len < LONG_HEADLINE
                             ? "<p class=\"headline\">"
                             : "<p class=\"headline long\">");
    assay_html_prose(html, block->text);
    assay_html_refs(html, &block->refs);
    if (block->rule.len) {
        assay_html_raw(html, " <span class=\"rule\">"
                             "<span class=\"vh\">rule: </span>");
        assay_html_text(html->out, block->rule);
        assay_html_raw(html, "</span>");
    }
    assay_html_raw(html, "</p>\n");
}

/* The picture itself, where a page of a limited size has room for it. */
static void add_picture(struct assay_html *html,
                        const struct assay_block *block)
{
    if (!assay_str_starts(block->link, "data:image/") ||
        (html->limits.text && block->link.len > PICTURE_BYTES)) {
        add_statement(html, block, "p");
        return;
    }
    assay_html_raw(html, "<p><img class=\"asked\" alt=\"");
    assay_html_text(html->out, block->text);
    assay_html_raw(html, "\" src=\"");
    assay_html_text(html->out, block->link);
    assay_html_raw(html, "\"></p>\n");
}

/* All but tables. */
static void add_block(struct assay_html *html, const struct assay_block *block)
{
    switch (block->kind) {
    case ASSAY_BLOCK_HEADLINE:
        add_headline(html, block);
        break;
    case ASSAY_BLOCK_PARAGRAPH:
        add_statement(html, block, "p");
        break;
    case ASSAY_BLOCK_ITEM:
        add_statement(html, block, "li");
        break;
    case ASSAY_BLOCK_TABLE:
        break;
    case ASSAY_BLOCK_PICTURE:
        add_picture(html, block);
        break;
    case ASSAY_BLOCK_COMMAND:
        assay_html_raw(html, "<pre class=\"command\" tabindex=\"0\"><code>");
        bool open = html->links && assay_html_link_open(html, block->link);
        assay_html_text(html->out, block->text);
        assay_html_raw(html, open ? "</a></code></pre>\n" : "</code></pre>\n");
        break;
    }
}

static void add_inserts(struct assay_html *html, struct assay_str section)
{
    for (const struct assay_insert *i = html->inserts; i; i = i->next)
        if (assay_str_equal(i->section, section) &&
            !(i->spare && html->limits.no_spares))
            assay_buf_add(html->out, i->html);
}

static void add_section(struct assay_html *html,
                        const struct assay_section *section)
{
    struct assay_str id = section_id(html, section);
    struct assay_str name = section->title.len ? section->title
                            : section->id.len  ? section->id
                                               : html->doc->title;
    bool in_list = false, in_verdict = false;
    size_t tables = 0, items = 0;

    assay_buf_printf(html->out, "<section id=\"%.*s\"", ASSAY_STR_ARG(id));
    if (section->title.len == 0 && section->id.len) {
        assay_html_raw(html, " aria-label=\"");
        assay_html_text(html->out, section->id);
        assay_html_raw(html, "\"");
    }
    assay_html_raw(html, ">");
    if (section->title.len) {
        assay_html_raw(html, "<h2>");
        assay_html_text(html->out, assay_html_cut(html, section->title));
        assay_html_raw(html, "</h2>");
    }
    assay_html_raw(html, "\n");
    if (section->id.len)
        add_inserts(html, section->id);
    for (const struct assay_block *b = section->first; b; b = b->next) {
        bool item = b->kind == ASSAY_BLOCK_ITEM;

        if (item != in_list) {
            assay_html_raw(html, item ? "<ul>\n" : "</ul>\n");
            items = 0;
        }
        in_list = item;
        if (item && html->limits.rows && ++items > html->limits.rows) {
            if (!b->next || b->next->kind != ASSAY_BLOCK_ITEM)
                assay_html_more(html, "li", items - html->limits.rows);
            continue;
        }
        /* a headline and what is said below it, up to a table */
        if (in_verdict && b->kind == ASSAY_BLOCK_TABLE) {
            assay_html_raw(html, "</div>\n");
            in_verdict = false;
        } else if (!in_verdict && b->kind == ASSAY_BLOCK_HEADLINE) {
            assay_html_raw(html, "<div class=\"verdict\">\n");
            in_verdict = true;
        }
        if (b->kind == ASSAY_BLOCK_TABLE)
            assay_html_table(html, b, name, ++tables);
        else
            add_block(html, b);
    }
    assay_html_raw(html, in_list ? "</ul>" : "");
    assay_html_raw(html, in_verdict ? "</div></section>\n" : "</section>\n");
}

static void add_nav_entry(struct assay_html *html, struct assay_str id,
                          struct assay_str title)
{
    assay_buf_printf(html->out, "<li><a href=\"#%.*s\">", ASSAY_STR_ARG(id));
    assay_html_text(html->out, assay_html_cut(html, title));
    assay_html_raw(html, "</a></li>\n");
}

static bool needs_nav(const struct assay_document *doc)
{
    size_t count = 0;

    for (const struct assay_section *s = doc->first; s; s = s->next)
        count += s->title.len > 0 && !s->minor;
    return count >= NAV_FROM;
}

static void add_nav(struct assay_html *html)
{
    assay_html_raw(html, "<nav aria-label=\"On this page\"><ul>\n");
    for (const struct assay_section *s = html->doc->first; s; s = s->next)
        if (s->title.len && !s->minor)
            add_nav_entry(html, section_id(html, s), s->title);
    if (html->doc->claim_count)
        add_nav_entry(html, ASSAY_STR("all-claims"), ASSAY_STR("Claims"));
    if (html->doc->source_count)
        add_nav_entry(html, ASSAY_STR("all-sources"), ASSAY_STR("Sources"));
    assay_html_raw(html, "</ul></nav>\n");
}

static void add_title(struct assay_html *html)
{
    assay_html_raw(html, "<header class=\"page\"><h1>");
    assay_html_prose(html, html->doc->title);
    assay_html_raw(html, "</h1>");
    if (html->doc->aside.len) {
        assay_html_raw(html, "<p class=\"aside\">");
        assay_html_text(html->out, html->doc->aside);
        assay_html_raw(html, "</p>");
    }
    assay_html_raw(html, "</header>\n");
}

/* What stands inside <main>, or of a page in parts: this part of it. */
static void add_content(struct assay_html *html, enum assay_render_part part)
{
    bool begins = part == ASSAY_RENDER_WHOLE || part == ASSAY_RENDER_FIRST;
    bool ends = part == ASSAY_RENDER_WHOLE || part == ASSAY_RENDER_LAST;
    bool nav = part == ASSAY_RENDER_WHOLE && needs_nav(html->doc);

    if (begins) {
        add_title(html);
        if (nav) {
            assay_html_raw(html, "<div class=\"with-nav\">\n");
            add_nav(html);
        }
        assay_html_raw(html, "<div class=\"content\">\n");
        add_inserts(html, ASSAY_STR(""));
    }
    for (const struct assay_section *s = html->doc->first; s; s = s->next)
        add_section(html, s);
    if (!ends)
        return;
    assay_html_claims(html);
    assay_html_sources(html);
    assay_html_raw(html, nav ? "</div>\n</div>\n" : "</div>\n");
}

static bool has_pictures(const struct assay_document *doc)
{
    for (const struct assay_section *s = doc->first; s; s = s->next)
        for (const struct assay_block *b = s->first; b; b = b->next)
            if (b->kind == ASSAY_BLOCK_PICTURE)
                return true;
    return false;
}

/* Of a page in parts nobody knows yet whether pictures will come. */
static void open_page(struct assay_html *html, enum assay_render_part part)
{
    bool pictures = part == ASSAY_RENDER_FIRST || has_pictures(html->doc);
    struct assay_str style = assay_html_style();
    struct assay_str hash = assay_html_style_hash(html->arena, style);

    assay_buf_printf(
        html->out,
        "<!doctype html>\n"
        "<html lang=\"en\">\n"
        "<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src '%.*s'; %sbase-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<title>",
        ASSAY_STR_ARG(hash), pictures ? "img-src data:; " : "");
    assay_html_text(html->out, html->doc->title);
    assay_html_raw(html, "</title>\n<style>");
    assay_buf_add(html->out, style);
    assay_html_raw(html, "</style>\n</head>\n<body>\n<main>\n");
}

bool assay_render_html(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_html html = {
        .out = out,
        .arena = &arena,
        .doc = doc,
        .links = options->links,
        .inserts = options->inserts,
        .limits = options->limits,
    };

    for (const struct assay_section *s = doc->first; s; s = s->next)
        if (assay_str_is(s->id, "conflicts"))
            html.conflicts = "conflicts";
    bool page = !options->fragment;
    enum assay_render_part part = options->part;
    if (page && (part == ASSAY_RENDER_WHOLE || part == ASSAY_RENDER_FIRST))
        open_page(&html, part);
    add_content(&html, part);
    if (page && (part == ASSAY_RENDER_WHOLE || part == ASSAY_RENDER_LAST))
        assay_html_raw(&html, "</main>\n</body>\n</html>\n");
    assay_arena_free(&arena);
    return assay_buf_ok(out, err);
}
