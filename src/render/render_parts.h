/*
 * What the renderers share; private to this folder.
 */
#ifndef ASSAY_RENDER_PARTS_H
#define ASSAY_RENDER_PARTS_H

#include "assay/render.h"

/* The numbers of the sources under a list of claims: ascending, once each. */
struct assay_ref_numbers {
    uint32_t *at; /* in the arena */
    size_t count;
};
struct assay_ref_numbers assay_refs_numbers(struct assay_arena *arena,
                                            const struct assay_refs *refs);

/*
 * What to print for a cell: its text, or what its state says when it has
 * none ("n/a", "free"). An empty cell of unknown state stays empty.
 */
struct assay_str assay_cell_words(const struct assay_cell *cell);

/* "unknown" speaks of values only: column 0 names the row. */
bool assay_cell_is_unknown(const struct assay_cell *cell, size_t column);

/* True when the document has a table with such a cell. */
bool assay_document_has_flag(const struct assay_document *doc,
                             enum assay_cell_flag flag);

/* True when both tables have the same columns, by their titles. */
bool assay_tables_alike(const struct assay_block *a,
                        const struct assay_block *b);

#endif
