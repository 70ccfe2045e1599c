/*
 * How fast a route is asked, and how often again: see trial_parts.h.
 */
#include "trial/trial_parts.h"

#include <math.h>
#include <string.h>

enum {
    START = 4,
    BACK_OFF = 500,
    BACK_OFF_MOST = 30000,
    BREAKER = 2000,
    MOST_RESTS = 8, /* doublings */
};

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

void assay_pace_init(struct assay_pace *pace, uint32_t most, bool full_speed,
                     uint64_t seed)
{
    *pace = (struct assay_pace){
        .most = most,
        .limit = full_speed || most < START ? most : START,
        .random = {seed},
    };
}

bool assay_pace_rests(const struct assay_pace *pace)
{
    return pace->rest_until != 0;
}

bool assay_pace_may_send(const struct assay_pace *pace, uint32_t in_flight,
                         int64_t now)
{
    if (now < pace->pause_until || now < pace->rest_until)
        return false;
    if (assay_pace_rests(pace))
        return in_flight == 0 && !pace->trying;
    return in_flight < (uint32_t)pace->limit;
}

/* ------------------------------------------------------- the last minute */

/* The counters of a second, emptied when they are of an older one. */
static size_t slot_of(struct assay_pace *pace, int64_t now)
{
    int64_t second = now / SECOND;
    size_t at = (size_t)(second % 60);

    if (pace->second[at] != second) {
        pace->second[at] = second;
        pace->offered[at] = pace->retried[at] = 0;
    }
    return at;
}

void assay_pace_offered(struct assay_pace *pace, int64_t now)
{
    pace->offered[slot_of(pace, now)]++;
    if (assay_pace_rests(pace))
        pace->trying = true;
}

bool assay_pace_may_retry(struct assay_pace *pace, uint64_t retries_of_run,
                          int64_t now)
{
    size_t at = slot_of(pace, now);
    uint64_t offered = 0, retried = 0;

    for (size_t i = 0; i < 60; i++)
        if (pace->second[i] > now / SECOND - 60) {
            offered += pace->offered[i];
            retried += pace->retried[i];
        }
    if (retries_of_run >= ASSAY_PACE_FREE_RETRIES &&
        (retried + 1) * 5 > offered)
        return false;
    pace->retried[at]++;
    return true;
}

/* ------------------------------------------------------- what came back */

static bool is_too_much(enum assay_outcome_class of)
{
    return of == ASSAY_CLASS_RATE_LIMITED || of == ASSAY_CLASS_OVERLOADED;
}

void assay_pace_ended(struct assay_pace *pace, enum assay_outcome_class of,
                      int64_t retry_after_ms, int64_t sent, int64_t now)
{
    pace->reached |= of != ASSAY_CLASS_CONNECT && of != ASSAY_CLASS_CANCELLED;
    if (of == ASSAY_CLASS_ANSWERED) {
        pace->answered = true;
        pace->limit = fmin(pace->most, pace->limit + 1 / pace->limit);
        return;
    }
    if (!is_too_much(of))
        return;
    /* One burst is one reason to slow down, not as many as it had answers. */
    if (sent >= pace->cut_at) {
        pace->limit = fmax(1, pace->limit / 2);
        pace->cut_at = now;
    }
    if (retry_after_ms > 0 &&
        now + retry_after_ms * MILLISECOND > pace->pause_until)
        pace->pause_until = now + retry_after_ms * MILLISECOND;
}

void assay_pace_settled(struct assay_pace *pace, bool answered,
                        const struct assay_trial_tempo *tempo, int64_t now)
{
    if (answered) {
        pace->failures = pace->rests = 0;
        pace->rest_until = 0;
        pace->trying = false;
        return;
    }
    pace->failures++;
    if (assay_pace_rests(pace) ? !pace->trying
                               : pace->failures < ASSAY_PACE_FAILURES)
        return; /* one that was under way when the breaker opened */
    uint32_t base = tempo->breaker ? tempo->breaker : BREAKER;
    uint32_t doublings = pace->rests < MOST_RESTS ? pace->rests : MOST_RESTS;
    uint64_t rest_ms = (uint64_t)base << doublings;
    rest_ms = rest_ms / 2 + assay_random_below(&pace->random, rest_ms / 2 + 1);
    pace->rests++;
    pace->trying = false;
    pace->rest_until = now + (int64_t)rest_ms * MILLISECOND;
}

const char *assay_pace_is_down(const struct assay_pace *pace)
{
    if (pace->rests >
        (pace->answered ? ASSAY_PACE_RESTS : ASSAY_PACE_RESTS_UNANSWERED))
        return "again and again";
    /* a name that leads nowhere, a closed port: it may be starting up */
    if (pace->rests > ASSAY_PACE_RESTS_UNREACHED && !pace->reached)
        return "never a connection";
    return NULL;
}

int64_t assay_pace_back_off(struct assay_pace *pace, uint32_t retry,
                            int64_t retry_after_ms,
                            const struct assay_trial_tempo *tempo)
{
    uint64_t base = tempo->back_off ? tempo->back_off : BACK_OFF;
    uint64_t most = tempo->back_off_most ? tempo->back_off_most : BACK_OFF_MOST;
    uint64_t wait = base << retry;

    if (retry_after_ms > 0)
        return retry_after_ms +
               (int64_t)assay_random_below(&pace->random,
                                           (uint64_t)retry_after_ms / 10 + 1);
    if (wait > most)
        wait = most;
    return (int64_t)assay_random_below(&pace->random, wait + 1);
}
