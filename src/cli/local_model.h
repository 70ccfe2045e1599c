/*
 * What commands that run weights have in common: their options, the model
 * that is opened, what is told while it loads. Private to cli.
 */
#ifndef ASSAY_CLI_LOCAL_MODEL_H
#define ASSAY_CLI_LOCAL_MODEL_H

#include "cli/cli.h"

#include "assay/engine.h"
#include "assay/route.h"

/* Rows of an option table. */
#define ASSAY_ENGINE_OPTIONS                                               \
    {"threads", 0, "N", "threads that compute (else one per core)", NULL}, \
    {                                                                      \
        "cpu", 0, "LEVEL", "at most these instructions (also $ASSAY_CPU)", \
            "scalar neon avx2 avx512"                                      \
    }

/* --threads, --cpu and $ASSAY_CPU. False with BAD_INPUT. */
bool assay_cli_engine_options(struct assay_cli *cli,
                              struct assay_engine_options *options,
                              struct assay_error *err);
/* A whole number of an option, `otherwise` when not given. BAD_INPUT. */
bool assay_cli_number(const struct assay_cli *cli, const char *name,
                      uint64_t least, uint64_t most, uint64_t otherwise,
                      uint64_t *number, struct assay_error *err);
bool assay_cli_float(const struct assay_cli *cli, const char *name,
                     float otherwise, float *number, struct assay_error *err);

#define ASSAY_SAMPLING_OPTIONS                                                \
    {"max-tokens", 0, "N", "tokens of an answer at most", NULL},              \
        {"temperature", 0, "X", "0: always the likeliest; 1 unless given",    \
         NULL},                                                               \
        {"top-k", 0, "N", "of the N likeliest; 64 unless given, 0: all",      \
         NULL},                                                               \
        {"top-p", 0, "X", "of those that make this share; 0.95 unless given", \
         NULL},                                                               \
        {"min-p", 0, "X", "not below this share of the likeliest", NULL},     \
        {"repetition-penalty", 0, "X", "above 1: less of what was said",      \
         NULL},                                                               \
        {"seed", 0, "N", "the same again; drawn unless given", NULL},         \
        {"stop", 0, "TEXT", "the answer ends before it", NULL},               \
    {                                                                         \
        "schema", 0, "FILE", "the answer is JSON by this schema", "@file"     \
    }

/*
 * Those options into an ask; texts and schema live in the command's arena.
 */
bool assay_cli_sampling(struct assay_cli *cli, struct assay_ask *ask,
                        struct assay_error *err);

/* Opens "local:" and the name; progress on a terminal. NULL: see route.h. */
struct assay_route_link *assay_cli_open_local(
    struct assay_cli *cli, struct assay_str name,
    const struct assay_engine_options *engine, size_t parallel,
    struct assay_error *err);
/*
 * Asks, prints the answer as it comes with a newline behind it, and how fast
 * it came on standard error. A signal ends the answer, if the command catches
 * them. False: see assay_route_ask; `code` is that of what was written.
 */
bool assay_cli_answer(struct assay_cli *cli, struct assay_route_link *route,
                      const struct assay_ask *ask,
                      struct assay_response *answer, int *code,
                      struct assay_error *err);

#endif
