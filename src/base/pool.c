/*
 * One job at a time: its number tells waiting threads that there is a new
 * one. They spin a little, because the next piece of work of a step comes
 * within microseconds, then sleep, because a thread that spins takes the
 * time of one that works when processors are shared.
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SPINS = 4000 }; /* some 20 to 50 microseconds */

struct helper {
    struct assay_pool *pool;
    pthread_t thread;
    size_t index;
};

struct assay_pool {
    size_t threads;
    struct helper *helpers; /* threads - 1 */
    size_t started;
    /* the job */
    void (*work)(void *context, size_t from, size_t to, size_t thread);
    void *context;
    size_t count, grain;
    _Atomic size_t next;
    _Atomic unsigned job; /* grows with each job */
    _Atomic size_t busy;  /* helpers that have not finished it */
    _Atomic bool ended;
    _Atomic unsigned sleepers;
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    _Atomic bool caller_sleeps;
};

bool assay_thread_start(pthread_t *thread, void *(*run)(void *context),
                        void *context)
{
    sigset_t others, before;
    bool started;

    /* faults of the thread itself stay: they could not wait */
    sigfillset(&others);
    sigdelset(&others, SIGBUS);
    sigdelset(&others, SIGSEGV);
    sigdelset(&others, SIGFPE);
    sigdelset(&others, SIGILL);
    sigdelset(&others, SIGABRT);
    sigdelset(&others, SIGPIPE);
    sigdelset(&others, SIGXFSZ);
    if (pthread_sigmask(SIG_SETMASK, &others, &before) != 0)
        return false;
    started = pthread_create(thread, NULL, run, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void pause_a_little(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void take_parts(struct assay_pool *pool, size_t thread)
{
    size_t from;

    while ((from = atomic_fetch_add(&pool->next, pool->grain)) < pool->count) {
        size_t to = from + pool->grain;

        pool->work(pool->context, from, to < pool->count ? to : pool->count,
                   thread);
    }
}

/* Returns with a job after `seen`, or at the end. */
static unsigned wait_for_job(struct assay_pool *pool, unsigned seen)
{
    unsigned job = seen;

    for (int i = 0; i < SPINS && job == seen; i++) {
        pause_a_little();
        job = atomic_load(&pool->job);
    }
    if (job != seen)
        return job;
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleepers, 1);
    while ((job = atomic_load(&pool->job)) == seen)
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *help(void *argument)
{
    struct helper *helper = argument;
    struct assay_pool *pool = helper->pool;
    unsigned seen = 0;

    for (;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load(&pool->ended))
            return NULL;
        take_parts(pool, helper->index);
        if (atomic_fetch_sub(&pool->busy, 1) == 1 &&
            atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

/* The job, or the end, is written before its number. */
static void announce(struct assay_pool *pool)
{
    atomic_fetch_add(&pool->job, 1);
    if (atomic_load(&pool->sleepers) == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_for_helpers(struct assay_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->busy) == 0)
            return;
        pause_a_little();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_sleeps, true);
    while (atomic_load(&pool->busy) > 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->lock);
}

void assay_pool_run(struct assay_pool *pool, size_t count, size_t grain,
                    void (*work)(void *context, size_t from, size_t to,
                                 size_t thread),
                    void *context)
{
    if (count == 0)
        return;
    if (pool->threads == 1 || count <= grain) {
        work(context, 0, count, 0);
        return;
    }
    pool->work = work;
    pool->context = context;
    pool->count = count;
    pool->grain = grain ? grain : 1;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->busy, pool->started);
    announce(pool);
    take_parts(pool, 0);
    wait_for_helpers(pool);
}

struct assay_pool *assay_pool_new(size_t threads, struct assay_error *err)
{
    struct assay_pool *pool = calloc(1, sizeof *pool);

    if (pool) {
        pool->threads = threads ? threads : 1;
        pool->helpers = calloc(pool->threads, sizeof *pool->helpers);
    }
    if (!pool || !pool->helpers) {
        free(pool);
        assay_fail(err, ASSAY_SYSTEM, "out of memory for %zu threads", threads);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (size_t i = 0; i + 1 < pool->threads; i++) {
        struct helper *helper = &pool->helpers[i];

        *helper = (struct helper){.pool = pool, .index = i + 1};
        if (!assay_thread_start(&helper->thread, help, helper)) {
            assay_pool_free(pool);
            assay_fail(err, ASSAY_SYSTEM, "no thread %zu of %zu can be started",
                       i + 2, threads);
            return NULL;
        }
        pool->started++;
    }
    return pool;
}

void assay_pool_free(struct assay_pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->ended, true);
    announce(pool);
    for (size_t i = 0; i < pool->started; i++)
        pthread_join(pool->helpers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool->helpers);
    free(pool);
}

size_t assay_pool_threads(const struct assay_pool *pool)
{
    return pool->threads;
}
