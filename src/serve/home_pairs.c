/*
 * Which comparisons home offers: rules over the directory, no opinions.
 */
#include "serve/home_pairs.h"

#include <stdlib.h>

enum {
    TRIED = 8, /* models looked at for a replacement, per rule */
    OF_A_RULE = 2,
    SEVERAL = 5, /* providers of a model that counts as in use */
};

struct pairs {
    struct assay_visit *visit;
    struct assay_home_pair *at;
    size_t count;
};

/* A pair with both of them is there. */
static bool is_there(const struct pairs *pairs,
                     const struct assay_directory_model *a,
                     const struct assay_directory_model *b)
{
    for (size_t i = 0; i < pairs->count; i++)
        if ((pairs->at[i].a == a && pairs->at[i].b == b) ||
            (pairs->at[i].a == b && pairs->at[i].b == a))
            return true;
    return false;
}

static bool add(struct pairs *pairs, const struct assay_directory_model *a,
                const struct assay_directory_model *b, struct assay_str why)
{
    if (a == b || pairs->count == ASSAY_HOME_PAIRS_MAX || is_there(pairs, a, b))
        return false;
    pairs->at[pairs->count++] = (struct assay_home_pair){a, b, why};
    return true;
}

static bool is_chat(const struct assay_directory_model *m)
{
    return m->task.len == 0 || assay_str_is(m->task, "chat");
}

/* ------------------------------------------------------- choosing models */

struct choice {
    bool (*fits)(const struct assay_directory_model *m,
                 struct assay_date today);
    int (*order)(const void *a, const void *b);
};

static const struct assay_directory_model *at(const void *p)
{
    return *(const struct assay_directory_model *const *)p;
}

/* More providers first; equals by id. */
static int by_providers(const void *a, const void *b)
{
    const struct assay_directory_model *x = at(a), *y = at(b);

    if (x->provider_count != y->provider_count)
        return x->provider_count > y->provider_count ? -1 : 1;
    return assay_str_compare(x->id, y->id);
}

static int by_routes(const void *a, const void *b)
{
    const struct assay_directory_model *x = at(a), *y = at(b);

    if (x->route_count != y->route_count)
        return x->route_count > y->route_count ? -1 : 1;
    return assay_str_compare(x->id, y->id);
}

static int by_end(const void *a, const void *b)
{
    int order = assay_date_compare(at(a)->retired_on, at(b)->retired_on);

    return order ? order : by_providers(a, b);
}

static int newest_first(const void *a, const void *b)
{
    int order = assay_date_compare(at(b)->released, at(a)->released);

    return order ? order : by_providers(a, b);
}

static bool ends_soon(const struct assay_directory_model *m,
                      struct assay_date today)
{
    return is_chat(m) && m->live_count > 0 && assay_date_set(m->retired_on) &&
           assay_date_compare(m->retired_on, today) > 0;
}

static bool is_over(const struct assay_directory_model *m,
                    struct assay_date today)
{
    (void)today;
    return is_chat(m) && m->status == ASSAY_STATUS_RETIRED &&
           m->route_count > 1;
}

static bool is_served(const struct assay_directory_model *m,
                      struct assay_date today)
{
    (void)today;
    return is_chat(m) && m->provider_count > 1;
}

static bool is_new(const struct assay_directory_model *m,
                   struct assay_date today)
{
    return is_chat(m) && m->provider_count >= SEVERAL &&
           assay_date_set(m->released) &&
           assay_date_compare(m->released, today) <= 0;
}

static const struct assay_directory_model **choose(
    const struct assay_visit *visit, const struct choice *choice, size_t *count)
{
    const struct assay_directory *d = visit->directory;
    const struct assay_directory_model **chosen = ASSAY_NEW_ARRAY(
        visit->arena, const struct assay_directory_model *, d->model_count + 1);

    *count = 0;
    for (size_t i = 0; i < d->model_count; i++)
        if (choice->fits(&d->models[i], visit->today))
            chosen[(*count)++] = &d->models[i];
    qsort(chosen, *count, sizeof *chosen, choice->order);
    return chosen;
}

/* ------------------------------------------------------- the rules */

/* The last of its chain of replacements that can be called; or NULL. */
static bool find_replacement(const struct pairs *pairs,
                             const struct assay_directory_model *m,
                             const struct assay_directory_model **found,
                             struct assay_error *err)
{
    const struct assay_visit *visit = pairs->visit;
    const struct assay_model *model =
        assay_catalog_model(visit->catalog, visit->arena, m->id, err);

    *found = NULL;
    for (size_t i = 0; model && i < model->replacement_count; i++) {
        const struct assay_directory_model *one =
            assay_directory_find(visit->directory, model->replacements[i].id);

        if (one && one->live_count)
            *found = one;
    }
    return model != NULL;
}

static bool add_replaced(struct pairs *pairs, const struct choice *choice,
                         const char *verb, struct assay_error *err)
{
    struct assay_arena *arena = pairs->visit->arena;
    size_t count, added = 0;
    const struct assay_directory_model **models =
        choose(pairs->visit, choice, &count);

    for (size_t i = 0; i < count && i < TRIED && added < OF_A_RULE; i++) {
        const struct assay_directory_model *next;
        struct assay_str when = ASSAY_STR("");

        if (!find_replacement(pairs, models[i], &next, err))
            return false;
        if (assay_date_set(models[i]->retired_on))
            when = assay_arena_printf(
                arena, " %.*s",
                ASSAY_STR_ARG(assay_date_text(arena, models[i]->retired_on)));
        if (next)
            added += add(pairs, models[i], next,
                         assay_arena_printf(
                             arena, "%.*s %s%.*s; %.*s is named to follow it",
                             ASSAY_STR_ARG(models[i]->name), verb,
                             ASSAY_STR_ARG(when), ASSAY_STR_ARG(next->name)));
    }
    return true;
}

/* The first, and the first after it of another creator. */
static void add_best(
    struct pairs *pairs, const struct choice *choice,
    struct assay_str (*why)(struct assay_arena *arena,
                            const struct assay_directory_model *a,
                            const struct assay_directory_model *b))
{
    size_t count;
    const struct assay_directory_model **models =
        choose(pairs->visit, choice, &count);

    for (size_t i = 1; i < count; i++)
        if (!assay_str_equal(models[0]->creator, models[i]->creator)) {
            (void)add(pairs, models[0], models[i],
                      why(pairs->visit->arena, models[0], models[i]));
            return;
        }
}

static struct assay_str why_served(struct assay_arena *arena,
                                   const struct assay_directory_model *a,
                                   const struct assay_directory_model *b)
{
    return assay_arena_printf(arena,
                              "what most providers serve: %zu and %zu of them",
                              a->provider_count, b->provider_count);
}

static struct assay_str why_new(struct assay_arena *arena,
                                const struct assay_directory_model *a,
                                const struct assay_directory_model *b)
{
    struct assay_str x = assay_date_text(arena, a->released);
    struct assay_str y = assay_date_text(arena, b->released);

    return assay_arena_printf(
        arena, "the newest that %d providers or more serve: %.*s and %.*s",
        SEVERAL, ASSAY_STR_ARG(x), ASSAY_STR_ARG(y));
}

/* "open weights", "retired 2024-12-06", "18 live routes" */
static struct assay_str state_words(struct assay_arena *arena,
                                    const struct assay_directory_model *m)
{
    if (m->status == ASSAY_STATUS_RETIRED)
        return assay_arena_printf(
            arena, "retired%s%.*s", assay_date_set(m->retired_on) ? " " : "",
            ASSAY_STR_ARG(assay_date_text(arena, m->retired_on)));
    if (m->open_weights)
        return ASSAY_STR("open weights");
    return assay_arena_printf(arena, "%zu live route%s", m->live_count,
                              m->live_count == 1 ? "" : "s");
}

/* The pair that the project began with. */
static void add_first(struct pairs *pairs)
{
    const struct assay_directory *d = pairs->visit->directory;
    struct assay_arena *arena = pairs->visit->arena;
    const struct assay_directory_model *a =
        assay_directory_find(d, ASSAY_STR("google/gemma-2-2b"));
    const struct assay_directory_model *b =
        assay_directory_find(d, ASSAY_STR("openai/gpt-4-vision-preview"));

    if (a && b)
        (void)add(pairs, a, b,
                  assay_arena_printf(arena, "%.*s against %.*s",
                                     ASSAY_STR_ARG(state_words(arena, a)),
                                     ASSAY_STR_ARG(state_words(arena, b))));
}

bool assay_home_pairs(struct assay_visit *visit, struct assay_home_pair *pairs,
                      size_t *count, struct assay_error *err)
{
    static const struct choice ending = {ends_soon, by_end};
    static const struct choice over = {is_over, by_routes};
    static const struct choice served = {is_served, by_providers};
    static const struct choice new = {is_new, newest_first};
    struct pairs all = {.visit = visit, .at = pairs};

    if (!add_replaced(&all, &ending, "ends", err) ||
        !add_replaced(&all, &over, "retired", err))
        return false;
    add_best(&all, &served, why_served);
    add_best(&all, &new, why_new);
    add_first(&all);
    *count = all.count;
    return true;
}
