/*
 * Constraints: one grammar for `find` and `--need`.
 *
 *   vision context>=100k price.output<5 status=active provider=azure
 *
 * Terms are separated by spaces or commas and all must hold. A bare
 * capability wants true, "!vision" or "vision=no" false. Each term is true,
 * false or cannot be told.
 */
#ifndef ASSAY_NEED_H
#define ASSAY_NEED_H

#include "assay/catalog.h"
#include "assay/cost.h"
#include "assay/document.h"

enum assay_need_operator {
    ASSAY_NEED_IS,
    ASSAY_NEED_IS_NOT,
    ASSAY_NEED_LESS,
    ASSAY_NEED_AT_MOST,
    ASSAY_NEED_MORE,
    ASSAY_NEED_AT_LEAST,
};

struct assay_need_field; /* private: one row of the table of fields */

struct assay_need_term {
    const struct assay_need_field *field;
    struct assay_str text; /* as written: "context>=100k" */
    enum assay_need_operator op;
    struct assay_str value;
    struct assay_decimal number;
    struct assay_date date;
};

struct assay_need {
    struct assay_need_term *terms;
    size_t count;
};

/* BAD_INPUT names the term, and the fields there are. */
bool assay_need_parse(struct assay_arena *arena, struct assay_str text,
                      struct assay_need *need, struct assay_error *err);
/* Lines "name  what it means" for --help and the manual. */
void assay_need_help(struct assay_buf *out);

enum assay_need_answer {
    ASSAY_ANSWER_UNKNOWN,
    ASSAY_ANSWER_YES,
    ASSAY_ANSWER_NO
};

struct assay_need_result {
    enum assay_need_answer
        answer; /* NO when any term is, else UNKNOWN when any */
    enum assay_need_answer *terms; /* per term */
    struct assay_str *reasons;     /* per term that is not YES: "context 8,192,
                                  asked >=100k"; empty for YES */
    const struct assay_claim **claims; /* the claim looked at, or NULL */
    const struct assay_route *route;   /* that gave the answer, or NULL */
    size_t no_count, unknown_count;
};

/* Of a route: its own claims, then its model's. */
bool assay_need_route(struct assay_arena *arena, const struct assay_need *need,
                      const struct assay_route *route,
                      const struct assay_cost_options *options,
                      struct assay_need_result *result,
                      struct assay_error *err);
/*
 * Of a model: the best answer over its live routes (YES before UNKNOWN
 * before NO; then fewest NO, then the lower cost); of its own claims when
 * it has none.
 */
bool assay_need_model(struct assay_arena *arena, const struct assay_need *need,
                      const struct assay_model *model,
                      const struct assay_cost_options *options,
                      struct assay_need_result *result,
                      struct assay_error *err);

/* ------------------------------------------------------------- find */

struct assay_find_options {
    const struct assay_need *need;
    struct assay_cost_options cost;
    size_t limit;      /* rows shown; 0: 50 */
    size_t near_limit; /* near misses shown; 0: 10 */
};
/*
 * The facts that assay_find looks at for this need, as assay_view_options
 * wants them; in the arena.
 */
const char *const *assay_need_facts(struct assay_arena *arena,
                                    const struct assay_need *need);
/*
 * Routes that meet every term, cheapest first, then near misses: routes that
 * fail exactly one term (or one cannot be told), with the reason. Contract
 * "assay-find/1". NULL on LIMIT.
 *
 * A search is begun, shown every route once in any order, and ended; what it
 * says it keeps must live until then. The arena holds search and document.
 */
struct assay_find;
struct assay_find *assay_find_begin(struct assay_arena *arena,
                                    const struct assay_find_options *options);
/* *keeps is set when the route is among the best so far. False: LIMIT. */
bool assay_find_look(struct assay_find *find, const struct assay_route *route,
                     bool *keeps, struct assay_error *err);
/* The same as functions of a walk (catalog.h), whose context is the search. */
bool assay_find_look_at_model(void *find, struct assay_model *model,
                              bool *keeps, struct assay_error *err);
bool assay_find_look_at_unjoined(void *find, struct assay_route *route,
                                 bool *keeps, struct assay_error *err);
/* Adds what another search of the same options saw, and ends that one. */
void assay_find_join(struct assay_find *find, struct assay_find *other);
/* Frees what the search held besides, also after a false _look. */
struct assay_document *assay_find_end(struct assay_find *find);
/* All of it, over a view that is there. */
struct assay_document *assay_find(struct assay_arena *arena,
                                  const struct assay_view *view,
                                  const struct assay_find_options *options,
                                  struct assay_error *err);

#endif
