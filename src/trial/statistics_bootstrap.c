/*
 * Resampling prompts with a seed: a mean with BCa, and a cost per right
 * answer. One replicate draws `count` indices, in order, from one stream, so
 * that a seed gives the same digits everywhere.
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <math.h>

enum {
    REPLICATES = 10000,
    MAX_REPLICATES = 1000000,
};

double *assay_bootstrap_room(struct assay_arena *arena,
                             const struct assay_bootstrap *options,
                             size_t *count, struct assay_error *err)
{
    *count = REPLICATES;
    if (options && options->replicates > 0)
        *count = options->replicates;
    if (*count > MAX_REPLICATES) {
        assay_fail(err, ASSAY_LIMIT, "%zu bootstrap replicates, at most %d",
                   *count, (int)MAX_REPLICATES);
        return NULL;
    }
    double *room = assay_arena_try(arena, *count, sizeof(*room));
    if (!room)
        assay_fail(err, ASSAY_LIMIT, "no memory for %zu replicates", *count);
    return room;
}

/* Efron's a: the skewness of the jackknife of the mean. */
static double acceleration(struct assay_values d, double mean)
{
    double squares = 0;
    double cubes = 0;
    for (size_t i = 0; i < d.count; i++) {
        /* the mean of all less the mean without this, but for a factor */
        double pull = d.at[i] - mean;
        squares += pull * pull;
        cubes += pull * pull * pull;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Share of sorted replicates below a value, ties half; never 0 or 1. */
static double share_below(struct assay_values sorted, double value)
{
    double tolerance = 1e-12 * (1 + fabs(value)); /* sums in another order */
    double below = 0;
    for (size_t i = 0; i < sorted.count && sorted.at[i] <= value + tolerance;
         i++)
        below += sorted.at[i] < value - tolerance ? 1 : 0.5;
    double least = 0.5 / (double)sorted.count;
    return fmin(fmax(below / (double)sorted.count, least), 1 - least);
}

static double bca_end(const struct assay_bootstrap_mean *result,
                      struct assay_values sorted, double tail)
{
    double shifted = result->bias + assay_normal_quantile(tail);
    double z = result->bias + shifted / (1 - result->acceleration * shifted);
    return assay_quantile(sorted.at, sorted.count, assay_normal_cdf(z));
}

/* The tail at which an end of the BCa interval meets 0, doubled. */
static double bca_p(const struct assay_bootstrap_mean *result,
                    struct assay_values sorted)
{
    double z = assay_normal_quantile(share_below(sorted, 0)) - result->bias;
    double tail =
        assay_normal_cdf(z / (1 + result->acceleration * z) - result->bias);
    return fmin(1, 2 * fmin(tail, 1 - tail));
}

/* Sorted means of as many prompts, drawn with replacement. */
static void draw_means(struct assay_values d, uint64_t seed, double *means,
                       size_t replicates)
{
    struct assay_random random = {seed};
    for (size_t r = 0; r < replicates; r++) {
        double sum = 0;
        for (size_t i = 0; i < d.count; i++)
            sum += d.at[assay_random_below(&random, d.count)];
        means[r] = sum / (double)d.count;
    }
    assay_values_sort(means, replicates);
}

bool assay_bootstrap_mean(struct assay_arena *arena, struct assay_values d,
                          const struct assay_bootstrap *options,
                          struct assay_bootstrap_mean *result,
                          struct assay_error *err)
{
    struct assay_range any = {"difference", -HUGE_VAL, HUGE_VAL};
    if (d.count < 2)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a bootstrap takes two prompts, here are %zu",
                          d.count);
    if (!assay_values_check(d, &any, err))
        return false;
    struct assay_values sorted;
    double *means = assay_bootstrap_room(arena, options, &sorted.count, err);
    if (!means)
        return false;
    draw_means(d, options ? options->seed : 0, means, sorted.count);
    sorted.at = means;

    double level = options && options->level > 0 ? options->level : 0.95;
    double tail = (1 - level) / 2;
    double mean = assay_values_mean(d);
    *result = (struct assay_bootstrap_mean){
        .mean = mean,
        .percentile = {assay_quantile(means, sorted.count, tail),
                       assay_quantile(means, sorted.count, 1 - tail)},
        .bias = assay_normal_quantile(share_below(sorted, mean)),
        .acceleration = acceleration(d, mean),
    };
    result->bca.low = bca_end(result, sorted, tail);
    result->bca.high = bca_end(result, sorted, 1 - tail);
    result->p = bca_p(result, sorted);
    return true;
}

/* Sorted ratios; infinite where no prompt drawn passed. */
static void draw_ratios(const struct assay_costs *of, uint64_t seed,
                        double *ratios, size_t replicates)
{
    struct assay_random random = {seed};
    for (size_t r = 0; r < replicates; r++) {
        double cost = 0;
        double passes = 0;
        for (size_t i = 0; i < of->count; i++) {
            size_t at = (size_t)assay_random_below(&random, of->count);
            cost += of->cost[at];
            passes += of->passes[at];
        }
        ratios[r] = passes > 0 ? cost / passes : HUGE_VAL;
    }
    assay_values_sort(ratios, replicates);
}

bool assay_cost_per_pass(struct assay_arena *arena,
                         const struct assay_costs *of,
                         const struct assay_bootstrap *options,
                         struct assay_cost_per_pass *result,
                         struct assay_error *err)
{
    struct assay_range range_cost = {"cost", 0, HUGE_VAL};
    struct assay_range range_passes = {"score", 0, HUGE_VAL};
    struct assay_values cost = {of->cost, of->count};
    struct assay_values passes = {of->passes, of->count};
    *result = (struct assay_cost_per_pass){.known = false};
    if (!assay_values_check(cost, &range_cost, err) ||
        !assay_values_check(passes, &range_passes, err))
        return false;
    if (of->count == 0 || assay_values_mean(passes) <= 0)
        return true;

    size_t replicates;
    double *ratios = assay_bootstrap_room(arena, options, &replicates, err);
    if (!ratios)
        return false;
    draw_ratios(of, options ? options->seed : 0, ratios, replicates);
    double level = options && options->level > 0 ? options->level : 0.95;
    double tail = (1 - level) / 2;
    *result = (struct assay_cost_per_pass){
        .known = true,
        .cost = assay_values_mean(cost) / assay_values_mean(passes),
        .interval = {assay_quantile(ratios, replicates, tail),
                     assay_quantile(ratios, replicates, 1 - tail)},
    };
    return true;
}
