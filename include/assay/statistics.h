/*
 * Statistics of runs: what a set of paired answers shows, how sure that is,
 * and the one rule that makes a verdict of it. Pure: no I/O, no clock, and
 * randomness only from a seed.
 *
 * Words. Two routes, A and B, answer the same prompts. A score lies in
 * 0 … 1; of a binary outcome it is 0 (fail) or 1 (pass). A pair's difference
 * d is A's score less B's, -1 … 1; a pair with d = 0 is a tie, any other a
 * disagreement, won by A (d > 0) or B. `level` is a coverage, 0.95; `alpha`
 * is 1 - level. Counts that contradict each other (more passed than there
 * are) are bugs, and asserted; numbers that a file or reply can bring (NaN,
 * a score out of range, a negative time) are refused with BAD_INPUT.
 *
 * What is sampled: prompts "like these". Repeats of a prompt are not new
 * prompts; average them first (assay_average_groups).
 */
#ifndef ASSAY_STATISTICS_H
#define ASSAY_STATISTICS_H

#include "assay/arena.h"
#include "assay/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assay_interval {
    double low, high;
};

/* Numbers that belong together, borrowed: at [count]. */
struct assay_values {
    const double *at;
    size_t count;
};

/* ------------------------------------------------------- random numbers */

/*
 * splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, OOPSLA 2014). Set `state` to the seed.
 */
struct assay_random {
    uint64_t state;
};
uint64_t assay_random_next(struct assay_random *random);
/* 0 … bound - 1: the upper half of next x bound. */
uint64_t assay_random_below(struct assay_random *random, uint64_t bound);
/* A seeded order of 0 … count - 1 (Fisher and Yates), for the prompts. */
void assay_random_order(struct assay_random *random, size_t *order,
                        size_t count);

/* --------------------------------------------------- one route's passes */

enum assay_proportion_method {
    ASSAY_WILSON,          /* Wilson 1927: the one that is shown */
    ASSAY_CLOPPER_PEARSON, /* 1934, exact, wide */
    ASSAY_JEFFREYS,        /* equal-tailed Beta(1/2, 1/2), 0 or 1 at the end */
};
/* Of 0 requests it is 0 … 1: nothing is known. */
struct assay_interval assay_proportion_interval(
    enum assay_proportion_method method, uint64_t passed, uint64_t count,
    double level);
/*
 * Wilson's of answers that come in groups (repeats, one test's prompts): of
 * as many answers as have the variance that the groups show (Miller, arXiv
 * 2411.00640, with C/(C-1) for few groups), never of more than there are. All
 * or none passed, or one group: of n / (mean size weighted by size) (Kish).
 * Groups of one answer each: as above.
 */
struct assay_grouped_passes {
    uint64_t groups, passed, count;
    double passed_squares, count_squares, products; /* sums over groups */
};
/* A group that was scored nowhere counts for nothing. */
void assay_grouped_add(struct assay_grouped_passes *sum, uint64_t passed,
                       uint64_t count);
struct assay_interval assay_grouped_interval(
    const struct assay_grouped_passes *of, double level);
/* One-sided upper bound of what was never seen: 1 - alpha^(1/count). */
double assay_never_seen_upper(uint64_t count, double level);

/*
 * Of `count` answers to one prompt `passed` are right: the chance that of
 * `drawn` without replacement one is right (pass@k; Chen et al., arXiv
 * 2107.03374) and that all are (pass^k; Yao et al., arXiv 2406.12045).
 */
double assay_pass_any(uint64_t count, uint64_t passed, uint64_t drawn);
double assay_pass_all(uint64_t count, uint64_t passed, uint64_t drawn);

/* ---------------------------------------------- two routes, pass or fail */

struct assay_paired_table {
    uint64_t both, only_a, only_b, neither;
};

/* Exact test of "A and B win as many disagreements" (McNemar 1947). */
struct assay_mcnemar {
    double p;     /* two-sided */
    double mid_p; /* Fagerland, Lydersen, Laake 2013; for reading only */
};
struct assay_mcnemar assay_mcnemar_exact(uint64_t only_a, uint64_t only_b);
/* Fewest wins for p <= alpha when the other side won `losses`. */
uint64_t assay_mcnemar_wins_needed(uint64_t losses, double alpha);

enum assay_difference_method {
    ASSAY_BONETT_PRICE, /* J. Educ. Behav. Stat. 37 (2012) 479 */
    ASSAY_NEWCOMBE,     /* Stat. Med. 17 (1998) 2635, method 10 */
};
/* Of the share A passes less the share B passes; no pairs: -1 … 1. */
struct assay_interval assay_difference_interval(
    enum assay_difference_method method, const struct assay_paired_table *table,
    double level);

/* --------------------------------------------------------- graded scores */

/* NULL where it is asked for: all zero. */
struct assay_bootstrap {
    uint64_t seed;
    size_t replicates; /* 0: 10,000; LIMIT above 1,000,000 */
    double level;      /* 0: 0.95 */
};

/*
 * Percentile and BCa intervals of the mean of d (Efron, JASA 82 (1987) 171);
 * quantiles are type 7. d finite, two or more; else BAD_INPUT.
 */
struct assay_bootstrap_mean {
    double mean;
    struct assay_interval percentile, bca;
    double bias, acceleration; /* z0, a */
    double p;                  /* two-sided, the BCa interval inverted at 0 */
};
bool assay_bootstrap_mean(struct assay_arena *arena, struct assay_values d,
                          const struct assay_bootstrap *options,
                          struct assay_bootstrap_mean *result,
                          struct assay_error *err);

enum {
    ASSAY_T_PAIRS = 30,          /* from here on a mean is near enough normal */
    ASSAY_BCA_DIFFERENCES = 20,  /* on fewer the bootstrap is too narrow */
    ASSAY_LEAST_DIFFERENCES = 6, /* 2 / 2^5 > .05: no test can tell */
};
enum assay_paired_method {
    ASSAY_PAIRED_NONE, /* too little: under six differences, or under 30
                          pairs of which fewer than 20 differ */
    ASSAY_PAIRED_T,    /* Student's interval, from 30 pairs on */
    ASSAY_PAIRED_BCA,  /* bootstrap, below */
};
/* Mean of paired differences in any unit; the level is not asked for. */
struct assay_paired_mean {
    enum assay_paired_method method;
    size_t nonzero;
    double mean, sd; /* NaN without, or with one, pair */
    /* NaN under ASSAY_PAIRED_NONE */
    struct assay_interval interval_95, interval_90;
    double p; /* two-sided, of mean 0 */
};
bool assay_paired_mean(struct assay_arena *arena, struct assay_values d,
                       const struct assay_bootstrap *options,
                       struct assay_paired_mean *result,
                       struct assay_error *err);

/* Wilcoxon signed rank test: exact up to 200 non-zero d, ties share ranks. */
struct assay_wilcoxon {
    double w_plus;
    double p; /* two-sided */
};
bool assay_wilcoxon(struct assay_arena *arena, struct assay_values d,
                    struct assay_wilcoxon *result, struct assay_error *err);

/* ---------------------------------------------------- repeats, clusters */

struct assay_grouped {
    struct assay_values scores;
    const size_t *group; /* [scores.count], each 0 … groups - 1 */
    size_t groups;
};
/*
 * means [groups]: the mean score of each. For repeats of a prompt, and for
 * prompts of one cluster where a verdict is wanted. BAD_INPUT: NaN, a group
 * that is empty or not there.
 */
bool assay_average_groups(struct assay_arena *arena,
                          const struct assay_grouped *of, double *means,
                          struct assay_error *err);

/*
 * Standard errors of a mean whose scores come in clusters (Miller, arXiv
 * 2411.00640). BAD_INPUT: as above, and fewer than two scores.
 */
struct assay_clustered_mean {
    double mean;
    double se_iid;
    double se_clustered;
    double se_few_clusters; /* x sqrt(C/(C-1)); NaN with one cluster */
};
bool assay_clustered_mean(struct assay_arena *arena,
                          const struct assay_grouped *of,
                          struct assay_clustered_mean *result,
                          struct assay_error *err);

/* ------------------------------------------------- looking while it runs */

enum assay_outcome {
    ASSAY_OUTCOME_BINARY,
    ASSAY_OUTCOME_GRADED,
};

/*
 * ln E of an e-process against "a disagreement is won by either alike":
 * mixtures over the share won by A, uniform or Jeffreys. By Ville's
 * inequality E reaches 1/alpha with probability alpha at most, however often
 * one looks. Turner, Grünwald: arXiv 2106.02693; Ramdas et al.: arXiv
 * 2210.01948. The arguments are counts; the uniform one takes shares too.
 */
double assay_log_e_uniform(double only_a, double only_b);
double assay_log_e_jeffreys(double only_a, double only_b);
/*
 * Confidence sequence of the share of disagreements that A wins: holds at
 * every look at once. It excludes 1/2 exactly where E >= 1/alpha.
 */
struct assay_interval assay_share_sequence(uint64_t only_a, uint64_t only_b,
                                           double alpha);

/*
 * Confidence sequence of the mean difference, by betting: E(mu) is the mean
 * over l = .1 … .9 and both sides of prod(1 + l (d - mu)/(1 + mu)) and
 * prod(1 - l (d - mu)/(1 - mu)), and all mu with E(mu) < 1/alpha are in it
 * (Waudby-Smith, Ramdas: arXiv 2010.09686). d within -1 … 1.
 */
bool assay_difference_sequence(struct assay_values d, double alpha,
                               struct assay_interval *result,
                               struct assay_error *err);

/* What one look at a line of pairs showed. */
struct assay_look {
    uint64_t pairs, wins_a, wins_b;
    double log_e;
    int leader; /* 1: A, -1: B, 0: neither */
};

enum { ASSAY_BETS = 9 }; /* .1 … .9 on each side */

/*
 * The evidence of pairs as they come in. Add them in the seeded order in
 * which they were sent, each when it and all before it have ended: in the
 * order of arrival the quick prompts would speak first, and early stopping
 * would favour who is good at those.
 *
 * Binary outcomes without a margin use the uniform mixture. Graded ones, and
 * all with a margin m, bet: the mean over both sides of
 * prod(1 + l (d - m)/(1 + m)) for A and prod(1 + l (-d - m)/(1 + m)) for B,
 * which tests "A and B differ by m at most".
 */
struct assay_sequential {
    enum assay_outcome outcome;
    double margin;
    double sum, squares;      /* of d */
    struct assay_look now;    /* all pairs so far */
    struct assay_look peak;   /* where E was largest; a verdict rests here */
    double log_a[ASSAY_BETS]; /* ln of each bet's capital */
    double log_b[ASSAY_BETS];
};
/* margin: 0 … below 1, else BAD_INPUT. */
bool assay_sequential_init(struct assay_sequential *line,
                           enum assay_outcome outcome, double margin,
                           struct assay_error *err);
/* BAD_INPUT, and nothing changed: d is NaN, out of range, or not -1, 0, 1. */
bool assay_sequential_add(struct assay_sequential *line, double d,
                          struct assay_error *err);
/* E reached 20 at some look. */
bool assay_sequential_decided(const struct assay_sequential *line);
/*
 * Even if one side won all of the `remaining` pairs, E would stay below 20,
 * and with a margin no equivalence could be shown either: stop paying.
 */
bool assay_sequential_futile(const struct assay_sequential *line,
                             uint64_t remaining);

/* --------------------------------------------------------- how many more */

enum assay_trial_mode {
    ASSAY_TRIAL_SEQUENTIAL, /* looked at after every pair, may stop early */
    ASSAY_TRIAL_FIXED,      /* the number is set before, tested once */
};

/*
 * Pairs for a difference to be found with this power at p <= .05, when A and
 * B disagree on this share of prompts (Connor, Biometrics 43 (1987) 207).
 * BAD_INPUT: not 0 < difference <= disagreement <= 1, power not in 0 … 1.
 */
bool assay_prompts_needed(double difference, double disagreement, double power,
                          uint64_t *prompts, struct assay_error *err);
/*
 * The same for graded scores (Miller, arXiv 2411.00640, section 5): variance
 * of the difference between prompts, of either route within a prompt, and
 * how often each prompt is asked (0: without end).
 */
struct assay_score_spread {
    double between, within;
    uint64_t repeats;
};
bool assay_prompts_needed_graded(double difference,
                                 const struct assay_score_spread *spread,
                                 double power, uint64_t *prompts,
                                 struct assay_error *err);
/*
 * Power of the exact McNemar test at .05, by summing over all outcomes;
 * 0 < disagreement <= 1, and |difference| is no more than that.
 */
double assay_mcnemar_power(uint64_t prompts, double disagreement,
                           double difference);
/*
 * The smallest difference that so many prompts show four times in five; false
 * when there is none. disagreement: share of prompts on which A and B differ;
 * 0: not known, taken as the difference and a tenth, at least a fifth.
 */
bool assay_detectable_difference(enum assay_trial_mode mode, uint64_t prompts,
                                 double disagreement, double *difference);

/* -------------------------------------------------------------- latency */

/* Type 7 quantile (Hyndman, Fan 1996) of sorted values, count >= 1. */
double assay_quantile(const double *sorted, size_t count, double q);

/*
 * Ranks, from 1, of the order statistics that enclose a quantile with this
 * coverage or more (David, Nagaraja: Order Statistics, 7.1); 0: there is none.
 */
struct assay_ranks {
    uint64_t lower, upper;
};
struct assay_ranks assay_quantile_ranks(uint64_t count, double q, double level);
/* The fewest requests for which both ranks exist. */
uint64_t assay_quantile_min_count(double q, double level);

/*
 * Times of requests that ended well, and how many failed or timed out: those
 * count as longer than any other, at least the limit.
 */
struct assay_times {
    struct assay_values ms; /* any order, 0 or more */
    size_t censored;
    double limit_ms; /* matters when censored > 0 */
};
struct assay_percentile {
    bool known; /* false: too few requests for a 95 % interval */
    double ms;
    struct assay_interval interval_95;
    bool at_least, high_at_least; /* ms, interval_95.high are censored */
};
/* q in 0 … 1 exclusive. BAD_INPUT: NaN, a negative time. */
bool assay_percentile(struct assay_arena *arena,
                      const struct assay_times *times, double q,
                      struct assay_percentile *result, struct assay_error *err);

/* Of the same prompts, each in ms, above 0; else BAD_INPUT. */
struct assay_paired_times {
    const double *a, *b; /* [count] */
    size_t count;
};

/* Geometric mean of a/b over pairs, and Student's interval of its ln. */
struct assay_ratio {
    bool known; /* false: fewer than two pairs */
    double mean_log, ratio;
    struct assay_interval interval_95;
};
bool assay_latency_ratio(const struct assay_paired_times *times,
                         struct assay_ratio *result, struct assay_error *err);
/* Quantile of a less quantile of b, bootstrapped over one prompt or more. */
struct assay_shift {
    double ms;
    struct assay_interval interval;
};
bool assay_latency_shift(struct assay_arena *arena,
                         const struct assay_paired_times *times, double q,
                         const struct assay_bootstrap *options,
                         struct assay_shift *shift, struct assay_error *err);

/* ----------------------------------------------------------------- cost */

/*
 * Cost of one right answer: sum of cost over sum of passes, and its bootstrap
 * over prompts. The price that is shown is reckoned in decimals elsewhere;
 * this says how far it can be trusted.
 */
struct assay_costs {
    const double *cost, *passes; /* [count], per prompt, 0 or more */
    size_t count;
};
struct assay_cost_per_pass {
    bool known; /* false: nothing passed */
    double cost;
    struct assay_interval interval; /* high may be infinite */
};
bool assay_cost_per_pass(struct assay_arena *arena,
                         const struct assay_costs *of,
                         const struct assay_bootstrap *options,
                         struct assay_cost_per_pass *result,
                         struct assay_error *err);

/* --------------------------------------------------------------- judges */

/* A judge asked in both orders: same winner twice, or a tie (2306.05685). */
struct assay_judge_orders {
    uint64_t a, b;         /* this route in both orders */
    uint64_t inconsistent; /* by place: counts as a tie */
};
struct assay_judge_agreement {
    double consistency; /* NaN when nothing was judged */
    struct assay_interval consistency_95;
    double sign_p;     /* of a against b */
    double win_rate_a; /* ties count half */
};
struct assay_judge_agreement assay_judge_agreement(
    const struct assay_judge_orders *orders);

/*
 * The pass rate behind a judge's, from rows that a person labelled (Rogan,
 * Gladen 1978; Lee et al., arXiv 2511.21140): of `labelled_fail` rows the
 * judge failed the share `specificity`, of `labelled_pass` it passed the
 * share `sensitivity`. BAD_INPUT: the two add to 1 or less (the judge
 * guesses), a share out of range, nothing labelled.
 */
struct assay_judge_labels {
    double pass_rate;
    uint64_t judged;
    double specificity, sensitivity;
    uint64_t labelled_fail, labelled_pass;
};
struct assay_judge_rate {
    double rate, se;
    struct assay_interval interval_95;
};
bool assay_judge_correct(const struct assay_judge_labels *labels,
                         struct assay_judge_rate *result,
                         struct assay_error *err);

/* -------------------------------------------------------------- verdicts */

/*
 * Holm 1979: p values adjusted for being looked at together; adjusted
 * [p.count]. BAD_INPUT: a p that is not within 0 … 1.
 */
bool assay_holm(struct assay_arena *arena, struct assay_values p,
                double *adjusted, struct assay_error *err);

/* Fixed before the first request and stored in the run. */
struct assay_trial_rule {
    enum assay_trial_mode mode;
    enum assay_outcome outcome;
    double margin; /* differences up to this do not matter; 0: all do */
    uint64_t seed; /* of the bootstrap */
};

enum assay_verdict {
    ASSAY_VERDICT_UNDECIDED, /* no decisive difference */
    ASSAY_VERDICT_A,
    ASSAY_VERDICT_B,
    ASSAY_VERDICT_EQUIVALENT,
    ASSAY_VERDICT_WITHHELD,
};
enum assay_evidence_rule {
    ASSAY_EVIDENCE_NONE, /* too little to test */
    ASSAY_EVIDENCE_MCNEMAR,
    ASSAY_EVIDENCE_E_PROCESS,
    ASSAY_EVIDENCE_PAIRED_INTERVAL,
};
/* "a", "b", "equivalent", "undecided", "withheld" */
const char *assay_verdict_name(enum assay_verdict verdict);
/* "mcnemar", "e_process", "paired_interval"; NULL for none */
const char *assay_evidence_rule_name(enum assay_evidence_rule rule);

/*
 * What one line of pairs shows. Sequential: `look` is where E was largest
 * when it reached 20, else all pairs, and e, share and interval_95 are of
 * that look. interval_90 is of all pairs and for equivalence alone.
 */
struct assay_evidence {
    enum assay_evidence_rule rule;
    enum assay_verdict verdict; /* of this line: A, B, EQUIVALENT, UNDECIDED */
    uint64_t pairs, wins_a, wins_b;
    double difference; /* mean d; NaN without pairs */
    /* two-sided; sequential: 1/E at its largest, or 1; 1 without a rule */
    double p;
    double p_adjusted; /* Holm */
    double e;          /* NaN in fixed mode */
    struct assay_look look;
    struct assay_interval interval_95; /* of the mean difference */
    struct assay_interval interval_90;
    /* Sequential, binary, no margin: of the disagreements that A wins */
    struct assay_interval share_95;
};

struct assay_more_prompts {
    bool known;    /* false: nothing was answered, or there is a verdict */
    bool at_least; /* the rate so far points nowhere; this is a lower bound */
    uint64_t prompts;
};

/* Two routes on one metric. */
struct assay_paired_trial {
    struct assay_trial_rule rule;
    /* d of each pair, in the order in which they were sent */
    struct assay_values answered; /* where both routes gave an answer */
    struct assay_values served;   /* all that ended; a route error scores 0 */
    /*
     * Pairs that were declared before the start and have not ended. A fixed
     * run is tested, and equivalence found, only at 0: a run that was cut
     * short by what it showed is not the one that was declared.
     */
    uint64_t remaining;
};
struct assay_paired_verdict {
    enum assay_verdict verdict;
    struct assay_evidence answered, served;
    struct assay_more_prompts more;
};

/*
 * The verdict rule, over all pairs of routes and metrics that are shown
 * together (Holm). A line is decided
 *   sequential: for the leader, when E >= 20 at its largest;
 *   fixed: when p <= .05 and the 95 % paired interval lies beyond the margin,
 *     or 0 (binary: exact McNemar with Bonett-Price; graded: the interval);
 *   equivalent, with a margin and all pairs in: when the 90 % paired interval
 *     lies within it.
 * The verdict is that of the answered pairs where the line "as served" says
 * the same, and withheld where it does not. Never by the higher mean alone.
 * verdicts [count]. BAD_INPUT: a difference out of range, by its place.
 */
bool assay_verdicts(struct assay_arena *arena,
                    const struct assay_paired_trial *trials, size_t count,
                    struct assay_paired_verdict *verdicts,
                    struct assay_error *err);

#endif
