/*
 * The pair and the catalog after the four public snapshots are imported on
 * top of the built-in facts. Skipped aloud without the snapshots.
 */
#include "fixture.h"

#include "assay/import.h"

static const struct {
    const char *format, *file;
    struct assay_date retrieved;
    uint32_t rows;
} snapshots[] = {
    {"modelsdev", "data/modelsdev/catalog.json", {2026, 7, 2}, 5507},
    {"openrouter", "data/openrouter/models.json", {2026, 5, 15}, 364},
    {"litellm",
     "data/litellm/model_prices_and_context_window.json",
     {2025, 9, 5},
     1701},
    {"genai-prices", "data/genai-prices/data.json", {2026, 8, 21}, 1442},
};

static void import(size_t i, struct assay_apply_report *report)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_batch batch;
    const char *path = assay_test_data(snapshots[i].file);

    assay_batch_init(&batch, &arena);
    if (!assay_import_read(
            &batch,
            &(struct assay_import_options){
                .format = assay_import_format(assay_str_c(snapshots[i].format)),
                .from = path,
                .retrieved = snapshots[i].retrieved,
                .today = fixture_day},
            &err) ||
        !assay_catalog_apply(catalog, &batch, report, &err))
        fail_msg("%s", err.text);
    assay_arena_free(&arena);
}

static void four_snapshots_stand_beside_the_built_in_sources(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_source *sources;
    size_t count, found = 0;

    for (size_t i = 0; i < 4; i++) {
        struct assay_apply_report report;

        import(i, &report);
        assert_int_equal(report.rows, snapshots[i].rows);
        assert_int_equal(report.refused, 0);
        assert_int_equal(report.changed + report.ended, 0);
    }
    assert_true(assay_catalog_sources(catalog, &arena, &sources, &count, &err));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 4; k++)
            found += assay_str_is(sources[i].id, snapshots[k].format);
    assert_int_equal(found, 4);
    assert_true(count > 12);
    assay_arena_free(&arena);
}

static void importing_a_snapshot_again_changes_nothing(void **state)
{
    uint64_t before = assay_catalog_version(catalog);

    for (size_t i = 0; i < 4; i++) {
        struct assay_apply_report report;

        import(i, &report);
        assert_int_equal(report.added + report.changed + report.ended, 0);
    }
    assert_true(assay_catalog_version(catalog) == before);
}

static void nvidias_128000_is_a_conflict_and_not_the_answer(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *c, *claims;
    bool shown = false;

    (void)assay_test_data(snapshots[0].file);
    d = fixture_compare(catalog, &arena, "gemma-2-2b", "gpt-4-vision-preview",
                        NULL)
            ->data;
    claims = assay_json_get(d, "claims");
    for (c = assay_json_get(d, "conflicts")->first; c; c = c->next) {
        const struct assay_json *chosen, *other;

        if (!assay_str_is(assay_json_text(c, "subject"), "google/gemma-2-2b") ||
            !assay_str_is(assay_json_text(c, "fact"), "context_tokens"))
            continue;
        chosen = assay_json_get_str(claims, assay_json_text(c, "chosen"));
        other = assay_json_get_str(claims,
                                   nth(assay_json_get(c, "others"), 0)->text);
        assert_string_equal(text_at(&arena, chosen, "value"), "8192");
        assert_string_equal(text_at(&arena, other, "value"), "128000");
        assert_string_equal(text_at(&arena, other, "subject"),
                            "nvidia/google/gemma-2-2b-it");
        assert_string_equal(text_at(&arena, other, "source"), "modelsdev");
        shown = true;
    }
    assert_true(shown);
    assay_arena_free(&arena);
}

static void the_pair_is_still_right_in_every_cell(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *models, *gemma, *gpt;

    (void)assay_test_data(snapshots[0].file);
    d = fixture_compare(catalog, &arena, "gemma-2-2b", "gpt-4-vision-preview",
                        NULL)
            ->data;
    models = assay_json_at(d, "cost.models");
    gemma = where(models, "model", "google/gemma-2-2b");
    gpt = where(models, "model", "openai/gpt-4-vision-preview");
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "reachable");
    assert_string_equal(text_at(&arena, gemma, "text"), "$31.00");
    assert_string_equal(text_at(&arena, gemma, "route"),
                        "nebius/google/gemma-2-2b-it");
    assert_string_equal(text_at(&arena, gpt, "text"), "$15,500");
    assert_string_equal(text_at(&arena, gpt, "route_status"), "retired");
    assay_arena_free(&arena);
}

/* NVIDIA's "structured outputs" is a blanket default of that list. */
static void one_routes_claim_is_no_advantage_of_the_model(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *statements;

    (void)assay_test_data(snapshots[0].file);
    d = fixture_compare(catalog, &arena, "gemma-2-2b", "gpt-4-vision-preview",
                        NULL)
            ->data;
    statements = assay_json_get(
        where(assay_json_get(d, "tradeoffs"), "model", "google/gemma-2-2b"),
        "statements");
    assert_non_null(where(statements, "rule", "cost_lower"));
    assert_null(where(statements, "rule", "capability_only"));
    assay_arena_free(&arena);
}

static void the_same_open_model_under_many_providers_is_one(void **state)
{
    static const struct {
        const char *model;
        size_t providers;
    } cases[] = {{"openai/gpt-oss-120b", 20},
                 {"meta/llama-3.3-70b-instruct", 20}};

    (void)assay_test_data(snapshots[0].file);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_model *model =
            fixture_model(catalog, &arena, cases[i].model);
        size_t providers = 0;

        for (size_t k = 0; k < model->route_count; k++) {
            bool seen = false;

            for (size_t j = 0; j < k && !seen; j++)
                seen = assay_str_equal(model->routes[k]->provider,
                                       model->routes[j]->provider);
            providers += !seen;
        }
        if (providers < cases[i].providers)
            fail_msg("%s: %zu providers", cases[i].model, providers);
        assay_arena_free(&arena);
    }
}

/* Names that read alike and are different models. */
static void lookalikes_stay_apart(void **state)
{
    static const struct {
        const char *route, *not ;
    } cases[] = {
        {"openai/gpt-4o-2024-05-13", "openai/gpt-4o"},
        {"azure/gpt-4o-2024-05-13", "openai/gpt-4o"},
        {"openrouter/openai/gpt-4o-2024-05-13", "openai/gpt-4o"},
        {"openai/gpt-4-1106-preview", "openai/gpt-4-vision-preview"},
    };

    (void)assay_test_data(snapshots[0].file);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_route *route = assay_catalog_route(
            catalog, &arena, assay_str_c(cases[i].route), &err);

        if (route && route->model &&
            assay_str_is(route->model->id, cases[i].not ))
            fail_msg("%s was joined to %s", cases[i].route, cases[i].not );
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_snapshots_stand_beside_the_built_in_sources),
        cmocka_unit_test(importing_a_snapshot_again_changes_nothing),
        cmocka_unit_test(nvidias_128000_is_a_conflict_and_not_the_answer),
        cmocka_unit_test(the_pair_is_still_right_in_every_cell),
        cmocka_unit_test(one_routes_claim_is_no_advantage_of_the_model),
        cmocka_unit_test(the_same_open_model_under_many_providers_is_one),
        cmocka_unit_test(lookalikes_stay_apart),
    };

    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
