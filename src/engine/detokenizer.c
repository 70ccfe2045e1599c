/*
 * Tokens back to text. A token may hold part of a character (byte tokens
 * do): its bytes are held until the rest has come, so that what is written
 * is UTF-8 at every moment. Bytes that never become a character are written
 * as U+FFFD, one for each maximal subpart (Unicode 16, section 3.9, D93b),
 * as decoders of browsers and of Python do.
 */
#include "assay/tokenizer.h"

/* How many bytes a character that begins so has; 0: none begins so. */
static size_t bytes_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Table 3-7: what may follow the held bytes. */
static bool may_follow(const struct assay_detokenizer *state,
                       unsigned char byte)
{
    unsigned char low = 0x80, high = 0xbf;

    if (state->held_count == 1) {
        unsigned char first = state->held[0];

        low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    }
    return byte >= low && byte <= high;
}

static void add_byte(struct assay_detokenizer *state, unsigned char byte,
                     struct assay_buf *out)
{
    if (state->held_count > 0 && !may_follow(state, byte))
        assay_detokenize_end(state, out);
    if (state->held_count == 0 && bytes_of(byte) < 2) {
        if (byte < 0x80)
            assay_buf_add_char(out, (char)byte);
        else
            assay_buf_add_c(out, "\xef\xbf\xbd");
        return;
    }
    state->held[state->held_count++] = byte;
    if (state->held_count == bytes_of(state->held[0])) {
        assay_buf_add(out, (struct assay_str){(const char *)state->held,
                                              state->held_count});
        state->held_count = 0;
    }
}

void assay_detokenize(struct assay_detokenizer *state, uint32_t token,
                      struct assay_buf *out)
{
    struct assay_str bytes = assay_token_bytes(state->tokenizer, token);

    for (size_t i = 0; i < bytes.len; i++)
        add_byte(state, (unsigned char)bytes.at[i], out);
}

void assay_detokenize_end(struct assay_detokenizer *state,
                          struct assay_buf *out)
{
    if (state->held_count > 0)
        assay_buf_add_c(out, "\xef\xbf\xbd");
    state->held_count = 0;
}
