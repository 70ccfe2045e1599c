/*
 * Pass or fail: one route's share, and two routes on the same prompts.
 * The method behind each name is in the header.
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <assert.h>
#include <math.h>

static struct assay_interval wilson(double passed, double count, double level)
{
    double z = assay_two_sided_z(level);
    double share = passed / count;
    double scale = 1 + z * z / count;
    double centre = (share + z * z / (2 * count)) / scale;
    double half =
        z / scale *
        sqrt(share * (1 - share) / count + z * z / (4 * count * count));
    struct assay_interval result = {centre - half, centre + half};
    if (passed <= 0)
        result.low = 0; /* 3e-17 by the formula */
    if (passed >= count)
        result.high = 1;
    return result;
}

/* Quantiles of beta distributions; at 0 and all passed the end is closed. */
static struct assay_interval beta_interval(double passed, double count,
                                           double level, double prior)
{
    double failed = count - passed;
    double tail = (1 - level) / 2;
    /* Clopper-Pearson takes Beta(k, n-k+1) and Beta(k+1, n-k) */
    double other = prior > 0 ? prior : 1;
    struct assay_interval result = {0, 1};
    if (passed > 0)
        result.low =
            assay_incomplete_beta_inverse(tail, passed + prior, failed + other);
    if (failed > 0)
        result.high = assay_incomplete_beta_inverse(1 - tail, passed + other,
                                                    failed + prior);
    return result;
}

struct assay_interval assay_proportion_interval(
    enum assay_proportion_method method, uint64_t passed, uint64_t count,
    double level)
{
    assert(passed <= count && level > 0 && level < 1);
    if (count == 0)
        return (struct assay_interval){0, 1};
    switch (method) {
    case ASSAY_CLOPPER_PEARSON:
        return beta_interval((double)passed, (double)count, level, 0);
    case ASSAY_JEFFREYS:
        return beta_interval((double)passed, (double)count, level, 0.5);
    case ASSAY_WILSON:
        break;
    }
    return wilson((double)passed, (double)count, level);
}

void assay_grouped_add(struct assay_grouped_passes *sum, uint64_t passed,
                       uint64_t count)
{
    assert(passed <= count);
    sum->groups += count > 0;
    sum->passed += passed;
    sum->count += count;
    sum->passed_squares += (double)passed * (double)passed;
    sum->count_squares += (double)count * (double)count;
    sum->products += (double)passed * (double)count;
}

/* How many times the variance is that of answers each by itself. */
static double inflation(const struct assay_grouped_passes *of)
{
    double n = (double)of->count, groups = (double)of->groups;
    double share = (double)of->passed / n;

    if (of->groups == of->count)
        return 1;
    if (of->groups < 2 || of->passed == 0 || of->passed == of->count)
        return of->count_squares / n;
    double squares = of->passed_squares - 2 * share * of->products +
                     share * share * of->count_squares;
    return fmax(1, squares * groups / (groups - 1) / (n * share * (1 - share)));
}

struct assay_interval assay_grouped_interval(
    const struct assay_grouped_passes *of, double level)
{
    if (of->count == 0)
        return (struct assay_interval){0, 1};
    double times = inflation(of);
    return wilson((double)of->passed / times, (double)of->count / times, level);
}

double assay_never_seen_upper(uint64_t count, double level)
{
    if (count == 0)
        return 1;
    return -expm1(log1p(-level) / (double)count);
}

/* C(n - passed, drawn) / C(n, drawn): none of those drawn is among `passed` */
static double draw_none(uint64_t count, uint64_t passed, uint64_t drawn)
{
    double share = 1;
    for (uint64_t i = 0; i < drawn; i++) {
        if (passed + i >= count)
            return 0;
        share *= (double)(count - passed - i) / (double)(count - i);
    }
    return share;
}

double assay_pass_any(uint64_t count, uint64_t passed, uint64_t drawn)
{
    assert(passed <= count && drawn <= count);
    return 1 - draw_none(count, passed, drawn);
}

double assay_pass_all(uint64_t count, uint64_t passed, uint64_t drawn)
{
    assert(passed <= count && drawn <= count);
    return draw_none(count, count - passed, drawn);
}

struct assay_mcnemar assay_mcnemar_exact(uint64_t only_a, uint64_t only_b)
{
    double fewer = (double)(only_a < only_b ? only_a : only_b);
    double count = (double)only_a + (double)only_b;
    /* The terms from the largest down, until they no longer matter. */
    double last = exp(assay_binomial_log_pmf(fewer, count, 0.5));
    double sum = 0;
    double term = last;
    for (double k = fewer; k >= 0 && term > sum * 1e-17; k--) {
        sum += term;
        term *= k / (count - k + 1);
    }
    double p = fmin(1, 2 * sum);
    /* An even split is its own middle: half of it lies on each side. */
    double mid_p = only_a == only_b ? 1 : 2 * sum - last;
    return (struct assay_mcnemar){.p = p, .mid_p = mid_p};
}

uint64_t assay_mcnemar_wins_needed(uint64_t losses, double alpha)
{
    assert(alpha > 0 && alpha <= 1);
    uint64_t wins = losses;
    while (assay_mcnemar_exact(wins, losses).p > alpha)
        wins++;
    return wins;
}

struct assay_interval assay_moments_interval(const struct assay_moments *of,
                                             double level)
{
    double n = of->count + 2;
    double mean = of->sum / n;
    double half = assay_two_sided_z(level) *
                  sqrt(fmax(0, (of->squares + 2) / n - mean * mean) / n);
    struct assay_interval result = {mean - half, mean + half};
    return assay_interval_clamp(result, -1, 1);
}

/* Newcombe's tenth: two Wilson intervals, joined by their correlation. */
static struct assay_interval newcombe(const struct assay_paired_table *t,
                                      double level)
{
    double a = (double)t->both;
    double b = (double)t->only_a;
    double c = (double)t->only_b;
    double d = (double)t->neither;
    double n = a + b + c + d;
    struct assay_interval first = wilson(a + b, n, level);
    struct assay_interval second = wilson(a + c, n, level);
    double p1 = (a + b) / n;
    double p2 = (a + c) / n;
    double down1 = p1 - first.low;
    double up1 = first.high - p1;
    double down2 = p2 - second.low;
    double up2 = second.high - p2;

    double product = (a + b) * (c + d) * (a + c) * (b + d);
    double cross = a * d - b * c;
    if (cross > 0)
        cross = fmax(cross - n / 2, 0); /* his continuity correction */
    double phi = product > 0 ? cross / sqrt(product) : 0;
    struct assay_interval result = {
        p1 - p2 - sqrt(down1 * down1 - 2 * phi * down1 * up2 + up2 * up2),
        p1 - p2 + sqrt(up1 * up1 - 2 * phi * up1 * down2 + down2 * down2),
    };
    return assay_interval_clamp(result, -1, 1);
}

struct assay_interval assay_difference_interval(
    enum assay_difference_method method, const struct assay_paired_table *table,
    double level)
{
    double wins_a = (double)table->only_a;
    double wins_b = (double)table->only_b;
    struct assay_moments moments = {
        .count = (double)table->both + (double)table->neither + wins_a + wins_b,
        .sum = wins_a - wins_b,
        .squares = wins_a + wins_b,
    };
    if (method == ASSAY_NEWCOMBE && moments.count > 0)
        return newcombe(table, level);
    return assay_moments_interval(&moments, level);
}
