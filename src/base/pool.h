/*
 * Threads that wait for work, spinning for a moment before they sleep: an
 * inference step has some two hundred small pieces of work, each of which
 * all threads share.
 */
#ifndef ASSAY_BASE_POOL_H
#define ASSAY_BASE_POOL_H

#include "assay/error.h"

#include <pthread.h>
#include <stddef.h>

/*
 * A thread that signals of the process do not go to: they are for whoever
 * waits for them. False: there is none.
 */
bool assay_thread_start(pthread_t *thread, void *(*run)(void *context),
                        void *context);

struct assay_pool;

/* threads >= 1, the caller's own counted. NULL: SYSTEM. */
struct assay_pool *assay_pool_new(size_t threads, struct assay_error *err);
/* Ends the threads. Accepts NULL. */
void assay_pool_free(struct assay_pool *pool);
size_t assay_pool_threads(const struct assay_pool *pool);

/*
 * Calls work(context, from, to, thread) for parts of 0 … count, until all is
 * done; parts are taken by whoever is free, `grain` at a time. Returns when
 * every part is done. One caller at a time; not from inside `work`. What is
 * computed must not depend on who takes which part.
 */
void assay_pool_run(struct assay_pool *pool, size_t count, size_t grain,
                    void (*work)(void *context, size_t from, size_t to,
                                 size_t thread),
                    void *context);

#endif
