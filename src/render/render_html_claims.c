/*
 * The foot of a page: what its references lead to. A comparison of eight has
 * some 400 claims of a handful of sources about 100 subjects, so they stand
 * by source and subject, and what many share is written once. HTML needs
 * neither the end tags of <dt> and <dd> nor quotes around the ids of claims.
 */
#include "render/render_html.h"

#include "render/render_parts.h"

/* ------------------------------------------------- those that are shown */

/* "c12" is the twelfth of the document. */
static size_t number_of(const struct assay_doc_claim *claim)
{
    uint64_t number = 0;

    (void)assay_str_to_u64(assay_str_skip(claim->id, 1), &number);
    return (size_t)number;
}

static void mark(struct assay_html *html, bool *left,
                 const struct assay_refs *refs)
{
    const struct assay_refs shown = assay_html_shown(html, refs);

    for (size_t i = 0; i < shown.count; i++) {
        size_t number = number_of(shown.claims[i]);

        if (number <= html->doc->claim_count)
            left[number] = true;
    }
}

/* The contract may rest on more claims than the page. */
static bool *referenced(struct assay_html *html)
{
    bool *left = ASSAY_NEW_ARRAY(html->arena, bool, html->doc->claim_count + 1);
    size_t items = 0; /* of the list that one is in */

    for (const struct assay_section *s = html->doc->first; s; s = s->next)
        for (const struct assay_block *b = s->first; b; b = b->next) {
            size_t rows = assay_html_rows_shown(html, b), row = 0;

            items = b->kind == ASSAY_BLOCK_ITEM ? items + 1 : 0;
            if (html->limits.rows && items > html->limits.rows)
                continue;
            mark(html, left, &b->refs);
            for (const struct assay_row *r = b->first_row; r && row < rows;
                 r = r->next, row++)
                for (size_t i = 0; i < b->column_count; i++)
                    mark(html, left, &r->cells[i].refs);
        }
    return left;
}

/* ------------------------------------------------- claims */

/* A source may name any address; a place on this site is none of its own. */
static void add_linked(struct assay_html *html, struct assay_str text,
                       struct assay_str url)
{
    assay_html_linked(html, text, assay_url_is_web(url) ? url : ASSAY_STR(""));
}

/* "price.input_tokens: 0.02" */
static void add_claim(struct assay_html *html,
                      const struct assay_doc_claim *claim)
{
    const struct assay_doc_source *source = claim->source;
    bool own_url = claim->url.len && !assay_str_equal(claim->url, source->url);

    assay_buf_printf(html->out, "<dd id=%.*s>", ASSAY_STR_ARG(claim->id));
    if (own_url)
        add_linked(html, claim->fact, claim->url);
    else
        assay_html_text(html->out, assay_html_cut(html, claim->fact));
    assay_html_raw(html, ": ");
    assay_html_text(html->out, assay_html_cut(html, claim->value));
    if (assay_date_compare(claim->read, source->read) != 0)
        assay_html_date(html, " read ", claim->read);
    assay_html_raw(html, "\n");
}

static bool is_about(const struct assay_doc_claim *claim,
                     const struct assay_doc_claim *other)
{
    return claim->source == other->source &&
           assay_str_equal(claim->subject, other->subject) &&
           assay_str_equal(claim->subject_kind, other->subject_kind);
}

/* The first claim about a subject, and those of the same source with it. */
static void add_subject(struct assay_html *html,
                        const struct assay_doc_claim *first, bool *left)
{
    assay_html_raw(html, "<dt>");
    assay_html_text(html->out, first->subject_kind);
    assay_html_raw(html, first->subject_kind.len ? " " : "");
    assay_html_text(html->out, assay_html_cut(html, first->subject));
    assay_html_raw(html, "\n");
    for (const struct assay_doc_claim *c = first; c; c = c->next) {
        if (!left[number_of(c)] || !is_about(c, first))
            continue;
        left[number_of(c)] = false;
        add_claim(html, c);
    }
}

static void add_source_line(struct assay_html *html,
                            const struct assay_doc_source *source)
{
    add_linked(html, source->title, source->url);
    if (source->kind.len)
        assay_html_raw(html, ", ");
    assay_html_text(html->out, source->kind);
    assay_html_date(html, ", read ", source->read);
}

static void add_claims_of(struct assay_html *html,
                          const struct assay_doc_source *source, bool *left)
{
    bool open = false;

    for (const struct assay_doc_claim *c = html->doc->first_claim; c;
         c = c->next) {
        if (c->source != source || !left[number_of(c)])
            continue;
        if (!open) {
            assay_buf_printf(html->out, "<h3><a href=\"#s%u\">[%u]</a> ",
                             (unsigned)source->number,
                             (unsigned)source->number);
            add_source_line(html, source);
            /* on a phone these scroll by themselves: there are hundreds */
            assay_buf_printf(html->out,
                             "</h3>\n<div class=\"box\" role=\"region\" "
                             "tabindex=\"0\" aria-label=\"Claims of source "
                             "%u\"><dl class=\"claims\">\n",
                             (unsigned)source->number);
        }
        open = true;
        add_subject(html, c, left);
    }
    assay_html_raw(html, open ? "</dl></div>\n" : "");
}

/* Where the statements are that a "+5" stands for. */
static void add_others(struct assay_html *html)
{
    const struct assay_render_limits *limits = &html->limits;

    if (limits->refs == 0)
        return;
    assay_buf_printf(html->out,
                     " At one place stand at most %zu; +1 is one more that is "
                     "left out here",
                     limits->refs);
    if (limits->data.len) {
        assay_html_raw(html, " and stands in ");
        if (assay_html_link_open(html, limits->data))
            assay_html_raw(html, "the answer of the API</a>");
    }
    assay_html_raw(html, ".");
}

void assay_html_claims(struct assay_html *html)
{
    const struct assay_document *doc = html->doc;
    bool *left = referenced(html);

    if (!doc->first_claim)
        return;
    assay_html_raw(html, "<section id=\"all-claims\"><h2>Claims</h2>\n"
                         "<p class=\"hint\">What the references lead to: each "
                         "statement as its source makes it.");
    add_others(html);
    assay_html_raw(html, "</p>\n");
    for (size_t i = 0; i < doc->source_count; i++)
        add_claims_of(html, doc->sources[i], left);
    assay_html_raw(html, "</section>\n");
}

/* ------------------------------------------------- sources */

void assay_html_sources(struct assay_html *html)
{
    if (html->doc->source_count == 0)
        return;
    assay_html_raw(html, "<section id=\"all-sources\"><h2>Sources</h2>\n"
                         "<ol class=\"sources\">\n");
    for (size_t i = 0; i < html->doc->source_count; i++) {
        const struct assay_doc_source *source = html->doc->sources[i];

        assay_buf_printf(html->out,
                         "<li id=\"s%u\"><span class=\"number\">"
                         "[%u]</span> <span>",
                         (unsigned)source->number, (unsigned)source->number);
        add_source_line(html, source);
        assay_html_raw(html, "</span></li>\n");
    }
    assay_html_raw(html, "</ol></section>\n");
}
