/*
 * Private to the view side of the catalog (claims.c, claim_value.c, choice.c,
 * lifecycle.c, view.c, price.c, pricer*.c): statements as claims, and what is
 * asked of them.
 */
#ifndef ASSAY_CATALOG_CLAIMS_H
#define ASSAY_CATALOG_CLAIMS_H

#include "catalog/internal.h"

/*
 * The facts that the format names, in byte order: a fact's number is its
 * place here, so claims sort by counting.
 */
#define ASSAY_FACT_NAMES(X)                                      \
    X(ALIASES, "aliases")                                        \
    X(API_BASE_URL, "api.base_url")                              \
    X(API_KEY_ENV, "api.key_env")                                \
    X(API_KIND, "api.kind")                                      \
    X(ARCHITECTURE, "architecture")                              \
    X(BENCHMARK, "benchmark")                                    \
    X(CAN_AUDIO, "capabilities.audio")                           \
    X(CAN_BATCH, "capabilities.batch")                           \
    X(CAN_CODE_EXECUTION, "capabilities.code_execution")         \
    X(CAN_FINE_TUNING, "capabilities.fine_tuning")               \
    X(CAN_FUNCTION_CALLING, "capabilities.function_calling")     \
    X(CAN_MULTIMODAL, "capabilities.multimodal")                 \
    X(CAN_PROMPT_CACHING, "capabilities.prompt_caching")         \
    X(CAN_REASONING, "capabilities.reasoning")                   \
    X(CAN_STREAMING, "capabilities.streaming")                   \
    X(CAN_STRUCTURED_OUTPUTS, "capabilities.structured_outputs") \
    X(CAN_TOOL_USE, "capabilities.tool_use")                     \
    X(CAN_VISION, "capabilities.vision")                         \
    X(CONTEXT_TOKENS, "context_tokens")                          \
    X(CREATOR, "creator")                                        \
    X(DATA_RETENTION_DAYS, "data.retention_days")                \
    X(DATA_TRAINS_ON_INPUTS, "data.trains_on_inputs")            \
    X(DATA_ZERO_RETENTION, "data.zero_retention")                \
    X(FALLBACK, "fallback")                                      \
    X(FAMILY, "family")                                          \
    X(IMAGE_TOKENS, "image_tokens")                              \
    X(KNOWLEDGE_CUTOFF, "knowledge_cutoff")                      \
    X(LICENSE, "license")                                        \
    X(LICENSE_CLASS, "license_class")                            \
    X(LIFECYCLE_DEPRECATED_ON, "lifecycle.deprecated_on")        \
    X(LIFECYCLE_REPLACEMENT, "lifecycle.replacement")            \
    X(LIFECYCLE_RETIRED_ON, "lifecycle.retired_on")              \
    X(LIFECYCLE_STATUS, "lifecycle.status")                      \
    X(MATCH, "match")                                            \
    X(MAX_OUTPUT_TOKENS, "max_output_tokens")                    \
    X(MODALITIES_IN, "modalities_in")                            \
    X(MODALITIES_OUT, "modalities_out")                          \
    X(MODEL, "model")                                            \
    X(NAME, "name")                                              \
    X(NOTE, "note")                                              \
    X(OPEN_WEIGHTS, "open_weights")                              \
    X(ORDER, "order")                                            \
    X(PARAMETERS_ACTIVE, "parameters_active")                    \
    X(PARAMETERS_ESTIMATED, "parameters_estimated")              \
    X(PARAMETERS_TOTAL, "parameters_total")                      \
    X(PRICE_AUDIO_INPUT, "price.audio_input_tokens")             \
    X(PRICE_AUDIO_OUTPUT, "price.audio_output_tokens")           \
    X(PRICE_CACHE_READ, "price.cache_read_tokens")               \
    X(PRICE_CACHE_WRITE, "price.cache_write_tokens")             \
    X(PRICE_IMAGE, "price.image")                                \
    X(PRICE_INPUT, "price.input_tokens")                         \
    X(PRICE_OUTPUT, "price.output_tokens")                       \
    X(PRICE_REASONING, "price.reasoning_tokens")                 \
    X(PRICE_REQUEST, "price.request")                            \
    X(PROVIDER, "provider")                                      \
    X(PROVIDER_NAME, "provider_name")                            \
    X(QUANTIZATION, "quantization")                              \
    X(REGIONS, "regions")                                        \
    X(RELEASED, "released")                                      \
    X(RETIRED_ON, "retired_on")                                  \
    X(STATUS, "status")                                          \
    X(TASK, "task")                                              \
    X(TIER, "tier")                                              \
    X(TOKENIZER, "tokenizer")                                    \
    X(TRIAL, "trial")                                            \
    X(WEIGHTS, "weights")

enum assay_fact_number {
#define ASSAY_FACT_NUMBER(number, name) ASSAY_ON_##number,
    ASSAY_FACT_NAMES(ASSAY_FACT_NUMBER)
#undef ASSAY_FACT_NUMBER
        ASSAY_ON_OTHER, /* and how many there are */
};

/* The one text of a known fact. */
struct assay_str assay_fact_name(enum assay_fact_number number);
/* ASSAY_ON_OTHER for a fact that the format does not name. */
enum assay_fact_number assay_fact_number(struct assay_str fact);

/*
 * Parses the statements and lists what they claim in subject->claims, in
 * the order of the statements. False with BAD_INPUT when a body does not
 * parse.
 */
bool assay_claims_read(struct assay_arena *arena,
                       const struct assay_stored *statements, size_t count,
                       struct assay_subject *subject, struct assay_error *err);

/* The claim's date; false when it states none. */
bool assay_claim_date(const struct assay_claim *claim, struct assay_date *date);

/*
 * <0 when a outranks b: kind of source, newer reading, id of the source,
 * then id of the subject.
 */
int assay_claim_rank(const struct assay_claim *a, const struct assay_claim *b);

/* The choices by fact; NULL where nobody says anything. */
struct assay_choice_index {
    struct assay_choice *of[ASSAY_ON_OTHER];
};
void assay_subject_index(const struct assay_subject *s,
                         struct assay_choice_index *index);

/*
 * Chooses like assay_choose; `end` is a claim of the model's vendor that
 * ends this route too, or NULL (lifecycle.c finds it). Returns the claim by
 * which the subject is retired and that stands: its own, or `end`.
 */
const struct assay_claim *assay_choose_route(struct assay_arena *arena,
                                             struct assay_subject *subject,
                                             struct assay_date as_of,
                                             const struct assay_claim *end);
/*
 * Lets a route's claim compete, and lose, against the model's own: it is
 * seen there as a conflict.
 */
void assay_choice_add_loser(struct assay_arena *arena,
                            struct assay_choice *choice,
                            const struct assay_claim *claim);

/*
 * True when the statement of this status claim says that the subject has
 * ended by as_of: "retired", or any status beside a day that has come.
 */
bool assay_status_has_ended(const struct assay_subject *subject,
                            const struct assay_claim *status,
                            struct assay_date as_of);
/*
 * The claim by which the subject is retired at as_of and that stands: nobody
 * of its kind or a higher one says otherwise later. Its value is the status,
 * or the date when its source states no status. Of kinds down to the
 * provider only; NULL when there is none.
 */
const struct assay_claim *assay_retirement_find(
    const struct assay_subject *subject, struct assay_date as_of);
/*
 * `end`, the model's retirement, when it ends this route too: it is the
 * vendor's, the model is closed, and no later claim of the provider's own
 * says that the route lives. Else NULL.
 */
const struct assay_claim *assay_retirement_of_route(
    const struct assay_subject *route, const struct assay_model *model,
    const struct assay_claim *end);
/*
 * Set dates, status and their claims. `end` is what assay_choose_route
 * returned. The model's dates come before its routes, its status after.
 */
void assay_lifecycle_model_dates(struct assay_model *model,
                                 const struct assay_choice_index *index,
                                 const struct assay_claim *end,
                                 struct assay_date as_of);
void assay_lifecycle_route(struct assay_route *route,
                           const struct assay_choice_index *index,
                           const struct assay_claim *end,
                           struct assay_date as_of);
void assay_lifecycle_model(struct assay_model *model,
                           const struct assay_choice_index *index,
                           const struct assay_claim *end,
                           struct assay_date as_of);

/*
 * Reads the components of `prices` into `out`, which has room for all of
 * them; returns how many were good.
 */
size_t assay_price_components_read(const struct assay_json *prices,
                                   const struct assay_claim *claim,
                                   struct assay_price_component *out);
/* By its dates; every day is in force when no day is asked for. */
bool assay_price_in_force(const struct assay_price_component *component,
                          struct assay_date day);
/* The smallest input, in tokens, at which it applies. */
uint64_t assay_price_start(const struct assay_price_component *component);
/*
 * The component of one meter's array for a small request on no day in
 * particular. False when there is none.
 */
bool assay_price_base(const struct assay_json *prices,
                      struct assay_price_component *base);

#endif
