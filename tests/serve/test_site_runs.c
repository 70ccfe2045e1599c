/*
 * Runs on pages and in the API: the same document as the command's, what is
 * of models and suites only as text.
 */
#include "serve/run_fixture.h"

#include "assay/render.h"

static void open_both(struct site_fixture *site, struct made *m)
{
    site_open(site, NULL, 0, "");
    made_open(m, site->store);
    made_whole(m);
}

static void a_store_without_runs_says_how_to_make_one(void **state)
{
    struct site_fixture site;
    struct made m;

    site_open(&site, NULL, 0, "");
    made_open(&m, site.store);
    assert_int_equal(count_of(site_get(&site, "/runs"), "assay try"), 1);
    assert_int_equal(count_of(site_get(&site, "/api/v1/runs"), "\"total\": 0"),
                     1);
    site_ask(&site, "/run/7f3a0001");
    assert_int_equal(site.reply.status, 404);
    made_close(&m);
    site_close(&site);
}

static void the_api_says_what_the_command_says(void **state)
{
    struct assay_run_figures figures;
    struct assay_error err = {0};
    struct assay_buf text;
    struct site_fixture site;
    struct made m;

    open_both(&site, &m);
    const struct assay_run *run =
        assay_ledger_run(m.ledger, &m.arena, ASSAY_STR("7f3a"), &err);
    made_must(run != NULL, &err);
    made_must(assay_run_figures(m.ledger, &m.arena, run, &figures, &err), &err);
    assay_buf_init(&text, 1 << 20);
    assert_true(assay_render_json(&text, assay_run_page(&m.arena, &figures),
                                  &(struct assay_render_options){0}, &err));
    assert_true(assay_str_equal(site_get(&site, "/api/v1/run/7f3a0001"),
                                assay_buf_str(&text)));
    assert_int_equal(
        count_of(site_get(&site, "/api/v1/runs"), "\"run\": \"7f3a0001\""), 1);
    assay_buf_release(&text);
    made_close(&m);
    site_close(&site);
}

static void what_differs_stands_first_and_every_prompt_is_on_some_page(
    void **state)
{
    struct site_fixture site;
    struct made m;

    open_both(&site, &m);
    struct assay_str page = site_get(&site, "/run/7f3a0001");
    /* five differ, and stand among the first twenty again */
    assert_int_equal(count_of(page, "<h2>"), 3 + 5 + 20);
    assert_int_equal(count_of(page, "5 of 23 prompts."), 1);
    assert_int_equal(count_of(page, "18\u00a0of\u00a023"), 1);
    assert_int_equal(count_of(page, "href=\"/model/assay/nano-s\""), 1);
    assert_int_equal(
        count_of(page, "href=\"/compare/assay/nano-s/assay/nano-xs\""), 1);
    assert_int_equal(count_of(page, "<figure class=\"chart\">"), 1);
    page = site_get(&site, "/run/7f3a0001?page=2");
    assert_int_equal(count_of(page, "<h2>"), 2 + 3);
    site_ask(&site, "/run/7f3a0001?page=3");
    assert_int_equal(site.reply.status, 404);
    made_close(&m);
    site_close(&site);
}

static void what_models_and_suites_wrote_is_text(void **state)
{
    static const char *const pages[] = {"/run/7f3a0001", "/run/7f3a0001.md",
                                        "/runs", "/runs.md"};
    struct site_fixture site;
    struct made m;

    open_both(&site, &m);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct assay_str page = site_get(&site, pages[i]);
        assert_int_equal(count_of(page, "<script>alert"), 0);
        assert_int_equal(count_of(page, "<i>nano"), 0);
        assert_int_equal(count_of(page, "<u>"), 0);
    }
    struct assay_str page = site_get(&site, "/run/7f3a0001");
    /* the real picture on each prompt, and the other one by name alone */
    assert_int_equal(count_of(page, "src=\"data:image/png;base64,iVBORw0K\""),
                     25);
    assert_int_equal(count_of(page, "<img"), 25);
    assert_int_equal(count_of(page, "onerror=\""), 0);
    made_close(&m);
    site_close(&site);
}

static void the_start_of_an_id_leads_to_the_run(void **state)
{
    struct site_fixture site;
    struct made m;

    open_both(&site, &m);
    site_ask(&site, "/run/7f3");
    assert_int_equal(site.reply.status, 302);
    assert_true(assay_str_is(site.reply.location, "/run/7f3a0001"));
    made_close(&m);
    site_close(&site);
}

static uint64_t edition_of(struct site_fixture *site)
{
    return assay_site_page_edition(site->site, ASSAY_STR("/run/7f3a0001"));
}

/*
 * The catalog's number of writes does not tell that a row was added; the
 * page's edition does, by which it is kept.
 */
static void a_run_that_goes_on_is_never_an_old_page(void **state)
{
    struct assay_error err = {0};
    struct site_fixture site;
    struct made m;

    site_open(&site, NULL, 0, "");
    made_open(&m, site.store);
    made_run(&m);
    assert_int_equal(
        count_of(site_get(&site, "/run/7f3a0001"), "1\u00a0of\u00a01\u00a0("),
        0);
    uint64_t before = site.reply.edition;
    assert_true(before != 0 && before == edition_of(&site));
    assert_true(before == edition_of(&site));
    made_must(assay_ledger_begin(m.ledger, &err), &err);
    made_answer(&m, 0, 0);
    made_must(assay_ledger_commit(m.ledger, &err), &err);
    assert_int_equal(
        count_of(site_get(&site, "/run/7f3a0001"), "1\u00a0of\u00a01\u00a0("),
        1);
    assert_true(site.reply.edition != before);
    assert_true(site.reply.edition == edition_of(&site));
    made_close(&m);
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_without_runs_says_how_to_make_one),
        cmocka_unit_test(the_api_says_what_the_command_says),
        cmocka_unit_test(
            what_differs_stands_first_and_every_prompt_is_on_some_page),
        cmocka_unit_test(what_models_and_suites_wrote_is_text),
        cmocka_unit_test(the_start_of_an_id_leads_to_the_run),
        cmocka_unit_test(a_run_that_goes_on_is_never_an_old_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
