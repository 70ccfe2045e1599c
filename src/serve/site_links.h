/*
 * Addresses of the site as files of a folder. Private to serve.
 */
#ifndef ASSAY_SERVE_SITE_LINKS_H
#define ASSAY_SERVE_SITE_LINKS_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/str.h"

/* One address that becomes a file. */
struct assay_site_file {
    struct assay_str address; /* "/model/a/b", "/conflicts?page=2" */
    struct assay_str file;    /* "model/a/b/index.html" */
    struct assay_site_file *next;
};

struct assay_site_set {
    struct assay_arena *arena;
    struct assay_site_file **slots;
    size_t slot_count, count, room;
    struct assay_site_file **all; /* in the order in which they came */
};

void assay_site_set_init(struct assay_site_set *set, struct assay_arena *arena);
/* False: no file can have this name; it is left out. Twice is once. */
bool assay_site_set_add(struct assay_site_set *set, struct assay_str address);
const struct assay_site_file *assay_site_set_find(
    const struct assay_site_set *set, struct assay_str address);

/*
 * A page as it was served, with links relative to its file; links to what is
 * not in the set lose their target, entries of menus and forms go.
 */
void assay_site_relink(struct assay_buf *out, struct assay_str page,
                       const struct assay_site_set *set,
                       const struct assay_site_file *file);

#endif
