/*
 * The verdict rule, in one place: what each line of pairs shows, Holm over
 * all that is shown together, and the line "as served" beside it.
 */
#include "trial/statistics_parts.h"

#include <math.h>
#include <stdlib.h>

const char *assay_verdict_name(enum assay_verdict verdict)
{
    static const char *const names[] = {
        [ASSAY_VERDICT_UNDECIDED] = "undecided",
        [ASSAY_VERDICT_A] = "a",
        [ASSAY_VERDICT_B] = "b",
        [ASSAY_VERDICT_EQUIVALENT] = "equivalent",
        [ASSAY_VERDICT_WITHHELD] = "withheld",
    };
    return names[verdict];
}

const char *assay_evidence_rule_name(enum assay_evidence_rule rule)
{
    static const char *const names[] = {
        [ASSAY_EVIDENCE_NONE] = NULL,
        [ASSAY_EVIDENCE_MCNEMAR] = "mcnemar",
        [ASSAY_EVIDENCE_E_PROCESS] = "e_process",
        [ASSAY_EVIDENCE_PAIRED_INTERVAL] = "paired_interval",
    };
    return names[rule];
}

struct ranked {
    double p;
    size_t at;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->p < y->p || x->p > y->p)
        return x->p < y->p ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

bool assay_holm(struct assay_arena *arena, struct assay_values p,
                double *adjusted, struct assay_error *err)
{
    struct assay_range range = {"p value", 0, 1};
    if (!assay_values_check(p, &range, err))
        return false;
    struct ranked *order = assay_arena_try(arena, p.count, sizeof(*order));
    if (!order)
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu tests", p.count);
    for (size_t i = 0; i < p.count; i++)
        order[i] = (struct ranked){p.at[i], i};
    if (p.count > 0)
        qsort(order, p.count, sizeof(*order), compare_ranked);
    double largest = 0;
    for (size_t i = 0; i < p.count; i++) {
        largest = fmax(largest, (double)(p.count - i) * order[i].p);
        adjusted[order[i].at] = fmin(1, largest);
    }
    return true;
}

/* ------------------------------------------------------------- one line */

static void weigh_sequential(const struct assay_sequential *line,
                             struct assay_evidence *to)
{
    to->rule = ASSAY_EVIDENCE_E_PROCESS;
    to->look = assay_sequential_decided(line) ? line->peak : line->now;
    to->e = exp(to->look.log_e);
    to->p = fmin(1, exp(-line->peak.log_e));
    if (line->outcome == ASSAY_OUTCOME_BINARY && line->margin <= 0)
        to->share_95 = assay_share_sequence(to->look.wins_a, to->look.wins_b,
                                            ASSAY_VERDICT_ALPHA);
}

/* Exact McNemar; its interval is there already. */
static void weigh_binary(struct assay_evidence *to)
{
    to->rule = ASSAY_EVIDENCE_MCNEMAR;
    to->p = assay_mcnemar_exact(to->wins_a, to->wins_b).p;
}

static bool weigh_graded(struct assay_arena *arena, struct assay_values d,
                         const struct assay_trial_rule *rule,
                         struct assay_evidence *to, struct assay_error *err)
{
    struct assay_bootstrap options = {.seed = rule->seed};
    struct assay_paired_mean mean;
    if (!assay_paired_mean(arena, d, &options, &mean, err))
        return false;
    if (mean.method == ASSAY_PAIRED_NONE)
        return true;
    to->rule = ASSAY_EVIDENCE_PAIRED_INTERVAL;
    to->interval_95 = mean.interval_95;
    to->interval_90 = mean.interval_90;
    to->p = mean.p;
    return true;
}

static bool weigh(struct assay_arena *arena, struct assay_values d,
                  const struct assay_trial_rule *rule,
                  struct assay_sequential *line, struct assay_evidence *to,
                  struct assay_error *err)
{
    if (!assay_sequential_init(line, rule->outcome, rule->margin, err))
        return false;
    for (size_t i = 0; i < d.count; i++)
        if (!assay_sequential_add(line, d.at[i], err))
            return false;
    struct assay_moments moments = {(double)d.count, line->sum, line->squares};
    *to = (struct assay_evidence){
        .pairs = line->now.pairs,
        .wins_a = line->now.wins_a,
        .wins_b = line->now.wins_b,
        .difference = d.count > 0 ? line->sum / (double)d.count : (double)NAN,
        .p = 1,
        .e = (double)NAN,
        .look = line->now,
        .interval_95 = assay_moments_interval(&moments, 0.95),
        .interval_90 = assay_moments_interval(&moments, 0.9),
        .share_95 = {0, 1},
    };
    if (rule->outcome == ASSAY_OUTCOME_GRADED &&
        !weigh_graded(arena, d, rule, to, err))
        return false;
    if (rule->mode == ASSAY_TRIAL_SEQUENTIAL) {
        weigh_sequential(line, to);
        struct assay_values seen = {d.at, (size_t)to->look.pairs};
        return assay_difference_sequence(seen, ASSAY_VERDICT_ALPHA,
                                         &to->interval_95, err);
    }
    if (rule->outcome == ASSAY_OUTCOME_BINARY)
        weigh_binary(to);
    return true;
}

/* ---------------------------------------------------------- the verdict */

static enum assay_verdict winner(const struct assay_paired_trial *trial,
                                 const struct assay_evidence *line)
{
    double margin = trial->rule.margin;
    if (line->p_adjusted > ASSAY_VERDICT_ALPHA)
        return ASSAY_VERDICT_UNDECIDED;
    if (trial->rule.mode == ASSAY_TRIAL_SEQUENTIAL)
        return line->look.leader > 0 ? ASSAY_VERDICT_A : ASSAY_VERDICT_B;
    if (trial->remaining > 0 || line->rule == ASSAY_EVIDENCE_NONE)
        return ASSAY_VERDICT_UNDECIDED;
    if (line->interval_95.low > margin)
        return ASSAY_VERDICT_A;
    if (line->interval_95.high < -margin)
        return ASSAY_VERDICT_B;
    return ASSAY_VERDICT_UNDECIDED;
}

static enum assay_verdict decide(const struct assay_paired_trial *trial,
                                 const struct assay_evidence *line)
{
    double margin = trial->rule.margin;
    enum assay_verdict verdict = winner(trial, line);
    if (verdict != ASSAY_VERDICT_UNDECIDED || trial->remaining > 0 ||
        line->pairs == 0)
        return verdict;
    if (line->interval_90.low > -margin && line->interval_90.high < margin)
        return ASSAY_VERDICT_EQUIVALENT;
    return ASSAY_VERDICT_UNDECIDED;
}

/* Holm over one kind of line: the answered ones, or those as served. */
static bool adjust(struct assay_arena *arena,
                   struct assay_evidence *const *lines, size_t count,
                   struct assay_error *err)
{
    double *p = assay_arena_try(arena, count, sizeof(*p));
    double *adjusted = assay_arena_try(arena, count, sizeof(*adjusted));
    if (!p || !adjusted)
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu verdicts",
                          count);
    for (size_t i = 0; i < count; i++)
        p[i] = lines[i]->p;
    if (!assay_holm(arena, (struct assay_values){p, count}, adjusted, err))
        return false;
    for (size_t i = 0; i < count; i++)
        lines[i]->p_adjusted = adjusted[i];
    return true;
}

static bool weigh_trial(struct assay_arena *arena,
                        const struct assay_paired_trial *trial,
                        struct assay_paired_verdict *to,
                        struct assay_error *err)
{
    struct assay_sequential line;
    if (!weigh(arena, trial->served, &trial->rule, &line, &to->served, err))
        return assay_fail_in(err, "as served");
    if (!weigh(arena, trial->answered, &trial->rule, &line, &to->answered, err))
        return false;
    assay_more_prompts(&trial->rule, &line, &to->more);
    return true;
}

static void conclude(const struct assay_paired_trial *trial,
                     struct assay_paired_verdict *to)
{
    to->answered.verdict = decide(trial, &to->answered);
    to->served.verdict = decide(trial, &to->served);
    to->verdict = to->answered.verdict == to->served.verdict
                      ? to->answered.verdict
                      : ASSAY_VERDICT_WITHHELD;
    if (to->verdict != ASSAY_VERDICT_UNDECIDED)
        to->more = (struct assay_more_prompts){.known = false};
}

bool assay_verdicts(struct assay_arena *arena,
                    const struct assay_paired_trial *trials, size_t count,
                    struct assay_paired_verdict *verdicts,
                    struct assay_error *err)
{
    struct assay_evidence **answered =
        assay_arena_try(arena, count, sizeof(struct assay_evidence *));
    struct assay_evidence **served =
        assay_arena_try(arena, count, sizeof(struct assay_evidence *));
    if (!answered || !served)
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu verdicts",
                          count);
    for (size_t i = 0; i < count; i++) {
        if (!weigh_trial(arena, &trials[i], &verdicts[i], err))
            return assay_fail_in(err, "trial %zu", i);
        answered[i] = &verdicts[i].answered;
        served[i] = &verdicts[i].served;
    }
    if (!adjust(arena, answered, count, err) ||
        !adjust(arena, served, count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        conclude(&trials[i], &verdicts[i]);
    return true;
}
