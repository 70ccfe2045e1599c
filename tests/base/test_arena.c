/*
 * Arenas: aligned, zeroed, freed at once, and no for what cannot be.
 */
#include "assay/arena.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

/* Refused memory is an answer here, not a reason for ASan to stop. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void memory_is_zeroed_and_aligned_at_every_size(void **state)
{
    struct assay_arena arena = {0};
    for (size_t size = 0; size < 20000; size += 1 + size / 9) {
        unsigned char *memory = assay_arena_alloc(&arena, 1, size);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xaa, size);
    }
    assay_arena_free(&arena);
}

static void pieces_do_not_overlap(void **state)
{
    enum { PIECES = 3000 };
    struct assay_arena arena = {0};
    unsigned char **pieces = calloc(PIECES, sizeof(*pieces));
    assert_non_null(pieces);

    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i % 50 == 0 ? 9000 : 1 + i % 700;
        pieces[i] = assay_arena_alloc(&arena, size, 1);
        memset(pieces[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i % 50 == 0 ? 9000 : 1 + i % 700;
        assert_int_equal(pieces[i][0], i % 251);
        assert_int_equal(pieces[i][size - 1], i % 251);
    }
    free(pieces);
    assay_arena_free(&arena);
}

static void a_large_request_does_not_end_the_block_in_use(void **state)
{
    struct assay_arena arena = {0};
    char *before = assay_arena_alloc(&arena, 1, 16);
    char *large = assay_arena_alloc(&arena, 1, (size_t)3 << 20);
    char *after = assay_arena_alloc(&arena, 1, 16);

    assert_ptr_equal(after, before + 16);
    large[((size_t)3 << 20) - 1] = 1;
    assay_arena_free(&arena);

    large = assay_arena_alloc(&arena, 1, (size_t)3 << 20);
    after = assay_arena_alloc(&arena, 1, 16);
    large[0] = after[0] = 1;
    assay_arena_free(&arena);
}

static void a_size_that_overflows_is_refused(void **state)
{
    static const struct {
        size_t count, size;
    } cases[] = {
        {SIZE_MAX, 1},     {1, SIZE_MAX},           {SIZE_MAX, SIZE_MAX},
        {SIZE_MAX - 8, 1}, {SIZE_MAX / 2 + 2, 2},   {SIZE_MAX / 16, 32},
        {SIZE_MAX / 2, 1}, {1, SIZE_MAX / 2 + 100},
    };
    struct assay_arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_null(assay_arena_try(&arena, cases[i].count, cases[i].size));
    assert_non_null(assay_arena_try(&arena, SIZE_MAX, 0));
    assert_non_null(assay_arena_try(&arena, 0, SIZE_MAX));
    assay_arena_free(&arena);
}

static void a_copy_ends_with_a_nul_that_does_not_count(void **state)
{
    struct assay_arena arena = {0};
    char text[] = "abc";
    struct assay_str copy =
        assay_arena_copy(&arena, (struct assay_str){text, 2});
    text[0] = 'x';
    assert_int_equal(copy.len, 2);
    assert_string_equal(copy.at, "ab");
    assert_string_equal(assay_arena_cstr(&arena, ASSAY_STR("")), "");
    assert_string_equal(assay_arena_copy(&arena, ASSAY_STR("")).at, "");
    assay_arena_free(&arena);
}

static void printf_holds_texts_of_every_length(void **state)
{
    struct assay_arena arena = {0};
    for (size_t len = 0; len < 1030; len++) {
        struct assay_str s = assay_arena_printf(&arena, "%*s", (int)len, "");
        assert_int_equal(s.len, len);
        assert_int_equal(s.at[len], '\0');
        for (size_t i = 0; i < len; i++)
            assert_int_equal(s.at[i], ' ');
    }
    assert_string_equal(assay_arena_printf(&arena, "%s-%d", "a", 7).at, "a-7");
    assay_arena_free(&arena);
}

static void a_freed_arena_is_empty_and_usable_again(void **state)
{
    struct assay_arena arena = {0};
    assay_arena_free(NULL);
    assay_arena_free(&arena);
    for (int i = 0; i < 3; i++) {
        int *numbers = ASSAY_NEW_ARRAY(&arena, int, 100);
        assert_int_equal(numbers[99], 0);
        numbers[99] = *ASSAY_NEW(&arena, int) + 1;
        assay_arena_free(&arena);
        assert_null(arena.blocks);
        assert_null(arena.at);
        assay_arena_free(&arena);
    }
}

/* Small ones, new blocks, and blocks of their own, in every order. */
static void what_came_after_a_mark_is_taken_back(void **state)
{
    static const size_t sizes[] = {16, 5000, 300, (size_t)2 << 20, 16, 60000};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

    for (size_t before = 0; before <= SIZES; before++) {
        struct assay_arena arena = {0};
        char *kept[SIZES];
        for (size_t i = 0; i < before; i++) {
            kept[i] = assay_arena_alloc(&arena, sizes[i], 1);
            memset(kept[i], 'k', sizes[i]);
        }
        struct assay_arena_mark mark = assay_arena_mark(&arena);
        for (int round = 0; round < 3; round++) {
            for (size_t i = 0; i < 40; i++)
                memset(assay_arena_alloc(&arena, sizes[i % SIZES], 1), 'x',
                       sizes[i % SIZES]);
            assay_arena_rewind(&arena, mark);
            assert_ptr_equal(arena.at, mark.at);
            assert_ptr_equal(arena.blocks, mark.newest);
        }
        char *next = assay_arena_alloc(&arena, 16, 1);
        assert_int_equal(next[0], 0);
        for (size_t i = 0; i < before; i++) {
            assert_int_equal(kept[i][0], 'k');
            assert_int_equal(kept[i][sizes[i] - 1], 'k');
        }
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_at_every_size),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(a_large_request_does_not_end_the_block_in_use),
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(a_copy_ends_with_a_nul_that_does_not_count),
        cmocka_unit_test(printf_holds_texts_of_every_length),
        cmocka_unit_test(a_freed_arena_is_empty_and_usable_again),
        cmocka_unit_test(what_came_after_a_mark_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
