/* Prices of whole responses, against numbers worked by hand. */
#include "catalog/view_fixture.h"

#include "catalog/pricer_parts.h"

static const char *const model_ids[] = {
    "anthropic/claude-sonnet-4-6",
    "deepseek/deepseek-chat",
    "openai/gpt-35-turbo",
    "openai/gpt-4-vision-preview",
    "openai/gpt-4o",
    "openai/gpt-4o-2024-05-13",
    "openai/o1",
    "openai/o1-input-only",
};
enum { MODELS = sizeof(model_ids) / sizeof(model_ids[0]) };

struct bench {
    struct fixture f;
    struct assay_view view;
    struct assay_pricer *pricer;
};

static int open_bench(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;
    *state = b;
    add_facts_file(&b->f, "pricer-vendor");
    add_facts_file(&b->f, "pricer-clauses");
    b->view.models = ASSAY_NEW_ARRAY(&b->f.arena, struct assay_model *, MODELS);
    b->view.model_count = MODELS;
    for (size_t i = 0; i < MODELS; i++)
        b->view.models[i] = view_model(&b->f, model_ids[i], "2026-11-22");
    /* what the store says of aliases */
    struct assay_model *vision = b->view.models[3];
    vision->aliases = ASSAY_NEW_ARRAY(&b->f.arena, struct assay_str, 1);
    vision->aliases[0] = ASSAY_STR("openai/gpt-4-1106-vision-preview");
    vision->alias_count = 1;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    assay_pricer_close(b->pricer);
    assay_arena_free(&b->f.arena);
    *b = (struct bench){0};
    return 0;
}

static bool open_pricer(struct bench *b,
                        const struct assay_pricer_options *options,
                        struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_pricer *p = ASSAY_NEW(&arena, struct assay_pricer);

    struct assay_pricer_providers fallbacks = {.count = 0};
    bool ok;

    assay_pricer_close(b->pricer);
    p->arena = arena;
    b->pricer = p;
    ok = assay_pricer_fill(p, &b->view, options, day("2026-11-22"), err);
    if (ok && p->route_count == 0)
        ok = assay_pricer_fail_without_routes(p, &b->view, err);
    assay_pricer_fallbacks(p, &fallbacks);
    for (size_t i = 0; ok && i < fallbacks.count; i++)
        ok = assay_pricer_add_fallback(p, &b->view, fallbacks.ids[i],
                                       day("2026-11-22"), err);
    return ok;
}

static void use(struct bench *b, struct assay_pricer_options options)
{
    struct assay_error err = {0};
    if (!options.source_id.at)
        options.source_id = ASSAY_STR("");
    if (!open_pricer(b, &options, &err))
        fail_msg("%s", err.text);
}

static struct assay_json *answer_to(struct bench *b, const char *text)
{
    struct assay_error err = {0};
    struct assay_json *body =
        assay_json_parse(&b->f.arena, assay_str_c(text), NULL, &err);
    if (!body)
        fail_msg("%s", err.text);
    return assay_pricer_price(b->pricer, &b->f.arena, body);
}

static void assert_member(const struct assay_json *answer, const char *key,
                          const char *expected)
{
    struct assay_str text = assay_json_text(answer, key);
    if (!assay_str_is(text, expected))
        fail_msg("%s is '%.*s', expected '%s'", key, ASSAY_STR_ARG(text),
                 expected);
}

#define CHAT(model, in, out)                                    \
    "{\"model\":\"" model "\",\"usage\":{\"prompt_tokens\":" in \
    ",\"completion_tokens\":" out "}}"

static const struct assay_pricer_options openai = {
    .provider = {"openai", 6}, .source_id = {"", 0}, .minute_of_day = -1};

static void an_answer_has_the_shape_of_the_contract(void **state)
{
    struct bench *b = *state;
    struct assay_buf out;
    use(b, openai);
    assay_buf_init(&out, 1 << 16);
    assay_json_write(
        &out,
        answer_to(b, "{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":2006,"
                     "\"completion_tokens\":300,\"total_tokens\":2306,"
                     "\"cost\":0.0089,\"prompt_tokens_details\":{"
                     "\"cached_tokens\":1920},\"completion_tokens_details\":"
                     "{\"reasoning_tokens\":100}}}"),
        (struct assay_json_style){0});
    /* 86 x 2.5 + 1920 x 1.25 + 300 x 10 = 215 + 2400 + 3000 millionths */
    assert_string_equal(
        out.at,
        "{\"state\":\"known\",\"usd\":\"0.005615\",\"input_usd\":\"0.002615\","
        "\"output_usd\":\"0.003\",\"meters\":["
        "{\"meter\":\"input_tokens\",\"quantity\":86,"
        "\"usd_per_million\":\"2.5\",\"usd\":\"0.000215\"},"
        "{\"meter\":\"cache_read_tokens\",\"quantity\":1920,"
        "\"usd_per_million\":\"1.25\",\"usd\":\"0.0024\"},"
        "{\"meter\":\"output_tokens\",\"quantity\":200,"
        "\"usd_per_million\":\"10\",\"usd\":\"0.002\"},"
        "{\"meter\":\"reasoning_tokens\",\"quantity\":100,"
        "\"usd_per_million\":\"10\",\"usd\":\"0.001\","
        "\"note\":\"reasoning at the plain output price\"}],"
        "\"route\":\"openai/gpt-4o\",\"rule\":\"exact\","
        "\"stated_usd\":\"0.0089\",\"claims\":["
        "{\"fact\":\"price.cache_read_tokens\","
        "\"source\":\"genai-prices\",\"kind\":\"catalog\","
        "\"retrieved\":\"2026-08-21\"},"
        "{\"fact\":\"price.input_tokens\","
        "\"source\":\"genai-prices\",\"kind\":\"catalog\","
        "\"retrieved\":\"2026-08-21\"},"
        "{\"fact\":\"price.output_tokens\","
        "\"source\":\"genai-prices\",\"kind\":\"catalog\","
        "\"retrieved\":\"2026-08-21\"}]}");
    assay_buf_release(&out);
}

static void a_name_leads_to_a_route_by_the_first_rule_that_has_a_price(
    void **state)
{
    static const struct {
        const char *provider, *name, *route, *rule;
    } cases[] = {
        {"openai", "gpt-4-vision-preview", "openai/gpt-4-vision-preview",
         "exact"},
        {"openai", "gpt-4-1106-vision-preview", "openai/gpt-4-vision-preview",
         "alias"},
        {"openai", "openai/gpt-4-1106-vision-preview",
         "openai/gpt-4-vision-preview", "alias"},
        {"openai", "gpt-4o-2024-08-06", "openai/gpt-4o", "match"},
        {"openai", "GPT-4o-2024-08-06", "openai/gpt-4o", "match"},
        /* the exact route has no price, the clause leads to one */
        {"openai", "gpt-4o-2024-05-13", "openai/gpt-4o", "match"},
        /* two routes of one model: the clause knows which; or the first */
        {"bedrock", "o1", "amazon-bedrock/regional.o1", "match"},
        {"bedrock", "openai/o1", "amazon-bedrock/global.o1", "alias"},
        {"bedrock", "global.o1", "amazon-bedrock/global.o1", "exact"},
        {"azure", "gpt-35-turbo", "azure/gpt-35-turbo", "exact"},
        {"azure", "gpt-4o-2024-08-06", "openai/gpt-4o", "fallback"},
        {"openai", "gpt-3", NULL, NULL},
        {"openai", "gpt-35-turbo", NULL, NULL}, /* Azure's, not theirs */
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        use(b, (struct assay_pricer_options){.provider =
                                                 assay_str_c(cases[i].provider),
                                             .minute_of_day = -1});
        char body[200];
        snprintf(body, sizeof(body), CHAT("%s", "1000", "0"), cases[i].name);
        /* the second time the name is known */
        for (int again = 0; again < 2; again++) {
            const struct assay_json *answer = answer_to(b, body);
            assert_member(answer, "state",
                          cases[i].route ? "known" : "unknown");
            assert_member(answer, "route",
                          cases[i].route ? cases[i].route : "");
            assert_member(answer, "rule", cases[i].rule ? cases[i].rule : "");
        }
    }
}

static void what_cannot_be_priced_says_why(void **state)
{
    static const struct {
        const char *body, *reason;
    } cases[] = {
        {CHAT("gpt-9", "1", "1"),
         "no priced route of openai is called 'gpt-9'"},
        {CHAT("", "1", "1"), "the response does not name its model"},
        {CHAT("o1-ended", "1", "1"),
         "nobody states a price of route openai/o1-ended"},
        {"{\"model\":\"gpt-4o\",\"usage\":null}",
         "no usage object in the response"},
        {"{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":1,"
         "\"prompt_tokens_details\":{\"cached_tokens\":2}}}",
         "2 cached tokens in 1 input tokens, expected no more than the whole"},
        {"{\"model\":\"gpt-4o\",\"service_tier\":\"priority\",\"usage\":{"
         "\"prompt_tokens\":1}}",
         "tier 'priority' answered, and nobody states its price for route "
         "openai/gpt-4o"},
        {CHAT("o1-input-only", "0", "10"),
         "route openai/o1-input-only has no price for what was used"},
        {"[]", "array, expected the response as a JSON object"},
    };
    struct bench *b = *state;
    use(b, openai);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_json *answer = answer_to(b, cases[i].body);
        assert_member(answer, "state", "unknown");
        assert_member(answer, "reason", cases[i].reason);
        assert_null(assay_json_get(answer, "usd"));
    }
}

static void an_unpriced_part_makes_a_bound(void **state)
{
    struct bench *b = *state;
    use(b, openai);
    const struct assay_json *answer =
        answer_to(b, CHAT("o1-input-only", "1000", "10"));

    assert_member(answer, "state", "bound");
    assert_member(answer, "usd", "0.015");
    assert_member(assay_json_get(answer, "meters")->last, "state", "unknown");
}

static void one_source_is_heard_alone_when_asked(void **state)
{
    struct bench *b = *state;
    struct assay_pricer_options options = openai;
    struct assay_error err = {0};
    const char *body = CHAT("gpt-4-vision-preview", "1000000", "0");

    use(b, options);
    assert_member(answer_to(b, body), "usd", "10"); /* the vendor's */
    options.source_id = ASSAY_STR("genai-prices");
    use(b, options);
    assert_member(answer_to(b, body), "usd", "11");
    options.source_id = ASSAY_STR("facts");
    use(b, options);
    assert_member(answer_to(b, CHAT("gpt-4o", "1", "1")), "state", "unknown");
    options.source_id = ASSAY_STR("nobody");
    assert_false(open_pricer(b, &options, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_string_equal(err.text,
                        "source 'nobody' says nothing of provider 'openai'");
}

static void a_mistyped_provider_is_answered_with_the_nearest(void **state)
{
    struct bench *b = *state;
    struct assay_pricer_options options = openai;
    struct assay_error err = {0};

    options.provider = ASSAY_STR("antropic");
    assert_false(open_pricer(b, &options, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_string_equal(err.text, "no provider 'antropic'; near: anthropic");
}

static void the_tier_that_answered_is_charged(void **state)
{
    struct bench *b = *state;
    use(b, openai);
    const struct assay_json *answer =
        answer_to(b, "{\"model\":\"gpt-4-1106-vision-preview\","
                     "\"service_tier\":\"batch\",\"usage\":{"
                     "\"prompt_tokens\":1000,\"completion_tokens\":1000}}");

    assert_member(answer, "usd", "0.02");
    assert_member(answer, "route", "openai/gpt-4-vision-preview:batch");
    assert_member(answer, "rule", "alias");
}

static void prices_are_those_of_the_day(void **state)
{
    /* 200,001 tokens in, 4 x 10^5 in all read from or written to the cache */
    static const char body[] =
        "{\"type\":\"message\",\"model\":\"claude-sonnet-4-6\",\"usage\":{"
        "\"input_tokens\":100001,\"cache_read_input_tokens\":60000,"
        "\"cache_creation_input_tokens\":40000,\"output_tokens\":1000}}";
    static const struct {
        const char *at, *usd;
    } cases[] = {
        /* 100001 x 6 + 60000 x .3 + 40000 x 3.75 + 1000 x 15 */
        {"2026-03-12", "0.783006"},
        /* 100001 x 3 + … */
        {"2026-03-13", "0.483003"},
        {"2026-11-22", "0.483003"},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        use(b, (struct assay_pricer_options){.provider = ASSAY_STR("anthropic"),
                                             .at = day(cases[i].at),
                                             .minute_of_day = -1});
        assert_member(answer_to(b, body), "usd", cases[i].usd);
    }
}

static void hourly_prices_want_the_hour(void **state)
{
    static const struct {
        int minute;
        const char *created, *state, *usd; /* of 1 M in, 1 M out */
    } cases[] = {
        {30, "", "known", "1.37"},
        {16 * 60 + 29, "", "known", "1.37"},
        {16 * 60 + 30, "", "known", "0.685"},
        {29, "", "known", "0.685"},
        {0, "", "known", "0.685"},
        /* 2025-01-01 12:00 and 20:00 UTC */
        {-1, "\"created\":1735732800,", "known", "1.37"},
        {-1, "\"created\":1735761600,", "known", "0.685"},
        {30, "\"created\":1735761600,", "known", "1.37"},
        {-1, "", "bound", "0.685"},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[200];
        use(b, (struct assay_pricer_options){.provider = ASSAY_STR("deepseek"),
                                             .minute_of_day = cases[i].minute});
        snprintf(body, sizeof(body),
                 "{%s\"model\":\"deepseek-chat\",\"usage\":{\"prompt_tokens\":"
                 "1000000,\"completion_tokens\":1000000}}",
                 cases[i].created);
        const struct assay_json *answer = answer_to(b, body);
        assert_member(answer, "state", cases[i].state);
        assert_member(answer, "usd", cases[i].usd);
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_has_the_shape_of_the_contract),
        TEST(a_name_leads_to_a_route_by_the_first_rule_that_has_a_price),
        TEST(what_cannot_be_priced_says_why),
        TEST(an_unpriced_part_makes_a_bound),
        TEST(one_source_is_heard_alone_when_asked),
        TEST(a_mistyped_provider_is_answered_with_the_nearest),
        TEST(the_tier_that_answered_is_charged),
        TEST(prices_are_those_of_the_day),
        TEST(hourly_prices_want_the_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
