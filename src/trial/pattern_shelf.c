/*
 * Expressions that are compiled once for a run. In practice the few that a
 * suite asks of every answer; those that differ from row to row soon fill the
 * shelf and are made each time, as without one.
 */
#include "trial/pattern.h"

#include <pthread.h>
#include <stdlib.h>

enum { MOST = 64, MOST_BYTES = 4096 };

struct assay_pattern_shelf {
    pthread_mutex_t lock;
    struct assay_arena arena;
    struct {
        enum assay_pattern_dialect dialect;
        struct assay_str text;
        const struct assay_pattern *pattern;
    } kept[MOST];
    size_t count;
};

struct assay_pattern_shelf *assay_pattern_shelf_new(struct assay_error *err)
{
    struct assay_pattern_shelf *shelf = calloc(1, sizeof *shelf);

    if (shelf)
        pthread_mutex_init(&shelf->lock, NULL);
    else
        assay_fail(err, ASSAY_SYSTEM, "no memory for expressions");
    return shelf;
}

void assay_pattern_shelf_free(struct assay_pattern_shelf *shelf)
{
    if (!shelf)
        return;
    assay_arena_free(&shelf->arena);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

/* With the lock. */
static const struct assay_pattern *find(const struct assay_pattern_shelf *shelf,
                                        enum assay_pattern_dialect dialect,
                                        struct assay_str text)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (shelf->kept[i].dialect == dialect &&
            assay_str_equal(shelf->kept[i].text, text))
            return shelf->kept[i].pattern;
    return NULL;
}

/* With the lock; what fails leaves nothing behind. */
static const struct assay_pattern *add(struct assay_pattern_shelf *shelf,
                                       enum assay_pattern_dialect dialect,
                                       struct assay_str text,
                                       struct assay_error *err)
{
    struct assay_arena_mark mark = assay_arena_mark(&shelf->arena);
    const struct assay_pattern *pattern =
        assay_pattern_new(&shelf->arena, dialect, text, err);

    if (!pattern) {
        assay_arena_rewind(&shelf->arena, mark);
        return NULL;
    }
    shelf->kept[shelf->count].dialect = dialect;
    shelf->kept[shelf->count].text = assay_arena_copy(&shelf->arena, text);
    shelf->kept[shelf->count++].pattern = pattern;
    return pattern;
}

const struct assay_pattern *assay_pattern_shelf_get(
    struct assay_pattern_shelf *shelf, struct assay_arena *arena,
    enum assay_pattern_dialect dialect, struct assay_str text,
    struct assay_error *err)
{
    const struct assay_pattern *pattern;
    bool room;

    pthread_mutex_lock(&shelf->lock);
    pattern = find(shelf, dialect, text);
    room = shelf->count < MOST && text.len <= MOST_BYTES;
    if (!pattern && room)
        pattern = add(shelf, dialect, text, err);
    pthread_mutex_unlock(&shelf->lock);
    return pattern || room ? pattern
                           : assay_pattern_new(arena, dialect, text, err);
}
