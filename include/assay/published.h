/*
 * Runs of samples that others published: what was evaluated elsewhere, kept
 * in the ledger like a run of ours so that two models can be compared pair
 * by pair, and marked wherever it is shown (options.published) so that
 * nobody takes it for measured here.
 *
 * One run holds all sets of one benchmark, metric and harness; a set is one
 * of its routes. Two lines are of one sample when question and reference are
 * the same, or else when id and reference are (and there is a reference). A
 * sample that a set lacks is unscored there, and in no pair.
 */
#ifndef ASSAY_PUBLISHED_H
#define ASSAY_PUBLISHED_H

#include "assay/ledger.h"
#include "assay/sample.h"

enum { ASSAY_PUBLISHED_SETS_MAX = 16 }; /* of one run: 120 pairs */

struct assay_published;

/* Has it a benchmark, source and day, and are its names texts that can be
   shown? False: BAD_INPUT. */
bool assay_published_check(const struct assay_sample_set *set,
                           struct assay_error *err);

/*
 * Begins a set, in a transaction of its own. A set that stands there already,
 * of the same bytes, changes nothing; of others, is replaced. BAD_INPUT: see
 * above; LIMIT: the run holds as many sets as it can.
 */
struct assay_published *assay_published_begin(
    struct assay_ledger *ledger, const struct assay_sample_set *set,
    struct assay_error *err);
bool assay_published_add(struct assay_published *set,
                         const struct assay_sample *sample,
                         struct assay_error *err);
/* Commits, and frees. *run: id of the run, in the arena. */
bool assay_published_end(struct assay_published *set, struct assay_arena *arena,
                         struct assay_str *run, struct assay_error *err);
/* Takes it all back, and frees; for NULL nothing. */
void assay_published_drop(struct assay_published *set);

/* Who published what this run compares; empty: it was run here. */
struct assay_str assay_run_publisher(const struct assay_run *run);

#endif
