/*
 * The four states of a value, and the one of a sum, by name.
 */
#include "assay/state.h"

#include <assert.h>
#include <stddef.h>

const char *assay_state_name(enum assay_state state)
{
    static const char *const names[] = {
        [ASSAY_UNKNOWN] = "unknown", [ASSAY_KNOWN] = "known",
        [ASSAY_FREE] = "free",       [ASSAY_NOT_APPLICABLE] = "not_applicable",
        [ASSAY_BOUND] = "bound",
    };
    assert((size_t)state < sizeof(names) / sizeof(names[0]));
    return names[state];
}
