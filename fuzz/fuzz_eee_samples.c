/*
 * A record of Every Eval Ever (the first line of the input) and the samples
 * beside it (the rest): see fuzz_samples.h for what must hold.
 */
#include "fuzz_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char folder[] = "/tmp/assay-fuzz-XXXXXX", record[64], lines[64];
    struct assay_str input = {(const char *)data, len};
    struct assay_str first = input, rest = {"", 0};

    (void)assay_str_cut(input, '\n', &first, &rest);
    if (!mkdtemp(folder))
        stop("no folder");
    snprintf(record, sizeof record, "%s/record.json", folder);
    snprintf(lines, sizeof lines, "%s/lines.jsonl", folder);
    write_to(record, first);
    write_to(lines, rest);
    fuzz_samples(&assay_import_every_eval_ever, record);
    unlink(record);
    unlink(lines);
    rmdir(folder);
    return 0;
}
