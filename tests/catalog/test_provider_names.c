/*
 * One name for a provider, whoever lists its routes and under whatever name.
 */
#include "store_fixture.h"

/* Docs of the provider, an older and a newer list, and one that names none. */
static int with_names(void **state)
{
    (void)in_memory(state);
    apply_as(catalog, "acme-docs", "provider", "2026-01-01",
             "'routes': [{'id': 'acme-cloud/docs', 'model': 'acme/a',"
             " 'provider_name': 'Acme Cloud AI'}]");
    apply_as(catalog, "new-list", "catalog", "2026-03-01",
             "'routes': [{'id': 'acme-cloud/new', 'model': 'acme/a',"
             " 'provider_name': 'Acme'}, {'id': 'forge-x/new', 'model':"
             " 'acme/a', 'provider_name': 'Forge'}, {'id': 'acme-cloud/b',"
             " 'model': 'acme/b', 'provider_name': 'Acme'}]");
    apply_as(catalog, "old-list", "catalog", "2026-02-01",
             "'routes': [{'id': 'forge-x/old', 'model': 'acme/a',"
             " 'provider_name': 'Old Forge'}, {'id': 'acme-cloud/silent',"
             " 'model': 'acme/a'}, {'id': 'nobody-says/a', 'model':"
             " 'acme/a'}]");
    return 0;
}

static const char *name(const struct assay_model *model, const char *id)
{
    return assay_arena_cstr(&arena, route_of(model, id)->provider_name);
}

static void the_providers_own_name_then_the_newer_one_is_taken(void **state)
{
    static const struct {
        const char *route, *name;
    } cases[] = {
        {"acme-cloud/docs", "Acme Cloud AI"},
        {"acme-cloud/new", "Acme Cloud AI"},
        {"acme-cloud/silent", "Acme Cloud AI"},
        {"forge-x/new", "Forge"},
        {"forge-x/old", "Forge"},
        {"nobody-says/a", "nobody-says"},
    };
    const struct assay_model *model = load(catalog, &arena, "acme/a");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(name(model, cases[i].route), cases[i].name);
}

static void models_together_have_one_name_for_it(void **state)
{
    struct assay_model *models[] = {load(catalog, &arena, "acme/b"),
                                    load(catalog, &arena, "acme/a")};
    const struct assay_route *b = route_of(models[0], "acme-cloud/b");
    struct assay_provider_names names;

    assert_string_equal(name(models[0], "acme-cloud/b"), "Acme");
    assay_provider_names_read(&arena, models, 2, &names);
    assert_int_equal(names.count, 2);
    assert_string_equal(
        assay_arena_cstr(&arena, assay_provider_names_find(&names, b)),
        "Acme Cloud AI");
    assert_string_equal(
        assay_arena_cstr(&arena,
                         assay_provider_names_find(
                             &names, route_of(models[1], "nobody-says/a"))),
        "nobody-says");
}

static void a_name_read_later_than_asked_for_is_not_known(void **state)
{
    char *folder = new_folder(), path[64];

    assay_catalog_close(catalog);
    (void)snprintf(path, sizeof path, "%s/a.db", folder);
    catalog = open_at(path, "2030-01-01");
    apply_as(catalog, "list", "catalog", "2026-01-01",
             "'routes': [{'id': 'acme-cloud/a', 'model': 'acme/a',"
             " 'provider_name': 'Acme'}]");
    apply_as(catalog, "docs", "provider", "2026-02-01",
             "'routes': [{'id': 'acme-cloud/b', 'model': 'acme/a',"
             " 'provider_name': 'Acme Cloud AI'}]");
    assay_catalog_close(catalog);
    catalog = open_at(path, "2026-01-15");
    assert_string_equal(name(load(catalog, &arena, "acme/a"), "acme-cloud/a"),
                        "Acme");
    remove_folder(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, with_names, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_providers_own_name_then_the_newer_one_is_taken),
        TEST(models_together_have_one_name_for_it),
        TEST(a_name_read_later_than_asked_for_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
