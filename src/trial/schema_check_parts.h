/* What the compiling of schemas shares. Private to schema_check*.c. */
#ifndef ASSAY_TRIAL_SCHEMA_CHECK_PARTS_H
#define ASSAY_TRIAL_SCHEMA_CHECK_PARTS_H

#include "trial/schema_check.h"

/* A schema with an identity, or a place in one that has a name. */
struct assay_schema_place {
    struct assay_str uri; /* absolute where its root's is; no empty fragment */
    const struct assay_json *node;
    enum assay_draft draft;
    bool resource; /* not an anchor */
};

struct assay_schema_compiler {
    struct assay_arena *arena;
    const struct assay_schema_options *options;
    struct assay_error *err;
    enum assay_draft draft; /* of the schema that is read now */
    size_t nested;
    bool evaluates;
    struct assay_schema_place *places;
    size_t place_count, place_room;
    struct assay_rule **rules; /* by the address of what they are made from */
    const struct assay_json **rule_from;
    size_t rule_count, rule_room;
};

/* "schema: PATH: WHAT"; always false. */
bool assay_schema_check_refuse(struct assay_schema_compiler *c,
                               const struct assay_json *at, const char *what);
/* The rule of a schema, made when first asked for; NULL: *err is set. */
const struct assay_rule *assay_schema_check_rule(
    struct assay_schema_compiler *c, const struct assay_json *from);

/* -------------------------------------- schema_check_refs.c */

/* Finds the identities and anchors of a schema and of the documents. */
bool assay_schema_check_scan(struct assay_schema_compiler *c,
                             const struct assay_json *schema);
/* What a $ref leads to; NULL: refused. */
const struct assay_json *assay_schema_check_target(
    struct assay_schema_compiler *c, const struct assay_json *ref);
enum assay_draft assay_schema_check_draft_of(
    const struct assay_schema_compiler *c, const struct assay_json *node);
/* Where the rule of a schema is kept; valid until the next call. */
struct assay_rule **assay_schema_check_slot(struct assay_schema_compiler *c,
                                            const struct assay_json *from);

#endif
