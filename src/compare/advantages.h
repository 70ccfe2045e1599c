/* What speaks for one of the models, each from a rule over claims. */
#ifndef ASSAY_ADVANTAGES_H
#define ASSAY_ADVANTAGES_H

#include "compare/comparison.h"

/* "8,192 (Gemma 2 2B) and 32,768 (…)": of two models no name is needed. */
struct assay_str assay_against(
    struct assay_comparison *c, size_t side,
    struct assay_str (*text)(struct assay_comparison *c, size_t other));
/* ", 1/500 of the cost" or ", 4.8x" for the dearer; empty below 1.1. */
struct assay_str assay_cost_ratio(struct assay_comparison *c, size_t cheap,
                                  size_t dear);
#endif
