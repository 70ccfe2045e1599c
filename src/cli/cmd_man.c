/*
 * assay man [COMMAND]: the manual page of assay or of a command as troff
 * (man macros, man(7)), printed while building and installed from there.
 */
#include "cli/help.h"

#include "assay/file.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* A character outside ASCII by its number, which every troff knows. */
static size_t add_wide(struct assay_buf *out, const char *text, size_t len)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text,
                                          (utf8proc_ssize_t)len, &code);

    if (n <= 0)
        return 1;
    assay_buf_printf(out, "\\[u%04X]", (unsigned)code);
    return (size_t)n;
}

/* Text where troff gives '\', '-' and a leading '.' or ''' no meaning. */
static void add_text(struct assay_buf *out, const char *text, size_t len)
{
    bool line_start = true;

    for (size_t i = 0; i < len;) {
        char c = text[i];

        if (line_start && (c == '.' || c == '\''))
            assay_buf_add_c(out, "\\&");
        line_start = c == '\n';
        if ((unsigned char)c >= 0x80) {
            i += add_wide(out, text + i, len - i);
            continue;
        }
        if (c == '\\')
            assay_buf_add_c(out, "\\e");
        else if (c == '-')
            assay_buf_add_c(out, "\\-");
        else
            assay_buf_add_char(out, c);
        i++;
    }
}

static void add_line(struct assay_buf *out, const char *text)
{
    add_text(out, text, strlen(text));
    assay_buf_add_char(out, '\n');
}

/* Paragraphs; lines that begin with a space keep their layout. */
static void add_details(struct assay_buf *out, const char *text)
{
    bool plain = false;

    while (*text) {
        size_t len = strcspn(text, "\n");
        bool wanted = text[0] == ' ';

        if (wanted != plain)
            assay_buf_add_c(out, wanted ? ".PP\n.nf\n" : ".fi\n.PP\n");
        plain = wanted;
        if (len == 0)
            assay_buf_add_c(out, ".PP\n");
        else {
            add_text(out, text, len);
            assay_buf_add_char(out, '\n');
        }
        text += len + (text[len] == '\n');
    }
    if (plain)
        assay_buf_add_c(out, ".fi\n");
}

static void add_option(struct assay_buf *out, const struct assay_option *option)
{
    struct assay_buf name;

    assay_buf_init(&name, ASSAY_KIB(1));
    assay_option_spelling(&name, option);
    assay_buf_add_c(out, ".TP\n.B ");
    add_line(out, name.at);
    add_line(out, option->help);
    assay_buf_release(&name);
}

static void add_head(struct assay_buf *out, const char *title, const char *name,
                     const char *summary)
{
    assay_buf_printf(out,
                     ".TH %s 1 \"\" \"assay " ASSAY_VERSION "\" assay\n.ad l\n"
                     ".SH NAME\n",
                     title);
    add_text(out, name, strlen(name));
    assay_buf_add_c(out, " \\- ");
    add_line(out, summary);
}

static void add_environment(struct assay_buf *out)
{
    assay_buf_add_c(
        out, ".SH ENVIRONMENT\n"
             ".TP\n.B ASSAY_STORE\nThe store, when \\-\\-store is not given; "
             "without it\n$XDG_DATA_HOME/assay/assay.db or\n"
             "~/.local/share/assay/assay.db.\n"
             ".TP\n.B NO_COLOR\nNo colour when it is set and not empty.\n"
             ".TP\n.B COLUMNS\nThe width of a page.\n");
}

static void add_exits(struct assay_buf *out,
                      const struct assay_command *command)
{
    assay_buf_add_c(out, ".SH \"EXIT STATUS\"\n");
    for (const struct assay_exit_word *w = assay_exit_words; w->text || w->code;
         w++) {
        const char *text = command   ? assay_exit_text(command, w)
                           : w->text ? w->text
                                     : "a gate failed, or there are findings";

        if (!text)
            continue;
        assay_buf_printf(out, ".TP\n.B %d\n", w->code);
        add_line(out, text);
    }
    assay_buf_add_c(out, ".TP\n.B 130, 143\nended by a signal\n");
}

static void page_of_assay(struct assay_buf *out)
{
    add_head(out, "ASSAY", "assay", "compares language models on cited facts");
    assay_buf_add_c(out, ".SH SYNOPSIS\n.B assay\n.I COMMAND\n"
                         "[operands] [options]\n.SH DESCRIPTION\n");
    add_line(out, ASSAY_OVERVIEW);
    add_line(out, "Every value names its source and the day it was read; "
                  "sources that disagree are shown with the reason why one "
                  "was taken. Unknown is never zero and never \"No\".");
    assay_buf_add_c(out, ".SH COMMANDS\n");
    for (size_t i = 0; assay_commands[i]; i++) {
        if (assay_commands[i]->hidden)
            continue;
        assay_buf_printf(out, ".TP\n.BR assay\\-%s (1)\n",
                         assay_commands[i]->name);
        add_line(out, assay_commands[i]->summary);
    }
    assay_buf_add_c(out, ".SH OPTIONS\nThey stand before or after the "
                         "command.\n");
    for (const struct assay_option *o = assay_global_options; o->name; o++)
        add_option(out, o);
    add_environment(out);
    add_exits(out, NULL);
}

static void add_examples(struct assay_buf *out,
                         const struct assay_example *examples)
{
    assay_buf_add_c(out, ".SH EXAMPLES\n");
    for (; examples && examples->line; examples++) {
        assay_buf_add_c(out, ".TP\n.B ");
        add_line(out, examples->line);
        add_line(out, examples->what);
    }
}

static void page_of_command(struct assay_buf *out,
                            const struct assay_command *command)
{
    char name[64], title[64];

    snprintf(name, sizeof name, "assay-%s", command->name);
    snprintf(title, sizeof title, "ASSAY\\-%s", command->name);
    for (char *at = title; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    add_head(out, title, name, command->summary);
    assay_buf_printf(out, ".SH SYNOPSIS\n.B assay %s\n", command->name);
    add_line(out, command->usage);
    assay_buf_add_c(out, ".SH DESCRIPTION\n");
    add_details(out, command->details ? command->details : command->summary);
    if (command->more_help) {
        struct assay_buf more;

        assay_buf_init(&more, ASSAY_KIB(64));
        command->more_help(&more);
        assay_buf_add_c(out, ".PP\n.nf\n");
        add_text(out, more.at, more.len);
        assay_buf_add_c(out, ".fi\n");
        assay_buf_release(&more);
    }
    if (command->options)
        assay_buf_add_c(out, ".SH OPTIONS\n");
    for (const struct assay_option *o = command->options; o && o->name; o++)
        add_option(out, o);
    assay_buf_add_c(out, ".SH \"GLOBAL OPTIONS\"\n");
    for (const struct assay_option *o = assay_global_options; o->name; o++)
        if (assay_word_in(command->globals, o->name) ||
            (strcmp(o->name, "format") == 0 && command->formats))
            add_option(out, o);
    assay_buf_add_c(out, ".PP\nAll of them are in\n.BR assay (1).\n");
    add_examples(out, command->examples);
    add_exits(out, command);
    assay_buf_add_c(out, ".SH \"SEE ALSO\"\n.BR assay (1)\n");
}

static int man_run(struct assay_cli *cli)
{
    const struct assay_command *command = NULL;
    struct assay_buf out;
    int code;

    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "one page at a time");
    if (cli->options.operand_count == 1) {
        command = assay_command_named(cli->options.operands[0]);
        if (!command)
            return assay_cli_misuse(cli, "there is no command '%s'",
                                    cli->options.operands[0]);
    }
    assay_buf_init(&out, ASSAY_MIB(1));
    if (command)
        page_of_command(&out, command);
    else
        page_of_assay(&out);
    code = assay_cli_write_buf(cli, &out);
    assay_buf_release(&out);
    return code;
}

static const struct assay_example man_examples[] = {
    {"assay man compare >assay-compare.1", "the page that is installed"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_man = {
    .name = "man",
    .summary = "print the manual page of assay or of a command",
    .usage = "[COMMAND]",
    .operands = "@command",
    .examples = man_examples,
    .no_store = true,
    .hidden = true,
    .run = man_run,
};
