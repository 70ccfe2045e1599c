/*
 * Answers for response bodies. Private to cli; several threads may call.
 */
#ifndef ASSAY_CLI_PRICE_LINES_H
#define ASSAY_CLI_PRICE_LINES_H

#include "assay/pricer.h"

/* No line, and no document, is read beyond this. */
#define ASSAY_PRICE_LINE_BYTES ASSAY_MIB(16)

/*
 * Appends one answer line for each line of the text, in order; the last may
 * lack its newline.
 */
void assay_price_lines(struct assay_pricer *pricer, struct assay_str lines,
                       struct assay_buf *out);
/* One answer line for the whole text. BAD_INPUT, LIMIT: it is no JSON. */
bool assay_price_document(struct assay_pricer *pricer, struct assay_str text,
                          struct assay_buf *out, struct assay_error *err);
/* The answer line for what cannot be read. */
void assay_price_unknown(struct assay_str reason, struct assay_buf *out);

#endif
