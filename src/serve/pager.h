/*
 * Lists that are cut into numbered pages. Private to serve.
 */
#ifndef ASSAY_SERVE_PAGER_H
#define ASSAY_SERVE_PAGER_H

#include "serve/place.h"

/* What stands in the tables of parameters for it. */
#define ASSAY_PAGER_PARAMETER                                     \
    {                                                             \
        .name = "page", .type = "integer",                        \
        .what = "Which page of the list, from 1.", .example = "1" \
    }

/*
 * Where the page asked for begins: a multiple of `each`. BAD_INPUT.
 */
bool assay_pager_first(const struct assay_visit *visit, size_t each,
                       size_t *first, struct assay_error *err);
/* NOT_FOUND: there is a list, but not so many pages of it. */
bool assay_pager_check(struct assay_part part, size_t each,
                       struct assay_error *err);
/*
 * A section "pages" behind the others, with links to the page before and
 * behind this one. Nothing for a list of one page.
 */
void assay_pager_add(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_document *doc, struct assay_part part,
                     size_t each);

#endif
