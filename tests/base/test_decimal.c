/*
 * Decimals: read exactly or refused, reckoned exactly or refused, rounded
 * half up, printed for people.
 */
#include "assay/decimal.h"

#include "support/support.h"

#include <math.h>
#include <string.h>

#define NINES_38 "99999999999999999999999999999999999999"
#define ZEROS_38 "00000000000000000000000000000000000000"

/* A decimal of a test's own text. */
static struct assay_decimal dec(const char *text)
{
    struct assay_decimal value;
    if (!assay_decimal_parse(assay_str_c(text), &value))
        fail_msg("'%s' is no decimal", text);
    return value;
}

static void assert_text(struct assay_str text, const char *expected)
{
    struct assay_arena arena = {0};
    assert_string_equal(assay_arena_cstr(&arena, text), expected);
    assay_arena_free(&arena);
}

static void assert_decimal(struct assay_decimal value, const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_decimal same = dec(expected);
    assert_text(assay_decimal_text(&arena, value), expected);
    /* normal form: equal values have equal fields */
    assert_true(value.digits == same.digits);
    assert_int_equal(value.exponent, same.exponent);
    assay_arena_free(&arena);
}

static void a_number_is_read_exactly_and_normalised(void **state)
{
    static const struct {
        const char *text;
        int digits;
        int exponent;
    } cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"0.000", 0, 0},
        {"0e999999999999999999999", 0, 0},
        {"-0.0e-999999999999999999999", 0, 0},
        {"1", 1, 0},
        {"-12.50", -125, -1},
        {"4.6875e-09", 46875, -13},
        {"1E3", 1, 3},
        {"1e+3", 1, 3},
        {"15500", 155, 2},
        {"0.06", 6, -2},
        {"007", 7, 0},
        {"00.70", 7, -1},
        {"1e400", 1, 400},
        {"1e-400", 1, -400},
        {"1000e397", 1, 400},
        {"0.001e403", 1, 400},
        {"-1e00000000000000000000000000005", -1, 5},
        {"1" ZEROS_38 ZEROS_38, 1, 76},
        {"0." ZEROS_38 ZEROS_38 "1", 1, -77},
        {"1." ZEROS_38 ZEROS_38, 1, 0},
        {"1" ZEROS_38 "." ZEROS_38 "e-38", 1, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_decimal value = dec(cases[i].text);
        if (value.digits != cases[i].digits ||
            value.exponent != cases[i].exponent)
            fail_msg("'%s' gave %lld x 10^%d", cases[i].text,
                     (long long)value.digits, (int)value.exponent);
    }
}

static void what_is_no_number_is_refused_and_writes_nothing(void **state)
{
    static const char *const cases[] = {
        "",
        " ",
        "-",
        "+1",
        ".5",
        "5.",
        "-.5",
        "1e",
        "1e+",
        "1e-",
        "e5",
        "1.e5",
        "1.5.2",
        "0x10",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "1,000",
        "1 ",
        " 1",
        "--1",
        "1-",
        "1e5x",
        "1e1.5",
        "$1",
        "\xd9\xa1",
        "1_0",
        "1f",
        "1e4 ",
        "-e",
        "0x1p3",
        "1e401",
        "1e-401",
        "10e400",
        "0.1e-400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "1" ZEROS_38 "1",
        "0.1" ZEROS_38 "1",
        NINES_38 "9",
        NINES_38 ".5",
        ("1." NINES_38),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_decimal value = ASSAY_DECIMAL(7, 7);
        if (assay_decimal_parse(assay_str_c(cases[i]), &value))
            fail_msg("'%s' was accepted", cases[i]);
        assert_true(value.digits == 7 && value.exponent == 7);
    }
    struct assay_decimal value;
    assert_false(assay_decimal_parse(ASSAY_STR("1\0"), &value));
}

static void thirty_eight_digits_are_kept(void **state)
{
    assert_decimal(dec(NINES_38), NINES_38);
    assert_decimal(dec("-" NINES_38), "-" NINES_38);
    assert_decimal(dec("0." NINES_38), "0." NINES_38);
    assert_decimal(dec(NINES_38 "000"), NINES_38 "000");
    assert_decimal(assay_decimal_uint(UINT64_MAX), "18446744073709551615");
    assert_decimal(assay_decimal_uint(128000), "128000");
    assert_decimal(assay_decimal_uint(0), "0");
}

struct operation_case {
    const char *a, *b;
    const char *result; /* NULL: refused */
};

static void check_operation(bool (*operation)(struct assay_decimal,
                                              struct assay_decimal,
                                              struct assay_decimal *),
                            const struct operation_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct assay_decimal result = ASSAY_DECIMAL(7, 7);
        bool ok = operation(dec(cases[i].a), dec(cases[i].b), &result);
        if (ok != (cases[i].result != NULL))
            fail_msg("%s and %s: %d", cases[i].a, cases[i].b, ok);
        if (ok)
            assert_decimal(result, cases[i].result);
        else
            assert_true(result.digits == 7 && result.exponent == 7);
    }
}

static void a_sum_is_exact_or_refused(void **state)
{
    static const struct operation_case cases[] = {
        {"0", "0", "0"},
        {"1", "-1", "0"},
        {"0.1", "0.2", "0.3"},
        {"5", "5", "10"},
        {"-3", "0.25", "-2.75"},
        {"0.25", "-3", "-2.75"},
        {"1e300", "0",
         "1" ZEROS_38 ZEROS_38 ZEROS_38 ZEROS_38 ZEROS_38 ZEROS_38 ZEROS_38
         "0000000000000000000000000000000000"},
        {"1e300", "1", NULL},
        {"1", "-1e-400", NULL},
        {"1e400", "-1e-400", NULL},
        {"9e400", "1e400", NULL},
        {"1e37", "1", "10000000000000000000000000000000000001"},
        {"1e38", "1", NULL},
        {"1e38", "-1", NINES_38},
        {"-1e38", "1", "-" NINES_38},
        {"1.5e38", "-" NINES_38, "50000000000000000000000000000000000001"},
        {"1.9e38", "-" NINES_38, "90000000000000000000000000000000000001"},
        {"2e38", "-" NINES_38, NULL},
        {NINES_38, "1", "1" ZEROS_38},
        {NINES_38, "2", NULL},
        {NINES_38, NINES_38, NULL},
        {NINES_38, "-" NINES_38, "0"},
        {"6e37", "7e37", "130000000000000000000000000000000000000"},
    };
    check_operation(assay_decimal_add, cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_difference_is_exact_or_refused(void **state)
{
    static const struct operation_case cases[] = {
        {"0", "0", "0"},         {"0", "5", "-5"},
        {"0.3", "0.1", "0.2"},   {"100", "99.99", "0.01"},
        {"-5", "-5", "0"},       {"-" NINES_38, "1", "-1" ZEROS_38},
        {"1e38", "1", NINES_38}, {"1e300", "1", NULL},
    };
    check_operation(assay_decimal_sub, cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_product_is_exact_or_refused(void **state)
{
    static const struct operation_case cases[] = {
        {"0", "1e400", "0"},
        {"-0.5", "0", "0"},
        {"-0.5", "0.5", "-0.25"},
        {"2", "5", "10"},
        {"0.0000025", "800000000", "2000"},
        {"-3e200", "-3e-200", "9"},
        {"1e200", "1e201", NULL},
        {"1e-200", "1e-201", NULL},
        /* 2^126 * 5^50 = 2^76 * 10^50: zeros pair off before they overflow */
        {"85070591730234615865843651857942052864",
         "88817841970012523233890533447265625",
         "7555786372591432341913600000000000000000000000000000000000000000000"
         "000000"},
        {"88817841970012523233890533447265625",
         "85070591730234615865843651857942052864",
         "7555786372591432341913600000000000000000000000000000000000000000000"
         "000000"},
        {NINES_38, "1", NINES_38},
        {NINES_38, "3", NULL},
        {NINES_38, NINES_38, NULL},
        {"9999999999999999999", "9999999999999999999",
         "99999999999999999980000000000000000001"},
        {"99999999999999999999", "9999999999999999999", NULL},
    };
    check_operation(assay_decimal_mul, cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_quotient_is_rounded_half_up_at_its_last_place(void **state)
{
    static const struct {
        const char *a, *b;
        int places;
        const char *result;
    } cases[] = {
        {"1", "3", 4, "0.3333"},
        {"2", "3", 4, "0.6667"},
        {"-2", "3", 4, "-0.6667"},
        {"1", "8", 2, "0.13"},
        {"-1", "8", 2, "-0.13"},
        {"1", "-8", 3, "-0.125"},
        {"1", "8", 9, "0.125"},
        {"0", "7", 2, "0"},
        {"1", "2", 0, "1"},
        {"-1", "2", 0, "-1"},
        {"49", "100", 0, "0"},
        {"99.99", "1", 1, "100"},
        {"149", "1", -2, "100"},
        {"150", "1", -2, "200"},
        {"49", "1", -2, "0"},
        {"50", "1", -2, "100"},
        {"1e300", "1e300", 2, "1"},
        {"1e-300", "1e-300", 400, "1"},
        {"1e40", "4", 2, "2500000000000000000000000000000000000000"},
        {"1", "1e400", 2, "0"},
        {NINES_38, NINES_38, 30, "1"},
        {"1", NINES_38, 38, "0.00000000000000000000000000000000000001"},
        {NINES_38, "1", -38, "1" ZEROS_38},
        {NINES_38, "2", 0, "50000000000000000000000000000000000000"},
        {NINES_38, "2", 1, NULL},
        {"1e38", "3", 0, "33333333333333333333333333333333333333"},
        {"1e38", "3", 1, NULL},
        /* 39 digits, of which rounding makes 38 or fewer */
        {"79726650918062151991e54", "3579150501834897318048622254710467137", 1,
         "22275299928625315949479280357312768610"},
        {"4440892098500626161694526672363281.25", "298836.75", 10,
         "14860595621189917778501227417.187749666"},
        {"1e37", "1.0000000000000000000000000000000000001", 37, NULL},
        {"1e400", "3", 0, NULL},
        {"1e400", "1e-1", 0, NULL},
        {"1", "7", 2000000000, NULL},
        {"1", "7", -2000000000, "0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_decimal result = ASSAY_DECIMAL(7, 7);
        bool ok = assay_decimal_div(dec(cases[i].a), dec(cases[i].b),
                                    cases[i].places, &result);
        if (ok != (cases[i].result != NULL))
            fail_msg("%s / %s to %d: %d", cases[i].a, cases[i].b,
                     cases[i].places, ok);
        if (ok)
            assert_decimal(result, cases[i].result);
        else
            assert_true(result.digits == 7 && result.exponent == 7);
    }
}

static void the_smallest_quotient_is_kept_at_its_place(void **state)
{
    struct assay_decimal result;
    assert_true(assay_decimal_div(dec("1"), dec("1e400"), 400, &result));
    assert_true(result.digits == 1);
    assert_int_equal(result.exponent, -400);
    assert_true(assay_decimal_div(dec("1"), dec("1e400"), 399, &result));
    assert_true(result.digits == 0);
}

static void values_of_any_size_are_compared(void **state)
{
    static const char *const ascending[] = {
        "-1e400",
        "-" NINES_38 "000",
        "-1e40",
        "-" NINES_38,
        "-10",
        "-9.9999999",
        "-1e-399",
        "-1e-400",
        "0",
        "1e-400",
        "9e-400",
        "1e-399",
        "0." NINES_38,
        "1",
        "1.0000000000000000000000000000000000001",
        "9",
        "10",
        "12",
        "12.5",
        "99",
        "1e37",
        NINES_38,
        "1e38",
        "1.1e38",
        "1e400",
    };
    size_t n = sizeof(ascending) / sizeof(ascending[0]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int order =
                assay_decimal_compare(dec(ascending[i]), dec(ascending[j]));
            int expected = (i > j) - (i < j);
            if (order != expected)
                fail_msg("%s and %s: %d", ascending[i], ascending[j], order);
        }
}

static void unnormal_operands_count_by_their_value(void **state)
{
    struct assay_decimal hundred = ASSAY_DECIMAL(100, 0), sum;
    struct assay_decimal zero = ASSAY_DECIMAL(0, -5);
    assert_int_equal(assay_decimal_compare(hundred, ASSAY_DECIMAL(1, 2)), 0);
    assert_int_equal(assay_decimal_compare(zero, ASSAY_DECIMAL(0, 0)), 0);
    assert_true(assay_decimal_add(hundred, zero, &sum));
    assert_decimal(sum, "100");
    assert_true(assay_decimal_mul(hundred, ASSAY_DECIMAL(10, -1), &sum));
    assert_decimal(sum, "100");
    assert_decimal(assay_decimal_round(ASSAY_DECIMAL(1500, -3), 0), "2");
    assert_decimal(assay_decimal_scale(hundred, 1), "1000");
}

static void scaling_moves_the_point_and_keeps_zero(void **state)
{
    assert_decimal(assay_decimal_scale(dec("0.0000025"), 6), "2.5");
    assert_decimal(assay_decimal_scale(dec("-2.5"), -1), "-0.25");
    assert_decimal(assay_decimal_scale(dec("0"), 300), "0");
    assert_int_equal(assay_decimal_sign(dec("-0.1")), -1);
    assert_int_equal(assay_decimal_sign(dec("-0.0")), 0);
    assert_int_equal(assay_decimal_sign(dec("1e-400")), 1);
}

static void rounding_is_half_up_away_from_zero(void **state)
{
    static const struct {
        const char *text;
        int places;
        const char *result;
    } cases[] = {
        {"0", 2, "0"},
        {"1.005", 2, "1.01"},
        {"1.0049999", 2, "1"},
        {"-1.005", 2, "-1.01"},
        {"0.5", 0, "1"},
        {"-0.5", 0, "-1"},
        {"0.4999", 0, "0"},
        {"-0.4999", 0, "0"},
        {"9.99", 1, "10"},
        {"1.25", 5, "1.25"},
        {"15500", 2, "15500"},
        {"15500", -3, "16000"},
        {"15499", -3, "15000"},
        {"450", -3, "0"},
        {"500", -3, "1000"},
        {"1e-400", 2, "0"},
        {NINES_38, -1, "1" ZEROS_38},
        {NINES_38, -38, "1" ZEROS_38},
        {"49" ZEROS_38, -40, "0"},
        {"50" ZEROS_38, -40, "100" ZEROS_38},
        {NINES_38, -39, "0"},
        {NINES_38, -2000000000, "0"},
        {"1.5", 2000000000, "1.5"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_decimal(assay_decimal_round(dec(cases[i].text), cases[i].places),
                       cases[i].result);
}

static void rounding_to_digits_counts_from_the_first(void **state)
{
    static const struct {
        const char *text;
        int significant;
        const char *result;
    } cases[] = {
        {"0", 3, "0"},
        {"123456", 3, "123000"},
        {"123500", 3, "124000"},
        {"0.00123450", 4, "0.001235"},
        {"-0.00123450", 4, "-0.001235"},
        {"99.95", 3, "100"},
        {"7", 1, "7"},
        {"5", 40, "5"},
        {NINES_38, 37, "1" ZEROS_38},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_decimal(assay_decimal_round_digits(dec(cases[i].text),
                                                  cases[i].significant),
                       cases[i].result);
}

static void plain_text_is_exact_and_without_exponent(void **state)
{
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"0", "0"},          {"-3", "-3"},
        {"1e3", "1000"},     {"4.687e-9", "0.000000004687"},
        {"-0.50", "-0.5"},   {"12.5", "12.5"},
        {"-1e-3", "-0.001"}, {"1.10", "1.1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        assert_text(assay_decimal_text(&arena, dec(cases[i].text)),
                    cases[i].plain);
        assay_arena_free(&arena);
    }
    struct assay_arena arena = {0};
    assert_int_equal(assay_decimal_text(&arena, dec("1e400")).len, 401);
    assert_int_equal(assay_decimal_text(&arena, dec("-1e-400")).len, 403);
    assay_arena_free(&arena);
}

static void fixed_text_has_its_places_and_commas(void **state)
{
    static const struct {
        const char *text;
        int places;
        const char *fixed;
    } cases[] = {
        {"0", 0, "0"},
        {"0", 2, "0.00"},
        {"15500", 0, "15,500"},
        {"31", 2, "31.00"},
        {"999", 0, "999"},
        {"1000", 0, "1,000"},
        {"-1000", 0, "-1,000"},
        {"999999", 0, "999,999"},
        {"1000000", 1, "1,000,000.0"},
        {"999999.5", 0, "1,000,000"},
        {"0.005", 2, "0.01"},
        {"-0.001", 2, "0.00"},
        {"-0.005", 2, "-0.01"},
        {"1234.5678", 3, "1,234.568"},
        {"0.05", 1, "0.1"},
        {"0.04", 1, "0.0"},
        {"1e-300", 3, "0.000"},
        {"1e12", 0, "1,000,000,000,000"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        assert_text(
            assay_decimal_fixed(&arena, dec(cases[i].text), cases[i].places),
            cases[i].fixed);
        assay_arena_free(&arena);
    }
}

static void dollars_have_cents_only_under_a_hundred(void **state)
{
    static const struct {
        const char *text, *dollars;
    } cases[] = {
        {"0", "$0.00"},       {"0.01", "$0.01"},
        {"0.005", "$0.01"},   {"0.004999", "<$0.01"},
        {"1e-400", "<$0.01"}, {"-0.001", ">-$0.01"},
        {"-0.01", "-$0.01"},  {"3.1", "$3.10"},
        {"-3.1", "-$3.10"},   {"31", "$31.00"},
        {"99.99", "$99.99"},  {"99.994", "$99.99"},
        {"99.995", "$100"},   {"100", "$100"},
        {"100.49", "$100"},   {"100.5", "$101"},
        {"-100.5", "-$101"},  {"15500", "$15,500"},
        {"999.5", "$1,000"},  {"1234567.89", "$1,234,568"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena arena = {0};
        assert_text(assay_decimal_usd(&arena, dec(cases[i].text)),
                    cases[i].dollars);
        assay_arena_free(&arena);
    }
}

static void a_double_is_the_nearest_one(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0.0},       {"0.1", 0.1},
        {"-12.5", -12.5}, {"4.6875e-09", 4.6875e-09},
        {"1e300", 1e300}, {"-1e400", (double)-INFINITY},
        {"1e-400", 0.0},  {"9007199254740993", 9007199254740992.0},
        {NINES_38, 1e38},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = assay_decimal_double(dec(cases[i].text));
        if (value != cases[i].value)
            fail_msg("%s gave %.17g", cases[i].text, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_exactly_and_normalised),
        cmocka_unit_test(what_is_no_number_is_refused_and_writes_nothing),
        cmocka_unit_test(thirty_eight_digits_are_kept),
        cmocka_unit_test(a_sum_is_exact_or_refused),
        cmocka_unit_test(a_difference_is_exact_or_refused),
        cmocka_unit_test(a_product_is_exact_or_refused),
        cmocka_unit_test(a_quotient_is_rounded_half_up_at_its_last_place),
        cmocka_unit_test(the_smallest_quotient_is_kept_at_its_place),
        cmocka_unit_test(values_of_any_size_are_compared),
        cmocka_unit_test(unnormal_operands_count_by_their_value),
        cmocka_unit_test(scaling_moves_the_point_and_keeps_zero),
        cmocka_unit_test(rounding_is_half_up_away_from_zero),
        cmocka_unit_test(rounding_to_digits_counts_from_the_first),
        cmocka_unit_test(plain_text_is_exact_and_without_exponent),
        cmocka_unit_test(fixed_text_has_its_places_and_commas),
        cmocka_unit_test(dollars_have_cents_only_under_a_hundred),
        cmocka_unit_test(a_double_is_the_nearest_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
