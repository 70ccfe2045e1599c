/*
 * The thread that owns the engine. Each turn takes every answer under way
 * one token on, and reads some more of the prompts of new ones, all in one
 * pass (continuous batching). What an answer says does not depend on the
 * others: the engine's numbers do not, and each has its own sampler.
 */
#include "route/local_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    PROMPT_PART = 240, /* prompt tokens a turn, so that others go on */
    WORTH_A_COPY = 30, /* tokens that a cache must have in common besides */
};

/* ------------------------------------------------------- one answer */

static bool is_cancelled(const struct assay_local_route *route,
                         const struct assay_job *job)
{
    return atomic_load(&route->ending) ||
           (job->listener && job->listener->cancel &&
            atomic_load(job->listener->cancel));
}

/* The job is its asker's again. */
static void finish(struct assay_local_route *route, struct assay_slot *slot)
{
    struct assay_job *job = slot->job;

    slot->job = NULL;
    slot->used = route->turn;
    pthread_mutex_lock(&route->lock);
    job->done = true;
    pthread_cond_broadcast(&route->done);
    pthread_mutex_unlock(&route->lock);
}

static void end_answer(struct assay_local_route *route, struct assay_slot *slot,
                       enum assay_finish how)
{
    slot->job->answer->reply.finish = how;
    finish(route, slot);
}

/* Hands on what has become text. False: the listener wants no more. */
static bool tell(struct assay_job *job, bool last,
                 const struct assay_piece *with)
{
    struct assay_piece piece = with ? *with : (struct assay_piece){0};

    piece.text = assay_stops_next(&job->stops, last);
    if (!job->listener || !job->listener->piece)
        return true;
    if (piece.text.len == 0 && !piece.logprob)
        return true;
    return job->listener->piece(job->listener->context, &piece);
}

static void close_text(struct assay_job *job)
{
    assay_detokenize_end(&job->detokenizer, &job->stops.text);
    (void)tell(job, true, NULL);
}

/* A token came: text, stops, limits. */
static void take_token(struct assay_local_route *route, struct assay_slot *slot,
                       uint32_t token, const struct assay_piece *piece)
{
    struct assay_job *job = slot->job;
    struct assay_response *answer = job->answer;
    size_t read;

    answer->clocks.last_token = assay_route_now();
    if (!answer->clocks.first_token)
        answer->clocks.first_token = answer->clocks.last_token;
    if (token == ASSAY_NO_TOKEN) {
        assay_fail(job->err, ASSAY_BAD_INPUT,
                   "no token of %s may follow: its vocabulary cannot spell "
                   "what is asked for",
                   route->local.name);
        job->failed = true;
        finish(route, slot);
        return;
    }
    if (assay_tokenizer_ends(route->local.tokenizer, token)) {
        close_text(job);
        end_answer(route, slot, ASSAY_FINISH_STOP);
        return;
    }
    answer->reply.usage.output_tokens++;
    assay_detokenize(&job->detokenizer, token, &job->stops.text);
    bool goes_on = tell(job, false, piece);
    (void)assay_sequence_tokens(slot->sequence, &read);
    if (job->stops.stopped) {
        end_answer(route, slot, ASSAY_FINISH_STOP);
    } else if (!goes_on) {
        end_answer(route, slot, ASSAY_FINISH_CANCELLED);
    } else if (answer->reply.usage.output_tokens >= job->most_tokens) {
        close_text(job);
        end_answer(route, slot,
                   job->stops.stopped ? ASSAY_FINISH_STOP
                                      : ASSAY_FINISH_LENGTH);
    } else {
        job->next = token;
        job->has_next = true;
    }
}

/* A cancelled answer is an answer; logits that are not all there are none. */
static void cancel(struct assay_local_route *route, struct assay_slot *slot)
{
    struct assay_job *job = slot->job;

    if (job->logits) {
        job->failed = true;
        assay_fail(job->err, ASSAY_CANCELLED, "%s is being closed",
                   route->local.name);
        finish(route, slot);
        return;
    }
    close_text(job);
    end_answer(route, slot, ASSAY_FINISH_CANCELLED);
}

static void draw(struct assay_local_route *route, struct assay_slot *slot,
                 float *logits)
{
    struct assay_job *job = slot->job;
    struct assay_logprob best[ASSAY_MOST_LOGPROBS], of_token;
    struct assay_piece piece = {0};
    float *kept = NULL;

    if (job->ask->chat.logprobs >= 0) {
        /* the sampler changes the logits; what is told is unchanged ones */
        kept = malloc(route->vocabulary * sizeof *kept);
        if (kept)
            memcpy(kept, logits, route->vocabulary * sizeof *kept);
    }
    uint32_t token = assay_sampler_next(job->sampler, logits);
    if (kept && token != ASSAY_NO_TOKEN) {
        piece.best_count = (size_t)job->ask->chat.logprobs;
        assay_logprobs(kept, route->vocabulary, token, &of_token, best,
                       piece.best_count);
        piece.logprob = &of_token;
        piece.best = best;
    }
    take_token(route, slot, token, kept ? &piece : NULL);
    free(kept);
}

/* ------------------------------------------------------- places */

static size_t common(const struct assay_sequence *sequence,
                     const struct assay_tokens *prompt)
{
    size_t count, n = 0;
    const uint32_t *tokens = assay_sequence_tokens(sequence, &count);

    /* the last token is read anew: its logits are wanted */
    while (n < count && n + 1 < prompt->count && tokens[n] == prompt->at[n])
        n++;
    return n;
}

/* The place whose cache begins most like the prompt; NULL: none does. */
static struct assay_slot *most_alike(struct assay_local_route *route,
                                     const struct assay_tokens *prompt,
                                     size_t *most)
{
    struct assay_slot *alike = NULL;

    *most = 0;
    for (size_t i = 0; i < route->slot_count; i++) {
        size_t n = common(route->slots[i].sequence, prompt);

        /* of two that are as good the free one */
        if (n > *most || (alike && n == *most && alike->job)) {
            alike = &route->slots[i];
            *most = n;
        }
    }
    return alike;
}

static struct assay_slot *longest_unused(struct assay_local_route *route)
{
    struct assay_slot *longest = NULL;

    for (size_t i = 0; i < route->slot_count; i++) {
        struct assay_slot *slot = &route->slots[i];

        if (!slot->job && (!longest || slot->used < longest->used))
            longest = slot;
    }
    return longest;
}

/*
 * Where a prompt is read on: in the free place that begins most like it, if
 * that one would lose less than it gives; else in the longest unused place,
 * so that several conversations keep their caches. What the prompt has in
 * common with another place is copied when that is worth it.
 */
static struct assay_slot *place_for(struct assay_local_route *route,
                                    struct assay_job *job)
{
    struct assay_slot *best = longest_unused(route), *alike;
    size_t alike_count, best_count, held = 0;
    struct assay_error ignored = {0};

    if (!best)
        return NULL;
    alike = most_alike(route, &job->prompt, &alike_count);
    if (alike)
        (void)assay_sequence_tokens(alike->sequence, &held);
    if (alike && !alike->job && 2 * alike_count >= held)
        best = alike;
    best_count = common(best->sequence, &job->prompt);
    if (alike && alike != best && alike_count > best_count + WORTH_A_COPY &&
        assay_sequence_copy(best->sequence, alike->sequence, alike_count,
                            &ignored))
        best_count = alike_count;
    if (job->logits && best_count > job->logits_from)
        best_count = job->logits_from;
    assay_sequence_cut(best->sequence, best_count);
    return best;
}

static struct assay_job *take_job(struct assay_local_route *route)
{
    struct assay_job *job;

    pthread_mutex_lock(&route->lock);
    job = route->first;
    if (job)
        route->first = job->after;
    if (!route->first)
        route->last = NULL;
    pthread_mutex_unlock(&route->lock);
    return job;
}

static bool has_free_slot(const struct assay_local_route *route)
{
    for (size_t i = 0; i < route->slot_count; i++)
        if (!route->slots[i].job)
            return true;
    return false;
}

static void seat_jobs(struct assay_local_route *route)
{
    struct assay_job *job;

    while (has_free_slot(route) && (job = take_job(route))) {
        struct assay_slot *slot = place_for(route, job);
        size_t read;

        (void)assay_sequence_tokens(slot->sequence, &read);
        slot->job = job;
        job->answer->reply.usage.cache_read_tokens = (uint32_t)read;
        job->answer->clocks.begun = assay_route_now();
    }
}

/* ------------------------------------------------------- turns */

/* What a slot has to read in this turn. */
static bool plan_step(struct assay_slot *slot, size_t *room,
                      struct assay_step *step, float *logits)
{
    struct assay_job *job = slot->job;
    size_t read, left;

    *step = (struct assay_step){.sequence = slot->sequence};
    (void)assay_sequence_tokens(slot->sequence, &read);
    if (job->has_next) {
        step->tokens = &job->next;
        step->count = step->logits_count = 1;
        step->logits = logits;
        return true;
    }
    left = job->prompt.count - read;
    if (*room == 0)
        return false;
    step->tokens = job->prompt.at + read;
    step->count = left < *room ? left : *room;
    *room -= step->count;
    if (job->logits) {
        size_t end = read + step->count;
        size_t from = read > job->logits_from ? read : job->logits_from;

        step->logits = job->logits + job->logits_count;
        step->logits_count = end > from ? end - from : 0;
    } else if (step->count == left) {
        step->logits = logits;
        step->logits_count = 1;
    }
    return true;
}

static void fail_step(struct assay_local_route *route, struct assay_slot *slot,
                      const struct assay_error *err)
{
    struct assay_job *job = slot->job;

    if (err->code == ASSAY_LIMIT && job->has_next) {
        close_text(job); /* the context is full */
        end_answer(route, slot, ASSAY_FINISH_LENGTH);
        return;
    }
    *job->err = *err;
    job->failed = true;
    finish(route, slot);
}

/* After a turn in which the slot was read on. */
static void after_step(struct assay_local_route *route, struct assay_slot *slot,
                       const struct assay_step *step)
{
    struct assay_job *job = slot->job;
    size_t read;

    job->has_next = false;
    (void)assay_sequence_tokens(slot->sequence, &read);
    if (job->logits) {
        job->logits_count += step->logits_count * route->vocabulary;
        if (read == job->prompt.count)
            finish(route, slot);
    } else if (step->logits_count) {
        draw(route, slot, step->logits);
    }
}

static void take_turn(struct assay_local_route *route)
{
    struct assay_step steps[ASSAY_MOST_PARALLEL];
    struct assay_slot *of[ASSAY_MOST_PARALLEL];
    size_t count = 0, room = PROMPT_PART;
    struct assay_error err = {0};

    route->turn++;
    for (size_t i = 0; i < route->slot_count; i++) {
        struct assay_slot *slot = &route->slots[i];

        if (slot->job && is_cancelled(route, slot->job))
            cancel(route, slot);
        if (slot->job && plan_step(slot, &room, &steps[count],
                                   route->logits + i * route->vocabulary))
            of[count++] = slot;
    }
    if (count == 0)
        return;
    if (assay_engine_run(route->local.engine, steps, count, &err)) {
        for (size_t i = 0; i < count; i++)
            after_step(route, of[i], &steps[i]);
        return;
    }
    /* one of them cannot go on: each alone tells which */
    for (size_t i = 0; i < count; i++) {
        err = (struct assay_error){0};
        if (assay_engine_run(route->local.engine, &steps[i], 1, &err))
            after_step(route, of[i], &steps[i]);
        else
            fail_step(route, of[i], &err);
    }
}

static bool is_busy(const struct assay_local_route *route)
{
    for (size_t i = 0; i < route->slot_count; i++)
        if (route->slots[i].job)
            return true;
    return false;
}

void *assay_local_turns(void *argument)
{
    struct assay_local_route *route = argument;

    for (;;) {
        seat_jobs(route);
        if (is_busy(route)) {
            take_turn(route);
            continue;
        }
        pthread_mutex_lock(&route->lock);
        while (!route->first && !atomic_load(&route->ending))
            pthread_cond_wait(&route->work, &route->lock);
        bool ended = atomic_load(&route->ending) && !route->first;
        pthread_mutex_unlock(&route->lock);
        if (ended)
            return NULL;
    }
}
