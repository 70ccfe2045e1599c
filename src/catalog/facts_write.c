/*
 * The canonical form of a statement: equal facts give equal bytes. Known
 * keys stand in the order of the format, unknown ones sorted behind them;
 * numbers and dates in normal form; sets and rows sorted. What is written
 * here has been checked by facts_check.c.
 */
#include "catalog/facts_shape.h"

#include "assay/decimal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

struct write {
    struct assay_arena *arena;
    struct assay_buf *out;
    struct assay_error *err;
};

static void write_key(struct assay_buf *out, struct assay_str key)
{
    /* every member before this one ends in something else than '{' */
    if (out->len > 0 && out->at[out->len - 1] != '{')
        assay_buf_add_char(out, ',');
    assay_json_write_string(out, key);
    assay_buf_add_char(out, ':');
}

/* Cuts the end of the text written so far off into the arena. */
static struct assay_str take_from(const struct write *to, size_t mark)
{
    struct assay_str text = assay_arena_copy(
        to->arena, assay_str_skip(assay_buf_str(to->out), mark));
    to->out->len = mark;
    return text;
}

/* -------------------------------------------------------------- scalars */

static void write_decimal(const struct write *to, struct assay_str text)
{
    struct assay_decimal number = {0};
    assay_decimal_parse(text, &number);
    assay_buf_add(to->out, assay_decimal_text(to->arena, number));
}

static bool write_quoted_decimal(const struct write *to,
                                 const struct assay_json *value,
                                 const struct assay_fact_field *field)
{
    (void)field;
    assay_buf_add_char(to->out, '"');
    write_decimal(to, value->text);
    assay_buf_add_char(to->out, '"');
    return true;
}

static bool write_scalar(const struct write *to, const struct assay_json *value,
                         const struct assay_fact_field *field)
{
    (void)field;
    if (value->type == ASSAY_JSON_NUMBER)
        write_decimal(to, value->text);
    else
        assay_json_write(to->out, value, (struct assay_json_style){0});
    return true;
}

static bool write_date(const struct write *to, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    struct assay_date date = {0};
    (void)field;
    assay_date_parse(value->text, &date);
    assay_json_write_string(to->out, assay_date_text(to->arena, date));
    return true;
}

static bool write_threshold(const struct write *to,
                            const struct assay_json *value,
                            const struct assay_fact_field *field)
{
    size_t operator_bytes = assay_str_starts(value->text, ">=") ? 2 : 1;
    uint64_t tokens = 0;

    (void)field;
    assay_str_to_u64(assay_str_skip(value->text, operator_bytes), &tokens);
    assay_buf_printf(to->out, "\"%s%" PRIu64 "\"",
                     operator_bytes == 2 ? ">=" : ">", tokens);
    return true;
}

/* ----------------------------------------------------- lists and objects */

static int compare_members(const void *a, const void *b)
{
    const struct assay_json *const *x = a, *const *y = b;
    return assay_str_compare((*x)->key, (*y)->key);
}

static int compare_texts(const void *a, const void *b)
{
    const struct assay_json *const *x = a, *const *y = b;
    return assay_str_compare((*x)->text, (*y)->text);
}

/* The children of a value, sorted. */
static const struct assay_json **sorted_children(const struct write *to,
                                                 const struct assay_json *value,
                                                 int (*compare)(const void *,
                                                                const void *))
{
    const struct assay_json **list =
        ASSAY_NEW_ARRAY(to->arena, const struct assay_json *, value->count);
    size_t n = 0;
    for (const struct assay_json *at = value->first; at; at = at->next)
        list[n++] = at;
    qsort(list, n, sizeof(*list), compare);
    return list;
}

/* Depth is bounded: facts_check.c lets 8 levels through. */
static void write_carried(const struct write *to,
                          const struct assay_json *value)
{
    struct assay_buf *out = to->out;

    if (value->type == ASSAY_JSON_OBJECT) {
        const struct assay_json **members =
            sorted_children(to, value, compare_members);
        assay_buf_add_char(out, '{');
        for (size_t i = 0; i < value->count; i++) {
            write_key(out, members[i]->key);
            write_carried(to, members[i]);
        }
        assay_buf_add_char(out, '}');
    } else if (value->type == ASSAY_JSON_ARRAY) {
        assay_buf_add_char(out, '[');
        for (const struct assay_json *at = value->first; at; at = at->next) {
            write_carried(to, at);
            if (at->next)
                assay_buf_add_char(out, ',');
        }
        assay_buf_add_char(out, ']');
    } else {
        write_scalar(to, value, NULL);
    }
}

static bool write_any(const struct write *to, const struct assay_json *value,
                      const struct assay_fact_field *field)
{
    (void)field;
    write_carried(to, value);
    return true;
}

/* Sorted, each once. */
static bool write_set(const struct write *to, const struct assay_json *value,
                      const struct assay_fact_field *field)
{
    const struct assay_json **list = sorted_children(to, value, compare_texts);

    (void)field;
    assay_buf_add_char(to->out, '[');
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0 && assay_str_equal(list[i]->text, list[i - 1]->text))
            continue;
        if (i > 0)
            assay_buf_add_char(to->out, ',');
        assay_json_write_string(to->out, list[i]->text);
    }
    assay_buf_add_char(to->out, ']');
    return true;
}

static bool write_object(const struct write *to, const struct assay_json *value,
                         const struct assay_fact_field *field)
{
    return assay_fact_write(to->arena, to->out, field->shape, value, to->err);
}

/* ----------------------------------------------------------------- rows */

struct row {
    const struct assay_json *value;
    struct assay_str text; /* canonical */
    const char *const *order;
};

/* Orders ">200000" behind ">50000"; other texts by their bytes. */
static int compare_by_key(const struct assay_json *a,
                          const struct assay_json *b, const char *key)
{
    struct assay_str x = assay_json_text(a, key), y = assay_json_text(b, key);
    uint64_t m, n;

    if (assay_str_starts(x, ">") && assay_str_starts(y, ">") &&
        assay_str_to_u64(assay_str_skip(x, assay_str_starts(x, ">=") ? 2 : 1),
                         &m) &&
        assay_str_to_u64(assay_str_skip(y, assay_str_starts(y, ">=") ? 2 : 1),
                         &n)) {
        if (m != n)
            return m < n ? -1 : 1;
        return assay_str_starts(x, ">=") - assay_str_starts(y, ">=");
    }
    return assay_str_compare(x, y);
}

static int compare_by_order(const struct row *a, const struct row *b)
{
    for (const char *const *key = a->order; *key; key++) {
        int order = compare_by_key(a->value, b->value, *key);
        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = compare_by_order(x, y);
    return order ? order : assay_str_compare(x->text, y->text);
}

/* The rows of an array with their canonical text, sorted; NULL on error. */
static struct row *make_rows(const struct write *to,
                             const struct assay_json *value,
                             const struct assay_fact_shape *shape)
{
    struct row *rows = ASSAY_NEW_ARRAY(to->arena, struct row, value->count);
    size_t n = 0;

    for (const struct assay_json *at = value->first; at; at = at->next) {
        size_t mark = to->out->len;
        if (!assay_fact_write(to->arena, to->out, shape, at, to->err))
            return NULL;
        rows[n++] = (struct row){at, take_from(to, mark), shape->order};
    }
    qsort(rows, n, sizeof(*rows), compare_rows);
    return rows;
}

static bool write_rows(const struct write *to, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    const struct assay_fact_shape *shape = field->shape;
    struct row *rows = make_rows(to, value, shape);

    if (!rows)
        return false;
    for (size_t i = 1; i < value->count; i++)
        if (shape->order_is_unique
                ? compare_by_order(&rows[i - 1], &rows[i]) == 0
                : assay_str_equal(rows[i - 1].text, rows[i].text))
            return assay_fact_fail(to->arena, rows[i].value, to->err,
                                   "says the same as another row of this "
                                   "array, or contradicts it: expected each "
                                   "once");
    assay_buf_add_char(to->out, '[');
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0)
            assay_buf_add_char(to->out, ',');
        assay_buf_add(to->out, rows[i].text);
    }
    assay_buf_add_char(to->out, ']');
    return true;
}

/* ------------------------------------------------------------ statements */

static bool (*const writers[])(const struct write *, const struct assay_json *,
                               const struct assay_fact_field *) = {
    [ASSAY_FACT_TEXT] = write_scalar,
    [ASSAY_FACT_ID] = write_scalar,
    [ASSAY_FACT_NAME] = write_scalar,
    [ASSAY_FACT_MODEL_ID] = write_scalar,
    [ASSAY_FACT_ROUTE_ID] = write_scalar,
    [ASSAY_FACT_METER] = write_scalar,
    [ASSAY_FACT_WORD] = write_scalar,
    [ASSAY_FACT_DATE] = write_date,
    [ASSAY_FACT_DAY] = write_date,
    [ASSAY_FACT_MINUTE] = write_scalar,
    [ASSAY_FACT_THRESHOLD] = write_threshold,
    [ASSAY_FACT_COUNT] = write_scalar,
    [ASSAY_FACT_DECIMAL] = write_quoted_decimal,
    [ASSAY_FACT_BOOL] = write_scalar,
    [ASSAY_FACT_FLAGS] = write_any,
    [ASSAY_FACT_IDS] = write_any,
    [ASSAY_FACT_SET] = write_set,
    [ASSAY_FACT_TEXTS] = write_set,
    [ASSAY_FACT_OBJECT] = write_object,
    [ASSAY_FACT_ROWS] = write_rows,
    [ASSAY_FACT_ANY] = write_any,
};

static bool write_known(const struct write *to,
                        const struct assay_fact_shape *shape,
                        const struct assay_json *object, size_t *written)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct assay_fact_field *field = &shape->fields[i];
        const struct assay_json *value = assay_json_get(object, field->key);
        if (!value)
            continue;
        ++*written;
        if (assay_str_is(value->key, "id"))
            continue; /* the statement's own, beside the body */
        write_key(to->out, value->key);
        if (value->type == ASSAY_JSON_NULL)
            assay_buf_add_c(to->out, "null");
        else if (!writers[field->kind](to, value, field))
            return false;
    }
    return true;
}

bool assay_fact_write(struct assay_arena *arena, struct assay_buf *out,
                      const struct assay_fact_shape *shape,
                      const struct assay_json *object, struct assay_error *err)
{
    const struct write to = {arena, out, err};
    size_t written = 0;

    assay_buf_add_char(out, '{');
    if (!write_known(&to, shape, object, &written))
        return false;
    if (written < object->count) {
        const struct assay_json **members =
            sorted_children(&to, object, compare_members);
        for (size_t i = 0; i < object->count; i++) {
            if (assay_fact_field(shape, members[i]->key))
                continue;
            write_key(out, members[i]->key);
            write_carried(&to, members[i]);
        }
    }
    assay_buf_add_char(out, '}');
    return assay_buf_ok(out, err);
}
