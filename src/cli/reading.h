/*
 * What import, lint and diff share: the format and the options of a file
 * that is read. Private to cli.
 */
#ifndef ASSAY_CLI_READING_H
#define ASSAY_CLI_READING_H

#include "cli/cli.h"

#include "assay/buf.h"
#include "assay/import.h"

/* The names of all formats, for tables that complete them; of lists alone. */
#define ASSAY_LIST_WORDS \
    "facts modelsdev openrouter litellm genai-prices every-eval-ever"
#define ASSAY_FORMAT_WORDS ASSAY_LIST_WORDS " promptfoo-results gguf"

/* NULL with BAD_INPUT: the formats there are, and the nearest. */
const struct assay_import_format *assay_reading_format(const char *name,
                                                       struct assay_error *err);
/* "Formats" and a line for each, for help. */
void assay_reading_formats(struct assay_buf *out);
/* The same of those that are lists: a file of weights is none. */
void assay_reading_lists(struct assay_buf *out);
/*
 * --source, --retrieved, --strict, and the format that operand 0 names.
 * False with BAD_INPUT.
 */
bool assay_reading_options(const struct assay_cli *cli,
                           struct assay_import_options *options,
                           struct assay_error *err);
/* "reading FILE …" on a terminal, over the line before; "" wipes it. */
void assay_reading_progress(const struct assay_cli *cli, const char *verb,
                            const char *what);

#endif
