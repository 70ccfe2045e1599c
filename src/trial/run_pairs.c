/*
 * Cells and units: see run_pairs.h.
 */
#include "trial/run_pairs.h"

bool assay_run_compares_scores(const struct assay_run *run)
{
    return assay_str_is(assay_json_text(run->options, "compare"), "score");
}

struct assay_outcome_cell assay_outcome_cell_of(
    const struct assay_attempt *attempt, bool by_score)
{
    if (attempt->state != ASSAY_ATTEMPT_DONE)
        return (struct assay_outcome_cell){.end = ASSAY_CELL_LOST};
    if (attempt->mark != ASSAY_MARK_PASSED &&
        attempt->mark != ASSAY_MARK_FAILED)
        return (struct assay_outcome_cell){.end = ASSAY_CELL_UNSCORED};
    return (struct assay_outcome_cell){
        .end = ASSAY_CELL_SCORED,
        .score = by_score                             ? attempt->score
                 : attempt->mark == ASSAY_MARK_PASSED ? 1.0
                                                      : 0.0,
    };
}

bool assay_unit_compare(const struct assay_outcome_cell *a,
                        const struct assay_outcome_cell *b, size_t count,
                        struct assay_unit_difference *d)
{
    double answered = 0, served = 0;
    size_t answered_count = 0, served_count = 0;
    bool both = false;

    for (size_t i = 0; i < count; i++) {
        if (a[i].end == ASSAY_CELL_SPARED || b[i].end == ASSAY_CELL_SPARED)
            continue;
        both = true;
        if (a[i].end == ASSAY_CELL_OPEN || b[i].end == ASSAY_CELL_OPEN)
            return false;
        if (a[i].end == ASSAY_CELL_UNSCORED || b[i].end == ASSAY_CELL_UNSCORED)
            continue;
        double difference = a[i].score - b[i].score; /* LOST scores 0 */
        served += difference;
        served_count++;
        if (a[i].end == ASSAY_CELL_LOST || b[i].end == ASSAY_CELL_LOST)
            continue;
        answered += difference;
        answered_count++;
    }
    *d = (struct assay_unit_difference){
        .is_for_both = both,
        .has_answered = answered_count > 0,
        .has_served = served_count > 0,
        .answered = answered_count ? answered / (double)answered_count : 0,
        .served = served_count ? served / (double)served_count : 0,
    };
    return true;
}
