/*
 * What each model costs a month at the stated traffic, on which route, and
 * where two cost the same.
 */
#include "compare/comparison.h"

static struct assay_value cost_value(struct assay_comparison *c, size_t side)
{
    const struct assay_model_cost *cost = &c->sides[side].cost;
    struct assay_value value = {
        .state = cost->best.state,
        .text = assay_cost_text(c->arena, cost->best.state, cost->best.usd),
        .refs = c->sides[side].cost_refs,
        .note = cost->why_unknown,
    };

    if (cost->best.route) {
        struct assay_str provider = assay_compare_provider(c, cost->best.route);

        value.note = assay_arena_printf(c->arena, "%s%.*s",
                                        cost->retired ? "retired route, "
                                        : cost->best.route->free ? "free tier, "
                                                                 : "",
                                        ASSAY_STR_ARG(provider));
    }
    if (cost->retired)
        value.flags = ASSAY_CELL_DIM;
    return value;
}

static struct assay_json *cost_json(struct assay_comparison *c, size_t side)
{
    const struct assay_model_cost *cost = &c->sides[side].cost;
    struct assay_json *one = assay_json_object(c->arena);
    struct assay_json *notes = assay_json_array(c->arena);

    assay_json_set_text(c->arena, one, "model", c->sides[side].model->id);
    assay_set_cost(c, one, cost->best.state, cost->best.usd);
    assay_json_set_text(
        c->arena, one, "text",
        assay_cost_text(c->arena, cost->best.state, cost->best.usd));
    if (cost->best.route) {
        const struct assay_route *route = cost->best.route;

        assay_json_set_text(c->arena, one, "route", route->id);
        assay_json_set_text(c->arena, one, "provider", route->provider);
        assay_json_set_text(c->arena, one, "tier", route->tier);
        assay_json_set_c(c->arena, one, "route_status",
                         assay_status_name(route->status));
    } else {
        assay_json_set_null(c->arena, one, "route");
        assay_json_set_null(c->arena, one, "route_status");
        assay_json_set_text(c->arena, one, "why", cost->why_unknown);
    }
    if (cost->free_tier)
        assay_json_set_text(c->arena, one, "free_tier", cost->free_tier->id);
    for (size_t i = 0; i < cost->best.note_count; i++)
        assay_json_add(notes, assay_json_string(c->arena, cost->best.notes[i]));
    assay_json_set(one, "notes", notes);
    assay_json_set(one, "claims",
                   assay_refs_json(c, &c->sides[side].cost_refs));
    return one;
}

/* The gap between the two of a pair, exact; null unless both are numbers. */
static void set_gap(struct assay_comparison *c, struct assay_json *data)
{
    const struct assay_route_cost *a = &c->sides[0].cost.best;
    const struct assay_route_cost *b = &c->sides[1].cost.best;
    struct assay_decimal gap;

    if (c->count != 2 || (a->state != ASSAY_KNOWN && a->state != ASSAY_FREE) ||
        (b->state != ASSAY_KNOWN && b->state != ASSAY_FREE) ||
        !assay_decimal_sub(a->usd, b->usd, &gap)) {
        assay_json_set_null(c->arena, data, "gap_usd");
        return;
    }
    if (assay_decimal_sign(gap) < 0)
        gap.digits = -gap.digits;
    assay_json_set_text(c->arena, data, "gap_usd",
                        assay_decimal_text(c->arena, gap));
    assay_json_set_text(c->arena, data, "gap_text",
                        assay_decimal_usd(c->arena, gap));
}

/* ------------------------------------------------------- break-even */

static struct assay_str percent(struct assay_arena *arena,
                                struct assay_decimal share)
{
    struct assay_str text =
        assay_decimal_text(arena, assay_decimal_scale(share, 2));

    return assay_arena_printf(arena, "%.*s %%", ASSAY_STR_ARG(text));
}

static struct assay_str point_text(struct assay_comparison *c, size_t pair[2],
                                   const struct assay_break_even *point)
{
    struct assay_str above = c->sides[pair[point->above]].model->name;
    struct assay_str below = c->sides[pair[point->below]].model->name;
    struct assay_str at = assay_decimal_fixed(c->arena, point->at, 0);

    switch (point->kind) {
    case ASSAY_EVEN_INPUT_SHARE:
        at = percent(c->arena, point->at);
        return assay_arena_printf(
            c->arena,
            "On these routes, at the same number of tokens, %s %.*s of them "
            "are input; with more, %.*s is cheaper, with less, %.*s.",
            point->jump ? "a price tier turns it when"
                        : "they cost the same when",
            ASSAY_STR_ARG(at), ASSAY_STR_ARG(above), ASSAY_STR_ARG(below));
    case ASSAY_EVEN_CACHED_SHARE:
        at = percent(c->arena, point->at);
        return assay_arena_printf(
            c->arena,
            "On these routes they cost the same when %.*s of the input is "
            "cached; with more, %.*s is cheaper, with less, %.*s.",
            ASSAY_STR_ARG(at), ASSAY_STR_ARG(above), ASSAY_STR_ARG(below));
    case ASSAY_EVEN_INPUT_TOKENS:
        if (point->jump)
            return assay_arena_printf(
                c->arena,
                "On these routes, with the output as stated, a price tier "
                "turns it: from %.*s input tokens a request %.*s is cheaper, "
                "below, %.*s.",
                ASSAY_STR_ARG(at), ASSAY_STR_ARG(above), ASSAY_STR_ARG(below));
        return assay_arena_printf(
            c->arena,
            "On these routes, with the output as stated, they cost the same "
            "at %.*s input tokens a request; with more, %.*s is cheaper, with "
            "less, %.*s.",
            ASSAY_STR_ARG(at), ASSAY_STR_ARG(above), ASSAY_STR_ARG(below));
    }
    return ASSAY_STR("");
}

static const char *const kind_names[] = {
    [ASSAY_EVEN_INPUT_SHARE] = "input_share",
    [ASSAY_EVEN_CACHED_SHARE] = "cached_share",
    [ASSAY_EVEN_INPUT_TOKENS] = "input_tokens",
};

static bool pair_break_even(struct assay_comparison *c, size_t pair[2],
                            struct assay_json *list,
                            struct assay_points *points,
                            struct assay_error *err)
{
    struct assay_cost_options options = {.traffic = &c->options->traffic,
                                         .as_of = c->options->as_of};
    const struct assay_model_cost *a = &c->sides[pair[0]].cost;
    const struct assay_model_cost *b = &c->sides[pair[1]].cost;
    struct assay_refs refs = c->sides[pair[0]].cost_refs;
    struct assay_break_even found[3];
    size_t count;

    if (!a->best.route || !b->best.route || a->retired || b->retired ||
        c->different_jobs)
        return true;
    if (!assay_cost_break_even(c->arena, a->best.route, b->best.route, &options,
                               found, &count, err))
        return false;
    assay_compare_add_refs(c, &refs, &c->sides[pair[1]].cost_refs);
    for (size_t i = 0; i < count; i++) {
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));
        struct assay_str text = point_text(c, pair, &found[i]);

        assay_json_set_c(c->arena, one, "kind", kind_names[found[i].kind]);
        assay_json_set_text(c->arena, one, "at",
                            assay_decimal_text(c->arena, found[i].at));
        assay_json_set_bool(c->arena, one, "tier_begins", found[i].jump);
        assay_set_side(c, one, "cheaper_below", pair[found[i].below]);
        assay_set_side(c, one, "cheaper_above", pair[found[i].above]);
        assay_json_set_text(c->arena, one, "text", text);
        assay_json_set(one, "because", assay_refs_json(c, &refs));
        if (c->count == 2)
            assay_points_add(c, points, "break_even", &refs, "%.*s",
                             ASSAY_STR_ARG(text));
    }
    return true;
}

/*
 * Both costs grow in step with the number of requests, so no volume evens
 * two hosted routes: said once, where both are numbers and differ.
 */
static void say_volume(struct assay_comparison *c, struct assay_points *points)
{
    const struct assay_model_cost *a = &c->sides[0].cost;
    const struct assay_model_cost *b = &c->sides[1].cost;
    struct assay_refs refs = c->sides[0].cost_refs;

    if (c->count != 2 || c->different_jobs || a->best.state != ASSAY_KNOWN ||
        b->best.state != ASSAY_KNOWN || c->lower == ASSAY_NOBODY ||
        a->retired || b->retired)
        return;
    assay_compare_add_refs(c, &refs, &c->sides[1].cost_refs);
    assay_points_add(c, points, "no_volume_break_even", &refs,
                     "No volume evens them: both grow in step with the "
                     "requests.");
}

static void say_free_tier(struct assay_comparison *c,
                          const struct assay_side *side,
                          struct assay_points *points)
{
    const struct assay_route *route = side->cost.free_tier;
    struct assay_refs refs = {0};
    struct assay_str provider;

    if (!route || (side->cost.best.route && side->cost.best.route->free))
        return;
    provider = assay_compare_provider(c, route);
    for (size_t i = 0; i < route->prices.count; i++)
        assay_compare_ref(c, &refs, route->prices.components[i].claim);
    assay_points_add(c, points, "free_tier", &refs,
                     "%.*s has a free tier at %.*s; its limits are not "
                     "stated, so it is not the monthly cost.",
                     ASSAY_STR_ARG(side->model->name), ASSAY_STR_ARG(provider));
}

static void say_notes(struct assay_comparison *c, struct assay_points *points)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_side *side = &c->sides[i];
        const struct assay_route_cost *cost = &side->cost.best;

        for (size_t k = 0; k < cost->note_count; k++) {
            struct assay_str provider = assay_compare_provider(c, cost->route);

            assay_points_add(
                c, points, "cost_note", &side->cost_refs, "%.*s at %.*s: %.*s.",
                ASSAY_STR_ARG(side->model->name), ASSAY_STR_ARG(provider),
                ASSAY_STR_ARG(cost->notes[k]));
        }
        say_free_tier(c, side, points);
    }
}

bool assay_compare_cost(struct assay_comparison *c, struct assay_error *err)
{
    struct assay_section *section =
        assay_document_section(c->doc, "cost", "Cost a month");
    struct assay_json *data = assay_json_object(c->arena);
    struct assay_json *models = assay_json_array(c->arena);
    struct assay_json *even = assay_json_array(c->arena);
    struct assay_value values[ASSAY_COMPARE_MAX] = {0};
    struct assay_points points = {0};

    assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      assay_traffic_words(c->arena, &c->options->traffic));
    for (size_t i = 0; i < c->count; i++) {
        values[i] = cost_value(c, i);
        assay_json_add(models, cost_json(c, i));
    }
    (void)assay_values_row(c, assay_models_table(c, section, ""),
                           "cost a month", c->lower, values);
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = i + 1; k < c->count; k++)
            if (!pair_break_even(c, (size_t[2]){i, k}, even, &points, err))
                return false;
    say_volume(c, &points);
    say_notes(c, &points);
    assay_points_blocks(c, section, ASSAY_BLOCK_ITEM, &points);
    assay_json_set(data, "models", models);
    assay_set_side(c, data, "lower", c->lower);
    set_gap(c, data);
    assay_json_set(data, "break_even", even);
    assay_json_set(data, "notes", assay_points_json(c, &points));
    assay_json_set(c->data, "cost", data);
    return true;
}
