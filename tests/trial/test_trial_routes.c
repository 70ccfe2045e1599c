/*
 * Where the providers of a suite lead: through the catalog or to an address
 * of their own, by which API, and with whose key.
 */
#include "assay/file.h"
#include "assay/trial.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char facts[] =
    "{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"shop\",\"title\":"
    "\"A shop\",\"kind\":\"provider\",\"retrieved\":\"2026-11-20\"},"
    "\"routes\":[{\"id\":\"openai/m-1\",\"api\":{\"kind\":\"openai\","
    "\"base_url\":\"https://api.openai.com/v1\",\"key_env\":"
    "\"OPENAI_API_KEY\"}}]}";

struct world {
    struct assay_arena arena;
    struct assay_catalog *catalog;
    struct assay_suite *suite;
};

static void must(bool ok, const struct assay_error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static const char *no_variable(const char *name)
{
    return NULL;
}

/* A suite with one provider, `provider` being lines of YAML below its id. */
static void begin(struct world *w, const char *id, const char *config)
{
    const struct assay_catalog_options options = {.path = ":memory:",
                                                  .as_of = {2026, 11, 22}};
    const struct assay_suite_options reading = {.env = no_variable};
    struct assay_apply_report applied = {0};
    struct assay_error err = {0};
    struct assay_batch batch;
    char folder[] = "/tmp/assay-routes-XXXXXX", path[64], text[400];

    *w = (struct world){0};
    w->catalog = assay_catalog_open(&options, &err);
    must(w->catalog, &err);
    assay_batch_init(&batch, &w->arena);
    must(assay_batch_read_facts(
             &batch,
             assay_json_parse(&w->arena, assay_str_c(facts), NULL, &err), &err),
         &err);
    batch.format = ASSAY_STR("facts");
    must(assay_catalog_apply(w->catalog, &batch, &applied, &err), &err);

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.yaml", folder);
    snprintf(text, sizeof text,
             "prompts: [a]\nproviders:\n- id: %s\n  config: {%s}\n", id,
             config);
    must(assay_file_write(path, assay_str_c(text), &err), &err);
    w->suite = assay_suite_read(path, &reading, &err);
    must(w->suite, &err);
    unlink(path);
    rmdir(folder);
}

static void end(struct world *w)
{
    assay_suite_free(w->suite);
    assay_catalog_close(w->catalog);
    assay_arena_free(&w->arena);
}

static void set_keys(const char *team, const char *openai)
{
    static const char *const others[] = {"OPENAI_BASE_URL", "ASSAY_API_KEY",
                                         "TEAM_API_KEY", "OPENAI_API_KEY"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        unsetenv(others[i]);
    if (team)
        setenv("TEAM_API_KEY", team, 1);
    if (openai)
        setenv("OPENAI_API_KEY", openai, 1);
}

static void a_provider_leads_where_its_file_says(void **state)
{
    static const struct {
        const char *id, *config, *team, *openai;
        const char *endpoint; /* as JSON, without the provider's number */
        const char *refusal;
    } cases[] = {
        {"openai:chat:m-1", "", NULL, "k",
         "\"openai\" https://api.openai.com/v1 m-1 OPENAI_API_KEY", NULL},
        {"openai:responses:m-1", "", NULL, "k",
         "\"responses\" https://api.openai.com/v1 m-1 OPENAI_API_KEY", NULL},
        {"openai:responses:m-1", "apiKeyEnvar: TEAM_API_KEY", "k", "l",
         "\"responses\" https://api.openai.com/v1 m-1 TEAM_API_KEY", NULL},
        {"openai:chat:m-1", "apiKeyEnvar: TEAM_API_KEY", "k", "l",
         "\"openai\" https://api.openai.com/v1 m-1 TEAM_API_KEY", NULL},
        {"openai:chat:m-1", "apiKeyEnvar: TEAM_API_KEY", NULL, "l", NULL,
         "provider openai:chat:m-1: TEAM_API_KEY is not set, where the suite "
         "has the key for api.openai.com"},
        {"openai:responses:m-9", "apiBaseUrl: 'http://127.0.0.1:9/v1/'", NULL,
         NULL, "\"responses\" http://127.0.0.1:9/v1 m-9 ", NULL},
        {"openai:chat:m-1", "apiBaseUrl: '{{env.NOWHERE}}'", NULL, "k", NULL,
         "s.yaml:4: provider 'openai:chat:m-1': {{ env.NOWHERE }} is not set; "
         "name a route with --on"},
        {"azure:responses:m-1", "", NULL, NULL, NULL,
         "provider 'azure:responses:m-1': only its chat API is asked: write "
         "PROVIDER:chat:MODEL; name a route with --on"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_run_route route;
        struct assay_error err = {0};
        struct world w;

        begin(&w, cases[i].id, cases[i].config);
        set_keys(cases[i].team, cases[i].openai);
        bool found = assay_trial_route_of_suite(
            w.catalog, &w.arena, w.suite, &w.suite->providers[0], &route, &err);
        set_keys(NULL, NULL);
        if (cases[i].refusal) {
            assert_false(found);
            /* where it stands has the folder before it, or not */
            if (!strstr(err.text, cases[i].refusal))
                fail_msg("%s: '%s'", cases[i].id, err.text);
            end(&w);
            continue;
        }
        must(found, &err);
        const struct assay_json *e = route.endpoint;
        struct assay_str told =
            assay_arena_printf(&w.arena, "\"%.*s\" %.*s %.*s %.*s",
                               ASSAY_STR_ARG(assay_json_text(e, "dialect")),
                               ASSAY_STR_ARG(assay_json_text(e, "base_url")),
                               ASSAY_STR_ARG(assay_json_text(e, "model")),
                               ASSAY_STR_ARG(assay_json_text(e, "key_env")));
        if (!assay_str_is(told, cases[i].endpoint))
            fail_msg("%s, %s: %.*s", cases[i].id, cases[i].config,
                     ASSAY_STR_ARG(told));
        assert_true(assay_str_is(route.id, cases[i].id));
        end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provider_leads_where_its_file_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
