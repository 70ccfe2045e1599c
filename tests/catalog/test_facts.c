/*
 * assay-facts/1: what is taken and how it is written, what is refused and in
 * which words.
 */
#include "assay/facts.h"

#include "assay/file.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct assay_arena arena;
    struct assay_batch batch;
    struct assay_error err;
};

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    assay_batch_init(&f->batch, &f->arena);
}

static const struct assay_json *parse(struct fixture *f, const char *text)
{
    const struct assay_json *value =
        assay_json_parse(&f->arena, assay_str_c(text), NULL, &f->err);
    if (!value)
        fail_msg("the test's own JSON: %s", f->err.text);
    return value;
}

static bool add(struct fixture *f, enum assay_subject_kind kind,
                const char *text)
{
    return assay_batch_add(&f->batch, kind, parse(f, text), &f->err);
}

/* The body of the last statement; stops the test when it was refused. */
static const char *taken(struct fixture *f, enum assay_subject_kind kind,
                         const char *text)
{
    if (!add(f, kind, text))
        fail_msg("%s\nwas refused: %s", text, f->err.text);
    return assay_arena_cstr(&f->arena, f->batch.last->body);
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s'\nlacks '%s'", text, part);
}

/* -------------------------------------------------------- canonical form */

struct body_case {
    enum assay_subject_kind kind;
    const char *object;
    const char *body;
};

static const struct body_case bodies[] = {
    /* keys in the order of the format, the id left out */
    {ASSAY_SUBJECT_MODEL,
     "{\"context_tokens\":8192,\"id\":\"a/b\",\"name\":\"B\"}",
     "{\"name\":\"B\",\"context_tokens\":8192}"},
    /* null is a claim */
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"parameters_total\":null,\"lifecycle\":null}",
     "{\"parameters_total\":null,\"lifecycle\":null}"},
    /* counts, however written */
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\",\"context_tokens\":1.28e5}",
     "{\"context_tokens\":128000}"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\",\"context_tokens\":8192.0}",
     "{\"context_tokens\":8192}"},
    /* aliases are a set, modalities a list */
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\",\"aliases\":[\"y\",\"x\",\"y\"]}",
     "{\"aliases\":[\"x\",\"y\"]}"},
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"modalities_in\":[\"text\",\"image\"]}",
     "{\"modalities_in\":[\"text\",\"image\"]}"},
    /* partial dates stay partial, times are dropped */
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\",\"knowledge_cutoff\":\"2023-04\"}",
     "{\"knowledge_cutoff\":\"2023-04\"}"},
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"released\":\"2024-07-31T10:00:00Z\"}",
     "{\"released\":\"2024-07-31\"}"},
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"capabilities\":{\"vision\":true,\"audio\":null,"
     "\"batch\":false}}",
     "{\"capabilities\":{\"audio\":null,\"batch\":false,\"vision\":true}}"},
    /* what the format does not know stands behind, sorted */
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"zebra\":1.50,\"ant\":{\"d\":[1e3,true],\"c\":null},"
     "\"name\":\"B\"}",
     "{\"name\":\"B\",\"ant\":{\"c\":null,\"d\":[1000,true]},\"zebra\":1.5}"},
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"image_tokens\":{\"base\":85,\"rule\":\"tiles\","
     "\"more\":1}}",
     "{\"image_tokens\":{\"rule\":\"tiles\",\"base\":85,\"more\":1}}"},
    /* decimals in normal form, tiny ones exact */
    {ASSAY_SUBJECT_ROUTE,
     "{\"id\":\"p/m\",\"prices\":[{\"usd_per_million\":\"1e-3\","
     "\"meter\":\"input_tokens\"},{\"meter\":\"image\",\"usd_each\":"
     "\"4.6875e-09\"},{\"meter\":\"request\",\"usd_each\":null}]}",
     "{\"prices\":[{\"meter\":\"image\",\"usd_each\":\"0.0000000046875\"},"
     "{\"meter\":\"input_tokens\",\"usd_per_million\":\"0.001\"},"
     "{\"meter\":\"request\",\"usd_each\":null}]}"},
    /* thresholds by number, not by letters */
    {ASSAY_SUBJECT_ROUTE,
     "{\"id\":\"p/m\",\"prices\":["
     "{\"meter\":\"a\",\"usd_each\":\"3\",\"when_input_tokens\":\">200000\"},"
     "{\"meter\":\"a\",\"usd_each\":\"2\",\"when_input_tokens\":\">=050000\"},"
     "{\"meter\":\"a\",\"usd_each\":\"1.0\"}]}",
     "{\"prices\":[{\"meter\":\"a\",\"usd_each\":\"1\"},"
     "{\"meter\":\"a\",\"usd_each\":\"2\",\"when_input_tokens\":\">=50000\"},"
     "{\"meter\":\"a\",\"usd_each\":\"3\",\"when_input_tokens\":"
     "\">200000\"}]}"},
    {ASSAY_SUBJECT_ROUTE,
     "{\"id\":\"p/m\",\"prices\":[{\"meter\":\"a\",\"usd_each\":\"1\","
     "\"utc_to\":\"2400\",\"utc_from\":\"1630\"}]}",
     "{\"prices\":[{\"meter\":\"a\",\"usd_each\":\"1\",\"utc_from\":\"1630\","
     "\"utc_to\":\"2400\"}]}"},
    /* importers' extensions of a route */
    {ASSAY_SUBJECT_ROUTE,
     "{\"id\":\"p/m\",\"match\":{\"or\":[{\"equals\":\"m\"}]},"
     "\"fallback\":[\"openai\"],\"provider\":\"p\"}",
     "{\"provider\":\"p\",\"match\":{\"or\":[{\"equals\":\"m\"}]},"
     "\"fallback\":[\"openai\"]}"},
    /* hostile names are text like any other; JSON escapes what it must */
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"name\":\"<script>\\u001b[2J\\u202e\"}",
     "{\"name\":\"<script>\\u001b[2J\\u202e\"}"},
    /* an id may hold anything that can be seen */
    {ASSAY_SUBJECT_MODEL,
     "{\"id\":\"a/b\",\"aliases\":[\"gemma2:2b\",\"\xc3\xbc@x\"]}",
     "{\"aliases\":[\"gemma2:2b\",\"\xc3\xbc@x\"]}"},
};

static void a_statement_is_written_in_canonical_form(void **state)
{
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct fixture f;
        begin(&f);
        assert_string_equal(taken(&f, bodies[i].kind, bodies[i].object),
                            bodies[i].body);
        assay_arena_free(&f.arena);
    }
}

static void a_canonical_body_stays_as_it_is(void **state)
{
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct fixture f;
        begin(&f);
        const char *id = bodies[i].kind == ASSAY_SUBJECT_MODEL ? "a/b" : "p/m";
        struct assay_str again = assay_arena_printf(
            &f.arena, "{\"id\":\"%s\",%s", id, bodies[i].body + 1);
        assert_string_equal(taken(&f, bodies[i].kind, again.at),
                            bodies[i].body);
        assay_arena_free(&f.arena);
    }
}

static void benchmark_rows_are_sorted_whatever_their_order(void **state)
{
    static const char *const rows[] = {
        "{\"name\":\"MMLU\",\"value\":\"52.20\",\"setting\":\"5-shot\"}",
        "{\"name\":\"MMLU\",\"value\":\"56.1\",\"setting\":\"0-shot\"}",
        "{\"name\":\"Arena\",\"value\":\"-3\",\"unit\":\"elo\"}",
    };
    static const char expected[] =
        "{\"benchmarks\":[{\"name\":\"Arena\",\"value\":\"-3\",\"unit\":"
        "\"elo\"},{\"name\":\"MMLU\",\"value\":\"56.1\",\"setting\":"
        "\"0-shot\"},{\"name\":\"MMLU\",\"value\":\"52.2\",\"setting\":"
        "\"5-shot\"}]}";

    for (size_t shift = 0; shift < 3; shift++) {
        struct fixture f;
        begin(&f);
        struct assay_str object = assay_arena_printf(
            &f.arena, "{\"id\":\"a/b\",\"benchmarks\":[%s,%s,%s]}", rows[shift],
            rows[(shift + 1) % 3], rows[(shift + 2) % 3]);
        assert_string_equal(taken(&f, ASSAY_SUBJECT_MODEL, object.at),
                            expected);
        assay_arena_free(&f.arena);
    }
}

/* -------------------------------------------------------------- refusals */

struct refusal_case {
    enum assay_subject_kind kind;
    const char *object;
    const char *words; /* in the error */
};

#define MODEL(members) ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\"," members "}"
#define ROUTE(members) ASSAY_SUBJECT_ROUTE, "{\"id\":\"p/m\"," members "}"
#define PRICE(members) ROUTE("\"prices\":[{\"meter\":\"x\"," members "}]")

static const struct refusal_case refusals[] = {
    {ASSAY_SUBJECT_MODEL, "[]", "expected an object"},
    {ASSAY_SUBJECT_MODEL, "{\"name\":\"B\"}", "has no 'id'"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"b\"}", "exactly 'creator/name'"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b/c\"}", "exactly 'creator/name'"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"/b\"}", "exactly 'creator/name'"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/\"}", "exactly 'creator/name'"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":7}", "expected an id"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"\"}", "is empty"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b c\"}", "white space"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\\u001b\"}", "cannot be seen"},
    {ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\\u202e\"}", "cannot be seen"},
    {ASSAY_SUBJECT_ROUTE, "{\"id\":\"m\"}", "'provider/"},
    {ROUTE("\"provider\":\"q\""), "begins with, expected 'p'"},
    {ROUTE("\"provider\":\"p/q\""), "an id without one"},
    {ROUTE("\"model\":\"b\""), "exactly 'creator/name'"},
    {MODEL("\"name\":5"), "name: number '5'"},
    {MODEL("\"name\":\"a\\u0000b\""), "holds a NUL"},
    {MODEL("\"open_weights\":\"yes\""), "expected true, false or null"},
    {MODEL("\"open_weights\":1"), "expected true, false or null"},
    {MODEL("\"context_tokens\":-5"),
     "line 1, context_tokens: number '-5' is negative, expected a whole "
     "number from 1 to 1000000000"},
    {MODEL("\"context_tokens\":0"), "is too small"},
    {MODEL("\"context_tokens\":1000000001"), "is too large"},
    {MODEL("\"context_tokens\":0.5"), "is not whole"},
    {MODEL("\"context_tokens\":1e300"), "is too large"},
    {MODEL("\"context_tokens\":1e999"), "is out of range"},
    {MODEL("\"context_tokens\":\"8192\""), "is a string"},
    {MODEL("\"released\":\"2024-02-30\""), "not a date in the calendar"},
    {MODEL("\"released\":\"soon\""), "not a date in the calendar"},
    {MODEL("\"released\":20240731"), "expected a date"},
    {MODEL("\"task\":\"sing\""), "expected one of chat, embedding"},
    {MODEL("\"aliases\":\"x\""), "an array of strings"},
    {MODEL("\"aliases\":[\"x y\"]"), "aliases[0]: 'x y' holds white space"},
    {MODEL("\"capabilities\":[]"), "expected an object of true"},
    {MODEL("\"capabilities\":{\"vision\":\"yes\"}"), "capabilities.vision"},
    {MODEL("\"capabilities\":{\"See!\":true}"), "a-z, 0-9 and _"},
    {MODEL("\"lifecycle\":{\"status\":\"dead\"}"), "lifecycle.status"},
    {MODEL("\"lifecycle\":{\"replacement\":\"x\"}"), "creator/name"},
    {MODEL("\"lifecycle\":{\"deprecated_on\":\"2024-06-06\","
           "\"retired_on\":\"2024-06-05\"}"),
     "lies before deprecated_on"},
    {MODEL("\"benchmarks\":[{\"value\":\"1\"}]"), "has no 'name'"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\"}]"), "has no 'value'"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":1}]"), "decimal string"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":\"NaN\"}]"),
     "is not a number"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":\"-1e30\"}]"),
     "is too large"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":\"1\",\"unit\":\"x\"}]"),
     "percent, elo, score"},
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":\"1\","
           "\"error_minus\":\"-1\"}]"),
     "is negative"},
    /* the same row twice, in other letters */
    {MODEL("\"benchmarks\":[{\"name\":\"A\",\"value\":\"1.0\"},"
           "{\"value\":\"1\",\"name\":\"A\"}]"),
     "expected each once"},
    {ROUTE("\"status\":\"preview\""), "active, deprecated, retired"},
    {ROUTE("\"tier\":\"gold\""), "standard, batch"},
    {ROUTE("\"api\":{\"kind\":\"soap\"}"), "api.kind"},
    {ROUTE("\"data\":{\"retention_days\":-1}"), "data.retention_days"},
    {ROUTE("\"prices\":[7]"), "expected an object"},
    {ROUTE("\"prices\":[{\"usd_each\":\"1\"}]"), "has no 'meter'"},
    {ROUTE("\"prices\":[{\"meter\":\"In-Put\",\"usd_each\":\"1\"}]"),
     "is not a meter"},
    {PRICE("\"usd_per_million\":10"),
     "prices[0].usd_per_million: number '10' is not quoted, expected a "
     "decimal string"},
    {PRICE("\"usd_per_million\":\"-3\""), "'-3' is negative"},
    {PRICE("\"usd_per_million\":\"1e300\""), "is too large"},
    {PRICE("\"usd_per_million\":\"10000000.1\""), "is too large"},
    {PRICE("\"usd_per_million\":\"NaN\""), "is not a number"},
    {PRICE("\"usd_per_million\":\"$5\""), "is not a number"},
    {PRICE("\"usd_per_million\":"
           "\"1.23456789012345678901234567890123456789\""),
     "at most 38 digits"},
    {PRICE("\"usd_per_million\":\"1e-31\""), "more than 30 places"},
    {PRICE("\"usd_per_million\":\"1\",\"usd_each\":\"1\""), "both"},
    {PRICE("\"from\":\"2026-01-01\""), "neither usd_per_million"},
    {PRICE("\"usd_each\":\"1\",\"when_input_tokens\":200000"), "a threshold"},
    {PRICE("\"usd_each\":\"1\",\"when_input_tokens\":\"<5\""), "a threshold"},
    {PRICE("\"usd_each\":\"1\",\"when_input_tokens\":null"), "a threshold"},
    {PRICE("\"usd_each\":\"1\",\"scope\":\"part\""), "whole_request, marginal"},
    {PRICE("\"usd_each\":\"1\",\"from\":\"2026-01\""), "YYYY-MM-DD"},
    {PRICE("\"usd_each\":\"1\",\"from\":\"2026-02-29\""), "not a date"},
    {PRICE("\"usd_each\":\"1\",\"from\":\"2026-02-02\",\"to\":\"2026-02-01\""),
     "lies before 'from'"},
    {PRICE("\"usd_each\":\"1\",\"utc_from\":\"1630\""), "both or neither"},
    {PRICE("\"usd_each\":\"1\",\"utc_from\":\"9:30\",\"utc_to\":\"1000\""),
     "expected \"HHMM\""},
    {PRICE("\"usd_each\":\"1\",\"utc_from\":\"0960\",\"utc_to\":\"1000\""),
     "expected \"HHMM\""},
    /* one meter, two prices for the same case */
    {ROUTE("\"prices\":[{\"meter\":\"x\",\"usd_each\":\"1\"},"
           "{\"meter\":\"x\",\"usd_each\":\"2\"}]"),
     "expected each once"},
    /* carried, but bounded */
    {MODEL("\"other\":1e999"), "too many digits"},
    {MODEL("\"other\":\"a\\u0000\""), "holds a NUL"},
    {MODEL("\"other\":[[[[[[[[[[1]]]]]]]]]]"), "8 levels"},
};

static void what_is_wrong_is_refused_with_place_and_expectation(void **state)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct fixture f;
        begin(&f);
        if (add(&f, refusals[i].kind, refusals[i].object))
            fail_msg("%s\nwas taken", refusals[i].object);
        assert_int_equal(f.err.code, ASSAY_BAD_INPUT);
        assert_holds(f.err.text, refusals[i].words);
        assert_holds(f.err.text, "expected");
        assert_int_equal(f.batch.statement_count, 0);
        assert_null(f.batch.first);
        assay_arena_free(&f.arena);
    }
}

static void a_built_object_is_placed_by_its_path_alone(void **state)
{
    struct fixture f;
    begin(&f);
    struct assay_json *route = assay_json_object(&f.arena);
    assay_json_set_c(&f.arena, route, "id", "p/m");
    struct assay_json *prices =
        assay_json_set(route, "prices", assay_json_array(&f.arena));
    struct assay_json *price =
        assay_json_add(prices, assay_json_object(&f.arena));
    assay_json_set_c(&f.arena, price, "meter", "image");
    assay_json_set_c(&f.arena, price, "usd_each", "-3");

    assert_false(assay_batch_add(&f.batch, ASSAY_SUBJECT_ROUTE, route, &f.err));
    assert_string_equal(f.err.text,
                        "prices[0].usd_each: '-3' is negative, expected a "
                        "decimal string from 0 to 10000000");
    assay_arena_free(&f.arena);
}

static void unknown_keys_are_bounded(void **state)
{
    struct fixture f;
    struct assay_buf text;

    begin(&f);
    assay_buf_init(&text, ASSAY_MIB(1));
    assay_buf_add_c(&text, "{\"id\":\"a/b\"");
    for (int i = 0; i < 33; i++)
        assay_buf_printf(&text, ",\"key%d\":1", i);
    assay_buf_add_c(&text, "}");
    assert_false(add(&f, ASSAY_SUBJECT_MODEL, text.at));
    assert_holds(f.err.text, "more than 32 keys");

    assay_buf_clear(&text);
    assay_buf_add_c(&text, "{\"id\":\"a/b\",\"name\":\"");
    assay_buf_fill(&text, 'x', 9000);
    assay_buf_add_c(&text, "\"}");
    assert_false(add(&f, ASSAY_SUBJECT_MODEL, text.at));
    assert_holds(f.err.text, "9000 bytes long");

    assay_buf_clear(&text);
    assay_buf_add_c(&text, "{\"id\":\"a/");
    assay_buf_fill(&text, 'x', 199);
    assay_buf_add_c(&text, "\"}");
    assert_false(add(&f, ASSAY_SUBJECT_MODEL, text.at));
    assert_holds(f.err.text, "at most 200 bytes");
    assay_buf_release(&text);
    assay_arena_free(&f.arena);
}

static void a_body_of_more_than_a_quarter_megabyte_is_a_limit(void **state)
{
    struct fixture f;
    struct assay_buf text;

    begin(&f);
    assay_buf_init(&text, ASSAY_MIB(4));
    assay_buf_add_c(&text, "{\"id\":\"a/b\",\"benchmarks\":[");
    for (int i = 0; i < 1000; i++) {
        assay_buf_printf(&text,
                         "%s{\"name\":\"b%d\",\"value\":\"1\",\"url\":\"",
                         i ? "," : "", i);
        assay_buf_fill(&text, 'u', 500);
        assay_buf_add_c(&text, "\"}");
    }
    assay_buf_add_c(&text, "]}");
    assert_false(add(&f, ASSAY_SUBJECT_MODEL, text.at));
    assert_int_equal(f.err.code, ASSAY_LIMIT);
    assert_int_equal(f.batch.statement_count, 0);
    assay_buf_release(&text);
    assay_arena_free(&f.arena);
}

/* ----------------------------------------------------------------- batch */

static void a_subject_occurs_once_but_a_model_and_a_route_may_share_an_id(
    void **state)
{
    struct fixture f;

    begin(&f);
    assert_true(add(&f, ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\"}"));
    assert_true(add(&f, ASSAY_SUBJECT_ROUTE, "{\"id\":\"a/b\"}"));
    assert_false(add(&f, ASSAY_SUBJECT_MODEL, "{\"id\":\"a/b\"}"));
    assert_holds(f.err.text, "'a/b' occurs twice, expected each model once");
    assert_int_equal(f.batch.statement_count, 2);
    assert_true(
        assay_batch_has(&f.batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("a/b")));
    assert_false(
        assay_batch_has(&f.batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("a/c")));
    assay_arena_free(&f.arena);
}

static void a_thousand_subjects_are_all_remembered(void **state)
{
    struct fixture f;
    char text[64];

    begin(&f);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "{\"id\":\"a/m%d\"}", i);
        assert_true(add(&f, ASSAY_SUBJECT_MODEL, text));
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "a/m%d", i);
        assert_true(
            assay_batch_has(&f.batch, ASSAY_SUBJECT_MODEL, assay_str_c(text)));
    }
    assert_int_equal(f.batch.statement_count, 1000);
    assay_arena_free(&f.arena);
}

static void refusals_are_kept_in_order_with_copies_of_their_text(void **state)
{
    struct fixture f;
    char place[] = "line 3", reason[] = "too odd";

    begin(&f);
    const struct assay_refusal first = {.place = assay_str_c(place),
                                        .reason = assay_str_c(reason),
                                        .kind = ASSAY_SUBJECT_ROUTE,
                                        .id = ASSAY_STR("p/m")};
    assay_batch_refuse(&f.batch, &first);
    const struct assay_refusal second = {.place = ASSAY_STR("line 4"),
                                         .reason = ASSAY_STR("x"),
                                         .id = ASSAY_STR("")};
    assay_batch_refuse(&f.batch, &second);
    place[0] = reason[0] = '?';
    assert_int_equal(f.batch.refusal_count, 2);
    assert_true(assay_str_is(f.batch.first_refusal->place, "line 3"));
    assert_true(assay_str_is(f.batch.first_refusal->reason, "too odd"));
    assert_true(assay_str_is(f.batch.first_refusal->id, "p/m"));
    assert_ptr_equal(f.batch.first_refusal->next, f.batch.last_refusal);
    assay_arena_free(&f.arena);
}

/* ------------------------------------------------------- whole documents */

#define SOURCE                                                           \
    "\"format\":\"assay-facts/1\",\n\"source\":{\"id\":\"s\",\"title\":" \
    "\"S\",\"url\":\"https://s.test\",\"kind\":\"primary\","             \
    "\"retrieved\":\"2026-08-21\",\"license\":\"MIT\"}"

static void a_document_fills_source_and_statements(void **state)
{
    struct fixture f;

    begin(&f);
    assert_true(assay_batch_read_facts(
        &f.batch,
        parse(&f, "{" SOURCE ",\"models\":[{\"id\":\"a/b\"}],"
                  "\"routes\":[{\"id\":\"p/m\"}],\"note\":\"free text\"}"),
        &f.err));
    assert_true(assay_str_is(f.batch.source_id, "s"));
    assert_true(assay_str_is(f.batch.title, "S"));
    assert_true(assay_str_is(f.batch.license, "MIT"));
    assert_int_equal(f.batch.source_kind, ASSAY_SOURCE_PRIMARY);
    assert_int_equal(f.batch.retrieved.day, 21);
    assert_int_equal(f.batch.rows, 2);
    assert_int_equal(f.batch.statement_count, 2);
    assay_arena_free(&f.arena);
}

static void what_the_caller_has_set_stays(void **state)
{
    struct fixture f;

    begin(&f);
    f.batch.source_id = ASSAY_STR("mine");
    f.batch.retrieved = (struct assay_date){2026, 1, 2};
    assert_true(
        assay_batch_read_facts(&f.batch, parse(&f, "{" SOURCE "}"), &f.err));
    assert_true(assay_str_is(f.batch.source_id, "mine"));
    assert_int_equal(f.batch.retrieved.month, 1);
    assay_arena_free(&f.arena);
}

struct document_case {
    const char *text;
    const char *words;
};

static const struct document_case documents[] = {
    {"[]", "expected an object"},
    {"{}", "has no 'format'"},
    {"{\"format\":\"assay-facts/2\"}", "format: 'assay-facts/2'"},
    {"{\"format\":\"assay-facts/1\"}", "has no 'source'"},
    {"{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"s\"}}",
     "source: the object has no 'kind'"},
    {"{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"s\",\"kind\":"
     "\"oracle\"}}",
     "source.kind: 'oracle' is unknown here, expected one of measured"},
    {"{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"s\",\"kind\":"
     "\"primary\",\"retrieved\":\"2026-13-01\"}}",
     "source.retrieved"},
    {"{" SOURCE ",\"models\":{}}", "expected an array of model objects"},
    {"{" SOURCE ",\n\"models\":[\n{\"id\":\"a/b\",\n\"context_tokens\":-5}]}",
     "line 5, models[0].context_tokens: number '-5' is negative, expected a "
     "whole number from 1 to 1000000000"},
    {"{" SOURCE ",\"routes\":[{\"id\":\"p/m\"},\n{\"id\":\"p/m\"}]}",
     "line 3, routes[1].id: 'p/m' occurs twice, expected each route once"},
};

static void a_document_is_refused_with_line_and_path(void **state)
{
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        struct fixture f;
        begin(&f);
        if (assay_batch_read_facts(&f.batch, parse(&f, documents[i].text),
                                   &f.err))
            fail_msg("%s\nwas taken", documents[i].text);
        assert_int_equal(f.err.code, ASSAY_BAD_INPUT);
        assert_holds(f.err.text, documents[i].words);
        assay_arena_free(&f.arena);
    }
}

static void the_facts_of_the_first_pair_are_taken(void **state)
{
    static const char *const names[] = {
        "azure-docs",   "google-gemma2-model-card", "google-gemma2-report",
        "llmreference", "mmmu-leaderboard",         "modelsdev-nebius",
        "openai-docs",  "portkey-nebius",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct fixture f;
        struct assay_str text;
        char name[64];
        snprintf(name, sizeof name, "facts/%s.json", names[i]);
        const char *path = assay_test_data(name);
        begin(&f);
        if (!assay_file_read(&f.arena, path, ASSAY_MIB(1), &text, &f.err) ||
            !assay_batch_read_facts(&f.batch, parse(&f, text.at), &f.err))
            fail_msg("%s: %s", names[i], f.err.text);
        assert_true(assay_str_is(f.batch.source_id, names[i]));
        assert_true(f.batch.statement_count > 0);
        assay_arena_free(&f.arena);
    }
}

static void kinds_have_names_in_both_directions(void **state)
{
    enum assay_source_kind kind;
    for (int i = ASSAY_SOURCE_MEASURED; i <= ASSAY_SOURCE_SECONDARY; i++) {
        assert_true(assay_source_kind_parse(
            assay_str_c(assay_source_kind_name((enum assay_source_kind)i)),
            &kind));
        assert_int_equal((int)kind, i);
    }
    assert_false(assay_source_kind_parse(ASSAY_STR("rumour"), &kind));
    assert_string_equal(assay_subject_kind_name(ASSAY_SUBJECT_ROUTE), "route");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_written_in_canonical_form),
        cmocka_unit_test(a_canonical_body_stays_as_it_is),
        cmocka_unit_test(benchmark_rows_are_sorted_whatever_their_order),
        cmocka_unit_test(what_is_wrong_is_refused_with_place_and_expectation),
        cmocka_unit_test(a_built_object_is_placed_by_its_path_alone),
        cmocka_unit_test(unknown_keys_are_bounded),
        cmocka_unit_test(a_body_of_more_than_a_quarter_megabyte_is_a_limit),
        cmocka_unit_test(
            a_subject_occurs_once_but_a_model_and_a_route_may_share_an_id),
        cmocka_unit_test(a_thousand_subjects_are_all_remembered),
        cmocka_unit_test(refusals_are_kept_in_order_with_copies_of_their_text),
        cmocka_unit_test(a_document_fills_source_and_statements),
        cmocka_unit_test(what_the_caller_has_set_stays),
        cmocka_unit_test(a_document_is_refused_with_line_and_path),
        cmocka_unit_test(the_facts_of_the_first_pair_are_taken),
        cmocka_unit_test(kinds_have_names_in_both_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
