/*
 * The full pass over a file: every weight is read and must be a finite
 * number. A block's scale is an f16 in the file and may be anything; opening
 * does not look at it.
 */
#include "gguf/blocks.h"
#include "gguf/weights_parts.h"

#include <inttypes.h>
#include <math.h>

enum { VALUES_AT_ONCE = 4 * ASSAY_BLOCK_LARGE };

_Static_assert(VALUES_AT_ONCE % ASSAY_BLOCK_LARGE == 0 &&
                   ASSAY_BLOCK_LARGE % ASSAY_BLOCK_SMALL == 0,
               "whole blocks of every format");

static bool check_finite(const float *values, size_t count, size_t *bad)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i])) {
            *bad = i;
            return false;
        }
    return true;
}

static bool verify_tensor(const struct assay_tensor *tensor,
                          struct assay_error *err)
{
    const struct assay_block_format *format = assay_block_format(tensor->type);
    const uint8_t *data = tensor->data;
    float values[VALUES_AT_ONCE];
    size_t count, bad = 0;

    for (uint64_t done = 0; done < tensor->values; done += count) {
        count = tensor->values - done < VALUES_AT_ONCE
                    ? (size_t)(tensor->values - done)
                    : VALUES_AT_ONCE;
        assay_dequantise(tensor->type, data, values, count);
        data += count / format->values * format->bytes;
        if (!check_finite(values, count, &bad))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "tensor '%.*s', row %" PRIu64 ", column %" PRIu64
                              ": not a finite number",
                              ASSAY_STR_ARG(tensor->name),
                              (done + bad) / tensor->dims[0],
                              (done + bad) % tensor->dims[0]);
    }
    return true;
}

bool assay_weights_verify(const struct assay_weights *weights,
                          struct assay_error *err)
{
    for (size_t i = 0; i < assay_weights_tensor_count(weights); i++) {
        struct assay_tensor tensor;
        struct assay_error bad = {0};

        assay_weights_tensor_at(weights, i, &tensor);
        bool finite = verify_tensor(&tensor, &bad);
        if (!assay_weights_check(weights, err))
            return false; /* what was read is not what the file says */
        if (!finite) {
            *err = bad;
            return assay_weights_fail_in(weights, err);
        }
    }
    return true;
}
