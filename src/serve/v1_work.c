/*
 * The threads of /v1: they read requests in the order in which these came,
 * and ask the route, a thread a choice. A request with several choices is
 * begun by one thread and helped by all that are free.
 */
#include "serve/v1_parts.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    MOST_WAITING = 64, /* requests that nobody has begun */
};

/* ------------------------------------------------------- the lists */

static void append(struct assay_talk **first, struct assay_talk **last,
                   struct assay_talk *talk)
{
    talk->next_in_queue = NULL;
    if (*last)
        (*last)->next_in_queue = talk;
    else
        *first = talk;
    *last = talk;
}

static struct assay_talk *take_first(struct assay_talk **first,
                                     struct assay_talk **last)
{
    struct assay_talk *talk = *first;

    if (!talk)
        return NULL;
    *first = talk->next_in_queue;
    if (!*first)
        *last = NULL;
    return talk;
}

static void put_in(struct assay_v1 *v1, struct assay_talk *talk)
{
    talk->next = v1->all;
    if (talk->next)
        talk->next->before = talk;
    v1->all = talk;
    append(&v1->first_new, &v1->last_new, talk);
    v1->waiting++;
}

static void unlink_talk(struct assay_v1 *v1, struct assay_talk *talk)
{
    if (talk->before)
        talk->before->next = talk->next;
    else
        v1->all = talk->next;
    if (talk->next)
        talk->next->before = talk->before;
}

/* It is answered: nobody finds it here any more. */
static void take_out(struct assay_v1 *v1, struct assay_talk *talk)
{
    pthread_mutex_lock(&v1->lock);
    unlink_talk(v1, talk);
    pthread_mutex_unlock(&v1->lock);
    assay_talk_let_go(talk);
}

/* ------------------------------------------------------- the threads */

/* What a thread does next: a choice of a talk, or reading it. */
struct task {
    struct assay_talk *talk; /* NULL: it is over */
    struct assay_talk_choice *choice;
};

/* What has begun goes first: each talk ends before others begin. */
static struct task wait_for_task(struct assay_v1 *v1)
{
    struct task task = {0};

    pthread_mutex_lock(&v1->lock);
    while (!v1->stop && !v1->first_open && !v1->first_new)
        pthread_cond_wait(&v1->given, &v1->lock);
    if (v1->first_open) {
        task.talk = v1->first_open;
        task.choice = &task.talk->choices[task.talk->next_choice++];
        if (task.talk->next_choice == task.talk->choice_count)
            (void)take_first(&v1->first_open, &v1->last_open);
    } else if (v1->first_new) {
        task.talk = take_first(&v1->first_new, &v1->last_new);
        v1->waiting--;
    }
    pthread_mutex_unlock(&v1->lock);
    return task;
}

static void read_talk(struct assay_v1 *v1, struct assay_talk *talk)
{
    struct assay_openai_fault fault = {0};

    /* who has left meanwhile has a fault of his own */
    if (atomic_load(&talk->cancel) || !assay_talk_read(talk, &fault)) {
        assay_talk_refuse(talk, &fault);
        take_out(v1, talk);
        return;
    }
    pthread_mutex_lock(&v1->lock);
    append(&v1->first_open, &v1->last_open, talk);
    if (talk->choice_count > 1)
        pthread_cond_broadcast(&v1->given);
    pthread_mutex_unlock(&v1->lock);
}

static void *work_on(void *of_v1)
{
    struct assay_v1 *v1 = of_v1;
    struct task task;

    while ((task = wait_for_task(v1)).talk)
        if (!task.choice)
            read_talk(v1, task.talk);
        else if (assay_talk_ask(task.choice))
            take_out(v1, task.talk);
    return NULL;
}

struct assay_v1 *assay_v1_start(const struct assay_mhd *mhd,
                                struct assay_route_link *route, size_t parallel,
                                struct assay_error *err)
{
    struct assay_v1 *v1 = calloc(1, sizeof *v1);

    if (!v1) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for threads");
        return NULL;
    }
    v1->mhd = mhd;
    v1->route = route;
    v1->created = (int64_t)time(NULL);
    pthread_mutex_init(&v1->lock, NULL);
    pthread_cond_init(&v1->given, NULL);
    if (parallel == 0)
        parallel = ASSAY_V1_PARALLEL;
    while (v1->thread_count < parallel &&
           v1->thread_count < ASSAY_V1_MOST_PARALLEL &&
           pthread_create(&v1->threads[v1->thread_count], NULL, work_on, v1) ==
               0)
        v1->thread_count++;
    if (v1->thread_count > 0)
        return v1;
    assay_fail(err, ASSAY_SYSTEM, "the system gives no thread");
    assay_v1_free(v1);
    return NULL;
}

void assay_v1_stop(struct assay_v1 *v1)
{
    if (!v1)
        return;
    pthread_mutex_lock(&v1->lock);
    v1->stop = true;
    for (struct assay_talk *talk = v1->all; talk; talk = talk->next)
        assay_talk_cancel(talk, "unavailable", "the server is stopping");
    pthread_cond_broadcast(&v1->given);
    pthread_mutex_unlock(&v1->lock);
    /* they go through what was given, which ends at once */
    for (size_t i = 0; i < v1->thread_count; i++)
        pthread_join(v1->threads[i], NULL);
    v1->thread_count = 0;
}

void assay_v1_free(struct assay_v1 *v1)
{
    if (!v1)
        return;
    pthread_cond_destroy(&v1->given);
    pthread_mutex_destroy(&v1->lock);
    free(v1);
}

/* ------------------------------------------------------- giving */

static struct assay_served *say(struct assay_v1 *v1, const char *code,
                                const char *text)
{
    struct assay_openai_fault fault;

    assay_openai_fail(&fault, code, NULL, "%s", text);
    return assay_served_fault(v1->mhd, &fault);
}

struct assay_served *assay_v1_give(struct assay_v1 *v1,
                                   struct assay_connection *connection)
{
    struct assay_talk *talk = assay_talk_new(v1, connection);
    bool full, stop;

    if (!talk)
        return say(v1, "unavailable", "out of memory for an answer");
    talk->ask.body = assay_str_is(connection->now.path, "/v1/completions")
                         ? ASSAY_OPENAI_COMPLETION
                         : ASSAY_OPENAI_CHAT;
    pthread_mutex_lock(&v1->lock);
    full = v1->waiting >= MOST_WAITING;
    stop = v1->stop;
    if (!full && !stop) {
        connection->now.talk = assay_talk_hold(talk);
        put_in(v1, talk);
        pthread_cond_signal(&v1->given);
    }
    pthread_mutex_unlock(&v1->lock);
    if (!full && !stop)
        return NULL; /* it may be answered already: hands off */
    assay_talk_let_go(talk);
    return stop ? say(v1, "unavailable", "the server is stopping")
                : say(v1, "rate_limit_exceeded",
                      "too many requests wait for the model; try again");
}

/* ------------------------------------------------------- watching */

static bool has_left(struct assay_talk *talk)
{
    bool left = false;
    char byte;

    /* while the connection is there, its socket is */
    pthread_mutex_lock(&talk->lock);
    if (talk->connection && !talk->ended)
        left = recv(talk->file, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    pthread_mutex_unlock(&talk->lock);
    return left;
}

/* Who has left while he waited makes room. The lock is held. */
static void drop_cancelled(struct assay_v1 *v1)
{
    const struct assay_openai_fault known = {0}; /* it has its own */
    struct assay_talk **at = &v1->first_new, *talk;

    v1->last_new = NULL;
    while ((talk = *at)) {
        if (!atomic_load(&talk->cancel)) {
            v1->last_new = talk;
            at = &talk->next_in_queue;
            continue;
        }
        *at = talk->next_in_queue;
        v1->waiting--;
        unlink_talk(v1, talk);
        assay_talk_refuse(talk, &known);
        assay_talk_let_go(talk);
    }
}

void assay_v1_watch(struct assay_v1 *v1)
{
    if (!v1)
        return;
    pthread_mutex_lock(&v1->lock);
    for (struct assay_talk *talk = v1->all; talk; talk = talk->next)
        if (has_left(talk))
            assay_talk_cancel(talk, "client_closed_request",
                              "the client has left");
    drop_cancelled(v1);
    pthread_mutex_unlock(&v1->lock);
}

struct assay_v1_counts assay_v1_count(struct assay_v1 *v1)
{
    struct assay_v1_counts counts = {
        .input = atomic_load(&v1->input),
        .cached = atomic_load(&v1->cached),
        .output = atomic_load(&v1->output),
        .answering = atomic_load(&v1->answering),
    };

    pthread_mutex_lock(&v1->lock);
    counts.waiting = v1->waiting;
    pthread_mutex_unlock(&v1->lock);
    return counts;
}
