/*
 * The tables of FORMATS section 1, key by key. A key that is added to the
 * format is one line here; a check that one line cannot say stands below.
 */
#include "catalog/facts_shape.h"

/* Larger than anything real by orders of magnitude: catches unit slips. */
#define MOST_TOKENS UINT64_C(1000000000)
#define MOST_PARAMETERS UINT64_C(1000000000000000)
#define MOST_USD UINT64_C(10000000)
#define MOST_SCORE UINT64_C(1000000000)
#define MOST_TRIALS UINT64_C(1000000000)
#define MOST_DAYS UINT64_C(36525)
#define MOST_PIXELS UINT64_C(1000000)

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define KEY(name, kind_)                          \
    {                                             \
        .key = (name), .kind = ASSAY_FACT_##kind_ \
    }
#define REQUIRED(name, kind_)                                                  \
    {                                                                          \
        .key = (name), .kind = ASSAY_FACT_##kind_, .null = ASSAY_FACT_REQUIRED \
    }
#define NOT_NULL(name, kind_)                                                  \
    {                                                                          \
        .key = (name), .kind = ASSAY_FACT_##kind_, .null = ASSAY_FACT_NOT_NULL \
    }
#define COUNT(name, least_, most_)                                  \
    {                                                               \
        .key = (name), .kind = ASSAY_FACT_COUNT, .least = (least_), \
        .most = (most_)                                             \
    }
#define DECIMAL(name, least_, most_)                                  \
    {                                                                 \
        .key = (name), .kind = ASSAY_FACT_DECIMAL, .least = (least_), \
        .most = (most_)                                               \
    }
#define WORD(name, words_)                                        \
    {                                                             \
        .key = (name), .kind = ASSAY_FACT_WORD, .words = (words_) \
    }
#define OBJECT(name, shape_)                                         \
    {                                                                \
        .key = (name), .kind = ASSAY_FACT_OBJECT, .shape = &(shape_) \
    }
#define ROWS(name, shape_)                                         \
    {                                                              \
        .key = (name), .kind = ASSAY_FACT_ROWS, .shape = &(shape_) \
    }

static const char *const tasks[] = {
    "chat",  "embedding", "moderation",    "rerank",
    "image", "speech",    "transcription", NULL,
};
static const char *const license_classes[] = {
    "osi",
    "open-weights-with-terms",
    "proprietary",
    NULL,
};
static const char *const model_statuses[] = {
    "active", "preview", "deprecated", "retired", NULL,
};
static const char *const route_statuses[] = {
    "active",
    "deprecated",
    "retired",
    NULL,
};
static const char *const tiers[] = {
    "standard", "batch", "flex", "priority", "free", NULL,
};
static const char *const units[] = {"percent", "elo", "score", NULL};
static const char *const scopes[] = {"whole_request", "marginal", NULL};
static const char *const api_kinds[] = {
    "openai", "azure", "anthropic", "gemini", "local", NULL,
};
static const char *const source_kinds[] = {
    "measured", "primary", "provider", "catalog", "secondary", "user", NULL,
};

/* The rule's name and its numbers; compare/images.c knows the rules. */
static const struct assay_fact_field image_token_fields[] = {
    KEY("rule", ID),
    COUNT("low", 0, MOST_TOKENS),
    COUNT("base", 0, MOST_TOKENS),
    COUNT("per_tile", 0, MOST_TOKENS),
    COUNT("tile_px", 1, MOST_PIXELS),
    COUNT("fit_px", 1, MOST_PIXELS),
    COUNT("short_side_px", 1, MOST_PIXELS),
};
static const struct assay_fact_shape image_tokens = {
    .fields = image_token_fields,
    .count = LENGTH(image_token_fields),
};

static bool check_lifecycle(struct assay_arena *arena,
                            const struct assay_json *object,
                            struct assay_error *err)
{
    const struct assay_json *retired = assay_json_get(object, "retired_on");
    struct assay_date from = {0}, to = {0};

    assay_date_parse(assay_json_text(object, "deprecated_on"), &from);
    assay_date_parse(assay_json_text(object, "retired_on"), &to);
    /* a partial date counts from its first day: only whole days are told */
    if (from.day && to.day && assay_date_compare(from, to) > 0)
        return assay_fact_fail(arena, retired, err,
                               "lies before deprecated_on, expected a day "
                               "on or after it");
    return true;
}

static const struct assay_fact_field lifecycle_fields[] = {
    WORD("status", model_statuses),
    KEY("deprecated_on", DATE),
    KEY("retired_on", DATE),
    KEY("replacement", MODEL_ID),
};
static const struct assay_fact_shape lifecycle = {
    .fields = lifecycle_fields,
    .count = LENGTH(lifecycle_fields),
    .check = check_lifecycle,
};

static const struct assay_fact_field benchmark_fields[] = {
    REQUIRED("name", TEXT),
    {
        .key = "value",
        .kind = ASSAY_FACT_DECIMAL,
        .null = ASSAY_FACT_REQUIRED,
        .least = ASSAY_FACT_SIGNED,
        .most = MOST_SCORE,
    },
    WORD("unit", units),
    KEY("setting", TEXT),
    KEY("variant", TEXT),
    KEY("harness", TEXT),
    KEY("date", DATE),
    DECIMAL("error_minus", 0, MOST_SCORE),
    DECIMAL("error_plus", 0, MOST_SCORE),
    COUNT("samples", 1, MOST_TRIALS),
    KEY("url", TEXT),
};
static const char *const benchmark_order[] = {
    "name", "variant", "setting", "harness", NULL,
};
static const struct assay_fact_shape benchmark = {
    .fields = benchmark_fields,
    .count = LENGTH(benchmark_fields),
    .order = benchmark_order,
};

/*
 * A run of the user's own prompts on this model and another one, or of
 * samples that others published: what was counted, seen from this model. A
 * run states its mirror image of the other.
 */
static const char *const trial_verdicts[] = {
    "this", "against", "equivalent", "undecided", "withheld", NULL,
};
static const char *const trial_rules[] = {
    "mcnemar",
    "e_process",
    "paired_interval",
    NULL,
};
static const struct assay_fact_field trial_fields[] = {
    REQUIRED("run", TEXT),
    REQUIRED("suite", TEXT),
    REQUIRED("against", MODEL_ID),
    KEY("route", TEXT),
    KEY("against_route", TEXT),
    COUNT("passed", 0, MOST_TRIALS),
    COUNT("n", 0, MOST_TRIALS),
    DECIMAL("passed_low", 0, 1),
    DECIMAL("passed_high", 0, 1),
    COUNT("against_passed", 0, MOST_TRIALS),
    COUNT("against_n", 0, MOST_TRIALS),
    DECIMAL("against_passed_low", 0, 1),
    DECIMAL("against_passed_high", 0, 1),
    COUNT("both", 0, MOST_TRIALS),
    COUNT("only_this", 0, MOST_TRIALS),
    COUNT("only_against", 0, MOST_TRIALS),
    COUNT("neither", 0, MOST_TRIALS),
    {
        .key = "verdict",
        .kind = ASSAY_FACT_WORD,
        .null = ASSAY_FACT_REQUIRED,
        .words = trial_verdicts,
    },
    WORD("rule", trial_rules),
    DECIMAL("p", 0, 1),
    DECIMAL("e", 0, MOST_SCORE),
    DECIMAL("difference", ASSAY_FACT_SIGNED, 1),
    DECIMAL("difference_low", ASSAY_FACT_SIGNED, 1),
    DECIMAL("difference_high", ASSAY_FACT_SIGNED, 1),
    COUNT("more_prompts", 0, MOST_TRIALS),
    DECIMAL("latency_ms_p50", 0, MOST_SCORE),
    DECIMAL("against_latency_ms_p50", 0, MOST_SCORE),
    DECIMAL("cost_per_pass_usd", 0, MOST_USD),
    DECIMAL("against_cost_per_pass_usd", 0, MOST_USD),
    KEY("scoring", TEXT),
    KEY("published", TEXT),
    KEY("date", DATE),
};
static const char *const trial_order[] = {"against", "suite", "run", NULL};
static const struct assay_fact_shape trial = {
    .fields = trial_fields,
    .count = LENGTH(trial_fields),
    .order = trial_order,
    .order_is_unique = true,
};

static const struct assay_fact_field model_fields[] = {
    REQUIRED("id", MODEL_ID),
    KEY("name", TEXT),
    KEY("creator", TEXT),
    KEY("family", TEXT),
    KEY("aliases", SET),
    WORD("task", tasks),
    KEY("released", DATE),
    COUNT("parameters_total", 1, MOST_PARAMETERS),
    COUNT("parameters_active", 1, MOST_PARAMETERS),
    KEY("parameters_estimated", BOOL),
    KEY("architecture", TEXT),
    KEY("license", TEXT),
    WORD("license_class", license_classes),
    KEY("open_weights", BOOL),
    KEY("knowledge_cutoff", DATE),
    COUNT("context_tokens", 1, MOST_TOKENS),
    COUNT("max_output_tokens", 1, MOST_TOKENS),
    KEY("modalities_in", IDS),
    KEY("modalities_out", IDS),
    KEY("tokenizer", TEXT),
    KEY("capabilities", FLAGS),
    OBJECT("image_tokens", image_tokens),
    KEY("weights", ANY),
    OBJECT("lifecycle", lifecycle),
    ROWS("benchmarks", benchmark),
    ROWS("trials", trial),
    KEY("note", TEXT),
};
const struct assay_fact_shape assay_fact_model = {
    .fields = model_fields,
    .count = LENGTH(model_fields),
};

static const struct assay_fact_field data_fields[] = {
    KEY("trains_on_inputs", BOOL),
    COUNT("retention_days", 0, MOST_DAYS),
    KEY("zero_retention", BOOL),
};
static const struct assay_fact_shape data = {
    .fields = data_fields,
    .count = LENGTH(data_fields),
};

static const struct assay_fact_field api_fields[] = {
    WORD("kind", api_kinds),
    KEY("base_url", TEXT),
    KEY("key_env", TEXT),
};
static const struct assay_fact_shape api = {
    .fields = api_fields,
    .count = LENGTH(api_fields),
};

static bool check_price(struct assay_arena *arena,
                        const struct assay_json *object,
                        struct assay_error *err)
{
    struct assay_date from = {0}, to = {0};
    bool million = assay_json_get(object, "usd_per_million") != NULL;
    bool each = assay_json_get(object, "usd_each") != NULL;
    bool begins = assay_json_get(object, "utc_from") != NULL;
    bool ends = assay_json_get(object, "utc_to") != NULL;

    if (million == each)
        return assay_fact_fail(arena, object, err,
                               "has %s, expected one of them",
                               each ? "both usd_per_million and usd_each"
                                    : "neither usd_per_million nor usd_each");
    if (begins != ends)
        return assay_fact_fail(arena, object, err,
                               "has one of utc_from and utc_to, expected "
                               "both or neither");
    assay_date_parse(assay_json_text(object, "from"), &from);
    assay_date_parse(assay_json_text(object, "to"), &to);
    if (from.year && to.year && assay_date_compare(from, to) > 0)
        return assay_fact_fail(arena, assay_json_get(object, "to"), err,
                               "lies before 'from', expected a day on or "
                               "after it");
    return true;
}

static const struct assay_fact_field price_fields[] = {
    REQUIRED("meter", METER),
    DECIMAL("usd_per_million", 0, MOST_USD),
    DECIMAL("usd_each", 0, MOST_USD),
    NOT_NULL("when_input_tokens", THRESHOLD),
    {
        .key = "scope",
        .kind = ASSAY_FACT_WORD,
        .null = ASSAY_FACT_NOT_NULL,
        .words = scopes,
    },
    NOT_NULL("from", DAY),
    NOT_NULL("to", DAY),
    NOT_NULL("utc_from", MINUTE),
    NOT_NULL("utc_to", MINUTE),
};
static const char *const price_order[] = {
    "meter", "when_input_tokens", "from", "to", "utc_from", "utc_to", NULL,
};
static const struct assay_fact_shape price = {
    .fields = price_fields,
    .count = LENGTH(price_fields),
    .check = check_price,
    .order = price_order,
    .order_is_unique = true,
};

static bool check_route(struct assay_arena *arena,
                        const struct assay_json *object,
                        struct assay_error *err)
{
    const struct assay_json *provider = assay_json_get(object, "provider");
    struct assay_str head, wire;

    if (!assay_json_is(provider, ASSAY_JSON_STRING) ||
        !assay_str_cut(assay_json_text(object, "id"), '/', &head, &wire) ||
        assay_str_equal(head, provider->text))
        return true;
    return assay_fact_fail(arena, provider, err,
                           "is not what the route's id begins with, expected "
                           "'%.*s'",
                           ASSAY_STR_ARG(head));
}

static const struct assay_fact_field route_fields[] = {
    REQUIRED("id", ROUTE_ID),
    KEY("provider", NAME),
    KEY("provider_name", TEXT),
    KEY("model", MODEL_ID),
    WORD("status", route_statuses),
    KEY("retired_on", DATE),
    WORD("tier", tiers),
    KEY("regions", TEXTS),
    KEY("quantization", TEXT),
    OBJECT("data", data),
    COUNT("context_tokens", 1, MOST_TOKENS),
    COUNT("max_output_tokens", 1, MOST_TOKENS),
    KEY("capabilities", FLAGS),
    OBJECT("api", api),
    KEY("note", TEXT),
    ROWS("prices", price),
    KEY("match", ANY),    /* genai-prices: which names mean this route */
    KEY("fallback", IDS), /* providers whose prices stand in */
};
const struct assay_fact_shape assay_fact_route = {
    .fields = route_fields,
    .count = LENGTH(route_fields),
    .check = check_route,
};

static const struct assay_fact_field source_fields[] = {
    REQUIRED("id", NAME),
    KEY("title", TEXT),
    KEY("url", TEXT),
    {
        .key = "kind",
        .kind = ASSAY_FACT_WORD,
        .null = ASSAY_FACT_REQUIRED,
        .words = source_kinds,
    },
    KEY("retrieved", DAY),
    KEY("license", TEXT),
};
const struct assay_fact_shape assay_fact_source = {
    .fields = source_fields,
    .count = LENGTH(source_fields),
};

const struct assay_fact_field *assay_fact_field(
    const struct assay_fact_shape *shape, struct assay_str key)
{
    for (size_t i = 0; i < shape->count; i++)
        if (assay_str_is(key, shape->fields[i].key))
            return &shape->fields[i];
    return NULL;
}
