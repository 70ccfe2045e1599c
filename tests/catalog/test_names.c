/*
 * From a name to a model, and from a route to its model, in a store.
 */
#include "catalog/catalog_store.h"
#include "catalog/store_fixture.h"

static const char *resolved(const char *name)
{
    struct assay_error err = {0};
    struct assay_str id;
    if (!assay_catalog_resolve(catalog, &arena, assay_str_c(name), &id, &err))
        return assay_arena_cstr(
            &arena, assay_arena_printf(&arena, "%d: %s", err.code, err.text));
    return assay_arena_cstr(&arena, id);
}

#define assert_resolves(name, id) assert_string_equal(resolved(name), id)

/* "model (rule)" of a route; "-" when joined to none. */
static const char *joined(const char *id)
{
    struct assay_error err = {0};
    const struct assay_route *route =
        assay_catalog_route(catalog, &arena, assay_str_c(id), &err);
    if (!route)
        fail_msg("%s: %s", id, err.text);
    if (!route->model)
        return *route->join_rule || !route->join_why.len ? "?" : "-";
    if (!route->join_why.len)
        fail_msg("%s: joined without a reason", id);
    return assay_arena_cstr(&arena,
                            assay_arena_printf(&arena, "%.*s (%s)",
                                               ASSAY_STR_ARG(route->model->id),
                                               route->join_rule));
}

#define ROUTE(provider, wire) \
    "{'id': '" provider "/" wire "', 'provider': '" provider "'}"

static void a_name_leads_to_its_model(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/Zig-7B', 'name': 'Zig 7B', 'aliases': "
          "['zig-small', 'acme/zig-7b-001']}, {'id': 'anthropic/claude-zig-4-5'"
          "}, {'id': 'google/gemma-99-2b'}]");
    assert_resolves("acme/Zig-7B", "acme/Zig-7B");
    assert_resolves("acme/zig-7b", "acme/Zig-7B");
    assert_resolves("ACME/ZIG-7B", "acme/Zig-7B");
    assert_resolves("  acme/zig-7b ", "acme/Zig-7B");
    assert_resolves("zig-7b", "acme/Zig-7B");
    assert_resolves("Zig-Small", "acme/Zig-7B");
    assert_resolves("acme/zig-7b-001", "acme/Zig-7B");
    assert_resolves("zig-7b-001", "acme/Zig-7B");
    /* By a written rule, as a route of that name would. */
    assert_resolves("claude-zig-4.5", "anthropic/claude-zig-4-5");
    assert_resolves("google/gemma-99-2b-it", "google/gemma-99-2b");
}

static void a_bare_name_of_two_models_is_none(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig-7b'}, {'id': 'bolt/zig-7b'}], "
          "'routes': [" ROUTE("acme-cloud", "zig-7b") "]");
    assert_non_null(strstr(resolved("zig-7b"), "acme/zig-7b, bolt/zig-7b"));
    assert_string_equal(joined("acme-cloud/zig-7b"), "-");
    /* One of them gone to be the other's alias: now it is one. */
    apply(catalog, "2026-01-02",
          "'models': [{'id': 'acme/zig-7b', 'aliases': ['bolt/zig-7b']}, "
          "{'id': 'bolt/zig-7b'}], 'routes': [" ROUTE("acme-cloud",
                                                      "zig-7b") "]");
    assert_resolves("zig-7b", "acme/zig-7b");
    assert_resolves("bolt/zig-7b", "acme/zig-7b");
    assert_string_equal(joined("acme-cloud/zig-7b"), "acme/zig-7b (bare-name)");
}

static void what_is_not_known_has_nearest_ids(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zigzag-2-2b', 'name': 'Zigzag Two'}, {'id':"
          " 'acme/zigzag-2-9b'}, {'id': 'acme/zigzag-2-27b'}, {'id': "
          "'acme/other', 'name': 'Quirky Thing'}], 'routes': [" ROUTE(
              "acme-cloud", "zig") ", {'id': 'acme-cloud/zz', 'provider': "
                                   "'acme-cloud', 'model': 'acme/other'}]");
    static const struct {
        const char *typed, *first;
    } cases[] = {
        {"zigzag-2-2bb", "acme/zigzag-2-2b"},
        {"zigzga-2-9b", "acme/zigzag-2-9b"},
        {"acme/zigzag-2-27", "acme/zigzag-2-27b"},
        {"Quirky Thing", "acme/other"},
        {"quirky tihng", "acme/other"},
        {"zigzag two", "acme/zigzag-2-2b"},
        {"2-27b zigzag", "acme/zigzag-2-27b"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char want[96];
        (void)snprintf(want, sizeof(want), "%d: no model '%s'; nearest: %s",
                       ASSAY_NOT_FOUND, cases[i].typed, cases[i].first);
        if (strncmp(resolved(cases[i].typed), want, strlen(want)) != 0)
            fail_msg("%s: %s", cases[i].typed, resolved(cases[i].typed));
    }
    assert_string_equal(resolved("qqqqqqqqqqqqqqq"),
                        "2: no model 'qqqqqqqqqqqqqqq'");
    assert_string_equal(resolved(""), "2: no model ''");
    assert_string_equal(
        resolved("acme-cloud/zz"),
        "2: 'acme-cloud/zz' is a route, not a model; it serves acme/other");
    assert_string_equal(
        resolved("acme-cloud/zig"),
        "2: 'acme-cloud/zig' is a route, and of no known model");
}

static void a_distance_counts_edits(void **state)
{
    static const struct {
        const char *a, *b;
        size_t edits;
    } cases[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"abc", "abd", 1},
        {"abc", "ab", 1},
        {"abc", "xabc", 1},
        {"abcd", "abdc", 1},
        {"gpt-4o", "gtp-4o", 1},
        {"abc", "cab", 2},
        {"abcd", "wxyz", 4},
        {"abcdef", "uvwxyz", 4},
        {"a", "abcdefgh", 4},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str a = assay_str_c(cases[i].a);
        struct assay_str b = assay_str_c(cases[i].b);
        if (assay_names_distance(a, b, 3) != cases[i].edits ||
            assay_names_distance(b, a, 3) != cases[i].edits)
            fail_msg("%s, %s: %zu, not %zu", cases[i].a, cases[i].b,
                     assay_names_distance(a, b, 3), cases[i].edits);
    }
}

/* ------------------------------------------------------------- joining */

static void spellings_of_one_id_are_one_model(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'zhipuai/GLM-Zig', 'context_tokens': 7}]");
    apply_as(catalog, "acme-other", "catalog", "2026-01-01",
             "'models': [{'id': 'z-ai/glm-zig', 'max_output_tokens': 8}]");
    assert_resolves("z-ai/glm-zig", "zhipuai/GLM-Zig");
    assert_resolves("zai-org/GLM-ZIG", "zhipuai/GLM-Zig");
    const struct assay_model *model = load(catalog, &arena, "z-ai/glm-zig");
    assert_true(assay_str_is(model->id, "zhipuai/GLM-Zig"));
    assert_non_null(assay_subject_choice(&model->subject, "context_tokens"));
    assert_non_null(assay_subject_choice(&model->subject, "max_output_tokens"));
}

static void an_alias_that_is_a_model_joins_the_one_that_declares_it(void **s)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig-001', 'context_tokens': 7}]");
    assert_resolves("acme/zig-001", "acme/zig-001");
    apply_as(catalog, "acme-docs", "primary", "2026-01-01",
             "'models': [{'id': 'acme/zig', 'aliases': ['acme/zig-001']}]");
    assert_resolves("acme/zig-001", "acme/zig");
    const struct assay_model *model = load(catalog, &arena, "acme/zig");
    assert_non_null(assay_subject_choice(&model->subject, "context_tokens"));
    bool listed = false;
    for (size_t i = 0; i < model->alias_count; i++)
        listed = listed || assay_str_is(model->aliases[i], "acme/zig-001");
    assert_true(listed);
}

static void two_models_that_declare_each_other_are_one(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'aliases': ['acme/b']}, {'id': "
          "'acme/b', 'aliases': ['acme/c']}, {'id': 'acme/c', 'aliases': "
          "['acme/a']}]");
    assert_resolves("acme/a", "acme/a");
    assert_resolves("acme/b", "acme/a");
    assert_resolves("acme/c", "acme/a");
}

static void the_more_trusted_source_owns_an_alias(void **state)
{
    apply_as(catalog, "acme-a", "secondary", "2026-01-01",
             "'models': [{'id': 'acme/a', 'aliases': ['acme/x', 'zz-x']}]");
    apply_as(catalog, "acme-b", "primary", "2026-01-01",
             "'models': [{'id': 'acme/b', 'aliases': ['acme/x']}]");
    apply_as(catalog, "acme-c", "primary", "2026-01-01",
             "'models': [{'id': 'acme/c', 'aliases': ['acme/x']}]");
    assert_resolves("acme/x", "acme/b");
    assert_resolves("zz-x", "acme/a");
    /* Also when others speak of it as a model of its own. */
    apply_as(catalog, "acme-d", "measured", "2026-01-01",
             "'models': [{'id': 'acme/x'}]");
    assert_resolves("acme/x", "acme/b");
    /* Same kind: the source whose id sorts first. */
    apply_as(catalog, "acme-b", "primary", "2026-01-02",
             "'models': [{'id': 'acme/b'}]");
    assert_resolves("acme/x", "acme/c");
}

static void the_path_of_a_provider_is_no_bare_name(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig', 'aliases': ['@cf/bolt/zag']}, {'id':"
          " 'bolt/zag'}]");
    assert_resolves("bolt/zag", "bolt/zag");
    assert_resolves("@cf/bolt/zag", "acme/zig");
}

static void a_route_goes_where_its_source_says(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig'}, {'id': 'acme/zag'}], 'routes': ["
          "{'id': 'acme-cloud/zig', 'provider': 'acme-cloud', 'model': "
          "'acme/zag'}, " ROUTE("bolt-cloud", "acme/Zig") "]");
    assert_string_equal(joined("acme-cloud/zig"), "acme/zag (stated)");
    assert_string_equal(joined("bolt-cloud/acme/Zig"), "acme/zig (org-prefix)");
    /* A provider's word counts more than a list's. */
    apply_as(catalog, "acme-docs", "provider", "2026-01-01",
             "'routes': [{'id': 'acme-cloud/zig', 'provider': 'acme-cloud', "
             "'model': 'acme/zig'}]");
    assert_string_equal(joined("acme-cloud/zig"), "acme/zig (stated)");
}

static void a_stated_model_that_nobody_declares_is_one(void **state)
{
    apply(catalog, "2026-01-01",
          "'routes': [{'id': 'acme-cloud/zig', 'provider': 'acme-cloud', "
          "'model': 'acme/zig-1'}, " ROUTE(
              "bolt-cloud", "acme/zig-1") ","
                                          " {'id': 'acme-cloud/bad', "
                                          "'provider': 'acme-cloud'}]");
    assert_string_equal(joined("acme-cloud/zig"), "acme/zig-1 (stated)");
    assert_string_equal(joined("bolt-cloud/acme/zig-1"),
                        "acme/zig-1 (org-prefix)");
    assert_string_equal(joined("acme-cloud/bad"), "-");
    assert_resolves("zig-1", "acme/zig-1");
    /* A rule that leads to a declared model is better than a bare claim. */
    apply_as(catalog, "acme-docs", "primary", "2026-01-01",
             "'models': [{'id': 'google/gemma-98'}], 'routes': [{'id': "
             "'acme-cloud/gemma-98-it', 'provider': 'acme-cloud', 'model': "
             "'google/gemma-98-it'}]");
    assert_string_equal(joined("acme-cloud/gemma-98-it"),
                        "google/gemma-98 (it-suffix)");
    /* What was stated once still names the model. */
    apply(catalog, "2026-01-02",
          "'routes': [" ROUTE("bolt-cloud", "acme/zig-1") "]");
    assert_string_equal(joined("bolt-cloud/acme/zig-1"),
                        "acme/zig-1 (org-prefix)");
}

static void names_that_look_alike_stay_apart(void **state)
{
    apply(
        catalog, "2026-01-01",
        "'models': [{'id': 'google/gemma-2-2b'}, {'id': 'google/gemma-2b'}, "
        "{'id': 'openai/gpt-4o'}, {'id': 'openai/gpt-4o-2024-05-13'}, {'id':"
        " 'openai/gpt-4-1106-preview'}], 'routes': [" ROUTE(
            "acme-cloud",
            "goog"
            "le/"
            "gemm"
            "a-"
            "2b-"
            "it") "," ROUTE("acme-cloud",
                            "google/gemma-2-2b-it") "," ROUTE("acme-cloud",
                                                              "gpt-4o-2024-05-"
                                                              "13") "," ROUTE("a"
                                                                              "c"
                                                                              "m"
                                                                              "e"
                                                                              "-"
                                                                              "c"
                                                                              "l"
                                                                              "o"
                                                                              "u"
                                                                              "d",
                                                                              "g"
                                                                              "p"
                                                                              "t"
                                                                              "-"
                                                                              "4"
                                                                              "-"
                                                                              "1"
                                                                              "1"
                                                                              "0"
                                                                              "6"
                                                                              "-"
                                                                              "p"
                                                                              "r"
                                                                              "e"
                                                                              "v"
                                                                              "i"
                                                                              "e"
                                                                              "w") "," ROUTE("acme-cloud",
                                                                                             "gpt-4o-2099-01-01") "]");
    assert_string_equal(joined("acme-cloud/google/gemma-2b-it"),
                        "google/gemma-2b (it-suffix)");
    /* Declared an alias by the built-in facts, or led there by the rule. */
    assert_non_null(strstr(joined("acme-cloud/google/gemma-2-2b-it"),
                           "google/gemma-2-2b ("));
    assert_string_equal(joined("acme-cloud/gpt-4o-2024-05-13"),
                        "openai/gpt-4o-2024-05-13 (bare-name)");
    assert_string_equal(joined("acme-cloud/gpt-4-1106-preview"),
                        "openai/gpt-4-1106-preview (bare-name)");
    assert_string_equal(joined("acme-cloud/gpt-4o-2099-01-01"), "-");
    assert_resolves("openai/gpt-4-vision-preview",
                    "openai/gpt-4-vision-preview");
}

static void the_same_weights_under_twenty_names_are_one_model(void **state)
{
    static const char *const ids[] = {
        "amazon-bedrock/openai.gpt-zig-120b-1:0",
        "baseten/openai/gpt-zig-120b",
        "cerebras/gpt-zig-120b",
        "cloudflare-ai-gateway/workers-ai/@cf/openai/gpt-zig-120b",
        "cloudflare-workers-ai/@cf/openai/gpt-zig-120b",
        "databricks/databricks-gpt-zig-120b",
        "deepinfra/openai/gpt-zig-120b",
        "digitalocean/openai-gpt-zig-120b",
        "fireworks-ai/accounts/fireworks/models/gpt-zig-120b",
        "google-vertex/openai/gpt-zig-120b-maas",
        "groq/openai/gpt-zig-120b",
        "huggingface/openai/gpt-zig-120b",
        "nano-gpt/TEE/gpt-zig-120b",
        "nebius/openai/gpt-zig-120b",
        "novita-ai/openai/gpt-zig-120b-fp4",
        "ollama-cloud/gpt-zig:120b",
        "openrouter/openai/gpt-zig-120b",
        "openrouter/openai/gpt-zig-120b:free",
        "ovhcloud/gpt-zig-120b",
        "scaleway/GPT-Zig-120B",
        "snowflake-cortex/openai-gpt-zig-120b",
        "synthetic/hf:openai/gpt-zig-120b",
        "togetherai/OpenAI/gpt-zig-120B",
        "vultr/unsloth/gpt-zig-120b-mxfp4",
    };
    enum { COUNT = sizeof(ids) / sizeof(ids[0]) };
    struct assay_str lists =
        ASSAY_STR("'models': [{'id': 'openai/gpt-zig-120b'}, {'id': "
                  "'openai/gpt-zig-20b'}], 'routes': [");

    for (size_t i = 0; i < COUNT; i++) {
        struct assay_str provider, wire;
        assert_true(assay_str_cut(assay_str_c(ids[i]), '/', &provider, &wire));
        lists =
            assay_arena_printf(&arena, "%.*s%s{'id': '%s', 'provider': '%.*s'}",
                               ASSAY_STR_ARG(lists), i ? "," : "", ids[i],
                               ASSAY_STR_ARG(provider));
    }
    lists = assay_arena_printf(&arena, "%.*s]", ASSAY_STR_ARG(lists));
    apply(catalog, "2026-01-01", assay_arena_cstr(&arena, lists));
    for (size_t i = 0; i < COUNT; i++)
        if (strncmp(joined(ids[i]), "openai/gpt-zig-120b (", 21) != 0)
            fail_msg("%s: %s", ids[i], joined(ids[i]));
    assert_int_equal(load(catalog, &arena, "openai/gpt-zig-120b")->route_count,
                     COUNT);
    assert_int_equal(load(catalog, &arena, "openai/gpt-zig-20b")->route_count,
                     0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, in_memory, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_leads_to_its_model),
        TEST(a_bare_name_of_two_models_is_none),
        TEST(what_is_not_known_has_nearest_ids),
        cmocka_unit_test(a_distance_counts_edits),
        TEST(spellings_of_one_id_are_one_model),
        TEST(an_alias_that_is_a_model_joins_the_one_that_declares_it),
        TEST(two_models_that_declare_each_other_are_one),
        TEST(the_more_trusted_source_owns_an_alias),
        TEST(the_path_of_a_provider_is_no_bare_name),
        TEST(a_route_goes_where_its_source_says),
        TEST(a_stated_model_that_nobody_declares_is_one),
        TEST(names_that_look_alike_stay_apart),
        TEST(the_same_weights_under_twenty_names_are_one_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
