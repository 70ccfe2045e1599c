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
    size_t offset;            /* the same, in bytes */
    struct assay_str *fields; /* as many as the header has */
};

struct assay_csv {
    struct assay_str text;
    struct assay_str *header;
    size_t columns;
    /* where the next row is looked for */
    size_t next;
    uint32_t next_line;
};

/*
 * Reads the header, the first row; empty lines are passed over. BAD_INPUT
 * names the line: no closing quote, text behind one, text that is not UTF-8,
 * a column without a name or twice. A quote inside a field that does not
 * begin with one is text, as spreadsheets and promptfoo have it. LIMIT: more
 * than 1,024 columns.
 */
bool assay_csv_open(struct assay_arena *arena, struct assay_str text,
                    struct assay_csv *csv, struct assay_error *err);
/*
 * The next row, in the arena; without fields: there is none any more.
 * BAD_INPUT as above, and for a row with more or fewer fields than the
 * header.
 */
bool assay_csv_next(struct assay_csv *csv, struct assay_arena *arena,
                    struct assay_csv_row *row, struct assay_error *err);
/* A row that was read before, once more, by its offset and line. */
bool assay_csv_again(const struct assay_csv *csv, struct assay_arena *arena,
                     struct assay_csv_row *row, struct assay_error *err);

#endif
