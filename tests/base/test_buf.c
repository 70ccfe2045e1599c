/*
 * The growing buffer: what fits is kept, what does not is told.
 */
#include "assay/buf.h"

#include "support/support.h"

#include <string.h>

/* Refused memory is an answer here, not a reason for ASan to stop. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void an_empty_buffer_is_the_empty_text(void **state)
{
    struct assay_buf buf;
    struct assay_error err = {0};
    assay_buf_init(&buf, 10);
    assert_int_equal(assay_buf_str(&buf).len, 0);
    assert_non_null(assay_buf_str(&buf).at);
    assay_buf_add(&buf, ASSAY_STR(""));
    assay_buf_fill(&buf, 'x', 0);
    assert_null(buf.at);
    assert_true(assay_buf_ok(&buf, &err));
    assay_buf_release(&buf);
    assay_buf_release(NULL);
}

static void what_is_appended_stands_in_order(void **state)
{
    struct assay_buf buf;
    assay_buf_init(&buf, 1000);
    assay_buf_add_c(&buf, "ab");
    assay_buf_add_char(&buf, '\0');
    assay_buf_fill(&buf, '-', 3);
    assay_buf_add(&buf, ASSAY_STR("c\0d"));
    assay_buf_printf(&buf, "%d%%", 42);
    assert_int_equal(buf.len, 12);
    assert_memory_equal(buf.at, "ab\0---c\0d42%", 13);
    assay_buf_release(&buf);
    assert_null(buf.at);
}

static void printf_holds_texts_of_every_length(void **state)
{
    for (int len = 0; len < 600; len++) {
        struct assay_buf buf;
        assay_buf_init(&buf, 600);
        assay_buf_printf(&buf, "%*s", len, "");
        assert_false(buf.failed);
        assert_int_equal(buf.len, len);
        if (buf.at)
            assert_int_equal(strlen(buf.at), len);
        assay_buf_release(&buf);
    }
}

static void the_maximum_is_reached_and_not_passed(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 255, 256, 257, 511, 512, 1000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct assay_buf buf;
        struct assay_error err = {0};
        assay_buf_init(&buf, sizes[i]);
        for (size_t n = 0; n < sizes[i]; n++)
            assay_buf_add_char(&buf, 'x');
        assert_true(assay_buf_ok(&buf, &err));
        assay_buf_add_char(&buf, 'y');
        assert_false(assay_buf_ok(&buf, &err));
        assert_int_equal(err.code, ASSAY_LIMIT);
        assert_non_null(strstr(err.text, "more than "));
        assert_int_equal(buf.len, sizes[i]);
        assay_buf_release(&buf);
    }
}

static void a_failed_buffer_drops_what_follows(void **state)
{
    struct assay_buf buf;
    assay_buf_init(&buf, 5);
    assay_buf_add_c(&buf, "abc");
    assay_buf_add_c(&buf, "def");
    assay_buf_add_c(&buf, "g");
    assay_buf_printf(&buf, "h");
    assert_true(buf.failed);
    assert_true(assay_str_is(assay_buf_str(&buf), "abc"));
    assay_buf_clear(&buf);
    assert_false(buf.failed);
    assert_int_equal(buf.max, 5);
    assert_string_equal(buf.at, "");
    assay_buf_printf(&buf, "%s", "12345");
    assert_true(assay_str_is(assay_buf_str(&buf), "12345"));
    assay_buf_release(&buf);
}

static void refused_memory_fails_and_keeps_the_text(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 3,
                                   SIZE_MAX / 2, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct assay_buf buf;
        struct assay_error err = {0};
        assay_buf_init(&buf, SIZE_MAX);
        assay_buf_add_c(&buf, "abc");
        assay_buf_fill(&buf, 'x', sizes[i]);
        assert_false(assay_buf_ok(&buf, &err));
        assert_true(assay_str_is(assay_buf_str(&buf), "abc"));
        assay_buf_release(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_the_empty_text),
        cmocka_unit_test(what_is_appended_stands_in_order),
        cmocka_unit_test(printf_holds_texts_of_every_length),
        cmocka_unit_test(the_maximum_is_reached_and_not_passed),
        cmocka_unit_test(a_failed_buffer_drops_what_follows),
        cmocka_unit_test(refused_memory_fails_and_keeps_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
