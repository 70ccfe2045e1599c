/*
 * Text to tokens and back: SentencePiece BPE by scores (Gemma 2), and the
 * chat form of the model.
 *
 * Text of users never becomes a control token: only what the chat form puts
 * in itself does. A tokenizer is read once and may then be used by any
 * number of threads.
 */
#ifndef ASSAY_TOKENIZER_H
#define ASSAY_TOKENIZER_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/chat.h"
#include "assay/error.h"
#include "assay/str.h"
#include "assay/weights.h"

#define ASSAY_NO_TOKEN UINT32_MAX

struct assay_tokenizer;

/*
 * From the metadata of the weights (GGUF: tokenizer.ggml.*; a safetensors
 * folder: tokenizer.model or else tokenizer.json). Copies what it needs.
 * There are never more tokens than rows of the embedding.
 * NULL: BAD_INPUT names the key and what was expected; LIMIT; SYSTEM.
 */
struct assay_tokenizer *assay_tokenizer_new(struct assay_weights *weights,
                                            struct assay_error *err);
void assay_tokenizer_free(struct assay_tokenizer *tokenizer);

uint32_t assay_tokenizer_size(const struct assay_tokenizer *tokenizer);
/* ASSAY_NO_TOKEN when the model has none. */
uint32_t assay_tokenizer_bos(const struct assay_tokenizer *tokenizer);
/* Ends an answer: eos, and the token that ends a turn. */
bool assay_tokenizer_ends(const struct assay_tokenizer *tokenizer,
                          uint32_t token);
/*
 * A control token, an unused one, the unknown, or none of the vocabulary:
 * never shown, never sampled but those that end.
 */
bool assay_tokenizer_is_control(const struct assay_tokenizer *tokenizer,
                                uint32_t token);
/* The bytes that a token stands for; empty for control tokens. Borrowed. */
struct assay_str assay_token_bytes(const struct assay_tokenizer *tokenizer,
                                   uint32_t token);
/* As the vocabulary spells it: "▁the", "<0x0A>", "<bos>". Borrowed. */
struct assay_str assay_token_name(const struct assay_tokenizer *tokenizer,
                                  uint32_t token);

struct assay_tokens {
    uint32_t *at; /* in the arena */
    size_t count;
};
/*
 * The tokens of a text, without BOS. `controls`: the text is ours, control
 * tokens in it are meant. "▁" (U+2581) is how vocabularies spell a space, and
 * comes back as one; all else comes back as it was.
 * BAD_INPUT: not UTF-8 (where); LIMIT: more than 16 MiB; SYSTEM: memory.
 */
bool assay_tokenize(const struct assay_tokenizer *tokenizer,
                    struct assay_arena *arena, struct assay_str text,
                    bool controls, struct assay_tokens *tokens,
                    struct assay_error *err);

/*
 * Tokens back to text. Keeps the first bytes of a character until the rest
 * has come; what never becomes UTF-8 is written as U+FFFD.
 */
struct assay_detokenizer {
    const struct assay_tokenizer *tokenizer;
    unsigned char held[4];
    size_t held_count;
};
void assay_detokenize(struct assay_detokenizer *state, uint32_t token,
                      struct assay_buf *out);
/* Writes what is held. */
void assay_detokenize_end(struct assay_detokenizer *state,
                          struct assay_buf *out);

/* ------------------------------------------------------- chat */

/*
 * The tokens of a conversation up to where the model speaks: BOS once, each
 * turn in its tokens, a system text before the first user's text with an
 * empty line between. A model without turn tokens gets the texts themselves,
 * lines between. BAD_INPUT: no user turn at the end, roles that do not
 * alternate, not UTF-8, parts that are no text.
 */
bool assay_chat_tokens(const struct assay_tokenizer *tokenizer,
                       struct assay_arena *arena,
                       const struct assay_message *messages, size_t count,
                       struct assay_tokens *tokens, struct assay_error *err);

#endif
