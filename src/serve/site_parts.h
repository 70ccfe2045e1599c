/*
 * What the files of serve know of the site. Private to serve.
 */
#ifndef ASSAY_SERVE_SITE_PARTS_H
#define ASSAY_SERVE_SITE_PARTS_H

#include "assay/site.h"

/* "https://models.example", or empty. Lives as long as the site. */
struct assay_str assay_site_public_url(const struct assay_site *site);

struct assay_shelf;
struct assay_shelf *assay_site_shelf(const struct assay_site *site);

#endif
