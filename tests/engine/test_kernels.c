/*
 * Matrices: packed and back, and multiplied on every level of this machine,
 * for every type, width and odd shape.
 */
#include "kernels_fixture.h"

#include <stdio.h>

enum { MOST_WIDTH = 25 }; /* past two chunks of twelve */

/* Rows and columns; columns are rounded up to a type's block. */
static const struct {
    uint32_t rows, cols;
} shapes[] = {{1, 32}, {16, 64}, {37, 256}, {50, 96}, {17, 2304}};

static uint32_t cols_of(enum assay_tensor_type type, uint32_t cols)
{
    unsigned block = is_k_type(type) ? 256 : 32;

    return (cols + block - 1) / block * block;
}

static size_t rounded(uint32_t rows)
{
    return ((size_t)rows + 15) / 16 * 16;
}

/* ------------------------------------------------------- packing */

static void a_packed_row_reads_back_bit_for_bit(void **state)
{
    for (size_t t = 0; t < TYPES; t++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            enum assay_tensor_type type = every_type[t];
            struct given g = given_matrix(type, shapes[s].rows,
                                          cols_of(type, shapes[s].cols),
                                          small_scale, 7 * t + s + 1);
            float *row = taken(g.cols * sizeof *row);

            for (uint32_t r = 0; r < g.rows; r++) {
                const float *want = g.weights + (size_t)r * g.cols;

                assay_matrix_row(&g.packed, r, row);
                for (uint32_t c = 0; c < g.cols; c++)
                    if (memcmp(&row[c], &want[c], sizeof *row) != 0)
                        fail_msg("%s %u x %u, row %u, column %u: %a, "
                                 "expected %a",
                                 type_name(type), g.rows, g.cols, r, c,
                                 (double)row[c], (double)want[c]);
            }
            free(row);
            given_free(&g);
        }
}

/* Nothing is left of what stood there, whichever part is packed by whom. */
static void packed_parts_are_the_packed_whole(void **state)
{
    for (size_t t = 0; t < TYPES; t++) {
        enum assay_tensor_type type = every_type[t];
        struct given g =
            given_matrix(type, 70, cols_of(type, 288), small_scale, t + 1);
        size_t bytes = assay_matrix_bytes(type, g.rows, g.cols);
        struct assay_matrix parts;
        unsigned char *memory = taken(bytes);

        memset(memory, 0x5a, bytes);
        assay_matrix_init(&parts, type, g.rows, g.cols, memory);
        assay_matrix_pack(&parts, g.raw, 4, 5);
        assay_matrix_pack(&parts, g.raw, 0, 1);
        assay_matrix_pack(&parts, g.raw, 1, 4);
        if (memcmp(memory, g.packed.packed, bytes) != 0)
            fail_msg("%s: the parts differ from the whole", type_name(type));
        free(memory);
        given_free(&g);
    }
}

/* K types: a byte for each six-bit scale and minimum, 3 % of Q4_K. */
static void packed_weights_take_as_much_as_in_the_file(void **state)
{
    for (size_t t = 0; t < TYPES; t++) {
        const struct assay_block_format *f = assay_block_format(every_type[t]);
        double file = 2304.0 * 2304 / f->values * f->bytes;
        double packed =
            (double)assay_matrix_bytes(every_type[t], 2304, 2304) / file;

        if (packed < 1 || packed > 1.03)
            fail_msg("%s: %.4f of the file's bytes", f->name, packed);
    }
}

/* ------------------------------------------------------- exact sums */

/* Whole numbers with one of 127 in each block: its scale is 1. */
static float *whole_vectors(size_t count, size_t cols, uint64_t seed)
{
    float *x = taken(count * cols * sizeof *x);

    for (size_t i = 0; i < count * cols; i++)
        x[i] = (float)rint(127 * any_number(&seed));
    for (size_t i = 0; i < count * cols; i += ASSAY_BLOCK)
        x[i + next_random(&seed) % ASSAY_BLOCK] =
            next_random(&seed) & 1 ? 127 : -127;
    return x;
}

static void check_exact(const struct given *g, const float *x, size_t count)
{
    size_t stride = rounded(g->rows);
    float *y = taken(count * stride * sizeof *y);
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++) {
        multiplied(k, g, x, count, y, stride);
        for (size_t v = 0; v < count; v++)
            for (uint32_t r = 0; r < g->rows; r++) {
                double want = 0;

                for (uint32_t c = 0; c < g->cols; c++)
                    want += (double)g->weights[(size_t)r * g->cols + c] *
                            (double)x[v * g->cols + c];
                if ((double)y[v * stride + r] != want)
                    fail_msg("%s %s %u x %u, vector %zu of %zu, row %u: %.1f, "
                             "expected %.1f",
                             name_of(k), type_name(g->type), g->rows, g->cols,
                             v, count, r, (double)y[v * stride + r], want);
            }
    }
    free(y);
}

/* Scales of 1 and whole numbers: floats hold every sum, so all are equal. */
static void integer_sums_are_exact_on_every_level(void **state)
{
    static const size_t counts[] = {1, 2, 3, 4, 7, 8, 11, 12, 13, 25};

    for (size_t t = 0; t < TYPES; t++) {
        enum assay_tensor_type type = every_type[t];
        struct given g =
            given_matrix(type, 37, cols_of(type, 192), scale_of_one, 3 * t + 1);

        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            float *x = whole_vectors(counts[i], g.cols, i + 1);

            check_exact(&g, x, counts[i]);
            free(x);
        }
        given_free(&g);
    }
}

/* Sixteen-bit sums of pairs must not be cut where everything is largest. */
static void the_largest_numbers_do_not_saturate(void **state)
{
    static const uint8_t fills[] = {0x00, 0xff, 0x7f, 0x80};

    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < sizeof fills; i++)
            for (int sign = -1; sign <= 1; sign += 2) {
                enum assay_tensor_type type = every_type[t];
                struct given g =
                    given_matrix(type, 16, 256, scale_of_one, t + 1);
                float *x = taken(3 * 256 * sizeof *x);

                if (!is_float_type(type)) {
                    uint64_t seed = 1;

                    memset(g.raw, fills[i], g.rows * g.row_bytes);
                    set_scales(&g, scale_of_one, &seed);
                    free(g.weights);
                    free(g.packed.packed);
                    finish_given(&g);
                }
                for (size_t c = 0; c < (size_t)3 * 256; c++)
                    x[c] = (float)(c % 2 && c >= 512 ? -127 : sign * 127);
                check_exact(&g, x, 3);
                free(x);
                given_free(&g);
            }
}

/* ------------------------------------------------------- any numbers */

/* The terms of a sum, squared and added: what its rounding is measured by. */
static double size_of(const struct given *g, uint32_t row, const float *x)
{
    double sum = 0;

    for (uint32_t c = 0; c < g->cols; c++)
        sum += pow((double)g->weights[(size_t)row * g->cols + c] * (double)x[c],
                   2);
    return sqrt(sum);
}

static void compare_levels(const struct given *g, size_t count, uint64_t seed)
{
    size_t stride = rounded(g->rows), all = count * stride;
    float *x = normal_floats(count * g->cols, seed);
    float *want = taken(all * sizeof *want), *y = taken(all * sizeof *y);
    const struct assay_kernels *k;

    multiplied(&assay_kernels_scalar, g, x, count, want, stride);
    for (size_t l = 1; (k = level_at(l)); l++) {
        multiplied(k, g, x, count, y, stride);
        for (size_t v = 0; v < count; v++) {
            for (uint32_t r = 0; r < g->rows; r++) {
                double a = (double)y[v * stride + r];
                double b = (double)want[v * stride + r];
                double size = size_of(g, r, x + v * g->cols);

                if (!(fabs(a - b) <= 1e-5 * (fabs(b) + size)))
                    fail_msg("%s %s %u x %u, vector %zu of %zu, row %u: %.9g, "
                             "scalar %.9g",
                             name_of(k), type_name(g->type), g->rows, g->cols,
                             v, count, r, a, b);
            }
        }
    }
    free(x);
    free(y);
    free(want);
}

static void every_level_multiplies_as_the_scalar_one(void **state)
{
    for (size_t t = 0; t < TYPES; t++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            enum assay_tensor_type type = every_type[t];
            uint32_t cols = cols_of(type, shapes[s].cols);
            struct given g = given_matrix(type, shapes[s].rows, cols,
                                          small_scale, t + s + 1);

            for (size_t n = 1; n <= MOST_WIDTH; n += cols > 256 ? 6 : 1)
                compare_levels(&g, n, n);
            given_free(&g);
        }
}

/* Against the weights themselves in double: what int8 inputs cost. */
static void quantised_inputs_cost_less_than_a_percent(void **state)
{
    for (size_t t = 0; t < TYPES; t++) {
        enum assay_tensor_type type = every_type[t];
        struct given g = given_matrix(type, 160, 512, small_scale, t + 1);
        float *x = normal_floats(2 * (size_t)g.cols, t + 9);
        float *y = taken(2 * (size_t)g.rows * sizeof *y);
        const struct assay_kernels *k;

        for (size_t l = 0; (k = level_at(l)); l++) {
            double off = 0, all = 0;

            multiplied(k, &g, x, 2, y, g.rows);
            for (size_t v = 0; v < 2; v++)
                for (uint32_t r = 0; r < g.rows; r++) {
                    double sum = 0;

                    for (uint32_t c = 0; c < g.cols; c++)
                        sum += (double)g.weights[(size_t)r * g.cols + c] *
                               (double)x[v * g.cols + c];
                    off += pow((double)y[v * g.rows + r] - sum, 2);
                    all += sum * sum;
                }
            if (!(sqrt(off / all) <= (is_float_type(type) ? 1e-6 : 1e-2)))
                fail_msg("%s %s: %.5f of the product", name_of(k),
                         type_name(type), sqrt(off / all));
        }
        free(x);
        free(y);
        given_free(&g);
    }
}

/* y += what is left of x, after y of x itself. */
static void multiplied_finely(const struct assay_kernels *k,
                              const struct given *g, const float *x,
                              size_t count, float *y, size_t stride)
{
    size_t groups = (g->rows + 15) / 16;
    struct assay_vectors main = vectors_of(x, count, g->cols), rest;

    main.rest = taken(count * g->cols * sizeof *main.rest);
    k->quantise(&main, 0, count);
    rest = vectors_of(main.rest, count, g->cols);
    rest.more = true;
    k->quantise(&rest, 0, count);
    k->multiply(&g->packed, &main, y, stride, 0, groups);
    k->multiply(&g->packed, &rest, y, stride, 0, groups);
    free(main.rest);
    vectors_free(&main);
    vectors_free(&rest);
}

/* A 254th of what int8 alone costs; and alone as among others. */
static void with_the_rest_inputs_are_nearly_exact(void **state)
{
    enum { COUNT = 14, ROWS = 48 };

    for (size_t t = 0; t < TYPES; t++) {
        enum assay_tensor_type type = every_type[t];
        struct given g = given_matrix(type, ROWS, 512, small_scale, t + 1);
        float *x = normal_floats((size_t)COUNT * g.cols, t + 9);
        float y[COUNT * ROWS], one[ROWS];
        const struct assay_kernels *k;

        for (size_t l = 0; !is_float_type(type) && (k = level_at(l)); l++) {
            double off = 0, all = 0;

            multiplied_finely(k, &g, x, COUNT, y, ROWS);
            for (size_t i = 0; i < (size_t)COUNT * ROWS; i++) {
                double sum = 0;

                for (uint32_t c = 0; c < g.cols; c++)
                    sum += (double)g.weights[i % ROWS * g.cols + c] *
                           (double)x[i / ROWS * g.cols + c];
                off += pow((double)y[i] - sum, 2);
                all += sum * sum;
            }
            if (!(sqrt(off / all) <= 1e-2 / 254))
                fail_msg("%s %s: %.7f of the product", name_of(k),
                         type_name(type), sqrt(off / all));
            multiplied_finely(k, &g, x + g.cols, 1, one, ROWS);
            assert_memory_equal(one, y + ROWS, sizeof one);
        }
        free(x);
        given_free(&g);
    }
}

/* ------------------------------------------------------- the same bits */

static void check_alone(const struct assay_kernels *k, const struct given *g,
                        const float *x, size_t count)
{
    size_t stride = rounded(g->rows) + 16;
    float *all = taken(count * stride * sizeof *all);
    float *one = taken(stride * sizeof *one);

    multiplied(k, g, x, count, all, stride);
    for (size_t v = 0; v < count; v++) {
        multiplied(k, g, x + v * g->cols, 1, one, stride);
        if (memcmp(one, all + v * stride, g->rows * sizeof *one) != 0)
            fail_msg("%s %s: vector %zu of %zu is not what it is alone",
                     name_of(k), type_name(g->type), v, count);
    }
    free(one);
    free(all);
}

static void a_vector_among_others_is_what_it_is_alone(void **state)
{
    const struct assay_kernels *k;

    for (size_t t = 0; t < TYPES; t++) {
        struct given g = given_matrix(
            every_type[t], 40, cols_of(every_type[t], 160), small_scale, t + 1);
        float *x = normal_floats(MOST_WIDTH * (size_t)g.cols, t + 1);

        for (size_t l = 0; (k = level_at(l)); l++)
            for (size_t n = 2; n <= MOST_WIDTH; n++)
                check_alone(k, &g, x, n);
        free(x);
        given_free(&g);
    }
}

/* Groups 1 … 3 of 100 rows, then the others; others' floats stay. */
static void check_parts(const struct assay_kernels *k, const struct given *g,
                        const float *x, size_t count)
{
    size_t stride = rounded(g->rows), all = count * stride;
    struct assay_vectors vectors = vectors_of(x, count, g->cols);
    float *whole = taken(all * sizeof *whole),
          *parts = taken(all * sizeof *parts);

    k->quantise(&vectors, count / 2, count);
    k->quantise(&vectors, 0, count / 2);
    k->multiply(&g->packed, &vectors, whole, stride, 0, stride / 16);
    for (size_t i = 0; i < all; i++)
        parts[i] = 12345;
    k->multiply(&g->packed, &vectors, parts, stride, 1, 3);
    for (size_t v = 0; v < count; v++)
        for (size_t r = 0; r < stride; r++)
            if ((r < 16 || r >= 48) && parts[v * stride + r] != 12345.0f)
                fail_msg("%s %s: row %zu was not asked for", name_of(k),
                         type_name(g->type), r);
    k->multiply(&g->packed, &vectors, parts, stride, 6, 7);
    k->multiply(&g->packed, &vectors, parts, stride, 0, 1);
    k->multiply(&g->packed, &vectors, parts, stride, 3, 6);
    if (memcmp(whole, parts, all * sizeof *whole) != 0)
        fail_msg("%s %s, %zu vectors: parts differ from the whole", name_of(k),
                 type_name(g->type), count);
    vectors_free(&vectors);
    free(whole);
    free(parts);
}

static void parts_of_the_rows_are_the_whole(void **state)
{
    const struct assay_kernels *k;

    for (size_t t = 0; t < TYPES; t++) {
        struct given g =
            given_matrix(every_type[t], 100, 256, small_scale, t + 1);
        float *x = normal_floats((size_t)14 * 256, t + 1);

        for (size_t l = 0; (k = level_at(l)); l++)
            for (size_t n = 1; n <= 14; n += 13)
                check_parts(k, &g, x, n);
        free(x);
        given_free(&g);
    }
}

/* ------------------------------------------------------- quantising */

static void levels_quantise_alike(void **state)
{
    enum { COUNT = 14, COLS = 2304 };
    float *x = normal_floats(COUNT * COLS, 5);
    struct assay_vectors want = vectors_of(x, COUNT, COLS);
    const struct assay_kernels *k;

    memset(x + 2 * COLS, 0, ASSAY_BLOCK * sizeof *x);
    want.rest = taken(COUNT * COLS * sizeof *want.rest);
    assay_kernels_scalar.quantise(&want, 0, COUNT);
    for (size_t l = 1; (k = level_at(l)); l++) {
        struct assay_vectors got = vectors_of(x, COUNT, COLS);
        size_t blocks = (size_t)COUNT * COLS / ASSAY_BLOCK;

        got.rest = taken(COUNT * COLS * sizeof *got.rest);
        k->quantise(&got, 0, COUNT);
        assert_memory_equal(got.rest, want.rest, COUNT * COLS * sizeof *x);
        assert_memory_equal(got.bytes, want.bytes, blocks * ASSAY_BLOCK);
        assert_memory_equal(got.scales, want.scales, blocks * sizeof(float));
        for (size_t i = 0; i < blocks; i++) {
            int32_t halves[2] = {0, 0};

            for (size_t c = 0; c < ASSAY_BLOCK; c++)
                halves[c / 16] += got.bytes[i * ASSAY_BLOCK + c];
            assert_int_equal(got.halves[2 * i], halves[0]);
            assert_int_equal(got.halves[2 * i + 1], halves[1]);
            assert_float_equal(got.sums[i],
                               got.scales[i] * (float)(halves[0] + halves[1]),
                               1e-6);
        }
        free(got.rest);
        vectors_free(&got);
    }
    free(want.rest);
    vectors_free(&want);
    free(x);
}

/* What a wrong file brings about: no trap, and no number made of it. */
static void numbers_without_end_stay_visible(void **state)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e-42f, 1e30f};
    struct given g = given_matrix(ASSAY_TENSOR_Q4_0, 16, 64, small_scale, 3);
    const struct assay_kernels *k;

    for (size_t l = 0; (k = level_at(l)); l++)
        for (size_t i = 0; i < 2 * sizeof bad / sizeof bad[0]; i++) {
            float *x = taken(2 * 64 * sizeof *x), y[32];

            for (size_t c = 0; c < 128; c++)
                x[c] = c < 64 ? bad[i / 2] : 1;
            if (i % 2)
                multiplied_finely(k, &g, x, 2, y, 16);
            else
                multiplied(k, &g, x, 2, y, 16);
            for (size_t r = 0; r < 16; r++) {
                assert_true(isfinite(y[16 + r]));
                assert_true(i >= 6 ? isfinite(y[r]) : !isfinite(y[r]));
            }
            free(x);
        }
    given_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packed_row_reads_back_bit_for_bit),
        cmocka_unit_test(packed_parts_are_the_packed_whole),
        cmocka_unit_test(packed_weights_take_as_much_as_in_the_file),
        cmocka_unit_test(integer_sums_are_exact_on_every_level),
        cmocka_unit_test(the_largest_numbers_do_not_saturate),
        cmocka_unit_test(every_level_multiplies_as_the_scalar_one),
        cmocka_unit_test(quantised_inputs_cost_less_than_a_percent),
        cmocka_unit_test(with_the_rest_inputs_are_nearly_exact),
        cmocka_unit_test(a_vector_among_others_is_what_it_is_alone),
        cmocka_unit_test(parts_of_the_rows_are_the_whole),
        cmocka_unit_test(levels_quantise_alike),
        cmocka_unit_test(numbers_without_end_stay_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
