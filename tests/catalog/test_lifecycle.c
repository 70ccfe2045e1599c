/* Status of models and routes on a day, and the replacements of a model. */
#include "catalog/view_fixture.h"

static int empty(void **state)
{
    static struct fixture f;
    *state = &f;
    return 0;
}

#define MODEL(id, kind, read, facts) \
    SOURCE(id, kind, read) "\"models\":[{\"id\":\"acme/m\"," facts "}]}"
#define ROUTE(id, kind, read, facts)                        \
    SOURCE(id, kind, read)                                  \
    "\"routes\":[{\"id\":\"host/m\",\"provider\":\"host\"," \
    "\"model\":\"acme/m\"," facts "}]}"

struct status_case {
    const char *facts[3];
    const char *as_of;
    enum assay_status status;
    const char *retired_on;
};

static void check_model(struct fixture *f, const struct status_case *c)
{
    f->count = 0;
    for (size_t i = 0; i < 3 && c->facts[i]; i++)
        add_facts(f, c->facts[i]);
    struct assay_model *model = view_model(f, "acme/m", c->as_of);
    if (model->status != c->status)
        fail_msg("%s on %s: %s, not %s", c->facts[0], c->as_of,
                 assay_status_name(model->status),
                 assay_status_name(c->status));
    assert_text(assay_date_text(&f->arena, model->retired_on), c->retired_on);
}

static void a_model_has_the_status_of_the_day(void **state)
{
    static const char end[] = MODEL("vendor", "primary", "2024-06-06",
                                    "\"lifecycle\":{\"status\":\"retired\","
                                    "\"deprecated_on\":\"2024-06-06\","
                                    "\"retired_on\":\"2024-12-06\"}");
    static const char plain_end[] = MODEL("vendor", "primary", "2024-06-06",
                                          "\"lifecycle\":{"
                                          "\"status\":\"retired\"}");
    static const char dates[] = MODEL("vendor", "primary", "2024-06-06",
                                      "\"lifecycle\":{"
                                      "\"deprecated_on\":\"2024-07-01\","
                                      "\"retired_on\":\"2024-12-06\"}");
    static const char preview[] = MODEL("vendor", "primary", "2024-06-06",
                                        "\"lifecycle\":{"
                                        "\"status\":\"preview\"}");
    static const char active_until[] =
        MODEL("vendor", "primary", "2024-06-06",
              "\"lifecycle\":{\"status\":\"active\","
              "\"retired_on\":\"2026-01-01\"}");
    static const char later_active[] =
        MODEL("vendor2", "primary", "2025-01-01",
              "\"lifecycle\":{\"status\":\"active\"}");
    static const char later_list[] = MODEL("list", "catalog", "2025-01-01",
                                           "\"lifecycle\":{"
                                           "\"status\":\"active\"}");
    static const char silent[] =
        MODEL("vendor", "primary", "2024-06-06", "\"name\":\"M\"");
    static const char not_stated[] = MODEL("vendor", "primary", "2024-06-06",
                                           "\"lifecycle\":{\"status\":null}");
    static const char route[] =
        ROUTE("list", "catalog", "2024-06-06", "\"tier\":\"standard\"");
    static const struct status_case cases[] = {
        {{end}, "2024-12-05", ASSAY_STATUS_DEPRECATED, "2024-12-06"},
        {{end}, "2024-12-06", ASSAY_STATUS_RETIRED, "2024-12-06"},
        {{plain_end}, "2024-06-06", ASSAY_STATUS_RETIRED, ""},
        {{dates}, "2024-06-30", ASSAY_STATUS_DEPRECATED, "2024-12-06"},
        {{dates}, "2024-12-06", ASSAY_STATUS_RETIRED, "2024-12-06"},
        {{preview}, "2024-12-06", ASSAY_STATUS_PREVIEW, ""},
        {{active_until}, "2025-12-31", ASSAY_STATUS_ACTIVE, "2026-01-01"},
        {{active_until}, "2026-01-01", ASSAY_STATUS_RETIRED, "2026-01-01"},
        {{end, later_active}, "2025-02-01", ASSAY_STATUS_ACTIVE, ""},
        {{end, later_list}, "2025-02-01", ASSAY_STATUS_RETIRED, "2024-12-06"},
        {{silent}, "2025-01-01", ASSAY_STATUS_UNKNOWN, ""},
        {{silent, route}, "2025-01-01", ASSAY_STATUS_ACTIVE, ""},
        {{not_stated, route}, "2025-01-01", ASSAY_STATUS_ACTIVE, ""},
        {{route}, "2025-01-01", ASSAY_STATUS_ACTIVE, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_model(*state, &cases[i]);
}

static void check_route(struct fixture *f, const struct status_case *c)
{
    f->count = 0;
    for (size_t i = 0; i < 3 && c->facts[i]; i++)
        add_facts(f, c->facts[i]);
    struct assay_model *model = view_model(f, "acme/m", c->as_of);
    struct assay_route *route = route_of(model, "host/m");
    if (route->status != c->status)
        fail_msg("%s on %s: %s, not %s", c->facts[0], c->as_of,
                 assay_status_name(route->status),
                 assay_status_name(c->status));
    assert_text(assay_date_text(&f->arena, route->retired_on), c->retired_on);
    assert_int_equal(route->live, c->status != ASSAY_STATUS_RETIRED);
    assert_int_equal(model->live_count, route->live);
}

static void a_route_has_the_status_of_the_day(void **state)
{
    static const char silent[] =
        ROUTE("list", "catalog", "2026-07-01", "\"tier\":\"standard\"");
    static const char listed[] =
        ROUTE("list", "catalog", "2026-07-01", "\"status\":\"active\"");
    static const char listed_end[] =
        ROUTE("old-list", "catalog", "2025-09-05",
              "\"status\":\"deprecated\",\"retired_on\":\"2025-12-01\"");
    static const char recent_end[] = ROUTE(
        "other-list", "catalog", "2026-06-01", "\"retired_on\":\"2026-06-15\"");
    static const char provider_end[] = ROUTE(
        "provider", "provider", "2026-01-01", "\"retired_on\":\"2026-02-01\"");
    static const char provider_lives[] =
        ROUTE("provider", "provider", "2026-08-01", "\"status\":\"active\"");
    static const char provider_lived[] =
        ROUTE("provider", "provider", "2024-08-01", "\"status\":\"active\"");
    static const char closed_end[] =
        MODEL("vendor", "primary", "2026-06-06",
              "\"open_weights\":false,\"lifecycle\":{\"status\":\"retired\","
              "\"retired_on\":\"2025-12-06\"}");
    static const char open_end[] =
        MODEL("vendor", "primary", "2026-06-06",
              "\"open_weights\":true,\"lifecycle\":{\"status\":\"retired\"}");
    static const char listed_model_end[] =
        MODEL("list", "catalog", "2026-06-06",
              "\"open_weights\":false,\"lifecycle\":{\"status\":\"retired\"}");
    static const struct status_case cases[] = {
        {{silent}, "2026-11-22", ASSAY_STATUS_ACTIVE, ""},
        {{listed_end}, "2025-11-30", ASSAY_STATUS_DEPRECATED, "2025-12-01"},
        {{listed_end}, "2025-12-01", ASSAY_STATUS_RETIRED, "2025-12-01"},
        /* a list's old date against a newer one that still has the route */
        {{listed_end, listed}, "2026-11-22", ASSAY_STATUS_ACTIVE, ""},
        {{recent_end}, "2026-11-22", ASSAY_STATUS_RETIRED, "2026-06-15"},
        {{provider_end, listed},
         "2026-11-22",
         ASSAY_STATUS_RETIRED,
         "2026-02-01"},
        {{provider_end, listed},
         "2026-01-15",
         ASSAY_STATUS_DEPRECATED,
         "2026-02-01"},
        /* the vendor of a closed model ends every route of it */
        {{closed_end, silent},
         "2026-11-22",
         ASSAY_STATUS_RETIRED,
         "2025-12-06"},
        {{closed_end, listed},
         "2026-11-22",
         ASSAY_STATUS_RETIRED,
         "2025-12-06"},
        {{closed_end, provider_lived},
         "2026-11-22",
         ASSAY_STATUS_RETIRED,
         "2025-12-06"},
        {{closed_end, provider_lives}, "2026-11-22", ASSAY_STATUS_ACTIVE, ""},
        {{open_end, listed}, "2026-11-22", ASSAY_STATUS_ACTIVE, ""},
        {{listed_model_end, listed}, "2026-11-22", ASSAY_STATUS_ACTIVE, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_route(*state, &cases[i]);
}

static void the_claim_behind_the_status_is_named(void **state)
{
    struct fixture *f = *state;
    add_facts(f, MODEL("vendor", "primary", "2026-06-06",
                       "\"open_weights\":false,\"lifecycle\":{"
                       "\"status\":\"retired\","
                       "\"retired_on\":\"2025-12-06\"}"));
    add_facts(f,
              ROUTE("list", "catalog", "2026-07-01", "\"status\":\"active\""));
    struct assay_model *model = view_model(f, "acme/m", "2026-11-22");
    struct assay_route *route = route_of(model, "host/m");
    const struct assay_choice *status = choice_of(&route->subject, "status");

    assert_text(model->status_claim->source->id, "vendor");
    assert_text(model->retired_on_claim->source->id, "vendor");
    assert_text(route->status_claim->source->id, "vendor");
    assert_int_equal(route->status_claim->subject_kind, ASSAY_SUBJECT_MODEL);
    assert_text(route->retired_on_claim->source->id, "vendor");
    assert_chosen(f, &route->subject, "status", "retired");
    assert_true(status->conflict);
    assert_string_equal(status->rule, "retirement");
    assert_text(status->claims[1]->source->id, "list");
}

static void deprecated_beside_a_day_that_has_come_is_no_conflict(void **state)
{
    static const struct {
        const char *as_of;
        bool conflict;
    } cases[] = {{"2025-12-01", false}, {"2025-11-30", true}};
    struct fixture *f = *state;

    add_facts(f, ROUTE("provider", "provider", "2025-10-01",
                       "\"status\":\"retired\""));
    add_facts(f, ROUTE("list", "catalog", "2025-09-05",
                       "\"status\":\"deprecated\","
                       "\"retired_on\":\"2025-12-01\""));
    for (size_t i = 0; i < 2; i++) {
        struct assay_model *model = view_model(f, "acme/m", cases[i].as_of);
        struct assay_route *route = route_of(model, "host/m");
        assert_int_equal(choice_of(&route->subject, "status")->conflict,
                         cases[i].conflict);
    }
}

/* ---------------------------------------------------------- replacements */

static const char chain[] = SOURCE(
    "vendor", "primary",
    "2026-08-21") "\"models\":["
                  "{\"id\":\"acme/a\",\"lifecycle\":{\"replacement\":\"acme/"
                  "b\"}},"
                  "{\"id\":\"acme/"
                  "b\",\"name\":\"B\",\"lifecycle\":{\"status\":\"deprecated\","
                  "\"retired_on\":\"2027-01-14\",\"replacement\":\"acme/c\"}},"
                  "{\"id\":\"acme/"
                  "c\",\"name\":\"C\",\"lifecycle\":{\"status\":\"active\"}},"
                  "{\"id\":\"acme/x\",\"lifecycle\":{\"replacement\":\"acme/"
                  "y\"}},"
                  "{\"id\":\"acme/y\",\"lifecycle\":{\"replacement\":\"acme/"
                  "x\"}}]}";

static void a_replacement_is_followed_to_the_end(void **state)
{
    struct fixture *f = *state;
    add_facts(f, chain);
    struct assay_model *a = view_model(f, "acme/a", "2026-11-22");

    assert_int_equal(a->replacement_count, 1);
    assert_text(a->replacements[0].id, "acme/b");
    assert_int_equal(a->replacements[0].status, ASSAY_STATUS_UNKNOWN);
    assert_true(assay_view_replacement(&f->arena, a,
                                       view_model(f, "acme/b", "2026-11-22")));
    assert_false(assay_view_replacement(&f->arena, a,
                                        view_model(f, "acme/c", "2026-11-22")));
    assert_int_equal(a->replacement_count, 2);
    assert_text(a->replacements[0].name, "B");
    assert_int_equal(a->replacements[0].status, ASSAY_STATUS_DEPRECATED);
    assert_text(assay_date_text(&f->arena, a->replacements[0].retires_on),
                "2027-01-14");
    assert_text(a->replacements[1].name, "C");
    assert_int_equal(a->replacements[1].status, ASSAY_STATUS_ACTIVE);
    assert_text(a->replacements[1].claim->subject, "acme/b");
}

static void a_circle_of_replacements_ends(void **state)
{
    struct fixture *f = *state;
    add_facts(f, chain);
    struct assay_model *x = view_model(f, "acme/x", "2026-11-22");

    assert_false(assay_view_replacement(&f->arena, x,
                                        view_model(f, "acme/y", "2026-11-22")));
    assert_int_equal(x->replacement_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, empty, release_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_model_has_the_status_of_the_day),
        TEST(a_route_has_the_status_of_the_day),
        TEST(the_claim_behind_the_status_is_named),
        TEST(deprecated_beside_a_day_that_has_come_is_no_conflict),
        TEST(a_replacement_is_followed_to_the_end),
        TEST(a_circle_of_replacements_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
