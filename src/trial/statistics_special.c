/*
 * Gamma, binomial, beta, normal and Student, each from its published form.
 *
 * Binomial: C. Loader, Fast and accurate computation of binomial
 * probabilities (2000): the error of Stirling's formula and the deviance are
 * summed apart, so that nothing large cancels. Beta: the continued fraction
 * NIST DLMF 8.17.22, by Lentz's method. Normal: Abramowitz and Stegun
 * 26.2.23 as a start, then Halley's steps on erfc.
 */
#include "trial/statistics_special.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

static const double PI = 3.14159265358979323846;
static const double LN_SQRT_2PI = 0.91893853320467274178;

/* ln Gamma(x + 1) less Stirling's (x + 1/2) ln x - x + ln sqrt(2 pi) */
static double stirling_error(double x)
{
    if (x < 10)
        return log(tgamma(x + 1)) - (x + 0.5) * log(x) + x - LN_SQRT_2PI;
    double s = 1 / (x * x); /* DLMF 5.11.1 */
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 -
                                             s * (1.0 / 1680 -
                                                  s * (1.0 / 1188 -
                                                       s * 691.0 / 360360))))) /
           x;
}

double assay_log_gamma(double x)
{
    assert(x > 0);
    if (x < 10)
        return log(tgamma(x));
    return (x - 0.5) * log(x) - x + LN_SQRT_2PI + stirling_error(x);
}

/* x ln(x/m) + m - x without cancellation, x > 0, m > 0: Loader's bd0 */
static double deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    double v = (x - m) / (x + m);
    double sum = (x - m) * v;
    double term = 2 * x * v;
    for (int i = 3;; i += 2) {
        term *= v * v;
        double next = sum + term / i;
        if (next == sum)
            return sum;
        sum = next;
    }
}

double assay_binomial_log_pmf(double k, double n, double p)
{
    assert(k >= 0 && k <= n);
    if (n <= 0)
        return 0;
    if (p <= 0)
        return k <= 0 ? 0 : -HUGE_VAL;
    if (p >= 1)
        return k >= n ? 0 : -HUGE_VAL;
    if (k <= 0)
        return n * log1p(-p);
    if (k >= n)
        return n * log(p);
    return stirling_error(n) - stirling_error(k) - stirling_error(n - k) -
           deviance(k, n * p) - deviance(n - k, n * (1 - p)) +
           0.5 * log(n / (2 * PI * k * (n - k)));
}

double assay_binomial_cdf(double k, double n, double p)
{
    if (k < 0)
        return 0;
    if (k >= n)
        return 1;
    return assay_incomplete_beta(1 - p, n - k, k + 1);
}

/* The continued fraction 1/(1 + d1/(1 + d2/(1 + …))) of DLMF 8.17.22. */
static double beta_fraction(double x, double a, double b)
{
    double c = 1;
    double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    double value = d;
    for (int m = 1; m < 1000000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd =
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step = 1;
        for (int i = 0; i < 2; i++) {
            double term = i == 0 ? even : odd;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
            c = fabs(c) < DBL_MIN ? DBL_MIN : c;
            step = c * d;
            value *= step;
        }
        if (fabs(step - 1) < DBL_EPSILON)
            break;
    }
    return value;
}

double assay_incomplete_beta(double x, double a, double b)
{
    assert(a > 0 && b > 0);
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    /* x^a (1-x)^b / B(a, b) = a b/(a + b) x the binomial probability */
    double front = exp(assay_binomial_log_pmf(a, a + b, x)) / (a + b);
    if (x < (a + 1) / (a + b + 2))
        return front * b * beta_fraction(x, a, b);
    return 1 - front * a * beta_fraction(1 - x, b, a);
}

double assay_incomplete_beta_inverse(double p, double a, double b)
{
    if (p <= 0)
        return 0;
    if (p >= 1)
        return 1;
    double low = 0;
    double high = 1;
    double x = a / (a + b);
    for (int i = 0; i < 400; i++) {
        double miss = assay_incomplete_beta(x, a, b) - p;
        if (miss > 0)
            high = x;
        else
            low = x;
        double front = exp(assay_binomial_log_pmf(a, a + b, x)) / (a + b);
        double slope = front * a * b / (x * (1 - x));
        double next = x - miss / slope; /* Newton, kept in its bracket */
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        if (fabs(next - x) <= DBL_EPSILON * x || !(next > low && next < high))
            return next;
        x = next;
    }
    return x;
}

double assay_normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

double assay_normal_quantile(double p)
{
    assert(p > 0 && p < 1);
    if (p > 0.5)
        return -assay_normal_quantile(1 - p);
    double t = sqrt(-2 * log(p));
    double x = (2.515517 + t * (0.802853 + t * 0.010328)) /
                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
               t;
    for (int i = 0; i < 3; i++) {
        double u = (assay_normal_cdf(x) - p) * sqrt(2 * PI) * exp(x * x / 2);
        x -= u / (1 + x * u / 2);
    }
    return x;
}

double assay_student_two_sided(double t, double df)
{
    if (isinf(t))
        return 0;
    return assay_incomplete_beta(df / (df + t * t), df / 2, 0.5);
}

double assay_student_quantile(double level, double df)
{
    double y = assay_incomplete_beta_inverse(level, 0.5, df / 2);
    return sqrt(df * y / (1 - y));
}
