/*
 * What the kinds of assertions share. A kind is one row of a table: its name,
 * a check of what a file may say (before anything is spent), and the scoring
 * of one answer. Private to score*.c.
 */
#ifndef ASSAY_TRIAL_SCORE_PARTS_H
#define ASSAY_TRIAL_SCORE_PARTS_H

#include "assay/score.h"
#include "trial/pattern.h"

enum {
    ASSAY_SCORE_MAX_BYTES = 64 << 20, /* of an answer */
};

/* One assertion on one answer. */
struct assay_score_step {
    struct assay_arena *arena;
    const struct assay_assertion *assertion;
    const struct assay_case *of;       /* NULL while checking */
    const struct assay_answer *answer; /* NULL: the filters failed */
    const char *filter_error;
    const struct assay_judge *judge;
    struct assay_pattern_shelf *patterns;
    struct assay_check *check;        /* the result */
    const struct assay_check *checks; /* of the whole answer */
};

struct assay_score_kind {
    const char *name;
    /* NULL: any value will do. False: *err says what was expected. */
    bool (*accepts)(struct assay_score_step *step, struct assay_error *err);
    void (*score)(struct assay_score_step *step);
};

/* Tables, ended by a row without name. */
extern const struct assay_score_kind assay_score_text_kinds[];
extern const struct assay_score_kind assay_score_words_kinds[];
extern const struct assay_score_kind assay_score_number_kinds[];
extern const struct assay_score_kind assay_score_json_kinds[];
extern const struct assay_score_kind assay_score_tools_kinds[];
extern const struct assay_score_kind assay_score_choice_kinds[];
extern const struct assay_score_kind assay_score_judge_kinds[];

/*
 * How one assertion ended. The reason states what is so, whichever of the
 * two was wanted: "not-" turns the mark and leaves the reason.
 */
void assay_score_is(struct assay_score_step *step, bool holds,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A score between 0 and 1 against the threshold or its default. */
void assay_score_grade(struct assay_score_step *step, double score,
                       double threshold, const char *what);
/* It could not be scored. */
void assay_score_error(struct assay_score_step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

double assay_score_threshold(const struct assay_assertion *assertion,
                             double otherwise);
/* A part of a text to show: one line, cut at 80 characters. In the arena. */
struct assay_str assay_score_show(struct assay_arena *arena,
                                  struct assay_str text);

/* The filters of a case: known, and their expressions compile. */
bool assay_score_check_filters(struct assay_pattern_shelf *patterns,
                               struct assay_arena *arena,
                               const struct assay_case *of,
                               struct assay_error *err);
/* *text as the filters of the case leave it; false: LIMIT. */
bool assay_score_filter(struct assay_pattern_shelf *patterns,
                        struct assay_arena *arena, const struct assay_case *of,
                        struct assay_str *text, struct assay_error *err);

/* ------------------------------------------- score_javascript.c */

/* String(value) for a text, number or truth value; false for others. */
bool assay_js_string(struct assay_arena *arena, const struct assay_json *value,
                     struct assay_str *text);
/* text.toLowerCase() */
struct assay_str assay_js_lower(struct assay_arena *arena,
                                struct assay_str text);
/* Bytes of white space at the start of a text, by JavaScript's \s. */
size_t assay_js_space(struct assay_str text);
/* text.trim() */
struct assay_str assay_js_trim(struct assay_str text);
/* The next word of a text that white space cuts; false at the end. */
bool assay_js_word(struct assay_str *rest, struct assay_str *word);

#endif
