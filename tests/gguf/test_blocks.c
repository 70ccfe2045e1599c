/*
 * The block formats: every 16-bit number there and back, each format value
 * by value against its formula, all of them against numpy, and quantising.
 */
#include "support/support.h"

#include "build_gguf.h"

#include <math.h>
#include <stdio.h>

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ------------------------------------------------------------- 16 bits */

/* By the definition of IEEE 754 binary16. */
static double half_value(unsigned half)
{
    int exponent = (int)(half >> 10 & 31);
    double fraction = half & 1023;
    double size = exponent == 0 ? ldexp(fraction, -24)
                                : ldexp(1024 + fraction, exponent - 25);

    if (exponent == 31)
        size = fraction == 0 ? (double)INFINITY : (double)NAN;
    return half & 0x8000 ? -size : size;
}

static void every_half_is_its_value_and_itself_again(void **state)
{
    for (unsigned half = 0; half < 65536; half++) {
        float got = assay_f16_to_f32((uint16_t)half);
        double want = half_value(half);

        if (isnan(want)) {
            assert_true(isnan(got));
            assert_true(isnan(assay_f16_to_f32(assay_f16_from_f32(got))));
            continue;
        }
        if (bits_of(got) != bits_of((float)want))
            fail_msg("%04x: %a, expected %a", half, (double)got, want);
        if (assay_f16_from_f32(got) != half)
            fail_msg("%04x comes back as %04x", half, assay_f16_from_f32(got));
    }
}

/* Between two neighbours the nearer one, in the middle the even one. */
static void a_float_becomes_the_nearest_half(void **state)
{
    for (unsigned half = 0; half < 0x7bff; half++) {
        double low = half_value(half), high = half_value(half + 1);
        float middle = (float)((low + high) / 2); /* exact */
        struct {
            float value;
            unsigned half;
        } cases[] = {
            {middle, half % 2 ? half + 1 : half},
            {nextafterf(middle, 0), half},
            {nextafterf(middle, INFINITY), half + 1},
        };

        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(assay_f16_from_f32(cases[i].value), cases[i].half);
            assert_int_equal(assay_f16_from_f32(-cases[i].value),
                             cases[i].half | 0x8000);
        }
    }
    assert_int_equal(assay_f16_from_f32(65519.996f), 0x7bff);
    assert_int_equal(assay_f16_from_f32(65520), 0x7c00);
    assert_int_equal(assay_f16_from_f32(3e38f), 0x7c00);
    assert_int_equal(assay_f16_from_f32(-INFINITY), 0xfc00);
    assert_int_equal(assay_f16_from_f32(1e-40f), 0);
}

static void every_bf16_is_the_upper_half_of_a_float(void **state)
{
    for (uint32_t upper = 0; upper < 65536; upper++) {
        float value = assay_bf16_to_f32((uint16_t)upper);
        uint32_t bits = upper << 16;
        uint16_t next = (uint16_t)(upper + 1);

        assert_int_equal(bits_of(value), bits);
        if (isnan(value)) {
            assert_true(isnan(assay_bf16_to_f32(assay_bf16_from_f32(value))));
            continue;
        }
        assert_int_equal(assay_bf16_from_f32(value), upper);
        if (isinf(value))
            continue;
        assert_int_equal(assay_bf16_from_f32(float_of(bits | 0x7fff)), upper);
        assert_int_equal(assay_bf16_from_f32(float_of(bits | 0x8001)), next);
        assert_int_equal(assay_bf16_from_f32(float_of(bits | 0x8000)),
                         upper % 2 ? next : upper);
    }
    assert_true(
        isnan(assay_bf16_to_f32(assay_bf16_from_f32(float_of(0x7f800001)))));
}

/* ------------------------------------------------------------- blocks */

/* Value i of a row, straight from the formulas of gguf/blocks.h, in double. */
static double value_of(uint32_t type, const uint8_t *row, size_t i)
{
    const struct assay_block_format *f = assay_block_format(type);
    const uint8_t *b = row + i / f->values * f->bytes;
    double d = half_value(assay_load_u16(b));
    double m = half_value(assay_load_u16(b + 2));
    size_t k = i % f->values;
    unsigned j = (unsigned)(k / 32), l = k % 32;

    switch (type) {
    case ASSAY_TENSOR_F32:
        return (double)float_of(assay_load_u32(b));
    case ASSAY_TENSOR_F16:
        return d;
    case ASSAY_TENSOR_BF16:
        return (double)float_of((uint32_t)assay_load_u16(b) << 16);
    case ASSAY_TENSOR_Q8_0:
        return d * (int8_t)b[2 + k];
    case ASSAY_TENSOR_Q4_0:
        return d * ((k < 16 ? b[2 + k] & 15 : b[2 + k - 16] >> 4) - 8);
    case ASSAY_TENSOR_Q4_1:
        return d * (k < 16 ? b[4 + k] & 15 : b[4 + k - 16] >> 4) + m;
    case ASSAY_TENSOR_Q5_0:
        return d * ((k < 16 ? b[6 + k] & 15 : b[6 + k - 16] >> 4) +
                    16 * (int)(assay_load_u32(b + 2) >> k & 1) - 16);
    case ASSAY_TENSOR_Q5_1:
        return d * ((k < 16 ? b[8 + k] & 15 : b[8 + k - 16] >> 4) +
                    16 * (int)(assay_load_u32(b + 4) >> k & 1)) +
               m;
    case ASSAY_TENSOR_Q4_K:
    case ASSAY_TENSOR_Q5_K: {
        const uint8_t *s = b + 4;
        const uint8_t *q = b + (type == ASSAY_TENSOR_Q4_K ? 16 : 48);
        int sc = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | s[j - 4] >> 6 << 4;
        int mn = j < 4 ? s[j + 4] & 63 : s[j + 4] >> 4 | s[j] >> 6 << 4;
        int nibble = q[32 * (k / 64) + l] >> (k % 64 < 32 ? 0 : 4) & 15;
        if (type == ASSAY_TENSOR_Q5_K)
            nibble += 16 * (b[16 + l] >> j & 1);
        return d * sc * nibble - m * mn;
    }
    default: { /* Q6_K */
        size_t half = k / 128, at = k % 128;
        const uint8_t *low = b + 64 * half, *high = b + 128 + 32 * half;
        int q = (low[at % 64] >> (at < 64 ? 0 : 4) & 15) |
                (high[l] >> 2 * (at / 32) & 3) << 4;
        return half_value(assay_load_u16(b + 208)) * (int8_t)b[192 + k / 16] *
               (q - 32);
    }
    }
}

static void every_value_is_that_of_the_formula(void **state)
{
    enum { VALUES = 4096 };
    uint64_t seed = 7;

    for (size_t t = 0; t < TYPES; t++) {
        const struct assay_block_format *f = assay_block_format(every_type[t]);
        uint8_t row[VALUES * 4];
        float got[VALUES];

        for (size_t i = 0; i < sizeof row; i++)
            row[i] = (uint8_t)(next_random(&seed) >> 24);
        f->dequantise(row, got, VALUES);
        for (size_t i = 0; i < VALUES; i++) {
            float want = (float)value_of(every_type[t], row, i);
            if (bits_of(got[i]) != bits_of(want) &&
                !(isnan(got[i]) && isnan(want)))
                fail_msg("%s, value %zu: %a, expected %a", f->name, i,
                         (double)got[i], (double)want);
        }
    }
}

/*
 * 4,096 values of random bytes per type, hashed (FNV-1a of their bytes, any
 * NaN as 7fc00000); the hashes are of what dequantise() of
 * gemma2_reference.py makes of the same bytes with numpy in float64, rounded
 * to f32.
 */
static void numpy_reads_the_same_bits(void **state)
{
    enum { VALUES = 4096 };
    static const struct {
        uint32_t type;
        uint64_t hash;
    } cases[] = {
        {ASSAY_TENSOR_F32, UINT64_C(0x695dc0b9e8d7862d)},
        {ASSAY_TENSOR_F16, UINT64_C(0x8f6064158d07071c)},
        {ASSAY_TENSOR_BF16, UINT64_C(0x67900a685360d92f)},
        {ASSAY_TENSOR_Q8_0, UINT64_C(0x31307b26094734f7)},
        {ASSAY_TENSOR_Q4_0, UINT64_C(0x2a3c807ddbaa95cf)},
        {ASSAY_TENSOR_Q4_1, UINT64_C(0xe112fbf511b56723)},
        {ASSAY_TENSOR_Q5_0, UINT64_C(0xf6f1157884dbf60f)},
        {ASSAY_TENSOR_Q5_1, UINT64_C(0x73057b59647c1672)},
        {ASSAY_TENSOR_Q4_K, UINT64_C(0x716cfd2245ce17c8)},
        {ASSAY_TENSOR_Q5_K, UINT64_C(0xa77d37bfcee4b583)},
        {ASSAY_TENSOR_Q6_K, UINT64_C(0x175ee4359462bfd2)},
    };

    for (size_t t = 0; t < sizeof cases / sizeof cases[0]; t++) {
        const struct assay_block_format *f = assay_block_format(cases[t].type);
        uint64_t seed = 20261122, hash = UINT64_C(0xcbf29ce484222325);
        uint8_t row[VALUES * 4];
        float got[VALUES];

        for (size_t i = 0; i < VALUES / f->values * f->bytes; i++)
            row[i] = (uint8_t)(next_random(&seed) >> 24);
        f->dequantise(row, got, VALUES);
        for (size_t i = 0; i < VALUES; i++) {
            uint32_t bits = isnan(got[i]) ? 0x7fc00000 : bits_of(got[i]);
            for (int shift = 0; shift < 32; shift += 8)
                hash = (hash ^ (bits >> shift & 255)) * UINT64_C(0x100000001b3);
        }
        if (hash != cases[t].hash)
            fail_msg("%s: %016llx, expected %016llx", f->name,
                     (unsigned long long)hash,
                     (unsigned long long)cases[t].hash);
    }
}

static void numbers_that_are_no_type_have_no_format(void **state)
{
    static const uint32_t none[] = {4,  5,  9,  10, 11,   15,
                                    16, 29, 31, 39, 1000, UINT32_MAX};

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(assay_block_format(none[i]));
}

/* ------------------------------------------------------------- quantising */

static void quantised_values_are_half_a_step_away_at_most(void **state)
{
    enum { VALUES = 2048 };
    static const struct {
        enum assay_tensor_type type;
        double step; /* of the largest value of the block */
    } cases[] = {
        {ASSAY_TENSOR_F32, 0},          {ASSAY_TENSOR_F16, 1.0 / 1024},
        {ASSAY_TENSOR_BF16, 1.0 / 128}, {ASSAY_TENSOR_Q8_0, 1.0 / 127},
        {ASSAY_TENSOR_Q4_0, 1.0 / 8},
    };
    uint64_t seed = 3;
    float values[VALUES], back[VALUES];
    uint8_t blocks[VALUES * 4];

    for (size_t i = 0; i < VALUES; i++)
        values[i] = ((float)(next_random(&seed) >> 40) - 0x1p23f) * 0x1p-24f;
    memset(values, 0, 32 * sizeof *values); /* a block of zeros */
    for (size_t t = 0; t < sizeof cases / sizeof cases[0]; t++) {
        assert_true(assay_quantise(cases[t].type, values, blocks, VALUES));
        assay_dequantise(cases[t].type, blocks, back, VALUES);
        for (size_t i = 0; i < VALUES; i++) {
            float most = 0;
            for (size_t k = i / 32 * 32; k < i / 32 * 32 + 32; k++)
                most = fmaxf(most, fabsf(values[k]));
            double limit = (double)most * cases[t].step;
            /* Q4_0 has no +8: the other end of the scale is cut */
            limit *= cases[t].type == ASSAY_TENSOR_Q4_0 ? 1.01 : 0.51;
            if (fabs((double)back[i] - (double)values[i]) > limit)
                fail_msg("%s, value %zu: %a became %a",
                         assay_block_format(cases[t].type)->name, i,
                         (double)values[i], (double)back[i]);
        }
    }
    assert_false(assay_quantise(ASSAY_TENSOR_Q4_K, values, blocks, VALUES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_is_its_value_and_itself_again),
        cmocka_unit_test(a_float_becomes_the_nearest_half),
        cmocka_unit_test(every_bf16_is_the_upper_half_of_a_float),
        cmocka_unit_test(every_value_is_that_of_the_formula),
        cmocka_unit_test(numpy_reads_the_same_bits),
        cmocka_unit_test(numbers_that_are_no_type_have_no_format),
        cmocka_unit_test(quantised_values_are_half_a_step_away_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
