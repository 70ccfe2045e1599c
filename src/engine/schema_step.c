/*
 * One byte after another through a schema. Where a text can be read in
 * several ways (a union, a name that begins like two properties) all of them
 * are followed; those that the next byte contradicts fall away.
 *
 * White space between the parts of a value is one space, or a line break
 * and spaces, so that an answer cannot go on for ever with it.
 */
#include "engine/schema_moves.h"

enum { MOST_INDENT = 32 };

static bool same(const struct assay_place_in *a, const struct assay_place_in *b)
{
    return a->around == b->around && a->node == b->node &&
           a->phase == b->phase && a->a == b->a && a->b == b->b &&
           a->seen == b->seen;
}

void assay_schema_go(struct assay_schema_moves *s, struct assay_place_in place)
{
    struct assay_place_in *kept;

    for (size_t i = 0; i < s->to->count; i++)
        if (same(s->to->at[i], &place))
            return;
    if (s->to->count == ASSAY_SCHEMA_PLACES) {
        s->to->too_many = true;
        return;
    }
    kept = ASSAY_NEW(s->arena, struct assay_place_in);
    *kept = place;
    s->to->at[s->to->count++] = kept;
}

struct assay_place_in assay_schema_moved(const struct assay_place_in *p,
                                         unsigned phase, uint64_t a, uint64_t b)
{
    struct assay_place_in next = *p;

    next.phase = phase;
    next.a = a;
    next.b = b;
    return next;
}

/* A value has ended: what is around it goes on. */
void assay_schema_end_value(struct assay_schema_moves *s,
                            const struct assay_place_in *p)
{
    if (!p->around) {
        s->to->at_end = true;
        return;
    }
    assay_schema_go(s,
                    assay_schema_moved(p->around, IN_AFTER,
                                       p->around->a + (p->around->node->kind ==
                                                       ASSAY_SCHEMA_ARRAY),
                                       0));
}

/* ------------------------------------------------------- beginnings */

static void begin(struct assay_schema_moves *s,
                  const struct assay_place_in *around,
                  const struct assay_schema_node *node);

static void begin_any(struct assay_schema_moves *s,
                      const struct assay_place_in *around)
{
    const struct assay_schema_node *any = s->schema->any;

    for (size_t i = 0; i < any->part_count; i++)
        begin(s, around, any->parts[i]);
}

static void begin(struct assay_schema_moves *s,
                  const struct assay_place_in *around,
                  const struct assay_schema_node *node)
{
    struct assay_place_in p = {
        .around = around,
        .node = node,
        .depth = around ? around->depth + 1 : 1,
    };

    if (p.depth > ASSAY_SCHEMA_DEPTH)
        return;
    switch (node->kind) {
    case ASSAY_SCHEMA_ANY:
        begin_any(s, around);
        break;
    case ASSAY_SCHEMA_UNION:
        for (size_t i = 0; i < node->part_count; i++)
            begin(s, around, node->parts[i]);
        break;
    case ASSAY_SCHEMA_STRING:
        if (s->byte == '"')
            assay_schema_go(s, p);
        break;
    case ASSAY_SCHEMA_NUMBER:
    case ASSAY_SCHEMA_INTEGER:
        assay_schema_begin_number(s, p);
        break;
    case ASSAY_SCHEMA_LITERAL:
        if ((unsigned char)node->literal.at[0] != s->byte)
            break;
        p.phase = IN_LITERAL;
        p.a = 1;
        if (node->literal.len == 1)
            assay_schema_end_value(s, &p);
        else
            assay_schema_go(s, p);
        break;
    case ASSAY_SCHEMA_OBJECT:
    case ASSAY_SCHEMA_ARRAY:
        p.phase = IN_OPEN;
        if (s->byte == (node->kind == ASSAY_SCHEMA_OBJECT ? '{' : '['))
            assay_schema_go(s, p);
        break;
    }
}

/* ------------------------------------------------------- brackets */

/* b: 0 nothing, 1 a space, 2 + n a line break and n spaces. */
static bool take_space(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    if (s->byte == ' ' && p->b == 0)
        assay_schema_go(s, assay_schema_moved(p, p->phase, p->a, 1));
    else if (s->byte == ' ' && p->b >= 2 && p->b < 2 + MOST_INDENT)
        assay_schema_go(s, assay_schema_moved(p, p->phase, p->a, p->b + 1));
    else if (s->byte == '\n' && p->b == 0)
        assay_schema_go(s, assay_schema_moved(p, p->phase, p->a, 2));
    else
        return s->byte == ' ' || s->byte == '\n';
    return true;
}

static void begin_name(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    const struct assay_schema_node *node = p->node;

    if (s->byte != '"')
        return;
    /* those that stand already too: another name may not be theirs */
    for (size_t i = 0; i < node->property_count; i++)
        if (node->other || !(p->seen >> i & 1))
            assay_schema_go(
                s, assay_schema_moved(p, IN_NAME, (uint64_t)i << 32, 0));
    if (node->other)
        assay_schema_go(s, assay_schema_moved(p, IN_STRING, 0, 0));
}

static void in_name(struct assay_schema_moves *s,
                    const struct assay_place_in *p)
{
    uint32_t index = (uint32_t)(p->a >> 32), came = (uint32_t)p->a;
    struct assay_str name = p->node->properties[index].name;

    if (came == name.len) {
        if (s->byte == '"')
            assay_schema_go(
                s, assay_schema_moved(p, IN_COLON,
                                      p->seen >> index & 1 ? TWICE : index, 0));
    } else if ((unsigned char)name.at[came] == s->byte) {
        assay_schema_go(s, assay_schema_moved(p, IN_NAME, p->a + 1, 0));
    }
}

/* The place that waits while a value stands inside. */
static const struct assay_place_in *waiting(struct assay_schema_moves *s,
                                            const struct assay_place_in *p,
                                            uint64_t seen)
{
    struct assay_place_in *around = ASSAY_NEW(s->arena, struct assay_place_in);

    *around = assay_schema_moved(
        p, WITHIN, p->node->kind == ASSAY_SCHEMA_ARRAY ? p->a : 0, 0);
    around->seen = seen;
    return around;
}

static void begin_property(struct assay_schema_moves *s,
                           const struct assay_place_in *p)
{
    const struct assay_schema_node *node = p->node->other;
    uint64_t seen = p->seen;

    if (p->a != OTHER) {
        node = p->node->properties[p->a].node;
        seen |= (uint64_t)1 << p->a;
    }
    begin(s, waiting(s, p, seen), node);
}

/* What may stand behind so many items; NULL: nothing. */
static const struct assay_schema_node *next_item(const struct assay_place_in *p)
{
    const struct assay_schema_node *node = p->node;

    if (node->most && p->a >= node->most)
        return NULL;
    return p->a < node->part_count ? node->parts[p->a] : node->other;
}

static void begin_item(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    const struct assay_schema_node *item = next_item(p);

    if (item)
        begin(s, waiting(s, p, 0), item);
}

/* A comma where no name may follow would be an end without an end. */
static bool has_more_names(const struct assay_place_in *p)
{
    const struct assay_schema_node *node = p->node;

    for (size_t i = 0; i < node->property_count; i++)
        if (!(p->seen >> i & 1))
            return true;
    return node->other != NULL;
}

static void in_object(struct assay_schema_moves *s,
                      const struct assay_place_in *p)
{
    bool complete = (p->seen & p->node->required) == p->node->required;

    switch (p->phase) {
    case IN_NAME:
        in_name(s, p);
        return;
    case IN_COLON:
        if (s->byte == ':')
            assay_schema_go(s, assay_schema_moved(p, IN_VALUE, p->a, 0));
        return;
    case IN_VALUE:
        if (!take_space(s, p))
            begin_property(s, p);
        return;
    case IN_OPEN:
        if (s->byte == '}' && complete)
            assay_schema_end_value(s, p);
        else if (!take_space(s, p))
            begin_name(s, p);
        return;
    case IN_AFTER:
        if (s->byte == '}' && complete)
            assay_schema_end_value(s, p);
        else if (s->byte == ',' && has_more_names(p))
            assay_schema_go(s, assay_schema_moved(p, IN_COMMA, 0, 0));
        else
            (void)take_space(s, p);
        return;
    case IN_COMMA:
        if (!take_space(s, p))
            begin_name(s, p);
        return;
    default:
        return;
    }
}

static void in_array(struct assay_schema_moves *s,
                     const struct assay_place_in *p)
{
    bool may_close = p->a >= p->node->least;

    switch (p->phase) {
    case IN_OPEN:
        if (s->byte == ']' && may_close)
            assay_schema_end_value(s, p);
        else if (!take_space(s, p))
            begin_item(s, p);
        return;
    case IN_AFTER:
        if (s->byte == ']' && may_close)
            assay_schema_end_value(s, p);
        else if (s->byte == ',' && next_item(p))
            assay_schema_go(s, assay_schema_moved(p, IN_COMMA, p->a, 0));
        else
            (void)take_space(s, p);
        return;
    case IN_COMMA:
        if (!take_space(s, p))
            begin_item(s, p);
        return;
    default:
        return;
    }
}

/* ------------------------------------------------------- a step */

void assay_schema_take(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    switch (p->phase) {
    case IN_STRING:
        assay_schema_in_string(s, p);
        return;
    case IN_ESCAPE:
        assay_schema_in_escape(s, p);
        return;
    case IN_HEX:
        assay_schema_in_hex(s, p);
        return;
    case IN_HIGH:
        if (s->byte == '\\')
            assay_schema_go(s, assay_schema_moved(p, IN_HIGH_U, p->a, 0));
        return;
    case IN_HIGH_U:
        if (s->byte == 'u')
            assay_schema_go(s, assay_schema_moved(p, IN_HEX, p->a, 1ULL << 32));
        return;
    case IN_UTF8:
        assay_schema_in_utf8(s, p);
        return;
    case IN_LITERAL:
        assay_schema_in_literal(s, p);
        return;
    default:
        break;
    }
    if (p->node->kind == ASSAY_SCHEMA_OBJECT)
        in_object(s, p);
    else if (p->node->kind == ASSAY_SCHEMA_ARRAY)
        in_array(s, p);
    else
        assay_schema_in_number(s, p);
}

/* The outermost place before its first byte: node NULL. */
void assay_schema_start(const struct assay_schema *schema,
                        struct assay_arena *arena,
                        struct assay_places_in *places)
{
    (void)schema;
    *places = (struct assay_places_in){.count = 1};
    places->at[0] = ASSAY_NEW(arena, struct assay_place_in);
}

/* A name that is a property's is not another one; none stands twice. */
static void drop_names(struct assay_places_in *places)
{
    size_t left = 0;

    for (size_t i = 0; i < places->count; i++) {
        const struct assay_place_in *p = places->at[i];
        bool drop = p->phase == IN_COLON && p->a == TWICE;

        for (size_t k = 0; p->phase == IN_COLON && p->a == OTHER && !drop &&
                           k < places->count;
             k++) {
            const struct assay_place_in *q = places->at[k];

            drop = q->phase == IN_COLON && q->a != OTHER &&
                   q->around == p->around && q->node == p->node;
        }
        if (!drop)
            places->at[left++] = p;
    }
    places->count = left;
}

void assay_schema_step(const struct assay_schema *schema,
                       struct assay_arena *arena,
                       const struct assay_places_in *from, unsigned char byte,
                       struct assay_places_in *to)
{
    struct assay_schema_moves s = {schema, arena, to, byte};

    to->count = 0;
    to->at_end = to->too_many = false;
    if (from->too_many)
        return;
    for (size_t i = 0; i < from->count; i++)
        if (from->at[i]->node)
            assay_schema_take(&s, from->at[i]);
        else
            begin(&s, NULL, schema->root);
    if (byte == '"')
        drop_names(to);
    if (to->too_many) /* a way was left out: no way is taken */
        to->count = 0;
}

bool assay_schema_may_end(const struct assay_places_in *places)
{
    if (places->at_end)
        return true;
    for (size_t i = 0; i < places->count; i++) {
        const struct assay_place_in *p = places->at[i];

        if (!p->node || p->around)
            continue;
        if (p->phase == IN_FRACTION || p->phase == IN_EXPONENT)
            return true;
        if ((p->phase == IN_ZERO || p->phase == IN_DIGITS) &&
            (p->node->kind == ASSAY_SCHEMA_NUMBER ||
             assay_schema_is_inside(p->node, p->b, p->seen)))
            return true;
    }
    return false;
}
