/* Records of Every Eval Ever: see fuzz_import.h for what must hold. */
#include "fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    fuzz_import(&assay_import_every_eval_ever, true, data, len);
    return 0;
}
