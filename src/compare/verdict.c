/*
 * The verdict: the first rule that fires (FORMATS section 3). A rule names a
 * winner only when nothing that is unknown could turn it.
 */
#include "compare/advantages.h"
#include "compare/capability.h"

#include <string.h>

struct verdict {
    const char *rule;
    size_t winner;
    struct assay_str text;
    struct assay_refs refs;
    struct assay_points why; /* further sentences */
};

#define NAME(side) ASSAY_STR_ARG((side)->model->name)

static void add_refs(struct assay_comparison *c, struct assay_refs *refs,
                     const struct assay_refs *more)
{
    for (size_t i = 0; i < more->count; i++)
        assay_refs_add(c->arena, refs, more->claims[i]);
}

/* ------------------------------------------------------- different_job */

static bool different_job(struct assay_comparison *c, struct verdict *v)
{
    struct assay_str tasks[ASSAY_COMPARE_MAX], list = {"", 0};
    bool differ = false;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_choice *task =
            assay_subject_choice(&c->sides[i].model->subject, "task");

        if (assay_choice_text(task, &tasks[i]) != ASSAY_KNOWN)
            return false;
        assay_compare_ref(c, &v->refs, task->claims[0]);
        differ = differ || !assay_str_equal(tasks[0], tasks[i]);
        list = assay_arena_printf(c->arena, "%.*s%s%.*s is for %.*s",
                                  ASSAY_STR_ARG(list), list.len ? ", " : "",
                                  NAME(&c->sides[i]), ASSAY_STR_ARG(tasks[i]));
    }
    if (!differ)
        return false;
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
        struct assay_refs own = {0};
        struct assay_str day;

        if (route->live || !assay_date_set(route->retired_on) ||
            assay_date_compare(route->retired_on, model->retired_on) == 0)
            continue;
        assay_compare_ref(c, &own, route->retired_on_claim);
        day = assay_date_text(c->arena, route->retired_on);
        assay_points_add(c, &v->why, "route_retired", &own,
                         "Its route at %.*s ended on %.*s.",
                         ASSAY_STR_ARG(route->provider_name),
                         ASSAY_STR_ARG(day));
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
        add_refs(c, &v->refs, &c->sides[i].status_refs);
        say_retired(c, &c->sides[i], v);
        say_replacement(c, &c->sides[i], v);
    }
    return true;
}

/* ------------------------------------------------------- needs */

static struct assay_str failed_terms(struct assay_comparison *c,
                                     const struct assay_side *side,
                                     enum assay_answer answer,
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

static void say_needs(struct assay_comparison *c, struct verdict *v)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_side *side = &c->sides[i];
        struct assay_refs refs = {0};
        struct assay_str list;

        if (side->need.answer == ASSAY_ANSWER_YES) {
            assay_points_add(c, &v->why, "need_met", NULL,
                             "%.*s meets every need.", NAME(side));
            continue;
        }
        list = failed_terms(c, side,
                            side->need.answer == ASSAY_ANSWER_NO
                                ? ASSAY_ANSWER_NO
                                : ASSAY_ANSWER_UNKNOWN,
                            &refs);
        add_refs(c, &v->refs, &refs);
        if (side->need.answer == ASSAY_ANSWER_NO)
            assay_points_add(c, &v->why, "need_failed", &refs,
                             "%.*s is out: %.*s.", NAME(side),
                             ASSAY_STR_ARG(list));
        else
            assay_points_add(c, &v->why, "need_unknown", &refs,
                             "%.*s cannot be told: %.*s.", NAME(side),
                             ASSAY_STR_ARG(list));
    }
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
    return true;
}

/* ------------------------------------------------------- dominates */

enum relation { WORSE, SAME, BETTER, COULD_TURN };

static enum relation compare_cost(struct assay_comparison *c, size_t a,
                                  size_t b)
{
    const struct assay_model_cost *x = &c->sides[a].cost;
    const struct assay_model_cost *y = &c->sides[b].cost;
    int order;

    if ((x->best.state != ASSAY_KNOWN && x->best.state != ASSAY_FREE) ||
        (y->best.state != ASSAY_KNOWN && y->best.state != ASSAY_FREE) ||
        x->retired || y->retired)
        return COULD_TURN;
    order = assay_decimal_compare(x->best.usd, y->best.usd);
    return order < 0 ? BETTER : order > 0 ? WORSE : SAME;
}

static enum relation compare_count(struct assay_comparison *c, size_t a,
                                   size_t b, const char *fact)
{
    const struct assay_claim *claim;
    uint64_t x, y;

    if (!assay_side_count(&c->sides[a], fact, &x, &claim) ||
        !assay_side_count(&c->sides[b], fact, &y, &claim))
        return COULD_TURN;
    return x > y ? BETTER : x < y ? WORSE : SAME;
}

/* Both unknown is not a signal; one unknown may turn it. */
static enum relation compare_capability(struct assay_comparison *c, size_t a,
                                        size_t b, const char *name)
{
    struct assay_capability x, y;

    assay_capability_of_model(c->arena, c->sides[a].model, name, &x);
    assay_capability_of_model(c->arena, c->sides[b].model, name, &y);
    if (x.state != ASSAY_KNOWN && y.state != ASSAY_KNOWN)
        return SAME;
    if (x.state != ASSAY_KNOWN)
        return y.has ? COULD_TURN : SAME;
    if (y.state != ASSAY_KNOWN)
        return x.has ? SAME : COULD_TURN;
    return x.has == y.has ? SAME : x.has ? BETTER : WORSE;
}

static enum relation compare_benchmarks(struct assay_comparison *c, size_t a,
                                        size_t b)
{
    enum relation all = SAME;
    size_t rows = 0;

    for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next) {
        if (!r->comparable || !r->cells[a] || !r->cells[b])
            continue;
        rows++;
        if (r->leader == b)
            return WORSE;
        if (r->leader == a)
            all = BETTER;
        else if (assay_decimal_sign(r->difference) && c->count > 2)
            return COULD_TURN;
    }
    /* without one comparable row nothing is known of quality */
    return rows ? all : COULD_TURN;
}

static bool beats(struct assay_comparison *c, size_t a, size_t b, size_t *gains)
{
    enum relation signals[32] = {
        compare_cost(c, a, b),
        compare_count(c, a, b, "context_tokens"),
        compare_count(c, a, b, "max_output_tokens"),
        compare_benchmarks(c, a, b),
    };
    size_t count = 4;

    for (size_t i = 0; i < assay_capability_row_count; i++)
        signals[count++] =
            compare_capability(c, a, b, assay_capability_rows[i].name);
    for (size_t i = 0; i < count; i++) {
        if (signals[i] == WORSE || signals[i] == COULD_TURN)
            return false;
        *gains += signals[i] == BETTER;
    }
    return *gains > 0;
}

static void advantage_refs(struct assay_comparison *c, size_t side,
                           struct verdict *v)
{
    struct assay_points points = {0};

    assay_side_advantages(c, side, &points);
    for (const struct assay_point *p = points.first; p; p = p->next) {
        add_refs(c, &v->refs, &p->refs);
        assay_points_add(c, &v->why, p->rule, &p->refs, "%.*s when %.*s.",
                         NAME(&c->sides[side]), ASSAY_STR_ARG(p->text));
    }
}

static bool dominates(struct assay_comparison *c, struct verdict *v)
{
    for (size_t i = 0; i < c->count; i++) {
        bool all = c->sides[i].model->live_count > 0;
        size_t gains = 0;

        for (size_t k = 0; all && k < c->count; k++)
            all = k == i || beats(c, i, k, &gains);
        if (!all)
            continue;
        v->winner = i;
        v->text = assay_arena_printf(
            c->arena, "%.*s: no worse on any known signal, and better on %zu.",
            NAME(&c->sides[i]), gains);
        advantage_refs(c, i, v);
        return true;
    }
    return false;
}

/* ------------------------------------------------------- trade */

static bool trade(struct assay_comparison *c, struct verdict *v)
{
    struct assay_str buys = {"", 0};

    for (size_t i = 0; i < c->count; i++) {
        struct assay_points points = {0};

        assay_side_advantages(c, i, &points);
        if (!points.first)
            continue;
        buys = assay_arena_printf(c->arena, "%.*s%s%.*s when %.*s",
                                  ASSAY_STR_ARG(buys), buys.len ? "; " : "",
                                  NAME(&c->sides[i]),
                                  ASSAY_STR_ARG(points.first->text));
        add_refs(c, &v->refs, &points.first->refs);
    }
    if (!buys.len)
        v->text = ASSAY_STR("Nothing known tells these apart: test them on "
                            "your own prompts.");
    else
        v->text =
            assay_arena_printf(c->arena, "No model wins on all counts. %.*s.",
                               ASSAY_STR_ARG(buys));
    for (size_t i = 0; i < c->count; i++)
        if (c->sides[i].unreachable) {
            say_retired(c, &c->sides[i], v);
            say_replacement(c, &c->sides[i], v);
        }
    return true;
}

/*
 * In the order of FORMATS section 3. "measured" stands between needs and
 * dominates, and comes with the claims of kind `measured` about a pair.
 */
static const struct {
    const char *rule;
    bool (*fires)(struct assay_comparison *c, struct verdict *v);
} rules[] = {
    {"different_job", different_job},
    {"reachable", reachable},
    {"needs", needs},
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
        add_refs(c, &block->refs, &p->refs);
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
        write_verdict(c, &v);
        return true;
    }
    return false;
}
