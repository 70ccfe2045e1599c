/*
 * Runs on pages and in the API: the same document as the command's, what is
 * of models and suites only as text.
 */
#include "serve/site_fixture.h"

#include "assay/render.h"
#include "assay/report.h"
#include "trial/ledger_parts.h"

enum { PROMPTS = 23 };

struct made {
    struct site_fixture site;
    struct assay_ledger *ledger;
    struct assay_arena arena;
    int64_t num;
};

static void must(bool ok, const struct assay_error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static bool one_case(void *context, uint64_t place, struct assay_run_case *c,
                     struct assay_error *err)
{
    struct made *m = context;

    *c = (struct assay_run_case){
        .place = place,
        .number = place,
        .unit = place,
        .id = assay_arena_printf(&m->arena, "case%u", (unsigned)place),
        .prompt = ASSAY_STR("Say <b>\"hello\"</b> & <script>alert(1)</script>"),
        .description = ASSAY_STR(""),
        .where = assay_arena_printf(&m->arena, "s.csv:%u", (unsigned)place + 2),
        .cluster = ASSAY_STR(""),
        .input = ASSAY_STR(
            "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
            "\"look\"},{\"type\":\"image\",\"media_type\":\"image/png\","
            "\"base64\":\"iVBORw0K\"},{\"type\":\"image\",\"media_type\":"
            "\"image/png\\\" onerror=\\\"alert(1)\",\"base64\":\"AAAA\"}]}]"),
    };
    return true;
}

static void add_run(struct made *m)
{
    struct assay_run_route routes[] = {
        {.id = ASSAY_STR("local:nano-s"),
         .label = ASSAY_STR("<i>nano-s</i>"),
         .model = ASSAY_STR("assay/nano-s")},
        {.id = ASSAY_STR("local:nano-xs"),
         .label = ASSAY_STR("nano-xs"),
         .model = ASSAY_STR("assay/nano-xs")},
    };
    const struct assay_run run = {
        .id = ASSAY_STR("7f3a0001"),
        .suite = ASSAY_STR("s<u>.csv"),
        .suite_format = ASSAY_STR("prompts"),
        .scoring = ASSAY_STR("assertions"),
        .suite_path = ASSAY_STR("/s.csv"),
        .started = ASSAY_STR("2026-11-20T17:00:00Z"),
        .seed = 7,
        .repeats = 1,
        .case_count = PROMPTS,
        .version = ASSAY_STR("0"),
        .routes = routes,
        .route_count = 2,
        .counted = PROMPTS,
    };
    const struct assay_run_plan plan = {
        .run = &run, .at = one_case, .context = m};
    struct assay_error err = {0};

    must(assay_ledger_begin(m->ledger, &err), &err);
    must(assay_ledger_add_run(m->ledger, &plan, &m->num, &err), &err);
    must(assay_ledger_commit(m->ledger, &err), &err);
}

/* Route 1 fails each fifth prompt. */
static void answer(struct made *m, uint64_t place, uint32_t route)
{
    const struct assay_lease lease = {ASSAY_STR("test"), 3600};
    const struct assay_attempt_key key = {
        .run = m->num, .place = place, .route = route};
    bool failed = route && place % 5 == 0;
    const struct assay_attempt attempt = {
        .state = ASSAY_ATTEMPT_DONE,
        .final = true,
        .of = ASSAY_CLASS_ANSWERED,
        .clocks = {.begun = 1000000, .done = 3000000},
        .reply.text = ASSAY_STR("</td><script>alert(2)</script>"),
        .cost_state = ASSAY_FREE,
        .mark = failed ? ASSAY_MARK_FAILED : ASSAY_MARK_PASSED,
        .score = failed ? 0 : 1,
    };
    struct assay_error err = {0};
    uint64_t fence;
    bool ours;

    must(assay_ledger_claim(m->ledger, &key, &lease, &fence, &err), &err);
    must(assay_ledger_send(m->ledger, &key, fence, ASSAY_DECIMAL(0, 0), &ours,
                           &err),
         &err);
    must(assay_ledger_end(m->ledger, &key, fence, &attempt, &ours, &err), &err);
}

static void open_made(struct made *m)
{
    struct assay_error err = {0};

    *m = (struct made){0};
    site_open(&m->site, NULL, 0, "");
    m->ledger = assay_ledger_open(m->site.store, &err);
    must(m->ledger != NULL, &err);
}

static void make(struct made *m)
{
    struct assay_error err = {0};

    open_made(m);
    add_run(m);
    must(assay_ledger_begin(m->ledger, &err), &err);
    for (uint64_t place = 0; place < PROMPTS; place++)
        for (uint32_t route = 0; route < 2; route++)
            answer(m, place, route);
    must(assay_ledger_stop(m->ledger, m->num, ASSAY_STOP_COMPLETE, PROMPTS,
                           &err),
         &err);
    must(assay_ledger_commit(m->ledger, &err), &err);
}

static void close_made(struct made *m)
{
    assay_ledger_close(m->ledger);
    assay_arena_free(&m->arena);
    site_close(&m->site);
}

static void a_store_without_runs_says_how_to_make_one(void **state)
{
    struct made m;

    open_made(&m);
    assert_int_equal(count_of(site_get(&m.site, "/runs"), "assay try"), 1);
    assert_int_equal(
        count_of(site_get(&m.site, "/api/v1/runs"), "\"total\": 0"), 1);
    site_ask(&m.site, "/run/7f3a0001");
    assert_int_equal(m.site.reply.status, 404);
    close_made(&m);
}

static void the_api_says_what_the_command_says(void **state)
{
    struct assay_run_figures figures;
    struct assay_error err = {0};
    struct assay_buf text;
    struct made m;

    make(&m);
    const struct assay_run *run =
        assay_ledger_run(m.ledger, &m.arena, ASSAY_STR("7f3a"), &err);
    must(run != NULL, &err);
    must(assay_run_figures(m.ledger, &m.arena, run, &figures, &err), &err);
    assay_buf_init(&text, 1 << 20);
    assert_true(assay_render_json(&text, assay_run_page(&m.arena, &figures),
                                  &(struct assay_render_options){0}, &err));
    assert_true(assay_str_equal(site_get(&m.site, "/api/v1/run/7f3a0001"),
                                assay_buf_str(&text)));
    assert_int_equal(
        count_of(site_get(&m.site, "/api/v1/runs"), "\"run\": \"7f3a0001\""),
        1);
    assay_buf_release(&text);
    close_made(&m);
}

static void what_differs_stands_first_and_every_prompt_is_on_some_page(
    void **state)
{
    struct made m;

    make(&m);
    struct assay_str page = site_get(&m.site, "/run/7f3a0001");
    /* five differ, and stand among the first twenty again */
    assert_int_equal(count_of(page, "<h2>"), 3 + 5 + 20);
    assert_int_equal(count_of(page, "5 of 23 prompts."), 1);
    assert_int_equal(count_of(page, "18\u00a0of\u00a023"), 1);
    assert_int_equal(count_of(page, "href=\"/model/assay/nano-s\""), 1);
    assert_int_equal(
        count_of(page, "href=\"/compare/assay/nano-s/assay/nano-xs\""), 1);
    assert_int_equal(count_of(page, "<figure class=\"chart\">"), 1);
    page = site_get(&m.site, "/run/7f3a0001?page=2");
    assert_int_equal(count_of(page, "<h2>"), 2 + 3);
    site_ask(&m.site, "/run/7f3a0001?page=3");
    assert_int_equal(m.site.reply.status, 404);
    close_made(&m);
}

static void what_models_and_suites_wrote_is_text(void **state)
{
    static const char *const pages[] = {"/run/7f3a0001", "/run/7f3a0001.md",
                                        "/runs", "/runs.md"};
    struct made m;

    make(&m);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct assay_str page = site_get(&m.site, pages[i]);
        assert_int_equal(count_of(page, "<script>alert"), 0);
        assert_int_equal(count_of(page, "<i>nano"), 0);
        assert_int_equal(count_of(page, "<u>"), 0);
    }
    struct assay_str page = site_get(&m.site, "/run/7f3a0001");
    /* the real picture on each prompt, and the other one by name alone */
    assert_int_equal(count_of(page, "src=\"data:image/png;base64,iVBORw0K\""),
                     25);
    assert_int_equal(count_of(page, "<img"), 25);
    assert_int_equal(count_of(page, "onerror=\""), 0);
    close_made(&m);
}

static void the_start_of_an_id_leads_to_the_run(void **state)
{
    struct made m;

    make(&m);
    site_ask(&m.site, "/run/7f3");
    assert_int_equal(m.site.reply.status, 302);
    assert_true(assay_str_is(m.site.reply.location, "/run/7f3a0001"));
    close_made(&m);
}

/* The catalog's number of writes does not tell that a row was added. */
static void a_run_that_goes_on_is_never_an_old_page(void **state)
{
    struct assay_error err = {0};
    struct made m;

    open_made(&m);
    add_run(&m);
    assert_int_equal(
        count_of(site_get(&m.site, "/run/7f3a0001"), "1\u00a0of\u00a01\u00a0("),
        0);
    assert_true(m.site.reply.edition == 0);
    must(assay_ledger_begin(m.ledger, &err), &err);
    answer(&m, 0, 0);
    must(assay_ledger_commit(m.ledger, &err), &err);
    assert_int_equal(
        count_of(site_get(&m.site, "/run/7f3a0001"), "1\u00a0of\u00a01\u00a0("),
        1);
    close_made(&m);
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
