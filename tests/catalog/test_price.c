/* Price components and bills, against numbers worked by hand. */
#include "support/support.h"

#include "assay/price.h"

#include <stdio.h>
#include <stdlib.h>

struct sheet {
    struct assay_arena arena;
    struct assay_price_list list;
};

static int open_sheet(void **state)
{
    static struct sheet sheet;
    *state = &sheet;
    return 0;
}

static int close_sheet(void **state)
{
    struct sheet *s = *state;
    assay_arena_free(&s->arena);
    *s = (struct sheet){0};
    return 0;
}

static void read_list(struct sheet *s, const char *prices)
{
    struct assay_error err = {0};
    const struct assay_json *json =
        assay_json_parse(&s->arena, assay_str_c(prices), NULL, &err);
    if (!json)
        fail_msg("%s", err.text);
    assay_price_list_read(&s->arena, json, NULL, &s->list);
}

static struct assay_date day(const char *text)
{
    struct assay_date date = {0};
    if (*text)
        assert_true(assay_date_parse_day(assay_str_c(text), &date));
    return date;
}

static struct assay_decimal dec(const char *text)
{
    struct assay_decimal value;
    assert_true(assay_decimal_parse(assay_str_c(text), &value));
    return value;
}

static void assert_usd(struct sheet *s, struct assay_decimal usd,
                       const char *expected)
{
    struct assay_str text = assay_decimal_text(&s->arena, usd);
    if (!assay_str_is(text, expected))
        fail_msg("$%.*s is not $%s", ASSAY_STR_ARG(text), expected);
}

static struct assay_bill bill_of(struct sheet *s,
                                 const struct assay_usage *usage,
                                 const char *on)
{
    struct assay_error err = {0};
    struct assay_bill bill;
    if (!assay_price_usage(&s->arena, &s->list, usage, day(on), &bill, &err))
        fail_msg("%s", err.text);
    return bill;
}

#define INPUT(usd) \
    "{\"meter\":\"input_tokens\",\"usd_per_million\":\"" usd "\"}"
#define OUTPUT(usd) \
    "{\"meter\":\"output_tokens\",\"usd_per_million\":\"" usd "\"}"
#define PRICE(meter, usd) \
    "{\"meter\":\"" meter "\",\"usd_per_million\":\"" usd "\"}"
#define TIER(meter, usd, when, scope)                     \
    "{\"meter\":\"" meter "\",\"usd_per_million\":\"" usd \
    "\",\"when_input_tokens\":\"" when "\",\"scope\":\"" scope "\"}"

/* ---------------------------------------------------------------- reading */

static void components_are_read_with_every_key(void **state)
{
    struct sheet *s = *state;
    read_list(s, "[{\"meter\":\"image\",\"usd_each\":\"0.00765\","
                 "\"from\":\"2026-01-01\",\"to\":\"2026-06-30\"},"
                 "{\"meter\":\"input_tokens\",\"usd_per_million\":\"20\","
                 "\"when_input_tokens\":\">200000\",\"scope\":\"marginal\","
                 "\"utc_from\":\"1630\",\"utc_to\":\"0030\"},"
                 "{\"meter\":\"output_tokens\",\"usd_per_million\":null},"
                 "{\"meter\":\"request\",\"usd_each\":\"0\"}]");
    const struct assay_price_component *c = s->list.components;

    assert_int_equal(s->list.count, 4);
    assert_int_equal(c[0].unit, ASSAY_EACH);
    assert_int_equal(c[0].state, ASSAY_KNOWN);
    assert_int_equal(assay_date_compare(c[0].from, day("2026-01-01")), 0);
    assert_int_equal(assay_date_compare(c[0].to, day("2026-06-30")), 0);
    assert_int_equal(c[1].when, ASSAY_TIER_ABOVE);
    assert_int_equal(c[1].threshold_tokens, 200000);
    assert_true(c[1].marginal);
    assert_true(assay_str_is(c[1].utc_from, "1630"));
    assert_int_equal(c[2].state, ASSAY_UNKNOWN);
    assert_int_equal(c[3].state, ASSAY_FREE);
}

static void bad_components_are_left_out(void **state)
{
    static const char *const bad[] = {
        "[{\"usd_per_million\":\"1\"}]",
        "[{\"meter\":\"input_tokens\"}]",
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":1}]",
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"-1\"}]",
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"dear\"}]",
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
        "\"when_input_tokens\":\"200000\"}]",
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
        "\"from\":\"2026-02-30\"}]",
        "[1,\"x\",[]]",
        "{}",
        "null",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        read_list(*state, bad[i]);
        assert_int_equal(((struct sheet *)*state)->list.count, 0);
    }
}

/* ---------------------------------------------------------------- finding */

static void the_component_in_force_is_found(void **state)
{
    static const char tiers[] = "[" INPUT("1") "," TIER(
        "input_tokens", "2", ">200000",
        "whole_request") "," TIER("input_tokens", "3", ">=272000",
                                  "whole_request") "]";
    static const char dates[] =
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
        "\"to\":\"2026-03-12\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\","
        "\"from\":\"2026-03-13\",\"to\":\"2026-05-31\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"3\","
        "\"from\":\"2026-06-01\"}]";
    static const char promotion[] =
        "[" INPUT("1") ",{\"meter\":\"input_tokens\","
                       "\"usd_per_million\":\"0.5\",\"from\":\"2026-06-01\","
                       "\"to\":\"2026-06-30\"}]";
    static const char ended[] =
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"9\","
        "\"to\":\"2026-06-30\"}," INPUT("1") "]";
    static const char hours[] =
        "[" INPUT("1") ",{\"meter\":\"input_tokens\","
                       "\"usd_per_million\":\"2\",\"utc_from\":\"0030\","
                       "\"utc_to\":\"1630\"},{\"meter\":\"input_tokens\","
                       "\"usd_per_million\":\"3\",\"utc_from\":\"1630\","
                       "\"utc_to\":\"0030\"}]";
    static const struct {
        const char *prices, *tokens, *on, *expected;
    } cases[] = {
        {tiers, "0", "", "1"},
        {tiers, "199999", "", "1"},
        {tiers, "200000", "", "1"},
        {tiers, "200001", "", "2"},
        {tiers, "271999", "", "2"},
        {tiers, "272000", "", "3"},
        {tiers, "272001", "", "3"},
        {dates, "1", "2026-03-12", "1"},
        {dates, "1", "2026-03-13", "2"},
        {dates, "1", "2026-05-31", "2"},
        {dates, "1", "2026-06-01", "3"},
        {dates, "1", "", "3"},
        {promotion, "1", "2026-05-31", "1"},
        {promotion, "1", "2026-06-01", "0.5"},
        {promotion, "1", "2026-06-30", "0.5"},
        {promotion, "1", "2026-07-01", "1"},
        {ended, "1", "2026-06-30", "9"},
        {ended, "1", "2026-07-01", "1"},
        {ended, "1", "", "1"},
        {hours, "1", "", "3"}, /* the dearer hour: the hour is not known */
    };
    struct sheet *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_list(s, cases[i].prices);
        const struct assay_price_component *c =
            assay_price_find(&s->list, ASSAY_STR("input_tokens"),
                             dec(cases[i].tokens), day(cases[i].on));
        assert_non_null(c);
        assert_usd(s, c->usd, cases[i].expected);
        assert_null(assay_price_find(&s->list, ASSAY_STR("image"),
                                     dec(cases[i].tokens), day(cases[i].on)));
    }
}

/* ------------------------------------------------------------------ bills */

static void a_months_traffic_costs_what_the_page_says(void **state)
{
    /* 1 M requests of 800 in and 250 out */
    static const struct {
        const char *prices, *usd, *input, *output;
    } cases[] = {
        {"[" INPUT("0.02") "," OUTPUT("0.06") "]", "31", "16", "15"},
        {"[" INPUT("10") "," OUTPUT("30") "]", "15500", "8000", "7500"},
        {"[" INPUT("4.6875e-03") "," OUTPUT("0.1") "]", "28.75", "3.75", "25"},
    };
    const struct assay_usage usage = {
        .input_tokens = dec("800e6"),
        .output_tokens = dec("250e6"),
        .requests = dec("1e6"),
        .tier_input_tokens = dec("800"),
    };
    struct sheet *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_list(s, cases[i].prices);
        struct assay_bill bill = bill_of(s, &usage, "");
        assert_int_equal(bill.state, ASSAY_KNOWN);
        assert_usd(s, bill.usd, cases[i].usd);
        assert_usd(s, bill.input_usd, cases[i].input);
        assert_usd(s, bill.output_usd, cases[i].output);
        assert_int_equal(bill.line_count, 2);
    }
}

static void a_tier_begins_where_its_operator_says(void **state)
{
    static const char above[] = "[" INPUT("1") "," TIER(
        "input_tokens", "2", ">1000",
        "whole_request") "," OUTPUT("4") "," TIER("output_tokens", "8", ">1000",
                                                  "whole_request") "]";
    static const char from[] = "[" INPUT("1") "," TIER(
        "input_tokens", "2", ">=1000", "whole_request") "," OUTPUT("4") "]";
    static const char past[] = "[" INPUT("1") "," TIER(
        "input_tokens", "2", ">1000",
        "marginal") "," OUTPUT("4") "," TIER("output_tokens", "8", ">1000",
                                             "marginal") "]";
    static const char steps[] = "[" INPUT("1") "," TIER(
        "input_tokens", "2", ">1000",
        "marginal") "," TIER("input_tokens", "3", ">=2000",
                             "marginal") "," OUTPUT("4") "]";
    static const struct {
        const char *prices, *input, *usd; /* and 100 tokens out */
        size_t lines;
    } cases[] = {
        /* 999 x 1 + 100 x 4 … millionths */
        {above, "999", "0.001399", 2},
        {above, "1000", "0.0014", 2},
        {above, "1001", "0.002802", 2}, /* 1001 x 2 + 100 x 8 */
        {from, "999", "0.001399", 2},
        {from, "1000", "0.0024", 2},
        {from, "1001", "0.002402", 2},
        {past, "999", "0.001399", 2},
        {past, "1000", "0.0014", 2},
        {past, "1001", "0.001802", 3},  /* 1000 x 1 + 1 x 2 + 100 x 8 */
        {past, "3000", "0.0058", 3},    /* 1000 + 2000 x 2 + 800 */
        {steps, "1999", "0.003398", 3}, /* 1000 + 999 x 2 + 400 */
        {steps, "2000", "0.0034", 3},   /* 1000 + 1000 x 2 + 400 */
        {steps, "2001", "0.003403", 4}, /* … + 1 x 3 */
    };
    struct sheet *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_usage usage = {
            .input_tokens = dec(cases[i].input),
            .output_tokens = dec("100"),
            .requests = dec("1"),
            .tier_input_tokens = dec(cases[i].input),
        };
        read_list(s, cases[i].prices);
        struct assay_bill bill = bill_of(s, &usage, "");
        assert_usd(s, bill.usd, cases[i].usd);
        assert_int_equal(bill.line_count, cases[i].lines);
    }
}

static void a_marginal_tier_is_the_same_for_many_requests_alike(void **state)
{
    struct sheet *s = *state;
    const struct assay_usage usage = {
        .input_tokens = dec("3000000"), /* 1000 requests of 3000 */
        .cache_read_tokens = dec("1500000"),
        .output_tokens = dec("100000"),
        .requests = dec("1000"),
        .tier_input_tokens = dec("3000"),
    };
    read_list(s, "[" INPUT("1") "," TIER(
                     "input_tokens", "2", ">2000",
                     "marginal") "," PRICE("cache_read_tokens",
                                           "0.1") "," OUTPUT("4") "]");
    struct assay_bill bill = bill_of(s, &usage, "");

    /* cache 1.5 M x 0.1; input behind it: 0.5 M to 2000 x 1, 1 M x 2 */
    assert_usd(s, bill.input_usd, "2.65");
    assert_usd(s, bill.usd, "3.05");
}

static void parts_are_taken_out_of_their_whole_once(void **state)
{
    static const char all[] =
        "[" INPUT("10") "," OUTPUT("30") "," PRICE("cache_read_tokens", "1") "," PRICE(
            "cache_write_tokens",
            "12.5") "," PRICE("cache_write_1h_tokens",
                              "20") "," PRICE("audio_input_tokens",
                                              "40") "," PRICE("audio_output_"
                                                              "tokens",
                                                              "80") "," PRICE("reasoning_tokens",
                                                                              "60") "]";
    const struct assay_usage usage = {
        .input_tokens = dec("1000"),
        .cache_read_tokens = dec("400"),
        .cache_write_tokens = dec("200"),
        .cache_write_1h_tokens = dec("50"),
        .audio_input_tokens = dec("100"),
        .output_tokens = dec("500"),
        .reasoning_tokens = dec("300"),
        .audio_output_tokens = dec("20"),
        .requests = dec("1"),
        .tier_input_tokens = dec("1000"),
    };
    static const struct {
        const char *meter, *quantity, *usd;
    } lines[] = {
        {"input_tokens", "300", "0.003"},
        {"cache_read_tokens", "400", "0.0004"},
        {"cache_write_tokens", "150", "0.001875"},
        {"cache_write_1h_tokens", "50", "0.001"},
        {"audio_input_tokens", "100", "0.004"},
        {"output_tokens", "180", "0.0054"},
        {"reasoning_tokens", "300", "0.018"},
        {"audio_output_tokens", "20", "0.0016"},
    };
    struct sheet *s = *state;
    read_list(s, all);
    struct assay_bill bill = bill_of(s, &usage, "");

    assert_int_equal(bill.line_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(assay_str_is(bill.lines[i].meter, lines[i].meter));
        assert_usd(s, bill.lines[i].quantity, lines[i].quantity);
        assert_usd(s, bill.lines[i].usd, lines[i].usd);
        assert_int_equal(bill.lines[i].note.len, 0);
    }
    assert_usd(s, bill.input_usd, "0.010275");
    assert_usd(s, bill.output_usd, "0.025");
    assert_usd(s, bill.usd, "0.035275");
}

static void a_part_without_a_price_is_charged_as_its_whole_and_says_so(
    void **state)
{
    const struct assay_usage usage = {
        .input_tokens = dec("1000"),
        .cache_read_tokens = dec("400"),
        .cache_write_tokens = dec("200"),
        .cache_write_1h_tokens = dec("200"),
        .output_tokens = dec("500"),
        .reasoning_tokens = dec("300"),
        .requests = dec("1"),
        .tier_input_tokens = dec("1000"),
    };
    static const char *const notes[] = {
        "",
        "cached input at the plain input price",
        "cache writes at the plain input price",
        "",
        "reasoning at the plain output price",
    };
    struct sheet *s = *state;
    read_list(s, "[" INPUT("10") "," OUTPUT("30") "]");
    struct assay_bill bill = bill_of(s, &usage, "");

    assert_int_equal(bill.state, ASSAY_KNOWN);
    assert_usd(s, bill.usd, "0.025"); /* 1000 x 10 + 500 x 30 */
    assert_int_equal(bill.line_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(assay_str_is(bill.lines[i].note, notes[i]));
}

static void an_unknown_part_makes_a_bound_and_never_a_zero(void **state)
{
    static const struct {
        const char *prices;
        enum assay_state state;
        const char *usd;
    } cases[] = {
        {"[" INPUT("10") "," OUTPUT("30") "]", ASSAY_KNOWN, "0.04"},
        {"[" INPUT("10") "]", ASSAY_BOUND, "0.01"},
        {"[" INPUT("10") ",{\"meter\":\"output_tokens\","
                         "\"usd_per_million\":null}]",
         ASSAY_BOUND, "0.01"},
        {"[{\"meter\":\"image\",\"usd_each\":\"1\"}]", ASSAY_UNKNOWN, "0"},
        {"[]", ASSAY_UNKNOWN, "0"},
        {"[" INPUT("0") "," OUTPUT("0") "]", ASSAY_FREE, "0"},
        {"[" INPUT("0") "," OUTPUT("30") "]", ASSAY_KNOWN, "0.03"},
        {"[" INPUT("0") "]", ASSAY_BOUND, "0"},
    };
    const struct assay_usage usage = {
        .input_tokens = dec("1000"),
        .output_tokens = dec("1000"),
        .requests = dec("1"),
        .tier_input_tokens = dec("1000"),
    };
    struct sheet *s = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_list(s, cases[i].prices);
        struct assay_bill bill = bill_of(s, &usage, "");
        assert_int_equal(bill.state, cases[i].state);
        assert_usd(s, bill.usd, cases[i].usd);
    }
}

static void requests_images_and_searches_are_charged_each(void **state)
{
    const struct assay_usage usage = {
        .input_tokens = dec("1000"),
        .images = dec("3"),
        .searches = dec("2"),
        .requests = dec("5"),
        .tier_input_tokens = dec("200"),
    };
    struct sheet *s = *state;
    read_list(
        s, "[" INPUT("10") ",{\"meter\":\"image\",\"usd_each\":\"0.00765\"},"
                           "{\"meter\":\"web_search\",\"usd_each\":\"0.01\"},"
                           "{\"meter\":\"request\",\"usd_each\":\"0.005\"}]");
    struct assay_bill bill = bill_of(s, &usage, "");

    assert_usd(s, bill.usd, "0.07795"); /* .01 + .02295 + .02 + .025 */
    assert_usd(s, bill.input_usd, "0.01");
    assert_usd(s, bill.output_usd, "0");
    read_list(s, "[" INPUT("10") "]");
    bill = bill_of(s, &usage, "");
    assert_int_equal(bill.state, ASSAY_BOUND);
    assert_int_equal(bill.line_count, 3); /* no charge a request is no gap */
}

static void impossible_usage_is_refused(void **state)
{
    static const struct {
        struct assay_usage usage;
        const char *text;
    } cases[] = {
        {{.input_tokens = {10, 0}, .cache_read_tokens = {11, 0}},
         "cache_read_tokens (11) are more than input_tokens (10) that hold "
         "them"},
        {{.input_tokens = {10, 0},
          .cache_read_tokens = {6, 0},
          .cache_write_tokens = {5, 0}},
         "cache_read_tokens and cache_write_tokens (11) are more than "
         "input_tokens (10) that hold them"},
        {{.input_tokens = {10, 0},
          .cache_write_tokens = {5, 0},
          .cache_write_1h_tokens = {6, 0}},
         "cache_write_1h_tokens (6) are more than cache_write_tokens (5) that "
         "hold them"},
        {{.output_tokens = {10, 0}, .reasoning_tokens = {11, 0}},
         "reasoning_tokens (11) are more than output_tokens (10) that hold "
         "them"},
        {{.input_tokens = {-1, 0}}, "input_tokens are negative"},
        {{.images = {-1, 0}}, "images are negative"},
    };
    struct sheet *s = *state;
    struct assay_error err = {0};
    struct assay_bill bill;

    read_list(s, "[" INPUT("10") "]");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(assay_price_usage(&s->arena, &s->list, &cases[i].usage,
                                       day(""), &bill, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_string_equal(err.text, cases[i].text);
    }
}

static void a_result_of_too_many_digits_is_an_error(void **state)
{
    struct sheet *s = *state;
    struct assay_error err = {0};
    struct assay_bill bill;
    const struct assay_usage usage = {
        .input_tokens = dec("12345678901234567890123456789"),
        .requests = dec("1"),
    };
    read_list(s, "[" INPUT("1.234567890123456789") "]");

    assert_false(
        assay_price_usage(&s->arena, &s->list, &usage, day(""), &bill, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
}

/* Random usage: lines add up, and parts never make a bill larger than whole. */
static void bills_add_up(void **state)
{
    static const char prices[] =
        "[" INPUT("3") "," OUTPUT("15") "," TIER("input_tokens", "6", ">2000", "marginal") "," TIER(
            "input_tokens", "9", ">=4000",
            "whole_request") "," TIER("output_tokens", "22.5", ">2000",
                                      "whole_request") "," PRICE("cache_read_"
                                                                 "tokens",
                                                                 "0.3") "," TIER("cache_read_tokens",
                                                                                 "0.6",
                                                                                 ">1000",
                                                                                 "marginal") "," PRICE("reasoning_tokens",
                                                                                                       "14") ","
                                                                                                             "{\"meter\":\"request\",\"usd_each\":\"0.001\"}]";
    struct sheet *s = *state;
    uint64_t seed = 42;

    read_list(s, prices);
    for (int i = 0; i < 2000; i++) {
        uint64_t n[4];
        for (int j = 0; j < 4; j++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695;
            n[j] = (seed >> 33) % 6000;
        }
        struct assay_usage usage = {
            .input_tokens = assay_decimal_uint(n[0]),
            .cache_read_tokens = assay_decimal_uint(n[0] ? n[1] % n[0] : 0),
            .output_tokens = assay_decimal_uint(n[2]),
            .reasoning_tokens = assay_decimal_uint(n[2] ? n[3] % n[2] : 0),
            .requests = dec("1"),
            .tier_input_tokens = assay_decimal_uint(n[0]),
        };
        struct assay_bill bill = bill_of(s, &usage, "");
        struct assay_decimal sum = {0}, sides, tokens = {0};
        for (size_t j = 0; j < bill.line_count; j++) {
            assert_true(assay_decimal_add(sum, bill.lines[j].usd, &sum));
            if (bill.lines[j].unit == ASSAY_PER_MILLION)
                assert_true(
                    assay_decimal_add(tokens, bill.lines[j].quantity, &tokens));
        }
        assert_int_equal(assay_decimal_compare(sum, bill.usd), 0);
        assert_int_equal(
            assay_decimal_compare(tokens, assay_decimal_uint(n[0] + n[2])), 0);
        assert_true(assay_decimal_add(bill.input_usd, bill.output_usd, &sides));
        assert_true(assay_decimal_add(sides, ASSAY_DECIMAL(1, -3), &sides));
        assert_int_equal(assay_decimal_compare(sides, bill.usd), 0);
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, open_sheet, close_sheet)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(components_are_read_with_every_key),
        TEST(bad_components_are_left_out),
        TEST(the_component_in_force_is_found),
        TEST(a_months_traffic_costs_what_the_page_says),
        TEST(a_tier_begins_where_its_operator_says),
        TEST(a_marginal_tier_is_the_same_for_many_requests_alike),
        TEST(parts_are_taken_out_of_their_whole_once),
        TEST(a_part_without_a_price_is_charged_as_its_whole_and_says_so),
        TEST(an_unknown_part_makes_a_bound_and_never_a_zero),
        TEST(requests_images_and_searches_are_charged_each),
        TEST(impossible_usage_is_refused),
        TEST(a_result_of_too_many_digits_is_an_error),
        TEST(bills_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
