/*
 * By which hash others find the same sample again: see assay_sample_hash in
 * assay/report.h. The recipe is Every Eval Ever's (its reference of
 * instance-level fields at 8e827ab1, read 2026-11-22): Python's json.dumps
 * of the two members, without white space.
 */
#include "assay/report.h"

#include "assay/file.h"

enum { MOST_OF_A_SAMPLE = 512 << 20 };

/* The character at text.at, of text.len bytes or more; its bytes in *len. */
static uint32_t character(struct assay_str text, size_t *len)
{
    unsigned char first = (unsigned char)text.at[0];
    uint32_t code;

    *len = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    code = first & (0xffU >> (*len + 1));
    for (size_t i = 1; i < *len; i++)
        code = code << 6 | ((unsigned char)text.at[i] & 0x3fU);
    return code;
}

/* Valid UTF-8 with \uXXXX, or two of them, for what is not ASCII. */
static void add_ascii(struct assay_buf *out, struct assay_str text)
{
    while (text.len) {
        size_t len = 0;

        while (len < text.len && !((unsigned char)text.at[len] & 0x80))
            len++;
        assay_buf_add(out, assay_str_head(text, len));
        text = assay_str_skip(text, len);
        if (!text.len)
            return;
        uint32_t code = character(text, &len);
        if (code >= 0x10000)
            assay_buf_printf(out, "\\u%04x\\u%04x",
                             0xd800 + ((code - 0x10000) >> 10),
                             0xdc00 + ((code - 0x10000) & 0x3ff));
        else
            assay_buf_printf(out, "\\u%04x", code);
        text = assay_str_skip(text, len);
    }
}

struct assay_str assay_sample_hash(struct assay_arena *arena,
                                   struct assay_str raw,
                                   const struct assay_json *reference)
{
    struct assay_json *hashed = assay_json_object(arena);
    struct assay_str hash = {"", 0};
    struct assay_buf text, ascii;

    assay_json_set_text(arena, hashed, "raw", raw);
    assay_json_set(hashed, "reference",
                   reference ? assay_json_copy(arena, reference)
                             : assay_json_array(arena));
    assay_buf_init(&text, MOST_OF_A_SAMPLE);
    assay_buf_init(&ascii, MOST_OF_A_SAMPLE);
    assay_json_write(&text, hashed, (struct assay_json_style){0});
    add_ascii(&ascii, assay_buf_str(&text));
    if (!text.failed && !ascii.failed)
        hash = assay_sha256_hex(arena, assay_buf_str(&ascii));
    assay_buf_release(&ascii);
    assay_buf_release(&text);
    return hash;
}
