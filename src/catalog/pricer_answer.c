/*
 * The answer to "what did this response cost": FORMATS section 4. Texts of
 * the pricer are borrowed, and all nodes of an answer are one array: a
 * million responses have thirty nodes each.
 */
#include "catalog/pricer_parts.h"

#include <assert.h>

enum {
    TOP_NODES = 12,
    LINE_NODES = 6, /* the object and its members */
    CLAIM_NODES = 5,
};

struct pen {
    struct assay_arena *arena;
    struct assay_json *next, *end;
};

#define KEY(text) ((struct assay_str){"" text, sizeof("" text) - 1})
#define NO_KEY KEY("")

static struct assay_json *put(struct pen *pen, struct assay_json *parent,
                              struct assay_str key, enum assay_json_type type,
                              struct assay_str text)
{
    struct assay_json *node = pen->next++;

    assert(node < pen->end);
    *node = (struct assay_json){
        .type = type, .key = key, .text = text, .parent = parent};
    if (!parent)
        return node;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return node;
}

static void put_text(struct pen *pen, struct assay_json *object,
                     struct assay_str key, struct assay_str text)
{
    put(pen, object, key, ASSAY_JSON_STRING, text);
}

static void put_decimal(struct pen *pen, struct assay_json *object,
                        struct assay_str key, struct assay_decimal value)
{
    put_text(pen, object, key,
             value.digits == 0 ? ASSAY_STR("0")
                               : assay_decimal_text(pen->arena, value));
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

static void put_line(struct pen *pen, struct assay_json *meters,
                     const struct assay_pricer_route *r,
                     const struct assay_bill_line *line)
{
    struct assay_json *out =
        put(pen, meters, NO_KEY, ASSAY_JSON_OBJECT, ASSAY_STR(""));

    put_text(pen, out, KEY("meter"), line->meter);
    put(pen, out, KEY("quantity"), ASSAY_JSON_NUMBER,
        assay_decimal_text(pen->arena, line->quantity));
    if (line->state == ASSAY_UNKNOWN) {
        put_text(pen, out, KEY("state"),
                 assay_str_c(assay_state_name(line->state)));
        return;
    }
    put_text(pen, out,
             line->unit == ASSAY_PER_MILLION ? KEY("usd_per_million")
                                             : KEY("usd_each"),
             r->rates[component_of(r, line)]);
    put_decimal(pen, out, KEY("usd"), line->usd);
    if (line->note.len > 0)
        put_text(pen, out, KEY("note"), line->note);
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
static void put_claims(struct pen *pen, struct assay_json *claims,
                       const struct assay_pricer_result *result)
{
    const struct assay_pricer_route *r = result->route;
    const struct assay_claim *last = NULL;

    for (size_t i = 0; i < r->list.count; i++) {
        const struct assay_claim *claim = r->list.components[i].claim;
        if (claim == last || !is_charged_by(result->bill, claim))
            continue; /* components of one claim stand together */
        struct assay_json *out =
            put(pen, claims, NO_KEY, ASSAY_JSON_OBJECT, ASSAY_STR(""));
        put_text(pen, out, KEY("fact"), claim->fact);
        put_text(pen, out, KEY("source"), claim->source->id);
        put_text(pen, out, KEY("kind"),
                 assay_str_c(assay_source_kind_name(claim->source->kind)));
        put_text(pen, out, KEY("retrieved"), r->retrieved[i]);
        last = claim;
    }
}

struct assay_json *assay_pricer_answer(struct assay_arena *arena,
                                       const struct assay_pricer_result *result)
{
    const struct assay_bill *bill = result->bill;
    enum assay_state state = result->at_least ? ASSAY_BOUND : bill->state;
    size_t most = TOP_NODES + bill->line_count * (LINE_NODES + CLAIM_NODES);
    struct pen pen = {.arena = arena,
                      .next = ASSAY_NEW_ARRAY(arena, struct assay_json, most)};
    struct assay_json *answer, *meters, *claims;

    pen.end = pen.next + most;
    answer = put(&pen, NULL, NO_KEY, ASSAY_JSON_OBJECT, ASSAY_STR(""));
    put_text(&pen, answer, KEY("state"), assay_str_c(assay_state_name(state)));
    put_decimal(&pen, answer, KEY("usd"), bill->usd);
    put_decimal(&pen, answer, KEY("input_usd"), bill->input_usd);
    put_decimal(&pen, answer, KEY("output_usd"), bill->output_usd);
    meters = put(&pen, answer, KEY("meters"), ASSAY_JSON_ARRAY, ASSAY_STR(""));
    for (size_t i = 0; i < bill->line_count; i++)
        put_line(&pen, meters, result->route, &bill->lines[i]);
    put_text(&pen, answer, KEY("route"), result->route->route->id);
    put_text(&pen, answer, KEY("rule"), assay_str_c(result->rule));
    if (result->at_least)
        put_text(&pen, answer, KEY("note"),
                 ASSAY_STR("the price depends on the hour, which is not "
                           "stated: the cheapest one"));
    if (result->usage->stated_usd.len > 0)
        put_text(&pen, answer, KEY("stated_usd"), result->usage->stated_usd);
    claims = put(&pen, answer, KEY("claims"), ASSAY_JSON_ARRAY, ASSAY_STR(""));
    put_claims(&pen, claims, result);
    return answer;
}
