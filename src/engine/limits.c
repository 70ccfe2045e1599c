/*
 * What the machine could do at most, measured where the engine runs: with
 * its threads and its level of kernels, on its weights where they are larger
 * than any cache. Some tenths of a second.
 */
#define _POSIX_C_SOURCE 200809L

#include "assay/engine.h"

#include "engine/engine_parts.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TIMES = 5, /* of which the median counts */
    PART_BYTES = 1 << 20,
    LEAST_PARTS = 256, /* more than caches hold */
    MOST_PARTS = 1024,
    DOT_PARTS = 32,
};

static const double dots_take_s = 0.02;

struct load {
    const struct assay_kernels *kernels;
    const unsigned char *memory;
    size_t rounds;
    _Atomic uint64_t sink; /* so that nothing is left out */
};

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void read_parts(void *context, size_t from, size_t to, size_t thread)
{
    struct load *load = context;

    (void)thread;
    atomic_fetch_add(&load->sink,
                     load->kernels->read(load->memory + from * PART_BYTES,
                                         (to - from) * PART_BYTES));
}

static void dot_parts(void *context, size_t from, size_t to, size_t thread)
{
    struct load *load = context;

    (void)thread;
    atomic_fetch_add(&load->sink,
                     load->kernels->dots((to - from) * load->rounds));
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Median seconds of all parts together. */
static double median_s(struct assay_pool *pool, struct load *load, size_t parts,
                       void (*work)(void *context, size_t from, size_t to,
                                    size_t thread))
{
    double took[TIMES];

    for (int i = 0; i < TIMES; i++) {
        double begun = now_s();

        assay_pool_run(pool, parts, 1, work, load);
        took[i] = now_s() - begun;
    }
    qsort(took, TIMES, sizeof *took, by_value);
    return took[TIMES / 2];
}

/* As many rounds as take a while on this level. */
static double dots_per_s(struct assay_pool *pool, struct load *load)
{
    double begun, took;

    load->rounds = 64;
    do {
        load->rounds *= 2;
        begun = now_s();
        assay_pool_run(pool, DOT_PARTS, 1, dot_parts, load);
        took = now_s() - begun;
    } while (took < dots_take_s);
    return (double)load->kernels->dot_operations * (double)load->rounds *
           DOT_PARTS / median_s(pool, load, DOT_PARTS, dot_parts);
}

bool assay_engine_measure(struct assay_engine *engine,
                          struct assay_engine_limits *limits,
                          struct assay_error *err)
{
    size_t parts = engine->packed_bytes / PART_BYTES;
    struct load load = {.kernels = engine->kernels, .memory = engine->packed};
    size_t own_bytes = 0;
    void *own = NULL;

    if (parts > MOST_PARTS)
        parts = MOST_PARTS;
    if (parts < LEAST_PARTS) {
        parts = LEAST_PARTS;
        own_bytes = parts * PART_BYTES;
        own = assay_map_memory(own_bytes, true, err);
        if (!own)
            return false;
        memset(own, 1, own_bytes); /* else all of it is one page */
        load.memory = own;
    }
    limits->read_bytes_per_s = (double)parts * PART_BYTES /
                               median_s(engine->pool, &load, parts, read_parts);
    limits->int8_operations_per_s = dots_per_s(engine->pool, &load);
    assay_unmap_memory(own, own_bytes);
    return true;
}
