/*
 * What JavaScript does with texts and numbers, where scores hang on it:
 * String(), toLowerCase(), trim(), split(/\s+/). ECMA-262 2024.
 */
#include "trial/score_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ---------------------------------------------------- numbers */

/* The shortest digits that read back as the same double, and its exponent. */
static int shortest_digits(double x, char digits[24], int *exponent)
{
    char text[40];

    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, x);
        if (strtod(text, NULL) == x)
            break;
    }
    char *e = strchr(text, 'e');
    int n = 0;
    for (const char *c = text; c < e; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = 0;
    *exponent = (int)strtol(e + 1, NULL, 10);
    return n;
}

/* Number::toString, ECMA-262 6.1.6.1.20 */
static struct assay_str number_text(struct assay_arena *arena, double x)
{
    char digits[24];
    const char *sign = x < 0 ? "-" : "";
    int exponent, k;

    if (x == 0)
        return ASSAY_STR("0");
    if (isinf(x))
        return x < 0 ? ASSAY_STR("-Infinity") : ASSAY_STR("Infinity");
    k = shortest_digits(fabs(x), digits, &exponent);
    int n = exponent + 1;
    if (k <= n && n <= 21)
        return assay_arena_printf(arena, "%s%s%.*s", sign, digits, n - k,
                                  "000000000000000000000");
    if (n > 0 && n <= 21)
        return assay_arena_printf(arena, "%s%.*s.%s", sign, n, digits,
                                  digits + n);
    if (n > -6 && n <= 0)
        return assay_arena_printf(arena, "%s0.%.*s%s", sign, -n, "000000",
                                  digits);
    return assay_arena_printf(arena, "%s%c%s%se%+d", sign, digits[0],
                              k > 1 ? "." : "", digits + 1, n - 1);
}

bool assay_js_string(struct assay_arena *arena, const struct assay_json *value,
                     struct assay_str *text)
{
    if (!value)
        return false;
    switch (value->type) {
    case ASSAY_JSON_STRING:
        *text = value->text;
        return true;
    case ASSAY_JSON_NUMBER:
        *text = number_text(arena,
                            strtod(assay_arena_cstr(arena, value->text), NULL));
        return true;
    case ASSAY_JSON_TRUE:
        *text = ASSAY_STR("true");
        return true;
    case ASSAY_JSON_FALSE:
        *text = ASSAY_STR("false");
        return true;
    default:
        return false;
    }
}

/* ------------------------------------------------------ texts */

static size_t character(struct assay_str text, size_t at, utf8proc_int32_t *c)
{
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)text.at + at,
                         (utf8proc_ssize_t)(text.len - at), c);

    if (n > 0)
        return (size_t)n;
    *c = (unsigned char)text.at[at]; /* not UTF-8: byte by byte */
    return 1;
}

static bool is_cased(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_LU ||
           category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

/* Case_Ignorable, Unicode 3.13: what stands in a word without being one. */
static bool is_case_ignorable(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
        return true;
    default:
        return c == '\'' || c == '.' || c == ':' || c == 0xb7 || c == 0x2018 ||
               c == 0x2019 || c == 0x2024 || c == 0x2027;
    }
}

/* Sigma ends a word: cased before it, none behind it (Final_Sigma). */
static bool is_final(struct assay_str text, size_t at, size_t behind,
                     bool cased_before)
{
    utf8proc_int32_t c;

    (void)at;
    if (!cased_before)
        return false;
    while (behind < text.len) {
        behind += character(text, behind, &c);
        if (!is_case_ignorable(c))
            return !is_cased(c);
    }
    return true;
}

struct assay_str assay_js_lower(struct assay_arena *arena,
                                struct assay_str text)
{
    /* A small letter takes at most one byte more: U+0130, U+023A, U+2126. */
    char *to = ASSAY_NEW_ARRAY(arena, char, text.len + text.len / 2 + 4);
    size_t len = 0;
    bool cased = false;

    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t c;
        size_t n;

        if ((unsigned char)text.at[at] < 0x80) {
            char byte = text.at[at++];
            bool upper = byte >= 'A' && byte <= 'Z';
            if (upper || (byte >= 'a' && byte <= 'z'))
                cased = true;
            else if (!is_case_ignorable(byte))
                cased = false;
            to[len++] = upper ? (char)(byte + ('a' - 'A')) : byte;
            continue;
        }
        n = character(text, at, &c);
        if (n == 1) { /* not UTF-8 */
            to[len++] = text.at[at++];
            continue;
        }
        if (c == 0x130) { /* SpecialCasing: i and a dot above */
            memcpy(to + len, "i\xcc\x87", 3);
            len += 3;
        } else if (c == 0x3a3) {
            bool last = is_final(text, at, at + n, cased);
            len += (size_t)utf8proc_encode_char(last ? 0x3c2 : 0x3c3,
                                                (utf8proc_uint8_t *)to + len);
        } else {
            len += (size_t)utf8proc_encode_char(utf8proc_tolower(c),
                                                (utf8proc_uint8_t *)to + len);
        }
        if (!is_case_ignorable(c))
            cased = is_cased(c);
        at += n;
    }
    return (struct assay_str){to, len};
}

static bool is_space(utf8proc_int32_t c)
{
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

size_t assay_js_space(struct assay_str text)
{
    size_t at = 0;

    while (at < text.len) {
        utf8proc_int32_t c;
        size_t n = character(text, at, &c);

        if (!is_space(c) || (n == 1 && c >= 0x80))
            break;
        at += n;
    }
    return at;
}

struct assay_str assay_js_trim(struct assay_str text)
{
    text = assay_str_skip(text, assay_js_space(text));
    while (text.len > 0) {
        size_t at = text.len - 1;

        while (at > 0 && ((unsigned char)text.at[at] & 0xc0) == 0x80)
            at--;
        if (assay_js_space(assay_str_skip(text, at)) != text.len - at)
            break;
        text.len = at;
    }
    return text;
}

bool assay_js_word(struct assay_str *rest, struct assay_str *word)
{
    size_t at = 0;

    *rest = assay_str_skip(*rest, assay_js_space(*rest));
    while (at < rest->len) {
        utf8proc_int32_t c;
        size_t n = character(*rest, at, &c);

        if (is_space(c) && !(n == 1 && c >= 0x80))
            break;
        at += n;
    }
    *word = assay_str_head(*rest, at);
    *rest = assay_str_skip(*rest, at);
    return word->len > 0;
}
