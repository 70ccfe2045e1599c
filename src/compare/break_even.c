/*
 * Where two routes cost the same. A cost is linear between the tier
 * thresholds of the two price lists, so two evaluations a segment decide it;
 * they use the same cost function as everything else.
 */
#include "assay/cost.h"

/* Input sizes up to which a break-even is of use to anybody. */
#define INPUT_TOP 100000
#define MAX_SEGMENTS 32

struct walk {
    struct assay_arena *arena;
    const struct assay_route *a, *b;
    const struct assay_cost_options *options;
    enum assay_break_even_kind kind;
    struct assay_error *err;
    struct assay_decimal total; /* tokens of one request */
};

/* x: tokens, or for the cached share a share 0 … 1. */
static bool shape_at(const struct walk *w, struct assay_decimal x,
                     struct assay_traffic *shape)
{
    *shape = *w->options->traffic;
    switch (w->kind) {
    case ASSAY_EVEN_CACHED_SHARE:
        shape->cached_share = x;
        return true;
    case ASSAY_EVEN_INPUT_TOKENS:
        shape->input_tokens = x;
        return true;
    case ASSAY_EVEN_INPUT_SHARE:
        shape->input_tokens = x;
        return assay_decimal_sub(w->total, x, &shape->output_tokens);
    }
    return false;
}

/* Cost of a less cost of b at x; false when either is no plain number. */
static bool difference_at(const struct walk *w, struct assay_decimal x,
                          struct assay_decimal *difference)
{
    struct assay_traffic shape;
    struct assay_route_cost a, b;

    if (!shape_at(w, x, &shape) ||
        !assay_cost_route(w->arena, w->a, &shape, w->options->as_of, &a,
                          w->err) ||
        !assay_cost_route(w->arena, w->b, &shape, w->options->as_of, &b,
                          w->err))
        return false;
    if (!a.fits || !b.fits || a.state == ASSAY_BOUND ||
        b.state == ASSAY_BOUND || a.state == ASSAY_UNKNOWN ||
        b.state == ASSAY_UNKNOWN)
        return false;
    return assay_decimal_sub(a.usd, b.usd, difference);
}

static void insert(struct assay_decimal *stops, size_t *count,
                   struct assay_decimal x, struct assay_decimal top)
{
    size_t at = *count;

    if (*count == MAX_SEGMENTS || assay_decimal_sign(x) <= 0 ||
        assay_decimal_compare(x, top) >= 0)
        return;
    while (at > 0 && assay_decimal_compare(stops[at - 1], x) > 0) {
        stops[at] = stops[at - 1];
        at--;
    }
    stops[at] = x;
    ++*count;
}

/* The last token before each threshold, and the first behind it. */
static void add_thresholds(const struct assay_price_list *list,
                           struct assay_decimal *stops, size_t *count,
                           struct assay_decimal top)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct assay_price_component *c = &list->components[i];

        if (c->when == ASSAY_TIER_ALWAYS || c->threshold_tokens == 0)
            continue;
        uint64_t last = c->threshold_tokens - (c->when == ASSAY_TIER_FROM);

        insert(stops, count, assay_decimal_uint(last), top);
        insert(stops, count, assay_decimal_uint(last + 1), top);
    }
}

/* low + (high - low) * d0 / (d0 - d1): where the line crosses zero. */
static bool zero_between(struct assay_decimal low, struct assay_decimal high,
                         struct assay_decimal d0, struct assay_decimal d1,
                         struct assay_decimal *x)
{
    struct assay_decimal span, fall, part;

    return assay_decimal_sub(high, low, &span) &&
           assay_decimal_sub(d0, d1, &fall) &&
           assay_decimal_div(d0, fall, 9, &part) &&
           assay_decimal_mul(span, part, &span) &&
           assay_decimal_add(low, span, x);
}

/* Between the two a tier begins: what they cost jumps there. */
static bool is_next_token(const struct walk *w, struct assay_decimal low,
                          struct assay_decimal high)
{
    struct assay_decimal step;

    return w->kind != ASSAY_EVEN_CACHED_SHARE &&
           assay_decimal_sub(high, low, &step) &&
           assay_decimal_compare(step, ASSAY_DECIMAL(1, 0)) == 0;
}

/* The longest input that both routes take, up to INPUT_TOP. */
static struct assay_decimal longest_input(const struct walk *w)
{
    const struct assay_route *routes[] = {w->a, w->b};
    struct assay_decimal top = ASSAY_DECIMAL(INPUT_TOP, 0), room;
    uint64_t context;

    for (size_t i = 0; i < 2; i++)
        if (assay_cost_limit(routes[i], "context_tokens", &context) &&
            assay_decimal_sub(assay_decimal_uint(context),
                              w->options->traffic->output_tokens, &room) &&
            assay_decimal_compare(room, top) < 0)
            top = room;
    return top;
}

/* The first crossing between 0 and top. */
static bool crossing(const struct walk *w, struct assay_decimal top,
                     struct assay_break_even *point)
{
    struct assay_decimal stops[MAX_SEGMENTS + 1];
    struct assay_decimal low = {0, 0}, d0, d1;
    size_t count = 0;

    if (w->kind != ASSAY_EVEN_CACHED_SHARE) {
        add_thresholds(&w->a->prices, stops, &count, top);
        add_thresholds(&w->b->prices, stops, &count, top);
    }
    stops[count++] = top;
    if (!difference_at(w, low, &d0))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!difference_at(w, stops[i], &d1))
            return false;
        if (assay_decimal_sign(d0) * assay_decimal_sign(d1) < 0) {
            *point = (struct assay_break_even){
                .kind = w->kind,
                .below = assay_decimal_sign(d0) < 0 ? 0 : 1,
                .above = assay_decimal_sign(d0) < 0 ? 1 : 0,
                .jump = is_next_token(w, low, stops[i]),
                .at = stops[i],
            };
            return point->jump ||
                   zero_between(low, stops[i], d0, d1, &point->at);
        }
        if (assay_decimal_sign(d1)) {
            low = stops[i];
            d0 = d1;
        }
    }
    return false;
}

static bool find_point(struct walk *w, struct assay_break_even *point)
{
    struct assay_decimal top = longest_input(w);

    if (w->kind == ASSAY_EVEN_CACHED_SHARE)
        top = ASSAY_DECIMAL(1, 0);
    if (w->kind == ASSAY_EVEN_INPUT_SHARE)
        top = w->total;
    if (assay_decimal_sign(top) <= 0 || !crossing(w, top, point))
        return false;
    if (w->kind == ASSAY_EVEN_INPUT_SHARE &&
        !assay_decimal_div(point->at, w->total, 6, &point->at))
        return false;
    point->at = assay_decimal_round(point->at,
                                    w->kind == ASSAY_EVEN_INPUT_TOKENS ? 0 : 3);
    return true;
}

bool assay_cost_break_even(struct assay_arena *arena,
                           const struct assay_route *a,
                           const struct assay_route *b,
                           const struct assay_cost_options *options,
                           struct assay_break_even points[3], size_t *count,
                           struct assay_error *err)
{
    static const enum assay_break_even_kind kinds[] = {
        ASSAY_EVEN_INPUT_SHARE,
        ASSAY_EVEN_CACHED_SHARE,
        ASSAY_EVEN_INPUT_TOKENS,
    };
    struct walk w = {
        .arena = arena, .a = a, .b = b, .options = options, .err = err};

    *count = 0;
    if (!assay_decimal_add(options->traffic->input_tokens,
                           options->traffic->output_tokens, &w.total))
        return assay_fail(err, ASSAY_LIMIT, "the traffic has too many digits");
    err->code = ASSAY_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        w.kind = kinds[i];
        if (find_point(&w, &points[*count]))
            ++*count;
        if (err->code != ASSAY_OK)
            return false;
    }
    return true;
}
