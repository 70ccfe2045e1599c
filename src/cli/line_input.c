/*
 * Lines from a terminal through libedit, from elsewhere as they come. Where
 * libedit is not installed the terminal's own editing has to do.
 */
#include "cli/line_input.h"

#include "assay/file.h"
#include "cli/edit_library.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINES_KEPT = 1000 };

static const char prompt[] = "> ";

struct assay_line_input {
    struct assay_edit edit;
    EditLine *line; /* NULL: plain reading */
    History *history;
    struct assay_buf text;
    bool terminal;
};

/* ------------------------------------------------------- opening */

static char *show_prompt(EditLine *line)
{
    (void)line;
    return (char *)(uintptr_t)prompt;
}

/* Ctrl-C: as in a shell, what was typed is not meant, and a line begins. */
static unsigned char drop_line(EditLine *line, int key)
{
    (void)line;
    (void)key;
    (void)!write(isatty(STDOUT_FILENO) ? STDOUT_FILENO : STDERR_FILENO, "^C\n",
                 3);
    return CC_FATAL;
}

/* Text in UTF-8 even where nobody says so: models write nothing else. */
static void set_characters(void)
{
    if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* False: the terminal edits by itself. */
static bool open_editor(struct assay_line_input *input)
{
    const struct assay_edit *edit = &input->edit;
    struct assay_error ignored = {0};
    HistEvent event;

    if (!assay_edit_load(&input->edit, &ignored))
        return false;
    set_characters();
    input->line = edit->el_init(
        "assay", stdin, isatty(STDOUT_FILENO) ? stdout : stderr, stderr);
    input->history = edit->history_init();
    if (!input->line || !input->history)
        return false;
    (void)edit->history(input->history, &event, H_SETSIZE, MOST_LINES_KEPT);
    edit->el_set(input->line, EL_PROMPT, show_prompt);
    edit->el_set(input->line, EL_EDITOR, "emacs");
    edit->el_set(input->line, EL_HIST, edit->history, input->history);
    /* other signals find the terminal as it was before */
    edit->el_set(input->line, EL_SIGNAL, 1);
    edit->el_set(input->line, EL_SETTY, "-d", "-isig", NULL);
    /* in wide characters: those of el_set it copies and never frees */
    edit->el_wset(input->line, EL_ADDFN, L"drop-line", L"another line begins",
                  drop_line);
    edit->el_set(input->line, EL_BIND, "^C", "drop-line", NULL);
    return true;
}

static void close_editor(struct assay_line_input *input)
{
    if (input->line)
        input->edit.el_end(input->line);
    if (input->history)
        input->edit.history_end(input->history);
    input->line = NULL;
    input->history = NULL;
}

struct assay_line_input *assay_line_input_open(struct assay_error *err)
{
    struct assay_line_input *input = calloc(1, sizeof *input);

    if (!input) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a line");
        return NULL;
    }
    assay_buf_init(&input->text, ASSAY_MIB(16));
    input->terminal = isatty(STDIN_FILENO);
    if (input->terminal && !open_editor(input))
        close_editor(input);
    return input;
}

void assay_line_input_close(struct assay_line_input *input)
{
    if (!input)
        return;
    close_editor(input);
    assay_buf_release(&input->text);
    free(input);
}

bool assay_line_input_is_terminal(const struct assay_line_input *input)
{
    return input->terminal;
}

/* ------------------------------------------------------- lines */

static enum assay_line_end edited_line(struct assay_line_input *input,
                                       struct assay_str *line)
{
    HistEvent event;
    const char *text;
    int count = 0;

    /* before the prompt is shown: then keys are keys */
    input->edit.el_set(input->line, EL_PREP_TERM, 1);
    text = input->edit.el_gets(input->line, &count);
    if (!text || count <= 0)
        return ASSAY_LINES_OVER;
    if (text[0] != '\n')
        (void)input->edit.history(input->history, &event, H_ENTER, text);
    *line = (struct assay_str){text, strlen(text)};
    if (assay_str_ends(*line, "\n"))
        line->len--;
    return ASSAY_LINE;
}

static enum assay_line_end plain_line(struct assay_line_input *input,
                                      struct assay_str *line,
                                      struct assay_error *err)
{
    int c;

    if (input->terminal) {
        fputs(prompt, stderr);
        fflush(stderr);
    }
    assay_buf_clear(&input->text);
    while ((c = getc(stdin)) != EOF && c != '\n')
        assay_buf_add_char(&input->text, (char)c);
    if (c == EOF && ferror(stdin)) {
        assay_fail(err, ASSAY_SYSTEM, "standard input cannot be read");
        return ASSAY_LINE_FAILED;
    }
    if (c == EOF && input->text.len == 0)
        return ASSAY_LINES_OVER;
    if (!assay_buf_ok(&input->text, err)) {
        assay_fail_in(err, "a line of standard input");
        return ASSAY_LINE_FAILED;
    }
    *line = assay_buf_str(&input->text);
    return ASSAY_LINE;
}

enum assay_line_end assay_line_input_next(struct assay_line_input *input,
                                          struct assay_str *line,
                                          struct assay_error *err)
{
    return input->line ? edited_line(input, line)
                       : plain_line(input, line, err);
}
