/*
 * Text from catalogs made harmless for the place it goes to: a terminal,
 * HTML, Markdown, CSV. What must not pass unseen (control characters, bidi
 * controls, invisible characters, broken UTF-8) is spelled out rather than
 * dropped, so that a hostile name looks like one.
 *
 * Terminal attacks: OSC 52 (clipboard), OSC 8, title, answerback, C1 in
 * UTF-8 form, carriage return over what was printed. Bidi and invisible
 * characters: Unicode Technical Report 36, and UAX 44 for
 * Default_Ignorable_Code_Point. CSV: RFC 4180; OWASP, CSV Injection.
 */
#include "assay/render.h"

#include "render/render_parts.h"

#include <utf8proc.h>

enum { ZERO_WIDTH_NON_JOINER = 0x200c, ZERO_WIDTH_JOINER = 0x200d };

/* The character at the start of s (not empty); -1: a byte that is none. */
static size_t next_character(struct assay_str s, utf8proc_int32_t *character)
{
    utf8proc_ssize_t most = s.len < 4 ? (utf8proc_ssize_t)s.len : 4;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s.at, most, character);

    if (n > 0)
        return (size_t)n;
    *character = -1;
    return 1;
}

/* Bytes at the start of s that are printable ASCII. */
static size_t plain_run(struct assay_str s)
{
    size_t n = 0;

    while (n < s.len && s.at[n] >= ' ' && s.at[n] <= '~')
        n++;
    return n;
}

/* "\u{1B}", or "\x{FF}" for a byte outside any character. */
static void spell_out(struct assay_buf *out, utf8proc_int32_t character,
                      char byte)
{
    if (character < 0)
        assay_buf_printf(out, "\\x{%02X}", (unsigned char)byte);
    else
        assay_buf_printf(out, "\\u{%02X}", (unsigned)character);
}

static bool hidden_on_a_terminal(utf8proc_int32_t character)
{
    const utf8proc_property_t *property = utf8proc_get_property(character);

    switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return property->ignorable;
    }
}

/* Browsers and spreadsheets show scripts that need the joiners. */
static bool hidden_in_a_page(utf8proc_int32_t character)
{
    switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    case UTF8PROC_CATEGORY_CF:
        return character != ZERO_WIDTH_NON_JOINER &&
               character != ZERO_WIDTH_JOINER;
    case UTF8PROC_CATEGORY_CN:
        return (character & 0xfffe) == 0xfffe ||
               (character >= 0xfdd0 && character <= 0xfdef);
    default:
        return false;
    }
}

/* Adds the character at the start of s as a page may show it; its bytes. */
static size_t add_page_character(struct assay_buf *out, struct assay_str s)
{
    utf8proc_int32_t character;
    size_t n = next_character(s, &character);

    if (character < 0 || hidden_in_a_page(character))
        spell_out(out, character, s.at[0]);
    else
        assay_buf_add(out, assay_str_head(s, n));
    return n;
}

void assay_tty_text(struct assay_buf *out, struct assay_str text)
{
    while (text.len > 0) {
        utf8proc_int32_t character;
        size_t n = plain_run(text);

        if (n == 0) {
            n = next_character(text, &character);
            if (character < 0 || hidden_on_a_terminal(character)) {
                spell_out(out, character, text.at[0]);
                text = assay_str_skip(text, n);
                continue;
            }
        }
        assay_buf_add(out, assay_str_head(text, n));
        text = assay_str_skip(text, n);
    }
}

/* Of "\u{1B}" and the like. */
static size_t spelled_width(utf8proc_int32_t character)
{
    size_t digits = 2;

    for (utf8proc_int32_t rest = character >> 8; rest > 0; rest >>= 4)
        digits++;
    return sizeof("\\u{}") - 1 + digits;
}

size_t assay_tty_width(struct assay_str text)
{
    size_t width = 0;

    while (text.len > 0) {
        utf8proc_int32_t character;
        size_t n = plain_run(text);

        if (n > 0) {
            width += n;
        } else {
            n = next_character(text, &character);
            if (character < 0 || hidden_on_a_terminal(character))
                width += spelled_width(character);
            else
                width += (size_t)utf8proc_charwidth(character);
        }
        text = assay_str_skip(text, n);
    }
    return width;
}

static const char *html_reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void assay_html_text(struct assay_buf *out, struct assay_str text)
{
    while (text.len > 0) {
        size_t n = 0;
        while (n < text.len && text.at[n] >= ' ' && text.at[n] <= '~' &&
               !html_reference(text.at[n]))
            n++;
        assay_buf_add(out, assay_str_head(text, n));
        text = assay_str_skip(text, n);
        if (text.len == 0)
            break;

        const char *reference = html_reference(text.at[0]);
        if (reference) {
            assay_buf_add_c(out, reference);
            text = assay_str_skip(text, 1);
        } else {
            text = assay_str_skip(text, add_page_character(out, text));
        }
    }
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A list opens with "1." or "1)", a link with "www.". */
static bool ends_www(struct assay_str s)
{
    return assay_str_ends(s, "www") || assay_str_ends(s, "WWW");
}

/*
 * Whether the Markdown punctuation at text.at[i] needs a backslash, by
 * CommonMark 0.30 and GitHub's extensions (tables, strikethrough, autolinks,
 * formulas between dollars). `start` is where the line starts.
 */
static bool markdown_special(struct assay_str text, size_t i, size_t start)
{
    char before = i > start ? text.at[i - 1] : ' ';
    char after = i + 1 < text.len ? text.at[i + 1] : ' ';
    size_t digits = start;

    switch (text.at[i]) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '|':
    case '~':
        return true;
    case '_':
        return !is_word(before) || !is_word(after);
    case '$':
        return !is_digit(after);
    case ':':
        return after == '/' || i == start;
    case '#':
    case '+':
    case '-':
    case '=':
        return i == start;
    case '.':
    case ')':
        while (digits < i && is_digit(text.at[digits]))
            digits++;
        return (digits == i && i > start && !is_word(after)) ||
               ends_www(assay_str_head(text, i));
    default:
        return false;
    }
}

void assay_markdown_text(struct assay_buf *out, struct assay_str text)
{
    size_t start = 0, i = 0;

    while (start < text.len && is_space(text.at[start]))
        start++;
    for (i = start; i < text.len;) {
        size_t n = i;

        while (n < text.len && is_space(text.at[n]))
            n++;
        if (n > i) {
            if (n < text.len)
                assay_buf_add_char(out, ' ');
            i = n;
            continue;
        }
        char c = text.at[i];
        if (c == '&' || c == '<' || c == '>') {
            assay_buf_add_c(out, html_reference(c));
            i++;
        } else if (c >= ' ' && c <= '~') {
            if (markdown_special(text, i, start))
                assay_buf_add_char(out, '\\');
            assay_buf_add_char(out, c);
            i++;
        } else {
            i += add_page_character(out, assay_str_skip(text, i));
        }
    }
}

/* Digits with commas between, an optional sign, fraction, exponent, "%". */
static bool is_number(struct assay_str s)
{
    size_t i = s.len > 0 && (s.at[0] == '-' || s.at[0] == '+');
    size_t first = i;

    while (i < s.len && (is_digit(s.at[i]) || (s.at[i] == ',' && i > first)))
        i++;
    if (i == first)
        return false;
    if (i + 1 < s.len && s.at[i] == '.' && is_digit(s.at[i + 1]))
        for (i++; i < s.len && is_digit(s.at[i]);)
            i++;
    if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
        i += 1 + (i + 1 < s.len && (s.at[i + 1] == '-' || s.at[i + 1] == '+'));
        if (i >= s.len || !is_digit(s.at[i]))
            return false;
        while (i < s.len && is_digit(s.at[i]))
            i++;
    }
    return i == s.len || (i + 1 == s.len && s.at[i] == '%');
}

/* True when a spreadsheet would take the text for a formula. */
static bool looks_like_formula(struct assay_str s)
{
    static const char *const full_width[] = {"＝", "＋", "－", "＠"};

    if (is_number(s))
        return false;
    while (s.len > 0 && s.at[0] == ' ')
        s = assay_str_skip(s, 1);
    if (s.len > 0 && s.at[0] &&
        assay_str_contains(ASSAY_STR("=+-@\t\r\n"), (char[]){s.at[0], '\0'}))
        return true;
    for (size_t i = 0; i < sizeof(full_width) / sizeof(full_width[0]); i++)
        if (assay_str_starts(s, full_width[i]))
            return true;
    return false;
}

static bool needs_quotes(struct assay_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == ',' || s.at[i] == '"' || s.at[i] == '\n')
            return true;
    return s.len > 0 && (s.at[0] == ' ' || s.at[s.len - 1] == ' ');
}

void assay_csv_field(struct assay_buf *out, struct assay_str text)
{
    bool quoted = needs_quotes(text);

    if (quoted)
        assay_buf_add_char(out, '"');
    if (looks_like_formula(text))
        assay_buf_add_char(out, '\'');
    while (text.len > 0) {
        size_t n = 1;

        if (text.at[0] == '"')
            assay_buf_add_c(out, "\"\"");
        else if (text.at[0] == '\n' || text.at[0] == '\t')
            assay_buf_add_char(out, text.at[0]);
        else
            n = add_page_character(out, text);
        text = assay_str_skip(text, n);
    }
    if (quoted)
        assay_buf_add_char(out, '"');
}

bool assay_url_is_web(struct assay_str url)
{
    struct assay_str rest;
    size_t authority = 0;

    if (assay_str_starts(url, "https://"))
        rest = assay_str_skip(url, 8);
    else if (assay_str_starts(url, "http://"))
        rest = assay_str_skip(url, 7);
    else
        return false;
    while (authority < rest.len && rest.at[authority] != '/' &&
           rest.at[authority] != '?' && rest.at[authority] != '#') {
        /* browsers read "\" as "/": what follows "@" would be the host */
        if (rest.at[authority] == '@' || rest.at[authority] == '\\')
            return false;
        authority++;
    }
    if (authority == 0)
        return false;
    while (rest.len > 0) {
        utf8proc_int32_t character;
        size_t n = next_character(rest, &character);

        if (character < 0 || hidden_on_a_terminal(character) ||
            utf8proc_category(character) == UTF8PROC_CATEGORY_ZS)
            return false;
        rest = assay_str_skip(rest, n);
    }
    return true;
}
