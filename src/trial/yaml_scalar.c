/*
 * The core schema of YAML 1.2.2 (10.3.2): null, booleans, integers in base
 * 10, 8 and 16, floats; all else is text. Numbers keep their digits, so that
 * no double stands between the file and what is sent.
 */
#include "trial/yaml_scalar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(struct assay_str text, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (assay_str_is(text, words[i]))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct assay_str text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && is_digit(text.at[at + n]))
        n++;
    return n;
}

static int digit_value(char c, int base)
{
    int value = is_digit(c)            ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : base;
    return value < base ? value : -1;
}

/* 0o17 and 0x1F, as far as 64 bits go. */
static bool read_based(struct assay_arena *arena, struct assay_str text,
                       struct assay_str *json)
{
    int base = assay_str_starts(text, "0o")   ? 8
               : assay_str_starts(text, "0x") ? 16
                                              : 0;
    uint64_t value = 0;

    if (!base || text.len < 3)
        return false;
    for (size_t i = 2; i < text.len; i++) {
        int digit = digit_value(text.at[i], base);
        if (digit < 0 || value > UINT64_MAX / 16)
            return false;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *json = assay_arena_printf(arena, "%llu", (unsigned long long)value);
    return true;
}

/* The parts of [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
struct decimal {
    bool negative;
    struct assay_str whole, fraction, exponent;
};

static bool cut_decimal(struct assay_str text, struct decimal *number)
{
    size_t at = 0;

    *number = (struct decimal){0};
    if (at < text.len && (text.at[at] == '-' || text.at[at] == '+'))
        number->negative = text.at[at++] == '-';
    number->whole = (struct assay_str){text.at + at, digits_at(text, at)};
    at += number->whole.len;
    if (at < text.len && text.at[at] == '.') {
        at++;
        number->fraction =
            (struct assay_str){text.at + at, digits_at(text, at)};
        at += number->fraction.len;
    }
    if (number->whole.len + number->fraction.len == 0)
        return false;
    if (at < text.len && (text.at[at] == 'e' || text.at[at] == 'E')) {
        size_t from = ++at;
        if (at < text.len && (text.at[at] == '-' || text.at[at] == '+'))
            at++;
        size_t digits = digits_at(text, at);
        if (digits == 0)
            return false;
        at += digits;
        number->exponent = (struct assay_str){text.at + from, at - from};
    }
    return at == text.len;
}

static bool read_decimal(struct assay_arena *arena, struct assay_str text,
                         struct assay_str *json)
{
    struct decimal n;

    if (!cut_decimal(text, &n))
        return false;
    while (n.whole.len > 1 && n.whole.at[0] == '0')
        n.whole = assay_str_skip(n.whole, 1);
    *json = assay_arena_printf(
        arena, "%s%.*s%s%.*s%s%.*s", n.negative ? "-" : "",
        n.whole.len ? (int)n.whole.len : 1, n.whole.len ? n.whole.at : "0",
        n.fraction.len ? "." : "", (int)n.fraction.len,
        n.fraction.len ? n.fraction.at : "", n.exponent.len ? "e" : "",
        (int)n.exponent.len, n.exponent.len ? n.exponent.at : "");
    /* js-yaml leaves what no double can hold a text */
    return isfinite(strtod(json->at, NULL));
}

enum assay_yaml_plain assay_yaml_resolve(struct assay_arena *arena,
                                         struct assay_str text,
                                         struct assay_str *json)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    static const char *const infinite[] = {
        ".inf",  "+.inf", "-.inf", ".Inf", "+.Inf", "-.Inf", ".INF",
        "+.INF", "-.INF", ".nan",  ".NaN", ".NAN",  NULL};

    if (is_one_of(text, nulls))
        return ASSAY_YAML_NULL;
    if (is_one_of(text, trues))
        return ASSAY_YAML_TRUE;
    if (is_one_of(text, falses))
        return ASSAY_YAML_FALSE;
    if (read_based(arena, text, json) || read_decimal(arena, text, json))
        return ASSAY_YAML_NUMBER;
    return is_one_of(text, infinite) ? ASSAY_YAML_INFINITE : ASSAY_YAML_TEXT;
}

bool assay_yaml_is_date(struct assay_str text)
{
    static const char shape[] = "dddd-dd-dd";
    size_t len = sizeof shape - 1;

    if (text.len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (shape[i] == 'd' ? !is_digit(text.at[i]) : text.at[i] != '-')
            return false;
    return text.len == len || strchr("Tt \t", text.at[len]) != NULL;
}
