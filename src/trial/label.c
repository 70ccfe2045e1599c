/*
 * Answers that wait for a person's word: those that a judge marked, with what
 * it was asked to judge by. What it said is not among it.
 */
#include "assay/label.h"

#include "trial/ledger_parts.h"
#include "trial/run_judges.h"

struct walk {
    const struct assay_run *run;
    const struct assay_label *labels; /* in the order of the walk */
    size_t label_count, next;
    bool (*each)(void *context, struct assay_arena *arena,
                 const struct assay_judged_answer *judged);
    void *context;
};

static struct assay_str criterion_of(struct assay_arena *arena,
                                     const struct assay_attempt *a)
{
    struct assay_str all = ASSAY_STR("");

    for (const struct assay_json *c = a->checks->first; c; c = c->next) {
        struct assay_str one = assay_json_text(c, "criterion");
        struct assay_str type = assay_json_text(c, "type");
        if (!assay_json_text(c, "judged_by").len)
            continue;
        all = assay_arena_printf(
            arena, "%.*s%s%s%.*s", ASSAY_STR_ARG(all), all.len ? "\n" : "",
            assay_str_starts(type, "not-") ? "not: " : "", ASSAY_STR_ARG(one));
    }
    return all;
}

const struct assay_label *assay_label_next(const struct assay_label *labels,
                                           size_t count, size_t *next,
                                           const struct assay_attempt *a)
{
    for (; *next < count; ++*next) {
        const struct assay_label *l = &labels[*next];
        bool before = l->place != a->at->place ? l->place < a->at->place
                      : l->repeat != a->repeat ? l->repeat < a->repeat
                                               : l->route < a->route;
        if (before)
            continue;
        return l->place == a->at->place && l->repeat == a->repeat &&
                       l->route == a->route
                   ? l
                   : NULL;
    }
    return NULL;
}

static bool take(void *of_walk, struct assay_arena *arena,
                 const struct assay_attempt *a)
{
    struct walk *w = of_walk;
    struct assay_opinion opinion;

    if (!a->final || a->state != ASSAY_ATTEMPT_DONE)
        return true;
    opinion = assay_opinion_of(w->run, a);
    if (opinion.is != ASSAY_OPINION_GIVEN || opinion.judge == SIZE_MAX)
        return true;
    const struct assay_judged_answer judged = {
        .answer = a,
        .criterion = criterion_of(arena, a),
        .label = assay_label_next(w->labels, w->label_count, &w->next, a),
    };
    return w->each(w->context, arena, &judged);
}

bool assay_judged_answers(
    struct assay_ledger *ledger, const struct assay_run *run,
    bool (*each)(void *context, struct assay_arena *arena,
                 const struct assay_judged_answer *judged),
    void *context, struct assay_error *err)
{
    struct walk w = {.run = run, .each = each, .context = context};
    struct assay_arena arena = {0};
    struct assay_label *labels;
    bool ok = assay_ledger_labels(ledger, &arena, run->id, &labels,
                                  &w.label_count, err);

    w.labels = labels;
    ok = ok && assay_ledger_attempts(ledger, run->id, take, &w, err);
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- a list of them */

struct listing {
    struct assay_arena *arena;
    struct assay_judged_places *places;
    size_t room;
};

static bool list_one(void *of_listing, struct assay_arena *arena,
                     const struct assay_judged_answer *judged)
{
    struct listing *l = of_listing;
    struct assay_judged_places *to = l->places;
    const struct assay_attempt *a = judged->answer;

    (void)arena;
    if (to->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        struct assay_judged_place *more =
            ASSAY_NEW_ARRAY(l->arena, struct assay_judged_place, l->room);
        for (size_t i = 0; i < to->count; i++)
            more[i] = to->at[i];
        to->at = more;
    }
    to->at[to->count++] = (struct assay_judged_place){
        .place = a->at->place,
        .repeat = a->repeat,
        .route = a->route,
        .id = assay_arena_copy(l->arena, a->at->id),
        .labelled = judged->label != NULL,
    };
    return true;
}

bool assay_judged_list(struct assay_ledger *ledger, struct assay_arena *arena,
                       const struct assay_run *run,
                       struct assay_judged_places *places,
                       struct assay_error *err)
{
    struct listing listing = {arena, places, 0};

    *places = (struct assay_judged_places){0};
    return assay_judged_answers(ledger, run, list_one, &listing, err);
}

bool assay_judged_answer(struct assay_ledger *ledger,
                         const struct assay_run *run,
                         const struct assay_judged_place *place,
                         bool (*each)(void *context, struct assay_arena *arena,
                                      const struct assay_judged_answer *judged),
                         void *context, struct assay_error *err)
{
    struct walk w = {.run = run, .each = each, .context = context};
    struct assay_attempt_key key = {
        .place = place->place, .repeat = place->repeat, .route = place->route};

    return assay_ledger_run_number(ledger, run->id, &key.run, err) &&
           assay_ledger_attempts_at(ledger, &key, take, &w, err);
}
