/*
 * What the pages share. Private to this folder. A page is built with the
 * same tools as a comparison (comparison.h), one that compares nothing.
 */
#ifndef ASSAY_PAGE_PARTS_H
#define ASSAY_PAGE_PARTS_H

#include "assay/pages.h"

#include "compare/comparison.h"

struct assay_page {
    struct assay_comparison c; /* count 0: arena, doc, data, options */
    struct assay_compare_options options;
};

/* The document, its contract with "format" and "as_of", and the tools. */
void assay_page_start(struct assay_page *page, struct assay_arena *arena,
                      const struct assay_page_options *options,
                      const char *format, struct assay_str title);
/* Ends it: the claims of the contract. */
struct assay_document *assay_page_finish(struct assay_page *page);

/* { "state", "value", "text", "note", "conflict", "claims" } */
struct assay_json *assay_page_value(struct assay_page *page,
                                    const struct assay_value *value);
/* Sets a date's text, or null when there is none. */
void assay_page_set_date(struct assay_page *page, struct assay_json *object,
                         const char *key, struct assay_date date);
void assay_page_say(struct assay_page *page, struct assay_section *section,
                    enum assay_block_kind kind, const struct assay_refs *refs,
                    const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* "retired 2024-12-06", "active, ends 2027-01-01", "deprecated" */
struct assay_str assay_page_status(struct assay_arena *arena,
                                   enum assay_status status,
                                   struct assay_date retired_on, bool live);

/* --------------------------------------------- page_words.c */

/* "$10", "8,192", "Yes", "$0.50, $1 above 65,536 input tokens" */
struct assay_str assay_page_claim_words(struct assay_arena *arena,
                                        const struct assay_claim *claim);
/* "above 200,000 input tokens; from 2026-01-01"; empty: always */
struct assay_str assay_page_when(struct assay_arena *arena,
                                 const struct assay_price_component *price);
/* An address that a source states, as a link: no place of this site. */
struct assay_str assay_page_address(struct assay_str url);
/* Of a benchmark row: "62.5 %", "1187 Elo" */
struct assay_str assay_page_score(struct assay_arena *arena,
                                  const struct assay_json *row);
/* Of a benchmark row: "5-shot, instruct", "not stated" */
struct assay_str assay_page_setting(struct assay_arena *arena,
                                    const struct assay_json *row);

/* --------------------------------------------- page_facts.c */

/*
 * Rows of a table "fact, value" for every fact that has a choice: the usual
 * ones first, in the order people ask, then the rest by name. Capabilities,
 * prices, benchmarks and names have places of their own. Returns the facts
 * of the contract.
 */
struct assay_json *assay_page_facts(struct assay_page *page,
                                    struct assay_section *section,
                                    const struct assay_subject *subject);

/* --------------------------------------------- page_routes.c */

/*
 * The routes of a model with their cost, live and cheapest first, as a table
 * and as the array of the contract. False with LIMIT.
 */
bool assay_page_routes(struct assay_page *page, struct assay_section *section,
                       const struct assay_model *model, struct assay_json *list,
                       struct assay_error *err);
/* What is said of one route as an object of the contract. */
struct assay_json *assay_page_route_json(struct assay_page *page,
                                         const struct assay_route_cost *cost);

/*
 * A file by its name alone, an address without what stands behind "?": where
 * it lay and which key opened it are nobody's business.
 */
struct assay_str assay_page_origin(struct assay_str origin);
/* "/model/google/gemma-2-2b", or empty when an address cannot hold the id. */
struct assay_str assay_page_model_link(struct assay_arena *arena,
                                       struct assay_str model_id);
/* "1,442" */
struct assay_cell assay_page_count(struct assay_arena *arena, uint64_t n);
/* "101 to 200 of 812"; "3" where that is all; "none". */
struct assay_str assay_page_part(struct assay_arena *arena,
                                 struct assay_part part, size_t shown);

/* The same as "part" of the contract. */
void assay_page_set_part(struct assay_page *page, struct assay_part part,
                         size_t count);
/* A source as the contracts have it. */
struct assay_json *assay_page_source_json(struct assay_page *page,
                                          const struct assay_source *source);

/* --------------------------------------------- page_changes.c */

/* The value before or after it in words; "–" for none. */
struct assay_str assay_page_change_value(struct assay_arena *arena,
                                         const struct assay_change *change,
                                         const struct assay_json *value);
/* "context", "input price", "MMLU  5-shot, instruct" */
void assay_page_change_fact(struct assay_arena *arena, struct assay_cell *cell,
                            const struct assay_change *change);
/* One of the contract's changes. */
struct assay_json *assay_page_change_json(struct assay_arena *arena,
                                          const struct assay_change *change);

/* --------------------------------------------- page_conflicts.c */

/* A fact that sources disagree about. */
struct assay_conflict {
    struct assay_cell taken, against; /* against: each value once */
    struct assay_json *json;          /* of the contract */
};
struct assay_conflict assay_conflict_of(struct assay_comparison *c,
                                        const struct assay_subject *subject,
                                        const struct assay_choice *choice);
/*
 * A row for each fact of the subject that sources disagree about, into a
 * table made at the first of them; and into the array of the contract.
 */
void assay_page_conflict_rows(struct assay_page *page,
                              struct assay_section *section,
                              struct assay_block **table,
                              const struct assay_subject *subject,
                              struct assay_json *list);
/* One such row. */
void assay_page_conflict_row(struct assay_page *page,
                             struct assay_section *section,
                             struct assay_block **table,
                             const struct assay_disputed *disputed,
                             struct assay_json *list);

#endif
