/*
 * Models named on the line, found in the store. Private to cli.
 */
#ifndef ASSAY_CLI_MODELS_H
#define ASSAY_CLI_MODELS_H

#include "cli/cli.h"

struct assay_models {
    struct assay_model **at; /* in the arena of the command */
    size_t count;
    bool misnamed; /* one is named twice */
};

/*
 * Every operand as a model, each once. False with NOT_FOUND (the nearest
 * names are in the text), SYSTEM, or BAD_INPUT (one is named twice, or the
 * store is damaged).
 */
bool assay_models_load(struct assay_cli *cli, struct assay_catalog *catalog,
                       struct assay_models *models, struct assay_error *err);
/* Ends the run: a model named twice is wrong usage. The exit code. */
int assay_models_refuse(const struct assay_cli *cli,
                        const struct assay_models *models,
                        const struct assay_error *err);

#endif
