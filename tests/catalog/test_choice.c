/* The choice among claims: ARCHITECTURE, "a value is a claim". */
#include "catalog/view_fixture.h"

/* GPT-4 Vision Preview and Gemma 2 2B, as five sources speak of them. */
static int add_the_pair(void **state)
{
    static const char *const files[] = {
        "pair-openai-docs", "pair-azure-docs",   "pair-reference-site",
        "pair-gemma-card",  "pair-gemma-report",
    };
    static struct fixture f;
    *state = &f;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        add_facts_file(&f, files[i]);
    return 0;
}

static int empty(void **state)
{
    static struct fixture f;
    *state = &f;
    return 0;
}

static void assert_choice(const struct assay_choice *choice, bool conflict,
                          const char *rule)
{
    assert_int_equal(choice->conflict, conflict);
    assert_string_equal(choice->rule, rule);
}

static void a_providers_retirement_stands_against_a_later_secondary(
    void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");
    struct assay_route *azure = route_of(model, "azure/gpt-4-vision-preview");
    const struct assay_choice *status = choice_of(&azure->subject, "status");

    assert_chosen(f, &azure->subject, "status", "retired");
    assert_choice(status, true, "retirement");
    assert_text(status->reason,
                "the provider's own page over a secondary source; the route "
                "was retired before the other was read");
    assert_int_equal(status->count, 2);
    assert_int_equal(status->counting, 1);
    assert_int_equal(azure->status, ASSAY_STATUS_RETIRED);
    assert_text(assay_date_text(&f->arena, azure->retired_on), "2025-01-27");
}

static void a_price_read_after_the_retirement_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");
    struct assay_route *azure = route_of(model, "azure/gpt-4-vision-preview");
    const struct assay_choice *price =
        choice_of(&azure->subject, "price.output_tokens");

    assert_chosen(f, &azure->subject, "price.output_tokens", "30");
    assert_choice(price, true, "retirement");
    assert_int_equal(price->counting, 1);
    assert_text(assay_claim_text(&f->arena, price->claims[1]), "40");
    assert_choice(choice_of(&azure->subject, "price.input_tokens"), false,
                  "same");
}

static void a_vendor_is_heard_before_a_provider(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");
    const struct assay_choice *tools =
        choice_of(&model->subject, "capabilities.function_calling");

    assert_chosen(f, &model->subject, "capabilities.function_calling", "false");
    assert_choice(tools, true, "kind");
    assert_text(tools->reason,
                "the vendor's own page over the provider's own page");
    assert_choice(choice_of(&model->subject, "capabilities.vision"), false,
                  "same");
}

static void not_stated_is_ranked_like_any_other_value(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");
    const struct assay_choice *parameters =
        choice_of(&model->subject, "parameters_total");
    uint64_t number = 7;

    assert_chosen(f, &model->subject, "parameters_total", "not stated");
    assert_choice(parameters, true, "kind");
    assert_int_equal(assay_choice_uint(parameters, &number), ASSAY_UNKNOWN);
    assert_int_equal(number, 7);
}

static void letter_case_and_partial_dates_are_no_conflict(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");

    assert_choice(choice_of(&model->subject, "license"), false, "same");
    assert_choice(choice_of(&model->subject, "knowledge_cutoff"), false,
                  "same");
    assert_choice(choice_of(&model->subject, "open_weights"), false, "only");
}

static void of_equal_sources_the_first_id_is_taken(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "google/gemma-2-2b", "2026-11-22");
    const struct assay_choice *parameters =
        choice_of(&model->subject, "parameters_total");

    assert_chosen(f, &model->subject, "parameters_total", "2614341888");
    assert_choice(parameters, true, "source_id");
    assert_int_equal(parameters->count, 3);
    assert_int_equal(parameters->counting, 3);
    assert_text(parameters->claims[1]->source->id, "google-gemma2-report");
    assert_text(parameters->reason,
                "same kind of source, read on the same day: "
                "google-gemma2-model-card sorts before google-gemma2-report");
}

static void a_rounding_is_no_conflict_and_a_licence_is_one(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "google/gemma-2-2b", "2026-11-22");

    assert_chosen(f, &model->subject, "context_tokens", "8192");
    assert_choice(choice_of(&model->subject, "context_tokens"), false, "same");
    assert_choice(choice_of(&model->subject, "license"), true, "kind");
    assert_chosen(f, &model->subject, "knowledge_cutoff", "not stated");
    assert_null(assay_subject_choice(&model->subject, "tokenizer"));
}

static void choices_are_sorted_by_fact(void **state)
{
    struct fixture *f = *state;
    struct assay_model *model =
        view_model(f, "openai/gpt-4-vision-preview", "2026-11-22");
    const struct assay_subject *s = &model->subject;

    assert_true(s->choice_count > 5);
    for (size_t i = 1; i < s->choice_count; i++)
        assert_true(
            assay_str_compare(s->choices[i - 1].fact, s->choices[i].fact) < 0);
}

/* ------------------------------------------------------ facts that change */

#define PRICED(id, kind, read, usd)                                 \
    SOURCE(id, kind, read)                                          \
    "\"routes\":[{\"id\":\"acme/m\",\"provider\":\"acme\","         \
    "\"model\":\"acme/m\",\"prices\":[{\"meter\":\"input_tokens\"," \
    "\"usd_per_million\":\"" usd "\"}]}]}"

static void an_old_price_gives_way_whatever_its_kind(void **state)
{
    static const struct {
        const char *vendor, *expected, *rule;
        size_t counting;
    } cases[] = {
        /* 180 days before 2026-07-01 is 2026-01-02 */
        {PRICED("vendor", "primary", "2026-01-02", "5"), "5", "kind", 2},
        {PRICED("vendor", "primary", "2026-01-01", "5"), "4", "recent", 1},
        {PRICED("vendor", "primary", "2026-07-01", "5"), "5", "kind", 2},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        f->count = 0;
        add_facts(f, cases[i].vendor);
        add_facts(f, PRICED("list", "catalog", "2026-07-01", "4"));
        struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
        struct assay_route *route = route_of(model, "acme/m");
        const struct assay_choice *price =
            choice_of(&route->subject, "price.input_tokens");
        assert_chosen(f, &route->subject, "price.input_tokens",
                      cases[i].expected);
        assert_choice(price, true, cases[i].rule);
        assert_int_equal(price->counting, cases[i].counting);
        assert_int_equal(price->count, 2);
    }
}

static void of_one_kind_the_newer_reading_is_taken(void **state)
{
    struct fixture *f = *state;
    add_facts(f, PRICED("a-list", "catalog", "2026-07-01", "4"));
    add_facts(f, PRICED("b-list", "catalog", "2026-07-02", "5"));
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
    struct assay_route *route = route_of(model, "acme/m");
    const struct assay_choice *price =
        choice_of(&route->subject, "price.input_tokens");

    assert_chosen(f, &route->subject, "price.input_tokens", "5");
    assert_choice(price, true, "newer");
    assert_text(price->reason, "newer reading (2026-07-02 over 2026-07-01)");
}

static void a_claim_of_the_future_is_not_seen(void **state)
{
    struct fixture *f = *state;
    add_facts(f, PRICED("a-list", "catalog", "2026-07-01", "4"));
    add_facts(f, PRICED("b-list", "catalog", "2026-07-02", "5"));
    struct assay_model *model = view_model(f, "acme/m", "2026-07-01");

    assert_chosen(f, &route_of(model, "acme/m")->subject, "price.input_tokens",
                  "4");
}

static void a_models_own_context_does_not_grow_old(void **state)
{
    struct fixture *f = *state;
    add_facts(f, SOURCE("vendor", "primary",
                        "2020-01-01") "\"models\":[{\"id\":\"acme/"
                                      "m\",\"context_tokens\":4096}]}");
    add_facts(f, SOURCE("list", "catalog",
                        "2026-07-01") "\"models\":[{\"id\":\"acme/"
                                      "m\",\"context_tokens\":8192}]}");
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");

    assert_chosen(f, &model->subject, "context_tokens", "4096");
    assert_choice(choice_of(&model->subject, "context_tokens"), true, "kind");
}

static void prices_read_after_the_end_count_when_nobody_else_speaks(
    void **state)
{
    struct fixture *f = *state;
    add_facts(
        f,
        SOURCE("provider", "provider",
               "2026-01-01") "\"routes\":[{\"id\":\"acme/"
                             "m\",\"provider\":\"acme\","
                             "\"model\":\"acme/m\",\"status\":\"retired\"}]}");
    add_facts(f, PRICED("list", "catalog", "2026-07-01", "4"));
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
    struct assay_route *route = route_of(model, "acme/m");

    assert_int_equal(route->status, ASSAY_STATUS_RETIRED);
    assert_chosen(f, &route->subject, "price.input_tokens", "4");
    assert_choice(choice_of(&route->subject, "price.input_tokens"), false,
                  "only");
}

static void the_providers_later_price_counts_after_its_retirement(void **state)
{
    struct fixture *f = *state;
    add_facts(f, SOURCE("provider", "provider",
                        "2026-01-01") "\"routes\":[{\"id\":\"acme/"
                                      "m\",\"provider\":\"acme\","
                                      "\"model\":\"acme/"
                                      "m\",\"status\":\"retired\",\"prices\":["
                                      "{\"meter\":\"input_tokens\",\"usd_per_"
                                      "million\":\"3\"}]}]}");
    add_facts(f, PRICED("price-page", "provider", "2026-02-01", "5"));
    add_facts(f, PRICED("list", "catalog", "2026-07-01", "4"));
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
    struct assay_route *route = route_of(model, "acme/m");
    const struct assay_choice *price =
        choice_of(&route->subject, "price.input_tokens");

    assert_chosen(f, &route->subject, "price.input_tokens", "5");
    assert_int_equal(price->counting, 2);
    assert_choice(price, true, "newer");
}

/* -------------------------------------------------------------- agreement */

static void values_that_are_roundings_agree(void **state)
{
    static const struct {
        const char *fact, *a, *b;
        bool agrees;
    } cases[] = {
        {"context_tokens", "8192", "8000", true},
        {"context_tokens", "131072", "128000", true},
        {"context_tokens", "131072", "131000", true},
        {"context_tokens", "1048576", "1000000", true},
        {"context_tokens", "1048576", "1024000", true},
        {"context_tokens", "1047576", "1000000", true},
        {"context_tokens", "262144", "256000", true},
        {"context_tokens", "131072", "132000", false},
        {"context_tokens", "8192", "7000", false},
        {"context_tokens", "1400", "1000", false}, /* rounded too far */
        {"context_tokens", "9400", "9000", true},
        {"context_tokens", "9600", "9000", false},
        {"context_tokens", "128000", "8192", false},
        {"context_tokens", "8192", "8193", false},
        {"parameters_total", "2614341888", "2614636800", false},
        {"parameters_total", "2614341888", "2600000000", true},
        {"parameters_total", "2614341888", "2000000000", false},
        {"data.retention_days", "30", "29", false},
        {"context_tokens", "8192", "null", false},
        {"context_tokens", "null", "null", true},
        {"capabilities.vision", "true", "false", false},
        {"released", "\"2023-04\"", "\"2023-04-30\"", true},
        {"released", "\"2023-04-30\"", "\"2023\"", true},
        {"released", "\"2023-04-30\"", "\"2023-04-29\"", false},
        {"license", "\"Apache-2.0\"", "\"apache-2.0\"", true},
        {"license", "\"Apache-2.0\"", "\"MIT\"", false},
        {"modalities_in", "[\"text\",\"image\"]", "[\"image\",\"Text\"]", true},
        {"modalities_in", "[\"text\",\"image\"]", "[\"text\"]", false},
        {"price.input_tokens",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\"}]",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\"},"
         "{\"meter\":\"input_tokens\",\"usd_per_million\":\"4\","
         "\"when_input_tokens\":\">200000\"}]",
         true},
        {"price.input_tokens",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\"}]",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":null}]", false},
        {"price.input_tokens",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\"}]",
         "[{\"meter\":\"input_tokens\",\"usd_each\":\"2\"}]", false},
    };
    struct fixture *f = *state;
    struct assay_error err = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_claim a = {.fact = assay_str_c(cases[i].fact)}, b = a;
        a.value =
            assay_json_parse(&f->arena, assay_str_c(cases[i].a), NULL, &err);
        b.value =
            assay_json_parse(&f->arena, assay_str_c(cases[i].b), NULL, &err);
        assert_non_null(a.value);
        assert_non_null(b.value);
        if (assay_claim_agrees(&a, &b) != cases[i].agrees ||
            assay_claim_agrees(&b, &a) != cases[i].agrees)
            fail_msg("%s: %s and %s %s", cases[i].fact, cases[i].a, cases[i].b,
                     cases[i].agrees ? "agree" : "do not agree");
    }
}

static void claims_are_said_in_words(void **state)
{
    static const struct {
        const char *fact, *value, *words;
    } cases[] = {
        {"context_tokens", "8192", "8192"},
        {"open_weights", "true", "true"},
        {"open_weights", "null", "not stated"},
        {"modalities_in", "[\"text\",\"image\"]", "text, image"},
        {"price.output_tokens",
         "[{\"meter\":\"output_tokens\",\"usd_per_million\":\"30\"}]", "30"},
        {"price.input_tokens",
         "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1.25\"},"
         "{\"meter\":\"input_tokens\",\"usd_per_million\":\"2.5\","
         "\"when_input_tokens\":\">200000\",\"from\":\"2026-01-01\"}]",
         "1.25, 2.5 above 200000 input tokens from 2026-01-01"},
        {"benchmark",
         "{\"name\":\"MMLU\",\"value\":\"52.2\",\"unit\":\"percent\","
         "\"setting\":\"5-shot\",\"variant\":\"pretrained\"}",
         "MMLU 52.2 percent, 5-shot, pretrained"},
        {"image_tokens", "{\"rule\":\"openai-tiles\",\"low\":85}",
         "rule openai-tiles, low 85"},
    };
    struct fixture *f = *state;
    struct assay_error err = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_claim claim = {.fact = assay_str_c(cases[i].fact)};
        claim.value = assay_json_parse(&f->arena, assay_str_c(cases[i].value),
                                       NULL, &err);
        assert_text(assay_claim_text(&f->arena, &claim), cases[i].words);
    }
}

#define PAIR(name) \
    cmocka_unit_test_setup_teardown(name, add_the_pair, release_fixture)
#define ALONE(name) \
    cmocka_unit_test_setup_teardown(name, empty, release_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR(a_providers_retirement_stands_against_a_later_secondary),
        PAIR(a_price_read_after_the_retirement_does_not_count),
        PAIR(a_vendor_is_heard_before_a_provider),
        PAIR(not_stated_is_ranked_like_any_other_value),
        PAIR(letter_case_and_partial_dates_are_no_conflict),
        PAIR(of_equal_sources_the_first_id_is_taken),
        PAIR(a_rounding_is_no_conflict_and_a_licence_is_one),
        PAIR(choices_are_sorted_by_fact),
        ALONE(an_old_price_gives_way_whatever_its_kind),
        ALONE(of_one_kind_the_newer_reading_is_taken),
        ALONE(a_claim_of_the_future_is_not_seen),
        ALONE(a_models_own_context_does_not_grow_old),
        ALONE(prices_read_after_the_end_count_when_nobody_else_speaks),
        ALONE(the_providers_later_price_counts_after_its_retirement),
        ALONE(values_that_are_roundings_agree),
        ALONE(claims_are_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
