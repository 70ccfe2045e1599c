/*
 * Files of public formats: which format, from where, of which day.
 */
#include "cli/reading.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FORMATS = 32 };

const struct assay_import_format *assay_reading_format(const char *name,
                                                       struct assay_error *err)
{
    const struct assay_import_format *format =
        assay_import_format(assay_str_c(name));
    const char *names[MAX_FORMATS];
    char list[200] = "";
    size_t count = 0, len = 0;
    const char *near;

    if (format)
        return format;
    for (; assay_import_formats[count] && count < MAX_FORMATS; count++) {
        names[count] = assay_import_formats[count]->name;
        if (len < sizeof list)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
                                    count ? ", " : "", names[count]);
    }
    near = assay_nearest_word(name, names, count);
    if (near)
        assay_fail(err, ASSAY_BAD_INPUT,
                   "there is no format '%s'; did you mean '%s'?", name, near);
    else
        assay_fail(err, ASSAY_BAD_INPUT,
                   "there is no format '%s'; formats are %s", name, list);
    return NULL;
}

static void add_format(struct assay_buf *out,
                       const struct assay_import_format *format)
{
    assay_buf_printf(out, "  %-19s%s\n", format->name, format->summary);
}

void assay_reading_formats(struct assay_buf *out)
{
    assay_buf_add_c(out, "Formats\n");
    for (size_t i = 0; assay_import_formats[i]; i++)
        add_format(out, assay_import_formats[i]);
}

void assay_reading_lists(struct assay_buf *out)
{
    assay_buf_add_c(out, "Formats\n");
    for (size_t i = 0; assay_import_formats[i]; i++)
        if (assay_import_formats[i]->read)
            add_format(out, assay_import_formats[i]);
}

bool assay_reading_options(const struct assay_cli *cli,
                           struct assay_import_options *options,
                           struct assay_error *err)
{
    const char *day = assay_cli_option(cli, "retrieved");

    *options = (struct assay_import_options){
        .format = assay_reading_format(cli->options.operands[0], err),
        .source_id = assay_str_c(assay_cli_option(cli, "source")),
        .today = cli->today,
        .strict = assay_cli_flag(cli, "strict"),
    };
    if (!options->format)
        return false;
    for (size_t i = 0; i < options->source_id.len; i++)
        if (options->source_id.at[i] <= ' ' || options->source_id.at[i] == '/')
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "--source wants a plain word, not '%.*s'",
                              ASSAY_STR_ARG(options->source_id));
    if (day && !assay_date_parse_day(assay_str_c(day), &options->retrieved))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--retrieved wants a day such as 2026-11-22, not "
                          "'%s'",
                          day);
    return true;
}

void assay_reading_progress(const struct assay_cli *cli, const char *verb,
                            const char *what)
{
    struct assay_error line; /* takes control characters out */

    if (!cli->error_is_terminal || cli->quiet)
        return;
    assay_fail(&line, ASSAY_OK, "%s %.60s …", verb, what);
    if (verb[0])
        fprintf(stderr, "\r%s", line.text);
    else
        fprintf(stderr, "\r\033[K");
    fflush(stderr);
}
