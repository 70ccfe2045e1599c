/*
 * Regular expressions of all dialects: a pattern, a zero byte, a text.
 * Whatever is taken ends its search within its work; whatever is refused is
 * refused with words.
 */
#include "fuzz_target.h"

#include "trial/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *why, const struct assay_error *err)
{
    fprintf(stderr, "fuzz_regex_translate: %s: %s\n", why, err->text);
    abort();
}

static void search(struct assay_arena *arena, struct assay_pattern *pattern,
                   struct assay_str text)
{
    struct assay_error err = {0};
    struct assay_pattern_text units;
    size_t groups = assay_pattern_groups(pattern);
    struct assay_pattern_span *spans =
        ASSAY_NEW_ARRAY(arena, struct assay_pattern_span, groups + 1);

    if (!assay_pattern_text(arena, text, &units, &err))
        return;
    if (assay_pattern_search(pattern, units, 0, spans, &err) !=
        ASSAY_PATTERN_FOUND)
        return;
    for (size_t i = 0; i <= groups; i++)
        if (spans[i].start <= spans[i].end &&
            (spans[i].end > units.len ||
             !assay_utf8_valid(assay_pattern_part(arena, units, spans[i]))))
            stop("a group lies outside the text", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_str all = {(const char *)data, len}, pattern = all;
    struct assay_str text = ASSAY_STR("");

    assay_str_cut(all, 0, &pattern, &text);
    text = assay_str_head(text, 200);
    for (int dialect = 0; dialect <= ASSAY_PATTERN_PYTHON; dialect++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_pattern *made = assay_pattern_new(
            &arena, (enum assay_pattern_dialect)dialect, pattern, &err);

        if (made)
            search(&arena, made, text);
        else if (err.code == ASSAY_OK || err.text[0] == 0)
            stop("refused without words", &err);
        assay_arena_free(&arena);
    }
    return 0;
}
