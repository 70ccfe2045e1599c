/*
 * Decimals: reading and reckoning, exact or refused. Magnitudes are unsigned,
 * so that 2 x 10^38, the most any step here needs, fits with room to spare.
 */
#include "assay/decimal.h"

#include <assert.h>

__extension__ typedef unsigned __int128 magnitude;

enum {
    MAX_DIGITS = 38,
    MAX_EXPONENT = 400,
};

static const magnitude TEN_TO_38 =
    (magnitude)UINT64_C(10000000000000000000) * UINT64_C(10000000000000000000);

static magnitude power_of_ten(int n)
{
    magnitude power = 1;
    assert(n >= 0 && n <= MAX_DIGITS);
    while (n-- > 0)
        power *= 10;
    return power;
}

static magnitude magnitude_of(struct assay_decimal a)
{
    return a.digits < 0 ? -(magnitude)a.digits : (magnitude)a.digits;
}

static int count_digits(magnitude m)
{
    int n = 0;
    for (; m > UINT64_MAX; m /= 10)
        n++;
    for (uint64_t low = (uint64_t)m; low > 0; low /= 10)
        n++;
    return n;
}

/* Moves trailing zeros of *m into *exponent. */
static void strip_zeros(magnitude *m, int64_t *exponent)
{
    while (*m > UINT64_MAX && *m % 10 == 0) {
        *m /= 10;
        ++*exponent;
    }
    if (*m == 0 || *m > UINT64_MAX)
        return;
    uint64_t low = (uint64_t)*m;
    for (; low % 10 == 0; low /= 10)
        ++*exponent;
    *m = low;
}

/* The normal form; false when it needs too many digits or zeros. */
static bool make(bool negative, magnitude m, int64_t exponent,
                 struct assay_decimal *value)
{
    if (m == 0) {
        *value = ASSAY_DECIMAL(0, 0);
        return true;
    }
    strip_zeros(&m, &exponent);
    if (m >= TEN_TO_38 || exponent < -MAX_EXPONENT || exponent > MAX_EXPONENT)
        return false;
    assay_int128 digits = (assay_int128)m;
    *value = ASSAY_DECIMAL(negative ? -digits : digits, (int32_t)exponent);
    return true;
}

/* Same value; callers may write ASSAY_DECIMAL(100, 0). */
static struct assay_decimal normal(struct assay_decimal a)
{
    magnitude m = magnitude_of(a);
    int64_t exponent = a.exponent;

    if (m == 0)
        return ASSAY_DECIMAL(0, 0);
    strip_zeros(&m, &exponent);
    assay_int128 digits = (assay_int128)m;
    return ASSAY_DECIMAL(a.digits < 0 ? -digits : digits, (int32_t)exponent);
}

/*
 * Digits as they come, most significant first: value x 10^zeros. Zeros wait
 * until a digit behind them makes them count.
 */
struct digit_run {
    magnitude value;
    int64_t zeros;
    int count; /* digits in value */
};

static bool push_digit(struct digit_run *run, unsigned digit)
{
    if (digit == 0) {
        run->zeros += run->value != 0;
        return true;
    }
    if (run->count + run->zeros + 1 > MAX_DIGITS)
        return false;
    for (; run->zeros > 0; run->zeros--) {
        run->value *= 10;
        run->count++;
    }
    run->value = run->value * 10 + digit;
    run->count++;
    return true;
}

static bool is_digit(struct assay_str s)
{
    return s.len > 0 && s.at[0] >= '0' && s.at[0] <= '9';
}

/* Reads one or more digits off *rest; *read counts them. */
static bool read_digits(struct assay_str *rest, struct digit_run *run,
                        int64_t *read)
{
    if (!is_digit(*rest))
        return false;
    for (; is_digit(*rest); *rest = assay_str_skip(*rest, 1)) {
        if (!push_digit(run, (unsigned)(rest->at[0] - '0')))
            return false;
        ++*read;
    }
    return true;
}

/* "e-09", "E+3"; a value too large to matter stops growing. */
static bool read_exponent(struct assay_str *rest, int64_t *exponent)
{
    const int64_t enough = INT64_C(1) << 56;
    int64_t value = 0;
    bool negative = false;

    *rest = assay_str_skip(*rest, 1);
    if (rest->len > 0 && (rest->at[0] == '-' || rest->at[0] == '+')) {
        negative = rest->at[0] == '-';
        *rest = assay_str_skip(*rest, 1);
    }
    if (!is_digit(*rest))
        return false;
    for (; is_digit(*rest); *rest = assay_str_skip(*rest, 1))
        if (value < enough)
            value = value * 10 + (rest->at[0] - '0');
    *exponent = negative ? -value : value;
    return true;
}

bool assay_decimal_parse(struct assay_str text, struct assay_decimal *value)
{
    struct digit_run run = {0};
    int64_t whole = 0, fraction = 0, exponent = 0;
    bool negative = text.len > 0 && text.at[0] == '-';
    struct assay_str rest = assay_str_skip(text, negative);

    if (!read_digits(&rest, &run, &whole))
        return false;
    if (rest.len > 0 && rest.at[0] == '.') {
        rest = assay_str_skip(rest, 1);
        if (!read_digits(&rest, &run, &fraction))
            return false;
    }
    if (rest.len > 0 && (rest.at[0] == 'e' || rest.at[0] == 'E'))
        if (!read_exponent(&rest, &exponent))
            return false;
    if (rest.len > 0)
        return false;
    return make(negative, run.value, exponent + run.zeros - fraction, value);
}

struct assay_decimal assay_decimal_uint(uint64_t value)
{
    return normal(ASSAY_DECIMAL((assay_int128)value, 0));
}

bool assay_decimal_add(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *sum)
{
    if (a.digits == 0 || b.digits == 0) {
        *sum = normal(a.digits == 0 ? b : a);
        return true;
    }
    a = normal(a);
    b = normal(b);
    if (a.exponent < b.exponent) {
        struct assay_decimal other = a;
        a = b;
        b = other;
    }
    /*
     * Bring a to b's exponent. From 2 x 10^38 on, no b could bring the sum
     * back under 10^38; below it, a difference still can.
     */
    magnitude x = magnitude_of(a), y = magnitude_of(b);
    for (int64_t n = (int64_t)a.exponent - b.exponent; n > 0; n--) {
        if (x >= TEN_TO_38 / 5)
            return false;
        x *= 10;
    }
    bool negative = a.digits < 0;
    if (negative == (b.digits < 0))
        return make(negative, x + y, b.exponent, sum);
    if (x >= y)
        return make(negative, x - y, b.exponent, sum);
    return make(!negative, y - x, b.exponent, sum);
}

bool assay_decimal_sub(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *difference)
{
    b.digits = -b.digits;
    return assay_decimal_add(a, b, difference);
}

/* Takes each 2 of x with a 5 of y out into the exponent, as one ten. */
static void pair_twos_with_fives(magnitude *x, magnitude *y, int64_t *exponent)
{
    while (*x % 2 == 0 && *y % 5 == 0) {
        *x /= 2;
        *y /= 5;
        ++*exponent;
    }
}

bool assay_decimal_mul(struct assay_decimal a, struct assay_decimal b,
                       struct assay_decimal *product)
{
    a = normal(a);
    b = normal(b);
    magnitude x = magnitude_of(a), y = magnitude_of(b);
    int64_t exponent = (int64_t)a.exponent + b.exponent;

    if (x == 0 || y == 0)
        return make(false, 0, 0, product);
    if ((x | y) >> 63 == 0) /* the usual case: below 2^126, so it fits */
        return make((a.digits < 0) != (b.digits < 0), x * y, exponent, product);
    /* Afterwards x * y has no trailing zero: its digits are its size. */
    pair_twos_with_fives(&x, &y, &exponent);
    pair_twos_with_fives(&y, &x, &exponent);
    if (x > (TEN_TO_38 - 1) / y)
        return false;
    return make((a.digits < 0) != (b.digits < 0), x * y, exponent, product);
}

/* *rest = 2 * *rest mod y; returns the quotient. y < 2^127. */
static unsigned double_once(magnitude *rest, magnitude y)
{
    *rest *= 2;
    if (*rest < y)
        return 0;
    *rest -= y;
    return 1;
}

/*
 * The next digit of a long division: *rest = 10 * *rest mod y, returns the
 * quotient. As 2 (2 (2 r) + r), since 10 r need not fit.
 */
static unsigned next_digit(magnitude *rest, magnitude y)
{
    magnitude r = *rest;
    unsigned digit = double_once(&r, y);

    digit = 2 * digit + double_once(&r, y);
    r += *rest;
    if (r >= y) {
        r -= y;
        digit++;
    }
    digit = 2 * digit + double_once(&r, y);
    *rest = r;
    return digit;
}

/* Adds one in the last place; at most 38 digits may be there. */
static void round_up(struct digit_run *run)
{
    run->value = run->value * power_of_ten((int)run->zeros) + 1;
    run->zeros = 0;
}

/* The largest r for which 2 * r * 10^n <= y. */
static magnitude half_after(magnitude y, int64_t n)
{
    magnitude half = y / 2;
    for (; n > 0 && half > 0; n--)
        half /= 10;
    return half;
}

/*
 * x * 10^scale / y, rounded to a whole number. False when that has more than
 * 38 digits before its trailing zeros.
 */
static bool divide(magnitude x, magnitude y, int64_t scale,
                   struct digit_run *run)
{
    for (; scale < 0; scale++) {
        if (y >= TEN_TO_38 / 5)
            return true; /* 10 y > 2 x: rounds to the 0 it is */
        y *= 10;
    }
    magnitude rest = x % y;
    run->value = x / y;
    run->count = count_digits(run->value);
    for (; scale > 0 && rest != 0 && run->count + run->zeros < MAX_DIGITS;
         scale--)
        if (!push_digit(run, next_digit(&rest, y)))
            return false;
    /* The digits still to come must round to zeros, down or up. */
    if (rest > half_after(y - 1, scale)) {
        if (y - rest > half_after(y, scale))
            return false;
        round_up(run);
    }
    run->zeros += scale;
    return true;
}

bool assay_decimal_div(struct assay_decimal a, struct assay_decimal b,
                       int places, struct assay_decimal *quotient)
{
    struct digit_run run = {0};

    assert(b.digits != 0);
    a = normal(a);
    b = normal(b);
    if (a.digits == 0)
        return make(false, 0, 0, quotient);
    int64_t scale = (int64_t)a.exponent - b.exponent + places;
    if (!divide(magnitude_of(a), magnitude_of(b), scale, &run))
        return false;
    return make((a.digits < 0) != (b.digits < 0), run.value, run.zeros - places,
                quotient);
}

struct assay_decimal assay_decimal_scale(struct assay_decimal x, int power)
{
    x = normal(x);
    if (x.digits == 0)
        return x;
    int64_t exponent = (int64_t)x.exponent + power;
    assert(exponent >= INT32_MIN && exponent <= INT32_MAX);
    x.exponent = (int32_t)exponent;
    return x;
}

int assay_decimal_compare(struct assay_decimal a, struct assay_decimal b)
{
    int sign = assay_decimal_sign(a);
    if (sign != assay_decimal_sign(b))
        return sign < assay_decimal_sign(b) ? -1 : 1;
    if (sign == 0)
        return 0;

    a = normal(a);
    b = normal(b);
    magnitude x = magnitude_of(a), y = magnitude_of(b);
    int64_t top_x = (int64_t)a.exponent + count_digits(x);
    int64_t top_y = (int64_t)b.exponent + count_digits(y);
    if (top_x != top_y)
        return top_x < top_y ? -sign : sign;
    /* The first digits stand at the same place: the same count fits. */
    if (a.exponent > b.exponent)
        x *= power_of_ten(a.exponent - b.exponent);
    else
        y *= power_of_ten(b.exponent - a.exponent);
    return x == y ? 0 : x < y ? -sign : sign;
}

int assay_decimal_sign(struct assay_decimal a)
{
    return (a.digits > 0) - (a.digits < 0);
}

/* Without its last `drop` digits, half up away from zero. */
static struct assay_decimal drop_digits(struct assay_decimal a, int64_t drop)
{
    if (drop <= 0)
        return a;
    if (drop > MAX_DIGITS)
        return ASSAY_DECIMAL(0, 0);
    magnitude unit = power_of_ten((int)drop);
    magnitude m = magnitude_of(a), rest = m % unit;
    assay_int128 kept = (assay_int128)(m / unit + (rest >= unit - rest));
    return normal(
        ASSAY_DECIMAL(a.digits < 0 ? -kept : kept, a.exponent + (int32_t)drop));
}

struct assay_decimal assay_decimal_round(struct assay_decimal a, int places)
{
    a = normal(a);
    return drop_digits(a, -((int64_t)a.exponent + places));
}

struct assay_decimal assay_decimal_round_digits(struct assay_decimal a,
                                                int significant)
{
    assert(significant >= 1);
    a = normal(a);
    return drop_digits(a, (int64_t)count_digits(magnitude_of(a)) - significant);
}
