/*
 * The document assay-run/1: FORMATS section 6. Only fields are added here
 * that no other contradicts; counts and times come from the rows alone.
 */
#include "assay/report.h"

#include "assay/published.h"

#include "trial/run_judges.h"

#include <math.h>
#include <stdio.h>

struct assay_json *assay_json_real(struct assay_arena *arena, double value)
{
    if (!isfinite(value))
        return assay_json_null(arena);
    return assay_json_number(arena, assay_arena_printf(arena, "%.10g", value));
}

static void set_real(struct assay_arena *arena, struct assay_json *object,
                     const char *key, double value)
{
    assay_json_set(object, key, assay_json_real(arena, value));
}

static void set_interval(struct assay_arena *arena, struct assay_json *object,
                         const char *key, struct assay_interval interval)
{
    struct assay_json *pair =
        assay_json_set(object, key, assay_json_array(arena));

    assay_json_add(pair, assay_json_real(arena, interval.low));
    assay_json_add(pair, assay_json_real(arena, interval.high));
}

/* null where nothing is known; what is a bound only says so beside it. */
static void set_spent(struct assay_arena *arena, struct assay_json *object,
                      const char *key, struct assay_spent spent)
{
    if (spent.state == ASSAY_UNKNOWN)
        assay_json_set_null(arena, object, key);
    else
        assay_json_set_text(arena, object, key,
                            assay_decimal_text(arena, spent.usd));
}

/* Of what a stable document does not tell, the key alone. */
static void set_text_told(struct assay_arena *arena, struct assay_json *object,
                          const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, object, key, text);
    else
        assay_json_set_null(arena, object, key);
}

static void set_attempts(struct assay_arena *arena, struct assay_json *object,
                         const char *key, const struct assay_run_figures *f,
                         uint64_t attempts)
{
    if (f->stable)
        assay_json_set_null(arena, object, key);
    else
        assay_json_set_uint(arena, object, key, attempts);
}

static void set_state(struct assay_arena *arena, struct assay_json *object,
                      const char *key, enum assay_state state)
{
    assay_json_set_c(arena, object, key, assay_state_name(state));
}

/* ------------------------------------------------------- routes */

static void set_percentile(struct assay_arena *arena, struct assay_json *object,
                           const char *key, const struct assay_percentile *p)
{
    set_real(arena, object, key,
             p->known && !p->at_least ? p->ms : (double)NAN);
}

static void set_timing(struct assay_arena *arena, struct assay_json *object,
                       const char *key, const struct assay_timing *timing)
{
    struct assay_json *times =
        assay_json_set(object, key, assay_json_object(arena));

    set_percentile(arena, times, "p50", &timing->p50);
    if (timing->p50.known && !timing->p50.at_least)
        set_interval(arena, times, "p50_95", timing->p50.interval_95);
    set_percentile(arena, times, "p90", &timing->p90);
    set_percentile(arena, times, "p95", &timing->p95);
    set_percentile(arena, times, "p99", &timing->p99);
}

static void set_classes(struct assay_arena *arena, struct assay_json *object,
                        const struct assay_route_figures *r)
{
    struct assay_json *classes =
        assay_json_set(object, "ends", assay_json_object(arena));

    for (int c = 0; c < ASSAY_CLASSES; c++)
        if (r->classes[c])
            assay_json_set_uint(arena, classes,
                                assay_class_name((enum assay_outcome_class)c),
                                r->classes[c]);
}

static void add_route(struct assay_arena *arena, struct assay_json *routes,
                      const struct assay_run_figures *f, size_t i)
{
    const struct assay_run_route *route = &f->run->routes[i];
    const struct assay_route_figures *r = &f->routes[i];
    struct assay_json *o = assay_json_add(routes, assay_json_object(arena));

    assay_json_set_text(arena, o, "route", route->id);
    assay_json_set_text(arena, o, "label", route->label);
    set_text_told(arena, o, "model", route->model);
    assay_json_set_uint(arena, o, "rows", r->rows);
    assay_json_set_uint(arena, o, "passed", r->passed);
    assay_json_set_uint(arena, o, "n", r->passed + r->failed);
    set_interval(arena, o, "wilson_95", r->wilson_95);
    set_interval(arena, o, "passed_95", r->passed_95);
    set_real(arena, o, "mean_score", r->mean_score);
    assay_json_set_uint(arena, o, "unscored", r->unscored);
    assay_json_set_uint(arena, o, "errors", r->errors);
    if (f->run->judge_count)
        assay_json_set_uint(arena, o, "unjudged", r->unjudged);
    set_classes(arena, o, r);
    set_attempts(arena, o, "attempts", f, r->attempts);
    set_timing(arena, o, "latency_ms", &r->latency);
    set_timing(arena, o, "first_token_ms", &r->first_token);
    assay_json_set_uint(arena, o, "input_tokens", r->input_tokens);
    assay_json_set_uint(arena, o, "output_tokens", r->output_tokens);
    set_spent(arena, o, "cost_usd", r->spent);
    set_state(arena, o, "cost_state", r->spent.state);
    set_spent(arena, o, "cost_per_pass_usd", r->per_pass);
}

/* ------------------------------------------------------- comparisons */

static void set_line(struct assay_arena *arena, struct assay_json *o,
                     const struct assay_evidence *line, bool sequential)
{
    const char *rule = assay_evidence_rule_name(line->rule);

    if (rule)
        assay_json_set_c(arena, o, "rule", rule);
    else
        assay_json_set_null(arena, o, "rule");
    assay_json_set_uint(arena, o, "pairs", line->pairs);
    assay_json_set_uint(arena, o, "wins_a", line->wins_a);
    assay_json_set_uint(arena, o, "wins_b", line->wins_b);
    set_real(arena, o, "p", rule ? line->p : (double)NAN);
    set_real(arena, o, "p_adjusted", rule ? line->p_adjusted : (double)NAN);
    set_real(arena, o, "e", line->e);
    set_real(arena, o, "difference", line->difference);
    set_interval(arena, o, "interval_95", line->interval_95);
    if (sequential)
        set_interval(arena, o, "share_95", line->share_95);
}

static void set_ratio(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_ratio *ratio)
{
    if (!ratio->known) {
        assay_json_set_null(arena, o, "latency_ratio");
        return;
    }
    struct assay_json *r =
        assay_json_set(o, "latency_ratio", assay_json_object(arena));
    set_real(arena, r, "ratio", ratio->ratio);
    set_interval(arena, r, "interval_95", ratio->interval_95);
}

static void add_comparison(struct assay_arena *arena, struct assay_json *to,
                           const struct assay_run_figures *f,
                           const struct assay_pair_figures *pair)
{
    struct assay_json *o = assay_json_add(to, assay_json_object(arena));
    const struct assay_paired_verdict *v = &pair->verdict;
    bool sequential = f->run->rule.mode == ASSAY_TRIAL_SEQUENTIAL;

    assay_json_set_text(arena, o, "a", f->run->routes[pair->a].id);
    assay_json_set_text(arena, o, "b", f->run->routes[pair->b].id);
    assay_json_set_uint(arena, o, "both", pair->table.both);
    assay_json_set_uint(arena, o, "only_a", pair->table.only_a);
    assay_json_set_uint(arena, o, "only_b", pair->table.only_b);
    assay_json_set_uint(arena, o, "neither", pair->table.neither);
    assay_json_set_c(arena, o, "verdict", assay_verdict_name(v->verdict));
    set_line(arena, o, &v->answered, sequential);
    if (v->more.known)
        assay_json_set_uint(arena, o, "more_prompts", v->more.prompts);
    else
        assay_json_set_null(arena, o, "more_prompts");
    assay_json_set_bool(arena, o, "more_prompts_at_least",
                        v->more.known && v->more.at_least);
    struct assay_json *served =
        assay_json_set(o, "as_served", assay_json_object(arena));
    assay_json_set_c(arena, served, "verdict",
                     assay_verdict_name(v->served.verdict));
    set_line(arena, served, &v->served, sequential);
    set_ratio(arena, o, &pair->latency);
}

/* ------------------------------------------------------- the document */

static void set_head(struct assay_arena *arena, struct assay_json *o,
                     const struct assay_run_figures *f)
{
    const struct assay_run *run = f->run;

    assay_json_set_c(arena, o, "format", "assay-run/1");
    set_text_told(arena, o, "run", run->id);
    assay_json_set_text(arena, o, "suite", run->suite);
    assay_json_set_text(arena, o, "suite_format", run->suite_format);
    assay_json_set_text(arena, o, "scoring", run->scoring);
    if (assay_run_publisher(run).len)
        assay_json_set_text(arena, o, "published", assay_run_publisher(run));
    set_text_told(arena, o, "started", run->started);
    assay_json_set_text(arena, o, "version", run->version);
    assay_json_set_c(arena, o, "mode",
                     run->rule.mode == ASSAY_TRIAL_FIXED ? "fixed"
                                                         : "sequential");
    assay_json_set_c(arena, o, "outcome",
                     run->rule.outcome == ASSAY_OUTCOME_GRADED ? "graded"
                                                               : "binary");
    set_real(arena, o, "margin", run->rule.margin);
    assay_json_set_text(
        arena, o, "seed",
        assay_arena_printf(arena, "%llu", (unsigned long long)run->seed));
    assay_json_set_uint(arena, o, "repeats", run->repeats);
    if (run->stopped == ASSAY_STOP_NONE)
        assay_json_set_null(arena, o, "stopped");
    else
        assay_json_set_c(arena, o, "stopped", assay_stop_name(run->stopped));
    assay_json_set_uint(arena, o, "prompts", run->case_count);
    assay_json_set_uint(arena, o, "prompts_counted", f->prompts);
}

static void set_totals(struct assay_arena *arena, struct assay_json *o,
                       const struct assay_run_figures *f)
{
    assay_json_set_uint(arena, o, "rows", f->rows);
    set_attempts(arena, o, "attempts", f, f->attempts);
    set_attempts(arena, o, "unknown_attempts", f, f->unknown);
    assay_json_set_uint(arena, o, "passed", f->passed);
    assay_json_set_uint(arena, o, "failed", f->failed);
    assay_json_set_uint(arena, o, "unscored", f->unscored);
    assay_json_set_uint(arena, o, "errors", f->errors);
    set_spent(arena, o, "spent_usd", f->spent);
    set_state(arena, o, "spent_state", f->spent.state);
    if (f->run->has_max_cost)
        assay_json_set_text(arena, o, "max_cost_usd",
                            assay_decimal_text(arena, f->run->max_cost_usd));
    else
        assay_json_set_null(arena, o, "max_cost_usd");
}

struct assay_json *assay_run_json(struct assay_arena *arena,
                                  const struct assay_run_figures *f)
{
    struct assay_json *o = assay_json_object(arena);

    set_head(arena, o, f);
    set_totals(arena, o, f);
    struct assay_json *routes =
        assay_json_set(o, "routes", assay_json_array(arena));
    for (size_t i = 0; i < f->run->route_count; i++)
        add_route(arena, routes, f, i);
    if (f->run->judge_count)
        assay_json_set(o, "judges", assay_judges_json(arena, f));
    struct assay_json *pairs =
        assay_json_set(o, "comparisons", assay_json_array(arena));
    for (size_t i = 0; i < f->pair_count; i++)
        add_comparison(arena, pairs, f, &f->pairs[i]);
    return o;
}
