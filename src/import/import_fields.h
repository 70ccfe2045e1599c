/*
 * Keys of a foreign row that become keys of a statement one by one, as
 * tables. Private to import.
 */
#ifndef ASSAY_IMPORT_FIELDS_H
#define ASSAY_IMPORT_FIELDS_H

#include "import/import_row.h"

enum assay_field_kind {
    ASSAY_FIELD_TEXT,   /* a string; "" makes no claim */
    ASSAY_FIELD_NAME,   /* a string without " (latest)": where an alias points
                           is not part of a name */
    ASSAY_FIELD_DATE,   /* a string that is a date; "" makes no claim */
    ASSAY_FIELD_TOKENS, /* a whole number; 0 makes no claim */
    ASSAY_FIELD_FLAG,   /* true or false */
    ASSAY_FIELD_LIST,   /* an array of strings; [] makes no claim */
};

struct assay_field {
    const char *from; /* key of the row */
    const char *to;   /* key of the statement */
    enum assay_field_kind kind;
};

/*
 * Copies the fields of `source` that are there and not null into `out`.
 * False when the row was refused: a field is of another type.
 */
bool assay_row_fields(const struct assay_row *row,
                      const struct assay_json *source, struct assay_json *out,
                      const struct assay_field *fields, size_t count);

/*
 * Member `key` when it is of this type; NULL when absent or null. False when
 * the row was refused for another type.
 */
bool assay_row_member(const struct assay_row *row,
                      const struct assay_json *source, const char *key,
                      enum assay_json_type type,
                      const struct assay_json **member);

/* True when the array holds this string; false for NULL. */
bool assay_list_has(const struct assay_json *array, const char *text);

#endif
