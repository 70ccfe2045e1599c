/*
 * A comparison under way: what the sections share. Private to this folder.
 *
 * Each section is a file: it reads the sides, adds its blocks to the
 * document and its value to the contract. Every sentence goes through
 * assay_points_add with the rule that fired and the claims it rests on.
 */
#ifndef ASSAY_COMPARISON_H
#define ASSAY_COMPARISON_H

#include "assay/compare.h"

#include "compare/capability.h"

#include <stdint.h>

#define ASSAY_NOBODY SIZE_MAX

/* A sentence of a rule. */
struct assay_point {
    const char *rule;
    struct assay_str text;
    struct assay_refs refs;
    struct assay_point *next;
};

struct assay_points {
    struct assay_point *first, *last;
    size_t count;
};

/* A value in a cell: for people, for programs, and what it rests on. */
struct assay_value {
    enum assay_state state;
    struct assay_str text;
    struct assay_str note;
    struct assay_json *json; /* NULL: null */
    struct assay_refs refs;
    bool conflict;
    unsigned flags; /* more ASSAY_CELL_ flags */
};

/* One of the compared models. */
struct assay_side {
    const struct assay_model *model;
    struct assay_route_cost *route_costs; /* in the order of model->routes */
    struct assay_model_cost cost;
    struct assay_refs cost_refs;
    struct assay_refs status_refs;
    size_t providers; /* distinct ones of live routes */
    bool reachable;   /* a live route, or open weights */
    bool unreachable; /* known to have neither */
    /* Its stated end has passed, yet routes are listed: neither the vendor
       nor a provider says that it is over. */
    bool overdue;
    struct assay_capability *capabilities; /* as assay_capability_rows */
    struct assay_need_result need;
    struct assay_points advantages; /* what speaks for it */
};

struct assay_trial_row;

/* Rows of one benchmark that may stand beside each other. */
struct assay_bench_row {
    struct assay_str name;
    const struct assay_claim **cells; /* one per side; NULL: no row */
    bool comparable;
    struct assay_str why_not;
    size_t leader; /* side, or ASSAY_NOBODY */
    struct assay_decimal difference;
    struct assay_str difference_text;
    struct assay_bench_row *next;
};

struct assay_comparison {
    struct assay_arena *arena;
    struct assay_document *doc;
    const struct assay_compare_options *options;
    struct assay_side sides[ASSAY_COMPARE_MAX];
    size_t count;
    struct assay_provider_names provider_names;
    size_t lower;        /* side with the lowest cost, or ASSAY_NOBODY */
    bool different_jobs; /* their tasks are known and differ */
    struct assay_bench_row *benchmarks;
    size_t comparable_count;
    struct assay_trial_row *trials; /* newest first */
    size_t trial_count;
    struct assay_json *data;
};

/* ------------------------------------------------- say.c */

void assay_compare_ref(struct assay_comparison *c, struct assay_refs *refs,
                       const struct assay_claim *claim);
/* The claims on a route's status and end; where nobody states them, the
   newest claim that lists it. */
void assay_compare_route_ref(struct assay_comparison *c,
                             struct assay_refs *refs,
                             const struct assay_route *route);
void assay_compare_add_refs(struct assay_comparison *c, struct assay_refs *refs,
                            const struct assay_refs *more);
struct assay_json *assay_refs_json(struct assay_comparison *c,
                                   const struct assay_refs *refs);
void assay_points_add(struct assay_comparison *c, struct assay_points *points,
                      const char *rule, const struct assay_refs *refs,
                      const char *format, ...)
    __attribute__((format(printf, 5, 6)));
struct assay_json *assay_points_json(struct assay_comparison *c,
                                     const struct assay_points *points);
void assay_points_blocks(struct assay_comparison *c,
                         struct assay_section *section,
                         enum assay_block_kind kind,
                         const struct assay_points *points);
/* A table whose first column names the row and whose others are the models. */
struct assay_block *assay_models_table(struct assay_comparison *c,
                                       struct assay_section *section,
                                       const char *corner);
void assay_value_cell(struct assay_cell *cell, const struct assay_value *value);
/* { "model", "state", "value", "text", "claims" } */
struct assay_json *assay_value_json(struct assay_comparison *c, size_t side,
                                    const struct assay_value *value);
/*
 * A row of cells in the document (table NULL: not there) and an array of
 * cells for the contract.
 */
struct assay_json *assay_values_row(struct assay_comparison *c,
                                    struct assay_block *table,
                                    const char *title, size_t leader,
                                    const struct assay_value *values);
/* "model": id, or null for ASSAY_NOBODY */
void assay_set_side(struct assay_comparison *c, struct assay_json *object,
                    const char *key, size_t side);

/* ------------------------------------------------- values.c */

/* "context", "output price" … for a claim's fact. */
struct assay_str assay_fact_title(struct assay_arena *arena,
                                  struct assay_str fact);
/* "Gemma 2 2B  ·  GPT-4o" */
struct assay_str assay_compare_title(struct assay_arena *arena,
                                     struct assay_model *const *models,
                                     size_t count);
/* A model's fact as a cell; counts get commas. */
struct assay_value assay_fact_value(struct assay_comparison *c,
                                    const struct assay_subject *subject,
                                    const char *fact);
struct assay_value assay_count_value(struct assay_comparison *c, uint64_t n);
/* "15.6" for 128000 and 8192: at most three digits. */
struct assay_str assay_ratio_text(struct assay_arena *arena,
                                  struct assay_decimal larger,
                                  struct assay_decimal smaller);
/* "$0.02", "$10", "$2.50": a price per million, to six digits. */
struct assay_str assay_price_text(struct assay_arena *arena,
                                  struct assay_decimal usd);
/* "2.61 B", "862,336" */
struct assay_str assay_parameters_text(struct assay_arena *arena, uint64_t n);
struct assay_str assay_kind_words(enum assay_source_kind kind);

/* ------------------------------------------------- route_parts.c */

/* The price of a meter for the request asked about; "–": not priced. */
struct assay_cell assay_price_cell(struct assay_comparison *c,
                                   const struct assay_route *route,
                                   const char *meter);
/* A count that the route itself states. */
struct assay_cell assay_limit_cell(struct assay_comparison *c,
                                   const struct assay_route *route,
                                   const char *fact);
/* { "meter", "state", "usd_per_million", when and until when, "claims" } */
struct assay_json *assay_component_json(
    struct assay_comparison *c, const struct assay_price_component *price);
/* "state", "monthly_usd" */
void assay_set_cost(struct assay_comparison *c, struct assay_json *object,
                    enum assay_state state, struct assay_decimal usd);

/* ------------------------------------------------- sections, in order */

bool assay_compare_sides(struct assay_comparison *c,
                         struct assay_model *const *models, size_t count,
                         struct assay_error *err);
bool assay_compare_benchmark_rows(struct assay_comparison *c);
/* Fills in the advantages of the sides. */
void assay_compare_advantages(struct assay_comparison *c);
/* Gathers what runs say of pairs of these models. */
void assay_compare_trials(struct assay_comparison *c);
/* Own prompts on which it was decided to be better than another side. */
void assay_compare_decided(struct assay_comparison *c, size_t side,
                           struct assay_points *points);
/*
 * The side that the newest runs find better than every other one, worse than
 * none, or ASSAY_NOBODY; says how.
 */
size_t assay_compare_measured(struct assay_comparison *c,
                              struct assay_points *points);
void assay_compare_evidence(struct assay_comparison *c);
/* What the newest run says of one side. */
void assay_compare_evidence_value(struct assay_comparison *c, size_t side,
                                  struct assay_value *value);
bool assay_compare_verdict(struct assay_comparison *c);
void assay_compare_scorecard(struct assay_comparison *c);
void assay_compare_tradeoffs(struct assay_comparison *c);
bool assay_compare_cost(struct assay_comparison *c, struct assay_error *err);
void assay_compare_specs(struct assay_comparison *c);
void assay_compare_prices(struct assay_comparison *c);
void assay_compare_capabilities(struct assay_comparison *c);
void assay_compare_benchmarks(struct assay_comparison *c);
void assay_compare_friction(struct assay_comparison *c);
/* What it takes to switch, one list of the former. */
void assay_compare_switch(struct assay_comparison *c, size_t from, size_t to,
                          struct assay_points *points);
void assay_compare_conflicts(struct assay_comparison *c);
void assay_compare_summary(struct assay_comparison *c);
void assay_compare_faq(struct assay_comparison *c);
void assay_compare_related(struct assay_comparison *c);

/* tags.c: "Vision", "Long context" … with the rule of each */
void assay_compare_tags(struct assay_comparison *c, size_t side,
                        struct assay_points *tags);

/* By its name in assay_capability_rows. */
const struct assay_capability *assay_side_capability(
    const struct assay_side *side, const char *name);
/* Writes answers of some length: chat, or a task that nobody states. */
bool assay_side_answers(const struct assay_side *side);
/*
 * That more is known of a model than the section shows, with the page and
 * the command that show it.
 */
void assay_say_hidden(struct assay_comparison *c, struct assay_section *section,
                      const struct assay_model *model, struct assay_str words,
                      const char *option);
/*
 * Site paths of what an id names: "/model/", "/provider/" or "/source/"
 * before it; of two models "/compare/".
 */
struct assay_str assay_link_to(struct assay_arena *arena, const char *place,
                               struct assay_str id);
struct assay_str assay_link_pair(struct assay_arena *arena, struct assay_str a,
                                 struct assay_str b);
/* One name for each provider of all compared models. */
struct assay_str assay_compare_provider(const struct assay_comparison *c,
                                        const struct assay_route *route);
/* Counts the distinct providers of live routes: side->providers. */
size_t assay_side_providers(const struct assay_side *side);
/* Known number of a model's fact. */
bool assay_side_count(const struct assay_side *side, const char *fact,
                      uint64_t *n, const struct assay_claim **claim);
/* A limit of the model; where only its routes state one, the most of them. */
struct assay_value assay_side_limit(struct assay_comparison *c, size_t side,
                                    const char *fact);
/*
 * The cheapest live price of a meter over routes that take the request,
 * standard tier; a free tier's only where it would be the cost.
 */
const struct assay_price_component *assay_side_cheapest(
    const struct assay_comparison *c, const struct assay_side *side,
    const char *meter, const struct assay_route **route);

#endif
