/* What every fuzz/fuzz_NAME.c defines; replay.c and libFuzzer call it. */
#ifndef ASSAY_FUZZ_TARGET_H
#define ASSAY_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Feeds one input to a parser. Returns 0; a fault stops the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
