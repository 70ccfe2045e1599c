/*
 * Decimals: two numbers, one on each line, are read and reckoned with; the
 * laws of arithmetic must hold wherever a result is given.
 */
#include "fuzz_target.h"

#include "assay/decimal.h"

#include <stdio.h>
#include <stdlib.h>

static void require(bool holds, const char *law)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_decimal: %s\n", law);
    abort();
}

static bool is_same(struct assay_decimal a, struct assay_decimal b)
{
    return a.digits == b.digits && a.exponent == b.exponent;
}

static void check_one(struct assay_decimal a)
{
    struct assay_arena arena = {0};
    struct assay_decimal again;

    require(a.digits == 0 ? a.exponent == 0 : a.digits % 10 != 0, "normal");
    require(assay_decimal_parse(assay_decimal_text(&arena, a), &again),
            "the text is read again");
    require(is_same(a, again), "the text is exact");
    require(is_same(assay_decimal_scale(assay_decimal_scale(a, 6), -6), a),
            "scaling there and back");
    for (int places = -40; places <= 40; places += 5) {
        struct assay_decimal near = assay_decimal_round(a, places), off;
        struct assay_decimal half =
            assay_decimal_scale(ASSAY_DECIMAL(5, -1), -places);
        if (!assay_decimal_sub(near, a, &off))
            continue;
        off.digits = off.digits < 0 ? -off.digits : off.digits;
        require(assay_decimal_compare(off, half) <= 0, "rounds to the nearest");
        require(is_same(assay_decimal_round(near, places), near),
                "rounding again changes nothing");
    }
    require(assay_decimal_fixed(&arena, a, 3).len >= 5, "fixed");
    require(assay_decimal_usd(&arena, a).len >= 4 || assay_decimal_sign(a) != 0,
            "dollars");
    (void)assay_decimal_double(a);
    assay_arena_free(&arena);
}

static void check_two(struct assay_decimal a, struct assay_decimal b)
{
    struct assay_decimal sum, back, other;
    int order = assay_decimal_compare(a, b);

    require(order == -assay_decimal_compare(b, a), "order turns round");
    require((order == 0) == is_same(a, b), "equal values, equal fields");
    if (assay_decimal_add(a, b, &sum)) {
        require(assay_decimal_add(b, a, &other) && is_same(sum, other),
                "a + b = b + a");
        require(assay_decimal_sub(sum, b, &back) && is_same(back, a),
                "(a + b) - b = a");
    }
    if (assay_decimal_sub(a, b, &sum))
        require(assay_decimal_sign(sum) == order, "a - b has the order's sign");
    if (assay_decimal_mul(a, b, &sum)) {
        require(assay_decimal_mul(b, a, &other) && is_same(sum, other),
                "a b = b a");
        if (b.digits != 0 && sum.digits != 0)
            require(assay_decimal_div(sum, b, 400, &back) && is_same(back, a),
                    "(a b) / b = a");
    }
    if (b.digits != 0)
        for (int places = -3; places <= 30; places += 3)
            if (assay_decimal_div(a, b, places, &sum))
                require(is_same(assay_decimal_round(sum, places), sum),
                        "a quotient has its places");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_str text = {(const char *)data, len}, first, second;
    struct assay_decimal a, b;

    if (!assay_str_cut(text, '\n', &first, &second)) {
        first = text;
        second = ASSAY_STR("1");
    }
    if (!assay_decimal_parse(first, &a))
        return 0;
    check_one(a);
    if (assay_decimal_parse(assay_str_trim(second), &b))
        check_two(a, b);
    return 0;
}
