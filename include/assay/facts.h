/*
 * assay-facts/1: what one source says, as statements.
 *
 * A statement is what one source says about one subject (a model or a
 * route): the object of the format without its "id". Every importer
 * translates its format into such objects and hands them to a batch; the
 * checks stand here, once. A few hundred to a few thousand statements make
 * a batch.
 *
 * Format: FORMATS section 1 (docs/formats.md).
 */
#ifndef ASSAY_FACTS_H
#define ASSAY_FACTS_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/str.h"

enum assay_subject_kind {
    ASSAY_SUBJECT_MODEL,
    ASSAY_SUBJECT_ROUTE,
};
/* "model", "route" */
const char *assay_subject_kind_name(enum assay_subject_kind kind);

/* In the order of trust: a smaller number outranks a larger one. */
enum assay_source_kind {
    ASSAY_SOURCE_MEASURED,  /* a run of ours */
    ASSAY_SOURCE_USER,      /* what the user states of their own contract */
    ASSAY_SOURCE_PRIMARY,   /* the vendor itself */
    ASSAY_SOURCE_PROVIDER,  /* who serves it */
    ASSAY_SOURCE_CATALOG,   /* a public list */
    ASSAY_SOURCE_SECONDARY, /* a page about it */
};
const char *assay_source_kind_name(enum assay_source_kind kind);
bool assay_source_kind_parse(struct assay_str text,
                             enum assay_source_kind *kind);

struct assay_statement {
    enum assay_subject_kind kind;
    struct assay_str
        id; /* "google/gemma-2-2b", "nebius/google/gemma-2-2b-it" */
    struct assay_str
        body;      /* canonical compact JSON of the object, without id */
    uint32_t line; /* where the source says so; 0: not told */
    struct assay_statement *next;
};

struct assay_refusal {
    struct assay_str place; /* "line 12, providers.acme.models.m1.cost.input" */
    struct assay_str reason;
    /* Its statements stay as they were; empty when no subject can be told. */
    enum assay_subject_kind kind;
    struct assay_str id;
    struct assay_refusal *next;
};

struct assay_batch {
    struct assay_arena *arena; /* holds everything below */
    struct assay_str source_id, title, url, license;
    enum assay_source_kind source_kind;
    struct assay_date retrieved; /* a full day */
    struct assay_str format;     /* "facts", "modelsdev" … */
    struct assay_str origin;     /* file name or URL as given */
    struct assay_str sha256;     /* of the bytes read */

    uint32_t rows; /* rows read: entries of the source's own format */
    struct assay_statement *first, *last;
    struct assay_refusal *first_refusal, *last_refusal;
    uint32_t statement_count, refusal_count;
    void *seen; /* ids met so far; private to facts.c */
};

/* Ready for use with an empty list; arena outlives the batch. */
void assay_batch_init(struct assay_batch *batch, struct assay_arena *arena);

/*
 * Checks one model or route object as written in FORMATS section 1 ("id"
 * included) and appends it: types, ranges, dates, prices (decimal strings,
 * not negative, under 10^7 dollars per million or each), ids, lifecycle, no
 * unknown enum value, no duplicate subject in the batch. The body is written
 * in canonical form: known keys in the order of the format, then unknown
 * keys sorted; decimals and numbers in normal form; prices and benchmarks
 * sorted.
 *
 * False with BAD_INPUT naming the key, what came and what was expected
 * ("prices[1].usd_per_million: '-3' is negative"); nothing is appended then.
 */
bool assay_batch_add(struct assay_batch *batch, enum assay_subject_kind kind,
                     const struct assay_json *object, struct assay_error *err);

/* True when a statement about this subject has been added. */
bool assay_batch_has(const struct assay_batch *batch,
                     enum assay_subject_kind kind, struct assay_str id);

/* Notes a row that was not taken; place and reason are copied. */
void assay_batch_refuse(struct assay_batch *batch,
                        const struct assay_refusal *refusal);

/*
 * Reads a whole assay-facts/1 document: source, models, routes. Source id,
 * title, url, license and the date stay as they are where the batch has
 * them already; the date stays unset where the file states none. Every
 * error is fatal, located by line and JSON path.
 */
bool assay_batch_read_facts(struct assay_batch *batch,
                            const struct assay_json *document,
                            struct assay_error *err);

#endif
