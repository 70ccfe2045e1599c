/*
 * assay-facts/1 (docs/formats.md): our own format, already statements. A
 * fault anywhere refuses the file, for a person wrote it and can mend it.
 */
#include "assay/import.h"

const struct assay_import_format assay_import_facts = {
    .name = "facts",
    .summary = "assay-facts/1: what one source says, with its date",
    .read = assay_batch_read_facts,
    .strict = true,
};
