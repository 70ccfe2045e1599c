/*
 * The growing buffer: doubles up to its maximum, then fails and stays failed.
 */
#include "assay/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 };

void assay_buf_init(struct assay_buf *buf, size_t max_bytes)
{
    *buf = (struct assay_buf){.max = max_bytes};
}

void assay_buf_release(struct assay_buf *buf)
{
    if (!buf)
        return;
    free(buf->at);
    *buf = (struct assay_buf){.max = buf->max};
}

void assay_buf_clear(struct assay_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->at)
        buf->at[0] = '\0';
}

void assay_buf_cut(struct assay_buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    buf->len = len;
    buf->at[len] = '\0';
}

/* Makes room for n more bytes and a NUL; false sticks. */
static bool reserve(struct assay_buf *buf, size_t n)
{
    if (buf->failed)
        return false;
    if (n > buf->max - buf->len || buf->len + n == SIZE_MAX) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->len + n + 1;
    if (needed <= buf->size)
        return true;

    size_t size = buf->size ? buf->size : FIRST_BYTES;
    while (size < needed)
        size = size > SIZE_MAX / 2 ? needed : size * 2;
    if (size - 1 > buf->max)
        size = buf->max + 1;
    char *at = realloc(buf->at, size);
    if (!at) {
        buf->failed = true;
        return false;
    }
    buf->at = at;
    buf->size = size;
    return true;
}

void assay_buf_add(struct assay_buf *buf, struct assay_str s)
{
    if (s.len == 0 || !reserve(buf, s.len))
        return;
    memcpy(buf->at + buf->len, s.at, s.len);
    buf->len += s.len;
    buf->at[buf->len] = '\0';
}

void assay_buf_add_c(struct assay_buf *buf, const char *text)
{
    assay_buf_add(buf, assay_str_c(text));
}

void assay_buf_add_char(struct assay_buf *buf, char c)
{
    assay_buf_fill(buf, c, 1);
}

void assay_buf_fill(struct assay_buf *buf, char c, size_t n)
{
    if (n == 0 || !reserve(buf, n))
        return;
    memset(buf->at + buf->len, c, n);
    buf->len += n;
    buf->at[buf->len] = '\0';
}

void assay_buf_printf(struct assay_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int wanted = vsnprintf(small, sizeof(small), format, args);
    size_t len = wanted > 0 ? (size_t)wanted : 0;
    if (wanted < 0) {
        buf->failed = true;
    } else if (len < sizeof(small)) {
        assay_buf_add(buf, (struct assay_str){small, len});
    } else if (reserve(buf, len)) {
        vsnprintf(buf->at + buf->len, len + 1, format, again);
        buf->len += len;
    }
    va_end(again);
    va_end(args);
}

struct assay_str assay_buf_str(const struct assay_buf *buf)
{
    if (!buf->at)
        return ASSAY_STR("");
    return (struct assay_str){buf->at, buf->len};
}

bool assay_buf_ok(const struct assay_buf *buf, struct assay_error *err)
{
    if (!buf->failed)
        return true;
    return assay_fail(err, ASSAY_LIMIT,
                      "more than %zu bytes, or no memory for so many",
                      buf->max);
}
