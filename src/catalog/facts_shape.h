/*
 * FORMATS section 1 as tables: which keys a statement has, in which order
 * they are written, and what each may hold. Private to facts_*.c.
 */
#ifndef ASSAY_CATALOG_FACTS_SHAPE_H
#define ASSAY_CATALOG_FACTS_SHAPE_H

#include "assay/facts.h"

struct assay_fact_shape;

enum assay_fact_kind {
    ASSAY_FACT_TEXT,     /* any text without NUL */
    ASSAY_FACT_ID,       /* printable, no white space */
    ASSAY_FACT_NAME,     /* an id without '/' */
    ASSAY_FACT_MODEL_ID, /* creator/name */
    ASSAY_FACT_ROUTE_ID, /* provider/... */
    ASSAY_FACT_METER,    /* [a-z0-9_]{1,40} */
    ASSAY_FACT_WORD,     /* one of `words` */
    ASSAY_FACT_DATE,     /* a year, a month or a day */
    ASSAY_FACT_DAY,
    ASSAY_FACT_MINUTE,    /* "HHMM" */
    ASSAY_FACT_THRESHOLD, /* ">N", ">=N" */
    ASSAY_FACT_COUNT,     /* a whole JSON number, least … most */
    ASSAY_FACT_DECIMAL,   /* a string, of at most `most`; negative only if
                             `least` is ASSAY_FACT_SIGNED */
    ASSAY_FACT_BOOL,
    ASSAY_FACT_FLAGS,  /* an object of booleans */
    ASSAY_FACT_IDS,    /* an array of ids, in the order given */
    ASSAY_FACT_SET,    /* the same, where order and repetition mean nothing */
    ASSAY_FACT_TEXTS,  /* a set of texts */
    ASSAY_FACT_OBJECT, /* of `shape` */
    ASSAY_FACT_ROWS,   /* an array of `shape` */
    ASSAY_FACT_ANY,    /* carried as it is, within bounds */
};

enum assay_fact_null {
    ASSAY_FACT_NULL,     /* null says "not stated" */
    ASSAY_FACT_NOT_NULL, /* absent or a value */
    ASSAY_FACT_REQUIRED, /* a value */
};

#define ASSAY_FACT_SIGNED UINT64_MAX

struct assay_fact_field {
    const char *key;
    enum assay_fact_kind kind;
    enum assay_fact_null null;
    uint64_t least, most;
    const char *const *words; /* NULL-terminated */
    const struct assay_fact_shape *shape;
};

struct assay_fact_shape {
    const struct assay_fact_field *fields;
    size_t count;
    /* What holds between keys that are right one by one; or NULL. */
    bool (*check)(struct assay_arena *arena, const struct assay_json *object,
                  struct assay_error *err);
    /* Of rows: the keys they are sorted by; NULL-terminated. */
    const char *const *order;
    /* Rows that are equal in `order` say two things of one subject. */
    bool order_is_unique;
};

extern const struct assay_fact_shape assay_fact_model;
extern const struct assay_fact_shape assay_fact_route;
extern const struct assay_fact_shape assay_fact_source;

enum {
    ASSAY_FACT_MAX_UNKNOWN = 32, /* unknown keys in one object */
    ASSAY_FACT_MAX_BODY = 256 << 10,
};

/* NULL when the shape does not know the key. */
const struct assay_fact_field *assay_fact_field(
    const struct assay_fact_shape *shape, struct assay_str key);

/*
 * Checks every key of an object, "id" among them. `arena` holds what the
 * message of a refusal is made from.
 */
bool assay_fact_check(struct assay_arena *arena,
                      const struct assay_fact_shape *shape,
                      const struct assay_json *object, struct assay_error *err);

/*
 * Writes a checked object in canonical form, without "id". False when two
 * rows of an array turn out the same, or the body grows too large.
 */
bool assay_fact_write(struct assay_arena *arena, struct assay_buf *out,
                      const struct assay_fact_shape *shape,
                      const struct assay_json *object, struct assay_error *err);

/*
 * "line 12, models[0].context_tokens: '-5' is negative, expected a whole
 * number": BAD_INPUT about one value; `complaint` and what was expected are
 * written by the caller. Line and path are left out where there are none.
 */
bool assay_fact_fail(struct assay_arena *arena, const struct assay_json *value,
                     struct assay_error *err, const char *complaint, ...)
    __attribute__((format(printf, 4, 5)));

/* "line 12, models[0].name" of a value; either part may be missing. */
struct assay_str assay_fact_place(struct assay_arena *arena,
                                  const struct assay_json *value);

#endif
