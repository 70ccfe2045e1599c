/*
 * When one model dominates, and what keeps it from doing so: an unknown that
 * could turn it, a benchmark that cannot be compared, anything it is worse on.
 */
#include "fixture.h"

#define CAN                                                             \
    "'multimodal':false,'reasoning':true,'function_calling':true,"      \
    "'tool_use':true,'structured_outputs':true,'code_execution':false," \
    "'streaming':true,'prompt_caching':false,'batch':false,"            \
    "'fine_tuning':false,'audio':false"
#define CAPABLE ",'capabilities':{'vision':false," CAN "}"
#define CLOSED ",'open_weights':false"
#define OPEN ",'open_weights':true"
#define SIZED(context, answer) \
    ",'context_tokens':" context ",'max_output_tokens':" answer
#define ROW(name, value, setting)                              \
    "{'name':'" name "','value':'" value "','unit':'percent'," \
    "'setting':'" setting "','variant':'instruct','harness':'h 1'}"
#define SCORED(rows) ",'benchmarks':[" rows "]"
#define PRICED(in, out)                                         \
    ",'prices':[{'meter':'input_tokens','usd_per_million':'" in \
    "'},{'meter':'output_tokens','usd_per_million':'" out "'}]"

#define GOOD \
    CAPABLE CLOSED SIZED("128000", "8192") SCORED(ROW("MMLU", "80", "5-shot"))
#define POOR \
    CAPABLE CLOSED SIZED("64000", "8192") SCORED(ROW("MMLU", "70", "5-shot"))
#define CHEAP PRICED("1", "4")
#define ROUTE_SEES ",'capabilities':{'vision':true}"
#define DEAR PRICED("2", "8")

/* The bodies of two models and of a route of each. */
static const struct duel {
    const char *good, *good_route, *poor, *poor_route, *need;
    const char *rule, *text; /* of the verdict; a part of its text */
} duels[] = {
    {GOOD, CHEAP, POOR, DEAR, NULL, "dominates",
     "is no worse on any known signal and better on benchmarks, cost, "
     "context."},
    /* an unknown that could turn it */
    {GOOD, CHEAP, POOR, "", NULL, "trade", "the cost of Poor is not known"},
    {GOOD, "", POOR, DEAR, NULL, "trade", "the cost of Good is not known"},
    {GOOD, CHEAP,
     ",'capabilities':{" CAN "}" CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR, NULL, "trade", "whether Poor has vision is unknown"},
    {GOOD, CHEAP,
     CAPABLE CLOSED
     ",'context_tokens':64000" SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR, NULL, "trade", "the longest answer of Poor is unknown"},
    {GOOD, CHEAP,
     CAPABLE SIZED("64000", "8192") SCORED(ROW("MMLU", "70", "5-shot")), DEAR,
     NULL, "trade", "whether the weights of Poor are open is unknown"},
    {GOOD, PRICED("0", "0"), POOR, DEAR, NULL, "trade",
     "the cost of Good is that of a free tier"},
    {GOOD, CHEAP, POOR, DEAR, "zero_retention", "trade", "Good"},
    /* a benchmark that cannot be compared */
    {CAPABLE CLOSED SIZED("128000", "8192") SCORED(ROW("MMLU", "80", "0-shot")),
     CHEAP, POOR, DEAR, NULL, "trade", "no benchmark compares them"},
    {GOOD, CHEAP,
     CAPABLE CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot") "," ROW("GPQA", "30", "0-shot")),
     DEAR, NULL, "trade", "GPQA is on record for Poor alone"},
    {CAPABLE CLOSED SIZED("128000", "8192")
         SCORED(ROW("MMLU", "80", "5-shot") "," ROW("GPQA", "40", "5-shot")),
     CHEAP,
     CAPABLE CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot") "," ROW("GPQA", "30", "0-shot")),
     DEAR, NULL, "trade", "GPQA cannot be compared"},
    /* a capability that only a route states: no gain … */
    {",'capabilities':{" CAN "}" CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR ROUTE_SEES, POOR, DEAR, NULL, "trade",
     "No known fact decides between these"},
    {",'capabilities':{" CAN "}" CLOSED SIZED("128000", "8192")
         SCORED(ROW("MMLU", "80", "5-shot")),
     CHEAP ROUTE_SEES, POOR, DEAR, NULL, "dominates",
     "better on benchmarks, cost, context."},
    /* … and no match for what the other model has; nor one that it lacks */
    {",'capabilities':{" CAN "}" CLOSED SIZED("128000", "8192")
         SCORED(ROW("MMLU", "80", "5-shot")),
     CHEAP ROUTE_SEES,
     ",'capabilities':{'vision':true," CAN "}" CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR, NULL, "trade", "whether Good has vision is said of its routes"},
    {GOOD, CHEAP,
     ",'capabilities':{" CAN "}" CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR ROUTE_SEES, NULL, "trade",
     "whether Poor has vision is said of its routes alone"},
    {",'capabilities':{" CAN "}" CLOSED SIZED("128000", "8192")
         SCORED(ROW("MMLU", "80", "5-shot")),
     CHEAP,
     ",'capabilities':{" CAN "}" CLOSED SIZED("64000", "8192")
         SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR ROUTE_SEES, NULL, "trade", "whether Good has vision is unknown"},
    /* something it is worse on */
    {GOOD, CHEAP,
     CAPABLE OPEN SIZED("64000", "8192") SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR, NULL, "trade", "No model wins on all counts."},
    {GOOD ",'lifecycle':{'retired_on':'2027-03-01'}", CHEAP, POOR, DEAR, NULL,
     "trade", "No model wins on all counts."},
    {GOOD, DEAR, POOR, CHEAP, NULL, "trade", "No model wins on all counts."},
    {CAPABLE CLOSED SIZED("128000", "8192") SCORED(ROW("MMLU", "60", "5-shot")),
     CHEAP, POOR, DEAR, NULL, "trade", "No model wins on all counts."},
    /* 65,536 is 64,000 in other words; better on nothing */
    {POOR, DEAR,
     CAPABLE CLOSED SIZED("65536", "8192") SCORED(ROW("MMLU", "70", "5-shot")),
     DEAR, NULL, "trade", "No known fact decides between these"},
};

enum { LAST = sizeof duels / sizeof duels[0] - 1 };

static void add_duel(struct assay_arena *arena, size_t i)
{
    const struct duel *d = &duels[i];
    struct assay_str text = assay_arena_printf(
        arena,
        "{'format':'assay-facts/1','source':{'id':'duel-%zu','title':'t',"
        "'url':'','kind':'primary','retrieved':'2026-11-01'},'models':["
        "{'id':'d%zu/good','name':'Good','task':'chat'%s},"
        "{'id':'d%zu/poor','name':'Poor','task':'chat'%s}],'routes':["
        "{'id':'east/d%zu-good','provider':'east','model':'d%zu/good',"
        "'status':'active'%s},"
        "{'id':'east/d%zu-poor','provider':'east','model':'d%zu/poor',"
        "'status':'active'%s}]}",
        i, i, d->good, i, d->poor, i, i, d->good_route, i, i, d->poor_route);

    fixture_facts(catalog, assay_arena_cstr(arena, text));
}

static void assert_holds(size_t i, const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("duel %zu: '%s' does not say '%s'", i, text, part);
}

static void one_dominates_only_where_nothing_could_turn_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof duels / sizeof duels[0]; i++) {
        struct assay_arena arena = {0};
        char good[32], poor[32];
        const struct assay_json *a, *b;

        (void)snprintf(good, sizeof good, "d%zu/good", i);
        (void)snprintf(poor, sizeof poor, "d%zu/poor", i);
        add_duel(&arena, i);
        a = fixture_compare(catalog, &arena, good, poor, duels[i].need)->data;
        b = fixture_compare(catalog, &arena, poor, good, duels[i].need)->data;
        assert_holds(i, text_at(&arena, a, "verdict.rule"), duels[i].rule);
        assert_holds(i, text_at(&arena, a, "verdict.text"), duels[i].text);
        assert_string_equal(text_at(&arena, a, "verdict.rule"),
                            text_at(&arena, b, "verdict.rule"));
        assert_string_equal(text_at(&arena, a, "verdict.winner"),
                            strcmp(duels[i].rule, "dominates") == 0 ? good
                                                                    : "(null)");
        assert_string_equal(text_at(&arena, a, "verdict.winner"),
                            text_at(&arena, b, "verdict.winner"));
        assay_arena_free(&arena);
    }
}

/* What is said of the loser never speaks against the verdict. */
static void nothing_speaks_for_the_dominated_one(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *of;

    (void)state;
    add_duel(&arena, 0);
    d = fixture_compare(catalog, &arena, "d0/good", "d0/poor", NULL)->data;
    of = where(assay_json_get(d, "tradeoffs"), "model", "d0/poor");
    assert_string_equal(
        text_at(&arena, nth(assay_json_get(of, "statements"), 0), "rule"),
        "nothing_known");
    assert_true(assay_json_at(d, "verdict.because")->count > 3);
    assay_arena_free(&arena);
}

static void of_three_one_must_beat_both(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_model *models[3];
    struct assay_compare_options options = {.traffic = assay_traffic_default(),
                                            .as_of = fixture_day};
    const struct assay_document *doc;

    (void)state;
    add_duel(&arena, 0);
    models[0] = fixture_model(catalog, &arena, "d0/poor");
    models[1] = fixture_model(catalog, &arena, "d0/good");
    add_duel(&arena, 1); /* its cost is unknown */
    models[2] = fixture_model(catalog, &arena, "d1/poor");
    doc = assay_compare(&arena, models, 3, &options, &err);
    assert_non_null(doc);
    assert_string_equal(text_at(&arena, doc->data, "verdict.rule"), "trade");
    add_duel(&arena, LAST); /* dearer, and better on nothing */
    models[2] = fixture_model(
        catalog, &arena, assay_arena_printf(&arena, "d%d/good", (int)LAST).at);
    doc = assay_compare(&arena, models, 3, &options, &err);
    assert_non_null(doc);
    assert_string_equal(text_at(&arena, doc->data, "verdict.rule"),
                        "dominates");
    assert_string_equal(text_at(&arena, doc->data, "verdict.winner"),
                        "d0/good");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_dominates_only_where_nothing_could_turn_it),
        cmocka_unit_test(nothing_speaks_for_the_dominated_one),
        cmocka_unit_test(of_three_one_must_beat_both),
    };

    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
