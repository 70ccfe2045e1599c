/*
 * One name for each provider: sources name it with each of its routes, and
 * not alike ("Azure", "Azure OpenAI"). Of all these claims one is taken, as
 * of any fact. Tens of providers on a page.
 */
#include "catalog/claims.h"

/* The route's chosen name of its provider, or NULL. */
static const struct assay_claim *naming(const struct assay_route *route)
{
    const struct assay_choice *choice =
        assay_subject_choice(&route->subject, "provider_name");
    struct assay_str name;

    return assay_choice_text(choice, &name) == ASSAY_KNOWN ? choice->claims[0]
                                                           : NULL;
}

static struct assay_named_provider *find(
    const struct assay_provider_names *names, struct assay_str provider)
{
    for (size_t i = 0; i < names->count; i++)
        if (assay_str_equal(names->at[i].provider, provider))
            return &names->at[i];
    return NULL;
}

static void add_route(struct assay_provider_names *names,
                      const struct assay_route *route)
{
    const struct assay_claim *claim = naming(route);
    struct assay_named_provider *known;

    if (!claim)
        return;
    known = find(names, route->provider);
    if (!known)
        names->at[names->count++] =
            (struct assay_named_provider){route->provider, claim};
    else if (assay_claim_rank(claim, known->claim) < 0)
        known->claim = claim;
}

void assay_provider_names_read(struct assay_arena *arena,
                               struct assay_model *const *models, size_t count,
                               struct assay_provider_names *names)
{
    size_t routes = 0;

    for (size_t i = 0; i < count; i++)
        routes += models[i]->route_count;
    *names = (struct assay_provider_names){
        .at = ASSAY_NEW_ARRAY(arena, struct assay_named_provider, routes),
    };
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < models[i]->route_count; k++)
            add_route(names, models[i]->routes[k]);
}

struct assay_str assay_provider_names_find(
    const struct assay_provider_names *names, const struct assay_route *route)
{
    const struct assay_named_provider *named = find(names, route->provider);

    return named ? named->claim->value->text : route->provider_name;
}
