/*
 * A file, or all files of a folder that may be records. Private to cli.
 */
#ifndef ASSAY_CLI_IMPORT_FILES_H
#define ASSAY_CLI_IMPORT_FILES_H

#include "assay/arena.h"
#include "assay/error.h"

#include <stdbool.h>

struct assay_import_files {
    const char **paths;
    size_t count;
    bool is_folder;
};

/* False: SYSTEM, LIMIT (20,000 files, 16 folders deep), BAD_INPUT. */
bool assay_import_files(struct assay_arena *arena, const char *path,
                        struct assay_import_files *files,
                        struct assay_error *err);

#endif
