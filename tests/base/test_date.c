/*
 * Dates as sources write them, and days counted through the calendar.
 */
#include "assay/date.h"

#include "support/support.h"

static void assert_text(struct assay_date date, const char *expected)
{
    struct assay_arena arena = {0};
    assert_string_equal(assay_arena_cstr(&arena, assay_date_text(&arena, date)),
                        expected);
    assay_arena_free(&arena);
}

static struct assay_date date_of(const char *text)
{
    struct assay_date date = {0};
    if (*text && !assay_date_parse(assay_str_c(text), &date))
        fail_msg("'%s' was refused", text);
    return date;
}

static void a_year_a_month_or_a_day_is_read(void **state)
{
    static const struct {
        const char *text, *date;
    } cases[] = {
        {"2024", "2024"},
        {"2024-07", "2024-07"},
        {"2024-07-31", "2024-07-31"},
        {"2024-02-29", "2024-02-29"},
        {"2000-02-29", "2000-02-29"},
        {"1950-01-01", "1950-01-01"},
        {"2199-12-31", "2199-12-31"},
        {"2024-07-31T12:30:00Z", "2024-07-31"},
        {"2024-07-31T00:00", "2024-07-31"},
        {"2024-07-31 23:59:59.123+02:00", "2024-07-31"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_text(date_of(cases[i].text), cases[i].date);
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2",
        "24",
        "202",
        "20245",
        "1949",
        "2200",
        "abcd",
        "2024-",
        "2024-7",
        "2024-00",
        "2024-13",
        "2024/07",
        "2024-07-",
        "2024-07-1",
        "2024-07-00",
        "2024-07-32",
        "2024-06-31",
        "2023-02-29",
        "1900-02-29",
        "2100-02-29",
        "2024.07.31",
        "20240731",
        "31-07-2024",
        " 2024",
        "2024 ",
        "2024-07-31T",
        "2024-07-31 ",
        "2024-07-31x",
        "2024-07-311",
        "2024-07-31T1",
        "2024-07-31 soon",
        "2024-07-31T25:00",
        "2024-07-31T12:60",
        "2024-07-31T12",
        "-024-01-01",
        "+202-01-01",
        "2024--1-01",
        "2024-07T12:00",
        "2024-07-31Tab:cd",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_date date = {1, 2, 3};
        if (assay_date_parse(assay_str_c(cases[i]), &date))
            fail_msg("'%s' was accepted", cases[i]);
        assert_int_equal(date.year, 1);
    }
}

static void only_a_full_day_is_a_day(void **state)
{
    struct assay_date date = {0};
    assert_false(assay_date_parse_day(ASSAY_STR("2024"), &date));
    assert_false(assay_date_parse_day(ASSAY_STR("2024-07"), &date));
    assert_false(assay_date_set(date));
    assert_true(assay_date_parse_day(ASSAY_STR("2024-07-31"), &date));
    assert_true(assay_date_set(date));
    assert_text((struct assay_date){0}, "");
}

static void no_date_sorts_first_and_a_year_by_its_first_day(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"", "", 0},
        {"", "1950", -1},
        {"2024", "2024-01-01", 0},
        {"2024-07", "2024-07-01", 0},
        {"2024-07", "2024-07-02", -1},
        {"2024", "2023-12-31", 1},
        {"2023-12-31", "2024-01-01", -1},
        {"2024-10-01", "2024-09-30", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_date a = date_of(cases[i].a), b = date_of(cases[i].b);
        assert_int_equal(assay_date_compare(a, b), cases[i].order);
        assert_int_equal(assay_date_compare(b, a), -cases[i].order);
    }
}

static void a_date_agrees_with_one_in_more_detail(void **state)
{
    static const struct {
        const char *a, *b;
        bool agrees;
    } cases[] = {
        {"2024-06", "2024-06-30", true},
        {"2024", "2024-06-30", true},
        {"2024", "2024-06", true},
        {"2024", "2024", true},
        {"2024-06-30", "2024-06-30", true},
        {"2024-06-30", "2024-06", false},
        {"2024-06", "2024", false},
        {"2024-06", "2024-07-01", false},
        {"2024-06-30", "2024-06-29", false},
        {"2023", "2024-06-30", false},
        {"", "2024", false},
        {"", "", false},
        {"2024", "", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (assay_date_agrees(date_of(cases[i].a), date_of(cases[i].b)) !=
            cases[i].agrees)
            fail_msg("'%s' and '%s'", cases[i].a, cases[i].b);
}

static void days_are_counted_from_1970(void **state)
{
    static const struct {
        const char *date;
        int32_t days;
    } cases[] = {
        {"1970-01-01", 0},     {"1969-12-31", -1},    {"1970", 0},
        {"2000-02-29", 11016}, {"2000-03-01", 11017}, {"2024-07-31", 19935},
        {"2026-11-22", 20779}, {"1950-01-01", -7305}, {"2199-12-31", 84005},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(assay_date_days(date_of(cases[i].date)),
                         cases[i].days);
}

static void every_day_from_1950_to_2199_counts_there_and_back(void **state)
{
    struct assay_date before = {0};
    for (int32_t days = -7305; days <= 84005; days++) {
        struct assay_arena arena = {0};
        struct assay_date date = assay_date_from_days(days), read;
        assert_int_equal(assay_date_days(date), days);
        assert_true(assay_date_parse_day(assay_date_text(&arena, date), &read));
        assert_int_equal(assay_date_compare(read, date), 0);
        assert_int_equal(assay_date_compare(before, date), -1);
        before = date;
        assay_arena_free(&arena);
    }
}

static void days_outside_1950_to_2199_are_no_date(void **state)
{
    static const int32_t cases[] = {-7306, 84006, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_false(assay_date_set(assay_date_from_days(cases[i])));
}

static void a_time_behind_a_day_is_read_to_its_minute(void **state)
{
    static const struct {
        const char *text;
        int minute;
    } cases[] = {{"2026-08-21", -1},
                 {"2026-08-21T00:00Z", 0},
                 {"2026-08-21T14:30Z", 870},
                 {"2026-08-21 23:59:59", 1439}};
    static const char *const wrong[] = {
        "2026-08",         "2026-08-21T",       "2026-08-21T24:00Z",
        "2026-08-21T1:30", "2026-08-21T12:60Z", "2026-08-21T12-30"};
    struct assay_date day;
    int minute;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(
            assay_date_parse_minute(assay_str_c(cases[i].text), &day, &minute));
        assert_int_equal(minute, cases[i].minute);
        assert_int_equal(day.day, 21);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(
            assay_date_parse_minute(assay_str_c(wrong[i]), &day, &minute));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_a_month_or_a_day_is_read),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(only_a_full_day_is_a_day),
        cmocka_unit_test(no_date_sorts_first_and_a_year_by_its_first_day),
        cmocka_unit_test(a_time_behind_a_day_is_read_to_its_minute),
        cmocka_unit_test(a_date_agrees_with_one_in_more_detail),
        cmocka_unit_test(days_are_counted_from_1970),
        cmocka_unit_test(every_day_from_1950_to_2199_counts_there_and_back),
        cmocka_unit_test(days_outside_1950_to_2199_are_no_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
