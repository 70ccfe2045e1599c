/*
 * What this machine can do at most: bytes a second that all threads read
 * together, and int8 products a second (AVX-512 VNNI; 0 where there is none).
 *
 *   engine_limits THREADS      prints "GB/s GOPS", medians of five
 */
#define _GNU_SOURCE

#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, MOST_THREADS = 64, ROUNDS_OF_DOTS = 4000000 };

static const size_t bytes = (size_t)1 << 30;
static unsigned char *memory;
static int threads;
static pthread_barrier_t barrier;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t read_part(const unsigned char *at, size_t count)
{
    uint64_t sums[8] = {0}, sum = 0;

    for (size_t i = 0; i + 64 <= count; i += 64)
        for (int k = 0; k < 8; k++) {
            uint64_t word;

            memcpy(&word, at + i + 8 * k, 8);
            sums[k] += word;
        }
    for (int k = 0; k < 8; k++)
        sum += sums[k];
    return sum;
}

#if defined(__AVX512VNNI__)
/* Twelve independent sums hide the four cycles of one. */
static int dots(void)
{
    __m512i sums[12], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(2), all;

    for (int k = 0; k < 12; k++)
        sums[k] = _mm512_setzero_si512();
    for (int i = 0; i < ROUNDS_OF_DOTS; i++) {
#pragma GCC unroll 12
        for (int k = 0; k < 12; k++)
            sums[k] = _mm512_dpbusd_epi32(sums[k], a, b);
        __asm__ volatile("" ::: "memory");
    }
    all = sums[0];
    for (int k = 1; k < 12; k++)
        all = _mm512_add_epi32(all, sums[k]);
    return _mm512_reduce_add_epi32(all);
}
#else
static int dots(void)
{
    return 0;
}
#endif

static volatile uint64_t sink;

static void *work(void *argument)
{
    size_t part = bytes / (size_t)threads;
    size_t at = (size_t)(uintptr_t)argument * part;

    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&barrier);
        sink += read_part(memory + at, part);
        pthread_barrier_wait(&barrier);
    }
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&barrier);
        sink += (uint64_t)dots();
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median_seconds(void)
{
    double values[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        double begun;

        pthread_barrier_wait(&barrier);
        begun = now();
        pthread_barrier_wait(&barrier);
        values[i] = now() - begun;
    }
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    pthread_t ids[MOST_THREADS];
    double operations = 0, gigabytes;

    threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1;
    memory = aligned_alloc(4096, bytes);
    if (threads < 1 || threads > MOST_THREADS || !memory)
        return 1;
    memset(memory, 1, bytes);
    pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, work, (void *)(uintptr_t)i);
    gigabytes = (double)bytes / median_seconds() / 1e9;
    double took = median_seconds();
#if defined(__AVX512VNNI__)
    operations = 2.0 * 64 * 12 * ROUNDS_OF_DOTS * threads / took / 1e9;
#else
    (void)took;
#endif
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    printf("%.1f %.0f\n", gigabytes, operations);
    return 0;
}
