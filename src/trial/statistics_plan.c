/*
 * How many prompts: what a run can show before it is paid for, and what is
 * missing when it showed nothing.
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <assert.h>
#include <math.h>

#define MOST_PROMPTS 1e12

static uint64_t whole_prompts(double prompts)
{
    return (uint64_t)fmin(ceil(prompts), MOST_PROMPTS);
}

/*
 * Prompts until a mean difference lies z(.05) standard errors from 0 with
 * this power; variance under "no difference" and under the difference.
 */
struct spread {
    double none, some;
};
static double prompts_for(double difference, const struct spread *variance,
                          double power)
{
    double z = assay_two_sided_z(1 - ASSAY_VERDICT_ALPHA);
    double root = (z * sqrt(variance->none) +
                   assay_normal_quantile(power) * sqrt(variance->some)) /
                  difference;
    return root * root;
}

bool assay_prompts_needed(double difference, double disagreement, double power,
                          uint64_t *prompts, struct assay_error *err)
{
    if (!(difference > 0 && difference <= disagreement && disagreement <= 1))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a difference of %g where %g of the prompts differ",
                          difference, disagreement);
    if (!(power > 0 && power < 1))
        return assay_fail(err, ASSAY_BAD_INPUT, "a power of %g", power);
    struct spread variance = {disagreement,
                              disagreement - difference * difference};
    *prompts = whole_prompts(prompts_for(difference, &variance, power));
    return true;
}

bool assay_prompts_needed_graded(double difference,
                                 const struct assay_score_spread *spread,
                                 double power, uint64_t *prompts,
                                 struct assay_error *err)
{
    if (!(difference > 0) || !(spread->between >= 0) || !(spread->within >= 0))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a difference of %g with variances %g and %g",
                          difference, spread->between, spread->within);
    if (!(power > 0 && power < 1))
        return assay_fail(err, ASSAY_BAD_INPUT, "a power of %g", power);
    double within =
        spread->repeats > 0 ? 2 * spread->within / (double)spread->repeats : 0;
    struct spread variance = {spread->between + within,
                              spread->between + within};
    *prompts = whole_prompts(prompts_for(difference, &variance, power));
    return true;
}

double assay_mcnemar_power(uint64_t prompts, double disagreement,
                           double difference)
{
    assert(disagreement > 0 && fabs(difference) <= disagreement);
    double n = (double)prompts;
    double share = 0.5 * (1 + difference / disagreement);
    double power = 0;
    double losses = -1; /* the most with p <= .05, -1: none */
    for (double m = 0; m <= n; m++) {
        while (losses + 1 < m / 2 &&
               2 * assay_binomial_cdf(losses + 1, m, 0.5) <=
                   ASSAY_VERDICT_ALPHA)
            losses++;
        double decided = assay_binomial_cdf(losses, m, share) +
                         assay_binomial_cdf(losses, m, 1 - share);
        power += decided * exp(assay_binomial_log_pmf(m, n, disagreement));
    }
    return power;
}

/*
 * Four times in five the winner leads by this much or more: does that decide?
 * The e-process is taken at the end alone, so a little on the safe side.
 */
static bool shows(enum assay_trial_mode mode, double prompts,
                  double disagreement, double difference)
{
    double variance = disagreement - difference * difference;
    struct spread both = {disagreement, variance};
    if (mode == ASSAY_TRIAL_FIXED)
        return prompts_for(difference, &both, ASSAY_PLANNED_POWER) <= prompts;
    double lead =
        prompts * difference - assay_normal_quantile(ASSAY_PLANNED_POWER) *
                                   sqrt(prompts * fmax(0, variance));
    double differ = prompts * disagreement;
    if (lead <= 0)
        return false;
    lead = fmin(lead, differ);
    return assay_log_e_uniform((differ + lead) / 2, (differ - lead) / 2) >=
           -log(ASSAY_VERDICT_ALPHA);
}

bool assay_detectable_difference(enum assay_trial_mode mode, uint64_t prompts,
                                 double disagreement, double *difference)
{
    double n = (double)prompts;
    double low = 0;
    double high = disagreement > 0 ? fmin(disagreement, 1) : 0.9;
    if (!shows(mode, n, disagreement > 0 ? disagreement : high + 0.1, high))
        return false;
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        double differ =
            disagreement > 0 ? disagreement : fmax(0.2, middle + 0.1);
        if (shows(mode, n, differ, middle))
            high = middle;
        else
            low = middle;
    }
    *difference = high;
    return true;
}

/* ---------------------------------------------------------- how many more */

/* Wins so far, in full disagreements; graded ones count by their size. */
struct rate {
    double a, b;
};

static bool is_uniform(const struct assay_sequential *line)
{
    return line->outcome == ASSAY_OUTCOME_BINARY && line->margin <= 0;
}

/* ln E when all that was seen comes in `factor` times. */
static double grown_log_e(const struct assay_sequential *line,
                          const struct rate *rate, double factor)
{
    if (is_uniform(line))
        return assay_log_e_uniform(factor * rate->a, factor * rate->b);
    double log_a[ASSAY_BETS];
    double log_b[ASSAY_BETS];
    for (int i = 0; i < ASSAY_BETS; i++) {
        log_a[i] = factor * line->log_a[i];
        log_b[i] = factor * line->log_b[i];
    }
    return assay_log_mean_bets(log_a, log_b);
}

/* The factor at which E reaches 20; 0: never. */
static double growth_needed(const struct assay_sequential *line,
                            const struct rate *rate)
{
    double goal = -log(ASSAY_VERDICT_ALPHA);
    double low = 1;
    double high = 2;
    while (grown_log_e(line, rate, high) < goal) {
        low = high;
        high *= 2;
        if (high > MOST_PROMPTS)
            return 0;
    }
    for (int i = 0; i < 50; i++) {
        double middle = 0.5 * (low + high);
        if (grown_log_e(line, rate, middle) < goal)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Pairs, at the rate so far, on which graded scores can be tested at all. */
static double testable(double n, double differ)
{
    double each = differ > 0 ? n / differ : 1;

    return fmax(ASSAY_LEAST_DIFFERENCES * each,
                fmin(ASSAY_T_PAIRS, ASSAY_BCA_DIFFERENCES * each));
}

/*
 * At the rate so far. One full disagreement is the least lead that is
 * reckoned with; where the lead is smaller, this is a lower bound. Within a
 * margin it is what the 90 % interval wants.
 */
void assay_more_prompts(const struct assay_trial_rule *rule,
                        const struct assay_sequential *line,
                        struct assay_more_prompts *more)
{
    *more = (struct assay_more_prompts){.known = false};
    double n = (double)line->now.pairs;
    double differ = (double)line->now.wins_a + (double)line->now.wins_b;
    if (n <= 0)
        return;
    double squares = differ > 0 ? line->squares : 1;
    double one = differ > 0 ? sqrt(squares / differ) : 1;
    double seen = fabs(line->sum) / n;
    double lead = fmax(fabs(line->sum), one);
    bool within = seen < rule->margin;
    more->known = true;
    more->at_least = !within && fabs(line->sum) < one;

    struct spread variance = {squares / n,
                              fmax(0, squares / n - lead / n * lead / n)};
    double gap = fmax(fabs((within ? seen : lead / n) - rule->margin), one / n);
    double total = prompts_for(gap, &variance, ASSAY_PLANNED_POWER);
    if (within) {
        double z = assay_two_sided_z(0.9);
        total = z * z * variance.none / (gap * gap);
    } else if (rule->mode == ASSAY_TRIAL_SEQUENTIAL) {
        struct rate rate = {(squares + lead) / 2, (squares - lead) / 2};
        bool grows = is_uniform(line) || !more->at_least;
        double factor = grows ? growth_needed(line, &rate) : 0;
        if (factor > 0)
            total = n * factor;
        else
            more->at_least = true;
    } else if (rule->outcome == ASSAY_OUTCOME_GRADED) {
        total = fmax(total, testable(n, differ));
    }
    more->prompts = whole_prompts(fmax(total - n, 1 / variance.none));
}
