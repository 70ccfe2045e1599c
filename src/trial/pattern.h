/*
 * Regular expressions as the makers of test files know them: JavaScript's
 * (promptfoo, JSON schema) and Python's (lm-eval), run by PCRE2. What would
 * mean something else there is translated, or refused with its place and why.
 *
 * A search is bounded by its work, not by the clock: the same text gives the
 * same result on every machine, and a pattern that never ends gives up
 * within a tenth of a second. Private to trial.
 */
#ifndef ASSAY_TRIAL_PATTERN_H
#define ASSAY_TRIAL_PATTERN_H

#include "assay/arena.h"
#include "assay/error.h"

enum assay_pattern_dialect {
    ASSAY_PATTERN_JAVASCRIPT,   /* new RegExp(text): 16-bit units */
    ASSAY_PATTERN_JAVASCRIPT_U, /* new RegExp(text, "u"): code points */
    ASSAY_PATTERN_PYTHON,       /* re.compile(text) of a str, Python 3.10 */
};

/* Lives in the arena, with all that PCRE2 makes of it. */
struct assay_pattern;
/* NULL: BAD_INPUT, "at offset 3: …" in characters from 0; LIMIT. */
struct assay_pattern *assay_pattern_new(struct assay_arena *arena,
                                        enum assay_pattern_dialect dialect,
                                        struct assay_str text,
                                        struct assay_error *err);

/* Patterns of a run, by their texts; any number of threads. */
struct assay_pattern_shelf;
/* NULL: SYSTEM. */
struct assay_pattern_shelf *assay_pattern_shelf_new(struct assay_error *err);
/* Accepts NULL. */
void assay_pattern_shelf_free(struct assay_pattern_shelf *shelf);
/*
 * As assay_pattern_new, but the first few are kept: 100,000 instructions less
 * for a short one. What is kept lives as long as the shelf.
 */
const struct assay_pattern *assay_pattern_shelf_get(
    struct assay_pattern_shelf *shelf, struct assay_arena *arena,
    enum assay_pattern_dialect dialect, struct assay_str text,
    struct assay_error *err);

/* A text to be searched, in 16-bit units. */
struct assay_pattern_text {
    const uint16_t *at;
    size_t len;
};
/* LIMIT above 64 MiB; BAD_INPUT when it is not UTF-8. */
bool assay_pattern_text(struct assay_arena *arena, struct assay_str text,
                        struct assay_pattern_text *units,
                        struct assay_error *err);

enum assay_pattern_found {
    ASSAY_PATTERN_NONE,
    ASSAY_PATTERN_FOUND,
    ASSAY_PATTERN_GAVE_UP, /* *err: LIMIT */
};
/* Where group i stands; absent ones have start > end. */
struct assay_pattern_span {
    size_t start, end;
};
/* Whole match and groups: spans [assay_pattern_groups() + 1], or NULL. */
size_t assay_pattern_groups(const struct assay_pattern *pattern);
enum assay_pattern_found assay_pattern_search(
    const struct assay_pattern *pattern, struct assay_pattern_text text,
    size_t from, struct assay_pattern_span *spans, struct assay_error *err);
/* A part of a text, in UTF-8 in the arena; half a pair becomes U+FFFD. */
struct assay_str assay_pattern_part(struct assay_arena *arena,
                                    struct assay_pattern_text text,
                                    struct assay_pattern_span span);

#endif
