/*
 * From logits to the next token. Never sorts a vocabulary.
 */
#ifndef ASSAY_SAMPLER_H
#define ASSAY_SAMPLER_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/tokenizer.h"

struct assay_bias {
    uint32_t token;
    float add; /* -100 … 100, as OpenAI's logit_bias */
};

struct assay_sampling {
    float temperature;        /* 0: greedy; the smaller id wins a tie */
    uint32_t top_k;           /* 0: all */
    float top_p;              /* 1: all */
    float min_p;              /* 0: all; share of the best one's probability */
    float repetition_penalty; /* 1: none; over the last 64 tokens */
    uint64_t seed;
    const struct assay_bias *bias;
    size_t bias_count;
};
/* temperature 1, top_k 64, top_p 0.95: Google's defaults for Gemma 2 */
struct assay_sampling assay_sampling_default(void);
/* BAD_INPUT names the field and its range. */
bool assay_sampling_check(const struct assay_sampling *sampling,
                          struct assay_error *err);

struct assay_constraint;

struct assay_sampler; /* of one answer: generator, penalties, constraint */
struct assay_sampler *assay_sampler_new(const struct assay_tokenizer *tokenizer,
                                        const struct assay_sampling *sampling,
                                        struct assay_constraint *constraint);
void assay_sampler_free(struct assay_sampler *sampler);
/*
 * The next token. Changes the logits. With a constraint only tokens that may
 * stand here, and an end token only where the text may end. A NaN among the
 * logits: NaN counts as lowest. ASSAY_NO_TOKEN: nothing may stand here.
 */
uint32_t assay_sampler_next(struct assay_sampler *sampler, float *logits);
/* What the prompt holds, for the repetition penalty. */
void assay_sampler_read(struct assay_sampler *sampler, const uint32_t *tokens,
                        size_t count);

/* Natural logarithm of a token's probability under unchanged logits. */
struct assay_logprob {
    uint32_t token;
    float logprob;
};
/* The best `count` ones, best first, and that of `token`. */
void assay_logprobs(const float *logits, uint32_t vocabulary, uint32_t token,
                    struct assay_logprob *of_token, struct assay_logprob *best,
                    size_t count);

/* ------------------------------------------------------- JSON schema */

/*
 * Keeps an answer inside a JSON schema: type, enum, const, properties,
 * required, additionalProperties, items, prefixItems, minItems, maxItems,
 * minLength, maxLength, minimum and maximum of integers, anyOf, oneOf as
 * anyOf where branches cannot both hold, $defs and local $ref, and "{}" or
 * null for any JSON. Every other keyword that constrains is refused with its
 * path: it never fails open. Annotations (title, description …) are read
 * over. NULL: BAD_INPUT with the path.
 */
struct assay_schema; /* compiled once, shared by answers */
struct assay_schema *assay_schema_new(const struct assay_json *schema,
                                      const struct assay_tokenizer *tokenizer,
                                      struct assay_error *err);
void assay_schema_free(struct assay_schema *schema);
/* One answer's place in it. NULL: any JSON object (json_object). */
struct assay_constraint *assay_constraint_new(struct assay_schema *schema);
void assay_constraint_free(struct assay_constraint *constraint);
/* May these bytes follow? Then they are taken; else nothing changes. */
bool assay_constraint_take(struct assay_constraint *constraint,
                           struct assay_str bytes);
/* The text so far is a whole value. */
bool assay_constraint_may_end(const struct assay_constraint *constraint);
/*
 * A bit per token that may follow; borrowed until the next call. Kept per
 * state, so that a state met again costs nothing.
 */
const uint64_t *assay_constraint_mask(struct assay_constraint *constraint);

#endif
