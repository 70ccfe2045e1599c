/*
 * A suite read again from the bytes that a run keeps: what stands on disk by
 * now, if anything does, says nothing.
 */
#include "trial/suite_parts.h"

#include <fnmatch.h>

const struct assay_suite_file *assay_suite_kept(struct assay_suite_reader *in,
                                                struct assay_str name)
{
    const struct assay_suite_options *o = &in->base->options;

    for (size_t i = 0; i < o->kept_count; i++)
        if (assay_str_equal(o->kept[i].path, name))
            return &o->kept[i];
    assay_fail(in->err, ASSAY_NOT_FOUND,
               "no file '%.*s' among those that the run was begun with",
               ASSAY_STR_ARG(name));
    return NULL;
}

static bool part_fits(struct assay_arena *arena, struct assay_str part,
                      struct assay_str name)
{
    return assay_str_equal(part, name) ||
           (!assay_str_starts(name, ".") &&
            fnmatch(assay_arena_cstr(arena, part),
                    assay_arena_cstr(arena, name), FNM_PERIOD) == 0);
}

/* What a walk over folders would have found: part by part, "**" any number of
   folders. */
static bool fits(struct assay_arena *arena, struct assay_str pattern,
                 struct assay_str name)
{
    struct assay_str part = pattern, rest = ASSAY_STR("");
    struct assay_str head = name, tail = ASSAY_STR("");
    bool last = !assay_str_cut(pattern, '/', &part, &rest);
    bool file = !assay_str_cut(name, '/', &head, &tail);

    if (assay_str_is(part, "**"))
        return fits(arena, last ? ASSAY_STR("*") : rest, name) ||
               (!file && !assay_str_starts(head, ".") &&
                fits(arena, pattern, tail));
    return last == file && part_fits(arena, part, head) &&
           (last || fits(arena, rest, tail));
}

size_t assay_suite_kept_fitting(struct assay_suite_reader *in,
                                struct assay_str pattern,
                                struct assay_str *names)
{
    const struct assay_suite_options *o = &in->base->options;
    struct assay_arena scratch = {0};
    size_t count = 0;

    for (size_t i = 0; i < o->kept_count; i++)
        if (fits(&scratch, pattern, o->kept[i].path))
            names[count++] = o->kept[i].path;
    assay_arena_free(&scratch);
    return count;
}
