/*
 * Characters and sets of them: escapes, "[…]", \d \w \s, \p{…}. Sets are
 * written out as ranges, so that nothing hangs on what PCRE2 calls a digit.
 *
 * JavaScript: ECMA-262 2024, 22.2.1 with annex B.1.2. Python: the library
 * reference of re, 3.10, and str.isspace.
 */
#include "trial/pattern_parts.h"

#include <stdio.h>
#include <string.h>

struct range {
    uint32_t low, high;
};

static const struct range digits[] = {{'0', '9'}};
static const struct range word[] = {
    {'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
/* WhiteSpace and LineTerminator, ECMA-262 12.2 and 12.3 */
static const struct range js_space[] = {
    {0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680},
    {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
    {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct range python_space[] = {
    {0x09, 0x0d},     {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
    {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
    {0x205f, 0x205f}, {0x3000, 0x3000}};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint32_t largest(const struct assay_pattern_reader *in)
{
    return in->dialect == ASSAY_PATTERN_JAVASCRIPT ? 0xffff : 0x10ffff;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

static bool is_letter(uint32_t c)
{
    return is_alnum(c) && c > '9';
}

void assay_pattern_put(struct assay_pattern_reader *in, uint32_t c)
{
    if (is_alnum(c))
        assay_buf_add_char(&in->out, (char)c);
    else
        assay_buf_printf(&in->out, "\\x{%x}", (unsigned)c);
}

static void put_range(struct assay_pattern_reader *in, uint32_t low,
                      uint32_t high)
{
    assay_pattern_put(in, low);
    if (high > low) {
        assay_buf_add_char(&in->out, '-');
        assay_pattern_put(in, high);
    }
}

/* ------------------------------------------------------- shorthands */

static void put_ranges(struct assay_pattern_reader *in,
                       const struct range *ranges, size_t count, bool negated)
{
    uint32_t next = 0;

    for (size_t i = 0; i < count; i++) {
        if (!negated)
            put_range(in, ranges[i].low, ranges[i].high);
        else if (ranges[i].low > next)
            put_range(in, next, ranges[i].low - 1);
        next = ranges[i].high + 1;
    }
    if (negated)
        put_range(in, next, largest(in));
}

void assay_pattern_shorthand(struct assay_pattern_reader *in, char letter,
                             bool in_class)
{
    bool js = assay_pattern_is_js(in);
    bool negated = letter < 'a';

    if (!in_class)
        assay_buf_add_char(&in->out, '[');
    switch (letter) {
    case 's':
    case 'S':
        if (js)
            put_ranges(in, js_space, COUNT(js_space), negated);
        else
            put_ranges(in, python_space, COUNT(python_space), negated);
        break;
    case 'd':
    case 'D':
        if (js)
            put_ranges(in, digits, COUNT(digits), negated);
        else
            assay_buf_add_c(&in->out, negated ? "\\P{Nd}" : "\\p{Nd}");
        break;
    default:
        if (js)
            put_ranges(in, word, COUNT(word), negated);
        else /* letters, numbers, "_": PCRE2's Xwd as str.isalnum */
            assay_buf_add_c(&in->out, negated ? "\\P{Xwd}" : "\\p{Xwd}");
    }
    if (!in_class)
        assay_buf_add_char(&in->out, ']');
}

/* ------------------------------------------------------- properties */

/* Unicode's general categories, both spellings (ECMA-262 table 68). */
static const struct {
    const char *name, *short_name;
} categories[] = {
    {"Cased_Letter", "L&"},
    {"Close_Punctuation", "Pe"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
    {"digit", "Nd"},
    {"punct", "P"},
};
/* Of its binary properties (table 67) those that patterns are seen to use. */
static const char *const binary[] = {"ASCII",
                                     "ASCII_Hex_Digit",
                                     "Alphabetic",
                                     "Any",
                                     "Dash",
                                     "Diacritic",
                                     "Emoji",
                                     "Emoji_Presentation",
                                     "Extended_Pictographic",
                                     "Hex_Digit",
                                     "ID_Continue",
                                     "ID_Start",
                                     "Lowercase",
                                     "Math",
                                     "Uppercase",
                                     "White_Space"};

static const char *category_of(struct assay_str name)
{
    for (size_t i = 0; i < COUNT(categories); i++)
        if (assay_str_is(name, categories[i].name) ||
            assay_str_is(name, categories[i].short_name))
            return categories[i].short_name;
    return assay_str_is(name, "LC") ? "L&" : NULL;
}

bool assay_pattern_property(struct assay_pattern_reader *in, char letter)
{
    char text[64];
    size_t len = 0, at = in->pos - 2;
    struct assay_str name, value;

    if (assay_pattern_peek(in, 0) != '{')
        return assay_pattern_refuse(in, at, "\\p needs {…} behind it");
    for (in->pos++; assay_pattern_peek(in, 0) != '}'; in->pos++) {
        uint32_t c = assay_pattern_peek(in, 0);

        if ((!is_alnum(c) && c != '_' && c != '=') || len == sizeof text)
            return assay_pattern_refuse(in, at, "not a property of Unicode");
        text[len++] = (char)c;
    }
    in->pos++;
    name = (struct assay_str){text, len};
    assay_buf_printf(&in->out, "\\%c{", letter);
    if (assay_str_cut(name, '=', &name, &value)) {
        if (assay_str_is(name, "Script") || assay_str_is(name, "sc")) {
            assay_buf_printf(&in->out, "sc:%.*s}", ASSAY_STR_ARG(value));
            return true;
        }
        if (assay_str_is(name, "Script_Extensions") ||
            assay_str_is(name, "scx")) {
            assay_buf_printf(&in->out, "scx:%.*s}", ASSAY_STR_ARG(value));
            return true;
        }
        if (!assay_str_is(name, "General_Category") &&
            !assay_str_is(name, "gc"))
            return assay_pattern_refuse(in, at, "not a property of Unicode");
        name = value;
    }
    if (category_of(name)) {
        assay_buf_printf(&in->out, "%s}", category_of(name));
        return true;
    }
    for (size_t i = 0; i < COUNT(binary); i++)
        if (assay_str_is(name, binary[i])) {
            assay_buf_printf(&in->out, "%s}", binary[i]);
            return true;
        }
    return assay_pattern_refuse(in, at,
                                "this property of Unicode is not supported");
}

/* ---------------------------------------------------------- escapes */

static int hex_value(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

/* Exactly n hexadecimal digits. */
static bool read_hex(struct assay_pattern_reader *in, size_t n, uint32_t *c)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++) {
        int digit = hex_value(assay_pattern_peek(in, i));

        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    in->pos += n;
    *c = value;
    return true;
}

/* "{1F600}" of JavaScript's u flag. */
static bool read_braced(struct assay_pattern_reader *in, uint32_t *c)
{
    size_t start = ++in->pos;
    uint32_t value = 0;
    int digit;

    while ((digit = hex_value(assay_pattern_peek(in, 0))) >= 0) {
        value = value << 4 | (uint32_t)digit;
        if (value > 0x10ffff)
            return false;
        in->pos++;
    }
    if (in->pos == start || assay_pattern_peek(in, 0) != '}')
        return false;
    in->pos++;
    *c = value;
    return true;
}

/* Behind "\u". */
static bool read_unicode(struct assay_pattern_reader *in, uint32_t *c)
{
    uint32_t low;

    if (in->dialect == ASSAY_PATTERN_JAVASCRIPT_U &&
        assay_pattern_peek(in, 0) == '{')
        return read_braced(in, c);
    if (!read_hex(in, 4, c))
        return false;
    if (in->dialect != ASSAY_PATTERN_JAVASCRIPT_U || *c < 0xd800 || *c > 0xdbff)
        return true;
    size_t back = in->pos;
    if (assay_pattern_peek(in, 0) == '\\' && assay_pattern_peek(in, 1) == 'u') {
        in->pos += 2;
        if (read_hex(in, 4, &low) && low >= 0xdc00 && low <= 0xdfff) {
            *c = 0x10000 + ((*c & 0x3ff) << 10) + (low & 0x3ff);
            return true;
        }
        in->pos = back;
    }
    return true;
}

/* Old octal: up to three digits, no more than 0377. */
static uint32_t read_octal(struct assay_pattern_reader *in)
{
    uint32_t value = 0;

    for (int i = 0; i < 3; i++) {
        uint32_t c = assay_pattern_peek(in, 0);
        if (c < '0' || c > '7' || value * 8 + (c - '0') > 0377)
            break;
        value = value * 8 + (c - '0');
        in->pos++;
    }
    return value;
}

static bool refuse_letter(struct assay_pattern_reader *in, uint32_t letter)
{
    char what[120];
    size_t at = in->pos - 2;

    if (!assay_pattern_is_js(in))
        return assay_pattern_refuse(in, at, "Python has no such escape");
    if ((letter | 0x20) == 'p')
        return assay_pattern_refuse(
            in, at,
            "\\p works with the u flag only, which is not set here; without "
            "it JavaScript takes it as the letter p");
    snprintf(what, sizeof what,
             "JavaScript takes \\%c as the letter %c; write it without \\, "
             "or ^ and $ for the ends",
             (char)letter, (char)letter);
    return assay_pattern_refuse(in, at, what);
}

static bool short_of_hex(struct assay_pattern_reader *in, size_t at)
{
    return assay_pattern_refuse(in, at, "hexadecimal digits are missing");
}

/* Letters that mean a character in both languages, or in Python alone. */
static bool control_letter(struct assay_pattern_reader *in, uint32_t letter,
                           uint32_t *c)
{
    static const char letters[] = "fnrtva";
    static const char values[] = "\f\n\r\t\v\a";
    const char *found =
        letter < 0x80 && letter ? strchr(letters, (int)letter) : NULL;

    if (!found || (*found == 'a' && assay_pattern_is_js(in)))
        return false;
    *c = (unsigned char)values[found - letters];
    return true;
}

bool assay_pattern_escape(struct assay_pattern_reader *in, bool in_class,
                          uint32_t *c)
{
    size_t at = in->pos - 1;
    uint32_t letter = assay_pattern_peek(in, 0);

    if (letter > 0x10ffff)
        return assay_pattern_refuse(in, at, "a backslash at the end");
    in->pos++;
    if (control_letter(in, letter, c))
        return true;
    if (in_class && letter == 'b') {
        *c = '\b';
        return true;
    }
    if (letter == 'x')
        return read_hex(in, 2, c) || short_of_hex(in, at);
    if (letter == 'u')
        return read_unicode(in, c) || short_of_hex(in, at);
    if (letter == 'U' && !assay_pattern_is_js(in))
        return (read_hex(in, 8, c) && *c <= 0x10ffff) || short_of_hex(in, at);
    if (letter == 'c' && assay_pattern_is_js(in)) {
        if (!is_letter(assay_pattern_peek(in, 0)))
            return assay_pattern_refuse(in, at, "\\c needs a letter behind it");
        *c = in->at[in->pos++] & 31;
        return true;
    }
    if (letter >= '0' && letter <= '9') {
        uint32_t next = assay_pattern_peek(in, 0);

        if (in->dialect == ASSAY_PATTERN_JAVASCRIPT_U &&
            (letter != '0' || (next >= '0' && next <= '9')))
            return assay_pattern_refuse(in, at,
                                        "no such group, nor an octal number "
                                        "with the u flag");
        if (letter >= '8')
            *c = letter;
        else {
            in->pos--;
            *c = read_octal(in);
        }
        return true;
    }
    if (is_letter(letter))
        return refuse_letter(in, letter);
    if (letter >= 0x80 && in->dialect == ASSAY_PATTERN_JAVASCRIPT_U)
        return assay_pattern_refuse(in, at, "no \\ before this character");
    *c = letter;
    return true;
}

/* ---------------------------------------------------------- classes */

/* "[:alpha:]" inside a class. */
static bool is_posix_name(const struct assay_pattern_reader *in)
{
    size_t n = 1;

    if (assay_pattern_peek(in, 0) != ':')
        return false;
    n += assay_pattern_peek(in, n) == '^';
    while (is_letter(assay_pattern_peek(in, n)))
        n++;
    return assay_pattern_peek(in, n) == ':' &&
           assay_pattern_peek(in, n + 1) == ']';
}

/*
 * One item: a character to *c, or a set, which is written at once (*set).
 */
static bool class_item(struct assay_pattern_reader *in, uint32_t *c, bool *set)
{
    uint32_t first = in->at[in->pos++];

    *set = false;
    *c = first;
    if (first == '[' && is_posix_name(in))
        return assay_pattern_refuse(
            in, in->pos - 1,
            "[:name:] is POSIX; here it would be single characters");
    if (first != '\\')
        return true;
    uint32_t letter = assay_pattern_peek(in, 0);
    if (letter < 0x80 && letter && strchr("dDwWsS", (int)letter)) {
        in->pos++;
        *set = true;
        assay_pattern_shorthand(in, (char)letter, true);
        return true;
    }
    if (in->dialect == ASSAY_PATTERN_JAVASCRIPT_U && (letter | 0x20) == 'p') {
        in->pos++;
        *set = true;
        return assay_pattern_property(in, (char)letter);
    }
    return assay_pattern_escape(in, true, c);
}

/* An item, or two with "-" between them. */
static bool class_range(struct assay_pattern_reader *in)
{
    size_t at = in->pos;
    uint32_t low, high;
    bool low_set, high_set;

    if (!class_item(in, &low, &low_set))
        return false;
    if (assay_pattern_peek(in, 0) != '-' || assay_pattern_peek(in, 1) == ']' ||
        assay_pattern_peek(in, 1) > 0x10ffff) {
        if (!low_set)
            assay_pattern_put(in, low);
        return true;
    }
    in->pos++;
    if (!class_item(in, &high, &high_set))
        return false;
    if (low_set || high_set) {
        if (in->dialect != ASSAY_PATTERN_JAVASCRIPT)
            return assay_pattern_refuse(in, at, "a range with a set at an end");
        if (!low_set)
            assay_pattern_put(in, low);
        if (!high_set)
            assay_pattern_put(in, high);
        assay_pattern_put(in, '-');
        return true;
    }
    if (low > high)
        return assay_pattern_refuse(in, at, "a range that runs backwards");
    put_range(in, low, high);
    return true;
}

bool assay_pattern_class(struct assay_pattern_reader *in)
{
    size_t at = in->pos - 1;
    bool negated = assay_pattern_peek(in, 0) == '^';

    in->pos += negated;
    if (assay_pattern_is_js(in) && assay_pattern_peek(in, 0) == ']') {
        in->pos++; /* [] is nothing, [^] is anything */
        assay_buf_add_c(&in->out, negated ? "(?s:.)" : "(?!)");
        return true;
    }
    assay_buf_add_c(&in->out, negated ? "[^" : "[");
    if (assay_pattern_peek(in, 0) == ']') { /* Python: first, so literal */
        assay_pattern_put(in, ']');
        in->pos++;
    }
    while (assay_pattern_peek(in, 0) != ']') {
        if (in->pos == in->len)
            return assay_pattern_refuse(in, at, "this [ is never closed");
        if (!class_range(in))
            return false;
    }
    in->pos++;
    assay_buf_add_char(&in->out, ']');
    return true;
}
