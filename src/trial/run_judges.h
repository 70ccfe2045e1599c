/*
 * What judges did in a run, gathered beside its other figures, and shown.
 * Private to run_*.c.
 */
#ifndef ASSAY_TRIAL_RUN_JUDGES_H
#define ASSAY_TRIAL_RUN_JUDGES_H

#include "assay/report.h"

struct assay_judges_gather {
    struct assay_arena *arena;
    struct assay_run_figures *figures;
    const struct assay_label *labels; /* in the order of the walk */
    size_t label_count, next_label;
};

/* Reads calls and labels; `id` is the run's in the ledger. */
bool assay_judges_begin(struct assay_judges_gather *g,
                        struct assay_ledger *ledger, struct assay_str id,
                        struct assay_error *err);
/* Every final attempt, in the order of the walk. */
void assay_judges_take(struct assay_judges_gather *g,
                       const struct assay_attempt *attempt);
void assay_judges_conclude(struct assay_judges_gather *g);

/*
 * All that was judged of an answer, together. A judge was silent: SILENT;
 * several judges: `judge` is SIZE_MAX.
 */
struct assay_opinion {
    enum { ASSAY_OPINION_NONE, ASSAY_OPINION_SILENT, ASSAY_OPINION_GIVEN } is;
    size_t judge;
    bool passed;
};
struct assay_opinion assay_opinion_of(const struct assay_run *run,
                                      const struct assay_attempt *attempt);

/*
 * The label of an attempt, or NULL, where labels and attempts stand in one
 * order; *next moves on.
 */
const struct assay_label *assay_label_next(const struct assay_label *labels,
                                           size_t count, size_t *next,
                                           const struct assay_attempt *attempt);

/* ------------------------------------------------------- shown */

/* For assay-run/1. */
struct assay_json *assay_judges_json(struct assay_arena *arena,
                                     const struct assay_run_figures *figures);
/* That the marks rest on opinion, beside the verdict; and what judges did. */
void assay_judges_say_opinion(struct assay_document *doc,
                              struct assay_section *section,
                              const struct assay_run_figures *figures);
void assay_judges_say(struct assay_document *doc,
                      const struct assay_run_figures *figures);

#endif
