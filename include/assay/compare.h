/*
 * Claims in, decision out: two to eight models and a traffic become an
 * assay-decision/1 (FORMATS section 3) as a document. Pure: no I/O, no clock.
 */
#ifndef ASSAY_COMPARE_H
#define ASSAY_COMPARE_H

#include "assay/catalog.h"
#include "assay/cost.h"
#include "assay/document.h"
#include "assay/need.h"
#include "assay/traffic.h"

#define ASSAY_COMPARE_MAX 8

struct assay_compare_options {
    struct assay_traffic traffic;
    const struct assay_need *need; /* or NULL */
    struct assay_date as_of;
    bool allow_free;
    struct assay_model *const *neighbours; /* for "related" */
    size_t neighbour_count;
};

/*
 * BAD_INPUT: fewer than 2 or more than 8 models, or one twice; LIMIT. The
 * document lives in the arena and borrows from the models.
 */
struct assay_document *assay_compare(
    struct assay_arena *arena, struct assay_model *const *models, size_t count,
    const struct assay_compare_options *options, struct assay_error *err);

#endif
