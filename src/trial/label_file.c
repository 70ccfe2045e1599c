/*
 * Labels from a file that a person or a program filled in.
 */
#include "assay/label.h"

#include "trial/csv.h"

struct reading {
    struct assay_arena *arena;
    const struct assay_run *run;
    const struct assay_judged_places *places;
    struct assay_label *labels;
    size_t count, room;
};

/* What a row says; absent: empty. */
struct row {
    struct assay_str run, place, id, route, repeat, label;
};

/* ------------------------------------------------------- which answer */

static bool read_number(struct assay_str text, const char *what,
                        uint64_t otherwise, uint64_t *number,
                        struct assay_error *err)
{
    *number = otherwise;
    return !text.len || assay_str_to_u64(text, number) ||
           assay_fail(err, ASSAY_BAD_INPUT, "%s is a number from 0, not '%.*s'",
                      what, ASSAY_STR_ARG(text));
}

static bool find_route(const struct reading *r, struct assay_str name,
                       uint32_t *route, struct assay_error *err)
{
    const struct assay_run *run = r->run;
    size_t found = 0;

    for (size_t i = 0; i < run->route_count; i++)
        if ((!name.len && run->route_count == 1) ||
            assay_str_equal(run->routes[i].id, name) ||
            assay_str_equal(run->routes[i].label, name)) {
            *route = (uint32_t)i;
            found++;
        }
    if (found == 1)
        return true;
    if (!name.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "it names no route, and the run has %zu",
                          run->route_count);
    return assay_fail(err, ASSAY_BAD_INPUT, "the run has %s route '%.*s'",
                      found ? "more than one" : "no", ASSAY_STR_ARG(name));
}

static bool find_place(const struct reading *r, struct assay_str id,
                       uint64_t *place, struct assay_error *err)
{
    bool found = false;

    for (size_t i = 0; i < r->places->count; i++) {
        const struct assay_judged_place *at = &r->places->at[i];
        if (!assay_str_equal(at->id, id))
            continue;
        if (found && at->place != *place)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "two prompts of the run have the id '%.*s': "
                              "name the place",
                              ASSAY_STR_ARG(id));
        found = true;
        *place = at->place;
    }
    return found || assay_fail(err, ASSAY_BAD_INPUT,
                               "no judge marked an answer to a case '%.*s'",
                               ASSAY_STR_ARG(id));
}

static bool is_judged(const struct reading *r, const struct assay_label *label)
{
    for (size_t i = 0; i < r->places->count; i++) {
        const struct assay_judged_place *at = &r->places->at[i];
        if (at->place == label->place && at->repeat == label->repeat &&
            at->route == label->route)
            return true;
    }
    return false;
}

static bool find_answer(const struct reading *r, const struct row *row,
                        struct assay_label *label, struct assay_error *err)
{
    uint64_t repeat;

    if (row->run.len && !assay_str_equal(row->run, r->run->id))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "it is of run '%.*s', not of %.*s",
                          ASSAY_STR_ARG(row->run), ASSAY_STR_ARG(r->run->id));
    if (!row->place.len && !row->id.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "it names no prompt: 'place' or 'case' was expected");
    if (!read_number(row->place, "'place'", 0, &label->place, err) ||
        !read_number(row->repeat, "'repeat'", 0, &repeat, err) ||
        !find_route(r, row->route, &label->route, err) ||
        (!row->place.len && !find_place(r, row->id, &label->place, err)))
        return false;
    label->repeat = repeat < UINT32_MAX ? (uint32_t)repeat : UINT32_MAX;
    return is_judged(r, label) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "no judge marked an answer at place %llu, repeat %u, "
                      "of '%.*s'",
                      (unsigned long long)label->place, label->repeat,
                      ASSAY_STR_ARG(r->run->routes[label->route].id));
}

static bool take_row(struct reading *r, const struct row *row,
                     struct assay_error *err)
{
    struct assay_label label = {.passed = assay_str_is(row->label, "pass"),
                                .labelled = ASSAY_STR(""),
                                .labeller = ASSAY_STR("")};

    if (!row->label.len)
        return true;
    if (!label.passed && !assay_str_is(row->label, "fail"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the label is '%.*s'; \"pass\" or \"fail\" was "
                          "expected, or none",
                          ASSAY_STR_ARG(row->label));
    if (!find_answer(r, row, &label, err))
        return false;
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        struct assay_label *more =
            ASSAY_NEW_ARRAY(r->arena, struct assay_label, r->room);
        for (size_t i = 0; i < r->count; i++)
            more[i] = r->labels[i];
        r->labels = more;
    }
    r->labels[r->count++] = label;
    return true;
}

/* ------------------------------------------------------- the rows */

static struct assay_str text_of(const struct assay_json *object,
                                const char *key)
{
    const struct assay_json *member = assay_json_get(object, key);

    return member && (member->type == ASSAY_JSON_STRING ||
                      member->type == ASSAY_JSON_NUMBER)
               ? member->text
               : ASSAY_STR("");
}

static bool read_line(struct reading *r, struct assay_str line,
                      struct assay_error *err)
{
    const struct assay_json *o = assay_json_parse(r->arena, line, NULL, err);

    if (!o)
        return false;
    if (o->type != ASSAY_JSON_OBJECT)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "an object was expected, not %s",
                          assay_json_type_name(o));
    const struct row row = {
        .run = text_of(o, "run"),
        .place = text_of(o, "place"),
        .id = text_of(o, "case"),
        .route = text_of(o, "route"),
        .repeat = text_of(o, "repeat"),
        .label = text_of(o, "label"),
    };
    return take_row(r, &row, err);
}

static bool read_lines(struct reading *r, struct assay_str text,
                       struct assay_error *err)
{
    struct assay_str line;

    for (size_t n = 1; text.len; n++) {
        if (!assay_str_cut(text, '\n', &line, &text)) {
            line = text;
            text.len = 0;
        }
        line = assay_str_trim(line);
        if (line.len && !read_line(r, line, err))
            return assay_fail_in(err, "line %zu", n);
    }
    return true;
}

static struct assay_str column(const struct assay_csv *csv,
                               const struct assay_csv_row *row,
                               const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (assay_str_is(csv->header[i], name))
            return assay_str_trim(row->fields[i]);
    return ASSAY_STR("");
}

static bool has_column(const struct assay_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (assay_str_is(csv->header[i], name))
            return true;
    return false;
}

static bool read_table(struct reading *r, struct assay_str text,
                       struct assay_error *err)
{
    struct assay_csv csv;
    struct assay_csv_row line;

    if (!assay_csv_open(r->arena, text, &csv, err))
        return false;
    if (!has_column(&csv, "label") ||
        (!has_column(&csv, "place") && !has_column(&csv, "case")))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "line 1: columns 'label', and 'place' or 'case', "
                          "were expected");
    for (;;) {
        if (!assay_csv_next(&csv, r->arena, &line, err))
            return false;
        if (!line.fields)
            return true;
        const struct row row = {
            .run = column(&csv, &line, "run"),
            .place = column(&csv, &line, "place"),
            .id = column(&csv, &line, "case"),
            .route = column(&csv, &line, "route"),
            .repeat = column(&csv, &line, "repeat"),
            .label = column(&csv, &line, "label"),
        };
        if (!take_row(r, &row, err))
            return assay_fail_in(err, "line %u", line.line);
    }
}

bool assay_labels_read(struct assay_arena *arena, const struct assay_run *run,
                       const struct assay_judged_places *places,
                       struct assay_str bytes, struct assay_label **labels,
                       size_t *count, struct assay_error *err)
{
    struct reading r = {.arena = arena, .run = run, .places = places};

    if (assay_str_starts(bytes, "\xef\xbb\xbf")) /* editors put it there */
        bytes = assay_str_skip(bytes, 3);
    bool ok = assay_str_starts(assay_str_trim(bytes), "{")
                  ? read_lines(&r, bytes, err)
                  : read_table(&r, bytes, err);

    *labels = r.labels;
    *count = r.count;
    return ok;
}
