/*
 * Decimals as text: exact, with fixed places, and as dollars.
 */
#include "assay/decimal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a normal decimal is laid out; counts are characters. */
struct layout {
    char digits[40]; /* of the magnitude, most significant first */
    size_t digit_count;
    size_t leading_zeros; /* "0.00" before the digits */
    size_t whole;         /* digits before the point */
    size_t places;        /* digits behind it */
};

static void lay_out_digits(struct layout *out, assay_int128 digits)
{
    char reversed[sizeof(out->digits)];
    size_t n = 0;
    /* Nearly all fit 64 bits, which divide twenty times as fast. */
    for (; digits > INT64_MAX || digits < -INT64_MAX; digits /= 10) {
        int digit = (int)(digits % 10);
        reversed[n++] = (char)('0' + (digit < 0 ? -digit : digit));
    }
    uint64_t low = (uint64_t)(digits < 0 ? -digits : digits);
    do
        reversed[n++] = (char)('0' + low % 10);
    while ((low /= 10) > 0);
    out->digit_count = n;
    for (size_t i = 0; i < n; i++)
        out->digits[i] = reversed[n - 1 - i];
}

static void lay_out(struct layout *out, struct assay_decimal a)
{
    size_t n;

    *out = (struct layout){0};
    lay_out_digits(out, a.digits);
    n = out->digit_count;
    if (a.exponent >= 0) {
        out->whole = n + (size_t)a.exponent;
        return;
    }
    out->places = (size_t)(-(int64_t)a.exponent);
    if (n <= out->places)
        out->leading_zeros = out->places + 1 - n;
    out->whole = n + out->leading_zeros - out->places;
}

static char digit_at(const struct layout *in, size_t position)
{
    if (position < in->leading_zeros ||
        position - in->leading_zeros >= in->digit_count)
        return '0';
    return in->digits[position - in->leading_zeros];
}

/* `separator` between thousands, unless it is 0. */
static struct assay_str write_text(struct assay_arena *arena, bool negative,
                                   const struct layout *in, char separator)
{
    char *text =
        assay_arena_alloc(arena, in->whole + in->whole / 3 + in->places + 3, 1);
    size_t len = 0;

    if (negative)
        text[len++] = '-';
    for (size_t i = 0; i < in->whole; i++) {
        if (separator && i > 0 && (in->whole - i) % 3 == 0)
            text[len++] = separator;
        text[len++] = digit_at(in, i);
    }
    if (in->places > 0)
        text[len++] = '.';
    for (size_t i = 0; i < in->places; i++)
        text[len++] = digit_at(in, in->whole + i);
    return (struct assay_str){text, len};
}

/* Of a fraction with few digits, as nearly all amounts are. */
static struct assay_str small_text(struct assay_arena *arena, uint64_t digits,
                                   size_t places)
{
    char text[48], *at = text + sizeof(text);
    size_t left = places;

    do {
        *--at = (char)('0' + digits % 10);
        digits /= 10;
        if (left > 0 && --left == 0)
            *--at = '.';
    } while (digits > 0 || left > 0 || *at == '.');
    size_t len = (size_t)(text + sizeof(text) - at);
    char *copy = assay_arena_alloc(arena, len, 1);
    memcpy(copy, at, len);
    return (struct assay_str){copy, len};
}

struct assay_str assay_decimal_text(struct assay_arena *arena,
                                    struct assay_decimal a)
{
    struct layout layout;
    a = assay_decimal_scale(a, 0); /* normal form */
    if (a.digits >= 0 && a.digits <= INT64_MAX && a.exponent <= 0 &&
        a.exponent >= -20)
        return small_text(arena, (uint64_t)a.digits, (size_t)-a.exponent);
    lay_out(&layout, a);
    return write_text(arena, a.digits < 0, &layout, '\0');
}

struct assay_str assay_decimal_fixed(struct assay_arena *arena,
                                     struct assay_decimal a, int places)
{
    struct layout layout;
    assert(places >= 0);
    a = assay_decimal_round(a, places);
    lay_out(&layout, a);
    layout.places = (size_t)places; /* zeros behind the last digit */
    return write_text(arena, a.digits < 0, &layout, ',');
}

struct assay_str assay_decimal_usd(struct assay_arena *arena,
                                   struct assay_decimal a)
{
    int sign = assay_decimal_sign(a);
    struct assay_decimal amount = a;

    amount.digits = sign < 0 ? -a.digits : a.digits;
    struct assay_decimal cents = assay_decimal_round(amount, 2);
    if (sign != 0 && cents.digits == 0)
        return sign > 0 ? ASSAY_STR("<$0.01") : ASSAY_STR(">-$0.01");
    bool whole = assay_decimal_compare(cents, ASSAY_DECIMAL(1, 2)) >= 0;
    struct assay_str text = assay_decimal_fixed(arena, amount, whole ? 0 : 2);
    return assay_arena_printf(arena, "%s$%.*s", sign < 0 ? "-" : "",
                              ASSAY_STR_ARG(text));
}

double assay_decimal_double(struct assay_decimal a)
{
    struct layout layout;
    char text[64];

    lay_out_digits(&layout, a.digits);
    snprintf(text, sizeof(text), "%s%.*se%d", a.digits < 0 ? "-" : "",
             (int)layout.digit_count, layout.digits, (int)a.exponent);
    return strtod(text, NULL); /* no point in it, so no locale either */
}
