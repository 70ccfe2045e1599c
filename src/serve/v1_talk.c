/*
 * A talk while it is answered: what the model said and nobody has taken yet.
 * The route's thread adds to it and never waits; text that a client is slow
 * to take is put into larger events.
 */
#include "serve/v1_parts.h"

#include "assay/file.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ANSWER_BYTES ASSAY_MIB(64)

enum {
    ENOUGH_OUT = 64 << 10, /* events are written up to here */
};

/* ------------------------------------------------------- its life */

struct assay_talk *assay_talk_new(struct assay_v1 *v1,
                                  struct assay_connection *connection)
{
    struct assay_talk *talk = calloc(1, sizeof *talk);

    if (!talk)
        return NULL;
    talk->v1 = v1;
    atomic_init(&talk->holders, 1);
    atomic_init(&talk->cancel, false);
    pthread_mutex_init(&talk->lock, NULL);
    talk->connection = connection;
    talk->file = connection->file;
    talk->sleeping = true;
    talk->body = connection->now.body;
    assay_buf_init(&connection->now.body, ASSAY_SITE_MAX_BODY);
    assay_buf_init(&talk->out, MOST_ANSWER_BYTES);
    return talk;
}

struct assay_talk *assay_talk_hold(struct assay_talk *talk)
{
    atomic_fetch_add_explicit(&talk->holders, 1, memory_order_relaxed);
    return talk;
}

void assay_talk_let_go(struct assay_talk *talk)
{
    if (atomic_fetch_sub_explicit(&talk->holders, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < talk->choice_count; i++) {
        assay_buf_release(&talk->choices[i].text);
        assay_openai_logprobs_release(&talk->choices[i].logprobs);
        free(talk->choices[i].held);
    }
    assay_buf_release(&talk->body);
    assay_buf_release(&talk->out);
    assay_arena_free(&talk->arena);
    pthread_mutex_destroy(&talk->lock);
    free(talk);
}

void assay_talk_open(struct assay_talk *talk, size_t choice_count)
{
    struct assay_talk_choice *choices =
        ASSAY_NEW_ARRAY(&talk->arena, struct assay_talk_choice, choice_count);

    for (size_t i = 0; i < choice_count; i++) {
        choices[i].talk = talk;
        choices[i].index = i;
        assay_buf_init(&choices[i].text, MOST_ANSWER_BYTES);
        assay_openai_logprobs_init(&choices[i].logprobs, talk->ask.body,
                                   MOST_ANSWER_BYTES);
    }
    pthread_mutex_lock(&talk->lock);
    talk->choices = choices;
    talk->choice_count = talk->left = choice_count;
    pthread_mutex_unlock(&talk->lock);
}

/* ------------------------------------------------------- the stream */

/* Events of one choice, as far as there is something to say. */
static void tell(struct assay_talk *talk, struct assay_talk_choice *choice)
{
    struct assay_openai_part part = {.index = choice->index,
                                     .text = ASSAY_STR("")};

    if (!choice->opened && talk->head.body == ASSAY_OPENAI_CHAT) {
        part.opens = true;
        assay_openai_write_event(&talk->out, &talk->head, &part);
        part.opens = false;
    }
    choice->opened = true;
    if (choice->text.len > 0 || choice->logprobs.count > 0) {
        part.text = assay_buf_str(&choice->text);
        part.logprobs = talk->ask.logprobs >= 0 ? &choice->logprobs : NULL;
        assay_openai_write_event(&talk->out, &talk->head, &part);
        assay_buf_clear(&choice->text);
        assay_openai_logprobs_clear(&choice->logprobs);
    }
    if (!choice->finish || choice->ended)
        return;
    part = (struct assay_openai_part){
        .index = choice->index,
        .text = ASSAY_STR(""),
        .finish = choice->finish,
    };
    assay_openai_write_event(&talk->out, &talk->head, &part);
    choice->ended = true;
}

static void tell_end(struct assay_talk *talk)
{
    if (talk->failed) {
        assay_openai_write_fault_event(&talk->out, &talk->fault);
    } else {
        if (talk->ask.include_usage)
            assay_openai_write_usage_event(&talk->out, &talk->head,
                                           &talk->usage);
        assay_openai_write_end(&talk->out);
    }
    talk->ended = true;
}

void assay_talk_fill(struct assay_talk *talk)
{
    struct assay_buf *out = &talk->out;

    if (!talk->begun || talk->ended)
        return;
    if (talk->taken >= ENOUGH_OUT || talk->taken == out->len) {
        out->len -= talk->taken;
        if (out->len)
            memmove(out->at, out->at + talk->taken, out->len);
        talk->taken = 0;
    }
    for (size_t i = 0; i < talk->choice_count; i++) {
        if (out->len - talk->taken >= ENOUGH_OUT)
            return;
        tell(talk, &talk->choices[i]);
    }
    if (talk->left == 0)
        tell_end(talk);
}

/* ------------------------------------------------------- tokens */

static size_t count_chars(struct assay_str bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes.len; i++)
        n += ((unsigned char)bytes.at[i] & 0xc0) != 0x80;
    return n;
}

static bool hold_token(struct assay_talk_choice *choice,
                       const struct assay_piece *piece)
{
    const struct assay_tokenizer *tokenizer =
        assay_route_tokenizer(choice->talk->v1->route);
    struct assay_str bytes =
        assay_token_bytes(tokenizer, piece->logprob->token);
    struct assay_held_token *held;

    if (choice->held_count == choice->held_room) {
        size_t room = choice->held_room ? choice->held_room * 2 : 4;

        held = realloc(choice->held, room * sizeof *held);
        if (!held)
            return false;
        choice->held = held;
        choice->held_room = room;
    }
    held = &choice->held[choice->held_count++];
    *held = (struct assay_held_token){
        .at = choice->seen,
        .at_char = choice->seen_chars,
        .token = *piece->logprob,
        .best_count = piece->best_count,
    };
    memcpy(held->best, piece->best, piece->best_count * sizeof *piece->best);
    choice->seen += bytes.len;
    choice->seen_chars += count_chars(bytes);
    return true;
}

static struct assay_openai_token spelled(
    const struct assay_tokenizer *tokenizer,
    const struct assay_logprob *logprob)
{
    struct assay_openai_token token = {
        .bytes = assay_token_bytes(tokenizer, logprob->token),
        .name = ASSAY_STR(""),
        .logprob = (double)logprob->logprob,
    };

    if (token.bytes.len == 0)
        token.name = assay_token_name(tokenizer, logprob->token);
    return token;
}

/* Tells of the tokens whose text has been told. */
static void tell_tokens(struct assay_talk_choice *choice)
{
    const struct assay_tokenizer *tokenizer =
        assay_route_tokenizer(choice->talk->v1->route);
    size_t done = 0;

    for (; done < choice->held_count; done++) {
        const struct assay_held_token *held = &choice->held[done];
        struct assay_openai_token best[20];
        struct assay_openai_token token = spelled(tokenizer, &held->token);

        if (held->at >= choice->told)
            break;
        for (size_t i = 0; i < held->best_count; i++)
            best[i] = spelled(tokenizer, &held->best[i]);
        assay_openai_logprobs_add(&choice->logprobs, &token, best,
                                  held->best_count, held->at_char);
    }
    choice->held_count -= done;
    memmove(choice->held, choice->held + done,
            choice->held_count * sizeof *choice->held);
}

/* ------------------------------------------------------- what comes */

bool assay_talk_piece(void *of_choice, const struct assay_piece *piece)
{
    struct assay_talk_choice *choice = of_choice;
    struct assay_talk *talk = choice->talk;
    bool ok = true;

    pthread_mutex_lock(&talk->lock);
    assay_buf_add(&choice->text, piece->text);
    choice->told += piece->text.len;
    if (piece->logprob)
        ok = hold_token(choice, piece);
    if (choice->held_count > 0)
        tell_tokens(choice);
    if (talk->ask.stream) {
        talk->begun = true;
        assay_talk_fill(talk);
        assay_talk_wake(talk);
    }
    ok = ok && !choice->text.failed && !choice->logprobs.content.failed &&
         !choice->logprobs.tops.failed && !talk->out.failed;
    pthread_mutex_unlock(&talk->lock);
    return ok;
}

/* The first reason is the one that is told. The lock is held. */
static void set_fault(struct assay_talk *talk,
                      const struct assay_openai_fault *fault)
{
    if (talk->failed)
        return;
    talk->failed = true;
    talk->fault = *fault;
    atomic_store(&talk->cancel, true);
}

/* Hands over what has become of it. The lock is held. */
static void end(struct assay_talk *talk)
{
    struct assay_served *page;

    if (talk->ask.stream && !talk->failed)
        talk->begun = true;
    if (talk->begun) {
        assay_talk_fill(talk);
    } else {
        talk->ended = true;
        page = talk->connection ? assay_talk_page(talk) : NULL;
        if (page)
            talk->connection->now.page = page;
    }
    assay_talk_wake(talk);
}

static bool finish_one(struct assay_talk *talk)
{
    bool last = --talk->left == 0;

    if (last) {
        end(talk);
    } else if (talk->begun) {
        assay_talk_fill(talk);
        assay_talk_wake(talk);
    }
    return last;
}

bool assay_talk_finish(struct assay_talk_choice *choice,
                       const struct assay_response *answer)
{
    struct assay_talk *talk = choice->talk;
    struct assay_openai_fault fault;
    bool last;

    pthread_mutex_lock(&talk->lock);
    talk->usage.output += answer->reply.usage.output_tokens;
    if (choice->index % (size_t)talk->ask.values[ASSAY_OPENAI_N].whole == 0) {
        talk->usage.input += answer->reply.usage.input_tokens;
        talk->usage.cached += answer->reply.usage.cache_read_tokens;
    }
    if (answer->reply.finish == ASSAY_FINISH_CANCELLED) {
        /* why is known already, unless a buffer was full */
        assay_openai_fail(&fault, "server_error", NULL,
                          "the answer is longer than there is room for");
        set_fault(talk, &fault);
    } else {
        choice->finish = assay_finish_name(answer->reply.finish);
    }
    last = finish_one(talk);
    pthread_mutex_unlock(&talk->lock);
    return last;
}

bool assay_talk_fail(struct assay_talk_choice *choice,
                     const struct assay_openai_fault *fault)
{
    struct assay_talk *talk = choice->talk;
    bool last;

    pthread_mutex_lock(&talk->lock);
    set_fault(talk, fault);
    last = finish_one(talk);
    pthread_mutex_unlock(&talk->lock);
    return last;
}

void assay_talk_refuse(struct assay_talk *talk,
                       const struct assay_openai_fault *fault)
{
    pthread_mutex_lock(&talk->lock);
    set_fault(talk, fault);
    talk->left = 0;
    end(talk);
    pthread_mutex_unlock(&talk->lock);
}

void assay_talk_cancel(struct assay_talk *talk, const char *code,
                       const char *why)
{
    struct assay_openai_fault fault;

    assay_openai_fail(&fault, code, NULL, "%s", why);
    pthread_mutex_lock(&talk->lock);
    if (!talk->ended)
        set_fault(talk, &fault);
    pthread_mutex_unlock(&talk->lock);
}
