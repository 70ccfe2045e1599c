/*
 * assay report: what a run showed, from its rows, in many forms.
 */
#include "cli/report_parts.h"

#include <string.h>

#define EVERY_EVAL_EVER "every-eval-ever"

enum {
    WORTH_WRITING = 64 << 10,
    MOST_OF_A_ROW = 512 << 20, /* a prompt with pictures and all its answers */
};

const struct assay_report_format assay_report_formats[] = {
    {"text", assay_report_page, true, true},
    {"markdown", assay_report_page, true, true},
    {"html", assay_report_page, true, true},
    {"json", assay_report_json, false, true},
    {"jsonl", assay_report_jsonl, true, true},
    {"csv", assay_report_csv, true, true},
    {"junit", assay_report_junit, false, true},
    {EVERY_EVAL_EVER, assay_report_samples, false, false},
    {.name = NULL},
};

static const struct assay_report_format *format_of(const struct assay_cli *cli)
{
    const char *name = assay_cli_option(cli, "format");

    for (size_t i = 0; name && assay_report_formats[i].name; i++)
        if (strcmp(assay_report_formats[i].name, name) == 0)
            return &assay_report_formats[i];
    return &assay_report_formats[0];
}

/* ------------------------------------------------------- writing */

void assay_report_end(struct assay_report *report)
{
    if (report->code == ASSAY_EXIT_DONE)
        report->code = assay_cli_write_buf(report->cli, &report->out);
    assay_buf_clear(&report->out);
}

bool assay_report_flush(struct assay_report *report)
{
    if (report->out.len >= WORTH_WRITING || report->out.failed)
        assay_report_end(report);
    return report->code == ASSAY_EXIT_DONE;
}

/* ------------------------------------------------------- the run */

/* As named, or the newest. */
static const struct assay_run *find_run(struct assay_cli *cli,
                                        struct assay_ledger *ledger,
                                        struct assay_error *err)
{
    struct assay_run *runs;
    size_t count;

    if (cli->options.operand_count)
        return assay_ledger_run(ledger, &cli->arena, assay_cli_operand(cli, 0),
                                err);
    if (!assay_ledger_runs(ledger, &cli->arena, &runs, &count, err))
        return NULL;
    if (count)
        return &runs[0];
    assay_fail(err, ASSAY_NOT_FOUND,
               "there is no run yet in this store: assay try SUITE makes one");
    return NULL;
}

static bool write_report(struct assay_cli *cli, struct assay_ledger *ledger,
                         int *code, struct assay_error *err)
{
    const struct assay_report_format *format = format_of(cli);
    struct assay_run_figures figures;
    struct assay_report report = {
        .cli = cli,
        .ledger = ledger,
        .run = find_run(cli, ledger, err),
        .figures = &figures,
        .differing = assay_cli_flag(cli, "differing"),
        .stable = assay_cli_flag(cli, "stable"),
    };
    bool ok;

    if (!report.run ||
        !(report.stable ? assay_run_figures_stable : assay_run_figures)(
            ledger, &cli->arena, report.run, &figures, err))
        return false;
    assay_buf_init(&report.out, MOST_OF_A_ROW);
    ok = format->write(&report, err);
    if (ok)
        assay_report_end(&report);
    assay_buf_release(&report.out);
    *code = report.code;
    return ok;
}

static bool list_runs(struct assay_cli *cli, struct assay_ledger *ledger,
                      int *code, struct assay_error *err)
{
    struct assay_run *runs;
    size_t count;

    if (!assay_ledger_runs(ledger, &cli->arena, &runs, &count, err))
        return false;
    *code =
        assay_cli_show(cli, assay_runs_page(&cli->arena, runs, count, count));
    return true;
}

static int report_run(struct assay_cli *cli)
{
    const struct assay_report_format *format = format_of(cli);
    bool files = strcmp(format->name, EVERY_EVAL_EVER) == 0;
    struct assay_error err = {0};
    struct assay_ledger *ledger = NULL;
    int code = ASSAY_EXIT_DONE;

    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "name one run, not %zu",
                                cli->options.operand_count);
    if (assay_cli_flag(cli, "list") &&
        (!cli->format || cli->options.operand_count ||
         assay_cli_flag(cli, "stable")))
        return assay_cli_misuse(cli,
                                "--list wants no run, no --stable, and one "
                                "of: text markdown html json csv");
    if (assay_cli_flag(cli, "differing") && !format->differing)
        return assay_cli_misuse(cli, "--differing has no meaning in %s",
                                format->name);
    if (assay_cli_flag(cli, "stable") && !format->stable)
        return assay_cli_misuse(cli,
                                "--stable has no meaning in %s, whose records "
                                "are told apart by run and time",
                                format->name);
    if (files != (assay_cli_option(cli, "output") != NULL))
        return assay_cli_misuse(cli, "--format " EVERY_EVAL_EVER
                                     " and --output FOLDER belong "
                                     "together: it is written as files");
    if (assay_cli_has_store(cli, &err))
        ledger = assay_ledger_open(cli->store, &err);
    if (!ledger)
        return assay_cli_fail(cli, &err);
    if (!(assay_cli_flag(cli, "list") ? list_runs(cli, ledger, &code, &err)
                                      : write_report(cli, ledger, &code, &err)))
        code = assay_cli_fail(cli, &err);
    assay_ledger_close(ledger);
    return code;
}

static const struct assay_option report_options[] = {
    {"differing", 0, NULL,
     "the prompts on which two routes disagree, answers side by side", NULL},
    {"list", 0, NULL, "all runs of this store, newest first", NULL},
    {"stable", 0, NULL,
     "leave out what differs between runs with the same answers", NULL},
    {"output", 'o', "FOLDER", "where every-eval-ever's files go", "@file"},
    {"full", 0, NULL, "text: every prompt with its answers, too", NULL},
    {0},
};

static const struct assay_example report_examples[] = {
    {"assay report", "the newest run: verdict, routes, what is next"},
    {"assay report --list", "all runs of this store"},
    {"assay report 7f3a --differing",
     "where the routes disagree, side by side"},
    {"assay report 7f3a --format html", "one file to send to others"},
    {"assay report --stable --format markdown",
     "to keep under version control, and compare next month"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_report = {
    .name = "report",
    .summary = "what a run of your prompts showed",
    .usage = "[RUN] [--differing]",
    .details =
        "RUN is the id that assay try printed, or its first letters; the "
        "newest run when it is left out.\n\n"
        "Every figure is drawn from the run's rows anew. html and markdown "
        "have all prompts with all answers, those on which routes disagree "
        "first; json is the document that assay try ended with; jsonl and csv "
        "have a row for each attempt, failed ones too; junit is for machines "
        "that build: a suite for each route, a case for each prompt. "
        "every-eval-ever writes that schema's files, version 0.3.0, below "
        "--output: for each route what was evaluated and its score, and a line "
        "for each sample.\n\n"
        "--stable leaves out the run's id, dates, clocks, attempts that ended "
        "nothing and the money spent on them, prompts behind the end and what "
        "servers said of failures: two runs of one suite with one --seed and "
        "the same answers give the same bytes. Costs and tokens are those of "
        "the answers that count.",
    .options = report_options,
    .globals = "store width no-color",
    .formats = "text markdown html json jsonl csv junit every-eval-ever",
    .examples = report_examples,
    .run = report_run,
};
