/*
 * How one model stands against all others, signal by signal. Private to this
 * folder.
 */
#ifndef ASSAY_DOMINANCE_H
#define ASSAY_DOMINANCE_H

#include "compare/comparison.h"

struct assay_standing {
    bool worse;     /* on some signal than somebody */
    bool no_better; /* on no signal than somebody */
    /* "the cost of X is unknown": what could turn it, or empty. */
    struct assay_str could_turn;
    size_t gains;            /* signals on which it is better than somebody */
    struct assay_str gained; /* "cost, context, vision" */
};

void assay_compare_standing(struct assay_comparison *c, size_t side,
                            struct assay_standing *standing);

#endif
