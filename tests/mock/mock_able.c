/*
 * Models that can do what `assay probe` asks for, and some that lack a part
 * of it. A picture is read from its pixels, through its own inflating and
 * checksums; the only thing shared with whoever drew it is the shape of digits.
 */
#include "mock/mock.h"

#include "trial/probe_parts.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ------------------------------------------------------- pictures */

enum {
    SIDE = ASSAY_PICTURE_SIDE,
    ROW_BYTES = 1 + 3 * SIDE,
    GLYPH_X = ASSAY_GLYPH_WIDTH * ASSAY_GLYPH_SCALE,
    GLYPH_Y = ASSAY_GLYPH_HEIGHT * ASSAY_GLYPH_SCALE,
};

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* The rows of a PNG of 64 x 64 in RGB; false: it is none, or damaged. */
static bool read_png(const unsigned char *png, size_t len,
                     unsigned char rows[SIDE * ROW_BYTES])
{
    size_t at = 8;

    if (len < at || memcmp(png, "\x89PNG\r\n\x1a\n", at) != 0)
        return false;
    while (at + 12 <= len) {
        size_t size = number_at(png + at);
        const unsigned char *type = png + at + 4;
        uLongf room = SIDE * ROW_BYTES;

        if (size > len - at - 12 ||
            crc32(0, type, (uInt)size + 4) != number_at(type + 4 + size))
            return false;
        if (memcmp(type, "IHDR", 4) == 0 &&
            (number_at(type + 4) != SIDE || number_at(type + 8) != SIDE))
            return false;
        if (memcmp(type, "IDAT", 4) == 0)
            return uncompress(rows, &room, type + 4, size) == Z_OK &&
                   room == SIDE * ROW_BYTES;
        at += 12 + size;
    }
    return false;
}

static bool is_black(const unsigned char *rows, size_t x, size_t y)
{
    const unsigned char *pixel = rows + y * ROW_BYTES + 1 + 3 * x;

    return pixel[0] + pixel[1] + pixel[2] == 0;
}

/* The digit whose upper left corner is here; -1: none. */
static int digit_at(const unsigned char *rows, size_t x, size_t y)
{
    for (int digit = 0; digit < 10; digit++) {
        bool fits = true;

        for (size_t i = 0; fits && i < GLYPH_X * GLYPH_Y; i++) {
            size_t col = i % GLYPH_X, row = i / GLYPH_X;
            unsigned bits = assay_probe_glyphs[digit][row / ASSAY_GLYPH_SCALE];
            bool want = bits & (0x10u >> (col / ASSAY_GLYPH_SCALE));

            fits = want == is_black(rows, x + col, y + row);
        }
        if (fits)
            return digit;
    }
    return -1;
}

static struct assay_str read_digits(struct assay_arena *arena,
                                    struct assay_str base64)
{
    unsigned char *png = assay_arena_alloc(arena, base64.len + 3, 1);
    unsigned char *rows = assay_arena_alloc(arena, SIDE * ROW_BYTES, 1);
    size_t len = assay_mock_decode(base64, png, base64.len);
    struct assay_str found = ASSAY_STR("");

    if (!read_png(png, len, rows))
        return ASSAY_STR("That is no picture.");
    for (size_t x = 0; x + GLYPH_X <= SIDE; x++)
        for (size_t y = 0; y + GLYPH_Y <= SIDE; y++) {
            int digit = digit_at(rows, x, y);
            if (digit >= 0)
                found = assay_arena_printf(arena, "%.*s%d ",
                                           ASSAY_STR_ARG(found), digit);
        }
    return assay_arena_printf(arena, "I see %.*sand two shapes.",
                              ASSAY_STR_ARG(found));
}

/* ------------------------------------------------------- words */

static size_t capitals_at(struct assay_str text, size_t at)
{
    size_t len = 0;

    while (at + len < text.len && text.at[at + len] >= 'A' &&
           text.at[at + len] <= 'Z')
        len++;
    return len;
}

/* Every word of six capital letters. */
static struct assay_str codes_in(struct assay_arena *arena,
                                 struct assay_str text)
{
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    for (size_t i = 0, len; i < text.len; i += len ? len : 1) {
        len = capitals_at(text, i);
        if (len == 6)
            assay_buf_printf(&out, "%s%.6s", out.len ? " " : "", text.at + i);
    }
    struct assay_str codes = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return codes;
}

bool assay_mock_able(struct assay_arena *arena,
                     const struct mock_request *request,
                     struct assay_str prompt, uint64_t hash,
                     struct assay_str *text)
{
    struct assay_str order = codes_in(arena, request->system);

    if (request->image_count > 0)
        *text = read_digits(arena, request->image);
    else if (order.len > 0)
        *text = order;
    else if (assay_str_contains(prompt, "codes of this text"))
        *text = codes_in(arena, prompt);
    else if (assay_str_contains(prompt, "at random"))
        *text =
            assay_arena_printf(arena, "Umpra %llx.", (unsigned long long)hash);
    else
        return false;
    return true;
}
