/* A file of weights, byte for byte; most inputs begin as GGUF does. */
#include "fuzz_weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    fuzz_check_weights((struct assay_str){(const char *)data, len});
    return 0;
}
