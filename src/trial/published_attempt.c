/*
 * A published sample as an attempt that has ended: see published_parts.h.
 */
#include "trial/published_parts.h"

#include "assay/report.h"
#include "trial/ledger_parts.h"

#include <math.h>

static const struct assay_json *checks_of(struct assay_arena *arena,
                                          struct assay_str metric,
                                          const struct assay_sample *sample)
{
    struct assay_json *checks = assay_json_array(arena);
    struct assay_json *check = assay_json_add(checks, assay_json_object(arena));

    assay_json_set_text(arena, check, "type",
                        metric.len ? metric : ASSAY_STR("published"));
    assay_json_set_c(arena, check, "mark",
                     assay_mark_name(sample->passed ? ASSAY_MARK_PASSED
                                                    : ASSAY_MARK_FAILED));
    if (!isnan(sample->score))
        assay_json_set(check, "score", assay_json_real(arena, sample->score));
    assay_json_set_text(arena, check, "reason",
                        sample->reason.len ? sample->reason
                                           : ASSAY_STR("as published"));
    return checks;
}

/* Whose clock it was, and from when to when, is not known. */
static struct assay_str reported(struct assay_arena *arena,
                                 const struct assay_sample *sample)
{
    struct assay_json *said = assay_json_object(arena);

    if (!(sample->latency_ms > 0))
        return ASSAY_STR("");
    assay_json_set(said, "reported_latency_ms",
                   assay_json_real(arena, sample->latency_ms));
    assay_json_set_bool(arena, said, "comparable", false);
    return assay_json_line(arena, said);
}

void assay_published_attempt(struct assay_arena *arena, struct assay_str metric,
                             const struct assay_sample *sample,
                             struct assay_attempt *a)
{
    *a = (struct assay_attempt){
        .state = ASSAY_ATTEMPT_DONE,
        .final = true,
        .of = ASSAY_CLASS_ANSWERED,
        .cost_state = ASSAY_UNKNOWN,
        .mark = sample->unscored ? ASSAY_MARK_UNSCORED
                : sample->passed ? ASSAY_MARK_PASSED
                                 : ASSAY_MARK_FAILED,
        .score = sample->unscored ? (double)NAN : sample->score,
        .server = reported(arena, sample),
        .reply = {.text = sample->answer,
                  .reasoning = sample->reasoning,
                  .mean_logprob = (double)NAN},
    };
    if (sample->has_usage) {
        a->reply.usage_state = ASSAY_USAGE_RETURNED;
        a->reply.usage.input_tokens = sample->input_tokens;
        a->reply.usage.output_tokens = sample->output_tokens;
    }
    if (!sample->error.len) {
        a->checks = sample->unscored ? NULL : checks_of(arena, metric, sample);
        return;
    }
    a->state = ASSAY_ATTEMPT_FAILED;
    a->score = (double)NAN;
    a->message = sample->error;
    struct assay_str name = sample->error, rest;
    (void)assay_str_cut(sample->error, ':', &name, &rest);
    if (!assay_class_read(name, &a->of) || a->of == ASSAY_CLASS_ANSWERED)
        a->of = ASSAY_CLASS_SERVER_ERROR; /* why is not told in our words */
}
