/*
 * Statements as claims: one per key, by the key's path; prices one per
 * meter, benchmarks and trials one per row. About 20 claims a statement, 200,000 in a
 * full catalog, so fact names are borrowed from one table and keys are met
 * in the order in which facts_write.c wrote them.
 */
#include "catalog/claims.h"

#include <assert.h>
#include <string.h>

/* ----------------------------------------------------------- fact names */

enum { NAME_BYTES = 32 };

static const char names[ASSAY_ON_OTHER][NAME_BYTES] = {
#define NAME(number, name) name,
    ASSAY_FACT_NAMES(NAME)
#undef NAME
};

static const unsigned char name_lengths[ASSAY_ON_OTHER] = {
#define LENGTH(number, name) sizeof(name) - 1,
    ASSAY_FACT_NAMES(LENGTH)
#undef LENGTH
};

struct assay_str assay_fact_name(enum assay_fact_number number)
{
    return (struct assay_str){names[number], name_lengths[number]};
}

enum assay_fact_number assay_fact_number(struct assay_str fact)
{
    /* Nearly all are borrowed from the table itself. */
    uintptr_t offset = (uintptr_t)fact.at - (uintptr_t)names;
    size_t low = 0, high = ASSAY_ON_OTHER;

    if (offset < sizeof(names) && offset % NAME_BYTES == 0)
        return (enum assay_fact_number)(offset / NAME_BYTES);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = assay_str_compare(
            fact, assay_fact_name((enum assay_fact_number)middle));
        if (order == 0)
            return (enum assay_fact_number)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return ASSAY_ON_OTHER;
}

/* ----------------------------------------------------------------- keys */

enum key_kind {
    KEY_VALUE,   /* one claim */
    KEY_MEMBERS, /* one claim per member */
    KEY_PRICES,
    KEY_ROWS, /* one claim per row */
    KEY_NONE, /* no claim */
};

struct key_table;

struct key {
    const char *text;
    unsigned char length;
    unsigned char kind;
    unsigned char number; /* of the fact */
    const struct key_table *members;
};

struct key_table {
    const struct key *keys;
    size_t count;
    const char *prefix; /* "capabilities." before keys it does not know */
};

#define KEY(text_, number_)                           \
    {                                                 \
        .text = (text_), .length = sizeof(text_) - 1, \
        .number = ASSAY_ON_##number_                  \
    }
#define SPECIAL(text_, kind_, number_, members_)                       \
    {                                                                  \
        .text = (text_), .length = sizeof(text_) - 1, .kind = (kind_), \
        .number = ASSAY_ON_##number_, .members = (members_)            \
    }
#define TABLE(keys_, prefix_)                                         \
    {                                                                 \
        .keys = (keys_), .count = sizeof(keys_) / sizeof((keys_)[0]), \
        .prefix = (prefix_)                                           \
    }

static const struct key capability_keys[] = {
    KEY("audio", CAN_AUDIO),
    KEY("batch", CAN_BATCH),
    KEY("code_execution", CAN_CODE_EXECUTION),
    KEY("fine_tuning", CAN_FINE_TUNING),
    KEY("function_calling", CAN_FUNCTION_CALLING),
    KEY("multimodal", CAN_MULTIMODAL),
    KEY("prompt_caching", CAN_PROMPT_CACHING),
    KEY("reasoning", CAN_REASONING),
    KEY("streaming", CAN_STREAMING),
    KEY("structured_outputs", CAN_STRUCTURED_OUTPUTS),
    KEY("tool_use", CAN_TOOL_USE),
    KEY("vision", CAN_VISION),
};
static const struct key lifecycle_keys[] = {
    KEY("status", LIFECYCLE_STATUS),
    KEY("deprecated_on", LIFECYCLE_DEPRECATED_ON),
    KEY("retired_on", LIFECYCLE_RETIRED_ON),
    KEY("replacement", LIFECYCLE_REPLACEMENT),
};
static const struct key data_keys[] = {
    KEY("trains_on_inputs", DATA_TRAINS_ON_INPUTS),
    KEY("retention_days", DATA_RETENTION_DAYS),
    KEY("zero_retention", DATA_ZERO_RETENTION),
};
static const struct key api_keys[] = {
    KEY("kind", API_KIND),
    KEY("base_url", API_BASE_URL),
    KEY("key_env", API_KEY_ENV),
};
static const struct key meter_keys[] = {
    KEY("audio_input_tokens", PRICE_AUDIO_INPUT),
    KEY("audio_output_tokens", PRICE_AUDIO_OUTPUT),
    KEY("cache_read_tokens", PRICE_CACHE_READ),
    KEY("cache_write_tokens", PRICE_CACHE_WRITE),
    KEY("image", PRICE_IMAGE),
    KEY("input_tokens", PRICE_INPUT),
    KEY("output_tokens", PRICE_OUTPUT),
    KEY("reasoning_tokens", PRICE_REASONING),
    KEY("request", PRICE_REQUEST),
};

static const struct key_table capabilities =
    TABLE(capability_keys, "capabilities.");
static const struct key_table lifecycle = TABLE(lifecycle_keys, "lifecycle.");
static const struct key_table data = TABLE(data_keys, "data.");
static const struct key_table api = TABLE(api_keys, "api.");
static const struct key_table meters = TABLE(meter_keys, "price.");

/* In the order of facts_shape.c; any order is read right, this one fast. */
static const struct key model_keys[] = {
    KEY("name", NAME),
    KEY("creator", CREATOR),
    KEY("family", FAMILY),
    SPECIAL("aliases", KEY_NONE, ALIASES, NULL),
    KEY("task", TASK),
    KEY("released", RELEASED),
    KEY("parameters_total", PARAMETERS_TOTAL),
    KEY("parameters_active", PARAMETERS_ACTIVE),
    KEY("parameters_estimated", PARAMETERS_ESTIMATED),
    KEY("architecture", ARCHITECTURE),
    KEY("license", LICENSE),
    KEY("license_class", LICENSE_CLASS),
    KEY("open_weights", OPEN_WEIGHTS),
    KEY("knowledge_cutoff", KNOWLEDGE_CUTOFF),
    KEY("context_tokens", CONTEXT_TOKENS),
    KEY("max_output_tokens", MAX_OUTPUT_TOKENS),
    KEY("modalities_in", MODALITIES_IN),
    KEY("modalities_out", MODALITIES_OUT),
    KEY("tokenizer", TOKENIZER),
    SPECIAL("capabilities", KEY_MEMBERS, CAN_AUDIO, &capabilities),
    KEY("image_tokens", IMAGE_TOKENS),
    KEY("weights", WEIGHTS),
    SPECIAL("lifecycle", KEY_MEMBERS, LIFECYCLE_STATUS, &lifecycle),
    SPECIAL("benchmarks", KEY_ROWS, BENCHMARK, NULL),
    SPECIAL("trials", KEY_ROWS, TRIAL, NULL),
    KEY("note", NOTE),
};
static const struct key route_keys[] = {
    KEY("provider", PROVIDER),
    KEY("provider_name", PROVIDER_NAME),
    KEY("model", MODEL),
    KEY("status", STATUS),
    KEY("retired_on", RETIRED_ON),
    KEY("tier", TIER),
    KEY("regions", REGIONS),
    KEY("quantization", QUANTIZATION),
    SPECIAL("data", KEY_MEMBERS, DATA_RETENTION_DAYS, &data),
    KEY("context_tokens", CONTEXT_TOKENS),
    KEY("max_output_tokens", MAX_OUTPUT_TOKENS),
    SPECIAL("capabilities", KEY_MEMBERS, CAN_AUDIO, &capabilities),
    SPECIAL("api", KEY_MEMBERS, API_KIND, &api),
    KEY("note", NOTE),
    SPECIAL("prices", KEY_PRICES, PRICE_INPUT, &meters),
    KEY("match", MATCH),
    KEY("fallback", FALLBACK),
    KEY("order", ORDER),
};
static const struct key_table statement_tables[] = {
    [ASSAY_SUBJECT_MODEL] = TABLE(model_keys, ""),
    [ASSAY_SUBJECT_ROUTE] = TABLE(route_keys, ""),
};

/* The next key of the table that reads so, from *at on and around. */
static const struct key *find_key(const struct key_table *table, size_t *at,
                                  struct assay_str text)
{
    for (size_t n = 0; n < table->count; n++) {
        size_t i = *at + n < table->count ? *at + n : *at + n - table->count;
        const struct key *key = &table->keys[i];
        if (key->length == text.len &&
            memcmp(key->text, text.at, text.len) == 0) {
            *at = i;
            return key;
        }
    }
    return NULL;
}

/* --------------------------------------------------------------- reading */

struct reader {
    struct assay_arena *arena;
    const struct assay_stored *statement;
    struct assay_claim *claims;
    size_t count, most;
};

static void add_claim(struct reader *r, struct assay_str fact,
                      const struct assay_json *value)
{
    assert(r->count < r->most);
    r->claims[r->count++] = (struct assay_claim){
        .subject_kind = r->statement->kind,
        .subject = r->statement->id,
        .fact = fact,
        .value = value,
        .source = r->statement->source,
        .first = r->statement->first,
        .read = r->statement->read,
    };
}

static struct assay_str fact_of(struct reader *r, const struct key_table *table,
                                size_t *at, struct assay_str text)
{
    const struct key *key = find_key(table, at, text);
    if (key)
        return assay_fact_name(key->number);
    if (table->prefix[0] == '\0')
        return text;
    return assay_arena_printf(r->arena, "%s%.*s", table->prefix,
                              ASSAY_STR_ARG(text));
}

static void add_members(struct reader *r, const struct key_table *table,
                        const struct assay_json *object)
{
    size_t at = 0;
    if (object->type != ASSAY_JSON_OBJECT)
        return;
    for (const struct assay_json *m = object->first; m; m = m->next)
        add_claim(r, fact_of(r, table, &at, m->key), m);
}

/* It is the first member as facts_write.c writes them. */
static struct assay_str meter_of(const struct assay_json *component)
{
    const struct assay_json *first = component->first;

    if (first && first->key.len == 5 && memcmp(first->key.at, "meter", 5) == 0)
        return first->type == ASSAY_JSON_STRING ? first->text : ASSAY_STR("");
    return assay_json_text(component, "meter");
}

/* Moves the components of the first meter, which stand together, out. */
static struct assay_json *take_group(struct assay_arena *arena,
                                     struct assay_json **from)
{
    struct assay_json *group = assay_json_array(arena), *next = *from;
    struct assay_str meter = meter_of(next);

    do {
        struct assay_json *component = next;
        next = component->next;
        component->next = component->parent = NULL;
        assay_json_add(group, component);
    } while (next && assay_str_equal(meter_of(next), meter));
    *from = next;
    return group;
}

/* One claim per meter; the components change their array. */
static void add_prices(struct reader *r, const struct key_table *table,
                       struct assay_json *prices)
{
    struct assay_json *rest = prices->first;
    size_t at = 0;

    if (prices->type != ASSAY_JSON_ARRAY)
        return;
    prices->first = prices->last = NULL;
    prices->count = 0;
    while (rest) {
        struct assay_str meter = meter_of(rest);
        add_claim(r, fact_of(r, table, &at, meter),
                  take_group(r->arena, &rest));
    }
}

static void add_rows(struct reader *r, enum assay_fact_number number,
                     const struct assay_json *rows)
{
    if (rows->type != ASSAY_JSON_ARRAY)
        return;
    for (const struct assay_json *row = rows->first; row; row = row->next)
        add_claim(r, assay_fact_name(number), row);
}

static void read_statement(struct reader *r, struct assay_json *body)
{
    const struct key_table *table = &statement_tables[r->statement->kind];
    struct assay_json *next;
    size_t at = 0;

    for (struct assay_json *m = body->first; m; m = next) {
        const struct key *key = find_key(table, &at, m->key);
        next = m->next;
        if (!key)
            add_claim(r, m->key, m);
        else if (key->kind == KEY_VALUE)
            add_claim(r, assay_fact_name(key->number), m);
        else if (key->kind == KEY_MEMBERS)
            add_members(r, key->members, m);
        else if (key->kind == KEY_PRICES)
            add_prices(r, key->members, m);
        else if (key->kind == KEY_ROWS)
            add_rows(r, key->number, m);
    }
}

/* Not fewer claims than a body makes: lists of texts are one claim. */
static size_t most_claims(const struct assay_json *body)
{
    size_t count = 0;
    for (const struct assay_json *m = body->first; m; m = m->next) {
        bool has_parts = m->type == ASSAY_JSON_OBJECT ||
                         (m->first && m->first->type == ASSAY_JSON_OBJECT);
        count += has_parts && m->count > 0 ? m->count : 1;
    }
    return count;
}

bool assay_claims_read(struct assay_arena *arena,
                       const struct assay_stored *statements, size_t count,
                       struct assay_subject *subject, struct assay_error *err)
{
    struct reader r = {.arena = arena};
    struct assay_json **bodies =
        ASSAY_NEW_ARRAY(arena, struct assay_json *, count);

    for (size_t i = 0; i < count; i++) {
        bodies[i] = assay_json_parse(arena, statements[i].body, NULL, err);
        if (!bodies[i] || bodies[i]->type != ASSAY_JSON_OBJECT) {
            if (bodies[i])
                assay_fail(err, ASSAY_BAD_INPUT, "not an object");
            err->code = ASSAY_BAD_INPUT;
            return assay_fail_in(err,
                                 "the store is damaged: what %.*s says of %.*s",
                                 ASSAY_STR_ARG(statements[i].source->id),
                                 ASSAY_STR_ARG(statements[i].id));
        }
        r.most += most_claims(bodies[i]);
    }
    r.claims = ASSAY_NEW_ARRAY(arena, struct assay_claim, r.most);
    for (size_t i = 0; i < count; i++) {
        r.statement = &statements[i];
        read_statement(&r, bodies[i]);
    }
    subject->claims = r.claims;
    subject->claim_count = r.count;
    return true;
}
