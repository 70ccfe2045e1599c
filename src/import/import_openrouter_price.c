/*
 * OpenRouter's prices: strings, dollars per token or per piece. `overrides`
 * change them above a size of prompt or in hours of the day; of two that
 * apply the later one wins, key by key; hours are half open, in UTC, and may
 * wrap midnight. The price above the overrides is the one of the hour in
 * which the list was fetched.
 *
 * Format: openrouter.ai/docs, guides/overview/models, and the OpenAPI file,
 * read 2026-11-22. The snapshot of 2026-05-15 has no overrides.
 */
#include "import/import_openrouter.h"

#include "assay/decimal.h"

#include <string.h>

enum { MAX_OVERRIDES = 64 };

struct meter {
    const char *from;
    const char *to;
    enum assay_price_unit unit;
};

static const struct meter meters[] = {
    {"prompt", "input_tokens", ASSAY_PER_MILLION},
    {"completion", "output_tokens", ASSAY_PER_MILLION},
    {"input_cache_read", "cache_read_tokens", ASSAY_PER_MILLION},
    {"input_cache_write", "cache_write_tokens", ASSAY_PER_MILLION},
    {"input_cache_write_1h", "cache_write_1h_tokens", ASSAY_PER_MILLION},
    {"internal_reasoning", "reasoning_tokens", ASSAY_PER_MILLION},
    {"audio", "audio_input_tokens", ASSAY_PER_MILLION},
    {"audio_output", "audio_output_tokens", ASSAY_PER_MILLION},
    {"input_audio_cache", "cache_read_audio_tokens", ASSAY_PER_MILLION},
    {"image_token", "image_input_tokens", ASSAY_PER_MILLION},
    {"image_output", "image_output_tokens", ASSAY_PER_MILLION},
    {"image", "image", ASSAY_EACH},
    {"request", "request", ASSAY_EACH},
    {"web_search", "web_search", ASSAY_EACH},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct override {
    const struct assay_json *source;
    uint64_t above;    /* prompt tokens, strictly; 0: any size */
    unsigned from, to; /* minutes of the day; equal: all day */
};

struct schedule {
    const struct assay_row *row;
    const struct assay_json *pricing;
    struct override overrides[MAX_OVERRIDES];
    size_t count;
};

/* "0.0000003", with the point moved by `power`. */
static bool read_price(const struct assay_row *row,
                       const struct assay_json *text, int power,
                       struct assay_decimal *usd)
{
    struct assay_json number = *text;

    if (text->type != ASSAY_JSON_STRING)
        return assay_row_wrong_type(row, text, "a price as a string");
    if (!assay_decimal_parse(text->text, usd))
        return assay_row_refuse(
            row, text, "'%.*s' is not a number, expected a price in dollars",
            ASSAY_STR_ARG(assay_str_head(text->text, 60)));
    number.type = ASSAY_JSON_NUMBER;
    return assay_row_usd(row, &number, power, usd);
}

/* Both prices of one text per token, to be compared. */
static bool is_price_of_prompt(const struct assay_json *pricing,
                               const struct assay_json *image)
{
    struct assay_decimal a, b;
    return assay_decimal_parse(assay_json_text(pricing, "prompt"), &a) &&
           image->type == ASSAY_JSON_STRING &&
           assay_decimal_parse(image->text, &b) && assay_decimal_sign(b) > 0 &&
           assay_decimal_compare(a, b) == 0;
}

/*
 * The price of a meter, or NULL. An `image` at the price of a prompt token
 * (all 17 of the snapshot: Gemini) is the price of an image's tokens, not
 * of an image, and adds nothing to the input price.
 */
static const struct assay_json *find_price(const struct schedule *in,
                                           const struct assay_json *prices,
                                           const struct meter *meter)
{
    const struct assay_json *value = assay_json_get(prices, meter->from);

    if (!value || value->type == ASSAY_JSON_NULL)
        return NULL;
    if (strcmp(meter->from, "image") == 0 &&
        (is_price_of_prompt(prices, value) ||
         is_price_of_prompt(in->pricing, value)))
        return NULL;
    return value;
}

/* ------------------------------------------------------------ overrides */

/* "0930" -> 570 */
static bool read_minute(const struct assay_row *row,
                        const struct assay_json *text, unsigned *minute)
{
    uint64_t time = 0;

    if (text->type != ASSAY_JSON_STRING || text->text.len != 4 ||
        !assay_str_to_u64(text->text, &time) || time % 100 > 59 || time > 2400)
        return assay_row_refuse(row, text,
                                "not a time of day, expected \"HHMM\"");
    *minute = (unsigned)(time / 100 * 60 + time % 100) % ASSAY_MINUTES_A_DAY;
    return true;
}

static bool read_override(const struct assay_row *row,
                          const struct assay_json *source,
                          struct override *override)
{
    const struct assay_json *from = assay_json_get(source, "utc_start");
    const struct assay_json *to = assay_json_get(source, "utc_end");

    *override = (struct override){.source = source};
    if (source->type != ASSAY_JSON_OBJECT)
        return assay_row_refuse(row, source, "%s, expected an object",
                                assay_json_type_name(source));
    if (!assay_row_count(row, assay_json_get(source, "min_prompt_tokens"),
                         &override->above))
        return false;
    if (assay_json_is(from, ASSAY_JSON_NULL))
        from = NULL;
    if (assay_json_is(to, ASSAY_JSON_NULL))
        to = NULL;
    if (!from != !to)
        return assay_row_refuse(row, source,
                                "one of utc_start and utc_end, expected both "
                                "or neither");
    return !from || (read_minute(row, from, &override->from) &&
                     read_minute(row, to, &override->to));
}

static bool read_overrides(struct schedule *in)
{
    const struct assay_json *list;

    if (!assay_row_member(in->row, in->pricing, "overrides", ASSAY_JSON_ARRAY,
                          &list))
        return false;
    if (!list)
        return true;
    if (list->count > MAX_OVERRIDES)
        return assay_row_refuse(in->row, list,
                                "more overrides than %d, expected fewer",
                                MAX_OVERRIDES);
    for (const struct assay_json *at = list->first; at; at = at->next)
        if (!read_override(in->row, at, &in->overrides[in->count++]))
            return false;
    return true;
}

/* ----------------------------------------------------------- components */

static bool add_component(const struct schedule *in,
                          const struct assay_json *text,
                          const struct meter *meter,
                          struct assay_price_component component,
                          struct assay_json *prices)
{
    component.meter = assay_str_c(meter->to);
    component.unit = meter->unit;
    component.state = ASSAY_KNOWN;
    if (!read_price(in->row, text, meter->unit == ASSAY_PER_MILLION ? 6 : 0,
                    &component.usd))
        return false;
    assay_row_price(in->row->batch->arena, prices, &component);
    return true;
}

/*
 * The prices of one meter above one size (0: any), hour by hour. `day`
 * counts overrides from 1; 0 is the price above them.
 */
static bool add_hours(const struct schedule *in, const struct meter *meter,
                      uint64_t above, const struct assay_day *day,
                      struct assay_json *prices)
{
    struct assay_day_window windows[ASSAY_MAX_DAY_WINDOWS];

    for (size_t i = 0; i <= in->count; i++) {
        const struct assay_json *text = find_price(
            in, i ? in->overrides[i - 1].source : in->pricing, meter);
        if (!text)
            continue;
        size_t count =
            assay_day_windows(in->row->batch->arena, day, (uint8_t)i, windows);
        if (count == SIZE_MAX)
            return assay_row_refuse(in->row, text,
                                    "more than %d daily windows, expected "
                                    "fewer",
                                    ASSAY_MAX_DAY_WINDOWS);
        for (size_t w = 0; w < count; w++) {
            const struct assay_price_component component = {
                .when = above ? ASSAY_TIER_ABOVE : ASSAY_TIER_ALWAYS,
                .threshold_tokens = above,
                .utc_from = windows[w].from,
                .utc_to = windows[w].to,
            };
            if (!add_component(in, text, meter, component, prices))
                return false;
        }
    }
    return true;
}

/*
 * What holds for requests above this size: every override that applies to
 * them, the later over the earlier.
 */
static bool add_above(const struct schedule *in, const struct meter *meter,
                      uint64_t above, struct assay_json *prices)
{
    struct assay_day day = {{0}};

    for (size_t i = 0; i < in->count; i++) {
        const struct override *override = &in->overrides[i];
        if (override->above <= above && find_price(in, override->source, meter))
            assay_day_mark(&day, override->from, override->to,
                           (uint8_t)(i + 1));
    }
    return add_hours(in, meter, above, &day, prices);
}

/* True for the first override that changes this meter above its size. */
static bool begins_tier(const struct schedule *in, const struct meter *meter,
                        size_t i)
{
    const struct override *override = &in->overrides[i];

    if (override->above == 0 || !find_price(in, override->source, meter))
        return false;
    for (size_t j = 0; j < i; j++)
        if (in->overrides[j].above == override->above &&
            find_price(in, in->overrides[j].source, meter))
            return false;
    return true;
}

static bool is_minus_one(const struct assay_json *text)
{
    struct assay_decimal value;
    return assay_json_is(text, ASSAY_JSON_STRING) &&
           assay_decimal_parse(text->text, &value) &&
           assay_decimal_compare(value, ASSAY_DECIMAL(-1, 0)) == 0;
}

bool assay_openrouter_read_prices(const struct assay_row *row,
                                  const struct assay_json *pricing,
                                  struct assay_json *prices, bool *varies)
{
    struct schedule in = {.row = row, .pricing = pricing};

    *varies = is_minus_one(assay_json_get(pricing, "prompt")) ||
              is_minus_one(assay_json_get(pricing, "completion"));
    if (*varies)
        return true;
    if (!read_overrides(&in))
        return false;
    for (size_t m = 0; m < LENGTH(meters); m++) {
        if (!add_above(&in, &meters[m], 0, prices))
            return false;
        for (size_t i = 0; i < in.count; i++)
            if (begins_tier(&in, &meters[m], i) &&
                !add_above(&in, &meters[m], in.overrides[i].above, prices))
                return false;
    }
    return true;
}
