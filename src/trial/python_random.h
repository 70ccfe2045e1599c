/*
 * Python's random.Random(seed).sample, number for number: lm-eval draws its
 * examples with it. Private to trial.
 * Sources: Matsumoto and Nishimura 1998 (MT19937, init_by_array);
 * docs.python.org/3.11/library/random, read 2026-11-22; checked against
 * Python 3.11.
 */
#ifndef ASSAY_TRIAL_PYTHON_RANDOM_H
#define ASSAY_TRIAL_PYTHON_RANDOM_H

#include "assay/arena.h"

struct assay_python_random {
    uint32_t state[624];
    uint32_t at;
};

void assay_python_random_init(struct assay_python_random *random,
                              uint32_t seed);
/* k of the numbers 0 … n - 1 without repeats, in their order; k <= n. */
void assay_python_random_sample(struct assay_python_random *random,
                                struct assay_arena *scratch, uint32_t n,
                                uint32_t k, uint32_t *chosen);

#endif
