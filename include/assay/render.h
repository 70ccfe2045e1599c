/*
 * Documents out. The same document and options give the same bytes.
 */
#ifndef ASSAY_RENDER_H
#define ASSAY_RENDER_H

#include "assay/buf.h"
#include "assay/document.h"
#include "assay/error.h"

/* Markup of the caller's own (forms, pictures) in an HTML page. */
struct assay_insert {
    struct assay_str section; /* stands behind this section's heading; empty:
                                 before the first section */
    struct assay_str html;    /* as it is written */
    bool spare;               /* left out of a page without spare parts */
    const struct assay_insert *next;
};

/*
 * How much of a document an HTML page shows, for pages that may not grow
 * past a size; 0: all of it. Where something is left out the page says how
 * much, and leads to `whole`.
 */
struct assay_render_limits {
    size_t refs;            /* at one place */
    size_t rows;            /* of one table, items of one list */
    size_t text;            /* bytes of one cell or statement */
    bool no_spares;         /* without inserts that are spare */
    struct assay_str whole; /* site path of all of it, as Markdown */
    struct assay_str data;  /* and as JSON; or empty */
};

/*
 * A page that is too long for memory is written as several documents: the
 * first with its title and left open, then sections alone, the last one
 * closing what is open. Text, Markdown and HTML.
 */
enum assay_render_part {
    ASSAY_RENDER_WHOLE,
    ASSAY_RENDER_FIRST,
    ASSAY_RENDER_NEXT,
    ASSAY_RENDER_LAST,
};

struct assay_render_options {
    enum assay_render_part part;
    unsigned width; /* text: columns, 40 … 400; 0: 80 */
    bool colour;    /* text: SGR sequences */
    bool full;      /* text: sections of detail too */
    bool ascii;     /* text: no box or dot characters outside ASCII */
    bool links;     /* html: link site paths (as `serve` does); else only
                         URLs and anchors inside the page */
    bool fragment;  /* html: only the <main> content */
    const struct assay_insert *inserts; /* html */
    struct assay_render_limits limits;  /* html */
};

/* Each fails only by the buffer's limit. */
bool assay_render_text(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err);
bool assay_render_markdown(struct assay_buf *out,
                           const struct assay_document *doc,
                           const struct assay_render_options *options,
                           struct assay_error *err);
bool assay_render_html(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err);
bool assay_render_json(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err);
bool assay_render_csv(struct assay_buf *out, const struct assay_document *doc,
                      const struct assay_render_options *options,
                      struct assay_error *err);

struct assay_render_format {
    const char *name; /* "text", "markdown", "html", "json", "csv" */
    const char *media_type;
    bool (*render)(struct assay_buf *out, const struct assay_document *doc,
                   const struct assay_render_options *options,
                   struct assay_error *err);
};
extern const struct assay_render_format assay_render_formats[];
extern const size_t assay_render_format_count;
const struct assay_render_format *assay_render_format(struct assay_str name);

/*
 * Escaping, one place each. What could act on the reader's screen unseen is
 * spelled out: a character as "\u{1B}", a byte that is not UTF-8 as "\x{FF}".
 *
 * Text for a terminal: spells out control characters (C0, newline and tab
 * too, DEL, C1), bidi controls, line separators, zero-width and other
 * invisible characters, and those that have no assigned meaning.
 */
void assay_tty_text(struct assay_buf *out, struct assay_str text);
/*
 * &, <, >, ", ' and tab, newline, return as references; spells out other
 * control characters, bidi controls and format characters except the two
 * joiners. For element and quoted attribute text.
 */
void assay_html_text(struct assay_buf *out, struct assay_str text);
/*
 * Markdown specials; white space and line breaks become one space, none at
 * both ends; spells out what HTML text does. Safe inside a table cell and at
 * the start of a line; never becomes a link.
 */
void assay_markdown_text(struct assay_buf *out, struct assay_str text);
/*
 * One field of a CSV record: quoted where RFC 4180 asks for it; a text that
 * a spreadsheet would run as a formula gets an apostrophe in front.
 */
void assay_csv_field(struct assay_buf *out, struct assay_str text);
/* Columns that assay_tty_text() of it takes (wide, combining characters). */
size_t assay_tty_width(struct assay_str text);
/*
 * True for http and https URLs with a host and without user info, white
 * space, control or invisible characters.
 */
bool assay_url_is_web(struct assay_str url);

#endif
