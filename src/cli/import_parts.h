/*
 * What imports of one file and of many share. Private to cli.
 */
#ifndef ASSAY_CLI_IMPORT_PARTS_H
#define ASSAY_CLI_IMPORT_PARTS_H

#include "cli/reading.h"

#include "assay/catalog.h"

struct assay_import_count {
    const char *title, *key;
    uint64_t count;
};

/*
 * Says at most so many refusals, of this file where it is not NULL; returns
 * how many were said.
 */
uint32_t assay_import_note(const struct assay_cli *cli,
                           const struct assay_batch *batch, const char *file,
                           uint32_t most);
void assay_import_note_more(const struct assay_cli *cli, uint64_t more);
/* The counts as a table, and as "assay-import/1". */
struct assay_document *assay_import_page(
    struct assay_cli *cli, struct assay_str source, struct assay_str day,
    const struct assay_import_count *counts, size_t count);

/* A file or folder of records with samples beside them. The exit code. */
int assay_import_records(struct assay_cli *cli,
                         const struct assay_import_options *options);

#endif
