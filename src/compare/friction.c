/*
 * What a switch from one model to another takes. Directed: every ordered
 * pair has its list, each line from a rule over claims of both sides.
 */
#include "compare/comparison.h"

#include <string.h>

struct pair {
    struct assay_comparison *c;
    const struct assay_side *from, *to;
    struct assay_points *points;
};

static void both_refs(const struct pair *p, struct assay_refs *refs,
                      const struct assay_choice *a,
                      const struct assay_choice *b)
{
    if (a)
        assay_compare_ref(p->c, refs, a->claims[0]);
    if (b)
        assay_compare_ref(p->c, refs, b->claims[0]);
}

static bool serves(const struct assay_model *model, struct assay_str provider)
{
    for (size_t i = 0; i < model->live_count; i++)
        if (assay_str_equal(model->routes[i]->provider, provider))
            return true;
    return false;
}

/* Distinct names of live providers, at most five; of both when asked. */
static struct assay_str provider_list(const struct pair *p,
                                      const struct assay_model *model,
                                      const struct assay_model *also,
                                      struct assay_refs *refs)
{
    struct assay_str list = {"", 0};
    size_t named = 0, more = 0;

    for (size_t i = 0; i < model->live_count; i++) {
        const struct assay_route *route = model->routes[i];
        struct assay_str provider = assay_compare_provider(p->c, route);
        bool seen = also && !serves(also, route->provider);

        for (size_t k = 0; k < i && !seen; k++)
            seen = assay_str_equal(model->routes[k]->provider, route->provider);
        if (seen)
            continue;
        if (named == 5) {
            more++;
            continue;
        }
        assay_compare_route_ref(p->c, refs, route);
        list =
            assay_arena_printf(p->c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(list),
                               named++ ? ", " : "", ASSAY_STR_ARG(provider));
    }
    if (more)
        list = assay_arena_printf(p->c->arena, "%.*s and %zu more",
                                  ASSAY_STR_ARG(list), more);
    return list;
}

static void routes(const struct pair *p)
{
    struct assay_refs refs = {0};
    struct assay_str list;

    if (!p->to->model->live_count) {
        if (!p->to->model->open_weights)
            return;
        both_refs(p, &refs,
                  assay_subject_choice(&p->to->model->subject, "open_weights"),
                  NULL);
        assay_points_add(p->c, p->points, "self_host", &refs,
                         "No live route is known: you would host the weights "
                         "yourself.");
        return;
    }
    list = provider_list(p, p->from->model, p->to->model, &refs);
    if (list.len) {
        assay_points_add(p->c, p->points, "shared_routes", &refs,
                         "Account and billing can stay: %.*s serve%s both.",
                         ASSAY_STR_ARG(list),
                         memchr(list.at, ',', list.len) ? "" : "s");
        return;
    }
    list = provider_list(p, p->to->model, NULL, &refs);
    assay_points_add(p->c, p->points, "new_account", &refs,
                     "A new account and bill: no live provider serves both; "
                     "%.*s is at %.*s.",
                     ASSAY_STR_ARG(p->to->model->name), ASSAY_STR_ARG(list));
}

/* ------------------------------------------------- wire format */

#define KINDS_SHOWN 8

/* The wire formats of a model's routes with a route's claim for each. */
struct kinds {
    const struct assay_choice *of[KINDS_SHOWN];
    size_t count;
    struct assay_str list; /* "openai, anthropic" */
};

static const struct assay_choice *kind_in(const struct kinds *kinds,
                                          const struct assay_choice *kind)
{
    for (size_t i = 0; i < kinds->count; i++)
        if (assay_claim_agrees(kinds->of[i]->claims[0], kind->claims[0]))
            return kinds->of[i];
    return NULL;
}

/* Of live routes; of a model that has none, what its clients spoke. */
static void kinds_of(const struct pair *p, const struct assay_model *model,
                     struct kinds *kinds)
{
    size_t count = model->live_count ? model->live_count : model->route_count;

    *kinds = (struct kinds){.list = {"", 0}};
    for (size_t i = 0; i < count && kinds->count < KINDS_SHOWN; i++) {
        const struct assay_choice *kind =
            assay_subject_choice(&model->routes[i]->subject, "api.kind");
        struct assay_str name;

        if (assay_choice_text(kind, &name) != ASSAY_KNOWN ||
            kind_in(kinds, kind))
            continue;
        kinds->list = assay_arena_printf(
            p->c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(kinds->list),
            kinds->count ? " or " : "", ASSAY_STR_ARG(name));
        kinds->of[kinds->count++] = kind;
    }
}

static void wire_format(const struct pair *p)
{
    struct kinds from, to;
    struct assay_refs refs = {0};

    kinds_of(p, p->from->model, &from);
    kinds_of(p, p->to->model, &to);
    for (size_t i = 0; i < from.count; i++) {
        const struct assay_choice *same = kind_in(&to, from.of[i]);

        if (!same)
            continue;
        both_refs(p, &refs, from.of[i], same);
        assay_points_add(p->c, p->points, "same_wire_format", &refs,
                         "The wire format can stay: a route of each speaks "
                         "%.*s.",
                         ASSAY_STR_ARG(from.of[i]->claims[0]->value->text));
        return;
    }
    if (!from.count || !to.count)
        return;
    both_refs(p, &refs, from.of[0], to.of[0]);
    assay_points_add(p->c, p->points, "wire_format", &refs,
                     "Client code changes: %.*s becomes %.*s.",
                     ASSAY_STR_ARG(from.list), ASSAY_STR_ARG(to.list));
}

/* ------------------------------------------------- policy of the routes */

static const struct assay_choice *cost_route_fact(const struct assay_side *side,
                                                  const char *fact)
{
    const struct assay_route *route = side->cost.best.route;

    return route ? assay_subject_choice(&route->subject, fact) : NULL;
}

static void policy(const struct pair *p, const char *fact, const char *rule,
                   const char *words)
{
    const struct assay_choice *a = cost_route_fact(p->from, fact);
    const struct assay_choice *b = cost_route_fact(p->to, fact);
    struct assay_refs refs = {0};
    struct assay_str from, to;

    if (!a || !b || assay_claim_agrees(a->claims[0], b->claims[0]))
        return;
    both_refs(p, &refs, a, b);
    from = assay_claim_text(p->c->arena, a->claims[0]);
    to = assay_claim_text(p->c->arena, b->claims[0]);
    assay_points_add(p->c, p->points, rule, &refs, "%s: %.*s becomes %.*s.",
                     words, ASSAY_STR_ARG(from), ASSAY_STR_ARG(to));
}

static void policies(const struct pair *p)
{
    policy(p, "regions", "regions", "Regions");
    policy(p, "data.trains_on_inputs", "data_training",
           "Provider trains on what you send");
    policy(p, "data.retention_days", "data_retention",
           "Days for which inputs are kept");
    policy(p, "data.zero_retention", "zero_retention", "Zero retention");
}

/* ------------------------------------------------- limits */

/* Growth by less than a tenth is not worth a line; every loss is. */
static void limit(const struct pair *p, const char *fact, const char *words,
                  const char *check)
{
    const struct assay_claim *a, *b;
    struct assay_refs refs = {0};
    struct assay_str from, to;
    uint64_t x, y;

    if (!assay_side_count(p->from, fact, &x, &a) ||
        !assay_side_count(p->to, fact, &y, &b) || x == y)
        return;
    assay_compare_ref(p->c, &refs, a);
    assay_compare_ref(p->c, &refs, b);
    from = assay_decimal_fixed(p->c->arena, assay_decimal_uint(x), 0);
    to = assay_decimal_fixed(p->c->arena, assay_decimal_uint(y), 0);
    if (y < x)
        assay_points_add(p->c, p->points, "limit_lost", &refs,
                         "%s shrinks from %.*s to %.*s tokens: check your "
                         "longest %s.",
                         words, ASSAY_STR_ARG(from), ASSAY_STR_ARG(to), check);
    else if (y - x >= x / 10)
        assay_points_add(p->c, p->points, "limit_gained", &refs,
                         "%s grows from %.*s to %.*s tokens.", words,
                         ASSAY_STR_ARG(from), ASSAY_STR_ARG(to));
}

static void limits(const struct pair *p)
{
    limit(p, "context_tokens", "Context", "requests");
    if (assay_side_answers(p->from))
        limit(p, "max_output_tokens", "Longest answer", "answers");
}

/* ------------------------------------------------- capabilities */

struct gathered {
    struct assay_str list;
    struct assay_refs refs;
};

static void gather(const struct pair *p, struct gathered *g, const char *title,
                   const struct assay_capability *x,
                   const struct assay_capability *y)
{
    assay_compare_ref(p->c, &g->refs, x->claim);
    assay_compare_ref(p->c, &g->refs, y->claim);
    g->list = assay_arena_printf(
        p->c->arena, "%.*s%s%s%s%.*s%s", ASSAY_STR_ARG(g->list),
        g->list.len ? ", " : "", title, y->where.len ? " (" : "",
        ASSAY_STR_ARG(y->where), y->where.len ? ")" : "");
}

static void capabilities(const struct pair *p)
{
    struct gathered lost = {.list = {"", 0}};
    struct gathered gained = {.list = {"", 0}};
    struct gathered unsure = {.list = {"", 0}};

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        const char *title = assay_capability_rows[i].title;
        const struct assay_capability *x = &p->from->capabilities[i];
        const struct assay_capability *y = &p->to->capabilities[i];

        if (x->state != ASSAY_KNOWN)
            continue;
        if (y->state != ASSAY_KNOWN) {
            if (x->has)
                gather(p, &unsure, title, x, y);
            continue;
        }
        if (x->has && !y->has)
            gather(p, &lost, title, x, y);
        if (!x->has && y->has)
            gather(p, &gained, title, x, y);
    }
    if (lost.list.len)
        assay_points_add(p->c, p->points, "capability_lost", &lost.refs,
                         "Lost: %.*s; requests that carry their parameters "
                         "may be refused.",
                         ASSAY_STR_ARG(lost.list));
    if (unsure.list.len)
        assay_points_add(p->c, p->points, "capability_unsure", &unsure.refs,
                         "Not known of %.*s, so test it: %.*s.",
                         ASSAY_STR_ARG(p->to->model->name),
                         ASSAY_STR_ARG(unsure.list));
    if (gained.list.len)
        assay_points_add(p->c, p->points, "capability_gained", &gained.refs,
                         "Gained: %.*s.", ASSAY_STR_ARG(gained.list));
}

/* ------------------------------------------------- facts that differ */

static void differs(const struct pair *p, const char *fact, const char *rule,
                    const char *format_words, const char *then)
{
    const struct assay_choice *a =
        assay_subject_choice(&p->from->model->subject, fact);
    const struct assay_choice *b =
        assay_subject_choice(&p->to->model->subject, fact);
    struct assay_refs refs = {0};
    struct assay_str from, to;

    if (!a || !b || assay_json_is(a->claims[0]->value, ASSAY_JSON_NULL) ||
        assay_json_is(b->claims[0]->value, ASSAY_JSON_NULL) ||
        assay_claim_agrees(a->claims[0], b->claims[0]))
        return;
    both_refs(p, &refs, a, b);
    from = assay_claim_text(p->c->arena, a->claims[0]);
    to = assay_claim_text(p->c->arena, b->claims[0]);
    assay_points_add(p->c, p->points, rule, &refs, "%s: %.*s becomes %.*s%s.",
                     format_words, ASSAY_STR_ARG(from), ASSAY_STR_ARG(to),
                     then);
}

static void image_rule(const struct pair *p)
{
    const struct assay_choice *a =
        assay_subject_choice(&p->from->model->subject, "image_tokens");
    const struct assay_choice *b =
        assay_subject_choice(&p->to->model->subject, "image_tokens");
    struct assay_refs refs = {0};

    if (!a || !b || assay_json_equal(a->claims[0]->value, b->claims[0]->value))
        return;
    both_refs(p, &refs, a, b);
    assay_points_add(p->c, p->points, "image_rule", &refs,
                     "Images count by another rule: the same picture is "
                     "another number of tokens.");
}

static void license(const struct pair *p)
{
    const struct assay_choice *open =
        assay_subject_choice(&p->to->model->subject, "open_weights");
    struct assay_refs refs = {0};

    differs(p, "license", "license", "Licence", "");
    if (p->from->model->open_weights && p->to->model->closed) {
        both_refs(p, &refs, open, NULL);
        assay_points_add(p->c, p->points, "self_hosting_lost", &refs,
                         "You can no longer host it or pass it on: the "
                         "weights of %.*s are closed.",
                         ASSAY_STR_ARG(p->to->model->name));
    } else if (p->from->model->closed && p->to->model->open_weights) {
        both_refs(p, &refs, open, NULL);
        assay_points_add(p->c, p->points, "self_hosting_gained", &refs,
                         "You can host %.*s yourself, as its licence allows.",
                         ASSAY_STR_ARG(p->to->model->name));
    }
}

static void lifecycle(const struct pair *p)
{
    const struct assay_model *to = p->to->model;
    struct assay_str day = assay_date_text(p->c->arena, to->retired_on);

    if (p->to->unreachable)
        assay_points_add(p->c, p->points, "target_unreachable",
                         &p->to->status_refs,
                         "%.*s can no longer be called: there is nothing to "
                         "switch to.",
                         ASSAY_STR_ARG(to->name));
    else if (p->to->overdue)
        assay_points_add(p->c, p->points, "target_overdue", &p->to->status_refs,
                         "%.*s was to end on %.*s: make sure that the route "
                         "you take still answers.",
                         ASSAY_STR_ARG(to->name), ASSAY_STR_ARG(day));
    else if (day.len)
        assay_points_add(p->c, p->points, "target_ends", &p->to->status_refs,
                         "%.*s ends on %.*s: you would switch again.",
                         ASSAY_STR_ARG(to->name), ASSAY_STR_ARG(day));
    if (p->from->unreachable)
        assay_points_add(p->c, p->points, "source_unreachable",
                         &p->from->status_refs,
                         "%.*s can no longer be called: the switch is due.",
                         ASSAY_STR_ARG(p->from->model->name));
}

static void price(const struct pair *p)
{
    const struct assay_model_cost *a = &p->from->cost, *b = &p->to->cost;
    struct assay_refs refs = p->from->cost_refs;
    struct assay_str from, to;
    struct assay_str shape =
        assay_traffic_words(p->c->arena, &p->c->options->traffic);

    if (a->best.state == ASSAY_UNKNOWN || b->best.state == ASSAY_UNKNOWN)
        return;
    assay_compare_add_refs(p->c, &refs, &p->to->cost_refs);
    from = assay_cost_text(p->c->arena, a->best.state, a->best.usd);
    to = assay_cost_text(p->c->arena, b->best.state, b->best.usd);
    assay_points_add(
        p->c, p->points, "price_at_traffic", &refs,
        "%.*s a month%s becomes %.*s%s (%.*s).", ASSAY_STR_ARG(from),
        a->retired ? " on the retired route" : "", ASSAY_STR_ARG(to),
        b->retired ? " on a retired route" : "", ASSAY_STR_ARG(shape));
}

static void different_job(const struct pair *p)
{
    const struct assay_choice *a =
        assay_subject_choice(&p->from->model->subject, "task");
    const struct assay_choice *b =
        assay_subject_choice(&p->to->model->subject, "task");
    struct assay_refs refs = {0};
    struct assay_str from, to;

    both_refs(p, &refs, a, b);
    from = assay_claim_text(p->c->arena, a->claims[0]);
    to = assay_claim_text(p->c->arena, b->claims[0]);
    assay_points_add(p->c, p->points, "different_job", &refs,
                     "No switch: %.*s is for %.*s, %.*s for %.*s.",
                     ASSAY_STR_ARG(p->from->model->name), ASSAY_STR_ARG(from),
                     ASSAY_STR_ARG(p->to->model->name), ASSAY_STR_ARG(to));
}

static bool same_job(const struct pair *p)
{
    const struct assay_choice *a =
        assay_subject_choice(&p->from->model->subject, "task");
    const struct assay_choice *b =
        assay_subject_choice(&p->to->model->subject, "task");
    struct assay_str from, to;

    return assay_choice_text(a, &from) != ASSAY_KNOWN ||
           assay_choice_text(b, &to) != ASSAY_KNOWN ||
           assay_str_equal(from, to);
}

static void say_friction(const struct pair *p)
{
    lifecycle(p);
    if (p->to->unreachable)
        return;
    if (!same_job(p)) {
        different_job(p);
        return;
    }
    routes(p);
    wire_format(p);
    policies(p);
    limits(p);
    capabilities(p);
    differs(p, "tokenizer", "tokenizer", "Tokenizer",
            "; count your prompts again");
    image_rule(p);
    license(p);
    price(p);
}

void assay_compare_switch(struct assay_comparison *c, size_t from, size_t to,
                          struct assay_points *points)
{
    say_friction(&(struct pair){.c = c,
                                .from = &c->sides[from],
                                .to = &c->sides[to],
                                .points = points});
}
