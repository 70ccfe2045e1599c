/*
 * Benchmarks on which several models may stand beside each other, over the
 * whole catalog: rows of one name, setting, variant, harness and unit, the
 * setting stated. Made once per state of the catalog. Private to serve.
 */
#ifndef ASSAY_SERVE_SCORES_H
#define ASSAY_SERVE_SCORES_H

#include "assay/arena.h"
#include "assay/catalog.h"

struct assay_score {
    struct assay_str model; /* its id */
    struct assay_decimal value;
};

struct assay_scoreboard {
    struct assay_str words;           /* "SWE-Bench Pro (public)"; names it */
    struct assay_str unit;            /* "percent", "elo", "score" */
    bool more_is_better;              /* false: error rates */
    const struct assay_score *scores; /* by model */
    size_t count;
};

struct assay_scoreboards {
    struct assay_arena arena;
    struct assay_scoreboard *list; /* most models first */
    size_t count;
    uint64_t version;
    struct assay_date as_of;
    _Atomic unsigned users;
};

/* Of what the catalog holds. NULL: SYSTEM, BAD_INPUT (store damaged). */
struct assay_scoreboards *assay_scoreboards_new(struct assay_catalog *catalog,
                                                struct assay_error *err);
void assay_scoreboards_share(struct assay_scoreboards *boards);
/* Accepts NULL. */
void assay_scoreboards_release(struct assay_scoreboards *boards);
/* NULL: not there. */
const struct assay_scoreboard *assay_scoreboards_find(
    const struct assay_scoreboards *boards, struct assay_str words);
/* NULL: the model has none. */
const struct assay_score *assay_scoreboard_of(
    const struct assay_scoreboard *board, struct assay_str model_id);

#endif
