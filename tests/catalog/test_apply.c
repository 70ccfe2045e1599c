/*
 * Batches into the store: what begins, what ends, what stays; readings in
 * any order; crashes and two writers.
 */
#include "catalog/store_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define MODEL(id, context) "{'id': '" id "', 'context_tokens': " #context "}"

static const char *context(const char *id)
{
    return fact_of(catalog, &arena, id, "context_tokens");
}

/* The same store, seen on another day. */
static const char *context_on(const char *path, const char *day, const char *id)
{
    struct assay_catalog *then = open_at(path, day);
    const char *text = fact_of(then, &arena, id, "context_tokens");
    assay_catalog_close(then);
    return text;
}

static void the_counts_say_what_happened(void **state)
{
    struct assay_apply_report r =
        apply(catalog, "2026-01-01",
              "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 2) "," MODEL(
                  "acme/c", 3) "]");
    assert_int_equal(r.rows, 3);
    assert_int_equal(r.added, 3);
    assert_int_equal(r.changed + r.ended + r.unchanged + r.refused, 0);
    r = apply(catalog, "2026-02-01",
              "'models': [" MODEL("acme/a", 1) "," MODEL(
                  "acme/b", 22) "," MODEL("acme/d", 4) "]");
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(r.changed, 1);
    assert_int_equal(r.added, 1);
    assert_int_equal(r.ended, 1);
    assert_false(r.older_than_newest);
    assert_string_equal(context("acme/a"), "1");
    assert_string_equal(context("acme/b"), "22");
    assert_string_equal(context("acme/c"), "-");
    assert_string_equal(context("acme/d"), "4");
}

static void the_same_file_twice_changes_nothing(void **state)
{
    const char *lists = "'models': [" MODEL("acme/a", 1) "]";
    apply(catalog, "2026-01-01", lists);
    uint64_t version = assay_catalog_version(catalog);
    assert_true(version > 0);
    struct assay_apply_report r = apply(catalog, "2026-01-01", lists);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(r.added + r.changed + r.ended, 0);
    assert_int_equal(assay_catalog_version(catalog), version);
}

static void the_same_words_on_a_later_day_are_only_a_reading(void **state)
{
    struct assay_source *sources;
    struct assay_error err = {0};
    size_t count, found = 0;
    const char *lists = "'models': [" MODEL("acme/a", 1) "]";

    apply(catalog, "2026-01-01", lists);
    uint64_t version = assay_catalog_version(catalog);
    apply(catalog, "2026-03-01", lists);
    assert_true(assay_catalog_version(catalog) > version);
    assert_true(assay_catalog_sources(catalog, &arena, &sources, &count, &err));
    for (size_t i = 0; i < count; i++) {
        if (!assay_str_is(sources[i].id, "acme-list"))
            continue;
        found++;
        assert_int_equal(sources[i].readings, 2);
        assert_int_equal(sources[i].models, 1);
        assert_int_equal(sources[i].read.month, 3);
    }
    assert_int_equal(found, 1);
    const struct assay_model *model = load(catalog, &arena, "acme/a");
    const struct assay_claim *claim =
        assay_subject_choice(&model->subject, "context_tokens")->claims[0];
    assert_int_equal(claim->first.month, 1);
    assert_int_equal(claim->read.month, 3);
}

static void one_source_does_not_end_what_another_says(void **state)
{
    apply_as(catalog, "acme-list", "catalog", "2026-01-01",
             "'models': [" MODEL("acme/a", 1) "]");
    apply_as(catalog, "acme-other", "catalog", "2026-02-01",
             "'models': [" MODEL("acme/b", 2) "]");
    assert_string_equal(context("acme/a"), "1");
    assert_string_equal(context("acme/b"), "2");
}

static void a_day_read_again_is_replaced(void **state)
{
    apply(catalog, "2026-01-01",
          "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 2) "]");
    struct assay_apply_report r =
        apply(catalog, "2026-01-01", "'models': [" MODEL("acme/a", 9) "]");
    assert_int_equal(r.changed, 1);
    assert_int_equal(r.ended, 1);
    assert_false(r.older_than_newest);
    assert_string_equal(context("acme/a"), "9");
    assert_string_equal(context("acme/b"), "-");
    apply(catalog, "2026-01-01",
          "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 2) "]");
    assert_string_equal(context("acme/a"), "1");
    assert_string_equal(context("acme/b"), "2");
}

static void a_refused_row_keeps_what_it_had(void **state)
{
    struct assay_apply_report report;
    struct assay_error err = {0};
    struct assay_batch batch;
    struct assay_refusal refusal = {.place = ASSAY_STR("line 3"),
                                    .reason = ASSAY_STR("a negative price"),
                                    .kind = ASSAY_SUBJECT_MODEL,
                                    .id = ASSAY_STR("acme/b")};

    apply(catalog, "2026-01-01",
          "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 2) "]");
    facts_batch(&arena, &batch, "acme-list", "catalog", "2026-02-01",
                "'models': [" MODEL("acme/a", 1) "]");
    assay_batch_refuse(&batch, &refusal);
    assert_true(assay_catalog_apply(catalog, &batch, &report, &err));
    assert_int_equal(report.refused, 1);
    assert_int_equal(report.ended, 0);
    assert_string_equal(context("acme/b"), "2");
}

static void a_source_is_named_by_its_newest_reading(void **state)
{
    struct assay_source *sources;
    struct assay_error err = {0};
    size_t count;
    const char *lists = "'models': [" MODEL("acme/a", 1) "]";

    apply_as(catalog, "acme-list", "provider", "2026-02-01", lists);
    apply_as(catalog, "acme-list", "secondary", "2026-01-01", lists);
    assert_true(assay_catalog_sources(catalog, &arena, &sources, &count, &err));
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(sources[i].id, "acme-list"))
            assert_int_equal(sources[i].kind, ASSAY_SOURCE_PROVIDER);
    apply_as(catalog, "acme-list", "primary", "2026-03-01", lists);
    assert_true(assay_catalog_sources(catalog, &arena, &sources, &count, &err));
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(sources[i].id, "acme-list"))
            assert_int_equal(sources[i].kind, ASSAY_SOURCE_PRIMARY);
}

static void a_batch_without_a_day_is_refused(void **state)
{
    struct assay_apply_report report;
    struct assay_error err = {0};
    struct assay_batch batch;

    facts_batch(&arena, &batch, "acme-list", "catalog", "2026-02-01",
                "'models': [" MODEL("acme/a", 1) "]");
    batch.retrieved = (struct assay_date){2026, 2, 0};
    assert_false(assay_catalog_apply(catalog, &batch, &report, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_string_equal(context("acme/a"), "-");
}

/* ------------------------------------------------- readings in any order */

/*
 * Four readings of one source, applied in every order: each day must show
 * exactly what the reading of that day said.
 */
static const char *const days[] = {"2026-01-10", "2026-02-10", "2026-03-10",
                                   "2026-04-10"};
static const char *const said[] = {
    "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 1) "]",
    "'models': [" MODEL("acme/a", 2) "," MODEL("acme/c", 5) "]",
    "'models': [" MODEL("acme/a", 1) "," MODEL("acme/c", 5) "]",
    "'models': [" MODEL("acme/a", 1) "," MODEL("acme/b", 1) "]",
};
static const char *const shown[][3] = {
    {"1", "1", "-"}, {"2", "-", "5"}, {"1", "-", "5"}, {"1", "1", "-"}};

static void check_days(const char *path, const int order[4])
{
    static const char *const ids[] = {"acme/a", "acme/b", "acme/c"};
    char when[32];

    for (int day = 0; day < 4; day++)
        for (int later = 0; later < 2; later++)
            for (int id = 0; id < 3; id++) {
                (void)snprintf(when, sizeof(when), "2026-0%d-%s", day + 1,
                               later ? "28" : "10");
                const char *got = context_on(path, when, ids[id]);
                if (strcmp(got, shown[day][id]) != 0)
                    fail_msg("order %d%d%d%d: %s on %s is %s, not %s", order[0],
                             order[1], order[2], order[3], ids[id], when, got,
                             shown[day][id]);
            }
    for (int id = 0; id < 3; id++)
        assert_string_equal(context_on(path, "2025-12-31", ids[id]), "-");
}

static void readings_may_come_in_any_order(void **state)
{
    for (int code = 0; code < 256; code++) {
        int order[] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        int seen = 0;
        for (int i = 0; i < 4; i++)
            seen |= 1 << order[i];
        /* Every order in which another reading is the last; and all four
           of one kind are enough to keep the test short. */
        if (seen != 15 || (code & 3) == 1)
            continue;
        char *folder = new_folder();
        char path[64];
        (void)snprintf(path, sizeof(path), "%s/a.db", folder);
        struct assay_catalog *c = open_at(path, "2030-01-01");
        int newest = -1;
        for (int i = 0; i < 4; i++) {
            struct assay_apply_report r =
                apply(c, days[order[i]], said[order[i]]);
            assert_int_equal(r.older_than_newest, order[i] < newest);
            if (order[i] > newest)
                newest = order[i];
        }
        /* Once more changes nothing. */
        uint64_t version = assay_catalog_version(c);
        for (int i = 0; i < 4; i++)
            apply(c, days[i], said[i]);
        assert_int_equal(assay_catalog_version(c), version);
        assay_catalog_close(c);
        check_days(path, order);
        assay_arena_free(&arena);
        remove_folder(folder);
    }
}

static void a_reading_in_the_past_extends_the_same_words(void **state)
{
    const char *lists = "'models': [" MODEL("acme/a", 1) "]";

    apply(catalog, "2026-03-01", lists);
    apply(catalog, "2026-01-01", lists);
    const struct assay_model *model = load(catalog, &arena, "acme/a");
    const struct assay_choice *choice =
        assay_subject_choice(&model->subject, "context_tokens");
    assert_int_equal(choice->count, 1);
    assert_int_equal(choice->claims[0]->first.month, 1);
    assert_int_equal(choice->claims[0]->read.month, 3);
}

/* ------------------------------------------------------- crash, two writers */

enum { ROUTES = 60 };

/* Every route of reading k costs k; so a mixture would show. */
static char *list_of_routes(int k)
{
    size_t size = (size_t)ROUTES * 200 + 100, len;
    char *text = malloc(size);
    assert_non_null(text);
    len = (size_t)snprintf(text, size,
                           "'models': [{'id': 'acme/m', "
                           "'context_tokens': %d}], 'routes': [",
                           k);
    for (int i = 0; i < ROUTES; i++)
        len += (size_t)snprintf(
            text + len, size - len,
            "%s{'id': 'acme-cloud/m-%d', 'provider': 'acme-cloud', 'model': "
            "'acme/m', 'prices': [{'meter': 'input_tokens', "
            "'usd_per_million': '%d'}]}",
            i ? "," : "", i, k);
    (void)snprintf(text + len, size - len, "]");
    return text;
}

static struct assay_date day_of(int k)
{
    return assay_date_from_days(assay_date_days(on("2026-01-01")) + k);
}

static void apply_reading(struct assay_catalog *c, int k)
{
    struct assay_arena scratch = {0};
    char *lists = list_of_routes(k);
    struct assay_str day = assay_date_text(&scratch, day_of(k));
    apply(c, assay_arena_cstr(&scratch, day), lists);
    assay_arena_free(&scratch);
    free(lists);
}

/* The one reading that the whole store shows; fails on a mixture. */
static int reading_shown(const char *path)
{
    struct assay_arena scratch = {0};
    struct assay_catalog *c = open_at(path, "2030-01-01");
    struct assay_error err = {0};
    const struct assay_model *m =
        assay_catalog_model(c, &scratch, ASSAY_STR("acme/m"), &err);
    uint64_t shown_by_model = 0;

    if (m) {
        assert_int_equal(assay_choice_uint(assay_subject_choice(
                                               &m->subject, "context_tokens"),
                                           &shown_by_model),
                         ASSAY_KNOWN);
        assert_int_equal(m->route_count, ROUTES);
        for (size_t i = 0; i < m->route_count; i++) {
            assert_int_equal(m->routes[i]->prices.count, 1);
            struct assay_decimal usd = m->routes[i]->prices.components[0].usd;
            if (assay_decimal_compare(usd, assay_decimal_uint(shown_by_model)))
                fail_msg("route %zu costs %g, the model is of reading %d", i,
                         assay_decimal_double(usd), (int)shown_by_model);
        }
    } else {
        assert_int_equal(err.code, ASSAY_NOT_FOUND);
    }
    assay_catalog_close(c);
    assay_arena_free(&scratch);
    return (int)shown_by_model;
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void sleep_us(int64_t us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

/* Opens the store and imports without end; a byte after each step. */
static void import_until_killed(const char *path, int first, int steps)
{
    struct assay_catalog *c = open_at(path, "2030-01-01");
    for (int k = first;; k++) {
        if (write(steps, "", 1) != 1)
            _exit(1);
        apply_reading(c, k);
    }
}

/*
 * Kills it after the store was opened and up to two readings written, at a
 * moment that falls anywhere into the next one; the first ones at any moment,
 * so while the store is still being created.
 */
static void kill_one(const char *path, int i, int last, int64_t pause_us)
{
    int steps[2];
    char byte;

    assert_int_equal(pipe(steps), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        import_until_killed(path, last + 1, steps[1]);
    assert_int_equal(close(steps[1]), 0);
    for (int k = 0; i > 2 && k <= i % 3; k++)
        assert_int_equal(read(steps[0], &byte, 1), 1);
    sleep_us(pause_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(steps[0]), 0);
}

/* How long one reading takes here and now, so that kills fall into it. */
static int64_t reading_us(void)
{
    char *folder = new_folder(), path[64];

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    struct assay_catalog *c = open_at(path, "2030-01-01");
    int64_t start = now_us();
    apply_reading(c, 1);
    int64_t took = now_us() - start;
    assay_catalog_close(c);
    remove_folder(folder);
    return took;
}

static void a_killed_import_leaves_the_old_or_the_new_whole(void **state)
{
    const char *all = getenv("ASSAY_TEST_FULL");
    int kills = all && *all ? 200 : 20, last = 0, moved = 0;
    char *folder = new_folder(), path[64];
    int64_t longest = reading_us() + 1;
    uint32_t seed = 12345;

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    for (int i = 0; i < kills; i++) {
        seed = seed * 1103515245u + 12345u;
        kill_one(path, i, last, (seed >> 8) % longest);
        int now = reading_shown(path);
        assert_true(now >= last);
        moved += now > last;
        last = now;
    }
    print_message("%d kills, %d readings, the store moved on %d times\n", kills,
                  last, moved);
    assert_true(moved > 0);
    remove_folder(folder);
}

static void two_processes_write_at_once(void **state)
{
    enum { WRITERS = 2, READINGS = 8 };
    char *folder = new_folder(), path[64];

    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
    for (int w = 0; w < WRITERS; w++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child > 0)
            continue;
        /* Both create the store, then write odd and even readings. */
        struct assay_catalog *c = open_at(path, "2030-01-01");
        for (int k = 0; k < READINGS; k++)
            apply_reading(c, 1 + k * WRITERS + w);
        assay_catalog_close(c);
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(reading_shown(path), WRITERS * READINGS);
    for (int k = 1; k <= WRITERS * READINGS; k++) {
        struct assay_str day = assay_date_text(&arena, day_of(k));
        char text[16];
        (void)snprintf(text, sizeof(text), "%d", k);
        assert_string_equal(
            context_on(path, assay_arena_cstr(&arena, day), "acme/m"), text);
    }
    assay_arena_free(&arena);
    remove_folder(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, in_memory, closed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_counts_say_what_happened),
        TEST(the_same_file_twice_changes_nothing),
        TEST(the_same_words_on_a_later_day_are_only_a_reading),
        TEST(one_source_does_not_end_what_another_says),
        TEST(a_day_read_again_is_replaced),
        TEST(a_refused_row_keeps_what_it_had),
        TEST(a_source_is_named_by_its_newest_reading),
        TEST(a_batch_without_a_day_is_refused),
        TEST(a_reading_in_the_past_extends_the_same_words),
        cmocka_unit_test(readings_may_come_in_any_order),
        cmocka_unit_test(a_killed_import_leaves_the_old_or_the_new_whole),
        cmocka_unit_test(two_processes_write_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
