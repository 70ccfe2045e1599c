/*
 * A header of safetensors: the first byte says how much data follows it, the
 * header's length is put before it.
 */
#include "fuzz_weights.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    size_t header = len - 1, total = sizeof(uint64_t) + header + data[0];
    char *file = calloc(1, total);

    if (!file)
        abort();
    for (size_t i = 0; i < sizeof(uint64_t); i++)
        file[i] = (char)((uint64_t)header >> 8 * i & 0xff);
    memcpy(file + sizeof(uint64_t), data + 1, header);
    fuzz_check_weights((struct assay_str){file, total});
    free(file);
    return 0;
}
