/*
 * A stream of any dialect: the first byte says of which, the second how it is
 * cut. Whole or in pieces, it must come to the same.
 */
#include "fuzz_target.h"

#include "assay/dialect.h"

#include <stdio.h>
#include <stdlib.h>

static const struct assay_dialect *dialect_of(uint8_t byte)
{
    static const char *const names[] = {"openai", "azure", "anthropic",
                                        "gemini"};

    return assay_dialect_find(
        assay_str_c(byte == 'D' ? "responses" : names[byte % 4]));
}

struct outcome {
    bool ok;
    unsigned bits;
    size_t shown;
    struct assay_completion reply;
    struct assay_trouble trouble;
};

static struct outcome replay(struct assay_arena *arena,
                             const struct assay_dialect *dialect,
                             struct assay_str bytes, size_t step)
{
    struct assay_stream *stream = assay_stream_new(dialect, arena);
    struct outcome o = {.ok = true};
    unsigned bits;

    while (bytes.len > 0 && o.ok) {
        o.ok = assay_stream_feed(stream, assay_str_head(bytes, step), &bits);
        o.bits |= bits;
        o.shown += assay_stream_news(stream).len;
        bytes = assay_str_skip(bytes, step);
    }
    o.ok = assay_stream_end(stream, &o.reply, &o.trouble);
    o.shown += assay_stream_news(stream).len;
    assay_stream_free(stream);
    return o;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    const struct assay_completion *x = &a->reply, *y = &b->reply;

    return a->ok == b->ok && a->bits == b->bits && a->shown == b->shown &&
           assay_str_equal(x->text, y->text) &&
           assay_str_equal(x->reasoning, y->reasoning) &&
           assay_str_equal(x->finish_stated, y->finish_stated) &&
           assay_str_equal(x->model, y->model) && x->finish == y->finish &&
           x->call_count == y->call_count && x->usage_state == y->usage_state &&
           x->usage.output_tokens == y->usage.output_tokens &&
           (a->ok || (a->trouble.of == b->trouble.of &&
                      assay_str_equal(a->trouble.message, b->trouble.message)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_str bytes = {(const char *)data, len};
    struct outcome whole, pieces;

    if (len < 2)
        return 0;
    bytes = assay_str_skip(bytes, 2);
    whole = replay(&arena, dialect_of(data[0]), bytes, bytes.len + 1);
    pieces = replay(&arena, dialect_of(data[0]), bytes, data[1] % 16u + 1);
    if (!same(&whole, &pieces)) {
        fprintf(stderr, "a cut changed the answer\n");
        abort();
    }
    if (whole.ok && !assay_utf8_valid(whole.reply.text))
        abort();
    assay_arena_free(&arena);
    return 0;
}
