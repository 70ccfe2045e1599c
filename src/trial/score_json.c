/*
 * Assertions about JSON: is-json takes the whole answer, contains-json any
 * object in it; either may name a schema.
 */
#include "trial/score_json.h"

#include "trial/schema_check.h"
#include "trial/schema_number.h"
#include "trial/score_parts.h"
#include "trial/yaml.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEPTH = 512,
    MAX_WORK = 256 << 20, /* bytes looked at for objects in one answer */
};

/* ---------------------------------------------------- reading */

static int by_name_and_place(const void *a, const void *b)
{
    const struct assay_json *const *left = a, *const *right = b;
    int order = assay_str_compare((*left)->key, (*right)->key);

    if (order != 0)
        return order;
    return (*left)->index < (*right)->index ? -1 : 1;
}

/* Unlinks what a later member of the same name replaces. */
static void keep_last(struct assay_arena *arena, struct assay_json *object)
{
    struct assay_json **members =
        ASSAY_NEW_ARRAY(arena, struct assay_json *, object->count + 1);
    size_t count = 0;

    for (struct assay_json *m = object->first; m; m = m->next)
        members[count++] = m;
    qsort(members, count, sizeof *members, by_name_and_place);
    for (size_t i = 0; i + 1 < count; i++)
        if (assay_str_equal(members[i]->key, members[i + 1]->key))
            members[i]->parent = NULL; /* the mark of what goes */
    struct assay_json **link = &object->first;
    object->last = NULL;
    object->count = 0;
    while (*link) {
        if ((*link)->parent) {
            object->last = *link;
            object->last->index = object->count++;
            link = &(*link)->next;
        } else {
            *link = (*link)->next;
        }
    }
}

/* Each object of the tree, from the leaves up. */
static void keep_last_everywhere(struct assay_arena *arena,
                                 struct assay_json *value)
{
    for (struct assay_json *child = value->first; child; child = child->next)
        keep_last_everywhere(arena, child);
    if (value->type == ASSAY_JSON_OBJECT)
        keep_last(arena, value);
}

struct assay_json *assay_score_parse_json(struct assay_arena *arena,
                                          struct assay_str text,
                                          struct assay_error *err)
{
    struct assay_json_limits limits = {.max_depth = MAX_DEPTH};
    struct assay_json *value = assay_json_parse(arena, text, &limits, err);

    if (value)
        return value;
    limits.keep_duplicates = true;
    value = assay_json_parse(arena, text, &limits, err);
    if (value)
        keep_last_everywhere(arena, value);
    return value;
}

/* -------------------------------------------------- comparing */

static bool same_members(const struct assay_json *a, const struct assay_json *b)
{
    for (const struct assay_json *m = a->first; m; m = m->next) {
        const struct assay_json *other = assay_json_get_str(b, m->key);
        if (!other || !assay_json_same(m, other))
            return false;
    }
    return true;
}

bool assay_json_same(const struct assay_json *a, const struct assay_json *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    switch (a->type) {
    case ASSAY_JSON_NUMBER:
        return assay_number_compare(a->text, b->text) == 0;
    case ASSAY_JSON_STRING:
        return assay_str_equal(a->text, b->text);
    case ASSAY_JSON_OBJECT:
        return same_members(a, b);
    case ASSAY_JSON_ARRAY:
        for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
            if (!assay_json_same(a, b))
                return false;
        return true;
    default:
        return true;
    }
}

/* ---------------------------------------------------- schemas */

/* No value, an empty text and false ask for no schema, as in promptfoo. */
static bool wants_schema(const struct assay_json *value)
{
    return value && value->type != ASSAY_JSON_NULL &&
           value->type != ASSAY_JSON_FALSE &&
           !(value->type == ASSAY_JSON_STRING && value->text.len == 0);
}

static struct assay_validator *read_schema(struct assay_score_step *step,
                                           struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    if (value->type == ASSAY_JSON_STRING) { /* YAML takes JSON too */
        struct assay_str text = value->text;
        value = assay_score_parse_json(step->arena, text, err);
        if (!value)
            value = assay_yaml_parse(step->arena, text, NULL, err);
    }
    if (!value)
        return NULL;
    if (value->type != ASSAY_JSON_OBJECT) {
        assay_fail(err, ASSAY_BAD_INPUT, "expected a JSON schema, not a %s",
                   assay_json_type_name(value));
        return NULL;
    }
    return assay_validator_new(step->arena, value, err);
}

static bool accepts_schema(struct assay_score_step *step,
                           struct assay_error *err)
{
    return !wants_schema(step->assertion->value) || read_schema(step, err);
}

static void score_is_json(struct assay_score_step *step)
{
    struct assay_error err = {0};
    struct assay_str reason;
    const struct assay_json *answer =
        assay_score_parse_json(step->arena, step->answer->text, &err);

    if (!answer) {
        assay_score_is(step, false, "the answer is not JSON: %s", err.text);
        return;
    }
    if (!wants_schema(step->assertion->value)) {
        assay_score_is(step, true, "the answer is JSON");
        return;
    }
    struct assay_validator *schema = read_schema(step, &err);
    if (!schema) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    switch (assay_schema_check_run(schema, step->arena, answer, &reason)) {
    case ASSAY_SCHEMA_HOLDS:
        assay_score_is(step, true, "the answer keeps to the schema");
        break;
    case ASSAY_SCHEMA_BREAKS:
        assay_score_is(step, false, "%.*s", ASSAY_STR_ARG(reason));
        break;
    case ASSAY_SCHEMA_GAVE_UP:
        assay_score_error(step, "%.*s", ASSAY_STR_ARG(reason));
    }
}

/* ----------------------------------------------- contains-json */

/*
 * Bytes from an opening bracket to the one that closes it; 0: none does.
 * Adds to *work how many were looked at.
 */
static size_t balanced(struct assay_str text, size_t *work)
{
    size_t depth = 0, i;
    bool quoted = false;

    for (i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH)
                break;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            *work += i;
            return i + 1;
        }
    }
    *work += i;
    return 0;
}

static void score_contains_json(struct assay_score_step *step)
{
    struct assay_str rest = step->answer->text;
    struct assay_error err = {0};
    struct assay_str reason = ASSAY_STR("the answer contains no JSON object");
    struct assay_validator *schema = NULL;
    size_t work = 0;

    if (wants_schema(step->assertion->value)) {
        schema = read_schema(step, &err);
        if (!schema) {
            assay_score_error(step, "%s", err.text);
            return;
        }
    }
    for (;;) {
        size_t at = 0;
        while (at < rest.len && rest.at[at] != '{' &&
               !(schema && rest.at[at] == '['))
            at++;
        rest = assay_str_skip(rest, at);
        if (rest.len == 0)
            break;
        struct assay_str part = assay_str_head(rest, balanced(rest, &work));
        if (work > MAX_WORK) {
            assay_score_error(step, "too many brackets of the answer are "
                                    "never closed to look for JSON in it");
            return;
        }
        struct assay_error unused = {0};
        const struct assay_json *value =
            part.len ? assay_score_parse_json(step->arena, part, &unused)
                     : NULL;
        if (value &&
            (!schema || assay_validate(schema, step->arena, value, &reason))) {
            assay_score_is(step, true, "the answer contains JSON%s",
                           schema ? " that keeps to the schema" : "");
            return;
        }
        /* an array that does not fit may hold objects that do */
        rest = assay_str_skip(
            rest, value && value->type == ASSAY_JSON_OBJECT ? part.len : 1);
    }
    assay_score_is(step, false, "%.*s", ASSAY_STR_ARG(reason));
}

const struct assay_score_kind assay_score_json_kinds[] = {
    {"is-json", accepts_schema, score_is_json},
    {"contains-json", accepts_schema, score_contains_json},
    {0},
};
