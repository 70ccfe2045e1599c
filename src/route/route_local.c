/*
 * Weights in this process as a route: whoever asks hands a job to the thread
 * that owns the engine (local_turns.c) and waits.
 */
#include "route/local_parts.h"

#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

enum { PARALLEL = 8 };

/* ------------------------------------------------------- asking */

static void hand_over(struct assay_local_route *route, struct assay_job *job)
{
    pthread_mutex_lock(&route->lock);
    route->asking++;
    if (route->last)
        route->last->after = job;
    else
        route->first = job;
    route->last = job;
    pthread_cond_signal(&route->work);
    while (!job->done)
        pthread_cond_wait(&route->done, &route->lock);
    if (--route->asking == 0 && route->ending) /* whoever closes waits */
        pthread_cond_broadcast(&route->done);
    pthread_mutex_unlock(&route->lock);
}

static bool check_tokens(struct assay_local_route *route,
                         const struct assay_tokens *tokens,
                         struct assay_error *err)
{
    uint32_t most = assay_tokenizer_size(route->local.tokenizer);

    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->at[i] >= most)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "token %u of the prompt, the vocabulary has %u",
                              tokens->at[i], most);
    return true;
}

static bool make_prompt(struct assay_local_route *route,
                        const struct assay_ask *ask, struct assay_arena *arena,
                        struct assay_tokens *tokens, struct assay_error *err)
{
    const struct assay_tokenizer *tokenizer = route->local.tokenizer;
    uint32_t bos = assay_tokenizer_bos(tokenizer);
    struct assay_tokens text;

    if (ask->tokens.count) {
        *tokens = ask->tokens;
        return check_tokens(route, tokens, err);
    }
    if (ask->chat.message_count)
        return assay_chat_tokens(tokenizer, arena, ask->chat.messages,
                                 ask->chat.message_count, tokens, err);
    if (!assay_tokenize(tokenizer, arena, ask->prompt, false, &text, err))
        return false;
    tokens->at = ASSAY_NEW_ARRAY(arena, uint32_t, text.count + 1);
    tokens->count = 0;
    if (bos != ASSAY_NO_TOKEN)
        tokens->at[tokens->count++] = bos;
    if (text.count)
        memcpy(tokens->at + tokens->count, text.at,
               text.count * sizeof *text.at);
    tokens->count += text.count;
    return tokens->count > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "the prompt is empty");
}

/* What the chat states; greedy where it states no temperature. */
static struct assay_sampling stated_sampling(const struct assay_chat *chat)
{
    return (struct assay_sampling){
        .temperature = (float)chat->temperature.value,
        .top_k = (uint32_t)chat->top_k.value,
        .top_p = chat->top_p.given ? (float)chat->top_p.value : 1,
        .min_p = (float)chat->min_p.value,
        .repetition_penalty = 1,
        .seed = (uint64_t)chat->seed.value,
    };
}

/* What weights cannot do is refused, not left out. */
static bool check_ask(const struct assay_ask *ask,
                      const struct assay_sampling *sampling,
                      struct assay_error *err)
{
    if (ask->chat.tools)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "tools: a local route calls none");
    if (ask->chat.presence_penalty.value != 0 ||
        ask->chat.frequency_penalty.value != 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "presence and frequency penalties: a local route "
                          "has none but repetition's");
    for (size_t i = 0; i < ask->chat.message_count; i++)
        if (ask->chat.messages[i].role == ASSAY_ROLE_TOOL ||
            ask->chat.messages[i].call_count)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "message %zu is of a tool: a local route calls "
                              "none",
                              i + 1);
    if (ask->chat.logprobs > ASSAY_MOST_LOGPROBS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%d best tokens were asked for, at most %d are told",
                          ask->chat.logprobs, ASSAY_MOST_LOGPROBS);
    return assay_sampling_check(sampling, err);
}

/* What is left of the context, or what was asked for. */
static bool limit_tokens(struct assay_local_route *route, struct assay_job *job,
                         struct assay_error *err)
{
    uint32_t context = assay_engine_facts(route->local.engine).context;

    if (job->prompt.count >= context)
        return assay_fail(err, ASSAY_LIMIT,
                          "the prompt has %zu tokens, the model reads at most "
                          "%u with one to answer",
                          job->prompt.count, context);
    job->most_tokens = context - (uint32_t)job->prompt.count;
    if (job->ask->chat.max_tokens &&
        job->ask->chat.max_tokens < job->most_tokens)
        job->most_tokens = job->ask->chat.max_tokens;
    return true;
}

static bool make_constraint(struct assay_local_route *route,
                            const struct assay_ask *ask,
                            struct assay_schema **schema,
                            struct assay_constraint **constraint,
                            struct assay_error *err)
{
    if (!ask->chat.schema && !ask->chat.json_object)
        return true;
    *schema = assay_schema_new(ask->chat.schema, route->local.tokenizer, err);
    if (!*schema) {
        if (err->code == ASSAY_LIMIT) /* that is said of prompts alone */
            err->code = ASSAY_BAD_INPUT;
        return false;
    }
    *constraint = assay_constraint_new(*schema);
    return *constraint ||
           assay_fail(err, ASSAY_SYSTEM, "out of memory for a constraint");
}

static bool ask_local(struct assay_route_link *link,
                      const struct assay_ask *ask,
                      const struct assay_listener *listener,
                      struct assay_arena *arena, struct assay_response *answer,
                      struct assay_error *err)
{
    struct assay_local_route *route = (struct assay_local_route *)link;
    struct assay_schema *schema = NULL;
    struct assay_constraint *constraint = NULL;
    struct assay_sampling sampling =
        ask->sampling ? *ask->sampling : stated_sampling(&ask->chat);
    struct assay_job job = {
        .ask = ask,
        .listener = listener,
        .detokenizer = {.tokenizer = route->local.tokenizer},
        .answer = answer,
        .err = err,
    };
    bool ok;

    *answer = (struct assay_response){
        .reply = {.model = assay_str_c(route->local.name),
                  .usage_state = ASSAY_USAGE_RETURNED},
        .clocks = {.asked = assay_route_now()},
    };
    assay_stops_init(&job.stops, ask->chat.stops, ask->chat.stop_count,
                     (size_t)64 << 20);
    ok = check_ask(ask, &sampling, err) &&
         make_prompt(route, ask, arena, &job.prompt, err) &&
         limit_tokens(route, &job, err) &&
         make_constraint(route, ask, &schema, &constraint, err);
    if (ok) {
        job.sampler =
            assay_sampler_new(route->local.tokenizer, &sampling, constraint);
        ok = job.sampler ||
             assay_fail(err, ASSAY_SYSTEM, "out of memory for an answer");
    }
    if (ok) {
        assay_sampler_read(job.sampler, job.prompt.at, job.prompt.count);
        answer->reply.usage.input_tokens = (uint32_t)job.prompt.count;
        hand_over(route, &job);
        ok = !job.failed;
        answer->clocks.done = assay_route_now();
        if (answer->reply.finish == ASSAY_FINISH_CANCELLED)
            answer->of = ASSAY_CLASS_CANCELLED;
        answer->reply.text = assay_arena_copy(
            arena,
            assay_str_head(assay_buf_str(&job.stops.text), job.stops.told));
    }
    assay_sampler_free(job.sampler);
    assay_constraint_free(constraint);
    assay_schema_free(schema);
    assay_stops_release(&job.stops);
    return ok;
}

/* ------------------------------------------------------- scoring */

/* The logits behind the tokens of `tokens` from one on. */
static bool logits_from(struct assay_local_route *route,
                        const struct assay_tokens *tokens, size_t from,
                        float *logits, struct assay_error *err)
{
    struct assay_response answer = {0};
    struct assay_job job = {
        .prompt = *tokens,
        .answer = &answer,
        .err = err,
        .logits = logits,
        .logits_from = from,
    };

    hand_over(route, &job);
    return !job.failed;
}

static void add_up(struct assay_local_route *route,
                   const struct assay_tokens *all, size_t from,
                   const float *logits, struct assay_likelihood *score)
{
    *score = (struct assay_likelihood){.greedy = true};
    for (size_t i = from; i < all->count; i++) {
        struct assay_logprob of_token, best;

        assay_logprobs(logits + (i - from) * route->vocabulary,
                       route->vocabulary, all->at[i], &of_token, &best, 1);
        score->log += (double)of_token.logprob;
        score->greedy = score->greedy && best.token == all->at[i];
        score->tokens++;
    }
}

/* White space as Python's rstrip() takes it away, of ASCII. */
static struct assay_str without_end(struct assay_str text)
{
    while (text.len &&
           memchr(" \t\n\v\f\r\x1c\x1d\x1e\x1f", text.at[text.len - 1], 10))
        text.len--;
    return text;
}

/* What is behind `context` tokens of all is the continuation. */
static bool score_one(struct assay_local_route *route,
                      const struct assay_tokens *all, size_t context,
                      struct assay_likelihood *score, struct assay_error *err)
{
    uint32_t limit = assay_engine_facts(route->local.engine).context;
    size_t own = all->count > context ? all->count - context : 0;
    float *logits;
    bool ok;

    if (own == 0 || all->count > limit)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          own ? "context and continuation have %zu "
                                "tokens, the model reads %u"
                              : "a continuation adds no token",
                          all->count, limit);
    logits = malloc((own + 1) * route->vocabulary * sizeof *logits);
    if (!logits)
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for %zu tokens",
                          all->count);
    ok = logits_from(route, all, context - 1, logits, err);
    if (ok)
        add_up(route, all, context, logits, score);
    free(logits);
    return ok;
}

/*
 * As lm-eval cuts them (lm_eval/api/model.py, _encode_pair, read 2026-11-22):
 * white space at the context's end goes to the continuation, both are
 * tokenised as one text, and so many tokens as the context has alone are its.
 */
static bool score_local(struct assay_route_link *link, struct assay_str context,
                        const struct assay_str *continuations, size_t count,
                        struct assay_likelihood *scores,
                        struct assay_error *err)
{
    struct assay_local_route *route = (struct assay_local_route *)link;
    struct assay_ask ask = {.prompt = without_end(context)};
    struct assay_arena arena = {0};
    struct assay_tokens alone, all;
    bool ok = make_prompt(route, &ask, &arena, &alone, err);

    for (size_t i = 0; ok && i < count; i++) {
        ask.prompt =
            assay_arena_printf(&arena, "%.*s%.*s", ASSAY_STR_ARG(context),
                               ASSAY_STR_ARG(continuations[i]));
        ok = make_prompt(route, &ask, &arena, &all, err) &&
             score_one(route, &all, alone.count, &scores[i], err);
        scores[i].bytes = continuations[i].len;
    }
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- open, close */

static void close_local(struct assay_route_link *link)
{
    struct assay_local_route *route = (struct assay_local_route *)link;

    if (route->started) {
        pthread_mutex_lock(&route->lock);
        atomic_store(&route->ending, true);
        pthread_cond_signal(&route->work);
        while (route->asking > 0)
            pthread_cond_wait(&route->done, &route->lock);
        pthread_mutex_unlock(&route->lock);
        pthread_join(route->thread, NULL);
    }
    for (size_t i = 0; i < route->slot_count; i++)
        assay_sequence_free(route->slots[i].sequence);
    free(route->slots);
    free(route->logits);
    assay_local_close(&route->local);
    pthread_cond_destroy(&route->done);
    pthread_cond_destroy(&route->work);
    pthread_mutex_destroy(&route->lock);
    free(route);
}

static bool make_slots(struct assay_local_route *route, size_t count,
                       struct assay_error *err)
{
    route->vocabulary = assay_engine_facts(route->local.engine).vocabulary;
    route->slots = calloc(count, sizeof *route->slots);
    route->logits = malloc(count * route->vocabulary * sizeof *route->logits);
    if (!route->slots || !route->logits)
        return assay_fail(err, ASSAY_SYSTEM,
                          "out of memory for %zu answers at once", count);
    for (; route->slot_count < count; route->slot_count++) {
        struct assay_sequence *sequence =
            assay_sequence_new(route->local.engine, err);

        if (!sequence)
            return false;
        route->slots[route->slot_count].sequence = sequence;
    }
    return true;
}

static bool open_parts(struct assay_local_route *route, struct assay_str name,
                       const struct assay_route_options *options,
                       struct assay_error *err)
{
    const struct assay_engine_options engine = {
        .threads = options->threads,
        .cpu = options->cpu,
        .progress = options->progress,
        .context = options->context,
    };
    size_t parallel = options->parallel ? options->parallel : PARALLEL;

    if (parallel > ASSAY_MOST_PARALLEL)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%zu answers at once, expected 1 to %d", parallel,
                          ASSAY_MOST_PARALLEL);
    if (!assay_local_open(&route->local, name, &engine, err) ||
        !make_slots(route, parallel, err))
        return false;
    route->started =
        assay_thread_start(&route->thread, assay_local_turns, route);
    return route->started ||
           assay_fail(err, ASSAY_SYSTEM, "no thread can be started");
}

static struct assay_route_link *open_local(
    struct assay_str name, const struct assay_route_options *options,
    struct assay_error *err)
{
    struct assay_local_route *route = calloc(1, sizeof *route);

    if (!route) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a route");
        return NULL;
    }
    route->link.driver = &assay_route_local;
    pthread_mutex_init(&route->lock, NULL);
    pthread_cond_init(&route->work, NULL);
    pthread_cond_init(&route->done, NULL);
    if (open_parts(route, name, options, err))
        return &route->link;
    close_local(&route->link);
    return NULL;
}

static struct assay_str model_of(const struct assay_route_link *link)
{
    return assay_str_c(((const struct assay_local_route *)link)->local.name);
}

static const struct assay_tokenizer *tokenizer_of(
    const struct assay_route_link *link)
{
    return ((const struct assay_local_route *)link)->local.tokenizer;
}

const struct assay_route_driver assay_route_local = {
    .scheme = "local",
    .open = open_local,
    .close = close_local,
    .model = model_of,
    .tokenizer = tokenizer_of,
    .ask = ask_local,
    .score = score_local,
};
