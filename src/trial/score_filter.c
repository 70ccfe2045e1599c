/*
 * lm-eval's filters: what of an answer is scored. Those that look at several
 * repeats (majority_vote, take_first) leave one answer as it is; the vote is
 * taken by whoever has the repeats. lm_eval/filters, read 2026-11-22.
 */
#include "trial/score_parts.h"

#include "trial/pattern.h"

#include <stdlib.h>

/* One answer on its way through the filters. */
struct passage {
    struct assay_arena *arena;
    struct assay_pattern_shelf *patterns;
    const struct assay_json *options;
    struct assay_str text;
};

static struct assay_str option(const struct passage *in, const char *name,
                               const char *otherwise)
{
    const struct assay_json *value = assay_json_get(in->options, name);

    return value ? value->text : assay_str_c(otherwise);
}

/* The first group of a match that is not empty, or the whole match. */
static struct assay_str part_of_match(struct passage *in,
                                      struct assay_pattern_text units,
                                      const struct assay_pattern_span *spans,
                                      size_t groups)
{
    if (groups == 0)
        return assay_pattern_part(in->arena, units, spans[0]);
    for (size_t g = 1; g <= groups; g++)
        if (spans[g].start < spans[g].end)
            return assay_pattern_part(in->arena, units, spans[g]);
    return ASSAY_STR("");
}

struct matches {
    struct assay_str *at;
    size_t count, room;
};

static void keep(struct assay_arena *arena, struct matches *all,
                 struct assay_str match)
{
    if (all->count == all->room) {
        struct assay_str *old = all->at;

        all->room = all->room ? 2 * all->room : 16;
        all->at = ASSAY_NEW_ARRAY(arena, struct assay_str, all->room);
        for (size_t i = 0; i < all->count; i++)
            all->at[i] = old[i];
    }
    all->at[all->count++] = match;
}

/* Python's re.findall. */
static bool find_all(struct passage *in, const struct assay_pattern *pattern,
                     struct matches *all, struct assay_error *err)
{
    size_t groups = assay_pattern_groups(pattern), from = 0;
    struct assay_pattern_span *spans =
        ASSAY_NEW_ARRAY(in->arena, struct assay_pattern_span, groups + 1);
    struct assay_pattern_text units;

    if (!assay_pattern_text(in->arena, in->text, &units, err))
        return false;
    while (from <= units.len) {
        switch (assay_pattern_search(pattern, units, from, spans, err)) {
        case ASSAY_PATTERN_GAVE_UP:
            return false;
        case ASSAY_PATTERN_NONE:
            return true;
        default:
            keep(in->arena, all, part_of_match(in, units, spans, groups));
            from = spans[0].end + (spans[0].end == spans[0].start);
            if (from > spans[0].end && from < units.len &&
                units.at[from] >= 0xdc00 && units.at[from] <= 0xdfff)
                from++; /* not into a pair */
        }
    }
    return true;
}

static bool apply_regex(struct passage *in, struct assay_error *err)
{
    struct assay_str fallback = option(in, "fallback", "[invalid]");
    struct assay_str select = option(in, "group_select", "0");
    long index = strtol(assay_arena_cstr(in->arena, select), NULL, 10);
    struct matches all = {0};
    const struct assay_pattern *pattern = assay_pattern_shelf_get(
        in->patterns, in->arena, ASSAY_PATTERN_PYTHON,
        option(in, "regex_pattern", "#### (\\-?[0-9\\.\\,]+)"), err);

    if (!pattern || !find_all(in, pattern, &all, err))
        return false;
    if (index < 0)
        index += (long)all.count;
    if (index < 0 || (size_t)index >= all.count)
        in->text = fallback;
    else if (all.at[index].len == 0 && assay_pattern_groups(pattern) > 1)
        in->text = assay_js_trim(fallback);
    else
        in->text = assay_js_trim(all.at[index]);
    return true;
}

static bool check_regex(struct passage *in, struct assay_error *err)
{
    return assay_pattern_shelf_get(
               in->patterns, in->arena, ASSAY_PATTERN_PYTHON,
               option(in, "regex_pattern", "a"), err) != NULL;
}

static bool apply_nothing(struct passage *in, struct assay_error *err)
{
    (void)in;
    (void)err;
    return true;
}

static bool apply_space(struct passage *in, struct assay_error *err)
{
    (void)err;
    in->text = assay_str_skip(in->text, assay_js_space(in->text));
    return true;
}

static bool apply_lower(struct passage *in, struct assay_error *err)
{
    (void)err;
    in->text = assay_js_lower(in->arena, in->text);
    return true;
}

static bool apply_map(struct passage *in, struct assay_error *err)
{
    const struct assay_json *map = assay_json_get(in->options, "mapping_dict");
    const struct assay_json *to = assay_json_get_str(map, in->text);

    (void)err;
    in->text = to ? to->text : option(in, "default_value", "");
    return true;
}

static bool check_map(struct passage *in, struct assay_error *err)
{
    return assay_json_is(assay_json_get(in->options, "mapping_dict"),
                         ASSAY_JSON_OBJECT) ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a mapping_dict");
}

static const struct kind {
    const char *name;
    bool (*check)(struct passage *in, struct assay_error *err);
    bool (*apply)(struct passage *in, struct assay_error *err);
} kinds[] = {
    {"regex", check_regex, apply_regex},
    {"take_first", apply_nothing, apply_nothing},
    {"majority_vote", apply_nothing, apply_nothing},
    {"remove_whitespace", apply_nothing, apply_space},
    {"lowercase", apply_nothing, apply_lower},
    {"map", check_map, apply_map},
};

static const struct kind *kind_of(struct assay_str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (assay_str_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

bool assay_score_check_filters(struct assay_pattern_shelf *patterns,
                               struct assay_arena *arena,
                               const struct assay_case *of,
                               struct assay_error *err)
{
    for (size_t i = 0; i < of->filter_count; i++) {
        const struct assay_filter *filter = &of->filters[i];
        const struct kind *kind = kind_of(filter->name);
        struct passage in = {arena, patterns, filter->options, ASSAY_STR("")};
        bool ok =
            kind ? kind->check(&in, err)
                 : assay_fail(err, ASSAY_BAD_INPUT, "no such filter is known");
        if (!ok)
            return assay_fail_in(err, "filter %.*s",
                                 ASSAY_STR_ARG(filter->name));
    }
    return true;
}

bool assay_score_filter(struct assay_pattern_shelf *patterns,
                        struct assay_arena *arena, const struct assay_case *of,
                        struct assay_str *text, struct assay_error *err)
{
    struct passage in = {arena, patterns, NULL, *text};

    for (size_t i = 0; i < of->filter_count; i++) {
        const struct kind *kind = kind_of(of->filters[i].name);

        in.options = of->filters[i].options;
        if (!kind || !kind->apply(&in, err))
            return false;
    }
    *text = in.text;
    return true;
}
