/*
 * The four states of a value. Unknown is never zero, never "No", never
 * smaller and never a winner; free is a known price of zero.
 */
#ifndef ASSAY_STATE_H
#define ASSAY_STATE_H

enum assay_state {
    ASSAY_UNKNOWN, /* zeroed memory is unknown */
    ASSAY_KNOWN,
    ASSAY_FREE,
    ASSAY_NOT_APPLICABLE,
    ASSAY_BOUND, /* of sums only: at least this, a part is unknown */
};

/* "known", "free", "unknown", "not_applicable", "bound" */
const char *assay_state_name(enum assay_state state);

#endif
