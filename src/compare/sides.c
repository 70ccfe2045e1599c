/*
 * The compared models with what every section needs to know of them.
 */
#include "compare/comparison.h"

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

size_t assay_side_providers(const struct assay_side *side)
{
    size_t count = 0;

    for (size_t i = 0; i < side->model->live_count; i++) {
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen = assay_str_equal(side->model->routes[i]->provider,
                                   side->model->routes[k]->provider);
        count += !seen;
    }
    return count;
}

const struct assay_price_component *assay_side_cheapest(
    const struct assay_comparison *c, const struct assay_side *side,
    const char *meter, const struct assay_route **route)
{
    const struct assay_price_component *best = NULL;

    for (size_t i = 0; i < side->model->live_count; i++) {
        const struct assay_route *r = side->model->routes[i];
        const struct assay_price_component *price;

        if (!assay_str_is(r->tier, "standard") || r->free)
            continue;
        price = assay_price_find(&r->prices, assay_str_c(meter),
                                 c->options->traffic.input_tokens,
                                 c->options->as_of);
        if (!price || price->state == ASSAY_UNKNOWN)
            continue;
        if (best && assay_decimal_compare(price->usd, best->usd) >= 0)
            continue;
        best = price;
        *route = r;
    }
    return best;
}

/*
 * Known to have neither a live route nor weights: every route on record is
 * retired (or the vendor has retired the model), and the weights are known
 * to be closed.
 */
static bool known_unreachable(const struct assay_model *model)
{
    if (model->live_count > 0 || !model->closed)
        return false;
    return model->status == ASSAY_STATUS_RETIRED || model->route_count > 0;
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
}

static bool side_cost(struct assay_comparison *c, struct assay_side *side,
                      const struct assay_cost_options *options,
                      struct assay_error *err)
{
    if (!assay_cost_model(c->arena, side->model, options, &side->cost, err))
        return false;
    for (size_t i = 0; i < side->cost.best.bill.line_count; i++)
        assay_compare_ref(c, &side->cost_refs,
                          side->cost.best.bill.lines[i].claim);
    return true;
}

static bool same_models(struct assay_model *const *models, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (assay_str_equal(models[i]->id, models[k]->id))
                return true;
    return false;
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
    for (size_t i = 0; i < count; i++) {
        struct assay_side *side = &c->sides[i];

        side->model = models[i];
        side->reachable = models[i]->live_count > 0 || models[i]->open_weights;
        side->unreachable = !side->reachable && known_unreachable(models[i]);
        status_refs(c, side);
        if (!side_cost(c, side, &options, err))
            return false;
        if (c->options->need &&
            !assay_need_model(c->arena, c->options->need, models[i], &options,
                              &side->need, err))
            return false;
        costs[i] = side->cost;
    }
    c->lower = assay_cost_lower(costs, count);
    return true;
}
