/*
 * Records of Every Eval Ever: a record of our own with every kind of score,
 * and what it takes for a record or a row not to be one.
 */
#include "importing.h"

#define FORMAT (&assay_import_every_eval_ever)
#define FIXTURE "tests/import/fixtures/every_eval_ever.json"

static void assert_text(struct assay_str got, const char *expected)
{
    if (!assay_str_is(got, expected))
        fail_msg("%.*s, expected %s", ASSAY_STR_ARG(got), expected);
}

static int set_up(void **state)
{
    static struct translated in;
    translate_file(&in, FORMAT, FIXTURE);
    *state = &in;
    return in.ok ? 0 : -1;
}

static int tear_down(void **state)
{
    forget(*state);
    return 0;
}

#define ANVIL "acme/anvil-2"

/* ---------------------------------------------------------------- source */

static void a_record_is_its_own_source_without_its_time(void **state)
{
    struct translated *in = *state;
    assert_text(in->batch.source_id, "eee-trade-exam-acme-anvil-2");
    assert_text(in->batch.title, "Trade Exams (Guild of Smiths)");
    assert_text(in->batch.url, "https://guild.example");
}

static void the_day_is_that_on_which_it_was_retrieved(void **state)
{
    struct translated *in = *state;
    assert_text(assay_date_text(&in->arena, in->batch.retrieved), "2026-06-17");
}

static void what_others_evaluated_is_never_measured_here(void **state)
{
    struct translated *in = *state;
    assert_int_equal(in->batch.source_kind, ASSAY_SOURCE_SECONDARY);
}

/* ---------------------------------------------------------------- scores */

static void a_share_is_per_cent_with_its_interval(void **state)
{
    assert_holds(
        model_of(*state, ANVIL),
        "{\"name\":\"Trade Exam\",\"value\":\"61.14\",\"unit\":\"percent\","
        "\"setting\":\"5-shot, accuracy, temperature 0, max_tokens 256\","
        "\"harness\":\"lm_eval 0.4.9\",\"date\":\"2026-06-15\","
        "\"error_minus\":\"4.1\",\"error_plus\":\"4\",\"samples\":400,"
        "\"url\":\"https://huggingface.co/datasets/guild/trade-exam\"}");
}

static void a_part_bears_the_name_of_its_whole(void **state)
{
    assert_holds(model_of(*state, ANVIL),
                 "{\"name\":\"trade-exam: Farriery\",\"value\":\"48.5\","
                 "\"unit\":\"percent\",\"setting\":\"F1\"");
}

static void a_standard_error_becomes_an_interval_of_95_per_cent(void **state)
{
    assert_holds(model_of(*state, ANVIL), "\"error_minus\":\"2.94\","
                                          "\"error_plus\":\"2.94\"");
}

static void a_result_may_have_a_day_of_its_own(void **state)
{
    assert_holds(model_of(*state, ANVIL),
                 "\"setting\":\"F1\",\"harness\":\"lm_eval 0.4.9\","
                 "\"date\":\"2026-06-16\"");
}

static void an_unbounded_score_is_taken(void **state)
{
    assert_holds(model_of(*state, ANVIL),
                 "{\"name\":\"smiths_arena\",\"value\":\"1213\",\"unit\":"
                 "\"elo\",\"setting\":\"arena.elo\"");
}

static void a_score_by_a_model_says_so(void **state)
{
    assert_holds(model_of(*state, ANVIL),
                 "\"value\":\"7.25\",\"unit\":\"score\",\"setting\":\"scored "
                 "by a model\"");
}

static void where_lower_is_better_the_row_is_refused(void **state)
{
    struct translated *in = *state;
    assert_int_equal(in->batch.rows, 5);
    assert_string_equal(
        only_refusal(in),
        "line 111, evaluation_results[4].metric_config: lower is better, "
        "expected a score of which more is better: rows are compared so");
    assert_lacks(model_of(in, ANVIL), "word_error_rate");
}

/* ---------------------------------------------------------------- records */

/* A record with these members in place of the usual ones. */
static void read_with(struct translated *in, const char *id,
                      const char *relation, const char *model,
                      const char *result)
{
    struct assay_arena arena = {0};
    struct assay_str text = assay_arena_printf(
        &arena,
        "{\"schema_version\": \"0.2.2\", \"evaluation_id\": \"%s\",\n"
        "\"retrieved_timestamp\": \"1781654400\", \"source_metadata\": {"
        "\"source_type\": \"evaluation_run\", \"source_organization_name\": "
        "\"Acme\", \"evaluator_relationship\": \"%s\"},\n"
        "\"eval_library\": {\"name\": \"unknown\", \"version\": \"unknown\"},\n"
        "\"model_info\": {\"name\": \"m\", %s},\n"
        "\"evaluation_results\": [%s]}",
        id, relation, model, result);
    import_text(in, FORMAT, text);
    assay_arena_free(&arena);
}

#define RESULT(metric, score)                                             \
    "{\"evaluation_name\": \"exam\", \"source_data\": {\"dataset_name\":" \
    " \"exam\"}, \"metric_config\": {" metric "}, \"score_details\": {"   \
    "\"score\": " score "}}"
#define PLAIN RESULT("\"lower_is_better\": false", "3")

static void the_vendors_own_figures_are_primary(void **state)
{
    struct translated in;

    (void)state;
    read_with(&in, "exam/x", "first_party", "\"id\": \"acme/x\"", PLAIN);
    assert_imported(&in);
    assert_int_equal(in.batch.source_kind, ASSAY_SOURCE_PRIMARY);
    /* whose harness it was is not known: then whose figures they are */
    assert_holds(model_of(&in, "acme/x"), "\"harness\":\"Acme\"");
    forget(&in);
}

static void a_model_is_found_by_the_rules_of_the_catalog(void **state)
{
    static const struct {
        const char *said, *id;
    } models[] = {
        {"\"id\": \"meta-llama/Llama-3.1-8B\"", "meta/llama-3.1-8b"},
        {"\"id\": \"openai/azure/gpt-4o-mini\"", "openai/gpt-4o-mini"},
        {"\"id\": \"Anvil-2\", \"developer\": \"Acme Works\"",
         "acme-works/anvil-2"},
    };
    struct translated in;

    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        read_with(&in, "exam/x", "other", models[i].said, PLAIN);
        assert_imported(&in);
        (void)model_of(&in, models[i].id);
        forget(&in);
    }
}

static void a_long_evaluation_id_keeps_apart_from_its_like(void **state)
{
#define LONG "a-name-of-forty-characters-and-a-bit-more"
    struct translated one, other;

    (void)state;
    read_with(&one, LONG "/" LONG "/1", "other", "\"id\": \"acme/x\"", PLAIN);
    read_with(&other, LONG "/" LONG "x/2", "other", "\"id\": \"acme/x\"",
              PLAIN);
    assert_imported(&one);
    assert_imported(&other);
    assert_false(assay_str_equal(one.batch.source_id, other.batch.source_id));
    forget(&one);
    forget(&other);
}

static void what_is_no_record_says_what_was_expected(void **state)
{
    static const struct {
        const char *id, *relation, *model, *result, *error;
    } faults[] = {
        {"", "other", "\"id\": \"a/b\"", PLAIN,
         "no evaluation_id, expected a text"},
        {"e", "self", "\"id\": \"a/b\"", PLAIN,
         "source_metadata.evaluator_relationship is 'self', expected "
         "first_party, third_party, collaborative or other"},
        {"e", "other", "\"id\": \"b\"", PLAIN,
         "model_info.id is 'b' and names no creator, expected CREATOR/NAME, "
         "or a developer beside it"},
        {"e", "other", "\"id\": \"a/b\"", "",
         "no evaluation_results, expected an array of them"},
    };
    struct translated in;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        read_with(&in, faults[i].id, faults[i].relation, faults[i].model,
                  faults[i].result);
        assert_false(in.ok);
        assert_string_equal(in.err.text, faults[i].error);
        forget(&in);
    }
    import_text(&in, FORMAT, ASSAY_STR("{\"schema_version\": \"0.1.0\"}"));
    assert_false(in.ok);
    assert_string_equal(in.err.text,
                        "schema_version '0.1.0', expected 0.2 or 0.3");
    forget(&in);
    import_text(&in, FORMAT, ASSAY_STR("[]"));
    assert_false(in.ok);
    assert_string_equal(in.err.text, "line 1: no schema_version, expected a "
                                     "record of Every Eval Ever");
    forget(&in);
}

static void a_row_that_cannot_be_taken_says_why(void **state)
{
    static const struct {
        const char *result, *refusal;
    } faults[] = {
        {"{\"evaluation_name\": 7}",
         "line 5, evaluation_results[0]: no evaluation_name, expected a text"},
        {"{\"evaluation_name\": \"exam\"}",
         "line 5, evaluation_results[0]: no metric_config, expected an "
         "object"},
        {RESULT("\"score_type\": \"levels\"", "3"),
         "line 5, evaluation_results[0].metric_config: the score is the "
         "number of a level, expected a quantity"},
        {RESULT("", "\"high\""),
         "line 5, evaluation_results[0].score_details.score: a string, "
         "expected a number"},
        {RESULT("\"min_score\": 0, \"max_score\": 1.0", "73.4"),
         "line 5, evaluation_results[0].score_details.score: '73.4' lies "
         "outside min_score 0 to max_score 1"},
        {RESULT("", "1e12"),
         "line 5, evaluation_results[0]: benchmarks[0].value: "
         "'1000000000000' is too large, expected a decimal string up to "
         "1000000000"},
    };
    struct translated in;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        read_with(&in, "exam/x", "other", "\"id\": \"acme/x\"",
                  faults[i].result);
        assert_imported(&in);
        assert_string_equal(only_refusal(&in), faults[i].refusal);
        assert_int_equal(in.batch.statement_count, 0);
        forget(&in);
    }
}

static void one_bad_row_spares_the_others(void **state)
{
    struct translated in;

    (void)state;
    read_with(&in, "exam/x", "other", "\"id\": \"acme/x\"",
              RESULT("", "1e12") ", " PLAIN);
    assert_imported(&in);
    assert_int_equal(in.batch.refusal_count, 1);
    assert_holds(model_of(&in, "acme/x"), "\"value\":\"3\"");
    forget(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_its_own_source_without_its_time),
        cmocka_unit_test(the_day_is_that_on_which_it_was_retrieved),
        cmocka_unit_test(what_others_evaluated_is_never_measured_here),
        cmocka_unit_test(a_share_is_per_cent_with_its_interval),
        cmocka_unit_test(a_part_bears_the_name_of_its_whole),
        cmocka_unit_test(a_standard_error_becomes_an_interval_of_95_per_cent),
        cmocka_unit_test(a_result_may_have_a_day_of_its_own),
        cmocka_unit_test(an_unbounded_score_is_taken),
        cmocka_unit_test(a_score_by_a_model_says_so),
        cmocka_unit_test(where_lower_is_better_the_row_is_refused),
        cmocka_unit_test(the_vendors_own_figures_are_primary),
        cmocka_unit_test(a_model_is_found_by_the_rules_of_the_catalog),
        cmocka_unit_test(a_long_evaluation_id_keeps_apart_from_its_like),
        cmocka_unit_test(what_is_no_record_says_what_was_expected),
        cmocka_unit_test(a_row_that_cannot_be_taken_says_why),
        cmocka_unit_test(one_bad_row_spares_the_others),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
