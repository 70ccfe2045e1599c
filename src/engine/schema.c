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
    if (node)
        node->exclusive = exclusive;
    for (const struct assay_json *s = list->first; node && s; s = s->next)
        if (!assay_schema_add_part(node, assay_schema_compile(c, s)))
            return NULL;
    return node;
}

/* A name in a reference: "~1" is "/", "~0" is "~" (RFC 6901). */
static struct assay_str plain_name(struct assay_arena *arena,
                                   struct assay_str name)
{
    char *plain = assay_arena_cstr(arena, name);
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        bool escaped = name.at[i] == '~' && i + 1 < name.len &&
                       (name.at[i + 1] == '0' || name.at[i + 1] == '1');

        plain[len++] = !escaped ? name.at[i] : name.at[++i] == '0' ? '~' : '/';
    }
    return (struct assay_str){plain, len};
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
        at = assay_json_get_str(at, plain_name(&c->schema->arena, part));
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
    if (assay_json_get(from, "const"))
        return assay_schema_compile_const(c, from);
    if (assay_json_get(from, "enum"))
        return assay_schema_compile_enum(c, from);
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
 * itself: the node stands in the list before its parts are read, and before
 * nodes that are parts of it.
 */
const struct assay_schema_node *assay_schema_compile(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    const struct assay_schema_node *node;

    for (size_t i = 0; i < c->schema->node_count; i++)
        if (c->schema->nodes[i]->from == from)
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
    static const char *const words[] = {"true", "false", "null", NULL};
    struct assay_schema_node *any = assay_schema_new_union(c, NULL, 5);
    struct assay_schema_node *object, *array;

    if (!any)
        return false;
    any->kind = ASSAY_SCHEMA_ANY;
    c->schema->any = any;
    object = assay_schema_new_node(c, ASSAY_SCHEMA_OBJECT, NULL);
    array = assay_schema_new_node(c, ASSAY_SCHEMA_ARRAY, NULL);
    if (!object || !array)
        return false;
    object->other = array->other = any;
    return assay_schema_add_part(any, object) &&
           assay_schema_add_part(any, array) &&
           assay_schema_add_part(
               any, assay_schema_new_node(c, ASSAY_SCHEMA_STRING, NULL)) &&
           assay_schema_add_part(
               any, assay_schema_new_node(c, ASSAY_SCHEMA_NUMBER, NULL)) &&
           assay_schema_add_part(any, assay_schema_words(c, NULL, words));
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
    return schema->root && assay_schema_settle(&c);
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
