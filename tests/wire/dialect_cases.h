/*
 * What the tests of dialects share: a stream replayed in pieces, and an
 * answer as one text that two replays can be compared by.
 */
#ifndef ASSAY_TESTS_DIALECT_CASES_H
#define ASSAY_TESTS_DIALECT_CASES_H

#include "support/support.h"

#include "assay/dialect.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static inline struct assay_str cases_describe(
    struct assay_arena *arena, bool ok, const struct assay_completion *reply,
    const struct assay_trouble *trouble)
{
    struct assay_buf out;
    struct assay_str text;

    assay_buf_init(&out, 1 << 26);
    assay_buf_printf(&out,
                     "%s text=", ok ? "ok" : assay_class_name(trouble->of));
    assay_json_write_string(&out, reply->text);
    assay_buf_printf(&out, " finish=%s(%.*s)", assay_finish_name(reply->finish),
                     ASSAY_STR_ARG(reply->finish_stated));
    if (reply->reasoning.len)
        assay_buf_printf(&out, " thought=%.*s",
                         ASSAY_STR_ARG(reply->reasoning));
    if (reply->refusal.len)
        assay_buf_printf(&out, " refusal=%.*s", ASSAY_STR_ARG(reply->refusal));
    for (size_t i = 0; i < reply->call_count; i++)
        assay_buf_printf(&out, " call[%.*s,%.*s,%.*s]",
                         ASSAY_STR_ARG(reply->calls[i].id),
                         ASSAY_STR_ARG(reply->calls[i].name),
                         ASSAY_STR_ARG(reply->calls[i].arguments));
    for (size_t i = 0; i < reply->call_count; i++)
        if (reply->calls[i].signature.len)
            assay_buf_printf(&out, " signed=%.*s",
                             ASSAY_STR_ARG(reply->calls[i].signature));
    assay_buf_printf(&out, " model=%.*s", ASSAY_STR_ARG(reply->model));
    if (reply->tier.len)
        assay_buf_printf(&out, " tier=%.*s", ASSAY_STR_ARG(reply->tier));
    if (reply->usage_state == ASSAY_USAGE_RETURNED) {
        const struct assay_response_usage *u = &reply->usage;
        assay_buf_printf(&out, " usage=%" PRIu64 "/%" PRIu64, u->input_tokens,
                         u->output_tokens);
        if (u->cache_read_tokens || u->cache_write_tokens)
            assay_buf_printf(&out, " cache=%" PRIu64 "/%" PRIu64,
                             u->cache_read_tokens, u->cache_write_tokens);
        if (u->reasoning_tokens)
            assay_buf_printf(&out, " thinking=%" PRIu64, u->reasoning_tokens);
    }
    if (!isnan(reply->mean_logprob))
        assay_buf_printf(&out, " logprob=%.4f", reply->mean_logprob);
    if (!ok)
        assay_buf_printf(&out, " [%.*s] %.*s", ASSAY_STR_ARG(trouble->code),
                         ASSAY_STR_ARG(trouble->message));
    text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/* Equal, or begins with what stands before a "*" at the end. */
static inline bool cases_match(struct assay_str got, const char *expected)
{
    struct assay_str wanted = assay_str_c(expected);

    if (!assay_str_ends(wanted, "*"))
        return assay_str_equal(got, wanted);
    wanted.len--;
    return assay_str_equal(assay_str_head(got, wanted.len), wanted);
}

/* Pieces of `step` bytes, the first of `first`. */
static inline struct assay_str cases_replay(struct assay_arena *arena,
                                            const struct assay_dialect *dialect,
                                            struct assay_str bytes,
                                            size_t first, size_t step)
{
    struct assay_stream *stream = assay_stream_new(dialect, arena);
    struct assay_completion reply;
    struct assay_trouble trouble;
    struct assay_str text, shown = ASSAY_STR("");
    struct assay_buf news;
    unsigned bits, all = 0;
    size_t piece = first;
    bool ok = true;

    assay_buf_init(&news, 1 << 26);
    while (bytes.len > 0 && ok) {
        /* a copy of its own, so that reading past its end is noticed */
        struct assay_arena one = {0};
        struct assay_str part =
            assay_arena_copy(&one, assay_str_head(bytes, piece));

        ok = assay_stream_feed(stream, part, &bits);
        assay_arena_free(&one);
        all |= bits;
        assay_buf_add(&news, assay_stream_news(stream));
        bytes = assay_str_skip(bytes, piece);
        piece = step;
    }
    ok = assay_stream_end(stream, &reply, &trouble);
    /* what an end without a line's end brings is news, too */
    assay_buf_add(&news, assay_stream_news(stream));
    shown = assay_arena_copy(arena, assay_buf_str(&news));
    assay_buf_release(&news);
    text = cases_describe(arena, ok, &reply, &trouble);
    assay_stream_free(stream);
    return assay_arena_printf(arena, "%.*s bits=%u shown=%zu",
                              ASSAY_STR_ARG(text), all, shown.len);
}

#endif
