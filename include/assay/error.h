/*
 * What can go wrong, said once: a code for programs, one line for people.
 *
 * The lowest layer says what happened (assay_fail), each caller may say
 * where (assay_fail_in), only the command line and the server print.
 * The error is always the last argument and never NULL.
 */
#ifndef ASSAY_ERROR_H
#define ASSAY_ERROR_H

#include <stdbool.h>

enum assay_code {
    ASSAY_OK,
    ASSAY_BAD_INPUT, /* a file, reply or argument is not what it must be */
    ASSAY_NOT_FOUND, /* a model, route, source or file that nobody knows */
    ASSAY_SYSTEM,    /* open, read, write, lock, memory */
    ASSAY_REMOTE,    /* a server did not answer, or answered with an error */
    ASSAY_LIMIT,     /* larger, deeper or longer than we accept */
    ASSAY_CANCELLED, /* a signal or the caller asked us to stop */
};

struct assay_error {
    enum assay_code code;
    char text[480]; /* one line, no newline at its end */
};

/*
 * Sets code and text (printf style; control characters, bidi controls and
 * other unseen characters, and bytes that are not UTF-8 become '?'; a text
 * that is too long is cut). Returns false, so that `return assay_fail(…)`
 * reads well.
 */
bool assay_fail(struct assay_error *err, enum assay_code code,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "where: " before the text of an error that is already set. */
bool assay_fail_in(struct assay_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
