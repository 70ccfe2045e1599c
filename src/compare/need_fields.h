/*
 * The fields that a constraint can name; shared by need.c, its table and
 * find.c.
 */
#ifndef ASSAY_NEED_FIELDS_H
#define ASSAY_NEED_FIELDS_H

#include "assay/need.h"

enum assay_need_type {
    ASSAY_NEED_TRUTH,
    ASSAY_NEED_NUMBER,
    ASSAY_NEED_DOLLARS,
    ASSAY_NEED_DATE,
    ASSAY_NEED_TEXT, /* one or several, joined by ", " */
};

/* What is looked at: a route (with its model, if joined) or a model alone. */
struct assay_need_subject {
    struct assay_arena *arena;
    const struct assay_route *route; /* or NULL */
    const struct assay_model *model; /* or NULL */
    const struct assay_cost_options *options;
};

struct assay_need_value {
    enum assay_state state; /* KNOWN or FREE: the member of the type is set */
    bool truth;
    struct assay_decimal number;
    struct assay_date date;
    struct assay_str text;
    const struct assay_claim *claim;
};

struct assay_need_field {
    const char *name;
    const char *fact; /* for the generic fetchers */
    enum assay_need_type type;
    const char *help;
    void (*fetch)(const struct assay_need_field *field,
                  const struct assay_need_subject *subject,
                  struct assay_need_value *value);
};

/*
 * How many terms are not met or cannot be told, but no more than two: a
 * search asks it of every route. *first and *unknown are of the first one.
 */
size_t assay_need_misses(const struct assay_need *need,
                         const struct assay_need_subject *subject,
                         size_t *first, bool *unknown);

extern const struct assay_need_field assay_need_fields[];
extern const size_t assay_need_field_count;

#endif
