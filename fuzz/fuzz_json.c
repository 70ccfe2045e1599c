/*
 * JSON: whatever is accepted is written, read again and found equal, in
 * every style; whatever is refused is refused with clean words. A part of an
 * object says what the whole says.
 */
#include "fuzz_target.h"

#include "assay/json.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *why, const struct assay_error *err)
{
    fprintf(stderr, "fuzz_json: %s: %s\n", why, err->text);
    abort();
}

static void check_round_trip(const struct assay_json *value,
                             struct assay_json_style style)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_buf out;

    assay_buf_init(&out, (size_t)1 << 26);
    assay_json_write(&out, value, style);
    if (!assay_buf_ok(&out, &err))
        stop("written text is too long", &err);
    struct assay_json *again =
        assay_json_parse(&arena, assay_buf_str(&out), NULL, &err);
    if (!again)
        stop("written text is refused", &err);
    if (!assay_json_equal(value, again) || !assay_json_equal(again, value))
        stop("written text reads differently", &err);
    if (!assay_json_equal(assay_json_copy(&arena, again), value))
        stop("the copy differs", &err);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

/* Any text may be picked from; of a good one the part is good. */
static void check_part(struct assay_str text, const struct assay_json *value)
{
    static const char *const paths[] = {"a", "b", "models", "id", "c.d", NULL};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    char *room = malloc(text.len ? text.len : 1);
    struct assay_str part = {room, 0};

    if (!room)
        abort();
    part.len = assay_json_pick(assay_json_picks_new(&arena, paths), text, room);
    if (part.len > text.len)
        stop("a part is longer than the whole", &err);
    if (assay_json_is(value, ASSAY_JSON_OBJECT)) {
        const struct assay_json *picked =
            assay_json_parse(&arena, part, NULL, &err);
        if (!picked)
            stop("a part is refused", &err);
        for (const struct assay_json *m = picked->first; m; m = m->next)
            if (!assay_str_is(m->key, "c") &&
                !assay_json_equal(m, assay_json_get_str(value, m->key)))
                stop("a part reads differently", &err);
    }
    free(room);
    assay_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text = {(const char *)data, len};
    struct assay_json *value = assay_json_parse(&arena, text, NULL, &err);

    check_part(text, value);
    if (value) {
        check_round_trip(value, (struct assay_json_style){0});
        check_round_trip(value, (struct assay_json_style){.indent = true,
                                                          .html_safe = true});
    } else {
        struct assay_str words = assay_str_c(err.text);
        if (err.code == ASSAY_OK || words.len == 0 || !assay_utf8_valid(words))
            stop("refused without words", &err);
        for (size_t i = 0; i < words.len; i++)
            if ((unsigned char)words.at[i] < 0x20 || words.at[i] == 0x7f)
                stop("a control character in the words", &err);
    }
    assay_arena_free(&arena);
    return 0;
}
