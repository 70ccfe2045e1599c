/*
 * CSV: every row has as many fields as the header, all within memory.
 */
#include "fuzz_target.h"

#include "trial/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text = {(const char *)data, len};
    struct assay_csv csv;
    size_t total = 0;

    bool ok = assay_csv_open(&arena, text, &csv, &err);
    for (struct assay_csv_row row = {.fields = csv.header}; ok && row.fields;) {
        ok = assay_csv_next(&csv, &arena, &row, &err);
        for (size_t k = 0; ok && row.fields && k < csv.columns; k++)
            total += row.fields[k].len;
    }
    if (total > len || (!ok && err.code == ASSAY_OK))
        abort();
    assay_arena_free(&arena);
    return 0;
}
