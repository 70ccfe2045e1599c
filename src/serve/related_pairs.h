/*
 * Pairs of models that somebody may want beside each other, over the whole
 * directory: for the site map and for pages written to files. Private to
 * serve.
 */
#ifndef ASSAY_SERVE_RELATED_PAIRS_H
#define ASSAY_SERVE_RELATED_PAIRS_H

#include "serve/directory.h"

struct assay_related_pair {
    const struct assay_directory_model *a, *b; /* a's id sorts first */
};

/*
 * Each model with the few that live and are nearest to it in cost and
 * context: of its creator and task, and of its task. Sorted, each pair once;
 * in the arena.
 */
void assay_related_pairs(struct assay_arena *arena,
                         const struct assay_directory *directory,
                         struct assay_related_pair **pairs, size_t *count);

#endif
