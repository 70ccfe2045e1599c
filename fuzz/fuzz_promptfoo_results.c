/* What promptfoo eval writes: see fuzz_samples.h for what must hold. */
#include "fuzz_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char folder[] = "/tmp/assay-fuzz-XXXXXX", path[64];

    if (!mkdtemp(folder))
        stop("no folder");
    snprintf(path, sizeof path, "%s/results.json", folder);
    write_to(path, (struct assay_str){(const char *)data, len});
    fuzz_samples(&assay_import_promptfoo_results, path);
    unlink(path);
    rmdir(folder);
    return 0;
}
