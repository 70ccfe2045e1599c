/*
 * What a running command works with: the environment read once, the store,
 * and the two streams. Private to cli.
 *
 * Data goes to standard output, everything else to standard error. An error
 * is printed once, here: "assay: COMMAND: text".
 */
#ifndef ASSAY_CLI_CLI_H
#define ASSAY_CLI_CLI_H

#include "assay/arena.h"
#include "assay/catalog.h"
#include "assay/date.h"
#include "assay/document.h"
#include "assay/error.h"
#include "assay/need.h"
#include "assay/render.h"
#include "assay/traffic.h"

#include "cli/command.h"
#include "cli/options.h"

#include <stdbool.h>

struct assay_cli {
    const struct assay_command *command;
    struct assay_options options;
    struct assay_arena arena; /* lives as long as the command */

    const char *store; /* path; empty: none can be told */
    struct assay_date today, as_of;
    struct assay_traffic traffic;
    struct assay_need need; /* of --need; count 0: none */
    const struct assay_render_format *format;
    struct assay_render_options render;
    bool allow_free, quiet;
    bool misconfigured;     /* the error is of the configuration */
    bool error_is_terminal; /* progress may be shown */
    int fail_code;          /* what ASSAY_EXIT_GATE becomes */
};

/*
 * Reads global options and environment into cli, whose options are parsed.
 * False with BAD_INPUT: a value that cannot be read.
 */
bool assay_cli_prepare(struct assay_cli *cli, struct assay_error *err);
void assay_cli_release(struct assay_cli *cli);

/* The value of an option of this command; NULL when not given. */
const char *assay_cli_option(const struct assay_cli *cli, const char *name);
bool assay_cli_flag(const struct assay_cli *cli, const char *name);
struct assay_str assay_cli_operand(const struct assay_cli *cli, size_t i);
/* "as of 2026-11-22", for the corner of a page */
struct assay_str assay_cli_aside(struct assay_cli *cli);

/* True when it can be told where the store is. */
bool assay_cli_has_store(struct assay_cli *cli, struct assay_error *err);
/* Opens the store. NULL: SYSTEM, BAD_INPUT. */
struct assay_catalog *assay_cli_open(struct assay_cli *cli,
                                     struct assay_error *err);

/* This moment in UTC: "2026-11-22T17:00:00Z". */
struct assay_str assay_cli_stamp(struct assay_arena *arena);
/* How many threads there is use for: at least 1, at most `most`. */
size_t assay_cli_processors(size_t most);

/* ------------------------------------------------------- the end of a run */

/* Prints the error; the exit code that belongs to it. */
int assay_cli_fail(const struct assay_cli *cli, const struct assay_error *err);
/* A line was not used as it must be; exit code 2. */
int assay_cli_misuse(const struct assay_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A gate failed: 1, or what --fail-code says. */
int assay_cli_gate(const struct assay_cli *cli);
int assay_cli_exit_code(enum assay_code code);

/* ------------------------------------------------------- streams */

/* Renders in the format asked for and writes it; the exit code. */
int assay_cli_show(struct assay_cli *cli, const struct assay_document *doc);
/* Writes all of it to standard output; the exit code. */
int assay_cli_write(const struct assay_cli *cli, struct assay_str text);
/* The text of a buffer, if it held everything; the exit code. */
int assay_cli_write_buf(const struct assay_cli *cli,
                        const struct assay_buf *buf);
/* A line on standard error, unless --quiet; safe for a terminal. */
void assay_cli_note(const struct assay_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ------------------------------------------------------- signals */

/*
 * Until a command asks for the flag, SIGINT and SIGTERM end the program at
 * once (130, 143): nothing is ever half done. Afterwards they only set it.
 */
void assay_cli_catch_signals(void);
/*
 * What came is forgotten. SIGTERM ends the program again; SIGINT does nothing
 * until signals are caught: where somebody types, Ctrl-C is a key, and may
 * come a moment before the terminal knows.
 */
void assay_cli_leave_signals(void);
/* The signal that came, or 0. */
int assay_cli_signal(void);
/* Returns when the file can be read, or has ended, or a signal came. */
void assay_cli_wait_readable(int file);

/* ------------------------------------------------------- help.c */

int assay_cli_overview(struct assay_cli *cli);
int assay_cli_help(struct assay_cli *cli, const struct assay_command *command);

#endif
