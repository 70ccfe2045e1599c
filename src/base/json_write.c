/*
 * JSON out: building trees and writing them. What is written is always
 * UTF-8; bytes that are not become U+FFFD.
 */
#include "assay/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    INDENT = 2,
    CHECKED_MEMBERS = 32, /* for the assertion that keys are new */
};

/* ---- Building ---- */

static struct assay_json *new_node(struct assay_arena *arena,
                                   enum assay_json_type type)
{
    struct assay_json *node = ASSAY_NEW(arena, struct assay_json);
    node->type = type;
    node->key = ASSAY_STR("");
    node->text = ASSAY_STR("");
    return node;
}

static struct assay_json *new_text(struct assay_arena *arena,
                                   enum assay_json_type type,
                                   struct assay_str text)
{
    struct assay_json *node = new_node(arena, type);
    node->text = text;
    return node;
}

struct assay_json *assay_json_object(struct assay_arena *arena)
{
    return new_node(arena, ASSAY_JSON_OBJECT);
}

struct assay_json *assay_json_array(struct assay_arena *arena)
{
    return new_node(arena, ASSAY_JSON_ARRAY);
}

struct assay_json *assay_json_string(struct assay_arena *arena,
                                     struct assay_str text)
{
    return new_text(arena, ASSAY_JSON_STRING, text);
}

struct assay_json *assay_json_number(struct assay_arena *arena,
                                     struct assay_str text)
{
    assert(text.len > 0);
    return new_text(arena, ASSAY_JSON_NUMBER, text);
}

struct assay_json *assay_json_uint(struct assay_arena *arena, uint64_t value)
{
    return assay_json_number(arena,
                             assay_arena_printf(arena, "%" PRIu64, value));
}

struct assay_json *assay_json_bool(struct assay_arena *arena, bool value)
{
    return new_node(arena, value ? ASSAY_JSON_TRUE : ASSAY_JSON_FALSE);
}

struct assay_json *assay_json_null(struct assay_arena *arena)
{
    return new_node(arena, ASSAY_JSON_NULL);
}

static struct assay_json *attach(struct assay_json *parent,
                                 struct assay_json *value)
{
    assert(!value->parent && !value->next);
    value->parent = parent;
    value->index = parent->count;
    if (parent->last)
        parent->last->next = value;
    else
        parent->first = value;
    parent->last = value;
    parent->count++;
    return value;
}

struct assay_json *assay_json_set(struct assay_json *object, const char *key,
                                  struct assay_json *value)
{
    return assay_json_set_key(object, assay_str_c(key), value);
}

struct assay_json *assay_json_set_key(struct assay_json *object,
                                      struct assay_str key,
                                      struct assay_json *value)
{
    assert(object->type == ASSAY_JSON_OBJECT);
    assert(object->count > CHECKED_MEMBERS || !assay_json_get_str(object, key));
    value->key = key;
    return attach(object, value);
}

struct assay_json *assay_json_add(struct assay_json *array,
                                  struct assay_json *value)
{
    assert(array->type == ASSAY_JSON_ARRAY);
    return attach(array, value);
}

struct assay_json *assay_json_set_text(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, struct assay_str text)
{
    return assay_json_set(object, key, assay_json_string(arena, text));
}

struct assay_json *assay_json_set_c(struct assay_arena *arena,
                                    struct assay_json *object, const char *key,
                                    const char *text)
{
    return assay_json_set_text(arena, object, key, assay_str_c(text));
}

struct assay_json *assay_json_set_uint(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, uint64_t value)
{
    return assay_json_set(object, key, assay_json_uint(arena, value));
}

struct assay_json *assay_json_set_bool(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, bool value)
{
    return assay_json_set(object, key, assay_json_bool(arena, value));
}

struct assay_json *assay_json_set_null(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key)
{
    return assay_json_set(object, key, assay_json_null(arena));
}

/* ---- Writing ---- */

/*
 * What acts on a terminal or turns a line around without being seen: C1 and
 * DEL, and of the General Punctuation block U+200B to 200F, U+2028 to 202E,
 * U+2060 to 206F. Bytes of the character, or 0.
 */
static size_t is_unseen(struct assay_str s)
{
    unsigned char first = (unsigned char)s.at[0];
    unsigned char second = s.len > 1 ? (unsigned char)s.at[1] : 0;
    unsigned char third = s.len > 2 ? (unsigned char)s.at[2] : 0;

    if (first == 0x7f)
        return 1;
    if ((first == 0xc2 && second >= 0x80 && second < 0xa0) ||
        (first == 0xd8 && second == 0x9c)) /* U+061C, a bidi control */
        return 2;
    if (first == 0xef && second == 0xbb && third == 0xbf) /* U+FEFF */
        return 3;
    if (first != 0xe2)
        return 0;
    if (second == 0x80 &&
        ((third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae)))
        return 3;
    return second == 0x81 && third >= 0xa0 && third <= 0xaf ? 3 : 0;
}

/* Bytes of the character at s.at that cannot stand there raw, or 0. */
static size_t must_escape(struct assay_str s, bool html_safe)
{
    unsigned char c = (unsigned char)s.at[0];

    if (c < 0x20 || c == '"' || c == '\\' ||
        (html_safe && (c == '<' || c == '>' || c == '&')))
        return 1;
    return is_unseen(s);
}

static void write_escape(struct assay_buf *out, struct assay_str character)
{
    static const char values[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const unsigned char *c = (const unsigned char *)character.at;
    const char *value = memchr(values, c[0], sizeof(values) - 1);
    unsigned code = c[0];

    if (value) {
        assay_buf_add_char(out, '\\');
        assay_buf_add_char(out, names[value - values]);
        return;
    }
    if (character.len == 2)
        code = (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU);
    else if (character.len == 3)
        code = (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
    assay_buf_printf(out, "\\u%04x", code);
}

/* Most bytes: nothing that must_escape would have to look at. */
static bool is_plain(char byte, bool html_safe)
{
    unsigned char c = (unsigned char)byte;

    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c == 0xc2 ||
        c == 0xd8 || c == 0xe2 || c == 0xef)
        return false;
    return !html_safe || (c != '<' && c != '>' && c != '&');
}

/* `text` is UTF-8. */
static void write_escaped(struct assay_buf *out, struct assay_str text,
                          bool html_safe)
{
    size_t run = 0; /* bytes of text that stand as they are */

    for (;;) {
        while (run < text.len && is_plain(text.at[run], html_safe))
            run++;
        if (run == text.len)
            break;
        size_t n = must_escape(assay_str_skip(text, run), html_safe);
        if (n == 0) {
            run++;
            continue;
        }
        assay_buf_add(out, assay_str_head(text, run));
        text = assay_str_skip(text, run);
        write_escape(out, assay_str_head(text, n));
        text = assay_str_skip(text, n);
        run = 0;
    }
    assay_buf_add(out, text);
}

static void write_string(struct assay_buf *out, struct assay_str text,
                         bool html_safe)
{
    assay_buf_add_char(out, '"');
    while (text.len > 0) {
        size_t good = assay_utf8_bad_at(text);
        write_escaped(out, assay_str_head(text, good), html_safe);
        if (good < text.len)
            assay_buf_add_c(out, "\xef\xbf\xbd"); /* U+FFFD */
        text = assay_str_skip(text, good + (good < text.len));
    }
    assay_buf_add_char(out, '"');
}

void assay_json_write_string(struct assay_buf *out, struct assay_str text)
{
    write_string(out, text, false);
}

static void new_line(struct assay_buf *out, struct assay_json_style style,
                     size_t depth)
{
    if (!style.indent)
        return;
    assay_buf_add_char(out, '\n');
    assay_buf_fill(out, ' ', depth * INDENT);
}

static void write_key(struct assay_buf *out, const struct assay_json *value,
                      struct assay_json_style style)
{
    write_string(out, value->key, style.html_safe);
    assay_buf_add_c(out, style.indent ? ": " : ":");
}

/* A whole scalar or empty container; of another the opening bracket. */
static void write_start(struct assay_buf *out, const struct assay_json *value,
                        struct assay_json_style style)
{
    switch (value->type) {
    case ASSAY_JSON_NULL:
    case ASSAY_JSON_FALSE:
    case ASSAY_JSON_TRUE:
        assay_buf_add_c(out, assay_json_type_name(value));
        break;
    case ASSAY_JSON_NUMBER:
        assay_buf_add(out, value->text);
        break;
    case ASSAY_JSON_STRING:
        write_string(out, value->text, style.html_safe);
        break;
    case ASSAY_JSON_ARRAY:
        assay_buf_add_c(out, value->first ? "[" : "[]");
        break;
    case ASSAY_JSON_OBJECT:
        assay_buf_add_c(out, value->first ? "{" : "{}");
        break;
    }
}

void assay_json_write(struct assay_buf *out, const struct assay_json *value,
                      struct assay_json_style style)
{
    const struct assay_json *at = value;
    size_t depth = 0;

    for (;;) {
        if (at != value && at->parent->type == ASSAY_JSON_OBJECT)
            write_key(out, at, style);
        write_start(out, at, style);
        if (at->first) {
            new_line(out, style, ++depth);
            at = at->first;
            continue;
        }
        while (at != value && !at->next) {
            at = at->parent;
            new_line(out, style, --depth);
            assay_buf_add_char(out, at->type == ASSAY_JSON_OBJECT ? '}' : ']');
        }
        if (at == value)
            break;
        assay_buf_add_char(out, ',');
        new_line(out, style, depth);
        at = at->next;
    }
    if (style.indent)
        assay_buf_add_char(out, '\n');
}
