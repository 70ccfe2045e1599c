/*
 * The page in three files: render_html.c walks the document,
 * render_html_parts.c writes what it is made of, render_html_claims.c what
 * its references lead to. Private to this folder.
 */
#ifndef ASSAY_RENDER_HTML_H
#define ASSAY_RENDER_HTML_H

#include "assay/render.h"

/* One rendering of a page. */
struct assay_html {
    struct assay_buf *out;
    struct assay_arena *arena; /* dies with the rendering */
    const struct assay_document *doc;
    bool links; /* site paths become links */
    const struct assay_insert *inserts;
    struct assay_render_limits limits;
    const char *conflicts; /* id of the section on conflicts, or NULL */
};

/* Literal markup. */
void assay_html_raw(struct assay_html *html, const char *markup);
/* As much of a text as the limits let stand, with "…" where it ends early. */
struct assay_str assay_html_cut(struct assay_html *html, struct assay_str text);
/* Escaped, cut text in which dates and short names with a hyphen stay whole. */
void assay_html_prose(struct assay_html *html, struct assay_str text);
/*
 * Opens <a> when the link may be one: a web URL, an anchor inside the page,
 * or a site path when those are wanted. False: nothing was written.
 */
bool assay_html_link_open(struct assay_html *html, struct assay_str link);
/* The text, as a link where it may be one. */
void assay_html_linked(struct assay_html *html, struct assay_str text,
                       struct assay_str link);
/* `before` and the day in <time>; nothing for an unset date. */
void assay_html_date(struct assay_html *html, const char *before,
                     struct assay_date date);
/* Those of a list that are shown: of each source one before a second. */
struct assay_refs assay_html_shown(struct assay_html *html,
                                   const struct assay_refs *refs);
/*
 * <sup> with a link to each claim that is shown: [3], or [3a] [3b] of one
 * source; "+5" for the others.
 */
void assay_html_refs(struct assay_html *html, const struct assay_refs *refs);
/*
 * A table in a container that scrolls by itself; `name` for its caption,
 * `number` among the tables of that name.
 */
void assay_html_table(struct assay_html *html, const struct assay_block *table,
                      struct assay_str name, size_t number);
size_t assay_html_rows_shown(const struct assay_html *html,
                             const struct assay_block *table);
/* "… and 5 more", and where they are; `tag` is that of a paragraph or item. */
void assay_html_more(struct assay_html *html, const char *tag, size_t count);
/* The claims that the page refers to, by source; then the sources. */
void assay_html_claims(struct assay_html *html);
void assay_html_sources(struct assay_html *html);

/* The style sheet, and "sha256-…" of it for the Content-Security-Policy. */
struct assay_str assay_html_style(void);
struct assay_str assay_html_style_hash(struct assay_arena *arena,
                                       struct assay_str style);

#endif
