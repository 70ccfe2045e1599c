/*
 * What the probes share: one way to ask, one to say what was found. Private
 * to probe*.c and their tests.
 */
#ifndef ASSAY_PROBE_PARTS_H
#define ASSAY_PROBE_PARTS_H

#include "assay/probe.h"
#include "trial/trial_parts.h"

/* In the order of assay_probes. */
enum assay_probe_index {
    ASSAY_PROBE_STREAMING,
    ASSAY_PROBE_FUNCTION_CALLING,
    ASSAY_PROBE_STRUCTURED_OUTPUTS,
    ASSAY_PROBE_JSON_MODE,
    ASSAY_PROBE_VISION,
    ASSAY_PROBE_SYSTEM,
    ASSAY_PROBE_STOP,
    ASSAY_PROBE_LOGPROBS,
    ASSAY_PROBE_SEED,
    ASSAY_PROBE_DETERMINISM,
    ASSAY_PROBE_CACHING,
    ASSAY_PROBE_MAX_OUTPUT,
    ASSAY_PROBE_CONTEXT,
};

enum { ASSAY_PROBE_ANSWER_TOKENS = 512 };

struct assay_probing {
    struct assay_arena *arena;
    const struct assay_probe_options *options;
    struct assay_probe_report *report;
    struct assay_finding *finding; /* that is being made */
    struct assay_tariff tariff;
    struct assay_random random;
    bool alive;    /* a plain question was answered */
    bool lacked;   /* the budget did not hold something */
    bool too_long; /* the last question, for this process */
};

/* ------------------------------------------------------- asking */

struct assay_probe_question {
    struct assay_chat chat;
    struct assay_str asked; /* what it is, for the proof */
    bool (*piece)(void *context, const struct assay_piece *piece); /* or NULL */
    void *context;
};
/* A question of one message of the user's; more is set by the caller. */
struct assay_probe_question assay_probe_plain(struct assay_probing *p,
                                              struct assay_str text);
/*
 * Asks, again where that may help. True: it was answered. False: the finding
 * says why not, REFUSED or UNKNOWN.
 */
bool assay_probe_ask(struct assay_probing *p,
                     const struct assay_probe_question *question,
                     struct assay_response *answer);
/* Whether the budget holds this question. */
bool assay_probe_affords(const struct assay_probing *p,
                         const struct assay_chat *chat);

/* What things cost on this route; pictures without a rule are dear. */
void assay_probe_tariff(struct assay_arena *arena,
                        const struct assay_trial_route *route,
                        struct assay_date day, struct assay_tariff *tariff);

/* ------------------------------------------------------- finding */

/* Nothing more is asked; the first reason stands. */
void assay_probe_end(struct assay_probing *p, enum assay_probe_end how,
                     struct assay_str why);

void assay_probe_find(struct assay_probing *p, enum assay_probe_verdict verdict,
                      const char *proof, ...)
    __attribute__((format(printf, 3, 4)));
/* The beginning of a text on one line, in quotation marks. */
struct assay_str assay_probe_quote(struct assay_probing *p,
                                   struct assay_str text);
/*
 * An answer that was cut by our own limit, or is empty, proves nothing: then
 * true, and the finding is UNKNOWN.
 */
bool assay_probe_says_nothing(struct assay_probing *p,
                              const struct assay_response *answer);

/* ------------------------------------------------------- drawing */

size_t assay_probe_draw(struct assay_probing *p, size_t below);
/* Six capital letters that are no word. */
struct assay_str assay_probe_code(struct assay_probing *p);
/* A rare word for a colour. */
const char *assay_probe_word(struct assay_probing *p);
/* A name that means nothing: "zorvexa_plum". */
struct assay_str assay_probe_name(struct assay_probing *p);

/* ------------------------------------------------------- the probes */

void assay_probe_streaming(struct assay_probing *p);
void assay_probe_function_calling(struct assay_probing *p);
void assay_probe_structured_outputs(struct assay_probing *p);
void assay_probe_json_mode(struct assay_probing *p);
void assay_probe_vision(struct assay_probing *p);
void assay_probe_system(struct assay_probing *p);
void assay_probe_stop(struct assay_probing *p);
void assay_probe_logprobs(struct assay_probing *p);
void assay_probe_seed(struct assay_probing *p);
void assay_probe_determinism(struct assay_probing *p);
void assay_probe_caching(struct assay_probing *p);
void assay_probe_max_output(struct assay_probing *p);
void assay_probe_context(struct assay_probing *p);

/* ------------------------------------------------------- pictures */

enum {
    ASSAY_PICTURE_SIDE = 64,
    ASSAY_PICTURE_DIGITS = 4,
    ASSAY_GLYPH_WIDTH = 5,
    ASSAY_GLYPH_HEIGHT = 7,
    ASSAY_GLYPH_SCALE = 2,
};
/* Rows of a digit, five bits each, the left one highest. */
extern const unsigned char assay_probe_glyphs[10][ASSAY_GLYPH_HEIGHT];
/* A PNG with these digits and two coloured shapes. In the arena. */
struct assay_str assay_probe_picture(struct assay_arena *arena,
                                     struct assay_random *random,
                                     const char digits[ASSAY_PICTURE_DIGITS]);

#endif
