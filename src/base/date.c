/*
 * Calendar dates. Days are counted with Howard Hinnant's algorithms
 * "days_from_civil" and "civil_from_days"
 * (howardhinnant.github.io/date_algorithms.html), Gregorian throughout.
 */
#include "assay/date.h"

#include <assert.h>

enum {
    FIRST_YEAR = 1950,
    LAST_YEAR = 2199,
    FIRST_DAY = -7305,     /* 1950-01-01 */
    LAST_DAY = 84005,      /* 2199-12-31 */
    DAYS_PER_ERA = 146097, /* 400 years */
    DAYS_TO_1970 = 719468, /* from 0000-03-01 */
};

/* Exactly two digits at s[position]; -1 when they are not there. */
static int two_digits(struct assay_str s, size_t position)
{
    uint64_t value;
    struct assay_str digits = assay_str_head(assay_str_skip(s, position), 2);
    if (digits.len != 2 || !assay_str_to_u64(digits, &value))
        return -1;
    return (int)value;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
    };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* "T12:30…" or " 12:30…": enough to know that it is a time. */
static bool is_time(struct assay_str s)
{
    int hour = two_digits(s, 1), minute = two_digits(s, 4);
    return s.len >= 6 && (s.at[0] == 'T' || s.at[0] == ' ') && s.at[3] == ':' &&
           hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59;
}

bool assay_date_parse(struct assay_str text, struct assay_date *date)
{
    int century = two_digits(text, 0), rest = two_digits(text, 2);
    int year = century * 100 + rest, month = 0, day = 0;

    if (century < 0 || rest < 0 || year < FIRST_YEAR || year > LAST_YEAR)
        return false;
    if (text.len > 4) {
        month = two_digits(text, 5);
        if (text.at[4] != '-' || month < 1 || month > 12)
            return false;
    }
    if (text.len > 7) {
        day = two_digits(text, 8);
        if (text.at[7] != '-' || day < 1 || day > days_in_month(year, month))
            return false;
    }
    if (text.len > 10 && !is_time(assay_str_skip(text, 10)))
        return false;
    *date = (struct assay_date){(int16_t)year, (int8_t)month, (int8_t)day};
    return true;
}

bool assay_date_parse_day(struct assay_str text, struct assay_date *date)
{
    struct assay_date parsed;
    if (!assay_date_parse(text, &parsed) || parsed.day == 0)
        return false;
    *date = parsed;
    return true;
}

bool assay_date_parse_minute(struct assay_str text, struct assay_date *day,
                             int *minute_of_day)
{
    struct assay_str clock = assay_str_skip(text, 11);
    uint64_t hour, minute;

    *minute_of_day = -1;
    if (!assay_date_parse_day(text, day))
        return false;
    if (text.len <= 10)
        return true;
    if (clock.len < 5 || clock.at[2] != ':' ||
        !assay_str_to_u64(assay_str_head(clock, 2), &hour) ||
        !assay_str_to_u64((struct assay_str){clock.at + 3, 2}, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *minute_of_day = (int)(hour * 60 + minute);
    return true;
}

bool assay_date_set(struct assay_date date)
{
    return date.year != 0;
}

/* Grows with the date; its first day when it names none, 0 when not set. */
static int32_t ordinal(struct assay_date date)
{
    int32_t month = date.month ? date.month : 1;
    int32_t day = date.day ? date.day : 1;
    return assay_date_set(date) ? (date.year * 16 + month) * 32 + day : 0;
}

int assay_date_compare(struct assay_date a, struct assay_date b)
{
    int32_t x = ordinal(a), y = ordinal(b);
    return (x > y) - (x < y);
}

bool assay_date_agrees(struct assay_date a, struct assay_date b)
{
    if (!assay_date_set(a) || a.year != b.year)
        return false;
    if (a.month == 0)
        return true;
    return a.month == b.month && (a.day == 0 || a.day == b.day);
}

int32_t assay_date_days(struct assay_date date)
{
    assert(assay_date_set(date));
    int32_t month = date.month ? date.month : 1;
    int32_t day = date.day ? date.day : 1;
    int32_t year = date.year - (month <= 2); /* years begin in March */
    int32_t era = (year >= 0 ? year : year - 399) / 400;
    int32_t year_of_era = year - era * 400;
    int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day;
    int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - 1 - DAYS_TO_1970;
}

struct assay_date assay_date_from_days(int32_t days)
{
    if (days < FIRST_DAY || days > LAST_DAY)
        return (struct assay_date){0};

    int32_t shifted = days + DAYS_TO_1970; /* positive: from 1950 on */
    int32_t era = shifted / DAYS_PER_ERA;
    int32_t day_of_era = shifted % DAYS_PER_ERA;
    int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int32_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t march_month = (5 * day_of_year + 2) / 153;
    int32_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
    int32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int32_t year = year_of_era + era * 400 + (month <= 2);
    return (struct assay_date){(int16_t)year, (int8_t)month, (int8_t)day};
}

struct assay_str assay_date_text(struct assay_arena *arena,
                                 struct assay_date date)
{
    if (!assay_date_set(date))
        return ASSAY_STR("");
    if (date.month == 0)
        return assay_arena_printf(arena, "%04d", date.year);
    if (date.day == 0)
        return assay_arena_printf(arena, "%04d-%02d", date.year, date.month);
    return assay_arena_printf(arena, "%04d-%02d-%02d", date.year, date.month,
                              date.day);
}
