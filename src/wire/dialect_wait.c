/*
 * How long providers ask to wait: headers in seconds, milliseconds, dates of
 * HTTP (RFC 9110, 5.6.7), RFC 3339, seconds since 1970 and durations as Go's
 * time.Duration prints them. Negative values and nonsense mean "unknown":
 * Azure sends -1.
 */
#include "wire/dialect_parts.h"

#include "assay/date.h"

#include <stdio.h>

enum {
    SECOND_MS = 1000,
    HOUR_MS = 3600 * SECOND_MS,
    DAY_SECONDS = 86400,
    YEAR_SECONDS = 31556952, /* of the Gregorian calendar, on average */
};
#define LONGEST_RESET_MS ((int64_t)31 * DAY_SECONDS * SECOND_MS)
#define FIRST_EPOCH INT64_C(1000000000) /* 2001: a smaller one is a wait */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

struct assay_str assay_header_find(const struct assay_reply_head *head,
                                   const char *name)
{
    struct assay_str wanted = assay_str_c(name);

    for (size_t i = 0; i < head->count; i++) {
        struct assay_str there = head->headers[i].name;
        size_t same = 0;

        while (same < wanted.len && there.len == wanted.len &&
               lower(there.at[same]) == lower(wanted.at[same]))
            same++;
        if (there.len == wanted.len && same == wanted.len)
            return assay_str_trim(head->headers[i].value);
    }
    return ASSAY_STR("");
}

/* ------------------------------------------------------- numbers */

/*
 * Takes "12" or "3.5" from the front, in thousandths; false when there is
 * none, or one of more than fifteen digits.
 */
static bool take_number(struct assay_str *text, int64_t *thousandths)
{
    enum { MOST_DIGITS = 15, PLACES = 3 };
    struct assay_str s = *text;
    int64_t value = 0;
    size_t digits = 0, places = 0;
    bool point = false;

    for (; s.len > 0; s = assay_str_skip(s, 1)) {
        if (s.at[0] == '.' && !point) {
            point = true;
            continue;
        }
        if (s.at[0] < '0' || s.at[0] > '9')
            break;
        if (!point && ++digits > MOST_DIGITS)
            return false;
        if (point && ++places > PLACES)
            continue;
        value = value * 10 + (s.at[0] - '0');
    }
    if (digits == 0)
        return false;
    for (; places < PLACES; places++)
        value *= 10;
    *thousandths = value;
    *text = s;
    return true;
}

static bool take(struct assay_str *text, const char *word)
{
    if (!assay_str_starts(*text, word))
        return false;
    *text = assay_str_skip(*text, assay_str_c(word).len);
    return true;
}

/* Microseconds of "1h2m3.5s", "12ms"; -1: it is none. */
static int64_t go_duration_us(struct assay_str text)
{
    static const struct {
        const char *unit; /* longer ones before their beginnings */
        int64_t us;
    } units[] = {
        {"ms", 1000},
        {"us", 1},
        {"\xc2\xb5s", 1},
        {"\xce\xbcs", 1},
        {"ns", 0},
        {"h", INT64_C(3600000000)},
        {"m", INT64_C(60000000)},
        {"s", 1000000},
    };
    enum { UNITS = sizeof units / sizeof units[0] };
    int64_t sum = 0, number;

    do {
        size_t i = 0;

        if (!take_number(&text, &number))
            return -1;
        while (i < UNITS && !take(&text, units[i].unit))
            i++;
        if (i == UNITS)
            return -1;
        if (units[i].us > 0 &&
            number / 1000 > LONGEST_RESET_MS * 1000 / units[i].us)
            return -1;
        /* whole units and the fraction apart, so that nothing overflows */
        sum += number / 1000 * units[i].us + number % 1000 * units[i].us / 1000;
        if (sum > LONGEST_RESET_MS * 1000)
            return -1;
    } while (text.len > 0);
    return sum;
}

/* ------------------------------------------------------- dates */

static bool take_digits(struct assay_str *text, size_t count, int *value)
{
    uint64_t number;

    if (text->len < count ||
        !assay_str_to_u64(assay_str_head(*text, count), &number))
        return false;
    *value = (int)number;
    *text = assay_str_skip(*text, count);
    return true;
}

/* "08:49:37" */
static bool take_clock(struct assay_str *text, int *seconds)
{
    int hour, minute, second;

    if (!take_digits(text, 2, &hour) || !take(text, ":") ||
        !take_digits(text, 2, &minute) || !take(text, ":") ||
        !take_digits(text, 2, &second) || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    *seconds = (hour * 60 + minute) * 60 + second;
    return true;
}

static bool take_month(struct assay_str *text, int *month)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr",
                                        "May", "Jun", "Jul", "Aug",
                                        "Sep", "Oct", "Nov", "Dec"};

    for (*month = 1; *month <= 12; ++*month)
        if (take(text, names[*month - 1]))
            return true;
    return false;
}

/* Seconds since 1970; false for a day that does not exist. */
static bool epoch_of(int year, int month, int day, int seconds, int64_t *epoch)
{
    char text[16];
    struct assay_date date;

    snprintf(text, sizeof text, "%04d-%02d-%02d", year % 10000, month % 100,
             day % 100);
    if (!assay_date_parse_day(assay_str_c(text), &date))
        return false;
    *epoch = (int64_t)assay_date_days(date) * DAY_SECONDS + seconds;
    return true;
}

/* A year of two digits is at most fifty years ahead of now. */
static int whole_year(int year, int64_t now)
{
    const int this_year = 1970 + (int)(now / YEAR_SECONDS);
    int near = this_year / 100 * 100 + year;

    return near > this_year + 50 ? near - 100 : near;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", the two old forms of it too. */
static bool http_date(struct assay_str text, int64_t now, int64_t *epoch)
{
    struct assay_str s = assay_str_skip(text, assay_str_find(text, ' '));
    int day, month, year, clock;
    bool ok;

    if (!take(&s, " "))
        return false;
    if (text.at[assay_str_find(text, ' ') - 1] != ',') { /* asctime */
        ok = take_month(&s, &month) && take(&s, " ") &&
             (take(&s, " ") ? take_digits(&s, 1, &day)
                            : take_digits(&s, 2, &day)) &&
             take(&s, " ") && take_clock(&s, &clock) && take(&s, " ") &&
             take_digits(&s, 4, &year) && s.len == 0;
    } else if (assay_str_find(s, '-') < s.len) { /* RFC 850 */
        ok = take_digits(&s, 2, &day) && take(&s, "-") &&
             take_month(&s, &month) && take(&s, "-") &&
             take_digits(&s, 2, &year) && take(&s, " ") &&
             take_clock(&s, &clock) && assay_str_is(s, " GMT");
        year = ok ? whole_year(year, now) : 0;
    } else {
        ok = take_digits(&s, 2, &day) && take(&s, " ") &&
             take_month(&s, &month) && take(&s, " ") &&
             take_digits(&s, 4, &year) && take(&s, " ") &&
             take_clock(&s, &clock) && assay_str_is(s, " GMT");
    }
    return ok && epoch_of(year, month, day, clock, epoch);
}

/* "2026-11-22T17:20:00Z", with a fraction (dropped) or an offset. */
static bool rfc3339(struct assay_str s, int64_t *epoch)
{
    int year, month, day, clock, hours, minutes;
    int64_t ignored;
    bool east;

    if (!take_digits(&s, 4, &year) || !take(&s, "-") ||
        !take_digits(&s, 2, &month) || !take(&s, "-") ||
        !take_digits(&s, 2, &day) ||
        !(take(&s, "T") || take(&s, "t") || take(&s, " ")) ||
        !take_clock(&s, &clock) || !epoch_of(year, month, day, clock, epoch))
        return false;
    if (s.len > 1 && s.at[0] == '.') {
        struct assay_str rest = assay_str_skip(s, 1);
        if (!take_number(&rest, &ignored))
            return false;
        s = rest;
    }
    if (assay_str_is(s, "Z") || assay_str_is(s, "z"))
        return true;
    east = assay_str_starts(s, "+");
    if ((!take(&s, "+") && !take(&s, "-")) || !take_digits(&s, 2, &hours) ||
        !take(&s, ":") || !take_digits(&s, 2, &minutes) || s.len > 0 ||
        hours > 23 || minutes > 59)
        return false;
    *epoch += (east ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return true;
}

/* ------------------------------------------------------- waits */

static int64_t until(int64_t epoch, int64_t now)
{
    return (epoch - now) * SECOND_MS;
}

int64_t assay_up_to_an_hour(int64_t ms)
{
    return ms >= 0 && ms <= HOUR_MS ? ms : -1;
}

int64_t assay_retry_after(const struct assay_reply_head *head, int64_t now)
{
    struct assay_str ms = assay_header_find(head, "retry-after-ms");
    struct assay_str text = assay_header_find(head, "retry-after");
    int64_t number, epoch;

    if (take_number(&ms, &number) && ms.len == 0 &&
        assay_up_to_an_hour(number / 1000) >= 0)
        return number / 1000;
    if (take_number(&text, &number))
        return text.len == 0 ? assay_up_to_an_hour(number) : -1;
    return http_date(text, now, &epoch) ? assay_up_to_an_hour(until(epoch, now))
                                        : -1;
}

static int64_t up_to_a_month(int64_t ms)
{
    return ms <= LONGEST_RESET_MS ? ms > 0 ? ms : 0 : -1;
}

int64_t assay_reset_after(struct assay_str text, int64_t now)
{
    struct assay_str rest = text = assay_str_trim(text);
    int64_t number, epoch;

    if (take_number(&rest, &number) && rest.len == 0) {
        if (number >= FIRST_EPOCH * SECOND_MS * SECOND_MS) /* OpenRouter */
            return up_to_a_month(number / SECOND_MS - now * SECOND_MS);
        if (number >= FIRST_EPOCH * SECOND_MS)
            return up_to_a_month(number - now * SECOND_MS);
        return up_to_a_month(number);
    }
    if (rfc3339(text, &epoch))
        return up_to_a_month(until(epoch, now));
    number = go_duration_us(text);
    return number < 0 ? -1 : number / 1000;
}

int64_t assay_limits_reset(const struct assay_reply_head *head, int64_t now)
{
    static const char *const limits[][2] = {
        {"x-ratelimit-remaining", "x-ratelimit-reset"},
        {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
        {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
        {"anthropic-ratelimit-requests-remaining",
         "anthropic-ratelimit-requests-reset"},
        {"anthropic-ratelimit-tokens-remaining",
         "anthropic-ratelimit-tokens-reset"},
        {"anthropic-ratelimit-input-tokens-remaining",
         "anthropic-ratelimit-input-tokens-reset"},
        {"anthropic-ratelimit-output-tokens-remaining",
         "anthropic-ratelimit-output-tokens-reset"},
    };
    int64_t longest = -1;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        int64_t reset;

        if (!assay_str_is(assay_header_find(head, limits[i][0]), "0"))
            continue;
        reset = assay_reset_after(assay_header_find(head, limits[i][1]), now);
        if (assay_up_to_an_hour(reset) > longest)
            longest = reset;
    }
    return longest;
}
