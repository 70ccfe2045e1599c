/*
 * /api/openapi.json: what programs may ask, as OpenAPI 3.1.0
 * (spec.openapis.org/oas/v3.1.0, read 2026-11-22), drawn from the table of
 * places and their parameters; what the server itself answers stands beside.
 */
#include "serve/places.h"

#include "serve/site_parts.h"

#include <string.h>

struct writer {
    struct assay_visit *visit;
    struct assay_arena *arena;
    struct assay_json *paths, *schemas;
};

/* ------------------------------------------------------- fixed parts */

/* What the server answers that is no place. */
static const char server_paths[] =
    "{\"/health\":{\"get\":{\"operationId\":\"health\","
    "\"summary\":\"The process answers\",\"security\":[],"
    "\"responses\":{\"200\":{\"description\":\"It does.\","
    "\"content\":{\"text/plain\":{\"schema\":{\"type\":\"string\"}}}}}}},"
    "\"/ready\":{\"get\":{\"operationId\":\"ready\","
    "\"summary\":\"The catalog can be read\",\"security\":[],"
    "\"responses\":{\"200\":{\"description\":\"It can.\","
    "\"content\":{\"text/plain\":{\"schema\":{\"type\":\"string\"}}}},"
    "\"503\":{\"description\":\"It cannot; the text says why.\","
    "\"content\":{\"text/plain\":{\"schema\":{\"type\":\"string\"}}}}}}},"
    "\"/metrics\":{\"get\":{\"operationId\":\"metrics\","
    "\"summary\":\"Counters and times, as Prometheus reads them\","
    "\"responses\":{\"200\":{\"description\":\"The exposition format.\","
    "\"content\":{\"text/plain\":{\"schema\":{\"type\":\"string\"}}}}}}}}";

static const char error_schema[] =
    "{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{"
    "\"type\":\"object\",\"required\":[\"status\",\"code\",\"message\"],"
    "\"properties\":{\"status\":{\"type\":\"integer\"},"
    "\"code\":{\"type\":\"string\",\"enum\":[\"bad_request\",\"not_found\","
    "\"method_not_allowed\",\"unsupported_media_type\",\"limit\","
    "\"unavailable\"]},\"message\":{\"type\":\"string\","
    "\"description\":\"One line for people.\"}}}}}";

static const char price_schema[] =
    "{\"type\":\"object\",\"required\":[\"state\"],\"properties\":{"
    "\"state\":{\"type\":\"string\",\"description\":\"known, free, bound (at "
    "least usd) or unknown; then reason says why\"},"
    "\"usd\":{\"type\":\"string\"},\"input_usd\":{\"type\":\"string\"},"
    "\"output_usd\":{\"type\":\"string\"},\"meters\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}},\"route\":{\"type\":\"string\"},"
    "\"rule\":{\"type\":\"string\"},\"claims\":{},"
    "\"reason\":{\"type\":\"string\"}}}";

/* An answer of OpenAI's chat API as it comes. */
static const char price_example[] =
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":"
    "\"gpt-4o-2024-08-06\",\"choices\":[],\"usage\":{\"prompt_tokens\":800,"
    "\"completion_tokens\":250,\"total_tokens\":1050}}";

static const char security_schemes[] =
    "{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":"
    "\"Where the server was started with a file of keys.\"}}";

static struct assay_json *fixed(struct writer *w, const char *text)
{
    struct assay_error err = {0};
    struct assay_json *value =
        assay_json_parse(w->arena, assay_str_c(text), NULL, &err);

    return value ? value : assay_json_object(w->arena);
}

static struct assay_json *reference(struct writer *w, const char *to)
{
    struct assay_json *object = assay_json_object(w->arena);

    assay_json_set_c(w->arena, object, "$ref", to);
    return object;
}

/* ------------------------------------------------------- parameters */

/* What stands for the parts of a path in examples. */
static const char *part_example(struct assay_str name)
{
    static const struct {
        const char *name, *example;
    } examples[] = {
        {"creator", "google"},
        {"name", "gemma-2-2b"},
        {"id", "nebius"},
        {"run", "7f3a0001"},
    };

    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (assay_str_is(name, examples[i].name))
            return examples[i].example;
    return "";
}

static void add_path_parameters(struct writer *w, struct assay_json *list,
                                const char *path)
{
    for (const char *open = strchr(path, '{'); open;
         open = strchr(open + 1, '{')) {
        struct assay_str name = {open + 1, strcspn(open + 1, "}")};
        struct assay_json *one =
            assay_json_add(list, assay_json_object(w->arena));

        assay_json_set_text(w->arena, one, "name", name);
        assay_json_set_c(w->arena, one, "in", "path");
        assay_json_set_bool(w->arena, one, "required", true);
        assay_json_set_c(
            w->arena,
            assay_json_set(one, "schema", assay_json_object(w->arena)), "type",
            "string");
        assay_json_set_c(w->arena, one, "example", part_example(name));
    }
}

static struct assay_json *example_of(struct writer *w,
                                     const struct assay_parameter *p)
{
    struct assay_str text = assay_str_c(p->example);

    if (strcmp(p->type, "integer") == 0)
        return assay_json_number(w->arena, text);
    if (strcmp(p->type, "boolean") == 0)
        return assay_json_bool(w->arena, assay_str_is(text, "true"));
    return assay_json_string(w->arena, text);
}

static void add_parameter(struct writer *w, struct assay_json *list,
                          const struct assay_parameter *p)
{
    struct assay_json *one;

    if (!p->type)
        return; /* of forms */
    one = assay_json_add(list, assay_json_object(w->arena));
    assay_json_set_c(w->arena, one, "name", p->name);
    assay_json_set_c(w->arena, one, "in", "query");
    assay_json_set_c(w->arena, one, "description", p->what);
    if (p->required)
        assay_json_set_bool(w->arena, one, "required", true);
    assay_json_set_c(w->arena,
                     assay_json_set(one, "schema", assay_json_object(w->arena)),
                     "type", p->type);
    if (p->example)
        assay_json_set(one, "example", example_of(w, p));
}

static struct assay_json *parameters_of(struct writer *w,
                                        const struct assay_place *place)
{
    struct assay_json *list = assay_json_array(w->arena);

    add_path_parameters(w, list, place->api);
    for (const struct assay_parameter *p = place->parameters; p && p->name; p++)
        add_parameter(w, list, p);
    for (size_t i = 0; assay_common_parameters[i].name; i++)
        if (assay_place_takes(place, i))
            add_parameter(w, list, &assay_common_parameters[i]);
    return list;
}

/* ------------------------------------------------------- answers */

/* "assay-model/1" is the schema "assay-model.1". */
static struct assay_str schema_name(struct writer *w, const char *contract)
{
    char *name = assay_arena_cstr(w->arena, assay_str_c(contract));

    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '.';
    return assay_str_c(name);
}

/* An object whose "format" says which contract it is. */
static struct assay_json *contract_schema(struct writer *w,
                                          const char *contract)
{
    struct assay_str name = schema_name(w, contract);
    struct assay_json *schema, *properties, *format;

    if (!assay_json_get_str(w->schemas, name)) {
        schema =
            assay_json_set_key(w->schemas, name, assay_json_object(w->arena));
        assay_json_set_c(w->arena, schema, "type", "object");
        assay_json_add(
            assay_json_set(schema, "required", assay_json_array(w->arena)),
            assay_json_string(w->arena, ASSAY_STR("format")));
        properties =
            assay_json_set(schema, "properties", assay_json_object(w->arena));
        format =
            assay_json_set(properties, "format", assay_json_object(w->arena));
        assay_json_set_c(w->arena, format, "const", contract);
    }
    return reference(
        w, assay_arena_cstr(w->arena, assay_arena_printf(
                                          w->arena, "#/components/schemas/%.*s",
                                          ASSAY_STR_ARG(name))));
}

static struct assay_json *schema_of(struct writer *w,
                                    const struct assay_place *place)
{
    struct assay_json *any;

    if (place->contract)
        return contract_schema(w, place->contract);
    if (place->post[0])
        return reference(w, "#/components/schemas/price");
    any = assay_json_object(w->arena);
    assay_json_set_c(w->arena, any, "type", "object");
    return any;
}

static void add_media(struct writer *w, struct assay_json *content,
                      const char *media, struct assay_json *schema)
{
    assay_json_set(assay_json_set(content, media, assay_json_object(w->arena)),
                   "schema", schema);
}

/* What comes back: as it was sent, where a body was. */
static struct assay_json *answer_of(struct writer *w,
                                    const struct assay_place *place)
{
    struct assay_json *content = assay_json_object(w->arena);

    if (!place->post[0])
        add_media(w, content, "application/json", schema_of(w, place));
    for (size_t i = 0; i < ASSAY_POST_MAX && place->post[i]; i++)
        add_media(w, content, place->post[i], schema_of(w, place));
    return content;
}

static struct assay_json *body_of(struct writer *w,
                                  const struct assay_place *place)
{
    struct assay_json *content = assay_json_object(w->arena);

    for (size_t i = 0; i < ASSAY_POST_MAX && place->post[i]; i++) {
        struct assay_json *schema = assay_json_object(w->arena);

        assay_json_set_c(w->arena, schema, "type", "object");
        add_media(w, content, place->post[i], schema);
        assay_json_set(content->last, "example", fixed(w, price_example));
    }
    return content;
}

static struct assay_json *responses_of(struct writer *w,
                                       const struct assay_place *place)
{
    static const char *const failures[] = {"400", "404", "422", "503"};
    struct assay_json *responses = assay_json_object(w->arena);
    struct assay_json *good =
        assay_json_set(responses, "200", assay_json_object(w->arena));
    struct assay_json *same;

    assay_json_set_c(w->arena, good, "description", place->summary);
    assay_json_set(good, "content", answer_of(w, place));
    if (!place->post[0]) {
        same = assay_json_set(responses, "304", assay_json_object(w->arena));
        assay_json_set_c(w->arena, same, "description",
                         "As the ETag in If-None-Match says, it is the same.");
    } else {
        assay_json_set(responses, "415",
                       reference(w, "#/components/responses/error"));
    }
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        assay_json_set(responses, failures[i],
                       reference(w, "#/components/responses/error"));
    return responses;
}

/* "/api/v1/model/{creator}/{name}" is "model". */
static struct assay_str operation_name(const struct assay_place *place)
{
    struct assay_str path = assay_str_c(place->api), name;

    if (assay_str_starts(path, "/api/v1/"))
        path = assay_str_skip(path, sizeof "/api/v1/" - 1);
    else
        path = assay_str_skip(path, sizeof "/api/" - 1);
    name = assay_str_head(path, assay_str_find(path, '/'));
    return assay_str_head(name, assay_str_find(name, '.'));
}

static void add_place(struct writer *w, const struct assay_place *place)
{
    struct assay_json *path =
        assay_json_set(w->paths, place->api, assay_json_object(w->arena));
    struct assay_json *operation = assay_json_set(
        path, place->post[0] ? "post" : "get", assay_json_object(w->arena));
    struct assay_json *body;

    assay_json_set_text(w->arena, operation, "operationId",
                        operation_name(place));
    assay_json_set_c(w->arena, operation, "summary", place->summary);
    assay_json_set(operation, "parameters", parameters_of(w, place));
    if (place->post[0]) {
        body = assay_json_set(operation, "requestBody",
                              assay_json_object(w->arena));
        assay_json_set_bool(w->arena, body, "required", true);
        assay_json_set(body, "content", body_of(w, place));
    }
    assay_json_set(operation, "responses", responses_of(w, place));
}

/* ------------------------------------------------------- the whole */

static void add_info(struct writer *w, struct assay_json *root)
{
    struct assay_json *info =
        assay_json_set(root, "info", assay_json_object(w->arena));
    struct assay_json *license, *server;
    struct assay_str base = assay_site_public_url(w->visit->site);

    assay_json_set_c(w->arena, info, "title", "assay");
    assay_json_set_c(w->arena, info, "summary",
                     "Language models compared on cited facts");
    assay_json_set_c(w->arena, info, "version", ASSAY_VERSION);
    license = assay_json_set(info, "license", assay_json_object(w->arena));
    assay_json_set_c(w->arena, license, "name", "Apache-2.0");
    assay_json_set_c(w->arena, license, "identifier", "Apache-2.0");
    server = assay_json_add(
        assay_json_set(root, "servers", assay_json_array(w->arena)),
        assay_json_object(w->arena));
    assay_json_set_text(w->arena, server, "url",
                        base.len ? base : ASSAY_STR("/"));
}

/* With a key or, where the server asks for none, without. */
static void add_security(struct writer *w, struct assay_json *root)
{
    struct assay_json *list =
        assay_json_set(root, "security", assay_json_array(w->arena));

    assay_json_add(list, assay_json_object(w->arena));
    assay_json_set(assay_json_add(list, assay_json_object(w->arena)), "key",
                   assay_json_array(w->arena));
}

static void add_components(struct writer *w, struct assay_json *root)
{
    struct assay_json *components =
        assay_json_set(root, "components", assay_json_object(w->arena));
    struct assay_json *responses, *error, *content;

    assay_json_set(w->schemas, "error", fixed(w, error_schema));
    assay_json_set(w->schemas, "price", fixed(w, price_schema));
    assay_json_set(components, "schemas", w->schemas);
    responses =
        assay_json_set(components, "responses", assay_json_object(w->arena));
    error = assay_json_set(responses, "error", assay_json_object(w->arena));
    assay_json_set_c(w->arena, error, "description",
                     "What is wrong, for programs and for people.");
    content = assay_json_set(error, "content", assay_json_object(w->arena));
    content = assay_json_set(content, "application/json",
                             assay_json_object(w->arena));
    assay_json_set(content, "schema",
                   reference(w, "#/components/schemas/error"));
    assay_json_set(components, "securitySchemes", fixed(w, security_schemes));
}

bool assay_answer_openapi(struct assay_visit *visit, struct assay_reply *reply,
                          struct assay_error *err)
{
    struct writer w = {
        .visit = visit,
        .arena = visit->arena,
        .schemas = assay_json_object(visit->arena),
    };
    struct assay_json *root = assay_json_object(visit->arena);

    assay_json_set_c(visit->arena, root, "openapi", "3.1.0");
    add_info(&w, root);
    add_security(&w, root);
    w.paths = fixed(&w, server_paths);
    for (size_t i = 0; i < assay_place_count; i++)
        if (assay_places[i].api)
            add_place(&w, &assay_places[i]);
    assay_json_set(root, "paths", w.paths);
    add_components(&w, root);
    assay_json_write(&reply->body, root,
                     (struct assay_json_style){.indent = true});
    reply->media = "application/json";
    return assay_buf_ok(&reply->body, err);
}
