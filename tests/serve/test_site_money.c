/*
 * The calculator of costs, and the price of a response.
 */
#include "serve/record_fixture.h"

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
