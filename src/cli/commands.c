/*
 * The list of commands, and the options that every one of them takes.
 */
#include "cli/command.h"

#include <stddef.h>
#include <string.h>

extern const struct assay_command assay_cmd_compare, assay_cmd_show,
    assay_cmd_find, assay_cmd_cost, assay_cmd_price, assay_cmd_import,
    assay_cmd_sources, assay_cmd_lint, assay_cmd_diff, assay_cmd_export,
    assay_cmd_serve, assay_cmd_run, assay_cmd_chat, assay_cmd_logits,
    assay_cmd_bench, assay_cmd_tokenize, assay_cmd_doctor, assay_cmd_completion,
    assay_cmd_help, assay_cmd_man, assay_cmd_probe, assay_cmd_report,
    assay_cmd_try, assay_cmd_label, assay_cmd_version;

const struct assay_command *const assay_commands[] = {
    &assay_cmd_compare, &assay_cmd_show,
    &assay_cmd_find,    &assay_cmd_cost,
    &assay_cmd_price,   &assay_cmd_import,
    &assay_cmd_sources, &assay_cmd_lint,
    &assay_cmd_diff,    &assay_cmd_export,
    &assay_cmd_try,     &assay_cmd_probe,
    &assay_cmd_report,  &assay_cmd_label,
    &assay_cmd_serve,   &assay_cmd_run,
    &assay_cmd_chat,    &assay_cmd_bench,
    &assay_cmd_logits,  &assay_cmd_tokenize,
    &assay_cmd_doctor,  &assay_cmd_completion,
    &assay_cmd_help,    &assay_cmd_version,
    &assay_cmd_man,     NULL,
};

const struct assay_option assay_global_options[] = {
    {"store", 0, "PATH", "the store: a file, or :memory: for this run only",
     "@file"},
    {"format", 0, "FORMAT", "how it is printed", "text markdown html json csv"},
    {"as-of", 0, "DATE", "what was known, and in force, on that day", NULL},
    {"traffic", 0, "SHAPE",
     "what a cost is stated for, such as requests=1M,input=800,output=250; "
     "all of it is in assay cost --help",
     NULL},
    {"need", 0, "TERMS", "what a model must have, as for assay find", NULL},
    {"allow-free", 0, NULL, "a free tier may be the monthly cost", NULL},
    {"fail-code", 0, "N", "the exit code instead of 1", NULL},
    {"width", 0, "COLUMNS", "of the page (else $COLUMNS, the terminal's, 80)",
     NULL},
    {"no-color", 0, NULL, "no colour on a terminal (also $NO_COLOR)", NULL},
    {"quiet", 0, NULL, "nothing on standard error but errors", NULL},
    {"help", 'h', NULL, "of assay, or of the command", NULL},
    {"version", 0, NULL, "which assay this is", NULL},
    {0},
};

const struct assay_command *assay_command_named(const char *name)
{
    for (size_t i = 0; assay_commands[i]; i++)
        if (strcmp(assay_commands[i]->name, name) == 0)
            return assay_commands[i];
    return NULL;
}
