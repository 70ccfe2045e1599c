/*
 * Values in words: counts with commas, prices, ratios, parameters, and the
 * names of facts.
 */
#include "compare/comparison.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *fact, *title;
} titles[] = {
    {"context_tokens", "context"},
    {"max_output_tokens", "max output"},
    {"parameters_total", "parameters"},
    {"parameters_active", "active parameters"},
    {"open_weights", "open weights"},
    {"license", "licence"},
    {"license_class", "licence class"},
    {"knowledge_cutoff", "knowledge to"},
    {"modalities_in", "reads"},
    {"modalities_out", "writes"},
    {"lifecycle.status", "status"},
    {"lifecycle.deprecated_on", "deprecated on"},
    {"lifecycle.retired_on", "retired on"},
    {"lifecycle.replacement", "replacement"},
    {"retired_on", "retired on"},
    {"api.kind", "wire format"},
    {"api.base_url", "address"},
    {"api.key_env", "key variable"},
    {"price.input_tokens", "input price"},
    {"price.output_tokens", "output price"},
    {"price.cache_read_tokens", "cached input price"},
    {"price.cache_write_tokens", "cache write price"},
    {"price.image", "image price"},
};

struct assay_str assay_fact_title(struct assay_arena *arena,
                                  struct assay_str fact)
{
    struct assay_str text = fact;
    char *copy;

    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (assay_str_is(fact, titles[i].fact))
            return assay_str_c(titles[i].title);
    if (assay_str_starts(fact, "price."))
        text = assay_arena_printf(
            arena, "%.*s price",
            ASSAY_STR_ARG(assay_str_skip(fact, strlen("price."))));
    else if (assay_str_starts(fact, "capabilities."))
        text = assay_str_skip(fact, strlen("capabilities."));
    else if (assay_str_starts(fact, "data."))
        text = assay_str_skip(fact, strlen("data."));
    copy = assay_arena_cstr(arena, text);
    for (char *p = copy; *p; p++)
        if (*p == '_')
            *p = ' ';
    return assay_str_c(copy);
}

struct assay_str assay_compare_title(struct assay_arena *arena,
                                     struct assay_model *const *models,
                                     size_t count)
{
    struct assay_str text = {"", 0};

    for (size_t i = 0; i < count; i++)
        text = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  i ? "  ·  " : "",
                                  ASSAY_STR_ARG(models[i]->name));
    return text;
}

struct assay_value assay_count_value(struct assay_comparison *c, uint64_t n)
{
    return (struct assay_value){
        .state = ASSAY_KNOWN,
        .text = assay_decimal_fixed(c->arena, assay_decimal_uint(n), 0),
        .json = assay_json_uint(c->arena, n),
    };
}

/* "2.61 B" from 10^8 on, else all digits. */
struct assay_str assay_parameters_text(struct assay_arena *arena, uint64_t n)
{
    static const struct {
        int power;
        const char *letter;
    } units[] = {{12, "T"}, {9, "B"}, {6, "M"}};
    struct assay_decimal exact = assay_decimal_uint(n);

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct assay_str text;

        if (n < 100000000 ||
            assay_decimal_compare(exact, ASSAY_DECIMAL(1, units[i].power)) < 0)
            continue;
        text = assay_decimal_text(
            arena, assay_decimal_scale(assay_decimal_round_digits(exact, 3),
                                       -units[i].power));
        return assay_arena_printf(arena, "%.*s %s", ASSAY_STR_ARG(text),
                                  units[i].letter);
    }
    return assay_decimal_fixed(arena, exact, 0);
}

struct assay_value assay_fact_value(struct assay_comparison *c,
                                    const struct assay_subject *subject,
                                    const char *fact)
{
    const struct assay_choice *choice = assay_subject_choice(subject, fact);
    struct assay_value value = {.text = ASSAY_STR("unknown")};
    const struct assay_claim *claim;
    uint64_t n;

    if (!choice)
        return value;
    claim = choice->claims[0];
    assay_compare_ref(c, &value.refs, claim);
    value.conflict = choice->conflict;
    if (assay_json_is(claim->value, ASSAY_JSON_NULL)) {
        value.text = ASSAY_STR("not stated");
        return value;
    }
    value.state = ASSAY_KNOWN;
    value.json = assay_json_copy(c->arena, claim->value);
    value.json->key = (struct assay_str){"", 0};
    if (assay_json_is(claim->value, ASSAY_JSON_TRUE))
        value.text = ASSAY_STR("Yes");
    else if (assay_json_is(claim->value, ASSAY_JSON_FALSE))
        value.text = ASSAY_STR("No");
    else if (!assay_json_to_u64(claim->value, &n))
        value.text = assay_claim_text(c->arena, claim);
    else if (strncmp(fact, "parameters", strlen("parameters")) == 0)
        value.text = assay_parameters_text(c->arena, n);
    else
        value.text = assay_decimal_fixed(c->arena, assay_decimal_uint(n), 0);
    return value;
}

struct assay_str assay_ratio_text(struct assay_arena *arena,
                                  struct assay_decimal larger,
                                  struct assay_decimal smaller)
{
    struct assay_decimal ratio;

    if (!assay_decimal_sign(smaller) ||
        !assay_decimal_div(larger, smaller, 6, &ratio))
        return ASSAY_STR("");
    if (assay_decimal_compare(ratio, ASSAY_DECIMAL(1, 2)) < 0)
        return assay_decimal_text(arena, assay_decimal_round_digits(ratio, 3));
    return assay_decimal_fixed(arena, ratio, 0);
}

struct assay_str assay_price_text(struct assay_arena *arena,
                                  struct assay_decimal usd)
{
    struct assay_str text;

    /* lists carry noise of floating point: 0.049999999999999996 is $0.05 */
    usd = assay_decimal_round_digits(usd, 6);
    /* one decimal reads like a slip: $2.5 is shown as $2.50 */
    if (usd.exponent == -1)
        text = assay_decimal_fixed(arena, usd, 2);
    else
        text = assay_decimal_text(arena, usd);
    return assay_arena_printf(arena, "$%.*s", ASSAY_STR_ARG(text));
}

struct assay_str assay_kind_words(enum assay_source_kind kind)
{
    switch (kind) {
    case ASSAY_SOURCE_MEASURED:
        return ASSAY_STR("measured");
    case ASSAY_SOURCE_USER:
        return ASSAY_STR("your own statement");
    case ASSAY_SOURCE_PRIMARY:
        return ASSAY_STR("the vendor");
    case ASSAY_SOURCE_PROVIDER:
        return ASSAY_STR("the provider");
    case ASSAY_SOURCE_CATALOG:
        return ASSAY_STR("a catalog");
    case ASSAY_SOURCE_SECONDARY:
        return ASSAY_STR("a secondary source");
    }
    return ASSAY_STR("");
}
