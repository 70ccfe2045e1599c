/*
 * One row per field of the constraint grammar: its name, its type, and where
 * its value is found. A route's own claim comes before its model's.
 */
#include "compare/need_fields.h"

#include "compare/capability.h"

static const struct assay_choice *choice_of(const struct assay_need_subject *s,
                                            const char *fact)
{
    const struct assay_choice *choice = NULL;

    if (s->route)
        choice = assay_subject_choice(&s->route->subject, fact);
    if (!choice && s->model)
        choice = assay_subject_choice(&s->model->subject, fact);
    return choice;
}

static void fetch_capability(const struct assay_need_field *field,
                             const struct assay_need_subject *s,
                             struct assay_need_value *value)
{
    struct assay_capability capability;

    if (s->route)
        assay_capability_of_route(s->route, field->fact, &capability);
    else
        assay_capability_of_model(s->arena, s->model, field->fact, &capability);
    value->state = capability.state;
    value->truth = capability.has;
    value->claim = capability.claim;
}

static void fetch_truth(const struct assay_need_field *field,
                        const struct assay_need_subject *s,
                        struct assay_need_value *value)
{
    const struct assay_choice *choice = choice_of(s, field->fact);

    value->state = assay_choice_bool(choice, &value->truth);
    value->claim = choice ? choice->claims[0] : NULL;
}

static void fetch_count(const struct assay_need_field *field,
                        const struct assay_need_subject *s,
                        struct assay_need_value *value)
{
    const struct assay_choice *choice = choice_of(s, field->fact);
    uint64_t count;

    value->state = assay_choice_uint(choice, &count);
    if (value->state == ASSAY_KNOWN)
        value->number = assay_decimal_uint(count);
    value->claim = choice ? choice->claims[0] : NULL;
}

static void fetch_date(const struct assay_need_field *field,
                       const struct assay_need_subject *s,
                       struct assay_need_value *value)
{
    const struct assay_choice *choice = choice_of(s, field->fact);

    value->state = assay_choice_date(choice, &value->date);
    value->claim = choice ? choice->claims[0] : NULL;
}

static void fetch_text(const struct assay_need_field *field,
                       const struct assay_need_subject *s,
                       struct assay_need_value *value)
{
    const struct assay_choice *choice = choice_of(s, field->fact);

    if (!choice || assay_json_is(choice->claims[0]->value, ASSAY_JSON_NULL))
        return;
    value->state = ASSAY_KNOWN;
    value->text = assay_claim_text(s->arena, choice->claims[0]);
    value->claim = choice->claims[0];
}

static void fetch_price(const struct assay_need_field *field,
                        const struct assay_need_subject *s,
                        struct assay_need_value *value)
{
    const struct assay_price_component *price;

    if (!s->route)
        return;
    price =
        assay_price_find(&s->route->prices, assay_str_c(field->fact),
                         s->options->traffic->input_tokens, s->options->as_of);
    if (!price)
        return;
    value->state = price->state;
    value->number = price->usd;
    value->claim = price->claim;
}

static void fetch_cost(const struct assay_need_field *field,
                       const struct assay_need_subject *s,
                       struct assay_need_value *value)
{
    struct assay_route_cost cost;
    struct assay_error err;

    (void)field;
    if (!s->route || !assay_cost_route(s->arena, s->route, s->options->traffic,
                                       s->options->as_of, &cost, &err))
        return;
    if (cost.state != ASSAY_KNOWN && cost.state != ASSAY_FREE)
        return;
    value->state = cost.state;
    value->number = cost.usd;
}

static void fetch_status(const struct assay_need_field *field,
                         const struct assay_need_subject *s,
                         struct assay_need_value *value)
{
    enum assay_status status = s->route ? s->route->status : s->model->status;

    (void)field;
    if (status == ASSAY_STATUS_UNKNOWN)
        return;
    value->state = ASSAY_KNOWN;
    value->text = assay_str_c(assay_status_name(status));
    value->claim = s->route ? s->route->status_claim : s->model->status_claim;
}

static void fetch_retires(const struct assay_need_field *field,
                          const struct assay_need_subject *s,
                          struct assay_need_value *value)
{
    (void)field;
    value->date = s->route ? s->route->retired_on : s->model->retired_on;
    if (assay_date_set(value->date))
        value->state = ASSAY_KNOWN;
    value->claim =
        s->route ? s->route->retired_on_claim : s->model->retired_on_claim;
}

static void known_text(struct assay_need_value *value, struct assay_str text)
{
    value->text = text;
    if (text.len)
        value->state = ASSAY_KNOWN;
}

static void fetch_provider(const struct assay_need_field *field,
                           const struct assay_need_subject *s,
                           struct assay_need_value *value)
{
    (void)field;
    if (s->route)
        known_text(value, s->route->provider);
}

static void fetch_tier(const struct assay_need_field *field,
                       const struct assay_need_subject *s,
                       struct assay_need_value *value)
{
    (void)field;
    if (s->route)
        known_text(value, s->route->tier);
}

static void fetch_model(const struct assay_need_field *field,
                        const struct assay_need_subject *s,
                        struct assay_need_value *value)
{
    (void)field;
    if (s->model)
        known_text(value, s->model->id);
}

static void fetch_creator(const struct assay_need_field *field,
                          const struct assay_need_subject *s,
                          struct assay_need_value *value)
{
    struct assay_str creator, name;

    (void)field;
    if (s->model && assay_str_cut(s->model->id, '/', &creator, &name))
        known_text(value, creator);
}

#define CAPABILITY(name, words)                               \
    {                                                         \
        name, name, ASSAY_NEED_TRUTH, words, fetch_capability \
    }

const struct assay_need_field assay_need_fields[] = {
    CAPABILITY("vision", "reads images"),
    CAPABILITY("multimodal", "reads or writes more than text"),
    CAPABILITY("reasoning", "thinks before it answers"),
    CAPABILITY("function_calling", "calls functions"),
    CAPABILITY("tool_use", "uses tools"),
    CAPABILITY("structured_outputs", "keeps to a JSON schema"),
    CAPABILITY("code_execution", "runs code on the provider's side"),
    CAPABILITY("streaming", "streams its answer"),
    CAPABILITY("prompt_caching", "caches prompts"),
    CAPABILITY("batch", "has a batch service"),
    CAPABILITY("fine_tuning", "can be fine-tuned"),
    CAPABILITY("audio", "hears or speaks"),
    {"context", "context_tokens", ASSAY_NEED_NUMBER,
     "context in tokens, such as context>=100k", fetch_count},
    {"output", "max_output_tokens", ASSAY_NEED_NUMBER,
     "longest answer in tokens", fetch_count},
    {"parameters", "parameters_total", ASSAY_NEED_NUMBER,
     "parameters, such as parameters<10G", fetch_count},
    {"price.input", "input_tokens", ASSAY_NEED_DOLLARS,
     "dollars per million input tokens", fetch_price},
    {"price.output", "output_tokens", ASSAY_NEED_DOLLARS,
     "dollars per million output tokens", fetch_price},
    {"price.cache_read", "cache_read_tokens", ASSAY_NEED_DOLLARS,
     "dollars per million cached input tokens", fetch_price},
    {"cost", NULL, ASSAY_NEED_DOLLARS, "dollars a month at the traffic",
     fetch_cost},
    {"status", NULL, ASSAY_NEED_TEXT, "active, preview, deprecated or retired",
     fetch_status},
    {"retires", NULL, ASSAY_NEED_DATE,
     "last day, such as retires>2027-06-30; none stated cannot be told",
     fetch_retires},
    {"provider", NULL, ASSAY_NEED_TEXT, "who serves it, such as azure",
     fetch_provider},
    {"creator", NULL, ASSAY_NEED_TEXT, "who made it, such as google",
     fetch_creator},
    {"model", NULL, ASSAY_NEED_TEXT, "the model's id", fetch_model},
    {"family", "family", ASSAY_NEED_TEXT, "the model's family", fetch_text},
    {"task", "task", ASSAY_NEED_TEXT, "chat, embedding, rerank …", fetch_text},
    {"license", "license_class", ASSAY_NEED_TEXT,
     "osi, open-weights-with-terms or proprietary", fetch_text},
    {"open_weights", "open_weights", ASSAY_NEED_TRUTH, "the weights can be had",
     fetch_truth},
    {"reads", "modalities_in", ASSAY_NEED_TEXT, "text, image, audio …",
     fetch_text},
    {"writes", "modalities_out", ASSAY_NEED_TEXT, "text, image, audio …",
     fetch_text},
    {"region", "regions", ASSAY_NEED_TEXT, "where it is served", fetch_text},
    {"tier", NULL, ASSAY_NEED_TEXT, "standard, batch, flex, priority or free",
     fetch_tier},
    {"quantization", "quantization", ASSAY_NEED_TEXT,
     "how the weights are stored", fetch_text},
    {"released", "released", ASSAY_NEED_DATE, "day of release", fetch_date},
    {"knowledge", "knowledge_cutoff", ASSAY_NEED_DATE,
     "how far the training data reach", fetch_date},
    {"trains_on_inputs", "data.trains_on_inputs", ASSAY_NEED_TRUTH,
     "the provider trains on what is sent", fetch_truth},
    {"zero_retention", "data.zero_retention", ASSAY_NEED_TRUTH,
     "nothing is kept", fetch_truth},
    {"retention_days", "data.retention_days", ASSAY_NEED_NUMBER,
     "days for which inputs are kept", fetch_count},
};

const size_t assay_need_field_count =
    sizeof assay_need_fields / sizeof assay_need_fields[0];

/* ------------------------------------------------------ what they look at */

/* What find asks of every route: its cost, and whether the prompt fits. */
static const char *const always[] = {
    "prices",
    "context_tokens",
    "image_tokens",
};

/* "capabilities.vision" and what implies it; at most three. */
static size_t facts_of(struct assay_arena *arena,
                       const struct assay_need_field *field, const char **facts)
{
    if (field->fetch == fetch_capability) {
        facts[0] = assay_arena_printf(arena, "capabilities.%s", field->fact).at;
        facts[1] = "modalities_in";
        facts[2] = "modalities_out";
        return 3;
    }
    if (field->fetch == fetch_price || !field->fact)
        return 0;
    facts[0] = field->fact;
    return 1;
}

const char *const *assay_need_facts(struct assay_arena *arena,
                                    const struct assay_need *need)
{
    size_t count = sizeof always / sizeof always[0];
    const char **facts =
        ASSAY_NEW_ARRAY(arena, const char *, count + 3 * need->count + 1);

    for (size_t i = 0; i < count; i++)
        facts[i] = always[i];
    for (size_t i = 0; i < need->count; i++)
        count += facts_of(arena, need->terms[i].field, facts + count);
    return facts;
}
