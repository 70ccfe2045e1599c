/*
 * What the processor can do, found out at run time.
 */
#ifndef ASSAY_BASE_CPU_H
#define ASSAY_BASE_CPU_H

#include <stdbool.h>
#include <stddef.h>

/* Levels for which kernels exist, lowest first. */
enum assay_cpu_level {
    ASSAY_CPU_SCALAR,
    ASSAY_CPU_NEON,   /* aarch64 with dotprod */
    ASSAY_CPU_AVX2,   /* with FMA and F16C */
    ASSAY_CPU_AVX512, /* F, BW, DQ, VL, VNNI */
};

/* The highest level of this machine (and of its system: XCR0). */
enum assay_cpu_level assay_cpu_best(void);
/* "scalar", "neon", "avx2", "avx512" */
const char *assay_cpu_level_name(enum assay_cpu_level level);
/* False: no such name. */
bool assay_cpu_level_named(const char *name, enum assay_cpu_level *level);
/*
 * Processors that this process may really use: the smaller of its affinity
 * mask, its cgroup's quota (v1 and v2, rounded up) and the cores of the
 * machine, threads of one core counted once. At least 1.
 */
size_t assay_cpu_count(void);

#endif
