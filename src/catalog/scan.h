/*
 * What the store says of many models at once, before anything is made of it:
 * every statement in force at as_of, laid out by model and route.
 */
#ifndef ASSAY_CATALOG_SCAN_H
#define ASSAY_CATALOG_SCAN_H

#include "catalog/gather.h"

struct assay_scanned;

struct assay_scan {
    struct assay_catalog *catalog;
    struct assay_arena *arena;      /* holds all of it */
    struct assay_gathered **models; /* spoken of, by id */
    size_t model_count;
    struct assay_gathered unjoined; /* its routes only */

    /* While it is read: */
    const struct assay_json_picks *picks; /* of bodies; NULL: all of them */
    char *room;                           /* for one body, cut down */
    size_t room_bytes;
    struct assay_loaded_sources sources;
    struct assay_scanned *by_num; /* subjects */
    struct assay_gathered **model_by_num;
    int64_t max_num;
};

/*
 * Reads what the options ask for into a scan of which catalog and arena are
 * set. Inside a transaction.
 */
bool assay_scan_read(struct assay_scan *scan,
                     const struct assay_view_options *options,
                     struct assay_error *err);

#endif
