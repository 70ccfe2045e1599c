/*
 * Catalogs for a test: in memory or in a folder of their own, and facts
 * written out in the test with ' for ". The built-in facts are there too, so
 * tests speak of creators and providers that nobody else knows.
 */
#ifndef ASSAY_TESTS_STORE_FIXTURE_H
#define ASSAY_TESTS_STORE_FIXTURE_H

#include "support/support.h"

#include "assay/catalog.h"
#include "assay/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline struct assay_date on(const char *text)
{
    struct assay_date date = {0};
    if (!assay_date_parse_day(assay_str_c(text), &date))
        fail_msg("no day: '%s'", text);
    return date;
}

static inline struct assay_catalog *open_at(const char *path, const char *as_of)
{
    struct assay_catalog_options options = {path, on(as_of)};
    struct assay_error err = {0};
    struct assay_catalog *catalog = assay_catalog_open(&options, &err);
    if (!catalog)
        fail_msg("%s", err.text);
    return catalog;
}

/*
 * "{'models': […], 'routes': […]}" of source `id` of a kind, as read on a
 * day. The batch borrows the arena.
 */
static inline void facts_batch(struct assay_arena *arena,
                               struct assay_batch *batch, const char *source,
                               const char *kind, const char *day,
                               const char *lists)
{
    struct assay_error err = {0};
    struct assay_str text = assay_arena_printf(
        arena,
        "{'format': 'assay-facts/1', 'source': {'id': '%s', 'title': 'A "
        "list', 'url': 'https://acme.test', 'kind': '%s', 'retrieved': "
        "'%s'}, %s}",
        source, kind, day, lists);
    char *quoted = assay_arena_cstr(arena, text);
    for (char *c = quoted; *c; c++)
        if (*c == '\'')
            *c = '"';
    text = assay_str_c(quoted);
    const struct assay_json *document =
        assay_json_parse(arena, text, NULL, &err);
    assay_batch_init(batch, arena);
    if (!document || !assay_batch_read_facts(batch, document, &err))
        fail_msg("%s", err.text);
    batch->format = ASSAY_STR("facts");
    batch->origin = ASSAY_STR("test.json");
    batch->sha256 = assay_sha256_hex(arena, text);
    batch->rows = batch->statement_count;
}

static inline struct assay_apply_report apply_as(struct assay_catalog *catalog,
                                                 const char *source,
                                                 const char *kind,
                                                 const char *day,
                                                 const char *lists)
{
    struct assay_arena arena = {0};
    struct assay_apply_report report;
    struct assay_error err = {0};
    struct assay_batch batch;

    facts_batch(&arena, &batch, source, kind, day, lists);
    if (!assay_catalog_apply(catalog, &batch, &report, &err))
        fail_msg("%s", err.text);
    assay_arena_free(&arena);
    return report;
}

static inline struct assay_apply_report apply(struct assay_catalog *catalog,
                                              const char *day,
                                              const char *lists)
{
    return apply_as(catalog, "acme-list", "catalog", day, lists);
}

static inline struct assay_model *load(struct assay_catalog *catalog,
                                       struct assay_arena *arena,
                                       const char *id)
{
    struct assay_error err = {0};
    struct assay_model *model =
        assay_catalog_model(catalog, arena, assay_str_c(id), &err);
    if (!model)
        fail_msg("%s: %s", id, err.text);
    return model;
}

/* The text of a fact of a model, "-" when nobody says, or no model. */
static inline const char *fact_of(struct assay_catalog *catalog,
                                  struct assay_arena *arena, const char *id,
                                  const char *fact)
{
    struct assay_error err = {0};
    const struct assay_model *model =
        assay_catalog_model(catalog, arena, assay_str_c(id), &err);
    const struct assay_choice *choice =
        model ? assay_subject_choice(&model->subject, fact) : NULL;
    if (!choice)
        return "-";
    return assay_arena_cstr(arena, assay_claim_text(arena, choice->claims[0]));
}

static inline struct assay_route *route_of(const struct assay_model *model,
                                           const char *id)
{
    for (size_t i = 0; i < model->route_count; i++)
        if (assay_str_is(model->routes[i]->id, id))
            return model->routes[i];
    return NULL;
}

static inline char *new_folder(void)
{
    static const char name[] = "/tmp/assay-catalog-XXXXXX";
    char *folder = malloc(sizeof(name));
    assert_non_null(folder);
    memcpy(folder, name, sizeof(name));
    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline void remove_folder(char *folder)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    free(folder);
}

/* ------------------------------------------------- set-up of a test */

static struct assay_catalog *catalog;
static struct assay_arena arena;

static inline int in_memory(void **state)
{
    (void)state;
    catalog = open_at(":memory:", "2030-01-01");
    return 0;
}

static inline int closed(void **state)
{
    (void)state;
    assay_catalog_close(catalog);
    catalog = NULL;
    assay_arena_free(&arena);
    return 0;
}

#endif
