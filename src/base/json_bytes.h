/*
 * Private to json_read.c and json_pick.c: texts eight bytes at a time.
 */
#ifndef ASSAY_JSON_BYTES_H
#define ASSAY_JSON_BYTES_H

#include <stdint.h>

/* Eight bytes, the first one lowest; compilers make one load of it. */
static inline uint64_t load_eight(const char *at)
{
    const unsigned char *u = (const unsigned char *)at;
    return (uint64_t)u[0] | (uint64_t)u[1] << 8 | (uint64_t)u[2] << 16 |
           (uint64_t)u[3] << 24 | (uint64_t)u[4] << 32 | (uint64_t)u[5] << 40 |
           (uint64_t)u[6] << 48 | (uint64_t)u[7] << 56;
}

#endif
