/* How long to wait, in every spelling, on both sides of every boundary. */
#include "support/support.h"

#include "assay/dialect.h"

/* Sun, 22 Nov 2026 17:00:00 GMT */
#define NOW INT64_C(1795366800)

static int64_t wait_of(const char *name, const char *value)
{
    const struct assay_header headers[] = {
        {ASSAY_STR("content-type"), ASSAY_STR("text/plain")},
        {assay_str_c(name), assay_str_c(value)},
    };
    const struct assay_reply_head head = {429, headers, 2};

    return assay_retry_after(&head, NOW);
}

static void retry_after_is_read_up_to_an_hour(void **state)
{
    static const struct {
        const char *name, *value;
        int64_t ms;
    } rows[] = {
        {"retry-after", "0", 0},
        {"Retry-After", "1", 1000},
        {"RETRY-AFTER", " 30 ", 30000},
        {"retry-after", "1.5", 1500},
        {"retry-after", "3600", 3600000},
        {"retry-after", "3601", -1},
        {"retry-after", "3600.001", -1},
        {"retry-after", "1000000000", -1},
        {"retry-after", "99999999999999999999999", -1},
        {"retry-after", "-1", -1},
        {"retry-after", "", -1},
        {"retry-after", "soon", -1},
        {"retry-after", "5 apples", -1},
        {"retry-after", "5s", -1},
        {"retry-after", "NaN", -1},
        {"retry-after", "1e3", -1},
        {"retry-after", "Sun, 22 Nov 2026 17:00:00 GMT", 0},
        {"retry-after", "Sun, 22 Nov 2026 17:00:01 GMT", 1000},
        {"retry-after", "Sun, 22 Nov 2026 16:59:59 GMT", -1},
        {"retry-after", "Sun, 22 Nov 2026 18:00:00 GMT", 3600000},
        {"retry-after", "Sun, 22 Nov 2026 18:00:01 GMT", -1},
        {"retry-after", "Sunday, 22-Nov-26 17:00:10 GMT", 10000},
        {"retry-after", "Sun Nov 22 17:00:10 2026", 10000},
        {"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", -1},
        {"retry-after", "Sunday, 06-Nov-94 08:49:37 GMT", -1},
        {"retry-after", "Sun Nov  6 08:49:37 1994", -1},
        {"retry-after", "Sun, 31 Feb 2026 17:00:01 GMT", -1},
        {"retry-after", "Sun, 22 Nov 2026 25:00:01 GMT", -1},
        {"retry-after", "Sun, 22 Nov 2026 17:00:01 CET", -1},
        {"retry-after", "Sun, 22 Nov 2026 17:00:01", -1},
        {"retry-after", ",", -1},
        {"retry-after", " ", -1},
        {"retry-after-ms", "1", 1},
        {"retry-after-ms", "250.7", 250},
        {"retry-after-ms", "3600000", 3600000},
        {"retry-after-ms", "3600001", -1},
        {"retry-after-ms", "-5", -1},
        {"x-other", "5", -1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (wait_of(rows[i].name, rows[i].value) != rows[i].ms)
            fail_msg("%s: '%s' is %lld, expected %lld", rows[i].name,
                     rows[i].value,
                     (long long)wait_of(rows[i].name, rows[i].value),
                     (long long)rows[i].ms);
}

static void milliseconds_are_preferred_unless_they_are_nonsense(void **state)
{
    struct assay_header headers[] = {
        {ASSAY_STR("retry-after"), ASSAY_STR("2")},
        {ASSAY_STR("retry-after-ms"), ASSAY_STR("1250")},
    };
    const struct assay_reply_head head = {429, headers, 2};

    assert_int_equal(assay_retry_after(&head, NOW), 1250);
    headers[1].value = ASSAY_STR("-1");
    assert_int_equal(assay_retry_after(&head, NOW), 2000);
}

static void resets_are_durations_times_or_seconds(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"6m0s", 360000},
        {"12ms", 12},
        {"1s", 1000},
        {"1h2m3.5s", 3723500},
        {"250us", 0},
        {"1500\xc2\xb5s", 1},
        {"1500\xce\xbcs", 1},
        {"999999ns", 0},
        {"1.5h", 5400000},
        {"0.001s", 1},
        {"0s", 0},
        {"0", 0},
        {"59", 59000},
        {"59.25", 59250},
        {" 7 ", 7000},
        {"-1", -1},
        {"-1s", -1},
        {"", -1},
        {"s", -1},
        {"1x", -1},
        {"1s2", -1},
        {"1.2.3s", -1},
        {"744h", INT64_C(2678400000)},
        {"745h", -1},
        {"999999999999h", -1},
        {"999999999999999999h", -1},
        {"743h60m0.001s", -1},
        {"1795366860", 60000},    /* epoch, seconds */
        {"1795366860000", 60000}, /* epoch, milliseconds */
        {"1795366740", 0},        /* over */
        {"2026-11-22T17:01:00Z", 60000},
        {"2026-11-22T17:01:00.25Z", 60000},
        {"2026-11-22T18:01:00+01:00", 60000},
        {"2026-11-22T12:31:00-04:30", 60000},
        {"2026-11-22T16:00:00Z", 0},
        {"2026-11-22T17:01:00", -1},
        {"2026-13-22T17:01:00Z", -1},
        {"2026-11-22T17:01:00+99:00", -1},
        {"2026-11-22T17:01:00.Z", -1},
        {"2099-11-22T17:01:00Z", -1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ms = assay_reset_after(assay_str_c(rows[i].text), NOW);
        if (ms != rows[i].ms)
            fail_msg("'%s' is %lld, expected %lld", rows[i].text, (long long)ms,
                     (long long)rows[i].ms);
    }
}

static void headers_are_found_in_any_case_and_whole(void **state)
{
    const struct assay_header headers[] = {
        {ASSAY_STR("Content-Type"), ASSAY_STR(" text/html ")},
        {ASSAY_STR("x"), ASSAY_STR("1")},
    };
    const struct assay_reply_head head = {200, headers, 2};

    assert_true(
        assay_str_is(assay_header_find(&head, "content-type"), "text/html"));
    assert_int_equal(assay_header_find(&head, "content").len, 0);
    assert_int_equal(assay_header_find(&head, "content-typeX").len, 0);
    assert_true(assay_str_is(assay_header_find(&head, "X"), "1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_is_read_up_to_an_hour),
        cmocka_unit_test(milliseconds_are_preferred_unless_they_are_nonsense),
        cmocka_unit_test(resets_are_durations_times_or_seconds),
        cmocka_unit_test(headers_are_found_in_any_case_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
