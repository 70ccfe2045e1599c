/*
 * What the files that compile a schema share. Private to schema*.c.
 */
#ifndef ASSAY_SCHEMA_COMPILE_H
#define ASSAY_SCHEMA_COMPILE_H

#include "engine/schema_parts.h"

struct assay_schema_compiler {
    struct assay_schema *schema;
    struct assay_error *err;
    size_t depth;
};

/* "schema: properties.a: what". Always false. */
bool assay_schema_refuse(struct assay_schema_compiler *c,
                         const struct assay_json *at, const char *what);
/* NULL with LIMIT. */
struct assay_schema_node *assay_schema_new_node(struct assay_schema_compiler *c,
                                                enum assay_schema_kind kind,
                                                const struct assay_json *from);
/* Every member is one of `known`, or an annotation. */
bool assay_schema_check_members(struct assay_schema_compiler *c,
                                const struct assay_json *from,
                                const char *const *known);
struct assay_schema_node *assay_schema_new_union(
    struct assay_schema_compiler *c, const struct assay_json *from,
    size_t room);
/* False when there is no part. */
bool assay_schema_add_part(struct assay_schema_node *node,
                           const struct assay_schema_node *part);
/* A schema inside this one. */
const struct assay_schema_node *assay_schema_compile(
    struct assay_schema_compiler *c, const struct assay_json *from);

/* ------------------------------------------------------- schema_types.c */

const struct assay_schema_node *assay_schema_compile_type(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *type, struct assay_str name);
const struct assay_schema_node *assay_schema_compile_types(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const struct assay_json *types);
const struct assay_schema_node *assay_schema_compile_object(
    struct assay_schema_compiler *c, const struct assay_json *from);
const struct assay_schema_node *assay_schema_compile_array(
    struct assay_schema_compiler *c, const struct assay_json *from);

/* ------------------------------------------------------- schema_literals.c */

/* One of "null", "true" …; ended by NULL. */
const struct assay_schema_node *assay_schema_words(
    struct assay_schema_compiler *c, const struct assay_json *from,
    const char *const *words);
const struct assay_schema_node *assay_schema_compile_const(
    struct assay_schema_compiler *c, const struct assay_json *from);
const struct assay_schema_node *assay_schema_compile_enum(
    struct assay_schema_compiler *c, const struct assay_json *from);

/* ------------------------------------------------------- schema_settle.c */

/*
 * Once all nodes are there: what is known of each, and that the schema can
 * be kept to. BAD_INPUT with the path.
 */
bool assay_schema_settle(struct assay_schema_compiler *c);

#endif
