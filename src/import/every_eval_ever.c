/*
 * What a record of Every Eval Ever says of itself: whose it is, of which day
 * and which model. Which versions: see import_every_eval_ever.c.
 *
 * A record is its own source, so that one says nothing about another:
 * "eee-" and its evaluation id, without the time at its end, which a later
 * reading of the same evaluation has otherwise. Who evaluated makes its
 * kind: the vendor itself is `primary`, anyone else `secondary`, and nobody
 * is `measured`, for that word is for what was measured here.
 */
#include "import/every_eval_ever.h"

#include "assay/file.h"
#include "assay/identity.h"

#include <ctype.h>
#include <string.h>

enum {
    MAX_SOURCE_BYTES = 80,
    HASH_DIGITS = 8,
    SECONDS_A_DAY = 86400,
};

/* ------------------------------------------------------- days */

/* "2026-03-01T…", "2026-03", or seconds since 1970 as a decimal number. */
static struct assay_date day_of(const struct assay_json *value)
{
    struct assay_date day = {0};
    struct assay_str text = value ? value->text : ASSAY_STR("");
    struct assay_str whole = text, rest;
    uint64_t seconds;

    if (value && value->type != ASSAY_JSON_STRING &&
        value->type != ASSAY_JSON_NUMBER)
        return day;
    (void)assay_str_cut(text, '.', &whole, &rest);
    if (assay_str_to_u64(whole, &seconds) && seconds >= SECONDS_A_DAY &&
        seconds / SECONDS_A_DAY < INT32_MAX)
        return assay_date_from_days((int32_t)(seconds / SECONDS_A_DAY));
    if (!assay_date_parse_day(assay_str_head(text, 10), &day) &&
        !assay_date_parse(text, &day))
        day = (struct assay_date){0};
    return day;
}

struct assay_date assay_eee_day(const struct assay_eee_record *r,
                                const struct assay_json *result)
{
    const struct assay_json *at =
        assay_json_get(result, "evaluation_timestamp");

    return day_of(at ? at : assay_json_get(r->doc, "evaluation_timestamp"));
}

/* ------------------------------------------------------- the source */

static bool one_of(struct assay_str text, const char *const *words)
{
    for (; *words; words++)
        if (assay_str_is(text, *words))
            return true;
    return false;
}

/* "gsm8k/acme/anvil-2" of "gsm8k/acme/anvil-2/1760492095.81". */
static struct assay_str without_time(struct assay_str id)
{
    struct assay_str head, tail;

    if (!assay_str_cut_last(id, '/', &head, &tail) || tail.len == 0)
        return id;
    for (size_t i = 0; i < tail.len; i++)
        if (!isdigit((unsigned char)tail.at[i]) && tail.at[i] != '.')
            return id;
    return head;
}

static struct assay_str source_id(struct assay_arena *arena,
                                  struct assay_str evaluation)
{
    struct assay_str stem = without_time(evaluation);
    struct assay_str slug = assay_row_slug(arena, stem, MAX_SOURCE_BYTES);
    struct assay_str hash =
        assay_str_head(assay_sha256_hex(arena, stem), HASH_DIGITS);

    if (slug.len == 0)
        return assay_arena_printf(arena, "eee-%.*s", ASSAY_STR_ARG(hash));
    if (slug.len < MAX_SOURCE_BYTES)
        return assay_arena_printf(arena, "eee-%.*s", ASSAY_STR_ARG(slug));
    return assay_arena_printf(arena, "eee-%.*s-%.*s", ASSAY_STR_ARG(slug),
                              ASSAY_STR_ARG(hash));
}

static bool read_source(struct assay_eee_record *r, struct assay_error *err)
{
    static const char *const relations[] = {"first_party", "third_party",
                                            "collaborative", "other", NULL};
    struct assay_batch *batch = r->batch;
    const struct assay_json *from = assay_json_get(r->doc, "source_metadata");
    struct assay_str relation = assay_json_text(from, "evaluator_relationship");
    struct assay_str owner = assay_json_text(from, "source_organization_name");
    struct assay_str name = assay_json_text(from, "source_name");
    struct assay_str evaluation = assay_json_text(r->doc, "evaluation_id");

    if (!one_of(relation, relations))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "source_metadata.evaluator_relationship is '%.*s', "
                          "expected first_party, third_party, collaborative "
                          "or other",
                          ASSAY_STR_ARG(assay_str_head(relation, 60)));
    if (evaluation.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no evaluation_id, expected a text");
    batch->source_kind = assay_str_is(relation, "first_party")
                             ? ASSAY_SOURCE_PRIMARY
                             : ASSAY_SOURCE_SECONDARY;
    if (batch->source_id.len == 0)
        batch->source_id = source_id(batch->arena, evaluation);
    if (name.len == 0)
        name = owner;
    else if (owner.len && !assay_str_is(owner, "unknown") &&
             !assay_str_is(owner, "not stated") &&
             !assay_str_equal(owner, name))
        name = assay_arena_printf(batch->arena, "%.*s (%.*s)",
                                  ASSAY_STR_ARG(assay_str_head(name, 200)),
                                  ASSAY_STR_ARG(assay_str_head(owner, 200)));
    if (assay_utf8_valid(name))
        batch->title = assay_arena_copy(batch->arena, name);
    batch->url = assay_arena_copy(
        batch->arena, assay_json_text(from, "source_organization_url"));
    if (!assay_date_set(batch->retrieved))
        batch->retrieved =
            day_of(assay_json_get(r->doc, "retrieved_timestamp"));
    if (batch->retrieved.day == 0)
        batch->retrieved = (struct assay_date){0};
    return true;
}

/* "lm_eval 0.4.3"; who published it, where the library is not known. */
static void read_harness(struct assay_eee_record *r)
{
    const struct assay_json *library = assay_json_get(r->doc, "eval_library");
    struct assay_str name = assay_json_text(library, "name");
    struct assay_str version = assay_json_text(library, "version");

    r->library = name;
    if (name.len == 0 || assay_str_is(name, "unknown"))
        r->library = r->harness = r->batch->title;
    else if (version.len == 0 || assay_str_is(version, "unknown"))
        r->harness = name;
    else
        r->harness =
            assay_arena_printf(r->batch->arena, "%.*s %.*s",
                               ASSAY_STR_ARG(assay_str_head(name, 200)),
                               ASSAY_STR_ARG(assay_str_head(version, 60)));
}

/* ------------------------------------------------------- the model */

/*
 * "openai/azure/gpt-4o-mini" is openai's gpt-4o-mini: what stands between is
 * where it ran. An id without a creator takes the developer's name.
 */
static bool read_model(struct assay_eee_record *r, struct assay_error *err)
{
    struct assay_arena *arena = r->batch->arena;
    const struct assay_json *info = assay_json_get(r->doc, "model_info");
    struct assay_str id = assay_json_text(info, "id");
    struct assay_str maker = assay_json_text(info, "developer");
    struct assay_str first, rest, last;

    if (assay_str_cut(id, '/', &first, &rest)) {
        maker = first;
        id = assay_str_cut_last(rest, '/', &first, &last) ? last : rest;
    } else {
        maker = assay_row_slug(arena, maker, MAX_SOURCE_BYTES);
    }
    if (id.len == 0 || maker.len == 0)
        return assay_fail(
            err, ASSAY_BAD_INPUT,
            "model_info.id is '%.*s' and names no creator, "
            "expected CREATOR/NAME, or a developer beside it",
            ASSAY_STR_ARG(assay_str_head(assay_json_text(info, "id"), 60)));
    r->row = (struct assay_row){
        .batch = r->batch,
        .kind = ASSAY_SUBJECT_MODEL,
        .id = assay_model_id_canonical(arena,
                                       assay_row_id(arena, maker, '/', id)),
    };
    return true;
}

/* ------------------------------------------------------- all of it */

static bool check_version(const struct assay_json *doc, struct assay_error *err)
{
    struct assay_str version = assay_json_text(doc, "schema_version");

    if (version.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "line %u: no schema_version, expected a record of "
                          "Every Eval Ever",
                          (unsigned)doc->line);
    return assay_str_starts(version, "0.2.") ||
           assay_str_starts(version, "0.3.") ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "schema_version '%.*s', expected 0.2 or 0.3",
                      ASSAY_STR_ARG(assay_str_head(version, 60)));
}

bool assay_eee_read(struct assay_eee_record *r, struct assay_error *err)
{
    if (!check_version(r->doc, err) || !read_source(r, err) ||
        !read_model(r, err))
        return false;
    read_harness(r);
    return true;
}
