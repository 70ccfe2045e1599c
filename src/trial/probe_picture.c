/*
 * The probe of vision, and its pictures: digits and shapes drawn at that
 * moment, so that nobody can have seen them, as a PNG.
 *
 * Format: PNG, third edition (W3C, 2025), sections 5 and 11: one IDAT, RGB,
 * no filter.
 */
#include "trial/probe_parts.h"
#include "trial/suite_parts.h"

#include <string.h>
#include <zlib.h>

enum {
    PICTURES = 3,
    SIDE = ASSAY_PICTURE_SIDE,
    DIGITS = ASSAY_PICTURE_DIGITS,
    STEP = 14, /* from digit to digit */
};

const unsigned char assay_probe_glyphs[10][ASSAY_GLYPH_HEIGHT] = {
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
};

/* ------------------------------------------------------- drawing */

struct colour {
    unsigned char rgb[3];
};
struct canvas {
    struct colour at[SIDE][SIDE];
};

static void draw_digit(struct canvas *c, int digit, size_t x, size_t y)
{
    static const struct colour black = {{0, 0, 0}};
    const size_t scale = ASSAY_GLYPH_SCALE;

    for (size_t row = 0; row < ASSAY_GLYPH_HEIGHT * scale; row++)
        for (size_t col = 0; col < ASSAY_GLYPH_WIDTH * scale; col++)
            if (assay_probe_glyphs[digit][row / scale] &
                (0x10 >> (col / scale)))
                c->at[y + row][x + col] = black;
}

enum shape { SQUARE, DISC, TRIANGLE, SHAPES };

static bool is_inside(enum shape shape, int dx, int dy, int half)
{
    switch (shape) {
    case SQUARE:
        return true;
    case DISC:
        return dx * dx + dy * dy <= half * half;
    case TRIANGLE:
        return (dx < 0 ? -dx : dx) * 2 <= dy + half;
    case SHAPES:
        break;
    }
    return false;
}

static void draw_shape(struct canvas *c, enum shape shape, struct colour colour,
                       int x, int y)
{
    const int half = 9;

    for (int dy = -half; dy <= half; dy++)
        for (int dx = -half; dx <= half; dx++)
            if (is_inside(shape, dx, dy, half))
                c->at[y + dy][x + dx] = colour;
}

static void draw(struct canvas *c, struct assay_random *random,
                 const char digits[DIGITS])
{
    static const struct colour colours[] = {
        {{220, 30, 30}}, {{30, 90, 220}}, {{20, 150, 60}}, {{240, 150, 0}}};
    size_t x = 1 + assay_random_below(random, 8);
    size_t y = 3 + assay_random_below(random, 12);
    size_t first = assay_random_below(random, 4);
    size_t second = (first + 1 + assay_random_below(random, 3)) % 4;

    memset(c, 0xFF, sizeof *c);
    for (size_t i = 0; i < DIGITS; i++)
        draw_digit(c, digits[i] - '0', x + i * STEP, y);
    draw_shape(c, (enum shape)assay_random_below(random, SHAPES),
               colours[first], 16, 48);
    draw_shape(c, (enum shape)assay_random_below(random, SHAPES),
               colours[second], 46, 48);
}

/* ------------------------------------------------------- PNG */

static void put_number(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

static void put_chunk(struct assay_buf *out, const char type[4],
                      const unsigned char *bytes, size_t len)
{
    unsigned char number[4];
    uLong crc = crc32(0, (const unsigned char *)type, 4);

    put_number(number, (uint32_t)len);
    assay_buf_add(out, (struct assay_str){(const char *)number, 4});
    assay_buf_add(out, (struct assay_str){type, 4});
    assay_buf_add(out, (struct assay_str){(const char *)bytes, len});
    if (len) /* crc32 of NULL begins anew */
        crc = crc32(crc, bytes, (uInt)len);
    put_number(number, (uint32_t)crc);
    assay_buf_add(out, (struct assay_str){(const char *)number, 4});
}

static struct assay_str png_of(struct assay_arena *arena,
                               const struct canvas *c)
{
    enum { ROW = 1 + SIDE * 3 };
    static const char signature[8] = {'\x89', 'P',  'N',    'G',
                                      '\r',   '\n', '\x1A', '\n'};
    unsigned char head[13] = {0}, rows[SIDE * ROW];
    unsigned char packed[SIDE * ROW + 1024];
    uLongf len = sizeof packed;
    struct assay_buf out;

    for (size_t y = 0; y < SIDE; y++) {
        rows[y * ROW] = 0; /* no filter */
        memcpy(&rows[y * ROW + 1], c->at[y], SIDE * 3);
    }
    (void)compress(packed, &len, rows, sizeof rows); /* compressBound holds */
    put_number(head, SIDE);
    put_number(head + 4, SIDE);
    head[8] = 8; /* bits */
    head[9] = 2; /* RGB */
    assay_buf_init(&out, 1 << 16);
    assay_buf_add(&out, (struct assay_str){signature, sizeof signature});
    put_chunk(&out, "IHDR", head, sizeof head);
    put_chunk(&out, "IDAT", packed, len);
    put_chunk(&out, "IEND", NULL, 0);
    struct assay_str png = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return png;
}

struct assay_str assay_probe_picture(struct assay_arena *arena,
                                     struct assay_random *random,
                                     const char digits[DIGITS])
{
    struct canvas *canvas = ASSAY_NEW(arena, struct canvas);

    draw(canvas, random, digits);
    return png_of(arena, canvas);
}

/* ------------------------------------------------------- asking */

/* "4821", "4 8 2 1", "The digits are 4, 8, 2 and 1." */
static bool holds_digits(struct assay_str text, const char digits[DIGITS])
{
    char found[DIGITS + 1];
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= '0' && text.at[i] <= '9') {
            if (count == sizeof found)
                return false;
            found[count++] = text.at[i];
        }
    return count == DIGITS && memcmp(found, digits, DIGITS) == 0;
}

/* False: there was no answer; the finding says why. */
static bool show_picture(struct assay_probing *p, int number, bool *right)
{
    struct assay_message_part *parts =
        ASSAY_NEW_ARRAY(p->arena, struct assay_message_part, 2);
    struct assay_message *message = ASSAY_NEW(p->arena, struct assay_message);
    struct assay_probe_question q = assay_probe_plain(p, ASSAY_STR(""));
    char digits[DIGITS];
    struct assay_response answer;

    for (size_t i = 0; i < DIGITS; i++)
        digits[i] = (char)('0' + assay_probe_draw(p, 10));
    parts[0] = (struct assay_message_part){
        .kind = ASSAY_PART_TEXT,
        .text = ASSAY_STR("Which four digits stand in this picture, from left "
                          "to right? Write them as digits, then the colours "
                          "and names of the two shapes below them in words."),
    };
    parts[1] = (struct assay_message_part){
        .kind = ASSAY_PART_IMAGE,
        .text = ASSAY_STR(""),
        .media_type = ASSAY_STR("image/png"),
        .base64 = assay_base64(
            p->arena, assay_probe_picture(p->arena, &p->random, digits)),
        .detail = ASSAY_STR(""),
    };
    *message = (struct assay_message){.role = ASSAY_ROLE_USER,
                                      .text = ASSAY_STR(""),
                                      .parts = parts,
                                      .part_count = 2,
                                      .call_id = ASSAY_STR("")};
    q.chat.messages = message;
    q.asked = assay_arena_printf(p->arena, "picture %d of %d, %.*s", number,
                                 PICTURES, DIGITS, digits);
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return false;
    *right = holds_digits(answer.reply.text, digits);
    return true;
}

void assay_probe_vision(struct assay_probing *p)
{
    int right = 0;

    for (int i = 0; i < PICTURES; i++) {
        bool read;

        if (!show_picture(p, i + 1, &read))
            return;
        right += read;
    }
    if (right == PICTURES)
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "%d/%d pictures read",
                         PICTURES, PICTURES);
    else if (right == 0)
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "%d/%d pictures answered wrongly, HTTP 200", PICTURES,
                         PICTURES);
    else /* they arrive, and are not read well */
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "%d/%d pictures read right",
                         right, PICTURES);
}
