/* The traffic grammar: what it reads, refuses, and prints. */
#include "support/support.h"

#include "assay/traffic.h"

static void a_traffic_is_read_and_printed_in_one_spelling(void **state)
{
    static const struct {
        const char *text, *canonical;
    } cases[] = {
        {"", "requests=1M,input=800,output=250"},
        {"requests=2M", "requests=2M,input=800,output=250"},
        {"input=1.5k,output=1k", "requests=1M,input=1.5k,output=1k"},
        {" requests = 1000 , cached=40% ",
         "requests=1k,input=800,output=250,cached=40%"},
        {"cached=0.4", "requests=1M,input=800,output=250,cached=40%"},
        {"images=1x1024x1024:high",
         "requests=1M,input=800,output=250,images=1x1024x1024:high"},
        {"images=3:low", "requests=1M,input=800,output=250,images=3:low"},
        {"batch=12.5%,retries=2%",
         "requests=1M,input=800,output=250,batch=12.5%,retries=2%"},
        {"requests=123457", "requests=123457,input=800,output=250"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_traffic traffic;
        bool ok =
            assay_traffic_parse(assay_str_c(cases[i].text), &traffic, &err);

        if (!ok)
            fail_msg("'%s': %s", cases[i].text, err.text);
        assert_string_equal(
            assay_arena_cstr(&arena, assay_traffic_text(&arena, &traffic)),
            cases[i].canonical);
    }
    assay_arena_free(&arena);
}

static void a_bad_traffic_names_the_part_and_what_was_expected(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"requests", "name=value"},
        {"speed=3", "no part 'speed'"},
        {"requests=0", "requests a month"},
        {"requests=-5", "requests a month"},
        {"requests=1e400", "requests a month"},
        {"input=many", "tokens per request"},
        {"cached=140%", "0% to 100%"},
        {"cached=-1%", "0% to 100%"},
        {"images=1x0x5", "images per request"},
        {"images=1x10:high", "images per request"},
        {"images=1:huge", "images per request"},
        {"batch=x", "0% to 100%"},
        {"retries=1001%", "share of the requests"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {ASSAY_OK, ""};
        struct assay_traffic traffic = assay_traffic_default();

        if (assay_traffic_parse(assay_str_c(cases[i].text), &traffic, &err))
            fail_msg("'%s' was taken", cases[i].text);
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!assay_str_contains(assay_str_c(err.text), cases[i].says))
            fail_msg("'%s': \"%s\" does not say \"%s\"", cases[i].text,
                     err.text, cases[i].says);
    }
}

static void the_default_is_a_million_requests_in_words(void **state)
{
    struct assay_arena arena = {0};
    struct assay_traffic traffic = assay_traffic_default();

    assert_string_equal(
        assay_arena_cstr(&arena, assay_traffic_words(&arena, &traffic)),
        "1M requests a month, 800 in + 250 out tokens each");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traffic_is_read_and_printed_in_one_spelling),
        cmocka_unit_test(a_bad_traffic_names_the_part_and_what_was_expected),
        cmocka_unit_test(the_default_is_a_million_requests_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
