/*
 * Lines that somebody types, with editing and a history on a terminal, or
 * lines of a pipe or file. Private to cli.
 */
#ifndef ASSAY_CLI_LINE_INPUT_H
#define ASSAY_CLI_LINE_INPUT_H

#include "assay/buf.h"
#include "assay/error.h"

struct assay_line_input;

/* Of standard input. NULL: SYSTEM. */
struct assay_line_input *assay_line_input_open(struct assay_error *err);
/* Accepts NULL. */
void assay_line_input_close(struct assay_line_input *input);
/* Somebody types. */
bool assay_line_input_is_terminal(const struct assay_line_input *input);

enum assay_line_end {
    ASSAY_LINE,
    ASSAY_LINES_OVER,
    ASSAY_LINE_FAILED, /* LIMIT: longer than 16 MiB; SYSTEM */
};
/* The next line, without its newline; borrowed until the next one. */
enum assay_line_end assay_line_input_next(struct assay_line_input *input,
                                          struct assay_str *line,
                                          struct assay_error *err);

#endif
