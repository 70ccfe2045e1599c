/*
 * CSV (RFC 4180): quoted fields with doubled quotes and line ends in them,
 * CRLF or LF, an optional byte order mark. Private to trial.
 */
#ifndef ASSAY_TRIAL_CSV_H
#define ASSAY_TRIAL_CSV_H

#include "assay/arena.h"
#include "assay/error.h"

struct assay_csv_row {
    uint32_t line;            /* where it begins, from 1 */
    struct assay_str *fields; /* as many as the header has */
};

struct assay_csv {
    struct assay_str *header;
    size_t columns;
    struct assay_csv_row *rows;
    size_t count;
};

/*
 * The first row is the header; empty lines are passed over. BAD_INPUT names
 * the line: a row with more or fewer fields, text behind a closing quote, no
 * closing quote, text that is not UTF-8, a column without a name or twice. A
 * quote inside a field that does not begin with one is text, as spreadsheets
 * and promptfoo have it. LIMIT: more than 1,024 columns or `most` rows.
 */
bool assay_csv_parse(struct assay_arena *arena, struct assay_str text,
                     size_t most, struct assay_csv *csv,
                     struct assay_error *err);

#endif
