/*
 * For tests of importers: a document as a batch, and what stands in it.
 */
#ifndef ASSAY_TESTS_IMPORT_TRANSLATED_H
#define ASSAY_TESTS_IMPORT_TRANSLATED_H

#include "assay/file.h"
#include "assay/import.h"
#include "support/support.h"

#include <string.h>

struct translated {
    struct assay_arena arena;
    struct assay_batch batch;
    struct assay_error err;
    bool ok;
};

static inline void translate(struct translated *t,
                             const struct assay_import_format *format,
                             struct assay_str text)
{
    *t = (struct translated){0};
    struct assay_json *document =
        assay_json_parse(&t->arena, text, NULL, &t->err);
    if (!document)
        fail_msg("fixture: %s", t->err.text);
    assay_batch_init(&t->batch, &t->arena);
    t->ok = format->read(&t->batch, document, &t->err);
}

static inline void translate_file(struct translated *t,
                                  const struct assay_import_format *format,
                                  const char *path)
{
    struct assay_arena arena = {0};
    struct assay_error err;
    struct assay_str text;

    if (!assay_file_read(&arena, path, ASSAY_MIB(64), &text, &err))
        fail_msg("%s", err.text);
    translate(t, format, text);
    assay_arena_free(&arena);
}

/* One entry {"KEY": {…}} of LiteLLM's list in place of a file. */
static inline void translate_entry(struct translated *t, const char *key,
                                   const char *members)
{
    struct assay_arena arena = {0};
    struct assay_str text =
        assay_arena_printf(&arena, "{\"%s\": {%s}}", key, members);
    translate(t, &assay_import_litellm, text);
    assay_arena_free(&arena);
}

static inline void forget(struct translated *t)
{
    assay_arena_free(&t->arena);
}

/* The canonical body of a statement, or NULL. */
static inline const char *body_of(struct translated *t,
                                  enum assay_subject_kind kind, const char *id)
{
    for (const struct assay_statement *s = t->batch.first; s; s = s->next)
        if (s->kind == kind && assay_str_is(s->id, id))
            return assay_arena_cstr(&t->arena, s->body);
    return NULL;
}

static inline const char *route_of(struct translated *t, const char *id)
{
    const char *body = body_of(t, ASSAY_SUBJECT_ROUTE, id);
    if (!body)
        fail_msg("no route %s", id);
    return body;
}

static inline const char *model_of(struct translated *t, const char *id)
{
    const char *body = body_of(t, ASSAY_SUBJECT_MODEL, id);
    if (!body)
        fail_msg("no model %s", id);
    return body;
}

/* "prices": […] of a route, as text; "" when it has none. */
static inline const char *prices_of(struct translated *t, const char *id)
{
    const char *at = strstr(route_of(t, id), "\"prices\":");
    if (!at)
        return "";
    at += strlen("\"prices\":");
    return assay_arena_cstr(
        &t->arena, (struct assay_str){at, (size_t)(strchr(at, ']') - at) + 1});
}

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in:\n%s", part, text);
}

/* The only refusal: its place, its reason, its subject. */
static inline void assert_refused(struct translated *t, const char *id,
                                  const char *place, const char *reason)
{
    const struct assay_refusal *refusal = t->batch.first_refusal;

    if (!refusal)
        fail_msg("nothing was refused, expected '%s'", reason);
    assert_int_equal(t->batch.refusal_count, 1);
    assert_string_equal(assay_arena_cstr(&t->arena, refusal->id), id);
    assert_holds(assay_arena_cstr(&t->arena, refusal->place), place);
    assert_holds(assay_arena_cstr(&t->arena, refusal->reason), reason);
}

#endif
