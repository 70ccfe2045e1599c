/*
 * An answer's marks: scored, and written into its attempt as the ledger and
 * its readers have them.
 */
#include "trial/trial_parts.h"

/* What a person needs to judge the same, and what the judge said. */
static void set_judge(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_check *check)
{
    assay_json_set_text(arena, o, "judged_by", check->assertion->judge);
    assay_json_set_text(arena, o, "criterion", check->assertion->value->text);
    assay_json_set_uint(arena, o, "votes", check->votes);
    assay_json_set_uint(arena, o, "agreed", check->agreed);
    if (check->judge_text.len)
        assay_json_set_text(arena, o, "judge", check->judge_text);
}

static struct assay_json *check_json(struct assay_arena *arena,
                                     const struct assay_check *check)
{
    struct assay_json *o = assay_json_object(arena);
    const struct assay_assertion *a = check->assertion;

    assay_json_set_text(arena, o, "type",
                        a->negated ? assay_arena_printf(arena, "not-%.*s",
                                                        ASSAY_STR_ARG(a->type))
                                   : a->type);
    if (a->metric.len)
        assay_json_set_text(arena, o, "metric", a->metric);
    assay_json_set_c(arena, o, "mark", assay_mark_name(check->mark));
    assay_json_set(o, "score", assay_json_real(arena, check->score));
    assay_json_set_text(arena, o, "reason", check->reason);
    if (check->judged)
        set_judge(arena, o, check);
    return o;
}

void assay_trial_mark(const struct assay_trial *trial,
                      struct assay_arena *arena, const struct assay_case *of,
                      struct assay_attempt *a, struct assay_answer *answer)
{
    int64_t took = a->clocks.done - a->clocks.begun;
    struct assay_scoring scoring = {0};
    struct assay_json *checks = assay_json_array(arena);

    answer->text = a->reply.text;
    answer->calls = a->reply.calls;
    answer->call_count = a->reply.call_count;
    answer->finish = assay_str_c(assay_finish_name(a->reply.finish));
    answer->latency_ms =
        (struct assay_stated){true, took > 0 ? (double)took / 1e6 : 0};
    if (a->cost_state == ASSAY_KNOWN || a->cost_state == ASSAY_FREE)
        answer->cost_usd =
            (struct assay_stated){true, assay_decimal_double(a->cost_usd)};
    assay_score_answer(trial->scorer, arena, of, answer, &scoring);
    a->mark = scoring.mark;
    a->score = scoring.score;
    for (size_t i = 0; i < scoring.count; i++)
        assay_json_add(checks, check_json(arena, &scoring.checks[i]));
    a->checks = scoring.count ? checks : NULL;
}
