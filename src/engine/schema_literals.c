/*
 * Values that a schema spells out: const, enum, and the words of JSON. They
 * are texts, as assay writes them without white space; a list of them is
 * one node, however long.
 */
#include "engine/schema_compile.h"

#include <stdlib.h>

static int by_bytes(const void *a, const void *b)
{
    const struct assay_str *x = a, *y = b;

    return assay_str_compare(*x, *y);
}

/* Sorts them, and leaves out what stands twice. */
static struct assay_schema_node *texts_node(struct assay_schema_compiler *c,
                                            const struct assay_json *from,
                                            struct assay_str *texts,
                                            size_t count)
{
    struct assay_schema_node *node =
        assay_schema_new_node(c, ASSAY_SCHEMA_LITERAL, from);
    size_t left = 0;

    if (!node)
        return NULL;
    qsort(texts, count, sizeof *texts, by_bytes);
    for (size_t i = 0; i < count; i++)
        if (left == 0 || !assay_str_equal(texts[left - 1], texts[i]))
            texts[left++] = texts[i];
    node->literals = texts;
    node->literal_count = left;
    return node;
}

const struct assay_schema_node *assay_schema_words(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const char *const *words)
{
    struct assay_str *texts;
    size_t count = 0;

    while (words[count])
        count++;
    texts = ASSAY_NEW_ARRAY(&c->schema->arena, struct assay_str, count);
    for (size_t i = 0; i < count; i++)
        texts[i] = assay_str_c(words[i]);
    return texts_node(c, from, texts, count);
}

static bool write_text(struct assay_schema_compiler *c,
                       const struct assay_json *value, struct assay_str *copy)
{
    struct assay_buf text;
    bool ok;

    assay_buf_init(&text, (size_t)1 << 16);
    assay_json_write(&text, value, (struct assay_json_style){0});
    ok = !text.failed;
    *copy = assay_arena_copy(&c->schema->arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return ok ||
           assay_schema_refuse(c, value, "this value is longer than 64 KiB");
}

/* 1.0 and 1e3 are whole too; what is not plain is not taken for it. */
static bool is_of(const struct assay_json *value, struct assay_str type)
{
    if (assay_str_is(type, "integer")) {
        if (value->type != ASSAY_JSON_NUMBER)
            return false;
        for (size_t i = 0; i < value->text.len; i++)
            if (value->text.at[i] == '.' || (value->text.at[i] | 32) == 'e')
                return false;
        return true;
    }
    if (assay_str_is(type, "boolean"))
        return value->type == ASSAY_JSON_TRUE ||
               value->type == ASSAY_JSON_FALSE;
    return assay_str_is(type, assay_json_type_name(value));
}

/* Of the type beside it, or of one of the types; absent: of any. */
static bool fits(const struct assay_json *value, const struct assay_json *type)
{
    bool found = false;

    if (!type || type->type != ASSAY_JSON_ARRAY)
        return !type || is_of(value, type->text);
    for (const struct assay_json *t = type->first; t; t = t->next)
        found = found || is_of(value, t->text);
    return found;
}

const struct assay_schema_node *assay_schema_compile_const(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"const", "type", NULL};
    const struct assay_json *value = assay_json_get(from, "const");
    struct assay_str *text =
        ASSAY_NEW_ARRAY(&c->schema->arena, struct assay_str, 1);

    if (!assay_schema_check_members(c, from, known) ||
        !write_text(c, value, text))
        return NULL;
    if (fits(value, assay_json_get(from, "type")))
        return texts_node(c, from, text, 1);
    assay_schema_refuse(c, value, "it is not of the type that is asked for");
    return NULL;
}

const struct assay_schema_node *assay_schema_compile_enum(
    struct assay_schema_compiler *c, const struct assay_json *from)
{
    static const char *const known[] = {"enum", "type", NULL};
    const struct assay_json *list = assay_json_get(from, "enum");
    const struct assay_json *type = assay_json_get(from, "type");
    struct assay_str *texts;
    size_t count = 0;

    if (!assay_schema_check_members(c, from, known))
        return NULL;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || list->count == 0) {
        assay_schema_refuse(c, list, "expected a list of values");
        return NULL;
    }
    texts = ASSAY_NEW_ARRAY(&c->schema->arena, struct assay_str, list->count);
    for (const struct assay_json *v = list->first; v; v = v->next)
        if (fits(v, type) && !write_text(c, v, &texts[count++]))
            return NULL;
    if (count > 0)
        return texts_node(c, from, texts, count);
    assay_schema_refuse(c, list, "no value is of the type that is asked for");
    return NULL;
}
