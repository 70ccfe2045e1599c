/*
 * Percent-encoding (RFC 3986), both ways.
 */
#include "assay/url.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool assay_url_decode(struct assay_arena *arena, struct assay_str text,
                      bool in_query, struct assay_str *decoded,
                      struct assay_error *err)
{
    char *to = assay_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.at[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.at[i + 2]) : -1;

            if (high < 0 || low < 0)
                return assay_fail(err, ASSAY_BAD_INPUT,
                                  "the address has a %% at character %zu "
                                  "that no two hexadecimal digits follow",
                                  i + 1);
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && in_query) {
            c = ' ';
        }
        if (c == '\0')
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "the address has a NUL at character %zu", i + 1);
        to[len++] = c;
    }
    *decoded = (struct assay_str){to, len};
    if (!assay_utf8_valid(*decoded))
        return assay_fail(err, ASSAY_BAD_INPUT, "the address is not UTF-8");
    return true;
}

/* May stand as it is in a segment and in a value of a query. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c && strchr("-._~,:=@!", c));
}

static void encode(struct assay_buf *out, struct assay_str text, char kept)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (is_plain(text.at[i]) || (kept && text.at[i] == kept)) {
            assay_buf_add_char(out, text.at[i]);
            continue;
        }
        assay_buf_add_char(out, '%');
        assay_buf_add_char(out, digits[c >> 4]);
        assay_buf_add_char(out, digits[c & 15]);
    }
}

void assay_url_encode(struct assay_buf *out, struct assay_str text)
{
    encode(out, text, '\0');
}

static struct assay_str encoded(struct assay_arena *arena,
                                struct assay_str text, char kept)
{
    struct assay_buf out;

    assay_buf_init(&out, 3 * text.len + 1);
    encode(&out, text, kept);
    text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

struct assay_str assay_url_encoded(struct assay_arena *arena,
                                   struct assay_str text)
{
    return encoded(arena, text, '\0');
}

struct assay_str assay_url_encoded_path(struct assay_arena *arena,
                                        struct assay_str text)
{
    return encoded(arena, text, '/');
}
