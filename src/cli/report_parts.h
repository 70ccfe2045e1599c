/*
 * A run on its way to standard output, in one format or another. Rows are
 * written as they come out of the ledger: nothing grows with their number.
 * Private to cli.
 */
#ifndef ASSAY_CLI_REPORT_PARTS_H
#define ASSAY_CLI_REPORT_PARTS_H

#include "cli/cli.h"

#include "assay/report.h"

struct assay_report {
    struct assay_cli *cli;
    struct assay_ledger *ledger;
    const struct assay_run *run;
    const struct assay_run_figures *figures;
    bool differing;       /* prompts on which routes disagree, and no other */
    bool stable;          /* nothing but answers that count */
    struct assay_buf out; /* on its way; see assay_report_flush() */
    int code;             /* of writing: ASSAY_EXIT_DONE while it works */
};

/*
 * A format writes all of it. False: the run could not be read. What could not
 * be written has been said, and stands in `code`.
 */
struct assay_report_format {
    const char *name;
    bool (*write)(struct assay_report *report, struct assay_error *err);
    bool differing, stable; /* flags that it knows */
};
extern const struct assay_report_format assay_report_formats[];

/* report_pages.c: text, markdown, html; and the document alone. */
bool assay_report_page(struct assay_report *report, struct assay_error *err);
bool assay_report_json(struct assay_report *report, struct assay_error *err);
/* report_rows.c: a row for each attempt. */
bool assay_report_jsonl(struct assay_report *report, struct assay_error *err);
bool assay_report_csv(struct assay_report *report, struct assay_error *err);
/* report_junit.c: for machines that build. */
bool assay_report_junit(struct assay_report *report, struct assay_error *err);
/* report_samples.c: files below --output, for other tools and people. */
bool assay_report_samples(struct assay_report *report, struct assay_error *err);

/* Writes what has come together, once it is worth it; false: see `code`. */
bool assay_report_flush(struct assay_report *report);
/* What is left. */
void assay_report_end(struct assay_report *report);

#endif
