/*
 * A tokenizer, built of what the readers found: every token checked, its
 * text copied, and the tables that text is looked up in.
 *
 * Nothing of a vocabulary is believed. Two equal pieces: text becomes the
 * first one, both are written the same. An empty piece counts as unused. A
 * piece that is called like one of Gemma's control tokens is one, whatever
 * its type says: files with wrong types are common, and the text of a user
 * must not become one.
 *
 * In practice 256,000 pieces, 2 MB of text, 30 ms.
 */
#include "assay/tokenizer.h"

#include "engine/tokenizer_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TEXT ((size_t)256 << 20) /* of all names and pieces */

static const char meta_space[] = "\xe2\x96\x81"; /* ▁ */

/* ------------------------------------------------------- what is read */

bool assay_vocabulary_set(const struct assay_vocabulary *vocabulary,
                          uint64_t id, const char *key, uint32_t *to,
                          struct assay_error *err)
{
    if (id >= vocabulary->count)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s is %llu, expected a token: there are %u", key,
                          (unsigned long long)id, vocabulary->count);
    *to = (uint32_t)id;
    return true;
}

bool assay_vocabulary_add_end(struct assay_vocabulary *vocabulary, uint64_t id,
                              const char *key, struct assay_error *err)
{
    uint32_t token = 0;

    if (!assay_vocabulary_set(vocabulary, id, key, &token, err))
        return false;
    if (vocabulary->end_count == ASSAY_MOST_ENDS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: more than %d tokens that end an answer", key,
                          ASSAY_MOST_ENDS);
    vocabulary->ends[vocabulary->end_count++] = token;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int assay_byte_named(struct assay_str name)
{
    if (name.len != 6 || !assay_str_starts(name, "<0x") || name.at[5] != '>')
        return -1;
    int high = hex_digit(name.at[3]), low = hex_digit(name.at[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* ------------------------------------------------------- one token */

static struct assay_str name_of(const struct assay_tokenizer *t, uint32_t id)
{
    return (struct assay_str){t->text + t->tokens[id].name_at,
                              t->tokens[id].name_len};
}

static struct assay_str key_of(const struct assay_tokenizer *t, uint32_t id)
{
    return (struct assay_str){t->text + t->tokens[id].key_at,
                              t->tokens[id].key_len};
}

/* "<unused0>" to "<unused98>" of Gemma, and their like. */
static bool is_reserved(struct assay_str name)
{
    uint64_t number;

    return assay_str_starts(name, "<unused") && assay_str_ends(name, ">") &&
           assay_str_to_u64((struct assay_str){name.at + 7, name.len - 8},
                            &number);
}

/*
 * Names that no text of a user may become; those that llama.cpp's converter
 * takes for special too (engine notes 1.5), and what other models of the
 * family write as <|name|>.
 */
static bool is_control_name(struct assay_str name)
{
    static const char *const names[] = {
        "<pad>",           "<eos>",         "<bos>",
        "<unk>",           "<mask>",        "<2mass>",
        "[@BOS@]",         "<s>",           "</s>",
        "<start_of_turn>", "<end_of_turn>", "<start_of_image>",
        "<end_of_image>",
    };

    if (name.at[0] != '<' && name.at[0] != '[')
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (assay_str_is(name, names[i]))
            return true;
    return is_reserved(name) || (name.len > 4 && assay_str_starts(name, "<|") &&
                                 assay_str_ends(name, "|>"));
}

static uint8_t kind_of(struct assay_str name, enum assay_token_kind kind)
{
    if (name.len == 0)
        return ASSAY_TOKEN_UNUSED;
    if (kind != ASSAY_TOKEN_UNKNOWN && kind != ASSAY_TOKEN_UNUSED &&
        is_control_name(name))
        return ASSAY_TOKEN_CONTROL;
    return (uint8_t)kind;
}

/* Writes the name with spaces for ▁; how many bytes. */
static size_t write_key(char *to, struct assay_str name)
{
    size_t len = 0;

    for (size_t i = 0; i < name.len;) {
        bool space =
            name.len - i >= 3 && memcmp(name.at + i, meta_space, 3) == 0;

        to[len++] = space ? ' ' : name.at[i];
        i += space ? 3 : 1;
    }
    return len;
}

static bool fail_token(const struct assay_vocabulary *v, uint32_t id,
                       const char *why, struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT, "%s: token %u %s", v->what, id,
                      why);
}

/* `at`: where its text goes, and where the next one's does. */
static bool add_token(struct assay_tokenizer *t,
                      const struct assay_vocabulary *v, uint32_t id, size_t *at,
                      struct assay_error *err)
{
    const struct assay_vocabulary_entry *entry = &v->entries[id];
    struct assay_token *token = &t->tokens[id];
    char *text = t->text + *at;

    /* the file may change below us: what is checked is the copy */
    if (entry->name.len > 0)
        memcpy(text, entry->name.at, entry->name.len);
    struct assay_str name = {text, entry->name.len};
    if (!assay_utf8_valid(name))
        return fail_token(v, id, "is not UTF-8", err);
    if (isnan(entry->score))
        return fail_token(v, id, "has a score that is not a number", err);
    *token = (struct assay_token){
        .name_at = (uint32_t)*at,
        .name_len = (uint16_t)name.len,
        .kind = kind_of(name, entry->kind),
        .score = entry->score,
    };
    *at += name.len;
    token->key_at = (uint32_t)*at;
    if (token->kind == ASSAY_TOKEN_BYTE) {
        int byte = assay_byte_named(name);

        if (byte < 0)
            return fail_token(v, id,
                              "is of type byte, expected <0x00> to "
                              "<0xFF> as its name",
                              err);
        t->text[(*at)++] = (char)byte;
        token->key_len = 1;
        return true;
    }
    token->key_len = (uint16_t)write_key(t->text + *at, name);
    *at += token->key_len;
    return true;
}

static bool add_tokens(struct assay_tokenizer *t,
                       const struct assay_vocabulary *v,
                       struct assay_error *err)
{
    size_t bytes = 0, at = 0;

    if (v->count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "%s: no tokens", v->what);
    if (v->count > ASSAY_MOST_TOKENS)
        return assay_fail(err, ASSAY_LIMIT,
                          "%s: %u tokens, at most %d are read", v->what,
                          v->count, ASSAY_MOST_TOKENS);
    for (uint32_t id = 0; id < v->count; id++) {
        if (v->entries[id].name.len > ASSAY_MOST_TOKEN_BYTES)
            return fail_token(v, id, "is longer than 1,024 bytes", err);
        bytes += 2 * v->entries[id].name.len;
    }
    if (bytes > MOST_TEXT)
        return assay_fail(err, ASSAY_LIMIT, "%s: %zu bytes of text", v->what,
                          bytes);
    t->count = v->count;
    t->tokens = assay_arena_try(&t->arena, v->count, sizeof *t->tokens);
    t->text = assay_arena_try(&t->arena, bytes, 1);
    if (!t->tokens || !t->text)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for %u tokens",
                          v->count);
    for (uint32_t id = 0; id < v->count; id++)
        if (!add_token(t, v, id, &at, err))
            return false;
    return true;
}

/* ------------------------------------------------------- roles */

static void set_control(struct assay_tokenizer *t, uint32_t id)
{
    if (id != ASSAY_NO_TOKEN)
        t->tokens[id].kind = ASSAY_TOKEN_CONTROL;
}

/* The first token of that name. */
static uint32_t token_named(const struct assay_tokenizer *t, const char *name)
{
    for (uint32_t id = 0; id < t->count; id++)
        if (t->tokens[id].kind == ASSAY_TOKEN_CONTROL &&
            assay_str_is(name_of(t, id), name))
            return id;
    return ASSAY_NO_TOKEN;
}

static void set_roles(struct assay_tokenizer *t,
                      const struct assay_vocabulary *v)
{
    t->bos = v->bos;
    t->unknown = v->unknown;
    for (uint32_t id = 0; id < t->count && t->unknown == ASSAY_NO_TOKEN; id++)
        if (t->tokens[id].kind == ASSAY_TOKEN_UNKNOWN)
            t->unknown = id;
    set_control(t, v->bos);
    set_control(t, v->pad);
    set_control(t, t->unknown);
    for (size_t i = 0; i < v->end_count; i++) {
        set_control(t, v->ends[i]);
        t->tokens[v->ends[i]].ends = true;
    }
    t->turn_start = token_named(t, "<start_of_turn>");
    t->turn_end = token_named(t, "<end_of_turn>");
    if (t->turn_end != ASSAY_NO_TOKEN)
        t->tokens[t->turn_end].ends = true;
    if (t->turn_start == ASSAY_NO_TOKEN || t->turn_end == ASSAY_NO_TOKEN)
        t->turn_start = t->turn_end = ASSAY_NO_TOKEN;
}

/* A character that no piece covers has to become something. */
static bool set_bytes(struct assay_tokenizer *t,
                      const struct assay_vocabulary *v, struct assay_error *err)
{
    for (unsigned byte = 0; byte < 256; byte++)
        t->bytes[byte] = ASSAY_NO_TOKEN;
    for (uint32_t id = t->count; id-- > 0;)
        if (t->tokens[id].kind == ASSAY_TOKEN_BYTE)
            t->bytes[(unsigned char)key_of(t, id).at[0]] = id;
    for (unsigned byte = 0; byte < 256; byte++)
        if (t->bytes[byte] == ASSAY_NO_TOKEN && t->unknown == ASSAY_NO_TOKEN)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s: no token <0x%02X>, and none that stands "
                              "for the unknown",
                              v->what, byte);
    return true;
}

/* ------------------------------------------------------- tables */

/* A space that the vocabulary spells as one is in no text it was made for. */
static bool is_piece(const struct assay_tokenizer *t, uint32_t id)
{
    struct assay_str name = name_of(t, id);

    return t->tokens[id].kind == ASSAY_TOKEN_DEFINED ||
           (t->tokens[id].kind == ASSAY_TOKEN_NORMAL &&
            assay_str_find(name, ' ') == name.len);
}

static void note_neighbours(struct assay_tokenizer *t, struct assay_str key)
{
    for (size_t i = 1; i < key.len; i++) {
        unsigned char last = (unsigned char)key.at[i - 1];
        unsigned char first = (unsigned char)key.at[i];

        if ((first & 0xc0) != 0x80) /* a character begins here */
            t->neighbours[last][first / 32] |= UINT32_C(1) << first % 32;
    }
}

static bool add_pieces(struct assay_tokenizer *t,
                       const struct assay_vocabulary *v,
                       struct assay_error *err)
{
    if (!assay_token_table_init(&t->pieces, &t->arena, t->text, t->count, err))
        return false;
    for (uint32_t id = 0; id < t->count; id++) {
        const struct assay_token *token = &t->tokens[id];

        if (!is_piece(t, id))
            continue;
        if (!assay_token_table_add(&t->pieces, token->key_at, token->key_len,
                                   id))
            return fail_token(v, id,
                              "and too many others fall on one place "
                              "of the table",
                              err);
        note_neighbours(t, key_of(t, id));
        if (t->longest < token->key_len)
            t->longest = token->key_len;
    }
    return true;
}

static bool add_merges(struct assay_tokenizer *t,
                       const struct assay_vocabulary *v,
                       struct assay_error *err)
{
    size_t bytes = v->merge_count * sizeof *v->merges;
    struct assay_merge *merges;

    if (!v->merges)
        return true;
    merges = assay_arena_try(&t->arena, v->merge_count, sizeof *merges);
    if (!merges)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for %u merges",
                          v->merge_count);
    if (bytes > 0)
        memcpy(merges, v->merges, bytes);
    t->merges = merges;
    if (!assay_token_table_init(&t->pairs, &t->arena, (const char *)merges,
                                v->merge_count, err))
        return false;
    for (uint32_t i = 0; i < v->merge_count; i++)
        if (is_piece(t, merges[i].merged) && /* never a control token */
            !assay_token_table_add(&t->pairs, i * (uint32_t)sizeof *merges,
                                   2 * sizeof merges->left, i))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s: merge %u and too many others fall on one "
                              "place of the table",
                              v->what, i);
    return true;
}

static bool fill_set(struct assay_tokenizer *t, struct assay_token_set *set,
                     bool controls, struct assay_error *err)
{
    for (int counting = 1; counting >= 0; counting--) {
        size_t count = 0;

        for (uint32_t id = 0; id < t->count; id++) {
            uint8_t kind = t->tokens[id].kind;

            if (t->tokens[id].key_len == 0 ||
                (kind != ASSAY_TOKEN_DEFINED &&
                 !(controls && kind == ASSAY_TOKEN_CONTROL)))
                continue;
            if (!counting)
                set->at[count] = (struct assay_token_text){key_of(t, id), id};
            count++;
        }
        set->count = count;
        if (counting)
            set->at = assay_arena_try(&t->arena, count, sizeof *set->at);
        if (!set->at)
            return assay_fail(err, ASSAY_SYSTEM, "no memory for %zu tokens",
                              count);
    }
    assay_token_set_finish(set);
    return true;
}

/* ------------------------------------------------------- whole */

struct assay_tokenizer *assay_tokenizer_build(
    const struct assay_vocabulary *vocabulary, struct assay_error *err)
{
    struct assay_tokenizer *t = calloc(1, sizeof *t);

    if (!t) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for a tokenizer");
        return NULL;
    }
    if (!add_tokens(t, vocabulary, err))
        goto failed;
    set_roles(t, vocabulary);
    if (!set_bytes(t, vocabulary, err) || !add_pieces(t, vocabulary, err) ||
        !add_merges(t, vocabulary, err) ||
        !fill_set(t, &t->defined, false, err) ||
        !fill_set(t, &t->special, true, err))
        goto failed;
    return t;
failed:
    assay_tokenizer_free(t);
    return NULL;
}

void assay_tokenizer_free(struct assay_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    assay_arena_free(&tokenizer->arena);
    free(tokenizer);
}

uint32_t assay_tokenizer_size(const struct assay_tokenizer *tokenizer)
{
    return tokenizer->count;
}

uint32_t assay_tokenizer_bos(const struct assay_tokenizer *tokenizer)
{
    return tokenizer->bos;
}

bool assay_tokenizer_ends(const struct assay_tokenizer *tokenizer,
                          uint32_t token)
{
    return token < tokenizer->count && tokenizer->tokens[token].ends;
}

bool assay_tokenizer_is_control(const struct assay_tokenizer *tokenizer,
                                uint32_t token)
{
    if (token >= tokenizer->count)
        return true;
    uint8_t kind = tokenizer->tokens[token].kind;
    return kind == ASSAY_TOKEN_CONTROL || kind == ASSAY_TOKEN_UNKNOWN ||
           kind == ASSAY_TOKEN_UNUSED;
}

struct assay_str assay_token_bytes(const struct assay_tokenizer *tokenizer,
                                   uint32_t token)
{
    if (assay_tokenizer_is_control(tokenizer, token))
        return ASSAY_STR("");
    return key_of(tokenizer, token);
}

struct assay_str assay_token_name(const struct assay_tokenizer *tokenizer,
                                  uint32_t token)
{
    if (token >= tokenizer->count)
        return ASSAY_STR("");
    return name_of(tokenizer, token);
}
