/*
 * Formats of texts and numbers: those of JSON Schema that have a plain
 * grammar, and the few of OpenAPI that ajv-formats 3 knows. All others are
 * refused when a schema is read.
 */
#include "trial/schema_check.h"

#include "trial/schema_number.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* -------------------------------------------- dates (RFC 3339) */

/* Exactly n digits off the front, -1 when they are not there. */
static int take_digits(struct assay_str *s, size_t n)
{
    int value = 0;

    if (s->len < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s->at[i]))
            return -1;
        value = value * 10 + (s->at[i] - '0');
    }
    *s = assay_str_skip(*s, n);
    return value;
}

static bool take(struct assay_str *s, char c)
{
    if (s->len == 0 || s->at[0] != c)
        return false;
    *s = assay_str_skip(*s, 1);
    return true;
}

static bool take_date(struct assay_str *s)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = take_digits(s, 4);
    int month = take(s, '-') ? take_digits(s, 2) : -1;
    int day = take(s, '-') ? take_digits(s, 2) : -1;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] && (month != 2 || day <= 28 || leap);
}

static bool take_time(struct assay_str *s)
{
    int hour = take_digits(s, 2);
    int minute = take(s, ':') ? take_digits(s, 2) : -1;
    int second = take(s, ':') ? take_digits(s, 2) : -1;
    int ahead = 0;

    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return false;
    if (take(s, '.')) {
        if (s->len == 0 || !is_digit(s->at[0]))
            return false;
        while (s->len > 0 && is_digit(s->at[0]))
            *s = assay_str_skip(*s, 1);
    }
    if (!take(s, 'Z') && !take(s, 'z')) {
        int sign = take(s, '-') ? -1 : take(s, '+') ? 1 : 0;
        int hours = sign ? take_digits(s, 2) : -1;
        int minutes = take(s, ':') ? take_digits(s, 2) : -1;

        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
            return false;
        ahead = sign * (hours * 60 + minutes);
    }
    /* a leap second ends a day of UTC */
    int utc = (hour * 60 + minute - ahead + 2 * 1440) % 1440;
    return second < 60 || utc == 1439;
}

static bool is_date(struct assay_str s)
{
    return take_date(&s) && s.len == 0;
}

static bool is_time(struct assay_str s)
{
    return take_time(&s) && s.len == 0;
}

static bool is_date_time(struct assay_str s)
{
    return take_date(&s) && (take(&s, 'T') || take(&s, 't')) && take_time(&s) &&
           s.len == 0;
}

/* Numbers with units in this order, one at least; "" is none. */
static bool take_units(struct assay_str *s, const char *units)
{
    bool any = false;

    while (*units && s->len > 0 && is_digit(s->at[0])) {
        while (s->len > 0 && is_digit(s->at[0]))
            *s = assay_str_skip(*s, 1);
        const char *unit =
            s->len > 0 && s->at[0] ? strchr(units, s->at[0]) : NULL;
        if (!unit)
            return false;
        units = unit + 1;
        *s = assay_str_skip(*s, 1);
        any = true;
    }
    return any;
}

/* RFC 3339, appendix A: P3D, P1Y2M, PT0.5S is none, P4W */
static bool is_duration(struct assay_str s)
{
    if (!take(&s, 'P'))
        return false;
    struct assay_str weeks = s;
    if (take_units(&weeks, "W"))
        return weeks.len == 0;
    bool date = take_units(&s, "YMD");
    if (take(&s, 'T'))
        return take_units(&s, "HMS") && s.len == 0;
    return date && s.len == 0;
}

/* ------------------------------------------ names of machines */

static bool is_hostname(struct assay_str s)
{
    if (s.len == 0 || s.len > 253)
        return false;
    for (bool more = true; more;) {
        struct assay_str label = s;

        more = assay_str_cut(s, '.', &label, &s);
        if (label.len == 0 || label.len > 63 || label.at[0] == '-' ||
            label.at[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!is_alpha(label.at[i]) && !is_digit(label.at[i]) &&
                label.at[i] != '-')
                return false;
    }
    return true;
}

static bool is_ipv4(struct assay_str s)
{
    for (int part = 0; part < 4; part++) {
        uint64_t value;
        struct assay_str digits = assay_str_head(s, assay_str_find(s, '.'));

        if (digits.len == 0 || digits.len > 3 ||
            (digits.len > 1 && digits.at[0] == '0') ||
            !assay_str_to_u64(digits, &value) || value > 255)
            return false;
        s = assay_str_skip(s, digits.len);
        if (part < 3 && !take(&s, '.'))
            return false;
    }
    return s.len == 0;
}

/* RFC 4291, 2.2; no zone. */
static bool is_ipv6(struct assay_str s)
{
    int groups = 0;
    bool gap = false;

    if (assay_str_starts(s, ":") && !assay_str_starts(s, "::"))
        return false;
    while (s.len > 0 && groups < 8) {
        struct assay_str group = assay_str_head(s, assay_str_find(s, ':'));

        if (group.len == 0) { /* "::" */
            if (gap || !assay_str_starts(s, groups == 0 ? "::" : ":"))
                return false;
            gap = true;
            s = assay_str_skip(s, groups == 0 ? 2 : 1);
            continue;
        }
        if (group.len == s.len && assay_str_contains(group, "."))
            return is_ipv4(group) && (gap ? groups <= 5 : groups == 6);
        if (group.len > 4)
            return false;
        for (size_t i = 0; i < group.len; i++)
            if (!is_hex(group.at[i]))
                return false;
        groups++;
        s = assay_str_skip(s, group.len);
        if (s.len > 0) {
            s = assay_str_skip(s, 1);
            if (s.len == 0)
                return false; /* ends in one ':' */
        }
    }
    return s.len == 0 && (gap ? groups < 8 : groups == 8);
}

/* RFC 5321's Mailbox: a dot-atom or a quoted text, at a host or address. */
static bool is_local_part(struct assay_str s)
{
    if (s.len == 0 || s.at[0] == '.' || s.at[s.len - 1] == '.' ||
        assay_str_contains(s, ".."))
        return false;
    if (s.len > 2 && s.at[0] == '"' && s.at[s.len - 1] == '"') {
        for (size_t i = 1; i + 1 < s.len; i++) {
            if (s.at[i] == '\\')
                i++;
            else if (s.at[i] == '"' || (unsigned char)s.at[i] < 0x20)
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == 0 || (!is_alpha(s.at[i]) && !is_digit(s.at[i]) &&
                             !strchr("!#$%&'*+-/=?^_`{|}~.", s.at[i])))
            return false;
    return true;
}

static bool is_email(struct assay_str s)
{
    struct assay_str local, domain;

    if (!assay_str_cut_last(s, '@', &local, &domain) || !is_local_part(local))
        return false;
    if (assay_str_starts(domain, "[") && assay_str_ends(domain, "]")) {
        domain = assay_str_skip(assay_str_head(domain, domain.len - 1), 1);
        if (assay_str_starts(domain, "IPv6:"))
            return is_ipv6(assay_str_skip(domain, 5));
        return is_ipv4(domain);
    }
    return is_hostname(domain);
}

/* ------------------------------------------------------- others */

static bool is_uri(struct assay_str s)
{
    return assay_uri_is_valid(s, false);
}

static bool is_uri_reference(struct assay_str s)
{
    return assay_uri_is_valid(s, true);
}

static bool is_uuid(struct assay_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.at[i] != '-' : !is_hex(s.at[i]))
            return false;
    }
    return s.len == 36;
}

/* RFC 6901 */
static bool is_json_pointer(struct assay_str s)
{
    if (s.len > 0 && s.at[0] != '/')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '~' &&
            (i + 1 == s.len || (s.at[i + 1] != '0' && s.at[i + 1] != '1')))
            return false;
    return true;
}

static bool is_relative_pointer(struct assay_str s)
{
    size_t n = 0;

    while (n < s.len && is_digit(s.at[n]))
        n++;
    if (n == 0 || (n > 1 && s.at[0] == '0'))
        return false;
    s = assay_str_skip(s, n);
    return assay_str_is(s, "#") || is_json_pointer(s);
}

static bool is_regex(struct assay_str s)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    bool ok = assay_pattern_new(&arena, ASSAY_PATTERN_JAVASCRIPT_U, s, &err);

    assay_arena_free(&arena);
    return ok;
}

/* base64, as ajv-formats has "byte" */
static bool is_base64(struct assay_str s)
{
    size_t end = s.len;

    while (end > 0 && s.len - end < 2 && s.at[end - 1] == '=')
        end--;
    for (size_t i = 0; i < end; i++)
        if (!is_alpha(s.at[i]) && !is_digit(s.at[i]) && s.at[i] != '+' &&
            s.at[i] != '/')
            return false;
    return s.len % 4 == 0;
}

static bool is_between(struct assay_str s, struct assay_str low,
                       struct assay_str high)
{
    return assay_number_is_whole(s) && assay_number_compare(s, low) >= 0 &&
           assay_number_compare(s, high) <= 0;
}

static bool is_int32(struct assay_str s)
{
    return is_between(s, ASSAY_STR("-2147483648"), ASSAY_STR("2147483647"));
}

static bool is_int64(struct assay_str s)
{
    return is_between(s, ASSAY_STR("-9223372036854775808"),
                      ASSAY_STR("9223372036854775807"));
}

static const struct assay_schema_format formats[] = {
    {"date", is_date, NULL},
    {"time", is_time, NULL},
    {"date-time", is_date_time, NULL},
    {"duration", is_duration, NULL},
    {"email", is_email, NULL},
    {"hostname", is_hostname, NULL},
    {"ipv4", is_ipv4, NULL},
    {"ipv6", is_ipv6, NULL},
    {"uri", is_uri, NULL},
    {"uri-reference", is_uri_reference, NULL},
    {"uuid", is_uuid, NULL},
    {"json-pointer", is_json_pointer, NULL},
    {"relative-json-pointer", is_relative_pointer, NULL},
    {"regex", is_regex, NULL},
    {"byte", is_base64, NULL},
    {"password", NULL, NULL},
    {"binary", NULL, NULL},
    {"int32", NULL, is_int32},
    {"int64", NULL, is_int64},
    {"float", NULL, NULL},
    {"double", NULL, NULL},
};

const struct assay_schema_format *assay_schema_format_of(struct assay_str name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (assay_str_is(name, formats[i].name))
            return &formats[i];
    return NULL;
}
