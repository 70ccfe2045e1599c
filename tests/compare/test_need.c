/* Constraints: their grammar, their three answers, and the search. */
#include "fixture.h"

#include "assay/need.h"
#include "compare/need_fields.h"

static const char facts[] =
    "{'format':'assay-facts/1','source':{'id':'test','title':'t','url':'',"
    "'kind':'primary','retrieved':'2026-11-01'},'models':["
    "{'id':'n/seer','name':'Seer','context_tokens':128000,'task':'chat',"
    "'modalities_in':['text','image'],'license_class':'osi',"
    "'knowledge_cutoff':'2025-06','capabilities':{'function_calling':true,"
    "'reasoning':false},'image_tokens':{'rule':'openai-tiles','low':85,"
    "'base':85,'per_tile':170,'tile_px':512,'fit_px':2048,"
    "'short_side_px':768}},"
    "{'id':'n/plain','name':'Plain','context_tokens':8192}],"
    "'routes':["
    "{'id':'east/seer','provider':'east','model':'n/seer','status':'active',"
    "'context_tokens':64000,'regions':['eu','us'],'prices':["
    "{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'4'}]},"
    "{'id':'west/seer','provider':'west','model':'n/seer',"
    "'status':'deprecated','capabilities':{'function_calling':false},"
    "'prices':[{'meter':'input_tokens','usd_per_million':'2'},"
    "{'meter':'output_tokens','usd_per_million':'6'}]},"
    "{'id':'gone/seer','provider':'gone','model':'n/seer',"
    "'status':'retired','retired_on':'2025-01-01'},"
    "{'id':'east/plain','provider':'east','model':'n/plain',"
    "'status':'active'}]}";

static int open_with_facts(void **state)
{
    (void)open_catalog(state);
    fixture_facts(catalog, facts);
    return 0;
}

static void a_term_is_true_false_or_cannot_be_told(void **state)
{
    static const struct {
        const char *route, *term;
        enum assay_need_answer answer;
    } cases[] = {
        {"east/seer", "vision", ASSAY_ANSWER_YES},
        {"east/seer", "!vision", ASSAY_ANSWER_NO},
        {"east/seer", "vision=no", ASSAY_ANSWER_NO},
        {"east/seer", "function_calling", ASSAY_ANSWER_YES},
        {"west/seer", "function_calling", ASSAY_ANSWER_NO},
        {"east/seer", "reasoning", ASSAY_ANSWER_NO},
        {"east/seer", "streaming", ASSAY_ANSWER_UNKNOWN},
        {"east/seer", "context>=64k", ASSAY_ANSWER_YES},
        {"east/seer", "context>64k", ASSAY_ANSWER_NO},
        {"west/seer", "context>=128k", ASSAY_ANSWER_YES},
        {"east/seer", "price.output<5", ASSAY_ANSWER_YES},
        {"east/seer", "price.output<=$4", ASSAY_ANSWER_YES},
        {"east/seer", "price.output<4", ASSAY_ANSWER_NO},
        {"east/plain", "price.output<5", ASSAY_ANSWER_UNKNOWN},
        {"east/seer", "cost<=1800", ASSAY_ANSWER_YES},
        {"east/seer", "cost<1800", ASSAY_ANSWER_NO},
        {"east/seer", "status=active", ASSAY_ANSWER_YES},
        {"west/seer", "status!=active", ASSAY_ANSWER_YES},
        {"east/seer", "provider=EAST", ASSAY_ANSWER_YES},
        {"east/seer", "license=osi", ASSAY_ANSWER_YES},
        {"east/plain", "license=osi", ASSAY_ANSWER_UNKNOWN},
        {"east/seer", "region=eu", ASSAY_ANSWER_YES},
        {"east/seer", "region=ap", ASSAY_ANSWER_NO},
        {"west/seer", "region=eu", ASSAY_ANSWER_UNKNOWN},
        {"east/seer", "knowledge>=2025-01", ASSAY_ANSWER_YES},
        {"east/seer", "creator=n", ASSAY_ANSWER_YES},
        {"east/seer", "vision,context>=1k price.input<3", ASSAY_ANSWER_YES},
        {"east/seer", "vision streaming", ASSAY_ANSWER_UNKNOWN},
        {"east/seer", "streaming reasoning", ASSAY_ANSWER_NO},
    };
    struct assay_traffic traffic = assay_traffic_default();
    struct assay_cost_options options = {.traffic = &traffic,
                                         .as_of = fixture_day};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_need need;
        struct assay_need_result result;
        struct assay_route *route = assay_catalog_route(
            catalog, &arena, assay_str_c(cases[i].route), &err);

        if (!route ||
            !assay_need_parse(&arena, assay_str_c(cases[i].term), &need,
                              &err) ||
            !assay_need_route(&arena, &need, route, &options, &result, &err))
            fail_msg("%s: %s", cases[i].term, err.text);
        if (result.answer != cases[i].answer)
            fail_msg("%s of %s: %d, expected %d", cases[i].term, cases[i].route,
                     (int)result.answer, (int)cases[i].answer);
        assay_arena_free(&arena);
    }
}

static void a_bad_term_is_named_with_what_was_expected(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"colour=red", "no field 'colour'"}, {"context", "a number"},
        {"context>=lots", "a number"},       {"price.input<cheap", "dollars"},
        {"vision>=2", "yes or no"},          {"vision=maybe", "yes or no"},
        {"provider<azure", "a word"},        {"released>yesterday", "a date"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_need need;

        if (assay_need_parse(&arena, assay_str_c(cases[i].text), &need, &err))
            fail_msg("'%s' was taken", cases[i].text);
        if (!assay_str_contains(assay_str_c(err.text), cases[i].says))
            fail_msg("'%s': \"%s\" does not say \"%s\"", cases[i].text,
                     err.text, cases[i].says);
        assay_arena_free(&arena);
    }
}

static struct assay_document *find(struct assay_arena *arena, const char *text)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_traffic traffic = assay_traffic_default();
    struct assay_need need;
    struct assay_view view;
    struct assay_find_options options = {
        .need = &need,
        .cost = {.traffic = &traffic, .as_of = fixture_day},
    };
    struct assay_document *doc = NULL;

    if (!assay_need_parse(arena, assay_str_c(text), &need, &err) ||
        !assay_catalog_view(catalog, arena, &view, &err) ||
        !(doc = assay_find(arena, &view, &options, &err)))
        fail_msg("%s", err.text);
    return doc;
}

static void found_routes_come_cheapest_first_and_retired_ones_do_not(
    void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = find(&arena, "model=n/seer vision");
    const struct assay_json *routes = assay_json_get(doc->data, "routes");

    assert_int_equal(routes->count, 2);
    assert_string_equal(text_at(&arena, nth(routes, 0), "route"), "east/seer");
    assert_string_equal(text_at(&arena, nth(routes, 0), "monthly_usd"), "1800");
    assert_string_equal(text_at(&arena, nth(routes, 1), "route"), "west/seer");
    doc = find(&arena, "model=n/seer status=retired");
    routes = assay_json_get(doc->data, "routes");
    assert_int_equal(routes->count, 1);
    assert_string_equal(text_at(&arena, nth(routes, 0), "route"), "gone/seer");
    assay_arena_free(&arena);
}

static void a_near_miss_says_why_it_lost(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc =
        find(&arena, "creator=n vision context>=100k price.output<5");
    const struct assay_json *near = assay_json_get(doc->data, "near");
    const struct assay_json *east = where(near, "route", "east/seer");
    const struct assay_json *west = where(near, "route", "west/seer");

    assert_string_equal(text_at(&arena, doc->data, "found"), "0");
    assert_non_null(east);
    assert_string_equal(text_at(&arena, east, "reason"),
                        "context is 64,000, asked context>=100k");
    assert_non_null(west);
    assert_string_equal(text_at(&arena, west, "reason"),
                        "price.output is $6, asked price.output<5");
    assay_arena_free(&arena);
}

static struct assay_str written(struct assay_arena *arena,
                                const struct assay_document *doc)
{
    struct assay_buf out;

    assay_buf_init(&out, SIZE_MAX / 2);
    assay_json_write(&out, doc->data, (struct assay_json_style){0});
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/* Two searches that share the routes, with what their need asks for only. */
static struct assay_str find_in_part(struct assay_arena *arena,
                                     const struct assay_find_options *options)
{
    const struct assay_view_options wanted = {
        .facts = assay_need_facts(arena, options->need)};
    struct assay_arena routes[2] = {{0}}, other = {0};
    struct assay_find *finds[] = {assay_find_begin(arena, options),
                                  assay_find_begin(&other, options)};
    struct assay_view_walk walks[2];
    struct assay_error err = {ASSAY_OK, ""};

    for (size_t i = 0; i < 2; i++)
        walks[i] =
            (struct assay_view_walk){.arena = &routes[i],
                                     .context = finds[i],
                                     .model = assay_find_look_at_model,
                                     .unjoined = assay_find_look_at_unjoined};
    if (!assay_catalog_walk(catalog, &wanted, walks, 2, &err))
        fail_msg("%s", err.text);
    assay_find_join(finds[0], finds[1]);
    struct assay_str text = written(arena, assay_find_end(finds[0]));
    for (size_t i = 0; i < 2; i++)
        assay_arena_free(&routes[i]);
    assay_arena_free(&other);
    return text;
}

/* A term that some routes meet and some do not. */
static struct assay_str term_of(struct assay_arena *arena,
                                const struct assay_need_field *field)
{
    static const char *const asked[] = {
        [ASSAY_NEED_TRUTH] = "",       [ASSAY_NEED_NUMBER] = ">=100000",
        [ASSAY_NEED_DOLLARS] = "<=2",  [ASSAY_NEED_DATE] = ">2025-01-01",
        [ASSAY_NEED_TEXT] = "!=azure",
    };
    return assay_arena_printf(arena, "%s%s", field->name, asked[field->type]);
}

/* Of every field: what a need asks to be loaded is all that it looks at. */
static void a_search_in_a_part_finds_what_one_in_everything_finds(void **state)
{
    static const char *const shapes[] = {
        "requests=1M,input=800,output=250",
        "requests=1000,input=30000,output=2000,cached=50%,images=2x1024x1024,"
        "batch=25%",
    };
    struct assay_arena outer = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_view view;

    assert_true(assay_catalog_view(catalog, &outer, &view, &err));
    for (size_t i = 0; i < assay_need_field_count; i++) {
        struct assay_arena arena = {0};
        struct assay_traffic traffic = assay_traffic_default();
        struct assay_need need;
        struct assay_find_options options = {
            .need = &need,
            .cost = {.traffic = &traffic, .as_of = fixture_day},
            .limit = i % 3 ? 20 : 10000,
        };
        struct assay_str text = assay_arena_printf(
            &arena, "%.*s %s",
            ASSAY_STR_ARG(term_of(&arena, &assay_need_fields[i])),
            i % 2 ? "context>=32k" : "");

        if (!assay_traffic_parse(assay_str_c(shapes[i / 2 % 2]), &traffic,
                                 &err) ||
            !assay_need_parse(&arena, text, &need, &err))
            fail_msg("%s", err.text);
        struct assay_str part = find_in_part(&arena, &options);
        struct assay_str all =
            written(&arena, assay_find(&arena, &view, &options, &err));
        if (!assay_str_equal(part, all))
            fail_msg("%.*s: %.*s, expected %.*s", ASSAY_STR_ARG(text),
                     ASSAY_STR_ARG(part), ASSAY_STR_ARG(all));
        assay_arena_free(&arena);
    }
    assay_arena_free(&outer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_term_is_true_false_or_cannot_be_told),
        cmocka_unit_test(a_bad_term_is_named_with_what_was_expected),
        cmocka_unit_test(
            found_routes_come_cheapest_first_and_retired_ones_do_not),
        cmocka_unit_test(a_near_miss_says_why_it_lost),
        cmocka_unit_test(a_search_in_a_part_finds_what_one_in_everything_finds),
    };

    return cmocka_run_group_tests(tests, open_with_facts, close_catalog);
}
