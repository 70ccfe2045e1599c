/*
 * The workers: threads that make pages, so that the loops never wait. One
 * page is made once, however many ask for it meanwhile. In practice the
 * queue is empty and a page takes some milliseconds.
 */
#include "serve/server.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_THREADS = 64,
    MOST_WAITING = 1024, /* pages asked for that nobody has begun */
    CHAINS = 256,
};

/* A page that is asked for. What it reads belongs to its first waiter. */
struct job {
    struct job *next;       /* in the queue */
    struct job *next_alike; /* in its chain */
    struct assay_connection *waiters;
    struct assay_str key;
    uint64_t edition, hash;
    bool shared;
};

struct assay_work {
    struct assay_server *server;
    pthread_t threads[MOST_THREADS];
    size_t thread_count;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t given;
    struct job *first, *last; /* not begun */
    size_t waiting;
    struct job *chains[CHAINS]; /* all that are shared, begun or not */
    bool stop;
};

/* ------------------------------------------------------- making a page */

static struct assay_served *make_ready(struct assay_server *server,
                                       struct assay_str path)
{
    struct assay_error err = {0};

    if (assay_site_ready(server->site, &err))
        return assay_served_say(&server->mhd, 200, path, "ready");
    return assay_served_say(&server->mhd, 503, path, err.text);
}

static struct assay_served *make_page(struct assay_server *server,
                                      const struct assay_exchange *now)
{
    const struct assay_request request = {
        .method = now->is_post ? ASSAY_POST : ASSAY_GET,
        .path = now->path,
        .query = now->query,
        .body = assay_buf_str(&now->body),
        .media = assay_str_c(now->is_post ? now->media : NULL),
    };
    struct assay_reply reply = {0};
    struct assay_served *page;
    int64_t began_us = assay_now_us();

    if (assay_str_is(now->path, "/ready"))
        return make_ready(server, now->path);
    assay_site_ask(server->site, &request, &reply);
    page = assay_served_new(&server->mhd, &reply, now->coding);
    assay_metrics_made(server->metrics, assay_now_us() - began_us);
    return page;
}

/* ------------------------------------------------------- the queue */

static struct job **place_of(struct assay_work *work, const struct job *like)
{
    struct job **at = &work->chains[like->hash % CHAINS];

    while (*at && ((*at)->edition != like->edition ||
                   !assay_str_equal((*at)->key, like->key)))
        at = &(*at)->next_alike;
    return at;
}

static void append(struct assay_work *work, struct job *job)
{
    if (work->last)
        work->last->next = job;
    else
        work->first = job;
    work->last = job;
    work->waiting++;
}

static struct job *take_first(struct assay_work *work)
{
    struct job *job = work->first;

    if (!job)
        return NULL;
    work->first = job->next;
    if (!work->first)
        work->last = NULL;
    work->waiting--;
    return job;
}

/* Nobody may join from here on. The lock is held. */
static void leave_chain(struct assay_work *work, struct job *job)
{
    struct job **at = &work->chains[job->hash % CHAINS];

    if (!job->shared)
        return;
    while (*at != job)
        at = &(*at)->next_alike;
    *at = job->next_alike;
}

/* Hands the page to all who wait for it; lets go of it. */
static void give_out(struct assay_work *work, struct job *job,
                     struct assay_served *page)
{
    struct assay_connection *waiter = job->waiters;

    while (waiter) {
        struct assay_connection *next = waiter->now.next_waiter;

        waiter->now.page = page ? assay_served_hold(page) : NULL;
        /* from here on it is the loop's again */
        work->server->mhd.resume_connection(waiter->handle);
        waiter = next;
    }
    assay_served_let_go(page);
    free(job);
}

static void join(struct assay_work *work, struct job *job,
                 struct assay_connection *connection)
{
    /* behind the first one, whose request the job reads */
    connection->now.next_waiter = job->waiters->now.next_waiter;
    job->waiters->now.next_waiter = connection;
    assay_metrics_joined(work->server->metrics);
}

bool assay_work_give(struct assay_work *work,
                     struct assay_connection *connection, uint64_t edition)
{
    struct job *job = calloc(1, sizeof *job), **alike;
    bool taken = true;

    if (!job)
        return false;
    job->key = assay_buf_str(&connection->now.key);
    job->hash = assay_str_hash(job->key);
    job->edition = edition;
    job->shared = work->server->cache && !connection->now.is_post;
    job->waiters = connection;
    connection->now.next_waiter = NULL;
    pthread_mutex_lock(&work->lock);
    alike = place_of(work, job);
    if (job->shared && *alike) {
        join(work, *alike, connection);
        free(job);
    } else if (work->waiting == MOST_WAITING || work->stop) {
        taken = false;
        free(job);
    } else {
        if (job->shared)
            *alike = job;
        append(work, job);
        pthread_cond_signal(&work->given);
    }
    pthread_mutex_unlock(&work->lock);
    return taken;
}

/* ------------------------------------------------------- the threads */

static struct job *wait_for_job(struct assay_work *work)
{
    struct job *job = NULL;

    pthread_mutex_lock(&work->lock);
    while (!work->stop && !work->first)
        pthread_cond_wait(&work->given, &work->lock);
    if (!work->stop)
        job = take_first(work);
    pthread_mutex_unlock(&work->lock);
    return job;
}

static void *work_on(void *of_work)
{
    struct assay_work *work = of_work;
    struct assay_page_cache *cache = work->server->cache;
    struct job *job;

    while ((job = wait_for_job(work))) {
        struct assay_served *page = make_page(work->server, &job->waiters->now);

        if (page && page->edition && cache && job->shared)
            assay_page_cache_put(cache, job->key, page);
        /* in the cache before it leaves the chain: who comes between the
           two finds it in one of them */
        pthread_mutex_lock(&work->lock);
        leave_chain(work, job);
        pthread_mutex_unlock(&work->lock);
        give_out(work, job, page);
    }
    return NULL;
}

struct assay_work *assay_work_start(struct assay_server *server, size_t threads,
                                    struct assay_error *err)
{
    struct assay_work *work = calloc(1, sizeof *work);

    if (!work) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for threads");
        return NULL;
    }
    work->server = server;
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->given, NULL);
    while (work->thread_count < threads && work->thread_count < MOST_THREADS &&
           pthread_create(&work->threads[work->thread_count], NULL, work_on,
                          work) == 0)
        work->thread_count++;
    if (work->thread_count > 0)
        return work;
    assay_fail(err, ASSAY_SYSTEM, "the system gives no thread");
    assay_work_free(work);
    return NULL;
}

void assay_work_stop(struct assay_work *work)
{
    struct job *job;

    if (!work)
        return;
    pthread_mutex_lock(&work->lock);
    work->stop = true;
    pthread_cond_broadcast(&work->given);
    pthread_mutex_unlock(&work->lock);
    for (size_t i = 0; i < work->thread_count; i++)
        pthread_join(work->threads[i], NULL);
    work->thread_count = 0;
    /* nothing is taken any more, so this needs no lock */
    while ((job = take_first(work)))
        give_out(work, job, NULL);
}

void assay_work_free(struct assay_work *work)
{
    if (!work)
        return;
    pthread_cond_destroy(&work->given);
    pthread_mutex_destroy(&work->lock);
    free(work);
}
