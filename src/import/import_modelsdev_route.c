/*
 * models.dev routes: one entry of one provider. 5,276 of them in July 2026;
 * 432 at 0/0, 382 without a price, 190 with tiers, 40 with a fast mode.
 *
 * Format: packages/core/src/schema.ts of the models.dev repository, read
 * 2026-11-22; dollars per million tokens.
 */
#include "import/import_modelsdev.h"

#include "assay/identity.h"

/* --------------------------------------------- where zero is no price */

/*
 * Providers that sell a subscription: what is listed at 0 there is paid for
 * by the month. Found by part of the id. Each provider's own page, as
 * linked by models.dev, snapshot of 2026-07-02.
 */
static const char *const subscriptions[] = {
    "coding-plan",     /* Alibaba, MiniMax, Tencent, Z.AI, Zhipu, Kuae, Umans */
    "token-plan",      /* Alibaba, Xiaomi */
    "kimi-for-coding", /* Kimi membership */
    "github-copilot",  /* Copilot plans */
    "gitlab",          /* Duo is part of GitLab's plans */
    "opencode-go",     /* OpenCode's monthly plan */
};

/* LM Studio, Atomic Chat, the Privatemode proxy: an address on this machine
   is a program, and its price is that of the machine. */
static bool is_local_address(struct assay_str url)
{
    return assay_str_starts(url, "http://127.0.0.1") ||
           assay_str_starts(url, "http://localhost");
}

void assay_modelsdev_provider_init(struct assay_modelsdev_provider *provider,
                                   const struct assay_json *source)
{
    *provider = (struct assay_modelsdev_provider){
        .source = source,
        .id = assay_provider_canonical(source->key),
    };
    for (size_t i = 0; i < sizeof(subscriptions) / sizeof(*subscriptions); i++)
        if (assay_str_contains(source->key, subscriptions[i]))
            provider->zero_is_no_price =
                "listed at 0: part of a subscription, not a price per token";
    if (is_local_address(assay_json_text(source, "api")))
        provider->zero_is_no_price =
            "listed at 0: its address is on the user's own machine";
}

/* ------------------------------------------------ limits and abilities */

static const struct assay_field limit_fields[] = {
    {"context", "context_tokens", ASSAY_FIELD_TOKENS},
    {"output", "max_output_tokens", ASSAY_FIELD_TOKENS},
};
static const struct assay_field modality_fields[] = {
    {"input", "modalities_in", ASSAY_FIELD_LIST},
    {"output", "modalities_out", ASSAY_FIELD_LIST},
};
/* `attachment` says that files can be sent, not which: modalities do. */
static const struct assay_field flag_fields[] = {
    {"reasoning", "reasoning", ASSAY_FIELD_FLAG},
    {"tool_call", "function_calling", ASSAY_FIELD_FLAG},
    {"tool_call", "tool_use", ASSAY_FIELD_FLAG},
    {"structured_output", "structured_outputs", ASSAY_FIELD_FLAG},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

bool assay_modelsdev_add_abilities(const struct assay_row *row,
                                   const struct assay_json *entry,
                                   struct assay_json *out)
{
    struct assay_arena *arena = row->batch->arena;
    const struct assay_json *limit, *modalities;
    /* of a route they are checked, and told by its capabilities */
    struct assay_json *lists =
        row->kind == ASSAY_SUBJECT_MODEL ? out : assay_json_object(arena);

    if (!assay_row_member(row, entry, "limit", ASSAY_JSON_OBJECT, &limit) ||
        !assay_row_fields(row, limit, out, limit_fields,
                          LENGTH(limit_fields)) ||
        !assay_row_member(row, entry, "modalities", ASSAY_JSON_OBJECT,
                          &modalities) ||
        !assay_row_fields(row, modalities, lists, modality_fields,
                          LENGTH(modality_fields)))
        return false;

    struct assay_json *flags = assay_json_object(arena);
    const struct assay_json *in = assay_json_get(modalities, "input");
    if (in) {
        assay_json_set_bool(arena, flags, "vision",
                            assay_list_has(in, "image"));
        assay_json_set_bool(arena, flags, "audio", assay_list_has(in, "audio"));
    }
    if (!assay_row_fields(row, entry, flags, flag_fields, LENGTH(flag_fields)))
        return false;
    if (flags->count > 0)
        assay_json_set(out, "capabilities", flags);
    return true;
}

/* --------------------------------------------------------------- prices */

struct meter {
    const char *from;
    const char *to;
};

/* The last three are not of the schema, but met: the same, misspelt. */
static const struct meter meters[] = {
    {"input", "input_tokens"},
    {"output", "output_tokens"},
    {"cache_read", "cache_read_tokens"},
    {"cache_write", "cache_write_tokens"},
    {"reasoning", "reasoning_tokens"},
    {"input_audio", "audio_input_tokens"},
    {"output_audio", "audio_output_tokens"},
    {"cached_input", "cache_read_tokens"},
    {"cache_input", "cache_read_tokens"},
    {"cached_write", "cache_write_tokens"},
};

/* True when an earlier line of the table has priced this meter. */
static bool is_priced(const struct assay_json *cost, size_t line)
{
    for (size_t i = 0; i < line; i++)
        if (assay_str_is(assay_str_c(meters[i].to), meters[line].to) &&
            assay_json_get(cost, meters[i].from))
            return true;
    return false;
}

/* One component per price of `cost`; above `threshold` tokens if not 0. */
static bool add_costs(const struct assay_row *row,
                      const struct assay_json *cost, uint64_t threshold,
                      struct assay_json *prices)
{
    for (size_t i = 0; i < LENGTH(meters); i++) {
        const struct assay_json *number = assay_json_get(cost, meters[i].from);
        struct assay_price_component price = {
            .meter = assay_str_c(meters[i].to),
            .unit = ASSAY_PER_MILLION,
            .state = ASSAY_KNOWN,
            .when = threshold ? ASSAY_TIER_ABOVE : ASSAY_TIER_ALWAYS,
            .threshold_tokens = threshold,
        };
        if (!number || number->type == ASSAY_JSON_NULL || is_priced(cost, i))
            continue;
        if (!assay_row_usd(row, number, 0, &price.usd))
            return false;
        assay_row_price(row->batch->arena, prices, &price);
    }
    return true;
}

/* {"input": …, "tier": {"type": "context", "size": 200000}} */
static bool add_tier(const struct assay_row *row, const struct assay_json *tier,
                     struct assay_json *prices)
{
    const struct assay_json *rule = assay_json_get(tier, "tier");
    const struct assay_json *type = assay_json_get(rule, "type");
    const struct assay_json *size = assay_json_get(rule, "size");
    uint64_t threshold = 0;

    if (!assay_json_is(size, ASSAY_JSON_NUMBER))
        return assay_row_refuse(row, tier,
                                "a tier without tier.size, expected the "
                                "number of tokens it begins above");
    if (type && !assay_str_is(assay_json_text(rule, "type"), "context"))
        return assay_row_refuse(row, type,
                                "a tier by something else than the context, "
                                "expected \"context\"");
    if (!assay_row_count(row, size, &threshold))
        return false;
    if (threshold == 0)
        return assay_row_refuse(row, size,
                                "'0' is no threshold, expected a number of "
                                "tokens above 0");
    return add_costs(row, tier, threshold, prices);
}

/*
 * `context_over_200k` repeats the only tier under a name that is wrong for
 * 193 of 357 of them (272K, 256K …): read only where there are no tiers.
 */
static bool add_tiers(const struct assay_row *row,
                      const struct assay_json *cost, struct assay_json *prices)
{
    const struct assay_json *tiers, *over_200k;

    if (!assay_row_member(row, cost, "tiers", ASSAY_JSON_ARRAY, &tiers) ||
        !assay_row_member(row, cost, "context_over_200k", ASSAY_JSON_OBJECT,
                          &over_200k))
        return false;
    if (!tiers || !tiers->first)
        return !over_200k || add_costs(row, over_200k, 200000, prices);
    for (const struct assay_json *at = tiers->first; at; at = at->next)
        if (!add_tier(row, at, prices))
            return false;
    return true;
}

static bool is_zero(const struct assay_json *number)
{
    struct assay_decimal value;
    return assay_json_is(number, ASSAY_JSON_NUMBER) &&
           assay_decimal_parse(number->text, &value) &&
           assay_decimal_sign(value) == 0;
}

static bool is_zero_cost(const struct assay_json *cost)
{
    return is_zero(assay_json_get(cost, "input")) &&
           is_zero(assay_json_get(cost, "output"));
}

/* "cost" of an entry or mode; absent: no claim. */
static bool add_prices(const struct assay_row *row,
                       const struct assay_json *cost, struct assay_json *route)
{
    struct assay_json *prices = assay_json_array(row->batch->arena);

    if (!add_costs(row, cost, 0, prices) || !add_tiers(row, cost, prices))
        return false;
    if (prices->count > 0)
        assay_json_set(route, "prices", prices);
    return true;
}

/* ------------------------------------------------------------------ API */

struct package {
    const char *npm;
    const char *kind;
};

/* AI SDK packages by the wire format they speak (ai-sdk.dev/providers). */
static const struct package packages[] = {
    {"@ai-sdk/openai", "openai"}, {"@ai-sdk/openai-compatible", "openai"},
    {"@ai-sdk/azure", "azure"},   {"@ai-sdk/anthropic", "anthropic"},
    {"@ai-sdk/google", "gemini"},
};

/* What the entry's own "provider" object says, else what the provider says. */
static bool api_text(const struct assay_row *row,
                     const struct assay_modelsdev_provider *provider,
                     const struct assay_json *own, const char *key,
                     struct assay_str *text)
{
    const struct assay_json *value;

    *text = ASSAY_STR("");
    if (!assay_row_member(row, own, key, ASSAY_JSON_STRING, &value))
        return false;
    if (!value && !assay_row_member(row, provider->source, key,
                                    ASSAY_JSON_STRING, &value))
        return false;
    if (value)
        *text = value->text;
    return true;
}

/* The one of the variables that holds a secret; the others name a region, a
   resource, an account. */
static struct assay_str key_variable(const struct assay_json *env)
{
    for (const struct assay_json *at = env ? env->first : NULL; at;
         at = at->next)
        if (at->type == ASSAY_JSON_STRING &&
            (assay_str_contains(at->text, "KEY") ||
             assay_str_contains(at->text, "TOKEN")))
            return at->text;
    return ASSAY_STR("");
}

static bool add_api(const struct assay_row *row,
                    const struct assay_modelsdev_provider *provider,
                    const struct assay_json *entry, struct assay_json *route)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *api = assay_json_object(arena);
    const struct assay_json *own, *env;
    struct assay_str npm, url;

    if (!assay_row_member(row, entry, "provider", ASSAY_JSON_OBJECT, &own) ||
        !api_text(row, provider, own, "npm", &npm) ||
        !api_text(row, provider, own, "api", &url) ||
        !assay_row_member(row, provider->source, "env", ASSAY_JSON_ARRAY, &env))
        return false;
    for (size_t i = 0; i < LENGTH(packages); i++)
        if (assay_str_is(npm, packages[i].npm))
            assay_json_set_c(arena, api, "kind", packages[i].kind);
    if (url.len > 0)
        assay_json_set_text(arena, api, "base_url", url);
    if (key_variable(env).len > 0)
        assay_json_set_text(arena, api, "key_env", key_variable(env));
    if (api->count > 0)
        assay_json_set(route, "api", api);
    return true;
}

/* --------------------------------------------------------------- routes */

/* alpha, beta: it answers, and may change. */
static bool add_status(const struct assay_row *row,
                       const struct assay_json *entry, struct assay_json *route,
                       struct assay_str *note)
{
    const struct assay_json *status;

    if (!assay_row_member(row, entry, "status", ASSAY_JSON_STRING, &status))
        return false;
    bool deprecated = status && assay_str_is(status->text, "deprecated");
    assay_json_set_c(row->batch->arena, route, "status",
                     deprecated ? "deprecated" : "active");
    if (!status || deprecated)
        return true;
    if (!assay_str_is(status->text, "alpha") &&
        !assay_str_is(status->text, "beta"))
        return assay_row_refuse(
            row, status,
            "status '%.*s' is unknown, expected alpha, "
            "beta or deprecated",
            ASSAY_STR_ARG(assay_str_head(status->text, 40)));
    *note = assay_arena_printf(row->batch->arena, "marked %.*s%s%.*s",
                               ASSAY_STR_ARG(status->text),
                               note->len ? "; " : "", ASSAY_STR_ARG(*note));
    return true;
}

/* One route: the entry itself, or one of its modes. */
struct route_plan {
    const struct assay_json *cost; /* NULL: no price claimed */
    const char *tier;              /* NULL: standard */
    const char *note;              /* NULL: none */
};

static bool build_route(const struct assay_row *row,
                        const struct assay_modelsdev_provider *provider,
                        const struct assay_json *entry,
                        const struct route_plan *plan)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *route = assay_json_object(arena);
    struct assay_str note = assay_str_c(plan->note);
    const struct assay_json *name;

    assay_json_set_text(arena, route, "id", row->id);
    assay_json_set_text(arena, route, "provider", provider->id);
    if (!assay_row_member(row, provider->source, "name", ASSAY_JSON_STRING,
                          &name) ||
        !add_status(row, entry, route, &note) ||
        !assay_modelsdev_add_abilities(row, entry, route) ||
        !add_api(row, provider, entry, route) ||
        (plan->cost && !add_prices(row, plan->cost, route)))
        return false;
    if (name && name->text.len > 0)
        assay_json_set_text(arena, route, "provider_name", name->text);
    if (plan->tier)
        assay_json_set_c(arena, route, "tier", plan->tier);
    if (note.len > 0)
        assay_json_set_text(arena, route, "note", note);
    return assay_row_add(row, route, entry);
}

/* "fast" at another price is a route of its own: same name, other tier. */
static void add_mode(struct assay_batch *batch, struct assay_str plain_id,
                     const struct assay_modelsdev_provider *provider,
                     const struct assay_json *mode)
{
    /* entry.experimental.modes.NAME */
    const struct assay_json *entry = mode->parent->parent->parent;
    const struct assay_row row = {
        .batch = batch,
        .kind = ASSAY_SUBJECT_ROUTE,
        .id = assay_row_id(batch->arena, plain_id, ':', mode->key),
    };
    bool priority =
        assay_str_is(mode->key, "fast") || assay_str_is(mode->key, "priority");
    struct route_plan plan = {
        .tier = priority ? "priority" : NULL,
        .note = "a mode of the same model, asked for in the request",
    };

    if (assay_row_member(&row, mode, "cost", ASSAY_JSON_OBJECT, &plan.cost) &&
        plan.cost)
        build_route(&row, provider, entry, &plan);
}

void assay_modelsdev_add_routes(struct assay_batch *batch,
                                const struct assay_modelsdev_provider *provider,
                                const struct assay_json *entry)
{
    struct assay_row row = {
        .batch = batch,
        .kind = ASSAY_SUBJECT_ROUTE,
        .id = assay_row_id(batch->arena, provider->id, '/', entry->key),
    };
    struct route_plan plan = {0};
    const struct assay_json *experimental, *modes;

    if (entry->type != ASSAY_JSON_OBJECT) {
        assay_row_refuse(&row, entry, "%s, expected an object",
                         assay_json_type_name(entry));
        return;
    }
    if (!assay_row_member(&row, entry, "cost", ASSAY_JSON_OBJECT, &plan.cost) ||
        !assay_row_member(&row, entry, "experimental", ASSAY_JSON_OBJECT,
                          &experimental) ||
        !assay_row_member(&row, experimental, "modes", ASSAY_JSON_OBJECT,
                          &modes))
        return;
    if (is_zero_cost(plan.cost)) {
        if (provider->zero_is_no_price) {
            plan.cost = NULL;
            plan.note = provider->zero_is_no_price;
        } else {
            plan.tier = "free";
        }
    }
    if (!build_route(&row, provider, entry, &plan) || !modes)
        return;
    for (const struct assay_json *mode = modes->first; mode; mode = mode->next)
        add_mode(batch, row.id, provider, mode);
}
