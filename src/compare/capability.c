/*
 * Capabilities of models and routes. A route's No is that route's; only the
 * model's own claims make a No of the model.
 */
#include "compare/capability.h"

#include <string.h>

const struct assay_capability_row assay_capability_rows[] = {
    {"vision", "vision", "reads images"},
    {"multimodal", "multimodal", "handles more than text"},
    {"reasoning", "reasoning", "reasons before it answers"},
    {"function_calling", "function calling", "calls functions"},
    {"tool_use", "tool use", "uses tools"},
    {"structured_outputs", "structured outputs", "keeps to a JSON schema"},
    {"code_execution", "code execution", "runs code"},
    {"streaming", "streaming", "streams its answers"},
    {"prompt_caching", "prompt caching", "caches prompts"},
    {"batch", "batch", "has a batch service"},
    {"fine_tuning", "fine-tuning", "can be fine-tuned"},
    {"audio", "audio", "hears or speaks"},
};
const size_t assay_capability_row_count =
    sizeof assay_capability_rows / sizeof assay_capability_rows[0];

static bool stated(const struct assay_subject *subject, const char *name,
                   struct assay_capability *capability)
{
    static const char prefix[] = "capabilities.";
    char fact[80];
    size_t len = strlen(name);
    const struct assay_choice *choice;

    /* asked twelve times of every route: no printf */
    if (len > sizeof fact - sizeof prefix)
        return false;
    memcpy(fact, prefix, sizeof prefix - 1);
    memcpy(fact + sizeof prefix - 1, name, len + 1);
    choice = assay_subject_choice(subject, fact);
    if (!choice)
        return false;
    capability->claim = choice->claims[0];
    capability->conflict = choice->conflict;
    capability->rule = "stated";
    capability->state = assay_choice_bool(choice, &capability->has);
    capability->not_stated = capability->state == ASSAY_UNKNOWN;
    return true;
}

static bool has_modality(const struct assay_claim *claim, const char *modality)
{
    for (const struct assay_json *m = claim->value->first; m; m = m->next)
        if (assay_str_is(m->text, modality))
            return true;
    return false;
}

/* What the lists say of the capability; false when they say nothing. */
static bool lists_say(const struct assay_claim *reads,
                      const struct assay_claim *writes, const char *name,
                      bool *has)
{
    if (!assay_json_is(reads->value, ASSAY_JSON_ARRAY))
        return false;
    if (strcmp(name, "vision") == 0)
        *has = has_modality(reads, "image");
    else if (strcmp(name, "audio") == 0)
        *has = has_modality(reads, "audio") ||
               (writes && has_modality(writes, "audio"));
    else if (strcmp(name, "multimodal") == 0)
        *has = reads->value->count > 1 || (writes && writes->value->count > 1);
    else
        return false;
    return true;
}

/* Another list says otherwise of it; one more or less kind of file does not. */
static bool lists_differ(const struct assay_choice *in,
                         const struct assay_claim *writes, const char *name,
                         bool has)
{
    bool other;

    for (size_t i = 1; i < in->counting; i++)
        if (lists_say(in->claims[i], writes, name, &other) && other != has)
            return true;
    return false;
}

/* vision, audio and multimodal follow from what goes in and out. */
static bool implied(const struct assay_subject *subject, const char *name,
                    struct assay_capability *capability)
{
    const struct assay_choice *in =
        assay_subject_choice(subject, "modalities_in");
    const struct assay_choice *out =
        assay_subject_choice(subject, "modalities_out");
    const struct assay_claim *reads = in ? in->claims[0] : NULL;
    const struct assay_claim *writes = out ? out->claims[0] : NULL;

    if (writes && !assay_json_is(writes->value, ASSAY_JSON_ARRAY))
        writes = NULL;
    if (!reads || !lists_say(reads, writes, name, &capability->has))
        return false;
    capability->state = ASSAY_KNOWN;
    capability->claim = reads;
    capability->conflict = lists_differ(in, writes, name, capability->has);
    capability->rule = "modalities";
    return true;
}

/* A price for cached input says that there is a cache. */
static bool priced(const struct assay_route *route, const char *name,
                   struct assay_capability *capability)
{
    const struct assay_price_component *price;

    if (strcmp(name, "batch") == 0 && assay_str_is(route->tier, "batch") &&
        route->prices.count)
        price = &route->prices.components[0];
    else if (strcmp(name, "prompt_caching") == 0)
        price = assay_price_find(&route->prices, ASSAY_STR("cache_read_tokens"),
                                 ASSAY_DECIMAL(0, 0), (struct assay_date){0});
    else
        return false;
    if (!price || price->state == ASSAY_UNKNOWN)
        return false;
    capability->state = ASSAY_KNOWN;
    capability->has = true;
    capability->claim = price->claim;
    capability->rule = "price";
    return true;
}

/* Stated or implied: the better kind of source, stated when alike. */
static bool own(const struct assay_subject *subject, const char *name,
                struct assay_capability *capability)
{
    struct assay_capability follows = {.rule = ""};

    if (!stated(subject, name, capability))
        return implied(subject, name, capability);
    if (implied(subject, name, &follows) &&
        follows.claim->source->kind < capability->claim->source->kind)
        *capability = follows;
    return true;
}

void assay_capability_of_route(const struct assay_route *route,
                               const char *name,
                               struct assay_capability *capability)
{
    *capability = (struct assay_capability){.rule = ""};
    if (own(&route->subject, name, capability) ||
        priced(route, name, capability))
        return;
    if (route->model)
        (void)own(&route->model->subject, name, capability);
}

/* True on some live route: the model can, there. */
static void from_routes(struct assay_arena *arena,
                        const struct assay_model *model, const char *name,
                        struct assay_capability *capability)
{
    size_t with = 0;

    for (size_t i = 0; i < model->live_count; i++) {
        struct assay_capability one = {.rule = ""};
        const struct assay_route *route = model->routes[i];

        if (!own(&route->subject, name, &one) && !priced(route, name, &one))
            continue;
        if (one.state != ASSAY_KNOWN || !one.has)
            continue;
        if (with++ == 0)
            capability->claim = one.claim;
    }
    if (!with)
        return;
    capability->state = ASSAY_KNOWN;
    capability->has = true;
    capability->rule = "routes";
    capability->on_routes = true;
    if (with < model->live_count)
        capability->where = assay_arena_printf(arena, "on %zu of %zu routes",
                                               with, model->live_count);
}

void assay_capability_of_model(struct assay_arena *arena,
                               const struct assay_model *model,
                               const char *name,
                               struct assay_capability *capability)
{
    *capability = (struct assay_capability){.rule = ""};
    if (own(&model->subject, name, capability))
        return;
    from_routes(arena, model, name, capability);
}
