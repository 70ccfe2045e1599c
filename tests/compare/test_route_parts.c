/*
 * What the comparison and the pages show of a route and of a conflict is the
 * same, made once.
 */
#include "fixture.h"

#include "assay/pages.h"

static const char vendor[] =
    "{'format':'assay-facts/1','source':{'id':'rp-docs','title':'Docs',"
    "'url':'','kind':'primary','retrieved':'2026-10-01'},'models':["
    "{'id':'rp/a','name':'A','task':'chat','open_weights':true,"
    "'parameters_total':2614000000},{'id':'rp/b','name':'B','task':'chat'}],"
    "'routes':[{'id':'rp/a','provider':'rp','provider_name':'RP Cloud',"
    "'model':'rp/a',"
    "'status':'active','context_tokens':null,'prices':["
    "{'meter':'input_tokens','usd_per_million':'2','to':'2026-12-31'},"
    "{'meter':'input_tokens','usd_per_million':'1','from':'2027-01-01'},"
    "{'meter':'output_tokens','usd_per_million':'3','utc_from':'1630',"
    "'utc_to':'0030'},{'meter':'image','usd_each':'0.01'}]},"
    "{'id':'rp/b','provider':'rp','model':'rp/b','status':'active',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'3'}]}]}";

static const char site[] =
    "{'format':'assay-facts/1','source':{'id':'rp-site','title':'Site',"
    "'url':'','kind':'secondary','retrieved':'2026-10-02'},'models':["
    "{'id':'rp/a','parameters_total':3000000000}],'routes':["
    "{'id':'rp/b','provider_name':'RP'}]}";

static const char other_site[] =
    "{'format':'assay-facts/1','source':{'id':'rp-other','title':'Other',"
    "'url':'','kind':'secondary','retrieved':'2026-10-03'},'models':["
    "{'id':'rp/a','parameters_total':2000000000}]}";

static int open_with_facts(void **state)
{
    (void)open_catalog(state);
    fixture_facts(catalog, vendor);
    fixture_facts(catalog, site);
    fixture_facts(catalog, other_site);
    return 0;
}

static const struct assay_page_options *page_options(struct assay_arena *arena)
{
    struct assay_page_options *options =
        ASSAY_NEW(arena, struct assay_page_options);

    options->traffic = assay_traffic_default();
    options->as_of = fixture_day;
    return options;
}

static const struct assay_json *decision(struct assay_arena *arena)
{
    return fixture_compare(catalog, arena, "rp/a", "rp/b", NULL)->data;
}

static const struct assay_json *model_page(struct assay_arena *arena)
{
    struct assay_error err = {ASSAY_OK, ""};
    const struct assay_document *doc =
        assay_page_model(arena, fixture_model(catalog, arena, "rp/a"),
                         page_options(arena), &err);

    if (!doc)
        fail_msg("%s", err.text);
    return doc->data;
}

static void a_price_component_says_from_when_and_until_when(void **state)
{
    static const struct {
        size_t component;
        const char *key, *text;
    } cases[] = {
        {0, "meter", "input_tokens"}, {0, "usd_per_million", "2"},
        {0, "from", "(absent)"},      {0, "to", "2026-12-31"},
        {1, "usd_per_million", "1"},  {1, "from", "2027-01-01"},
        {1, "to", "(absent)"},        {2, "utc_from", "1630"},
        {2, "utc_to", "0030"},        {3, "usd_each", "0.01"},
    };
    static const char *const meters[] = {"input_tokens", "input_tokens",
                                         "output_tokens", "image"};
    struct assay_arena arena = {0};
    const struct assay_json *routes[] = {
        assay_json_get(nth(assay_json_get(decision(&arena), "prices"), 0),
                       "routes"),
        assay_json_get(model_page(&arena), "routes"),
    };

    for (size_t r = 0; r < sizeof routes / sizeof routes[0]; r++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const struct assay_json *prices =
                assay_json_get(nth(routes[r], 0), "prices");
            const struct assay_json *one =
                where(prices, "meter", meters[cases[i].component]);

            if (cases[i].component == 1)
                one = one->next;
            assert_string_equal(text_at(&arena, one, cases[i].key),
                                cases[i].text);
        }
    assay_arena_free(&arena);
}

static void a_limit_that_a_source_leaves_open_is_not_stated(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_document *doc =
        fixture_compare(catalog, &arena, "rp/a", "rp/b", NULL);
    const struct assay_section *s = doc->first;
    const struct assay_block *b;

    while (s && !assay_str_is(s->id, "prices"))
        s = s->next;
    assert_non_null(s);
    for (b = s->first; b && b->kind != ASSAY_BLOCK_TABLE;)
        b = b->next;
    assert_non_null(b);
    assert_string_equal(assay_arena_cstr(&arena, b->first_row->cells[4].text),
                        "not stated");
    assert_int_equal(b->first_row->cells[4].refs.count, 1);
    assay_arena_free(&arena);
}

/* The conflict about a fact without the ids of its claims. */
static const char *conflict(struct assay_arena *arena,
                            const struct assay_json *data)
{
    const struct assay_json *one =
        where(assay_json_get(data, "conflicts"), "fact", "parameters_total");

    return assay_arena_cstr(
        arena, assay_arena_printf(arena, "%s %s %s %s others %u",
                                  text_at(arena, one, "subject"),
                                  text_at(arena, one, "subject_kind"),
                                  text_at(arena, one, "rule"),
                                  text_at(arena, one, "reason"),
                                  assay_json_get(one, "others")->count));
}

static void a_conflict_is_told_alike_by_comparison_and_page(void **state)
{
    struct assay_arena arena = {0};
    const char *told = conflict(&arena, decision(&arena));

    assert_non_null(strstr(told, "others 2"));
    assert_string_equal(told, conflict(&arena, model_page(&arena)));
    assay_arena_free(&arena);
}

static void values_with_commas_in_them_stand_apart(void **state)
{
    struct assay_arena arena = {0};
    struct assay_model *model = fixture_model(catalog, &arena, "rp/a");
    const struct assay_document *doc =
        assay_page_conflicts(&arena, &model, 1, page_options(&arena));

    assert_string_equal(
        assay_arena_cstr(&arena, doc->first->first->first_row->cells[2].text),
        "2,000,000,000; 3,000,000,000");
    assay_arena_free(&arena);
}

static void a_provider_has_one_name_on_a_page(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d = decision(&arena);

    assert_string_equal(text_at(&arena,
                                where(assay_json_get(d, "faq"), "question",
                                      "Where does B run?"),
                                "answer"),
                        "RP Cloud.");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_component_says_from_when_and_until_when),
        cmocka_unit_test(a_limit_that_a_source_leaves_open_is_not_stated),
        cmocka_unit_test(a_conflict_is_told_alike_by_comparison_and_page),
        cmocka_unit_test(values_with_commas_in_them_stand_apart),
        cmocka_unit_test(a_provider_has_one_name_on_a_page),
    };

    return cmocka_run_group_tests(tests, open_with_facts, close_catalog);
}
