/*
 * Opening a pricer: the provider's routes with the prices of the day, their
 * names, and the routes of other providers that stand in for it.
 */
#include "catalog/pricer_parts.h"

#include "assay/identity.h"
#include "catalog/catalog_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_NEAR = 5, /* providers that an error names */
    MOST_EDITS = 3,
};

const char *const assay_pricer_tiers[ASSAY_PRICER_TIERS] = {
    "batch",
    "flex",
    "priority",
};

/* ----------------------------------------------------------------- names */

/* Where the text stands, or the empty slot where it would. */
static struct assay_pricer_name *slot_of(const struct assay_pricer_names *names,
                                         struct assay_str text)
{
    size_t mask = names->slot_count - 1;
    size_t at = (size_t)assay_str_hash(text) & mask;

    while (names->slots[at].text.at &&
           !assay_str_equal(names->slots[at].text, text))
        at = (at + 1) & mask;
    return &names->slots[at];
}

struct assay_pricer_name *assay_pricer_names_find(
    const struct assay_pricer_names *names, struct assay_str text)
{
    if (names->slot_count == 0)
        return NULL;
    struct assay_pricer_name *slot = slot_of(names, text);
    return slot->text.at ? slot : NULL;
}

static void grow(struct assay_arena *arena, struct assay_pricer_names *names)
{
    struct assay_pricer_names old = *names;

    names->slot_count = old.slot_count ? old.slot_count * 2 : 256;
    names->slots =
        ASSAY_NEW_ARRAY(arena, struct assay_pricer_name, names->slot_count);
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].text.at)
            *slot_of(names, old.slots[i].text) = old.slots[i];
}

struct assay_pricer_name *assay_pricer_names_add(
    struct assay_arena *arena, struct assay_pricer_names *names,
    struct assay_str text)
{
    if (2 * names->used >= names->slot_count)
        grow(arena, names);
    struct assay_pricer_name *slot = slot_of(names, text);
    if (!slot->text.at) {
        slot->text = text;
        names->used++;
    }
    return slot;
}

static bool is_standard(const struct assay_pricer_route *r)
{
    return assay_str_is(r->route->tier, "standard");
}

/* Of two routes that one alias means: priced, live, standard, first. */
static bool is_better(const struct assay_pricer_route *a,
                      const struct assay_pricer_route *b)
{
    if (a->priced != b->priced)
        return a->priced;
    if (a->route->live != b->route->live)
        return a->route->live;
    return is_standard(a) && !is_standard(b);
}

static bool is_likely(const struct assay_pricer_route *r)
{
    return r->priced && r->route->live && is_standard(r);
}

/*
 * An alias that two models of the provider bear leads to neither. Two likely
 * routes of one model ("global.", "regional.") share it: the source's own
 * clauses may know which one is meant.
 */
static void add_alias(struct assay_pricer *p, struct assay_str alias,
                      struct assay_pricer_route *r)
{
    struct assay_pricer_name *name;

    if (alias.len == 0)
        return;
    name = assay_pricer_names_add(&p->arena, &p->names, alias);
    if (!name->rule) {
        name->route = r;
        name->rule = "alias";
    } else if (strcmp(name->rule, "alias") != 0 || !name->route ||
               name->route == r) {
        return;
    } else if (name->route->route->model != r->route->model) {
        name->route = NULL;
    } else {
        name->shared = name->shared || (is_likely(name->route) && is_likely(r));
        if (is_better(r, name->route))
            name->route = r;
    }
}

static void add_id(struct assay_pricer *p, struct assay_str id,
                   struct assay_pricer_route *r)
{
    struct assay_str creator, bare;
    add_alias(p, id, r);
    if (assay_str_cut(id, '/', &creator, &bare))
        add_alias(p, bare, r);
}

static void add_names(struct assay_pricer *p)
{
    for (size_t i = 0; i < p->route_count; i++) {
        struct assay_pricer_name *name = assay_pricer_names_add(
            &p->arena, &p->names, p->routes[i].route->wire);
        name->route = &p->routes[i];
        name->rule = "exact";
    }
    for (size_t i = 0; i < p->route_count; i++) {
        const struct assay_model *model = p->routes[i].route->model;
        if (!model)
            continue;
        add_id(p, model->id, &p->routes[i]);
        for (size_t j = 0; j < model->alias_count; j++)
            add_id(p, model->aliases[j], &p->routes[i]);
    }
}

/* ----------------------------------------------------------------- tiers */

static void set_sibling(struct assay_pricer_route *standard,
                        struct assay_pricer_route *r)
{
    for (size_t i = 0; i < ASSAY_PRICER_TIERS; i++)
        if (assay_str_is(r->route->tier, assay_pricer_tiers[i]) &&
            !standard->siblings[i])
            standard->siblings[i] = r;
}

/*
 * "gpt-4o:batch" is the batch tier of "gpt-4o"; and of whatever standard
 * routes its model has here.
 */
static void add_siblings(struct assay_pricer *p)
{
    for (size_t i = 0; i < p->route_count; i++) {
        struct assay_pricer_route *r = &p->routes[i];
        const struct assay_model *model = r->route->model;
        struct assay_pricer_name *name;
        struct assay_str wire, suffix;

        if (is_standard(r))
            continue;
        if (assay_str_cut_last(r->route->wire, ':', &wire, &suffix)) {
            name = assay_pricer_names_find(&p->names, wire);
            if (name && name->route)
                set_sibling(name->route, r);
        }
        for (size_t j = 0; model && j < model->route_count; j++) {
            name = assay_pricer_names_find(&p->names, model->routes[j]->wire);
            if (name && name->route && name->route->route == model->routes[j] &&
                is_standard(name->route))
                set_sibling(name->route, r);
        }
    }
}

/* ---------------------------------------------------------------- prices */

static bool is_of_source(const struct assay_pricer *p,
                         const struct assay_claim *claim)
{
    return p->source_id.len == 0 ||
           assay_str_equal(claim->source->id, p->source_id);
}

/* What one source says of the route, chosen anew. */
static void choose_of_source(struct assay_pricer *p,
                             const struct assay_subject *all,
                             struct assay_date as_of,
                             struct assay_subject *of_source)
{
    *of_source = (struct assay_subject){.kind = all->kind, .id = all->id};
    of_source->claims =
        ASSAY_NEW_ARRAY(&p->arena, struct assay_claim, all->claim_count);
    for (size_t i = 0; i < all->claim_count; i++)
        if (is_of_source(p, &all->claims[i]))
            of_source->claims[of_source->claim_count++] = all->claims[i];
    assay_choose(&p->arena, of_source, as_of);
}

static void read_prices(struct assay_pricer *p, struct assay_date as_of,
                        struct assay_pricer_route *r)
{
    struct assay_subject of_source;
    size_t most = 0;

    if (p->source_id.len == 0) {
        r->list = r->route->prices;
        return;
    }
    choose_of_source(p, &r->route->subject, as_of, &of_source);
    for (size_t i = 0; i < of_source.choice_count; i++)
        most += of_source.choices[i].claims[0]->value->count;
    r->list.components =
        ASSAY_NEW_ARRAY(&p->arena, struct assay_price_component, most);
    for (size_t i = 0; i < of_source.choice_count; i++) {
        const struct assay_choice *choice = &of_source.choices[i];
        if (assay_str_starts(choice->fact, "price."))
            r->list.count += assay_price_components_read(
                choice->claims[0]->value, choice->claims[0],
                &r->list.components[r->list.count]);
    }
}

/* Leaves what is in force on the day; the view's own list stays whole. */
static void keep_of_day(struct assay_pricer *p, struct assay_pricer_route *r)
{
    const struct assay_price_list all = r->list;
    size_t kept = 0;

    r->list.components =
        ASSAY_NEW_ARRAY(&p->arena, struct assay_price_component, all.count);
    for (size_t i = 0; i < all.count; i++) {
        const struct assay_price_component *c = &all.components[i];
        if (!assay_price_in_force(c, p->day))
            continue;
        r->priced = r->priced || c->state != ASSAY_UNKNOWN;
        r->hourly = r->hourly || c->utc_from.len > 0;
        r->list.components[kept++] = *c;
    }
    r->list.count = kept;
    r->rates = ASSAY_NEW_ARRAY(&p->arena, struct assay_str, kept);
    r->cited = ASSAY_NEW_ARRAY(&p->arena, struct assay_str, kept);
    for (size_t i = 0; i < kept; i++) {
        const struct assay_price_component *c = &r->list.components[i];
        r->rates[i] = assay_pricer_rate(&p->arena, c);
        r->cited[i] = assay_pricer_cite(&p->arena, c->claim);
    }
}

/* The clause of the source that states the price; its place, if it says. */
static bool read_clause(struct assay_pricer *p, struct assay_pricer_route *r,
                        struct assay_error *err)
{
    const struct assay_subject *s = &r->route->subject;
    const struct assay_json *clause = NULL;

    r->order = UINT64_MAX;
    for (size_t i = 0; i < s->claim_count; i++) {
        enum assay_fact_number n = assay_fact_number(s->claims[i].fact);
        if (!is_of_source(p, &s->claims[i]))
            continue;
        if (n == ASSAY_ON_MATCH)
            clause = s->claims[i].value;
        else if (n == ASSAY_ON_ORDER)
            assay_json_to_u64(s->claims[i].value, &r->order);
    }
    if (!assay_json_is(clause, ASSAY_JSON_OBJECT))
        return true;
    r->match = assay_match_new(&p->arena, clause, err);
    return r->match ||
           assay_fail_in(err, "route %.*s, match", ASSAY_STR_ARG(r->route->id));
}

/* ---------------------------------------------------------------- routes */

struct route_list {
    const struct assay_route **routes;
    size_t count;
};

static struct route_list list_routes(struct assay_arena *arena,
                                     const struct assay_view *view)
{
    size_t most = view->unjoined_count;
    struct route_list all = {0};

    for (size_t i = 0; i < view->model_count; i++)
        most += view->models[i]->route_count;
    all.routes = ASSAY_NEW_ARRAY(arena, const struct assay_route *, most);
    for (size_t i = 0; i < view->model_count; i++)
        for (size_t j = 0; j < view->models[i]->route_count; j++)
            all.routes[all.count++] = view->models[i]->routes[j];
    for (size_t i = 0; i < view->unjoined_count; i++)
        all.routes[all.count++] = view->unjoined[i];
    return all;
}

static int compare_order(const void *a, const void *b)
{
    const struct assay_pricer_route *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return assay_str_compare(x->route->id, y->route->id);
}

static bool speaks_of(const struct assay_pricer *p,
                      const struct assay_route *route)
{
    for (size_t i = 0; i < route->subject.claim_count; i++)
        if (is_of_source(p, &route->subject.claims[i]))
            return true;
    return p->source_id.len == 0;
}

/* The routes of one provider that the source speaks of, in its order. */
static bool take_routes(struct assay_pricer *p, const struct route_list *all,
                        struct assay_str provider, struct assay_date as_of,
                        struct assay_pricer_route *out, size_t *count,
                        struct assay_error *err)
{
    size_t n = 0;

    for (size_t i = 0; i < all->count; i++) {
        struct assay_pricer_route *r = &out[n];
        if (!assay_str_equal(all->routes[i]->provider, provider) ||
            !speaks_of(p, all->routes[i]))
            continue;
        *r = (struct assay_pricer_route){.route = all->routes[i]};
        *count = ++n; /* also when what follows fails: clauses are released */
        read_prices(p, as_of, r);
        keep_of_day(p, r);
        if (!read_clause(p, r, err))
            return false;
    }
    qsort(out, n, sizeof(*out), compare_order);
    return true;
}

static void add_provider(struct assay_pricer_providers *list,
                         struct assay_str id)
{
    for (size_t i = 0; i < list->count; i++)
        if (assay_str_equal(list->ids[i], id))
            return;
    if (list->count < ASSAY_PRICER_MOST_PROVIDERS)
        list->ids[list->count++] = id;
}

void assay_pricer_fallbacks(const struct assay_pricer *p,
                            struct assay_pricer_providers *found)
{
    for (size_t i = 0; i < p->route_count; i++) {
        const struct assay_subject *s = &p->routes[i].route->subject;
        for (size_t j = 0; j < s->claim_count; j++) {
            const struct assay_claim *claim = &s->claims[j];
            if (assay_fact_number(claim->fact) != ASSAY_ON_FALLBACK ||
                !is_of_source(p, claim) ||
                claim->value->type != ASSAY_JSON_ARRAY)
                continue;
            for (const struct assay_json *id = claim->value->first; id;
                 id = id->next)
                if (!assay_str_equal(id->text, p->provider))
                    add_provider(found, assay_provider_canonical(id->text));
        }
    }
}

bool assay_pricer_add_fallback(struct assay_pricer *p,
                               const struct assay_view *view,
                               struct assay_str provider,
                               struct assay_date as_of, struct assay_error *err)
{
    struct route_list all = list_routes(&p->arena, view);
    struct assay_pricer_route *wider = ASSAY_NEW_ARRAY(
        &p->arena, struct assay_pricer_route, p->fallback_count + all.count);
    size_t count = 0;

    if (p->fallback_count > 0)
        memcpy(wider, p->fallbacks, p->fallback_count * sizeof(*wider));
    p->fallbacks = wider;
    bool ok = take_routes(p, &all, provider, as_of, wider + p->fallback_count,
                          &count, err);
    p->fallback_count += count;
    return ok;
}

/* --------------------------------------------------------------- opening */

static bool is_near(struct assay_str id, struct assay_str wanted,
                    const char *wanted_text)
{
    return assay_names_distance(id, wanted, MOST_EDITS) <= MOST_EDITS ||
           assay_str_contains(id, wanted_text);
}

bool assay_pricer_fail_without_routes(struct assay_pricer *p,
                                      const struct assay_view *view,
                                      struct assay_error *err)
{
    const char *wanted = assay_arena_cstr(&p->arena, p->provider);
    const struct route_list all = list_routes(&p->arena, view);
    struct assay_pricer_providers near = {.count = 0};
    struct assay_str list = ASSAY_STR("");
    bool known = false;

    for (size_t i = 0; i < all.count; i++) {
        struct assay_str id = all.routes[i]->provider;
        known = known || assay_str_equal(id, p->provider);
        if (is_near(id, p->provider, wanted))
            add_provider(&near, id);
    }
    if (known)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "source '%.*s' says nothing of provider '%.*s'",
                          ASSAY_STR_ARG(p->source_id),
                          ASSAY_STR_ARG(p->provider));
    for (size_t i = 0; i < near.count && i < MOST_NEAR; i++)
        list = assay_arena_printf(
            &p->arena, "%.*s%s%.*s", ASSAY_STR_ARG(list),
            i > 0 ? ", " : "; near: ", ASSAY_STR_ARG(near.ids[i]));
    return assay_fail(err, ASSAY_NOT_FOUND, "no provider '%.*s'%.*s",
                      ASSAY_STR_ARG(p->provider), ASSAY_STR_ARG(list));
}

bool assay_pricer_fill(struct assay_pricer *p, const struct assay_view *view,
                       const struct assay_pricer_options *options,
                       struct assay_date as_of, struct assay_error *err)
{
    struct route_list all = list_routes(&p->arena, view);

    p->provider = assay_arena_copy(&p->arena,
                                   assay_provider_canonical(options->provider));
    p->source_id = assay_arena_copy(&p->arena, options->source_id);
    p->day = assay_date_set(options->at) ? options->at : as_of;
    p->minute_of_day = options->minute_of_day;
    p->routes =
        ASSAY_NEW_ARRAY(&p->arena, struct assay_pricer_route, all.count);
    if (!take_routes(p, &all, p->provider, as_of, p->routes, &p->route_count,
                     err))
        return false;
    add_names(p);
    add_siblings(p);
    return true;
}
