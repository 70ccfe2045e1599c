/*
 * Bodies of OpenAI's API, as a server reads and writes them: chat completions
 * and completions, their answers, stream events and errors. No I/O. What
 * OpenAI takes and this does not is refused by its name, so that nobody gets
 * another answer than the one that was asked for.
 *
 * Source: types of the npm package openai 7.57.0 (resources/chat/completions,
 * resources/completions, resources/models), read 2026-11-22.
 */
#ifndef ASSAY_WIRE_WIRE_H
#define ASSAY_WIRE_WIRE_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/error.h"
#include "assay/json.h"

/* ------------------------------------------------------- what went wrong */

/* An error object to be, and the HTTP status that goes with it. */
struct assay_openai_fault {
    unsigned status;
    const char *type, *code;
    char param[96]; /* "messages[0].content"; empty: none */
    struct assay_error why;
};
/*
 * Status and type follow from the code ("model_not_found": 404); a code that
 * is in no table is a 400. `param` may be NULL. Returns false.
 */
bool assay_openai_fail(struct assay_openai_fault *fault, const char *code,
                       const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* {"error":{"message","type","param","code"}} */
void assay_openai_write_fault(struct assay_buf *out,
                              const struct assay_openai_fault *fault);

/* ------------------------------------------------------- requests */

enum assay_openai_body { ASSAY_OPENAI_CHAT, ASSAY_OPENAI_COMPLETION };

enum {
    ASSAY_OPENAI_BODIES = 2,
    ASSAY_OPENAI_STOPS = 4,
    ASSAY_OPENAI_CHOICES = 64, /* of one request: prompts times n */
};

/* Numbers of a request; the places of assay_openai_numbers. */
enum assay_openai_value_name {
    ASSAY_OPENAI_TEMPERATURE,
    ASSAY_OPENAI_TOP_P,
    ASSAY_OPENAI_TOP_K,
    ASSAY_OPENAI_MIN_P,
    ASSAY_OPENAI_REPETITION_PENALTY,
    ASSAY_OPENAI_PRESENCE_PENALTY,
    ASSAY_OPENAI_FREQUENCY_PENALTY,
    ASSAY_OPENAI_N,
    ASSAY_OPENAI_BEST_OF,
    ASSAY_OPENAI_MAX_TOKENS, /* 0: as many as fit */
    ASSAY_OPENAI_MAX_COMPLETION_TOKENS,
    ASSAY_OPENAI_SEED,
    ASSAY_OPENAI_LOGPROBS, /* of completions: how many */
    ASSAY_OPENAI_TOP_LOGPROBS,
    ASSAY_OPENAI_NUMBERS,
};

/*
 * The numbers that may be sent, with their limits and what holds when they
 * are not. Reading, its errors and the tests of limits come from this table.
 */
struct assay_openai_number {
    const char *name;
    bool whole;
    double least, most; /* both are taken */
    struct {
        bool taken;
        double otherwise;
    } in[ASSAY_OPENAI_BODIES];
};
extern const struct assay_openai_number
    assay_openai_numbers[ASSAY_OPENAI_NUMBERS];

struct assay_openai_value {
    bool given;
    double number;
    int64_t whole; /* of whole ones, exactly */
};

enum assay_openai_role {
    ASSAY_OPENAI_SYSTEM, /* developer too */
    ASSAY_OPENAI_USER,
    ASSAY_OPENAI_ASSISTANT,
};

struct assay_openai_turn {
    enum assay_openai_role role;
    struct assay_str text;
};

/* Of completions: a text, or tokens as they are. */
struct assay_openai_prompt {
    struct assay_str text;
    uint32_t *tokens; /* NULL: the text */
    size_t token_count;
};

struct assay_openai_bias {
    uint32_t token;
    float add;
};

struct assay_openai_ask {
    enum assay_openai_body body;
    struct assay_str model;
    struct assay_openai_turn *turns; /* chat */
    size_t turn_count;
    struct assay_openai_prompt *prompts; /* completions */
    size_t prompt_count;                 /* chat: 1 */
    struct assay_openai_value values[ASSAY_OPENAI_NUMBERS];
    struct assay_openai_bias *bias;
    size_t bias_count;
    struct assay_str stops[ASSAY_OPENAI_STOPS];
    size_t stop_count;
    const struct assay_json *schema; /* the answer keeps to it, or NULL */
    bool json_object, stream, include_usage, echo;
    int logprobs; /* -1: none; else so many best ones besides */
};

/*
 * Reads a body. What is made of it is in the arena and borrows from `text`.
 * False with a fault: no JSON, a field that is unknown, unsupported, of
 * another type or beyond its limits.
 */
bool assay_openai_read(struct assay_arena *arena, struct assay_str text,
                       enum assay_openai_body body,
                       struct assay_openai_ask *ask,
                       struct assay_openai_fault *fault);

/* ------------------------------------------------------- answers */

/* What all chunks of an answer say. */
struct assay_openai_head {
    enum assay_openai_body body;
    struct assay_str id, model, fingerprint;
    int64_t created;    /* seconds since 1970 */
    bool include_usage; /* chunks have "usage":null */
};

struct assay_openai_token {
    struct assay_str bytes;
    struct assay_str name; /* of one that has no bytes: "<end_of_turn>" */
    double logprob;
};

/*
 * Logprobs of a stretch of an answer, in the form of its body: chat has a
 * list of objects, completions four lists. `content` is the first of both.
 */
struct assay_openai_logprobs {
    enum assay_openai_body body;
    size_t count;
    struct assay_buf content, numbers, tops, offsets;
};
void assay_openai_logprobs_init(struct assay_openai_logprobs *logprobs,
                                enum assay_openai_body body, size_t max_bytes);
void assay_openai_logprobs_release(struct assay_openai_logprobs *logprobs);
void assay_openai_logprobs_clear(struct assay_openai_logprobs *logprobs);
/* `offset`: characters of the answer before the token. */
void assay_openai_logprobs_add(struct assay_openai_logprobs *logprobs,
                               const struct assay_openai_token *token,
                               const struct assay_openai_token *best,
                               size_t best_count, size_t offset);

/* A choice, or a stretch of one. */
struct assay_openai_part {
    size_t index;
    bool opens; /* chat's first event: who speaks */
    struct assay_str text;
    const struct assay_openai_logprobs *logprobs; /* or NULL: not wanted */
    const char *finish;                           /* "stop"; NULL: it goes on */
};

struct assay_openai_usage {
    uint64_t input, cached, output;
};

/* The whole answer. */
void assay_openai_write_answer(struct assay_buf *out,
                               const struct assay_openai_head *head,
                               const struct assay_openai_part *choices,
                               size_t count,
                               const struct assay_openai_usage *usage);
/* One event of a stream, "data: …" with the empty line behind it. */
void assay_openai_write_event(struct assay_buf *out,
                              const struct assay_openai_head *head,
                              const struct assay_openai_part *part);
void assay_openai_write_usage_event(struct assay_buf *out,
                                    const struct assay_openai_head *head,
                                    const struct assay_openai_usage *usage);
void assay_openai_write_fault_event(struct assay_buf *out,
                                    const struct assay_openai_fault *fault);
void assay_openai_write_end(struct assay_buf *out);

/* /v1/models, and one of them. */
void assay_openai_write_models(struct assay_buf *out, struct assay_str model,
                               int64_t created);
void assay_openai_write_model(struct assay_buf *out, struct assay_str model,
                              int64_t created);

#endif
