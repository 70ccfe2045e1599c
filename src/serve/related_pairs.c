/*
 * Every model is held against every other: a few million plain comparisons,
 * done once per edition of the site map.
 */
#include "serve/related_pairs.h"

#include <stdlib.h>

enum {
    PICKS = 3, /* of each kind for each model */
    NEAR = 2,  /* times as much, or half as much, at most */
    FAR = 1000 /* not known, or free */
};

enum kind { OF_CREATOR_AND_TASK, OF_TASK, KINDS };

/* For nearness only. */
static double ratio(double a, double b)
{
    if (a <= 0 || b <= 0)
        return FAR;
    return a > b ? a / b : b / a;
}

struct figures {
    double usd, context;
};

static struct figures figures_of(const struct assay_directory_model *m)
{
    return (struct figures){
        .usd = m->cost_state == ASSAY_KNOWN ? assay_decimal_double(m->usd) : 0,
        .context =
            m->context_state == ASSAY_KNOWN ? (double)m->context_tokens : 0,
    };
}

struct pick {
    const struct assay_directory_model *model;
    double distance;
};

/* The nearest stand first; equal ones in the order they came. */
static void offer(struct pick picks[PICKS], const struct pick *one)
{
    struct pick moving = *one;

    for (size_t i = 0; i < PICKS; i++)
        if (!picks[i].model || moving.distance < picks[i].distance) {
            struct pick next = picks[i];

            picks[i] = moving;
            moving = next;
            if (!moving.model)
                return;
        }
}

static void look_around(const struct assay_directory *d,
                        const struct figures *figures, size_t own,
                        struct pick picks[KINDS][PICKS])
{
    const struct assay_directory_model *m = &d->models[own];

    for (size_t i = 0; i < d->model_count; i++) {
        const struct assay_directory_model *other = &d->models[i];
        double usd = ratio(figures[own].usd, figures[i].usd);
        double context = ratio(figures[own].context, figures[i].context);
        struct pick one = {.model = other, .distance = usd + context};

        if (i == own || other->live_count == 0 ||
            other->status == ASSAY_STATUS_RETIRED || m->task.len == 0 ||
            !assay_str_equal(m->task, other->task))
            continue;
        if (assay_str_equal(m->creator, other->creator))
            offer(picks[OF_CREATOR_AND_TASK], &one);
        else if (usd <= NEAR && context <= NEAR)
            offer(picks[OF_TASK], &one);
    }
}

static int in_order(const void *left, const void *right)
{
    const struct assay_related_pair *x = left, *y = right;

    /* the models stand by id in one array */
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void assay_related_pairs(struct assay_arena *arena,
                         const struct assay_directory *d,
                         struct assay_related_pair **pairs, size_t *count)
{
    struct figures *figures =
        ASSAY_NEW_ARRAY(arena, struct figures, d->model_count + 1);
    size_t n = 0, kept = 0;

    *pairs = ASSAY_NEW_ARRAY(arena, struct assay_related_pair,
                             d->model_count * KINDS * PICKS + 1);
    for (size_t i = 0; i < d->model_count; i++)
        figures[i] = figures_of(&d->models[i]);
    for (size_t i = 0; i < d->model_count; i++) {
        struct pick picks[KINDS][PICKS] = {0};

        look_around(d, figures, i, picks);
        for (size_t k = 0; k < KINDS; k++)
            for (size_t p = 0; p < PICKS && picks[k][p].model; p++) {
                const struct assay_directory_model *own = &d->models[i];
                const struct assay_directory_model *other = picks[k][p].model;

                (*pairs)[n++] = (struct assay_related_pair){
                    .a = own < other ? own : other,
                    .b = own < other ? other : own,
                };
            }
    }
    qsort(*pairs, n, sizeof **pairs, in_order);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || in_order(&(*pairs)[i], &(*pairs)[i - 1]) != 0)
            (*pairs)[kept++] = (*pairs)[i];
    *count = kept;
}
