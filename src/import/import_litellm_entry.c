/*
 * Which route an entry of LiteLLM's list speaks of.
 *
 * The provider is told by litellm_provider, the wire name is the key without
 * the provider's prefix. What stays in the wire name makes the id unique: a
 * region or a picture's size is its first part
 * ("amazon-bedrock/us-east-1/anthropic.claude-v1"). Two keys of one route
 * that say the same are one statement. When they differ, the key with the
 * provider's own prefix has the id, for LiteLLM looks it up first; the other
 * one gets a suffix (":bare", ":text-completion-codestral"), so that nothing
 * is lost and nothing is joined to a model by mistake.
 */
#include "assay/identity.h"

#include "import/import_litellm.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------------ providers */

/* One provider under several names, by which LiteLLM picks its own code. */
static const struct {
    const char *spelling;
    const char *provider;
} sub_providers[] = {
    {"text-completion-openai", "openai"},
    {"text-completion-codestral", "codestral"},
    {"bedrock_converse", "bedrock"},
    {"bedrock_mantle", "bedrock"},
    {"cohere_chat", "cohere"},
    {"azure_text", "azure"},
    {"fireworks_ai-embedding-models", "fireworks_ai"},
    {"ollama_chat", "ollama"},
};

static struct assay_str main_provider(struct assay_str spelling)
{
    for (size_t i = 0; i < LENGTH(sub_providers); i++)
        if (assay_str_is(spelling, sub_providers[i].spelling))
            return assay_str_c(sub_providers[i].provider);
    if (assay_str_starts(spelling, "vertex_ai-"))
        return ASSAY_STR("vertex_ai");
    return spelling;
}

bool assay_litellm_is_self_hosted(const struct assay_litellm_entry *entry)
{
    static const char *const names[] = {
        "ollama",
        "ollama_chat",
        "lm_studio",
        "vllm",
        "hosted_vllm",
        "llamafile",
        "docker_model_runner",
        "xinference",
        "oobabooga",
        "lemonade",
        "infinity",
        "petals",
    };
    for (size_t i = 0; i < LENGTH(names); i++)
        if (assay_str_is(entry->spelling, names[i]))
            return true;
    return false;
}

/* The key without "PREFIX/", and whose prefix it was. */
static void cut_prefix(struct assay_litellm_entry *entry,
                       struct assay_str provider)
{
    struct assay_str head, rest;

    entry->wire = entry->value->key;
    entry->prefix = ASSAY_LITELLM_BARE;
    if (!assay_str_cut(entry->wire, '/', &head, &rest) || rest.len == 0)
        return;
    if (!assay_str_equal(head, provider) &&
        !assay_str_equal(head, entry->spelling))
        return;
    entry->wire = rest;
    entry->prefix = ASSAY_LITELLM_SUB;
    if (assay_str_equal(head, provider))
        entry->prefix = ASSAY_LITELLM_OWN;
    if (assay_str_equal(head, entry->provider))
        entry->prefix = ASSAY_LITELLM_CANONICAL;
}

/* -------------------------------------------------------------- regions */

/* "us-east-1", "us-gov-west-1", "ap-northeast-1": AWS's names */
static bool is_aws_region(struct assay_str s)
{
    size_t dashes = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool last = i + 1 == s.len;
        dashes += s.at[i] == '-';
        if (last ? s.at[i] < '0' || s.at[i] > '9'
                 : s.at[i] != '-' && (s.at[i] < 'a' || s.at[i] > 'z'))
            return false;
    }
    return s.len > 6 && s.at[2] == '-' && s.at[s.len - 2] == '-' && dashes >= 2;
}

/* "eu/gpt-4o", "global-standard/gpt-4o": Azure's deployment types */
static struct assay_str azure_region(struct assay_str head)
{
    if (assay_str_is(head, "global-standard"))
        return ASSAY_STR("global");
    if (assay_str_is(head, "us") || assay_str_is(head, "eu") ||
        assay_str_is(head, "global"))
        return head;
    return ASSAY_STR("");
}

struct assay_str assay_litellm_region(const struct assay_litellm_entry *entry)
{
    struct assay_str head, rest;

    if (!assay_str_cut(entry->wire, '/', &head, &rest))
        return ASSAY_STR("");
    if (assay_str_is(main_provider(entry->spelling), "azure"))
        return azure_region(head);
    return is_aws_region(head) ? head : ASSAY_STR("");
}

/* ------------------------------------------------------------------ ids */

/* By id; of one id the plainest prefix first, then as in the document. */
static int compare_entries(const void *a, const void *b)
{
    const struct assay_litellm_entry *left =
        *(const struct assay_litellm_entry *const *)a;
    const struct assay_litellm_entry *right =
        *(const struct assay_litellm_entry *const *)b;
    int order = assay_str_compare(left->id, right->id);

    if (order == 0)
        order = (int)right->prefix - (int)left->prefix;
    if (order == 0)
        order = (left->index > right->index) - (left->index < right->index);
    return order;
}

/* Settles who bears an id that several entries lead to. */
static void settle_ids(struct assay_arena *arena,
                       struct assay_litellm_entry *entries, size_t count)
{
    struct assay_litellm_entry **sorted =
        ASSAY_NEW_ARRAY(arena, struct assay_litellm_entry *, count);
    const struct assay_litellm_entry *first = NULL;

    for (size_t i = 0; i < count; i++)
        sorted[i] = &entries[i];
    qsort(sorted, count, sizeof(*sorted), compare_entries);
    for (size_t i = 0; i < count; i++) {
        struct assay_litellm_entry *entry = sorted[i];
        if (!first || !assay_str_equal(first->id, entry->id)) {
            first = entry;
            continue;
        }
        entry->said = assay_json_equal(first->value, entry->value);
        entry->suffixed = !entry->said;
        if (entry->suffixed)
            entry->id = assay_row_id(arena, entry->id, ':',
                                     entry->prefix == ASSAY_LITELLM_BARE
                                         ? ASSAY_STR("bare")
                                         : entry->spelling);
    }
}

/* --------------------------------------------------------------- models */

/*
 * On Vertex the sub-provider tells: Google's own end in "-models", those of
 * others in "_models".
 */
static bool serves_own(const struct assay_litellm_entry *entry)
{
    struct assay_str spelling = entry->spelling;
    static const char *const names[] = {
        "openai",    "text-completion-openai",
        "anthropic", "gemini",
        "mistral",   "deepseek",
        "xai",       "cohere",
        "moonshot",  "cohere_chat",
        "ai21",      "dashscope",
        "voyage",
    };
    for (size_t i = 0; i < LENGTH(names); i++)
        if (assay_str_is(spelling, names[i]))
            return true;
    return assay_str_starts(spelling, "vertex_ai-") &&
           assay_str_ends(spelling, "-models");
}

/*
 * The vendor's own route speaks of the model too: creator/wire. Not for
 * pictures by size ("hd/1024-x-1024/dall-e-3"), tunings ("ft:gpt-4o") and
 * numbered versions ("text-bison@001"), which are no names of models, nor
 * for the second of two entries that disagree.
 */
static struct assay_str model_of(struct assay_arena *arena,
                                 const struct assay_litellm_entry *entry)
{
    struct assay_str creator = assay_provider_creator(entry->provider);

    if (creator.len == 0 || !serves_own(entry) || entry->suffixed ||
        entry->said)
        return ASSAY_STR("");
    for (size_t i = 0; i < entry->wire.len; i++)
        if (memchr("/:@", entry->wire.at[i], 3))
            return ASSAY_STR("");
    return assay_model_id_canonical(
        arena, assay_row_id(arena, creator, '/', entry->wire));
}

/* By model; of one model, who bears the creator's name before its clouds. */
static int compare_models(const void *a, const void *b)
{
    const struct assay_litellm_entry *left =
        *(const struct assay_litellm_entry *const *)a;
    const struct assay_litellm_entry *right =
        *(const struct assay_litellm_entry *const *)b;
    int order = assay_str_compare(left->model, right->model);

    if (order == 0)
        order = assay_str_compare(left->provider, right->provider);
    if (order == 0)
        order = (left->index > right->index) - (left->index < right->index);
    return order;
}

/*
 * Gemini's API and Vertex serve the same models: one of them speaks, the
 * limits of the other stand with its route.
 */
static void settle_models(struct assay_arena *arena,
                          struct assay_litellm_entry *entries, size_t count)
{
    struct assay_litellm_entry **sorted =
        ASSAY_NEW_ARRAY(arena, struct assay_litellm_entry *, count);
    struct assay_str last = ASSAY_STR("");

    for (size_t i = 0; i < count; i++) {
        sorted[i] = &entries[i];
        sorted[i]->model = model_of(arena, sorted[i]);
    }
    qsort(sorted, count, sizeof(*sorted), compare_models);
    for (size_t i = 0; i < count; i++) {
        struct assay_str model = sorted[i]->model;
        if (assay_str_equal(model, last))
            sorted[i]->model = ASSAY_STR("");
        last = model;
    }
}

/* ------------------------------------------------------------ documents */

/* False when the entry's subject cannot be told. */
static bool begin_entry(struct assay_batch *batch,
                        struct assay_litellm_entry *entry,
                        const struct assay_json *value)
{
    struct assay_row row = {batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("")};

    entry->value = value;
    entry->spelling = assay_json_text(value, "litellm_provider");
    if (value->type != ASSAY_JSON_OBJECT)
        return assay_row_wrong_type(&row, value, "an object");
    if (entry->spelling.len == 0)
        return assay_row_refuse(&row, value,
                                "no \"litellm_provider\", expected the name "
                                "of who serves it");
    struct assay_str provider = main_provider(entry->spelling);
    entry->provider = assay_provider_canonical(provider);
    cut_prefix(entry, provider);
    if (entry->wire.len == 0)
        return assay_row_refuse(&row, value,
                                "no model's name, expected PROVIDER/NAME");
    entry->id = assay_row_id(batch->arena, entry->provider, '/', entry->wire);
    return true;
}

struct assay_litellm_entry *assay_litellm_entries(
    struct assay_batch *batch, const struct assay_json *document, size_t *count)
{
    struct assay_litellm_entry *entries = ASSAY_NEW_ARRAY(
        batch->arena, struct assay_litellm_entry, document->count);

    *count = 0;
    for (const struct assay_json *value = document->first; value;
         value = value->next) {
        if (assay_str_is(value->key, "sample_spec"))
            continue; /* the file's own documentation */
        batch->rows++;
        entries[*count].index = *count;
        if (begin_entry(batch, &entries[*count], value))
            ++*count;
    }
    settle_ids(batch->arena, entries, *count);
    settle_models(batch->arena, entries, *count);
    return entries;
}
