/*
 * Parts of the view: what was asked for is as in the whole, one provider's
 * routes are all of them, and walks together see everything once.
 */
#include "store_fixture.h"

static struct assay_view whole;

/* Besides the built-in facts: conflicts, retirements, a route of no model. */
static const char facts[] =
    "'models': [{'id': 'acme/zig', 'name': 'Zig', 'aliases': ['zigling'],"
    " 'context_tokens': 8192, 'open_weights': false, 'lifecycle': {'status':"
    " 'retired', 'retired_on': '2025-02-03', 'replacement': 'acme/zag'}},"
    " {'id': 'acme/zag', 'capabilities': {'vision': true, 'audio': false}}],"
    " 'routes': [{'id': 'acme-cloud/zig', 'provider': 'acme-cloud', 'model':"
    " 'acme/zig', 'context_tokens': 4096, 'prices': [{'meter':"
    " 'input_tokens', 'usd_per_million': '1'}, {'meter': 'output_tokens',"
    " 'usd_per_million': '2'}]}, {'id': 'acme-cloud/alone', 'provider':"
    " 'acme-cloud', 'status': 'active'}, {'id': 'acme_cloud/zag', 'model':"
    " 'acme/zag', 'capabilities': {'vision': false}}, {'id':"
    " 'together_ai/zag'}, {'id': 'Together/zag', 'model': 'acme/zag'}]";
static const char others[] =
    "'models': [{'id': 'acme/zag', 'context_tokens': 32000}], 'routes': [{"
    "'id': 'acme-cloud/zig', 'context_tokens': 9000, 'tier': 'batch',"
    " 'prices': [{'meter': 'input_tokens', 'usd_per_million': '3'}]}]";

static int open_catalog(void **state)
{
    struct assay_error err = {0};

    catalog = open_at(":memory:", "2026-11-22");
    apply(catalog, "2026-01-01", facts);
    apply_as(catalog, "acme-docs", "provider", "2026-02-01", others);
    if (!assay_catalog_view(catalog, &arena, &whole, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int close_catalog(void **state)
{
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
    return 0;
}

/* ------------------------------------------------------------ some facts */

static bool is_asked(const char *const *asked, struct assay_str fact)
{
    for (; *asked; asked++) {
        size_t len = strlen(*asked);
        struct assay_str head = assay_str_head(fact, len);
        if (assay_str_is(head, *asked) &&
            (fact.len == len || fact.at[len] == '.'))
            return true;
        if (strcmp(*asked, "prices") == 0 && assay_str_starts(fact, "price."))
            return true;
    }
    return false;
}

static void assert_same_choice(const struct assay_choice *a,
                               const struct assay_choice *b)
{
    assert_non_null(b);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->counting, b->counting);
    assert_int_equal(a->conflict, b->conflict);
    assert_string_equal(a->rule, b->rule);
    assert_true(assay_str_equal(a->reason, b->reason));
    for (size_t i = 0; i < a->count; i++) {
        assert_true(assay_json_equal(a->claims[i]->value, b->claims[i]->value));
        assert_true(assay_str_equal(a->claims[i]->source->id,
                                    b->claims[i]->source->id));
        assert_true(
            assay_str_equal(a->claims[i]->subject, b->claims[i]->subject));
    }
}

static void assert_same_subject(const struct assay_subject *a,
                                const struct assay_subject *b,
                                const char *const *asked)
{
    assert_true(assay_str_equal(a->id, b->id));
    for (size_t i = 0; i < a->choice_count; i++) {
        struct assay_str fact = a->choices[i].fact;
        struct assay_arena scratch = {0};
        if (is_asked(asked, fact))
            assert_same_choice(
                &a->choices[i],
                assay_subject_choice(b, assay_arena_cstr(&scratch, fact)));
        assay_arena_free(&scratch);
    }
    for (size_t i = 0; i < b->choice_count; i++) {
        struct assay_str fact = b->choices[i].fact;
        assert_true(is_asked(asked, fact) || assay_str_is(fact, "status") ||
                    assay_str_is(fact, "retired_on") ||
                    assay_str_is(fact, "tier") ||
                    assay_str_is(fact, "open_weights") ||
                    assay_str_starts(fact, "lifecycle."));
    }
}

static void assert_same_route(const struct assay_route *a,
                              const struct assay_route *b,
                              const char *const *asked)
{
    assert_same_subject(&a->subject, &b->subject, asked);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->live, b->live);
    assert_int_equal(assay_date_compare(a->retired_on, b->retired_on), 0);
    assert_true(assay_str_equal(a->provider, b->provider));
    assert_true(assay_str_equal(a->tier, b->tier));
    assert_true(assay_str_equal(a->wire, b->wire));
    assert_string_equal(a->join_rule, b->join_rule);
    assert_int_equal(!a->model, !b->model);
    if (!is_asked(asked, ASSAY_STR("prices")))
        return;
    assert_int_equal(a->prices.count, b->prices.count);
    assert_int_equal(a->priced, b->priced);
    assert_int_equal(a->free, b->free);
}

static void assert_same_model(const struct assay_model *a,
                              const struct assay_model *b,
                              const char *const *asked)
{
    assert_same_subject(&a->subject, &b->subject, asked);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->closed, b->closed);
    assert_int_equal(a->open_weights, b->open_weights);
    assert_int_equal(a->alias_count, b->alias_count);
    assert_int_equal(a->route_count, b->route_count);
    assert_int_equal(a->live_count, b->live_count);
    assert_int_equal(a->replacement_count, b->replacement_count);
    for (size_t i = 0; i < a->route_count; i++)
        assert_same_route(a->routes[i], b->routes[i], asked);
}

static void a_part_says_what_the_whole_says_of_what_was_asked(void **state)
{
    static const char *const lists[][6] = {
        {NULL},
        {"prices", "context_tokens", NULL},
        {"capabilities.vision", "modalities_in", "modalities_out", NULL},
        {"capabilities", "name", "family", NULL},
        {"data.zero_retention", "benchmarks", "license", NULL},
        {"lifecycle", "status", "prices", "tier", "no_such_fact", NULL},
    };

    for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
        const struct assay_view_options options = {.facts = lists[n]};
        struct assay_arena scratch = {0};
        struct assay_error err = {0};
        struct assay_view part;

        assert_true(
            assay_catalog_view_of(catalog, &scratch, &options, &part, &err));
        assert_int_equal(part.model_count, whole.model_count);
        assert_int_equal(part.unjoined_count, whole.unjoined_count);
        for (size_t i = 0; i < part.model_count; i++)
            assert_same_model(whole.models[i], part.models[i], lists[n]);
        for (size_t i = 0; i < part.unjoined_count; i++)
            assert_same_route(whole.unjoined[i], part.unjoined[i], lists[n]);
        assay_arena_free(&scratch);
    }
}

/* ---------------------------------------------------------- one provider */

static size_t routes_of(const struct assay_view *view,
                        struct assay_str provider, bool and_of_others)
{
    size_t count = 0;
    for (size_t i = 0; i < view->model_count; i++)
        for (size_t k = 0; k < view->models[i]->route_count; k++)
            count +=
                and_of_others ||
                assay_str_equal(view->models[i]->routes[k]->provider, provider);
    for (size_t i = 0; i < view->unjoined_count; i++)
        count += and_of_others ||
                 assay_str_equal(view->unjoined[i]->provider, provider);
    return count;
}

static const struct assay_model *find_model(const struct assay_view *view,
                                            struct assay_str id)
{
    for (size_t i = 0; i < view->model_count; i++)
        if (assay_str_equal(view->models[i]->id, id))
            return view->models[i];
    return NULL;
}

static void assert_same_prices(const struct assay_route *a,
                               const struct assay_route *b)
{
    assert_int_equal(a->subject.claim_count, b->subject.claim_count);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->prices.count, b->prices.count);
    for (size_t i = 0; i < a->prices.count; i++)
        assert_int_equal(assay_decimal_compare(a->prices.components[i].usd,
                                               b->prices.components[i].usd),
                         0);
}

static void assert_provider(struct assay_str provider)
{
    const struct assay_view_options options = {.provider = provider};
    struct assay_arena scratch = {0};
    struct assay_error err = {0};
    struct assay_view part;

    assert_true(
        assay_catalog_view_of(catalog, &scratch, &options, &part, &err));
    size_t count = routes_of(&part, provider, true);
    assert_int_equal(count, routes_of(&part, provider, false));
    assert_int_equal(count, routes_of(&whole, provider, false));
    for (size_t i = 0; i < part.model_count; i++) {
        const struct assay_model *a = find_model(&whole, part.models[i]->id);
        const struct assay_model *b = part.models[i];
        assert_non_null(a);
        assert_true(b->route_count > 0);
        assert_int_equal(a->alias_count, b->alias_count);
        assert_int_equal(a->subject.claim_count, b->subject.claim_count);
        assert_int_equal(a->closed, b->closed);
        for (size_t k = 0; k < b->route_count; k++) {
            char *id = assay_arena_cstr(&scratch, b->routes[k]->id);
            assert_non_null(route_of(a, id));
            assert_same_prices(route_of(a, id), b->routes[k]);
        }
    }
    assay_arena_free(&scratch);
}

static void a_provider_has_its_routes_and_their_models(void **state)
{
    struct assay_str last = ASSAY_STR("");

    for (size_t i = 0; i < whole.model_count; i += 7)
        for (size_t k = 0; k < whole.models[i]->route_count; k++) {
            struct assay_str provider = whole.models[i]->routes[k]->provider;
            if (!assay_str_equal(provider, last))
                assert_provider(provider);
            last = provider;
        }
    assert_provider(ASSAY_STR("acme-cloud"));
    assert_int_equal(routes_of(&whole, ASSAY_STR("acme-cloud"), false), 2);
    assert_provider(ASSAY_STR("togetherai"));
    assert_provider(ASSAY_STR("nobody"));
}

/* ------------------------------------------------------------------ walks */

struct seen {
    size_t models, routes, unjoined;
    const struct assay_model *kept[8];
    size_t kept_count;
    bool refuse;
};

static bool see_model(void *context, struct assay_model *model, bool *keep,
                      struct assay_error *err)
{
    struct seen *seen = context;

    seen->models++;
    seen->routes += model->route_count;
    if (seen->refuse && seen->models == 3)
        return assay_fail(err, ASSAY_LIMIT, "enough");
    if (seen->models % 10 == 0 && seen->kept_count < 8) {
        seen->kept[seen->kept_count++] = model;
        *keep = true;
    }
    return true;
}

static bool see_unjoined(void *context, struct assay_route *route, bool *keep,
                         struct assay_error *err)
{
    struct seen *seen = context;

    assert_null(route->model);
    seen->unjoined++;
    return true;
}

enum { MOST_WALKS = 4 };

static bool walk(struct seen *seen, struct assay_arena *arenas, size_t count,
                 struct assay_error *err)
{
    const struct assay_view_options everything = {.facts = NULL};
    struct assay_view_walk walks[MOST_WALKS];

    for (size_t i = 0; i < count; i++)
        walks[i] = (struct assay_view_walk){
            .arena = &arenas[i],
            .context = &seen[i],
            .model = see_model,
            .unjoined = see_unjoined,
        };
    return assay_catalog_walk(catalog, &everything, walks, count, err);
}

static void walks_together_see_everything_once(void **state)
{
    for (size_t count = 1; count <= MOST_WALKS; count++) {
        struct assay_arena arenas[MOST_WALKS] = {{0}};
        struct seen seen[MOST_WALKS] = {{0}}, all = {0};
        struct assay_error err = {0};

        assert_true(walk(seen, arenas, count, &err));
        for (size_t i = 0; i < count; i++) {
            all.models += seen[i].models;
            all.routes += seen[i].routes;
            all.unjoined += seen[i].unjoined;
            for (size_t k = 0; k < seen[i].kept_count; k++) {
                const struct assay_model *kept = seen[i].kept[k];
                const struct assay_model *model = find_model(&whole, kept->id);
                assert_non_null(model);
                assert_int_equal(kept->subject.claim_count,
                                 model->subject.claim_count);
                assert_true(assay_str_equal(kept->name, model->name));
            }
        }
        assert_int_equal(all.models, whole.model_count);
        assert_int_equal(all.routes + all.unjoined,
                         routes_of(&whole, ASSAY_STR(""), true));
        for (size_t i = 0; i < count; i++)
            assay_arena_free(&arenas[i]);
    }
}

static void a_walk_ends_where_it_is_refused(void **state)
{
    for (size_t count = 1; count <= 2; count++) {
        struct assay_arena arenas[MOST_WALKS] = {{0}};
        struct seen seen[MOST_WALKS] = {{.refuse = true}, {.refuse = true}};
        struct assay_error err = {0};

        assert_false(walk(seen, arenas, count, &err));
        assert_int_equal(err.code, ASSAY_LIMIT);
        assert_string_equal(err.text, "enough");
        assert_true(seen[0].models + seen[1].models < whole.model_count);
        for (size_t i = 0; i < count; i++)
            assay_arena_free(&arenas[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_says_what_the_whole_says_of_what_was_asked),
        cmocka_unit_test(a_provider_has_its_routes_and_their_models),
        cmocka_unit_test(walks_together_see_everything_once),
        cmocka_unit_test(a_walk_ends_where_it_is_refused),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
