/*
 * Where a reader of some models may go on to: picked from the model index,
 * then loaded. A few thousand rows are looked through, at most 16 loaded.
 */
#include "catalog/catalog_store.h"

#include <stdlib.h>

enum {
    MAX_NEIGHBOURS = 16,
    PICKS = 3,        /* of each kind for each model */
    MAX_PICKED = 256, /* before retired ones are left out */
    NEAR = 2,         /* times as much, or half as much, at most */
};

struct candidate {
    int64_t num;
    struct assay_str id, family, task;
    double context, usd; /* for nearness only; 0: not known */
    bool retired;
    bool picked;
};

struct picker {
    struct candidate *candidates;
    size_t count;
    struct candidate *picked[MAX_PICKED];
    size_t picked_count;
};

static bool read_candidates(struct assay_catalog *catalog,
                            struct assay_arena *arena, struct picker *p,
                            struct assay_error *err)
{
    struct assay_query *q =
        assay_store_query(catalog->store,
                          "select num, id, family, task, context, monthly_usd,"
                          " status = 'retired' from model"
                          " order by id",
                          err);
    int64_t most = 0;
    bool row, ok;

    if (!assay_catalog_most(catalog, "select count(*) from model", &most,
                            err) ||
        !q)
        return false;
    p->candidates = ASSAY_NEW_ARRAY(arena, struct candidate, (size_t)most + 1);
    while ((ok = assay_query_step(q, &row, err)) && row) {
        if (!assay_catalog_row((int64_t)p->count, most, err))
            return false;
        struct candidate *c = &p->candidates[p->count++];
        struct assay_decimal usd;
        c->num = assay_query_int(q, 0);
        c->id = assay_arena_copy(arena, assay_query_text(q, 1));
        c->family = assay_arena_copy(arena, assay_query_text(q, 2));
        c->task = assay_arena_copy(arena, assay_query_text(q, 3));
        c->context = (double)assay_query_int(q, 4);
        if (assay_decimal_parse(assay_query_text(q, 5), &usd))
            c->usd = assay_decimal_double(usd);
        c->retired = assay_query_int(q, 6) != 0;
    }
    return ok;
}

static struct candidate *find(const struct picker *p, struct assay_str id)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = assay_str_compare(p->candidates[middle].id, id);
        if (order == 0)
            return &p->candidates[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static double ratio(double a, double b)
{
    if (a <= 0 || b <= 0)
        return 1000; /* not known, or free: far from any */
    return a > b ? a / b : b / a;
}

static double distance(const struct candidate *a, const struct candidate *b)
{
    return ratio(a->context, b->context) + ratio(a->usd, b->usd) +
           (b->retired ? 1e6 : 0);
}

static bool same_creator(struct assay_str a, struct assay_str b)
{
    struct assay_str mine, its, name;
    return assay_str_cut(a, '/', &mine, &name) &&
           assay_str_cut(b, '/', &its, &name) && assay_str_equal(mine, its);
}

static bool same_task(const struct candidate *a, const struct candidate *b)
{
    return a->task.len && assay_str_equal(a->task, b->task);
}

enum likeness { SAME_FAMILY, SAME_CREATOR_AND_TASK, NEAR_IN_COST };

static bool is_like(enum likeness likeness, const struct candidate *a,
                    const struct candidate *b)
{
    switch (likeness) {
    case SAME_FAMILY:
        return a->family.len && assay_str_equal(a->family, b->family);
    case SAME_CREATOR_AND_TASK:
        return same_creator(a->id, b->id) && same_task(a, b);
    case NEAR_IN_COST:
        return same_task(a, b) && ratio(a->usd, b->usd) <= NEAR &&
               ratio(a->context, b->context) <= NEAR;
    }
    return false;
}

static void pick(struct picker *p, struct candidate *c)
{
    if (c->picked || p->picked_count == MAX_PICKED)
        return;
    c->picked = true;
    p->picked[p->picked_count++] = c;
}

/* The nearest few of one kind; ties go to the id that sorts first. */
static void pick_nearest(struct picker *p, const struct candidate *of,
                         enum likeness likeness)
{
    for (int i = 0; i < PICKS; i++) {
        struct candidate *best = NULL;
        for (size_t k = 0; k < p->count; k++) {
            struct candidate *c = &p->candidates[k];
            if (c->picked || !is_like(likeness, of, c))
                continue;
            if (!best || distance(of, c) < distance(of, best))
                best = c;
        }
        if (!best)
            return;
        pick(p, best);
    }
}

static void pick_all(struct picker *p, struct assay_model *const *models,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct candidate *own = find(p, models[i]->id);
        if (own)
            own->picked = true; /* never its own neighbour */
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < models[i]->replacement_count; k++) {
            struct candidate *next = find(p, models[i]->replacements[k].id);
            if (next)
                pick(p, next);
        }
    for (enum likeness l = SAME_FAMILY; l <= NEAR_IN_COST; l++)
        for (size_t i = 0; i < count; i++) {
            const struct candidate *own = find(p, models[i]->id);
            if (own)
                pick_nearest(p, own, l);
        }
}

static int by_id(const void *left, const void *right)
{
    return assay_str_compare((*(struct assay_model *const *)left)->id,
                             (*(struct assay_model *const *)right)->id);
}

static bool load_picked(struct assay_catalog *catalog,
                        struct assay_arena *arena, const struct picker *p,
                        struct assay_model **found, size_t *count,
                        struct assay_error *err)
{
    struct assay_loaded_sources sources;

    if (!assay_load_sources(catalog, arena, &sources, err))
        return false;
    for (size_t i = 0; i < p->picked_count && *count < MAX_NEIGHBOURS; i++) {
        struct assay_error missing = {0};
        struct assay_model *model = assay_load_model(
            catalog, arena, &sources, p->picked[i]->num, &missing);
        if (!model && missing.code != ASSAY_NOT_FOUND) {
            *err = missing;
            return false;
        }
        if (model && model->status != ASSAY_STATUS_RETIRED)
            found[(*count)++] = model;
    }
    return true;
}

bool assay_catalog_neighbours(struct assay_catalog *catalog,
                              struct assay_arena *arena,
                              struct assay_model *const *models, size_t count,
                              struct assay_model ***neighbours,
                              size_t *neighbour_count, struct assay_error *err)
{
    struct picker picker = {0};

    *neighbours = ASSAY_NEW_ARRAY(arena, struct assay_model *, MAX_NEIGHBOURS);
    *neighbour_count = 0;
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = read_candidates(catalog, arena, &picker, err);
    if (ok) {
        pick_all(&picker, models, count);
        ok = load_picked(catalog, arena, &picker, *neighbours, neighbour_count,
                         err);
    }
    assay_store_end_read(catalog->store);
    qsort(*neighbours, *neighbour_count, sizeof(**neighbours), by_id);
    return ok;
}
