/*
 * Opening and closing a hosted route. Everything that can be wrong with an
 * endpoint is found here, by writing a first question that is not sent.
 */
#include "route/hosted_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void assay_hosted_enter(struct assay_hosted_route *route)
{
    pthread_mutex_lock(&route->lock);
    route->asking++;
    pthread_mutex_unlock(&route->lock);
}

void assay_hosted_leave(struct assay_hosted_route *route)
{
    pthread_mutex_lock(&route->lock);
    if (--route->asking == 0)
        pthread_cond_broadcast(&route->left);
    pthread_mutex_unlock(&route->lock);
}

void assay_hosted_post(const struct assay_hosted_route *route,
                       const struct assay_wire_request *request,
                       struct assay_http_field *headers,
                       struct assay_http_post *post)
{
    const struct assay_deadlines *deadlines = &route->deadlines;
    size_t count = 0;

    for (size_t i = 0; i < request->header_count; i++)
        headers[count++] = (struct assay_http_field){request->headers[i].name,
                                                     request->headers[i].value};
    for (size_t i = 0; i < route->header_count; i++)
        headers[count++] = route->headers[i];
    post->url = request->url;
    post->body = request->body;
    post->headers = headers;
    post->header_count = count;
    post->key_header = request->key_header;
    post->key_prefix = request->key_prefix;
    post->limits = (struct assay_http_limits){
        .connect = deadlines->connect,
        .first_byte = deadlines->first_byte,
        .idle = deadlines->idle,
        .total = deadlines->total,
        .max_bytes = ASSAY_HOSTED_BODY_BYTES,
    };
}

static void close_hosted(struct assay_route_link *link)
{
    struct assay_hosted_route *route = (struct assay_hosted_route *)link;

    atomic_store(&route->ending, true);
    pthread_mutex_lock(&route->lock);
    while (route->asking > 0)
        pthread_cond_wait(&route->left, &route->lock);
    pthread_mutex_unlock(&route->lock);
    assay_http_client_free(route->client);
    assay_arena_free(&route->arena);
    pthread_cond_destroy(&route->left);
    pthread_mutex_destroy(&route->lock);
    free(route);
}

/* ------------------------------------------------------- opening */

static bool keep_headers(struct assay_hosted_route *route,
                         const struct assay_endpoint *endpoint,
                         struct assay_error *err)
{
    static const char *const of_keys[] = {"authorization", "api-key",
                                          "x-api-key", "x-goog-api-key",
                                          "proxy-authorization"};

    for (size_t i = 0; i < endpoint->header_count; i++) {
        struct assay_str name = endpoint->headers[i].name;

        for (size_t k = 0; k < sizeof of_keys / sizeof of_keys[0]; k++)
            if (name.len == strlen(of_keys[k]) &&
                strncasecmp(name.at, of_keys[k], name.len) == 0)
                return assay_fail(err, ASSAY_BAD_INPUT,
                                  "header '%s' bears a key, expected one from "
                                  "a variable or a file",
                                  of_keys[k]);
        route->headers[route->header_count++] = (struct assay_http_field){
            assay_arena_copy(&route->arena, name),
            assay_arena_copy(&route->arena, endpoint->headers[i].value)};
    }
    return true;
}

static bool check_endpoint(struct assay_hosted_route *route,
                           struct assay_error *err)
{
    const struct assay_message message = {.role = ASSAY_ROLE_USER,
                                          .text = ASSAY_STR("?")};
    const struct assay_chat chat = {
        .model = route->model,
        .messages = &message,
        .message_count = 1,
        .max_tokens = 1,
        .logprobs = -1,
    };
    struct assay_http_field headers[ASSAY_HOSTED_MOST_HEADERS];
    struct assay_http_post post = {0};
    struct assay_arena arena = {0};
    struct assay_wire_request request;
    bool ok =
        route->dialect->write(&arena, &chat, &route->options, &request, err);

    if (ok) {
        assay_hosted_post(route, &request, headers, &post);
        ok = assay_http_post_check(route->client, &post, err);
    }
    assay_arena_free(&arena);
    return ok;
}

static bool open_parts(struct assay_hosted_route *route,
                       const struct assay_endpoint *endpoint,
                       const struct assay_route_options *options,
                       struct assay_error *err)
{
    struct assay_str base = endpoint->base_url;

    route->dialect = assay_dialect_find(endpoint->dialect);
    if (!route->dialect)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "'%.*s' is no wire format of a hosted route, "
                          "expected openai, azure, anthropic, gemini or "
                          "responses",
                          ASSAY_STR_ARG(assay_str_head(endpoint->dialect, 40)));
    if (endpoint->model.len == 0 && endpoint->deployment.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no model is named, expected one, as the provider "
                          "calls it");
    while (assay_str_ends(base, "/"))
        base.len--;
    route->model = assay_arena_copy(&route->arena, endpoint->model);
    route->options = (struct assay_dialect_options){
        .base_url = assay_arena_copy(&route->arena, base),
        .api_version = assay_arena_copy(&route->arena, endpoint->api_version),
        .deployment = assay_arena_copy(&route->arena, endpoint->deployment),
    };
    if (!keep_headers(route, endpoint, err))
        return false;
    route->client = assay_http_client_new(options->ca_file, err);
    return route->client && check_endpoint(route, err);
}

struct assay_route_link *assay_route_open_hosted(
    const struct assay_endpoint *endpoint,
    const struct assay_route_options *options, struct assay_error *err)
{
    struct assay_hosted_route *route = calloc(1, sizeof *route);

    if (!route) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a route");
        return NULL;
    }
    route->link.driver = &assay_route_hosted;
    route->key = options->key;
    route->deadlines = options->deadlines;
    pthread_mutex_init(&route->lock, NULL);
    pthread_cond_init(&route->left, NULL);
    if (open_parts(route, endpoint, options, err))
        return &route->link;
    close_hosted(&route->link);
    return NULL;
}

/* "https://host/v1#model", behind "openai:". */
static struct assay_route_link *open_address(
    struct assay_str rest, const struct assay_route_options *options,
    struct assay_error *err)
{
    struct assay_endpoint endpoint = {.dialect = ASSAY_STR("openai")};

    if (assay_str_cut(rest, '#', &endpoint.base_url, &endpoint.model))
        return assay_route_open_hosted(&endpoint, options, err);
    assay_fail(err, ASSAY_BAD_INPUT,
               "'openai:%.*s' names no model, expected openai:BASE_URL#MODEL",
               ASSAY_STR_ARG(assay_str_head(rest, 200)));
    return NULL;
}

static struct assay_str model_of(const struct assay_route_link *link)
{
    const struct assay_hosted_route *route =
        (const struct assay_hosted_route *)link;

    return route->model.len ? route->model : route->options.deployment;
}

const struct assay_route_driver assay_route_hosted = {
    .scheme = "openai",
    .open = open_address,
    .close = close_hosted,
    .model = model_of,
    .ask = assay_hosted_ask,
};
