/* What translation and search of patterns share. Private to pattern*.c. */
#ifndef ASSAY_TRIAL_PATTERN_PARTS_H
#define ASSAY_TRIAL_PATTERN_PARTS_H

#include "trial/pattern.h"

#include "assay/buf.h"

enum {
    ASSAY_PATTERN_MAX_CHARS = 20000,
    ASSAY_PATTERN_MAX_GROUPS = 1000, /* of all kinds */
    ASSAY_PATTERN_MAX_DEPTH = 200,
    ASSAY_PATTERN_MAX_REPEAT = 65535, /* PCRE2's */
};

/* A pair of parentheses; [0] is the whole expression. */
struct assay_pattern_group {
    enum {
        ASSAY_GROUP_PLAIN,
        ASSAY_GROUP_AHEAD,
        ASSAY_GROUP_BEHIND,
    } kind;
    bool open;
    bool alternatives; /* there is a "|" in it */
    /* A back reference in it holds only if it is not repeated, or not even
     * optional. */
    bool never_again, always_once;
    uint32_t parent;
    uint32_t branch; /* of the parent it stands in */
    uint32_t branch_now;
    uint32_t min, max; /* how often, known once it is closed */
    size_t from;       /* where it begins: in the pattern, */
    size_t out_from;   /* and in what is written */
};

struct assay_pattern_reader {
    struct assay_arena *arena;
    enum assay_pattern_dialect dialect;
    const uint32_t *at; /* characters: units or code points */
    size_t len, pos;
    struct assay_buf out;
    struct assay_pattern_group *groups; /* [MAX_GROUPS + 1] */
    uint32_t group_count, group_now, depth;
    uint32_t *captures; /* which group is capture i, from 1 */
    uint32_t capture_count, capture_total;
    struct assay_str *names; /* of captures, or empty */
    bool any_name, any_reference;
    bool dot_all, multi_line, ignore_case; /* Python's leading flags */
    struct assay_error *err;
};

/* Writes PCRE2's form to reader->out; false with BAD_INPUT or LIMIT. */
bool assay_pattern_translate(struct assay_pattern_reader *in);

/* "at offset 3: WHAT"; always false. */
bool assay_pattern_refuse(struct assay_pattern_reader *in, size_t at,
                          const char *what);
bool assay_pattern_is_js(const struct assay_pattern_reader *in);
/* The character n ahead, or 0x110000 at the end. */
uint32_t assay_pattern_peek(const struct assay_pattern_reader *in, size_t n);
/* One literal character. */
void assay_pattern_put(struct assay_pattern_reader *in, uint32_t c);

/* ------------------------------------------- pattern_class.c */

/* "[…]", from behind its "[". */
bool assay_pattern_class(struct assay_pattern_reader *in);
/* \d \D \w \W \s \S as an item of a class; `in_class`: without brackets. */
void assay_pattern_shorthand(struct assay_pattern_reader *in, char letter,
                             bool in_class);
/* "\p{…}" from behind the p: JavaScript's names, checked. */
bool assay_pattern_property(struct assay_pattern_reader *in, char letter);
/*
 * A character escape, from behind the backslash: *c and true; false with
 * *err set, or without it when it is none (\d, \b, \1 …).
 */
bool assay_pattern_escape(struct assay_pattern_reader *in, bool in_class,
                          uint32_t *c);

/* --------------------------------------- pattern_reference.c */

/* A name up to `end`, from in->pos on; letters beyond ASCII as they are. */
bool assay_pattern_name(struct assay_pattern_reader *in, uint32_t end,
                        struct assay_str *name);
/* \1 …, from behind the backslash; *is_one false: it is no reference. */
bool assay_pattern_number_reference(struct assay_pattern_reader *in,
                                    bool *is_one);
/* \k<name>, (?P=name): from the name on. */
bool assay_pattern_name_reference(struct assay_pattern_reader *in, uint32_t end,
                                  size_t at);
/* "a back reference to a group that a repetition may leave unset"; false. */
bool assay_pattern_refuse_stale(struct assay_pattern_reader *in, size_t at);

#endif
