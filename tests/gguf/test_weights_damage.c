/*
 * Damaged GGUF files: every truncation, bit flips; and how much memory any
 * file may take.
 */
#include "support/support.h"

#include "build_gguf.h"
#include "peak_memory.h"

#include <stdio.h>

static void every_truncation_is_an_error(void **state)
{
    struct build b = build_plain();
    struct assay_error err;

    /* 28 bytes of padding at the end belong to no tensor */
    for (size_t len = 0; len < b.len - 28; len++)
        if (open_and_use(b.at, len, &err))
            fail_msg("opened at %zu of %zu bytes", len, b.len);
    for (size_t len = b.len - 28; len <= b.len; len++)
        if (!open_and_use(b.at, len, &err))
            fail_msg("%zu of %zu bytes: %s", len, b.len, err.text);
    build_free(&b);
}

static void a_flipped_bit_is_an_error_or_harmless(void **state)
{
    size_t flips = getenv("ASSAY_TEST_FULL") ? 100000 : 2000;
    struct build b = build_plain();
    uint64_t seed = 20261122;
    size_t opened = 0;

    for (size_t i = 0; i < flips; i++) {
        uint64_t random = next_random(&seed);
        /* seven of eight in the metadata */
        size_t at = (size_t)(random >> 16) % (i % 8 ? b.data_at : b.len);
        uint8_t mask = (uint8_t)(1 << random % 8);
        struct assay_error err;

        b.at[at] ^= mask;
        bool ok = open_and_use(b.at, b.len, &err);
        opened += ok;
        if (!ok && (err.text[0] == '\0' || err.code == ASSAY_SYSTEM))
            fail_msg("byte %zu, mask %02x: code %d '%s'", at, mask, err.code,
                     err.text);
        b.at[at] ^= mask;
    }
    print_message("%zu of %zu damaged files open\n", opened, flips);
    build_free(&b);
}

/* ------------------------------------------------------------- memory */

/* As many of the shortest records as fit: the directory at its largest. */
static void smallest_keys(struct build *b)
{
    enum { COUNT = 40000 };

    put_header(b, 3, 0, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        char name[16];
        snprintf(name, sizeof name, "%zx", i);
        put_key(b, name, ASSAY_GGUF_U8);
        put_uint(b, 0, 1);
    }
}

static void smallest_tensors(struct build *b)
{
    enum { COUNT = 40000 };

    put_header(b, 3, COUNT, 0);
    for (size_t i = 0; i < COUNT; i++) {
        char name[16];
        snprintf(name, sizeof name, "%zx", i);
        put_string(b, name);
        put_u32(b, 1);
        put_u64(b, 1);
        put_u32(b, ASSAY_TENSOR_F16);
        put_u64(b, i * 32);
    }
    build_data(b, COUNT * 32);
}

/* Counts that the bytes allow, and nothing behind them that is a record. */
static void counts_alone(struct build *b)
{
    put_header(b, 3, 200000, 60000);
    put_fill(b, 0, 8 << 20);
}

/* An array that states 2^63 texts. */
static void largest_array(struct build *b)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", ASSAY_GGUF_STRING, UINT64_C(1) << 63);
    put_fill(b, 0, 64);
}

static void the_directory_takes_no_more_than_twice_the_metadata(void **state)
{
    static const struct {
        const char *name;
        void (*build)(struct build *b);
        bool opens;
    } cases[] = {
        {"keys", smallest_keys, true},
        {"tensors", smallest_tensors, true},
        {"counts", counts_alone, false},
        {"array", largest_array, false},
    };

    peak_memory_or_skip();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct build b = {0};
        struct assay_error err = {0};

        cases[i].build(&b);
        size_t metadata = cases[i].opens ? b.data_at ? b.data_at : b.len : 24;
        peak_memory_begin();
        struct assay_weights *w = assay_weights_open_bytes(
            "built", (struct assay_str){(const char *)b.at, b.len}, &err);
        size_t peak = peak_memory_end();
        if ((w != NULL) != cases[i].opens)
            fail_msg("%s: %s", cases[i].name, w ? "opened" : err.text);
        print_message("%s: %zu bytes for %zu\n", cases[i].name, peak, metadata);
        /* and one block of the arena, whatever the file */
        if (peak > 2 * metadata + 20000)
            fail_msg("%s: %zu bytes for %zu", cases[i].name, peak, metadata);
        assay_weights_close(w);
        build_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation_is_an_error),
        cmocka_unit_test(a_flipped_bit_is_an_error_or_harmless),
        cmocka_unit_test(the_directory_takes_no_more_than_twice_the_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
