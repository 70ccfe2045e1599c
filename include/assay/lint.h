/*
 * What is likely wrong in a public list, found before it is imported: unit
 * slips, zeros that mean "not stated", defaults that fill whole providers,
 * dates and limits that cannot be. Nothing is changed; a person decides.
 */
#ifndef ASSAY_LINT_H
#define ASSAY_LINT_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/error.h"
#include "assay/import.h"
#include "assay/str.h"

enum assay_severity {
    ASSAY_LINT_NOTE,    /* worth a look: may well be so */
    ASSAY_LINT_WARNING, /* likely wrong */
    ASSAY_LINT_ERROR,   /* cannot be right, or is not taken by an import */
};
/* "note", "warning", "error" */
const char *assay_severity_name(enum assay_severity severity);

struct assay_lint_rule {
    const char *name; /* "unit-slip" */
    enum assay_severity severity;
    const char *text; /* what it looks for, one sentence */
};
extern const struct assay_lint_rule assay_lint_rules[];
extern const size_t assay_lint_rule_count;

struct assay_finding {
    const char *rule;
    enum assay_severity severity;
    uint32_t line;          /* in the document; 0: of the whole of it */
    struct assay_str place; /* "line 12, route openai/gpt-4, input_tokens" */
    struct assay_str text;  /* what stands there, and what was expected */
    struct assay_finding *next;
};

struct assay_lint_input {
    const struct assay_import_format *format;
    struct assay_str text;   /* the document */
    struct assay_date as_of; /* full day: what lies behind it is in the past */
};

struct assay_lint_result {
    struct assay_finding *first; /* by line, then by rule */
    uint32_t count;
    uint32_t errors, warnings, notes;
    uint32_t rows, statements; /* what an import would make of it */
};

/*
 * Applies every rule; the result lives in the arena. False when the text is
 * no JSON (a key that stands twice is a finding) or not of the format:
 * BAD_INPUT, LIMIT, located as an import would.
 */
bool assay_lint(struct assay_arena *arena, const struct assay_lint_input *input,
                struct assay_lint_result *result, struct assay_error *err);

#endif
