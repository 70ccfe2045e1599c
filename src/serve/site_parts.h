/*
 * What the files of serve know of the site. Private to serve.
 */
#ifndef ASSAY_SERVE_SITE_PARTS_H
#define ASSAY_SERVE_SITE_PARTS_H

#include "assay/site.h"

/* "https://models.example", or empty. Lives as long as the site. */
struct assay_str assay_site_public_url(const struct assay_site *site);

/* The path of its store. */
const char *assay_site_store(const struct assay_site *site);

struct assay_shelf;
struct assay_shelf *assay_site_shelf(const struct assay_site *site);

/*
 * assay_site_ask() of a page that is a document, and its Markdown twin from
 * the same document.
 */
void assay_site_ask_twins(struct assay_site *site,
                          const struct assay_request *request,
                          struct assay_reply *page, struct assay_buf *twin);

struct assay_visit;
/* Looks at the catalog and its directory without a question. */
bool assay_site_look(struct assay_site *site,
                     bool (*work)(void *context, struct assay_visit *visit,
                                  struct assay_error *err),
                     void *context, struct assay_error *err);

#endif
