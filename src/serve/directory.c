/*
 * Makes the directory: one walk over the catalog that keeps some bytes of
 * each model.
 */
#include "serve/directory.h"

#include "assay/identity.h"
#include "assay/traffic.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 4 };

struct provider_count {
    struct assay_str id, name;
    size_t routes, live, models;
    size_t last; /* the how manieth model was counted last: each once */
    struct provider_count *next;
};

enum { SLOTS = 1024 };

/* What one thread of the walk has seen. */
struct tally {
    struct assay_arena kept, views;
    struct assay_directory_model *models;
    size_t count, room;
    struct provider_count *slots[SLOTS];
    size_t routes, live;
    struct assay_date today;
    struct assay_traffic traffic;
};

/* ------------------------------------------------------- one model */

static struct provider_count *provider_of(struct tally *tally,
                                          struct assay_str id)
{
    struct provider_count **slot = &tally->slots[assay_str_hash(id) % SLOTS];
    struct provider_count *p = *slot;

    while (p && !assay_str_equal(p->id, id))
        p = p->next;
    if (p)
        return p;
    p = ASSAY_NEW(&tally->kept, struct provider_count);
    p->id = assay_arena_copy(&tally->kept, id);
    p->next = *slot;
    return *slot = p;
}

/*
 * Threads see routes in no order, and sources name one provider in several
 * ways: the table's name, else the first in the order of letters, else the id.
 */
static void take_name(struct assay_arena *arena, struct assay_str id,
                      struct assay_str offered, struct assay_str *name)
{
    struct assay_str known = assay_provider_name(id);

    if (!assay_str_equal(known, id))
        offered = known;
    if (name->len == 0 || assay_str_equal(*name, id) ||
        (!assay_str_equal(offered, id) &&
         assay_str_compare(offered, *name) < 0)) {
        if (!assay_str_equal(offered, *name))
            *name = assay_arena_copy(arena, offered);
    }
}

static void count_route(struct tally *tally, const struct assay_route *route)
{
    struct provider_count *p = provider_of(tally, route->provider);

    take_name(&tally->kept, p->id, route->provider_name, &p->name);
    p->routes++;
    p->live += route->live;
    if (route->model && p->last != tally->count) {
        p->models++;
        p->last = tally->count;
    }
    tally->routes++;
    tally->live += route->live;
}

static void add_lowered(char *to, size_t *len, struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        to[(*len)++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    to[(*len)++] = '\n';
}

/* Lines: id, name, aliases. */
static struct assay_str search_text(struct assay_arena *arena,
                                    const struct assay_model *model)
{
    size_t len = 0, size = model->id.len + model->name.len + 2;

    for (size_t i = 0; i < model->alias_count; i++)
        size += model->aliases[i].len + 1;
    char *text = assay_arena_alloc(arena, size, 1);
    add_lowered(text, &len, model->id);
    add_lowered(text, &len, model->name);
    for (size_t i = 0; i < model->alias_count; i++)
        add_lowered(text, &len, model->aliases[i]);
    return (struct assay_str){text, len};
}

/* Routes stand sorted by no provider: a small list of those seen. */
static size_t live_providers(const struct assay_model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->route_count; i++) {
        bool seen = !model->routes[i]->live;

        for (size_t k = 0; !seen && k < i; k++)
            seen = model->routes[k]->live &&
                   assay_str_equal(model->routes[k]->provider,
                                   model->routes[i]->provider);
        count += !seen;
    }
    return count;
}

static bool set_cost(struct tally *tally, const struct assay_model *model,
                     struct assay_directory_model *m, struct assay_error *err)
{
    const struct assay_cost_options options = {
        .traffic = &tally->traffic,
        .as_of = tally->today,
    };
    struct assay_model_cost cost;

    if (!assay_cost_model(&tally->views, model, &options, &cost, err))
        return false;
    m->cost_state = cost.best.route ? cost.best.state : ASSAY_UNKNOWN;
    m->usd = cost.best.usd;
    m->cost_retired = cost.retired;
    return true;
}

static struct assay_directory_model *add_model(struct tally *tally)
{
    if (tally->count == tally->room) {
        size_t room = tally->room ? 2 * tally->room : 256;
        struct assay_directory_model *wider =
            ASSAY_NEW_ARRAY(&tally->kept, struct assay_directory_model, room);

        if (tally->count)
            memcpy(wider, tally->models, tally->count * sizeof *wider);
        tally->models = wider;
        tally->room = room;
    }
    return &tally->models[tally->count++];
}

static bool see_model(void *context, struct assay_model *model, bool *keep,
                      struct assay_error *err)
{
    struct tally *tally = context;
    const struct assay_subject *subject = &model->subject;
    struct assay_directory_model *m = add_model(tally);
    struct assay_str task = {"", 0};

    (void)keep;
    (void)assay_choice_text(assay_subject_choice(subject, "task"), &task);
    (void)assay_choice_date(assay_subject_choice(subject, "released"),
                            &m->released);
    m->id = assay_arena_copy(&tally->kept, model->id);
    m->name = assay_arena_copy(&tally->kept, model->name);
    m->creator = assay_str_head(m->id, assay_str_find(m->id, '/'));
    m->creator_name = assay_arena_copy(&tally->kept, model->creator);
    m->task = assay_arena_copy(&tally->kept, task);
    m->search = search_text(&tally->kept, model);
    m->status = model->status;
    m->retired_on = model->retired_on;
    m->live_count = model->live_count;
    m->route_count = model->route_count;
    m->provider_count = live_providers(model);
    m->open_weights = model->open_weights;
    m->context_state = assay_choice_uint(
        assay_subject_choice(subject, "context_tokens"), &m->context_tokens);
    for (size_t i = 0; i < model->route_count; i++)
        count_route(tally, model->routes[i]);
    return set_cost(tally, model, m, err);
}

static bool see_unjoined(void *context, struct assay_route *route, bool *keep,
                         struct assay_error *err)
{
    (void)keep;
    (void)err;
    count_route(context, route);
    return true;
}

/* ------------------------------------------------------- all of them */

static int by_model_id(const void *a, const void *b)
{
    const struct assay_directory_model *x = a, *y = b;

    return assay_str_compare(x->id, y->id);
}

static int by_provider_id(const void *a, const void *b)
{
    const struct assay_directory_provider *x = a, *y = b;

    return assay_str_compare(x->id, y->id);
}

static void add_provider(struct assay_directory *d,
                         const struct provider_count *p)
{
    struct assay_directory_provider *to = NULL;

    for (size_t i = 0; !to && i < d->provider_count; i++)
        if (assay_str_equal(d->providers[i].id, p->id))
            to = &d->providers[i];
    if (!to) {
        to = &d->providers[d->provider_count++];
        to->id = assay_arena_copy(&d->arena, p->id);
    }
    take_name(&d->arena, p->id, p->name, &to->name);
    to->route_count += p->routes;
    to->live_count += p->live;
    to->model_count += p->models;
}

static void gather_providers(struct assay_directory *d,
                             const struct tally *tallies, size_t count)
{
    size_t room = 0;

    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < SLOTS; i++)
            for (struct provider_count *p = tallies[t].slots[i]; p; p = p->next)
                room++;
    d->providers =
        ASSAY_NEW_ARRAY(&d->arena, struct assay_directory_provider, room + 1);
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < SLOTS; i++)
            for (struct provider_count *p = tallies[t].slots[i]; p; p = p->next)
                add_provider(d, p);
    qsort(d->providers, d->provider_count, sizeof *d->providers,
          by_provider_id);
}

static void gather_models(struct assay_directory *d,
                          const struct tally *tallies, size_t count)
{
    for (size_t t = 0; t < count; t++)
        d->model_count += tallies[t].count;
    d->models = ASSAY_NEW_ARRAY(&d->arena, struct assay_directory_model,
                                d->model_count + 1);
    size_t at = 0;
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tallies[t].count; i++) {
            struct assay_directory_model *m = &d->models[at++];

            *m = tallies[t].models[i];
            m->id = assay_arena_copy(&d->arena, m->id);
            m->name = assay_arena_copy(&d->arena, m->name);
            m->creator = assay_str_head(m->id, assay_str_find(m->id, '/'));
            m->creator_name = assay_arena_copy(&d->arena, m->creator_name);
            m->task = assay_arena_copy(&d->arena, m->task);
            m->search = assay_arena_copy(&d->arena, m->search);
        }
    qsort(d->models, d->model_count, sizeof *d->models, by_model_id);
}

static bool gather_sources(struct assay_directory *d,
                           struct assay_catalog *catalog,
                           struct assay_error *err)
{
    if (!assay_catalog_sources(catalog, &d->arena, &d->sources,
                               &d->source_count, err))
        return false;
    for (size_t i = 0; i < d->source_count; i++)
        if (!d->newest.day ||
            assay_date_compare(d->sources[i].read, d->newest) > 0)
            d->newest = d->sources[i].read;
    return true;
}

static bool walk(struct assay_catalog *catalog, struct tally *tallies,
                 size_t count, struct assay_error *err)
{
    static const char *const facts[] = {
        "task",          "released", "context_tokens", "max_output_tokens",
        "image_tokens",  "name",     "creator",        "prices",
        "provider_name", NULL};
    const struct assay_view_options wanted = {.facts = facts};
    struct assay_view_walk walks[MOST_THREADS];

    for (size_t i = 0; i < count; i++)
        walks[i] = (struct assay_view_walk){
            .arena = &tallies[i].views,
            .context = &tallies[i],
            .model = see_model,
            .unjoined = see_unjoined,
        };
    return assay_catalog_walk(catalog, &wanted, walks, count, err);
}

struct assay_directory *assay_directory_new(struct assay_catalog *catalog,
                                            struct assay_date today,
                                            struct assay_error *err)
{
    struct assay_directory *d = calloc(1, sizeof *d);
    size_t count = 2;
    struct tally *tallies = calloc(count, sizeof *tallies);
    bool ok = d && tallies;

    if (!ok)
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a directory");
    for (size_t i = 0; ok && i < count; i++) {
        tallies[i].today = today;
        tallies[i].traffic = assay_traffic_default();
    }
    ok = ok && walk(catalog, tallies, count, err) &&
         gather_sources(d, catalog, err);
    if (ok) {
        gather_models(d, tallies, count);
        gather_providers(d, tallies, count);
        for (size_t i = 0; i < count; i++) {
            d->route_count += tallies[i].routes;
            d->live_count += tallies[i].live;
        }
        d->version = assay_catalog_version(catalog);
        d->users = 1;
    } else if (d) {
        assay_arena_free(&d->arena);
        free(d);
        d = NULL;
    }
    for (size_t i = 0; tallies && i < count; i++) {
        assay_arena_free(&tallies[i].views);
        assay_arena_free(&tallies[i].kept);
    }
    free(tallies);
    return d;
}

void assay_directory_share(struct assay_directory *directory)
{
    if (directory)
        atomic_fetch_add(&directory->users, 1);
}

void assay_directory_release(struct assay_directory *directory)
{
    if (!directory || atomic_fetch_sub(&directory->users, 1) > 1)
        return;
    assay_arena_free(&directory->arena);
    free(directory);
}

const struct assay_directory_model *assay_directory_find(
    const struct assay_directory *directory, struct assay_str model_id)
{
    const struct assay_directory_model key = {.id = model_id};

    return bsearch(&key, directory->models, directory->model_count,
                   sizeof *directory->models, by_model_id);
}
