/*
 * Which variables make an endpoint, and to whom a key never goes.
 */
#include "assay/route.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 6, BASE = 1, KEY = 2 };

/* "NAME=VALUE", at most SETTINGS of them; every other variable is unset. */
static void set_environment(const char *const settings[SETTINGS])
{
    for (size_t i = 0; assay_endpoint_variables[i]; i++)
        unsetenv(assay_endpoint_variables[i]);
    unsetenv("NOVITA_API_KEY");
    unsetenv("TEAM_API_KEY");
    for (size_t i = 0; i < SETTINGS && settings[i]; i++) {
        struct assay_arena arena = {0};
        struct assay_str name, value;

        assert_true(
            assay_str_cut(assay_str_c(settings[i]), '=', &name, &value));
        setenv(assay_arena_cstr(&arena, name), assay_arena_cstr(&arena, value),
               1);
        assay_arena_free(&arena);
    }
}

struct given {
    const char *settings[SETTINGS];
    const char *provider, *dialect, *base_url, *key_env;
    unsigned stated; /* by the user: BASE | KEY */
};

static bool find(struct assay_arena *arena, const struct given *given,
                 struct assay_endpoint_found *found, struct assay_error *err)
{
    const struct assay_endpoint_wish wish = {
        .provider = assay_str_c(given->provider),
        .dialect = assay_str_c(given->dialect),
        .base_url = assay_str_c(given->base_url),
        .key_env = assay_str_c(given->key_env),
        .model = ASSAY_STR("m-1"),
        .typed = given->stated & BASE,
        .key_stated = given->stated & KEY,
    };

    set_environment(given->settings);
    return assay_endpoint_from_environment(arena, &wish, found, err);
}

static void an_endpoint_is_what_user_catalog_and_provider_say(void **state)
{
    static const struct {
        struct given given;
        const char *dialect, *base_url, *version, *key, *used;
    } cases[] = {
        /* the provider's own */
        {{{"OPENAI_API_KEY=k"}, "openai", NULL, NULL, NULL, 0},
         "openai",
         "https://api.openai.com/v1",
         "",
         "OPENAI_API_KEY",
         "OPENAI_API_KEY"},
        {{{"ANTHROPIC_API_KEY=k"}, "anthropic", NULL, NULL, NULL, 0},
         "anthropic",
         "https://api.anthropic.com/v1",
         "",
         "ANTHROPIC_API_KEY",
         "ANTHROPIC_API_KEY"},
        /* the first of several that is set, blanks are none */
        {{{"GEMINI_API_KEY= ", "GOOGLE_API_KEY=k",
           "GOOGLE_GENERATIVE_AI_API_KEY=l"},
          "google",
          NULL,
          NULL,
          NULL,
          0},
         "gemini",
         "https://generativelanguage.googleapis.com/v1beta",
         "",
         "GOOGLE_API_KEY",
         "GOOGLE_API_KEY"},
        /* the user's address comes first, with the same key */
        {{{"OPENAI_API_KEY=k", "OPENAI_BASE_URL=https://proxy.test/v1/"},
          "openai",
          "openai",
          "https://api.openai.com/v1",
          "OPENAI_API_KEY",
          0},
         "openai",
         "https://proxy.test/v1",
         "",
         "OPENAI_API_KEY",
         "OPENAI_BASE_URL OPENAI_API_KEY"},
        /* an address that a suite states is not moved by the environment */
        {{{"AZURE_API_KEY=k", "AZURE_API_BASE=https://other.openai.azure.com"},
          "azure",
          "azure",
          "https://mine.openai.azure.com",
          "AZURE_API_KEY",
          BASE},
         "azure",
         "https://mine.openai.azure.com",
         "",
         "AZURE_API_KEY",
         "AZURE_API_KEY"},
        {{{"AZURE_OPENAI_API_KEY=k"},
          "azure",
          "azure",
          "https://mine.openai.azure.com",
          "AZURE_API_KEY",
          BASE},
         "azure",
         "https://mine.openai.azure.com",
         "",
         "AZURE_OPENAI_API_KEY",
         "AZURE_OPENAI_API_KEY"},
        /* the key that a suite names for the catalog's route */
        {{{"TEAM_API_KEY=k", "OPENAI_API_KEY=l"},
          "openai",
          "openai",
          "https://api.openai.com/v1",
          "TEAM_API_KEY",
          KEY},
         "openai",
         "https://api.openai.com/v1",
         "",
         "TEAM_API_KEY",
         "TEAM_API_KEY"},
        /* this machine mostly asks for none */
        {{{NULL},
          NULL,
          "openai",
          "http://127.0.0.1:8080/v1",
          "TEAM_API_KEY",
          BASE | KEY},
         "openai",
         "http://127.0.0.1:8080/v1",
         "",
         "",
         ""},
        /* Google's clients add the version themselves */
        {{{"GEMINI_API_KEY=k", "GOOGLE_GEMINI_BASE_URL=https://proxy.test/"},
          "google",
          NULL,
          NULL,
          NULL,
          0},
         "gemini",
         "https://proxy.test/v1beta",
         "",
         "GEMINI_API_KEY",
         "GOOGLE_GEMINI_BASE_URL GEMINI_API_KEY"},
        /* what the catalog states of a provider that nobody else knows */
        {{{"NOVITA_API_KEY=k"},
          "novita-ai",
          "openai",
          "https://api.novita.ai/openai",
          "NOVITA_API_KEY",
          0},
         "openai",
         "https://api.novita.ai/openai",
         "",
         "NOVITA_API_KEY",
         "NOVITA_API_KEY"},
        /* the catalog's variable is not set, the provider's is */
        {{{"GOOGLE_API_KEY=k"}, "google", "gemini", NULL, "GEMINI_API_KEY", 0},
         "gemini",
         "https://generativelanguage.googleapis.com/v1beta",
         "",
         "GOOGLE_API_KEY",
         "GOOGLE_API_KEY"},
        /* typed addresses: the owner of the host, else ASSAY_API_KEY */
        {{{"OPENAI_API_KEY=k", "MISTRAL_API_KEY=m", "ASSAY_API_KEY=a"},
          NULL,
          "openai",
          "https://api.mistral.ai/v1",
          NULL,
          BASE},
         "openai",
         "https://api.mistral.ai/v1",
         "",
         "MISTRAL_API_KEY",
         "MISTRAL_API_KEY"},
        {{{"OPENAI_API_KEY=k", "ASSAY_API_KEY=a"},
          NULL,
          "openai",
          "https://models.corp.test/v1",
          NULL,
          BASE},
         "openai",
         "https://models.corp.test/v1",
         "",
         "ASSAY_API_KEY",
         "ASSAY_API_KEY"},
        {{{"OPENAI_API_KEY=k", "OPENAI_BASE_URL=https://models.corp.test/v1",
           "ASSAY_API_KEY=a"},
          NULL,
          "openai",
          "https://models.corp.test/v1",
          NULL,
          BASE},
         "openai",
         "https://models.corp.test/v1",
         "",
         "OPENAI_API_KEY",
         "OPENAI_API_KEY"},
        /* this machine needs no key, and is sent nobody else's */
        {{{"OPENAI_API_KEY=k"},
          NULL,
          "openai",
          "http://localhost:8000/v1",
          NULL,
          BASE},
         "openai",
         "http://localhost:8000/v1",
         "",
         "",
         ""},
        /* a suite's server, where the user pointed OpenAI's clients */
        {{{"OPENAI_API_KEY=k", "OPENAI_BASE_URL=http://127.0.0.1:81/v1"},
          "openai",
          "openai",
          "http://127.0.0.1:81/v1",
          "OPENAI_API_KEY",
          BASE},
         "openai",
         "http://127.0.0.1:81/v1",
         "",
         "OPENAI_API_KEY",
         "OPENAI_API_KEY"},
        /* and elsewhere: the key stays here */
        {{{"OPENAI_API_KEY=k", "ASSAY_API_KEY=a"},
          "openai",
          "openai",
          "https://models.corp.test/v1",
          "OPENAI_API_KEY",
          BASE},
         "openai",
         "https://models.corp.test/v1",
         "",
         "ASSAY_API_KEY",
         "ASSAY_API_KEY"},
        {{{NULL}, NULL, "openai", "http://[::1]:8080/v1", NULL, BASE},
         "openai",
         "http://[::1]:8080/v1",
         "",
         "",
         ""},
        /* Azure: three spellings, each whole */
        {{{"AZURE_OPENAI_API_KEY=k",
           "AZURE_OPENAI_ENDPOINT=https://r.openai.azure.com/",
           "OPENAI_API_VERSION=2024-10-21"},
          "azure",
          NULL,
          NULL,
          NULL,
          0},
         "azure",
         "https://r.openai.azure.com",
         "2024-10-21",
         "AZURE_OPENAI_API_KEY",
         "AZURE_OPENAI_API_KEY AZURE_OPENAI_ENDPOINT OPENAI_API_VERSION"},
        {{{"AZURE_API_KEY=k", "AZURE_API_BASE=https://r.openai.azure.com",
           "AZURE_API_VERSION=2024-06-01", "OPENAI_API_VERSION=2024-10-21"},
          "azure",
          "azure",
          NULL,
          "AZURE_API_KEY",
          0},
         "azure",
         "https://r.openai.azure.com",
         "2024-06-01",
         "AZURE_API_KEY",
         "AZURE_API_KEY AZURE_API_BASE AZURE_API_VERSION"},
        {{{"AZURE_API_KEY=k", "AZURE_RESOURCE_NAME=my-resource",
           "AZURE_OPENAI_ENDPOINT=https://without.a.key.test"},
          "azure",
          NULL,
          NULL,
          NULL,
          0},
         "azure",
         "https://my-resource.openai.azure.com",
         "",
         "AZURE_API_KEY",
         "AZURE_API_KEY AZURE_RESOURCE_NAME"},
        {{{"AZURE_API_KEY=k"},
          "azure",
          "azure",
          "https://r.services.ai.azure.com",
          "AZURE_API_KEY",
          0},
         "azure",
         "https://r.services.ai.azure.com",
         "",
         "AZURE_API_KEY",
         "AZURE_API_KEY"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_endpoint_found found;
        struct assay_buf used;

        if (!find(&arena, &cases[i].given, &found, &err))
            fail_msg("case %zu: %s", i, err.text);
        assay_buf_init(&used, 400);
        for (size_t k = 0; k < found.used_count; k++)
            assay_buf_printf(&used, "%s%.*s", k ? " " : "",
                             ASSAY_STR_ARG(found.used[k]));
        if (!assay_str_is(found.endpoint.dialect, cases[i].dialect) ||
            !assay_str_is(found.endpoint.base_url, cases[i].base_url) ||
            !assay_str_is(found.endpoint.api_version, cases[i].version) ||
            !assay_str_is(found.endpoint.model, "m-1") ||
            !assay_str_is(found.key_variable, cases[i].key) ||
            !assay_str_is(assay_buf_str(&used), cases[i].used))
            fail_msg("case %zu: %.*s %.*s '%.*s' '%.*s' from '%s'", i,
                     ASSAY_STR_ARG(found.endpoint.dialect),
                     ASSAY_STR_ARG(found.endpoint.base_url),
                     ASSAY_STR_ARG(found.endpoint.api_version),
                     ASSAY_STR_ARG(found.key_variable), used.at);
        assay_buf_release(&used);
        assay_arena_free(&arena);
    }
}

static void what_lacks_or_would_leak_a_key_is_refused(void **state)
{
    static const struct {
        struct given given;
        enum assay_code code;
        const char *words;
    } cases[] = {
        {{{NULL}, "openai", NULL, NULL, NULL, 0},
         ASSAY_NOT_FOUND,
         "no key for api.openai.com: expected one in OPENAI_API_KEY"},
        {{{NULL},
          "novita-ai",
          "openai",
          "https://api.novita.ai/openai",
          "NOVITA_API_KEY",
          0},
         ASSAY_NOT_FOUND,
         "expected one in NOVITA_API_KEY"},
        {{{NULL}, NULL, "openai", "https://models.corp.test/v1", NULL, BASE},
         ASSAY_NOT_FOUND,
         "expected one in ASSAY_API_KEY"},
        {{{"OPENAI_API_KEY=k"},
          "openai",
          "openai",
          "https://models.corp.test/v1",
          "OPENAI_API_KEY",
          BASE},
         ASSAY_NOT_FOUND,
         "no key for models.corp.test: expected one in ASSAY_API_KEY"},
        {{{NULL}, "azure", NULL, NULL, NULL, 0},
         ASSAY_NOT_FOUND,
         "AZURE_RESOURCE_NAME and AZURE_API_KEY"},
        {{{NULL}, "nobody", NULL, NULL, NULL, 0},
         ASSAY_NOT_FOUND,
         "no address is known for 'nobody'"},
        /* the key that a suite names, and no other in its place */
        {{{"OPENAI_API_KEY=k"},
          "openai",
          "openai",
          "https://api.openai.com/v1",
          "TEAM_API_KEY",
          KEY},
         ASSAY_NOT_FOUND,
         "TEAM_API_KEY is not set, where the suite has the key for "
         "api.openai.com"},
        {{{"ASSAY_API_KEY=k"},
          NULL,
          "openai",
          "https://models.corp.test/v1",
          "TEAM_API_KEY",
          BASE | KEY},
         ASSAY_NOT_FOUND,
         "TEAM_API_KEY is not set"},
        {{{"TEAM_API_KEY=k"},
          "openai",
          "openai",
          "https://evil.test/v1",
          "TEAM_API_KEY",
          KEY},
         ASSAY_BAD_INPUT,
         "the catalog would send TEAM_API_KEY to evil.test"},
        /* a catalog that points a known key elsewhere */
        {{{"OPENAI_API_KEY=k"},
          "openai",
          "openai",
          "https://evil.test/v1",
          "OPENAI_API_KEY",
          0},
         ASSAY_BAD_INPUT,
         "would send OPENAI_API_KEY to evil.test"},
        {{{"OPENAI_API_KEY=k"},
          "openai",
          "openai",
          "https://evil.test/v1?https://api.openai.com",
          NULL,
          0},
         ASSAY_NOT_FOUND,
         "no key for evil.test"},
        {{{"OPENAI_API_KEY=k"},
          "openai",
          "openai",
          "https://api.openai.com@evil.test/v1",
          "OPENAI_API_KEY",
          0},
         ASSAY_BAD_INPUT,
         "would send OPENAI_API_KEY"},
        {{{"AZURE_API_KEY=k"},
          "azure",
          "azure",
          "https://evil.test/openai",
          "AZURE_API_KEY",
          0},
         ASSAY_BAD_INPUT,
         "would send AZURE_API_KEY to evil.test"},
        {{{"AZURE_API_KEY=k"},
          "x",
          "openai",
          "https://azure.com.evil.test/v1",
          "AZURE_API_KEY",
          0},
         ASSAY_BAD_INPUT,
         "would send AZURE_API_KEY"},
        /* a generic key is for what was typed */
        {{{"ASSAY_API_KEY=a"}, "x", "openai", "https://evil.test/v1", NULL, 0},
         ASSAY_NOT_FOUND,
         "no key for evil.test"},
        {{{"ASSAY_API_KEY=a"},
          "x",
          "openai",
          "https://evil.test/v1",
          "ASSAY_API_KEY",
          0},
         ASSAY_BAD_INPUT,
         "would send ASSAY_API_KEY"},
        /* and what is no key at all */
        {{{NULL}, "x", "openai", "https://evil.test/v1", "HOME", 0},
         ASSAY_BAD_INPUT,
         "names 'HOME' for a key"},
        {{{NULL}, "x", "openai", "https://evil.test/v1", "a b_KEY", 0},
         ASSAY_BAD_INPUT,
         "names 'a b_KEY'"},
        {{{NULL},
          "x",
          "openai",
          "https://evil.test/v1",
          "AWS_SECRET_ACCESS_KEY",
          0},
         ASSAY_BAD_INPUT,
         "names 'AWS_SECRET_ACCESS_KEY'"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_endpoint_found found;

        if (find(&arena, &cases[i].given, &found, &err))
            fail_msg("case %zu was found: %.*s to %.*s", i,
                     ASSAY_STR_ARG(found.key_variable),
                     ASSAY_STR_ARG(found.endpoint.base_url));
        if (err.code != cases[i].code || !strstr(err.text, cases[i].words))
            fail_msg("case %zu: '%s' lacks '%s'", i, err.text, cases[i].words);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_is_what_user_catalog_and_provider_say),
        cmocka_unit_test(what_lacks_or_would_leak_a_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
