/*
 * The compared models with what every section needs to know of them.
 */
#include "compare/comparison.h"

#include <string.h>

const struct assay_capability *assay_side_capability(
    const struct assay_side *side, const char *name)
{
    size_t i = 0;

    while (i + 1 < assay_capability_row_count &&
           strcmp(assay_capability_rows[i].name, name) != 0)
        i++;
    return &side->capabilities[i];
}

bool assay_side_answers(const struct assay_side *side)
{
    struct assay_str task;

    return assay_choice_text(
               assay_subject_choice(&side->model->subject, "task"), &task) !=
               ASSAY_KNOWN ||
           assay_str_is(task, "chat");
}

bool assay_side_count(const struct assay_side *side, const char *fact,
                      uint64_t *n, const struct assay_claim **claim)
{
    const struct assay_choice *choice =
        assay_subject_choice(&side->model->subject, fact);

    if (assay_choice_uint(choice, n) != ASSAY_KNOWN)
        return false;
    *claim = choice->claims[0];
    return true;
}

struct assay_str assay_compare_provider(const struct assay_comparison *c,
                                        const struct assay_route *route)
{
    return assay_provider_names_find(&c->provider_names, route);
}

size_t assay_side_providers(const struct assay_side *side)
{
    const struct assay_model *model = side->model;
    size_t count = 0;

    for (size_t i = 0; i < model->live_count; i++) {
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen = assay_str_equal(model->routes[i]->provider,
                                   model->routes[k]->provider);
        count += !seen;
    }
    return count;
}

const struct assay_price_component *assay_side_cheapest(
    const struct assay_comparison *c, const struct assay_side *side,
    const char *meter, const struct assay_route **route)
{
    const struct assay_route *chosen = side->cost.best.route;
    bool free_counts = chosen && chosen->free;
    const struct assay_price_component *best = NULL;

    for (size_t i = 0; i < side->model->live_count; i++) {
        const struct assay_route *r = side->model->routes[i];
        const struct assay_price_component *price;

        if (!side->route_costs[i].fits ||
            (r->free ? !free_counts : !assay_str_is(r->tier, "standard")))
            continue;
        price = assay_price_find(&r->prices, assay_str_c(meter),
                                 c->options->traffic.input_tokens,
                                 c->options->as_of);
        if (!price || price->state == ASSAY_UNKNOWN)
            continue;
        /* of equal prices, that of the route whose cost is shown */
        int order = best ? assay_decimal_compare(price->usd, best->usd) : -1;

        if (order > 0 || (order == 0 && r != chosen))
            continue;
        best = price;
        *route = r;
    }
    return best;
}

/* google-vertex and google serve what google makes. */
static bool has_vendor_route(const struct assay_model *model)
{
    struct assay_str creator, name;

    if (!assay_str_cut(model->id, '/', &creator, &name))
        return false;
    for (size_t i = 0; i < model->route_count; i++) {
        struct assay_str provider = model->routes[i]->provider;

        if (assay_str_equal(assay_str_head(provider, creator.len), creator) &&
            (provider.len <= creator.len || provider.at[creator.len] == '-'))
            return true;
    }
    return false;
}

/*
 * Known to have neither a live route nor weights: the weights are known to
 * be closed, and the model is retired, or every route on record is, the
 * vendor's own among them. Other people's routes alone do not tell.
 */
static bool known_unreachable(const struct assay_model *model)
{
    if (model->live_count > 0 || !model->closed)
        return false;
    return model->status == ASSAY_STATUS_RETIRED || has_vendor_route(model);
}

static void status_refs(struct assay_comparison *c, struct assay_side *side)
{
    const struct assay_model *model = side->model;

    assay_compare_ref(c, &side->status_refs, model->retired_on_claim);
    assay_compare_ref(c, &side->status_refs, model->status_claim);
    for (size_t i = model->live_count; i < model->route_count; i++) {
        assay_compare_ref(c, &side->status_refs,
                          model->routes[i]->retired_on_claim);
        assay_compare_ref(c, &side->status_refs,
                          model->routes[i]->status_claim);
    }
    /* that it lives is what its routes say */
    if (model->live_count > 0 && !model->status_claim)
        assay_compare_route_ref(c, &side->status_refs, model->routes[0]);
}

static bool side_cost(struct assay_comparison *c, struct assay_side *side,
                      const struct assay_cost_options *options,
                      struct assay_error *err)
{
    const struct assay_model *model = side->model;

    side->route_costs =
        ASSAY_NEW_ARRAY(c->arena, struct assay_route_cost, model->route_count);
    for (size_t i = 0; i < model->route_count; i++)
        if (!assay_cost_route(c->arena, model->routes[i], options->traffic,
                              options->as_of, &side->route_costs[i], err))
            return false;
    assay_cost_choose(c->arena, model, options, side->route_costs, &side->cost);
    for (size_t i = 0; i < side->cost.best.bill.line_count; i++)
        assay_compare_ref(c, &side->cost_refs,
                          side->cost.best.bill.lines[i].claim);
    return true;
}

/* The route whose cost is shown, where it meets every need; else the best. */
static bool side_need(struct assay_comparison *c, struct assay_side *side,
                      const struct assay_cost_options *options,
                      struct assay_error *err)
{
    const struct assay_need *need = c->options->need;
    const struct assay_route *route = side->cost.best.route;

    if (route && route->live) {
        if (!assay_need_route(c->arena, need, route, options, &side->need, err))
            return false;
        if (side->need.answer == ASSAY_ANSWER_YES)
            return true;
    }
    return assay_need_model(c->arena, need, side->model, options, &side->need,
                            err);
}

static bool same_models(struct assay_model *const *models, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (assay_str_equal(models[i]->id, models[k]->id))
                return true;
    return false;
}

static bool different_jobs(const struct assay_comparison *c)
{
    struct assay_str tasks[ASSAY_COMPARE_MAX];
    bool differ = false;

    for (size_t i = 0; i < c->count; i++) {
        if (assay_choice_text(
                assay_subject_choice(&c->sides[i].model->subject, "task"),
                &tasks[i]) != ASSAY_KNOWN)
            return false;
        differ = differ || !assay_str_equal(tasks[0], tasks[i]);
    }
    return differ;
}

static void side_known(struct assay_comparison *c, struct assay_side *side,
                       const struct assay_model *model)
{
    side->model = model;
    side->providers = assay_side_providers(side);
    side->reachable = model->live_count > 0 || model->open_weights;
    side->unreachable = !side->reachable && known_unreachable(model);
    side->overdue =
        model->live_count > 0 && model->status != ASSAY_STATUS_RETIRED &&
        assay_date_set(model->retired_on) &&
        assay_date_compare(model->retired_on, c->options->as_of) <= 0;
    side->capabilities = ASSAY_NEW_ARRAY(c->arena, struct assay_capability,
                                         assay_capability_row_count);
    for (size_t i = 0; i < assay_capability_row_count; i++)
        assay_capability_of_model(c->arena, model,
                                  assay_capability_rows[i].name,
                                  &side->capabilities[i]);
    status_refs(c, side);
}

bool assay_compare_sides(struct assay_comparison *c,
                         struct assay_model *const *models, size_t count,
                         struct assay_error *err)
{
    struct assay_cost_options options = {
        .traffic = &c->options->traffic,
        .as_of = c->options->as_of,
        .allow_free = c->options->allow_free,
    };
    struct assay_model_cost costs[ASSAY_COMPARE_MAX];

    if (count < 2 || count > ASSAY_COMPARE_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%zu models to compare, expected 2 to %d", count,
                          ASSAY_COMPARE_MAX);
    if (same_models(models, count))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a model is named twice; expected different models");
    c->count = count;
    assay_provider_names_read(c->arena, models, count, &c->provider_names);
    for (size_t i = 0; i < count; i++) {
        struct assay_side *side = &c->sides[i];

        side_known(c, side, models[i]);
        if (!side_cost(c, side, &options, err))
            return false;
        if (c->options->need && !side_need(c, side, &options, err))
            return false;
        costs[i] = side->cost;
    }
    c->lower = assay_cost_lower(costs, count);
    c->different_jobs = different_jobs(c);
    return true;
}
