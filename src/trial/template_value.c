/*
 * What values are in a template: as text, as a number, as true or false, and
 * what is equal. Two languages: JavaScript (ECMAScript 2024, 6.1.6.1.20
 * Number::toString, 7.1.4 ToNumber, 7.2.14 IsLooselyEqual) and Python 3.
 */
#include "trial/template_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_DIGITS = 15, MAX_DEPTH = 64 };

static bool is_jinja(enum assay_template_rules rules)
{
    return rules == ASSAY_TEMPLATE_JINJA;
}

/* ---- Numbers ---- */

static double number_of(struct assay_str text)
{
    char digits[400];

    if (text.len >= sizeof digits)
        text.len = sizeof digits - 1;
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    return strtod(digits, NULL);
}

/* The shortest digits that read back as the same number, and their power. */
static int shortest_digits(double number, char *digits, size_t room)
{
    char text[40];

    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, number);
        if (strtod(text, NULL) == number)
            break;
    }
    char *exponent = strchr(text, 'e');
    size_t len = 0;
    for (const char *at = text; at < exponent && len + 1 < room; at++)
        if (*at != '.')
            digits[len++] = *at;
    while (len > 1 && digits[len - 1] == '0')
        len--;
    digits[len] = '\0';
    return (int)strtol(exponent + 1, NULL, 10);
}

static void write_double(enum assay_template_rules rules, struct assay_buf *out,
                         double number)
{
    /* JavaScript turns to powers of ten at 1e21, Python at 1e16 */
    int most = is_jinja(rules) ? 16 : 21, least = is_jinja(rules) ? -4 : -6;
    char digits[32];

    if (number == 0) {
        assay_buf_add_c(out, is_jinja(rules) ? "0.0" : "0");
        return;
    }
    if (number < 0)
        assay_buf_add_char(out, '-');
    int power = shortest_digits(fabs(number), digits, sizeof digits);
    int count = (int)strlen(digits);
    if (power < least || power >= most) {
        assay_buf_add_char(out, digits[0]);
        if (count > 1)
            assay_buf_printf(out, ".%s", digits + 1);
        assay_buf_printf(out, is_jinja(rules) ? "e%c%02d" : "e%c%d",
                         power < 0 ? '-' : '+', abs(power));
        return;
    }
    if (power < 0) {
        assay_buf_add_c(out, "0.");
        assay_buf_fill(out, '0', (size_t)(-power - 1));
        assay_buf_add_c(out, digits);
        return;
    }
    for (int i = 0; i <= power; i++)
        assay_buf_add_char(out, i < count ? digits[i] : '0');
    if (count > power + 1)
        assay_buf_printf(out, ".%s", digits + power + 1);
    else if (is_jinja(rules))
        assay_buf_add_c(out, ".0");
}

/* -12345: written as it stands, in either language. */
static bool is_plain_whole(struct assay_str text)
{
    size_t sign = text.len > 0 && text.at[0] == '-';

    if (text.len - sign == 0 || text.len - sign > PLAIN_DIGITS ||
        assay_str_is(text, "-0"))
        return false;
    for (size_t i = sign; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return true;
}

static bool is_whole(struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(".eE", text.at[i]))
            return false;
    return true;
}

static void write_number(enum assay_template_rules rules, struct assay_buf *out,
                         struct assay_str text)
{
    double number;

    if (is_plain_whole(text) || (is_jinja(rules) && is_whole(text))) {
        assay_buf_add(out, text);
        return;
    }
    number = number_of(text);
    if (isfinite(number))
        write_double(rules, out, number);
    else
        assay_buf_add_c(out, is_jinja(rules) ? "inf" : "Infinity");
}

struct assay_json *assay_value_from_number(enum assay_template_rules rules,
                                           struct assay_arena *arena,
                                           double number)
{
    struct assay_buf out;

    assay_buf_init(&out, 400);
    if (rules == ASSAY_TEMPLATE_JINJA && number == floor(number) &&
        fabs(number) < 1e15)
        assay_buf_printf(&out, "%.0f", number);
    else
        write_double(rules, &out, isfinite(number) ? number : 0);
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return assay_json_number(arena, text);
}

/* ---- Truth, length, equality ---- */

bool assay_value_is_true(enum assay_template_rules rules,
                         const struct assay_json *value)
{
    if (!value)
        return false;
    switch (value->type) {
    case ASSAY_JSON_NULL:
    case ASSAY_JSON_FALSE:
        return false;
    case ASSAY_JSON_NUMBER:
        return number_of(value->text) != 0;
    case ASSAY_JSON_STRING:
        return value->text.len > 0;
    case ASSAY_JSON_ARRAY:
    case ASSAY_JSON_OBJECT:
        return !is_jinja(rules) || value->count > 0;
    default:
        return true;
    }
}

size_t assay_value_length(enum assay_template_rules rules,
                          struct assay_str text)
{
    size_t length = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        length += (c & 0xc0) != 0x80;
        length += !is_jinja(rules) && c >= 0xf0;
    }
    return length;
}

bool assay_value_number(enum assay_template_rules rules,
                        const struct assay_json *value, double *number)
{
    char digits[64], *end;

    *number = 0;
    if (!value)
        return false;
    switch (value->type) {
    case ASSAY_JSON_NULL:
    case ASSAY_JSON_FALSE:
        return !is_jinja(rules) || value->type == ASSAY_JSON_FALSE;
    case ASSAY_JSON_TRUE:
        *number = 1;
        return true;
    case ASSAY_JSON_NUMBER:
        *number = number_of(value->text);
        return isfinite(*number);
    case ASSAY_JSON_STRING: {
        struct assay_str text = assay_str_trim(value->text);
        if (is_jinja(rules) || text.len >= sizeof digits)
            return false;
        if (text.len == 0)
            return true;
        memcpy(digits, text.at, text.len);
        digits[text.len] = '\0';
        if (strspn(digits, "+-.0123456789eE") != text.len)
            return false;
        *number = strtod(digits, &end);
        return *end == '\0' && isfinite(*number);
    }
    default:
        return false;
    }
}

bool assay_value_equal(enum assay_template_rules rules,
                       const struct assay_json *a, const struct assay_json *b)
{
    double x, y;
    bool a_none = !a || a->type == ASSAY_JSON_NULL;
    bool b_none = !b || b->type == ASSAY_JSON_NULL;

    if (a_none || b_none)
        return a_none && b_none;
    if (a->type == ASSAY_JSON_STRING && b->type == ASSAY_JSON_STRING)
        return assay_str_equal(a->text, b->text);
    if (a->type >= ASSAY_JSON_ARRAY || b->type >= ASSAY_JSON_ARRAY)
        /* JavaScript compares which object it is */
        return is_jinja(rules) ? assay_json_equal(a, b) : a == b;
    return assay_value_number(rules, a, &x) &&
           assay_value_number(rules, b, &y) && x == y;
}

/* ---- Text ---- */

/* repr() of Python. */
static void write_python_text(struct assay_buf *out, struct assay_str text)
{
    char quote = assay_str_find(text, '\'') < text.len &&
                         assay_str_find(text, '"') == text.len
                     ? '"'
                     : '\'';

    assay_buf_add_char(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == quote || c == '\\')
            assay_buf_printf(out, "\\%c", c);
        else if (c == '\n')
            assay_buf_add_c(out, "\\n");
        else if (c == '\r')
            assay_buf_add_c(out, "\\r");
        else if (c == '\t')
            assay_buf_add_c(out, "\\t");
        else if ((unsigned char)c < 0x20 || c == 0x7f)
            assay_buf_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
        else
            assay_buf_add_char(out, c);
    }
    assay_buf_add_char(out, quote);
}

static void write_nested(enum assay_template_rules rules, struct assay_buf *out,
                         const struct assay_json *value, unsigned depth);

/* [1, 'a'] and {'k': 1} of Python; "1,a" and "[object Object]" of JS. */
static void write_container(enum assay_template_rules rules,
                            struct assay_buf *out,
                            const struct assay_json *value, unsigned depth)
{
    bool map = value->type == ASSAY_JSON_OBJECT;

    if (!is_jinja(rules) && map) {
        assay_buf_add_c(out, "[object Object]");
        return;
    }
    if (is_jinja(rules))
        assay_buf_add_char(out, map ? '{' : '[');
    for (const struct assay_json *m = value->first; m; m = m->next) {
        if (m != value->first)
            assay_buf_add_c(out, is_jinja(rules) ? ", " : ",");
        if (map) {
            write_python_text(out, m->key);
            assay_buf_add_c(out, ": ");
        }
        write_nested(rules, out, m, depth + 1);
    }
    if (is_jinja(rules))
        assay_buf_add_char(out, map ? '}' : ']');
}

static void write_nested(enum assay_template_rules rules, struct assay_buf *out,
                         const struct assay_json *value, unsigned depth)
{
    bool jinja = is_jinja(rules);

    switch (value->type) {
    case ASSAY_JSON_NULL:
        assay_buf_add_c(out, jinja ? "None" : "");
        break;
    case ASSAY_JSON_FALSE:
        assay_buf_add_c(out, jinja ? "False" : "false");
        break;
    case ASSAY_JSON_TRUE:
        assay_buf_add_c(out, jinja ? "True" : "true");
        break;
    case ASSAY_JSON_NUMBER:
        write_number(rules, out, value->text);
        break;
    case ASSAY_JSON_STRING:
        if (jinja && depth > 0)
            write_python_text(out, value->text);
        else
            assay_buf_add(out, value->text);
        break;
    case ASSAY_JSON_ARRAY:
    case ASSAY_JSON_OBJECT:
        /* documents are at most 64 deep; a template can nest lists more */
        if (depth <= MAX_DEPTH)
            write_container(rules, out, value, depth);
        break;
    }
}

void assay_value_write(enum assay_template_rules rules, struct assay_buf *out,
                       const struct assay_json *value)
{
    if (value)
        write_nested(rules, out, value, 0);
}

struct assay_str assay_value_text(enum assay_template_rules rules,
                                  struct assay_arena *arena,
                                  const struct assay_json *value)
{
    struct assay_buf out;

    if (value && value->type == ASSAY_JSON_STRING)
        return value->text;
    assay_buf_init(&out, (size_t)16 << 20);
    assay_value_write(rules, &out, value);
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}
