/*
 * Strings, numbers and literals of a schema, byte by byte.
 */
#include "engine/schema_moves.h"

#include <string.h>

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* Could digits follow `value` so that it comes to lie inside the limits? */
static bool may_grow(const struct assay_schema_node *node, uint64_t value,
                     bool negative)
{
    uint64_t low, high, least, most;

    /* the range of magnitudes on this side of 0 */
    if (negative) {
        if (node->minimum > 0)
            return false;
        most = 0 - (uint64_t)node->minimum;
        least = node->maximum < 0 ? 0 - (uint64_t)node->maximum : 0;
    } else {
        if (node->maximum < 0)
            return false;
        most = (uint64_t)node->maximum;
        least = node->minimum > 0 ? (uint64_t)node->minimum : 0;
    }
    low = high = value;
    for (;;) {
        if (low > most)
            return false;
        if (high >= least)
            return true;
        if (value == 0 || high > UINT64_MAX / 10 - 1)
            return false;
        low = low * 10;
        high = high * 10 + 9;
    }
}

bool assay_schema_is_inside(const struct assay_schema_node *node,
                            uint64_t value, bool negative)
{
    if (negative)
        return node->minimum <= 0 && value <= 0 - (uint64_t)node->minimum &&
               (node->maximum >= 0 || value >= 0 - (uint64_t)node->maximum);
    return node->maximum >= 0 && value <= (uint64_t)node->maximum &&
           (node->minimum <= 0 || value >= (uint64_t)node->minimum);
}

/* `seen` of a number's place is 1 behind a minus. */
static void take_digit(struct assay_schema_moves *s, struct assay_place_in p,
                       unsigned phase)
{
    bool integer = p.node->kind == ASSAY_SCHEMA_INTEGER;
    uint64_t digit = (uint64_t)(s->byte - '0');

    if (integer) {
        if (p.b > (UINT64_MAX - 9) / 10)
            return;
        p.b = p.b * 10 + digit;
        if (!may_grow(p.node, p.b, p.seen))
            return;
    }
    p.phase = phase;
    assay_schema_go(s, p);
}

void assay_schema_begin_number(struct assay_schema_moves *s,
                               struct assay_place_in p)
{
    if (s->byte == '-' &&
        (p.node->kind == ASSAY_SCHEMA_NUMBER || p.node->minimum < 0)) {
        p.phase = IN_MINUS;
        p.seen = 1;
        assay_schema_go(s, p);
    } else if (is_digit(s->byte)) {
        take_digit(s, p, s->byte == '0' ? IN_ZERO : IN_DIGITS);
    }
}

/* ------------------------------------------------------- strings */

/* As long as it may be. */
static bool is_full(const struct assay_place_in *p)
{
    return p->node->kind == ASSAY_SCHEMA_STRING && p->node->most &&
           p->a >= p->node->most;
}

/* One character more of a string (a counts them), or of another name. */
static void add_character(struct assay_schema_moves *s,
                          const struct assay_place_in *p)
{
    const struct assay_schema_node *node = p->node;
    bool counts = node->kind == ASSAY_SCHEMA_STRING;
    uint64_t count = p->a;

    /* where nothing is limited all lengths are one place */
    if (counts && (node->least || node->most))
        if (count < (node->most ? node->most : node->least))
            count++;
    assay_schema_go(s, assay_schema_moved(p, IN_STRING, count, 0));
}

static void end_string(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    if (p->node->kind == ASSAY_SCHEMA_STRING) {
        if (p->a >= p->node->least)
            assay_schema_end_value(s, p);
        return;
    }
    /* the name of another property */
    assay_schema_go(s, assay_schema_moved(p, IN_COLON, OTHER, 0));
}

/* How many bytes follow a lead byte; 0: it is none. */
static unsigned follow(unsigned char lead)
{
    if (lead >= 0xc2 && lead <= 0xdf)
        return 1;
    if (lead >= 0xe0 && lead <= 0xef)
        return 2;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 3;
    return 0;
}

void assay_schema_in_utf8(struct assay_schema_moves *s,
                          const struct assay_place_in *p)
{
    unsigned char lead = (unsigned char)(p->b >> 8), byte = s->byte;
    unsigned came = (unsigned)(p->b & 255);
    unsigned char least = 0x80, most = 0xbf;

    if (came == 0) { /* no overlong forms, no surrogates, none too large */
        least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    }
    if (byte < least || byte > most)
        return;
    if (came + 1 == follow(lead))
        add_character(s, p);
    else
        assay_schema_go(s, assay_schema_moved(p, IN_UTF8, p->a, p->b + 1));
}

static int hex_value(unsigned char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/*
 * Could four digits that begin so be a character? A NUL and lone surrogates
 * are not written; behind a high surrogate only a low one is.
 */
static bool may_be_hex(uint64_t value, uint64_t came, bool want_low)
{
    uint64_t open = 4 * (4 - came);
    uint64_t least = value << open, most = least | ((1U << open) - 1);

    if (want_low)
        return most >= 0xdc00 && least <= 0xdfff;
    return most > 0 && (least < 0xdc00 || most > 0xdfff);
}

/* b: value << 8 | digits that came; bit 32: a low surrogate must come. */
void assay_schema_in_hex(struct assay_schema_moves *s,
                         const struct assay_place_in *p)
{
    int digit = hex_value(s->byte);
    bool want_low = p->b >> 32;
    uint64_t value = (p->b & 0xffffffff) >> 8, came = (p->b & 255) + 1;

    if (digit < 0)
        return;
    value = value << 4 | (uint64_t)digit;
    if (!may_be_hex(value, came, want_low))
        return;
    if (came < 4) {
        assay_schema_go(
            s, assay_schema_moved(p, IN_HEX, p->a,
                                  (p->b & (1ULL << 32)) | value << 8 | came));
        return;
    }
    if (value >= 0xd800 && value <= 0xdbff)
        assay_schema_go(s, assay_schema_moved(p, IN_HIGH, p->a, 0));
    else
        add_character(s, p);
}

/* Other names have no escapes: they cannot spell a property's name so. */
void assay_schema_in_string(struct assay_schema_moves *s,
                            const struct assay_place_in *p)
{
    unsigned char byte = s->byte;

    if (byte == '"')
        end_string(s, p);
    else if (is_full(p))
        return;
    else if (byte != '\\' && byte >= 0x20 && byte < 0x7f)
        add_character(s, p);
    else if (byte == '\\' && p->node->kind == ASSAY_SCHEMA_STRING)
        assay_schema_go(s, assay_schema_moved(p, IN_ESCAPE, p->a, 0));
    else if (follow(byte))
        assay_schema_go(
            s, assay_schema_moved(p, IN_UTF8, p->a, (uint64_t)byte << 8));
}

void assay_schema_in_escape(struct assay_schema_moves *s,
                            const struct assay_place_in *p)
{
    if (s->byte == 'u')
        assay_schema_go(s, assay_schema_moved(p, IN_HEX, p->a, 0));
    else if (s->byte && strchr("\"\\/bfnrt", s->byte))
        add_character(s, p);
}

/* ------------------------------------------------------- numbers */

/* What stands around the number takes the byte that ended it. */
static void end_number(struct assay_schema_moves *s,
                       const struct assay_place_in *p)
{
    struct assay_place_in after;

    if (p->node->kind == ASSAY_SCHEMA_INTEGER &&
        !assay_schema_is_inside(p->node, p->b, p->seen))
        return;
    if (!p->around)
        return; /* nothing follows the outermost value */
    after = assay_schema_behind(p->around);
    assay_schema_take(s, &after);
}

void assay_schema_in_number(struct assay_schema_moves *s,
                            const struct assay_place_in *p)
{
    bool digit = is_digit(s->byte);
    bool real = p->node->kind == ASSAY_SCHEMA_NUMBER;

    switch (p->phase) {
    case IN_MINUS:
        if (digit)
            take_digit(s, *p, s->byte == '0' ? IN_ZERO : IN_DIGITS);
        return;
    case IN_ZERO:
    case IN_DIGITS:
        if (digit && p->phase == IN_DIGITS)
            take_digit(s, *p, IN_DIGITS);
        else if (real && s->byte == '.')
            assay_schema_go(s, assay_schema_moved(p, IN_POINT, 0, 0));
        else if (real && (s->byte == 'e' || s->byte == 'E'))
            assay_schema_go(s, assay_schema_moved(p, IN_E, 0, 0));
        else if (!digit)
            end_number(s, p);
        return;
    case IN_POINT:
    case IN_FRACTION:
        if (digit)
            assay_schema_go(s, assay_schema_moved(p, IN_FRACTION, 0, 0));
        else if (p->phase == IN_FRACTION && (s->byte == 'e' || s->byte == 'E'))
            assay_schema_go(s, assay_schema_moved(p, IN_E, 0, 0));
        else if (p->phase == IN_FRACTION)
            end_number(s, p);
        return;
    case IN_E:
        if (s->byte == '+' || s->byte == '-') {
            assay_schema_go(s, assay_schema_moved(p, IN_E_SIGN, 0, 0));
            return;
        }
        /* fallthrough */
    case IN_E_SIGN:
    case IN_EXPONENT:
        if (digit)
            assay_schema_go(s, assay_schema_moved(p, IN_EXPONENT, 0, 0));
        else if (p->phase == IN_EXPONENT)
            end_number(s, p);
        return;
    default:
        return;
    }
}

/* ------------------------------------------------------- literals */

struct assay_schema_range assay_schema_narrow(const struct assay_str *texts,
                                              struct assay_schema_range range,
                                              uint64_t came, unsigned char byte)
{
    while (range.from < range.to &&
           (texts[range.from].len == came ||
            (unsigned char)texts[range.from].at[came] < byte))
        range.from++;
    for (uint32_t i = range.from; i < range.to; i++)
        if ((unsigned char)texts[i].at[came] != byte)
            range.to = i;
    return range;
}

/* The first byte too: a is 0 then, and b all of them. */
void assay_schema_in_literal(struct assay_schema_moves *s,
                             const struct assay_place_in *p)
{
    const struct assay_str *texts = p->node->literals;
    struct assay_schema_range range =
        assay_schema_narrow(texts, range_of(p->b), p->a, s->byte);

    if (range.from == range.to)
        return;
    if (texts[range.from].len == p->a + 1) {
        assay_schema_end_value(s, p);
        range.from++; /* the others are longer */
    }
    if (range.from < range.to)
        assay_schema_go(s, assay_schema_moved(p, IN_LITERAL, p->a + 1,
                                              packed_range(range)));
}
