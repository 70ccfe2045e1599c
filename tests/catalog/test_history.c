/*
 * What changed between two days, fact by fact.
 */
#include "catalog/store_fixture.h"

static struct assay_str written(const struct assay_json *value)
{
    struct assay_buf buf;
    if (!value)
        return ASSAY_STR("none");
    assay_buf_init(&buf, 4096);
    assay_json_write(&buf, value, (struct assay_json_style){0});
    struct assay_str text = assay_arena_copy(&arena, assay_buf_str(&buf));
    assay_buf_release(&buf);
    return text;
}

/* One line a change: "MM-DD subject fact: before > after". */
static const char *changes(const char *id, const char *from, const char *to)
{
    struct assay_date first = {0};
    struct assay_change *all;
    struct assay_error err = {0};
    struct assay_str text = ASSAY_STR("");
    size_t count;

    if (*from)
        first = on(from);
    if (!assay_catalog_changes(catalog, &arena, assay_str_c(id), first, on(to),
                               &all, &count, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++)
        text = assay_arena_printf(
            &arena, "%.*s%02d-%02d %.*s %.*s: %.*s > %.*s\n",
            ASSAY_STR_ARG(text), all[i].on.month, all[i].on.day,
            ASSAY_STR_ARG(all[i].subject), ASSAY_STR_ARG(all[i].fact),
            ASSAY_STR_ARG(written(all[i].before)),
            ASSAY_STR_ARG(written(all[i].after)));
    return assay_arena_cstr(&arena, text);
}

static void a_subject_begins_changes_and_ends(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 1, 'license': 'x'}]");
    apply(catalog, "2026-02-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 2, 'family': 'A'}]");
    apply(catalog, "2026-03-01", "'models': [{'id': 'acme/b'}]");
    assert_string_equal(
        changes("acme/a", "", "2026-12-31"),
        "01-01 acme/a : none > {\"license\":\"x\",\"context_tokens\":1}\n"
        "02-01 acme/a context_tokens: 1 > 2\n"
        "02-01 acme/a family: none > \"A\"\n"
        "02-01 acme/a license: \"x\" > none\n"
        "03-01 acme/a : {\"family\":\"A\",\"context_tokens\":2} > none\n");
}

static void only_the_days_asked_for_are_told(void **state)
{
    for (int month = 1; month <= 5; month++) {
        char day[32], lists[96];
        (void)snprintf(day, sizeof(day), "2026-0%d-01", month);
        (void)snprintf(lists, sizeof(lists),
                       "'models': [{'id': 'acme/a', 'context_tokens': %d}]",
                       month);
        apply(catalog, day, lists);
    }
    assert_string_equal(changes("acme/a", "2026-02-01", "2026-04-01"),
                        "03-01 acme/a context_tokens: 2 > 3\n"
                        "04-01 acme/a context_tokens: 3 > 4\n");
    assert_string_equal(changes("acme/a", "2026-05-01", "2026-12-31"), "");
    assert_string_equal(changes("acme/b", "", "2026-12-31"), "");
}

static void prices_change_by_meter_and_members_by_path(void **state)
{
    apply(catalog, "2026-01-01",
          "'routes': [{'id': 'acme-cloud/a', 'provider': 'acme-cloud', "
          "'capabilities': {'vision': false, 'audio': true}, 'prices': ["
          "{'meter': 'input_tokens', 'usd_per_million': '1'},"
          "{'meter': 'output_tokens', 'usd_per_million': '2'},"
          "{'meter': 'image', 'usd_each': '3'}]}]");
    apply(catalog, "2026-02-01",
          "'routes': [{'id': 'acme-cloud/a', 'provider': 'acme-cloud', "
          "'capabilities': {'vision': true, 'audio': true}, 'prices': ["
          "{'meter': 'input_tokens', 'usd_per_million': '1'},"
          "{'meter': 'output_tokens', 'usd_per_million': '4'},"
          "{'meter': 'request', 'usd_each': '5'}]}]");
    assert_string_equal(
        changes("acme-cloud/a", "2026-01-01", "2026-12-31"),
        "02-01 acme-cloud/a capabilities.vision: false > true\n"
        "02-01 acme-cloud/a price.image: [{\"meter\":\"image\",\"usd_each\":"
        "\"3\"}] > none\n"
        "02-01 acme-cloud/a price.output_tokens: [{\"meter\":\"output_"
        "tokens\",\"usd_per_million\":\"2\"}] > [{\"meter\":\"output_"
        "tokens\",\"usd_per_million\":\"4\"}]\n"
        "02-01 acme-cloud/a price.request: none > [{\"meter\":\"request\","
        "\"usd_each\":\"5\"}]\n");
}

static void benchmarks_change_row_by_row(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'benchmarks': ["
          "{'name': 'MMLU', 'value': '50', 'unit': 'percent', 'setting': "
          "'5-shot'},"
          "{'name': 'MMLU', 'value': '40', 'unit': 'percent', 'setting': "
          "'0-shot'}]}]");
    apply(catalog, "2026-02-01",
          "'models': [{'id': 'acme/a', 'benchmarks': ["
          "{'name': 'MMLU', 'value': '51', 'unit': 'percent', 'setting': "
          "'5-shot'},"
          "{'name': 'MMLU', 'value': '40', 'unit': 'percent', 'setting': "
          "'0-shot'},"
          "{'name': 'GPQA', 'value': '9', 'unit': 'percent'}]}]");
    const char *text = changes("acme/a", "2026-01-01", "2026-12-31");
    assert_non_null(strstr(text, "\"value\":\"50\""));
    assert_non_null(strstr(text, "> {\"name\":\"MMLU\",\"value\":\"51\""));
    assert_non_null(strstr(text, "none > {\"name\":\"GPQA\""));
    assert_null(strstr(text, "0-shot"));
}

static void a_model_has_the_changes_of_its_routes(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/zig'}], 'routes': [{'id': "
          "'acme-cloud/zig', 'provider': 'acme-cloud', 'context_tokens': 1}]");
    apply(catalog, "2026-02-01",
          "'models': [{'id': 'acme/zig'}], 'routes': [{'id': "
          "'acme-cloud/zig', 'provider': 'acme-cloud', 'context_tokens': 2}]");
    assert_string_equal(changes("acme/zig", "2026-01-01", "2026-12-31"),
                        "02-01 acme-cloud/zig context_tokens: 1 > 2\n");
    assert_string_equal(changes("zig", "2026-01-01", "2026-12-31"),
                        "02-01 acme-cloud/zig context_tokens: 1 > 2\n");
    assert_non_null(strstr(changes("", "2026-01-31", "2026-02-01"),
                           "02-01 acme-cloud/zig context_tokens: 1 > 2\n"));
}

static void what_was_replaced_on_its_own_day_never_was(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 1}]");
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 2}]");
    assert_string_equal(changes("acme/a", "", "2026-12-31"),
                        "01-01 acme/a : none > {\"context_tokens\":2}\n");
}

static void later_readings_are_hidden(void **state)
{
    char *folder = new_folder(), path[64];

    assay_catalog_close(catalog);
    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    catalog = open_at(path, "2030-01-01");
    apply(catalog, "2026-01-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 1}]");
    apply(catalog, "2026-02-01",
          "'models': [{'id': 'acme/a', 'context_tokens': 2}]");
    assay_catalog_close(catalog);
    catalog = open_at(path, "2026-01-15");
    assert_string_equal(changes("acme/a", "", "2026-12-31"),
                        "01-01 acme/a : none > {\"context_tokens\":1}\n");
    remove_folder(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, in_memory, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_subject_begins_changes_and_ends),
        TEST(only_the_days_asked_for_are_told),
        TEST(prices_change_by_meter_and_members_by_path),
        TEST(benchmarks_change_row_by_row),
        TEST(a_model_has_the_changes_of_its_routes),
        TEST(what_was_replaced_on_its_own_day_never_was),
        TEST(later_readings_are_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
