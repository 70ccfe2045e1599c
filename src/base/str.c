/*
 * Borrowed text: comparing, cutting, and whether it is UTF-8.
 */
#include "assay/str.h"

#include <string.h>

struct assay_str assay_str_c(const char *text)
{
    if (!text)
        return ASSAY_STR("");
    return (struct assay_str){text, strlen(text)};
}

bool assay_str_equal(struct assay_str a, struct assay_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool assay_str_is(struct assay_str a, const char *b)
{
    return assay_str_equal(a, assay_str_c(b));
}

int assay_str_compare(struct assay_str a, struct assay_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.at, b.at, common) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool assay_str_starts(struct assay_str s, const char *prefix)
{
    struct assay_str p = assay_str_c(prefix);
    return p.len <= s.len && assay_str_equal(assay_str_head(s, p.len), p);
}

bool assay_str_ends(struct assay_str s, const char *suffix)
{
    struct assay_str end = assay_str_c(suffix);
    return end.len <= s.len &&
           assay_str_equal(assay_str_skip(s, s.len - end.len), end);
}

size_t assay_str_find(struct assay_str s, char c)
{
    const char *at = s.len ? memchr(s.at, c, s.len) : NULL;
    return at ? (size_t)(at - s.at) : s.len;
}

bool assay_str_contains(struct assay_str s, const char *needle)
{
    struct assay_str want = assay_str_c(needle);
    if (want.len == 0)
        return true;
    while (s.len >= want.len) {
        s = assay_str_skip(s, assay_str_find(s, want.at[0]));
        if (assay_str_equal(assay_str_head(s, want.len), want))
            return true;
        s = assay_str_skip(s, 1);
    }
    return false;
}

struct assay_str assay_str_skip(struct assay_str s, size_t n)
{
    if (n > s.len)
        n = s.len;
    return (struct assay_str){s.at + n, s.len - n};
}

struct assay_str assay_str_head(struct assay_str s, size_t n)
{
    return (struct assay_str){s.at, n < s.len ? n : s.len};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct assay_str assay_str_trim(struct assay_str s)
{
    while (s.len > 0 && is_space(s.at[0]))
        s = assay_str_skip(s, 1);
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

static void cut_at(struct assay_str s, size_t position,
                   struct assay_str *before, struct assay_str *after)
{
    *before = assay_str_head(s, position);
    *after = assay_str_skip(s, position + 1);
}

bool assay_str_cut(struct assay_str s, char c, struct assay_str *before,
                   struct assay_str *after)
{
    size_t position = assay_str_find(s, c);
    if (position == s.len)
        return false;
    cut_at(s, position, before, after);
    return true;
}

bool assay_str_cut_last(struct assay_str s, char c, struct assay_str *before,
                        struct assay_str *after)
{
    for (size_t position = s.len; position > 0; position--) {
        if (s.at[position - 1] == c) {
            cut_at(s, position - 1, before, after);
            return true;
        }
    }
    return false;
}

bool assay_str_to_u64(struct assay_str s, uint64_t *value)
{
    uint64_t number = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        unsigned digit = (unsigned)(s.at[i] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

uint64_t assay_str_hash(struct assay_str s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++) {
        hash ^= (unsigned char)s.at[i];
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

/*
 * Bytes of the well-formed character at `at`, which starts with a byte from
 * 0x80 up; 0 when it is not well-formed. Unicode 16, table 3-7.
 */
static size_t character_bytes(const unsigned char *at, size_t left)
{
    unsigned char low = 0x80, high = 0xbf; /* range of the second byte */
    size_t n;

    if (at[0] >= 0xc2 && at[0] <= 0xdf)
        n = 2;
    else if (at[0] >= 0xe0 && at[0] <= 0xef)
        n = 3;
    else if (at[0] >= 0xf0 && at[0] <= 0xf4)
        n = 4;
    else
        return 0;
    if (n > left)
        return 0;
    if (at[0] == 0xe0)
        low = 0xa0;
    else if (at[0] == 0xed)
        high = 0x9f;
    else if (at[0] == 0xf0)
        low = 0x90;
    else if (at[0] == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

size_t assay_utf8_bad_at(struct assay_str s)
{
    const unsigned char *bytes = (const unsigned char *)s.at;
    size_t i = 0;

    while (i < s.len) {
        uint64_t eight;
        if (bytes[i] < 0x80 && s.len - i >= sizeof(eight)) {
            memcpy(&eight, bytes + i, sizeof(eight));
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof(eight);
                continue;
            }
        }
        size_t n = bytes[i] < 0x80 ? 1 : character_bytes(bytes + i, s.len - i);
        if (n == 0)
            return i;
        i += n;
    }
    return s.len;
}

bool assay_utf8_valid(struct assay_str s)
{
    return assay_utf8_bad_at(s) == s.len;
}
