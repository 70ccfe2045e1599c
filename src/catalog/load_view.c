/*
 * Models and routes out of the store, many at once: all of them, or one
 * after another for searches that keep few. Nine tenths of the time are
 * spent on making views of what was scanned, so several threads may do it.
 */
#include "catalog/scan.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------- one by one */

static bool walk_model(const struct assay_scan *scan, struct assay_gathered *g,
                       const struct assay_view_walk *walk,
                       struct assay_error *err)
{
    struct assay_arena_mark mark = assay_arena_mark(walk->arena);
    bool keep = false;

    struct assay_model *model =
        assay_gathered_view(scan->catalog, walk->arena, g, err);
    if (!model || !walk->model(walk->context, model, &keep, err))
        return false;
    if (!keep)
        assay_arena_rewind(walk->arena, mark);
    return true;
}

static bool walk_unjoined(const struct assay_scan *scan,
                          struct assay_gathered_route *r,
                          const struct assay_view_walk *walk,
                          struct assay_error *err)
{
    struct assay_arena_mark mark = assay_arena_mark(walk->arena);
    bool keep = false;
    struct assay_route *route =
        assay_view_route(walk->arena, assay_gathered_stored(walk->arena, r),
                         scan->catalog->as_of, err);
    if (!route || !walk->unjoined(walk->context, route, &keep, err))
        return false;
    if (!keep)
        assay_arena_rewind(walk->arena, mark);
    return true;
}

/* ----------------------------------------------------- several at a time */

/* What walks share: whoever is free takes the next. */
struct party {
    const struct assay_scan *scan;
    struct assay_gathered_route **unjoined;
    atomic_size_t next; /* of the models, then of the unjoined */
    size_t count;
};

struct walker {
    struct party *party;
    const struct assay_view_walk *walk;
    struct assay_error err;
    pthread_t thread;
    bool started, failed;
};

static bool walk_next(const struct walker *w, size_t at,
                      struct assay_error *err)
{
    const struct assay_scan *scan = w->party->scan;

    if (at < scan->model_count)
        return !w->walk->model ||
               walk_model(scan, scan->models[at], w->walk, err);
    return !w->walk->unjoined ||
           walk_unjoined(scan, w->party->unjoined[at - scan->model_count],
                         w->walk, err);
}

static void *walk_on(void *of_walker)
{
    struct walker *w = of_walker;
    struct party *party = w->party;
    size_t at;

    while (!w->failed &&
           (at = atomic_fetch_add(&party->next, 1)) < party->count)
        w->failed = !walk_next(w, at, &w->err);
    if (w->failed)
        atomic_store(&party->next, party->count); /* nobody goes on */
    return NULL;
}

static void start(struct walker *walkers, size_t count)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < count; i++)
        walkers[i].started =
            pthread_create(&walkers[i].thread, NULL, walk_on, &walkers[i]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The first walk is this thread's; a thread that is refused is not missed. */
static bool walk_together(struct party *party,
                          const struct assay_view_walk *walks, size_t count,
                          struct assay_error *err)
{
    struct walker *walkers =
        ASSAY_NEW_ARRAY(party->scan->arena, struct walker, count);
    bool ok = true;

    for (size_t i = 0; i < count; i++)
        walkers[i] = (struct walker){.party = party, .walk = &walks[i]};
    start(walkers + 1, count - 1);
    walk_on(&walkers[0]);
    for (size_t i = 0; i < count; i++) {
        if (walkers[i].started)
            pthread_join(walkers[i].thread, NULL);
        if (walkers[i].failed && ok)
            *err = walkers[i].err;
        ok = ok && !walkers[i].failed;
    }
    return ok;
}

bool assay_load_walk(struct assay_catalog *catalog,
                     const struct assay_view_options *options,
                     const struct assay_view_walk *walks, size_t count,
                     struct assay_error *err)
{
    struct assay_scan scan = {.catalog = catalog, .arena = walks[0].arena};
    struct party party = {.scan = &scan};
    size_t at = 0;

    if (!assay_scan_read(&scan, options, err))
        return false;
    party.count = scan.model_count + scan.unjoined.route_count;
    party.unjoined = ASSAY_NEW_ARRAY(scan.arena, struct assay_gathered_route *,
                                     scan.unjoined.route_count);
    for (struct assay_gathered_route *r = scan.unjoined.first_route; r;
         r = r->next)
        party.unjoined[at++] = r;
    return walk_together(&party, walks, count, err);
}

bool assay_catalog_walk(struct assay_catalog *catalog,
                        const struct assay_view_options *options,
                        const struct assay_view_walk *walks, size_t count,
                        struct assay_error *err)
{
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = assay_load_walk(catalog, options, walks, count, err);
    assay_store_end_read(catalog->store);
    return ok;
}

/* ------------------------------------------------------------ whole views */

/* A list under construction. */
struct collection {
    struct assay_arena *arena;
    struct assay_view *view;
    size_t model_room, unjoined_room;
};

/* Room for one more in an array of `count` pointers. */
static void *grow(struct assay_arena *arena, void *old, size_t count,
                  size_t *room)
{
    if (count < *room)
        return old;
    *room = *room ? 2 * *room : 256;
    void *wider = assay_arena_alloc(arena, *room, sizeof(void *));
    if (count > 0)
        memcpy(wider, old, count * sizeof(void *));
    return wider;
}

static bool collect_model(void *context, struct assay_model *model, bool *keep,
                          struct assay_error *err)
{
    struct collection *c = context;
    struct assay_view *view = c->view;

    (void)err;
    view->models =
        grow(c->arena, view->models, view->model_count, &c->model_room);
    view->models[view->model_count++] = model;
    *keep = true;
    return true;
}

static bool collect_unjoined(void *context, struct assay_route *route,
                             bool *keep, struct assay_error *err)
{
    struct collection *c = context;
    struct assay_view *view = c->view;

    (void)err;
    view->unjoined =
        grow(c->arena, view->unjoined, view->unjoined_count, &c->unjoined_room);
    view->unjoined[view->unjoined_count++] = route;
    *keep = true;
    return true;
}

static int by_route_id(const void *left, const void *right)
{
    return assay_str_compare((*(struct assay_route *const *)left)->id,
                             (*(struct assay_route *const *)right)->id);
}

/* A chain's next model, among those of the view. */
static struct assay_model *find_in_view(const struct assay_view *view,
                                        struct assay_str id)
{
    size_t low = 0, high = view->model_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = assay_str_compare(view->models[middle]->id, id);
        if (order == 0)
            return view->models[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool complete_chain(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           const struct assay_view *view,
                           struct assay_model *model, struct assay_error *err)
{
    bool more = model->replacement_count > 0;

    for (int links = 0; more && links < 8; links++) {
        const struct assay_replacement *last =
            &model->replacements[model->replacement_count - 1];
        struct assay_str id;
        int64_t num;

        if (!assay_names_find(catalog, arena, last->id, &num, &id, err))
            return false;
        const struct assay_model *link = num ? find_in_view(view, id) : NULL;
        more = link && assay_view_replacement(arena, model, link);
    }
    return true;
}

bool assay_catalog_view_of(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           const struct assay_view_options *options,
                           struct assay_view *view, struct assay_error *err)
{
    struct collection c = {.arena = arena, .view = view};
    const struct assay_view_walk walk = {
        .arena = arena,
        .context = &c,
        .model = collect_model,
        .unjoined = collect_unjoined,
    };

    *view = (struct assay_view){0};
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = assay_load_walk(catalog, options, &walk, 1, err);
    if (ok && view->unjoined_count > 0)
        qsort(view->unjoined, view->unjoined_count,
              sizeof(struct assay_route *), by_route_id);
    for (size_t i = 0; ok && i < view->model_count; i++)
        ok = complete_chain(catalog, arena, view, view->models[i], err);
    assay_store_end_read(catalog->store);
    return ok;
}

bool assay_catalog_view(struct assay_catalog *catalog,
                        struct assay_arena *arena, struct assay_view *view,
                        struct assay_error *err)
{
    const struct assay_view_options everything = {.facts = NULL};
    return assay_catalog_view_of(catalog, arena, &everything, view, err);
}
