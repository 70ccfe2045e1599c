/*
 * Prices real API responses by the catalog's claims.
 */
#ifndef ASSAY_PRICER_H
#define ASSAY_PRICER_H

#include "assay/catalog.h"
#include "assay/file.h"
#include "assay/usage.h"

struct assay_pricer;

struct assay_pricer_options {
    struct assay_str provider;  /* any imported source's provider id */
    struct assay_str source_id; /* only prices of this source; or empty */
    struct assay_date at;       /* day of the prices; unset: the catalog's */
    int minute_of_day;          /* UTC, for daily windows; -1: not stated */
};

/*
 * Loads every route of the provider once. It owns what it loads and does
 * not use the catalog afterwards; several threads may price at once.
 * NULL: NOT_FOUND names the nearest providers.
 */
struct assay_pricer *assay_pricer_open(
    struct assay_catalog *catalog, const struct assay_pricer_options *options,
    struct assay_error *err);
void assay_pricer_close(struct assay_pricer *pricer);

/*
 * The answer of FORMATS section 4 for one response body:
 * { "state", "usd", "input_usd", "output_usd", "meters", "route", "rule",
 * "claims" }, or { "state": "unknown", "reason" } when it cannot be priced
 * (not an error). `arena` holds the answer; it borrows from body and pricer.
 * Model name: "exact" (wire id), "alias", then the source's own "match" and
 * "fallback" clauses; the first that leads to a price is the "rule".
 */
struct assay_json *assay_pricer_price(struct assay_pricer *pricer,
                                      struct assay_arena *arena,
                                      const struct assay_json *body);
/* The same appended to `out` as compact JSON; `arena` is for scratch. */
void assay_pricer_write(struct assay_pricer *pricer, struct assay_arena *arena,
                        const struct assay_json *body, struct assay_buf *out);

/* No line, and no document, is read beyond this. */
#define ASSAY_PRICER_LINE_BYTES ASSAY_MIB(16)
/*
 * Appends one answer line for each line of the text, in order; the last may
 * lack its newline.
 */
void assay_pricer_lines(struct assay_pricer *pricer, struct assay_str lines,
                        struct assay_buf *out);
/* One answer line for the whole text. BAD_INPUT, LIMIT: it is no JSON. */
bool assay_pricer_document(struct assay_pricer *pricer, struct assay_str text,
                           struct assay_buf *out, struct assay_error *err);
/* The answer for what cannot be read, without a newline. */
void assay_pricer_unknown(struct assay_str reason, struct assay_buf *out);

/*
 * A clause that tells which names are meant, as genai-prices writes it:
 * {"equals" | "starts_with" | "ends_with" | "contains" | "regex": text} or
 * {"or" | "and": [clause, …]}. Letter case does not count: a regular
 * expression, which may match anywhere, sees the name in small letters.
 * Where several routes of a provider match, the first by id is meant: the
 * source's models stand in that order (read 2026-08-21).
 */
struct assay_match;
/*
 * Compiles a clause; texts are copied to the arena. Release it before the
 * arena is freed. NULL: BAD_INPUT names the key and what was expected.
 */
struct assay_match *assay_match_new(struct assay_arena *arena,
                                    const struct assay_json *clause,
                                    struct assay_error *err);
/*
 * True when the name is meant. A regular expression that would take too long
 * does not match, nor does a name of more than 500 bytes. One thread at a
 * time may test one clause.
 */
bool assay_match_test(const struct assay_match *match, struct assay_str name);
/* Gives back the regular expressions; NULL is allowed. */
void assay_match_release(struct assay_match *match);

#endif
