/*
 * What two readings say otherwise, subject by subject. A few thousand
 * statements.
 */
#include "assay/pages.h"

#include <stdlib.h>

struct diff {
    const struct assay_batch *after;
    struct assay_changes changes;
};

/* NULL: only the other one speaks of the subject. */
static bool compare_statements(struct diff *d,
                               const struct assay_statement *before,
                               const struct assay_statement *after,
                               struct assay_error *err)
{
    const struct assay_statement *either = after ? after : before;
    const struct assay_statement *both[2] = {before, after};
    const struct assay_json *bodies[2] = {NULL, NULL};
    const struct assay_change about = {
        .kind = either->kind,
        .subject = either->id,
        .source = d->after->source_id,
        .on = d->after->retrieved,
    };

    if (before && after && assay_str_equal(before->body, after->body))
        return true;
    for (size_t i = 0; i < 2; i++) {
        if (!both[i])
            continue;
        bodies[i] =
            assay_json_parse(d->changes.arena, both[i]->body, NULL, err);
        if (!bodies[i])
            return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(either->id));
    }
    assay_changes_compare(&d->changes, &about, bodies[0], bodies[1]);
    return true;
}

/* ------------------------------------------------------- two batches */

static int by_subject(const struct assay_statement *a,
                      const struct assay_statement *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

static int compare_places(const void *left, const void *right)
{
    const struct assay_statement *const *a = left, *const *b = right;

    return by_subject(*a, *b);
}

static const struct assay_statement **sorted(struct assay_arena *arena,
                                             const struct assay_batch *batch)
{
    const struct assay_statement **list = ASSAY_NEW_ARRAY(
        arena, const struct assay_statement *, batch->statement_count + 1);
    size_t count = 0;

    for (const struct assay_statement *s = batch->first; s; s = s->next)
        list[count++] = s;
    qsort(list, count, sizeof(*list), compare_places);
    return list;
}

bool assay_batch_changes(struct assay_arena *arena,
                         const struct assay_batch *before,
                         const struct assay_batch *after,
                         struct assay_change **changes, size_t *count,
                         struct assay_error *err)
{
    struct diff d = {.after = after, .changes = {.arena = arena}};
    const struct assay_statement **was = sorted(arena, before);
    const struct assay_statement **is = sorted(arena, after);
    size_t i = 0, k = 0;
    bool ok = true;

    while (ok && (i < before->statement_count || k < after->statement_count)) {
        int order = i == before->statement_count  ? 1
                    : k == after->statement_count ? -1
                                                  : by_subject(was[i], is[k]);
        if (order < 0)
            ok = compare_statements(&d, was[i++], NULL, err);
        else if (order > 0)
            ok = compare_statements(&d, NULL, is[k++], err);
        else
            ok = compare_statements(&d, was[i++], is[k++], err);
    }
    *changes = d.changes.at;
    *count = d.changes.count;
    return ok;
}
