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
    enum assay_state state; /* of its cost a month */
    struct assay_decimal usd;
    size_t missed; /* term that failed or cannot be told */
    bool unknown;  /* it cannot be told */
};

/* The best so far: a heap with the worst of them on top. */
struct ranking {
    struct hit *hits;
    size_t count, room, limit;
    size_t total; /* with those that fell off */
};

struct assay_find {
    struct assay_arena *arena;
    struct assay_arena scratch; /* while one route is looked at */
    const struct assay_find_options *options;
    bool any_status; /* a term speaks of status: retired routes count */
    struct ranking found, near;
    size_t looked_at;
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

/* Known costs first, cheapest first, then the id. */
static int by_cost(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    bool unpriced_x = x->state == ASSAY_UNKNOWN;
    bool unpriced_y = y->state == ASSAY_UNKNOWN;
    int order = unpriced_x - unpriced_y;

    if (order == 0 && x->unknown != y->unknown)
        order = x->unknown - y->unknown;
    if (order == 0)
        order = (x->state == ASSAY_BOUND) - (y->state == ASSAY_BOUND);
    if (order == 0)
        order = assay_decimal_compare(x->usd, y->usd);
    if (order == 0)
        order = assay_str_compare(x->route->id, y->route->id);
    return order;
}

/* ------------------------------------------------------------- ranking */

static void swap(struct hit *a, struct hit *b)
{
    struct hit held = *a;
    *a = *b;
    *b = held;
}

static void rise(struct hit *hits, size_t at)
{
    for (; at > 0 && by_cost(&hits[at], &hits[(at - 1) / 2]) > 0;
         at = (at - 1) / 2)
        swap(&hits[at], &hits[(at - 1) / 2]);
}

static void sink(struct hit *hits, size_t count)
{
    size_t at = 0, worse = 1;

    for (; worse < count; at = worse, worse = 2 * at + 1) {
        if (worse + 1 < count && by_cost(&hits[worse + 1], &hits[worse]) > 0)
            worse++;
        if (by_cost(&hits[at], &hits[worse]) >= 0)
            return;
        swap(&hits[at], &hits[worse]);
    }
}

static void make_room(struct assay_arena *arena, struct ranking *r)
{
    struct hit *old = r->hits;

    if (r->count < r->room)
        return;
    r->room = r->room ? 2 * r->room : 64;
    r->hits = ASSAY_NEW_ARRAY(arena, struct hit, r->room);
    if (r->count > 0)
        memcpy(r->hits, old, r->count * sizeof *old);
}

/* True when it is among the best, for now. */
static bool rank(struct assay_find *find, struct ranking *r,
                 const struct hit *hit)
{
    r->total++;
    if (r->count < r->limit) {
        make_room(find->arena, r);
        r->hits[r->count++] = *hit;
        rise(r->hits, r->count - 1);
        return true;
    }
    if (by_cost(hit, &r->hits[0]) > 0)
        return false;
    r->hits[0] = *hit;
    sink(r->hits, r->count);
    return true;
}

/* ------------------------------------------------------------- looking */

struct assay_find *assay_find_begin(struct assay_arena *arena,
                                    const struct assay_find_options *options)
{
    struct assay_find *find = ASSAY_NEW(arena, struct assay_find);

    *find = (struct assay_find){
        .arena = arena,
        .options = options,
        .any_status = names_status(options->need),
        .found = {.limit = options->limit ? options->limit : 50},
        .near = {.limit = options->near_limit ? options->near_limit : 10},
    };
    return find;
}

static bool look(struct assay_find *find, const struct assay_route *route,
                 bool *keeps, struct assay_error *err)
{
    const struct assay_cost_options *options = &find->options->cost;
    const struct assay_need *need = find->options->need;
    const struct assay_need_subject subject = {
        .arena = &find->scratch,
        .route = route,
        .model = route->model,
        .options = options,
    };
    struct hit hit = {.route = route};
    struct assay_route_cost cost;
    size_t misses =
        assay_need_misses(need, &subject, &hit.missed, &hit.unknown);

    if (misses > 1 || (misses && says_which(need->terms[hit.missed].field)))
        return true;
    if (!assay_cost_route(&find->scratch, route, options->traffic,
                          options->as_of, &cost, err))
        return false;
    hit.state = cost.state;
    hit.usd = cost.usd;
    if (rank(find, misses ? &find->near : &find->found, &hit))
        *keeps = true;
    return true;
}

bool assay_find_look(struct assay_find *find, const struct assay_route *route,
                     bool *keeps, struct assay_error *err)
{
    struct assay_arena_mark mark = assay_arena_mark(&find->scratch);

    if (!route->live && !find->any_status)
        return true;
    find->looked_at++;
    bool ok = look(find, route, keeps, err);
    assay_arena_rewind(&find->scratch, mark);
    return ok;
}

bool assay_find_look_at_model(void *find, struct assay_model *model,
                              bool *keeps, struct assay_error *err)
{
    for (size_t i = 0; i < model->route_count; i++)
        if (!assay_find_look(find, model->routes[i], keeps, err))
            return false;
    return true;
}

bool assay_find_look_at_unjoined(void *find, struct assay_route *route,
                                 bool *keeps, struct assay_error *err)
{
    return assay_find_look(find, route, keeps, err);
}

static void join(struct assay_find *find, struct ranking *r,
                 const struct ranking *other)
{
    for (size_t i = 0; i < other->count; i++)
        (void)rank(find, r, &other->hits[i]);
    r->total += other->total - other->count;
}

void assay_find_join(struct assay_find *find, struct assay_find *other)
{
    join(find, &find->found, &other->found);
    join(find, &find->near, &other->near);
    find->looked_at += other->looked_at;
    assay_arena_free(&other->scratch);
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
                                    const struct assay_find *s,
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
    assay_set_cost(c, one, hit->state, hit->usd);
    assay_json_set_text(c->arena, one, "text",
                        assay_cost_text(c->arena, hit->state, hit->usd));
    return one;
}

static struct assay_cell *first_cells(struct assay_comparison *c,
                                      struct assay_block *table,
                                      const struct hit *hit)
{
    struct assay_cell *row = assay_table_row(c->doc, table);

    row[0] = (struct assay_cell){.text = hit->route->id, .state = ASSAY_KNOWN};
    row[0].link =
        hit->route->model
            ? assay_link_to(c->arena, "/model/", hit->route->model->id)
            : assay_link_to(c->arena, "/provider/", hit->route->provider);
    if (!assay_str_is(hit->route->tier, "standard"))
        row[0].note = hit->route->tier;
    row[1] = (struct assay_cell){
        .text = assay_cost_text(c->arena, hit->state, hit->usd),
        .state = hit->state,
    };
    return row;
}

static void write_hits(struct assay_comparison *c, const struct assay_find *s)
{
    static const struct assay_column columns[] = {
        {.title = {"route", 5}},
        {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        {.title = {"input", 5}, .align = ASSAY_RIGHT},
        {.title = {"output", 6}, .align = ASSAY_RIGHT},
        {.title = {"context", 7}, .align = ASSAY_RIGHT},
    };
    const struct ranking *found = &s->found;
    struct assay_section *section = assay_document_section(c->doc, "found", "");
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_block *table;

    assay_section_say(c->doc, section, ASSAY_BLOCK_HEADLINE,
                      assay_arena_printf(c->arena,
                                         "%zu of %zu routes meet every term.",
                                         found->total, s->looked_at));
    assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      assay_traffic_words(c->arena, s->options->cost.traffic));
    table = found->count
                ? assay_section_table(c->doc, section, columns,
                                      sizeof columns / sizeof columns[0])
                : NULL;
    for (size_t i = 0; i < found->count; i++) {
        const struct hit *hit = &found->hits[i];
        struct assay_cell *row = first_cells(c, table, hit);
        struct assay_refs *refs = &row[1].refs;

        row[2] = price_cell(c, s, hit, "input_tokens", refs);
        row[3] = price_cell(c, s, hit, "output_tokens", refs);
        row[4] = count_cell(c, hit, "context_tokens", refs);
        assay_json_set(assay_json_add(list, hit_json(c, hit)), "claims",
                       assay_refs_json(c, refs));
    }
    if (found->total > found->count)
        assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                          assay_arena_printf(c->arena, "… and %zu more",
                                             found->total - found->count));
    assay_json_set_uint(c->arena, c->data, "looked_at", s->looked_at);
    assay_json_set_uint(c->arena, c->data, "found", found->total);
    assay_json_set(c->data, "routes", list);
}

static void write_near_miss(struct assay_comparison *c,
                            const struct assay_find *s, const struct hit *hit,
                            struct assay_block *table, struct assay_json *one)
{
    const struct assay_need *need = s->options->need;
    struct assay_cell *row = first_cells(c, table, hit);
    struct assay_need_result result;
    struct assay_refs refs = {0};
    struct assay_error none; /* it cannot fail where misses were counted */

    (void)assay_need_route(c->arena, need, hit->route, &s->options->cost,
                           &result, &none);
    assay_compare_ref(c, &refs, result.claims[hit->missed]);
    row[2] = (struct assay_cell){.text = result.reasons[hit->missed],
                                 .state = ASSAY_KNOWN,
                                 .refs = refs};
    assay_json_set_text(c->arena, one, "missed", need->terms[hit->missed].text);
    assay_json_set_bool(c->arena, one, "cannot_be_told", hit->unknown);
    assay_json_set_text(c->arena, one, "reason", row[2].text);
    assay_json_set(one, "claims", assay_refs_json(c, &refs));
}

static void write_near(struct assay_comparison *c, const struct assay_find *s)
{
    static const struct assay_column columns[] = {
        {.title = {"near miss", 9}},
        {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        {.title = {"why not", 7}},
    };
    struct assay_section *section;
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_block *table = NULL;

    for (size_t i = 0; i < s->near.count; i++) {
        const struct hit *hit = &s->near.hits[i];

        if (!table) {
            section = assay_document_section(c->doc, "near", "Near misses");
            table = assay_section_table(c->doc, section, columns,
                                        sizeof columns / sizeof columns[0]);
        }
        write_near_miss(c, s, hit, table,
                        assay_json_add(list, hit_json(c, hit)));
    }
    assay_json_set_uint(c->arena, c->data, "near_misses", s->near.total);
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

static void sort(struct ranking *r)
{
    if (r->count > 0)
        qsort(r->hits, r->count, sizeof *r->hits, by_cost);
}

struct assay_document *assay_find_end(struct assay_find *find)
{
    struct assay_arena *arena = find->arena;
    const struct assay_find_options *options = find->options;
    struct assay_comparison *c = ASSAY_NEW(arena, struct assay_comparison);
    struct assay_str day = assay_date_text(arena, options->cost.as_of);
    struct assay_str need = terms_text(arena, options->need);

    assay_arena_free(&find->scratch);
    c->arena = arena;
    c->doc = assay_document_new(
        arena, assay_arena_printf(arena, "find %.*s", ASSAY_STR_ARG(need)),
        assay_arena_printf(arena, "as of %.*s", ASSAY_STR_ARG(day)));
    c->data = c->doc->data = assay_json_object(arena);
    assay_json_set_c(arena, c->data, "format", "assay-find/1");
    assay_json_set_text(arena, c->data, "as_of", day);
    assay_json_set_text(arena, c->data, "need", need);
    assay_json_set(c->data, "traffic",
                   assay_traffic_json(arena, options->cost.traffic));
    sort(&find->found);
    sort(&find->near);
    write_hits(c, find);
    write_near(c, find);
    assay_json_set(c->data, "claims", assay_document_claims_json(c->doc));
    return c->doc;
}

struct assay_document *assay_find(struct assay_arena *arena,
                                  const struct assay_view *view,
                                  const struct assay_find_options *options,
                                  struct assay_error *err)
{
    struct assay_find *find = assay_find_begin(arena, options);
    bool keeps, ok = true;

    for (size_t i = 0; ok && i < view->model_count; i++)
        ok = assay_find_look_at_model(find, view->models[i], &keeps, err);
    for (size_t i = 0; ok && i < view->unjoined_count; i++)
        ok = assay_find_look(find, view->unjoined[i], &keeps, err);
    struct assay_document *page = assay_find_end(find);
    return ok ? page : NULL;
}
