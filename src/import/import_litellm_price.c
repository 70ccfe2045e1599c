/*
 * LiteLLM's price keys: a base name ("input_cost_per_token"), then endings in
 * any order: a service tier, a threshold on the input tokens of the request,
 * the one-hour class of cache writes. Dollars per token, written as floats,
 * taken from their text. 30 base names are met, 14 keys in one entry.
 *
 * Names and meaning: LiteLLM's model_prices_and_context_window.json and its
 * litellm_core_utils/llm_cost_calc/utils.py (notes of 2026-08-21): a
 * threshold price holds for the whole request, when the input is larger than
 * the threshold; "128k" is 128,000, for the cost function multiplies by 1000.
 */
#include "import/import_litellm.h"

#include <string.h>

enum {
    PER_TOKEN = 6,      /* from dollars per token to per million */
    PER_THOUSAND = -3,  /* from dollars per 1,000 to each */
    MAX_NOT_TAKEN = 12, /* names shown in a note */
};

struct base_key {
    const char *name;
    const char *meter;
    enum assay_price_unit unit;
    int power;
};

#define TOKENS(name_, meter_)                                          \
    {                                                                  \
        .name = (name_), .meter = (meter_), .unit = ASSAY_PER_MILLION, \
        .power = PER_TOKEN                                             \
    }
#define EACH(name_, meter_)                                                \
    {                                                                      \
        .name = (name_), .meter = (meter_), .unit = ASSAY_EACH, .power = 0 \
    }

static const struct base_key base_keys[] = {
    TOKENS("input_cost_per_token", "input_tokens"),
    TOKENS("output_cost_per_token", "output_tokens"),
    TOKENS("cache_read_input_token_cost", "cache_read_tokens"),
    TOKENS("input_cost_per_token_cache_hit", "cache_read_tokens"),
    TOKENS("cache_creation_input_token_cost", "cache_write_tokens"),
    TOKENS("output_cost_per_reasoning_token", "reasoning_tokens"),
    TOKENS("citation_cost_per_token", "citation_tokens"),
    TOKENS("input_cost_per_audio_token", "audio_input_tokens"),
    TOKENS("output_cost_per_audio_token", "audio_output_tokens"),
    TOKENS("cache_read_input_audio_token_cost", "cache_read_audio_tokens"),
    TOKENS("cache_read_input_token_cost_per_audio_token",
           "cache_read_audio_tokens"),
    TOKENS("cache_creation_input_audio_token_cost", "cache_write_audio_tokens"),
    TOKENS("input_cost_per_image_token", "image_input_tokens"),
    TOKENS("output_cost_per_image_token", "image_output_tokens"),
    EACH("input_cost_per_image", "image"),
    EACH("output_cost_per_image", "image_output"),
    EACH("input_cost_per_request", "request"),
    EACH("input_cost_per_query", "query"),
    EACH("input_cost_per_second", "input_second"),
    EACH("output_cost_per_second", "output_second"),
    EACH("input_cost_per_audio_per_second", "audio_input_second"),
    EACH("input_cost_per_video_per_second", "video_input_second"),
    EACH("output_cost_per_video_per_second", "video_output_second"),
    EACH("input_cost_per_character", "input_character"),
    EACH("output_cost_per_character", "output_character"),
    EACH("input_cost_per_pixel", "input_pixel"),
    EACH("output_cost_per_pixel", "output_pixel"),
    EACH("ocr_cost_per_page", "page"),
    EACH("annotation_cost_per_page", "annotated_page"),
    EACH("code_interpreter_cost_per_session", "code_interpreter_session"),
    EACH("file_search_cost_per_gb_per_day", "file_search_gb_day"),
    EACH("vector_store_cost_per_gb_per_day", "vector_store_gb_day"),
    {
        .name = "file_search_cost_per_1k_calls",
        .meter = "file_search",
        .unit = ASSAY_EACH,
        .power = PER_THOUSAND,
    },
};

static const struct {
    const char *ending;
    enum assay_litellm_tier tier;
} tier_endings[] = {
    {"_batches", ASSAY_LITELLM_BATCH},
    {"_batch_requests", ASSAY_LITELLM_BATCH},
    {"_flex", ASSAY_LITELLM_FLEX},
    {"_priority", ASSAY_LITELLM_PRIORITY},
    {"_ultrafast", ASSAY_LITELLM_ULTRAFAST},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct price_key {
    const struct base_key *base;
    enum assay_litellm_tier tier;
    uint64_t above_tokens; /* 0: no threshold */
    bool one_hour;
};

struct reading {
    const struct assay_row *row;
    struct assay_arena *arena;
    enum assay_tier_operator threshold;
    struct assay_litellm_prices *prices;
};

/* ----------------------------------------------------------------- keys */

static bool cut_ending(struct assay_str *s, const char *ending)
{
    if (!assay_str_ends(*s, ending))
        return false;
    *s = assay_str_head(*s, s->len - assay_str_c(ending).len);
    return true;
}

/* "128k", "200000" */
static bool parse_threshold(struct assay_str text, uint64_t *tokens)
{
    uint64_t unit = cut_ending(&text, "k") ? 1000 : 1;

    if (text.len > 9 || !assay_str_to_u64(text, tokens) || *tokens == 0)
        return false;
    *tokens *= unit;
    return true;
}

/* Takes one ending off the key; each kind may stand there once. */
static bool take_ending(struct assay_str *s, struct price_key *key)
{
    struct assay_str rest = *s, before, number;

    for (size_t i = 0; i < LENGTH(tier_endings); i++) {
        if (key->tier == ASSAY_LITELLM_STANDARD &&
            cut_ending(s, tier_endings[i].ending)) {
            key->tier = tier_endings[i].tier;
            return true;
        }
    }
    if (!key->one_hour && cut_ending(s, "_above_1hr"))
        return key->one_hour = true;
    if (key->above_tokens == 0 && cut_ending(&rest, "_tokens") &&
        assay_str_cut_last(rest, '_', &before, &number) &&
        parse_threshold(number, &key->above_tokens) &&
        cut_ending(&before, "_above")) {
        *s = before;
        return true;
    }
    return false;
}

static bool parse_price_key(struct assay_str s, struct price_key *key)
{
    *key = (struct price_key){0};
    do {
        for (size_t i = 0; i < LENGTH(base_keys); i++) {
            if (assay_str_is(s, base_keys[i].name)) {
                key->base = &base_keys[i];
                return !key->one_hour ||
                       assay_str_is(s, "cache_creation_input_token_cost");
            }
        }
    } while (take_ending(&s, key));
    return false;
}

/* True for a key that speaks of money, understood or not. */
static bool is_about_prices(struct assay_str key)
{
    return assay_str_contains(key, "cost") ||
           assay_str_contains(key, "pricing") ||
           assay_str_contains(key, "multiplier");
}

/* --------------------------------------------------------------- result */

static void not_taken(struct reading *in, struct assay_str key)
{
    struct assay_litellm_prices *prices = in->prices;

    if (++prices->not_taken_count > MAX_NOT_TAKEN)
        return;
    prices->not_taken = assay_arena_printf(
        in->arena, "%.*s%s%.*s", ASSAY_STR_ARG(prices->not_taken),
        prices->not_taken.len ? ", " : "",
        ASSAY_STR_ARG(prices->not_taken_count == MAX_NOT_TAKEN ? ASSAY_STR("…")
                                                               : key));
}

static bool same_case(const struct assay_price_component *a,
                      const struct assay_price_component *b)
{
    return assay_str_equal(a->meter, b->meter) && a->when == b->when &&
           a->threshold_tokens == b->threshold_tokens &&
           assay_str_equal(a->utc_from, b->utc_from) &&
           assay_str_equal(a->utc_to, b->utc_to);
}

/* Adds a component, or replaces the one for the same case. */
static bool put(struct reading *in, const struct assay_json *at,
                enum assay_litellm_tier tier,
                const struct assay_price_component *component)
{
    struct assay_litellm_prices *all = in->prices;
    size_t i = 0;

    while (i < all->count && !(all->prices[i].tier == tier &&
                               same_case(&all->prices[i].component, component)))
        i++;
    if (i == ASSAY_LITELLM_MAX_PRICES)
        return assay_row_refuse(in->row, at, "more than %d prices",
                                ASSAY_LITELLM_MAX_PRICES);
    all->prices[i] = (struct assay_litellm_price){tier, *component};
    if (i == all->count)
        all->count++;
    return true;
}

/* The component of a key, without its threshold. */
static bool read_component(struct reading *in, const struct price_key *key,
                           const struct assay_json *value,
                           struct assay_price_component *component)
{
    struct assay_decimal usd;

    if (!assay_row_usd(in->row, value, key->base->power, &usd))
        return false;
    *component = (struct assay_price_component){
        .meter = key->one_hour ? ASSAY_STR("cache_write_1h_tokens")
                               : assay_str_c(key->base->meter),
        .unit = key->base->unit,
        .state = ASSAY_KNOWN,
        .usd = usd,
        .utc_from = ASSAY_STR(""),
        .utc_to = ASSAY_STR(""),
    };
    return true;
}

static void set_threshold(struct assay_price_component *component,
                          enum assay_tier_operator when, uint64_t tokens)
{
    if (tokens == 0)
        return;
    component->when = when;
    component->threshold_tokens = tokens;
}

/* ----------------------------------------------------------- plain keys */

static bool read_plain(struct reading *in, const struct assay_json *entry,
                       const struct assay_json *value)
{
    struct assay_price_component component;
    struct price_key key;

    if (!parse_price_key(value->key, &key)) {
        if (is_about_prices(value->key))
            not_taken(in, value->key);
        return true;
    }
    /* DeepSeek's older name of the same price */
    if (assay_str_is(value->key, "input_cost_per_token_cache_hit") &&
        assay_json_get(entry, "cache_read_input_token_cost"))
        return true;
    if (!read_component(in, &key, value, &component))
        return false;
    set_threshold(&component, in->threshold, key.above_tokens);
    return put(in, value, key.tier, &component);
}

/*
 * {"search_context_size_low": 0.03, "…_medium": …, "…_high": …}: dollars for
 * one search. When size makes no difference it is the price of any search.
 */
static bool read_search(struct reading *in, const struct assay_json *sizes)
{
    static const char *const meters[][2] = {
        {"search_context_size_low", "web_search_low"},
        {"search_context_size_medium", "web_search_medium"},
        {"search_context_size_high", "web_search_high"},
    };
    struct assay_price_component one = {
        .unit = ASSAY_EACH,
        .state = ASSAY_KNOWN,
        .utc_from = ASSAY_STR(""),
        .utc_to = ASSAY_STR(""),
    };
    struct assay_decimal first = {0};
    bool all_same = true;

    if (sizes->type != ASSAY_JSON_OBJECT)
        return assay_row_wrong_type(in->row, sizes, "an object of prices");
    for (size_t i = 0; i < LENGTH(meters); i++) {
        const struct assay_json *value = assay_json_get(sizes, meters[i][0]);
        if (!value || value->type == ASSAY_JSON_NULL) {
            all_same = false;
            continue;
        }
        if (!assay_row_usd(in->row, value, 0, &one.usd))
            return false;
        if (i == 0)
            first = one.usd;
        all_same = all_same && assay_decimal_compare(first, one.usd) == 0;
        one.meter = assay_str_c(meters[i][1]);
        if (!put(in, value, ASSAY_LITELLM_STANDARD, &one))
            return false;
    }
    one.meter = ASSAY_STR("web_search");
    return !all_same || put(in, sizes, ASSAY_LITELLM_STANDARD, &one);
}

/* ------------------------------------------------------- tiered_pricing */

/*
 * [{"range": [0, 32000], "input_cost_per_token": …}, …]: the price of the
 * whole request by its input tokens; a range begins above its first number
 * (Alibaba Cloud Model Studio writes "32K < tokens <= 128K").
 */
static bool read_range(struct reading *in, const struct assay_json *tier)
{
    const struct assay_json *range = assay_json_get(tier, "range");
    struct assay_price_component component;
    struct price_key key;
    uint64_t above;

    if (!assay_json_is(range, ASSAY_JSON_ARRAY) || range->count != 2 ||
        range->first->type == ASSAY_JSON_NULL)
        return assay_row_refuse(in->row, tier,
                                "a tier without \"range\": [from, to]");
    if (!assay_row_count(in->row, range->first, &above))
        return false;
    for (const struct assay_json *value = tier->first; value;
         value = value->next) {
        if (value == range || value->type == ASSAY_JSON_NULL)
            continue;
        if (!parse_price_key(value->key, &key) || key.above_tokens) {
            not_taken(in, value->key);
            continue;
        }
        if (!read_component(in, &key, value, &component))
            return false;
        set_threshold(&component, ASSAY_TIER_ABOVE, above);
        if (!put(in, value, key.tier, &component))
            return false;
    }
    return true;
}

static bool read_tiers(struct reading *in, const struct assay_json *tiers)
{
    if (tiers->type != ASSAY_JSON_ARRAY)
        return assay_row_wrong_type(in->row, tiers, "an array");
    for (const struct assay_json *tier = tiers->first; tier; tier = tier->next)
        if (!read_range(in, tier))
            return false;
    return true;
}

/* ----------------------------------------------------- off_peak_pricing */

enum { PEAK, OFF_PEAK }; /* in a struct assay_day */

/* "16:30" */
static bool parse_hour(struct assay_str text, unsigned *minute)
{
    struct assay_str hour, rest;
    uint64_t h, m;

    if (!assay_str_cut(assay_str_trim(text), ':', &hour, &rest) ||
        !assay_str_to_u64(hour, &h) || !assay_str_to_u64(rest, &m) || h > 24 ||
        m > 59 || h * 60 + m > ASSAY_MINUTES_A_DAY)
        return false;
    *minute = (unsigned)(h * 60 + m);
    return true;
}

/* "16:30-00:30" or an array of such, UTC; "00:00-00:00" is all day. */
static bool mark_hours(struct reading *in, const struct assay_json *hours,
                       struct assay_day *day)
{
    const struct assay_json *at =
        assay_json_is(hours, ASSAY_JSON_ARRAY) ? hours->first : hours;
    struct assay_str from, to;
    unsigned first, last;

    for (; at; at = at == hours ? NULL : at->next) {
        if (at->type != ASSAY_JSON_STRING ||
            !assay_str_cut(at->text, '-', &from, &to) ||
            !parse_hour(from, &first) || !parse_hour(to, &last))
            return assay_row_refuse(in->row, at,
                                    "'%.*s', expected hours such as "
                                    "\"16:30-00:30\"",
                                    ASSAY_STR_ARG(at->text));
        assay_day_mark(day, first, last, OFF_PEAK);
    }
    return true;
}

/* Rules by weekday are noted, not taken: a price here knows days and hours. */
static bool mark_rule(struct reading *in, const struct assay_json *rule,
                      struct assay_day *day)
{
    const struct assay_json *hours = assay_json_get(rule, "hours_utc");

    if (assay_json_get(rule, "weekdays")) {
        not_taken(in, ASSAY_STR("off_peak_pricing by weekday"));
        return true;
    }
    return !hours || mark_hours(in, hours, day);
}

static bool put_hours(struct reading *in, const struct assay_json *at,
                      struct assay_price_component component,
                      const struct assay_day *day, uint8_t what)
{
    struct assay_day_window windows[ASSAY_MAX_DAY_WINDOWS];
    size_t count = assay_day_windows(in->arena, day, what, windows);

    if (count == SIZE_MAX)
        return assay_row_refuse(in->row, at, "more than %d daily windows",
                                ASSAY_MAX_DAY_WINDOWS);
    for (size_t i = 0; i < count; i++) {
        component.utc_from = windows[i].from;
        component.utc_to = windows[i].to;
        if (!put(in, at, ASSAY_LITELLM_STANDARD, &component))
            return false;
    }
    return true;
}

/*
 * Splits the prices of one meter by the hour: what was stated holds outside
 * the off-peak hours, `off_peak` inside them, whatever the request's size.
 */
static bool split_hours(struct reading *in, const struct assay_json *at,
                        const struct assay_price_component *off_peak,
                        const struct assay_day *day)
{
    struct assay_litellm_prices *all = in->prices;
    struct assay_price_component plain[ASSAY_LITELLM_MAX_PRICES];
    size_t count = 0, kept = 0;
    bool any_size = false;

    for (size_t i = 0; i < all->count; i++) {
        const struct assay_litellm_price *price = &all->prices[i];
        if (price->tier != ASSAY_LITELLM_STANDARD ||
            !assay_str_equal(price->component.meter, off_peak->meter)) {
            all->prices[kept++] = *price;
            continue;
        }
        any_size = any_size || price->component.when == ASSAY_TIER_ALWAYS;
        plain[count++] = price->component;
    }
    all->count = kept;
    if (!any_size && !put_hours(in, at, *off_peak, day, OFF_PEAK))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct assay_price_component inside = plain[i];
        inside.usd = off_peak->usd;
        if (!put_hours(in, at, plain[i], day, PEAK) ||
            !put_hours(in, at, inside, day, OFF_PEAK))
            return false;
    }
    return true;
}

/* {"hours_utc": …, "windows": [{"hours_utc": …, "weekdays": …}], prices} */
static bool read_off_peak(struct reading *in, const struct assay_json *block)
{
    const struct assay_json *rules = assay_json_get(block, "windows");
    struct assay_day day = {{PEAK}};

    if (!mark_rule(in, block, &day))
        return false;
    if (assay_json_is(rules, ASSAY_JSON_ARRAY))
        for (const struct assay_json *rule = rules->first; rule;
             rule = rule->next)
            if (!mark_rule(in, rule, &day))
                return false;
    if (!memchr(day.minutes, OFF_PEAK, sizeof(day.minutes)))
        return true;
    for (const struct assay_json *value = block->first; value;
         value = value->next) {
        struct assay_price_component component;
        struct price_key key;
        if (!parse_price_key(value->key, &key) || key.above_tokens ||
            key.tier != ASSAY_LITELLM_STANDARD ||
            value->type == ASSAY_JSON_NULL)
            continue;
        if (!read_component(in, &key, value, &component) ||
            !split_hours(in, value, &component, &day))
            return false;
    }
    return true;
}

bool assay_litellm_read_prices(const struct assay_row *row,
                               const struct assay_json *entry,
                               enum assay_tier_operator threshold,
                               struct assay_litellm_prices *prices)
{
    struct reading in = {row, row->batch->arena, threshold, prices};
    const struct assay_json *tiers = NULL, *off_peak = NULL;

    prices->count = 0;
    prices->not_taken = ASSAY_STR("");
    prices->not_taken_count = 0;
    for (const struct assay_json *value = entry->first; value;
         value = value->next) {
        bool ok = true;
        if (value->type == ASSAY_JSON_NULL)
            continue;
        if (assay_str_is(value->key, "tiered_pricing"))
            tiers = value;
        else if (assay_str_is(value->key, "off_peak_pricing"))
            off_peak = value;
        else if (assay_str_is(value->key, "search_context_cost_per_query"))
            ok = read_search(&in, value);
        else
            ok = read_plain(&in, entry, value);
        if (!ok)
            return false;
    }
    if (tiers && !read_tiers(&in, tiers))
        return false;
    return !off_peak || read_off_peak(&in, off_peak);
}
