/*
 * The comparison page that assay sets out from: its own costs are met to the
 * printed digit when given its prices, and none of its faults can be
 * produced from its inputs (one test per fault).
 */
#include "fixture.h"

#include "assay/file.h"
#include "assay/render.h"

/* Two models with one route each at these prices, compared. */
static const struct assay_json *compare_prices(struct assay_arena *arena,
                                               const char *const in[2],
                                               const char *const out[2])
{
    static const char format[] =
        "{'format':'assay-facts/1','source':{'id':'site','title':'s','url':'',"
        "'kind':'secondary','retrieved':'2026-05-19'},'models':["
        "{'id':'site/a','name':'A'},{'id':'site/b','name':'B'}],'routes':["
        "{'id':'site-a/a','provider':'site-a','model':'site/a',"
        "'status':'active','prices':["
        "{'meter':'input_tokens','usd_per_million':'%s'},"
        "{'meter':'output_tokens','usd_per_million':'%s'}]},"
        "{'id':'site-b/b','provider':'site-b','model':'site/b',"
        "'status':'active','prices':["
        "{'meter':'input_tokens','usd_per_million':'%s'},"
        "{'meter':'output_tokens','usd_per_million':'%s'}]}]}";
    struct assay_str text =
        assay_arena_printf(arena, format, in[0], out[0], in[1], out[1]);

    fixture_facts(catalog, text.at);
    return fixture_compare(catalog, arena, "site/a", "site/b", NULL)->data;
}

static const char *cost_text(struct assay_arena *arena,
                             const struct assay_json *d, const char *model)
{
    return text_at(
        arena, where(assay_json_at(d, "cost.models"), "model", model), "text");
}

static void the_sites_costs_and_gaps_are_met_to_the_printed_digit(void **state)
{
    /* prices in, prices out, costs, gap ("": not recorded) */
    static const struct {
        const char *in[2], *out[2], *cost[2], *gap;
    } cases[] = {
        {{"10", "0.1"}, {"30", "0.1"}, {"$15,500", "$105"}, "$15,395"},
        {{"10", "0.1"}, {"40", "0.1"}, {"$18,000", "$105"}, "$17,895"},
        {{"0.065", "0.07"}, {"0.14", "0.26"}, {"$87.00", "$121"}, ""},
        {{"0.2", "0.5"}, {"0.27", "1.5"}, {"$228", "$775"}, "$548"},
        {{"0.05", "0.05"}, {"0.25", "0.15"}, {"$103", "$77.50"}, "$25.00"},
        {{"0.027", "2"}, {"0.201", "8"}, {"$71.85", "$3,600"}, "$3,528"},
        {{"3", "2.5"}, {"15", "15"}, {"$6,150", "$5,750"}, "$400"},
        {{"0.02", "10"}, {"0.06", "30"}, {"$31.00", "$15,500"}, "$15,469"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        const struct assay_json *d =
            compare_prices(&arena, cases[i].in, cases[i].out);

        assert_string_equal(cost_text(&arena, d, "site/a"), cases[i].cost[0]);
        assert_string_equal(cost_text(&arena, d, "site/b"), cases[i].cost[1]);
        if (cases[i].gap[0])
            assert_string_equal(text_at(&arena, d, "cost.gap_text"),
                                cases[i].gap);
        assay_arena_free(&arena);
    }
}

/* The input price: the one that its monthly cost gives back, else as shown. */
static const char *price(struct assay_arena *arena, const struct assay_json *m,
                         const char *key, const char *derived)
{
    const struct assay_json *value =
        derived ? assay_json_get(m, derived) : NULL;

    if (!assay_json_is(value, ASSAY_JSON_NUMBER))
        value = assay_json_get(m, key);
    if (!assay_json_is(value, ASSAY_JSON_NUMBER))
        return NULL;
    return assay_arena_cstr(arena, value->text);
}

static size_t check_record(const struct assay_json *record)
{
    static const char *const ids[2] = {"site/a", "site/b"};
    struct assay_arena arena = {0};
    const char *in[2], *out[2];
    const char *gap = text_at(&arena, record, "site_monthly_gap");
    const struct assay_json *d;
    size_t checked = 0;

    for (size_t i = 0; i < 2; i++) {
        const struct assay_json *m = nth(assay_json_get(record, "models"), i);

        in[i] = price(&arena, m, "input_price_per_1m",
                      "input_price_derived_from_monthly");
        out[i] = price(&arena, m, "output_price_per_1m", NULL);
    }
    /* a side without both prices gets the other's: it is not looked at */
    for (size_t i = 0; i < 2; i++)
        if (!in[i] || !out[i]) {
            if (!in[1 - i] || !out[1 - i])
                goto out;
            in[i] = NULL;
        }
    const char *give_in[2] = {in[0] ? in[0] : in[1], in[1] ? in[1] : in[0]};
    const char *give_out[2] = {in[0] ? out[0] : out[1],
                               in[1] ? out[1] : out[0]};

    d = compare_prices(&arena, give_in, give_out);
    for (size_t i = 0; i < 2; i++) {
        const struct assay_json *site =
            nth(assay_json_get(record, "site_monthly_cost"), i);

        if (!in[i] || !assay_json_is(site, ASSAY_JSON_STRING))
            continue;
        checked++;
        assert_string_equal(cost_text(&arena, d, ids[i]),
                            assay_arena_cstr(&arena, site->text));
    }
    if (in[0] && in[1] && gap[0] == '$')
        assert_string_equal(text_at(&arena, d, "cost.gap_text"), gap);
out:
    assay_arena_free(&arena);
    return checked;
}

static void every_recorded_cost_of_the_site_is_met(void **state)
{
    const char *path = assay_test_data("cases/reference_site_pairs.jsonl");
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_str text, line;
    size_t checked = 0;

    if (!assay_file_read(&arena, path, ASSAY_MIB(4), &text, &err))
        fail_msg("%s", err.text);
    while (assay_str_cut(text, '\n', &line, &text)) {
        struct assay_json *record = assay_json_parse(&arena, line, NULL, &err);

        if (!record)
            fail_msg("%s", err.text);
        checked += check_record(record);
    }
    print_message("%zu costs\n", checked);
    assert_true(checked >= 20);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------------- faults */

#define SOURCE                                                                \
    "{'format':'assay-facts/1','source':{'id':'faults','title':'f','url':''," \
    "'kind':'primary','retrieved':'2026-05-19'},"
#define PRICES(in, out)                                              \
    "'prices':[{'meter':'input_tokens','usd_per_million':'" in "'}," \
    "{'meter':'output_tokens','usd_per_million':'" out "'}]"
#define ROUTE(id, model, in, out)                            \
    "{'id':'" id "','provider':'fault','model':'" model "'," \
    "'status':'active'," PRICES(in, out) "}"

static const struct assay_json *compare_facts(struct assay_arena *arena,
                                              const char *facts, const char *a,
                                              const char *b)
{
    fixture_facts(catalog, facts);
    return fixture_compare(catalog, arena, a, b, NULL)->data;
}

static const struct assay_json *statement(const struct assay_json *d,
                                          const char *model, const char *rule)
{
    return where(
        assay_json_get(where(assay_json_get(d, "tradeoffs"), "model", model),
                       "statements"),
        "rule", rule);
}

static void the_cheaper_model_is_the_one_that_costs_less(void **state)
{
    /* 5.1 (1): lower input price, dearer month */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/mini','name':'Mini'},"
               "{'id':'f/grok','name':'Grok'}],'routes':[" ROUTE(
                   "fault/mini", "f/mini", "0.75",
                   "4.5") "," ROUTE("fault/grok", "f/grok", "1.25", "2.5") "]}",
        "f/mini", "f/grok");

    assert_string_equal(cost_text(&arena, d, "f/mini"), "$1,725");
    assert_string_equal(cost_text(&arena, d, "f/grok"), "$1,625");
    assert_string_equal(text_at(&arena, d, "cost.lower"), "f/grok");
    assert_null(statement(d, "f/mini", "cost_lower"));
    assert_non_null(statement(d, "f/grok", "cost_lower"));
    assert_non_null(
        where(assay_json_get(d, "summary"), "rule", "cheap_input_dear_month"));
    assay_arena_free(&arena);
}

static void no_saving_is_given_in_percent(void **state)
{
    /* 5.1 (2): "7307 % cheaper" */
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_buf out;

    fixture_facts(
        catalog,
        SOURCE "'models':[{'id':'f/small','name':'Small'},"
               "{'id':'f/large','name':'Large'}],'routes':[" ROUTE(
                   "fault/small", "f/small", "0.027",
                   "0.201") "," ROUTE("fault/large", "f/large", "2", "8") "]}");
    assay_buf_init(&out, (size_t)1 << 24);
    assert_true(assay_render_markdown(
        &out, fixture_compare(catalog, &arena, "f/small", "f/large", NULL),
        &(struct assay_render_options){.width = 80}, &err));
    assert_false(assay_str_contains(assay_buf_str(&out), "% cheaper"));
    assert_false(assay_str_contains(assay_buf_str(&out), "% less"));
    assert_true(assay_str_contains(assay_buf_str(&out), "1/50 of the cost"));
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void a_lower_price_does_not_beat_a_lost_benchmark(void **state)
{
    /* 5.1 (3) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE
        "'models':[{'id':'f/weak','name':'Weak','context_tokens':1000000,"
        "'max_output_tokens':9000,'benchmarks':[{'name':'GPQA','value':'25.6',"
        "'unit':'percent','setting':'0-shot'}]},"
        "{'id':'f/strong','name':'Strong','context_tokens':200000,"
        "'max_output_tokens':9000,'benchmarks':[{'name':'GPQA','value':'87.7',"
        "'unit':'percent','setting':'0-shot'}]}],'routes':[" ROUTE(
            "fault/weak", "f/weak", "0.03",
            "0.2") "," ROUTE("fault/strong", "f/strong", "2", "8") "]}",
        "f/weak", "f/strong");

    assert_string_equal(text_at(&arena, d, "verdict.rule"), "trade");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "(null)");
    assert_non_null(statement(d, "f/strong", "benchmark_lead"));
    assay_arena_free(&arena);
}

static void being_newer_wins_nothing(void **state)
{
    /* 5.1 (4) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/new','name':'New','released':'2026-01-01'},"
               "{'id':'f/old','name':'Old','released':'2025-09-29',"
               "'context_tokens':200000}],'routes':[" ROUTE(
                   "fault/old", "f/old", "3", "15") "]}",
        "f/new", "f/old");

    assert_string_equal(text_at(&arena, d, "verdict.winner"), "(null)");
    assert_null(statement(d, "f/new", "cost_lower"));
    assert_non_null(statement(d, "f/new", "nothing_known"));
    assay_arena_free(&arena);
}

static void coverage_goes_to_more_live_providers_only(void **state)
{
    /* 5.1 (5), 5.2: 1 against 0, and routes that are dead */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE
        "'models':[{'id':'f/one','name':'One'},"
        "{'id':'f/zero','name':'Zero'},{'id':'f/dead','name':'Dead'}],"
        "'routes':[" ROUTE(
            "fault/one", "f/one", "1",
            "1") ","
                 "{'id':'fault/dead','provider':'fault','model':'f/dead',"
                 "'status':'retired','retired_on':'2024-01-01'},"
                 "{'id':'gone/dead','provider':'gone','model':'f/dead',"
                 "'status':'retired','retired_on':'2024-01-01'}]}",
        "f/one", "f/zero");

    assert_null(statement(d, "f/one", "coverage"));
    assert_null(statement(d, "f/zero", "coverage"));
    d = fixture_compare(catalog, &arena, "f/one", "f/dead", NULL)->data;
    assert_null(statement(d, "f/dead", "coverage"));
    assert_string_equal(
        text_at(&arena,
                where(assay_json_get(where(assay_json_get(d, "scorecard"),
                                           "signal", "live_routes"),
                                     "cells"),
                      "model", "f/dead"),
                "value"),
        "0");
    assay_arena_free(&arena);
}

static void vision_speaks_only_for_the_model_that_has_it(void **state)
{
    /* 5.1 (6), 5.2 */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/blind','name':'Blind',"
               "'capabilities':{'vision':false}},"
               "{'id':'f/seer','name':'Seer','capabilities':{'vision':true}},"
               "{'id':'f/quiet','name':'Quiet'}]}",
        "f/blind", "f/seer");

    assert_null(statement(d, "f/blind", "capability_only"));
    assert_non_null(statement(d, "f/seer", "capability_only"));
    /* against one of whom nothing is known it decides nothing */
    d = fixture_compare(catalog, &arena, "f/seer", "f/quiet", NULL)->data;
    assert_null(statement(d, "f/seer", "capability_only"));
    assay_arena_free(&arena);
}

static bool fit_for(const struct assay_json *d, const char *model,
                    const char *tag)
{
    const struct assay_json *cell =
        where(assay_json_get(where(assay_json_get(d, "scorecard"), "signal",
                                   "decision_fit"),
                             "cells"),
              "model", model);

    return where(assay_json_get(cell, "value"), "tag", tag) != NULL;
}

static void coding_is_not_read_off_a_code_execution_flag(void **state)
{
    /* 5.1 (7) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/runner','name':'Runner',"
               "'capabilities':{'code_execution':true}},"
               "{'id':'f/coder','name':'Coder','benchmarks':["
               "{'name':'Aider Polyglot','value':'72.0','unit':'percent'}]}]}",
        "f/runner", "f/coder");

    assert_false(fit_for(d, "f/runner", "Coding"));
    assert_true(fit_for(d, "f/coder", "Coding"));
    assert_false(fit_for(d, "f/runner", "Agents"));
    assay_arena_free(&arena);
}

static void a_tiered_price_is_compared_at_the_traffic(void **state)
{
    /* 5.1 (8) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/tiered','name':'Tiered'},"
               "{'id':'f/flat','name':'Flat'}],'routes':["
               "{'id':'fault/tiered','provider':'fault','model':'f/tiered',"
               "'status':'active','prices':["
               "{'meter':'input_tokens','usd_per_million':'3'},"
               "{'meter':'input_tokens','usd_per_million':'6',"
               "'when_input_tokens':'>200000','scope':'whole_request'},"
               "{'meter':'output_tokens','usd_per_million':'15'}]}," ROUTE(
                   "fault/flat", "f/flat", "0.22", "0.85") "]}",
        "f/tiered", "f/flat");

    assert_string_equal(cost_text(&arena, d, "f/tiered"), "$6,150");
    assert_string_equal(text_at(&arena, d, "cost.lower"), "f/flat");
    assay_arena_free(&arena);
}

static const struct assay_json *bench(const struct assay_json *d,
                                      const char *name)
{
    return where(assay_json_get(d, "benchmarks"), "name", name);
}

static void elo_and_percent_never_meet(void **state)
{
    /* 5.1 (9) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/e','name':'E','benchmarks':["
               "{'name':'Arena','value':'1126','unit':'elo','setting':'x'}]},"
               "{'id':'f/p','name':'P','benchmarks':["
               "{'name':'Arena','value':'77','unit':'percent',"
               "'setting':'x'}]}]}",
        "f/e", "f/p");

    assert_string_equal(text_at(&arena, bench(d, "Arena"), "comparable"),
                        "false");
    assert_string_equal(text_at(&arena, bench(d, "Arena"), "why_not"),
                        "unit differs: elo and percent");
    assert_string_equal(text_at(&arena, bench(d, "Arena"), "leader"), "(null)");
    assay_arena_free(&arena);
}

static void every_lead_is_counted_and_noise_is_a_tie(void **state)
{
    /* 5.1 (10) */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/x','name':'X','benchmarks':["
               "{'name':'A','value':'81.5','unit':'percent','setting':'s'},"
               "{'name':'B','value':'70','unit':'percent','setting':'s'},"
               "{'name':'C','value':'50','unit':'percent','setting':'s',"
               "'error_minus':'2','error_plus':'2'},"
               "{'name':'D','value':'50','unit':'percent'},"
               "{'name':'E','value':'50','unit':'percent','setting':'s',"
               "'harness':'h'}]},"
               "{'id':'f/y','name':'Y','benchmarks':["
               "{'name':'A','value':'80','unit':'percent','setting':'s'},"
               "{'name':'B','value':'75.5','unit':'percent','setting':'s'},"
               "{'name':'C','value':'52','unit':'percent','setting':'s',"
               "'error_minus':'1','error_plus':'1'},"
               "{'name':'D','value':'60','unit':'percent'},"
               "{'name':'E','value':'60','unit':'percent','setting':'s'}]}]}",
        "f/x", "f/y");
    const struct assay_json *row =
        where(assay_json_get(d, "scorecard"), "signal", "shared_benchmarks");

    assert_string_equal(
        text_at(&arena, where(assay_json_get(row, "cells"), "model", "f/x"),
                "text"),
        "leads 1 of 3");
    assert_string_equal(text_at(&arena, row, "leader"), "(null)");
    assert_string_equal(text_at(&arena, bench(d, "A"), "leader"), "f/x");
    assert_string_equal(text_at(&arena, bench(d, "A"), "difference"),
                        "1.5 points");
    assert_string_equal(text_at(&arena, bench(d, "B"), "leader"), "f/y");
    assert_string_equal(text_at(&arena, bench(d, "C"), "leader"), "(null)");
    assert_string_equal(text_at(&arena, bench(d, "D"), "why_not"),
                        "setting not stated");
    assert_string_equal(text_at(&arena, bench(d, "E"), "why_not"),
                        "harness stated on one side only: h");
    assay_arena_free(&arena);
}

static void unknown_is_not_smaller_not_no_and_not_free(void **state)
{
    /* 5.2 */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/known','name':'Known',"
               "'context_tokens':8192,'capabilities':{'vision':true}},"
               "{'id':'f/unknown','name':'Unknown'},"
               "{'id':'f/gratis','name':'Gratis'}],'routes':[" ROUTE(
                   "fault/known", "f/known", "1",
                   "1") "," ROUTE("fault/gratis", "f/gratis", "0", "0") "]}",
        "f/known", "f/unknown");
    const struct assay_json *card = assay_json_get(d, "scorecard");

    assert_null(statement(d, "f/known", "context_larger"));
    assert_string_equal(
        text_at(&arena, where(card, "signal", "context_tokens"), "leader"),
        "(null)");
    assert_string_equal(text_at(&arena, d, "cost.lower"), "(null)");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "(null)");
    assert_string_equal(
        text_at(
            &arena,
            where(assay_json_get(where(card, "signal", "live_routes"), "cells"),
                  "model", "f/unknown"),
            "state"),
        "unknown");
    d = fixture_compare(catalog, &arena, "f/known", "f/gratis", NULL)->data;
    assert_string_equal(
        text_at(&arena,
                where(assay_json_at(d, "cost.models"), "model", "f/gratis"),
                "state"),
        "free");
    assert_string_equal(cost_text(&arena, d, "f/gratis"), "$0.00");
    assay_arena_free(&arena);
}

static void a_retired_model_is_never_sold_as_a_choice(void **state)
{
    /* 5.3, 5.5: against every other model of the catalog */
    struct assay_arena outer = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_view view;
    size_t met = 0;

    assert_true(assay_catalog_view(catalog, &outer, &view, &err));
    for (size_t i = 0; i < view.model_count; i++) {
        struct assay_arena arena = {0};
        const char *id = assay_arena_cstr(&arena, view.models[i]->id);
        const struct assay_json *d;

        if (strcmp(id, "openai/gpt-4-vision-preview") != 0) {
            d = fixture_compare(catalog, &arena, "openai/gpt-4-vision-preview",
                                id, NULL)
                    ->data;
            assert_string_not_equal(text_at(&arena, d, "verdict.winner"),
                                    "openai/gpt-4-vision-preview");
            assert_string_not_equal(text_at(&arena, d, "cost.lower"),
                                    "openai/gpt-4-vision-preview");
            assert_non_null(
                statement(d, "openai/gpt-4-vision-preview", "unreachable"));
            met++;
        }
        assay_arena_free(&arena);
    }
    assert_true(met > 60);
    assay_arena_free(&outer);
}

static void models_of_different_jobs_are_not_compared_on_price(void **state)
{
    /* 5.5: a safety classifier against a chat model */
    struct assay_arena arena = {0};
    const struct assay_json *d = compare_facts(
        &arena,
        SOURCE "'models':[{'id':'f/guard','name':'Guard',"
               "'task':'moderation'},{'id':'f/chat','name':'Chat',"
               "'task':'chat'}],'routes':[" ROUTE(
                   "fault/guard", "f/guard", "0.1",
                   "0.1") "," ROUTE("fault/chat", "f/chat", "3", "15") "]}",
        "f/guard", "f/chat");

    assert_string_equal(text_at(&arena, d, "verdict.rule"), "different_job");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "(null)");
    assay_arena_free(&arena);
}

static void a_tie_on_every_figure_names_nobody(void **state)
{
    /* 2.1: "$0.07 versus $0.07" */
    struct assay_arena arena = {0};
    const char *const in[2] = {"0.07", "0.07"}, *const out[2] = {"1", "1"};
    const struct assay_json *d = compare_prices(&arena, in, out);

    assert_string_equal(text_at(&arena, d, "cost.lower"), "(null)");
    assert_string_equal(text_at(&arena, d, "cost.gap_usd"), "0");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "(null)");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sites_costs_and_gaps_are_met_to_the_printed_digit),
        cmocka_unit_test(every_recorded_cost_of_the_site_is_met),
        cmocka_unit_test(the_cheaper_model_is_the_one_that_costs_less),
        cmocka_unit_test(no_saving_is_given_in_percent),
        cmocka_unit_test(a_lower_price_does_not_beat_a_lost_benchmark),
        cmocka_unit_test(being_newer_wins_nothing),
        cmocka_unit_test(coverage_goes_to_more_live_providers_only),
        cmocka_unit_test(vision_speaks_only_for_the_model_that_has_it),
        cmocka_unit_test(coding_is_not_read_off_a_code_execution_flag),
        cmocka_unit_test(a_tiered_price_is_compared_at_the_traffic),
        cmocka_unit_test(elo_and_percent_never_meet),
        cmocka_unit_test(every_lead_is_counted_and_noise_is_a_tie),
        cmocka_unit_test(unknown_is_not_smaller_not_no_and_not_free),
        cmocka_unit_test(a_retired_model_is_never_sold_as_a_choice),
        cmocka_unit_test(models_of_different_jobs_are_not_compared_on_price),
        cmocka_unit_test(a_tie_on_every_figure_names_nobody),
    };

    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
