/*
 * JSON trees in memory: finding, naming, comparing and copying. No function
 * recurses; walks climb by parent links.
 */
#include "assay/json.h"

#include <stdint.h>
#include <string.h>

struct assay_json *assay_json_get(const struct assay_json *object,
                                  const char *key)
{
    return assay_json_get_str(object, assay_str_c(key));
}

struct assay_json *assay_json_get_str(const struct assay_json *object,
                                      struct assay_str key)
{
    if (!assay_json_is(object, ASSAY_JSON_OBJECT))
        return NULL;
    struct assay_json *member = object->first;
    while (member && !assay_str_equal(member->key, key))
        member = member->next;
    return member;
}

struct assay_json *assay_json_at(const struct assay_json *object,
                                 const char *dotted_path)
{
    struct assay_str rest = assay_str_c(dotted_path), key;

    while (assay_str_cut(rest, '.', &key, &rest))
        object = assay_json_get_str(object, key);
    return assay_json_get_str(object, rest);
}

bool assay_json_is(const struct assay_json *value, enum assay_json_type type)
{
    return value && value->type == type;
}

struct assay_str assay_json_text(const struct assay_json *object,
                                 const char *key)
{
    const struct assay_json *value = assay_json_get(object, key);
    if (!assay_json_is(value, ASSAY_JSON_STRING))
        return ASSAY_STR("");
    return value->text;
}

bool assay_json_to_u64(const struct assay_json *value, uint64_t *number)
{
    uint64_t found;
    if (!assay_json_is(value, ASSAY_JSON_NUMBER) ||
        !assay_str_to_u64(value->text, &found) || found > INT64_MAX)
        return false;
    *number = found;
    return true;
}

const char *assay_json_type_name(const struct assay_json *value)
{
    static const char *const names[] = {
        [ASSAY_JSON_NULL] = "null",     [ASSAY_JSON_FALSE] = "false",
        [ASSAY_JSON_TRUE] = "true",     [ASSAY_JSON_NUMBER] = "number",
        [ASSAY_JSON_STRING] = "string", [ASSAY_JSON_ARRAY] = "array",
        [ASSAY_JSON_OBJECT] = "object",
    };
    return value ? names[value->type] : "nothing";
}

/* A key that can stand in a path without quotes: "gpt-4", not "gpt-4.1". */
static bool is_plain_key(struct assay_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        unsigned char c = (unsigned char)key.at[i];
        if (c <= ' ' || c == 0x7f || memchr(".[]\"\\", c, 5))
            return false;
    }
    return key.len > 0;
}

static void write_step(struct assay_buf *out, const struct assay_json *value)
{
    if (value->parent->type == ASSAY_JSON_ARRAY) {
        assay_buf_printf(out, "[%u]", (unsigned)value->index);
    } else if (is_plain_key(value->key)) {
        if (out->len > 0)
            assay_buf_add_char(out, '.');
        assay_buf_add(out, value->key);
    } else {
        assay_buf_add_char(out, '[');
        assay_json_write_string(out, value->key);
        assay_buf_add_char(out, ']');
    }
}

struct assay_str assay_json_path(struct assay_arena *arena,
                                 const struct assay_json *value)
{
    struct assay_arena scratch = {0};
    struct assay_buf out;
    size_t depth = 0;

    assay_buf_init(&out, SIZE_MAX / 2);
    for (const struct assay_json *at = value; at->parent; at = at->parent)
        depth++;
    const struct assay_json **steps =
        ASSAY_NEW_ARRAY(&scratch, const struct assay_json *, depth);
    for (size_t i = depth; i > 0; i--) {
        steps[i - 1] = value;
        value = value->parent;
    }
    for (size_t i = 0; i < depth; i++)
        write_step(&out, steps[i]);
    struct assay_str path = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    assay_arena_free(&scratch);
    return path;
}

static struct assay_json *copy_alone(struct assay_arena *arena,
                                     const struct assay_json *from)
{
    struct assay_json *node = ASSAY_NEW(arena, struct assay_json);
    node->type = from->type;
    node->line = from->line;
    node->key = ASSAY_STR("");
    node->text = ASSAY_STR("");
    if (from->text.len > 0)
        node->text = assay_arena_copy(arena, from->text);
    return node;
}

static struct assay_json *copy_child(struct assay_arena *arena,
                                     struct assay_json *parent,
                                     const struct assay_json *from)
{
    struct assay_json *node = copy_alone(arena, from);
    if (parent->type == ASSAY_JSON_ARRAY)
        return assay_json_add(parent, node);
    return assay_json_set_key(parent, assay_arena_copy(arena, from->key), node);
}

struct assay_json *assay_json_copy(struct assay_arena *arena,
                                   const struct assay_json *value)
{
    struct assay_json *top = copy_alone(arena, value), *node = top;
    const struct assay_json *at = value;

    /* `node` is the copy of `at`. */
    for (;;) {
        if (at->first) {
            at = at->first;
            node = copy_child(arena, node, at);
            continue;
        }
        while (at != value && !at->next) {
            at = at->parent;
            node = node->parent;
        }
        if (at == value)
            return top;
        at = at->next;
        node = copy_child(arena, node->parent, at);
    }
}

static bool equal_alone(const struct assay_json *a, const struct assay_json *b)
{
    return b && a->type == b->type && a->count == b->count &&
           assay_str_equal(a->text, b->text);
}

/*
 * The child of `parent` that answers to `child` of another tree: by key in
 * an object, trying the neighbour of the last one first.
 */
static const struct assay_json *partner(const struct assay_json *parent,
                                        const struct assay_json *guess,
                                        const struct assay_json *child)
{
    if (parent->type == ASSAY_JSON_ARRAY)
        return guess;
    if (guess && assay_str_equal(guess->key, child->key))
        return guess;
    return assay_json_get_str(parent, child->key);
}

bool assay_json_equal(const struct assay_json *a, const struct assay_json *b)
{
    const struct assay_json *top = a;

    for (;;) {
        if (!equal_alone(a, b))
            return false;
        if (a->first) {
            b = partner(b, b->first, a->first);
            a = a->first;
            continue;
        }
        while (a != top && !a->next) {
            a = a->parent;
            b = b->parent;
        }
        if (a == top)
            return true;
        a = a->next;
        b = partner(b->parent, b->next, a);
    }
}
