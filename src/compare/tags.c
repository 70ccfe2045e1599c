/*
 * What a model is fit for, one rule per tag, over known claims only. A model
 * that can no longer be called is fit for nothing.
 */
#include "compare/comparison.h"

#include <string.h>

static bool has(struct assay_comparison *c, size_t side, const char *name,
                struct assay_refs *refs)
{
    const struct assay_capability *can =
        assay_side_capability(&c->sides[side], name);

    if (can->state != ASSAY_KNOWN || !can->has || can->on_routes)
        return false;
    assay_compare_ref(c, refs, can->claim);
    return true;
}

static bool fit_vision(struct assay_comparison *c, size_t side,
                       struct assay_refs *refs)
{
    return has(c, side, "vision", refs);
}

static bool fit_reasoning(struct assay_comparison *c, size_t side,
                          struct assay_refs *refs)
{
    return has(c, side, "reasoning", refs);
}

static bool fit_json(struct assay_comparison *c, size_t side,
                     struct assay_refs *refs)
{
    return has(c, side, "structured_outputs", refs);
}

static bool fit_audio(struct assay_comparison *c, size_t side,
                      struct assay_refs *refs)
{
    return has(c, side, "audio", refs);
}

static bool at_least(struct assay_comparison *c, size_t side, const char *fact,
                     uint64_t least, struct assay_refs *refs)
{
    const struct assay_claim *claim;
    uint64_t n;

    if (!assay_side_count(&c->sides[side], fact, &n, &claim) || n < least)
        return false;
    assay_compare_ref(c, refs, claim);
    return true;
}

static bool fit_agents(struct assay_comparison *c, size_t side,
                       struct assay_refs *refs)
{
    return (has(c, side, "function_calling", refs) ||
            has(c, side, "tool_use", refs)) &&
           at_least(c, side, "max_output_tokens", 8000, refs);
}

static bool fit_long_context(struct assay_comparison *c, size_t side,
                             struct assay_refs *refs)
{
    return at_least(c, side, "context_tokens", 128000, refs);
}

static bool half_or_more(const struct assay_claim *row)
{
    struct assay_decimal value;

    return assay_str_is(assay_json_text(row->value, "unit"), "percent") &&
           assay_decimal_parse(assay_json_text(row->value, "value"), &value) &&
           assay_decimal_compare(value, ASSAY_DECIMAL(50, 0)) >= 0;
}

static bool fit_coding(struct assay_comparison *c, size_t side,
                       struct assay_refs *refs)
{
    static const char *const names[] = {
        "SWE-bench", "LiveCodeBench", "HumanEval",     "MBPP",
        "Aider",     "SciCode",       "Terminal-Bench"};
    const struct assay_subject *subject = &c->sides[side].model->subject;

    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *claim = &subject->claims[i];

        if (!assay_str_is(claim->fact, "benchmark"))
            continue;
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            if (!assay_str_starts(assay_json_text(claim->value, "name"),
                                  names[k]) ||
                !half_or_more(claim))
                continue;
            assay_compare_ref(c, refs, claim);
            return true;
        }
    }
    return false;
}

static bool fit_self_host(struct assay_comparison *c, size_t side,
                          struct assay_refs *refs)
{
    const struct assay_model *model = c->sides[side].model;

    if (!model->open_weights)
        return false;
    assay_compare_ref(
        c, refs,
        assay_subject_choice(&model->subject, "open_weights")->claims[0]);
    return true;
}

/* The rule in words stands in the contract beside the tag. */
static const struct {
    const char *tag, *rule;
    bool (*fits)(struct assay_comparison *c, size_t side,
                 struct assay_refs *refs);
} tags_table[] = {
    {"Coding", "50 % or more of a coding benchmark is on record", fit_coding},
    {"Agents", "calls functions, and answers of 8,000 tokens or more",
     fit_agents},
    {"Long context", "context of 128,000 tokens or more", fit_long_context},
    {"Vision", "reads images", fit_vision},
    {"Reasoning", "thinks before it answers", fit_reasoning},
    {"JSON", "keeps to a schema", fit_json},
    {"Audio", "hears or speaks", fit_audio},
    {"Self-hosting", "the weights are open", fit_self_host},
};

void assay_compare_tags(struct assay_comparison *c, size_t side,
                        struct assay_points *tags)
{
    if (c->sides[side].unreachable)
        return;
    for (size_t i = 0; i < sizeof tags_table / sizeof tags_table[0]; i++) {
        struct assay_refs refs = {0};

        if (tags_table[i].fits(c, side, &refs))
            assay_points_add(c, tags, tags_table[i].rule, &refs, "%s",
                             tags_table[i].tag);
    }
}
