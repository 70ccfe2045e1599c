/*
 * What a command is, and what it is given. Private to cli.
 *
 * A command is one const table in its own cmd_NAME.c; commands.c lists them.
 * Help, manual page and completion are printed from these tables, so they
 * cannot disagree with what the parser takes.
 */
#ifndef ASSAY_CLI_COMMAND_H
#define ASSAY_CLI_COMMAND_H

#include <stdbool.h>

struct assay_buf;
struct assay_cli;

/* Exit codes of FORMATS section 4. */
enum assay_exit {
    ASSAY_EXIT_DONE = 0,
    ASSAY_EXIT_GATE = 1, /* findings, failed rows; --fail-code replaces it */
    ASSAY_EXIT_USAGE = 2,
    ASSAY_EXIT_INCOMPLETE = 3,
    ASSAY_EXIT_DATA = 65,
    ASSAY_EXIT_NOT_FOUND = 66,
    ASSAY_EXIT_REMOTE = 69,
    ASSAY_EXIT_IO = 74,
    ASSAY_EXIT_CONFIG = 78,
    ASSAY_EXIT_SIGNAL = 128, /* plus the signal's number */
};

struct assay_option {
    const char *name;  /* without dashes; NULL ends a table */
    char letter;       /* its short form, or 0 */
    const char *value; /* what stands behind it: "DATE"; NULL: nothing does */
    const char *help;
    const char *words; /* values to complete, by spaces; "@file" for files */
};

struct assay_example {
    const char *line; /* works as it stands; NULL ends a table */
    const char *what; /* it shows */
};

struct assay_command {
    const char *name;
    const char *summary;                /* one line, no full stop */
    const char *usage;                  /* behind the name: "MODEL MODEL..." */
    const char *details;                /* paragraphs; NULL: none */
    const struct assay_option *options; /* its own; NULL: none */
    const char *globals;  /* names of global options of use here, by spaces */
    const char *formats;  /* of --format, by spaces, the default first; NULL:
                            the command prints what it prints */
    const char *operands; /* to complete: "@model", "@command", "@file", words,
                             or words for the first and files behind it */
    const struct assay_example *examples;
    const char *gate; /* what exit code 1 means here, or NULL */
    bool remote;      /* may fetch a URL: exit code 69 */
    bool no_store;    /* exit codes of a store do not concern it */
    bool hidden;      /* not in the overview */
    void (*more_help)(struct assay_buf *out); /* adds to details, or NULL */
    int (*run)(struct assay_cli *cli);        /* the exit code */
};

/* NULL-terminated, in the order of the overview. */
extern const struct assay_command *const assay_commands[];
/* Options that stand before or after any command. */
extern const struct assay_option assay_global_options[];

const struct assay_command *assay_command_named(const char *name);

#endif
