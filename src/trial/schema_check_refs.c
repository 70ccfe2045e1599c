/*
 * Where references between schemas lead: identities ($id), anchors, JSON
 * pointers. JSON Schema 2020-12 core, 8 and 9; drafts 4 to 7 have fragments
 * in $id in place of anchors.
 */
#include "trial/schema_check_parts.h"

#include <string.h>

/* ---------------------------------------------------- the table */

struct assay_rule **assay_schema_check_slot(struct assay_schema_compiler *c,
                                            const struct assay_json *from)
{
    if (2 * (c->rule_count + 1) > c->rule_room) {
        struct assay_schema_compiler old = *c;

        c->rule_room = old.rule_room ? 2 * old.rule_room : 64;
        c->rule_count = 0;
        c->rules = ASSAY_NEW_ARRAY(c->arena, struct assay_rule *, c->rule_room);
        c->rule_from =
            ASSAY_NEW_ARRAY(c->arena, const struct assay_json *, c->rule_room);
        for (size_t i = 0; i < old.rule_room; i++)
            if (old.rule_from[i])
                *assay_schema_check_slot(c, old.rule_from[i]) = old.rules[i];
    }
    size_t at = (size_t)((uintptr_t)from / sizeof *from) % c->rule_room;
    while (c->rule_from[at] && c->rule_from[at] != from)
        at = (at + 1) % c->rule_room;
    if (!c->rule_from[at]) {
        c->rule_from[at] = from;
        c->rule_count++;
    }
    return &c->rules[at];
}

static void add_place(struct assay_schema_compiler *c,
                      struct assay_schema_place place)
{
    if (c->place_count == c->place_room) {
        struct assay_schema_place *old = c->places;

        c->place_room = c->place_room ? 2 * c->place_room : 16;
        c->places =
            ASSAY_NEW_ARRAY(c->arena, struct assay_schema_place, c->place_room);
        if (old)
            memcpy(c->places, old, c->place_count * sizeof *old);
    }
    c->places[c->place_count++] = place;
}

static const struct assay_schema_place *place_of(
    const struct assay_schema_compiler *c, struct assay_str uri)
{
    for (size_t i = 0; i < c->place_count; i++)
        if (assay_str_equal(c->places[i].uri, uri))
            return &c->places[i];
    return NULL;
}

/* The resource that a schema belongs to; its own $id stands behind. */
static const struct assay_schema_place *resource_of(
    const struct assay_schema_compiler *c, const struct assay_json *node)
{
    for (; node; node = node->parent)
        for (size_t i = c->place_count; i > 0; i--)
            if (c->places[i - 1].resource && c->places[i - 1].node == node)
                return &c->places[i - 1];
    return &c->places[0];
}

enum assay_draft assay_schema_check_draft_of(
    const struct assay_schema_compiler *c, const struct assay_json *node)
{
    return resource_of(c, node)->draft;
}

/* ------------------------------------------------------ scanning */

static bool read_draft(struct assay_schema_compiler *c,
                       const struct assay_json *schema, enum assay_draft *draft)
{
    static const struct {
        const char *uri;
        enum assay_draft draft;
    } drafts[] = {
        {"//json-schema.org/draft-04/schema", ASSAY_DRAFT_4},
        {"//json-schema.org/draft-06/schema", ASSAY_DRAFT_6},
        {"//json-schema.org/draft-07/schema", ASSAY_DRAFT_7},
        {"//json-schema.org/draft/2019-09/schema", ASSAY_DRAFT_2019_09},
        {"//json-schema.org/draft/2020-12/schema", ASSAY_DRAFT_2020_12},
    };
    const struct assay_json *stated = assay_json_get(schema, "$schema");

    if (!stated)
        return true;
    struct assay_str uri = stated->text, scheme;
    if (assay_str_ends(uri, "#"))
        uri.len--;
    if (assay_str_cut(uri, ':', &scheme, &uri))
        for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++)
            if (assay_str_is(uri, drafts[i].uri)) {
                *draft = drafts[i].draft;
                return true;
            }
    return assay_schema_check_refuse(
        c, stated, "expected draft-04, draft-06, draft-07, 2019-09 or 2020-12");
}

static bool is_one_of(struct assay_str key, const char *const *names)
{
    for (; *names; names++)
        if (assay_str_is(key, *names))
            return true;
    return false;
}

/* Where the value of a keyword is a schema, or holds schemas. */
static const char *const single[] = {"additionalItems",
                                     "additionalProperties",
                                     "contains",
                                     "else",
                                     "if",
                                     "items",
                                     "not",
                                     "then",
                                     "propertyNames",
                                     "unevaluatedItems",
                                     "contentSchema",
                                     "unevaluatedProperties",
                                     NULL};
static const char *const several[] = {"allOf",
                                      "anyOf",
                                      "oneOf",
                                      "prefixItems",
                                      "items",
                                      "properties",
                                      "$defs",
                                      "definitions",
                                      "patternProperties",
                                      "dependencies",
                                      "dependentSchemas",
                                      NULL};

static bool is_schema_map(struct assay_str key)
{
    return !assay_str_is(key, "items") && !assay_str_ends(key, "Of") &&
           !assay_str_is(key, "prefixItems");
}

/* What stands around a schema. */
struct around {
    struct assay_str base;
    enum assay_draft draft;
};

static void add_anchor(struct assay_schema_compiler *c, struct around in,
                       struct assay_str name, const struct assay_json *node)
{
    add_place(c, (struct assay_schema_place){
                     .uri = assay_arena_printf(c->arena, "%.*s#%.*s",
                                               ASSAY_STR_ARG(in.base),
                                               ASSAY_STR_ARG(name)),
                     .node = node,
                     .draft = in.draft,
                 });
}

/* $id of a schema: a new base, an anchor, or nothing. */
static void add_identity(struct assay_schema_compiler *c, struct around *in,
                         const struct assay_json *schema)
{
    bool old = in->draft >= ASSAY_DRAFT_4 && in->draft <= ASSAY_DRAFT_7;
    struct assay_str id =
        assay_json_text(schema, in->draft == ASSAY_DRAFT_4 ? "id" : "$id");
    struct assay_str uri, fragment;

    if (id.len == 0 || (old && assay_json_get(schema, "$ref")))
        return;
    if (id.at[0] == '#') {
        add_anchor(c, *in, assay_str_skip(id, 1), schema);
        return;
    }
    uri = assay_uri_resolve(c->arena, in->base, id);
    if (assay_str_cut(uri, '#', &uri, &fragment) && fragment.len > 0) {
        struct around there = {uri, in->draft};
        add_anchor(c, there, fragment, schema);
    }
    in->base = uri;
    add_place(c, (struct assay_schema_place){
                     .uri = uri,
                     .node = schema,
                     .draft = in->draft,
                     .resource = true,
                 });
}

static bool scan(struct assay_schema_compiler *c,
                 const struct assay_json *schema, struct around in)
{
    if (!assay_json_is(schema, ASSAY_JSON_OBJECT))
        return true;
    if (!read_draft(c, schema, &in.draft))
        return false;
    add_identity(c, &in, schema);
    struct assay_str anchor = assay_json_text(schema, "$anchor");
    if (anchor.len > 0 &&
        (in.draft == ASSAY_DRAFT_ANY || in.draft >= ASSAY_DRAFT_2019_09))
        add_anchor(c, in, anchor, schema);
    for (const struct assay_json *m = schema->first; m; m = m->next) {
        if (is_one_of(m->key, several) &&
            m->type == (is_schema_map(m->key) ? ASSAY_JSON_OBJECT
                                              : ASSAY_JSON_ARRAY)) {
            for (const struct assay_json *s = m->first; s; s = s->next)
                if (!scan(c, s, in))
                    return false;
        } else if (is_one_of(m->key, single) && !scan(c, m, in)) {
            return false;
        }
    }
    return true;
}

static bool scan_root(struct assay_schema_compiler *c, struct assay_str uri,
                      const struct assay_json *schema)
{
    struct around in = {uri, c->options->draft};

    if (!read_draft(c, schema, &in.draft))
        return false;
    add_place(c, (struct assay_schema_place){.uri = uri,
                                             .node = schema,
                                             .draft = in.draft,
                                             .resource = true});
    return scan(c, schema, in);
}

bool assay_schema_check_scan(struct assay_schema_compiler *c,
                             const struct assay_json *schema)
{
    if (!scan_root(c, ASSAY_STR(""), schema))
        return false;
    for (size_t i = 0; i < c->options->document_count; i++)
        if (!scan_root(c, c->options->documents[i].uri,
                       c->options->documents[i].schema))
            return false;
    return true;
}

/* ------------------------------------------------------- pointers */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A step of a JSON pointer in a fragment: %25 and ~1 undone. */
static struct assay_str decode_step(struct assay_arena *arena,
                                    struct assay_str step)
{
    char *to = ASSAY_NEW_ARRAY(arena, char, step.len + 1);
    size_t len = 0, out = 0;

    for (size_t i = 0; i < step.len; i++) {
        if (step.at[i] == '%' && i + 2 < step.len &&
            hex_value(step.at[i + 1]) >= 0 && hex_value(step.at[i + 2]) >= 0) {
            to[len++] = (char)(hex_value(step.at[i + 1]) << 4 |
                               hex_value(step.at[i + 2]));
            i += 2;
        } else {
            to[len++] = step.at[i];
        }
    }
    for (size_t i = 0; i < len; i++) {
        bool escape = to[i] == '~' && i + 1 < len &&
                      (to[i + 1] == '0' || to[i + 1] == '1');
        to[out++] = escape ? to[i + 1] == '0' ? '~' : '/' : to[i];
        i += escape;
    }
    return (struct assay_str){to, out};
}

static const struct assay_json *walk(struct assay_arena *arena,
                                     const struct assay_json *node,
                                     struct assay_str pointer)
{
    while (node && pointer.len > 0) {
        pointer = assay_str_skip(pointer, 1);
        struct assay_str step =
            assay_str_head(pointer, assay_str_find(pointer, '/'));

        pointer = assay_str_skip(pointer, step.len);
        step = decode_step(arena, step);
        if (node->type == ASSAY_JSON_OBJECT) {
            node = assay_json_get_str(node, step);
        } else if (node->type == ASSAY_JSON_ARRAY) {
            uint64_t index;
            if (!assay_str_to_u64(step, &index))
                return NULL;
            for (node = node->first; node && index > 0; index--)
                node = node->next;
        } else {
            return NULL;
        }
    }
    return node;
}

const struct assay_json *assay_schema_check_target(
    struct assay_schema_compiler *c, const struct assay_json *ref)
{
    const struct assay_schema_place *place;
    const struct assay_json *node = NULL;
    struct assay_str uri, fragment = ASSAY_STR("");

    if (!assay_json_is(ref, ASSAY_JSON_STRING)) {
        assay_schema_check_refuse(c, ref, "expected a reference");
        return NULL;
    }
    uri = assay_uri_resolve(c->arena, resource_of(c, ref)->uri, ref->text);
    place = place_of(c, uri); /* an anchor, or a whole schema */
    if (place)
        return place->node;
    assay_str_cut(uri, '#', &uri, &fragment);
    place = place_of(c, uri);
    if (!place) {
        assay_schema_check_refuse(
            c, ref, "it leads to a schema elsewhere, which is not fetched");
        return NULL;
    }
    if (fragment.len == 0 || fragment.at[0] == '/')
        node = walk(c->arena, place->node, fragment);
    if (!node)
        assay_schema_check_refuse(c, ref, "it leads nowhere");
    return node;
}
