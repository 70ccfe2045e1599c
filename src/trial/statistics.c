/*
 * What the statistics share: random numbers, checks, means, sorting.
 */
#include "assay/statistics.h"

#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t assay_random_next(struct assay_random *random)
{
    random->state += 0x9e3779b97f4a7c15u;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t assay_random_below(struct assay_random *random, uint64_t bound)
{
    uint64_t next = assay_random_next(random);
    uint64_t low = (next & UINT32_MAX) * (bound & UINT32_MAX);
    uint64_t middle =
        (next >> 32) * (bound & UINT32_MAX) + (low >> 32); /* no overflow */
    uint64_t other =
        (next & UINT32_MAX) * (bound >> 32) + (middle & UINT32_MAX);
    return (next >> 32) * (bound >> 32) + (middle >> 32) + (other >> 32);
}

void assay_random_order(struct assay_random *random, size_t *order,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)assay_random_below(random, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

double assay_two_sided_z(double level)
{
    return -assay_normal_quantile((1 - level) / 2);
}

struct assay_interval assay_interval_clamp(struct assay_interval interval,
                                           double low, double high)
{
    return (struct assay_interval){fmax(interval.low, low),
                                   fmin(interval.high, high)};
}

bool assay_values_check(struct assay_values values,
                        const struct assay_range *range,
                        struct assay_error *err)
{
    for (size_t i = 0; i < values.count; i++) {
        double value = values.at[i];
        if (!isfinite(value))
            return assay_fail(err, ASSAY_BAD_INPUT, "%s %zu is no number",
                              range->what, i);
        if (value < range->low || value > range->high)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s %zu is %g, not within %g to %g", range->what,
                              i, value, range->low, range->high);
    }
    return true;
}

static int compare_values(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

void assay_values_sort(double *values, size_t count)
{
    if (count > 0)
        qsort(values, count, sizeof(*values), compare_values);
}

double *assay_values_sorted(struct assay_arena *arena,
                            struct assay_values values, struct assay_error *err)
{
    double *sorted = assay_arena_try(arena, values.count, sizeof(*sorted));
    if (!sorted) {
        assay_fail(err, ASSAY_LIMIT, "no memory for %zu values", values.count);
        return NULL;
    }
    if (values.count > 0)
        memcpy(sorted, values.at, values.count * sizeof(*sorted));
    assay_values_sort(sorted, values.count);
    return sorted;
}

double assay_values_mean(struct assay_values values)
{
    double sum = 0;
    for (size_t i = 0; i < values.count; i++)
        sum += values.at[i];
    return sum / (double)values.count;
}

double assay_values_sd(struct assay_values values, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < values.count; i++)
        squares += (values.at[i] - mean) * (values.at[i] - mean);
    return sqrt(squares / (double)(values.count - 1));
}
