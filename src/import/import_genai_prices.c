/*
 * genai-prices' data.json: an array of providers, each with models, their
 * match clauses and prices; 34 providers and 1,442 models in August 2026.
 * Format: prices/data.schema.json and prices/units.yml of
 * pydantic/genai-prices at 47df840a, read 2026-08-21; the meaning of
 * constraints from its Python package (read the same day): the last element
 * whose constraint holds gives all prices, a day's window is half open, a
 * tier's price holds for the whole request above its start.
 *
 * A model becomes the route PROVIDER/ID and nothing more. Its clause goes
 * with the route ("match") and prices responses by their model name; it
 * joins no models, for {"starts_with": "gpt-4o"} takes in dated snapshots
 * whose price is another.
 *
 * Dates and hours are laid out flat, so that a price is found without an
 * order among elements: each component says from when until when, and in
 * which hours, its element wins.
 */
#include "assay/import.h"

#include "assay/identity.h"
#include "assay/pricer.h"
#include "import/import_row.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    PER_THOUSAND = -3,
    PER_MILLION = -6,
    PER_BILLION = -9,
    MAX_ELEMENTS = 64,   /* of one "prices"; 2 are met */
    MAX_FALLBACKS = 100, /* of a provider; 2 are met */
    MINUTES_AN_HOUR = 60,
};

/* ---------------------------------------------------------------- units */

/* Units of tokens that are named otherwise here; the rest keep their name. */
static const struct {
    const char *unit;
    const char *meter;
} token_meters[] = {
    {"input_audio", "audio_input_tokens"},
    {"output_audio", "audio_output_tokens"},
    {"cache_audio_read", "cache_read_audio_tokens"},
    {"cache_audio_write", "cache_write_audio_tokens"},
    {"input_image", "image_input_tokens"},
    {"output_image", "image_output_tokens"},
    {"output_reasoning", "reasoning_tokens"},
    {"output_citation", "citation_tokens"},
};

/*
 * Everything else of units.yml, in dollars for so many; here for one. Hours
 * stay hours: a second is no decimal part of one.
 */
static const struct {
    const char *unit;
    const char *meter;
    int power;
} other_meters[] = {
    {"requests_kcount", "request", PER_THOUSAND},
    {"web_searches_kcount", "web_search", PER_THOUSAND},
    {"social_searches_kcount", "social_search", PER_THOUSAND},
    {"storage_searches_kcount", "storage_search", PER_THOUSAND},
    {"rerank_searches_kcount", "query", PER_THOUSAND},
    {"code_executions_kcount", "code_execution", PER_THOUSAND},
    {"input_text_messages_kcount", "input_text_message", PER_THOUSAND},
    {"input_mchars", "input_character", PER_MILLION},
    {"input_gpixels", "input_pixel", PER_BILLION},
    {"input_document_kpages", "page", PER_THOUSAND},
    {"input_annotated_document_kpages", "annotated_page", PER_THOUSAND},
    {"audio_hours", "audio_hour", 0},
    {"input_audio_hours", "audio_input_hour", 0},
    {"output_audio_hours", "audio_output_hour", 0},
};

struct unit {
    struct assay_str meter;
    enum assay_price_unit unit;
    int power;
};

/* "input_mtok", "requests_kcount"; false for a unit that is not known. */
static bool read_unit(struct assay_arena *arena, struct assay_str key,
                      struct unit *unit)
{
    static const char tokens[] = "_mtok";

    for (size_t i = 0; i < LENGTH(other_meters); i++) {
        if (assay_str_is(key, other_meters[i].unit)) {
            *unit = (struct unit){assay_str_c(other_meters[i].meter),
                                  ASSAY_EACH, other_meters[i].power};
            return true;
        }
    }
    if (!assay_str_ends(key, tokens))
        return false;
    key = assay_str_head(key, key.len - strlen(tokens));
    *unit = (struct unit){.unit = ASSAY_PER_MILLION, .power = 0};
    for (size_t i = 0; i < LENGTH(token_meters); i++)
        if (assay_str_is(key, token_meters[i].unit))
            unit->meter = assay_str_c(token_meters[i].meter);
    if (unit->meter.len == 0)
        unit->meter =
            assay_arena_printf(arena, "%.*s_tokens", ASSAY_STR_ARG(key));
    return true;
}

/* ------------------------------------------------------------- elements */

/* One element of "prices", and when it holds. */
struct element {
    const struct assay_json *prices;
    struct assay_date from; /* unset: always */
    bool daily;
    unsigned first_minute, last_minute; /* half open, UTC */
};

struct reading {
    const struct assay_row *row;
    struct assay_arena *arena;
    struct element elements[MAX_ELEMENTS];
    size_t count;
    struct assay_json *prices; /* FORMATS section 1 */
};

/* "00:30:00Z", "08:30:00+08:00" -> minute of the day in UTC */
static bool parse_time(struct assay_str text, unsigned *minute)
{
    uint64_t part[3], offset[2] = {0, 0};
    size_t zone = 8;

    if (text.len < 9 || text.at[2] != ':' || text.at[5] != ':')
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!assay_str_to_u64((struct assay_str){text.at + i * 3, 2}, &part[i]))
            return false;
    if (part[0] > 23 || part[1] > 59 || part[2] != 0)
        return false;
    bool utc = text.at[zone] == 'Z' && text.len == zone + 1;
    bool east = text.at[zone] == '+', west = text.at[zone] == '-';
    if (!utc &&
        ((!east && !west) || text.len != zone + 6 ||
         !assay_str_to_u64((struct assay_str){text.at + 9, 2}, &offset[0]) ||
         !assay_str_to_u64((struct assay_str){text.at + 12, 2}, &offset[1]) ||
         offset[0] > 23 || offset[1] > 59))
        return false;
    unsigned at = (unsigned)(part[0] * MINUTES_AN_HOUR + part[1]);
    unsigned away = (unsigned)(offset[0] * MINUTES_AN_HOUR + offset[1]);
    *minute = (east ? at + ASSAY_MINUTES_A_DAY - away : at + away) %
              ASSAY_MINUTES_A_DAY;
    return true;
}

static bool read_constraint(struct reading *in,
                            const struct assay_json *constraint,
                            struct element *element)
{
    bool starts = false, ends = false;

    if (constraint->type != ASSAY_JSON_OBJECT)
        return assay_row_wrong_type(in->row, constraint, "an object");
    for (const struct assay_json *at = constraint->first; at; at = at->next) {
        bool ok = at->type == ASSAY_JSON_STRING;
        if (assay_str_is(at->key, "start_date"))
            ok = ok && assay_date_parse_day(at->text, &element->from);
        else if (assay_str_is(at->key, "start_time"))
            starts = ok = ok && parse_time(at->text, &element->first_minute);
        else if (assay_str_is(at->key, "end_time"))
            ends = ok = ok && parse_time(at->text, &element->last_minute);
        else
            return assay_row_refuse(in->row, at,
                                    "unknown constraint, expected start_date, "
                                    "start_time or end_time");
        if (!ok)
            return assay_row_refuse(in->row, at,
                                    "'%.*s', expected a date YYYY-MM-DD or a "
                                    "time such as \"16:30:00Z\"",
                                    ASSAY_STR_ARG(at->text));
    }
    if (starts != ends)
        return assay_row_refuse(in->row, constraint,
                                "one of start_time and end_time, expected "
                                "both");
    element->daily = starts;
    return true;
}

static bool read_element(struct reading *in, const struct assay_json *value)
{
    struct element *element = &in->elements[in->count];
    const struct assay_json *constraint = assay_json_get(value, "constraint");

    if (in->count == MAX_ELEMENTS)
        return assay_row_refuse(in->row, value, "more than %d prices",
                                MAX_ELEMENTS);
    *element = (struct element){.prices = assay_json_get(value, "prices")};
    if (!assay_json_is(element->prices, ASSAY_JSON_OBJECT))
        return assay_row_refuse(in->row, value,
                                "no object \"prices\", expected prices by "
                                "unit");
    for (const struct assay_json *at = value->first; at; at = at->next)
        if (at != constraint && at != element->prices)
            return assay_row_refuse(in->row, at,
                                    "unknown key, expected constraint and "
                                    "prices");
    if (constraint && constraint->type != ASSAY_JSON_NULL &&
        !read_constraint(in, constraint, element))
        return false;
    in->count++;
    return true;
}

/* An object of prices, or an array of {"constraint", "prices"}. */
static bool read_elements(struct reading *in, const struct assay_json *prices)
{
    if (assay_json_is(prices, ASSAY_JSON_OBJECT)) {
        in->elements[in->count++] = (struct element){.prices = prices};
        return true;
    }
    if (prices->type != ASSAY_JSON_ARRAY)
        return assay_row_wrong_type(in->row, prices, "an object or an array");
    for (const struct assay_json *at = prices->first; at; at = at->next)
        if (!read_element(in, at))
            return false;
    return true;
}

/* ----------------------------------------------------------- components */

static void add_component(struct reading *in,
                          const struct assay_price_component *component,
                          const struct assay_day_window *windows, size_t count)
{
    struct assay_price_component one = *component;

    for (size_t i = 0; i < count; i++) {
        one.utc_from = windows[i].from;
        one.utc_to = windows[i].to;
        assay_row_price(in->arena, in->prices, &one);
    }
}

/* A number, or {"base": number, "tiers": [{"start", "price"}]}. */
static bool add_price(struct reading *in, const struct assay_json *price,
                      struct assay_price_component component, int power,
                      const struct assay_day_window *windows, size_t count)
{
    const struct assay_json *base = price, *tiers = NULL;

    if (price->type == ASSAY_JSON_OBJECT) {
        base = assay_json_get(price, "base");
        tiers = assay_json_get(price, "tiers");
        if (!base || !assay_json_is(tiers, ASSAY_JSON_ARRAY))
            return assay_row_refuse(in->row, price,
                                    "expected a number, or \"base\" and "
                                    "\"tiers\"");
    }
    if (!assay_row_usd(in->row, base, power, &component.usd))
        return false;
    add_component(in, &component, windows, count);
    component.when = ASSAY_TIER_ABOVE;
    for (const struct assay_json *tier = tiers ? tiers->first : NULL; tier;
         tier = tier->next) {
        const struct assay_json *start = assay_json_get(tier, "start");
        const struct assay_json *usd = assay_json_get(tier, "price");
        if (!start || !usd)
            return assay_row_refuse(in->row, tier,
                                    "a tier without \"start\" or \"price\"");
        if (!assay_row_count(in->row, start, &component.threshold_tokens) ||
            !assay_row_usd(in->row, usd, power, &component.usd))
            return false;
        add_component(in, &component, windows, count);
    }
    return true;
}

/* The prices of an element in the windows of an interval of days. */
static bool add_element(struct reading *in, const struct element *element,
                        const struct assay_price_component *interval,
                        const struct assay_day_window *windows, size_t count)
{
    for (const struct assay_json *price = element->prices->first; price;
         price = price->next) {
        struct assay_price_component component = *interval;
        struct unit unit;
        if (price->type == ASSAY_JSON_NULL)
            continue;
        if (!read_unit(in->arena, price->key, &unit))
            return assay_row_refuse(in->row, price,
                                    "unit is not known, expected one of "
                                    "genai-prices' units.yml");
        component.meter = unit.meter;
        component.unit = unit.unit;
        component.state = ASSAY_KNOWN;
        if (!add_price(in, price, component, unit.power, windows, count))
            return false;
    }
    return true;
}

/*
 * One interval of days in which the same elements hold: which of them wins
 * in each minute, and its prices for those hours.
 */
static bool add_interval(struct reading *in,
                         const struct assay_price_component *interval)
{
    struct assay_day_window windows[ASSAY_MAX_DAY_WINDOWS];
    struct assay_day day = {{0}};

    for (size_t i = 0; i < in->count; i++) {
        const struct element *element = &in->elements[i];
        if (assay_date_compare(element->from, interval->from) > 0)
            continue;
        if (!element->daily)
            memset(day.minutes, (int)(i + 1), sizeof(day.minutes));
        else if (element->first_minute != element->last_minute)
            assay_day_mark(&day, element->first_minute, element->last_minute,
                           (uint8_t)(i + 1));
    }
    for (size_t i = 0; i < in->count; i++) {
        size_t count =
            assay_day_windows(in->arena, &day, (uint8_t)(i + 1), windows);
        if (count == SIZE_MAX)
            return assay_row_refuse(in->row, in->elements[i].prices,
                                    "more than %d daily windows",
                                    ASSAY_MAX_DAY_WINDOWS);
        if (!add_element(in, &in->elements[i], interval, windows, count))
            return false;
    }
    return true;
}

/* The first start_date after `day`; unset when there is none. */
static struct assay_date next_start(const struct reading *in,
                                    struct assay_date day)
{
    struct assay_date next = {0};

    for (size_t i = 0; i < in->count; i++) {
        struct assay_date from = in->elements[i].from;
        if (assay_date_compare(from, day) > 0 &&
            (!assay_date_set(next) || assay_date_compare(from, next) < 0))
            next = from;
    }
    return next;
}

static bool read_prices(struct reading *in, const struct assay_json *prices)
{
    struct assay_price_component interval = {
        .utc_from = ASSAY_STR(""),
        .utc_to = ASSAY_STR(""),
    };
    struct assay_date next = {0};

    if (!read_elements(in, prices))
        return false;
    do {
        interval.from = next;
        next = next_start(in, interval.from);
        interval.to = (struct assay_date){0};
        if (assay_date_set(next))
            interval.to = assay_date_from_days(assay_date_days(next) - 1);
        if (!add_interval(in, &interval))
            return false;
    } while (assay_date_set(next));
    return true;
}

/* --------------------------------------------------------------- routes */

struct provider {
    const struct assay_json *value;
    struct assay_str id, name; /* canonical; for people */
    struct assay_json *fallback;
};

/* "huggingface_nebius" is Hugging Face's router to Nebius: a provider of its
   own, for the bill is Hugging Face's. */
static struct assay_str name_of(struct assay_arena *arena,
                                const struct provider *provider)
{
    static const char router[] = "huggingface_";
    struct assay_str name = assay_provider_name(provider->id);

    if (!assay_str_equal(name, provider->id))
        return name;
    if (!assay_str_starts(provider->id, router))
        return assay_json_text(provider->value, "name");
    name = assay_str_skip(provider->id, strlen(router));
    name = assay_provider_name(assay_provider_canonical(name));
    return assay_arena_printf(arena, "Hugging Face → %.*s",
                              ASSAY_STR_ARG(name));
}

static bool begin_provider(struct assay_batch *batch,
                           const struct assay_json *value,
                           struct provider *provider)
{
    struct assay_row row = {batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("")};
    struct assay_arena *arena = batch->arena;
    struct assay_str id = assay_json_text(value, "id");
    const struct assay_json *models = assay_json_get(value, "models");
    const struct assay_json *fallback =
        assay_json_get(value, "fallback_model_providers");

    if (id.len == 0 || !assay_json_is(models, ASSAY_JSON_ARRAY))
        return assay_row_refuse(&row, value,
                                "no \"id\" or \"models\", expected a provider");
    /* every route carries them all */
    if (fallback && fallback->count > MAX_FALLBACKS)
        return assay_row_refuse(&row, fallback,
                                "%u elements, expected at most %d",
                                (unsigned)fallback->count, MAX_FALLBACKS);
    *provider = (struct provider){.value = value};
    provider->id = assay_provider_canonical(id);
    provider->name = name_of(arena, provider);
    if (!assay_json_is(fallback, ASSAY_JSON_ARRAY))
        return true;
    provider->fallback = assay_json_array(arena);
    for (const struct assay_json *at = fallback->first; at; at = at->next)
        assay_json_add(
            provider->fallback,
            assay_json_string(arena, assay_provider_canonical(at->text)));
    return true;
}

/* Carried over as it stands, once it is sure that it can be tested. */
static bool set_match(const struct assay_row *row,
                      const struct assay_json *clause, struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_error err = {0};
    struct assay_match *match;

    if (!clause || clause->type == ASSAY_JSON_NULL)
        return true;
    match = assay_match_new(arena, clause, &err);
    if (!match)
        return assay_row_refuse(row, clause, "%s", err.text);
    assay_match_release(match);
    assay_json_set(route, "match", assay_json_copy(arena, clause));
    return true;
}

static bool set_model(const struct assay_row *row,
                      const struct assay_json *model, struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    const struct assay_json *deprecated = assay_json_get(model, "deprecated");
    const struct assay_json *prices = assay_json_get(model, "prices");
    struct reading *in;
    uint64_t context;

    if (assay_json_is(deprecated, ASSAY_JSON_TRUE))
        assay_json_set_c(arena, route, "status", "deprecated");
    if (!assay_row_count(row, assay_json_get(model, "context_window"),
                         &context))
        return false;
    if (context > 0)
        assay_json_set_uint(arena, route, "context_tokens", context);
    if (!prices || prices->type == ASSAY_JSON_NULL)
        return true;
    in = ASSAY_NEW(arena, struct reading);
    in->row = row;
    in->arena = arena;
    in->prices = assay_json_array(arena);
    if (!read_prices(in, prices))
        return false;
    if (in->prices->count > 0)
        assay_json_set(route, "prices", in->prices);
    return true;
}

static void add_model(struct assay_batch *batch,
                      const struct provider *provider,
                      const struct assay_json *model)
{
    struct assay_row row = {batch, ASSAY_SUBJECT_ROUTE, ASSAY_STR("")};
    struct assay_arena *arena = batch->arena;
    struct assay_json *route = assay_json_object(arena);
    struct assay_str id = assay_json_text(model, "id");

    batch->rows++;
    if (id.len == 0) {
        assay_row_refuse(&row, model, "no \"id\", expected a model");
        return;
    }
    row.id = assay_row_id(arena, provider->id, '/', id);
    assay_json_set_text(arena, route, "id", row.id);
    assay_json_set_text(arena, route, "provider", provider->id);
    if (provider->name.len > 0)
        assay_json_set_text(arena, route, "provider_name", provider->name);
    if (!set_match(&row, assay_json_get(model, "match"), route) ||
        !set_model(&row, model, route))
        return;
    if (provider->fallback)
        assay_json_set(route, "fallback",
                       assay_json_copy(arena, provider->fallback));
    assay_row_add(&row, route, model);
}

static bool read_genai_prices(struct assay_batch *batch,
                              const struct assay_json *document,
                              struct assay_error *err)
{
    struct provider provider = {0};

    if (document->type != ASSAY_JSON_ARRAY)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a JSON %s, expected genai-prices' array of "
                          "providers",
                          assay_json_type_name(document));
    if (!assay_row_limit(batch, document, err))
        return false;
    for (const struct assay_json *value = document->first; value;
         value = value->next) {
        const struct assay_json *models = assay_json_get(value, "models");

        if (!begin_provider(batch, value, &provider))
            continue;
        if (!assay_row_limit(batch, models, err))
            return false;
        for (const struct assay_json *model = models->first; model;
             model = model->next)
            add_model(batch, &provider, model);
    }
    if (batch->rows == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no provider with models, expected genai-prices' "
                          "array of providers");
    return true;
}

const struct assay_import_format assay_import_genai_prices = {
    .name = "genai-prices",
    .summary = "genai-prices' data.json, with its match clauses",
    .title = "genai-prices",
    .url = "https://raw.githubusercontent.com/pydantic/genai-prices/main/"
           "prices/data.json",
    .license = "MIT",
    .read = read_genai_prices,
};
