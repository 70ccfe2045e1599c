/*
 * Responses in, answers out, in bounded memory. Private to cli.
 */
#ifndef ASSAY_CLI_PRICE_STREAM_H
#define ASSAY_CLI_PRICE_STREAM_H

#include "cli/cli.h"

#include "assay/pricer.h"

/*
 * Reads the open file to its end: one document, or one on each line. Each
 * gets one line on standard output, in order; a line that is no JSON, or is
 * longer than 16 MiB, gets one that says so. The exit code.
 */
int assay_price_stream(struct assay_cli *cli, struct assay_pricer *pricer,
                       int file);

#endif
