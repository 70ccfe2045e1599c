/*
 * The two streams, and the exit code that goes with what was written.
 */
#include "cli/cli.h"

#include "assay/file.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A page of every route is some 20 MiB of HTML. */
#define MAX_PAGE_BYTES ASSAY_MIB(512)

/* ------------------------------------------------------- standard error */

static void complain(const struct assay_cli *cli, const char *text)
{
    const char *command = cli->command ? cli->command->name : NULL;

    fprintf(stderr, "assay: %s%s%s\n", command ? command : "",
            command ? ": " : "", text);
}

int assay_cli_exit_code(enum assay_code code)
{
    switch (code) {
    case ASSAY_OK:
        return ASSAY_EXIT_DONE;
    case ASSAY_BAD_INPUT:
    case ASSAY_LIMIT:
        return ASSAY_EXIT_DATA;
    case ASSAY_NOT_FOUND:
        return ASSAY_EXIT_NOT_FOUND;
    case ASSAY_SYSTEM:
        return ASSAY_EXIT_IO;
    case ASSAY_REMOTE:
        return ASSAY_EXIT_REMOTE;
    case ASSAY_CANCELLED:
        return assay_cli_signal() ? ASSAY_EXIT_SIGNAL + assay_cli_signal()
                                  : ASSAY_EXIT_INCOMPLETE;
    }
    return ASSAY_EXIT_IO;
}

int assay_cli_fail(const struct assay_cli *cli, const struct assay_error *err)
{
    complain(cli, err->text);
    if (cli->misconfigured)
        return ASSAY_EXIT_CONFIG;
    return assay_cli_exit_code(err->code);
}

int assay_cli_misuse(const struct assay_cli *cli, const char *format, ...)
{
    struct assay_error err; /* takes control characters out of the text */
    char text[sizeof err.text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assay_fail(&err, ASSAY_BAD_INPUT, "%s", text);
    complain(cli, err.text);
    return ASSAY_EXIT_USAGE;
}

int assay_cli_gate(const struct assay_cli *cli)
{
    return cli->fail_code;
}

void assay_cli_note(const struct assay_cli *cli, const char *format, ...)
{
    struct assay_error line;
    char text[sizeof line.text];
    va_list args;

    if (cli->quiet)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assay_fail(&line, ASSAY_OK, "%s", text);
    fprintf(stderr, "%s\n", line.text);
}

/* ------------------------------------------------------- standard output */

/* The reader has gone: end as a program does that nobody told otherwise. */
static void end_by_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

int assay_cli_write(const struct assay_cli *cli, struct assay_str text)
{
    while (text.len > 0) {
        ssize_t n = write(STDOUT_FILENO, text.at, text.len);

        if (n < 0 && errno == EINTR) {
            if (assay_cli_signal())
                return ASSAY_EXIT_SIGNAL + assay_cli_signal();
            continue;
        }
        if (n < 0 && errno == EPIPE)
            end_by_pipe();
        if (n < 0) {
            struct assay_error err;

            assay_fail(&err, ASSAY_SYSTEM, "standard output: %s",
                       strerror(errno));
            complain(cli, err.text);
            return ASSAY_EXIT_IO;
        }
        text = assay_str_skip(text, (size_t)n);
    }
    return ASSAY_EXIT_DONE;
}

int assay_cli_write_buf(const struct assay_cli *cli,
                        const struct assay_buf *buf)
{
    struct assay_error err = {0};

    if (!assay_buf_ok(buf, &err))
        return assay_cli_fail(cli, &err);
    return assay_cli_write(cli, assay_buf_str(buf));
}

int assay_cli_show(struct assay_cli *cli, const struct assay_document *doc)
{
    struct assay_error err = {0};
    struct assay_buf page;
    int code;

    assay_buf_init(&page, MAX_PAGE_BYTES);
    if (cli->format->render(&page, doc, &cli->render, &err))
        code = assay_cli_write(cli, assay_buf_str(&page));
    else
        code = assay_cli_fail(cli, &err);
    assay_buf_release(&page);
    return code;
}
