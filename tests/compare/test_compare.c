/*
 * The first pair in every cell, and properties that hold over all pairs of
 * the built-in catalog.
 */
#include "fixture.h"

#include "assay/buf.h"
#include "assay/render.h"

#include <stdlib.h>

/* ------------------------------------------------------- the first pair */

static const char gemma[] = "google/gemma-2-2b";
static const char gpt4v[] = "openai/gpt-4-vision-preview";

static void the_first_pair_is_decided_by_what_can_be_called(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d = fixture_compare(catalog, &arena, "gemma-2-2b",
                                                 "gpt-4-vision-preview", NULL)
                                     ->data;
    static const struct {
        const char *path, *text;
    } cases[] = {
        {"format", "assay-decision/1"},   {"as_of", "2026-11-22"},
        {"traffic.requests", "1000000"},  {"traffic.input_tokens", "800"},
        {"traffic.output_tokens", "250"}, {"verdict.rule", "reachable"},
        {"verdict.winner", gemma},        {"cost.gap_usd", "15469"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(text_at(&arena, d, cases[i].path), cases[i].text);
    assert_true(assay_json_at(d, "verdict.because")->count > 0);
    assay_arena_free(&arena);
}

static void the_retired_model_is_shown_with_its_replacement(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, gemma, gpt4v, NULL)->data;
    const struct assay_json *m =
        where(assay_json_get(d, "models"), "id", gpt4v);

    assert_non_null(m);
    assert_string_equal(text_at(&arena, m, "status"), "retired");
    assert_string_equal(text_at(&arena, m, "retired_on"), "2024-12-06");
    assert_string_equal(
        text_at(&arena, nth(assay_json_get(m, "replacements"), 0), "id"),
        "openai/gpt-4o");
    assay_arena_free(&arena);
}

static void the_costs_are_31_dollars_and_15500_on_a_retired_route(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, gemma, gpt4v, NULL)->data;
    const struct assay_json *models = assay_json_at(d, "cost.models");
    const struct assay_json *a = where(models, "model", gemma);
    const struct assay_json *b = where(models, "model", gpt4v);

    assert_string_equal(text_at(&arena, a, "monthly_usd"), "31");
    assert_string_equal(text_at(&arena, a, "text"), "$31.00");
    assert_string_equal(text_at(&arena, a, "route"),
                        "nebius/google/gemma-2-2b-it");
    assert_string_equal(text_at(&arena, a, "route_status"), "active");
    assert_string_equal(text_at(&arena, b, "monthly_usd"), "15500");
    assert_string_equal(text_at(&arena, b, "text"), "$15,500");
    assert_string_equal(text_at(&arena, b, "route_status"), "retired");
    assert_string_equal(text_at(&arena, d, "cost.lower"), gemma);
    assay_arena_free(&arena);
}

/* A conflict of this fact and subject, with these values on its sides. */
static void conflict_is_shown(struct assay_arena *arena,
                              const struct assay_json *d, const char *subject,
                              const char *fact, const char *chosen,
                              const char *other)
{
    const struct assay_json *claims = assay_json_get(d, "claims");

    for (const struct assay_json *c = assay_json_get(d, "conflicts")->first; c;
         c = c->next) {
        const struct assay_json *taken;

        if (!assay_str_is(assay_json_text(c, "subject"), subject) ||
            !assay_str_is(assay_json_text(c, "fact"), fact))
            continue;
        taken = assay_json_get_str(claims, assay_json_text(c, "chosen"));
        assert_string_equal(text_at(arena, taken, "value"), chosen);
        assert_true(assay_json_text(c, "reason").len > 0);
        for (const struct assay_json *o = assay_json_get(c, "others")->first; o;
             o = o->next)
            if (assay_str_is(assay_json_text(
                                 assay_json_get_str(claims, o->text), "value"),
                             other))
                return;
    }
    fail_msg("no conflict of %s on %s with %s against %s", fact, subject,
             chosen, other);
}

static void disagreements_are_shown_with_both_sides_and_the_reason(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, gemma, gpt4v, NULL)->data;

    conflict_is_shown(&arena, d, "azure/gpt-4-vision-preview",
                      "price.output_tokens", "30", "40");
    conflict_is_shown(&arena, d, "azure/gpt-4-vision-preview", "status",
                      "retired", "active");
    conflict_is_shown(&arena, d, gemma, "license", "Gemma Terms of Use",
                      "Open Source");
    conflict_is_shown(&arena, d, gemma, "parameters_total", "2614341888",
                      "2000000000");
    conflict_is_shown(&arena, d, gpt4v, "parameters_total", "not stated",
                      "1760000000000");
    conflict_is_shown(&arena, d, gpt4v, "capabilities.code_execution",
                      "not stated", "true");
    conflict_is_shown(&arena, d, gpt4v, "capabilities.function_calling",
                      "false", "true");
    /* 8,000 is 8,192 rounded */
    for (const struct assay_json *c = assay_json_get(d, "conflicts")->first; c;
         c = c->next)
        assert_false(
            assay_str_is(assay_json_text(c, "subject"), gemma) &&
            assay_str_is(assay_json_text(c, "fact"), "context_tokens"));
    assay_arena_free(&arena);
}

static const struct assay_json *cell_of(const struct assay_json *rows,
                                        const char *key, const char *row,
                                        const char *model)
{
    return where(assay_json_get(where(rows, key, row), "cells"), "model",
                 model);
}

static void unknown_is_said_and_is_never_no(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, gemma, gpt4v, NULL)->data;
    const struct assay_json *specs = assay_json_get(d, "specs");
    const struct assay_json *can = assay_json_get(d, "capabilities");
    const struct assay_json *cell;

    cell = cell_of(specs, "fact", "knowledge_cutoff", gemma);
    assert_string_equal(text_at(&arena, cell, "state"), "unknown");
    assert_string_equal(text_at(&arena, cell, "text"), "not stated");
    cell = cell_of(can, "capability", "function_calling", gemma);
    assert_string_equal(text_at(&arena, cell, "state"), "unknown");
    cell = cell_of(can, "capability", "code_execution", gpt4v);
    assert_string_equal(text_at(&arena, cell, "state"), "unknown");
    cell = cell_of(can, "capability", "vision", gpt4v);
    assert_string_equal(text_at(&arena, cell, "value"), "true");
    for (const struct assay_json *row = can->first; row; row = row->next)
        for (cell = assay_json_get(row, "cells")->first; cell;
             cell = cell->next)
            if (assay_str_is(assay_json_text(cell, "text"), "No"))
                assert_string_equal(text_at(&arena, cell, "state"), "known");
    assay_arena_free(&arena);
}

static void the_contexts_are_8192_and_128000(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, gemma, gpt4v, NULL)->data;
    const struct assay_json *card = assay_json_get(d, "scorecard");

    assert_string_equal(
        text_at(&arena, cell_of(card, "signal", "context_tokens", gemma),
                "value"),
        "8192");
    assert_string_equal(
        text_at(&arena, cell_of(card, "signal", "context_tokens", gpt4v),
                "value"),
        "128000");
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- properties */

static const struct assay_json *claims_of(const struct assay_json *d)
{
    return assay_json_get(d, "claims");
}

/* Every id under "because", "claims", "chosen", "others" is a known claim. */
static void check_refs(const struct assay_json *d,
                       const struct assay_json *value)
{
    if (value == claims_of(d))
        return;
    for (const struct assay_json *e = value->first; e; e = e->next) {
        bool list = assay_str_is(e->key, "because") ||
                    assay_str_is(e->key, "claims") ||
                    assay_str_is(e->key, "others");

        if (list && e->type == ASSAY_JSON_ARRAY)
            for (const struct assay_json *id = e->first; id; id = id->next)
                if (!assay_json_get_str(claims_of(d), id->text))
                    fail_msg("'%.*s' is no claim", ASSAY_STR_ARG(id->text));
        if (!list || e != claims_of(d))
            check_refs(d, e);
    }
}

/* Known means a value and who says so; unknown means no value. */
static void check_states(const struct assay_json *d)
{
    static const char *const tables[] = {"scorecard", "specs", "capabilities"};

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct assay_json *row = assay_json_get(d, tables[i])->first;
             row; row = row->next)
            for (const struct assay_json *cell =
                     assay_json_get(row, "cells")->first;
                 cell; cell = cell->next) {
                struct assay_str state = assay_json_text(cell, "state");
                bool known = !assay_str_is(state, "unknown") &&
                             !assay_str_is(state, "not_applicable");
                bool null = assay_json_is(assay_json_get(cell, "value"),
                                          ASSAY_JSON_NULL);

                if (known == null ||
                    (known && !assay_json_get(cell, "claims")->count))
                    fail_msg("%s: '%.*s' is %.*s", tables[i],
                             ASSAY_STR_ARG(assay_json_text(cell, "text")),
                             ASSAY_STR_ARG(state));
            }
}

static void same_text(struct assay_arena *arena, const struct assay_json *x,
                      const struct assay_json *y, const char *path)
{
    assert_string_equal(text_at(arena, x, path), text_at(arena, y, path));
}

/* The statements of a model in either document. */
static void same_statements(struct assay_arena *arena,
                            const struct assay_json *x,
                            const struct assay_json *y)
{
    const struct assay_json *a = assay_json_get(x, "statements")->first;
    const struct assay_json *b = assay_json_get(y, "statements")->first;

    for (; a && b; a = a->next, b = b->next) {
        same_text(arena, a, b, "rule");
        same_text(arena, a, b, "text");
    }
    assert_true(!a && !b);
}

static void same_rows(struct assay_arena *arena, const struct assay_json *x,
                      const struct assay_json *y)
{
    const struct assay_json *a = x->first, *b = y->first;

    for (; a && b; a = a->next, b = b->next) {
        if (assay_json_get(a, "leader"))
            same_text(arena, a, b, "leader");
        if (assay_json_get(a, "why_not"))
            same_text(arena, a, b, "why_not");
        for (const struct assay_json *cell = assay_json_get(a, "cells")->first;
             cell; cell = cell->next) {
            const struct assay_json *other =
                where(assay_json_get(b, "cells"), "model",
                      text_at(arena, cell, "model"));

            same_text(arena, cell, other, "state");
            same_text(arena, cell, other, "text");
        }
    }
    assert_true(!a && !b);
}

static void check_mirror(struct assay_arena *arena, const struct assay_json *x,
                         const struct assay_json *y)
{
    static const char *const paths[] = {"verdict.rule", "verdict.winner",
                                        "cost.lower", "cost.gap_usd",
                                        "reviewed"};
    static const char *const tables[] = {"scorecard", "specs", "capabilities",
                                         "benchmarks"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        same_text(arena, x, y, paths[i]);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        same_rows(arena, assay_json_get(x, tables[i]),
                  assay_json_get(y, tables[i]));
    for (const struct assay_json *a = assay_json_get(x, "tradeoffs")->first; a;
         a = a->next)
        same_statements(arena, a,
                        where(assay_json_get(y, "tradeoffs"), "model",
                              text_at(arena, a, "model")));
    for (const struct assay_json *a = assay_json_get(x, "friction")->first; a;
         a = a->next)
        same_statements(arena, a,
                        where(assay_json_get(y, "friction"), "from",
                              text_at(arena, a, "from")));
    assert_int_equal(assay_json_get(x, "conflicts")->count,
                     assay_json_get(y, "conflicts")->count);
    assert_int_equal(assay_json_get(x, "claims")->count,
                     assay_json_get(y, "claims")->count);
}

/* The headline can never disagree with the cost at the stated traffic. */
static void check_headline(struct assay_arena *arena,
                           const struct assay_json *d)
{
    for (const struct assay_json *t = assay_json_get(d, "tradeoffs")->first; t;
         t = t->next)
        for (const struct assay_json *s =
                 assay_json_get(t, "statements")->first;
             s; s = s->next)
            if (assay_str_is(assay_json_text(s, "rule"), "cost_lower"))
                assert_string_equal(text_at(arena, t, "model"),
                                    text_at(arena, d, "cost.lower"));
}

static void swapping_the_models_mirrors_the_decision_for_all_pairs(void **state)
{
    struct assay_arena outer = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_view view;
    bool all = getenv("ASSAY_TEST_FULL") != NULL; /* else about one in 16 */
    size_t pairs = 0;

    if (!assay_catalog_view(catalog, &outer, &view, &err))
        fail_msg("%s", err.text);
    assert_true(view.model_count > 60);
    for (size_t i = 0; i < view.model_count; i++)
        for (size_t k = i + 1; k < view.model_count;
             k += all ? 1 : 1 + (i + k) % 31) {
            struct assay_arena arena = {0};
            struct assay_compare_options options = {
                .traffic = assay_traffic_default(), .as_of = fixture_day};
            struct assay_model *ab[] = {view.models[i], view.models[k]};
            struct assay_model *ba[] = {view.models[k], view.models[i]};
            struct assay_document *x =
                assay_compare(&arena, ab, 2, &options, &err);
            struct assay_document *y =
                assay_compare(&arena, ba, 2, &options, &err);

            if (!x || !y)
                fail_msg("%s", err.text);
            check_refs(x->data, x->data);
            check_states(x->data);
            check_mirror(&arena, x->data, y->data);
            check_headline(&arena, x->data);
            assay_arena_free(&arena);
            pairs++;
        }
    print_message("%zu pairs\n", pairs);
    assay_arena_free(&outer);
}

static void two_to_eight_models_and_none_twice(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_view view;
    struct assay_compare_options options = {.traffic = assay_traffic_default(),
                                            .as_of = fixture_day};

    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    assert_null(assay_compare(&arena, view.models, 1, &options, &err));
    assert_null(assay_compare(&arena, view.models, 9, &options, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    for (size_t n = 2; n <= 8; n++) {
        struct assay_document *doc =
            assay_compare(&arena, view.models, n, &options, &err);

        if (!doc)
            fail_msg("%zu models: %s", n, err.text);
        assert_int_equal(assay_json_get(doc->data, "models")->count, n);
        assert_int_equal(assay_json_get(doc->data, "friction")->count,
                         n * (n - 1));
        check_refs(doc->data, doc->data);
        check_states(doc->data);
    }
    struct assay_model *twice[] = {view.models[0], view.models[0]};

    assert_null(assay_compare(&arena, twice, 2, &options, &err));
    assay_arena_free(&arena);
}

static void the_same_question_gives_the_same_bytes(void **state)
{
    struct assay_buf out[2];
    struct assay_error err = {ASSAY_OK, ""};

    for (size_t f = 0; f < assay_render_format_count; f++) {
        for (size_t i = 0; i < 2; i++) {
            struct assay_arena arena = {0};

            assay_buf_init(&out[i], (size_t)1 << 24);
            assert_true(assay_render_formats[f].render(
                &out[i], fixture_compare(catalog, &arena, gemma, gpt4v, NULL),
                &(struct assay_render_options){.width = 80}, &err));
            assay_arena_free(&arena);
        }
        assert_true(
            assay_str_equal(assay_buf_str(&out[0]), assay_buf_str(&out[1])));
        assay_buf_release(&out[0]);
        assay_buf_release(&out[1]);
    }
}

static void a_need_puts_the_one_that_fails_out(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_json *d =
        fixture_compare(catalog, &arena, "openai/gpt-4o", "openai/o3-mini",
                        "vision")
            ->data;

    assert_string_equal(text_at(&arena, d, "verdict.rule"), "needs");
    assert_string_equal(text_at(&arena, d, "verdict.winner"), "openai/gpt-4o");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_pair_is_decided_by_what_can_be_called),
        cmocka_unit_test(the_retired_model_is_shown_with_its_replacement),
        cmocka_unit_test(the_costs_are_31_dollars_and_15500_on_a_retired_route),
        cmocka_unit_test(
            disagreements_are_shown_with_both_sides_and_the_reason),
        cmocka_unit_test(unknown_is_said_and_is_never_no),
        cmocka_unit_test(the_contexts_are_8192_and_128000),
        cmocka_unit_test(
            swapping_the_models_mirrors_the_decision_for_all_pairs),
        cmocka_unit_test(two_to_eight_models_and_none_twice),
        cmocka_unit_test(the_same_question_gives_the_same_bytes),
        cmocka_unit_test(a_need_puts_the_one_that_fails_out),
    };

    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
