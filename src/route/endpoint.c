/*
 * From a provider to its address and the variable that holds its key: what
 * the user set comes first, then what the catalog states, then what the
 * provider documents. A key goes only to whom it belongs: a catalog is a text
 * from outside, and must not send OPENAI_API_KEY elsewhere.
 *
 * Sources, read 2026-11-22: the variables of each vendor's own Python client
 * (openai, anthropic, google-genai, mistralai, groq, together), of litellm
 * (AZURE_API_*) and of the AI SDK (AZURE_RESOURCE_NAME); ids of providers are
 * those of models.dev.
 */
#include "assay/route.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_KEYS = 3, MOST_NAME_BYTES = 64 };

static const struct provider {
    const char *id, *dialect, *base_url;
    const char *base_variable; /* or NULL */
    const char *keys[MOST_KEYS];
} providers[] = {
    {"openai",
     "openai",
     "https://api.openai.com/v1",
     "OPENAI_BASE_URL",
     {"OPENAI_API_KEY"}},
    {"anthropic",
     "anthropic",
     "https://api.anthropic.com/v1",
     "ANTHROPIC_BASE_URL",
     {"ANTHROPIC_API_KEY"}},
    {"google",
     "gemini",
     "https://generativelanguage.googleapis.com/v1beta",
     "GOOGLE_GEMINI_BASE_URL",
     {"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"}},
    {"openrouter",
     "openai",
     "https://openrouter.ai/api/v1",
     NULL,
     {"OPENROUTER_API_KEY"}},
    {"mistral",
     "openai",
     "https://api.mistral.ai/v1",
     NULL,
     {"MISTRAL_API_KEY"}},
    {"groq",
     "openai",
     "https://api.groq.com/openai/v1",
     NULL,
     {"GROQ_API_KEY"}},
    {"togetherai",
     "openai",
     "https://api.together.xyz/v1",
     NULL,
     {"TOGETHER_API_KEY"}},
    {"deepseek",
     "openai",
     "https://api.deepseek.com",
     NULL,
     {"DEEPSEEK_API_KEY"}},
    {"xai", "openai", "https://api.x.ai/v1", NULL, {"XAI_API_KEY"}},
    {"fireworks-ai",
     "openai",
     "https://api.fireworks.ai/inference/v1",
     NULL,
     {"FIREWORKS_API_KEY"}},
    {"cerebras",
     "openai",
     "https://api.cerebras.ai/v1",
     NULL,
     {"CEREBRAS_API_KEY"}},
    {"perplexity",
     "openai",
     "https://api.perplexity.ai",
     NULL,
     {"PERPLEXITY_API_KEY"}},
    {"moonshotai",
     "openai",
     "https://api.moonshot.ai/v1",
     NULL,
     {"MOONSHOT_API_KEY"}},
};
enum { PROVIDERS = sizeof providers / sizeof providers[0] };

/* Each spelling is whole or not there; the first that is set holds. */
static const struct {
    const char *key, *base, *version;
    bool is_resource; /* `base` is a resource's name, not its URL */
} azure_spellings[] = {
    {"AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION",
     false},
    {"AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION", false},
    {"AZURE_API_KEY", "AZURE_RESOURCE_NAME", NULL, true},
};
enum { AZURE_SPELLINGS = sizeof azure_spellings / sizeof azure_spellings[0] };

const char *const assay_endpoint_variables[] = {
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_GENERATIVE_AI_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "OPENAI_API_VERSION",
    "AZURE_API_KEY",
    "AZURE_API_BASE",
    "AZURE_API_VERSION",
    "AZURE_RESOURCE_NAME",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "GROQ_API_KEY",
    "TOGETHER_API_KEY",
    "DEEPSEEK_API_KEY",
    "XAI_API_KEY",
    "FIREWORKS_API_KEY",
    "CEREBRAS_API_KEY",
    "PERPLEXITY_API_KEY",
    "MOONSHOT_API_KEY",
    "ASSAY_API_KEY",
    NULL,
};

/* ------------------------------------------------------- variables */

/* What a variable holds; empty when it is not set. */
static struct assay_str value_of(const char *name)
{
    return assay_str_trim(assay_str_c(getenv(name)));
}

static bool is_set(const char *name)
{
    return value_of(name).len > 0;
}

static void add_used(struct assay_endpoint_found *found, const char *name)
{
    found->used[found->used_count++] = assay_str_c(name);
}

/* Copied, without slashes at its end; empty stays empty. */
static struct assay_str base_copy(struct assay_arena *arena,
                                  struct assay_str url)
{
    while (assay_str_ends(url, "/"))
        url.len--;
    return assay_arena_copy(arena, url);
}

/* ------------------------------------------------------- hosts */

/* "api.x.test" of "https://u@api.x.test:443/v1"; an address keeps its "[]". */
static struct assay_str host_of(struct assay_str url)
{
    struct assay_str rest = url, user;
    size_t end = 0;

    while (rest.len && !assay_str_starts(rest, "://"))
        rest = assay_str_skip(rest, 1);
    rest = assay_str_skip(rest, 3);
    while (end < rest.len && !strchr("/?#\\", rest.at[end]))
        end++;
    rest = assay_str_head(rest, end);
    (void)assay_str_cut_last(rest, '@', &user, &rest);
    if (assay_str_starts(rest, "["))
        return assay_str_head(rest, assay_str_find(rest, ']') + 1);
    return assay_str_head(rest, assay_str_find(rest, ':'));
}

static bool is_same_host(struct assay_str a, struct assay_str b)
{
    a = host_of(a);
    b = host_of(b);
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

static bool is_this_machine(struct assay_str url)
{
    struct assay_str host = host_of(url);

    return assay_str_is(host, "localhost") || assay_str_is(host, "[::1]") ||
           assay_str_starts(host, "127.");
}

/* ------------------------------------------------------- keys */

static const struct provider *find_provider(struct assay_str id)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        if (assay_str_is(id, providers[i].id))
            return &providers[i];
    return NULL;
}

static const struct provider *provider_at(struct assay_str base_url)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        if (is_same_host(base_url, assay_str_c(providers[i].base_url)))
            return &providers[i];
    return NULL;
}

/* Whose key this variable holds, by what it is called; NULL: not known. */
static const struct provider *owner_of(const char *variable)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        for (size_t k = 0; k < MOST_KEYS && providers[i].keys[k]; k++)
            if (strcmp(providers[i].keys[k], variable) == 0)
                return &providers[i];
    return NULL;
}

/*
 * "NOVITA_API_KEY": what a catalog may name. No HOME, and none of the keys
 * that open more than a model: AWS_SECRET_ACCESS_KEY, GITHUB_TOKEN.
 */
static bool is_key_name(struct assay_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!(name.at[i] >= 'A' && name.at[i] <= 'Z') &&
            !(name.at[i] >= '0' && name.at[i] <= '9') && name.at[i] != '_')
            return false;
    return name.len <= MOST_NAME_BYTES &&
           (assay_str_ends(name, "_API_KEY") || assay_str_is(name, "HF_TOKEN"));
}

/* The user pointed the clients of this provider at the host. */
static bool is_pointed_at(const struct provider *provider,
                          struct assay_str base_url)
{
    return provider->base_variable &&
           is_same_host(base_url, value_of(provider->base_variable));
}

/* Whether the variable that was stated holds a key for this address. */
static bool belongs(const struct assay_endpoint_wish *wish, const char *name,
                    struct assay_str base)
{
    const struct provider *owner = owner_of(name);
    const struct provider *asked =
        wish->key_stated && !wish->typed ? find_provider(wish->provider) : NULL;

    if (!owner && asked) /* a key of the suite's, an address of the catalog's */
        owner = asked;
    if (owner)
        return is_same_host(base, assay_str_c(owner->base_url)) ||
               is_pointed_at(owner, base);
    if (assay_str_starts(wish->key_env, "AZURE_"))
        return assay_str_ends(host_of(base), ".azure.com");
    return !assay_str_is(wish->key_env, "ASSAY_API_KEY");
}

/*
 * The one that was stated, if it is set and goes where it belongs. At an
 * address that a suite states, another one may do.
 */
static bool take_stated_key(struct assay_arena *arena,
                            const struct assay_endpoint_wish *wish,
                            bool base_is_users,
                            struct assay_endpoint_found *found,
                            struct assay_error *err)
{
    char *name = assay_arena_cstr(arena, wish->key_env);
    struct assay_str base = found->endpoint.base_url;

    if (!is_key_name(wish->key_env))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s names '%.*s' for a key, expected a variable "
                          "like PROVIDER_API_KEY",
                          wish->typed || wish->key_stated ? "the suite"
                                                          : "the catalog",
                          ASSAY_STR_ARG(assay_str_head(wish->key_env, 80)));
    if (!is_set(name))
        return !wish->key_stated || is_this_machine(base) ||
               assay_fail(err, ASSAY_NOT_FOUND,
                          "%s is not set, where the suite has the key for %.*s",
                          name, ASSAY_STR_ARG(host_of(base)));
    if (base_is_users || belongs(wish, name, base)) {
        found->key_variable = assay_str_c(name);
        return true;
    }
    if (wish->typed)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "the catalog would send %s to %.*s, where it does "
                      "not belong",
                      name, ASSAY_STR_ARG(host_of(base)));
}

/* The user pointed this provider's clients at the same host. */
static const struct provider *provider_pointed_at(struct assay_str base_url)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        if (is_pointed_at(&providers[i], base_url))
            return &providers[i];
    return provider_at(base_url);
}

/* The first of the provider's own that is set. */
static void take_own_key(const struct provider *provider,
                         struct assay_endpoint_found *found)
{
    for (size_t i = 0; i < MOST_KEYS && provider->keys[i]; i++)
        if (is_set(provider->keys[i])) {
            found->key_variable = assay_str_c(provider->keys[i]);
            return;
        }
}

/* Where a key is looked for: one that was stated and is set belongs to
   somebody else. */
static const char *expected_key(const struct assay_endpoint_wish *wish,
                                const char *stated,
                                const struct provider *provider)
{
    if (stated[0] && !is_set(stated))
        return stated;
    if (provider)
        return provider->keys[0];
    return wish->typed ? "ASSAY_API_KEY" : "a variable that the catalog names";
}

static bool take_key(struct assay_arena *arena,
                     const struct assay_endpoint_wish *wish, bool base_is_users,
                     struct assay_endpoint_found *found,
                     struct assay_error *err)
{
    struct assay_str base = found->endpoint.base_url;
    const char *stated = assay_arena_cstr(arena, wish->key_env);
    const struct provider *provider = find_provider(wish->provider);

    /* its own key where the address is its own, or the user pointed it */
    if (!provider || (!base_is_users &&
                      !is_same_host(base, assay_str_c(provider->base_url))))
        provider = provider_pointed_at(base);
    if (wish->key_env.len &&
        !take_stated_key(arena, wish, base_is_users, found, err))
        return false;
    if (found->key_variable.len == 0 && provider)
        take_own_key(provider, found);
    if (found->key_variable.len == 0 && wish->typed && is_set("ASSAY_API_KEY"))
        found->key_variable = ASSAY_STR("ASSAY_API_KEY");
    if (found->key_variable.len) {
        found->used[found->used_count++] = found->key_variable;
        return true;
    }
    /* what listens on this machine mostly asks for none */
    return is_this_machine(base) ||
           assay_fail(err, ASSAY_NOT_FOUND,
                      "no key for %.*s: expected one in %s",
                      ASSAY_STR_ARG(host_of(base)),
                      expected_key(wish, stated, provider));
}

/* ------------------------------------------------------- Azure */

static struct assay_str azure_base(struct assay_arena *arena, size_t spelling)
{
    struct assay_str value = value_of(azure_spellings[spelling].base);

    if (azure_spellings[spelling].is_resource)
        return assay_arena_printf(arena, "https://%.*s.openai.azure.com",
                                  ASSAY_STR_ARG(value));
    return base_copy(arena, value);
}

/* A spelling whose key and address are both set; AZURE_SPELLINGS: none. */
static size_t azure_spelling(void)
{
    size_t i = 0;

    while (i < AZURE_SPELLINGS &&
           !(is_set(azure_spellings[i].key) && is_set(azure_spellings[i].base)))
        i++;
    return i;
}

static bool find_azure(struct assay_arena *arena,
                       const struct assay_endpoint_wish *wish,
                       struct assay_endpoint_found *found,
                       struct assay_error *err)
{
    size_t i = azure_spelling();
    struct assay_endpoint_wish own = *wish;
    const char *version;

    /* an address that a suite states is not moved by the environment */
    if (wish->typed || (i == AZURE_SPELLINGS && wish->base_url.len)) {
        if (!wish->key_stated && !is_set("AZURE_API_KEY"))
            own.key_env = ASSAY_STR("AZURE_OPENAI_API_KEY");
        found->endpoint.base_url = base_copy(arena, wish->base_url);
        return take_key(arena, &own, false, found, err);
    }
    if (i == AZURE_SPELLINGS)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "no Azure OpenAI resource: expected "
                          "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY, "
                          "AZURE_API_BASE and AZURE_API_KEY, or "
                          "AZURE_RESOURCE_NAME and AZURE_API_KEY");
    found->key_variable = assay_str_c(azure_spellings[i].key);
    found->endpoint.base_url = azure_base(arena, i);
    add_used(found, azure_spellings[i].key);
    add_used(found, azure_spellings[i].base);
    version = azure_spellings[i].version;
    if (version && is_set(version)) {
        found->endpoint.api_version =
            assay_arena_copy(arena, value_of(version));
        add_used(found, version);
    }
    return true;
}

/* ------------------------------------------------------- all of them */

/* The user's, the catalog's, the provider's own. True: it is the user's. */
static bool take_base(struct assay_arena *arena,
                      const struct assay_endpoint_wish *wish,
                      struct assay_endpoint_found *found)
{
    const struct provider *provider = find_provider(wish->provider);
    struct assay_str base = wish->base_url;

    if (!wish->typed && provider && provider->base_variable &&
        is_set(provider->base_variable)) {
        add_used(found, provider->base_variable);
        base = base_copy(arena, value_of(provider->base_variable));
        /* Google's own clients add the version */
        if (assay_str_is(assay_str_c(provider->dialect), "gemini") &&
            !assay_str_contains(base, "/v1"))
            base =
                assay_arena_printf(arena, "%.*s/v1beta", ASSAY_STR_ARG(base));
        found->endpoint.base_url = base;
        return true;
    }
    if (base.len == 0 && provider)
        base = assay_str_c(provider->base_url);
    found->endpoint.base_url = base_copy(arena, base);
    return false;
}

bool assay_endpoint_from_environment(struct assay_arena *arena,
                                     const struct assay_endpoint_wish *wish,
                                     struct assay_endpoint_found *found,
                                     struct assay_error *err)
{
    const struct provider *provider = find_provider(wish->provider);
    struct assay_str dialect = wish->dialect;
    bool base_is_users;

    if (dialect.len == 0 && assay_str_is(wish->provider, "azure"))
        dialect = ASSAY_STR("azure");
    else if (dialect.len == 0)
        dialect = assay_str_c(provider ? provider->dialect : "openai");
    *found = (struct assay_endpoint_found){
        .endpoint = {.dialect = assay_arena_copy(arena, dialect),
                     .model = assay_arena_copy(arena, wish->model),
                     .base_url = ASSAY_STR(""),
                     .api_version = ASSAY_STR(""),
                     .deployment = ASSAY_STR("")},
        .key_variable = ASSAY_STR(""),
    };
    if (assay_str_is(dialect, "azure"))
        return find_azure(arena, wish, found, err);
    base_is_users = take_base(arena, wish, found);
    if (found->endpoint.base_url.len == 0)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "no address is known for '%.*s', expected "
                          "openai:BASE_URL#MODEL",
                          ASSAY_STR_ARG(assay_str_head(wish->provider, 80)));
    return take_key(arena, wish, base_is_users, found, err);
}
