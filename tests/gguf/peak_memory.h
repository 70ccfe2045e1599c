/*
 * How much memory is in use at most between begin and end, as the address
 * sanitizer's allocator sees it; without it such tests are skipped aloud.
 */
#ifndef ASSAY_TESTS_PEAK_MEMORY_H
#define ASSAY_TESTS_PEAK_MEMORY_H

#include "support/support.h"

#if defined(__SANITIZE_ADDRESS__)
#define PEAK_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PEAK_MEMORY 1
#endif
#endif

#ifdef PEAK_MEMORY

/* Of sanitizer/allocator_interface.h, which gcc's package leaves out. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*taken)(const volatile void *at, size_t len),
    void (*given)(const volatile void *at));
size_t __sanitizer_get_allocated_size(const volatile void *at);

static struct {
    bool on;
    size_t now, most;
} peak_memory;

static void peak_memory_taken(const volatile void *at, size_t len)
{
    if (!peak_memory.on)
        return;
    peak_memory.now += len;
    if (peak_memory.now > peak_memory.most)
        peak_memory.most = peak_memory.now;
}

static void peak_memory_given(const volatile void *at)
{
    if (peak_memory.on && at)
        peak_memory.now -= __sanitizer_get_allocated_size(at);
}

static inline void peak_memory_or_skip(void)
{
}

static inline void peak_memory_begin(void)
{
    static bool installed;

    if (!installed)
        __sanitizer_install_malloc_and_free_hooks(peak_memory_taken,
                                                  peak_memory_given);
    installed = true;
    peak_memory.now = peak_memory.most = 0;
    peak_memory.on = true;
}

static inline size_t peak_memory_end(void)
{
    peak_memory.on = false;
    return peak_memory.most;
}

#else

static inline void peak_memory_or_skip(void)
{
    assay_test_skip("no address sanitizer to count memory with");
}

static inline void peak_memory_begin(void)
{
}

static inline size_t peak_memory_end(void)
{
    return 0;
}

#endif
#endif
