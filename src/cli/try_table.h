/*
 * What is told of a trial on standard error: before it spends anything, and
 * while it runs, as a table that is drawn anew on a terminal and a plain line
 * every ten seconds elsewhere. Private to cli.
 */
#ifndef ASSAY_CLI_TRY_TABLE_H
#define ASSAY_CLI_TRY_TABLE_H

#include "cli/cli.h"

#include "assay/trial.h"

/* What so many prompts can show, and what they may cost. */
void assay_try_outlook(struct assay_cli *cli, const struct assay_run *run,
                       const struct assay_trial_outlook *outlook);

struct assay_try_table {
    const struct assay_cli *cli;
    unsigned lines;   /* drawn, to be drawn over */
    int64_t told_ms;  /* when the last plain line was */
    unsigned repeats; /* of each prompt */
};

/* Of the watcher: context is the table. */
void assay_try_show(void *of_table,
                    const struct assay_trial_progress *progress);
/* The table stays as it stands; what is written next begins below it. */
void assay_try_table_end(struct assay_try_table *table);

#endif
