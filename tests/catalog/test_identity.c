/*
 * The written rules: which names lead where, and which never do. Spellings
 * are those of models.dev, OpenRouter, LiteLLM and genai-prices.
 */
#include "assay/identity.h"
#include "catalog/identity_names.h"

#include "support/support.h"

#include <stdio.h>
#include <string.h>

static const struct assay_candidate *find(const struct assay_candidate *c,
                                          const char *key)
{
    while (c && !assay_str_is(c->key, key))
        c = c->next;
    return c;
}

static const char *list_of(struct assay_arena *arena,
                           const struct assay_candidate *c)
{
    struct assay_str text = ASSAY_STR("");
    for (; c; c = c->next)
        text = assay_arena_printf(arena, "%.*s %.*s(%s)", ASSAY_STR_ARG(text),
                                  ASSAY_STR_ARG(c->key), c->rule);
    return assay_arena_cstr(arena, text);
}

static void a_route_name_leads_to_the_key_by_its_rule(void **state)
{
    static const struct {
        const char *provider, *wire, *key, *rule;
    } cases[] = {
        {"openai", "gpt-4o", "openai/gpt-4o", "vendor"},
        {"anthropic", "claude-opus-4-6", "anthropic/claude-opus-4-6", "vendor"},
        {"google-vertex", "gemini-2.5-pro", "google/gemini-2.5-pro", "vendor"},
        {"minimax-cn", "MiniMax-M2.5", "minimax/minimax-m2.5", "vendor"},
        {"together_ai", "meta-llama/Llama-3.3-70B-Instruct",
         "meta/llama-3.3-70b-instruct", "org-prefix"},
        {"deepinfra", "Qwen/Qwen3-32B", "alibaba/qwen3-32b", "org-prefix"},
        {"openrouter", "x-ai/grok-4.3", "xai/grok-4.3", "org-prefix"},
        {"openrouter", "z-ai/glm-5.1", "zhipuai/glm-5.1", "org-prefix"},
        {"openrouter", "sao10k/l3-lunaris-8b", "sao10k/l3-lunaris-8b",
         "org-prefix"},
        {"fireworks-ai", "accounts/fireworks/models/kimi-k2p6", "kimi-k2.6",
         "nested-prefix"},
        {"fireworks", "glm-5p1", "glm-5.1", "nested-prefix"},
        {"fireworks-ai", "accounts/fireworks/models/llama-v3p1-8b-instruct",
         "llama-3.1-8b-instruct", "llama-version"},
        {"cloudflare", "@cf/zai-org/glm-4.7-flash", "zhipuai/glm-4.7-flash",
         "nested-prefix"},
        {"cloudflare-ai-gateway", "workers-ai/@cf/openai/gpt-oss-120b",
         "openai/gpt-oss-120b", "nested-prefix"},
        {"synthetic", "hf:Qwen/Qwen3.6-27B", "alibaba/qwen3.6-27b",
         "nested-prefix"},
        {"siliconflow-cn", "Pro/moonshotai/Kimi-K2.6", "moonshotai/kimi-k2.6",
         "nested-prefix"},
        {"clarifai", "moonshotai/chat-completion/models/Kimi-K2_6",
         "moonshotai/kimi-k2.6", "nested-prefix"},
        {"databricks", "databricks-gpt-oss-120b", "gpt-oss-120b",
         "nested-prefix"},
        {"sap-ai-core", "anthropic--claude-4.5-sonnet",
         "anthropic/claude-4-5-sonnet", "anthropic-dots"},
        {"bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0",
         "anthropic/claude-haiku-4-5-20251001", "nested-prefix"},
        {"bedrock_converse", "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
         "anthropic/claude-3-5-sonnet-20241022", "nested-prefix"},
        {"aws", "global.anthropic.claude-opus-4-6-v1",
         "anthropic/claude-opus-4-6", "nested-prefix"},
        {"amazon-bedrock", "amazon.nova-lite-v1:0", "amazon/nova-lite-v1",
         "nested-prefix"},
        {"amazon-bedrock", "amazon.nova-lite-v1:0", "amazon/nova-lite",
         "nested-prefix"},
        {"amazon-bedrock", "openai.gpt-oss-120b-1:0", "openai/gpt-oss-120b",
         "nested-prefix"},
        {"amazon-bedrock", "eu-west-1/meta.llama3-1-8b-instruct-v1:0",
         "meta/llama-3.1-8b-instruct", "llama-version"},
        {"amazon-bedrock", "meta.llama3-70b-instruct-v1:0",
         "meta/llama-3-70b-instruct", "llama-version"},
        {"amazon-bedrock", "nvidia.nemotron-nano-9b-v2:0",
         "nvidia/nemotron-nano-9b-v2", "nested-prefix"},
        {"vertex_ai-anthropic_models", "claude-3-5-haiku@20241022",
         "claude-3-5-haiku-20241022", "date-suffix"},
        {"google-vertex", "claude-3-5-sonnet-v2@20241022",
         "claude-3-5-sonnet-20241022", "date-suffix"},
        {"google-vertex", "claude-opus-4-6@default", "claude-opus-4-6",
         "date-suffix"},
        {"google-vertex", "gemini-1.5-pro@001", "google/gemini-1.5-pro-001",
         "date-suffix"},
        {"google-vertex", "openai/gpt-oss-120b-maas", "openai/gpt-oss-120b",
         "maas-suffix"},
        {"google-vertex", "publishers/google/models/gemini-2.5-pro",
         "google/gemini-2.5-pro", "nested-prefix"},
        {"openrouter", "openai/gpt-oss-120b:free", "openai/gpt-oss-120b",
         "free-suffix"},
        {"opencode", "deepseek-v4-flash-free", "deepseek-v4-flash",
         "free-suffix"},
        {"azure", "gpt-4.1-mini:batch", "gpt-4.1-mini", "tier-suffix"},
        {"bedrock", "anthropic.claude-opus-4-6-v1:0:batch",
         "anthropic/claude-opus-4-6", "tier-suffix"},
        {"nebius", "google/gemma-2-2b-it", "google/gemma-2-2b", "it-suffix"},
        {"scaleway", "gemma-3-27b-it", "gemma-3-27b", "it-suffix"},
        {"novita-ai", "qwen/qwen3-32b-fp8", "alibaba/qwen3-32b",
         "quantization-suffix"},
        {"vultr", "nvidia/DeepSeek-V3.2-NVFP4", "deepseek-v3.2",
         "quantization-suffix"},
        {"stackit", "neuralmagic/Mistral-Nemo-Instruct-2407-FP8",
         "mistral-nemo-instruct-2407", "quantization-suffix"},
        {"openrouter", "anthropic/claude-sonnet-4.5",
         "anthropic/claude-sonnet-4-5", "anthropic-dots"},
        {"azure", "claude-opus-4-5", "claude-opus-4.5", "anthropic-dots"},
        {"azure", "gpt-35-turbo-0125", "gpt-3.5-turbo-0125", "azure-dots"},
        {"azure", "eu/gpt-4o-2024-08-06", "gpt-4o-2024-08-06", "nested-prefix"},
        {"ovhcloud", "Meta-Llama-3_3-70B-Instruct", "llama-3.3-70b-instruct",
         "creator-twice"},
        {"deepinfra", "meta-llama/Meta-Llama-3.1-8B-Instruct",
         "meta/llama-3.1-8b-instruct", "creator-twice"},
        {"baseten", "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B",
         "nvidia/nemotron-3-ultra-550b-a55b", "creator-twice"},
        {"ollama-cloud", "gpt-oss:120b", "gpt-oss-120b", "ollama-tag"},
        {"chutes", "zai-org/GLM-5.1-TEE", "zhipuai/glm-5.1", "tee-suffix"},
        {"groq", "gpt-oss-120b", "gpt-oss-120b", "bare-name"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_candidate *all = assay_identity_candidates(
            &arena, assay_str_c(cases[i].provider), assay_str_c(cases[i].wire));
        const struct assay_candidate *c = find(all, cases[i].key);
        if (!c || strcmp(c->rule, cases[i].rule) != 0)
            fail_msg("%s %s: expected %s (%s), got%s", cases[i].provider,
                     cases[i].wire, cases[i].key, cases[i].rule,
                     list_of(&arena, all));
        if (!*assay_identity_rule_text(c->rule))
            fail_msg("rule %s has no sentence", c->rule);
    }
    assay_arena_free(&arena);
}

static void other_models_are_never_reached(void **state)
{
    static const struct {
        const char *provider, *wire, *never;
    } cases[] = {
        {"huggingface", "google/gemma-2b-it", "google/gemma-2-2b-it"},
        {"huggingface", "google/gemma-2b-it", "google/gemma-2-2b"},
        {"openai", "gpt-4o-2024-05-13", "openai/gpt-4o"},
        {"azure", "gpt-4o-2024-05-13", "gpt-4o"},
        {"openai", "gpt-4o", "openai/gpt-4o-2024-05-13"},
        {"openai", "gpt-4-1106-preview", "openai/gpt-4-1106-vision-preview"},
        {"openai", "gpt-4-1106-preview", "openai/gpt-4-vision-preview"},
        {"openai", "gpt-4-1106-preview", "openai/gpt-4"},
        {"anthropic", "claude-3-7-sonnet-20250219",
         "anthropic/claude-3-7-sonnet"},
        {"google-vertex", "claude-3-5-haiku@20241022", "claude-3-5-haiku"},
        {"302ai", "claude-opus-4-1-20250805-thinking",
         "claude-opus-4-1-20250805"},
        {"nebius", "Qwen/Qwen3-Next-80B-A3B-Thinking-fast",
         "alibaba/qwen3-next-80b-a3b-thinking"},
        {"togetherai", "meta-llama/Llama-3.3-70B-Instruct-Turbo",
         "meta/llama-3.3-70b-instruct"},
        {"openai", "gpt-4o-mini", "openai/gpt-4o"},
        {"deepinfra", "meta-llama/Llama-3.1-8B-Instruct", "meta/llama-3.1-8b"},
        {"openrouter", "qwen/qwen-plus-2025-07-28:thinking",
         "alibaba/qwen-plus-2025-07-28"},
        {"amazon-bedrock", "nvidia.nemotron-nano-9b-v2:0",
         "nvidia/nemotron-nano-9b"},
        {"amazon-bedrock", "mistral.mistral-7b-instruct-v0:2",
         "mistral/mistral-7b-instruct"},
        {"togetherai", "openpipe/Qwen3-14B-FP8", "qwen3-14b"},
        {"nano-gpt", "huihui-ai/Llama-3.3-70B-Instruct",
         "llama-3.3-70b-instruct"},
        {"deepinfra", "someone/claude-sonnet-4.5", "claude-sonnet-4-5"},
        {"nebius", "other/gemma-2-2b-it", "other/gemma-2-2b"},
        {"fireworks-ai", "accounts/fireworks/models/llama-v3p1-70b-instruct",
         "llama-3.1-8b-instruct"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_candidate *all = assay_identity_candidates(
            &arena, assay_str_c(cases[i].provider), assay_str_c(cases[i].wire));
        if (!all)
            fail_msg("%s: no candidate at all", cases[i].wire);
        if (find(all, cases[i].never))
            fail_msg("%s %s must not lead to %s; got%s", cases[i].provider,
                     cases[i].wire, cases[i].never, list_of(&arena, all));
    }
    assay_arena_free(&arena);
}

static void the_most_literal_name_comes_first(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_candidate *c = assay_identity_candidates(
        &arena, ASSAY_STR("nebius"), ASSAY_STR("google/gemma-2-2b-it"));

    assert_string_equal(list_of(&arena, c), " google/gemma-2-2b-it(org-prefix)"
                                            " google/gemma-2-2b(it-suffix)");
    c = assay_identity_candidates(&arena, ASSAY_STR("openai"),
                                  ASSAY_STR("GPT-4o"));
    assert_string_equal(list_of(&arena, c),
                        " openai/gpt-4o(vendor) gpt-4o(bare-name)");
    assay_arena_free(&arena);
}

/* Nothing here may crash or run long; sanitizers look on. */
static void hostile_names_have_few_candidates(void **state)
{
    static const char *const wires[] = {
        "",
        "/",
        "//",
        "a/",
        "/a",
        ":",
        ":free",
        "-free",
        "-it",
        "gemma--it",
        "gemma-it",
        "@",
        "@default",
        "x@",
        "claude-@1",
        "-v2@1",
        "claude-v2@1",
        "v1:0",
        "-v1:0",
        ":0",
        "a:0",
        "anthropic.",
        ".",
        "us.",
        "us.us.us.",
        "models/models/models/",
        "/models/",
        "a/models/",
        "a/models//b",
        "accounts/fireworks/models/",
        "llama",
        "llama-",
        "llama-v",
        "llama3",
        "llama-v3",
        "llama3-1-",
        "gpt-35-",
        "gpt-35-x",
        "meta-",
        "@cf/@cf/",
        "hf:hf:",
        "claude-4.",
        "claude-.4.",
        "\xff\xfe/\x01",
        "1p1p1p1",
    };
    static const char *const providers[] = {
        "",       "amazon-bedrock", "azure", "google-vertex", "fireworks-ai",
        "ollama", "meta",           "\xff"};
    struct assay_arena arena = {0};
    char longest[5000];

    memset(longest, 'p', sizeof(longest));
    for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++)
        for (size_t k = 0; k < sizeof(providers) / sizeof(providers[0]); k++) {
            size_t count = 0;
            const struct assay_candidate *c = assay_identity_candidates(
                &arena, assay_str_c(providers[k]), assay_str_c(wires[i]));
            for (; c; c = c->next)
                count++;
            assert_in_range(count, 0, 10);
        }
    for (size_t len = 150; len < 260; len++) {
        memcpy(longest, "llama-v3p1", 10);
        (void)assay_identity_candidates(&arena, ASSAY_STR("fireworks-ai"),
                                        (struct assay_str){longest, len});
        memcpy(longest, "gpt-35-ppp", 10);
        (void)assay_identity_candidates(&arena, ASSAY_STR("azure"),
                                        (struct assay_str){longest, len});
    }
    assay_arena_free(&arena);
}

static void a_provider_has_one_spelling(void **state)
{
    static const struct {
        const char *given, *canonical, *creator;
    } cases[] = {
        {"together_ai", "togetherai", ""},
        {"together", "togetherai", ""},
        {"Fireworks_AI", "fireworks-ai", ""},
        {"bedrock_converse", "amazon-bedrock", ""},
        {"vertex_ai-llama_models", "google-vertex", "google"},
        {"gemini", "google", "google"},
        {"x-ai", "xai", "xai"},
        {"OpenAI", "openai", "openai"},
        {"zai", "zai", "zhipuai"},
        {"google-vertex-anthropic", "google-vertex-anthropic", "anthropic"},
        {"azure_ai", "azure", ""},
        {"nobody_knows", "nobody_knows", ""},
        {"", "", ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str id =
            assay_provider_canonical(assay_str_c(cases[i].given));
        struct assay_str creator = assay_provider_creator(id);
        if (!assay_str_is(id, cases[i].canonical) ||
            !assay_str_is(creator, cases[i].creator))
            fail_msg("%s: %.*s, creator %.*s", cases[i].given,
                     ASSAY_STR_ARG(id), ASSAY_STR_ARG(creator));
    }
    assert_true(assay_str_is(assay_provider_name(ASSAY_STR("togetherai")),
                             "Together AI"));
    assert_true(
        assay_str_is(assay_provider_name(ASSAY_STR("nobody")), "nobody"));
}

static void a_model_id_has_one_spelling(void **state)
{
    static const struct {
        const char *given, *canonical;
    } cases[] = {
        {"x-ai/Grok-4", "xai/grok-4"},
        {"Qwen/Qwen3-32B", "alibaba/qwen3-32b"},
        {"meta-llama/Llama-3.3-70B-Instruct", "meta/llama-3.3-70b-instruct"},
        {"Sao10K/L3-Lunaris", "sao10k/l3-lunaris"},
        {"GPT-4o", "gpt-4o"},
        {"~anthropic/claude-haiku-latest", "~anthropic/claude-haiku-latest"},
        {"", ""},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str id =
            assay_model_id_canonical(&arena, assay_str_c(cases[i].given));
        if (!assay_str_is(id, cases[i].canonical))
            fail_msg("%s: %.*s", cases[i].given, ASSAY_STR_ARG(id));
    }
    assert_true(assay_creator_known(ASSAY_STR("deepseek-ai")));
    assert_true(assay_creator_known(ASSAY_STR("OpenAI")));
    assert_false(assay_creator_known(ASSAY_STR("someone")));
    assert_true(assay_str_is(assay_creator_name(ASSAY_STR("alibaba")),
                             "Alibaba (Qwen)"));
    assert_int_equal(assay_creator_name(ASSAY_STR("someone")).len, 0);
    assay_arena_free(&arena);
}

static void the_tables_are_sorted_and_lead_somewhere(void **state)
{
    for (size_t i = 0; i < assay_known_provider_count; i++) {
        const struct assay_known_provider *p = &assay_known_providers[i];
        if (i && strcmp(p[-1].id, p->id) >= 0)
            fail_msg("providers: %s is out of order", p->id);
        if (*p->creator && !assay_creator_known(assay_str_c(p->creator)))
            fail_msg("provider %s: creator %s is in no table", p->id,
                     p->creator);
    }
    for (size_t i = 1; i < assay_known_creator_count; i++)
        if (strcmp(assay_known_creators[i - 1].id,
                   assay_known_creators[i].id) >= 0)
            fail_msg("creators: %s is out of order",
                     assay_known_creators[i].id);
    for (size_t i = 0; i < assay_provider_spelling_count; i++) {
        const struct assay_spelling *s = &assay_provider_spellings[i];
        if (i && strcmp(s[-1].spelling, s->spelling) >= 0)
            fail_msg("provider spellings: %s is out of order", s->spelling);
        if (!assay_str_is(assay_provider_canonical(assay_str_c(s->spelling)),
                          s->id))
            fail_msg("%s leads to no provider", s->spelling);
    }
    for (size_t i = 0; i < assay_creator_spelling_count; i++) {
        const struct assay_spelling *s = &assay_creator_spellings[i];
        if (i && strcmp(s[-1].spelling, s->spelling) >= 0)
            fail_msg("creator spellings: %s is out of order", s->spelling);
        if (!assay_creator_known(assay_str_c(s->spelling)))
            fail_msg("%s leads to no creator", s->spelling);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_name_leads_to_the_key_by_its_rule),
        cmocka_unit_test(other_models_are_never_reached),
        cmocka_unit_test(the_most_literal_name_comes_first),
        cmocka_unit_test(hostile_names_have_few_candidates),
        cmocka_unit_test(a_provider_has_one_spelling),
        cmocka_unit_test(a_model_id_has_one_spelling),
        cmocka_unit_test(the_tables_are_sorted_and_lead_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
