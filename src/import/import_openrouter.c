/*
 * OpenRouter's /api/v1/models: {"data": […]} or the array alone; 364 rows in
 * May 2026. Every row is a route of OpenRouter's; a row that is neither an
 * alias ("~…") nor a router ("openrouter/…") also speaks of a model.
 *
 * `created` is when OpenRouter listed it, not when it was released, and is
 * not read. Format: openrouter.ai/docs, OpenAPI file, read 2026-11-22.
 */
#include "import/import_openrouter.h"

#include "assay/identity.h"
#include "assay/import.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------------------- names */

/* "x/y:free" is the variant "free" of "x/y". */
static struct assay_str base_of(struct assay_str id)
{
    return assay_str_head(id, assay_str_find(id, ':'));
}

static bool is_variant(struct assay_str id)
{
    return assay_str_find(id, ':') < id.len;
}

/* Of no model: pointers to the newest of a line, and choosers. */
static bool is_router(struct assay_str id)
{
    return assay_str_starts(id, "~") || assay_str_starts(id, "openrouter/");
}

/* A name in canonical spelling, and the row that bears it. */
struct named {
    struct assay_str name;
    struct assay_str base;
};

struct names {
    struct named *at;
    size_t count;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = assay_str_compare(x->name, y->name);
    return order ? order : assay_str_compare(x->base, y->base);
}

/* The ids (without variant) and slugs of all rows, sorted. */
static struct names collect_names(struct assay_arena *arena,
                                  const struct assay_json *rows)
{
    static const char *const keys[] = {"id", "canonical_slug"};
    struct names names = {
        ASSAY_NEW_ARRAY(arena, struct named, (size_t)rows->count * 2), 0};

    for (const struct assay_json *row = rows->first; row; row = row->next) {
        struct assay_str id = assay_json_text(row, "id");
        for (size_t i = 0; id.len > 0 && i < LENGTH(keys); i++) {
            struct assay_str name = base_of(assay_json_text(row, keys[i]));
            if (name.len > 0)
                names.at[names.count++] = (struct named){
                    assay_model_id_canonical(arena, name), base_of(id)};
        }
    }
    qsort(names.at, names.count, sizeof(*names.at), compare_named);
    return names;
}

/* True when rows of only this one base bear the name. */
static bool is_unambiguous(const struct names *names, struct assay_str name,
                           struct assay_str base)
{
    size_t low = 0, high = names->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (assay_str_compare(names->at[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < names->count && assay_str_equal(names->at[low].name, name);
         low++)
        if (!assay_str_equal(names->at[low].base, base))
            return false;
    return true;
}

/*
 * The date at the end of a name, from its first digit group: "2025-08-07"
 * of "gpt-5-2025-08-07", "2507", "04-28"; at least four digits in groups of
 * two or more. Empty: none.
 */
static struct assay_str date_tail(struct assay_str name)
{
    size_t start = name.len, digits = 0;

    for (size_t at = name.len; at > 0;) {
        size_t end = at;
        while (at > 0 && name.at[at - 1] >= '0' && name.at[at - 1] <= '9')
            at--;
        if (end - at < 2 || at == 0 || name.at[at - 1] != '-')
            break;
        start = at;
        digits += end - at;
        at--;
    }
    return digits >= 4 ? assay_str_skip(name, start) : ASSAY_STR("");
}

/*
 * A slug that dates what the id leaves undated (gpt-5-2025-08-07 for gpt-5),
 * or dates it otherwise, is one snapshot of it, not another name.
 */
static bool is_same_snapshot(struct assay_str id, struct assay_str slug)
{
    struct assay_str date = date_tail(slug);
    return date.len == 0 || assay_str_equal(date, date_tail(id));
}

/* --------------------------------------------------------- capabilities */

struct parameter {
    const char *from;
    const char *to;
};

/* Which request parameters stand for which capability. */
static const struct parameter parameters[] = {
    {"tools", "function_calling"},
    {"tools", "tool_use"},
    {"structured_outputs", "structured_outputs"},
    {"reasoning", "reasoning"},
};

enum silence {
    SILENCE_IS_NO,      /* of a route: the list is what it takes */
    SILENCE_IS_NOTHING, /* of a model: others may serve more of it */
};

static bool add_capabilities(const struct assay_row *row,
                             const struct assay_json *entry,
                             enum silence silence, struct assay_json *out)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *flags = assay_json_object(arena);
    const struct assay_json *architecture, *list, *in = NULL;

    if (!assay_row_member(row, entry, "architecture", ASSAY_JSON_OBJECT,
                          &architecture) ||
        !assay_row_member(row, architecture, "input_modalities",
                          ASSAY_JSON_ARRAY, &in) ||
        !assay_row_member(row, entry, "supported_parameters", ASSAY_JSON_ARRAY,
                          &list))
        return false;
    if (in) {
        assay_json_set_bool(arena, flags, "vision",
                            assay_list_has(in, "image"));
        assay_json_set_bool(arena, flags, "audio", assay_list_has(in, "audio"));
    }
    for (size_t i = 0; list && i < LENGTH(parameters); i++) {
        bool has = assay_list_has(list, parameters[i].from);
        if (has || silence == SILENCE_IS_NO)
            assay_json_set_bool(arena, flags, parameters[i].to, has);
    }
    if (flags->count > 0)
        assay_json_set(out, "capabilities", flags);
    return true;
}

/* --------------------------------------------------------------- routes */

static const struct assay_field route_fields[] = {
    {"context_length", "context_tokens", ASSAY_FIELD_TOKENS},
    {"expiration_date", "retired_on", ASSAY_FIELD_DATE},
};
static const struct assay_field top_provider_fields[] = {
    {"max_completion_tokens", "max_output_tokens", ASSAY_FIELD_TOKENS},
};

/* openrouter.ai, a model's API page, read 2026-11-22 */
static void add_api(struct assay_arena *arena, struct assay_json *route)
{
    struct assay_json *api =
        assay_json_set(route, "api", assay_json_object(arena));
    assay_json_set_c(arena, api, "kind", "openai");
    assay_json_set_c(arena, api, "base_url", "https://openrouter.ai/api/v1");
    assay_json_set_c(arena, api, "key_env", "OPENROUTER_API_KEY");
}

static bool add_prices(const struct assay_row *row,
                       const struct assay_json *entry, struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *prices = assay_json_array(arena);
    const struct assay_json *pricing;
    bool varies = false;

    if (!assay_row_member(row, entry, "pricing", ASSAY_JSON_OBJECT, &pricing) ||
        (pricing &&
         !assay_openrouter_read_prices(row, pricing, prices, &varies)))
        return false;
    if (prices->count > 0)
        assay_json_set(route, "prices", prices);
    if (varies)
        assay_json_set_c(arena, route, "note",
                         "the price is that of the model it chooses");
    else if (prices->count > 0)
        assay_json_set_c(arena, route, "note",
                         "the price of one of the endpoints behind it; others "
                         "may differ");
    return true;
}

/*
 * The slug may stand in a response as the model's name: it finds the price,
 * and joins nothing in the catalog.
 */
static void add_match(const struct assay_row *row,
                      const struct assay_json *entry, struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_str slug = assay_json_text(entry, "canonical_slug");
    struct assay_str id = assay_json_text(entry, "id");

    if (slug.len == 0 || assay_str_equal(slug, id) || is_variant(id))
        return;
    struct assay_json *match =
        assay_json_set(route, "match", assay_json_object(arena));
    assay_json_set_text(arena, match, "equals", slug);
}

static bool build_route(const struct assay_row *row,
                        const struct assay_json *entry,
                        struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_str id = assay_json_text(entry, "id");
    const struct assay_json *top;

    assay_json_set_text(arena, route, "id", row->id);
    assay_json_set_c(arena, route, "provider", "openrouter");
    assay_json_set_c(arena, route, "provider_name", "OpenRouter");
    if (is_router(id))
        assay_json_set_null(arena, route, "model");
    if (assay_str_ends(id, ":free"))
        assay_json_set_c(arena, route, "tier", "free");
    if (!assay_row_fields(row, entry, route, route_fields,
                          LENGTH(route_fields)) ||
        !assay_row_member(row, entry, "top_provider", ASSAY_JSON_OBJECT,
                          &top) ||
        !assay_row_fields(row, top, route, top_provider_fields,
                          LENGTH(top_provider_fields)) ||
        !add_capabilities(row, entry, SILENCE_IS_NO, route) ||
        !add_prices(row, entry, route))
        return false;
    /* an end that is announced; the day itself makes it retired */
    assay_json_set_c(arena, route, "status",
                     assay_json_get(route, "retired_on") ? "deprecated"
                                                         : "active");
    add_api(arena, route);
    add_match(row, entry, route);
    return true;
}

/* --------------------------------------------------------------- models */

static const struct assay_field model_fields[] = {
    {"knowledge_cutoff", "knowledge_cutoff", ASSAY_FIELD_DATE},
};
static const struct assay_field architecture_fields[] = {
    {"input_modalities", "modalities_in", ASSAY_FIELD_LIST},
    {"output_modalities", "modalities_out", ASSAY_FIELD_LIST},
};

/*
 * What it calls "file" are documents sent as PDF: the "pdf" of the others
 * (openrouter.ai, "PDF Inputs", read 2026-11-22).
 */
static void name_documents(struct assay_json *modalities)
{
    for (struct assay_json *at = modalities ? modalities->first : NULL; at;
         at = at->next)
        if (assay_str_is(at->text, "file"))
            at->text = ASSAY_STR("pdf");
}

/* "Google: Gemma 2 27B (free)" is called Gemma 2 27B. */
static struct assay_str plain_name(struct assay_str name)
{
    struct assay_str creator, rest;

    if (assay_str_cut(name, ':', &creator, &rest) &&
        assay_str_starts(rest, " "))
        name = assay_str_skip(rest, 1);
    if (assay_str_ends(name, " (free)"))
        name = assay_str_head(name, name.len - strlen(" (free)"));
    return assay_str_trim(name);
}

/* The id as stated where the spelling differs, and the slug. */
static void add_aliases(const struct assay_row *row,
                        const struct assay_json *entry,
                        const struct names *names, struct assay_json *model)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_str base = base_of(assay_json_text(entry, "id"));
    struct assay_str slug = base_of(assay_json_text(entry, "canonical_slug"));
    struct assay_str canonical = assay_model_id_canonical(arena, slug);
    struct assay_json *aliases = assay_json_array(arena);

    if (!assay_str_equal(base, row->id))
        assay_json_add(aliases, assay_json_string(arena, base));
    if (slug.len > 0 && !assay_str_equal(canonical, row->id) &&
        is_same_snapshot(base, slug) && is_unambiguous(names, canonical, base))
        assay_json_add(aliases, assay_json_string(arena, slug));
    if (aliases->count > 0)
        assay_json_set(model, "aliases", aliases);
}

static bool build_model(const struct assay_row *row,
                        const struct assay_json *entry,
                        struct assay_json *model)
{
    struct assay_arena *arena = row->batch->arena;
    const struct assay_json *name, *architecture, *tokenizer;

    assay_json_set_text(arena, model, "id", row->id);
    if (!assay_row_member(row, entry, "name", ASSAY_JSON_STRING, &name) ||
        !assay_row_fields(row, entry, model, model_fields,
                          LENGTH(model_fields)) ||
        !assay_row_member(row, entry, "architecture", ASSAY_JSON_OBJECT,
                          &architecture) ||
        !assay_row_fields(row, architecture, model, architecture_fields,
                          LENGTH(architecture_fields)) ||
        !assay_row_member(row, architecture, "tokenizer", ASSAY_JSON_STRING,
                          &tokenizer) ||
        !add_capabilities(row, entry, SILENCE_IS_NOTHING, model))
        return false;
    name_documents(assay_json_get(model, "modalities_in"));
    if (name && name->text.len > 0)
        assay_json_set_text(arena, model, "name", plain_name(name->text));
    if (tokenizer && tokenizer->text.len > 0 &&
        !assay_str_is(tokenizer->text, "Other"))
        assay_json_set_text(arena, model, "tokenizer", tokenizer->text);
    return true;
}

/* ----------------------------------------------------------------- rows */

static void add_model(struct assay_batch *batch, const struct assay_json *entry,
                      const struct names *names)
{
    struct assay_str id = assay_json_text(entry, "id");
    const struct assay_row row = {
        .batch = batch,
        .kind = ASSAY_SUBJECT_MODEL,
        .id = assay_model_id_canonical(batch->arena, base_of(id)),
    };

    if (is_router(id) || assay_batch_has(batch, ASSAY_SUBJECT_MODEL, row.id))
        return;
    struct assay_json *model = assay_json_object(batch->arena);
    add_aliases(&row, entry, names, model);
    if (build_model(&row, entry, model))
        assay_row_add(&row, model, entry);
}

/* False when the row says nothing that can be taken. */
static bool add_route(struct assay_batch *batch, const struct assay_json *entry)
{
    const struct assay_json *id = assay_json_get(entry, "id");
    struct assay_row row = {batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("")};

    if (!assay_json_is(id, ASSAY_JSON_STRING) || id->text.len == 0)
        return assay_row_refuse(&row, entry,
                                "no id, expected an object with an id");
    row.id = assay_row_id(batch->arena, ASSAY_STR("openrouter"), '/', id->text);
    struct assay_json *route = assay_json_object(batch->arena);
    return build_route(&row, entry, route) && assay_row_add(&row, route, entry);
}

static void add_models(struct assay_batch *batch, const struct assay_json *rows)
{
    struct names names = collect_names(batch->arena, rows);

    for (const struct assay_json *at = rows->first; at; at = at->next) {
        struct assay_str id = assay_json_text(at, "id");
        if (id.len > 0 && !is_variant(id))
            add_model(batch, at, &names);
    }
    /* variants last: a model is told by its plain row where there is one */
    for (const struct assay_json *at = rows->first; at; at = at->next)
        if (is_variant(assay_json_text(at, "id")))
            add_model(batch, at, &names);
}

static bool read_openrouter(struct assay_batch *batch,
                            const struct assay_json *document,
                            struct assay_error *err)
{
    const struct assay_json *rows = document;

    if (document->type == ASSAY_JSON_OBJECT)
        rows = assay_json_get(document, "data");
    if (!assay_json_is(rows, ASSAY_JSON_ARRAY))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "line %u: not OpenRouter's list of models, expected "
                          "{\"data\": […]} or an array",
                          (unsigned)document->line);
    if (!assay_row_limit(batch, rows, err))
        return false;
    for (const struct assay_json *at = rows->first; at; at = at->next) {
        batch->rows++;
        add_route(batch, at);
    }
    add_models(batch, rows);
    return true;
}

const struct assay_import_format assay_import_openrouter = {
    .name = "openrouter",
    .summary = "OpenRouter: /api/v1/models",
    .title = "OpenRouter models",
    .url = "https://openrouter.ai/api/v1/models",
    .read = read_openrouter,
};
