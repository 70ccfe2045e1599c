/*
 * genai-prices' list: routes with their match clauses, units, and prices by
 * day and hour, of which the last element that holds must win.
 */
#include "translated.h"

#include "assay/price.h"

#include <stdio.h>

static const char fixture[] = "tests/import/fixtures/genai_prices.json";

/* One model of a provider "acme": {"id": "m", "match": …, MEMBERS}. */
static void translate_model(struct translated *t, const char *members)
{
    struct assay_arena arena = {0};
    struct assay_str text = assay_arena_printf(
        &arena, "[{\"id\": \"acme\", \"models\": [\n{\"id\": \"m\", %s}]}]",
        members);
    translate(t, &assay_import_genai_prices, text);
    assay_arena_free(&arena);
}

/* --------------------------------------------------------------- routes */

static void every_model_is_a_route_and_nothing_more(void **state)
{
    static const char *const ids[] = {
        "acme/m-2b-it",
        "azure/ada",
        "openrouter/openai/gpt-4o",
        "huggingface_nebius/google/gemma-2-2b-it",
        "xai/grok-2",
    };
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_true(t.ok);
    assert_int_equal(t.batch.refusal_count, 0);
    assert_int_equal(t.batch.rows, 9);
    assert_int_equal(t.batch.statement_count, 9);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        assert_lacks(route_of(&t, ids[i]), "\"model\"");
    for (const struct assay_statement *s = t.batch.first; s; s = s->next)
        assert_int_equal(s->kind, ASSAY_SUBJECT_ROUTE);
    forget(&t);
}

static void a_route_carries_its_clause_as_written(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_holds(route_of(&t, "acme/m-2b-it"),
                 "\"match\":{\"or\":[{\"equals\":\"m-2b-it\"},"
                 "{\"starts_with\":\"m-2b-it-\"}]}");
    assert_holds(route_of(&t, "acme/units"),
                 "\"match\":{\"regex\":\"^units(-[0-9]+)?$\"}");
    forget(&t);
}

static void fallbacks_are_providers_as_we_spell_them(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_holds(route_of(&t, "azure/ada"),
                 "\"fallback\":[\"openai\",\"xai\"]");
    assert_lacks(route_of(&t, "acme/units"), "fallback");
    forget(&t);
}

static void a_router_is_a_provider_with_a_name(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_holds(route_of(&t, "huggingface_nebius/google/gemma-2-2b-it"),
                 "\"provider\":\"huggingface_nebius\","
                 "\"provider_name\":\"Hugging Face → Nebius\","
                 "\"context_tokens\":8192");
    assert_holds(route_of(&t, "xai/grok-2"), "\"provider_name\":\"xAI\"");
    assert_holds(route_of(&t, "acme/units"), "\"provider_name\":\"Acme\"");
    forget(&t);
}

static void a_deprecated_model_is_deprecated(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_holds(route_of(&t, "acme/old"), "\"status\":\"deprecated\"");
    assert_lacks(route_of(&t, "acme/old"), "prices");
    assert_lacks(route_of(&t, "acme/units"), "status");
    forget(&t);
}

/* --------------------------------------------------------------- prices */

static void each_unit_has_its_meter(void **state)
{
    static const char *const prices[] = {
        "\"audio_hour\",\"usd_each\":\"0.36\"",
        "\"audio_input_tokens\",\"usd_per_million\":\"3\"",
        "\"audio_output_tokens\",\"usd_per_million\":\"4\"",
        "\"cache_read_audio_tokens\",\"usd_per_million\":\"0.3\"",
        "\"cache_write_1h_tokens\",\"usd_per_million\":\"2\"",
        "\"cache_write_tokens\",\"usd_per_million\":\"1.25\"",
        "\"input_character\",\"usd_each\":\"0.000015\"",
        "\"input_pixel\",\"usd_each\":\"0.0000000005\"",
        "\"input_video_tokens\",\"usd_per_million\":\"7\"",
        "\"page\",\"usd_each\":\"0.001\"",
        "\"request\",\"usd_each\":\"0.012\"",
        "\"web_search\",\"usd_each\":\"0.01\"",
    };
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    for (size_t i = 0; i < sizeof(prices) / sizeof(*prices); i++)
        assert_holds(prices_of(&t, "acme/units"), prices[i]);
    forget(&t);
}

static void an_earlier_price_ends_the_day_before_the_next(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_string_equal(
        prices_of(&t, "acme/dated"),
        "[{\"meter\":\"cache_read_tokens\",\"usd_per_million\":\"0.5\","
        "\"to\":\"2026-03-12\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"5\","
        "\"to\":\"2026-03-12\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"4\","
        "\"from\":\"2026-03-13\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"10\","
        "\"when_input_tokens\":\">200000\",\"scope\":\"whole_request\","
        "\"to\":\"2026-03-12\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"25\","
        "\"to\":\"2026-03-12\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"20\","
        "\"from\":\"2026-03-13\"}]");
    forget(&t);
}

static void hours_tile_the_day(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices, fixture);
    assert_string_equal(
        prices_of(&t, "acme/hourly"),
        "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.27\","
        "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
        "{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.135\","
        "\"utc_from\":\"1630\",\"utc_to\":\"0030\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"1.1\","
        "\"utc_from\":\"0030\",\"utc_to\":\"1630\"},"
        "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0.55\","
        "\"utc_from\":\"1630\",\"utc_to\":\"0030\"}]");
    forget(&t);
}

static void hours_of_another_zone_are_moved_to_utc(void **state)
{
    static const struct {
        const char *from, *to, *utc_from, *utc_to;
    } cases[] = {
        {"08:30:00+08:00", "00:30:00+08:00", "0030", "1630"},
        {"19:00:00-05:00", "20:00:00-05:00", "0000", "0100"},
        {"23:00:00Z", "01:00:00Z", "2300", "0100"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        char members[300], expected[200];
        snprintf(members, sizeof(members),
                 "\"prices\": [{\"constraint\": {\"start_time\": \"%s\", "
                 "\"end_time\": \"%s\"}, \"prices\": {\"input_mtok\": 1}}]",
                 cases[i].from, cases[i].to);
        snprintf(expected, sizeof(expected),
                 "[{\"meter\":\"input_tokens\",\"usd_per_million\":\"1\","
                 "\"utc_from\":\"%s\",\"utc_to\":\"%s\"}]",
                 cases[i].utc_from, cases[i].utc_to);
        translate_model(&t, members);
        assert_string_equal(prices_of(&t, "acme/m"), expected);
        forget(&t);
    }
}

/* --------------------------------- the last element that holds must win */

enum { MAX_ELEMENTS = 5 };

/* One element as the source writes it; prices in whole dollars. */
struct element {
    int start_day; /* of March 2026; 0: no date */
    int from_hour, to_hour;
    bool daily;
    int input, output; /* output 0: not priced */
    int tier;          /* input above 1000 tokens; 0: no tier */
};

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16 & 0x7fff;
}

static void make_element(unsigned *seed, struct element *e)
{
    *e = (struct element){
        .start_day = (int)(next_random(seed) % 4 * 5),
        .daily = next_random(seed) % 2,
        .from_hour = (int)(next_random(seed) % 23),
        .input = (int)(next_random(seed) % 90 + 10),
        .output = (int)(next_random(seed) % 3 * 7),
        .tier = (int)(next_random(seed) % 3 * 200),
    };
    e->to_hour = e->from_hour + 1 +
                 (int)(next_random(seed) % (unsigned)(23 - e->from_hour));
}

static void write_element(struct assay_buf *out, const struct element *e)
{
    const char *comma = "";

    assay_buf_add_c(out, "{\"constraint\": {");
    if (e->start_day) {
        assay_buf_printf(out, "\"start_date\": \"2026-03-%02d\"", e->start_day);
        comma = ", ";
    }
    if (e->daily)
        assay_buf_printf(out,
                         "%s\"start_time\": \"%02d:00:00Z\", "
                         "\"end_time\": \"%02d:00:00Z\"",
                         comma, e->from_hour, e->to_hour);
    assay_buf_printf(out, "}, \"prices\": {\"input_mtok\": ");
    if (e->tier)
        assay_buf_printf(out,
                         "{\"base\": %d, \"tiers\": [{\"start\": 1000, "
                         "\"price\": %d}]}",
                         e->input, e->tier);
    else
        assay_buf_printf(out, "%d", e->input);
    if (e->output)
        assay_buf_printf(out, ", \"output_mtok\": %d", e->output);
    assay_buf_add_c(out, "}}");
}

/* What the source means: the last element that holds; -1: not priced. */
static int meant(const struct element *elements, size_t count, int day,
                 int hour, int tokens, bool output)
{
    for (size_t i = count; i-- > 0;) {
        const struct element *e = &elements[i];
        if (e->start_day > day ||
            (e->daily && !(e->from_hour <= hour && hour < e->to_hour)))
            continue;
        if (output)
            return e->output ? e->output : -1;
        return e->tier && tokens > 1000 ? e->tier : e->input;
    }
    return -1;
}

static int clock_of(struct assay_str hhmm)
{
    return (hhmm.at[0] - '0') * 10 + (hhmm.at[1] - '0');
}

/* What is found: the components of that hour, then assay_price_find. */
static int found(const struct assay_price_list *all, int day, int hour,
                 int tokens, bool output)
{
    struct assay_price_component kept[200];
    struct assay_price_list list = {kept, 0};
    struct assay_date date = {2026, 3, (int8_t)day};

    for (size_t i = 0; i < all->count; i++) {
        const struct assay_price_component *c = &all->components[i];
        if (c->utc_from.len > 0) {
            int from = clock_of(c->utc_from), to = clock_of(c->utc_to);
            bool in = from < to ? from <= hour && hour < to
                                : hour >= from || hour < to;
            if (!in)
                continue;
        }
        kept[list.count++] = *c;
    }
    const struct assay_price_component *c = assay_price_find(
        &list, output ? ASSAY_STR("output_tokens") : ASSAY_STR("input_tokens"),
        assay_decimal_uint((uint64_t)tokens), date);
    return c ? (int)assay_decimal_double(c->usd) : -1;
}

static void check_all_moments(struct translated *t,
                              const struct element *elements, size_t count)
{
    struct assay_price_list list = {0};
    struct assay_str text = assay_str_c(prices_of(t, "acme/m"));

    if (text.len > 0)
        assay_price_list_read(&t->arena,
                              assay_json_parse(&t->arena, text, NULL, &t->err),
                              NULL, &list);
    for (int day = 1; day <= 20; day++)
        for (int hour = 0; hour < 24; hour++)
            for (int side = 0; side < 4; side++) {
                int tokens = side & 1 ? 1001 : 1000;
                assert_int_equal(
                    found(&list, day, hour, tokens, side & 2),
                    meant(elements, count, day, hour, tokens, side & 2));
            }
}

static void the_last_element_that_holds_wins_at_every_moment(void **state)
{
    unsigned seed = 20260821;

    for (int round = 0; round < 200; round++) {
        struct element elements[MAX_ELEMENTS];
        size_t count = next_random(&seed) % MAX_ELEMENTS + 1;
        struct assay_buf text;
        struct translated t;

        assay_buf_init(&text, 10000);
        assay_buf_add_c(&text, "\"prices\": [");
        for (size_t i = 0; i < count; i++) {
            make_element(&seed, &elements[i]);
            if (i > 0)
                assay_buf_add_c(&text, ", ");
            write_element(&text, &elements[i]);
        }
        assay_buf_add_c(&text, "]");
        translate_model(&t, text.at);
        assert_int_equal(t.batch.refusal_count, 0);
        check_all_moments(&t, elements, count);
        assay_buf_release(&text);
        forget(&t);
    }
}

/* -------------------------------------------------------------- refusals */

static void a_row_that_cannot_be_taken_is_refused(void **state)
{
    static const struct {
        const char *members, *reason;
    } cases[] = {
        {"\"prices\": {\"input_mtok\": -1}", "'-1' is negative"},
        {"\"prices\": {\"input_mtok\": 1e300}", "impossible"},
        {"\"prices\": {\"input_mtok\": 20000000}", "impossible"},
        {"\"prices\": {\"input_mtok\": \"2\"}", "expected a price"},
        {"\"prices\": {\"input_words\": 1}", "unit is not known"},
        {"\"prices\": {\"input_mtok\": {\"base\": 1}}", "\"tiers\""},
        {"\"prices\": {\"input_mtok\": {\"base\": 1, \"tiers\": [{}]}}",
         "\"start\""},
        {"\"prices\": 3", "expected an object or an array"},
        {"\"prices\": [{}]", "no object \"prices\""},
        {"\"prices\": [{\"values\": {}, \"prices\": {}}]", "unknown key"},
        {"\"prices\": [{\"constraint\": {\"start_date\": \"2026-02-30\"}, "
         "\"prices\": {}}]",
         "'2026-02-30', expected a date"},
        {"\"prices\": [{\"constraint\": {\"start_time\": \"00:30:00\", "
         "\"end_time\": \"01:00:00\"}, \"prices\": {}}]",
         "'00:30:00', expected"},
        {"\"prices\": [{\"constraint\": {\"start_time\": \"00:30:00Z\"}, "
         "\"prices\": {}}]",
         "expected both"},
        {"\"prices\": [{\"constraint\": {\"weekday\": 3}, \"prices\": {}}]",
         "unknown constraint"},
        {"\"match\": {\"like\": \"m\"}", "unknown clause 'like'"},
        {"\"match\": {\"regex\": \"(\"}", "expected a regular expression"},
        {"\"context_window\": \"8K\"", "expected a whole number"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated t;
        translate_model(&t, cases[i].members);
        assert_true(t.ok);
        assert_refused(&t, "acme/m", "line 2, [0].models[0].", cases[i].reason);
        assert_int_equal(t.batch.statement_count, 0);
        forget(&t);
    }
}

static void the_same_id_twice_is_refused_once(void **state)
{
    struct translated t;

    translate(&t, &assay_import_genai_prices,
              ASSAY_STR("[{\"id\": \"acme\", \"models\": ["
                        "{\"id\": \"m\", \"prices\": {\"input_mtok\": 1}},"
                        "{\"id\": \"m\", \"prices\": {\"input_mtok\": 2}}]}]"));
    assert_refused(&t, "acme/m", "[0].models[1]", "occurs twice");
    assert_holds(prices_of(&t, "acme/m"), "\"1\"");
    forget(&t);
}

static void another_document_is_not_of_this_format(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "[1, 2]",
        "[{\"id\": \"acme\"}]",
        "[{\"id\": \"acme\", \"models\": []}]",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct translated t;
        translate(&t, &assay_import_genai_prices, assay_str_c(texts[i]));
        assert_false(t.ok);
        assert_int_equal(t.err.code, ASSAY_BAD_INPUT);
        forget(&t);
    }
}

/* ------------------------------------------------------------- real list */

static void the_list_of_august_2026_is_read_whole(void **state)
{
    struct translated t;

    translate_file(&t, &assay_import_genai_prices,
                   assay_test_data("data/genai-prices/data.json"));
    assert_true(t.ok);
    assert_int_equal(t.batch.rows, 1442);
    assert_int_equal(t.batch.refusal_count, 0);
    assert_int_equal(t.batch.statement_count, 1442);
    assert_holds(prices_of(&t, "huggingface_nebius/google/gemma-2-2b-it"),
                 "{\"meter\":\"output_tokens\",\"usd_per_million\":\"0.06\"}");
    assert_holds(prices_of(&t, "openai/o3"),
                 "{\"meter\":\"output_tokens\",\"usd_per_million\":\"8\","
                 "\"from\":\"2025-06-10\"}");
    forget(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_is_a_route_and_nothing_more),
        cmocka_unit_test(a_route_carries_its_clause_as_written),
        cmocka_unit_test(fallbacks_are_providers_as_we_spell_them),
        cmocka_unit_test(a_router_is_a_provider_with_a_name),
        cmocka_unit_test(a_deprecated_model_is_deprecated),
        cmocka_unit_test(each_unit_has_its_meter),
        cmocka_unit_test(an_earlier_price_ends_the_day_before_the_next),
        cmocka_unit_test(hours_tile_the_day),
        cmocka_unit_test(hours_of_another_zone_are_moved_to_utc),
        cmocka_unit_test(the_last_element_that_holds_wins_at_every_moment),
        cmocka_unit_test(a_row_that_cannot_be_taken_is_refused),
        cmocka_unit_test(the_same_id_twice_is_refused_once),
        cmocka_unit_test(another_document_is_not_of_this_format),
        cmocka_unit_test(the_list_of_august_2026_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
