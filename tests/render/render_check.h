/*
 * How the renderer tests print a document and compare it with a fixture.
 */
#ifndef ASSAY_TESTS_RENDER_RENDER_CHECK_H
#define ASSAY_TESTS_RENDER_RENDER_CHECK_H

#include "assay/file.h"
#include "assay/render.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The document as text, in the arena. */
static inline struct assay_str printed(
    struct assay_arena *arena, const char *format,
    const struct assay_document *doc,
    const struct assay_render_options *options)
{
    struct assay_buf out;
    struct assay_error err = {0};
    const struct assay_render_format *f =
        assay_render_format(assay_str_c(format));

    assert_non_null(f);
    assay_buf_init(&out, 16 << 20);
    if (!f->render(&out, doc, options, &err))
        fail_msg("%s: %s", format, err.text);
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/*
 * Compares with tests/render/fixtures/NAME and shows the first line that
 * differs. With ASSAY_GOLDEN=1 the fixture is rewritten instead: read what
 * changed.
 */
static inline void check_fixture(struct assay_str text, const char *name)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str wanted;
    char path[256];

    snprintf(path, sizeof path, "tests/render/fixtures/%s", name);
    if (getenv("ASSAY_GOLDEN")) {
        assert_true(assay_file_write(path, text, &err));
        return;
    }
    if (!assay_file_read(&arena, path, 1 << 20, &wanted, &err))
        fail_msg("%s", err.text);
    for (int line = 1; text.len || wanted.len; line++) {
        size_t a = assay_str_find(text, '\n');
        size_t b = assay_str_find(wanted, '\n');
        if (!assay_str_equal(assay_str_head(text, a),
                             assay_str_head(wanted, b)))
            fail_msg("%s:%d: wanted \"%.*s\", printed \"%.*s\"", path, line,
                     (int)b, wanted.at, (int)a, text.at);
        text = assay_str_skip(text, a + 1);
        wanted = assay_str_skip(wanted, b + 1);
    }
    assay_arena_free(&arena);
}

/* That a render stops at the buffer's maximum and says so. */
static inline void check_limit(const char *format,
                               const struct assay_document *doc)
{
    const struct assay_render_options options = {0};
    struct assay_buf out;
    struct assay_error err = {0};

    assay_buf_init(&out, 100);
    assert_false(assay_render_format(assay_str_c(format))
                     ->render(&out, doc, &options, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assay_buf_release(&out);
}

#endif
