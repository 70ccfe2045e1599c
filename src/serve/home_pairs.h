/*
 * Comparisons that are of use today, drawn from the directory by rule.
 * Private to serve.
 */
#ifndef ASSAY_SERVE_HOME_PAIRS_H
#define ASSAY_SERVE_HOME_PAIRS_H

#include "serve/directory.h"
#include "serve/place.h"

enum { ASSAY_HOME_PAIRS_MAX = 8 };

struct assay_home_pair {
    const struct assay_directory_model *a, *b;
    struct assay_str why; /* no full stop */
};

/*
 * At most two models that end soon and two retired ones that many served,
 * each beside the live end of its chain of replacements; the two that most
 * providers serve; the two newest that several serve; and the pair that the
 * project began with. False: SYSTEM.
 */
bool assay_home_pairs(struct assay_visit *visit, struct assay_home_pair *pairs,
                      size_t *count, struct assay_error *err);

#endif
