/*
 * Assertions about the answer's text: equals, contains and its family,
 * starts-with, levenshtein, regex. Rules: promptfoo 0.123.1, read
 * 2026-11-22; where assay differs the table in docs/suites.md says so.
 */
#include "trial/score_json.h"
#include "trial/score_parts.h"

#include "trial/pattern.h"

#include <string.h>

#define SHOW(arena, text) ASSAY_STR_ARG(assay_score_show(arena, text))

enum {
    MAX_EDIT_WORK = 200 << 20, /* cells of the table: half a second */
};

/* --------------------------------------------------- equals */

static bool accepts_equals(struct assay_score_step *step,
                           struct assay_error *err)
{
    return step->assertion->value ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a value");
}

static void score_equals(struct assay_score_step *step)
{
    const struct assay_json *value = step->assertion->value, *answer;
    struct assay_error err = {0};
    struct assay_str text;

    if (assay_js_string(step->arena, value, &text)) {
        bool same = assay_str_equal(text, step->answer->text);
        assay_score_is(step, same, "the answer %s \"%.*s\"",
                       same ? "is" : "is not", SHOW(step->arena, text));
        return;
    }
    answer = assay_score_parse_json(step->arena, step->answer->text, &err);
    if (!answer)
        assay_score_is(step, false, "the answer is not JSON: %s", err.text);
    else if (assay_json_same(value, answer))
        assay_score_is(step, true, "the answer has the expected value");
    else
        assay_score_is(step, false,
                       "the answer is JSON, but not the expected value");
}

/* -------------------------------------------------- contains */

/* Knuth, Morris, Pratt 1977: linear, whatever the two texts are. */
static bool contains(struct assay_arena *arena, struct assay_str text,
                     struct assay_str part)
{
    uint32_t *back;
    size_t matched = 0;

    if (part.len == 0 || part.len > text.len)
        return part.len == 0;
    back = ASSAY_NEW_ARRAY(arena, uint32_t, part.len + 1);
    for (size_t i = 1; i < part.len; i++) {
        while (matched > 0 && part.at[i] != part.at[matched])
            matched = back[matched - 1];
        matched += part.at[i] == part.at[matched];
        back[i] = (uint32_t)matched;
    }
    matched = 0;
    for (size_t i = 0; i < text.len; i++) {
        while (matched > 0 && text.at[i] != part.at[matched])
            matched = back[matched - 1];
        matched += text.at[i] == part.at[matched];
        if (matched == part.len)
            return true;
    }
    return false;
}

static bool accepts_part(struct assay_score_step *step, struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    if (assay_json_is(value, ASSAY_JSON_NUMBER) ||
        (assay_json_is(value, ASSAY_JSON_STRING) && value->text.len > 0))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "expected a text that is not empty, or a number");
}

static void score_part(struct assay_score_step *step, bool lower, bool at_start)
{
    struct assay_str text = step->answer->text, part, shown;

    if (!assay_js_string(step->arena, step->assertion->value, &part)) {
        assay_score_error(step, "the value is no text");
        return;
    }
    shown = part;
    if (lower) {
        text = assay_js_lower(step->arena, text);
        part = assay_js_lower(step->arena, part);
    }
    bool holds = at_start ? text.len >= part.len &&
                                memcmp(text.at, part.at, part.len) == 0
                          : contains(step->arena, text, part);
    assay_score_is(step, holds, "the answer %s \"%.*s\"",
                   at_start ? holds ? "starts with" : "does not start with"
                   : holds  ? "contains"
                            : "does not contain",
                   SHOW(step->arena, shown));
}

static void score_contains(struct assay_score_step *step)
{
    score_part(step, false, false);
}

static void score_icontains(struct assay_score_step *step)
{
    score_part(step, true, false);
}

static void score_starts_with(struct assay_score_step *step)
{
    score_part(step, false, true);
}

/* --------------------------------------------- lists of texts */

struct list {
    struct assay_str *at;
    size_t count;
};

static struct assay_str skip_space(struct assay_str s)
{
    return assay_str_skip(s, assay_js_space(s));
}

/* A field from behind its quote: \" \\ and "" stand for one character. */
static bool quoted_field(struct assay_arena *arena, struct assay_str *rest,
                         struct assay_str *field, struct assay_error *err)
{
    char *to = ASSAY_NEW_ARRAY(arena, char, rest->len + 1);
    size_t len = 0, i = 1;

    for (; i < rest->len; i++) {
        char c = rest->at[i];
        char next = i + 1 < rest->len ? rest->at[i + 1] : 0;

        if ((c == '\\' && (next == '"' || next == '\\')) ||
            (c == '"' && next == '"'))
            c = rest->at[++i];
        else if (c == '"')
            break;
        to[len++] = c;
    }
    if (i >= rest->len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a quoted part of the list does not end");
    *rest = skip_space(assay_str_skip(*rest, i + 1));
    if (rest->len > 0 && rest->at[0] != ',')
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a comma behind a quoted part of the list");
    *field = (struct assay_str){to, len};
    return true;
}

/* "a, b, \"c, d\"": the parts; empty ones are left out. */
static bool split_list(struct assay_arena *arena, struct assay_str text,
                       struct list *list, struct assay_error *err)
{
    list->at = ASSAY_NEW_ARRAY(arena, struct assay_str, text.len / 2 + 2);
    for (;;) {
        struct assay_str *field = &list->at[list->count];

        text = skip_space(text);
        while (text.len > 0 && text.at[0] == ',')
            text = skip_space(assay_str_skip(text, 1));
        if (text.len == 0)
            return true;
        list->count++;
        if (text.at[0] == '"') {
            if (!quoted_field(arena, &text, field, err))
                return false;
        } else {
            size_t comma = assay_str_find(text, ',');
            *field = assay_js_trim(assay_str_head(text, comma));
            text = assay_str_skip(text, comma);
        }
    }
}

static bool read_list(struct assay_score_step *step, struct list *list,
                      struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    *list = (struct list){0};
    if (assay_json_is(value, ASSAY_JSON_STRING) && value->text.len > 0)
        return split_list(step->arena, value->text, list, err);
    if (!assay_json_is(value, ASSAY_JSON_ARRAY))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a list, or a text with commas");
    list->at = ASSAY_NEW_ARRAY(step->arena, struct assay_str, value->count + 1);
    for (const struct assay_json *v = value->first; v; v = v->next)
        if (!assay_js_string(step->arena, v, &list->at[list->count++]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "part %zu of the list is no text", list->count);
    return true;
}

static bool accepts_list(struct assay_score_step *step, struct assay_error *err)
{
    struct list list;

    return read_list(step, &list, err);
}

static void score_list(struct assay_score_step *step, bool all, bool lower)
{
    struct assay_str text = step->answer->text, missing = ASSAY_STR("");
    struct assay_error err = {0};
    struct list list;
    size_t found = 0;

    if (!read_list(step, &list, &err)) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    if (lower)
        text = assay_js_lower(step->arena, text);
    for (size_t i = 0; i < list.count; i++) {
        struct assay_str part = list.at[i];

        if (contains(step->arena, text,
                     lower ? assay_js_lower(step->arena, part) : part))
            found++;
        else if (missing.len == 0)
            missing = part;
    }
    assay_score_is(step, all ? found == list.count : found > 0,
                   "the answer contains %zu of %zu%s%.*s%s", found, list.count,
                   missing.len ? ", not \"" : "", SHOW(step->arena, missing),
                   missing.len ? "\"" : "");
}

static void score_any(struct assay_score_step *step)
{
    score_list(step, false, false);
}

static void score_all(struct assay_score_step *step)
{
    score_list(step, true, false);
}

static void score_iany(struct assay_score_step *step)
{
    score_list(step, false, true);
}

static void score_iall(struct assay_score_step *step)
{
    score_list(step, true, true);
}

/* ----------------------------------------------- levenshtein */

struct characters {
    const uint32_t *at;
    size_t count;
};

static struct characters characters_of(struct assay_arena *arena,
                                       struct assay_str text)
{
    uint32_t *to = ASSAY_NEW_ARRAY(arena, uint32_t, text.len + 1);
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if ((c & 0xc0) == 0x80 && count > 0)
            to[count - 1] = to[count - 1] << 6 | (c & 0x3f);
        else /* the length mark stays in: it sets no two alike */
            to[count++] = c;
    }
    return (struct characters){to, count};
}

static void drop_ends(struct characters *a, struct characters *b)
{
    while (a->count && b->count && a->at[0] == b->at[0]) {
        a->at++, a->count--;
        b->at++, b->count--;
    }
    while (a->count && b->count && a->at[a->count - 1] == b->at[b->count - 1]) {
        a->count--;
        b->count--;
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Levenshtein's distance, or most + 1 when it is larger: only the cells
 * within `most` of the diagonal can matter (Ukkonen 1985).
 */
static size_t distance(struct assay_arena *arena, struct characters a,
                       struct characters b, size_t most)
{
    size_t *row = ASSAY_NEW_ARRAY(arena, size_t, b.count + 2);
    size_t none = most + 1;

    for (size_t j = 0; j <= b.count; j++)
        row[j] = least(j, none);
    for (size_t i = 1; i <= a.count; i++) {
        size_t first = i > most ? i - most : 1;
        size_t last = least(b.count, i + most);
        size_t corner = row[first - 1]; /* of the row above */

        row[first - 1] = first == 1 ? least(i, none) : none;
        for (size_t j = first; j <= last; j++) {
            size_t above = j == i + most ? none : row[j];
            size_t change = corner + (a.at[i - 1] != b.at[j - 1]);

            corner = above;
            row[j] = least(least(above, row[j - 1]) + 1, change);
        }
    }
    return least(row[b.count], none);
}

static bool accepts_text(struct assay_score_step *step, struct assay_error *err)
{
    return assay_json_is(step->assertion->value, ASSAY_JSON_STRING) ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a text");
}

static void score_levenshtein(struct assay_score_step *step)
{
    double threshold = assay_score_threshold(step->assertion, 5);
    struct characters a = characters_of(step->arena, step->answer->text);
    struct characters b =
        characters_of(step->arena, step->assertion->value->text);
    size_t longer, most;

    drop_ends(&a, &b);
    longer = a.count > b.count ? a.count : b.count;
    if (threshold < 0) {
        assay_score_is(step, false, "no distance is below 0");
        return;
    }
    most = threshold < (double)longer ? (size_t)threshold : longer;
    size_t shorter = least(a.count, b.count);
    if (longer - shorter > most) {
        assay_score_is(step, false, "more than %zu edits away", most);
        return;
    }
    if (least(2 * most + 1, longer) * (shorter + 1) > MAX_EDIT_WORK) {
        assay_score_error(step,
                          "too long to compare: %zu and %zu characters differ",
                          a.count, b.count);
        return;
    }
    size_t edits = distance(step->arena, a, b, most);
    if (edits > most)
        assay_score_is(step, false, "more than %zu edits away", most);
    else
        assay_score_is(step, true, "%zu edits away, at most %g", edits,
                       threshold);
}

/* ----------------------------------------------------- regex */

static bool accepts_regex(struct assay_score_step *step,
                          struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    if (!assay_json_is(value, ASSAY_JSON_STRING) || value->text.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a regular expression");
    return assay_pattern_shelf_get(step->patterns, step->arena,
                                   ASSAY_PATTERN_JAVASCRIPT, value->text,
                                   err) != NULL;
}

static void score_regex(struct assay_score_step *step)
{
    struct assay_str text = step->assertion->value->text;
    struct assay_error err = {0};
    struct assay_pattern_text units;
    const struct assay_pattern *pattern = assay_pattern_shelf_get(
        step->patterns, step->arena, ASSAY_PATTERN_JAVASCRIPT, text, &err);

    if (!pattern ||
        !assay_pattern_text(step->arena, step->answer->text, &units, &err)) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    switch (assay_pattern_search(pattern, units, 0, NULL, &err)) {
    case ASSAY_PATTERN_GAVE_UP:
        assay_score_error(step, "/%.*s/: %s", SHOW(step->arena, text),
                          err.text);
        break;
    case ASSAY_PATTERN_FOUND:
        assay_score_is(step, true, "the answer matches /%.*s/",
                       SHOW(step->arena, text));
        break;
    case ASSAY_PATTERN_NONE:
        assay_score_is(step, false, "the answer does not match /%.*s/",
                       SHOW(step->arena, text));
    }
}

const struct assay_score_kind assay_score_text_kinds[] = {
    {"equals", accepts_equals, score_equals},
    {"contains", accepts_part, score_contains},
    {"icontains", accepts_part, score_icontains},
    {"starts-with", accepts_part, score_starts_with},
    {"contains-any", accepts_list, score_any},
    {"contains-all", accepts_list, score_all},
    {"icontains-any", accepts_list, score_iany},
    {"icontains-all", accepts_list, score_iall},
    {"levenshtein", accepts_text, score_levenshtein},
    {"regex", accepts_regex, score_regex},
    {0},
};
