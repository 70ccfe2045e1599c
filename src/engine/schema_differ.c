/*
 * Can one text belong to two parts of a schema? oneOf is taken where it is
 * plain that none can.
 */
#include "engine/schema_parts.h"

/* What a text of the node can begin with, as a set of kinds of values. */
enum { STRINGS = 1, NUMBERS = 2, OBJECTS = 4, ARRAYS = 8, WORDS = 16 };

static unsigned kinds_of(const struct assay_schema_node *node, int depth)
{
    unsigned kinds = 0;
    char first;

    switch (node->kind) {
    case ASSAY_SCHEMA_STRING:
        return STRINGS;
    case ASSAY_SCHEMA_NUMBER:
    case ASSAY_SCHEMA_INTEGER:
        return NUMBERS;
    case ASSAY_SCHEMA_OBJECT:
        return OBJECTS;
    case ASSAY_SCHEMA_ARRAY:
        return ARRAYS;
    case ASSAY_SCHEMA_LITERAL:
        first = node->literal.at[0];
        return first == '"'                                   ? STRINGS
               : first == '{'                                 ? OBJECTS
               : first == '['                                 ? ARRAYS
               : first == 't' || first == 'f' || first == 'n' ? WORDS
                                                              : NUMBERS;
    case ASSAY_SCHEMA_UNION:
        for (size_t i = 0; depth > 0 && i < node->part_count; i++)
            kinds |= kinds_of(node->parts[i], depth - 1);
        return depth > 0 ? kinds : ~0U;
    case ASSAY_SCHEMA_ANY:
        break;
    }
    return ~0U;
}

/* Literals of which none is in the other. */
static bool literals_differ(const struct assay_schema_node *a,
                            const struct assay_schema_node *b)
{
    if (a->kind == ASSAY_SCHEMA_UNION) {
        for (size_t i = 0; i < a->part_count; i++)
            if (!literals_differ(a->parts[i], b))
                return false;
        return a->part_count > 0;
    }
    if (b->kind == ASSAY_SCHEMA_UNION)
        return literals_differ(b, a);
    return a->kind == ASSAY_SCHEMA_LITERAL && b->kind == ASSAY_SCHEMA_LITERAL &&
           !assay_str_equal(a->literal, b->literal);
}

/* Objects that must both have a property of which no value is in both. */
static bool objects_differ(const struct assay_schema_node *a,
                           const struct assay_schema_node *b)
{
    if (a->kind != ASSAY_SCHEMA_OBJECT || b->kind != ASSAY_SCHEMA_OBJECT)
        return false;
    for (size_t i = 0; i < a->property_count; i++)
        for (size_t k = 0; k < b->property_count; k++)
            if ((a->required >> i & 1) && (b->required >> k & 1) &&
                assay_str_equal(a->properties[i].name, b->properties[k].name) &&
                literals_differ(a->properties[i].node, b->properties[k].node))
                return true;
    return false;
}

bool assay_schema_differ(const struct assay_schema_node *a,
                         const struct assay_schema_node *b)
{
    return !(kinds_of(a, 4) & kinds_of(b, 4)) || literals_differ(a, b) ||
           objects_differ(a, b);
}
