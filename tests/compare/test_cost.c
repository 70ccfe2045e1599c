/* Monthly cost: shapes, tiers, caches, batches, images, bounds, break-even. */
#include "fixture.h"

static const char facts[] =
    "{'format':'assay-facts/1','source':{'id':'test','title':'t','url':'',"
    "'kind':'primary','retrieved':'2026-11-01'},'models':["
    "{'id':'t/plain','name':'Plain','open_weights':false,'task':'chat',"
    "'context_tokens':100000,'image_tokens':{'rule':'openai-tiles','low':85,"
    "'base':85,'per_tile':170,'tile_px':512,'fit_px':2048,"
    "'short_side_px':768}},"
    "{'id':'t/tiered','name':'Tiered'},{'id':'t/free','name':'Free'},"
    "{'id':'t/half','name':'Half'},{'id':'t/gone','name':'Gone'},"
    "{'id':'t/none','name':'None'},{'id':'t/small','name':'Small'},"
    "{'id':'t/mixed','name':'Mixed'},{'id':'t/out','name':'Out'},"
    "{'id':'t/step','name':'Step'},{'id':'t/flat','name':'Flat'},"
    "{'id':'t/narrow','name':'Narrow','context_tokens':4000}],"
    "'routes':["
    "{'id':'p/plain','provider':'p','model':'t/plain','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'2'},"
    "{'meter':'output_tokens','usd_per_million':'8'},"
    "{'meter':'cache_read_tokens','usd_per_million':'0.5'}]},"
    "{'id':'p/plain:batch','provider':'p','model':'t/plain','tier':'batch',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'4'}]},"
    "{'id':'p/tiered','provider':'p','model':'t/tiered','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'input_tokens','usd_per_million':'2',"
    "'when_input_tokens':'>200000','scope':'whole_request'},"
    "{'meter':'output_tokens','usd_per_million':'10'}]},"
    "{'id':'q/tiered','provider':'q','model':'t/tiered','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1.5'},"
    "{'meter':'input_tokens','usd_per_million':'3',"
    "'when_input_tokens':'>=300000','scope':'marginal'},"
    "{'meter':'output_tokens','usd_per_million':'9'}]},"
    "{'id':'p/free','provider':'p','model':'t/free','tier':'free',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]},"
    "{'id':'p/half','provider':'p','model':'t/half','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.03875'}]},"
    "{'id':'p/gone','provider':'p','model':'t/gone','status':'retired',"
    "'retired_on':'2025-01-01','prices':["
    "{'meter':'input_tokens','usd_per_million':'0.01'},"
    "{'meter':'output_tokens','usd_per_million':'0.01'}]},"
    "{'id':'p/small','provider':'p','model':'t/small','status':'active',"
    "'context_tokens':1000,'prices':["
    "{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'1'}]},"
    "{'id':'p/mixed','provider':'p','model':'t/mixed','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'20'}]},"
    "{'id':'q/mixed','provider':'q','model':'t/mixed','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'5'},"
    "{'meter':'output_tokens','usd_per_million':'5'}]},"
    "{'id':'q/free-mixed','provider':'q','model':'t/mixed','tier':'free',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]},"
    "{'id':'q/out','provider':'q','model':'t/out','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'4'},"
    "{'meter':'output_tokens','usd_per_million':'2'}]},"
    "{'id':'p/step','provider':'p','model':'t/step','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'input_tokens','usd_per_million':'5',"
    "'when_input_tokens':'>32000','scope':'whole_request'},"
    "{'meter':'output_tokens','usd_per_million':'8'}]},"
    "{'id':'q/step','provider':'q','model':'t/step','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'input_tokens','usd_per_million':'5',"
    "'when_input_tokens':'>=32000','scope':'marginal'},"
    "{'meter':'output_tokens','usd_per_million':'8'}]},"
    "{'id':'p/flat','provider':'p','model':'t/flat','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1.5'},"
    "{'meter':'output_tokens','usd_per_million':'8'}]},"
    "{'id':'p/narrow','provider':'p','model':'t/narrow','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'2'},"
    "{'meter':'output_tokens','usd_per_million':'2'}]}]}";

static int open_with_facts(void **state)
{
    (void)open_catalog(state);
    fixture_facts(catalog, facts);
    return 0;
}

static void cost_of(struct assay_arena *arena, const char *model,
                    const char *traffic, bool allow_free,
                    struct assay_model_cost *cost)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_traffic *shape = ASSAY_NEW(arena, struct assay_traffic);

    if (!assay_traffic_parse(assay_str_c(traffic), shape, &err) ||
        !assay_cost_model(
            arena, fixture_model(catalog, arena, model),
            &(struct assay_cost_options){.traffic = shape,
                                         .as_of = fixture_day,
                                         .allow_free = allow_free},
            cost, &err))
        fail_msg("%s", err.text);
}

static void a_months_cost_is_right_to_the_cent(void **state)
{
    static const struct {
        const char *model, *traffic, *text, *route;
        bool allow_free;
    } cases[] = {
        {"t/plain", "", "3600", "p/plain", false},
        {"t/plain", "cached=50%", "3000", "p/plain", false},
        {"t/plain", "batch=100%", "1800", "p/plain", false},
        {"t/plain", "batch=50%", "2700", "p/plain", false},
        {"t/plain", "retries=10%", "3960", "p/plain", false},
        {"t/plain", "images=1x1024x1024:high", "5130", "p/plain", false},
        {"t/plain", "images=2:low", "3940", "p/plain", false},
        /* 1.05 G tokens either way; one route is cheaper by its output */
        {"t/mixed", "", "5250", "q/mixed", false},
        {"t/mixed", "output=100", "2800", "p/mixed", false},
        {"t/mixed", "", "0", "q/free-mixed", true},
        {"t/free", "", "0", "p/free", false},
        {"t/half", "", "31", "p/half", false},
        {"t/gone", "", "10.5", "p/gone", false},
        /* tiers at N-1, N, N+1 of > 200,000 whole request */
        {"t/tiered", "requests=1,input=199999,output=0", "0.199999", "p/tiered",
         false},
        {"t/tiered", "requests=1,input=200000,output=0", "0.2", "p/tiered",
         false},
        {"t/tiered", "requests=1,input=200001,output=0", "0.3000015",
         "q/tiered", false},
        /* >= 300,000, only what lies past the threshold */
        {"t/tiered", "requests=1,input=400000,output=0", "0.75", "q/tiered",
         false},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_model_cost cost;

        cost_of(&arena, cases[i].model, cases[i].traffic, cases[i].allow_free,
                &cost);
        if (!cost.best.route)
            fail_msg("%s %s: no route", cases[i].model, cases[i].traffic);
        if (!assay_str_is(assay_decimal_text(&arena, cost.best.usd),
                          cases[i].text) ||
            !assay_str_is(cost.best.route->id, cases[i].route))
            fail_msg("%s at '%s': $%.*s on %.*s, expected $%s on %s",
                     cases[i].model, cases[i].traffic,
                     ASSAY_STR_ARG(assay_decimal_text(&arena, cost.best.usd)),
                     ASSAY_STR_ARG(cost.best.route->id), cases[i].text,
                     cases[i].route);
    }
    assay_arena_free(&arena);
}

static void an_unknown_part_makes_a_bound(void **state)
{
    struct assay_arena arena = {0};
    struct assay_model_cost cost;

    cost_of(&arena, "t/half", "", false, &cost);
    assert_int_equal(cost.best.state, ASSAY_BOUND);
    assert_string_equal(
        assay_arena_cstr(
            &arena, assay_cost_text(&arena, cost.best.state, cost.best.usd)),
        "at least $31.00");
    cost_of(&arena, "t/none", "", false, &cost);
    assert_int_equal(cost.best.state, ASSAY_UNKNOWN);
    assert_null(cost.best.route);
    /* pictures without a rule or a price */
    cost_of(&arena, "t/mixed", "images=1x64x64:high", false, &cost);
    assert_int_equal(cost.best.state, ASSAY_BOUND);
    assay_arena_free(&arena);
}

static const char odd_price[] =
    "{'format':'assay-facts/1','source':{'id':'odd','title':'t','url':'',"
    "'kind':'primary','retrieved':'2026-11-01'},"
    "'models':[{'id':'t/odd','name':'Odd'}],'routes':["
    "{'id':'p/odd','provider':'p','model':'t/odd','status':'active',"
    "'prices':[{'meter':'input_tokens',"
    "'usd_per_million':'1.123456789012345678901234567891'},"
    "{'meter':'output_tokens','usd_per_million':'9876543.21'}]},"
    "{'id':'q/odd','provider':'q','model':'t/odd','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'3'},"
    "{'meter':'output_tokens','usd_per_million':'4'}]}]}";

/* Digits of all sizes in one price; any catalog may hold such a row. */
static void a_price_beyond_arithmetic_costs_only_its_own_route(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_route_cost one;
    struct assay_model_cost cost;
    struct assay_traffic shape;

    fixture_facts(catalog, odd_price);
    const struct assay_model *model = fixture_model(catalog, &arena, "t/odd");
    assert_true(assay_traffic_parse(
        ASSAY_STR("requests=987654321,input=801,output=249"), &shape, &err));
    for (size_t i = 0; i < model->route_count; i++) {
        const struct assay_route *route = model->routes[i];
        bool odd = assay_str_is(route->id, "p/odd");

        assert_true(
            assay_cost_route(&arena, route, &shape, fixture_day, &one, &err));
        assert_int_equal(err.code, ASSAY_OK);
        assert_int_equal(one.state, odd ? ASSAY_UNKNOWN : ASSAY_KNOWN);
        assert_int_equal(one.note_count, odd);
        if (odd)
            assert_true(assay_str_contains(one.notes[0], "38 digits"));
    }
    cost_of(&arena, "t/odd", "requests=987654321,input=801,output=249", false,
            &cost);
    assert_true(assay_str_is(cost.best.route->id, "q/odd"));
    assay_arena_free(&arena);
}

static void a_request_that_does_not_fit_has_no_cost(void **state)
{
    struct assay_arena arena = {0};
    struct assay_model_cost cost;

    cost_of(&arena, "t/small", "", false, &cost);
    assert_int_equal(cost.best.state, ASSAY_UNKNOWN);
    assert_true(assay_str_contains(cost.why_unknown, "does not fit"));
    cost_of(&arena, "t/small", "input=700,output=300", false, &cost);
    assert_int_equal(cost.best.state, ASSAY_KNOWN);
    assay_arena_free(&arena);
}

static void a_retired_route_is_never_the_lower_one(void **state)
{
    static const struct {
        const char *models[3];
        size_t lower;
    } cases[] = {
        {{"t/gone", "t/plain"}, SIZE_MAX},
        /* it decides nothing between two that can be had */
        {{"t/gone", "t/plain", "t/mixed"}, 1},
        {{"t/mixed", "t/gone", "t/plain"}, 2},
        {{"t/half", "t/gone", "t/free"}, 2},
        {{"t/plain", "t/gone", "t/none"}, SIZE_MAX},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_model_cost costs[3];
        size_t count = 0;

        for (; count < 3 && cases[i].models[count]; count++)
            cost_of(&arena, cases[i].models[count], "", false, &costs[count]);
        if (assay_cost_lower(costs, count) != cases[i].lower)
            fail_msg("case %zu: lower is %zd", i,
                     (ptrdiff_t)assay_cost_lower(costs, count));
    }
    assay_arena_free(&arena);
}

static void lower_is_said_only_where_it_is_known(void **state)
{
    static const struct {
        const char *a, *b;
        size_t lower;
    } cases[] = {
        {"t/plain", "t/mixed", 0},
        {"t/mixed", "t/plain", 1},
        {"t/plain", "t/none", SIZE_MAX},
        {"t/none", "t/plain", SIZE_MAX},
        {"t/free", "t/plain", 0},
        /* at least $31 against $3,600 decides nothing … */
        {"t/half", "t/plain", SIZE_MAX},
        /* … but $0 is below every bound */
        {"t/free", "t/half", 0},
        {"t/plain", "t/plain", SIZE_MAX},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_model_cost costs[2];

        cost_of(&arena, cases[i].a, "", false, &costs[0]);
        cost_of(&arena, cases[i].b, "", false, &costs[1]);
        if (assay_cost_lower(costs, 2) != cases[i].lower)
            fail_msg("%s, %s: lower is %zd, expected %zd", cases[i].a,
                     cases[i].b, (ptrdiff_t)assay_cost_lower(costs, 2),
                     (ptrdiff_t)cases[i].lower);
    }
    assay_arena_free(&arena);
}

static void a_missing_cache_price_is_said(void **state)
{
    struct assay_arena arena = {0};
    struct assay_model_cost cost;
    bool said = false;

    cost_of(&arena, "t/mixed", "cached=50%", false, &cost);
    assert_string_equal(
        assay_arena_cstr(&arena, assay_decimal_text(&arena, cost.best.usd)),
        "5250");
    for (size_t i = 0; i < cost.best.note_count; i++)
        said = said || assay_str_contains(cost.best.notes[i], "cache");
    assert_true(said);
    assay_arena_free(&arena);
}

static void image_tokens_follow_the_tile_rule(void **state)
{
    /* OpenAI vision guide: 1024 x 1024 is 765, 2048 x 4096 is 1,105 */
    static const struct {
        const char *traffic;
        uint64_t tokens;
    } cases[] = {
        {"images=1x1024x1024:high", 765}, {"images=1x2048x4096:high", 1105},
        {"images=1x512x512:high", 255},   {"images=1x513x512:high", 425},
        {"images=1x4096x4096:low", 85},   {"images=1x1x1:high", 255},
    };
    struct assay_arena arena = {0};
    struct assay_model *model = fixture_model(catalog, &arena, "t/plain");
    const struct assay_choice *rule =
        assay_subject_choice(&model->subject, "image_tokens");

    assert_non_null(rule);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_traffic traffic;
        struct assay_decimal tokens;

        assert_true(
            assay_traffic_parse(assay_str_c(cases[i].traffic), &traffic, &err));
        assert_true(
            assay_image_tokens(rule->claims[0]->value, &traffic, &tokens));
        if (assay_decimal_compare(tokens,
                                  assay_decimal_uint(cases[i].tokens)) != 0)
            fail_msg("%s: %.*s tokens, expected %llu", cases[i].traffic,
                     ASSAY_STR_ARG(assay_decimal_text(&arena, tokens)),
                     (unsigned long long)cases[i].tokens);
    }
    assay_arena_free(&arena);
}

static void two_routes_break_even_where_the_arithmetic_says(void **state)
{
    /*
     * p/mixed 1/20, q/out 4/2. Of 1,050 tokens x are input:
     * x + 20 (1050 - x) = 4 x + 2 (1050 - x) at x = 900, 85.7 % of them.
     * With 250 tokens out: x + 5000 = 4 x + 500 at x = 1,500.
     */
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_traffic traffic = assay_traffic_default();
    struct assay_cost_options options = {.traffic = &traffic,
                                         .as_of = fixture_day};
    struct assay_route *a =
        assay_catalog_route(catalog, &arena, ASSAY_STR("p/mixed"), &err);
    struct assay_route *b =
        assay_catalog_route(catalog, &arena, ASSAY_STR("q/out"), &err);
    struct assay_break_even points[3];
    size_t count;

    assert_non_null(a);
    assert_non_null(b);
    assert_true(
        assay_cost_break_even(&arena, a, b, &options, points, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(points[0].kind, ASSAY_EVEN_INPUT_SHARE);
    assert_int_equal(
        assay_decimal_compare(points[0].at, ASSAY_DECIMAL(857, -3)), 0);
    assert_int_equal(points[0].below, 1);
    assert_int_equal(points[0].above, 0);
    assert_int_equal(points[1].kind, ASSAY_EVEN_INPUT_TOKENS);
    assert_int_equal(
        assay_decimal_compare(points[1].at, ASSAY_DECIMAL(1500, 0)), 0);
    assay_arena_free(&arena);
}

/* Where two routes break even, by kind; NULL: nowhere. */
static const struct {
    const char *a, *b, *traffic;
    enum assay_break_even_kind kind;
    const char *at;
    int below, above; /* who is cheaper: 0 is a, 1 is b */
    bool jump;
} evens[] = {
    /* a tier of the whole request: 32,000 for 1 each, 32,001 for 5 each */
    {"p/step", "p/flat", "", ASSAY_EVEN_INPUT_TOKENS, "32001", 0, 1, true},
    /* p/plain 2/8 and 0.5 cached: 1600 - 1200 s = 1200 at a third */
    {"p/plain", "p/flat", "", ASSAY_EVEN_CACHED_SHARE, "0.333", 1, 0, false},
    {"p/flat", "p/plain", "", ASSAY_EVEN_CACHED_SHARE, "0.333", 0, 1, false},
    /* half cached: 1.25 x < 1.5 x at every length */
    {"p/plain", "p/flat", "cached=50%", ASSAY_EVEN_INPUT_TOKENS, NULL, 0, 0,
     false},
    /* past 32,000 only what is past it costs 5: x + 4 (x - 32000) = 1.5 x */
    {"q/step", "p/flat", "", ASSAY_EVEN_INPUT_TOKENS, "36571", 0, 1, false},
    /* with a share cached the tier counts the whole input all the same */
    {"p/step", "p/flat", "cached=40%", ASSAY_EVEN_INPUT_TOKENS, "32001", 0, 1,
     true},
    /* x + 5000 = 2 x + 500 at 4,500: more than the 4,000 that p/narrow takes */
    {"p/mixed", "p/narrow", "", ASSAY_EVEN_INPUT_TOKENS, NULL, 0, 0, false},
    /* with 100 out x + 2000 = 2 x + 200 at 1,800: inside them */
    {"p/mixed", "p/narrow", "output=100", ASSAY_EVEN_INPUT_TOKENS, "1800", 1, 0,
     false},
};

static void check_even(size_t i, const struct assay_break_even *point)
{
    struct assay_decimal at = {0, 0};

    if (!point != !evens[i].at)
        fail_msg("case %zu: %s", i, point ? "a point" : "no point");
    if (!point)
        return;
    assert_true(assay_decimal_parse(assay_str_c(evens[i].at), &at));
    if (assay_decimal_compare(point->at, at) != 0)
        fail_msg("case %zu: even at %lld e%d", i, (long long)point->at.digits,
                 point->at.exponent);
    assert_int_equal(point->below, evens[i].below);
    assert_int_equal(point->above, evens[i].above);
    assert_int_equal(point->jump, evens[i].jump);
}

static void tiers_caches_and_contexts_count_for_the_break_even(void **state)
{
    for (size_t i = 0; i < sizeof evens / sizeof evens[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_traffic traffic;
        struct assay_break_even points[3];
        const struct assay_break_even *found = NULL;
        size_t count;

        assert_true(
            assay_traffic_parse(assay_str_c(evens[i].traffic), &traffic, &err));
        if (!assay_cost_break_even(
                &arena,
                assay_catalog_route(catalog, &arena, assay_str_c(evens[i].a),
                                    &err),
                assay_catalog_route(catalog, &arena, assay_str_c(evens[i].b),
                                    &err),
                &(struct assay_cost_options){.traffic = &traffic,
                                             .as_of = fixture_day},
                points, &count, &err))
            fail_msg("%s", err.text);
        for (size_t k = 0; k < count; k++)
            if (points[k].kind == evens[i].kind)
                found = &points[k];
        check_even(i, found);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_months_cost_is_right_to_the_cent),
        cmocka_unit_test(an_unknown_part_makes_a_bound),
        cmocka_unit_test(a_price_beyond_arithmetic_costs_only_its_own_route),
        cmocka_unit_test(a_request_that_does_not_fit_has_no_cost),
        cmocka_unit_test(a_retired_route_is_never_the_lower_one),
        cmocka_unit_test(lower_is_said_only_where_it_is_known),
        cmocka_unit_test(a_missing_cache_price_is_said),
        cmocka_unit_test(image_tokens_follow_the_tile_rule),
        cmocka_unit_test(two_routes_break_even_where_the_arithmetic_says),
        cmocka_unit_test(tiers_caches_and_contexts_count_for_the_break_even),
    };

    return cmocka_run_group_tests(tests, open_with_facts, close_catalog);
}
