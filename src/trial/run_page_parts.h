/*
 * Parts of a run's page. Private to trial.
 */
#ifndef ASSAY_TRIAL_RUN_PAGE_PARTS_H
#define ASSAY_TRIAL_RUN_PAGE_PARTS_H

#include "assay/report.h"

/*
 * run_verdict.c: who is better, in one line; why the run ended there; and for
 * each two routes what it rests on.
 */
void assay_run_say_verdict(struct assay_document *doc,
                           const struct assay_run_figures *figures);

#endif
