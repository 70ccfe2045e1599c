/*
 * Pictures: they say what the tables and the API say, say in words what they
 * leave out, and are not there where nothing can be seen in them.
 */
#include "site_fixture.h"

#define PRICE(input, output)                                            \
    "'prices':[{'meter':'input_tokens','usd_per_million':'" input "'}," \
    "{'meter':'output_tokens','usd_per_million':'" output "'}]"
#define ROUTE(provider, name, rest)                            \
    "{'id':'" provider "/" name "','provider':'" provider "'," \
    "'model':'acme/" name "'," rest "}"
#define BENCH(name, value, unit, setting, error)                \
    "{'name':'" name "','value':'" value "','unit':'" unit "'," \
    "'setting':'" setting "'" error "}"

/* What a list said in May, and what it has been saying since September. */
static const char in_may[] =
    "{'format':'assay-facts/1','source':{'id':'list','title':'List',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-05-01'},'models':[],"
    "'routes':[" ROUTE("cloud", "alpha", PRICE("4", "9")) "," ROUTE(
        "cloud", "beta", PRICE("3", "2")) "]}";
static const char in_september[] =
    "{'format':'assay-facts/1','source':{'id':'list','title':'List',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-09-01'},'models':[],"
    "'routes':[" ROUTE("cloud", "alpha", PRICE("1", "9")) "," ROUTE(
        "cloud", "beta", PRICE("3", "2")) "]}";
static const char vendor[] =
    "{'format':'assay-facts/1','source':{'id':'docs','title':'Docs',"
    "'url':'https://acme.example/docs','kind':'primary',"
    "'retrieved':'2026-10-01'},'models':["
    "{'id':'acme/alpha','name':'Alpha <b>','context_tokens':64000,"
    "'task':'chat','benchmarks':[" BENCH(
        "MMLU", "70.5",
        "percent", "5-shot", ",'error_minus':'1.5','error_plus':'2'") "," BENCH("Arena",
                                                                                "1200", "elo", "overall", ",'error_minus':'4','error_plus':'4'") "," BENCH("GPQA", "40", "percent", "0-shot", ",'error_minus':'2','error_plus':'2'") "," BENCH("Speech WER", "9", "percent", "clean", "") "]},"
                                                                                                                                                                                                                                                                                          "{'id':'acme/beta','name':'Beta','context_tokens':32000,"
                                                                                                                                                                                                                                                                                          "'task':'chat','benchmarks':[" BENCH("MMLU",
                                                                                                                                                                                                                                                                                                                               "65",
                                                                                                                                                                                                                                                                                                                               "percent", "5-shot", "") "," BENCH("Arena", "1100", "elo", "overall", "") "," BENCH("GPQA", "30", "percent", "5-shot", "") "," BENCH("Speech WER",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "5",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "percent",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "clean", "") "]},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{'id':'acme/gamma','name':'Gamma','context_tokens':16000,"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "'task':'chat','benchmarks':[" BENCH("MMLU", "60", "percent",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "5-shot",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "") "," BENCH("Speech WER",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "4", "percent", "clean", "") "]},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{'id':'acme/old','name':'Old','context_tokens':8000,'task':'chat'},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{'id':'acme/gratis','name':'Gratis','context_tokens':8000,"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "'task':'chat'},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{'id':'acme/secret','name':'Secret','context_tokens':8000,"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "'task':'chat'}],'routes':[" ROUTE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "acme",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "gamma",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     PRICE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "20",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "40")) "," ROUTE("acme",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "old", "'status':'retired','retired_on':'2026-01-31'," PRICE("5", "5")) "," ROUTE("acme",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "gratis", "'tier':'free'," PRICE("0", "0")) "," ROUTE("acme",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "secret",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "'status':'active'") "]}";

static const char *const facts[] = {in_may, in_september, vendor};

static int open_site(void **state)
{
    static struct site_fixture fixture;

    site_open(&fixture, facts, 3, "");
    *state = &fixture;
    return 0;
}

static int close_site(void **state)
{
    site_close(*state);
    return 0;
}

/* What stands between two texts, each the first from there on. */
static struct assay_str between(struct assay_str text, const char *from,
                                const char *to)
{
    size_t at = 0, end;

    while (at < text.len && !assay_str_starts(assay_str_skip(text, at), from))
        at++;
    if (at == text.len)
        fail_msg("'%s' is not there", from);
    text = assay_str_skip(text, at);
    for (end = strlen(from); end < text.len; end++)
        if (assay_str_starts(assay_str_skip(text, end), to))
            return assay_str_head(text, end);
    fail_msg("'%s' is not behind '%s'", to, from);
    return text;
}

/* ------------------------------------------------------- cost */

static void must_say(struct assay_str figure, const char *name,
                     struct assay_str usd, const char *volume)
{
    char words[200];

    snprintf(words, sizeof words, "%s: %.*s at %s requests a month", name,
             ASSAY_STR_ARG(usd), volume);
    must_have(figure, words);
}

static void lines_say_what_the_api_says_at_each_volume(void **state)
{
    static const char *const volumes[] = {"1k", "30k", "1M", "1G"};
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++) {
        struct assay_str api = site_get(
            f, assay_arena_cstr(
                   &arena,
                   assay_arena_printf(&arena,
                                      "/api/v1/cost?models=acme/alpha,acme/beta"
                                      "&traffic=requests=%s",
                                      volumes[i])));
        const struct assay_json *one =
            assay_json_at(assay_json_parse(&arena, api, NULL, &err),
                          "cost.models")
                ->first;
        struct assay_str alpha =
            assay_arena_copy(&arena, assay_json_text(one, "text"));
        struct assay_str beta =
            assay_arena_copy(&arena, assay_json_text(one->next, "text"));
        struct assay_str figure =
            between(site_get(f, "/compare/acme/alpha/acme/beta"),
                    "cost-by-volume-title", "</figure>");

        must_say(figure, "Alpha &lt;b&gt;", alpha, volumes[i]);
        must_say(figure, "Beta", beta, volumes[i]);
    }
    assay_arena_free(&arena);
}

static void the_picture_stands_in_the_section_of_its_table(void **state)
{
    struct assay_str section =
        between(site_get(*state, "/compare/acme/alpha/acme/beta"),
                "<section id=\"cost\">", "</section>");

    assert_int_equal(count_of(section, "<figure class=\"chart\">"), 2);
    must_have(section, "Each cost grows in step with the requests");
    must_have(section, "<figcaption>Cost a month by the number of requests");
    must_lack(section, "<b>");
    must_lack(site_get(*state, "/compare/acme/alpha/acme/beta.md"), "<svg");
    section = between(site_get(*state, "/cost?models=acme/alpha,acme/beta"),
                      "<section id=\"cost\">", "</section>");
    assert_int_equal(count_of(section, "<figure class=\"chart\">"), 2);
}

/* 1x + 9*250 = 3x + 2*250 */
static void where_two_cost_the_same_there_is_a_ring(void **state)
{
    struct assay_str figure =
        between(site_get(*state, "/compare/acme/alpha/acme/beta"),
                "cost-by-shape-title", "</figure>");

    must_have(figure, "the same at 875 input tokens");
    must_have(figure, "<circle");
    must_have(figure, "as asked");
    must_have(figure, "they cost the same at 875 input tokens a request");
}

static void where_nothing_evens_there_is_one_picture(void **state)
{
    struct assay_str page = site_get(*state, "/compare/acme/alpha/acme/gamma");

    must_have(page, "cost-by-volume");
    must_lack(page, "cost-by-shape");
}

static void what_is_retired_free_or_unknown_is_said(void **state)
{
    struct assay_str page = site_get(
        *state, "/compare/acme/alpha/acme/old/acme/gratis/acme/secret");

    must_have(page, "Old (retired)");
    must_have(page, "What is retired stands at its last price");
    must_have(page, "Gratis is free: not drawn.");
    must_have(page, "What Secret costs is not known.");
}

static void one_line_or_none_is_no_picture(void **state)
{
    must_lack(site_get(*state, "/compare/acme/alpha/acme/secret"),
              "cost-by-volume");
    must_lack(site_get(*state, "/compare/acme/old/acme/secret"),
              "cost-by-volume");
    must_lack(site_get(*state, "/cost?models=acme/alpha"), "cost-by-volume");
}

/* ------------------------------------------------------- benchmarks */

static void only_comparable_rows_are_drawn_each_unit_apart(void **state)
{
    struct assay_str page = site_get(*state, "/compare/acme/alpha/acme/beta");
    struct assay_str percent =
        between(page, "benchmarks-percent-title", "</figure>");
    struct assay_str elo = between(page, "benchmarks-elo-title", "</figure>");

    must_have(percent, "MMLU (5-shot): Alpha &lt;b&gt; 70.5 %, Beta 65 %.");
    must_have(percent, "70.5 %, -1.5 +2, 5-shot");
    must_lack(percent, "GPQA");
    must_lack(percent, "Arena");
    must_have(elo, "Arena (overall): Alpha &lt;b&gt; 1200, Beta 1100.");
    assert_int_equal(count_of(elo, "whisker"), 1);
}

static void a_models_own_rows_are_drawn_with_their_errors(void **state)
{
    struct assay_str figure = between(site_get(*state, "/model/acme/alpha"),
                                      "benchmarks-percent-title", "</figure>");

    assert_int_equal(count_of(figure, "whisker"), 2);
    must_have(figure, "GPQA 40 %, -2 +2, 0-shot.");
    must_lack(figure, "WER");
    must_lack(site_get(*state, "/model/acme/alpha"), "benchmarks-elo");
    must_lack(site_get(*state, "/model/acme/beta"), "benchmarks-percent");
}

/* ------------------------------------------------------- prices */

static void a_price_that_changed_has_a_table_and_steps(void **state)
{
    struct assay_str page = site_get(*state, "/model/acme/alpha");
    struct assay_str section =
        between(page, "<section id=\"price-history\">", "</section>");

    must_have(section, "cloud/alpha, input: $4, then $1 from 2026-09-01.");
    must_have(section, "<tbody>\n<tr><th scope=\"row\">");
    must_have(section, ">$4<");
    must_have(section, ">$1<");
    must_have(section, "/source/list");
    assert_int_equal(count_of(section, "class=\"line\""), 1);
    /* beside the routes' prices */
    must_have(between(page, "<section id=\"routes\">",
                      "<section id=\"price-history\">"),
              "</section>");
    must_have(site_get(*state, "/model/acme/alpha.md"),
              "## Prices that changed");
    must_lack(site_get(*state, "/model/acme/beta"), "price-history");
}

static void a_day_before_the_change_knows_no_change(void **state)
{
    must_lack(site_get(*state, "/model/acme/alpha?as_of=2026-08-01"),
              "price-history");
}

/* ------------------------------------------------------- cost and context */

static void the_frontier_of_a_list_is_named(void **state)
{
    struct assay_str page = site_get(*state, "/models?creator=acme");
    struct assay_str figure =
        between(page, "cost-by-context-title", "</figure>");

    must_have(figure, "4 models. On the efficient frontier: Beta ($2,900 a "
                      "month, 32,000 tokens), Alpha &lt;b&gt; ($3,050 a "
                      "month, 64,000 tokens).");
    must_have(figure, "class=\"frontier\"");
    must_have(figure, "1 whose cost or context is not known is not drawn.");
    must_have(figure, "1 with a free tier alone is not drawn.");
    assert_int_equal(count_of(figure, "efficient\""), 2);
    must_have(figure, "mark dim");
}

static void who_searches_gets_the_list_alone(void **state)
{
    must_lack(site_get(*state, "/models?q=acme"), "cost-by-context");
    must_lack(site_get(*state, "/models.md"), "<svg");
}

static void a_model_stands_among_those_near_it(void **state)
{
    struct assay_str section = between(site_get(*state, "/model/acme/beta"),
                                       "<section id=\"near\">", "</section>");

    must_have(section, "cost-by-context");
    must_have(section, "/model/acme/alpha");
    must_have(section, "class=\"flag");
    must_lack(section, "/model/acme/old");
    must_lack(section, "/model/acme/secret");
    must_lack(site_get(*state, "/model/acme/secret"), "id=\"near\"");
    must_lack(site_get(*state, "/model/acme/beta?as_of=2026-10-02"),
              "id=\"near\"");
}

/* ------------------------------------------------------- cost and scores */

static void models_stand_against_a_benchmark(void **state)
{
    struct assay_str page =
        site_get(*state, "/models?creator=acme&y=MMLU+(5-shot)");
    struct assay_str section =
        between(page, "<section id=\"scores\">", "</section>");

    must_have(section, "<h2>MMLU (5-shot)</h2>");
    must_have(section, "3 models. On the efficient frontier: Beta ($2,900 a "
                       "month, 65 %), Alpha &lt;b&gt; ($3,050 a month, 70.5 "
                       "%).");
    must_have(section, "$26,000");
    must_have(page, "<option value=\"MMLU (5-shot)\" selected>");
    must_have(site_get(*state, "/models.md?y=MMLU+(5-shot)"),
              "## MMLU (5-shot)");
}

static void fewer_errors_are_better(void **state)
{
    struct assay_str section =
        between(site_get(*state, "/models?creator=acme&y=Speech+WER+(clean)"),
                "<section id=\"scores\">", "</section>");

    must_have(section, "On the efficient frontier: Beta ($2,900 a month, 5 "
                       "%), Gamma ($26,000 a month, 4 %).");
    /* the best first */
    must_have(between(section, "<tbody>", "Beta"), "Gamma");
}

static void a_benchmark_that_is_none_is_not_found(void **state)
{
    struct site_fixture *f = *state;

    must_have(site_ask(f, "/models?y=%3Cb%3E"),
              "no benchmark is called &#39;&lt;b&gt;&#39;");
    assert_int_equal(f->reply.status, 404);
    /* two models with a row are no picture */
    site_ask(f, "/models?y=Arena+(overall)");
    assert_int_equal(f->reply.status, 404);
    site_ask(f, "/api/v1/models?y=MMLU+(5-shot)");
    assert_int_equal(f->reply.status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_say_what_the_api_says_at_each_volume),
        cmocka_unit_test(the_picture_stands_in_the_section_of_its_table),
        cmocka_unit_test(where_two_cost_the_same_there_is_a_ring),
        cmocka_unit_test(where_nothing_evens_there_is_one_picture),
        cmocka_unit_test(what_is_retired_free_or_unknown_is_said),
        cmocka_unit_test(one_line_or_none_is_no_picture),
        cmocka_unit_test(only_comparable_rows_are_drawn_each_unit_apart),
        cmocka_unit_test(a_models_own_rows_are_drawn_with_their_errors),
        cmocka_unit_test(a_price_that_changed_has_a_table_and_steps),
        cmocka_unit_test(a_day_before_the_change_knows_no_change),
        cmocka_unit_test(the_frontier_of_a_list_is_named),
        cmocka_unit_test(who_searches_gets_the_list_alone),
        cmocka_unit_test(a_model_stands_among_those_near_it),
        cmocka_unit_test(models_stand_against_a_benchmark),
        cmocka_unit_test(fewer_errors_are_better),
        cmocka_unit_test(a_benchmark_that_is_none_is_not_found),
    };

    return cmocka_run_group_tests(tests, open_site, close_site);
}
