/*
 * What speaks for a model: sentences that end "Choose X when …", the most
 * weighty first. A rule per function, a table of rules; none rests on an
 * unknown value. Nothing speaks for a model that can no longer be called.
 */
#include "compare/advantages.h"

#include "compare/page_parts.h"

struct assay_str assay_against(
    struct assay_comparison *c, size_t side,
    struct assay_str (*text)(struct assay_comparison *c, size_t other))
{
    struct assay_str words = {"", 0};

    for (size_t i = 0; i < c->count; i++) {
        struct assay_str one;

        if (i == side)
            continue;
        one = text(c, i);
        if (c->count == 2)
            return one;
        words = assay_arena_printf(c->arena, "%.*s%s%.*s (%.*s)",
                                   ASSAY_STR_ARG(words),
                                   words.len ? " and " : "", ASSAY_STR_ARG(one),
                                   ASSAY_STR_ARG(c->sides[i].model->name));
    }
    return words;
}

struct assay_str assay_cost_ratio(struct assay_comparison *c, size_t cheap,
                                  size_t dear)
{
    bool bound = c->sides[dear].cost.best.state == ASSAY_BOUND;
    struct assay_decimal ratio;
    struct assay_str text;

    if (!assay_decimal_sign(c->sides[cheap].cost.best.usd) ||
        !assay_decimal_div(c->sides[dear].cost.best.usd,
                           c->sides[cheap].cost.best.usd, 6, &ratio) ||
        assay_decimal_compare(ratio, ASSAY_DECIMAL(11, -1)) < 0)
        return ASSAY_STR("");
    if (assay_decimal_compare(ratio, ASSAY_DECIMAL(1, 1)) >= 0) {
        text = assay_decimal_fixed(c->arena, ratio, 0);
        return assay_arena_printf(c->arena, ", %s1/%.*s of the cost",
                                  bound ? "at most " : "", ASSAY_STR_ARG(text));
    }
    text = assay_decimal_text(c->arena, assay_decimal_round_digits(ratio, 2));
    return assay_arena_printf(c->arena, ", which is %s%.*sx",
                              bound ? "at least " : "", ASSAY_STR_ARG(text));
}

/* ------------------------------------------------------------- rules */

static void weights_open(struct assay_comparison *c, size_t side,
                         struct assay_points *points)
{
    const struct assay_side *s = &c->sides[side];
    const struct assay_choice *open =
        assay_subject_choice(&s->model->subject, "open_weights");
    const struct assay_choice *license =
        assay_subject_choice(&s->model->subject, "license");
    struct assay_refs refs = {0};
    struct assay_str name =
        license ? ASSAY_STR("not stated") : ASSAY_STR("unknown");
    bool other_closed = false;

    for (size_t i = 0; i < c->count; i++)
        other_closed = other_closed || (i != side && c->sides[i].model->closed);
    if (!s->model->open_weights || !other_closed)
        return;
    assay_compare_ref(c, &refs, open->claims[0]);
    if (license)
        assay_compare_ref(c, &refs, license->claims[0]);
    (void)assay_choice_text(license, &name);
    assay_points_add(c, points, "weights_open", &refs,
                     "it must run where you decide: the weights are open "
                     "(licence: %.*s)",
                     ASSAY_STR_ARG(name));
}

static struct assay_str cost_words(struct assay_comparison *c, size_t side)
{
    const struct assay_model_cost *cost = &c->sides[side].cost;
    struct assay_str text =
        assay_cost_text(c->arena, cost->best.state, cost->best.usd);

    if (cost->retired)
        return assay_arena_printf(c->arena, "%.*s on its retired route",
                                  ASSAY_STR_ARG(text));
    if (cost->best.route && cost->best.route->free)
        return assay_arena_printf(c->arena, "%.*s on a free tier",
                                  ASSAY_STR_ARG(text));
    return text;
}

static void cost_lower(struct assay_comparison *c, size_t side,
                       struct assay_points *points)
{
    struct assay_refs refs = c->sides[side].cost_refs;
    struct assay_str ratio = {"", 0}, own, others;

    if (c->lower != side)
        return;
    for (size_t i = 0; i < c->count; i++)
        assay_compare_add_refs(c, &refs, &c->sides[i].cost_refs);
    if (c->count == 2)
        ratio = assay_cost_ratio(c, side, 1 - side);
    own = cost_words(c, side);
    others = assay_against(c, side, cost_words);
    struct assay_str shape =
        assay_traffic_words(c->arena, &c->options->traffic);

    assay_points_add(c, points, "cost_lower", &refs,
                     "cost decides: %.*s a month against %.*s%.*s, at %.*s",
                     ASSAY_STR_ARG(own), ASSAY_STR_ARG(others),
                     ASSAY_STR_ARG(ratio), ASSAY_STR_ARG(shape));
}

/* The side's count is larger than every other's, all known. */
static bool largest(struct assay_comparison *c, size_t side, const char *fact,
                    struct assay_refs *refs, uint64_t *own, uint64_t *next)
{
    const struct assay_claim *claim;
    uint64_t other;

    *next = 0;
    if (!assay_side_count(&c->sides[side], fact, own, &claim))
        return false;
    assay_compare_ref(c, refs, claim);
    for (size_t i = 0; i < c->count; i++) {
        if (i == side)
            continue;
        if (!assay_side_count(&c->sides[i], fact, &other, &claim) ||
            other >= *own)
            return false;
        assay_compare_ref(c, refs, claim);
        if (other > *next)
            *next = other;
    }
    return true;
}

static void longest(struct assay_comparison *c, size_t side, const char *fact,
                    const char *rule, const char *words,
                    struct assay_points *points)
{
    struct assay_refs refs = {0};
    uint64_t own, next;
    struct assay_str a, b, ratio;

    /* a tenth more decides nothing */
    if (!largest(c, side, fact, &refs, &own, &next) || own - next < next / 10)
        return;
    a = assay_decimal_fixed(c->arena, assay_decimal_uint(own), 0);
    b = assay_decimal_fixed(c->arena, assay_decimal_uint(next), 0);
    ratio = assay_ratio_text(c->arena, assay_decimal_uint(own),
                             assay_decimal_uint(next));
    assay_points_add(c, points, rule, &refs,
                     "%s: %.*s tokens against %s%.*s (%.*sx)", words,
                     ASSAY_STR_ARG(a), c->count > 2 ? "at most " : "",
                     ASSAY_STR_ARG(b), ASSAY_STR_ARG(ratio));
}

static void context_larger(struct assay_comparison *c, size_t side,
                           struct assay_points *points)
{
    longest(c, side, "context_tokens", "context_larger", "prompts are long",
            points);
}

static void output_larger(struct assay_comparison *c, size_t side,
                          struct assay_points *points)
{
    /* of an embedding it is the length of the vector */
    if (!assay_side_answers(&c->sides[side]))
        return;
    longest(c, side, "max_output_tokens", "output_larger", "answers are long",
            points);
}

/* Has it, and every other is known not to. */
static bool only_side(struct assay_comparison *c, size_t side, const char *name,
                      struct assay_refs *refs)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_capability *can =
            assay_side_capability(&c->sides[i], name);

        if (can->state != ASSAY_KNOWN || can->has != (i == side) ||
            can->on_routes)
            return false;
        assay_compare_ref(c, refs, can->claim);
    }
    return true;
}

static void capabilities(struct assay_comparison *c, size_t side,
                         struct assay_points *points)
{
    struct assay_refs all = {0};
    struct assay_str list = {"", 0};

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        const struct assay_capability_row *row = &assay_capability_rows[i];
        struct assay_refs refs = {0};

        if (!only_side(c, side, row->name, &refs))
            continue;
        assay_compare_add_refs(c, &all, &refs);
        list = assay_arena_printf(c->arena, "%.*s%s%s", ASSAY_STR_ARG(list),
                                  list.len ? ", " : "", row->title);
    }
    if (list.len)
        assay_points_add(c, points, "capability_only", &all,
                         "you need what only it is known to have: %.*s",
                         ASSAY_STR_ARG(list));
}

static struct assay_str row_key(struct assay_comparison *c,
                                const struct assay_claim *claim)
{
    struct assay_str setting = assay_json_text(claim->value, "setting");
    struct assay_str variant = assay_json_text(claim->value, "variant");

    if (!variant.len)
        return setting;
    return assay_arena_printf(c->arena, "%.*s, %.*s", ASSAY_STR_ARG(setting),
                              ASSAY_STR_ARG(variant));
}

static void benchmark_leads(struct assay_comparison *c, size_t side,
                            struct assay_points *points)
{
    for (const struct assay_bench_row *row = c->benchmarks; row;
         row = row->next) {
        struct assay_refs refs = {0};
        struct assay_str score, key;

        if (row->leader != side)
            continue;
        for (size_t i = 0; i < c->count; i++)
            assay_compare_ref(c, &refs, row->cells[i]);
        score = assay_page_score(c->arena, row->cells[side]->value);
        key = row_key(c, row->cells[side]);
        assay_points_add(c, points, "benchmark_lead", &refs,
                         "%.*s (%.*s) stands for your work: %.*s, %.*s ahead",
                         ASSAY_STR_ARG(row->name), ASSAY_STR_ARG(key),
                         ASSAY_STR_ARG(score),
                         ASSAY_STR_ARG(row->difference_text));
    }
}

static void coverage(struct assay_comparison *c, size_t side,
                     struct assay_points *points)
{
    size_t own = c->sides[side].providers, next = 0;
    struct assay_refs refs = {0};
    bool rivals = false; /* beside one that is gone, the verdict says it all */

    for (size_t i = 0; i < c->count; i++) {
        size_t other = c->sides[i].providers;

        /* not knowing a route is not the same as having none */
        if (c->sides[i].model->route_count == 0)
            return;
        if (i == side)
            continue;
        rivals = rivals || !c->sides[i].unreachable;
        if (other > next)
            next = other;
    }
    /* a second provider is worth something; a thirtieth is not */
    if (own < 2 || next >= 2 || !rivals)
        return;
    for (size_t i = 0; i < c->sides[side].model->live_count; i++)
        assay_compare_route_ref(c, &refs, c->sides[side].model->routes[i]);
    assay_points_add(c, points, "coverage", &refs,
                     "you want a second provider to fall back on: %zu "
                     "providers serve it live, against %zu%s",
                     own, next, c->count > 2 ? " at most" : "");
}

/* Every other that can be called has a day on which it ends. */
static void outlives(struct assay_comparison *c, size_t side,
                     struct assay_points *points)
{
    struct assay_refs refs = {0};
    struct assay_str days = {"", 0};

    if (assay_date_set(c->sides[side].model->retired_on))
        return;
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *other = c->sides[i].model;
        struct assay_str day;

        if (i == side)
            continue;
        if (!c->sides[i].reachable || !assay_date_set(other->retired_on))
            return;
        day = assay_date_text(c->arena, other->retired_on);
        assay_compare_ref(c, &refs, other->retired_on_claim);
        days = assay_arena_printf(
            c->arena, "%.*s%s%.*s %s on %.*s", ASSAY_STR_ARG(days),
            days.len ? ", " : "", ASSAY_STR_ARG(other->name),
            c->sides[i].overdue ? "was to end" : "ends", ASSAY_STR_ARG(day));
    }
    assay_points_add(c, points, "outlives", &refs,
                     "it must last: no end is announced, while %.*s",
                     ASSAY_STR_ARG(days));
}

static void (*const rules[])(struct assay_comparison *c, size_t side,
                             struct assay_points *points) = {
    assay_compare_decided, weights_open,   cost_lower,
    capabilities,          context_larger, output_larger,
    benchmark_leads,       coverage,       outlives,
};

/* Between different jobs nothing else is to be weighed. */
static void the_job(struct assay_comparison *c, size_t side,
                    struct assay_points *points)
{
    const struct assay_choice *task =
        assay_subject_choice(&c->sides[side].model->subject, "task");
    struct assay_refs refs = {0};
    struct assay_str name = {"", 0};

    (void)assay_choice_text(task, &name);
    assay_compare_ref(c, &refs, task->claims[0]);
    assay_points_add(c, points, "different_job", &refs, "the job is %.*s",
                     ASSAY_STR_ARG(name));
}

void assay_compare_advantages(struct assay_comparison *c)
{
    for (size_t side = 0; side < c->count; side++) {
        struct assay_points *points = &c->sides[side].advantages;

        if (c->sides[side].unreachable)
            continue;
        if (c->different_jobs) {
            the_job(c, side, points);
            continue;
        }
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            rules[i](c, side, points);
    }
}
