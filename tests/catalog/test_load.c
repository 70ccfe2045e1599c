/*
 * Out of the store: models, routes, everything, sources, neighbours; as of a
 * day; and opening, with the built-in facts.
 */
#include "assay/import.h"
#include "catalog/store_fixture.h"

#include <sys/stat.h>
#include <time.h>

static void the_built_in_facts_are_there_at_once(void **state)
{
    struct assay_source *sources;
    struct assay_error err = {0};
    size_t count;

    assert_true(assay_catalog_sources(catalog, &arena, &sources, &count, &err));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(assay_str_is(sources[i].origin, "built-in"));
        assert_int_equal(sources[i].readings, 1);
        if (sources[i].models + sources[i].routes == 0)
            fail_msg("%.*s says nothing", ASSAY_STR_ARG(sources[i].id));
        if (i)
            assert_true(assay_str_compare(sources[i - 1].id, sources[i].id) <
                        0);
    }
    const struct assay_model *gemma =
        load(catalog, &arena, "google/gemma-2-2b");
    const struct assay_model *gpt =
        load(catalog, &arena, "openai/gpt-4-vision-preview");
    assert_string_equal(assay_status_name(gpt->status), "retired");
    assert_true(gpt->replacement_count > 0);
    assert_true(assay_str_is(gpt->replacements[0].id, "openai/gpt-4o"));
    assert_true(gpt->replacements[0].name.len > 0);
    assert_int_equal(gpt->live_count, 0);
    assert_true(gemma->live_count > 0);
    assert_true(gemma->open_weights);
}

static void opening_again_writes_nothing(void **state)
{
    char *folder = new_folder(), path[64], wal[80], lock[80];
    struct stat before, after;

    (void)snprintf(path, sizeof(path), "%s/a/b/a.db", folder);
    (void)snprintf(wal, sizeof(wal), "%s-wal", path);
    struct assay_catalog *c = open_at(path, "2030-01-01");
    uint64_t version = assay_catalog_version(c);
    assay_catalog_close(c);
    assert_int_equal(stat(path, &before), 0);
    (void)snprintf(lock, sizeof(lock), "%s.lock", path);
    assert_int_equal(unlink(lock), 0);
    c = open_at(path, "2030-01-01");
    assert_int_equal(assay_catalog_version(c), version);
    assay_catalog_close(c);
    assert_int_equal(access(lock, F_OK), -1); /* nobody waited for it */
    assert_int_equal(stat(path, &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim,
                        sizeof(before.st_mtim));
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(stat(wal, &after), 0);
    assert_int_equal(after.st_size, 0);
    remove_folder(folder);
}

static void what_was_read_later_is_hidden(void **state)
{
    struct assay_error err = {0};
    char *folder = new_folder(), path[64];
    const char *lists =
        "'models': [{'id': 'acme/zig', 'context_tokens': 5}], 'routes': "
        "[{'id': 'acme-cloud/zig', 'provider': 'acme-cloud'}]";

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    struct assay_catalog *c = open_at(path, "2030-01-01");
    apply(c, "2026-01-01", "'models': [{'id': 'acme/zag'}]");
    apply(c, "2026-06-01", lists);
    assay_catalog_close(c);
    c = open_at(path, "2026-05-31");
    assert_null(assay_catalog_model(c, &arena, ASSAY_STR("acme/zig"), &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.text, "2026-05-31"));
    (void)load(c, &arena, "acme/zag");
    assert_null(
        assay_catalog_route(c, &arena, ASSAY_STR("acme-cloud/zig"), &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assay_catalog_close(c);
    c = open_at(path, "2026-06-01");
    assert_int_equal(load(c, &arena, "acme/zig")->route_count, 1);
    assay_catalog_close(c);
    remove_folder(folder);
}

static void a_chain_of_replacements_is_followed_to_its_end(void **state)
{
    static const char *const chain[] = {"acme/two", "acme/three", "acme/four"};
    struct assay_view view;
    struct assay_error err = {0};

    apply(catalog, "2026-01-01",
          "'models': ["
          "{'id': 'acme/one', 'lifecycle': {'status': 'retired', "
          "'retired_on': '2025-01-01', 'replacement': 'acme/two'}},"
          "{'id': 'acme/two', 'name': 'Two', 'lifecycle': {'status': "
          "'retired', 'retired_on': '2025-06-01', 'replacement': "
          "'acme/three'}},"
          "{'id': 'acme/three', 'lifecycle': {'status': 'deprecated', "
          "'replacement': 'acme/four'}},"
          "{'id': 'acme/four', 'name': 'Four', 'lifecycle': {'status': "
          "'active'}},"
          "{'id': 'acme/round', 'lifecycle': {'status': 'retired', "
          "'replacement': 'acme/about'}},"
          "{'id': 'acme/about', 'lifecycle': {'status': 'retired', "
          "'replacement': 'acme/round'}},"
          "{'id': 'acme/lost', 'lifecycle': {'status': 'retired', "
          "'replacement': 'acme/nowhere'}}]");
    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    for (int whole = 0; whole < 2; whole++) {
        const struct assay_model *model = load(catalog, &arena, "acme/one");
        for (size_t i = 0; whole && i < view.model_count; i++)
            if (assay_str_is(view.models[i]->id, "acme/one"))
                model = view.models[i];
        assert_int_equal(model->replacement_count, 3);
        for (size_t i = 0; i < 3; i++)
            assert_true(assay_str_is(model->replacements[i].id, chain[i]));
        assert_true(assay_str_is(model->replacements[2].name, "Four"));
        assert_int_equal(model->replacements[2].status, ASSAY_STATUS_ACTIVE);
        assert_int_equal(model->replacements[0].status, ASSAY_STATUS_RETIRED);
    }
    assert_true(load(catalog, &arena, "acme/round")->replacement_count <= 2);
    assert_int_equal(load(catalog, &arena, "acme/lost")->replacement_count, 1);
}

static void the_whole_view_says_what_each_model_says(void **state)
{
    struct assay_view view;
    struct assay_error err = {0};
    size_t routes = 0;

    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig', 'aliases': ['zigling']}], 'routes': "
          "[{'id': 'acme-cloud/zig', 'provider': 'acme-cloud'}, {'id': "
          "'acme-cloud/alone', 'provider': 'acme-cloud'}]");
    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    for (size_t i = 0; i < view.model_count; i++) {
        const struct assay_model *a = view.models[i];
        struct assay_arena scratch = {0};
        const struct assay_model *b =
            assay_catalog_model(catalog, &scratch, a->id, &err);
        if (!b)
            fail_msg("%s", err.text);
        if (i)
            assert_true(assay_str_compare(view.models[i - 1]->id, a->id) < 0);
        assert_true(assay_str_equal(a->name, b->name));
        assert_int_equal(a->status, b->status);
        assert_int_equal(a->subject.claim_count, b->subject.claim_count);
        assert_int_equal(a->subject.choice_count, b->subject.choice_count);
        assert_int_equal(a->alias_count, b->alias_count);
        assert_int_equal(a->replacement_count, b->replacement_count);
        assert_int_equal(a->route_count, b->route_count);
        assert_int_equal(a->live_count, b->live_count);
        for (size_t k = 0; k < a->route_count; k++) {
            assert_true(assay_str_equal(a->routes[k]->id, b->routes[k]->id));
            assert_string_equal(a->routes[k]->join_rule,
                                b->routes[k]->join_rule);
            assert_true(assay_str_equal(a->routes[k]->join_why,
                                        b->routes[k]->join_why));
            assert_ptr_equal(a->routes[k]->model, a);
            assert_int_equal(a->routes[k]->subject.claim_count,
                             b->routes[k]->subject.claim_count);
        }
        routes += a->route_count;
        assay_arena_free(&scratch);
    }
    assert_true(routes > 1);
    assert_int_equal(view.unjoined_count, 1);
    assert_true(assay_str_is(view.unjoined[0]->id, "acme-cloud/alone"));
    assert_null(view.unjoined[0]->model);
}

static void a_route_comes_with_its_model(void **state)
{
    struct assay_error err = {0};

    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig'}], 'routes': [{'id': "
          "'acme-cloud/zig', 'provider': 'acme-cloud', 'context_tokens': 9}]");
    const struct assay_route *route =
        assay_catalog_route(catalog, &arena, ASSAY_STR("acme-cloud/zig"), &err);
    assert_non_null(route);
    assert_true(assay_str_is(route->model->id, "acme/zig"));
    assert_true(assay_str_is(route->wire, "zig"));
    assert_null(
        assay_catalog_route(catalog, &arena, ASSAY_STR("acme-cloud/no"), &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
}

static const char *neighbours_of(const char *id)
{
    struct assay_model *model = load(catalog, &arena, id), **found;
    struct assay_error err = {0};
    struct assay_str text = ASSAY_STR("");
    size_t count;

    assert_true(assay_catalog_neighbours(catalog, &arena, &model, 1, &found,
                                         &count, &err));
    for (size_t i = 0; i < count; i++)
        text = assay_arena_printf(&arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  i ? " " : "", ASSAY_STR_ARG(found[i]->id));
    return assay_arena_cstr(&arena, text);
}

#define PRICED(name, in)                                                  \
    "{'id': 'acme-cloud/" name "', 'provider': 'acme-cloud', 'prices': [" \
    "{'meter': 'input_tokens', 'usd_per_million': '" in "'},"             \
    "{'meter': 'output_tokens', 'usd_per_million': '" in "'}]}"

static void neighbours_are_alike_alive_and_others(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': ["
          "{'id': 'acme/zig-1', 'family': 'Zig', 'lifecycle': {'status': "
          "'deprecated', 'replacement': 'bolt/new'}},"
          "{'id': 'acme/zig-2', 'family': 'Zig'},"
          "{'id': 'acme/zig-0', 'family': 'Zig', 'lifecycle': {'status': "
          "'retired', 'retired_on': '2020-01-01'}},"
          "{'id': 'acme/other', 'family': 'Other'},"
          "{'id': 'bolt/new'}]");
    assert_string_equal(neighbours_of("acme/zig-1"), "acme/zig-2 bolt/new");
    apply(catalog, "2026-01-02",
          "'models': ["
          "{'id': 'acme/a', 'task': 'moderation', 'context_tokens': 1000},"
          "{'id': 'acme/b', 'task': 'moderation', 'context_tokens': 1000},"
          "{'id': 'bolt/near', 'task': 'moderation', 'context_tokens': 2000},"
          "{'id': 'bolt/dear', 'task': 'moderation', 'context_tokens': 1000},"
          "{'id': 'bolt/chat', 'task': 'chat', 'context_tokens': 1000}],"
          "'routes': [" PRICED("a", "1") "," PRICED("b", "9") "," PRICED(
              "near", "1.5") "," PRICED("dear", "50") "," PRICED("chat",
                                                                 "1") "]");
    assert_string_equal(neighbours_of("acme/a"), "acme/b bolt/near");
}

static void a_foreign_file_is_no_catalog(void **state)
{
    char *folder = new_folder(), path[64];
    struct assay_error err = {0};
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"format\": \"assay-facts/1\"}", file);
    assert_int_equal(fclose(file), 0);
    struct assay_catalog_options options = {path, on("2026-01-01")};
    assert_null(assay_catalog_open(&options, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, path));
    remove_folder(folder);
}

/* A stored body that is no JSON any more must be an error, not a crash. */
static void a_damaged_statement_is_told(void **state)
{
    char *folder = new_folder(), path[64], command[256];
    struct assay_error err = {0};

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    struct assay_catalog *c = open_at(path, "2030-01-01");
    apply(c, "2026-01-01",
          "'models': [{'id': 'acme/zig', 'license': 'zzyzx-1'}]");
    assay_catalog_close(c);
    (void)snprintf(command, sizeof(command),
                   "LC_ALL=C sed -i 's/\"zzyzx-1\"/\"zzyzx-1}/' %s", path);
    assert_int_equal(system(command), 0);
    c = open_at(path, "2030-01-01");
    assert_null(assay_catalog_model(c, &arena, ASSAY_STR("acme/zig"), &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "damaged"));
    assay_catalog_close(c);
    remove_folder(folder);
}

/* ------------------------------------------------------------- real size */

static void import(const char *format, const char *name)
{
    struct assay_import_options options = {
        .format = assay_import_format(assay_str_c(format)),
        .from = assay_test_data(name),
        .retrieved = on("2026-11-22"),
        .today = on("2026-11-22"),
    };
    struct assay_apply_report report;
    struct assay_error err = {0};
    struct assay_arena scratch = {0};
    struct assay_batch batch;

    assay_batch_init(&batch, &scratch);
    if (!assay_import_read(&batch, &options, &err) ||
        !assay_catalog_apply(catalog, &batch, &report, &err))
        fail_msg("%s", err.text);
    assert_true(report.added > 300);
    if (!assay_catalog_apply(catalog, &batch, &report, &err))
        fail_msg("%s", err.text);
    assert_int_equal(report.added + report.changed + report.ended, 0);
    assay_arena_free(&scratch);
}

static void the_public_catalogs_join_as_they_should(void **state)
{
    static const struct {
        const char *route, *model; /* NULL: any other but this */
        bool same;
    } cases[] = {
        {"cerebras/gpt-oss-120b", "openai/gpt-oss-120b", true},
        {"synthetic/hf:openai/gpt-oss-120b", "openai/gpt-oss-120b", true},
        {"nvidia/google/gemma-2-2b-it", "google/gemma-2-2b", true},
        {"azure/gpt-4o-2024-05-13", "openai/gpt-4o", false},
        {"openai/gpt-4o-2024-05-13", "openai/gpt-4o", false},
        {"openai/gpt-4-1106-preview", "openai/gpt-4-vision-preview", false},
        {"azure/gpt-4-1106-preview", "openai/gpt-4-vision-preview", false},
    };
    struct assay_error err = {0};
    struct assay_view view;

    import("modelsdev", "data/modelsdev/catalog.json");
    import("openrouter", "data/openrouter/models.json");
    import("litellm", "data/litellm/model_prices_and_context_window.json");
    import("genai-prices", "data/genai-prices/data.json");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_arena scratch = {0};
        const struct assay_route *route = assay_catalog_route(
            catalog, &scratch, assay_str_c(cases[i].route), &err);
        if (!route)
            fail_msg("%s", err.text);
        if (cases[i].same !=
            (route->model && assay_str_is(route->model->id, cases[i].model)))
            fail_msg("%s: %s %.*s by %s", cases[i].route,
                     cases[i].same ? "not of" : "of",
                     ASSAY_STR_ARG(route->model ? route->model->id
                                                : ASSAY_STR("no model")),
                     route->join_rule);
        assay_arena_free(&scratch);
    }
    assert_true(load(catalog, &arena, "gpt-oss-120b")->route_count >= 20);
    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    size_t joined = 0;
    for (size_t i = 0; i < view.model_count; i++)
        joined += view.models[i]->route_count;
    print_message("%zu models, %zu routes joined, %zu not\n", view.model_count,
                  joined, view.unjoined_count);
    assert_true(joined > 2 * view.unjoined_count);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, in_memory, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_built_in_facts_are_there_at_once),
        TEST(opening_again_writes_nothing),
        TEST(what_was_read_later_is_hidden),
        TEST(a_chain_of_replacements_is_followed_to_its_end),
        TEST(the_whole_view_says_what_each_model_says),
        TEST(a_route_comes_with_its_model),
        TEST(neighbours_are_alike_alive_and_others),
        TEST(a_foreign_file_is_no_catalog),
        TEST(a_damaged_statement_is_told),
        TEST(the_public_catalogs_join_as_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
