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

/* Items are counted as far as their number matters. */
struct assay_place_in assay_schema_behind(const struct assay_place_in *around)
{
    const struct assay_schema_node *node = around->node;
    uint64_t count = around->a, enough = node->most;

    if (node->kind != ASSAY_SCHEMA_ARRAY)
        return assay_schema_moved(around, IN_AFTER, count, 0);
    if (enough == 0)
        enough =
            node->least > node->part_count ? node->least : node->part_count;
    return assay_schema_moved(around, IN_AFTER, count + (count < enough), 0);
}

/* A value has ended: what is around it goes on. */
void assay_schema_end_value(struct assay_schema_moves *s,
                            const struct assay_place_in *p)
{
    if (p->around)
        assay_schema_go(s, assay_schema_behind(p->around));
    else
        s->to->at_end = true;
}

/* ------------------------------------------------------- beginnings */

static void begin(struct assay_schema_moves *s,
                  const struct assay_place_in *around,
                  const struct assay_schema_node *node);

/* Its lowest text has room: what is begun can be ended. */
static bool may_hold(const struct assay_place_in *around,
                     const struct assay_schema_node *node)
{
    uint32_t depth = around ? around->depth : 0;

    return depth + node->height <= ASSAY_SCHEMA_DEPTH;
}

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

    if (!may_hold(around, node))
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
        p.b = node->literal_count;
        assay_schema_in_literal(s, &p);
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

/* A property that may still be written. */
static bool is_open(const struct assay_place_in *p, size_t property)
{
    return !(p->seen >> property & 1) &&
           may_hold(p, p->node->properties[property].node);
}

/* Another name than those of the properties may be written. */
static bool takes_others(const struct assay_place_in *p)
{
    return p->node->other && may_hold(p, p->node->other);
}

/* One of these names; where others may be written too, all are followed. */
static void go_to_names(struct assay_schema_moves *s,
                        const struct assay_place_in *p, uint64_t came,
                        struct assay_schema_range range)
{
    bool any = takes_others(p) && range.from < range.to;

    for (uint32_t i = range.from; i < range.to && !any; i++)
        any = is_open(p, p->node->name_of[i]);
    if (any)
        assay_schema_go(
            s, assay_schema_moved(p, IN_NAME, came, packed_range(range)));
}

static void begin_name(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    struct assay_schema_range all = {0, (uint32_t)p->node->property_count};

    if (s->byte != '"')
        return;
    go_to_names(s, p, 0, all);
    if (takes_others(p))
        assay_schema_go(s, assay_schema_moved(p, IN_STRING, 0, 0));
}

/* A quotation mark inside a name stands behind a backslash. */
static void in_name(struct assay_schema_moves *s,
                    const struct assay_place_in *p)
{
    struct assay_schema_range range = range_of(p->b);
    const struct assay_str *names = p->node->names;
    size_t property = p->node->name_of[range.from];

    if (s->byte == '"' && names[range.from].len == p->a) {
        bool open = is_open(p, property);

        if (open || takes_others(p))
            assay_schema_go(
                s, assay_schema_moved(p, IN_COLON, open ? property : TWICE, 0));
        return;
    }
    go_to_names(s, p, p->a + 1,
                assay_schema_narrow(names, range, p->a, s->byte));
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
    node = p->a < node->part_count ? node->parts[p->a] : node->other;
    return node && may_hold(p, node) ? node : NULL;
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
    for (size_t i = 0; i < p->node->property_count; i++)
        if (is_open(p, i))
            return true;
    return takes_others(p);
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

/* The name of this place is that of a property, found by another place. */
static bool is_a_property(const struct assay_places_in *places,
                          const struct assay_place_in *p)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct assay_place_in *q = places->at[i];

        if (q->phase == IN_COLON && q->a != OTHER && q->around == p->around &&
            q->node == p->node && q->seen == p->seen)
            return true;
    }
    return false;
}

/* A name that is a property's is not another one; none stands twice. */
static void drop_names(struct assay_places_in *places)
{
    bool drop[ASSAY_SCHEMA_PLACES];
    size_t left = 0;

    for (size_t i = 0; i < places->count; i++) {
        const struct assay_place_in *p = places->at[i];

        drop[i] =
            p->phase == IN_COLON &&
            (p->a == TWICE || (p->a == OTHER && is_a_property(places, p)));
    }
    for (size_t i = 0; i < places->count; i++)
        if (!drop[i])
            places->at[left++] = places->at[i];
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
