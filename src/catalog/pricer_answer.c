/*
 * The answer to "what did this response cost": FORMATS section 4. Written as
 * text at once, without a tree: a hundred thousand a second are met.
 */
#include "catalog/pricer_parts.h"

#include <assert.h>

enum { MOST_CITATION_BYTES = 64 << 10 };

#define ADD(out, literal) assay_buf_add((out), ASSAY_STR(literal))

static void add_decimal(struct assay_arena *arena, struct assay_buf *out,
                        struct assay_decimal value)
{
    assay_buf_add(out, value.digits == 0 ? ASSAY_STR("0")
                                         : assay_decimal_text(arena, value));
}

struct assay_str assay_pricer_rate(struct assay_arena *arena,
                                   const struct assay_price_component *c)
{
    struct assay_str usd = assay_decimal_text(arena, c->usd);
    return assay_arena_printf(arena, ",\"%s\":\"%.*s\"",
                              c->unit == ASSAY_PER_MILLION ? "usd_per_million"
                                                           : "usd_each",
                              ASSAY_STR_ARG(usd));
}

struct assay_str assay_pricer_cite(struct assay_arena *arena,
                                   const struct assay_claim *claim)
{
    struct assay_json *cited = assay_json_object(arena);
    const struct assay_json_style compact = {0};
    struct assay_buf text;

    assay_json_set_text(arena, cited, "fact", claim->fact);
    assay_json_set_text(arena, cited, "source", claim->source->id);
    assay_json_set_c(arena, cited, "kind",
                     assay_source_kind_name(claim->source->kind));
    assay_json_set_text(arena, cited, "retrieved",
                        assay_date_text(arena, claim->read));
    assay_buf_init(&text, MOST_CITATION_BYTES);
    assay_json_write(&text, cited, compact);
    struct assay_str copy = assay_arena_copy(arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return copy;
}

static bool is_charged_by(const struct assay_bill *bill,
                          const struct assay_claim *claim)
{
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].claim == claim)
            return true;
    return false;
}

/* The claims that the bill rests on, each once. */
static void add_claims(const struct assay_pricer_result *result,
                       struct assay_buf *out)
{
    const struct assay_pricer_route *r = result->route;
    const struct assay_claim *last = NULL;

    for (size_t i = 0; i < r->list.count; i++) {
        const struct assay_claim *claim = r->list.components[i].claim;
        if (claim == last || !is_charged_by(result->bill, claim))
            continue; /* components of one claim stand together */
        if (last)
            ADD(out, ",");
        assay_buf_add(out, r->cited[i]);
        last = claim;
    }
}

/* Where the charged component stands in the route's list. */
static size_t component_of(const struct assay_pricer_route *r,
                           const struct assay_bill_line *line)
{
    size_t i = 0;
    for (; i < r->list.count; i++) {
        const struct assay_price_component *c = &r->list.components[i];
        if (c->claim == line->claim && c->usd.digits == line->rate.digits &&
            c->usd.exponent == line->rate.exponent)
            break;
    }
    assert(i < r->list.count);
    return i;
}

/* Meters, notes, rules and states are ours: nothing to escape. */
static void add_line(struct assay_arena *arena,
                     const struct assay_pricer_route *r,
                     const struct assay_bill_line *line, struct assay_buf *out)
{
    ADD(out, "{\"meter\":\"");
    assay_buf_add(out, line->meter);
    ADD(out, "\",\"quantity\":");
    add_decimal(arena, out, line->quantity);
    if (line->state == ASSAY_UNKNOWN) {
        ADD(out, ",\"state\":\"unknown\"}");
        return;
    }
    assay_buf_add(out, r->rates[component_of(r, line)]);
    ADD(out, ",\"usd\":\"");
    add_decimal(arena, out, line->usd);
    if (line->note.len > 0) {
        ADD(out, "\",\"note\":\"");
        assay_buf_add(out, line->note);
    }
    ADD(out, "\"}");
}

void assay_pricer_answer(struct assay_arena *arena,
                         const struct assay_pricer_result *result,
                         struct assay_buf *out)
{
    const struct assay_bill *bill = result->bill;
    enum assay_state state = result->at_least ? ASSAY_BOUND : bill->state;

    ADD(out, "{\"state\":\"");
    assay_buf_add_c(out, assay_state_name(state));
    ADD(out, "\",\"usd\":\"");
    add_decimal(arena, out, bill->usd);
    ADD(out, "\",\"input_usd\":\"");
    add_decimal(arena, out, bill->input_usd);
    ADD(out, "\",\"output_usd\":\"");
    add_decimal(arena, out, bill->output_usd);
    ADD(out, "\",\"meters\":[");
    for (size_t i = 0; i < bill->line_count; i++) {
        if (i > 0)
            ADD(out, ",");
        add_line(arena, result->route, &bill->lines[i], out);
    }
    ADD(out, "],\"route\":");
    assay_json_write_string(out, result->route->route->id);
    ADD(out, ",\"rule\":\"");
    assay_buf_add_c(out, result->rule);
    if (result->at_least)
        ADD(out, "\",\"note\":\"the price depends on the hour, which is not "
                 "stated: the cheapest one");
    if (result->usage->stated_usd.len > 0) {
        ADD(out, "\",\"stated_usd\":\"");
        assay_buf_add(out, result->usage->stated_usd);
    }
    ADD(out, "\",\"claims\":[");
    add_claims(result, out);
    ADD(out, "]}");
}

void assay_pricer_unknown(struct assay_str reason, struct assay_buf *out)
{
    ADD(out, "{\"state\":\"unknown\",\"reason\":");
    assay_json_write_string(out, reason);
    ADD(out, "}");
}
