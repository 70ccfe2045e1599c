/*
 * A catalog in memory and facts written down in the test: what the compare
 * tests start from.
 */
#ifndef ASSAY_TESTS_COMPARE_FIXTURE_H
#define ASSAY_TESTS_COMPARE_FIXTURE_H

#include "support/support.h"

#include "assay/compare.h"

#include <stdio.h>
#include <string.h>

static const struct assay_date fixture_day = {2026, 11, 22};

/* Opens ":memory:" with the built-in facts, as of 2026-11-22. */
static inline struct assay_catalog *fixture_open(void)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_catalog *catalog = assay_catalog_open(
        &(struct assay_catalog_options){.path = ":memory:",
                                        .as_of = fixture_day},
        &err);

    if (!catalog)
        fail_msg("%s", err.text);
    return catalog;
}

/* Imports an assay-facts/1 text; single quotes stand for double ones. */
static inline void fixture_facts(struct assay_catalog *catalog,
                                 const char *text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_batch batch;
    struct assay_apply_report report;
    char *json = assay_arena_cstr(&arena, assay_str_c(text));
    struct assay_json *document;

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    assay_batch_init(&batch, &arena);
    document = assay_json_parse(&arena, assay_str_c(json), NULL, &err);
    if (!document || !assay_batch_read_facts(&batch, document, &err) ||
        !assay_catalog_apply(catalog, &batch, &report, &err))
        fail_msg("%s", err.text);
    assay_arena_free(&arena);
}

static inline struct assay_model *fixture_model(struct assay_catalog *catalog,
                                                struct assay_arena *arena,
                                                const char *name)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_str id;
    struct assay_model *model = NULL;

    if (assay_catalog_resolve(catalog, arena, assay_str_c(name), &id, &err))
        model = assay_catalog_model(catalog, arena, id, &err);
    if (!model)
        fail_msg("%s", err.text);
    return model;
}

static inline struct assay_document *fixture_compare(
    struct assay_catalog *catalog, struct assay_arena *arena, const char *a,
    const char *b, const char *need)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_model *models[] = {fixture_model(catalog, arena, a),
                                    fixture_model(catalog, arena, b)};
    struct assay_compare_options *options =
        ASSAY_NEW(arena, struct assay_compare_options);
    struct assay_need *needs = ASSAY_NEW(arena, struct assay_need);
    struct assay_document *doc;

    options->traffic = assay_traffic_default();
    options->as_of = fixture_day;
    if (need) {
        if (!assay_need_parse(arena, assay_str_c(need), needs, &err))
            fail_msg("%s", err.text);
        options->need = needs;
    }
    doc = assay_compare(arena, models, 2, options, &err);
    if (!doc)
        fail_msg("%s", err.text);
    return doc;
}

/* Text at a dotted path, or "(null)", "(absent)". */
static inline const char *text_at(struct assay_arena *arena,
                                  const struct assay_json *object,
                                  const char *path)
{
    const struct assay_json *value = assay_json_at(object, path);

    if (!value)
        return "(absent)";
    if (value->type == ASSAY_JSON_NULL)
        return "(null)";
    if (value->type == ASSAY_JSON_TRUE)
        return "true";
    if (value->type == ASSAY_JSON_FALSE)
        return "false";
    return assay_arena_cstr(arena, value->text);
}

/* Element i of the array at a path. */
static inline const struct assay_json *nth(const struct assay_json *array,
                                           size_t i)
{
    const struct assay_json *value = array ? array->first : NULL;

    while (value && i--)
        value = value->next;
    return value;
}

/* The element of an array whose member `key` is `text`. */
static inline const struct assay_json *where(const struct assay_json *array,
                                             const char *key, const char *text)
{
    for (const struct assay_json *e = array ? array->first : NULL; e;
         e = e->next)
        if (assay_str_is(assay_json_text(e, key), text))
            return e;
    return NULL;
}

/* ------------------------------------------------- set-up of a program */

static struct assay_catalog *catalog;

static inline int open_catalog(void **state)
{
    (void)state;
    catalog = fixture_open();
    return 0;
}

static inline int close_catalog(void **state)
{
    (void)state;
    assay_catalog_close(catalog);
    return 0;
}

#endif
