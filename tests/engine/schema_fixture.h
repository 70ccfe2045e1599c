/*
 * JSON schemas against a plain validator: the words of the specification,
 * one after the other, on a finished tree; and random values that nearly
 * fit a schema.
 */
#ifndef ASSAY_TESTS_SCHEMA_FIXTURE_H
#define ASSAY_TESTS_SCHEMA_FIXTURE_H

#include "support/support.h"

#include "assay/engine.h"
#include "assay/sampler.h"
#include "gguf/build_gguf.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- the validator */

static inline double validator_number(const struct assay_json *value)
{
    char text[64];
    size_t len = value->text.len < 63 ? value->text.len : 63;

    memcpy(text, value->text.at, len);
    text[len] = '\0';
    return strtod(text, NULL);
}

static inline bool validator_is(const struct assay_json *value,
                                struct assay_str type)
{
    if (assay_str_is(type, "integer"))
        return value->type == ASSAY_JSON_NUMBER &&
               validator_number(value) ==
                   (double)(int64_t)validator_number(value);
    if (assay_str_is(type, "boolean"))
        return value->type == ASSAY_JSON_TRUE ||
               value->type == ASSAY_JSON_FALSE;
    return assay_str_is(type, assay_json_type_name(value));
}

static inline uint64_t validator_count(const struct assay_json *schema,
                                       const char *key, uint64_t otherwise)
{
    uint64_t count = otherwise;

    (void)assay_json_to_u64(assay_json_get(schema, key), &count);
    return assay_json_get(schema, key) ? count : otherwise;
}

static inline size_t validator_characters(struct assay_str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

static inline bool validates(const struct assay_json *root,
                             const struct assay_json *schema,
                             const struct assay_json *value);

static inline bool validates_object(const struct assay_json *root,
                                    const struct assay_json *schema,
                                    const struct assay_json *value)
{
    const struct assay_json *properties = assay_json_get(schema, "properties");
    const struct assay_json *required = assay_json_get(schema, "required");
    const struct assay_json *others =
        assay_json_get(schema, "additionalProperties");

    for (const struct assay_json *m = value->first; m; m = m->next) {
        const struct assay_json *of = assay_json_get_str(properties, m->key);

        if (!of)
            of = others;
        if (of && !validates(root, of, m))
            return false;
    }
    for (const struct assay_json *r = required ? required->first : NULL; r;
         r = r->next)
        if (!assay_json_get_str(value, r->text))
            return false;
    return true;
}

static inline bool validates_array(const struct assay_json *root,
                                   const struct assay_json *schema,
                                   const struct assay_json *value)
{
    const struct assay_json *prefix = assay_json_get(schema, "prefixItems");
    const struct assay_json *of = prefix ? prefix->first : NULL;
    const struct assay_json *items = assay_json_get(schema, "items");

    for (const struct assay_json *v = value->first; v; v = v->next) {
        if (of ? !validates(root, of, v) : items && !validates(root, items, v))
            return false;
        of = of ? of->next : NULL;
    }
    return value->count >= validator_count(schema, "minItems", 0) &&
           value->count <= validator_count(schema, "maxItems", UINT64_MAX);
}

static inline bool validates_plain(const struct assay_json *schema,
                                   const struct assay_json *value)
{
    const struct assay_json *least = assay_json_get(schema, "minimum");
    const struct assay_json *most = assay_json_get(schema, "maximum");
    size_t len = validator_characters(value->text);

    if (value->type == ASSAY_JSON_STRING)
        return len >= validator_count(schema, "minLength", 0) &&
               len <= validator_count(schema, "maxLength", SIZE_MAX);
    if (value->type == ASSAY_JSON_NUMBER)
        return (!least || validator_number(value) >= validator_number(least)) &&
               (!most || validator_number(value) <= validator_number(most));
    return true;
}

static inline const struct assay_json *validator_reference(
    const struct assay_json *root, struct assay_str path)
{
    const struct assay_json *at = root;

    path = assay_str_skip(path, 1);
    while (path.len && at) {
        struct assay_str name;

        path = assay_str_skip(path, 1);
        name = assay_str_head(path, assay_str_find(path, '/'));
        path = assay_str_skip(path, name.len);
        at = assay_json_get_str(at, name);
    }
    return at;
}

static inline size_t validator_holding(const struct assay_json *root,
                                       const struct assay_json *list,
                                       const struct assay_json *value)
{
    size_t count = 0;

    for (const struct assay_json *s = list->first; s; s = s->next)
        count += validates(root, s, value);
    return count;
}

static inline bool validates(const struct assay_json *root,
                             const struct assay_json *schema,
                             const struct assay_json *value)
{
    const struct assay_json *at;
    bool found = false;

    if (schema->type != ASSAY_JSON_OBJECT)
        return schema->type == ASSAY_JSON_TRUE;
    if ((at = assay_json_get(schema, "$ref")) &&
        !validates(root, validator_reference(root, at->text), value))
        return false;
    if ((at = assay_json_get(schema, "const")) && !assay_json_equal(at, value))
        return false;
    if ((at = assay_json_get(schema, "enum"))) {
        for (const struct assay_json *v = at->first; v; v = v->next)
            found = found || assay_json_equal(v, value);
        if (!found)
            return false;
    }
    if ((at = assay_json_get(schema, "type"))) {
        found = at->type == ASSAY_JSON_STRING && validator_is(value, at->text);
        for (const struct assay_json *t = at->first; t; t = t->next)
            found = found || validator_is(value, t->text);
        if (!found)
            return false;
    }
    if ((at = assay_json_get(schema, "anyOf")) &&
        validator_holding(root, at, value) == 0)
        return false;
    if ((at = assay_json_get(schema, "oneOf")) &&
        validator_holding(root, at, value) != 1)
        return false;
    if (value->type == ASSAY_JSON_OBJECT)
        return validates_object(root, schema, value);
    if (value->type == ASSAY_JSON_ARRAY)
        return validates_array(root, schema, value);
    return validates_plain(schema, value);
}

/* ------------------------------------------------------- random values */

static const char *const names[] = {"a", "b", "ab", "c", "kind", "next", ""};
static const char *const words[] = {
    "\"\"",     "\"a\"",    "\"ab\"",      "\"abc\"",           "\"x\"",
    "\"\\\"\"", "\"\\n\"",  "\"é日\"",     "\"leaf\"",          "\"node\"",
    "\"red\"",  "\"reds\"", "\"\\u00e9\"", "\"\\\\abc\"",       "true",
    "false",    "null",     "\"😀\"",       "\"\\ud83d\\ude00\""};
static const char *const numbers[] = {"0",   "1",    "-1",  "5",     "7",
                                      "10",  "42",   "-42", "99",    "100",
                                      "-7",  "1.5",  "0.1", "1e-3",  "-2.5E-7",
                                      "123", "1000", "12",  "65535", "-100"};

#define PICK(list, seed) \
    ((list)[next_random(seed) % (sizeof(list) / sizeof *(list))])

static inline void any_value(struct assay_buf *out, uint64_t *seed, int depth)
{
    uint64_t kind = next_random(seed) % (depth > 0 ? 6 : 4);
    size_t count = next_random(seed) % 4;
    uint64_t used = 0;

    if (kind < 2) {
        assay_buf_add_c(out, PICK(words, seed));
    } else if (kind < 4) {
        assay_buf_add_c(out, PICK(numbers, seed));
    } else if (kind == 4) {
        assay_buf_add_char(out, '[');
        for (size_t i = 0; i < count; i++) {
            assay_buf_add_c(out, i ? "," : "");
            any_value(out, seed, depth - 1);
        }
        assay_buf_add_char(out, ']');
    } else {
        assay_buf_add_char(out, '{');
        for (size_t i = 0; i < count; i++) {
            size_t name = next_random(seed) % 7;

            if (used >> name & 1)
                continue;
            assay_buf_printf(out, "%s\"%s\":", used ? "," : "", names[name]);
            used |= (uint64_t)1 << name;
            any_value(out, seed, depth - 1);
        }
        assay_buf_add_char(out, '}');
    }
}

static inline const struct assay_json *one_of(const struct assay_json *list,
                                              uint64_t *seed)
{
    const struct assay_json *at = list->first;

    for (uint64_t i = next_random(seed) % list->count; i > 0; i--)
        at = at->next;
    return at;
}

static inline void write_json(struct assay_buf *out,
                              const struct assay_json *value)
{
    assay_json_write(out, value, (struct assay_json_style){0});
}

/* Now and then something else than the schema says. */
static inline void like(struct assay_buf *out, const struct assay_json *root,
                        const struct assay_json *schema, uint64_t *seed,
                        int depth);

static inline void like_object(struct assay_buf *out,
                               const struct assay_json *root,
                               const struct assay_json *schema, uint64_t *seed,
                               int depth)
{
    const struct assay_json *list = assay_json_get(schema, "properties");
    bool begun = false;

    assay_buf_add_char(out, '{');
    for (const struct assay_json *m = list ? list->first : NULL; m;
         m = m->next) {
        if (next_random(seed) % 6 == 0 || (depth < 1 && begun))
            continue;
        if (begun)
            assay_buf_add_char(out, ',');
        assay_json_write_string(out, m->key);
        assay_buf_add_char(out, ':');
        like(out, root, m, seed, depth - 1);
        begun = true;
    }
    if (next_random(seed) % 4 == 0) {
        assay_buf_add_c(out, begun ? ",\"more\":" : "\"more\":");
        any_value(out, seed, 1);
    }
    assay_buf_add_char(out, '}');
}

static inline void like_array(struct assay_buf *out,
                              const struct assay_json *root,
                              const struct assay_json *schema, uint64_t *seed,
                              int depth)
{
    const struct assay_json *prefix = assay_json_get(schema, "prefixItems");
    const struct assay_json *of = prefix ? prefix->first : NULL;
    const struct assay_json *items = assay_json_get(schema, "items");
    size_t count = depth > 0 ? next_random(seed) % 5 : 0;

    assay_buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        assay_buf_add_c(out, i ? "," : "");
        if (of)
            like(out, root, of, seed, depth - 1);
        else if (items)
            like(out, root, items, seed, depth - 1);
        else
            any_value(out, seed, 1);
        of = of ? of->next : NULL;
    }
    assay_buf_add_char(out, ']');
}

static inline void like(struct assay_buf *out, const struct assay_json *root,
                        const struct assay_json *schema, uint64_t *seed,
                        int depth)
{
    const struct assay_json *at;

    if (next_random(seed) % 12 == 0 || depth < -3) {
        any_value(out, seed, 1);
        return;
    }
    if ((at = assay_json_get(schema, "$ref"))) {
        like(out, root, validator_reference(root, at->text), seed, depth - 1);
    } else if ((at = assay_json_get(schema, "const"))) {
        write_json(out, at);
    } else if ((at = assay_json_get(schema, "enum"))) {
        write_json(out, one_of(at, seed));
    } else if ((at = assay_json_get(schema, "anyOf")) ||
               (at = assay_json_get(schema, "oneOf"))) {
        like(out, root, one_of(at, seed), seed, depth);
    } else if ((at = assay_json_get(schema, "type"))) {
        struct assay_str type = at->text;

        if (at->type == ASSAY_JSON_ARRAY)
            type = one_of(at, seed)->text;
        if (assay_str_is(type, "object"))
            like_object(out, root, schema, seed, depth);
        else if (assay_str_is(type, "array"))
            like_array(out, root, schema, seed, depth);
        else if (assay_str_is(type, "null"))
            assay_buf_add_c(out, "null");
        else if (assay_str_is(type, "boolean"))
            assay_buf_add_c(out, next_random(seed) % 2 ? "true" : "false");
        else if (assay_str_is(type, "string"))
            assay_buf_add_c(out, PICK(words, seed));
        else
            assay_buf_add_c(out, PICK(numbers, seed));
    } else {
        any_value(out, seed, 2);
    }
}

/* ------------------------------------------------------- schemas */

/* The vocabulary of a model that ships: letters and all bytes. */
static inline struct assay_tokenizer *nano_tokenizer(void)
{
    struct assay_error err = {0};
    struct assay_weights *weights =
        assay_local_weights(ASSAY_STR("nano-xs"), &err);
    struct assay_tokenizer *tokenizer =
        weights ? assay_tokenizer_new(weights, &err) : NULL;

    assay_weights_close(weights);
    if (!tokenizer)
        fail_msg("%s", err.text);
    return tokenizer;
}

static inline struct assay_json *json_of(struct assay_arena *arena,
                                         const char *text)
{
    struct assay_error err = {0};
    struct assay_json *json =
        assay_json_parse(arena, assay_str_c(text), NULL, &err);

    if (!json)
        fail_msg("%s: %s", text ? text : "any object", err.text);
    return json;
}

/* One that has to be right; NULL text: any object. */
static inline struct assay_schema *schema_of(
    const struct assay_tokenizer *tokenizer, const char *text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_schema *schema =
        assay_schema_new(text ? json_of(&arena, text) : NULL, tokenizer, &err);

    if (!schema)
        fail_msg("%s: %s", text ? text : "any object", err.text);
    assay_arena_free(&arena);
    return schema;
}

/* Taken byte by byte, and it may end there. */
static inline bool accepts(struct assay_schema *schema, struct assay_str text)
{
    struct assay_constraint *c = assay_constraint_new(schema);
    bool ok = true;

    for (size_t i = 0; i < text.len && ok; i++)
        ok = assay_constraint_take(c, (struct assay_str){text.at + i, 1});
    ok = ok && assay_constraint_may_end(c);
    assay_constraint_free(c);
    return ok;
}

#endif
