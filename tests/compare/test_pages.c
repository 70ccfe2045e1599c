/*
 * The pages besides the comparison: what stands on them, and in their JSON.
 */
#include "fixture.h"

#include "assay/buf.h"
#include "assay/pages.h"

#include <stdlib.h>

static const char vendor[] =
    "{'format':'assay-facts/1','source':{'id':'pg-docs','title':'Docs',"
    "'url':'https://pg.example','kind':'primary','retrieved':'2026-10-01'},"
    "'models':["
    "{'id':'pg/old','name':'Old','creator':'PG','task':'chat',"
    "'open_weights':false,'context_tokens':8192,"
    "'lifecycle':{'status':'retired','retired_on':'2026-06-01',"
    "'replacement':'pg/new'}},"
    "{'id':'pg/new','name':'New','creator':'PG','task':'chat',"
    "'aliases':['pg-newest'],'open_weights':true,'context_tokens':131072,"
    "'knowledge_cutoff':null,'parameters_total':7000000000,"
    "'capabilities':{'vision':true,'function_calling':null},"
    "'benchmarks':[{'name':'MMLU','value':'62.5','unit':'percent'},"
    "{'name':'Arena','value':'1187','unit':'elo'}]},"
    "{'id':'pg/closed','name':'Closed','creator':'PG','task':'chat',"
    "'open_weights':false},"
    "{'id':'pg/weights','name':'Weights','creator':'PG','task':'chat',"
    "'open_weights':true}],"
    "'routes':["
    "{'id':'pg/old','provider':'pg','model':'pg/old','status':'retired',"
    "'retired_on':'2026-06-01','prices':["
    "{'meter':'input_tokens','usd_per_million':'3'},"
    "{'meter':'output_tokens','usd_per_million':'9'}]},"
    "{'id':'pg/new','provider':'pg','model':'pg/new','status':'active',"
    "'context_tokens':131072,'prices':["
    "{'meter':'input_tokens','usd_per_million':'0.5'},"
    "{'meter':'input_tokens','usd_per_million':'1',"
    "'when_input_tokens':'>65536','scope':'whole_request'},"
    "{'meter':'output_tokens','usd_per_million':'1.5'}]},"
    "{'id':'other/pg/new','provider':'other','model':'pg/new',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0.4'},"
    "{'meter':'output_tokens','usd_per_million':'1.2'}]},"
    "{'id':'free/pg/new','provider':'free','model':'pg/new','tier':'free',"
    "'status':'active','prices':["
    "{'meter':'input_tokens','usd_per_million':'0'},"
    "{'meter':'output_tokens','usd_per_million':'0'}]}]}";

static const char second[] =
    "{'format':'assay-facts/1','source':{'id':'pg-site','title':'Site',"
    "'url':'https://site.example','kind':'secondary',"
    "'retrieved':'2026-10-10'},"
    "'models':[{'id':'pg/new','context_tokens':200000,"
    "'parameters_total':7000000000}],"
    "'routes':[{'id':'pg/new','provider':'pg','model':'pg/new','prices':["
    "{'meter':'output_tokens','usd_per_million':'2'}]}]}";

struct pages {
    struct assay_arena arena;
    struct assay_catalog *catalog;
    struct assay_page_options options;
    struct assay_error err;
};

static int open_pages(void **state)
{
    struct pages *p = calloc(1, sizeof *p);

    p->catalog = fixture_open();
    fixture_facts(p->catalog, vendor);
    fixture_facts(p->catalog, second);
    p->options.traffic = assay_traffic_default();
    p->options.as_of = fixture_day;
    *state = p;
    return 0;
}

static int close_pages(void **state)
{
    struct pages *p = *state;

    assay_catalog_close(p->catalog);
    assay_arena_free(&p->arena);
    free(p);
    return 0;
}

static struct assay_document *model_page(struct pages *p, const char *id)
{
    struct assay_document *doc =
        assay_page_model(&p->arena, fixture_model(p->catalog, &p->arena, id),
                         &p->options, &p->err);

    if (!doc)
        fail_msg("%s", p->err.text);
    return doc;
}

static const struct assay_section *section(const struct assay_document *doc,
                                           const char *id)
{
    const struct assay_section *s = doc->first;

    while (s && !assay_str_is(s->id, id))
        s = s->next;
    if (!s)
        fail_msg("no section '%s'", id);
    return s;
}

static const struct assay_block *table(const struct assay_document *doc,
                                       const char *id)
{
    const struct assay_block *b = section(doc, id)->first;

    while (b && b->kind != ASSAY_BLOCK_TABLE)
        b = b->next;
    return b;
}

/* The row whose first cell begins with `name`. */
static const struct assay_cell *row(const struct assay_block *block,
                                    const char *name)
{
    const struct assay_row *r = block ? block->first_row : NULL;

    while (r && !assay_str_is(r->cells[0].text, name))
        r = r->next;
    if (!r)
        fail_msg("no row '%s'", name);
    return r->cells;
}

static void expect_text(struct assay_str text, const char *wanted)
{
    if (!assay_str_is(text, wanted))
        fail_msg("'%.*s', expected '%s'", ASSAY_STR_ARG(text), wanted);
}

static void expect_json(struct pages *p, const struct assay_json *object,
                        const char *path, const char *wanted)
{
    const struct assay_json *value = assay_json_at(object, path);
    struct assay_buf out;

    assay_buf_init(&out, 10000);
    if (value)
        assay_json_write(&out, value, (struct assay_json_style){0});
    expect_text(assay_arena_copy(&p->arena, assay_buf_str(&out)), wanted);
    assay_buf_release(&out);
}

/* ------------------------------------------------------- a model */

static void lifecycle_is_said_before_anything_else(void **state)
{
    struct pages *p = *state;
    static const struct {
        const char *id, *text;
    } cases[] = {
        {"pg/old", "Retired on 2026-06-01; no route answers."},
        {"pg/new", "It can be called on 3 live routes at 3 providers. The "
                   "weights are open."},
        {"pg/closed", "No route is known: whether it can be called cannot be "
                      "told."},
        {"pg/weights", "The weights are open; no hosted route is known."},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct assay_document *doc = model_page(p, cases[i].id);

        assert_int_equal(doc->first->first->kind, ASSAY_BLOCK_HEADLINE);
        expect_text(doc->first->first->text, cases[i].text);
    }
}

static void a_retired_model_names_its_replacement(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = model_page(p, "pg/old");
    const struct assay_json *chain = assay_json_get(doc->data, "replacements");

    expect_text(doc->first->first->next->text,
                "Its named replacement: New (active).");
    assert_int_equal(chain->count, 1);
    expect_json(p, chain->first, "id", "\"pg/new\"");
    expect_json(p, doc->data, "status", "\"retired\"");
    expect_json(p, doc->data, "retired_on", "\"2026-06-01\"");
}

static void unknown_and_not_stated_are_not_no(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = model_page(p, "pg/new");
    const struct assay_block *can = table(doc, "capabilities");
    const struct assay_block *facts = table(doc, "facts");

    expect_text(row(can, "vision")[1].text, "Yes");
    expect_text(row(can, "function calling")[1].text, "not stated");
    assert_int_equal(row(can, "function calling")[1].state, ASSAY_UNKNOWN);
    expect_text(row(can, "reasoning")[1].text, "unknown");
    assert_int_equal(row(can, "reasoning")[1].state, ASSAY_UNKNOWN);
    expect_text(row(facts, "knowledge to")[1].text, "not stated");
    assert_int_equal(row(facts, "knowledge to")[1].state, ASSAY_UNKNOWN);
}

static void every_fact_names_its_source(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = model_page(p, "pg/new");

    for (const struct assay_row *r = table(doc, "facts")->first_row; r;
         r = r->next)
        if (r->cells[1].refs.count == 0)
            fail_msg("'%.*s' has no source", ASSAY_STR_ARG(r->cells[0].text));
}

static void routes_stand_cheapest_first_and_retired_last(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = model_page(p, "pg/new");
    const struct assay_row *r = table(doc, "routes")->first_row;

    expect_text(r->cells[0].text, "free/pg/new");
    expect_text(r->next->cells[0].text, "other/pg/new");
    expect_text(r->next->next->cells[0].text, "pg/new");
    expect_json(p, doc->data, "cost.monthly_usd", "\"620\"");
    expect_json(p, doc->data, "cost.route", "\"other/pg/new\"");
}

static void a_free_tier_is_the_cost_only_when_allowed(void **state)
{
    struct pages *p = *state;

    p->options.allow_free = true;
    expect_json(p, model_page(p, "pg/new")->data, "cost.state", "\"free\"");
    p->options.allow_free = false;
    expect_json(p, model_page(p, "pg/new")->data, "cost.state", "\"known\"");
}

static void a_tier_applies_to_the_traffic_it_is_for(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc;

    p->options.traffic.input_tokens = ASSAY_DECIMAL(1, 5);
    doc = model_page(p, "pg/new");
    expect_text(row(table(doc, "routes"), "pg/new")[1].text, "$1");
}

static void benchmarks_of_one_name_stand_together(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = model_page(p, "pg/new");
    const struct assay_row *r = table(doc, "benchmarks")->first_row;

    expect_text(r->cells[0].text, "Arena");
    expect_text(r->cells[1].text, "1187 Elo");
    expect_text(r->next->cells[1].text, "62.5 %");
    expect_text(r->next->cells[2].text, "not stated");
}

/* ------------------------------------------------------- conflicts */

static void a_conflict_shows_both_values_and_the_reason(void **state)
{
    struct pages *p = *state;
    struct assay_model *model = fixture_model(p->catalog, &p->arena, "pg/new");
    const struct assay_document *doc =
        assay_page_conflicts(&p->arena, &model, 1, &p->options);
    const struct assay_cell *context = row(doc->first->first, "context");
    const struct assay_cell *price = row(doc->first->first, "output price");

    expect_text(context[1].text, "131,072");
    expect_text(context[2].text, "200,000");
    assert_true(context[1].note.len > 0);
    assert_int_equal(context[2].refs.count, 1);
    expect_text(price[0].note, "pg/new");
    expect_text(price[1].text, "$1.50");
    expect_text(price[2].text, "$2");
    /* the same value twice is none */
    assert_int_equal(assay_json_get(doc->data, "conflicts")->count, 2);
}

static void no_conflict_is_said(void **state)
{
    struct pages *p = *state;
    struct assay_model *model = fixture_model(p->catalog, &p->arena, "pg/old");
    const struct assay_document *doc =
        assay_page_conflicts(&p->arena, &model, 1, &p->options);

    expect_text(doc->first->first->text, "Nowhere, as far as is known.");
}

/* ------------------------------------------------------- the others */

static void a_route_says_whose_it_is_and_why(void **state)
{
    struct pages *p = *state;
    struct assay_route *route = assay_catalog_route(
        p->catalog, &p->arena, ASSAY_STR("pg/new"), &p->err);
    const struct assay_document *doc =
        assay_page_route(&p->arena, route, &p->options, &p->err);

    assert_non_null(doc);
    assert_true(assay_str_contains(doc->first->first->next->text, "pg/new"));
    expect_text(table(doc, "prices")->first_row->cells[0].text, "input_tokens");
    expect_json(p, doc->data, "route.model", "\"pg/new\"");
    expect_json(p, doc->data, "route.monthly_usd", "\"775\"");
    expect_json(p, doc->data, "route.rule", "\"stated\"");
}

static void every_route_is_explained(void **state)
{
    struct pages *p = *state;
    const struct assay_document *doc = assay_page_explain(
        &p->arena, fixture_model(p->catalog, &p->arena, "pg/new"), &p->options);
    const struct assay_block *routes = table(doc, "routes");

    assert_int_equal(routes->row_count, 3);
    for (const struct assay_row *r = routes->first_row; r; r = r->next) {
        assert_true(r->cells[1].text.len > 0);
        assert_true(r->cells[2].text.len > 0);
        assert_true(r->cells[0].refs.count > 0);
    }
    expect_text(section(doc, "names")->first->text,
                "pg-newest (a declared alias)");
}

static void costs_of_several_models_name_the_lower(void **state)
{
    struct pages *p = *state;
    struct assay_model *models[] = {
        fixture_model(p->catalog, &p->arena, "pg/new"),
        fixture_model(p->catalog, &p->arena, "openai/gpt-4o"),
        fixture_model(p->catalog, &p->arena, "pg/old"),
    };
    const struct assay_document *doc =
        assay_page_cost(&p->arena, models, 3, &p->options, &p->err);

    assert_non_null(doc);
    expect_json(p, doc->data, "cost.lower", "\"pg/new\"");
    doc = assay_page_cost(&p->arena, models, 1, &p->options, &p->err);
    expect_json(p, doc->data, "cost.lower", "null");
    assert_null(assay_page_cost(&p->arena, models, 0, &p->options, &p->err));
    assert_int_equal(p->err.code, ASSAY_BAD_INPUT);
}

static void a_source_shows_its_age(void **state)
{
    static const struct {
        struct assay_date read;
        const char *age;
    } cases[] = {
        {{2026, 11, 22}, "today"},   {{2026, 11, 21}, "1 day"},
        {{2026, 10, 1}, "52 days"},  {{2026, 8, 21}, "3 months"},
        {{2023, 11, 22}, "3 years"}, {{2026, 12, 1}, "today"},
    };
    struct pages *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct assay_source source = {
            .id = ASSAY_STR("s"),
            .title = ASSAY_STR("S"),
            .read = cases[i].read,
            .routes = 1234,
        };
        const struct assay_document *doc =
            assay_page_sources(&p->arena, &source, 1, fixture_day);
        const struct assay_cell *cells = row(doc->first->first, "s");

        expect_text(cells[3].text, cases[i].age);
        expect_text(cells[5].text, "1,234");
    }
}

/* ------------------------------------------------------- changes */

static struct assay_batch batch_of(struct pages *p, const char *text)
{
    struct assay_batch batch;
    char *json = assay_arena_cstr(&p->arena, assay_str_c(text));

    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    assay_batch_init(&batch, &p->arena);
    if (!assay_batch_read_facts(
            &batch,
            assay_json_parse(&p->arena, assay_str_c(json), NULL, &p->err),
            &p->err))
        fail_msg("%s", p->err.text);
    return batch;
}

#define SOURCE                                                  \
    "{'format':'assay-facts/1','source':{'id':'d','title':'D'," \
    "'url':'https://d.example','kind':'catalog','retrieved':'2026-11-01'},"

static void two_batches_differ_fact_by_fact(void **state)
{
    struct pages *p = *state;
    struct assay_batch before =
        batch_of(p, SOURCE "'models':[{'id':'d/a','context_tokens':1000,"
                           "'capabilities':{'vision':true},"
                           "'license':'x'}],"
                           "'routes':[{'id':'d/gone','provider':'d'},"
                           "{'id':'d/a','provider':'d','prices':["
                           "{'meter':'input_tokens','usd_per_million':'1'},"
                           "{'meter':'output_tokens','usd_per_million':'2'}"
                           "]}]}");
    struct assay_batch after =
        batch_of(p, SOURCE "'models':[{'id':'d/a','context_tokens':2000,"
                           "'capabilities':{'vision':false}},"
                           "{'id':'d/new','name':'New'}],"
                           "'routes':[{'id':'d/a','provider':'d','prices':["
                           "{'meter':'input_tokens','usd_per_million':'1'},"
                           "{'meter':'output_tokens','usd_per_million':'3'}"
                           "]}]}");
    static const char *const facts[] = {"context_tokens", "capabilities.vision",
                                        "license", "price.output_tokens"};
    struct assay_change *changes;
    size_t count;

    assert_true(assay_batch_changes(&p->arena, &before, &after, &changes,
                                    &count, &p->err));
    assert_int_equal(count, 6);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        size_t found = 0;

        for (size_t k = 0; k < count; k++)
            found += assay_str_is(changes[k].fact, facts[i]);
        if (found != 1)
            fail_msg("'%s' changed %zu times", facts[i], found);
    }
    for (size_t k = 0; k < count; k++) {
        if (assay_str_is(changes[k].subject, "d/new"))
            assert_null(changes[k].before);
        if (assay_str_is(changes[k].subject, "d/gone"))
            assert_null(changes[k].after);
        if (assay_str_is(changes[k].fact, "license"))
            assert_null(changes[k].after);
    }
    assert_true(assay_batch_changes(&p->arena, &after, &after, &changes, &count,
                                    &p->err));
    assert_int_equal(count, 0);
}

static void many_new_listings_are_one_line_of_the_page(void **state)
{
    enum { MANY = 30 };
    struct pages *p = *state;
    const struct assay_json *body = assay_json_object(&p->arena);
    struct assay_change changes[MANY + 1] = {0};
    const struct assay_changes_title title = {ASSAY_STR("Changes"),
                                              ASSAY_STR("")};
    const struct assay_document *doc;

    for (size_t i = 0; i <= MANY; i++)
        changes[i] = (struct assay_change){
            .subject = ASSAY_STR("d/a"),
            .fact = ASSAY_STR(""),
            .source = i < MANY ? ASSAY_STR("d") : ASSAY_STR("e"),
            .on = fixture_day,
            .after = body,
        };
    doc = assay_page_changes(&p->arena, changes, MANY + 1, &title);
    expect_text(doc->first->title, "2026-11-22 d");
    expect_text(doc->first->first->text, "30 models and routes listed.");
    assert_null(doc->first->first->next);
    expect_text(doc->first->next->title, "2026-11-22 e");
    assert_int_equal(doc->first->next->first->row_count, 1);
    assert_int_equal(assay_json_get(doc->data, "changes")->count, MANY + 1);
}

int main(void)
{
#define PAGE_TEST(f) cmocka_unit_test_setup_teardown(f, open_pages, close_pages)
    const struct CMUnitTest tests[] = {
        PAGE_TEST(lifecycle_is_said_before_anything_else),
        PAGE_TEST(a_retired_model_names_its_replacement),
        PAGE_TEST(unknown_and_not_stated_are_not_no),
        PAGE_TEST(every_fact_names_its_source),
        PAGE_TEST(routes_stand_cheapest_first_and_retired_last),
        PAGE_TEST(a_free_tier_is_the_cost_only_when_allowed),
        PAGE_TEST(a_tier_applies_to_the_traffic_it_is_for),
        PAGE_TEST(benchmarks_of_one_name_stand_together),
        PAGE_TEST(a_conflict_shows_both_values_and_the_reason),
        PAGE_TEST(no_conflict_is_said),
        PAGE_TEST(a_route_says_whose_it_is_and_why),
        PAGE_TEST(every_route_is_explained),
        PAGE_TEST(costs_of_several_models_name_the_lower),
        PAGE_TEST(a_source_shows_its_age),
        PAGE_TEST(two_batches_differ_fact_by_fact),
        PAGE_TEST(many_new_listings_are_one_line_of_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
