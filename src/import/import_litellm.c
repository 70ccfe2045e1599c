/*
 * LiteLLM's model_prices_and_context_window.json: one flat object, a key per
 * model and provider, 1,701 entries in September 2025. Its first key may be
 * "sample_spec", which is documentation.
 * Format: notes of 2026-08-21 on the repository BerriAI/litellm.
 *
 * An entry becomes the route PROVIDER/WIRE (import_litellm_entry.c) with its
 * prices (import_litellm_price.c); those of other service tiers are routes
 * of their own (":batch", ":flex" …).
 *
 * No price is no claim: LiteLLM's own reckoning makes it 0.
 */
#include "import/import_litellm.h"

#include "assay/identity.h"
#include "assay/import.h"
#include "import/import_fields.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What an entry says apart from prices. */
struct limits {
    uint64_t context, output;
};

/* --------------------------------------------------------------- limits */

/*
 * max_tokens is legacy: "set to max_output_tokens if the provider specifies
 * it, else to max_input_tokens" (sample_spec). So it is the output limit
 * when the input limit is stated and another number; alone it may be
 * either, and makes no claim. 0 means that there is no output (moderation).
 */
static bool read_limits(const struct assay_row *row,
                        const struct assay_json *value, struct limits *limits)
{
    uint64_t legacy;

    if (!assay_row_count(row, assay_json_get(value, "max_input_tokens"),
                         &limits->context) ||
        !assay_row_count(row, assay_json_get(value, "max_output_tokens"),
                         &limits->output) ||
        !assay_row_count(row, assay_json_get(value, "max_tokens"), &legacy))
        return false;
    if (limits->context && !assay_json_get(value, "max_output_tokens") &&
        legacy != limits->context)
        limits->output = legacy;
    return true;
}

static void set_limits(struct assay_arena *arena, const struct limits *limits,
                       struct assay_json *object)
{
    if (limits->context)
        assay_json_set_uint(arena, object, "context_tokens", limits->context);
    if (limits->output)
        assay_json_set_uint(arena, object, "max_output_tokens", limits->output);
}

/* --------------------------------------------------------- capabilities */

static const struct assay_field capabilities_of[] = {
    {"supports_function_calling", "function_calling", ASSAY_FIELD_FLAG},
    {"supports_tool_choice", "tool_use", ASSAY_FIELD_FLAG},
    {"supports_parallel_function_calling", "parallel_function_calling",
     ASSAY_FIELD_FLAG},
    {"supports_vision", "vision", ASSAY_FIELD_FLAG},
    {"supports_prompt_caching", "prompt_caching", ASSAY_FIELD_FLAG},
    {"supports_response_schema", "structured_outputs", ASSAY_FIELD_FLAG},
    {"supports_reasoning", "reasoning", ASSAY_FIELD_FLAG},
    {"supports_native_streaming", "streaming", ASSAY_FIELD_FLAG},
    {"supports_web_search", "web_search", ASSAY_FIELD_FLAG},
    {"supports_computer_use", "computer_use", ASSAY_FIELD_FLAG},
    {"supports_pdf_input", "pdf_input", ASSAY_FIELD_FLAG},
};
static const struct assay_field audio_of[] = {
    {"supports_audio_input", "in", ASSAY_FIELD_FLAG},
    {"supports_audio_output", "out", ASSAY_FIELD_FLAG},
};

/* Audio one way is audio; none only when both ways are denied. */
static bool read_capabilities(const struct assay_row *row,
                              const struct assay_json *entry,
                              struct assay_json *capabilities)
{
    struct assay_json *audio = assay_json_object(row->batch->arena);

    if (!assay_row_fields(row, entry, capabilities, capabilities_of,
                          LENGTH(capabilities_of)) ||
        !assay_row_fields(row, entry, audio, audio_of, LENGTH(audio_of)))
        return false;
    bool in = assay_json_is(assay_json_get(audio, "in"), ASSAY_JSON_TRUE);
    bool out = assay_json_is(assay_json_get(audio, "out"), ASSAY_JSON_TRUE);
    if (in || out || audio->count == LENGTH(audio_of))
        assay_json_set_bool(row->batch->arena, capabilities, "audio",
                            in || out);
    return true;
}

/* --------------------------------------------------------------- routes */

/* How a service tier of LiteLLM's is written here. */
static const struct {
    const char *suffix;
    const char *tier;
    const char *note;
} tiers[ASSAY_LITELLM_TIERS] = {
    [ASSAY_LITELLM_STANDARD] = {"", NULL, ""},
    [ASSAY_LITELLM_BATCH] = {":batch", "batch", ""},
    [ASSAY_LITELLM_FLEX] = {":flex", "flex", ""},
    [ASSAY_LITELLM_PRIORITY] = {":priority", "priority", ""},
    [ASSAY_LITELLM_ULTRAFAST] = {":ultrafast", "priority",
                                 "service tier \"ultrafast\""},
};

static void add_note(struct assay_arena *arena, struct assay_str *note,
                     struct assay_str more)
{
    if (more.len > 0)
        *note = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(*note),
                                   note->len ? "; " : "", ASSAY_STR_ARG(more));
}

static bool has_tier(const struct assay_litellm_prices *prices,
                     enum assay_litellm_tier tier)
{
    for (size_t i = 0; i < prices->count; i++)
        if (prices->prices[i].tier == tier)
            return true;
    return false;
}

/* Every price of the standard tier is 0, that of input among them. */
static bool is_all_zero(const struct assay_litellm_prices *prices)
{
    bool input = false;

    for (size_t i = 0; i < prices->count; i++) {
        const struct assay_litellm_price *price = &prices->prices[i];
        if (price->tier != ASSAY_LITELLM_STANDARD)
            continue;
        if (assay_decimal_sign(price->component.usd) != 0)
            return false;
        input = input || assay_str_is(price->component.meter, "input_tokens");
    }
    return input;
}

/*
 * A query is what is paid for, and the 0 of every token price stands for "not
 * by the token": rerankers such as "rerank-v3.5", 10 of 13 in the list.
 */
static bool is_by_query(const struct assay_litellm_prices *prices,
                        enum assay_litellm_tier tier)
{
    bool query = false;

    for (size_t i = 0; i < prices->count; i++) {
        const struct assay_price_component *price =
            &prices->prices[i].component;
        if (prices->prices[i].tier != tier ||
            assay_decimal_sign(price->usd) == 0)
            continue;
        if (price->unit == ASSAY_PER_MILLION)
            return false;
        query = query || assay_str_is(price->meter, "query");
    }
    return query;
}

static void set_prices(struct assay_arena *arena,
                       const struct assay_litellm_prices *prices,
                       enum assay_litellm_tier tier, struct assay_json *route)
{
    bool by_query = is_by_query(prices, tier);
    struct assay_json *array = NULL;

    for (size_t i = 0; i < prices->count; i++) {
        if (prices->prices[i].tier != tier ||
            (by_query && prices->prices[i].component.unit == ASSAY_PER_MILLION))
            continue;
        if (!array)
            array = assay_json_set(route, "prices", assay_json_array(arena));
        assay_row_price(arena, array, &prices->prices[i].component);
    }
}

static void set_regions(struct assay_arena *arena,
                        const struct assay_litellm_entry *entry,
                        struct assay_json *route)
{
    const struct assay_json *stated =
        assay_json_get(entry->value, "supported_regions");
    struct assay_str region = assay_litellm_region(entry);

    if (stated && stated->type != ASSAY_JSON_NULL)
        assay_json_set(route, "regions", assay_json_copy(arena, stated));
    else if (region.len > 0)
        assay_json_add(
            assay_json_set(route, "regions", assay_json_array(arena)),
            assay_json_string(arena, region));
}

/* Status, limits, capabilities: the same for every tier of an entry. */
static bool set_common(const struct assay_row *row,
                       const struct assay_litellm_entry *entry, bool batch,
                       struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    const struct assay_json *end =
        assay_json_get(entry->value, "deprecation_date");
    struct assay_str name = assay_provider_name(entry->provider);
    struct assay_json *capabilities = assay_json_object(arena);
    struct assay_str source = assay_json_text(entry->value, "source");
    struct limits limits = {0};

    assay_json_set_text(arena, route, "provider", entry->provider);
    if (!assay_str_equal(name, entry->provider))
        assay_json_set_text(arena, route, "provider_name", name);
    if (end && end->type != ASSAY_JSON_NULL) {
        /* the day of the shutdown; which side of it we are on is asked later */
        assay_json_set(route, "retired_on", assay_json_copy(arena, end));
    }
    set_regions(arena, entry, route);
    if (!read_limits(row, entry->value, &limits) ||
        !read_capabilities(row, entry->value, capabilities))
        return false;
    set_limits(arena, &limits, route);
    if (batch)
        assay_json_set_bool(arena, capabilities, "batch", true);
    if (capabilities->count > 0)
        assay_json_set(route, "capabilities", capabilities);
    if (assay_str_starts(source, "http"))
        assay_json_set_text(arena, route, "source_url", source);
    return true;
}

static struct assay_str standard_note(struct assay_arena *arena,
                                      const struct assay_litellm_entry *entry,
                                      const struct assay_litellm_prices *prices,
                                      bool unbilled)
{
    struct assay_str note = ASSAY_STR("");

    if (unbilled)
        add_note(arena, &note,
                 assay_litellm_is_self_hosted(entry)
                     ? ASSAY_STR("run on one's own machine; no price stated")
                     : ASSAY_STR("an endpoint billed by the hour; no price "
                                 "per token stated"));
    if (is_by_query(prices, ASSAY_LITELLM_STANDARD))
        add_note(arena, &note,
                 ASSAY_STR("billed by the query; no price per token stated"));
    if (prices->not_taken.len > 0)
        add_note(arena, &note,
                 assay_arena_printf(arena, "prices not taken over: %.*s",
                                    ASSAY_STR_ARG(prices->not_taken)));
    return note;
}

static struct assay_str tier_id(struct assay_arena *arena,
                                const struct assay_litellm_entry *entry,
                                enum assay_litellm_tier tier)
{
    const char *suffix = tiers[tier].suffix; /* ":batch", or none */

    return suffix[0] ? assay_row_id(arena, entry->id, suffix[0],
                                    assay_str_c(suffix + 1))
                     : entry->id;
}

/* One route per service tier that has prices; the standard one always. */
static bool add_route(const struct assay_row *row,
                      const struct assay_litellm_entry *entry,
                      const struct assay_litellm_prices *prices,
                      enum assay_litellm_tier tier)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *route = assay_json_object(arena);
    struct assay_str note = assay_str_c(tiers[tier].note);
    bool standard = tier == ASSAY_LITELLM_STANDARD;
    bool zero = standard && is_all_zero(prices);
    /* SageMaker bills the instance: aws.amazon.com/sagemaker/ai/pricing,
       read 2026-08-21 */
    bool unbilled = zero && (assay_litellm_is_self_hosted(entry) ||
                             assay_str_is(entry->spelling, "sagemaker"));

    assay_json_set_text(arena, route, "id", row->id);
    if (!set_common(row, entry, has_tier(prices, ASSAY_LITELLM_BATCH), route))
        return false;
    if (tiers[tier].tier)
        assay_json_set_c(arena, route, "tier", tiers[tier].tier);
    else if (zero && !unbilled)
        assay_json_set_c(arena, route, "tier", "free");
    if (standard)
        note = standard_note(arena, entry, prices, unbilled);
    if (note.len > 0)
        assay_json_set_text(arena, route, "note", note);
    if (!unbilled)
        set_prices(arena, prices, tier, route);
    return assay_row_add(row, route, entry->value);
}

/* --------------------------------------------------------------- models */

static const struct {
    const char *mode;
    const char *task;
} tasks[] = {
    {"chat", "chat"},
    {"completion", "chat"},
    {"responses", "chat"},
    {"embedding", "embedding"},
    {"moderation", "moderation"},
    {"rerank", "rerank"},
    {"image_generation", "image"},
    {"audio_speech", "speech"},
    {"audio_transcription", "transcription"},
};

static const struct assay_field modalities_of[] = {
    {"supported_modalities", "modalities_in", ASSAY_FIELD_LIST},
    {"supported_output_modalities", "modalities_out", ASSAY_FIELD_LIST},
};

static void add_model(struct assay_batch *batch,
                      const struct assay_litellm_entry *entry)
{
    struct assay_arena *arena = batch->arena;
    struct assay_str creator = assay_provider_creator(entry->provider);
    struct assay_str mode = assay_json_text(entry->value, "mode");
    struct assay_row row = {batch, ASSAY_SUBJECT_MODEL, entry->model};
    struct limits limits = {0};

    struct assay_json *model = assay_json_object(arena);

    if (!read_limits(&row, entry->value, &limits) ||
        !assay_row_fields(&row, entry->value, model, modalities_of,
                          LENGTH(modalities_of)))
        return;
    assay_json_set_text(arena, model, "id", row.id);
    if (assay_creator_name(creator).len > 0)
        assay_json_set_text(arena, model, "creator",
                            assay_creator_name(creator));
    for (size_t i = 0; i < LENGTH(tasks); i++)
        if (assay_str_is(mode, tasks[i].mode))
            assay_json_set_c(arena, model, "task", tasks[i].task);
    set_limits(arena, &limits, model);
    assay_row_add(&row, model, entry->value);
}

/* ----------------------------------------------------------------- rows */

/* The tiers that an entry's keys name, whether or not they can be read. */
static void refuse_tiers(struct assay_row row,
                         const struct assay_litellm_entry *entry)
{
    static const char *const endings[ASSAY_LITELLM_TIERS] = {
        [ASSAY_LITELLM_BATCH] = "_batches",
        [ASSAY_LITELLM_FLEX] = "_flex",
        [ASSAY_LITELLM_PRIORITY] = "_priority",
        [ASSAY_LITELLM_ULTRAFAST] = "_ultrafast",
    };
    for (size_t tier = ASSAY_LITELLM_BATCH; tier < ASSAY_LITELLM_TIERS;
         tier++) {
        bool named = false;
        for (const struct assay_json *value = entry->value->first; value;
             value = value->next)
            named = named || assay_str_contains(value->key, endings[tier]);
        row.id =
            tier_id(row.batch->arena, entry, (enum assay_litellm_tier)tier);
        if (named)
            assay_row_refuse(&row, entry->value,
                             "refused with the entry's other prices");
    }
}

static void add_entry(struct assay_batch *batch,
                      const struct assay_litellm_entry *entry,
                      struct assay_litellm_prices *prices)
{
    struct assay_row row = {batch, ASSAY_SUBJECT_ROUTE, entry->id};
    /* xAI's long context begins at 128K, not above it (LiteLLM #40174) */
    enum assay_tier_operator threshold = assay_str_is(entry->spelling, "xai")
                                             ? ASSAY_TIER_FROM
                                             : ASSAY_TIER_ABOVE;

    if (assay_litellm_read_prices(&row, entry->value, threshold, prices)) {
        for (size_t tier = 0; tier < ASSAY_LITELLM_TIERS; tier++) {
            if (tier != ASSAY_LITELLM_STANDARD &&
                !has_tier(prices, (enum assay_litellm_tier)tier))
                continue;
            row.id =
                tier_id(batch->arena, entry, (enum assay_litellm_tier)tier);
            add_route(&row, entry, prices, (enum assay_litellm_tier)tier);
        }
    } else {
        refuse_tiers(row, entry);
    }
    if (entry->model.len > 0)
        add_model(batch, entry);
}

static bool read_litellm(struct assay_batch *batch,
                         const struct assay_json *document,
                         struct assay_error *err)
{
    const struct assay_litellm_entry *entries;
    struct assay_litellm_prices *prices;
    size_t count;

    if (document->type != ASSAY_JSON_OBJECT)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a JSON %s, expected LiteLLM's object of models",
                          assay_json_type_name(document));
    if (!assay_row_limit(batch, document, err))
        return false;
    entries = assay_litellm_entries(batch, document, &count);
    if (count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no entry with a \"litellm_provider\", expected "
                          "LiteLLM's object of models");
    prices = ASSAY_NEW(batch->arena, struct assay_litellm_prices);
    for (size_t i = 0; i < count; i++)
        if (!entries[i].said)
            add_entry(batch, &entries[i], prices);
    return true;
}

const struct assay_import_format assay_import_litellm = {
    .name = "litellm",
    .summary = "LiteLLM's model_prices_and_context_window.json",
    .title = "LiteLLM model prices and context windows",
    .url = "https://raw.githubusercontent.com/BerriAI/litellm/main/"
           "model_prices_and_context_window.json",
    .license = "MIT",
    .read = read_litellm,
};
