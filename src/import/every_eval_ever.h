/*
 * A record of Every Eval Ever and its parts, for its results and for the
 * samples beside it. Private to import.
 */
#ifndef ASSAY_IMPORT_EVERY_EVAL_EVER_H
#define ASSAY_IMPORT_EVERY_EVAL_EVER_H

#include "assay/import.h"
#include "import/import_row.h"

struct assay_eee_record {
    struct assay_batch *batch; /* source id, kind, title and day are set */
    const struct assay_json *doc;
    struct assay_row row;     /* of the model */
    struct assay_str harness; /* library and version; else who published it */
    struct assay_str library; /* the same without the version */
    struct assay_json *benchmarks;
};

/* What a score counts in. */
struct assay_eee_scale {
    const char *unit; /* of a benchmark row */
    int power;        /* of ten, from the score to the row's value */
};

/* All but its results. False with BAD_INPUT: it is no record of 0.2 or 0.3. */
bool assay_eee_read(struct assay_eee_record *record, struct assay_error *err);

/* Of one result: the benchmark row's name, its metric ("" when not stated),
   its scale, and the day of the evaluation (unset: not stated). */
struct assay_str assay_eee_name(struct assay_eee_record *record,
                                const struct assay_json *result);
struct assay_str assay_eee_metric(const struct assay_json *result);
struct assay_eee_scale assay_eee_scale(const struct assay_json *result);
struct assay_date assay_eee_day(const struct assay_eee_record *record,
                                const struct assay_json *result);

/* The samples beside a record: see struct assay_import_format. */
bool assay_eee_samples(struct assay_batch *batch, const char *record,
                       const struct assay_sample_taker *taker, uint64_t *taken,
                       struct assay_error *err);

#endif
