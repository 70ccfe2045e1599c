/*
 * Values of claims in the words of a page.
 */
#include "compare/page_parts.h"

struct assay_str assay_page_when(struct assay_arena *arena,
                                 const struct assay_price_component *price)
{
    struct assay_str words = {"", 0};
    struct assay_str from = assay_date_text(arena, price->from);
    struct assay_str to = assay_date_text(arena, price->to);

    if (price->when != ASSAY_TIER_ALWAYS) {
        struct assay_str tokens = assay_decimal_fixed(
            arena, assay_decimal_uint(price->threshold_tokens), 0);

        words = assay_arena_printf(
            arena, "%s %.*s input tokens%s",
            price->when == ASSAY_TIER_ABOVE ? "above" : "from",
            ASSAY_STR_ARG(tokens),
            price->marginal ? ", for those past it" : "");
    }
    if (from.len)
        words =
            assay_arena_printf(arena, "%.*s%sfrom %.*s", ASSAY_STR_ARG(words),
                               words.len ? "; " : "", ASSAY_STR_ARG(from));
    if (to.len)
        words = assay_arena_printf(arena, "%.*s%sto %.*s", ASSAY_STR_ARG(words),
                                   words.len ? "; " : "", ASSAY_STR_ARG(to));
    if (price->utc_from.len)
        words = assay_arena_printf(arena, "%.*s%s%.*s-%.*s UTC",
                                   ASSAY_STR_ARG(words), words.len ? "; " : "",
                                   ASSAY_STR_ARG(price->utc_from),
                                   ASSAY_STR_ARG(price->utc_to));
    return words;
}

struct assay_str assay_page_address(struct assay_str url)
{
    bool outside =
        assay_str_starts(url, "https://") || assay_str_starts(url, "http://");

    return outside ? url : ASSAY_STR("");
}

/* "$0.50, $1 above 65,536 input tokens" */
static struct assay_str price_words(struct assay_arena *arena,
                                    const struct assay_claim *claim)
{
    struct assay_str words = {"", 0};
    struct assay_price_list list;

    assay_price_list_read(arena, claim->value, claim, &list);
    for (size_t i = 0; i < list.count; i++) {
        const struct assay_price_component *price = &list.components[i];
        struct assay_str usd = price->state == ASSAY_UNKNOWN
                                   ? ASSAY_STR("not stated")
                                   : assay_price_text(arena, price->usd);
        struct assay_str when = assay_page_when(arena, price);

        words =
            assay_arena_printf(arena, "%.*s%s%.*s%s%.*s", ASSAY_STR_ARG(words),
                               words.len ? ", " : "", ASSAY_STR_ARG(usd),
                               when.len ? " " : "", ASSAY_STR_ARG(when));
    }
    return words;
}

struct assay_str assay_page_claim_words(struct assay_arena *arena,
                                        const struct assay_claim *claim)
{
    uint64_t n;

    if (assay_str_starts(claim->fact, "price.") &&
        assay_json_is(claim->value, ASSAY_JSON_ARRAY))
        return price_words(arena, claim);
    if (assay_json_to_u64(claim->value, &n))
        return assay_decimal_fixed(arena, assay_decimal_uint(n), 0);
    if (assay_json_is(claim->value, ASSAY_JSON_TRUE))
        return ASSAY_STR("Yes");
    if (assay_json_is(claim->value, ASSAY_JSON_FALSE))
        return ASSAY_STR("No");
    return assay_claim_text(arena, claim);
}

struct assay_str assay_page_score(struct assay_arena *arena,
                                  const struct assay_json *row)
{
    struct assay_str score = assay_json_text(row, "value");
    struct assay_str unit = assay_json_text(row, "unit");

    if (assay_str_is(unit, "percent"))
        return assay_arena_printf(arena, "%.*s %%", ASSAY_STR_ARG(score));
    if (assay_str_is(unit, "elo"))
        return assay_arena_printf(arena, "%.*s Elo", ASSAY_STR_ARG(score));
    return score;
}

struct assay_str assay_page_setting(struct assay_arena *arena,
                                    const struct assay_json *row)
{
    struct assay_str setting = assay_json_text(row, "setting");
    struct assay_str variant = assay_json_text(row, "variant");

    if (!setting.len && !variant.len)
        return ASSAY_STR("not stated");
    return assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(setting),
                              setting.len && variant.len ? ", " : "",
                              ASSAY_STR_ARG(variant));
}
