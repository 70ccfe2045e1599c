/*
 * What is known of a schema once all of its nodes are there: in which order
 * names stand, how deep the lowest text of a node is, in how many ways a
 * value may begin. A schema that no text keeps to is refused, so that an
 * answer is never led where it cannot end.
 */
#include "engine/schema_compile.h"

#include <stdlib.h>

/* Higher than any text may be. */
enum { ENDLESS = 1 << 20 };

/* ------------------------------------------------------- names */

struct named {
    struct assay_str name;
    uint8_t property;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;

    return assay_str_compare(x->name, y->name);
}

static void sort_names(struct assay_arena *arena,
                       struct assay_schema_node *node)
{
    struct named all[ASSAY_SCHEMA_PROPERTIES];
    size_t count = node->property_count;

    node->names = ASSAY_NEW_ARRAY(arena, struct assay_str, count + 1);
    node->name_of = ASSAY_NEW_ARRAY(arena, uint8_t, count + 1);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct named){node->properties[i].name, (uint8_t)i};
    qsort(all, count, sizeof *all, by_name);
    for (size_t i = 0; i < count; i++) {
        node->names[i] = all[i].name;
        node->name_of[i] = all[i].property;
    }
}

/* ------------------------------------------------------- heights */

/* What must stand inside; NULL: nothing more. */
static const struct assay_schema_node *needed(
    const struct assay_schema_node *node, size_t i)
{
    if (i < node->part_count)
        return i < node->least ? node->parts[i] : NULL;
    return i == node->part_count && node->least > i ? node->other : NULL;
}

static uint32_t height_of(const struct assay_schema_node *node)
{
    uint32_t most = 0, least = ENDLESS;
    const struct assay_schema_node *item;

    switch (node->kind) {
    case ASSAY_SCHEMA_UNION:
        for (size_t i = 0; i < node->part_count; i++)
            if (node->parts[i]->height < least)
                least = node->parts[i]->height;
        return least;
    case ASSAY_SCHEMA_OBJECT:
        for (size_t i = 0; i < node->property_count; i++)
            if ((node->required >> i & 1) &&
                node->properties[i].node->height > most)
                most = node->properties[i].node->height;
        break;
    case ASSAY_SCHEMA_ARRAY:
        for (size_t i = 0; (item = needed(node, i)); i++)
            if (item->height > most)
                most = item->height;
        break;
    default:
        break;
    }
    return most < ENDLESS ? most + 1 : ENDLESS;
}

/* Alternatives of one value; a union that holds itself never has enough. */
static uint32_t ways_of(const struct assay_schema_node *node)
{
    uint32_t sum = 0;

    if (node->kind != ASSAY_SCHEMA_UNION)
        return 1;
    for (size_t i = 0; i < node->part_count; i++) {
        sum += node->parts[i]->ways;
        if (sum > ASSAY_SCHEMA_WAYS)
            return ASSAY_SCHEMA_WAYS + 1;
    }
    return sum;
}

/* Both grow from the inside out, until nothing changes any more. */
static void find_heights(struct assay_schema *schema)
{
    bool changed = true;

    for (size_t i = 0; i < schema->node_count; i++)
        schema->nodes[i]->height = ENDLESS;
    while (changed) {
        changed = false;
        for (size_t i = schema->node_count; i-- > 0;) {
            struct assay_schema_node *node = schema->nodes[i];
            uint32_t height = height_of(node), ways = ways_of(node);

            changed = changed || height != node->height || ways != node->ways;
            node->height = height;
            node->ways = ways;
        }
    }
}

/* ------------------------------------------------------- all of it */

static bool check_choices(struct assay_schema_compiler *c,
                          const struct assay_schema_node *node)
{
    const struct assay_json *list = assay_json_get(node->from, "oneOf");

    if (node->ways > ASSAY_SCHEMA_WAYS)
        return assay_schema_refuse(c, node->from,
                                   "a value may begin in more than 128 ways");
    for (size_t i = 0; node->exclusive && i < node->part_count; i++)
        for (size_t k = 0; k < i; k++)
            if (!assay_schema_differ(node->parts[i], node->parts[k]))
                return assay_schema_refuse(
                    c, list,
                    "two of these could both hold; only branches that cannot "
                    "are supported");
    return true;
}

bool assay_schema_settle(struct assay_schema_compiler *c)
{
    struct assay_schema *schema = c->schema;

    for (size_t i = 0; i < schema->node_count; i++)
        if (schema->nodes[i]->kind == ASSAY_SCHEMA_OBJECT)
            sort_names(&schema->arena, schema->nodes[i]);
    find_heights(schema);
    for (size_t i = 0; i < schema->node_count; i++)
        if (schema->nodes[i]->kind == ASSAY_SCHEMA_UNION &&
            !check_choices(c, schema->nodes[i]))
            return false;
    return schema->root->height <= ASSAY_SCHEMA_DEPTH ||
           assay_schema_refuse(c, schema->root_json,
                               "no text keeps to it and ends");
}
