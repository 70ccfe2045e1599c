/*
 * JSON (RFC 8259) as a tree in an arena: reads strictly, keeps every
 * number's own text, builds and writes.
 *
 * Refused while reading: duplicate keys in one object, text that is not
 * UTF-8, lone surrogates, control characters in strings, NaN and Infinity,
 * trailing bytes, more than the stated depth. An error names line, column
 * and the path so far ("models[3].limit.context").
 */
#ifndef ASSAY_JSON_H
#define ASSAY_JSON_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/error.h"
#include "assay/str.h"

enum assay_json_type {
    ASSAY_JSON_NULL,
    ASSAY_JSON_FALSE,
    ASSAY_JSON_TRUE,
    ASSAY_JSON_NUMBER,
    ASSAY_JSON_STRING,
    ASSAY_JSON_ARRAY,
    ASSAY_JSON_OBJECT,
};

struct assay_json {
    enum assay_json_type type;
    uint32_t line;            /* 1-based line in the text it was read from */
    uint32_t count;           /* members or elements */
    uint32_t index;           /* place among its siblings, from 0 */
    struct assay_str key;     /* in an object: its member name */
    struct assay_str text;    /* STRING: decoded; NUMBER: as written */
    struct assay_json *first; /* ARRAY, OBJECT: children in order */
    struct assay_json *last;
    struct assay_json *next; /* sibling */
    struct assay_json *parent;
};

struct assay_json_limits {
    size_t max_bytes;     /* 0: 64 MiB */
    size_t max_depth;     /* 0: 64 */
    bool keep_duplicates; /* for lint: a key may stand twice; the first one
                             is found by name */
};

/*
 * Parses one document. The tree lives in the arena and borrows from `text`
 * where a string has no escapes, so `text` must live as long.
 * NULL on error: BAD_INPUT, or LIMIT for size, depth and more than 4 Mi
 * values (some 400 MB of tree).
 */
struct assay_json *assay_json_parse(struct assay_arena *arena,
                                    struct assay_str text,
                                    const struct assay_json_limits *limits,
                                    struct assay_error *err);

/*
 * Some members of an object, as text: "a" asks for the member of that name,
 * "a.b" for b alone where a is an object. Paths are ended by NULL and
 * borrowed; what is made of them is in the arena.
 */
struct assay_json_picks;
struct assay_json_picks *assay_json_picks_new(struct assay_arena *arena,
                                              const char *const *paths);
/*
 * Writes an object with only the members asked for to `to`, which has room
 * for text.len bytes; returns how many it wrote. For texts that were read
 * before, such as the store's: what is left out is not looked at, and keys
 * are compared as written. A text that is cut short or no object is written
 * whole, for the reader to refuse.
 */
size_t assay_json_pick(const struct assay_json_picks *picks,
                       struct assay_str text, char *to);

/* Member `key` of an object; NULL when absent, or when not an object. */
struct assay_json *assay_json_get(const struct assay_json *object,
                                  const char *key);
struct assay_json *assay_json_get_str(const struct assay_json *object,
                                      struct assay_str key);
/* Follows "a.b.c" through objects; NULL when any step is absent. */
struct assay_json *assay_json_at(const struct assay_json *object,
                                 const char *dotted_path);
bool assay_json_is(const struct assay_json *value, enum assay_json_type type);
/* Text of a string member, or the empty text (absent, null, other type). */
struct assay_str assay_json_text(const struct assay_json *object,
                                 const char *key);
/* Whole number without fraction or exponent, 0 … 2^63-1. */
bool assay_json_to_u64(const struct assay_json *value, uint64_t *number);
/* "object", "string", "number" … for messages. */
const char *assay_json_type_name(const struct assay_json *value);
/* "models[3].limit.context" of a value read or built; in the arena. */
struct assay_str assay_json_path(struct assay_arena *arena,
                                 const struct assay_json *value);

/*
 * Building. Every function returns the new node. Texts are borrowed, not
 * copied: they must live as long as the tree. `assay_json_set_*` append a
 * member (the key must be new: asserted in debug builds only for small
 * objects); `assay_json_add_*` append an element.
 */
struct assay_json *assay_json_object(struct assay_arena *arena);
struct assay_json *assay_json_array(struct assay_arena *arena);
struct assay_json *assay_json_string(struct assay_arena *arena,
                                     struct assay_str text);
struct assay_json *assay_json_number(struct assay_arena *arena,
                                     struct assay_str text);
struct assay_json *assay_json_uint(struct assay_arena *arena, uint64_t value);
struct assay_json *assay_json_bool(struct assay_arena *arena, bool value);
struct assay_json *assay_json_null(struct assay_arena *arena);
/* Attach a node that stands in no tree yet. */
struct assay_json *assay_json_set(struct assay_json *object, const char *key,
                                  struct assay_json *value);
struct assay_json *assay_json_set_key(struct assay_json *object,
                                      struct assay_str key,
                                      struct assay_json *value);
struct assay_json *assay_json_add(struct assay_json *array,
                                  struct assay_json *value);
/* Shorthands over the above. */
struct assay_json *assay_json_set_text(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, struct assay_str text);
struct assay_json *assay_json_set_c(struct assay_arena *arena,
                                    struct assay_json *object, const char *key,
                                    const char *text);
struct assay_json *assay_json_set_uint(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, uint64_t value);
struct assay_json *assay_json_set_bool(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key, bool value);
struct assay_json *assay_json_set_null(struct assay_arena *arena,
                                       struct assay_json *object,
                                       const char *key);
/* A deep copy in another arena, texts included. */
struct assay_json *assay_json_copy(struct assay_arena *arena,
                                   const struct assay_json *value);
/*
 * Same types, texts and children. The order of members does not matter;
 * numbers are equal when their texts are.
 */
bool assay_json_equal(const struct assay_json *a, const struct assay_json *b);

/*
 * Writing: compact (no white space), or indented by two spaces with a
 * newline at the end. Strings are escaped minimally, but what acts on a
 * terminal unseen (DEL, C1, bidi controls, zero widths, line separators)
 * never stands raw in one, nor '<', '>' and '&' when `html_safe`.
 */
struct assay_json_style {
    bool indent;
    bool html_safe;
};
void assay_json_write(struct assay_buf *out, const struct assay_json *value,
                      struct assay_json_style style);
/* One quoted, escaped string. */
void assay_json_write_string(struct assay_buf *out, struct assay_str text);

#endif
