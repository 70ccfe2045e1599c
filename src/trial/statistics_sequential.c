/*
 * Evidence that may be looked at after every pair: e-processes and the
 * confidence sequences that belong to them. E is kept as its logarithm.
 */
#include "trial/statistics_parts.h"
#include "trial/statistics_special.h"

#include <assert.h>
#include <float.h>
#include <math.h>

double assay_log_e_uniform(double only_a, double only_b)
{
    /* 2^n / ((n + 1) C(n, a)): a fair coin's chance of this count, upended */
    double n = only_a + only_b;
    return -log(n + 1) - assay_binomial_log_pmf(only_a, n, 0.5);
}

double assay_log_e_jeffreys(double only_a, double only_b)
{
    /* 2^n B(a + 1/2, b + 1/2) / B(1/2, 1/2), where B(1/2, 1/2) is pi */
    double n = only_a + only_b;
    return n * log(2) + assay_log_gamma(only_a + 0.5) +
           assay_log_gamma(only_b + 0.5) - assay_log_gamma(n + 1) -
           2 * assay_log_gamma(0.5);
}

/*
 * Where f falls through `level` between `inside` (f below it) and `outside`
 * (f above), to the last digit. f rises from inside to outside.
 */
struct crossing {
    double inside, outside, level;
    double (*f)(const void *context, double x);
    const void *context;
};
static double find_crossing(struct crossing in)
{
    if (in.f(in.context, in.outside) < in.level)
        return in.outside;
    for (int i = 0; i < 200; i++) {
        double middle = 0.5 * (in.inside + in.outside);
        if (fabs(in.outside - in.inside) <= DBL_EPSILON * fabs(middle))
            break;
        if (in.f(in.context, middle) < in.level)
            in.inside = middle;
        else
            in.outside = middle;
    }
    return in.outside;
}

struct wins {
    double a, n;
};

/* ln of B(a+1, b+1) / (share^a (1-share)^b): E against this share */
static double share_log_e(const void *context, double share)
{
    const struct wins *wins = context;
    return -log(wins->n + 1) - assay_binomial_log_pmf(wins->a, wins->n, share);
}

struct assay_interval assay_share_sequence(uint64_t only_a, uint64_t only_b,
                                           double alpha)
{
    struct wins wins = {(double)only_a, (double)only_a + (double)only_b};
    struct assay_interval result = {0, 1};
    if (wins.n <= 0)
        return result;
    struct crossing ends = {
        .inside = wins.a / wins.n,
        .level = -log(alpha),
        .f = share_log_e,
        .context = &wins,
    };
    if (only_a > 0)
        result.low = find_crossing(ends);
    ends.outside = 1;
    if (only_b > 0)
        result.high = find_crossing(ends);
    return result;
}

/* ------------------------------------------------------------- betting */

static double bet(int i)
{
    return (i + 1) / 10.0;
}

/* ln of the sum of exp(logs[i]) */
static double log_sum(const double *logs, int count)
{
    double largest = -HUGE_VAL;
    for (int i = 0; i < count; i++)
        largest = fmax(largest, logs[i]);
    if (isinf(largest))
        return largest;
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += exp(logs[i] - largest);
    return largest + log(sum);
}

double assay_log_mean_bets(const double log_a[ASSAY_BETS],
                           const double log_b[ASSAY_BETS])
{
    double sides[] = {log_sum(log_a, ASSAY_BETS), log_sum(log_b, ASSAY_BETS)};
    return log_sum(sides, 2) - log(2 * ASSAY_BETS);
}

/* ln E(mu) of the differences; convex in mu, at most 0 at their mean. */
static double difference_log_e(const void *context, double mu)
{
    const struct assay_values *d = context;
    double log_a[ASSAY_BETS] = {0};
    double log_b[ASSAY_BETS] = {0};
    for (size_t k = 0; k < d->count; k++) {
        double off = d->at[k] - mu;
        for (int i = 0; i < ASSAY_BETS; i++) {
            log_a[i] += log1p(bet(i) * off / (1 + mu));
            log_b[i] += log1p(-bet(i) * off / (1 - mu));
        }
    }
    return assay_log_mean_bets(log_a, log_b);
}

bool assay_difference_sequence(struct assay_values d, double alpha,
                               struct assay_interval *result,
                               struct assay_error *err)
{
    struct assay_range range = {"difference", -1, 1};
    *result = (struct assay_interval){-1, 1};
    if (!assay_values_check(d, &range, err))
        return false;
    if (d.count == 0)
        return true;
    struct crossing ends = {
        .inside = assay_values_mean(d),
        .outside = -1 + 1e-9, /* -1 itself divides by nothing */
        .level = -log(alpha),
        .f = difference_log_e,
        .context = &d,
    };
    if (ends.inside > ends.outside)
        result->low = find_crossing(ends);
    ends.outside = -ends.outside;
    if (ends.inside < ends.outside)
        result->high = find_crossing(ends);
    return true;
}

/* ---------------------------------------------------- pair after pair */

bool assay_sequential_init(struct assay_sequential *line,
                           enum assay_outcome outcome, double margin,
                           struct assay_error *err)
{
    if (!(margin >= 0 && margin < 1))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a margin of %g: 0 or more, below 1", margin);
    *line = (struct assay_sequential){.outcome = outcome, .margin = margin};
    return true;
}

static bool is_betting(const struct assay_sequential *line)
{
    return line->outcome == ASSAY_OUTCOME_GRADED || line->margin > 0;
}

static int sign(double value)
{
    return (value > 0) - (value < 0);
}

/* As if `pairs` more of d had come in. */
static void bet_on(struct assay_sequential *line, double d, double pairs)
{
    double m = line->margin;
    for (int i = 0; i < ASSAY_BETS; i++) {
        line->log_a[i] += pairs * log1p(bet(i) * (d - m) / (1 + m));
        line->log_b[i] += pairs * log1p(bet(i) * (-d - m) / (1 + m));
    }
}

static void look(struct assay_sequential *line)
{
    double wins_a = (double)line->now.wins_a;
    double wins_b = (double)line->now.wins_b;
    if (!is_betting(line)) {
        line->now.log_e = assay_log_e_uniform(wins_a, wins_b);
        line->now.leader = sign(wins_a - wins_b);
        return;
    }
    line->now.log_e = assay_log_mean_bets(line->log_a, line->log_b);
    line->now.leader = sign(log_sum(line->log_a, ASSAY_BETS) -
                            log_sum(line->log_b, ASSAY_BETS));
}

bool assay_sequential_add(struct assay_sequential *line, double d,
                          struct assay_error *err)
{
    if (!(d >= -1 && d <= 1))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "pair %llu differs by %g, not within -1 to 1",
                          (unsigned long long)line->now.pairs, d);
    if (line->outcome == ASSAY_OUTCOME_BINARY && d != sign(d))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "pair %llu differs by %g, but is pass or fail",
                          (unsigned long long)line->now.pairs, d);
    line->now.pairs++;
    line->now.wins_a += d > 0;
    line->now.wins_b += d < 0;
    line->sum += d;
    line->squares += d * d;
    if (is_betting(line))
        bet_on(line, d, 1);
    look(line);
    if (line->now.log_e > line->peak.log_e)
        line->peak = line->now;
    return true;
}

static bool reaches(double log_e)
{
    return log_e >= -log(ASSAY_VERDICT_ALPHA);
}

bool assay_sequential_decided(const struct assay_sequential *line)
{
    return reaches(line->peak.log_e);
}

/* With all the rest won by one side. */
static bool could_win(const struct assay_sequential *line, int side,
                      uint64_t remaining)
{
    struct assay_sequential then = *line;
    if (is_betting(line))
        bet_on(&then, side, (double)remaining);
    else if (side > 0)
        then.now.wins_a += remaining;
    else
        then.now.wins_b += remaining;
    look(&then);
    return reaches(then.now.log_e);
}

/*
 * The best that could happen: the rest brings the mean back to 0 and adds no
 * spread. Where even that leaves the 90 % interval too wide or too far, no
 * equivalence can be shown.
 */
static bool could_be_equivalent(const struct assay_sequential *line,
                                uint64_t remaining)
{
    double m = line->margin;
    double n = (double)line->now.pairs + (double)remaining;
    if (m <= 0)
        return false;
    double off = fmax(0, fabs(line->sum) - (double)remaining) / (n + 2);
    double spread = fmax(0, line->squares / (n + 2) - m * m);
    return off + assay_two_sided_z(0.9) * sqrt(spread / (n + 2)) < m;
}

bool assay_sequential_futile(const struct assay_sequential *line,
                             uint64_t remaining)
{
    return !assay_sequential_decided(line) && !could_win(line, 1, remaining) &&
           !could_win(line, -1, remaining) &&
           !could_be_equivalent(line, remaining);
}
