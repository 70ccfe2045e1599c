/*
 * What is shown: a comparison, a search result, a list of sources. compare
 * and the commands build documents, render turns them into text, Markdown,
 * HTML, JSON or CSV and knows nothing else.
 *
 * A document holds the page (sections of statements and tables, whose cells
 * name the claims they rest on) and, beside it, the JSON value that is the
 * contract for programs. Everything lives in the document's arena; texts
 * are UTF-8 and hostile: renderers escape.
 */
#ifndef ASSAY_DOCUMENT_H
#define ASSAY_DOCUMENT_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/json.h"
#include "assay/state.h"
#include "assay/str.h"

/* Where a claim comes from; numbered [1], [2] … in order of first use. */
struct assay_doc_source {
    struct assay_str id, title, url, kind;
    struct assay_date read;
    uint32_t number;
};

struct assay_doc_claim {
    struct assay_str id; /* "c12", in order of first use */
    struct assay_str subject, subject_kind, fact, value, url;
    const struct assay_doc_source *source;
    struct assay_date read;
    const void *origin; /* the claim it was made from; identity only */
    struct assay_doc_claim *next;
};

/* A list of claims under a cell or a statement. */
struct assay_refs {
    const struct assay_doc_claim **claims;
    size_t count;
};

enum assay_cell_flag {
    ASSAY_CELL_LEADER = 1,   /* best of its row */
    ASSAY_CELL_CONFLICT = 2, /* sources disagree: shown with a "!" */
    ASSAY_CELL_DIM = 4,      /* retired, not in force */
    ASSAY_CELL_WARN = 8,     /* retirement, loss */
};

struct assay_cell {
    struct assay_str text; /* "8,192"; for UNKNOWN "unknown" or "not stated" */
    struct assay_str note; /* short words behind it: "Nebius", or empty */
    struct assay_str link; /* site path ("/model/google/gemma-2-2b") or URL */
    enum assay_state state;
    unsigned flags;
    struct assay_refs refs;
};

enum assay_align { ASSAY_LEFT, ASSAY_RIGHT };

struct assay_column {
    struct assay_str title;
    struct assay_str link;
    enum assay_align align;
    /* 0 is always shown; higher ones give way first on a narrow terminal */
    int give_way;
};

struct assay_row {
    struct assay_cell *cells; /* as many as the table has columns */
    struct assay_row *next;
};

enum assay_block_kind {
    ASSAY_BLOCK_HEADLINE, /* the verdict */
    ASSAY_BLOCK_PARAGRAPH,
    ASSAY_BLOCK_ITEM, /* one bullet of a list */
    ASSAY_BLOCK_TABLE,
    ASSAY_BLOCK_COMMAND, /* something to type */
    /* Where pictures are shown; elsewhere its text, which says what it is.
       link: assay_document_picture_link() */
    ASSAY_BLOCK_PICTURE,
};

struct assay_block {
    enum assay_block_kind kind;
    struct assay_str text; /* all but TABLE */
    struct assay_str rule; /* id of the rule that fired, or empty */
    /* ITEM, COMMAND: a site path, or empty. Where pages are linked, the first
       link_len bytes of the text lead there and the rest, what one would type
       instead, is left out; 0: all of the text. */
    struct assay_str link;
    size_t link_len;
    struct assay_refs refs;
    struct assay_column *columns; /* TABLE; column 0 names the row */
    size_t column_count;
    struct assay_row *first_row, *last_row;
    size_t row_count;
    struct assay_block *next;
};

struct assay_section {
    struct assay_str id;    /* "verdict", "cost" … stable, for anchors */
    struct assay_str title; /* empty: no heading */
    bool detail;            /* left out of a short page on a terminal */
    bool minor;             /* one of many: no list of sections names it */
    struct assay_block *first, *last;
    struct assay_section *next;
};

struct assay_document {
    struct assay_arena *arena;
    struct assay_str title;
    struct assay_str aside; /* "as of 2026-11-22" */
    struct assay_section *first, *last;
    struct assay_doc_source **sources;
    size_t source_count, source_room;
    struct assay_doc_claim *first_claim, *last_claim;
    size_t claim_count;
    struct assay_doc_claim **by_origin; /* hash table, open addressing */
    size_t origin_slots, origin_count;
    struct assay_json *data; /* the JSON contract */
};

struct assay_document *assay_document_new(struct assay_arena *arena,
                                          struct assay_str title,
                                          struct assay_str aside);

/*
 * The document's entry for a claim, made on first use. `claim` is filled in
 * by the caller except id and source; source is found by its id or added.
 * Claims with the same non-NULL origin are one. Texts are copied, here and
 * in the functions below; the texts of cells are set by the caller, in the
 * document's arena.
 */
const struct assay_doc_claim *assay_document_claim(
    struct assay_document *doc, const struct assay_doc_claim *claim,
    const struct assay_doc_source *source);
/* The entry made from this origin, or NULL: saves filling one in again. */
const struct assay_doc_claim *assay_document_known(
    const struct assay_document *doc, const void *origin);
/* Adds to a list, once each; a copy of the list keeps what it had. */
void assay_refs_add(struct assay_arena *arena, struct assay_refs *refs,
                    const struct assay_doc_claim *claim);

struct assay_section *assay_document_section(struct assay_document *doc,
                                             const char *id, const char *title);
struct assay_block *assay_section_say(struct assay_document *doc,
                                      struct assay_section *section,
                                      enum assay_block_kind kind,
                                      struct assay_str text);
/*
 * A picture as it stands in a page, "data:image/png;base64,…"; empty when the
 * media type is none that pages show, or this is no base64.
 */
struct assay_str assay_document_picture_link(struct assay_arena *arena,
                                             struct assay_str media_type,
                                             struct assay_str base64);
/* Columns are copied. */
struct assay_block *assay_section_table(struct assay_document *doc,
                                        struct assay_section *section,
                                        const struct assay_column *columns,
                                        size_t column_count);
/* A new last row with empty cells. */
struct assay_cell *assay_table_row(struct assay_document *doc,
                                   struct assay_block *table);

/* The claims object of the contract: { "c1": { … }, … }. */
struct assay_json *assay_document_claims_json(struct assay_document *doc);

#endif
