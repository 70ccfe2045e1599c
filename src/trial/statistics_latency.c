/*
 * Times: quantiles with as many requests as their interval needs, failures
 * counted as the longest, and two routes on the same prompts.
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <assert.h>
#include <float.h>
#include <math.h>

double assay_quantile(const double *sorted, size_t count, double q)
{
    assert(count > 0 && q >= 0 && q <= 1);
    double at = q * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    double share = at - (double)below;
    if (share <= 0 || sorted[below] >= sorted[below + 1])
        return sorted[below]; /* also where both are infinite */
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

/* Smallest k in 0 … count with P(X <= k) >= p. */
static uint64_t binomial_quantile(uint64_t count, double q, double p)
{
    uint64_t low = 0;
    uint64_t high = count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (assay_binomial_cdf((double)middle, (double)count, q) >= p)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct assay_ranks assay_quantile_ranks(uint64_t count, double q, double level)
{
    assert(q > 0 && q < 1 && level > 0 && level < 1);
    double tail = (1 - level) / 2;
    struct assay_ranks ranks = {0, 0};
    if (count == 0)
        return ranks;
    /*
     * Rank l lies above the quantile with P(X <= l - 1), so the largest l
     * with that <= tail; u lies below it with P(X >= u).
     */
    uint64_t k = binomial_quantile(count, q, tail);
    bool exact = assay_binomial_cdf((double)k, (double)count, q) <= tail;
    ranks.lower = exact ? k + 1 : k;
    uint64_t u = binomial_quantile(count, q, 1 - tail) + 1;
    ranks.upper = u <= count ? u : 0;
    return ranks;
}

uint64_t assay_quantile_min_count(double q, double level)
{
    assert(q > 0 && q < 1 && level > 0 && level < 1);
    double rarer = fmax(q, 1 - q);
    return (uint64_t)ceil(log((1 - level) / 2) / log(rarer));
}

/* The value of a rank from 1; of those that failed the limit. */
static double at_rank(const struct assay_times *times, const double *sorted,
                      uint64_t rank, bool *at_least)
{
    *at_least = rank > times->ms.count;
    if (!*at_least)
        return sorted[rank - 1];
    double longest = times->ms.count > 0 ? sorted[times->ms.count - 1] : 0;
    return fmax(times->limit_ms, longest);
}

/* Type 7 between two ranks, either of which may be censored. */
static double censored_quantile(const struct assay_times *times,
                                const double *sorted, double q, bool *at_least)
{
    double at = q * (double)(times->ms.count + times->censored - 1);
    uint64_t below = (uint64_t)at;
    double share = at - (double)below;
    double value = at_rank(times, sorted, below + 1, at_least);
    if (share <= 0)
        return value;
    double above = at_rank(times, sorted, below + 2, at_least);
    return value + share * (above - value);
}

bool assay_percentile(struct assay_arena *arena,
                      const struct assay_times *times, double q,
                      struct assay_percentile *result, struct assay_error *err)
{
    struct assay_range range = {"time", 0, HUGE_VAL};
    struct assay_range limit_range = {"time limit", 0, HUGE_VAL};
    struct assay_values limit = {&times->limit_ms, times->censored > 0};
    *result = (struct assay_percentile){.known = false};
    if (!assay_values_check(times->ms, &range, err) ||
        !assay_values_check(limit, &limit_range, err))
        return false;
    struct assay_ranks ranks =
        assay_quantile_ranks(times->ms.count + times->censored, q, 0.95);
    if (ranks.lower == 0 || ranks.upper == 0)
        return true;
    double *sorted = assay_values_sorted(arena, times->ms, err);
    if (!sorted)
        return false;
    bool low_at_least;
    result->known = true;
    result->ms = censored_quantile(times, sorted, q, &result->at_least);
    result->interval_95.low =
        at_rank(times, sorted, ranks.lower, &low_at_least);
    result->interval_95.high =
        at_rank(times, sorted, ranks.upper, &result->high_at_least);
    return true;
}

/* --------------------------------------------------------- paired times */

static bool times_check(const struct assay_paired_times *times,
                        struct assay_error *err)
{
    struct assay_range range_a = {"time of A", DBL_MIN, HUGE_VAL};
    struct assay_range range_b = {"time of B", DBL_MIN, HUGE_VAL};
    struct assay_values a = {times->a, times->count};
    struct assay_values b = {times->b, times->count};
    return assay_values_check(a, &range_a, err) &&
           assay_values_check(b, &range_b, err);
}

bool assay_latency_ratio(const struct assay_paired_times *times,
                         struct assay_ratio *result, struct assay_error *err)
{
    *result = (struct assay_ratio){.known = false};
    if (!times_check(times, err))
        return false;
    if (times->count < 2)
        return true;
    double n = (double)times->count;
    double mean = 0;
    for (size_t i = 0; i < times->count; i++)
        mean += log(times->a[i] / times->b[i]);
    mean /= n;
    double squares = 0;
    for (size_t i = 0; i < times->count; i++) {
        double off = log(times->a[i] / times->b[i]) - mean;
        squares += off * off;
    }
    double half =
        assay_student_quantile(0.95, n - 1) * sqrt(squares / (n - 1) / n);
    *result = (struct assay_ratio){
        .known = true,
        .mean_log = mean,
        .ratio = exp(mean),
        .interval_95 = {exp(mean - half), exp(mean + half)},
    };
    return true;
}

/* Sorts both. */
static double shift_of(double *a, double *b, size_t count, double q)
{
    assay_values_sort(a, count);
    assay_values_sort(b, count);
    return assay_quantile(a, count, q) - assay_quantile(b, count, q);
}

bool assay_latency_shift(struct assay_arena *arena,
                         const struct assay_paired_times *times, double q,
                         const struct assay_bootstrap *options,
                         struct assay_shift *shift, struct assay_error *err)
{
    size_t n = times->count;
    if (n == 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "no pair of times");
    if (!times_check(times, err))
        return false;
    size_t replicates;
    double *shifts = assay_bootstrap_room(arena, options, &replicates, err);
    if (!shifts)
        return false;
    struct assay_values all_a = {times->a, n};
    struct assay_values all_b = {times->b, n};
    double *a = assay_values_sorted(arena, all_a, err);
    double *b = a ? assay_values_sorted(arena, all_b, err) : NULL;
    if (!b)
        return false;

    shift->ms = shift_of(a, b, n, q);
    struct assay_random random = {options ? options->seed : 0};
    for (size_t r = 0; r < replicates; r++) {
        for (size_t i = 0; i < n; i++) {
            size_t at = (size_t)assay_random_below(&random, n);
            a[i] = times->a[at];
            b[i] = times->b[at];
        }
        shifts[r] = shift_of(a, b, n, q);
    }
    assay_values_sort(shifts, replicates);
    double level = options && options->level > 0 ? options->level : 0.95;
    shift->interval.low = assay_quantile(shifts, replicates, (1 - level) / 2);
    shift->interval.high = assay_quantile(shifts, replicates, (1 + level) / 2);
    return true;
}
