/*
 * Graded scores: the paired mean, the signed rank test, and scores that
 * hang together (repeats of a prompt, prompts of one cluster).
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <math.h>
#include <stdlib.h>

enum { WILCOXON_EXACT = 200 };

static struct assay_interval student(const struct assay_paired_mean *of,
                                     size_t count, double level)
{
    double half = assay_student_quantile(level, (double)(count - 1)) * of->sd /
                  sqrt((double)count);
    return (struct assay_interval){of->mean - half, of->mean + half};
}

static bool resampled(struct assay_arena *arena, struct assay_values d,
                      const struct assay_bootstrap *options,
                      struct assay_paired_mean *result, struct assay_error *err)
{
    struct assay_bootstrap at = {.seed = 0};
    struct assay_bootstrap_mean found;
    if (options)
        at = *options;
    at.level = 0.9;
    if (!assay_bootstrap_mean(arena, d, &at, &found, err))
        return false;
    result->interval_90 = found.bca;
    at.level = 0.95;
    if (!assay_bootstrap_mean(arena, d, &at, &found, err))
        return false;
    result->method = ASSAY_PAIRED_BCA;
    result->interval_95 = found.bca;
    result->p = found.p;
    return true;
}

bool assay_paired_mean(struct assay_arena *arena, struct assay_values d,
                       const struct assay_bootstrap *options,
                       struct assay_paired_mean *result,
                       struct assay_error *err)
{
    struct assay_range any = {"difference", -HUGE_VAL, HUGE_VAL};
    if (!assay_values_check(d, &any, err))
        return false;
    *result = (struct assay_paired_mean){
        .mean = d.count > 0 ? assay_values_mean(d) : (double)NAN,
        .sd = (double)NAN,
        .interval_95 = {(double)NAN, (double)NAN},
        .interval_90 = {(double)NAN, (double)NAN},
        .p = (double)NAN,
    };
    for (size_t i = 0; i < d.count; i++)
        result->nonzero += d.at[i] < 0 || d.at[i] > 0;
    if (d.count > 1)
        result->sd = assay_values_sd(d, result->mean);
    if (result->nonzero < ASSAY_LEAST_DIFFERENCES)
        return true;
    if (d.count >= ASSAY_T_PAIRS) {
        double t = result->mean * sqrt((double)d.count) / result->sd;
        result->method = ASSAY_PAIRED_T;
        result->interval_95 = student(result, d.count, 0.95);
        result->interval_90 = student(result, d.count, 0.9);
        result->p = assay_student_two_sided(t, (double)(d.count - 1));
        return true;
    }
    return result->nonzero < ASSAY_BCA_DIFFERENCES ||
           resampled(arena, d, options, result, err);
}

/* ------------------------------------------------------ signed ranks */

static int compare_sizes(const void *a, const void *b)
{
    double x = fabs(*(const double *)a);
    double y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/*
 * Twice the rank of each |d|, which is whole where ties share a mean rank;
 * the sum of ranks of d > 0, and of t^3 - t over ties. d is sorted by size.
 */
static double rank_sizes(const double *d, size_t count, size_t *ranks,
                         double *ties)
{
    double w_plus = 0;
    *ties = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && fabs(d[end]) <= fabs(d[i]))
            end++;
        double t = (double)(end - i);
        *ties += t * t * t - t;
        for (; i < end; i++) {
            ranks[i] = 2 * end + 1 - (size_t)t;
            if (d[i] > 0)
                w_plus += (double)ranks[i] / 2;
        }
    }
    return w_plus;
}

/* P(W <= w) when each rank is positive or not like a fair coin. */
static double signed_rank_cdf(struct assay_arena *arena, const size_t *ranks,
                              size_t count, double w)
{
    size_t top = count * (count + 1); /* twice the largest sum */
    double *share = ASSAY_NEW_ARRAY(arena, double, top + 1);
    size_t reached = 0;
    share[0] = 1;
    for (size_t i = 0; i < count; i++) {
        reached += ranks[i];
        for (size_t s = reached + 1; s-- > 0;)
            share[s] =
                0.5 * (share[s] + (s >= ranks[i] ? share[s - ranks[i]] : 0));
    }
    double sum = 0;
    for (size_t s = 0; s <= top && (double)s <= 2 * w; s++)
        sum += share[s];
    return sum;
}

bool assay_wilcoxon(struct assay_arena *arena, struct assay_values d,
                    struct assay_wilcoxon *result, struct assay_error *err)
{
    struct assay_range any = {"difference", -HUGE_VAL, HUGE_VAL};
    if (!assay_values_check(d, &any, err))
        return false;
    double *sizes = assay_arena_try(arena, d.count, sizeof(*sizes));
    size_t *ranks = assay_arena_try(arena, d.count, sizeof(*ranks));
    if (!sizes || !ranks)
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu ranks", d.count);
    size_t n = 0;
    for (size_t i = 0; i < d.count; i++)
        if (d.at[i] < 0 || d.at[i] > 0)
            sizes[n++] = d.at[i];
    if (n > 0)
        qsort(sizes, n, sizeof(*sizes), compare_sizes);

    double ties;
    double w = rank_sizes(sizes, n, ranks, &ties);
    double all = (double)n * ((double)n + 1) / 2;
    double lower = fmin(w, all - w);
    double p = 1;
    if (n > WILCOXON_EXACT) {
        double variance = all * (2 * (double)n + 1) / 12 - ties / 48;
        double z = (lower + 0.5 - all / 2) / sqrt(variance);
        p = 2 * assay_normal_cdf(z);
    } else if (n > 0) {
        p = 2 * signed_rank_cdf(arena, ranks, n, lower);
    }
    *result = (struct assay_wilcoxon){.w_plus = w, .p = fmin(1, p)};
    return true;
}

/* --------------------------------------------------- repeats, clusters */

/* Sums of score - centre, and sizes, of each group. */
struct groups {
    double *sums;
    size_t *sizes;
};
static bool sum_groups(struct assay_arena *arena,
                       const struct assay_grouped *of, double centre,
                       struct groups *groups, struct assay_error *err)
{
    groups->sums = assay_arena_try(arena, of->groups, sizeof(double));
    groups->sizes = assay_arena_try(arena, of->groups, sizeof(size_t));
    if (!groups->sums || !groups->sizes)
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu groups",
                          of->groups);
    for (size_t i = 0; i < of->scores.count; i++) {
        size_t group = of->group[i];
        if (group >= of->groups)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "score %zu is of group %zu, there are %zu", i,
                              group, of->groups);
        groups->sums[group] += of->scores.at[i] - centre;
        groups->sizes[group]++;
    }
    return true;
}

bool assay_average_groups(struct assay_arena *arena,
                          const struct assay_grouped *of, double *means,
                          struct assay_error *err)
{
    struct assay_range any = {"score", -HUGE_VAL, HUGE_VAL};
    struct groups groups;
    if (!assay_values_check(of->scores, &any, err) ||
        !sum_groups(arena, of, 0, &groups, err))
        return false;
    for (size_t g = 0; g < of->groups; g++) {
        if (groups.sizes[g] == 0)
            return assay_fail(err, ASSAY_BAD_INPUT, "group %zu has no score",
                              g);
        means[g] = groups.sums[g] / (double)groups.sizes[g];
    }
    return true;
}

bool assay_clustered_mean(struct assay_arena *arena,
                          const struct assay_grouped *of,
                          struct assay_clustered_mean *result,
                          struct assay_error *err)
{
    struct assay_range any = {"score", -HUGE_VAL, HUGE_VAL};
    struct groups groups;
    if (of->scores.count < 2)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a standard error takes two scores, here are %zu",
                          of->scores.count);
    if (!assay_values_check(of->scores, &any, err))
        return false;
    double n = (double)of->scores.count;
    double mean = assay_values_mean(of->scores);
    if (!sum_groups(arena, of, mean, &groups, err))
        return false;
    double squares = 0;
    double used = 0;
    for (size_t g = 0; g < of->groups; g++) {
        squares += groups.sums[g] * groups.sums[g];
        used += groups.sizes[g] > 0;
    }
    double clustered = sqrt(squares) / n;
    *result = (struct assay_clustered_mean){
        .mean = mean,
        .se_iid = assay_values_sd(of->scores, mean) / sqrt(n),
        .se_clustered = clustered,
        .se_few_clusters =
            used > 1 ? clustered * sqrt(used / (used - 1)) : (double)NAN,
    };
    return true;
}
