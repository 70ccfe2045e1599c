/*
 * Probes of the mock provider: models that can, that ignore, that refuse,
 * that are gone; what the proof bears, what it costs, what is claimed.
 */
#include "assay/probe.h"

#include "support/mock_process.h"
#include "support/support.h"
#include "trial/probe_parts.h"

#include <stdio.h>
#include <string.h>

enum { SEED = 7 };

struct bench {
    struct assay_test_mock mock;
    struct assay_arena arena;
    struct assay_catalog *catalog;
    int stop_after; /* so many looks; 0: never */
};

static void must(bool ok, const struct assay_error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static void begin(struct bench *b)
{
    const struct assay_catalog_options options = {.path = ":memory:",
                                                  .as_of = {2026, 11, 22}};
    struct assay_error err = {0};

    *b = (struct bench){0};
    assay_test_mock_start(&b->mock, NULL);
    b->catalog = assay_catalog_open(&options, &err);
    must(b->catalog, &err);
}

static void finish(struct bench *b)
{
    assay_catalog_close(b->catalog);
    assay_arena_free(&b->arena);
    assay_test_mock_stop(&b->mock);
}

static void apply(struct bench *b, struct assay_str text)
{
    struct assay_apply_report applied = {0};
    struct assay_error err = {0};
    struct assay_batch batch;

    assay_batch_init(&batch, &b->arena);
    must(assay_batch_read_facts(
             &batch, assay_json_parse(&b->arena, text, NULL, &err), &err),
         &err);
    batch.format = ASSAY_STR("facts");
    must(assay_catalog_apply(b->catalog, &batch, &applied, &err), &err);
}

/* ------------------------------------------------------- a probe */

static struct assay_str name_of(struct bench *b, const char *model)
{
    if (strncmp(model, "local:", 6) == 0 || strchr(model, '/'))
        return assay_str_c(model);
    return assay_arena_printf(&b->arena, "openai:%s/v1#%s", b->mock.url, model);
}

static bool is_listed(const char *only, const char *name)
{
    const char *at = strstr(only, name);

    return at && strchr(", ", at[strlen(name)]);
}

static bool is_to_stop(void *context)
{
    struct bench *b = context;

    return b->stop_after && --b->stop_after == 0;
}

struct wish {
    const char *model;
    const char *only;  /* "vision stop"; NULL: all */
    const char *limit; /* dollars, at $1 and $2 a million; NULL: unpriced */
    uint64_t seed;     /* 0: SEED */
};

static void probe(struct bench *b, const struct wish *wish,
                  struct assay_probe_report *report)
{
    const struct assay_trial_route_options how = {.threads = 1};
    struct assay_probe_options options = {

        .seed = wish->seed ? wish->seed : SEED,
        .day = {2026, 11, 22},
        .back_off_ms = 1};
    struct assay_run_route facts;
    struct assay_trial_route route;
    struct assay_error err = {0}, ignored = {0};

    must(assay_trial_route_find(b->catalog, &b->arena, name_of(b, wish->model),
                                &facts, &err),
         &err);
    if (wish->limit) {
        assay_trial_route_price(&b->arena, &facts, ASSAY_STR("1"),
                                ASSAY_STR("2"));
        options.has_max_cost = assay_decimal_parse(assay_str_c(wish->limit),
                                                   &options.max_cost_usd);
    }
    options.listed = assay_catalog_route(
        b->catalog, &b->arena, assay_probe_route_id(&b->arena, facts.id),
        &ignored);
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        options.wanted[i] =
            !wish->only || is_listed(wish->only, assay_probes[i].name);
    must(assay_trial_route_open(&facts, &how, &route, &err), &err);
    options.route = &route;
    options.stop = is_to_stop;
    options.context = b;
    assay_probe_run(&b->arena, &options, report);
    assay_trial_route_close(&route);
}

static const struct assay_finding *found(const struct assay_probe_report *r,
                                         const char *name)
{
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        if (strcmp(assay_probes[i].name, name) == 0)
            return &r->findings[i];
    fail_msg("no probe is called %s", name);
    return NULL;
}

/* ------------------------------------------------------- verdicts */

static void each_behaviour_leads_to_its_verdict(void **state)
{
    static const struct {
        const char *model, *name;
        enum assay_probe_verdict verdict;
        const char *proof; /* part of it */
    } rows[] = {
        {"mock-able-8", "streaming", ASSAY_PROBE_SUPPORTED, "pieces over"},
        {"mock-able-8+one-packet", "streaming", ASSAY_PROBE_IGNORED,
         "1 chunk carried 100 %"},
        {"mock-no-stream", "streaming", ASSAY_PROBE_REFUSED, "stream"},
        {"mock-able-0", "function_calling", ASSAY_PROBE_SUPPORTED,
         "used the result"},
        {"mock-plain", "function_calling", ASSAY_PROBE_IGNORED,
         "even when required"},
        {"mock-no-tools", "function_calling", ASSAY_PROBE_REFUSED, "tools"},
        {"mock-no-required", "function_calling", ASSAY_PROBE_SUPPORTED,
         "by itself, used the result"},
        {"mock-able-0+tools-bad-arguments", "function_calling",
         ASSAY_PROBE_UNKNOWN, ""},
        {"mock-able-0", "structured_outputs", ASSAY_PROBE_SUPPORTED,
         "5/5 valid"},
        {"mock-plain", "structured_outputs", ASSAY_PROBE_IGNORED,
         "answer 1 of 5"},
        {"mock-no-json", "structured_outputs", ASSAY_PROBE_REFUSED,
         "response_format"},
        {"mock-able-0", "json_mode", ASSAY_PROBE_SUPPORTED, "2/2"},
        {"mock-plain", "json_mode", ASSAY_PROBE_IGNORED, "answer 1 of 2"},
        {"mock-no-json", "json_mode", ASSAY_PROBE_REFUSED, "response_format"},
        {"mock-able-0", "vision", ASSAY_PROBE_SUPPORTED, "3/3 pictures read"},
        {"mock-plain", "vision", ASSAY_PROBE_IGNORED, "answered wrongly"},
        {"mock-no-vision", "vision", ASSAY_PROBE_REFUSED, "image_url"},
        {"mock-able-0", "system_role", ASSAY_PROBE_SUPPORTED, "not Paris"},
        {"mock-plain", "system_role", ASSAY_PROBE_IGNORED, "the user's order"},
        {"mock-vision", "system_role", ASSAY_PROBE_UNKNOWN, "nobody"},
        {"mock-able-0", "stop", ASSAY_PROBE_SUPPORTED, "stopped before"},
        {"mock-plain", "stop", ASSAY_PROBE_IGNORED, "went on"},
        {"mock-vision", "stop", ASSAY_PROBE_UNKNOWN, "did not repeat"},
        {"mock-able-0", "logprobs", ASSAY_PROBE_SUPPORTED, "-0.25"},
        {"mock-plain", "logprobs", ASSAY_PROBE_IGNORED, "none"},
        {"mock-able-0", "seed", ASSAY_PROBE_SUPPORTED, "5 answers alike"},
        {"mock-restless", "seed", ASSAY_PROBE_IGNORED, "differ"},
        {"mock-plain", "seed", ASSAY_PROBE_UNKNOWN, "whatever the seed"},
        {"mock-able-0", "determinism", ASSAY_PROBE_SUPPORTED, "all alike"},
        {"mock-restless", "determinism", ASSAY_PROBE_IGNORED,
         "10 different answers in 10"},
        {"mock-able-0", "prompt_caching", ASSAY_PROBE_SUPPORTED, "cached"},
        {"mock-plain", "prompt_caching", ASSAY_PROBE_UNKNOWN, "none cached"},
        {"mock-able-0", "max_output", ASSAY_PROBE_UNKNOWN, "no source"},
        {"mock-able-0", "context", ASSAY_PROBE_SUPPORTED, "5 of 5 codes"},
        {"mock-window-4096", "context", ASSAY_PROBE_IGNORED,
         "usage says 4096 of"},
        {"mock-limit-5000", "context", ASSAY_PROBE_REFUSED,
         "4096 read whole, 8192: HTTP 400"},
        {"mock-forgets-5000", "context", ASSAY_PROBE_IGNORED,
         "codes lost at 8192, none at 4096"},
        {"mock-plain", "context", ASSAY_PROBE_UNKNOWN, "even in"},
        {"mock-refuse", "vision", ASSAY_PROBE_UNKNOWN, "the model refused"},
    };
    struct bench b;

    begin(&b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_probe_report report;
        probe(&b, &(struct wish){rows[i].model, rows[i].name, NULL, 0},
              &report);
        const struct assay_finding *f = found(&report, rows[i].name);
        if (f->verdict != rows[i].verdict ||
            !assay_str_contains(f->proof, rows[i].proof))
            fail_msg("%s, %s: %s (%.*s), expected %s (%s)", rows[i].model,
                     rows[i].name, assay_probe_verdict_name(f->verdict),
                     ASSAY_STR_ARG(f->proof),
                     assay_probe_verdict_name(rows[i].verdict), rows[i].proof);
        assert_int_equal(report.end, ASSAY_PROBE_COMPLETE);
    }
    finish(&b);
}

static void a_route_that_is_gone_or_down_is_asked_once_and_no_more(void **state)
{
    static const struct {
        const char *model;
        enum assay_probe_end end;
        enum assay_probe_verdict verdict;
        size_t calls;
    } rows[] = {
        {"fault:retired", ASSAY_PROBE_GONE, ASSAY_PROBE_RETIRED, 1},
        {"fault:401", ASSAY_PROBE_DOWN, ASSAY_PROBE_UNKNOWN, 1},
        {"fault:503", ASSAY_PROBE_DOWN, ASSAY_PROBE_UNKNOWN, 3},
        {"fault:429-once", ASSAY_PROBE_COMPLETE, ASSAY_PROBE_SUPPORTED, 0},
    };
    struct bench b;

    begin(&b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assay_probe_report report;
        probe(&b, &(struct wish){rows[i].model, "stop", NULL, 0}, &report);
        assert_int_equal(report.end, rows[i].end);
        assert_int_equal(found(&report, "stop")->verdict, rows[i].verdict);
        if (rows[i].calls)
            assert_int_equal(report.calls, rows[i].calls);
    }
    finish(&b);
}

static void weights_here_refuse_pictures_and_tools_by_name(void **state)
{
    struct bench b;
    struct assay_probe_report report;

    begin(&b);
    probe(&b, &(struct wish){"local:nano-s", NULL, NULL, 0}, &report);
    assert_int_equal(report.end, ASSAY_PROBE_COMPLETE);
    assert_int_equal(found(&report, "vision")->verdict, ASSAY_PROBE_REFUSED);
    assert_true(assay_str_contains(found(&report, "vision")->proof, "picture"));
    assert_int_equal(found(&report, "function_calling")->verdict,
                     ASSAY_PROBE_REFUSED);
    assert_int_equal(found(&report, "structured_outputs")->verdict,
                     ASSAY_PROBE_SUPPORTED);
    assert_int_equal(found(&report, "logprobs")->verdict,
                     ASSAY_PROBE_SUPPORTED);
    assert_int_equal(report.spent.state, ASSAY_FREE);
    finish(&b);
}

/* A provider's page whose routes lead to the mock. */
static void list_routes(struct bench *b)
{
    struct assay_str text = assay_arena_printf(
        &b->arena,
        "{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"shop\",\"title\":"
        "\"A shop\",\"kind\":\"provider\",\"retrieved\":\"2026-11-20\"},"
        "\"routes\":[{\"id\":\"ant/"
        "mock-able-0\",\"api\":{\"kind\":\"anthropic\","
        "\"base_url\":\"%s\"}},{\"id\":\"gem/mock-able-0\",\"api\":{\"kind\":"
        "\"gemini\",\"base_url\":\"%s/v1beta\"}}]}",
        b->mock.url, b->mock.url);

    apply(b, text);
}

static void other_dialects_are_probed_as_well(void **state)
{
    static const char *const models[] = {"ant/mock-able-0", "gem/mock-able-0"};
    static const char *const able[] = {"function_calling",
                                       "structured_outputs",
                                       "vision",
                                       "system_role",
                                       "stop",
                                       "determinism"};
    struct bench b;

    begin(&b);
    list_routes(&b);
    for (size_t i = 0; i < 2; i++) {
        struct assay_probe_report report;
        probe(&b, &(struct wish){models[i], NULL, NULL, 0}, &report);
        for (size_t k = 0; k < sizeof able / sizeof able[0]; k++) {
            const struct assay_finding *f = found(&report, able[k]);
            if (f->verdict != ASSAY_PROBE_SUPPORTED)
                fail_msg("%s, %s: %.*s", models[i], able[k],
                         ASSAY_STR_ARG(f->proof));
        }
        /* Anthropic's has no word for it: not sent, so nothing was paid */
        const struct assay_finding *seed = found(&report, "seed");
        assert_int_equal(seed->verdict,
                         i == 0 ? ASSAY_PROBE_REFUSED : ASSAY_PROBE_SUPPORTED);
        assert_int_equal(seed->first == NULL, i == 0);
    }
    finish(&b);
}

static void a_stop_ends_it_between_two_questions(void **state)
{
    struct bench b;
    struct assay_probe_report report;

    begin(&b);
    b.stop_after = 4;
    probe(&b, &(struct wish){"mock-able-0", NULL, NULL, 0}, &report);
    assert_int_equal(report.end, ASSAY_PROBE_INTERRUPTED);
    assert_true(report.calls < 4);
    assert_int_equal(found(&report, "context")->verdict, ASSAY_PROBE_UNKNOWN);
    finish(&b);
}

/* ------------------------------------------------------- proof */

static bool has_body(const struct assay_json *log, struct assay_str sha256)
{
    for (const struct assay_json *line = log->first; line; line = line->next)
        if (assay_str_equal(assay_json_text(line, "body_sha256"), sha256))
            return true;
    return false;
}

static void the_proof_bears_the_hash_of_what_was_sent(void **state)
{
    struct bench b;
    struct assay_probe_report report;
    size_t calls = 0;

    begin(&b);
    probe(&b, &(struct wish){"mock-able-0", "vision function_calling", NULL, 0},
          &report);
    const struct assay_json *log =
        assay_test_mock_log(&b.mock, &b.arena, false);
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        for (const struct assay_probe_call *c = report.findings[i].first; c;
             c = c->next, calls++) {
            assert_int_equal(c->status, 200);
            assert_true(c->evidence.len > 0);
            if (!has_body(log, c->request))
                fail_msg("%.*s was sent with no body of hash %.*s",
                         ASSAY_STR_ARG(c->asked), ASSAY_STR_ARG(c->request));
        }
    assert_int_equal(calls, 3 + 3);
    assert_int_equal(assay_test_mock_count(log, "request"), report.calls);
    finish(&b);
}

static void the_same_seed_asks_the_same(void **state)
{
    struct bench b;
    struct assay_probe_report reports[2];

    begin(&b);
    for (size_t i = 0; i < 2; i++)
        probe(&b, &(struct wish){"mock-able-0", "vision stop", NULL, 0},
              &reports[i]);
    const struct assay_probe_call *a = found(&reports[0], "vision")->first;
    const struct assay_probe_call *c = found(&reports[1], "vision")->first;
    for (; a && c; a = a->next, c = c->next)
        assert_true(assay_str_equal(a->request, c->request));
    assert_true(!a && !c);
    finish(&b);
}

/* The mock reads each from its bytes: inflated, checksums and all. */
static void pictures_are_read_whatever_stands_in_them(void **state)
{
    struct bench b;

    begin(&b);
    for (uint64_t seed = 1; seed <= 25; seed++) {
        struct assay_probe_report report;
        probe(&b, &(struct wish){"mock-able-0", "vision", NULL, seed}, &report);
        assert_int_equal(found(&report, "vision")->verdict,
                         ASSAY_PROBE_SUPPORTED);
    }
    finish(&b);
}

/* ------------------------------------------------------- money */

static void no_limit_is_ever_overspent(void **state)
{
    static const char *const limits[] = {"0",     "0.0005", "0.0012",
                                         "0.003", "0.01",   "0.05"};
    struct bench b;
    size_t before = 0;

    begin(&b);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct assay_probe_report report;
        struct assay_decimal limit;
        assert_true(assay_decimal_parse(assay_str_c(limits[i]), &limit));
        probe(&b, &(struct wish){"mock-able-0", NULL, limits[i], 0}, &report);
        assert_true(assay_decimal_compare(report.spent.usd, limit) <= 0);
        assert_int_equal(report.end, ASSAY_PROBE_BUDGET);
        assert_true(report.calls >= before);
        before = report.calls;
    }
    assert_true(before > 30);
    finish(&b);
}

static void an_answer_without_usage_costs_what_was_reserved(void **state)
{
    struct bench b;
    struct assay_probe_report told, untold;

    begin(&b);
    probe(&b, &(struct wish){"mock-able-0", "stop", "1", 0}, &told);
    probe(&b, &(struct wish){"mock-able-0+usage-missing", "stop", "1", 0},
          &untold);
    assert_int_equal(told.spent.state, ASSAY_KNOWN);
    assert_int_equal(untold.spent.state, ASSAY_BOUND);
    assert_true(assay_decimal_compare(told.spent.usd, untold.spent.usd) < 0);
    finish(&b);
}

/* ------------------------------------------------------- claims */

/* A page that promises much of a route. */
static void promise(struct bench *b, const char *model)
{
    struct assay_str id = assay_probe_route_id(&b->arena, name_of(b, model));
    struct assay_str text = assay_arena_printf(
        &b->arena,
        "{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"shop\",\"title\":"
        "\"A shop\",\"kind\":\"provider\",\"retrieved\":\"2026-11-20\"},"
        "\"routes\":[{\"id\":\"%.*s\",\"context_tokens\":16384,"
        "\"max_output_tokens\":64,"
        "\"capabilities\":{\"vision\":false,\"stop\":true}}]}",
        ASSAY_STR_ARG(id));

    apply(b, text);
}

static const struct assay_choice *chosen(struct bench *b, const char *model,
                                         const char *fact)
{
    struct assay_error err = {0};
    const struct assay_route *route = assay_catalog_route(
        b->catalog, &b->arena,
        assay_probe_route_id(&b->arena, name_of(b, model)), &err);

    must(route, &err);
    return assay_subject_choice(&route->subject, fact);
}

static void what_is_proven_stands_before_what_is_declared(void **state)
{
    static const char model[] = "mock-window-4096";
    struct assay_error err = {0};
    struct assay_probe_report report;
    uint64_t tokens = 0;
    bool truth = false;
    struct bench b;

    begin(&b);
    promise(&b, model);
    probe(&b, &(struct wish){model, "vision context max_output", NULL, 0},
          &report);
    const struct assay_finding *vision = found(&report, "vision");
    assert_int_equal(vision->declared, ASSAY_KNOWN);
    assert_false(vision->declared_true);
    assert_int_equal(found(&report, "context")->declared_tokens, 16384);
    assert_int_equal(found(&report, "max_output")->verdict,
                     ASSAY_PROBE_UNKNOWN); /* it stopped by itself */
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    assert_int_equal(
        assay_choice_bool(chosen(&b, model, "capabilities.vision"), &truth),
        ASSAY_KNOWN);
    assert_true(truth);
    const struct assay_choice *context = chosen(&b, model, "context_tokens");
    assert_int_equal(assay_choice_uint(context, &tokens), ASSAY_KNOWN);
    assert_int_equal(tokens, 4096);
    assert_true(context->conflict);
    assert_int_equal(context->claims[0]->source->kind, ASSAY_SOURCE_MEASURED);
    /* not asked for: the shop's word stands alone */
    assert_int_equal(chosen(&b, model, "capabilities.stop")->count, 1);
    finish(&b);
}

static void an_answer_is_cut_where_its_limit_is_stated(void **state)
{
    static const char model[] = "mock-words-500";
    struct assay_probe_report report;
    struct bench b;

    begin(&b);
    promise(&b, model);
    probe(&b, &(struct wish){model, "max_output", NULL, 0}, &report);
    const struct assay_finding *f = found(&report, "max_output");
    assert_int_equal(f->verdict, ASSAY_PROBE_SUPPORTED);
    assert_int_equal(f->tokens, 64);
    assert_true(f->tokens_are_exact);
    finish(&b);
}

static void a_later_probe_of_less_keeps_what_was_proven(void **state)
{
    static const char model[] = "mock-able-0";
    struct assay_error err = {0};
    struct assay_probe_report report;
    bool truth = false;
    struct bench b;

    begin(&b);
    probe(&b, &(struct wish){model, "vision", NULL, 0}, &report);
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    probe(&b, &(struct wish){model, "stop", NULL, 0}, &report);
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    assert_int_equal(
        assay_choice_bool(chosen(&b, model, "capabilities.vision"), &truth),
        ASSAY_KNOWN);
    assert_true(truth);
    assert_int_equal(
        assay_choice_bool(chosen(&b, model, "capabilities.stop"), &truth),
        ASSAY_KNOWN);
    finish(&b);
}

static void nothing_is_claimed_of_what_was_not_proven(void **state)
{
    struct assay_error err = {0};
    struct assay_probe_report report;
    struct bench b;

    begin(&b);
    probe(&b, &(struct wish){"mock-plain", "prompt_caching context", NULL, 0},
          &report);
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    assert_int_equal(report.source.len, 0);
    probe(&b, &(struct wish){"fault:401", NULL, NULL, 0}, &report);
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    assert_int_equal(report.source.len, 0);
    finish(&b);
}

static void a_route_found_retired_is_claimed_to_be(void **state)
{
    struct assay_error err = {0};
    struct assay_probe_report report;
    struct bench b;

    begin(&b);
    probe(&b, &(struct wish){"fault:retired", NULL, NULL, 0}, &report);
    must(assay_probe_record(b.catalog, &b.arena, &report, &err), &err);
    const struct assay_route *route = assay_catalog_route(
        b.catalog, &b.arena,
        assay_probe_route_id(&b.arena, name_of(&b, "fault:retired")), &err);
    must(route, &err);
    assert_int_equal(route->status, ASSAY_STATUS_RETIRED);
    finish(&b);
}

static void routes_without_an_id_get_one(void **state)
{
    static const struct {
        const char *name, *id;
    } rows[] = {
        {"openrouter/some/model", "openrouter/some/model"},
        {"openai:http://127.0.0.1:8080/v1#m", "127.0.0.1-8080/m"},
        {"openai:https://Host.example#a/b", "host.example/a/b"},
        {"local:nano-s", "local/nano-s"},
        {"local:/home/me/w.gguf", "local/w.gguf"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(assay_str_is(
            assay_probe_route_id(&arena, assay_str_c(rows[i].name)),
            rows[i].id));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_behaviour_leads_to_its_verdict),
        cmocka_unit_test(
            a_route_that_is_gone_or_down_is_asked_once_and_no_more),
        cmocka_unit_test(weights_here_refuse_pictures_and_tools_by_name),
        cmocka_unit_test(other_dialects_are_probed_as_well),
        cmocka_unit_test(a_stop_ends_it_between_two_questions),
        cmocka_unit_test(the_proof_bears_the_hash_of_what_was_sent),
        cmocka_unit_test(the_same_seed_asks_the_same),
        cmocka_unit_test(pictures_are_read_whatever_stands_in_them),
        cmocka_unit_test(no_limit_is_ever_overspent),
        cmocka_unit_test(an_answer_without_usage_costs_what_was_reserved),
        cmocka_unit_test(what_is_proven_stands_before_what_is_declared),
        cmocka_unit_test(an_answer_is_cut_where_its_limit_is_stated),
        cmocka_unit_test(a_later_probe_of_less_keeps_what_was_proven),
        cmocka_unit_test(nothing_is_claimed_of_what_was_not_proven),
        cmocka_unit_test(a_route_found_retired_is_claimed_to_be),
        cmocka_unit_test(routes_without_an_id_get_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
