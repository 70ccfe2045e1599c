/*
 * Text to tokens. SentencePiece's BPE: characters, of which the two
 * neighbours that together are the piece with the highest score are joined,
 * the leftmost first where scores are equal, until no two make a piece. A
 * heap of candidates over a linked list of symbols; candidates whose symbols
 * have changed since are dropped when they come up.
 *
 * Taken out of the text before merging: the vocabulary's user-defined pieces
 * (runs of newlines, runs of spaces, tags), from left to right the longest
 * one each. What no piece covers becomes its bytes.
 *
 * The algorithm: bpe_model.cc of SentencePiece, engine notes 1.5. A
 * tokenizer.json ranks pairs of pieces instead of the pieces they make; all
 * else is the same.
 */
#include "engine/tokenizer_parts.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX /* no symbol */

struct symbol {
    uint32_t at, len; /* bytes of the text; len 0: joined to another */
    uint32_t prev, next;
    uint32_t id; /* ASSAY_NO_TOKEN: no piece */
};

/* Two neighbours that make a piece. */
struct candidate {
    float score;
    uint32_t left, right;
    uint32_t len; /* of both, when it was found */
    uint32_t id;  /* that they make */
};

struct work {
    const struct assay_tokenizer *tokenizer;
    struct assay_ids *ids;
    const char *text; /* of the stretch that is merged */
    struct symbol *symbols;
    struct candidate *heap;
    size_t room; /* symbols; candidates are twice as many */
    size_t heap_count;
};

/* ------------------------------------------------------- ids */

void assay_ids_add(struct assay_ids *ids, uint32_t id)
{
    if (ids->failed)
        return;
    if (ids->count == ids->room) {
        size_t room = ids->room ? ids->room * 2 : 64;
        uint32_t *at = room > SIZE_MAX / sizeof *at
                           ? NULL
                           : realloc(ids->at, room * sizeof *at);
        if (!at) {
            ids->failed = true;
            return;
        }
        ids->at = at;
        ids->room = room;
    }
    ids->at[ids->count++] = id;
}

bool assay_ids_take(struct assay_ids *ids, struct assay_arena *arena,
                    struct assay_tokens *tokens, struct assay_error *err)
{
    *tokens = (struct assay_tokens){0};
    if (!ids->failed) {
        tokens->at = assay_arena_try(arena, ids->count, sizeof *ids->at);
        tokens->count = ids->count;
    }
    if (tokens->at && ids->count > 0)
        memcpy(tokens->at, ids->at, ids->count * sizeof *ids->at);
    free(ids->at);
    *ids = (struct assay_ids){0};
    return tokens->at || assay_fail(err, ASSAY_SYSTEM, "no memory for tokens");
}

/* ------------------------------------------------------- the heap */

static bool goes_first(const struct candidate *a, const struct candidate *b)
{
    return a->score > b->score || (a->score == b->score && a->left < b->left);
}

static void push(struct work *w, struct candidate candidate)
{
    size_t at = w->heap_count++;

    while (at > 0 && goes_first(&candidate, &w->heap[(at - 1) / 2])) {
        w->heap[at] = w->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    w->heap[at] = candidate;
}

static struct candidate pop(struct work *w)
{
    struct candidate first = w->heap[0], last = w->heap[--w->heap_count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= w->heap_count)
            break;
        if (child + 1 < w->heap_count &&
            goes_first(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!goes_first(&w->heap[child], &last))
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return first;
}

/* ------------------------------------------------------- merging */

/* What two symbols make, with its score; false: nothing. */
static bool joined(const struct work *w, const struct symbol *left,
                   const struct symbol *right, struct candidate *candidate)
{
    const struct assay_tokenizer *t = w->tokenizer;

    if (t->merges) {
        const uint32_t pair[2] = {left->id, right->id};
        uint32_t rank = assay_token_table_find(
            &t->pairs, (struct assay_str){(const char *)pair, sizeof pair});

        if (rank == ASSAY_NO_TOKEN)
            return false;
        candidate->id = t->merges[rank].merged;
        candidate->score = -(float)rank; /* exact: there are few enough */
        return true;
    }
    if (left->len + right->len > t->longest)
        return false;
    candidate->id = assay_token_table_find(
        &t->pieces,
        (struct assay_str){w->text + left->at, (size_t)left->len + right->len});
    if (candidate->id == ASSAY_NO_TOKEN)
        return false;
    candidate->score = t->tokens[candidate->id].score;
    return true;
}

static void consider(struct work *w, uint32_t left, uint32_t right)
{
    struct candidate candidate = {.left = left, .right = right};

    if (left == NONE || right == NONE)
        return;
    candidate.len = w->symbols[left].len + w->symbols[right].len;
    if (joined(w, &w->symbols[left], &w->symbols[right], &candidate))
        push(w, candidate);
}

/* Symbols grow or vanish: as long together as then means unchanged. */
static bool still_stands(const struct work *w, const struct candidate *c)
{
    uint32_t left = w->symbols[c->left].len, right = w->symbols[c->right].len;

    return left > 0 && right > 0 && left + right == c->len;
}

static void merge(struct work *w)
{
    while (w->heap_count > 0) {
        struct candidate best = pop(w);
        struct symbol *left = &w->symbols[best.left];
        struct symbol *right = &w->symbols[best.right];

        if (!still_stands(w, &best))
            continue;
        left->len = best.len;
        left->id = best.id;
        left->next = right->next;
        right->len = 0;
        if (left->next != NONE)
            w->symbols[left->next].prev = best.left;
        consider(w, left->prev, best.left);
        consider(w, best.left, left->next);
    }
}

static size_t character_bytes(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* One symbol a character of well-formed UTF-8; how many. */
static uint32_t cut_characters(struct work *w, struct assay_str text)
{
    uint32_t count = 0;

    for (size_t at = 0; at < text.len; count++) {
        size_t len = character_bytes((unsigned char)text.at[at]);

        w->symbols[count] = (struct symbol){
            .at = (uint32_t)at,
            .len = (uint32_t)len,
            .prev = count == 0 ? NONE : count - 1,
            .next = at + len == text.len ? NONE : count + 1,
            .id = assay_token_table_find(&w->tokenizer->pieces,
                                         (struct assay_str){text.at + at, len}),
        };
        at += len;
    }
    return count;
}

/* What is no piece: its bytes; where one is missing, one unknown for all. */
static void add_unknown(struct work *w, struct assay_str bytes)
{
    const struct assay_tokenizer *t = w->tokenizer;
    struct assay_ids *ids = w->ids;

    for (size_t i = 0; i < bytes.len; i++) {
        if (t->bytes[(unsigned char)bytes.at[i]] != ASSAY_NO_TOKEN)
            continue;
        if (ids->count == 0 || ids->at[ids->count - 1] != t->unknown)
            assay_ids_add(ids, t->unknown);
        return;
    }
    for (size_t i = 0; i < bytes.len; i++)
        assay_ids_add(ids, t->bytes[(unsigned char)bytes.at[i]]);
}

static bool make_room(struct work *w, size_t symbols, struct assay_error *err)
{
    if (symbols <= w->room)
        return true;
    if (symbols < 256)
        symbols = 256;
    free(w->symbols);
    free(w->heap);
    w->room = symbols;
    w->symbols = malloc(symbols * sizeof *w->symbols);
    /* each pair once, and two new ones for each of fewer merges */
    w->heap = malloc(symbols * 2 * sizeof *w->heap);
    return (w->symbols && w->heap) ||
           assay_fail(err, ASSAY_SYSTEM,
                      "no memory to tokenize %zu characters at once", symbols);
}

/* A stretch in which any two neighbours may be joined. */
static bool merge_stretch(struct work *w, struct assay_str text,
                          struct assay_error *err)
{
    uint32_t count;

    if (!make_room(w, text.len, err))
        return false;
    w->text = text.at;
    count = cut_characters(w, text);
    for (uint32_t i = 1; i < count; i++)
        consider(w, i - 1, i);
    merge(w);
    for (uint32_t i = 0; i != NONE; i = w->symbols[i].next) {
        const struct symbol *s = &w->symbols[i];

        if (s->id != ASSAY_NO_TOKEN)
            assay_ids_add(w->ids, s->id);
        else
            add_unknown(w, (struct assay_str){text.at + s->at, s->len});
    }
    return true;
}

/* Whether some piece has the bytes of text before and at `at` side by side. */
static bool may_join(const struct work *w, struct assay_str text, size_t at)
{
    unsigned char last = (unsigned char)text.at[at - 1];
    unsigned char first = (unsigned char)text.at[at];

    return (first & 0xc0) == 0x80 || /* inside a character */
           (w->tokenizer->neighbours[last][first / 32] >> first % 32 & 1);
}

static bool merge_text(struct work *w, struct assay_str text,
                       struct assay_error *err)
{
    size_t start = 0;

    for (size_t at = 1; at <= text.len; at++) {
        if (at < text.len && may_join(w, text, at))
            continue;
        if (!merge_stretch(w, (struct assay_str){text.at + start, at - start},
                           err))
            return false;
        start = at;
    }
    return true;
}

/* ------------------------------------------------------- whole texts */

/* "▁" is how the vocabulary spells a space, and both become one token. */
static bool spell_spaces(struct assay_str *text, char **copy,
                         struct assay_error *err)
{
    static const char meta_space[] = "\xe2\x96\x81";
    size_t len = 0;

    if (!assay_str_contains(*text, meta_space))
        return true;
    *copy = malloc(text->len);
    if (!*copy)
        return assay_fail(err, ASSAY_SYSTEM, "no memory to tokenize %zu bytes",
                          text->len);
    for (size_t at = 0; at < text->len;) {
        bool space = assay_str_starts(assay_str_skip(*text, at), meta_space);

        (*copy)[len++] = space ? ' ' : text->at[at];
        at += space ? 3 : 1;
    }
    *text = (struct assay_str){*copy, len};
    return true;
}

static bool cut_out(struct work *w, struct assay_str text, bool controls,
                    struct assay_error *err)
{
    const struct assay_token_set *set =
        controls ? &w->tokenizer->special : &w->tokenizer->defined;
    size_t start = 0;

    for (size_t at = 0; at < text.len;) {
        size_t len;
        uint32_t id = assay_token_set_find(set, assay_str_skip(text, at), &len);

        if (id == ASSAY_NO_TOKEN) {
            at++;
            continue;
        }
        if (!merge_text(w, (struct assay_str){text.at + start, at - start},
                        err))
            return false;
        assay_ids_add(w->ids, id);
        at += len;
        start = at;
    }
    return merge_text(w, assay_str_skip(text, start), err);
}

bool assay_tokenize_into(const struct assay_tokenizer *tokenizer,
                         struct assay_str text, bool controls,
                         struct assay_ids *ids, struct assay_error *err)
{
    struct work work = {.tokenizer = tokenizer, .ids = ids};
    char *copy = NULL;
    bool ok = false;
    size_t bad;

    if (text.len > ASSAY_MOST_TEXT_BYTES)
        return assay_fail(err, ASSAY_LIMIT,
                          "%zu bytes of text, at most %d are tokenized at once",
                          text.len, ASSAY_MOST_TEXT_BYTES);
    bad = assay_utf8_bad_at(text);
    if (bad < text.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "byte %zu of the text is not UTF-8", bad + 1);
    ok = spell_spaces(&text, &copy, err) && cut_out(&work, text, controls, err);
    if (ok && ids->failed)
        ok = assay_fail(err, ASSAY_SYSTEM, "no memory for tokens");
    free(work.symbols);
    free(work.heap);
    free(copy);
    return ok;
}

bool assay_tokenize(const struct assay_tokenizer *tokenizer,
                    struct assay_arena *arena, struct assay_str text,
                    bool controls, struct assay_tokens *tokens,
                    struct assay_error *err)
{
    struct assay_ids ids = {0};

    if (!assay_tokenize_into(tokenizer, text, controls, &ids, err)) {
        free(ids.at);
        *tokens = (struct assay_tokens){0};
        return false;
    }
    return assay_ids_take(&ids, arena, tokens, err);
}
