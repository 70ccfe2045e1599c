/*
 * Threads that price blocks of lines, while one thread reads and writes in
 * order. Private to cli.
 */
#ifndef ASSAY_CLI_PRICE_POOL_H
#define ASSAY_CLI_PRICE_POOL_H

#include "assay/pricer.h"

struct assay_price_pool;

/*
 * One thread for each processor. They take no signals. NULL, with nothing to
 * clean up, when the system gives none.
 */
struct assay_price_pool *assay_price_pool_start(struct assay_pricer *pricer);
/* Ends the threads after what they are at; answers not taken are lost. */
void assay_price_pool_stop(struct assay_price_pool *pool);

bool assay_price_pool_is_full(const struct assay_price_pool *pool);
/*
 * Gives whole lines to be priced; they are copied. Not when it is full.
 * SYSTEM: no memory for them.
 */
bool assay_price_pool_give(struct assay_price_pool *pool,
                           struct assay_str lines, struct assay_error *err);
/*
 * The answers to the oldest block that was given and not taken; waits for
 * them. Lent until the next call of give. NULL: all are taken.
 */
const struct assay_buf *assay_price_pool_take(struct assay_price_pool *pool);

#endif
