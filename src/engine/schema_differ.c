/*
 * Can one text belong to two parts of a schema? oneOf is taken where it is
 * plain that none can.
 */
#include "engine/schema_parts.h"

/* What a text of the node can begin with, as a set of kinds of values. */
enum { STRINGS = 1, NUMBERS = 2, OBJECTS = 4, ARRAYS = 8, WORDS = 16 };

static unsigned kind_of_text(struct assay_str text)
{
    switch (text.at[0]) {
    case '"':
        return STRINGS;
    case '{':
        return OBJECTS;
    case '[':
        return ARRAYS;
    case 't':
    case 'f':
    case 'n':
        return WORDS;
    default:
        return NUMBERS;
    }
}

static unsigned kinds_of(const struct assay_schema_node *node, int depth)
{
    unsigned kinds = 0;

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
        for (size_t i = 0; i < node->literal_count; i++)
            kinds |= kind_of_text(node->literals[i]);
        return kinds;
    case ASSAY_SCHEMA_UNION:
        for (size_t i = 0; depth > 0 && i < node->part_count; i++)
            kinds |= kinds_of(node->parts[i], depth - 1);
        return depth > 0 ? kinds : ~0U;
    case ASSAY_SCHEMA_ANY:
        break;
    }
    return ~0U;
}

/*
 * Of two such texts that differ the values differ too: strings are written
 * in one way, words and plain whole numbers as well.
 */
static bool is_plain(struct assay_str text)
{
    unsigned kind = kind_of_text(text);

    if (kind != NUMBERS)
        return kind == STRINGS || kind == WORDS;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '.' || (text.at[i] | 32) == 'e')
            return false;
    return !assay_str_is(text, "-0");
}

static bool is_in(const struct assay_schema_node *node, struct assay_str text)
{
    for (size_t i = 0; i < node->literal_count; i++)
        if (assay_str_equal(node->literals[i], text) ||
            !is_plain(node->literals[i]))
            return true;
    return !is_plain(text);
}

/* Literals of which none is in the other. */
static bool literals_differ(const struct assay_schema_node *a,
                            const struct assay_schema_node *b)
{
    if (a->kind != ASSAY_SCHEMA_LITERAL || b->kind != ASSAY_SCHEMA_LITERAL)
        return false;
    for (size_t i = 0; i < a->literal_count; i++)
        if (is_in(b, a->literals[i]))
            return false;
    return true;
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
