/*
 * The one option parser: tables in, values out. No I/O. Private to cli.
 */
#ifndef ASSAY_CLI_OPTIONS_H
#define ASSAY_CLI_OPTIONS_H

#include "assay/arena.h"
#include "assay/error.h"

#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>

struct assay_given {
    const struct assay_option *option;
    const char *value; /* "" for an option without a value */
};

struct assay_options {
    const struct assay_command *command; /* NULL: none was named */
    struct assay_given *given;           /* in the order of the line */
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/*
 * Reads argv[1] … argv[argc - 1]. Global options may stand anywhere, those
 * of a command behind its name; "--name value", "--name=value", "-n value";
 * behind "--" everything is an operand. Borrows argv.
 * BAD_INPUT names what was not understood, and the nearest that would be.
 * out->command is set also on error, when it is known.
 */
bool assay_options_parse(struct assay_arena *arena, int argc, char *const *argv,
                         struct assay_options *out, struct assay_error *err);

/* The value given last; NULL when the option was not given. */
const char *assay_options_value(const struct assay_options *options,
                                const char *name);

/*
 * The word nearest to `text` among count words by typing slips (letters
 * left out, added, changed, swapped); NULL when none is near.
 */
const char *assay_nearest_word(const char *text, const char *const *words,
                               size_t count);

#endif
