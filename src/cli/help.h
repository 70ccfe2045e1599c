/*
 * The tables of the commands in words, for help and for the manual.
 */
#ifndef ASSAY_CLI_HELP_H
#define ASSAY_CLI_HELP_H

#include "assay/buf.h"

#include "cli/cli.h"

#define ASSAY_OVERVIEW \
    "assay compares language models on cited facts, and what they cost you."

/* Which commands an exit code concerns. */
enum assay_concern {
    ASSAY_FOR_ALL,
    ASSAY_FOR_GATES,
    ASSAY_FOR_INPUT, /* that read a store or a file */
    ASSAY_FOR_STORES,
    ASSAY_FOR_REMOTE,
};

struct assay_exit_word {
    int code;
    enum assay_concern concerns;
    const char *text; /* NULL: the command says it */
};

/* Ends with code 0 without a text. */
extern const struct assay_exit_word assay_exit_words[];
/* What the code means to this command; NULL when it cannot happen. */
const char *assay_exit_text(const struct assay_command *command,
                            const struct assay_exit_word *word);

/* "-o, --output FILE" */
void assay_option_spelling(struct assay_buf *out,
                           const struct assay_option *option);
/* True when word is one of the words of a list separated by spaces. */
bool assay_word_in(const char *list, const char *word);

#endif
