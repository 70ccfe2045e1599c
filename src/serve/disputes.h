/*
 * What sources disagree about, over the whole catalog: which facts of which
 * subjects, without their claims. Some thousand; a walk over everything
 * finds them, so it is made once per state of the catalog. Private to serve.
 */
#ifndef ASSAY_SERVE_DISPUTES_H
#define ASSAY_SERVE_DISPUTES_H

#include "assay/arena.h"
#include "assay/catalog.h"

struct assay_dispute {
    struct assay_str model; /* its id; empty: of a route that belongs to none */
    enum assay_subject_kind kind;
    struct assay_str subject, fact;
    const struct assay_str *sources; /* ids, each once */
    size_t source_count;
};

struct assay_disputes {
    struct assay_arena arena;
    struct assay_dispute *list; /* by model; those of none last */
    size_t count;
    uint64_t version;
    struct assay_date as_of;
    _Atomic unsigned users;
};

/* Of what the catalog holds. NULL: SYSTEM, BAD_INPUT (store damaged). */
struct assay_disputes *assay_disputes_new(struct assay_catalog *catalog,
                                          struct assay_error *err);
void assay_disputes_share(struct assay_disputes *disputes);
/* Accepts NULL. */
void assay_disputes_release(struct assay_disputes *disputes);

/* One of these sources speaks of it. */
bool assay_dispute_has_source(const struct assay_dispute *dispute,
                              struct assay_str source_id);

#endif
