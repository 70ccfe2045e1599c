/*
 * The start of a comparison, providers, routes and constraint search; and
 * what attacks or is large, on all pages on which things are found.
 */
#include "serve/find_fixture.h"

#include "assay/need.h"
#include "assay/render.h"

/* ------------------------------------------------------- a start */

static void two_names_become_the_address_of_their_comparison(void **state)
{
    must_redirect("/compare?a=qorva-mini&b=zn-1",
                  "/compare/zorgcorp/qorva-mini/zorgcorp/qorva");
    must_redirect("/compare?a=Qorva%20One&b=gpt-4o&c=&d=gemma-2-2b",
                  "/compare/zorgcorp/qorva-1/openai/gpt-4o/google/gemma-2-2b");
    must_redirect("/compare?a=qorva&b=gpt-4o&traffic=requests%3D2M",
                  "/compare/zorgcorp/qorva/openai/gpt-4o?traffic=requests=2M");
}

static void a_mistyped_name_shows_the_nearest_as_links(void **state)
{
    struct assay_str page =
        get_page("/compare?a=qorva-minj&b=gpt-4o&traffic=requests%3D2M");

    must_have(page, "No model is called “qorva-minj”");
    must_have(page, "<a href=\"/compare/zorgcorp/qorva-mini/openai/gpt-4o?"
                    "traffic=requests=2M\">zorgcorp/qorva-mini</a>");
    must_have(page, "value=\"qorva-minj\"");
    page = get_page("/compare?a=qorva-minj&b=gpt4o");
    must_have(page, "href=\"/compare?a=zorgcorp%2Fqorva-mini&amp;b=gpt4o\"");
    must_have(page, "href=\"/compare?a=qorva-minj&amp;b=openai%2Fgpt-4o\"");
    page = get_page("/compare?a=qqqqqqqqqqqqqqqqqq&b=gpt-4o");
    must_have(page, "Nothing is near it either.");
    must_have(site_get(&f, "/compare.md?a=qorva-minj&b=gpt-4o"),
              "zorgcorp/qorva-mini");
}

static void one_model_is_no_comparison_yet(void **state)
{
    struct assay_str page = get_page("/compare?a=qorva");

    must_have(page, "<h2>Qorva with …</h2>");
    must_have(page, "href=\"/compare/zorgcorp/qorva/");
    must_have(get_page("/compare?a=qorva&b=zorgcorp%2Fqorva"),
              "mean one model");
    must_have(get_page("/compare"), "Ids, names and aliases");
}

/* ------------------------------------------------------- providers */

static void a_provider_shows_what_ends_then_what_it_serves(void **state)
{
    struct assay_str page = get_page("/provider/zorghost");

    must_have(page, "<h1>Zorg Host</h1>");
    must_have(page, "4 live routes");
    must_have(page, "1 deprecated or with a stated end");
    must_have(page, "deprecated, ends");
    must_follow(page, "<h2>What ends</h2>", "What it serves");
    must_have(page, "<a href=\"/source/acme-list\">");
    must_have(page, ">128,000<"); /* the route's own */
    must_have(page, "id=\"traffic\"");
    must_redirect("/provider/together_ai", "/provider/togetherai");
    must_refuse("/provider/nobody", 404, "no provider");
    page = assay_arena_copy(
        &arena, site_get(&f, "/provider/zorghost.md?traffic=requests=2M"));
    must_have(page, "$360"); /* qorva-mini, twice 180 */
    must_follow(page, "$360", "$3,600");
    must_follow(page, "$3,600", "mystery");
    must_follow(page, "mystery", "Qorva One");
}

static void all_providers_stand_in_a_list(void **state)
{
    struct assay_str page = get_page("/providers");

    must_have(page, "<a href=\"/provider/quibhost\">");
    must_have(page, "Zorg Host</a>");
}

static void routes_come_as_json_each_once(void **state)
{
    size_t all = walk_list("/api/v1/routes?limit=500", "routes");
    const struct assay_json *page;

    assert_true(all > 260);
    must_have(get_page("/provider/manyhost"), "260 live routes to 260 models");
    assert_int_equal(walk_list("/api/v1/routes?limit=73", "routes"), all);
    assert_int_equal(
        walk_list("/api/v1/routes?provider=manyhost&limit=100", "routes"), 260);
    page = get_json("/api/v1/routes?model=manymaker/m003-with-a-long-name");
    assert_true(
        assay_str_is(assay_json_text(page, "format"), "assay-routes/1"));
    page = assay_json_get(page, "routes");
    assert_int_equal(page->count, 1);
    assert_true(assay_str_is(assay_json_text(page->first, "monthly_usd"),
                             "4550")); /* 800 × 3.5 + 250 × 7 */
}

static void routes_are_chosen_by_provider_model_and_status(void **state)
{
    const struct assay_json *page = get_json(
        "/api/v1/routes?model=zn-1&provider=quibhost&traffic=requests=1");

    page = assay_json_get(page, "routes");
    assert_int_equal(page->count, 1);
    assert_true(
        assay_str_is(assay_json_text(page->first, "id"), "quibhost/qorva"));
    page = get_json("/api/v1/routes?provider=zorghost&status=retired");
    assert_int_equal(assay_json_get(page, "routes")->count, 1);
    page = get_json("/api/v1/routes?provider=zorghost&status=live");
    page = assay_json_get(page, "routes");
    assert_int_equal(page->count, 4);
    page = get_json("/api/v1/routes?provider=zorghost&model=superqorva");
    page = assay_json_get(page, "routes")->first;
    assert_true(assay_str_is(assay_json_text(page, "state"), "unknown"));
    assert_true(
        assay_json_is(assay_json_get(page, "monthly_usd"), ASSAY_JSON_NULL));
    page = get_json("/api/v1/routes?provider=nobody");
    assert_int_equal(assay_json_get(page, "routes")->count, 0);
    must_refuse("/api/v1/routes?model=nobody-knows-it", 404, "no model");
    must_refuse("/api/v1/routes?status=x", 400, "status wants");
    must_refuse("/api/v1/routes?limit=501", 400, "limit wants");
}

/* ------------------------------------------------------- find */

static void the_form_becomes_a_short_question(void **state)
{
    must_redirect("/find?has=vision&has=batch&context=100%2C000&price_input="
                  "&price_output=%245&cost=&provider=azure&license=&status="
                  "active&q=creator%3Dopenai+vision+creator%3Dopenai",
                  "/find?q=vision,batch,context%3E=100000,price.output%3C=%245,"
                  "provider=azure,status=active,creator=openai");
    must_redirect("/find?context=&q=&provider=", "/find");
    must_redirect("/find?q=vision&context=&limit=5&traffic=requests%3D2M",
                  "/find?traffic=requests=2M&q=vision&limit=5");
    must_redirect("/find?q=vision&requests=2M&input=&output=",
                  "/find?traffic=requests=2M,input=800,output=250&q=vision");
}

static void a_question_fills_the_form_again(void **state)
{
    struct assay_str page =
        get_page("/find?q=vision,context%3E=100000,creator=zorgcorp,!audio");

    must_have(page, "value=\"vision\" checked");
    must_lack(page, "value=\"audio\" checked");
    must_have(page, "name=\"context\" value=\"100000\"");
    must_have(page, "name=\"q\" value=\"creator=zorgcorp,!audio\"");
    must_have(page, "Leave out vision");
    must_have(page, "href=\"/find?q=context%3E=100000,creator=zorgcorp,"
                    "!audio\"");
}

static void routes_are_found_with_near_misses_and_reasons(void **state)
{
    struct assay_str page =
        get_page("/find?q=vision,creator=zorgcorp,context%3E=100k");

    must_have(page, "2 of ");
    must_have(page, "<a href=\"/model/zorgcorp/qorva\">zorghost/qorva</a>");
    must_follow(page, "zorghost/qorva", "quibhost/qorva");
    page = get_page("/find?q=creator=zorgcorp,context%3E=150k");
    must_have(page, "Near misses");
    must_have(page, "context is 128,000, asked "
                    "context&gt;=150k");
    must_have(page, "context is 64,000");
}

static void a_question_that_cannot_be_read_stays_with_the_reason(void **state)
{
    struct assay_str page =
        get_page("/find?q=vision,colour=%3Cb%3E,context%3E=much");

    assert_int_equal(f.reply.status, 400);
    must_have(page, "role=\"alert\"");
    must_have(page, "there is no field &#39;colour&#39;");
    must_have(page, "value=\"vision\" checked");
    must_have(page, "name=\"context\" value=\"much\"");
    must_have(page, "value=\"colour=&lt;b&gt;\"");
    must_refuse("/api/v1/find?q=colour=1", 400, "no field 'colour'");
    must_refuse("/api/v1/find?q=,", 400, "q names nothing");
    must_refuse("/api/v1/find", 400, "q is missing");
    must_refuse("/find.md?q=colour=1", 400, "no field");
    must_refuse("/find?q=vision&limit=101", 400, "limit wants");
}

static void the_examples_of_the_form_can_be_asked(void **state)
{
    struct assay_str rest = assay_arena_copy(&arena, get_page("/find")), link;
    size_t count = 0;

    must_have(rest, "<summary>All fields of terms</summary>");
    while (next_between(&rest, "href=\"/find?q=", '"', &link)) {
        struct assay_str address =
            assay_arena_printf(&arena, "/find?q=%.*s", ASSAY_STR_ARG(link));
        struct assay_str page = get_page(address.at);

        assert_int_equal(f.reply.status, 200);
        must_have(page, "meet every term");
        must_lack(page, ">0 of ");
        count++;
    }
    assert_int_equal(count, 4);
}

static void the_api_finds_what_the_command_finds(void **state)
{
    struct assay_error err = {ASSAY_OK, ""};
    const struct assay_traffic traffic = assay_traffic_default();
    const struct assay_render_options plain = {0};
    struct assay_catalog *catalog = assay_catalog_open(
        &(struct assay_catalog_options){.path = f.store, .as_of = site_day},
        &err);
    struct assay_view view;
    struct assay_need need;
    struct assay_buf expected;
    struct assay_str got;

    assert_non_null(catalog);
    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    assert_true(assay_need_parse(&arena, ASSAY_STR("vision,context>=100k"),
                                 &need, &err));
    const struct assay_document *doc = assay_find(
        &arena, &view,
        &(struct assay_find_options){
            .need = &need, .cost = {.traffic = &traffic, .as_of = site_day}},
        &err);
    assay_buf_init(&expected, 1 << 24);
    assert_true(assay_render_json(&expected, doc, &plain, &err));
    got = site_get(&f, "/api/v1/find?q=vision,context%3E=100k");
    assert_int_equal(got.len, expected.len);
    assert_memory_equal(got.at, expected.at, got.len);
    assay_buf_release(&expected);
    assay_catalog_close(catalog);
}

/* ------------------------------------------------------- hostile texts */

static void names_that_attack_stay_text(void **state)
{
    static const char *const addresses[] = {
        "/",
        "/models?creator=evil",
        "/models?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E",
        "/models?creator=%22%3E%3Cscript%3E",
        "/models?task=%22%3E%3Cscript%3E",
        "/providers",
        "/provider/evilhost",
        "/find?q=creator=evil",
        "/find?q=status=retired,creator=evil",
        "/find?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E",
        "/find?q=provider=%22%3E%3Cscript%3E",
        "/compare?a=evil/m1",
        "/compare?a=%3Cscript%3Ealert%281%29%3C%2Fscript%3E&b=evil/m1",
        "/compare?a=evil/m3&b=%22%20autofocus%20onfocus%3Dalert%281%29",
    };

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct assay_str page = get_page(addresses[i]);

        must_lack(page, "<svg/");
        must_lack(page, "<b>");
        must_lack(page, "\" autofocus");
    }
    must_have(get_page("/models?creator=evil"), "&lt;script&gt;alert(2)&lt;");
    must_have(get_page("/provider/evilhost"), "<h1>&lt;script&gt;alert(5)&lt;");
    must_have(get_page("/"), "&lt;script&gt;alert(2)");
    assert_non_null(get_json("/api/v1/models?creator=evil"));
    assert_non_null(get_json("/api/v1/routes?provider=evilhost"));
}

static void pages_of_a_large_catalog_stay_short(void **state)
{
    static const char *const addresses[] = {
        "/",
        "/models",
        "/models?creator=manymaker",
        "/providers",
        "/compare",
        "/provider/manyhost?traffic=requests=1G",
        "/find",
        "/find?q=provider=manyhost&limit=100",
        "/find?q=context%3E=1,price.input%3E1&limit=100",
    };

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        (void)get_page(addresses[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            two_names_become_the_address_of_their_comparison, small, emptied),
        cmocka_unit_test_setup_teardown(
            a_mistyped_name_shows_the_nearest_as_links, small, emptied),
        cmocka_unit_test_setup_teardown(one_model_is_no_comparison_yet, small,
                                        emptied),
        cmocka_unit_test_setup_teardown(
            a_provider_shows_what_ends_then_what_it_serves, small, emptied),
        cmocka_unit_test_setup_teardown(all_providers_stand_in_a_list, small,
                                        emptied),
        cmocka_unit_test_setup_teardown(routes_come_as_json_each_once, large,
                                        emptied),
        cmocka_unit_test_setup_teardown(
            routes_are_chosen_by_provider_model_and_status, small, emptied),
        cmocka_unit_test_setup_teardown(the_form_becomes_a_short_question,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(a_question_fills_the_form_again, small,
                                        emptied),
        cmocka_unit_test_setup_teardown(
            routes_are_found_with_near_misses_and_reasons, small, emptied),
        cmocka_unit_test_setup_teardown(
            a_question_that_cannot_be_read_stays_with_the_reason, small,
            emptied),
        cmocka_unit_test_setup_teardown(the_examples_of_the_form_can_be_asked,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(the_api_finds_what_the_command_finds,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(names_that_attack_stay_text, hostile,
                                        emptied),
        cmocka_unit_test_setup_teardown(pages_of_a_large_catalog_stay_short,
                                        large, emptied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
