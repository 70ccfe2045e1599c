/* Wrong GGUF files, one crafted for each check of src/gguf/gguf_read.c. */
#include "support/support.h"

#include "build_gguf.h"

/* A crafted file: what stands in it, and what is said of it. */
struct bad {
    const char *name;
    void (*build)(struct build *b);
    const char *error; /* how it begins, after "built: " */
};

static void check_bad(const struct bad *bad)
{
    struct build b = {0};
    struct assay_error err;

    bad->build(&b);
    if (open_and_use(b.at, b.len, &err))
        fail_msg("%s: opened", bad->name);
    if (!assay_str_starts(assay_str_c(err.text), "built: ") ||
        !assay_str_starts(assay_str_c(err.text + 7), bad->error))
        fail_msg("%s: '%s', expected '%s'", bad->name, err.text, bad->error);
    assert_true(err.code == ASSAY_BAD_INPUT || err.code == ASSAY_LIMIT);
    build_free(&b);
}

#define CASE(function, text)        \
    {                               \
#function, function, (text) \
    }

/* ------------------------------------------------------------- header */

static void empty(struct build *b)
{
    put_fill(b, 0, 0);
}
static void magic_alone(struct build *b)
{
    put(b, "GGUF", 4);
}
static void other_magic(struct build *b)
{
    put(b, "GGML", 4);
    put_fill(b, 0, 40);
}
static void version_1(struct build *b)
{
    put_header(b, 1, 0, 0);
}
static void version_4(struct build *b)
{
    put_header(b, 4, 0, 0);
}
static void big_endian(struct build *b)
{
    put_header(b, 0x03000000, 0, 0);
}
static void most_tensors(struct build *b)
{
    put_header(b, 3, UINT64_MAX, 0);
    put_fill(b, 0, 100);
}
static void most_keys(struct build *b)
{
    put_header(b, 3, 0, UINT64_MAX);
    put_fill(b, 0, 100);
}
static void a_key_too_many(struct build *b)
{
    put_header(b, 3, 0, 8);
    put_fill(b, 0, 8 * 14 - 1);
}
static void a_tensor_too_many(struct build *b)
{
    put_header(b, 3, 3, 0);
    put_fill(b, 0, 3 * 33 - 1);
}
static void too_many_keys(struct build *b)
{
    put_header(b, 3, 0, 65537);
    put_fill(b, 0, 65537 * 14);
}

static void a_header_that_lies_is_refused(void **state)
{
    static const struct bad cases[] = {
        CASE(empty, "0 bytes: neither GGUF nor safetensors"),
        CASE(magic_alone, "cut short: 4 bytes, expected a header of 24"),
        CASE(other_magic, "neither 'GGUF' at byte 0 nor '{' at byte 8"),
        CASE(version_1, "byte 4: version 1, expected 2 or 3"),
        CASE(version_4, "byte 4: version 4, expected 2 or 3"),
        CASE(big_endian, "byte 4: a big-endian file"),
        CASE(most_tensors, "the header states 18446744073709551615 tensors, "
                           "but the 100 bytes after it hold 3 at most"),
        CASE(most_keys, "the header states 18446744073709551615 keys"),
        CASE(a_key_too_many, "the header states 8 keys, but the 111 bytes"),
        CASE(a_tensor_too_many, "the header states 3 tensors, but the 98"),
        CASE(too_many_keys, "the header states 65537 keys, expected 65536"),
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_bad(&cases[i]);
}

/* ------------------------------------------------------------- keys */

/* A key of the file, and behind it what makes the header's count true. */
static void begin_key(struct build *b, const char *name, uint32_t type)
{
    put_header(b, 3, 0, 1);
    put_key(b, name, type);
}
static void name_of_length(struct build *b, uint64_t stated, size_t given)
{
    put_header(b, 3, 0, 1);
    put_u64(b, stated);
    put_fill(b, 'k', given);
    put_u32(b, ASSAY_GGUF_U8);
    put_fill(b, 0, 16);
}
static void key_without_name(struct build *b)
{
    name_of_length(b, 0, 0);
}
static void key_of_257_bytes(struct build *b)
{
    name_of_length(b, 257, 257);
}
static void key_past_the_end(struct build *b)
{
    name_of_length(b, 200, 3);
}
static void key_of_most_bytes(struct build *b)
{
    name_of_length(b, UINT64_MAX, 3);
}
static void key_that_wraps(struct build *b)
{
    name_of_length(b, UINT64_MAX - 31, 3);
}
static void key_not_utf8(struct build *b)
{
    begin_key(b, "k\xff", ASSAY_GGUF_U8);
    put_fill(b, 0, 8);
}
static void key_with_a_control_character(struct build *b)
{
    begin_key(b, "k\n", ASSAY_GGUF_U8);
    put_fill(b, 0, 8);
}
static void unknown_type(struct build *b)
{
    begin_key(b, "k", 13);
    put_fill(b, 0, 8);
}
static void most_type(struct build *b)
{
    begin_key(b, "k", UINT32_MAX);
    put_fill(b, 0, 8);
}
static void value_cut_short(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_U64);
    put_fill(b, 0, 7);
}
static void text_of_most_bytes(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_STRING);
    put_u64(b, UINT64_MAX);
    put_fill(b, 'x', 8);
}
static void text_a_byte_too_long(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_STRING);
    put_u64(b, 9);
    put_fill(b, 'x', 8);
}
static void text_not_utf8(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_STRING);
    put_string(b, "a\xc3");
}
static void text_of_17_mib(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_STRING);
    put_u64(b, 17 << 20);
    put_fill(b, 'x', 17 << 20);
}
static void template_past_1_mib(struct build *b)
{
    begin_key(b, "tokenizer.chat_template", ASSAY_GGUF_STRING);
    put_u64(b, (1 << 20) + 1);
    put_fill(b, 'x', (1 << 20) + 1);
}
static void bool_of_2(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_BOOL);
    put_uint(b, 2, 1);
}
static void begin_array(struct build *b, uint32_t element, uint64_t count)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", element, count);
}
static void array_of_arrays(struct build *b)
{
    begin_array(b, ASSAY_GGUF_ARRAY, 1);
    put_fill(b, 0, 16);
}
static void array_of_an_unknown_type(struct build *b)
{
    begin_array(b, 99, 1);
    put_fill(b, 0, 16);
}
static void array_of_most_bytes(struct build *b)
{
    begin_array(b, ASSAY_GGUF_U8, UINT64_MAX);
    put_fill(b, 0, 16);
}
static void array_whose_size_wraps(struct build *b)
{
    begin_array(b, ASSAY_GGUF_U64, UINT64_C(1) << 61);
    put_fill(b, 0, 16);
}
static void array_of_most_texts(struct build *b)
{
    begin_array(b, ASSAY_GGUF_STRING, UINT64_C(1) << 63);
    put_fill(b, 0, 64);
}
static void array_one_element_short(struct build *b)
{
    begin_array(b, ASSAY_GGUF_F32, 5);
    put_fill(b, 0, 16);
}
static void array_text_past_the_end(struct build *b)
{
    begin_array(b, ASSAY_GGUF_STRING, 2);
    put_string(b, "a");
    put_u64(b, UINT32_MAX); /* the length as an int32 would be -1 */
}
static void array_cut_short(struct build *b)
{
    begin_key(b, "k", ASSAY_GGUF_ARRAY);
    put_u32(b, ASSAY_GGUF_U8);
    put_fill(b, 0, 4);
}
static void array_bool_of_7(struct build *b)
{
    begin_array(b, ASSAY_GGUF_BOOL, 3);
    put(b, "\0\1\7", 3);
}
static void key_twice(struct build *b)
{
    put_header(b, 3, 0, 3);
    put_key_u32(b, "a.b", 1);
    put_key_u32(b, "a.c", 1);
    put_key_u32(b, "a.b", 2);
}
static void begin_alignment(struct build *b, uint32_t alignment)
{
    put_header(b, 3, 0, 1);
    put_key_u32(b, "general.alignment", alignment);
}
static void alignment_0(struct build *b)
{
    begin_alignment(b, 0);
}
static void alignment_4(struct build *b)
{
    begin_alignment(b, 4);
}
static void alignment_33(struct build *b)
{
    begin_alignment(b, 33);
}
static void alignment_2_mib(struct build *b)
{
    begin_alignment(b, 2 << 20);
}
static void alignment_most(struct build *b)
{
    begin_alignment(b, UINT32_MAX);
}
static void alignment_of_8_bytes(struct build *b)
{
    begin_key(b, "general.alignment", ASSAY_GGUF_U64);
    put_u64(b, 32);
}
static void alignment_that_is_text(struct build *b)
{
    put_header(b, 3, 0, 1);
    put_key_text(b, "general.alignment", "32");
}
static void part_of_three(struct build *b)
{
    begin_key(b, "split.count", ASSAY_GGUF_U16);
    put_uint(b, 3, 2);
}

static void a_key_that_lies_is_refused(void **state)
{
    static const struct bad cases[] = {
        CASE(key_without_name, "byte 24: a key's name of 0 bytes, expected"),
        CASE(key_of_257_bytes, "byte 24: a key's name of 257 bytes"),
        CASE(key_past_the_end, "byte 24: a key is cut short"),
        CASE(key_of_most_bytes,
             "byte 24: a key's name of 18446744073709551615 bytes"),
        CASE(key_that_wraps, "byte 24: a key's name of 184467440737095515"),
        CASE(key_not_utf8, "byte 24: a key's name of 2 bytes"),
        CASE(key_with_a_control_character, "byte 24: a key's name of 2"),
        CASE(unknown_type, "key 'k', before byte 37: a value of an unknown"),
        CASE(most_type, "key 'k', before byte 37: a value of an unknown"),
        CASE(value_cut_short, "key 'k', before byte 37: its value is cut"),
        CASE(text_of_most_bytes, "key 'k', before byte 45: a text reaches"),
        CASE(text_a_byte_too_long, "key 'k', before byte 45: a text reaches"),
        CASE(text_not_utf8, "key 'k', before byte 47: a text is not UTF-8"),
        CASE(text_of_17_mib, "key 'k': a text of 17825792 bytes, expected "
                             "16777216 at most"),
        CASE(template_past_1_mib, "key 'tokenizer.chat_template': a text of "
                                  "1048577 bytes, expected 1048576"),
        CASE(bool_of_2, "key 'k', before byte 38: a bool that is neither"),
        CASE(array_of_arrays, "key 'k', before byte 49: an array of arrays"),
        CASE(array_of_an_unknown_type, "key 'k', before byte 49: elements"),
        CASE(array_of_most_bytes, "key 'k', before byte 49: its array reach"),
        CASE(array_whose_size_wraps, "key 'k', before byte 49: its array"),
        CASE(array_of_most_texts, "key 'k', before byte 49: its array"),
        CASE(array_one_element_short, "key 'k', before byte 49: its array"),
        CASE(array_text_past_the_end, "key 'k', before byte 66: a text"),
        CASE(array_cut_short, "key 'k', before byte 41: its array is cut"),
        CASE(array_bool_of_7, "key 'k', before byte 52: a bool that is"),
        CASE(key_twice, "key 'a.b' stands twice"),
        CASE(alignment_0, "key 'general.alignment', before byte 57: expected "
                          "a u32 that is a power of two from 8 to 1 Mi"),
        CASE(alignment_4, "key 'general.alignment'"),
        CASE(alignment_33, "key 'general.alignment'"),
        CASE(alignment_2_mib, "key 'general.alignment'"),
        CASE(alignment_most, "key 'general.alignment'"),
        CASE(alignment_of_8_bytes, "key 'general.alignment'"),
        CASE(alignment_that_is_text, "key 'general.alignment'"),
        CASE(part_of_three, "key 'split.count', before byte 49: one of "
                            "several parts of a file"),
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_bad(&cases[i]);
}

/* ------------------------------------------------------------- tensors */

/* One tensor, 64 KB of data. */
static void one_tensor(struct build *b, uint32_t type, uint64_t columns,
                       uint64_t rows, uint64_t offset)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", type, (uint64_t[]){columns, rows}, offset);
    build_data(b, 65536);
}
static void tensor_name(struct build *b, uint64_t stated, size_t given)
{
    put_header(b, 3, 1, 0);
    put_u64(b, stated);
    put_fill(b, 'n', given);
    put_u32(b, 1);
    put_u64(b, 32);
    put_u32(b, ASSAY_TENSOR_F32);
    put_u64(b, 0);
    build_data(b, 128);
}
static void tensor_without_name(struct build *b)
{
    tensor_name(b, 0, 0);
}
static void tensor_name_of_64_bytes(struct build *b)
{
    tensor_name(b, 64, 64);
}
static void tensor_name_of_most_bytes(struct build *b)
{
    tensor_name(b, UINT64_MAX, 5);
}
static void tensor_name_not_utf8(struct build *b)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t\x80", ASSAY_TENSOR_F32, (uint64_t[]){1, 1}, 0);
    build_data(b, 128);
}
static void with_dimensions(struct build *b, uint32_t stated, size_t given)
{
    put_header(b, 3, 1, 0);
    put_string(b, "t");
    put_u32(b, stated);
    for (size_t i = 0; i < given; i++)
        put_u64(b, 1);
    put_u32(b, ASSAY_TENSOR_F32);
    put_u64(b, 0);
    build_data(b, 128);
}
static void no_dimension(struct build *b)
{
    with_dimensions(b, 0, 0);
}
static void five_dimensions(struct build *b)
{
    with_dimensions(b, 5, 5);
}
static void most_dimensions(struct build *b)
{
    with_dimensions(b, UINT32_MAX, 4);
}
static void dimension_0(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 32, 0, 0);
}
static void row_of_0(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_Q4_K, 0, 4, 0);
}
static void dimensions_that_wrap(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F16, UINT64_C(1) << 33, UINT64_C(1) << 31, 0);
}
static void dimensions_that_wrap_to_4(struct build *b)
{
    put_header(b, 3, 1, 0);
    put_string(b, "t");
    put_u32(b, 3);
    put_u64(b, 4194305);
    put_u64(b, 4194305);
    put_u64(b, UINT64_C(211106198978564));
    put_u32(b, ASSAY_TENSOR_F32);
    put_u64(b, 0);
    build_data(b, 128);
}
static void bytes_that_wrap(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, UINT64_C(1) << 62, 1, 0);
}
static void rows_that_wrap(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_Q6_K, 256, UINT64_MAX / 256, 0);
}
static void negative_dimension(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F16, UINT64_C(1) << 63, 1, 0);
}
static void part_of_a_block(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_Q4_K, 128, 2, 0);
}
static void removed_type(struct build *b)
{
    one_tensor(b, 4, 32, 1, 0);
}
static void type_past_the_table(struct build *b)
{
    one_tensor(b, 31, 32, 1, 0);
}
static void type_of_others(struct build *b)
{
    one_tensor(b, 10, 256, 1, 0);
}
static void most_tensor_type(struct build *b)
{
    one_tensor(b, UINT32_MAX, 32, 1, 0);
}
static void offset_not_aligned(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 8, 1, 8);
}
static void offset_past_the_end(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 8, 1, 65568);
}
static void offset_that_wraps(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 16, 1, UINT64_MAX - 31);
}
static void larger_than_the_file(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 256000, 2304, 0);
}
static void a_row_past_the_end(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 1024, 17, 0);
}
static void end_past_the_end(struct build *b)
{
    one_tensor(b, ASSAY_TENSOR_F32, 16, 1, 65536 - 32);
}
static void two_tensors(struct build *b, const char *second, uint64_t offset)
{
    put_header(b, 3, 2, 0);
    put_tensor(b, "t.1", ASSAY_TENSOR_F32, (uint64_t[]){32, 2}, 0);
    put_tensor(b, second, ASSAY_TENSOR_F32, (uint64_t[]){32, 2}, offset);
    build_data(b, 65536);
}
static void tensor_twice(struct build *b)
{
    two_tensors(b, "t.1", 256);
}
static void same_place(struct build *b)
{
    two_tensors(b, "t.2", 0);
}
static void overlapping(struct build *b)
{
    two_tensors(b, "t.2", 224);
}
static void sum_that_wraps(struct build *b)
{
    put_header(b, 3, 2, 0);
    put_tensor(b, "t.1", ASSAY_TENSOR_F16, (uint64_t[]){32, 1}, 0);
    put_tensor(b, "t.2", ASSAY_TENSOR_F16,
               (uint64_t[]){UINT64_C(0x7ffffffffffffff0), 1}, 64);
    build_data(b, 65536);
}
static void directory_cut_short(struct build *b)
{
    put_header(b, 3, 1, 0);
    put_string(b, "t");
    put_u32(b, 4);
    put_fill(b, 1, 20);
}
static void no_data(struct build *b)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", ASSAY_TENSOR_F32, (uint64_t[]){1, 1}, 0);
}
static void data_cut_short(struct build *b)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", ASSAY_TENSOR_F32, (uint64_t[]){8, 8}, 0);
    build_data(b, 255);
}

static void a_tensor_that_lies_is_refused(void **state)
{
    static const struct bad cases[] = {
        CASE(tensor_without_name, "byte 24: a tensor's name of 0 bytes"),
        CASE(tensor_name_of_64_bytes, "byte 24: a tensor's name of 64 bytes, "
                                      "expected 1 to 63 of plain UTF-8"),
        CASE(tensor_name_of_most_bytes, "byte 24: a tensor's name of 1844"),
        CASE(tensor_name_not_utf8, "byte 24: a tensor's name of 2 bytes"),
        CASE(no_dimension, "tensor 't': 0 dimensions, expected 1 to 4"),
        CASE(five_dimensions, "tensor 't': 5 dimensions, expected 1 to 4"),
        CASE(most_dimensions, "tensor 't': 4294967295 dimensions"),
        CASE(dimension_0, "tensor 't': dimension 1 is 0, expected 1 or more"),
        CASE(row_of_0, "tensor 't': dimension 0 is 0"),
        CASE(dimensions_that_wrap, "tensor 't': its dimensions multiply to"),
        CASE(dimensions_that_wrap_to_4, "tensor 't': its dimensions multiply"),
        CASE(bytes_that_wrap, "tensor 't': its size is more than 2^64 bytes"),
        CASE(rows_that_wrap, "tensor 't': 15132094747964866350 bytes at"),
        CASE(negative_dimension, "tensor 't': its size is more than 2^64"),
        CASE(part_of_a_block, "tensor 't': a row of 128 values, expected a "
                              "multiple of 256 for Q4_K"),
        CASE(removed_type, "tensor 't': type 4, expected F32, F16, BF16, "),
        CASE(type_past_the_table, "tensor 't': type 31, expected F32"),
        CASE(type_of_others, "tensor 't': type 10, expected F32"),
        CASE(most_tensor_type, "tensor 't': type 4294967295, expected"),
        CASE(offset_not_aligned, "tensor 't': offset 8, expected a multiple "
                                 "of 32"),
        CASE(offset_past_the_end, "tensor 't': 32 bytes at offset 65568 reach "
                                  "past the 65536 bytes of data"),
        CASE(offset_that_wraps, "tensor 't': 64 bytes at offset 1844674407370"),
        CASE(larger_than_the_file, "tensor 't': 2359296000 bytes at offset 0"),
        CASE(a_row_past_the_end, "tensor 't': 69632 bytes at offset 0 reach"),
        CASE(end_past_the_end, "tensor 't': 64 bytes at offset 65504 reach"),
        CASE(tensor_twice, "two tensors are named 't.1'"),
        CASE(same_place, "tensors 't."),
        CASE(overlapping, "tensors 't.1' and 't.2' share bytes from 352 on"),
        CASE(sum_that_wraps, "tensor 't.2': 18446744073709551584 bytes"),
        CASE(directory_cut_short, "byte 24: a tensor of the directory is cut"),
        CASE(no_data, "cut short: 65 bytes, expected data from 96 on"),
        CASE(data_cut_short, "tensor 't': 256 bytes at offset 0 reach past"),
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_bad(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_that_lies_is_refused),
        cmocka_unit_test(a_key_that_lies_is_refused),
        cmocka_unit_test(a_tensor_that_lies_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
