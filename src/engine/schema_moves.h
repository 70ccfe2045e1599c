/*
 * What the files that take bytes share. Private to schema_*.c.
 */
#ifndef ASSAY_SCHEMA_MOVES_H
#define ASSAY_SCHEMA_MOVES_H

#include "engine/schema_parts.h"

/* The phase of a place. Strings, numbers and literals count in a and b. */
enum {
    /* STRING, and the names of other properties */
    IN_STRING, /* a: characters */
    IN_ESCAPE, /* behind a backslash */
    IN_HEX,    /* b: digits that came, their value above 8 bits */
    IN_HIGH,   /* behind a high surrogate: a backslash must come */
    IN_HIGH_U, /* then "u" */
    IN_UTF8,   /* b: lead byte << 8 | bytes that came */
    /* NUMBER, INTEGER */
    IN_MINUS,
    IN_ZERO,
    IN_DIGITS, /* b: INTEGER: the digits' value */
    IN_POINT,
    IN_FRACTION,
    IN_E,
    IN_E_SIGN,
    IN_EXPONENT,
    /* LITERAL: a bytes came, b: the literals that begin so */
    IN_LITERAL,
    /* OBJECT and ARRAY; b: white space that came */
    IN_OPEN,  /* behind the bracket */
    IN_NAME,  /* a: bytes that came, b: the names that begin so */
    IN_COLON, /* a: property, or OTHER */
    IN_VALUE, /* a: property; white space, then the value */
    IN_AFTER, /* behind a value; ARRAY: a counts them */
    IN_COMMA, /* behind a comma */
    WITHIN,   /* a value stands inside: this place waits for its end */
};

/* In the place of a property's number: another name, one that stands. */
#define OTHER UINT32_MAX
#define TWICE (UINT32_MAX - 1)

/* What a step has at hand. */
struct assay_schema_moves {
    const struct assay_schema *schema;
    struct assay_arena *arena;
    struct assay_places_in *to;
    unsigned char byte;
};

/* A place of the next list, unless it is there already. */
void assay_schema_go(struct assay_schema_moves *s, struct assay_place_in place);
/* The same place further on. */
struct assay_place_in assay_schema_moved(const struct assay_place_in *p,
                                         unsigned phase, uint64_t a,
                                         uint64_t b);
/* Around a value that has ended. */
struct assay_place_in assay_schema_behind(const struct assay_place_in *around);
/* A value has ended: what is around it goes on. */
void assay_schema_end_value(struct assay_schema_moves *s,
                            const struct assay_place_in *p);
/* A place takes the byte. */
void assay_schema_take(struct assay_schema_moves *s,
                       const struct assay_place_in *p);

/* ------------------------------------------------------- schema_value.c */

/* Sorted texts that begin alike: from … to. */
struct assay_schema_range {
    uint32_t from, to;
};
/* Of texts that agree in `came` bytes those that have the byte behind. */
struct assay_schema_range assay_schema_narrow(const struct assay_str *texts,
                                              struct assay_schema_range range,
                                              uint64_t came,
                                              unsigned char byte);
static inline uint64_t packed_range(struct assay_schema_range range)
{
    return (uint64_t)range.from << 32 | range.to;
}
static inline struct assay_schema_range range_of(uint64_t packed)
{
    return (struct assay_schema_range){(uint32_t)(packed >> 32),
                                       (uint32_t)packed};
}

void assay_schema_begin_number(struct assay_schema_moves *s,
                               struct assay_place_in p);
bool assay_schema_is_inside(const struct assay_schema_node *node,
                            uint64_t value, bool negative);
void assay_schema_in_string(struct assay_schema_moves *s,
                            const struct assay_place_in *p);
void assay_schema_in_escape(struct assay_schema_moves *s,
                            const struct assay_place_in *p);
void assay_schema_in_hex(struct assay_schema_moves *s,
                         const struct assay_place_in *p);
void assay_schema_in_utf8(struct assay_schema_moves *s,
                          const struct assay_place_in *p);
void assay_schema_in_number(struct assay_schema_moves *s,
                            const struct assay_place_in *p);
void assay_schema_in_literal(struct assay_schema_moves *s,
                             const struct assay_place_in *p);

#endif
