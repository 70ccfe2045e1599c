/*
 * One line of input, one line of output. In practice a response is 1 KiB and
 * costs some microseconds; its tree dies with it.
 */
#include "assay/pricer.h"

static void add_unknown(struct assay_str reason, struct assay_buf *out)
{
    assay_pricer_unknown(reason, out);
    assay_buf_add_char(out, '\n');
}

bool assay_pricer_document(struct assay_pricer *pricer, struct assay_str text,
                           struct assay_buf *out, struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes =
                                                 ASSAY_PRICER_LINE_BYTES};
    struct assay_arena arena = {0};
    const struct assay_json *body =
        assay_json_parse(&arena, text, &limits, err);

    if (body) {
        assay_pricer_write(pricer, &arena, body, out);
        assay_buf_add_char(out, '\n');
    }
    assay_arena_free(&arena);
    return body;
}

static void price_line(struct assay_pricer *pricer, struct assay_str line,
                       struct assay_buf *out)
{
    struct assay_error err = {0};

    line = assay_str_trim(line);
    if (line.len == 0)
        add_unknown(ASSAY_STR("an empty line"), out);
    else if (line.len > ASSAY_PRICER_LINE_BYTES)
        add_unknown(ASSAY_STR("a line of more than 16 MiB"), out);
    else if (!assay_pricer_document(pricer, line, out, &err))
        add_unknown(assay_str_c(err.text), out);
}

void assay_pricer_lines(struct assay_pricer *pricer, struct assay_str lines,
                        struct assay_buf *out)
{
    while (lines.len > 0) {
        size_t end = assay_str_find(lines, '\n');

        price_line(pricer, assay_str_head(lines, end), out);
        lines = assay_str_skip(lines, end + 1);
    }
}
