/*
 * What is compiled in is read from the program's file as it is touched.
 */
#define _DEFAULT_SOURCE /* madvise: Linux, not POSIX */
#include "base/embed.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whole pages, those that it shares with others too: they are read again. */
void assay_embedded_give_back(const struct assay_embedded *file)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)file->bytes / page * page;
    uintptr_t to = (uintptr_t)file->bytes + file->len;

    (void)madvise((void *)from, to - from, MADV_DONTNEED);
}
