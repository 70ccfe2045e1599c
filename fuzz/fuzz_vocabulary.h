/*
 * Vocabularies for fuzz targets, in a notation that a fuzzer can grow:
 * records of kind and score in one byte, a length, a name; length 255 ends
 * them. Text follows.
 */
#ifndef ASSAY_FUZZ_VOCABULARY_H
#define ASSAY_FUZZ_VOCABULARY_H

#include "fuzz_target.h"

#include "engine/tokenizer_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUZZ_MOST_TOKENS = 4096 };

static inline void fuzz_stop(const char *why)
{
    fprintf(stderr, "fuzz_vocabulary: %s\n", why);
    abort();
}

static inline void fuzz_add(struct assay_vocabulary *v, const char *name,
                            size_t len, unsigned how)
{
    if (v->count < FUZZ_MOST_TOKENS)
        v->entries[v->count++] = (struct assay_vocabulary_entry){
            {name, len},
            -(float)(how / 8),
            (enum assay_token_kind)(1 + how % 8 % 6),
        };
}

/* What Gemma's has: roles, turn tokens, bytes. `names` has room for them. */
static inline void fuzz_add_usual(struct assay_vocabulary *v, char *names)
{
    static const char *const special[] = {
        "<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"};

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        fuzz_add(v, special[i], strlen(special[i]),
                 i == 3 ? ASSAY_TOKEN_UNKNOWN - 1 : ASSAY_TOKEN_CONTROL - 1);
    for (unsigned byte = 0; byte < 256; byte++, names += 8) {
        snprintf(names, 8, "<0x%02X>", byte);
        fuzz_add(v, names, 6, ASSAY_TOKEN_BYTE - 1);
    }
    v->unknown = 3;
    v->bos = 2;
    v->ends[v->end_count++] = 1;
}

/* The records; what follows them. */
static inline struct assay_str fuzz_add_records(struct assay_vocabulary *v,
                                                struct assay_str data)
{
    while (data.len >= 2 && (unsigned char)data.at[1] != 255) {
        unsigned how = (unsigned char)data.at[0];
        size_t len = (unsigned char)data.at[1];

        data = assay_str_skip(data, 2);
        if (len > data.len)
            len = data.len;
        fuzz_add(v, data.at, len, how);
        data = assay_str_skip(data, len);
    }
    return assay_str_skip(data, 2);
}

/* The longest start of it that is UTF-8. */
static inline struct assay_str fuzz_text(struct assay_str text)
{
    return assay_str_head(text, assay_utf8_bad_at(text));
}

/*
 * Tokens of a text of a user: in the vocabulary, no control token but the
 * unknown, and together the text with a space where it has "▁".
 */
static inline void fuzz_check_tokens(const struct assay_tokenizer *t,
                                     struct assay_str text,
                                     const struct assay_tokens *tokens)
{
    size_t at = 0;

    for (size_t i = 0; i < tokens->count; i++) {
        struct assay_str bytes = assay_token_bytes(t, tokens->at[i]);

        if (tokens->at[i] >= assay_tokenizer_size(t))
            fuzz_stop("a token outside the vocabulary");
        if (tokens->at[i] == t->unknown)
            return; /* who knows how much it stands for */
        if (assay_tokenizer_is_control(t, tokens->at[i]) || bytes.len == 0)
            fuzz_stop("text became a control token");
        for (size_t k = 0; k < bytes.len; k++) {
            bool space =
                assay_str_starts(assay_str_skip(text, at), "\xe2\x96\x81");

            if (at >= text.len || bytes.at[k] != (space ? ' ' : text.at[at]))
                fuzz_stop("tokens are not the text");
            at += space ? 3 : 1;
        }
    }
    if (at != text.len)
        fuzz_stop("tokens are a part of the text");
}

#endif
