/*
 * The written rules that lead from a provider's name for a route to what may
 * be a model's id. Each rule states a fact about how public lists spell
 * names (models.dev, OpenRouter, LiteLLM, genai-prices and the providers'
 * own documents, read 2026-11); none of them guesses.
 *
 * A name is first stripped of what stands before it (who serves it, whose it
 * is), then written down in ever less literal forms. The words that make
 * another model of it (a date, -mini, -thinking, -turbo, -instruct, -fast)
 * are never taken away.
 */
#include "assay/identity.h"

#include <string.h>

struct rule {
    const char *name;
    const char *text;
};

static const struct rule rules[] = {
    {"stated", "a source states which model this route serves"},
    {"vendor",
     "the provider is the creator's own API and names the model itself"},
    {"org-prefix",
     "the provider's name for it bears the creator's name before the "
     "model's"},
    {"nested-prefix",
     "the model's name stands behind the path or vendor prefix that this "
     "provider puts before every name"},
    {"bare-name",
     "exactly one declared model bears the name the provider uses"},
    {"free-suffix", "':free' or '-free' names the free tier of the same model"},
    {"tier-suffix",
     "what stands behind ':' is a tier at which the same model is served"},
    {"maas-suffix",
     "Vertex AI puts '-maas' behind models of others that it serves"},
    {"tee-suffix",
     "'-TEE' says that the same model runs in a trusted execution "
     "environment"},
    {"date-suffix",
     "Vertex AI writes a version behind '@' where the vendor writes '-'; "
     "'@default' is the undated name"},
    {"quantization-suffix",
     "the suffix names the number format in which the same model is served"},
    {"it-suffix", "Google's Gemma is served instruction-tuned; '-it' says so"},
    {"anthropic-dots",
     "some write Claude's version with a dot where Anthropic writes '-'"},
    {"azure-dots", "Azure writes gpt-35 for gpt-3.5: no dots in names"},
    {"llama-version",
     "Llama's version is written without '-' or with 'v' before it"},
    {"creator-twice", "the creator's name is repeated before the model's name"},
    {"underscore-dots", "the version is written with '_' for '.'"},
    {"ollama-tag", "Ollama writes the size behind ':' for '-'"},
    {"spelling",
     "the same creator and name, in other letters or another spelling of "
     "the creator"},
    {"alias", "a source declares the one to be an alias of the other"},
};

const char *assay_identity_rule_text(const char *rule)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcmp(rules[i].name, rule) == 0)
            return rules[i].text;
    return "";
}

enum {
    NAME_BYTES = 200, /* longer names have no rule */
    MAX_CANDIDATES = 10,
};

/* The name while it is rewritten, lowered; and whose it is, if told. */
struct name {
    struct assay_arena *arena;
    struct assay_candidate *first, *last;
    int count;
    char at[NAME_BYTES + 2];
    size_t len;
    struct assay_str creator; /* canonical; empty: not told */
    const char *creator_rule; /* rule of a key that bears the creator */
    const char *bare_rule;    /* rule of a key without; NULL: no such key */
    bool nested;              /* something was stripped before it */
    bool tiered;              /* a tier was stripped behind it */
    bool anthropic, meta, gemma;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct assay_str text_of(const struct name *n)
{
    return (struct assay_str){n->at, n->len};
}

static bool set_name(struct name *n, struct assay_str text)
{
    if (text.len == 0 || text.len > NAME_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        n->at[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    n->len = text.len;
    return true;
}

static void add(struct name *n, struct assay_str key, const char *rule)
{
    if (n->count == MAX_CANDIDATES)
        return;
    for (struct assay_candidate *c = n->first; c; c = c->next)
        if (assay_str_equal(c->key, key))
            return;
    struct assay_candidate *c = ASSAY_NEW(n->arena, struct assay_candidate);
    c->key = key;
    c->rule = rule;
    if (n->last)
        n->last->next = c;
    else
        n->first = c;
    n->last = c;
    n->count++;
}

/* Writes down the name as it is now; `rule` NULL: by who names the creator. */
static void emit(struct name *n, const char *rule)
{
    if (!rule && n->tiered)
        rule = "tier-suffix";
    if (n->creator.len) {
        size_t len = n->creator.len + 1 + n->len;
        char *key = assay_arena_alloc(n->arena, len + 1, 1);
        memcpy(key, n->creator.at, n->creator.len);
        key[n->creator.len] = '/';
        memcpy(key + n->creator.len + 1, n->at, n->len);
        add(n, (struct assay_str){key, len}, rule ? rule : n->creator_rule);
    }
    if (n->bare_rule)
        add(n, assay_arena_copy(n->arena, text_of(n)),
            rule ? rule : n->bare_rule);
}

static bool drop_suffix(struct name *n, const char *suffix)
{
    size_t len = strlen(suffix);
    if (n->len <= len || !assay_str_ends(text_of(n), suffix))
        return false;
    n->len -= len;
    return true;
}

static bool drop_prefix(struct name *n, const char *prefix)
{
    size_t len = strlen(prefix);
    if (n->len <= len || !assay_str_starts(text_of(n), prefix))
        return false;
    n->len -= len;
    memmove(n->at, n->at + len, n->len);
    return true;
}

/* `from` between two digits becomes `to`; true when there was one. */
static bool replace_between_digits(struct name *n, char from, char to)
{
    bool found = false;
    for (size_t i = 1; i + 1 < n->len; i++) {
        if (n->at[i] == from && digit(n->at[i - 1]) && digit(n->at[i + 1])) {
            n->at[i] = to;
            found = true;
        }
    }
    return found;
}

/* Tiers as our importers mark them in the ids of routes. */
static void drop_tier(struct name *n)
{
    static const char *const tiers[] = {":batch", ":flex", ":priority", ":fast",
                                        ":ultrafast"};
    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
        if (drop_suffix(n, tiers[i]))
            n->tiered = true;
}

/* ------------------------------------------------------------ prefixes */

/* Paths that gateways and clouds put before the name, in any order. */
static const char *const paths[] = {
    "workers-ai/", "@cf/",    "@hf/",
    "hf:",         "route/",  "accounts/fireworks/models/",
    "pro/",        "tee/",    "accounts/fireworks/routers/",
    "public/",     "models/", "publishers/",
};

/* Prefixes of one provider; creator "" where the name says no more. */
static const struct {
    const char *provider, *prefix, *creator;
} own_prefixes[] = {
    {"azure", "cohere-", "cohere"},
    {"azure-cognitive-services", "cohere-", "cohere"},
    {"cerebras", "zai-", "zhipuai"},
    {"databricks", "databricks-meta-", "meta"},
    {"databricks", "databricks-", ""},
    {"digitalocean", "alibaba-", "alibaba"},
    {"digitalocean", "anthropic-", "anthropic"},
    {"digitalocean", "openai-", "openai"},
    {"sap-ai-core", "anthropic--", "anthropic"},
    {"sap-ai-core", "amazon--", "amazon"},
    {"sap-ai-core", "meta--", "meta"},
    {"sap-ai-core", "mistralai--", "mistral"},
    {"snowflake-cortex", "openai-", "openai"},
};

/* Who republishes others' weights in another number format. */
static const char *const repackagers[] = {
    "unsloth",       "neuralmagic", "redhatai",
    "nvidia",        "intel",       "lmstudio-community",
    "mlx-community", "bartowski",   "thebloke",
    "cortecs",       "amd",
};

static bool repackager(struct assay_str org)
{
    for (size_t i = 0; i < sizeof(repackagers) / sizeof(repackagers[0]); i++)
        if (assay_str_is(org, repackagers[i]))
            return true;
    return false;
}

/* Amazon's inference profiles: the region stands before the vendor. */
static const char *const bedrock_regions[] = {
    "us.", "us-gov.", "eu.", "apac.",   "ap.",       "au.",
    "jp.", "ca.",     "sa.", "global.", "regional.",
};

/*
 * [path/][region.]vendor.name[-vN][:M] of Amazon Bedrock (model ids page of
 * its user guide, read 2026-11). ":M" is a revision of the serving, "-vN:M"
 * the version of the serving where the vendor's own name has none.
 */
static void strip_bedrock(struct name *n)
{
    struct assay_str before, after;

    /* Commitment and region, in older price lists. */
    while (assay_str_cut(text_of(n), '/', &before, &after) &&
           set_name(n, after))
        continue;
    for (size_t i = 0; i < sizeof(bedrock_regions) / sizeof(bedrock_regions[0]);
         i++)
        if (drop_prefix(n, bedrock_regions[i]))
            break;
    if (assay_str_cut(text_of(n), '.', &before, &after) &&
        assay_creator_known(before)) {
        n->creator = assay_creator_canonical(n->arena, before);
        n->creator_rule = "nested-prefix";
        set_name(n, after);
    }
}

/* What Bedrock appends; called after the literal forms were written down. */
static bool strip_bedrock_version(struct name *n)
{
    size_t end = n->len;
    while (end > 0 && digit(n->at[end - 1]))
        end--;
    bool revision = end < n->len && end > 0 && n->at[end - 1] == ':';
    if (revision)
        n->len = --end;
    while (end > 0 && digit(n->at[end - 1]))
        end--;
    if (end == n->len || end < 2)
        return revision;
    bool letter = n->at[end - 1] == 'v';
    size_t dash = letter ? end - 2 : end - 1;
    bool ours = letter ? n->at[end] != '0' && (revision || n->anthropic)
                       : revision && assay_str_is(n->creator, "openai");
    if (!ours || n->at[dash] != '-' || dash == 0)
        return revision;
    if (revision)
        emit(n, NULL); /* "nova-lite-v1" is a name of its own */
    if (assay_str_is(n->creator, "nvidia"))
        return true; /* nemotron-nano-9b-v2 is Nvidia's own v2 */
    n->len = dash;
    return true;
}

/* org/…/models/name: the owner first, the name last (Clarifai, Vertex). */
static void strip_models_path(struct name *n)
{
    struct assay_str rest = text_of(n), owner, path, name;

    if (!assay_str_contains(rest, "/models/") ||
        !assay_str_cut(rest, '/', &owner, &path) ||
        !assay_str_cut_last(path, '/', &path, &name) || name.len == 0)
        return;
    n->creator = assay_creator_canonical(n->arena, owner);
    n->creator_rule = "nested-prefix";
    n->bare_rule = NULL;
    set_name(n, name);
    replace_between_digits(n, '_', '.');
}

static void strip_prefixes(struct name *n, struct assay_str provider)
{
    bool again = true;

    if (assay_str_is(provider, "amazon-bedrock"))
        strip_bedrock(n);
    while (again) {
        again = false;
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
            again = drop_prefix(n, paths[i]) || again;
        n->nested = n->nested || again;
    }
    strip_models_path(n);
    for (size_t i = 0; i < sizeof(own_prefixes) / sizeof(own_prefixes[0]);
         i++) {
        if (!assay_str_is(provider, own_prefixes[i].provider) ||
            !drop_prefix(n, own_prefixes[i].prefix))
            continue;
        n->nested = true;
        n->creator = assay_str_c(own_prefixes[i].creator);
        break;
    }
    if (assay_str_is(provider, "azure") &&
        (drop_prefix(n, "us/") || drop_prefix(n, "eu/") ||
         drop_prefix(n, "global/") || drop_prefix(n, "global-standard/")))
        n->nested = true;
    /* Fireworks writes p for the dot: kimi-k2p6. */
    if (assay_str_is(provider, "fireworks-ai") &&
        replace_between_digits(n, 'p', '.'))
        n->nested = true;
    if (n->nested) {
        if (n->bare_rule)
            n->bare_rule = "nested-prefix";
        n->creator_rule = "nested-prefix";
    }
}

/*
 * "org/name". The name alone is no key then: another organisation's model of
 * that name is not this one.
 */
static void take_org(struct name *n)
{
    struct assay_str org, rest;

    if (!assay_str_cut(text_of(n), '/', &org, &rest))
        return;
    n->creator = assay_creator_canonical(n->arena, org);
    n->creator_rule = n->nested ? "nested-prefix" : "org-prefix";
    n->bare_rule = NULL;
    set_name(n, rest);
}

/* ------------------------------------------------------------ suffixes */

/* claude-3-5-haiku@20241022 and @default; claude-3-5-sonnet-v2@20241022. */
static bool at_to_dash(struct name *n)
{
    struct assay_str before, version;
    uint64_t number;

    if (!assay_str_cut(text_of(n), '@', &before, &version) || before.len == 0)
        return false;
    if (assay_str_is(version, "default")) {
        n->len = before.len;
        return true;
    }
    if (!assay_str_to_u64(version, &number) && !assay_str_is(version, "latest"))
        return false;
    n->at[before.len] = '-';
    if (n->anthropic && assay_str_ends(before, "-v2")) {
        memmove(n->at + before.len - 3, n->at + before.len, version.len + 1);
        n->len -= 3;
    }
    return true;
}

static const char *const quantizations[] = {
    "-fp8-dynamic", "-fp8",   "-fp4",    "-fp16",     "-bf16",     "-nvfp4",
    "-mxfp4",       "-int4",  "-int8",   "-awq",      "-gptq",     "-w4a16",
    "-w8a8",        "-w8a16", "-gguf",   "-mlx-4bit", "-mlx-8bit", "-4bit",
    "-6bit",        "-8bit",  "-q4_k_m", "-q8_0",     "-iq4_xs",   "-exl2",
};

static bool drop_quantization(struct name *n)
{
    for (size_t i = 0; i < sizeof(quantizations) / sizeof(quantizations[0]);
         i++)
        if (drop_suffix(n, quantizations[i]))
            return true;
    return false;
}

/*
 * llama3-1-8b (Bedrock), llama3.1-8b (Cerebras), llama-v3.1-8b (Fireworks)
 * are llama-3.1-8b.
 */
static bool llama_version(struct name *n)
{
    char old[NAME_BYTES];
    size_t len = n->len, at = 5;

    if (!assay_str_starts(text_of(n), "llama") || len + 1 > NAME_BYTES)
        return false;
    memcpy(old, n->at, len);
    if (at < len && old[at] == '-')
        at++;
    if (at < len && old[at] == 'v')
        at++;
    if (at >= len || !digit(old[at]))
        return false;
    n->at[5] = '-';
    n->at[6] = old[at];
    memcpy(n->at + 7, old + at + 1, len - at - 1);
    n->len = len - at + 6;
    /* "-1-" behind the version is its minor part; "-8b" is a size. */
    if (n->len > 10 && n->at[7] == '-' && digit(n->at[8]) && n->at[9] == '-')
        n->at[7] = '.';
    return n->len != len || memcmp(n->at, old, len) != 0;
}

/* Between single digits only: claude-sonnet-4-5, not …-4-20250514. */
static bool claude_dashes_to_dots(struct name *n)
{
    bool found = false;
    for (size_t i = 1; i + 1 < n->len; i++) {
        if (n->at[i] != '-' || !digit(n->at[i - 1]) || !digit(n->at[i + 1]))
            continue;
        if ((i >= 2 && digit(n->at[i - 2])) ||
            (i + 2 < n->len && digit(n->at[i + 2])))
            continue;
        n->at[i] = '.';
        found = true;
    }
    return found;
}

/* Ever less literal forms; each keeps what the one before took away. */
static void emit_rewritten(struct name *n, struct assay_str provider)
{
    if (drop_suffix(n, ":free") || drop_suffix(n, "-free"))
        emit(n, "free-suffix");
    if (assay_str_starts(provider, "google-vertex") && drop_suffix(n, "-maas"))
        emit(n, "maas-suffix");
    if (drop_suffix(n, "-tee"))
        emit(n, "tee-suffix");
    if (assay_str_starts(provider, "ollama") &&
        assay_str_find(text_of(n), ':') < n->len) {
        n->at[assay_str_find(text_of(n), ':')] = '-';
        emit(n, "ollama-tag");
    }
    if (replace_between_digits(n, '_', '.'))
        emit(n, "underscore-dots");
    if ((assay_str_is(n->creator, "meta") && drop_prefix(n, "meta-")) ||
        (assay_str_is(n->creator, "nvidia") && drop_prefix(n, "nvidia-")) ||
        (assay_str_is(n->creator, "cohere") && drop_prefix(n, "cohere-")) ||
        (assay_str_starts(text_of(n), "meta-llama-") &&
         drop_prefix(n, "meta-")))
        emit(n, "creator-twice");
    if (assay_str_starts(provider, "azure") && drop_prefix(n, "gpt-35-")) {
        memmove(n->at + 8, n->at, n->len);
        memcpy(n->at, "gpt-3.5-", 8);
        n->len += 8;
        emit(n, "azure-dots");
    }
    if (n->meta && llama_version(n))
        emit(n, "llama-version");
    if (drop_quantization(n)) {
        if (n->creator.len && repackager(n->creator))
            n->bare_rule = "quantization-suffix";
        emit(n, "quantization-suffix");
    }
    if (n->gemma && drop_suffix(n, "-it"))
        emit(n, "it-suffix");
    if (!n->anthropic)
        return;
    if (replace_between_digits(n, '.', '-'))
        emit(n, "anthropic-dots");
    else if (claude_dashes_to_dots(n))
        emit(n, "anthropic-dots");
}

struct assay_candidate *assay_identity_candidates(struct assay_arena *arena,
                                                  struct assay_str provider,
                                                  struct assay_str wire)
{
    struct name name = {.arena = arena, .bare_rule = "bare-name"};
    struct name *n = &name;

    if (!set_name(n, wire))
        return NULL;
    provider = assay_provider_canonical(provider);
    drop_tier(n);
    strip_prefixes(n, provider);
    take_org(n);
    if (!n->creator.len) {
        n->creator = assay_provider_creator(provider);
        n->creator_rule = "vendor";
    }
    struct assay_str text = text_of(n);
    n->anthropic = assay_str_starts(text, "claude-") &&
                   (n->bare_rule || assay_str_is(n->creator, "anthropic"));
    n->meta =
        assay_str_starts(text, "llama") || assay_str_starts(text, "meta-llama");
    n->gemma = assay_str_starts(text, "gemma-") &&
               (n->bare_rule || assay_str_is(n->creator, "google"));
    if (at_to_dash(n))
        emit(n, "date-suffix");
    else
        emit(n, NULL);
    if (assay_str_is(provider, "amazon-bedrock") && strip_bedrock_version(n))
        emit(n, NULL);
    emit_rewritten(n, provider);
    return n->first;
}
