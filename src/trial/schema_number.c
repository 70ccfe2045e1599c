/*
 * A number is a sign, digits without zeros at either end, and the place of
 * the point: 0.DIGITS x 10^point. Two texts are compared as they stand.
 */
#include "trial/schema_number.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum {
    MAX_DIVISOR_DIGITS = 18,
};
static const int64_t FAR = INT64_C(1) << 40; /* exponents stop there */

struct number {
    bool negative;
    struct assay_str text; /* from the first digit that counts to the last */
    size_t digits;         /* in it; 0: the number is 0 */
    int64_t point;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int64_t read_exponent(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    int64_t value = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++)
        if (value < FAR)
            value = value * 10 + (*at - '0');
    return negative ? -value : value;
}

static struct number read_number(struct assay_str text)
{
    struct number n = {.text = ASSAY_STR("")};
    const char *at = text.at, *end = at + text.len;
    const char *first = NULL, *last = NULL;
    bool fraction = false;
    int64_t leading = 0; /* digits before the point, from the first on */
    int64_t zeros = 0;   /* behind the point, before the first */
    size_t count = 0;    /* from the first to here */

    if (at < end && *at == '-') {
        n.negative = true;
        at++;
    }
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        if (!first && *at == '0') {
            zeros += fraction;
            continue;
        }
        if (!first)
            first = at;
        count++;
        leading += !fraction;
        if (*at != '0') {
            last = at;
            n.digits = count;
        }
    }
    if (!first)
        return (struct number){.text = ASSAY_STR("")};
    n.point = leading - zeros;
    if (at < end)
        n.point += read_exponent(at + 1, end);
    n.text = (struct assay_str){first, (size_t)(last - first) + 1};
    return n;
}

/* Each text's next digit, 0 behind its end. */
static char next_digit(struct assay_str *rest)
{
    while (rest->len > 0 && !is_digit(rest->at[0]))
        *rest = assay_str_skip(*rest, 1);
    if (rest->len == 0)
        return '0';
    char digit = rest->at[0];
    *rest = assay_str_skip(*rest, 1);
    return digit;
}

static int compare_sizes(const struct number *a, const struct number *b)
{
    struct assay_str rest_a = a->text, rest_b = b->text;

    if (a->digits == 0 || b->digits == 0)
        return (a->digits > 0) - (b->digits > 0);
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    while (rest_a.len > 0 || rest_b.len > 0) {
        char of_a = next_digit(&rest_a), of_b = next_digit(&rest_b);

        if (of_a != of_b)
            return of_a < of_b ? -1 : 1;
    }
    return 0;
}

int assay_number_compare(struct assay_str a, struct assay_str b)
{
    struct number left = read_number(a), right = read_number(b);
    bool left_below = left.negative && left.digits > 0;
    bool right_below = right.negative && right.digits > 0;

    if (left_below != right_below)
        return left_below ? -1 : 1;
    int order = compare_sizes(&left, &right);
    return left_below ? -order : order;
}

uint64_t assay_number_hash(struct assay_str number)
{
    struct number n = read_number(number);
    struct assay_str rest = n.text;
    uint64_t hash = (uint64_t)n.point * 2 + (n.negative && n.digits > 0);

    for (size_t i = 0; i < n.digits; i++)
        hash =
            hash * UINT64_C(0x100000001b3) + (unsigned char)next_digit(&rest);
    return hash;
}

bool assay_number_is_whole(struct assay_str number)
{
    struct number n = read_number(number);

    return n.digits == 0 || n.point >= (int64_t)n.digits;
}

bool assay_number_is_divisor(struct assay_str number)
{
    struct number n = read_number(number);

    return !n.negative && n.digits > 0 && n.digits <= MAX_DIVISOR_DIGITS;
}

/* The digits as a whole number, modulo m (0: as it is). */
static uint64_t digits_modulo(const struct number *n, uint64_t m)
{
    struct assay_str rest = n->text;
    wide value = 0;

    for (size_t i = 0; i < n->digits; i++) {
        value = value * 10 + (unsigned)(next_digit(&rest) - '0');
        if (m)
            value %= m;
    }
    return (uint64_t)value;
}

static uint64_t ten_to_modulo(uint64_t power, uint64_t m)
{
    wide result = 1 % m, square = 10 % m;

    for (; power > 0; power >>= 1) {
        if (power & 1)
            result = result * square % m;
        square = square * square % m;
    }
    return (uint64_t)result;
}

/*
 * V x 10^a = k W x 10^b with whole V and W that end in no 0: never when
 * a < b, else when W divides V x 10^(a - b).
 */
bool assay_number_divides(struct assay_str divisor, struct assay_str number)
{
    struct number n = read_number(number), of = read_number(divisor);
    int64_t shift =
        (n.point - (int64_t)n.digits) - (of.point - (int64_t)of.digits);

    if (n.digits == 0)
        return true;
    if (of.digits == 0 || of.digits > MAX_DIVISOR_DIGITS || shift < 0)
        return false;
    uint64_t m = digits_modulo(&of, 0);
    wide left = digits_modulo(&n, m);
    return left * ten_to_modulo((uint64_t)shift, m) % m == 0;
}
