/*
 * Inside lint: the rules by number, and one statement laid out for them.
 */
#ifndef ASSAY_IMPORT_LINT_RULES_H
#define ASSAY_IMPORT_LINT_RULES_H

#include "assay/facts.h"
#include "assay/lint.h"
#include "assay/price.h"

/* Index into assay_lint_rules; alphabetical there and here. */
enum assay_lint {
    ASSAY_LINT_BENCHMARK,
    ASSAY_LINT_BLANKET,
    ASSAY_LINT_CACHE_PRICE,
    ASSAY_LINT_CUTOFF,
    ASSAY_LINT_DUPLICATE_KEY,
    ASSAY_LINT_FUTURE_DATE,
    ASSAY_LINT_IMPOSSIBLE_DATE,
    ASSAY_LINT_LEGACY_TIER,
    ASSAY_LINT_MAGNITUDE,
    ASSAY_LINT_NUMBER_NOISE,
    ASSAY_LINT_OUTPUT_ABOVE_CONTEXT,
    ASSAY_LINT_OUTPUT_CHEAPER,
    ASSAY_LINT_REFUSED,
    ASSAY_LINT_RETIRED_LISTED,
    ASSAY_LINT_UNIT_SLIP,
    ASSAY_LINT_ZERO_PRICE,
    ASSAY_LINT_RULES,
};

struct assay_linting {
    struct assay_arena *arena;
    struct assay_date as_of;
    struct assay_finding **findings; /* growing, in the arena */
    size_t count, size;
};

/* Adds a finding; place is written as it is, text printf style. */
void assay_lint_add(struct assay_linting *lint, enum assay_lint rule,
                    uint32_t line, struct assay_str place, const char *text,
                    ...) __attribute__((format(printf, 5, 6)));

struct assay_lint_subject {
    const struct assay_statement *statement;
    struct assay_json *body;
    struct assay_str provider; /* of a route, or empty */
    struct assay_price_list prices;
    /* In force at as_of for a small request; NULL: not priced. */
    const struct assay_price_component *input, *output;
    uint64_t context_tokens, max_output_tokens; /* 0: not stated */
};

/* The document as it stands: keys, numbers, dates. */
void assay_lint_document(struct assay_linting *lint,
                         const struct assay_json *document);
/* One model or route by itself. */
void assay_lint_statement(struct assay_linting *lint,
                          const struct assay_lint_subject *subject);
/* What only shows beside the other routes of a provider. */
void assay_lint_providers(struct assay_linting *lint,
                          const struct assay_lint_subject *subjects,
                          size_t count);

#endif
