/*
 * The pages of record: sources, conflicts, changes; and that they and the cost
 * are the command's documents.
 */
#include "serve/record_fixture.h"

#include "assay/compare.h"
#include "assay/pages.h"
#include "assay/render.h"

/* ------------------------------------------------------- the command's */

struct direct {
    struct assay_arena arena;
    struct assay_catalog *catalog;
    struct assay_error err;
};

static void open_direct(struct direct *d, const struct site_fixture *f)
{
    *d = (struct direct){0};
    d->catalog = assay_catalog_open(
        &(struct assay_catalog_options){.path = f->store, .as_of = site_day},
        &d->err);
    if (!d->catalog)
        fail_msg("%s", d->err.text);
}

static void close_direct(struct direct *d)
{
    assay_catalog_close(d->catalog);
    assay_arena_free(&d->arena);
}

/* The answer is the document's JSON, byte for byte. */
static void must_equal(struct direct *d, struct assay_str answer,
                       const struct assay_document *doc)
{
    const struct assay_render_options options = {0};
    struct assay_buf out;

    assert_non_null(doc);
    assay_buf_init(&out, 1 << 24);
    assert_true(assay_render_json(&out, doc, &options, &d->err));
    assert_int_equal(out.len, answer.len);
    assert_memory_equal(out.at, answer.at, out.len);
    assay_buf_release(&out);
}

static void sources_are_the_document_of_the_command(void **state)
{
    struct site_fixture *f = *state;
    struct assay_source *sources;
    struct direct d;
    size_t count;

    open_direct(&d, f);
    assert_true(
        assay_catalog_sources(d.catalog, &d.arena, &sources, &count, &d.err));
    must_equal(&d, site_get(f, "/api/v1/sources"),
               assay_page_sources(&d.arena, sources, count, site_day));
    assert_string_equal(f->reply.media, "application/json");
    close_direct(&d);
}

static void cost_is_the_document_of_the_command(void **state)
{
    struct site_fixture *f = *state;
    struct assay_page_options options = {.as_of = site_day};
    struct assay_model *models[2];
    struct direct d;

    open_direct(&d, f);
    assert_true(
        assay_traffic_parse(ASSAY_STR("requests=20k,input=4k,cached=40%"),
                            &options.traffic, &d.err));
    models[0] =
        assay_catalog_model(d.catalog, &d.arena, ASSAY_STR("acme/m1"), &d.err);
    models[1] =
        assay_catalog_model(d.catalog, &d.arena, ASSAY_STR("acme/m2"), &d.err);
    must_equal(&d,
               site_get(f, "/api/v1/cost?models=m1,acme/m2"
                           "&traffic=requests=20k,input=4k,cached=40%25"),
               assay_page_cost(&d.arena, models, 2, &options, &d.err));
    close_direct(&d);
}

static void changes_are_the_document_of_the_command(void **state)
{
    struct site_fixture *f = *state;
    const struct assay_changes_title title = {
        .title = ASSAY_STR("Changes"),
        .aside = ASSAY_STR(""),
    };
    struct assay_change *changes;
    struct direct d;
    size_t count;

    open_direct(&d, f);
    assert_true(assay_catalog_changes(d.catalog, &d.arena, ASSAY_STR(""),
                                      (struct assay_date){2026, 5, 1}, site_day,
                                      &changes, &count, &d.err));
    assert_true(count > 3);
    must_equal(&d, site_get(f, "/api/v1/changes?from=2026-05-01&to=2026-11-22"),
               assay_page_changes(&d.arena, changes, count, &title));
    close_direct(&d);
}

/* ------------------------------------------------------- sources */

static void a_source_shows_who_it_is_and_what_it_says(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_get(f, "/source/acme-list");

    must_have(page, "<h1>Acme list</h1>");
    must_have(page, "https://list.example/");
    must_have(page, "MIT");
    must_have(page, "2026-05-01");
    must_have(page, "2026-09-01");
    must_have(page, "$0.64");
    must_lack(page, "cloud/lost"); /* ended with the second reading */
    must_have(page, "href=\"/conflicts?source=acme-list\"");
    page = site_get(f, "/source/acme-list?as_of=2026-06-01");
    must_have(page, "$0.80");
    must_lack(page, "2026-09-01");
    must_lack(page, "$0.64");
}

static void a_source_that_nobody_knows_is_not_found(void **state)
{
    struct site_fixture *f = *state;

    (void)site_ask(f, "/source/nobody");
    assert_int_equal(f->reply.status, 404);
    (void)site_ask(f, "/source/acme-list?page=2");
    assert_int_equal(f->reply.status, 404);
    (void)site_ask(f, "/source/acme-list?page=0");
    assert_int_equal(f->reply.status, 400);
    (void)site_ask(f, "/source/acme-list?page=x");
    assert_int_equal(f->reply.status, 400);
}

/* How often "p…/big/m…" of each number stands before a mark in the page. */
static void count_routes(struct assay_str text, size_t counts[ROUTES],
                         const char *behind)
{
    for (size_t i = 0; i < ROUTES; i++) {
        char name[64];

        snprintf(name, sizeof name, "p%03zu/big/m%02zu%s", i, i % 50, behind);
        counts[i] += count_of(text, name);
    }
}

static void pages_of_a_source_hold_each_statement_once(void **state)
{
    struct site_fixture *f = *state;
    char *text = many_routes("big-list", "2026-08-01", "3");
    size_t counts[ROUTES] = {0};
    char address[64];

    site_import(f->store, text);
    for (int page = 1; page <= 3; page++) {
        snprintf(address, sizeof address, "/source/big-list.md?page=%d", page);
        count_routes(site_get(f, address), counts, " (route)");
    }
    for (size_t i = 0; i < ROUTES; i++)
        assert_int_equal(counts[i], 1);
    must_have(site_get(f, "/source/big-list"),
              "href=\"/source/big-list?page=2\"");
    must_have(site_get(f, "/source/big-list?page=3"),
              "href=\"/source/big-list?page=2\"");
    must_lack(site_get(f, "/source/big-list?page=3"), "rel=\"next\"");
    (void)site_ask(f, "/source/big-list?page=4");
    assert_int_equal(f->reply.status, 404);
    free(text);
}

/* ------------------------------------------------------- conflicts */

static void conflicts_say_what_was_taken_and_why(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_get(f, "/conflicts?model=acme/m1");

    must_have(page, "32,768");
    must_have(page, "64,000");
    must_have(page, "a public catalog");
    must_have(page, "$0.64");
    must_have(page, "$0.80");
    must_have(page, "href=\"/model/acme/m1\"");
    page = site_get(f, "/conflicts?model=m1&fact=context");
    must_have(page, "64,000");
    must_lack(page, "$0.64");
    page = site_get(f, "/conflicts?fact=price&source=acme-docs");
    must_have(page, "Nowhere, as far as is known.");
    page = site_get(f, "/conflicts?source=other-list");
    must_have(page, "$0.80");
    must_lack(page, "64,000");
}

static void conflicts_of_an_earlier_day_are_those_of_that_day(void **state)
{
    struct site_fixture *f = *state;

    /* the vendor was not read yet, nor the other list */
    must_have(site_get(f, "/conflicts?source=acme-list"), "64,000");
    must_lack(site_get(f, "/conflicts?source=acme-list&as_of=2026-06-01"),
              "64,000");
    must_have(site_get(f, "/conflicts?source=acme-list"), "64,000");
}

static void a_kind_of_fact_that_there_is_not_is_refused(void **state)
{
    struct site_fixture *f = *state;

    must_have(site_ask(f, "/conflicts?fact=colour"), "price, status");
    assert_int_equal(f->reply.status, 400);
    (void)site_ask(f, "/conflicts?model=nobody");
    assert_int_equal(f->reply.status, 404);
}

static void empty_fields_of_a_form_leave_the_address(void **state)
{
    struct site_fixture *f = *state;

    (void)site_ask(f, "/conflicts?fact=price&model=&source=");
    assert_int_equal(f->reply.status, 302);
    assert_true(assay_str_is(f->reply.location, "/conflicts?fact=price"));
    (void)site_ask(f, "/changes?from=2026-05-01&model=");
    assert_true(assay_str_is(f->reply.location, "/changes?from=2026-05-01"));
}

static void pages_of_conflicts_hold_each_once(void **state)
{
    struct site_fixture *f = *state;
    char *one = many_routes("big-one", "2026-08-01", "3");
    char *two = many_routes("big-two", "2026-08-02", "4");
    size_t counts[ROUTES] = {0}, pages = 0, headings = 0;
    char address[64];

    /* asked before, so that what is kept must be made anew */
    must_lack(site_get(f, "/conflicts?source=big-two"), "p000");
    site_import(f->store, one);
    site_import(f->store, two);
    for (;;) {
        snprintf(address, sizeof address,
                 "/conflicts.md?source=big-two&page=%zu", pages + 1);
        struct assay_str text = site_ask(f, address);

        if (f->reply.status != 200)
            break;
        pages++;
        headings += count_of(text, "\n## big/m");
        count_routes(text, counts, ")");
    }
    assert_int_equal(f->reply.status, 404);
    assert_int_equal(pages, (ROUTES + 39) / 40);
    /* by model: fifty of them, some cut by the end of a page */
    assert_in_range(headings, 50, 50 + pages - 1);
    for (size_t i = 0; i < ROUTES; i++)
        assert_int_equal(counts[i], 1);
    free(one);
    free(two);
}

/* ------------------------------------------------------- changes */

static void a_price_that_fell_says_from_what_to_what(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page =
        site_get(f, "/changes?from=2026-05-01&to=2026-11-22&source=acme-list");

    must_have(page, "$0.80 → $0.64");
    must_have(page, "20 % lower");
    must_have(page, "$1.60 → $2.40");
    must_have(page, "50 % higher");
    must_have(page, "1 price lower; 1 price higher");
    must_have(page, "1 model or route no longer listed");
    must_have(page, "2026-09-01 acme-list");
    must_lack(page, "2026-05-01 acme-list</h2>"); /* after that day */
}

static void changes_of_a_model_are_those_of_its_routes_too(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_get(f, "/changes?from=2026-01-01&model=m1");

    must_have(page, "Changes of acme/m1");
    must_have(page, "$0.80 → $0.64");
    must_lack(page, "acme/m2");
    (void)site_ask(f, "/changes?model=nobody");
    assert_int_equal(f->reply.status, 404);
}

static void the_newest_reading_stands_first(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_get(f, "/changes.md?from=2026-01-01");
    const char *vendor_at = strstr(page.at, "## 2026-10-01 acme-docs");
    const char *list_at = strstr(page.at, "## 2026-09-01 acme-list");
    const char *first_at = strstr(page.at, "## 2026-05-01 acme-list");

    assert_non_null(vendor_at);
    assert_non_null(list_at);
    assert_non_null(first_at);
    assert_true(vendor_at < list_at);
    assert_true(list_at < first_at);
}

static void days_that_cannot_be_are_refused(void **state)
{
    struct site_fixture *f = *state;

    must_have(site_ask(f, "/changes?from=yesterday"), "from wants a day");
    assert_int_equal(f->reply.status, 400);
    must_have(site_ask(f, "/api/v1/changes?from=2026-10-01&to=2026-05-01"),
              "2026-10-01 lies after 2026-05-01");
    assert_int_equal(f->reply.status, 400);
    (void)site_ask(f, "/changes?to=2026-02-30");
    assert_int_equal(f->reply.status, 400);
}

static void pages_of_changes_hold_each_once(void **state)
{
    struct site_fixture *f = *state;
    char *before = many_routes("big-list", "2026-07-01", "3");
    char *after = many_routes("big-list", "2026-08-01", "4");
    size_t counts[ROUTES] = {0}, pages = 0;
    char address[96];

    site_import(f->store, before);
    site_import(f->store, after);
    for (;;) {
        snprintf(address, sizeof address,
                 "/changes.md?from=2026-06-01&source=big-list&page=%zu",
                 ++pages);
        struct assay_str text = site_ask(f, address);

        if (f->reply.status != 200)
            break;
        must_have(text, pages == 1 ? "250 prices higher" : "big-list");
        count_routes(text, counts, " ");
    }
    assert_int_equal(f->reply.status, 404);
    /* 250 of the second reading and one for the first, 100 a page */
    assert_int_equal(pages - 1, 3);
    for (size_t i = 0; i < ROUTES; i++)
        assert_int_equal(counts[i], 1);
    must_have(site_get(f, "/changes?from=2026-06-01&source=big-list&page=3"),
              "250 models and routes listed");
    free(before);
    free(after);
}

static void the_api_gives_one_page_of_changes_when_asked(void **state)
{
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    const struct assay_json *changes = assay_json_get(
        assay_json_parse(&arena,
                         site_get(f, "/api/v1/changes?from=2026-05-01&page=1"
                                     "&source=acme-list"),
                         NULL, &err),
        "changes");

    assert_non_null(changes);
    assert_int_equal(changes->count, 3); /* two prices and the lost route */
    assay_arena_free(&arena);
}

static void pages_of_long_lists_stay_under_100_kb(void **state)
{
    static const char *const pages[] = {
        "/source/big-one", "/conflicts?source=big-two",
        "/changes?from=2026-06-01&source=big-one",
        "/conflicts?fact=price&source=big-two&page=3"};
    struct site_fixture *f = *state;
    char *one = many_routes("big-one", "2026-08-01", "3");
    char *two = many_routes("big-two", "2026-08-02", "4");
    char *again = many_routes("big-one", "2026-09-02", "5");

    site_import(f->store, one);
    site_import(f->store, two);
    site_import(f->store, again);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct assay_str page = site_get(f, pages[i]);

        assert_in_range(page.len, 5000, 100 << 10);
    }
    free(one);
    free(two);
    free(again);
}

/* Ids with what has a meaning in addresses. */
static const char odd[] =
    "{'format':'assay-facts/1','source':{'id':'a#list?','title':'Odd',"
    "'url':'https://odd.example/','kind':'catalog',"
    "'retrieved':'2026-11-01'},'models':["
    "{'id':'odd/m#1?','name':'Odd One','family':'Odd','task':'chat'},"
    "{'id':'odd/m%2','name':'Odd Two','family':'Odd','task':'chat'},"
    "{'id':'odd/m3','name':'Odd Three','family':'Odd','task':'chat'}],"
    "'routes':[{'id':'p?q/m','provider':'p?q','model':'odd/m#1?','prices':["
    "{'meter':'input_tokens','usd_per_million':'1'}]}]}";

static void odd_ids_are_encoded_in_links(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page;

    site_import(f->store, odd);
    page = site_get(f, "/compare/odd/m%231%3F/odd/m%252");
    must_have(page, "href=\"/model/odd/m%231%3F\"");
    must_have(page, "href=\"/model/odd/m%252\"");
    must_have(page, "href=\"/provider/p%3Fq\"");
    must_have(page, "/compare/odd/m%231%3F/odd/m3\"");
    must_have(site_get(f, "/sources"), "href=\"/source/a%23list%3F\"");
}

static void a_comparison_goes_on_with_the_same_question(void **state)
{
    struct site_fixture *f = *state;

    site_import(f->store, odd);
    must_have(site_get(f, "/compare/odd/m%252/odd/m3?traffic=requests=5,"
                          "input=1,output=1&need=vision"),
              "/odd/m%231%3F?traffic=requests=5,input=1,output=1&amp;"
              "need=vision\">");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sources_are_the_document_of_the_command),
        TEST(cost_is_the_document_of_the_command),
        TEST(changes_are_the_document_of_the_command),
        TEST(odd_ids_are_encoded_in_links),
        TEST(a_comparison_goes_on_with_the_same_question),
        TEST(a_source_shows_who_it_is_and_what_it_says),
        TEST(a_source_that_nobody_knows_is_not_found),
        TEST(pages_of_a_source_hold_each_statement_once),
        TEST(conflicts_say_what_was_taken_and_why),
        TEST(conflicts_of_an_earlier_day_are_those_of_that_day),
        TEST(a_kind_of_fact_that_there_is_not_is_refused),
        TEST(empty_fields_of_a_form_leave_the_address),
        TEST(pages_of_conflicts_hold_each_once),
        TEST(a_price_that_fell_says_from_what_to_what),
        TEST(changes_of_a_model_are_those_of_its_routes_too),
        TEST(the_newest_reading_stands_first),
        TEST(days_that_cannot_be_are_refused),
        TEST(pages_of_changes_hold_each_once),
        TEST(the_api_gives_one_page_of_changes_when_asked),
        TEST(pages_of_long_lists_stay_under_100_kb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
