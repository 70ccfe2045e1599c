/*
 * Errors: formats the one line and keeps it fit for a terminal and for JSON,
 * that is well-formed UTF-8 without control characters.
 */
#include "assay/error.h"

#include "assay/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    TEXT_BYTES = sizeof(((struct assay_error *)0)->text),
    /* So that a long "where" never pushes out what happened. */
    WHERE_BYTES = 200,
};

/*
 * A character beyond ASCII, well formed: a C1 control, or one that is not
 * seen but turns a line around or hides in it (bidi controls, zero widths
 * and separators of General Punctuation, U+FEFF).
 */
static bool is_unseen(const unsigned char *at)
{
    switch (at[0]) {
    case 0xc2:
        return at[1] < 0xa0 || at[1] == 0xad;
    case 0xd8:
        return at[1] == 0x9c;
    case 0xe2:
        return (at[1] == 0x80 && ((at[2] >= 0x8b && at[2] <= 0x8f) ||
                                  (at[2] >= 0xa8 && at[2] <= 0xae))) ||
               (at[1] == 0x81 && at[2] >= 0xa0 && at[2] <= 0xaf);
    case 0xef:
        return at[1] == 0xbb && at[2] == 0xbf;
    default:
        return false;
    }
}

/*
 * Copies as much of `from` as fits into size bytes, whole characters only,
 * with '?' for control characters, unseen ones, and bytes that are not
 * UTF-8. Returns the length without the NUL.
 */
static size_t copy_clean(char *to, size_t size, const char *from)
{
    struct assay_str rest = assay_str_c(from);
    size_t len = 0;

    while (rest.len > 0) {
        const unsigned char *at = (const unsigned char *)rest.at;
        size_t n = 1;
        bool replace = at[0] < 0x20 || at[0] == 0x7f;
        if (at[0] >= 0x80) {
            n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
            replace = !assay_utf8_valid(assay_str_head(rest, n));
            if (replace)
                n = 1;
            else
                replace = is_unseen(at);
        }
        size_t written = replace ? 1 : n;
        if (len + written >= size)
            break;
        if (replace)
            to[len] = '?';
        else
            memcpy(to + len, at, n);
        len += written;
        rest = assay_str_skip(rest, n);
    }
    to[len] = '\0';
    return len;
}

/* Drops a character that vsnprintf cut in two at the end of the buffer. */
static void drop_cut_character(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t len = size - 1;
    size_t start = len;
    while (start > 0 && len - start < 4) {
        start--;
        if (((unsigned char)text[start] & 0xc0) != 0x80)
            break;
    }
    struct assay_str last = {text + start, len - start};
    if (!assay_utf8_valid(last))
        text[start] = '\0';
}

bool assay_fail(struct assay_error *err, enum assay_code code,
                const char *format, ...)
{
    char raw[TEXT_BYTES]; /* the arguments may point into err->text */
    va_list args;

    va_start(args, format);
    int wanted = vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    if (wanted < 0)
        raw[0] = '\0';
    drop_cut_character(raw, sizeof(raw), wanted);
    copy_clean(err->text, sizeof(err->text), raw);
    err->code = code;
    return false;
}

bool assay_fail_in(struct assay_error *err, const char *format, ...)
{
    char raw[WHERE_BYTES];
    char text[TEXT_BYTES];
    va_list args;

    assert(err->code != ASSAY_OK);
    va_start(args, format);
    int wanted = vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    if (wanted < 0)
        raw[0] = '\0';
    drop_cut_character(raw, sizeof(raw), wanted);

    size_t len = copy_clean(text, sizeof(raw), raw);
    text[len++] = ':';
    text[len++] = ' ';
    copy_clean(text + len, sizeof(text) - len, err->text);
    memcpy(err->text, text, sizeof(text));
    return false;
}
