/*
 * Dominance: no worse on every signal, better on one, and nothing unknown
 * that could turn it. The signals are a table, and after it come the
 * capabilities; what is unknown of the side that could only gain by it
 * turns nothing.
 */
#include "compare/dominance.h"

enum relation { WORSE, SAME, BETTER, COULD_TURN };

/* Side a against side b; `why` is written with COULD_TURN. */
struct duel {
    struct assay_comparison *c;
    size_t a, b;
    struct assay_str why;
};

/* "the cost of", side, "is unknown" */
static enum relation could_turn(struct duel *d, const char *what, size_t side,
                                const char *state)
{
    struct assay_str name = d->c->sides[side].model->name;

    d->why = assay_arena_printf(d->c->arena, "%s %.*s %s", what,
                                ASSAY_STR_ARG(name), state);
    return COULD_TURN;
}

static enum relation by_order(int order)
{
    return order < 0 ? WORSE : order > 0 ? BETTER : SAME;
}

/* True and false, each known or not: what is unknown may be true. */
struct maybe {
    bool known, has;
};

static enum relation compare_truth(struct maybe a, struct maybe b,
                                   size_t *unknown_side, const struct duel *d)
{
    if (a.known && b.known)
        return by_order((int)a.has - (int)b.has);
    if (!a.known && b.known && b.has) {
        *unknown_side = d->a;
        return COULD_TURN;
    }
    if (a.known && !a.has && !b.known) {
        *unknown_side = d->b;
        return COULD_TURN;
    }
    return SAME; /* nobody says of either, or it could only gain */
}

/* ------------------------------------------------------------- signals */

static enum relation compare_cost(struct duel *d)
{
    const struct assay_model_cost *a = &d->c->sides[d->a].cost;
    const struct assay_model_cost *b = &d->c->sides[d->b].cost;
    int order = assay_decimal_compare(b->best.usd, a->best.usd);

    if (a->best.state != ASSAY_KNOWN)
        return could_turn(d, "the cost of", d->a,
                          a->best.state == ASSAY_FREE
                              ? "is that of a free tier with unstated limits"
                              : "is not known in full");
    if (a->retired || b->retired)
        return could_turn(d, "the cost of", a->retired ? d->a : d->b,
                          "is that of a retired route");
    if (b->best.state == ASSAY_UNKNOWN ||
        (b->best.state == ASSAY_BOUND && order <= 0))
        return could_turn(d, "the cost of", d->b, "is not known in full");
    return by_order(order);
}

static enum relation compare_count(struct duel *d, const char *fact,
                                   const char *what)
{
    const struct assay_claim *x, *y;
    uint64_t a, b;

    if (!assay_side_count(&d->c->sides[d->a], fact, &a, &x))
        return could_turn(d, what, d->a, "is unknown");
    if (!assay_side_count(&d->c->sides[d->b], fact, &b, &y))
        return could_turn(d, what, d->b, "is unknown");
    if (assay_claim_agrees(x, y))
        return SAME; /* 128,000 and 131,072 are one size */
    return by_order((a > b) - (a < b));
}

static enum relation compare_context(struct duel *d)
{
    return compare_count(d, "context_tokens", "the context of");
}

static enum relation compare_answers(struct duel *d)
{
    if (!assay_side_answers(&d->c->sides[d->a]))
        return SAME;
    return compare_count(d, "max_output_tokens", "the longest answer of");
}

/* A row that cannot be held against one of the other side could turn it. */
static enum relation unlike_row(struct duel *d, const struct assay_bench_row *r)
{
    size_t one = r->cells[d->a] ? d->a : d->b;

    if (r->cells[d->a] && r->cells[d->b])
        d->why = assay_arena_printf(d->c->arena, "%.*s cannot be compared",
                                    ASSAY_STR_ARG(r->name));
    else
        d->why =
            assay_arena_printf(d->c->arena, "%.*s is on record for %.*s alone",
                               ASSAY_STR_ARG(r->name),
                               ASSAY_STR_ARG(d->c->sides[one].model->name));
    return COULD_TURN;
}

/* Without a comparable row nothing is known of quality. */
static enum relation compare_benchmarks(struct duel *d)
{
    enum relation all = SAME;
    size_t comparable = 0;

    for (const struct assay_bench_row *r = d->c->benchmarks; r; r = r->next) {
        bool a = r->cells[d->a], b = r->cells[d->b];

        if (!a && !b)
            continue;
        if (r->comparable && a && b) {
            comparable++;
            if (r->leader == d->b)
                return WORSE;
            if (r->leader == d->a && all == SAME)
                all = BETTER;
            if (r->leader == d->a || r->leader == ASSAY_NOBODY)
                continue;
        }
        if (all != COULD_TURN)
            all = unlike_row(d, r);
    }
    if (comparable)
        return all;
    d->why = ASSAY_STR("no benchmark compares them");
    return COULD_TURN;
}

static enum relation compare_weights(struct duel *d)
{
    const struct assay_model *a = d->c->sides[d->a].model;
    const struct assay_model *b = d->c->sides[d->b].model;
    size_t unknown = 0;
    enum relation relation = compare_truth(
        (struct maybe){a->open_weights || a->closed, a->open_weights},
        (struct maybe){b->open_weights || b->closed, b->open_weights}, &unknown,
        d);

    if (relation == COULD_TURN)
        return could_turn(d, "whether the weights of", unknown,
                          "are open is unknown");
    return relation;
}

/* An announced end, or a deprecation, that the other has not. */
static enum relation compare_life(struct duel *d)
{
    const struct assay_model *a = d->c->sides[d->a].model;
    const struct assay_model *b = d->c->sides[d->b].model;
    bool ends = assay_date_set(a->retired_on);
    bool other_ends = assay_date_set(b->retired_on);

    if (ends && other_ends)
        return by_order(assay_date_compare(a->retired_on, b->retired_on));
    if (ends != other_ends)
        return ends ? WORSE : BETTER;
    return by_order((b->status == ASSAY_STATUS_DEPRECATED) -
                    (a->status == ASSAY_STATUS_DEPRECATED));
}

static enum relation compare_routes(struct duel *d)
{
    const struct assay_model *a = d->c->sides[d->a].model;
    const struct assay_model *b = d->c->sides[d->b].model;

    if (!b->route_count)
        return could_turn(d, "where", d->b, "runs is unknown");
    return by_order((a->live_count > b->live_count) -
                    (a->live_count < b->live_count));
}

static const struct {
    const char *name;
    enum relation (*compare)(struct duel *d);
} signals[] = {
    {"benchmarks", compare_benchmarks}, {"cost", compare_cost},
    {"context", compare_context},       {"longest answer", compare_answers},
    {"open weights", compare_weights},  {"time left", compare_life},
    {"live routes", compare_routes},
};

enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* What routes alone say is not known of the model: no gain rests on it. */
static struct maybe of_model(const struct assay_capability *can)
{
    return (struct maybe){can->state == ASSAY_KNOWN && !can->on_routes,
                          can->has};
}

static enum relation compare_capability(struct duel *d, size_t row)
{
    const struct assay_capability *a = &d->c->sides[d->a].capabilities[row];
    const struct assay_capability *b = &d->c->sides[d->b].capabilities[row];
    size_t unknown = 0;
    enum relation relation =
        compare_truth(of_model(a), of_model(b), &unknown, d);

    /* routes of the other have it, and nobody says it of this one */
    if (relation == SAME && a->state == ASSAY_UNKNOWN && b->on_routes) {
        relation = COULD_TURN;
        unknown = d->a;
    }
    if (relation != COULD_TURN)
        return relation;
    struct assay_str has = assay_arena_printf(
        d->c->arena, "has %s is %s", assay_capability_rows[row].title,
        d->c->sides[unknown].capabilities[row].on_routes
            ? "said of its routes alone"
            : "unknown");

    return could_turn(d, "whether", unknown,
                      assay_arena_cstr(d->c->arena, has));
}

/* ------------------------------------------------------------- standing */

static enum relation compare_signal(struct duel *d, size_t signal)
{
    return signal < SIGNALS ? signals[signal].compare(d)
                            : compare_capability(d, signal - SIGNALS);
}

static const char *signal_name(size_t signal)
{
    return signal < SIGNALS ? signals[signal].name
                            : assay_capability_rows[signal - SIGNALS].title;
}

static void stand_against(struct duel *d, struct assay_standing *s,
                          bool *gained)
{
    bool better = false;

    for (size_t i = 0; i < SIGNALS + assay_capability_row_count; i++) {
        enum relation relation = compare_signal(d, i);

        s->worse = s->worse || relation == WORSE;
        if (relation == COULD_TURN && !s->could_turn.len)
            s->could_turn = d->why;
        if (relation != BETTER)
            continue;
        better = true;
        gained[i] = true;
    }
    s->no_better = s->no_better || !better;
}

void assay_compare_standing(struct assay_comparison *c, size_t side,
                            struct assay_standing *standing)
{
    size_t count = SIGNALS + assay_capability_row_count;
    bool *gained = ASSAY_NEW_ARRAY(c->arena, bool, count);

    *standing = (struct assay_standing){.gains = 0};
    for (size_t i = 0; i < c->count; i++)
        if (i != side)
            stand_against(&(struct duel){.c = c, .a = side, .b = i}, standing,
                          gained);
    for (size_t i = 0; i < count; i++) {
        if (!gained[i])
            continue;
        standing->gained = assay_arena_printf(
            c->arena, "%.*s%s%s", ASSAY_STR_ARG(standing->gained),
            standing->gains ? ", " : "", signal_name(i));
        standing->gains++;
    }
}
