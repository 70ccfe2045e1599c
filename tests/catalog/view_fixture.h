/*
 * Views from facts written out in a test: what the store would hand over,
 * without a store. Facts files go through the checks of facts.c, so bodies
 * are in canonical form.
 */
#ifndef ASSAY_TESTS_VIEW_FIXTURE_H
#define ASSAY_TESTS_VIEW_FIXTURE_H

#include "support/support.h"

#include "assay/file.h"
#include "catalog/internal.h"

#include <stdio.h>
#include <string.h>

enum { MOST_STATEMENTS = 64 };

struct fixture {
    struct assay_arena arena;
    struct assay_stored statements[MOST_STATEMENTS];
    size_t count;
};

static inline struct assay_date day(const char *text)
{
    struct assay_date date = {0};
    assert_true(assay_date_parse_day(assay_str_c(text), &date));
    return date;
}

/* Takes in one facts document, as read on its own day. */
static inline void add_facts(struct fixture *f, const char *facts)
{
    struct assay_error err = {0};
    struct assay_batch batch;
    struct assay_source *source = ASSAY_NEW(&f->arena, struct assay_source);
    struct assay_json *document =
        assay_json_parse(&f->arena, assay_str_c(facts), NULL, &err);

    if (!document)
        fail_msg("%s", err.text);
    assay_batch_init(&batch, &f->arena);
    if (!assay_batch_read_facts(&batch, document, &err))
        fail_msg("%s", err.text);
    *source = (struct assay_source){
        .id = batch.source_id,
        .title = batch.title,
        .url = batch.url,
        .kind = batch.source_kind,
        .read = batch.retrieved,
    };
    for (struct assay_statement *s = batch.first; s; s = s->next) {
        assert_true(f->count < MOST_STATEMENTS);
        f->statements[f->count++] = (struct assay_stored){
            .kind = s->kind,
            .id = s->id,
            .body = s->body,
            .source = source,
            .first = batch.retrieved,
            .read = batch.retrieved,
        };
    }
}

static inline void add_facts_file(struct fixture *f, const char *name)
{
    struct assay_error err = {0};
    struct assay_str text;
    struct assay_str path =
        assay_arena_printf(&f->arena, "tests/catalog/fixtures/%s.json", name);

    if (!assay_file_read(&f->arena, path.at, ASSAY_MIB(1), &text, &err))
        fail_msg("%s", err.text);
    add_facts(f, text.at);
}

/*
 * "{…source…}" of a facts document; then models or routes follow. Kind and
 * day are what the rules look at.
 */
#define SOURCE(id, kind, read)                                       \
    "{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"" id         \
    "\",\"title\":\"t\",\"url\":\"https://x.test\",\"kind\":\"" kind \
    "\",\"retrieved\":\"" read "\"},"

/* The statements on one subject, read by as_of. */
static inline struct assay_stored *statements_on(struct fixture *f,
                                                 enum assay_subject_kind kind,
                                                 struct assay_str id,
                                                 struct assay_date as_of,
                                                 size_t *count)
{
    struct assay_stored *found =
        ASSAY_NEW_ARRAY(&f->arena, struct assay_stored, f->count);
    *count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->statements[i].kind == kind &&
            assay_str_equal(f->statements[i].id, id) &&
            assay_date_compare(f->statements[i].read, as_of) <= 0)
            found[(*count)++] = f->statements[i];
    return found;
}

/* The model and the routes that say they are its. */
static inline struct assay_model *view_model(struct fixture *f, const char *id,
                                             const char *as_of)
{
    struct assay_error err = {0};
    struct assay_stored_route *routes =
        ASSAY_NEW_ARRAY(&f->arena, struct assay_stored_route, f->count);
    struct assay_stored_model stored = {.id = assay_str_c(id),
                                        .routes = routes};

    stored.statements = statements_on(f, ASSAY_SUBJECT_MODEL, stored.id,
                                      day(as_of), &stored.count);
    for (size_t i = 0; i < f->count; i++) {
        struct assay_stored_route route = {.id = f->statements[i].id,
                                           .join_rule = "stated",
                                           .join_why = ASSAY_STR("")};
        struct assay_json *body =
            assay_json_parse(&f->arena, f->statements[i].body, NULL, &err);
        bool known = false;
        for (size_t j = 0; j < stored.route_count; j++)
            known = known || assay_str_equal(routes[j].id, route.id);
        if (known || f->statements[i].kind != ASSAY_SUBJECT_ROUTE ||
            !assay_str_is(assay_json_text(body, "model"), id))
            continue;
        route.statements = statements_on(f, ASSAY_SUBJECT_ROUTE, route.id,
                                         day(as_of), &route.count);
        if (route.count > 0)
            routes[stored.route_count++] = route;
    }
    struct assay_model *model =
        assay_view_model(&f->arena, &stored, day(as_of), &err);
    if (!model)
        fail_msg("%s", err.text);
    return model;
}

static inline struct assay_route *route_of(const struct assay_model *model,
                                           const char *id)
{
    for (size_t i = 0; i < model->route_count; i++)
        if (assay_str_is(model->routes[i]->id, id))
            return model->routes[i];
    fail_msg("no route %s", id);
    return NULL;
}

static inline const struct assay_choice *choice_of(
    const struct assay_subject *subject, const char *fact)
{
    const struct assay_choice *choice = assay_subject_choice(subject, fact);
    if (!choice)
        fail_msg("nobody speaks of %s", fact);
    return choice;
}

static inline void assert_text(struct assay_str text, const char *expected)
{
    if (!assay_str_is(text, expected))
        fail_msg("'%.*s' is not '%s'", ASSAY_STR_ARG(text), expected);
}

/* What the chosen claim says, in words. */
static inline void assert_chosen(struct fixture *f,
                                 const struct assay_subject *subject,
                                 const char *fact, const char *expected)
{
    assert_text(
        assay_claim_text(&f->arena, choice_of(subject, fact)->claims[0]),
        expected);
}

static inline int release_fixture(void **state)
{
    struct fixture *f = *state;
    assay_arena_free(&f->arena);
    *f = (struct fixture){0};
    return 0;
}

#endif
