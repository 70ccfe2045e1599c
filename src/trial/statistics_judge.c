/*
 * Judges: how far one agrees with itself when the answers change places, and
 * the pass rate behind its own, from labelled rows.
 */
#include "trial/statistics_parts.h"

#include <math.h>

struct assay_judge_agreement assay_judge_agreement(
    const struct assay_judge_orders *orders)
{
    uint64_t same = orders->a + orders->b;
    uint64_t all = same + orders->inconsistent;
    double n = (double)all;
    return (struct assay_judge_agreement){
        .consistency = all > 0 ? (double)same / n : (double)NAN,
        .consistency_95 =
            assay_proportion_interval(ASSAY_WILSON, same, all, 0.95),
        .sign_p = assay_mcnemar_exact(orders->a, orders->b).p,
        .win_rate_a =
            all > 0 ? ((double)orders->a + (double)orders->inconsistent / 2) / n
                    : (double)NAN,
    };
}

bool assay_judge_correct(const struct assay_judge_labels *labels,
                         struct assay_judge_rate *result,
                         struct assay_error *err)
{
    double shares[] = {labels->pass_rate, labels->specificity,
                       labels->sensitivity};
    struct assay_range share = {"share", 0, 1};
    if (!assay_values_check((struct assay_values){shares, 3}, &share, err))
        return false;
    if (labels->judged == 0 || labels->labelled_fail == 0 ||
        labels->labelled_pass == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a judge is calibrated on rows labelled pass and "
                          "rows labelled fail; one of them is missing");
    double q0 = labels->specificity;
    double q1 = labels->sensitivity;
    double scale = q0 + q1 - 1;
    if (scale <= 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the judge tells pass from fail no better than "
                          "chance (%g of the fails, %g of the passes)",
                          q0, q1);
    double p = labels->pass_rate;
    double rate = (p + q0 - 1) / scale;
    double variance =
        (p * (1 - p) / (double)labels->judged +
         (1 - rate) * (1 - rate) * q0 * (1 - q0) /
             (double)labels->labelled_fail +
         rate * rate * q1 * (1 - q1) / (double)labels->labelled_pass) /
        (scale * scale);
    double se = sqrt(variance);
    double half = assay_two_sided_z(0.95) * se;
    struct assay_interval interval = {rate - half, rate + half};
    *result = (struct assay_judge_rate){
        .rate = fmin(fmax(rate, 0), 1),
        .se = se,
        .interval_95 = assay_interval_clamp(interval, 0, 1),
    };
    return true;
}
