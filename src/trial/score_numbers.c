/*
 * Assertions about what an answer took and how it ended: latency, cost,
 * finish-reason. What is not known is an error, never a pass.
 */
#include "trial/score_parts.h"

#include <strings.h>

static bool accepts_limit(struct assay_score_step *step,
                          struct assay_error *err)
{
    return step->assertion->threshold.given ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a threshold");
}

static void score_limit(struct assay_score_step *step,
                        struct assay_stated value, const char *what,
                        const char *unit)
{
    double limit = step->assertion->threshold.value;

    if (!value.given) {
        assay_score_error(step, "the %s of this answer is not known", what);
        return;
    }
    assay_score_is(step, value.value <= limit, "%s %g %s is %s %g", what,
                   value.value, unit, value.value <= limit ? "within" : "above",
                   limit);
}

static void score_latency(struct assay_score_step *step)
{
    score_limit(step, step->answer->latency_ms, "latency", "ms");
}

static void score_cost(struct assay_score_step *step)
{
    score_limit(step, step->answer->cost_usd, "cost", "dollars");
}

static bool accepts_finish(struct assay_score_step *step,
                           struct assay_error *err)
{
    return assay_json_is(step->assertion->value, ASSAY_JSON_STRING) ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a finish reason");
}

static void score_finish(struct assay_score_step *step)
{
    struct assay_str wanted = step->assertion->value->text;
    struct assay_str got = step->answer->finish;

    assay_score_is(step,
                   got.len > 0 && got.len == wanted.len &&
                       strncasecmp(got.at, wanted.at, got.len) == 0,
                   "the answer ended with \"%.*s\", asked for \"%.*s\"",
                   ASSAY_STR_ARG(got), ASSAY_STR_ARG(wanted));
}

const struct assay_score_kind assay_score_number_kinds[] = {
    {"latency", accepts_limit, score_latency},
    {"cost", accepts_limit, score_cost},
    {"finish-reason", accepts_finish, score_finish},
    {0},
};
