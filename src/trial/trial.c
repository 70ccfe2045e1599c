/*
 * A trial from its first check to its last row: what it holds, and the
 * conductor that hands out prompts and knows when to stop.
 */
#include "assay/trial.h"

#include "base/pool.h"
#include "trial/trial_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MILLISECOND INT64_C(1000000)

int64_t assay_trial_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void assay_trial_cond(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void assay_trial_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
                      int64_t until)
{
    struct timespec at = {until / 1000000000, until % 1000000000};

    (void)pthread_cond_timedwait(cond, lock, &at);
}

size_t assay_trial_cell(const struct assay_trial *trial, size_t lane,
                        uint64_t ticket)
{
    return lane * trial->tickets + ticket;
}

bool assay_trial_case(const struct assay_trial *trial, uint64_t ticket,
                      struct assay_arena *arena, struct assay_case *to,
                      struct assay_error *err)
{
    uint64_t place = ticket / trial->options.run->repeats;

    return assay_suite_case(trial->options.suite, trial->order.case_at[place],
                            arena, to, err);
}

bool assay_trial_waits(const struct assay_lane *lane, uint64_t ticket)
{
    const struct assay_trial *trial = lane->trial;

    return trial->attempts[assay_trial_cell(trial, lane->number, ticket)]
        .answered;
}

struct assay_spent assay_trial_worst(const struct assay_lane *lane,
                                     const struct assay_case *of)
{
    const struct assay_trial_options *options = &lane->trial->options;
    struct assay_arena arena = {0};
    struct assay_error ignored = {0};
    struct assay_spent worst = {.state = ASSAY_FREE};
    struct assay_chat chat;

    if (lane->tariff.free)
        return worst;
    if (assay_case_chat(&arena, of, &lane->route->chat, options->max_tokens,
                        &chat, &ignored))
        worst = assay_tariff_worst(&lane->tariff, of, &chat);
    assay_arena_free(&arena);
    return worst;
}

uint32_t assay_trial_parallel(const struct assay_trial_options *o,
                              const struct assay_trial_route *route)
{
    uint32_t most = o->concurrency      ? o->concurrency
                    : route->in_process ? ASSAY_TRIAL_PARALLEL / 2
                                        : ASSAY_TRIAL_PARALLEL;

    return most < ASSAY_TRIAL_MOST ? most : ASSAY_TRIAL_MOST;
}

void assay_trial_lane_down(struct assay_lane *lane, const char *why)
{
    if (why != lane->why)
        (void)snprintf(lane->why, sizeof lane->why, "%s", why);
    lane->down = true;
    lane->trial->down[lane->number] = true;
    pthread_cond_broadcast(&lane->trial->rest);
    pthread_cond_signal(&lane->trial->news);
}

struct assay_str assay_trial_why_down(const struct assay_trial *trial,
                                      size_t route)
{
    const struct assay_lane *lane = &trial->lanes[route];

    return lane->down ? assay_str_c(lane->why) : ASSAY_STR("");
}

struct assay_str assay_trial_why_unjudged(const struct assay_trial *trial)
{
    return assay_str_c(trial->judge_why);
}

/* ------------------------------------------------------- handing out */

static bool is_open(const struct assay_trial *trial, size_t lane,
                    uint64_t ticket)
{
    return trial->cells[assay_trial_cell(trial, lane, ticket)].end ==
           ASSAY_CELL_OPEN;
}

static void hand_out(struct assay_lane *lane, int64_t now)
{
    lane->waiting[(lane->first + lane->count) % lane->most] = lane->cursor++;
    lane->count++;
    lane->in_flight++;
    assay_pace_offered(&lane->pace, now);
    if (lane->taking && lane->count == 1)
        return;
    if (lane->count > lane->idle + lane->taking &&
        lane->thread_count < lane->most &&
        assay_thread_start(&lane->threads[lane->thread_count], assay_lane_work,
                           lane))
        lane->thread_count++;
    pthread_cond_signal(&lane->work);
}

static bool may_send(const struct assay_lane *lane, int64_t now)
{
    return lane->in_flight < lane->most &&
           assay_pace_may_send(&lane->pace, lane->in_flight, now);
}

/* Past the tickets that ended before the run was gone on with. */
static void skip_ended(struct assay_trial *trial, struct assay_lane *lane)
{
    while (lane->cursor < trial->tickets &&
           !is_open(trial, lane->number, lane->cursor))
        lane->cursor++;
}

/* Nothing is under way that could give money back. */
static bool is_idle(const struct assay_trial *trial)
{
    for (size_t i = 0; i < trial->options.route_count; i++)
        if (trial->lanes[i].in_flight)
            return false;
    return true;
}

void assay_trial_stop(struct assay_trial *trial, enum assay_stop_reason reason)
{
    if (trial->stopping)
        return;
    trial->stopping = reason;
    pthread_cond_broadcast(&trial->rest);
}

/* The limit does not allow one more: what is under way may give some back. */
static bool refuse_money(struct assay_trial *trial)
{
    if (is_idle(trial))
        assay_trial_stop(trial, ASSAY_STOP_BUDGET);
    return false;
}

/* A lane that fell behind, or tries whether its route is back. */
static bool send_behind(struct assay_trial *trial, int64_t now)
{
    bool sent = false;

    for (size_t i = 0; i < trial->options.route_count; i++) {
        struct assay_lane *lane = &trial->lanes[i];
        if (lane->down)
            continue;
        skip_ended(trial, lane);
        if (lane->cursor >= trial->tickets || !may_send(lane, now) ||
            (lane->cursor >= trial->cursor && !assay_pace_rests(&lane->pace)))
            continue;
        if (!assay_trial_set_aside(lane, lane->cursor))
            return refuse_money(trial);
        hand_out(lane, now);
        sent = true;
        if (lane->cursor > trial->cursor)
            trial->cursor = lane->cursor;
    }
    return sent;
}

/*
 * The next ticket that some lane in step has to send, and those lanes. A lane
 * that has sent it already (in a run that is gone on with) is ahead of the
 * others for a while. False: one has to wait, or there is none.
 */
static bool gather_in_step(struct assay_trial *trial, int64_t now,
                           size_t *count)
{
    uint64_t next = trial->tickets;

    *count = 0;
    for (size_t i = 0; i < trial->options.route_count; i++) {
        struct assay_lane *lane = &trial->lanes[i];
        if (lane->down || lane->cursor < trial->cursor ||
            assay_pace_rests(&lane->pace) || lane->cursor > next)
            continue;
        if (lane->cursor < next)
            *count = 0;
        next = lane->cursor;
        trial->sending[(*count)++] = i;
    }
    if (next == trial->tickets)
        return false;
    trial->cursor = next;
    for (size_t i = 0; i < *count; i++)
        if (!may_send(&trial->lanes[trial->sending[i]], now))
            return false;
    return true;
}

static bool reserve_all(struct assay_trial *trial, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (assay_trial_set_aside(&trial->lanes[trial->sending[i]],
                                  trial->cursor))
            continue;
        while (i-- > 0)
            assay_trial_put_back(&trial->lanes[trial->sending[i]],
                                 trial->cursor);
        return false;
    }
    return true;
}

/* The next prompt, to all routes together, in an order drawn each time. */
static bool send_in_step(struct assay_trial *trial, int64_t now)
{
    size_t count;

    if (!gather_in_step(trial, now, &count))
        return false;
    if (!reserve_all(trial, count))
        return refuse_money(trial);
    for (size_t i = count; i-- > 1;) { /* Fisher and Yates */
        size_t j = (size_t)assay_random_below(&trial->random, i + 1);
        size_t lane = trial->sending[i];
        trial->sending[i] = trial->sending[j];
        trial->sending[j] = lane;
    }
    for (size_t i = 0; i < count; i++)
        hand_out(&trial->lanes[trial->sending[i]], now);
    trial->cursor++;
    return true;
}

/* ------------------------------------------------------- looking */

static bool unit_has_ended(const struct assay_trial *trial, uint64_t from,
                           uint64_t to)
{
    for (size_t i = 0; i < trial->options.route_count; i++)
        for (uint64_t t = from; !trial->down[i] && t < to; t++)
            if (is_open(trial, i, t))
                return false;
    return true;
}

static bool add_unit(struct assay_trial *trial, uint64_t from, uint64_t to,
                     struct assay_error *err)
{
    struct assay_unit_difference d;

    for (size_t i = 0; i < trial->looking.count; i++) {
        struct assay_look_line *line = &trial->looking.lines[i];
        if (trial->down[line->a] || trial->down[line->b] ||
            !assay_unit_compare(
                &trial->cells[assay_trial_cell(trial, line->a, from)],
                &trial->cells[assay_trial_cell(trial, line->b, from)],
                (size_t)(to - from), &d))
            continue;
        line->left -= d.is_for_both;
        if ((d.has_answered &&
             !assay_sequential_add(&line->answered, d.answered, err)) ||
            (d.has_served &&
             !assay_sequential_add(&line->served, d.served, err)))
            return false;
    }
    return true;
}

static bool some_live(const struct assay_trial *trial)
{
    for (size_t i = 0; i < trial->options.route_count; i++)
        if (!trial->down[i])
            return true;
    return false;
}

/* Takes in every unit that has ended, in order, and stops when it may. */
static void look(struct assay_trial *trial)
{
    uint32_t repeats = trial->options.run->repeats;
    const struct assay_trial_order *order = &trial->order;
    struct assay_looking *looking = &trial->looking;

    while (looking->units < order->units && !trial->stopping &&
           some_live(trial)) {
        uint64_t from = order->first[looking->units] * repeats;
        uint64_t to = order->first[looking->units + 1] * repeats;
        if (!unit_has_ended(trial, from, to))
            return;
        if (!add_unit(trial, from, to, &trial->err)) {
            trial->failed = true;
            return;
        }
        looking->units++;
        enum assay_stop_reason reason = assay_looking_conclude(
            looking, trial->down, order->units - looking->units);
        if (reason) {
            trial->counted = order->first[looking->units];
            assay_trial_stop(trial, reason);
        }
    }
}

/* ------------------------------------------------------- the conductor */

static size_t live_lanes(const struct assay_trial *trial)
{
    size_t live = 0;

    for (size_t i = 0; i < trial->options.route_count; i++)
        live += !trial->down[i];
    return live;
}

/* Every ticket is handed out, on every route that lives. */
static bool all_handed_out(struct assay_trial *trial)
{
    for (size_t i = 0; i < trial->options.route_count; i++) {
        struct assay_lane *lane = &trial->lanes[i];
        if (!lane->down)
            skip_ended(trial, lane);
        if (!lane->down && lane->cursor < trial->tickets)
            return false;
    }
    return true;
}

static void check_limits(struct assay_trial *trial, int64_t now)
{
    size_t live = live_lanes(trial);

    if (trial->deadline && now >= trial->deadline)
        assay_trial_stop(trial, ASSAY_STOP_TIME);
    /* alone, a route has nobody to be compared with */
    if (live == 0 || (live == 1 && trial->options.route_count > 1))
        assay_trial_stop(trial, ASSAY_STOP_INTERRUPTED);
}

/* Nothing is under way, and nothing more will be. */
static bool is_over(struct assay_trial *trial)
{
    return is_idle(trial) &&
           (trial->stopping || trial->failed || all_handed_out(trial));
}

void assay_trial_advance(struct assay_trial *trial)
{
    int64_t now = assay_trial_now();

    look(trial);
    check_limits(trial, now);
    while (!trial->stopping && !trial->failed &&
           (send_behind(trial, now) || send_in_step(trial, now)))
        continue;
    if (is_over(trial))
        pthread_cond_signal(&trial->news);
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static double p50_of(const struct assay_lane *lane)
{
    float sorted[ASSAY_TRIAL_TIMES];
    size_t n = lane->timed < ASSAY_TRIAL_TIMES ? (size_t)lane->timed
                                               : ASSAY_TRIAL_TIMES;

    if (n == 0)
        return (double)NAN;
    memcpy(sorted, lane->times, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_size);
    return (double)sorted[n / 2];
}

/* With the lock held for the copy alone. */
static void show(struct assay_trial *trial,
                 const struct assay_trial_watcher *watcher,
                 struct assay_trial_lane *lanes, struct assay_trial_line *lines)
{
    struct assay_trial_progress progress = {
        .prompts = trial->options.run->case_count,
        .elapsed_ms = (assay_trial_now() - trial->begun) / MILLISECOND,
        .lanes = lanes,
        .lane_count = trial->options.route_count,
        .lines = lines,
        .line_count = trial->looking.count,
        .judges = {ASSAY_NOT_APPLICABLE, {0}},
    };

    if (!watcher->show)
        return;
    progress.done = trial->order.first[trial->looking.units];
    for (size_t i = 0; i < trial->judge_count; i++)
        assay_spent_add(&progress.judges,
                        assay_purse_spent(&trial->judges[i].purse));
    for (size_t i = 0; i < progress.lane_count; i++) {
        const struct assay_lane *lane = &trial->lanes[i];
        lanes[i] = lane->shown;
        lanes[i].in_flight = lane->in_flight;
        lanes[i].spared = lane->spared;
        lanes[i].down = lane->down;
        lanes[i].p50_ms = p50_of(lane);
        lanes[i].spent = assay_purse_spent(&lane->purse);
    }
    for (size_t i = 0; i < progress.line_count; i++) {
        const struct assay_look_line *line = &trial->looking.lines[i];
        const struct assay_look *now = &line->answered.now;
        lines[i] = (struct assay_trial_line){
            line->a, line->b, now->wins_a, now->wins_b,
            trial->options.run->rule.mode == ASSAY_TRIAL_FIXED
                ? (double)NAN
                : exp(now->log_e)};
    }
    pthread_mutex_unlock(&trial->lock);
    watcher->show(watcher->context, &progress);
    pthread_mutex_lock(&trial->lock);
}

/* When to look again if nothing happens before. */
static int64_t next_look(const struct assay_trial *trial, int64_t shown)
{
    int64_t at = shown + 100 * MILLISECOND;
    int64_t now = assay_trial_now();

    for (size_t i = 0; i < trial->options.route_count; i++) {
        const struct assay_pace *pace = &trial->lanes[i].pace;
        if (pace->pause_until > now && pace->pause_until < at)
            at = pace->pause_until;
        if (pace->rest_until > now && pace->rest_until < at)
            at = pace->rest_until;
    }
    if (trial->deadline && !trial->stopping && trial->deadline < at)
        at = trial->deadline;
    return at;
}

void assay_trial_conduct(struct assay_trial *trial,
                         const struct assay_trial_watcher *watcher)
{
    size_t n = trial->options.route_count;
    struct assay_trial_lane *lanes =
        ASSAY_NEW_ARRAY(&trial->arena, struct assay_trial_lane, n);
    struct assay_trial_line *lines = ASSAY_NEW_ARRAY(
        &trial->arena, struct assay_trial_line, trial->looking.count + 1);
    int64_t shown = 0;

    pthread_mutex_lock(&trial->lock);
    for (;;) {
        int64_t now = assay_trial_now();
        if (watcher->stop && watcher->stop(watcher->context))
            assay_trial_stop(trial, ASSAY_STOP_INTERRUPTED);
        assay_trial_advance(trial);
        if (is_over(trial))
            break;
        if (now - shown >= 100 * MILLISECOND) {
            show(trial, watcher, lanes, lines);
            shown = now;
        }
        int64_t until = next_look(trial, shown);
        if (until > assay_trial_now())
            assay_trial_wait(&trial->news, &trial->lock, until);
    }
    if (!trial->stopping)
        trial->stopping = live_lanes(trial) == n ? ASSAY_STOP_COMPLETE
                                                 : ASSAY_STOP_INTERRUPTED;
    show(trial, watcher, lanes, lines);
    pthread_mutex_unlock(&trial->lock);
}
