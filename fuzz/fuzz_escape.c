/*
 * Escaping for a terminal, HTML and Markdown, and whether a URL may be a
 * link: no control character, no markup and no broken UTF-8 comes out.
 */
#include "fuzz_target.h"

#include "assay/render.h"

#include <stdlib.h>
#include <string.h>

/* Stops unless `out` is UTF-8 without control characters and `banned`. */
static void check(const struct assay_buf *out, const char *banned)
{
    struct assay_str text = assay_buf_str(out);

    if (out->failed || !assay_utf8_valid(text))
        abort();
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f || strchr(banned, text.at[i]))
            abort();
        if (c == 0xc2 && (unsigned char)text.at[i + 1] < 0xa0)
            abort(); /* C1 */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct assay_str text = {(const char *)data, len};
    struct assay_buf out;

    assay_buf_init(&out, len * 8 + 1);
    assay_tty_text(&out, text);
    check(&out, "");
    if (assay_tty_width(text) != assay_tty_width(assay_buf_str(&out)))
        abort();

    assay_buf_clear(&out);
    assay_html_text(&out, text);
    check(&out, "<>\"'");

    assay_buf_clear(&out);
    assay_markdown_text(&out, text);
    check(&out, "<>");

    assay_buf_clear(&out);
    if (assay_url_is_web(text)) {
        assay_buf_add(&out, text);
        check(&out, " ");
    }
    assay_buf_release(&out);
    return 0;
}
