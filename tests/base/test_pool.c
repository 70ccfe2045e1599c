/*
 * The pool of threads, and what is found out about the processor.
 */
#include "base/cpu.h"
#include "base/pool.h"

#include "support/support.h"

#include <string.h>

enum { PARTS = 1000 };

struct marks {
    unsigned char times[PARTS];
};

static void mark(void *context, size_t from, size_t to, size_t thread)
{
    struct marks *marks = context;

    (void)thread;
    for (size_t i = from; i < to; i++)
        marks->times[i]++;
}

static void each_part_is_done_once_by_any_number_of_threads(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 5; threads++) {
        struct assay_error err = {0};
        struct assay_pool *pool = assay_pool_new(threads, &err);

        assert_non_null(pool);
        assert_int_equal(assay_pool_threads(pool), threads);
        for (size_t grain = 1; grain < 40; grain += 7) {
            struct marks marks = {{0}};

            assay_pool_run(pool, PARTS, grain, mark, &marks);
            for (size_t i = 0; i < PARTS; i++)
                assert_int_equal(marks.times[i], 1);
        }
        assay_pool_free(pool);
    }
}

static void add_up(void *context, size_t from, size_t to, size_t thread)
{
    size_t *sums = context;

    sums[thread] += to - from;
}

static void many_small_jobs_follow_each_other(void **state)
{
    struct assay_error err = {0};
    struct assay_pool *pool = assay_pool_new(3, &err);
    size_t sums[3] = {0};

    (void)state;
    assert_non_null(pool);
    for (int i = 0; i < 20000; i++)
        assay_pool_run(pool, 5, 1, add_up, sums);
    assay_pool_free(pool);
    assert_int_equal(sums[0] + sums[1] + sums[2], 100000);
}

static void a_job_of_nothing_calls_nobody(void **state)
{
    struct assay_error err = {0};
    struct assay_pool *pool = assay_pool_new(2, &err);

    (void)state;
    assert_non_null(pool);
    assay_pool_run(pool, 0, 1, add_up, NULL);
    assay_pool_free(pool);
    assay_pool_free(NULL);
}

static void levels_are_known_by_name(void **state)
{
    enum assay_cpu_level level;

    (void)state;
    for (int i = ASSAY_CPU_SCALAR; i <= ASSAY_CPU_AVX512; i++) {
        assert_true(assay_cpu_level_named(
            assay_cpu_level_name((enum assay_cpu_level)i), &level));
        assert_int_equal(level, i);
    }
    assert_false(assay_cpu_level_named("sse9", &level));
    assert_true(assay_cpu_count() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_done_once_by_any_number_of_threads),
        cmocka_unit_test(many_small_jobs_follow_each_other),
        cmocka_unit_test(a_job_of_nothing_calls_nobody),
        cmocka_unit_test(levels_are_known_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
