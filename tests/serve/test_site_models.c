/*
 * Search and browse over models, and home.
 */
#include "serve/find_fixture.h"

#include "serve/model_search.h"

/* ------------------------------------------------------- the search */

static void a_text_matches_as_people_expect(void **state)
{
    static const struct assay_directory_model gemma = {
        .id = {"google/gemma-2-2b", 17},
        .name = {"Gemma 2 2B", 10},
        .search = {"google/gemma-2-2b\ngemma 2 2b\ngemma2:2b\n"
                   "google/gemma-2-2b-it\n",
                   60},
    };
    static const struct {
        const char *text;
        enum assay_match match;
    } rows[] = {
        {"google/gemma-2-2b", ASSAY_MATCH_EXACT},
        {"Gemma 2 2B", ASSAY_MATCH_EXACT},
        {"gemma-2-2b", ASSAY_MATCH_EXACT},
        {"GEMMA_2 2B", ASSAY_MATCH_EXACT},
        {"gemma2:2b", ASSAY_MATCH_ALIAS},
        {"google/gemma-2-2b-it", ASSAY_MATCH_ALIAS},
        {"gem", ASSAY_MATCH_PREFIX},
        {"google/gem", ASSAY_MATCH_PREFIX},
        {"gemma 2", ASSAY_MATCH_PREFIX},
        {"2b gemma", ASSAY_MATCH_WORDS},
        {"google 2b", ASSAY_MATCH_WORDS},
        {"2b goo", ASSAY_MATCH_BEGINS},
        {"mma 2", ASSAY_MATCH_INSIDE},
        {"oogle mm", ASSAY_MATCH_INSIDE},
        {"gemma2", ASSAY_MATCH_FAR},
        {"it google", ASSAY_MATCH_FAR},
        {"gemma 3", ASSAY_MATCH_NONE},
        {"gemma 2 9b", ASSAY_MATCH_NONE},
        {"gemma\n2", ASSAY_MATCH_NONE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum assay_match match =
            assay_model_match(&gemma, assay_str_c(rows[i].text));

        if (match != rows[i].match)
            fail_msg("'%s': %d, not %d", rows[i].text, (int)match,
                     (int)rows[i].match);
    }
}

static void better_matches_come_first_and_live_ones_before_retired(void **state)
{
    struct assay_str list =
        assay_arena_copy(&arena, site_get(&f, "/models.md?q=qorva"));

    must_have(list, "4 models.");
    must_follow(list, "(zorgcorp/qorva)", "(zorgcorp/qorva-mini)");
    must_follow(list, "(zorgcorp/qorva-mini)", "(zorgcorp/qorva-1)");
    must_follow(list, "(zorgcorp/qorva-1)", "(zorgcorp/superqorva)");
}

/* ------------------------------------------------------- models */

static void the_list_of_models_tells_what_is_known_and_links_to_it(void **state)
{
    struct assay_str page = get_page("/models?creator=zorgcorp");

    must_have(page, "4 models.");
    must_have(page, "<a href=\"/model/zorgcorp/qorva\">Qorva</a>");
    must_have(page, ">200,000<");
    must_have(page, ">$1,800<"); /* 800 × 1 + 250 × 4 */
    must_have(page, ">2026-01-31<");
    must_have(page, "<option value=\"zorgcorp\" selected>zorgcorp (4)");
    must_have(get_page("/models?q=zorgcorp%2Fsuperqorva"),
              "class=\"num unknown\">unknown<");
    must_lack(get_page("/models?status=active&creator=zorgcorp"), "Qorva One");
    must_have(get_page("/models?task=embedding&q=blank"), "quibble/blank");
    must_lack(get_page("/models?task=embedding"), "/model/zorgcorp/qorva");
    must_have(get_page("/models?q=zn-1"), "1 model.");
}

static void what_is_unknown_is_null_and_never_zero(void **state)
{
    const struct assay_json *list =
        assay_json_get(get_json("/api/v1/models?q=quibble/blank"), "models");
    const struct assay_json *one = list->first;

    assert_int_equal(list->count, 1);
    assert_true(
        assay_json_is(assay_json_get(one, "context_tokens"), ASSAY_JSON_NULL));
    assert_true(
        assay_json_is(assay_json_at(one, "cost.monthly_usd"), ASSAY_JSON_NULL));
    assert_true(
        assay_json_is(assay_json_get(one, "released"), ASSAY_JSON_NULL));
    assert_true(
        assay_str_is(assay_json_at(one, "cost.state")->text, "unknown"));
    assert_true(assay_str_is(assay_json_text(one, "status"), "unknown"));
    one = assay_json_get(get_json("/api/v1/models?q=zorgcorp/qorva-mini"),
                         "models")
              ->first;
    assert_true(
        assay_str_is(assay_json_at(one, "cost.monthly_usd")->text, "180"));
    assert_true(assay_str_is(assay_json_get(one, "live_routes")->text, "1"));
}

static void pages_of_models_show_each_model_once(void **state)
{
    static const char *const orders[] = {"best", "id", "cost", "context",
                                         "released"};
    size_t all = walk_list("/api/v1/models?limit=1000", "models");

    assert_true(all > 260);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct assay_str address = assay_arena_printf(
            &arena, "/api/v1/models?limit=37&sort=%s", orders[i]);

        assert_int_equal(walk_list(address.at, "models"), all);
    }
    assert_int_equal(walk_list("/api/v1/models?limit=7&q=number", "models"),
                     260);
}

static void links_to_the_next_page_lead_through_all(void **state)
{
    assert_int_equal(
        walk_pages("/models?creator=manymaker",
                   "<th scope=\"row\"><a href=\"/model/manymaker/"),
        260);
    assert_int_equal(
        walk_pages("/models?q=number&sort=context",
                   "<th scope=\"row\"><a href=\"/model/manymaker/"),
        260);
    assert_int_equal(
        walk_pages("/provider/manyhost",
                   "<th scope=\"row\"><a href=\"/model/manymaker/"),
        260);
    must_have(site_get(&f, "/models.md?creator=manymaker"),
              "/models.md?creator=manymaker&after=");
}

static void models_stand_in_the_order_asked_for(void **state)
{
    struct assay_str list = assay_arena_copy(
        &arena, site_get(&f, "/models.md?creator=zorgcorp&sort=cost"));

    must_follow(list, "(zorgcorp/qorva-mini)", "(zorgcorp/qorva)");
    must_follow(list, "(zorgcorp/qorva)", "(zorgcorp/qorva-1)");
    must_follow(list, "(zorgcorp/qorva-1)", "(zorgcorp/superqorva)");
    list = assay_arena_copy(
        &arena, site_get(&f, "/models.md?creator=zorgcorp&sort=context"));
    must_follow(list, "(zorgcorp/qorva)", "(zorgcorp/qorva-mini)");
    must_follow(list, "(zorgcorp/qorva-mini)", "(zorgcorp/qorva-1)");
    list = assay_arena_copy(
        &arena, site_get(&f, "/models.md?creator=zorgcorp&sort=released"));
    must_follow(list, "(zorgcorp/qorva)", "(zorgcorp/qorva-1)");
    list = assay_arena_copy(
        &arena, site_get(&f, "/models.md?creator=zorgcorp&sort=id"));
    must_follow(list, "(zorgcorp/qorva)", "(zorgcorp/qorva-1)");
    must_follow(list, "(zorgcorp/qorva-1)", "(zorgcorp/qorva-mini)");
}

static void a_page_goes_on_where_it_was_when_models_are_added(void **state)
{
    const struct assay_json *page =
        get_json("/api/v1/models?creator=zorgcorp&sort=id&limit=2");
    struct assay_str next = assay_json_text(page, "next");
    struct assay_str address = assay_arena_printf(
        &arena, "/api/v1/models?creator=zorgcorp&sort=id&limit=2&after=%.*s",
        ASSAY_STR_ARG(next));

    site_import(f.store,
                "{'format': 'assay-facts/1', 'source': {'id': 'new', 'title': "
                "'New', 'url': 'https://new.test', 'kind': 'catalog', "
                "'retrieved': '2026-11-20'}, 'models': [{'id': "
                "'zorgcorp/aaa'}, {'id': 'zorgcorp/qorvb'}]}");
    page = assay_json_get(get_json(address.at), "models");
    assert_int_equal(page->count, 2);
    /* behind qorva-1 … qorva: qorva-mini is before, qorvb is new */
    assert_true(assay_str_is(assay_json_text(page->first, "id"),
                             "zorgcorp/qorva-mini"));
    assert_true(
        assay_str_is(assay_json_text(page->last, "id"), "zorgcorp/qorvb"));
}

static void what_cannot_be_asked_of_models_is_said(void **state)
{
    must_refuse("/api/v1/models?status=gone", 400, "status wants");
    must_refuse("/api/v1/models?sort=x", 400, "sort wants");
    must_refuse("/api/v1/models?limit=0", 400, "limit wants");
    must_refuse("/api/v1/models?limit=1001", 400, "limit wants");
    must_refuse("/models?limit=101", 400, "limit wants");
    must_refuse("/api/v1/models?after=x", 400, "after wants");
    must_refuse("/api/v1/models?after=1~", 400, "after wants");
    must_refuse("/api/v1/models?color=red", 400, "no parameter");
    must_redirect("/models?q=&creator=zorgcorp&status=&task=",
                  "/models?creator=zorgcorp");
    must_redirect("/models?q=", "/models");
}

static void a_name_that_nothing_has_leads_to_the_nearest(void **state)
{
    struct assay_str page = get_page("/models?q=qorvq-mini");

    must_have(page, "No model fits.");
    must_have(page, "<h2>Nearest names</h2>");
    must_have(page, "href=\"/model/zorgcorp/qorva-mini\"");
    page = get_page("/models?q=qorva-x");
    must_have(page, "href=\"/model/zorgcorp/qorva\"");
    must_have(page, "href=\"/model/zorgcorp/qorva-1\"");
    must_have(get_page("/models?q=qqqqqqqqqqqqqqqqqqq"), "No model fits.");
}

/* ------------------------------------------------------- home */

static void home_offers_search_comparisons_and_who_there_is(void **state)
{
    struct assay_str page = get_page("/");

    must_have(page, "action=\"/models\"");
    must_have(page, "action=\"/compare\"");
    must_have(page, "<a href=\"/compare/google/gemma-2-2b/openai/"
                    "gpt-4-vision-preview\">");
    must_have(page, "<a href=\"/compare/zorgcorp/qorva-1/zorgcorp/qorva\">"
                    "Qorva One and Qorva</a>");
    must_have(page, "href=\"/models?creator=openai\"");
    must_have(page, "href=\"/provider/");
    must_have(page, "<dt>retired</dt>");
    must_lack(page, "newest changes");
    page = site_get(&f, "/index.md");
    must_have(page, "/compare/zorgcorp/qorva-1/zorgcorp");
    must_have(page,
              "Qorva One retired 2026-01-31; Qorva is named to follow it");
    must_have(page, "Qorva Mini ends 2027-03-01; Qorva is named to follow it");
}

static void home_shows_a_price_that_changed(void **state)
{
    struct assay_str page = get_page("/");

    must_have(page, "newest changes");
    must_have(page, "2026-11-03");
    must_have(page, "zorghost/");
    must_have(page, "$1");
    must_have(page, "$0.50");
    must_lack(page, "no longer listed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_matches_as_people_expect),
        cmocka_unit_test_setup_teardown(
            better_matches_come_first_and_live_ones_before_retired, small,
            emptied),
        cmocka_unit_test_setup_teardown(
            the_list_of_models_tells_what_is_known_and_links_to_it, small,
            emptied),
        cmocka_unit_test_setup_teardown(what_is_unknown_is_null_and_never_zero,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(pages_of_models_show_each_model_once,
                                        large, emptied),
        cmocka_unit_test_setup_teardown(links_to_the_next_page_lead_through_all,
                                        large, emptied),
        cmocka_unit_test_setup_teardown(models_stand_in_the_order_asked_for,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(
            a_page_goes_on_where_it_was_when_models_are_added, small, emptied),
        cmocka_unit_test_setup_teardown(what_cannot_be_asked_of_models_is_said,
                                        small, emptied),
        cmocka_unit_test_setup_teardown(
            a_name_that_nothing_has_leads_to_the_nearest, small, emptied),
        cmocka_unit_test_setup_teardown(
            home_offers_search_comparisons_and_who_there_is, small, emptied),
        cmocka_unit_test_setup_teardown(home_shows_a_price_that_changed,
                                        changed, emptied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
