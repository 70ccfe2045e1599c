/*
 * Calendar dates as sources state them: a year, a month or a day. No time
 * zones: a date is a label in the source's own text.
 */
#ifndef ASSAY_DATE_H
#define ASSAY_DATE_H

#include "assay/arena.h"
#include "assay/str.h"

#include <stdbool.h>
#include <stdint.h>

struct assay_date {
    int16_t year; /* 0: no date */
    int8_t month; /* 0: not stated */
    int8_t day;   /* 0: not stated */
};

/*
 * "2024", "2024-07", "2024-07-31", or a day with a time behind 'T' or ' '
 * (dropped). Years 1950 … 2199; the day must exist in the calendar.
 */
bool assay_date_parse(struct assay_str text, struct assay_date *date);
/* Only a full day. */
bool assay_date_parse_day(struct assay_str text, struct assay_date *date);
/* "2026-08-21", or with a time, "2026-08-21T14:30Z"; -1: no time is stated. */
bool assay_date_parse_minute(struct assay_str text, struct assay_date *day,
                             int *minute_of_day);
bool assay_date_set(struct assay_date date); /* year is not 0 */
/* Partial dates count from their first day; no date sorts first. */
int assay_date_compare(struct assay_date a, struct assay_date b);
/*
 * True when `a` may be the same day as `b` in less detail: "2024-06" agrees
 * with "2024-06-30".
 */
bool assay_date_agrees(struct assay_date a, struct assay_date b);
/* Days since 1970-01-01 of its first day; the date must be set. */
int32_t assay_date_days(struct assay_date date);
/* No date for a day outside the years 1950 … 2199. */
struct assay_date assay_date_from_days(int32_t days);
/* "2024-07-31", "2024-07", "2024" or "". */
struct assay_str assay_date_text(struct assay_arena *arena,
                                 struct assay_date date);

#endif
