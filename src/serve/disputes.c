/*
 * Finds what sources disagree about: one walk over the catalog that keeps
 * the names of each fact in conflict.
 */
#include "serve/disputes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2 };

/* What one thread of the walk has seen. */
struct finder {
    struct assay_arena kept, views;
    struct assay_dispute *list;
    size_t count, room;
};

static struct assay_dispute *add(struct finder *finder)
{
    if (finder->count == finder->room) {
        size_t room = finder->room ? 2 * finder->room : 256;
        struct assay_dispute *wider =
            ASSAY_NEW_ARRAY(&finder->kept, struct assay_dispute, room);

        if (finder->count)
            memcpy(wider, finder->list, finder->count * sizeof *wider);
        finder->list = wider;
        finder->room = room;
    }
    return &finder->list[finder->count++];
}

static void add_sources(struct assay_arena *arena,
                        struct assay_dispute *dispute,
                        const struct assay_choice *choice)
{
    struct assay_str *sources =
        ASSAY_NEW_ARRAY(arena, struct assay_str, choice->count);

    dispute->sources = sources;
    for (size_t i = 0; i < choice->count; i++) {
        struct assay_str id = choice->claims[i]->source->id;

        if (!assay_dispute_has_source(dispute, id))
            sources[dispute->source_count++] = assay_arena_copy(arena, id);
    }
}

static void look(struct finder *finder, struct assay_str model,
                 const struct assay_subject *subject)
{
    for (size_t i = 0; i < subject->choice_count; i++) {
        const struct assay_choice *choice = &subject->choices[i];
        struct assay_dispute *dispute;

        if (!choice->conflict)
            continue;
        dispute = add(finder);
        *dispute = (struct assay_dispute){
            .model = assay_arena_copy(&finder->kept, model),
            .kind = subject->kind,
            .subject = assay_arena_copy(&finder->kept, subject->id),
            .fact = assay_arena_copy(&finder->kept, choice->fact),
        };
        add_sources(&finder->kept, dispute, choice);
    }
}

static bool see_model(void *context, struct assay_model *model, bool *keep,
                      struct assay_error *err)
{
    (void)keep;
    (void)err;
    look(context, model->id, &model->subject);
    for (size_t i = 0; i < model->route_count; i++)
        look(context, model->id, &model->routes[i]->subject);
    return true;
}

static bool see_unjoined(void *context, struct assay_route *route, bool *keep,
                         struct assay_error *err)
{
    (void)keep;
    (void)err;
    look(context, ASSAY_STR(""), &route->subject);
    return true;
}

/* The model's own facts stand before those of its routes. */
static int in_order(const void *a, const void *b)
{
    const struct assay_dispute *x = a, *y = b;
    int order = (x->model.len == 0) - (y->model.len == 0);

    if (order == 0)
        order = assay_str_compare(x->model, y->model);
    if (order == 0)
        order = (x->kind > y->kind) - (x->kind < y->kind);
    if (order == 0)
        order = assay_str_compare(x->subject, y->subject);
    return order ? order : assay_str_compare(x->fact, y->fact);
}

static void gather(struct assay_disputes *d, const struct finder *finders)
{
    for (size_t t = 0; t < THREADS; t++)
        d->count += finders[t].count;
    d->list = ASSAY_NEW_ARRAY(&d->arena, struct assay_dispute, d->count + 1);
    size_t at = 0;
    for (size_t t = 0; t < THREADS; t++)
        for (size_t i = 0; i < finders[t].count; i++) {
            const struct assay_dispute *from = &finders[t].list[i];
            struct assay_dispute *to = &d->list[at++];
            struct assay_str *sources = ASSAY_NEW_ARRAY(
                &d->arena, struct assay_str, from->source_count);

            *to = *from;
            to->model = assay_arena_copy(&d->arena, from->model);
            to->subject = assay_arena_copy(&d->arena, from->subject);
            to->fact = assay_arena_copy(&d->arena, from->fact);
            for (size_t k = 0; k < from->source_count; k++)
                sources[k] = assay_arena_copy(&d->arena, from->sources[k]);
            to->sources = sources;
        }
    qsort(d->list, d->count, sizeof *d->list, in_order);
}

struct assay_disputes *assay_disputes_new(struct assay_catalog *catalog,
                                          struct assay_error *err)
{
    const struct assay_view_options everything = {.facts = NULL};
    struct assay_view_walk walks[THREADS];
    struct finder finders[THREADS];
    struct assay_disputes *d = calloc(1, sizeof *d);
    bool ok;

    memset(finders, 0, sizeof finders);
    for (size_t i = 0; i < THREADS; i++)
        walks[i] = (struct assay_view_walk){
            .arena = &finders[i].views,
            .context = &finders[i],
            .model = see_model,
            .unjoined = see_unjoined,
        };
    ok = d ? assay_catalog_walk(catalog, &everything, walks, THREADS, err)
           : assay_fail(err, ASSAY_SYSTEM, "out of memory for conflicts");
    if (ok) {
        gather(d, finders);
        d->version = assay_catalog_version(catalog);
        d->as_of = assay_catalog_as_of(catalog);
        d->users = 1;
    } else {
        free(d);
        d = NULL;
    }
    for (size_t i = 0; i < THREADS; i++) {
        assay_arena_free(&finders[i].views);
        assay_arena_free(&finders[i].kept);
    }
    return d;
}

void assay_disputes_share(struct assay_disputes *disputes)
{
    atomic_fetch_add(&disputes->users, 1);
}

void assay_disputes_release(struct assay_disputes *disputes)
{
    if (!disputes || atomic_fetch_sub(&disputes->users, 1) > 1)
        return;
    assay_arena_free(&disputes->arena);
    free(disputes);
}

bool assay_dispute_has_source(const struct assay_dispute *dispute,
                              struct assay_str source_id)
{
    for (size_t i = 0; i < dispute->source_count; i++)
        if (assay_str_equal(dispute->sources[i], source_id))
            return true;
    return false;
}
