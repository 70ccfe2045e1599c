/*
 * The heap of the GNU C library, which otherwise has one for each thread (up
 * to eight for each core) and takes ever larger blocks from them.
 * Source: mallopt(3), malloc_trim(3), read 2026-11-22.
 */
#include "base/heap.h"

#include <malloc.h>

enum { LARGE_BYTES = 128 << 10 };

void assay_heap_share(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    /* said by us, they do not grow with what was freed */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
}

void assay_heap_return(void)
{
    (void)malloc_trim(0);
}
