/*
 * The names of marks: in the ledger, in reports, in exports.
 */
#include "assay/score.h"

const char *assay_mark_name(enum assay_mark mark)
{
    static const char *const names[] = {
        [ASSAY_MARK_PASSED] = "passed",
        [ASSAY_MARK_FAILED] = "failed",
        [ASSAY_MARK_UNSCORED] = "unscored",
        [ASSAY_MARK_ERROR] = "error",
    };
    return names[mark];
}
