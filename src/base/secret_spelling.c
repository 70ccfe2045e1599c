/*
 * Recognises a key however a server may have written it back. One pass, no
 * copy of the text or the key: each byte of the key is looked for raw or in
 * any escape, so that mixed spellings ("sk%2Dab\u0063") are found too.
 */
#include "base/secret_spelling.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ------------------------------------------------------- forms */

/*
 * The digits from `first` up to `end` of the base64 of `before` bytes and the
 * key. Digit i holds the bits from 6i on, so those of the key alone are the
 * ones wholly inside [8 before, 8 (before + key)).
 */
static struct assay_str base64_core(struct assay_str key, size_t before,
                                    char *to)
{
    size_t first = (8 * before + 5) / 6, end = 8 * (before + key.len) / 6;
    size_t len = 0;

    for (size_t i = first; i < end; i++) {
        size_t bit = 6 * i - 8 * before, byte = bit / 8;
        unsigned pair = (unsigned)(unsigned char)key.at[byte] << 8;

        if (byte + 1 < key.len)
            pair |= (unsigned char)key.at[byte + 1];
        to[len++] = base64_digits[pair >> (10 - bit % 8) & 63];
    }
    return (struct assay_str){to, len};
}

size_t assay_secret_forms_bytes(size_t key_bytes)
{
    return 3 * (key_bytes * 4 / 3 + 1);
}

void assay_secret_forms(struct assay_str key, char *to,
                        struct assay_str forms[ASSAY_SECRET_FORMS])
{
    forms[0] = key;
    for (size_t before = 0; before < 3; before++) {
        forms[1 + before] = base64_core(key, before, to);
        to += forms[1 + before].len;
    }
}

/* ------------------------------------------------------- spellings */

/* 0 … 15; 16: no hexadecimal digit. */
static unsigned hex_value(char c)
{
    if (c >= 'A' && c <= 'F')
        c = (char)(c - 'A' + 'a');
    const char *digit = memchr(hex_digits, c, 16);
    return digit ? (unsigned)(digit - hex_digits) : 16;
}

static bool is_hex_of(const char *two, unsigned char byte)
{
    return hex_value(two[0]) == byte >> 4 && hex_value(two[1]) == (byte & 15);
}

/* Bytes of the escape for this byte that the text begins with; 0: none. */
static size_t escape_of(struct assay_str text, unsigned char byte)
{
    if (text.len >= 3 && text.at[0] == '%' && is_hex_of(text.at + 1, byte))
        return 3;
    if (text.len >= 6 && memcmp(text.at, "\\u00", 4) == 0 &&
        is_hex_of(text.at + 4, byte))
        return 6;
    /* "\/" and the like; a letter behind the stroke is another character */
    if (text.len >= 2 && text.at[0] == '\\' &&
        (unsigned char)text.at[1] == byte && !memchr("bfnrtu", byte, 6))
        return 2;
    return 0;
}

/* The digit that base64url has in its place. */
static unsigned char twin(unsigned char digit)
{
    return digit == '+' ? '-' : digit == '/' ? '_' : digit;
}

static size_t spelt(struct assay_str want, bool base64, struct assay_str text)
{
    size_t at = 0;

    for (size_t i = 0; i < want.len; i++) {
        struct assay_str rest = assay_str_skip(text, at);
        unsigned char byte = (unsigned char)want.at[i];
        size_t step = escape_of(rest, byte);

        if (step == 0 && base64)
            step = escape_of(rest, twin(byte));
        if (step == 0 && rest.len &&
            ((unsigned char)rest.at[0] == byte ||
             (base64 && (unsigned char)rest.at[0] == twin(byte))))
            step = 1;
        if (step == 0)
            return 0;
        at += step;
    }
    return at;
}

static size_t spelt_in_hex(struct assay_str want, struct assay_str text)
{
    if (text.len < 2 * want.len)
        return 0;
    for (size_t i = 0; i < want.len; i++)
        if (!is_hex_of(text.at + 2 * i, (unsigned char)want.at[i]))
            return 0;
    return 2 * want.len;
}

static bool is_escape(char c)
{
    return c == '%' || c == '\\';
}

static void mark(bool begins[256], struct assay_str form, size_t at)
{
    begins[(unsigned char)form.at[at]] = true;
    begins[twin((unsigned char)form.at[at])] = true;
}

void assay_secret_begins(const struct assay_str forms[ASSAY_SECRET_FORMS],
                         struct assay_secret_begins *begins)
{
    unsigned char byte = (unsigned char)forms[0].at[0];
    char low = hex_digits[byte & 15];

    begins->first['%'] = begins->first['\\'] = true;
    begins->second['%'] = begins->second['\\'] = true;
    /* in hex, of either case; printable ASCII begins with one of 2 to 7 */
    begins->first[(unsigned char)hex_digits[byte >> 4]] = true;
    begins->second[(unsigned char)low] = true;
    if (low >= 'a')
        begins->second[(unsigned char)(low - 'a' + 'A')] = true;
    for (size_t i = 0; i < ASSAY_SECRET_FORMS; i++) {
        mark(begins->first, forms[i], 0);
        mark(begins->second, forms[i], 1);
    }
}

bool assay_secret_may_begin(const struct assay_secret_begins *begins,
                            struct assay_str text)
{
    unsigned char c = (unsigned char)text.at[0];

    return begins->first[c] &&
           (is_escape(text.at[0]) ||
            (text.len > 1 && begins->second[(unsigned char)text.at[1]]));
}

static bool may_stand_for(char c, char byte, bool base64)
{
    return c == byte || is_escape(c) ||
           (base64 && (unsigned char)c == twin((unsigned char)byte));
}

/* By its first two bytes: few texts have to be looked at further. */
static bool may_begin(struct assay_str form, bool base64, struct assay_str text)
{
    return text.len >= 2 && may_stand_for(text.at[0], form.at[0], base64) &&
           (is_escape(text.at[0]) ||
            may_stand_for(text.at[1], form.at[1], base64));
}

size_t assay_secret_spelt(const struct assay_str forms[ASSAY_SECRET_FORMS],
                          struct assay_str text)
{
    size_t len = 0;

    /* as it is, even where the key itself looks like an escape */
    if (text.len >= forms[0].len && text.at[0] == forms[0].at[0] &&
        memcmp(text.at, forms[0].at, forms[0].len) == 0)
        return forms[0].len;
    if (text.len && text.at[0] == hex_digits[forms[0].at[0] >> 4])
        len = spelt_in_hex(forms[0], text);
    for (size_t i = 0; len == 0 && i < ASSAY_SECRET_FORMS; i++)
        if (may_begin(forms[i], i > 0, text))
            len = spelt(forms[i], i > 0, text);
    return len;
}
