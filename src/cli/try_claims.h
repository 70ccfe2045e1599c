/*
 * What a run showed, kept for comparisons. Private to cli.
 */
#ifndef ASSAY_CLI_TRY_CLAIMS_H
#define ASSAY_CLI_TRY_CLAIMS_H

#include "cli/cli.h"

#include "assay/report.h"

/*
 * Makes a whole run claims of kind `measured`, and says which comparison now
 * rests on them. *catalog is opened where it is NULL; the caller closes it.
 */
bool assay_try_claim(struct assay_cli *cli, struct assay_catalog **catalog,
                     const struct assay_run_figures *figures,
                     struct assay_error *err);

#endif
