/*
 * Each rule of lint on the smallest document that breaks it, and on one
 * beside it that does not.
 */
#include "assay/lint.h"

#include "translated.h"

#include <stdio.h>

enum as { FACTS, LITELLM, GENAI, MODELSDEV, OPENROUTER };

static const struct assay_import_format *const formats[] = {
    [FACTS] = &assay_import_facts,
    [LITELLM] = &assay_import_litellm,
    [GENAI] = &assay_import_genai_prices,
    [MODELSDEV] = &assay_import_modelsdev,
    [OPENROUTER] = &assay_import_openrouter,
};

#define FACTS_HEAD                                                           \
    "{\"format\": \"assay-facts/1\", \"source\": {\"id\": \"s\", \"kind\": " \
    "\"catalog\", \"retrieved\": \"2026-08-21\"},\n"
#define MODEL(members) \
    FACTS_HEAD "\"models\": [{\"id\": \"c/m\", " members "}]}"
#define ROUTE(members) \
    FACTS_HEAD "\"routes\": [{\"id\": \"p/m\", " members "}]}"
#define PRICES(in, out)                                                     \
    "\"prices\": [{\"meter\": \"input_tokens\", \"usd_per_million\": \"" in \
    "\"}, {\"meter\": \"output_tokens\", \"usd_per_million\": \"" out "\"}]"
#define ENTRY(members) \
    "{\"acme/m\": {\"litellm_provider\": \"acme\",\n" members "}}"

static void lint(struct assay_arena *arena, enum as as, struct assay_str text,
                 struct assay_lint_result *result)
{
    const struct assay_lint_input input = {
        .format = formats[as],
        .text = text,
        .as_of = {2026, 11, 22},
    };
    struct assay_error err = {0};

    if (!assay_lint(arena, &input, result, &err))
        fail_msg("%.*s\n%s", ASSAY_STR_ARG(text), err.text);
}

static const struct {
    const char *rule; /* NULL: nothing is found */
    enum as as;
    const char *text;
    const char *place, *says;
} cases[] = {
    /* unit-slip: the band, and the thousandfold between two meters */
    {"unit-slip", FACTS, ROUTE(PRICES("0.00005", "0.0002")),
     "line 2, route p/m, prices", "input_tokens $0.00005 per million"},
    {"unit-slip", FACTS, ROUTE(PRICES("900", "3200")), "route p/m",
     "output_tokens $3200 per million, expected $0.0001 to $1,000"},
    {"unit-slip", FACTS, ROUTE(PRICES("0.001", "2")), "route p/m",
     "expected less than a thousandfold"},
    {"unit-slip", FACTS, ROUTE(PRICES("2", "0.001")), "route p/m",
     "expected less than a thousandfold"},
    {NULL, FACTS, ROUTE(PRICES("0.0001", "0.05")), "", ""},
    {NULL, FACTS, ROUTE(PRICES("150", "1000")), "", ""},
    /* output-cheaper */
    {"output-cheaper", FACTS, ROUTE(PRICES("10", "0.9")), "route p/m",
     "output $0.9, input $10 per million"},
    {NULL, FACTS, ROUTE(PRICES("10", "1")), "", ""},
    {NULL, FACTS, ROUTE(PRICES("10", "0")), "", ""},
    /* cache-above-input */
    {"cache-above-input", FACTS,
     ROUTE("\"prices\": [{\"meter\": \"input_tokens\", \"usd_per_million\": "
           "\"1\"}, {\"meter\": \"cache_read_tokens\", "
           "\"usd_per_million\": \"1.1\"}]"),
     "route p/m", "cached input $1.1, plain input $1"},
    {NULL, FACTS,
     ROUTE("\"prices\": [{\"meter\": \"input_tokens\", \"usd_per_million\": "
           "\"1\"}, {\"meter\": \"cache_read_tokens\", "
           "\"usd_per_million\": \"1\"}]"),
     "", ""},
    /* magnitude */
    {"magnitude", FACTS, MODEL("\"context_tokens\": 99999999"),
     "model c/m, context_tokens", "99999999 tokens, expected 64 to 20000000"},
    {"magnitude", FACTS, MODEL("\"context_tokens\": 8"), "model c/m",
     "8 tokens"},
    {"magnitude", FACTS,
     ROUTE("\"prices\": [{\"meter\": \"image\", \"usd_each\": \"51\"}]"),
     "route p/m", "$51 for one image, expected at most $50"},
    {NULL, FACTS, MODEL("\"context_tokens\": 10000000"), "", ""},
    /* output-above-context */
    {"output-above-context", FACTS,
     MODEL("\"context_tokens\": 8192, \"max_output_tokens\": 8193"),
     "model c/m, max_output_tokens", "at most the context of 8192"},
    {NULL, FACTS,
     MODEL("\"context_tokens\": 8192, \"max_output_tokens\": 8192"), "", ""},
    /* dates */
    {"cutoff-after-release", FACTS,
     MODEL("\"released\": \"2024-01-25\", \"knowledge_cutoff\": \"2024-04\""),
     "model c/m, knowledge_cutoff",
     "2024-04, expected before the release on 2024-01-25"},
    {NULL, FACTS,
     MODEL("\"released\": \"2024-04-10\", \"knowledge_cutoff\": \"2024-04\""),
     "", ""},
    {NULL, FACTS,
     MODEL("\"released\": \"2024-04\", \"knowledge_cutoff\": \"2024-04-30\""),
     "", ""},
    {"future-date", FACTS, MODEL("\"released\": \"2026-11-23\""),
     "model c/m, released", "expected no day after 2026-11-22"},
    {NULL, FACTS, MODEL("\"released\": \"2026-11-22\""), "", ""},
    {"retired-listed", FACTS,
     ROUTE("\"status\": \"active\", \"retired_on\": \"2024-12-06\""),
     "route p/m, retired_on", "shut down on 2024-12-06 and listed on 2026"},
    {"retired-listed", FACTS,
     MODEL("\"lifecycle\": {\"retired_on\": \"2024-12-06\"}"),
     "model c/m, retired_on", "expected retired or gone"},
    {"retired-listed", LITELLM, ENTRY("\"deprecation_date\": \"2024-12-06\""),
     "line 1, route acme/m", "shut down on 2024-12-06"},
    {NULL, FACTS,
     ROUTE("\"status\": \"retired\", \"retired_on\": \"2024-12-06\""), "", ""},
    {NULL, FACTS,
     ROUTE("\"status\": \"active\", \"retired_on\": \"2026-11-22\""), "", ""},
    {"impossible-date", LITELLM, ENTRY("\"updated\": \"2025-02-31\""),
     "line 2, acme/m.updated", "'2025-02-31', expected a day or month"},
    {"impossible-date", LITELLM, ENTRY("\"updated\": \"2025-25-11\""), "line 2",
     "'2025-25-11'"},
    {NULL, LITELLM, ENTRY("\"updated\": \"2025-02-28\""), "", ""},
    {NULL, LITELLM, ENTRY("\"version\": \"1234-5678-9\""), "", ""},
    /* benchmark-contradicts */
    {"benchmark-contradicts", FACTS,
     MODEL("\"capabilities\": {\"vision\": false}, \"benchmarks\": "
           "[{\"name\": \"MMMU (val)\", \"value\": \"56.8\"}]"),
     "model c/m, vision", "denied, and MMMU (val) is stated"},
    {"benchmark-contradicts", FACTS,
     MODEL("\"modalities_in\": [\"text\"], \"benchmarks\": [{\"name\": "
           "\"MathVista\", \"value\": \"49.9\"}]"),
     "model c/m, vision", "MathVista"},
    {"benchmark-contradicts", FACTS,
     MODEL("\"capabilities\": {\"function_calling\": false}, "
           "\"benchmarks\": [{\"name\": \"BFCL v3\", \"value\": \"70\"}]"),
     "model c/m, function_calling", "expected function_calling or no BFCL v3"},
    {NULL, FACTS,
     MODEL("\"capabilities\": {\"vision\": null}, \"benchmarks\": "
           "[{\"name\": \"MMMU\", \"value\": \"56.8\"}]"),
     "", ""},
    {NULL, FACTS,
     MODEL("\"capabilities\": {\"vision\": false}, \"benchmarks\": "
           "[{\"name\": \"MMLU\", \"value\": \"56.8\"}]"),
     "", ""},
    /* number-noise */
    {"number-noise", LITELLM, ENTRY("\"input_cost_per_token\": 4.9999999e-08"),
     "line 2, acme/m.input_cost_per_token",
     "4.9999999e-08, expected 0.00000005"},
    {"number-noise", LITELLM, ENTRY("\"input_cost_per_token\": 1.500002e-05"),
     "line 2", "1.500002e-05, expected 0.000015"},
    {"number-noise", LITELLM,
     ENTRY("\"input_cost_per_token\": 0.00000018000000000000002"), "line 2",
     "expected 0.00000018"},
    {"number-noise", LITELLM,
     ENTRY("\"input_cost_per_token\": 0.00000027999999999999997"), "line 2",
     "expected 0.00000028"},
    {"number-noise", LITELLM, ENTRY("\"note\": \"0.00000039999999999999996\""),
     "line 2, acme/m.note", "expected 0.0000004"},
    {NULL, LITELLM, ENTRY("\"input_cost_per_token\": 4.6875e-09"), "", ""},
    {NULL, LITELLM, ENTRY("\"input_cost_per_token\": 0.00048828125"), "", ""},
    {NULL, LITELLM, ENTRY("\"max_input_tokens\": 1000001"), "", ""},
    {NULL, LITELLM, ENTRY("\"input_cost_per_image\": 0.99999"), "", ""},
    {NULL, LITELLM, ENTRY("\"input_cost_per_image\": 1.2340005e-03"), "", ""},
    /* duplicate-key, refused */
    {"duplicate-key", LITELLM,
     ENTRY("\"max_input_tokens\": 100,\n\"max_input_tokens\": 200"),
     "line 3, acme/m.max_input_tokens", "stands in line 2 already"},
    {"refused", LITELLM, ENTRY("\"input_cost_per_token\": -1"),
     "line 2, acme/m.input_cost_per_token", "'-1' is negative"},
    {"refused", GENAI,
     "[{\"id\": \"acme\", \"models\": [\n{\"id\": \"m\", \"prices\": "
     "{\"input_words\": 1}}]}]",
     "line 2, [0].models[0].prices.input_words", "unit is not known"},
};

static void each_rule_finds_what_it_looks_for(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_lint_result result;
        lint(&arena, cases[i].as, assay_str_c(cases[i].text), &result);
        const struct assay_finding *first = result.first;
        if (result.count != (cases[i].rule != NULL))
            fail_msg("%s\n%u findings, first %s", cases[i].text, result.count,
                     first ? assay_arena_cstr(&arena, first->text) : "none");
        if (cases[i].rule) {
            assert_string_equal(first->rule, cases[i].rule);
            assert_holds(assay_arena_cstr(&arena, first->place),
                         cases[i].place);
            assert_holds(assay_arena_cstr(&arena, first->text), cases[i].says);
        }
        assay_arena_free(&arena);
    }
}

static void every_rule_has_a_name_and_a_case(void **state)
{
    static const char *const elsewhere[] = {
        "blanket-default",
        "zero-price",
        "legacy-tier",
    };
    for (size_t i = 0; i < assay_lint_rule_count; i++) {
        const struct assay_lint_rule *rule = &assay_lint_rules[i];
        bool has_case = false;
        assert_non_null(rule->name);
        assert_true(strlen(rule->text) > 10);
        if (i > 0)
            assert_true(strcmp(assay_lint_rules[i - 1].name, rule->name) < 0);
        for (size_t j = 0; j < sizeof(cases) / sizeof(*cases); j++)
            has_case = has_case ||
                       (cases[j].rule && !strcmp(cases[j].rule, rule->name));
        for (size_t j = 0; j < sizeof(elsewhere) / sizeof(*elsewhere); j++)
            has_case = has_case || !strcmp(elsewhere[j], rule->name);
        if (!has_case)
            fail_msg("no case for %s", rule->name);
    }
}

/* ------------------------------------------------------------- providers */

/* LiteLLM entries "acme/ORG/NAME-i" with the same members. */
static void add_entries(struct assay_buf *out, const char *const *names,
                        size_t count, const char *members)
{
    for (size_t i = 0; i < count; i++)
        assay_buf_printf(out,
                         "%s\"acme/%s\": {\"litellm_provider\": \"acme\", %s}",
                         out->len > 1 ? ",\n" : "", names[i], members);
}

static uint32_t count_of(const struct assay_lint_result *result,
                         const char *rule)
{
    uint32_t count = 0;
    for (const struct assay_finding *f = result->first; f; f = f->next)
        count += !strcmp(f->rule, rule);
    return count;
}

static void one_context_for_a_third_of_a_provider_is_a_default(void **state)
{
    static const char *const same[] = {"llama-3", "qwen-2", "gemma-2", "phi-4"};
    static const char *const vendor[] = {"a-1", "a-2", "a-3", "a-4"};
    static const char *const others[] = {"o-1", "o-2", "o-3",
                                         "o-4", "o-5", "o-6"};
    static const struct {
        const char *const *names;
        size_t others;
        uint32_t found;
    } sizes[] = {
        {same, 6, 1},   /* four of ten, of four families */
        {vendor, 6, 0}, /* one family: its own limit */
        {same, 5, 0},   /* nine models: too few to say */
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct assay_arena arena = {0};
        struct assay_lint_result result;
        struct assay_buf text;
        char members[60];

        assay_buf_init(&text, 10000);
        assay_buf_add_c(&text, "{");
        add_entries(&text, sizes[i].names, 4, "\"max_input_tokens\": 128000");
        for (size_t j = 0; j < sizes[i].others; j++) {
            snprintf(members, sizeof(members), "\"max_input_tokens\": %zu",
                     8000 + j);
            add_entries(&text, others + j, 1, members);
        }
        assay_buf_add_c(&text, "}");
        lint(&arena, LITELLM, assay_buf_str(&text), &result);
        assert_int_equal(count_of(&result, "blanket-default"), sizes[i].found);
        if (sizes[i].found) {
            assert_int_equal(result.first->line, 0);
            assert_holds(assay_arena_cstr(&arena, result.first->place),
                         "provider acme");
            assert_holds(assay_arena_cstr(&arena, result.first->text),
                         "context 128000 for 4 of 10 models");
        }
        assay_buf_release(&text);
        assay_arena_free(&arena);
    }
}

static void a_zero_price_beside_charged_ones_is_looked_at(void **state)
{
    static const char *const zero[] = {"nothing"};
    static const char *const said[] = {"nothing:free"};
    static const char *const charged[] = {"a", "b", "c"};
    static const char zeros[] =
        "\"input_cost_per_token\": 0.0, \"output_cost_per_token\": 0";
    static const struct {
        const char *const *names;
        const char *members;
        size_t charged;
        uint32_t found;
    } sizes[] = {
        {zero, zeros, 3, 1},
        {said, zeros, 3, 0},
        {zero, zeros, 2, 0},
        {zero,
         "\"input_cost_per_token\": 0, \"output_cost_per_token\": 0, "
         "\"input_cost_per_query\": 0.002",
         3, 0},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct assay_arena arena = {0};
        struct assay_lint_result result;
        struct assay_buf text;

        assay_buf_init(&text, 10000);
        assay_buf_add_c(&text, "{");
        add_entries(&text, sizes[i].names, 1, sizes[i].members);
        add_entries(&text, charged, sizes[i].charged,
                    "\"input_cost_per_token\": 1e-06, "
                    "\"output_cost_per_token\": 2e-06");
        assay_buf_add_c(&text, "}");
        lint(&arena, LITELLM, assay_buf_str(&text), &result);
        assert_int_equal(count_of(&result, "zero-price"), sizes[i].found);
        assert_int_equal(result.count, sizes[i].found);
        assay_buf_release(&text);
        assay_arena_free(&arena);
    }
}

/* ------------------------------------------------------------ models.dev */

static void the_legacy_key_must_stand_for_its_tier(void **state)
{
    static const struct {
        const char *cost;
        const char *says; /* NULL: nothing */
    } costs[] = {
        {"\"tiers\": [{\"input\": 2, \"output\": 4, \"tier\": {\"type\": "
         "\"context\", \"size\": 256000}}], "
         "\"context_over_200k\": {\"input\": 2, \"output\": 4}",
         "stands for a tier above 256000 tokens"},
        {"\"tiers\": [{\"input\": 2, \"output\": 4, \"tier\": {\"type\": "
         "\"context\", \"size\": 200000}}], "
         "\"context_over_200k\": {\"input\": 2, \"output\": 5}",
         "5, expected the tier's 4"},
        {"\"tiers\": [{\"input\": 1.5, \"output\": 3, \"tier\": {\"type\": "
         "\"context\", \"size\": 32000}}, {\"input\": 2, \"output\": 4, "
         "\"tier\": {\"type\": \"context\", \"size\": 200000}}], "
         "\"context_over_200k\": {\"input\": 2, \"output\": 4}",
         NULL},
    };
    for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
        struct assay_arena arena = {0};
        struct assay_lint_result result;
        struct assay_str text = assay_arena_printf(
            &arena,
            "{\"acme\": {\"id\": \"acme\", \"name\": \"Acme\", \"env\": [], "
            "\"npm\": \"x\", \"doc\": \"https://acme.example\", \"models\": "
            "{\"m\": {\"id\": \"m\", \"name\": \"M\", \"attachment\": false, "
            "\"reasoning\": false, \"tool_call\": false, \"open_weights\": "
            "false, \"release_date\": \"2024-07-31\", \"last_updated\": "
            "\"2024-07-31\", \"modalities\": {\"input\": [\"text\"], "
            "\"output\": [\"text\"]}, \"limit\": {\"context\": 1000000, "
            "\"output\": 4096}, \"cost\": {\"input\": 1, \"output\": 2, "
            "%s}}}}}",
            costs[i].cost);
        lint(&arena, MODELSDEV, text, &result);
        assert_int_equal(count_of(&result, "legacy-tier"),
                         costs[i].says != NULL);
        if (costs[i].says)
            assert_holds(assay_arena_cstr(&arena, result.first->text),
                         costs[i].says);
        assay_arena_free(&arena);
    }
}

/* -------------------------------------------------------------- documents */

static void findings_stand_in_the_order_of_lines(void **state)
{
    struct assay_arena arena = {0};
    struct assay_lint_result result;
    uint32_t line = 0, count = 0;

    lint(&arena, LITELLM,
         ASSAY_STR("{\"p/b\": {\"litellm_provider\": \"p\",\n"
                   "\"input_cost_per_token\": -1},\n"
                   "\"p/a\": {\"litellm_provider\": \"p\",\n"
                   "\"deprecation_date\": \"2020-01-01\",\n"
                   "\"output_cost_per_token\": 1.9999999e-06}}"),
         &result);
    assert_int_equal(result.count, 3);
    assert_int_equal(result.errors, 1);
    assert_int_equal(result.warnings, 1);
    assert_int_equal(result.notes, 1);
    assert_int_equal(result.rows, 2);
    assert_int_equal(result.statements, 1);
    for (const struct assay_finding *f = result.first; f; f = f->next) {
        assert_true(f->line >= line);
        line = f->line;
        count++;
    }
    assert_int_equal(count, 3);
    assay_arena_free(&arena);
}

static void what_cannot_be_read_is_an_error(void **state)
{
    static const struct {
        enum as as;
        const char *text, *says;
    } texts[] = {
        {LITELLM, "{\"a\": ", "the text ends"},
        {LITELLM, "[]", "expected LiteLLM's object of models"},
        {GENAI, "{}", "expected genai-prices' array of providers"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_lint_result result;
        const struct assay_lint_input input = {
            .format = formats[texts[i].as],
            .text = assay_str_c(texts[i].text),
            .as_of = {2026, 11, 22},
        };
        assert_false(assay_lint(&arena, &input, &result, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_holds(err.text, texts[i].says);
        assay_arena_free(&arena);
    }
}

static void the_public_lists_have_the_faults_we_know(void **state)
{
    static const struct {
        enum as as;
        const char *path, *rule, *place;
    } lists[] = {
        {LITELLM, "data/litellm/model_prices_and_context_window.json",
         "unit-slip", "route azure/jais-30b-chat"},
        {LITELLM, "data/litellm/model_prices_and_context_window.json",
         "retired-listed", "route openai/gpt-4-vision-preview"},
        {MODELSDEV, "data/modelsdev/catalog.json", "blanket-default",
         "provider nvidia"},
        {MODELSDEV, "data/modelsdev/catalog.json", "impossible-date",
         "qwen3-embedding-8b"},
        {GENAI, "data/genai-prices/data.json", "number-noise", "[21]"},
        {OPENROUTER, "data/openrouter/models.json", "output-above-context",
         "route openrouter/"},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        struct assay_arena arena = {0};
        struct assay_lint_result result;
        struct assay_error err;
        struct assay_str text;
        bool found = false;

        if (!assay_file_read(&arena, assay_test_data(lists[i].path),
                             ASSAY_MIB(64), &text, &err))
            fail_msg("%s", err.text);
        lint(&arena, lists[i].as, text, &result);
        for (const struct assay_finding *f = result.first; f; f = f->next)
            found = found || (!strcmp(f->rule, lists[i].rule) &&
                              assay_str_contains(f->place, lists[i].place));
        if (!found)
            fail_msg("%s: no %s at %s", lists[i].path, lists[i].rule,
                     lists[i].place);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_finds_what_it_looks_for),
        cmocka_unit_test(every_rule_has_a_name_and_a_case),
        cmocka_unit_test(one_context_for_a_third_of_a_provider_is_a_default),
        cmocka_unit_test(a_zero_price_beside_charged_ones_is_looked_at),
        cmocka_unit_test(the_legacy_key_must_stand_for_its_tier),
        cmocka_unit_test(findings_stand_in_the_order_of_lines),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
        cmocka_unit_test(the_public_lists_have_the_faults_we_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
