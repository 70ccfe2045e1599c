/*
 * The store's file, for those who keep tables of their own beside the
 * catalog's: one more connection, with its own snapshots.
 */
#ifndef ASSAY_CATALOG_FILE_H
#define ASSAY_CATALOG_FILE_H

#include "store/store.h"

/*
 * Opens the file, creating it with the catalog's tables, empty, where there
 * is none. NULL: see assay_store_open.
 */
struct assay_store *assay_catalog_file_open(const char *path,
                                            struct assay_error *err);

#endif
