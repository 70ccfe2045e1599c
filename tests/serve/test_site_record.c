/*
 * The pages of record and money: sources, conflicts, changes, cost, and the
 * price of a response.
 */
#include "site_fixture.h"

#include "assay/compare.h"
#include "assay/pages.h"
#include "assay/render.h"

/* Two readings of a list, and a vendor who says otherwise. */
static const char first_list[] =
    "{'format':'assay-facts/1','source':{'id':'acme-list','title':'Acme list',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-05-01','license':'MIT'},"
    "'models':[{'id':'acme/m1','name':'Acme One','context_tokens':64000,"
    "'task':'chat'},{'id':'acme/m2','name':'Acme Two','task':'chat'}],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.80'},"
    "{'meter':'output_tokens','usd_per_million':'1.60'}]},"
    "{'id':'cloud/acme/m2','provider':'cloud','model':'acme/m2',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'5'},"
    "{'meter':'output_tokens','usd_per_million':'10'}]},"
    "{'id':'cloud/lost','provider':'cloud','context_tokens':1000}]}";
static const char second_list[] =
    "{'format':'assay-facts/1','source':{'id':'acme-list','title':'Acme list',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-09-01','license':'MIT'},"
    "'models':[{'id':'acme/m1','name':'Acme One','context_tokens':64000,"
    "'task':'chat'},{'id':'acme/m2','name':'Acme Two','task':'chat'}],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.64'},"
    "{'meter':'output_tokens','usd_per_million':'2.40'}]},"
    "{'id':'cloud/acme/m2','provider':'cloud','model':'acme/m2',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'5'},"
    "{'meter':'output_tokens','usd_per_million':'10'}]}]}";
static const char vendor[] =
    "{'format':'assay-facts/1','source':{'id':'acme-docs','title':'Acme docs',"
    "'url':'https://acme.example/docs','kind':'primary',"
    "'retrieved':'2026-10-01'},"
    "'models':[{'id':'acme/m1','name':'Acme One','creator':'Acme',"
    "'context_tokens':32768,'task':'chat','open_weights':false,"
    "'released':'2026-01-31'}],'routes':[]}";
/* A copy that states the old input price of one route. */
static const char other_list[] =
    "{'format':'assay-facts/1','source':{'id':'other-list','title':'Other',"
    "'url':'https://other.example/','kind':'catalog',"
    "'retrieved':'2026-08-01'},'models':[],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.80'}]}]}";

static const char *const facts[] = {first_list, second_list, vendor,
                                    other_list};

static int open_site(void **state)
{
    struct site_fixture *f = calloc(1, sizeof *f);

    site_open(f, facts, sizeof facts / sizeof facts[0], "");
    *state = f;
    return 0;
}

static int close_site(void **state)
{
    site_close(*state);
    free(*state);
    return 0;
}

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

enum { ROUTES = 250 };

/* A source of many routes, in dispute with another over each price. */
static char *many_routes(const char *source, const char *day, const char *price)
{
    char *text = malloc(300 * ROUTES);
    size_t at = (size_t)snprintf(
        text, 300,
        "{'format':'assay-facts/1','source':{'id':'%s','title':'Big',"
        "'url':'https://big.example/','kind':'catalog','retrieved':'%s'},"
        "'models':[],'routes':[",
        source, day);

    for (int i = 0; i < ROUTES; i++)
        at += (size_t)snprintf(
            text + at, 300,
            "%s{'id':'p%03d/big/m%02d','provider':'p%03d','model':'big/m%02d',"
            "'prices':[{'meter':'input_tokens','usd_per_million':'%s'},"
            "{'meter':'output_tokens','usd_per_million':'7'}]}",
            i ? "," : "", i, i % 50, i, i % 50, price);
    snprintf(text + at, 8, "]}");
    return text;
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

/* ------------------------------------------------------- cost */

static void fields_of_the_form_become_one_traffic(void **state)
{
    static const struct {
        const char *asked, *location;
    } cases[] = {
        {"/cost?models=m1&requests=20k&input=4k&output=250&cached=40%25",
         "/cost?traffic=requests=20k,input=4k,output=250,cached=40%25&models="
         "m1"},
        {"/cost?models=m1&requests=1%2C000%2C000&input=&output=",
         "/cost?traffic=requests=1M,input=800,output=250&models=m1"},
        {"/cost?models=m1&cached=40&batch=5&retries=2",
         "/cost?traffic=requests=1M,input=800,output=250,cached=40%25,batch=5%"
         "25,retries=2%25&models=m1"},
        {"/cost?models=m1&cached=0.4",
         "/cost?traffic=requests=1M,input=800,output=250,cached=40%25&models="
         "m1"},
        {"/cost?models=m1%2C+m2&allow_free=1&images=1x512x512:low",
         "/cost?traffic=requests=1M,input=800,output=250,images=1x512x512:low"
         "&allow_free=1&models=m1,%20m2"},
    };
    struct site_fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)site_ask(f, cases[i].asked);
        assert_int_equal(f->reply.status, 302);
        if (!assay_str_is(f->reply.location, cases[i].location))
            fail_msg("%s led to %.*s", cases[i].asked,
                     ASSAY_STR_ARG(f->reply.location));
    }
}

static void the_calculator_answers_without_models(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_get(f, "/cost");

    must_have(page, "name=\"models\"");
    must_have(page, "name=\"requests\"");
    must_have(page, "name=\"allow_free\"");
    must_lack(page, "role=\"alert\"");
    page = site_get(f, "/cost?models=m1,m2&traffic=requests=20k,input=4k");
    must_have(page, "value=\"20k\"");
    must_have(page, "value=\"4k\"");
    must_have(page, "value=\"m1,m2\"");
    must_have(page, "noindex");
    must_have(page, "cloud/acme/m1");
}

static void a_field_that_cannot_be_read_keeps_what_was_typed(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str page = site_ask(
        f, "/cost?models=m1&requests=a%22%3E%3Cb%3E&input=4k&cached=30%25");

    assert_int_equal(f->reply.status, 400);
    must_have(page, "role=\"alert\"");
    must_have(page, "value=\"a&quot;&gt;&lt;b&gt;\"");
    must_have(page, "value=\"4k\"");
    must_have(page, "value=\"30%\"");
    must_have(page, "value=\"m1\"");
    must_have(page, "aria-invalid=\"true\"");
    assert_int_equal(count_of(page, "aria-invalid"), 1);
    page = site_ask(f, "/cost?models=nobody%3Ci%3E,m1&traffic=input=4k");
    assert_int_equal(f->reply.status, 404);
    must_have(page, "value=\"nobody&lt;i&gt;,m1\"");
    must_have(page, "value=\"4k\"");
    page = site_ask(f, "/cost?models=m1,m1");
    assert_int_equal(f->reply.status, 400);
    must_have(page, "named twice");
    /* programs get the usual object */
    must_have(site_ask(f, "/api/v1/cost?models=nobody"), "\"not_found\"");
    assert_int_equal(f->reply.status, 404);
    must_have(site_ask(f, "/api/v1/cost?models=m1&traffic=x"), "\"code\"");
    assert_int_equal(f->reply.status, 400);
}

/* ------------------------------------------------------- prices */

#define RESPONSE                                                   \
    "{\"model\":\"acme/m1\",\"usage\":{\"prompt_tokens\":1000000," \
    "\"completion_tokens\":500000,\"total_tokens\":1500000}}"

static void a_response_is_priced(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str answer = site_post(f, "/api/v1/price?provider=cloud",
                                        "application/json", RESPONSE);

    assert_int_equal(f->reply.status, 200);
    assert_string_equal(f->reply.media, "application/json");
    assert_int_equal(f->reply.keep, ASSAY_KEEP_NOT);
    assert_int_equal(f->reply.edition, 0);
    must_have(answer, "\"usd\":\"1.84\"");
    must_have(answer, "\"route\":\"cloud/acme/m1\"");
    /* as it was in May */
    answer = site_post(f, "/api/v1/price?provider=cloud&as_of=2026-06-01",
                       "application/json; charset=utf-8", RESPONSE);
    must_have(answer, "\"usd\":\"1.6\"");
    answer = site_post(f, "/api/v1/price?provider=cloud&source=other-list",
                       "application/json", RESPONSE);
    must_have(answer, "\"input_usd\":\"0.8\"");
    answer = site_post(f, "/api/v1/price?provider=cloud", "application/json",
                       RESPONSE);
    must_have(answer, "\"usd\":\"1.84\"");
}

static void each_line_has_an_answer_in_order(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str answer =
        site_post(f, "/api/v1/price?provider=cloud", "application/x-ndjson",
                  RESPONSE "\n{bad\n\n" RESPONSE "\n[1]\n{}");
    struct assay_str line, rest = answer;
    static const char *const expected[] = {"1.84", "line 1", "an empty line",
                                           "1.84", "array",  "unknown"};

    assert_int_equal(f->reply.status, 200);
    assert_string_equal(f->reply.media, "application/x-ndjson");
    for (size_t i = 0; i < 6; i++) {
        assert_true(assay_str_cut(rest, '\n', &line, &rest));
        must_have(line, expected[i]);
    }
    assert_int_equal(rest.len, 0);
}

static void a_price_follows_the_next_import(void **state)
{
    static const char newer[] =
        "{'format':'assay-facts/1','source':{'id':'acme-list','title':'Acme',"
        "'url':'https://list.example/','kind':'catalog',"
        "'retrieved':'2026-11-01'},'models':[],"
        "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
        "'prices':[{'meter':'input_tokens','usd_per_million':'9'},"
        "{'meter':'output_tokens','usd_per_million':'0'}]}]}";
    struct site_fixture *f = *state;

    must_have(site_post(f, "/api/v1/price?provider=cloud", "application/json",
                        RESPONSE),
              "\"usd\":\"1.84\"");
    site_import(f->store, newer);
    must_have(site_post(f, "/api/v1/price?provider=cloud", "application/json",
                        RESPONSE),
              "\"usd\":\"9\"");
}

static void more_providers_than_are_kept_are_priced_too(void **state)
{
    struct site_fixture *f = *state;
    char *text = many_routes("big-list", "2026-08-01", "3");
    char address[64];

    site_import(f->store, text);
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < 12; i++) {
            snprintf(address, sizeof address, "/api/v1/price?provider=p%03d",
                     i);
            (void)site_post(f, address, "application/json",
                            "{\"model\":\"big/m01\",\"usage\":{"
                            "\"prompt_tokens\":1,\"completion_tokens\":0}}");
            assert_int_equal(f->reply.status, 200);
        }
    free(text);
}

static void what_is_no_response_is_refused_or_unknown(void **state)
{
    static const struct {
        const char *address, *media, *body, *says;
        unsigned status;
    } cases[] = {
        {"/api/v1/price?provider=cloud", "application/json", "", "line 1", 400},
        {"/api/v1/price?provider=cloud", "application/json", "{", "the body",
         400},
        {"/api/v1/price?provider=cloud", "application/json", "{}{}", "the body",
         400},
        {"/api/v1/price?provider=cloud", "application/json",
         "{\"a\":1,\"a\":2}", "the body", 400},
        {"/api/v1/price?provider=cloud", "application/json", "\"\xff\"",
         "UTF-8", 400},
        {"/api/v1/price?provider=cloud", "application/json", "{}",
         "\"unknown\"", 200},
        {"/api/v1/price?provider=cloud", "application/json",
         "{\"model\":\"acme/m1\",\"usage\":{\"prompt_tokens\":-1}}",
         "\"unknown\"", 200},
        {"/api/v1/price?provider=cloud", "application/json",
         "{\"model\":\"nobody\",\"usage\":{\"prompt_tokens\":1,"
         "\"completion_tokens\":1}}",
         "\"unknown\"", 200},
        {"/api/v1/price?provider=clout", "application/json", RESPONSE, "cloud",
         404},
        {"/api/v1/price", "application/json", RESPONSE, "provider is missing",
         400},
        {"/api/v1/price?provider=cloud&at=noon", "application/json", RESPONSE,
         "2026-11-22T14:30Z", 400},
        {"/api/v1/price?provider=cloud&at=2026-10-01T25:00", "application/json",
         RESPONSE, "at wants", 400},
        {"/api/v1/price?provider=cloud&models=x", "application/json", RESPONSE,
         "no parameter 'models'", 400},
        {"/api/v1/price?provider=cloud", "text/plain", RESPONSE,
         "unsupported_media_type", 415},
        {"/api/v1/price?provider=cloud", "", RESPONSE, "unsupported_media_type",
         415},
        {"/sources", "application/json", RESPONSE, "GET, HEAD", 405},
    };
    struct site_fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_str answer =
            site_post(f, cases[i].address, cases[i].media, cases[i].body);

        if (f->reply.status != cases[i].status)
            fail_msg("case %zu: %u, %.*s", i, f->reply.status,
                     ASSAY_STR_ARG(answer));
        must_have(answer, cases[i].says);
    }
    (void)site_ask(f, "/api/v1/price?provider=cloud");
    assert_int_equal(f->reply.status, 405);
    assert_string_equal(f->reply.allow, "POST");
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
        TEST(fields_of_the_form_become_one_traffic),
        TEST(the_calculator_answers_without_models),
        TEST(a_field_that_cannot_be_read_keeps_what_was_typed),
        TEST(a_response_is_priced),
        TEST(each_line_has_an_answer_in_order),
        TEST(a_price_follows_the_next_import),
        TEST(more_providers_than_are_kept_are_priced_too),
        TEST(what_is_no_response_is_refused_or_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
