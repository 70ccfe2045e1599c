/*
 * A question to a judge while a trial runs: a row of the ledger before its
 * first byte leaves, money reserved to the byte, retries like those of any
 * route. What cannot be asked to its end (money, the end of the run, a judge
 * that is down) leaves the answer without marks, to be judged when the run
 * goes on; what a judge answered once is not asked again.
 */
#include "trial/trial_parts.h"

#include "assay/file.h"

#include <stdio.h>

/* One question while it is asked. */
struct call {
    struct assay_judging *judging;
    struct assay_trial *trial;
    struct assay_trial_judge *judge;
    struct assay_arena *arena;
    struct assay_judge_key key;
    struct assay_judge_call row;
    struct assay_message message;
    struct assay_ask ask;
    struct assay_spent worst;
    uint64_t fence; /* 0: it was not sent */
    uint32_t retries;
    bool taught; /* the refusal named what the route goes without from now on */
    int64_t sent_at, retry_after_ms;
};

/* The answer waits for its marks. */
static bool leave_open(struct call *c, struct assay_error *err)
{
    c->judging->open = true;
    return assay_fail(err, ASSAY_CANCELLED,
                      "the run ended before the judge "
                      "was asked");
}

static bool write_step(struct call *c, struct assay_step *step)
{
    struct assay_error err = {0};

    step->judge = c->key;
    step->call = &c->row;
    step->fence = c->fence;
    if (assay_writer_write(c->trial->writer, step, &err))
        return true;
    assay_trial_give_up(c->trial, &err);
    return false;
}

/* Before the first byte leaves. */
static bool mark_sent(void *of_call)
{
    struct call *c = of_call;
    struct assay_step step = {.kind = ASSAY_STEP_JUDGE_SEND};

    if (!write_step(c, &step) || !step.ours)
        return false;
    c->fence = step.fence;
    c->sent_at = assay_trial_now();
    return true;
}

/* ------------------------------------------------------- turn and money */

/* With the lock: as much as the question needs of what was set aside. */
static bool reserve(struct call *c)
{
    struct assay_judging *judging = c->judging;
    struct assay_spent part = {.state = ASSAY_KNOWN, .usd = c->worst.usd};

    if (assay_decimal_compare(judging->aside.usd, part.usd) < 0)
        part.usd = judging->aside.usd;
    assay_trial_release(c->trial, &c->trial->aside, part);
    if (!assay_trial_reserve(c->trial, &c->judge->purse, c->worst)) {
        (void)assay_trial_reserve(c->trial, &c->trial->aside, part);
        return false;
    }
    (void)assay_decimal_sub(judging->aside.usd, part.usd, &judging->aside.usd);
    return true;
}

/* With the lock. False: nothing more is asked in this run. */
static bool wait_for_turn(struct call *c)
{
    enum { LOOK = 20 * 1000000 }; /* ns; others are told of no turn */
    struct assay_trial *trial = c->trial;
    struct assay_trial_judge *judge = c->judge;

    for (;;) {
        int64_t now = assay_trial_now();
        if (trial->failed || trial->judge_why[0])
            return false;
        if (judge->in_flight < judge->most &&
            assay_pace_may_send(&judge->pace, judge->in_flight, now))
            return true;
        if (trial->stopping)
            return false;
        assay_trial_wait(&trial->rest, &trial->lock, now + LOOK);
    }
}

static bool begin(struct call *c)
{
    struct assay_trial *trial = c->trial;
    bool ok;

    pthread_mutex_lock(&trial->lock);
    ok = wait_for_turn(c);
    if (ok && !reserve(c)) {
        assay_trial_stop(trial, ASSAY_STOP_BUDGET);
        pthread_cond_signal(&trial->news);
        ok = false;
    }
    if (ok) {
        c->judge->in_flight++;
        assay_pace_offered(&c->judge->pace, assay_trial_now());
    }
    pthread_mutex_unlock(&trial->lock);
    return ok;
}

/* With the lock: it is asked no more, and what it has to judge waits. */
static void give_up_judge(struct call *c)
{
    struct assay_trial *trial = c->trial;
    struct assay_str id = c->judge->route->facts.id;

    if (!trial->judge_why[0])
        (void)snprintf(trial->judge_why, sizeof trial->judge_why,
                       "the judge %.*s: %s%s%.*s", ASSAY_STR_ARG(id),
                       assay_class_name(c->row.of),
                       c->row.message.len ? ", " : "",
                       ASSAY_STR_ARG(c->row.message));
    assay_trial_stop(trial, ASSAY_STOP_INTERRUPTED);
    pthread_cond_signal(&trial->news);
}

/*
 * With the lock: money and pace of a question that has ended. True: it is
 * asked again, after *wait ms.
 */
static bool account(struct call *c, int64_t *wait)
{
    struct assay_trial *trial = c->trial;
    struct assay_trial_judge *judge = c->judge;
    bool answered = c->row.state == ASSAY_ATTEMPT_DONE;
    bool retries = assay_class_retries(c->row.of);
    int64_t now = assay_trial_now();

    judge->in_flight--;
    assay_trial_release(trial, &judge->purse, c->worst);
    assay_purse_spend(&judge->purse,
                      (struct assay_spent){.state = c->row.cost_state,
                                           .usd = c->row.cost_usd});
    assay_pace_ended(&judge->pace, c->row.of, c->retry_after_ms, c->sent_at,
                     now);
    pthread_cond_broadcast(&trial->rest);
    *wait = 0;
    if (c->taught && !trial->stopping && !trial->failed)
        return true;
    if (retries && c->retries < ASSAY_TRIAL_RETRIES && !trial->stopping &&
        !trial->failed &&
        assay_pace_may_retry(&judge->pace, judge->retries, now)) {
        judge->retries++;
        *wait = assay_pace_back_off(&judge->pace, c->retries++,
                                    c->retry_after_ms, &trial->options.tempo);
        return true;
    }
    assay_pace_settled(&judge->pace, answered || !retries,
                       &trial->options.tempo, now);
    if (assay_class_stops_route(c->row.of) || assay_pace_is_down(&judge->pace))
        give_up_judge(c);
    return false;
}

/* ------------------------------------------------------- asking */

static void take_answer(struct call *c, const struct assay_response *answer)
{
    struct assay_judge_call *row = &c->row;
    struct assay_spent cost =
        assay_tariff_charge(&c->judge->tariff, c->worst, answer);
    bool answered = answer->of == ASSAY_CLASS_ANSWERED;

    row->state = answered ? ASSAY_ATTEMPT_DONE : ASSAY_ATTEMPT_FAILED;
    row->of = answer->of;
    row->status = answered ? 200 : answer->trouble.status;
    row->cost_state = cost.state;
    row->cost_usd = cost.usd;
    row->took_ns = answer->clocks.done > answer->clocks.begun
                       ? answer->clocks.done - answer->clocks.begun
                       : 0;
    row->model = answer->reply.model;
    row->usage = answer->reply.usage;
    row->text = answer->reply.text;
    row->message = answered ? ASSAY_STR("") : answer->trouble.message;
    c->retry_after_ms = answered ? -1 : answer->trouble.retry_after_ms;
    c->taught = !answered && answer->again;
}

/* One attempt, and its end in the ledger. False: the row is another's. */
static bool attempt(struct call *c)
{
    const struct assay_listener listener = {
        .context = c,
        .cancel = &c->trial->cancel,
        .sending = mark_sent,
    };
    struct assay_step end = {.kind = ASSAY_STEP_JUDGE_END};
    struct assay_response answer = {0};
    struct assay_error err = {0};
    bool here = c->judge->route->in_process;

    c->fence = 0;
    c->sent_at = 0;
    if ((here && !mark_sent(c)) ||
        !assay_route_ask(c->judge->route->link, &c->ask, &listener, c->arena,
                         &answer, &err)) {
        answer.of =
            here && !c->fence ? ASSAY_CLASS_CANCELLED : ASSAY_CLASS_BAD_REQUEST;
        answer.trouble.message =
            assay_arena_copy(c->arena, assay_str_c(err.text));
        answer.trouble.retry_after_ms = -1;
    }
    take_answer(c, &answer);
    return write_step(c, &end) && end.ours;
}

/* Whether it was answered before the run was cut short. */
static bool find(struct call *c, struct assay_judge_found *found)
{
    struct assay_step step = {
        .kind = ASSAY_STEP_JUDGE_FIND, .found = found, .arena = c->arena};

    if (!write_step(c, &step))
        return false;
    c->key.of.attempt = found->next;
    return true;
}

static bool ask_until(struct call *c, struct assay_str *text,
                      struct assay_error *err)
{
    bool again = true;
    int64_t wait = 0;

    while (again) {
        if (!begin(c))
            return leave_open(c, err);
        bool ours = attempt(c);
        pthread_mutex_lock(&c->trial->lock);
        again = account(c, &wait) && ours;
        bool down = c->trial->judge_why[0] != '\0';
        pthread_mutex_unlock(&c->trial->lock);
        if (!ours || c->row.of == ASSAY_CLASS_CANCELLED ||
            (down && c->row.state != ASSAY_ATTEMPT_DONE))
            return leave_open(c, err);
        if (again) {
            c->key.of.attempt++;
            if (!assay_trial_back_off(c->trial, wait, &down))
                return leave_open(c, err);
        }
    }
    if (c->row.state == ASSAY_ATTEMPT_DONE) {
        *text = c->row.text;
        return true;
    }
    return assay_fail(
        err, ASSAY_REMOTE, "%s%s%.*s", assay_class_name(c->row.of),
        c->row.message.len ? ", " : "", ASSAY_STR_ARG(c->row.message));
}

/* ------------------------------------------------------- the question */

static struct assay_trial_judge *judge_named(struct assay_trial *trial,
                                             struct assay_str name,
                                             size_t *number)
{
    for (size_t i = 0; i < trial->judge_count; i++)
        if (assay_str_equal(trial->judges[i].route->facts.id, name)) {
            *number = i;
            return &trial->judges[i];
        }
    return NULL;
}

/* Greedy, and short: see ask's worst case. */
static void compose(struct call *c, struct assay_str prompt)
{
    c->message =
        (struct assay_message){.role = ASSAY_ROLE_USER, .text = prompt};
    c->ask.chat = c->judge->route->chat;
    c->ask.chat.messages = &c->message;
    c->ask.chat.message_count = 1;
    c->ask.chat.temperature = (struct assay_stated){true, 0};
    c->ask.chat.max_tokens = ASSAY_TRIAL_MAX_TOKENS;
    c->worst = assay_tariff_most(&c->judge->tariff, prompt.len,
                                 ASSAY_TRIAL_MAX_TOKENS);
    c->row.reserved_usd = c->worst.usd;
    c->row.question = assay_sha256_hex(c->arena, prompt);
}

bool assay_trial_ask_judge(void *of_judging,
                           const struct assay_judge_question *question,
                           struct assay_arena *arena, struct assay_str *text,
                           struct assay_error *err)
{
    struct assay_judging *judging = of_judging;
    struct call c = {
        .judging = judging,
        .trial = judging->trial,
        .arena = arena,
        .key = {.of = judging->key,
                .check = question->check,
                .vote = question->vote},
    };
    struct assay_judge_found found = {0};

    c.judge = judge_named(c.trial, question->route, &c.row.judge);
    if (!c.judge)
        return assay_fail(err, ASSAY_NOT_FOUND, "no judge '%.*s' is open",
                          ASSAY_STR_ARG(question->route));
    if (judging->open)
        return leave_open(&c, err);
    c.key.of.attempt = 0;
    compose(&c, question->prompt);
    if (judging->again && !find(&c, &found))
        return leave_open(&c, err);
    if (found.answered) {
        *text = found.text;
        return true;
    }
    return ask_until(&c, text, err);
}
