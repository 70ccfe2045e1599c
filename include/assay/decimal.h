/*
 * Money and rates as digits x 10^exponent, taken from the source's own text;
 * never a double. 38 digits; anything past that is an error, not a rounding.
 *
 * Normal form: no trailing zero digits, zero is 0 x 10^0. So equal values
 * have equal fields.
 */
#ifndef ASSAY_DECIMAL_H
#define ASSAY_DECIMAL_H

#include "assay/arena.h"
#include "assay/str.h"

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 assay_int128;

struct assay_decimal {
    assay_int128 digits; /* signed, at most 38 digits */
    int32_t exponent;    /* power of ten, -400 … 400 */
};

/* ASSAY_DECIMAL(155, 2) is 15500; ASSAY_DECIMAL(6, -2) is 0.06. */
#define ASSAY_DECIMAL(digits, exponent) \
    ((struct assay_decimal){(digits), (exponent)})

/*
 * Reads "-12.50", "4.6875e-09", "1E3": JSON's number grammar, plus digits
 * with leading zeros. False when it is not a number, or needs more than 38
 * digits or an exponent past +-400. Nothing written on failure.
 */
bool assay_decimal_parse(struct assay_str text, struct assay_decimal *value);
struct assay_decimal assay_decimal_uint(uint64_t value);

/* False, and nothing written, when the result needs more than 38 digits. */
bool assay_decimal_add(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *sum);
bool assay_decimal_sub(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *difference);
bool assay_decimal_mul(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *product);
/* a / b to `places` decimal places, half up (away from zero); b not 0. */
bool assay_decimal_div(struct assay_decimal a, struct assay_decimal b,
                       int places, struct assay_decimal *quotient);
/* x * 10^power; cannot fail within the exponent range. */
struct assay_decimal assay_decimal_scale(struct assay_decimal x, int power);

int assay_decimal_compare(struct assay_decimal a, struct assay_decimal b);
int assay_decimal_sign(struct assay_decimal a); /* -1, 0, 1 */
/* To `places` decimal places (may be negative), half up away from zero. */
struct assay_decimal assay_decimal_round(struct assay_decimal a, int places);
/* To `significant` digits, half up. */
struct assay_decimal assay_decimal_round_digits(struct assay_decimal a,
                                                int significant);

/* Plain exact text without exponent: "15500", "0.000000004687", "-3". */
struct assay_str assay_decimal_text(struct assay_arena *arena,
                                    struct assay_decimal a);
/* Exactly `places` decimals, with thousands commas: "15,500", "31.00". */
struct assay_str assay_decimal_fixed(struct assay_arena *arena,
                                     struct assay_decimal a, int places);
/*
 * Dollars as FORMATS section 2 prints them: under $100 two decimals, from
 * $100 (after rounding to cents) whole dollars half up with thousands commas.
 * "-$3.10" for negatives; an amount that is not zero but would print as $0.00
 * prints "<$0.01" or ">-$0.01".
 */
struct assay_str assay_decimal_usd(struct assay_arena *arena,
                                   struct assay_decimal a);
/* Nearest double, for drawing only. */
double assay_decimal_double(struct assay_decimal a);

#endif
