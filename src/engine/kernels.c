/*
 * The levels that were compiled, and sizes that all of them share.
 */
#include "engine/kernels.h"

const struct assay_kernels *assay_kernels_of(enum assay_cpu_level level)
{
    switch (level) {
    case ASSAY_CPU_SCALAR:
        return &assay_kernels_scalar;
    case ASSAY_CPU_AVX2:
#if defined(__x86_64__)
        return &assay_kernels_avx2;
#else
        return NULL;
#endif
    case ASSAY_CPU_AVX512:
#if defined(__x86_64__)
        return &assay_kernels_avx512;
#else
        return NULL;
#endif
    case ASSAY_CPU_NEON:
#if defined(__aarch64__)
        return &assay_kernels_neon;
#else
        return NULL;
#endif
    }
    return NULL;
}

/* Sixteen keys and one value as floats. */
size_t assay_scratch_bytes(uint32_t head_dim)
{
    return (size_t)head_dim * (ASSAY_KEYS + 1) * sizeof(float);
}

size_t assay_kv_bytes(enum assay_kv_type type, uint32_t head_dim,
                      size_t positions)
{
    size_t rounded = (positions + ASSAY_KEYS - 1) / ASSAY_KEYS * ASSAY_KEYS;

    switch (type) {
    case ASSAY_KV_F32:
        return rounded * head_dim * 4;
    case ASSAY_KV_F16:
        return rounded * head_dim * 2;
    case ASSAY_KV_Q8_0:
        return rounded * (head_dim + head_dim / 16);
    }
    return 0;
}
