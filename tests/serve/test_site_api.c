/*
 * The description of the API: sound, complete, and with examples that work.
 */
#include "serve/hostile_fixture.h"

#include "assay/pages.h"

/* ------------------------------------------------------- OpenAPI */

struct api {
    struct assay_arena arena;
    struct assay_json *root;
};

static void read_api(struct api *api, struct site_fixture *f)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_str text = site_get(f, "/api/openapi.json");

    *api = (struct api){0};
    api->root = assay_json_parse(
        &api->arena, assay_arena_copy(&api->arena, text), NULL, &err);
    if (!api->root)
        fail_msg("%s", err.text);
}

/* "#/components/schemas/error" leads to something. */
static void check_references(const struct assay_json *root,
                             const struct assay_json *value)
{
    struct assay_str to = assay_json_text(value, "$ref"), step;
    const struct assay_json *at = root;

    if (to.len) {
        assert_true(assay_str_starts(to, "#/"));
        to = assay_str_skip(to, 2);
        while (to.len) {
            step = assay_str_head(to, assay_str_find(to, '/'));
            to = assay_str_skip(to, step.len + 1);
            at = assay_json_get_str(at, step);
        }
        assert_non_null(at);
    }
    for (const struct assay_json *v = value->first; v; v = v->next)
        check_references(root, v);
}

static const struct assay_json *operation_of(const struct assay_json *path)
{
    const struct assay_json *get = assay_json_get(path, "get");

    return get ? get : assay_json_get(path, "post");
}

static void the_description_of_the_api_is_sound(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str seen[64];
    size_t count = 0;
    struct api api;

    read_api(&api, f);
    assert_true(assay_str_is(assay_json_text(api.root, "openapi"), "3.1.0"));
    assert_true(assay_json_get(assay_json_get(api.root, "info"), "title"));
    assert_true(assay_json_get(assay_json_get(api.root, "info"), "version"));
    check_references(api.root, api.root);
    for (const struct assay_json *p = assay_json_get(api.root, "paths")->first;
         p; p = p->next) {
        const struct assay_json *o = operation_of(p), *parameters;
        struct assay_str id;

        assert_true(assay_str_starts(p->key, "/"));
        assert_non_null(o);
        id = assay_json_text(o, "operationId");
        assert_true(id.len > 0);
        for (size_t i = 0; i < count; i++)
            if (assay_str_equal(seen[i], id))
                fail_msg("two operations are %.*s", ASSAY_STR_ARG(id));
        seen[count++] = id;
        assert_true(assay_json_text(o, "summary").len > 0);
        assert_non_null(assay_json_at(o, "responses.200.description"));
        parameters = assay_json_get(o, "parameters");
        for (const struct assay_json *q = parameters ? parameters->first : NULL;
             q; q = q->next) {
            bool in_path = assay_str_is(assay_json_text(q, "in"), "path");
            char part[64];

            snprintf(part, sizeof part, "{%.*s}",
                     ASSAY_STR_ARG(assay_json_text(q, "name")));
            assert_int_equal(in_path, assay_str_contains(p->key, part));
            assert_true(
                assay_json_text(assay_json_get(q, "schema"), "type").len > 0);
        }
    }
    assert_true(count >= 9);
    assay_arena_free(&api.arena);
}

static void the_description_names_contracts_and_the_server(void **state)
{
    static const char *const schemas[] = {
        "assay-model.1",   "assay-decision.1", "assay-cost.1",
        "assay-sources.1", "assay-changes.1",  "error",
        "price",
    };
    static const char *const paths[] = {
        "/health",
        "/ready",
        "/metrics",
        "/api/v1/price",
        "/api/v1/model/{creator}/{name}",
        "/api/openapi.json",
    };
    struct site_fixture *f = *state;
    const struct assay_json *price, *compare;
    struct api api;

    read_api(&api, f);
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
        if (!assay_json_get(assay_json_at(api.root, "components.schemas"),
                            schemas[i]))
            fail_msg("no schema %s", schemas[i]);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (!assay_json_get(assay_json_get(api.root, "paths"), paths[i]))
            fail_msg("no path %s", paths[i]);
    price = assay_json_get(
        assay_json_get(assay_json_get(api.root, "paths"), "/api/v1/price"),
        "post");
    assert_non_null(assay_json_get(assay_json_at(price, "requestBody.content"),
                                   "application/x-ndjson"));
    assert_null(assay_json_get(assay_json_get(price, "responses"), "304"));
    /* what only forms send is not of the API */
    compare =
        assay_json_get(assay_json_get(api.root, "paths"), "/api/v1/compare");
    for (const struct assay_json *p =
             assay_json_get(operation_of(compare), "parameters")->first;
         p; p = p->next)
        assert_false(assay_str_is(assay_json_text(p, "name"), "add"));
    assay_arena_free(&api.arena);
}

static void add_example(struct assay_buf *out, const struct assay_json *q)
{
    const struct assay_json *example = assay_json_get(q, "example");

    assert_non_null(example);
    assay_buf_add_char(out,
                       assay_str_contains(assay_buf_str(out), "?") ? '&' : '?');
    assay_buf_add(out, assay_json_text(q, "name"));
    assay_buf_add_char(out, '=');
    for (size_t i = 0; i < example->text.len; i++) {
        unsigned char c = (unsigned char)example->text.at[i];

        if (c == '&' || c == '#' || c == '%' || c == '+' || c <= ' ' || c > '~')
            assay_buf_printf(out, "%%%02X", c);
        else
            assay_buf_add_char(out, (char)c);
    }
}

/* The path with its examples, required parameters, and one more (or NULL). */
static struct assay_str example_address(struct assay_buf *out,
                                        const struct assay_json *path,
                                        const struct assay_json *also)
{
    const struct assay_json *parameters =
        assay_json_get(operation_of(path), "parameters");
    struct assay_str rest = path->key, before, name;

    assay_buf_clear(out);
    while (assay_str_cut(rest, '{', &before, &rest) &&
           assay_str_cut(rest, '}', &name, &rest)) {
        assay_buf_add(out, before);
        for (const struct assay_json *q = parameters->first; q; q = q->next)
            if (assay_str_equal(assay_json_text(q, "name"), name))
                assay_buf_add(out, assay_json_text(q, "example"));
    }
    assay_buf_add(out, rest);
    for (const struct assay_json *q = parameters ? parameters->first : NULL; q;
         q = q->next)
        if (assay_str_is(assay_json_text(q, "in"), "query") &&
            (q == also ||
             assay_json_is(assay_json_get(q, "required"), ASSAY_JSON_TRUE)))
            add_example(out, q);
    return assay_buf_str(out);
}

static void check_example(struct site_fixture *f, const struct assay_json *path,
                          const struct assay_json *also)
{
    const struct assay_json *media = NULL;
    struct assay_buf address, body;
    struct assay_str answer;

    assay_buf_init(&address, 1 << 16);
    assay_buf_init(&body, 1 << 16);
    (void)example_address(&address, path, also);
    if (assay_json_get(path, "post")) {
        media =
            assay_json_at(assay_json_get(path, "post"), "requestBody.content")
                ->first;
        assay_json_write(&body, assay_json_get(media, "example"),
                         (struct assay_json_style){0});
        answer = site_post(f, address.at, "application/json", body.at);
    } else {
        answer = site_ask(f, address.at);
    }
    if (f->reply.status != 200)
        fail_msg("%s: %u %.*s", address.at, f->reply.status,
                 (int)(answer.len < 400 ? answer.len : 400), answer.at);
    assert_string_equal(f->reply.media, "application/json");
    assay_buf_release(&address);
    assay_buf_release(&body);
}

static void the_examples_of_the_description_work(void **state)
{
    struct site_fixture *f = *state;
    struct api api;

    read_api(&api, f);
    for (const struct assay_json *p = assay_json_get(api.root, "paths")->first;
         p; p = p->next) {
        const struct assay_json *parameters =
            assay_json_get(operation_of(p), "parameters");

        if (!assay_str_starts(p->key, "/api/"))
            continue; /* the server's own */
        check_example(f, p, NULL);
        for (const struct assay_json *q = parameters ? parameters->first : NULL;
             q; q = q->next)
            check_example(f, p, q);
    }
    assay_arena_free(&api.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_description_of_the_api_is_sound),
        TEST(the_description_names_contracts_and_the_server),
        TEST(the_examples_of_the_description_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
