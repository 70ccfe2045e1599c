/*
 * What models cost as lines: against the number of requests, and against the
 * shape of a request where two of them cost the same at one shape.
 *
 * Which route a model's cost is of does not hang on the number of requests:
 * each figure is assay_cost_route() of the route that the page names.
 */
#include "serve/pictures.h"

#include "assay/compare.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_X = 96, /* places on a line: steps, thresholds, what is asked */
    STEPS = 18,
    MOST_MARKS = 5,
    FEW = 4, /* lines; of more a page has not all that can be drawn */
};

/* A model with a route whose price is known. */
struct offer {
    const struct assay_model *model;
    const struct assay_route *route;
    struct assay_str text; /* "$31.00", as the table has it */
};

struct offers {
    struct offer at[ASSAY_COMPARE_MAX];
    size_t count, live;
    struct assay_str left_out; /* sentences on the others */
};

static const struct assay_route *route_of(const struct assay_model *model,
                                          struct assay_str id)
{
    for (size_t i = 0; i < model->route_count; i++)
        if (assay_str_equal(model->routes[i]->id, id))
            return model->routes[i];
    return NULL;
}

/* Why a line is missing. */
static struct assay_str missing(struct assay_arena *arena,
                                const struct assay_model *model,
                                const struct assay_json *cost)
{
    struct assay_str state = assay_json_text(cost, "state");
    struct assay_str text = assay_json_text(cost, "text");

    if (assay_str_is(state, "bound"))
        return assay_arena_printf(arena, "%.*s costs %.*s: not drawn.",
                                  ASSAY_STR_ARG(model->name),
                                  ASSAY_STR_ARG(text));
    if (assay_str_is(state, "free"))
        return assay_arena_printf(arena, "%.*s is free: not drawn.",
                                  ASSAY_STR_ARG(model->name));
    return assay_arena_printf(arena, "What %.*s costs is not known.",
                              ASSAY_STR_ARG(model->name));
}

static void find_offers(struct assay_arena *arena,
                        const struct assay_json *data,
                        struct assay_model *const *models, size_t count,
                        struct offers *offers)
{
    const struct assay_json *list = assay_json_at(data, "cost.models");

    *offers = (struct offers){.left_out = ASSAY_STR("")};
    for (const struct assay_json *one = list ? list->first : NULL; one;
         one = one->next) {
        struct assay_str id = assay_json_text(one, "model");
        size_t i = 0;

        while (i < count && !assay_str_equal(models[i]->id, id))
            i++;
        if (i == count || offers->count == ASSAY_COMPARE_MAX)
            continue;
        struct offer offer = {
            .model = models[i],
            .route = route_of(models[i], assay_json_text(one, "route")),
            .text = assay_json_text(one, "text"),
        };
        if (!offer.route ||
            !assay_str_is(assay_json_text(one, "state"), "known")) {
            offers->left_out = assay_figure_join(
                arena, offers->left_out, missing(arena, offer.model, one));
            continue;
        }
        offers->at[offers->count++] = offer;
        offers->live += offer.route->live;
    }
}

static struct assay_str name_of(struct assay_arena *arena,
                                const struct offer *offer)
{
    if (offer->route->live)
        return offer->model->name;
    return assay_arena_printf(arena, "%.*s (retired)",
                              ASSAY_STR_ARG(offer->model->name));
}

/* "1M requests a month" */
static struct assay_str volume_words(struct assay_arena *arena,
                                     const struct assay_traffic *traffic)
{
    struct assay_str words = assay_traffic_words(arena, traffic);

    return assay_str_head(words, assay_str_find(words, ','));
}

/* ------------------------------------------------------- lines */

/* What is drawn along x, and where: the traffic at each place. */
struct place_on_x {
    double x;
    struct assay_traffic traffic;
    struct assay_str words; /* "1M requests a month"; empty: no words here */
};

struct lines {
    struct assay_visit *visit;
    const struct offers *offers;
    struct place_on_x *places;
    size_t count;
};

/* A place where the request does not fit, or the sum is none, is skipped. */
static bool draw_offer(const struct lines *lines, const struct offer *offer,
                       struct assay_series *series, struct assay_error *err)
{
    struct assay_arena *arena = lines->visit->arena;
    struct assay_point *points =
        ASSAY_NEW_ARRAY(arena, struct assay_point, lines->count);

    *series =
        (struct assay_series){.name = name_of(arena, offer), .points = points};
    for (size_t i = 0; i < lines->count; i++) {
        const struct place_on_x *place = &lines->places[i];
        struct assay_route_cost cost;

        if (!assay_cost_route(arena, offer->route, &place->traffic,
                              lines->visit->as_of, &cost, err))
            return false;
        if (cost.state != ASSAY_KNOWN || !cost.fits)
            continue;
        struct assay_point *point = &points[series->count++];

        *point = (struct assay_point){
            .x = place->x,
            .y = assay_decimal_double(cost.usd),
            .dim = !offer->route->live,
        };
        if (place->words.len)
            point->text = assay_arena_printf(
                arena, "%.*s at %.*s",
                ASSAY_STR_ARG(assay_decimal_usd(arena, cost.usd)),
                ASSAY_STR_ARG(place->words));
    }
    return true;
}

static bool draw_offers(const struct lines *lines, struct assay_chart *chart,
                        struct assay_error *err)
{
    struct assay_series *series = ASSAY_NEW_ARRAY(
        lines->visit->arena, struct assay_series, lines->offers->count);

    for (size_t i = 0; i < lines->offers->count; i++)
        if (!draw_offer(lines, &lines->offers->at[i], &series[i], err))
            return false;
    chart->series = series;
    chart->series_count = lines->offers->count;
    return true;
}

/* ------------------------------------------------------- volume */

/* Thousandfold fewer and more requests than asked for, whole ones. */
static void spread_volume(struct lines *lines)
{
    const struct assay_traffic *asked = &lines->visit->traffic;
    int step = lines->offers->count > FEW ? 3 : 1; /* words weigh */

    lines->places =
        ASSAY_NEW_ARRAY(lines->visit->arena, struct place_on_x, 2 * 7);
    for (int power = -3; power <= 3; power += step)
        for (int digit = 1; digit <= (power < 3 && step == 1 ? 3 : 1);
             digit += 2) {
            struct place_on_x *place = &lines->places[lines->count];

            *place = (struct place_on_x){.traffic = *asked};
            if (!assay_decimal_mul(asked->requests, ASSAY_DECIMAL(digit, power),
                                   &place->traffic.requests) ||
                assay_decimal_compare(place->traffic.requests,
                                      ASSAY_DECIMAL(1, 0)) < 0)
                continue;
            place->x = assay_decimal_double(place->traffic.requests);
            if (step == 1 || power == 0)
                place->words =
                    volume_words(lines->visit->arena, &place->traffic);
            lines->count++;
        }
}

static struct assay_str say_costs(struct assay_arena *arena,
                                  const struct offers *offers)
{
    struct assay_str list = ASSAY_STR("");

    for (size_t i = 0; i < offers->count; i++)
        list = assay_arena_printf(arena, "%.*s%s%.*s %.*s", ASSAY_STR_ARG(list),
                                  i ? ", " : "",
                                  ASSAY_STR_ARG(name_of(arena, &offers->at[i])),
                                  ASSAY_STR_ARG(offers->at[i].text));
    return list;
}

bool assay_picture_volume(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_model *const *models, size_t count,
                          struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    struct offers offers;
    struct lines lines = {.visit = visit, .offers = &offers};
    struct assay_str volume = volume_words(arena, &visit->traffic);
    struct assay_point here = {
        .x = assay_decimal_double(visit->traffic.requests),
        .y = NAN,
        .name = volume,
    };
    struct assay_chart chart = {
        .kind = ASSAY_CHART_LINES,
        .id = ASSAY_STR("cost-by-volume"),
        .title = ASSAY_STR("Cost a month by the number of requests"),
        .x = {.title = ASSAY_STR("Requests a month"),
              .scale = ASSAY_SCALE_LOG,
              .before = "",
              .behind = ""},
        .y = {.title = ASSAY_STR("Cost a month"),
              .scale = ASSAY_SCALE_LOG,
              .before = "$",
              .behind = ""},
        .marks = &here,
        .mark_count = 1,
    };
    struct assay_str caption;

    find_offers(arena, sheet->doc->data, models, count, &offers);
    if (offers.count < 2 || offers.live == 0)
        return true;
    spread_volume(&lines);
    if (!draw_offers(&lines, &chart, err))
        return false;
    chart.description = assay_arena_printf(
        arena,
        "At %.*s: %.*s. Each cost grows in step with the requests, so no two "
        "lines cross.",
        ASSAY_STR_ARG(volume), ASSAY_STR_ARG(say_costs(arena, &offers)));
    caption = assay_arena_printf(
        arena,
        "Cost a month by the number of requests, tokens each as asked; the "
        "upright line is at %.*s, whose costs the table has. Both axes are "
        "logarithmic.",
        ASSAY_STR_ARG(volume));
    if (offers.live < offers.count)
        caption = assay_figure_join(
            arena, caption,
            ASSAY_STR("What is retired stands at its last price: a record, no "
                      "offer."));
    assay_figure_insert(visit, sheet, "cost", &chart,
                        assay_figure_join(arena, caption, offers.left_out));
    return true;
}

/* ------------------------------------------------------- break-even */

enum even_kind { INPUT_TOKENS, CACHED_SHARE, INPUT_SHARE, EVEN_KINDS };

static const struct {
    const char *name; /* in the contract */
    const char *axis, *by, *unit;
    bool share;
} even_kinds[EVEN_KINDS] = {
    [INPUT_TOKENS] = {"input_tokens", "Input tokens a request",
                      "input tokens a request, the output as asked",
                      " input tokens", false},
    [CACHED_SHARE] = {"cached_share", "Cached share of the input",
                      "the share of the input that is cached",
                      " % of the input cached", true},
    [INPUT_SHARE] = {"input_share", "Input share of the tokens",
                     "the share of the tokens that is input, their number as "
                     "asked",
                     " % of the tokens input", true},
};

/* The traffic with the quantity of the kind at x: tokens, or 0 … 1. */
static bool shape_at(enum even_kind kind, struct assay_decimal x,
                     struct assay_traffic *traffic)
{
    struct assay_decimal total;

    switch (kind) {
    case INPUT_TOKENS:
        traffic->input_tokens = x;
        return true;
    case CACHED_SHARE:
        traffic->cached_share = x;
        return true;
    case INPUT_SHARE:
        return assay_decimal_add(traffic->input_tokens, traffic->output_tokens,
                                 &total) &&
               assay_decimal_mul(total, x, &traffic->input_tokens) &&
               assay_decimal_sub(total, traffic->input_tokens,
                                 &traffic->output_tokens);
    case EVEN_KINDS:
        break;
    }
    return false;
}

/* Where the traffic that is asked for stands. */
static bool asked_at(const struct assay_traffic *traffic, enum even_kind kind,
                     struct assay_decimal *x)
{
    struct assay_decimal total;

    *x = kind == INPUT_TOKENS ? traffic->input_tokens : traffic->cached_share;
    return kind != INPUT_SHARE ||
           (assay_decimal_add(traffic->input_tokens, traffic->output_tokens,
                              &total) &&
            assay_decimal_sign(total) > 0 &&
            assay_decimal_div(traffic->input_tokens, total, 6, x));
}

/* The points of the first kind that has any. */
struct evens {
    enum even_kind kind;
    const struct assay_json *at[MOST_MARKS - 1];
    struct assay_decimal x[MOST_MARKS - 1];
    size_t count;
};

static void find_evens(const struct assay_json *data, struct evens *evens)
{
    const struct assay_json *list = assay_json_at(data, "cost.break_even");

    *evens = (struct evens){.kind = INPUT_TOKENS};
    for (enum even_kind kind = 0; list && !evens->count && kind < EVEN_KINDS;
         kind++)
        for (const struct assay_json *one = list->first;
             one && evens->count < MOST_MARKS - 1; one = one->next)
            if (assay_str_is(assay_json_text(one, "kind"),
                             even_kinds[kind].name) &&
                assay_decimal_parse(assay_json_text(one, "at"),
                                    &evens->x[evens->count])) {
                evens->kind = kind;
                evens->at[evens->count++] = one;
            }
}

static int by_value(const void *a, const void *b)
{
    return assay_decimal_compare(*(const struct assay_decimal *)a,
                                 *(const struct assay_decimal *)b);
}

struct stops {
    struct assay_decimal at[MOST_X];
    size_t count;
};

static void add_stop(struct stops *stops, struct assay_decimal x)
{
    if (stops->count < MOST_X)
        stops->at[stops->count++] = x;
}

/* Last token before a tier and first behind it, inside what is drawn. */
static void add_tiers(struct stops *stops, const struct assay_route *route,
                      uint64_t low, uint64_t high)
{
    for (size_t i = 0; i < route->prices.count; i++) {
        const struct assay_price_component *c = &route->prices.components[i];
        uint64_t last = c->threshold_tokens - (c->when == ASSAY_TIER_FROM);

        if (c->when == ASSAY_TIER_ALWAYS || c->threshold_tokens <= low ||
            c->threshold_tokens >= high)
            continue;
        add_stop(stops, assay_decimal_uint(last));
        add_stop(stops, assay_decimal_uint(last + 1));
    }
}

/* Ten times fewer to ten times more tokens than what is to be seen. */
static void spread_tokens(struct stops *stops, const struct offers *offers)
{
    double least = INFINITY, most = 1;

    for (size_t i = 0; i < stops->count; i++) {
        double x = assay_decimal_double(stops->at[i]);

        least = x >= 1 ? fmin(least, x) : least;
        most = fmax(most, x);
    }
    double low = fmax(1, fmin(least, most) / 10), high = fmin(most * 10, 1e15);

    for (int i = 0; i <= STEPS; i++)
        add_stop(stops, assay_decimal_uint((uint64_t)llround(
                            low * pow(high / low, (double)i / STEPS))));
    for (size_t i = 0; i < offers->count; i++)
        add_tiers(stops, offers->at[i].route, (uint64_t)low, (uint64_t)high);
}

static struct assay_str place_words(struct assay_arena *arena,
                                    enum even_kind kind, struct assay_decimal x)
{
    struct assay_str number =
        even_kinds[kind].share
            ? assay_decimal_text(
                  arena, assay_decimal_round(assay_decimal_scale(x, 2), 1))
            : assay_decimal_fixed(arena, x, 0);

    return assay_arena_printf(arena, "%.*s%s", ASSAY_STR_ARG(number),
                              even_kinds[kind].unit);
}

/* The places along x, from left to right, each once. */
static void place_stops(struct lines *lines, enum even_kind kind,
                        struct stops *stops)
{
    struct assay_arena *arena = lines->visit->arena;

    qsort(stops->at, stops->count, sizeof stops->at[0], by_value);
    lines->places = ASSAY_NEW_ARRAY(arena, struct place_on_x, stops->count);
    for (size_t i = 0; i < stops->count; i++) {
        struct place_on_x *place = &lines->places[lines->count];

        if (i > 0 && by_value(&stops->at[i - 1], &stops->at[i]) == 0)
            continue;
        *place = (struct place_on_x){.traffic = lines->visit->traffic};
        if (!shape_at(kind, stops->at[i], &place->traffic))
            continue;
        place->x = assay_decimal_double(stops->at[i]) *
                   (even_kinds[kind].share ? 100 : 1);
        lines->count++;
    }
}

/* y of the first line at x, where it has a point there. */
static double height_at(const struct assay_chart *chart, struct assay_str name,
                        double x)
{
    for (size_t i = 0; i < chart->series_count; i++)
        for (size_t k = 0; assay_str_equal(chart->series[i].name, name) &&
                           k < chart->series[i].count;
             k++)
            if (chart->series[i].points[k].x == x)
                return chart->series[i].points[k].y;
    return NAN;
}

static struct assay_str name_of_id(const struct offers *offers,
                                   struct assay_str id)
{
    for (size_t i = 0; i < offers->count; i++)
        if (assay_str_equal(offers->at[i].model->id, id))
            return offers->at[i].model->name;
    return ASSAY_STR("");
}

/* A tier's beginning is a line; where two cost the same, a ring. */
static void mark_evens(struct assay_arena *arena, const struct offers *offers,
                       const struct evens *evens, struct assay_chart *chart,
                       struct assay_point *marks)
{
    bool share = even_kinds[evens->kind].share;

    for (size_t i = 0; i < evens->count; i++) {
        const struct assay_json *jump =
            assay_json_get(evens->at[i], "tier_begins");
        bool tier = assay_json_is(jump, ASSAY_JSON_TRUE);
        double x = assay_decimal_double(evens->x[i]) * (share ? 100 : 1);

        marks[chart->mark_count++] = (struct assay_point){
            .x = x,
            .y = tier ? (double)NAN
                      : height_at(chart,
                                  name_of_id(offers,
                                             assay_json_text(evens->at[i],
                                                             "cheaper_below")),
                                  x),
            .name = assay_arena_printf(
                arena, "%s at %.*s", tier ? "turns" : "the same",
                ASSAY_STR_ARG(place_words(arena, evens->kind, evens->x[i]))),
            .text = assay_json_text(evens->at[i], "text"),
        };
    }
}

static void only_live(struct offers *offers)
{
    size_t kept = 0;

    for (size_t i = 0; i < offers->count; i++)
        if (offers->at[i].route->live)
            offers->at[kept++] = offers->at[i];
    offers->count = kept;
}

bool assay_picture_even(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_model *const *models, size_t count,
                        struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    struct assay_point marks[MOST_MARKS] = {0};
    struct lines lines = {.visit = visit};
    struct stops stops = {.count = 0};
    struct assay_decimal here;
    struct offers offers;
    struct evens evens;

    find_evens(sheet->doc->data, &evens);
    if (count > FEW || evens.count == 0 ||
        !asked_at(&visit->traffic, evens.kind, &here))
        return true;
    find_offers(arena, sheet->doc->data, models, count, &offers);
    only_live(&offers);
    lines.offers = &offers;
    bool share = even_kinds[evens.kind].share;
    struct assay_chart chart = {
        .kind = ASSAY_CHART_LINES,
        .id = ASSAY_STR("cost-by-shape"),
        .title = assay_arena_printf(arena, "Cost a month by %s",
                                    even_kinds[evens.kind].by),
        .x = {.title = assay_str_c(even_kinds[evens.kind].axis),
              .scale = share ? ASSAY_SCALE_LINEAR : ASSAY_SCALE_LOG,
              .before = "",
              .behind = share ? " %" : ""},
        .y = {.title = ASSAY_STR("Cost a month"),
              .scale = share ? ASSAY_SCALE_LINEAR : ASSAY_SCALE_LOG,
              .before = "$",
              .behind = ""},
        .marks = marks,
    };

    add_stop(&stops, here);
    for (size_t i = 0; i < evens.count; i++)
        add_stop(&stops, evens.x[i]);
    for (int i = 0; share && i <= 20; i++)
        add_stop(&stops, ASSAY_DECIMAL(5 * i, -2));
    if (!share)
        spread_tokens(&stops, &offers);
    place_stops(&lines, evens.kind, &stops);
    if (!draw_offers(&lines, &chart, err))
        return false;
    marks[chart.mark_count++] = (struct assay_point){
        .x = assay_decimal_double(here) * (share ? 100 : 1),
        .y = NAN,
        .name = ASSAY_STR("as asked"),
    };
    mark_evens(arena, &offers, &evens, &chart, marks);
    for (size_t i = 0; i < evens.count; i++)
        chart.description = assay_figure_join(
            arena, chart.description, assay_json_text(evens.at[i], "text"));
    struct assay_str caption = assay_arena_printf(arena, "Cost a month by %s.",
                                                  even_kinds[evens.kind].by);
    /* of a pair the page says it below */
    assay_figure_insert(
        visit, sheet, "cost", &chart,
        count == 2 ? caption
                   : assay_figure_join(arena, caption, chart.description));
    return true;
}
