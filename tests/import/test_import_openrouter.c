/*
 * OpenRouter: every trap of its format on a small list of our own, faults of
 * all kinds, and the real list where it is at hand.
 */
#include "importing.h"

#define FORMAT (&assay_import_openrouter)
#define FIXTURE "tests/import/fixtures/openrouter.json"

static int set_up(void **state)
{
    static struct translated in;
    import_file(&in, FORMAT, FIXTURE);
    *state = &in;
    return in.ok ? 0 : -1;
}

static int tear_down(void **state)
{
    forget(*state);
    return 0;
}

#define MILLION(meter, usd) \
    "{\"meter\":\"" meter "\",\"usd_per_million\":\"" usd "\"}"
#define EACH(meter, usd) "{\"meter\":\"" meter "\",\"usd_each\":\"" usd "\"}"

/* ---------------------------------------------------------------- prices */

static void prices_per_token_become_prices_per_million_exactly(void **state)
{
    assert_holds(
        route_of(*state, "openrouter/x-ai/Rocket-3"),
        "\"prices\":[" MILLION("audio_input_tokens", "1") "," MILLION(
            "audio_output_tokens", "20") "," MILLION("cache_read_audio_tokens",
                                                     "0.2") "," MILLION("cache_"
                                                                        "read_"
                                                                        "token"
                                                                        "s",
                                                                        "0.1") "," MILLION("cache_write_1h_tokens", "2") "," MILLION("cache_write_tokens", "1.25") "," EACH("image", "0.001") "," MILLION("image_input_tokens", "0.3") "," MILLION("image_output_tokens", "30") "," MILLION("input_tokens",
                                                                                                                                                                                                                                                                                            "0.65") "," MILLION("output_tokens",
                                                                                                                                                                                                                                                                                                                "0.0046875") "," MILLION("reasoning_tokens",
                                                                                                                                                                                                                                                                                                                                         "3") "," EACH("request", "0.005") "," EACH("web_search",
                                                                                                                                                                                                                                                                                                                                                                                    "0.01") "]");
}

static void an_image_at_the_price_of_a_token_is_no_price_of_an_image(
    void **state)
{
    assert_lacks(route_of(*state, "openrouter/acme/chat"), "\"image\"");
    /* but nothing is a claim */
    assert_holds(route_of(*state, "openrouter/acme/chat-2025-08-07"),
                 EACH("image", "0"));
    assert_holds(route_of(*state, "openrouter/acme/only:free"),
                 EACH("image", "0"));
}

static void the_price_is_said_to_be_one_endpoints(void **state)
{
    assert_holds(route_of(*state, "openrouter/acme/chat"),
                 "\"note\":\"the price of one of the endpoints behind it;");
}

static void minus_one_is_a_price_that_varies(void **state)
{
    const char *body = route_of(*state, "openrouter/openrouter/auto");
    assert_lacks(body, "prices");
    assert_holds(body, "\"note\":\"the price is that of the model it "
                       "chooses\"");
}

static void free_ids_are_the_free_tier(void **state)
{
    const char *body = route_of(*state, "openrouter/acme/chat:free");
    assert_holds(body, "\"tier\":\"free\"");
    assert_holds(body, MILLION("input_tokens", "0"));
    assert_lacks(route_of(*state, "openrouter/acme/chat"), "\"tier\"");
}

static void hours_that_tile_the_day_leave_no_other_price(void **state)
{
    const char *body = route_of(*state, "openrouter/acme/night");
    assert_holds(body, "{\"meter\":\"input_tokens\",\"usd_per_million\":\"2\","
                       "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
                       "{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
                       "\"utc_from\":\"1630\",\"utc_to\":\"0030\"}");
    assert_lacks(body, MILLION("input_tokens", "2"));
    /* the night does not change the output: half a day is the price above */
    assert_holds(body, "{\"meter\":\"output_tokens\",\"usd_per_million\":\"4\","
                       "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
                       "{\"meter\":\"output_tokens\",\"usd_per_million\":\"4\","
                       "\"utc_from\":\"1630\",\"utc_to\":\"0030\"}");
}

static void of_overrides_the_later_wins_key_by_key(void **state)
{
    const char *body = route_of(*state, "openrouter/acme/long");
    assert_holds(body, MILLION("input_tokens", "1"));
    assert_holds(body, "\"usd_per_million\":\"3\",\"when_input_tokens\":"
                       "\">128000\",\"scope\":\"whole_request\"}");
    assert_holds(body, "\"usd_per_million\":\"5\",\"when_input_tokens\":"
                       "\">256000\"");
    assert_lacks(body, "\"9\"");
    assert_holds(body, "{\"meter\":\"output_tokens\",\"usd_per_million\":\"4\","
                       "\"when_input_tokens\":\">128000\"");
    assert_lacks(body, "{\"meter\":\"output_tokens\",\"usd_per_million\":\"4\","
                       "\"when_input_tokens\":\">256000\"");
}

static void an_hour_after_a_size_wins_over_it_too(void **state)
{
    const char *body = route_of(*state, "openrouter/acme/both");
    assert_holds(body, "{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
                       "\"utc_from\":\"0000\",\"utc_to\":\"2200\"},"
                       "{\"meter\":\"input_tokens\",\"usd_per_million\":\"3\","
                       "\"utc_from\":\"2200\",\"utc_to\":\"0000\"},"
                       "{\"meter\":\"input_tokens\",\"usd_per_million\":\"4\","
                       "\"when_input_tokens\":\">1000\",\"scope\":"
                       "\"whole_request\",\"utc_from\":\"0000\",\"utc_to\":"
                       "\"2200\"},"
                       "{\"meter\":\"input_tokens\",\"usd_per_million\":\"3\","
                       "\"when_input_tokens\":\">1000\",\"scope\":"
                       "\"whole_request\",\"utc_from\":\"2200\",\"utc_to\":"
                       "\"0000\"}");
}

/* ---------------------------------------------------------------- routes */

static void a_route_has_its_limits_and_what_it_takes(void **state)
{
    const char *body = route_of(*state, "openrouter/x-ai/Rocket-3");
    assert_holds(body, "\"context_tokens\":8192,\"max_output_tokens\":2048,"
                       "\"capabilities\":{\"audio\":false,"
                       "\"function_calling\":true,\"reasoning\":true,"
                       "\"structured_outputs\":false,\"tool_use\":true,"
                       "\"vision\":true}");
    assert_holds(body, "\"key_env\":\"OPENROUTER_API_KEY\"");
    /* 0 and null make no claim */
    assert_lacks(route_of(*state, "openrouter/acme/chat:free"),
                 "context_tokens");
    assert_lacks(route_of(*state, "openrouter/acme/chat:free"),
                 "max_output_tokens");
    /* nor does silence: this row lists no parameters at all */
    assert_lacks(route_of(*state, "openrouter/acme/twin-a"), "capabilities");
}

static void an_announced_end_makes_it_deprecated_until_the_day(void **state)
{
    assert_holds(route_of(*state, "openrouter/x-ai/Rocket-3"),
                 "\"status\":\"deprecated\",\"retired_on\":\"2026-12-01\"");
    assert_holds(route_of(*state, "openrouter/acme/chat"),
                 "\"status\":\"active\"");
}

static void routers_and_aliases_are_routes_of_no_model(void **state)
{
    assert_holds(route_of(*state, "openrouter/openrouter/auto"),
                 "\"model\":null");
    assert_holds(route_of(*state, "openrouter/~acme/chat-latest"),
                 "\"model\":null");
    assert_lacks(route_of(*state, "openrouter/acme/chat"), "\"model\"");
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "openrouter/auto"));
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "~acme/chat-latest"));
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "acme/chat-latest"));
}

static void a_slug_finds_the_price_of_a_response_and_nothing_more(void **state)
{
    assert_holds(route_of(*state, "openrouter/x-ai/Rocket-3"),
                 "\"match\":{\"equals\":\"x-ai/rocket-3-09-25\"}");
    assert_holds(route_of(*state, "openrouter/acme/chat"),
                 "\"match\":{\"equals\":\"acme/chat-large\"}");
    assert_lacks(route_of(*state, "openrouter/acme/chat:free"), "match");
    assert_lacks(route_of(*state, "openrouter/acme/night"), "match");
}

/* ---------------------------------------------------------------- models */

static void a_model_bears_the_one_spelling_and_the_stated_one_as_alias(
    void **state)
{
    assert_string_equal(
        model_of(*state, "xai/rocket-3"),
        "{\"name\":\"Rocket 3\",\"aliases\":[\"x-ai/Rocket-3\"],"
        "\"knowledge_cutoff\":\"2024-06-30\",\"modalities_in\":[\"text\","
        "\"image\",\"pdf\"],\"modalities_out\":[\"text\"],\"tokenizer\":"
        "\"Grok\","
        "\"capabilities\":{\"audio\":false,\"function_calling\":true,"
        "\"reasoning\":true,\"tool_use\":true,\"vision\":true}}");
}

static void when_it_was_listed_is_not_when_it_was_released(void **state)
{
    assert_lacks(model_of(*state, "xai/rocket-3"), "released");
}

static void a_dated_slug_is_a_snapshot_and_no_alias(void **state)
{
    assert_lacks(model_of(*state, "xai/rocket-3"), "rocket-3-09-25");
    assert_lacks(model_of(*state, "acme/only"), "acme/only-20260101");
    assert_holds(model_of(*state, "acme/chat"),
                 "\"aliases\":[\"acme/chat-large\"]");
    /* a snapshot is a model of its own */
    assert_lacks(model_of(*state, "acme/chat-2025-08-07"), "aliases");
    assert_lacks(model_of(*state, "acme/chat"), "2025-08-07");
}

static void a_slug_of_two_models_is_an_alias_of_neither(void **state)
{
    assert_lacks(model_of(*state, "acme/twin-a"), "aliases");
    assert_lacks(model_of(*state, "acme/twin-b"), "aliases");
}

static void a_variant_tells_of_the_model_only_where_nobody_else_does(
    void **state)
{
    assert_holds(model_of(*state, "acme/chat"), "\"name\":\"Chat\"");
    assert_holds(model_of(*state, "acme/only"), "\"name\":\"Only\"");
    assert_null(body_of(*state, ASSAY_SUBJECT_MODEL, "acme/chat:free"));
}

static void an_unnamed_tokenizer_is_not_named(void **state)
{
    assert_lacks(model_of(*state, "acme/chat"), "tokenizer");
}

static void everything_is_counted(void **state)
{
    struct translated *in = *state;
    assert_no_refusal(in);
    assert_int_equal(in->batch.rows, 12);
    assert_int_equal(in->batch.statement_count, 12 + 9);
}

/* ---------------------------------------------------------------- faults */

#define ROW(members) "[\n{\"id\":\"a/b\"," members "}]"
#define PRICING(members) \
    ROW("\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\"," members "}")

struct fault {
    const char *text;
    const char *words;
};

static const struct fault row_faults[] = {
    {"[7]", "line 1, [0]: no id, expected an object"},
    {"[{}]", "no id"},
    {"[{\"id\":5}]", "no id"},
    {"[{\"id\":\"\"}]", "no id"},
    {PRICING("\"request\":0.5"),
     "line 2, [0].pricing.request: a number, expected a price as a string"},
    {PRICING("\"request\":\"-2\""), "'-2' is negative"},
    {PRICING("\"request\":\"1e300\""), "impossible"},
    {PRICING("\"input_cache_read\":\"11\""), "10,000,000 dollars per million"},
    {PRICING("\"request\":\"abc\""), "'abc' is not a number"},
    {PRICING("\"request\":\"NaN\""), "'NaN' is not a number"},
    {PRICING("\"request\":[]"), "expected a price as a string"},
    {PRICING("\"overrides\":{}"), "expected an array"},
    {PRICING("\"overrides\":[1]"), "overrides[0]: number, expected an object"},
    {PRICING("\"overrides\":[{\"utc_start\":\"0030\"}]"), "both or neither"},
    {PRICING("\"overrides\":[{\"utc_start\":\"0030\",\"utc_end\":\"9\"}]"),
     "expected \"HHMM\""},
    {PRICING("\"overrides\":[{\"utc_start\":30,\"utc_end\":\"0900\"}]"),
     "expected \"HHMM\""},
    {PRICING("\"overrides\":[{\"min_prompt_tokens\":\"many\"}]"),
     "expected a whole number"},
    {ROW("\"pricing\":\"free\""), "pricing: a string, expected an object"},
    {ROW("\"context_length\":-1"), "expected a whole number"},
    {ROW("\"context_length\":3e9"), "is too large"},
    {ROW("\"expiration_date\":\"2026-02-30\""), "not a date in the calendar"},
    {ROW("\"top_provider\":[]"), "top_provider: an array"},
    {"[{\"id\":\"a/b\"},{\"id\":\"a/b\"}]", "'openrouter/a/b' occurs twice"},
};

static void a_row_that_cannot_be_taken_is_refused_alone(void **state)
{
    for (size_t i = 0; i < sizeof(row_faults) / sizeof(*row_faults); i++) {
        struct translated in;
        import_text(&in, FORMAT, assay_str_c(row_faults[i].text));
        assert_imported(&in);
        assert_holds(only_refusal(&in), row_faults[i].words);
        forget(&in);
    }
}

static void a_fault_that_concerns_both_subjects_is_told_for_both(void **state)
{
    struct translated in;
    import_text(&in, FORMAT, ASSAY_STR("[{\"id\":\"a/b c\"}]"));
    assert_imported(&in);
    assert_int_equal(in.batch.statement_count, 0);
    assert_int_equal(in.batch.refusal_count, 2);
    forget(&in);
}

static const struct fault document_faults[] = {
    {"{}", "not OpenRouter's list of models"},
    {"{\"data\":{}}", "not OpenRouter's list of models"},
    {"\"data\"", "not OpenRouter's list of models"},
    {"{\"data\":[{\"id\":\"a/b\"", "ends inside"},
    {"{\"data\":[{\"id\":\"\xc3\"}]}", "UTF-8"},
    {"[{\"id\":\"a/b\",\"id\":\"a/b\"}]", "line 1"},
};

static void a_document_of_another_shape_is_refused_whole(void **state)
{
    for (size_t i = 0; i < sizeof(document_faults) / sizeof(*document_faults);
         i++) {
        struct translated in;
        import_text(&in, FORMAT, assay_str_c(document_faults[i].text));
        if (in.ok)
            fail_msg("taken: %s", document_faults[i].text);
        assert_int_equal(in.err.code, ASSAY_BAD_INPUT);
        assert_holds(in.err.text, document_faults[i].words);
        forget(&in);
    }
}

static void an_empty_list_is_a_list(void **state)
{
    struct translated in;
    import_text(&in, FORMAT, ASSAY_STR("{\"data\":[]}"));
    assert_imported(&in);
    assert_int_equal(in.batch.rows, 0);
    forget(&in);
}

/* ------------------------------------------------------------- real size */

static void the_snapshot_is_taken_whole(void **state)
{
    struct translated in;
    uint32_t routes = 0, free_ids = 0, unpriced = 0, no_model = 0;

    import_file(&in, FORMAT, assay_test_data("data/openrouter/models.json"));
    assert_imported(&in);
    assert_no_refusal(&in);
    assert_int_equal(in.batch.rows, 364);
    for (const struct assay_statement *at = in.batch.first; at; at = at->next) {
        if (at->kind != ASSAY_SUBJECT_ROUTE)
            continue;
        routes++;
        free_ids += assay_str_contains(at->body, "\"tier\":\"free\"");
        unpriced += !assay_str_contains(at->body, "\"prices\"");
        no_model += assay_str_contains(at->body, "\"model\":null");
        /* Gemini's 17 token prices under the name of an image's */
        assert_false(assay_str_contains(at->body, "\"meter\":\"image\""));
    }
    assert_int_equal(routes, 364);
    assert_int_equal(free_ids, 25);
    assert_int_equal(unpriced, 3);
    assert_int_equal(no_model, 8 + 5);
    assert_holds(route_of(&in, "openrouter/google/gemma-2-27b-it"),
                 MILLION("input_tokens", "0.65"));
    assert_holds(model_of(&in, "openai/gpt-4o-2024-05-13"), "\"name\"");
    assert_lacks(model_of(&in, "openai/gpt-4o"), "2024-05-13");
    forget(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_per_token_become_prices_per_million_exactly),
        cmocka_unit_test(
            an_image_at_the_price_of_a_token_is_no_price_of_an_image),
        cmocka_unit_test(the_price_is_said_to_be_one_endpoints),
        cmocka_unit_test(minus_one_is_a_price_that_varies),
        cmocka_unit_test(free_ids_are_the_free_tier),
        cmocka_unit_test(hours_that_tile_the_day_leave_no_other_price),
        cmocka_unit_test(of_overrides_the_later_wins_key_by_key),
        cmocka_unit_test(an_hour_after_a_size_wins_over_it_too),
        cmocka_unit_test(a_route_has_its_limits_and_what_it_takes),
        cmocka_unit_test(an_announced_end_makes_it_deprecated_until_the_day),
        cmocka_unit_test(routers_and_aliases_are_routes_of_no_model),
        cmocka_unit_test(a_slug_finds_the_price_of_a_response_and_nothing_more),
        cmocka_unit_test(
            a_model_bears_the_one_spelling_and_the_stated_one_as_alias),
        cmocka_unit_test(when_it_was_listed_is_not_when_it_was_released),
        cmocka_unit_test(a_dated_slug_is_a_snapshot_and_no_alias),
        cmocka_unit_test(a_slug_of_two_models_is_an_alias_of_neither),
        cmocka_unit_test(
            a_variant_tells_of_the_model_only_where_nobody_else_does),
        cmocka_unit_test(an_unnamed_tokenizer_is_not_named),
        cmocka_unit_test(everything_is_counted),
        cmocka_unit_test(a_row_that_cannot_be_taken_is_refused_alone),
        cmocka_unit_test(a_fault_that_concerns_both_subjects_is_told_for_both),
        cmocka_unit_test(a_document_of_another_shape_is_refused_whole),
        cmocka_unit_test(an_empty_list_is_a_list),
        cmocka_unit_test(the_snapshot_is_taken_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
