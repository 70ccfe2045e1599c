/*
 * Where to go on: replacements first, then of each side one of the same
 * family, one of the same creator, and one that is near in cost and
 * context; what room is left goes to the rest in that order. The newest
 * release comes first.
 */
#include "compare/comparison.h"

#define SHOWN 6

struct candidate {
    const struct assay_model *model;
    size_t side; /* compared with this one */
    int rank;    /* smaller is nearer */
    const char *why;
    struct assay_date released; /* unset: nobody says */
    bool shown, dropped;
};

static bool same_fact(const struct assay_model *a, const struct assay_model *b,
                      const char *fact)
{
    struct assay_str x, y;

    return assay_choice_text(assay_subject_choice(&a->subject, fact), &x) ==
               ASSAY_KNOWN &&
           assay_choice_text(assay_subject_choice(&b->subject, fact), &y) ==
               ASSAY_KNOWN &&
           assay_str_equal(x, y);
}

static bool same_creator(const struct assay_model *a,
                         const struct assay_model *b)
{
    struct assay_str x, y, rest;

    return assay_str_cut(a->id, '/', &x, &rest) &&
           assay_str_cut(b->id, '/', &y, &rest) && assay_str_equal(x, y);
}

/* Within a factor of two, both ways. */
static bool near(struct assay_decimal a, struct assay_decimal b)
{
    struct assay_decimal twice_a = {0, 0}, twice_b = {0, 0};

    return assay_decimal_sign(a) > 0 && assay_decimal_sign(b) > 0 &&
           assay_decimal_mul(a, ASSAY_DECIMAL(2, 0), &twice_a) &&
           assay_decimal_mul(b, ASSAY_DECIMAL(2, 0), &twice_b) &&
           assay_decimal_compare(twice_a, b) >= 0 &&
           assay_decimal_compare(twice_b, a) >= 0;
}

static bool near_in_context(struct assay_comparison *c, size_t side,
                            const struct assay_model *model)
{
    struct assay_side other = {.model = model};
    const struct assay_claim *claim;
    uint64_t x, y;

    return assay_side_count(&c->sides[side], "context_tokens", &x, &claim) &&
           assay_side_count(&other, "context_tokens", &y, &claim) &&
           near(assay_decimal_uint(x), assay_decimal_uint(y));
}

/* Looked at last, for few: it asks every route of the model. */
static bool near_in_cost(struct assay_comparison *c,
                         const struct candidate *one)
{
    struct assay_cost_options options = {.traffic = &c->options->traffic,
                                         .as_of = c->options->as_of};
    struct assay_model_cost cost;
    struct assay_error err;

    return assay_cost_model(c->arena, one->model, &options, &cost, &err) &&
           cost.best.state == ASSAY_KNOWN && !cost.retired &&
           near(cost.best.usd, c->sides[one->side].cost.best.usd);
}

static bool is_over(struct assay_comparison *c, const struct assay_model *model)
{
    return assay_date_set(model->retired_on) &&
           assay_date_compare(model->retired_on, c->options->as_of) <= 0;
}

enum { NEAR_IN_COST = 3 };

static bool rank(struct assay_comparison *c, size_t side,
                 const struct assay_model *model, struct candidate *candidate)
{
    const struct assay_model *own = c->sides[side].model;

    if (is_over(c, model))
        return false;
    *candidate = (struct candidate){.model = model, .side = side};
    (void)assay_choice_date(assay_subject_choice(&model->subject, "released"),
                            &candidate->released);
    for (size_t i = 0; i < own->replacement_count; i++)
        if (assay_str_equal(own->replacements[i].id, model->id)) {
            candidate->why = "named replacement";
            return true;
        }
    if (same_fact(own, model, "family")) {
        candidate->rank = 1;
        candidate->why = "same family";
        return true;
    }
    if (same_creator(own, model) && same_fact(own, model, "task")) {
        candidate->rank = 2;
        candidate->why = "same creator and task";
        return true;
    }
    if (same_fact(own, model, "task") && near_in_context(c, side, model)) {
        candidate->rank = NEAR_IN_COST;
        candidate->why = "near in cost and context";
        return true;
    }
    return false;
}

/* By rank, the newest release first; the same for swapped sides. */
static bool before(const struct assay_comparison *c, const struct candidate *a,
                   const struct candidate *b)
{
    int order = a->rank - b->rank;

    if (order == 0)
        order = assay_date_compare(b->released, a->released);
    if (order == 0)
        order = assay_str_compare(a->model->id, b->model->id);
    if (order == 0)
        order = assay_str_compare(c->sides[a->side].model->id,
                                  c->sides[b->side].model->id);
    return order < 0;
}

static void insert(const struct assay_comparison *c, struct candidate *list,
                   size_t *count, const struct candidate *one)
{
    size_t at = (*count)++;

    for (; at > 0 && before(c, one, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = *one;
}

/* The same model stands before it, seen from a side that is no farther. */
static bool is_again(const struct candidate *list, const struct candidate *one)
{
    for (const struct candidate *at = list; at < one; at++)
        if (at->model == one->model && !at->dropped)
            return true;
    return false;
}

/* Nothing of its kind is shown for its side yet; replacements all are. */
static bool is_first(const struct candidate *list, const struct candidate *one)
{
    for (const struct candidate *c = list; c < one && one->rank > 0; c++)
        if (c->shown && c->side == one->side && c->rank == one->rank)
            return false;
    return true;
}

static void choose(struct assay_comparison *c, struct candidate *list,
                   size_t count)
{
    size_t shown = 0;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < count && shown < SHOWN; i++) {
            struct candidate *one = &list[i];

            if (one->shown || one->dropped || is_again(list, one) ||
                (round == 0 && !is_first(list, one)))
                continue;
            one->dropped = one->rank == NEAR_IN_COST && !near_in_cost(c, one);
            one->shown = !one->dropped;
            shown += one->shown;
        }
}

/* The other side of the pair that the reader would look at next. */
static size_t partner(const struct assay_comparison *c, size_t side)
{
    for (size_t i = 0; i < c->count; i++)
        if (i != side && c->sides[i].reachable)
            return i;
    return side;
}

static void say(struct assay_comparison *c, struct assay_section *section,
                const struct candidate *one, struct assay_str with)
{
    struct assay_str id = one->model->id;
    struct assay_str who = assay_arena_printf(
        c->arena, "%.*s (%s, seen from %.*s)", ASSAY_STR_ARG(one->model->name),
        one->why, ASSAY_STR_ARG(c->sides[one->side].model->name));
    struct assay_block *block = assay_section_say(
        c->doc, section, ASSAY_BLOCK_ITEM,
        assay_arena_printf(c->arena, "%.*s: assay compare %.*s %.*s",
                           ASSAY_STR_ARG(who), ASSAY_STR_ARG(with),
                           ASSAY_STR_ARG(id)));

    block->link = assay_link_pair(c->arena, with, id);
    block->link_len = who.len;
}

void assay_compare_related(struct assay_comparison *c)
{
    struct assay_section *section = NULL;
    struct assay_json *list = assay_json_array(c->arena);
    struct candidate *found = ASSAY_NEW_ARRAY(
        c->arena, struct candidate, c->options->neighbour_count * c->count);
    size_t count = 0;

    for (size_t n = 0; n < c->options->neighbour_count; n++)
        for (size_t i = 0; i < c->count; i++) {
            struct candidate one;

            if (rank(c, i, c->options->neighbours[n], &one))
                insert(c, found, &count, &one);
        }
    choose(c, found, count);
    for (size_t i = 0; i < count; i++) {
        if (!found[i].shown)
            continue;
        struct assay_str with = c->sides[partner(c, found[i].side)].model->id;
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));
        struct assay_json *models =
            assay_json_set(one, "models", assay_json_array(c->arena));

        assay_json_add(models, assay_json_string(c->arena, with));
        assay_json_add(models, assay_json_string(c->arena, found[i].model->id));
        assay_json_set_c(c->arena, one, "why", found[i].why);
        if (!section)
            section = assay_document_section(c->doc, "related", "Go on with");
        say(c, section, &found[i], with);
    }
    assay_json_set(c->data, "related", list);
}
