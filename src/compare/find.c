/*
 * Constraint search over routes: what meets every term, cheapest first, and
 * what misses by one, with the reason.
 */
#include "assay/need.h"

#include "compare/comparison.h"
#include "compare/need_fields.h"

#include <stdlib.h>
#include <string.h>

struct hit {
    const struct assay_route *route;
    struct assay_route_cost cost;
    size_t missed; /* term that failed or cannot be told */
    bool unknown;  /* it cannot be told */
    struct assay_str reason;
    const struct assay_claim *claim;
};

struct search {
    struct assay_arena *arena;
    const struct assay_find_options *options;
    bool any_status; /* a term speaks of status: retired routes count */
    struct hit *hits, *near;
    size_t hit_count, near_count, looked_at;
};

static bool names_status(const struct assay_need *need)
{
    for (size_t i = 0; i < need->count; i++)
        if (assay_str_starts(need->terms[i].text, "status") ||
            assay_str_starts(need->terms[i].text, "retires"))
            return true;
    return false;
}

/* Another provider or model is another answer, not a near miss. */
static bool says_which(const struct assay_need_field *field)
{
    static const char *const names[] = {"provider", "creator", "model",
                                        "family", "task"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(field->name, names[i]) == 0)
            return true;
    return false;
}

static bool look(struct search *s, const struct assay_route *route,
                 struct assay_error *err)
{
    const struct assay_need *need = s->options->need;
    struct assay_need_result result;
    struct hit hit = {.route = route};

    if (!route->live && !s->any_status)
        return true;
    s->looked_at++;
    if (!assay_need_route(s->arena, need, route, &s->options->cost, &result,
                          err))
        return false;
    if (result.no_count + result.unknown_count > 1)
        return true;
    if (!assay_cost_route(s->arena, route, s->options->cost.traffic,
                          s->options->cost.as_of, &hit.cost, err))
        return false;
    if (result.answer == ASSAY_ANSWER_YES) {
        s->hits[s->hit_count++] = hit;
        return true;
    }
    while (result.terms[hit.missed] == ASSAY_ANSWER_YES)
        hit.missed++;
    if (says_which(need->terms[hit.missed].field))
        return true;
    hit.unknown = result.unknown_count > 0;
    hit.reason = result.reasons[hit.missed];
    hit.claim = result.claims[hit.missed];
    s->near[s->near_count++] = hit;
    return true;
}

/* Known costs first, cheapest first, then the id. */
static int by_cost(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    bool unpriced_x = x->cost.state == ASSAY_UNKNOWN;
    bool unpriced_y = y->cost.state == ASSAY_UNKNOWN;
    int order = unpriced_x - unpriced_y;

    if (order == 0 && x->unknown != y->unknown)
        order = x->unknown - y->unknown;
    if (order == 0)
        order = (x->cost.state == ASSAY_BOUND) - (y->cost.state == ASSAY_BOUND);
    if (order == 0)
        order = assay_decimal_compare(x->cost.usd, y->cost.usd);
    if (order == 0)
        order = assay_str_compare(x->route->id, y->route->id);
    return order;
}

static bool search_all(struct search *s, const struct assay_view *view,
                       struct assay_error *err)
{
    size_t routes = view->unjoined_count;

    for (size_t i = 0; i < view->model_count; i++)
        routes += view->models[i]->route_count;
    s->hits = ASSAY_NEW_ARRAY(s->arena, struct hit, routes + 1);
    s->near = ASSAY_NEW_ARRAY(s->arena, struct hit, routes + 1);
    for (size_t i = 0; i < view->model_count; i++)
        for (size_t k = 0; k < view->models[i]->route_count; k++)
            if (!look(s, view->models[i]->routes[k], err))
                return false;
    for (size_t i = 0; i < view->unjoined_count; i++)
        if (!look(s, view->unjoined[i], err))
            return false;
    qsort(s->hits, s->hit_count, sizeof *s->hits, by_cost);
    qsort(s->near, s->near_count, sizeof *s->near, by_cost);
    return true;
}

/* ------------------------------------------------------------- output */

/* The claims of a line stand once, at its cost. */
static struct assay_cell count_cell(struct assay_comparison *c,
                                    const struct hit *hit, const char *fact,
                                    struct assay_refs *refs)
{
    const struct assay_choice *choice =
        assay_subject_choice(&hit->route->subject, fact);
    struct assay_cell cell = {.text = ASSAY_STR("unknown")};
    uint64_t n;

    if (!choice && hit->route->model)
        choice = assay_subject_choice(&hit->route->model->subject, fact);
    if (assay_choice_uint(choice, &n) != ASSAY_KNOWN)
        return cell;
    cell.text = assay_decimal_fixed(c->arena, assay_decimal_uint(n), 0);
    cell.state = ASSAY_KNOWN;
    assay_compare_ref(c, refs, choice->claims[0]);
    return cell;
}

static struct assay_cell price_cell(struct assay_comparison *c,
                                    const struct search *s,
                                    const struct hit *hit, const char *meter,
                                    struct assay_refs *refs)
{
    const struct assay_cost_options *options = &s->options->cost;
    const struct assay_price_component *price =
        assay_price_find(&hit->route->prices, assay_str_c(meter),
                         options->traffic->input_tokens, options->as_of);
    struct assay_cell cell = {.text = ASSAY_STR("unknown")};

    if (!price || price->state == ASSAY_UNKNOWN)
        return cell;
    cell.text = assay_price_text(c->arena, price->usd);
    cell.state = price->state;
    assay_compare_ref(c, refs, price->claim);
    return cell;
}

static struct assay_json *hit_json(struct assay_comparison *c,
                                   const struct hit *hit)
{
    struct assay_json *one = assay_json_object(c->arena);
    const struct assay_route *route = hit->route;

    assay_json_set_text(c->arena, one, "route", route->id);
    assay_json_set_text(c->arena, one, "provider", route->provider);
    if (route->model)
        assay_json_set_text(c->arena, one, "model", route->model->id);
    else
        assay_json_set_null(c->arena, one, "model");
    assay_json_set_c(c->arena, one, "status", assay_status_name(route->status));
    assay_json_set_text(c->arena, one, "tier", route->tier);
    assay_json_set_c(c->arena, one, "state", assay_state_name(hit->cost.state));
    if (hit->cost.state == ASSAY_UNKNOWN)
        assay_json_set_null(c->arena, one, "monthly_usd");
    else
        assay_json_set_text(c->arena, one, "monthly_usd",
                            assay_decimal_text(c->arena, hit->cost.usd));
    assay_json_set_text(
        c->arena, one, "text",
        assay_cost_text(c->arena, hit->cost.state, hit->cost.usd));
    return one;
}

static struct assay_cell *first_cells(struct assay_comparison *c,
                                      struct assay_block *table,
                                      const struct hit *hit)
{
    struct assay_cell *row = assay_table_row(c->doc, table);

    row[0] = (struct assay_cell){.text = hit->route->id, .state = ASSAY_KNOWN};
    if (!assay_str_is(hit->route->tier, "standard"))
        row[0].note = hit->route->tier;
    row[1] = (struct assay_cell){
        .text = assay_cost_text(c->arena, hit->cost.state, hit->cost.usd),
        .state = hit->cost.state,
    };
    return row;
}

static void write_hits(struct assay_comparison *c, const struct search *s)
{
    static const struct assay_column columns[] = {
        {.title = {"route", 5}},
        {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        {.title = {"input", 5}, .align = ASSAY_RIGHT},
        {.title = {"output", 6}, .align = ASSAY_RIGHT},
        {.title = {"context", 7}, .align = ASSAY_RIGHT},
    };
    size_t limit = s->options->limit ? s->options->limit : 50;
    struct assay_section *section = assay_document_section(c->doc, "found", "");
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_block *table;

    assay_section_say(c->doc, section, ASSAY_BLOCK_HEADLINE,
                      assay_arena_printf(c->arena,
                                         "%zu of %zu routes meet every term.",
                                         s->hit_count, s->looked_at));
    assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      assay_traffic_words(c->arena, s->options->cost.traffic));
    table = s->hit_count
                ? assay_section_table(c->doc, section, columns,
                                      sizeof columns / sizeof columns[0])
                : NULL;
    for (size_t i = 0; i < s->hit_count && i < limit; i++) {
        const struct hit *hit = &s->hits[i];
        struct assay_cell *row = first_cells(c, table, hit);
        struct assay_refs *refs = &row[1].refs;

        row[2] = price_cell(c, s, hit, "input_tokens", refs);
        row[3] = price_cell(c, s, hit, "output_tokens", refs);
        row[4] = count_cell(c, hit, "context_tokens", refs);
        assay_json_set(assay_json_add(list, hit_json(c, hit)), "claims",
                       assay_refs_json(c, refs));
    }
    if (s->hit_count > limit)
        assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                          assay_arena_printf(c->arena, "… and %zu more",
                                             s->hit_count - limit));
    assay_json_set_uint(c->arena, c->data, "looked_at", s->looked_at);
    assay_json_set_uint(c->arena, c->data, "found", s->hit_count);
    assay_json_set(c->data, "routes", list);
}

static void write_near(struct assay_comparison *c, const struct search *s)
{
    static const struct assay_column columns[] = {
        {.title = {"near miss", 9}},
        {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        {.title = {"why not", 7}},
    };
    size_t limit = s->options->near_limit ? s->options->near_limit : 10;
    struct assay_section *section = NULL;
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_block *table = NULL;

    for (size_t i = 0; i < s->near_count && i < limit; i++) {
        const struct hit *hit = &s->near[i];
        struct assay_json *one = assay_json_add(list, hit_json(c, hit));
        struct assay_cell *row;
        struct assay_refs refs = {0};

        if (!section)
            section = assay_document_section(c->doc, "near", "Near misses");
        if (!table)
            table = assay_section_table(c->doc, section, columns,
                                        sizeof columns / sizeof columns[0]);
        row = first_cells(c, table, hit);
        assay_compare_ref(c, &refs, hit->claim);
        row[2] = (struct assay_cell){
            .text = hit->reason, .state = ASSAY_KNOWN, .refs = refs};
        assay_json_set_text(c->arena, one, "missed",
                            s->options->need->terms[hit->missed].text);
        assay_json_set_bool(c->arena, one, "cannot_be_told", hit->unknown);
        assay_json_set_text(c->arena, one, "reason", hit->reason);
        assay_json_set(one, "claims", assay_refs_json(c, &refs));
    }
    assay_json_set_uint(c->arena, c->data, "near_misses", s->near_count);
    assay_json_set(c->data, "near", list);
}

static struct assay_str terms_text(struct assay_arena *arena,
                                   const struct assay_need *need)
{
    struct assay_str text = {"", 0};

    for (size_t i = 0; i < need->count; i++)
        text = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  i ? " " : "",
                                  ASSAY_STR_ARG(need->terms[i].text));
    return text;
}

struct assay_document *assay_find(struct assay_arena *arena,
                                  const struct assay_view *view,
                                  const struct assay_find_options *options,
                                  struct assay_error *err)
{
    struct assay_comparison *c = ASSAY_NEW(arena, struct assay_comparison);
    struct assay_arena scratch = {0};
    struct search s = {.arena = &scratch,
                       .options = options,
                       .any_status = names_status(options->need)};
    struct assay_str day = assay_date_text(arena, options->cost.as_of);
    struct assay_document *doc = NULL;

    c->arena = arena;
    c->doc = assay_document_new(
        arena,
        assay_arena_printf(arena, "find %.*s",
                           ASSAY_STR_ARG(terms_text(arena, options->need))),
        assay_arena_printf(arena, "as of %.*s", ASSAY_STR_ARG(day)));
    c->data = c->doc->data = assay_json_object(arena);
    assay_json_set_c(arena, c->data, "format", "assay-find/1");
    assay_json_set_text(arena, c->data, "as_of", day);
    assay_json_set_text(arena, c->data, "need",
                        terms_text(arena, options->need));
    assay_json_set(c->data, "traffic",
                   assay_traffic_json(arena, options->cost.traffic));
    if (!search_all(&s, view, err))
        goto out;
    write_hits(c, &s);
    for (size_t i = 0; i < s.near_count; i++)
        if (i < (options->near_limit ? options->near_limit : 10))
            s.near[i].reason = assay_arena_copy(arena, s.near[i].reason);
    write_near(c, &s);
    assay_json_set(c->data, "claims", assay_document_claims_json(c->doc));
    doc = c->doc;
out:
    assay_arena_free(&scratch);
    return doc;
}
