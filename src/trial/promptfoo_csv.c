/*
 * Rows of a CSV as tests: columns are vars, those that begin with two
 * underscores say the rest (__expected, __prefix, __metadata:key …).
 */
#include "trial/promptfoo_parts.h"

#include <string.h>

/* A row on its way to a test. */
struct row {
    struct assay_suite_reader *in;
    struct assay_str path;
    uint32_t line;
    struct assay_json *test, *vars, *asserts, *options, *metadata;
    struct assay_str metric;
};

static bool fail(struct row *row, const char *what, struct assay_str name)
{
    return assay_fail(row->in->err, ASSAY_BAD_INPUT, "%.*s:%u: %s'%.*s'",
                      ASSAY_STR_ARG(row->path), (unsigned)row->line, what,
                      ASSAY_STR_ARG(name));
}

static struct assay_json *set_text(struct row *row, struct assay_json *to,
                                   struct assay_str key, struct assay_str text)
{
    struct assay_json *value =
        assay_json_set_key(to, key, assay_json_string(row->in->arena, text));
    value->line = row->line;
    return value;
}

/* [+-]?digits with a point and an exponent; as JSON writes it. */
static bool is_number(struct assay_str text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    bool number = assay_json_is(assay_json_parse(&arena, text, NULL, &err),
                                ASSAY_JSON_NUMBER);
    assay_arena_free(&arena);
    return number;
}

/* "a, b\, c" -> ["a", "b, c"] */
static struct assay_json *split_metadata(struct row *row, struct assay_str text)
{
    struct assay_json *list = assay_json_array(row->in->arena);
    char *field = assay_arena_alloc(row->in->arena, text.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i <= text.len; i++) {
        if (i == text.len || text.at[i] == ',') {
            struct assay_str one = {field, len};
            assay_json_add(
                list, assay_json_string(row->in->arena, assay_str_trim(one)));
            field += len;
            len = 0;
            continue;
        }
        i += text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] == ',';
        field[len++] = text.at[i];
    }
    return list;
}

static void take_metadata(struct row *row, struct assay_str key,
                          struct assay_str value)
{
    if (assay_str_trim(value).len == 0)
        return;
    if (assay_str_ends(key, "[]")) {
        key.len -= 2;
        assay_json_set_key(row->metadata, key, split_metadata(row, value));
    } else {
        set_text(row, row->metadata, key, value);
    }
}

/* __config:__expected2:threshold of an assertion that is there already. */
static bool take_config(struct row *row, struct assay_str column,
                        struct assay_str value)
{
    struct assay_str rest = assay_str_skip(column, strlen("__config:"));
    struct assay_str expected, key, number;
    uint64_t index = 1;

    if (!assay_str_cut(rest, ':', &expected, &key) ||
        !assay_str_starts(expected, "__expected") ||
        !assay_str_is(key, "threshold"))
        return fail(row, "expected __config:__expected[N]:threshold, found ",
                    column);
    number = assay_str_skip(expected, strlen("__expected"));
    if (number.len && (!assay_str_to_u64(number, &index) || index == 0))
        return fail(row, "expected __config:__expected[N]:threshold, found ",
                    column);
    value = assay_str_trim(value);
    if (!is_number(value))
        return fail(row, "a threshold is a number, not ", value);
    struct assay_json *at = row->asserts->first;
    while (at && at->index + 1 < index)
        at = at->next;
    if (!at)
        return true; /* that assertion is empty in this row */
    struct assay_json *old = assay_json_get(at, "threshold");
    if (old)
        old->text = value;
    else
        assay_json_set(at, "threshold",
                       assay_json_number(row->in->arena, value))
            ->line = row->line;
    return true;
}

static bool take_special(struct row *row, struct assay_str column,
                         struct assay_str value)
{
    static const char metadata[] = "__metadata:";
    struct assay_str trimmed = assay_str_trim(value);

    if (assay_str_starts(column, "__expected")) {
        if (trimmed.len)
            assay_json_add(row->asserts, assay_promptfoo_assertion(
                                             row->in, trimmed, row->line));
    } else if (assay_str_is(column, "__prefix") ||
               assay_str_is(column, "__suffix")) {
        set_text(row, row->options, assay_str_skip(column, 2), value);
    } else if (assay_str_is(column, "__description")) {
        set_text(row, row->test, ASSAY_STR("description"), value);
    } else if (assay_str_is(column, "__metric")) {
        row->metric = value;
    } else if (assay_str_is(column, "__threshold")) {
        if (trimmed.len && !is_number(trimmed))
            return fail(row, "a threshold is a number, not ", trimmed);
        if (trimmed.len)
            assay_json_set(row->test, "threshold",
                           assay_json_number(row->in->arena, trimmed));
    } else if (assay_str_starts(column, metadata)) {
        take_metadata(row, assay_str_skip(column, sizeof metadata - 1), value);
    } else if (assay_str_starts(column, "__config:")) {
        return true; /* when all assertions are there */
    } else {
        return fail(row, "not supported: the column ", column);
    }
    return true;
}

static bool read_row(struct row *row, const struct assay_csv *csv,
                     const struct assay_csv_row *from)
{
    struct assay_arena *arena = row->in->arena;

    row->test = assay_json_object(arena);
    row->test->line = row->line = from->line;
    row->metric = ASSAY_STR("");
    row->vars = assay_json_set(row->test, "vars", assay_json_object(arena));
    row->asserts = assay_json_set(row->test, "assert", assay_json_array(arena));
    row->options =
        assay_json_set(row->test, "options", assay_json_object(arena));
    row->metadata =
        assay_json_set(row->test, "metadata", assay_json_object(arena));
    for (size_t i = 0; i < csv->columns; i++) {
        if (!assay_str_starts(csv->header[i], "__"))
            set_text(row, row->vars, csv->header[i], from->fields[i]);
        else if (!take_special(row, csv->header[i], from->fields[i]))
            return false;
    }
    for (size_t i = 0; i < csv->columns; i++)
        if (assay_str_starts(csv->header[i], "__config:") &&
            !take_config(row, csv->header[i], from->fields[i]))
            return false;
    if (row->metric.len)
        for (struct assay_json *a = row->asserts->first; a; a = a->next)
            set_text(row, a, ASSAY_STR("metric"), row->metric);
    return true;
}

/* _expected: a var to promptfoo, an assertion to whoever wrote it. */
static void note_slips(struct assay_promptfoo *pf, const struct assay_csv *csv,
                       struct assay_str path)
{
    static const char *const names[] = {
        "_expected",  "_prefix",   "_suffix", "_description",    "_metric",
        "_threshold", "_metadata", "_config", "_providerOutput", NULL};

    for (size_t i = 0; i < csv->columns; i++)
        for (size_t k = 0; names[k]; k++)
            if (assay_str_starts(csv->header[i], names[k]))
                assay_suite_note(pf->in,
                                 "%.*s: the column '%.*s' is a var; an "
                                 "assertion or option is written with two "
                                 "underscores, '_%.*s'",
                                 ASSAY_STR_ARG(path),
                                 ASSAY_STR_ARG(csv->header[i]),
                                 ASSAY_STR_ARG(csv->header[i]));
}

bool assay_promptfoo_csv_open(struct assay_promptfoo *pf,
                              const struct assay_suite_file *file,
                              struct assay_csv *csv)
{
    if (!assay_csv_open(pf->in->base->arena, file->bytes, csv, pf->in->err))
        return assay_fail_in(pf->in->err, "%.*s", ASSAY_STR_ARG(file->path));
    note_slips(pf, csv, file->path);
    return true;
}

const struct assay_json *assay_promptfoo_csv_test(
    struct assay_promptfoo *pf, const struct assay_suite_origin *origin,
    size_t offset, uint32_t line)
{
    struct row row = {.in = pf->in, .path = origin->file->path};
    struct assay_csv_row from = {.line = line, .offset = offset};

    if (!assay_csv_again(origin->csv, pf->in->arena, &from, pf->in->err)) {
        assay_fail_in(pf->in->err, "%.*s", ASSAY_STR_ARG(row.path));
        return NULL;
    }
    if (!read_row(&row, origin->csv, &from))
        return NULL;
    assay_suite_add_source(pf->in, row.test, row.path);
    return row.test;
}
