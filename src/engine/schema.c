/*
 * Compiles a JSON schema (2020-12, the part below) to nodes. What constrains
 * and is not known here is refused with its path: an answer never claims to
 * keep to a schema that was not wholly understood.
 */
#include "engine/schema_compile.h"

#include <stdlib.h>
#include <string.h>

static const char *const annotations[] = {
    "$schema",    "$id",         "$comment",         "$anchor",
    "title",      "description", "default",          "examples",
    "deprecated", "readOnly",    "writeOnly",        "format",
    "$defs",      "definitions", "contentMediaType", "contentEncoding"};

/* ------------------------------------------------------- helpers */

bool assay_schema_refuse(struct assay_schema_compiler *c,
                         const struct assay_json *at, const char *what)
{
    struct assay_str path = assay_json_path(&c->schema->arena, at);

    return assay_fail(c->err, ASSAY_BAD_INPUT, "schema: %.*s: %s",
                      ASSAY_STR_ARG(path.len ? path : ASSAY_STR("(root)")),
                      what);
}

struct assay_schema_node *assay_schema_new_node(struct assay_schema_compiler *c,
                                                enum assay_schema_kind kind,
                                                const struct assay_json *from)
{
    struct assay_schema *schema = c->schema;
    struct assay_schema_node *node =
        ASSAY_NEW(&schema->arena, struct assay_schema_node);

    if (schema->node_count == ASSAY_SCHEMA_NODES) {
        assay_fail(c->err, ASSAY_LIMIT, "schema: more than %d parts",
                   ASSAY_SCHEMA_NODES);
        return NULL;
    }
    node->kind = kind;
    node->from = from;
    node->number = (uint32_t)schema->node_count;
    node->minimum = INT64_MIN + 1;
    node->maximum = INT64_MAX;
    schema->nodes[schema->node_count++] = node;
    return node;
}

static bool is_one_of(const struct assay_json *member, const char *known)
{
    return assay_str_equal(member->key, assay_str_c(known));
}

/* Every member is one of `known`, or an annotation. */
bool assay_schema_check_members(struct assay_schema_compiler *c,
                                const struct assay_json *from,
                                const char *const *known)
{
    for (const struct assay_json *m = from->first; m; m = m->next) {
        bool found = false;

        for (size_t i = 0; known[i] && !found; i++)
            found = is_one_of(m, known[i]);
        for (size_t i = 0;
             i < sizeof annotations / sizeof annotations[0] && !found; i++)
            found = is_one_of(m, annotations[i]);
        if (!found)
            return assay_schema_refuse(c, m,
                                       "this keyword is not supported here");
    }
    return true;
}

/* ------------------------------------------------------- literals */

static const struct assay_schema_node *literal(struct assay_schema_compiler *c,
                                               const struct assay_json *from,
                                               const struct assay_json *value)
{
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_LITERAL, from);
    struct assay_buf text;

    if (!node)
        return NULL;
    assay_buf_init(&text, (size_t)1 << 16);
    assay_json_write(&text, value, (struct assay_json_style){0});
    node->literal = assay_arena_copy(&c->schema->arena, assay_buf_str(&text));
    bool ok = !text.failed;
    assay_buf_release(&text);
    if (ok)
        return node;
    assay_schema_refuse(c, value, "this value is longer than 64 KiB");
    return NULL;
}

const struct assay_schema_node *assay_schema_word(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const char *text)
{
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_LITERAL, from);

    if (node)
        node->literal = assay_str_c(text);
    return node;
}

struct assay_schema_node *assay_schema_new_union(
    struct assay_schema_compiler *c, const struct assay_json *from, size_t room)
{
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_UNION, from);

    if (node)
        node->parts = ASSAY_NEW_ARRAY(
            &c->schema->arena, const struct assay_schema_node *, room + 1);
    return node;
}

bool assay_schema_add_part(struct assay_schema_node *node,
                           const struct assay_schema_node *part)
{
    node->parts[node->part_count++] = part;
    return part != NULL;
}

static bool fits_type(const struct assay_json *value,
                      const struct assay_json *type)
{
    const char *name = assay_json_type_name(value);
    uint64_t whole;

    if (!type)
        return true;
    if (assay_str_is(type->text, "integer"))
        return value->type == ASSAY_JSON_NUMBER &&
               (assay_json_to_u64(value, &whole) ||
                assay_str_find(value->text, '.') == value->text.len);
    if (assay_str_is(type->text, "boolean"))
        return value->type == ASSAY_JSON_TRUE ||
               value->type == ASSAY_JSON_FALSE;
    return assay_str_is(type->text, name);
}

static const struct assay_schema_node *compile_enum(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"enum", "type", NULL};
    const struct assay_json *list = assay_json_get(from, "enum");
    const struct assay_json *type = assay_json_get(from, "type");
    struct assay_schema_node *node;

    if (!assay_schema_check_members(c, from, known))
        return NULL;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || list->count == 0 ||
        (type && type->type != ASSAY_JSON_STRING)) {
        assay_schema_refuse(c, list, "expected a list of values");
        return NULL;
    }
    node = assay_schema_new_union(c, from, list->count);
    for (const struct assay_json *v = list->first; node && v; v = v->next)
        if (fits_type(v, type) &&
            !assay_schema_add_part(node, literal(c, from, v)))
            return NULL;
    if (node && node->part_count == 0) {
        assay_schema_refuse(c, list,
                            "no value is of the type that is asked for");
        return NULL;
    }
    return node;
}

/* ------------------------------------------------------- unions, references */

static const struct assay_schema_node *compile_choice(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *list, bool exclusive)
{
    static const char *const known[] = {"anyOf", "oneOf", NULL};
    struct assay_schema_node *node;

    if (!assay_schema_check_members(c, from, known))
        return NULL;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || list->count == 0 ||
        (assay_json_get(from, "anyOf") && assay_json_get(from, "oneOf"))) {
        assay_schema_refuse(c, list, "expected one list of schemas");
        return NULL;
    }
    node = assay_schema_new_union(c, from, list->count);
    for (const struct assay_json *s = list->first; node && s; s = s->next)
        if (!assay_schema_add_part(node, assay_schema_compile(c, s)))
            return NULL;
    for (size_t i = 0; exclusive && node && i < node->part_count; i++)
        for (size_t k = 0; k < i; k++)
            if (!assay_schema_differ(node->parts[i], node->parts[k])) {
                assay_schema_refuse(
                    c, list,
                    "two of these could both hold; only branches "
                    "that cannot are supported");
                return NULL;
            }
    return node;
}

/* "#", "#/$defs/name" … */
static const struct assay_schema_node *compile_reference(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *ref)
{
    static const char *const known[] = {"$ref", NULL};
    const struct assay_json *at = c->schema->root_json;
    struct assay_str rest = ref->text, part;

    if (!assay_schema_check_members(c, from, known))
        return NULL;
    if (ref->type != ASSAY_JSON_STRING || !assay_str_starts(rest, "#")) {
        assay_schema_refuse(c, ref,
                            "expected a reference inside the schema, such as "
                            "#/$defs/name");
        return NULL;
    }
    rest = assay_str_skip(rest, 1);
    while (rest.len && at) {
        if (!assay_str_starts(rest, "/"))
            break;
        rest = assay_str_skip(rest, 1);
        part = assay_str_head(rest, assay_str_find(rest, '/'));
        rest = assay_str_skip(rest, part.len);
        at = assay_json_get_str(at, part);
    }
    if (!at || rest.len) {
        assay_schema_refuse(c, ref, "there is nothing at this reference");
        return NULL;
    }
    return assay_schema_compile(c, at);
}

/* ------------------------------------------------------- a schema */

static const struct assay_schema_node *compile_new(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    const struct assay_json *member;

    if (from->type == ASSAY_JSON_TRUE)
        return c->schema->any;
    if (from->type != ASSAY_JSON_OBJECT) {
        assay_schema_refuse(c, from, "expected a schema");
        return NULL;
    }
    if ((member = assay_json_get(from, "$ref")))
        return compile_reference(c, from, member);
    if ((member = assay_json_get(from, "const"))) {
        static const char *const known[] = {"const", "type", NULL};

        return assay_schema_check_members(c, from, known)
                   ? literal(c, from, member)
                   : NULL;
    }
    if (assay_json_get(from, "enum"))
        return compile_enum(c, from);
    if ((member = assay_json_get(from, "anyOf")))
        return compile_choice(c, from, member, false);
    if ((member = assay_json_get(from, "oneOf")))
        return compile_choice(c, from, member, true);
    member = assay_json_get(from, "type");
    if (assay_json_is(member, ASSAY_JSON_ARRAY))
        return assay_schema_compile_types(c, from, member);
    if (assay_json_is(member, ASSAY_JSON_STRING))
        return assay_schema_compile_type(c, from, member, member->text);
    if (member) {
        assay_schema_refuse(c, member, "expected a type or a list of types");
        return NULL;
    }
    if (assay_json_get(from, "properties"))
        return assay_schema_compile_object(c, from);
    if (assay_json_get(from, "items") || assay_json_get(from, "prefixItems"))
        return assay_schema_compile_array(c, from);
    static const char *const none[] = {NULL};
    return assay_schema_check_members(c, from, none) ? c->schema->any : NULL;
}

/*
 * A schema met again (by reference) is the same node, so that it may hold
 * itself: an object or array stands in the list before its parts are read.
 */
const struct assay_schema_node *assay_schema_compile(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    const struct assay_schema_node *node;

    for (size_t i = 0; i < c->schema->node_count; i++)
        if (c->schema->nodes[i]->from == from &&
            (c->schema->nodes[i]->kind == ASSAY_SCHEMA_OBJECT ||
             c->schema->nodes[i]->kind == ASSAY_SCHEMA_ARRAY))
            return c->schema->nodes[i];
    if (c->depth == ASSAY_SCHEMA_DEPTH) {
        assay_schema_refuse(c, from, "nested too deeply, or without an end");
        return NULL;
    }
    c->depth++;
    node = compile_new(c, from);
    c->depth--;
    return node;
}

/* Any value: a union of all kinds, whose parts hold it again. */
static bool make_any(struct assay_schema_compiler *c)
{
    struct assay_schema_node *any = assay_schema_new_union(c, NULL, 7);
    struct assay_schema_node *object, *array;

    if (!any)
        return false;
    any->kind = ASSAY_SCHEMA_ANY;
    c->schema->any = any;
    object = assay_schema_new_node(c, ASSAY_SCHEMA_OBJECT, NULL);
    array = assay_schema_new_node(c, ASSAY_SCHEMA_ARRAY, NULL);
    object->other = array->other = any;
    return assay_schema_add_part(any, object) &&
           assay_schema_add_part(any, array) &&
           assay_schema_add_part(
               any, assay_schema_new_node(c, ASSAY_SCHEMA_STRING, NULL)) &&
           assay_schema_add_part(
               any, assay_schema_new_node(c, ASSAY_SCHEMA_NUMBER, NULL)) &&
           assay_schema_add_part(any, assay_schema_word(c, NULL, "true")) &&
           assay_schema_add_part(any, assay_schema_word(c, NULL, "false")) &&
           assay_schema_add_part(any, assay_schema_word(c, NULL, "null"));
}

static bool compile_root(struct assay_schema *schema,
                         const struct assay_json *from, struct assay_error *err)
{
    struct assay_schema_compiler c = {.schema = schema, .err = err};

    schema->nodes = ASSAY_NEW_ARRAY(&schema->arena, struct assay_schema_node *,
                                    ASSAY_SCHEMA_NODES);
    if (!make_any(&c))
        return false;
    /* nothing given: any object */
    schema->root_json = from;
    schema->root =
        from ? assay_schema_compile(&c, from) : schema->any->parts[0];
    return schema->root != NULL;
}

struct assay_schema *assay_schema_new(const struct assay_json *json,
                                      const struct assay_tokenizer *tokenizer,
                                      struct assay_error *err)
{
    struct assay_schema *schema = calloc(1, sizeof *schema);

    if (!schema) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a schema");
        return NULL;
    }
    pthread_mutex_init(&schema->lock, NULL);
    schema->tokenizer = tokenizer;
    schema->vocabulary = assay_tokenizer_size(tokenizer);
    /* a copy: paths and references are looked up in it */
    if (json)
        json = assay_json_copy(&schema->arena, json);
    if (compile_root(schema, json, err) &&
        assay_schema_sort_tokens(schema, err))
        return schema;
    assay_schema_free(schema);
    return NULL;
}

void assay_schema_free(struct assay_schema *schema)
{
    if (!schema)
        return;
    assay_schema_drop_masks(schema);
    free(schema->sorted);
    pthread_mutex_destroy(&schema->lock);
    assay_arena_free(&schema->arena);
    free(schema);
}
