/*
 * One row of a public list on its way into a batch: places for refusals,
 * and numbers taken from the source's own text.
 */
#include "import/import_row.h"

#include "assay/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    MAX_DIGITS_BEFORE_POINT = 18,
    MAX_ROWS = 100000, /* of a document; 5,300 are met */
};

bool assay_row_limit(const struct assay_batch *batch,
                     const struct assay_json *list, struct assay_error *err)
{
    uint64_t rows = (uint64_t)batch->rows + list->count;

    return rows <= MAX_ROWS ||
           assay_fail(err, ASSAY_LIMIT,
                      "line %" PRIu32 ": %" PRIu64 " rows, expected at most %d",
                      list->line, rows, MAX_ROWS);
}

bool assay_row_refuse(const struct assay_row *row, const struct assay_json *at,
                      const char *reason, ...)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_refusal refusal = {.kind = row->kind, .id = row->id};
    struct assay_str path = assay_json_path(arena, at);
    va_list args;

    refusal.place =
        assay_arena_printf(arena, "line %" PRIu32 "%s%.*s", at->line,
                           path.len ? ", " : "", ASSAY_STR_ARG(path));
    va_start(args, reason);
    refusal.reason = assay_arena_vprintf(arena, reason, args);
    va_end(args);
    assay_batch_refuse(row->batch, &refusal);
    return false;
}

bool assay_row_wrong_type(const struct assay_row *row,
                          const struct assay_json *at, const char *expected)
{
    static const char *const names[] = {
        [ASSAY_JSON_NULL] = "null",        [ASSAY_JSON_FALSE] = "false",
        [ASSAY_JSON_TRUE] = "true",        [ASSAY_JSON_NUMBER] = "a number",
        [ASSAY_JSON_STRING] = "a string",  [ASSAY_JSON_ARRAY] = "an array",
        [ASSAY_JSON_OBJECT] = "an object",
    };

    return assay_row_refuse(row, at, "%s, expected %s", names[at->type],
                            expected);
}

struct assay_str assay_row_id(struct assay_arena *arena, struct assay_str start,
                              char joint, struct assay_str end)
{
    char *id = assay_arena_alloc(arena, start.len + 1 + end.len, 1);

    if (start.len > 0)
        memcpy(id, start.at, start.len);
    id[start.len] = joint;
    if (end.len > 0)
        memcpy(id + start.len + 1, end.at, end.len);
    return (struct assay_str){id, start.len + 1 + end.len};
}

struct assay_str assay_row_slug(struct assay_arena *arena,
                                struct assay_str text, size_t max_bytes)
{
    char *out = assay_arena_alloc(arena, max_bytes, 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len && len < max_bytes; i++) {
        char c = text.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (c == '.' && len > 0);
        if (plain)
            out[len++] = c;
        else if (len > 0 && out[len - 1] != '-')
            out[len++] = '-';
    }
    while (len > 0 && (out[len - 1] == '-' || out[len - 1] == '.'))
        len--;
    return (struct assay_str){out, len};
}

bool assay_row_add(const struct assay_row *row, const struct assay_json *object,
                   const struct assay_json *at)
{
    struct assay_error err = {0};

    if (assay_batch_add(row->batch, row->kind, object, &err)) {
        row->batch->last->line = at->line;
        return true;
    }
    return assay_row_refuse(row, at, "%s", err.text);
}

static void set_day(struct assay_arena *arena, struct assay_json *object,
                    const char *key, struct assay_date day)
{
    if (assay_date_set(day))
        assay_json_set_text(arena, object, key, assay_date_text(arena, day));
}

void assay_row_price(struct assay_arena *arena, struct assay_json *prices,
                     const struct assay_price_component *price)
{
    struct assay_json *object =
        assay_json_add(prices, assay_json_object(arena));
    const char *unit =
        price->unit == ASSAY_EACH ? "usd_each" : "usd_per_million";

    assay_json_set_text(arena, object, "meter", price->meter);
    if (price->state == ASSAY_UNKNOWN)
        assay_json_set_null(arena, object, unit);
    else
        assay_json_set_text(arena, object, unit,
                            assay_decimal_text(arena, price->usd));
    if (price->when != ASSAY_TIER_ALWAYS) {
        const char *sign = price->when == ASSAY_TIER_FROM ? ">=" : ">";
        assay_json_set_text(arena, object, "when_input_tokens",
                            assay_arena_printf(arena, "%s%" PRIu64, sign,
                                               price->threshold_tokens));
        assay_json_set_c(arena, object, "scope",
                         price->marginal ? "marginal" : "whole_request");
    }
    set_day(arena, object, "from", price->from);
    set_day(arena, object, "to", price->to);
    if (price->utc_from.len > 0) {
        assay_json_set_text(arena, object, "utc_from", price->utc_from);
        assay_json_set_text(arena, object, "utc_to", price->utc_to);
    }
}

bool assay_row_usd(const struct assay_row *row, const struct assay_json *number,
                   int power, struct assay_decimal *usd)
{
    struct assay_decimal price;

    if (number->type != ASSAY_JSON_NUMBER)
        return assay_row_wrong_type(row, number, "a price in dollars");
    if (!assay_decimal_parse(number->text, &price))
        return assay_row_refuse(row, number,
                                "'%.*s' has too many digits, expected a price "
                                "in dollars of at most 38",
                                ASSAY_STR_ARG(number->text));
    if (assay_decimal_sign(price) < 0)
        return assay_row_refuse(
            row, number, "'%.*s' is negative, expected a price in dollars",
            ASSAY_STR_ARG(number->text));
    price = assay_decimal_scale(price, power);
    if (assay_decimal_compare(price, ASSAY_DECIMAL(1, 7)) > 0)
        return assay_row_refuse(row, number,
                                "'%.*s' is impossible, expected at most "
                                "10,000,000 dollars%s",
                                ASSAY_STR_ARG(number->text),
                                power == 6 ? " per million" : "");
    *usd = price;
    return true;
}

double assay_row_number(const struct assay_json *value)
{
    struct assay_decimal number;

    return assay_json_is(value, ASSAY_JSON_NUMBER) &&
                   assay_decimal_parse(value->text, &number)
               ? assay_decimal_double(number)
               : (double)NAN;
}

bool assay_row_count(const struct assay_row *row,
                     const struct assay_json *number, uint64_t *count)
{
    struct assay_decimal value;

    *count = 0;
    if (!number || number->type == ASSAY_JSON_NULL)
        return true;
    if (number->type != ASSAY_JSON_NUMBER)
        return assay_row_wrong_type(row, number, "a whole number of tokens");
    if (!assay_decimal_parse(number->text, &value) ||
        assay_decimal_sign(value) < 0 || value.exponent < 0 ||
        assay_decimal_compare(value,
                              ASSAY_DECIMAL(1, MAX_DIGITS_BEFORE_POINT)) > 0)
        return assay_row_refuse(
            row, number, "number '%.*s', expected a whole number of tokens",
            ASSAY_STR_ARG(number->text));
    while (value.exponent-- > 0)
        value.digits *= 10;
    *count = (uint64_t)value.digits;
    return true;
}

void assay_day_mark(struct assay_day *day, unsigned from, unsigned to,
                    uint8_t what)
{
    unsigned at = from % ASSAY_MINUTES_A_DAY;

    do {
        day->minutes[at] = what;
        at = (at + 1) % ASSAY_MINUTES_A_DAY;
    } while (at != to % ASSAY_MINUTES_A_DAY);
}

static struct assay_str hhmm(struct assay_arena *arena, unsigned minute)
{
    return assay_arena_printf(arena, "%02u%02u", minute / 60, minute % 60);
}

/* True where a run of `what` begins; the day is a circle. */
static bool begins(const struct assay_day *day, unsigned at, uint8_t what)
{
    unsigned before = (at + ASSAY_MINUTES_A_DAY - 1) % ASSAY_MINUTES_A_DAY;
    return day->minutes[at] == what && day->minutes[before] != what;
}

size_t assay_day_windows(struct assay_arena *arena, const struct assay_day *day,
                         uint8_t what,
                         struct assay_day_window windows[ASSAY_MAX_DAY_WINDOWS])
{
    size_t count = 0;

    for (unsigned from = 0; from < ASSAY_MINUTES_A_DAY; from++) {
        unsigned to = from;
        if (!begins(day, from, what))
            continue;
        if (count == ASSAY_MAX_DAY_WINDOWS)
            return SIZE_MAX;
        while (day->minutes[to] == what)
            to = (to + 1) % ASSAY_MINUTES_A_DAY;
        windows[count].from = hhmm(arena, from);
        windows[count++].to = hhmm(arena, to);
    }
    if (count == 0 && day->minutes[0] == what) {
        windows[count].from = ASSAY_STR("");
        windows[count++].to = ASSAY_STR("");
    }
    return count;
}
