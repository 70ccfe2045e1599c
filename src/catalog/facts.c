/*
 * Batches: statements checked, written in canonical form and kept in order,
 * each subject once; and the reading of a whole assay-facts/1 document.
 */
#include "assay/facts.h"

#include "catalog/facts_shape.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* --------------------------------------------------------------- names */

static const char *const subject_kinds[] = {
    [ASSAY_SUBJECT_MODEL] = "model",
    [ASSAY_SUBJECT_ROUTE] = "route",
};

static const char *const source_kinds[] = {
    [ASSAY_SOURCE_MEASURED] = "measured",
    [ASSAY_SOURCE_USER] = "user",
    [ASSAY_SOURCE_PRIMARY] = "primary",
    [ASSAY_SOURCE_PROVIDER] = "provider",
    [ASSAY_SOURCE_CATALOG] = "catalog",
    [ASSAY_SOURCE_SECONDARY] = "secondary",
};

const char *assay_subject_kind_name(enum assay_subject_kind kind)
{
    return subject_kinds[kind];
}

const char *assay_source_kind_name(enum assay_source_kind kind)
{
    return source_kinds[kind];
}

bool assay_source_kind_parse(struct assay_str text,
                             enum assay_source_kind *kind)
{
    for (size_t i = 0; i < sizeof(source_kinds) / sizeof(*source_kinds); i++) {
        if (assay_str_is(text, source_kinds[i])) {
            *kind = (enum assay_source_kind)i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------- subjects met so far */

/* Open addressing; a power of two, at most half full. */
struct seen {
    const struct assay_statement **slots;
    size_t size;
    size_t count;
};

enum { FIRST_SLOTS = 256 };

static const struct assay_statement **find_slot(const struct seen *seen,
                                                enum assay_subject_kind kind,
                                                struct assay_str id)
{
    size_t i = (size_t)(assay_str_hash(id) + kind) & (seen->size - 1);
    while (seen->slots[i] && (seen->slots[i]->kind != kind ||
                              !assay_str_equal(seen->slots[i]->id, id)))
        i = (i + 1) & (seen->size - 1);
    return &seen->slots[i];
}

static void grow(struct assay_arena *arena, struct seen *seen)
{
    struct seen wider = {.size = seen->size * 2, .count = seen->count};

    wider.slots =
        ASSAY_NEW_ARRAY(arena, const struct assay_statement *, wider.size);
    for (size_t i = 0; i < seen->size; i++)
        if (seen->slots[i])
            *find_slot(&wider, seen->slots[i]->kind, seen->slots[i]->id) =
                seen->slots[i];
    *seen = wider;
}

void assay_batch_init(struct assay_batch *batch, struct assay_arena *arena)
{
    static const struct assay_str none = {"", 0};
    struct seen *seen = ASSAY_NEW(arena, struct seen);

    seen->size = FIRST_SLOTS;
    seen->slots =
        ASSAY_NEW_ARRAY(arena, const struct assay_statement *, FIRST_SLOTS);
    *batch = (struct assay_batch){
        .arena = arena,
        .source_id = none,
        .title = none,
        .url = none,
        .license = none,
        .source_kind = ASSAY_SOURCE_CATALOG,
        .format = none,
        .origin = none,
        .sha256 = none,
        .seen = seen,
    };
}

/* -------------------------------------------------------------- adding */

/* The canonical body in the arena. */
static bool write_body(struct assay_arena *arena,
                       const struct assay_fact_shape *shape,
                       const struct assay_json *object, struct assay_str *body,
                       struct assay_error *err)
{
    struct assay_buf out;

    assay_buf_init(&out, ASSAY_FACT_MAX_BODY);
    bool ok = assay_fact_write(arena, &out, shape, object, err);
    if (ok)
        *body = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return ok;
}

bool assay_batch_add(struct assay_batch *batch, enum assay_subject_kind kind,
                     const struct assay_json *object, struct assay_error *err)
{
    const struct assay_fact_shape *shape =
        kind == ASSAY_SUBJECT_MODEL ? &assay_fact_model : &assay_fact_route;
    struct seen *seen = batch->seen;
    struct assay_str body;

    if (!assay_fact_check(batch->arena, shape, object, err))
        return false;
    const struct assay_json *id = assay_json_get(object, "id");
    if (*find_slot(seen, kind, id->text))
        return assay_fact_fail(batch->arena, id, err,
                               "occurs twice, expected each %s once",
                               assay_subject_kind_name(kind));
    if (!write_body(batch->arena, shape, object, &body, err))
        return false;

    struct assay_statement *statement =
        ASSAY_NEW(batch->arena, struct assay_statement);
    statement->kind = kind;
    statement->id = assay_arena_copy(batch->arena, id->text);
    statement->body = body;
    statement->line = object->line;
    if (batch->last)
        batch->last->next = statement;
    else
        batch->first = statement;
    batch->last = statement;
    batch->statement_count++;

    if (++seen->count > seen->size / 2)
        grow(batch->arena, seen);
    *find_slot(seen, kind, statement->id) = statement;
    return true;
}

bool assay_batch_has(const struct assay_batch *batch,
                     enum assay_subject_kind kind, struct assay_str id)
{
    return *find_slot(batch->seen, kind, id) != NULL;
}

void assay_batch_refuse(struct assay_batch *batch,
                        const struct assay_refusal *refusal)
{
    struct assay_refusal *copy = ASSAY_NEW(batch->arena, struct assay_refusal);

    copy->place = assay_arena_copy(batch->arena, refusal->place);
    copy->reason = assay_arena_copy(batch->arena, refusal->reason);
    copy->kind = refusal->kind;
    copy->id = assay_arena_copy(batch->arena, refusal->id);
    if (batch->last_refusal)
        batch->last_refusal->next = copy;
    else
        batch->first_refusal = copy;
    batch->last_refusal = copy;
    batch->refusal_count++;
}

/* --------------------------------------------------- assay-facts/1 whole */

/* What the caller has set already (--source, --retrieved) stays. */
static void set_if_empty(struct assay_batch *batch, struct assay_str *to,
                         const struct assay_json *object, const char *key)
{
    if (to->len == 0)
        *to = assay_arena_copy(batch->arena, assay_json_text(object, key));
}

static bool read_source(struct assay_batch *batch,
                        const struct assay_json *source,
                        struct assay_error *err)
{
    if (!assay_fact_check(batch->arena, &assay_fact_source, source, err))
        return false;
    set_if_empty(batch, &batch->source_id, source, "id");
    set_if_empty(batch, &batch->title, source, "title");
    set_if_empty(batch, &batch->url, source, "url");
    set_if_empty(batch, &batch->license, source, "license");
    assay_source_kind_parse(assay_json_text(source, "kind"),
                            &batch->source_kind);
    if (!assay_date_set(batch->retrieved))
        assay_date_parse_day(assay_json_text(source, "retrieved"),
                             &batch->retrieved);
    return true;
}

static bool read_list(struct assay_batch *batch,
                      const struct assay_json *document, const char *key,
                      enum assay_subject_kind kind, struct assay_error *err)
{
    const struct assay_json *list = assay_json_get(document, key);

    if (!list)
        return true;
    if (list->type != ASSAY_JSON_ARRAY)
        return assay_fact_fail(batch->arena, list, err,
                               "is of the wrong type, expected an array of "
                               "%s objects",
                               assay_subject_kind_name(kind));
    for (const struct assay_json *at = list->first; at; at = at->next) {
        if (!assay_batch_add(batch, kind, at, err))
            return false;
        batch->rows++;
    }
    return true;
}

bool assay_batch_read_facts(struct assay_batch *batch,
                            const struct assay_json *document,
                            struct assay_error *err)
{
    if (document->type != ASSAY_JSON_OBJECT)
        return assay_fact_fail(batch->arena, document, err,
                               "is not an assay-facts/1 document, expected an "
                               "object");
    const struct assay_json *format = assay_json_get(document, "format");
    if (!format)
        return assay_fact_fail(batch->arena, document, err,
                               "has no 'format', expected \"assay-facts/1\"");
    if (!assay_json_is(format, ASSAY_JSON_STRING) ||
        !assay_str_is(format->text, "assay-facts/1"))
        return assay_fact_fail(batch->arena, format, err,
                               "is a format assay does not know, expected "
                               "\"assay-facts/1\"");
    const struct assay_json *source = assay_json_get(document, "source");
    if (!source)
        return assay_fact_fail(batch->arena, document, err,
                               "has no 'source', expected an object with id, "
                               "kind and retrieved");
    return read_source(batch, source, err) &&
           read_list(batch, document, "models", ASSAY_SUBJECT_MODEL, err) &&
           read_list(batch, document, "routes", ASSAY_SUBJECT_ROUTE, err);
}
