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
    bool judged; /* marks come after the answer is kept */
    struct assay_judging judging;
    bool ended;             /* for good: `last` is handed in */
    struct assay_step last; /* until finish() */
};

/* ------------------------------------------------------- the ledger */

void assay_trial_give_up(struct assay_trial *trial,
                         const struct assay_error *err)
{
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

static void give_up(struct task *t, const struct assay_error *err)
{
    t->lost = true;
    assay_trial_give_up(t->trial, err);
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

/* Claims a row that this task has not sent. */
static struct assay_step step_of(const struct task *t, int kind, bool again)
{
    return (struct assay_step){
        .key = t->key,
        .kind = kind,
        .fence = t->fence,
        .claim = t->fence == 0,
        .attempt = &t->attempt,
        .plan_next = again,
    };
}

/* The end of an attempt after which there is more to do. */
static void write_end(struct task *t, bool again)
{
    struct assay_step step = step_of(t, ASSAY_STEP_END, again);
    struct assay_error err = {0};

    if (!assay_writer_write(t->trial->writer, &step, &err))
        give_up(t, &err);
    else if (!step.ours)
        t->lost = true;
}

/*
 * The end of the last one, or its marks. Nobody waits for it: it stands
 * before whatever is written because of it, and mostly shares its commit with
 * the next task's beginning.
 */
static void hand_in_last(struct task *t, int kind)
{
    t->last = step_of(t, kind, false);
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
    struct assay_ask question = {.keep_raw = t->trial->options.keep_raw};
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

/* ------------------------------------------------------- one attempt */

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
    struct assay_spent cost =
        assay_tariff_charge(&t->lane->tariff, t->worst, answer);
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
        .raw = answer->raw,
    };
    take_clocks(t, &answer->clocks);
    t->retry_after_ms = answered ? -1 : answer->trouble.retry_after_ms;
    t->taught = !answered && answer->again;
    if (answered && !t->judged)
        assay_trial_mark(t->trial, t->arena, &t->of, a, scored);
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

/* With the lock: one retry of the budget, or the row says that none is left. */
static bool take_retry(struct task *t, int64_t now)
{
    if (assay_pace_may_retry(&t->lane->pace, t->trial->retries, now))
        return true;
    t->attempt.message = assay_arena_printf(
        t->arena,
        "%.*s (not asked again: a run has %d retries, and one for five "
        "requests of the last minute)",
        ASSAY_STR_ARG(t->attempt.message), ASSAY_PACE_FREE_RETRIES);
    return false;
}

/* With the lock. Whether another attempt follows, for which it reserves. */
static bool goes_on(struct task *t, int64_t now)
{
    struct assay_trial *trial = t->trial;
    struct assay_ticket *ticket =
        &trial->attempts[assay_trial_cell(trial, t->lane->number, t->ticket)];

    if (trial->stopping || trial->failed || t->lane->down)
        return false;
    if (t->taught) /* another question; each thing is learned once */
        return assay_trial_reserve(trial, &t->lane->purse, t->worst);
    if (!assay_class_retries(t->attempt.of) ||
        ticket->retries >= ASSAY_TRIAL_RETRIES || !take_retry(t, now) ||
        !assay_trial_reserve(trial, &t->lane->purse, t->worst))
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

    assay_trial_release(t->trial, &lane->purse, t->worst);
    assay_purse_spend(&lane->purse, (struct assay_spent){.state = a->cost_state,
                                                         .usd = a->cost_usd});
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

bool assay_trial_back_off(struct assay_trial *trial, int64_t ms,
                          const bool *given_up)
{
    int64_t until = assay_trial_now() + ms * 1000000;
    bool runs = true;

    pthread_mutex_lock(&trial->lock);
    for (;;) {
        runs = !trial->stopping && !trial->failed && !*given_up;
        if (!runs || assay_trial_now() >= until)
            break;
        assay_trial_wait(&trial->rest, &trial->lock, until);
    }
    pthread_mutex_unlock(&trial->lock);
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

/* Waits before another attempt. False: the run ended. */
static bool back_off(struct task *t, int64_t ms)
{
    int64_t began = assay_trial_now();
    bool runs = assay_trial_back_off(t->trial, ms, &t->lane->down);

    t->backed_off = assay_trial_now() - began;
    if (runs)
        return true;
    pthread_mutex_lock(&t->trial->lock);
    assay_trial_release(t->trial, &t->lane->purse, t->worst);
    pthread_mutex_unlock(&t->trial->lock);
    return false;
}

/* Attempts until one is the last, or the run ends between two: false. */
static bool answer(struct task *t)
{
    struct assay_trial *trial = t->trial;

    for (;;) {
        struct assay_arena_mark mark = assay_arena_mark(t->arena);
        t->fence = 0;
        t->sent_at = 0;
        attempt(t);
        if (t->lost)
            return false; /* its cell stays open */
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
        bool waits = t->judged && t->attempt.state == ASSAY_ATTEMPT_DONE;
        t->attempt.final = !again && !open && !waits;
        if (t->attempt.final) {
            hand_in_last(t, ASSAY_STEP_END);
            return true;
        }
        write_end(t, again || open);
        if (t->lost || open)
            return false;
        if (!again)
            return true;
        t->key.attempt++;
        assay_arena_rewind(t->arena, mark);
        if (!back_off(t, wait))
            return false;
    }
}

/* The answer that was kept when the run was cut short. */
static bool take_waiting(struct task *t)
{
    size_t cell = assay_trial_cell(t->trial, t->lane->number, t->ticket);

    for (const struct assay_waiting *w = t->trial->waiting; w; w = w->next)
        if (w->cell == cell) {
            t->attempt = *w->answer;
            t->judging.again = true;
            return true;
        }
    return false;
}

/* The marks of an answer that is kept, unless its judges are not heard. */
static void mark(struct task *t)
{
    const struct assay_judge judge = {assay_trial_ask_judge, &t->judging,
                                      t->trial->votes};
    struct assay_answer scored = {.judge = &judge};

    assay_trial_mark(t->trial, t->arena, &t->of, &t->attempt, &scored);
    if (t->judging.open)
        return;
    t->attempt.final = true;
    hand_in_last(t, ASSAY_STEP_MARK);
}

static void run_task(struct task *t)
{
    t->judged = assay_case_is_judged(&t->of);
    if ((take_waiting(t) || answer(t)) && !t->attempt.final)
        mark(t);
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
    t->judging = (struct assay_judging){.trial = trial, .key = t->key};
}

/* It was made before, when the trial was; so this does not fail. */
static bool make_case(struct task *t)
{
    struct assay_error err = {0};

    if (!assay_trial_case(t->trial, t->ticket, t->arena, &t->of, &err)) {
        give_up(t, &err);
        return false;
    }
    if (!assay_trial_waits(t->lane, t->ticket))
        t->worst = assay_trial_worst(t->lane, &t->of);
    if (t->trial->options.run->has_max_cost)
        t->judging.aside = assay_trial_judging_worst(t->lane, &t->of);
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
    assay_trial_release(t->trial, &t->trial->aside, t->judging.aside);
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
