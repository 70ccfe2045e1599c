/*
 * What a tokenizer is made of, and what the readers of its files hand over.
 * Private to engine.
 *
 * A piece is looked up by its bytes with a plain space where the vocabulary
 * spells "▁", so that text is looked up as it stands.
 */
#ifndef ASSAY_ENGINE_TOKENIZER_PARTS_H
#define ASSAY_ENGINE_TOKENIZER_PARTS_H

#include "assay/tokenizer.h"

enum {
    ASSAY_MOST_TOKENS = 1 << 20,      /* the largest vocabularies: 262,144 */
    ASSAY_MOST_TOKEN_BYTES = 1024,    /* of one piece; Gemma's longest: 93 */
    ASSAY_MOST_TEXT_BYTES = 16 << 20, /* that are tokenized at once */
};

/* Numbers are those of GGUF and of sentencepiece_model.proto. */
enum assay_token_kind {
    ASSAY_TOKEN_NORMAL = 1,
    ASSAY_TOKEN_UNKNOWN = 2,
    ASSAY_TOKEN_CONTROL = 3,
    ASSAY_TOKEN_DEFINED = 4, /* found in any text before merging begins */
    ASSAY_TOKEN_UNUSED = 5,
    ASSAY_TOKEN_BYTE = 6,
};

/* ------------------------------------------------------- tokenizer_table.c */

/*
 * Numbers by key, open addressing. Keys are not copied: they are stretches
 * of `base`, 1 to ASSAY_MOST_TOKEN_BYTES long. However keys were chosen, a
 * search looks at 1,024 places at most.
 */
struct assay_token_slot {
    uint32_t at; /* in base */
    uint32_t value;
    uint16_t len; /* 0: free */
    uint16_t tag; /* more of the hash */
};
struct assay_token_table {
    const char *base;
    struct assay_token_slot *slots;
    uint32_t mask;
    uint32_t reach; /* places that a search may have to look at */
};

/* For `count` keys at most. False with SYSTEM. */
bool assay_token_table_init(struct assay_token_table *table,
                            struct assay_arena *arena, const char *base,
                            uint32_t count, struct assay_error *err);
/* A key that is there stays. False: too many keys fall on one place. */
bool assay_token_table_add(struct assay_token_table *table, uint32_t at,
                           uint32_t len, uint32_t value);
/* ASSAY_NO_TOKEN: not there. */
uint32_t assay_token_table_find(const struct assay_token_table *table,
                                struct assay_str key);

/* Texts in byte order; found are those that a text begins with. */
struct assay_token_set {
    struct assay_token_text {
        struct assay_str text;
        uint32_t id;
    } * at;
    size_t count;
    size_t first[257]; /* where those that begin with a byte begin */
};

/* Of two equal texts the one with the smaller id counts. */
void assay_token_set_finish(struct assay_token_set *set);
/* The longest of them that `text` begins with, or ASSAY_NO_TOKEN. */
uint32_t assay_token_set_find(const struct assay_token_set *set,
                              struct assay_str text, size_t *len);

/* ------------------------------------------------------- what is read */

struct assay_vocabulary_entry {
    struct assay_str name; /* borrowed */
    float score;
    enum assay_token_kind kind;
};

/* Two tokens that become one; which first, their order says. */
struct assay_merge {
    uint32_t left, right, merged;
};

enum { ASSAY_MOST_ENDS = 16 };

struct assay_vocabulary {
    const char *what; /* that errors name: "tokenizer.ggml.tokens" */
    struct assay_vocabulary_entry *entries;
    uint32_t count;
    struct assay_merge *merges; /* NULL: scores decide */
    uint32_t merge_count;
    /* below count, or ASSAY_NO_TOKEN */
    uint32_t bos, unknown, pad;
    uint32_t ends[ASSAY_MOST_ENDS];
    size_t end_count;
};

/* False with BAD_INPUT when there are too many, or id is not below count. */
bool assay_vocabulary_add_end(struct assay_vocabulary *vocabulary, uint64_t id,
                              const char *key, struct assay_error *err);
/* A special token's id; the same check. */
bool assay_vocabulary_set(const struct assay_vocabulary *vocabulary,
                          uint64_t id, const char *key, uint32_t *to,
                          struct assay_error *err);
/* The id of "<0x0A>" and its like, 0 … 255; -1: no such name. */
int assay_byte_named(struct assay_str name);

/*
 * Copies all of it. NULL: BAD_INPUT names the token; LIMIT; SYSTEM: memory.
 */
struct assay_tokenizer *assay_tokenizer_build(
    const struct assay_vocabulary *vocabulary, struct assay_error *err);

/* tokenizer.model, sentencepiece_model.proto. Borrows names from bytes. */
bool assay_vocabulary_read_model(struct assay_vocabulary *vocabulary,
                                 struct assay_arena *arena,
                                 struct assay_str bytes,
                                 struct assay_error *err);
/* tokenizer.json of Hugging Face's tokenizers, BPE. Names are in the arena. */
bool assay_vocabulary_read_json(struct assay_vocabulary *vocabulary,
                                struct assay_arena *arena,
                                struct assay_str text, struct assay_error *err);

/* ------------------------------------------------------- the tokenizer */

struct assay_token {
    uint32_t name_at, key_at; /* in text */
    uint16_t name_len, key_len;
    uint8_t kind; /* enum assay_token_kind */
    bool ends;
    float score;
};

struct assay_tokenizer {
    struct assay_arena arena;
    char *text;
    struct assay_token *tokens;
    uint32_t count;
    uint32_t bos, unknown;
    uint32_t turn_start, turn_end; /* both, or none */
    uint32_t bytes[256];
    struct assay_token_table pieces;
    size_t longest;                   /* of them, in bytes */
    const struct assay_merge *merges; /* NULL: scores decide */
    struct assay_token_table pairs;   /* left and right to a merge's place */
    struct assay_token_set defined;   /* found in any text */
    struct assay_token_set special;   /* these, and control tokens */
    /*
     * A bit for each last byte of a character and first byte of the next
     * that some piece has side by side. Where a text has others, nothing is
     * ever joined: it falls apart into words, digits, signs.
     */
    uint32_t neighbours[256][8];
};

/* ------------------------------------------------------- tokenizer_bpe.c */

/* Ids that grow. Release with free(at). */
struct assay_ids {
    uint32_t *at;
    size_t count, room;
    bool failed; /* no memory: what follows is dropped */
};
void assay_ids_add(struct assay_ids *ids, uint32_t id);
/* Into the arena, and `ids` is released. False with SYSTEM. */
bool assay_ids_take(struct assay_ids *ids, struct assay_arena *arena,
                    struct assay_tokens *tokens, struct assay_error *err);
/* assay_tokenize() behind what is there. */
bool assay_tokenize_into(const struct assay_tokenizer *tokenizer,
                         struct assay_str text, bool controls,
                         struct assay_ids *ids, struct assay_error *err);

#endif
