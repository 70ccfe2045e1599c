/*
 * Scoring: which kinds there are, what they are asked, and how their results
 * make one. Weights and thresholds as in promptfoo 0.123.1: the score is
 * the weighted mean, an answer passes when nothing failed, or, with a
 * threshold, when the score reaches it.
 */
#include "assay/score.h"

#include "trial/score_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_BYTES = 80,
};

struct assay_scorer {
    struct assay_judge judge;
    bool has_judge;
    struct assay_pattern_shelf *patterns;
};

static const struct assay_score_kind *const tables[] = {
    assay_score_text_kinds,  assay_score_words_kinds, assay_score_number_kinds,
    assay_score_json_kinds,  assay_score_tools_kinds, assay_score_choice_kinds,
    assay_score_judge_kinds,
};

/* Known by name, and why they are refused. */
static const struct {
    const char *name, *why;
} refused[] = {
    {"javascript", "it needs Node"},
    {"python", "it needs Python"},
    {"ruby", "it needs Ruby"},
    {"webhook", "answers are sent nowhere"},
    {"similar", "it needs an embedding model"},
    {"similar:cosine", "it needs an embedding model"},
    {"similar:dot", "it needs an embedding model"},
    {"similar:euclidean", "it needs an embedding model"},
    {"classifier", "it needs a classification model"},
    {"moderation", "it needs a moderation service"},
    {"pi", "it needs a service of its own"},
    {"meteor", "it needs WordNet's synonyms; use bleu or gleu"},
    {"is-sql", "it needs a parser of each SQL dialect"},
    {"contains-sql", "it needs a parser of each SQL dialect"},
    {"is-html", "any text is HTML to an HTML parser"},
    {"contains-html", "any text is HTML to an HTML parser"},
    {"is-xml", "it needs an XML parser"},
    {"contains-xml", "it needs an XML parser"},
    {"rouge-n", "its words are cut by rules of js-rouge alone; use gleu"},
    {"rouge-l", "its words are cut by rules of js-rouge alone; use gleu"},
    {"rouge-s", "its words are cut by rules of js-rouge alone; use gleu"},
    {"is-refusal", "it is a list of English phrases; use icontains-any"},
    {"is-valid-openai-function-call", "use is-valid-openai-tools-call"},
    {"is-valid-function-call", "use is-valid-openai-tools-call"},
    {"perplexity", "it needs log-likelihoods of every token"},
    {"perplexity-score", "it needs log-likelihoods of every token"},
    {"guardrails", "it needs a provider's own verdict"},
    {"answer-relevance", "it needs an embedding model"},
    {"context-recall", "it needs a retrieved context"},
    {"context-relevance", "it needs a retrieved context"},
    {"context-faithfulness", "it needs a retrieved context"},
    {"select-best", "it compares answers of several routes, not one"},
    {"max-score", "it compares answers of several routes, not one"},
};

static const struct assay_score_kind *kind_of(struct assay_str type)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct assay_score_kind *kind = tables[t]; kind->name;
             kind++)
            if (assay_str_is(type, kind->name))
                return kind;
    return NULL;
}

/* ---------------------------------------------- what kinds say */

struct assay_str assay_score_show(struct assay_arena *arena,
                                  struct assay_str text)
{
    size_t len = text.len > SHOWN_BYTES ? SHOWN_BYTES : text.len;

    while (len > 0 && len < text.len &&
           ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len--;
    char *to = ASSAY_NEW_ARRAY(arena, char, len + 4);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        to[i] = (char)(c < 0x20 || c == 0x7f ? ' ' : c);
    }
    if (len < text.len)
        memcpy(to + len, "…", 3);
    return (struct assay_str){to, len < text.len ? len + 3 : len};
}

double assay_score_threshold(const struct assay_assertion *assertion,
                             double otherwise)
{
    return assertion->threshold.given ? assertion->threshold.value : otherwise;
}

static void set_result(struct assay_score_step *step, bool holds, double score)
{
    bool negated = step->assertion->negated;

    step->check->mark =
        holds != negated ? ASSAY_MARK_PASSED : ASSAY_MARK_FAILED;
    step->check->score = negated ? 1 - score : score;
}

void assay_score_is(struct assay_score_step *step, bool holds,
                    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    step->check->reason = assay_arena_vprintf(step->arena, format, args);
    va_end(args);
    set_result(step, holds, holds ? 1 : 0);
}

void assay_score_grade(struct assay_score_step *step, double score,
                       double threshold, const char *what)
{
    bool holds = score >= threshold;

    step->check->reason =
        assay_arena_printf(step->arena, "%s %.4f is %s %g", what, score,
                           holds ? "at least" : "below", threshold);
    set_result(step, holds, score);
}

void assay_score_error(struct assay_score_step *step, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    step->check->reason = assay_arena_vprintf(step->arena, format, args);
    va_end(args);
    step->check->mark = ASSAY_MARK_ERROR;
    step->check->score = 0;
}

/* ------------------------------------------------------ checking */

static bool check_assertion(struct assay_score_step *step, bool in_set,
                            struct assay_error *err);

static bool check_set(struct assay_score_step *step, struct assay_error *err)
{
    const struct assay_assertion *set = step->assertion;

    if (set->negated)
        return assay_fail(err, ASSAY_BAD_INPUT, "a set cannot be negated");
    if (set->count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "the set is empty");
    for (size_t i = 0; i < set->count; i++) {
        step->assertion = &set->of[i];
        if (!check_assertion(step, true, err))
            return assay_fail_in(err, "assertion %zu of the set", i + 1);
    }
    step->assertion = set;
    return true;
}

static bool refuse_type(struct assay_str type, struct assay_error *err)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (assay_str_is(type, refused[i].name))
            return assay_fail(err, ASSAY_BAD_INPUT, "not supported: %s",
                              refused[i].why);
    return assay_fail(err, ASSAY_BAD_INPUT, "no such assertion is known");
}

static bool check_assertion(struct assay_score_step *step, bool in_set,
                            struct assay_error *err)
{
    const struct assay_assertion *assertion = step->assertion;
    const struct assay_score_kind *kind = kind_of(assertion->type);
    bool ok;

    if (!(assertion->weight >= 0) || isinf(assertion->weight))
        ok = assay_fail(err, ASSAY_BAD_INPUT,
                        "the weight is %g, expected 0 or more",
                        assertion->weight);
    else if (assertion->threshold.given && isnan(assertion->threshold.value))
        ok = assay_fail(err, ASSAY_BAD_INPUT, "the threshold is no number");
    else if (assay_str_is(assertion->type, "assert-set"))
        ok = in_set ? assay_fail(err, ASSAY_BAD_INPUT, "a set in a set")
                    : check_set(step, err);
    else if (!kind)
        ok = refuse_type(assertion->type, err);
    else
        ok = !kind->accepts || kind->accepts(step, err);
    return ok || assay_fail_in(err, "%s%.*s", assertion->negated ? "not-" : "",
                               ASSAY_STR_ARG(assertion->type));
}

static const struct assay_judge *judge_of(const struct assay_scorer *scorer)
{
    return scorer->has_judge ? &scorer->judge : NULL;
}

bool assay_scorer_check(const struct assay_scorer *scorer,
                        struct assay_arena *arena, const struct assay_case *of,
                        struct assay_error *err)
{
    if (!assay_score_check_filters(scorer->patterns, arena, of, err))
        return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(of->where));
    for (size_t i = 0; i < of->assertion_count; i++) {
        struct assay_check unused = {0};
        struct assay_score_step step = {.arena = arena,
                                        .assertion = &of->assertions[i],
                                        .of = of,
                                        .judge = judge_of(scorer),
                                        .patterns = scorer->patterns,
                                        .check = &unused};

        if (!check_assertion(&step, false, err))
            return assay_fail_in(err, "%.*s: assertion %zu",
                                 ASSAY_STR_ARG(of->where), i + 1);
    }
    return true;
}

struct assay_scorer *assay_scorer_new(const struct assay_judge *judge,
                                      struct assay_error *err)
{
    struct assay_scorer *scorer = calloc(1, sizeof *scorer);

    if (!scorer) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for the scores");
        return NULL;
    }
    scorer->has_judge = judge != NULL;
    if (judge)
        scorer->judge = *judge;
    scorer->patterns = assay_pattern_shelf_new(err);
    if (scorer->patterns)
        return scorer;
    assay_scorer_free(scorer);
    return NULL;
}

void assay_scorer_free(struct assay_scorer *scorer)
{
    if (scorer)
        assay_pattern_shelf_free(scorer->patterns);
    free(scorer);
}

/* ------------------------------------------------------- scoring */

/* What several results add up to. */
struct sum {
    double score, weight;
    bool failed, error, graded;
};

static void add(struct sum *sum, const struct assay_check *check,
                const struct assay_assertion *of)
{
    sum->score += check->score * of->weight;
    sum->weight += of->weight;
    sum->graded |= check->score > 0 && check->score < 1;
    if (of->weight == 0)
        return;
    sum->failed |= check->mark == ASSAY_MARK_FAILED;
    sum->error |= check->mark == ASSAY_MARK_ERROR;
}

static enum assay_mark mark_of(const struct sum *sum,
                               struct assay_stated threshold, double *score)
{
    *score = sum->weight > 0 ? sum->score / sum->weight : 0;
    if (sum->error)
        return ASSAY_MARK_ERROR;
    if (threshold.given)
        return *score >= threshold.value ? ASSAY_MARK_PASSED
                                         : ASSAY_MARK_FAILED;
    return sum->failed ? ASSAY_MARK_FAILED : ASSAY_MARK_PASSED;
}

static void score_one(struct assay_score_step *step)
{
    const struct assay_score_kind *kind = kind_of(step->assertion->type);

    step->check->assertion = step->assertion;
    step->check->judge_text = ASSAY_STR("");
    step->check->judged = false;
    if (!kind) {
        assay_score_error(step, "%.*s is not known",
                          ASSAY_STR_ARG(step->assertion->type));
    } else if (!step->answer) {
        assay_score_error(step, "filters: %s", step->filter_error);
    } else if (step->answer->text.len > ASSAY_SCORE_MAX_BYTES) {
        assay_score_error(step, "the answer has %zu bytes; up to %d are scored",
                          step->answer->text.len, ASSAY_SCORE_MAX_BYTES);
    } else {
        kind->score(step);
    }
}

/* What the filters say when they fail is the reason of every check. */
static const struct assay_answer *filtered(const struct assay_scorer *scorer,
                                           struct assay_arena *arena,
                                           const struct assay_case *of,
                                           const struct assay_answer *answer,
                                           struct assay_error *err)
{
    struct assay_answer *cut = ASSAY_NEW(arena, struct assay_answer);

    *cut = *answer;
    if (of->filter_count == 0 ||
        assay_score_filter(scorer->patterns, arena, of, &cut->text, err))
        return cut;
    return NULL;
}

/* The set's own check, then those of its members, from *next on. */
static void score_set(struct assay_score_step *step, struct assay_check **next)
{
    const struct assay_assertion *set = step->assertion;
    struct assay_check *own = (*next)++;
    struct sum sum = {0};
    const struct assay_check *first_failed = NULL;

    for (size_t i = 0; i < set->count; i++) {
        step->assertion = &set->of[i];
        step->check = (*next)++;
        score_one(step);
        add(&sum, step->check, step->assertion);
        if (!first_failed && step->check->mark != ASSAY_MARK_PASSED &&
            step->assertion->weight > 0)
            first_failed = step->check;
    }
    *own = (struct assay_check){.assertion = set};
    own->mark = mark_of(&sum, set->threshold, &own->score);
    if (set->threshold.given && !sum.error)
        own->reason = assay_arena_printf(
            step->arena, "score %.2f of the set is %s %g", own->score,
            own->mark == ASSAY_MARK_PASSED ? "at least" : "below",
            set->threshold.value);
    else
        own->reason = first_failed ? first_failed->reason
                                   : ASSAY_STR("all of the set hold");
    step->assertion = set;
    step->check = own;
}

static size_t count_checks(const struct assay_case *of)
{
    size_t count = of->assertion_count;

    for (size_t i = 0; i < of->assertion_count; i++)
        count += of->assertions[i].count;
    return count;
}

void assay_score_answer(const struct assay_scorer *scorer,
                        struct assay_arena *arena, const struct assay_case *of,
                        const struct assay_answer *answer,
                        struct assay_scoring *score)
{
    struct assay_error err = {0};
    struct sum sum = {0};
    struct assay_check *next;

    *score = (struct assay_scoring){.mark = ASSAY_MARK_UNSCORED, .score = NAN};
    if (of->assertion_count == 0)
        return;
    score->count = count_checks(of);
    answer = filtered(scorer, arena, of, answer, &err);
    score->checks = ASSAY_NEW_ARRAY(arena, struct assay_check, score->count);
    next = score->checks;
    for (size_t i = 0; i < of->assertion_count; i++) {
        struct assay_score_step step = {
            .arena = arena,
            .assertion = &of->assertions[i],
            .of = of,
            .answer = answer,
            .judge = answer && answer->judge ? answer->judge : judge_of(scorer),
            .patterns = scorer->patterns,
            .check = next,
            .checks = score->checks,
            .filter_error = err.text,
        };

        if (assay_str_is(step.assertion->type, "assert-set")) {
            score_set(&step, &next);
        } else {
            next++;
            score_one(&step);
        }
        add(&sum, step.check, step.assertion);
    }
    score->mark = mark_of(&sum, of->threshold, &score->score);
    score->graded = sum.graded;
}
