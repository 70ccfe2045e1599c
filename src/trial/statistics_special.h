/*
 * The special functions behind the intervals and tests: relative accuracy of
 * some 1e-13 for the counts and degrees of freedom that a run has.
 */
#ifndef ASSAY_TRIAL_STATISTICS_SPECIAL_H
#define ASSAY_TRIAL_STATISTICS_SPECIAL_H

/* ln of the gamma function, x > 0; unlike lgamma() it sets no global. */
double assay_log_gamma(double x);

/*
 * ln of the binomial probability of k of n; shares of one are allowed, so
 * that it also serves the beta distribution. 0 <= k <= n.
 */
double assay_binomial_log_pmf(double k, double n, double p);
/* P(X <= k); k < 0 gives 0. */
double assay_binomial_cdf(double k, double n, double p);

/* I_x(a, b), regularised; a, b > 0, x in 0 … 1; and its inverse in x. */
double assay_incomplete_beta(double x, double a, double b);
double assay_incomplete_beta_inverse(double p, double a, double b);

double assay_normal_cdf(double z);
/* p in 0 … 1 exclusive. */
double assay_normal_quantile(double p);

/* P(|T| >= |t|) with df > 0 degrees of freedom. */
double assay_student_two_sided(double t, double df);
/* The t with P(|T| < t) = level. */
double assay_student_quantile(double level, double df);

#endif
