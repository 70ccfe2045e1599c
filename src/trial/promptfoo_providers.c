/*
 * The providers of a promptfoo configuration: "openai:chat:gpt-4o" and the
 * other spellings as routes. One that cannot be asked says why, so that the
 * file still runs on routes named elsewhere.
 */
#include "trial/promptfoo_parts.h"

#include "assay/dialect.h"

#include <stdlib.h>
#include <string.h>

/* ---- Addresses ---- */

struct family {
    const char *prefix;  /* of the id, before ":" */
    const char *kind;    /* word that may follow: "chat:" */
    const char *catalog; /* provider in the catalog; NULL: base_url */
    const char *dialect;
    const char *base_url; /* where a server on this machine listens */
    const char *base_env; /* variable that moves it */
    const char *key_env;
};

static const struct family families[] = {
    {"openai", "chat", "openai", "openai", NULL, "OPENAI_BASE_URL",
     "OPENAI_API_KEY"},
    {"azure", "chat", "azure", "azure", NULL, NULL, "AZURE_API_KEY"},
    {"azureopenai", "chat", "azure", "azure", NULL, NULL, "AZURE_API_KEY"},
    {"anthropic", "messages", "anthropic", "anthropic", NULL,
     "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"},
    {"google", "", "google", "gemini", NULL, NULL, "GEMINI_API_KEY"},
    {"ollama", "chat", NULL, "openai", "http://localhost:11434/v1",
     "OLLAMA_BASE_URL", ""},
    {"localai", "chat", NULL, "openai", "http://localhost:8080/v1",
     "LOCALAI_BASE_URL", ""},
    {"llamafile", "", NULL, "openai", "http://localhost:8080/v1",
     "LLAMAFILE_BASE_URL", ""},
    {"vllm", "", NULL, "openai", "http://localhost:8000/v1", "VLLM_BASE_URL",
     ""},
    {"openrouter", "", "openrouter", "openai", NULL, NULL,
     "OPENROUTER_API_KEY"},
    {"groq", "", "groq", "openai", NULL, NULL, "GROQ_API_KEY"},
    {"togetherai", "chat", "togetherai", "openai", NULL, NULL,
     "TOGETHER_API_KEY"},
    {"together", "chat", "togetherai", "openai", NULL, NULL,
     "TOGETHER_API_KEY"},
    {"deepseek", "", "deepseek", "openai", NULL, NULL, "DEEPSEEK_API_KEY"},
    {"mistral", "", "mistral", "openai", NULL, NULL, "MISTRAL_API_KEY"},
    {"xai", "", "xai", "openai", NULL, NULL, "XAI_API_KEY"},
    {"fireworks", "", "fireworks-ai", "openai", NULL, NULL,
     "FIREWORKS_API_KEY"},
    {"cerebras", "", "cerebras", "openai", NULL, NULL, "CEREBRAS_API_KEY"},
};

/* Words behind a prefix that ask an API which is none of a chat's. */
static bool is_other_api(struct assay_str word)
{
    static const char *const words[] = {
        "responses", "completion", "embedding",  "embeddings", "image",
        "realtime",  "assistant",  "moderation", "speech",     "transcription",
        "video",     "agents",     "codex",      NULL};
    for (size_t i = 0; words[i]; i++)
        if (assay_str_is(word, words[i]))
            return true;
    return false;
}

static bool refuse(struct assay_promptfoo *pf, struct assay_suite_provider *to,
                   const char *why)
{
    to->refused = assay_arena_printf(pf->in->arena, "provider '%.*s': %s",
                                     ASSAY_STR_ARG(to->id), why);
    return true;
}

/* "suite.yaml:5: provider 'openai:chat:gpt-4o': …"; the first one counts. */
static void refuse_text(struct assay_promptfoo *pf,
                        const struct assay_json *from,
                        struct assay_suite_provider *to, struct assay_str why)
{
    struct assay_str where = assay_suite_where(pf->in, from);

    if (!to->refused.len)
        to->refused = assay_arena_printf(
            pf->in->arena, "%.*s: provider '%.*s': %.*s", ASSAY_STR_ARG(where),
            ASSAY_STR_ARG(to->id), ASSAY_STR_ARG(why));
}

/* With a variable that is not set, nothing is guessed: it cannot be asked. */
static bool take_text(struct assay_promptfoo *pf, const struct assay_json *from,
                      struct assay_suite_provider *to, struct assay_str *text)
{
    *text = ASSAY_STR("");
    if (assay_suite_text(pf->in, from, text))
        return true;
    if (!pf->in->env_unset.len)
        return false;
    refuse_text(pf, from, to,
                assay_arena_printf(pf->in->arena, "{{ env.%.*s }} is not set",
                                   ASSAY_STR_ARG(pf->in->env_unset)));
    return true;
}

static struct assay_str environment(struct assay_suite_reader *in,
                                    const char *name)
{
    const char *value = NULL;

    if (name)
        value =
            in->base->options.env ? in->base->options.env(name) : getenv(name);
    return assay_arena_copy(in->arena, assay_str_c(value));
}

/* One of OpenAI's two, which have the same addresses and numbers. */
static bool is_openai(const struct assay_suite_provider *to)
{
    return assay_str_is(to->dialect, "openai") ||
           assay_str_is(to->dialect, "responses");
}

/* "openai:URL#MODEL" where a base URL is said, else the catalog's route. */
static void set_route(struct assay_promptfoo *pf, const char *catalog,
                      struct assay_suite_provider *to)
{
    if (to->base_url.len && is_openai(to))
        to->route = assay_arena_printf(
            pf->in->arena, "%.*s:%.*s#%.*s", ASSAY_STR_ARG(to->dialect),
            ASSAY_STR_ARG(to->base_url), ASSAY_STR_ARG(to->model));
    else if (catalog)
        to->route = assay_arena_printf(pf->in->arena, "%s/%.*s", catalog,
                                       ASSAY_STR_ARG(to->model));
}

static const struct family *find_family(struct assay_str prefix)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (assay_str_is(prefix, families[i].prefix))
            return &families[i];
    return NULL;
}

bool assay_promptfoo_address(struct assay_promptfoo *pf,
                             const struct assay_json *from,
                             struct assay_suite_provider *to)
{
    struct assay_str prefix, rest, word, model, text;

    to->route = to->dialect = to->model = to->base_url = ASSAY_STR("");
    to->key_env = to->api_version = to->refused = ASSAY_STR("");
    to->id = from->text;
    if (!take_text(pf, from, to, &text))
        return false;
    to->id = text.len ? text : from->text;
    if (!to->label.len)
        to->label = to->id;
    if (to->refused.len)
        return true;
    if (assay_str_is(to->id, "echo")) {
        to->route = ASSAY_STR("echo");
        return true;
    }
    if (assay_str_starts(to->id, "http://") ||
        assay_str_starts(to->id, "https://"))
        return refuse(pf, to,
                      "an HTTP provider needs a transform in code; an "
                      "OpenAI-compatible server is openai:chat:MODEL with "
                      "apiBaseUrl");
    if (assay_suite_is_program(to->id) || assay_str_starts(to->id, "exec:") ||
        assay_str_starts(to->id, "python:"))
        return refuse(pf, to, "a program; a suite is data");
    if (!assay_str_cut(to->id, ':', &prefix, &rest))
        return refuse(pf, to, "expected PROVIDER:MODEL");
    const struct family *family = find_family(prefix);
    if (!family)
        return refuse(pf, to, "not known; name a route with --on");
    model = rest;
    to->dialect = assay_str_c(family->dialect);
    if (assay_str_cut(rest, ':', &word, &model)) {
        if (assay_str_is(word, "responses") && assay_str_is(prefix, "openai"))
            to->dialect = word;
        else if (is_other_api(word))
            return refuse(pf, to,
                          "only its chat API is asked: write "
                          "PROVIDER:chat:MODEL");
        else if (!family->kind[0] || !assay_str_is(word, family->kind))
            model = rest;
    } else if (is_other_api(rest) || assay_str_is(rest, family->kind)) {
        return refuse(pf, to, "it names no model");
    }
    to->model = model;
    to->key_env = assay_str_c(family->key_env);
    to->base_url = environment(pf->in, family->base_env);
    if (to->base_url.len && assay_str_is(prefix, "ollama") &&
        !assay_str_ends(to->base_url, "/v1"))
        to->base_url = assay_arena_printf(pf->in->arena, "%.*s/v1",
                                          ASSAY_STR_ARG(to->base_url));
    if (!to->base_url.len)
        to->base_url = assay_str_c(family->base_url);
    set_route(pf, family->catalog, to);
    return true;
}

/* ---- Config ---- */

/* Members that say where the API is, not what is asked of it. */
static bool take_place(struct assay_promptfoo *pf,
                       const struct assay_json *member,
                       struct assay_suite_provider *to, bool *known)
{
    struct assay_str key = member->key, text;
    static const char *const names[] = {"apiKeyEnvar",  "apiBaseUrl",
                                        "apiHost",      "apiVersion",
                                        "organization", NULL};
    size_t i = 0;

    while (names[i] && !assay_str_is(key, names[i]))
        i++;
    *known = names[i] != NULL;
    if (!names[i])
        return true;
    if (!take_text(pf, member, to, &text))
        return false;
    if (!text.len)
        refuse_text(pf, member, to,
                    assay_arena_printf(pf->in->arena, "%.*s is empty",
                                       ASSAY_STR_ARG(key)));
    while (assay_str_ends(text, "/"))
        text.len--;
    if (i == 0) {
        to->key_env = text;
        to->key_stated = true;
    } else if (i == 1)
        to->base_url = text;
    else if (i == 2)
        to->base_url = assay_arena_printf(
            pf->in->arena, is_openai(to) ? "https://%.*s/v1" : "https://%.*s",
            ASSAY_STR_ARG(text));
    else if (i == 3)
        to->api_version = text;
    else
        assay_suite_note(pf->in, "%.*s: 'organization' is not sent",
                         ASSAY_STR_ARG(assay_suite_where(pf->in, member)));
    return true;
}

/* apiKey: "{{env.NAME}}" names a variable; a key itself is refused. */
static bool take_key(struct assay_promptfoo *pf,
                     const struct assay_json *member,
                     struct assay_suite_provider *to)
{
    struct assay_str text = assay_str_trim(member->text), name;

    if (member->type == ASSAY_JSON_STRING && assay_str_starts(text, "{{") &&
        assay_str_ends(text, "}}")) {
        name = assay_str_skip(text, 2);
        name.len -= 2;
        name = assay_str_trim(name);
        if (assay_str_starts(name, "env.")) {
            to->key_env = assay_str_skip(name, 4);
            to->key_stated = true;
            return true;
        }
    }
    return assay_suite_fail(pf->in, member,
                            "a key in a file is not read: name its variable "
                            "with apiKeyEnvar");
}

static bool take_headers(struct assay_promptfoo *pf,
                         const struct assay_json *headers,
                         struct assay_suite_provider *to)
{
    if (headers->type != ASSAY_JSON_OBJECT)
        return assay_suite_fail(pf->in, headers, "'headers' is a mapping");
    to->headers =
        ASSAY_NEW_ARRAY(pf->in->arena, struct assay_header, headers->count + 1);
    for (const struct assay_json *m = headers->first; m; m = m->next) {
        struct assay_header *header = &to->headers[to->header_count++];
        header->name = m->key;
        if (assay_suite_is_key_name(m->key) ||
            assay_str_is(m->key, "Authorization") ||
            assay_str_is(m->key, "authorization"))
            return assay_suite_fail(pf->in, m,
                                    "header '%.*s' bears a key: name its "
                                    "variable with apiKeyEnvar",
                                    ASSAY_STR_ARG(m->key));
        if (!take_text(pf, m, to, &header->value))
            return false;
    }
    return true;
}

/* cost: a number for both ways, or {input, output}: dollars a token. */
static bool take_cost(struct assay_promptfoo *pf, const struct assay_json *cost,
                      struct assay_suite_provider *to)
{
    if (cost->type != ASSAY_JSON_OBJECT)
        return assay_suite_number(pf->in, cost, &to->cost_in) &&
               assay_suite_number(pf->in, cost, &to->cost_out);
    return assay_suite_number(pf->in, assay_json_get(cost, "input"),
                              &to->cost_in) &&
           assay_suite_number(pf->in, assay_json_get(cost, "output"),
                              &to->cost_out);
}

static bool take_config(struct assay_promptfoo *pf,
                        const struct assay_json *config,
                        struct assay_suite_provider *to)
{
    bool known;

    for (const struct assay_json *m = config ? config->first : NULL; m;
         m = m->next) {
        if (!take_place(pf, m, to, &known))
            return false;
        if (known)
            continue;
        bool ok = true;
        if (assay_str_is(m->key, "apiKey"))
            ok = take_key(pf, m, to);
        else if (assay_str_is(m->key, "headers"))
            ok = take_headers(pf, m, to);
        else if (assay_str_is(m->key, "cost"))
            ok = take_cost(pf, m, to);
        else if (assay_str_is(m->key, "omitDefaults") ||
                 assay_str_is(m->key, "apiKeyRequired"))
            continue;
        else if (!assay_promptfoo_chat_member(pf->in, m, &to->chat, &known))
            return false;
        else if (!known)
            return assay_suite_fail(pf->in, m,
                                    "'%.*s' of a provider's config is not "
                                    "supported",
                                    ASSAY_STR_ARG(m->key));
        if (!ok)
            return false;
    }
    return true;
}

/* ---- Defaults ---- */

/* o1, o3, o4 and gpt-5: no temperature, and tokens of thought besides. */
static bool is_reasoning(struct assay_str model)
{
    struct assay_str maker, name = model;

    assay_str_cut_last(model, '/', &maker, &name);
    return assay_str_starts(name, "o1") || assay_str_starts(name, "o3") ||
           assay_str_starts(name, "o4") || assay_str_starts(name, "gpt-5");
}

static void set_default(struct assay_suite_reader *in, const char *variable,
                        double otherwise, struct assay_stated *to)
{
    const char *said = to->given ? NULL : assay_suite_variable(in, variable);
    struct assay_str text = assay_str_c(said ? said : "");

    if (to->given)
        return;
    to->given = true;
    to->value = text.len ? strtod(text.at, NULL) : otherwise;
}

/* What promptfoo sends where the file says nothing. */
static void add_defaults(struct assay_promptfoo *pf,
                         const struct assay_json *config,
                         struct assay_suite_provider *to)
{
    bool anthropic = assay_str_is(to->dialect, "anthropic");
    bool openai = is_openai(to) || assay_str_is(to->dialect, "azure");
    struct assay_stated tokens = {to->chat.max_tokens > 0, to->chat.max_tokens};

    if (assay_json_is(assay_json_get(config, "omitDefaults"),
                      ASSAY_JSON_TRUE) ||
        (!anthropic && !openai))
        return;
    if (openai && is_reasoning(to->model)) {
        to->chat.temperature.given = false;
        return;
    }
    set_default(pf->in,
                anthropic ? "ANTHROPIC_TEMPERATURE" : "OPENAI_TEMPERATURE", 0,
                &to->chat.temperature);
    set_default(pf->in,
                anthropic ? "ANTHROPIC_MAX_TOKENS" : "OPENAI_MAX_TOKENS", 1024,
                &tokens);
    if (tokens.value >= 1 && tokens.value < 1e9)
        to->chat.max_tokens = (uint32_t)tokens.value;
}

/* ---- Judges ---- */

static bool take_judge_place(struct assay_promptfoo *pf,
                             const struct assay_json *config,
                             struct assay_suite_provider *to)
{
    for (const struct assay_json *m = config->first; m; m = m->next) {
        bool known;
        if (assay_str_is(m->key, "temperature") ||
            assay_str_is(m->key, "max_tokens")) {
            assay_suite_note(pf->in,
                             "%.*s: '%.*s' has no effect: judges are asked at "
                             "temperature 0, for 1024 tokens at most",
                             ASSAY_STR_ARG(assay_suite_where(pf->in, m)),
                             ASSAY_STR_ARG(m->key));
            continue;
        }
        known = assay_str_is(m->key, "apiBaseUrl") ||
                assay_str_is(m->key, "apiHost");
        if (!known)
            return assay_suite_fail(pf->in, m,
                                    "'%.*s' of a judge is not supported",
                                    ASSAY_STR_ARG(m->key));
        if (!take_place(pf, m, to, &known))
            return false;
    }
    return true;
}

bool assay_promptfoo_judge(struct assay_promptfoo *pf,
                           const struct assay_json *from,
                           struct assay_str *route)
{
    const struct assay_json *id = assay_promptfoo_member(from, "id");
    const struct assay_json *config = assay_promptfoo_member(from, "config");
    struct assay_suite_provider provider = {0};
    struct assay_str prefix, rest;

    if (!id)
        id = from;
    if (!assay_promptfoo_address(pf, id, &provider))
        return false;
    if (assay_str_starts(provider.id, "local:") ||
        assay_str_starts(provider.id, "openai:http://") ||
        assay_str_starts(provider.id, "openai:https://")) {
        *route = provider.id;
        return true;
    }
    if (!provider.refused.len && config &&
        !take_judge_place(pf, config, &provider))
        return false;
    if (!is_openai(&provider) &&
        (assay_promptfoo_member(config, "apiBaseUrl") ||
         assay_promptfoo_member(config, "apiHost")))
        return assay_suite_fail(pf->in, config,
                                "an address is taken for judges of openai: "
                                "alone, not of '%.*s'",
                                ASSAY_STR_ARG(provider.id));
    /* a route of the catalog would be asked by the other API */
    if (assay_str_is(provider.dialect, "responses") && !provider.base_url.len)
        provider.base_url = ASSAY_STR("https://api.openai.com/v1");
    if (!provider.refused.len && provider.base_url.len) {
        assay_str_cut(provider.id, ':', &prefix, &rest);
        set_route(pf, find_family(prefix)->catalog, &provider);
    }
    if (provider.refused.len)
        return assay_suite_fail(pf->in, from, "%.*s",
                                ASSAY_STR_ARG(provider.refused));
    *route = provider.route;
    return true;
}

/* ---- Providers ---- */

static bool add_provider(struct assay_promptfoo *pf,
                         const struct assay_json *id,
                         const struct assay_json *node)
{
    static const char *const known[] = {
        "id", "label", "config", "prompts", "transform", "delay", NULL};
    const struct assay_json *config = assay_promptfoo_member(node, "config");
    const struct assay_json *other = assay_promptfoo_unknown(node, known, NULL);
    struct assay_suite_provider *to =
        &pf->in->suite->providers[pf->in->suite->provider_count];

    *to = (struct assay_suite_provider){.chat = {.logprobs = -1}};
    to->label = assay_json_text(node, "label");
    if (other)
        return assay_suite_fail(pf->in, other,
                                "'%.*s' of a provider is not supported",
                                ASSAY_STR_ARG(other->key));
    if (!assay_promptfoo_address(pf, id, to))
        return false;
    if (to->refused.len == 0) {
        if (!take_config(pf, config, to))
            return false;
        struct assay_str prefix = ASSAY_STR(""), rest;
        assay_str_cut(to->id, ':', &prefix, &rest);
        const struct family *family = find_family(prefix);
        if (family)
            set_route(pf, family->catalog, to);
        if (assay_str_is(to->dialect, "azure") && !to->api_version.len)
            to->api_version = ASSAY_STR("2024-12-01-preview");
        add_defaults(pf, config, to);
    }
    if (to->refused.len)
        to->route = ASSAY_STR("");
    to->chat.model = to->model;
    if (assay_promptfoo_member(node, "transform"))
        refuse(pf, to, "its transform is code; a suite is data");
    if (assay_promptfoo_member(node, "delay"))
        assay_suite_note(pf->in, "%.*s: 'delay' has no effect here",
                         ASSAY_STR_ARG(assay_suite_where(pf->in, node)));
    pf->provider_nodes[pf->in->suite->provider_count++] = node;
    return true;
}

static bool add_item(struct assay_promptfoo *pf, const struct assay_json *item);

/* file://provider.yaml: one, or a list of them. */
static bool add_file(struct assay_promptfoo *pf, struct assay_str name,
                     const struct assay_json *from)
{
    struct assay_suite_file *file = assay_suite_open(pf->in, name, from);
    const struct assay_json *tree =
        file ? assay_suite_document(pf->in, file) : NULL;

    if (!tree)
        return false;
    if (tree->type == ASSAY_JSON_ARRAY && tree->count != 1)
        return assay_suite_fail(pf->in, tree,
                                "a file of one provider was expected");
    return add_item(pf, tree->type == ASSAY_JSON_ARRAY ? tree->first : tree);
}

static bool add_item(struct assay_promptfoo *pf, const struct assay_json *item)
{
    struct assay_str name;

    if (item->type == ASSAY_JSON_STRING) {
        if (assay_suite_file_name(item->text, &name) &&
            !assay_suite_is_program(name))
            return add_file(pf, name, item);
        return add_provider(pf, item, NULL);
    }
    if (item->type != ASSAY_JSON_OBJECT)
        return assay_suite_fail(pf->in, item,
                                "a provider is a text or a mapping, not %s",
                                assay_json_type_name(item));
    if (assay_promptfoo_member(item, "id"))
        return add_provider(pf, assay_json_get(item, "id"), item);
    /* { "openai:chat:gpt-4o": {config: …} } */
    if (item->count != 1 || !assay_str_contains(item->first->key, ":"))
        return assay_suite_fail(pf->in, item, "a provider without an 'id'");
    struct assay_json *id = assay_json_string(pf->in->arena, item->first->key);
    return add_provider(pf, id, item->first);
}

bool assay_promptfoo_read_providers(struct assay_promptfoo *pf,
                                    const struct assay_json *providers)
{
    bool one = providers && providers->type != ASSAY_JSON_ARRAY;
    size_t room = providers && !one ? providers->count : 1;

    pf->in->suite->providers =
        ASSAY_NEW_ARRAY(pf->in->arena, struct assay_suite_provider, room + 1);
    pf->provider_nodes =
        ASSAY_NEW_ARRAY(pf->in->arena, const struct assay_json *, room + 1);
    if (!providers)
        return true; /* routes are named when it runs */
    for (const struct assay_json *p = one ? providers : providers->first; p;
         p = one ? NULL : p->next)
        if (!add_item(pf, p))
            return false;
    return true;
}
