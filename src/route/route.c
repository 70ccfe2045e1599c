/*
 * Routes by their addresses.
 */
#include "assay/route.h"

#include "route/route_parts.h"

#include <time.h>

static const struct assay_route_driver *const drivers[] = {
    &assay_route_local,
    &assay_route_hosted,
    &assay_route_echo,
};

struct assay_route_link *assay_route_open(
    struct assay_str address, const struct assay_route_options *options,
    struct assay_error *err)
{
    struct assay_str scheme = address, rest = ASSAY_STR("");

    (void)assay_str_cut(address, ':', &scheme, &rest);
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (assay_str_is(scheme, drivers[i]->scheme))
            return drivers[i]->open(rest, options, err);
    assay_fail(err, ASSAY_BAD_INPUT,
               "'%.*s' is no route, expected local:FILE, local:nano-s, "
               "openai:BASE_URL#MODEL or echo",
               ASSAY_STR_ARG(assay_str_head(address, 200)));
    return NULL;
}

void assay_route_close(struct assay_route_link *route)
{
    if (route)
        route->driver->close(route);
}

struct assay_str assay_route_model(const struct assay_route_link *route)
{
    return route->driver->model(route);
}

const struct assay_tokenizer *assay_route_tokenizer(
    const struct assay_route_link *route)
{
    return route->driver->tokenizer ? route->driver->tokenizer(route) : NULL;
}

bool assay_route_ask(struct assay_route_link *route,
                     const struct assay_ask *ask,
                     const struct assay_listener *listener,
                     struct assay_arena *arena, struct assay_response *answer,
                     struct assay_error *err)
{
    return route->driver->ask(route, ask, listener, arena, answer, err);
}

bool assay_route_score(struct assay_route_link *route, struct assay_str context,
                       const struct assay_str *continuations, size_t count,
                       struct assay_likelihood *scores, struct assay_error *err)
{
    if (route->driver->score)
        return route->driver->score(route, context, continuations, count,
                                    scores, err);
    return assay_fail(err, ASSAY_BAD_INPUT, "%s routes do not tell likelihoods",
                      route->driver->scheme);
}

int64_t assay_route_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
