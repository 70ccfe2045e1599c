/*
 * What the dialects share: their names and those of what they bring.
 */
#include "assay/dialect.h"

const char *assay_finish_name(enum assay_finish finish)
{
    static const char *const names[] = {
        [ASSAY_FINISH_STOP] = "stop",
        [ASSAY_FINISH_LENGTH] = "length",
        [ASSAY_FINISH_TOOL_CALLS] = "tool_calls",
        [ASSAY_FINISH_FILTERED] = "content_filter",
        [ASSAY_FINISH_REFUSED] = "refusal",
        [ASSAY_FINISH_CANCELLED] = "cancelled",
        [ASSAY_FINISH_OTHER] = "other",
    };

    return names[finish];
}
