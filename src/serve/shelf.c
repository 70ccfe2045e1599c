/*
 * What is kept between visits. Finding all conflicts takes a walk over the
 * catalog (about 80 ms with every public list in it), opening a provider's
 * prices up to 26 ms; both serve until the catalog or the day is another.
 */
#include "serve/shelf.h"

#include "assay/pricer.h"
#include "serve/place.h"

#include <pthread.h>
#include <stdlib.h>

enum { PRICERS = 8 };

struct assay_shared_pricer {
    struct assay_pricer *pricer; /* NULL: the place is free */
    struct assay_arena arena;    /* of the texts below */
    struct assay_pricer_options options;
    uint64_t version;
    struct assay_date as_of;
    unsigned users;
    uint64_t used; /* the larger, the later */
    bool kept;     /* stands on the shelf; else one visit's own */
};

struct assay_shelf {
    pthread_mutex_t disputes_lock;
    struct assay_disputes *disputes;
    pthread_mutex_t scores_lock;
    struct assay_scoreboards *scores;
    pthread_mutex_t pricers_lock;
    struct assay_shared_pricer pricers[PRICERS];
    uint64_t clock;
};

struct assay_shelf *assay_shelf_new(struct assay_error *err)
{
    struct assay_shelf *shelf = calloc(1, sizeof *shelf);

    if (!shelf) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a site");
        return NULL;
    }
    pthread_mutex_init(&shelf->disputes_lock, NULL);
    pthread_mutex_init(&shelf->scores_lock, NULL);
    pthread_mutex_init(&shelf->pricers_lock, NULL);
    return shelf;
}

static void empty(struct assay_shared_pricer *p)
{
    assay_pricer_close(p->pricer);
    assay_arena_free(&p->arena);
    *p = (struct assay_shared_pricer){0};
}

void assay_shelf_free(struct assay_shelf *shelf)
{
    if (!shelf)
        return;
    assay_disputes_release(shelf->disputes);
    assay_scoreboards_release(shelf->scores);
    for (size_t i = 0; i < PRICERS; i++)
        empty(&shelf->pricers[i]);
    pthread_mutex_destroy(&shelf->disputes_lock);
    pthread_mutex_destroy(&shelf->scores_lock);
    pthread_mutex_destroy(&shelf->pricers_lock);
    free(shelf);
}

/* ------------------------------------------------------- conflicts */

struct assay_disputes *assay_shelf_disputes(struct assay_shelf *shelf,
                                            const struct assay_visit *visit,
                                            struct assay_error *err)
{
    uint64_t version = assay_catalog_version(visit->catalog);
    struct assay_disputes *d;

    if (assay_date_compare(visit->as_of, visit->today) != 0)
        return assay_disputes_new(visit->catalog, err);
    pthread_mutex_lock(&shelf->disputes_lock);
    d = shelf->disputes;
    if (!d || d->version != version ||
        assay_date_compare(d->as_of, visit->as_of) != 0) {
        d = assay_disputes_new(visit->catalog, err);
        if (d) {
            assay_disputes_release(shelf->disputes);
            shelf->disputes = d;
        }
    }
    if (d)
        assay_disputes_share(d);
    pthread_mutex_unlock(&shelf->disputes_lock);
    return d;
}

/* ------------------------------------------------------- benchmarks */

struct assay_scoreboards *assay_shelf_scores(struct assay_shelf *shelf,
                                             const struct assay_visit *visit,
                                             struct assay_error *err)
{
    uint64_t version = assay_catalog_version(visit->catalog);
    struct assay_scoreboards *boards;

    if (assay_date_compare(visit->as_of, visit->today) != 0)
        return assay_scoreboards_new(visit->catalog, err);
    pthread_mutex_lock(&shelf->scores_lock);
    boards = shelf->scores;
    if (!boards || boards->version != version ||
        assay_date_compare(boards->as_of, visit->as_of) != 0) {
        boards = assay_scoreboards_new(visit->catalog, err);
        if (boards) {
            assay_scoreboards_release(shelf->scores);
            shelf->scores = boards;
        }
    }
    if (boards)
        assay_scoreboards_share(boards);
    pthread_mutex_unlock(&shelf->scores_lock);
    return boards;
}

/* ------------------------------------------------------- pricers */

struct wanted {
    const struct assay_visit *visit;
    const struct assay_pricer_options *options;
    uint64_t version;
};

static bool is_wanted(const struct assay_shared_pricer *p,
                      const struct wanted *w)
{
    const struct assay_pricer_options *a = &p->options, *b = w->options;

    return p->pricer && p->version == w->version &&
           assay_date_compare(p->as_of, w->visit->as_of) == 0 &&
           assay_str_equal(a->provider, b->provider) &&
           assay_str_equal(a->source_id, b->source_id) &&
           assay_date_compare(a->at, b->at) == 0 &&
           a->minute_of_day == b->minute_of_day;
}

/* A free place, else the one that was asked for longest ago and is idle. */
static struct assay_shared_pricer *make_room(struct assay_shelf *shelf)
{
    struct assay_shared_pricer *oldest = NULL;

    for (size_t i = 0; i < PRICERS; i++) {
        struct assay_shared_pricer *p = &shelf->pricers[i];

        if (!p->pricer)
            return p;
        if (p->users == 0 && (!oldest || p->used < oldest->used))
            oldest = p;
    }
    if (oldest)
        empty(oldest);
    return oldest;
}

static bool fill(struct assay_shared_pricer *p, const struct wanted *w,
                 struct assay_error *err)
{
    p->pricer = assay_pricer_open(w->visit->catalog, w->options, err);
    if (!p->pricer)
        return false;
    p->options = *w->options;
    p->options.provider = assay_arena_copy(&p->arena, p->options.provider);
    p->options.source_id = assay_arena_copy(&p->arena, p->options.source_id);
    p->version = w->version;
    p->as_of = w->visit->as_of;
    return true;
}

/* Everything on the shelf is in use. */
static struct assay_shared_pricer *make_own(const struct wanted *w,
                                            struct assay_error *err)
{
    struct assay_shared_pricer *p = calloc(1, sizeof *p);

    if (!p) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for prices");
        return NULL;
    }
    if (fill(p, w, err))
        return p;
    free(p);
    return NULL;
}

struct assay_shared_pricer *assay_shelf_pricer(
    struct assay_shelf *shelf, const struct assay_visit *visit,
    const struct assay_pricer_options *options, struct assay_error *err)
{
    const struct wanted w = {
        .visit = visit,
        .options = options,
        .version = assay_catalog_version(visit->catalog),
    };
    struct assay_shared_pricer *found = NULL;

    pthread_mutex_lock(&shelf->pricers_lock);
    for (size_t i = 0; !found && i < PRICERS; i++)
        if (is_wanted(&shelf->pricers[i], &w))
            found = &shelf->pricers[i];
    if (!found) {
        found = make_room(shelf);
        if (found && !fill(found, &w, err)) {
            pthread_mutex_unlock(&shelf->pricers_lock);
            return NULL;
        }
    }
    if (found) {
        found->kept = true;
        found->users++;
        found->used = ++shelf->clock;
    }
    pthread_mutex_unlock(&shelf->pricers_lock);
    return found ? found : make_own(&w, err);
}

struct assay_pricer *assay_shared_pricer_get(
    const struct assay_shared_pricer *shared)
{
    return shared->pricer;
}

void assay_shelf_give_back(struct assay_shelf *shelf,
                           struct assay_shared_pricer *shared)
{
    if (!shared->kept) {
        empty(shared);
        free(shared);
        return;
    }
    pthread_mutex_lock(&shelf->pricers_lock);
    shared->users--;
    pthread_mutex_unlock(&shelf->pricers_lock);
}
