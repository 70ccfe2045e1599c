/*
 * A run's results as claims of kind `measured`: what the comparison of two
 * models shows as its evidence. Each run is a source of its own, so that a
 * newer one ends no older one. Of samples that others published the kind is
 * `secondary`, and each row says who did.
 */
#include "assay/report.h"

#include "assay/published.h"

#include <math.h>

/* Beyond these nobody tells evidence apart, and the catalog takes no more. */
static const double most_evidence = 1e9, least_p = 1e-12;

struct statement {
    struct assay_str model; /* canonical; empty: the catalog knows it not */
    struct assay_json *object, *trials;
};

struct claims {
    struct assay_arena *arena;
    const struct assay_run_figures *figures;
    struct assay_str day;
    struct statement *statements; /* one for each route */
    size_t pairs;
};

/* ------------------------------------------------------- values */

static struct assay_str prefixed(struct claims *c, bool against,
                                 const char *key)
{
    return assay_arena_printf(c->arena, "%s%s", against ? "against_" : "", key);
}

/* Catalogs have numbers as decimal text; four digits are all that is sure. */
static void set_number(struct claims *c, struct assay_json *row,
                       struct assay_str key, double value)
{
    if (isfinite(value))
        assay_json_set_key(
            row, key,
            assay_json_string(c->arena,
                              assay_arena_printf(c->arena, "%.4g", value)));
}

static void set_count(struct claims *c, struct assay_json *row,
                      struct assay_str key, uint64_t count)
{
    assay_json_set_key(row, key, assay_json_uint(c->arena, count));
}

/* What one route did, under its own keys or those of whom it was against. */
static void set_route(struct claims *c, struct assay_json *row, size_t route,
                      bool against)
{
    const struct assay_route_figures *r = &c->figures->routes[route];
    const struct assay_percentile *p50 = &r->latency.p50;
    enum assay_state cost = r->per_pass.state;

    assay_json_set_key(
        row, prefixed(c, against, "route"),
        assay_json_string(c->arena, c->figures->run->routes[route].id));
    set_count(c, row, prefixed(c, against, "passed"), r->passed);
    set_count(c, row, prefixed(c, against, "n"), r->passed + r->failed);
    set_number(c, row, prefixed(c, against, "passed_low"), r->passed_95.low);
    set_number(c, row, prefixed(c, against, "passed_high"), r->passed_95.high);
    if (p50->known && !p50->at_least)
        set_number(c, row, prefixed(c, against, "latency_ms_p50"), p50->ms);
    if (cost == ASSAY_KNOWN || cost == ASSAY_FREE)
        assay_json_set_key(
            row, prefixed(c, against, "cost_per_pass_usd"),
            assay_json_string(c->arena,
                              assay_decimal_text(c->arena, r->per_pass.usd)));
}

/* "a" and "b" become "this" and "against". */
static const char *verdict_seen(enum assay_verdict verdict, bool flipped)
{
    if (verdict == ASSAY_VERDICT_A)
        return flipped ? "against" : "this";
    if (verdict == ASSAY_VERDICT_B)
        return flipped ? "this" : "against";
    return assay_verdict_name(verdict);
}

static void set_verdict(struct claims *c, struct assay_json *row,
                        const struct assay_pair_figures *pair, bool flipped)
{
    const struct assay_evidence *line = &pair->verdict.answered;
    const char *rule = assay_evidence_rule_name(line->rule);
    double sign = flipped ? -1 : 1;
    double low = flipped ? line->interval_95.high : line->interval_95.low;
    double high = flipped ? line->interval_95.low : line->interval_95.high;

    assay_json_set_c(c->arena, row, "verdict",
                     verdict_seen(pair->verdict.verdict, flipped));
    if (rule)
        assay_json_set_c(c->arena, row, "rule", rule);
    if (rule && !isnan(line->p_adjusted))
        set_number(c, row, ASSAY_STR("p"), fmax(line->p_adjusted, least_p));
    if (!isnan(line->e))
        set_number(c, row, ASSAY_STR("e"), fmin(line->e, most_evidence));
    set_number(c, row, ASSAY_STR("difference"), sign * line->difference);
    set_number(c, row, ASSAY_STR("difference_low"), sign * low);
    set_number(c, row, ASSAY_STR("difference_high"), sign * high);
    if (pair->verdict.more.known)
        set_count(c, row, ASSAY_STR("more_prompts"),
                  pair->verdict.more.prompts);
}

/* ------------------------------------------------------- rows */

/* "assertions; judge opinion, not calibrated": the weakest judge's word. */
static struct assay_str scoring_of(struct claims *c)
{
    const struct assay_run *run = c->figures->run;
    uint64_t fewest = UINT64_MAX;
    bool calibrated = true, judged = false;

    for (size_t i = 0; i < run->judge_count; i++) {
        const struct assay_judge_figures *j = &c->figures->judges[i];
        uint64_t labels = j->labelled_fail + j->labelled_pass;
        if (!j->opinions)
            continue;
        judged = true;
        calibrated &= j->calibration == ASSAY_CALIBRATION_DONE;
        fewest = labels < fewest ? labels : fewest;
    }
    if (!judged)
        return run->scoring;
    if (!calibrated)
        return assay_arena_printf(c->arena,
                                  "%.*s; judge opinion, not calibrated",
                                  ASSAY_STR_ARG(run->scoring));
    return assay_arena_printf(c->arena, "%.*s; judge calibrated by %llu labels",
                              ASSAY_STR_ARG(run->scoring),
                              (unsigned long long)fewest);
}

/* The pair as seen from one of its two models. */
static void add_row(struct claims *c, const struct assay_pair_figures *pair,
                    bool flipped)
{
    const struct assay_run *run = c->figures->run;
    size_t self = flipped ? pair->b : pair->a;
    size_t other = flipped ? pair->a : pair->b;
    struct assay_json *row =
        assay_json_add(c->statements[self].trials, assay_json_object(c->arena));

    assay_json_set_text(c->arena, row, "run", run->id);
    assay_json_set_text(c->arena, row, "suite", run->suite);
    assay_json_set_text(c->arena, row, "against", c->statements[other].model);
    set_route(c, row, self, false);
    set_route(c, row, other, true);
    set_count(c, row, ASSAY_STR("both"), pair->table.both);
    set_count(c, row, ASSAY_STR("only_this"),
              flipped ? pair->table.only_b : pair->table.only_a);
    set_count(c, row, ASSAY_STR("only_against"),
              flipped ? pair->table.only_a : pair->table.only_b);
    set_count(c, row, ASSAY_STR("neither"), pair->table.neither);
    set_verdict(c, row, pair, flipped);
    assay_json_set_text(c->arena, row, "scoring", scoring_of(c));
    if (assay_run_publisher(run).len)
        assay_json_set_text(c->arena, row, "published",
                            assay_run_publisher(run));
    assay_json_set_text(c->arena, row, "date", c->day);
}

/* The statement of the first route of this model holds its rows. */
static size_t first_of_model(const struct claims *c, size_t route)
{
    for (size_t r = 0; r < route; r++)
        if (assay_str_equal(c->statements[r].model, c->statements[route].model))
            return r;
    return route;
}

/*
 * Two models that the catalog knows, each on its first route in this run:
 * one run says one thing of two models.
 */
static bool is_claimed(const struct claims *c,
                       const struct assay_pair_figures *pair)
{
    return c->statements[pair->a].model.len &&
           c->statements[pair->b].model.len &&
           first_of_model(c, pair->a) == pair->a &&
           first_of_model(c, pair->b) == pair->b &&
           pair->verdict.answered.pairs > 0;
}

static void add_rows(struct claims *c)
{
    for (size_t i = 0; i < c->figures->pair_count; i++) {
        const struct assay_pair_figures *pair = &c->figures->pairs[i];
        if (!is_claimed(c, pair))
            continue;
        add_row(c, pair, false);
        add_row(c, pair, true);
        c->pairs++;
    }
}

/* ------------------------------------------------------- the batch */

static bool find_models(struct claims *c, struct assay_catalog *catalog,
                        struct assay_error *err)
{
    const struct assay_run *run = c->figures->run;

    c->statements =
        ASSAY_NEW_ARRAY(c->arena, struct statement, run->route_count);
    for (size_t r = 0; r < run->route_count; r++) {
        struct statement *s = &c->statements[r];
        struct assay_error unknown = {0};
        s->model = ASSAY_STR("");
        if (run->routes[r].model.len &&
            !assay_catalog_resolve(catalog, c->arena, run->routes[r].model,
                                   &s->model, &unknown)) {
            if (unknown.code != ASSAY_NOT_FOUND) {
                *err = unknown;
                return false;
            }
            s->model = ASSAY_STR("");
        }
        s->object = assay_json_object(c->arena);
        assay_json_set_text(c->arena, s->object, "id", s->model);
        s->trials =
            assay_json_set(s->object, "trials", assay_json_array(c->arena));
    }
    return true;
}

static bool fill_batch(struct claims *c, struct assay_batch *batch,
                       struct assay_error *err)
{
    const struct assay_run *run = c->figures->run;

    bool published = assay_run_publisher(run).len > 0;

    batch->source_id =
        assay_arena_printf(c->arena, "run-%.*s", ASSAY_STR_ARG(run->id));
    batch->title = assay_arena_printf(
        c->arena, published ? "Published samples of %.*s" : "Trial of %.*s",
        ASSAY_STR_ARG(run->suite));
    batch->url =
        assay_arena_printf(c->arena, "/run/%.*s", ASSAY_STR_ARG(run->id));
    batch->license = ASSAY_STR("");
    batch->source_kind =
        published ? ASSAY_SOURCE_SECONDARY : ASSAY_SOURCE_MEASURED;
    batch->format = ASSAY_STR("facts");
    batch->origin =
        published ? assay_run_publisher(run) : ASSAY_STR("assay try");
    batch->sha256 = ASSAY_STR("");
    if (!assay_date_parse_day(c->day, &batch->retrieved))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "run %.*s began at '%.*s', which is no time",
                          ASSAY_STR_ARG(run->id), ASSAY_STR_ARG(run->started));
    for (size_t r = 0; r < run->route_count; r++) {
        if (!c->statements[r].trials->count)
            continue;
        batch->rows++;
        if (!assay_batch_add(batch, ASSAY_SUBJECT_MODEL,
                             c->statements[r].object, err))
            return false;
    }
    return true;
}

static bool is_whole(const struct assay_run *run)
{
    return run->stopped == ASSAY_STOP_COMPLETE ||
           run->stopped == ASSAY_STOP_DECIDED ||
           run->stopped == ASSAY_STOP_FUTILE;
}

bool assay_run_claim(struct assay_catalog *catalog,
                     const struct assay_run_figures *figures, size_t *pairs,
                     struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct claims c = {
        .arena = &arena,
        .figures = figures,
        .day = assay_str_head(figures->run->started, 10),
    };
    struct assay_apply_report report;
    struct assay_batch batch;
    bool ok = true;

    *pairs = 0;
    if (!is_whole(figures->run))
        return true;
    assay_batch_init(&batch, &arena);
    ok = find_models(&c, catalog, err);
    if (ok)
        add_rows(&c);
    if (ok && c.pairs)
        ok = fill_batch(&c, &batch, err) &&
             assay_catalog_apply(catalog, &batch, &report, err);
    if (ok)
        *pairs = c.pairs;
    else
        assay_fail_in(err, "claims of a run");
    assay_arena_free(&arena);
    return ok;
}
