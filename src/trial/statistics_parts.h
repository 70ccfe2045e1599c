/* What the files of the statistics share. */
#ifndef ASSAY_TRIAL_STATISTICS_PARTS_H
#define ASSAY_TRIAL_STATISTICS_PARTS_H

#include "assay/statistics.h"

/* The level of every verdict. */
#define ASSAY_VERDICT_ALPHA 0.05
/* The chance of finding what is there, when prompts are counted. */
#define ASSAY_PLANNED_POWER 0.8

/* Two-sided normal z of a coverage: 1.96 for 0.95. */
double assay_two_sided_z(double level);
struct assay_interval assay_interval_clamp(struct assay_interval interval,
                                           double low, double high);

/*
 * BAD_INPUT names the first value that is NaN or not within low … high, as
 * "WHAT 3 is …", counted from 0.
 */
struct assay_range {
    const char *what;
    double low, high;
};
bool assay_values_check(struct assay_values values,
                        const struct assay_range *range,
                        struct assay_error *err);

/* A sorted copy in the arena; NULL: LIMIT. */
double *assay_values_sorted(struct assay_arena *arena,
                            struct assay_values values,
                            struct assay_error *err);
void assay_values_sort(double *values, size_t count);
double assay_values_mean(struct assay_values values);
/* Sample standard deviation, of two or more. */
double assay_values_sd(struct assay_values values, double mean);

/*
 * Memory for a bootstrap's results, *count of them; NULL: LIMIT. options may
 * be NULL.
 */
double *assay_bootstrap_room(struct assay_arena *arena,
                             const struct assay_bootstrap *options,
                             size_t *count, struct assay_error *err);

/*
 * Bonett and Price's interval from the moments of d: sum of d and of d x d.
 * It counts one more win for either side. For pass or fail this is their
 * interval; for graded scores it stays wide where few pairs differ.
 */
struct assay_moments {
    double count, sum, squares;
};
struct assay_interval assay_moments_interval(const struct assay_moments *of,
                                             double level);

/* ln of the mean of exp(logs[i]) over both sides of a betting grid. */
double assay_log_mean_bets(const double log_a[ASSAY_BETS],
                           const double log_b[ASSAY_BETS]);

/*
 * How many more pairs at the rate of these; sequential lines bring their
 * capital in `line`.
 */
void assay_more_prompts(const struct assay_trial_rule *rule,
                        const struct assay_sequential *line,
                        struct assay_more_prompts *more);

#endif
