/*
 * From ended prompts to pairs of evidence: the one reading of it, for the run
 * that looks while it goes on and for the report that looks back.
 */
#ifndef ASSAY_TRIAL_RUN_PAIRS_H
#define ASSAY_TRIAL_RUN_PAIRS_H

#include "assay/ledger.h"

#include <stdbool.h>
#include <stddef.h>

/* How a prompt ended on a route, in one repeat. */
enum assay_cell_end {
    ASSAY_CELL_OPEN,
    ASSAY_CELL_SCORED,
    ASSAY_CELL_UNSCORED, /* no assertion, or one that could not be tested */
    ASSAY_CELL_LOST,     /* the route gave no answer */
    ASSAY_CELL_SPARED,   /* the prompt is not for this route */
};
struct assay_outcome_cell {
    enum assay_cell_end end;
    double score; /* SCORED: 0 … 1 */
};

/* What a run compares: passes, or (options.compare is "score") scores. */
bool assay_run_compares_scores(const struct assay_run *run);
/* Of an attempt that is final. */
struct assay_outcome_cell assay_outcome_cell_of(
    const struct assay_attempt *attempt, bool by_score);

/*
 * The difference that one unit adds to a line of pairs: the mean over its
 * cells of a's score less b's. `answered` takes cells where both routes gave
 * an answer, `served` those that ended, a lost one scoring 0; unscored cells
 * are in neither. Without a cell there is no pair. Prompts that are not for
 * both routes say nothing of these two.
 */
struct assay_unit_difference {
    bool is_for_both; /* some prompt of it is */
    bool has_answered, has_served;
    double answered, served;
};
/* False: a cell is open, the unit has not ended for these two. */
bool assay_unit_compare(const struct assay_outcome_cell *a,
                        const struct assay_outcome_cell *b, size_t count,
                        struct assay_unit_difference *d);

#endif
