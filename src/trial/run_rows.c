/*
 * One attempt as a JSON object, for rows that programs read: everything the
 * ledger has of it but times of the connection that are 0; and the same
 * without what differs between two runs whose answers are the same.
 */
#include "assay/report.h"

#include "trial/ledger_parts.h"

#include <math.h>

static void set_text(struct assay_arena *arena, struct assay_json *o,
                     const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, o, key, text);
}

static void set_ms(struct assay_arena *arena, struct assay_json *o,
                   const char *key, double ms)
{
    assay_json_set(o, key, assay_json_real(arena, ms));
}

static void set_wait(struct assay_arena *arena, struct assay_json *o,
                     const char *key, int64_t ns)
{
    set_ms(arena, o, key, ns < 0 ? (double)NAN : (double)ns / 1e6);
}

/* What the ledger keeps as JSON text; as text where it is none. */
static void set_parsed(struct assay_arena *arena, struct assay_json *o,
                       const char *key, struct assay_str text)
{
    struct assay_error ignored = {0};
    struct assay_json *value;

    if (!text.len)
        return;
    value = assay_json_parse(arena, text, NULL, &ignored);
    if (value)
        assay_json_set(o, key, value);
    else
        assay_json_set_text(arena, o, key, text);
}

static void set_case(struct assay_arena *arena, struct assay_json *o,
                     const struct assay_run *run,
                     const struct assay_run_case *at)
{
    set_text(arena, o, "run", run->id);
    assay_json_set_uint(arena, o, "place", at->place);
    assay_json_set_bool(arena, o, "counted", at->place < run->counted);
    assay_json_set_uint(arena, o, "number", at->number);
    assay_json_set_uint(arena, o, "unit", at->unit);
    assay_json_set_text(arena, o, "case", at->id);
    assay_json_set_text(arena, o, "prompt", at->prompt);
    set_text(arena, o, "description", at->description);
    set_text(arena, o, "where", at->where);
    set_text(arena, o, "cluster", at->cluster);
    if (at->vars)
        assay_json_set(o, "vars", assay_json_copy(arena, at->vars));
    set_parsed(arena, o, "input", at->input);
}

static void set_times(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_attempt *a)
{
    const struct assay_clocks *c = &a->clocks;
    const struct {
        const char *key;
        int64_t at;
    } clocks[] = {
        {"begun", c->begun},
        {"resolved", c->resolved},
        {"connected", c->connected},
        {"secured", c->secured},
        {"sending", c->sending},
        {"sent", c->sent},
        {"headers", c->headers},
        {"first_byte", c->first_byte},
        {"first_token", c->first_token},
        {"first_content", c->first_content},
        {"last_token", c->last_token},
        {"done", c->done},
    };
    struct assay_json *times;

    set_ms(arena, o, "latency_ms", assay_attempt_latency_ms(a));
    set_ms(arena, o, "first_token_ms", assay_attempt_first_token_ms(a));
    set_wait(arena, o, "queued_ms", a->queued_ns);
    set_wait(arena, o, "backed_off_ms", a->backed_off_ns);
    times = assay_json_set(o, "clock_ms", assay_json_object(arena));
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        if (clocks[i].at)
            set_ms(arena, times, clocks[i].key, (double)clocks[i].at / 1e6);
}

static void set_calls(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_completion *reply)
{
    struct assay_json *calls;

    if (!reply->call_count)
        return;
    calls = assay_json_set(o, "tool_calls", assay_json_array(arena));
    for (size_t i = 0; i < reply->call_count; i++) {
        struct assay_json *call =
            assay_json_add(calls, assay_json_object(arena));
        set_text(arena, call, "id", reply->calls[i].id);
        assay_json_set_text(arena, call, "name", reply->calls[i].name);
        assay_json_set_text(arena, call, "arguments",
                            reply->calls[i].arguments);
    }
}

static void set_reply(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_attempt *a)
{
    const struct assay_completion *reply = &a->reply;

    assay_json_set_text(arena, o, "text", reply->text);
    set_text(arena, o, "reasoning", reply->reasoning);
    set_text(arena, o, "refusal", reply->refusal);
    set_calls(arena, o, reply);
    assay_json_set_c(arena, o, "finish", assay_finish_name(reply->finish));
    set_text(arena, o, "finish_stated", reply->finish_stated);
    set_text(arena, o, "answered_by", reply->model);
    set_text(arena, o, "reply_id", reply->id);
    set_text(arena, o, "tier", reply->tier);
    set_text(arena, o, "fingerprint", reply->fingerprint);
    assay_json_set_c(arena, o, "usage_state",
                     assay_usage_state_name(reply->usage_state));
    if (reply->usage_state != ASSAY_USAGE_MISSING)
        set_parsed(arena, o, "usage", assay_usage_text(arena, &reply->usage));
    if (!isnan(reply->mean_logprob))
        set_ms(arena, o, "mean_logprob", reply->mean_logprob);
}

static void set_cost(struct assay_arena *arena, struct assay_json *o,
                     const struct assay_attempt *a)
{
    assay_json_set_c(arena, o, "cost_state", assay_state_name(a->cost_state));
    assay_json_set_text(arena, o, "cost_usd",
                        assay_decimal_text(arena, a->cost_usd));
    if (a->cost_state == ASSAY_UNKNOWN)
        assay_json_set_text(arena, o, "reserved_usd",
                            assay_decimal_text(arena, a->reserved_usd));
}

static void set_score(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_attempt *a)
{
    assay_json_set_c(arena, o, "mark", assay_mark_name(a->mark));
    assay_json_set(o, "score", assay_json_real(arena, a->score));
    if (a->checks)
        assay_json_set(o, "checks", assay_json_copy(arena, a->checks));
}

struct assay_json *assay_attempt_json(struct assay_arena *arena,
                                      const struct assay_run *run,
                                      const struct assay_attempt *a)
{
    struct assay_json *o = assay_json_object(arena);
    bool ended =
        a->state == ASSAY_ATTEMPT_DONE || a->state == ASSAY_ATTEMPT_FAILED;

    set_case(arena, o, run, a->at);
    if (a->route < run->route_count)
        assay_json_set_text(arena, o, "route", run->routes[a->route].id);
    assay_json_set_uint(arena, o, "repeat", a->repeat);
    if (a->attempt != ASSAY_ATTEMPT_UNTOLD)
        assay_json_set_uint(arena, o, "attempt", a->attempt);
    assay_json_set_c(arena, o, "state", assay_attempt_state_name(a->state));
    assay_json_set_bool(arena, o, "final", a->final);
    if (a->state == ASSAY_ATTEMPT_PLANNED)
        return o;
    if (ended) {
        assay_json_set_c(arena, o, "class", assay_class_name(a->of));
        assay_json_set_uint(arena, o, "status", a->status);
        set_times(arena, o, a);
    }
    set_cost(arena, o, a);
    if (a->state == ASSAY_ATTEMPT_DONE) {
        set_reply(arena, o, a);
        set_score(arena, o, a);
    }
    set_text(arena, o, "message", a->message);
    set_parsed(arena, o, "server", a->server);
    set_text(arena, o, "raw", a->raw);
    return o;
}

/* ------------------------------------------------------- the same again */

bool assay_attempt_is_answer(const struct assay_run *run,
                             const struct assay_attempt *attempt)
{
    return attempt->final && attempt->at->place < run->counted;
}

/* A time that was measured stands in the reason of what limits it, and of a
   set that fails by it. */
static bool tells_time(const struct assay_json *check)
{
    struct assay_str type = assay_json_text(check, "type");

    return assay_str_ends(type, "latency") ||
           (assay_str_ends(type, "assert-set") &&
            assay_str_starts(assay_json_text(check, "reason"), "latency "));
}

static const struct assay_json *stable_checks(struct assay_arena *arena,
                                              const struct assay_json *checks)
{
    struct assay_json *copy = assay_json_copy(arena, checks);

    for (struct assay_json *c = copy->first; c; c = c->next) {
        struct assay_json *reason = assay_json_get(c, "reason");
        if (reason && tells_time(c))
            reason->text = ASSAY_STR("the time that was measured");
    }
    return copy;
}

/* Providers draw the ids of calls, too. */
static void keep_calls(struct assay_arena *arena,
                       struct assay_completion *reply)
{
    struct assay_tool_call *calls =
        ASSAY_NEW_ARRAY(arena, struct assay_tool_call, reply->call_count);

    for (size_t i = 0; i < reply->call_count; i++) {
        calls[i] = reply->calls[i];
        calls[i].id = ASSAY_STR("");
    }
    reply->calls = calls;
}

struct assay_attempt assay_attempt_stable(struct assay_arena *arena,
                                          const struct assay_attempt *attempt)
{
    struct assay_attempt a = *attempt;

    a.attempt = ASSAY_ATTEMPT_UNTOLD;
    a.clocks = (struct assay_clocks){0};
    a.queued_ns = a.backed_off_ns = -1; /* not told */
    a.message = a.server = a.raw = a.reply.id = ASSAY_STR("");
    /* what a cache held is no part of the answer */
    a.reply.usage.cache_read_tokens = 0;
    a.reply.usage.cache_write_tokens = a.reply.usage.cache_write_1h_tokens = 0;
    keep_calls(arena, &a.reply);
    if (a.checks)
        a.checks = stable_checks(arena, a.checks);
    return a;
}
