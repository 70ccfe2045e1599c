/*
 * Private to trial.
 */
#ifndef ASSAY_TRIAL_PUBLISHED_PARTS_H
#define ASSAY_TRIAL_PUBLISHED_PARTS_H

#include "assay/ledger.h"
#include "assay/sample.h"

/* Answered, or failed; without times and cost, which nobody knows here. */
void assay_published_attempt(struct assay_arena *arena, struct assay_str metric,
                             const struct assay_sample *sample,
                             struct assay_attempt *attempt);

#endif
