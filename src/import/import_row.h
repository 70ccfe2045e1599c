/*
 * What importers that read one row at a time share: refusing a row with its
 * place, adding what was made of it, and prices as components. Private to
 * import.
 */
#ifndef ASSAY_IMPORT_ROW_H
#define ASSAY_IMPORT_ROW_H

#include "assay/facts.h"
#include "assay/price.h"

/* The subject a row speaks of; an empty id when it cannot be told. */
struct assay_row {
    struct assay_batch *batch;
    enum assay_subject_kind kind;
    struct assay_str id;
};

/*
 * False, with a LIMIT error, when a document of so many rows (of a list, on
 * top of those counted in the batch) is longer than any catalog: each row
 * that is refused costs a kilobyte too.
 */
bool assay_row_limit(const struct assay_batch *batch,
                     const struct assay_json *list, struct assay_error *err);

/*
 * Notes that the row was not taken, with line and path of `at`. Returns
 * false, so that `return assay_row_refuse(…)` reads well.
 */
bool assay_row_refuse(const struct assay_row *row, const struct assay_json *at,
                      const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses the row for the type of `at`: "an array, expected a price". */
bool assay_row_wrong_type(const struct assay_row *row,
                          const struct assay_json *at, const char *expected);

/*
 * Two texts and a character between them, byte for byte: printf would end at
 * a NUL, and an id must not become another one.
 */
struct assay_str assay_row_id(struct assay_arena *arena, struct assay_str start,
                              char joint, struct assay_str end);

/* Lower case, digits and dots, at most so many bytes; what else stands
   between becomes one '-'. */
struct assay_str assay_row_slug(struct assay_arena *arena,
                                struct assay_str text, size_t max_bytes);

/*
 * Adds the object built for the row ("id" included); what the batch does not
 * take becomes a refusal at `at`. False then.
 */
bool assay_row_add(const struct assay_row *row, const struct assay_json *object,
                   const struct assay_json *at);

/*
 * Appends a component to "prices": [...] as FORMATS section 1 writes it.
 * state UNKNOWN writes null, whole_request stands at every threshold.
 */
void assay_row_price(struct assay_arena *arena, struct assay_json *prices,
                     const struct assay_price_component *price);

/*
 * Reads a price in dollars from a JSON number and moves its point by `power`
 * (6: from per token to per million). Refuses the row, with the reason, for
 * another type, a negative number, and more than 10^7 dollars.
 */
bool assay_row_usd(const struct assay_row *row, const struct assay_json *number,
                   int power, struct assay_decimal *usd);

/*
 * Reads a count of tokens, whole but however written (1e6, 8192.0); refuses
 * the row otherwise. Absent and null leave it 0.
 */
bool assay_row_count(const struct assay_row *row,
                     const struct assay_json *number, uint64_t *count);

/* As a double; NaN: it is no number. */
double assay_row_number(const struct assay_json *value);

/*
 * The hours in which something holds, as a price states them. UTC, half
 * open; past midnight when `to` lies before `from`; both empty: all day.
 */
struct assay_day_window {
    struct assay_str from, to; /* "HHMM" */
};

enum {
    ASSAY_MINUTES_A_DAY = 24 * 60,
    ASSAY_MAX_DAY_WINDOWS = 16,
};

/* A day by minutes: what holds in each, by a number of the caller's. */
struct assay_day {
    uint8_t minutes[ASSAY_MINUTES_A_DAY];
};

/* From minute `from` to before minute `to`, past midnight if need be; all
   day when they are the same. */
void assay_day_mark(struct assay_day *day, unsigned from, unsigned to,
                    uint8_t what);
/* The windows in which `what` holds; SIZE_MAX when there are too many. */
size_t assay_day_windows(
    struct assay_arena *arena, const struct assay_day *day, uint8_t what,
    struct assay_day_window windows[ASSAY_MAX_DAY_WINDOWS]);

#endif
