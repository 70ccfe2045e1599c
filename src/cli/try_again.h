/*
 * Going on with a run that was cut short. Private to cli.
 */
#ifndef ASSAY_CLI_TRY_AGAIN_H
#define ASSAY_CLI_TRY_AGAIN_H

#include "cli/cli.h"

#include "assay/trial.h"

/* BAD_INPUT: an option stands beside --resume that a run has from its start. */
bool assay_try_may_resume(const struct assay_cli *cli, struct assay_error *err);
/*
 * The run of --resume and its suite, read from the bytes that the run keeps;
 * files that are others on disk by now are told. --max-cost and --max-time,
 * read into `typed`, become its limits. NULL: NOT_FOUND, BAD_INPUT, SYSTEM.
 */
struct assay_run *assay_try_again(struct assay_cli *cli,
                                  struct assay_ledger *ledger,
                                  const struct assay_run *typed,
                                  struct assay_suite **suite,
                                  struct assay_error *err);
/*
 * Variables of the environment that a suite names, as "variables" of a run's
 * options: of what they said only the SHA-256, for it may be a secret.
 */
void assay_try_keep_variables(const struct assay_run *run,
                              const struct assay_suite *suite,
                              struct assay_arena *arena,
                              struct assay_json *options);
/* How it was asked; what is set already was typed now. */
void assay_try_options_back(const struct assay_run *run,
                            struct assay_trial_options *options);

#endif
