/*
 * What a page says: true by its claims, never an unknown as a fact, never a
 * retired route as an offer, and no two numbers against each other.
 */
#include "fixture.h"

static const char facts[] =
    "{'format':'assay-facts/1','source':{'id':'list','title':'t','url':'',"
    "'kind':'catalog','retrieved':'2026-11-01'},'models':["
    /* the same lists in another order, another name, another file type */
    "{'id':'s/reader','name':'Reader','task':'chat','open_weights':false,"
    "'context_tokens':131072,'max_output_tokens':8192,"
    "'modalities_in':['text','image']},"
    "{'id':'s/writer','name':'Writer','task':'chat','open_weights':true,"
    "'context_tokens':128000,'max_output_tokens':8192,"
    "'modalities_in':['text']},"
    "{'id':'s/old','name':'Old','task':'chat','open_weights':false,"
    "'context_tokens':8192},"
    "{'id':'s/embed','name':'Embed','task':'embedding','open_weights':false,"
    "'context_tokens':8192,'max_output_tokens':3072},"
    "{'id':'s/embed-small','name':'Embed small','task':'embedding',"
    "'open_weights':false,'context_tokens':8192,'max_output_tokens':1024},"
    "{'id':'s/gift','name':'Gift','task':'chat','open_weights':true},"
    "{'id':'s/tie','name':'Tie','task':'chat','open_weights':true},"
    "{'id':'s/lure','name':'Lure','task':'chat','open_weights':true},"
    "{'id':'s/elsewhere','name':'Elsewhere','task':'chat',"
    "'open_weights':false},"
    "{'id':'s/ended','name':'Ended','task':'chat','open_weights':false}],"
    "'routes':["
    "{'id':'east/reader','provider':'east','provider_name':'East',"
    "'model':'s/reader','status':'active','api':{'kind':'azure'},"
    "'context_tokens':16000,'prices':["
    "{'meter':'input_tokens','usd_per_million':'0.10'},"
    "{'meter':'output_tokens','usd_per_million':'0.50'}]},"
    "{'id':'west/reader','provider':'west','provider_name':'West',"
    "'model':'s/reader','status':'active','api':{'kind':'openai'},"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'4'}]},"
    "{'id':'west/writer','provider':'west','provider_name':'West',"
    "'model':'s/writer','status':'active','api':{'kind':'openai'},"
    "'capabilities':{'reasoning':true},'prices':["
    "{'meter':'input_tokens','usd_per_million':'0.5'},"
    "{'meter':'output_tokens','usd_per_million':'0.9'}]},"
    "{'id':'far/writer','provider':'far','model':'s/writer',"
    "'status':'active'},"
    "{'id':'east/old','provider':'east','model':'s/old','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'9'},"
    "{'meter':'output_tokens','usd_per_million':'9'}]},"
    "{'id':'east/embed','provider':'east','model':'s/embed',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0.02'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]},"
    "{'id':'east/embed-small','provider':'east','model':'s/embed-small',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0.03'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]},"
    "{'id':'east/gift','provider':'east','provider_name':'East',"
    "'model':'s/gift','tier':'free','status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]},"
    "{'id':'east/tie','provider':'east','model':'s/tie','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.5'},"
    "{'meter':'output_tokens','usd_per_million':'2'}]},"
    "{'id':'east/tie:batch','provider':'east','model':'s/tie',"
    "'tier':'batch','status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0.1'},"
    "{'meter':'output_tokens','usd_per_million':'0.1'}]},"
    "{'id':'east/lure','provider':'east','model':'s/lure','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.4'},"
    "{'meter':'output_tokens','usd_per_million':'4'}]},"
    "{'id':'azure/elsewhere','provider':'azure','model':'s/elsewhere',"
    "'status':'retired','retired_on':'2025-01-01'},"
    "{'id':'s/ended','provider':'s','model':'s/ended','status':'retired',"
    "'retired_on':'2025-01-01'}]}";

/* A day earlier: other names, another order, one file type more. */
static const char other_list[] =
    "{'format':'assay-facts/1','source':{'id':'other-list','title':'t',"
    "'url':'','kind':'catalog','retrieved':'2026-10-31'},'models':["
    "{'id':'s/reader','name':'The Reader','context_tokens':64000,"
    "'modalities_in':['image','text','pdf']},"
    "{'id':'s/writer','name':'The Writer','modalities_in':['text']}],"
    "'routes':["
    "{'id':'east/reader','provider':'east','provider_name':'Eastern',"
    "'model':'s/reader'}]}";

static const char third_list[] =
    "{'format':'assay-facts/1','source':{'id':'third-list','title':'t',"
    "'url':'','kind':'catalog','retrieved':'2026-10-30'},'models':["
    "{'id':'s/reader','context_tokens':32000,"
    "'modalities_in':['text','image']}]}";

static const char hearsay[] =
    "{'format':'assay-facts/1','source':{'id':'hearsay','title':'t',"
    "'url':'','kind':'secondary','retrieved':'2026-11-02'},'models':["
    "{'id':'s/old','lifecycle':{'status':'retired',"
    "'retired_on':'2026-10-23'}}]}";

static int open_with_facts(void **state)
{
    (void)open_catalog(state);
    fixture_facts(catalog, facts);
    fixture_facts(catalog, other_list);
    fixture_facts(catalog, third_list);
    fixture_facts(catalog, hearsay);
    return 0;
}

struct question {
    const char *a, *b, *traffic, *need;
    bool allow_free;
};

static const struct assay_document *ask(struct assay_arena *arena,
                                        struct question q)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_model *models[] = {fixture_model(catalog, arena, q.a),
                                    fixture_model(catalog, arena, q.b)};
    struct assay_compare_options *options =
        ASSAY_NEW(arena, struct assay_compare_options);
    struct assay_need *need = ASSAY_NEW(arena, struct assay_need);
    const struct assay_document *doc = NULL;

    options->traffic = assay_traffic_default();
    options->as_of = fixture_day;
    options->allow_free = q.allow_free;
    if ((!q.traffic || assay_traffic_parse(assay_str_c(q.traffic),
                                           &options->traffic, &err)) &&
        (!q.need || assay_need_parse(arena, assay_str_c(q.need), need, &err))) {
        options->need = q.need ? need : NULL;
        doc = assay_compare(arena, models, 2, options, &err);
    }
    if (!doc)
        fail_msg("%s", err.text);
    return doc;
}

static const struct assay_json *cell_of(const struct assay_json *rows,
                                        const char *key, const char *row,
                                        const char *model)
{
    return where(assay_json_get(where(rows, key, row), "cells"), "model",
                 model);
}

static const struct assay_json *signal_of(const struct assay_json *d,
                                          const char *signal, const char *model)
{
    return cell_of(assay_json_get(d, "scorecard"), "signal", signal, model);
}

/* The statement of a rule in a list of statements, or fails. */
static const char *said(struct assay_arena *arena,
                        const struct assay_json *statements, const char *rule)
{
    const struct assay_json *s = where(statements, "rule", rule);

    if (!s)
        fail_msg("nothing is said by rule %s", rule);
    return text_at(arena, s, "text");
}

static const struct assay_json *statements_of(const struct assay_json *d,
                                              const char *section,
                                              const char *key,
                                              const char *model)
{
    return assay_json_get(where(assay_json_get(d, section), key, model),
                          "statements");
}

static const struct assay_json *conflict_of(const struct assay_json *d,
                                            const char *subject,
                                            const char *fact)
{
    for (const struct assay_json *c = assay_json_get(d, "conflicts")->first; c;
         c = c->next)
        if (assay_str_is(assay_json_text(c, "subject"), subject) &&
            assay_str_is(assay_json_text(c, "fact"), fact))
            return c;
    return NULL;
}

static bool document_says(const struct assay_document *doc, const char *words)
{
    for (struct assay_section *s = doc->first; s; s = s->next)
        for (struct assay_block *b = s->first; b; b = b->next) {
            if (assay_str_contains(b->text, words))
                return true;
            for (struct assay_row *r = b->first_row; r; r = r->next)
                for (size_t i = 0; i < b->column_count; i++)
                    if (assay_str_contains(r->cells[i].text, words))
                        return true;
        }
    return false;
}

static void hearsay_of_an_end_is_said_and_ends_no_live_route(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/old", .b = "s/reader"})->data;
    const struct assay_json *m =
        where(assay_json_get(d, "models"), "id", "s/old");

    (void)state;
    assert_string_equal(text_at(&arena, m, "status"), "deprecated");
    assert_string_equal(text_at(&arena, m, "retired_on"), "2026-10-23");
    assert_string_equal(
        said(&arena, assay_json_at(d, "verdict.why"), "end_unconfirmed"),
        "Old was retired on 2026-10-23, says a secondary source; 1 live route "
        "is still listed.");
    assert_string_equal(
        text_at(&arena, signal_of(d, "status", "s/old"), "text"),
        "1 live route; retired 2026-10-23, says a secondary source");
    assert_string_equal(
        said(&arena, statements_of(d, "friction", "to", "s/old"),
             "target_overdue"),
        "Old was to end on 2026-10-23: make sure that the route you take "
        "still answers.");
    assert_string_equal(
        said(&arena, statements_of(d, "tradeoffs", "model", "s/reader"),
             "outlives"),
        "it must last: no end is announced, while Old was to end on "
        "2026-10-23");
    assay_arena_free(&arena);
}

static void other_peoples_dead_routes_do_not_make_a_model_unreachable(
    void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/elsewhere", .b = "s/reader"})
            ->data;

    (void)state;
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "trade");
    d = ask(&arena, (struct question){.a = "s/ended", .b = "s/reader"})->data;
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "reachable");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "s/reader");
    assay_arena_free(&arena);
}

static void names_and_the_order_of_a_list_are_no_conflict(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/reader", .b = "s/writer"})->data;
    const struct assay_json *vision = cell_of(
        assay_json_get(d, "capabilities"), "capability", "vision", "s/reader");

    (void)state;
    assert_null(conflict_of(d, "s/reader", "name"));
    assert_null(conflict_of(d, "s/writer", "name"));
    assert_null(conflict_of(d, "s/writer", "modalities_in"));
    assert_null(conflict_of(d, "east/reader", "provider_name"));
    /* one kind of file more is one, and none about images */
    assert_non_null(conflict_of(d, "s/reader", "modalities_in"));
    assert_string_equal(text_at(&arena, vision, "conflict"), "(absent)");
    assay_arena_free(&arena);
}

static void several_values_against_the_chosen_one_stand_apart(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_document *doc =
        ask(&arena, (struct question){.a = "s/reader", .b = "s/writer"});

    (void)state;
    assert_true(document_says(doc, "64,000; 32,000"));
    assay_arena_free(&arena);
}

static void of_two_names_in_one_source_its_own_id_is_heard(void **state)
{
    static const char named_twice[] =
        "{'format':'assay-facts/1','source':{'id':'twice','title':'t',"
        "'url':'','kind':'catalog','retrieved':'2026-11-03'},'models':["
        "{'id':'s/zebra','name':'Zebra','aliases':['s/ant'],'task':'chat',"
        "'context_tokens':64000},"
        "{'id':'s/ant','name':'Ant','context_tokens':8000}]}";
    struct assay_arena arena = {0};
    const struct assay_json *d, *c;

    (void)state;
    fixture_facts(catalog, named_twice);
    d = ask(&arena, (struct question){.a = "s/zebra", .b = "s/reader"})->data;
    c = conflict_of(d, "s/zebra", "context_tokens");
    assert_non_null(c);
    assert_string_equal(text_at(&arena, c, "rule"), "own_id");
    assert_string_equal(text_at(&arena, c, "reason"),
                        "said of s/zebra itself, the other of s/ant, one of "
                        "its names");
    assert_string_equal(
        text_at(&arena, signal_of(d, "context_tokens", "s/zebra"), "value"),
        "64000");
    assay_arena_free(&arena);
}

/* Every sentence with a cost a month names the shape that it is for. */
static void check_shape(struct assay_arena *arena,
                        const struct assay_json *value)
{
    const char *text = text_at(arena, value, "text");

    if (assay_json_get(value, "rule") && strstr(text, "$") &&
        !strstr(text, "requests a month"))
        fail_msg("a cost without its shape: %s", text);
    for (const struct assay_json *e = value->first; e; e = e->next)
        if (e->type == ASSAY_JSON_OBJECT || e->type == ASSAY_JSON_ARRAY)
            check_shape(arena, e);
}

static void wherever_a_cost_is_its_traffic_is(void **state)
{
    static const char *const sections[] = {"verdict", "summary", "tradeoffs",
                                           "friction"};
    static const struct question questions[] = {
        {.a = "s/reader", .b = "s/writer"},
        {.a = "s/reader", .b = "s/gift"},
        {.a = "gemma-2-2b", .b = "gpt-4-vision-preview"},
    };

    (void)state;
    for (size_t q = 0; q < sizeof questions / sizeof questions[0]; q++) {
        struct assay_arena arena = {0};
        const struct assay_document *doc = ask(&arena, questions[q]);

        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
            check_shape(&arena, assay_json_get(doc->data, sections[i]));
        for (struct assay_section *s = doc->first; s; s = s->next)
            if (assay_str_is(s->id, "prices"))
                assert_true(
                    assay_str_contains(s->first->text, "1M requests a month"));
        assay_arena_free(&arena);
    }
}

static void the_lower_input_price_is_said_only_of_one_that_is_lower(
    void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/tie", .b = "s/writer"})->data;

    (void)state;
    /* both 0.50 a million */
    assert_string_equal(text_at(&arena, d, "cost.lower"), "s/writer");
    assert_null(
        where(assay_json_get(d, "summary"), "rule", "cheap_input_dear_month"));
    d = ask(&arena, (struct question){.a = "s/lure", .b = "s/writer"})->data;
    assert_string_equal(
        said(&arena, assay_json_get(d, "summary"), "cheap_input_dear_month"),
        "Lure has the lower input price, yet Writer costs less a month: the "
        "input price alone does not decide.");
    assay_arena_free(&arena);
}

static void a_route_too_small_for_the_request_has_no_say(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *cell;

    (void)state;
    /* East is cheaper and takes 16,000 tokens */
    d = ask(&arena, (struct question){.a = "s/reader",
                                      .b = "s/old",
                                      .traffic = "input=20k"})
            ->data;
    cell = signal_of(d, "cheapest_input", "s/reader");
    assert_string_equal(text_at(&arena, cell, "value"), "1");
    assert_string_equal(text_at(&arena, cell, "note"), "West");
    cell = signal_of(d, "cheapest_input", "s/old");
    assert_string_equal(text_at(&arena, cell, "state"), "not_applicable");
    assert_string_equal(text_at(&arena, cell, "text"), "no route fits");
    assert_string_equal(
        said(&arena, assay_json_at(d, "verdict.why"), "request_too_large"),
        "A request of 20,250 tokens is more than the context of Old, 8,192.");
    assay_arena_free(&arena);
}

static void a_free_tier_is_named_as_one(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/gift", .b = "s/reader"})->data;
    const struct assay_json *cell = signal_of(d, "monthly_cost", "s/gift");

    (void)state;
    assert_string_equal(text_at(&arena, cell, "state"), "free");
    assert_string_equal(text_at(&arena, cell, "text"), "$0.00");
    assert_string_equal(text_at(&arena, cell, "note"), "free tier, East");
    cell = signal_of(d, "cheapest_input", "s/gift");
    assert_string_equal(text_at(&arena, cell, "state"), "free");
    assert_string_equal(
        said(&arena, assay_json_at(d, "cost.notes"), "cost_note"),
        "Gift at East: a free tier, whose limits are not stated.");
    assay_arena_free(&arena);
}

static void different_jobs_are_not_weighed_against_each_other(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/embed", .b = "s/reader"})->data;

    (void)state;
    assert_string_equal(
        text_at(&arena, d, "verdict.text"),
        "These do different jobs: embedding (Embed), chat (Reader). No winner "
        "is named.");
    assert_int_equal(assay_json_at(d, "cost.break_even")->count, 0);
    for (const struct assay_json *t = assay_json_get(d, "tradeoffs")->first; t;
         t = t->next) {
        assert_int_equal(assay_json_get(t, "statements")->count, 1);
        assert_string_equal(
            text_at(&arena, nth(assay_json_get(t, "statements"), 0), "rule"),
            "different_job");
    }
    assert_string_equal(said(&arena,
                             statements_of(d, "friction", "from", "s/embed"),
                             "different_job"),
                        "No switch: Embed is for embedding, Reader for chat.");
    assay_arena_free(&arena);
}

static void the_length_of_a_vector_is_no_long_answer(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/embed", .b = "s/embed-small"})
            ->data;

    (void)state;
    assert_null(where(statements_of(d, "tradeoffs", "model", "s/embed"), "rule",
                      "output_larger"));
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "trade");
    assert_non_null(strstr(text_at(&arena, d, "verdict.text"),
                           "What is known speaks for Embed."));
    assay_arena_free(&arena);
}

static void a_wire_format_stays_when_any_route_of_both_speaks_it(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/reader", .b = "s/writer"})->data;

    (void)state;
    /* East speaks azure, and stands first; West speaks openai for both */
    assert_string_equal(
        said(&arena, statements_of(d, "friction", "from", "s/reader"),
             "same_wire_format"),
        "The wire format can stay: a route of each speaks openai.");
    assay_arena_free(&arena);
}

static void a_capability_of_some_routes_is_gained_there(void **state)
{
    static const char plain[] =
        "{'format':'assay-facts/1','source':{'id':'plain','title':'t',"
        "'url':'','kind':'catalog','retrieved':'2026-11-03'},'models':["
        "{'id':'s/plain','name':'Plain','task':'chat',"
        "'capabilities':{'reasoning':false}}]}";
    struct assay_arena arena = {0};
    const struct assay_json *d;

    (void)state;
    fixture_facts(catalog, plain);
    d = ask(&arena, (struct question){.a = "s/plain", .b = "s/writer"})->data;
    assert_string_equal(said(&arena,
                             statements_of(d, "friction", "from", "s/plain"),
                             "capability_gained"),
                        "Gained: reasoning (on 1 of 2 routes).");
    assay_arena_free(&arena);
}

static void a_need_names_the_route_that_meets_it(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d, *why;

    (void)state;
    d = ask(&arena, (struct question){.a = "s/reader",
                                      .b = "s/old",
                                      .need = "context>=64k"})
            ->data;
    why = assay_json_at(d, "verdict.why");
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "needs");
    assert_string_equal(said(&arena, why, "need_met"),
                        "Reader meets every need on west/reader; the route of "
                        "its monthly cost does not.");
    assert_string_equal(said(&arena, why, "need_failed"),
                        "Old is out: context is 8,192, asked context>=64k.");
    assert_true(assay_json_at(d, "verdict.because")->count >= 2);
    /* its batch route is cheaper and meets them too */
    d = ask(&arena, (struct question){.a = "s/tie",
                                      .b = "s/old",
                                      .need = "price.input<1"})
            ->data;
    assert_string_equal(
        said(&arena, assay_json_at(d, "verdict.why"), "need_met"),
        "Tie meets every need on east/tie.");
    assay_arena_free(&arena);
}

static void a_need_that_cannot_be_told_is_said_under_any_rule(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/reader",
                                      .b = "s/ended",
                                      .need = "zero_retention"})
            ->data;

    (void)state;
    assert_string_equal(text_at(&arena, d, "verdict.rule"), "reachable");
    assert_string_equal(
        said(&arena, assay_json_at(d, "verdict.why"), "need_unknown"),
        "Of Reader it cannot be told: zero_retention is unknown, asked "
        "zero_retention.");
    assay_arena_free(&arena);
}

static void a_rounding_of_the_leader_is_no_smaller_context(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/reader", .b = "s/writer"})->data;

    (void)state;
    assert_string_equal(text_at(&arena,
                                where(assay_json_get(d, "scorecard"), "signal",
                                      "context_tokens"),
                                "leader"),
                        "(null)");
    assay_arena_free(&arena);
}

static void what_an_unknown_licence_allows_is_not_known(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        ask(&arena, (struct question){.a = "s/writer", .b = "s/reader"})->data;
    const struct assay_json *q =
        where(assay_json_get(d, "faq"), "question",
              "Open or proprietary, and what does the licence let you do?");

    (void)state;
    assert_non_null(q);
    assert_string_equal(
        text_at(&arena, q, "answer"),
        "Writer: weights open, what you may do with them is not known; "
        "Reader: weights closed, use through a provider only.");
    assert_string_equal(
        said(&arena, statements_of(d, "tradeoffs", "model", "s/writer"),
             "weights_open"),
        "it must run where you decide: the weights are open (licence: "
        "unknown)");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hearsay_of_an_end_is_said_and_ends_no_live_route),
        cmocka_unit_test(
            other_peoples_dead_routes_do_not_make_a_model_unreachable),
        cmocka_unit_test(names_and_the_order_of_a_list_are_no_conflict),
        cmocka_unit_test(several_values_against_the_chosen_one_stand_apart),
        cmocka_unit_test(of_two_names_in_one_source_its_own_id_is_heard),
        cmocka_unit_test(wherever_a_cost_is_its_traffic_is),
        cmocka_unit_test(
            the_lower_input_price_is_said_only_of_one_that_is_lower),
        cmocka_unit_test(a_route_too_small_for_the_request_has_no_say),
        cmocka_unit_test(a_free_tier_is_named_as_one),
        cmocka_unit_test(different_jobs_are_not_weighed_against_each_other),
        cmocka_unit_test(the_length_of_a_vector_is_no_long_answer),
        cmocka_unit_test(a_wire_format_stays_when_any_route_of_both_speaks_it),
        cmocka_unit_test(a_capability_of_some_routes_is_gained_there),
        cmocka_unit_test(a_need_names_the_route_that_meets_it),
        cmocka_unit_test(a_need_that_cannot_be_told_is_said_under_any_rule),
        cmocka_unit_test(a_rounding_of_the_leader_is_no_smaller_context),
        cmocka_unit_test(what_an_unknown_licence_allows_is_not_known),
    };

    return cmocka_run_group_tests(tests, open_with_facts, close_catalog);
}
