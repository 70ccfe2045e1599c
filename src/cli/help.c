/*
 * What the tables say, for people: the overview and the help of a command.
 */
#include "cli/help.h"

#include "assay/file.h"

#include <stdio.h>
#include <string.h>

enum { HELP_WIDTH = 80, OPTION_COLUMN = 24, COMMAND_COLUMN = 14 };

const struct assay_exit_word assay_exit_words[] = {
    {ASSAY_EXIT_DONE, ASSAY_FOR_ALL, "done"},
    {ASSAY_EXIT_GATE, ASSAY_FOR_GATES, NULL},
    {ASSAY_EXIT_USAGE, ASSAY_FOR_ALL, "wrong usage"},
    {ASSAY_EXIT_DATA, ASSAY_FOR_INPUT, "bad data"},
    {ASSAY_EXIT_NOT_FOUND, ASSAY_FOR_INPUT, "not found"},
    {ASSAY_EXIT_REMOTE, ASSAY_FOR_REMOTE, "a server did not answer"},
    {ASSAY_EXIT_IO, ASSAY_FOR_ALL, "reading or writing failed"},
    {ASSAY_EXIT_CONFIG, ASSAY_FOR_STORES, "no store is configured"},
    {0, ASSAY_FOR_ALL, NULL},
};

const char *assay_exit_text(const struct assay_command *command,
                            const struct assay_exit_word *word)
{
    switch (word->concerns) {
    case ASSAY_FOR_ALL:
        return word->text;
    case ASSAY_FOR_GATES:
        return command->gate;
    case ASSAY_FOR_INPUT:
        return !command->no_store || command->remote ||
                       assay_word_in(command->operands, "@file")
                   ? word->text
                   : NULL;
    case ASSAY_FOR_STORES:
        return command->no_store ? NULL : word->text;
    case ASSAY_FOR_REMOTE:
        return command->remote ? word->text : NULL;
    }
    return NULL;
}

bool assay_word_in(const char *list, const char *word)
{
    size_t len = strlen(word);

    while (list && *list) {
        size_t here = strcspn(list, " ");

        if (here == len && memcmp(list, word, len) == 0)
            return true;
        list += here + (list[here] == ' ');
    }
    return false;
}

/* ------------------------------------------------------- layout */

/* Words of one paragraph, broken at the width, each line indented. */
static void add_words(struct assay_buf *out, const char *text, size_t len,
                      size_t indent, size_t column)
{
    while (len > 0) {
        size_t word = 0;

        while (word < len && text[word] != ' ')
            word++;
        if (column > indent && column + 1 + word > HELP_WIDTH) {
            assay_buf_add_char(out, '\n');
            column = 0;
        }
        if (column < indent) {
            assay_buf_fill(out, ' ', indent - column);
            column = indent;
        } else if (column > indent) {
            assay_buf_add_char(out, ' ');
            column++;
        }
        assay_buf_add(out, (struct assay_str){text, word});
        column += word;
        while (word < len && text[word] == ' ')
            word++;
        text += word;
        len -= word;
    }
    assay_buf_add_char(out, '\n');
}

/* Paragraphs; a line that begins with a space stays as it is. */
static void add_paragraphs(struct assay_buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len == 0 || text[0] == ' ') {
            assay_buf_add(out, (struct assay_str){text, len});
            assay_buf_add_char(out, '\n');
        } else {
            add_words(out, text, len, 0, 0);
        }
        text += len + (text[len] == '\n');
    }
}

void assay_option_spelling(struct assay_buf *out,
                           const struct assay_option *option)
{
    if (option->letter)
        assay_buf_printf(out, "-%c, ", option->letter);
    assay_buf_printf(out, "--%s", option->name);
    if (option->value)
        assay_buf_printf(out, " %s", option->value);
}

static void add_option(struct assay_buf *out, const struct assay_option *option)
{
    size_t start = out->len;

    assay_buf_add_c(out, "  ");
    assay_option_spelling(out, option);
    size_t column = out->len - start;

    if (column + 2 > OPTION_COLUMN) {
        assay_buf_add_char(out, '\n');
        column = 0;
    }
    add_words(out, option->help, strlen(option->help), OPTION_COLUMN, column);
}

/* --format lists what the command can print. */
static void add_format_option(struct assay_buf *out, const char *formats)
{
    const struct assay_option *format = assay_global_options;
    struct assay_buf list;

    while (strcmp(format->name, "format") != 0)
        format++;
    assay_buf_init(&list, ASSAY_MIB(1));
    for (const char *at = formats; *at; at++) {
        if (*at == ' ')
            assay_buf_add_char(&list, ',');
        assay_buf_add_char(&list, *at);
    }
    if (!list.failed)
        add_option(out, &(struct assay_option){.name = format->name,
                                               .value = format->value,
                                               .help = list.at});
    assay_buf_release(&list);
}

static void add_options(struct assay_buf *out,
                        const struct assay_command *command)
{
    if (command->options)
        assay_buf_add_c(out, "\nOptions\n");
    for (const struct assay_option *o = command->options; o && o->name; o++)
        add_option(out, o);
    assay_buf_add_c(out, "\nGlobal options, before or after the command\n");
    for (const struct assay_option *o = assay_global_options; o->name; o++) {
        if (strcmp(o->name, "format") == 0) {
            if (command->formats)
                add_format_option(out, command->formats);
        } else if (assay_word_in(command->globals, o->name)) {
            add_option(out, o);
        }
    }
    assay_buf_add_c(out, assay_word_in(command->globals, "quiet")
                             ? "  --help\n"
                             : "  --quiet, --help\n");
}

static void add_exit_codes(struct assay_buf *out,
                           const struct assay_command *command)
{
    struct assay_buf line;

    assay_buf_init(&line, ASSAY_KIB(4));
    for (const struct assay_exit_word *w = assay_exit_words; w->text || w->code;
         w++) {
        const char *text = assay_exit_text(command, w);

        if (text)
            assay_buf_printf(&line, "%s%d %s", line.len ? ", " : "", w->code,
                             text);
    }
    assay_buf_add_c(out, "\nExit codes\n");
    add_words(out, line.at, line.len, 2, 0);
    assay_buf_release(&line);
}

/* Where the last column of a line begins: behind its last wide gap. */
static size_t last_column(struct assay_str line)
{
    size_t column = 0;

    for (size_t i = 2; i < line.len; i++)
        if (line.at[i] != ' ' && line.at[i - 1] == ' ' && line.at[i - 2] == ' ')
            column = i;
    return column;
}

/* Its rows, the last column broken where it is too wide. */
static void add_more_help(struct assay_buf *out,
                          const struct assay_command *command)
{
    struct assay_buf more;
    struct assay_str rest, line;

    assay_buf_init(&more, ASSAY_KIB(64));
    command->more_help(&more);
    rest = assay_buf_str(&more);
    while (assay_str_cut(rest, '\n', &line, &rest)) {
        size_t column = last_column(line);

        assay_buf_add(out, assay_str_head(line, column));
        line = assay_str_skip(line, column);
        add_words(out, line.at, line.len, column, column);
    }
    assay_buf_release(&more);
}

int assay_cli_help(struct assay_cli *cli, const struct assay_command *command)
{
    struct assay_buf out;

    assay_buf_init(&out, ASSAY_MIB(1));
    assay_buf_printf(&out, "assay %s%s%s\n\n", command->name,
                     command->usage[0] ? " " : "", command->usage);
    add_words(&out, command->summary, strlen(command->summary), 2, 0);
    if (command->details) {
        assay_buf_add_char(&out, '\n');
        add_paragraphs(&out, command->details);
    }
    if (command->more_help) {
        assay_buf_add_char(&out, '\n');
        add_more_help(&out, command);
    }
    add_options(&out, command);
    if (command->examples)
        assay_buf_add_c(&out, "\nExamples\n");
    for (const struct assay_example *e = command->examples; e && e->line; e++)
        assay_buf_printf(&out, "  %s\n      %s\n", e->line, e->what);
    add_exit_codes(&out, command);
    int code = assay_cli_write_buf(cli, &out);

    assay_buf_release(&out);
    return code;
}

int assay_cli_overview(struct assay_cli *cli)
{
    struct assay_buf out;

    assay_buf_init(&out, ASSAY_MIB(1));
    assay_buf_add_c(&out,
                    ASSAY_OVERVIEW "\n\n"
                                   "  assay compare gemma-2-2b gpt-4o\n\n");
    for (size_t i = 0; assay_commands[i]; i++)
        if (!assay_commands[i]->hidden)
            assay_buf_printf(&out, "  %-*s%s\n", COMMAND_COLUMN - 2,
                             assay_commands[i]->name,
                             assay_commands[i]->summary);
    assay_buf_add_c(
        &out,
        "\nassay COMMAND --help tells more. Options may stand before or after "
        "the command:\n"
        "  --store PATH  --format FORMAT  --as-of DATE  --traffic SHAPE  "
        "--need TERMS\n"
        "  --allow-free  --width COLUMNS  --no-color  --quiet  "
        "--fail-code N\n");
    int code = assay_cli_write_buf(cli, &out);

    assay_buf_release(&out);
    return code;
}
