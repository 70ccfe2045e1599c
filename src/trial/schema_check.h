/*
 * JSON schemas compiled to rules. A schema of JSON becomes one rule, a
 * reference a pointer to another; keywords that are not there cost nothing.
 * Private to schema_check*.c and their tests.
 */
#ifndef ASSAY_TRIAL_SCHEMA_CHECK_H
#define ASSAY_TRIAL_SCHEMA_CHECK_H

#include "assay/score.h"

#include "trial/pattern.h"

enum assay_draft {
    ASSAY_DRAFT_ANY, /* no $schema: all keywords but those of draft 4 alone */
    ASSAY_DRAFT_4,
    ASSAY_DRAFT_6,
    ASSAY_DRAFT_7,
    ASSAY_DRAFT_2019_09,
    ASSAY_DRAFT_2020_12,
};

/* A schema that references may lead to. */
struct assay_schema_document {
    struct assay_str uri;
    const struct assay_json *schema;
};

struct assay_schema_options {
    enum assay_draft draft; /* of schemas without $schema */
    const struct assay_schema_document *documents;
    size_t document_count;
};

struct assay_validator *assay_schema_check_new(
    struct assay_arena *arena, const struct assay_json *schema,
    const struct assay_schema_options *options, struct assay_error *err);

enum assay_schema_result {
    ASSAY_SCHEMA_HOLDS,
    ASSAY_SCHEMA_BREAKS,
    ASSAY_SCHEMA_GAVE_UP, /* too much work */
};
enum assay_schema_result assay_schema_check_run(
    const struct assay_validator *validator, struct assay_arena *arena,
    const struct assay_json *value, struct assay_str *reason);

/* ------------------------------------------------------- formats */

struct assay_schema_format {
    const char *name;
    bool (*fits)(struct assay_str text);          /* of texts, or NULL */
    bool (*number_fits)(struct assay_str number); /* of numbers, or NULL */
};
/* NULL: no such format is known. */
const struct assay_schema_format *assay_schema_format_of(struct assay_str name);

/* ----------------------------------------------------------- URIs */

/* RFC 3986, 5.2; the fragment stays. In the arena. */
struct assay_str assay_uri_resolve(struct assay_arena *arena,
                                   struct assay_str base,
                                   struct assay_str reference);
/* RFC 3986, appendix A: an absolute URI, or any reference. */
bool assay_uri_is_valid(struct assay_str text, bool reference);

/* ---------------------------------------------------------- rules */

struct assay_rule;
struct assay_rule_list {
    const struct assay_rule **at;
    size_t count;
};
struct assay_rule_member {
    struct assay_str name;
    const struct assay_rule *rule;       /* or NULL: */
    const struct assay_json *names;      /* then these are required too */
    const struct assay_pattern *pattern; /* patternProperties */
};
struct assay_rule_members {
    struct assay_rule_member *at;
    size_t count;
};
struct assay_rule_limit {
    bool given;
    uint64_t value;
};

struct assay_rule {
    const struct assay_json *from;
    bool never;     /* false */
    unsigned types; /* 1 << enum assay_json_type; 0: any */
    bool whole;     /* "integer": numbers without a fraction */
    const struct assay_json *constant, *any_of_values;
    /* numbers; empty: not stated */
    struct assay_str minimum, maximum, above, below, multiple_of;
    bool minimum_is_open, maximum_is_open; /* draft 4 */
    struct assay_rule_limit min_length, max_length, min_items, max_items;
    struct assay_rule_limit min_members, max_members, min_contains,
        max_contains;
    const struct assay_pattern *pattern;
    const struct assay_schema_format *format;
    struct assay_rule_list prefix;
    const struct assay_rule *items; /* behind the prefix */
    const struct assay_rule *contains, *unevaluated_items;
    bool unique, contains_evaluates;
    struct assay_rule_members members, patterns, depends;
    const struct assay_rule *additional, *member_names, *unevaluated_members;
    const struct assay_json *required;
    struct assay_rule_list all_of, any_of, one_of;
    const struct assay_rule *no, *when, *then, *otherwise, *ref;
};

struct assay_validator {
    const struct assay_rule *root;
    bool evaluates; /* some unevaluated… is in it */
};

#endif
