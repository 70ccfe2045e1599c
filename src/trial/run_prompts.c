/*
 * A run prompt by prompt: the attempts of a walk gathered until the next
 * prompt begins, so that answers can stand side by side. What is held is one
 * prompt with its answers, however long the run is.
 */
#include "assay/report.h"

#include "trial/run_judges.h"

#include <math.h>

struct gather {
    const struct assay_run *run;
    const struct assay_label *labels; /* of the run, in the walk's order */
    size_t label_count, next_label;
    bool (*each)(void *context, struct assay_arena *arena,
                 const struct assay_run_prompt *prompt);
    void *context;
    struct assay_arena arena; /* of the prompt in hand */
    struct assay_run_prompt prompt;
    struct assay_run_case at;
    bool begun, stopped;
};

/* ------------------------------------------------------- what is kept */

static struct assay_str keep(struct assay_arena *arena, struct assay_str text)
{
    return assay_arena_copy(arena, text);
}

static const struct assay_json *keep_json(struct assay_arena *arena,
                                          const struct assay_json *value)
{
    return value ? assay_json_copy(arena, value) : NULL;
}

static void keep_reply(struct assay_arena *arena,
                       struct assay_completion *reply)
{
    struct assay_tool_call *calls =
        ASSAY_NEW_ARRAY(arena, struct assay_tool_call, reply->call_count);

    for (size_t i = 0; i < reply->call_count; i++)
        calls[i] = (struct assay_tool_call){
            .id = keep(arena, reply->calls[i].id),
            .name = keep(arena, reply->calls[i].name),
            .arguments = keep(arena, reply->calls[i].arguments),
        };
    reply->calls = calls;
    reply->text = keep(arena, reply->text);
    reply->reasoning = keep(arena, reply->reasoning);
    reply->refusal = keep(arena, reply->refusal);
    reply->finish_stated = keep(arena, reply->finish_stated);
    reply->model = keep(arena, reply->model);
    reply->id = keep(arena, reply->id);
    reply->tier = keep(arena, reply->tier);
    reply->fingerprint = keep(arena, reply->fingerprint);
}

/* All of it but the raw body, which nobody reads side by side. */
struct assay_attempt *assay_attempt_keep(struct assay_arena *arena,
                                         const struct assay_attempt *attempt)
{
    struct assay_attempt *kept = ASSAY_NEW(arena, struct assay_attempt);

    *kept = *attempt;
    kept->at = NULL;
    kept->message = keep(arena, attempt->message);
    kept->server = keep(arena, attempt->server);
    kept->checks = keep_json(arena, attempt->checks);
    kept->raw = ASSAY_STR("");
    keep_reply(arena, &kept->reply);
    return kept;
}

static void begin(struct gather *g, const struct assay_run_case *at)
{
    assay_arena_free(&g->arena);
    g->at = (struct assay_run_case){
        .place = at->place,
        .number = at->number,
        .unit = at->unit,
        .id = keep(&g->arena, at->id),
        .prompt = keep(&g->arena, at->prompt),
        .description = keep(&g->arena, at->description),
        .where = keep(&g->arena, at->where),
        .cluster = keep(&g->arena, at->cluster),
        .vars = keep_json(&g->arena, at->vars),
        .input = keep(&g->arena, at->input),
    };
    g->prompt = (struct assay_run_prompt){
        .run = g->run,
        .at = &g->at,
        .counted = at->place < g->run->counted,
        .ends = ASSAY_NEW_ARRAY(&g->arena, const struct assay_attempt *,
                                (size_t)g->run->repeats * g->run->route_count),
        .labels =
            ASSAY_NEW_ARRAY(&g->arena, const struct assay_label *,
                            (size_t)g->run->repeats * g->run->route_count),
    };
    g->begun = true;
}

/* ------------------------------------------------------- disagreement */

static bool is_scored(const struct assay_attempt *a)
{
    return a->mark == ASSAY_MARK_PASSED || a->mark == ASSAY_MARK_FAILED;
}

static bool differ(const struct assay_attempt *a, const struct assay_attempt *b)
{
    if (!a || !b || a->state != ASSAY_ATTEMPT_DONE ||
        b->state != ASSAY_ATTEMPT_DONE)
        return false;
    if (is_scored(a) && is_scored(b))
        return a->mark != b->mark;
    return a->mark == ASSAY_MARK_UNSCORED && b->mark == ASSAY_MARK_UNSCORED &&
           !assay_str_equal(assay_str_trim(a->reply.text),
                            assay_str_trim(b->reply.text));
}

static bool disagrees(const struct assay_run_prompt *prompt)
{
    size_t routes = prompt->run->route_count;

    for (size_t repeat = 0; repeat < prompt->run->repeats; repeat++) {
        const struct assay_attempt *const *ends =
            prompt->ends + repeat * routes;
        for (size_t a = 0; a < routes; a++)
            for (size_t b = a + 1; b < routes; b++)
                if (differ(ends[a], ends[b]))
                    return true;
    }
    return false;
}

/* ------------------------------------------------------- the walk */

static bool hand_over(struct gather *g)
{
    g->prompt.differs = g->prompt.counted && disagrees(&g->prompt);
    g->stopped = !g->each(g->context, &g->arena, &g->prompt);
    return !g->stopped;
}

static bool take(void *context, struct assay_arena *arena,
                 const struct assay_attempt *a)
{
    struct gather *g = context;

    (void)arena;
    if (g->begun && a->at->place != g->at.place && !hand_over(g))
        return false;
    if (!g->begun || a->at->place != g->at.place)
        begin(g, a->at);
    g->prompt.asked |= a->state != ASSAY_ATTEMPT_PLANNED;
    if (a->final && a->route < g->run->route_count &&
        a->repeat < g->run->repeats) {
        struct assay_attempt *kept = assay_attempt_keep(&g->arena, a);
        size_t at = a->repeat * g->run->route_count + a->route;
        kept->at = &g->at;
        g->prompt.ends[at] = kept;
        g->prompt.labels[at] =
            assay_label_next(g->labels, g->label_count, &g->next_label, a);
    }
    return true;
}

bool assay_run_prompts(struct assay_ledger *ledger, const struct assay_run *run,
                       bool (*each)(void *context, struct assay_arena *arena,
                                    const struct assay_run_prompt *prompt),
                       void *context, struct assay_error *err)
{
    struct gather g = {.run = run, .each = each, .context = context};
    struct assay_arena arena = {0};
    struct assay_label *labels;
    bool ok = assay_ledger_labels(ledger, &arena, run->id, &labels,
                                  &g.label_count, err);

    g.labels = labels;
    ok = ok && assay_ledger_attempts(ledger, run->id, take, &g, err);
    if (ok && g.begun && !g.stopped)
        (void)hand_over(&g);
    assay_arena_free(&g.arena);
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- one attempt */

double assay_attempt_latency_ms(const struct assay_attempt *attempt)
{
    const struct assay_clocks *c = &attempt->clocks;
    int64_t from = c->sending ? c->sending : c->begun;

    if (attempt->state != ASSAY_ATTEMPT_DONE || c->done <= from)
        return (double)NAN;
    return (double)(c->done - from) / 1e6;
}

double assay_attempt_first_token_ms(const struct assay_attempt *attempt)
{
    const struct assay_clocks *c = &attempt->clocks;
    int64_t from = c->sending ? c->sending : c->begun;

    if (attempt->state != ASSAY_ATTEMPT_DONE || c->first_token <= from)
        return (double)NAN;
    return (double)(c->first_token - from) / 1e6;
}
