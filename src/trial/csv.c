/*
 * CSV in, a row at a time. Fields without doubled quotes are borrowed from the text.
 */
#include "trial/csv.h"

#include <string.h>

enum { MAX_COLUMNS = 1024 };

struct reader {
    struct assay_arena *arena;
    const char *at, *end;
    uint32_t line;
    bool failed;
    struct assay_error *err;
};

static struct assay_str fail(struct reader *in, const char *what)
{
    if (!in->failed)
        assay_fail(in->err, ASSAY_BAD_INPUT, "line %u: %s", (unsigned)in->line,
                   what);
    in->failed = true;
    return ASSAY_STR("");
}

static bool at_line_end(const struct reader *in)
{
    return in->at == in->end || *in->at == '\n' ||
           (*in->at == '\r' && in->end - in->at > 1 && in->at[1] == '\n');
}

/* Behind the line end, where there is one. */
static void pass_line_end(struct reader *in)
{
    if (in->at == in->end)
        return;
    in->at += *in->at == '\r' ? 2 : 1;
    in->line++;
}

static struct assay_str undouble(struct assay_arena *arena,
                                 struct assay_str text)
{
    char *copy = assay_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        copy[len++] = text.at[i];
        i += text.at[i] == '"'; /* the second one of two */
    }
    return (struct assay_str){copy, len};
}

static struct assay_str read_quoted(struct reader *in)
{
    const char *from = ++in->at;
    bool doubled = false;
    uint32_t opened = in->line;

    for (; in->at < in->end; in->at++) {
        if (*in->at == '\n')
            in->line++;
        if (*in->at != '"')
            continue;
        if (in->end - in->at > 1 && in->at[1] == '"') {
            doubled = true;
            in->at++;
            continue;
        }
        struct assay_str text = {from, (size_t)(in->at - from)};
        in->at++;
        if (!at_line_end(in) && *in->at != ',')
            return fail(in, "text behind a closing quote: expected ',' or the "
                            "end of the line");
        return doubled ? undouble(in->arena, text) : text;
    }
    in->line = opened;
    return fail(in, "a quoted field without its closing quote");
}

static struct assay_str read_field(struct reader *in)
{
    const char *from = in->at;

    if (in->at < in->end && *in->at == '"')
        return read_quoted(in);
    while (!at_line_end(in) && *in->at != ',')
        in->at++;
    return (struct assay_str){from, (size_t)(in->at - from)};
}

/* One row; *count is how many fields it has, at most `room` are kept. */
static void read_row(struct reader *in, struct assay_str *fields, size_t room,
                     size_t *count)
{
    *count = 0;
    do {
        if (*count > 0)
            in->at++; /* the comma */
        struct assay_str field = read_field(in);
        if (*count < room)
            fields[*count] = field;
        *count += 1;
    } while (!in->failed && in->at < in->end && *in->at == ',');
    if (!in->failed)
        pass_line_end(in);
}

static void pass_empty_lines(struct reader *in)
{
    while (in->at < in->end && at_line_end(in))
        pass_line_end(in);
}

static bool read_header(struct reader *in, struct assay_csv *csv)
{
    struct assay_str fields[MAX_COLUMNS];

    pass_empty_lines(in);
    if (in->at == in->end)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "line 1: expected a header, the file is empty");
    uint32_t line = in->line;
    read_row(in, fields, MAX_COLUMNS, &csv->columns);
    if (in->failed)
        return false;
    if (csv->columns > MAX_COLUMNS)
        return assay_fail(in->err, ASSAY_LIMIT, "more than %d columns",
                          MAX_COLUMNS);
    csv->header = ASSAY_NEW_ARRAY(in->arena, struct assay_str, csv->columns);
    for (size_t i = 0; i < csv->columns; i++) {
        csv->header[i] = assay_str_trim(fields[i]);
        if (csv->header[i].len == 0)
            return assay_fail(in->err, ASSAY_BAD_INPUT,
                              "line %u: column %zu has no name", (unsigned)line,
                              i + 1);
        for (size_t k = 0; k < i; k++)
            if (assay_str_equal(csv->header[k], csv->header[i]))
                return assay_fail(in->err, ASSAY_BAD_INPUT,
                                  "line %u: two columns are named '%.*s'",
                                  (unsigned)line,
                                  ASSAY_STR_ARG(csv->header[i]));
    }
    return true;
}

bool assay_csv_open(struct assay_arena *arena, struct assay_str text,
                    struct assay_csv *csv, struct assay_error *err)
{
    *csv = (struct assay_csv){.text = text};
    if (assay_str_starts(text, "\xef\xbb\xbf"))
        text = assay_str_skip(text, 3);
    size_t bad = assay_utf8_bad_at(text);
    if (bad < text.len)
        return assay_fail(err, ASSAY_BAD_INPUT, "byte %zu is not UTF-8",
                          bad + 1);
    struct reader in = {.arena = arena,
                        .at = text.at,
                        .end = text.at + text.len,
                        .line = 1,
                        .err = err};
    if (!read_header(&in, csv))
        return false;
    csv->next = (size_t)(in.at - csv->text.at);
    csv->next_line = in.line;
    return true;
}

/* Empty lines, then a row. */
static bool read_on(struct reader *in, const struct assay_csv *csv,
                    struct assay_csv_row *row)
{
    size_t count;

    *row = (struct assay_csv_row){0};
    pass_empty_lines(in);
    if (in->at == in->end)
        return true;
    row->line = in->line;
    row->offset = (size_t)(in->at - csv->text.at);
    row->fields = ASSAY_NEW_ARRAY(in->arena, struct assay_str, csv->columns);
    read_row(in, row->fields, csv->columns, &count);
    return !in->failed &&
           (count == csv->columns ||
            assay_fail(in->err, ASSAY_BAD_INPUT,
                       "line %u: %zu field%s, the header has %zu",
                       (unsigned)row->line, count, count == 1 ? "" : "s",
                       csv->columns));
}

static struct reader reader_at(const struct assay_csv *csv,
                               struct assay_arena *arena, size_t offset,
                               uint32_t line)
{
    return (struct reader){.arena = arena,
                           .at = csv->text.at + offset,
                           .end = csv->text.at + csv->text.len,
                           .line = line};
}

bool assay_csv_next(struct assay_csv *csv, struct assay_arena *arena,
                    struct assay_csv_row *row, struct assay_error *err)
{
    struct reader in = reader_at(csv, arena, csv->next, csv->next_line);

    in.err = err;
    if (!read_on(&in, csv, row))
        return false;
    csv->next = (size_t)(in.at - csv->text.at);
    csv->next_line = in.line;
    return true;
}

bool assay_csv_again(const struct assay_csv *csv, struct assay_arena *arena,
                     struct assay_csv_row *row, struct assay_error *err)
{
    struct reader in = reader_at(csv, arena, row->offset, row->line);

    in.err = err;
    return read_on(&in, csv, row);
}
