/*
 * A ring of blocks: given at one end, priced by whoever is free, taken at the
 * other end in the order in which they came. In practice 256 KiB a block, a
 * millisecond of work, so one lock for all is held for nothing.
 */
#include "cli/price_pool.h"

#include "assay/file.h"
#include "cli/cli.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ANSWER_BYTES ASSAY_MIB(64)

enum {
    MOST_THREADS = 16,
    BLOCKS = 2 * MOST_THREADS, /* what is done waits for what came before */
};

struct block {
    char *text; /* owned */
    size_t size, len;
    struct assay_buf out;
    bool done;
};

struct assay_price_pool {
    struct assay_pricer *pricer;
    pthread_t threads[MOST_THREADS];
    size_t thread_count;
    struct block blocks[BLOCKS];
    pthread_mutex_t lock; /* over what follows, and over `done` */
    pthread_cond_t work, done;
    size_t given, begun, taken; /* blocks so far */
    bool stop;
};

/* ------------------------------------------------------- the threads */

static struct block *block_at(struct assay_price_pool *pool, size_t number)
{
    return &pool->blocks[number % BLOCKS];
}

/* The next block that nobody has begun; NULL when it is time to end. */
static struct block *begin_block(struct assay_price_pool *pool)
{
    struct block *block = NULL;

    pthread_mutex_lock(&pool->lock);
    while (!pool->stop && pool->begun == pool->given)
        pthread_cond_wait(&pool->work, &pool->lock);
    if (!pool->stop)
        block = block_at(pool, pool->begun++);
    pthread_mutex_unlock(&pool->lock);
    return block;
}

static void *price_blocks(void *of_pool)
{
    struct assay_price_pool *pool = of_pool;
    struct block *block;

    while ((block = begin_block(pool))) {
        assay_pricer_lines(pool->pricer,
                           (struct assay_str){block->text, block->len},
                           &block->out);
        pthread_mutex_lock(&pool->lock);
        block->done = true;
        pthread_cond_signal(&pool->done);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

/* ------------------------------------------------------- start and stop */

struct assay_price_pool *assay_price_pool_start(struct assay_pricer *pricer)
{
    struct assay_price_pool *pool = calloc(1, sizeof(*pool));
    size_t wanted = assay_cli_processors(MOST_THREADS);
    sigset_t all, before;

    if (!pool)
        return NULL;
    pool->pricer = pricer;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (size_t i = 0; i < BLOCKS; i++)
        assay_buf_init(&pool->blocks[i].out, MAX_ANSWER_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->thread_count < wanted &&
           pthread_create(&pool->threads[pool->thread_count], NULL,
                          price_blocks, pool) == 0)
        pool->thread_count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pool->thread_count > 0)
        return pool;
    assay_price_pool_stop(pool);
    return NULL;
}

void assay_price_pool_stop(struct assay_price_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    for (size_t i = 0; i < BLOCKS; i++) {
        free(pool->blocks[i].text);
        assay_buf_release(&pool->blocks[i].out);
    }
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* ------------------------------------------------------- the ring */

bool assay_price_pool_is_full(const struct assay_price_pool *pool)
{
    /* as much as keeps every thread at work while one is waited for */
    return pool->given - pool->taken >= 2 * pool->thread_count;
}

static bool copy_text(struct block *block, struct assay_str lines,
                      struct assay_error *err)
{
    if (lines.len > block->size) {
        char *wider = realloc(block->text, lines.len);

        if (!wider)
            return assay_fail(err, ASSAY_SYSTEM,
                              "no memory for %zu bytes of lines", lines.len);
        block->text = wider;
        block->size = lines.len;
    }
    memcpy(block->text, lines.at, lines.len);
    block->len = lines.len;
    return true;
}

bool assay_price_pool_give(struct assay_price_pool *pool,
                           struct assay_str lines, struct assay_error *err)
{
    struct block *block = block_at(pool, pool->given);

    if (!copy_text(block, lines, err))
        return false;
    block->done = false;
    assay_buf_clear(&block->out);
    pthread_mutex_lock(&pool->lock);
    pool->given++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    return true;
}

const struct assay_buf *assay_price_pool_take(struct assay_price_pool *pool)
{
    struct block *block = block_at(pool, pool->taken);

    if (pool->taken == pool->given)
        return NULL;
    pthread_mutex_lock(&pool->lock);
    while (!block->done)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    pool->taken++;
    return &block->out;
}
