/*
 * Views: what the statements in force say of one model and its routes, with
 * every fact chosen. Nothing here reads or writes a store.
 */
#include "assay/identity.h"
#include "catalog/claims.h"
#include "catalog/identity_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPLACEMENTS = 8 };

static struct assay_str text_or(const struct assay_choice *choice,
                                struct assay_str otherwise)
{
    struct assay_str text = ASSAY_STR("");
    if (assay_choice_text(choice, &text) != ASSAY_KNOWN || text.len == 0)
        return otherwise;
    return text;
}

/* ---------------------------------------------------------------- prices */

static bool is_price(const struct assay_choice *choice)
{
    return choice->fact.len >= 6 && memcmp(choice->fact.at, "price.", 6) == 0;
}

static void read_prices(struct assay_arena *arena, struct assay_route *route)
{
    const struct assay_subject *s = &route->subject;
    struct assay_price_list *list = &route->prices;
    size_t most = 0;

    for (size_t i = 0; i < s->choice_count; i++)
        if (is_price(&s->choices[i]))
            most += s->choices[i].claims[0]->value->count;
    list->components =
        ASSAY_NEW_ARRAY(arena, struct assay_price_component, most);
    for (size_t i = 0; i < s->choice_count; i++)
        if (is_price(&s->choices[i]))
            list->count += assay_price_components_read(
                s->choices[i].claims[0]->value, s->choices[i].claims[0],
                &list->components[list->count]);
}

static bool has_price(const struct assay_price_list *list, const char *meter,
                      struct assay_date day)
{
    const struct assay_price_component *c =
        assay_price_find(list, assay_str_c(meter), ASSAY_DECIMAL(0, 0), day);
    return c && c->state != ASSAY_UNKNOWN;
}

/* Tokens and requests; other meters count what not every request has. */
static bool is_always_charged(const struct assay_price_component *c)
{
    return c->unit == ASSAY_PER_MILLION || assay_str_is(c->meter, "request");
}

static void judge_prices(struct assay_route *route, struct assay_date as_of)
{
    const struct assay_price_list *list = &route->prices;

    route->priced = has_price(list, "input_tokens", as_of) &&
                    has_price(list, "output_tokens", as_of);
    route->free = route->priced;
    for (size_t i = 0; i < list->count && route->free; i++)
        route->free = !is_always_charged(&list->components[i]) ||
                      list->components[i].state == ASSAY_FREE;
}

/* ---------------------------------------------------------------- routes */

static void name_route(struct assay_route *route,
                       const struct assay_choice_index *index)
{
    struct assay_str prefix = route->id, rest = route->id;

    assay_str_cut(route->id, '/', &prefix, &rest);
    route->wire = rest;
    struct assay_str provider = text_or(index->of[ASSAY_ON_PROVIDER], prefix);
    const struct assay_known_provider *known =
        assay_known_provider_find(provider);
    route->provider = known ? assay_str_c(known->id) : provider;
    route->provider_name = text_or(index->of[ASSAY_ON_PROVIDER_NAME],
                                   known ? assay_str_c(known->name) : provider);
    route->tier = text_or(index->of[ASSAY_ON_TIER], ASSAY_STR("standard"));
}

/* `end`: the retirement of the model, or NULL. */
static bool build_route(struct assay_arena *arena,
                        const struct assay_stored_route *stored,
                        const struct assay_claim *end, struct assay_date as_of,
                        struct assay_route *route, struct assay_error *err)
{
    struct assay_choice_index index;

    route->id = stored->id;
    route->join_rule = stored->join_rule ? stored->join_rule : "";
    route->join_why = stored->join_why;
    route->subject.kind = ASSAY_SUBJECT_ROUTE;
    route->subject.id = stored->id;
    if (!assay_claims_read(arena, stored->statements, stored->count,
                           &route->subject, err))
        return false;
    if (route->model)
        end = assay_retirement_of_route(&route->subject, route->model, end);
    end = assay_choose_route(arena, &route->subject, as_of, end);
    assay_subject_index(&route->subject, &index);
    name_route(route, &index);
    assay_lifecycle_route(route, &index, end, as_of);
    read_prices(arena, route);
    judge_prices(route, as_of);
    return true;
}

struct assay_route *assay_view_route(struct assay_arena *arena,
                                     const struct assay_stored_route *stored,
                                     struct assay_date as_of,
                                     struct assay_error *err)
{
    struct assay_route *route = ASSAY_NEW(arena, struct assay_route);
    return build_route(arena, stored, NULL, as_of, route, err) ? route : NULL;
}

static int compare_routes(const void *a, const void *b)
{
    const struct assay_route *const *x = a, *const *y = b;
    if ((*x)->live != (*y)->live)
        return (*x)->live ? -1 : 1;
    return assay_str_compare((*x)->id, (*y)->id);
}

static void name_providers(struct assay_arena *arena, struct assay_model *model)
{
    struct assay_provider_names names;

    assay_provider_names_read(arena, &model, 1, &names);
    for (size_t i = 0; i < model->route_count; i++)
        model->routes[i]->provider_name =
            assay_provider_names_find(&names, model->routes[i]);
}

static bool build_routes(struct assay_arena *arena,
                         const struct assay_stored_model *stored,
                         const struct assay_claim *end, struct assay_date as_of,
                         struct assay_model *model, struct assay_error *err)
{
    struct assay_route *routes =
        ASSAY_NEW_ARRAY(arena, struct assay_route, stored->route_count);

    model->routes =
        ASSAY_NEW_ARRAY(arena, struct assay_route *, stored->route_count);
    model->route_count = stored->route_count;
    for (size_t i = 0; i < stored->route_count; i++) {
        routes[i].model = model;
        model->routes[i] = &routes[i];
        if (!build_route(arena, &stored->routes[i], end, as_of, &routes[i],
                         err))
            return false;
        model->live_count += routes[i].live;
    }
    qsort(model->routes, model->route_count, sizeof(*model->routes),
          compare_routes);
    name_providers(arena, model);
    return true;
}

/* ---------------------------- what routes say against the model's own word */

/* The vendor's, the user's or our own. */
static bool is_own_word(const struct assay_choice *choice)
{
    return choice && choice->claims[0]->source->kind <= ASSAY_SOURCE_PRIMARY;
}

static bool exceeds(const struct assay_choice *model,
                    const struct assay_choice *route)
{
    uint64_t own, claimed;
    return assay_choice_uint(model, &own) == ASSAY_KNOWN &&
           assay_choice_uint(route, &claimed) == ASSAY_KNOWN && claimed > own &&
           !assay_claim_agrees(model->claims[0], route->claims[0]);
}

static bool denies(const struct assay_choice *model,
                   const struct assay_choice *route)
{
    bool own, claimed;
    return assay_choice_bool(model, &own) == ASSAY_KNOWN &&
           assay_choice_bool(route, &claimed) == ASSAY_KNOWN && !own && claimed;
}

static void add_route_claims(struct assay_arena *arena,
                             const struct assay_choice_index *model,
                             const struct assay_route *route)
{
    const struct assay_subject *s = &route->subject;

    for (size_t i = 0; i < s->choice_count; i++) {
        const struct assay_choice *choice = &s->choices[i];
        enum assay_fact_number n = assay_fact_number(choice->fact);
        bool limit =
            n == ASSAY_ON_CONTEXT_TOKENS || n == ASSAY_ON_MAX_OUTPUT_TOKENS;
        bool capability = n >= ASSAY_ON_CAN_AUDIO && n <= ASSAY_ON_CAN_VISION;
        if ((limit || capability) && is_own_word(model->of[n]) &&
            (limit ? exceeds(model->of[n], choice)
                   : denies(model->of[n], choice)))
            assay_choice_add_loser(arena, model->of[n], choice->claims[0]);
    }
}

/* ----------------------------------------------------------------- models */

static void name_model(struct assay_model *model,
                       const struct assay_choice_index *index)
{
    struct assay_str creator = ASSAY_STR(""), rest;
    bool open;

    assay_str_cut(model->id, '/', &creator, &rest);
    struct assay_str known = assay_creator_name(creator);
    model->name = text_or(index->of[ASSAY_ON_NAME], model->id);
    model->creator =
        text_or(index->of[ASSAY_ON_CREATOR], known.len > 0 ? known : creator);
    if (assay_choice_bool(index->of[ASSAY_ON_OPEN_WEIGHTS], &open) ==
        ASSAY_KNOWN) {
        model->open_weights = open;
        model->closed = !open;
    }
}

/* Appends the model that the choice names, unless it was met before. */
static bool add_replacement(struct assay_arena *arena,
                            struct assay_model *model,
                            const struct assay_choice *named)
{
    struct assay_str id;

    if (assay_choice_text(named, &id) != ASSAY_KNOWN ||
        model->replacement_count == MOST_REPLACEMENTS ||
        assay_str_equal(id, model->id))
        return false;
    for (size_t i = 0; i < model->alias_count; i++)
        if (assay_str_equal(id, model->aliases[i]))
            return false;
    for (size_t i = 0; i < model->replacement_count; i++)
        if (assay_str_equal(id, model->replacements[i].id))
            return false;
    if (!model->replacements)
        model->replacements =
            ASSAY_NEW_ARRAY(arena, struct assay_replacement, MOST_REPLACEMENTS);
    model->replacements[model->replacement_count++] =
        (struct assay_replacement){
            .id = id,
            .name = id,
            .claim = named->claims[0],
        };
    return true;
}

struct assay_model *assay_view_model(struct assay_arena *arena,
                                     const struct assay_stored_model *stored,
                                     struct assay_date as_of,
                                     struct assay_error *err)
{
    struct assay_model *model = ASSAY_NEW(arena, struct assay_model);
    struct assay_subject *subject = &model->subject;
    struct assay_choice_index index;

    model->id = stored->id;
    subject->kind = ASSAY_SUBJECT_MODEL;
    subject->id = stored->id;
    if (stored->alias_count > 0) {
        model->aliases =
            ASSAY_NEW_ARRAY(arena, struct assay_str, stored->alias_count);
        model->alias_count = stored->alias_count;
        for (size_t i = 0; i < stored->alias_count; i++)
            model->aliases[i] = stored->aliases[i];
    }
    if (!assay_claims_read(arena, stored->statements, stored->count, subject,
                           err))
        return NULL;
    const struct assay_claim *end =
        assay_choose_route(arena, subject, as_of, NULL);
    assay_subject_index(subject, &index);
    name_model(model, &index);
    assay_lifecycle_model_dates(model, &index, end, as_of);
    if (!build_routes(arena, stored, end, as_of, model, err))
        return NULL;
    for (size_t i = 0; i < model->route_count; i++)
        add_route_claims(arena, &index, model->routes[i]);
    assay_lifecycle_model(model, &index, end, as_of);
    add_replacement(arena, model, index.of[ASSAY_ON_LIFECYCLE_REPLACEMENT]);
    return model;
}

bool assay_view_replacement(struct assay_arena *arena,
                            struct assay_model *model,
                            const struct assay_model *link)
{
    assert(model->replacement_count > 0);
    struct assay_replacement *last =
        &model->replacements[model->replacement_count - 1];

    last->id = link->id;
    last->name = link->name;
    last->status = link->status;
    last->retires_on = link->retired_on;
    return add_replacement(
        arena, model,
        assay_subject_choice(&link->subject, "lifecycle.replacement"));
}
