/*
 * The level: CPUID and XGETBV through the compiler's own check. The count:
 * affinity, cgroup quota and the cores behind the processors, whichever is
 * least, because two threads on one core share its multipliers.
 */
#define _GNU_SOURCE /* sched_getaffinity, CPU_COUNT: Linux */

#include "base/cpu.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

static const char *const level_names[] = {"scalar", "neon", "avx2", "avx512"};

enum assay_cpu_level assay_cpu_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni"))
        return ASSAY_CPU_AVX512;
    /* F16C came with the first processors that have AVX2 */
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return ASSAY_CPU_AVX2;
#elif defined(__aarch64__)
    if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP)
        return ASSAY_CPU_NEON;
#endif
    return ASSAY_CPU_SCALAR;
}

const char *assay_cpu_level_name(enum assay_cpu_level level)
{
    return level_names[level];
}

bool assay_cpu_level_named(const char *name, enum assay_cpu_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum assay_cpu_level)i;
            return true;
        }
    return false;
}

/* ------------------------------------------------------- how many */

static bool read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    bool ok;

    if (!file)
        return false;
    ok = fgets(line, size, file) != NULL;
    fclose(file);
    return ok;
}

/* Is this the first processor of its core, by the system's list? */
static bool leads_its_core(int cpu)
{
    char path[96], line[64];

    snprintf(path, sizeof path,
             "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
             cpu);
    if (!read_line(path, line, sizeof line))
        return true;
    return strtol(line, NULL, 10) == cpu;
}

/*
 * Cores among the processors we may run on. Where none of them leads its
 * core (a container that was given the second threads), they are counted.
 */
static size_t cores(void)
{
    cpu_set_t set;
    size_t count = 0;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        count += CPU_ISSET(cpu, &set) && leads_its_core(cpu);
    return count ? count : (size_t)CPU_COUNT(&set);
}

/* "max 100000" or "200000 100000"; and version 1's two files. */
static size_t quota(void)
{
    char line[64], *end;
    long long period, us;

    if (read_line("/sys/fs/cgroup/cpu.max", line, sizeof line)) {
        us = strtoll(line, &end, 10);
        period = strtoll(end, NULL, 10);
    } else if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", line,
                         sizeof line)) {
        us = strtoll(line, NULL, 10);
        if (!read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", line,
                       sizeof line))
            return 0;
        period = strtoll(line, NULL, 10);
    } else {
        return 0;
    }
    if (us <= 0 || period <= 0)
        return 0;
    return (size_t)((us + period - 1) / period);
}

size_t assay_cpu_count(void)
{
    size_t count = cores(), most = quota();

    if (most && most < count)
        count = most;
    return count ? count : 1;
}
