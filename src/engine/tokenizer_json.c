/*
 * tokenizer.json of Hugging Face's tokenizers, as Gemma ships it: BPE with
 * byte fallback, pieces by name, merges by rank, added tokens that are found
 * in text first. Everything that would change what text becomes is refused
 * with its path where it is not Gemma's.
 *
 * In practice 17 to 34 MB, 256,000 pieces and 580,000 merges, of which
 * tokenizer.model says all in a quarter of the bytes: it is read first.
 *
 * Source: huggingface.co/docs/tokenizers, components; tokenizers/src/models/
 * bpe/serialization.rs; both read 2026-11-22.
 */
#include "engine/tokenizer_parts.h"

#include "assay/file.h"

#include <string.h>

enum { MOST_MERGES = 1 << 23 }; /* as a float, a rank is exact */

struct reading {
    struct assay_vocabulary *v;
    struct assay_arena *arena;
    const struct assay_json *root, *model;
    struct assay_error *err;
    struct assay_token_table ids; /* by name */
};

static bool fail_at(const struct reading *r, const struct assay_json *value,
                    const char *expected)
{
    return assay_fail(
        r->err, ASSAY_BAD_INPUT, "tokenizer.json: %.*s, expected %s",
        ASSAY_STR_ARG(assay_json_path(r->arena, value)), expected);
}

static bool is_stated(const struct assay_json *value)
{
    return value && value->type != ASSAY_JSON_NULL;
}

/* ------------------------------------------------------- settings */

/* {"type": "Replace", "pattern": {"String": " "}, "content": "▁"} */
static bool check_normalizer(const struct reading *r)
{
    const struct assay_json *n = assay_json_get(r->root, "normalizer");

    if (assay_str_is(assay_json_text(n, "type"), "Sequence") &&
        assay_json_is(assay_json_get(n, "normalizers"), ASSAY_JSON_ARRAY) &&
        assay_json_get(n, "normalizers")->count == 1)
        n = assay_json_get(n, "normalizers")->first;
    if (assay_str_is(assay_json_text(n, "type"), "Replace") &&
        assay_str_is(assay_json_text(assay_json_get(n, "pattern"), "String"),
                     " ") &&
        assay_str_is(assay_json_text(n, "content"), "\xe2\x96\x81"))
        return true;
    if (n)
        return fail_at(r, n, "spaces to become \xe2\x96\x81 and nothing else");
    return assay_fail(r->err, ASSAY_BAD_INPUT,
                      "tokenizer.json: no normalizer, expected one that "
                      "writes spaces as \xe2\x96\x81");
}

/* Gemma 2's splits at spaces, of which none are left by then. */
static bool check_pre_tokenizer(const struct reading *r)
{
    const struct assay_json *p = assay_json_get(r->root, "pre_tokenizer");

    if (!is_stated(p) ||
        (assay_str_is(assay_json_text(p, "type"), "Split") &&
         assay_str_is(assay_json_text(assay_json_get(p, "pattern"), "String"),
                      " ")))
        return true;
    return fail_at(r, p, "none, or one that splits at spaces");
}

static bool check_model(const struct reading *r)
{
    static const char *const absent[] = {"dropout", "continuing_subword_prefix",
                                         "end_of_word_suffix"};
    const struct assay_json *m = r->model;

    if (!assay_str_is(assay_json_text(m, "type"), "BPE"))
        return assay_fail(
            r->err, ASSAY_BAD_INPUT,
            "tokenizer.json: model.type is '%.*s', expected BPE",
            ASSAY_STR_ARG(assay_str_head(assay_json_text(m, "type"), 40)));
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        const struct assay_json *value = assay_json_get(m, absent[i]);

        if (is_stated(value) && !assay_str_is(value->text, ""))
            return fail_at(r, value, "null");
    }
    if (assay_json_is(assay_json_get(m, "ignore_merges"), ASSAY_JSON_TRUE))
        return fail_at(r, assay_json_get(m, "ignore_merges"), "false");
    if (!assay_json_is(assay_json_get(m, "vocab"), ASSAY_JSON_OBJECT))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tokenizer.json: model.vocab is no object");
    if (!assay_json_is(assay_json_get(m, "merges"), ASSAY_JSON_ARRAY))
        return assay_fail(r->err, ASSAY_BAD_INPUT,
                          "tokenizer.json: model.merges is no array");
    return true;
}

/* ------------------------------------------------------- tokens */

static bool id_of(const struct reading *r, const struct assay_json *value,
                  uint32_t *id)
{
    uint64_t number;

    if (!assay_json_to_u64(value, &number) || number >= ASSAY_MOST_TOKENS)
        return fail_at(r, value, "a token's number, less than 1,048,576");
    *id = (uint32_t)number;
    return true;
}

static const struct assay_json *first_added(const struct reading *r)
{
    const struct assay_json *added = assay_json_get(r->root, "added_tokens");

    return assay_json_is(added, ASSAY_JSON_ARRAY) ? added->first : NULL;
}

static bool count_tokens(const struct reading *r)
{
    uint32_t id = 0;

    for (const struct assay_json *p = assay_json_get(r->model, "vocab")->first;
         p; p = p->next) {
        if (!id_of(r, p, &id))
            return false;
        if (r->v->count <= id)
            r->v->count = id + 1;
    }
    for (const struct assay_json *a = first_added(r); a; a = a->next) {
        const struct assay_json *number = assay_json_get(a, "id");

        if (!number ||
            !assay_json_is(assay_json_get(a, "content"), ASSAY_JSON_STRING))
            return fail_at(r, a, "id and content");
        if (!id_of(r, number, &id))
            return false;
        if (r->v->count <= id)
            r->v->count = id + 1;
    }
    return true;
}

/* Ids that nobody names stay empty, and so unused. */
static bool read_tokens(const struct reading *r)
{
    struct assay_vocabulary *v = r->v;
    bool fallback = assay_json_is(assay_json_get(r->model, "byte_fallback"),
                                  ASSAY_JSON_TRUE);
    uint32_t id = 0;

    if (!count_tokens(r))
        return false;
    v->entries = assay_arena_try(r->arena, v->count, sizeof *v->entries);
    if (!v->entries)
        return assay_fail(r->err, ASSAY_SYSTEM, "no memory for %u tokens",
                          v->count);
    for (uint32_t i = 0; i < v->count; i++)
        v->entries[i] = (struct assay_vocabulary_entry){ASSAY_STR(""), 0,
                                                        ASSAY_TOKEN_UNUSED};
    for (const struct assay_json *p = assay_json_get(r->model, "vocab")->first;
         p; p = p->next) {
        if (!id_of(r, p, &id))
            return false;
        if (v->entries[id].name.len > 0)
            return fail_at(r, p, "a number that no other token has");
        v->entries[id].name = p->key;
        v->entries[id].kind = fallback && assay_byte_named(p->key) >= 0
                                  ? ASSAY_TOKEN_BYTE
                                  : ASSAY_TOKEN_NORMAL;
    }
    for (const struct assay_json *a = first_added(r); a; a = a->next) {
        struct assay_vocabulary_entry *entry;

        if (!id_of(r, assay_json_get(a, "id"), &id))
            return false;
        entry = &v->entries[id];
        entry->name = assay_json_text(a, "content");
        entry->kind =
            assay_json_is(assay_json_get(a, "special"), ASSAY_JSON_TRUE)
                ? ASSAY_TOKEN_CONTROL
                : ASSAY_TOKEN_DEFINED;
    }
    return true;
}

/* ------------------------------------------------------- merges */

/* ["a", "b"], or "a b" as files before 2024-09 have it. */
static bool parts_of(const struct assay_json *merge, struct assay_str *left,
                     struct assay_str *right)
{
    if (assay_json_is(merge, ASSAY_JSON_STRING))
        return assay_str_cut(merge->text, ' ', left, right) &&
               assay_str_find(*right, ' ') == right->len;
    if (!assay_json_is(merge, ASSAY_JSON_ARRAY) || merge->count != 2 ||
        !assay_json_is(merge->first, ASSAY_JSON_STRING) ||
        !assay_json_is(merge->last, ASSAY_JSON_STRING))
        return false;
    *left = merge->first->text;
    *right = merge->last->text;
    return true;
}

/* Names one behind the other, for a table. */
static bool index_names(struct reading *r)
{
    const struct assay_vocabulary *v = r->v;
    size_t bytes = 0, at = 0;
    char *names;

    for (uint32_t id = 0; id < v->count; id++) {
        if (v->entries[id].name.len > ASSAY_MOST_TOKEN_BYTES)
            return assay_fail(r->err, ASSAY_BAD_INPUT,
                              "tokenizer.json: token %u is longer than 1,024 "
                              "bytes",
                              id);
        bytes += v->entries[id].name.len;
    }
    names = assay_arena_try(r->arena, bytes, 1);
    if (!names)
        return assay_fail(r->err, ASSAY_SYSTEM, "no memory for %u tokens",
                          v->count);
    if (!assay_token_table_init(&r->ids, r->arena, names, v->count, r->err))
        return false;
    for (uint32_t id = 0; id < v->count; id++) {
        struct assay_str name = v->entries[id].name;

        if (name.len == 0)
            continue;
        memcpy(names + at, name.at, name.len);
        if (!assay_token_table_add(&r->ids, (uint32_t)at, (uint32_t)name.len,
                                   id))
            return assay_fail(r->err, ASSAY_BAD_INPUT,
                              "tokenizer.json: token %u and too many others "
                              "fall on one place of the table",
                              id);
        at += name.len;
    }
    return true;
}

static bool find_piece(const struct reading *r, struct assay_str name,
                       uint32_t *id)
{
    *id = assay_token_table_find(&r->ids, name);
    return *id != ASSAY_NO_TOKEN;
}

static bool read_merge(const struct reading *r, const struct assay_json *value,
                       struct assay_merge *merge)
{
    char both[2 * ASSAY_MOST_TOKEN_BYTES];
    struct assay_str left, right;

    if (!parts_of(value, &left, &right))
        return fail_at(r, value, "two pieces");
    if (left.len > ASSAY_MOST_TOKEN_BYTES || right.len > ASSAY_MOST_TOKEN_BYTES)
        return fail_at(r, value, "pieces of 1,024 bytes at most");
    memcpy(both, left.at, left.len);
    memcpy(both + left.len, right.at, right.len);
    if (find_piece(r, left, &merge->left) &&
        find_piece(r, right, &merge->right) &&
        find_piece(r, (struct assay_str){both, left.len + right.len},
                   &merge->merged))
        return true;
    return fail_at(r, value, "two pieces of model.vocab that make a third");
}

static bool read_merges(const struct reading *r)
{
    const struct assay_json *merges = assay_json_get(r->model, "merges");
    uint32_t count = 0;

    if (merges->count > MOST_MERGES)
        return assay_fail(r->err, ASSAY_LIMIT,
                          "tokenizer.json: %u merges, at most %d",
                          merges->count, MOST_MERGES);
    r->v->merges =
        assay_arena_try(r->arena, merges->count, sizeof *r->v->merges);
    if (!r->v->merges)
        return assay_fail(r->err, ASSAY_SYSTEM, "no memory for %u merges",
                          merges->count);
    for (const struct assay_json *m = merges->first; m; m = m->next)
        if (!read_merge(r, m, &r->v->merges[count++]))
            return false;
    r->v->merge_count = count;
    return true;
}

/* ------------------------------------------------------- the file */

/* A role by its name, where config.json may yet say another. */
static void set_named(struct assay_vocabulary *v, const char *name,
                      uint32_t *to)
{
    for (uint32_t id = 0; id < v->count && *to == ASSAY_NO_TOKEN; id++)
        if (assay_str_is(v->entries[id].name, name))
            *to = id;
}

bool assay_vocabulary_read_json(struct assay_vocabulary *vocabulary,
                                struct assay_arena *arena,
                                struct assay_str text, struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = ASSAY_MIB(128)};
    struct reading r = {.v = vocabulary, .arena = arena, .err = err};
    uint32_t eos = ASSAY_NO_TOKEN;

    r.root = assay_json_parse(arena, text, &limits, err);
    if (!r.root)
        return assay_fail_in(err, "tokenizer.json");
    r.model = assay_json_get(r.root, "model");
    if (!check_model(&r) || !check_normalizer(&r) || !check_pre_tokenizer(&r) ||
        !read_tokens(&r) || !index_names(&r) || !read_merges(&r))
        return false;
    set_named(vocabulary, "<bos>", &vocabulary->bos);
    set_named(vocabulary, "<pad>", &vocabulary->pad);
    set_named(vocabulary, "<unk>", &vocabulary->unknown);
    set_named(vocabulary, "<eos>", &eos);
    return eos == ASSAY_NO_TOKEN ||
           assay_vocabulary_add_end(vocabulary, eos, "<eos>", err);
}
