/*
 * All that is not a matrix, on every level of this machine, against libm in
 * double: norms, activations, rotations, the cache and attention.
 */
#include "kernels_fixture.h"

#include <stdio.h>

static void near(const struct assay_kernels *k, const char *what, size_t i,
                 double got, double want, double off)
{
    if (!(fabs(got - want) <= off))
        fail_msg("%s, %s %zu: %.9g, expected %.9g within %.1g", name_of(k),
                 what, i, got, want, off);
}

/* ------------------------------------------------------- elementwise */

static void a_norm_is_that_of_libm(void **state)
{
    static const size_t sizes[] = {32, 64, 2304};
    static const float scales[] = {1e-4f, 1, 300};
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t i = 0; i < 9; i++) {
            size_t n = sizes[i % 3];
            float *x = normal_floats(n, i + 1), *w = normal_floats(n, i + 2);
            float *out = taken(n * sizeof *out);
            double sum = 0;

            for (size_t c = 0; c < n; c++) {
                x[c] *= scales[i / 3];
                sum += (double)x[c] * (double)x[c];
            }
            k->norm(out, x, w, n, 1e-6f);
            for (size_t c = 0; c < n; c++) {
                double want =
                    (double)x[c] / sqrt(sum / (double)n + 1e-6) * (double)w[c];

                near(k, "norm", c, (double)out[c], want, 1e-6 * fabs(want));
            }
            k->norm(x, x, w, n, 1e-6f);
            assert_memory_equal(x, out, n * sizeof *out);
            free(x);
            free(w);
            free(out);
        }
}

static void sums_are_rounded_once(void **state)
{
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++) {
        float *x = normal_floats(64, 3), *y = normal_floats(64, 4), was[64];

        memcpy(was, x, sizeof was);
        k->add(x, y, 64);
        for (size_t i = 0; i < 64; i++)
            assert_true(x[i] == was[i] + y[i]);
        free(x);
        free(y);
    }
}

/* From far below to far above, closely around 0. */
static float ramp(size_t i, size_t n)
{
    double at = 2 * (double)i / (double)(n - 1) - 1;

    return (float)(at * fabs(at) * 100);
}

static double gelu(double x)
{
    return 0.5 * x *
           (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
}

static void gelu_is_that_of_libm(void **state)
{
    enum { N = 4096 };
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++) {
        float *gate = taken(N * sizeof *gate), *up = normal_floats(N, 5);

        for (size_t i = 0; i < N; i++)
            gate[i] = ramp(i, N);
        k->gelu_times(gate, up, N);
        for (size_t i = 0; i < N; i++) {
            double x = (double)ramp(i, N), u = (double)up[i];

            near(k, "gelu", i, (double)gate[i], gelu(x) * u,
                 4e-7 * fabs(x * u) + 1e-12);
        }
        free(gate);
        free(up);
    }
}

/* tanh, at any count, and not a float past it. */
static void softcap_is_that_of_libm(void **state)
{
    static const float caps[] = {30, 50, 1};
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t n = 1; n < 300; n += n < 40 ? 1 : 37)
            for (size_t c = 0; c < 3; c++) {
                float x[301];

                for (size_t i = 0; i <= n; i++)
                    x[i] = ramp(i, n + 1) * 5;
                k->softcap(x, caps[c], n);
                for (size_t i = 0; i < n; i++) {
                    double cap = (double)caps[c];
                    double want = cap * tanh((double)ramp(i, n + 1) * 5 / cap);

                    near(k, "softcap", i, (double)x[i], want,
                         4e-7 * fabs(want) + 1e-12);
                }
                assert_true(x[n] == 500.0f);
            }
}

static void rotations_are_those_of_libm(void **state)
{
    static const size_t halves[] = {16, 32, 128};
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t h = 0; h < 3; h++) {
            size_t half = halves[h];
            float *x = normal_floats(2 * half, h + 1), was[256];
            float cosines[128], sines[128];

            memcpy(was, x, 2 * half * sizeof *x);
            for (size_t i = 0; i < half; i++) {
                cosines[i] = (float)cos((double)i);
                sines[i] = (float)sin((double)i);
            }
            k->rope(x, cosines, sines, half);
            for (size_t i = 0; i < half; i++) {
                double a = (double)was[i], b = (double)was[half + i];
                double c = (double)cosines[i], s = (double)sines[i];

                near(k, "rope", i, (double)x[i], a * c - b * s, 5e-7);
                near(k, "rope", half + i, (double)x[half + i], b * c + a * s,
                     5e-7);
            }
            free(x);
        }
}

/* ------------------------------------------------------- a cache */

enum { POSITIONS = 70, MOST_HEADS = 8 };

struct cache {
    struct assay_kv kv;
    float *keys, *values; /* as they were given */
    void *scratch;
};

static struct cache new_cache(enum assay_kv_type type, uint32_t dims,
                              uint64_t seed)
{
    size_t bytes = assay_kv_bytes(type, dims, POSITIONS);
    struct cache c = {
        .kv = {.type = type,
               .head_dim = dims,
               .keys = taken(bytes),
               .values = taken(bytes)},
        .keys = normal_floats(POSITIONS * (size_t)dims, seed),
        .values = normal_floats(POSITIONS * (size_t)dims, seed + 1),
        .scratch = taken(assay_scratch_bytes(dims)),
    };

    /* what was never written may be anything: NaN here */
    memset(c.kv.keys, 0xff, bytes);
    memset(c.kv.values, 0xff, bytes);
    return c;
}

static void cache_free(struct cache *c)
{
    free(c->kv.keys);
    free(c->kv.values);
    free(c->keys);
    free(c->values);
    free(c->scratch);
}

static void keep(const struct assay_kernels *k, struct cache *c, size_t from,
                 size_t to)
{
    size_t dims = c->kv.head_dim;

    for (size_t p = from; p < to; p++)
        k->keep(&c->kv, p, c->keys + p * dims, c->values + p * dims);
}

static double score(const struct cache *c, const float *query, size_t p,
                    double cap)
{
    double sum = 0;

    for (size_t d = 0; d < c->kv.head_dim; d++)
        sum += (double)query[d] * (double)c->keys[p * c->kv.head_dim + d];
    return cap > 0 ? cap * tanh(sum / cap) : sum;
}

/* One head's answer, dimension d. */
static double expected(const struct cache *c, const float *query, size_t first,
                       size_t last, double cap, size_t d)
{
    double most = -INFINITY, sum = 0, all = 0;

    for (size_t p = first; p <= last; p++)
        most = fmax(most, score(c, query, p, cap));
    for (size_t p = first; p <= last; p++) {
        double share = exp(score(c, query, p, cap) - most);

        all += share;
        sum += share * (double)c->values[p * c->kv.head_dim + d];
    }
    return sum / all;
}

static void check_attention(const struct assay_kernels *k, struct cache *c,
                            size_t first, size_t last, size_t heads, float cap,
                            double off)
{
    size_t dims = c->kv.head_dim;
    float *query = normal_floats(heads * dims, first * 100 + last);
    float *out = taken(heads * dims * sizeof *out);

    for (size_t i = 0; i < heads * dims; i++)
        query[i] *= 3 / sqrtf((float)dims);
    k->attend(&c->kv, first, last, query, heads, cap, out, c->scratch);
    for (size_t h = 0; h < heads; h++)
        for (size_t d = 0; d < dims; d += 1 + dims / 20) {
            char what[64];

            snprintf(what, sizeof what, "%zu to %zu, cap %g, head %zu of",
                     first, last, (double)cap, h);
            near(k, what, heads, (double)out[h * dims + d],
                 expected(c, query + h * dims, first, last, (double)cap, d),
                 off);
        }
    free(query);
    free(out);
}

/* The edges of blocks of 16 keys, on both sides. */
static const size_t edges[] = {0, 1, 14, 15, 16, 17, 31, 32, 47, 48, 64};
enum { EDGES = sizeof edges / sizeof edges[0] };

static void attention_is_that_of_libm(void **state)
{
    static const uint32_t dims[] = {32, 64, 256};
    static const struct {
        enum assay_kv_type type;
        double off;
    } types[] = {
        {ASSAY_KV_F32, 1e-5}, {ASSAY_KV_F16, 1e-2}, {ASSAY_KV_Q8_0, 0.15}};
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t t = 0; t < 9; t++) {
            struct cache c = new_cache(types[t / 3].type, dims[t % 3], t + 1);

            keep(k, &c, 0, 66);
            for (size_t a = 0; a < EDGES; a++)
                for (size_t b = a; b < EDGES; b++)
                    check_attention(k, &c, edges[a], edges[b],
                                    1 + (a + b) % MOST_HEADS,
                                    (a + b) % 2 ? 50 : 0, types[t / 3].off);
            cache_free(&c);
        }
}

/* Whole numbers of up to 127 with one of 127 in each 32: scale 1. */
static void make_exact(float *x, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)rint(127 * any_number(&seed));
    for (size_t i = 0; i < count; i += 32)
        x[i] = 127;
}

static void what_a_cache_holds_exactly_is_the_same_in_each_kind(void **state)
{
    enum { DIMS = 64, HEADS = 4 };
    const struct assay_kernels *k;
    float out[3][HEADS * DIMS];

    for (size_t l = 0; (k = level_at(l)); l++) {
        for (int type = 0; type < 3; type++) {
            struct cache c = new_cache((enum assay_kv_type)type, DIMS, 1);
            float *query = normal_floats(HEADS * DIMS, 8);

            make_exact(c.keys, (size_t)POSITIONS * DIMS, 3);
            make_exact(c.values, (size_t)POSITIONS * DIMS, 4);
            keep(k, &c, 0, POSITIONS);
            for (size_t i = 0; i < (size_t)HEADS * DIMS; i++)
                query[i] /= 400;
            k->attend(&c.kv, 5, POSITIONS - 1, query, HEADS, 50, out[type],
                      c.scratch);
            free(query);
            cache_free(&c);
        }
        assert_memory_equal(out[0], out[1], sizeof out[0]);
        assert_memory_equal(out[0], out[2], sizeof out[0]);
    }
}

/* A prompt in parts: what was kept before is not touched by what follows. */
static void positions_kept_later_change_nothing_before(void **state)
{
    enum { DIMS = 32 };
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (int type = 0; type < 3; type++)
            for (size_t cut = 1; cut < 40; cut++) {
                struct cache c = new_cache((enum assay_kv_type)type, DIMS, cut);
                float *query = normal_floats(2 * DIMS, 2);
                float before[2 * DIMS], after[2 * DIMS];

                keep(k, &c, 0, cut);
                k->attend(&c.kv, 0, cut - 1, query, 2, 50, before, c.scratch);
                keep(k, &c, cut, POSITIONS);
                k->attend(&c.kv, 0, cut - 1, query, 2, 50, after, c.scratch);
                assert_memory_equal(before, after, sizeof before);
                free(query);
                cache_free(&c);
            }
}

static void heads_together_are_heads_alone(void **state)
{
    enum { DIMS = 64 };
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++) {
        struct cache c = new_cache(ASSAY_KV_F16, DIMS, 4);
        float *query = normal_floats((size_t)ASSAY_MOST_SHARING * DIMS, 2);
        float all[ASSAY_MOST_SHARING * DIMS], one[DIMS];

        keep(k, &c, 0, POSITIONS);
        k->attend(&c.kv, 3, 65, query, ASSAY_MOST_SHARING, 50, all, c.scratch);
        for (size_t h = 0; h < ASSAY_MOST_SHARING; h++) {
            k->attend(&c.kv, 3, 65, query + h * DIMS, 1, 50, one, c.scratch);
            assert_memory_equal(one, all + h * DIMS, sizeof one);
        }
        free(query);
        cache_free(&c);
    }
}

/*
 * Two keys of one number and values 0 and 1: what comes out of a score of 0
 * and one of s is e^s / (1 + e^s), so that the exponential is seen bare.
 */
static void the_exponential_is_that_of_libm(void **state)
{
    enum { DIMS = 32 };
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++) {
        struct cache c = new_cache(ASSAY_KV_F32, DIMS, 1);

        memset(c.keys, 0, (size_t)POSITIONS * DIMS * sizeof *c.keys);
        memset(c.values, 0, (size_t)POSITIONS * DIMS * sizeof *c.values);
        c.keys[DIMS] = c.values[DIMS] = 1;
        keep(k, &c, 0, 2);
        for (float s = -86; s < 0; s += 0.0371f) {
            float query[DIMS] = {s}, out[DIMS];
            double want = exp((double)s) / (1 + exp((double)s));

            k->attend(&c.kv, 0, 1, query, 1, 0, out, c.scratch);
            near(k, "exp", (size_t)-s, (double)out[0], want, 4e-7 * want);
        }
        cache_free(&c);
    }
}

/* One key far above the others, however far. */
static void far_scores_do_not_overflow(void **state)
{
    enum { DIMS = 32 };
    static const float sizes[] = {1, 100, 1e4f, 1e10f};
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t i = 0; i < 8; i++) {
            struct cache c = new_cache(ASSAY_KV_F32, DIMS, i + 1);
            float query[DIMS] = {i % 2 ? sizes[i / 2] : -sizes[i / 2]};
            float out[DIMS];

            keep(k, &c, 0, POSITIONS);
            k->attend(&c.kv, 0, POSITIONS - 1, query, 1, 0, out, c.scratch);
            for (size_t d = 0; d < DIMS; d++)
                near(k, "far", d, (double)out[d],
                     expected(&c, query, 0, POSITIONS - 1, 0, d), 2e-5);
            cache_free(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_norm_is_that_of_libm),
        cmocka_unit_test(sums_are_rounded_once),
        cmocka_unit_test(gelu_is_that_of_libm),
        cmocka_unit_test(softcap_is_that_of_libm),
        cmocka_unit_test(rotations_are_those_of_libm),
        cmocka_unit_test(attention_is_that_of_libm),
        cmocka_unit_test(what_a_cache_holds_exactly_is_the_same_in_each_kind),
        cmocka_unit_test(positions_kept_later_change_nothing_before),
        cmocka_unit_test(heads_together_are_heads_alone),
        cmocka_unit_test(the_exponential_is_that_of_libm),
        cmocka_unit_test(far_scores_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
