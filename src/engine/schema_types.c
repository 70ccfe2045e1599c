/*
 * Schemas by their type, each with the keywords that it may have.
 */
#include "engine/schema_compile.h"

/* A whole number from 0; absent: `otherwise`. */
static bool read_count(struct assay_schema_compiler *c,
                       const struct assay_json *from, const char *key,
                       uint64_t otherwise, uint64_t *count)
{
    const struct assay_json *value = assay_json_get(from, key);

    *count = otherwise;
    if (!value)
        return true;
    return (assay_json_to_u64(value, count) && *count <= 1000000) ||
           assay_schema_refuse(c, value,
                               "expected a whole number up to 1,000,000");
}

static bool read_limit(struct assay_schema_compiler *c,
                       const struct assay_json *from, const char *key,
                       int64_t *limit)
{
    const struct assay_json *value = assay_json_get(from, key);
    struct assay_json positive;
    uint64_t size;

    if (!value)
        return true;
    positive = *value;
    bool negative =
        value->type == ASSAY_JSON_NUMBER && assay_str_starts(value->text, "-");
    if (negative)
        positive.text = assay_str_skip(value->text, 1);
    if (!assay_json_to_u64(&positive, &size))
        return assay_schema_refuse(c, value, "expected a whole number");
    *limit = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

/* ------------------------------------------------------- by type */

static const struct assay_schema_node *compile_string(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"type", "minLength", "maxLength", NULL};
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_STRING, from);

    if (!node || !assay_schema_check_members(c, from, known) ||
        !read_count(c, from, "minLength", 0, &node->least) ||
        !read_count(c, from, "maxLength", 0, &node->most))
        return NULL;
    if (assay_json_get(from, "maxLength") &&
        (node->most == 0 || node->most < node->least)) {
        assay_schema_refuse(c, assay_json_get(from, "maxLength"),
                            "expected at least 1, and not below minLength");
        return NULL;
    }
    return node;
}

static const struct assay_schema_node *compile_number(
    struct assay_schema_compiler *c, const struct assay_json *from,
    enum assay_schema_kind kind)
{
    static const char *const real[] = {"type", NULL};
    static const char *const whole[] = {"type", "minimum", "maximum", NULL};
    bool integer = kind == ASSAY_SCHEMA_INTEGER;
    struct assay_schema_node *node = assay_schema_new_node(c, kind, from);

    if (!node || !assay_schema_check_members(c, from, integer ? whole : real))
        return NULL;
    if (integer && (!read_limit(c, from, "minimum", &node->minimum) ||
                    !read_limit(c, from, "maximum", &node->maximum)))
        return NULL;
    if (node->minimum > node->maximum) {
        assay_schema_refuse(c, from, "minimum is above maximum");
        return NULL;
    }
    return node;
}

/* As a text spells it between quotes. */
static struct assay_str spelled(struct assay_schema_compiler *c,
                                struct assay_str name)
{
    struct assay_buf text;
    struct assay_str copy;

    assay_buf_init(&text, 8 * name.len + 8);
    assay_json_write_string(&text, name);
    copy = assay_arena_copy(&c->schema->arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return (struct assay_str){copy.at + 1, copy.len - 2};
}

static bool compile_properties(struct assay_schema_compiler *c,
                               struct assay_schema_node *node,
                               const struct assay_json *list)
{
    if (!list)
        return true;
    if (!assay_json_is(list, ASSAY_JSON_OBJECT) ||
        list->count > ASSAY_SCHEMA_PROPERTIES)
        return assay_schema_refuse(
            c, list, "expected an object of at most 64 properties");
    node->properties = ASSAY_NEW_ARRAY(
        &c->schema->arena, struct assay_schema_property, list->count + 1);
    for (const struct assay_json *m = list->first; m; m = m->next) {
        struct assay_schema_property *p =
            &node->properties[node->property_count++];

        p->name = spelled(c, m->key);
        p->node = assay_schema_compile(c, m);
        if (!p->node)
            return false;
    }
    return true;
}

static bool compile_required(struct assay_schema_compiler *c,
                             struct assay_schema_node *node,
                             const struct assay_json *list)
{
    if (!list)
        return true;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY))
        return assay_schema_refuse(c, list, "expected a list of names");
    for (const struct assay_json *name = list->first; name; name = name->next) {
        struct assay_str text = spelled(c, name->text);
        size_t i = 0;

        while (i < node->property_count &&
               !assay_str_equal(node->properties[i].name, text))
            i++;
        if (name->type != ASSAY_JSON_STRING || i == node->property_count)
            return assay_schema_refuse(
                c, name, "expected the name of one of properties");
        node->required |= (uint64_t)1 << i;
    }
    return true;
}

/* true, false or a schema; absent: anything goes. */
static bool compile_other(struct assay_schema_compiler *c,
                          const struct assay_json *value,
                          const struct assay_schema_node **other)
{
    *other = c->schema->any;
    if (!value || value->type == ASSAY_JSON_TRUE)
        return true;
    if (value->type == ASSAY_JSON_FALSE) {
        *other = NULL;
        return true;
    }
    *other = assay_schema_compile(c, value);
    return *other != NULL;
}

const struct assay_schema_node *assay_schema_compile_object(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"type", "properties", "required",
                                        "additionalProperties", NULL};
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_OBJECT, from);

    if (!node || !assay_schema_check_members(c, from, known) ||
        !compile_properties(c, node, assay_json_get(from, "properties")) ||
        !compile_required(c, node, assay_json_get(from, "required")) ||
        !compile_other(c, assay_json_get(from, "additionalProperties"),
                       &node->other))
        return NULL;
    return node;
}

const struct assay_schema_node *assay_schema_compile_array(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"type",     "items",    "prefixItems",
                                        "minItems", "maxItems", NULL};
    const struct assay_json *first = assay_json_get(from, "prefixItems");
    const struct assay_json *most = assay_json_get(from, "maxItems");
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_ARRAY, from);

    if (!node || !assay_schema_check_members(c, from, known) ||
        !read_count(c, from, "minItems", 0, &node->least) ||
        !read_count(c, from, "maxItems", 0, &node->most) ||
        !compile_other(c, assay_json_get(from, "items"), &node->other))
        return NULL;
    if (most && (node->most == 0 || node->most < node->least)) {
        assay_schema_refuse(c, most,
                            "expected at least 1, and not below minItems");
        return NULL;
    }
    if (first && (!assay_json_is(first, ASSAY_JSON_ARRAY) || !first->count)) {
        assay_schema_refuse(c, first, "expected a list of schemas");
        return NULL;
    }
    if (first)
        node->parts =
            ASSAY_NEW_ARRAY(&c->schema->arena, const struct assay_schema_node *,
                            first->count + 1);
    for (const struct assay_json *s = first ? first->first : NULL; s;
         s = s->next)
        if (!assay_schema_add_part(node, assay_schema_compile(c, s)))
            return NULL;
    if (!node->other && node->least > node->part_count) {
        assay_schema_refuse(c, from,
                            "minItems is more than there may be items");
        return NULL;
    }
    return node;
}

static const char *const only_type[] = {"type", NULL};

/* Types without keywords; NULL: another one. */
static const struct assay_schema_node *plain_type(
    struct assay_schema_compiler *c, const struct assay_json *from,
    struct assay_str name)
{
    static const char *const null[] = {"null", NULL};
    static const char *const boolean[] = {"true", "false", NULL};

    if (assay_str_is(name, "null"))
        return assay_schema_words(c, from, null);
    if (assay_str_is(name, "boolean"))
        return assay_schema_words(c, from, boolean);
    return NULL;
}

const struct assay_schema_node *assay_schema_compile_type(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *type, struct assay_str name)
{
    if (assay_str_is(name, "string"))
        return compile_string(c, from);
    if (assay_str_is(name, "number"))
        return compile_number(c, from, ASSAY_SCHEMA_NUMBER);
    if (assay_str_is(name, "integer"))
        return compile_number(c, from, ASSAY_SCHEMA_INTEGER);
    if (assay_str_is(name, "object"))
        return assay_schema_compile_object(c, from);
    if (assay_str_is(name, "array"))
        return assay_schema_compile_array(c, from);
    if (assay_str_is(name, "null") || assay_str_is(name, "boolean"))
        return assay_schema_check_members(c, from, only_type)
                   ? plain_type(c, from, name)
                   : NULL;
    assay_schema_refuse(
        c, type,
        "expected string, number, integer, boolean, null, object "
        "or array");
    return NULL;
}

/*
 * ["string", "null"]: keywords beside it belong to the one type that has
 * them; null and boolean have none.
 */
const struct assay_schema_node *assay_schema_compile_types(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *types)
{
    struct assay_schema_node *node =
        assay_schema_new_union(c, from, types->count);
    bool all_plain = true;

    if (types->count == 0) {
        assay_schema_refuse(c, types, "expected at least one type");
        return NULL;
    }
    for (const struct assay_json *t = types->first; node && t; t = t->next) {
        const struct assay_schema_node *part = plain_type(c, from, t->text);

        if (!part) {
            all_plain = false;
            part = assay_schema_compile_type(c, from, types, t->text);
        }
        if (!assay_schema_add_part(node, part))
            return NULL;
    }
    if (all_plain && !assay_schema_check_members(c, from, only_type))
        return NULL;
    return node;
}
