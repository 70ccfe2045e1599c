/*
 * A cursor over bytes from outside, little endian. Once it was asked for
 * more than there is it has failed, stays where it was, and yields zeros.
 * Private to gguf.
 */
#ifndef ASSAY_GGUF_CURSOR_H
#define ASSAY_GGUF_CURSOR_H

#include "assay/str.h"

struct assay_cursor {
    const uint8_t *start, *at, *end;
    bool failed;
};

struct assay_cursor assay_cursor_over(struct assay_str bytes);
/* Bytes read so far: where in the file. */
size_t assay_cursor_place(const struct assay_cursor *in);
size_t assay_cursor_left(const struct assay_cursor *in);

/* The next n bytes, or the empty text. */
struct assay_str assay_cursor_take(struct assay_cursor *in, uint64_t n);
uint8_t assay_cursor_u8(struct assay_cursor *in);
uint16_t assay_cursor_u16(struct assay_cursor *in);
uint32_t assay_cursor_u32(struct assay_cursor *in);
uint64_t assay_cursor_u64(struct assay_cursor *in);

/* False, and *product untouched, when a * b is more than 2^64 - 1. */
bool assay_checked_multiply(uint64_t a, uint64_t b, uint64_t *product);

#endif
