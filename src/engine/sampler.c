/*
 * Sampling by scans and small selections: a vocabulary has 256,000 entries,
 * and sorting them would take as long as a layer of the model.
 *
 * Order, as the model's own training code applies it: bias and penalty, what
 * may not stand, temperature, top-k, top-p, min-p, then one draw.
 */
#include "assay/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PENALTY_WINDOW = 64, /* tokens that the repetition penalty looks back */
    BINS = 512,          /* of the histogram that stands for a sort */
};

/* A candidate below this share of the best cannot be drawn in a lifetime. */
#define BIN_SPAN 32.0F /* nats under the best logit that the bins cover */

struct assay_sampler {
    const struct assay_tokenizer *tokenizer;
    struct assay_sampling sampling;
    struct assay_bias *bias; /* own copy */
    struct assay_constraint *constraint;
    uint32_t vocabulary;
    uint32_t *controls; /* never drawn: control tokens that end nothing */
    size_t control_count;
    uint32_t recent[PENALTY_WINDOW];
    size_t recent_count, recent_at;
    uint64_t random; /* state of the generator */
    struct assay_logprob *kept;
    size_t kept_room;
};

struct assay_sampling assay_sampling_default(void)
{
    return (struct assay_sampling){
        .temperature = 1.0F,
        .top_k = 64,
        .top_p = 0.95F,
        .repetition_penalty = 1.0F,
    };
}

static bool in_range(const char *name, float value, float least, float most,
                     struct assay_error *err)
{
    if (value >= least && value <= most) /* false for NaN */
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT, "%s is %g, expected %g to %g", name,
                      (double)value, (double)least, (double)most);
}

bool assay_sampling_check(const struct assay_sampling *s,
                          struct assay_error *err)
{
    for (size_t i = 0; i < s->bias_count; i++)
        if (!in_range("logit_bias", s->bias[i].add, -100, 100, err))
            return false;
    return in_range("temperature", s->temperature, 0, 2, err) &&
           in_range("top_p", s->top_p, 0, 1, err) &&
           in_range("min_p", s->min_p, 0, 1, err) &&
           in_range("repetition_penalty", s->repetition_penalty, 0.1F, 10, err);
}

/* ------------------------------------------------------- one answer's */

static bool find_controls(struct assay_sampler *s)
{
    for (int counting = 1; counting >= 0; counting--) {
        size_t count = 0;

        for (uint32_t id = 0; id < s->vocabulary; id++) {
            if (!assay_tokenizer_is_control(s->tokenizer, id) ||
                assay_tokenizer_ends(s->tokenizer, id))
                continue;
            if (!counting)
                s->controls[count] = id;
            count++;
        }
        s->control_count = count;
        if (counting)
            s->controls = calloc(count + 1, sizeof *s->controls);
        if (!s->controls)
            return false;
    }
    return true;
}

struct assay_sampler *assay_sampler_new(const struct assay_tokenizer *tokenizer,
                                        const struct assay_sampling *sampling,
                                        struct assay_constraint *constraint)
{
    struct assay_sampler *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->tokenizer = tokenizer;
    s->sampling = *sampling;
    s->constraint = constraint;
    s->vocabulary = assay_tokenizer_size(tokenizer);
    s->random = sampling->seed;
    s->bias = calloc(sampling->bias_count + 1, sizeof *s->bias);
    if (!s->bias || !find_controls(s)) {
        assay_sampler_free(s);
        return NULL;
    }
    if (sampling->bias_count)
        memcpy(s->bias, sampling->bias, sampling->bias_count * sizeof *s->bias);
    return s;
}

void assay_sampler_free(struct assay_sampler *sampler)
{
    if (!sampler)
        return;
    free(sampler->kept);
    free(sampler->controls);
    free(sampler->bias);
    free(sampler);
}

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one. */
static double draw(struct assay_sampler *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

static void remember(struct assay_sampler *s, uint32_t token)
{
    s->recent[s->recent_at] = token;
    s->recent_at = (s->recent_at + 1) % PENALTY_WINDOW;
    if (s->recent_count < PENALTY_WINDOW)
        s->recent_count++;
}

void assay_sampler_read(struct assay_sampler *sampler, const uint32_t *tokens,
                        size_t count)
{
    size_t from = count > PENALTY_WINDOW ? count - PENALTY_WINDOW : 0;

    for (size_t i = from; i < count; i++)
        remember(sampler, tokens[i]);
}

/* ------------------------------------------------------- what may stand */

static bool seen_before(const struct assay_sampler *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (s->recent[i] == s->recent[at])
            return true;
    return false;
}

/* Each token once, however often it stood (Keskar et al. 2019). */
static void penalise(const struct assay_sampler *s, float *logits)
{
    float penalty = s->sampling.repetition_penalty;

    if (penalty == 1.0F)
        return;
    for (size_t i = 0; i < s->recent_count; i++) {
        uint32_t token = s->recent[i];

        if (token >= s->vocabulary || seen_before(s, i))
            continue;
        logits[token] = logits[token] > 0 ? logits[token] / penalty
                                          : logits[token] * penalty;
    }
}

static bool ends_here(const struct assay_sampler *s)
{
    return !s->constraint || assay_constraint_may_end(s->constraint);
}

static void forbid(const struct assay_sampler *s, float *logits)
{
    const uint64_t *mask =
        s->constraint ? assay_constraint_mask(s->constraint) : NULL;
    bool may_end = ends_here(s);

    for (size_t i = 0; i < s->control_count; i++)
        logits[s->controls[i]] = -INFINITY;
    if (!mask)
        return;
    for (uint32_t id = 0; id < s->vocabulary; id++) {
        bool may = mask[id / 64] >> (id % 64) & 1;

        if (assay_tokenizer_ends(s->tokenizer, id))
            may = may_end;
        if (!may)
            logits[id] = -INFINITY;
    }
}

static void adjust(const struct assay_sampler *s, float *logits)
{
    for (size_t i = 0; i < s->sampling.bias_count; i++)
        if (s->bias[i].token < s->vocabulary)
            logits[s->bias[i].token] += s->bias[i].add;
    penalise(s, logits);
    forbid(s, logits);
}

/* ------------------------------------------------------- choosing */

static uint32_t best_of(const float *logits, uint32_t count)
{
    uint32_t best = ASSAY_NO_TOKEN;
    float most = -INFINITY;

    for (uint32_t id = 0; id < count; id++)
        if (logits[id] > most) { /* false for NaN */
            most = logits[id];
            best = id;
        }
    return best;
}

/* Higher logit first, the smaller id on a tie. */
static bool before(const struct assay_logprob *a, const struct assay_logprob *b)
{
    return a->logprob > b->logprob ||
           (a->logprob == b->logprob && a->token < b->token);
}

static int by_rank(const void *a, const void *b)
{
    const struct assay_logprob *x = a, *y = b;

    return before(x, y) ? -1 : before(y, x);
}

/* The last one in rank is on top of the heap. */
static void sink(struct assay_logprob *heap, size_t count, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= count)
            return;
        if (child + 1 < count && before(&heap[child], &heap[child + 1]))
            child++;
        if (!before(&heap[at], &heap[child]))
            return;
        struct assay_logprob top = heap[at];
        heap[at] = heap[child];
        heap[child] = top;
        at = child;
    }
}

/* The k best of all, sorted; fewer when fewer may stand. */
static size_t take_best(const float *logits, uint32_t vocabulary, size_t k,
                        struct assay_logprob *out)
{
    size_t count = 0;

    for (uint32_t id = 0; id < vocabulary; id++) {
        const struct assay_logprob one = {id, logits[id]};

        if (!(one.logprob > -INFINITY))
            continue;
        if (count < k) {
            out[count++] = one;
            if (count == k)
                for (size_t i = k / 2; i-- > 0;)
                    sink(out, k, i);
        } else if (k && before(&one, &out[0])) {
            out[0] = one;
            sink(out, k, 0);
        }
    }
    qsort(out, count, sizeof *out, by_rank);
    return count;
}

static size_t bin_of(float logit, float most, float temperature)
{
    float depth = (most - logit) / temperature;

    return depth >= BIN_SPAN ? BINS : (size_t)(depth * (BINS / BIN_SPAN));
}

/*
 * How many tokens reach top_p when all are looked at: shares are summed in
 * bins of logits, and only the bins that are needed are counted. `whole`:
 * the sum of all shares, of which top_p is a part.
 */
static size_t enough(const struct assay_sampler *s, const float *logits,
                     float most, double *whole)
{
    double shares[BINS + 1] = {0}, all = 0, sum = 0;
    size_t counts[BINS + 1] = {0}, count = 0;

    for (uint32_t id = 0; id < s->vocabulary; id++) {
        if (!(logits[id] > -INFINITY))
            continue;
        size_t bin = bin_of(logits[id], most, s->sampling.temperature);
        double share =
            exp((double)(logits[id] - most) / (double)s->sampling.temperature);

        shares[bin] += share;
        counts[bin]++;
        all += share;
    }
    for (size_t bin = 0; bin < BINS; bin++) {
        count += counts[bin];
        sum += shares[bin];
        if (sum >= (double)s->sampling.top_p * all && count > 0)
            break;
    }
    *whole = all;
    return count;
}

static bool make_room(struct assay_sampler *s, size_t count)
{
    struct assay_logprob *wider;

    if (count <= s->kept_room)
        return true;
    wider = realloc(s->kept, count * sizeof *wider);
    if (!wider)
        return false;
    s->kept = wider;
    s->kept_room = count;
    return true;
}

/*
 * Turns logits into shares of 1, and cuts by top-p and min-p. `whole`: what
 * the shares of all add up to; 0: those that are here are all.
 */
static size_t cut(const struct assay_sampler *s, size_t count, double whole)
{
    struct assay_logprob *kept = s->kept;
    float most = kept[0].logprob;
    double sum = 0, so_far = 0;
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        kept[i].logprob =
            expf((kept[i].logprob - most) / s->sampling.temperature);
        sum += (double)kept[i].logprob;
    }
    if (whole > 0)
        sum = whole;
    while (left < count) {
        so_far += (double)kept[left++].logprob;
        if (so_far >= (double)s->sampling.top_p * sum)
            break;
    }
    while (left > 1 && kept[left - 1].logprob < s->sampling.min_p)
        left--;
    return left;
}

static uint32_t pick(struct assay_sampler *s, size_t count)
{
    double sum = 0, at;

    for (size_t i = 0; i < count; i++)
        sum += (double)s->kept[i].logprob;
    at = draw(s) * sum;
    for (size_t i = 0; i + 1 < count; i++) {
        at -= (double)s->kept[i].logprob;
        if (at < 0)
            return s->kept[i].token;
    }
    return s->kept[count - 1].token;
}

/* Nothing is cut but by min-p: no order is needed. */
static uint32_t pick_of_all(struct assay_sampler *s, const float *logits,
                            float most)
{
    double temperature = (double)s->sampling.temperature;
    double least = (double)s->sampling.min_p, sum = 0, at = 0;
    uint32_t last = ASSAY_NO_TOKEN;

    for (int counting = 1; counting >= 0; counting--) {
        for (uint32_t id = 0; id < s->vocabulary; id++) {
            double share;

            if (!(logits[id] > -INFINITY))
                continue;
            share = exp((double)(logits[id] - most) / temperature);
            if (share < least)
                continue;
            last = id;
            if (counting)
                sum += share;
            else if ((at -= share) < 0)
                return id;
        }
        if (counting)
            at = draw(s) * sum;
    }
    return last;
}

static uint32_t choose(struct assay_sampler *s, const float *logits)
{
    uint32_t best = best_of(logits, s->vocabulary);
    size_t k = s->sampling.top_k;
    double whole = 0;

    /* so cold, or so far above, that the best one takes all */
    if (best == ASSAY_NO_TOKEN || s->sampling.temperature < 1e-4F ||
        isinf(logits[best]))
        return best;
    if (k == 0 && s->sampling.top_p >= 1)
        return pick_of_all(s, logits, logits[best]);
    if (k == 0 || k > s->vocabulary)
        k = enough(s, logits, logits[best], &whole);
    if (!make_room(s, k))
        return best;
    size_t count = take_best(logits, s->vocabulary, k, s->kept);
    return pick(s, cut(s, count, whole));
}

uint32_t assay_sampler_next(struct assay_sampler *sampler, float *logits)
{
    uint32_t token;

    adjust(sampler, logits);
    token = choose(sampler, logits);
    if (token == ASSAY_NO_TOKEN)
        return token;
    remember(sampler, token);
    if (sampler->constraint && !assay_tokenizer_ends(sampler->tokenizer, token))
        (void)assay_constraint_take(
            sampler->constraint, assay_token_bytes(sampler->tokenizer, token));
    return token;
}

void assay_logprobs(const float *logits, uint32_t vocabulary, uint32_t token,
                    struct assay_logprob *of_token, struct assay_logprob *best,
                    size_t count)
{
    uint32_t first = best_of(logits, vocabulary);
    float most = first == ASSAY_NO_TOKEN ? 0 : logits[first];
    double sum = 0;

    for (uint32_t id = 0; id < vocabulary; id++)
        if (logits[id] > -INFINITY)
            sum += exp((double)(logits[id] - most));
    double all = (double)most + log(sum);

    *of_token = (struct assay_logprob){token, -INFINITY};
    if (token < vocabulary)
        of_token->logprob = (float)((double)logits[token] - all);
    size_t found = take_best(logits, vocabulary, count, best);
    for (size_t i = 0; i < found; i++)
        best[i].logprob = (float)((double)best[i].logprob - all);
    for (size_t i = found; i < count; i++)
        best[i] = (struct assay_logprob){ASSAY_NO_TOKEN, -INFINITY};
}
