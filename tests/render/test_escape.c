/* Escaping: what hostile text becomes in each place, and that nothing slips
 * through for any byte. */
#include "assay/render.h"
#include "render/render_sample.h"
#include "support/support.h"

typedef void escape_function(struct assay_buf *out, struct assay_str text);

struct escape_case {
    const char *text, *wanted;
};

static void check_cases(escape_function *escape,
                        const struct escape_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct assay_buf out;
        assay_buf_init(&out, 4096);
        escape(&out, assay_str_c(cases[i].text));
        assert_string_equal(out.at ? out.at : "", cases[i].wanted);
        assay_buf_release(&out);
    }
}

#define CHECK(escape, cases) \
    check_cases((escape), (cases), sizeof(cases) / sizeof((cases)[0]))

static void a_terminal_gets_no_control_character(void **state)
{
    static const struct escape_case cases[] = {
        {"plain text, 100 %", "plain text, 100 %"},
        {"caf\u00e9 \u901a\u4e49 \u00b7", "caf\u00e9 \u901a\u4e49 \u00b7"},
        {"\033[31mred", "\\u{1B}[31mred"},
        {"\033]52;c;AAAA\a", "\\u{1B}]52;c;AAAA\\u{07}"},
        {"\033]8;;https://x\033\\", "\\u{1B}]8;;https://x\\u{1B}\\"},
        {"a\rb\nc\td", "a\\u{0D}b\\u{0A}c\\u{09}d"},
        {"\x7f", "\\u{7F}"},
        {"\xc2\x9b"
         "31m",
         "\\u{9B}31m"},
        {"\x9b"
         "31m",
         "\\x{9B}31m"},
        {"\xff\xc0\xaf", "\\x{FF}\\x{C0}\\x{AF}"},
        {"\xed\xa0\x80", "\\x{ED}\\x{A0}\\x{80}"},
        {"cut \xe9\x80", "cut \\x{E9}\\x{80}"},
        {"\u202e\u2066\u200f", "\\u{202E}\\u{2066}\\u{200F}"},
        {"a\u200b\u200d\ufeff\u00ad", "a\\u{200B}\\u{200D}\\u{FEFF}\\u{AD}"},
        {"\u2028", "\\u{2028}"},
        {"\U000e0041", "\\u{E0041}"},
        {"\u3164", "\\u{3164}"},
        {"\uffff", "\\u{FFFF}"},
    };
    CHECK(assay_tty_text, cases);
}

static void html_text_is_neither_markup_nor_attribute_end(void **state)
{
    static const struct escape_case cases[] = {
        {"<a href=\"x\" id='y'>&amp;</a>",
         "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;"},
        {"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"},
        {"\033 \x7f \xc2\x85", "\\u{1B} \\u{7F} \\u{85}"},
        {"\xff", "\\x{FF}"},
        {"\u202e \u2067 \ufeff", "\\u{202E} \\u{2067} \\u{FEFF}"},
        {"\u0645\u06cc\u200c\u062e \u200d", "\u0645\u06cc\u200c\u062e \u200d"},
        {"caf\u00e9 \u901a", "caf\u00e9 \u901a"},
        {"\ufffe \ufdd0", "\\u{FFFE} \\u{FDD0}"},
    };
    CHECK(assay_html_text, cases);
}

static void markdown_text_stays_text(void **state)
{
    static const struct escape_case cases[] = {
        {"max_output_tokens: 4,096 (8K) - $31.00",
         "max_output_tokens: 4,096 (8K) - $31.00"},
        {"*a* _b_ `c` ~d~", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~"},
        {"[x](y) ![z]", "\\[x\\](y) !\\[z\\]"},
        {"a|b\\", "a\\|b\\\\"},
        {"<b> & c", "&lt;b&gt; &amp; c"},
        {"# head", "\\# head"},
        {" - item", "\\- item"},
        {"+ item", "\\+ item"},
        {"12. item", "12\\. item"},
        {"3) item", "3\\) item"},
        {"1.5 B", "1.5 B"},
        {"== under", "\\== under"},
        {"two\n\n  lines\r\n", "two lines"},
        {"https://x.example www.x.example",
         "https\\://x.example www\\.x.example"},
        {"$x$ $5", "\\$x\\$ $5"},
        {"\033[1m", "\\u{1B}\\[1m"},
        {"\t ", ""},
    };
    CHECK(assay_markdown_text, cases);
}

/* Calls `check` for each hostile text, each byte, and random bytes. */
static void for_hostile_texts(void (*check)(struct assay_str text))
{
    uint32_t random = 2463534242u;

    for (size_t i = 0; i < SAMPLE_HOSTILE; i++)
        check(assay_str_c(sample_hostile[i]));
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[3] = {'a', (char)byte, 'b'};
        check((struct assay_str){text, 3});
    }
    for (int i = 0; i < 100000; i++) {
        char text[12];
        for (size_t k = 0; k < sizeof text; k++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            text[k] = (char)(random >> 11);
        }
        check((struct assay_str){text, i % (sizeof text + 1)});
    }
}

static bool has_control(struct assay_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static void check_text(struct assay_str text)
{
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assay_tty_text(&out, text);
    assert_false(has_control(assay_buf_str(&out)));
    assert_true(assay_utf8_valid(assay_buf_str(&out)));
    assert_int_equal(assay_tty_width(text),
                     assay_tty_width(assay_buf_str(&out)));

    assay_buf_clear(&out);
    assay_html_text(&out, text);
    assert_false(has_control(assay_buf_str(&out)));
    assert_true(assay_utf8_valid(assay_buf_str(&out)));
    for (size_t i = 0; i < out.len; i++)
        assert_null(strchr("<>\"'", out.at[i]));

    assay_buf_clear(&out);
    assay_markdown_text(&out, text);
    assert_false(has_control(assay_buf_str(&out)));
    assert_true(assay_utf8_valid(assay_buf_str(&out)));
    for (size_t i = 0; i < out.len; i++) {
        assert_false(out.at[i] == '<' || out.at[i] == '>');
        if (out.at[i] == '|' || out.at[i] == '`' || out.at[i] == '[')
            assert_true(i > 0 && out.at[i - 1] == '\\');
    }
    assay_buf_release(&out);
}

static void no_text_slips_through_any_escape(void **state)
{
    for_hostile_texts(check_text);
}

static void width_counts_columns_not_bytes(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"", 0},           {"abc", 3},          {"caf\u00e9", 4},
        {"cafe\u0301", 4}, {"\u901a\u4e49", 4}, {"\033", 6},
        {"\x9b", 6},       {"\u200b", 8},       {"\U0001f600", 2},
        {"\U000e0041", 9},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(assay_tty_width(assay_str_c(cases[i].text)),
                         cases[i].columns);
}

static void only_plain_web_addresses_become_links(void **state)
{
    static const struct {
        const char *url;
        bool web;
    } cases[] = {
        {"https://example.org", true},
        {"http://example.org/a?b=c&d#e", true},
        {"https://example.org/\u901a", true},
        {"https://example.org/@user", true},
        {"https://", false},
        {"https:///path", false},
        {"HTTPS://example.org", false},
        {"javascript:alert(1)", false},
        {" https://example.org", false},
        {"https://example.org/a b", false},
        {"https://example.org/\n", false},
        {"https://example.org/\xc2\xa0", false},
        {"https://example.org/\u202e", false},
        {"https://example.org/\xff", false},
        {"https://user@example.org", false},
        {"https://good.example\\@evil.example", false},
        {"//example.org", false},
        {"ftp://example.org", false},
        {"data:text/html,x", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (assay_url_is_web(assay_str_c(cases[i].url)) != cases[i].web)
            fail_msg("%s should be %d", cases[i].url, cases[i].web);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gets_no_control_character),
        cmocka_unit_test(html_text_is_neither_markup_nor_attribute_end),
        cmocka_unit_test(markdown_text_stays_text),
        cmocka_unit_test(no_text_slips_through_any_escape),
        cmocka_unit_test(width_counts_columns_not_bytes),
        cmocka_unit_test(only_plain_web_addresses_become_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
