/*
 * A worker of a route: one prompt at a time, its attempts one behind the
 * other. An attempt is in the ledger before the first byte of it leaves; its
 * end is there before anything that was begun because of it.
 */
#include "trial/trial_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One prompt on one route while a worker has it. */
struct task {
    struct assay_lane *lane;
    struct assay_trial *trial;
    uint64_t ticket;
    struct assay_case of;
    struct assay_arena memory, *arena;
    struct assay_attempt_key key;
    struct assay_spent worst;
    uint64_t fence; /* 0: the attempt is not marked as sent */
    int64_t handed, backed_off;
    int64_t sent_at; /* monotonic: the first byte leaves */
    bool lost;       /* another holder has the row, or the ledger failed */
    struct assay_attempt attempt;
    int64_t retry_after_ms;
    bool taught; /* the refusal named what the route goes without from now on */
    bool ended;  /* for good: `last` is handed in */
    struct assay_step last; /* until finish() */
};

/* ------------------------------------------------------- the ledger */

/* The ledger cannot be written: the run ends, whatever is under way. */
static void give_up(struct task *t, const struct assay_error *err)
{
    struct assay_trial *trial = t->trial;

    t->lost = true;
    pthread_mutex_lock(&trial->lock);
    if (!trial->failed) {
        trial->failed = true;
        trial->err = *err;
    }
    atomic_store(&trial->cancel, true);
    pthread_cond_broadcast(&trial->rest);
    pthread_cond_signal(&trial->news);
    pthread_mutex_unlock(&trial->lock);
}

/* Before the first byte leaves. */
static bool mark_sent(void *of_task)
{
    struct task *t = of_task;
    struct assay_step step = {
        .key = t->key,
        .kind = ASSAY_STEP_SEND,
        .reserved_usd = t->worst.usd,
    };
    struct assay_error err = {0};

    if (!assay_writer_write(t->trial->writer, &step, &err))
        give_up(t, &err);
    else if (!step.ours)
        t->lost = true;
    if (t->lost)
        return false;
    t->fence = step.fence;
    t->sent_at = assay_trial_now();
    return true;
}

static struct assay_step end_step(const struct task *t, bool again)
{
    return (struct assay_step){
        .key = t->key,
        .kind = ASSAY_STEP_END,
        .fence = t->fence,
        .claim = t->fence == 0,
        .attempt = &t->attempt,
        .plan_next = again,
    };
}

/* The end of an attempt that is not the last one. */
static void write_end(struct task *t)
{
    struct assay_step step = end_step(t, true);
    struct assay_error err = {0};

    if (!assay_writer_write(t->trial->writer, &step, &err))
        give_up(t, &err);
    else if (!step.ours)
        t->lost = true;
}

/*
 * The end of the last one. Nobody waits for it: it stands before whatever is
 * written because of it, and mostly shares its commit with the next task's
 * beginning.
 */
static void hand_in_end(struct task *t)
{
    t->last = end_step(t, false);
    assay_writer_hand_in(t->trial->writer, &t->last);
    t->ended = true;
}

/* Waits until its end is on disk, and lets go of its memory. */
static void finish(struct task *t)
{
    struct assay_error err = {0};

    if (t->ended && (!assay_writer_wait(t->trial->writer, &t->last, &err) ||
                     (!t->last.ours &&
                      !assay_fail(&err, ASSAY_SYSTEM,
                                  "prompt %llu of the run was taken over by "
                                  "another process while it was asked",
                                  (unsigned long long)t->key.place + 1))))
        give_up(t, &err);
    t->ended = false;
    assay_arena_free(&t->memory);
}

/* ------------------------------------------------------- asking */

static int64_t since(int64_t asked, int64_t clock)
{
    return clock > asked ? clock - asked : 0;
}

/* As the ledger has them: from `asked`, which is 0 there. */
static void take_clocks(struct task *t, const struct assay_clocks *c)
{
    int64_t asked = c->asked;
    int64_t begun = c->begun > t->sent_at ? c->begun : t->sent_at;

    t->attempt.clocks = (struct assay_clocks){
        .begun = since(asked, begun),
        .resolved = since(asked, c->resolved),
        .connected = since(asked, c->connected),
        .secured = since(asked, c->secured),
        .sent = since(asked, c->sent),
        .headers = since(asked, c->headers),
        .first_byte = since(asked, c->first_byte),
        .first_token = since(asked, c->first_token),
        .first_content = since(asked, c->first_content),
        .last_token = since(asked, c->last_token),
        .done = since(asked, c->done),
    };
}

static bool ask(struct task *t, struct assay_response *answer,
                struct assay_error *err)
{
    const struct assay_trial_route *route = t->lane->route;
    struct assay_ask question = {0};
    const struct assay_listener listener = {
        .context = t,
        .cancel = &t->trial->cancel,
        .sending = mark_sent,
    };

    if (!assay_case_chat(t->arena, &t->of, &route->chat,
                         t->trial->options.max_tokens, &question.chat, err))
        return false;
    if (route->in_process && !mark_sent(t))
        return assay_fail(err, ASSAY_CANCELLED, "the row is another's");
    return assay_route_ask(route->link, &question, &listener, t->arena, answer,
                           err);
}

/* Likelihoods of the choices; the likeliest stands as the answer. */
static bool weigh_choices(struct task *t, struct assay_response *answer,
                          struct assay_answer *scored, struct assay_error *err)
{
    size_t n = t->of.choice_count, best = 0;
    struct assay_likelihood *l =
        ASSAY_NEW_ARRAY(t->arena, struct assay_likelihood, n);
    double *logs = ASSAY_NEW_ARRAY(t->arena, double, n);
    uint32_t *tokens = ASSAY_NEW_ARRAY(t->arena, uint32_t, n);

    if (!mark_sent(t))
        return assay_fail(err, ASSAY_CANCELLED, "the row is another's");
    answer->clocks.asked = answer->clocks.begun = assay_trial_now();
    if (!assay_route_score(t->lane->route->link, t->of.context, t->of.choices,
                           n, l, err))
        return false;
    answer->clocks.done = assay_trial_now();
    for (size_t i = 0; i < n; i++) {
        logs[i] = l[i].log;
        tokens[i] = l[i].tokens;
        if (l[i].log > l[best].log)
            best = i;
    }
    scored->likelihoods = logs;
    scored->likelihood_tokens = tokens;
    answer->of = ASSAY_CLASS_ANSWERED;
    answer->reply.text = n ? t->of.choices[best] : ASSAY_STR("");
    answer->reply.mean_logprob = (double)NAN;
    return true;
}

/* ------------------------------------------------------- scoring */

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
    if (check->judge_text.len)
        assay_json_set_text(arena, o, "judge", check->judge_text);
    return o;
}

static void score(struct task *t, struct assay_answer *answer)
{
    struct assay_attempt *a = &t->attempt;
    struct assay_scoring scoring = {0};
    struct assay_json *checks = assay_json_array(t->arena);

    answer->text = a->reply.text;
    answer->calls = a->reply.calls;
    answer->call_count = a->reply.call_count;
    answer->finish = assay_str_c(assay_finish_name(a->reply.finish));
    answer->latency_ms = (struct assay_stated){
        true, (double)since(a->clocks.begun, a->clocks.done) / 1e6};
    if (a->cost_state == ASSAY_KNOWN || a->cost_state == ASSAY_FREE)
        answer->cost_usd =
            (struct assay_stated){true, assay_decimal_double(a->cost_usd)};
    assay_score_answer(t->trial->scorer, t->arena, &t->of, answer, &scoring);
    a->mark = scoring.mark;
    a->score = scoring.score;
    for (size_t i = 0; i < scoring.count; i++)
        assay_json_add(checks, check_json(t->arena, &scoring.checks[i]));
    a->checks = scoring.count ? checks : NULL;
}

/* ------------------------------------------------------- one attempt */

/* What it cost: by its usage, or the most it can have been. */
static struct assay_spent cost_of(const struct task *t,
                                  const struct assay_response *answer)
{
    struct assay_spent cost = assay_tariff_cost(&t->lane->tariff, answer);

    return cost.state == ASSAY_UNKNOWN
               ? (struct assay_spent){ASSAY_UNKNOWN, t->worst.usd}
               : cost;
}

/* It was not tried, or cannot be: final, and the route's own words for it. */
static void take_refusal(struct task *t, struct assay_response *answer,
                         const struct assay_error *err)
{
    answer->of = err->code == ASSAY_CANCELLED ? ASSAY_CLASS_CANCELLED
                                              : ASSAY_CLASS_BAD_REQUEST;
    answer->sent = false;
    answer->trouble = (struct assay_trouble){
        .of = answer->of,
        .retry_after_ms = -1,
        .message = assay_arena_copy(t->arena, assay_str_c(err->text)),
    };
    answer->reply.mean_logprob = (double)NAN;
}

static void take_answer(struct task *t, struct assay_response *answer,
                        struct assay_answer *scored)
{
    struct assay_attempt *a = &t->attempt;
    struct assay_spent cost = cost_of(t, answer);
    bool answered = answer->of == ASSAY_CLASS_ANSWERED;

    *a = (struct assay_attempt){
        .state = answered ? ASSAY_ATTEMPT_DONE : ASSAY_ATTEMPT_FAILED,
        .of = answer->of,
        .status = answered ? 200 : answer->trouble.status,
        .queued_ns = since(t->handed, answer->clocks.asked),
        .backed_off_ns = t->backed_off,
        .reply = answer->reply,
        .message = answered ? ASSAY_STR("") : answer->trouble.message,
        .server = answer->server,
        .cost_state = cost.state,
        .cost_usd = cost.usd,
        .score = (double)NAN,
        .raw = t->trial->options.keep_raw ? answer->raw : ASSAY_STR(""),
    };
    take_clocks(t, &answer->clocks);
    t->retry_after_ms = answered ? -1 : answer->trouble.retry_after_ms;
    t->taught = !answered && answer->again;
    if (answered)
        score(t, scored);
}

static void attempt(struct task *t)
{
    struct assay_response answer = {0};
    struct assay_answer scored = {0};
    struct assay_error err = {0};
    bool asked = t->of.kind == ASSAY_CASE_CHOICE
                     ? weigh_choices(t, &answer, &scored, &err)
                     : ask(t, &answer, &err);

    if (t->lost)
        return;
    if (!asked)
        take_refusal(t, &answer, &err);
    take_answer(t, &answer, &scored);
}

/* ------------------------------------------------------- retries */

/* With the lock. Whether another attempt follows, for which it reserves. */
static bool goes_on(struct task *t, int64_t now)
{
    struct assay_trial *trial = t->trial;
    struct assay_ticket *ticket =
        &trial->attempts[assay_trial_cell(trial, t->lane->number, t->ticket)];

    if (trial->stopping || trial->failed || t->lane->down)
        return false;
    if (t->taught) /* another question; each thing is learned once */
        return assay_trial_reserve(trial, t->lane, t->worst);
    if (!assay_class_retries(t->attempt.of) ||
        ticket->retries >= ASSAY_TRIAL_RETRIES ||
        !assay_pace_may_retry(&t->lane->pace, trial->retries, now) ||
        !assay_trial_reserve(trial, t->lane, t->worst))
        return false;
    ticket->retries++;
    trial->retries++;
    return true;
}

/* With the lock: money and pace of an attempt that has ended. */
static void account(struct task *t, int64_t now)
{
    struct assay_lane *lane = t->lane;
    const struct assay_attempt *a = &t->attempt;

    assay_trial_release(lane, t->worst);
    assay_trial_spend(lane, (struct assay_spent){a->cost_state, a->cost_usd});
    assay_pace_ended(&lane->pace, a->of, t->retry_after_ms, t->sent_at, now);
    if (a->state != ASSAY_ATTEMPT_DONE) /* there may be a pause to wait for */
        pthread_cond_signal(&lane->trial->news);
    if (assay_class_stops_route(a->of) && !lane->down) {
        (void)snprintf(lane->why, sizeof lane->why, "%s%s%.*s",
                       assay_class_name(a->of), a->message.len ? ": " : "",
                       ASSAY_STR_ARG(a->message));
        assay_trial_lane_down(lane, lane->why);
    }
}

/* Waits, or until the run ends. False: it ended. */
static bool back_off(struct task *t, int64_t ms)
{
    struct assay_trial *trial = t->trial;
    int64_t began = assay_trial_now(), until = began + ms * 1000000;
    bool runs = true;

    pthread_mutex_lock(&trial->lock);
    for (;;) {
        runs = !trial->stopping && !trial->failed && !t->lane->down;
        if (!runs || assay_trial_now() >= until)
            break;
        assay_trial_wait(&trial->rest, &trial->lock, until);
    }
    pthread_mutex_unlock(&trial->lock);
    t->backed_off = assay_trial_now() - began;
    return runs;
}

/* With the lock: how the prompt ended on this route. */
static void settle(struct task *t, int64_t now)
{
    struct assay_trial *trial = t->trial;
    struct assay_lane *lane = t->lane;
    const struct assay_attempt *a = &t->attempt;
    struct assay_trial_lane *shown = &lane->shown;
    bool answered = a->state == ASSAY_ATTEMPT_DONE;

    trial->cells[assay_trial_cell(trial, lane->number, t->ticket)] =
        assay_outcome_cell_of(a, trial->by_score);
    assay_pace_settled(&lane->pace, answered || !assay_class_retries(a->of),
                       &trial->options.tempo, now);
    const char *down = assay_pace_is_down(&lane->pace);
    if (down && !lane->down) {
        (void)snprintf(lane->why, sizeof lane->why, "%s, %s: %.*s",
                       assay_class_name(a->of), down,
                       ASSAY_STR_ARG(a->message));
        assay_trial_lane_down(lane, lane->why);
    }
    shown->ended++;
    shown->passed += answered && a->mark == ASSAY_MARK_PASSED;
    shown->failed += answered && a->mark == ASSAY_MARK_FAILED;
    shown->errors += !answered || a->mark == ASSAY_MARK_ERROR;
    if (answered)
        lane->times[lane->timed++ % ASSAY_TRIAL_TIMES] =
            (float)since(a->clocks.begun, a->clocks.done) / 1e6F;
}

/* Attempts until one is final, or the run ends between two. */
static void run_task(struct task *t)
{
    struct assay_trial *trial = t->trial;

    for (;;) {
        struct assay_arena_mark mark = assay_arena_mark(t->arena);
        t->fence = 0;
        t->sent_at = 0;
        attempt(t);
        if (t->lost)
            return; /* its cell stays open */
        int64_t now = assay_trial_now();
        pthread_mutex_lock(&trial->lock);
        account(t, now);
        bool again = goes_on(t, now);
        uint32_t retry =
            trial->attempts[assay_trial_cell(trial, t->lane->number, t->ticket)]
                .retries;
        int64_t wait =
            again && !t->taught
                ? assay_pace_back_off(&t->lane->pace, retry - 1,
                                      t->retry_after_ms, &trial->options.tempo)
                : 0;
        pthread_mutex_unlock(&trial->lock);
        /* Cut short by us, it is tried again when the run goes on. */
        bool open = t->attempt.of == ASSAY_CLASS_CANCELLED;
        t->attempt.final = !again && !open;
        if (t->attempt.final) {
            hand_in_end(t);
            return;
        }
        write_end(t);
        if (t->lost || open)
            return;
        t->key.attempt++;
        assay_arena_rewind(t->arena, mark);
        if (!back_off(t, wait)) {
            pthread_mutex_lock(&trial->lock);
            assay_trial_release(t->lane, t->worst);
            pthread_mutex_unlock(&trial->lock);
            return;
        }
    }
}

/* ------------------------------------------------------- the thread */

static void take_ticket(struct assay_lane *lane, struct task *t)
{
    struct assay_trial *trial = lane->trial;
    uint64_t ticket = lane->waiting[lane->first];

    lane->first = (lane->first + 1) % lane->most;
    lane->count--;
    *t = (struct task){
        .lane = lane,
        .trial = trial,
        .ticket = ticket,
        .arena = &t->memory,
        .key =
            {.run = trial->num,
             .place = ticket / trial->options.run->repeats,
             .repeat = (uint32_t)(ticket % trial->options.run->repeats),
             .route = (uint32_t)lane->number,
             .attempt =
                 trial->attempts[assay_trial_cell(trial, lane->number, ticket)]
                     .next_attempt},
        .handed = assay_trial_now(),
    };
}

/* It was made before, when the trial was; so this does not fail. */
static bool make_case(struct task *t)
{
    struct assay_error err = {0};

    if (!assay_trial_case(t->trial, t->ticket, t->arena, &t->of, &err)) {
        give_up(t, &err);
        return false;
    }
    t->worst = assay_trial_worst(t->lane, &t->of);
    return true;
}

/* With the lock: waits for one. False: there will be none. */
static bool await_ticket(struct assay_lane *lane, struct task *before)
{
    struct assay_trial *trial = lane->trial;

    if (!lane->count) {
        pthread_mutex_unlock(&trial->lock);
        finish(before);
        pthread_mutex_lock(&trial->lock);
    }
    while (!lane->count && !trial->closing) {
        lane->idle++;
        pthread_cond_wait(&lane->work, &trial->lock);
        lane->idle--;
    }
    return lane->count;
}

/* With the lock: what it was changes what is asked next. */
static void end_task(struct task *t)
{
    struct assay_lane *lane = t->lane;

    if (t->ended)
        settle(t, assay_trial_now());
    lane->in_flight--;
    lane->taking = true;
    assay_trial_advance(t->trial);
    lane->taking = false;
}

void *assay_lane_work(void *of_lane)
{
    struct assay_lane *lane = of_lane;
    struct assay_trial *trial = lane->trial;
    struct task tasks[2] = {0}, *task = &tasks[0], *before = &tasks[1];

    pthread_mutex_lock(&trial->lock);
    while (await_ticket(lane, before)) {
        take_ticket(lane, task);
        pthread_mutex_unlock(&trial->lock);
        if (make_case(task))
            run_task(task);
        finish(before);
        struct task *spare = before;
        before = task;
        task = spare;
        pthread_mutex_lock(&trial->lock);
        end_task(before);
    }
    pthread_mutex_unlock(&trial->lock);
    finish(before);
    return NULL;
}
