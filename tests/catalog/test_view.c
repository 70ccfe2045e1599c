/* Views: names, routes, prices, and what a route says against its model. */
#include "catalog/view_fixture.h"

static int empty(void **state)
{
    static struct fixture f;
    *state = &f;
    return 0;
}

static struct assay_model *view_gemma(struct fixture *f)
{
    add_facts_file(f, "view-vendor");
    add_facts_file(f, "view-catalog");
    return view_model(f, "google/gemma-2-2b", "2026-11-22");
}

static void live_routes_stand_first_then_by_id(void **state)
{
    struct assay_model *model = view_gemma(*state);
    static const char *const expected[] = {
        "nebius/google/gemma-2-2b-it",
        "nvidia/google/gemma-2-2b-it",
        "zeta/gemma:batch",
        "acme/gemma",
    };

    assert_int_equal(model->route_count, 4);
    assert_int_equal(model->live_count, 3);
    for (size_t i = 0; i < 4; i++)
        assert_text(model->routes[i]->id, expected[i]);
}

static void a_route_knows_its_names(void **state)
{
    struct assay_model *model = view_gemma(*state);
    struct assay_route *nebius = route_of(model, "nebius/google/gemma-2-2b-it");

    assert_text(nebius->provider, "nebius");
    assert_text(nebius->provider_name, "Nebius");
    assert_text(nebius->wire, "google/gemma-2-2b-it");
    assert_text(nebius->tier, "standard");
    assert_text(route_of(model, "zeta/gemma:batch")->tier, "batch");
    assert_ptr_equal(nebius->model, model);
    assert_text(model->name, "google/gemma-2-2b");
    assert_text(model->creator, "Google");
    assert_true(model->open_weights);
    assert_false(model->closed);
}

static void priced_and_free_are_told_apart_from_unknown(void **state)
{
    struct assay_model *model = view_gemma(*state);
    static const struct {
        const char *id;
        bool priced, free;
        size_t components;
    } cases[] = {
        {"nebius/google/gemma-2-2b-it", true, false, 3},
        {"nvidia/google/gemma-2-2b-it", true, true, 2},
        {"acme/gemma", false, false, 1},
        {"zeta/gemma:batch", false, false, 2},
    };
    for (size_t i = 0; i < 4; i++) {
        struct assay_route *route = route_of(model, cases[i].id);
        assert_int_equal(route->priced, cases[i].priced);
        assert_int_equal(route->free, cases[i].free);
        assert_int_equal(route->prices.count, cases[i].components);
        for (size_t j = 0; j < route->prices.count; j++)
            assert_non_null(route->prices.components[j].claim);
    }
}

static void tokens_at_0_are_no_gift_where_each_request_costs(void **state)
{
    static const struct {
        const char *meter;
        bool free;
    } cases[] = {
        {"request", false},
        /* not every request has one */
        {"image", true},
        {"web_search", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = *state;
        struct assay_str facts = assay_arena_printf(
            &f->arena,
            SOURCE(
                "acme", "provider",
                "2026-08-21") "\"routes\":[{"
                              "\"id\":\"acme/m%zu\",\"model\":\"acme/"
                              "m%zu\",\"prices\":["
                              "{\"meter\":\"input_tokens\",\"usd_per_million\":"
                              "\"0\"},"
                              "{\"meter\":\"output_tokens\",\"usd_per_"
                              "million\":\"0\"},"
                              "{\"meter\":\"%s\",\"usd_each\":\"0.005\"}]}]}",
            i, i, cases[i].meter);
        struct assay_str id = assay_arena_printf(&f->arena, "acme/m%zu", i);

        add_facts(f, facts.at);
        assert_int_equal(view_model(f, id.at, "2026-11-22")->routes[0]->free,
                         cases[i].free);
    }
}

static void a_routes_larger_limit_is_a_conflict_and_never_the_answer(
    void **state)
{
    struct fixture *f = *state;
    struct assay_model *model = view_gemma(f);
    const struct assay_choice *context =
        choice_of(&model->subject, "context_tokens");

    assert_chosen(f, &model->subject, "context_tokens", "8192");
    assert_true(context->conflict);
    assert_int_equal(context->count, 2);
    assert_int_equal(context->counting, 2);
    assert_int_equal(context->claims[1]->subject_kind, ASSAY_SUBJECT_ROUTE);
    assert_text(context->claims[1]->subject, "nvidia/google/gemma-2-2b-it");
    assert_text(assay_claim_text(&f->arena, context->claims[1]), "128000");
    assert_string_equal(context->rule, "kind");
    assert_text(context->reason, "the vendor's own page on the model over a "
                                 "public catalog on one route");
}

static void a_routes_smaller_limit_is_its_own_affair(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model = view_gemma(f);

    assert_false(choice_of(&model->subject, "max_output_tokens")->conflict);
}

static void a_capability_the_vendor_denies_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model = view_gemma(f);

    assert_chosen(f, &model->subject, "capabilities.vision", "false");
    assert_true(choice_of(&model->subject, "capabilities.vision")->conflict);
    assert_false(
        choice_of(&model->subject, "capabilities.streaming")->conflict);
    /* not stated is no denial */
    assert_false(
        choice_of(&model->subject, "capabilities.function_calling")->conflict);
}

static void benchmarks_are_claims_row_by_row(void **state)
{
    struct assay_model *model = view_gemma(*state);
    size_t rows = 0;

    for (size_t i = 0; i < model->subject.claim_count; i++)
        rows += assay_str_is(model->subject.claims[i].fact, "benchmark");
    assert_int_equal(rows, 2);
    assert_null(assay_subject_choice(&model->subject, "benchmark"));
}

static void keys_the_format_does_not_name_are_claims_too(void **state)
{
    struct fixture *f = *state;
    add_facts(
        f,
        SOURCE(
            "vendor", "primary",
            "2026-08-21") "\"models\":[{\"id\":\"acme/m\",\"tokenizer\":\"t\","
                          "\"zeal\":\"high\",\"aardvark\":3,"
                          "\"capabilities\":{\"levitation\":true}}]}");
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
    static const char *const expected[] = {
        "aardvark", "capabilities.levitation", "tokenizer", "zeal"};

    assert_int_equal(model->subject.choice_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_text(model->subject.choices[i].fact, expected[i]);
    assert_chosen(f, &model->subject, "zeal", "high");
}

static void a_body_that_does_not_parse_is_a_damaged_store(void **state)
{
    struct fixture *f = *state;
    struct assay_error err = {0};
    struct assay_source source = {.id = ASSAY_STR("s")};
    struct assay_stored statement = {.id = ASSAY_STR("acme/m"),
                                     .body = ASSAY_STR("{\"name\":"),
                                     .source = &source};
    struct assay_stored_model stored = {
        .id = ASSAY_STR("acme/m"), .statements = &statement, .count = 1};

    assert_null(assay_view_model(&f->arena, &stored, day("2026-11-22"), &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "damaged"));
}

static void an_unjoined_route_stands_alone(void **state)
{
    struct fixture *f = *state;
    struct assay_error err = {0};
    struct assay_stored_route stored = {.id = ASSAY_STR("nvidia/google/"
                                                        "gemma-2-2b-it"),
                                        .join_rule = "",
                                        .join_why = ASSAY_STR("")};
    add_facts_file(f, "view-catalog");
    stored.statements = statements_on(f, ASSAY_SUBJECT_ROUTE, stored.id,
                                      day("2026-11-22"), &stored.count);
    struct assay_route *route =
        assay_view_route(&f->arena, &stored, day("2026-11-22"), &err);

    assert_non_null(route);
    assert_null(route->model);
    assert_int_equal(route->status, ASSAY_STATUS_ACTIVE);
    assert_true(route->free);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, empty, release_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(live_routes_stand_first_then_by_id),
        TEST(a_route_knows_its_names),
        TEST(priced_and_free_are_told_apart_from_unknown),
        TEST(tokens_at_0_are_no_gift_where_each_request_costs),
        TEST(a_routes_larger_limit_is_a_conflict_and_never_the_answer),
        TEST(a_routes_smaller_limit_is_its_own_affair),
        TEST(a_capability_the_vendor_denies_is_a_conflict),
        TEST(benchmarks_are_claims_row_by_row),
        TEST(keys_the_format_does_not_name_are_claims_too),
        TEST(a_body_that_does_not_parse_is_a_damaged_store),
        TEST(an_unjoined_route_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
