/*
 * From a schema of JSON to rules: one table of keywords with the drafts that
 * have them. A keyword that is not in it is refused by name: an answer never
 * claims to keep to a schema that was not wholly understood.
 */
#include "trial/schema_check_parts.h"

#include "trial/schema_number.h"

#include <string.h>

enum {
    MAX_NESTED = 1000, /* of schemas, references among them */
};

bool assay_schema_check_refuse(struct assay_schema_compiler *c,
                               const struct assay_json *at, const char *what)
{
    struct assay_str path = assay_json_path(c->arena, at);

    return assay_fail(c->err, ASSAY_BAD_INPUT, "schema: %.*s: %s",
                      ASSAY_STR_ARG(path.len ? path : ASSAY_STR("(root)")),
                      what);
}

/* ------------------------------------------- shapes of values */

static bool refuse(struct assay_schema_compiler *c, const struct assay_json *at,
                   const char *what)
{
    return assay_schema_check_refuse(c, at, what);
}

static bool read_rule(struct assay_schema_compiler *c,
                      const struct assay_json *at,
                      const struct assay_rule **rule)
{
    *rule = assay_schema_check_rule(c, at);
    return *rule != NULL;
}

static bool read_list(struct assay_schema_compiler *c,
                      const struct assay_json *at, struct assay_rule_list *list)
{
    if (!assay_json_is(at, ASSAY_JSON_ARRAY))
        return refuse(c, at, "expected a list of schemas");
    list->at =
        ASSAY_NEW_ARRAY(c->arena, const struct assay_rule *, at->count + 1);
    for (const struct assay_json *m = at->first; m; m = m->next)
        if (!read_rule(c, m, &list->at[list->count++]))
            return false;
    return true;
}

static bool read_some(struct assay_schema_compiler *c,
                      const struct assay_json *at, struct assay_rule_list *list)
{
    if (!read_list(c, at, list))
        return false;
    return list->count > 0 || refuse(c, at, "expected one schema or more");
}

static bool read_number(struct assay_schema_compiler *c,
                        const struct assay_json *at, struct assay_str *number)
{
    if (!assay_json_is(at, ASSAY_JSON_NUMBER))
        return refuse(c, at, "expected a number");
    *number = at->text;
    return true;
}

static bool read_limit(struct assay_schema_compiler *c,
                       const struct assay_json *at,
                       struct assay_rule_limit *limit)
{
    if (!assay_json_is(at, ASSAY_JSON_NUMBER) ||
        !assay_number_is_whole(at->text) ||
        assay_number_compare(at->text, ASSAY_STR("0")) < 0)
        return refuse(c, at, "expected a whole number, 0 or more");
    limit->given = true;
    if (!assay_json_to_u64(at, &limit->value)) { /* 2.0, 1e3, or too large */
        struct assay_decimal value;
        limit->value = UINT64_MAX;
        if (assay_decimal_parse(at->text, &value) &&
            assay_decimal_compare(value, assay_decimal_uint(UINT64_MAX)) < 0)
            limit->value = (uint64_t)assay_decimal_double(value);
    }
    return true;
}

static bool read_bool(struct assay_schema_compiler *c,
                      const struct assay_json *at, bool *flag)
{
    if (at->type != ASSAY_JSON_TRUE && at->type != ASSAY_JSON_FALSE)
        return refuse(c, at, "expected true or false");
    *flag = at->type == ASSAY_JSON_TRUE;
    return true;
}

static bool check_names(struct assay_schema_compiler *c,
                        const struct assay_json *at)
{
    if (!assay_json_is(at, ASSAY_JSON_ARRAY))
        return refuse(c, at, "expected a list of names");
    for (const struct assay_json *m = at->first; m; m = m->next)
        if (!assay_json_is(m, ASSAY_JSON_STRING))
            return refuse(c, m, "expected a name");
    return true;
}

static struct assay_pattern *read_pattern(struct assay_schema_compiler *c,
                                          const struct assay_json *at,
                                          struct assay_str text)
{
    struct assay_pattern *pattern =
        assay_pattern_new(c->arena, ASSAY_PATTERN_JAVASCRIPT_U, text, c->err);

    if (!pattern) {
        struct assay_str path = assay_json_path(c->arena, at);
        assay_fail_in(c->err, "schema: %.*s", ASSAY_STR_ARG(path));
    }
    return pattern;
}

/* ---------------------------------------------------- keywords */

#define KEYWORD(name)                                                          \
    static bool name(struct assay_schema_compiler *c, struct assay_rule *rule, \
                     const struct assay_json *at)

/* Keywords whose value goes to one field as it is read. */
#define FIELD(keyword, read, field)       \
    KEYWORD(keyword)                      \
    {                                     \
        return read(c, at, &rule->field); \
    }

FIELD(maximum, read_number, maximum)
FIELD(minimum, read_number, minimum)
FIELD(max_length, read_limit, max_length)
FIELD(min_length, read_limit, min_length)
FIELD(max_items, read_limit, max_items)
FIELD(min_items, read_limit, min_items)
FIELD(max_members, read_limit, max_members)
FIELD(min_members, read_limit, min_members)
FIELD(max_contains, read_limit, max_contains)
FIELD(min_contains, read_limit, min_contains)
FIELD(unique_items, read_bool, unique)
FIELD(prefix_items, read_some, prefix)
FIELD(all_of, read_some, all_of)
FIELD(any_of, read_some, any_of)
FIELD(one_of, read_some, one_of)
FIELD(not_, read_rule, no)
FIELD(if_, read_rule, when)
FIELD(then_, read_rule, then)
FIELD(else_, read_rule, otherwise)
FIELD(additional_members, read_rule, additional)
FIELD(member_names, read_rule, member_names)

KEYWORD(above)
{
    if (c->draft == ASSAY_DRAFT_4)
        return read_bool(c, at, &rule->minimum_is_open);
    return read_number(c, at, &rule->above);
}

KEYWORD(below)
{
    if (c->draft == ASSAY_DRAFT_4)
        return read_bool(c, at, &rule->maximum_is_open);
    return read_number(c, at, &rule->below);
}

KEYWORD(multiple_of)
{
    if (!read_number(c, at, &rule->multiple_of))
        return false;
    return assay_number_is_divisor(at->text) ||
           refuse(c, at, "expected a number above 0, of up to 18 digits");
}

KEYWORD(pattern)
{
    if (!assay_json_is(at, ASSAY_JSON_STRING))
        return refuse(c, at, "expected a regular expression");
    rule->pattern = read_pattern(c, at, at->text);
    return rule->pattern != NULL;
}

KEYWORD(format)
{
    if (!assay_json_is(at, ASSAY_JSON_STRING))
        return refuse(c, at, "expected the name of a format");
    rule->format = assay_schema_format_of(at->text);
    return rule->format || refuse(c, at, "this format is not supported");
}

static bool add_type(struct assay_schema_compiler *c, struct assay_rule *rule,
                     const struct assay_json *at)
{
    static const struct {
        const char *name;
        unsigned types;
    } types[] = {
        {"null", 1u << ASSAY_JSON_NULL},
        {"boolean", 1u << ASSAY_JSON_TRUE | 1u << ASSAY_JSON_FALSE},
        {"number", 1u << ASSAY_JSON_NUMBER},
        {"integer", 1u << ASSAY_JSON_NUMBER},
        {"string", 1u << ASSAY_JSON_STRING},
        {"array", 1u << ASSAY_JSON_ARRAY},
        {"object", 1u << ASSAY_JSON_OBJECT},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (assay_json_is(at, ASSAY_JSON_STRING) &&
            assay_str_is(at->text, types[i].name)) {
            bool had_number = rule->types & 1u << ASSAY_JSON_NUMBER;
            if (types[i].types == 1u << ASSAY_JSON_NUMBER)
                rule->whole = assay_str_is(at->text, "integer") &&
                              (!had_number || rule->whole);
            rule->types |= types[i].types;
            return true;
        }
    return refuse(c, at,
                  "expected null, boolean, number, integer, string, "
                  "array or object");
}

KEYWORD(type)
{
    if (!assay_json_is(at, ASSAY_JSON_ARRAY))
        return add_type(c, rule, at);
    if (at->count == 0)
        return refuse(c, at, "expected one type or more");
    for (const struct assay_json *m = at->first; m; m = m->next)
        if (!add_type(c, rule, m))
            return false;
    return true;
}

/* OpenAPI's, which ajv knows. */
KEYWORD(nullable)
{
    bool flag = false;

    if (!read_bool(c, at, &flag))
        return false;
    if (!assay_json_get(rule->from, "type"))
        return refuse(c, at, "\"nullable\" needs \"type\" beside it");
    if (flag)
        rule->types |= 1u << ASSAY_JSON_NULL;
    return true;
}

KEYWORD(constant)
{
    (void)c;
    rule->constant = at;
    return true;
}

KEYWORD(enumeration)
{
    if (!assay_json_is(at, ASSAY_JSON_ARRAY))
        return refuse(c, at, "expected a list of values");
    rule->any_of_values = at;
    return true;
}

KEYWORD(items)
{
    if (!assay_json_is(at, ASSAY_JSON_ARRAY))
        return read_rule(c, at, &rule->items);
    if (c->draft == ASSAY_DRAFT_2020_12)
        return refuse(c, at, "a list of schemas is \"prefixItems\" here");
    if (!read_list(c, at, &rule->prefix))
        return false;
    const struct assay_json *rest =
        assay_json_get(rule->from, "additionalItems");
    return !rest || read_rule(c, rest, &rule->items);
}

KEYWORD(additional_items) /* counts beside a list of items, which reads it */
{
    const struct assay_rule *unused;

    (void)rule;
    return read_rule(c, at, &unused);
}

KEYWORD(contains)
{
    rule->contains_evaluates =
        c->draft == ASSAY_DRAFT_2020_12 || c->draft == ASSAY_DRAFT_ANY;
    return read_rule(c, at, &rule->contains);
}

KEYWORD(unevaluated_items)
{
    c->evaluates = true;
    return read_rule(c, at, &rule->unevaluated_items);
}

KEYWORD(unevaluated_members)
{
    c->evaluates = true;
    return read_rule(c, at, &rule->unevaluated_members);
}

static bool new_members(struct assay_schema_compiler *c,
                        const struct assay_json *at,
                        struct assay_rule_members *members)
{
    if (!assay_json_is(at, ASSAY_JSON_OBJECT))
        return refuse(c, at, "expected an object");
    struct assay_rule_members old = *members;
    members->at = ASSAY_NEW_ARRAY(c->arena, struct assay_rule_member,
                                  old.count + at->count + 1);
    if (old.count > 0)
        memcpy(members->at, old.at, old.count * sizeof *old.at);
    return true;
}

KEYWORD(members)
{
    if (!new_members(c, at, &rule->members))
        return false;
    for (const struct assay_json *m = at->first; m; m = m->next) {
        struct assay_rule_member *member =
            &rule->members.at[rule->members.count++];

        member->name = m->key;
        if (!read_rule(c, m, &member->rule))
            return false;
    }
    return true;
}

KEYWORD(pattern_members)
{
    if (!new_members(c, at, &rule->patterns))
        return false;
    for (const struct assay_json *m = at->first; m; m = m->next) {
        struct assay_rule_member *member =
            &rule->patterns.at[rule->patterns.count++];

        member->pattern = read_pattern(c, m, m->key);
        if (!member->pattern || !read_rule(c, m, &member->rule))
            return false;
    }
    return true;
}

/* dependencies, dependentRequired, dependentSchemas */
KEYWORD(depends)
{
    if (!new_members(c, at, &rule->depends))
        return false;
    for (const struct assay_json *m = at->first; m; m = m->next) {
        struct assay_rule_member *member =
            &rule->depends.at[rule->depends.count++];

        member->name = m->key;
        if (assay_json_is(m, ASSAY_JSON_ARRAY)) {
            member->names = m;
            if (!check_names(c, m))
                return false;
        } else if (!read_rule(c, m, &member->rule)) {
            return false;
        }
    }
    return true;
}

KEYWORD(required)
{
    rule->required = at;
    return check_names(c, at);
}

KEYWORD(ref)
{
    const struct assay_json *target = assay_schema_check_target(c, at);

    return target && read_rule(c, target, &rule->ref);
}

KEYWORD(dynamic)
{
    (void)rule;
    return refuse(c, at, "dynamic references are not supported");
}

KEYWORD(annotation)
{
    (void)c;
    (void)rule;
    (void)at;
    return true;
}

#define FIRST ASSAY_DRAFT_4
#define LAST ASSAY_DRAFT_2020_12
static const struct keyword {
    const char *name;
    enum assay_draft from, to;
    bool (*read)(struct assay_schema_compiler *c, struct assay_rule *rule,
                 const struct assay_json *at);
} keywords[] = {
    {"type", FIRST, LAST, type},
    {"enum", FIRST, LAST, enumeration},
    {"const", ASSAY_DRAFT_6, LAST, constant},
    {"multipleOf", FIRST, LAST, multiple_of},
    {"maximum", FIRST, LAST, maximum},
    {"minimum", FIRST, LAST, minimum},
    {"exclusiveMaximum", FIRST, LAST, below},
    {"exclusiveMinimum", FIRST, LAST, above},
    {"maxLength", FIRST, LAST, max_length},
    {"minLength", FIRST, LAST, min_length},
    {"pattern", FIRST, LAST, pattern},
    {"format", FIRST, LAST, format},
    {"prefixItems", ASSAY_DRAFT_2020_12, LAST, prefix_items},
    {"items", FIRST, LAST, items},
    {"additionalItems", FIRST, ASSAY_DRAFT_2019_09, additional_items},
    {"maxItems", FIRST, LAST, max_items},
    {"minItems", FIRST, LAST, min_items},
    {"uniqueItems", FIRST, LAST, unique_items},
    {"contains", ASSAY_DRAFT_6, LAST, contains},
    {"maxContains", ASSAY_DRAFT_2019_09, LAST, max_contains},
    {"minContains", ASSAY_DRAFT_2019_09, LAST, min_contains},
    {"unevaluatedItems", ASSAY_DRAFT_2019_09, LAST, unevaluated_items},
    {"maxProperties", FIRST, LAST, max_members},
    {"minProperties", FIRST, LAST, min_members},
    {"required", FIRST, LAST, required},
    {"properties", FIRST, LAST, members},
    {"patternProperties", FIRST, LAST, pattern_members},
    {"additionalProperties", FIRST, LAST, additional_members},
    {"propertyNames", ASSAY_DRAFT_6, LAST, member_names},
    {"unevaluatedProperties", ASSAY_DRAFT_2019_09, LAST, unevaluated_members},
    {"dependencies", FIRST, ASSAY_DRAFT_7, depends},
    {"dependentRequired", ASSAY_DRAFT_2019_09, LAST, depends},
    {"dependentSchemas", ASSAY_DRAFT_2019_09, LAST, depends},
    {"allOf", FIRST, LAST, all_of},
    {"anyOf", FIRST, LAST, any_of},
    {"oneOf", FIRST, LAST, one_of},
    {"not", FIRST, LAST, not_},
    {"if", ASSAY_DRAFT_7, LAST, if_},
    {"then", ASSAY_DRAFT_7, LAST, then_},
    {"else", ASSAY_DRAFT_7, LAST, else_},
    {"$ref", FIRST, LAST, ref},
    {"$dynamicRef", ASSAY_DRAFT_2020_12, LAST, dynamic},
    {"$recursiveRef", ASSAY_DRAFT_2019_09, ASSAY_DRAFT_2019_09, dynamic},
    {"nullable", FIRST, LAST, nullable},
};

/* Said of a value, or read elsewhere; they break nothing. */
static const char *const annotations[] = {
    "$schema",
    "$id",
    "id",
    "$anchor",
    "$defs",
    "$comment",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "$vocabulary",
    "$dynamicAnchor",
    "$recursiveAnchor",
};

/* A keyword of another draft says nothing in this one. */
static const struct keyword *keyword_of(struct assay_schema_compiler *c,
                                        struct assay_str name)
{
    static const struct keyword none = {.read = annotation};

    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (assay_str_is(name, keywords[i].name))
            return c->draft == ASSAY_DRAFT_ANY ||
                           (c->draft >= keywords[i].from &&
                            c->draft <= keywords[i].to)
                       ? &keywords[i]
                       : &none;
    for (size_t i = 0; i < sizeof annotations / sizeof annotations[0]; i++)
        if (assay_str_is(name, annotations[i]))
            return &none;
    return assay_str_starts(name, "x-") ? &none : NULL;
}

/* -------------------------------------------------------- rules */

static bool is_old(enum assay_draft draft)
{
    return draft >= ASSAY_DRAFT_4 && draft <= ASSAY_DRAFT_7;
}

static bool fill_rule(struct assay_schema_compiler *c, struct assay_rule *rule,
                      const struct assay_json *from)
{
    const struct assay_json *alone = assay_json_get(from, "$ref");

    if (alone && alone->type == ASSAY_JSON_STRING && is_old(c->draft))
        return ref(c, rule, alone); /* beside it nothing counts */
    for (const struct assay_json *m = from->first; m; m = m->next) {
        const struct keyword *keyword = keyword_of(c, m->key);

        if (!keyword)
            return refuse(c, m, "this keyword is not known");
        if (!keyword->read(c, rule, m))
            return false;
    }
    return true;
}

/* In draft 4 only as what other members and items are. */
static bool is_boolean_schema(const struct assay_schema_compiler *c,
                              const struct assay_json *from)
{
    return (from->type == ASSAY_JSON_TRUE || from->type == ASSAY_JSON_FALSE) &&
           (c->draft != ASSAY_DRAFT_4 ||
            assay_str_starts(from->key, "additional"));
}

const struct assay_rule *assay_schema_check_rule(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    enum assay_draft outer = c->draft;
    struct assay_rule **slot = assay_schema_check_slot(c, from);
    struct assay_rule *rule = *slot;
    bool ok = true;

    if (rule)
        return rule;
    if (c->nested >= MAX_NESTED) {
        assay_fail(c->err, ASSAY_LIMIT, "schema: more than %d levels",
                   MAX_NESTED);
        return NULL;
    }
    rule = *slot = ASSAY_NEW(c->arena, struct assay_rule);
    rule->from = from;
    c->draft = assay_schema_check_draft_of(c, from);
    c->nested++;
    if (from->type == ASSAY_JSON_OBJECT)
        ok = fill_rule(c, rule, from);
    else if (is_boolean_schema(c, from))
        rule->never = from->type == ASSAY_JSON_FALSE;
    else
        ok = refuse(c, from, "expected a schema");
    c->nested--;
    c->draft = outer;
    return ok ? rule : NULL;
}

struct assay_validator *assay_schema_check_new(
    struct assay_arena *arena, const struct assay_json *schema,
    const struct assay_schema_options *options, struct assay_error *err)
{
    struct assay_validator *validator =
        ASSAY_NEW(arena, struct assay_validator);
    struct assay_schema_compiler c = {
        .arena = arena, .options = options, .err = err};

    if (!assay_schema_check_scan(&c, schema))
        return NULL;
    validator->root = assay_schema_check_rule(&c, schema);
    validator->evaluates = c.evaluates;
    return validator->root ? validator : NULL;
}

struct assay_validator *assay_validator_new(struct assay_arena *arena,
                                            const struct assay_json *schema,
                                            struct assay_error *err)
{
    struct assay_schema_options options = {0};

    return assay_schema_check_new(arena, schema, &options, err);
}
