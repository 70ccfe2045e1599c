/*
 * A claim's value: typed, in words, and whether two of them say the same.
 */
#include "assay/buf.h"
#include "catalog/claims.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_TEXT_BYTES = 64 << 10,
    MAX_LIST_ITEMS = 256,
    /* Counts below it are not rounded: 30 days are not 29. */
    LEAST_ROUNDED = 1000,
};

/* ---------------------------------------------------------------- typed */

static const struct assay_json *chosen_value(const struct assay_choice *choice)
{
    return choice && choice->count > 0 ? choice->claims[0]->value : NULL;
}

enum assay_state assay_choice_text(const struct assay_choice *choice,
                                   struct assay_str *text)
{
    const struct assay_json *value = chosen_value(choice);
    if (!assay_json_is(value, ASSAY_JSON_STRING))
        return ASSAY_UNKNOWN;
    *text = value->text;
    return ASSAY_KNOWN;
}

enum assay_state assay_choice_uint(const struct assay_choice *choice,
                                   uint64_t *number)
{
    return assay_json_to_u64(chosen_value(choice), number) ? ASSAY_KNOWN
                                                           : ASSAY_UNKNOWN;
}

enum assay_state assay_choice_bool(const struct assay_choice *choice,
                                   bool *truth)
{
    const struct assay_json *value = chosen_value(choice);
    bool yes = assay_json_is(value, ASSAY_JSON_TRUE);
    if (!yes && !assay_json_is(value, ASSAY_JSON_FALSE))
        return ASSAY_UNKNOWN;
    *truth = yes;
    return ASSAY_KNOWN;
}

enum assay_state assay_choice_date(const struct assay_choice *choice,
                                   struct assay_date *date)
{
    if (!choice || choice->count == 0 ||
        !assay_claim_date(choice->claims[0], date))
        return ASSAY_UNKNOWN;
    return ASSAY_KNOWN;
}

bool assay_claim_date(const struct assay_claim *claim, struct assay_date *date)
{
    return assay_json_is(claim->value, ASSAY_JSON_STRING) &&
           assay_date_parse(claim->value->text, date);
}

int assay_claim_rank(const struct assay_claim *a, const struct assay_claim *b)
{
    int order = (int)a->source->kind - (int)b->source->kind;
    if (order == 0)
        order = assay_date_compare(b->read, a->read);
    if (order == 0)
        order = assay_str_compare(a->source->id, b->source->id);
    return order ? order : assay_str_compare(a->subject, b->subject);
}

/* ------------------------------------------------------------- in words */

static void add_price(struct assay_buf *out, struct assay_arena *arena,
                      const struct assay_price_component *c)
{
    if (c->state == ASSAY_UNKNOWN)
        assay_buf_add_c(out, "not stated");
    else
        assay_buf_add(out, assay_decimal_text(arena, c->usd));
    if (c->when != ASSAY_TIER_ALWAYS)
        assay_buf_printf(out, " %s %llu input tokens",
                         c->when == ASSAY_TIER_ABOVE ? "above" : "from",
                         (unsigned long long)c->threshold_tokens);
    if (c->marginal)
        assay_buf_add_c(out, " for the tokens past it");
    if (assay_date_set(c->from))
        assay_buf_printf(out, " from %.*s",
                         ASSAY_STR_ARG(assay_date_text(arena, c->from)));
    if (assay_date_set(c->to))
        assay_buf_printf(out, " to %.*s",
                         ASSAY_STR_ARG(assay_date_text(arena, c->to)));
    if (c->utc_from.len > 0)
        assay_buf_printf(out, " %.*s-%.*s UTC", ASSAY_STR_ARG(c->utc_from),
                         ASSAY_STR_ARG(c->utc_to));
}

/* "30", or "1.25, 2.5 above 200000 input tokens". */
static void add_prices(struct assay_buf *out, struct assay_arena *arena,
                       const struct assay_claim *claim)
{
    struct assay_price_list list;
    assay_price_list_read(arena, claim->value, claim, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0)
            assay_buf_add_c(out, ", ");
        add_price(out, arena, &list.components[i]);
    }
}

/* "MMLU 52.2 percent, 5-shot, pretrained" */
static void add_benchmark(struct assay_buf *out, const struct assay_json *row)
{
    static const char *const keys[] = {"setting", "variant", "harness", "date"};
    struct assay_str unit = assay_json_text(row, "unit");

    assay_buf_add(out, assay_json_text(row, "name"));
    assay_buf_add_char(out, ' ');
    assay_buf_add(out, assay_json_text(row, "value"));
    if (unit.len > 0)
        assay_buf_printf(out, " %.*s", ASSAY_STR_ARG(unit));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct assay_str text = assay_json_text(row, keys[i]);
        if (text.len > 0)
            assay_buf_printf(out, ", %.*s", ASSAY_STR_ARG(text));
    }
}

/* "25 of 27 against 15 of 27 of openai/gpt-4o on support.yaml: better" */
static void add_trial(struct assay_buf *out, const struct assay_json *row)
{
    static const char *const keys[] = {
        "passed", " of ",      "n",      " against ", "against_passed",
        " of ",   "against_n", " of ",   "against",   " on ",
        "suite",  ": ",        "verdict"};
    struct assay_str verdict = assay_json_text(row, "verdict");

    for (size_t i = 0; i + 1 < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct assay_json *value = assay_json_get(row, keys[i]);
        if (i % 2)
            assay_buf_add_c(out, keys[i]);
        else if (value && value->type != ASSAY_JSON_NULL)
            assay_buf_add(out, value->text);
    }
    if (assay_str_is(verdict, "this"))
        verdict = ASSAY_STR("better");
    else if (assay_str_is(verdict, "against"))
        verdict = ASSAY_STR("worse");
    assay_buf_add(out, verdict);
}

static void add_scalar(struct assay_buf *out, struct assay_arena *arena,
                       const struct assay_json *value)
{
    struct assay_decimal number;

    if (value->type == ASSAY_JSON_NULL)
        assay_buf_add_c(out, "not stated");
    else if (value->type == ASSAY_JSON_TRUE || value->type == ASSAY_JSON_FALSE)
        assay_buf_add_c(out, value->type == ASSAY_JSON_TRUE ? "true" : "false");
    else if (value->type == ASSAY_JSON_NUMBER &&
             assay_decimal_parse(value->text, &number))
        assay_buf_add(out, assay_decimal_text(arena, number));
    else
        assay_buf_add(out, value->text);
}

/* "text, image", "rule openai-tiles, low 85"; deeper ones as JSON. */
static void add_members(struct assay_buf *out, struct assay_arena *arena,
                        const struct assay_json *value)
{
    for (const struct assay_json *at = value->first; at; at = at->next) {
        if (at != value->first)
            assay_buf_add_c(out, ", ");
        if (value->type == ASSAY_JSON_OBJECT)
            assay_buf_printf(out, "%.*s ", ASSAY_STR_ARG(at->key));
        if (at->type == ASSAY_JSON_ARRAY || at->type == ASSAY_JSON_OBJECT)
            assay_json_write(out, at, (struct assay_json_style){0});
        else
            add_scalar(out, arena, at);
    }
}

struct assay_str assay_claim_text(struct assay_arena *arena,
                                  const struct assay_claim *claim)
{
    const struct assay_json *value = claim->value;
    struct assay_buf out;

    assay_buf_init(&out, MAX_TEXT_BYTES);
    if (value->type == ASSAY_JSON_ARRAY &&
        assay_str_starts(claim->fact, "price."))
        add_prices(&out, arena, claim);
    else if (value->type == ASSAY_JSON_OBJECT &&
             assay_str_is(claim->fact, "benchmark"))
        add_benchmark(&out, value);
    else if (value->type == ASSAY_JSON_OBJECT &&
             assay_str_is(claim->fact, "trial"))
        add_trial(&out, value);
    else if (value->type == ASSAY_JSON_ARRAY ||
             value->type == ASSAY_JSON_OBJECT)
        add_members(&out, arena, value);
    else
        add_scalar(&out, arena, value);
    struct assay_str text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/* ------------------------------------------------------------ agreement */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int compare_folded(struct assay_str a, struct assay_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < common; i++) {
        int order =
            (unsigned char)lower(a.at[i]) - (unsigned char)lower(b.at[i]);
        if (order != 0)
            return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int significant_digits(struct assay_decimal x)
{
    int n = 0;
    for (; x.digits != 0; x.digits /= 10)
        n++;
    return n;
}

/* `few` is `many` rounded to as many digits as it has. */
static bool is_rounded(struct assay_decimal few, struct assay_decimal many)
{
    int digits = significant_digits(few);
    return digits < significant_digits(many) &&
           assay_decimal_compare(assay_decimal_round_digits(many, digits),
                                 few) == 0;
}

/* 128000 for 131072, 1000000 for 1048576: thousands of 1024 called 1000. */
static bool is_binary(uint64_t decimal, uint64_t binary)
{
    while (binary > 0 && binary % 1024 == 0) {
        binary = binary / 1024 * 1000;
        if (binary == decimal)
            return true;
    }
    return false;
}

static bool numbers_agree(const struct assay_json *a,
                          const struct assay_json *b)
{
    struct assay_decimal x, y, gap, bound;
    uint64_t m, n;

    if (assay_str_equal(a->text, b->text))
        return true;
    if (!assay_decimal_parse(a->text, &x) || !assay_decimal_parse(b->text, &y))
        return false;
    int order = assay_decimal_compare(x, y);
    if (order == 0)
        return true;
    struct assay_decimal least = order < 0 ? x : y, most = order < 0 ? y : x;
    if (assay_decimal_compare(least, ASSAY_DECIMAL(LEAST_ROUNDED, 0)) < 0 ||
        !assay_decimal_sub(most, least, &gap) ||
        !assay_decimal_mul(most, ASSAY_DECIMAL(5, -2), &bound) ||
        assay_decimal_compare(gap, bound) > 0)
        return false;
    return is_rounded(x, y) || is_rounded(y, x) ||
           (assay_json_to_u64(a, &m) && assay_json_to_u64(b, &n) &&
            (is_binary(m, n) || is_binary(n, m)));
}

static bool texts_agree(struct assay_str a, struct assay_str b)
{
    struct assay_date x, y;
    if (compare_folded(a, b) == 0)
        return true;
    return assay_date_parse(a, &x) && assay_date_parse(b, &y) &&
           (assay_date_agrees(x, y) || assay_date_agrees(y, x));
}

static int compare_items(const void *a, const void *b)
{
    const struct assay_str *x = a, *y = b;
    return compare_folded(*x, *y);
}

/* The texts of a list, sorted; false when it holds anything else. */
static bool sorted_items(const struct assay_json *list,
                         struct assay_str items[MAX_LIST_ITEMS])
{
    size_t n = 0;
    if (list->count > MAX_LIST_ITEMS)
        return false;
    for (const struct assay_json *at = list->first; at; at = at->next) {
        if (at->type != ASSAY_JSON_STRING)
            return false;
        items[n++] = at->text;
    }
    qsort(items, n, sizeof(*items), compare_items);
    return true;
}

/* In any order, in either case. */
static bool lists_agree(const struct assay_json *a, const struct assay_json *b)
{
    struct assay_str x[MAX_LIST_ITEMS], y[MAX_LIST_ITEMS];

    if (assay_json_equal(a, b))
        return true;
    if (a->count != b->count || !sorted_items(a, x) || !sorted_items(b, y))
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (compare_folded(x[i], y[i]) != 0)
            return false;
    return true;
}

static bool prices_agree(const struct assay_json *a, const struct assay_json *b)
{
    struct assay_price_component x, y;

    if (assay_json_equal(a, b))
        return true;
    if (!assay_price_base(a, &x) || !assay_price_base(b, &y))
        return false;
    return x.state == y.state && x.unit == y.unit &&
           assay_decimal_compare(x.usd, y.usd) == 0;
}

bool assay_claim_agrees(const struct assay_claim *a,
                        const struct assay_claim *b)
{
    const struct assay_json *x = a->value, *y = b->value;

    if (x->type != y->type)
        return false;
    switch (x->type) {
    case ASSAY_JSON_NUMBER:
        return numbers_agree(x, y);
    case ASSAY_JSON_STRING:
        return texts_agree(x->text, y->text);
    case ASSAY_JSON_ARRAY:
        return assay_str_starts(a->fact, "price.") ? prices_agree(x, y)
                                                   : lists_agree(x, y);
    case ASSAY_JSON_OBJECT:
        return assay_json_equal(x, y);
    default:
        return true;
    }
}
