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

    if (assay_csv_parse(&arena, text, 1000, &csv, &err)) {
        for (size_t i = 0; i < csv.count; i++)
            for (size_t k = 0; k < csv.columns; k++)
                total += csv.rows[i].fields[k].len;
        if (total > len)
            abort();
    } else if (err.code == ASSAY_OK) {
        abort();
    }
    assay_arena_free(&arena);
    return 0;
}
