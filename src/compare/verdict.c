/*
 * The verdict: the first rule that fires (FORMATS section 3). A rule names a
 * winner only when nothing that is unknown could turn it.
 */
#include "compare/advantages.h"
#include "compare/dominance.h"

#include <string.h>

struct verdict {
    const char *rule;
    size_t winner;
    struct assay_str text;
    struct assay_refs refs;
    struct assay_points why; /* further sentences */
};

#define NAME(side) ASSAY_STR_ARG((side)->model->name)

/* ------------------------------------------------------- different_job */

static struct assay_str task_of(const struct assay_side *side)
{
    struct assay_str task = {"", 0};

    (void)assay_choice_text(assay_subject_choice(&side->model->subject, "task"),
                            &task);
    return task;
}

/* "chat (GPT-4o, Claude)": the models with the task of `first`. */
static struct assay_str models_of_task(struct assay_comparison *c, size_t first)
{
    struct assay_str task = task_of(&c->sides[first]);
    struct assay_str list = c->sides[first].model->name;

    for (size_t i = first + 1; i < c->count; i++)
        if (assay_str_equal(task_of(&c->sides[i]), task))
            list = assay_arena_printf(c->arena, "%.*s, %.*s",
                                      ASSAY_STR_ARG(list), NAME(&c->sides[i]));
    return assay_arena_printf(c->arena, "%.*s (%.*s)", ASSAY_STR_ARG(task),
                              ASSAY_STR_ARG(list));
}

static bool different_job(struct assay_comparison *c, struct verdict *v)
{
    struct assay_str list = {"", 0};

    if (!c->different_jobs)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        struct assay_str task = task_of(&c->sides[i]);
        bool named = false;

        assay_compare_ref(
            c, &v->refs,
            assay_subject_choice(&c->sides[i].model->subject, "task")
                ->claims[0]);
        for (size_t k = 0; k < i && !named; k++)
            named = assay_str_equal(task_of(&c->sides[k]), task);
        if (named)
            continue;
        task = models_of_task(c, i);
        list = assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(list),
                                  list.len ? ", " : "", ASSAY_STR_ARG(task));
    }
    v->text = assay_arena_printf(
        c->arena, "These do different jobs: %.*s. No winner is named.",
        ASSAY_STR_ARG(list));
    return true;
}

/* ------------------------------------------------------- reachable */

static void say_retired(struct assay_comparison *c, const struct assay_side *s,
                        struct verdict *v)
{
    const struct assay_model *model = s->model;
    struct assay_refs refs = {0};

    assay_compare_ref(c, &refs, model->retired_on_claim);
    assay_compare_ref(c, &refs, model->status_claim);
    if (assay_date_set(model->retired_on)) {
        struct assay_str day = assay_date_text(c->arena, model->retired_on);

        assay_points_add(c, &v->why, "retired", &refs,
                         "%.*s was retired on %.*s.", NAME(s),
                         ASSAY_STR_ARG(day));
    } else if (model->status == ASSAY_STATUS_RETIRED) {
        assay_points_add(c, &v->why, "retired", &refs, "%.*s is retired.",
                         NAME(s));
    }
    for (size_t i = 0; i < model->route_count; i++) {
        const struct assay_route *route = model->routes[i];
        struct assay_str provider = assay_compare_provider(c, route);
        struct assay_refs own = {0};
        struct assay_str day;

        if (route->live || !assay_date_set(route->retired_on) ||
            assay_date_compare(route->retired_on, model->retired_on) == 0)
            continue;
        assay_compare_ref(c, &own, route->retired_on_claim);
        day = assay_date_text(c->arena, route->retired_on);
        assay_points_add(c, &v->why, "route_retired", &own,
                         "Its route at %.*s ended on %.*s.",
                         ASSAY_STR_ARG(provider), ASSAY_STR_ARG(day));
    }
}

static void say_replacement(struct assay_comparison *c,
                            const struct assay_side *s, struct verdict *v)
{
    const struct assay_model *model = s->model;
    struct assay_str chain = {"", 0};
    struct assay_refs refs = {0};

    for (size_t i = 0; i < model->replacement_count; i++) {
        const struct assay_replacement *r = &model->replacements[i];
        struct assay_str day = assay_date_text(c->arena, r->retires_on);
        const char *ends =
            r->status == ASSAY_STATUS_RETIRED ? ", retired " : ", ends ";

        assay_compare_ref(c, &refs, r->claim);
        chain =
            assay_arena_printf(c->arena, "%.*s%s%.*s (%s%s%.*s)",
                               ASSAY_STR_ARG(chain), chain.len ? ", then " : "",
                               ASSAY_STR_ARG(r->name.len ? r->name : r->id),
                               assay_status_name(r->status),
                               day.len ? ends : "", ASSAY_STR_ARG(day));
    }
    if (chain.len)
        assay_points_add(c, &v->why, "replacement", &refs,
                         "Its named replacement: %.*s.", ASSAY_STR_ARG(chain));
}

static bool reachable(struct assay_comparison *c, struct verdict *v)
{
    size_t one = ASSAY_NOBODY;

    for (size_t i = 0; i < c->count; i++) {
        if (c->sides[i].reachable && one == ASSAY_NOBODY)
            one = i;
        else if (!c->sides[i].unreachable)
            return false;
    }
    if (one == ASSAY_NOBODY)
        return false;
    v->winner = one;
    v->text = assay_arena_printf(
        c->arena,
        c->sides[one].model->live_count
            ? "Only %.*s can still be called."
            : "Only %.*s can still be used: its weights are open, no live "
              "route is known.",
        NAME(&c->sides[one]));
    for (size_t i = 0; i < c->count; i++) {
        if (i == one)
            continue;
        assay_compare_add_refs(c, &v->refs, &c->sides[i].status_refs);
        say_retired(c, &c->sides[i], v);
        say_replacement(c, &c->sides[i], v);
    }
    return true;
}

/* ------------------------------------------------------- needs */

static struct assay_str failed_terms(struct assay_comparison *c,
                                     const struct assay_side *side,
                                     enum assay_need_answer answer,
                                     struct assay_refs *refs)
{
    struct assay_str list = {"", 0};

    for (size_t i = 0; i < c->options->need->count; i++) {
        if (side->need.terms[i] != answer)
            continue;
        assay_compare_ref(c, refs, side->need.claims[i]);
        list = assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(list),
                                  list.len ? "; " : "",
                                  ASSAY_STR_ARG(side->need.reasons[i]));
    }
    return list;
}

/* " on poe/gpt-4o; its cheapest route does not": where it meets them. */
static struct assay_str met_where(struct assay_comparison *c,
                                  const struct assay_side *side)
{
    const struct assay_route *route = side->need.route;
    const struct assay_route *cheapest = side->cost.best.route;

    if (!route || side->model->live_count < 2)
        return ASSAY_STR("");
    return assay_arena_printf(c->arena, " on %.*s%s", ASSAY_STR_ARG(route->id),
                              cheapest && cheapest->live && cheapest != route
                                  ? "; the route of its monthly cost does not"
                                  : "");
}

static void say_need(struct assay_comparison *c, const struct assay_side *side,
                     struct verdict *v)
{
    struct assay_str list, where;
    struct assay_refs refs = {0};

    if (side->need.answer == ASSAY_ANSWER_YES) {
        for (size_t i = 0; i < c->options->need->count; i++)
            assay_compare_ref(c, &refs, side->need.claims[i]);
        where = met_where(c, side);
        assay_points_add(c, &v->why, "need_met", &refs,
                         "%.*s meets every need%.*s.", NAME(side),
                         ASSAY_STR_ARG(where));
        return;
    }
    list = failed_terms(c, side, side->need.answer, &refs);
    if (side->need.answer == ASSAY_ANSWER_UNKNOWN) {
        assay_points_add(c, &v->why, "need_unknown", &refs,
                         "Of %.*s it cannot be told: %.*s.", NAME(side),
                         ASSAY_STR_ARG(list));
        return;
    }
    where = (struct assay_str){"", 0};
    if (side->need.route && side->model->live_count > 1)
        where = assay_arena_printf(c->arena, " (nearest on %.*s)",
                                   ASSAY_STR_ARG(side->need.route->id));
    assay_points_add(c, &v->why, "need_failed", &refs, "%.*s is out%.*s: %.*s.",
                     NAME(side), ASSAY_STR_ARG(where), ASSAY_STR_ARG(list));
}

static void say_needs(struct assay_comparison *c, struct verdict *v)
{
    for (size_t i = 0; i < c->count; i++)
        say_need(c, &c->sides[i], v);
}

static bool needs(struct assay_comparison *c, struct verdict *v)
{
    size_t met = 0, out = 0, last = 0;

    if (!c->options->need || !c->options->need->count)
        return false;
    for (size_t i = 0; i < c->count; i++) {
        out += c->sides[i].need.answer == ASSAY_ANSWER_NO;
        if (c->sides[i].need.answer == ASSAY_ANSWER_YES) {
            met++;
            last = i;
        }
    }
    if (!out)
        return false;
    if (met == 1 && out == c->count - 1) {
        v->winner = last;
        v->text = assay_arena_printf(c->arena, "Only %.*s meets your needs.",
                                     NAME(&c->sides[last]));
    } else if (out == c->count) {
        v->text = ASSAY_STR("None of these meets your needs.");
    } else {
        v->text = assay_arena_printf(
            c->arena,
            "%zu of %zu %s out by your needs; %zu %s them, %zu "
            "cannot be told.",
            out, c->count, out == 1 ? "is" : "are", met,
            met == 1 ? "meets" : "meet", c->count - met - out);
    }
    say_needs(c, v);
    for (const struct assay_point *p = v->why.first; p; p = p->next)
        assay_compare_add_refs(c, &v->refs, &p->refs);
    return true;
}

/* ------------------------------------------------------- measured */

/* The user's own prompts decide, and nothing that was read elsewhere. */
static bool measured(struct assay_comparison *c, struct verdict *v)
{
    size_t winner = assay_compare_measured(c, &v->why);

    if (winner == ASSAY_NOBODY)
        return false;
    v->winner = winner;
    v->text =
        assay_arena_printf(c->arena, "%.*s is better on your own prompts.",
                           NAME(&c->sides[winner]));
    for (const struct assay_point *p = v->why.first; p; p = p->next)
        assay_compare_add_refs(c, &v->refs, &p->refs);
    return true;
}

/* ------------------------------------------------------- dominates */

static void advantage_refs(struct assay_comparison *c, size_t side,
                           struct assay_refs *refs)
{
    for (const struct assay_point *p = c->sides[side].advantages.first; p;
         p = p->next)
        assay_compare_add_refs(c, refs, &p->refs);
}

static bool dominates(struct assay_comparison *c, struct verdict *v)
{
    for (size_t i = 0; i < c->count; i++) {
        struct assay_standing s;

        if (!c->sides[i].model->live_count ||
            (c->options->need && c->sides[i].need.answer != ASSAY_ANSWER_YES))
            continue;
        assay_compare_standing(c, i, &s);
        if (s.worse || s.no_better || s.could_turn.len)
            continue;
        v->winner = i;
        v->text = assay_arena_printf(
            c->arena,
            "%.*s is no worse on any known signal and better on %.*s.",
            NAME(&c->sides[i]), ASSAY_STR_ARG(s.gained));
        advantage_refs(c, i, &v->refs);
        return true;
    }
    return false;
}

/* ------------------------------------------------------- trade */

/* The side that alone has something to say for it, or ASSAY_NOBODY. */
static size_t only_one(const struct assay_comparison *c)
{
    size_t one = ASSAY_NOBODY;

    for (size_t i = 0; i < c->count; i++) {
        if (!c->sides[i].advantages.first)
            continue;
        if (one != ASSAY_NOBODY)
            return ASSAY_NOBODY;
        one = i;
    }
    return one;
}

/* All that is known speaks for one, yet something unknown could turn it. */
static bool one_sided(struct assay_comparison *c, struct verdict *v)
{
    size_t one = only_one(c);
    struct assay_standing s;

    if (one == ASSAY_NOBODY)
        return false;
    assay_compare_standing(c, one, &s);
    if (s.worse || !s.could_turn.len)
        return false;
    v->text = assay_arena_printf(
        c->arena,
        "What is known speaks for %.*s. Choose it when %.*s. No winner is "
        "named, because %.*s.",
        NAME(&c->sides[one]),
        ASSAY_STR_ARG(c->sides[one].advantages.first->text),
        ASSAY_STR_ARG(s.could_turn));
    advantage_refs(c, one, &v->refs);
    return true;
}

static void what_each_buys(struct assay_comparison *c, struct verdict *v)
{
    struct assay_str buys = {"", 0};

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_point *first = c->sides[i].advantages.first;

        if (!first)
            continue;
        buys = assay_arena_printf(
            c->arena, "%.*s%s %.*s when %.*s", ASSAY_STR_ARG(buys),
            buys.len ? "; choose" : "Choose", NAME(&c->sides[i]),
            ASSAY_STR_ARG(first->text));
        assay_compare_add_refs(c, &v->refs, &first->refs);
    }
    if (!buys.len)
        v->text = ASSAY_STR("No known fact decides between these: test them "
                            "on your own prompts.");
    else
        v->text =
            assay_arena_printf(c->arena, "No model wins on all counts. %.*s.",
                               ASSAY_STR_ARG(buys));
}

/* A model whose own context is smaller than the request. */
static void say_too_small(struct assay_comparison *c, size_t side,
                          struct verdict *v)
{
    const struct assay_traffic *traffic = &c->options->traffic;
    const struct assay_claim *claim;
    struct assay_decimal request;
    struct assay_refs refs = {0};
    uint64_t context;

    if (!assay_side_count(&c->sides[side], "context_tokens", &context,
                          &claim) ||
        !assay_decimal_add(traffic->input_tokens, traffic->output_tokens,
                           &request) ||
        assay_decimal_compare(request, assay_decimal_uint(context)) <= 0)
        return;
    struct assay_str has =
        assay_decimal_fixed(c->arena, assay_decimal_uint(context), 0);
    struct assay_str asked = assay_decimal_fixed(c->arena, request, 0);

    assay_compare_ref(c, &refs, claim);
    assay_points_add(c, &v->why, "request_too_large", &refs,
                     "A request of %.*s tokens is more than the context of "
                     "%.*s, %.*s.",
                     ASSAY_STR_ARG(asked), NAME(&c->sides[side]),
                     ASSAY_STR_ARG(has));
}

static bool trade(struct assay_comparison *c, struct verdict *v)
{
    if (!one_sided(c, v))
        what_each_buys(c, v);
    for (size_t i = 0; i < c->count; i++) {
        say_too_small(c, i, v);
        if (!c->sides[i].unreachable)
            continue;
        say_retired(c, &c->sides[i], v);
        say_replacement(c, &c->sides[i], v);
    }
    return true;
}

/* ------------------------------------------- said whatever the rule */

static void say_overdue(struct assay_comparison *c,
                        const struct assay_side *side, struct verdict *v)
{
    const struct assay_model *model = side->model;
    struct assay_str day = assay_date_text(c->arena, model->retired_on);
    struct assay_str who =
        assay_kind_words(model->retired_on_claim->source->kind);

    assay_points_add(c, &v->why, "end_unconfirmed", &side->status_refs,
                     "%.*s was retired on %.*s, says %.*s; %zu live route%s "
                     "still listed.",
                     NAME(side), ASSAY_STR_ARG(day), ASSAY_STR_ARG(who),
                     model->live_count,
                     model->live_count == 1 ? " is" : "s are");
}

/* In the order of FORMATS section 3. */
static const struct {
    const char *rule;
    bool (*fires)(struct assay_comparison *c, struct verdict *v);
} rules[] = {
    {"different_job", different_job},
    {"reachable", reachable},
    {"needs", needs},
    {"measured", measured},
    {"dominates", dominates},
    {"trade", trade},
};

/* The further sentences as one paragraph; the contract keeps them apart. */
static void say_why(struct assay_comparison *c, struct assay_section *section,
                    const struct assay_points *why)
{
    struct assay_str text = {"", 0};
    struct assay_block *block;

    if (!why->first)
        return;
    for (const struct assay_point *p = why->first; p; p = p->next)
        text = assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  text.len ? " " : "", ASSAY_STR_ARG(p->text));
    block = assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH, text);
    for (const struct assay_point *p = why->first; p; p = p->next)
        assay_compare_add_refs(c, &block->refs, &p->refs);
}

static void write_verdict(struct assay_comparison *c, struct verdict *v)
{
    struct assay_json *data = assay_json_object(c->arena);
    struct assay_section *section =
        assay_document_section(c->doc, "verdict", "");
    struct assay_block *headline =
        assay_section_say(c->doc, section, ASSAY_BLOCK_HEADLINE, v->text);

    headline->rule = assay_str_c(v->rule);
    headline->refs = v->refs;
    say_why(c, section, &v->why);
    assay_json_set_c(c->arena, data, "rule", v->rule);
    assay_set_side(c, data, "winner", v->winner);
    assay_json_set_text(c->arena, data, "text", v->text);
    assay_json_set(data, "because", assay_refs_json(c, &v->refs));
    assay_json_set(data, "why", assay_points_json(c, &v->why));
    assay_json_set(c->data, "verdict", data);
}

bool assay_compare_verdict(struct assay_comparison *c)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct verdict v = {.rule = rules[i].rule, .winner = ASSAY_NOBODY};

        if (!rules[i].fires(c, &v))
            continue;
        for (size_t k = 0; k < c->count; k++)
            if (c->sides[k].overdue)
                say_overdue(c, &c->sides[k], &v);
        if (c->options->need && strcmp(v.rule, "needs") != 0)
            say_needs(c, &v);
        write_verdict(c, &v);
        return true;
    }
    return false;
}
