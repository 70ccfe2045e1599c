/*
 * Routes by name: what the catalog says of them written down as JSON with
 * the run, and opened from there, now or when it goes on.
 *
 *   { "address": "local:nano-s" }
 *   { "dialect": "openai", "base_url": "…", "model": "…", "key_env": "…" }
 *
 * with "api_version", "deployment" and "provider", the number of a suite's own
 * provider, where they apply. A key's variable stands there, never a key.
 */
#include "trial/trial_parts.h"

#include <string.h>

/* ------------------------------------------------------- names */

static bool is_local(struct assay_str name)
{
    return assay_str_starts(name, "local:");
}

static void set_some(struct assay_arena *arena, struct assay_json *object,
                     const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, object, key, text);
}

/* Address and key's variable, as the environment of now has them. */
static bool settle(struct assay_arena *arena,
                   const struct assay_endpoint_wish *wish,
                   struct assay_json *endpoint, struct assay_error *err)
{
    struct assay_endpoint_found found;

    if (!assay_endpoint_from_environment(arena, wish, &found, err))
        return false;
    set_some(arena, endpoint, "dialect", found.endpoint.dialect);
    set_some(arena, endpoint, "base_url", found.endpoint.base_url);
    set_some(arena, endpoint, "model", found.endpoint.model);
    set_some(arena, endpoint, "api_version", found.endpoint.api_version);
    set_some(arena, endpoint, "deployment", found.endpoint.deployment);
    set_some(arena, endpoint, "key_env", found.key_variable);
    return true;
}

/* "openai:BASE_URL#MODEL", or "responses:…" for OpenAI's other API. */
static bool find_address(struct assay_arena *arena, struct assay_str name,
                         struct assay_json *endpoint, struct assay_error *err)
{
    size_t colon = assay_str_find(name, ':');
    struct assay_str rest = assay_str_skip(name, colon + 1);
    size_t hash = assay_str_find(rest, '#');
    const struct assay_endpoint_wish wish = {
        .provider = ASSAY_STR(""),
        .dialect = assay_str_head(name, colon),
        .base_url = assay_str_head(rest, hash),
        .key_env = ASSAY_STR(""),
        .model = assay_str_skip(rest, hash + 1),
        .typed = true,
    };

    if (!wish.base_url.len || !wish.model.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "'%.*s' is no route, expected openai:BASE_URL#MODEL",
                          ASSAY_STR_ARG(assay_str_head(name, 200)));
    return settle(arena, &wish, endpoint, err);
}

/* ------------------------------------------------------- the catalog */

static struct assay_str text_of(const struct assay_subject *subject,
                                const char *fact)
{
    struct assay_str text = {"", 0};

    (void)assay_choice_text(assay_subject_choice(subject, fact), &text);
    return text;
}

/* The model's rule for pictures, and the chosen components, each with the
   claim that states it. */
static struct assay_json *prices_of(struct assay_arena *arena,
                                    const struct assay_route *route)
{
    struct assay_json *prices = assay_json_object(arena);
    struct assay_json *list =
        assay_json_set(prices, "components", assay_json_array(arena));
    const struct assay_claim *last = NULL;

    for (size_t i = 0; i < route->prices.count; i++) {
        const struct assay_claim *claim = route->prices.components[i].claim;
        if (!claim || claim == last || claim->value->type != ASSAY_JSON_ARRAY)
            continue; /* components of one claim stand together */
        last = claim;
        for (const struct assay_json *c = claim->value->first; c; c = c->next) {
            struct assay_json *copy = assay_json_copy(arena, c);
            copy->next = copy->parent = NULL;
            copy->key = ASSAY_STR("");
            struct assay_json *by =
                assay_json_set(copy, "claim", assay_json_object(arena));
            assay_json_set_text(arena, by, "source",
                                assay_arena_copy(arena, claim->source->id));
            assay_json_set_text(arena, by, "url",
                                assay_arena_copy(arena, claim->source->url));
            assay_json_set_text(arena, by, "retrieved",
                                assay_date_text(arena, claim->read));
            assay_json_add(list, copy);
        }
    }
    if (!list->count)
        return NULL;
    const struct assay_choice *rule =
        route->model
            ? assay_subject_choice(&route->model->subject, "image_tokens")
            : NULL;
    if (rule && rule->count)
        assay_json_set(prices, "image_tokens",
                       assay_json_copy(arena, rule->claims[0]->value));
    return prices;
}

/* key: the variable that a suite names for it, or empty. */
static bool find_in_catalog(struct assay_catalog *catalog,
                            struct assay_arena *arena, struct assay_str name,
                            struct assay_str key, struct assay_run_route *to,
                            struct assay_json *endpoint,
                            struct assay_error *err)
{
    struct assay_route *route = assay_catalog_route(catalog, arena, name, err);
    if (!route)
        return false;
    struct assay_str kind = text_of(&route->subject, "api.kind");

    to->model = route->model ? route->model->id : ASSAY_STR("");
    to->prices = prices_of(arena, route);
    if (assay_str_is(kind, "local")) {
        assay_json_set_text(arena, endpoint, "address",
                            assay_arena_printf(arena, "local:%.*s",
                                               ASSAY_STR_ARG(route->wire)));
        return true;
    }
    const struct assay_endpoint_wish wish = {
        .provider = route->provider,
        .dialect = kind,
        .base_url = text_of(&route->subject, "api.base_url"),
        .key_env = key.len ? key : text_of(&route->subject, "api.key_env"),
        .key_stated = key.len > 0,
        .model = route->wire,
    };
    return settle(arena, &wish, endpoint, err);
}

static bool find_route(struct assay_catalog *catalog, struct assay_arena *arena,
                       struct assay_str name, struct assay_str key,
                       struct assay_run_route *route, struct assay_error *err)
{
    struct assay_json *endpoint = assay_json_object(arena);

    *route = (struct assay_run_route){
        .id = name,
        .label = name,
        .model = ASSAY_STR(""),
        .endpoint = endpoint,
    };
    if (is_local(name)) {
        struct assay_str id = assay_arena_printf(
            arena, "assay/%.*s",
            ASSAY_STR_ARG(assay_str_skip(name, strlen("local:"))));
        struct assay_error ignored = {0};
        assay_json_set_text(arena, endpoint, "address", name);
        if (!assay_catalog_resolve(catalog, arena, id, &route->model, &ignored))
            route->model = ASSAY_STR("");
        return true;
    }
    if (assay_str_is(name, "echo")) {
        assay_json_set_text(arena, endpoint, "address", name);
        return true;
    }
    if (assay_str_starts(name, "openai:") ||
        assay_str_starts(name, "responses:"))
        return find_address(arena, name, endpoint, err);
    return find_in_catalog(catalog, arena, name, key, route, endpoint, err);
}

bool assay_trial_route_find(struct assay_catalog *catalog,
                            struct assay_arena *arena, struct assay_str name,
                            struct assay_run_route *route,
                            struct assay_error *err)
{
    return find_route(catalog, arena, name, ASSAY_STR(""), route, err);
}

/* ------------------------------------------------------- a suite's own */

/* Where a dialect and a model are all that the file names. */
static bool settle_provider(struct assay_arena *arena,
                            const struct assay_suite_provider *provider,
                            struct assay_json *endpoint,
                            struct assay_error *err)
{
    struct assay_str id = provider->dialect;
    const struct assay_endpoint_wish wish = {
        .provider = assay_str_is(id, "gemini")      ? ASSAY_STR("google")
                    : assay_str_is(id, "responses") ? ASSAY_STR("openai")
                                                    : id,
        .dialect = provider->dialect,
        .base_url = provider->base_url,
        .key_env = provider->key_env,
        .model = provider->model,
        .typed = provider->base_url.len > 0,
        .key_stated = provider->key_stated,
    };

    if (!provider->dialect.len || !provider->model.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "it leads to no route that is known; name one with "
                          "--on");
    if (!settle(arena, &wish, endpoint, err))
        return false;
    if (provider->api_version.len) {
        struct assay_json *version = assay_json_get(endpoint, "api_version");
        if (version)
            version->text = provider->api_version;
        else
            assay_json_set_text(arena, endpoint, "api_version",
                                provider->api_version);
    }
    return true;
}

static bool lead(struct assay_catalog *catalog, struct assay_arena *arena,
                 const struct assay_suite_provider *provider,
                 struct assay_run_route *route, struct assay_error *err)
{
    struct assay_json *endpoint = assay_json_object(arena);

    if (provider->refused.len)
        return assay_fail(err, ASSAY_BAD_INPUT, "%.*s; name a route with --on",
                          ASSAY_STR_ARG(provider->refused));
    if (!provider->base_url.len && provider->route.len)
        return find_route(catalog, arena, provider->route,
                          provider->key_stated ? provider->key_env
                                               : ASSAY_STR(""),
                          route, err);
    *route =
        (struct assay_run_route){.model = ASSAY_STR(""), .endpoint = endpoint};
    return settle_provider(arena, provider, endpoint, err);
}

bool assay_trial_route_of_suite(struct assay_catalog *catalog,
                                struct assay_arena *arena,
                                const struct assay_suite *suite,
                                const struct assay_suite_provider *provider,
                                struct assay_run_route *route,
                                struct assay_error *err)
{
    if (!lead(catalog, arena, provider, route, err)) {
        if (!provider->refused.len) /* that text names it */
            assay_fail_in(err, "provider %.*s", ASSAY_STR_ARG(provider->id));
        return false;
    }
    struct assay_json *endpoint = assay_json_copy(arena, route->endpoint);
    struct assay_json *dialect = assay_json_get(endpoint, "dialect");
    if (assay_str_is(provider->dialect, "responses") && dialect &&
        assay_str_is(dialect->text, "openai"))
        dialect->text = provider->dialect; /* the catalog names the other */
    assay_json_set_uint(arena, endpoint, "provider",
                        (uint64_t)(provider - suite->providers));
    route->endpoint = endpoint;
    route->id = provider->id;
    route->label = provider->label.len ? provider->label : provider->id;
    if (provider->cost_in.given && provider->cost_out.given)
        assay_trial_route_price(
            arena, route,
            assay_arena_printf(arena, "%.12g", provider->cost_in.value * 1e6),
            assay_arena_printf(arena, "%.12g", provider->cost_out.value * 1e6));
    return true;
}

static void add_price(struct assay_arena *arena, struct assay_json *list,
                      const char *meter, struct assay_str usd)
{
    struct assay_json *c = assay_json_add(list, assay_json_object(arena));

    assay_json_set_c(arena, c, "meter", meter);
    assay_json_set_text(arena, c, "usd_per_million", usd);
}

void assay_trial_route_price(struct assay_arena *arena,
                             struct assay_run_route *route,
                             struct assay_str input_usd,
                             struct assay_str output_usd)
{
    struct assay_json *prices = assay_json_object(arena);
    struct assay_json *list =
        assay_json_set(prices, "components", assay_json_array(arena));

    add_price(arena, list, "input_tokens", input_usd);
    add_price(arena, list, "output_tokens", output_usd);
    assay_json_set_bool(arena, prices, "stated_by_user", true);
    route->prices = prices;
}

/* ------------------------------------------------------- labels */

/* "nano-s" of "local:nano-s", "gpt-4o" of "openai/gpt-4o". */
static struct assay_str last_part(struct assay_str name)
{
    size_t from = name.len;

    while (from > 0 && !strchr("/:#", name.at[from - 1]))
        from--;
    return from < name.len ? assay_str_skip(name, from) : name;
}

void assay_trial_label(struct assay_run_route *routes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct assay_str label = last_part(routes[i].label);
        bool alone = true;
        for (size_t j = 0; j < count; j++)
            alone = alone && (j == i ||
                              !assay_str_equal(label, last_part(routes[j].id)));
        if (alone)
            routes[i].label = label;
    }
}

/* ------------------------------------------------------- opening */

static bool take_key(const struct assay_json *endpoint,
                     struct assay_trial_route *route, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_str name = assay_json_text(endpoint, "key_env");

    if (name.len)
        route->key =
            assay_secret_from_environment(assay_arena_cstr(&arena, name), err);
    assay_arena_free(&arena);
    return !name.len || route->key;
}

static struct assay_route_link *open_hosted(
    const struct assay_json *endpoint,
    const struct assay_suite_provider *provider,
    const struct assay_route_options *options, struct assay_error *err)
{
    struct assay_endpoint to = {
        .dialect = assay_json_text(endpoint, "dialect"),
        .base_url = assay_json_text(endpoint, "base_url"),
        .model = assay_json_text(endpoint, "model"),
        .api_version = assay_json_text(endpoint, "api_version"),
        .deployment = assay_json_text(endpoint, "deployment"),
    };
    size_t most = sizeof to.headers / sizeof to.headers[0];

    if (provider && provider->header_count > most) {
        assay_fail(err, ASSAY_BAD_INPUT, "%zu headers, at most %zu are sent",
                   provider->header_count, most);
        return NULL;
    }
    for (size_t i = 0; provider && i < provider->header_count; i++)
        to.headers[to.header_count++] = provider->headers[i];
    return assay_route_open_hosted(&to, options, err);
}

bool assay_trial_route_open(const struct assay_run_route *facts,
                            const struct assay_trial_route_options *options,
                            struct assay_trial_route *route,
                            struct assay_error *err)
{
    const struct assay_json *endpoint = facts->endpoint;
    struct assay_str address = assay_json_text(endpoint, "address");
    const struct assay_suite_provider *provider = NULL;
    struct assay_route_options how = {
        .parallel = options->parallel,
        .progress = options->progress,
        .context = options->context,
        .deadlines = options->deadlines,
        .ca_file = options->ca_file,
        .threads = options->threads,
        .cpu = options->cpu,
    };
    uint64_t number;

    *route = (struct assay_trial_route){
        .facts = *facts,
        .chat = {.logprobs = -1},
        .in_process = is_local(address) || assay_str_is(address, "echo"),
    };
    if (options->suite &&
        assay_json_to_u64(assay_json_get(endpoint, "provider"), &number) &&
        number < options->suite->provider_count) {
        provider = &options->suite->providers[number];
        route->chat = provider->chat;
    }
    if (provider && provider->refused.len) {
        assay_fail(err, ASSAY_BAD_INPUT, "%.*s",
                   ASSAY_STR_ARG(provider->refused));
    } else if (address.len) {
        route->link = assay_route_open(address, &how, err);
    } else if (take_key(endpoint, route, err)) {
        if (!provider) { /* as routes in this process answer */
            route->chat.temperature = (struct assay_stated){true, 0};
            route->chat.temperature_ours = true;
        }
        how.key = route->key;
        route->chat.model = assay_json_text(endpoint, "model");
        route->chat.stream = true; /* the first token is a figure of its own */
        route->link = open_hosted(endpoint, provider, &how, err);
    }
    if (route->link)
        return true;
    assay_trial_route_close(route);
    return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(facts->id));
}

void assay_trial_route_close(struct assay_trial_route *route)
{
    assay_route_close(route->link);
    assay_secret_free(route->key);
    route->link = NULL;
    route->key = NULL;
}
