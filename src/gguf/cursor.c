/*
 * Reading bytes one by one: the result does not depend on the machine's own
 * byte order or on alignment.
 */
#include "gguf/cursor.h"

struct assay_cursor assay_cursor_over(struct assay_str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.at;

    return (struct assay_cursor){.start = at, .at = at, .end = at + bytes.len};
}

size_t assay_cursor_place(const struct assay_cursor *in)
{
    return (size_t)(in->at - in->start);
}

size_t assay_cursor_left(const struct assay_cursor *in)
{
    return (size_t)(in->end - in->at);
}

struct assay_str assay_cursor_take(struct assay_cursor *in, uint64_t n)
{
    struct assay_str taken = ASSAY_STR("");

    if (in->failed || n > assay_cursor_left(in)) {
        in->failed = true;
        return taken;
    }
    taken = (struct assay_str){(const char *)in->at, (size_t)n};
    in->at += n;
    return taken;
}

/* n is 1, 2, 4 or 8 */
static uint64_t read_uint(struct assay_cursor *in, size_t n)
{
    struct assay_str bytes = assay_cursor_take(in, n);
    uint64_t value = 0;

    for (size_t i = bytes.len; i > 0; i--)
        value = value << 8 | (uint8_t)bytes.at[i - 1];
    return value;
}

uint8_t assay_cursor_u8(struct assay_cursor *in)
{
    return (uint8_t)read_uint(in, 1);
}

uint16_t assay_cursor_u16(struct assay_cursor *in)
{
    return (uint16_t)read_uint(in, 2);
}

uint32_t assay_cursor_u32(struct assay_cursor *in)
{
    return (uint32_t)read_uint(in, 4);
}

uint64_t assay_cursor_u64(struct assay_cursor *in)
{
    return read_uint(in, 8);
}

bool assay_checked_multiply(uint64_t a, uint64_t b, uint64_t *product)
{
    if (b != 0 && a > UINT64_MAX / b)
        return false;
    *product = a * b;
    return true;
}
