/*
 * assay label: what a person says of answers that a judge marked. On a
 * terminal one after the other, in a drawn order, without what the judge
 * said or who answered; or through a file that is filled in elsewhere.
 */
#include "cli/cli.h"
#include "cli/try_claims.h"

#include "assay/file.h"
#include "assay/label.h"
#include "assay/render.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_FILE = 256 << 20,
    MOST_SHOWN = 1 << 20,  /* of an answer on a terminal */
    MOST_LINE = 512 << 20, /* of a file that is written */
    WORTH_WRITING = 64 << 10,
};

struct labelling {
    struct assay_cli *cli;
    struct assay_ledger *ledger;
    struct assay_run *run;
    struct assay_judged_places places;
    struct assay_str by;
};

/* ------------------------------------------------------- keeping */

static bool keep(struct labelling *l, struct assay_label *labels, size_t count,
                 struct assay_error *err)
{
    struct assay_str now = assay_cli_stamp(&l->cli->arena);

    for (size_t i = 0; i < count; i++) {
        labels[i].labelled = now;
        labels[i].labeller = l->by;
    }
    return assay_ledger_label(l->ledger, l->run->id, labels, count, err);
}

/* What rests on these marks says anew how far they can be trusted. */
static bool tell(struct labelling *l, size_t count, struct assay_error *err)
{
    struct assay_cli *cli = l->cli;
    struct assay_catalog *catalog = NULL;
    struct assay_run_figures figures;
    bool ok = true;

    assay_cli_note(cli,
                   "%zu label%s kept: assay report %.*s shows the judge "
                   "against them",
                   count, count == 1 ? "" : "s", ASSAY_STR_ARG(l->run->id));
    if (count)
        ok = assay_run_figures(l->ledger, &cli->arena, l->run, &figures, err) &&
             assay_try_claim(cli, &catalog, &figures, err);
    assay_catalog_close(catalog);
    return ok;
}

/* ------------------------------------------------------- from a file */

static bool read_file(struct labelling *l, const char *path,
                      struct assay_error *err)
{
    struct assay_label *labels;
    struct assay_str bytes;
    size_t count;

    if (!assay_file_read(&l->cli->arena, path, MOST_FILE, &bytes, err))
        return false;
    if (!assay_labels_read(&l->cli->arena, l->run, &l->places, bytes, &labels,
                           &count, err))
        return assay_fail_in(err, "%s", path);
    return keep(l, labels, count, err) && tell(l, count, err);
}

/* ------------------------------------------------------- what was asked */

/* The texts of its messages, a blank line between two. */
static struct assay_str question_of(struct assay_arena *arena,
                                    const struct assay_run_case *at)
{
    struct assay_error ignored = {0};
    struct assay_str all = ASSAY_STR("");
    const struct assay_json *input =
        at->input.len ? assay_json_parse(arena, at->input, NULL, &ignored)
                      : NULL;

    if (!assay_json_is(input, ASSAY_JSON_ARRAY))
        return at->prompt;
    for (const struct assay_json *m = input->first; m; m = m->next) {
        struct assay_str text = assay_json_text(m, "content");
        if (text.len)
            all =
                assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(all),
                                   all.len ? "\n\n" : "", ASSAY_STR_ARG(text));
    }
    return all.len ? all : at->prompt;
}

/* ------------------------------------------------------- to a file */

struct writing {
    struct assay_cli *cli;
    const struct assay_run *run;
    struct assay_buf out;
    bool csv;
    int code;
};

static const char *label_word(const struct assay_judged_answer *judged)
{
    return !judged->label ? "" : judged->label->passed ? "pass" : "fail";
}

static void add_object(struct writing *w, struct assay_arena *arena,
                       const struct assay_judged_answer *judged)
{
    const struct assay_attempt *a = judged->answer;
    struct assay_json *o = assay_json_object(arena);

    assay_json_set_text(arena, o, "run", w->run->id);
    assay_json_set_uint(arena, o, "place", a->at->place);
    assay_json_set_text(arena, o, "case", a->at->id);
    assay_json_set_uint(arena, o, "repeat", a->repeat);
    assay_json_set_text(arena, o, "route", w->run->routes[a->route].label);
    assay_json_set_text(arena, o, "criterion", judged->criterion);
    assay_json_set_text(arena, o, "question", question_of(arena, a->at));
    assay_json_set_text(arena, o, "answer", a->reply.text);
    if (judged->label)
        assay_json_set_c(arena, o, "label", label_word(judged));
    else
        assay_json_set_null(arena, o, "label");
    assay_json_write(&w->out, o, (struct assay_json_style){0});
    assay_buf_add_char(&w->out, '\n');
}

static void add_record(struct writing *w, struct assay_arena *arena,
                       const struct assay_judged_answer *judged)
{
    const struct assay_attempt *a = judged->answer;
    const struct assay_str fields[] = {
        w->run->id,
        assay_arena_printf(arena, "%llu", (unsigned long long)a->at->place),
        a->at->id,
        assay_arena_printf(arena, "%u", a->repeat),
        w->run->routes[a->route].label,
        judged->criterion,
        question_of(arena, a->at),
        a->reply.text,
        assay_str_c(label_word(judged)),
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (i)
            assay_buf_add_char(&w->out, ',');
        assay_csv_field(&w->out, fields[i]);
    }
    assay_buf_add_c(&w->out, "\r\n");
}

static bool write_one(void *of_writing, struct assay_arena *arena,
                      const struct assay_judged_answer *judged)
{
    struct writing *w = of_writing;

    if (w->csv)
        add_record(w, arena, judged);
    else
        add_object(w, arena, judged);
    if (w->out.len < WORTH_WRITING && !w->out.failed)
        return true;
    w->code = assay_cli_write_buf(w->cli, &w->out);
    assay_buf_clear(&w->out);
    return w->code == ASSAY_EXIT_DONE;
}

static int write_file(struct labelling *l, const char *format)
{
    struct writing w = {
        .cli = l->cli,
        .run = l->run,
        .csv = strcmp(format, "csv") == 0,
        .code = ASSAY_EXIT_DONE,
    };
    struct assay_error err = {0};

    assay_buf_init(&w.out, MOST_LINE);
    if (w.csv)
        assay_buf_add_c(&w.out,
                        "run,place,case,repeat,route,criterion,question,"
                        "answer,label\r\n");
    if (!assay_judged_answers(l->ledger, l->run, write_one, &w, &err))
        w.code = assay_cli_fail(l->cli, &err);
    else if (w.code == ASSAY_EXIT_DONE)
        w.code = assay_cli_write_buf(l->cli, &w.out);
    assay_buf_release(&w.out);
    return w.code;
}

/* ------------------------------------------------------- on a terminal */

/* Each line by itself, so that nothing in it moves the cursor. */
static void add_text(struct assay_buf *out, const char *what,
                     struct assay_str text)
{
    struct assay_str line;

    assay_buf_printf(out, "\n%s\n", what);
    while (text.len) {
        if (!assay_str_cut(text, '\n', &line, &text)) {
            line = text;
            text.len = 0;
        }
        assay_buf_add_c(out, "  ");
        assay_tty_text(out, line);
        assay_buf_add_char(out, '\n');
    }
}

static bool show_one(void *of_buf, struct assay_arena *arena,
                     const struct assay_judged_answer *judged)
{
    struct assay_buf *out = of_buf;

    add_text(out, "Asked", question_of(arena, judged->answer->at));
    add_text(out, "Criterion", judged->criterion);
    add_text(out, "Answer", judged->answer->reply.text);
    return true;
}

static bool show_answer(struct labelling *l,
                        const struct assay_judged_place *place,
                        struct assay_error *err)
{
    struct assay_buf out;
    bool ok;

    assay_buf_init(&out, MOST_SHOWN);
    ok = assay_judged_answer(l->ledger, l->run, place, show_one, &out, err);
    if (out.failed)
        assay_buf_clear(&out);
    if (ok && assay_cli_write(l->cli, assay_buf_str(&out)) != ASSAY_EXIT_DONE)
        ok = assay_fail(err, ASSAY_SYSTEM, "standard output cannot be written");
    assay_buf_release(&out);
    return ok;
}

/* 'p', 'f', 's', 'q'; the end of what is typed is 'q'. */
static char ask_word(size_t left)
{
    char line[64];

    for (;;) {
        fprintf(stderr,
                "\n%zu left. Does it meet the criterion? "
                "[p]ass [f]ail [s]kip [q]uit ",
                left);
        fflush(stderr);
        if (!fgets(line, sizeof line, stdin))
            return 'q';
        if (line[0] && strchr("pfsq", line[0]) &&
            (line[1] == '\n' || line[1] == '\0'))
            return line[0];
    }
}

/* Each label is kept before the next answer is shown. */
static bool ask_one(struct labelling *l, const struct assay_judged_place *at,
                    size_t left, char *word, struct assay_error *err)
{
    struct assay_label label = {
        .place = at->place, .repeat = at->repeat, .route = at->route};

    if (!show_answer(l, at, err))
        return false;
    *word = ask_word(left);
    label.passed = *word == 'p';
    return *word == 's' || *word == 'q' || keep(l, &label, 1, err);
}

static bool ask_all(struct labelling *l, struct assay_error *err)
{
    size_t n = l->places.count, left = 0, kept = 0;
    size_t *order = ASSAY_NEW_ARRAY(&l->cli->arena, size_t, n);
    struct assay_random random = {l->run->seed};
    char word = 's';

    for (size_t i = 0; i < n; i++)
        left += !l->places.at[i].labelled;
    if (left == 0)
        assay_cli_note(l->cli, "all %zu judged answers are labelled", n);
    assay_random_order(&random, order, n);
    for (size_t i = 0; i < n && word != 'q'; i++) {
        const struct assay_judged_place *at = &l->places.at[order[i]];
        if (at->labelled)
            continue;
        if (!ask_one(l, at, left--, &word, err))
            return false;
        kept += word == 'p' || word == 'f';
    }
    return tell(l, kept, err);
}

/* ------------------------------------------------------- the command */

static bool begin(struct labelling *l, struct assay_error *err)
{
    struct assay_cli *cli = l->cli;

    if (!assay_cli_has_store(cli, err))
        return false;
    l->ledger = assay_ledger_open(cli->store, err);
    l->run = l->ledger ? assay_ledger_run(l->ledger, &cli->arena,
                                          assay_cli_operand(cli, 0), err)
                       : NULL;
    if (!l->run ||
        !assay_judged_list(l->ledger, &cli->arena, l->run, &l->places, err))
        return false;
    return l->places.count ||
           assay_fail(err, ASSAY_NOT_FOUND,
                      "run %.*s has no answer that a judge has marked: "
                      "nothing to label",
                      ASSAY_STR_ARG(l->run->id));
}

static int label_run(struct assay_cli *cli)
{
    const char *from = assay_cli_option(cli, "from");
    const char *format = assay_cli_option(cli, "format");
    const char *by = assay_cli_option(cli, "by");
    bool out = format && strcmp(format, "text") != 0;
    struct labelling l = {.cli = cli, .by = assay_str_c(by ? by : "")};
    struct assay_error err = {0};
    int code;

    if (cli->options.operand_count != 1)
        return assay_cli_misuse(cli, "name one run: assay report --list has "
                                     "them");
    if (from && out)
        return assay_cli_misuse(cli,
                                "--from reads labels, --format %s writes "
                                "answers: one of the two",
                                format);
    if (!from && !out && !isatty(STDIN_FILENO))
        return assay_cli_misuse(cli, "labels are typed on a terminal: else "
                                     "--format jsonl writes the answers out, "
                                     "and --from FILE reads them back");
    if (!begin(&l, &err))
        code = assay_cli_fail(cli, &err);
    else if (out)
        code = write_file(&l, format);
    else if (from ? read_file(&l, from, &err) : ask_all(&l, &err))
        code = ASSAY_EXIT_DONE;
    else
        code = assay_cli_fail(cli, &err);
    assay_ledger_close(l.ledger);
    return code;
}

static const struct assay_option label_options[] = {
    {"from", 0, "FILE", "read labels: JSON lines, or CSV with a header",
     "@file"},
    {"by", 0, "NAME", "whose labels these are, for the record", NULL},
    {0},
};

static const struct assay_example label_examples[] = {
    {"assay label 7f3a", "pass or fail, one answer after the other"},
    {"assay label 7f3a --format csv > answers.csv",
     "to be filled in elsewhere"},
    {"assay label 7f3a --from answers.csv --by ana", "and read back"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_label = {
    .name = "label",
    .summary = "say pass or fail yourself, and see what a judge is worth",
    .usage = "RUN [--from FILE]",
    .details =
        "Shows the answers of a run that a judge marked and you have not "
        "labelled yet, one by one in a drawn order, without what the judge "
        "said and without who answered: p passes, f fails, s skips, q quits. "
        "Each label is kept at once.\n"
        "\n"
        "assay report then shows how often the judge was right on your passes "
        "and on your failures, and the pass rates corrected by that. Below 50 "
        "labels it says so; labels of both kinds are needed.\n"
        "\n"
        "--format jsonl or csv writes the answers out instead, with labels "
        "where there are some; --from reads such a file back: a row names an "
        "answer by place (or case), route and repeat, and its label is pass, "
        "fail or empty. A file with a row that fits no judged answer is "
        "refused whole.",
    .options = label_options,
    .globals = "store quiet",
    .formats = "text jsonl csv",
    .examples = label_examples,
    .run = label_run,
};
