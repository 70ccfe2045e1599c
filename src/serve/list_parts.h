/*
 * Lists that take several pages: where a page of one ends, and the links to
 * the next. Private to serve.
 */
#ifndef ASSAY_SERVE_LIST_PARTS_H
#define ASSAY_SERVE_LIST_PARTS_H

#include "serve/place.h"

/*
 * A place in an order by key, then id; what comes later may grow and shrink
 * without an entry before or behind it being shown twice or not at all.
 */
struct assay_list_place {
    uint64_t key;
    struct assay_str id;
};
int assay_list_compare(const struct assay_list_place *a,
                       const struct assay_list_place *b);
/* "17~google/gemma-2-2b", as `after` has it; empty for no place. */
struct assay_str assay_list_token(struct assay_arena *arena,
                                  const struct assay_list_place *place);
/* From the parameter `after`; no place when it is not given. BAD_INPUT. */
bool assay_list_after(const struct assay_visit *visit,
                      struct assay_list_place *place, struct assay_error *err);

/*
 * Dollars, cheapest first, as part of a key: to a millionth; at most 2^50.
 */
uint64_t assay_list_usd(struct assay_decimal usd);

/* What a page of a list shows. */
struct assay_list_range {
    size_t before, count, total;
    struct assay_str next; /* token, or empty */
};
/*
 * A section "pages" with links to the first and the next page; in the
 * Markdown twin a sentence. Nothing for a list of one page.
 */
void assay_list_links(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_document *doc,
                      const struct assay_list_range *range);
/* "as of 2026-11-22" */
struct assay_str assay_list_as_of(const struct assay_visit *visit);
/* The path and short query of this page. */
struct assay_str assay_list_here(const struct assay_visit *visit);
/* "1,234" */
struct assay_str assay_list_number(struct assay_arena *arena, size_t n);

#endif
