/*
 * Vocabularies made up for tests, written as the GGUF keys that a tokenizer
 * is read from: right ones and wrong ones, nothing is checked.
 */
#ifndef ASSAY_TESTS_VOCABULARY_FIXTURE_H
#define ASSAY_TESTS_VOCABULARY_FIXTURE_H

#include "support/support.h"

#include "assay/tokenizer.h"

#include "gguf/build_gguf.h"

enum { NORMAL = 1, UNKNOWN, CONTROL, DEFINED, UNUSED, BYTE };

struct piece {
    char *name;
    float score;
    int64_t kind;
};

struct vocabulary {
    struct piece *at;
    uint32_t count;
    /* what is written beside the list; SIZE_MAX and UINT64_MAX: nothing */
    uint64_t bos, eos, unknown, pad, eot;
    const char *model; /* NULL: absent */
    int space_prefix;  /* -1: absent */
    size_t scores, kinds;
};

static inline void vocabulary_free(struct vocabulary *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        free(v->at[i].name);
    free(v->at);
    v->at = NULL;
    v->count = 0;
}

/* Its id. */
static inline uint32_t add_piece(struct vocabulary *v, const char *name,
                                 float score, int64_t kind)
{
    v->at = realloc(v->at, (v->count + 1) * sizeof *v->at);
    if (!v->at)
        abort();
    v->at[v->count] = (struct piece){strdup(name), score, kind};
    return v->count++;
}

static inline void add_bytes(struct vocabulary *v)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        char name[8];

        snprintf(name, sizeof name, "<0x%02X>", byte);
        add_piece(v, name, 0, BYTE);
    }
}

/* Normal pieces by spaces, the best one first. */
static inline void add_pieces(struct vocabulary *v, const char *pieces)
{
    char name[64];

    while (*pieces) {
        size_t len = strcspn(pieces, " ");

        snprintf(name, sizeof name, "%.*s", (int)len, pieces);
        add_piece(v, name, -(float)v->count, NORMAL);
        pieces += len + (pieces[len] == ' ');
    }
}

/* pad, eos, bos, unk, and nothing yet that text could become. */
static inline struct vocabulary vocabulary_of_four(void)
{
    struct vocabulary v = {
        .bos = 2,
        .eos = 1,
        .unknown = 3,
        .pad = 0,
        .eot = UINT64_MAX,
        .model = "llama",
        .space_prefix = 0,
        .scores = SIZE_MAX,
        .kinds = SIZE_MAX,
    };

    add_piece(&v, "<pad>", 0, CONTROL);
    add_piece(&v, "<eos>", 0, CONTROL);
    add_piece(&v, "<bos>", 0, CONTROL);
    add_piece(&v, "<unk>", 0, UNKNOWN);
    return v;
}

/* Gemma's small sister: turn tokens, runs, tags, bytes, words. */
static inline struct vocabulary vocabulary_like_gemma(void)
{
    struct vocabulary v = vocabulary_of_four();
    char name[2] = "";

    add_piece(&v, "<start_of_turn>", 0, CONTROL); /* 4 */
    add_piece(&v, "<end_of_turn>", 0, CONTROL);   /* 5 */
    add_piece(&v, "\n", 0, DEFINED);
    add_piece(&v, "\n\n", 0, DEFINED);
    add_piece(&v, "\n\n\n", 0, DEFINED);
    add_piece(&v, "▁▁", 0, DEFINED);
    add_piece(&v, "    ", 0, DEFINED); /* as converters write ▁ */
    add_piece(&v, "<table>", 0, DEFINED);
    add_piece(&v, "<unused0>", 0, CONTROL);
    add_bytes(&v);
    add_pieces(&v, "th he the ▁t ▁the in an er ▁a re on on▁ at ou en is or it "
                   "es us user mo model od el ode del ▁user aa aaa aaaa né "
                   "日本 < ▁");
    for (char c = '!'; c <= '~'; c++) {
        name[0] = c;
        add_piece(&v, name, -(float)v.count, NORMAL);
    }
    add_piece(&v, "é", -(float)v.count, NORMAL);
    add_piece(&v, "日", -(float)v.count, NORMAL);
    add_piece(&v, "本", -(float)v.count, NORMAL);
    return v;
}

/* ------------------------------------------------------- as a file */

static inline void put_id(struct build *b, const char *key, uint64_t id)
{
    if (id == UINT64_MAX)
        return;
    put_key(b, key, ASSAY_GGUF_U64);
    put_u64(b, id);
}

static inline struct build vocabulary_file(const struct vocabulary *v)
{
    struct build b = {0};
    size_t scores = v->scores == SIZE_MAX ? v->count : v->scores;
    size_t kinds = v->kinds == SIZE_MAX ? v->count : v->kinds;
    uint64_t keys = 3 + (v->bos != UINT64_MAX) + (v->eos != UINT64_MAX) +
                    (v->unknown != UINT64_MAX) + (v->pad != UINT64_MAX) +
                    (v->eot != UINT64_MAX) + (v->model != NULL) +
                    (v->space_prefix >= 0);

    put_header(&b, 3, 0, keys);
    if (v->model)
        put_key_text(&b, "tokenizer.ggml.model", v->model);
    if (v->space_prefix >= 0) {
        put_key(&b, "tokenizer.ggml.add_space_prefix", ASSAY_GGUF_BOOL);
        put_uint(&b, (uint64_t)v->space_prefix, 1);
    }
    put_id(&b, "tokenizer.ggml.bos_token_id", v->bos);
    put_id(&b, "tokenizer.ggml.eos_token_id", v->eos);
    put_id(&b, "tokenizer.ggml.unknown_token_id", v->unknown);
    put_id(&b, "tokenizer.ggml.padding_token_id", v->pad);
    put_id(&b, "tokenizer.ggml.eot_token_id", v->eot);
    put_array(&b, "tokenizer.ggml.tokens", ASSAY_GGUF_STRING, v->count);
    for (uint32_t i = 0; i < v->count; i++)
        put_string(&b, v->at[i].name);
    put_array(&b, "tokenizer.ggml.scores", ASSAY_GGUF_F32, scores);
    for (size_t i = 0; i < scores; i++)
        put_f32(&b, i < v->count ? v->at[i].score : 0);
    put_array(&b, "tokenizer.ggml.token_type", ASSAY_GGUF_I32, kinds);
    for (size_t i = 0; i < kinds; i++)
        put_uint(&b, i < v->count ? (uint64_t)v->at[i].kind : 1, 4);
    put_padding(&b, 32);
    return b;
}

/* NULL with the error of reading it. */
static inline struct assay_tokenizer *tokenizer_of(const struct vocabulary *v,
                                                   struct assay_error *err)
{
    struct build b = vocabulary_file(v);
    struct assay_tokenizer *tokenizer = NULL;
    struct assay_weights *weights;

    *err = (struct assay_error){0};
    weights = assay_weights_open_bytes(
        "built.gguf", (struct assay_str){(char *)b.at, b.len}, err);
    if (weights)
        tokenizer = assay_tokenizer_new(weights, err);
    assay_weights_close(weights);
    build_free(&b);
    return tokenizer;
}

/* One that has to be right; the vocabulary is freed. */
static inline struct assay_tokenizer *tokenizer_from(struct vocabulary v)
{
    struct assay_error err;
    struct assay_tokenizer *tokenizer = tokenizer_of(&v, &err);

    if (!tokenizer)
        fail_msg("%s", err.text);
    vocabulary_free(&v);
    return tokenizer;
}

/* ------------------------------------------------------- what came out */

/* "th|e|▁cat", each by its name in the vocabulary; newlines as \n. */
static inline const char *spelled(const struct assay_tokenizer *tokenizer,
                                  const struct assay_tokens *tokens,
                                  struct assay_arena *arena)
{
    struct assay_buf buf;
    const char *text;

    assay_buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < tokens->count; i++) {
        struct assay_str name = assay_token_name(tokenizer, tokens->at[i]);

        if (i > 0)
            assay_buf_add_char(&buf, '|');
        for (size_t k = 0; k < name.len; k++)
            if (name.at[k] == '\n')
                assay_buf_add_c(&buf, "\\n");
            else
                assay_buf_add_char(&buf, name.at[k]);
    }
    text = assay_arena_cstr(arena, assay_buf_str(&buf));
    assay_buf_release(&buf);
    return text;
}

/* Tokens of a text that has to be right, spelled. */
static inline const char *pieces_of(const struct assay_tokenizer *tokenizer,
                                    const char *text, bool controls,
                                    struct assay_arena *arena)
{
    struct assay_error err = {0};
    struct assay_tokens tokens;

    if (!assay_tokenize(tokenizer, arena, assay_str_c(text), controls, &tokens,
                        &err))
        fail_msg("%s", err.text);
    return spelled(tokenizer, &tokens, arena);
}

/* One character, as UTF-8. */
static inline size_t put_character(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Any character there is, the usual lengths equally often. */
static inline uint32_t any_character(uint64_t *seed)
{
    static const uint32_t ends[] = {0x80, 0x800, 0x10000, 0x110000};
    uint32_t c;

    do
        c = (uint32_t)(next_random(seed) % ends[next_random(seed) % 4]);
    while (c >= 0xd800 && c < 0xe000);
    return c;
}

#endif
