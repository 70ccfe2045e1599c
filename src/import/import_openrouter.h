/*
 * The prices of one OpenRouter entry. Private to import_openrouter*.c.
 */
#ifndef ASSAY_IMPORT_OPENROUTER_H
#define ASSAY_IMPORT_OPENROUTER_H

#include "import/import_fields.h"

/*
 * Reads "pricing" and its overrides into "prices": [...]. A price of -1
 * (it varies by the model that is chosen) sets *varies and makes no claim.
 * False when the row was refused.
 */
bool assay_openrouter_read_prices(const struct assay_row *row,
                                  const struct assay_json *pricing,
                                  struct assay_json *prices, bool *varies);

#endif
