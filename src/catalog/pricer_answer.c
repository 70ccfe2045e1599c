/*
 * The answer to "what did this response cost": FORMATS section 4. Texts of
 * the pricer are borrowed.
 */
#include "catalog/pricer_parts.h"

static bool is_charged_by(const struct assay_bill *bill,
                          const struct assay_claim *claim)
{
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].claim == claim)
            return true;
    return false;
}

/* The claims that the bill rests on, each once. */
static void add_claims(struct assay_arena *arena, struct assay_json *answer,
                       const struct assay_pricer_result *result)
{
    const struct assay_pricer_route *r = result->route;
    struct assay_json *claims =
        assay_json_set(answer, "claims", assay_json_array(arena));
    const struct assay_claim *last = NULL;

    for (size_t i = 0; i < r->list.count; i++) {
        const struct assay_claim *claim = r->list.components[i].claim;
        if (claim == last || !is_charged_by(result->bill, claim))
            continue; /* components of one claim stand together */
        struct assay_json *cited =
            assay_json_add(claims, assay_json_object(arena));
        assay_json_set_text(arena, cited, "fact", claim->fact);
        assay_json_set_text(arena, cited, "source", claim->source->id);
        assay_json_set_c(arena, cited, "kind",
                         assay_source_kind_name(claim->source->kind));
        assay_json_set_text(arena, cited, "retrieved", r->retrieved[i]);
        last = claim;
    }
}

static void add_line(struct assay_arena *arena, struct assay_json *meters,
                     const struct assay_bill_line *line)
{
    struct assay_json *out =
        assay_json_add(meters, assay_json_object(arena));
    const char *rate =
        line->unit == ASSAY_PER_MILLION ? "usd_per_million" : "usd_each";

    assay_json_set_text(arena, out, "meter", line->meter);
    assay_json_set(out, "quantity",
                   assay_json_number(arena,
                                     assay_decimal_text(arena, line->quantity)));
    if (line->state == ASSAY_UNKNOWN) {
        assay_json_set_c(arena, out, "state", assay_state_name(line->state));
        return;
    }
    assay_json_set_text(arena, out, rate,
                        assay_decimal_text(arena, line->rate));
    assay_json_set_text(arena, out, "usd",
                        assay_decimal_text(arena, line->usd));
    if (line->note.len > 0)
        assay_json_set_text(arena, out, "note", line->note);
}

struct assay_json *assay_pricer_answer(struct assay_arena *arena,
                                       const struct assay_pricer_result *result)
{
    const struct assay_bill *bill = result->bill;
    struct assay_json *answer = assay_json_object(arena);
    enum assay_state state = result->at_least ? ASSAY_BOUND : bill->state;
    struct assay_json *meters;

    assay_json_set_c(arena, answer, "state", assay_state_name(state));
    assay_json_set_text(arena, answer, "usd",
                        assay_decimal_text(arena, bill->usd));
    assay_json_set_text(arena, answer, "input_usd",
                        assay_decimal_text(arena, bill->input_usd));
    assay_json_set_text(arena, answer, "output_usd",
                        assay_decimal_text(arena, bill->output_usd));
    meters = assay_json_set(answer, "meters", assay_json_array(arena));
    for (size_t i = 0; i < bill->line_count; i++)
        add_line(arena, meters, &bill->lines[i]);
    assay_json_set_text(arena, answer, "route", result->route->route->id);
    assay_json_set_c(arena, answer, "rule", result->rule);
    if (result->at_least)
        assay_json_set_c(arena, answer, "note",
                         "the price depends on the hour, which is not stated: "
                         "the cheapest one");
    if (result->usage->stated_usd.len > 0)
        assay_json_set_text(arena, answer, "stated_usd",
                            result->usage->stated_usd);
    add_claims(arena, answer, result);
    return answer;
}
