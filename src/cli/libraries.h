/*
 * The libraries this program runs with, as the running copies say it.
 */
#ifndef ASSAY_CLI_LIBRARIES_H
#define ASSAY_CLI_LIBRARIES_H

#include "cli/cli.h"

/* Adds a table of names and versions; the same as a JSON object. */
struct assay_json *assay_libraries_table(struct assay_document *doc,
                                         struct assay_section *section);

#endif
