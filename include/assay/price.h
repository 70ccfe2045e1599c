/*
 * Price components and what usage costs by them.
 *
 * A price list is the chosen components of one route: all meters of one
 * route and tier together. Tens of components at most.
 */
#ifndef ASSAY_PRICE_H
#define ASSAY_PRICE_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/decimal.h"
#include "assay/json.h"
#include "assay/state.h"
#include "assay/str.h"

struct assay_claim;

enum assay_price_unit {
    ASSAY_PER_MILLION, /* dollars per million tokens */
    ASSAY_EACH,        /* dollars for one (image, request, search …) */
};

enum assay_tier_operator {
    ASSAY_TIER_ALWAYS,
    ASSAY_TIER_ABOVE, /* input tokens of the request >  threshold */
    ASSAY_TIER_FROM,  /* input tokens of the request >= threshold */
};

struct assay_price_component {
    struct assay_str meter; /* "input_tokens", "image" … FORMATS section 1 */
    enum assay_price_unit unit;
    enum assay_state state; /* KNOWN, FREE (0), or UNKNOWN ("not stated") */
    struct assay_decimal usd;
    enum assay_tier_operator when;
    uint64_t threshold_tokens;
    bool marginal;             /* only tokens past the threshold; else all */
    struct assay_date from;    /* first day, or unset */
    struct assay_date to;      /* last day, or unset */
    struct assay_str utc_from; /* "HHMM" of a daily window, or empty */
    struct assay_str utc_to;
    const struct assay_claim *claim;
};

struct assay_price_list {
    struct assay_price_component *components;
    size_t count;
};

/*
 * Reads the array `prices` of a route statement ("prices": [...]) in
 * canonical form; claim is copied into each. Bad components are skipped:
 * facts.c has checked them.
 */
void assay_price_list_read(struct assay_arena *arena,
                           const struct assay_json *prices,
                           const struct assay_claim *claim,
                           struct assay_price_list *list);

/*
 * The component of `meter` in force for a request of `input_tokens` on
 * `day` (unset: undated ones and the newest dated one): the highest matching
 * threshold, later dated ones before earlier ones, undated and without a
 * daily window last. NULL when the list does not price this meter.
 */
const struct assay_price_component *assay_price_find(
    const struct assay_price_list *list, struct assay_str meter,
    struct assay_decimal input_tokens, struct assay_date day);

/*
 * The usage of one request, or of many alike. Parts never overlap wholes:
 * input holds cached and audio, output holds reasoning and audio, as
 * providers report them; what is charged separately is taken out once.
 */
struct assay_usage {
    struct assay_decimal input_tokens;          /* all of the input */
    struct assay_decimal cache_read_tokens;     /* of these, read from cache */
    struct assay_decimal cache_write_tokens;    /* of these, written to it */
    struct assay_decimal cache_write_1h_tokens; /* of cache_write, 1 h class */
    struct assay_decimal audio_input_tokens;
    struct assay_decimal output_tokens;    /* all of the output */
    struct assay_decimal reasoning_tokens; /* of these */
    struct assay_decimal audio_output_tokens;
    struct assay_decimal images;   /* priced per image, if so */
    struct assay_decimal searches; /* web searches billed apart */
    struct assay_decimal requests; /* 1 for a single response */
    /* Input size of ONE request, for tier thresholds. */
    struct assay_decimal tier_input_tokens;
};

struct assay_bill_line {
    struct assay_str meter;
    enum assay_state state; /* KNOWN, FREE or UNKNOWN (no price for it) */
    struct assay_decimal quantity;
    struct assay_decimal rate; /* as the component states it */
    enum assay_price_unit unit;
    struct assay_decimal usd;
    struct assay_str note; /* "cached input at the plain input price" or "" */
    const struct assay_claim *claim;
};

struct assay_bill {
    /* KNOWN; FREE when every part is; BOUND when a needed meter has no
       price; UNKNOWN when none of the used meters has one. */
    enum assay_state state;
    struct assay_decimal usd; /* of the known parts */
    struct assay_decimal input_usd, output_usd;
    struct assay_bill_line *lines;
    size_t line_count;
};

/*
 * What the usage costs by the list on `day`. Cached input without a cache
 * price is charged as plain input, reasoning and audio without a price of
 * their own as output or input, each with a note. False with BAD_INPUT when
 * parts exceed their whole (cached > input …), naming both; LIMIT when the
 * result needs more than 38 digits.
 */
bool assay_price_usage(struct assay_arena *arena,
                       const struct assay_price_list *list,
                       const struct assay_usage *usage, struct assay_date day,
                       struct assay_bill *bill, struct assay_error *err);

#endif
