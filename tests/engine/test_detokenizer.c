/*
 * Tokens back to text: whatever is cut wherever, what is written is UTF-8 at
 * every moment, and what is no UTF-8 is replaced as the Unicode standard
 * recommends.
 */
#include "engine/vocabulary_fixture.h"

static const char replacement[] = "\xef\xbf\xbd";

/* The token of a byte. */
static uint32_t byte_token(unsigned byte)
{
    enum { FIRST = 4 };

    return FIRST + byte;
}

static struct assay_tokenizer *byte_tokenizer(void)
{
    struct vocabulary v = vocabulary_of_four();

    add_bytes(&v);
    add_pieces(&v, "▁the 日本 é");
    return tokenizer_from(v);
}

/* Bytes as byte tokens; checks after each that the text so far is whole. */
static void write_bytes(struct assay_detokenizer *d, const char *bytes,
                        size_t len, struct assay_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        assay_detokenize(d, byte_token((unsigned char)bytes[i]), out);
        assert_true(assay_utf8_valid(assay_buf_str(out)));
    }
}

static void assert_text(const struct assay_buf *out, const char *expected,
                        size_t len)
{
    assert_int_equal(out->len, len);
    assert_true(len == 0 || memcmp(out->at, expected, len) == 0);
}

static void a_character_in_parts_is_written_when_whole(void **state)
{
    static const char text[] = "aé\x7f日本\xf0\x9f\x8d\x8a\xf4\x8f\xbf\xbf z";
    struct assay_tokenizer *t = byte_tokenizer();
    struct assay_detokenizer d = {.tokenizer = t};
    struct assay_buf out;

    assay_buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        assay_detokenize(&d, byte_token((unsigned char)text[i]), &out);
        /* all characters that are whole by now, and no byte of the next */
        size_t whole = i + 1;
        if (((unsigned char)text[whole] & 0xc0) == 0x80)
            do
                whole--;
            while (((unsigned char)text[whole] & 0xc0) == 0x80);
        assert_text(&out, text, whole);
    }
    assay_detokenize_end(&d, &out);
    assert_text(&out, text, sizeof text - 1);
    assay_buf_release(&out);
    assay_tokenizer_free(t);
}

/* However a text is cut into two answers, nothing is lost but the cut one. */
static void every_cut_of_a_text_leaves_whole_characters(void **state)
{
    static const char text[] = "é日\xf0\x9f\x8d\x8a";
    static const struct {
        const char *before, *after;
    } cuts[] = {
        {"", "é日\xf0\x9f\x8d\x8a"},
        {"?", "?日\xf0\x9f\x8d\x8a"},
        {"é", "日\xf0\x9f\x8d\x8a"},
        {"é?", "??\xf0\x9f\x8d\x8a"},
        {"é?", "?\xf0\x9f\x8d\x8a"},
        {"é日", "\xf0\x9f\x8d\x8a"},
        {"é日?", "???"},
        {"é日?", "??"},
        {"é日?", "?"},
        {"é日\xf0\x9f\x8d\x8a", ""},
    };
    struct assay_tokenizer *t = byte_tokenizer();

    assert_int_equal(sizeof cuts / sizeof cuts[0], sizeof text);
    for (size_t cut = 0; cut < sizeof text; cut++) {
        for (size_t half = 0; half < 2; half++) {
            struct assay_detokenizer d = {.tokenizer = t};
            struct assay_buf out, expected;

            assay_buf_init(&out, 1000);
            assay_buf_init(&expected, 1000);
            for (const char *c = half ? cuts[cut].after : cuts[cut].before; *c;
                 c++)
                if (*c == '?')
                    assay_buf_add_c(&expected, replacement);
                else
                    assay_buf_add_char(&expected, *c);
            if (half)
                write_bytes(&d, text + cut, sizeof text - 1 - cut, &out);
            else
                write_bytes(&d, text, cut, &out);
            assay_detokenize_end(&d, &out);
            assert_text(&out, expected.at, expected.len);
            assay_buf_release(&out);
            assay_buf_release(&expected);
        }
    }
    assay_tokenizer_free(t);
}

static void ill_formed_bytes_are_replaced_as_unicode_recommends(void **state)
{
    /* Unicode 16, tables 3-8 to 3-11; '?' stands for U+FFFD */
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "????????A"},
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "????????A"},
        {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "?????A??B"},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "????A"},
        {"\x80", "?"},
        {"\xf0\x9f\x8d", "?"},
        {"\xf0\x9f\x8d\xf0\x9f\x8d\x8a", "?\xf0\x9f\x8d\x8a"},
        {"\xf5\x80\x80\x80", "????"},
    };
    struct assay_tokenizer *t = byte_tokenizer();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_detokenizer d = {.tokenizer = t};
        struct assay_buf out, expected;

        assay_buf_init(&out, 1000);
        assay_buf_init(&expected, 1000);
        for (const char *c = cases[i].text; *c; c++)
            if (*c == '?')
                assay_buf_add_c(&expected, replacement);
            else
                assay_buf_add_char(&expected, *c);
        write_bytes(&d, cases[i].bytes, strlen(cases[i].bytes), &out);
        assay_detokenize_end(&d, &out);
        assert_string_equal(out.at, expected.at);
        assay_buf_release(&out);
        assay_buf_release(&expected);
    }
    assay_tokenizer_free(t);
}

/* ------------------------------------------------------- a slow reference */

/* Whether some bytes behind these make one character. */
static bool begins_a_character(const char *bytes, size_t len)
{
    static const unsigned char next[] = {0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf};
    char all[4];

    if (len == 0 || len > 3)
        return false;
    memcpy(all, bytes, len);
    for (size_t full = len + 1; full <= 4; full++)
        for (size_t pick = 0; pick < 6 * 6 * 6; pick++) {
            size_t rest = pick;

            for (size_t i = len; i < full; i++, rest /= 6)
                all[i] = (char)next[rest % 6];
            /* one character: no shorter part of it is one */
            if (assay_utf8_valid((struct assay_str){all, full}) &&
                !assay_utf8_valid((struct assay_str){all, len}))
                return true;
        }
    return false;
}

static void decode_slowly(const char *bytes, size_t len, struct assay_buf *out)
{
    for (size_t at = 0; at < len;) {
        size_t taken = 0;

        for (size_t n = 1; n <= 4 && n <= len - at && !taken; n++)
            if (assay_utf8_valid((struct assay_str){bytes + at, n}))
                taken = n;
        if (taken) {
            assay_buf_add(out, (struct assay_str){bytes + at, taken});
        } else {
            taken = 1;
            for (size_t n = 2; n <= 3 && n <= len - at; n++)
                if (begins_a_character(bytes + at, n))
                    taken = n;
            assay_buf_add_c(out, replacement);
        }
        at += taken;
    }
}

static void check_against_slow(const struct assay_tokenizer *t,
                               const char *bytes, size_t len)
{
    struct assay_detokenizer d = {.tokenizer = t};
    struct assay_buf out, expected;

    assay_buf_init(&out, 1000);
    assay_buf_init(&expected, 1000);
    decode_slowly(bytes, len, &expected);
    write_bytes(&d, bytes, len, &out);
    assay_detokenize_end(&d, &out);
    assert_text(&out, expected.at, expected.len);
    assay_buf_release(&out);
    assay_buf_release(&expected);
}

static void every_kind_of_byte_after_every_other_is_read_right(void **state)
{
    static const char edges[] = "A\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf"
                                "\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5"
                                "\xff";
    enum { KINDS = sizeof edges - 1 };
    struct assay_tokenizer *t = byte_tokenizer();
    uint64_t seed = 99;
    char bytes[6];

    for (size_t i = 0; i < KINDS * KINDS * KINDS; i++) {
        bytes[0] = edges[i % KINDS];
        bytes[1] = edges[i / KINDS % KINDS];
        bytes[2] = edges[i / KINDS / KINDS];
        check_against_slow(t, bytes, 3);
    }
    for (size_t i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = edges[next_random(&seed) % KINDS];
        check_against_slow(t, bytes, sizeof bytes);
    }
    assay_tokenizer_free(t);
}

/* ------------------------------------------------------- tokens */

static void pieces_and_bytes_mix_and_control_tokens_write_nothing(void **state)
{
    struct assay_tokenizer *t = byte_tokenizer();
    struct assay_detokenizer d = {.tokenizer = t};
    struct assay_buf out;
    const uint32_t the = 260, nihon = 261;

    assay_buf_init(&out, 1000);
    assay_detokenize(&d, 2, &out); /* <bos> */
    assay_detokenize(&d, the, &out);
    assay_detokenize(&d, byte_token(0xe6), &out);
    assay_detokenize(&d, 1, &out); /* <eos>: what is held stays held */
    assay_detokenize(&d, UINT32_MAX, &out);
    assay_detokenize(&d, byte_token(0x97), &out);
    assay_detokenize(&d, byte_token(0xa5), &out);
    assert_string_equal(out.at, " the日");
    assay_detokenize(&d, byte_token(0xe6), &out);
    assay_detokenize(&d, nihon, &out);
    assert_string_equal(out.at, " the日\xef\xbf\xbd日本");
    assay_detokenize_end(&d, &out);
    assay_detokenize_end(&d, &out);
    assert_string_equal(out.at, " the日\xef\xbf\xbd日本");
    assay_buf_release(&out);
    assay_tokenizer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_in_parts_is_written_when_whole),
        cmocka_unit_test(every_cut_of_a_text_leaves_whole_characters),
        cmocka_unit_test(ill_formed_bytes_are_replaced_as_unicode_recommends),
        cmocka_unit_test(every_kind_of_byte_after_every_other_is_read_right),
        cmocka_unit_test(pieces_and_bytes_mix_and_control_tokens_write_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
