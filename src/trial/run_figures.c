/*
 * The figures of a run, in one walk over its attempts. What is held: a unit's
 * cells, and per route and pair the numbers that a quantile or a bootstrap
 * needs, eight bytes a row each.
 */
#include "assay/report.h"

#include "trial/run_judges.h"
#include "trial/run_pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers without an end in sight; of malloc, which widens them in place. */
struct series {
    double *at;
    size_t count, room;
};

struct route_rows {
    struct series latency, first_token;
    size_t censored;
    double limit_ms, score_sum;
    struct assay_grouped_passes passes;
    uint64_t scored;
    bool has_known, has_cost, over, under; /* of what was spent */
    struct assay_decimal cost;
};

struct pair_rows {
    struct series answered, served;
    struct series time_a, time_b; /* ms of the same prompts */
    bool cut; /* a unit had not ended: no later one counts */
};

/* One unit in hand: [route][cell]. */
struct unit {
    uint64_t number;
    size_t cells, room; /* of each route */
    struct assay_outcome_cell *cell;
    double *ms;
    bool *passed;
};

struct gather {
    struct assay_arena *arena; /* gone when the figures are there */
    struct assay_run_figures *figures;
    const struct assay_run *run;
    struct route_rows *routes;
    struct pair_rows *pairs;
    struct assay_judges_gather judges;
    struct unit unit;
    struct expected {
        bool *asked; /* [routes], of the place in hand */
        bool *both;  /* [pairs], of the unit in hand */
        uint64_t place, unit;
        bool begun;
    } expected;
    uint64_t places;  /* seen, of the newest unit too */
    bool all_ended;   /* every prompt so far, on every route */
    bool place_ended; /* the prompt in hand */
    uint64_t place;   /* of it */
    uint32_t repeat;
    bool by_score, begun, no_memory;
};

static void series_add(struct gather *g, struct series *s, double x)
{
    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        double *more = realloc(s->at, room * sizeof *more);
        if (!more) {
            g->no_memory = true;
            return;
        }
        s->at = more;
        s->room = room;
    }
    s->at[s->count++] = x;
}

/* ------------------------------------------------------- units */

static struct assay_outcome_cell *cells_of(const struct unit *u, size_t route)
{
    return u->cell + route * u->room;
}

/* A unit has few cells as a rule; clusters may have many. */
static void grow_unit(struct gather *g)
{
    struct unit *u = &g->unit;
    size_t room = u->room ? u->room * 2 : 8;
    struct unit more = {
        .number = u->number,
        .cells = u->cells,
        .room = room,
        .cell = ASSAY_NEW_ARRAY(g->arena, struct assay_outcome_cell,
                                room * g->run->route_count),
        .ms = ASSAY_NEW_ARRAY(g->arena, double, room * g->run->route_count),
        .passed = ASSAY_NEW_ARRAY(g->arena, bool, room * g->run->route_count),
    };

    for (size_t r = 0; u->room && r < g->run->route_count; r++) {
        memcpy(more.cell + r * room, u->cell + r * u->room,
               u->cells * sizeof *more.cell);
        memcpy(more.ms + r * room, u->ms + r * u->room,
               u->cells * sizeof *more.ms);
        memcpy(more.passed + r * room, u->passed + r * u->room,
               u->cells * sizeof *more.passed);
    }
    *u = more;
}

static void add_cell(struct gather *g)
{
    struct unit *u = &g->unit;

    if (u->cells == u->room)
        grow_unit(g);
    for (size_t r = 0; r < g->run->route_count; r++)
        cells_of(u, r)[u->cells] =
            (struct assay_outcome_cell){.end = ASSAY_CELL_SPARED};
    u->cells++;
}

static bool is_answered(enum assay_cell_end end)
{
    return end == ASSAY_CELL_SCORED || end == ASSAY_CELL_UNSCORED;
}

static void count_table(struct gather *g, struct assay_pair_figures *pair,
                        struct pair_rows *rows)
{
    const struct unit *u = &g->unit;

    for (size_t i = 0; i < u->cells; i++) {
        size_t a = pair->a * u->room + i, b = pair->b * u->room + i;
        if (!is_answered(u->cell[a].end) || !is_answered(u->cell[b].end))
            continue;
        if (u->ms[a] > 0 && u->ms[b] > 0) {
            series_add(g, &rows->time_a, u->ms[a]);
            series_add(g, &rows->time_b, u->ms[b]);
        }
        if (u->cell[a].end != ASSAY_CELL_SCORED ||
            u->cell[b].end != ASSAY_CELL_SCORED)
            continue;
        pair->table.both += u->passed[a] && u->passed[b];
        pair->table.only_a += u->passed[a] && !u->passed[b];
        pair->table.only_b += !u->passed[a] && u->passed[b];
        pair->table.neither += !u->passed[a] && !u->passed[b];
    }
}

static void count_passes(struct gather *g)
{
    const struct unit *u = &g->unit;

    for (size_t r = 0; r < g->run->route_count; r++) {
        uint64_t passed = 0, scored = 0;
        for (size_t i = 0; i < u->cells; i++) {
            bool is_scored = cells_of(u, r)[i].end == ASSAY_CELL_SCORED;
            scored += is_scored;
            passed += is_scored && u->passed[r * u->room + i];
        }
        assay_grouped_add(&g->routes[r].passes, passed, scored);
    }
}

/* The unit in hand is whole: what it says of each route, and each pair. */
static void end_unit(struct gather *g)
{
    struct unit *u = &g->unit;
    struct assay_unit_difference d;

    count_passes(g);
    for (size_t i = 0; i < g->figures->pair_count; i++) {
        struct assay_pair_figures *pair = &g->figures->pairs[i];
        struct pair_rows *rows = &g->pairs[i];
        if (rows->cut ||
            !assay_unit_compare(cells_of(u, pair->a), cells_of(u, pair->b),
                                u->cells, &d)) {
            rows->cut = true;
            continue;
        }
        pair->units += d.is_for_both;
        if (d.has_answered)
            series_add(g, &rows->answered, d.answered);
        if (d.has_served)
            series_add(g, &rows->served, d.served);
        count_table(g, pair, rows);
    }
    u->cells = 0;
}

/* ------------------------------------------------------- rows */

static bool is_timed_out(enum assay_outcome_class of)
{
    return of == ASSAY_CLASS_TIMEOUT || of == ASSAY_CLASS_TRUNCATED ||
           of == ASSAY_CLASS_BROKEN;
}

static double ms_between(int64_t from, int64_t to)
{
    return to > from ? (double)(to - from) / 1e6 : 0;
}

static void count_times(struct gather *g, const struct assay_attempt *a)
{
    struct route_rows *rows = &g->routes[a->route];
    const struct assay_clocks *c = &a->clocks;
    double ms = ms_between(c->begun, c->done);

    if (a->state == ASSAY_ATTEMPT_DONE) {
        if (ms > 0)
            series_add(g, &rows->latency, ms);
        if (c->first_token > 0)
            series_add(g, &rows->first_token,
                       ms_between(c->begun, c->first_token));
    } else if (is_timed_out(a->of)) {
        rows->censored++;
        rows->limit_ms = fmax(rows->limit_ms, ms);
    }
}

static void count_row(struct gather *g, const struct assay_attempt *a)
{
    struct assay_route_figures *r = &g->figures->routes[a->route];
    bool answered = a->state == ASSAY_ATTEMPT_DONE;

    r->rows++;
    r->classes[a->of]++;
    r->passed += answered && a->mark == ASSAY_MARK_PASSED;
    r->failed += answered && a->mark == ASSAY_MARK_FAILED;
    r->unscored += answered && a->mark == ASSAY_MARK_UNSCORED;
    r->errors += !answered || a->mark == ASSAY_MARK_ERROR;
    if (answered && !isnan(a->score)) {
        g->routes[a->route].score_sum += a->score;
        g->routes[a->route].scored++;
    }
    if (!g->figures->stable)
        count_times(g, a);
}

static struct assay_spent spent_on(const struct gather *g,
                                   const struct assay_attempt *a)
{
    struct assay_spent spent = {.state = a->cost_state, .usd = a->cost_usd};

    /* never heard of, which costs nothing here */
    if (spent.state == ASSAY_UNKNOWN && assay_decimal_sign(spent.usd) == 0 &&
        assay_str_starts(g->run->routes[a->route].id, "local:"))
        spent.state = ASSAY_FREE;
    return assay_spent_sided(spent);
}

/* Money and tokens of an attempt that left, whatever came of it. */
static void count_attempt(struct gather *g, const struct assay_attempt *a)
{
    struct assay_route_figures *r = &g->figures->routes[a->route];
    struct route_rows *rows = &g->routes[a->route];

    if (a->state == ASSAY_ATTEMPT_PLANNED ||
        (g->figures->stable && !assay_attempt_is_answer(g->run, a)))
        return;
    r->attempts++;
    r->unknown += a->state == ASSAY_ATTEMPT_UNKNOWN;
    if (a->reply.usage_state == ASSAY_USAGE_RETURNED) {
        r->input_tokens += a->reply.usage.input_tokens;
        r->output_tokens += a->reply.usage.output_tokens;
    }
    struct assay_spent spent = spent_on(g, a);
    rows->over |= spent.over;
    rows->under |= spent.under;
    rows->has_known |= !spent.over && !spent.under;
    rows->has_cost |= assay_decimal_sign(a->cost_usd) > 0;
    if (!assay_decimal_add(rows->cost, a->cost_usd, &rows->cost))
        rows->under = true;
}

static void begin_cell(struct gather *g, const struct assay_attempt *a)
{
    bool new_unit = !g->begun || a->at->unit != g->unit.number;
    bool new_place = !g->begun || a->at->place != g->place;

    if (g->begun && new_place) {
        g->all_ended = g->all_ended && g->place_ended;
        g->figures->prompts += g->all_ended;
    }
    if (g->begun && new_unit)
        end_unit(g);
    if (new_place)
        g->place_ended = true;
    if (new_place || a->repeat != g->repeat)
        add_cell(g);
    g->unit.number = a->at->unit;
    g->place = a->at->place;
    g->repeat = a->repeat;
    g->begun = true;
}

/* A unit has ended: which pairs it is for. */
static void expect_unit(struct gather *g)
{
    for (size_t i = 0; i < g->figures->pair_count; i++) {
        g->figures->pairs[i].expected += g->expected.both[i];
        g->expected.both[i] = false;
    }
}

static void expect_place(struct gather *g)
{
    struct expected *e = &g->expected;

    for (size_t i = 0; i < g->figures->pair_count; i++) {
        const struct assay_pair_figures *pair = &g->figures->pairs[i];
        e->both[i] = e->both[i] || (e->asked[pair->a] && e->asked[pair->b]);
    }
    memset(e->asked, 0, g->run->route_count * sizeof *e->asked);
}

/* Which routes a prompt is for, behind the end too. */
static void expect(struct gather *g, const struct assay_attempt *a)
{
    struct expected *e = &g->expected;

    if (e->begun && e->place != a->at->place)
        expect_place(g);
    if (e->begun && e->unit != a->at->unit)
        expect_unit(g);
    e->place = a->at->place;
    e->unit = a->at->unit;
    e->asked[a->route] = e->begun = true;
}

static bool take(void *context, struct assay_arena *arena,
                 const struct assay_attempt *a)
{
    struct gather *g = context;
    struct unit *u = &g->unit;

    (void)arena;
    if (a->route >= g->run->route_count)
        return true;
    g->figures->units = a->at->unit + 1;
    expect(g, a);
    count_attempt(g, a);
    if (a->final)
        assay_judges_take(&g->judges, a);
    if (a->at->place >= g->run->counted)
        return true; /* under way when the run stopped: paid, no evidence */
    begin_cell(g, a);
    size_t at = a->route * u->room + u->cells - 1;
    u->cell[at] = (struct assay_outcome_cell){0};
    if (!a->final) {
        /* the row that ends it, if there is one, is the next */
        g->place_ended &= a->state == ASSAY_ATTEMPT_UNKNOWN ||
                          a->state == ASSAY_ATTEMPT_FAILED;
        return true;
    }
    u->cell[at] = assay_outcome_cell_of(a, g->by_score);
    u->passed[at] = a->mark == ASSAY_MARK_PASSED;
    u->ms[at] =
        g->figures->stable ? 0 : ms_between(a->clocks.begun, a->clocks.done);
    count_row(g, a);
    return true;
}

/* ------------------------------------------------------- conclusions */

static struct assay_spent spent_of(const struct route_rows *rows)
{
    struct assay_spent spent = {.state = ASSAY_KNOWN,
                                .usd = rows->cost,
                                .over = rows->over,
                                .under = rows->under};

    if (rows->over || rows->under)
        spent.state =
            rows->has_known || rows->has_cost ? ASSAY_BOUND : ASSAY_UNKNOWN;
    else if (!rows->has_cost)
        spent.state = ASSAY_FREE;
    return spent;
}

static struct assay_spent per_pass(struct assay_spent spent, uint64_t passed)
{
    struct assay_spent each = {.state = ASSAY_UNKNOWN,
                               .usd = {0},
                               .over = spent.over,
                               .under = spent.under};

    if (passed && spent.state != ASSAY_UNKNOWN &&
        assay_decimal_div(spent.usd, assay_decimal_uint(passed), 12, &each.usd))
        each.state = spent.state;
    return each;
}

static bool time_of(const struct series *s, const struct route_rows *rows,
                    struct assay_timing *timing, struct assay_error *err)
{
    const struct {
        double q;
        struct assay_percentile *to;
    } wanted[] = {{0.5, &timing->p50},
                  {0.9, &timing->p90},
                  {0.95, &timing->p95},
                  {0.99, &timing->p99}};
    const struct assay_times times = {
        .ms = {s->at, s->count},
        .censored = rows->censored,
        .limit_ms = rows->limit_ms,
    };
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof wanted / sizeof wanted[0]; i++) {
        struct assay_arena scratch = {0}; /* holds all times, sorted */
        ok = assay_percentile(&scratch, &times, wanted[i].q, wanted[i].to, err);
        assay_arena_free(&scratch);
    }
    return ok;
}

static bool conclude_route(struct gather *g, size_t i, struct assay_error *err)
{
    struct assay_run_figures *f = g->figures;
    struct assay_route_figures *r = &f->routes[i];
    const struct route_rows *rows = &g->routes[i];

    r->wilson_95 = assay_proportion_interval(ASSAY_WILSON, r->passed,
                                             r->passed + r->failed, 0.95);
    r->passed_95 = assay_grouped_interval(&rows->passes, 0.95);
    r->mean_score =
        rows->scored ? rows->score_sum / (double)rows->scored : (double)NAN;
    r->spent = spent_of(rows);
    r->per_pass = per_pass(r->spent, r->passed);
    f->rows += r->rows;
    f->attempts += r->attempts;
    f->unknown += r->unknown;
    f->passed += r->passed;
    f->failed += r->failed;
    f->unscored += r->unscored;
    f->errors += r->errors;
    return time_of(&rows->latency, rows, &r->latency, err) &&
           time_of(&rows->first_token, rows, &r->first_token, err);
}

static void add_spent(struct assay_run_figures *f)
{
    f->spent = (struct assay_spent){.state = ASSAY_NOT_APPLICABLE};
    for (size_t i = 0; i < f->run->route_count; i++)
        assay_spent_add(&f->spent, f->routes[i].spent);
    assay_spent_add(&f->spent, f->spent_on_judges);
}

static bool conclude_pairs(struct gather *g, struct assay_error *err)
{
    struct assay_run_figures *f = g->figures;
    struct assay_paired_trial *trials =
        ASSAY_NEW_ARRAY(g->arena, struct assay_paired_trial, f->pair_count);
    struct assay_paired_verdict *verdicts =
        ASSAY_NEW_ARRAY(g->arena, struct assay_paired_verdict, f->pair_count);

    for (size_t i = 0; i < f->pair_count; i++) {
        const struct pair_rows *rows = &g->pairs[i];
        f->pairs[i].remaining = f->pairs[i].expected - f->pairs[i].units;
        trials[i] = (struct assay_paired_trial){
            .rule = g->run->rule,
            .answered = {rows->answered.at, rows->answered.count},
            .served = {rows->served.at, rows->served.count},
            .remaining = f->pairs[i].remaining,
        };
    }
    if (!assay_verdicts(g->arena, trials, f->pair_count, verdicts, err))
        return false;
    for (size_t i = 0; i < f->pair_count; i++) {
        const struct pair_rows *rows = &g->pairs[i];
        const struct assay_paired_times times = {
            rows->time_a.at, rows->time_b.at, rows->time_a.count};
        f->pairs[i].verdict = verdicts[i];
        if (!assay_latency_ratio(&times, &f->pairs[i].latency, err))
            return false;
    }
    return true;
}

static void name_pairs(struct assay_run_figures *f)
{
    size_t n = 0;

    for (size_t a = 0; a < f->run->route_count; a++)
        for (size_t b = a + 1; b < f->run->route_count; b++) {
            f->pairs[n].a = a;
            f->pairs[n++].b = b;
        }
    f->pair_count = n;
}

static bool conclude(struct gather *g, struct assay_error *err)
{
    expect_place(g);
    expect_unit(g);
    if (g->begun) {
        end_unit(g);
        g->figures->prompts += g->all_ended && g->place_ended;
    }
    if (g->no_memory)
        return assay_fail(err, ASSAY_SYSTEM,
                          "no memory for the figures of %llu prompts",
                          (unsigned long long)g->run->case_count);
    for (size_t i = 0; i < g->run->route_count; i++)
        if (!conclude_route(g, i, err))
            return false;
    assay_judges_conclude(&g->judges);
    add_spent(g->figures);
    return conclude_pairs(g, err);
}

/* Of the run as it is told in `figures`, which may be a copy of it. */
static bool gather_all(struct assay_ledger *ledger, struct assay_arena *arena,
                       struct assay_str id, struct assay_run_figures *figures,
                       struct assay_error *err)
{
    size_t n = figures->run->route_count;
    struct assay_arena held = {0};
    struct gather g = {
        .arena = &held,
        .figures = figures,
        .run = figures->run,
        .routes = ASSAY_NEW_ARRAY(&held, struct route_rows, n),
        .pairs = ASSAY_NEW_ARRAY(&held, struct pair_rows, n * n),
        .all_ended = true,
        .by_score = assay_run_compares_scores(figures->run),
    };

    figures->routes = ASSAY_NEW_ARRAY(arena, struct assay_route_figures, n);
    figures->pairs = ASSAY_NEW_ARRAY(arena, struct assay_pair_figures, n * n);
    name_pairs(figures);
    g.expected.asked = ASSAY_NEW_ARRAY(&held, bool, n);
    g.expected.both = ASSAY_NEW_ARRAY(&held, bool, figures->pair_count + 1);
    g.judges = (struct assay_judges_gather){.arena = arena, .figures = figures};
    bool ok = assay_judges_begin(&g.judges, ledger, id, err) &&
              assay_ledger_attempts(ledger, id, take, &g, err) &&
              conclude(&g, err);
    for (size_t i = 0; i < n; i++) {
        free(g.routes[i].latency.at);
        free(g.routes[i].first_token.at);
    }
    for (size_t i = 0; i < figures->pair_count; i++) {
        free(g.pairs[i].answered.at);
        free(g.pairs[i].served.at);
        free(g.pairs[i].time_a.at);
        free(g.pairs[i].time_b.at);
    }
    assay_arena_free(&held);
    return ok;
}

bool assay_run_figures(struct assay_ledger *ledger, struct assay_arena *arena,
                       const struct assay_run *run,
                       struct assay_run_figures *figures,
                       struct assay_error *err)
{
    *figures = (struct assay_run_figures){.run = run};
    return gather_all(ledger, arena, run->id, figures, err);
}

bool assay_run_figures_stable(struct assay_ledger *ledger,
                              struct assay_arena *arena,
                              const struct assay_run *run,
                              struct assay_run_figures *figures,
                              struct assay_error *err)
{
    struct assay_run *told = ASSAY_NEW(arena, struct assay_run);

    *told = *run;
    told->id = told->started = ASSAY_STR("");
    *figures = (struct assay_run_figures){.run = told, .stable = true};
    return gather_all(ledger, arena, run->id, figures, err);
}
